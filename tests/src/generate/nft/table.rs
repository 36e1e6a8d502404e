//! Native tables: base chains at their priorities, chains that are jumped to, and the sets that their rules name.

use super::host::{Flavour, Host};
use super::looks::{self, Kind, Look};
use crate::generate::dice::Dice;
use std::fmt::Write as _;

/// A rule while it is written.
pub(super) struct Line {
    pub(super) hook: &'static str,
    pub(super) kind: &'static str,
    /// Whether its chain is jumped to, from whatever hook.
    pub(super) sub: bool,
    /// The family that the rule is bound to: 4, 6, or 9 where it names one itself.
    pub(super) family: Option<u8>,
    /// The protocol it is bound to.
    pub(super) proto: Option<String>,
}

impl Line {
    /// Whether its chain is of type filter or route.
    pub(super) fn filter(&self) -> bool {
        self.kind != "nat"
    }
}

/// Writes the tables of one case.
pub(super) struct Scribe<'h> {
    pub(super) host: &'h Host,
    pub(super) dice: Dice,
    pub(super) flavour: Flavour,
    pub(super) family: &'static str,
    /// Whether the table declares named sets.
    pub(super) named: bool,
    /// Chains that the rule may jump to.
    pub(super) onward: Vec<String>,
    /// Whether the rule has a verdict map already.
    pub(super) chose: bool,
    pub(super) meters: usize,
    pub(super) usual: Vec<Look>,
    pub(super) headers: Vec<Look>,
    pub(super) around: Vec<Look>,
}

/// A chain: its name, what it is called with, its rules.
struct Chain {
    name: String,
    base: String,
    rules: Vec<String>,
}

/// A named set: its name, and its declaration.
type Declared = (&'static str, String);

const HOOKS: &[&str] = &[
    "prerouting",
    "input",
    "input",
    "forward",
    "forward",
    "forward",
    "output",
    "output",
    "postrouting",
];
const NAT_HOOKS: &[&str] =
    &["prerouting", "prerouting", "postrouting", "postrouting", "output", "input"];

impl<'h> Scribe<'h> {
    pub(super) fn new(host: &'h Host, flavour: Flavour, dice: Dice) -> Self {
        Self {
            host,
            dice,
            flavour,
            family: "ip",
            named: true,
            onward: Vec::new(),
            chose: false,
            meters: 0,
            usual: looks::usual(),
            headers: looks::headers(),
            around: looks::around(),
        }
    }

    /// A table of this family and name.
    pub(super) fn table(&mut self, family: &'static str, name: &str, commands: bool) -> String {
        self.family = family;
        self.named = !matches!(family, "bridge" | "netdev");
        let subs: Vec<String> = ["sub", "in_public", "fw-rules"][..self.dice.below(4)]
            .iter()
            .map(|s| (*s).into())
            .collect();
        let mut chains = Vec::new();
        let many = self.dice.between(1, self.flavour.chains);
        for k in 0..many {
            chains.push(self.base_chain(k, &subs));
        }
        for (k, sub) in subs.iter().enumerate() {
            self.onward = subs[k + 1..].to_vec();
            let rules = self.rules("any", "filter", true);
            chains.push(Chain { name: sub.clone(), base: String::new(), rules });
        }
        self.onward = subs;
        let sets = self.sets(&chains);
        self.written(name, &chains, &sets, commands)
    }

    fn base_chain(&mut self, k: usize, subs: &[String]) -> Chain {
        let routed = matches!(self.family, "ip" | "ip6" | "inet");
        let (kind, hook): (&'static str, &'static str) = match self.dice.below(100) {
            _ if self.family == "netdev" => ("filter", "ingress"),
            n if n < self.flavour.nat && routed => ("nat", self.dice.one(NAT_HOOKS)),
            n if n < self.flavour.nat + 8 && routed => ("route", "output"),
            n if n < self.flavour.nat + 8 + self.flavour.ingress && self.family == "inet" => {
                ("filter", "ingress")
            }
            _ => ("filter", self.dice.one(HOOKS)),
        };
        let priority = self.priority(kind, hook);
        let links = &self.host.four.links;
        let device = if hook == "ingress" {
            let link = &links[self.dice.below(links.len())];
            let name = link.ports.first().map_or(&link.name, |p| &p.0);
            format!("device \"{name}\" ")
        } else {
            String::new()
        };
        let strict = self.dice.chance(if kind == "nat" { 3 } else { self.flavour.strict });
        let policy = match (strict, self.dice.chance(70)) {
            (true, _) => " policy drop;",
            (_, true) => " policy accept;",
            _ => "",
        };
        self.onward = if hook == "ingress" { Vec::new() } else { subs.to_vec() };
        let rules = self.rules(hook, kind, false);
        let short = &hook[..3];
        let name = match self.dice.below(3) {
            0 => format!("{short}{k}"),
            1 => format!("{kind}_{hook}_{k}"),
            _ => format!("{}_{k}", hook.to_uppercase()),
        };
        let base = format!("type {kind} hook {hook} {device}priority {priority};{policy}");
        Chain { name, base, rules }
    }

    fn priority(&mut self, kind: &str, hook: &str) -> String {
        if self.family == "bridge" {
            return self.dice.pick(&["filter", "-200", "0", "-300", "100", "300"]).to_owned();
        }
        if hook == "ingress" {
            return self.dice.pick(&["0", "filter", "-500", "10"]).to_owned();
        }
        if kind == "nat" {
            let named = match hook {
                "prerouting" => "dstnat",
                "postrouting" => "srcnat",
                _ => "filter",
            };
            let usual = match hook {
                "output" => "-100",
                "input" => "100",
                _ => named,
            };
            return match self.dice.below(6) {
                0 => format!("{named} + 5"),
                1 => format!("{named} - 10"),
                2 => self.dice.pick(&["0", "-150", "50", "-199"]).to_owned(),
                _ => usual.to_owned(),
            };
        }
        let list: &[&str] = match hook {
            "prerouting" => &[
                "filter",
                "raw",
                "mangle",
                "dstnat",
                "-110",
                "-450",
                "-200",
                "-90",
                "raw - 7",
                "mangle + 3",
                "dstnat + 2",
                "-401",
                "-399",
                "-199",
                "-201",
            ],
            "postrouting" => &[
                "filter",
                "srcnat",
                "mangle",
                "110",
                "90",
                "security",
                "raw",
                "srcnat - 1",
                "security + 49",
                "2147483646",
            ],
            "output" if kind == "route" => &["mangle", "filter", "-300", "-90", "-100"],
            "output" => &["filter", "raw", "mangle", "-100", "-90", "-199", "-200"],
            _ => {
                &["filter", "filter", "filter", "mangle", "security", "filter - 10", "filter + 10"]
            }
        };
        self.dice.pick(list).to_owned()
    }

    fn rules(&mut self, hook: &'static str, kind: &'static str, sub: bool) -> Vec<String> {
        let many = self.dice.between(1, self.flavour.rules);
        (0..many).map(|_| self.rule(Line { hook, kind, sub, family: None, proto: None })).collect()
    }

    /// A rule: conditions and statements as they come, and a verdict at its end.
    fn rule(&mut self, mut line: Line) -> String {
        self.chose = false;
        if self.family == "ip" {
            line.family = Some(4);
        } else if self.family == "ip6" {
            line.family = Some(6);
        }
        let mut parts: Vec<String> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        for _ in 0..self.dice.between(0, self.flavour.conditions) {
            if self.dice.chance(15) {
                parts.push(self.aside(&mut line));
            }
            let before = (line.family, line.proto.clone());
            let Some(condition) = self.condition(&mut line) else { break };
            let key: String = condition.split(' ').take(2).collect();
            if words.contains(&key) {
                (line.family, line.proto) = before;
                continue;
            }
            words.push(key);
            parts.push(condition);
        }
        while self.dice.chance(self.flavour.asides) && parts.len() < 5 {
            let aside = self.aside(&mut line);
            if !parts.contains(&aside) {
                parts.push(aside);
            }
        }
        if self.flavour.counted && !parts.iter().any(|p| p.starts_with("counter")) {
            parts.push("counter".into());
        }
        if self.dice.chance(self.flavour.ends) {
            let end = self.end(&mut line);
            if !end.is_empty() {
                parts.push(end);
            }
        }
        if parts.is_empty() {
            parts.push("counter".into());
        }
        if self.dice.chance(6) && !parts.iter().any(|p| p.contains(';')) {
            parts.push(format!("comment \"{}\"", self.dice.pick(&["it's", "a, b", "x { y }"])));
        }
        parts.join(" ")
    }

    /// The sets and objects that the rules name.
    fn sets(&mut self, chains: &[Chain]) -> Vec<Declared> {
        if !self.named {
            return Vec::new();
        }
        let all: String =
            chains.iter().flat_map(|c| &c.rules).fold(String::new(), |a, r| a + r + "\n");
        let mut found = Vec::new();
        for name in SETS {
            let named = format!("@{name}");
            let used = all.match_indices(&named).any(|(at, _)| {
                all[at + named.len()..]
                    .chars()
                    .next()
                    .is_none_or(|c| !c.is_alphanumeric() && c != '_')
            });
            if used {
                let text = self.set(name);
                found.push((*name, text));
            }
        }
        let counters = found.iter().any(|(name, _)| *name == "counters");
        for (word, name, text) in [
            ("counter", "c1", "counter c1 { }"),
            ("limit", "l1", "limit l1 { rate 1/hour burst 3 packets }"),
            ("quota", "q1", "quota q1 { over 120 bytes }"),
        ] {
            if all.contains(&format!("{word} name \"{name}\"")) || counters && name == "c1" {
                found.insert(0, (name, text.to_owned()));
            }
        }
        if all.contains("ct helper set \"h\"") {
            found.insert(0, ("h", "ct helper h { type \"ftp\" protocol tcp; }".into()));
        }
        if all.contains("ct timeout set \"to\"") {
            let policy = "policy = { established : 100, close : 4 };";
            found.insert(0, ("to", format!("ct timeout to {{ protocol tcp; {policy} }}")));
        }
        if all.contains("ct expectation set \"ex\"") {
            let l3 = if self.family == "ip6" { "ip6" } else { "ip" };
            let text = format!("protocol tcp; dport 5000; timeout 1m; size 4; l3proto {l3};");
            found.insert(0, ("ex", format!("ct expectation ex {{ {text} }}")));
        }
        found
    }

    fn list(&mut self, kind: &Kind, many: usize, patterns: usize) -> String {
        let mut all = kind.values(self.host, &mut self.dice, many);
        for _ in 0..patterns {
            all.push(kind.pattern(self.host, &mut self.dice));
        }
        all.join(", ")
    }

    fn pairs(&mut self, first: &Kind, second: &Kind, many: usize) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for _ in 0..many {
            let a = first.value(self.host, &mut self.dice);
            let b = second.value(self.host, &mut self.dice);
            let pair = format!("{a} . {b}");
            if !all.contains(&pair) {
                all.push(pair);
            }
        }
        all
    }

    fn mapped(&mut self, keys: &Kind, data: impl Fn(&mut Self) -> String) -> String {
        let many = self.dice.between(2, 4);
        let keys = keys.values(self.host, &mut self.dice, many);
        let all: Vec<String> = keys.into_iter().map(|k| format!("{k} : {}", data(self))).collect();
        all.join(", ")
    }

    fn set(&mut self, name: &str) -> String {
        let (v4, v6, port) = (Kind::Addr4, Kind::Addr6, Kind::Port);
        let host4 = |s: &mut Self| {
            let hosts = s.host.four.hosts();
            s.dice.one(&hosts)
        };
        let verdict = |s: &mut Self| s.map_verdict();
        let mark = |s: &mut Self| s.dice.pick(&["1", "2", "5", "0x10"]).to_owned();
        let auto = "auto-merge; ";
        match name {
            "nets" => {
                let list = self.list(&v4, 1, 2);
                format!("set nets {{ type ipv4_addr; flags interval; {auto}elements = {{ {list} }}; }}")
            }
            "nets6" => {
                let list = self.list(&v6, 1, 2);
                format!("set nets6 {{ type ipv6_addr; flags interval; {auto}elements = {{ {list} }}; }}")
            }
            "hosts" => {
                let list = self.list(&v4, 4, 0);
                format!("set hosts {{ type ipv4_addr; elements = {{ {list} }}; }}")
            }
            "hosts6" => {
                let list = self.list(&v6, 3, 0);
                format!("set hosts6 {{ type ipv6_addr; elements = {{ {list} }}; }}")
            }
            "ports" => {
                let list = self.list(&port, 3, 1);
                format!("set ports {{ type inet_service; flags interval; {auto}elements = {{ {list} }}; }}")
            }
            "svc" => {
                let mut list = self.pairs(&v4, &port, 4);
                list.push(format!("{} . 1-1023", self.host.four.hosts()[0]));
                let list = list.join(", ");
                format!("set svc {{ typeof ip saddr . tcp dport; flags interval; elements = {{ {list} }}; }}")
            }
            "svc6" => {
                let list = self.pairs(&v6, &port, 4).join(", ");
                format!("set svc6 {{ type ipv6_addr . inet_service; elements = {{ {list} }}; }}")
            }
            "pairs" => {
                let list = self.pairs(&v4, &v4, 6).join(", ");
                format!("set pairs {{ type ipv4_addr . ipv4_addr; elements = {{ {list} }}; }}")
            }
            "timed" => {
                let hosts = v4.values(self.host, &mut self.dice, 3);
                let list: Vec<String> = hosts
                    .iter()
                    .zip(["timeout 1s", "timeout 1h", "timeout 3s"])
                    .map(|(h, t)| format!("{h} {t}"))
                    .collect();
                let list = list.join(", ");
                format!("set timed {{ type ipv4_addr; flags timeout; timeout 1h; elements = {{ {list} }}; }}")
            }
            "counted" => {
                let list = self.list(&v4, 3, 0);
                format!("set counted {{ type ipv4_addr; counter; elements = {{ {list} }}; }}")
            }
            "seen" => "set seen { type ipv4_addr; size 128; flags dynamic,timeout; }".into(),
            "seen6" => "set seen6 { type ipv6_addr; size 128; flags dynamic,timeout; timeout 1m; }".into(),
            "slow" => "set slow { type ipv4_addr; size 16; flags dynamic; }".into(),
            "few" => "set few { type ipv4_addr; flags dynamic; }".into(),
            "conns" => "set conns { type ipv4_addr; size 65535; flags dynamic; }".into(),
            "full" => "set full { type ipv4_addr; size 2; flags dynamic; }".into(),
            "knock" => {
                "set knock { type ipv4_addr . inet_service; size 64; flags dynamic,timeout; timeout 2s; }".into()
            }
            "back" => "map back { type ipv4_addr : ipv4_addr; size 32; flags dynamic; }".into(),
            "protoports" => {
                let list = self.pairs(&Kind::Words(&["tcp", "udp"]), &port, 5).join(", ");
                format!("set protoports {{ type inet_proto . inet_service; elements = {{ {list} }}; }}")
            }
            "ifs" => {
                let list = self.list(&Kind::Iface, 2, 0);
                format!("set ifs {{ type ifname; elements = {{ {list} }}; }}")
            }
            "ifpairs" => {
                let list = self.pairs(&Kind::Iface, &Kind::Iface, 4).join(", ");
                format!("set ifpairs {{ type ifname . ifname; elements = {{ {list} }}; }}")
            }
            "ifports" => {
                let list = self.pairs(&Kind::Iface, &port, 4).join(", ");
                format!("set ifports {{ type ifname . inet_service; elements = {{ {list} }}; }}")
            }
            "marks" => "set marks { type mark; elements = { 0x1, 0x5, 0x10 }; }".into(),
            "by_port" => {
                let list = self.mapped(&port, verdict);
                format!("map by_port {{ type inet_service : verdict; elements = {{ {list} }}; }}")
            }
            "by_if" => {
                let list = self.mapped(&Kind::Iface, verdict);
                format!("map by_if {{ type ifname : verdict; elements = {{ {list} }}; }}")
            }
            "by_net" => {
                let nets = ["10.1.0.0/25", "10.1.0.128-10.1.0.254", "203.0.113.0/28", "8.8.8.8", "192.168.0.0/16"];
                let many = self.dice.between(1, 5);
                let list: Vec<String> =
                    nets[..many].iter().map(|n| format!("{n} : {}", self.map_verdict())).collect();
                let list = list.join(", ");
                format!("map by_net {{ type ipv4_addr : verdict; flags interval; elements = {{ {list} }}; }}")
            }
            "by_svc" => {
                let keys = self.pairs(&v4, &port, 5);
                let list: Vec<String> =
                    keys.into_iter().map(|k| format!("{k} : {}", self.map_verdict())).collect();
                let list = list.join(", ");
                format!("map by_svc {{ type ipv4_addr . inet_service : verdict; elements = {{ {list} }}; }}")
            }
            "by_range" => {
                let keys = ["10.1.0.0/24 . 1-79", "10.1.0.0/24 . 80-65535", "203.0.113.0/26 . 22", "0.0.0.0/1 . 443"];
                let many = self.dice.between(1, 4);
                let list: Vec<String> =
                    keys[..many].iter().map(|k| format!("{k} : {}", self.map_verdict())).collect();
                let list = list.join(", ");
                format!("map by_range {{ type ipv4_addr . inet_service : verdict; flags interval; elements = {{ {list} }}; }}")
            }
            "mark_by" => {
                let list = self.mapped(&v4, mark);
                format!("map mark_by {{ type ipv4_addr : mark; elements = {{ {list} }}; }}")
            }
            "counters" => {
                let list = self.mapped(&v4, |_| "\"c1\"".into());
                format!("map counters {{ type ipv4_addr : counter; elements = {{ {list} }}; }}")
            }
            "fwd_to" => {
                let list = self.mapped(&port, host4);
                format!("map fwd_to {{ type inet_service : ipv4_addr; elements = {{ {list} }}; }}")
            }
            "fwd_svc" => {
                let list = self.mapped(&port, |s| {
                    let host = host4(s);
                    format!("{host} . {}", s.dice.pick(&["80", "8080", "22"]))
                });
                format!("map fwd_svc {{ type inet_service : ipv4_addr . inet_service; elements = {{ {list} }}; }}")
            }
            _ => {
                let list = self.mapped(&v4, |s| {
                    let own = s.host.four.own();
                    s.dice.one(&own)
                });
                format!("map snat_by {{ type ipv4_addr : ipv4_addr; elements = {{ {list} }}; }}")
            }
        }
    }

    /// The table's text: nested, or as commands.
    fn written(
        &mut self,
        name: &str,
        chains: &[Chain],
        sets: &[Declared],
        commands: bool,
    ) -> String {
        let family = self.family;
        let mut text = String::new();
        let of = format!("{family} {name}");
        if commands {
            let _ = writeln!(text, "add table {of}");
            for chain in chains.iter().filter(|c| c.base.is_empty()) {
                let _ = writeln!(text, "add chain {of} {}", chain.name);
            }
            for (_, set) in sets {
                let word = set.split(' ').next().unwrap_or_default();
                let two = ["ct helper", "ct timeout", "ct expectation"];
                let word = two.into_iter().find(|w| set.starts_with(w)).unwrap_or(word);
                let _ = writeln!(text, "add {word} {of}{}", &set[word.len()..]);
            }
            for chain in chains.iter().filter(|c| !c.base.is_empty()) {
                let _ = writeln!(text, "add chain {of} {} {{ {} }}", chain.name, chain.base);
            }
            for chain in chains {
                for rule in &chain.rules {
                    let _ = writeln!(text, "add rule {of} {} {rule}", chain.name);
                }
            }
            return text;
        }
        let _ = writeln!(text, "table {of} {{");
        if self.dice.chance(self.flavour.dormant) {
            text.push_str("\tflags dormant\n");
        }
        for (_, set) in sets {
            let _ = writeln!(text, "\t{set}");
        }
        for chain in chains {
            let _ = writeln!(text, "\tchain {} {{", chain.name);
            if !chain.base.is_empty() {
                let _ = writeln!(text, "\t\t{}", chain.base);
            }
            for rule in &chain.rules {
                let _ = writeln!(text, "\t\t{rule}");
            }
            text.push_str("\t}\n");
        }
        text.push_str("}\n");
        text
    }
}

/// Every set that rules may name.
const SETS: &[&str] = &[
    "nets",
    "nets6",
    "hosts",
    "hosts6",
    "ports",
    "svc",
    "svc6",
    "pairs",
    "timed",
    "counted",
    "seen",
    "seen6",
    "slow",
    "few",
    "conns",
    "full",
    "knock",
    "back",
    "protoports",
    "ifs",
    "ifpairs",
    "ifports",
    "marks",
    "by_port",
    "by_if",
    "by_net",
    "by_svc",
    "by_range",
    "mark_by",
    "counters",
    "fwd_to",
    "fwd_svc",
    "snat_by",
];
