//! What a rule of iptables asks, in the words of nft.

use super::Of;
use crate::value::mask_len;
use chainwalk_model::nft::{TCP_OPTIONS, Type};
use chainwalk_model::print::period;
use chainwalk_model::{
    AddrMask, AddrTypeMatch, AddrTypes, Cidr, ConnbytesDir, ConnbytesMatch, ConnbytesMode,
    ConntrackMatch, CtDir, CtStates, CtStatuses, EcnMatch, IcmpMatch, IfaceMatch, Inv, IpMatch,
    Mac, Masked, Match, Order, PacketType, PortSide, PortsMatch, Range, Rate, RpfilterMatch,
    Statistic, TcpFlags, TcpMatch, TtlMatch,
};
use std::fmt::Display;
use std::net::IpAddr;

/// A test of iptables; the empty text where everything passes it, `None` where nft can't say it.
pub(super) fn condition(test: &Match, of: &Of) -> Option<String> {
    let ip = of.ip();
    match test {
        Match::Ip(test) => Some(all(ip_test(test, of)?)),
        Match::Tcp(test) => Some(all(tcp(test)?)),
        Match::Udp(test) => Some(all(ports(test, of.ported()?)?)),
        Match::Sctp(test) if test.chunks.is_none() => Some(all(ports(&test.ports, "sctp")?)),
        Match::Dccp(test) if test.types.is_none() && test.option.is_none() => {
            Some(all(ports(&test.ports, "dccp")?))
        }
        Match::Icmp(test) => icmp("icmp", *test),
        Match::Icmp6(test) => icmp("icmpv6", *test),
        Match::AddrType(test) => Some(all(addr_types(*test, of)?)),
        Match::Connbytes(test) => connbytes(*test),
        Match::Connmark(mark) => masked("ct mark", *mark),
        Match::Conntrack(test) => Some(all(conntrack(test, of)?)),
        Match::State(test) => states(*test),
        Match::Cpu(cpu) => Some(said("meta cpu", cpu)),
        Match::Devgroup { src, dst } => {
            let group =
                |field, group: &Option<_>| group.map_or(Some(String::new()), |g| masked(field, g));
            Some(all(vec![group("iifgroup", src)?, group("oifgroup", dst)?]))
        }
        Match::Dscp(value) => Some(said(&format!("{ip} dscp"), value)),
        Match::Ecn(test) => Some(all(ecn(*test, of))),
        Match::Esp(spi) => spi.map_or(Some(String::new()), |spi| Some(ranged("esp spi", spi))),
        Match::Iprange(m) => {
            let side = |word, side: Option<_>| {
                side.map_or(String::new(), |r| ranged(&format!("{ip} {word}"), r))
            };
            Some(all(vec![side("saddr", m.src), side("daddr", m.dst)]))
        }
        Match::Length(len) => Some(ranged("meta length", *len)),
        Match::Limit { rate, burst } => {
            Some(format!("limit rate {} burst {burst} packets", per(*rate)?))
        }
        Match::Mac(mac) => {
            Some(said("ether saddr", &Inv { not: mac.not, value: written(mac.value) }))
        }
        Match::Mark(mark) => masked("meta mark", *mark),
        Match::Multiport { side, ports } => multiport(*side, ports, of.ported()?),
        // A packet that nobody here sent passes an inverted test of iptables, and none of nft.
        Match::Owner { uid, gid, socket: None, supplementary: false } => {
            let owner = |field, owner: &Option<Inv<Range<u32>>>| match owner {
                None => Some(String::new()),
                Some(owner) => (!owner.not).then(|| ranged(field, *owner)),
            };
            Some(all(vec![owner("meta skuid", uid)?, owner("meta skgid", gid)?]))
        }
        Match::Pkttype(kind) => {
            let word = match kind.value {
                PacketType::Host => "host",
                PacketType::Broadcast => "broadcast",
                PacketType::Multicast => "multicast",
                PacketType::Other => return None,
            };
            Some(said("meta pkttype", &Inv { not: kind.not, value: word }))
        }
        Match::Quota(quota) => {
            Some(format!("quota {}{} bytes", if quota.not { "over " } else { "" }, quota.value))
        }
        Match::Realm(realm) => masked("rt classid", *realm),
        Match::Rpfilter(test) => rpfilter(*test),
        Match::Statistic(test) => Some(statistic(*test)),
        Match::Tcpmss(mss) if !mss.not => Some(ranged("tcp option maxseg size", *mss)),
        Match::Tos(tos) => {
            // Its place in the header: nft has names for parts of it only.
            let place = if of.v6 { "@nh,4,8" } else { "@nh,8,8" };
            masked(
                place,
                Inv {
                    not: tos.not,
                    value: Masked { value: tos.value.value.into(), mask: tos.value.mask.into() },
                },
            )
            .map(|text| text.replace(" & 0xff ==", ""))
        }
        Match::Ttl(test) => {
            let field = if of.v6 { "ip6 hoplimit" } else { "ip ttl" };
            Some(match test {
                TtlMatch::Eq(ttl) => said(field, ttl),
                TtlMatch::Lt(ttl) => format!("{field} < {ttl}"),
                TtlMatch::Gt(ttl) => format!("{field} > {ttl}"),
            })
        }
        _ => None,
    }
}

/// Several of them, where each must hold.
fn all(parts: Vec<String>) -> String {
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A comparison.
fn said(field: &str, value: &Inv<impl Display>) -> String {
    format!("{field} {}{}", if value.not { "!= " } else { "" }, value.value)
}

fn span(range: &Range<impl Display + PartialEq>) -> String {
    if range.first == range.last {
        range.first.to_string()
    } else {
        format!("{}-{}", range.first, range.last)
    }
}

fn ranged<T: Display + PartialEq + Copy>(field: &str, range: Inv<Range<T>>) -> String {
    said(field, &Inv { not: range.not, value: span(&range.value) })
}

/// A number under a mask; nothing where no bit counts, unless that is what is asked.
fn masked(field: &str, of: Inv<Masked<u32>>) -> Option<String> {
    let Masked { value, mask } = of.value;
    let sign = if of.not { "!=" } else { "==" };
    match mask {
        u32::MAX => Some(said(field, &Inv { not: of.not, value: format!("{value:#x}") })),
        0 => (value == 0 && !of.not).then(String::new),
        _ => Some(format!("{field} & {mask:#x} {sign} {value:#x}")),
    }
}

fn ip_test(test: &IpMatch, of: &Of) -> Option<Vec<String>> {
    let ip = of.ip();
    let mut parts = Vec::new();
    for (field, name) in [("iifname", &test.iniface), ("oifname", &test.outiface)] {
        if let Some(name) = name {
            parts.push(iface(field, name)?);
        }
    }
    for (word, net) in [("saddr", test.src), ("daddr", test.dst)] {
        if let Some(net) = net {
            parts.push(network(&format!("{ip} {word}"), net)?);
        }
    }
    if let Some(proto) = test.proto {
        // Headers of IPv6 that stand before the payload are protocols to iptables too.
        if of.v6 && matches!(proto.value, 0 | 43 | 44 | 60) {
            return None;
        }
        let word = Type::InetProto.word_of(proto.value.into());
        let value = word.map_or(proto.value.to_string(), ToOwned::to_owned);
        parts.push(said("meta l4proto", &Inv { not: proto.not, value }));
    }
    if let Some(fragment) = test.fragment {
        parts.push(format!("ip frag-off & 0x1fff {} 0", if fragment.not { "==" } else { "!=" }));
    }
    Some(parts)
}

fn iface(field: &str, of: &Inv<IfaceMatch>) -> Option<String> {
    let IfaceMatch { name, prefix } = &of.value;
    if name.contains(['"', '*', '\\']) {
        return None;
    }
    match (&**name, prefix) {
        ("", true) if !of.not => Some(String::new()),
        // No interface has this name, nor passes iptables' test.
        ("", true) => Some(format!("{field} \"INVAL/D\"")),
        (name, prefix) => {
            let star = if *prefix { "*" } else { "" };
            Some(said(field, &Inv { not: of.not, value: format!("\"{name}{star}\"") }))
        }
    }
}

/// A network; `None` where it is everything and must not be.
fn network(field: &str, of: Inv<AddrMask>) -> Option<String> {
    let AddrMask { addr, mask } = of.value;
    let value = match mask_len(mask) {
        Some(0) => return (!of.not).then(String::new),
        Some(len) if (Cidr { addr, len }).is_host() => addr.to_string(),
        Some(len) => format!("{addr}/{len}"),
        None => {
            let net = match (addr, mask) {
                (IpAddr::V4(addr), IpAddr::V4(mask)) => IpAddr::from(addr & mask),
                (IpAddr::V6(addr), IpAddr::V6(mask)) => IpAddr::from(addr & mask),
                _ => return None,
            };
            let sign = if of.not { "!=" } else { "==" };
            return Some(format!("{field} & {mask} {sign} {net}"));
        }
    };
    Some(said(field, &Inv { not: of.not, value }))
}

fn ports(test: &PortsMatch, header: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    for (word, range) in [("sport", test.sport), ("dport", test.dport)] {
        let Some(range) = range else { continue };
        let everything = range.value == Range { first: 0, last: u16::MAX };
        // Nothing passes the one, and nft takes no range that is everything.
        if everything && range.not {
            return None;
        }
        if !everything {
            parts.push(ranged(&format!("{header} {word}"), range));
        }
    }
    Some(parts)
}

fn tcp(test: &TcpMatch) -> Option<Vec<String>> {
    let mut parts = ports(&PortsMatch { sport: test.sport, dport: test.dport }, "tcp")?;
    if let Some(flags) = test.flags {
        let Masked { value, mask } = flags.value;
        let sign = if flags.not { "!=" } else { "==" };
        parts.push(format!("tcp flags & {} {sign} {}", flag_words(mask), flag_words(value)));
    }
    if let Some(option) = test.option {
        let known = [1, 2, 3, 4, 5, 8].contains(&option.value);
        let (word, _) = TCP_OPTIONS.iter().find(|(_, n)| known && *n == option.value)?;
        parts.push(format!("tcp option {word} {}", if option.not { "missing" } else { "exists" }));
    }
    Some(parts)
}

/// Bits of TCP.
fn flag_words(TcpFlags(bits): TcpFlags) -> String {
    let set = (0..8).map(|bit| 1 << bit).filter(|flag| bits & flag != 0);
    let words: Vec<&str> = set.filter_map(|flag| Type::TcpFlag.word_of(flag.into())).collect();
    match words.as_slice() {
        [] => "0x0".to_owned(),
        [one] => (*one).to_owned(),
        many => format!("({})", many.join(" | ")),
    }
}

fn icmp(header: &str, of: Inv<IcmpMatch>) -> Option<String> {
    let IcmpMatch { kind, code } = of.value;
    let Some(kind) = kind else {
        return (!of.not).then(String::new);
    };
    let any_code = code == Range { first: 0, last: 255 };
    Some(match (any_code, of.not) {
        (true, _) => said(&format!("{header} type"), &Inv { not: of.not, value: kind }),
        (false, false) => format!("{header} type {kind} {header} code {}", span(&code)),
        (false, true) => format!("{header} type . {header} code != {{ {kind} . {} }}", span(&code)),
    })
}

fn addr_types(test: AddrTypeMatch, of: &Of) -> Option<Vec<String>> {
    const SAID: u16 = 0x1ff;
    let device = match (test.limit_in, test.limit_out) {
        (false, false) => "",
        (true, _) => " . iif",
        (_, true) => " . oif",
    };
    let mut parts = Vec::new();
    for (word, types) in [("saddr", test.src), ("daddr", test.dst)] {
        let Some(types) = types else { continue };
        let bits = types.value.0;
        // Of IPv6 iptables asks for all of several types, and some it takes from the address alone.
        if bits & !SAID != 0 || bits == 0 || (of.v6 && bits != 1 << 2) {
            return None;
        }
        let words: Vec<String> = AddrTypes::NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| bits >> bit & 1 == 1)
            .map(|(_, name)| name.to_lowercase())
            .collect();
        let value = one_of(&words);
        parts.push(said(&format!("fib {word}{device} type"), &Inv { not: types.not, value }));
    }
    Some(parts)
}

/// One word, or a set of them.
fn one_of(words: &[String]) -> String {
    match words {
        [one] => one.clone(),
        many => format!("{{ {} }}", many.join(", ")),
    }
}

fn connbytes(test: ConnbytesMatch) -> Option<String> {
    let dir = match test.dir {
        ConnbytesDir::Original => "original ",
        ConnbytesDir::Reply => "reply ",
        ConnbytesDir::Both => "",
    };
    let what = match test.mode {
        ConnbytesMode::Packets => "packets",
        ConnbytesMode::Bytes => "bytes",
        ConnbytesMode::Avgpkt => return None,
    };
    let Inv { not, value: Range { first, last } } = test.range;
    let field = format!("ct {dir}{what}");
    Some(match (not, last) {
        (false, u64::MAX) => format!("{field} >= {first}"),
        (true, u64::MAX) => format!("{field} < {first}"),
        _ => ranged(&field, test.range),
    })
}

fn states(of: Inv<CtStates>) -> Option<String> {
    const NAT: [(u8, &str); 2] = [(32, "snat"), (64, "dnat")];
    let bits = of.value.0;
    let nat: Vec<&str> = NAT.iter().filter(|(b, _)| bits & b != 0).map(|(_, w)| *w).collect();
    let words: Vec<String> = CtStates::NAMES[..5]
        .iter()
        .enumerate()
        .filter(|(bit, _)| bits >> bit & 1 == 1)
        .map(|(_, name)| name.to_lowercase())
        .collect();
    match (words.as_slice(), nat.as_slice()) {
        // A packet without a flow has a state, but no status.
        ([], [_, ..]) if !of.not => Some(format!("ct status {}", nat.join(","))),
        ([_, ..], []) if of.not => Some(format!("ct state != {}", one_of(&words))),
        ([_, ..], []) => Some(format!("ct state {}", words.join(","))),
        _ => None,
    }
}

fn conntrack(test: &ConntrackMatch, of: &Of) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    if let Some(state) = test.state {
        parts.push(states(state)?);
    }
    if let Some(proto) = test.proto {
        parts.push(said("ct original protocol", &proto));
    }
    let ip = of.ip();
    for (dir, word, net) in [
        ("original", "saddr", test.orig_src),
        ("original", "daddr", test.orig_dst),
        ("reply", "saddr", test.repl_src),
        ("reply", "daddr", test.repl_dst),
    ] {
        if let Some(net) = net {
            parts.push(network(&format!("ct {dir} {ip} {word}"), net)?);
        }
    }
    for (dir, word, range) in [
        ("original", "proto-src", test.orig_sport),
        ("original", "proto-dst", test.orig_dport),
        ("reply", "proto-src", test.repl_sport),
        ("reply", "proto-dst", test.repl_dport),
    ] {
        if let Some(range) = range {
            // nft wants to know whose ports they are.
            of.ported()?;
            parts.push(ranged(&format!("ct {dir} {word}"), range));
        }
    }
    if let Some(status) = test.status {
        let words: Vec<String> = CtStatuses::NAMES
            .iter()
            .filter(|(_, bit)| status.value.0 & bit != 0)
            .map(|(name, _)| name.to_lowercase().replace('_', "-"))
            .collect();
        match words.as_slice() {
            [] => return None,
            _ if status.not => parts.push(format!("ct status & ({}) == 0", words.join(" | "))),
            words => parts.push(format!("ct status {}", words.join(","))),
        }
    }
    if test.expire.is_some() {
        return None;
    }
    if let Some(dir) = test.dir {
        parts.push(format!(
            "ct direction {}",
            if dir == CtDir::Reply { "reply" } else { "original" }
        ));
    }
    Some(parts)
}

fn ecn(test: EcnMatch, of: &Of) -> Vec<String> {
    let mut parts = Vec::new();
    for (word, bit) in [("cwr", test.cwr), ("ecn", test.ece)] {
        if let Some(bit) = bit {
            parts.push(format!("tcp flags & {word} {} 0x0", if bit.not { "==" } else { "!=" }));
        }
    }
    if let Some(ect) = test.ect {
        parts.push(said(&format!("{} ecn", of.ip()), &ect));
    }
    parts
}

/// `3/minute`.
fn per(rate: Rate) -> Option<String> {
    Some(format!("{}/{}", rate.count, period(rate.period_s)?))
}

fn written(mac: Mac) -> String {
    mac.0.map(|b| format!("{b:02x}")).join(":")
}

fn multiport(side: PortSide, ports: &Inv<Vec<Range<u16>>>, header: &str) -> Option<String> {
    // Pairs of ranges that overlap in part are refused.
    let mut apart: Vec<Range<u16>> = Vec::new();
    let mut sorted = ports.value.clone();
    sorted.order_by_key(|r| (r.first, r.last));
    for range in sorted {
        match apart.last_mut().filter(|last| range.first <= last.last) {
            Some(last) => last.last = last.last.max(range.last),
            None => apart.push(range),
        }
    }
    let spans: Vec<String> = apart.iter().map(span).collect();
    if spans.is_empty() {
        return None;
    }
    let sign = if ports.not { "!= " } else { "" };
    let word = match side {
        PortSide::Source => "sport",
        PortSide::Destination => "dport",
        PortSide::Either => {
            let each = |s: &String| format!("{s} . 0-65535, 0-65535 . {s}");
            let pairs: Vec<String> = spans.iter().map(each).collect();
            return Some(format!(
                "{header} sport . {header} dport {sign}{{ {} }}",
                pairs.join(", ")
            ));
        }
    };
    Some(format!("{header} {word} {sign}{{ {} }}", spans.join(", ")))
}

fn rpfilter(test: RpfilterMatch) -> Option<String> {
    if test.accept_local {
        return None;
    }
    let mark = if test.validmark { " . mark" } else { "" };
    let iif = if test.loose { "" } else { " . iif" };
    Some(format!("fib saddr{mark}{iif} oif {}", if test.invert { "missing" } else { "exists" }))
}

fn statistic(test: Inv<Statistic>) -> String {
    match test.value {
        // The kernel draws 31 bits.
        Statistic::Random(chance) => {
            let most = (chance * f64::from(1u32 << 31)).round() as u64;
            let sign = if test.not { ">=" } else { "<" };
            format!("numgen random mod {} {sign} {}", 1u32 << 31, most.min(1 << 31))
        }
        Statistic::Nth { every, packet } => {
            format!("numgen inc mod {every} {}{packet}", if test.not { "!= " } else { "" })
        }
    }
}
