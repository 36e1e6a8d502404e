//! The way from pane to pane of a narrow screen.

use crate::parts::{Icon, act};
use crate::state::{Action, Pane, State};
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use yew::prelude::*;

/// The panes of a narrow screen.
pub(super) fn nav(state: &UseReducerHandle<State>, lang: Lang) -> Html {
    let panes = [
        (Pane::Walk, "i-walk", Key::Walk, "tab-walk"),
        (Pane::Map, "i-map", Key::Map, "tab-map"),
        (Pane::Paste, "i-paste", Key::Paste, "tab-paste"),
        (Pane::Host, "i-host", Key::ThisHost, "tab-host"),
    ];
    html! {
        <nav>
            {for panes.into_iter().map(|(pane, id, key, hook)| {
                let on = state.pane == pane;
                html! {
                    <button class={classes!(on.then_some("on"))} aria-pressed={on.to_string()} data-testid={hook}
                        onclick={act(&state.dispatcher(), Action::Pane(pane))}>
                        <Icon {id} size={20} />{ui(lang, key)}
                    </button>
                }
            })}
        </nav>
    }
}
