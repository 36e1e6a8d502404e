//! Laws of the drawing, over what real kernels were asked and over the examples: nothing leaves the frame, nothing
//! covers what is to be read, the packet goes on from where it was, and what is linked is there.
#![allow(clippy::unwrap_used)]
// Coordinates have short names.
#![allow(clippy::many_single_char_names, clippy::similar_names)]

use chainwalk::Viewpoint;
use chainwalk_model::Trace;
use chainwalk_parse::case;
use chainwalk_tests::{engine, examples, recorded};
use chainwalk_view::{
    Explained, Item, Lang, Link, Measure, NoExplainer, Scene, TableMeasure, scene, scene_phone,
    timeline,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Every so many recorded cases are drawn, so that this takes seconds; `CHAINWALK_DRAWN=1` draws all.
const EVERY: usize = 80;

/// A rectangle in user units.
#[derive(Clone, Copy, Debug)]
struct Area {
    x: f64,
    y: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn of(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, right: x + w, bottom: y + h }
    }

    /// The least area that holds these points.
    fn around(points: &[(f64, f64)]) -> Self {
        let none = Self { x: f64::MAX, y: f64::MAX, right: f64::MIN, bottom: f64::MIN };
        points.iter().fold(none, |a, (x, y)| Self {
            x: a.x.min(*x),
            y: a.y.min(*y),
            right: a.right.max(*x),
            bottom: a.bottom.max(*y),
        })
    }

    /// By how much two of them lie over each other, in the direction in which it is less; negative where they do not.
    fn over(&self, other: &Self) -> f64 {
        let across = self.right.min(other.right) - self.x.max(other.x);
        let down = self.bottom.min(other.bottom) - self.y.max(other.y);
        across.min(down)
    }

    fn within(&self, scene: &Scene) -> bool {
        let (w, h) = (scene.width + 0.5, scene.height + 0.5);
        self.x >= -0.5 && self.y >= -0.5 && self.right <= w && self.bottom <= h
    }

    /// Whether a word has room in it, beside a station at any place.
    fn fits(&self, word: &Self) -> bool {
        2.0 * (word.right - word.x) + 26.0 <= self.right - self.x
    }

    fn is_finite(&self) -> bool {
        [self.x, self.y, self.right, self.bottom].iter().all(|v| v.is_finite())
    }
}

/// Something drawn, and the class of the group that it stands in.
struct Drawn<'s> {
    item: &'s Item,
    group: &'s str,
    class: &'s str,
    area: Area,
}

impl Drawn<'_> {
    fn is_text(&self) -> bool {
        matches!(self.item, Item::Text { .. })
    }

    /// Whether it is a shape that begins with one of these classes.
    fn is(&self, group: &str, classes: &[&str]) -> bool {
        let shape = matches!(self.item, Item::Rect { .. } | Item::Circle { .. });
        let first = self.class.split(' ').next().unwrap_or_default();
        shape && (group.is_empty() || self.group == group) && classes.contains(&first)
    }
}

/// Everything drawn, groups opened; the item whose numbers can't be read.
fn drawn(scene: &Scene) -> Result<Vec<Drawn<'_>>, String> {
    let mut out = Vec::new();
    open(&scene.items, "", &mut out)?;
    Ok(out)
}

fn open<'s>(items: &'s [Item], group: &'s str, out: &mut Vec<Drawn<'s>>) -> Result<(), String> {
    for item in items {
        let (class, area) = match item {
            Item::Group { class, items, .. } => {
                open(items, class, out)?;
                continue;
            }
            Item::Rect { x, y, w, h, class, .. } => (class, Area::of(*x, *y, *w, *h)),
            Item::Circle { x, y, r, class } => (class, Area::of(x - r, y - r, 2.0 * r, 2.0 * r)),
            Item::Icon { x, y, size, class, .. } => (class, Area::of(*x, *y, *size, *size)),
            Item::Text { x, y, text, class } => (class, letters(*x, *y, text, class)),
            Item::Path { d, class } => {
                let points = points(d).ok_or_else(|| format!("{item:?}"))?;
                (class, Area::around(&points))
            }
        };
        if !area.is_finite() {
            return Err(format!("{item:?}"));
        }
        out.push(Drawn { item, group, class, area });
    }
    Ok(())
}

/// Where the letters of a text are: between the top of its capitals and the line they stand on.
fn letters(x: f64, y: f64, text: &str, class: &str) -> Area {
    let width = TableMeasure.width(text, class);
    let has = |word: &str| class.split(' ').any(|c| c == word);
    let left = match (has("mid"), has("end")) {
        (true, _) => x - width / 2.0,
        (_, true) => x - width,
        _ => x,
    };
    let size = class.split(' ').find_map(|c| c.strip_prefix('s')?.parse::<f64>().ok());
    let height = size.unwrap_or(12.0) * 0.7;
    Area::of(left, y - height, width, height)
}

/// The points of path data; `None` where it is of another kind than is drawn here.
fn points(d: &str) -> Option<Vec<(f64, f64)>> {
    let mut out = Vec::new();
    let (mut x, mut y) = (0.0, 0.0);
    let mut rest = d;
    while let Some(command) = rest.chars().next() {
        rest = &rest[command.len_utf8()..];
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let numbers = rest[..end].replace('-', " -");
        let numbers: Result<Vec<f64>, _> = numbers.split_whitespace().map(str::parse).collect();
        let n = numbers.ok()?;
        rest = &rest[end..];
        match (command, n.as_slice()) {
            ('M' | 'L', [a, b]) | ('Q', [_, _, a, b]) => (x, y) = (*a, *b),
            ('m' | 'l', all) if all.len() % 2 == 0 => {
                for pair in all.chunks(2) {
                    (x, y) = (x + pair[0], y + pair[1]);
                    out.push((x, y));
                }
            }
            ('H', [a]) => x = *a,
            ('V', [b]) => y = *b,
            ('h', [a]) => x += a,
            ('v', [b]) => y += b,
            ('a', [_, _, _, _, _, a, b]) => (x, y) = (x + a, y + b),
            ('Z' | 'z', []) => {}
            _ => return None,
        }
        out.push((x, y));
    }
    Some(out)
}

/// What was found against each law: how often, and the first place.
#[derive(Default)]
struct Found(BTreeMap<&'static str, (usize, String)>);

impl Found {
    fn ask(&mut self, law: &'static str, holds: bool, place: impl FnOnce() -> String) {
        if !holds {
            let entry = self.0.entry(law).or_insert_with(|| (0, place()));
            entry.0 += 1;
        }
    }

    fn none(&self) {
        let mut text = String::new();
        for (law, (count, first)) in &self.0 {
            let _ = writeln!(text, "{law}: not so {count} times, first {first}");
        }
        assert!(text.is_empty(), "\n{text}");
    }
}

/// No two of these lie over each other by more than `near`.
fn apart(found: &mut Found, law: &'static str, at: &str, all: &[&Drawn], near: f64) {
    for (n, one) in all.iter().enumerate() {
        for other in &all[n + 1..] {
            found.ask(law, one.area.over(&other.area) <= near, || {
                format!("{at}: {:?} {:?}", one.item, other.item)
            });
        }
    }
}

/// The spaces that are drawn for.
const SPACES: [(&str, (f64, f64)); 4] = [
    ("wide", (1288.0, 848.0)),
    ("narrow", (760.0, 560.0)),
    ("small", (480.0, 400.0)),
    ("phone", (358.0, 80.0)),
];

fn check(t: &Explained, id: &str, found: &mut Found) {
    let line = timeline(t);
    let lane = |stop: usize| {
        let own = line.lanes.iter().filter(|l| l.other.is_none());
        own.enumerate().find(|(_, l)| l.cells.iter().any(|c| c.step == stop)).map(|(n, _)| n)
    };
    for (name, size) in SPACES {
        let phone = name == "phone";
        let draw = if phone { scene_phone } else { scene };
        let mut rests: BTreeMap<Option<usize>, (f64, f64)> = BTreeMap::new();
        for stop in 0..line.stops {
            let s = draw(t, stop, size, &TableMeasure);
            let at = format!("{id}, packet {}, {:?}, {name}, stop {stop}", t.packet, t.lang);
            match drawn(&s) {
                Ok(all) => layout(found, &at, &s, &all, name),
                Err(item) => found.ask("every number is one", false, || format!("{at}: {item}")),
            }
            let (x, y) = s.rest;
            let body = Area::of(x - 9.5, y - 9.5, 19.0, 19.0);
            found.ask("the packet rests in the frame", body.within(&s), || {
                format!("{at}: {:?}", s.rest)
            });
            travels(found, &at, &s, rests.get(&lane(stop)).copied(), phone);
            rests.insert(lane(stop), s.rest);
            links(found, &at, t, line.stops, &s.items);
        }
    }
}

/// What is drawn at a stop.
fn layout(found: &mut Found, at: &str, s: &Scene, all: &[Drawn], name: &str) {
    for d in all {
        found.ask("everything is in the frame", d.area.within(s), || format!("{at}: {:?}", d.item));
    }
    let of =
        |keep: &dyn Fn(&Drawn) -> bool| -> Vec<&Drawn> { all.iter().filter(|d| keep(d)).collect() };
    // The label beside the packet lies over the drawing, in a ground of its own.
    let texts = of(&|d| d.is_text() && d.group != "tag");
    apart(found, "no text lies on another", at, &texts, 1.0);
    let label = of(&|d| d.is_text() && d.group == "tag");
    apart(found, "no text of the label lies on another", at, &label, 0.0);
    let boxes = of(&|d| d.is("", &["hook", "port", "sep", "note"]));
    apart(found, "no box lies on another", at, &boxes, 0.5);
    let hooks = of(&|d| d.is("", &["hook"]));
    for word in of(&|d| d.is_text() && d.group == "gsw") {
        let own = hooks.iter().map(|h| h.area).find(|h| word.area.over(h) > 0.5);
        let Some(own) = own.filter(|own| own.fits(&word.area)) else { continue };
        let inside = own.x <= word.area.x + 0.5 && word.area.right <= own.right + 0.5;
        found.ask("a word under a station stays in its hook's box", inside, || {
            format!("{at}: {:?} {own:?}", word.item)
        });
    }
    let stations = of(&|d| d.is("gst", &["st", "ct"]));
    apart(found, "no station lies on another", at, &stations, 0.5);
    let ground = of(&|d| d.is("tag", &["tagbox"]));
    let named = of(&|d| d.group == "gst");
    for (label, d) in ground.iter().flat_map(|g| named.iter().map(move |d| (g, d))) {
        found.ask("the label hides no station", label.area.over(&d.area) <= 0.5, || {
            format!("{at}: {:?} {:?}", label.item, d.item)
        });
    }
    // Beside INPUT and OUTPUT; the words under the trunk are of the stations that the label points to.
    let (x, y) = s.rest;
    for label in &ground {
        let a = label.area;
        // Where there is no room right of OUTPUT, it stands left of INPUT.
        let away = (a.x - x).max(x - a.right).max(0.0).hypot((a.y - y).max(y - a.bottom).max(0.0));
        found.ask("the label stands beside its packet", away <= 270.0, || {
            format!("{at}: {away:.0} from {:?}, {:?}", s.rest, label.item)
        });
        let core = Area::of(x - 9.0, y - 9.0, 18.0, 18.0);
        found.ask("the label hides no packet", a.over(&core) <= 0.5, || {
            format!("{at}: {:?}, {:?}", s.rest, label.item)
        });
    }
    let words = of(&|d| d.is_text() && ["s11 w6 stop", "s11 w6 stop end"].contains(&d.class));
    for (label, d) in ground.iter().flat_map(|g| words.iter().map(move |d| (g, d))) {
        found.ask("the label hides no end", label.area.over(&d.area) <= 0.5, || {
            format!("{at}: {:?} {:?}", label.item, d.item)
        });
    }
    if name == "wide" {
        let rules = of(&|d| d.is("gn", &["node"]));
        apart(found, "no rule lies on another", at, &rules, 0.5);
    }
}

/// The way into a stop. The drawer is laid anew for each stop, so that a way out of it begins elsewhere.
fn travels(found: &mut Found, at: &str, s: &Scene, before: Option<(f64, f64)>, phone: bool) {
    if s.travel.is_empty() {
        return;
    }
    let Some(way) = points(&s.travel) else {
        found.ask("a way can be read", false, || format!("{at}: {}", s.travel));
        return;
    };
    let far = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1) > 0.3;
    let (first, last) = (way[0], way[way.len() - 1]);
    found.ask("a way ends where the packet rests", !far(last, s.rest), || {
        format!("{at}: {last:?}, not {:?}", s.rest)
    });
    // Above this there is no drawer.
    let above = |y: f64| phone || y < (s.height * 0.43).clamp(262.0, 400.0);
    if let Some(before) = before.filter(|b| above(b.1)) {
        found.ask("a way begins where the packet was", !far(first, before), || {
            format!("{at}: {first:?}, not {before:?}")
        });
    }
    found.ask("a way is in the frame", Area::around(&way).within(s), || format!("{at}: {way:?}"));
}

/// What a click or a hover leads to.
fn links(found: &mut Found, at: &str, t: &Explained, stops: usize, items: &[Item]) {
    let rules = t.host.rules.rules.len();
    let outcomes = t.walks[t.packet].outcomes.len();
    for item in items {
        let Item::Group { link, label, items, .. } = item else { continue };
        let Link { step, rule, span, outcome, .. } = link;
        let text = |s: &chainwalk_model::Span| {
            let doc = t.docs.get(s.doc.0 as usize)?;
            doc.get(s.start as usize..s.end as usize)
        };
        let there = step.is_none_or(|s| s < stops)
            && rule.is_none_or(|r| (r.0 as usize) < rules)
            && outcome.is_none_or(|o| o < outcomes)
            && span.as_ref().is_none_or(|s| text(s).is_some());
        found.ask("a link leads somewhere", there, || format!("{at}: {label} {link:?}"));
        let own = rule.and_then(|r| t.host.rules.rules.get(r.0 as usize));
        let same =
            own.zip(*span).is_none_or(|(r, s)| s.start <= r.span.start && r.span.end <= s.end);
        found.ask("a rule's link leads to its line", same, || format!("{at}: {label} {link:?}"));
        links(found, at, t, stops, items);
    }
}

/// Every packet of a walk, the first outcomes of each in turn.
fn look(t: &Explained, id: &str, found: &mut Found) {
    for packet in 0..t.walks.len() {
        for outcome in 0..t.walks[packet].outcomes.len().min(3) {
            let mut followed = vec![0; packet];
            followed.push(outcome);
            check(&Explained { followed: &followed, packet, ..*t }, id, found);
        }
    }
}

#[test]
fn the_drawing_of_every_kind_of_walk_keeps_its_laws() {
    let every = std::env::var("CHAINWALK_DRAWN").ok().and_then(|n| n.parse().ok()).unwrap_or(EVERY);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernel");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    let lines = files.iter().flat_map(|f| recorded::read(&fs::read_to_string(f).unwrap()));
    let mut found = Found::default();
    let mut drawn = 0;
    for (n, line) in lines.step_by(every).enumerate() {
        let Ok(case) = case::read_value(&line["case"]) else { continue };
        let session = engine::walk(&case);
        let docs: Vec<&str> = case.docs.iter().map(String::as_str).collect();
        let t = Explained {
            lang: if n % 2 == 0 { Lang::En } else { Lang::Zh },
            reading: case.reading.as_ref(),
            docs: &docs,
            host: session.host(),
            asks: &case.asks,
            walks: session.walks(),
            followed: &[],
            packet: 0,
            raw_names: false,
            reasons: &NoExplainer,
        };
        look(&t, &case.id, &mut found);
        drawn += 1;
    }
    assert!(drawn >= 40, "{drawn}");
    found.none();
}

#[test]
fn the_drawing_of_every_example_keeps_its_laws() {
    let mut found = Found::default();
    for example in examples::all() {
        let played = example.case.scenario.play();
        for lang in [Lang::En, Lang::Zh] {
            let at = Viewpoint { lang, packet: 0, raw_names: false };
            played.explain(&at, |t| look(t, &example.name, &mut found));
        }
    }
    found.none();
}

#[test]
fn a_way_on_the_phone_goes_from_place_to_place() {
    // The law above would hold of a packet that never moves.
    let example = examples::named("01-nodeport-no-route");
    let played = example.case.scenario.play();
    let at = Viewpoint { lang: Lang::En, packet: 0, raw_names: false };
    played.explain(&at, |t| {
        let hooks = |trace: &Trace| {
            trace
                .steps
                .iter()
                .filter(|s| matches!(s.event, chainwalk_model::Event::Hook(_)))
                .count()
        };
        let visited = hooks(&t.walks[0].outcomes[0].trace);
        for draw in [scene, scene_phone] {
            let moved = (0..timeline(t).stops)
                .filter(|stop| !draw(t, *stop, (1288.0, 848.0), &TableMeasure).travel.is_empty())
                .count();
            assert!(moved >= visited, "{moved} ways through {visited} hooks");
        }
    });
}
