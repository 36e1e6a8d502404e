//! The conditions of native rules: every operator, sets without a name, named sets, verdict maps, concatenations.

use super::looks::{self, Kind, Look};
use super::table::{Line, Scribe};

/// Sets that each table of a family declares, and what is looked up in them.
const NAMED_4: &[(&str, &str)] = &[
    ("ip saddr", "nets"),
    ("ip daddr", "nets"),
    ("ip saddr", "hosts"),
    ("ip daddr", "hosts"),
    ("ip saddr . tcp dport", "svc"),
    ("ip daddr . tcp dport", "svc"),
    ("ip saddr . ip daddr", "pairs"),
    ("ip saddr", "seen"),
    ("ip daddr", "seen"),
    ("ip saddr", "timed"),
    ("ip saddr", "counted"),
    ("ip daddr", "slow"),
];
const NAMED_6: &[(&str, &str)] = &[
    ("ip6 saddr", "nets6"),
    ("ip6 daddr", "nets6"),
    ("ip6 saddr", "hosts6"),
    ("ip6 daddr . tcp dport", "svc6"),
    ("ip6 saddr", "seen6"),
];
const NAMED: &[(&str, &str)] = &[
    ("tcp dport", "ports"),
    ("udp dport", "ports"),
    ("tcp sport", "ports"),
    ("meta l4proto . th dport", "protoports"),
    ("iifname", "ifs"),
    ("oifname", "ifs"),
    ("iifname . oifname", "ifpairs"),
    ("meta mark", "marks"),
    ("ct mark", "marks"),
    ("iifname . tcp dport", "ifports"),
];

impl Scribe<'_> {
    /// A field that may stand in this rule, at this hook.
    pub(super) fn look(&mut self, line: &Line) -> Option<Look> {
        for _ in 0..12 {
            let wide = self.dice.chance(self.flavour.wide);
            let found = if wide {
                match self.dice.below(20) {
                    0..11 => self.dice.one(&self.headers),
                    11 => looks::raw(&mut self.dice),
                    12..18 => self.dice.one(&self.around),
                    _ => looks::fib(line.hook, &mut self.dice),
                }
            } else if self.dice.chance(self.flavour.states) {
                let state = ["ct state", "ct status", "ct mark", "ct direction"];
                let word = self.dice.pick(&state);
                let all = self.usual.iter().chain(&self.around);
                let Some(found) = all.clone().find(|l| l.words == word) else { continue };
                found.clone()
            } else {
                self.dice.one(&self.usual)
            };
            if self.may_stand(&found, line) {
                return Some(found);
            }
        }
        None
    }

    fn may_stand(&self, look: &Look, line: &Line) -> bool {
        let family = match (self.family, line.family) {
            ("ip", _) => Some(4),
            ("ip6", _) => Some(6),
            (_, known) => known,
        };
        if self.family != "inet" && look.family == Some(0) && look.words.contains("nfproto") {
            return false;
        }
        let of_family = match (look.family, family) {
            // What names the family itself stands alone.
            (Some(0), family) => family.is_none(),
            (Some(wanted), Some(family)) => wanted == family,
            _ => true,
        };
        let bare = matches!(self.family, "bridge" | "netdev") || line.hook == "ingress";
        let no_flows = bare && look.words.starts_with("ct ");
        let untold = line.sub && look.words.starts_with("fib");
        let sockets = look.words.starts_with("socket")
            && (line.sub
                || !matches!(self.family, "ip" | "ip6" | "inet")
                || !matches!(line.hook, "prerouting" | "input"));
        let group = self.family == "bridge"
            && (look.words.starts_with("fib") || look.words.starts_with("rt"));
        // 1.0.6 fails an assertion of its own over these in families without IP.
        let fatal = self.family == "bridge" && look.words.starts_with("ether");
        let routed = look.words.starts_with("rt ")
            && (!matches!(line.hook, "forward" | "output" | "postrouting") || line.sub);
        let out = matches!(line.hook, "prerouting" | "input" | "ingress");
        let way = out && look.words.starts_with("oif") && self.dice.clone().chance(70);
        let proto = match (&look.proto, &line.proto) {
            (Some(wanted), Some(known)) => wanted == known,
            _ => true,
        };
        // The first word may not be bound to a family by a protocol that another family has too.
        of_family
            && proto
            && !no_flows
            && !untold
            && !way
            && !group
            && !routed
            && !fatal
            && !sockets
    }

    /// Binds a rule to what a field needs.
    pub(super) fn bind(line: &mut Line, look: &Look) {
        match look.family {
            Some(0) => line.family = Some(9),
            Some(family) => line.family = Some(family),
            None => {}
        }
        if look.proto.is_some() {
            line.proto.clone_from(&look.proto);
        }
    }

    /// A condition, or `None` where nothing fits any more.
    pub(super) fn condition(&mut self, line: &mut Line) -> Option<String> {
        if self.dice.chance(self.flavour.sets)
            && let Some(text) = self.in_named(line)
        {
            return Some(text);
        }
        if self.dice.chance(4) {
            return Some(self.existence(line));
        }
        let look = self.look(line)?;
        Self::bind(line, &look);
        if look.typed
            && self.dice.chance(14)
            && let Some(text) = self.concatenated(&look, line)
        {
            return Some(text);
        }
        Some(self.compared(&look))
    }

    fn compared(&mut self, look: &Look) -> String {
        let words = &look.words;
        let (host, dice) = (self.host, &mut self.dice);
        let value = look.kind.value(host, dice);
        let inverted = if dice.chance(30) { "!= " } else { "" };
        if let Kind::Bits(all) = &look.kind {
            let two = [dice.pick(all), dice.pick(all)];
            let (a, b) = (two[0], if two[0] == two[1] { all[0] } else { two[1] });
            let b = if a == b { all[1] } else { b };
            return match dice.below(9) {
                0 | 1 => format!("{words} {a}"),
                2 => format!("{words} {a},{b}"),
                3 => format!("{words} != {a}"),
                4 => format!("{words} {{ {a}, {b} }}"),
                5 => format!("{words} == {a}"),
                6 if words == "tcp flags" => format!("{words} & ({a} | {b}) == {a}"),
                6 | 7 if words == "tcp flags" => format!("{words} != {{ {a}, {b} }}"),
                7 => format!("{words} & ({a} | {b}) != 0"),
                8 if words == "tcp flags" => format!("{words} ! {a},{b}"),
                _ => format!("{words} != {a},{b}"),
            };
        }
        match dice.below(12) {
            0..4 => format!("{words} {inverted}{value}"),
            4 | 5 if !(look.words.starts_with("fib") && look.words.ends_with("oif")) => {
                let list = look.kind.values(host, dice, 3).join(", ");
                format!("{words} {inverted}{{ {list} }}")
            }
            6 if !look.words.ends_with("oif") => {
                let many = dice.between(1, 2);
                let mut list = look.kind.values(host, dice, many);
                list.push(look.kind.pattern(host, dice));
                format!("{words} {inverted}{{ {} }}", list.join(", "))
            }
            7 => format!("{words} {inverted}{}", look.kind.pattern(host, dice)),
            8 if look.kind.ordered() => {
                format!("{words} {} {value}", dice.pick(&["<", ">", "<=", ">="]))
            }
            9 => match &look.kind {
                Kind::Number(_, bits) => {
                    let mask = dice.between(1, (1 << (*bits).min(8)) - 1);
                    let want = mask & dice.below(256);
                    format!("{words} & {mask:#x} {} {want:#x}", dice.pick(&["==", "!="]))
                }
                Kind::Addr4 => format!("{words} & 255.255.0.255 == 10.1.0.5"),
                Kind::Addr6 => format!("{words} & ::ff == ::5"),
                Kind::Port => {
                    format!("{words} & {:#x} {} 0", dice.between(1, 255), dice.pick(&["==", "!="]))
                }
                _ => format!("{words} {inverted}{value}"),
            },
            10 if !look.words.ends_with("oif") => self.chosen(look),
            _ => format!("{words} {inverted}{value}"),
        }
    }

    /// A verdict map without a name.
    fn chosen(&mut self, look: &Look) -> String {
        let many = self.dice.between(1, 3);
        let apart: &[&str] = match look.kind {
            Kind::Port => &["1-21", "22", "23-79", "80-442", "443", "444-33333", "33334-65535"],
            Kind::Addr4 => &["10.1.0.0/26", "10.1.0.128-10.1.0.254", "203.0.113.0/28", "8.0.0.0/8"],
            Kind::Addr6 => &["fd00:1::/64", "fd00:2::1-fd00:2::ff", "2001:db8::/32"],
            _ => &[],
        };
        let values = if apart.is_empty() || self.dice.chance(60) {
            look.kind.values(self.host, &mut self.dice, many)
        } else {
            let first = self.dice.below(apart.len());
            apart.iter().cycle().skip(first).take(many).map(|v| (*v).to_owned()).collect()
        };
        let mut entries = Vec::new();
        for value in values {
            entries.push(format!("{value} : {}", self.map_verdict()));
        }
        if self.dice.chance(20) && self.family != "bridge" {
            entries.push(format!("* : {}", self.map_verdict()));
        }
        self.chose = true;
        format!("{} vmap {{ {} }}", look.words, entries.join(", "))
    }

    pub(super) fn map_verdict(&mut self) -> String {
        let onward = self.onward.clone();
        match self.dice.below(10) {
            0..3 => "accept".into(),
            3 | 4 => "continue".into(),
            5 => "return".into(),
            6 => "drop".into(),
            7 | 8 if !onward.is_empty() => {
                format!("{} {}", self.dice.pick(&["jump", "goto"]), self.dice.one(&onward))
            }
            _ => "accept".into(),
        }
    }

    /// Two or three fields side by side.
    fn concatenated(&mut self, first: &Look, line: &mut Line) -> Option<String> {
        let mut parts = vec![first.clone()];
        for _ in 0..self.dice.between(1, 2) {
            for _ in 0..6 {
                let Some(next) = self.look(line) else { break };
                if next.typed && parts.iter().all(|p| p.words != next.words) {
                    Self::bind(line, &next);
                    parts.push(next);
                    break;
                }
            }
        }
        if parts.len() < 2 {
            return None;
        }
        let words: Vec<&str> = parts.iter().map(|p| p.words.as_str()).collect();
        let words = words.join(" . ");
        let inverted = if self.dice.chance(20) { "!= " } else { "" };
        let mapped = inverted.is_empty() && self.dice.chance(30);
        let ranged = self.dice.chance(30);
        let (mut keys, mut all) = (Vec::new(), Vec::new());
        for _ in 0..self.dice.between(1, 4) {
            let mut key = Vec::new();
            for part in &parts {
                let pattern = ranged
                    && matches!(part.kind, Kind::Addr4 | Kind::Addr6 | Kind::Port)
                    && self.dice.chance(50);
                key.push(if pattern {
                    part.kind.pattern(self.host, &mut self.dice)
                } else {
                    part.kind.value(self.host, &mut self.dice)
                });
            }
            let key = key.join(" . ");
            if keys.contains(&key) {
                continue;
            }
            keys.push(key.clone());
            all.push(if mapped { format!("{key} : {}", self.map_verdict()) } else { key });
        }
        if mapped {
            self.chose = true;
            if self.dice.chance(20) && self.family != "bridge" {
                all.push(format!("* : {}", self.map_verdict()));
            }
        }
        let vmap = if mapped { "vmap " } else { "" };
        Some(format!("{words} {inverted}{vmap}{{ {} }}", all.join(", ")))
    }

    fn in_named(&mut self, line: &mut Line) -> Option<String> {
        if self.family == "netdev" || self.family == "bridge" {
            return None;
        }
        let four = self.family != "ip6" && line.family.is_none_or(|f| f == 4);
        let six = self.family != "ip" && line.family.is_none_or(|f| f == 6);
        let (list, family) = match self.dice.below(3) {
            0 => (NAMED, None),
            _ if four && (!six || self.dice.chance(65)) => (NAMED_4, Some(4)),
            _ if six => (NAMED_6, Some(6)),
            _ => (NAMED, None),
        };
        let (words, set) = self.dice.one(list);
        let proto = ["tcp", "udp", "th"].into_iter().find(|p| words.contains(&format!("{p} ")));
        let proto = if words.contains("meta l4proto") { Some("th") } else { proto };
        if let (Some(proto), Some(known)) = (proto, &line.proto)
            && proto != known
        {
            return None;
        }
        if line.hook == "ingress" && words.starts_with("ct ") {
            return None;
        }
        if let Some(family) = family {
            line.family = Some(family);
        }
        if let Some(proto) = proto {
            line.proto = Some(proto.to_owned());
        }
        let map = match words {
            "tcp dport" | "udp dport" => Some("by_port"),
            "iifname" | "oifname" => Some("by_if"),
            "ip saddr" | "ip daddr" => Some("by_net"),
            "ip daddr . tcp dport" => Some(self.dice.pick(&["by_svc", "by_range"])),
            _ => None,
        };
        if let Some(map) = map
            && !line.sub
            && !self.chose
            && self.dice.chance(25)
        {
            self.chose = true;
            return Some(format!("{words} vmap @{map}"));
        }
        let inverted = if self.dice.chance(25) { "!= " } else { "" };
        Some(format!("{words} {inverted}@{set}"))
    }

    /// `exists` and `missing`.
    fn existence(&mut self, line: &mut Line) -> String {
        let is = self.dice.pick(&["exists", "missing"]);
        let tcp = line.proto.as_deref().is_none_or(|p| p == "tcp");
        if matches!(line.hook, "prerouting" | "input" | "forward")
            && !line.sub
            && self.dice.chance(40)
            && self.family != "bridge"
        {
            let keys = self.dice.pick(&["saddr", "saddr . iif", "daddr", "saddr . mark . iif"]);
            return format!("fib {keys} oif {is}");
        }
        if tcp && self.dice.chance(60) {
            line.proto = Some("tcp".into());
            let option = self.dice.pick(&["maxseg", "window", "sack-perm", "timestamp", "nop"]);
            return format!("tcp option {option} {is}");
        }
        let four = self.family == "ip" || self.family == "inet" && line.family.is_none();
        if (four || line.family == Some(4)) && self.family != "ip6" {
            line.family = Some(4);
            return format!("ip option {} {is}", self.dice.pick(&["rr", "ra", "lsrr"]));
        }
        if self.family == "ip6" || line.family == Some(6) {
            line.family = Some(6);
            return format!("exthdr {} {is}", self.dice.pick(&["hbh", "frag", "dst", "rt"]));
        }
        format!("meta ipsec {is}")
    }
}
