//! What may be shown of a question before it is answered, as a picture that stands by itself: a heading, the packet, and the
//! drawing for a room at its first stop with everything ahead veiled.

use crate::drawing::{Item, Measure, Scene};
use crate::explained::Explained;
use crate::figure::palette;
use crate::page::{Colours, Lang};
use crate::scene::pen::Pen;
use crate::scene::scene_room;
use crate::svg::{Draw, SHAPES, escaped, is_label, number, packet};
use std::fmt::Write as _;

/// Its width and height in CSS pixels: what networks cut their cards to.
pub const SLIDE: (f64, f64) = (1200.0, 630.0);
/// The drawing's units in one of these.
const UNITS: f64 = 1.6;
/// The margin on either side.
const MARGIN: f64 = 56.0;
/// Where the lines of the heading and the packet stand, by how many lines the heading has.
const ONE: [f64; 2] = [110.0, 184.0];
const TWO: [f64; 3] = [78.0, 148.0, 214.0];
/// Where the drawing begins.
const TOP: f64 = 252.0;
/// What the drawing of this size has otherwise than that of the page.
const LARGE: &str = ".s28{font-size:28px}.s32{font-size:32px}.s36{font-size:36px}.s40{font-size:40px}.s58{font-size:58px}\
.hook,.port,.drawer{stroke-width:3}.hook.on,.hook.stop{stroke-width:5}.hook.off{fill:var(--bg);stroke:var(--ink-3);stroke-dasharray:5 9}\
.trk{stroke-width:14}.trk.thin{stroke-width:8}.done{stroke-width:11}.todo{stroke-width:9;stroke-dasharray:.1 20}\
.diamond{stroke-width:4}.st{stroke-width:5}.st.on{stroke-width:8}.st.ring{fill:var(--card);stroke:var(--ct)}.node{stroke-width:4}";

/// The picture of the packet that `line` asked for, under a heading.
pub fn slide(
    t: &Explained,
    heading: &str,
    line: &str,
    colours: Colours,
    measure: &dyn Measure,
) -> String {
    let (w, h) = SLIDE;
    let (width, height) = (w * UNITS, h * UNITS);
    let scene = scene_room(t, 0, true, measure);
    let lang = if t.lang == Lang::Zh { "zh-Hans" } else { "en" };
    let (heading_text, line_text) = (escaped(heading), escaped(line));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {} {}\" role=\"img\" lang=\"{lang}\"><title>{heading_text}</title><desc>{line_text}</desc><style>{}{SHAPES}{LARGE}</style><rect class=\"ground\" width=\"{}\" height=\"{}\"/>",
        number(width),
        number(height),
        palette(colours),
        number(width),
        number(height),
    );
    let draw = Draw { measure: Some(measure), named: false };
    let pen = Pen::new(measure);
    let mut text = |y: f64, text: &str, class: &str| {
        let text = pen.fit(text, width - 2.0 * MARGIN, class);
        draw.item(&mut out, &Item::Text { x: MARGIN, y, text, class: class.into() });
    };
    let lines = pen.wrap(heading, width - 2.0 * MARGIN, 2, "s58 w7");
    let at = if lines.len() > 1 { &TWO[..] } else { &ONE[..] };
    for (y, words) in at.iter().zip(&lines) {
        text(*y, words, "s58 w7");
    }
    text(at[lines.len()], &["$ ", line].concat(), "s32 m w6");
    let _ = write!(out, "<g transform=\"translate(0 {})\">", number(TOP));
    drawn(&mut out, draw, &scene);
    out.push_str("</g></svg>");
    out
}

/// The drawing, with the packet as large as it is in a room.
fn drawn(out: &mut String, draw: Draw, scene: &Scene) {
    let (labels, rest): (Vec<&Item>, Vec<&Item>) = scene.items.iter().partition(|i| is_label(i));
    for one in rest {
        draw.item(out, one);
    }
    if !scene.tag.is_empty() {
        let (x, y) = scene.rest;
        let _ = write!(out, "<g transform=\"translate({} {})scale(2)\">", number(x), number(y));
        packet(out, (0.0, 0.0), scene.made);
        out.push_str("</g>");
    }
    for one in labels {
        draw.item(out, one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::TableMeasure;

    #[test]
    fn a_heading_has_two_lines_and_what_is_longer_is_cut() {
        let long = "Rule 4 bans an address that tries passwords all night. ".repeat(4);
        let (room, class) = (800.0, "s58 w7");
        let pen = Pen::new(&TableMeasure);
        let lines = pen.wrap(long.trim(), room, 2, class);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| pen.width(line, class) <= room), "{lines:?}");
        assert!(!lines[0].ends_with(' ') && lines[1].ends_with('…'), "{lines:?}");
        assert_eq!(pen.wrap("Short", room, 2, class), ["Short"]);
        let zh = pen.wrap(&"永远轮不到的规则".repeat(4), room, 2, class);
        assert!(zh.len() == 2 && pen.width(&zh[0], class) <= room, "{zh:?}");
    }
}
