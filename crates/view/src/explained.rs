//! What there is to explain: the reading, the packets, their walks, and which of their outcomes is followed.

use crate::page::Lang;
use chainwalk_model::{
    Check, Event, Hook, Host, Outcome, PacketSpec, PacketState, Reading, RoundTrip, RuleId,
    Ruleset, Shadow, Slip, Span, Trace, TriedRule, Walk,
};
use std::rc::Rc;

/// Why a rule matched or did not, looked up only for the rules that are shown.
///
/// The doors implement it with the engine's `explain`; a door without an engine uses [`NoExplainer`].
pub trait Explainer {
    /// The conditions of a rule as they were found there, in the order of the rule. Empty where nothing is known.
    fn checks(&self, at: TriedRule) -> Vec<Check>;

    /// Why a rule can never match; `None` where it can, or nobody looked.
    fn shadow(&self, _rule: RuleId) -> Option<Shadow> {
        None
    }

    /// What follows a packet in its connection, there and back; `None` where it asks for no answer, or nobody
    /// walked it. `asks` are the packets up to it at least.
    fn round_trip(
        &self,
        _asks: &[PacketSpec],
        _packet: usize,
        _outcome: usize,
    ) -> Option<Rc<RoundTrip>> {
        None
    }

    /// The rules that miss a packet by little which was stopped.
    fn slips(&self, _packet: usize, _outcome: usize) -> Vec<(RuleId, Slip)> {
        Vec::new()
    }
}

/// No reason is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoExplainer;

impl Explainer for NoExplainer {
    fn checks(&self, _: TriedRule) -> Vec<Check> {
        Vec::new()
    }
}

/// Conditions are all that is known.
impl<F: Fn(TriedRule) -> Vec<Check>> Explainer for F {
    fn checks(&self, at: TriedRule) -> Vec<Check> {
        self(at)
    }
}

/// All that the functions of this room look at.
#[derive(Clone, Copy)]
pub struct Explained<'a> {
    /// The reader's language.
    pub lang: Lang,
    /// What was read; `None` before anything was pasted.
    pub reading: Option<&'a Reading>,
    /// The pasted documents, raw, by [`chainwalk_model::DocId`].
    pub docs: &'a [&'a str],
    /// The host as it was walked, assumptions included.
    pub host: &'a Host,
    /// The packets asked for, in order.
    pub asks: &'a [PacketSpec],
    /// The walk of each packet that was sent; may be shorter than `asks`.
    pub walks: &'a [Walk],
    /// For each packet the outcome that is followed; what is missing is the first.
    pub followed: &'a [usize],
    /// The packet that is shown.
    pub packet: usize,
    /// Whether chains are called by their names alone, not by what they stand for.
    pub raw_names: bool,
    /// Why rules matched or did not.
    pub reasons: &'a dyn Explainer,
}

impl<'a> Explained<'a> {
    pub(crate) fn rules(&self) -> &'a Ruleset {
        &self.host.rules
    }

    pub(crate) fn ask(&self) -> Option<&'a PacketSpec> {
        self.asks.get(self.packet)
    }

    /// Whether there are rules to answer from: some were read, or it was said that there are none.
    pub(crate) fn has_rules(&self) -> bool {
        !self.rules().tables.is_empty() || self.host.complete.rules
    }

    /// The walk of the packet shown. Without rules there is none.
    pub(crate) fn walk(&self) -> Option<&'a Walk> {
        if !self.has_rules() {
            return None;
        }
        self.walks.get(self.packet).filter(|w| !w.outcomes.is_empty())
    }

    /// The outcome followed for a packet.
    fn followed_of(&self, packet: usize) -> usize {
        let count = self.walks.get(packet).map_or(0, |w| w.outcomes.len());
        self.followed.get(packet).copied().unwrap_or(0).min(count.saturating_sub(1))
    }

    /// The index of the outcome that is followed for the packet shown.
    pub fn chosen(&self) -> usize {
        let chosen = self.followed_of(self.packet);
        let siblings = self.siblings();
        if siblings.contains(&chosen) {
            chosen
        } else {
            siblings.first().copied().unwrap_or(chosen)
        }
    }

    /// What follows the packet shown, in the outcome that is followed.
    pub(crate) fn trip(&self) -> Option<Rc<RoundTrip>> {
        self.trip_of(self.chosen())
    }

    /// The same in another outcome.
    pub(crate) fn trip_of(&self, outcome: usize) -> Option<Rc<RoundTrip>> {
        self.walk()?;
        self.reasons.round_trip(self.asks, self.packet, outcome)
    }

    pub(crate) fn outcome(&self) -> Option<&'a Outcome> {
        self.walk()?.outcomes.get(self.chosen())
    }

    /// The outcomes that follow the branch chosen for the packet before.
    pub(crate) fn siblings(&self) -> Vec<usize> {
        let Some(walk) = self.walk() else { return Vec::new() };
        let before = self.packet.checked_sub(1).map_or(0, |p| self.followed_of(p));
        let all = 0..walk.outcomes.len();
        let of_before: Vec<usize> =
            all.clone().filter(|o| walk.outcomes[*o].from == before).collect();
        if of_before.is_empty() { all.collect() } else { of_before }
    }

    /// The walk of the packet itself, or of one that the kernel made because of it.
    pub(crate) fn trace(&self, reply: Option<usize>) -> Option<&'a Trace> {
        let outcome = self.outcome()?;
        match reply {
            None => Some(&outcome.trace),
            Some(k) => outcome.replies.get(k),
        }
    }

    pub(crate) fn checks(&self, reply: Option<usize>, step: usize, rule: RuleId) -> Vec<Check> {
        let (packet, outcome) = (self.packet, self.chosen());
        self.reasons.checks(TriedRule { packet, outcome, reply, step, rule })
    }

    /// The line of its document that a span begins in, from 1.
    pub(crate) fn line(&self, span: Span) -> Option<usize> {
        line(self.docs, span)
    }
}

/// The packet after a step.
pub(crate) fn moment(trace: &Trace, step: usize) -> Option<&PacketState> {
    let at = trace.steps.get(step).map_or(0, |s| s.moment as usize);
    trace.moments.get(at).or_else(|| trace.moments.last())
}

/// The hook a trace ends in.
pub(crate) fn last_hook(trace: &Trace) -> Option<Hook> {
    trace.steps.iter().rev().find_map(|s| match &s.event {
        Event::Hook(path) => Some(path.hook),
        _ => None,
    })
}

/// Where the lines of documents begin: for views of many places.
pub(crate) struct Lines {
    /// By document, the offset of each line but the first.
    starts: Vec<Vec<usize>>,
    lengths: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(docs: &[&str]) -> Self {
        let starts = |text: &&str| {
            let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            ends.map(|(at, _)| at + 1).collect()
        };
        Self {
            starts: docs.iter().map(starts).collect(),
            lengths: docs.iter().map(|d| d.len()).collect(),
        }
    }

    /// The line that a span begins in, from 1; `None` where the document is not there.
    pub(crate) fn line(&self, span: Span) -> Option<usize> {
        let doc = span.doc.0 as usize;
        let at = span.start as usize;
        let within = at <= *self.lengths.get(doc)?;
        within.then(|| 1 + self.starts[doc].partition_point(|s| *s <= at))
    }
}

/// The line that a span begins in, from 1; `None` where the document is not there.
pub(crate) fn line(docs: &[&str], span: Span) -> Option<usize> {
    let text = docs.get(span.doc.0 as usize)?;
    let before = text.as_bytes().get(..span.start as usize)?;
    Some(before.split(|b| *b == b'\n').count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::DocId;

    #[test]
    fn a_table_of_lines_says_what_counting_says() {
        let docs = ["a\n\nbc\r\nd", "", "\n"];
        let lines = Lines::new(&docs);
        for doc in 0..4 {
            for start in 0..12 {
                let span = Span { doc: DocId(doc), start, end: start };
                assert_eq!(lines.line(span), line(&docs, span), "{doc} {start}");
            }
        }
    }
}
