//! Where everything of the frame stands.

use crate::banner::standing;
use crate::explained::Explained;
use crate::page::Tone;
use crate::places::{absent_class, class};
use crate::scene::geometry::X0;
use crate::scene::pen::{Area, Pen, Point, p};
use crate::values::iface_word;
use chainwalk_model::{
    Backend, ChainId, Choice, Entry, Event, Family, Fate, Hook, IfKind, Order, PathIface, Question,
    Ruleset, Trace, priority, tables_at,
};

/// What a station stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A base chain.
    Chain(ChainId),
    /// A table of iptables whose chain was not pasted.
    Absent,
    /// Conntrack looks the packet up.
    Conntrack,
    /// Conntrack keeps the flow.
    Confirm,
}

/// A base chain's place on the line, or one of the kernel's own.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub(crate) hook: Hook,
    pub(crate) place: Place,
    /// The name of its table, or of what the kernel does; no two of a hook are alike.
    pub(crate) name: String,
    /// The class of its colour.
    pub(crate) class: &'static str,
    pub(crate) at: Point,
    /// The width that its name may take.
    pub(crate) most: f64,
    /// Its number of rules; `None` where there is no chain.
    pub(crate) rules: Option<usize>,
}

impl Station {
    pub(crate) fn chain(&self) -> Option<ChainId> {
        match self.place {
            Place::Chain(chain) => Some(chain),
            _ => None,
        }
    }

    /// Whether it is the kernel's own.
    pub(crate) fn is_kernel(&self) -> bool {
        matches!(self.place, Place::Conntrack | Place::Confirm)
    }
}

/// A station before it has its place.
struct Laid {
    name: String,
    priority: i32,
    place: Place,
    class: &'static str,
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
    /// Whether the end of the way hangs on an answer.
    pub(crate) open: bool,
    /// Whether no packet was asked for: the frame then tells policies, for which the arch's boxes are wider.
    pub(crate) idle: bool,
}

pub(super) const HOOKS: [Hook; 5] =
    [Hook::Prerouting, Hook::Forward, Hook::Postrouting, Hook::Input, Hook::Output];

/// The stations every host has at a hook, in the order they are passed. One of native nft alone has none of iptables'
/// tables.
fn standard(rules: &Ruleset, hook: Hook) -> Vec<Laid> {
    let mut tables = rules.tables.iter();
    let native = !rules.tables.is_empty() && tables.all(|t| t.backend == Backend::Nft);
    let tables = tables_at(hook).into_iter().filter(move |_| !native).map(|(name, priority)| {
        Laid { name: name.to_owned(), priority, place: Place::Absent, class: absent_class(name) }
    });
    let kernel = match hook {
        Hook::Prerouting | Hook::Output => {
            Some(("conntrack", priority::CONNTRACK, Place::Conntrack))
        }
        Hook::Postrouting => Some(("confirm", i32::MAX, Place::Confirm)),
        _ => None,
    };
    let kernel = kernel.map(|(name, priority, place)| Laid {
        name: name.to_owned(),
        priority,
        place,
        class: "",
    });
    tables.chain(kernel).collect()
}

/// What passes a hook, in order. A table of iptables stands where every host has it; a chain of any other table
/// has a station of its own.
fn line(rules: &Ruleset, hook: Hook, family: Family) -> Vec<Laid> {
    let mut line = standard(rules, hook);
    for (index, chain) in rules.chains.iter().enumerate() {
        let Some(base) = chain.base.as_ref().filter(|b| b.hook == hook) else { continue };
        let table = rules.table(chain.table);
        if table.family != family && table.family != Family::Inet {
            continue;
        }
        let place = Place::Chain(ChainId(index as u32));
        let class = class(base.kind, base.priority);
        let own = line.iter_mut().find(|s| s.place == Place::Absent && s.name == *table.name);
        let own = own.filter(|_| table.backend != Backend::Nft);
        if let Some(own) = own.filter(|_| table.family == family) {
            own.priority = base.priority;
            own.place = place;
            own.class = class;
            continue;
        }
        // A name that stands there says its family with it, and its chain where that is not enough.
        let path = format!("{} {}", table.family.word(), table.name);
        let names = [table.name.to_string(), path.clone(), format!("{path} {}", chain.name)];
        let free = |name: &&String| line.iter().all(|s| s.name != **name);
        let name = names.iter().find(free).unwrap_or(&names[2]).clone();
        line.push(Laid { name, priority: base.priority, place, class });
    }
    line.order_by_key(|s| s.priority);
    line
}

/// What the names of a hook's stations leave free of its box.
const NAMES_MARGIN: f64 = 8.0;

/// How wide each may be so that all fit into some room: the short ones as they are, the long ones alike.
fn evenly(widths: &[f64], room: f64) -> f64 {
    let mut sorted = widths.to_vec();
    sorted.order_by(f64::total_cmp);
    let mut left = room.max(0.0);
    for (at, width) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - at) as f64;
        if *width > share {
            return share;
        }
        left -= width;
    }
    f64::INFINITY
}

impl Frame {
    pub(crate) fn new(t: &Explained, size: (f64, f64), pen: &Pen) -> Self {
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
            open: standing(t) == Tone::Depends,
            idle: t.asks.is_empty(),
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
        let policy = if self.idle { 44.0 } else { 0.0 };
        match hook {
            Hook::Input => {
                let x = self.up() - self.x(40.0).min(60.0);
                let w = self.up() + 66.0 + policy - x;
                return Area { x, y: self.y(54.0), w, h: self.y(106.0) };
            }
            Hook::Output => {
                let x = self.down() - self.x(36.0).min(54.0);
                let w = self.down() + 70.0 + policy - x;
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

    /// The way of what crosses a bridge, under the routing decision.
    pub(crate) fn past_routing(&self) -> [Point; 4] {
        let (d, y) = (self.diamond(), self.trunk());
        let (from, to, low) = (d.x - 24.0, d.x + 24.0, y + 24.0);
        [p(from, y), p(from, low), p(to, low), p(to, y)]
    }

    /// The arch's two posts.
    pub(crate) fn up(&self) -> f64 {
        self.x(330.0)
    }

    pub(crate) fn down(&self) -> f64 {
        self.x(556.0)
    }

    fn lay(&mut self, t: &Explained, hook: Hook, v6: bool, pen: &Pen) {
        let family = if v6 { Family::Ip6 } else { Family::Ip };
        let rules = t.rules();
        let list = line(rules, hook, family);
        let area = self.hook_area(hook);
        let count = list.len() as f64;
        let widths: Vec<f64> = list.iter().map(|s| pen.width(&s.name, "s11")).collect();
        let most = evenly(&widths, area.w - NAMES_MARGIN);
        let widths: Vec<f64> = widths.iter().map(|w| w.min(most)).collect();
        let total: f64 = widths.iter().sum();
        let gap = ((area.w - 20.0 - total) / (count - 1.0).max(1.0)).max(2.0);
        let mut left = area.x + 10.0;
        for (i, Laid { name, place, class, .. }) in list.into_iter().enumerate() {
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
            let most = match hook {
                Hook::Input | Hook::Output => area.right() - at.x - 14.0,
                _ => most,
            };
            let mut station = Station { hook, place, name, class, at, most, rules: None };
            if self.idle
                && matches!(hook, Hook::Input | Hook::Output)
                && station.policy(t).is_some()
            {
                // Its policy stands behind its name.
                station.most -= 48.0;
            }
            station.rules = station.chain().map(|c| rules.chain(c).rules.len());
            self.stations.push(station);
        }
    }

    /// The interfaces at the edges.
    fn ports(&mut self, t: &Explained) {
        let Some(outcome) = t.outcome() else {
            let names: Vec<String> = t
                .host
                .interfaces
                .iter()
                .filter(|i| i.kind != IfKind::Loopback && i.master.is_none())
                .take(3)
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
                // Of a bridge it is the ports that a packet passes.
                let seen = seen_in(trace);
                let over = is_bridged(trace);
                let open = over && seen == Some(&**iface);
                push(
                    &mut self.ins,
                    if open { OPEN } else { seen.filter(|_| !over).unwrap_or(iface) },
                );
            }
            let meant = trace.steps.iter().rev().find_map(|s| match &s.event {
                Event::Hook(path) if path.hook == Hook::Forward => {
                    iface_word(&path.phys_out).or(iface_word(&path.outiface))
                }
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
    pub(crate) fn port_area(&self, right: bool, index: usize) -> Area {
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
    pub(crate) fn start(&self, t: &Explained) -> Point {
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

    /// The station of a table of iptables; its chain may be there or not.
    pub(crate) fn table(&self, hook: Hook, name: &str) -> Option<&Station> {
        self.stations.iter().find(|s| s.hook == hook && s.name == name)
    }

    /// A station of the kernel's own.
    pub(crate) fn kernel(&self, hook: Hook, place: Place) -> Option<&Station> {
        self.stations.iter().find(|s| s.hook == hook && s.place == place)
    }

    /// The station at which addresses are translated.
    pub(crate) fn nat(&self, hook: Hook) -> Option<&Station> {
        self.stations.iter().find(|s| s.hook == hook && s.class == "nat")
    }

    pub(crate) fn station_of(&self, chain: ChainId) -> Option<&Station> {
        self.stations.iter().find(|s| s.chain() == Some(chain))
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

/// What stands for a port of a bridge that is not known.
pub(crate) const OPEN: &str = "?";

/// The interface by which the first hook sees a packet come in.
fn seen_in(trace: &Trace) -> Option<&str> {
    trace.steps.iter().find_map(|s| match &s.event {
        Event::Hook(path) => iface_word(&path.iniface),
        _ => None,
    })
}

/// The bridge that a packet crosses from port to port, where it is not routed.
pub(crate) fn bridge_of(trace: &Trace) -> Option<&str> {
    is_bridged(trace).then(|| seen_in(trace)).flatten()
}

/// Whether a packet crosses a bridge: it goes from port to port, and is not routed.
pub(crate) fn is_bridged(trace: &Trace) -> bool {
    let passes = trace.steps.iter().any(|s| match &s.event {
        Event::Hook(path) => path.hook == Hook::Forward && path.phys_out != PathIface::None,
        _ => false,
    });
    let routed = || trace.steps.iter().any(|s| matches!(s.event, Event::Routed { .. }));
    matches!(trace.sent.entry, Entry::Wire { .. })
        && (matches!(trace.fate, Fate::Bridged(_)) || passes && !routed())
}

/// The interface a packet leaves by, if it leaves.
pub(crate) fn out_iface(trace: &Trace) -> Option<String> {
    match &trace.fate {
        Fate::Bridged(port) => Some(port.as_deref().unwrap_or(OPEN).to_owned()),
        Fate::Forwarded(i) | Fate::Sent(i) => {
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
