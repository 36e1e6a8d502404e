//! Rules in netfilter's own words, the same in every language: what they test, what they do.

mod headers;

use chainwalk_model::{
    AddrMask, AddrTypes, AuditType, Compare, ConnbytesDir, ConnbytesMode, CtStates, Family, Found,
    IcmpMatch, IfaceMatch, Inv, IpMatch, L4, Masked, Match, NatRange, OpKind, Packet, PacketType,
    Part, PathIface, PortSide, Range, RateestOp, RecentAction, RejectWith, Rule, RuleId, Ruleset,
    Statistic, Target, TcpFlags, TimeMatch, Trace, TtlMatch, TtlOp, proto,
};
use std::fmt::Write as _;
use std::net::IpAddr;

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    /// The index of its operation.
    pub(crate) op: u16,
    /// Which condition of it.
    pub(crate) part: Part,
    /// Whether it is inverted.
    pub(crate) not: bool,
    /// What it looks at (`dport`); may be empty.
    pub(crate) name: String,
    /// What it wants there.
    pub(crate) value: String,
}

impl Term {
    /// The condition in a few words (`dport 11103`, `out !docker0`).
    pub(crate) fn text(&self) -> String {
        let not = if self.not { "!" } else { "" };
        match (self.name.is_empty(), self.value.is_empty()) {
            (true, _) => format!("{not}{}", self.value),
            (_, true) => format!("{not}{}", self.name),
            _ => format!("{} {not}{}", self.name, self.value),
        }
    }
}

/// The conditions of a rule, without those that always hold.
pub(crate) fn terms(rule: &Rule) -> Vec<Term> {
    let mut out = Vec::new();
    for (op, what) in rule.ops.iter().enumerate() {
        if let OpKind::Match(m) = &what.what {
            let mut add = |part: Part, not: bool, name: &str, value: String| {
                out.push(Term { op: op as u16, part, not, name: name.to_owned(), value });
            };
            conditions(m, &mut add);
        }
    }
    out
}

/// The conditions of a rule on one line; empty where every packet matches.
pub(crate) fn conditions_text(rule: &Rule) -> String {
    let all: Vec<String> = terms(rule).iter().map(Term::text).collect();
    all.join(" ")
}

/// Takes a condition: where it looks, whether it is inverted, its name and what it wants.
type Add<'a> = dyn FnMut(Part, bool, &str, String) + 'a;

fn conditions(m: &Match, add: &mut Add<'_>) {
    match m {
        Match::Ip(ip) => header(ip, add),
        Match::HiddenInterfaces => add(Part::InIface, false, "in, out", "?".into()),
        Match::Tcp(tcp) => {
            ports(tcp.sport, tcp.dport, add);
            if let Some(f) = tcp.flags {
                add(Part::TcpFlags, f.not, "flags", flags_wanted(f.value));
            }
            if let Some(o) = tcp.option {
                add(Part::TcpOption, o.not, "tcp-option", o.value.to_string());
            }
        }
        Match::Udp(p) => ports(p.sport, p.dport, add),
        Match::Sctp(m) => {
            ports(m.ports.sport, m.ports.dport, add);
            headers::sctp(m, add);
        }
        Match::Dccp(m) => {
            ports(m.ports.sport, m.ports.dport, add);
            headers::dccp(m, add);
        }
        Match::Icmp(i) | Match::Icmp6(i) => {
            add(Part::Icmp, i.not, "icmp-type", icmp_wanted(i.value));
        }
        Match::AddrType(a) => {
            if let Some(s) = a.src {
                add(Part::SrcType, s.not, "src-type", addr_types(s.value));
            }
            if let Some(d) = a.dst {
                add(Part::DstType, d.not, "dst-type", addr_types(d.value));
            }
        }
        Match::Comment(_) => {}
        Match::Connmark(m) => add(Part::Ctmark, m.not, "connmark", masked(m.value)),
        Match::Mark(m) => add(Part::Mark, m.not, "mark", masked(m.value)),
        Match::Conntrack(c) => {
            if let Some(s) = c.state {
                add(Part::CtState, s.not, "state", states(s.value));
            }
            let mut other = |name: &str, not: bool, value: String| {
                add(Part::CtOther, not, name, value);
            };
            if let Some(v) = c.proto {
                other("ctproto", v.not, protocol(v.value));
            }
            for (name, v) in [
                ("ctorigsrc", c.orig_src),
                ("ctorigdst", c.orig_dst),
                ("ctreplsrc", c.repl_src),
                ("ctrepldst", c.repl_dst),
            ] {
                if let Some(v) = v {
                    other(name, v.not, network(v.value));
                }
            }
            for (name, v) in [
                ("ctorigsrcport", c.orig_sport),
                ("ctorigdstport", c.orig_dport),
                ("ctreplsrcport", c.repl_sport),
                ("ctrepldstport", c.repl_dport),
            ] {
                if let Some(v) = v {
                    other(name, v.not, range(v.value));
                }
            }
            if let Some(v) = c.status {
                other("ctstatus", v.not, format!("{:#x}", v.value.0));
            }
            if let Some(v) = c.expire {
                other("ctexpire", v.not, range(v.value));
            }
            if let Some(v) = c.dir {
                other("ctdir", false, format!("{v:?}").to_uppercase());
            }
        }
        Match::State(s) => add(Part::CtState, s.not, "state", states(s.value)),
        Match::Devgroup { src, dst } => {
            for (name, v) in [("src-group", src), ("dst-group", dst)] {
                if let Some(v) = v {
                    add(Part::Module, v.not, name, masked(v.value));
                }
            }
        }
        Match::Dscp(v) => add(Part::Tos, v.not, "dscp", format!("{:#04x}", v.value)),
        Match::Ecn(_) => add(Part::Module, false, "ecn", String::new()),
        Match::Hashlimit(h) => {
            let way = if h.above { "above" } else { "up to" };
            let rate = format!("{way} {}/{}", h.rate.count, period(h.rate.period_s));
            add(Part::Limit, false, "hashlimit", rate);
        }
        Match::Iprange { src, dst } => {
            if let Some(v) = src {
                add(Part::Src, v.not, "from", between(v.value));
            }
            if let Some(v) = dst {
                add(Part::Dst, v.not, "to", between(v.value));
            }
        }
        Match::Length(v) => add(Part::Length, v.not, "length", range(v.value)),
        Match::Limit { rate, burst } => {
            let value = format!("{}/{} burst {burst}", rate.count, period(rate.period_s));
            add(Part::Limit, false, "limit", value);
        }
        Match::Mac(v) => add(Part::Mac, v.not, "mac", mac(v.value.0)),
        Match::Multiport { side, ports } => {
            let (part, name) = match side {
                PortSide::Source => (Part::Sport, "sports"),
                PortSide::Destination => (Part::Dport, "dports"),
                PortSide::Either => (Part::AnyPort, "ports"),
            };
            let list: Vec<String> = ports.value.iter().map(|r| range(*r)).collect();
            add(part, ports.not, name, list.join(","));
        }
        Match::Owner { uid, gid, socket, .. } => {
            if let Some(v) = uid {
                add(Part::Owner, v.not, "uid", range(v.value));
            }
            if let Some(v) = gid {
                add(Part::Owner, v.not, "gid", range(v.value));
            }
            if let Some(v) = socket {
                add(Part::Owner, v.not, "socket-exists", String::new());
            }
        }
        Match::Physdev(p) => {
            if let Some(v) = &p.iniface {
                add(Part::PhysIn, v.not, "physdev-in", iface(&v.value));
            }
            if let Some(v) = &p.outiface {
                add(Part::PhysOut, v.not, "physdev-out", iface(&v.value));
            }
            for (name, part, v) in [
                ("physdev-is-in", Part::PhysIn, p.is_in),
                ("physdev-is-out", Part::PhysOut, p.is_out),
                ("physdev-is-bridged", Part::PhysBridged, p.is_bridged),
            ] {
                if let Some(v) = v {
                    add(part, v.not, name, String::new());
                }
            }
        }
        Match::Pkttype(v) => {
            let name = match v.value {
                PacketType::Host => "unicast",
                PacketType::Broadcast => "broadcast",
                PacketType::Multicast => "multicast",
                PacketType::Other => "otherhost",
            };
            add(Part::PktType, v.not, "pkttype", name.into());
        }
        Match::Quota(v) => add(Part::Quota, v.not, "quota", format!("{} B", v.value)),
        Match::Recent(r) => {
            let name = match r.action.value {
                RecentAction::Set => "recent set",
                RecentAction::Check => "recent rcheck",
                RecentAction::Update => "recent update",
                RecentAction::Remove => "recent remove",
            };
            add(Part::Recent, r.action.not, name, r.name.to_string());
        }
        Match::Rpfilter(_) => add(Part::Module, false, "rpfilter", String::new()),
        Match::Set(s) => {
            let dirs: Vec<&str> = s.dirs.iter().map(|d| if *d { "src" } else { "dst" }).collect();
            let mut value = format!("{} {}", s.set, dirs.join(","));
            if s.options.return_nomatch {
                value += " return-nomatch";
            }
            for (what, counter) in [("packets", s.options.packets), ("bytes", s.options.bytes)] {
                let Some(asked) = counter else { continue };
                let (sign, number) = match asked.value {
                    Compare::Eq(n) if asked.not => ("!=", n),
                    Compare::Eq(n) => ("=", n),
                    Compare::Gt(n) => (">", n),
                    Compare::Lt(n) => ("<", n),
                };
                let _ = write!(value, " {what} {sign} {number}");
            }
            add(Part::Set, s.not, "set", value);
        }
        Match::Statistic(s) => match s.value {
            Statistic::Random(p) => add(Part::Random, s.not, "random", percent(p)),
            Statistic::Nth { every, packet } => {
                add(Part::Nth, s.not, "nth", format!("{packet}/{every}"));
            }
        },
        Match::String(s) => {
            let text = String::from_utf8_lossy(&s.pattern).into_owned();
            add(Part::Module, s.not, "string", format!("{text:?}"));
        }
        Match::Tos(v) => {
            let value = format!("{:#04x}/{:#04x}", v.value.value, v.value.mask);
            add(Part::Tos, v.not, "tos", value);
        }
        Match::Ttl(t) => match t {
            TtlMatch::Eq(v) => add(Part::Ttl, v.not, "ttl", v.value.to_string()),
            TtlMatch::Lt(v) => add(Part::Ttl, false, "ttl", format!("< {v}")),
            TtlMatch::Gt(v) => add(Part::Ttl, false, "ttl", format!("> {v}")),
        },
        Match::U32(v) => add(Part::Module, v.not, "u32", v.value.to_string()),
        Match::Connbytes(c) => {
            let dir = match c.dir {
                ConnbytesDir::Original => "original",
                ConnbytesDir::Reply => "reply",
                ConnbytesDir::Both => "both",
            };
            let what = match c.mode {
                ConnbytesMode::Packets => "packets",
                ConnbytesMode::Bytes => "bytes",
                ConnbytesMode::Avgpkt => "bytes/packet",
            };
            let Range { first, last } = c.range.value;
            let last = if last == u64::MAX { String::new() } else { last.to_string() };
            let value = format!("{first}:{last} {what} {dir}");
            add(Part::Connbytes, c.range.not, "connbytes", value);
        }
        Match::Connlabel { label, .. } => {
            add(Part::Connlabel, label.not, "connlabel", label.value.to_string());
        }
        Match::Connlimit(c) => {
            let side = if c.by_dest { "dst" } else { "src" };
            let sign = if c.above { ">" } else { "<=" };
            let value = format!("{side}/{} {sign} {}", c.mask, c.limit);
            add(Part::Connlimit, false, "connlimit", value);
        }
        Match::Helper(name) => {
            let any = if name.value.is_empty() { "*" } else { &name.value };
            add(Part::Helper, name.not, "helper", any.to_owned());
        }
        Match::Rateest(r) => {
            let sign = match r.op.value {
                RateestOp::Less => "<",
                RateestOp::Greater => ">",
                RateestOp::Equal => "=",
            };
            let other = r.second.as_deref().unwrap_or_default();
            let value = format!("{} {sign} {other}", r.first);
            add(Part::Module, r.op.not, "rateest", value.trim_end().to_owned());
        }
        Match::Socket(s) => {
            let words: Vec<&str> = [
                (s.transparent, "transparent"),
                (s.nowildcard, "nowildcard"),
                (s.restore_skmark, "restore-skmark"),
            ]
            .into_iter()
            .filter_map(|(on, word)| on.then_some(word))
            .collect();
            add(Part::Socket, false, "socket", words.join(" "));
        }
        Match::Time(m) => times(m, add),
        Match::Opaque(o) => add(Part::Module, false, "", o.text.to_string()),
        // What else looks at a header, or at what carries the packet.
        Match::Ah(_)
        | Match::Bpf(_)
        | Match::Cgroup(_)
        | Match::Cluster(_)
        | Match::Cpu(_)
        | Match::Dst(_)
        | Match::Esp(_)
        | Match::Eui64
        | Match::Frag(_)
        | Match::Hbh(_)
        | Match::Ipcomp { .. }
        | Match::Ipv6Header(_)
        | Match::Ipvs(_)
        | Match::Mh(_)
        | Match::Nfacct(_)
        | Match::Osf(_)
        | Match::Policy(_)
        | Match::Realm(_)
        | Match::Rt(_)
        | Match::Srh(_)
        | Match::Tcpmss(_) => headers::conditions(m, add),
    }
}

/// The spans that a clock must be in; what is not said is left out.
fn times(m: &TimeMatch, add: &mut Add<'_>) {
    let zone = if m.kerneltz { " (kernel tz)" } else { "" };
    let clock = |s: u32| format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    let mut out = Vec::new();
    if m.daytime != (Range { first: 0, last: TimeMatch::LAST_SECOND }) {
        out.push(format!("{}-{}", clock(m.daytime.first), clock(m.daytime.last)));
    }
    if m.weekdays != TimeMatch::ALL_WEEKDAYS {
        let days = TimeMatch::WEEKDAYS.iter().enumerate();
        let days: Vec<&str> =
            days.filter(|(at, _)| m.weekdays & 2 << at != 0).map(|(_, day)| *day).collect();
        out.push(days.join(","));
    }
    if m.monthdays != TimeMatch::ALL_MONTHDAYS {
        let days = (1..32_u32).filter(|day| m.monthdays & 1 << day != 0);
        out.push(days.map(|day| day.to_string()).collect::<Vec<_>>().join(","));
    }
    if m.dates.first > 0 {
        out.push(format!(">= {}", moment(m.dates.first.into())));
    }
    if m.dates.last < TimeMatch::LAST_DATE {
        out.push(format!("<= {}", moment(m.dates.last.into())));
    }
    add(Part::Time, false, "time", format!("{}{zone}", out.join(" ")));
}

/// Seconds since 1970 as `2026-11-22T10:00:00Z`.
pub(crate) fn moment(seconds: u64) -> String {
    // The civil date of a day, counted from 1 March of the year 0.
    let day = seconds / 86_400 + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let s = seconds % 86_400;
    format!("{year}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", s / 3600, s / 60 % 60, s % 60)
}

fn header(ip: &IpMatch, add: &mut Add<'_>) {
    if let Some(v) = &ip.iniface {
        add(Part::InIface, v.not, "in", iface(&v.value));
    }
    if let Some(v) = &ip.outiface {
        add(Part::OutIface, v.not, "out", iface(&v.value));
    }
    if let Some(v) = ip.src {
        add(Part::Src, v.not, "from", network(v.value));
    }
    if let Some(v) = ip.dst {
        add(Part::Dst, v.not, "to", network(v.value));
    }
    if let Some(v) = ip.proto {
        add(Part::Proto, v.not, "", protocol(v.value));
    }
    if let Some(v) = ip.fragment {
        add(Part::Fragment, v.not, "fragment", String::new());
    }
}

fn ports(sport: Option<Inv<Range<u16>>>, dport: Option<Inv<Range<u16>>>, add: &mut Add<'_>) {
    if let Some(v) = sport {
        add(Part::Sport, v.not, "sport", range(v.value));
    }
    if let Some(v) = dport {
        add(Part::Dport, v.not, "dport", range(v.value));
    }
}

/// An interface of a path, by its name; `?` where it is not known.
pub(crate) fn iface_word(iface: &PathIface) -> Option<&str> {
    match iface {
        PathIface::None => None,
        PathIface::Unknown => Some("?"),
        PathIface::Named(name) => Some(name),
    }
}

/// The last target of a rule, what it does once everything holds.
pub(crate) fn target(rule: &Rule) -> Option<&Target> {
    rule.ops.iter().rev().find_map(|op| match &op.what {
        OpKind::Target(target) => Some(target),
        OpKind::Match(_) => None,
    })
}

/// A target in netfilter's words (`REJECT host-prohibited`, `DNAT 172.18.0.6:80`).
pub(crate) fn target_text(rules: &Ruleset, target: &Target) -> String {
    match target {
        Target::Accept => "ACCEPT".into(),
        Target::Drop => "DROP".into(),
        Target::Return => "RETURN".into(),
        Target::Jump(chain) => rules.chain(*chain).name.to_string(),
        Target::Goto(chain) => format!("goto {}", rules.chain(*chain).name),
        Target::Queue { num, bypass, .. } => {
            format!("NFQUEUE {num}{}", if *bypass { " bypass" } else { "" })
        }
        Target::Reject(with) => format!("REJECT {}", reject(*with)),
        Target::Log { prefix, nflog, .. } => {
            let name = if *nflog { "NFLOG" } else { "LOG" };
            if prefix.is_empty() { name.into() } else { format!("{name} {prefix:?}") }
        }
        Target::Mark(m) => format!("MARK {}", masked(*m)),
        Target::Connmark { .. } => "CONNMARK".into(),
        Target::Dnat(to) => nat("DNAT", *to),
        Target::Snat(to) => nat("SNAT", *to),
        Target::Masquerade(to) => nat("MASQUERADE", *to),
        Target::Redirect(to) => nat("REDIRECT", *to),
        Target::Netmap(to) => format!("NETMAP {}", network(*to)),
        Target::Ct(ct) => if ct.notrack { "NOTRACK" } else { "CT" }.into(),
        Target::Tos(v) => format!("TOS {:#04x}", v.value),
        Target::Dscp(v) => format!("DSCP {v:#04x}"),
        Target::Ttl(op) => match op {
            TtlOp::Set(n) => format!("TTL {n}"),
            TtlOp::Inc(n) => format!("TTL +{n}"),
            TtlOp::Dec(n) => format!("TTL -{n}"),
        },
        Target::Tcpmss(_) => "TCPMSS".into(),
        Target::Set(_) => "SET".into(),
        Target::Trace => "TRACE".into(),
        Target::Checksum => "CHECKSUM".into(),
        Target::Audit(kind) => match kind {
            AuditType::Accept => "AUDIT accept".into(),
            AuditType::Drop => "AUDIT drop".into(),
            AuditType::Reject => "AUDIT reject".into(),
        },
        Target::Classify { major, minor } => format!("CLASSIFY {major:x}:{minor:x}"),
        Target::Clusterip(_) => "CLUSTERIP".into(),
        Target::Connsecmark { restore } => {
            format!("CONNSECMARK {}", if *restore { "restore" } else { "save" })
        }
        Target::Dnpt(pair) => {
            format!("DNPT {}/{} {}/{}", pair.from.addr, pair.from.len, pair.to.addr, pair.to.len)
        }
        Target::Ecn(_) => "ECN".into(),
        Target::Hmark(m) => format!("HMARK {:#x} + {}", m.offset, m.modulus),
        Target::Idletimer { timeout, label, .. } => format!("IDLETIMER {label} {timeout} s"),
        Target::Led { id, .. } => format!("LED {id}"),
        Target::Rateest(set) => format!("RATEEST {}", set.name),
        Target::Secmark(context) => format!("SECMARK {context}"),
        Target::Snpt(pair) => {
            format!("SNPT {}/{} {}/{}", pair.from.addr, pair.from.len, pair.to.addr, pair.to.len)
        }
        Target::Synproxy(_) => "SYNPROXY".into(),
        Target::Tcpoptstrip(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(u8::to_string).collect();
            format!("TCPOPTSTRIP {}", kinds.join(","))
        }
        Target::Tee { gateway, .. } => format!("TEE {gateway}"),
        Target::Tproxy(to) => {
            let addr = to.addr.map(|a| a.to_string()).unwrap_or_default();
            format!("TPROXY {addr}:{}", to.port)
        }
        Target::Ulog { prefix, .. } if prefix.is_empty() => "ULOG".into(),
        Target::Ulog { prefix, .. } => format!("ULOG {prefix:?}"),
        Target::Opaque(o) => o.text.to_string(),
    }
}

fn nat(name: &str, to: NatRange) -> String {
    let addr = to.addrs.map(between).unwrap_or_default();
    let port = to.ports.map(|p| format!(":{}", range(p).replace(':', "-"))).unwrap_or_default();
    if addr.is_empty() && port.is_empty() { name.into() } else { format!("{name} {addr}{port}") }
}

/// What REJECT sends, without its family.
pub(crate) fn reject(with: RejectWith) -> &'static str {
    match with {
        RejectWith::NetUnreachable => "net-unreachable",
        RejectWith::HostUnreachable => "host-unreachable",
        RejectWith::ProtoUnreachable => "proto-unreachable",
        RejectWith::PortUnreachable => "port-unreachable",
        RejectWith::NetProhibited => "net-prohibited",
        RejectWith::HostProhibited => "host-prohibited",
        RejectWith::AdminProhibited => "admin-prohibited",
        RejectWith::TcpReset => "tcp-reset",
        RejectWith::NoRoute6 => "no-route",
        RejectWith::AddrUnreachable6 => "addr-unreachable",
        RejectWith::PolicyFail6 => "policy-fail",
        RejectWith::RejectRoute6 => "reject-route",
    }
}

/// The CSS class of a table.
pub(crate) fn table_class(name: &str) -> &'static str {
    match name {
        "nat" => "nat",
        "mangle" => "mangle",
        "raw" => "raw",
        "security" => "security",
        _ => "filter",
    }
}

/// A table's name, with its family where it is not IPv4.
pub(crate) fn table_name(family: Family, name: &str) -> String {
    match family {
        Family::Ip => name.to_owned(),
        Family::Ip6 => format!("ip6 {name}"),
        Family::Inet => format!("inet {name}"),
        Family::Arp => format!("arp {name}"),
        Family::Bridge => format!("bridge {name}"),
        Family::Netdev => format!("netdev {name}"),
    }
}

/// `filter FORWARD`.
pub(crate) fn chain_path(rules: &Ruleset, chain: chainwalk_model::ChainId) -> String {
    let c = rules.chain(chain);
    let table = rules.table(c.table);
    format!("{} {}", table_name(table.family, &table.name), c.name)
}

/// Table, chain and number of a rule.
pub(crate) fn place(rules: &Ruleset, rule: RuleId) -> (String, u32) {
    let r = rules.rule(rule);
    (chain_path(rules, r.chain), r.number)
}

/// A network in prefix notation where it has a prefix; a host without its length.
pub(crate) fn network(v: AddrMask) -> String {
    let (bits, all) = match v.mask {
        IpAddr::V4(m) => (u128::from(m.to_bits()) << 96, 32),
        IpAddr::V6(m) => (m.to_bits(), 128),
    };
    let len = bits.leading_ones();
    if len == all {
        v.addr.to_string()
    } else if bits.checked_shl(len).unwrap_or(0) == 0 {
        format!("{}/{len}", v.addr)
    } else {
        format!("{}/{}", v.addr, v.mask)
    }
}

fn between(v: Range<IpAddr>) -> String {
    if v.first == v.last { v.first.to_string() } else { format!("{}-{}", v.first, v.last) }
}

fn range<T: Copy + PartialEq + std::fmt::Display>(v: Range<T>) -> String {
    if v.first == v.last { v.first.to_string() } else { format!("{}:{}", v.first, v.last) }
}

fn masked(v: Masked<u32>) -> String {
    if v.mask == u32::MAX || v.mask == v.value {
        hex(v.value)
    } else {
        format!("{}/{}", hex(v.value), hex(v.mask))
    }
}

/// A mark: 0 as 0, everything else in hex.
pub(crate) fn hex(v: u32) -> String {
    if v == 0 { "0".into() } else { format!("{v:#x}") }
}

fn iface(v: &IfaceMatch) -> String {
    format!("{}{}", v.name, if v.prefix { "+" } else { "" })
}

fn addr_types(v: AddrTypes) -> String {
    bit_names(u32::from(v.0), &AddrTypes::NAMES)
}

/// Conntrack states by name.
pub(crate) fn states(v: CtStates) -> String {
    bit_names(u32::from(v.0), &CtStates::NAMES)
}

fn bit_names(bits: u32, names: &[&str]) -> String {
    let set: Vec<&str> =
        names.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, n)| *n).collect();
    set.join(",")
}

/// A protocol by its usual name.
pub(crate) fn protocol(number: u8) -> String {
    match number {
        proto::ICMP => "icmp".into(),
        2 => "igmp".into(),
        4 => "ipencap".into(),
        proto::TCP => "tcp".into(),
        proto::UDP => "udp".into(),
        41 => "ipv6".into(),
        proto::GRE => "gre".into(),
        50 => "esp".into(),
        51 => "ah".into(),
        proto::ICMPV6 => "icmpv6".into(),
        89 => "ospf".into(),
        103 => "pim".into(),
        112 => "vrrp".into(),
        proto::SCTP => "sctp".into(),
        proto::UDPLITE => "udplite".into(),
        n => format!("proto {n}"),
    }
}

/// TCP flags by name, the word `none` for none.
pub(crate) fn flags(v: TcpFlags) -> String {
    const NAMES: [(&str, TcpFlags); 8] = [
        ("SYN", TcpFlags::SYN),
        ("FIN", TcpFlags::FIN),
        ("RST", TcpFlags::RST),
        ("PSH", TcpFlags::PSH),
        ("ACK", TcpFlags::ACK),
        ("URG", TcpFlags::URG),
        ("ECE", TcpFlags::ECE),
        ("CWR", TcpFlags::CWR),
    ];
    let set: Vec<&str> = NAMES.iter().filter(|(_, f)| v.has(*f)).map(|(n, _)| *n).collect();
    if set.is_empty() { "none".into() } else { set.join(" ") }
}

fn flags_wanted(v: Masked<TcpFlags>) -> String {
    if v.mask.0 == 0x17 && v.value == TcpFlags::SYN {
        "SYN".into()
    } else {
        format!("{}/{}", flags(v.value), flags(v.mask)).replace(' ', ",")
    }
}

fn icmp_wanted(v: IcmpMatch) -> String {
    let code = if v.code.first == 0 && v.code.last == 255 {
        String::new()
    } else {
        format!("/{}", range(v.code))
    };
    match v.kind {
        None => "any".into(),
        Some(kind) => format!("{kind}{code}"),
    }
}

fn period(seconds: u32) -> &'static str {
    match seconds {
        1 => "s",
        60 => "min",
        3600 => "h",
        _ => "day",
    }
}

fn mac(v: [u8; 6]) -> String {
    let parts: Vec<String> = v.iter().map(|b| format!("{b:02x}")).collect();
    parts.join(":")
}

/// A probability as a person reads it (`33.3%`).
pub(crate) fn percent(p: f64) -> String {
    let tenths = (p * 1000.0).round() / 10.0;
    if p > 0.0 && tenths < 0.1 {
        "<0.1%".into()
    } else if (tenths - tenths.round()).abs() < 1e-9 {
        format!("{tenths:.0}%")
    } else {
        format!("{tenths:.1}%")
    }
}

/// What a check found, in netfilter's words; empty where there was nothing.
pub(crate) fn found(v: &Found) -> String {
    match v {
        Found::Nothing => String::new(),
        Found::Addr(a) => a.to_string(),
        Found::Number(n) => n.to_string(),
        Found::Hex(n) => hex(*n as u32),
        Found::Time(n) => moment(*n),
        Found::Proto(p) => protocol(*p),
        Found::Name(n) => n.to_string(),
        // Whether an address was rewritten is no state of its own.
        Found::States(s) if s.0 & 0x1f != 0 => states(CtStates(s.0 & 0x1f)),
        Found::States(s) => states(*s),
        Found::Flags(f) => flags(*f),
        Found::AddrTypes(a) => addr_types(*a),
    }
}

/// An address with a port where there is one.
pub(crate) fn endpoint(addr: IpAddr, port: Option<u16>) -> String {
    match (addr, port) {
        (_, None) => addr.to_string(),
        (IpAddr::V4(a), Some(p)) => format!("{a}:{p}"),
        (IpAddr::V6(a), Some(p)) => format!("[{a}]:{p}"),
    }
}

/// Where a packet is from; `?` where nobody told.
pub(crate) fn source(trace: &Trace, packet: &Packet) -> String {
    end(trace, packet.ip.src, packet.sport())
}

/// Where a packet is bound; `?` where nobody told.
pub(crate) fn destination(trace: &Trace, packet: &Packet) -> String {
    end(trace, packet.ip.dst, packet.dport())
}

/// An end's address; `?` where nobody told.
pub(crate) fn address(trace: &Trace, addr: IpAddr) -> String {
    end(trace, addr, None)
}

fn end(trace: &Trace, addr: IpAddr, port: Option<u16>) -> String {
    match port {
        _ if !(trace.sent.untold && addr.is_unspecified()) => endpoint(addr, port),
        Some(port) => format!("?:{port}"),
        None => "?".to_owned(),
    }
}

/// What kind of packet it is, in a word (`SYN`, `UDP`, `ICMP 3/10`).
pub(crate) fn packet_word(packet: &Packet) -> String {
    match &packet.l4 {
        L4::Tcp(t) => flags(t.flags).replace(' ', "+").replace("none", "TCP"),
        L4::Udp { .. } => "UDP".into(),
        L4::Sctp { .. } => "SCTP".into(),
        L4::Icmp(i) => format!("ICMP {}/{}", i.kind, i.code),
        L4::Other => protocol(packet.ip.proto).to_uppercase(),
    }
}

/// The lane's name of a packet, shorter still.
pub(crate) fn lane_word(packet: &Packet) -> String {
    match &packet.l4 {
        L4::Icmp(_) => "ICMP".into(),
        L4::Tcp(t) if t.flags.has(TcpFlags::RST) => "RST".into(),
        _ => packet_word(packet),
    }
}
