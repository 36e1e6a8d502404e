//! Where an answer splits: the ways are bounded and the rest is said, weights are joint, each way leaves a world
//! of its own, and reasons come from the world as it was then.
#![allow(clippy::unwrap_used)]

use chainwalk::Played;
use chainwalk_model::{
    Answer, Check, ConditionKind, Fate, Observed, Question, RuleId, TriedRule, Truth,
};
use chainwalk_tests::played::{explain, played_with};
use chainwalk_view::{
    BranchCard, Explained, Lang, Mark, RowKind, Sentence, Tone, banner, rows, timeline,
};
use std::fmt::Write as _;

/// A filter table whose INPUT has these rules.
fn input(rules: &str) -> String {
    format!(
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}COMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n"
    )
}

fn sent(text: &str, packets: &[&str]) -> Played {
    played_with(&[text], &["eth0=10.0.0.1/24"], packets)
}

/// What the banner says of the last packet.
fn told(played: &Played, lang: Lang) -> String {
    let evidence = explain(played, lang, |t| banner(t).evidence);
    let runs = evidence.iter().flat_map(|e| e.text.iter());
    runs.map(|r| r.text.as_str()).collect::<Vec<_>>().join("")
}

fn plain(sentence: &Sentence) -> String {
    sentence.iter().map(|run| run.text.as_str()).collect()
}

/// Forty rules of which nobody can say whether they match.
fn unknown_rules() -> String {
    let mut rules = String::new();
    for port in 1..=40 {
        let _ = writeln!(
            rules,
            "-A INPUT -m bogus --bogus {port} -j MARK --set-xmark {port}/0xffffffff"
        );
    }
    rules
}

const SYN: &str = "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 syn";

#[test]
fn forty_unknown_rules_in_a_row_are_bounded_and_the_rest_is_said() {
    let text = input(&unknown_rules());
    let played = sent(&text, &[SYN, SYN, SYN]);
    for walk in played.walks() {
        assert_eq!(walk.outcomes.len(), 64);
        assert!(walk.cut);
    }
    let said = told(&played, Lang::En);
    assert!(said.contains("64"), "{said}");
    let said = told(&played, Lang::Zh);
    assert!(said.contains("64"), "{said}");
}

#[test]
fn every_way_of_a_packet_is_followed_by_the_next() {
    let text = input(&unknown_rules());
    let played = sent(&text, &[SYN, "udp 10.0.0.9:4000 > 10.0.0.1:53 in eth0"]);
    let mut from: Vec<usize> = played.walks()[1].outcomes.iter().map(|o| o.from).collect();
    from.dedup();
    assert_eq!(from, (0..64).collect::<Vec<_>>());
}

#[test]
fn what_is_certain_is_not_cut() {
    let text = input("-A INPUT -m bogus -j DROP\n");
    let played = sent(&text, &[SYN]);
    assert!(!played.walks()[0].cut);
    assert_eq!(played.walks()[0].outcomes.len(), 2);
    assert!(!told(&played, Lang::En).contains("more ways"));
}

/// A nat table whose Service has so many endpoints, of which every other one is in a network that FORWARD accepts.
fn service(endpoints: usize) -> String {
    let mut nat = "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
                   :POSTROUTING ACCEPT [0:0]\n:SVC - [0:0]\n"
        .to_owned();
    let mut rules = "-A PREROUTING -d 10.96.0.10/32 -p tcp -j SVC\n".to_owned();
    for at in 0..endpoints {
        let _ = writeln!(nat, ":SEP-{at} - [0:0]");
        let left = endpoints - at;
        let chance = if left > 1 {
            format!("-m statistic --mode random --probability {:.11} ", 1.0 / left as f64)
        } else {
            String::new()
        };
        let _ = writeln!(rules, "-A SVC {chance}-j SEP-{at}");
        let to = format!("10.244.{}.{}:80", 1 + at % 2, 1 + at / 2);
        let _ = writeln!(rules, "-A SEP-{at} -p tcp -m tcp -j DNAT --to-destination {to}");
    }
    format!(
        "{nat}{rules}COMMIT\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
         -A FORWARD -d 10.244.1.0/24 -j ACCEPT\n-A FORWARD -s 10.244.1.0/24 -j ACCEPT\nCOMMIT\n"
    )
}

fn asked_of_service(endpoints: usize) -> Played {
    let facts = [
        "eth0=10.0.0.1/24",
        "cni0=10.244.0.1/16",
        "route=default via 10.0.0.254 dev eth0",
        "net.ipv4.ip_forward=1",
    ];
    played_with(&[&service(endpoints)], &facts, &["curl 10.96.0.10:80 from 10.0.0.9 in eth0"])
}

#[test]
fn every_endpoint_of_a_service_is_walked_and_counted() {
    for endpoints in [64, 200, 256] {
        let played = asked_of_service(endpoints);
        let walk = &played.walks()[0];
        assert_eq!((walk.outcomes.len(), walk.cut), (endpoints, false));
        let detail = explain(&played, Lang::En, |t| banner(t).detail);
        let detail: String = detail.iter().map(|run| run.text.as_str()).collect();
        let half = format!("{} of {endpoints} (50%)", endpoints / 2);
        assert_eq!(detail.matches(&half).count(), 2, "{detail}");
    }
}

#[test]
fn the_cards_of_a_fork_count_the_ends_that_the_banner_counts() {
    // Of each endpoint it is not known, but likely, that it is none of this host's addresses.
    let played = played_with(&[&service(4)], &[], &["curl 10.96.0.10:80 from 10.0.0.9 in eth0"]);
    let detail = plain(&explain(&played, Lang::En, |t| banner(t).detail));
    assert!(detail.contains("2 of 4 (50%)"), "{detail}");
    let list = explain(&played, Lang::En, rows);
    let fork = list.iter().find(|row| row.branches.len() == 4).unwrap();
    let of = |tone| fork.branches.iter().filter(|card| card.tone == tone).count();
    assert_eq!((of(Tone::Ok), of(Tone::Stop)), (2, 2), "{:?}", fork.branches);
}

#[test]
fn of_more_endpoints_it_is_said_how_much_was_left_out() {
    let played = asked_of_service(320);
    let walk = &played.walks()[0];
    assert_eq!((walk.outcomes.len(), walk.cut), (256, true));
    let said = told(&played, Lang::En);
    assert!(said.contains("256") && said.contains("20% of all cases"), "{said}");
    let said = told(&played, Lang::Zh);
    assert!(said.contains("256") && said.contains("20%"), "{said}");
    // How many were left out is known, too, and each end is counted among all.
    let detail = plain(&explain(&played, Lang::En, |t| banner(t).detail));
    assert_eq!(detail.matches("128 of 320").count(), 2, "{detail}");
    assert!(detail.contains("not walked: 64 (20%)"), "{detail}");
    let list = explain(&played, Lang::En, rows);
    let fork = list.iter().find(|row| row.kind == RowKind::Fork).unwrap();
    assert_eq!(plain(&fork.text), "One of 320, at random");
    let unwalked: Vec<&BranchCard> = fork.branches.iter().filter(|b| !b.is_walked()).collect();
    assert!(
        matches!(&unwalked[..], [card] if card.label == "64 not walked" && card.weight == "20%")
    );
}

#[test]
fn where_rules_ask_for_more_than_chance_nobody_counts_what_was_left_out() {
    let asked =
        service(320).replacen("-A SVC -m statistic", "-A SVC -s 10.0.0.0/8 -m statistic", 1);
    let facts = ["eth0=10.0.0.1/24", "cni0=10.244.0.1/16", "net.ipv4.ip_forward=1"];
    let played = played_with(&[&asked], &facts, &["curl 10.96.0.10:80 from 10.0.0.9 in eth0"]);
    assert!(played.walks()[0].cut);
    let list = explain(&played, Lang::En, rows);
    assert!(list.iter().flat_map(|row| &row.branches).all(BranchCard::is_walked));
}

#[test]
fn the_end_of_a_way_that_hangs_on_an_answer_is_open() {
    let played = sent(&input("-A INPUT -p tcp -m tcp --dport 22 -m bogus -j DROP\n"), &[SYN]);
    for followed in [0, 1] {
        let (list, line) = explain(&played, Lang::En, |t| {
            let t = Explained { followed: &[followed], ..*t };
            (rows(&t), timeline(&t))
        });
        let end = list.last().unwrap();
        assert_eq!(end.mark, Mark::Unknown, "{}", plain(&end.text));
        let cell = line.lanes[0].cells.last().unwrap();
        assert_eq!((cell.icon.as_str(), cell.stop), ("i-half", false));
        let said = plain(&end.text);
        assert!(said.starts_with("On this path: ") && said.contains("It depends on"), "{said}");
        assert_eq!(line.narration.last(), Some(&said));
    }
    // What is certain ends as it ends.
    let played = sent(&input("-A INPUT -p tcp -m tcp --dport 22 -j DROP\n"), &[SYN]);
    let (list, line) = explain(&played, Lang::En, |t| (rows(t), timeline(t)));
    assert_eq!(list.last().unwrap().mark, Mark::Stop);
    assert_eq!(line.lanes[0].cells.last().unwrap().icon, "i-no");
}

#[test]
fn one_source_is_in_a_network_or_not_on_each_way() {
    // What this host sends has a source that nobody told.
    let text = "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
         :POSTROUTING ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n\
         :OUTPUT ACCEPT [0:0]\n-A OUTPUT ! -s 10.224.0.0/16 -j MARK --set-xmark 0x1/0x1\n\
         -A OUTPUT -s 10.224.0.13/32 -j MARK --set-xmark 0x2/0x2\n-A OUTPUT -s 192.0.2.0/24 -j DROP\nCOMMIT\n";
    let played = played_with(&[text], &[], &["curl 203.0.113.9:80"]);
    let matched = |o: &chainwalk_model::Outcome| -> Vec<u32> {
        let rules = &played.host().rules;
        let steps = o.trace.steps.iter().filter_map(|s| match s.event {
            chainwalk_model::Event::Matched(rule) => Some(rules.rule(rule).number),
            _ => None,
        });
        steps.collect()
    };
    let mut ways: Vec<Vec<u32>> = played.walks()[0].outcomes.iter().map(matched).collect();
    ways.sort();
    ways.dedup();
    assert_eq!(ways, [vec![], vec![1], vec![1, 3], vec![2]]);
}

#[test]
fn weights_are_joint_over_rules_and_packets() {
    let half = "-A INPUT -m statistic --mode random --probability 0.25 -j MARK --set-xmark 0x1/0x1\n\
                -A INPUT -m statistic --mode random --probability 0.5 -j DROP\n";
    let played = sent(&input(half), &[SYN, SYN]);
    let weight = |k: usize| -> Vec<f64> {
        played.walks()[k].outcomes.iter().map(|o| o.weight.unwrap()).collect()
    };
    assert_eq!(weight(0), [0.125, 0.125, 0.375, 0.375]);
    assert_eq!(weight(1).len(), 16);
    assert!((weight(1).iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!((weight(1)[0] - 0.125 * 0.125).abs() < 1e-9);
}

#[test]
fn a_way_through_something_unknown_has_no_weight() {
    let rules = "-A INPUT -m bogus -j MARK --set-xmark 0x1/0x1\n\
                 -A INPUT -m statistic --mode random --probability 0.5 -j DROP\n";
    let played = sent(&input(rules), &[SYN]);
    assert_eq!(played.walks()[0].outcomes.len(), 4);
    assert!(played.walks()[0].outcomes.iter().all(|o| o.weight.is_none()));
}

#[test]
fn each_way_leaves_a_world_of_its_own() {
    let rules = "-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
                 -A INPUT -m bogus -j DROP\n\
                 -A INPUT -m recent --set --name SEEN --rsource\n";
    let rules = rules.to_owned()
        + "-A INPUT -m recent --rcheck --hitcount 2 --name SEEN --rsource -j DROP\n";
    let played =
        sent(&input(&rules), &[SYN, "reply 1", "tcp 10.0.0.9:4001 > 10.0.0.1:22 in eth0 syn"]);
    let walks = played.walks();
    let dropped = |o: &&chainwalk_model::Outcome| matches!(o.trace.fate, Fate::Dropped(_));
    // Where the first packet was dropped no flow is known, and none is listed.
    let first: Vec<bool> = walks[0].outcomes.iter().map(|o| dropped(&o)).collect();
    assert_eq!(first, [true, false]);
    assert!(played.flows(0, 0).is_empty());
    assert_eq!(played.flows(0, 1).len(), 1);
    // The third is dropped by the list only where the first was put on it.
    let by_list = |o: &&chainwalk_model::Outcome| {
        o.choices.last().is_some_and(|c| c.answer == chainwalk_model::Answer::No) && dropped(o)
    };
    let lists: Vec<usize> = walks[2].outcomes.iter().filter(by_list).map(|o| o.from).collect();
    assert_eq!(lists, [1]);
}

/// The check of one part.
fn check(found: &[Check], part: ConditionKind) -> (Truth, Observed) {
    let check = found.iter().find(|c| c.part == part).unwrap();
    (check.truth.clone(), check.found.clone())
}

#[test]
fn a_rule_about_one_container_is_hardly_about_what_this_host_sends() {
    // Docker's rule for a container that asks for itself by a published port.
    let rules = input("").replace(
        ":POSTROUTING ACCEPT [0:0]\n",
        ":POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE\n",
    );
    let played = played_with(&[&rules], &[], &["curl 172.17.0.2"]);
    // The method by itself would ask for one lifetime.
    #[allow(clippy::redundant_closure_for_method_calls)]
    let chosen = explain(&played, Lang::En, |t| t.chosen());
    let choices = &played.walks()[0].outcomes[chosen].choices;
    let of_rule = choices.iter().find(|c| matches!(c.question, Question::Fact(_)));
    assert_eq!(of_rule.map(|c| &c.answer), Some(&Answer::No), "{choices:?}");
}

#[test]
fn what_this_host_sends_is_from_an_address_of_its_own_whichever_that_is() {
    for (kind, fits) in [("LOCAL", true), ("UNICAST", false), ("LOCAL,UNICAST", true)] {
        let rules = input("").replacen(
            ":OUTPUT ACCEPT [0:0]\n",
            &format!(":OUTPUT ACCEPT [0:0]\n-A OUTPUT -m addrtype --src-type {kind} -j DROP\n"),
            1,
        );
        let played = played_with(&[&rules], &[], &["curl 198.51.100.7"]);
        let dropped = explain(&played, Lang::En, banner).tone == Tone::Stop;
        assert_eq!(dropped, fits, "{kind}");
    }
}

#[test]
fn reasons_come_from_the_world_as_it_was_then() {
    let rules = "-A INPUT -m mark --mark 0x7 -j ACCEPT\n\
                 -A INPUT -j MARK --set-xmark 0x7/0xffffffff\n\
                 -A INPUT -m conntrack --ctstate NEW -m mark --mark 0x7 -j ACCEPT\n";
    let played =
        sent(&input(rules), &[SYN, "reply 1", "tcp 10.0.0.9:4000 > 10.0.0.1:22 in eth0 ack"]);
    let reasons = |packet: usize, rule: u32| {
        let steps = &played.walks()[packet].outcomes[0].trace.steps;
        let step = |s: &chainwalk_model::Step| {
            matches!(&s.event,
            chainwalk_model::Event::Tried { first, last, .. } if (*first..=*last).contains(&(rule + 1)))
                || s.event == chainwalk_model::Event::Matched(RuleId(rule))
        };
        let step = steps.iter().position(step).unwrap();
        let at = TriedRule { packet, outcome: 0, reply: None, step, rule: RuleId(rule) };
        explain(&played, Lang::En, |t| t.reasons.checks(at))
    };
    assert_eq!(
        check(&reasons(0, 0), ConditionKind::Mark),
        (Truth::No, Observed::Hex(0)),
        "before it was set"
    );
    assert_eq!(check(&reasons(0, 2), ConditionKind::Mark), (Truth::Yes, Observed::Hex(7)));
    let states = |n| Observed::States(chainwalk_model::CtStates(n));
    assert_eq!(check(&reasons(0, 2), ConditionKind::CtState), (Truth::Yes, states(2)));
    assert_eq!(
        check(&reasons(2, 2), ConditionKind::CtState),
        (Truth::No, states(8)),
        "by then it was known"
    );
}

#[test]
fn counters_that_the_rules_gainsay_are_told() {
    let behind = "[5:300] -A INPUT -p udp -j ACCEPT\n[0:0] -A INPUT -j DROP\n[86:5160] -A INPUT -p tcp -j ACCEPT\n";
    let played = sent(&input(behind), &[SYN]);
    let said = told(&played, Lang::En);
    assert!(said.contains("rule 2") && said.contains("86"), "{said}");
    assert!(!said.contains("nothing died"), "{said}");
    let said = told(&played, Lang::Zh);
    assert!(said.contains("第 2 条") && said.contains("86"), "{said}");
    let sound = "[5:300] -A INPUT -p udp -j ACCEPT\n[86:5160] -A INPUT -j DROP\n[0:0] -A INPUT -p tcp -j ACCEPT\n";
    let played = sent(&input(sound), &[SYN]);
    let said = told(&played, Lang::En);
    assert!(said.contains("86 packets died") && !said.contains("rule 2"), "{said}");
}

#[test]
fn a_policy_that_counts_past_a_rule_for_everything_is_told() {
    let text = input("[3:180] -A INPUT -j DROP\n")
        .replace("INPUT ACCEPT [0:0]\n:F", "INPUT ACCEPT [1101:66060]\n:F");
    let played = sent(&text, &[SYN]);
    let said = told(&played, Lang::En);
    assert!(
        said.contains("policy counted 1,101") || said.contains("policy counted 1101"),
        "{said}"
    );
}

#[test]
fn of_a_rule_with_several_conditions_the_unknown_one_is_asked() {
    // As kube-proxy marks what comes from outside the pods; by which address this host sends is not known.
    let rules = input("").replacen(
        ":OUTPUT ACCEPT [0:0]\n:POST",
        ":OUTPUT ACCEPT [0:0]\n:SVC - [0:0]\n:POST",
        1,
    );
    let rules = rules.replace(
        "POSTROUTING ACCEPT [0:0]\n",
        "POSTROUTING ACCEPT [0:0]\n-A OUTPUT -d 10.96.0.20/32 -p tcp -j SVC\n\
         -A SVC ! -s 10.244.0.0/16 -d 10.96.0.20/32 -p tcp -j MARK --set-xmark 0x4000/0x4000\n\
         -A SVC -p tcp -j DNAT --to-destination 10.128.0.40:8080\n",
    );
    let played = played_with(&[&rules], &[], &["curl 10.96.0.20"]);
    for (lang, asked) in [(Lang::En, "Is the source outside 10.244.0.0/16"), (Lang::Zh, "之外吗")]
    {
        let said = told(&played, lang);
        let list = explain(&played, lang, rows);
        let forks: Vec<String> = list.iter().map(|row| plain(&row.text)).collect();
        assert!(forks.iter().any(|f| f.contains(asked)), "{said}\n{forks:?}");
    }
}

#[test]
fn what_a_rule_excludes_is_not_said_twice_and_thousands_of_addresses_in_one_sentence() {
    let said = |rules: &str| {
        let list = explain(&sent(&input(rules), &[SYN]), Lang::En, rows);
        list.iter().map(|row| plain(&row.text) + "\n").collect::<String>()
    };
    let excluded = said("-A INPUT -m mark ! --mark 0x0 -j DROP\n");
    assert!(excluded.contains("mark 0, and the rule wants any other"), "{excluded}");
    let mut rules = String::new();
    for at in 0..5000 {
        let _ = writeln!(rules, "-A INPUT -s 10.9.{}.{}/32 -j DROP", at / 250, at % 250);
    }
    let many = said(&rules);
    assert!(many.contains("5000 rules: none names 10.0.0.9"), "{many}");
    // A rule that does name it, and asks for more, is not counted with them.
    rules.push_str("-A INPUT -s 10.0.0.9/32 -p udp -j DROP\n");
    let many = said(&rules);
    assert!(!many.contains("names") && many.contains("nor do"), "{many}");
}
