//! Commands that change a host: what each becomes, printed back, and what the real program would refuse.

#![allow(clippy::unwrap_used)]

use chainwalk_model::{DiagnosticId, DocId, Edit, Expected, Hint, Host, Severity};
use chainwalk_parse::{edit, edit_text};

const RULES: &str = "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:own - [0:0]\n\
    -A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j own\n-A own -j ACCEPT\nCOMMIT\n";

fn host() -> Host {
    chainwalk_parse::read(&[RULES]).host()
}

/// The command is read, and printed as `expect`, which is read as the same.
#[track_caller]
fn check(text: &str, expect: &str) {
    let host = host();
    let (read, problems) = edit(text, DocId(1), &host).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(edit_text(&read, &host), expect, "{text}");
    let (again, _) = edit(expect, DocId(1), &host).unwrap();
    assert_eq!(edit_text(&again, &host), expect, "{text}");
}

/// The command is refused, and the problem points at `place`.
#[track_caller]
fn check_bad(text: &str, place: &str) -> chainwalk_model::Diagnostic {
    let problem = edit(text, DocId(1), &host()).unwrap_err();
    assert_eq!(&text[problem.span.range()], place, "{text}: {problem:?}");
    assert_eq!(problem.severity, Severity::Error, "{text}");
    assert!(!problem.expected.is_empty() || problem.hint.is_some(), "{text}");
    problem
}

#[test]
fn commands_of_iptables() {
    for (text, expect) in [
        ("iptables -A INPUT -j DROP", "iptables -A INPUT -j DROP"),
        ("-A INPUT -j DROP", "iptables -A INPUT -j DROP"),
        ("# iptables -t filter -A INPUT -j DROP", "iptables -A INPUT -j DROP"),
        ("sudo iptables --table=filter -A INPUT -j own", "iptables -A INPUT -j own"),
        ("iptables -I INPUT -j DROP", "iptables -I INPUT -j DROP"),
        ("iptables -I INPUT 1 -j DROP", "iptables -I INPUT -j DROP"),
        // One place more than there are rules is behind the last.
        ("iptables -I INPUT 3 -j DROP", "iptables -I INPUT 3 -j DROP"),
        ("iptables -R INPUT 2 -j DROP", "iptables -R INPUT 2 -j DROP"),
        ("iptables -D INPUT 2", "iptables -D INPUT 2"),
        ("iptables -D INPUT 1", "iptables -D INPUT 1"),
        ("iptables -D INPUT -i lo -j ACCEPT", "iptables -D INPUT 1"),
        ("iptables -D INPUT -p tcp --dport 22 -j own", "iptables -D INPUT 2"),
        ("iptables -P INPUT ACCEPT", "iptables -P INPUT ACCEPT"),
        ("iptables -P FORWARD DROP", "iptables -P FORWARD DROP"),
        ("iptables -F INPUT", "iptables -F INPUT"),
        ("iptables -N new", "iptables -N new"),
        ("iptables -A own -g own", "iptables -A own -g own"),
        // Tables that were not pasted and that usually are empty.
        (
            "iptables -t raw -A PREROUTING -j NOTRACK",
            "iptables -t raw -A PREROUTING -j CT --notrack",
        ),
        ("iptables -t mangle -P INPUT DROP", "iptables -t mangle -P INPUT DROP"),
        ("ip6tables -t security -F INPUT", "ip6tables -t security -F INPUT"),
    ] {
        check(text, expect);
    }
    // Several addresses make several rules: of those put in, the last stands first.
    let host = host();
    let two = |text: &str| edit_text(&edit(text, DocId(1), &host).unwrap().0, &host);
    assert_eq!(
        two("iptables -A INPUT -s 1.1.1.1,2.2.2.2 -j DROP"),
        "iptables -A INPUT -s 1.1.1.1/32 -j DROP ; -s 2.2.2.2/32 -j DROP"
    );
    assert_eq!(
        two("iptables -I INPUT -s 1.1.1.1,2.2.2.2 -j DROP"),
        "iptables -I INPUT -s 2.2.2.2/32 -j DROP ; -s 1.1.1.1/32 -j DROP"
    );
}

#[test]
fn spans_of_a_new_rule_count_in_its_own_document() {
    let text = " iptables -A INPUT -i lo -j ACCEPT";
    let (read, _) = edit(text, DocId(7), &host()).unwrap();
    let Edit::Chain { change: chainwalk_model::ChainEdit::Append(rules), .. } = read else {
        panic!()
    };
    assert_eq!((rules[0].span.doc, &text[rules[0].span.range()]), (DocId(7), text.trim()));
    let ops: Vec<&str> = rules[0].ops.iter().map(|op| &text[op.span.range()]).collect();
    assert_eq!(ops, ["-i lo", "-j ACCEPT"]);
    assert!(rules[0].ops.iter().all(|op| op.span.doc == DocId(7)));
}

#[test]
fn what_iptables_refuses() {
    for (text, place) in [
        ("iptables -A", "-A"),
        ("iptables -t none -A INPUT -j DROP", "none"),
        ("iptables -A missing -j DROP", "missing"),
        ("iptables -A INPUT -j missing", "missing"),
        ("iptables -A INPUT --dprot 22", "--dprot"),
        ("iptables -A INPUT -p tcp --dport 99999", "99999"),
        ("iptables -I INPUT 4 -j DROP", "4"),
        ("iptables -I INPUT 0 -j DROP", "0"),
        ("iptables -R INPUT 3 -j DROP", "3"),
        ("iptables -D INPUT 3", "3"),
        ("iptables -D INPUT 0", "0"),
        ("iptables -D INPUT -j DROP", "iptables -D INPUT -j DROP"),
        ("iptables -N INPUT", "INPUT"),
        ("iptables -N own", "own"),
        ("iptables -t mangle -N OUTPUT", "OUTPUT"),
        ("iptables -P own DROP", "own"),
        ("iptables -P INPUT REJECT", "REJECT"),
        ("iptables -X own", "iptables -X own"),
        ("iptables -t nat -A POSTROUTING -j MASQUERADE", "POSTROUTING"),
        ("iptables -j DROP -i lo", "iptables -j DROP -i lo"),
        ("iptables -A INPUT -j DROP\niptables -F", "iptables -F"),
    ] {
        check_bad(text, place);
    }
    let unpasted = check_bad("ip6tables -t nat -A POSTROUTING -j MASQUERADE", "POSTROUTING");
    assert_eq!(unpasted.id, DiagnosticId::MissingChain);
    assert_eq!(unpasted.hint, Some(Hint::Paste("ip6tables -t nat -nvL".into())));
    assert_eq!(check_bad("iptables -A none -j DROP", "none").hint, None);
    // A chain of another table, built in or not, names that table; one that is said stays as it is.
    let elsewhere = |text: &str, chain: &str, table: &str| {
        let found = check_bad(text, chain);
        let hint = Hint::InTable { chain: chain.into(), table: table.into() };
        assert_eq!((found.expected, found.hint), (Vec::new(), Some(hint)), "{text}");
    };
    elsewhere("iptables -R POSTROUTING 1 -j MASQUERADE", "POSTROUTING", "nat");
    elsewhere("iptables -A PREROUTING -j ACCEPT", "PREROUTING", "nat");
    let said = check_bad("iptables -t filter -A PREROUTING -j ACCEPT", "PREROUTING");
    assert!(said.hint.is_none() && !said.expected.is_empty());
    let text = [RULES, "*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\nCOMMIT\n"].concat();
    let docker = chainwalk_parse::read(&[&text]).host();
    let found = edit("iptables -A DOCKER -j RETURN", DocId(1), &docker).unwrap_err();
    assert_eq!(found.hint, Some(Hint::InTable { chain: "DOCKER".into(), table: "nat".into() }));
    let bare = edit("nft", DocId(1), &host()).unwrap_err();
    assert!(matches!(&bare.expected[..], [Expected::Literal(e)] if e.starts_with("nft add rule")));
    let two = check_bad("iptables -F INPUT\n\n iptables -F", "iptables -F");
    assert_eq!((two.id, two.expected), (DiagnosticId::BadLine, vec![Expected::EndOfLine]));
    // What is not modelled the program takes; it is told beside the change.
    let (_, told) = edit("iptables -A INPUT -m geoip -j DROP", DocId(1), &host()).unwrap();
    assert_eq!(told.iter().map(|d| d.id).collect::<Vec<_>>(), [DiagnosticId::NotModelled]);
}

#[test]
fn commands_that_set_a_fact() {
    for (text, expect) in [
        ("sysctl -w net.ipv4.ip_forward=1", "sysctl -w net.ipv4.ip_forward=1"),
        ("# /sbin/sysctl -q -w net/ipv4/ip_forward = \"1\"", "sysctl -w net.ipv4.ip_forward=1"),
        ("echo 1 > /proc/sys/net/ipv4/ip_forward", "sysctl -w net.ipv4.ip_forward=1"),
        ("echo 0 >/proc/sys/net/ipv4/ip_forward", "sysctl -w net.ipv4.ip_forward=0"),
        ("echo '2' | sudo tee /proc/sys/net/ipv4/ip_forward", "sysctl -w net.ipv4.ip_forward=2"),
        ("net.ipv4.ip_forward=1", "sysctl -w net.ipv4.ip_forward=1"),
        ("$ sudo ip route add 10.0.0.0/8 via 10.1.0.1", "ip route add 10.0.0.0/8 via 10.1.0.1"),
        ("ip r a default dev eth0", "ip route add default dev eth0"),
        ("ip -4 ro rep default dev eth0", "ip route add default dev eth0"),
        ("ip route append 10.0.0.0/8 dev eth0", "ip route add 10.0.0.0/8 dev eth0"),
        ("ip route change 10.0.0.0/8 dev eth0", "ip route add 10.0.0.0/8 dev eth0"),
        ("ip route del 10.0.0.0/8 dev eth0", "ip route del 10.0.0.0/8 dev eth0"),
        ("ip addr add 10.0.0.1/24 dev eth0", "ip address add 10.0.0.1/24 dev eth0"),
        ("ip a r 10.0.0.1/24 brd + dev eth0", "ip address add 10.0.0.1/24 dev eth0"),
        ("ip link set dev eth0 up", "ip link set eth0 up"),
        ("ip link set eth0 up", "ip link set eth0 up"),
        (
            "ip rule add from 10.0.0.0/8 lookup 100",
            "ip rule add pref 32765 from 10.0.0.0/8 lookup 100",
        ),
        (
            "ip rule add fwmark 1 table 100 pref 7",
            "ip rule add pref 7 fwmark 0x1/0xffffffff lookup 100",
        ),
        ("local=10.0.0.9", "local=10.0.0.9"),
        ("listen=tcp:0.0.0.0:22", "listen=tcp:0.0.0.0:22"),
    ] {
        check(text, expect);
    }
}

#[test]
fn what_those_programs_refuse() {
    for (text, place) in [
        ("", ""),
        ("  ", ""),
        ("sysctl -w", ""),
        ("sysctl -w net.ipv4.ip_forward", "net.ipv4.ip_forward"),
        ("sysctl -w net.ipv4.ip_forward=", ""),
        ("sysctl -w a b=1", "a b"),
        ("echo 1 > /tmp/x", "1 > /tmp/x"),
        ("echo", ""),
        ("ip", ""),
        ("ip route", ""),
        ("ip route add", ""),
        ("ip route add nowhere", "nowhere"),
        ("ip route show table all", "show"),
        ("ip tunnel add x", "tunnel"),
        ("ip address add 10.0.0.1/33 dev eth0", "10.0.0.1/33"),
        ("ip address add 10.0.0.1/24", ""),
        ("ip rule add pref x", "x"),
        ("nonsense", "nonsense"),
    ] {
        check_bad(text, place);
    }
}

/// A host with native tables, the rules of one of which have handles.
fn native() -> chainwalk_model::Host {
    chainwalk_parse::read(&["table inet fw {\n\tset ok {\n\t\ttype ipv4_addr\n\t}\n\n\tchain input { # handle 1\n\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established accept # handle 4\n\t\ttcp dport 22 accept # handle 5\n\t}\n\n\tchain mine {\n\t\tcounter\n\t}\n}\n"])
        .host()
}

#[test]
fn a_change_of_nft_reads_back_as_it_is_written() {
    let host = native();
    reads_back(
        &host,
        &[
            "nft add rule inet fw input tcp dport 443 accept",
            "nft insert rule inet fw input iifname \"eth0\" ip saddr 10.0.0.0/8 tcp dport 22 drop",
            "nft insert rule inet fw input handle 5 ct state established,related accept",
            "nft insert rule inet fw mine index 0 ip saddr @ok jump input",
            "nft replace rule inet fw input handle 4 ct state related accept",
            "nft delete rule inet fw input handle 5",
            // What a shell would take for its own stands in quotes.
            "nft add rule inet fw input 'meta mark & 0x00000001 == 0x00000001 accept'",
            "nft insert rule inet fw input 'tcp dport 22 accept comment \"two words\"'",
            r#"nft add rule inet fw input 'tcp dport 22 accept comment "it'\''s"'"#,
            "nft -a list chain inet fw mine ; nft delete rule inet fw mine handle OF-RULE-1",
            "nft add chain inet fw input '{ policy accept; }'",
            "nft flush chain inet fw mine",
            "nft add chain inet fw extra",
        ],
    );
    let table = "table inet nft {\n\tchain nft {\n\t\tcounter\n\t}\n}\n";
    reads_back(
        &chainwalk_parse::read(&[table]).host(),
        &[
            "nft add rule inet nft nft tcp dport 443 accept",
            "nft -a list chain inet nft nft ; nft delete rule inet nft nft handle OF-RULE-1",
            "nft flush chain inet nft nft",
        ],
    );
}

fn reads_back(host: &chainwalk_model::Host, texts: &[&str]) {
    for text in texts {
        let (edit, problems) =
            edit(text, DocId(0), host).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert!(problems.is_empty(), "{text}: {problems:?}");
        let again = edit_text(&edit, host);
        let same = again == *text
            || text.contains("index 0") && again.contains("insert rule inet fw mine");
        assert!(same, "{text} comes back as {again}");
    }
}

#[test]
fn what_nft_would_refuse_is_pointed_at() {
    let host = native();
    for (text, place) in [
        ("nft add rule inet fw inptu accept", "inptu"),
        ("nft add rule inet nat input accept", "nat"),
        ("nft delete rule inet fw input handle 99", "99"),
        ("nft add rule inet fw input tcp dport 10.0.0.1 accept", "10.0.0.1"),
        ("nft destroy rule inet fw input handle 4", "destroy"),
    ] {
        let problem = edit(text, DocId(0), &host).unwrap_err();
        assert_eq!(&text[problem.span.range()], place, "{text}");
        assert!(!problem.expected.is_empty(), "{text}");
    }
}
