//! Commands that change a host beside its rules, as people type them: `ip addr add`, `ifconfig eth1 10.0.0.1`,
//! `route add default gw`, `brctl addif`, `ipset add`, `sysctl -w`.
//!
//! A command that only shows something, or that could not be read whole, is none of these.

use super::block::{Block, Facts, group, mac, made, of_kind, pasted};
use super::routes::numbered_tables;
use super::steps::Step;
use super::sysctl;
use crate::clean::{Clean, Row};
use crate::command::{cut, unprompt};
use crate::iproute;
use crate::oneline;
use crate::shell::Shell;
use crate::value::{self, mask_len, whole};
use crate::word;
use chainwalk_model::{BlankPart, Cidr, Fact, Interface, Origin, Route, SectionKind, Text};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the commands of one line do, where there is one of these among them.
pub(crate) fn typed(clean: &Clean, row: Row<'_>, shell: &Shell) -> Option<Block> {
    if let Some(block) = sysctl::typed(clean, row) {
        return Some(Block { typed: true, ..block });
    }
    let (bare, _) = unprompt(row);
    let mut facts = Facts::default();
    for part in parts(bare) {
        facts.steps.extend(steps(part, shell, pasted(clean, row)).unwrap_or_default());
        facts.sysctls.extend(sysctl::typed(clean, part).into_iter().flat_map(|b| b.facts.sysctls));
    }
    let settings = facts.sysctls.len() as u32;
    let kind = match facts.steps.first() {
        Some(step) => kind(step),
        None if settings > 0 => SectionKind::Sysctls(settings),
        None => return None,
    };
    made(clean, &[row], 1, kind, facts).map(|(block, _)| Block { typed: true, ..block })
}

/// The same of a command that may not run, or runs for each of many: only what a set holds is then not known.
pub(crate) fn perhaps(clean: &Clean, row: Row<'_>, shell: &Shell) -> Option<Block> {
    let steps = steps(unprompt(row).0, shell, pasted(clean, row))?;
    let name = |step: Step| match step {
        Step::Set(words, _) => Some(Step::Doubt(words.get(1)?.as_str().into())),
        doubt @ Step::Doubt(_) => Some(doubt),
        _ => None,
    };
    let steps: Vec<Step> = steps.into_iter().filter_map(name).collect();
    let kind = kind(steps.first()?);
    made(clean, &[row], 1, kind, Facts { steps, ..Facts::default() })
        .map(|(block, _)| Block { typed: true, ..block })
}

fn kind(step: &Step) -> SectionKind {
    match step {
        Step::Route { .. } | Step::DropRoute(_) | Step::FlushRoutes(_) => SectionKind::Routes(1),
        Step::Policy(..) | Step::DropPolicy(..) | Step::FlushPolicy => SectionKind::Policy(1),
        Step::Master { .. } | Step::Hairpin { .. } => SectionKind::Bridges(1),
        Step::Set(..) | Step::Doubt(_) => SectionKind::Sets(1),
        _ => SectionKind::Interfaces(1),
    }
}

/// The commands of a line, parted by `;` and `&&` outside of quotes.
pub(super) fn parts(row: Row<'_>) -> Vec<Row<'_>> {
    let mut found = Vec::new();
    let (mut start, mut quote) = (0, None);
    let text = row.text;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, ';' | '&') if at >= start => {
                found.push(Row { text: &text[start..at], start: row.start + start }.trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(Row { text: &text[start..], start: row.start + start }.trim());
    found.retain(|r| !r.text.is_empty());
    found
}

/// What a command beside the rules does, typed alone; `None` if it is none that is read here.
pub(crate) fn steps_of(row: Row<'_>, origin: Origin) -> Option<Vec<Step>> {
    steps(unprompt(row).0, &Shell::default(), origin)
}

/// What one command does; `None` if it is none that is read here.
fn steps(row: Row<'_>, shell: &Shell, origin: Origin) -> Option<Vec<Step>> {
    let first = row.text.split_whitespace().next()?;
    let name = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let known = ["ip", "ifconfig", "route", "brctl", "bridge", "ipset", "sudo", "doas"];
    if !known.contains(&name(first).as_str()) && !first.starts_with('$') {
        return None;
    }
    let words = shell.expand(word::words(cut(row)));
    let words: Vec<&str> =
        words.iter().map(|w| &*w.text).take_while(|w| !w.starts_with('#')).collect();
    let words = match words.as_slice() {
        ["sudo" | "doas", rest @ ..] => rest,
        all => all,
    };
    let (program, rest) = words.split_first()?;
    // A variable that nobody set is left open, as an address.
    let open = |w: &&str| w.contains('$') && crate::blank::address(w).is_none();
    if words.iter().any(|w| w.contains('`') || open(w)) {
        // Nobody knows what was put into the set.
        let set = match (name(program).as_str(), ipset(rest, origin)) {
            ("ipset", Some(Step::Set(words, _))) => words.get(1).cloned(),
            _ => None,
        };
        return set.filter(|s| !s.contains('$')).map(|s| vec![Step::Doubt(s.as_str().into())]);
    }
    let found = match name(program).as_str() {
        "ip" => ip(rest, origin)?,
        "ifconfig" => ifconfig(rest, origin)?,
        "route" => vec![route(rest, origin)?],
        "brctl" => brctl(rest, origin)?,
        "bridge" => vec![bridge(rest)?],
        "ipset" => vec![ipset(rest, origin)?],
        _ => return None,
    };
    Some(found).filter(|f| !f.is_empty())
}

/// A word of `ip` that may be shortened.
fn short(word: &str, known: &[&'static str]) -> Option<&'static str> {
    known.iter().copied().find(|k| !word.is_empty() && k.starts_with(word))
}

fn ip(words: &[&str], origin: Origin) -> Option<Vec<Step>> {
    let options = words.iter().take_while(|w| w.starts_with('-')).count();
    let (options, rest) = words.split_at(options);
    // Of another namespace, or from a file.
    if options.iter().any(|o| o.starts_with("-n") || o.starts_with("-b")) {
        return None;
    }
    let six = options.iter().any(|o| matches!(*o, "-6" | "-family=inet6"));
    let [object, verb, rest @ ..] = rest else { return None };
    let verbs = ["add", "append", "replace", "change", "delete", "set", "flush"];
    let verb = short(verb, &verbs)?;
    match (short(object, &["address", "link", "route", "rule", "ru"])?, verb) {
        ("address", "add" | "append" | "replace" | "change") => {
            let addr = rest.iter().find(|w| !matches!(**w, "local" | "dev"))?;
            let dev = label(after(rest, "dev")?);
            let Some(value) = whole(value::cidr, addr) else {
                let value = crate::blank::address(addr)?.tested(BlankPart::Else, false);
                let mut interface = Interface::named(&dev, origin);
                let value = chainwalk_model::Blank { len: None, ..value };
                interface.hidden.push(Fact { value, origin });
                return Some(vec![Step::Interface(Box::new(interface))]);
            };
            Some(vec![Step::Address { dev, addr: Fact { value, origin }, alone: false }])
        }
        ("address", "delete") => {
            let addr = whole(value::cidr, rest.first()?)?;
            Some(vec![Step::DropAddress { dev: label(after(rest, "dev")?), addr: Some(addr) }])
        }
        ("address", "flush") => {
            let dev = after(rest, "dev").or(rest.first().copied())?;
            Some(vec![Step::DropAddress { dev: label(dev), addr: None }])
        }
        ("link", verb) => link(verb, rest, origin),
        ("route", "flush") => match rest {
            ["table", name] => Some(vec![Step::FlushRoutes(table(name)?)]),
            _ => None,
        },
        ("route", verb) => {
            let mut route = read_route(rest, six)?;
            route.origin = origin;
            let route = Box::new(route);
            Some(vec![match verb {
                "delete" => Step::DropRoute(route),
                "set" => return None,
                verb => Step::Route { route, replaces: matches!(verb, "replace" | "change") },
            }])
        }
        ("rule" | "ru", "flush") => Some(vec![Step::FlushPolicy]),
        ("rule" | "ru", verb @ ("add" | "delete")) => {
            let text = numbered_tables(&rest.join(" "));
            let (mut rule, priority) =
                iproute::policy(oneline::Word { text: &text, start: 0 }).ok()?;
            rule.origin = origin;
            if six && rule.from.is_none() && rule.to.is_none() {
                rule.from = Some(Cidr { addr: Ipv6Addr::UNSPECIFIED.into(), len: 0 });
            }
            let rule = Box::new(rule);
            Some(vec![match verb {
                "add" => Step::Policy(rule, priority),
                _ => Step::DropPolicy(rule, priority),
            }])
        }
        _ => None,
    }
}

fn table(name: &str) -> Option<u32> {
    numbered_tables(&format!("table {name}")).split_whitespace().nth(1)?.parse().ok()
}

/// A route in the words of `ip route add`. One of IPv6 that names no address is told by `-6`.
fn read_route(words: &[&str], six: bool) -> Option<Route> {
    let words = words.strip_prefix(&["to"]).unwrap_or(words);
    let text = numbered_tables(&words.join(" "));
    let mut route = iproute::route(oneline::Word { text: &text, start: 0 }).ok()?;
    if six && route.dst.len == 0 {
        route.dst.addr = Ipv6Addr::UNSPECIFIED.into();
    }
    Some(route)
}

/// The word behind `name`.
fn after<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|w| *w == name)?;
    words.get(at + 1).copied()
}

/// The interface that a name with a label is of: `eth0:1` is a further address of `eth0`.
fn label(name: &str) -> Text {
    name.split(':').next().unwrap_or(name).into()
}

fn link(verb: &str, words: &[&str], origin: Origin) -> Option<Vec<Step>> {
    let named = |name: &str| Interface::named(name, origin);
    match verb {
        "add" => {
            // `link eth0` names what it stands on; the name is the first word that nothing else takes.
            let mut rest = words.iter().copied().take_while(|w| *w != "type");
            let mut name = None;
            let mut new = named("");
            while let Some(word) = rest.next() {
                match word {
                    "link" | "txqueuelen" | "txqlen" | "index" | "numtxqueues" => {
                        _ = rest.next()?;
                    }
                    "name" | "dev" => name = Some(rest.next()?),
                    "address" => new.mac = mac(rest.next()?),
                    "mtu" => new.mtu = rest.next()?.parse().ok(),
                    "up" => new.up = Some(true),
                    word if name.is_none() => name = Some(word),
                    _ => return None,
                }
            }
            let kind = after(words, "type")?;
            new.name = name?.split('@').next()?.into();
            of_kind(&mut new, kind);
            let peer = (kind == "veth").then(|| {
                let behind = words.iter().skip_while(|w| **w != "peer").skip(1);
                behind.copied().find(|w| !matches!(*w, "name" | "dev"))
            });
            let mut made = vec![Step::Interface(Box::new(new))];
            let peer = peer.flatten().filter(|_| after(words, "netns").is_none());
            made.extend(peer.map(|p| Step::Interface(Box::new(named(p)))));
            Some(made)
        }
        "delete" => {
            let words = words.strip_prefix(&["dev"]).unwrap_or(words);
            Some(vec![Step::DropInterface(words.first().copied()?.into())])
        }
        "set" => {
            let words = words.strip_prefix(&["dev"]).unwrap_or(words);
            let (name, mut rest) = words.split_first()?;
            let mut steps = Vec::new();
            let mut new = named(name);
            loop {
                rest = match rest {
                    [] => break,
                    ["up", rest @ ..] => {
                        new.up = Some(true);
                        rest
                    }
                    ["down", rest @ ..] => {
                        new.up = Some(false);
                        rest
                    }
                    ["nomaster", rest @ ..] => {
                        let port = (*name).into();
                        steps.push(Step::Master { port, master: None, origin });
                        rest
                    }
                    ["master", master, rest @ ..] => {
                        let (port, master) = ((*name).into(), Some((*master).into()));
                        steps.push(Step::Master { port, master, origin });
                        rest
                    }
                    // It leaves this host.
                    ["netns", ..] => return Some(vec![Step::DropInterface((*name).into())]),
                    ["mtu", mtu, rest @ ..] => {
                        new.mtu = Some(mtu.parse().ok()?);
                        rest
                    }
                    ["address", address, rest @ ..] => {
                        new.mac = mac(address);
                        rest
                    }
                    ["group", number, rest @ ..] => {
                        new.group = group(number);
                        rest
                    }
                    // What changes nothing here: a queue's length, a flag.
                    [
                        "txqueuelen" | "txqlen" | "alias" | "promisc" | "arp" | "multicast"
                        | "type",
                        ..,
                    ] => {
                        break;
                    }
                    _ => return None,
                };
            }
            steps.insert(0, Step::Interface(Box::new(new)));
            Some(steps)
        }
        _ => None,
    }
}

/// `ifconfig eth1 10.0.0.1 netmask 255.255.255.0 up`; one that only shows is none.
fn ifconfig(words: &[&str], origin: Origin) -> Option<Vec<Step>> {
    let (name, mut rest) = words.split_first()?;
    if rest.is_empty() || name.starts_with('-') {
        return None;
    }
    let dev = label(name);
    let mut new = Interface::named(&dev, origin);
    let mut steps = Vec::new();
    let mut addr: Option<Cidr> = None;
    let mut more = false;
    loop {
        rest = match rest {
            [] => break,
            ["up", rest @ ..] => {
                new.up = Some(true);
                rest
            }
            // An alias that goes down is gone; the interface stays.
            ["down", rest @ ..] => {
                new.up = Some(false).filter(|_| !name.contains(':'));
                rest
            }
            ["netmask", mask, rest @ ..] => {
                let len = mask_of(mask)?;
                addr = addr.map(|a| Cidr { len, ..a });
                rest
            }
            ["mtu", mtu, rest @ ..] => {
                new.mtu = Some(mtu.parse().ok()?);
                rest
            }
            ["hw", "ether", address, rest @ ..] | ["ether", address, rest @ ..] => {
                new.mac = mac(address);
                rest
            }
            ["broadcast" | "metric" | "txqueuelen" | "pointopoint" | "dstaddr", _, rest @ ..]
            | [
                "promisc" | "-promisc" | "arp" | "-arp" | "multicast" | "allmulti" | "inet"
                | "inet6",
                rest @ ..,
            ] => rest,
            ["add", rest @ ..] => {
                more = true;
                rest
            }
            ["del", net, ..] => {
                let addr = whole(value::cidr, net)?;
                return Some(vec![Step::DropAddress { dev, addr: Some(addr) }]);
            }
            [net, rest @ ..] => {
                let mut found = whole(value::cidr, net)?;
                if !net.contains('/') {
                    found.len = class(found.addr);
                }
                addr = Some(found);
                rest
            }
        };
    }
    steps.push(Step::Interface(Box::new(Interface {
        // An address brings the interface up.
        up: new.up.or(addr.map(|_| true)),
        ..new
    })));
    if let Some(value) = addr {
        let alone = !more && !name.contains(':') && value.addr.is_ipv4();
        if value.addr.is_unspecified() {
            steps.push(Step::DropAddress { dev, addr: None });
        } else {
            steps.push(Step::Address { dev, addr: Fact { value, origin }, alone });
        }
    }
    Some(steps)
}

/// The length of the network that an address of IPv4 is of by its class.
fn class(addr: IpAddr) -> u8 {
    match addr {
        IpAddr::V4(a) => match a.octets()[0] {
            0..128 => 8,
            128..192 => 16,
            _ => 24,
        },
        IpAddr::V6(_) => 128,
    }
}

pub(super) fn mask_of(text: &str) -> Option<u8> {
    let mask = match text.strip_prefix("0x") {
        Some(hex) => Ipv4Addr::from(u32::from_str_radix(hex, 16).ok()?),
        None => text.parse().ok()?,
    };
    mask_len(mask.into())
}

/// `route add default gw 10.0.0.1`, `route add -net 10.1.0.0 netmask 255.255.0.0 dev eth1`.
fn route(words: &[&str], origin: Origin) -> Option<Step> {
    let options = words.iter().take_while(|w| w.starts_with('-')).count();
    let (options, rest) = words.split_at(options);
    let inet6 = options.contains(&"-6") || after(words, "-A") == Some("inet6");
    let rest = if options.contains(&"-A") { rest.get(1..)? } else { rest };
    let (verb, rest) = rest.split_first()?;
    let adds = match *verb {
        "add" => true,
        "del" | "delete" => false,
        _ => return None,
    };
    let (kind, rest) = match rest {
        [kind @ ("-net" | "-host"), rest @ ..] => (*kind, rest),
        rest => ("", rest),
    };
    let (target, mut rest) = rest.split_first()?;
    let default = matches!(*target, "default" | "0.0.0.0" | "0.0.0.0/0" | "::/0");
    let mut dst = if default {
        Cidr { addr: Ipv4Addr::UNSPECIFIED.into(), len: 0 }
    } else {
        whole(value::cidr, target)?
    };
    if !default && !target.contains('/') && kind == "-net" {
        dst.len = class(dst.addr);
    }
    let mut found = Route::to(dst, origin);
    loop {
        rest = match rest {
            [] => break,
            ["gw" | "gateway", gateway, rest @ ..] => {
                found.via = Some(gateway.parse().ok()?);
                rest
            }
            ["netmask", mask, rest @ ..] => {
                found.dst.len = mask_of(mask)?;
                rest
            }
            ["metric", metric, rest @ ..] => {
                found.metric = metric.parse().ok()?;
                rest
            }
            ["mss" | "window" | "irtt", _, rest @ ..] => rest,
            ["reject", rest @ ..] => {
                found.kind = chainwalk_model::RouteKind::Unreachable;
                rest
            }
            ["dev", dev, rest @ ..] => {
                found.dev = Some(label(dev));
                rest
            }
            [dev] => {
                found.dev = Some(label(dev));
                &[]
            }
            _ => return None,
        };
    }
    if found.dst.len == 0 && (inet6 || found.via.is_some_and(|v| v.is_ipv6())) {
        found.dst.addr = Ipv6Addr::UNSPECIFIED.into();
    }
    if adds
        && found.via.is_none()
        && found.dev.is_none()
        && found.kind == chainwalk_model::RouteKind::Unicast
    {
        return None;
    }
    let route = Box::new(found);
    Some(if adds { Step::Route { route, replaces: false } } else { Step::DropRoute(route) })
}

fn brctl(words: &[&str], origin: Origin) -> Option<Vec<Step>> {
    Some(match words {
        ["addbr", name] => {
            let mut bridge = Interface::named(name, origin);
            bridge.kind = chainwalk_model::IfKind::Bridge;
            vec![Step::Interface(Box::new(bridge))]
        }
        ["delbr", name] => vec![Step::DropInterface((*name).into())],
        ["addif", bridge, ports @ ..] => {
            let master = |port: &&str| Step::Master {
                port: (*port).into(),
                master: Some((*bridge).into()),
                origin,
            };
            ports.iter().map(master).collect()
        }
        ["delif", _, ports @ ..] => {
            let free = |port: &&str| Step::Master { port: (*port).into(), master: None, origin };
            ports.iter().map(free).collect()
        }
        ["hairpin", _, port, on] => {
            vec![Step::Hairpin { port: (*port).into(), on: matches!(*on, "on" | "yes" | "1") }]
        }
        _ => return None,
    })
}

/// `bridge link set dev veth1 hairpin on`.
fn bridge(words: &[&str]) -> Option<Step> {
    match words {
        ["link", "set", rest @ ..] => Some(Step::Hairpin {
            port: after(rest, "dev")?.into(),
            on: after(rest, "hairpin")? == "on",
        }),
        _ => None,
    }
}

fn ipset(words: &[&str], origin: Origin) -> Option<Step> {
    let mut words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    while words.first().is_some_and(|w| matches!(w.as_str(), "-exist" | "-!" | "-q" | "-quiet")) {
        words.remove(0);
    }
    let verbs = ["create", "add", "del", "flush", "destroy", "swap", "rename"];
    let old = ["-N", "-A", "-D", "-F", "-X", "-W", "-E"];
    let verb = words.first()?;
    let known = verbs.contains(&verb.as_str()) || old.contains(&verb.as_str());
    // `ipset -N s iphash` is of a time before types had a colon.
    let typed = !matches!(verb.as_str(), "create" | "-N")
        || words.get(2).is_some_and(|kind| kind.contains(':'));
    (known && typed).then_some(Step::Set(words, origin))
}
