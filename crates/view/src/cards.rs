//! The rules of a row, opened: each condition with its truth and what the packet has there.

use crate::changes::rule_tools;
use crate::explained::Explained;
use crate::page::{Condition, Mark, RuleCard, RuleRange, Sentence, Style};
use crate::reasons::has;
use crate::say::{run, say, text};
use crate::targets::target_text;
use crate::terms::{conditions_text, terms};
use chainwalk_model::{Check, ConditionKind, Rule, RuleId, Truth};

/// So many rules are opened at once; the page asks for the next ones.
pub const CARDS: u32 = 40;

/// The rules of `range` from number `from` on, [`CARDS`] of them at most.
pub fn rule_cards(t: &Explained, range: &RuleRange, from: u32) -> Vec<RuleCard> {
    let Some(chain) = t.rules().chains.get(range.chain.0 as usize) else { return Vec::new() };
    let last = range.last.min(from.saturating_add(CARDS - 1));
    (from.max(range.first)..=last)
        .filter_map(|number| chain.rules.get((number as usize).checked_sub(1)?))
        .map(|rule| card(t, range, *rule))
        .collect()
}

fn card(t: &Explained, range: &RuleRange, id: RuleId) -> RuleCard {
    let rule = t.rules().rule(id);
    let lang = t.lang;
    let mut checks = t.checks(range.reply, range.step, id);
    let conditions: Vec<Condition> = terms(t.rules(), rule)
        .iter()
        .map(|term| {
            let at = checks.iter().position(|c| c.op == term.op && c.part == term.part);
            let check = at.map(|at| checks.remove(at));
            Condition {
                mark: check.as_ref().map_or(Mark::None, mark),
                text: term.text(),
                has: check.map(|c| has(t, range.reply, range.step, &c)).unwrap_or_default(),
            }
        })
        .collect();
    RuleCard {
        rule: id,
        number: rule.number,
        text: if conditions.is_empty() {
            say!(lang, AnyPacket)
        } else {
            run(conditions_text(t.rules(), rule), Style::Code)
        },
        conditions,
        does: does(t, rule),
        counters: rule
            .counters
            .map_or_else(String::new, |c| text!(lang, CardCounters, count = c.packets)),
        comment: rule.comment.as_deref().unwrap_or_default().to_owned(),
        span: rule.span,
        tools: rule_tools(lang, t.rules(), id, t.reasons.shadow(id)),
    }
}

/// What the rule would do with a packet that matches.
fn does(t: &Explained, rule: &Rule) -> Sentence {
    match rule.verdict() {
        Some(what) => run(target_text(t.rules(), rule.chain, what), Style::Code),
        None => say!(t.lang, CardNothing),
    }
}

fn mark(check: &Check) -> Mark {
    match (&check.truth, check.part) {
        (Truth::Yes, _) => Mark::Yes,
        (Truth::No, ConditionKind::Random) | (Truth::Chance(_), _) => Mark::Half,
        (Truth::No, _) => Mark::No,
        (Truth::Unknown(_), _) => Mark::Unknown,
    }
}
