//! Rules that miss a packet by little: the one condition that fails, and what it was likely meant to be.
//!
//! A correction is offered only where the condition looks like a slip: a name that no interface has, the port or
//! address from before a translation, both ends swapped, a mask that holds fewer addresses than its author thought,
//! a state left out. An address that is simply another one is no slip.

use super::edits::in_chain;
use super::sights::{Blocker, Missed, missed};
use crate::addr::prefix;
use chainwalk_model::{
    AddrMask, ChainEdit, Cidr, CtStates, Edit, Hook, Host, IfaceMatch, Inv, IpMatch, Match,
    NewRule, Op, OpKind, Packet, PathIface, PortsMatch, Range, Rule, RuleId, Slip, Span, Trace,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many bits a prefix may be too long.
const MOST_BITS: u8 = 4;
/// How many corrections are tried of one blocker.
const MOST: usize = 6;

/// The corrections of rules that the packets of a blocker met.
pub(super) fn corrections(host: &Host, obstacle: &Blocker) -> Vec<Edit> {
    let mut found: Vec<Edit> = Vec::new();
    let Some(first) = obstacle.sights.first() else { return found };
    for missed in &first.missed {
        let rule = host.rules.rule(missed.rule);
        if found.len() == MOST {
            break;
        }
        if let Some((ops, _)) = corrected(host, rule, missed, first.asked) {
            let new = NewRule {
                ops,
                comment: rule.comment.clone(),
                span: Span::default(),
                sets: Vec::new(),
            };
            let change = ChainEdit::Replace { number: rule.number, rule: new };
            let edit = in_chain(host, rule.chain, change);
            if !found.contains(&edit) {
                found.push(edit);
            }
        }
    }
    found
}

/// The rules that a packet met which was stopped and that miss it by little, and by what.
pub fn slips(host: &Host, trace: &Trace) -> Vec<(RuleId, Slip)> {
    if trace.fate.is_through() != Some(false) {
        return Vec::new();
    }
    let asked = (trace.sent.packet.ip.dst, trace.sent.packet.dport());
    let (missed, _) = missed(host, trace);
    let mut found: Vec<(RuleId, Slip)> = Vec::new();
    for m in &missed {
        if let Some((_, slip)) = corrected(host, host.rules.rule(m.rule), m, asked)
            && !found.iter().any(|(rule, _)| *rule == m.rule)
        {
            found.push((m.rule, slip));
        }
    }
    found
}

/// The rule with what fails put right, and what that is; `None` where nothing fails, or more than a slip would
/// explain.
fn corrected(
    host: &Host,
    rule: &Rule,
    missed: &Missed,
    asked: (IpAddr, Option<u16>),
) -> Option<(Vec<Op>, Slip)> {
    let mut ops = rule.ops.clone();
    let mut slips = Vec::new();
    // A rule that asks for the state alone says what it means.
    let narrow = rule.ops.iter().any(|op| match &op.what {
        OpKind::Match(Match::Ip(ip)) => ip.src.is_some() || ip.dst.is_some(),
        OpKind::Match(Match::Tcp(_) | Match::Udp(_) | Match::Multiport { .. }) => true,
        _ => false,
    });
    for op in &mut ops {
        let OpKind::Match(m) = &mut op.what else { continue };
        match m {
            Match::Ip(ip) => address(host, ip, missed, asked, &mut slips)?,
            Match::Tcp(tcp) => {
                let sides = (&mut tcp.sport, &mut tcp.dport);
                ports(sides, &missed.moment.packet, asked, &mut slips)?;
            }
            Match::Udp(PortsMatch { sport, dport }) => {
                ports((sport, dport), &missed.moment.packet, asked, &mut slips)?;
            }
            Match::Conntrack(ct) => {
                if let Some(state) = &mut ct.state {
                    states(state, missed, narrow, &mut slips)?;
                }
            }
            Match::State(state) => states(state, missed, narrow, &mut slips)?,
            _ => {}
        }
    }
    match slips.pop() {
        Some(only) if slips.is_empty() => Some((ops, only)),
        _ => None,
    }
}

/// Puts right what fails of a header; `None` where it can't be.
fn address(
    host: &Host,
    ip: &mut IpMatch,
    missed: &Missed,
    asked: (IpAddr, Option<u16>),
    slips: &mut Vec<Slip>,
) -> Option<()> {
    let packet = &missed.moment.packet;
    let (src, dst) = (packet.ip.src, packet.ip.dst);
    if ip.proto.is_some_and(|p| (p.value == packet.ip.proto) == p.not) {
        return None;
    }
    let holds = |m: &Option<Inv<AddrMask>>, addr| m.is_none_or(|m| m.value.holds(addr) != m.not);
    match (holds(&ip.src, src), holds(&ip.dst, dst)) {
        (true, true) => {}
        _ if holds(&ip.src, dst) && holds(&ip.dst, src) => {
            std::mem::swap(&mut ip.src, &mut ip.dst);
            slips.push(Slip::Ends);
        }
        (true, false) => {
            let written = ip.dst?;
            let before = asked.0 != dst && !written.not && written.value.holds(asked.0);
            let value = if before { whole(dst) } else { wider(written, dst)? };
            ip.dst = Some(Inv { not: false, value });
            slips.push(if before {
                Slip::Address { now: dst }
            } else {
                Slip::Mask { src: false, net: written.value }
            });
        }
        (false, true) => {
            let written = ip.src?;
            ip.src = Some(Inv { not: false, value: wider(written, src)? });
            slips.push(Slip::Mask { src: true, net: written.value });
        }
        (false, false) => return None,
    }
    let (came, goes) = (&missed.path.iniface, &missed.path.outiface);
    // Only FORWARD takes both.
    let both = missed.path.hook == Hook::Forward;
    match (fits(ip.iniface.as_ref(), came), fits(ip.outiface.as_ref(), goes)) {
        (true, true) => {}
        _ if both && fits(ip.iniface.as_ref(), goes) && fits(ip.outiface.as_ref(), came) => {
            std::mem::swap(&mut ip.iniface, &mut ip.outiface);
            slips.push(Slip::Ifaces);
        }
        (false, true) => slips.push(rename(host, &mut ip.iniface, came, true)?),
        (true, false) => slips.push(rename(host, &mut ip.outiface, goes, false)?),
        (false, false) => return None,
    }
    Some(())
}

/// A test of a port.
type Ports = Option<Inv<Range<u16>>>;

/// The same for ports.
fn ports(
    (sport, dport): (&mut Ports, &mut Ports),
    packet: &Packet,
    asked: (IpAddr, Option<u16>),
    slips: &mut Vec<Slip>,
) -> Option<()> {
    let (from, to) = (packet.sport()?, packet.dport()?);
    let holds = |m: &Ports, port: u16| {
        m.is_none_or(|m| (m.value.first <= port && port <= m.value.last) != m.not)
    };
    match (holds(sport, from), holds(dport, to)) {
        (true, true) => {}
        _ if holds(sport, to) && holds(dport, from) => {
            std::mem::swap(sport, dport);
            slips.push(Slip::Ports);
        }
        (true, false) => {
            let was = asked.1.filter(|port| *port != to && holds(dport, *port))?;
            *dport = Some(Inv { not: false, value: Range { first: to, last: to } });
            slips.push(Slip::Port { was, now: to });
        }
        _ => return None,
    }
    Some(())
}

/// The same for states: the packet's own is added. A new packet only where the rule says more than the state.
fn states(
    state: &mut Inv<CtStates>,
    missed: &Missed,
    narrow: bool,
    slips: &mut Vec<Slip>,
) -> Option<()> {
    let has = missed.moment.ct?.state;
    let usual = CtStates::NEW.0 | CtStates::RELATED.0 | CtStates::ESTABLISHED.0;
    if (state.value.0 & has.0 != 0) != state.not {
        return Some(());
    }
    let own = has.0 & usual;
    let may = own != CtStates::NEW.0 || narrow;
    if state.not || own == 0 || state.value.0 & !usual != 0 || !may {
        return None;
    }
    slips.push(Slip::State { wanted: state.value, has: CtStates(own) });
    state.value = CtStates(state.value.0 | own);
    Some(())
}

fn fits(m: Option<&Inv<IfaceMatch>>, iface: &PathIface) -> bool {
    let Some(m) = m else { return true };
    let name = iface.name().map_or("", |n| &**n);
    let same =
        if m.value.prefix { name.starts_with(&*m.value.name) } else { *m.value.name == *name };
    same != m.not
}

/// Puts the packet's interface for a name that none has.
fn rename(
    host: &Host,
    m: &mut Option<Inv<IfaceMatch>>,
    to: &PathIface,
    comes: bool,
) -> Option<Slip> {
    let written = m.clone()?;
    let has = to.name()?;
    let there = host.interfaces.iter().any(|i| {
        let name = &written.value.name;
        if written.value.prefix { i.name.starts_with(&**name) } else { i.name == *name }
    });
    let told = host.interfaces.iter().any(|i| !i.addrs.is_empty());
    if written.not || there || !told {
        return None;
    }
    *m = Some(Inv { not: false, value: IfaceMatch { name: has.clone(), prefix: false } });
    let sign = if written.value.prefix { "+" } else { "" };
    let name = format!("{}{sign}", written.value.name).into();
    Some(Slip::Iface { comes, name, has: has.clone() })
}

fn whole(addr: IpAddr) -> AddrMask {
    let mask = match addr {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::BROADCAST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(u128::MAX)),
    };
    AddrMask { addr, mask }
}

/// The network around a written one that holds an address just beyond it; of a mask with holes what stands before
/// the first hole.
fn wider(m: Inv<AddrMask>, addr: IpAddr) -> Option<AddrMask> {
    let (bits, ones, all) = match m.value.mask {
        IpAddr::V4(mask) => {
            (mask.to_bits().count_ones() as u8, mask_len(u128::from(mask.to_bits()) << 96), 32)
        }
        IpAddr::V6(mask) => (mask.to_bits().count_ones() as u8, mask_len(mask.to_bits()), 128),
    };
    if m.not || bits == all {
        return None;
    }
    let least = if bits == ones { ones.saturating_sub(MOST_BITS).max(8) } else { ones };
    let len =
        (least..=ones).rev().find(|len| (Cidr { addr: m.value.addr, len: *len }).holds(addr))?;
    let mask = match addr {
        IpAddr::V4(_) => prefix(IpAddr::V4(Ipv4Addr::BROADCAST), len),
        IpAddr::V6(_) => prefix(IpAddr::V6(Ipv6Addr::from(u128::MAX)), len),
    };
    Some(AddrMask { addr: prefix(m.value.addr, len), mask })
}

fn mask_len(bits: u128) -> u8 {
    bits.leading_ones() as u8
}
