//! What is wrong with a lesson, in sentences.

use chainwalk::Promised;
use chainwalk_take::Lesson;
use chainwalk_take::lesson::{Found, Problem};

/// What is wrong with the text of a lesson, in the order of its lines, and how many claims were replayed.
pub(crate) fn problems(text: &str) -> (Vec<Problem>, usize) {
    let (lesson, mut problems) = Lesson::read(text);
    // What was not read whole is not replayed: each of its goals would be missed.
    if problems.iter().all(|problem| problem.found.is_warning()) {
        problems.extend(lesson.check());
    }
    problems.sort_by_key(|problem| problem.line);
    let claims = lesson.steps.iter().map(|step| {
        step.case.head.ends.len() + step.goals.len() + step.probes.len() + step.guesses.len()
    });
    (problems, claims.sum())
}

/// The sentence.
pub(crate) fn sentence(found: &Found) -> String {
    match found {
        Found::NoHeadLine => {
            "no line of a head: “name: value” was expected, or “---” above the paste".into()
        }
        Found::NoName => {
            "the lesson has no name: “lesson: name” stands above its first “===”".into()
        }
        Found::NoStep => "the lesson has no step: each stands below a line “===”".into(),
        Found::TooManySteps(most) => {
            format!("more than {most} steps; this one and what follows is not read")
        }
        Found::NoStepName => "the step has no name: “step: name” was expected below “===”".into(),
        Found::StepTwice(name) => format!("there is a step “{name}” above this one"),
        Found::NoSuchStep(name) => format!("no step “{name}” stands above this one"),
        Found::NoPaste => {
            "the step has no host: a paste below “---”, or “from: step” was expected".into()
        }
        Found::TwoPastes => "the step has a paste of its own, so it can't take one".into(),
        Found::UnknownName(name) => format!("“{name}” is not known to this Chainwalk"),
        Found::BadValue(value) => format!("“{value}” can't be read here"),
        Found::NoGoal => "“PACKET => FATE” was expected".into(),
        Found::NoGuess => "“FATE => the sentence that undoes it” was expected".into(),
        Found::SaysOfNothing => "these words belong to nothing above them".into(),
        Found::Unread(line) => format!("“{line}” can't be read"),
        Found::Ends { then, now } => {
            format!("the packet ends “{}”, the step says “{then}”", end(now))
        }
        Found::GuessIsTrue(now) => {
            format!("this choice is to be wrong, and is true: the packet ends “{now}”")
        }
        Found::TooFewChoices => {
            "fewer than two wrong choices: the misconceptions change nothing here; write a “guess: FATE => sentence”".into()
        }
        Found::ChangesNothing(name) => {
            format!("the misconception “{name}” gives no choice of its own here")
        }
        Found::NoSolution => "the step has goals and no solution".into(),
        Found::NothingToDo => "every goal is met before anything was done".into(),
        Found::Missed(goal) => {
            format!("behind the solution it ends “{}”, wanted was “{}”", end(&goal.now), goal.then)
        }
        Found::ProbeFails { solved, probe: Promised { then, now } } => format!(
            "{} the solution it ends “{}”, wanted was “{then}”",
            if *solved { "behind" } else { "before" },
            end(now)
        ),
        Found::OneLanguage => "some of the step is said in one language only".into(),
    }
}

fn end(now: &str) -> &str {
    if now.is_empty() { "nowhere: it can't be sent" } else { now }
}
