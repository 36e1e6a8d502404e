//! A branch of a fork, to be followed.

use crate::parts::act::{Dispatch, act};
use crate::parts::banner::tone_name;
use crate::state::Action;
use chainwalk_view::BranchCard;
use yew::prelude::*;

pub(super) fn branch(card: &BranchCard, dispatch: &Dispatch, at: usize) -> Html {
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
