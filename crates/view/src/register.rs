//! Every kind of thing that is told, once: each has a sentence, in each language, and no two have the same.
#![allow(clippy::unwrap_used)]

use crate::explained::{Explained, NoExplainer};
use crate::leans::lean;
use crate::likely::{if_so, reason};
use crate::page::Lang;
use crate::questions::question;
use crate::say::plain;
use crate::steps::change_sentence;
use crate::{fate, sender, targets};
use chainwalk_model::nft::{Field, Meta};
use chainwalk_model::{
    Answer, Assumed, ChainId, Change, Cidr, DroppedBy, Errno, Family, Fate, Hook, HopChoice,
    Likely, MssOp, OpId, Outcome, Question, RejectWith, RoutingDrop, RuleId, TcpFlags,
};
use chainwalk_sim::Session;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// One value of each variant; a variant that is not listed does not compile.
macro_rules! every {
    ($type:ty: $($pattern:pat => $value:expr),+ $(,)?) => {{
        let complete = |value: &$type| match value { $($pattern => {}),+ };
        let all: Vec<$type> = vec![$($value),+];
        all.iter().for_each(complete);
        all
    }};
}

const PASTE: &str = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
    -A INPUT -p tcp -m tcp --dport 22 -m limit --limit 1/s -j DROP\nCOMMIT\n";

/// Looks at a packet that a rule drops.
fn look<T>(lang: Lang, look: impl FnOnce(&Explained) -> T) -> T {
    let reading = chainwalk_parse::read(&[PASTE]);
    let line = "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn";
    let (ask, _) = chainwalk_parse::packet_line(line);
    let mut session = Session::new(reading.host());
    session.send(&ask);
    look(&Explained {
        lang,
        reading: Some(&reading),
        docs: &[PASTE],
        host: session.host(),
        asks: &[ask],
        walks: session.walks(),
        followed: &[],
        packet: 0,
        raw_names: false,
        reasons: &NoExplainer,
    })
}

/// Each has a sentence of its own.
fn differ<T: Debug>(all: &[T], say: impl Fn(&Explained, &T) -> String) {
    for lang in [Lang::En, Lang::Zh] {
        look(lang, |t| {
            let mut said: BTreeMap<String, &T> = BTreeMap::new();
            for one in all {
                let sentence = say(t, one);
                assert!(!sentence.trim().is_empty(), "{lang:?} {one:?}");
                if let Some(other) = said.insert(sentence.clone(), one) {
                    panic!("{lang:?} {one:?} and {other:?}: {sentence}");
                }
            }
        });
    }
}

const RULE: RuleId = RuleId(0);
const CHAIN: ChainId = ChainId(0);
const OP: OpId = OpId { rule: RULE, op: 1 };

fn routing_drops() -> Vec<RoutingDrop> {
    every!(RoutingDrop:
        RoutingDrop::NoRoute => RoutingDrop::NoRoute,
        RoutingDrop::ForwardingOff => RoutingDrop::ForwardingOff,
        RoutingDrop::Martian => RoutingDrop::Martian,
        RoutingDrop::LocalSource => RoutingDrop::LocalSource,
        RoutingDrop::RpFilter => RoutingDrop::RpFilter,
        RoutingDrop::Localnet => RoutingDrop::Localnet,
        RoutingDrop::BeyondScope => RoutingDrop::BeyondScope,
        RoutingDrop::Ttl => RoutingDrop::Ttl,
        RoutingDrop::Mtu => RoutingDrop::Mtu,
        RoutingDrop::Blackhole => RoutingDrop::Blackhole,
        RoutingDrop::Unreachable => RoutingDrop::Unreachable,
        RoutingDrop::Prohibit => RoutingDrop::Prohibit,
        RoutingDrop::BadHeader => RoutingDrop::BadHeader,
        RoutingDrop::SourceRoute => RoutingDrop::SourceRoute,
        RoutingDrop::NotForUs => RoutingDrop::NotForUs,
        RoutingDrop::LinkDown => RoutingDrop::LinkDown,
    )
}

fn questions() -> Vec<Question> {
    let net = Cidr { addr: "10.7.0.0".parse().unwrap(), len: 16 };
    let hop =
        HopChoice { net, table: 254, src: None, dst: None, proto: None, ports: None, label: None };
    every!(Question:
        Question::LocalAddr(_) => Question::LocalAddr("10.0.0.1".parse().unwrap()),
        Question::Route(_) => Question::Route("10.0.0.1".parse().unwrap()),
        Question::LeavesBy(..) => Question::LeavesBy("10.0.0.1".parse().unwrap(), "eth5".into()),
        Question::Table(..) => Question::Table(Family::Ip, "nat".into()),
        Question::Chain(..) => Question::Chain(Family::Ip, "nat".into(), "INPUT".into()),
        Question::Policy(_) => Question::Policy(CHAIN),
        Question::Opaque(_) => Question::Opaque(OP),
        Question::HiddenInterfaces(_) => Question::HiddenInterfaces(RULE),
        Question::History(_) => Question::History(OP),
        Question::Fact(_) => Question::Fact(OP),
        Question::Blank(..) => Question::Blank("YOUR_IP".into(), "192.0.2.9".into()),
        Question::Set(_) => Question::Set("blocked".into()),
        Question::Random(_) => Question::Random(OP),
        Question::NatChoice(_) => Question::NatChoice(RULE),
        Question::PortChoice(_) => Question::PortChoice(None),
        Question::Soon(_) => Question::Soon(1),
        Question::NextHop(_) => Question::NextHop(hop.clone()),
        Question::Socket(..) => Question::Socket(6, 80),
        Question::Unread(_) => Question::Unread("nft".into()),
        Question::Beside(_) => Question::Beside("xdp".into()),
        Question::Order(..) => Question::Order(CHAIN, ChainId(1)),
        Question::Jump(..) => Question::Jump(CHAIN, Hook::Input),
    )
}

pub(crate) fn fates() -> Vec<Fate> {
    every!(Fate:
        Fate::Local { .. } => Fate::Local { iface: "eth0".into(), listening: None },
        Fate::Forwarded(_) => Fate::Forwarded(Some("eth1".into())),
        Fate::Sent(_) => Fate::Sent(Some("eth2".into())),
        Fate::Bridged(_) => Fate::Bridged(Some("eth3".into())),
        Fate::Dropped(_) => Fate::Dropped(DroppedBy::Rule(RULE)),
        Fate::Rejected { .. } => Fate::Rejected { rule: RULE, with: RejectWith::TcpReset },
        Fate::DroppedUnseen(_) => Fate::DroppedUnseen(Question::Table(Family::Ip, "nat".into())),
        Fate::Routing(_) => Fate::Routing(RoutingDrop::Martian),
        Fate::Queued(_) => Fate::Queued(RULE),
        Fate::Stolen(_) => Fate::Stolen(RULE),
        Fate::Proxied(_) => Fate::Proxied(RULE),
        Fate::Refused => Fate::Refused,
        Fate::Kept => Fate::Kept,
        Fate::SendError(_) => Fate::SendError(Errno::EINVAL),
        Fate::NotForUs => Fate::NotForUs,
        Fate::Looped => Fate::Looped,
        Fate::ChainLoop(_) => Fate::ChainLoop(RULE),
        Fate::TooLong(_) => Fate::TooLong(1000),
        Fate::Undecided(_) => Fate::Undecided(Question::PortChoice(None)),
    )
}

/// The packet's outcome with another fate.
fn ended(t: &Explained, fate: &Fate) -> Outcome {
    let mut outcome = t.outcome().unwrap().clone();
    outcome.trace.fate = fate.clone();
    outcome
}

#[test]
fn every_fate_says_where_and_why() {
    let mut all = fates();
    all.push(Fate::Dropped(DroppedBy::Policy(CHAIN)));
    all.push(Fate::Dropped(DroppedBy::Kernel));
    differ(&all, |t, fate| plain(&fate::why(t, &ended(t, fate))));
}

#[test]
fn every_fate_has_a_word_and_a_short_form() {
    for lang in [Lang::En, Lang::Zh] {
        look(lang, |t| {
            for fate in fates() {
                let trace = ended(t, &fate).trace;
                assert!(!plain(&fate::word(lang, &trace)).is_empty(), "{fate:?}");
                assert!(!fate::short(t, &trace).is_empty(), "{fate:?}");
            }
        });
    }
    // What only its place tells apart on a card may share it; what ends otherwise may not.
    let ends = [
        Fate::Local { iface: "eth0".into(), listening: None },
        Fate::Local { iface: "eth0".into(), listening: Some(false) },
        Fate::Forwarded(None),
        Fate::Sent(None),
        Fate::Bridged(None),
        Fate::Dropped(DroppedBy::Rule(RULE)),
        Fate::Dropped(DroppedBy::Policy(CHAIN)),
        Fate::Dropped(DroppedBy::Kernel),
        Fate::Rejected { rule: RULE, with: RejectWith::TcpReset },
        Fate::Routing(RoutingDrop::NoRoute),
        Fate::Routing(RoutingDrop::ForwardingOff),
        Fate::Routing(RoutingDrop::Ttl),
        Fate::Queued(RULE),
        Fate::Stolen(RULE),
        Fate::Kept,
        Fate::Looped,
        Fate::ChainLoop(RULE),
        Fate::TooLong(9),
        Fate::Undecided(Question::PortChoice(None)),
    ];
    differ(&ends, |t, fate| fate::short(t, &ended(t, fate).trace));
}

#[test]
fn every_question_is_asked() {
    differ(&questions(), |t, q| plain(&question(t, q)));
}

#[test]
fn every_likely_answer_is_said_with_its_reason() {
    let reasons = every!(Likely:
        Likely::Rule(_) => Likely::Rule(RULE),
        Likely::Unspoken => Likely::Unspoken,
        Likely::Outbound => Likely::Outbound,
        Likely::AskedOfInput => Likely::AskedOfInput,
        Likely::AskedOfForward => Likely::AskedOfForward,
        Likely::Neighbour => Likely::Neighbour,
        Likely::Usual => Likely::Usual,
        Likely::LoFirst => Likely::LoFirst,
        Likely::Conditions => Likely::Conditions,
        Likely::OwnSocket => Likely::OwnSocket,
        Likely::ChainName => Likely::ChainName,
        Likely::Picked => Likely::Picked,
        Likely::Logged => Likely::Logged,
    );
    differ(&reasons, |t, why| plain(&reason(t, *why)));
    let both = |q: Question| [(q.clone(), Answer::Yes), (q, Answer::No)];
    let all: Vec<(Question, Answer)> = questions().into_iter().flat_map(both).collect();
    let asked = |q: &Question| {
        matches!(
            q,
            Question::LocalAddr(_)
                | Question::Table(..)
                | Question::Chain(..)
                | Question::Policy(_)
                | Question::HiddenInterfaces(_)
                | Question::Fact(_)
                | Question::Socket(..)
                | Question::LeavesBy(..)
                | Question::Jump(..)
                | Question::Soon(_)
                | Question::Blank(..)
        )
    };
    let all: Vec<_> = all.into_iter().filter(|(q, _)| asked(q)).collect();
    differ(&all, |t, (q, a)| plain(&if_so(t, q, a)));
}

#[test]
fn every_reason_of_routing_is_said() {
    let say = |t: &Explained, d: &RoutingDrop| fate::routing(t.lang, *d, "192.0.2.1", "192.0.2.2");
    differ(&routing_drops(), |t, d| plain(&say(t, d)));
}

#[test]
fn everything_assumed_is_said() {
    let addr = "10.0.0.1".parse().unwrap();
    let net = Cidr { addr: "10.7.0.0".parse().unwrap(), len: 16 };
    let mut all = every!(Assumed:
        Assumed::Net { .. } => Assumed::Net { iface: "eth0".into(), net, rule: RULE },
        Assumed::AllAddrs => Assumed::AllAddrs,
        Assumed::BackTheWayItCame { .. } => {
            Assumed::BackTheWayItCame { dst: addr, iface: "eth0".into() }
        },
        Assumed::DefaultRoute { .. } => Assumed::DefaultRoute { dst: addr, iface: "eth0".into() },
        Assumed::RouteOfRule { .. } => {
            Assumed::RouteOfRule { dst: addr, iface: "eth0".into(), rule: RULE }
        },
        Assumed::AllRoutes => Assumed::AllRoutes,
        Assumed::Sysctl { .. } => {
            Assumed::Sysctl { name: "net.ipv4.ip_forward".into(), value: "1".into() }
        },
        Assumed::SetBy { .. } => Assumed::SetBy {
            name: "net.ipv4.ip_forward".into(),
            value: "1".into(),
            program: "Docker".into(),
        },
        Assumed::EmptyTable(..) => Assumed::EmptyTable(Family::Ip, "nat".into()),
        Assumed::NoLegacy => Assumed::NoLegacy,
        Assumed::NoTable(..) => Assumed::NoTable(Family::Ip, "nat".into()),
        Assumed::FreshHistory(_) => Assumed::FreshHistory(RULE),
        Assumed::LegacyOrder => Assumed::LegacyOrder,
        Assumed::NoRedirect(_) => Assumed::NoRedirect(addr),
        Assumed::NoFlows => Assumed::NoFlows,
        Assumed::NoIpsec => Assumed::NoIpsec,
        Assumed::NoQuota(_) => Assumed::NoQuota("acct".into()),
        Assumed::Window => Assumed::Window,
        Assumed::BridgePort { .. } => Assumed::BridgePort { bridge: "br0".into(), addr },
        Assumed::Port { .. } => Assumed::Port { bridge: "br0".into(), port: "eth9".into() },
        Assumed::BridgeNf => Assumed::BridgeNf,
        Assumed::Transparent(..) => Assumed::Transparent(6, 80),
    );
    all.push(Assumed::Net { iface: "eth0".into(), net: Cidr { addr, len: 16 }, rule: RULE });
    differ(&all, |t, assumed| plain(&lean(t, assumed).text));
}

#[test]
fn every_change_is_said() {
    let (one, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
    let mut all = every!(Change:
        Change::Src { .. } => Change::Src { from: (one, Some(1)), to: (other, Some(2)) },
        Change::Dst { .. } => Change::Dst { from: (one, Some(1)), to: (other, Some(2)) },
        Change::Mark { .. } => Change::Mark { from: 1, to: 2 },
        Change::Ctmark { .. } => Change::Ctmark { from: 1, to: 2 },
        Change::Ttl { .. } => Change::Ttl { from: 1, to: 2 },
        Change::Tos { .. } => Change::Tos { from: 1, to: 2 },
        Change::Flags { .. } => Change::Flags { from: TcpFlags::SYN, to: TcpFlags::ACK },
        Change::Stripped => Change::Stripped,
        Change::Mss(_) => Change::Mss(MssOp::ClampToPmtu),
        Change::Text { .. } => Change::Text { from: "PORT".into(), to: "EPRT".into() },
        Change::Numbers => Change::Numbers,
        Change::Field(_) => Change::Field(Field::Meta(Meta::Mark)),
        Change::Notrack => Change::Notrack,
        Change::Zone(_) => Change::Zone(5),
        Change::Set { .. } => Change::Set { set: "seen".into(), added: true },
    );
    all.push(Change::Set { set: "seen".into(), added: false });
    differ(&all, |t, change| plain(&change_sentence(t.lang, change)));
}

#[test]
fn every_error_and_every_reject_has_its_name() {
    let errors = every!(Errno:
        Errno::EPERM => Errno::EPERM,
        Errno::EINVAL => Errno::EINVAL,
        Errno::ENETUNREACH => Errno::ENETUNREACH,
        Errno::EHOSTUNREACH => Errno::EHOSTUNREACH,
        Errno::EACCES => Errno::EACCES,
        Errno::EMSGSIZE => Errno::EMSGSIZE,
    );
    differ(&errors, |_, e| sender::errno(*e).to_owned());
    let rejects = every!(RejectWith:
        RejectWith::NetUnreachable => RejectWith::NetUnreachable,
        RejectWith::HostUnreachable => RejectWith::HostUnreachable,
        RejectWith::ProtoUnreachable => RejectWith::ProtoUnreachable,
        RejectWith::PortUnreachable => RejectWith::PortUnreachable,
        RejectWith::NetProhibited => RejectWith::NetProhibited,
        RejectWith::HostProhibited => RejectWith::HostProhibited,
        RejectWith::AdminProhibited => RejectWith::AdminProhibited,
        RejectWith::TcpReset => RejectWith::TcpReset,
        RejectWith::NoRoute6 => RejectWith::NoRoute6,
        RejectWith::AddrUnreachable6 => RejectWith::AddrUnreachable6,
        RejectWith::PolicyFail6 => RejectWith::PolicyFail6,
        RejectWith::RejectRoute6 => RejectWith::RejectRoute6,
    );
    differ(&rejects, |_, with| targets::reject(*with).to_owned());
}
