//! Where a walk splits: which questions stand together, and the ways out of them.

use crate::explained::Explained;
use chainwalk_model::{
    Answer, ChainId, Choice, Event, Inv, Match, OpKind, Order, Question, RuleId, Statistic, Trace,
};

/// A split of the walk: one unknown, or the random rules of one chain taken together.
#[derive(Clone, Debug)]
pub(crate) struct Fork {
    /// What is asked first.
    pub(crate) question: Question,
    /// The index of its first choice.
    pub(crate) at: usize,
    /// How many choices of the followed outcome belong to it.
    pub(crate) choices: usize,
    /// The numbers of the rules that choose, where rules do.
    pub(crate) rules: Vec<u32>,
    /// The chain they stand in.
    pub(crate) chain: Option<ChainId>,
    /// The ways out, in the order of the rules, or yes before no.
    pub(crate) branches: Vec<Branch>,
    /// Those that were not walked, as there are too many, where it is known how many they are.
    pub(crate) unwalked: Option<Unwalked>,
}

impl Fork {
    /// How many ways lead out of it.
    pub(crate) fn ways(&self) -> usize {
        self.branches.len() + self.unwalked.as_ref().map_or(0, |unwalked| unwalked.count)
    }
}

/// Ways out of a split by chance that were not walked.
#[derive(Clone, Debug)]
pub(crate) struct Unwalked {
    /// How many.
    pub(crate) count: usize,
    /// How probable it is that one of them is taken.
    pub(crate) weight: f64,
}

/// One way out of a split.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// The answers that lead there.
    pub(crate) key: Vec<Choice>,
    /// The outcome shown for it: the followed one where it lies here, else the first.
    pub(crate) outcome: usize,
    /// All outcomes that lie here.
    pub(crate) outcomes: Vec<usize>,
    /// Its probability at this split; `None` where an unknown decides.
    pub(crate) weight: Option<f64>,
    /// Whether the followed outcome lies here.
    pub(crate) followed: bool,
}

impl Branch {
    /// The answer that led here.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.key.last().map(|c| &c.answer)
    }
}

/// Whether chance answers a question, so that nobody can.
pub(crate) fn is_chance(question: &Question) -> bool {
    matches!(question, Question::Random(..) | Question::NextHop(_))
}

/// Whether a question is what NAT draws for itself: there are no ways that could be told apart.
pub(crate) fn is_drawn(question: &Question) -> bool {
    matches!(question, Question::NatChoice(_) | Question::PortChoice(_))
}

/// The question of a step at which NAT draws something for itself.
pub(crate) fn drawn<'a>(t: &Explained<'a>, event: &Event) -> Option<&'a Question> {
    let Event::Fork(at) = event else { return None };
    let choice = t.outcome()?.choices.get(usize::from(*at))?;
    Some(&choice.question).filter(|q| is_drawn(q))
}

/// The rule that a question is about.
pub(crate) fn rule_of(question: &Question) -> Option<RuleId> {
    match question {
        Question::Opaque(at)
        | Question::History(at)
        | Question::Fact(at)
        | Question::Random(at) => Some(at.rule),
        Question::HiddenInterfaces(r) | Question::NatChoice(r) | Question::PortChoice(Some(r)) => {
            Some(*r)
        }
        _ => None,
    }
}

/// The choices from `at` on that belong together.
fn key<'c>(t: &Explained, choices: &'c [Choice], at: usize) -> &'c [Choice] {
    let rest = choices.get(at..).unwrap_or_default();
    let random = |c: &Choice| match c.question {
        Question::Random(at) => Some(t.rules().rule(at.rule)),
        _ => None,
    };
    let Some(first) = rest.first() else { return rest };
    let Some(mut before) = random(first) else { return &rest[..1] };
    let mut count = 1;
    while rest[count - 1].answer == Answer::No {
        match rest.get(count).and_then(&random) {
            Some(next) if next.chain == before.chain && next.number > before.number => {
                before = next;
                count += 1;
            }
            _ => break,
        }
    }
    &rest[..count]
}

/// Where the followed outcome splits off from its siblings.
pub(crate) struct Forks<'e> {
    t: &'e Explained<'e>,
    /// The outcomes that may be followed in its place, each with how many of its first choices it shares with it.
    shared: Vec<(usize, usize)>,
}

impl<'e> Forks<'e> {
    /// Those of the walk that is shown.
    pub(crate) fn of(t: &'e Explained<'e>) -> Self {
        let choices = |of: usize| t.walk().and_then(|w| w.outcomes.get(of)).map(|o| &*o.choices);
        let own = choices(t.chosen()).unwrap_or_default();
        let alike = |other: &[Choice]| own.iter().zip(other).take_while(|(a, b)| a == b).count();
        let shared = t.siblings().into_iter();
        let shared = shared.map(|of| (of, alike(choices(of).unwrap_or_default()))).collect();
        Self { t, shared }
    }

    /// The split at choice `at`.
    pub(crate) fn at(&self, at: usize) -> Option<Fork> {
        let t = self.t;
        let walk = t.walk()?;
        let chosen = t.chosen();
        let own = &walk.outcomes.get(chosen)?.choices;
        let question = own.get(at)?.question.clone();
        let mut branches: Vec<Branch> = Vec::new();
        for &(index, _) in self.shared.iter().filter(|(_, shared)| *shared >= at) {
            let choices = &walk.outcomes[index].choices;
            let key = key(t, choices, at);
            if key.is_empty() {
                continue;
            }
            match branches.iter_mut().find(|b| b.key == key) {
                Some(branch) => {
                    branch.outcomes.push(index);
                    if index == chosen {
                        branch.outcome = index;
                        branch.followed = true;
                    }
                }
                None => branches.push(Branch {
                    weight: key.iter().map(|c| c.weight).product(),
                    key: key.to_vec(),
                    outcome: index,
                    outcomes: vec![index],
                    followed: index == chosen,
                }),
            }
        }
        branches.order_by_key(|b| {
            let last = match b.answer() {
                Some(Answer::Yes) => 0,
                Some(Answer::No) => 1,
                _ => 2,
            };
            (if matches!(question, Question::Random(..)) { b.key.len() } else { 0 }, last)
        });
        let mut rules: Vec<u32> = Vec::new();
        for branch in &branches {
            for choice in &branch.key {
                if let Some(rule) = rule_of(&choice.question) {
                    let number = t.rules().rule(rule).number;
                    if !rules.contains(&number) {
                        rules.push(number);
                    }
                }
            }
        }
        let chain = rule_of(&question).map(|r| t.rules().rule(r).chain);
        // The rule after the last random one takes the rest: it belongs to the choice.
        if matches!(question, Question::Random(..))
            && let Some(rest) = branches.iter().find(|b| b.answer() == Some(&Answer::No))
            && let Some(taken) =
                first_match(&walk.outcomes[rest.outcome].trace, at + rest.key.len() - 1)
            && Some(t.rules().rule(taken).chain) == chain
            && !rules.contains(&t.rules().rule(taken).number)
        {
            rules.push(t.rules().rule(taken).number);
        }
        let unwalked = unwalked(t, &question, &branches);
        if unwalked.is_some()
            && let Some((last, chain)) = rules.last().zip(chain)
        {
            rules.extend(last + 1..=t.rules().chain(chain).rules.len() as u32);
        }
        Some(Fork {
            question,
            at,
            choices: branches_len(&branches),
            rules,
            chain,
            branches,
            unwalked,
        })
    }
}

/// The ways out of a split by chance behind those that were walked, where all that is left of its chain are rules that
/// choose by chance alone, and one that takes the rest.
fn unwalked(t: &Explained, question: &Question, branches: &[Branch]) -> Option<Unwalked> {
    let Question::Random(at) = question else { return None };
    t.walk().filter(|walk| walk.cut)?;
    let first = t.rules().rule(at.rule);
    let list = t.rules().chain(first.chain).rules.get(first.number as usize - 1..)?;
    let (last, choosing) = list.split_last()?;
    let by_chance = |id: &RuleId| conditions_of(t, *id) == [true];
    if !choosing.iter().all(by_chance) || !conditions_of(t, *last).is_empty() {
        return None;
    }
    let count = list.len().checked_sub(branches.len()).filter(|count| *count > 0)?;
    let walked: f64 = branches.iter().filter_map(|branch| branch.weight).sum();
    Some(Unwalked { count, weight: (1.0 - walked).max(0.0) })
}

/// The conditions of a rule: of each, whether it is one of chance.
fn conditions_of(t: &Explained, rule: RuleId) -> Vec<bool> {
    let chance =
        |m: &Match| matches!(m, Match::Statistic(Inv { not: false, value: Statistic::Random(_) }));
    let ops = t.rules().rule(rule).ops.iter();
    let conditions = ops.filter_map(|op| match &op.what {
        OpKind::Match(Match::Comment(_)) | OpKind::Target(_) => None,
        OpKind::Match(m) => Some(chance(m)),
    });
    conditions.collect()
}

fn branches_len(branches: &[Branch]) -> usize {
    branches.iter().find(|b| b.followed).map_or(1, |b| b.key.len())
}

/// The first rule that matches after the fork of choice `at`.
fn first_match(trace: &Trace, at: usize) -> Option<RuleId> {
    let from = fork_step(trace, at)?;
    trace.steps[from..].iter().find_map(|s| match s.event {
        Event::Matched(rule) => Some(rule),
        _ => None,
    })
}

/// The step at which choice `at` was made.
pub(crate) fn fork_step(trace: &Trace, at: usize) -> Option<usize> {
    trace.steps.iter().position(|s| s.event == Event::Fork(at as u16))
}

/// The step at which the last choice of a branch was made, in the branch's own trace.
pub(crate) fn choice_step(trace: &Trace, fork: &Fork, last: usize) -> Option<usize> {
    fork_step(trace, fork.at + last)
}
