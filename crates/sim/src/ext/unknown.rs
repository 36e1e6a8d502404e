//! What a paste can't tell, or what is not understood: each such test is a question.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use chainwalk_model::{ConditionKind, Observed, Question, Truth};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

/// The interfaces that `iptables -L` without `-v` hides.
pub(super) fn hidden_interfaces(eval: &mut Evaluation) {
    let question = Question::HiddenInterfaces(eval.at.rule);
    eval.say(ConditionKind::InIface, false, Truth::Unknown(question), || Observed::Nothing);
}

/// `-m rateest`: what a rate is only a clock between packets tells.
pub(super) fn rateest(not: bool, eval: &mut Evaluation) {
    let question = Question::History(eval.at);
    eval.say(ConditionKind::Module, not, Truth::Unknown(question), || Observed::Nothing);
}

/// A match that is not understood.
pub(super) fn opaque(eval: &mut Evaluation) {
    let question = Question::Opaque(eval.at);
    eval.say(ConditionKind::Module, false, Truth::Unknown(question), || Observed::Nothing);
}
