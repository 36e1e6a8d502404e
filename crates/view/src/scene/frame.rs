//! The frame: interfaces, hooks and their stations, the routing diamond, and what is told about them.

use super::drawer::X0;
use super::pen::{Area, Pen, Point, p, tenth};
use super::way::Way;
use crate::say::{plain, text};
use crate::stops::{Stop, StopKind};
use crate::terms::{hook as hook_name, packet_word, states, table_class};
use crate::{Link, Telling, Tone, fate};
use chainwalk_model::{
    ChainId, Choice, Entry, Event, Family, Fate, Hook, IfKind, Question, Routed, Stop as By, Trace,
    priority,
};

/// One table's place on the line, or one of the kernel's own.
#[derive(Clone, Debug)]
pub(super) struct Station {
    pub(super) hook: Hook,
    pub(super) name: String,
    pub(super) at: Point,
    pub(super) chain: Option<ChainId>,
    /// Its number of rules; `None` where the table was not pasted.
    pub(super) rules: Option<usize>,
    pub(super) kernel: bool,
}

/// The finished places of everything above the drawer.
pub(super) struct Frame {
    pub(super) w: f64,
    pub(super) h: f64,
    /// Horizontal and vertical scale against the drawing's own size of 808 × 668.
    pub(super) sx: f64,
    pub(super) sy: f64,
    pub(super) stations: Vec<Station>,
    /// Interfaces at the left and right edge, the packet's own first.
    pub(super) ins: Vec<String>,
    pub(super) outs: Vec<String>,
    /// The hooks the followed packet and its replies visit.
    pub(super) visited: Vec<Hook>,
    pub(super) loops: bool,
}

const HOOKS: [Hook; 5] =
    [Hook::Prerouting, Hook::Forward, Hook::Postrouting, Hook::Input, Hook::Output];

/// The stations every host has at a hook, in the order they are passed.
fn standard(hook: Hook) -> Vec<(&'static str, i32, bool)> {
    match hook {
        Hook::Prerouting => vec![
            ("raw", priority::RAW, false),
            ("conntrack", priority::CONNTRACK, true),
            ("mangle", priority::MANGLE, false),
            ("nat", priority::DSTNAT, false),
        ],
        Hook::Input => vec![
            ("mangle", priority::MANGLE, false),
            ("filter", priority::FILTER, false),
            ("security", priority::SECURITY, false),
            ("nat", priority::SRCNAT, false),
        ],
        Hook::Forward => vec![
            ("mangle", priority::MANGLE, false),
            ("filter", priority::FILTER, false),
            ("security", priority::SECURITY, false),
        ],
        Hook::Output => vec![
            ("raw", priority::RAW, false),
            ("conntrack", priority::CONNTRACK, true),
            ("mangle", priority::MANGLE, false),
            ("nat", priority::DSTNAT, false),
            ("filter", priority::FILTER, false),
            ("security", priority::SECURITY, false),
        ],
        Hook::Postrouting => vec![
            ("mangle", priority::MANGLE, false),
            ("nat", priority::SRCNAT, false),
            ("confirm", i32::MAX, true),
        ],
        Hook::Ingress | Hook::Egress => Vec::new(),
    }
}

impl Frame {
    pub(super) fn new(t: &Telling, size: (f64, f64), all: &[Stop], _at: usize, pen: &Pen) -> Self {
        let (w, h) = size;
        let upper = (h * 0.43).clamp(238.0, 400.0);
        let mut frame = Self {
            w,
            h,
            sx: w / 808.0,
            sy: upper / 288.0,
            stations: Vec::new(),
            ins: Vec::new(),
            outs: Vec::new(),
            visited: Vec::new(),
            loops: false,
        };
        let v6 = t.outcome().is_some_and(|o| o.trace.sent.packet.is_v6());
        for hook in HOOKS {
            frame.lay(t, hook, v6, pen);
        }
        frame.ports(t, all);
        frame
    }

    pub(super) fn x(&self, x: f64) -> f64 {
        x * self.sx
    }

    pub(super) fn y(&self, y: f64) -> f64 {
        y * self.sy
    }

    /// The height of the trunk.
    pub(super) fn trunk(&self) -> f64 {
        self.y(234.0)
    }

    /// Where the drawer begins.
    pub(super) fn below(&self) -> f64 {
        self.y(288.0) + 12.0
    }

    /// The box of a hook.
    pub(super) fn hook_area(&self, hook: Hook) -> Area {
        // The arch's boxes are as wide as the names in them need.
        match hook {
            Hook::Input => {
                let x = self.up() - self.x(40.0).min(60.0);
                let w = self.up() + 66.0 - x;
                return Area { x, y: self.y(54.0), w, h: self.y(106.0) };
            }
            Hook::Output => {
                let x = self.down() - self.x(36.0).min(54.0);
                let w = self.down() + 70.0 - x;
                return Area { x, y: self.y(54.0), w, h: self.y(118.0) };
            }
            _ => {}
        }
        let (x, y, w, h) = match hook {
            Hook::Prerouting | Hook::Ingress => (82.0, 184.0, 212.0, 88.0),
            Hook::Forward => (366.0, 184.0, 164.0, 88.0),
            _ => (578.0, 184.0, 146.0, 88.0),
        };
        Area { x: self.x(x), y: self.y(y), w: self.x(w), h: self.y(h) }
    }

    pub(super) fn process(&self) -> Area {
        let h = self.y(28.0).clamp(22.0, 32.0);
        Area { x: self.x(300.0), y: self.y(8.0), w: self.x(286.0), h }
    }

    pub(super) fn diamond(&self) -> Point {
        p(self.x(330.0), self.trunk())
    }

    /// The arch's two posts.
    pub(super) fn up(&self) -> f64 {
        self.x(330.0)
    }

    pub(super) fn down(&self) -> f64 {
        self.x(556.0)
    }

    fn lay(&mut self, t: &Telling, hook: Hook, v6: bool, pen: &Pen) {
        let family = if v6 { Family::Ip6 } else { Family::Ip };
        let rules = t.rules();
        let pasted = |name: &str| rules.find_table(family, name).is_some();
        let mut list: Vec<(String, i32, bool, Option<ChainId>)> = standard(hook)
            .into_iter()
            .map(|(n, p, kernel)| (n.to_owned(), p, kernel, None))
            .collect();
        for (index, chain) in rules.chains.iter().enumerate() {
            let Some(base) = chain.base.as_ref().filter(|b| b.hook == hook) else { continue };
            let table = rules.table(chain.table);
            let fits = table.family == family || table.family == Family::Inet;
            if !fits {
                continue;
            }
            let id = ChainId(index as u32);
            match list.iter_mut().find(|s| s.0 == *table.name && s.3.is_none()) {
                Some(found) => {
                    found.1 = base.priority;
                    found.3 = Some(id);
                }
                None => list.push((table.name.to_string(), base.priority, false, Some(id))),
            }
        }
        list.sort_by_key(|s| s.1);
        let area = self.hook_area(hook);
        let count = list.len() as f64;
        let widths: Vec<f64> = list.iter().map(|s| pen.width(&s.0, "s11")).collect();
        let total: f64 = widths.iter().sum();
        let gap = ((area.w - 20.0 - total) / (count - 1.0).max(1.0)).max(2.0);
        let mut left = area.x + 10.0;
        for (i, (name, _, kernel, chain)) in list.into_iter().enumerate() {
            let at = match hook {
                Hook::Input => {
                    let room = area.h - self.y(30.0);
                    let step = room / count.max(1.0);
                    p(self.up(), area.bottom() - self.y(8.0) - step * (i as f64 + 0.4))
                }
                Hook::Output => {
                    let room = area.h - self.y(27.0);
                    let step = room / count.max(1.0);
                    p(self.down(), area.y + self.y(24.0) + step * (i as f64 + 0.5))
                }
                _ => {
                    let x = left + widths[i] / 2.0;
                    left += widths[i] + gap;
                    p(x, self.trunk())
                }
            };
            let rules_here = chain.map(|c| rules.chain(c).rules.len());
            let rules = if kernel { None } else { rules_here.or(pasted(&name).then_some(0)) };
            let rules = if chain.is_none() && !kernel { None } else { rules };
            self.stations.push(Station { hook, name, at, chain, rules, kernel });
        }
    }

    /// The interfaces at the edges.
    fn ports(&mut self, t: &Telling, _all: &[Stop]) {
        let Some(outcome) = t.outcome() else {
            let names: Vec<String> = t
                .host
                .interfaces
                .iter()
                .filter(|i| i.kind != IfKind::Loopback && i.master.is_none())
                .take(2)
                .map(|i| i.name.to_string())
                .collect();
            self.ins.clone_from(&names);
            self.outs = names;
            return;
        };
        let push = |list: &mut Vec<String>, name: &str| {
            if !name.is_empty() && name != "lo" && !list.iter().any(|n| n == name) {
                list.push(name.to_owned());
            }
        };
        for (k, trace) in std::iter::once(&outcome.trace).chain(&outcome.replies).enumerate() {
            if k == 0
                && let Entry::Wire { iface, .. } = &trace.sent.entry
            {
                let seen = trace.steps.iter().find_map(|s| match &s.event {
                    Event::Hook(path) => path.iniface.clone(),
                    _ => None,
                });
                push(&mut self.ins, seen.as_deref().unwrap_or(iface));
            }
            let meant = trace.steps.iter().rev().find_map(|s| match &s.event {
                Event::Hook(path) if path.hook == Hook::Forward => path.outiface.clone(),
                _ => None,
            });
            if let Some(out) = out_iface(trace).or(meant.map(|m| m.to_string())) {
                push(&mut self.outs, &out);
            }
            for step in &trace.steps {
                match &step.event {
                    Event::Hook(path) if !self.visited.contains(&path.hook) => {
                        self.visited.push(path.hook);
                    }
                    Event::Loop => self.loops = true,
                    _ => {}
                }
            }
        }
        for i in &t.host.interfaces {
            if i.kind == IfKind::Loopback || &*i.name == "lo" || i.master.is_some() {
                continue;
            }
            if self.ins.len() < 2 {
                push(&mut self.ins, &i.name);
            }
            if self.outs.len() < 2 {
                push(&mut self.outs, &i.name);
            }
        }
        self.ins.truncate(3);
        self.outs.truncate(3);
    }

    /// The place of the n-th interface of a side.
    fn port_area(&self, right: bool, index: usize) -> Area {
        let w = (58.0 * self.sx).clamp(54.0, 92.0);
        let x = if right { self.w - 8.0 - w } else { 8.0 };
        let step = self.y(36.0).max(28.0);
        let y = match index {
            0 => self.trunk(),
            1 => self.trunk() + step,
            _ => self.trunk() - step,
        };
        Area { x, y: y - 12.0, w, h: 24.0 }
    }

    /// The points from the trunk to an interface at the right edge.
    pub(super) fn leave(&self, name: &str) -> Vec<Point> {
        let index = self.outs.iter().position(|n| n == name).unwrap_or(0);
        let mut area = self.port_area(true, index);
        let y = area.y + 12.0;
        // The packet stands in front of the interface, so that its name can be read.
        area.x -= 13.0;
        let bend = f64::midpoint(self.hook_area(Hook::Postrouting).right(), area.x);
        if index == 0 {
            vec![p(area.x, y)]
        } else {
            vec![p(bend, self.trunk()), p(bend, y), p(area.x, y)]
        }
    }

    /// Where the packet shown begins.
    pub(super) fn start(&self, t: &Telling) -> Point {
        match t.outcome().map(|o| &o.trace.sent.entry) {
            Some(Entry::Wire { .. }) | None => {
                let area = self.port_area(false, 0);
                p(area.right() + 5.0, area.y + 12.0)
            }
            Some(Entry::Local { .. }) => self.process_out(),
        }
    }

    /// The point where local packets come out of the processes.
    pub(super) fn process_out(&self) -> Point {
        let a = self.process();
        p(self.down(), a.y + a.h / 2.0)
    }

    /// The point where delivered packets go into the processes.
    pub(super) fn process_in(&self) -> Point {
        let a = self.process();
        p(self.up(), a.y + a.h / 2.0)
    }

    pub(super) fn station(&self, hook: Hook, name: &str) -> Option<&Station> {
        self.stations.iter().find(|s| s.hook == hook && s.name == name)
    }

    pub(super) fn station_of(&self, chain: ChainId) -> Option<&Station> {
        self.stations.iter().find(|s| s.chain == Some(chain))
    }

    pub(super) fn draw(
        &self,
        t: &Telling,
        pen: &mut Pen,
        all: &[Stop],
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
                pen.path(super::pen::rounded(&way, 6.0), "trk");
            }
        }
        pen.path(track(self.diamond(), p(self.up(), process.bottom())), "trk");
        pen.path(track(p(self.down(), process.bottom()), p(self.down(), trunk)), "trk");
        if self.loops {
            pen.path(super::pen::rounded(&self.loop_way(), 10.0), "trk lo");
        }
        let here = now.and_then(|n| {
            let trace = t.trace(n.reply)?;
            let over = matches!(n.kind, StopKind::Fate) && fate::tone(&trace.fate) == Tone::Ok;
            if over { None } else { crate::rows::hook_of(trace, n) }
        });
        for hook in HOOKS {
            let a = self.hook_area(hook);
            let class = if here == Some(hook) { "hook on" } else { "hook" };
            pen.rect(a, 12.0, class);
            pen.path(self.track_inside(hook), "trk");
            let name = hook_name(hook);
            match hook {
                Hook::Input | Hook::Output => {
                    let x = if hook == Hook::Input { self.up() } else { self.down() };
                    pen.text(x + 10.0, a.y + 18.0, name, "s12 w7 caps");
                }
                _ => pen.text(a.x + 14.0, a.y + 19.0, name, "s12 w7 caps"),
            }
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
        self.draw_ports(t, pen);
        let d = self.diamond();
        let on = matches!(now.map(|n| &n.kind), Some(StopKind::Route));
        pen.path(
            format!("M{} {}l16 16l-16 16l-16 -16z", tenth(d.x), tenth(d.y - 16.0)),
            if on { "diamond on" } else { "diamond" },
        );
        self.draw_route(t, pen);
        for station in &self.stations {
            self.draw_station(t, pen, station, all, at);
        }
        self.draw_reply_note(t, pen);
        if !matches!(now.map(|n| &n.kind), Some(StopKind::Start)) && !apart {
            self.draw_never(t, pen);
        }
        if !Self::label_at_right(t, now) {
            self.draw_legend(t, pen);
        }
    }

    /// Whether the packet's label takes the place of the legend.
    fn label_at_right(t: &Telling, now: Option<&Stop>) -> bool {
        let (Some(now), Some(outcome)) = (now, t.outcome()) else { return false };
        let trace = t.trace(now.reply);
        match now.kind {
            StopKind::Start => matches!(outcome.trace.sent.entry, Entry::Local { .. }),
            StopKind::Fate => trace.is_some_and(|trace| out_iface(trace).is_some()),
            _ if now.base.is_some() => false,
            StopKind::Route if now.hook.is_none() => {
                trace.is_some_and(|tr| matches!(tr.sent.entry, Entry::Local { .. }))
            }
            _ => trace.and_then(|tr| crate::rows::hook_of(tr, now)) == Some(Hook::Output),
        }
    }

    /// The wire that lo is: out of POSTROUTING, over everything, into PREROUTING.
    pub(super) fn loop_way(&self) -> Vec<Point> {
        let right = self.hook_area(Hook::Postrouting).right() + 8.0;
        let left = self.hook_area(Hook::Prerouting).x - 8.0;
        let top = 4.0;
        vec![
            p(right, self.trunk()),
            p(right, top),
            p(left, top),
            p(left, self.trunk()),
            p(left + 8.0, self.trunk()),
        ]
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

    fn draw_ports(&self, t: &Telling, pen: &mut Pen) {
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
            pen.text(a.x + a.w / 2.0, top - 8.0, word, "s11 t3 mid");
            for (index, name) in names.iter().enumerate() {
                let a = self.port_area(right, index);
                let on = used(name, right);
                let (class, text) =
                    if on { ("port on", "s11 m w6 mid") } else { ("port", "s11 m t2 mid") };
                let shown = pen.fit(name, a.w - 6.0, "s11 m");
                pen.group("gp", Link::default(), name.as_str(), |pen| {
                    pen.rect(a, 7.0, class);
                    pen.text(a.x + a.w / 2.0, a.y + 16.0, shown, text);
                });
            }
        }
    }

    /// What routing decided, under the diamond.
    fn draw_route(&self, t: &Telling, pen: &mut Pen) {
        let d = self.diamond();
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

    fn draw_station(&self, t: &Telling, pen: &mut Pen, s: &Station, all: &[Stop], at: usize) {
        let now = all.get(at);
        let upright = matches!(s.hook, Hook::Input | Hook::Output);
        let first = all.iter().position(|stop| Self::stands_at(t, stop, s));
        let on = now.is_some_and(|n| Self::stands_at(t, n, s));
        let table = table_class(&s.name);
        let span = s.chain.map(|c| t.rules().chain(c).span);
        let link = Link { step: first, span, ..Link::default() };
        let label = if s.kernel {
            format!("{} {}", s.name, hook_name(s.hook))
        } else {
            let count = match s.rules {
                Some(n) => text!(t.lang, ShortRules, count = n),
                None => text!(t.lang, LegendUnpasted),
            };
            format!("{} {}, {count}", s.name, hook_name(s.hook))
        };
        let ends = ends_at(t, s);
        let small = upright;
        let crowded = !upright && self.sx < 0.9 && s.rules.is_none() && !s.kernel && !on;
        pen.group("gst", link, label, |pen| {
            let r = |big: f64| if small { big - 0.8 } else { big };
            if s.kernel {
                pen.circle(s.at, r(6.0), if on { "ct on" } else { "ct" });
                pen.circle(s.at, r(2.4), "ctdot");
            } else {
                let (class, radius) = match s.rules {
                    Some(0) => ("hollow", r(4.8)),
                    Some(_) => ("full", r(6.2)),
                    None => ("dash", r(4.7)),
                };
                let (more, radius) = if on { (" on", radius.max(7.6)) } else { ("", radius) };
                pen.circle(s.at, radius, &format!("st {class} {table}{more}"));
            }
            let tone = match (on, s.kernel || s.rules.is_some()) {
                (true, _) => "s11 w7",
                (false, true) => "s11",
                (false, false) => "s11 t3",
            };
            if upright {
                pen.text(s.at.x + 11.0, s.at.y + 4.0, s.name.as_str(), tone);
            } else if !crowded {
                let class = format!("{tone} mid");
                pen.text(s.at.x, s.at.y - 13.0, s.name.as_str(), &class);
            }
        });
        if ends.is_none() && asked_at(t, s) {
            pen.circle(s.at, if upright { 7.0 } else { 8.5 }, "end ask");
            pen.text(s.at.x, s.at.y + 4.0, "?", "s11 w7 ask mid");
        }
        if let Some((tone, word)) = &ends {
            let (mark, colour) = match tone {
                Tone::Stop => ("stop", "stop"),
                _ => ("ask", "ask"),
            };
            if *tone == Tone::Stop {
                pen.cross(s.at, if upright { 7.5 } else { 9.0 }, mark);
            }
            if upright {
                let edge = self.hook_area(s.hook);
                let (x, anchor) = if s.hook == Hook::Input {
                    (edge.x - 8.0, "end")
                } else {
                    (edge.right() + 8.0, "")
                };
                pen.text(x, s.at.y + 4.0, word.as_str(), &format!("s11 w6 {colour} {anchor}"));
            } else if on && !closed(now) {
                // Beside the way that goes down into the drawer.
                pen.text(s.at.x + 9.0, s.at.y + 27.0, word.as_str(), &format!("s11 w6 {colour}"));
            } else {
                pen.text(s.at.x, s.at.y + 27.0, word.as_str(), &format!("s11 w6 {colour} mid"));
            }
            return;
        }
        if s.name == "conntrack" && !upright {
            let word = t.outcome().map(|o| ct_word(&o.trace, s.hook)).unwrap_or_default();
            pen.text(s.at.x, s.at.y + 25.0, word, "s11 m w6 cts mid");
        }
        match s.rules {
            Some(n) if upright && (!on || closed(now)) => {
                pen.text(s.at.x - 11.0, s.at.y + 4.0, n.to_string(), "s11 t3 end");
            }
            Some(n) if n > 0 && (!on || closed(now)) => {
                let word = text!(t.lang, ShortRules, count = n);
                let half = pen.width(&word, "s11") / 2.0;
                let x = s.at.x.min(self.hook_area(s.hook).right() - half - 7.0);
                pen.text(x, s.at.y + 25.0, word, "s11 t3 mid");
            }
            _ => {}
        }
    }

    /// Whether a stop stands at a station.
    fn stands_at(t: &Telling, stop: &Stop, s: &Station) -> bool {
        let Some(trace) = t.trace(stop.reply) else { return false };
        if crate::rows::hook_of(trace, stop) != Some(s.hook) {
            return false;
        }
        match stop.kind {
            StopKind::Conntrack => s.name == "conntrack",
            StopKind::UnNat => s.name == "nat",
            _ => stop.base.is_some() && stop.base == s.chain,
        }
    }

    /// The box that says what the host replies.
    fn draw_reply_note(&self, t: &Telling, pen: &mut Pen) {
        let Some(outcome) = t.outcome() else { return };
        let Some(reply) = outcome.replies.first() else { return };
        let word = packet_word(&reply.sent.packet);
        let at = self.reply_box();
        pen.rect(at, 9.0, "note");
        let middle = at.x + at.w / 2.0;
        let shown = pen.fit(&text!(t.lang, SceneReplies), at.w - 6.0, "s11");
        pen.text(middle, at.y + 16.0, shown, "s11 w5 stop mid");
        pen.text(middle, at.y + 31.0, pen.fit(&word, at.w - 6.0, "s11 m"), "s11 m w6 stop mid");
    }

    pub(super) fn reply_box(&self) -> Area {
        let x = f64::midpoint(self.hook_area(Hook::Input).right(), self.hook_area(Hook::Output).x);
        Area { x: x - 39.0, y: self.y(92.0), w: 78.0, h: 40.0 }
    }

    /// The note of a hook that people expect and the packet never visits.
    fn draw_never(&self, t: &Telling, pen: &mut Pen) {
        let Some((hook, sentence)) = t.outcome().and_then(|o| fate::unvisited(t, o)) else {
            return;
        };
        if hook != Hook::Input {
            return;
        }
        let area = self.hook_area(Hook::Input);
        let right = area.x - 26.0;
        let whole = plain(&sentence);
        let head: String = sentence.first().map(|r| r.text.clone()).unwrap_or_default();
        let tail = whole[head.len()..].trim().to_owned();
        let most = right - 12.0;
        let y = area.y + self.y(44.0);
        let shown = pen.fit(&head, most, "s12 w6");
        pen.text(right, y, shown, "s12 w6 end");
        for (i, line) in pen.wrap(&tail, most.min(200.0), 3, "s12").into_iter().enumerate() {
            pen.text(right, y + 17.0 * (i + 1) as f64, line, "s12 t2 end");
        }
        pen.path(
            format!("M{} {}H{}", tenth(right + 6.0), tenth(y - 4.0), tenth(area.x - 3.0)),
            "stub",
        );
    }

    fn draw_legend(&self, t: &Telling, pen: &mut Pen) {
        let x = self.hook_area(Hook::Output).right() + self.x(24.0);
        let most = self.w - x - 24.0;
        let step = self.y(19.0).max(15.0);
        let mut y = self.y(68.0);
        let lang = t.lang;
        let lines = [
            ("st full nat", 5.4, text!(lang, LegendRules)),
            ("st hollow nat", 4.4, text!(lang, LegendEmpty)),
            ("st dash", 4.2, text!(lang, LegendUnpasted)),
        ];
        for (class, r, word) in lines {
            pen.circle(p(x + 6.0, y - 4.0), r, class);
            pen.fitted(x + 22.0, y, &word, most, "s11 t2");
            y += step;
        }
        for (class, word) in
            [("done", text!(lang, LegendWalked)), ("todo", text!(lang, LegendAhead))]
        {
            pen.path(format!("M{} {}h16", tenth(x - 2.0), tenth(y - 4.0)), class);
            pen.fitted(x + 22.0, y, &word, most, "s11 t2");
            y += step;
        }
    }

    /// The right end of the space for the first column of the drawer.
    pub(super) fn x0(&self) -> f64 {
        self.x(X0).clamp(200.0, 300.0)
    }
}

/// The interface a packet leaves by, if it leaves.
pub(super) fn out_iface(trace: &Trace) -> Option<String> {
    match &trace.fate {
        Fate::Forwarded(i) | Fate::Sent(i) | Fate::Bridged(i) => {
            let seen = trace.steps.iter().rev().find_map(|s| match &s.event {
                Event::Hook(path) if path.hook == Hook::Postrouting => path.outiface.clone(),
                _ => None,
            });
            Some(seen.or_else(|| i.clone()).map_or("?".into(), |i| i.to_string()))
        }
        _ => None,
    }
}

/// The conntrack state that a packet got at a hook.
fn ct_word(trace: &Trace, hook: Hook) -> String {
    let mut there = false;
    for (index, step) in trace.steps.iter().enumerate() {
        match &step.event {
            Event::Hook(path) => there = path.hook == hook,
            Event::Tracked if there => {
                return crate::telling::moment(trace, index)
                    .and_then(|m| m.ct)
                    .map_or_else(String::new, |ct| states(ct.state));
            }
            _ => {}
        }
    }
    String::new()
}

/// Whether the drawer is closed at a stop.
fn closed(now: Option<&Stop>) -> bool {
    now.is_none_or(|n| n.base.is_none())
}

/// Whether it had to be asked what a table does here that was not pasted.
fn asked_at(t: &Telling, s: &Station) -> bool {
    let Some(outcome) = t.outcome() else { return false };
    let mut hook = None;
    outcome.trace.steps.iter().any(|step| {
        if let Event::Hook(path) = &step.event {
            hook = Some(path.hook);
        }
        hook == Some(s.hook) && asked_table(&step.event, &outcome.choices) == Some(&s.name)
    })
}

/// The table that a fork asks about.
pub(super) fn asked_table<'a>(event: &Event, choices: &'a [Choice]) -> Option<&'a str> {
    let Event::Fork(at) = event else { return None };
    match &choices.get(*at as usize)?.question {
        Question::Table(_, name) => Some(name),
        _ => None,
    }
}

/// Whether the packet ends at a station, and the word for it.
fn ends_at(t: &Telling, s: &Station) -> Option<(Tone, String)> {
    let outcome = t.outcome()?;
    let trace = &outcome.trace;
    if s.kernel || fate::last_hook(trace) != Some(s.hook) {
        return None;
    }
    let base = trace.steps.iter().rev().find_map(|step| match &step.event {
        Event::Base(chain) => Some(*chain),
        _ => None,
    });
    let lang = t.lang;
    let number = |rule: chainwalk_model::RuleId| t.rules().rule(rule).number;
    match &trace.fate {
        Fate::DroppedUnseen(Question::Table(_, name)) if **name == *s.name => {
            Some((Tone::Stop, text!(lang, SceneDropsUnseen)))
        }
        _ if base.is_none() || base != s.chain => None,
        Fate::Rejected { rule, .. } => {
            let r = t.rules().rule(*rule);
            if Some(r.chain) == s.chain {
                Some((Tone::Stop, text!(lang, SceneRejects, number = number(*rule))))
            } else {
                Some((Tone::Stop, text!(lang, SceneRejectsHere)))
            }
        }
        Fate::Dropped(By::Rule(rule)) => {
            let r = t.rules().rule(*rule);
            if Some(r.chain) == s.chain {
                Some((Tone::Stop, text!(lang, SceneDrops, number = number(*rule))))
            } else {
                Some((Tone::Stop, text!(lang, SceneDropsHere)))
            }
        }
        Fate::Dropped(By::Policy(_)) => Some((Tone::Stop, text!(lang, ScenePolicyDrops))),
        _ => None,
    }
}
