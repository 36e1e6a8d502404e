//! The walk for a room: drawn anew and large, readable from the last row. 1920 × 744; no text is smaller than 28.
//!
//! While it is veiled, nothing is drawn that the packet has not come to: all hooks and interfaces stand until routing
//! has decided.

mod drawer;

use super::frame::{Frame, Place, Station, out_iface};
use super::pen::{Area, Pen, Point, p, rounded};
use crate::drawing::{Measure, Scene};
use crate::explained::{Explained, moment};
use crate::page::{Run, Style};
use crate::say::text;
use crate::steps::hook_of;
use crate::stops::{StopKind, TimelineStop, stops};
use crate::values::{destination, source};
use chainwalk_model::{Entry, Event, Fate, Hook, IfKind, Trace};

/// The picture's own size.
const SIZE: (f64, f64) = (1920.0, 744.0);
/// The height of the trunk, and of the way through the processes.
const TRUNK: f64 = 286.0;
const ARCH: f64 = 100.0;
/// Where the way leaves the trunk for INPUT, and where it comes back from OUTPUT.
const UP: f64 = 720.0;
const DOWN: f64 = 1350.0;

const HOOKS: [Hook; 5] =
    [Hook::Prerouting, Hook::Forward, Hook::Postrouting, Hook::Input, Hook::Output];

fn area(hook: Hook) -> Area {
    let (x, w) = match hook {
        Hook::Prerouting | Hook::Ingress => (200.0, 450.0),
        Hook::Forward => (800.0, 500.0),
        Hook::Postrouting | Hook::Egress => (1400.0, 310.0),
        Hook::Input => (690.0, 240.0),
        Hook::Output => (1090.0, 290.0),
    };
    let y = if is_high(hook) { 22.0 } else { TRUNK - 78.0 };
    Area { x, y, w, h: 152.0 }
}

fn is_high(hook: Hook) -> bool {
    matches!(hook, Hook::Input | Hook::Output)
}

fn process() -> Area {
    Area { x: 948.0, y: ARCH - 34.0, w: 124.0, h: 68.0 }
}

fn port(right: bool, at: usize) -> Area {
    let x = if right { 1744.0 } else { 40.0 };
    let y = if at == 0 { TRUNK } else { TRUNK - 92.0 };
    Area { x, y: y - 34.0, w: 136.0, h: 68.0 }
}

/// What the drawing is made from.
struct Room<'a> {
    t: &'a Explained<'a>,
    all: Vec<TimelineStop>,
    at: usize,
    veiled: bool,
    /// The stations of each hook that have something to say, with their places.
    stations: Vec<(Station, Point)>,
}

/// The walk at a stop for a room; `veiled` draws nothing that lies ahead.
pub fn scene_room(t: &Explained, stop: usize, veiled: bool, measure: &dyn Measure) -> Scene {
    let all = stops(t);
    let at = stop.min(all.len().saturating_sub(1));
    let mut pen = Pen::new(measure);
    let frame = Frame::new(t, (808.0, 668.0), &pen);
    let stations = placed(&frame.stations, &pen);
    let room = Room { t, all, at, veiled, stations };
    let visited = room.visited();
    let is_off = |hook: &Hook| visited.as_ref().is_some_and(|hooks| !hooks.contains(hook));
    let (off, on): (Vec<Hook>, Vec<Hook>) = HOOKS.into_iter().partition(is_off);
    room.boxes(&mut pen, &on);
    tracks(&mut pen, (room.ins().len(), room.outs().len()));
    let way = room.ways(&mut pen);
    room.folded(&mut pen, &off);
    room.places(&mut pen, &on);
    room.drawer(&mut pen);
    let now = room.all.get(at);
    pen.scene(SIZE, now, way, now.map_or_else(Vec::new, |now| room.tag(now)))
}

/// Stations that have rules, and the kernel's own, evenly in their boxes.
fn placed(all: &[Station], pen: &Pen) -> Vec<(Station, Point)> {
    let mut out = Vec::new();
    for hook in HOOKS {
        let kept: Vec<Station> = all
            .iter()
            .filter(|s| s.hook == hook)
            .filter(|s| s.is_kernel() || s.rules.is_some_and(|n| n > 0))
            .cloned()
            .collect();
        let a = area(hook);
        // The way comes in from below at the left of INPUT, and leaves OUTPUT at its right.
        let (left, right) = match hook {
            Hook::Input => (UP + 24.0, a.right() - 8.0),
            Hook::Output => (a.x + 8.0, DOWN - 12.0),
            _ => (a.x + 14.0, a.right() - 14.0),
        };
        let widths: Vec<f64> = kept.iter().map(|s| pen.width(&s.name, "s28 w6")).collect();
        let gap =
            ((right - left - widths.iter().sum::<f64>()) / (kept.len() as f64 + 1.0)).max(10.0);
        let mut x = left + gap;
        for (mut station, width) in kept.into_iter().zip(widths) {
            let y = if is_high(hook) { ARCH } else { TRUNK };
            station.most = width.min(right - x).max(40.0);
            out.push((station, p(x + width / 2.0, y)));
            x += width + gap;
        }
    }
    out
}

/// The tracks that every host has.
fn tracks(pen: &mut Pen, ports: (usize, usize)) {
    for (x, bend, count) in
        [(port(false, 1).right(), 190.0, ports.0), (port(true, 1).x, 1726.0, ports.1)]
    {
        let y = port(false, 1).y + 34.0;
        if count > 1 {
            pen.path(format!("M{x} {y}H{bend}V{TRUNK}"), "trk thin");
        }
    }
    pen.path(format!("M{} {TRUNK}H{}", port(false, 0).right(), port(true, 0).x), "trk");
    pen.path(
        format!("M{UP} {TRUNK}V{}Q{UP} {ARCH} {} {ARCH}H{}", ARCH + 24.0, UP + 24.0, process().x),
        "trk",
    );
    pen.path(
        format!(
            "M{} {ARCH}H{}Q{DOWN} {ARCH} {DOWN} {}V{TRUNK}",
            process().right(),
            DOWN - 24.0,
            ARCH + 24.0
        ),
        "trk",
    );
}

impl Room<'_> {
    fn now(&self) -> Option<&TimelineStop> {
        self.all.get(self.at)
    }

    /// How far a packet's trace was walked, as a step counted from 1.
    fn walked(&self, reply: Option<usize>) -> Option<usize> {
        let upto = self.all.iter().take(self.at + 1).filter(|s| s.reply == reply);
        upto.map(|s| if matches!(s.kind, StopKind::Start) { 0 } else { s.last + 1 }).max()
    }

    /// The hooks that the packet is known to visit by now, or visits at all where nothing is veiled; none while that is
    /// open.
    fn visited(&self) -> Option<Vec<Hook>> {
        let outcome = self.t.outcome()?;
        let upto = if self.veiled { self.walked(None)? } else { usize::MAX };
        let decided = matches!(outcome.trace.sent.entry, Entry::Local { .. })
            || outcome
                .trace
                .steps
                .iter()
                .take(upto)
                .any(|s| matches!(s.event, Event::Routed { .. }));
        if !decided && self.veiled {
            return None;
        }
        // What routing decided for tells the hook that follows it.
        let ahead = outcome.trace.steps.iter().enumerate();
        let mut hooks: Vec<Hook> = Vec::new();
        let mut beyond = false;
        for (step, s) in ahead {
            if let Event::Hook(path) = &s.event {
                if step >= upto && beyond {
                    break;
                }
                beyond = step >= upto;
                hooks.push(path.hook);
            }
        }
        let replies = outcome.replies.iter().enumerate();
        for (k, trace) in replies {
            let seen = if self.veiled { self.walked(Some(k)).unwrap_or(0) } else { usize::MAX };
            hooks.extend(trace.steps.iter().take(seen).filter_map(|s| match &s.event {
                Event::Hook(path) => Some(path.hook),
                _ => None,
            }));
        }
        if self.veiled && hooks.contains(&Hook::Forward) && !hooks.contains(&Hook::Postrouting) {
            // Nobody knows yet whether it gets there.
            hooks.push(Hook::Postrouting);
        }
        Some(hooks)
    }

    /// The ways of the packets; where the packet rests, and how it came there.
    fn ways(&self, pen: &mut Pen) -> (Point, String) {
        let (mut rest, mut travel) = (p(port(false, 0).right(), TRUNK), String::new());
        let Some(outcome) = self.t.outcome() else { return (rest, travel) };
        let replies = outcome.replies.iter().enumerate().map(|(k, trace)| (Some(k), trace));
        let now = self.now();
        for (reply, trace) in std::iter::once((None, &outcome.trace)).chain(replies) {
            let points = self.way(trace, reply.is_some());
            let Some(walked) = self.walked(reply) else { continue };
            let here = points.iter().rposition(|(step, _)| *step <= walked).unwrap_or(0);
            let part = |from: usize, to: usize| -> Vec<Point> {
                points.get(from..=to).unwrap_or_default().iter().map(|(_, at)| *at).collect()
            };
            let made = reply.is_some();
            if !self.veiled {
                let ahead = part(here, points.len().saturating_sub(1));
                pen.path(rounded(&ahead, 20.0), if made { "icmp" } else { "todo" });
            }
            pen.path(rounded(&part(0, here), 20.0), if made { "icmp walked" } else { "done" });
            if let Some(now) = now.filter(|now| now.reply == reply) {
                rest = points.get(here).map_or(rest, |(_, at)| *at);
                let before = self.all[..self.at].iter().rev().find(|s| s.reply == reply);
                let from = before.map_or(0, |s| {
                    let step = if matches!(s.kind, StopKind::Start) { 0 } else { s.last + 1 };
                    points.iter().rposition(|(k, _)| *k <= step).unwrap_or(0)
                });
                if here > from && !matches!(now.kind, StopKind::Start) {
                    travel = rounded(&part(from, here), 20.0);
                }
            }
        }
        (rest, travel)
    }

    /// The points of a way, each with its step counted from 1.
    fn way(&self, trace: &Trace, made: bool) -> Vec<(usize, Point)> {
        let mut out: Vec<(usize, Point)> = Vec::new();
        let local = matches!(trace.sent.entry, Entry::Local { .. });
        if made {
            out.push((0, p(process().right() - 20.0, ARCH)));
        } else if local {
            out.push((0, p(process().right() - 8.0, ARCH)));
        } else {
            out.push((0, p(port(false, 0).right(), TRUNK)));
        }
        let mut hook = None;
        for (step, s) in trace.steps.iter().enumerate() {
            let k = step + 1;
            match &s.event {
                Event::Hook(path) => {
                    let a = area(path.hook);
                    match path.hook {
                        Hook::Input => out.extend([
                            (k, p(UP, TRUNK)),
                            (k, p(UP, ARCH)),
                            (k, p(UP + 14.0, ARCH)),
                        ]),
                        Hook::Output => out.push((k, p(a.x + 4.0, ARCH))),
                        Hook::Postrouting if hook == Some(Hook::Output) => out.extend([
                            (k, p(DOWN, ARCH)),
                            (k, p(DOWN, TRUNK)),
                            (k, p(a.x + 4.0, TRUNK)),
                        ]),
                        _ => out.push((k, p(a.x + 4.0, TRUNK))),
                    }
                    hook = Some(path.hook);
                }
                Event::Base(chain) => {
                    if let Some(at) = self.station(hook, Place::Chain(*chain)) {
                        out.push((k, at));
                    }
                }
                Event::Tracked => {
                    if let Some(at) = self.station(hook, Place::Conntrack) {
                        out.push((k, at));
                    }
                }
                Event::Confirmed => {
                    if let Some(at) = self.station(hook, Place::Confirm) {
                        out.push((k, at));
                    }
                }
                Event::Routed { .. } if hook == Some(Hook::Prerouting) => {
                    out.push((k, p(UP, TRUNK)));
                }
                Event::Loop => {
                    let (right, left) = (1728.0, 184.0);
                    out.extend([
                        (k, p(right, TRUNK)),
                        (k, p(right, 386.0)),
                        (k, p(left, 386.0)),
                        (k, p(left, TRUNK)),
                    ]);
                }
                Event::End => match &trace.fate {
                    Fate::Local { .. } => out.push((k, p(process().x - 6.0, ARCH))),
                    fate if fate.is_out() => {
                        out.extend(self.leave(trace).into_iter().map(|at| (k, at)));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        out
    }

    fn station(&self, hook: Option<Hook>, place: Place) -> Option<Point> {
        let found = self.stations.iter().find(|(s, _)| Some(s.hook) == hook && s.place == place);
        found.map(|(_, at)| *at)
    }

    /// The hook that the packet is in by now.
    fn here(&self) -> Option<Hook> {
        self.now().and_then(|now| hook_of(self.t.trace(now.reply)?, now))
    }

    /// The boxes of hooks, under all ways.
    fn boxes(&self, pen: &mut Pen, hooks: &[Hook]) {
        let (here, ended) = (self.here(), self.ended_in());
        for hook in hooks {
            let a = area(*hook);
            let class = match hook {
                _ if ended == Some(*hook) => "hook stop",
                _ if here == Some(*hook) => "hook on",
                _ => "hook",
            };
            pen.rect(a, 20.0, class);
            pen.fitted(a.x + 20.0, a.y + 40.0, hook.builtin(), a.w - 36.0, "s28 w7");
        }
    }

    /// Hooks that are not on the way, over the tracks.
    fn folded(&self, pen: &mut Pen, hooks: &[Hook]) {
        for hook in hooks {
            let a = area(*hook);
            pen.rect(a, 20.0, "hook off");
            pen.text(a.x + 20.0, a.y + 40.0, hook.builtin(), "s28 w7 t3");
            let word = text!(self.t.lang, RoomOff);
            pen.fitted(a.x + 20.0, a.bottom() - 24.0, &word, a.w - 36.0, "s28 t3");
        }
    }

    /// Stations, the routing decision, the host and its interfaces, over the ways.
    fn places(&self, pen: &mut Pen, hooks: &[Hook]) {
        let (now, here) = (self.now(), self.here());
        pen.path(format!("M{UP} {}l36 36l-36 36l-36 -36z", TRUNK - 36.0), "diamond");
        for hook in hooks {
            self.hook_stations(pen, *hook, here, now);
        }
        let host = process();
        let local = self.t.outcome().is_some_and(|o| matches!(o.trace.fate, Fate::Local { .. }));
        let over = self.at + 1 >= self.all.len();
        let on = (local && over)
            || self.t.outcome().is_some_and(|o| matches!(o.trace.sent.entry, Entry::Local { .. }));
        pen.rect(host, 34.0, if on { "port on" } else { "port" });
        let word = text!(self.t.lang, RoomHost);
        pen.text(host.x + host.w / 2.0, ARCH + 10.0, word, "s28 w6 mid");
        self.ports(pen);
    }

    /// The stations of a hook.
    fn hook_stations(
        &self,
        pen: &mut Pen,
        hook: Hook,
        here: Option<Hook>,
        now: Option<&TimelineStop>,
    ) {
        for (station, at) in self.stations.iter().filter(|(s, _)| s.hook == hook) {
            let on = here == Some(hook)
                && match station.place {
                    Place::Chain(chain) => now.and_then(|now| now.base) == Some(chain),
                    Place::Conntrack => {
                        now.is_some_and(|now| matches!(now.kind, StopKind::Conntrack))
                    }
                    _ => false,
                };
            let ring = if on { " on" } else { "" };
            if station.is_kernel() {
                pen.circle(*at, 15.0, &format!("st ring{ring}"));
                pen.circle(*at, 5.0, "ctdot");
            } else {
                pen.circle(*at, 16.0, &format!("st full {}{ring}", station.class));
            }
            let colour = match (on, station.is_kernel()) {
                (true, false) => format!("s28 w7 mid {}", station.class),
                (true, true) => "s28 w7 mid".to_owned(),
                _ => "s28 t2 mid".to_owned(),
            };
            let name = pen.fit(&station.name, station.most.max(60.0) + 16.0, "s28 w6");
            pen.text(at.x, at.y + 58.0, name, &colour);
        }
    }

    /// The hook that the packet was seen to end in.
    fn ended_in(&self) -> Option<Hook> {
        let outcome = self.t.outcome()?;
        let over = self.walked(None)? >= outcome.trace.steps.len();
        let stopped = outcome.trace.fate.is_through() == Some(false);
        if over && stopped { crate::explained::last_hook(&outcome.trace) } else { None }
    }

    /// The interfaces at the right, in the host's own order, so that where the packet leaves is not told before it does.
    fn outs(&self) -> Vec<String> {
        let all = self.t.host.interfaces.iter();
        let shown = all.filter(|i| i.kind != IfKind::Loopback && i.master.is_none());
        let mut names: Vec<String> = shown.map(|i| i.name.to_string()).collect();
        let used = self.t.outcome().and_then(|o| out_iface(&o.trace));
        match used.and_then(|used| names.iter().position(|name| *name == used)) {
            // Of many the one that is used is among those that stand there.
            Some(at) if at > 1 => names.swap(1, at),
            _ => {}
        }
        names.truncate(2);
        names
    }

    /// The interface that the packet comes in by.
    fn wire(&self) -> Option<String> {
        match &self.t.outcome()?.trace.sent.entry {
            Entry::Wire { iface, .. } => Some(iface.to_string()),
            Entry::Local { .. } => None,
        }
    }

    /// The interfaces at the left, the packet's own first.
    fn ins(&self) -> Vec<String> {
        let wire = self.wire();
        let others = self.outs().into_iter().filter(|name| Some(name) != wire.as_ref());
        wire.clone().into_iter().chain(others).take(2).collect()
    }

    /// The points from the trunk to where a packet leaves.
    fn leave(&self, trace: &Trace) -> Vec<Point> {
        let name = out_iface(trace).unwrap_or_default();
        let at = self.outs().iter().position(|out| *out == name).unwrap_or(0);
        let a = port(true, at);
        let y = a.y + a.h / 2.0;
        let end = p(a.x - 20.0, y);
        if at == 0 { vec![end] } else { vec![p(a.x - 18.0, TRUNK), end] }
    }

    fn ports(&self, pen: &mut Pen) {
        let outcome = self.t.outcome();
        let (ins, outs, wire) = (self.ins(), self.outs(), self.wire());
        let left = outcome.and_then(|o| {
            let over = self.walked(None)? >= o.trace.steps.len();
            (over || !self.veiled).then(|| out_iface(&o.trace)).flatten()
        });
        for (right, names, on) in [(false, ins, wire), (true, outs, left)] {
            for (at, name) in names.iter().enumerate() {
                let a = port(right, at);
                let lit = on.as_ref() == Some(name);
                pen.rect(a, 18.0, if lit { "port on" } else { "port" });
                let shown = pen.fit(name, a.w - 12.0, "s28 m w6");
                pen.text(a.x + a.w / 2.0, a.y + 44.0, shown, "s28 m w6 mid");
            }
        }
    }

    fn tag(&self, now: &TimelineStop) -> Vec<(String, Run)> {
        let Some(trace) = self.t.trace(now.reply) else { return Vec::new() };
        let Some(state) = moment(trace, now.last) else { return Vec::new() };
        let plain = |text: String| Run { text, style: Style::Plain };
        vec![
            (text!(self.t.lang, TagFrom), plain(source(trace, &state.packet))),
            (text!(self.t.lang, TagTo), plain(destination(trace, &state.packet))),
        ]
    }
}
