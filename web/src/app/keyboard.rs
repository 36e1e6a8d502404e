//! The keys of the page, where nothing of it takes them for itself.

use crate::keys::{Press, is_everywhere, press};
use crate::parts::shut_fates;
use crate::state::{Action, Overlay, State};
use chainwalk::view::Timeline;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::window;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

/// The keys of the page, while nothing is being typed and it is not `away`: covered by something with keys of its own.
#[hook]
pub(crate) fn use_keys(
    state: &UseReducerHandle<State>,
    stop: usize,
    timeline: Option<Timeline>,
    field: NodeRef,
    away: bool,
    other: Callback<Press>,
) {
    let dispatch = state.dispatcher();
    let seen = (stop, timeline, state.open, (state.keys_off, away, state.matches), other);
    use_effect_with(seen, move |(stop, timeline, open, (keys_off, away, only), other)| {
        let (stop, timeline, open, other) = (*stop, timeline.clone(), *open, other.clone());
        let (keys_off, away, only) = (*keys_off, *away, *only);
        let heard = move |event: &Event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if away || event.default_prevented() || event.is_composing() || event.alt_key() {
                return;
            }
            let key = event.key();
            if event.ctrl_key() || event.meta_key() {
                // A field, and the text, take back what was done in them.
                let back = (!within(event, FIELD)).then(|| took_back(&key, event.shift_key()));
                if let Some(action) = back.flatten() {
                    event.prevent_default();
                    dispatch.dispatch(action);
                }
                return;
            }
            if keys_off && is_character(&key) {
                return;
            }
            let typing = within(event, FIELD);
            // A button takes the space bar, a radio group the arrows.
            let taken = (key == " " && within(event, "button, a, summary, [role=button]"))
                || (key.starts_with("Arrow")
                    && within(event, "input[type=radio], [role=separator]"));
            if (typing && !is_everywhere(&key))
                || taken
                || (matches!(open, Some(Overlay::Help | Overlay::Share)) && key != "Escape")
            {
                return;
            }
            if key == "Escape" && shut_fates() {
                return;
            }
            match press(&key, event.shift_key(), stop, timeline.as_ref(), only) {
                Some(Press::Act(action)) => dispatch.dispatch(action),
                Some(Press::Field) => {
                    if let Some(field) = field.cast::<HtmlInputElement>() {
                        let _ = field.focus();
                        field.select();
                    }
                }
                Some(press) => other.emit(press),
                None => return,
            }
            if key != "Escape" {
                event.prevent_default();
            }
        };
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&window(), "keydown", options, heard);
        move || drop(listener)
    });
}

/// Where letters are typed.
const FIELD: &str = "input:not([type=radio]), textarea, select, [contenteditable=true]";

/// What a key does with Control held: it takes back, or brings again.
fn took_back(key: &str, shift: bool) -> Option<Action> {
    match (key, shift) {
        ("z", false) => Some(Action::Undo),
        ("y", false) | ("Z", true) => Some(Action::Redo),
        _ => None,
    }
}

/// Whether a key is a letter, a figure or a mark.
fn is_character(key: &str) -> bool {
    key != " " && key.chars().count() == 1
}

/// Whether an event comes from within an element of this selector.
fn within(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|t| t.closest(selector).ok().flatten().is_some())
}
