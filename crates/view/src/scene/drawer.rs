//! The drawer: the chains of one table at one hook as a staircase, a band a depth.

use super::frame::Frame;
use super::pen::{Area, Pen, Point, p, rounded, tenth};
use super::way::{Key, Way};
use crate::rows::{cards, chain_words, meaning};
use crate::say::{plain, text};
use crate::stops::{Stop, StopKind};
use crate::terms::{conditions_text, percent, table_class, target, target_text};
use crate::timeline::stops_here;
use crate::{BranchCard, Link, Telling, Tone, reasons};
use chainwalk_model::{ChainId, Event, Policy, RuleId, Target};

/// The left end of the staircase in a drawing of usual width; what lies before it names the bands.
pub(super) const X0: f64 = 264.0;
/// So many bands are shown; those in the middle fold beyond it.
const BANDS: usize = 6;
/// The height of the drawer's heading.
const HEAD: f64 = 30.0;

/// What a place on the staircase is.
#[derive(Clone, Debug)]
enum What {
    /// Rules that do not match: from, to.
    Miss(ChainId, u32, u32),
    /// A rule that matches.
    Hit(RuleId),
    /// A fork.
    Fork,
    /// The policy.
    Policy,
}

/// A place on the staircase.
#[derive(Clone, Debug)]
struct Node {
    /// The stop it shows.
    stop: usize,
    what: What,
    band: usize,
    chain: ChainId,
    at: Point,
    text: String,
    /// Whether its text stands beside it; else below.
    beside: bool,
}

/// A chain's stay on a band.
#[derive(Clone, Debug)]
struct Visit {
    chain: ChainId,
    band: usize,
    from: f64,
    to: f64,
    /// The stops that lie in it directly.
    stops: Vec<usize>,
}

/// A band's place.
#[derive(Clone, Copy, Debug, Default)]
struct Band {
    y: f64,
    h: f64,
}

impl Band {
    /// The height of the way in it.
    fn line(&self) -> f64 {
        self.y + 20.0
    }
}

/// The staircase of the base chain that the packet is in.
pub(super) struct Opened {
    pub(super) reply: Option<usize>,
    /// The step of its `Base` event.
    pub(super) base_step: usize,
    pub(super) points: Vec<(Key, Point)>,
    base: ChainId,
    area: Area,
    bands: Vec<Band>,
    /// The band the packet is in.
    here: usize,
    nodes: Vec<Node>,
    visits: Vec<Visit>,
    folded: Option<usize>,
    cards: Vec<BranchCard>,
    fork_at: Option<Point>,
    /// Where the rest of the drawer begins, and its height.
    rest: Area,
}

/// Lays the drawer out, if the packet is inside of a chain.
pub(super) fn open(
    t: &Telling,
    frame: &Frame,
    all: &[Stop],
    at: usize,
    now: &Stop,
    pen: &Pen,
) -> Option<Opened> {
    let base = now.base?;
    let trace = t.trace(now.reply)?;
    let base_step = trace.steps[..=now.first]
        .iter()
        .rposition(|s| matches!(s.event, Event::Base(c) if c == base))?;
    let end_step = trace.steps[base_step..]
        .iter()
        .position(|s| matches!(s.event, Event::BaseEnd { .. } | Event::End))
        .map_or(trace.steps.len() - 1, |i| i + base_step);
    let inside: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, s)| {
            s.reply == now.reply
                && s.base == Some(base)
                && s.first >= base_step
                && s.first <= end_step
                && !matches!(s.kind, StopKind::Start)
        })
        .map(|(i, _)| i)
        .collect();
    // Up to a fork that has not been passed, its ways stand for what follows.
    let fork = inside
        .iter()
        .copied()
        .find(|i| *i >= at && matches!(&all[*i].kind, StopKind::Fork(f) if f.branches.len() > 1));
    let shown: Vec<usize> =
        inside.iter().copied().filter(|i| fork.is_none_or(|f| *i <= f)).collect();
    let area =
        Area { x: 12.0, y: frame.below(), w: frame.w - 24.0, h: frame.h - 12.0 - frame.below() };
    let cards = match fork.map(|f| &all[f].kind) {
        Some(StopKind::Fork(f)) => cards(t, f),
        _ => Vec::new(),
    };
    let mut opened = None;
    for detail in 0..4 {
        let tried = Stair::lay(t, frame, all, at, &shown, base, detail, pen);
        let fits = tried.right <= area.right() - 16.0;
        opened = Some(tried);
        if fits {
            break;
        }
    }
    let mut stair = opened?;
    stair.squeeze(frame.x0(), area.right() - 20.0);
    let from = frame.station_of(base).map_or(p(frame.x0(), frame.trunk()), |s| s.at);
    Some(stair.finish(now.reply, base_step, base, area, cards, fork, from))
}

/// A staircase while it is laid; heights are band numbers until it is finished.
struct Stair {
    points: Vec<(Key, Point)>,
    nodes: Vec<Node>,
    visits: Vec<Visit>,
    right: f64,
    folded: Option<usize>,
    count: usize,
    here: usize,
}

/// A chain that was entered and not left yet.
struct Level {
    chain: ChainId,
    text_end: f64,
    visit: usize,
    /// Whether a rule called it, so that there is a way back.
    depth: usize,
}

impl Stair {
    #[allow(clippy::too_many_arguments)]
    fn lay(
        t: &Telling,
        frame: &Frame,
        all: &[Stop],
        at: usize,
        shown: &[usize],
        base: ChainId,
        detail: u8,
        pen: &Pen,
    ) -> Self {
        let (depths, deepest) = depths(t, all, shown, base);
        let fold = deepest > BANDS;
        let here_depth =
            shown.iter().position(|i| *i == at).and_then(|i| depths.get(i)).copied().unwrap_or(1);
        let band_of = |depth: usize| -> usize {
            if !fold {
                return depth - 1;
            }
            // The first two and three around the packet stay; the rest share one band.
            let last = deepest.min(here_depth.max(5) + 1);
            match depth {
                1 | 2 => depth - 1,
                d if d + 2 >= last && d <= last => d + 5 - last,
                d if d > last => BANDS - 1,
                _ => 2,
            }
        };
        let mut out = Self {
            points: Vec::new(),
            nodes: Vec::new(),
            visits: vec![Visit {
                chain: base,
                band: 0,
                from: frame.x0(),
                to: frame.x0(),
                stops: Vec::new(),
            }],
            right: 0.0,
            folded: fold.then_some(2),
            count: 0,
            here: band_of(here_depth),
        };
        let x0 = frame.x0();
        let mut levels = vec![Level { chain: base, text_end: 0.0, visit: 0, depth: 1 }];
        let mut x = x0;
        let mut first = true;
        let mut fresh = false;
        let mut last_miss = false;
        let mut bands = 1;
        for index in shown {
            let stop = &all[*index];
            let Some(trace) = t.trace(stop.reply) else { continue };
            let level = levels.last_mut();
            let Some(level) = level else { break };
            let band = band_of(level.depth);
            bands = bands.max(band + 1);
            let miss = matches!(stop.kind, StopKind::Tried(..));
            let forks = matches!(stop.kind, StopKind::Fork(_));
            // Where it stands.
            if first {
                x = x0;
            } else if fresh {
                x += if forks { 0.0 } else { 32.0 };
            } else if miss && last_miss {
                x += if detail >= 3 { 12.0 } else { 20.0 };
            } else {
                x = (x + 34.0).max(level.text_end + 18.0);
            }
            let k: Key = super::way::key(stop);
            let (what, text) = match &stop.kind {
                StopKind::Tried(chain, a, b) => (What::Miss(*chain, *a, *b), String::new()),
                StopKind::Matched(rule) => (What::Hit(*rule), hit_text(t, *rule)),
                StopKind::Fork(_) => (What::Fork, String::new()),
                StopKind::Policy(_) => (What::Policy, text!(t.lang, NamePolicy)),
                _ => continue,
            };
            let most = match detail {
                0 => 230.0,
                1 | 2 if *index == at || shown.last() == Some(index) => 190.0,
                1 => 130.0,
                _ => 0.0,
            };
            // Beside a node is room where the way goes down from it, or ends.
            let onward = trace.steps[stop.first..=stop.last.min(trace.steps.len() - 1)]
                .iter()
                .any(|s| matches!(s.event, Event::Jumped { .. }));
            let beside = onward || shown.last() == Some(index);
            let width = if beside { pen.width(&text, "s12 m w6").min(most) } else { 0.0 };
            out.points.push((k, p(x, band as f64)));
            // The packet stops in front of the mark.
            if stops_here(t, stop) {
                x += 27.0;
            }
            level.text_end = if width > 0.0 { x + 14.0 + width } else { x + 8.0 };
            out.right = out.right.max(level.text_end);
            let visit = level.visit;
            out.visits[visit].stops.push(*index);
            out.visits[visit].to = out.visits[visit].to.max(x);
            let chain = level.chain;
            out.nodes.push(Node {
                stop: *index,
                what,
                band,
                chain,
                at: p(x, band as f64),
                text,
                beside,
            });
            first = false;
            fresh = false;
            last_miss = miss;
            // What the stop's own steps do to the stack of chains.
            let mut sub = 2;
            let unpassed = forks && shown.last() == Some(index);
            let last = if unpassed { stop.first } else { stop.last.min(trace.steps.len() - 1) };
            for s in &trace.steps[stop.first..=last] {
                match &s.event {
                    Event::Jumped { to, goto } => {
                        let depth = levels.last().map_or(1, |l| l.depth);
                        if *goto {
                            levels.pop();
                        }
                        let depth = depth + 1;
                        let band = band_of(depth);
                        bands = bands.max(band + 1);
                        out.points.push(((k.0, k.1 + sub), p(x, band as f64)));
                        sub += 1;
                        out.visits.push(Visit {
                            chain: *to,
                            band,
                            from: x,
                            to: x,
                            stops: Vec::new(),
                        });
                        levels.push(Level {
                            chain: *to,
                            text_end: x,
                            visit: out.visits.len() - 1,
                            depth,
                        });
                        fresh = true;
                    }
                    Event::Returned { to, .. } => {
                        let Some(left) = levels.pop() else { break };
                        while levels.len() > 1 && levels.last().is_some_and(|l| l.chain != *to) {
                            levels.pop();
                        }
                        let Some(back) = levels.last() else { break };
                        let name = pen.width(&t.rules().chain(left.chain).name, "s11 m").min(120.0);
                        let inner = out.visits[left.visit].to;
                        let floor = if detail >= 2 { 30.0 } else { name + 12.0 };
                        let start = out.visits[left.visit].from;
                        let right = (inner + 26.0).max(left.text_end + 8.0).max(start + floor);
                        let right = right.max(back.text_end + 8.0);
                        out.points.push(((k.0, k.1 + sub), p(right, band_of(left.depth) as f64)));
                        out.points
                            .push(((k.0, k.1 + sub + 1), p(right, band_of(back.depth) as f64)));
                        sub += 2;
                        out.visits[left.visit].to = right;
                        x = right;
                        fresh = false;
                        last_miss = false;
                        out.right = out.right.max(right);
                    }
                    _ => {}
                }
            }
            out.right = out.right.max(x + 12.0);
        }
        out.count = bands;
        out
    }

    /// Draws everything nearer together where it does not fit otherwise.
    fn squeeze(&mut self, left: f64, right: f64) {
        if self.right <= right {
            return;
        }
        let scale = ((right - left) / (self.right - left)).min(1.0);
        let fit = |x: f64| left + (x - left) * scale;
        for (_, point) in &mut self.points {
            point.x = fit(point.x);
        }
        for node in &mut self.nodes {
            node.at.x = fit(node.at.x);
        }
        for visit in &mut self.visits {
            visit.from = fit(visit.from);
            visit.to = fit(visit.to);
        }
    }

    /// Gives the bands their heights, and every point its place.
    #[allow(clippy::too_many_arguments)]
    fn finish(
        mut self,
        reply: Option<usize>,
        base_step: usize,
        base: ChainId,
        area: Area,
        cards: Vec<BranchCard>,
        fork: Option<usize>,
        from: Point,
    ) -> Opened {
        let count = self.count.max(1);
        let room = area.h - HEAD;
        let for_cards = if cards.is_empty() { 0.0 } else { (room * 0.36).clamp(84.0, 128.0) };
        let least = 34.0;
        let bands_room = room - for_cards;
        let spare = (bands_room - least * count as f64).max(0.0);
        let tall = (least + spare).clamp(least, 112.0);
        let others = if count > 1 {
            ((bands_room - tall) / (count - 1) as f64).clamp(24.0, 44.0)
        } else {
            0.0
        };
        let mut y = area.y + HEAD;
        let mut bands = Vec::new();
        for band in 0..count {
            let h = if band == self.here { tall } else { others };
            bands.push(Band { y, h });
            y += h;
        }
        let place = |point: &mut Point| {
            let band = bands.get(point.y as usize).copied().unwrap_or_default();
            point.y = band.line().min(band.y + band.h * 0.5 + 6.0);
        };
        for (_, point) in &mut self.points {
            place(point);
        }
        for node in &mut self.nodes {
            place(&mut node.at);
        }
        let fork_at = fork.and_then(|f| self.nodes.iter().find(|n| n.stop == f)).map(|n| n.at);
        // The way from the trunk into the first band.
        if let Some((k, first)) = self.points.first().copied() {
            let lane = area.y - 9.0;
            self.points.insert(0, ((k.0, 0), p(first.x, lane)));
            // From the arch it leaves its post, so that it is not taken for the way on.
            let upright = from.y < lane - 80.0;
            let x = if upright { from.x - 27.0 } else { from.x };
            self.points.insert(0, ((k.0, 0), p(x, lane)));
            if upright {
                self.points.insert(0, ((k.0, 0), p(x, from.y)));
            }
        }
        Opened {
            reply,
            base_step,
            points: self.points,
            base,
            area,
            here: self.here.min(count - 1),
            nodes: self.nodes,
            visits: self.visits,
            folded: self.folded,
            cards,
            fork_at,
            rest: Area { x: area.x, y, w: area.w, h: area.bottom() - y },
            bands,
        }
    }
}

/// How deep each shown stop stands, and how deep the way goes at all. A goto goes down like a jump.
fn depths(t: &Telling, all: &[Stop], shown: &[usize], base: ChainId) -> (Vec<usize>, usize) {
    let mut levels = vec![(base, 1)];
    let mut out = Vec::new();
    let mut most = 1;
    for index in shown {
        let stop = &all[*index];
        let depth = levels.last().map_or(1, |l| l.1);
        out.push(depth);
        let unpassed = matches!(stop.kind, StopKind::Fork(_)) && shown.last() == Some(index);
        let Some(trace) = t.trace(stop.reply).filter(|_| !unpassed) else { continue };
        for s in &trace.steps[stop.first..=stop.last.min(trace.steps.len() - 1)] {
            match &s.event {
                Event::Jumped { to, goto } => {
                    let depth = levels.last().map_or(1, |l| l.1);
                    if *goto {
                        levels.pop();
                    }
                    levels.push((*to, depth + 1));
                }
                Event::Returned { to, .. } => {
                    levels.pop();
                    while levels.len() > 1 && levels.last().is_some_and(|l| l.0 != *to) {
                        levels.pop();
                    }
                }
                _ => {}
            }
            most = most.max(levels.last().map_or(1, |l| l.1));
        }
    }
    (out, most)
}

/// What stands beside a rule that matched.
fn hit_text(t: &Telling, rule: RuleId) -> String {
    let r = t.rules().rule(rule);
    let conditions = conditions_text(r);
    match target(r) {
        Some(Target::Jump(_) | Target::Goto(_)) | None => {
            if conditions.is_empty() {
                text!(t.lang, AnyPacket)
            } else {
                conditions
            }
        }
        Some(does) => {
            let word = target_text(t.rules(), does);
            if conditions.is_empty() { word } else { format!("{conditions} {word}") }
        }
    }
}

impl Opened {
    /// Whether the packet's band is too low for its label.
    pub(super) fn low(&self) -> bool {
        let (_, h) = self.band();
        h < 88.0 && self.rest.h < 140.0
            || h + self.rest.h < 96.0
            || h < 88.0 && !self.cards.is_empty()
    }

    /// The band the packet is in.
    pub(super) fn band(&self) -> (f64, f64) {
        let band = self.bands.get(self.here).copied().unwrap_or_default();
        (band.y, band.h)
    }
}

/// Draws the drawer with everything in it.
#[allow(clippy::too_many_arguments)]
pub(super) fn draw(
    t: &Telling,
    frame: &Frame,
    pen: &mut Pen,
    all: &[Stop],
    at: usize,
    now: &Stop,
    o: &Opened,
    ways: &[Way],
) {
    let a = o.area;
    let entry = o.nodes.first().map_or(frame.x0(), |node| node.at.x);
    pen.path(card_with_notch(a, entry), "drawer");
    // The way from the station to the drawer, in front of the frame.
    let band = o.bands.get(o.here).copied().unwrap_or_default();
    let inner = Area { x: a.x + 1.0, y: band.y, w: a.w - 2.0, h: band.h };
    pen.rect(inner, 0.0, "band");
    pen.rect(Area { w: 4.0, ..inner }, 0.0, "bar");
    for (index, b) in o.bands.iter().enumerate() {
        hair(pen, a, b.y);
        if index + 1 == o.bands.len() {
            hair(pen, a, b.y + b.h);
        }
    }
    heading(t, pen, o, now, entry);
    for index in 0..o.bands.len() {
        band_label(t, frame, pen, o, index, at, all);
    }
    fork_ways(pen, o);
    for way in ways.iter().filter(|w| w.reply == o.reply) {
        way.draw_aside(pen);
    }
    inline_names(t, pen, o, at, all);
    nodes(t, pen, all, at, o);
    if o.cards.is_empty() {
        rules_list(t, pen, all, at, now, o);
    } else {
        fork_cards(t, pen, all, o);
    }
}

fn card_with_notch(a: Area, x: f64) -> String {
    let r = 12.0;
    let x = x.clamp(a.x + r + 12.0, a.right() - r - 12.0);
    format!(
        "M{} {}H{}L{} {}L{} {}H{}a{r} {r} 0 0 1 {r} {r}V{}a{r} {r} 0 0 1 -{r} {r}H{}a{r} {r} 0 0 1 -{r} -{r}V{}a{r} {r} 0 0 1 {r} -{r}Z",
        tenth(a.x + r),
        tenth(a.y),
        tenth(x - 9.0),
        tenth(x),
        tenth(a.y - 8.0),
        tenth(x + 9.0),
        tenth(a.y),
        tenth(a.right() - r),
        tenth(a.bottom() - r),
        tenth(a.x + r),
        tenth(a.y + r),
    )
}

fn hair(pen: &mut Pen, a: Area, y: f64) {
    pen.path(format!("M{} {}H{}", tenth(a.x + 1.0), tenth(y), tenth(a.right() - 1.0)), "line");
}

fn heading(t: &Telling, pen: &mut Pen, o: &Opened, now: &Stop, entry: f64) {
    let a = o.area;
    let rules = t.rules();
    let table = table_class(&rules.table(rules.chain(o.base).table).name);
    let y = a.y + 19.5;
    pen.circle(p(a.x + 16.0, y - 4.5), 4.5, &format!("st full {table}"));
    let title = text!(t.lang, SceneInside, chain = crate::terms::chain_path(rules, o.base));
    let width = pen.fitted(a.x + 27.0, y, &title, entry - a.x - 40.0, "s13 w6");
    let hint = text!(t.lang, SceneHint);
    let start = (entry + 18.0).max(a.x + 27.0 + width + 24.0);
    let aside = trace_aside(t, now);
    let aside_width = pen.width(&aside, "s11 m");
    pen.text(a.right() - 16.0, y, aside, "s11 m t3 end");
    let room = a.right() - 32.0 - aside_width - start;
    if pen.width(&hint, "s11") <= room {
        pen.text(start, y, hint, "s11 t3");
    }
}

/// The interfaces that rules see here.
fn trace_aside(t: &Telling, now: &Stop) -> String {
    let Some(trace) = t.trace(now.reply) else { return String::new() };
    let Some(Event::Hook(path)) = now.hook.and_then(|h| trace.steps.get(h)).map(|s| &s.event)
    else {
        return String::new();
    };
    match (&path.iniface, &path.outiface) {
        (Some(i), Some(o)) => text!(t.lang, AsideInOut, iniface = &**i, outiface = &**o),
        (Some(i), None) => text!(t.lang, AsideIn, iface = &**i),
        (None, Some(o)) => text!(t.lang, AsideOut, iface = &**o),
        (None, None) => String::new(),
    }
}

/// The visit that a band is named after: the one the packet is in, else the last it came to.
fn named(o: &Opened, band: usize, at: usize) -> Option<usize> {
    let on = |v: &&(usize, &Visit)| v.1.band == band;
    let visits: Vec<(usize, &Visit)> = o.visits.iter().enumerate().collect();
    visits
        .iter()
        .filter(on)
        .find(|(_, v)| v.stops.contains(&at))
        .or_else(|| {
            visits.iter().filter(on).rfind(|(_, v)| v.stops.first().is_some_and(|s| *s <= at))
        })
        .or_else(|| visits.iter().rfind(on))
        .map(|(i, _)| *i)
}

fn band_label(
    t: &Telling,
    frame: &Frame,
    pen: &mut Pen,
    o: &Opened,
    index: usize,
    at: usize,
    all: &[Stop],
) {
    let band = o.bands[index];
    let a = o.area;
    let left = a.x + 16.0;
    let most = frame.x0() - left - 26.0;
    let Some(visit) = named(o, index, at) else { return };
    let visit = &o.visits[visit];
    let chain = t.rules().chain(visit.chain);
    let name = chain.name.to_string();
    let count = o.visits.iter().filter(|v| v.band == index).count();
    let folded = o.folded == Some(index) && count > 1;
    let tall = band.h >= 60.0;
    let roomy = band.h >= 33.0;
    let middle = band.y + if roomy { 16.0 } else { band.h / 2.0 + 4.0 };
    let link = Link { span: Some(chain.span), ..Link::default() };
    if folded {
        pen.fitted(left, middle, &text!(t.lang, SceneFolded, count = count), most, "s12 t2");
        return;
    }
    let told = meaning(t, visit.chain);
    let base = chain.base.as_ref().map(|b| {
        let policy = match b.policy {
            Policy::Accept => "ACCEPT",
            Policy::Drop => "DROP",
            Policy::Unknown => "?",
        };
        text!(t.lang, SceneBase, policy = policy)
    });
    let label = plain(&chain_words(t, visit.chain));
    pen.group("gp", link, label, |pen| {
        if tall && let Some(told) = &told {
            pen.fitted(left, band.y + 22.0, told, most, "s13 w6");
            pen.fitted(left, band.y + 40.0, &name, most, "s11 m t2");
            return;
        }
        let class = if tall { "s13 m w6" } else { "s12 m w6" };
        pen.fitted(left, if tall { band.y + 22.0 } else { middle }, &name, most, class);
        let second = base.clone().or_else(|| told.clone()).or_else(|| {
            let n = chain.rules.len();
            Some(text!(t.lang, ShortRules, count = n))
        });
        if let Some(second) = second.filter(|_| roomy) {
            let y = if tall { band.y + 40.0 } else { middle + 14.5 };
            pen.fitted(left, y, &second, most, "s11 t3");
        }
    });
    if tall {
        let sentence = note(t, all, at);
        let lines = pen.wrap(&sentence, most, ((band.h - 46.0) / 15.0).max(1.0) as usize, "s11");
        for (i, line) in lines.into_iter().enumerate() {
            pen.text(left, band.y + 58.0 + 15.0 * i as f64, line, "s11 t2");
        }
    }
}

/// What is said under the name of the chain that the packet is in.
fn note(t: &Telling, all: &[Stop], at: usize) -> String {
    let Some(stop) = all.get(at) else { return String::new() };
    match &stop.kind {
        StopKind::Fork(fork) if fork.branches.iter().all(|b| b.weight.is_some()) => {
            let parts: Vec<String> = fork
                .branches
                .iter()
                .zip(fork.rules.iter())
                .filter_map(|(b, n)| {
                    b.weight.map(|w| text!(t.lang, SceneTakes, number = *n, share = percent(w)))
                })
                .collect();
            parts.join(if t.lang == crate::Lang::Zh { "，" } else { ", " })
        }
        StopKind::Matched(rule) => {
            let change = t
                .trace(stop.reply)
                .map_or_else(Vec::new, |trace| crate::rows::changed(t, trace, stop));
            let why = reasons::why(t, stop, *rule);
            plain(&crate::say::join([why, change], " · "))
        }
        StopKind::Tried(chain, first, last) => {
            plain(&reasons::why_not(t, stop, *chain, *first, *last))
        }
        _ => String::new(),
    }
}

/// Names of chains that share a band with the one it is named after.
fn inline_names(t: &Telling, pen: &mut Pen, o: &Opened, at: usize, _all: &[Stop]) {
    for (index, visit) in o.visits.iter().enumerate() {
        if named(o, visit.band, at) == Some(index) || o.folded == Some(visit.band) {
            continue;
        }
        let Some(band) = o.bands.get(visit.band) else { continue };
        if band.h < 33.0 {
            continue;
        }
        let most = visit.to - visit.from - 10.0;
        let name = pen.fit(&t.rules().chain(visit.chain).name, most, "s11 m");
        if name.chars().count() > 8 || !name.ends_with('…') && !name.is_empty() {
            let y = band.line().min(band.y + band.h * 0.5 + 6.0);
            pen.text(f64::midpoint(visit.from, visit.to), y - 10.0, name, "s11 m t2 mid");
        }
    }
}

fn nodes(t: &Telling, pen: &mut Pen, all: &[Stop], at: usize, o: &Opened) {
    let right = o.area.right() - 14.0;
    let mut run: Vec<&Node> = Vec::new();
    for (index, node) in o.nodes.iter().enumerate() {
        let stop = &all[node.stop];
        let ahead = node.stop > at;
        let now = node.stop == at;
        let (rule, number) = match &node.what {
            What::Hit(rule) => (Some(*rule), t.rules().rule(*rule).number.to_string()),
            What::Miss(chain, first, last) => {
                let rules = &t.rules().chain(*chain).rules;
                let rule = rules.get((*first as usize).saturating_sub(1)).copied();
                let number =
                    if first == last { String::new() } else { format!("{}", last + 1 - first) };
                (rule, number)
            }
            What::Fork => (None, "?".into()),
            What::Policy => (None, "P".into()),
        };
        let link = Link {
            step: Some(node.stop),
            rule,
            span: crate::timeline::span(t, stop),
            outcome: None,
        };
        let label = plain(&crate::timeline::narration(t, stop));
        let far = if ahead { " ahead" } else { "" };
        pen.group("gn", link, label, |pen| match &node.what {
            What::Miss(_, first, last) if first == last => {
                pen.circle(node.at, 7.0, &format!("node miss{far}"));
                pen.icon("i-no", node.at.x - 4.5, node.at.y - 4.5, 9.0, "t3");
            }
            What::Miss(..) => {
                let w = pen.width(&number, "s11") + 22.0;
                let a = Area { x: node.at.x - w / 2.0, y: node.at.y - 8.0, w, h: 16.0 };
                pen.rect(a, 8.0, &format!("node miss{far}"));
                pen.icon("i-no", a.x + 4.0, node.at.y - 4.5, 9.0, "t3");
                pen.text(a.x + 16.0, node.at.y + 4.0, number.as_str(), "s11 t3");
            }
            What::Hit(_) if stops_here(t, stop) && !ahead => {
                pen.cross(node.at, 10.0, "stop");
            }
            What::Policy if !ahead => pen.cross(node.at, 10.0, "stop"),
            What::Fork => {
                pen.circle(node.at, 9.0, &format!("node fork{far}"));
                pen.icon("i-fork", node.at.x - 6.0, node.at.y - 6.0, 12.0, "live");
            }
            _ => {
                pen.circle(node.at, 9.0, &format!("node hit{far}"));
                let class = if ahead { "s11 w6 t2 mid" } else { "s11 w6 live mid" };
                pen.text(node.at.x, node.at.y + 4.0, number.as_str(), class);
            }
        });
        // Text beside it, up to the next node of its band.
        let next = o.nodes[index + 1..].iter().find(|n| n.band == node.band).map(|n| n.at.x - 14.0);
        let up =
            o.points.iter().filter(|(_, q)| (q.y - node.at.y).abs() < 0.5 && q.x > node.at.x + 1.0);
        let next = up.map(|(_, q)| q.x - 8.0).fold(next.unwrap_or(right), f64::min);
        let room = next - node.at.x - 14.0;
        let band = o.bands.get(node.band).copied().unwrap_or_default();
        let folded = o.folded == Some(node.band);
        if !node.text.is_empty() && !folded && !node.beside && !now && band.h >= 38.0 {
            let class = if ahead { "s11 m t2 mid" } else { "s11 m mid" };
            let most = (room + 14.0) * 1.6;
            let shown = pen.fit(&node.text, most.max(70.0), class);
            if shown.chars().count() > 3 {
                pen.text(node.at.x, node.at.y + 20.0, shown, class);
            }
        }
        let legible = pen.width(&node.text, "s12 m w6") <= room || room > 72.0;
        if !node.text.is_empty() && !folded && node.beside && legible {
            let colour = match (&node.what, ahead) {
                (What::Hit(_), _) if stops_here(t, stop) => " stop",
                (_, true) => " t2",
                _ => "",
            };
            let plain_words = matches!(&node.what, What::Hit(rule) if conditions_text(t.rules().rule(*rule)).is_empty()
                && matches!(target(t.rules().rule(*rule)), Some(Target::Jump(_) | Target::Goto(_)) | None));
            let class =
                if plain_words { format!("s12{colour}") } else { format!("s12 m w6{colour}") };
            let y = node.at.y + 4.0;
            let used = pen.fitted(node.at.x + 14.0, y, &node.text, room, &class);
            // The reason, where there is room for all of it and it is not said at the left.
            if let What::Hit(rule) = &node.what
                && !now
            {
                let why = plain(&reasons::why(t, stop, *rule));
                if !why.is_empty() && used + 16.0 + pen.width(&why, "s12") <= room {
                    pen.text(node.at.x + 14.0 + used + 12.0, y, why, "s12 t3");
                }
            }
        }
        // What crossed rules wanted, above the run of them.
        if matches!(node.what, What::Miss(..)) {
            run.push(node);
        }
        let ends = !matches!(
            o.nodes.get(index + 1),
            Some(n) if matches!(n.what, What::Miss(..)) && n.chain == node.chain && n.band == node.band
        );
        if ends && !run.is_empty() {
            above(t, pen, all, o, &run);
            run.clear();
        }
    }
}

/// The words over a run of crossed rules.
fn above(t: &Telling, pen: &mut Pen, all: &[Stop], o: &Opened, run: &[&Node]) {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
    let (What::Miss(chain, from, _), What::Miss(_, _, to)) = (&first.what, &last.what) else {
        return;
    };
    let band = o.bands.get(first.band).copied().unwrap_or_default();
    if band.h < 34.0 {
        return;
    }
    let words = plain(&reasons::wanted_short(t, &all[first.stop], *chain, *from, *to));
    let next = o
        .nodes
        .iter()
        .filter(|n| n.band == first.band && n.at.x > last.at.x)
        .map(|n| n.at.x)
        .fold(o.area.right() - 14.0, f64::min);
    let under =
        o.points.iter().any(|(_, q)| (q.x - first.at.x).abs() < 2.0 && q.y < first.at.y - 5.0);
    let x = if under { first.at.x + 7.0 } else { first.at.x - 8.0 };
    pen.fitted(x, first.at.y - 11.0, &words, (next - x).max(62.0), "s11 t3");
}

/// The ways from the fork to its cards.
fn fork_ways(pen: &mut Pen, o: &Opened) {
    let Some(from) = o.fork_at else { return };
    let places = card_places(o);
    let turn = o.rest.y + if o.rest.h < 104.0 { 5.0 } else { 10.0 };
    let mut chosen = None;
    for (card, a) in o.cards.iter().zip(&places) {
        let x = a.x + a.w / 2.0;
        let way = [from, p(from.x, turn), p(x, turn), p(x, a.y - 9.0)];
        if card.followed {
            chosen = Some(way);
        } else {
            pen.path(rounded(&way, 10.0), "branch");
        }
    }
    if let Some(way) = chosen {
        pen.path(rounded(&way, 10.0), "todo");
    }
}

/// So many cards are shown; the rest is told by number.
const CARDS: usize = 5;

fn card_places(o: &Opened) -> Vec<Area> {
    let count = o.cards.len().clamp(1, CARDS) as f64;
    let left = o.area.x + 238.0_f64.min(o.area.w * 0.3);
    let right = o.area.right() - 14.0;
    let gap = 14.0;
    let w = ((right - left - gap * (count - 1.0)) / count).min(260.0);
    let top = o.rest.y + if o.rest.h < 104.0 { 21.0 } else { 30.0 };
    let h = (o.area.bottom() - top - 10.0).clamp(50.0, 86.0);
    (0..o.cards.len().min(CARDS))
        .map(|i| Area { x: left + (w + gap) * i as f64, y: top, w, h })
        .collect()
}

fn fork_cards(t: &Telling, pen: &mut Pen, all: &[Stop], o: &Opened) {
    let lang = t.lang;
    let places = card_places(o);
    let left = o.area.x + 16.0;
    let most = places.first().map_or(200.0, |a| a.x - left - 16.0);
    let fork = all.iter().find_map(|s| match &s.kind {
        StopKind::Fork(f)
            if o.nodes
                .iter()
                .any(|n| all[n.stop].first == s.first && n.at == o.fork_at.unwrap_or_default()) =>
        {
            Some(f)
        }
        _ => None,
    });
    let top = o.rest.y + if o.rest.h < 104.0 { 24.0 } else { 36.0 };
    let same = o.cards.windows(2).all(|w| w[0].fate == w[1].fate);
    let random = o.cards.iter().all(|c| !c.weight.is_empty());
    let title = match fork {
        Some(f) => plain(&crate::rows::fork_title(t, f)),
        None => String::new(),
    };
    let mut y = top;
    let title_lines = pen.wrap(&title, most, if random { 1 } else { 3 }, "s13 w6");
    for line in title_lines {
        pen.text(left, y, line, "s13 w6");
        y += 18.0;
    }
    let hint = text!(lang, SceneFollow);
    for line in pen.wrap(&hint, most, 2, "s11") {
        pen.text(left, y + 1.0, line, "s11 t2");
        y += 16.0;
    }
    if same && let Some(card) = o.cards.first() {
        let class = tone_class(card.tone);
        let word = match o.cards.len() {
            2 => text!(lang, SceneBothSame),
            n => text!(lang, SceneAllSame, count = n),
        };
        for line in pen.wrap(&word, most, 2, "s11 w6") {
            pen.text(left, y + 2.0, line, &format!("s11 w6 {class}"));
            y += 15.0;
        }
    }
    for (index, (card, a)) in o.cards.iter().zip(&places).enumerate() {
        draw_card(pen, index, card, *a, random);
    }
    if o.cards.len() > CARDS {
        let more = text!(lang, SceneMore, count = o.cards.len() - CARDS);
        pen.text(o.area.right() - 16.0, o.rest.y + 16.0, more, "s11 t3 end");
    }
}

/// One way out of a fork, as a card with its number on the upper edge.
pub(super) fn draw_card(pen: &mut Pen, index: usize, card: &BranchCard, a: Area, random: bool) {
    let link = Link { outcome: Some(card.outcome), ..Link::default() };
    let label = format!("{} {} {}", card.label, card.weight, card.fate);
    pen.group("gc", link, label, |pen| {
        let on = if card.followed { " on" } else { "" };
        pen.rect(a, 11.0, &format!("sep{on}"));
        let middle = p(a.x + a.w / 2.0, a.y);
        pen.circle(middle, 9.5, &format!("num{on}"));
        let class = if card.followed { "s11 w6 live mid" } else { "s11 w6 t2 mid" };
        pen.text(middle.x, middle.y + 4.0, (index + 1).to_string(), class);
        let inner = a.x + 13.0;
        let most = a.w - 26.0;
        let code = card.label.contains(':') || card.label.contains('.') && random;
        let class = if code { "s13 m w6" } else { "s13 w6" };
        let step = ((a.h - 28.0) / 2.6).clamp(14.0, 19.0);
        let y1 = a.y + 28.0;
        pen.fitted(inner, y1, &card.label, most, class);
        let weight = pen.width(&card.weight, "s11 w6");
        pen.text(a.right() - 13.0, y1 + step, card.weight.as_str(), "s11 w6 end");
        pen.fitted(inner, y1 + step, &card.name, most - weight - 10.0, "s11 m t2");
        let class = tone_class(card.tone);
        let icon = match card.tone {
            Tone::Ok => "i-ok",
            Tone::Stop => "i-no",
            _ => "i-half",
        };
        let two = card.name.is_empty() && card.weight.is_empty();
        let y = if two { y1 + step } else { y1 + 2.0 * step + 1.0 };
        pen.icon(icon, inner - 2.0, y - 10.5, 13.0, class);
        pen.fitted(inner + 15.0, y, &card.fate, most - 15.0, &format!("s11 w5 {class}"));
    });
}

/// The colour class of a tone.
pub(super) fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "ok",
        Tone::Stop => "stop",
        Tone::Depends | Tone::Idle => "ask",
    }
}

/// The rules of the chain the packet is in, one a line, as many as there is room for.
fn rules_list(t: &Telling, pen: &mut Pen, all: &[Stop], at: usize, now: &Stop, o: &Opened) {
    let Some(chain) = now.chain else { return };
    let rules = t.rules();
    let c = rules.chain(chain);
    let room = o.rest.h - 40.0;
    let step = 21.0;
    let lines = (room / step) as usize;
    if lines < 1 || c.rules.is_empty() {
        return;
    }
    let left = o.area.x + 16.0;
    let right = o.area.right() - 16.0;
    let top = o.rest.y + 24.0;
    let title = text!(t.lang, SceneRulesOf, chain = &*c.name);
    pen.fitted(left, top, &title, right - left - 120.0, "s12 w6");
    // A window around the rule the packet is at.
    let current = match &now.kind {
        StopKind::Matched(rule) => rules.rule(*rule).number as usize,
        StopKind::Tried(_, _, last) => *last as usize,
        StopKind::Policy(_) => c.rules.len(),
        _ => 1,
    };
    let count = c.rules.len();
    let from =
        if count <= lines { 0 } else { current.saturating_sub(lines / 2 + 1).min(count - lines) };
    if count > lines {
        let shown = text!(
            t.lang,
            SceneRulesShown,
            first = from + 1,
            last = (from + lines).min(count),
            count = count
        );
        pen.text(right, top, shown, "s11 t3 end");
    }
    let mono = "s12 m";
    let numbers = pen.width(&count.to_string(), mono) + 14.0;
    let middle = left + (right - left) * 0.56;
    for (line, rule) in c.rules.iter().enumerate().skip(from).take(lines) {
        let number = line + 1;
        let y = top + 22.0 + step * (line - from) as f64;
        let r = rules.rule(*rule);
        let stop = stop_of(all, now, chain, number as u32, *rule);
        let state =
            match stop {
                Some(i) if i > at => State::Ahead,
                Some(i) if matches!(all[i].kind, StopKind::Matched(_)) => {
                    if stops_here(t, &all[i]) { State::Stop } else { State::Hit }
                }
                Some(_) => State::Miss,
                None => State::Never,
            };
        let is_now = stop == Some(at);
        let link = Link { step: stop, rule: Some(*rule), span: Some(r.span), outcome: None };
        let conditions = conditions_text(r);
        let words = if conditions.is_empty() { text!(t.lang, AnyPacket) } else { conditions };
        let does = target(r).map(|x| target_text(rules, x)).unwrap_or_default();
        let label = format!("{number} {words} {does}");
        pen.group("gr", link, label, |pen| {
            if is_now {
                let row = Area { x: left - 6.0, y: y - 15.0, w: right - left + 12.0, h: step };
                pen.rect(row, 6.0, "band");
            }
            let colour = match state {
                State::Hit if is_now => "",
                State::Hit | State::Miss => " t2",
                State::Stop => " stop",
                State::Ahead | State::Never => " t3",
            };
            let (icon, tone) = match state {
                State::Hit => ("i-ok", "ok"),
                State::Miss => ("i-no", "t3"),
                State::Stop => ("i-no", "stop"),
                State::Ahead | State::Never => ("", ""),
            };
            if !icon.is_empty() {
                pen.icon(icon, left - 1.0, y - 10.5, 12.0, tone);
            }
            let x = left + 18.0 + numbers - 14.0;
            pen.text(x, y, number.to_string(), &format!("{mono} end{colour}"));
            let x = left + 18.0 + numbers;
            let heavy = if is_now { " w6" } else { "" };
            pen.fitted(x, y, &words, middle - x - 10.0, &format!("{mono}{heavy}{colour}"));
            let mut end = right;
            if let Some(n) = r.counters {
                let word = short_count(n.packets);
                let width = pen.width(&word, "s11 m");
                pen.text(right, y, word, "s11 m t3 end");
                end = right - width - 14.0;
            }
            pen.fitted(middle, y, &does, end - middle, &format!("{mono}{heavy}{colour}"));
        });
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Hit,
    Miss,
    Stop,
    Ahead,
    Never,
}

/// The stop of a rule in the same stay at a base chain.
fn stop_of(all: &[Stop], now: &Stop, chain: ChainId, number: u32, rule: RuleId) -> Option<usize> {
    all.iter().position(|s| {
        s.reply == now.reply
            && s.base == now.base
            && s.hook == now.hook
            && match &s.kind {
                StopKind::Matched(r) => *r == rule,
                StopKind::Tried(c, first, last) => {
                    *c == chain && (*first..=*last).contains(&number)
                }
                StopKind::Fork(f) => f.chain == Some(chain) && f.rules.contains(&number),
                _ => false,
            }
    })
}

/// A count in the space of a column (`408K`).
fn short_count(c: chainwalk_model::Count) -> String {
    match c.value {
        0..=99_999 => c.value.to_string(),
        v if v < 10_000_000 => format!("{}K", v / 1_000),
        v if v < 10_000_000_000 => format!("{}M", v / 1_000_000),
        v => format!("{}G", v / 1_000_000_000),
    }
}
