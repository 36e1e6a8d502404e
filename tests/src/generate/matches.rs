//! The matches of a rule.

use super::net::PORTS;
use super::rules::{MARKS, Scribe};
use super::sets;
use std::fmt::Write as _;

impl Scribe<'_> {
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

    pub(super) fn test(
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

    pub(super) fn mark_mask(&mut self) -> String {
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
}
