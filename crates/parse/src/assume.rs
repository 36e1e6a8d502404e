//! What a person or a case says of a host beyond the paste: `NAME=VALUE`, one fact a line.
//!
//! Guarantees: [`assumption`] of [`assumption_text`] gives the assumption back. Spans count in the line,
//! as document 0.

use crate::iproute::{BEFORE_MAIN, address, name, policy, policy_text, route, route_text};
use crate::oneline::{Word, bad, cidr, did_you_mean, missing, protocol};
use chainwalk_model::{
    Assumption, Backend, Diagnostic, Expected, Family, Origin, PolicyRule, Socket, proto,
};
use std::net::{IpAddr, Ipv4Addr};

/// The first parts of dotted names that are sysctls rather than interfaces with a dot.
const SYSCTL_ROOTS: [&str; 6] = ["net", "kernel", "vm", "fs", "dev", "user"];
/// The words before `=` that are not names of interfaces.
const KEYS: [&str; 8] =
    ["route", "rule", "behind", "listen", "local", "notlocal", "table", "backend"];
/// Reads one assumption, in the forms told at [`Assumption`].
///
/// # Errors
/// What could not be read, and what stands there instead.
pub fn assumption(text: &str) -> Result<Assumption, Diagnostic> {
    let start = text.len() - text.trim_start().len();
    let whole = Word { text: text.trim(), start };
    let Some((key, value)) = whole.split('=') else {
        let mut problem = bad(whole, vec![Expected::Literal("NAME=VALUE".into())]);
        problem.hint = did_you_mean(whole.text, &KEYS);
        return Err(problem);
    };
    let (key, value) = (key.trim(), value.trim());
    if key.text.is_empty() {
        return Err(missing(key.start, vec![Expected::Interface, Expected::Option]));
    }
    match key.text {
        "route" => route(value).map(Assumption::Route),
        "rule" => policy(value).map(|(rule, priority)| {
            Assumption::Policy(PolicyRule { priority: priority.unwrap_or(BEFORE_MAIN), ..rule })
        }),
        "behind" => {
            let Some((addr, port)) = value.split('@') else {
                return Err(bad(value, vec![Expected::Literal("ADDRESS@PORT".into())]));
            };
            Ok(Assumption::Behind { addr: address(addr)?, port: name(port)?.into() })
        }
        "listen" => listen(value).map(Assumption::Listen),
        "local" => address(value).map(Assumption::Local),
        "notlocal" => address(value).map(Assumption::NotLocal),
        "table" => table(value),
        key if crate::answered::KEYS.contains(&key) => {
            let (about, yes) = crate::answered::read(key, value)?;
            Ok(Assumption::Answered(about, yes))
        }
        "backend" => match value.text {
            "nft" => Ok(Assumption::Backend(Backend::IptablesNft)),
            "legacy" => Ok(Assumption::Backend(Backend::Legacy)),
            _ => Err(bad(
                value,
                vec![Expected::Literal("nft".into()), Expected::Literal("legacy".into())],
            )),
        },
        dotted if dotted.split_once('.').is_some_and(|(r, _)| SYSCTL_ROOTS.contains(&r)) => {
            if value.text.is_empty() {
                return Err(missing(value.start, vec![Expected::Number]));
            }
            Ok(Assumption::Sysctl { name: dotted.into(), value: value.text.into() })
        }
        _ => interface(key, value),
    }
}

/// Writes an assumption as [`assumption`] reads it.
pub fn assumption_text(a: &Assumption) -> String {
    match a {
        Assumption::Interface { name, addr: None } => format!("{name}=up"),
        Assumption::Interface { name, addr: Some(c) } => format!("{name}={}/{}", c.addr, c.len),
        Assumption::Bridge { name, ports } if ports.is_empty() => format!("{name}=bridge"),
        Assumption::Bridge { name, ports } => format!("{name}=bridge:{}", ports.join(",")),
        Assumption::Behind { addr, port } => format!("behind={addr}@{port}"),
        Assumption::Route(r) => format!("route={}", route_text(r)),
        Assumption::Policy(r) => format!("rule={}", policy_text(r)),
        Assumption::Sysctl { name, value } => format!("{name}={value}"),
        Assumption::Listen(s) => {
            let protocol = if s.proto == proto::UDP { "udp" } else { "tcp" };
            match s.addr {
                IpAddr::V4(a) => format!("listen={protocol}:{a}:{}", s.port),
                IpAddr::V6(a) => format!("listen={protocol}:[{a}]:{}", s.port),
            }
        }
        Assumption::NotLocal(a) => format!("notlocal={a}"),
        Assumption::Local(a) => format!("local={a}"),
        Assumption::Answered(about, yes) => crate::answered::text(about, *yes),
        Assumption::Backend(Backend::Legacy) => "backend=legacy".into(),
        Assumption::Backend(_) => "backend=nft".into(),
        Assumption::Table { family, name, accepts } => {
            let what = if *accepts { "accept" } else { "drop" };
            match family.word() {
                "ip" => format!("table={name}:{what}"),
                family => format!("table={family}:{name}:{what}"),
            }
        }
    }
}

fn interface(key: Word<'_>, value: Word<'_>) -> Result<Assumption, Diagnostic> {
    let named = name(key)?;
    if value.text == "up" {
        return Ok(Assumption::Interface { name: named.into(), addr: None });
    }
    if value.text == "bridge" {
        return Ok(Assumption::Bridge { name: named.into(), ports: Vec::new() });
    }
    if let Some(("bridge", ports)) = value.text.split_once(':') {
        let ports = ports.split(',').map(str::trim).filter(|p| !p.is_empty());
        return Ok(Assumption::Bridge {
            name: named.into(),
            ports: ports.map(Into::into).collect(),
        });
    }
    if let Some(addr) = cidr(value.text) {
        return Ok(Assumption::Interface { name: named.into(), addr: Some(addr) });
    }
    let forms = ["up", "bridge:PORT,PORT"].map(|f| Expected::Literal(f.into()));
    let mut problem = bad(value, std::iter::once(Expected::Network).chain(forms).collect());
    problem.hint =
        did_you_mean(value.text, &["up", "bridge"]).or_else(|| did_you_mean(key.text, &KEYS));
    Err(problem)
}

fn listen(value: Word<'_>) -> Result<Socket, Diagnostic> {
    let form = || vec![Expected::Literal("tcp:0.0.0.0:22".into())];
    let Some((protocol_word, rest)) = value.split(':') else {
        return Err(bad(value, form()));
    };
    let Some(proto @ (proto::TCP | proto::UDP)) = protocol(protocol_word.text) else {
        let known = ["tcp", "udp"].map(|p| Expected::Literal(p.into()));
        return Err(bad(protocol_word, known.into()));
    };
    let (addr, port) = match rest.text.rfind(':') {
        Some(at) => {
            let host = rest.until(at);
            let bare = host.text.trim_start_matches('[').trim_end_matches(']');
            let addr = match bare {
                "*" | "" => Ipv4Addr::UNSPECIFIED.into(),
                text => text.parse().map_err(|_| bad(host, vec![Expected::Address]))?,
            };
            (addr, rest.from(at + 1))
        }
        None => (Ipv4Addr::UNSPECIFIED.into(), rest),
    };
    let number = port.text.parse().map_err(|_| bad(port, vec![Expected::Port]))?;
    Ok(Socket {
        proto,
        addr,
        port: number,
        transparent: None,
        process: None,
        origin: Origin::Given,
    })
}

fn table(value: Word<'_>) -> Result<Assumption, Diagnostic> {
    let ends = || vec![Expected::Literal("accept".into()), Expected::Literal("drop".into())];
    let Some(at) = value.text.rfind(':') else {
        return Err(missing(value.end(), ends()));
    };
    let (before, what) = (value.until(at), value.from(at + 1));
    let accepts = match what.text {
        "accept" | "ACCEPT" => true,
        "drop" | "DROP" => false,
        _ => return Err(bad(what, ends())),
    };
    let (family, table) = match before.split(':') {
        Some((family, table)) => {
            let known = Family::named(family.text);
            (known.ok_or_else(|| bad(family, vec![Expected::Literal("ip6".into())]))?, table)
        }
        None => (Family::Ip, before),
    };
    Ok(Assumption::Table { family, name: name(table)?.into(), accepts })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let read = assumption(text).unwrap();
        assert_eq!(assumption_text(&read), expect);
        assert_eq!(assumption(expect).unwrap(), read);
    }

    #[track_caller]
    fn check_bad(text: &str, place: &str) {
        let problem = assumption(text).unwrap_err();
        assert_eq!(&text[problem.span.range()], place, "{problem:?}");
        assert!(!problem.expected.is_empty());
    }

    #[test]
    fn every_form_reads_and_prints_back() {
        check("eth0=172.17.0.2/16", "eth0=172.17.0.2/16");
        check("eth1.100=10.9.0.1/24", "eth1.100=10.9.0.1/24");
        check("eth0=10.0.0.1", "eth0=10.0.0.1/32");
        check("veth1=up", "veth1=up");
        check(" docker0 = bridge:vp2, vp3 ", "docker0=bridge:vp2,vp3");
        check("br0=bridge", "br0=bridge");
        check("behind=172.18.0.5@veth1", "behind=172.18.0.5@veth1");
        check("route=default via 172.17.0.1 dev eth0", "route=default via 172.17.0.1 dev eth0");
        check("route=default via fe80::1 dev eth0", "route=default via fe80::1 dev eth0");
        check(
            "route=10.0.0.0/8 via 10.1.0.1 table 100 metric 5",
            "route=10.0.0.0/8 via 10.1.0.1 metric 5 table 100",
        );
        check(
            "route=10.0.0.0/8 dev eth0 realms 5/7 mtu lock 1400",
            "route=10.0.0.0/8 dev eth0 realms 5/7 mtu 1400",
        );
        check(
            "route=default proto static nexthop via 10.0.0.9 dev eth0 weight 2 nexthop via 10.1.0.9 realm 7 dev eth1 dead linkdown",
            "route=default nexthop via 10.0.0.9 dev eth0 weight 2 nexthop via 10.1.0.9 dev eth1 realm 7 dead weight 1",
        );
        check("route=default nexthop via fe80::1 dev eth0", "route=default via fe80::1 dev eth0");
        check("route=local 10.5.0.0/16 dev lo", "route=local 10.5.0.0/16 dev lo");
        check(
            "rule=fwmark 0x1 lookup 100 pref 1000",
            "rule=pref 1000 fwmark 0x1/0xffffffff lookup 100",
        );
        check(
            "rule=from 10.9.0.1 lookup main realms 5/7",
            "rule=pref 32765 from 10.9.0.1/32 lookup 254 realms 5/7",
        );
        check("rule=from 10.9.0.0/24 lookup main", "rule=pref 32765 from 10.9.0.0/24 lookup 254");
        check("net.ipv4.ip_forward=1", "net.ipv4.ip_forward=1");
        check("listen=tcp:0.0.0.0:22", "listen=tcp:0.0.0.0:22");
        check("listen=udp:[::1]:53", "listen=udp:[::1]:53");
        check("local=172.17.0.2", "local=172.17.0.2");
        check("notlocal=172.17.0.2", "notlocal=172.17.0.2");
        check("table=filter:accept", "table=filter:accept");
        check("table=ip6:filter:drop", "table=ip6:filter:drop");
    }

    #[test]
    fn problems_point_at_the_word() {
        check_bad("eth0=172.17.0.999/16", "172.17.0.999/16");
        check_bad("route=default via here", "here");
        check_bad("route=default vai 10.0.0.1", "vai");
        check_bad("route=default nexthop via 10.0.0.9 weight 0", "0");
        check_bad("route=default via 10.0.0.9 realm north", "north");
        check_bad("listen=tcp:0.0.0.0:ssh", "ssh");
        check_bad("table=filter:maybe", "maybe");
        check_bad("nothing", "nothing");
        check_bad("=1", "");
        check_bad("", "");
    }
}
