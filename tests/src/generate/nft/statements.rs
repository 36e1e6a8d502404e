//! The statements of native rules: what they count, write, remember, translate and decide.

use super::table::{Line, Scribe};
use crate::generate::net::PORTS;

impl Scribe<'_> {
    /// A statement behind which the rule goes on, if it holds.
    pub(super) fn aside(&mut self, line: &mut Line) -> String {
        let bare = matches!(self.family, "bridge" | "netdev") || line.hook == "ingress";
        let four = self.family == "ip"
            || self.family == "inet" && line.family == Some(4)
            || self.family == "inet" && line.family.is_none();
        let six = self.family == "ip6" || line.family == Some(6);
        let memory = self.dice.chance(self.flavour.memory);
        if memory {
            return self.remembered(line, four, six);
        }
        let tcp = line.proto.as_deref() == Some("tcp");
        let udp = line.proto.as_deref() == Some("udp");
        match self.dice.below(17) {
            0..4 => "counter".into(),
            4..6 => self.marked(line, four, six, bare),
            6 => format!("log prefix \"{}: \"", self.dice.pick(&["in", "a b", "x"])),
            7 if !bare => format!(
                "ct mark set {}",
                self.dice.pick(&["meta mark", "1", "0x5", "ct mark | 0x10", "ct mark & 0xff"])
            ),
            8 if !bare && line.filter() => "notrack".into(),
            9 if four && line.filter() => {
                line.family = Some(4);
                self.dice
                    .pick(&[
                        "ip ttl set 10",
                        "ip dscp set cs1",
                        "ip dscp set ef",
                        "ip ecn set ce",
                        "ip ttl set 63",
                    ])
                    .to_owned()
            }
            9 if six && line.filter() => {
                line.family = Some(6);
                self.dice
                    .pick(&[
                        "ip6 hoplimit set 10",
                        "ip6 dscp set cs2",
                        "ip6 ecn set ce",
                        "ip6 flowlabel set 7",
                    ])
                    .to_owned()
            }
            10 if tcp => self
                .dice
                .pick(&[
                    "tcp option maxseg size set 1300",
                    "tcp option maxseg size set 1200",
                    "tcp option maxseg size set rt mtu",
                    "tcp window set 1000",
                ])
                .replace("size set rt mtu", self.mss(line.hook)),
            11 if tcp && line.filter() && self.dice.chance(50) => {
                format!("tcp {} set {}", self.dice.pick(&["dport", "sport"]), self.dice.one(&PORTS))
            }
            11 if udp && line.filter() && self.dice.chance(50) => {
                format!("udp {} set {}", self.dice.pick(&["dport", "sport"]), self.dice.one(&PORTS))
            }
            12 if four && line.filter() && self.dice.chance(25) => {
                line.family = Some(4);
                let to = self.dice.one(&self.host.four.hosts());
                format!("ip {} set {to}", self.dice.pick(&["daddr", "saddr"]))
            }
            13 => self.dice.pick(&["meta nftrace set 1", "meta priority set 1:2"]).to_owned(),
            14 if !bare && line.filter() && self.flavour.memory > 10 => {
                self.dice.pick(&["ct zone set 1", "ct zone set 7", "ct original zone set 1"]).into()
            }
            15 if !bare && tcp && line.filter() && self.named => "ct helper set \"h\"".into(),
            16 if !bare && tcp && line.filter() && self.named => {
                self.dice.pick(&["ct timeout set \"to\"", "ct expectation set \"ex\""]).into()
            }
            _ => "counter".into(),
        }
    }

    fn mss(&self, hook: &str) -> &'static str {
        if matches!(hook, "forward" | "postrouting" | "output") {
            "size set rt mtu"
        } else {
            "size set 1000"
        }
    }

    fn marked(&mut self, line: &mut Line, four: bool, six: bool, bare: bool) -> String {
        let value = self.dice.pick(&[
            "1",
            "2",
            "0x5",
            "7",
            "meta mark | 0x10",
            "meta mark & 0xfffffffe",
            "meta mark and 0xff00 or 0x1",
            "meta mark ^ 0x3",
            "numgen inc mod 2 offset 1",
            "numgen inc mod 3 map { 0 : 1, 1 : 2, 2 : 7 }",
            "ct mark",
            "ct mark & 0xff",
            "jhash ip saddr mod 4 seed 0x1234 offset 1",
            "jhash ip saddr . tcp dport mod 3 seed 0xabcd",
            "ip saddr map @mark_by",
            "tcp dport map { 22 : 1, 80 : 2, 443 : 5 }",
            "ip6 saddr map { fd00:1::5 : 1, fd00:2::/64 : 2 }",
            "jhash ip6 daddr mod 2 seed 0x99",
            "iifname map { \"lan0\" : 1, \"wan0\" : 2, \"up0\" : 3 }",
            "ip dscp map { cs0 : 1, cs1 : 2, ef : 3 }",
            "ip protocol map { tcp : 1, udp : 2 }",
            "tcp dport map { 1-79 : 1, 80 : 2, 81-65535 : 7 }",
            "ip saddr . tcp dport map { 10.1.0.0/24 . 1-79 : 1, 10.1.0.0/24 . 80-65535 : 2 }",
            "meta mark map { 0 : 1, 1-5 : 2, * : 7 }",
            "ct state map { new : 1, established : 2 }",
            "meta l4proto map { tcp : 1, udp : 2, icmp : 7 }",
            "meta mark << 4",
            "meta mark >> 1",
            "0",
        ]);
        let of_four = value.contains("ip ") && !value.contains("ip6");
        let ported =
            value.contains("tcp dport") && line.proto.as_deref().is_some_and(|p| p != "tcp");
        let fits = !ported
            && (!of_four || four || self.family == "inet" && !six)
            && (!value.contains("ip6") || six)
            && (!bare || !value.contains("ct "))
            && (self.named || !value.contains('@'));
        if fits && of_four {
            line.family = Some(4);
        } else if fits && value.contains("ip6 ") {
            line.family = Some(6);
        }
        if fits && value.contains("tcp dport") {
            line.proto = Some("tcp".into());
        }
        format!("meta mark set {}", if fits { value } else { "0x3" })
    }

    fn remembered(&mut self, line: &mut Line, four: bool, six: bool) -> String {
        let bare = matches!(self.family, "bridge" | "netdev") || line.hook == "ingress";
        let text = self.dice.pick(&[
            "limit rate 1/hour burst 2 packets",
            "limit rate 2/minute",
            "limit rate over 1/hour burst 3 packets",
            "limit rate 3/second burst 1 packets",
            "limit rate 100 bytes/second",
            "limit rate 40 bytes/hour burst 60 bytes",
            "limit rate over 60 bytes/minute",
            "quota 100 bytes",
            "quota over 60 bytes",
            "quota until 130 bytes",
            "ct count 2",
            "ct count over 1",
            "numgen inc mod 2 0",
            "numgen inc mod 3 { 0, 1 }",
            "numgen inc mod 2 vmap { 0 : accept, 1 : continue }",
            "jhash ip saddr mod 2 seed 0x1 0",
            "jhash ip saddr . ip daddr mod 4 seed 0xdead < 2",
            "jhash tcp sport mod 2 seed 0x77 1",
            "jhash ip6 saddr . ip6 daddr mod 2 seed 0x31 0",
            "counter name \"c1\"",
            "limit name \"l1\"",
            "quota name \"q1\"",
            "counter name ip saddr map @counters",
            "add @seen { ip saddr }",
            "update @seen { ip saddr timeout 1s }",
            "add @seen { ip daddr }",
            "update @seen { ip daddr }",
            "delete @seen { ip saddr }",
            "add @full { ip saddr }",
            "update @full { ip daddr }",
            "add @slow { ip saddr limit rate 1/hour burst 2 packets }",
            "update @slow { ip saddr limit rate over 2/hour burst 1 packets }",
            "add @knock { ip saddr . tcp dport timeout 2s }",
            "update @knock { ip saddr . tcp dport counter }",
            "add @seen { ip saddr counter }",
            "add @seen6 { ip6 saddr }",
            "update @seen6 { ip6 daddr }",
            "add @few { ip saddr quota 90 bytes }",
            "add @conns { ip saddr ct count over 1 }",
            "meter m1 { ip saddr limit rate 1/hour burst 1 packets }",
            "meter m2 { ip saddr . tcp dport ct count over 1 }",
            "meter m3 size 2 { tcp dport counter }",
            "add @back { ip saddr : ip daddr }",
            "update @back { ip daddr : ip saddr }",
            "ip saddr @knocked",
            "last",
        ]);
        let tcp = line.proto.as_deref().is_none_or(|p| p == "tcp");
        let of_four = text.contains("ip ");
        let of_six = text.contains("ip6 ");
        let fits = (!of_four || four)
            && (!of_six || six)
            && (!bare || !text.contains("ct "))
            && (self.named || !text.contains('@') && !text.contains("name "))
            && (tcp || !text.contains("tcp "))
            && !text.contains("knocked")
            && (!text.contains("meter") || !line.sub);
        if !fits || text == "last" {
            return "limit rate 1/hour burst 2 packets".into();
        }
        if of_four {
            line.family = Some(4);
        }
        if of_six {
            line.family = Some(6);
        }
        if text.contains("tcp ") {
            line.proto = Some("tcp".into());
        }
        if text.starts_with("meter") {
            self.meters += 1;
            let n = self.meters;
            return text
                .replace("m1", &format!("m{n}a"))
                .replace("m2", &format!("m{n}b"))
                .replace("m3", &format!("m{n}c"));
        }
        text.to_owned()
    }

    /// What ends a rule, or nothing.
    pub(super) fn end(&mut self, line: &mut Line) -> String {
        if line.kind == "nat" && !line.sub && self.dice.chance(75) {
            return self.translated(line);
        }
        let onward = self.onward.clone();
        let rejects = matches!(line.hook, "prerouting" | "input" | "forward" | "output");
        match self.dice.below(20) {
            0..6 => "accept".into(),
            6..8 => "drop".into(),
            8 => "return".into(),
            9 => "continue".into(),
            10..13 if !onward.is_empty() => {
                let to = self.dice.one(&onward);
                format!("{} {to}", self.dice.pick(&["jump", "jump", "goto"]))
            }
            13 if !onward.is_empty() && !line.sub && line.hook != "ingress" => {
                let verb = self.dice.pick(&["jump", "goto"]);
                let what = self.dice.pick(&[
                    "tcp dport 22 accept; counter",
                    "counter drop",
                    "meta mark 1 return; meta mark set 1",
                ]);
                format!("{verb} {{ {what}; }}")
            }
            14 | 15 if rejects && line.filter() && self.may_reject(line) => self.rejected(line),
            _ => String::new(),
        }
    }

    fn may_reject(&self, line: &Line) -> bool {
        !line.sub && line.hook != "ingress" && !matches!(self.family, "bridge" | "netdev")
    }

    fn rejected(&mut self, line: &mut Line) -> String {
        let tcp = line.proto.as_deref().is_none_or(|p| p == "tcp");
        let four = self.family == "ip" || line.family == Some(4);
        let six = self.family == "ip6" || line.family == Some(6);
        let text = self.dice.pick(&[
            "reject",
            "reject with tcp reset",
            "reject with icmpx no-route",
            "reject with icmpx host-unreachable",
            "reject with icmpx admin-prohibited",
            "reject with icmpx port-unreachable",
            "reject with icmp net-unreachable",
            "reject with icmp host-unreachable",
            "reject with icmp prot-unreachable",
            "reject with icmp admin-prohibited",
            "reject with icmp net-prohibited",
            "reject with icmp port-unreachable",
            "reject with icmpv6 admin-prohibited",
            "reject with icmpv6 port-unreachable",
            "reject with icmp type host-prohibited",
            "reject with icmpv6 no-route",
            "reject with icmpv6 addr-unreachable",
            "reject with icmpv6 policy-fail",
            "reject with icmpv6 reject-route",
        ]);
        let fits = if text.contains("icmpx") {
            self.family == "inet" && line.family != Some(9)
        } else if text.contains("icmpv6") {
            six
        } else if text.contains("icmp") {
            four
        } else if text.contains("reset") {
            tcp
        } else {
            true
        };
        if !fits {
            return "reject".into();
        }
        if text.contains("reset") {
            line.proto = Some("tcp".into());
        }
        text.to_owned()
    }

    /// What a nat chain does.
    fn translated(&mut self, line: &mut Line) -> String {
        let four = self.family != "ip6" && line.family != Some(6);
        let net = if four { &self.host.four } else { &self.host.six };
        let (own, hosts) = (self.dice.one(&net.own()), self.dice.one(&net.hosts()));
        let port = self.dice.one(&PORTS);
        let lead = |host: &str| if four { host.to_owned() } else { format!("[{host}]") };
        let ip = match (self.family, four) {
            ("inet", true) => "ip ",
            ("inet", false) => "ip6 ",
            _ => "",
        };
        let ported = matches!(line.proto.as_deref(), Some("tcp" | "udp"));
        let simple = line.family != Some(9);
        let mapped = self.named && four && matches!(line.proto.as_deref(), Some("tcp") | None);
        let text = match line.hook {
            "prerouting" | "output" => match self.dice.below(9) {
                0 | 1 if simple => format!("dnat {ip}to {hosts}"),
                2 if ported && simple => format!("dnat {ip}to {}:{port}", lead(&hosts)),
                3 if ported => format!("redirect to :{port}"),
                4 => "redirect".into(),
                5 if mapped && simple => format!("dnat {ip}to tcp dport map @fwd_to"),
                6 if mapped && simple => "dnat ip addr . port to tcp dport map @fwd_svc".into(),
                7 if four && simple => {
                    let third = self.dice.one(&net.hosts());
                    format!("dnat {ip}to numgen inc mod 2 map {{ 0 : {hosts}, 1 : {third} }}")
                }
                8 if ported && simple && four => {
                    format!("dnat {ip}to {hosts}:{port}-{} persistent", port + 1)
                }
                _ => "accept".into(),
            },
            "postrouting" => match self.dice.below(7) {
                0 | 1 => "masquerade".into(),
                2 if simple => format!("snat {ip}to {own}"),
                3 if ported && simple => format!("snat {ip}to {}:1000-1003", lead(&own)),
                4 if ported => "masquerade to :2000-2010".into(),
                5 if self.named && four && simple => {
                    format!("snat {ip}to ip saddr map @snat_by")
                }
                _ => "masquerade".into(),
            },
            "input" if simple => format!("snat {ip}to {own}"),
            _ => "accept".into(),
        };
        if text.contains("tcp dport") {
            line.proto = Some("tcp".into());
        }
        text
    }
}
