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
    let compared = m.blank.as_ref().map(|blank| (blank, compared(blank, ctx)));
    let (blank, value) = match compared {
        Some((blank, Compared::With(value))) => (blank, Some(value)),
        Some((blank, Compared::NeverThat)) => (blank, None),
        Some((_, Compared::Unknown)) | None => {
            let question = Question::Opaque(eval.at);
            eval.say(ConditionKind::Module, false, Truth::Unknown(question), || Observed::Nothing);
            return;
        }
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

/// What of the packet is compared with an open value.
enum Compared {
    /// This.
    With(String),
    /// Something that the value can't be.
    NeverThat,
    /// It is not known what.
    Unknown,
}

impl From<Option<String>> for Compared {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::NeverThat, Self::With)
    }
}

fn compared(blank: &Blank, ctx: &MatchContext) -> Compared {
    let addr = |addr| may_hold(blank, addr).then(|| addr.to_string()).into();
    let dev = |dev: &PathIface| match dev {
        PathIface::None => Compared::NeverThat,
        PathIface::Named(name) => Compared::With(name.to_string()),
        PathIface::Unknown => Compared::Unknown,
    };
    match blank.part {
        BlankPart::Src if ctx.source_untold() => Compared::Unknown,
        BlankPart::Dst if ctx.destination_untold() => Compared::Unknown,
        BlankPart::Src => addr(ctx.packet.ip.src),
        BlankPart::Dst => addr(ctx.packet.ip.dst),
        BlankPart::InIface => dev(&ctx.path.iniface),
        BlankPart::OutIface => dev(&ctx.path.outiface),
        BlankPart::Sport => ctx.packet.sport().map(|p| p.to_string()).into(),
        BlankPart::Dport => ctx.packet.dport().map(|p| p.to_string()).into(),
        BlankPart::Tunnel => Compared::With("up".to_owned()),
        BlankPart::Else => Compared::Unknown,
    }
}
