//! What is read of a lesson, what is wrong with one, and how attempts fare.
#![allow(clippy::unwrap_used, clippy::format_collect)]

use super::*;

const HEAD: &str = "chainwalk: 1\nlesson: order\ntitle: Order\ntitle.zh: 顺序\n";
const LOOK: &str = "step: ban\npacket: ssh 192.0.2.10 from 203.0.113.66 in eth0\nends: local\n\
    guess: dropped by filter INPUT 2 => Rule 1 decided.\nsay: Dropped\nassume: eth0=192.0.2.10/24\n\
    assume: table=nat:accept\nassume: table=mangle:accept\nassume: table=raw:accept\n---\n\
    *filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
    -A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -s 203.0.113.66 -j DROP\nCOMMIT\n";
const TASK: &str = "step: first\nfrom: ban\ngoal: ssh 192.0.2.10 from 203.0.113.66 in eth0 => dropped by filter INPUT\n\
    say: The banned one is stopped.\ngoal: ssh 192.0.2.10 from 198.51.100.7 in eth0 => through\n\
    probe: curl 192.0.2.10 from 198.51.100.7 in eth0 => stopped\nhint: From above.\nhint: -I\n";
const SOLUTION: &str = "solution: iptables -I INPUT 1 -s 203.0.113.66 -j DROP\n";

fn text(steps: &[&str]) -> String {
    steps.iter().fold(HEAD.to_owned(), |text, step| text + "===\n" + step)
}

fn whole() -> String {
    text(&[LOOK, &[TASK, SOLUTION].concat()])
}

/// What is wrong with a text, each with the line that it is in.
fn wrong(text: &str) -> Vec<(String, Found)> {
    let (lesson, mut problems) = Lesson::read(text);
    if problems.iter().all(|p| p.found.is_warning()) {
        problems.extend(lesson.check());
    }
    let line = |n: usize| text.lines().nth(n - 1).unwrap_or_default().to_owned();
    problems.into_iter().map(|p| (line(p.line), p.found)).collect()
}

#[test]
fn a_lesson_is_read_whole() {
    let (lesson, problems) = Lesson::read(&whole());
    assert_eq!(problems, []);
    assert_eq!((lesson.name.as_str(), lesson.title.zh.as_str()), ("order", "顺序"));
    let [look, task] = &lesson.steps[..] else { panic!("{:?}", lesson.steps) };
    assert_eq!((look.name.as_str(), look.guesses.len(), look.goals.len()), ("ban", 1, 0));
    assert_eq!(
        (look.guesses[0].say.en.as_str(), look.guesses[0].undone.en.as_str()),
        ("Dropped", "Rule 1 decided.")
    );
    assert_eq!((task.goals.len(), task.probes.len(), task.hints.len()), (2, 1, 2));
    assert_eq!(task.goals[0].say.en, "The banned one is stopped.");
    assert_eq!(task.case.scenario.paste(), look.case.scenario.paste());
    assert_eq!(task.case.scenario.facts(), look.case.scenario.facts());
    assert_eq!(wrong(&whole()), []);
    // As some editors save it.
    assert_eq!(wrong(&whole().replace('\n', "\r\n")), []);
    assert!(
        Lesson::is_one(&whole()) && !Lesson::is_one(LOOK) && !Lesson::is_one("===\nlesson: x\n")
    );
}

#[track_caller]
fn is_told(text: &str, line: &str, found: &Found) {
    let all = wrong(text);
    assert!(all.contains(&(line.to_owned(), found.clone())), "{found:?} at {line:?}: {all:#?}");
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let swap = |a: &str, b: &str| whole().replace(a, b);
    is_told(&swap("lesson: order\n", ""), "chainwalk: 1", &Found::NoName);
    is_told(HEAD, "chainwalk: 1", &Found::NoStep);
    is_told(&swap("from: ban", "from: bann"), "from: bann", &Found::NoSuchStep("bann".into()));
    is_told(&swap("step: first\n", "step: ban\n"), "step: ban", &Found::StepTwice("ban".into()));
    is_told(&swap("from: ban\n", ""), "step: first", &Found::NoPaste);
    is_told(&swap("hint: From above.", "From above."), "From above.", &Found::NoHeadLine);
    is_told(&swap("hint: -I", "hnit: -I"), "hnit: -I", &Found::UnknownName("hnit".into()));
    is_told(&swap("hint: -I", "allow: all"), "allow: all", &Found::BadValue("all".into()));
    is_told(
        &swap(" => stopped", ""),
        "probe: curl 192.0.2.10 from 198.51.100.7 in eth0",
        &Found::NoGoal,
    );
    is_told(&swap(" => Rule 1 decided.", ""), "guess: dropped by filter INPUT 2", &Found::NoGuess);
    is_told(
        &swap("step: first\n", "step: first\nsay: What?\n"),
        "say: What?",
        &Found::SaysOfNothing,
    );
    let deep =
        (0..=64).map(|n| format!("===\nstep: s{n}\n---\n*filter\nCOMMIT\n")).collect::<String>();
    assert!(
        wrong(&[HEAD, &deep].concat()).iter().any(|(_, found)| *found == Found::TooManySteps(64))
    );
}

#[test]
fn what_its_replay_shows_is_told() {
    let swap = |a: &str, b: &str| whole().replace(a, b);
    let now = "local, tcp 203.0.113.66:51000 > 192.0.2.10:22 S".to_owned();
    is_told(
        &swap("ends: local", "ends: dropped"),
        "step: ban",
        &Found::Ends { then: "dropped".into(), now: now.clone() },
    );
    is_told(
        &swap("guess: dropped by filter INPUT 2", "guess: local"),
        "guess: local => Rule 1 decided.",
        &Found::GuessIsTrue(now),
    );
    is_told(&text(&[LOOK, TASK]), "step: first", &Found::NoSolution);
    is_told(
        &swap("-I INPUT 1 -s", "-Q INPUT 1 -s"),
        "step: first",
        &Found::Unread("iptables -Q INPUT 1 -s 203.0.113.66 -j DROP".into()),
    );
    let late = wrong(&swap("-I INPUT 1 -s", "-A INPUT -s"));
    let missed = |found: &Found| matches!(found, Found::Missed(goal) if goal.then == "dropped by filter INPUT");
    assert!(
        late.iter().any(|(line, found)| line.starts_with("goal: ") && missed(found)),
        "{late:?}"
    );
    let eager = swap(
        "goal: ssh 192.0.2.10 from 203.0.113.66 in eth0 => dropped by filter INPUT\nsay: The banned one is stopped.\n",
        "",
    );
    is_told(&eager, "step: first", &Found::NothingToDo);
    let broad = wrong(&swap("198.51.100.7 in eth0 => stopped", "198.51.100.7 in eth0 => through"));
    let fails = |is: bool| {
        broad
            .iter()
            .any(|(_, found)| matches!(found, Found::ProbeFails { solved, .. } if *solved == is))
    };
    assert!(fails(false) && fails(true), "{broad:?}");
    is_told(&swap("say: Dropped", "say: Dropped\nsay.zh: 丢弃"), "step: ban", &Found::OneLanguage);
}

fn attempt(edits: &[&str]) -> Attempt {
    Attempt { edits: edits.iter().map(|edit| (*edit).to_owned()).collect(), ..Attempt::default() }
}

#[test]
fn an_attempt_is_held_against_goals_and_against_the_solution() {
    let (lesson, _) = Lesson::read(&whole());
    let step = &lesson.steps[1];
    let none = step.score(&Attempt::default());
    assert!(!none.is_solved() && !none.depends());
    let par = step.score(&step.solution);
    assert!(par.is_solved());
    assert_eq!((par.beyond, par.golf()), (Beyond::default(), (0, 1)));
    let longer =
        step.score(&attempt(&["iptables -D INPUT 2", "iptables -I INPUT -s 203.0.113.66 -j DROP"]));
    assert!(longer.is_solved());
    assert_eq!(longer.golf(), (0, 2));
    let broad = step.score(&attempt(&["iptables -I INPUT -s 203.0.113.0/24 -j DROP"]));
    assert!(broad.is_solved());
    assert!(broad.beyond.shut_out > 0 && broad.beyond.let_in == 0, "{:?}", broad.beyond);
    assert!(broad.golf() > longer.golf(), "what is shut out counts before commands");
    let open = step.score(&attempt(&[
        "iptables -P INPUT ACCEPT",
        "iptables -I INPUT -s 203.0.113.66 -j DROP",
    ]));
    assert!(open.is_solved() && open.beyond.let_in > 0, "{:?}", open.beyond);
    assert_eq!(step.score(&attempt(&["what?"])).unread, [0]);
}

#[test]
fn a_hand_in_counts_as_far_as_the_step_allows() {
    let (lesson, _) = Lesson::read(&whole());
    let step = &lesson.steps[1];
    let text = HandIn::write(&lesson, step, &step.solution, "Jo", "own-1");
    let own = HandIn::read(&text).unwrap();
    assert_eq!(
        (own.who.as_str(), own.lesson.as_str(), own.step.as_str()),
        ("Jo", "order", "first")
    );
    assert_eq!(own.guessed, "own-1");
    let graded = |text: &str| grade(&lesson, HandIn::read(text).as_ref());
    let replayed = |text: &str| match graded(text) {
        Grade::Replayed { score, other_paste, other_facts } => {
            (score.is_solved(), other_paste, other_facts)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(replayed(&text), (true, false, false));
    assert_eq!(
        replayed(&(text.trim_end().to_owned() + "\n\n")),
        (true, false, false),
        "an editor's line feeds"
    );
    let without = HandIn::write(&lesson, step, &Attempt::default(), "Al", "");
    assert_eq!(replayed(&without), (false, false, false));
    // Rules that somebody wrote into the paste do not count.
    let tampered = without.replace(
        "-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -s 203.0.113.66 -j DROP\n",
        "-A INPUT -s 203.0.113.66 -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT\n",
    );
    assert_eq!(replayed(&tampered), (false, true, false));
    let facts = text.replace("assume: eth0", "assume: eth1=10.0.0.1/24\nassume: eth0");
    assert_eq!(replayed(&facts), (true, false, true));
    assert_eq!(
        graded(&text.replace("lesson: order", "lesson: other")),
        Grade::OtherLesson("other".into())
    );
    assert_eq!(
        graded(&text.replace("step: first", "step: last")),
        Grade::NoSuchStep("last".into())
    );
    for none in ["", "hello\n", "chainwalk: 1\n---\n", "\u{0}\u{1b}[2J"] {
        assert_eq!(graded(none), Grade::NoHandIn, "{none:?}");
    }
}

#[test]
fn no_text_panics() {
    let whole = whole();
    for at in (0..whole.len()).filter(|at| whole.is_char_boundary(*at)) {
        let _ = (Lesson::is_one(&whole[..at]), Lesson::read(&whole[..at]));
        let _ = (Lesson::is_one(&whole[at..]), Lesson::read(&whole[at..]));
        let _ = HandIn::read(&whole[at..]);
    }
    for text in
        ["===", "\n===\n===\n", "---\n===\n---", "===\n  \n", "===\nstep:\n---\n===\n", "\u{0}"]
    {
        let (lesson, problems) = Lesson::read(text);
        assert!(!problems.is_empty(), "{text:?}");
        let _ = lesson.check();
    }
}
