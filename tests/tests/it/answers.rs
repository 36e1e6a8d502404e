//! Whatever a walk asks of the host is answered by one click of those offered, and not asked again.
#![allow(clippy::unwrap_used)]

use chainwalk_model::Question;
use chainwalk_parse::{assumption, assumption_text};
use chainwalk_tests::played::{explain, played_with};
use chainwalk_view::{Evidence, Lang, banner};
use std::collections::BTreeSet;

const FILTER: &str = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\nCOMMIT\n*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n";
const ADDR: &str = "2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n\
    3: eth1: <UP> mtu 1500\n    inet 10.1.0.1/24 scope global eth1\n";
const IN: &str = "tcp 10.0.0.2 > 10.0.0.1:80 in eth0 syn";

/// Pastes that leave something open, and a packet that meets it.
fn pastes() -> Vec<(String, &'static str)> {
    let rules = |rules: &str| format!("{FILTER}{rules}COMMIT\n{ADDR}");
    vec![
        (format!("*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n{ADDR}"), IN),
        (FILTER.to_owned() + "COMMIT\n", "tcp 10.0.0.2 > 10.0.0.1:80 in eth0 syn"),
        (rules("-A INPUT -j GONE\n"), IN),
        (
            format!(
                "iptables -t nat -S\n-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n{ADDR}"
            ),
            IN,
        ),
        (rules("-A INPUT -m fancy --colour red -j ACCEPT\n"), IN),
        (rules("-A INPUT -m time --timestart 08:00 --timestop 09:00 -j ACCEPT\n"), IN),
        (rules("-A INPUT -m set --match-set friends src -j ACCEPT\n"), IN),
        (
            rules(
                "-A INPUT -m rateest --rateest1 r --rateest-gt --rateest-bps1 1000bit -j ACCEPT\n",
            ),
            IN,
        ),
        (format!("*filter\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n{ADDR}"), IN),
        (
            format!(
                "Chain INPUT (policy DROP)\ntarget     prot opt source               destination\n\
                 ACCEPT     tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80\n\n{ADDR}"
            ),
            IN,
        ),
        (
            rules("")
                + "table inet own {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n",
            IN,
        ),
        (rules("") + "$ sudo nft -f /etc/nftables.conf\n", IN),
        (
            rules("")
                + "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\nTCP  10.0.0.1:80 rr\n  -> 10.1.0.9:80           Masq    1      0          0\n",
            IN,
        ),
        (
            format!(
                "*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n-A PREROUTING -p tcp -j TPROXY --on-port 3129 --on-ip 127.0.0.1\nCOMMIT\n{FILTER}COMMIT\n{ADDR}"
            ),
            IN,
        ),
        (rules(""), "tcp 10.0.0.2 > 192.0.2.9:80 in eth0 syn"),
    ]
}

/// What is open in the walk of a packet once these facts are said, and what the banner says of it.
fn ask(paste: &str, facts: &[String], packet: &str) -> (Vec<Question>, Vec<Evidence>) {
    let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
    let played = played_with(&[paste], &facts, &[packet]);
    let outcomes = &played.walks()[0].outcomes;
    let open = outcomes.iter().flat_map(|o| &o.choices).map(|c| c.question.clone()).collect();
    (open, explain(&played, Lang::En, |t| banner(t).evidence))
}

#[test]
fn every_question_is_answered_in_one_click() {
    let mut met = BTreeSet::new();
    for (paste, packet) in pastes() {
        // Always the first answer, always the last one.
        for last in [false, true] {
            let mut facts = Vec::new();
            let mut rounds = 0;
            loop {
                let (open, evidence) = ask(&paste, &facts, packet);
                met.extend(open.iter().map(name));
                if open.is_empty() {
                    break;
                }
                let asked = evidence.iter().find(|e| !e.certain && !e.answers.is_empty());
                let asked = asked.unwrap_or_else(|| panic!("no answer to {open:?}\\n{paste}"));
                let pick = if last { asked.answers.last() } else { asked.answers.first() };
                let (_, words) = pick.unwrap();
                let said = assumption(words).unwrap();
                assert_eq!(&assumption_text(&said), words);
                facts.push(words.clone());
                let (now, _) = ask(&paste, &facts, packet);
                assert_ne!(now, open, "{words} changes nothing of {open:?}");
                rounds += 1;
                assert!(rounds < 12, "{packet}: {open:?}\\n{paste}");
            }
        }
    }
    for kind in [
        "LocalAddr",
        "Policy",
        "Table",
        "Chain",
        "Opaque",
        "Fact",
        "Set",
        "HiddenInterfaces",
        "History",
        "Unread",
        "Beside",
        "Socket",
    ] {
        assert!(met.contains(kind), "{kind} of {met:?}");
    }
}

/// The name of a kind of question.
fn name(question: &Question) -> String {
    let text = format!("{question:?}");
    text.split('(').next().unwrap_or_default().to_owned()
}
