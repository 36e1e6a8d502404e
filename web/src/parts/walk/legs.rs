//! The packet, its answer, and what follows that: one of them is walked below.

use crate::message::PageView;
use crate::parts::act::{Dispatch, act};
use crate::parts::icon::Icon;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::{Lang, Tone};
use yew::prelude::*;

/// A button for each.
pub(super) fn legs(told: &PageView, lang: Lang, dispatch: &Dispatch) -> Html {
    let tab = |at: Option<usize>, back: bool, name: &str, title: String, mark: Html| {
        let on = told.leg == at;
        html! {
            <button class={classes!("leg", on.then_some("on"))} aria-pressed={on.to_string()} {title}
                onclick={act(dispatch, Action::Leg(at))} data-testid="leg">
                <Icon id="i-go" class={classes!("way", back.then_some("back"))} />{name}{mark}
            </button>
        }
    };
    html! {
        <div class="legs" role="group" aria-label={ui(lang, Key::ThereAndBack)} data-testid="legs">
            {tab(None, false, ui(lang, Key::WayThere), String::new(), Html::default())}
            {for told.legs.iter().enumerate().map(|(at, leg)| {
                tab(Some(at), leg.back, &leg.name, leg.fate.clone(), mark(leg.tone))
            })}
        </div>
    }
}

/// How it ended.
fn mark(tone: Tone) -> Html {
    match tone {
        Tone::Stop => html! { <Icon id="i-no" class={classes!("bad")} /> },
        Tone::Ok => html! { <Icon id="i-ok" class={classes!("good")} /> },
        Tone::Depends => html! { <Icon id="i-half" /> },
        Tone::Idle => Html::default(),
    }
}
