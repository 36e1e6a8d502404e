//! The text of a lesson becomes its steps.

use super::check::{Found, Problem};
use super::form::{Allow, Goal, Guess, Lesson, Step};
use chainwalk::model::{DiagnosticId, Mistake, Severity};
use chainwalk::{Case, HeadLine, Promised, Unreadable, Words};
use std::ops::Range;

/// More steps are not read.
const MOST_STEPS: usize = 64;

/// Names that a lesson's head has beside those of every head.
const OF_LESSON: [&str; 2] = ["lesson", "chainwalk"];
/// Names of a step that are read here.
const OF_STEP: [&str; 9] =
    ["step", "from", "guess", "goal", "probe", "allow", "hint", "say", "solution"];

pub(super) fn read(text: &str) -> (Lesson, Vec<Problem>) {
    let mut parts = parted(text).into_iter();
    let mut problems = Vec::new();
    let head = parts.next().unwrap_or(0..0);
    let mut lesson = head_of(text, head, &mut problems);
    let mut froms = Vec::new();
    for (number, part) in parts.enumerate() {
        if number == MOST_STEPS {
            problems.push(Problem {
                line: line_of(text, part.start),
                found: Found::TooManySteps(MOST_STEPS),
            });
            break;
        }
        let (step, from) = step_of(text, part, &mut problems);
        if lesson.steps.iter().any(|other| other.name == step.name) {
            problems.push(Problem { line: step.line, found: Found::StepTwice(step.name.clone()) });
        }
        lesson.steps.push(step);
        froms.push(from);
    }
    if lesson.steps.is_empty() {
        problems.push(Problem { line: 1, found: Found::NoStep });
    }
    for (at, from) in froms.into_iter().enumerate() {
        borrow(&mut lesson, at, from, &mut problems);
    }
    (lesson, problems)
}

/// The places between the lines `===`.
fn parted(text: &str) -> Vec<Range<usize>> {
    let (mut parts, mut begin, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if line.trim_end() == "===" {
            parts.push(begin..at);
            begin = end;
        }
        at = end;
    }
    parts.push(begin..text.len());
    parts
}

/// The line, from 1, that a place lies in.
fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// A line of a head, and where it begins in the head.
struct Line {
    name: String,
    value: String,
    at: usize,
}

/// The lines of a head that may lack its end; else where the first line is that is none.
fn lines(part: &str) -> Result<Vec<Line>, usize> {
    let feed = if part.ends_with('\n') || part.is_empty() { "" } else { "\n" };
    let ended = part.lines().any(|line| line.trim_end() == "---");
    let whole = if ended { part.to_owned() } else { [part, feed, "---\n"].concat() };
    let told = |line: HeadLine| Line {
        name: line.name.to_owned(),
        value: line.value.trim().to_owned(),
        at: line.place.start,
    };
    match Case::head_lines(&whole) {
        Ok(lines) => Ok(lines.into_iter().map(told).collect()),
        Err(Unreadable::NoHeadLine(place)) => Err(place.start),
        Err(Unreadable::NoEnd) => Err(0),
    }
}

fn head_of(text: &str, part: Range<usize>, problems: &mut Vec<Problem>) -> Lesson {
    let mut lesson = Lesson::default();
    match lines(&text[part]) {
        Ok(lines) => {
            for Line { name, value, at } in lines {
                match name.as_str() {
                    "lesson" => lesson.name = value,
                    "title" => lesson.title.en = value,
                    "title.zh" => lesson.title.zh = value,
                    "point" => lesson.point.en = value,
                    "point.zh" => lesson.point.zh = value,
                    name if OF_LESSON.contains(&name) => {}
                    _ => problems
                        .push(Problem { line: line_of(text, at), found: Found::UnknownName(name) }),
                }
            }
        }
        Err(at) => {
            problems.push(Problem { line: line_of(text, at), found: Found::NoHeadLine });
        }
    }
    if lesson.name.is_empty() {
        problems.push(Problem { line: 1, found: Found::NoName });
    }
    lesson
}

/// A step, and the name of the step that it takes its host from.
fn step_of(
    text: &str,
    part: Range<usize>,
    problems: &mut Vec<Problem>,
) -> (Step, Option<(String, usize)>) {
    let (begin, own) = (part.start, &text[part]);
    let mut step = Step { line: line_of(text, begin), ..Step::default() };
    let mut from = None;
    let at_line = |at: usize| line_of(text, begin + at);
    let lines = match lines(own) {
        Ok(lines) => lines,
        Err(at) => {
            problems.push(Problem { line: at_line(at), found: Found::NoHeadLine });
            return (step, None);
        }
    };
    // Whatever is known to every head, and the paste, is read as that of a case.
    let ended = own.lines().any(|line| line.trim_end() == "---");
    let whole = [own, if ended { "" } else { "\n---\n" }].concat();
    if let Some((case, found)) = Case::headed(&whole) {
        step.case = case;
        for problem in found.into_iter().filter(|p| p.id != DiagnosticId::NotUsedYet) {
            let named = problem.found.split('.').next().unwrap_or_default().to_owned();
            if problem.severity == Severity::Note && OF_STEP.contains(&named.as_str()) {
                continue;
            }
            let at = (problem.span.start as usize).min(own.len());
            let found = if problem.id == DiagnosticId::UnknownName {
                Found::UnknownName(problem.found.to_string())
            } else {
                Found::BadValue(problem.found.to_string())
            };
            problems.push(Problem { line: at_line(at), found });
        }
    }
    step.case.head.others.clear();
    step.case.head.goals.clear();
    // What `say` speaks of: the goal, probe or guess above it.
    let mut spoken: Option<Spoken> = None;
    for Line { name, value, at } in lines {
        let line = at_line(at);
        match name.as_str() {
            "step" => step.name = value,
            "from" => from = Some((value, line)),
            "allow" => match Allow::WORDS.iter().find(|(word, _)| *word == value) {
                Some((_, allow)) => step.allow = *allow,
                None => problems.push(Problem { line, found: Found::BadValue(value) }),
            },
            "goal" | "probe" => {
                let (packets, then) = Promised::parts(&value);
                if then.is_empty() || packets.iter().any(String::is_empty) {
                    problems.push(Problem { line, found: Found::NoGoal });
                }
                let goal = Goal { text: value, say: Words::default(), line };
                let (list, is) = if name == "goal" {
                    (&mut step.goals, Spoken::Goal)
                } else {
                    (&mut step.probes, Spoken::Probe)
                };
                list.push(goal);
                spoken = Some(is);
            }
            "guess" if value == "yes" => step.guess = true,
            "guess" if Mistake::named(&value).is_some() => {
                step.mistakes.extend(Mistake::named(&value).map(|mistake| (mistake, line)));
            }
            "guess" => {
                let (fate, undone) = value.split_once("=>").unwrap_or((&value, ""));
                if fate.trim().is_empty() || undone.trim().is_empty() {
                    problems.push(Problem { line, found: Found::NoGuess });
                }
                let undone = Words { en: undone.trim().to_owned(), zh: String::new() };
                step.guesses.push(Guess {
                    fate: fate.trim().to_owned(),
                    say: Words::default(),
                    undone,
                    line,
                });
                spoken = Some(Spoken::Guess);
            }
            "guess.zh" => match step.guesses.last_mut() {
                Some(guess) => guess.undone.zh = value,
                None => problems.push(Problem { line, found: Found::SaysOfNothing }),
            },
            "say" | "say.zh" => {
                let of = match spoken {
                    Some(Spoken::Goal) => step.goals.last_mut().map(|goal| &mut goal.say),
                    Some(Spoken::Probe) => step.probes.last_mut().map(|probe| &mut probe.say),
                    Some(Spoken::Guess) => step.guesses.last_mut().map(|guess| &mut guess.say),
                    None => None,
                };
                match of {
                    Some(say) if name == "say" => say.en = value,
                    Some(say) => say.zh = value,
                    None => problems.push(Problem { line, found: Found::SaysOfNothing }),
                }
            }
            "hint" => step.hints.push(Words { en: value, zh: String::new() }),
            "hint.zh" => match step.hints.iter_mut().find(|hint| hint.zh.is_empty()) {
                Some(hint) => hint.zh = value,
                None => problems.push(Problem { line, found: Found::SaysOfNothing }),
            },
            "solution" => step.solution.edits.push(value),
            _ => {}
        }
    }
    if step.name.is_empty() {
        problems.push(Problem { line: step.line, found: Found::NoStepName });
    }
    (step, from)
}

/// What stands above a `say`.
#[derive(Clone, Copy)]
enum Spoken {
    Goal,
    Probe,
    Guess,
}

/// Gives a step the host of the step that it names: its paste, and the facts about it.
fn borrow(
    lesson: &mut Lesson,
    at: usize,
    from: Option<(String, usize)>,
    problems: &mut Vec<Problem>,
) {
    let (before, rest) = lesson.steps.split_at_mut(at);
    let Some(step) = rest.first_mut() else { return };
    let Some((name, line)) = from else {
        if step.case.scenario.docs.is_empty() {
            problems.push(Problem { line: step.line, found: Found::NoPaste });
        }
        return;
    };
    let Some(other) = before.iter().find(|other| other.name == name) else {
        problems.push(Problem { line, found: Found::NoSuchStep(name) });
        return;
    };
    let (own, its) = (&mut step.case.scenario, &other.case.scenario);
    if !own.docs.is_empty() {
        problems.push(Problem { line, found: Found::TwoPastes });
        return;
    }
    own.docs.clone_from(&its.docs);
    own.host = own.host.take().or_else(|| its.host.clone());
    for (host, part) in &its.hosts {
        let mine = own.hosts.entry(host.clone()).or_default();
        let facts = part
            .facts
            .iter()
            .filter(|fact| !mine.facts.contains(fact))
            .cloned()
            .collect::<Vec<_>>();
        mine.facts.splice(0..0, facts);
    }
}
