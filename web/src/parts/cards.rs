//! The rules of a row, opened: each condition with its mark, and what the packet has there.

use super::act::Dispatch;
use super::icon::Icon;
use super::mark::mark;
use super::sentence::Words;
use super::tools::Tools;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Condition, Lang, Mark, RuleCard, RuleRange, RuleTools};
use yew::prelude::*;

/// Properties of [`Cards`].
#[derive(Properties, PartialEq)]
pub(crate) struct CardsProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The rules asked for.
    pub(crate) range: RuleRange,
    /// Those that came so far; `None` before the first.
    pub(crate) cards: Option<Vec<RuleCard>>,
    /// Asks for more of them.
    pub(crate) open: Callback<(RuleRange, u32)>,
    /// Shows lines of the paste.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The opened rules.
#[component]
pub(crate) fn Cards(props: &CardsProps) -> Html {
    let CardsProps { lang, range, cards, open, reveal, dispatch } = props;
    let (lang, range) = (*lang, *range);
    let cards = cards.as_deref().unwrap_or_default();
    let next = cards.last().map_or(range.first, |card| card.number + 1);
    let more = open.reform(move |e: MouseEvent| {
        e.stop_propagation();
        (range, next)
    });
    html! {
        <ol class="cards" data-testid="cards">
            {for cards.iter().map(|card| view_card(card, lang, range.first == range.last, reveal, dispatch))}
            if !cards.is_empty() && next <= range.last {
                <li><button class="more" onclick={more}>{ui(lang, Key::CardMore)}</button></li>
            }
        </ol>
    }
}

fn view_card(
    card: &RuleCard,
    lang: Lang,
    alone: bool,
    reveal: &Callback<Span>,
    dispatch: &Dispatch,
) -> Html {
    // That a rule never matches its row says already, where it has one of its own.
    let tools = card
        .tools
        .clone()
        .map(|tools| RuleTools { shadow: if alone { Vec::new() } else { tools.shadow }, ..tools });
    let span = card.span;
    let line = reveal.reform(move |e: MouseEvent| {
        e.stop_propagation();
        span
    });
    html! {
        <li>
            <p class="said">
                <i class="number">{card.number}</i>
                if card.conditions.is_empty() { <Words of={card.text.clone()} /> }
                <small>{&card.counters}</small>
                <button class="tiny" onclick={line} aria-label={format!("{} {}", ui(lang, Key::CardToLine), card.number)}
                    title={ui(lang, Key::CardToLine)}><Icon id="i-paste" size={14} /></button>
            </p>
            if !card.conditions.is_empty() {
                <ul class="conditions">{for card.conditions.iter().map(|c| view_condition(c, lang))}</ul>
            }
            <p class="does">{ui(lang, Key::CardThen)}{" "}<Words of={card.does.clone()} />
                if !card.comment.is_empty() { <q>{&card.comment}</q> }
            </p>
            if let Some(tools) = tools {
                <Tools {lang} {tools} shown=true dispatch={dispatch.clone()} />
            }
        </li>
    }
}

fn view_condition(condition: &Condition, lang: Lang) -> Html {
    let class = match condition.mark {
        Mark::Yes => "yes",
        Mark::No | Mark::Stop => "no",
        Mark::None => "unasked",
        Mark::Half | Mark::Unknown => "open",
    };
    html! {
        <li {class}>
            {mark(condition.mark, lang)}
            <code>{&condition.text}</code>
            if condition.mark == Mark::None {
                <small>{ui(lang, Key::CardNotAsked)}</small>
            } else if !condition.has.is_empty() {
                <code class="has">{&condition.has}</code>
            }
        </li>
    }
}
