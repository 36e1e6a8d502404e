//! What is not known, as a question, and the answers that one click gives.

use crate::explained::{Explained, moment};
use crate::forks::fork_step;
use crate::page::Sentence;
use crate::places::{chain_path, place, program_path, table_name};
use crate::say::{say, text};
use crate::terms::{Term, terms};
use crate::values::protocol;
use chainwalk_model::{
    ChainId, Cidr, ConditionKind, Family, IfKind, Match, OpId, OpKind, Question, RuleId, Target,
    Truth,
};
use std::net::IpAddr;

/// A question as a question.
pub(crate) fn question(t: &Explained, q: &Question) -> Sentence {
    let lang = t.lang;
    let rules = t.rules();
    let at = |rule: RuleId| {
        let (chain, number) = place(rules, rule);
        format!("{chain} {number}")
    };
    let term = |rule: RuleId, op: u16| {
        let r = rules.rule(rule);
        terms(t.rules(), r)
            .iter()
            .filter(|t| t.op == op)
            .map(Term::text)
            .collect::<Vec<_>>()
            .join(" ")
    };
    match q {
        Question::LocalAddr(addr) if addr.is_multicast() => {
            say!(lang, AskGroup, addr = addr.to_string())
        }
        Question::LocalAddr(addr) => say!(lang, AskLocal, addr = addr.to_string()),
        Question::Route(addr) => say!(lang, AskRoute, addr = addr.to_string()),
        Question::LeavesBy(addr, by) => {
            say!(lang, AskLeavesBy, addr = addr.to_string(), iface = &**by)
        }
        Question::Table(family, name) => say!(lang, AskTable, table = table_name(*family, name)),
        Question::Chain(_, table, chain) => {
            say!(lang, AskChain, table = &**table, chain = &**chain)
        }
        Question::Policy(chain) => say!(lang, AskPolicy, chain = chain_path(rules, *chain)),
        Question::Opaque(OpId { rule, op }) if rules.rule(*rule).is_left_out() => {
            say!(lang, AskLeftOut, at = at(*rule), text = opaque(t, *rule, *op))
        }
        Question::Blank(name, value) if &**value == "up" => {
            say!(lang, AskTunnel, name = &**name)
        }
        Question::Blank(name, value) => {
            say!(lang, AskBlank, name = &**name, value = &**value)
        }
        Question::Opaque(OpId { rule, op }) => {
            if let Some(name) = open(t, *rule, *op) {
                return say!(lang, AskOpen, name = &*name, at = at(*rule));
            }
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
                _ => {
                    let open = open_terms(t, q, OpId { rule: *rule, op: *op });
                    let text = open.iter().map(Term::text).collect::<Vec<_>>().join(" ");
                    match &open[..] {
                        [one] if one.part == ConditionKind::Src && one.not => {
                            say!(lang, AskSourceOut, net = &*one.value, at = at(*rule))
                        }
                        [one] if one.part == ConditionKind::Src => {
                            say!(lang, AskSourceIn, net = &*one.value, at = at(*rule))
                        }
                        _ => say!(lang, AskFact, at = at(*rule), text = text),
                    }
                }
            }
        }
        Question::Set(name) => match looked_up(t, q, name) {
            Some(addr) => say!(lang, AskAddrInSet, addr = addr.to_string(), set = &**name),
            None => say!(lang, AskSet, set = &**name),
        },
        Question::Random(OpId { rule, .. }) => say!(lang, AskRandom, at = at(*rule)),
        Question::NatChoice(rule) => say!(lang, AskNat, at = at(*rule)),
        Question::PortChoice(Some(rule)) => say!(lang, AskNatPort, at = at(*rule)),
        Question::PortChoice(None) => say!(lang, AskPort),
        Question::Soon(_) => say!(lang, AskSoon),
        Question::NextHop(hop) => say!(lang, AskHop, route = network(hop.net)),
        Question::Socket(proto, port) => {
            say!(lang, AskSocket, proto = protocol(*proto), port = port.to_string())
        }
        Question::Unread(name) => say!(lang, AskUnread, name = &**name),
        Question::Beside(name) => say!(lang, AskBeside, name = &**name),
        Question::Order(a, b) => {
            say!(lang, AskOrder, one = program_path(rules, *a), other = program_path(rules, *b))
        }
        Question::Jump(chain, hook) => {
            say!(lang, AskJump, from = hook.builtin(), chain = &*rules.chain(*chain).name)
        }
    }
}

/// The conditions of an operation that nobody can tell where a question about it stands; all of them where it is not
/// known which.
pub(crate) fn open_terms(t: &Explained, q: &Question, at: OpId) -> Vec<Term> {
    let mut all = terms(t.rules(), t.rules().rule(at.rule));
    all.retain(|term| term.op == at.op);
    let asked = || {
        let outcome = t.outcome()?;
        let choice = outcome.choices.iter().position(|c| c.question == *q)?;
        let step = fork_step(&outcome.trace, choice)?;
        let mut checks = t.checks(None, step, at.rule);
        checks.retain(|c| c.op == at.op && matches!(&c.truth, Truth::Unknown(u) if u == q));
        Some(checks)
    };
    let unknown = asked().unwrap_or_default();
    if unknown.is_empty() {
        return all;
    }
    all.retain(|term| unknown.iter().any(|c| c.part == term.part));
    all
}

/// The address that is looked up in a set where a question about it stands; `None` where the set is of more than
/// addresses, or nobody asked on the way that is followed.
fn looked_up(t: &Explained, q: &Question, set: &str) -> Option<IpAddr> {
    let outcome = t.outcome()?;
    let at = outcome.choices.iter().position(|c| c.question == *q)?;
    let step = fork_step(&outcome.trace, at)?;
    let rules = &t.rules().rules;
    let dims = rules.iter().flat_map(|rule| &rule.ops).find_map(|op| match &op.what {
        OpKind::Match(Match::Set(m)) if *m.set == *set => Some(&m.dirs),
        _ => None,
    })?;
    let packet = &moment(&outcome.trace, step)?.packet;
    match dims[..] {
        [true] => Some(packet.ip.src),
        [false] => Some(packet.ip.dst),
        _ => None,
    }
}

/// What decides, for a headline.
pub(crate) fn what_decides(t: &Explained, q: &Question) -> Sentence {
    let lang = t.lang;
    let at = |rule: RuleId| {
        let (chain, number) = place(t.rules(), rule);
        format!("{chain} {number}")
    };
    match q {
        Question::LocalAddr(addr) if addr.is_multicast() => {
            say!(lang, DecideGroup, addr = addr.to_string())
        }
        Question::LocalAddr(addr) => say!(lang, DecideLocal, addr = addr.to_string()),
        Question::Route(addr) => say!(lang, DecideRoute, addr = addr.to_string()),
        Question::LeavesBy(addr, by) => {
            say!(lang, DecideLeavesBy, addr = addr.to_string(), iface = &**by)
        }
        Question::Table(family, name) => {
            say!(lang, DecideTable, table = table_name(*family, name))
        }
        Question::Chain(_, _, chain) => say!(lang, DecideChain, chain = &**chain),
        Question::Policy(chain) => {
            say!(lang, DecidePolicy, chain = chain_path(t.rules(), *chain))
        }
        Question::Random(..) => say!(lang, DecideChance),
        Question::NextHop(hop) => say!(lang, DecideHop, route = network(hop.net)),
        Question::Blank(name, value) if &**value == "up" => {
            say!(lang, DecideTunnel, name = &**name)
        }
        Question::Blank(name, value) => {
            say!(lang, DecideBlank, name = &**name, value = &**value)
        }
        Question::Set(name) => say!(lang, DecideSet, set = &**name),
        Question::Socket(proto, port) => {
            say!(lang, DecideSocket, proto = protocol(*proto), port = port.to_string())
        }
        Question::Order(..) => say!(lang, DecideOrder),
        Question::PortChoice(None) => say!(lang, DecidePort),
        Question::Soon(_) => say!(lang, DecideSoon),
        Question::Unread(name) => say!(lang, DecideUnread, name = &**name),
        Question::Beside(name) => say!(lang, DecideBeside, name = &**name),
        Question::Opaque(op) if t.rules().rule(op.rule).is_left_out() => {
            say!(lang, DecideLeftOut, at = at(op.rule))
        }
        Question::Opaque(op) | Question::History(op) | Question::Fact(op) => {
            say!(lang, DecideRule, at = at(op.rule))
        }
        Question::HiddenInterfaces(r) | Question::NatChoice(r) | Question::PortChoice(Some(r)) => {
            say!(lang, DecideRule, at = at(*r))
        }
        Question::Jump(chain, hook) => {
            let chain = &*t.rules().chain(*chain).name;
            say!(lang, DecideJump, from = hook.builtin(), chain = chain)
        }
    }
}

/// A route's network as `ip route` names it.
pub(crate) fn network(net: Cidr) -> String {
    if net.len == 0 { "default".into() } else { format!("{}/{}", net.addr, net.len) }
}

/// The name of the value that a piece of a rule leaves open.
fn open(t: &Explained, rule: RuleId, op: u16) -> Option<String> {
    match t.rules().rule(rule).ops.get(op as usize).map(|o| &o.what)? {
        OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o)) => {
            o.blank.as_ref().map(|b| b.name.to_string())
        }
        _ => None,
    }
}

/// The text of a piece of a rule that was not understood.
pub(crate) fn opaque(t: &Explained, rule: RuleId, op: u16) -> String {
    match t.rules().rule(rule).ops.get(op as usize).map(|o| &o.what) {
        Some(OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o))) => {
            o.text.to_string()
        }
        _ => String::new(),
    }
}

/// One-click answers to a question: a label, and the assumption in the words of `assume`.
pub(crate) fn answers(t: &Explained, q: &Question) -> Vec<(String, String)> {
    let lang = t.lang;
    let yes = text!(lang, AnswerYes);
    let no = text!(lang, AnswerNo);
    let accepts = text!(lang, AnswerAccepts);
    let drops = text!(lang, AnswerDrops);
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
        Question::Blank(name, value) => {
            let at = format!("blank={name}:{value}");
            vec![(yes, format!("{at}:yes")), (no, format!("{at}:no"))]
        }
        Question::HiddenInterfaces(rule) => holds(*rule, ""),
        Question::Set(name) => vec![
            (text!(lang, AnswerInSet), format!("inset={name}:yes")),
            (text!(lang, AnswerNotInSet), format!("inset={name}:no")),
        ],
        Question::Unread(name) | Question::Beside(name) => {
            vec![(text!(lang, AnswerPasses), format!("passes={name}"))]
        }
        Question::Route(addr) => routes(t, *addr),
        Question::LeavesBy(addr, by) => {
            let own = (!by.ends_with('+'))
                .then(|| (text!(lang, AnswerBy, iface = &**by), format!("route={addr} dev {by}")));
            let others = routes(t, *addr);
            own.into_iter()
                .chain(
                    others.into_iter().filter(|(_, fact)| !fact.ends_with(&format!(" dev {by}"))),
                )
                .collect()
        }
        Question::Socket(proto, port) => {
            let word = protocol(*proto);
            vec![
                (yes, format!("listen={word}:0.0.0.0:{port}")),
                (no, format!("nolisten={word}:{port}")),
            ]
        }
        Question::Order(one, other) => {
            let rules = t.rules();
            let c = rules.chain(*one);
            let table = rules.table(c.table);
            let at = format!("first={}{}:{}", family(table.family), table.name, c.name);
            vec![
                (program_path(rules, *one), format!("{at}:yes")),
                (program_path(rules, *other), format!("{at}:no")),
            ]
        }
        // Chance has no answer but its ways, and the packet line says when it is sent.
        Question::Random(..)
        | Question::Soon(_)
        | Question::NatChoice(_)
        | Question::PortChoice(_)
        | Question::NextHop(_)
        | Question::Jump(..) => Vec::new(),
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
fn routes(t: &Explained, addr: IpAddr) -> Vec<(String, String)> {
    let lang = t.lang;
    let by =
        t.host.interfaces.iter().filter(|i| i.kind != IfKind::Loopback && i.master.is_none()).map(
            |i| {
                let label = text!(lang, AnswerBy, iface = &*i.name);
                (label, format!("route={addr} dev {}", i.name))
            },
        );
    let nowhere = (text!(lang, AnswerNowhere), format!("route=unreachable {addr}"));
    by.take(WAYS).chain([nowhere]).collect()
}
