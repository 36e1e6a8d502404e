//! Fates in words: what they are called, where and why a walk ended, which of them are alike.

use crate::explained::Explained;
use crate::page::{Lang, Sentence, Tone};
use crate::places::{chain_path, place, policy_word, table_name};
use crate::questions::question;
use crate::say::{Key, format, say, text};
use crate::sender::errno;
use crate::targets::reject;
use crate::values::{UNTOLD, address, destination, endpoint};
use chainwalk_model::nft::Statement;
use chainwalk_model::{
    Backend, ChainId, ChainKind, Change, DecidedBy, DroppedBy, Entry, Event, Fate, Hook, OpKind,
    Outcome, Printer, Question, RejectWith, Routed, RoutingDrop, RuleId, Target, Trace,
};
use std::net::IpAddr;

/// Fates that are shown as one: the same end at the same place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Class {
    /// Delivered here.
    Local(Option<bool>),
    /// Sent on or sent out.
    Out,
    /// Stopped by the same rule, policy or reason.
    Same(Fate),
}

/// The class of a fate.
pub(crate) fn class(fate: &Fate) -> Class {
    match fate {
        Fate::Local { listening, .. } => Class::Local(*listening),
        out if out.is_out() => Class::Out,
        other => Class::Same(other.clone()),
    }
}

/// The colour of a fate.
pub(crate) fn tone(fate: &Fate) -> Tone {
    match fate {
        Fate::Local { listening: Some(false), .. } => Tone::Stop,
        Fate::Local { .. } | Fate::Kept => Tone::Ok,
        out if out.is_out() => Tone::Ok,
        Fate::Queued(_) | Fate::Stolen(_) | Fate::Proxied(_) | Fate::Undecided(_) => Tone::Depends,
        _ => Tone::Stop,
    }
}

/// The word that begins the headline of a stop: `Rejected.`
pub(crate) fn word(lang: Lang, trace: &Trace) -> Sentence {
    let key = match &trace.fate {
        Fate::Refused if trace.errno.is_some() => Key::WordSendError,
        Fate::Local { listening: Some(false), .. } => Key::WordNobody,
        Fate::Local { .. } => Key::WordDelivered,
        Fate::Forwarded(_) => Key::WordForwarded,
        Fate::Sent(_) => Key::WordSent,
        Fate::Bridged(_) => Key::WordBridged,
        Fate::Dropped(_) | Fate::DroppedUnseen(_) | Fate::NotForUs | Fate::Refused => {
            Key::WordDropped
        }
        Fate::Rejected { .. } => Key::WordRejected,
        Fate::Routing(RoutingDrop::NoRoute) => Key::WordNoRoute,
        Fate::Routing(RoutingDrop::ForwardingOff) => Key::WordNotForwarded,
        Fate::Routing(_) => Key::WordRoutingDrop,
        Fate::Queued(_) => Key::WordQueued,
        Fate::Stolen(_) | Fate::Proxied(_) => Key::WordStolen,
        Fate::Kept => Key::WordKept,
        Fate::SendError(_) => Key::WordSendError,
        Fate::Looped => Key::WordLooped,
        Fate::ChainLoop(_) => Key::WordChainLoop,
        Fate::TooLong(_) => Key::WordTooLong,
        Fate::Undecided(_) => Key::WordUndecided,
    };
    format(lang, key, Vec::new())
}

/// A fate in a few words, for a card: `rejected, FORWARD 6`.
pub(crate) fn short(t: &Explained, trace: &Trace) -> String {
    let lang = t.lang;
    let by_rule = |rule: RuleId| {
        let r = t.rules().rule(rule);
        format!("{} {}", t.rules().chain(r.chain).name, r.number)
    };
    let sentence = match &trace.fate {
        Fate::Local { listening: Some(false), .. } => say!(lang, ShortNobody),
        Fate::Local { .. } => say!(lang, ShortDelivered),
        Fate::Forwarded(Some(iface)) => say!(lang, ShortForwarded, iface = &**iface),
        Fate::Sent(Some(iface)) => say!(lang, ShortSent, iface = &**iface),
        Fate::Bridged(Some(iface)) => say!(lang, ShortBridged, iface = &**iface),
        Fate::Forwarded(None) => say!(lang, ShortForwarded, iface = "?"),
        Fate::Sent(None) => say!(lang, ShortSent, iface = "?"),
        Fate::Bridged(None) => say!(lang, ShortBridged, iface = "?"),
        Fate::Dropped(DroppedBy::Rule(rule)) => say!(lang, ShortDropped, at = by_rule(*rule)),
        Fate::Dropped(DroppedBy::Policy(chain)) => {
            say!(lang, ShortDroppedPolicy, chain = &*t.rules().chain(*chain).name)
        }
        Fate::Dropped(DroppedBy::Kernel) | Fate::Refused | Fate::NotForUs => {
            say!(lang, ShortDroppedKernel)
        }
        Fate::DroppedUnseen(q) => say!(lang, ShortDroppedUnseen, at = unseen(t, q)),
        Fate::Rejected { rule, .. } => say!(lang, ShortRejected, at = by_rule(*rule)),
        Fate::Routing(RoutingDrop::NoRoute) => say!(lang, ShortNoRoute),
        Fate::Routing(RoutingDrop::ForwardingOff) => say!(lang, ShortNotForwarded),
        Fate::Routing(_) => say!(lang, ShortRouting),
        Fate::Queued(rule) => say!(lang, ShortQueued, at = by_rule(*rule)),
        Fate::Stolen(rule) | Fate::Proxied(rule) => {
            say!(lang, ShortStolen, at = by_rule(*rule))
        }
        Fate::Kept => say!(lang, ShortKept),
        Fate::SendError(e) => say!(lang, ShortSendError, error = errno(*e)),
        Fate::Looped => say!(lang, ShortLooped),
        Fate::ChainLoop(rule) => say!(lang, ShortChainLoop, at = by_rule(*rule)),
        Fate::TooLong(_) => say!(lang, ShortTooLong),
        Fate::Undecided(_) => say!(lang, ShortUndecided),
    };
    crate::say::plain(&sentence)
}

/// The same where there is room: an interface that is not known is said to be so.
pub(crate) fn at_length(t: &Explained, trace: &Trace) -> String {
    match &trace.fate {
        Fate::Forwarded(None) => text!(t.lang, LongForwarded),
        Fate::Sent(None) => text!(t.lang, LongSent),
        Fate::Bridged(None) => text!(t.lang, LongBridged),
        _ => short(t, trace),
    }
}

/// The name of a table or chain that was not pasted, or of a rule that was not understood.
fn unseen(t: &Explained, q: &Question) -> String {
    match q {
        Question::Opaque(at) => {
            let rule = t.rules().rule(at.rule);
            format!("{} {}", t.rules().chain(rule.chain).name, rule.number)
        }
        Question::Table(family, name) => table_name(*family, name),
        Question::Chain(_, _, chain) => chain.to_string(),
        _ => String::new(),
    }
}

/// Where a packet of a trace went in the end: the last packet's destination.
pub(crate) fn last_destination(trace: &Trace) -> String {
    trace.moments.last().map_or_else(String::new, |m| destination(trace, &m.packet))
}

/// The port of this host that a packet came to, where at which of its addresses is not known.
pub(crate) fn untold_port(trace: &Trace) -> Option<String> {
    let packet = &trace.moments.last()?.packet;
    let untold = address(trace, packet.ip.dst) == UNTOLD;
    packet.dport().filter(|_| untold).map(|port| port.to_string())
}

/// What tells ends apart. Dice that pick one of several servers end alike wherever the packet is sent; where
/// something is unknown it matters what it is sent to.
pub(crate) fn end_of(trace: &Trace, question: &Question) -> (Class, String) {
    let class = class(&trace.fate);
    let to = match (&class, question) {
        (Class::Out, Question::Random(..)) => String::new(),
        (Class::Out, Question::NextHop(_)) => match &trace.fate {
            Fate::Forwarded(Some(dev)) | Fate::Sent(Some(dev)) => dev.to_string(),
            _ => String::new(),
        },
        (Class::Out, _) => last_destination(trace),
        _ => String::new(),
    };
    (class, to)
}

/// Why routing stopped a packet.
pub(crate) fn routing(lang: Lang, why: RoutingDrop, dst: &str, src: &str) -> Sentence {
    match why {
        RoutingDrop::NoRoute => say!(lang, RoutingNoRoute, dst = dst),
        RoutingDrop::ForwardingOff => {
            let what =
                if dst.contains(':') { "net.ipv6.conf.all.forwarding" } else { "ip_forward" };
            say!(lang, RoutingForwardingOff, dst = dst, what = what)
        }
        RoutingDrop::Martian => say!(lang, RoutingMartian, src = src, dst = dst),
        RoutingDrop::LocalSource => say!(lang, RoutingLocalSource, src = src),
        RoutingDrop::RpFilter => say!(lang, RoutingRpFilter, src = src),
        RoutingDrop::Localnet => say!(lang, RoutingLocalnet),
        RoutingDrop::BeyondScope => say!(lang, RoutingScope),
        RoutingDrop::Ttl => say!(lang, RoutingTtl),
        RoutingDrop::Mtu => say!(lang, RoutingMtu),
        RoutingDrop::Blackhole => say!(lang, RoutingBlackhole, dst = dst),
        RoutingDrop::Unreachable => say!(lang, RoutingUnreachable, dst = dst),
        RoutingDrop::Prohibit => say!(lang, RoutingProhibit, dst = dst),
        RoutingDrop::BadHeader => say!(lang, RoutingBadHeader),
        RoutingDrop::SourceRoute => say!(lang, RoutingSourceRoute),
        RoutingDrop::NotForUs => say!(lang, RoutingNotForUs, dst = dst),
        RoutingDrop::LinkDown => say!(lang, RoutingLinkDown),
    }
}

/// Where and why a walk ended, one line.
pub(crate) fn why(t: &Explained, outcome: &Outcome) -> Sentence {
    let why = why_of(t, &outcome.trace);
    let why = match accepted_before(t, &outcome.trace) {
        Some((chain, number)) => {
            let chain = chain_path(t.rules(), chain);
            say!(t.lang, WhyAcceptedBefore, why = why, chain = chain, number = number)
        }
        None => why,
    };
    let again = outcome.trace.steps.iter().any(|s| matches!(s.event, Event::Loop));
    if again && tone(&outcome.trace.fate) == Tone::Stop {
        return say!(t.lang, WhySecondPass, why = why);
    }
    why
}

/// The rule of an earlier chain of the same hook that had accepted a packet which native nft stops: an accept ends its
/// own base chain alone.
fn accepted_before(t: &Explained, trace: &Trace) -> Option<(ChainId, u32)> {
    let rules = t.rules();
    let stops = match &trace.fate {
        Fate::Dropped(DroppedBy::Rule(rule)) | Fate::Rejected { rule, .. } => {
            rules.rule(*rule).chain
        }
        Fate::Dropped(DroppedBy::Policy(chain)) => *chain,
        _ => return None,
    };
    if rules.table(rules.chain(stops).table).backend != Backend::Nft {
        return None;
    }
    let hook = trace.steps.iter().rposition(|s| matches!(s.event, Event::Hook(_)))?;
    trace.steps[hook..].iter().rev().find_map(|s| match s.event {
        Event::BaseEnd { at, by: DecidedBy::Rule(number), accepted: true, .. } => {
            Some((at, number))
        }
        _ => None,
    })
}

/// Where a packet was sent to at first.
fn sent_to(trace: &Trace) -> String {
    let sent = &trace.sent.packet;
    endpoint(sent.ip.dst, sent.dport())
}

/// Whether an address is that of everybody on a network of this host, or of a group.
pub(crate) fn is_for_all(t: &Explained, addr: IpAddr) -> bool {
    let IpAddr::V4(addr) = addr else { return addr.is_multicast() };
    let nets = t.host.interfaces.iter().flat_map(|i| &i.addrs).map(|a| a.value);
    addr.is_multicast()
        || addr.is_broadcast()
        || nets.filter(|n| n.len < 31).any(|n| match n.addr {
            IpAddr::V4(own) => u32::from(own) | u32::MAX >> n.len == u32::from(addr),
            IpAddr::V6(_) => false,
        })
}

/// The same of one packet's walk. That no rule stops it is left to what was walked there and back.
pub(crate) fn why_of(t: &Explained, trace: &Trace) -> Sentence {
    let lang = t.lang;
    let rules = t.rules();
    let dst = last_destination(trace);
    let dst_addr =
        trace.moments.last().map_or_else(String::new, |m| address(trace, m.packet.ip.dst));
    let src_addr =
        trace.moments.last().map_or_else(String::new, |m| address(trace, m.packet.ip.src));
    match &trace.fate {
        Fate::Local { iface, .. } => match let_in(t, trace) {
            Some((chain, number)) => say!(
                lang,
                WhyLocalRule,
                iface = &**iface,
                chain = chain_path(rules, chain),
                number = number
            ),
            None => match trace.moments.last() {
                Some(m) if is_for_all(t, m.packet.ip.dst) => {
                    say!(lang, WhyLocalAll, dst = &dst, iface = &**iface)
                }
                _ => match untold_port(trace) {
                    Some(port) => say!(lang, WhyLocalPort, port = port, iface = &**iface),
                    None => say!(lang, WhyLocal, dst = &dst, iface = &**iface),
                },
            },
        },
        Fate::Forwarded(iface) | Fate::Sent(iface) | Fate::Bridged(iface) => {
            let rewritten = rewritten_source(trace);
            match iface.as_deref() {
                Some(iface) if rewritten => {
                    say!(lang, WhyOutRewritten, dst = &dst, iface = iface, src = &src_addr)
                }
                None if rewritten => {
                    say!(lang, WhyOutUnknownRewritten, dst = &dst, src = &src_addr)
                }
                Some(iface) => say!(lang, WhyOutThere, dst = &dst, iface = iface),
                None => say!(lang, WhyOutUnknown, dst = &dst),
            }
        }
        Fate::Dropped(DroppedBy::Rule(rule)) | Fate::Rejected { rule, .. } => {
            let (chain, number) = place(rules, *rule);
            let conditions = crate::terms::seen_conditions(rules, rules.rule(*rule));
            // What a map of verdicts looks up is a condition too.
            let looked = rules.rule(*rule).ops.iter().find_map(|op| match &op.what {
                OpKind::Target(Target::Nft(s)) if matches!(**s, Statement::VerdictMap { .. }) => {
                    Some(Printer::short(rules).statement(s))
                }
                _ => None,
            });
            let conditions = match looked {
                Some(looked) if conditions.is_empty() => looked,
                _ => conditions,
            };
            let rejected = matches!(trace.fate, Fate::Rejected { .. });
            match (conditions.is_empty(), rejected) {
                (true, true) => say!(lang, WhyRejectsRest, chain = chain, number = number),
                (true, false) => say!(lang, WhyDropsRest, chain = chain, number = number),
                (false, true) => {
                    say!(lang, WhyRejects, chain = chain, number = number, conditions = conditions)
                }
                (false, false) => {
                    say!(lang, WhyDrops, chain = chain, number = number, conditions = conditions)
                }
            }
        }
        Fate::Dropped(DroppedBy::Policy(chain)) => {
            let policy = policy_word(rules, *chain, false);
            say!(lang, WhyPolicy, chain = chain_path(rules, *chain), policy = policy)
        }
        Fate::Dropped(DroppedBy::Kernel) => say!(lang, WhyKernel),
        Fate::DroppedUnseen(q) => say!(lang, WhyUnseen, what = unseen(t, q)),
        Fate::Routing(drop) => routing(lang, *drop, &dst_addr, &src_addr),
        Fate::Queued(rule) => {
            let (chain, number) = place(rules, *rule);
            say!(lang, WhyQueued, chain = chain, number = number)
        }
        Fate::Stolen(rule) => {
            let (chain, number) = place(rules, *rule);
            say!(lang, WhyStolen, chain = chain, number = number)
        }
        Fate::Proxied(rule) => {
            let (chain, number) = place(rules, *rule);
            say!(lang, WhyProxied, chain = chain, number = number)
        }
        Fate::Refused => {
            let nowhere = trace.steps.iter().rev().find_map(|s| match &s.event {
                Event::Routed { to: Routed::Nowhere(drop), .. } => Some(*drop),
                _ => None,
            });
            match nowhere {
                Some(RoutingDrop::Localnet) if dst != sent_to(trace) => {
                    say!(lang, RoutingLocalnetOut, src = &src_addr, dst = &dst)
                }
                Some(drop) => routing(lang, drop, &dst_addr, &src_addr),
                None => say!(lang, WhyRefused),
            }
        }
        Fate::Kept => say!(lang, WhyKept),
        Fate::SendError(e) => say!(lang, WhySendError, error = errno(*e)),
        Fate::NotForUs => say!(lang, WhyNotForUs),
        Fate::Looped => say!(lang, WhyLooped),
        Fate::ChainLoop(rule) => {
            let (chain, number) = place(rules, *rule);
            let to = match rules.rule(*rule).verdict() {
                Some(Target::Jump(to) | Target::Goto(to)) => &*rules.chain(*to).name,
                _ => "",
            };
            say!(lang, WhyChainLoop, chain = chain, number = number, to = to)
        }
        Fate::TooLong(most) => say!(lang, WhyTooLong, count = *most),
        Fate::Undecided(q) => say!(lang, WhyUndecided, what = question(t, q)),
    }
}

/// The rule of INPUT that let the packet in, if one did.
fn let_in(t: &Explained, trace: &Trace) -> Option<(ChainId, u32)> {
    trace.steps.iter().rev().find_map(|s| match &s.event {
        Event::BaseEnd { chain, at, by: DecidedBy::Rule(number), accepted: true } => {
            let base = t.rules().chain(*chain).base.as_ref()?;
            (base.hook == Hook::Input).then_some((*at, *number))
        }
        _ => None,
    })
}

/// The chain whose policy let a packet on where no rule of its last filtering hook did, and the step at which it ended.
pub(crate) fn let_on_by_policy(t: &Explained, trace: &Trace) -> Option<(usize, ChainId)> {
    if trace.fate.is_through() != Some(true) {
        return None;
    }
    let rules = t.rules();
    let filters = |chain: ChainId| {
        let base = rules.chain(chain).base.as_ref()?;
        let judges = matches!(base.hook, Hook::Input | Hook::Forward | Hook::Output);
        (judges && base.kind == ChainKind::Filter).then_some(base.hook)
    };
    let ends = trace.steps.iter().enumerate().rev().filter_map(|(step, s)| match s.event {
        Event::BaseEnd { chain, by, .. } => Some((step, chain, by, filters(chain)?)),
        _ => None,
    });
    let ends: Vec<_> = ends.collect();
    let (.., last) = *ends.first()?;
    let mut here = ends.iter().take_while(|(.., hook)| *hook == last);
    if here.clone().any(|(_, _, by, _)| *by != DecidedBy::Policy) {
        return None;
    }
    // iptables has its policies in filter; mangle is asked at the same hook.
    let named = |chain: ChainId| *rules.table(rules.chain(chain).table).name == *"filter";
    let found = here.clone().find(|(_, chain, ..)| named(*chain)).or_else(|| here.next());
    found.map(|(step, chain, ..)| (*step, *chain))
}

/// That no rule of a chain decided, and what its policy is.
pub(crate) fn policy_accepts(t: &Explained, chain: ChainId) -> Sentence {
    let policy = policy_word(t.rules(), chain, true);
    say!(t.lang, WhyPolicy, chain = chain_path(t.rules(), chain), policy = policy)
}

/// That no rule stops a packet that leaves, nor its answer; `None` where it ends otherwise, or was rewritten.
pub(crate) fn unstopped(lang: Lang, trace: &Trace) -> Option<Sentence> {
    let (Fate::Forwarded(iface) | Fate::Sent(iface) | Fate::Bridged(iface)) = &trace.fate else {
        return None;
    };
    let iface = iface.as_deref().filter(|_| !rewritten_source(trace))?;
    Some(say!(lang, WhyOut, dst = last_destination(trace), iface = iface))
}

fn rewritten_source(trace: &Trace) -> bool {
    let first = trace.sent.packet.ip.src;
    trace.moments.last().is_some_and(|m| m.packet.ip.src != first)
}

/// The message that REJECT sends, as it is on the wire.
pub(crate) fn reject_word(with: RejectWith) -> String {
    match with {
        RejectWith::TcpReset => "RST".into(),
        other => reject(other).to_owned(),
    }
}

/// A hook that people expect on this walk and that the packet never visits, and why.
pub(crate) fn unvisited(t: &Explained, outcome: &Outcome) -> Option<(Hook, Sentence)> {
    let trace = &outcome.trace;
    let visits =
        |h: Hook| trace.steps.iter().any(|s| matches!(&s.event, Event::Hook(p) if p.hook == h));
    let dnat = trace.steps.iter().find_map(|s| match &s.event {
        Event::Changed(Change::Dst { to, .. }) => Some(to.0),
        _ => None,
    });
    let wire = matches!(trace.sent.entry, Entry::Wire { .. });
    if let Some(to) = dnat
        && wire
        && !visits(Hook::Input)
        && visits(Hook::Forward)
    {
        let name = Hook::Input.builtin();
        return Some((Hook::Input, say!(t.lang, NeverInput, hook = name, dst = to.to_string())));
    }
    if !wire && !visits(Hook::Prerouting) && has_rules(t, Hook::Prerouting) {
        let name = Hook::Prerouting.builtin();
        return Some((Hook::Prerouting, say!(t.lang, NeverPrerouting, hook = name)));
    }
    None
}

fn has_rules(t: &Explained, hook: Hook) -> bool {
    t.rules()
        .chains
        .iter()
        .any(|c| c.base.as_ref().is_some_and(|b| b.hook == hook) && !c.rules.is_empty())
}
