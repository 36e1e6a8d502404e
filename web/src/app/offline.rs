//! What `web/offline.js` found out of the page beyond its server, and what it is asked to do.
//!
//! It says it by attributes of the document's root and an event; where it does not run, nothing is said.

use crate::parts::Offline;
use gloo::events::EventListener;
use gloo::utils::document;
use web_sys::Event;
use yew::prelude::*;

fn found() -> Offline {
    let Some(root) = document().document_element() else { return Offline::default() };
    let is = |name: &str| root.has_attribute(name);
    Offline {
        installs: is("data-installs"),
        kept: is("data-kept"),
        newer: is("data-newer"),
        keeps: root.get_attribute("data-version").is_some_and(|version| !version.is_empty()),
        one_file: root.get_attribute("data-one-file-bytes").and_then(|bytes| bytes.parse().ok()),
    }
}

/// How the page fares beyond its server, now and as it changes.
#[hook]
pub(super) fn use_offline() -> Offline {
    let now = use_state_eq(found);
    {
        let now = now.setter();
        use_effect_with((), move |()| {
            now.set(found());
            let heard =
                EventListener::new(&document(), "chainwalk:offline", move |_| now.set(found()));
            move || drop(heard)
        });
    }
    *now
}

/// Asks for something by an event of that name.
pub(super) fn ask(name: &str) {
    if let Ok(event) = Event::new(name) {
        let _ = document().dispatch_event(&event);
    }
}
