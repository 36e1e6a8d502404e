//! How texts of nft are read.

use super::*;
use chainwalk_model::nft::{CmpOp, Condition, Expr, Field, Pattern, Statement, Value};
use chainwalk_model::{Hook, Match, OpKind, Policy, Ruleset, Target};

/// What a text comes to, and how many problems it has.
fn told(text: &str, source: Source) -> (Ruleset, usize) {
    let mut draft = Draft::default();
    let mut problems = Vec::new();
    load(&mut draft, DocId(0), text, source, &mut problems);
    let mut rules = Ruleset::default();
    draft.lower(&mut rules);
    (rules, problems.len())
}

/// The operations of a rule of an `inet` table.
fn ops(rule: &str) -> Vec<OpKind> {
    let (rules, problems) =
        told(&format!("table inet t {{\nchain c {{\n{rule}\n}}\n}}\n"), Source::Script);
    assert_eq!((rules.rules.len(), problems), (1, 0), "{rule}");
    rules.rules[0].ops.iter().map(|op| op.what.clone()).collect()
}

/// The only test of a rule.
fn test(rule: &str) -> Condition {
    match ops(rule).remove(0) {
        OpKind::Match(Match::Nft(condition)) => *condition,
        other => panic!("{rule}: {other:?}"),
    }
}

#[test]
fn bits_are_compared_as_they_are_written() {
    let compared = |rule: &str| match test(rule) {
        Condition::Compare { left, op, right: Pattern::One(Value::Number(n)) } => {
            (matches!(left, Expr::Bits { .. }), op, n)
        }
        other => panic!("{rule}: {other:?}"),
    };
    for (rule, expect) in [
        ("tcp flags syn", (false, CmpOp::AnyBit, 2)),
        ("tcp flags == syn", (false, CmpOp::Eq, 2)),
        ("tcp flags != syn,ack", (false, CmpOp::Ne, 0x12)),
        ("tcp flags ! syn,rst", (false, CmpOp::NoBit, 6)),
        ("tcp flags syn / syn,ack", (true, CmpOp::Eq, 2)),
        ("tcp flags & (syn | ack) == syn", (true, CmpOp::Eq, 2)),
        ("ct state established,related", (false, CmpOp::AnyBit, 6)),
        ("ct state new | untracked", (false, CmpOp::AnyBit, 72)),
        ("ct state & (established | related) new", (true, CmpOp::Eq, 8)),
        ("ct label 3", (false, CmpOp::AnyBit, 8)),
    ] {
        assert_eq!(compared(rule), expect, "{rule}");
    }
}

#[test]
fn masks_and_shifts_of_constants_become_one() {
    let value = |rule: &str| match ops(rule).remove(0) {
        OpKind::Target(Target::Nft(statement)) => match *statement {
            Statement::Set { value, .. } => value,
            other => panic!("{rule}: {other:?}"),
        },
        other => panic!("{rule}: {other:?}"),
    };
    let bits = |rule: &str| match value(rule) {
        Expr::Bits { and, xor, .. } => (and, xor),
        other => panic!("{rule}: {other:?}"),
    };
    assert_eq!(bits("meta mark set ct mark and 0xf or 0x100"), (0xf, 0x100));
    assert_eq!(bits("meta mark set meta mark | 0x4000"), (0xffff_bfff, 0x4000));
    assert_eq!(bits("meta mark set mark xor 0x3"), (0xffff_ffff, 3));
    assert_eq!(value("meta mark set 1 << 3"), Expr::Value(Value::Number(8)));
    assert!(matches!(value("ct mark set (meta mark & 0xff) << 8"), Expr::Shift { by: 8, .. }));
}

#[test]
fn a_network_stands_for_its_mask() {
    for rule in ["ip saddr 10.0.0.0/8", "ip saddr & 255.0.0.0 == 10.0.0.0"] {
        let Condition::Compare { left: Expr::Field(Field::Header(_)), right, .. } = test(rule)
        else {
            panic!("{rule}")
        };
        assert_eq!(right, Pattern::Prefix(0x0a00_0000, 8), "{rule}");
    }
    let odd = test("ip saddr & 0.0.0.1 == 0.0.0.1");
    assert!(matches!(odd, Condition::Compare { left: Expr::Bits { .. }, .. }), "{odd:?}");
}

#[test]
fn what_is_not_understood_stays_at_its_place() {
    let text = "table ip t { chain c { tcp dport 22 frobnicate 3 counter accept; osf name \"Linux\" drop\n } }";
    let (rules, _) = told(text, Source::Script);
    let shape: Vec<Vec<&str>> = rules
        .rules
        .iter()
        .map(|rule| {
            let word = |what: &OpKind| match what {
                OpKind::Match(Match::Opaque(_)) => "?",
                OpKind::Match(_) => "test",
                OpKind::Target(Target::Accept) => "accept",
                OpKind::Target(Target::Drop) => "drop",
                OpKind::Target(_) => "act",
            };
            rule.ops.iter().map(|op| word(&op.what)).collect()
        })
        .collect();
    assert_eq!(shape, [vec!["test", "?", "act", "accept"], vec!["?", "drop"]]);
    // What nft refuses is no rule of a file, and nothing of it counts.
    let (rules, problems) = told(
        "add table ip t\nadd chain ip t c\nadd rule ip t c tcp dport 10.0.0.1 accept\n",
        Source::Script,
    );
    assert_eq!((rules.rules[0].ops.len(), problems), (1, 1));
}

#[test]
fn commands_change_what_is_there() {
    let text = "define web = { 80, 443 }\n\
        table inet t {\n set s { type ipv4_addr; elements = { 10.0.0.1 }\n }\n chain a { type filter hook input \
        priority filter - 5; policy drop; tcp dport $web accept; ip saddr @s drop; jump b }\n chain b { }\n }\n\
        insert rule inet t a iif lo accept\nadd rule inet t a index 1 udp dport 53 accept\n\
        add element inet t s { 10.0.0.2, 10.0.0.3 }\ndelete element inet t s { 10.0.0.1 }\n\
        add chain ip x y\ndelete table ip x\nrename chain inet t b c\n";
    let (rules, problems) = told(text, Source::Script);
    assert_eq!(problems, 0);
    assert_eq!(rules.tables.len(), 1);
    let chains: Vec<(&str, usize)> =
        rules.chains.iter().map(|c| (&*c.name, c.rules.len())).collect();
    assert_eq!(chains, [("a", 5), ("c", 0)]);
    let base = rules.chains[0].base.as_ref().expect("hooked in");
    assert_eq!((base.hook, base.priority, base.policy), (Hook::Input, -5, Policy::Drop));
    let named = rules.sets.iter().find(|s| s.name.is_some()).expect("the set");
    assert_eq!(named.elements.len(), 2);
    let ports = rules.sets.iter().find(|s| s.name.is_none()).expect("the ports");
    assert_eq!(ports.elements.len(), 2);
    assert_eq!(told("table ip t { }\nflush ruleset\n", Source::Script).0.tables.len(), 0);
}
