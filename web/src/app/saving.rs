//! What is shown is saved as a file; where the page keeps nothing, closing it asks first.

use crate::link::{EngineState, Status};
use crate::one_file::is_one_file;
use crate::parts::{file_name, save};
use crate::state::{Action, State};
use chainwalk::{Position, Stop};
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use gloo::utils::window;
use std::rc::Rc;
use yew::prelude::*;

/// Milliseconds for which it says that a file was saved.
const SAID_MS: u32 = 6000;

/// What saves, and what became of it.
pub(super) struct Saving {
    /// Saves what is shown.
    pub(super) save: Callback<()>,
    /// The name of the file that was saved a moment ago.
    pub(super) saved: Option<Rc<str>>,
}

/// Saves what is shown, with what becomes of its packets where they were walked.
#[hook]
pub(super) fn use_saving(state: &UseReducerHandle<State>, heard: &EngineState) -> Saving {
    let wanted = use_state_eq(|| false);
    let saved = use_state_eq(|| None::<Rc<str>>);
    {
        let (wanted, saved) = (wanted.clone(), saved.clone());
        let state = state.clone();
        let read = heard.told.as_ref().is_some_and(|told| !told.chips.is_empty());
        let walked = heard.status == Status::Done && read && !state.scenario.packets.is_empty();
        let exported = heard.exported.clone();
        use_effect_with((*wanted, walked, exported), move |(is_wanted, walked, exported)| {
            let case = match exported {
                Some(view) => view.case.clone(),
                // Without an answer the case is saved as it was asked.
                None if !walked => state.case(true).write(),
                None => return,
            };
            if !is_wanted {
                return;
            }
            wanted.set(false);
            let name = file_name(&case) + ".walk.txt";
            if save(&case, &name, "text/plain").is_ok() {
                state.dispatch(Action::Saved);
                saved.set(Some(name.into()));
                let saved = saved.setter();
                Timeout::new(SAID_MS, move || saved.set(None)).forget();
            }
        });
    }
    let ask = {
        let (wanted, export) = (wanted.setter(), heard.export.clone());
        use_callback(state.packet, move |(): (), packet| {
            export.emit(Position { packet: *packet, stop: Stop::At(0) });
            wanted.set(true);
        })
    };
    let asks = is_one_file() && state.is_unsaved();
    use_effect_with(asks, |asks| {
        let heard = asks.then(|| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&window(), "beforeunload", options, |event| {
                event.prevent_default();
            })
        });
        move || drop(heard)
    });
    Saving { save: ask, saved: (*saved).clone() }
}
