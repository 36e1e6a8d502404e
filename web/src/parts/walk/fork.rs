//! A fork of the walk: its branches, one of which is followed.

use crate::parts::act::{Dispatch, act};
use crate::parts::banner::tone_name;
use crate::parts::icon::Icon;
use crate::parts::sentence::Words;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::{BranchCard, Lang, Row};
use yew::prelude::*;

/// So many branches are listed at first.
const SHOWN: usize = 6;

/// The card of a fork; `aside` and `reason` are those of its row.
pub(super) fn fork(
    row: &Row,
    lang: Lang,
    dispatch: &Dispatch,
    at: usize,
    aside: Option<Html>,
    reason: Option<Html>,
) -> Html {
    // What was not walked stands below them all.
    let walked = row.branches.iter().filter(|card| card.is_walked()).count();
    let (all, unwalked) = row.branches.split_at(walked);
    let (first, others) = all.split_at(walked.min(SHOWN));
    let (first, others) = if others.len() < 2 { (all, &[][..]) } else { (first, others) };
    html! {
        <span class="card">
            <span class="head"><Icon id="i-fork" size={14} />
                if row.text.is_empty() {
                    <span class="title"><Words of={row.reason.clone()} /></span>{aside}
                } else {
                    <span class="title"><Words of={row.text.clone()} /></span>{aside}{reason}
                }
            </span>
            <span class="branches" role="radiogroup" aria-label={ui(lang, Key::Outcome)}>
                {for first.iter().map(|card| branch(card, dispatch, at))}
                if !others.is_empty() {
                    <details open={others.iter().any(|card| card.followed)} onclick={|e: MouseEvent| e.stop_propagation()} data-testid="more-branches">
                        <summary>{ui(lang, Key::MoreBranches).replace("{count}", &others.len().to_string())}</summary>
                        {for others.iter().map(|card| branch(card, dispatch, at))}
                    </details>
                }
                {for unwalked.iter().map(|card| branch(card, dispatch, at))}
            </span>
        </span>
    }
}

fn branch(card: &BranchCard, dispatch: &Dispatch, at: usize) -> Html {
    if !card.is_walked() {
        return html! {
            <span class="branch unwalked"><span class="label">{&card.label}</span><span class="weight">{&card.weight}</span></span>
        };
    }
    let follow = act(dispatch, Action::Follow(card.outcome));
    html! {
        <label class={classes!("branch", card.followed.then_some("on"))}
            onclick={|e: MouseEvent| e.stop_propagation()}>
            <input type="radio" name={format!("fork-{at}")} checked={card.followed} onchange={follow} />
            <span class="label">
                <code>{&card.label}</code>
                if !card.name.is_empty() { <small class="name">{&card.name}</small> }
            </span>
            <span class="weight">{&card.weight}</span>
            <span class={classes!("fate", tone_name(card.tone))}>{&card.fate}</span>
        </label>
    }
}
