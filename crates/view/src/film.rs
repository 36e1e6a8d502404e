//! A figure that moves, as SVG: no script, nothing fetched, and without motion the whole last picture.
//!
//! What is drawn at several stops is written once, and a rule of the style says when it is there. An image of it moves
//! by itself, rests after some rounds, and stands still for readers who asked for less motion.

use crate::drawing::{Item, Measure, Scene};
use crate::explained::Explained;
use crate::figure::{Figure, HEAD, THUMB, diagram};
use crate::page::Colours;
use crate::svg::{Draw, is_label, number, packet};
use std::collections::HashMap;
use std::fmt::Write as _;

/// How long the packet stays at a stop, in milliseconds, and how long it travels to the next.
const STAY: f64 = 980.0;
const TRAVEL: f64 = 520.0;
/// What is said in more letters than these stays longer, by so much a letter.
const LETTERS: usize = 40;
const LETTER: f64 = 60.0;
/// How long the last stop stays.
const LAST: f64 = 4_000.0;
/// With more stops than these only hooks, matches and ends are shown.
const STOPS: usize = 40;
/// So many points of a bend are gone through.
const BEND: usize = 8;

/// How a figure moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Film {
    /// How often it is shown before it rests.
    pub rounds: u32,
    /// Whether every stop of a long walk is shown.
    pub all: bool,
    /// Light, dark or both.
    pub colours: Colours,
}

impl Default for Film {
    fn default() -> Self {
        Self { rounds: 3, all: false, colours: Colours::Both }
    }
}

/// An item of one or several stops.
struct Drawn {
    text: String,
    stops: Vec<usize>,
}

/// The text of the moving figure.
pub fn film(t: &Explained, figure: &Figure, how: Film, measure: &dyn Measure) -> String {
    let last = figure.last();
    let shown: Vec<usize> = (0..=last)
        .filter(|at| {
            let marked = figure.marked.get(*at).copied().unwrap_or(true);
            how.all || last < STOPS || marked || [0, last].contains(at)
        })
        .collect();
    let scenes: Vec<Scene> = shown.iter().map(|at| diagram(t, figure, *at, measure)).collect();
    let mut begins = Vec::new();
    let mut whole = 0.0;
    for (n, at) in shown.iter().enumerate() {
        begins.push(whole);
        let letters = figure.said.get(*at).map_or(0, |s| s.chars().count());
        let stay = STAY + LETTER * letters.saturating_sub(LETTERS) as f64;
        whole += if n + 1 == shown.len() { LAST } else { TRAVEL + stay };
    }
    let clock = Clock { whole, rounds: how.rounds, begins };
    let draw = Draw { measure: Some(measure), named: false };
    // The groups alone have a class that begins so and a name of an animation.
    let seconds = number(clock.whole / 1000.0);
    let css = format!(":where([class^=f]){{animation:{seconds}s steps(1,end) {}}}", clock.rounds);
    let mut rules = Rules { clock: &clock, css, known: HashMap::new() };
    let below = layer(&scenes, draw, false);
    let above = layer(&scenes, draw, true);
    let below = rules.groups(&below);
    let above = rules.groups(&above);
    let own: Vec<usize> = picked(&scenes, |s| !s.tag.is_empty() && !s.made);
    let made: Vec<usize> = picked(&scenes, |s| !s.tag.is_empty() && s.made);
    let mut moving = String::new();
    for (stops, is_made) in [(own, false), (made, true)] {
        if !stops.is_empty() {
            let mut one = String::new();
            packet(&mut one, (0.0, 0.0), is_made);
            moving += &rules.group(&stops, &one);
        }
    }
    let rest = scenes.last().map_or((0.0, 0.0), |s| s.rest);
    let way = clock.way(&scenes);
    let marks: Vec<(f64, f64, f64)> = shown
        .iter()
        .zip(&clock.begins)
        .map(|(at, begin)| {
            let (x, y) = figure.thumb(*at);
            (*begin, x, y)
        })
        .collect();
    rules.keyframes("p", "linear", &way);
    rules.keyframes("b", "steps(1,end)", &marks);
    let css =
        format!(".h{{opacity:0}}@media (prefers-reduced-motion:no-preference){{{}}}", rules.css);
    let mut out = figure.open(how.colours, &css);
    figure.ground(&mut out, draw, measure);
    let (x, y) = figure.thumb(last);
    let _ = write!(
        out,
        "<g transform=\"translate(0 {HEAD})\">{below}<g class=\"p\" transform=\"translate({} {})\">{moving}</g>{above}</g><g class=\"b\" transform=\"translate({} {})\">{THUMB}</g></svg>",
        number(rest.0),
        number(rest.1),
        number(x),
        number(y),
    );
    out
}

/// The stops, counted among those shown, whose scene is so.
fn picked(scenes: &[Scene], is: impl Fn(&Scene) -> bool) -> Vec<usize> {
    (0..scenes.len()).filter(|n| is(&scenes[*n])).collect()
}

/// All items of the stops in one order that keeps the order of each: those under the packet, or its label above it.
fn layer(scenes: &[Scene], draw: Draw, label: bool) -> Vec<Drawn> {
    let mut all: Vec<Drawn> = Vec::new();
    for (stop, scene) in scenes.iter().enumerate() {
        let mut at = 0;
        let items = scene.items.iter().filter(|i| is_label(i) == label);
        for item in items.flat_map(shapes) {
            let mut text = String::new();
            draw.item(&mut text, item);
            let same = all.iter().skip(at).position(|d| d.text == text && !d.stops.contains(&stop));
            match same {
                Some(further) => {
                    at += further;
                    all[at].stops.push(stop);
                }
                None => all.insert(at, Drawn { text, stops: vec![stop] }),
            }
            at += 1;
        }
    }
    all
}

/// An item's shapes: groups only say what belongs together.
fn shapes(item: &Item) -> Vec<&Item> {
    match item {
        Item::Group { items, .. } => items.iter().flat_map(shapes).collect(),
        shape => vec![shape],
    }
}

/// When each stop begins, in milliseconds.
struct Clock {
    whole: f64,
    rounds: u32,
    begins: Vec<f64>,
}

impl Clock {
    /// A time as a keyframe's name.
    fn part(&self, time: f64) -> String {
        format!("{}%", number(100.0 * time / self.whole.max(1.0)))
    }

    /// The packet's places by their times.
    fn way(&self, scenes: &[Scene]) -> Vec<(f64, f64, f64)> {
        let mut out: Vec<(f64, f64, f64)> = Vec::new();
        // Two names of keyframes that are apart.
        let hair = self.whole * 0.000_2;
        for (scene, begin) in scenes.iter().zip(&self.begins) {
            let points = points(&scene.travel);
            let long: f64 = points.windows(2).map(|w| distance(w[0], w[1])).sum();
            // Where it sets out from elsewhere than it stood, it is there at once.
            if let Some((_, x, y)) = out.last().copied() {
                out.push((begin - hair, x, y));
            }
            let mut arrived = *begin;
            if long > 0.5 {
                let mut gone = 0.0;
                for (n, point) in points.iter().enumerate() {
                    gone += if n > 0 { distance(points[n - 1], *point) } else { 0.0 };
                    out.push((begin + TRAVEL * gone / long, point.0, point.1));
                }
                arrived = begin + TRAVEL;
            }
            out.push((arrived, scene.rest.0, scene.rest.1));
        }
        if let Some((_, x, y)) = out.last().copied() {
            out.push((self.whole, x, y));
        }
        out
    }
}

fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// The points of a way of lines and bends, as `rounded` writes them.
fn points(d: &str) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::new();
    let numbers = |text: &str| -> Vec<f64> {
        text.split_whitespace().filter_map(|n| n.parse().ok()).collect()
    };
    let mut rest = d;
    while let Some(kind) = rest.chars().next().filter(char::is_ascii) {
        let body = &rest[1..];
        let end = body.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(body.len());
        match (kind, numbers(&body[..end]).as_slice()) {
            ('M' | 'L', [x, y]) => out.push((*x, *y)),
            ('Q', [bx, by, x, y]) => {
                let Some(&(ax, ay)) = out.last() else { break };
                for n in 1..=BEND {
                    let t = n as f64 / BEND as f64;
                    let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
                    out.push((a * ax + b * bx + c * x, a * ay + b * by + c * y));
                }
            }
            _ => break,
        }
        rest = &body[end..];
    }
    out
}

/// The rules of style that say when a group is there, each written once.
struct Rules<'c> {
    clock: &'c Clock,
    css: String,
    known: HashMap<Vec<usize>, usize>,
}

impl Rules<'_> {
    /// Neighbours of the same stops in one group.
    fn groups(&mut self, all: &[Drawn]) -> String {
        let chunks = all.chunk_by(|a, b| a.stops == b.stops);
        chunks
            .map(|same| {
                let text: String = same.iter().map(|d| d.text.as_str()).collect();
                self.group(&same[0].stops, &text)
            })
            .collect()
    }

    fn group(&mut self, stops: &[usize], text: &str) -> String {
        let last = self.clock.begins.len() - 1;
        if stops.len() > last {
            return text.to_owned();
        }
        let fresh = self.known.len();
        let name = *self.known.entry(stops.to_vec()).or_insert(fresh);
        let rests = stops.contains(&last);
        if name == fresh {
            // Before its first frame and behind its last it is as it is without motion.
            let mut frames = String::new();
            let mut there = rests;
            for (stop, begin) in self.clock.begins.iter().enumerate() {
                if there != stops.contains(&stop) {
                    there = !there;
                    let (begin, seen) = (self.clock.part(*begin), u8::from(there));
                    let _ = write!(frames, "{begin}{{opacity:{seen}}}");
                }
            }
            let _ = write!(
                self.css,
                "@keyframes f{name}{{{frames}}}.f{name}{{animation-name:f{name}}}"
            );
        }
        let hidden = if rests { "" } else { " h" };
        format!("<g class=\"f{name}{hidden}\">{text}</g>")
    }

    /// Moves a class through places.
    fn keyframes(&mut self, name: &str, pace: &str, places: &[(f64, f64, f64)]) {
        let place = |x: f64, y: f64| format!("translate({}px,{}px)", tenth(x), tenth(y));
        let mut frames = String::new();
        let mut before: Option<(String, String)> = None;
        for (n, (time, x, y)) in places.iter().enumerate() {
            let here = place(*x, *y);
            // In the middle of a stay nothing has to be said.
            let stays = places.get(n + 1).is_some_and(|(_, x, y)| place(*x, *y) == here);
            let stood = before.as_ref().is_some_and(|(_, p)| *p == here);
            let at = self.clock.part(time.max(0.0));
            if stays && stood || before.as_ref().is_some_and(|(t, p)| *t == at && *p == here) {
                continue;
            }
            let _ = write!(frames, "{at}{{transform:{here}}}");
            before = Some((at, here));
        }
        let _ = write!(
            self.css,
            "@keyframes {name}{{{frames}}}.{name}{{animation:{name} {}s {pace} {}}}",
            number(self.clock.whole / 1000.0),
            self.clock.rounds
        );
    }
}

fn tenth(v: f64) -> String {
    number((v * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_motion_the_last_stop_stands_there() {
        let clock = Clock { whole: 300.0, rounds: 1, begins: vec![0.0, 100.0, 200.0] };
        let mut rules = Rules { clock: &clock, css: String::new(), known: HashMap::new() };
        assert_eq!(rules.group(&[0, 1, 2], "all"), "all");
        let is_hidden = |group: &str| group.contains(" h\"");
        assert!(!is_hidden(&rules.group(&[1, 2], "from the second on")));
        assert!(is_hidden(&rules.group(&[0], "at first")));
        assert!(
            rules.css.contains("@keyframes f0{0%{opacity:0}33.33%{opacity:1}}"),
            "{}",
            rules.css
        );
    }

    #[test]
    fn a_way_is_gone_through_point_by_point() {
        assert_eq!(points(""), []);
        assert_eq!(points("M1 2L3.5 -4"), [(1.0, 2.0), (3.5, -4.0)]);
        let bend = points("M0 0L90 0Q100 0 100 10L100 50");
        assert_eq!(bend.len(), 2 + BEND + 1);
        assert_eq!(bend[1 + BEND], (100.0, 10.0));
        assert_eq!(points("no way"), []);
        assert_eq!(points("规"), []);
    }
}
