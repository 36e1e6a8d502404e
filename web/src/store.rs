//! What survives a reload, kept in the browser's storage of this page, the paste apart from the rest. A browser
//! that keeps nothing is fine, and it is said.

use crate::examples;
use crate::paste::Paste;
use crate::state::{Saved, State};
use chainwalk_view::Lang;
use std::cell::RefCell;
use web_sys::Storage;

const KEY: &str = "chainwalk";
const PASTE: &str = "chainwalk.paste";
/// A paste of more bytes is not kept: writing it would hold up the page, and browsers keep little more.
pub(crate) const KEPT: usize = 2 * 1024 * 1024;

/// How much of the work survives a reload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Survives {
    /// All of it.
    #[default]
    All,
    /// All but the paste, which is too long.
    NoPaste,
    /// Nothing: the browser refuses.
    Nothing,
}

/// The storage, where the browser has one and lets it be used.
fn storage() -> Option<Storage> {
    gloo::utils::window().local_storage().ok().flatten()
}

/// The state to start with: the stored one, or the first example in the browser's language.
pub(crate) fn initial() -> State {
    let get = |key| storage().and_then(|storage| storage.get_item(key).ok().flatten());
    if let Some(saved) = get(KEY).and_then(|text| serde_json::from_str::<Saved>(&text).ok()) {
        return State::restored(saved, &get(PASTE).unwrap_or_default());
    }
    let chinese = gloo::utils::window().navigator().language().is_some_and(|l| l.starts_with("zh"));
    let lang = if chinese { Lang::Zh } else { Lang::En };
    examples::all().first().map_or_else(|| State::blank(lang), |e| State::first(e, lang))
}

thread_local! {
    /// The paste that was written last.
    static WRITTEN: RefCell<Option<Paste>> = const { RefCell::new(None) };
}

/// Keeps what survives, and tells how much that is.
pub(crate) fn keep(state: &State) -> Survives {
    let Some(storage) = storage() else { return Survives::Nothing };
    let saved = serde_json::to_string(&state.saved()).unwrap_or_default();
    if storage.set_item(KEY, &saved).is_err() {
        // What was kept before belongs to another state.
        let _ = storage.remove_item(KEY);
        let _ = storage.remove_item(PASTE);
        return Survives::Nothing;
    }
    let same = WRITTEN.with_borrow(|written| written.as_ref() == Some(&state.paste));
    let fits = state.paste.len() <= KEPT
        && (same || storage.set_item(PASTE, &state.paste.to_string()).is_ok());
    if fits {
        WRITTEN.set(Some(state.paste.clone()));
        return Survives::All;
    }
    WRITTEN.set(None);
    let _ = storage.remove_item(PASTE);
    Survives::NoPaste
}
