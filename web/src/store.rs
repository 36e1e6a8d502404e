//! What survives a reload, kept in the browser's storage of this page. A browser that keeps nothing is fine.

use crate::examples;
use crate::state::{Saved, State};
use chainwalk_view::Lang;
use gloo::storage::{LocalStorage, Storage};

const KEY: &str = "chainwalk";

/// The state to start with: the stored one, or the first example in the browser's language.
pub(crate) fn initial() -> State {
    if let Ok(saved) = LocalStorage::get::<Saved>(KEY) {
        return saved.into();
    }
    let chinese = gloo::utils::window().navigator().language().is_some_and(|l| l.starts_with("zh"));
    let lang = if chinese { Lang::Zh } else { Lang::En };
    examples::all().first().map_or_else(|| State::blank(lang), |e| State::first(e, lang))
}

/// Keeps what survives. What is too much for the browser is not kept, nor is what was kept before it.
pub(crate) fn keep(saved: &Saved) {
    if LocalStorage::set(KEY, saved).is_err() {
        LocalStorage::delete(KEY);
    }
}
