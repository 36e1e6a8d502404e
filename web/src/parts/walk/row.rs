//! One row: what it says, its sign, and the buttons that open what is behind it.

use super::fork::fork;
use crate::parts::act::{Dispatch, Hover};
use crate::parts::cards::Cards;
use crate::parts::icon::Icon;
use crate::parts::mark::mark;
use crate::parts::sentence::Words;
use crate::parts::tools::Tools;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Lang, Row, RowKind, RowSeen, RuleCard, RuleRange, TraceAgreement};
use yew::prelude::*;

/// All that a row says, in small letters.
pub(super) fn plain(row: &Row) -> String {
    let mut said = format!("{} ", row.number);
    for run in row.text.iter().chain(&row.reason) {
        said.push_str(&run.text);
    }
    for card in &row.branches {
        said.extend([" ", &card.label, " ", &card.name, " ", &card.fate]);
    }
    said.push(' ');
    said.push_str(&row.aside);
    said.to_lowercase()
}

/// How a row stands.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools)]
pub(super) struct Place {
    /// Which row it is.
    pub(super) at: usize,
    /// Its level in the tree, from 1.
    pub(super) level: usize,
    /// Where others stand under it: whether they are folded away.
    pub(super) folded: Option<bool>,
    /// Whether its rules stand open.
    pub(super) open: bool,
    /// Whether the packet rests at it.
    pub(super) now: bool,
    /// Whether it has the focus of the tree.
    pub(super) here: bool,
    /// Whether the packet comes there later, and whether it is the first such row.
    pub(super) later: (bool, bool),
    /// Whether its stop is pointed at.
    pub(super) lit: bool,
    /// Whether it has what is searched for.
    pub(super) found: bool,
}

/// What a row can ask for.
pub(super) struct Asks<'a> {
    /// Something is pointed at.
    pub(super) onhover: &'a Callback<Hover>,
    /// Shows lines of the paste, where they can be seen.
    pub(super) reveal: &'a Callback<Span>,
    /// Goes to lines of the paste wherever they are, with the cursor or without.
    pub(super) turn_to: &'a Callback<(Span, bool)>,
    /// Whether the packet goes on by itself: nothing is offered that would be gone at once, and rows keep their places.
    pub(super) playing: bool,
    /// Folds a heading.
    pub(super) fold: &'a Callback<usize>,
    /// Opens or closes rules.
    pub(super) toggle: &'a Callback<RuleRange>,
    /// Opens rules, from a number on.
    pub(super) open: &'a Callback<(RuleRange, u32)>,
    /// What a person did.
    pub(super) dispatch: &'a Dispatch,
}

/// A row, with its rules below it where they stand open; `cards` are those that came.
pub(super) fn view(
    row: &Row,
    lang: Lang,
    place: Place,
    cards: Option<&Vec<RuleCard>>,
    asks: &Asks,
) -> Html {
    let Place { at, folded, open, now, here, later, .. } = place;
    let Asks { onhover, reveal, dispatch, .. } = asks;
    let class = classes!(
        "row",
        row.kind.name(),
        later.0.then_some("later"),
        now.then_some("now"),
        place.lit.then_some("lit"),
        here.then_some("here"),
        place.found.then_some("found"),
    );
    let expanded = folded.map(|folded| !folded).or(row.rules.map(|_| open));
    let tab = if here { "0" } else { "-1" };
    let step = row.step;
    let go = {
        let (dispatch, reveal, span) =
            (Dispatch::clone(dispatch), Callback::clone(reveal), row.span);
        Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(Action::Go(step));
            if let Some(span) = span {
                reveal.emit(span);
            }
        })
    };
    let over = onhover.reform(move |_: PointerEvent| Some(step));
    let out = onhover.reform(|_: PointerEvent| None);
    html! {
        <>
            if later.1 && at > 0 {
                <div class="ahead" role="presentation"><span class="sr">{ui(lang, Key::Ahead)}</span></div>
            }
            <div {class} id={format!("row-{at}")} data-testid="row" role="treeitem" aria-level={place.level.to_string()}
                aria-expanded={expanded.map(|e| e.to_string())} aria-controls={folded.map(|_| format!("group-{at}"))}
                aria-selected={now.to_string()} aria-current={now.then_some("step")}
                onclick={go} onpointerenter={over} onpointerleave={out}>
                {rails(row.depth)}
                <div class="in">{view_row(row, lang, dispatch, at)}
                    if let Some(seen) = &row.seen { {view_seen(seen, tab, reveal)} }
                    if let Some(range) = row.rules { {why(range, lang, open, tab, asks.toggle)} }
                    if let Some(folded) = folded { {folder(at, lang, folded, tab, asks.fold)} }
                    if let Some(tools) = row.tools.clone().filter(|t| now || !t.shadow.is_empty()) {
                        <Tools {lang} {tools} shown={now && !open && !asks.playing} dispatch={Dispatch::clone(dispatch)} />
                    }
                    if let Some(range) = row.rules.filter(|_| open) {
                        <Cards {lang} {range} cards={cards.cloned()} open={asks.open.clone()}
                            reveal={asks.turn_to.reform(|span| (span, false))} dispatch={Dispatch::clone(dispatch)} />
                    }
                </div>
            </div>
        </>
    }
}

/// So many levels have a rail each.
const RAILS: u8 = 10;
/// The first of them stand apart; of a deeper row only these are drawn, and the number of the others.
const WIDE_RAILS: u8 = 4;

/// The rails of the levels above a row.
fn rails(depth: u8) -> Html {
    let (drawn, deeper) = if depth > RAILS { (WIDE_RAILS, depth - WIDE_RAILS) } else { (depth, 0) };
    html! {
        <>
            {for (0..drawn).map(|_| html! { <i class="guide"></i> })}
            if deeper > 0 { <i class="deeper" aria-hidden="true">{format!("…{deeper}")}</i> }
        </>
    }
}

/// The button that folds what stands under a heading.
fn folder(at: usize, lang: Lang, shut: bool, tab: &'static str, fold: &Callback<usize>) -> Html {
    let onclick = fold.reform(move |e: MouseEvent| {
        e.stop_propagation();
        at
    });
    let key = if shut { Key::Unfold } else { Key::Fold };
    html! {
        <button class={classes!("why", "fold-chain", shut.then_some("shut"))} {onclick} aria-expanded={(!shut).to_string()} tabindex={tab}
            title={ui(lang, key)} aria-label={ui(lang, key)} data-testid="fold-chain"><Icon id="i-dn" /></button>
    }
}

/// The button that opens the rules of a row.
fn why(
    range: RuleRange,
    lang: Lang,
    open: bool,
    tab: &'static str,
    toggle: &Callback<RuleRange>,
) -> Html {
    let onclick = toggle.reform(move |e: MouseEvent| {
        e.stop_propagation();
        range
    });
    let key = if open { Key::CardClose } else { Key::CardOpen };
    html! {
        <button class={classes!("why", open.then_some("on"))} {onclick} aria-expanded={open.to_string()} tabindex={tab}
            title={ui(lang, key)} aria-label={format!("{} {}", ui(lang, key), range.first)} data-testid="why">
            <Icon id="i-dn" />
        </button>
    }
}

/// What a kernel's trace says of a row; its line is a click away.
fn view_seen(seen: &RowSeen, tab: &'static str, reveal: &Callback<Span>) -> Html {
    let (id, class) = match seen.standing {
        TraceAgreement::Confirmed => ("i-same", "confirmed"),
        TraceAgreement::Contradicted => ("i-differs", "contradicted"),
        TraceAgreement::NotSeen => ("i-unseen", "not-seen"),
    };
    let text = seen.text.clone();
    let Some(span) = seen.span else {
        return html! {
            <span class={classes!("seen", class)} title={text.clone()} data-testid="seen">
                <Icon {id} /><span class="sr">{text}</span>
            </span>
        };
    };
    let onclick = reveal.reform(move |e: MouseEvent| {
        e.stop_propagation();
        span
    });
    html! {
        <button class={classes!("seen", class)} {onclick} tabindex={tab} title={text.clone()} aria-label={text} data-testid="seen">
            <Icon {id} />
        </button>
    }
}

fn view_row(row: &Row, lang: Lang, dispatch: &Dispatch, at: usize) -> Html {
    // The parts are found again where a word of one is explained.
    let text = html! { <span data-part="0"><Words of={row.text.clone()} /></span> };
    let reason = (!row.reason.is_empty())
        .then(|| html! { <p data-part="1"><Words of={row.reason.clone()} /></p> });
    let aside =
        (!row.aside.is_empty()).then(|| html! { <small data-part="2">{&row.aside}</small> });
    match row.kind {
        RowKind::Base | RowKind::Reply => html! {
            <span class="head"><i class={classes!("dot", row.class.clone())}></i><span class="title">{text}</span>{aside}{reason}</span>
        },
        RowKind::Chain => html! { <span class="name">{text}{aside}{reason}</span> },
        RowKind::Fork => fork(row, lang, dispatch, at, aside, reason),
        _ => html! {
            <>
                <i class="number">{&row.number}</i>
                <span class="what">{aside}{text}{reason}</span>
                {mark(row.mark, lang)}
            </>
        },
    }
}
