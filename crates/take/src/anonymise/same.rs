//! Whether two walks have the same shape: the same hooks, chains, rules, verdicts and questions, whatever the names.

use chainwalk::Played;
use chainwalk::model::{Event, Trace};
use std::mem::discriminant;

/// How far two walks are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sameness {
    /// Packets that were walked.
    pub packets: usize,
    /// Steps that are the same, of all packets and all their ways.
    pub steps: usize,
    /// Steps of the first.
    pub of: usize,
    same: bool,
}

impl Sameness {
    /// Whether nothing differs.
    pub fn is_same(self) -> bool {
        self.same
    }
}

/// Compares what came of two scenarios, packet by packet and way by way.
pub fn sameness(one: &Played, other: &Played) -> Sameness {
    let (a, b) = (one.walks(), other.walks());
    let mut out = Sameness { packets: a.len(), steps: 0, of: 0, same: a.len() == b.len() };
    for (a, b) in a.iter().zip(b) {
        out.same &= a.outcomes.len() == b.outcomes.len();
        for (n, a) in a.outcomes.iter().enumerate() {
            let Some(b) = b.outcomes.get(n) else {
                out.of += shape(&a.trace).len();
                continue;
            };
            let asked = |o: &chainwalk::model::Outcome| {
                o.choices.iter().map(|c| discriminant(&c.question)).collect::<Vec<_>>()
            };
            out.same &= asked(a) == asked(b) && a.replies.len() == b.replies.len();
            let traces = |o: &chainwalk::model::Outcome| {
                std::iter::once(&o.trace).chain(&o.replies).map(shape).collect::<Vec<_>>()
            };
            for (a, b) in traces(a).iter().zip(&traces(b)) {
                let steps = a.iter().zip(b).take_while(|(a, b)| a == b).count();
                out.steps += steps;
                out.of += a.len();
                out.same &= a == b;
            }
        }
    }
    out
}

/// A step without names: its kind, and the chains and rules by their places.
fn shape(trace: &Trace) -> Vec<String> {
    let mut steps: Vec<String> = trace
        .steps
        .iter()
        .map(|step| match &step.event {
            Event::Hook(path) => format!("hook {:?}", path.hook),
            Event::Base(chain) => format!("base {chain:?}"),
            Event::Matched(rule) => format!("matched {rule:?}"),
            Event::Acted(op) => format!("acted {op:?}"),
            Event::Broke(op) => format!("broke {op:?}"),
            Event::Jumped { to, goto } => format!("jumped {to:?} {goto}"),
            other => format!("{:?}", discriminant(other)),
        })
        .collect();
    steps.push(format!("{:?}", discriminant(&trace.fate)));
    steps
}
