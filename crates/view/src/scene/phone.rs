//! The small map of the hooks that a phone shows over the walk.

use super::pen::{Area, Pen, Point, p, rounded};
use crate::drawing::{Measure, Scene};
use crate::explained::moment;
use crate::explained::{Explained, last_hook};
use crate::fate;
use crate::page::{Run, Style, Tone};
use crate::steps::hook_of;
use crate::stops::{TimelineStop, stops};
use crate::values::{destination, source};
use chainwalk_model::{Entry, Event, Fate, Hook, Trace};

/// The map's own size.
const SIZE: (f64, f64) = (358.0, 80.0);

fn place(hook: Hook) -> (Point, f64, &'static str) {
    match hook {
        Hook::Prerouting | Hook::Ingress => (p(70.0, 54.0), 50.0, "PRE"),
        Hook::Forward => (p(183.0, 54.0), 56.0, "FWD"),
        Hook::Postrouting | Hook::Egress => (p(285.0, 54.0), 56.0, "POST"),
        Hook::Input => (p(136.0, 16.0), 48.0, "IN"),
        Hook::Output => (p(230.0, 16.0), 48.0, "OUT"),
    }
}

const HOOKS: [Hook; 5] =
    [Hook::Prerouting, Hook::Forward, Hook::Postrouting, Hook::Input, Hook::Output];

/// The wire that lo is: out at the right, below everything, in at the left.
const LOOP: [(f64, f64); 5] =
    [(350.0, 54.0), (350.0, 73.0), (8.0, 73.0), (8.0, 54.0), (14.0, 54.0)];

/// A way through the map, each point with its step counted from 1.
fn way(t: &Explained, trace: &Trace, made: bool) -> Vec<(usize, Point)> {
    let diamond = p(136.0, 54.0);
    let mut out = Vec::new();
    if !made && matches!(trace.sent.entry, Entry::Wire { .. }) {
        out.push((0, p(14.0, 54.0)));
    } else if made {
        let ended = t.outcome().and_then(|o| {
            matches!(o.trace.fate, Fate::Rejected { .. }).then(|| last_hook(&o.trace))
        });
        match ended.flatten() {
            Some(Hook::Forward) => {
                out.extend([(0, p(183.0, 54.0)), (0, p(183.0, 32.0)), (0, p(230.0, 32.0))]);
            }
            Some(hook) => out.push((0, place(hook).0)),
            None => {}
        }
    }
    let mut last = None;
    for (step, s) in trace.steps.iter().enumerate() {
        let k = step + 1;
        match &s.event {
            Event::Hook(path) => {
                match path.hook {
                    Hook::Input => out.extend([(k, diamond), (k, place(Hook::Input).0)]),
                    Hook::Output if made && !out.is_empty() => out.push((k, p(230.0, 32.0))),
                    Hook::Postrouting if last == Some(Hook::Output) => {
                        out.extend([(k, p(230.0, 54.0)), (k, place(Hook::Postrouting).0)]);
                    }
                    other => out.push((k, place(other).0)),
                }
                last = Some(path.hook);
            }
            Event::Routed { .. } if last == Some(Hook::Prerouting) => out.push((k, diamond)),
            Event::Loop => out.extend(LOOP.into_iter().map(|(x, y)| (k, p(x, y)))),
            Event::End if trace.fate.is_out() => out.push((k, p(344.0, 54.0))),
            _ => {}
        }
    }
    out
}

/// The small map of the hooks for a phone, 358 × 80 drawn to fit `size`.
pub fn scene_phone(t: &Explained, stop: usize, _size: (f64, f64), measure: &dyn Measure) -> Scene {
    let all = stops(t);
    let at = stop.min(all.len().saturating_sub(1));
    let now = all.get(at);
    let mut pen = Pen::new(measure);
    pen.path("M14 54H344", "trk");
    pen.path("M136 54V26Q136 16 146 16H220Q230 16 230 26V54", "trk");
    let looped =
        t.outcome().is_some_and(|o| o.trace.steps.iter().any(|s| matches!(s.event, Event::Loop)));
    if looped {
        let wire: Vec<Point> = LOOP.into_iter().map(|(x, y)| p(x, y)).collect();
        pen.path(rounded(&wire, 6.0), "trk lo");
    }
    let mut rest = p(14.0, 54.0);
    let mut travel = String::new();
    if let Some(outcome) = t.outcome() {
        let lanes = outcome.replies.iter().enumerate().map(|(k, tr)| (Some(k), tr));
        let lanes: Vec<(Option<usize>, &Trace)> =
            lanes.chain(std::iter::once((None, &outcome.trace))).collect();
        for (reply, trace) in lanes {
            let points = way(t, trace, reply.is_some());
            let walked = all[..=at].iter().filter(|s| s.reply == reply).map(step_of).max();
            let index = |step: usize| points.iter().rposition(|(k, _)| *k <= step).unwrap_or(0);
            let part = |a: usize, b: usize| -> Vec<Point> {
                points.get(a..=b).unwrap_or_default().iter().map(|(_, at)| *at).collect()
            };
            let end = points.len().saturating_sub(1);
            let made = reply.is_some();
            let (ahead, behind) = if made { ("icmp", "icmp walked") } else { ("todo", "done") };
            let here = walked.map(index);
            pen.path(rounded(&part(here.unwrap_or(0), end), 6.0), ahead);
            if let Some(here) = here {
                pen.path(rounded(&part(0, here), 6.0), behind);
            }
            if let Some(now) = now.filter(|n| n.reply == reply) {
                let place = |stop: &TimelineStop| {
                    let at = points.get(index(step_of(stop))).map_or(rest, |(_, at)| *at);
                    below(at, hook_of(trace, stop).is_some())
                };
                let b = index(step_of(now));
                let before = all[..at].iter().rev().find(|s| s.reply == reply);
                let a = before.map_or(0, |s| index(step_of(s)));
                let stands = place(now);
                if b > a {
                    let from = before.map(place);
                    let way: Vec<Point> =
                        from.into_iter().chain(part(a, b)).chain([stands]).collect();
                    travel = rounded(&way, 6.0);
                }
                rest = stands;
            }
        }
    }
    let here = now.and_then(|n| hook_of(t.trace(n.reply)?, n));
    let ended = t.outcome().and_then(|o| {
        let stopped = fate::tone(&o.trace.fate) == Tone::Stop;
        if stopped && crate::banner::standing(t) == Tone::Stop { last_hook(&o.trace) } else { None }
    });
    if looped {
        pen.circle(p(24.0, 71.0), 7.5, "num on");
        pen.text(24.0, 75.0, "2", "s11 w6 live mid");
    }
    pen.path("M136 44l10 10l-10 10l-10 -10z", "diamond");
    for hook in HOOKS {
        let (at, w, name) = place(hook);
        let (class, text) = if ended == Some(hook) {
            ("hook stop", "s11 w7 stop mid")
        } else if here == Some(hook) {
            ("hook on", "s11 w7 live mid")
        } else {
            ("hook", "s11 w5 t2 mid")
        };
        pen.rect(Area { x: at.x - w / 2.0, y: at.y - 12.0, w, h: 24.0 }, 8.0, class);
        pen.text(at.x, at.y + 4.0, name, text);
    }
    if let Some(outcome) = t.outcome() {
        if let Entry::Wire { iface, .. } = &outcome.trace.sent.entry {
            // The bridge itself is no port of it.
            let open = super::frame::bridge_of(&outcome.trace) == Some(&**iface);
            let iface = if open { super::frame::OPEN } else { iface };
            pen.fitted(8.0, 38.0, iface, 90.0, "s11 m t3");
        }
        let out = std::iter::once(&outcome.trace)
            .chain(&outcome.replies)
            .find_map(super::frame::out_iface);
        if let Some(out) = out {
            let shown = pen.fit(&out, 90.0, "s11 m");
            pen.text(350.0, 38.0, shown, "s11 m t3 end");
        }
    }
    let tag = now.map_or_else(Vec::new, |n| tag(t, n));
    pen.scene(SIZE, now, (rest, travel), tag)
}

/// The packet stands below the box it is in, so that its name can be read.
fn below(at: Point, inside: bool) -> Point {
    if inside { p(at.x, at.y + 14.0) } else { at }
}

fn step_of(stop: &TimelineStop) -> usize {
    if matches!(stop.kind, crate::stops::StopKind::Start) { 0 } else { stop.first + 1 }
}

fn tag(t: &Explained, now: &TimelineStop) -> Vec<(String, Run)> {
    let Some(trace) = t.trace(now.reply) else { return Vec::new() };
    let Some(m) = moment(trace, now.last) else { return Vec::new() };
    let plain = |text: String| Run { text, style: Style::Plain };
    let p = &m.packet;
    vec![
        (crate::say::text!(t.lang, TagFrom), plain(source(trace, p))),
        (crate::say::text!(t.lang, TagTo), plain(destination(trace, p))),
    ]
}
