//! Draws the frame: the track, the hooks, their stations, the interfaces, and the notes beside them.

use super::layout::{Frame, HOOKS, OPEN, Station, bridge_of, is_bridged, out_iface};
use super::notes::LEGEND_LINES;
use crate::drawing::Link;
use crate::explained::Explained;
use crate::fate;
use crate::page::Tone;
use crate::say::text;
use crate::scene::pen::{Pen, Point, p, rounded, tenth};
use crate::scene::way::Way;
use crate::stops::{StopKind, TimelineStop};
use chainwalk_model::{Entry, Event, Hook, Origin, Routed};

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
        self.draw_stations(t, pen, all, at);
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

    /// Whether the word of an end beside OUTPUT reaches into the legend.
    fn word_at_legend(&self, t: &Explained, pen: &Pen) -> bool {
        let Some(word) = self.end_beside(t, pen) else { return false };
        let (legend, step) = (self.legend(), self.legend_step());
        word.right() > legend.x - 4.0
            && (0..LEGEND_LINES).any(|n| (legend.y + step * n as f64 - word.bottom()).abs() < 11.0)
    }
}
