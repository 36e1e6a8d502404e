//! The targets of a rule.

use super::net::PORTS;
use super::rules::{MARKS, Scribe};
use super::sets;

impl Scribe<'_> {
    pub(super) fn target(
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
