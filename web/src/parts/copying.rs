//! A button that copies says so for a moment.

use gloo::timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

/// Milliseconds for which it says so.
const SAID_MS: u32 = 2000;

/// Whether `text` was copied a moment ago, and what copies it.
#[hook]
pub(crate) fn use_copying(text: Rc<str>) -> (bool, Callback<MouseEvent>) {
    let copied = use_state_eq(|| false);
    let onclick = {
        let copied = copied.setter();
        Callback::from(move |_: MouseEvent| {
            let _ = gloo::utils::window().navigator().clipboard().write_text(&text);
            copied.set(true);
            let copied = copied.clone();
            Timeout::new(SAID_MS, move || copied.set(false)).forget();
        })
    };
    (*copied, onclick)
}
