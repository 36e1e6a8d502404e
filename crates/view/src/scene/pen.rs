//! What the parts of the scene draw with: shapes, measured texts, rounded ways.

use crate::drawing::{Item, Link, Measure, Scene};
use crate::page::Run;
use crate::stops::TimelineStop;
use std::fmt::Write as _;

/// A point in user units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A point.
pub(crate) fn p(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) w: f64,
    pub(crate) h: f64,
}

impl Area {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.h
    }
}

/// Gathers items in painting order.
pub(crate) struct Pen<'m> {
    pub(crate) measure: &'m dyn Measure,
    pub(crate) items: Vec<Item>,
}

/// Coordinates are kept to a tenth of a unit, so that the text of a drawing stays short.
pub(crate) fn tenth(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}

impl<'m> Pen<'m> {
    pub(crate) fn new(measure: &'m dyn Measure) -> Self {
        Self { measure, items: Vec::new() }
    }

    /// The drawing, with the packet where it rests at a stop, and the way by which it came there.
    pub(crate) fn scene(
        self,
        size: (f64, f64),
        now: Option<&TimelineStop>,
        (rest, travel): (Point, String),
        tag: Vec<(String, Run)>,
    ) -> Scene {
        Scene {
            width: size.0,
            height: size.1,
            below: size.1,
            items: self.items,
            travel,
            rest: (rest.x, rest.y),
            made: now.is_some_and(|now| now.reply.is_some()),
            tag,
        }
    }

    pub(crate) fn width(&self, text: &str, class: &str) -> f64 {
        self.measure.width(text, class)
    }

    pub(crate) fn rect(&mut self, a: Area, r: f64, class: &str) {
        self.items.push(Item::Rect {
            x: tenth(a.x),
            y: tenth(a.y),
            w: tenth(a.w.max(0.0)),
            h: tenth(a.h.max(0.0)),
            r,
            class: class.into(),
        });
    }

    pub(crate) fn circle(&mut self, at: Point, r: f64, class: &str) {
        let (x, y) = (tenth(at.x), tenth(at.y));
        self.items.push(Item::Circle { x, y, r, class: class.into() });
    }

    pub(crate) fn path(&mut self, d: impl Into<String>, class: &str) {
        let d = d.into();
        if !d.is_empty() {
            self.items.push(Item::Path { d, class: class.into() });
        }
    }

    pub(crate) fn text(&mut self, x: f64, y: f64, text: impl Into<String>, class: &str) {
        let text = text.into();
        if !text.is_empty() {
            self.items.push(Item::Text { x: tenth(x), y: tenth(y), text, class: class.into() });
        }
    }

    /// A text cut to a width, with an ellipsis where it was cut. Returns the width it takes.
    pub(crate) fn fitted(&mut self, x: f64, y: f64, text: &str, most: f64, class: &str) -> f64 {
        let shown = self.fit(text, most, class);
        let width = self.width(&shown, class);
        self.text(x, y, shown, class);
        width
    }

    /// The text cut to a width.
    pub(crate) fn fit(&self, text: &str, most: f64, class: &str) -> String {
        if self.width(text, class) <= most {
            return text.to_owned();
        }
        let chars: Vec<char> = text.chars().collect();
        let (mut low, mut high) = (0, chars.len());
        while low < high {
            let middle = (low + high).div_ceil(2);
            let tried: String = chars[..middle].iter().collect::<String>() + "…";
            if self.width(&tried, class) <= most { low = middle } else { high = middle - 1 }
        }
        if low == 0 { String::new() } else { chars[..low].iter().collect::<String>() + "…" }
    }

    /// Breaks a text into lines of at most `most`, no more than `lines`; the last is cut.
    pub(crate) fn wrap(&self, text: &str, most: f64, lines: usize, class: &str) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in words(text) {
            let tried = format!("{line}{word}");
            if line.is_empty() || self.width(tried.trim_end(), class) <= most {
                line = tried;
            } else {
                out.push(std::mem::replace(&mut line, word.trim_start().to_owned()));
            }
        }
        if !line.is_empty() {
            out.push(line);
        }
        if out.len() > lines && lines > 0 {
            let rest = out.split_off(lines - 1).concat();
            out.push(self.fit(&rest, most, class));
        }
        out.iter().map(|l| self.fit(l.trim_end(), most, class)).collect()
    }

    pub(crate) fn icon(&mut self, id: &str, x: f64, y: f64, size: f64, class: &str) {
        let (x, y) = (tenth(x), tenth(y));
        self.items.push(Item::Icon { id: id.into(), x, y, size, class: class.into() });
    }

    /// Gathers what `draw` adds into one linked group.
    pub(crate) fn group(
        &mut self,
        class: &str,
        link: Link,
        label: impl Into<String>,
        draw: impl FnOnce(&mut Self),
    ) {
        let before = std::mem::take(&mut self.items);
        draw(self);
        let items = std::mem::replace(&mut self.items, before);
        if !items.is_empty() {
            let label = label.into();
            self.items.push(Item::Group { class: class.into(), link, label, items });
        }
    }

    /// The circle and the cross of a stop.
    pub(crate) fn cross(&mut self, at: Point, r: f64, class: &str) {
        self.circle(at, r, &format!("end {class}"));
        let a = r * 0.4;
        let (x, y, w) = (tenth(at.x - a), tenth(at.y - a), tenth(2.0 * a));
        self.path(format!("M{x} {y}l{w} {w}m0 -{w}l-{w} {w}"), &format!("x {class}"));
    }

    /// The circle and the tick of a good end.
    pub(crate) fn tick(&mut self, at: Point, r: f64) {
        self.circle(at, r, "end ok");
        let (x, y) = (tenth(at.x - r * 0.45), tenth(at.y + r * 0.05));
        let (a, b) = (tenth(r * 0.32), tenth(r * 0.62));
        self.path(format!("M{x} {y}l{a} {a}l{b} -{}", tenth(r * 0.72)), "x ok");
    }
}

/// A text in pieces that a line may end behind: after a space, or after any wide character.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        word.push(c);
        if c == ' ' || c > '\u{2fff}' {
            out.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// A way through points with rounded corners, as path data.
pub(crate) fn rounded(points: &[Point], radius: f64) -> String {
    let mut way: Vec<Point> = Vec::new();
    for point in points {
        if way.last().is_none_or(|l| (l.x - point.x).abs() + (l.y - point.y).abs() > 0.05) {
            way.push(*point);
        }
    }
    let Some(first) = way.first() else { return String::new() };
    let mut d = format!("M{} {}", tenth(first.x), tenth(first.y));
    for i in 1..way.len() {
        let (a, b) = (way[i - 1], way[i]);
        let Some(c) = way.get(i + 1).copied() else {
            let _ = write!(d, "L{} {}", tenth(b.x), tenth(b.y));
            break;
        };
        let (l1, l2) = (length(a, b), length(b, c));
        let straight = ((b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x)).abs() < 0.01;
        let r = radius.min(l1 / 2.0).min(l2 / 2.0);
        if straight || r < 0.5 {
            let _ = write!(d, "L{} {}", tenth(b.x), tenth(b.y));
            continue;
        }
        let (s, e) = (toward(b, a, r), toward(b, c, r));
        let _ = write!(
            d,
            "L{} {}Q{} {} {} {}",
            tenth(s.x),
            tenth(s.y),
            tenth(b.x),
            tenth(b.y),
            tenth(e.x),
            tenth(e.y)
        );
    }
    d
}

fn length(a: Point, b: Point) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// The point `by` units from `from` toward `to`.
fn toward(from: Point, to: Point, by: f64) -> Point {
    let all = length(from, to).max(0.001);
    p(from.x + (to.x - from.x) * by / all, from.y + (to.y - from.y) * by / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every letter is ten wide.
    struct Tens;

    impl Measure for Tens {
        fn width(&self, text: &str, _: &str) -> f64 {
            10.0 * text.chars().count() as f64
        }
    }

    #[test]
    fn a_text_is_cut_to_what_fits_with_its_ellipsis() {
        let pen = Pen::new(&Tens);
        for (most, cut) in [
            (100.0, "abcdef"),
            (60.0, "abcdef"),
            (59.0, "abcd…"),
            (30.0, "ab…"),
            (20.0, "a…"),
            (19.0, ""),
        ] {
            assert_eq!(pen.fit("abcdef", most, ""), cut, "{most}");
        }
        let mut pen = Pen::new(&Tens);
        assert!((pen.fitted(1.0, 2.0, "abcdef", 45.0, "s11") - 40.0).abs() < 1e-9);
        let text = Item::Text { x: 1.0, y: 2.0, text: "abc…".into(), class: "s11".into() };
        assert_eq!(pen.items, [text]);
    }

    #[test]
    fn lines_break_between_words_and_the_last_is_cut() {
        let pen = Pen::new(&Tens);
        let lines = |text: &str, most: f64, lines: usize| pen.wrap(text, most, lines, "");
        assert_eq!(lines("one two three", 70.0, 3), ["one two", "three"]);
        assert_eq!(lines("one two three", 69.0, 3), ["one", "two", "three"]);
        assert_eq!(lines("one two three", 50.0, 2), ["one", "two …"]);
        assert_eq!(lines("one two three", 50.0, 3), ["one", "two", "three"]);
        assert_eq!(lines("extraordinary", 50.0, 3), ["extr…"]);
        assert_eq!(lines("一二三四", 20.0, 3), ["一二", "三四"]);
        assert_eq!(lines("ab一二", 30.0, 3), ["ab一", "二"]);
        assert_eq!(lines("one two", 30.0, 0), ["one", "two"], "as many as it takes");
        assert!(lines("", 30.0, 3).is_empty());
    }

    #[test]
    fn corners_are_rounded_and_straight_ways_are_not() {
        let way = |points: &[(f64, f64)], radius: f64| {
            let points: Vec<Point> = points.iter().map(|(x, y)| p(*x, *y)).collect();
            rounded(&points, radius)
        };
        assert_eq!(way(&[], 10.0), "");
        assert_eq!(way(&[(1.0, 2.0)], 10.0), "M1 2");
        assert_eq!(way(&[(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)], 10.0), "M0 0L50 0L100 0");
        let corner = [(0.0, 0.0), (100.0, 0.0), (100.0, 50.0)];
        assert_eq!(way(&corner, 10.0), "M0 0L90 0Q100 0 100 10L100 50");
        // No rounder than half of the shorter side.
        assert_eq!(
            way(&[(0.0, 0.0), (100.0, 0.0), (100.0, 8.0)], 10.0),
            "M0 0L96 0Q100 0 100 4L100 8"
        );
        assert_eq!(way(&[(0.0, 0.0), (8.0, 0.0), (8.0, 80.0)], 10.0), "M0 0L4 0Q8 0 8 4L8 80");
        assert_eq!(way(&[(0.0, 0.0), (0.5, 0.0), (0.5, 80.0)], 10.0), "M0 0L0.5 0L0.5 80");
        // A point twice is one.
        assert_eq!(way(&[(0.0, 0.0), (0.0, 0.0), (9.0, 0.0)], 10.0), "M0 0L9 0");
        assert_eq!(way(&[(3.0, 0.0), (3.0, 4.0)], 1.0), "M3 0L3 4");
        // Leftwards and upwards as well.
        let back = [(100.0, 100.0), (100.0, 0.0), (0.0, 0.0)];
        assert_eq!(way(&back, 10.0), "M100 100L100 10Q100 0 90 0L0 0");
        assert!((length(p(1.0, 1.0), p(4.0, 5.0)) - 5.0).abs() < 1e-9);
        assert_eq!(toward(p(1.0, 1.0), p(4.0, 5.0), 2.5), p(2.5, 3.0));
    }

    #[test]
    fn a_cross_and_a_tick_lie_within_their_circles() {
        let mut pen = Pen::new(&Tens);
        pen.cross(p(50.0, 20.0), 10.0, "stop");
        pen.tick(p(50.0, 20.0), 10.0);
        let circle = |class: &str| Item::Circle { x: 50.0, y: 20.0, r: 10.0, class: class.into() };
        let path = |d: &str, class: &str| Item::Path { d: d.into(), class: class.into() };
        // Both strokes of the cross go through the middle: 46..54 and 16..24.
        let cross = path("M46 16l8 8m0 -8l-8 8", "x stop");
        // The tick goes down to the right, then up.
        let tick = path("M45.5 20.5l3.2 3.2l6.2 -7.2", "x ok");
        assert_eq!(pen.items, [circle("end stop"), cross, circle("end ok"), tick]);
    }

    #[test]
    fn what_is_empty_is_not_drawn() {
        let mut pen = Pen::new(&Tens);
        pen.text(0.0, 0.0, "", "s11");
        pen.path("", "line");
        pen.group("gst", Link::default(), "name", |_| {});
        assert!(pen.items.is_empty());
        pen.rect(Area { x: 1.04, y: 2.06, w: -3.0, h: 4.0 }, 5.0, "hook");
        let rect = Item::Rect { x: 1.0, y: 2.1, w: 0.0, h: 4.0, r: 5.0, class: "hook".into() };
        assert_eq!(pen.items, [rect]);
        pen.group("gst", Link::default(), "name", |pen| pen.circle(p(1.0, 1.0), 2.0, "st"));
        assert!(matches!(&pen.items[1], Item::Group { items, .. } if items.len() == 1));
        let a = Area { x: 1.0, y: 2.0, w: 3.0, h: 5.0 };
        assert!((a.right() - 4.0).abs() < 1e-9 && (a.bottom() - 7.0).abs() < 1e-9);
    }
}
