//! Pictures as PNG, and the cases that they carry.
//!
//! The renderer knows no custom properties and no `:not()`, with which the style of a picture is written: both are
//! written out for it here. The fonts are the page's; what they lack, Chinese for one, comes from the system's.

use crate::out::complain;
use chainwalk_take::Drawing;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{FontResolver, Options, Tree, fontdb};
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Inter and `JetBrains` Mono.
const FONTS: [&[u8]; 2] = [
    include_bytes!("../../../web/fonts/inter.woff2"),
    include_bytes!("../../../web/fonts/jetbrains-mono.woff2"),
];
/// How many pixels one of CSS has, as in the pictures that the page makes.
const SCALE: u16 = 2;
/// The chunk `iTXt` in which a picture carries the text of a case. `web/picture.js` writes and reads it as well.
const KEYWORD: &str = "chainwalk";
/// The one beside it that says how it was drawn. The page draws by another renderer, and does not write it.
const DRAWN: &str = "chainwalk drawn";

/// Draws pictures, with fonts that are read once.
pub(crate) struct Pen {
    fonts: Arc<fontdb::Database>,
}

impl Pen {
    /// Reads the fonts.
    pub(crate) fn new() -> io::Result<Self> {
        let mut fonts = fontdb::Database::new();
        fonts.load_system_fonts();
        for font in FONTS {
            let bytes = wuff::decompress_woff2(font)
                .map_err(|e| io::Error::other(format!("a font of the page: {e:?}")))?;
            fonts.load_font_data(bytes);
        }
        Ok(Self { fonts: Arc::new(fonts) })
    }

    /// Draws a picture of fixed colours, with the text of a case and how it was drawn in it, or without. What no font here
    /// has is told of the file `name`.
    pub(crate) fn draw(
        &self,
        name: &str,
        svg: &str,
        carried: Option<(&str, Drawing)>,
    ) -> io::Result<Vec<u8>> {
        let lacked = Arc::new(AtomicU32::new(0));
        let options = Options {
            fontdb: Arc::clone(&self.fonts),
            font_resolver: resolver(Arc::clone(&lacked)),
            ..Options::default()
        };
        let tree = Tree::from_str(&plain(svg), &options).map_err(io::Error::other)?;
        let size = tree.size().to_int_size();
        let scaled = |side: u32| side * u32::from(SCALE);
        let mut pixels = Pixmap::new(scaled(size.width()), scaled(size.height()))
            .ok_or_else(|| io::Error::other("the picture has no size"))?;
        let scale = f32::from(SCALE);
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
        if let Some(c) = char::from_u32(lacked.load(Ordering::Relaxed)).filter(|c| *c != '\0') {
            complain!("{name}: no font here has “{c}”, and the picture lacks it");
        }
        encode(pixels, carried).map_err(io::Error::other)
    }
}

/// The text of the case that a PNG carries; none where it carries none, or is none.
pub(crate) fn carried(bytes: &[u8]) -> Option<String> {
    text(bytes, KEYWORD)
}

/// How a PNG says that it was drawn; none where it does not say so.
pub(crate) fn drawn(bytes: &[u8]) -> Option<Drawing> {
    Drawing::read(&text(bytes, DRAWN)?)
}

fn text(bytes: &[u8], keyword: &str) -> Option<String> {
    let reader = png::Decoder::new(io::Cursor::new(bytes)).read_info().ok()?;
    let chunk = reader.info().utf8_text.iter().find(|chunk| chunk.keyword == keyword)?;
    chunk.get_text().ok()
}

fn encode(pixels: Pixmap, carried: Option<(&str, Drawing)>) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    if let Some((case, how)) = carried {
        encoder.add_itxt_chunk(KEYWORD.to_owned(), case.to_owned())?;
        encoder.add_itxt_chunk(DRAWN.to_owned(), how.to_string())?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels.take_demultiplied())?;
    writer.finish()?;
    Ok(bytes)
}

/// Chooses fonts as the renderer does by itself, and keeps a character that none has.
fn resolver(lacked: Arc<AtomicU32>) -> FontResolver<'static> {
    let fallback = FontResolver::default_fallback_selector();
    FontResolver {
        select_font: FontResolver::default_font_selector(),
        select_fallback: Box::new(move |c, tried, fonts| {
            let found = fallback(c, tried, fonts);
            if found.is_none() {
                lacked.store(u32::from(c), Ordering::Relaxed);
            }
            found
        }),
    }
}

/// The picture with its style written out, and its text unfitted: it is set in the fonts it was measured for.
fn plain(svg: &str) -> String {
    let unfitted = without_lengths(svg);
    let Some((before, rest)) = unfitted.split_once("<style>") else { return unfitted };
    let Some((style, after)) = rest.split_once("</style>") else { return unfitted };
    [before, "<style>", &written_out(style), "</style>", after].concat()
}

/// Without the widths that text is fitted to.
fn without_lengths(svg: &str) -> String {
    let mut parts = svg.split(" textLength=\"");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('"').map_or(part, |(_, behind)| behind));
    }
    text
}

/// A rule of the style: selectors and declarations.
type Rule<'a> = (&'a str, &'a str);

/// The style with the value of every custom property in its place. Those of `:root` hold everywhere; another holds for
/// what the rule that sets it selects, so a rule that reads it is written once for each of these.
fn written_out(style: &str) -> String {
    let rules: Vec<Rule<'_>> = style
        .split('}')
        .filter_map(|rule| rule.split_once('{'))
        .map(|(selectors, body)| (selectors.trim(), body.trim()))
        .collect();
    let (root, rest): (Vec<_>, Vec<_>) =
        rules.into_iter().partition(|(selectors, _)| *selectors == ":root");
    let of_root: Vec<(&str, &str)> = root
        .iter()
        .flat_map(|(_, body)| body.split(';'))
        .filter_map(|d| d.trim().split_once(':'))
        .collect();
    let own: Vec<Rule<'_>> = rest
        .iter()
        .filter_map(|(selectors, body)| Some((*selectors, body.split(';').find_map(sets)?)))
        .collect();
    let mut out = String::with_capacity(style.len());
    for (selectors, body) in rest {
        let kept: Vec<&str> = body.split(';').filter(|d| sets(d).is_none()).collect();
        let body = kept.join(";");
        if body.is_empty() {
            continue;
        }
        for selector in selectors.split(',').flat_map(|s| shapes(s.trim())) {
            let _ = write!(out, "{selector}{{{}}}", valued(&body, &of_root, None));
            for (other, value) in own.iter().filter(|_| body.contains("var(--c")) {
                for other in other.split(',').map(str::trim) {
                    let body = valued(&body, &of_root, Some(value));
                    let _ = write!(out, "{selector}{other}{{{body}}}");
                }
            }
        }
    }
    out
}

/// The value that a declaration gives to `--c`, the one property that is not of `:root`.
fn sets(declaration: &str) -> Option<&str> {
    declaration.trim().strip_prefix("--c:")
}

/// A selector that excludes text, as one for each element that the pictures draw with.
fn shapes(selector: &str) -> Vec<String> {
    match selector.strip_suffix(":not(text)") {
        Some(rest) => ["circle", "path", "rect"].map(|shape| format!("{shape}{rest}")).to_vec(),
        None => vec![selector.to_owned()],
    }
}

/// Declarations with the values of what they read: of `--c` the one given, else what the declaration names for where it
/// is not set. A property that is set nowhere leaves `none`.
fn valued(body: &str, of_root: &[(&str, &str)], own: Option<&str>) -> String {
    let mut text = body.to_owned();
    // A value may read another property.
    while let Some(from) = text.rfind("var(") {
        let Some(end) = text[from..].find(')').map(|n| from + n) else { break };
        let (name, otherwise) = match text[from + 4..end].split_once(',') {
            Some((name, otherwise)) => (name, Some(otherwise)),
            None => (&text[from + 4..end], None),
        };
        let named = || of_root.iter().rfind(|(known, _)| *known == name).map(|(_, value)| *value);
        let value = own.filter(|_| name == "--c").or_else(named).or(otherwise).unwrap_or("none");
        let value = value.to_owned();
        text.replace_range(from..=end, &value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_written_out() {
        let style = ":root{--a:#111;--b:#222}\n.st{fill:var(--c)}.raw{--c:var(--a)}.bit{fill:var(--c,var(--b))}\
            .end.ok:not(text){stroke:var(--a)}";
        assert_eq!(
            written_out(style),
            ".st{fill:none}.st.raw{fill:#111}.bit{fill:#222}.bit.raw{fill:#111}\
            circle.end.ok{stroke:#111}path.end.ok{stroke:#111}rect.end.ok{stroke:#111}"
        );
    }

    #[test]
    fn a_case_comes_out_as_it_went_in() -> io::Result<()> {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"4\"><rect width=\"8\" height=\"4\"/></svg>";
        let case = "chainwalk: 1\n规则 & <b>\n";
        let pen = Pen::new()?;
        let how = Drawing::default();
        let made = pen.draw("a.png", svg, Some((case, how)))?;
        assert_eq!(carried(&made).as_deref(), Some(case));
        assert_eq!(drawn(&made), Some(how));
        assert_eq!(carried(&pen.draw("a.png", svg, None)?), None);
        assert_eq!(carried(b"no picture"), None);
        Ok(())
    }
}
