//! Draws the frame: the track, the hooks, their stations, the interfaces, and the notes beside them.

use super::layout::{
    Frame, HOOKS, OPEN, Place, Station, asked_table, bridge_of, is_bridged, out_iface,
};
use super::notes::LEGEND_LINES;
use crate::drawing::Link;
use crate::explained::{Explained, last_hook};
use crate::fate;
use crate::page::Tone;
use crate::say::text;
use crate::scene::pen::{Area, Pen, Point, p, rounded, tenth};
use crate::scene::way::Way;
use crate::stops::{StopKind, TimelineStop};
use crate::values::states;
use chainwalk_model::{DroppedBy as By, Entry, Event, Fate, Hook, Origin, Question, Routed, Trace};

/// So far from the border of its hook's box a word under a station stays.
const EDGE: f64 = 4.0;

/// So far from each other words under stations stay.
const GAP: f64 = 3.0;

/// How the word of what happened at a station of the trunk is set.
fn word_class(s: &Station) -> &'static str {
    if s.place == Place::Conntrack { "s11 m w6" } else { "s11 w6" }
}

impl Frame {
    pub(crate) fn draw(
        &self,
        t: &Explained,
        pen: &mut Pen,
        all: &[TimelineStop],
        at: usize,
        ways: &[Way],
        apart: bool,
    ) {
        let now = all.get(at);
        let trunk = self.trunk();
        let first = self.port_area(false, 0);
        let last = self.port_area(true, 0);
        let process = self.process();
        let track = |from: Point, to: Point| {
            format!("M{} {}L{} {}", tenth(from.x), tenth(from.y), tenth(to.x), tenth(to.y))
        };
        pen.path(track(p(first.right(), trunk), p(last.x, trunk)), "trk");
        for (right, names) in [(false, &self.ins), (true, &self.outs)] {
            for index in 1..names.len() {
                let a = self.port_area(right, index);
                let edge = if right {
                    self.hook_area(Hook::Postrouting).right()
                } else {
                    self.hook_area(Hook::Prerouting).x
                };
                let (x, bend) = if right {
                    (a.x, f64::midpoint(edge, a.x))
                } else {
                    (a.right(), f64::midpoint(edge, a.right()))
                };
                let way = [p(x, a.y + 12.0), p(bend, a.y + 12.0), p(bend, trunk), p(edge, trunk)];
                pen.path(rounded(&way, 6.0), "trk");
            }
        }
        pen.path(track(self.diamond(), p(self.up(), process.bottom())), "trk");
        pen.path(track(p(self.down(), process.bottom()), p(self.down(), trunk)), "trk");
        if self.loops {
            pen.path(rounded(&self.loop_way(), 10.0), "trk lo");
        }
        if t.outcome().is_some_and(|o| is_bridged(&o.trace)) {
            pen.path(rounded(&self.past_routing(), 10.0), "trk");
        }
        let here = now.and_then(|n| {
            let trace = t.trace(n.reply)?;
            let over = matches!(n.kind, StopKind::Fate) && fate::tone(&trace.fate) == Tone::Ok;
            if over { None } else { crate::steps::hook_of(trace, n) }
        });
        for hook in HOOKS {
            let a = self.hook_area(hook);
            let class = if here == Some(hook) { "hook on" } else { "hook" };
            pen.rect(a, 12.0, class);
            pen.path(self.track_inside(hook), "trk");
            let name = hook.builtin();
            let (x, y) = match hook {
                Hook::Input => (self.up() + 10.0, a.y + 18.0),
                Hook::Output => (self.down() + 10.0, a.y + 18.0),
                _ => (a.x + 14.0, a.y + 19.0),
            };
            let at_hook = |stop: &TimelineStop| {
                t.trace(stop.reply).is_some_and(|tr| crate::steps::hook_of(tr, stop) == Some(hook))
            };
            let chain = self.stations.iter().filter(|s| s.hook == hook).find_map(Station::chain);
            let link = Link {
                step: all.iter().position(at_hook),
                span: chain.map(|c| t.rules().chain(c).span),
                ..Link::default()
            };
            pen.group("gh", link, name, |pen| pen.text(x, y, name, "s12 w7 caps"));
        }
        pen.rect(process, process.h / 2.0, "hook");
        let processes = text!(t.lang, SceneProcesses);
        let middle = process.x + process.w / 2.0;
        pen.text(middle, process.y + process.h / 2.0 + 4.5, processes, "s13 w5 t2 mid");
        for way in ways {
            way.draw(pen);
        }
        if self.loops {
            // What comes in again comes a second time.
            let x = self.hook_area(Hook::Prerouting).x - 8.0;
            let at = p(x, self.y(150.0));
            pen.circle(at, 9.0, "num on");
            pen.text(at.x, at.y + 4.0, "2", "s11 w6 live mid");
            pen.text(at.x + 14.0, at.y + 4.0, "lo", "s11 m t2");
        }
        self.draw_ports(t, pen, all);
        let routed = all.iter().position(|stop| matches!(stop.kind, StopKind::Route));
        let link = Link { step: routed, ..Link::default() };
        pen.group("gh", link, text!(t.lang, NameRoute), |pen| {
            let d = self.diamond();
            let on = matches!(now.map(|n| &n.kind), Some(StopKind::Route));
            pen.path(
                format!("M{} {}l16 16l-16 16l-16 -16z", tenth(d.x), tenth(d.y - 16.0)),
                if on { "diamond on" } else { "diamond" },
            );
            self.draw_route(t, pen);
        });
        // The words of what happened come before the counts of rules, where there is not room for both.
        let mut taken: Vec<(f64, f64)> = self
            .stations
            .iter()
            .filter_map(|s| {
                let (word, _) = self.word_below(t, s)?;
                let on = now.is_some_and(|n| self.stands_at(t, n, s)) && !closed(now);
                let half = pen.width(&word, word_class(s)) / 2.0;
                let x = match on.then(|| self.ends_at(t, s)).flatten() {
                    Some((_, end)) if self.stands_left(pen, s, &end) => s.at.x - 9.0 - half,
                    Some(_) => s.at.x + 9.0 + half,
                    None => self.under(s, half),
                };
                Some((x - half - GAP, x + half + GAP))
            })
            .collect();
        for station in &self.stations {
            self.draw_station(t, pen, station, all, at, &mut taken);
        }
        if self.idle {
            self.draw_idle(t, pen);
        }
        self.draw_reply_note(t, pen, all);
        if !matches!(now.map(|n| &n.kind), Some(StopKind::Start)) && !apart {
            self.draw_never(t, pen);
        }
        // The wire of lo goes where the legend stands.
        if !self.loops && !Self::label_at_right(t, now) && !self.word_at_legend(t, pen) {
            self.draw_legend(t, pen);
        }
    }

    /// Whether the packet's label takes the place of the legend.
    fn label_at_right(t: &Explained, now: Option<&TimelineStop>) -> bool {
        let (Some(now), Some(outcome)) = (now, t.outcome()) else { return false };
        let trace = t.trace(now.reply);
        match now.kind {
            StopKind::Start => matches!(outcome.trace.sent.entry, Entry::Local { .. }),
            StopKind::Fate => {
                now.reply.is_some() && trace.is_some_and(|trace| out_iface(trace).is_some())
            }
            _ if now.base.is_some() => false,
            StopKind::Route if now.hook.is_none() => {
                trace.is_some_and(|tr| matches!(tr.sent.entry, Entry::Local { .. }))
            }
            _ => trace.and_then(|tr| crate::steps::hook_of(tr, now)) == Some(Hook::Output),
        }
    }

    fn track_inside(&self, hook: Hook) -> String {
        let a = self.hook_area(hook);
        match hook {
            Hook::Input => {
                format!("M{} {}V{}", tenth(self.up()), tenth(a.y), tenth(a.bottom()))
            }
            Hook::Output => {
                format!("M{} {}V{}", tenth(self.down()), tenth(a.y), tenth(a.bottom()))
            }
            _ => format!("M{} {}H{}", tenth(a.x), tenth(self.trunk()), tenth(a.right())),
        }
    }

    fn draw_ports(&self, t: &Explained, pen: &mut Pen, all: &[TimelineStop]) {
        let used = |name: &str, right: bool| {
            t.outcome().is_some_and(|o| {
                if right {
                    std::iter::once(&o.trace)
                        .chain(&o.replies)
                        .any(|trace| out_iface(trace).as_deref() == Some(name))
                } else {
                    self.ins.first().is_some_and(|n| n == name)
                        && matches!(o.trace.sent.entry, Entry::Wire { .. })
                }
            })
        };
        for (right, names) in [(false, &self.ins), (true, &self.outs)] {
            let top = (0..names.len().max(1))
                .map(|i| self.port_area(right, i).y)
                .fold(f64::MAX, f64::min);
            let a = self.port_area(right, 0);
            let word = if right { text!(t.lang, SceneOut) } else { text!(t.lang, SceneIn) };
            if !names.is_empty() {
                pen.text(a.x + a.w / 2.0, top - 8.0, word, "s11 t3 mid");
            }
            for (index, name) in names.iter().enumerate() {
                let a = self.port_area(right, index);
                let on = used(name, right);
                let (class, text) =
                    if on { ("port on", "s11 m w6 mid") } else { ("port", "s11 m t2 mid") };
                let open = name == OPEN && t.outcome().is_some_and(|o| is_bridged(&o.trace));
                let name = if open { text!(t.lang, ScenePortOpen) } else { name.clone() };
                let shown = pen.fit(&name, a.w - 6.0, "s11 m");
                // The packet comes in by it at its first stop, and goes out by it at its last.
                let last = all.iter().rposition(|stop| matches!(stop.kind, StopKind::Fate));
                let step = if right { last } else { Some(0) };
                let interface = t.host.interfaces.iter().find(|i| *i.name == *name);
                let span = interface.and_then(|i| match i.origin {
                    Origin::Pasted(span) => Some(span),
                    _ => None,
                });
                let link = Link { step: step.filter(|_| on), span, ..Link::default() };
                pen.group("gp", link, name.as_str(), |pen| {
                    pen.rect(a, 7.0, class);
                    pen.text(a.x + a.w / 2.0, a.y + 16.0, shown, text);
                });
            }
        }
    }

    /// What routing decided, under the diamond.
    fn draw_route(&self, t: &Explained, pen: &mut Pen) {
        let d = self.diamond();
        if let Some(outcome) = t.outcome().filter(|o| is_bridged(&o.trace)) {
            let word = match bridge_of(&outcome.trace) {
                Some(bridge) => text!(t.lang, SceneBridged, bridge = bridge),
                None => text!(t.lang, SceneNotRouted),
            };
            let shown = pen.fit(&word, self.x(120.0), "s11");
            pen.text(d.x, d.y + 43.0, shown, "s11 t2 mid");
            return;
        }
        pen.text(d.x, d.y + 31.0, text!(t.lang, NameRoute), "s11 t2 mid");
        let Some(outcome) = t.outcome() else { return };
        let to = outcome.trace.steps.iter().find_map(|s| match &s.event {
            Event::Routed { to, .. } => Some(to.clone()),
            _ => None,
        });
        let wire = matches!(outcome.trace.sent.entry, Entry::Wire { .. });
        let word = match to {
            Some(Routed::Forward { iface: Some(iface), .. }) if wire => {
                text!(t.lang, SceneRouteTo, iface = &*iface)
            }
            Some(Routed::Local) if wire => text!(t.lang, SceneRouteHere),
            Some(Routed::Nowhere(_)) if wire => {
                pen.cross(d, 9.0, "stop");
                let short = fate::short(t, &outcome.trace);
                pen.text(d.x, d.y + 44.0, short, "s11 w6 stop mid");
                return;
            }
            _ => return,
        };
        let shown = pen.fit(&word, self.x(96.0), "s11 m");
        let under = self.hook_area(Hook::Forward).bottom() + 9.0;
        pen.text(d.x, under.min(d.y + 46.0).max(d.y + 43.0), shown, "s11 m t3 mid");
    }

    /// What is said below a station of the trunk of what happened there, and its colour.
    fn word_below(&self, t: &Explained, s: &Station) -> Option<(String, &'static str)> {
        if matches!(s.hook, Hook::Input | Hook::Output) {
            return None;
        }
        if let Some((tone, word)) = self.ends_at(t, s) {
            return Some((word, if tone == Tone::Stop { "stop" } else { "ask" }));
        }
        if s.place == Place::Conntrack {
            let word = t.outcome().map(|o| ct_word(&o.trace, s.hook)).unwrap_or_default();
            return Some((word, "cts")).filter(|(word, _)| !word.is_empty());
        }
        let translates = self.nat(s.hook).is_some_and(|nat| nat.name == s.name);
        (translates && put_back_at(t, s.hook)).then(|| ("un-NAT".to_owned(), "cts"))
    }

    /// Whether the packet ends at a station, and the word for it. The end of a way that hangs on an answer is open.
    fn ends_at(&self, t: &Explained, s: &Station) -> Option<(Tone, String)> {
        let (tone, word) = way_ends_at(t, s)?;
        Some((if self.open { Tone::Depends } else { tone }, word))
    }

    /// Where the word of an end beside INPUT or OUTPUT stands, if there is one: its letters.
    pub(crate) fn end_beside(&self, t: &Explained, pen: &Pen) -> Option<Area> {
        let upright = |s: &&Station| matches!(s.hook, Hook::Input | Hook::Output);
        self.stations.iter().filter(upright).find_map(|s| {
            let (_, word) = self.ends_at(t, s)?;
            let w = pen.width(&word, "s11 w6");
            let edge = self.hook_area(s.hook);
            let x = if s.hook == Hook::Input { edge.x - 8.0 - w } else { edge.right() + 8.0 };
            Some(Area { x, y: s.at.y - 4.0, w, h: 8.0 })
        })
    }

    /// The middle of a word under a station of the trunk: within the box of its hook where it fits there.
    fn under(&self, s: &Station, half: f64) -> f64 {
        let area = self.hook_area(s.hook);
        let (first, last) = (area.x + EDGE + half, area.right() - EDGE - half);
        if first <= last { s.at.x.clamp(first, last) } else { s.at.x }
    }

    /// Whether the word of an end stands left of the way that goes down from a station of the trunk: where right of it it
    /// would leave the box of its hook, and left of it not; and before the words of the routing decision.
    fn stands_left(&self, pen: &Pen, s: &Station, word: &str) -> bool {
        let (area, width) = (self.hook_area(s.hook), pen.width(word, "s11 w6") + 9.0);
        let (left, right) = (s.at.x - width, s.at.x + width);
        let routes = s.hook == Hook::Prerouting && right > area.right() + EDGE;
        routes || right > area.right() - EDGE && left >= area.x + EDGE
    }

    /// Whether the word of an end beside OUTPUT reaches into the legend.
    fn word_at_legend(&self, t: &Explained, pen: &Pen) -> bool {
        let Some(word) = self.end_beside(t, pen) else { return false };
        let (legend, step) = (self.legend(), self.legend_step());
        word.right() > legend.x - 4.0
            && (0..LEGEND_LINES).any(|n| (legend.y + step * n as f64 - word.bottom()).abs() < 11.0)
    }

    fn draw_station(
        &self,
        t: &Explained,
        pen: &mut Pen,
        s: &Station,
        all: &[TimelineStop],
        at: usize,
        taken: &mut Vec<(f64, f64)>,
    ) {
        let now = all.get(at);
        let upright = matches!(s.hook, Hook::Input | Hook::Output);
        let asks = |stop: &TimelineStop| asks_at(t, stop, s);
        let first = all.iter().position(|stop| self.stands_at(t, stop, s));
        let first = first.or_else(|| all.iter().position(asks));
        let on = now.is_some_and(|n| self.stands_at(t, n, s));
        let translates = self.nat(s.hook).is_some_and(|nat| nat.name == s.name);
        let put_back = translates && put_back_at(t, s.hook);
        let span = s.chain().map(|c| t.rules().chain(c).span);
        let link = Link { step: first, span, ..Link::default() };
        // What ends here stands for the stop at which it does.
        let end = all.iter().position(|stop| {
            crate::timeline::stops_here(t, stop) && (self.stands_at(t, stop, s) || asks(stop))
        });
        let end = Link { step: end.or(first), ..link.clone() };
        let label = if s.is_kernel() {
            format!("{} {}", s.name, s.hook.builtin())
        } else {
            let count = match s.rules {
                Some(n) => text!(t.lang, ShortRules, count = n),
                None => text!(t.lang, LegendUnpasted),
            };
            format!("{} {}, {count}", s.name, s.hook.builtin())
        };
        let ends = self.ends_at(t, s);
        let ended = ends.as_ref().map(|(_, word)| format!("{}: {word}", s.name));
        let said = label.clone();
        let small = upright;
        pen.group("gst", link.clone(), label, |pen| {
            let r = |big: f64| if small { big - 0.8 } else { big };
            if s.is_kernel() {
                pen.circle(s.at, r(6.0), if on { "ct on" } else { "ct" });
                pen.circle(s.at, r(2.4), "ctdot");
            } else {
                let (class, radius) = match s.rules {
                    Some(0) => ("hollow", r(4.8)),
                    Some(_) => ("full", r(6.2)),
                    None => ("dash", r(4.7)),
                };
                let (more, radius) = if on { (" on", radius.max(7.6)) } else { ("", radius) };
                pen.circle(s.at, radius, &format!("st {class} {}{more}", s.class));
            }
            if put_back {
                // It is conntrack that translates here, not the table.
                pen.circle(s.at, r(10.0), "ring");
            }
            let tone = match (on, s.is_kernel() || s.rules.is_some()) {
                (true, _) => "s11 w7",
                (false, true) => "s11",
                (false, false) => "s11 t3",
            };
            if upright {
                pen.fitted(s.at.x + 11.0, s.at.y + 4.0, &s.name, s.most, tone);
            } else {
                let class = format!("{tone} mid");
                pen.fitted(s.at.x, s.at.y - 13.0, &s.name, s.most + 1.0, &class);
            }
        });
        if ends.is_none() && asked_at(t, s) {
            pen.group("gst", link.clone(), said.as_str(), |pen| {
                pen.circle(s.at, if upright { 7.0 } else { 8.5 }, "end ask");
                pen.text(s.at.x, s.at.y + 4.0, "?", "s11 w7 ask mid");
            });
        }
        let beneath = match &ends {
            Some(_) => (end, ended.unwrap_or_default()),
            None => (link, said),
        };
        pen.group("gsw", beneath.0, beneath.1, |pen| {
            self.draw_beneath(t, pen, s, (on, closed(now)), ends.as_ref(), taken);
        });
    }

    /// The mark of an end at a station, and the word or the number under it or beside it.
    fn draw_beneath(
        &self,
        t: &Explained,
        pen: &mut Pen,
        s: &Station,
        (on, closed): (bool, bool),
        ends: Option<&(Tone, String)>,
        taken: &mut Vec<(f64, f64)>,
    ) {
        let upright = matches!(s.hook, Hook::Input | Hook::Output);
        if let Some((tone, word)) = ends {
            let (mark, colour) = match tone {
                Tone::Stop => ("stop", "stop"),
                _ => ("ask", "ask"),
            };
            let r = if upright { 7.5 } else { 9.0 };
            if *tone == Tone::Stop {
                pen.cross(s.at, r, mark);
            } else {
                pen.circle(s.at, r, "end ask");
                pen.text(s.at.x, s.at.y + 4.0, "?", "s11 w7 ask mid");
            }
            if upright {
                let edge = self.hook_area(s.hook);
                let (x, anchor) = if s.hook == Hook::Input {
                    (edge.x - 8.0, " end")
                } else {
                    (edge.right() + 8.0, "")
                };
                pen.text(x, s.at.y + 4.0, word.as_str(), &format!("s11 w6 {colour}{anchor}"));
            } else if on && !closed {
                // Beside the way that goes down into the drawer.
                let (x, anchor) = if self.stands_left(pen, s, word) {
                    (s.at.x - 9.0, " end")
                } else {
                    (s.at.x + 9.0, "")
                };
                let class = format!("s11 w6 {colour}{anchor}");
                pen.text(x, s.at.y + 27.0, word.as_str(), &class);
            } else {
                // Where the word of a station before it reaches here, this one begins behind that.
                let half = pen.width(word, "s11 w6") / 2.0;
                let middle = self.under(s, half);
                let left = middle - half;
                let reaches = |(from, to): &&(f64, f64)| {
                    *from < left && left < *to && (from + to) / 2.0 < middle - 1.0
                };
                let before = taken.iter().filter(reaches).map(|(_, to)| *to).reduce(f64::max);
                let x = before.map_or(middle, |to| to + 4.0 + half);
                let x = match s.hook {
                    // The words of the routing decision stand there.
                    Hook::Prerouting => x.min(self.hook_area(s.hook).right() + 4.0 - half),
                    _ => x,
                };
                pen.text(x, s.at.y + 27.0, word.as_str(), &format!("s11 w6 {colour} mid"));
            }
            return;
        }
        if let Some((word, colour)) = self.word_below(t, s) {
            let class = word_class(s);
            let x = self.under(s, pen.width(&word, class) / 2.0);
            pen.text(x, s.at.y + 25.0, word, &format!("{class} {colour} mid"));
            return;
        }
        match s.rules {
            Some(n) if upright && (!on || closed) => {
                pen.text(s.at.x - 11.0, s.at.y + 4.0, n.to_string(), "s11 t3 end");
            }
            // Before a packet is asked for the count stands beside the policy.
            Some(_) if self.idle && s.policy(t).is_some() => {}
            Some(n) if n > 0 && (!on || closed) => {
                for word in [text!(t.lang, ShortRules, count = n), n.to_string()] {
                    let half = pen.width(&word, "s11") / 2.0;
                    let x = self.under(s, half + GAP);
                    let free = |(from, to): &(f64, f64)| x + half <= *from || *to <= x - half;
                    if taken.iter().all(free) {
                        taken.push((x - half, x + half));
                        pen.text(x, s.at.y + 25.0, word, "s11 t3 mid");
                        break;
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether a stop stands at a station.
    fn stands_at(&self, t: &Explained, stop: &TimelineStop, s: &Station) -> bool {
        let Some(trace) = t.trace(stop.reply) else { return false };
        if crate::steps::hook_of(trace, stop) != Some(s.hook) {
            return false;
        }
        match stop.kind {
            StopKind::Conntrack => s.place == Place::Conntrack,
            StopKind::UnNat => self.nat(s.hook).is_some_and(|nat| nat.name == s.name),
            _ => stop.base.is_some() && stop.base == s.chain(),
        }
    }
}

/// The conntrack state that a packet got at a hook.
fn ct_word(trace: &Trace, hook: Hook) -> String {
    let mut there = false;
    for (index, step) in trace.steps.iter().enumerate() {
        match &step.event {
            Event::Hook(path) => there = path.hook == hook,
            Event::Tracked if there => {
                return crate::explained::moment(trace, index)
                    .and_then(|m| m.ct)
                    .map_or_else(String::new, |ct| states(ct.state));
            }
            _ => {}
        }
    }
    String::new()
}

/// Whether conntrack puts an address of the packet back at a hook.
fn put_back_at(t: &Explained, hook: Hook) -> bool {
    let mut there = false;
    t.outcome().is_some_and(|o| {
        o.trace.steps.iter().any(|s| {
            if let Event::Hook(path) = &s.event {
                there = path.hook == hook;
            }
            there && matches!(s.event, Event::Untranslated(_))
        })
    })
}

/// Whether the drawer is closed at a stop.
fn closed(now: Option<&TimelineStop>) -> bool {
    now.is_none_or(|n| n.base.is_none())
}

/// Whether a stop asks what a table does that was not pasted.
fn asks_at(t: &Explained, stop: &TimelineStop, s: &Station) -> bool {
    let Some(trace) = t.trace(stop.reply) else { return false };
    let choices = t.outcome().map_or(&[][..], |o| &o.choices);
    s.place == Place::Absent
        && crate::steps::hook_of(trace, stop) == Some(s.hook)
        && trace
            .steps
            .get(stop.first)
            .is_some_and(|step| asked_table(&step.event, choices) == Some(&s.name))
}

/// Whether it had to be asked what a table does here that was not pasted.
fn asked_at(t: &Explained, s: &Station) -> bool {
    let Some(outcome) = t.outcome() else { return false };
    let mut hook = None;
    outcome.trace.steps.iter().any(|step| {
        if let Event::Hook(path) = &step.event {
            hook = Some(path.hook);
        }
        let asked = asked_table(&step.event, &outcome.choices);
        hook == Some(s.hook) && s.place == Place::Absent && asked == Some(&s.name)
    })
}

/// Whether the packet's way ends at a station, and the word for it.
fn way_ends_at(t: &Explained, s: &Station) -> Option<(Tone, String)> {
    let outcome = t.outcome()?;
    let trace = &outcome.trace;
    if s.is_kernel() || last_hook(trace) != Some(s.hook) {
        return None;
    }
    let base = trace.steps.iter().rev().find_map(|step| match &step.event {
        Event::Base(chain) => Some(*chain),
        _ => None,
    });
    let lang = t.lang;
    let number = |rule: chainwalk_model::RuleId| t.rules().rule(rule).number;
    match &trace.fate {
        Fate::DroppedUnseen(Question::Table(_, name))
            if s.place == Place::Absent && **name == *s.name =>
        {
            Some((Tone::Stop, text!(lang, SceneDropsUnseen)))
        }
        _ if base.is_none() || base != s.chain() => None,
        Fate::Rejected { rule, .. } => {
            let r = t.rules().rule(*rule);
            if Some(r.chain) == s.chain() {
                Some((Tone::Stop, text!(lang, SceneRejects, number = number(*rule))))
            } else {
                Some((Tone::Stop, text!(lang, SceneRejectsHere)))
            }
        }
        Fate::Dropped(By::Rule(rule)) => {
            let r = t.rules().rule(*rule);
            if Some(r.chain) == s.chain() {
                Some((Tone::Stop, text!(lang, SceneDrops, number = number(*rule))))
            } else {
                Some((Tone::Stop, text!(lang, SceneDropsHere)))
            }
        }
        Fate::Dropped(By::Policy(_)) => Some((Tone::Stop, text!(lang, ScenePolicyDrops))),
        _ => None,
    }
}
