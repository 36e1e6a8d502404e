//! The conditions of a rule in netfilter's own words, the same in every language.

mod headers;
mod nft;
mod term;

use crate::values::{
    addr_types, between, flags_wanted, icmp_wanted, iface, mac, masked, moment, network, percent,
    period, protocol, range, states,
};
use chainwalk_model::Printer;
use chainwalk_model::{
    Compare, ConditionKind, ConnbytesDir, ConnbytesMode, Inv, IpMatch, Match, OpKind, PacketType,
    PortSide, Range, RateestOp, RecentAction, Rule, Ruleset, Statistic, TimeMatch, TtlMatch,
};
use std::fmt::Write as _;
use term::Add;

pub(crate) use term::Term;

/// The conditions of a rule, without those that always hold.
pub(crate) fn terms(rules: &Ruleset, rule: &Rule) -> Vec<Term> {
    let mut out = Vec::new();
    for (op, what) in rule.ops.iter().enumerate() {
        if let OpKind::Match(m) = &what.what {
            let mut add = |part: ConditionKind, not: bool, name: &str, value: String| {
                let name = name.to_owned();
                out.push(Term { op: op as u16, part, not, sign: "!", name, value });
            };
            conditions(m, &mut add);
        }
        if let OpKind::Match(Match::Nft(condition)) = &what.what {
            out.extend(nft::term(op as u16, condition, &Printer::short(rules)));
        }
    }
    out
}

/// The conditions of a rule on one line; empty where every packet matches.
pub(crate) fn conditions_text(rules: &Ruleset, rule: &Rule) -> String {
    let all: Vec<String> = terms(rules, rule).iter().map(Term::text).collect();
    all.join(" ")
}

/// The same for a sentence: without the interfaces that a listing hides, which it tells elsewhere.
pub(crate) fn seen_conditions(rules: &Ruleset, rule: &Rule) -> String {
    let hidden = |t: &Term| {
        let op = rule.ops.get(usize::from(t.op)).map(|op| &op.what);
        matches!(op, Some(OpKind::Match(Match::HiddenInterfaces)))
    };
    let all: Vec<String> =
        terms(rules, rule).iter().filter(|t| !hidden(t)).map(Term::text).collect();
    all.join(" ")
}

fn conditions(m: &Match, add: &mut Add<'_>) {
    match m {
        Match::Ip(ip) => header(ip, add),
        Match::HiddenInterfaces => add(ConditionKind::InIface, false, "in, out", "?".into()),
        Match::Tcp(tcp) => {
            ports(tcp.sport, tcp.dport, add);
            if let Some(f) = tcp.flags {
                add(ConditionKind::TcpFlags, f.not, "flags", flags_wanted(f.value));
            }
            if let Some(o) = tcp.option {
                add(ConditionKind::TcpOption, o.not, "tcp-option", o.value.to_string());
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
            add(ConditionKind::Icmp, i.not, "icmp-type", icmp_wanted(i.value));
        }
        Match::AddrType(a) => {
            if let Some(s) = a.src {
                add(ConditionKind::SrcType, s.not, "src-type", addr_types(s.value));
            }
            if let Some(d) = a.dst {
                add(ConditionKind::DstType, d.not, "dst-type", addr_types(d.value));
            }
        }
        Match::Connmark(m) => add(ConditionKind::Ctmark, m.not, "connmark", masked(m.value)),
        Match::Mark(m) => add(ConditionKind::Mark, m.not, "mark", masked(m.value)),
        Match::Conntrack(c) => {
            if let Some(s) = c.state {
                add(ConditionKind::CtState, s.not, "state", states(s.value));
            }
            let mut other = |name: &str, not: bool, value: String| {
                add(ConditionKind::CtOther, not, name, value);
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
        Match::State(s) => add(ConditionKind::CtState, s.not, "state", states(s.value)),
        Match::Devgroup { src, dst } => {
            for (name, v) in [("src-group", src), ("dst-group", dst)] {
                if let Some(v) = v {
                    add(ConditionKind::Module, v.not, name, masked(v.value));
                }
            }
        }
        Match::Dscp(v) => add(ConditionKind::Tos, v.not, "dscp", format!("{:#04x}", v.value)),
        Match::Ecn(_) => add(ConditionKind::Module, false, "ecn", String::new()),
        Match::Hashlimit(h) => {
            let way = if h.above { "above" } else { "up to" };
            let rate = format!("{way} {}/{}", h.rate.count, period(h.rate.period_s));
            add(ConditionKind::Limit, false, "hashlimit", rate);
        }
        Match::Iprange(m) => {
            if let Some(v) = m.src {
                add(ConditionKind::Src, v.not, "from", between(v.value));
            }
            if let Some(v) = m.dst {
                add(ConditionKind::Dst, v.not, "to", between(v.value));
            }
        }
        Match::Length(v) => add(ConditionKind::Length, v.not, "length", range(v.value)),
        Match::Limit { rate, burst } => {
            let value = format!("{}/{} burst {burst}", rate.count, period(rate.period_s));
            add(ConditionKind::Limit, false, "limit", value);
        }
        Match::Mac(v) => add(ConditionKind::Mac, v.not, "mac", mac(v.value.0)),
        Match::Multiport { side, ports } => {
            let (part, name) = match side {
                PortSide::Source => (ConditionKind::Sport, "sports"),
                PortSide::Destination => (ConditionKind::Dport, "dports"),
                PortSide::Either => (ConditionKind::AnyPort, "ports"),
            };
            let list: Vec<String> = ports.value.iter().map(|r| range(*r)).collect();
            add(part, ports.not, name, list.join(","));
        }
        Match::Owner { uid, gid, socket, .. } => {
            if let Some(v) = uid {
                add(ConditionKind::Owner, v.not, "uid", range(v.value));
            }
            if let Some(v) = gid {
                add(ConditionKind::Owner, v.not, "gid", range(v.value));
            }
            if let Some(v) = socket {
                add(ConditionKind::Owner, v.not, "socket-exists", String::new());
            }
        }
        Match::Physdev(p) => {
            if let Some(v) = &p.iniface {
                add(ConditionKind::PhysIn, v.not, "physdev-in", iface(&v.value));
            }
            if let Some(v) = &p.outiface {
                add(ConditionKind::PhysOut, v.not, "physdev-out", iface(&v.value));
            }
            for (name, part, v) in [
                ("physdev-is-in", ConditionKind::PhysIn, p.is_in),
                ("physdev-is-out", ConditionKind::PhysOut, p.is_out),
                ("physdev-is-bridged", ConditionKind::PhysBridged, p.is_bridged),
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
            add(ConditionKind::PktType, v.not, "pkttype", name.into());
        }
        Match::Quota(v) => add(ConditionKind::Quota, v.not, "quota", format!("{} B", v.value)),
        Match::Recent(r) => {
            let name = match r.action.value {
                RecentAction::Set => "recent set",
                RecentAction::Check => "recent rcheck",
                RecentAction::Update => "recent update",
                RecentAction::Remove => "recent remove",
            };
            add(ConditionKind::Recent, r.action.not, name, r.name.to_string());
        }
        Match::Rpfilter(_) => add(ConditionKind::Module, false, "rpfilter", String::new()),
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
            add(ConditionKind::Set, s.not, "set", value);
        }
        Match::Statistic(s) => match s.value {
            Statistic::Random(p) => add(ConditionKind::Random, s.not, "random", percent(p)),
            Statistic::Nth { every, packet } => {
                add(ConditionKind::Nth, s.not, "nth", format!("{packet}/{every}"));
            }
        },
        Match::String(s) => {
            let text = String::from_utf8_lossy(&s.pattern).into_owned();
            add(ConditionKind::Module, s.not, "string", format!("{text:?}"));
        }
        Match::Tos(v) => {
            let value = format!("{:#04x}/{:#04x}", v.value.value, v.value.mask);
            add(ConditionKind::Tos, v.not, "tos", value);
        }
        Match::Ttl(t) => match t {
            TtlMatch::Eq(v) => add(ConditionKind::Ttl, v.not, "ttl", v.value.to_string()),
            TtlMatch::Lt(v) => add(ConditionKind::Ttl, false, "ttl", format!("< {v}")),
            TtlMatch::Gt(v) => add(ConditionKind::Ttl, false, "ttl", format!("> {v}")),
        },
        Match::U32(v) => add(ConditionKind::Module, v.not, "u32", v.value.to_string()),
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
            add(ConditionKind::Connbytes, c.range.not, "connbytes", value);
        }
        Match::Connlabel { label, .. } => {
            add(ConditionKind::Connlabel, label.not, "connlabel", label.value.to_string());
        }
        Match::Connlimit(c) => {
            let side = if c.by_dest { "dst" } else { "src" };
            let sign = if c.above { ">" } else { "<=" };
            let value = format!("{side}/{} {sign} {}", c.mask, c.limit);
            add(ConditionKind::Connlimit, false, "connlimit", value);
        }
        Match::Helper(name) => {
            let any = if name.value.is_empty() { "*" } else { &name.value };
            add(ConditionKind::Helper, name.not, "helper", any.to_owned());
        }
        Match::Rateest(r) => {
            let sign = match r.op.value {
                RateestOp::Less => "<",
                RateestOp::Greater => ">",
                RateestOp::Equal => "=",
            };
            let other = r.second.as_deref().unwrap_or_default();
            let value = format!("{} {sign} {other}", r.first);
            add(ConditionKind::Module, r.op.not, "rateest", value.trim_end().to_owned());
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
            add(ConditionKind::Socket, false, "socket", words.join(" "));
        }
        Match::Time(m) => times(m, add),
        Match::Opaque(o) => add(ConditionKind::Module, false, "", o.text.to_string()),
        Match::Ah(m) => headers::ah(m, add),
        Match::Esp(spi) => headers::index("esp", "spi", *spi, add),
        Match::Ipcomp { spi, reserved } => {
            headers::index("ipcomp", "cpi", *spi, add);
            headers::flag(*reserved, ConditionKind::Reserved, "reserved 0", add);
        }
        Match::Frag(m) => headers::frag(m, add),
        Match::Rt(m) => headers::rt(m, add),
        Match::Hbh(m) => headers::options("hop-by-hop", m, add),
        Match::Dst(m) => headers::options("dest-options", m, add),
        Match::Mh(Some(v)) => add(ConditionKind::HeaderType, v.not, "mh-type", range(v.value)),
        Match::Mh(None) => add(ConditionKind::HeaderType, false, "mobility header", String::new()),
        Match::Ipv6Header(m) => headers::ipv6(*m, add),
        Match::Srh(m) => headers::srh(m, add),
        Match::Eui64 => add(ConditionKind::Module, false, "eui64", String::new()),
        Match::Tcpmss(v) => add(ConditionKind::Mss, v.not, "mss", range(v.value)),
        Match::Realm(v) => add(ConditionKind::Realm, v.not, "realm", masked(v.value)),
        Match::Cpu(v) => add(ConditionKind::Module, v.not, "cpu", v.value.to_string()),
        Match::Cluster(m) => {
            let value = format!("{:#x} of {}", m.nodes.value, m.total);
            add(ConditionKind::Node, m.nodes.not, "cluster nodes", value);
        }
        Match::Bpf(code) => headers::bpf(code, add),
        Match::Cgroup(m) => headers::cgroup(m, add),
        Match::Policy(m) => headers::policy(m, add),
        Match::Ipvs(m) => headers::ipvs(m, add),
        Match::Osf(m) => add(ConditionKind::Module, m.genre.not, "os", m.genre.value.to_string()),
        // What always holds, and what is written as nft does.
        Match::Comment(_) | Match::Nfacct(_) | Match::Nft(_) => {}
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
    add(ConditionKind::Time, false, "time", format!("{}{zone}", out.join(" ")));
}

fn header(ip: &IpMatch, add: &mut Add<'_>) {
    if let Some(v) = &ip.iniface {
        add(ConditionKind::InIface, v.not, "in", iface(&v.value));
    }
    if let Some(v) = &ip.outiface {
        add(ConditionKind::OutIface, v.not, "out", iface(&v.value));
    }
    if let Some(v) = ip.src {
        add(ConditionKind::Src, v.not, "from", network(v.value));
    }
    if let Some(v) = ip.dst {
        add(ConditionKind::Dst, v.not, "to", network(v.value));
    }
    if let Some(v) = ip.proto {
        add(ConditionKind::Proto, v.not, "", protocol(v.value));
    }
    if let Some(v) = ip.fragment {
        add(ConditionKind::Fragment, v.not, "fragment", String::new());
    }
}

fn ports(sport: Option<Inv<Range<u16>>>, dport: Option<Inv<Range<u16>>>, add: &mut Add<'_>) {
    if let Some(v) = sport {
        add(ConditionKind::Sport, v.not, "sport", range(v.value));
    }
    if let Some(v) = dport {
        add(ConditionKind::Dport, v.not, "dport", range(v.value));
    }
}
