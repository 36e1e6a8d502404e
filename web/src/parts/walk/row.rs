//! One row: what it says, its sign, and the buttons that open what is behind it.

use super::fork::branch;
use crate::parts::act::Dispatch;
use crate::parts::icon::Icon;
use crate::parts::mark::mark;
use crate::parts::sentence::Words;
use crate::words::{Key, ui};
use chainwalk_model::Span;
use chainwalk_view::{Lang, Row, RowKind, RowSeen, RuleRange, Standing};
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

/// The button that folds what stands under a heading.
pub(super) fn folder(
    at: usize,
    lang: Lang,
    shut: bool,
    tab: &'static str,
    fold: &Callback<usize>,
) -> Html {
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

pub(super) fn kind(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Base => "base",
        RowKind::Chain => "chain",
        RowKind::Rule => "rule",
        RowKind::Range => "range",
        RowKind::Fork => "fork",
        RowKind::Kernel => "kernel",
        RowKind::Policy => "policy",
        RowKind::Reply => "reply",
        RowKind::Fate => "fate",
    }
}

/// The button that opens the rules of a row.
pub(super) fn why(
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
pub(super) fn view_seen(seen: &RowSeen, tab: &'static str, reveal: &Callback<Span>) -> Html {
    let (id, class) = match seen.standing {
        Standing::Confirmed => ("i-same", "confirmed"),
        Standing::Contradicted => ("i-differs", "contradicted"),
        Standing::NotSeen => ("i-unseen", "not-seen"),
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

pub(super) fn view_row(row: &Row, lang: Lang, dispatch: &Dispatch, at: usize) -> Html {
    let text = html! { <Words of={row.text.clone()} /> };
    let reason =
        (!row.reason.is_empty()).then(|| html! { <p><Words of={row.reason.clone()} /></p> });
    let aside = (!row.aside.is_empty()).then(|| html! { <small>{&row.aside}</small> });
    match row.kind {
        RowKind::Base | RowKind::Reply => html! {
            <span class="head"><i class={classes!("dot", row.class.clone())}></i><span class="title">{text}</span>{aside}{reason}</span>
        },
        RowKind::Chain => html! { <span class="name">{text}{aside}{reason}</span> },
        RowKind::Fork => html! {
            <span class="card">
                <span class="head"><Icon id="i-fork" size={14} />
                    if row.text.is_empty() {
                        <span class="title"><Words of={row.reason.clone()} /></span>{aside}
                    } else {
                        <span class="title">{text}</span>{aside}{reason}
                    }
                </span>
                <span class="branches" role="radiogroup" aria-label={ui(lang, Key::Outcome)}>
                    {for row.branches.iter().map(|card| branch(card, dispatch, at))}
                </span>
            </span>
        },
        _ => html! {
            <>
                <i class="number">{&row.number}</i>
                <span class="what">{aside}{text}{reason}</span>
                {mark(row.mark, lang)}
            </>
        },
    }
}
