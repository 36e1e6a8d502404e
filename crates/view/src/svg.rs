//! A scene as standalone SVG text: its own style, no script, nothing fetched.

use crate::drawing::{Item, Measure, Scene};
use crate::say::steers;
use std::fmt::Write as _;

pub(crate) const LIGHT: &str = include_str!("svg/light.css");
pub(crate) const DARK: &str = include_str!("svg/dark.css");
pub(crate) const SHAPES: &str = include_str!("svg/shapes.css");

/// The SVG text of a scene, the packet included. It shows by itself in light and dark.
pub fn svg(scene: &Scene) -> String {
    let mut out = String::new();
    let (w, h) = (number(scene.width), number(scene.height));
    let dark = DARK.trim_end();
    let style = format!("{LIGHT}@media (prefers-color-scheme:dark){{{dark}}}\n{SHAPES}");
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\"><style>{style}</style><rect class=\"ground\" width=\"{w}\" height=\"{h}\"/>",
    );
    Draw { measure: None, named: true }.scene(&mut out, scene);
    out.push_str("</svg>");
    out
}

/// Writes shapes as SVG.
#[derive(Clone, Copy)]
pub(crate) struct Draw<'m> {
    /// Says how wide a text is meant to be, where the reader's fonts may be others.
    pub(crate) measure: Option<&'m dyn Measure>,
    /// Whether groups keep their names, which a browser shows beside the pointer.
    pub(crate) named: bool,
}

impl Draw<'_> {
    /// A whole scene, the packet between its way and its label.
    pub(crate) fn scene(self, out: &mut String, scene: &Scene) {
        let (label, rest): (Vec<&Item>, Vec<&Item>) = scene.items.iter().partition(|i| is_label(i));
        for one in rest {
            self.item(out, one);
        }
        if !scene.tag.is_empty() {
            packet(out, scene.rest, scene.made);
        }
        for one in label {
            self.item(out, one);
        }
    }

    /// One item.
    pub(crate) fn item(self, out: &mut String, one: &Item) {
        match one {
            Item::Rect { x, y, w, h, r, class } => {
                let _ = write!(
                    out,
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" class=\"{}\"/>",
                    number(*x),
                    number(*y),
                    number(*w),
                    number(*h),
                    number(*r),
                    escaped(class)
                );
            }
            Item::Circle { x, y, r, class } => {
                let _ = write!(
                    out,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"{}\"/>",
                    number(*x),
                    number(*y),
                    number(*r),
                    escaped(class)
                );
            }
            Item::Path { d, class } => {
                let _ = write!(out, "<path d=\"{}\" class=\"{}\"/>", escaped(d), escaped(class));
            }
            Item::Text { x, y, text, class } => {
                let _ = write!(
                    out,
                    "<text x=\"{}\" y=\"{}\" class=\"{}\"{}>{}</text>",
                    number(*x),
                    number(*y),
                    escaped(class),
                    self.length(text, class),
                    escaped(text)
                );
            }
            Item::Icon { id, x, y, size, class } => {
                let _ = write!(
                    out,
                    "<path transform=\"translate({} {})scale({})\" d=\"{}\" class=\"i {}\"/>",
                    number(*x),
                    number(*y),
                    number(size / 12.0),
                    icon(id),
                    escaped(class)
                );
            }
            Item::Group { class, label, items, .. } => {
                let _ = write!(out, "<g class=\"{}\">", escaped(class));
                if self.named && !label.is_empty() {
                    let _ = write!(out, "<title>{}</title>", escaped(label));
                }
                for one in items {
                    self.item(out, one);
                }
                out.push_str("</g>");
            }
        }
    }

    /// The width that a text is to be set in, as an attribute.
    fn length(self, text: &str, class: &str) -> String {
        let wide = self.measure.and_then(|measure| width(measure, text, class));
        wide.map_or(String::new(), |w| format!(" textLength=\"{}\"", number(w)))
    }
}

/// The width that a text is to be set in, where it could be another in the reader's fonts: monospaced and wide
/// characters are as wide in every font.
pub(crate) fn width(measure: &dyn Measure, text: &str, class: &str) -> Option<f64> {
    let mono = class.split_whitespace().any(|c| c == "m");
    let letters = text.chars().filter(|c| *c < '\u{2fff}').count();
    (!mono && letters > 1).then(|| measure.width(text, class).round())
}

/// The packet at a place.
pub(crate) fn packet(out: &mut String, (x, y): (f64, f64), made: bool) {
    let (x, y) = (number(x), number(y));
    let made = if made { " class=\"made\"" } else { "" };
    let _ = write!(
        out,
        "<g{made}><circle class=\"halo\" cx=\"{x}\" cy=\"{y}\" r=\"15\"/><circle class=\"core\" cx=\"{x}\" cy=\"{y}\" r=\"9.5\"/></g>"
    );
}

/// Whether an item is the packet's label, which lies over the packet.
pub(crate) fn is_label(item: &Item) -> bool {
    matches!(item, Item::Group { class, .. } if class == "tag")
}

/// An icon of the sprite as path data in a box of 12.
fn icon(id: &str) -> &'static str {
    match id {
        "i-ok" => "M2.2 6.4l2.6 2.6 5-5.8",
        "i-no" => "M3 3l6 6M9 3l-6 6",
        "i-fork" => {
            "M6 1.4v2.4M6 3.8C6 6.4 2 5.800 2 9.600M6 3.800v5.800M6 3.800c0 2.600 4 2 4 5.800"
        }
        "i-half" => {
            "M6 1.2a4.800 4.800 0 000 9.600M6 1.200a4.800 4.800 0 010 9.600zM6 2v8M8 2.500v7M9.500 4v4"
        }
        _ => "",
    }
}

/// A number in as few characters as it takes.
pub(crate) fn number(v: f64) -> String {
    let v = (v * 100.0).round() / 100.0;
    if v == 0.0 { "0".into() } else { v.to_string() }
}

/// A text as XML takes it; characters that XML has no place for are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c if steers(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::Link;
    use crate::page::{Run, Style};

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let said =
            [(0.0, "0"), (-0.001, "0"), (1.0, "1"), (1.256, "1.26"), (-2.5, "-2.5"), (0.1, "0.1")];
        for (v, text) in said {
            assert_eq!(number(v), text);
        }
    }

    #[test]
    fn a_text_can_say_anything() {
        assert_eq!(escaped("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
        assert_eq!(escaped("a\tb\nc\rd"), "a b c d");
        assert_eq!(escaped("a\u{0}b\u{1f}c\u{fffe}d\u{ffff}"), "abcd");
        assert_eq!(escaped("' é 规"), "' é 规");
    }

    /// The SVG behind the style and the ground.
    fn drawn(scene: &Scene) -> String {
        let text = svg(scene);
        text.split("class=\"ground\"")
            .nth(1)
            .and_then(|t| t.split_once("/>"))
            .map_or(String::new(), |t| t.1.to_owned())
    }

    #[test]
    fn every_shape_is_written_with_its_place() {
        let class = || "c".to_owned();
        let circle = Item::Circle { x: 1.0, y: 2.0, r: 3.5, class: class() };
        let tag = Item::Group {
            class: "tag".into(),
            link: Link::default(),
            label: String::new(),
            items: vec![Item::Text { x: 1.0, y: 2.0, text: "a&b".into(), class: class() }],
        };
        let items = vec![
            tag,
            Item::Rect { x: 1.0, y: 2.0, w: 3.0, h: 4.0, r: 5.0, class: class() },
            Item::Path { d: "M1 2".into(), class: class() },
            Item::Icon { id: "i-ok".into(), x: 1.0, y: 2.0, size: 6.0, class: class() },
            Item::Group {
                class: "g".into(),
                link: Link::default(),
                label: "<n>".into(),
                items: vec![circle],
            },
        ];
        let row = ("from".to_owned(), Run { text: "x".into(), style: Style::Plain });
        let mut scene = Scene {
            width: 10.0,
            height: 20.0,
            items,
            rest: (7.0, 8.0),
            tag: vec![row],
            ..Scene::default()
        };
        let shapes = "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" rx=\"5\" class=\"c\"/><path d=\"M1 2\" class=\"c\"/>\
            <path transform=\"translate(1 2)scale(0.5)\" d=\"M2.2 6.4l2.6 2.6 5-5.8\" class=\"i c\"/>\
            <g class=\"g\"><title>&lt;n&gt;</title><circle cx=\"1\" cy=\"2\" r=\"3.5\" class=\"c\"/></g>";
        let packet = "<circle class=\"halo\" cx=\"7\" cy=\"8\" r=\"15\"/><circle class=\"core\" cx=\"7\" cy=\"8\" r=\"9.5\"/></g>";
        // The packet lies over everything but its label.
        let label = "<g class=\"tag\"><text x=\"1\" y=\"2\" class=\"c\">a&amp;b</text></g></svg>";
        assert_eq!(drawn(&scene), format!("{shapes}<g>{packet}{label}"));
        scene.made = true;
        assert_eq!(drawn(&scene), format!("{shapes}<g class=\"made\">{packet}{label}"));
        scene.tag.clear();
        assert_eq!(drawn(&scene), format!("{shapes}{label}"), "no packet, where there is none");
        assert!(svg(&scene).contains("width=\"10\" height=\"20\" viewBox=\"0 0 10 20\""));
    }

    #[test]
    fn every_icon_is_a_picture_of_its_own() {
        let all = ["i-ok", "i-no", "i-fork", "i-half"].map(icon);
        for (at, one) in all.iter().enumerate() {
            assert!(one.starts_with('M') && !all[..at].contains(one), "{one}");
        }
    }
}
