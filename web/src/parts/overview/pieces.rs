//! What the parts of the overview have in common: how one asks, and how an end is marked.

use super::super::act::Dispatch;
use super::super::icon::Icon;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::{Lang, Tone};
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Gives an element the focus, by its id.
pub(super) fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    let found = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Sends a packet line.
pub(super) fn ask(line: &str, dispatch: &Dispatch) -> Callback<MouseEvent> {
    let (line, dispatch): (Rc<str>, _) = (line.into(), dispatch.clone());
    Callback::from(move |_: MouseEvent| {
        dispatch.dispatch(Action::Line(line.clone()));
        dispatch.dispatch(Action::Send);
    })
}

/// The class of a tone's colour.
pub(super) fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "ok",
        Tone::Stop => "stop",
        Tone::Depends | Tone::Idle => "open",
    }
}

/// The mark of a fate; dashed where it is only likely.
pub(super) fn mark(tone: Tone, likely: bool, lang: Lang) -> Html {
    let (id, class) = match tone {
        Tone::Ok => ("i-ok", "ok"),
        Tone::Stop => ("i-no", "stop"),
        Tone::Depends | Tone::Idle => ("i-fork", "guess"),
    };
    let title = likely.then(|| ui(lang, Key::OverLikely));
    html! { <i class={classes!("mark", likely.then_some("likely"))} {title}><Icon {id} {class} /></i> }
}
