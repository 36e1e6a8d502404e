//! Lays the staircase out: what stands where, and how it is made to fit.

use crate::explained::Explained;
use crate::page::BranchCard;
use crate::say::text;
use crate::scene::frame::Frame;
use crate::scene::geometry::{BANDS, Band, HEAD, Key, Node, Opened, Visit, What, key};
use crate::scene::pen::{Area, Pen, Point, p};
use crate::stops::{StopKind, TimelineStop};
use crate::targets::target_text;
use crate::terms::conditions_text;
use crate::timeline::stops_here;
use chainwalk_model::{ChainId, Event, RuleId, Target};

/// A staircase while it is laid; heights are band numbers until it is finished.
pub(super) struct Stair {
    points: Vec<(Key, Point)>,
    nodes: Vec<Node>,
    visits: Vec<Visit>,
    pub(super) right: f64,
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
    pub(super) fn lay(
        t: &Explained,
        frame: &Frame,
        all: &[TimelineStop],
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
                let step = if detail >= 3 { 12.0 } else { 20.0 };
                x = (x + step).max(level.text_end + step - 9.0);
            } else {
                x = (x + 34.0).max(level.text_end + 18.0);
            }
            // What stands for several rules is as wide as their number.
            let half = match stop.kind {
                StopKind::Tried(_, a, b) if a < b => {
                    pen.width(&(b + 1 - a).to_string(), "s11") / 2.0 + 11.0
                }
                _ => 0.0,
            };
            if !first {
                x += (half - 9.0).max(0.0);
            }
            let k: Key = key(stop);
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
            level.text_end = match width {
                _ if half > 0.0 => x + half + 4.0,
                width if width > 0.0 => x + 14.0 + width,
                _ => x + 8.0,
            };
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
    pub(super) fn squeeze(&mut self, left: f64, right: f64) {
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
    pub(super) fn finish(
        mut self,
        reply: Option<usize>,
        base_step: usize,
        base: ChainId,
        area: Area,
        (cards, alike): (Vec<BranchCard>, Vec<usize>),
        fork: Option<usize>,
        from: Point,
    ) -> Opened {
        let count = self.count.max(1);
        let room = area.h - HEAD;
        let for_cards = if cards.is_empty() { 0.0 } else { (room * 0.36).clamp(84.0, 128.0) };
        let least = 34.0;
        let bands_room = room - for_cards;
        let spare = (bands_room - least * count as f64).max(0.0);
        // The packet's label wants about ninety; beyond that the other bands take their two lines first.
        let two_lines = 38.0 * count.saturating_sub(1) as f64;
        let tall = (bands_room - two_lines).max((least + spare).min(90.0)).clamp(least, 112.0);
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
            alike,
            fork_at,
            rest: Area { x: area.x, y, w: area.w, h: area.bottom() - y },
            bands,
        }
    }
}

/// How deep each shown stop stands, and how deep the way goes at all. A goto goes down like a jump.
fn depths(
    t: &Explained,
    all: &[TimelineStop],
    shown: &[usize],
    base: ChainId,
) -> (Vec<usize>, usize) {
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

/// The text next to a rule that matched.
fn hit_text(t: &Explained, rule: RuleId) -> String {
    let r = t.rules().rule(rule);
    let conditions = conditions_text(t.rules(), r);
    match r.verdict() {
        Some(Target::Jump(_) | Target::Goto(_)) | None => {
            if conditions.is_empty() {
                text!(t.lang, AnyPacket)
            } else {
                conditions
            }
        }
        Some(does) => {
            let word = target_text(t.rules(), r.chain, does);
            if conditions.is_empty() { word } else { format!("{conditions} {word}") }
        }
    }
}
