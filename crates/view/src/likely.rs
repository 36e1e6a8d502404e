//! The answers that are far likelier than others: which outcomes they lead to, and the "if …" beside an answer.

use crate::explained::Explained;
use crate::fate::end_of;
use crate::page::{Evidence, Sentence};
use crate::places::{chain_path, place, table_name};
use crate::questions::{answers, opaque, open_terms, question};
use crate::say::say;
use crate::terms::Term;
use crate::values::protocol;
use chainwalk_model::{Answer, Choice, Likely, Outcome, Question, RuleId};

/// Of some outcomes those that the fewest unlikely answers lead to.
pub(crate) fn likeliest(t: &Explained, outcomes: &[usize]) -> Vec<usize> {
    let Some(walk) = t.walk() else { return Vec::new() };
    let count = |o: &usize| walk.outcomes.get(*o).map_or(usize::MAX, Outcome::unlikely);
    let least = outcomes.iter().map(count).min();
    outcomes.iter().copied().filter(|o| Some(count(o)) == least).collect()
}

/// So many of them stand beside an answer.
const MOST: usize = 3;

/// The answers that an outcome rests on and that are likely, or were chosen although they are not: those that decide
/// how it ends, the one that was asked first first.
pub(crate) fn likely_answers(t: &Explained, outcome: &Outcome) -> Vec<Evidence> {
    let mut out: Vec<Evidence> = Vec::new();
    for (at, choice) in outcome.choices.iter().enumerate() {
        let Some(likelihood) = &choice.likelihood else { continue };
        if out.len() == MOST || !decides(t, outcome, at) {
            continue;
        }
        let text = if_so(t, &choice.question, &choice.answer);
        let text = if likelihood.likely {
            say!(t.lang, IfLikely, what = text, why = reason(t, likelihood.why))
        } else {
            text
        };
        let answers = answers(t, &choice.question);
        out.push(Evidence { answers, ..Evidence::new(false, text) });
    }
    out
}

/// Whether another answer to a choice would end otherwise.
fn decides(t: &Explained, outcome: &Outcome, at: usize) -> bool {
    let Some(walk) = t.walk() else { return false };
    let own = &outcome.choices[at];
    let turned = |o: &usize| {
        let others: &[Choice] = &walk.outcomes[*o].choices;
        others.get(..at) == outcome.choices.get(..at)
            && others.get(at).is_some_and(|c| c.answer != own.answer)
    };
    let others: Vec<usize> = t.siblings().into_iter().filter(turned).collect();
    let end = |o: &Outcome| end_of(&o.trace, &own.question);
    likeliest(t, &others).iter().any(|o| end(&walk.outcomes[*o]) != end(outcome))
}

/// That a question is answered so.
pub(crate) fn if_so(t: &Explained, q: &Question, answer: &Answer) -> Sentence {
    let lang = t.lang;
    let yes = *answer == Answer::Yes;
    let at = |rule: RuleId| {
        let (chain, number) = place(t.rules(), rule);
        format!("{chain} {number}")
    };
    match q {
        Question::LocalAddr(group) if group.is_multicast() => {
            let group = group.to_string();
            if yes {
                say!(lang, IfGroup, addr = group)
            } else {
                say!(lang, IfNoGroup, addr = group)
            }
        }
        Question::LocalAddr(addr) if yes => say!(lang, IfLocal, addr = addr.to_string()),
        Question::LocalAddr(addr) => say!(lang, IfNotLocal, addr = addr.to_string()),
        Question::Table(family, name) if yes => {
            say!(lang, IfPasses, what = table_name(*family, name))
        }
        Question::Table(family, name) => say!(lang, IfDrops, what = table_name(*family, name)),
        Question::Chain(_, table, chain) => {
            let what = format!("{table} {chain}");
            if yes { say!(lang, IfPasses, what = what) } else { say!(lang, IfDrops, what = what) }
        }
        Question::Policy(chain) => {
            let chain = chain_path(t.rules(), *chain);
            if yes {
                say!(lang, IfPolicyAccepts, chain = chain)
            } else {
                say!(lang, IfPolicyDrops, chain = chain)
            }
        }
        Question::HiddenInterfaces(rule) if yes => say!(lang, IfAnyInterface, at = at(*rule)),
        Question::HiddenInterfaces(rule) => say!(lang, IfOtherInterface, at = at(*rule)),
        Question::Fact(op) => {
            let own = open_terms(t, q, *op);
            let text = own.iter().map(Term::text).collect::<Vec<_>>().join(" ");
            if yes {
                say!(lang, IfHolds, text = text, at = at(op.rule))
            } else {
                say!(lang, IfHoldsNot, text = text, at = at(op.rule))
            }
        }
        Question::Opaque(op) if yes && t.rules().rule(op.rule).is_left_out() => {
            let text = opaque(t, op.rule, op.op);
            say!(lang, IfLeftOut, at = at(op.rule), text = text)
        }
        Question::Socket(proto, port) => {
            let (proto, port) = (protocol(*proto), port.to_string());
            if yes {
                say!(lang, IfListens, proto = proto, port = port)
            } else {
                say!(lang, IfListensNot, proto = proto, port = port)
            }
        }
        Question::Jump(chain, hook) => {
            let (from, chain) = (hook.builtin(), &*t.rules().chain(*chain).name);
            if yes {
                say!(lang, IfJumps, from = from, chain = chain)
            } else {
                say!(lang, IfJumpsNot, from = from, chain = chain)
            }
        }
        Question::Soon(_) if yes => say!(lang, IfSoon),
        Question::Soon(_) => say!(lang, IfSoonNot),
        Question::LeavesBy(addr, by) => {
            let addr = addr.to_string();
            if yes {
                say!(lang, IfLeavesBy, addr = addr, iface = &**by)
            } else {
                say!(lang, IfLeavesByNot, addr = addr, iface = &**by)
            }
        }
        Question::Blank(name, value) if &**value == "up" => {
            let name = &**name;
            if yes {
                say!(lang, IfTunnel, name = name)
            } else {
                say!(lang, IfTunnelNot, name = name)
            }
        }
        Question::Blank(name, value) if yes => {
            say!(lang, IfBlank, name = &**name, value = &**value)
        }
        Question::Blank(name, value) => {
            say!(lang, IfBlankNot, name = &**name, value = &**value)
        }
        other => question(t, other),
    }
}

/// What makes an answer likely.
pub(crate) fn reason(t: &Explained, why: Likely) -> Sentence {
    let lang = t.lang;
    match why {
        Likely::Rule(rule) => {
            let (chain, number) = place(t.rules(), rule);
            say!(lang, LikelyRule, at = format!("{chain} {number}"))
        }
        Likely::Unspoken => say!(lang, LikelyUnspoken),
        Likely::Outbound => say!(lang, LikelyOutbound),
        Likely::AskedOfInput => say!(lang, LikelyInput),
        Likely::AskedOfForward => say!(lang, LikelyForward),
        Likely::Neighbour => say!(lang, LikelyNeighbour),
        Likely::Usual => say!(lang, LikelyUsual),
        Likely::LoFirst => say!(lang, LikelyLo),
        Likely::Conditions => say!(lang, LikelyConditions),
        Likely::OwnSocket => say!(lang, LikelySocket),
        Likely::ChainName => say!(lang, LikelyChain),
        Likely::Picked => say!(lang, LikelyPicked),
        Likely::Logged => say!(lang, LikelyLogged),
    }
}
