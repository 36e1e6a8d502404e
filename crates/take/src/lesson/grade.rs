//! Hand-ins: a case with the names of a lesson and a step, held against that lesson.

use super::attempt::Score;
use super::form::{Allow, Attempt, Lesson, Step};
use chainwalk::Case;

/// What somebody handed in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HandIn {
    /// The name of the lesson.
    pub lesson: String,
    /// The name of the step.
    pub step: String,
    /// Who, in their own words.
    pub who: String,
    /// What was guessed first; empty where nothing was.
    pub guessed: String,
    /// The case.
    pub case: Case,
}

impl HandIn {
    /// Reads one; `None` where the text is no case that names a lesson and a step.
    pub fn read(text: &str) -> Option<Self> {
        let (case, _) = Case::headed(text)?;
        let of = |name: &str| {
            let found = case.head.others.iter().rev().find(|(other, _)| other == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let [lesson, step, who, guessed] = ["lesson", "step", "who", "guessed"].map(of);
        let whole = !lesson.is_empty() && !step.is_empty();
        whole.then_some(Self { lesson, step, who, guessed, case })
    }

    /// The text of one, for an attempt at a step; `guessed` is the name of the first choice, empty where none was made.
    pub fn write(
        lesson: &Lesson,
        step: &Step,
        attempt: &Attempt,
        who: &str,
        guessed: &str,
    ) -> String {
        let mut scenario = step.host(attempt);
        scenario.packets.clone_from(&step.case.scenario.packets);
        let mut case = Case { scenario, ..Case::default() };
        let others = [("lesson", lesson.name.as_str()), ("step", &step.name), ("who", who)];
        let guessed = (!guessed.is_empty()).then_some(("guessed", guessed));
        let others = others.into_iter().chain(guessed);
        case.head.others =
            others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        case.write()
    }
}

/// What becomes of a hand-in.
#[derive(Clone, Debug, PartialEq)]
pub enum Grade {
    /// It is none: no case that names a lesson and a step.
    NoHandIn,
    /// It is of a lesson of this name.
    OtherLesson(String),
    /// The lesson has no step of this name.
    NoSuchStep(String),
    /// It was replayed on the lesson's own host.
    Replayed {
        /// How it fares.
        score: Score,
        /// Whether the paste in it is not the lesson's, and was left aside.
        other_paste: bool,
        /// Whether it has facts that the step does not allow; they were left aside.
        other_facts: bool,
    },
}

/// Replays a hand-in: packets, goals and paste are those of the lesson, and of the hand-in counts what the step allows.
pub fn grade(lesson: &Lesson, hand_in: Option<&HandIn>) -> Grade {
    let Some(hand_in) = hand_in else { return Grade::NoHandIn };
    if hand_in.lesson != lesson.name {
        return Grade::OtherLesson(hand_in.lesson.clone());
    }
    let Some((_, step)) = lesson.step(&hand_in.step) else {
        return Grade::NoSuchStep(hand_in.step.clone());
    };
    let (theirs, its) = (&hand_in.case.scenario, &step.case.scenario);
    let (paste, own) = (theirs.paste(), its.paste());
    // Editors add a line feed at the end, or take it.
    let other_paste = paste.trim_end() != own.trim_end();
    let facts: Vec<String> =
        theirs.facts().iter().filter(|fact| !its.facts().contains(fact)).cloned().collect();
    let edits = theirs.edits().iter().skip_while({
        let mut begun = its.edits().iter();
        move |edit| begun.next() == Some(edit)
    });
    let attempt = Attempt {
        edits: edits.cloned().collect(),
        facts: if step.allow == Allow::Edit { Vec::new() } else { facts.clone() },
        paste: (step.allow == Allow::Paste && other_paste).then_some(paste),
    };
    Grade::Replayed {
        score: step.score(&attempt),
        other_paste: other_paste && step.allow != Allow::Paste,
        other_facts: !facts.is_empty() && step.allow == Allow::Edit,
    }
}
