//! Answers of people to the lessons: what is wrong with them is noticed, and what else they change is counted.
#![allow(clippy::unwrap_used)]

use crate::lessons::course;
use chainwalk_take::lesson::{Attempt, Score, Step};

/// The lesson, its step, the commands, how many packets these let in and shut out beyond the goals, and how many commands
/// they are above par.
type Worse = (&'static str, &'static str, &'static [&'static str], (usize, usize), usize);

/// Answers that do what is asked, and more than that.
const WORSE: [Worse; 3] = [
    // Ping from the containers is shut out.
    (
        "docker",
        "shut",
        &[
            "iptables -I DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -p icmp -j DROP",
            "iptables -I DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -p tcp -m conntrack --ctorigdstport 8080 -j DROP",
        ],
        (0, 1),
        1,
    ),
    // A port of the pod is let in.
    (
        "nodeport",
        "three",
        &[
            "iptables -I FORWARD 3 -o cni0 -m conntrack --ctorigdstport 30080 -j ACCEPT",
            "sysctl -w net.ipv4.conf.all.route_localnet=1",
        ],
        (1, 0),
        0,
    ),
    // So are other strangers.
    (
        "order",
        "first",
        &[
            "iptables -R INPUT 3 ! -s 203.0.113.66 -j ACCEPT",
            "iptables -R INPUT 5 ! -s 203.0.113.66 -p tcp --dport 80 -j ACCEPT",
        ],
        (1, 0),
        1,
    ),
];

#[test]
fn what_people_answer_is_judged_by_what_it_changes_beyond_the_goals() {
    for (name, step, edits, (let_in, shut_out), above) in WORSE {
        let score = answered_by(name, step, edits);
        assert!(score.is_solved(), "{name}/{step} {edits:?}: {:?}", score.goals);
        let found = (score.beyond.let_in, score.beyond.shut_out);
        assert!(found.0 >= let_in && found.1 >= shut_out, "{name}/{step} {edits:?}: {found:?}");
        let par = task(name, step).solution.edits.len();
        assert_eq!(score.commands, par + above, "{name}/{step} {edits:?}");
    }
}

/// A step of the course; the lesson is called as in addresses, `policy.nft`.
fn task(name: &str, step: &str) -> Step {
    let end = format!("-{name}.lesson.txt");
    let (_, lesson) = course().into_iter().find(|(file, _)| file.ends_with(&end)).unwrap();
    lesson.step(step).unwrap_or_else(|| panic!("{name} has no step {step}")).1.clone()
}

fn answered_by(name: &str, step: &str, edits: &[&str]) -> Score {
    let typed = edits.iter().map(|edit| (*edit).to_owned()).collect();
    let score = task(name, step).score(&Attempt { edits: typed, ..Attempt::default() });
    assert!(score.unread.is_empty(), "{name}/{step} {edits:?}: {:?}", score.unread);
    score
}

/// The goals that are missed, by their numbers from 1.
fn missed(score: &Score) -> Vec<usize> {
    let all = score.goals.iter().zip(1..);
    all.filter(|(goal, _)| !goal.is_met()).map(|(_, number)| number).collect()
}

#[test]
fn an_answer_that_does_not_do_what_is_asked_is_not_solved() {
    let mut wrong = Vec::new();
    for (name, step, edits, goals) in NOT_SOLVED {
        let found = missed(&answered_by(name, step, edits));
        if found != *goals || goals.is_empty() {
            wrong.push(format!("{name}/{step} {edits:#?}\n    misses {found:?}, not {goals:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_goal_is_missed_by_an_answer_that_is_known_to_be_wrong() {
    for (file, lesson) in course() {
        let name = file.split_once('-').unwrap().1.strip_suffix(".lesson.txt").unwrap();
        for step in lesson.steps.iter().filter(|step| !step.goals.is_empty()) {
            for (goal, number) in step.goals.iter().zip(1..) {
                let mut known = NOT_SOLVED.iter().filter(|w| (w.0, w.1) == (name, &step.name));
                assert!(
                    known.any(|w| w.3.contains(&number)),
                    "{name}/{}: {}",
                    step.name,
                    goal.text
                );
            }
        }
    }
}

/// The lesson, its step, the commands, and the goals that these miss, by their numbers.
type Wrong = (&'static str, &'static str, &'static [&'static str], &'static [usize]);

/// Answers that look right to somebody, or that a goal loosened later would let pass.
const NOT_SOLVED: &[Wrong] = &[
    // The ban above the rule for ssh alone; behind everything; in place of it; for everybody.
    ("order", "first", &["iptables -I INPUT 3 -s 203.0.113.66 -p tcp --dport 22 -j DROP"], &[2]),
    ("order", "first", &["iptables -A INPUT -s 203.0.113.66 -j DROP"], &[1, 2]),
    ("order", "first", &["iptables -I INPUT 4 -s 203.0.113.66 -j DROP"], &[1]),
    ("order", "first", &["iptables -R INPUT 3 -s 203.0.113.66 -j DROP"], &[3]),
    ("order", "first", &["iptables -I INPUT 3 -j DROP"], &[3, 4]),
    (
        "order",
        "first",
        &["iptables -D INPUT 5", "iptables -I INPUT 3 -s 203.0.113.66 -j DROP"],
        &[4],
    ),
    // The rule that is never reached is taken away; the one above it is; the net gets in whole; the net stays out whole.
    ("order", "never", &["iptables -D INPUT 5"], &[2]),
    ("order", "never", &["iptables -D INPUT 4"], &[3]),
    ("order", "never", &["iptables -R INPUT 4 -s 198.51.100.0/24 -j ACCEPT"], &[3]),
    ("order", "never", &["iptables -I INPUT 3 -s 198.51.100.0/24 -j DROP"], &[1, 2]),
    ("order", "never", &["iptables -R INPUT 3 -s 198.51.100.20 -p tcp --dport 22 -j ACCEPT"], &[1]),
    (
        "order",
        "never",
        &[
            "iptables -I INPUT 4 -s 198.51.100.20 -p tcp --dport 22 -j ACCEPT",
            "iptables -D INPUT 7",
        ],
        &[4],
    ),
    // All of tcp is stopped at the end of web, the answers too; everything is; one port is; the rule comes too early.
    ("policy", "close", &["iptables -A web -p tcp -j DROP"], &[6]),
    ("policy", "close", &["iptables -P INPUT DROP"], &[5, 6]),
    ("policy", "close", &["iptables -A web -j DROP"], &[5, 6]),
    ("policy", "close", &["iptables -A INPUT -p tcp --dport 8080 -j DROP"], &[2]),
    ("policy", "close", &["iptables -A web -p tcp --dport 22 --syn -j DROP"], &[1]),
    ("policy", "close", &["iptables -I web -p tcp --syn -j DROP"], &[3, 4]),
    ("policy", "close", &["iptables -I web 2 -p tcp --syn -j DROP"], &[3]),
    ("policy.nft", "close", &["nft add rule inet filter web meta l4proto tcp drop"], &[6]),
    ("policy.nft", "close", &["nft add rule inet filter web drop"], &[5, 6]),
    ("policy.nft", "close", &["nft add rule inet filter input tcp dport 8080 drop"], &[2]),
    ("policy.nft", "close", &["nft add rule inet filter input tcp dport 22 drop"], &[1]),
    (
        "policy.nft",
        "close",
        &["nft insert rule inet filter web tcp flags syn / fin,syn,rst,ack drop"],
        &[3, 4],
    ),
    // An ICMP error is no reset; the office is not let in, or too late; everybody is let in.
    (
        "silence",
        "refuse",
        &[
            "iptables -I INPUT 4 -s 192.0.2.0/26 -p tcp --dport 5432 -j ACCEPT",
            "iptables -R INPUT 5 -p tcp --dport 5432 -j REJECT",
        ],
        &[1],
    ),
    (
        "silence",
        "refuse",
        &["iptables -R INPUT 4 -p tcp --dport 5432 -j REJECT --reject-with tcp-reset"],
        &[2],
    ),
    (
        "silence",
        "refuse",
        &[
            "iptables -R INPUT 4 -p tcp --dport 5432 -j REJECT --reject-with tcp-reset",
            "iptables -A INPUT -s 192.0.2.0/26 -p tcp --dport 5432 -j ACCEPT",
        ],
        &[2],
    ),
    (
        "silence",
        "refuse",
        &["iptables -I INPUT 4 -s 192.0.2.0/24 -p tcp --dport 5432 -j ACCEPT"],
        &[1],
    ),
    // One answer for all; the two exchanged.
    ("silence", "each", &["iptables -R INPUT 4 -p tcp --dport 5432 -j REJECT"], &[1, 3]),
    (
        "silence",
        "each",
        &["iptables -R INPUT 4 -p tcp --dport 5432 -j REJECT --reject-with tcp-reset"],
        &[2, 3],
    ),
    (
        "silence",
        "each",
        &[
            "iptables -I INPUT 4 -s 198.51.100.0/24 -p tcp --dport 5432 -j REJECT --reject-with tcp-reset",
            "iptables -I INPUT 5 -s 192.0.2.0/24 -p tcp --dport 5432 -j REJECT",
        ],
        &[1, 2],
    ),
    // The one port is shut and the hole stays; the port is asked with conntrack's help alone for web, or for replies; no
    // answers at all; the states of everybody.
    ("answers", "state", &["iptables -I INPUT 2 -p tcp --dport 5432 -j DROP"], &[2, 4, 5]),
    ("answers", "state", &["iptables -R INPUT 2 -p tcp --sport 443 ! --syn -j ACCEPT"], &[4, 5]),
    (
        "answers",
        "state",
        &["iptables -R INPUT 2 -m conntrack --ctstate ESTABLISHED -j ACCEPT"],
        &[5],
    ),
    ("answers", "state", &["iptables -D INPUT 2"], &[3, 4, 5]),
    (
        "answers",
        "state",
        &["iptables -R INPUT 2 -m conntrack --ctstate NEW,RELATED,ESTABLISHED -j ACCEPT"],
        &[1, 2],
    ),
    (
        "answers",
        "state",
        &[
            "iptables -R INPUT 2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "iptables -D INPUT 3",
        ],
        &[6],
    ),
    (
        "answers.nft",
        "state",
        &["nft insert rule inet filter input tcp dport 5432 drop"],
        &[2, 4, 5],
    ),
    ("answers.nft", "state", &["nft delete rule inet filter input handle 4"], &[3, 4, 5]),
    (
        "answers.nft",
        "state",
        &["nft replace rule inet filter input handle 4 ct state established accept"],
        &[5],
    ),
    (
        "answers.nft",
        "state",
        &["nft replace rule inet filter input handle 4 ct state new,established,related accept"],
        &[1, 2],
    ),
    (
        "answers.nft",
        "state",
        &[
            "nft replace rule inet filter input handle 4 ct state established,related accept",
            "nft delete rule inet filter input handle 5",
        ],
        &[6],
    ),
    // The hole that the lesson before warns of; the addresses in the place of lo and of conntrack; everything of the net.
    (
        "lo",
        "loopback",
        &["iptables -A INPUT -i lo -j ACCEPT", "iptables -A INPUT -p udp --sport 53 -j ACCEPT"],
        &[3, 5],
    ),
    (
        "lo",
        "loopback",
        &["iptables -A INPUT -s 192.0.2.10 -j ACCEPT", "iptables -A INPUT -s 192.0.2.53 -j ACCEPT"],
        &[3, 4],
    ),
    (
        "lo",
        "loopback",
        &[
            "iptables -A INPUT -i lo -j ACCEPT",
            "iptables -A INPUT -s 192.0.2.53 -p udp --sport 53 -j ACCEPT",
        ],
        &[3],
    ),
    (
        "lo",
        "loopback",
        &[
            "iptables -A INPUT -p icmp -j ACCEPT",
            "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
        ],
        &[4],
    ),
    (
        "lo",
        "loopback",
        &["iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"],
        &[1],
    ),
    ("lo", "loopback", &["iptables -A INPUT -i lo -j ACCEPT"], &[2, 3]),
    (
        "lo",
        "loopback",
        &[
            "iptables -R INPUT 1 -i lo -j ACCEPT",
            "iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        ],
        &[6],
    ),
    // The port behind lets in who aims at it; the port asked for is looked up without DNAT; the old rule stays.
    (
        "dnat",
        "turned",
        &["iptables -R FORWARD 2 -i eth0 -d 10.0.0.5 -p tcp --dport 80 -j ACCEPT"],
        &[2],
    ),
    (
        "dnat",
        "turned",
        &["iptables -R FORWARD 2 -i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j ACCEPT"],
        &[3],
    ),
    (
        "dnat",
        "turned",
        &["iptables -I FORWARD 2 -i eth0 -m conntrack --ctstate DNAT -j ACCEPT"],
        &[3],
    ),
    ("dnat", "turned", &["iptables -D FORWARD 2"], &[1]),
    (
        "dnat.nft",
        "turned",
        &["nft replace rule inet filter forward handle 6 ip daddr 10.0.0.5 tcp dport 80 accept"],
        &[2],
    ),
    (
        "dnat.nft",
        "turned",
        &[
            "nft replace rule inet filter forward handle 6 iifname eth0 meta l4proto tcp ct original proto-dst 8080 accept",
        ],
        &[3],
    ),
    (
        "dnat.nft",
        "turned",
        &["nft insert rule inet filter forward iifname eth0 ct status dnat accept"],
        &[3],
    ),
    ("dnat.nft", "turned", &["nft delete rule inet filter forward handle 6"], &[1]),
    // What the containers ask for stays without an answer; INPUT is never met; the port is 80 by then; the office, too.
    ("docker", "shut", &["iptables -I DOCKER-USER ! -s 203.0.113.0/24 -j DROP"], &[3]),
    ("docker", "shut", &["iptables -I DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -j DROP"], &[3]),
    (
        "docker",
        "shut",
        &["iptables -I INPUT ! -s 203.0.113.0/24 -p tcp --dport 8080 -j DROP"],
        &[2],
    ),
    (
        "docker",
        "shut",
        &["iptables -I DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -p tcp --dport 8080 -j DROP"],
        &[2],
    ),
    (
        "docker",
        "shut",
        &[
            "iptables -A DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -p tcp -m conntrack --ctorigdstport 8080 -j DROP",
        ],
        &[2],
    ),
    (
        "docker",
        "shut",
        &["iptables -I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP"],
        &[1],
    ),
    // One direction alone; nobody is masqueraded; one net is; the table filter has no such chain, which is told apart.
    ("outside", "leaves", &["iptables -t nat -I POSTROUTING -d 10.0.1.0/24 -j ACCEPT"], &[2]),
    ("outside", "leaves", &["iptables -t nat -I POSTROUTING -d 10.0.0.0/24 -j ACCEPT"], &[1]),
    ("outside", "leaves", &["iptables -t nat -D POSTROUTING 1"], &[3, 4]),
    (
        "outside",
        "leaves",
        &["iptables -t nat -R POSTROUTING 1 -s 10.0.0.0/24 -o eth0 -j MASQUERADE"],
        &[4],
    ),
    (
        "outside",
        "leaves",
        &["iptables -t nat -R POSTROUTING 1 -s 10.0.1.0/24 -o eth0 -j MASQUERADE"],
        &[3],
    ),
    // Every stranger is seen as the router; one PC is helped; the wrong side is asked.
    ("hairpin", "back", &["iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE"], &[3]),
    ("hairpin", "back", &["iptables -t nat -A POSTROUTING -d 10.0.0.5 -j MASQUERADE"], &[3]),
    (
        "hairpin",
        "back",
        &["iptables -t nat -A POSTROUTING -s 10.0.0.7 -d 10.0.0.5 -j MASQUERADE"],
        &[2],
    ),
    (
        "hairpin",
        "back",
        &["iptables -t nat -A POSTROUTING -s 10.0.0.8 -d 10.0.0.5 -j MASQUERADE"],
        &[1],
    ),
    (
        "hairpin",
        "back",
        &["iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -d 198.51.100.20 -j MASQUERADE"],
        &[1, 2],
    ),
    // The way back is given to the other interface; every check goes; the larger of two settings counts.
    ("gone", "way-back", &["ip route add 203.0.113.0/24 via 10.0.0.1 dev eth1"], &[3]),
    (
        "gone",
        "way-back",
        &[
            "sysctl -w net.ipv4.conf.all.rp_filter=0",
            "sysctl -w net.ipv4.conf.eth0.rp_filter=0",
            "sysctl -w net.ipv4.conf.eth1.rp_filter=0",
        ],
        &[2],
    ),
    ("gone", "way-back", &["sysctl -w net.ipv4.conf.all.rp_filter=2"], &[2]),
    ("gone", "way-back", &["sysctl -w net.ipv4.conf.eth1.rp_filter=0"], &[1]),
    ("gone", "way-back", &["iptables -I INPUT -i eth1 -j ACCEPT"], &[1]),
    // Half of it; the pods lie open; INPUT is never met; the node itself is shut out.
    (
        "nodeport",
        "three",
        &["iptables -I FORWARD 3 -o cni0 -m conntrack --ctstate DNAT -j ACCEPT"],
        &[3],
    ),
    ("nodeport", "three", &["sysctl -w net.ipv4.conf.all.route_localnet=1"], &[1]),
    (
        "nodeport",
        "three",
        &[
            "iptables -I FORWARD 3 -o cni0 -p tcp --dport 80 -j ACCEPT",
            "sysctl -w net.ipv4.conf.all.route_localnet=1",
        ],
        &[4],
    ),
    ("nodeport", "three", &["iptables -D FORWARD 3"], &[3, 4]),
    (
        "nodeport",
        "three",
        &[
            "iptables -I FORWARD 3 -o cni0 -m conntrack --ctstate DNAT -j ACCEPT",
            "iptables -t nat -D OUTPUT 1",
        ],
        &[2, 3],
    ),
    // One port is shut; all is, or all but SSH; what IPv6 needs is forgotten, or what the host asks for is, or the host itself.
    ("six", "lock", &["ip6tables -A INPUT -p tcp --dport 5432 -j DROP"], &[2]),
    ("six", "lock", &["ip6tables -A INPUT -i eth0 -p tcp --dport 8080 -j DROP"], &[1]),
    ("six", "lock", &["ip6tables -P INPUT DROP"], &[3, 4, 5, 6, 7, 8]),
    ("six", "lock", &["iptables -P INPUT DROP"], &[1, 2]),
    (
        "six",
        "lock",
        &[
            "ip6tables -A INPUT -i lo -j ACCEPT",
            "ip6tables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "ip6tables -A INPUT -p tcp --dport 22 -j ACCEPT",
            "ip6tables -P INPUT DROP",
        ],
        &[4, 7],
    ),
    (
        "six",
        "lock",
        &[
            "ip6tables -A INPUT -i lo -j ACCEPT",
            "ip6tables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "ip6tables -A INPUT -p ipv6-icmp --icmpv6-type 128 -j ACCEPT",
            "ip6tables -A INPUT -p ipv6-icmp --icmpv6-type 135 -j ACCEPT",
            "ip6tables -A INPUT -p tcp --dport 22 -j ACCEPT",
            "ip6tables -P INPUT DROP",
        ],
        &[8],
    ),
    (
        "six",
        "lock",
        &[
            "ip6tables -A INPUT -p ipv6-icmp -j ACCEPT",
            "ip6tables -A INPUT -p tcp --dport 22 -j ACCEPT",
            "ip6tables -P INPUT DROP",
        ],
        &[5, 6],
    ),
    (
        "six",
        "lock",
        &[
            "ip6tables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "ip6tables -A INPUT -p ipv6-icmp -j ACCEPT",
            "ip6tables -A INPUT -p tcp --dport 22 -j ACCEPT",
            "ip6tables -P INPUT DROP",
        ],
        &[6],
    ),
];
