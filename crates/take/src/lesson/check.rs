//! What is wrong with a lesson: its text, and what its replay shows.

use super::form::{Attempt, Lesson, Step};
use chainwalk::Promised;
use chainwalk::model::Severity;
use chainwalk::view::{Lang, goal_met};

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub found: Found,
}

/// What can be wrong with a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A line of a head that is none.
    NoHeadLine,
    /// The lesson has no name.
    NoName,
    /// No step follows its head.
    NoStep,
    /// More steps than are read.
    TooManySteps(usize),
    /// A step has no name.
    NoStepName,
    /// Two steps have this name.
    StepTwice(String),
    /// A step names another that does not stand above it.
    NoSuchStep(String),
    /// A step has neither a paste nor a step to take it from.
    NoPaste,
    /// A step has a paste, and takes one.
    TwoPastes,
    /// A name that a lesson does not have.
    UnknownName(String),
    /// A value that can't be read.
    BadValue(String),
    /// A goal without a packet or without what is to become of it.
    NoGoal,
    /// A choice without a fate or without the sentence that undoes it.
    NoGuess,
    /// Words that belong to nothing above them.
    SaysOfNothing,
    /// A packet, a fact or a command of the step that can't be read.
    Unread(String),
    /// The packet that is shown ends otherwise than the step says.
    Ends {
        /// What the step says.
        then: String,
        /// What comes out.
        now: String,
    },
    /// A choice that is to be wrong, and is true.
    GuessIsTrue(String),
    /// A guess is asked for, and fewer than two wrong choices were found: a misconception that changes nothing is none.
    TooFewChoices,
    /// A misconception that is asked for, and changes nothing here, or nothing that another choice does not.
    ChangesNothing(String),
    /// There are goals, and no solution of the author's.
    NoSolution,
    /// Every goal is met before anything was done.
    NothingToDo,
    /// A goal that the solution does not meet.
    Missed(Promised),
    /// A probe that does not hold: before the solution, or behind it.
    ProbeFails {
        /// Whether the solution was applied.
        solved: bool,
        /// What is wanted, and what comes out.
        probe: Promised,
    },
    /// Something that is said in English and not in Chinese, or the other way round.
    OneLanguage,
}

impl Found {
    /// Whether the lesson can be taught all the same.
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::UnknownName(_) | Self::OneLanguage)
    }
}

impl Lesson {
    /// What its replay shows: every packet, goal and probe, before and after each solution.
    pub fn check(&self) -> Vec<Problem> {
        self.steps.iter().flat_map(Step::check).collect()
    }
}

impl Step {
    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut tell = |line: usize, found: Found| problems.push(Problem { line, found });
        let played = self.case.scenario.play();
        let wrong = played.problems();
        let lines = [
            (&self.case.scenario.packets[..], wrong.packets),
            (self.case.scenario.facts(), wrong.facts),
        ];
        for (lines, found) in lines {
            for (line, found) in lines.iter().zip(found) {
                if found.iter().any(|d| d.severity == Severity::Error) {
                    tell(self.line, Found::Unread(line.clone()));
                }
            }
        }
        for claimed in self.case.claimed(&played).into_iter().filter(|claimed| !claimed.holds()) {
            tell(self.line, Found::Ends { then: claimed.then, now: claimed.now });
        }
        let now = played.ends().into_iter().next().unwrap_or_default();
        for guess in &self.guesses {
            if goal_met(&guess.fate, &now).0 > 0 {
                tell(guess.line, Found::GuessIsTrue(now.clone()));
            }
        }
        if self.asks() {
            let choices = self.choices(&Lesson::default(), Lang::En);
            if choices.is_empty() {
                tell(self.line, Found::TooFewChoices);
            }
            for (mistake, line) in &self.mistakes {
                if choices.iter().all(|choice| choice.name != mistake.name()) {
                    tell(*line, Found::ChangesNothing(mistake.name().to_owned()));
                }
            }
        }
        if self.is_half_told() {
            tell(self.line, Found::OneLanguage);
        }
        if self.goals.is_empty() {
            return problems;
        }
        if self.solution == Attempt::default() {
            tell(self.line, Found::NoSolution);
            return problems;
        }
        let (before, after) = (self.host(&Attempt::default()), self.score(&self.solution));
        for at in &after.unread {
            tell(self.line, Found::Unread(self.solution.edits[*at].clone()));
        }
        if self.goals.iter().all(|goal| Promised::walked(&goal.text, &before).is_met()) {
            tell(self.line, Found::NothingToDo);
        }
        for (goal, found) in self.goals.iter().zip(after.goals).filter(|(_, found)| !found.is_met())
        {
            tell(goal.line, Found::Missed(found));
        }
        let solved = self.host(&self.solution);
        for probe in &self.probes {
            for (solved, host) in [(false, &before), (true, &solved)] {
                let found = Promised::walked(&probe.text, host);
                if !found.is_met() {
                    tell(probe.line, Found::ProbeFails { solved, probe: found });
                }
            }
        }
        problems
    }

    /// Whether something is said in one language only, where the step speaks both.
    fn is_half_told(&self) -> bool {
        let head = &self.case.head;
        let mut all = vec![&head.title, &head.question, &head.point];
        all.extend(self.hints.iter());
        all.extend(self.goals.iter().map(|goal| &goal.say));
        all.extend(self.guesses.iter().flat_map(|guess| [&guess.say, &guess.undone]));
        let both = all.iter().any(|words| !words.en.is_empty() && !words.zh.is_empty());
        both && all.iter().any(|words| words.en.is_empty() != words.zh.is_empty())
    }
}
