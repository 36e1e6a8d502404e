//! Rules that speak of what the packets carry, so that many of them decide something.

use super::dice::Dice;
use super::net::Net;
use super::sets::{self, Set};
use chainwalk_model::TABLES;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// What the rules of a case lean towards.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taste {
    /// Of a hundred cases, how many have the table.
    pub(super) nat: usize,
    /// The same for mangle.
    pub(super) mangle: usize,
    /// The same for raw.
    pub(super) raw: usize,
    /// The same for security.
    pub(super) security: usize,
    /// Of a hundred matches, how many remember packets.
    pub(super) memory: usize,
    /// Of a hundred matches, how many ask conntrack.
    pub(super) states: usize,
    /// Whether filter refuses often.
    pub(super) strict: bool,
}

/// The ports that rules and packets share.
pub(super) const PORTS: [u16; 8] = [22, 53, 80, 443, 1000, 5000, 8080, 33333];
const MARKS: [&str; 6] = ["0x1", "0x2", "0x3", "0x5", "0x7", "0x10"];

/// Writes the rules of one case.
pub(super) struct Scribe<'n> {
    /// The host's network.
    pub(super) net: &'n Net,
    /// What the rules lean towards.
    pub(super) taste: Taste,
    /// The choices.
    pub(super) dice: Dice,
    /// A name of the case's own: lists outlive the rules that name them.
    pub(super) name: String,
    /// The ipsets that rules may name.
    pub(super) sets: Vec<Set>,
    lists: usize,
}

impl<'n> Scribe<'n> {
    /// A writer of rules.
    pub(super) fn new(net: &'n Net, taste: Taste, dice: Dice, name: String) -> Self {
        Self { net, taste, dice, name, sets: Vec::new(), lists: 0 }
    }

    /// All tables of a case.
    pub(super) fn tables(&mut self) -> Map<String, Value> {
        let mut tables = Map::new();
        let taste = self.taste;
        for (table, chains) in TABLES {
            let percent = match table {
                "nat" => taste.nat,
                "mangle" => taste.mangle,
                "raw" => taste.raw,
                "security" => taste.security,
                _ => 85,
            };
            if self.dice.chance(percent) {
                let base: Vec<&str> = chains.iter().map(|c| c.hook.builtin()).collect();
                let text = self.table(table, &base);
                tables.insert(table.to_owned(), text.into());
            }
        }
        tables
    }

    fn table(&mut self, table: &str, base: &[&str]) -> String {
        let mut text = String::new();
        let users: Vec<&str> = ["one", "two"][..self.dice.below(3)].to_vec();
        for chain in base {
            let drops =
                table == "filter" && self.dice.chance(if self.taste.strict { 40 } else { 10 });
            let _ = writeln!(text, ":{chain} {} [0:0]", if drops { "DROP" } else { "ACCEPT" });
        }
        for chain in &users {
            let _ = writeln!(text, ":{chain} - [0:0]");
        }
        for chain in base {
            for _ in 0..self.dice.below(if table == "nat" { 4 } else { 5 }) {
                let rule = self.rule(table, chain, Some(chain), &users);
                let _ = writeln!(text, "-A {chain} {rule}");
            }
        }
        for (k, chain) in users.iter().enumerate() {
            for _ in 0..self.dice.between(1, 3) {
                let rule = self.rule(table, chain, None, &users[k + 1..]);
                let _ = writeln!(text, "-A {chain} {rule}");
            }
        }
        text
    }

    /// A rule of `table`; `base` is the built-in chain it stands in. It may jump to `onward`.
    fn rule(&mut self, table: &str, chain: &str, base: Option<&str>, onward: &[&str]) -> String {
        let needs = self.dice.below(100);
        let tests = match needs {
            0..12 => 0,
            12..65 => 1,
            _ => 2,
        };
        let mut rule = String::new();
        let mut proto = None;
        let mut used: Vec<usize> = Vec::new();
        for _ in 0..tests {
            let kind = self.dice.below(100);
            let class = self.class_of(kind);
            if used.contains(&class) {
                continue;
            }
            used.push(class);
            let test = self.test(class, table, base, &mut proto);
            rule.push_str(&test);
        }
        let target = self.target(table, chain, base, onward, &mut proto, used.len());
        // The protocol stands before the options that lean on it.
        let lead = proto.map(|p| format!("-p {p} ")).unwrap_or_default();
        format!("{lead}{rule}{target}").trim().to_owned()
    }

    fn class_of(&mut self, kind: usize) -> usize {
        if kind < self.taste.memory {
            return 10;
        }
        if kind < self.taste.memory + self.taste.states {
            return 11;
        }
        match self.dice.below(12) {
            0..10 => self.dice.below(10),
            _ => 12,
        }
    }

    fn not(&mut self) -> &'static str {
        if self.dice.chance(18) { "! " } else { "" }
    }

    fn ports(&mut self) -> String {
        let one = self.dice.one(&PORTS);
        match self.dice.below(5) {
            0 => format!("{one}:"),
            1 => format!(":{one}"),
            2 => format!("{one}:{}", one.saturating_add(self.dice.below(900) as u16)),
            _ => one.to_string(),
        }
    }

    fn test(
        &mut self,
        class: usize,
        table: &str,
        base: Option<&str>,
        proto: &mut Option<&'static str>,
    ) -> String {
        let net = self.net;
        let six = net.v6;
        let (comes, goes) = match base {
            Some("PREROUTING" | "INPUT") => (true, false),
            Some("OUTPUT" | "POSTROUTING") => (false, true),
            Some("FORWARD") => (true, true),
            _ => (false, false),
        };
        let not = self.not();
        match class {
            0 => format!("{not}-s {} ", net.some_net(&mut self.dice)),
            1 => format!("{not}-d {} ", net.some_net(&mut self.dice)),
            2 if comes && (!goes || self.dice.chance(50)) => {
                format!("{not}-i {} ", net.some_iface(&mut self.dice))
            }
            2 if goes => format!("{not}-o {} ", net.some_iface(&mut self.dice)),
            3 | 4 if proto.is_none() => {
                let name = self.dice.pick(&["tcp", "tcp", "udp", "udp", "icmp"]);
                if name == "icmp" {
                    *proto = Some(if six { "ipv6-icmp" } else { "icmp" });
                    if six {
                        let kind = self.dice.pick(&["128", "129", "1", "1/4", "2", "3"]);
                        return format!("-m icmp6 {not}--icmpv6-type {kind} ");
                    }
                    let kind = self.dice.pick(&["8", "0", "3", "3/1", "3/4", "11", "any"]);
                    return format!("-m icmp {not}--icmp-type {kind} ");
                }
                *proto = Some(name);
                let side = self.dice.pick(&["--dport", "--dport", "--sport"]);
                let ports = self.ports();
                if self.dice.chance(20) {
                    let more = self.dice.one(&PORTS);
                    return format!(
                        "-m multiport {not}--ports {},{more}:{} ",
                        self.dice.one(&PORTS),
                        more + 50
                    );
                }
                if name == "tcp" && self.dice.chance(25) {
                    return self
                        .dice
                        .pick(&[
                            "-m tcp --syn ",
                            "-m tcp ! --syn ",
                            "-m tcp --tcp-flags SYN,ACK SYN,ACK ",
                            "-m tcp --tcp-flags RST RST ",
                            "-m tcp --tcp-flags FIN,ACK FIN,ACK ",
                            "-m tcp --tcp-flags ALL NONE ",
                            "-m tcp --tcp-option 3 ",
                        ])
                        .to_owned();
                }
                format!("-m {name} {not}{side} {ports} ")
            }
            5 => format!("-m mark {not}--mark {} ", self.mark_mask()),
            6 => match self.dice.below(7) {
                0 => format!(
                    "-m length {not}--length {} ",
                    self.dice.pick(&["40", ":60", "100:", "29:44"])
                ),
                1 if six => {
                    format!("-m hl {not}--hl-eq {} ", self.dice.pick(&["64", "63", "2", "1"]))
                }
                1 => format!("-m ttl {not}--ttl-eq {} ", self.dice.pick(&["64", "63", "2", "1"])),
                2 => format!("-m dscp {not}--dscp {} ", self.dice.pick(&["0x00", "0x04", "0x2e"])),
                3 => format!(
                    "-m tos {not}--tos {} ",
                    self.dice.pick(&["0x10/0xff", "0x08/0x3f", "0x00/0xff"])
                ),
                4 => format!(
                    "-m pkttype {not}--pkt-type {} ",
                    self.dice.pick(&["unicast", "broadcast", "multicast"])
                ),
                5 => format!("-m iprange {not}--src-range {} ", self.addr_range()),
                _ => format!("-m connmark {not}--mark {} ", self.mark_mask()),
            },
            7 => {
                let kinds: &[&str] = if six {
                    &["LOCAL", "UNICAST", "MULTICAST", "LOCAL,MULTICAST"]
                } else {
                    &["LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "LOCAL,BROADCAST"]
                };
                let side = self.dice.pick(&["--dst-type", "--dst-type", "--src-type"]);
                let kind = self.dice.pick(kinds);
                let limit = match base {
                    Some("PREROUTING" | "INPUT") if self.dice.chance(12) => "--limit-iface-in ",
                    Some("POSTROUTING" | "OUTPUT") if self.dice.chance(12) => "--limit-iface-out ",
                    _ => "",
                };
                format!("-m addrtype {not}{side} {kind} {limit}")
            }
            8 if !net.links[0].ports.is_empty()
                && !matches!(base, Some("OUTPUT"))
                && base.is_some() =>
            {
                let others = ["p1", "p2", "p3", "p+", "q1", "up0"];
                let own = &net.links[0].ports;
                let port = if self.dice.chance(50) {
                    self.dice.one(own).0
                } else {
                    self.dice.pick(&others).to_owned()
                };
                let outward =
                    matches!(base, Some("FORWARD" | "POSTROUTING")) && self.dice.chance(40);
                match self.dice.below(4) {
                    0 => format!("-m physdev {not}--physdev-is-in "),
                    1 => format!("-m physdev {not}--physdev-is-bridged "),
                    _ if outward => {
                        format!("-m physdev {not}--physdev-is-bridged --physdev-out {port} ")
                    }
                    _ => format!("-m physdev {not}--physdev-in {port} "),
                }
            }
            8 if matches!(base, Some("OUTPUT")) => {
                let who = self.dice.pick(&[
                    "--uid-owner 1000",
                    "--gid-owner 100",
                    "--uid-owner 0",
                    "--socket-exists",
                ]);
                format!("-m owner {not}{who} ")
            }
            8 if table != "nat" && matches!(base, Some("PREROUTING")) => {
                let how = self.dice.pick(&["", "--loose ", "--validmark ", "--accept-local "]);
                format!("-m rpfilter {how}{}", if self.dice.chance(30) { "--invert " } else { "" })
            }
            9 => match self.dice.below(3) {
                0 => format!(
                    "-m u32 --u32 \"{}\" ",
                    if six { "0x4&0xff=0x40,0x3f" } else { "0x4&0x3fff=0x0" }
                ),
                1 => format!("-m string {not}--string \"abc\" --algo bm --to 65535 "),
                _ => "-m comment --comment \"a remark\" ".into(),
            },
            10 => self.remembering(),
            11 => self.conntrack(),
            12 => self.further(base, proto),
            // Not to be asked here.
            _ => String::new(),
        }
    }

    /// A test that is asked less often.
    fn further(&mut self, base: Option<&str>, proto: &mut Option<&'static str>) -> String {
        let six = self.net.v6;
        let not = self.not();
        let comes = matches!(base, Some("PREROUTING" | "INPUT" | "FORWARD"));
        let of_tcp = proto.is_none_or(|p| p == "tcp");
        match self.dice.below(16) {
            0 if of_tcp => {
                *proto = Some("tcp");
                let range = self.dice.pick(&["536", "1000:2000", "9000:"]);
                format!("-m tcpmss {not}--mss {range} ")
            }
            1 if of_tcp => {
                *proto = Some("tcp");
                let what = self.dice.pick(&["tcp-cwr", "tcp-ece", "ip-ect 0"]);
                format!("-m ecn {not}--ecn-{what} ")
            }
            2 if comes => {
                let from = self.dice.pick(&["02:00:00:00:03:01", "02:01:c0:a8:07:0b"]);
                format!("-m mac {not}--mac-source {from} ")
            }
            3 => format!("-m iprange {not}--dst-range {} ", self.addr_range()),
            4 if proto.is_none() => {
                *proto = Some(self.dice.pick(&["tcp", "udp"]));
                let side = self.dice.pick(&["--sports", "--dports"]);
                let (one, more) = (self.dice.one(&PORTS), self.dice.one(&PORTS));
                format!("-m multiport {not}{side} {one},{more}:{} ", more + 9)
            }
            5 => {
                let states =
                    ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "NEW,RELATED"];
                format!("-m state {not}--state {} ", self.dice.pick(&states))
            }
            6 => {
                let (port, net) = (self.dice.one(&PORTS), self.net.some_net(&mut self.dice));
                match self.dice.below(4) {
                    0 => format!("-m conntrack {not}--ctorigsrc {net} "),
                    1 => format!("-m conntrack {not}--ctrepldst {net} "),
                    2 => format!("-m conntrack {not}--ctreplsrcport {port} "),
                    _ => format!("-m conntrack {not}--ctorigsrcport {port}:{} ", port + 900),
                }
            }
            // Not connlimit: within a tick of its clock the kernel does not look which flows are gone.
            7 => format!("-m conntrack {not}--ctstate {} ", self.dice.pick(&["NEW", "RELATED"])),
            8 => {
                let (mode, from) = self.dice.one(&[("packets", 2), ("bytes", 100), ("avgpkt", 50)]);
                let dir = self.dice.pick(&["original", "reply", "both"]);
                format!(
                    "-m connbytes {not}--connbytes {from}:{} --connbytes-dir {dir} --connbytes-mode {mode} ",
                    self.dice.pick(&["", "400"])
                )
            }
            9 => {
                let (nodes, seed) = (self.dice.between(2, 3), self.dice.pick(&["0xdeadbeef", "7"]));
                format!(
                    "-m cluster --cluster-total-nodes {nodes} {not}--cluster-local-node 1 --cluster-hash-seed {seed} "
                )
            }
            10 if comes => {
                let how = self.dice.pick(&["none", "ipsec"]);
                format!("-m policy --dir in --pol {how} ")
            }
            11 if proto.is_none() => {
                *proto = Some("sctp");
                format!("-m sctp {not}--dport {} ", self.ports())
            }
            12 => format!("-m string {not}--hex-string \"|6162|c\" --algo kmp --from 20 "),
            13 if six => format!("-m hl --hl-{} ", self.dice.pick(&["gt 62", "lt 64"])),
            13 => format!("-m ttl --ttl-{} ", self.dice.pick(&["gt 62", "lt 64"])),
            14 if !six => format!("{not}-f "),
            14 => {
                format!("-m ipv6header {not}--header {} --soft ", self.dice.pick(&["prot", "frag"]))
            }
            _ => format!("-m length {not}--length {} ", self.dice.pick(&["28", "40:44", "29:"])),
        }
    }

    fn mark_mask(&mut self) -> String {
        let mark = self.dice.pick(&MARKS);
        if self.dice.chance(40) {
            format!("{mark}/{}", self.dice.pick(&MARKS))
        } else {
            mark.into()
        }
    }

    fn addr_range(&mut self) -> String {
        let addr = self.net.some_addr(&mut self.dice);
        let cut = addr.rfind(['.', ':']).map_or(0, |k| k + 1);
        if self.net.v6 {
            format!("{}1-{}50", &addr[..cut], &addr[..cut])
        } else {
            format!("{}3-{}60", &addr[..cut], &addr[..cut])
        }
    }

    fn remembering(&mut self) -> String {
        if !self.sets.is_empty() && self.dice.chance(85) {
            return sets::test(&self.sets, &mut self.dice);
        }
        self.lists += 1;
        let list = format!("{}-{}", self.name, self.lists);
        let not = self.not();
        match self.dice.below(11) {
            0 => format!(
                "-m limit --limit {} --limit-burst {} ",
                self.dice.pick(&["1/sec", "1/min", "2/sec"]),
                self.dice.between(1, 4)
            ),
            1 => format!("-m quota {not}--quota {} ", self.dice.pick(&["50", "100", "300"])),
            2 => {
                let every = self.dice.between(2, 4);
                format!(
                    "-m statistic --mode nth --every {every} --packet {} ",
                    self.dice.below(every)
                )
            }
            3 => {
                let name = format!("{}-{}", self.dice.pick(&["seen", "other"]), self.name);
                let side = self.dice.pick(&["--rsource", "--rdest"]);
                match self.dice.below(4) {
                    0 => format!("-m recent --set --name {name} {side} "),
                    1 => format!(
                        "-m recent {not}--rcheck --seconds {} --name {name} {side} ",
                        self.dice.between(1, 3)
                    ),
                    2 => format!(
                        "-m recent {not}--update --hitcount {} --name {name} {side} ",
                        self.dice.between(1, 3)
                    ),
                    _ => format!("-m recent {not}--remove --name {name} {side} "),
                }
            }
            4 => format!(
                "-m hashlimit --hashlimit-{} 1/sec --hashlimit-burst {} --hashlimit-mode {} --hashlimit-name h{list} ",
                self.dice.pick(&["upto", "above"]),
                self.dice.between(1, 3),
                self.dice.pick(&["srcip", "dstip", "srcip,dstport", "dstip,dstport"]),
            ),
            5 => format!(
                "-m hashlimit --hashlimit-above 2/min --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-srcmask {} --hashlimit-name h{list} ",
                if self.net.v6 { 64 } else { 24 },
            ),
            6 => format!("-m statistic --mode nth --every 2 --packet {} ", self.dice.below(2)),
            7 => self.hashlimit(&list),
            8 | 9 => self.recent(not),
            _ => format!(
                "-m limit --limit {} --limit-burst {} ",
                self.dice.pick(&["5/sec", "1/hour", "3/sec", "40/min"]),
                self.dice.between(1, 6)
            ),
        }
    }

    /// `hashlimit` in every mode, in packets, bytes and within an interval.
    fn hashlimit(&mut self, list: &str) -> String {
        let how = self.dice.pick(&["upto", "above"]);
        let within = self.dice.chance(30);
        let rate =
            self.dice.pick(&["1/sec", "2/sec", "30/min", "3/min", "1kb/s", "100b/s", "2kb/s"]);
        let mut text = format!("-m hashlimit --hashlimit-{how} {rate} ");
        if rate.contains('b') {
            if self.dice.chance(50) {
                let _ =
                    write!(text, "--hashlimit-burst {} ", self.dice.pick(&["2kb", "5kb", "9000b"]));
            }
        } else {
            let _ = write!(text, "--hashlimit-burst {} ", self.dice.between(1, 4));
        }
        let modes = ["srcip", "srcport", "dstip", "dstport"];
        let modes: Vec<&str> = modes.into_iter().filter(|_| self.dice.chance(45)).collect();
        if !modes.is_empty() {
            let _ = write!(text, "--hashlimit-mode {} ", modes.join(","));
        }
        if within {
            text += "--hashlimit-rate-match ";
            let _ = write!(text, "--hashlimit-rate-interval {} ", self.dice.between(1, 2));
        }
        for (mode, name) in [("srcip", "srcmask"), ("dstip", "dstmask")] {
            if modes.contains(&mode) && self.dice.chance(30) {
                let _ = write!(text, "--hashlimit-{name} {} ", self.dice.one(&[24, 16, 8]));
            }
        }
        if self.dice.chance(40) {
            // A bucket that is idle as long lives on for a sweep at most.
            text += self.dice.pick(&[
                "--hashlimit-htable-expire 300 --hashlimit-htable-gcinterval 100 ",
                "--hashlimit-htable-expire 60000 ",
                "--hashlimit-htable-expire 1000 --hashlimit-htable-gcinterval 200 ",
            ]);
        }
        if self.dice.chance(20) {
            text += "--hashlimit-htable-size 1 --hashlimit-htable-max 2 ";
        }
        format!("{text}--hashlimit-name h{list} ")
    }

    /// `recent` with all of its options, in lists that rules share.
    fn recent(&mut self, not: &str) -> String {
        let name = format!("{}-{}", self.dice.pick(&["seen", "other"]), self.name);
        let side = self.dice.pick(&["--rsource", "--rdest"]);
        let ttl = if self.dice.chance(30) { "--rttl " } else { "" };
        let mask = match self.dice.below(6) {
            0 if self.net.v6 => "--mask ffff:ffff:: ",
            0 => "--mask 255.255.255.0 ",
            _ => "",
        };
        let action = match self.dice.below(5) {
            0 | 1 => "--set ".into(),
            4 => format!("{not}--remove "),
            kind => {
                let mut text = format!("{not}{} ", if kind == 2 { "--rcheck" } else { "--update" });
                if self.dice.chance(50) {
                    let _ = write!(text, "--seconds {} ", self.dice.between(1, 3));
                    if self.dice.chance(40) {
                        text += "--reap ";
                    }
                }
                if self.dice.chance(50) {
                    let _ =
                        write!(text, "--hitcount {} ", self.dice.one(&[1, 2, 3, 5, 20, 33, 100]));
                }
                text + ttl
            }
        };
        format!("-m recent {action}--name {name} {side} {mask}")
    }

    fn conntrack(&mut self) -> String {
        let not = self.not();
        let test = match self.dice.below(12) {
            0..5 => {
                let states =
                    ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "DNAT", "SNAT"];
                let mut list = vec![self.dice.one(&states)];
                if self.dice.chance(45) {
                    list.push(self.dice.one(&states));
                }
                return format!("-m conntrack {not}--ctstate {} ", list.join(","));
            }
            5 => format!(
                "--ctstatus {}",
                self.dice.pick(&["SEEN_REPLY", "ASSURED", "CONFIRMED", "NONE", "EXPECTED"])
            ),
            6 => {
                return format!("-m conntrack --ctdir {} ", self.dice.pick(&["ORIGINAL", "REPLY"]));
            }
            7 => format!("--ctorigdst {}", self.net.some_net(&mut self.dice)),
            8 => format!("--ctreplsrc {}", self.net.some_net(&mut self.dice)),
            9 => format!("--ctorigdstport {}", self.dice.one(&PORTS)),
            10 => format!("--ctrepldstport {}", self.dice.one(&PORTS)),
            _ => format!("--ctproto {}", self.dice.pick(&["6", "17"])),
        };
        format!("-m conntrack {not}{test} ")
    }

    fn target(
        &mut self,
        table: &str,
        chain: &str,
        base: Option<&str>,
        onward: &[&str],
        proto: &mut Option<&'static str>,
        tests: usize,
    ) -> String {
        let roll = self.dice.below(100);
        if !onward.is_empty() && roll < 25 {
            let how = if self.dice.chance(20) { "-g" } else { "-j" };
            return format!("{how} {}", self.dice.pick(onward));
        }
        if roll < 32 {
            return if self.dice.chance(50) { "-j RETURN".into() } else { String::new() };
        }
        if roll < 42 {
            return "-j ACCEPT".into();
        }
        if !self.sets.is_empty() && matches!(table, "filter" | "mangle") && self.dice.chance(45) {
            return sets::target(&self.sets, table == "mangle", &mut self.dice);
        }
        match table {
            "nat" => self.nat(base, proto),
            "mangle" => self.mangle(base, chain, proto),
            "raw" => match self.dice.below(6) {
                0 => "-j NOTRACK".into(),
                1 => "-j CT --notrack".into(),
                2 => format!("-j CT --zone {}", self.dice.between(1, 3)),
                3 => format!("-j CT --zone-orig {}", self.dice.between(1, 3)),
                4 => format!("-j CT --zone-reply {}", self.dice.between(1, 3)),
                _ if self.dice.chance(30) => {
                    self.dice.pick(&["-j CT --zone mark", "-j CT --ctevents new"]).to_owned()
                }
                _ => format!("-j MARK --set-mark {}", self.dice.pick(&MARKS)),
            },
            "security" => {
                if tests > 1 {
                    "-j DROP".into()
                } else {
                    "-j ACCEPT".into()
                }
            }
            _ => match self.dice.below(7) {
                0 if tests > 0 => "-j DROP".into(),
                1 | 2 if tests > 0 => self.reject(proto),
                3 if tests > 1 && self.dice.chance(25) => {
                    self.dice.pick(&["-j NFQUEUE", "-j NFQUEUE --queue-bypass"]).to_owned()
                }
                3 => "-j LOG --log-prefix \"seen \"".into(),
                4 => format!("-j MARK --set-xmark {}", self.mark_mask()),
                _ => "-j ACCEPT".into(),
            },
        }
    }

    fn reject(&mut self, proto: &mut Option<&'static str>) -> String {
        if self.dice.chance(30) && proto.is_none_or(|p| p == "tcp") {
            *proto = Some("tcp");
            return "-j REJECT --reject-with tcp-reset".into();
        }
        let with: &[&str] = if self.net.v6 {
            &[
                "icmp6-port-unreachable",
                "icmp6-adm-prohibited",
                "icmp6-no-route",
                "icmp6-addr-unreachable",
            ]
        } else {
            &[
                "icmp-port-unreachable",
                "icmp-host-prohibited",
                "icmp-net-unreachable",
                "icmp-admin-prohibited",
            ]
        };
        format!("-j REJECT --reject-with {}", self.dice.pick(with))
    }

    /// An address to be translated to, with ports now and then.
    fn to(&mut self, source: bool, proto: &mut Option<&'static str>) -> String {
        let net = self.net;
        let addr = if source {
            self.dice.one(&net.own())
        } else {
            let own = self.dice.chance(30);
            if own { self.dice.one(&net.own()) } else { self.dice.one(&net.hosts()) }
        };
        let cut = addr.rfind(['.', ':']).map_or(0, |k| k + 1);
        let addrs = match self.dice.below(5) {
            0 if !net.v6 && net.links[0].ports.is_empty() => {
                let last: u16 = addr[cut..].parse().unwrap_or(1);
                format!("{addr}-{}{}", &addr[..cut], last + self.dice.between(1, 5) as u16)
            }
            _ => addr,
        };
        if !self.dice.chance(40) {
            return addrs;
        }
        if !matches!(proto, Some("tcp" | "udp")) {
            if proto.is_some() {
                return addrs;
            }
            *proto = Some(self.dice.pick(&["tcp", "udp"]));
        }
        let addrs = if net.v6 { format!("[{addrs}]") } else { addrs };
        let port = self.dice.one(&PORTS);
        if source && self.dice.chance(40) {
            // Every port fits: out of a range that the own one is not in the kernel draws one.
            return format!("{addrs}:256-65000");
        }
        if !source && self.dice.chance(40) {
            format!("{addrs}:{port}-{}", port + self.dice.between(1, 9) as u16)
        } else {
            format!("{addrs}:{port}")
        }
    }

    /// A source for what is delivered here.
    fn source(&mut self, proto: &mut Option<&'static str>) -> String {
        if self.dice.chance(50) { self.to(true, proto) } else { self.dice.one(&self.net.hosts()) }
    }

    fn nat(&mut self, base: Option<&str>, proto: &mut Option<&'static str>) -> String {
        let net = self.net;
        let persistent = if self.dice.chance(15) { " --persistent" } else { "" };
        match base {
            Some("PREROUTING" | "OUTPUT") => match self.dice.below(10) {
                0..6 => format!("-j DNAT --to-destination {}{persistent}", self.to(false, proto)),
                6..8 => {
                    if self.dice.chance(60) && proto.is_none_or(|p| p == "tcp" || p == "udp") {
                        proto.get_or_insert("tcp");
                        let port = self.dice.one(&PORTS);
                        if self.dice.chance(25) {
                            return format!("-j REDIRECT --to-ports {port}-{}", port + 3);
                        }
                        return format!("-j REDIRECT --to-ports {port}");
                    }
                    "-j REDIRECT".into()
                }
                _ if net.links[0].ports.is_empty() => {
                    format!("-j NETMAP --to {}", self.netmap())
                }
                _ => "-j ACCEPT".into(),
            },
            Some("POSTROUTING") => match self.dice.below(10) {
                0..5 => "-j MASQUERADE".into(),
                5 if proto.is_none_or(|p| p == "tcp" || p == "udp") => {
                    proto.get_or_insert("udp");
                    let ports = self.dice.pick(&["256-65000", "40000"]);
                    format!("-j MASQUERADE --to-ports {ports}")
                }
                9 if net.links[0].ports.is_empty() => format!("-j NETMAP --to {}", self.netmap()),
                _ => format!("-j SNAT --to-source {}{persistent}", self.to(true, proto)),
            },
            Some("INPUT") => format!("-j SNAT --to-source {}", self.source(proto)),
            _ => "-j ACCEPT".into(),
        }
    }

    fn netmap(&mut self) -> String {
        if self.net.v6 {
            return self.dice.pick(&["fd00:1::/64", "2001:db8:9::/64", "fd00:55::/32"]).to_owned();
        }
        let host = self.dice.one(&self.net.hosts());
        format!("{host}/{}", self.dice.pick(&["24", "28", "32", "30"]))
    }

    fn mangle(
        &mut self,
        base: Option<&str>,
        _chain: &str,
        proto: &mut Option<&'static str>,
    ) -> String {
        let six = self.net.v6;
        match self.dice.below(12) {
            0..3 => format!("-j MARK --set-xmark {}", self.mark_mask()),
            3 => format!(
                "-j MARK --{} {}",
                self.dice.pick(&["set-mark", "or-mark", "and-mark", "xor-mark"]),
                self.dice.pick(&MARKS)
            ),
            4 => format!("-j CONNMARK --set-xmark {}", self.mark_mask()),
            5 => format!(
                "-j CONNMARK --save-mark --nfmask {} --ctmask {}",
                self.dice.pick(&["0xff", "0x3", "0xffffffff"]),
                self.dice.pick(&["0xff", "0x7", "0xffffffff"])
            ),
            6 => format!(
                "-j CONNMARK --restore-mark --nfmask {} --ctmask {}",
                self.dice.pick(&["0xff", "0x3", "0xffffffff"]),
                self.dice.pick(&["0xff", "0x7", "0xffffffff"])
            ),
            7 => format!("-j TOS --set-tos {}", self.dice.pick(&["0x10", "0x08/0x3f", "0x00"])),
            8 => format!("-j DSCP --set-dscp {}", self.dice.pick(&["0x2e", "0x04"])),
            9 if six => {
                format!("-j HL --hl-{}", self.dice.pick(&["set 1", "set 64", "inc 1", "dec 1"]))
            }
            9 => format!("-j TTL --ttl-{}", self.dice.pick(&["set 1", "set 64", "inc 1", "dec 1"])),
            10 if matches!(base, Some("FORWARD" | "OUTPUT" | "POSTROUTING")) && proto.is_none() => {
                *proto = Some("tcp");
                let what = self.dice.pick(&["--clamp-mss-to-pmtu", "--set-mss 900"]);
                format!("--tcp-flags SYN,RST SYN -j TCPMSS {what}")
            }
            11 if self.dice.chance(40) => "-j DROP".into(),
            11 if proto.is_none_or(|p| p == "tcp") => {
                *proto = Some("tcp");
                let strip = "-j TCPOPTSTRIP --strip-options";
                match self.dice.below(if six { 2 } else { 3 }) {
                    0 => format!("{strip} mss"),
                    1 => format!("{strip} wscale,sack-permitted"),
                    _ => "-j ECN --ecn-tcp-remove".into(),
                }
            }
            11 => {
                let modulus = self.dice.between(2, 9);
                format!(
                    "-j HMARK --hmark-tuple src,dst,proto --hmark-mod {modulus} --hmark-offset 1 --hmark-rnd 0xfeed"
                )
            }
            _ => format!("-j MARK --set-mark {}", self.dice.pick(&MARKS)),
        }
    }
}
