//! The case text holds what it says.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::scenario::{Doc, HostPart, Scenario};
use chainwalk_model::DiagnosticId::{
    self, BadValue, GivenTwice, NewerForm, NotUsedYet, UnknownName,
};
use chainwalk_model::Goal;
use chainwalk_view::Lang;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

const EXAMPLE: &str = "\
chainwalk: 1
title: A silent port made to answer
packet: nc 192.0.2.10 8081 from 192.0.2.99 in eth0
assume: eth0=192.0.2.10/24
edit: iptables -I INPUT 1 -p tcp --dport 8081 -j REJECT --reject-with tcp-reset
at: 1/end
aim: through
lang: en
theme: dark
ends: rejected by filter INPUT 1
by: 0.2.0
---
$ iptables -S
-P INPUT DROP
-A INPUT -p tcp -m tcp --dport 8081 -j DROP
";

fn read(text: &str) -> (Case, Vec<DiagnosticId>) {
    let (case, problems) = Case::read(text).unwrap();
    for p in &problems {
        assert!(p.span.end as usize <= text.len(), "{p:?}");
    }
    (case, problems.into_iter().map(|p| p.id).collect())
}

#[test]
fn a_case_is_read_and_written_as_it_stands() {
    let (case, problems) = read(EXAMPLE);
    assert_eq!(problems, []);
    assert_eq!(case.scenario.packets, ["nc 192.0.2.10 8081 from 192.0.2.99 in eth0"]);
    assert_eq!(case.scenario.facts(), ["eth0=192.0.2.10/24"]);
    assert_eq!(case.scenario.edits().len(), 1);
    assert_eq!(case.head.at, Some(Position { packet: 0, stop: Stop::End }));
    assert_eq!(case.head.aim, Some(Goal::Through));
    assert_eq!((case.head.lang, case.head.theme), (Some(Lang::En), Some(Theme::Dark)));
    assert_eq!(case.head.ends, ["rejected by filter INPUT 1"]);
    assert!(case.scenario.docs[0].text.starts_with("$ iptables -S\n"));
    assert_eq!(case.write(), EXAMPLE);
}

#[test]
fn a_text_without_a_head_is_a_paste() {
    let pastes = [
        "*filter\n:INPUT DROP [0:0]\nCOMMIT\n",
        "",
        "cat: no such file\n---\nname: web\n",
        "note: this is prose\n---\n",
        "apiVersion: v1\nkind: Service\n---\n",
        "packet: no line of dashes follows\n",
    ];
    for paste in pastes {
        let (case, problems) = read(paste);
        assert_eq!((problems, case.head), (Vec::new(), Head::default()), "{paste}");
        let text: String = case.scenario.docs.iter().map(|d| &*d.text).collect();
        assert_eq!(text, paste);
    }
}

#[test]
fn what_says_that_it_is_a_case_and_is_none_is_told() {
    let place = "chainwalk: 1\n".len();
    assert_eq!(
        Case::read("chainwalk: 1\nthis is no line\n---\n"),
        Err(Unreadable::NoHeadLine(place..place + 15))
    );
    assert_eq!(Case::read("chainwalk: 1\npacket: ping 10.0.0.1\n"), Err(Unreadable::NoEnd));
    assert_eq!(Case::read("# mine\nchainwalk: 1\n  \n"), Err(Unreadable::NoEnd));
}

#[test]
fn a_form_without_a_version_is_the_first_and_a_newer_one_is_read_as_far_as_it_goes() {
    let (case, problems) = read("title: old\npacket: ping 10.0.0.1\n---\n*filter\n");
    assert_eq!((&*case.head.title.en, problems), ("old", Vec::new()));
    let (case, problems) = read("chainwalk: 7\npacket: ping 10.0.0.1\nsoul: yes\n---\n");
    assert_eq!(problems, [NewerForm, UnknownName]);
    assert_eq!(case.scenario.packets.len(), 1);
}

#[test]
fn what_is_not_known_is_told_kept_and_written_back() {
    let (case, problems) =
        read("chainwalk: 1\nlesson: docker\ntitle.de: Anschluss\nfoo: a\n  b\n---\n");
    assert_eq!(problems, [NotUsedYet, UnknownName, UnknownName]);
    assert_eq!(case.head.others[2], ("foo".to_owned(), "a\nb".to_owned()));
    assert!(case.write().contains("lesson: docker\ntitle.de: Anschluss\nfoo: a\n  b\n"));
}

#[test]
fn a_value_that_cannot_be_read_is_told_and_changes_nothing() {
    for line in [
        "at: 0/1",
        "at: 1",
        "at: 1/0",
        "aim: up",
        "lang: de",
        "theme: pink",
        "names: nice",
        "speed: -1",
        "speed: inf",
        "follow: 1 0",
        "doc: rules",
        "chainwalk: 0",
    ] {
        let (case, problems) = read(&format!("title: x\n{line}\n---\n"));
        assert_eq!(problems, [BadValue], "{line}");
        let (plain, _) = read("title: x\n---\n");
        assert_eq!(case, plain, "{line}");
    }
}

#[test]
fn the_later_of_two_counts_with_a_warning() {
    let (case, problems) = read("title: a\ntitle: b\npacket: x\npacket: y\n---\n");
    assert_eq!(problems, [GivenTwice]);
    assert_eq!((&*case.head.title.en, case.scenario.packets.len()), ("b", 2));
}

#[test]
fn carriage_returns_are_read_and_line_feeds_written() {
    let (case, problems) = read(&EXAMPLE.replace('\n', "\r\n"));
    assert_eq!((problems, case.write()), (Vec::new(), EXAMPLE.to_owned()));
    // Twice, within a value: what is written still reads back.
    let (case, _) = read("title: a\r\r\n  b\r\r\n---\n");
    assert_eq!(case.head.title.en, "a\nb");
    assert_eq!(read(&case.write()).0, case);
}

#[test]
fn a_head_may_stand_between_two_lines_of_dashes() {
    let (case, _) = read(&["---\n", EXAMPLE].concat());
    assert_eq!(case.write(), EXAMPLE);
}

#[test]
fn each_host_has_what_was_said_of_it_and_the_last_is_walked() {
    let text = "assume: a=1\nhost: gw\nassume: b=1\nedit: x\nhost: 2\nassume: c=1\n---\n";
    let (case, _) = read(text);
    assert_eq!(case.scenario.host.as_deref(), Some("2"));
    assert_eq!(case.scenario.facts(), ["c=1"]);
    assert_eq!(
        case.scenario.hosts["gw"],
        HostPart { facts: vec!["b=1".into()], edits: vec!["x".into()] }
    );
    assert_eq!(case.scenario.hosts[""].facts, ["a=1"]);
    let (again, _) = read(&case.write());
    assert_eq!(again, case);
}

#[test]
fn several_texts_keep_their_names_and_ends() {
    let doc = |name: &str, text: &str| Doc { name: name.into(), text: text.into() };
    let docs = vec![
        doc("rules one.txt", "*filter"),
        doc("", "a\nb\n"),
        doc("empty", ""),
        doc("last", "z\n---\n"),
    ];
    let case = Case { scenario: Scenario { docs, ..Scenario::default() }, head: Head::default() };
    let text = case.write();
    assert!(text.contains("doc: rules one.txt 0+\ndoc: 2\ndoc: empty 0\ndoc: last 2\n"), "{text}");
    assert_eq!(read(&text), (case, Vec::new()));
}

fn line() -> impl Strategy<Value = String> {
    "[a-z0-9#:=/ é中-]{0,12}(\n[a-z #-]{0,5}){0,2}".prop_map(|s| s.trim().to_owned())
}

fn word() -> impl Strategy<Value = String> {
    "[a-z0-9#:-][a-z0-9 中]{0,6}[a-z0-9]".prop_map(|s| s.trim().to_owned())
}

prop_compose! {
    fn doc()(name in prop_oneof![Just(String::new()), word()], text in "([a-z-]{0,4}\n|---\n|packet: x\r\n){0,4}[a-z]{0,3}") -> Doc {
        Doc { name, text: text.into() }
    }
}

prop_compose! {
    fn scenario()(
        docs in vec(doc(), 0..4),
        host in option::of(word()),
        moment in option::of(1_usize..9),
        hosts in btree_map(prop_oneof![Just(String::new()), word()], (vec(line(), 0..3), vec(line(), 0..3)), 0..4),
        packets in vec(line(), 0..4),
        followed in vec(0_usize..70, 0..4),
    ) -> Scenario {
        let hosts = hosts.into_iter().map(|(name, (facts, edits))| (name, HostPart { facts, edits }));
        let hosts = hosts.filter(|(_, part)| !part.is_empty()).collect();
        Scenario { docs, host, moment, hosts, packets, followed }
    }
}

prop_compose! {
    fn words()(en in line(), zh in line()) -> Words { Words { en, zh } }
}

prop_compose! {
    fn head()(
        (remarks, title, question, point) in (vec("[a-z:]{0,9}", 0..3), words(), words(), words()),
        (goals, ends, by) in (vec(line(), 0..3), vec(line(), 0..3), "[0-9.]{0,5}"),
        at in option::of((0_usize..9, option::of(0_usize..99))),
        (through, chinese, dark) in (option::of(any::<bool>()), option::of(any::<bool>()), option::of(any::<bool>())),
        raw_names in any::<bool>(),
        speed in option::of(prop_oneof![Just(0.5), Just(1.0), Just(4.0)]),
        others in vec(("x[a-z.-]{1,6}", line()), 0..3),
    ) -> Head {
        Head {
            remarks, title, question, point, goals, ends, by, raw_names, speed, others,
            at: at.map(|(packet, stop)| Position { packet, stop: stop.map_or(Stop::End, Stop::At) }),
            aim: through.map(|t| if t { Goal::Through } else { Goal::Stopped }),
            lang: chinese.map(|zh| if zh { Lang::Zh } else { Lang::En }),
            theme: dark.map(|dark| if dark { Theme::Dark } else { Theme::Light }),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back_as_the_same(scenario in scenario(), head in head()) {
        let case = Case { scenario, head };
        let text = case.write();
        let (again, _) = Case::read(&text).unwrap();
        prop_assert_eq!(again, case, "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(chainwalk: 1\n)?([a-z.]{0,6}[: ]?[ -~中\t]{0,9}(\n|\r\n)|---\n|  \n|#\n){0,9}") {
        if let Ok((case, problems)) = Case::read(&text) {
            prop_assert!(problems.iter().all(|p| p.span.end as usize <= text.len()));
            let (again, _) = Case::read(&case.write()).unwrap();
            prop_assert_eq!(again, case);
        }
    }
}
