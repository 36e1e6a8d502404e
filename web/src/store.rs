//! What survives a reload, kept in the browser's storage of this page: the case text, and a record of how the page
//! stands. A browser that keeps nothing is fine, and it is said.

use crate::examples;
use crate::motion::still;
use crate::shelf::Shelf;
use crate::state::{Kept, State, Visit};
use chainwalk::Case;
use chainwalk::view::Lang;
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

const CASE: &str = "chainwalk.case";
const SETTINGS: &str = "chainwalk.page";
/// Where all but the paste, and the paste, were kept before there was a case text.
const BEFORE: [&str; 2] = ["chainwalk", "chainwalk.paste"];
/// A paste of more bytes is not kept: writing it would hold up the page, and browsers keep little more.
pub(crate) const KEPT: usize = 2 * 1024 * 1024;

/// How much of the work survives a reload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Persisted {
    /// All of it.
    #[default]
    All,
    /// All but the paste, which is too long.
    NoPaste,
    /// Nothing: the browser refuses.
    Nothing,
}

/// The state to start with: nothing yet where the address holds a link, else the stored one, or the first example in
/// the browser's language.
pub(crate) fn initial() -> State {
    match crate::address::link() {
        None => own_state(),
        Some(fragment) => {
            let visit = Visit { key: key_of(&fragment), opening: true, beside_own: has_own() };
            State {
                visit: Some(visit),
                still: still(),
                ..State::restored(own_state().settings(), &Case::default())
            }
        }
    }
}

/// What a visitor without a link sees.
fn own_state() -> State {
    if let Some(kept) = kept() {
        let packets = &kept.case.scenario.packets;
        let asked = !examples::all().iter().any(|case| case.scenario.packets == *packets);
        let state = State::restored(kept.settings, &kept.case);
        return State { newer: kept.newer, asked, still: still(), ..state };
    }
    let chinese = gloo::utils::window().navigator().language().is_some_and(|l| l.starts_with("zh"));
    let lang = if chinese { Lang::Zh } else { Lang::En };
    examples::all().first().map_or_else(|| State::blank(lang), |e| State::first(e, lang, still()))
}

/// The visitor's own work, as it was kept; the first example where there is none.
pub(crate) fn own() -> Kept {
    let state = own_state();
    Kept { case: state.case(true), settings: state.settings(), newer: state.newer }
}

/// Whether the visitor has work of their own: something was kept, and it is no example as it came.
pub(crate) fn has_own() -> bool {
    let Some(kept) = kept() else { return false };
    let own = &kept.case.scenario;
    let same =
        |case: &Rc<Case>| case.scenario.paste() == own.paste() && case.scenario.hosts == own.hosts;
    !own.paste().trim().is_empty() && !examples::all().iter().any(same)
}

/// The parts of the page whose hint was read.
const READ: &str = "chainwalk.hints";

/// Remembers that the hint of a part was read, and hides it.
pub(crate) fn has_read(part: &str) {
    let shelf = Shelf::of_page();
    let before = shelf.as_ref().and_then(|shelf| shelf.get(READ)).unwrap_or_default();
    let parts = format!("{before} {part}");
    if let Some(shelf) = shelf {
        shelf.put(READ, parts.trim());
    }
    if let Some(root) = gloo::utils::document().document_element() {
        let _ = root.set_attribute("data-read", parts.trim());
    }
}

/// By what the changes of a guest are kept: a digest of its fragment.
pub(crate) fn key_of(fragment: &str) -> Rc<str> {
    let mut hasher = DefaultHasher::new();
    fragment.hash(&mut hasher);
    // Two links of one tab that share it would share their changes.
    Rc::from(format!("chainwalk.visit.{:016x}", hasher.finish()))
}

/// A guest as it was changed in this tab.
pub(crate) fn guest(key: &str) -> Option<Case> {
    let text = Shelf::of_tab()?.get(key)?;
    Case::read(&text).ok().map(|(case, _)| case)
}

fn kept() -> Option<Kept> {
    let get = |key| Shelf::of_page().and_then(|shelf| shelf.get(key));
    let [all, paste] = BEFORE.map(get);
    let now = Kept::read(get(CASE).as_deref(), get(SETTINGS).as_deref());
    now.or_else(|| Kept::lifted(&all?, &paste.unwrap_or_default()))
}

thread_local! {
    /// The case that was written last.
    static WRITTEN: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what survives, and returns how much that is.
pub(crate) fn keep(state: &State) -> Persisted {
    if let Some(visit) = &state.visit {
        // A guest is kept with the tab, beside the visitor's own work.
        let changed = !visit.opening && state.history.reach().0;
        if changed && let Some(tab) = Shelf::of_tab() {
            tab.put(&visit.key, &state.case(state.paste.len() <= KEPT).write());
        }
        return Persisted::All;
    }
    let Some(shelf) = Shelf::of_page() else { return Persisted::Nothing };
    let forget = |keys: &[&str]| keys.iter().for_each(|key| shelf.forget(key));
    if !shelf.put(SETTINGS, &state.settings().write()) {
        // What was kept before belongs to another state.
        forget(&[CASE, SETTINGS]);
        return Persisted::Nothing;
    }
    forget(&BEFORE);
    let put = |case: String| {
        WRITTEN.with_borrow_mut(|written| {
            let done = *written == case || shelf.put(CASE, &case);
            *written = if done { case } else { String::new() };
            done
        })
    };
    if state.paste.len() <= KEPT && put(state.case(true).write()) {
        return Persisted::All;
    }
    put(state.case(false).write());
    Persisted::NoPaste
}
