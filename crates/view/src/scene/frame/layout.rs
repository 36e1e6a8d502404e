//! Where everything of the frame stands.

use crate::scene::geometry::X0;
use crate::scene::pen::{Area, Pen, Point, p};
use crate::telling::Telling;
use crate::values::iface_word;
use chainwalk_model::{
    ChainId, Choice, Entry, Event, Family, Fate, Hook, IfKind, Question, Trace, priority, tables_at,
};

/// One table's place on the line, or one of the kernel's own.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub(crate) hook: Hook,
    pub(crate) name: String,
    pub(crate) at: Point,
    pub(crate) chain: Option<ChainId>,
    /// Its number of rules; `None` where the table was not pasted.
    pub(crate) rules: Option<usize>,
    pub(crate) kernel: bool,
}

/// The finished places of everything above the drawer.
pub(crate) struct Frame {
    pub(crate) w: f64,
    pub(crate) h: f64,
    /// Horizontal and vertical scale against the drawing's own size of 808 × 668.
    pub(crate) sx: f64,
    pub(crate) sy: f64,
    pub(crate) stations: Vec<Station>,
    /// Interfaces at the left and right edge, the packet's own first.
    pub(crate) ins: Vec<String>,
    pub(crate) outs: Vec<String>,
    /// The hooks the followed packet and its replies visit.
    pub(crate) visited: Vec<Hook>,
    pub(crate) loops: bool,
}

pub(super) const HOOKS: [Hook; 5] =
    [Hook::Prerouting, Hook::Forward, Hook::Postrouting, Hook::Input, Hook::Output];

/// The stations every host has at a hook, in the order they are passed.
fn standard(hook: Hook) -> Vec<(&'static str, i32, bool)> {
    let tables = tables_at(hook).into_iter().map(|(name, priority)| (name, priority, false));
    let kernel = match hook {
        Hook::Prerouting | Hook::Output => Some(("conntrack", priority::CONNTRACK, true)),
        Hook::Postrouting => Some(("confirm", i32::MAX, true)),
        _ => None,
    };
    let mut all: Vec<_> = tables.chain(kernel).collect();
    all.sort_by_key(|(_, priority, _)| *priority);
    all
}

impl Frame {
    pub(crate) fn new(t: &Telling, size: (f64, f64), pen: &Pen) -> Self {
        let (w, h) = size;
        let upper = (h * 0.43).clamp(262.0, 400.0);
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
        frame.ports(t);
        frame
    }

    pub(crate) fn x(&self, x: f64) -> f64 {
        x * self.sx
    }

    pub(crate) fn y(&self, y: f64) -> f64 {
        y * self.sy
    }

    /// The height of the trunk.
    pub(crate) fn trunk(&self) -> f64 {
        self.y(234.0)
    }

    /// Where the drawer begins.
    pub(crate) fn below(&self) -> f64 {
        self.y(288.0) + 12.0
    }

    /// The box of a hook.
    pub(crate) fn hook_area(&self, hook: Hook) -> Area {
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

    pub(crate) fn process(&self) -> Area {
        let h = self.y(28.0).clamp(22.0, 32.0);
        Area { x: self.x(300.0), y: self.y(8.0), w: self.x(286.0), h }
    }

    pub(crate) fn diamond(&self) -> Point {
        p(self.x(330.0), self.trunk())
    }

    /// The arch's two posts.
    pub(crate) fn up(&self) -> f64 {
        self.x(330.0)
    }

    pub(crate) fn down(&self) -> f64 {
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
    fn ports(&mut self, t: &Telling) {
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
                    Event::Hook(path) => iface_word(&path.iniface),
                    _ => None,
                });
                push(&mut self.ins, seen.unwrap_or(iface));
            }
            let meant = trace.steps.iter().rev().find_map(|s| match &s.event {
                Event::Hook(path) if path.hook == Hook::Forward => iface_word(&path.outiface),
                _ => None,
            });
            if let Some(out) = out_iface(trace).or(meant.map(str::to_owned)) {
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
    pub(super) fn port_area(&self, right: bool, index: usize) -> Area {
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
    pub(crate) fn leave(&self, name: &str) -> Vec<Point> {
        let index = self.outs.iter().position(|n| n == name).unwrap_or(0);
        let area = self.port_area(true, index);
        let y = area.y + 12.0;
        let bend = f64::midpoint(self.hook_area(Hook::Postrouting).right(), area.x);
        if index == 0 {
            // The packet stands in front of the interface, so that its name can be read.
            vec![p(area.x - 13.0, y)]
        } else {
            vec![p(bend, self.trunk()), p(bend, y), p(area.x - 4.0, y)]
        }
    }

    /// Where the packet shown begins.
    pub(crate) fn start(&self, t: &Telling) -> Point {
        match t.outcome().map(|o| &o.trace.sent.entry) {
            Some(Entry::Wire { .. }) | None => {
                let area = self.port_area(false, 0);
                p(area.right() + 5.0, area.y + 12.0)
            }
            Some(Entry::Local { .. }) => self.process_out(),
        }
    }

    /// The point where local packets come out of the processes.
    pub(crate) fn process_out(&self) -> Point {
        let a = self.process();
        p(self.down(), a.y + a.h / 2.0)
    }

    /// The point where delivered packets go into the processes.
    pub(crate) fn process_in(&self) -> Point {
        let a = self.process();
        p(self.up(), a.y + a.h / 2.0)
    }

    pub(crate) fn station(&self, hook: Hook, name: &str) -> Option<&Station> {
        self.stations.iter().find(|s| s.hook == hook && s.name == name)
    }

    pub(crate) fn station_of(&self, chain: ChainId) -> Option<&Station> {
        self.stations.iter().find(|s| s.chain == Some(chain))
    }

    /// The wire that lo is: out of POSTROUTING, over everything, into PREROUTING.
    pub(crate) fn loop_way(&self) -> Vec<Point> {
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

    pub(crate) fn reply_box(&self) -> Area {
        let x = f64::midpoint(self.hook_area(Hook::Input).right(), self.hook_area(Hook::Output).x);
        Area { x: x - 39.0, y: self.y(92.0), w: 78.0, h: 40.0 }
    }

    /// The right end of the space for the first column of the drawer.
    pub(crate) fn x0(&self) -> f64 {
        self.x(X0).clamp(200.0, 300.0)
    }
}

/// The interface a packet leaves by, if it leaves.
pub(crate) fn out_iface(trace: &Trace) -> Option<String> {
    match &trace.fate {
        Fate::Forwarded(i) | Fate::Sent(i) | Fate::Bridged(i) => {
            let seen = trace.steps.iter().rev().find_map(|s| match &s.event {
                Event::Hook(path) if path.hook == Hook::Postrouting => iface_word(&path.outiface),
                _ => None,
            });
            Some(seen.or(i.as_deref()).unwrap_or("?").to_owned())
        }
        _ => None,
    }
}

/// The table that a fork asks about.
pub(crate) fn asked_table<'a>(event: &Event, choices: &'a [Choice]) -> Option<&'a str> {
    let Event::Fork(at) = event else { return None };
    match &choices.get(*at as usize)?.question {
        Question::Table(_, name) => Some(name),
        _ => None,
    }
}
