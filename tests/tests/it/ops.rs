//! Rules whose statements stand between their conditions, and base chains of nft, built as operations in code: no text
//! that is read has them yet. What is expected here, a kernel did with such rulesets of nft.
#![allow(clippy::unwrap_used)]

use chainwalk_model::{
    Backend, Base, Chain, ChainId, ChainKind, Check, DecidedBy, Diagnostic, DiagnosticId,
    DroppedBy, Event, Family, Fate, Hook, Host, Observed, Op, OpId, Policy, Question, Rule, RuleId,
    Span, Table, TableId, Trace, TriedRule, Truth, Walk,
};
use chainwalk_parse::read;
use chainwalk_sim::Session;
use chainwalk_tests::played::{asked, host_of};
use std::rc::Rc;

/// A host with these rules of iptables, alone in their table, and this network.
fn host(rules: &str) -> Host {
    let facts = [
        "eth0=10.0.0.1/24",
        "eth1=10.1.0.1/24",
        "net.ipv4.ip_forward=1",
        "route=default via 10.0.0.254 dev eth0",
        "route=default via 10.1.0.254 dev eth1 table 100",
        "rule=fwmark 0x7 lookup 100 pref 100",
    ];
    let mut host = host_of(rules, &facts);
    (host.complete.rules, host.conntrack) = (true, true);
    host
}

/// The operations of a rule, as iptables writes it.
fn ops(rule: &str) -> Vec<Op> {
    let table = if rule.contains("DNAT") { "nat" } else { "mangle" };
    let found = read(&[&format!("*{table}\n-A OUTPUT {rule}\nCOMMIT\n")]);
    let other = |d: &&Diagnostic| d.id != DiagnosticId::PartOfTable;
    assert_eq!(found.diagnostics.iter().find(other), None, "{rule}");
    found.host().rules.rules[0].ops.clone()
}

/// Several such pieces in one rule, in their order.
fn mixed(pieces: &[&str]) -> Vec<Op> {
    pieces.iter().flat_map(|p| ops(p)).collect()
}

const LOG: &str = "-j LOG";
const MARK: &str = "-j MARK --set-xmark 0x7/0xffffffff";

/// Adds a base chain of nft in a table of its own.
fn chain(
    host: &mut Host,
    hook: Hook,
    priority: i32,
    kind: ChainKind,
    registered: Option<u32>,
) -> ChainId {
    let (table, id) =
        (TableId(host.rules.tables.len() as u32), ChainId(host.rules.chains.len() as u32));
    let span = Span::default();
    let name = format!("t{}", table.0).into();
    Rc::make_mut(&mut host.rules).tables.push(Table {
        family: Family::Inet,
        name,
        backend: Backend::Nft,
        chains: vec![id],
        dormant: false,
        span,
    });
    let base = Base { registered, ..Base::new(hook, priority, kind) };
    let new = Chain::new(table, format!("c{}", id.0).into(), Some(base));
    Rc::make_mut(&mut host.rules).chains.push(new);
    id
}

/// Adds a rule to a chain.
fn rule(host: &mut Host, chain: ChainId, ops: Vec<Op>) -> RuleId {
    let id = RuleId(host.rules.rules.len() as u32);
    let own = &mut Rc::make_mut(&mut host.rules).chains[chain.0 as usize].rules;
    own.push(id);
    let number = own.len() as u32;
    let new = Rule::new(chain, number, ops, Span::default());
    Rc::make_mut(&mut host.rules).rules.push(new);
    id
}

fn walks(host: Host, packets: &[&str]) -> Session {
    let asks = asked(packets, &host);
    let mut session = Session::new(host);
    for ask in &asks {
        session.send(ask);
    }
    session
}

fn only(walk: &Walk) -> &Trace {
    let [only] = &walk.outcomes[..] else { panic!("{} outcomes", walk.outcomes.len()) };
    &only.trace
}

/// The steps that are about rules: acted, matched, broke, and the ranges that were tried.
fn told(trace: &Trace) -> Vec<Event> {
    let wanted = |e: &&Event| {
        matches!(e, Event::Acted(_) | Event::Matched(_) | Event::Broke(_) | Event::Tried { .. })
    };
    trace.steps.iter().map(|s| &s.event).filter(wanted).cloned().collect()
}

/// The base chains in the order in which they were walked.
fn bases(trace: &Trace) -> Vec<ChainId> {
    let base = |e: &Event| match e {
        Event::Base(chain) => Some(*chain),
        _ => None,
    };
    trace.steps.iter().filter_map(|s| base(&s.event)).collect()
}

fn at(rule: RuleId, op: u16) -> OpId {
    OpId { rule, op }
}

const SSH: &str = "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn";
const WEB: &str = "tcp 10.0.0.9:4000 > 10.0.0.1:80 in eth0 syn";

#[test]
fn a_condition_behind_a_statement_is_asked() {
    let mut host = host("");
    let input = chain(&mut host, Hook::Input, 0, ChainKind::Filter, None);
    Rc::make_mut(&mut host.rules).chains[input.0 as usize].base.as_mut().unwrap().policy =
        Policy::Drop;
    let before = rule(&mut host, input, mixed(&["-p udp -j ACCEPT"]));
    let mixed = rule(&mut host, input, mixed(&[LOG, "-p tcp -m tcp --dport 22 -j ACCEPT"]));
    let session = walks(host, &[SSH, "tcp 10.0.0.9:4001 > 10.0.0.1:80 in eth0 syn"]);
    let tried = Event::Tried { chain: input, first: 1, last: 1 };
    let ssh = only(&session.walks()[0]);
    assert_eq!(told(ssh), [tried.clone(), Event::Acted(at(mixed, 0)), Event::Matched(mixed)]);
    assert!(matches!(ssh.fate, Fate::Local { .. }), "{:?}", ssh.fate);
    // `-p tcp` holds, `--dport 22` does not: the rule logged, and lets nothing pass.
    let web = only(&session.walks()[1]);
    assert_eq!(told(web), [tried, Event::Acted(at(mixed, 0)), Event::Broke(at(mixed, 2))]);
    assert_eq!(web.fate, Fate::Dropped(DroppedBy::Policy(input)));
    assert_eq!(session.host().rules.rule(before).number, 1);
}

#[test]
fn what_a_statement_wrote_stays_where_its_rule_ends() {
    let mut host = host("");
    let input = chain(&mut host, Hook::Input, 0, ChainKind::Filter, None);
    let new = rule(&mut host, input, mixed(&[MARK, "-m conntrack --ctstate NEW -j DROP"]));
    let marked = rule(&mut host, input, mixed(&["-m mark --mark 0x7 -j DROP"]));
    let session = walks(host.clone(), &[SSH]);
    let trace = only(&session.walks()[0]);
    assert_eq!(trace.fate, Fate::Dropped(DroppedBy::Rule(new)));
    assert_eq!(told(trace), [Event::Acted(at(new, 0)), Event::Matched(new)]);
    let other = ops("-m conntrack --ctstate ESTABLISHED -j ACCEPT");
    Rc::make_mut(&mut host.rules).rules[new.0 as usize].ops = [ops(MARK), other].concat();
    let session = walks(host, &[SSH]);
    let trace = only(&session.walks()[0]);
    assert_eq!(trace.fate, Fate::Dropped(DroppedBy::Rule(marked)));
    assert_eq!(
        told(trace),
        [Event::Acted(at(new, 0)), Event::Broke(at(new, 1)), Event::Matched(marked)]
    );
    assert_eq!(trace.moments.last().unwrap().mark, 7);
}

#[test]
fn what_explains_a_rule_sees_what_its_statements_wrote() {
    let mut host = host("");
    let input = chain(&mut host, Hook::Input, 0, ChainKind::Filter, None);
    let pieces = [MARK, "-m mark --mark 0x7", "-m mark --mark 0x8", "-m mark --mark 0x7 -j ACCEPT"];
    let one = rule(&mut host, input, mixed(&pieces));
    let session = walks(host, &[SSH]);
    let trace = only(&session.walks()[0]);
    let checks = session.explain(TriedRule {
        packet: 0,
        outcome: 0,
        reply: None,
        step: trace.steps.len() - 1,
        rule: one,
    });
    let seen: Vec<(u16, bool, Observed)> =
        checks.into_iter().map(|c: Check| (c.op, c.truth == Truth::Yes, c.found)).collect();
    let mark = Observed::Hex(7);
    assert_eq!(seen, [(1, true, mark.clone()), (2, false, mark.clone()), (3, true, mark)]);
    // Looking twice writes nothing: the packet has one change of its mark.
    let changes = trace.steps.iter().filter(|s| matches!(s.event, Event::Changed(_))).count();
    assert_eq!(changes, 1);
}

#[test]
fn of_equal_priorities_the_later_chain_runs_first() {
    // As commands tell: the order in which they were registered.
    let mut told = host("");
    let first = chain(&mut told, Hook::Input, 0, ChainKind::Filter, Some(9));
    let second = chain(&mut told, Hook::Input, 0, ChainKind::Filter, Some(3));
    let earlier = chain(&mut told, Hook::Input, -1, ChainKind::Filter, Some(1));
    let session = walks(told, &[SSH]);
    assert_eq!(bases(only(&session.walks()[0])), [earlier, first, second]);
    // As listed: the later one.
    let mut listed = host("");
    let first = chain(&mut listed, Hook::Input, 0, ChainKind::Filter, None);
    let second = chain(&mut listed, Hook::Input, 0, ChainKind::Filter, None);
    let session = walks(listed, &[SSH]);
    assert_eq!(bases(only(&session.walks()[0])), [second, first]);
}

#[test]
fn which_of_legacy_and_nft_comes_first_is_a_question() {
    let mut host =
        host("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n");
    let legacy = ChainId(0);
    let nft = chain(&mut host, Hook::Input, 0, ChainKind::Filter, None);
    let session = walks(host.clone(), &[SSH]);
    let ways: Vec<_> = session.walks()[0].outcomes.iter().collect();
    let orders: Vec<_> = ways.iter().map(|o| bases(&o.trace)).collect();
    assert_eq!(orders, [[legacy, nft], [nft, legacy]]);
    assert!(ways.iter().all(|o| o.choices[0].question == Question::Order(legacy, nft)));
    for (chain, registered) in [(legacy, 1), (nft, 2)] {
        Rc::make_mut(&mut host.rules).chains[chain.0 as usize].base.as_mut().unwrap().registered =
            Some(registered);
    }
    let session = walks(host, &[SSH]);
    assert_eq!(bases(only(&session.walks()[0])), [nft, legacy]);
}

#[test]
fn a_nat_chain_runs_inside_nat_whatever_its_priority() {
    let mut host = host("");
    let filter = chain(&mut host, Hook::Prerouting, -90, ChainKind::Filter, None);
    let nat = chain(&mut host, Hook::Prerouting, 50, ChainKind::Nat, None);
    let later = chain(&mut host, Hook::Prerouting, 60, ChainKind::Nat, None);
    let sooner = chain(&mut host, Hook::Prerouting, -500, ChainKind::Nat, None);
    rule(&mut host, sooner, mixed(&["-j ACCEPT"]));
    rule(&mut host, nat, mixed(&["-p tcp -j DNAT --to-destination 10.0.0.1:22"]));
    rule(&mut host, later, mixed(&["-p tcp -j DNAT --to-destination 10.0.0.1:99"]));
    let seen = rule(&mut host, filter, mixed(&["-p tcp -m tcp --dport 22 -j DROP"]));
    let session = walks(host, &[WEB]);
    let trace = only(&session.walks()[0]);
    // `accept` leaves the next nat chain to be asked, a translation does not; then the filter sees the new port.
    assert_eq!(bases(trace), [sooner, nat, filter]);
    let skipped = |e: &Event| matches!(e, Event::Skipped { chain: Some(c), .. } if *c == later);
    assert!(trace.steps.iter().any(|s| skipped(&s.event)));
    assert_eq!(trace.fate, Fate::Dropped(DroppedBy::Rule(seen)));
}

#[test]
fn a_chain_of_type_route_reroutes_at_any_priority_and_a_filter_chain_at_none() {
    for (kind, priority, out) in [
        (ChainKind::Route, 10, "eth1"),
        (ChainKind::Route, -150, "eth1"),
        (ChainKind::Filter, -150, "eth0"),
        (ChainKind::Filter, 10, "eth0"),
    ] {
        let mut host = host("");
        let output = chain(&mut host, Hook::Output, priority, kind, None);
        rule(&mut host, output, mixed(&[MARK]));
        let session = walks(host, &["tcp 10.0.0.1:4000 > 192.0.2.7:443 out"]);
        let trace = only(&session.walks()[0]);
        assert_eq!(trace.fate, Fate::Sent(Some(out.into())), "{kind:?} {priority}");
        let end = trace.steps.iter().find_map(|s| match &s.event {
            Event::BaseEnd { chain, by, accepted, .. } => Some((*chain, *by, *accepted)),
            _ => None,
        });
        assert_eq!(end, Some((output, DecidedBy::Policy, true)));
    }
}

#[test]
fn tcpmss_is_told_where_it_wrote_and_never_raises() {
    for (mss, written) in [(1000, true), (9000, false)] {
        let paste = format!(
            "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n\
             :OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n\
             -A PREROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss {mss}\nCOMMIT\n"
        );
        let host = host_of(&paste, &["eth0=10.0.0.1/24"]);
        let mut session = Session::new(host);
        session.send(
            &asked(&["tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn mss 1460"], session.host())[0],
        );
        let steps = &session.walks()[0].outcomes[0].trace.steps;
        let wrote = |e: &Event| matches!(e, Event::Changed(chainwalk_model::Change::Mss(_)));
        assert_eq!(steps.iter().any(|s| wrote(&s.event)), written, "{mss}");
    }
}

#[test]
fn a_field_of_another_message_of_icmp_ends_the_rule() {
    for (field, fits) in [("id", true), ("sequence", true), ("mtu", false), ("gateway", false)] {
        let paste = format!(
            "table ip t {{\n\tchain in {{\n\t\ttype filter hook input priority filter; policy accept;\n\
             \t\ticmp {field} != 65000 drop\n\t}}\n}}\n"
        );
        let mut session = Session::new(host_of(&paste, &["eth0=10.0.0.1/24"]));
        let ping = asked(&["ping 10.0.0.1 from 10.0.0.9 in eth0"], session.host());
        session.send(&ping[0]);
        let fate = &session.walks()[0].outcomes[0].trace.fate;
        assert_eq!(matches!(fate, Fate::Dropped(DroppedBy::Rule(_))), fits, "{field}: {fate:?}");
    }
}

#[test]
fn what_is_for_this_host_is_found_before_any_policy_rule() {
    // `ip rule` has the table `local` at 0.
    for rule in ["rule=to 10.0.0.1 prohibit pref 1000", "rule=from 10.0.0.9 blackhole pref 1000"] {
        let mut session = Session::new(host_of("", &["eth0=10.0.0.1/24", rule]));
        let ask = asked(&[SSH], session.host());
        session.send(&ask[0]);
        let fate = &session.walks()[0].outcomes[0].trace.fate;
        assert!(matches!(fate, Fate::Local { .. }), "{rule}: {fate:?}");
    }
}
