//! What judges a test: its conditions one by one, and small comparisons that extensions share.

use crate::context::MatchContext;
use chainwalk_model::{
    Backend, Check, ConditionKind, IfaceMatch, Masked, Observed, OpId, Question, Range, Truth,
};

/// Gathers the conditions of one test into its answer, and lists them one by one if asked to.
pub(crate) struct Evaluation<'a> {
    /// Where the test stands.
    pub(crate) at: OpId,
    /// Takes each condition, where somebody asks for them.
    pub(super) checks: Option<&'a mut Vec<Check>>,
    /// What holds so far.
    pub(super) truth: Truth,
    /// Whether the kernel drops the packet at once.
    hotdrop: bool,
}

/// What came of a test.
pub(crate) struct Evaluated {
    /// Whether it holds.
    pub truth: Truth,
    /// Whether the kernel drops the packet at once, the test held or not: it could not read what it looks at, or has
    /// no room to remember it (`par->hotdrop`).
    pub hotdrop: bool,
}

impl<'a> Evaluation<'a> {
    /// Nothing was said yet.
    pub(super) fn new(at: OpId, checks: Option<&'a mut Vec<Check>>) -> Self {
        Self { at, checks, truth: Truth::Yes, hotdrop: false }
    }

    /// What came of it.
    pub(super) fn end(self) -> Evaluated {
        Evaluated { truth: self.truth, hotdrop: self.hotdrop }
    }

    /// The kernel drops the packet at once, as it sets `par->hotdrop`.
    pub(crate) fn hotdrop(&mut self) {
        self.hotdrop = true;
    }

    /// Whether nothing that is still to be said changes the answer, and nobody asks for each condition.
    pub(super) fn is_settled(&self) -> bool {
        self.truth == Truth::No && self.checks.is_none()
    }

    /// One condition, inversion counted into `truth`.
    pub(crate) fn say(
        &mut self,
        part: ConditionKind,
        not: bool,
        truth: Truth,
        found: impl FnOnce() -> Observed,
    ) {
        if let Some(checks) = &mut self.checks {
            checks.push(Check { op: self.at.op, part, not, truth: truth.clone(), found: found() });
        }
        match truth {
            Truth::Yes => {}
            Truth::No => self.truth = Truth::No,
            truth => {
                let so_far = std::mem::replace(&mut self.truth, Truth::No);
                self.truth = both(so_far, truth);
            }
        }
    }

    /// One condition that `holds`, before inversion.
    pub(crate) fn holds(
        &mut self,
        part: ConditionKind,
        not: bool,
        holds: bool,
        found: impl FnOnce() -> Observed,
    ) {
        self.say(part, not, truth(holds != not), found);
    }

    /// One condition that fails, inverted or not, since the packet has nothing to look at.
    pub(crate) fn lacks(&mut self, part: ConditionKind, not: bool) {
        self.say(part, not, Truth::No, || Observed::Nothing);
    }

    /// One condition that depends on a fact that is not known.
    pub(crate) fn untold(&mut self, part: ConditionKind, not: bool) {
        let question = Question::Fact(self.at);
        self.say(part, not, Truth::Unknown(question), || Observed::Nothing);
    }
}

/// Whether both hold: a certain no decides, then what is not known, then chance.
pub(super) fn both(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Truth::No, _) | (_, Truth::No) => Truth::No,
        (unknown @ Truth::Unknown(_), _) | (_, unknown @ Truth::Unknown(_)) => unknown,
        (Truth::Chance(p), Truth::Chance(q)) => Truth::Chance(p * q),
        (chance @ Truth::Chance(_), Truth::Yes) | (Truth::Yes, chance) => chance,
    }
}

/// A certain answer.
pub(super) fn truth(holds: bool) -> Truth {
    if holds { Truth::Yes } else { Truth::No }
}

/// Whether a value lies in a range.
pub(super) fn within<T: PartialOrd + Copy>(range: Range<T>, value: T) -> bool {
    range.holds(&value)
}

/// Whether a number is the one asked for under its mask. A value with bits outside the mask never is.
pub(super) fn masked(m: Masked<u32>, value: u32) -> bool {
    value & m.mask == m.value
}

/// Whether an interface has a name that fits.
pub(super) fn named(m: &IfaceMatch, name: &str) -> bool {
    if m.prefix { name.starts_with(&*m.name) } else { *name == *m.name }
}

/// The program that the rule is of.
pub(super) fn backend(ctx: &MatchContext, at: OpId) -> Backend {
    let rules = &ctx.host.rules;
    let chain = rules.rules.get(at.rule.0 as usize).map(|r| r.chain);
    chain
        .and_then(|c| rules.chains.get(c.0 as usize))
        .and_then(|c| rules.tables.get(c.table.0 as usize))
        .map(|t| t.backend)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk_model::RuleId;

    #[test]
    fn a_certain_no_outweighs_what_is_not_known() {
        let unknown = || Truth::Unknown(Question::Random(OpId { rule: RuleId(0), op: 0 }));
        assert_eq!(both(unknown(), Truth::No), Truth::No);
        assert_eq!(both(Truth::Chance(0.5), unknown()), unknown());
        assert_eq!(both(Truth::Chance(0.5), Truth::Yes), Truth::Chance(0.5));
        assert_eq!(both(Truth::Chance(0.5), Truth::Chance(0.5)), Truth::Chance(0.25));
    }
}
