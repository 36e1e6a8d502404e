//! Fates in words: what the sender's program sees, what the place is called, which fates are alike.

use crate::page::{Lang, Sentence, Tone};
use crate::say::{Key, format, say};
use crate::telling::Telling;
use crate::terms::{address, chain_path, destination, endpoint, place, reject, table_name};
use chainwalk_model::{
    App, ChainId, Cidr, EndBy, Entry, Errno, Event, Family, Fate, Hook, IfKind, L4, OpId, OpKind,
    Outcome, Question, RejectWith, Routed, RoutingDrop, RuleId, Stop, Target, TcpFlags, Trace,
};

/// Fates that are told as one: the same end at the same place.
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
        Fate::Forwarded(_) | Fate::Sent(_) | Fate::Bridged(_) => Class::Out,
        other => Class::Same(other.clone()),
    }
}

/// The colour of a fate.
pub(crate) fn tone(fate: &Fate) -> Tone {
    match fate {
        Fate::Local { listening: Some(false), .. } => Tone::Stop,
        Fate::Local { .. } | Fate::Forwarded(_) | Fate::Sent(_) | Fate::Bridged(_) | Fate::Kept => {
            Tone::Ok
        }
        Fate::Queued(_) | Fate::Stolen(_) | Fate::Proxied(_) | Fate::Undecided(_) => Tone::Depends,
        _ => Tone::Stop,
    }
}

/// What the program at the sending end sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It prints this message of the system.
    Prints(&'static str),
    /// A connection attempt that hangs and times out.
    Hangs,
    /// Nothing comes back.
    Silence,
    /// Nothing to be said of a program.
    Unsaid,
}

/// The host's message for an error number.
pub(crate) fn errno(e: Errno) -> &'static str {
    match e {
        Errno::EPERM => "Operation not permitted",
        Errno::EINVAL => "Invalid argument",
        Errno::ENETUNREACH => "Network is unreachable",
        Errno::EHOSTUNREACH => "No route to host",
        Errno::EACCES => "Permission denied",
        Errno::ECONNREFUSED => "Connection refused",
        Errno::EMSGSIZE => "Message too long",
    }
}

/// What a `connect()` on TCP says to an ICMP error or a reset.
fn tcp_sees(with: RejectWith) -> &'static str {
    match with {
        RejectWith::PortUnreachable | RejectWith::TcpReset => "Connection refused",
        RejectWith::NetUnreachable | RejectWith::NetProhibited | RejectWith::NoRoute6 => {
            "Network is unreachable"
        }
        RejectWith::ProtoUnreachable => "Protocol not available",
        RejectWith::HostUnreachable
        | RejectWith::HostProhibited
        | RejectWith::AdminProhibited
        | RejectWith::AddrUnreachable6 => "No route to host",
        RejectWith::PolicyFail6 | RejectWith::RejectRoute6 => "Permission denied",
    }
}

/// What `ping` prints for an ICMP error.
fn ping_prints(with: RejectWith) -> Option<&'static str> {
    Some(match with {
        RejectWith::NetUnreachable => "Destination Net Unreachable",
        RejectWith::HostUnreachable => "Destination Host Unreachable",
        RejectWith::ProtoUnreachable => "Destination Protocol Unreachable",
        RejectWith::PortUnreachable => "Destination Port Unreachable",
        RejectWith::NetProhibited => "Destination Net Prohibited",
        RejectWith::HostProhibited => "Destination Host Prohibited",
        RejectWith::AdminProhibited => "Packet filtered",
        RejectWith::NoRoute6 => "Destination unreachable: No route",
        RejectWith::AddrUnreachable6 => "Destination unreachable: Address unreachable",
        _ => return None,
    })
}

/// Whether the packet opens a TCP connection.
fn connects(trace: &Trace) -> bool {
    matches!(&trace.sent.packet.l4, L4::Tcp(t) if t.flags.0 & 0x17 == TcpFlags::SYN.0)
}

/// The hook a trace ends in.
pub(crate) fn last_hook(trace: &Trace) -> Option<Hook> {
    trace.steps.iter().rev().find_map(|s| match &s.event {
        Event::Hook(path) => Some(path.hook),
        _ => None,
    })
}

/// What the sender sees of a packet's end.
pub(crate) fn seen(app: Option<App>, outcome: &Outcome) -> Seen {
    let trace = &outcome.trace;
    let local = matches!(trace.sent.entry, Entry::Local { .. });
    let in_output = local && matches!(last_hook(trace), Some(Hook::Output | Hook::Postrouting));
    let tcp = connects(trace);
    let udp = matches!(trace.sent.packet.l4, L4::Udp { .. });
    let ping = matches!(&trace.sent.packet.l4, L4::Icmp(i) if i.kind == 8 || i.kind == 128);
    let replied = !outcome.replies.is_empty();
    let quiet = |tcp: bool| if tcp { Seen::Hangs } else { Seen::Silence };
    if !tcp && !udp && !ping && app.is_none() {
        return Seen::Unsaid;
    }
    match &trace.fate {
        Fate::SendError(e) => Seen::Prints(errno(*e)),
        // A call that fails at once says so; a dropped SYN is tried again until it times out.
        Fate::Refused | Fate::Routing(_) if local && trace.errno.is_some() => {
            trace.errno.map_or(Seen::Unsaid, |e| Seen::Prints(errno(e)))
        }
        Fate::Rejected { with, .. } => {
            if in_output && udp {
                return Seen::Prints("Operation not permitted");
            }
            if in_output && tcp && *with == RejectWith::TcpReset {
                return Seen::Hangs;
            }
            if !replied && !in_output {
                return quiet(tcp);
            }
            if tcp {
                Seen::Prints(tcp_sees(*with))
            } else if ping {
                ping_prints(*with).map_or(Seen::Silence, Seen::Prints)
            } else {
                match with {
                    RejectWith::PortUnreachable => Seen::Prints("Connection refused"),
                    RejectWith::HostProhibited => Seen::Prints("No route to host"),
                    _ => Seen::Silence,
                }
            }
        }
        Fate::Dropped(_) | Fate::DroppedUnseen(_) if in_output && (udp || ping) => {
            Seen::Prints("Operation not permitted")
        }
        Fate::Dropped(_) | Fate::DroppedUnseen(_) | Fate::Refused | Fate::NotForUs => quiet(tcp),
        Fate::Local { listening: Some(false), .. } => {
            if ping {
                Seen::Unsaid
            } else {
                Seen::Prints("Connection refused")
            }
        }
        Fate::Routing(why) => match why {
            RoutingDrop::NoRoute | RoutingDrop::Unreachable | RoutingDrop::Prohibit if local => {
                Seen::Prints("Network is unreachable")
            }
            RoutingDrop::NoRoute if tcp && replied => Seen::Prints("Network is unreachable"),
            RoutingDrop::Unreachable | RoutingDrop::Prohibit if tcp && replied => {
                Seen::Prints("No route to host")
            }
            _ => quiet(tcp),
        },
        _ => Seen::Unsaid,
    }
}

/// The program as it is called in a sentence.
pub(crate) fn program(t: &Telling) -> String {
    match t.ask().and_then(|a| a.app) {
        Some(App::Curl) => "curl".into(),
        Some(App::Ping) => "ping".into(),
        Some(App::Dig) => "dig".into(),
        Some(App::Nc) => "nc".into(),
        Some(App::Ssh) => "ssh".into(),
        None => String::new(),
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
        Fate::Undecided(_) => Key::WordUndecided,
    };
    format(lang, key, Vec::new())
}

/// A fate in a few words, for a card: `rejected, FORWARD 6`.
pub(crate) fn short(t: &Telling, trace: &Trace) -> String {
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
        Fate::Dropped(Stop::Rule(rule)) => say!(lang, ShortDropped, at = by_rule(*rule)),
        Fate::Dropped(Stop::Policy(chain)) => {
            say!(lang, ShortDroppedPolicy, chain = &*t.rules().chain(*chain).name)
        }
        Fate::Dropped(Stop::Kernel) | Fate::Refused | Fate::NotForUs => {
            say!(lang, ShortDroppedKernel)
        }
        Fate::DroppedUnseen(q) => say!(lang, ShortDroppedUnseen, at = unseen(q)),
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
        Fate::Undecided(_) => say!(lang, ShortUndecided),
    };
    crate::say::plain(&sentence)
}

/// The name of a table or chain that was not pasted.
fn unseen(q: &Question) -> String {
    match q {
        Question::Table(family, name) => table_name(*family, name),
        Question::Chain(_, _, chain) => chain.to_string(),
        _ => String::new(),
    }
}

/// Where a packet of a trace went in the end: the last packet's destination.
pub(crate) fn last_destination(trace: &Trace) -> String {
    trace.moments.last().map_or_else(String::new, |m| destination(trace, &m.packet))
}

/// Why routing stopped a packet.
pub(crate) fn routing(lang: Lang, why: RoutingDrop, dst: &str, src: &str) -> Sentence {
    match why {
        RoutingDrop::NoRoute => say!(lang, RoutingNoRoute, dst = dst),
        RoutingDrop::ForwardingOff => say!(lang, RoutingForwardingOff, dst = dst),
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
        RoutingDrop::NotForUs => say!(lang, RoutingNotForUs, dst = dst),
    }
}

/// Where and why a walk ended, one line.
pub(crate) fn why(t: &Telling, outcome: &Outcome) -> Sentence {
    let why = why_there(t, outcome);
    let again = outcome.trace.steps.iter().any(|s| matches!(s.event, Event::Loop));
    if again && tone(&outcome.trace.fate) == Tone::Stop {
        return say!(t.lang, WhySecondPass, why = why);
    }
    why
}

/// Where a packet was sent to at first.
fn sent_to(trace: &Trace) -> String {
    let sent = &trace.sent.packet;
    endpoint(sent.ip.dst, sent.dport())
}

fn why_there(t: &Telling, outcome: &Outcome) -> Sentence {
    let lang = t.lang;
    let trace = &outcome.trace;
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
                dst = &dst,
                iface = &**iface,
                chain = chain_path(rules, chain),
                number = number
            ),
            None => say!(lang, WhyLocal, dst = &dst, iface = &**iface),
        },
        Fate::Forwarded(iface) | Fate::Sent(iface) | Fate::Bridged(iface) => {
            let iface = iface.as_deref().unwrap_or("?");
            if rewritten_source(trace) {
                say!(lang, WhyOutRewritten, dst = &dst, iface = iface, src = &src_addr)
            } else {
                say!(lang, WhyOut, dst = &dst, iface = iface)
            }
        }
        Fate::Dropped(Stop::Rule(rule)) | Fate::Rejected { rule, .. } => {
            let (chain, number) = place(rules, *rule);
            let conditions = crate::terms::conditions_text(rules.rule(*rule));
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
        Fate::Dropped(Stop::Policy(chain)) => {
            say!(lang, WhyPolicy, chain = chain_path(rules, *chain))
        }
        Fate::Dropped(Stop::Kernel) => say!(lang, WhyKernel),
        Fate::DroppedUnseen(q) => say!(lang, WhyUnseen, what = unseen(q)),
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
        Fate::Undecided(q) => say!(lang, WhyUndecided, what = question(t, q)),
    }
}

/// The rule of INPUT that let the packet in, if one did.
fn let_in(t: &Telling, trace: &Trace) -> Option<(chainwalk_model::ChainId, u32)> {
    trace.steps.iter().rev().find_map(|s| match &s.event {
        Event::BaseEnd { chain, at, by: EndBy::Rule(number), accepted: true } => {
            let base = t.rules().chain(*chain).base.as_ref()?;
            (base.hook == Hook::Input).then_some((*at, *number))
        }
        _ => None,
    })
}

fn rewritten_source(trace: &Trace) -> bool {
    let first = trace.sent.packet.ip.src;
    trace.moments.last().is_some_and(|m| m.packet.ip.src != first)
}

/// A question as a question.
pub(crate) fn question(t: &Telling, q: &Question) -> Sentence {
    let lang = t.lang;
    let rules = t.rules();
    let at = |rule: RuleId| {
        let (chain, number) = place(rules, rule);
        format!("{chain} {number}")
    };
    let term = |rule: RuleId, op: u16| {
        let r = rules.rule(rule);
        crate::terms::terms(r)
            .iter()
            .filter(|t| t.op == op)
            .map(crate::terms::Term::text)
            .collect::<Vec<_>>()
            .join(" ")
    };
    match q {
        Question::LocalAddr(addr) => say!(lang, AskLocal, addr = addr.to_string()),
        Question::Route(addr) => say!(lang, AskRoute, addr = addr.to_string()),
        Question::Table(family, name) => say!(lang, AskTable, table = table_name(*family, name)),
        Question::Chain(_, table, chain) => {
            say!(lang, AskChain, table = &**table, chain = &**chain)
        }
        Question::Policy(chain) => say!(lang, AskPolicy, chain = chain_path(rules, *chain)),
        Question::Opaque(OpId { rule, op }) => {
            say!(lang, AskOpaque, at = at(*rule), text = opaque(t, *rule, *op))
        }
        Question::HiddenInterfaces(rule) => say!(lang, AskHidden, at = at(*rule)),
        Question::History(OpId { rule, op }) => {
            match &rules.rule(*rule).ops.get(usize::from(*op)).map(|o| &o.what) {
                Some(OpKind::Target(Target::Ct(_))) => say!(lang, AskLives, at = at(*rule)),
                _ => say!(lang, AskHistory, at = at(*rule), text = term(*rule, *op)),
            }
        }
        Question::Fact(OpId { rule, op }) => {
            match &rules.rule(*rule).ops.get(usize::from(*op)).map(|o| &o.what) {
                Some(OpKind::Target(Target::Synproxy(_))) => say!(lang, AskCookie, at = at(*rule)),
                Some(OpKind::Target(Target::Clusterip(_))) => {
                    say!(lang, AskCluster, at = at(*rule))
                }
                Some(OpKind::Target(Target::Ct(_))) => say!(lang, AskHelper, at = at(*rule)),
                _ => say!(lang, AskFact, at = at(*rule), text = term(*rule, *op)),
            }
        }
        Question::Set(name) => say!(lang, AskSet, set = &**name),
        Question::Random(OpId { rule, .. }) => say!(lang, AskRandom, at = at(*rule)),
        Question::NatChoice(rule) => say!(lang, AskNat, at = at(*rule)),
        Question::PortChoice => say!(lang, AskPort),
        Question::NextHop(hop) => say!(lang, AskHop, route = network(hop.net)),
        Question::Socket(proto, port) => {
            say!(lang, AskSocket, proto = crate::terms::protocol(*proto), port = port.to_string())
        }
        Question::Sysctl(name) => say!(lang, AskSysctl, name = &**name),
        Question::Unread(name) => say!(lang, AskUnread, name = &**name),
        Question::Beside(name) => say!(lang, AskBeside, name = &**name),
        Question::Order(a, b) => {
            say!(lang, AskOrder, one = chain_path(rules, *a), other = chain_path(rules, *b))
        }
    }
}

/// A route's network as `ip route` names it.
pub(crate) fn network(net: Cidr) -> String {
    if net.len == 0 { "default".into() } else { format!("{}/{}", net.addr, net.len) }
}

/// The text of a piece of a rule that was not understood.
fn opaque(t: &Telling, rule: RuleId, op: u16) -> String {
    use chainwalk_model::{Match, OpKind, Target};
    match t.rules().rule(rule).ops.get(op as usize).map(|o| &o.what) {
        Some(OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o))) => {
            o.text.to_string()
        }
        _ => String::new(),
    }
}

/// One-click answers to a question: a label, and the assumption in the words of `assume`.
pub(crate) fn answers(t: &Telling, q: &Question) -> Vec<(String, String)> {
    let lang = t.lang;
    let yes = crate::say::text!(lang, AnswerYes);
    let no = crate::say::text!(lang, AnswerNo);
    let accepts = crate::say::text!(lang, AnswerAccepts);
    let drops = crate::say::text!(lang, AnswerDrops);
    let rules = t.rules();
    // A chain by what `assume` calls it.
    let place = |chain: ChainId| {
        let c = rules.chain(chain);
        let table = rules.table(c.table);
        family(table.family) + &format!("{}:{}", table.name, c.name)
    };
    let holds = |rule: RuleId, op: &str| {
        let r = rules.rule(rule);
        let at = format!("holds={}:{}{op}", place(r.chain), r.number);
        vec![(yes.clone(), format!("{at}:yes")), (no.clone(), format!("{at}:no"))]
    };
    match q {
        Question::LocalAddr(addr) => {
            vec![(yes, format!("local={addr}")), (no, format!("notlocal={addr}"))]
        }
        Question::Table(of, name) => {
            let at = format!("table={}{name}", family(*of));
            vec![(accepts, format!("{at}:accept")), (drops, format!("{at}:drop"))]
        }
        Question::Chain(of, table, chain) => {
            let at = format!("chain={}{table}:{chain}", family(*of));
            let drops = (drops, format!("{at}:drop"));
            // What nat does beside letting pass can't be said in a word.
            let some = (&**table != "nat").then_some(drops);
            std::iter::once((accepts, format!("{at}:accept"))).chain(some).collect()
        }
        Question::Policy(chain) => {
            let at = format!("policy={}", place(*chain));
            vec![(accepts, format!("{at}:accept")), (drops, format!("{at}:drop"))]
        }
        Question::Opaque(at) | Question::Fact(at) | Question::History(at) => {
            holds(at.rule, &format!(".{}", at.op))
        }
        Question::HiddenInterfaces(rule) => holds(*rule, ""),
        Question::Set(name) => vec![
            (crate::say::text!(lang, AnswerInSet), format!("inset={name}:yes")),
            (crate::say::text!(lang, AnswerNotInSet), format!("inset={name}:no")),
        ],
        Question::Unread(name) | Question::Beside(name) => {
            vec![(crate::say::text!(lang, AnswerPasses), format!("passes={name}"))]
        }
        Question::Route(addr) => routes(t, *addr),
        Question::Sysctl(name) => {
            vec![("1".into(), format!("{name}=1")), ("0".into(), format!("{name}=0"))]
        }
        Question::Socket(proto, port) => {
            let word = crate::terms::protocol(*proto);
            vec![
                (yes, format!("listen={word}:0.0.0.0:{port}")),
                (no, format!("nolisten={word}:{port}")),
            ]
        }
        // Chance has no answer but its ways; two chains of one priority come in the order they were made.
        Question::Random(..)
        | Question::NatChoice(_)
        | Question::PortChoice
        | Question::NextHop(_)
        | Question::Order(..) => Vec::new(),
    }
}

/// A family before a table's name, as `assume` has it.
pub(crate) fn family(of: Family) -> String {
    match of {
        Family::Ip => String::new(),
        Family::Ip6 => "ip6:".into(),
        Family::Inet => "inet:".into(),
        Family::Arp => "arp:".into(),
        Family::Bridge => "bridge:".into(),
        Family::Netdev => "netdev:".into(),
    }
}

/// So many interfaces are offered as the way to an address.
const WAYS: usize = 4;

/// The ways an address may be routed: by each interface, or nowhere.
fn routes(t: &Telling, addr: std::net::IpAddr) -> Vec<(String, String)> {
    let lang = t.lang;
    let by =
        t.host.interfaces.iter().filter(|i| i.kind != IfKind::Loopback && i.master.is_none()).map(
            |i| {
                let label = crate::say::text!(lang, AnswerBy, iface = &*i.name);
                (label, format!("route={addr} dev {}", i.name))
            },
        );
    let nowhere = (crate::say::text!(lang, AnswerNowhere), format!("route=unreachable {addr}"));
    by.take(WAYS).chain([nowhere]).collect()
}

/// The message that REJECT sends, as it is on the wire.
pub(crate) fn reject_word(with: RejectWith) -> String {
    match with {
        RejectWith::TcpReset => "RST".into(),
        other => reject(other).to_owned(),
    }
}

/// A hook that people expect on this walk and that the packet never visits, and why.
pub(crate) fn unvisited(t: &Telling, outcome: &Outcome) -> Option<(Hook, Sentence)> {
    let trace = &outcome.trace;
    let visits =
        |h: Hook| trace.steps.iter().any(|s| matches!(&s.event, Event::Hook(p) if p.hook == h));
    let dnat = trace.steps.iter().find_map(|s| match &s.event {
        Event::Changed(chainwalk_model::Change::Dst { to, .. }) => Some(to.0),
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

fn has_rules(t: &Telling, hook: Hook) -> bool {
    t.rules()
        .chains
        .iter()
        .any(|c| c.base.as_ref().is_some_and(|b| b.hook == hook) && !c.rules.is_empty())
}
