//! What an old answer proposes can't be done: it speaks of a text, or of a host, that is no more.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo::utils::window;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

/// Answers to its questions, its proposals, the tools of its rules, its branches.
const PROPOSED: &str = ".evidence, .proposal, .rule-tools, .insert, .branches";

/// Lets nobody press what an old answer proposes, by pointer or by key; who has the focus keeps it.
#[hook]
pub(super) fn use_held(stale: bool) {
    use_effect_with(stale, |stale| {
        let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
        let hold = |event: &Event| {
            let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
            if target.is_some_and(|t| t.closest(PROPOSED).ok().flatten().is_some()) {
                event.prevent_default();
                event.stop_propagation();
            }
        };
        let held = stale.then(|| {
            ["click", "submit"]
                .map(|name| EventListener::new_with_options(&window(), name, options, hold))
        });
        move || drop(held)
    });
}
