//! Whether a piece of a table says no more than the table in full.

use crate::draft::{Draft, DraftChain, NO_CHAIN};
use crate::rules::DraftRule;
use chainwalk_model::{IpMatch, Match, OpKind, Target};

/// Whether all that `piece` shows stands in `whole`, in the same order. Counters make no difference.
pub(crate) fn holds(whole: &Draft, piece: &Draft) -> bool {
    piece.chains.iter().filter(|c| c.is_shown()).all(|chain| {
        let found = whole.find(&chain.name).map(|at| &whole.chains[at]);
        found.is_some_and(|found| found.is_shown() && stands_in(whole, found, piece, chain))
    })
}

/// Whether rules above which no chain was pasted stand in one of these tables.
pub(crate) fn stands_anywhere(drafts: &[Draft], piece: &Draft) -> bool {
    let mut shown = piece.chains.iter().filter(|c| c.is_shown());
    let (Some(only), None) = (shown.next(), shown.next()) else { return false };
    *only.name == *NO_CHAIN
        && drafts
            .iter()
            .filter(|d| d.family == piece.family)
            .any(|whole| whole.chains.iter().any(|chain| stands_in(whole, chain, piece, only)))
}

fn stands_in(whole: &Draft, all: &DraftChain, piece: &Draft, some: &DraftChain) -> bool {
    if some.policy.is_some() && all.policy.is_some() && some.policy != all.policy {
        return false;
    }
    let mut rest = all.rules.iter();
    some.rules.iter().all(|rule| rule.gap || rest.any(|r| same(whole, r, piece, rule)))
}

/// Whether two rules of two drafts test and do the same, as far as both show it.
fn same(left: &Draft, a: &DraftRule, right: &Draft, b: &DraftRule) -> bool {
    let hides = |rule: &DraftRule| {
        rule.ops.iter().any(|op| matches!(op.what, OpKind::Match(Match::HiddenInterfaces)))
    };
    if !hides(a) && !hides(b) {
        return a.ops.len() == b.ops.len()
            && a.ops.iter().zip(&b.ops).all(|(x, y)| is_same(left, &x.what, right, &y.what));
    }
    let (a, b) = (shown(a), shown(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| is_same(left, x, right, y))
}

/// What a listing without `-v` shows of a rule.
fn shown(rule: &DraftRule) -> Vec<OpKind> {
    let ops = rule.ops.iter().map(|op| op.what.clone());
    let ops = ops.map(|what| match what {
        OpKind::Match(Match::Ip(ip)) => {
            OpKind::Match(Match::Ip(Box::new(IpMatch { iniface: None, outiface: None, ..*ip })))
        }
        other => other,
    });
    let nothing = OpKind::Match(Match::Ip(Box::default()));
    ops.filter(|w| *w != nothing && *w != OpKind::Match(Match::HiddenInterfaces)).collect()
}

fn is_same(left: &Draft, a: &OpKind, right: &Draft, b: &OpKind) -> bool {
    let name = |draft: &Draft, id: u32| draft.chains.get(id as usize).map(|c| c.name.clone());
    match (a, b) {
        (OpKind::Target(Target::Jump(x)), OpKind::Target(Target::Jump(y)))
        | (OpKind::Target(Target::Goto(x)), OpKind::Target(Target::Goto(y))) => {
            name(left, x.0) == name(right, y.0)
        }
        _ => a == b,
    }
}
