//! What each action makes of the page.
#![allow(clippy::unwrap_used)]

use super::takes::{is_another, replaces};
use super::*;
use crate::layout::Edge;

fn example() -> Case {
    let mut scenario = Scenario::pasted("*filter\nCOMMIT\n");
    scenario.packets.push("curl 10.0.0.2:80 from 10.0.0.1 in eth0".into());
    scenario.change_part(|part| part.facts.push("eth0=10.0.0.2/24".into()));
    Case { scenario, ..Case::default() }
}

fn state() -> State {
    State::first(&example(), Lang::En, false)
}

#[track_caller]
fn after(state: &State, actions: impl IntoIterator<Item = Action>) -> State {
    actions.into_iter().fold(state.clone(), |s, a| s.apply(a).unwrap_or(s))
}

#[test]
fn the_first_visit_has_its_question_asked_and_plays() {
    let state = state();
    assert_eq!(&*state.draft, "curl 10.0.0.2:80");
    assert_eq!(state.origin, Origin::wire("10.0.0.1", "eth0"));
    assert!(state.playing);
}

#[test]
fn where_no_motion_is_wanted_a_walk_stands_at_its_end_until_it_is_played() {
    let state = State::first(&example(), Lang::En, true);
    assert!(!state.playing && state.stop > 3);
    let played = after(&state, [Action::Toggle { last: 3 }]);
    assert_eq!((played.stop, played.playing), (0, true));
    let sent = after(&played, [Action::Draft("curl 10.0.0.2:22".into()), Action::Send]);
    assert!(!sent.playing && sent.stop > 3);
}

#[test]
fn a_case_opens_on_the_packet_it_names() {
    let mut example = example();
    example.scenario.packets.push("curl 10.0.0.2:81".into());
    example.head.at = Some(chainwalk::Position { packet: 1, stop: chainwalk::Stop::At(0) });
    let state = State::first(&example, Lang::En, false);
    assert_eq!((state.packet, &*state.draft), (1, "curl 10.0.0.2:81"));
}

#[test]
fn a_paste_in_place_of_another_shows_what_it_holds() {
    let rules = "Chain INPUT (policy ACCEPT)\nChain FORWARD (policy ACCEPT)";
    let there = after(&state(), [Action::Pane(Pane::Paste), Action::Paste(rules.into())]);
    assert_eq!(there.pane, Pane::Walk);
    let empty = after(&state(), [Action::Clear, Action::Pane(Pane::Paste)]);
    assert_eq!(after(&empty, [Action::Paste(rules.into())]).pane, Pane::Walk);
    // Who types stays where the letters go.
    assert_eq!(after(&empty, [Action::Paste("C".into())]).pane, Pane::Paste);
    assert_eq!(after(&empty, [Action::Typed(rules.into())]).pane, Pane::Paste);
}

#[test]
fn another_paste_keeps_the_packet_that_was_asked_for_and_no_example_s() {
    let other = || Action::Paste("Chain INPUT (policy ACCEPT)".into());
    assert!(after(&state(), [other()]).scenario.packets.is_empty());
    let asked = after(&state(), [Action::Draft("curl 10.0.0.2:22".into()), Action::Send, other()]);
    assert_eq!(asked.scenario.packets[..], ["curl 10.0.0.2:22"]);
    assert_eq!((&*asked.draft, &asked.origin), ("curl 10.0.0.2:22", &Origin::default()));
    assert!(asked.scenario.facts().is_empty());
}

#[test]
fn that_keys_are_off_is_kept() {
    let off = after(&state(), [Action::KeysOff(true)]);
    assert!(again(&off).keys_off && after(&off, [Action::Clear]).keys_off);
    assert!(!again(&state()).keys_off);
}

#[test]
fn escape_closes_the_proposals_once_nothing_lies_over_them() {
    let open =
        after(&state(), [Action::Search(Some(Goal::Through)), Action::Open(Some(Overlay::Help))]);
    let one = after(&open, [Action::Open(None)]);
    assert_eq!((one.open, one.search), (None, Some(Goal::Through)));
    assert_eq!(after(&one, [Action::Open(None)]).search, None);
}

#[test]
fn a_bare_command_comes_from_where_the_last_packet_came() {
    let sent = after(&state(), [Action::Draft("curl 10.0.0.2:22".into()), Action::Send]);
    assert_eq!(&*sent.scenario.packets[0], "curl 10.0.0.2:22 from 10.0.0.1 in eth0");
    assert_eq!((sent.stop, sent.playing), (0, true));
}

#[test]
fn a_packet_that_comes_later_follows_the_one_shown() {
    let first = state();
    for line in ["reply 1", "after 5s ssh 10.0.0.2 from 10.0.0.1 in eth0"] {
        let sent = after(&first, [Action::Draft(line.into()), Action::Send]);
        assert_eq!(sent.scenario.packets[..], [first.scenario.packets[0].clone(), line.into()]);
        assert_eq!(sent.packet, 1);
    }
}

#[test]
fn a_source_typed_into_the_field_becomes_the_origin() {
    let typed = "curl 10.0.0.2:22 from 10.0.0.9 in eth1";
    let sent = after(&state(), [Action::Draft(typed.into()), Action::Send]);
    assert_eq!(sent.origin, Origin::wire("10.0.0.9", "eth1"));
    assert_eq!(&*sent.draft, "curl 10.0.0.2:22");
    assert_eq!(&*sent.scenario.packets[0], typed);
}

#[test]
fn an_answer_is_sent_behind_what_it_answers() {
    let state = after(&state(), [Action::Then("reply 1".into()), Action::Then("reply 2".into())]);
    let sent =
        after(&state, [Action::Show(1), Action::Draft("reply 1 ttl 9".into()), Action::Send]);
    assert_eq!(sent.scenario.packets[1..], ["reply 1 ttl 9"]);
    let anew = after(&sent, [Action::Draft("curl 10.0.0.2:22".into()), Action::Send]);
    assert_eq!((anew.scenario.packets.len(), anew.packet), (1, 0));
}

#[test]
fn a_change_walks_anew_can_be_taken_back_and_is_kept() {
    let change = || Action::Change("iptables -P FORWARD DROP".into());
    let searched = after(&state(), [Action::Go(3), Action::Search(Some(Goal::Through))]);
    let made = after(&searched, [change()]);
    assert_eq!((made.scenario.edits().len(), made.stop, made.search), (1, visit::LAST, None));
    assert_eq!(again(&made).scenario.edits(), made.scenario.edits());
    assert!(after(&made, [Action::Unchange(0)]).scenario.edits().is_empty());
    assert_eq!(made.apply(Action::Unchange(1)), None);
    assert_eq!(made.apply(Action::Change(" ".into())), None);
    let other = after(&made, [Action::Paste("Chain INPUT (policy ACCEPT)".into())]);
    assert!(
        other.scenario.edits().is_empty(),
        "what was changed on one host says nothing of another"
    );
}

#[test]
fn changes_that_go_together_are_taken_back_by_one_undo() {
    let both = ["iptables -F FORWARD".to_owned(), "iptables -P FORWARD ACCEPT".to_owned()];
    let start = state();
    let made = after(&start, [Action::Changes(Rc::new(both.clone()))]);
    assert_eq!(made.scenario.edits(), both);
    let back = after(&made, [Action::Undo]);
    assert_eq!(back.scenario, start.scenario);
    assert_eq!(after(&back, [Action::Redo]).scenario.edits(), both);
    assert_eq!(start.apply(Action::Changes(Rc::new([]))), None);
}

#[test]
fn a_change_put_in_the_same_words_leaves_the_walk_where_it_is() {
    let made = after(&state(), [Action::Change("ip rule".into()), Action::Go(2)]);
    assert_eq!(made.apply(Action::Rechange(0, " ip rule ".into())), None);
}

#[test]
fn each_host_keeps_what_was_said_of_it() {
    let to = |from: &str, to: &str| Action::Host { from: from.into(), to: to.into() };
    let first = state();
    let there = after(&first, [Action::Go(3), to("gw", "2")]);
    assert_eq!((there.scenario.host.as_deref(), there.stop), (Some("2"), visit::LAST));
    assert!(there.scenario.facts().is_empty() && there.scenario.packets == first.scenario.packets);
    assert_eq!(there.apply(to("2", "2")), None);
    let said = after(&there, [Action::Assume("local=10.0.0.9".into())]);
    let back = after(&said, [to("2", "gw")]);
    assert_eq!(back.scenario.facts(), first.scenario.facts());
    assert_eq!(after(&back, [to("gw", "2")]).scenario.facts(), said.scenario.facts());
    assert_eq!(after(&back, [Action::Undo]).scenario.facts(), said.scenario.facts());
    assert_eq!(after(&there, [Action::Undo]).scenario.host, None);
    let other = after(&back, [Action::Paste("Chain INPUT (policy ACCEPT)".into())]);
    assert_eq!(*other.scenario, Scenario::default());
}

#[test]
fn the_source_of_one_packet_is_no_part_of_another() {
    let line = "curl 10.0.0.2:80 from 10.0.0.9 in eth1";
    let sent = after(&state(), [Action::Line(line.into()), Action::Send]);
    assert_eq!(sent.origin, Origin::wire("10.0.0.9", "eth1"));
    let edited = after(&sent, [Action::Draft("curl 10.0.0.2:81".into())]);
    assert_eq!(edited.origin, sent.origin, "the same packet, edited");
    let begun = after(&sent, [Action::Begun("p".into()), Action::Draft("ping 10.0.0.2".into())]);
    assert_eq!(begun.origin, Origin::default());
    // What was chosen stands until a line says otherwise.
    let chosen = after(&sent, [Action::Form("curl 10.0.0.2:80 from 10.0.0.7 in eth0".into())]);
    let begun = after(&chosen, [Action::Begun("ping 10.0.0.2".into())]);
    assert_eq!(begun.origin, Origin::wire("10.0.0.7", "eth0"));
    let sent = after(&begun, [Action::Line(line.into()), Action::Send, Action::Begun("p".into())]);
    assert_eq!(sent.origin, Origin::default());
}

#[test]
fn a_change_is_worded_otherwise_in_its_place() {
    let made = after(
        &state(),
        [Action::Change("iptables -A INPUT -j DROP".into()), Action::Change("ip rule".into())],
    );
    let reworded = after(&made, [Action::Rechange(0, " iptables -A FORWARD -j DROP ".into())]);
    assert_eq!(reworded.scenario.edits(), ["iptables -A FORWARD -j DROP", "ip rule"]);
    assert!(reworded.apply(Action::Rechange(2, "ip rule".into())).is_none());
    assert!(reworded.apply(Action::Rechange(0, " ".into())).is_none());
    assert_eq!(after(&reworded, [Action::Undo]).scenario.edits(), made.scenario.edits());
}

#[test]
fn a_shown_packet_brings_its_origin() {
    let mut example = example();
    example.scenario.packets.push("curl 127.0.0.1:80".into());
    let state = State::first(&example, Lang::En, false);
    let shown = after(&state, [Action::Show(1)]);
    assert_eq!(shown.origin, Origin::default());
    assert_eq!(&*shown.line(), "curl 127.0.0.1:80");
    assert_eq!(after(&shown, [Action::Show(0)]).origin, Origin::wire("10.0.0.1", "eth0"));
}

#[test]
fn an_empty_field_sends_nothing() {
    let state = after(&state(), [Action::Draft("  ".into())]);
    assert_eq!(state.apply(Action::Send), None);
}

#[test]
fn playing_ends_at_the_last_stop_and_starts_again_from_there() {
    let mut state = state();
    for _ in 0..5 {
        state = after(&state, [Action::Tick { by: 1, last: 3 }]);
    }
    assert_eq!((state.stop, state.playing), (3, false));
    assert_eq!(state.apply(Action::Tick { by: 1, last: 3 }), None);
    let again = after(&state, [Action::Toggle { last: 3 }]);
    assert_eq!((again.stop, again.playing), (0, true));
}

#[test]
fn a_looped_walk_begins_again_at_its_end() {
    let state = after(&state(), [Action::Loop, Action::Go(2), Action::Toggle { last: 3 }]);
    let end = after(&state, [Action::Tick { by: 1, last: 3 }]);
    assert_eq!((end.stop, end.playing), (3, true));
    let again = after(&end, [Action::Tick { by: 1, last: 3 }]);
    assert_eq!((again.stop, again.playing), (0, true));
    let once = after(&end, [Action::Loop, Action::Tick { by: 1, last: 3 }]);
    assert_eq!((once.stop, once.playing), (3, false));
}

#[test]
fn a_whole_line_takes_the_fields_place() {
    let line = "udp 10.0.0.2:53 from 10.0.0.7 in eth1";
    let typed = after(&state(), [Action::Line(line.into())]);
    assert_eq!(&*typed.draft, "udp 10.0.0.2:53");
    assert_eq!(&*typed.line(), line);
    let own = after(&typed, [Action::Line("curl 10.0.0.9:80".into())]);
    assert_eq!(&*own.line(), "curl 10.0.0.9:80");
}

#[test]
fn steps_stay_between_the_first_stop_and_the_last() {
    let step = |by| Action::Step { by, last: 2 };
    assert_eq!(after(&state(), [step(1), step(1), step(1), step(1)]).stop, 2);
    assert_eq!(after(&state(), [step(1), step(-1), step(-1)]).stop, 0);
    assert!(!after(&state(), [step(1)]).playing);
}

#[test]
fn another_paste_forgets_what_was_said_of_the_first() {
    let long = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
    let state = after(&state(), [Action::Assume("local=10.0.0.9".into())]);
    let changed = after(&state, [Action::Paste("*filter\n# x\nCOMMIT\n".into())]);
    assert!(!changed.scenario.facts().is_empty() && !changed.scenario.packets.is_empty());
    let added = after(&changed, [Action::Paste(Paste::new(&format!("{}{long}", changed.paste)))]);
    assert_eq!(added.scenario.facts(), changed.scenario.facts());
    let other = after(&state, [Action::Paste("Chain INPUT (policy ACCEPT)".into())]);
    assert!(other.scenario.facts().is_empty() && other.scenario.packets.is_empty());
    assert_eq!(other.origin, Origin::default());
}

#[test]
fn a_later_dump_of_the_same_host_is_no_other() {
    let rule = |n: u32| format!("{n} 60 ACCEPT tcp -- * * 10.0.0.0/8 0.0.0.0/0 tcp dpt:{n}\n");
    let dump = |base: u32| (0..20).map(|n| rule(base + n)).collect::<String>();
    let another = |old: &str, new: &str| is_another(&Paste::new(old), &Paste::new(new));
    assert!(!another(&dump(1), &dump(500)));
    assert!(another(&dump(1), "*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n"));
    assert!(another(&dump(1), ""));
    assert!(!another("", &dump(1)));
}

#[test]
fn going_somewhere_by_hand_pauses() {
    let state = after(&state(), [Action::Go(2)]);
    assert_eq!((state.stop, state.playing), (2, false));
}

#[test]
fn another_outcome_voids_the_choices_of_later_packets() {
    let state = after(
        &state(),
        [Action::Then("reply 1".into()), Action::Follow(2), Action::Show(0), Action::Follow(1)],
    );
    assert_eq!(state.scenario.followed, [1, 0]);
}

#[test]
fn a_host_said_to_be_otherwise_walks_anew() {
    let state = after(&state(), [Action::Go(4), Action::Follow(1), Action::Forget(0)]);
    assert!(state.scenario.facts().is_empty() && state.scenario.followed.is_empty());
    assert_eq!(state.stop, visit::LAST);
}

#[test]
fn what_was_said_can_be_said_otherwise() {
    let state = after(&state(), [Action::Amend(0, " eth0=10.0.0.3/24 ".into())]);
    assert_eq!(state.scenario.facts(), ["eth0=10.0.0.3/24"]);
    assert_eq!(state.apply(Action::Amend(1, "up".into())), None);
    assert_eq!(after(&state, [Action::Undo]).scenario.facts(), ["eth0=10.0.0.2/24"]);
}

#[test]
fn what_contradicts_takes_the_place_of_what_was_said() {
    #[track_caller]
    fn check(new: &str, old: &str, replaced: bool) {
        assert_eq!(replaces(new, old), replaced, "{new} after {old}");
    }
    check("notlocal=10.0.0.2", "local=10.0.0.2", true);
    check("notlocal=10.0.0.2", "local=10.0.0.3", false);
    check("table=filter:drop", "table=filter:accept", true);
    check("table=nat:drop", "table=filter:accept", false);
    check("holds=filter:INPUT:3.1:no", "holds=filter:INPUT:3.1:yes", true);
    check("holds=filter:INPUT:3.1:no", "holds=filter:INPUT:3.2:yes", false);
    check("net.ipv4.ip_forward=0", "net.ipv4.ip_forward=1", true);
    check("eth0=10.0.0.3/24", "eth0=10.0.0.2/24", false);
    check("eth0=10.0.0.2/24", "eth0=10.0.0.2/24", true);
    check("route=default dev eth0", "route=10.0.0.0/8 dev eth1", false);
}

#[test]
fn paste_packets_and_facts_are_taken_back_in_turn() {
    let first = state();
    let edited = first.paste.replaced(0..0, "# x\n");
    let all = after(
        &first,
        [
            Action::Paste(edited.clone()),
            Action::Typed(edited.replaced(0..0, "y")),
            Action::Then("reply 1".into()),
            Action::Assume("local=10.0.0.9".into()),
        ],
    );
    let facts = after(&all, [Action::Undo]);
    assert_eq!((facts.scenario.facts().len(), facts.scenario.packets.len()), (1, 2));
    let packets = after(&facts, [Action::Undo]);
    assert_eq!(packets.scenario.packets.len(), 1);
    let paste = after(&packets, [Action::Undo]);
    assert_eq!(paste.paste, first.paste);
    assert_eq!(paste.apply(Action::Undo), None);
    let again = after(&paste, [Action::Redo, Action::Redo, Action::Redo]);
    assert_eq!(again.moment(), all.moment());
    assert_eq!(again.apply(Action::Redo), None);
}

#[test]
fn a_change_forgets_what_was_taken_back() {
    let state = after(&state(), [Action::Clear, Action::Undo]);
    assert_eq!(state.history.reach(), (false, true));
    let state = after(&state, [Action::Assume("local=10.0.0.9".into())]);
    assert_eq!(state.history.reach(), (true, false));
}

#[test]
fn looking_around_is_nothing_to_take_back() {
    let state = after(&state(), [Action::Go(3), Action::Pane(Pane::Map), Action::Faster]);
    assert_eq!(state.apply(Action::Undo), None);
}

#[test]
fn what_is_saved_comes_back() {
    let state = after(
        &state(),
        [
            Action::Theme(Theme::Dark),
            Action::Lang(Lang::Zh),
            Action::Fold(Edge::Left),
            Action::Say(None),
        ],
    );
    let back = again(&state);
    assert_eq!((back.case(true), back.settings()), (state.case(true), state.settings()));
    assert!(!back.playing && back.verbosity == Verbosity::Chains);
    let kept = Kept::read(None, Some("{\"version\": 1, \"lang\": \"Zh\"}")).unwrap();
    assert_eq!((kept.settings.lang, kept.newer), (Lang::Zh, false));
    assert_eq!(Kept::read(None, None), None);
}

/// The page after a reload.
fn again(state: &State) -> State {
    let (case, settings) = (state.case(true).write(), state.settings().write());
    let kept = Kept::read(Some(&case), Some(&settings)).unwrap();
    assert!(!kept.newer);
    State::restored(kept.settings, &kept.case)
}

#[test]
fn what_cannot_be_read_of_a_record_costs_that_alone() {
    let record = "{\"version\":9,\"theme\":{\"hue\":7},\"draft\":\"ping 10.0.0.1\",\"lang\":\"Zh\",\"new\":1}";
    let case = "chainwalk: 7\npacket: ping 10.0.0.1\n---\n*filter\n";
    for (case, record) in [(Some(case), None), (None, Some(record)), (Some(case), Some(record))] {
        let kept = Kept::read(case, record).unwrap();
        assert!(kept.newer, "a newer one says so");
        assert_eq!(kept.settings.theme, Theme::System);
        assert_eq!(kept.settings.lang, if record.is_some() { Lang::Zh } else { Lang::En });
        assert_eq!(kept.case.scenario.packets.len(), usize::from(case.is_some()));
    }
}

#[test]
fn what_was_kept_before_there_was_a_case_text_is_lifted() {
    let record = r#"{"packets":["curl 10.0.0.2:80 from 10.0.0.1 in eth0","reply 1"],"draft":"curl 10.0.0.2:81",
        "origin":{"from":"10.0.0.1","iface":"eth0"},"host":"gw","elsewhere":[{"host":"db","assumptions":["up=1"],
        "changes":["iptables -F"]}],"assumptions":["eth0=10.0.0.2/24"],"changes":["iptables -P INPUT DROP"],
        "speed":"Double","verbosity":"Fate","theme":"Dark","lang":"Zh",
        "layout":{"left":{"size":300,"folded":true}}}"#;
    let kept = Kept::lifted(record, "*filter\nCOMMIT\n").unwrap();
    let state = State::restored(kept.settings.clone(), &kept.case);
    assert_eq!(state.paste.to_string(), "*filter\nCOMMIT\n");
    assert_eq!(state.scenario.packets[..], ["curl 10.0.0.2:80 from 10.0.0.1 in eth0", "reply 1"]);
    assert_eq!(state.scenario.host.as_deref(), Some("gw"));
    assert_eq!(state.scenario.facts(), ["eth0=10.0.0.2/24"]);
    assert_eq!(state.scenario.edits(), ["iptables -P INPUT DROP"]);
    assert_eq!(state.scenario.hosts["db"].edits, ["iptables -F"]);
    assert_eq!(
        (&*state.draft, state.origin.clone()),
        ("curl 10.0.0.2:81", Origin::wire("10.0.0.1", "eth0"))
    );
    assert_eq!((state.theme, state.lang, state.speed), (Theme::Dark, Lang::Zh, Speed::Double));
    assert_eq!(again(&state).case(true), state.case(true));
}

#[test]
fn clearing_keeps_only_how_the_page_looks() {
    let state = after(&state(), [Action::Theme(Theme::Dark), Action::Clear]);
    assert!(
        state.paste.is_empty()
            && state.scenario.packets.is_empty()
            && state.scenario.facts().is_empty()
    );
    assert_eq!(state.theme, Theme::Dark);
}

#[test]
fn an_action_that_changes_nothing_is_none() {
    let state = state();
    assert_eq!(state.apply(Action::Theme(Theme::System)), None);
    assert_eq!(state.apply(Action::Forget(7)), None);
    assert_eq!(state.apply(Action::Show(7)), None);
    assert_eq!(state.apply(Action::Unsend), None);
}

#[test]
fn what_was_changed_is_unsaved_until_it_is_saved() {
    let opened = state();
    assert!(!opened.is_unsaved(), "an example can be had again");
    assert!(!State::blank(Lang::En).is_unsaved());
    let looked = after(&opened, [Action::Follow(1), Action::Go(3), Action::Lang(Lang::Zh)]);
    assert!(!looked.is_unsaved());
    for action in [
        Action::Paste(Paste::new("*nat\nCOMMIT\n")),
        Action::Then("reply 1".into()),
        Action::Assume("eth1=10.0.1.1/24".into()),
        Action::Change("iptables -F".into()),
    ] {
        let changed = after(&opened, [action.clone()]);
        assert!(changed.is_unsaved(), "{action:?}");
        assert!(!after(&changed, [Action::Undo]).is_unsaved(), "{action:?} taken back");
        let saved = after(&changed, [Action::Saved]);
        assert!(!saved.is_unsaved(), "{action:?} saved");
        assert!(after(&saved, [Action::Undo]).is_unsaved(), "what was before is not in the file");
    }
    assert!(!after(&opened, [Action::Clear]).is_unsaved(), "there is nothing left to lose");
}

const PROMISE: &str = "curl 10.0.0.2:80 from 10.0.0.1 in eth0 => through";

#[test]
fn a_promise_is_one_of_its_packets_and_can_be_taken_back() {
    let promised = after(&state(), [Action::Promise(PROMISE.into())]);
    assert_eq!(promised.goals[..], [PROMISE]);
    assert_eq!(promised.apply(Action::Promise(PROMISE.into())), None);
    let other = PROMISE.replace("through", "stopped");
    let turned = after(&promised, [Action::Promise(other.as_str().into())]);
    assert_eq!(turned.goals[..], [other.as_str()]);
    assert_eq!(after(&promised, [Action::Repromise(0, "stopped".into())]).goals, turned.goals);
    assert_eq!(after(&turned, [Action::Undo]).goals[..], [PROMISE]);
    assert!(after(&promised, [Action::Unpromise(0)]).goals.is_empty());
    assert_eq!(promised.apply(Action::Unpromise(1)), None);
}

#[test]
fn the_packets_of_a_promise_are_walked_again() {
    let goal = "curl 10.0.0.2:80 from 10.0.0.1 in eth0; reply 1 => through";
    let walked = after(&state(), [Action::Promise(goal.into()), Action::WalkPromise(0)]);
    assert_eq!(walked.scenario.packets[..], ["curl 10.0.0.2:80 from 10.0.0.1 in eth0", "reply 1"]);
    assert_eq!((walked.packet, walked.playing), (1, true));
}

#[test]
fn promises_travel_in_the_case_and_stay_where_other_rules_are_pasted() {
    let promised = after(&state(), [Action::Promise(PROMISE.into())]);
    let (case, _) = Case::read(&promised.case(true).write()).unwrap();
    assert_eq!(case.head.goals[..], [PROMISE]);
    let restored = State::restored(promised.settings(), &case);
    assert_eq!(restored.goals, promised.goals);
    let other = || Action::Paste("Chain INPUT (policy ACCEPT)".into());
    assert_eq!(after(&promised, [other()]).goals[..], [PROMISE]);
    assert!(promised.is_unsaved() && !after(&promised, [Action::Saved]).is_unsaved());
    // Those of a case that was opened and not touched are that case's.
    let mut example = example();
    example.head.goals.push(PROMISE.into());
    assert!(after(&State::first(&example, Lang::En, false), [other()]).goals.is_empty());
}
