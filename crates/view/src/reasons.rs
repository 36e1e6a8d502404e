//! Why rules matched or did not, in words; alike reasons of neighbouring rules become one.

use crate::explained::Explained;
use crate::page::{Lang, Sentence, Style};
use crate::say::{join, run, say};
use crate::stops::TimelineStop;
use crate::terms::{Term, terms};
use crate::values::{self, found};
use chainwalk_model::{
    ChainId, Check, ConditionKind, CtStates, Match, Observed, OpKind, Rule, RuleId, Ruleset, Truth,
};
use std::net::IpAddr;

/// So many rules of a range are asked for their reason; of the rest only the number is said.
const LOOK: usize = 32;
/// So many different reasons stand in one sentence.
const SAY: usize = 3;

/// Why one rule did not match: the first condition that fails, what the packet has, what was wanted.
#[derive(Clone, Debug, PartialEq)]
struct Mismatch {
    part: Option<ConditionKind>,
    not: bool,
    has: String,
    wanted: String,
    comment: String,
    chain: String,
}

fn rule_of(t: &Explained, chain: ChainId, number: u32) -> Option<RuleId> {
    t.rules().chain(chain).rules.get((number as usize).checked_sub(1)?).copied()
}

fn term_of(rules: &Ruleset, rule: &Rule, check: &Check) -> Option<Term> {
    let all = terms(rules, rule);
    let same = |t: &&Term| t.op == check.op && t.part == check.part;
    all.iter().find(same).or_else(|| all.iter().find(|t| t.op == check.op)).cloned()
}

/// What the packet has where a check looked; for address types the address itself, of ICMP type and code.
pub(crate) fn has(t: &Explained, reply: Option<usize>, step: usize, check: &Check) -> String {
    let packet = t.trace(reply).and_then(|trace| crate::explained::moment(trace, step));
    match (check.part, packet) {
        (ConditionKind::SrcType, Some(m)) => m.packet.ip.src.to_string(),
        (ConditionKind::DstType, Some(m)) => m.packet.ip.dst.to_string(),
        (ConditionKind::Icmp, _) => match check.found {
            Observed::Hex(both) => format!("{}/{}", both >> 8, both & 0xff),
            _ => found(&check.found),
        },
        _ => found(&check.found),
    }
}

fn miss(t: &Explained, stop: &TimelineStop, rule: RuleId) -> Mismatch {
    let r = t.rules().rule(rule);
    let comment = r.comment.as_deref().unwrap_or_default().to_owned();
    let jump = match r.verdict() {
        Some(chainwalk_model::Target::Jump(c) | chainwalk_model::Target::Goto(c)) => {
            t.rules().chain(*c).name.to_string()
        }
        _ => String::new(),
    };
    let checks = t.checks(stop.reply, stop.first, rule);
    let failed = checks.iter().find(|c| c.truth == Truth::No);
    match failed {
        None => Mismatch {
            part: None,
            not: false,
            has: String::new(),
            wanted: String::new(),
            comment,
            chain: jump,
        },
        Some(check) => Mismatch {
            part: Some(check.part),
            not: check.not,
            has: has(t, stop.reply, stop.first, check),
            wanted: term_of(t.rules(), r, check)
                .map(|t| if t.value.is_empty() { t.name } else { t.value })
                .unwrap_or_default(),
            comment,
            chain: jump,
        },
    }
}

/// What a condition looks at, in a word; nothing where the value speaks for itself.
fn subject(part: ConditionKind, has: &str) -> String {
    let name = match part {
        ConditionKind::InIface => "in",
        ConditionKind::OutIface => "out",
        ConditionKind::Sport => "sport",
        ConditionKind::Dport => "dport",
        ConditionKind::AnyPort => "port",
        ConditionKind::TcpFlags => "flags",
        ConditionKind::Icmp => "icmp-type",
        ConditionKind::Mark => "mark",
        ConditionKind::Ctmark => "connmark",
        ConditionKind::CtState => "state",
        ConditionKind::PhysIn => "physdev-in",
        ConditionKind::PhysOut => "physdev-out",
        ConditionKind::Length | ConditionKind::HeaderLen => "length",
        ConditionKind::Ttl => "ttl",
        ConditionKind::Tos => "tos",
        ConditionKind::Mac => "mac",
        ConditionKind::PktType => "pkttype",
        ConditionKind::Owner => "owner",
        ConditionKind::Spi => "spi",
        ConditionKind::Reserved => "reserved",
        ConditionKind::FragId => "frag-id",
        ConditionKind::FragPlace => "frag-offset",
        ConditionKind::HeaderType => "type",
        ConditionKind::SegmentsLeft => "segments-left",
        ConditionKind::LastEntry => "last-entry",
        ConditionKind::NextHeader => "next-hdr",
        ConditionKind::SegmentTag => "tag",
        ConditionKind::PrevSegment => "psid",
        ConditionKind::NextSegment => "nsid",
        ConditionKind::LastSegment => "lsid",
        ConditionKind::RoutingAddrs => "rt-addrs",
        ConditionKind::HeaderOptions => "options",
        ConditionKind::Headers => "headers",
        ConditionKind::Chunks => "chunks",
        ConditionKind::DccpType => "dccp-type",
        ConditionKind::Mss => "mss",
        ConditionKind::Realm => "realm",
        ConditionKind::Node => "node",
        _ => "",
    };
    if name.is_empty() { has.to_owned() } else { format!("{name} {has}") }
}

/// Several misses of one kind as a sentence.
fn told(t: &Explained, misses: &[Mismatch]) -> Sentence {
    let lang = t.lang;
    let Some(first) = misses.first() else { return Sentence::new() };
    let Some(part) = first.part else {
        return say!(lang, MissUnsaid, count = misses.len());
    };
    let mut wanted: Vec<&str> = Vec::new();
    for m in misses {
        if !wanted.contains(&m.wanted.as_str()) {
            wanted.push(&m.wanted);
        }
    }
    let count = misses.len();
    let one = wanted.first().copied().unwrap_or_default();
    let what = run(subject(part, &first.has), Style::Code);
    if first.has.is_empty()
        && matches!(
            part,
            ConditionKind::InIface
                | ConditionKind::OutIface
                | ConditionKind::PhysIn
                | ConditionKind::PhysOut
        )
    {
        return say!(lang, MissNoIface, what = one);
    }
    match part {
        // What it is not allowed to be need not be said twice.
        _ if first.not && first.has == one => say!(lang, MissSame, what = what),
        ConditionKind::Dst | ConditionKind::Src if first.not => {
            say!(lang, MissIs, what = what, wanted = one)
        }
        ConditionKind::Dst if wanted.len() > 1 => {
            let cluster = misses.iter().all(|m| m.comment.contains("cluster IP"));
            if cluster {
                say!(lang, MissClusterIps, what = what, count = count)
            } else {
                say!(lang, MissAddresses, what = what, count = count)
            }
        }
        ConditionKind::Src if wanted.len() > 1 => {
            say!(lang, MissAddresses, what = what, count = count)
        }
        ConditionKind::Dport | ConditionKind::Sport | ConditionKind::AnyPort
            if wanted.len() > 1 =>
        {
            say!(lang, MissPorts, what = what, count = count)
        }
        ConditionKind::InIface | ConditionKind::OutIface if wanted.len() > 1 => {
            say!(lang, MissIfaces, what = what, count = count)
        }
        ConditionKind::Dport | ConditionKind::Sport | ConditionKind::AnyPort
            if first.has.is_empty() =>
        {
            say!(lang, MissNoPort)
        }
        ConditionKind::DstType | ConditionKind::SrcType => match (one, first.not) {
            ("LOCAL", false) => say!(lang, MissNotLocal, addr = &first.has),
            ("LOCAL", true) => say!(lang, HitLocal, addr = &first.has),
            _ => say!(lang, MissType, addr = &first.has, wanted = one),
        },
        ConditionKind::Random | ConditionKind::Nth => say!(lang, MissChance),
        ConditionKind::Mark | ConditionKind::Ctmark if !first.not => {
            say!(lang, MissMark, what = what, wanted = one)
        }
        ConditionKind::Limit | ConditionKind::Quota => say!(lang, MissLimit),
        ConditionKind::Recent if !first.not && first.has.parse() != Ok(0) => {
            say!(lang, MissSeen, count = first.has.parse::<usize>().unwrap_or_default())
        }
        ConditionKind::Recent | ConditionKind::Set => say!(lang, MissList, set = one),
        ConditionKind::Fragment => say!(lang, MissFragment),
        ConditionKind::Module
        | ConditionKind::CtOther
        | ConditionKind::TcpOption
        | ConditionKind::PhysBridged
        | ConditionKind::Owner
            if first.has.is_empty() =>
        {
            say!(lang, MissModule, what = one)
        }
        // A header that is not there, or can't be read.
        _ if first.has.is_empty() => say!(lang, MissModule, what = subject(part, one)),
        _ if first.not => say!(lang, MissIs, what = what, wanted = one),
        _ => say!(lang, MissIsNot, what = what, wanted = wanted.join(" / ")),
    }
}

/// The misses of a range, grouped while they are of one kind.
fn groups(
    t: &Explained,
    stop: &TimelineStop,
    chain: ChainId,
    first: u32,
    last: u32,
) -> Vec<Vec<Mismatch>> {
    let mut out: Vec<Vec<Mismatch>> = Vec::new();
    for number in (first..=last).take(LOOK) {
        let Some(rule) = rule_of(t, chain, number) else { break };
        let m = miss(t, stop, rule);
        match out
            .iter_mut()
            .find(|g| g[0].part == m.part && g[0].not == m.not && g[0].has == m.has && !m.not)
        {
            Some(group) => group.push(m),
            None => out.push(vec![m]),
        }
    }
    out
}

/// Whether all rules of a range ask for other addresses than the one that failed the first of them.
fn none_names(t: &Explained, group: &[Mismatch], chain: ChainId, first: u32, last: u32) -> bool {
    let source = match group[0].part {
        Some(ConditionKind::Src) => true,
        Some(ConditionKind::Dst) => false,
        _ => return false,
    };
    let Ok(addr) = group[0].has.parse::<IpAddr>() else { return false };
    let other = |rule: RuleId| {
        t.rules().rule(rule).ops.iter().any(|op| match &op.what {
            OpKind::Match(Match::Ip(ip)) => {
                let wanted = if source { ip.src } else { ip.dst };
                wanted.is_some_and(|wanted| !wanted.not && !wanted.value.holds(addr))
            }
            _ => false,
        })
    };
    (first..=last).all(|number| rule_of(t, chain, number).is_some_and(other))
}

/// Why the rules of a range did not match.
pub(crate) fn why_not(
    t: &Explained,
    stop: &TimelineStop,
    chain: ChainId,
    first: u32,
    last: u32,
) -> Sentence {
    reason(t, stop, chain, first, last)
        .unwrap_or_else(|| say!(t.lang, MissUnsaid, count = last + 1 - first))
}

/// The same, where anything tells why.
pub(crate) fn reason(
    t: &Explained,
    stop: &TimelineStop,
    chain: ChainId,
    first: u32,
    last: u32,
) -> Option<Sentence> {
    let all = groups(t, stop, chain, first, last);
    if let [group] = &all[..]
        && last - first >= LOOK as u32
        && none_names(t, group, chain, first, last)
    {
        let (what, count) = (run(group[0].has.clone(), Style::Code), last + 1 - first);
        return Some(say!(t.lang, MissAllAddresses, what = what, count = count));
    }
    let said: Vec<Sentence> =
        all.iter().filter(|g| g[0].part.is_some()).take(SAY).map(|g| told(t, g)).collect();
    if said.is_empty() {
        return None;
    }
    // What was not looked at is counted, and nothing more is said of it.
    let unseen = ((last + 1).saturating_sub(first) as usize).saturating_sub(LOOK);
    let more = all.len() > SAY;
    let mut out = join(said, if t.lang == Lang::Zh { "；" } else { "; " });
    if more {
        crate::say::append(&mut out, &say!(t.lang, MissMore));
    }
    if unseen > 0 {
        crate::say::append(&mut out, &say!(t.lang, MissMoreRules, count = unseen));
    }
    Some(out)
}

/// What the crossed rules of a range wanted, in a few words for the diagram (`4 cluster IPs`).
pub(crate) fn wanted_short(
    t: &Explained,
    stop: &TimelineStop,
    chain: ChainId,
    first: u32,
    last: u32,
) -> Sentence {
    let all = groups(t, stop, chain, first, last);
    let lang = t.lang;
    let whole = (last + 1).saturating_sub(first) as usize <= LOOK;
    let Some(group) = all.first().filter(|g| whole && all.len() == 1 && g[0].part.is_some()) else {
        return say!(lang, ShortRules, count = last + 1 - first);
    };
    let count = group.len();
    match group[0].part {
        Some(ConditionKind::Dst) if group.iter().all(|m| m.comment.contains("cluster IP")) => {
            say!(lang, ShortClusterIps, count = count)
        }
        Some(ConditionKind::Dst | ConditionKind::Src) if count > 1 => {
            say!(lang, ShortAddresses, count = count)
        }
        Some(ConditionKind::Dport | ConditionKind::Sport | ConditionKind::AnyPort) if count > 1 => {
            say!(lang, ShortPorts, count = count)
        }
        Some(part) if count == 1 => {
            let m = &group[0];
            let not = if m.not { "!" } else { "" };
            let name = subject(part, "");
            run(format!("{name}{not}{}", m.wanted).trim().to_owned(), Style::Plain)
        }
        _ => say!(lang, ShortRules, count = count),
    }
}

/// Those of a packet's states that a rule wants; what the packet `has` where it wants none of them. The states
/// `DNAT` and `SNAT` come with another one, so they are named only where they count.
fn fitting(states: CtStates, wanted: &str, has: String) -> String {
    let all = values::states(states);
    let fit: Vec<&str> = all.split(',').filter(|s| wanted.split(',').any(|w| w == *s)).collect();
    if fit.is_empty() { has } else { fit.join(",") }
}

/// What is worth saying about a rule that matched: the conditions whose truth is not plain to see.
pub(crate) fn why(t: &Explained, stop: &TimelineStop, rule: RuleId) -> Sentence {
    let lang = t.lang;
    let r = t.rules().rule(rule);
    let mut parts = Vec::new();
    for check in t.checks(stop.reply, stop.first, rule) {
        let wanted = term_of(t.rules(), r, &check).map(|t| t.value).unwrap_or_default();
        let has = has(t, stop.reply, stop.first, &check);
        match (check.part, &check.truth) {
            (ConditionKind::DstType | ConditionKind::SrcType, Truth::Yes)
                if wanted == "LOCAL" && !check.not =>
            {
                parts.push(say!(lang, HitLocal, addr = has));
            }
            (ConditionKind::DstType | ConditionKind::SrcType, Truth::Yes) if wanted == "LOCAL" => {
                parts.push(say!(lang, MissNotLocal, addr = has));
            }
            (ConditionKind::CtState, Truth::Yes) => {
                if let Observed::States(states) = check.found {
                    parts.push(say!(lang, HitState, state = fitting(states, &wanted, has)));
                }
            }
            (ConditionKind::Mark | ConditionKind::Ctmark, Truth::Yes) => {
                parts.push(say!(lang, HitMark, mark = has));
            }
            (ConditionKind::Src | ConditionKind::Dst, Truth::Yes)
                if wanted.contains('/') && !check.not =>
            {
                parts.push(say!(lang, HitNet, addr = has, net = wanted));
            }
            (ConditionKind::Random | ConditionKind::Nth, _) => parts.push(say!(lang, HitChance)),
            (_, Truth::Unknown(_)) => {
                let what = term_of(t.rules(), r, &check).map(|t| t.text()).unwrap_or_default();
                parts.push(say!(lang, HitAssumed, what = what));
            }
            _ => {}
        }
    }
    join(parts, " · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_header_had_is_said_with_the_name_of_its_field() {
        use ConditionKind as Kind;
        for kind in [
            Kind::Spi,
            Kind::Reserved,
            Kind::FragId,
            Kind::FragPlace,
            Kind::HeaderType,
            Kind::HeaderLen,
            Kind::SegmentsLeft,
            Kind::LastEntry,
            Kind::NextHeader,
            Kind::SegmentTag,
        ] {
            let said = subject(kind, "7");
            assert!(said.ends_with(" 7") && said.len() > 4, "{kind:?}: {said}");
        }
    }
}
