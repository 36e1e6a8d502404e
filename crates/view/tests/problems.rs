//! What a person reads about a line that is wrong: the sentence, what it points at, and what to do.
#![allow(clippy::unwrap_used)]

use chainwalk_view::{Lang, problems};
use std::fmt::Write as _;

/// The problems of a text as they are shown.
fn shown(text: &str, lang: Lang) -> String {
    let reading = chainwalk_parse::read(&[text]);
    let mut out = String::new();
    for p in problems(&reading.diagnostics, &[text], lang) {
        let _ = write!(out, "[{}] {}", &text[p.span.range()], p.text);
        if let Some(hint) = p.hint {
            let _ = write!(out, " — {hint}");
        }
        out.push('\n');
    }
    out
}

const LINES: &[(&str, &[&str])] = &[
    (
        "-A INPUT -p tcp --dprot 22 -j ACCEPT",
        &["[--dprot] The option “--dprot” is not known — Did you mean --dport?"],
    ),
    (
        "-A INPUT -p tcp --dport 22 -j ACCPET",
        &[
            "[-j ACCPET] “ACCPET” is not a known target, and no chain of that name was pasted — Did you mean ACCEPT?",
        ],
    ),
    (
        "-A INPUT -p tcp -m multiprot --dports 22,80 -j ACCEPT",
        &[
            "[multiprot] The match “multiprot” is not known; rules with it stay open — Did you mean multiport?",
        ],
    ),
    (
        "-A INPUT --dport 22 -j ACCEPT",
        &[
            "[--dport] The option “--dport” is not known — Name the protocol first, with -p tcp or -p udp.",
        ],
    ),
    (
        "-A INPUT -p icmp --dport 22 -j ACCEPT",
        &[
            "[--dport] The option “--dport” is not known — Name the protocol first, with -p tcp or -p udp.",
        ],
    ),
    (
        "-A INPUT -p tcp --dport 99999 -j ACCEPT",
        &["[99999] “99999” does not fit here; expected a port or a range of ports"],
    ),
    (
        "-A INPUT -p tcp --dport ssh2 -j ACCEPT",
        &["[ssh2] “ssh2” does not fit here; expected a port or a range of ports"],
    ),
    (
        "-A INPUT -p tcp --dport 80:22 -j ACCEPT",
        &["[80:22] “80:22” does not fit here; expected a port or a range of ports"],
    ),
    (
        "-A INPUT -p tcp --dport -j ACCEPT",
        &[
            "[-j] “-j” does not fit here; expected a port or a range of ports",
            "[ACCEPT] The option “ACCEPT” is not known",
        ],
    ),
    (
        "-A INPUT -p tpc -j ACCEPT",
        &["[tpc] “tpc” does not fit here; expected a protocol — Did you mean tcp?"],
    ),
    ("-A INPUT -p 300 -j ACCEPT", &["[300] “300” does not fit here; expected a protocol"]),
    (
        "-A INPUT -s 10.0.0.300 -j ACCEPT",
        &["[10.0.0.300] “10.0.0.300” does not fit here; expected a network"],
    ),
    (
        "-A INPUT -s 10.0.0.0/33 -j ACCEPT",
        &["[10.0.0.0/33] “10.0.0.0/33” does not fit here; expected a network"],
    ),
    (
        "-A INPUT -s www.example.org -j ACCEPT",
        &[
            "[www.example.org] “www.example.org” is left open: say what it stands for; expected a network",
        ],
    ),
    (
        "-A INPUT -s -j ACCEPT",
        &[
            "[-j] “-j” does not fit here; expected a network",
            "[ACCEPT] The option “ACCEPT” is not known",
        ],
    ),
    (
        "-A INPUT -m state --state NWE -j ACCEPT",
        &["[NWE] “NWE” does not fit here; expected a conntrack state — Did you mean NEW?"],
    ),
    (
        "-A INPUT -m conntrack --ctstate NEW,ESTABLISHD -j ACCEPT",
        &[
            "[NEW,ESTABLISHD] “NEW,ESTABLISHD” does not fit here; expected a conntrack state — Did you mean ESTABLISHED?",
        ],
    ),
    (
        "-A INPUT -m conntrack --state NEW -j ACCEPT",
        &["[--state] The option “--state” is not known — Did you mean -m state --state?"],
    ),
    (
        "-A INPUT --ctstate NEW -j ACCEPT",
        &["[--ctstate] The option “--ctstate” is not known — Did you mean -m conntrack --ctstate?"],
    ),
    (
        "-A INPUT --dports 22,80 -j ACCEPT",
        &["[--dports] The option “--dports” is not known — Did you mean -m multiport --dports?"],
    ),
    (
        "-A INPUT -m limit --limit 5/fortnight -j ACCEPT",
        &["[5/fortnight] “5/fortnight” does not fit here; expected a rate"],
    ),
    (
        "-A INPUT -m limit --limit-brust 5 -j ACCEPT",
        &["[--limit-brust] The option “--limit-brust” is not known — Did you mean --limit-burst?"],
    ),
    (
        "-A INPUT -m mark -j ACCEPT",
        &["[-m mark] Something is missing after “-m mark”; expected “--mark”"],
    ),
    (
        "-A INPUT -m mark --mark five -j ACCEPT",
        &["[five] “five” does not fit here; expected a mark"],
    ),
    (
        "-A INPUT -m mac --mac-source 00:11:22 -j ACCEPT",
        &["[00:11:22] “00:11:22” does not fit here; expected an address"],
    ),
    (
        "-A INPUT -m nosuch --thing 5 -j ACCEPT",
        &["[nosuch] The match “nosuch” is not known; rules with it stay open"],
    ),
    (
        "-A INPUT -p icmp --icmp-type echo-reqest -j ACCEPT",
        &[
            "[echo-reqest] “echo-reqest” does not fit here; expected an ICMP type — Did you mean echo-request?",
        ],
    ),
    (
        "-A INPUT -p tcp --tcp-flags SYN -j ACCEPT",
        &[
            "[-j] “-j” does not fit here; expected “SYN,RST,ACK,FIN”",
            "[ACCEPT] The option “ACCEPT” is not known",
        ],
    ),
    (
        "-A INPUT -p tcp --tcp-flags SNY SYN -j ACCEPT",
        &["[SNY] “SNY” does not fit here; expected “SYN,RST,ACK,FIN”"],
    ),
    (
        "-A INPUT -p tcp -m tcp --dport 22 --dport 23 -j ACCEPT",
        &["[--dport 23] “--dport 23” does not fit here; expected the end of the line"],
    ),
    (
        "-A INPUT -j ACCEPT -j DROP",
        &["[-j DROP] “-j DROP” does not fit here; expected the end of the line"],
    ),
    (
        "-A INPUT -j LOG --log-prefx x",
        &["[--log-prefx] The option “--log-prefx” is not known — Did you mean --log-prefix?"],
    ),
    (
        "-A INPUT -j REJECT --reject-with icmp-host-prohibitd",
        &[
            "[icmp-host-prohibitd] “icmp-host-prohibitd” does not fit here; expected “icmp-port-unreachable”",
        ],
    ),
    (
        "-A INPUT -j DNAT",
        &["[-j DNAT] Something is missing after “-j DNAT”; expected “--to-destination”"],
    ),
    (
        "-A OUTPUT -i eth0 -j DROP",
        &[
            "[-i eth0] iptables refuses “-i eth0” here; expected “INPUT” or “FORWARD”; no kernel prints this, so whether the rule stands is open",
        ],
    ),
    (
        "-A INPUT -j DNAT --to-destination 10.0.0.1",
        &[
            "[-j DNAT --to-destination 10.0.0.1] iptables refuses “-j DNAT --to-destination 10.0.0.1” here; expected “-t nat”; no kernel prints this, so whether the rule stands is open",
        ],
    ),
    (
        "-A INPUT -j REJECT --reject-with tcp-reset",
        &[
            "[--reject-with tcp-reset] iptables refuses “--reject-with tcp-reset” here; expected “-p tcp”; no kernel prints this, so whether the rule stands is open",
        ],
    ),
    (
        "-A INPUT ! ! -s 10.0.0.1 -j ACCEPT",
        &[
            "[! !] iptables refuses “! !” here; expected an option; no kernel prints this, so whether the rule stands is open",
        ],
    ),
    (
        "-A INPUT -j DNAT --to-destination 10.0.0",
        &["[10.0.0] “10.0.0” does not fit here; expected an address"],
    ),
    (
        "-A INPUT -j INTPUT",
        &[
            "[-j INTPUT] “INTPUT” is not a known target, and no chain of that name was pasted — Paste what iptables -t filter -nvL prints.",
        ],
    ),
    (
        "-A INPUT -j Accept",
        &[
            "[-j Accept] iptables refuses “-j Accept” here; expected “ACCEPT”; no kernel prints this, so whether the rule stands is open",
        ],
    ),
    ("-A INPUT -j", &["[-j] Something is missing after “-j”; expected a target"]),
    ("-A INPUT stray -j ACCEPT", &["[stray] The option “stray” is not known"]),
    (
        "-A INPT -j ACCEPT",
        &[
            "[-A INPT -j ACCEPT] Chain “INPT” has rules, but no line declares it; expected “:INPT - [0:0]” — Did you mean INPUT?",
        ],
    ),
    (
        "-D INPUT 7",
        &[
            "[-D INPUT 7] “-D INPUT 7” refers to a rule, a position or a chain that does not exist; it changes nothing",
        ],
    ),
    (
        "-D INPUT -p tcp -j ACCEPT",
        &[
            "[-D INPUT -p tcp -j ACCEPT] “-D INPUT -p tcp -j ACCEPT” refers to a rule, a position or a chain that does not exist; it changes nothing",
        ],
    ),
    ("-P INPUT REJECT", &["[REJECT] “REJECT” does not fit here; expected “ACCEPT” or “DROP”"]),
];

/// Commands: what iptables refuses of them changes nothing, which is said.
const COMMANDS: &[(&str, &str)] = &[
    (
        "-A INPUT -o eth0 -j DROP",
        "[-o eth0] iptables refuses “-o eth0” here; expected “FORWARD” or “OUTPUT”; the line changes nothing",
    ),
    (
        "-A INPUT --dport 22 -j ACCEPT",
        "[--dport] The option “--dport” is not known; iptables refuses the line, so it changes nothing — Name the protocol first, with -p tcp or -p udp.",
    ),
    (
        "-A INPUT -p tcp --dport 80:22 -j ACCEPT",
        "[80:22] “80:22” does not fit here; expected a port or a range of ports; iptables refuses the line, so it changes nothing",
    ),
    // A name may stand in a file of the host.
    (
        "-A INPUT -p tcp --dport ssh2 -j ACCEPT",
        "[ssh2] “ssh2” does not fit here; expected a port or a range of ports",
    ),
];

#[test]
fn of_a_command_that_is_refused_it_is_said_that_nothing_changes() {
    for (line, expect) in COMMANDS {
        let text = format!("iptables -P INPUT ACCEPT\niptables {line}\n");
        let found = shown(&text, Lang::En);
        let told: Vec<&str> = found.lines().filter(|l| !l.contains("Only a part")).collect();
        assert_eq!(told, [*expect]);
    }
}

const CHAINS: &str = ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";

#[test]
fn what_is_wrong_is_said() {
    let mut differ = String::new();
    for (line, expect) in LINES {
        let text = format!("*filter\n{CHAINS}{line}\nCOMMIT\n");
        let found = shown(&text, Lang::En);
        if found.lines().ne(expect.iter().copied()) {
            let _ = write!(differ, "\n{line}\n{found}");
        }
        let other = shown(&text, Lang::Zh);
        assert_eq!(other.lines().count(), expect.len(), "{line}\n{other}");
    }
    assert!(differ.is_empty(), "{differ}");
}
