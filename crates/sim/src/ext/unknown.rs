//! What a paste can't tell, or what is not understood: each such test is a question.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::addr::may_hold;
use crate::context::MatchContext;
use chainwalk_model::{
    Blank, BlankPart, ConditionKind, Observed, Opaque, PathIface, Question, Truth,
};

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

/// A match that is not understood. Where it is a value that the paste leaves open, what the packet has there may
/// rule it out; else it is asked whether that is the value.
pub(super) fn opaque(m: &Opaque, ctx: &MatchContext, eval: &mut Evaluation) {
    let Some((blank, value)) = m.blank.as_ref().and_then(|b| Some((b, compared(b, ctx)?))) else {
        let question = Question::Opaque(eval.at);
        eval.say(ConditionKind::Module, false, Truth::Unknown(question), || Observed::Nothing);
        return;
    };
    let part = match blank.part {
        BlankPart::Src => ConditionKind::Src,
        BlankPart::Dst => ConditionKind::Dst,
        BlankPart::InIface => ConditionKind::InIface,
        BlankPart::OutIface => ConditionKind::OutIface,
        BlankPart::Sport => ConditionKind::Sport,
        BlankPart::Dport => ConditionKind::Dport,
        BlankPart::Tunnel | BlankPart::Else => ConditionKind::Module,
    };
    match value {
        Some(value) => {
            let found = Observed::Name(value.as_str().into());
            let question = Question::Blank(blank.name.clone(), value.as_str().into());
            eval.say(part, blank.not, Truth::Unknown(question), || found);
        }
        None => eval.holds(part, blank.not, false, || Observed::Nothing),
    }
}

/// What of the packet is compared with an open value: none within where it can't be that, none at all where it is
/// not known.
fn compared(blank: &Blank, ctx: &MatchContext) -> Option<Option<String>> {
    let addr = |addr| may_hold(blank, addr).then(|| addr.to_string());
    let dev = |dev: &PathIface| match dev {
        PathIface::None => Some(None),
        PathIface::Named(name) => Some(Some(name.to_string())),
        PathIface::Unknown => None,
    };
    match blank.part {
        BlankPart::Src if ctx.source_untold() => None,
        BlankPart::Src => Some(addr(ctx.packet.ip.src)),
        BlankPart::Dst => Some(addr(ctx.packet.ip.dst)),
        BlankPart::InIface => dev(&ctx.path.iniface),
        BlankPart::OutIface => dev(&ctx.path.outiface),
        BlankPart::Sport => Some(ctx.packet.sport().map(|p| p.to_string())),
        BlankPart::Dport => Some(ctx.packet.dport().map(|p| p.to_string())),
        BlankPart::Tunnel => Some(Some("up".to_owned())),
        BlankPart::Else => None,
    }
}
