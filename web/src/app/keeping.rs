//! What survives a reload is kept a moment after it changed.

use crate::state::State;
use crate::store::{self, Persisted};
use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// Keeps what survives a reload, and returns how much that is.
#[hook]
pub(super) fn use_keeping(state: &State) -> Persisted {
    let survives = use_state_eq(Persisted::default);
    // Where the walk stands does not survive, so it is left out of what is compared.
    let mut kept = state.clone();
    (kept.stop, kept.playing, kept.open) = (0, false, None);
    {
        let survives = survives.setter();
        use_effect_with(kept, move |kept| {
            let kept = kept.clone();
            let later = Timeout::new(300, move || survives.set(store::keep(&kept)));
            move || drop(later)
        });
    }
    *survives
}
