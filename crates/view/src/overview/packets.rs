//! Packets worth sending, by the side that they come from.

use super::hooks::filters_at;
use super::told::{PacketGroup, PacketRow};
use crate::explained::Explained;
use crate::page::Suggestion;
use crate::sample::{Sample, inside, is_own, own, speaks, uplink};
use crate::say::text;
use crate::suggest::{asks_for, of_rule, offered};
use crate::wish::Wish;
use chainwalk_model::{Cidr, Family, Hook, RuleId, Socket, Target};
use std::net::IpAddr;

/// So many packets of a side are shown.
const OUTSIDE: usize = 8;
/// The same of the other sides.
const OTHERS: usize = 4;
/// An address of the internet that everybody knows.
const OUT_THERE: &str = "1.1.1.1";

/// The packets, and who sends them.
pub(super) struct Offers<'a> {
    t: &'a Explained<'a>,
    sample: Sample,
    all: Vec<Suggestion>,
    pub(super) stands_for: Option<IpAddr>,
}

/// What there is to offer.
pub(super) fn offers<'a>(t: &'a Explained<'a>) -> Offers<'a> {
    let sample = Sample::of(t);
    // Without rules nothing is walked.
    let all = if t.has_rules() { offered(t, &sample) } else { Vec::new() };
    let used = sample.stands_for.filter(|_| t.has_rules());
    Offers { t, all, stands_for: used, sample }
}

impl Offers<'_> {
    /// The packet that a rule asks for.
    pub(super) fn rule(&self, id: RuleId) -> Option<String> {
        of_rule(self.t, &self.sample, id)
    }

    /// The packet that a listener waits for.
    pub(super) fn socket(&self, socket: &Socket) -> Option<String> {
        if !self.t.has_rules() {
            return None;
        }
        let wish = Wish {
            dst: Some(socket.addr).filter(|a| !a.is_unspecified()),
            proto: Some(socket.proto),
            dport: Some(socket.port),
            ..Wish::default()
        };
        asks_for(self.t, &self.sample, &wish, socket.process.as_deref().unwrap_or_default())
    }

    /// The packet for something that is called so.
    pub(super) fn asked(&self, wish: &Wish, name: &str) -> Option<String> {
        asks_for(self.t, &self.sample, wish, name)
    }
}

/// The packets by the side that they come from.
pub(super) fn groups(t: &Explained, offers: &Offers) -> Vec<PacketGroup> {
    if !t.has_rules() {
        return Vec::new();
    }
    let (mut outside, mut within, mut here, mut seen) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let traced = t.host.seen.len();
    let nets = inside(t.host);
    for (at, s) in offers.all.iter().enumerate() {
        let row = row(t, &s.line, &s.about);
        if at < traced && s.line.contains('>') {
            seen.push(row);
        } else if row.from.is_empty() {
            here.push(row);
        } else if nets.iter().any(|(iface, _)| s.line.ends_with(&format!(" in {iface}"))) {
            within.push(row);
        } else {
            outside.push(row);
        }
    }
    let uplink = uplink(t.host, false);
    let address = own(t.host, uplink, false).or(offers.stands_for);
    if let Some(address) = address.filter(|_| filters_at(t, Hook::Input).next().is_some()) {
        let stranger = offers.sample.stranger(false);
        let way = match uplink {
            Some(iface) => format!("in {iface}"),
            None => "outside".to_owned(),
        };
        let ping = row(t, &format!("ping {address} from {stranger} {way}"), "");
        outside.insert(outside.len().min(OUTSIDE / 2), ping);
    }
    if speaks(t.rules(), Family::Ip) {
        for (iface, net) in nets.iter().take(2) {
            if let Some(guest) = guest(t, net.addr, |a| net.holds(a)) {
                let line = format!("curl {OUT_THERE} from {guest} in {iface}");
                within.insert(0, row(t, &line, ""));
            }
        }
        for packet in singled_out(t, &nets) {
            within.insert(0, packet);
        }
        here.push(row(t, &format!("curl {OUT_THERE}"), ""));
    }
    let sides = [
        (text!(t.lang, OverFromSeen), seen, OTHERS),
        (text!(t.lang, OverFromOutside), outside, OUTSIDE),
        (text!(t.lang, OverFromInside), within, OTHERS),
        (text!(t.lang, OverFromHere), here, OTHERS),
    ];
    let groups = sides.into_iter().map(|(title, mut packets, most)| {
        packets.truncate(most);
        PacketGroup { title, packets }
    });
    groups.filter(|group| !group.packets.is_empty()).collect()
}

/// Whom a policy rule singles out from a network of this host goes another way than its neighbours.
fn singled_out(t: &Explained, nets: &[(&str, Cidr)]) -> Vec<PacketRow> {
    let rules = t.host.policy.iter().filter(|rule| !rule.not);
    let sources = rules.filter_map(|rule| Some((rule.from?, rule.priority)));
    let sources = sources.filter(|(from, _)| from.addr.is_ipv4() && from.len > 0).take(2);
    let packet = |(from, priority): (Cidr, u32)| {
        let (iface, _) = nets.iter().find(|(_, net)| net.holds(from.addr) && net.len < from.len)?;
        let one = (from.len == 32).then_some(from.addr);
        let who = one.or_else(|| guest(t, from.addr, |a| from.holds(a)))?;
        let line = format!("curl {OUT_THERE} from {who} in {iface}");
        (!is_own(t.host, who)).then(|| row(t, &line, &format!("ip rule {priority}")))
    };
    sources.filter_map(packet).collect()
}

/// A packet line as a row: its words, and where it comes from.
fn row(t: &Explained, line: &str, about: &str) -> PacketRow {
    let (words, from) = match line.split_once(" from ") {
        Some((words, from)) => {
            let from = match from.split_once(" in ") {
                Some((addr, iface)) => text!(t.lang, OverFrom, addr = addr, iface = iface),
                None => {
                    text!(t.lang, OverFromOut, addr = from.trim_end_matches(" outside"))
                }
            };
            (words, from)
        }
        None => (line, String::new()),
    };
    PacketRow { line: line.to_owned(), words: words.to_owned(), from, about: about.to_owned() }
}

/// Somebody behind an interface of this host: one whom a rule translates to, one that has a name, else a neighbour.
fn guest(t: &Explained, own: IpAddr, holds: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let is = |addr: &IpAddr| holds(*addr) && !is_own(t.host, *addr);
    let targets = t.rules().rules.iter().filter_map(|rule| match rule.verdict() {
        Some(Target::Dnat(to)) => to.addrs.map(|addrs| addrs.first),
        _ => None,
    });
    let named = t.host.names.iter().map(|name| name.addr);
    let next = match own {
        IpAddr::V4(a) => Some(IpAddr::from((u32::from(a) + 1).to_be_bytes())),
        IpAddr::V6(_) => None,
    };
    targets.chain(named).find(is).or(next.filter(is))
}
