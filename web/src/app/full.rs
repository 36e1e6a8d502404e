//! The drawing and the player alone, on the whole screen where the browser gives it.

use crate::focus::in_page;
use gloo::events::EventListener;
use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

/// Whether they stand alone, and what turns that.
#[hook]
pub(super) fn use_full(app: &NodeRef) -> (bool, Callback<()>) {
    let full = use_state_eq(|| false);
    {
        let is = *full;
        let full = full.setter();
        use_effect_with(is, move |is| {
            let leave = full.clone();
            let left = EventListener::new(&document(), "fullscreenchange", move |_| {
                if document().fullscreen_element().is_none() {
                    leave.set(false);
                }
            });
            // Where the browser gives no screen, it hears no Esc either; where it gives one, it may leave Esc to the page.
            let escaped = is.then(|| {
                EventListener::new(&window(), "keydown", move |event| {
                    let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
                    if key.as_deref() == Some("Escape") && in_page(".veil").is_none() {
                        give_back();
                        full.set(false);
                    }
                })
            });
            move || drop((left, escaped))
        });
    }
    let turn = {
        let (full, app) = (full.clone(), app.clone());
        Callback::from(move |()| {
            if *full {
                give_back();
            } else if let Some(app) = app.cast::<Element>() {
                let _ = app.request_fullscreen();
            }
            full.set(!*full);
        })
    };
    (*full, turn)
}

/// Gives back the screen that the browser gave; some give none.
fn give_back() {
    if document().fullscreen_element().is_some() {
        document().exit_fullscreen();
    }
}
