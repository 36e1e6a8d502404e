//! The work is kept as a version once it has stood for a moment.

use crate::state::State;
use crate::versions;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// A version is kept when the text has stood for so many milliseconds.
const STOOD: u32 = 2_000;
/// A longer text is none.
const LONGEST: usize = 256 * 1024;

/// Keeps versions of the visitor's own work; an example and the work of others are none.
#[hook]
pub(super) fn use_versions(state: &State, own: bool) {
    let own = own && state.visit.is_none() && !state.paste.is_empty();
    let seen = (state.paste.clone(), state.scenario.clone(), own);
    let case = own && state.paste.len() <= LONGEST;
    let state = state.clone();
    use_effect_with(seen, move |_| {
        let later = case.then(|| {
            Timeout::new(STOOD, move || versions::keep(&state.case(true), js_sys::Date::now()))
        });
        move || drop(later)
    });
}
