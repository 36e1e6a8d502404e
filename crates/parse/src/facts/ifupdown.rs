//! `/etc/network/interfaces` of ifupdown: what its stanzas say of the host while their interfaces are up.
//!
//! `up`, `pre-up` and `post-up` are what runs as one comes up; `down`, `pre-down` and `post-down` run as it goes, and are
//! passed over. Source: `man interfaces`, `man bridge-utils-interfaces`.

use super::block::{Block, By, Facts, Run, mac, made, pasted};
use super::steps::Step;
use super::typed::mask_of;
use crate::clean::{Clean, Row};
use crate::value::{self, whole};
use chainwalk_model::{Cidr, Fact, IfKind, Interface, Route, SectionKind, Text};
use std::net::IpAddr;

/// Words with which a line stands outside of a stanza, or opens one that tells nothing.
const AROUND: [&str; 7] = [
    "auto",
    "allow-auto",
    "allow-hotplug",
    "source",
    "source-directory",
    "mapping",
    "no-auto-down",
];

/// The beginnings of what an interface is told.
const OPTIONS: [&str; 38] = [
    "address",
    "netmask",
    "gateway",
    "broadcast",
    "network",
    "metric",
    "pointopoint",
    "mtu",
    "hwaddress",
    "scope",
    "up",
    "pre-up",
    "post-up",
    "down",
    "pre-down",
    "post-down",
    "bridge-",
    "bridge_",
    "bond-",
    "bond_",
    "slaves",
    "vlan-",
    "vlan_",
    "ovs_",
    "dns-",
    "accept_ra",
    "autoconf",
    "privext",
    "preferred-lifetime",
    "dad-attempts",
    "wpa-",
    "wireless-",
    "hostname",
    "client",
    "label",
    "ethtool-",
    "offload-",
    "script",
];

/// A whole file, or a piece of one.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let words =
        |row: &Row<'_>| -> Vec<String> { row.text.split_whitespace().map(str::to_owned).collect() };
    let first = words(rows.first()?);
    if !is_around(&first) && stanza(&first).is_none() {
        return None;
    }
    let mut facts = Facts::default();
    let mut runs = Vec::new();
    let mut open: Option<Stanza> = None;
    let mut close = |stanza: Option<Stanza>| {
        if let Some(stanza) = stanza {
            stanza.close(&mut facts);
        }
    };
    let (mut taken, mut stanzas) = (0, 0);
    for (n, row) in rows.iter().enumerate() {
        if row.text.is_empty() || row.text.starts_with('#') {
            continue;
        }
        let words = words(row);
        if let Some(name) = stanza(&words) {
            let next = Stanza::new(name, Interface::named(name, pasted(clean, *row)));
            close(open.replace(next));
            stanzas += 1;
        } else if is_around(&words) {
            close(open.take());
        } else if let Some(stanza) = open.as_mut().filter(|_| is_option(&words)) {
            if matches!(&*words[0], "up" | "pre-up" | "post-up") {
                let run = row.skip(words[0].len()).trim();
                runs.push(Run { start: run.start, end: run.end(), by: By::Interface });
            }
            stanza.option(&words, clean, *row);
        } else {
            break;
        }
        taken = n + 1;
    }
    close(open);
    if stanzas == 0 {
        return None;
    }
    let (block, taken) = made(clean, rows, taken, SectionKind::Interfaces(stanzas), facts)?;
    Some((Block { runs, ..block }, taken))
}

fn is_around(words: &[String]) -> bool {
    words.len() > 1 && AROUND.contains(&&*words[0])
}

/// The interface of `iface NAME inet static`.
fn stanza(words: &[String]) -> Option<&str> {
    let [first, name, family, ..] = words else { return None };
    (first == "iface" && matches!(&**family, "inet" | "inet6" | "inherits")).then_some(name)
}

fn is_option(words: &[String]) -> bool {
    let known = |o: &&str| {
        if o.ends_with(['-', '_']) { words[0].starts_with(*o) } else { words[0] == **o }
    };
    words.len() > 1 && OPTIONS.iter().any(known)
}

/// What is known of an interface so far.
struct Stanza {
    name: Text,
    interface: Interface,
    addr: Option<Fact<Cidr>>,
    steps: Vec<Step>,
}

impl Stanza {
    fn new(name: &str, mut interface: Interface) -> Self {
        // `eth0:1` is a further address of eth0.
        let name: Text = name.split(':').next().unwrap_or(name).into();
        interface.name = name.clone();
        interface.up = Some(true);
        Self { name, interface, addr: None, steps: Vec::new() }
    }

    fn option(&mut self, words: &[String], clean: &Clean, row: Row<'_>) {
        let origin = pasted(clean, row);
        let value = &*words[1];
        match &*words[0] {
            "address" => {
                self.addr = whole(value::cidr, value).map(|value| Fact { value, origin });
            }
            "netmask" => {
                let len = value.parse().ok().or_else(|| mask_of(value));
                if let (Some(addr), Some(len)) = (&mut self.addr, len) {
                    addr.value.len = len;
                }
            }
            "gateway" => {
                let Ok(via) = value.parse::<IpAddr>() else { return };
                let mut route = Route::to(Cidr { addr: unspecified(via), len: 0 }, origin);
                (route.via, route.dev) = (Some(via), Some(self.name.clone()));
                self.steps.push(Step::Route { route: Box::new(route), replaces: false });
            }
            "mtu" => self.interface.mtu = value.parse().ok(),
            "hwaddress" => self.interface.mac = words.last().and_then(|m| mac(m)),
            "bridge-ports" | "bridge_ports" => {
                self.interface.kind = IfKind::Bridge;
                for port in words[1..].iter().filter(|p| !matches!(&***p, "none" | "all" | "regex"))
                {
                    let (port, master) = (port.as_str().into(), Some(self.name.clone()));
                    self.steps.push(Step::Master { port, master, origin });
                }
            }
            _ => {}
        }
    }

    fn close(self, facts: &mut Facts) {
        if &*self.name == "lo" {
            return;
        }
        let dev = self.name;
        facts.steps.push(Step::Interface(Box::new(self.interface)));
        facts.steps.extend(self.addr.map(|addr| Step::Address { dev, addr, alone: false }));
        facts.steps.extend(self.steps);
    }
}

fn unspecified(like: IpAddr) -> IpAddr {
    if like.is_ipv4() {
        std::net::Ipv4Addr::UNSPECIFIED.into()
    } else {
        std::net::Ipv6Addr::UNSPECIFIED.into()
    }
}
