//! What would let a packet through, or stop it: proposals, what they let in beside it, and edits as typed.
#![allow(clippy::unwrap_used)]

use chainwalk_model::{DocId, Fate, Goal, Host, ProbeKind, Proposal, Selectivity};
use chainwalk_parse::{edit, edit_text, read, save_text};
use chainwalk_sim::{Session, changes, edited};
use chainwalk_tests::played::{asked, host_of};
use chainwalk_tests::{changes as kernel, examples, recorded};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The host of the first document, with what its example says of it.
fn first_document() -> Host {
    let example = examples::named("01-nodeport-no-route");
    let facts: Vec<&str> = example.case.scenario.facts().iter().map(String::as_str).collect();
    host_of(&example.paste, &facts)
}

/// The proposals for the last of some packet lines, as commands.
fn proposed(host: &Host, lines: &[&str], want: Goal) -> Vec<(Vec<String>, Proposal)> {
    kernel::with_commands(host, changes(host, &asked(lines, host), lines.len() - 1, want))
}

/// Whether a proposal changes the fate of packets that differ in `vary`.
fn also(proposal: &Proposal, vary: ProbeKind) -> bool {
    let probe = proposal.probes.iter().find(|p| p.vary == vary).unwrap();
    probe.before != probe.after
}

#[test]
fn the_first_document_needs_one_rule_on_the_mark() {
    let host = first_document();
    let packet = "curl 172.17.0.2:11103 from 172.17.0.1 in eth0";
    let found = proposed(&host, &[packet], Goal::Through);
    let with = |command: &str| {
        let fits = |(texts, _): &&(Vec<String>, Proposal)| *texts == [command];
        &found.iter().find(fits).unwrap_or_else(|| panic!("{command}")).1
    };
    let marked = with("iptables -I FORWARD 6 -m mark --mark 0x4000/0x4000 -j ACCEPT");
    assert_eq!(marked.grain, Selectivity::Mark);
    assert!(marked.walk.outcomes.iter().all(|o| matches!(o.trace.fate, Fate::Forwarded(_))));
    assert!(marked.replied && marked.certain);
    assert!(also(marked, ProbeKind::FarSource), "the mark is set whoever asks");
    assert!(!also(marked, ProbeKind::Behind), "a packet straight to the pod has no mark");
    let narrow = &found[0].1;
    assert_eq!(narrow.grain, Selectivity::Flow);
    assert!(!also(narrow, ProbeKind::FarSource) && !also(narrow, ProbeKind::NearSource));
    let wide = with("iptables -I FORWARD 6 -i eth0 -o docker0 -j ACCEPT");
    assert!(also(wide, ProbeKind::Behind), "by the interfaces every pod is open");
    let turned = found.iter().find(|(texts, _)| texts[0].starts_with("iptables -R FORWARD 4 "));
    assert!(also(&turned.unwrap().1, ProbeKind::Opposite), "no pod begins anything any more");
    assert!(!also(narrow, ProbeKind::Opposite));
}

/// A gateway by commands; nobody says what the policies of nat are.
const GATEWAY: &str = "iptables -P FORWARD DROP\niptables -A FORWARD -i lan0 -o wan0 -j ACCEPT\n\
    iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n\
    iptables -t nat -A PREROUTING -i wan0 -p tcp --dport 8443 -j DNAT --to-destination 192.168.10.8:443\n\
    iptables -t nat -A POSTROUTING -s 192.168.10.0/24 -o wan0 -j SNAT --to-source 203.0.113.2\n\
    ip addr add 203.0.113.2/24 dev wan0\nip addr add 192.168.10.1/24 dev lan0\n\
    ip route add default via 203.0.113.1\n";

#[test]
fn no_change_is_for_a_policy_that_hardly_any_host_has() {
    let host = host_of(GATEWAY, &[]);
    let found = proposed(&host, &["curl 203.0.113.2:8443 from 198.51.100.77"], Goal::Through);
    assert!(found.len() > 3);
    for (texts, _) in &found {
        assert!(!texts.iter().any(|text| text.contains("-t nat")), "{texts:?}");
    }
    // The rule that is turned round let the network behind this host out.
    let turned = |texts: &[String]| texts[0].starts_with("iptables -R FORWARD 1 -i wan0 -o lan0");
    let (_, turned) = found.iter().find(|(texts, _)| turned(texts)).unwrap();
    let opposite = turned.probes.iter().find(|p| p.vary == ProbeKind::Opposite).unwrap();
    assert_eq!((opposite.before, opposite.after), (Some(true), Some(false)));
}

#[test]
fn what_lets_an_answer_back_is_tried_on_what_the_other_end_begins() {
    let text = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
                -A INPUT -i lo -j ACCEPT\nCOMMIT\n";
    let host = host_of(text, &["eth0=203.0.113.9/24", "route=default via 203.0.113.1 dev eth0"]);
    let found = proposed(&host, &["curl 1.1.1.1"], Goal::Through);
    let with = |command: &str| &found.iter().find(|(texts, _)| *texts == [command]).unwrap().1;
    assert!(also(with("iptables -P INPUT ACCEPT"), ProbeKind::Opposite));
    let by_state = "iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
    assert!(!also(with(by_state), ProbeKind::Opposite));
}

#[test]
fn a_change_says_nothing_of_the_host_that_it_is_tried_on() {
    // All that is pasted is about what comes to this host, so that the address is its own.
    let text = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
                -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";
    let host = host_of(text, &[]);
    let packet = "curl 203.0.113.10:443 from 192.0.2.9 in eth0";
    let command = "iptables -A FORWARD -d 203.0.113.10 -p tcp --dport 443 -j ACCEPT";
    let (added, _) = edit(command, DocId(1), &host).unwrap();
    let changed = edited(&host, &added);
    for host in [&host, &changed] {
        let mut session = Session::new(host.clone());
        let walk = session.send(&asked(&[packet], host)[0]);
        let fate = &walk.outcomes[0].trace.fate;
        assert!(matches!(fate, Fate::Dropped(_)), "{fate:?}");
    }
}

#[test]
fn a_chain_without_a_name_is_changed_where_it_is_jumped_to() {
    let text = "table inet t {\nchain c {\ntype filter hook input priority 0; policy accept;\n\
                tcp dport 22 jump {\ncounter drop\n}\n}\n}\n";
    let host = host_of(text, &["eth0=10.0.0.1/24"]);
    let found = proposed(&host, &["tcp 10.0.0.5:4000 > 10.0.0.1:22 in eth0 syn"], Goal::Through);
    let all: Vec<&String> = found.iter().flat_map(|(texts, _)| texts).collect();
    assert!(all.iter().any(|c| c.starts_with("nft insert rule inet t c ")), "{all:?}");
    assert!(all.iter().all(|c| !c.contains("__chain")), "{all:?}");
}

#[test]
fn an_element_more_or_less_of_a_set_lets_a_packet_through() {
    let host = |rule: &str, policy: &str, element: &str| {
        host_of(
            &format!(
                "*filter\n:INPUT {policy}\n:FORWARD DROP\n:OUTPUT ACCEPT\n{rule}\nCOMMIT\n*nat\n\
                 :PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n\
                 create s hash:net,port family inet hashsize 1024 maxelem 65536\nadd s {element}\n"
            ),
            &["eth0=10.0.0.1/24"],
        )
    };
    let asked = ["curl 10.0.0.1:80 from 10.0.0.9 in eth0"];
    let more = host("-A INPUT -m set --match-set s src,dst -j ACCEPT", "DROP", "10.0.0.9,tcp:22");
    let less =
        host("-A INPUT -m set --match-set s src,dst -j DROP", "ACCEPT", "10.0.0.0/28,tcp:80");
    for (host, command) in
        [(more, "ipset add s 10.0.0.9,tcp:80"), (less, "ipset del s 10.0.0.0/28,tcp:80")]
    {
        let found = proposed(&host, &asked, Goal::Through);
        let fits = |(texts, _): &&(Vec<String>, Proposal)| *texts == [command];
        let (_, proposal) = found.iter().find(fits).unwrap_or_else(|| panic!("{command}"));
        assert_eq!(proposal.grain, Selectivity::Element);
        assert!(proposal.replied && proposal.certain);
        let (read, _) = edit(command, DocId(0), &host).unwrap();
        let (typed, made) = (edited(&host, &read), edited(&host, &proposal.edits[0]));
        let parts = |host: &Host| -> Vec<_> {
            host.sets[0].entries.iter().map(|e| e.parts.clone()).collect()
        };
        assert_eq!(parts(&typed), parts(&made), "the command does what was tried");
    }
}

#[test]
fn a_packet_that_is_stopped_twice_needs_two_changes() {
    let host = host_of(
        "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\nCOMMIT\n*nat\n:PREROUTING ACCEPT\n\
         :INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n",
        &[
            "eth0=10.0.0.1/24",
            "eth1=10.1.0.1/24",
            "route=10.9.0.0/16 dev eth1",
            "net.ipv4.ip_forward=0",
        ],
    );
    let packet = "tcp 10.0.0.9:4000 > 10.1.0.9:80 in eth0 syn";
    let found = proposed(&host, &[packet], Goal::Through);
    let narrow = [
        "sysctl -w net.ipv4.ip_forward=1",
        "iptables -A FORWARD -s 10.0.0.9/32 -d 10.1.0.9/32 -i eth0 -o eth1 -p tcp -m tcp --dport 80 -j ACCEPT",
        "iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    ];
    assert_eq!(found[0].0, narrow, "the narrowest comes first");
    let wide = ["sysctl -w net.ipv4.ip_forward=1", "iptables -P FORWARD ACCEPT"];
    assert!(found.iter().any(|(texts, _)| *texts == wide), "{found:?}");
    assert!(found.iter().all(|(_, p)| p.replied && p.certain));
}

#[test]
fn a_kernel_confirms_every_proposal() {
    let recorded: BTreeMap<String, Value> = recorded::text("kernel/changes.jsonl")
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| Some((line["case"].as_str()?.to_owned(), line)))
        .collect();
    let (mut stopped, mut unanswered, mut proposals, mut probes) = (0, 0, 0, 0);
    for value in kernel::cases() {
        let id = value["id"].as_str().unwrap();
        let (host, case) = kernel::read(&value).unwrap();
        let line = recorded.get(id).unwrap_or_else(|| panic!("{id} was not recorded"));
        let wanted = kernel::want(&host, &case) == Goal::Through;
        let through = kernel::gets_through(&host, &case);
        assert_eq!(kernel::through(&line["before"]), through, "{id} before any change");
        stopped += usize::from(wanted);
        unanswered += usize::from(wanted && through);
        let all = kernel::proposed(&host, &case);
        assert!(!all.is_empty(), "nothing is proposed for {id}");
        for (commands, proposal) in all {
            let told = line["proposals"].as_array().unwrap();
            let answer = told.iter().find(|p| p["edits"] == json!(commands));
            let answer =
                answer.unwrap_or_else(|| panic!("{id}: no kernel was asked for {commands:?}"));
            assert_eq!(kernel::through(&answer["verdicts"][0]), wanted, "{id}: {commands:?}");
            if proposal.replied {
                assert!(kernel::through(&answer["verdicts"][1]), "the reply, {id}: {commands:?}");
            }
            for probe in &proposal.probes {
                let verdict = &answer["probes"][format!("{:?}", probe.vary)];
                // A frame to an address behind no known port is flooded; the silent world loses it.
                if let Some(after) = probe.after.filter(|_| *verdict != "lost_after_post") {
                    assert_eq!(kernel::through(verdict), after, "{id}: {commands:?}: {probe:?}");
                    probes += 1;
                }
            }
            proposals += 1;
        }
    }
    assert!(unanswered >= 6, "{unanswered} packets without an answer");
    assert!(stopped >= 20, "{stopped} stopped packets");
    assert!(proposals >= 60 && probes >= 400, "{proposals} proposals, {probes} probes");
}

#[test]
fn what_gets_through_can_be_stopped() {
    let host = first_document();
    let found = proposed(&host, &["curl 172.17.0.2:22 from 172.17.0.1 in eth0"], Goal::Stopped);
    let texts: Vec<&str> = found.iter().map(|(t, _)| t[0].as_str()).collect();
    assert_eq!(texts[1], "iptables -I INPUT 5 -d 172.17.0.2/32 -p tcp -m tcp --dport 22 -j DROP");
    assert!(texts.contains(&"iptables -D INPUT 5"), "{texts:?}");
}

#[test]
fn an_edit_prints_as_it_is_typed_and_reads_back() {
    let host = first_document();
    for line in [
        "iptables -I FORWARD -i eth0 -j ACCEPT",
        "iptables -t nat -I PREROUTING 2 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:80",
        "iptables -A FORWARD -m comment --comment \"let me in\" -j DOCKER-ISOLATION",
        "iptables -R FORWARD 6 -j DROP",
        "iptables -D FORWARD 6",
        "iptables -P FORWARD DROP",
        "iptables -F KUBE-FIREWALL",
        "iptables -N MINE",
        "iptables -t raw -A PREROUTING -i eth0 -j DROP",
        "sysctl -w net.ipv4.ip_forward=0",
        "ip route add 10.9.0.0/16 via 172.17.0.1 dev eth0",
        "ip route del default",
        "ip address add 10.9.0.1/24 dev eth1",
        "ip link set eth1 up",
        "ip rule add pref 100 fwmark 0x1/0xffffffff lookup 100",
        "listen=tcp:0.0.0.0:80",
    ] {
        let (read, problems) = edit(line, DocId(0), &host).unwrap();
        assert!(problems.is_empty(), "{line}: {problems:?}");
        let text = edit_text(&read, &host);
        assert_eq!(text, line);
        let before = save_text(&host).text;
        let after = save_text(&edited(&host, &read)).text;
        let rules = line.starts_with("iptables");
        assert_eq!(before != after, rules, "{line}");
    }
    for (typed, meant) in [
        (
            "sudo iptables -t filter -I FORWARD 1 -i eth0 -j ACCEPT",
            "iptables -I FORWARD -i eth0 -j ACCEPT",
        ),
        ("-A FORWARD -j DROP", "iptables -A FORWARD -j DROP"),
        (
            "# iptables -D FORWARD -j REJECT --reject-with icmp-host-prohibited",
            "iptables -D FORWARD 6",
        ),
        ("echo 1 > /proc/sys/net/ipv4/ip_forward", "sysctl -w net.ipv4.ip_forward=1"),
        ("sysctl net/ipv4/ip_forward=1", "sysctl -w net.ipv4.ip_forward=1"),
        ("ip r a 10.0.0.0/8 dev eth0", "ip route add 10.0.0.0/8 dev eth0"),
        ("net.ipv4.ip_forward=1", "sysctl -w net.ipv4.ip_forward=1"),
    ] {
        let (read, _) = edit(typed, DocId(0), &host).unwrap();
        assert_eq!(edit_text(&read, &host), meant);
    }
}

#[test]
fn an_edit_that_the_program_would_refuse_points_at_the_place() {
    let host = first_document();
    for (line, place) in [
        ("", ""),
        ("iptables -I FORWARD 9 -j ACCEPT", "9"),
        ("iptables -D FORWARD 7", "7"),
        ("iptables -I NOWHERE -j ACCEPT", "NOWHERE"),
        ("iptables -I FORWARD -j NOWHERE", "NOWHERE"),
        ("iptables -I FORWARD --dprot 80 -j ACCEPT", "--dprot"),
        ("iptables -t nut -I FORWARD -j ACCEPT", "nut"),
        ("ip route add here", "here"),
        ("ip teleport add x", "teleport"),
        ("make it work", "make it work"),
    ] {
        let problem = edit(line, DocId(0), &host).unwrap_err();
        assert_eq!(line.get(problem.span.range()), Some(place), "{line}: {problem:?}");
        assert!(!problem.expected.is_empty() || problem.hint.is_some(), "{line}: {problem:?}");
    }
    let bare = read(&["*nat\n:PREROUTING ACCEPT\nCOMMIT\n"]).host();
    let problem = edit("iptables -I FORWARD -j ACCEPT", DocId(0), &bare).unwrap_err();
    assert!(problem.hint.is_some(), "a table that was not pasted can't be changed: {problem:?}");
}

#[test]
fn a_whole_save_without_a_filter_table_takes_rules_of_one() {
    let save = "# Generated by iptables-save v1.8.9 on Mon Nov  4 10:12:11 2024\n*nat\n:PREROUTING ACCEPT [0:0]\n\
        :INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n\
        # Completed on Mon Nov  4 10:12:11 2024\n";
    let host = host_of(save, &["eth0=192.0.2.5/24"]);
    let packet = "nc 192.0.2.5 22 from 192.0.2.9";
    let stopped = |host: &Host| {
        let mut session = Session::new(host.clone());
        let walk = session.send(&asked(&[packet], host)[0]);
        walk.outcomes.iter().all(|o| o.trace.fate.is_through() == Some(false))
    };
    assert!(!stopped(&host));
    let (read, _) = edit("iptables -A INPUT -p tcp --dport 22 -j DROP", DocId(9), &host).unwrap();
    assert!(stopped(&edited(&host, &read)));
    let found = proposed(&host, &[packet], Goal::Stopped);
    assert!(found.iter().any(|(texts, _)| texts[0].starts_with("iptables -A INPUT ")), "{found:?}");
}
