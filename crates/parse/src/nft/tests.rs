//! How texts of nft are read.

use super::*;
use chainwalk_model::nft::{CmpOp, Condition, Expr, Field, Needs, Pattern, Statement, Value};
use chainwalk_model::{BlankPart, Hook, Match, OpKind, Policy, Ruleset, Target};

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

/// The host that a paste tells of.
fn pasted(text: &str) -> chainwalk_model::Host {
    crate::paste::read(&[text]).host()
}

const LISTED: &str = "root@gw:~# nft list ruleset\ntable inet f {\n\tchain in {\n\t\ttype filter hook input \
    priority filter; policy drop;\n\t\ttcp dport 22 accept\n\t}\n}\n";

#[test]
fn a_whole_listing_shows_every_table_and_one_of_a_table_does_not() {
    assert_eq!(pasted(LISTED).saved_whole.len(), 2);
    let one = LISTED.replace("list ruleset", "list table inet f");
    assert_eq!(pasted(&one).saved_whole.len(), 0);
    let quoted: String = format!("> {}", LISTED.trim_end().replace('\n', "\n> "));
    assert_eq!(pasted(&quoted).rules.rules.len(), 1);
    let empty = "root@gw:~# nft list ruleset\nroot@gw:~# ip route\ndefault via 10.0.0.1 dev eth0\n";
    assert_eq!(pasted(empty).saved_whole.len(), 2);
}

#[test]
fn what_is_typed_behind_a_listing_is_an_offer_and_before_it_is_done() {
    let typed = "root@gw:~# nft add rule inet f in tcp dport 443 accept\n";
    let behind = crate::paste::read(&[&format!("{LISTED}{typed}")]);
    assert_eq!(behind.offers.len(), 1);
    let host = behind.host();
    assert_eq!(host.rules.rules.len(), 1);
    let (edit, problems) =
        crate::edit(&behind.offers[0].commands[0], DocId(1), &host).expect("a change");
    assert!(problems.is_empty());
    let text = crate::edit_text(&edit, &host);
    assert_eq!(text, "nft add rule inet f in tcp dport 443 accept");
    for (line, is_change) in [
        ("nft add rule inet f in tcp dport { 80, 443 } accept", true),
        ("nft add rule inet f in tcp dport vmap { 80 : accept, 443 : drop }", true),
        ("nft add rule inet f in tcp dport vmap { 80 : jump nowhere }", false),
        ("nft insert rule inet f in index 0 ip saddr 10.0.0.1 drop", true),
        ("nft add chain inet f in '{ policy accept; }'", true),
        ("nft flush chain inet f in", true),
        ("nft delete rule inet f in handle 7", false),
        ("nft add rule inet f in tcp dprt 80 accept", false),
        ("nft add rule inet f in jump nowhere", false),
        ("nft add rule inet g in accept", false),
    ] {
        let read = crate::edit(line, DocId(1), &host);
        assert_eq!(read.is_ok(), is_change, "{line}");
        if let Some((edit, _)) = read.as_ref().ok().filter(|_| line.contains("dport")) {
            assert_eq!(crate::edit_text(edit, &host).replace('\'', ""), line);
        }
    }
    let script = "nft add table inet f\nnft add chain inet f in { type filter hook input priority 0 \\; }\n\
        nft add rule inet f in tcp dport 22 accept\n";
    assert_eq!(pasted(script).rules.rules.len(), 1);
}

#[test]
fn what_is_not_in_the_paste_is_named() {
    let unread = |text: &str| pasted(text).unparsed_dumps.len();
    assert_eq!(unread("#!/usr/sbin/nft -f\ninclude \"/etc/nft.d/*\"\ntable ip t {\n}\n"), 1);
    assert_eq!(unread("nft -f /etc/nftables.conf\n"), 1);
    assert_eq!(unread("nft add rule inet f in accept\n"), 1);
    assert_eq!(unread(LISTED), 0);
    let terse = LISTED
        .replace("nft list", "nft -t list")
        .replace("\tchain", "\tset s {\n\t\ttype ipv4_addr\n\t}\n\tchain");
    assert!(!pasted(&terse).rules.sets[0].whole);
}

#[test]
fn a_table_of_iptables_nft_gives_way_to_its_save() {
    let nft = "# nft list ruleset\n# Warning: table ip filter is managed by iptables-nft, do not touch!\n\
        table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy accept;\n\t\txt match \
        \"recent\" drop\n\t}\n}\n";
    let alone = pasted(nft);
    assert_eq!(alone.rules.tables[0].backend, chainwalk_model::Backend::IptablesNft);
    assert!(matches!(alone.rules.rules[0].ops[0].what, OpKind::Match(Match::Opaque(_))));
    let save = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n";
    let both = pasted(&format!("{nft}# iptables-save\n{save}"));
    assert_eq!((both.rules.tables.len(), both.rules.chains.len()), (1, 3));
}

#[test]
fn json_says_what_the_text_says() {
    let json = r#"{"nftables": [{"metainfo": {"version": "1.0.6"}}, {"table": {"family": "inet", "name": "f"}},
        {"chain": {"family": "inet", "table": "f", "name": "in", "type": "filter", "hook": "input", "prio": 0,
        "policy": "drop"}}, {"rule": {"family": "inet", "table": "f", "chain": "in", "handle": 4, "expr": [
        {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}},
        {"accept": null}]}}]}"#;
    let (text, json) = (pasted(LISTED), pasted(json));
    assert_eq!(json.rules.rules[0].handle, Some(4));
    assert_eq!(nft_text(&text).text, nft_text(&json).text);
}

#[test]
fn a_quota_is_the_same_in_json() {
    for (words, object) in [
        ("over 25 mbytes", r#"{"val": 25, "val_unit": "mbytes", "inv": true}"#),
        ("25 bytes used 7 bytes", r#"{"val": 25, "val_unit": "bytes", "used": 7}"#),
        ("9 kbytes", r#"{"val": 9, "val_unit": "kbytes", "inv": false}"#),
    ] {
        let json = format!(
            r#"{{"nftables": [{{"table": {{"family": "inet", "name": "f"}}}}, {{"chain": {{"family": "inet",
            "table": "f", "name": "in", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}}}, {{"rule":
            {{"family": "inet", "table": "f", "chain": "in", "expr": [{{"quota": {object}}}, {{"accept": null}}]}}}}]}}"#
        );
        let text = LISTED.replace("tcp dport 22", &format!("quota {words}"));
        assert_eq!(nft_text(&pasted(&json)).text, nft_text(&pasted(&text)).text, "{words}");
    }
}

#[test]
fn an_object_that_a_map_chooses_is_printed_as_it_was_written() {
    for text in [
        "counter name ip saddr map @c accept",
        "quota name tcp dport map @q drop",
        "limit name ip saddr . tcp dport map @l accept",
        "counter name tcp dport map { 80 : \"a\", 90 : \"b\" } accept",
    ] {
        let table = "table ip t {\ncounter a { }\ncounter b { }\nmap c { type ipv4_addr : counter; }\n\
                     map q { type inet_service : quota; }\n\
                     map l { type ipv4_addr . inet_service : limit; }\nchain c {\n";
        let (rules, problems) = told(&format!("{table}{text}\n}}\n}}\n"), Source::Script);
        assert_eq!(problems, 0, "{text}");
        let mut host = pasted("");
        host.rules = rules.into();
        let printed = nft_text(&host).text;
        assert!(printed.contains(&format!("\t{text}\n")), "{printed}");
        assert!(
            printed.contains("map q {\n\t\ttype inet_service : quota\n")
                || !text.starts_with("quota")
        );
        assert!(printed.contains(" : limit\n") || !text.starts_with("limit"), "{printed}");
    }
}

#[test]
fn what_json_says_of_an_object_that_a_map_chooses_is_read() {
    for word in ["counter", "quota", "limit"] {
        let map =
            r#"{"map": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@m"}}"#;
        let json = format!(
            r#"{{"nftables": [{{"table": {{"family": "ip", "name": "t"}}}},
            {{"map": {{"family": "ip", "name": "m", "table": "t", "type": "inet_service", "map": "{word}"}}}},
            {{"chain": {{"family": "ip", "table": "t", "name": "c"}}}},
            {{"rule": {{"family": "ip", "table": "t", "chain": "c", "expr": [{{"{word}": {map}}}]}}}}]}}"#
        );
        let printed = nft_text(&pasted(&json)).text;
        assert!(printed.contains(&format!("\t{word} name tcp dport map @m\n")), "{printed}");
    }
}

#[test]
fn a_table_may_be_dormant() {
    for (flags, expect) in [("flags dormant\n", true), ("flags owner\n", false), ("", false)] {
        let text = format!("table ip t {{\n{flags}chain c {{\naccept\n}}\n}}\n");
        let (rules, problems) = told(&text, Source::Script);
        assert_eq!((rules.tables[0].dormant, problems), (expect, 0), "{flags}");
        assert_eq!(rules.rules.len(), 1, "{flags}");
    }
}

#[test]
fn a_flag_that_nft_made_up_leaves_open_whether_a_table_sleeps() {
    for (flags, expect) in [("dormant", 0), ("owner", 0), ("xyz", 1)] {
        let (rules, problems) =
            told(&format!("table ip t {{\nflags {flags}\n}}\n"), Source::Script);
        assert_eq!((rules.tables[0].dormant, problems), (flags == "dormant", expect), "{flags}");
    }
}

#[test]
fn a_table_that_is_added_once_more_has_the_flags_that_stand_there() {
    let asleep = "add table ip t { flags dormant; }\n";
    for (then, expect) in [
        ("", true),
        ("add table ip t\n", false),
        ("table ip t {\n}\n", false),
        ("table ip t {\nflags dormant\n}\n", true),
        ("add chain ip t c\n", true),
    ] {
        let (rules, problems) = told(&format!("{asleep}{then}"), Source::Script);
        assert_eq!((rules.tables[0].dormant, problems), (expect, 0), "{then}");
    }
}

#[test]
fn a_table_that_is_cut_off_behind_its_family_ends() {
    for text in ["table inet", "table inet\n", "x\ntable ip6"] {
        assert!(
            crate::read(&[text]).hosts.iter().all(|host| host.rules.rules.is_empty()),
            "{text}"
        );
    }
}

#[test]
fn a_command_makes_no_rule_of_nothing() {
    for (command, expect) in [
        ("add rule ip t c", 1),
        ("insert rule ip t c;", 1),
        ("replace rule ip t c handle 1", 1),
        ("add rule ip t c counter", 0),
    ] {
        let text = format!("add chain ip t c\nadd rule ip t c drop # handle 1\n{command}\n");
        let (rules, problems) = told(&text, Source::Script);
        assert_eq!(problems, expect, "{command}");
        assert!(rules.rules.iter().all(|rule| !rule.ops.is_empty()), "{command}");
    }
}

#[test]
fn what_is_compared_with_a_value_that_is_left_open_is_known() {
    for (rule, name, part) in [
        ("ip saddr <ADMIN_IP> drop", "ADMIN_IP", BlankPart::Src),
        ("ip daddr <ADMIN_IP>; drop", "ADMIN_IP", BlankPart::Dst),
        ("tcp dport <PORT> accept", "PORT", BlankPart::Dport),
        ("iifname \"<WAN>\" accept", "WAN", BlankPart::InIface),
    ] {
        let text = format!("table inet t {{\nchain c {{\n{rule}\n}}\n}}\n");
        let (rules, problems) = told(&text, Source::Script);
        let blank = rules.rules[0].ops.iter().find_map(|op| match &op.what {
            OpKind::Match(Match::Opaque(o)) => o.blank.clone(),
            _ => None,
        });
        let blank = blank.map(|b| (b.name.to_string(), b.part));
        assert_eq!((blank, problems), (Some((name.to_owned(), part)), 1), "{rule}");
    }
}

#[test]
fn a_rejection_is_asked_for_first_unless_its_rule_has_told() {
    let first = |rule: &str| matches!(&ops(rule)[0], OpKind::Match(Match::Nft(c)) if matches!(**c, Condition::Implied(_)));
    assert!(first("counter reject with tcp reset"));
    assert!(first("meta l4proto != udp log reject with tcp reset"));
    assert!(first("counter reject with icmp host-unreachable"));
    assert!(!first("counter tcp dport 80 reject with tcp reset"));
    assert!(!first("counter ip saddr 10.0.0.1 reject with icmp host-unreachable"));
    assert!(!first("reject"));
}

#[test]
fn a_set_without_a_type_is_not_printed() {
    let host = pasted("table ip t {\n\tset s {\n\t\telements = { 10.0.0.1 }\n\t}\n}\n");
    let printed = nft_text(&host);
    assert!(!printed.complete, "{}", printed.text);
    assert!(!printed.text.contains("\tset s {"), "{}", printed.text);
}

#[test]
fn what_nft_says_in_no_rule_is_not_printed_in_part() {
    let printed = |options: &str| {
        let save = "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";
        nft_text(&pasted(&format!("{save}-A PREROUTING -p tcp -j CT {options}\nCOMMIT\n")))
    };
    let zone = printed("--zone 5");
    assert!(zone.complete && zone.text.contains("ct zone set 5"), "{}", zone.text);
    // A helper is an object of its own there.
    for options in ["--zone 5 --helper ftp", "--helper ftp"] {
        let printed = printed(options);
        assert!(!printed.complete && !printed.text.contains("ct zone"), "{}", printed.text);
    }
}

#[test]
fn nat_names_no_other_family_than_its_table() {
    let read = |family: &str, rule: &str| {
        let text = format!("table {family} t {{\nchain c {{\n{rule}\n}}\n}}\n");
        told(&text, Source::Script).1
    };
    for (family, rule, problems) in [
        ("ip", "snat ip6 to fd00::1", 1),
        ("ip6", "dnat ip to ip saddr map { 10.0.0.1 : 10.0.0.2 }", 1),
        ("ip", "snat ip to 10.0.0.1", 0),
        ("inet", "snat ip6 to fd00::1", 0),
    ] {
        assert_eq!(read(family, rule), problems, "{family} {rule}");
    }
}

#[test]
fn behind_a_test_of_the_link_the_frame_is_asked_once() {
    let asked = |rule: &str| {
        let all = ops(rule);
        let is = |op: &OpKind, needs| matches!(op, OpKind::Match(Match::Nft(c)) if **c == Condition::Implied(needs));
        let frame =
            |op: &OpKind| is(op, Needs::EtherType(0x0800)) || is(op, Needs::EtherType(0x86dd));
        let at: Vec<usize> = (0..all.len()).filter(|k| frame(&all[*k])).collect();
        assert!(!all.iter().any(|op| is(op, Needs::Ip) || is(op, Needs::Ip6)), "{rule}");
        at
    };
    for (rule, at) in [
        ("iiftype ether ip saddr 10.0.0.1 ip daddr 10.0.0.2", vec![1]),
        ("iiftype ether ip ttl set 5", vec![1]),
        ("iiftype ether meta mark set ip saddr map { 10.0.0.1 : 1 }", vec![1]),
        ("iiftype { ether } snat ip to ip saddr map { 10.0.0.1 : 10.0.0.2 }", vec![1]),
        ("iiftype ether frag id 1 frag id 2", vec![0]),
        ("iiftype ether reject with icmp host-unreachable", vec![0]),
        ("iiftype ether meta nfproto ipv4 ip saddr 10.0.0.1", vec![]),
        ("meta l4proto icmp iiftype ether icmp type echo-request", vec![]),
        ("iiftype != ether ip saddr 10.0.0.1", vec![]),
        ("iiftype ether tcp dport 22", vec![]),
    ] {
        assert_eq!(asked(rule), at, "{rule}");
    }
}

#[test]
fn deep_and_endless_texts_end() {
    for text in [
        "table ip t { chain c { ".to_owned() + &"jump { ".repeat(5_000),
        format!("table ip t {{ chain c {{ meta mark set {}1", "(".repeat(5_000)),
        format!(
            "define a = {{ 1 }}\n{}",
            (0..60)
                .map(|n| format!("define a{n} = {{ $a, $a }}\ndefine a = $a{n}"))
                .collect::<Vec<_>>()
                .join("\n")
        ),
        format!("table ip t {{ set s {{ type ipv4_addr; elements = {}", "{ ".repeat(5_000)),
        "{ \"nftables\": [".to_owned() + &"{ \"rule\": ".repeat(50),
    ] {
        let _rules = told(&text, Source::Script);
        let _reading = crate::paste::read(&[&text]);
    }
}

#[test]
fn the_ends_of_a_printed_range_are_read_back() {
    let rules = "\t\ttcp flags != 3-18 accept\n\t\tmeta skuid 0-18 accept\n\t\tmeta hour \"09:00:30\"-\"17:00\" accept\n";
    let host = pasted(&format!("table inet t {{\n\tchain c {{\n{rules}\t}}\n}}\n"));
    let printed = nft_text(&host).text;
    assert!(printed.contains(rules), "{printed}");
    assert_eq!(nft_text(&pasted(&printed)).text, printed);
}

#[test]
fn an_object_that_is_cut_off_is_not_printed() {
    let printed =
        nft_text(&pasted("table ip t {\n\tct timeout to {\n\t\tpolicy = { established : 100\n"));
    assert!(!printed.complete, "{}", printed.text);
    let open = nft_text(&pasted("table ip t {\n\tct timeout to established { close }\n}\n"));
    assert!(!open.complete, "{}", open.text);
    let whole = "table ip t {\n\tct timeout to { protocol tcp; policy = { close : 4 } }\n}\n";
    assert_eq!(nft_text(&pasted(whole)).text, whole);
}
