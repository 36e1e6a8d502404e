//! The first course: each lesson is whole, in both languages, and what it claims comes out.
#![allow(clippy::unwrap_used)]

use chainwalk::view::{
    Item, Lang, Sentence, Style, TableMeasure, ends_with_kinds, goal_met, scene, scene_room,
    timeline,
};
use chainwalk::{Promised, Scenario, Viewpoint};
use chainwalk_take::Lesson;
use chainwalk_take::lesson::{Attempt, Choice, Goal};
use chainwalk_tests::engine::disagreements;
use chainwalk_tests::recorded;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// All lessons, by the names of their files.
pub(crate) fn course() -> Vec<(String, Lesson)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lessons");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(folder.join(&name)).unwrap();
        assert!(Lesson::is_one(&text), "{name}");
        let (lesson, problems) = Lesson::read(&text);
        assert_eq!(problems, [], "{name}");
        (name, lesson)
    };
    names.into_iter().filter(|name| name.ends_with(".lesson.txt")).map(read).collect()
}

/// Whether a lesson is told in nft, beside the one of iptables.
fn is_native(name: &str) -> bool {
    name.ends_with(".nft.lesson.txt")
}

#[test]
fn twelve_lessons_hold_what_they_claim() {
    let course = course();
    let (native, others): (Vec<_>, Vec<_>) = course.iter().partition(|(name, _)| is_native(name));
    assert_eq!((others.len(), native.len()), (12, 3));
    for (name, lesson) in &course {
        assert_eq!(lesson.check(), [], "{name}");
    }
    for (name, lesson) in &others {
        let named = others.iter().filter(|(_, other)| other.name == lesson.name);
        assert_eq!(named.count(), 1, "{name} is called as another");
    }
    for (name, lesson) in native {
        let beside = name.replace(".nft.", ".");
        let (_, other) = course.iter().find(|(other, _)| *other == beside).unwrap();
        assert_eq!((&lesson.name, &lesson.title), (&other.name, &other.title), "{name}");
        let names =
            |lesson: &Lesson| lesson.steps.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(lesson), names(other), "{name}");
    }
}

#[test]
fn each_has_something_to_guess_and_a_task_with_hints_in_both_languages() {
    for (name, lesson) in course() {
        assert!(
            lesson.steps.iter().any(|step| step.guesses.len() + step.mistakes.len() >= 3),
            "{name}: nothing to guess"
        );
        let task = lesson.steps.iter().find(|step| !step.goals.is_empty()).unwrap();
        assert!(task.hints.len() >= 3 && !task.probes.is_empty(), "{name}");
        for step in &lesson.steps {
            let head = &step.case.head;
            let mut all = vec![&lesson.title, &lesson.point, &head.question];
            all.extend(&step.hints);
            all.extend(step.goals.iter().map(|goal| &goal.say));
            all.extend(step.guesses.iter().flat_map(|guess| [&guess.say, &guess.undone]));
            for words in all {
                let (en, zh) = (words.pick(Lang::En), words.pick(Lang::Zh));
                assert!(!en.is_empty() && en != zh, "{name}, {}: {words:?}", step.name);
                let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                // Commands are the same in both.
                assert!(
                    !han(en) && (han(zh) || zh.starts_with('-')),
                    "{name}, {}: {words:?}",
                    step.name
                );
            }
        }
    }
}

#[test]
fn the_solution_of_each_changes_nothing_beyond_its_goals() {
    for (name, lesson) in course() {
        for step in lesson.steps.iter().filter(|step| !step.goals.is_empty()) {
            let par = step.score(&step.solution);
            assert!(par.is_solved(), "{name}: {:?}", par.goals);
            assert_eq!(par.golf(), (0, step.solution.edits.len()), "{name}");
        }
    }
}

#[test]
fn the_lesson_in_the_paper_is_one() {
    let page = recorded::text("../docs/lessons.md");
    let (_, rest) = page.split_once("```text\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let (lesson, problems) = Lesson::read(text);
    assert_eq!(problems, []);
    assert_eq!((lesson.check(), lesson.steps.len()), (Vec::new(), 2));
}

/// What a kernel answered to the last packet of a recorded case.
fn answered(id: &str) -> &'static Value {
    let line = recorded::of("lessons").iter().find(|line| line["case"]["id"] == *id);
    let line = line.unwrap_or_else(|| panic!("no kernel was asked of {id}"));
    line["answer"]["packets"].as_array().and_then(|packets| packets.last()).unwrap()
}

/// Whether a goal is met by what a kernel answered.
fn met_by_kernel(goal: &Goal, answer: &Value) -> bool {
    let through =
        ["forwarded", "local", "sent", "bridged"].map(Value::from).contains(&answer["verdict"]);
    match Promised::parts(&goal.text).1 {
        "through" => through,
        "stopped" => !through,
        wanted => goal_met(wanted, &ends_with_kinds(answer)) == (1, 1),
    }
}

#[test]
fn a_kernel_says_the_same_of_every_packet_goal_and_probe() {
    let wrong = disagreements(recorded::of("lessons").iter().filter(|l| !l["case"].is_null()));
    assert!(wrong.is_empty(), "{wrong}");
    let mut asked = 0;
    for (name, lesson) in course() {
        for step in &lesson.steps {
            let id = |what: &str, at: usize, state: &str| {
                let dialect = if is_native(&name) { ".nft" } else { "" };
                format!("{}{dialect}/{}/{what}-{}/{state}", lesson.name, step.name, at + 1)
            };
            if step.goals.is_empty() {
                let now = ends_with_kinds(answered(&id("packet", 0, "as-is")));
                // A kernel does not tell why its routing drops.
                let then = step.case.head.ends[0].replace(": rp_filter", ": null");
                assert_eq!(goal_met(&then, &now), (1, 1), "{name}: {now}");
                asked += 1;
                continue;
            }
            let mut unmet = 0;
            for (at, goal) in step.goals.iter().enumerate() {
                unmet += usize::from(!met_by_kernel(goal, answered(&id("goal", at, "as-is"))));
                let solved = answered(&id("goal", at, "solved"));
                assert!(met_by_kernel(goal, solved), "{name}: {}: {solved}", goal.text);
                asked += 2;
            }
            assert!(unmet > 0, "{name}: there is nothing to do");
            for (at, probe) in step.probes.iter().enumerate() {
                for state in ["as-is", "solved"] {
                    let found = answered(&id("probe", at, state));
                    assert!(met_by_kernel(probe, found), "{name}: {} {state}: {found}", probe.text);
                    asked += 1;
                }
            }
        }
    }
    // What was asked of a kernel and is no longer in the course would look like more than there is.
    let lines = recorded::of("lessons").iter().filter(|line| !line["case"].is_null());
    assert_eq!(asked, lines.count());
}

/// What misconceptions come to, worked out by hand when the course was planned: the lesson, the misconception, the end.
const MISTAKEN: [(&str, &str, &str); 17] = [
    ("order", "last-match", "dropped by filter INPUT 4"),
    ("order", "policy", "dropped by the policy of filter INPUT"),
    ("policy", "other-hook", "dropped by the policy of filter FORWARD"),
    ("silence", "drop-answers", "rejected by filter INPUT 4"),
    ("silence", "policy", "dropped by the policy of filter INPUT"),
    ("lo", "other-hook", "dropped by the policy of filter FORWARD"),
    ("answers", "policy", "dropped by the policy of filter INPUT"),
    ("dnat", "filter-first", "forwarded, tcp * > 10.0.0.5:80"),
    ("dnat", "no-nat", "dropped by the policy of filter INPUT"),
    ("docker", "no-nat", "dropped by the policy of filter INPUT"),
    ("docker", "filter-first", "dropped by the policy of filter FORWARD"),
    ("outside", "no-nat", "forwarded, out eth2, tcp 10.0.0.7:* > 10.0.1.9:631"),
    ("hairpin", "no-nat", "dropped by the policy of filter INPUT"),
    ("hairpin", "policy", "dropped by the policy of filter FORWARD"),
    ("gone", "no-routing", "local"),
    ("nodeport", "drop-answers", "dropped by filter FORWARD 3"),
    ("nodeport", "policy", "forwarded"),
];

#[test]
fn misconceptions_end_where_a_person_worked_out_that_they_would() {
    let course = course();
    for (name, mistake, end) in MISTAKEN {
        let (_, lesson) = course.iter().find(|(_, lesson)| lesson.name == name).unwrap();
        let step = lesson.steps.iter().find(|step| step.asks()).unwrap();
        let at = Viewpoint { lang: Lang::En, packet: step.packet(), raw_names: true };
        let found = step.case.scenario.play().mistakes(&at);
        let found = found.iter().find(|m| m.mistake.name() == mistake);
        let ends = &found.unwrap_or_else(|| panic!("{name}: {mistake} changes nothing")).ends;
        assert!(goal_met(end, ends) == (1, 1), "{name}, {mistake}: {ends}");
    }
}

#[test]
fn each_question_has_four_choices_with_one_true_and_the_same_letters_for_all() {
    for (name, lesson) in course() {
        for step in lesson.steps.iter().filter(|step| step.asks()) {
            let (en, zh) = (step.choices(&lesson, Lang::En), step.choices(&lesson, Lang::Zh));
            let names = |all: &[Choice]| all.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&en), names(&zh), "{name}");
            assert_eq!(en.len(), 4, "{name}: {:?}", names(&en));
            assert_eq!(en.iter().filter(|choice| choice.is_right()).count(), 1, "{name}");
            let plain =
                |text: &Sentence| text.iter().map(|run| run.text.as_str()).collect::<String>();
            for (a, b) in en.iter().zip(&zh) {
                let read = |choice: &Choice| [plain(&choice.end), plain(&choice.place)].concat();
                assert!(
                    !plain(&a.why).is_empty() && plain(&a.why) != plain(&b.why),
                    "{name}, {}",
                    a.name
                );
                let alike = en.iter().filter(|other| read(other) == read(a)).count();
                assert_eq!(alike, 1, "{name}: two choices read “{}”", read(a));
                // The colour of an end would tell which is true.
                let told =
                    |run: &chainwalk::view::Run| matches!(run.style, Style::Ok | Style::Stop);
                assert!(!a.end.iter().chain(&a.place).any(told), "{name}, {}", a.name);
            }
        }
    }
}

#[test]
fn the_true_choice_and_the_card_of_the_end_name_the_policy_that_let_the_packet_in() {
    let course = course();
    let named = |name: &str| &course.iter().find(|(file, _)| file.contains(name)).unwrap().1;
    for (name, told) in [
        ("02-policy.lesson", "No rule of filter INPUT decides, and its policy is ACCEPT."),
        ("02-policy.nft", "No rule of inet filter input decides, and its policy is accept."),
        ("12-six", "No rule of ip6 filter INPUT decides, and its policy is ACCEPT."),
    ] {
        let lesson = named(name);
        let step = &lesson.steps[0];
        let choices = step.choices(lesson, Lang::En);
        let right = choices.iter().find(|choice| choice.is_right()).unwrap();
        let why: String = right.why.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(why, told, "{name}");
        let at = Viewpoint { lang: Lang::En, packet: 0, raw_names: true };
        let drawn = step.case.scenario.play().explain(&at, |t| {
            let last = timeline(t).stops - 1;
            texts(&scene(t, last, (1000.0, 700.0), &TableMeasure).items)
        });
        assert!(drawn.iter().any(|(text, _)| text == told), "{name}: {drawn:?}");
    }
    // Where a rule let it in, no policy did.
    let by_rule = named("04-answers.lesson");
    let choices = by_rule.steps[0].choices(by_rule, Lang::En);
    let right = choices.iter().find(|choice| choice.is_right()).unwrap();
    assert!(right.why.iter().all(|run| !run.text.contains("policy")), "{:?}", right.why);
}

#[test]
fn another_text_may_have_other_letters() {
    let text = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../lessons/01-order.lesson.txt"),
    )
    .unwrap();
    let seats = |text: &str| {
        let (lesson, _) = Lesson::read(text);
        let choices = lesson.steps[0].choices(&lesson, Lang::En);
        choices.iter().position(Choice::is_right).unwrap()
    };
    let own = seats(&text);
    assert_eq!(seats(&text), own);
    let others =
        (0..24).map(|n| seats(&text.replace("lesson: order", &format!("lesson: order{n}"))));
    assert!(
        others.collect::<std::collections::BTreeSet<_>>().len() == 4,
        "each letter has its turn"
    );
}

/// Every text of a drawing, with its classes.
fn texts(items: &[Item]) -> Vec<(String, String)> {
    items
        .iter()
        .flat_map(|item| match item {
            Item::Text { text, class, .. } => vec![(text.clone(), class.clone())],
            Item::Group { items, .. } => texts(items),
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn the_picture_for_a_room_has_large_letters_and_shows_nothing_ahead_while_it_is_veiled() {
    for (name, lesson) in course() {
        for step in &lesson.steps {
            let played = step.case.scenario.play();
            let at = Viewpoint { lang: Lang::En, packet: step.packet(), raw_names: true };
            played.explain(&at, |t| {
                for stop in 0..timeline(t).stops {
                    for veiled in [true, false] {
                        let scene = scene_room(t, stop, veiled, &TableMeasure);
                        for (text, class) in texts(&scene.items) {
                            let size = class.split(' ').find_map(|c| c.strip_prefix('s')?.parse::<u32>().ok());
                            assert!(size.is_some_and(|size| size >= 28), "{name}, {stop}: “{text}” is {class}");
                        }
                        let ahead = |item: &Item| matches!(item, Item::Path { class, .. } if class == "todo");
                        assert!(!veiled || !scene.items.iter().any(ahead), "{name}, {stop}");
                        let within = scene.rest.0 >= 0.0 && scene.rest.0 <= scene.width;
                        assert!(within && scene.rest.1 <= scene.height, "{name}, {stop}: {:?}", scene.rest);
                    }
                }
            });
        }
    }
}

#[test]
fn a_veiled_picture_is_the_same_whatever_follows() {
    let (_, lesson) = course().into_iter().find(|(_, lesson)| lesson.name == "docker").unwrap();
    let drawn = |edits: &[&str]| {
        let edits = edits.iter().map(|edit| (*edit).to_owned()).collect();
        let host = lesson.steps[0].host(&Attempt { edits, ..Attempt::default() });
        let packets = lesson.steps[0].case.scenario.packets.clone();
        let at = Viewpoint { lang: Lang::En, packet: 0, raw_names: true };
        Scenario { packets, ..host }.play().explain(&at, |t| {
            let told = timeline(t).narration;
            let scenes: Vec<_> = (0..told.len())
                .map(|stop| scene_room(t, stop, true, &TableMeasure).items)
                .collect();
            (told, scenes)
        })
    };
    let (told, open) = drawn(&[]);
    for edit in ["iptables -R DOCKER-USER 1 -j DROP", "iptables -R DOCKER 1 -j REJECT"] {
        let (other_told, shut) = drawn(&[edit]);
        let same = told.iter().zip(&other_told).take_while(|(a, b)| a == b).count();
        assert!(same > 5 && same < told.len(), "{edit}: {same} of {}", told.len());
        assert_eq!(open[..same], shut[..same], "{edit}");
    }
}
