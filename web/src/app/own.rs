//! The visitor's own rules in place of an example: out of the clipboard, or typed into an empty editor.

use crate::parts::{Dispatch, RuleText};
use crate::state::{Action, Pane};
use gloo::timers::future::TimeoutFuture;
use gloo::utils::{document, window};
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

/// What takes the clipboard's text in place of the paste, and shows what it holds; where there is none, or none may be
/// read, it empties the editor and puts the cursor there.
#[hook]
pub(super) fn use_own(dispatch: &Dispatch) -> Callback<MouseEvent> {
    use_callback(dispatch.clone(), |_: MouseEvent, dispatch: &Dispatch| {
        let dispatch = dispatch.clone();
        spawn_local(async move {
            let text = copied().await;
            let editor = || {
                let found = document().query_selector("rule-text").ok().flatten();
                found.and_then(|found| found.dyn_into::<RuleText>().ok())
            };
            match (text, editor()) {
                (Some(text), Some(editor)) => return editor.put(&text, true),
                _ => dispatch.dispatch(Action::Clear),
            }
            dispatch.dispatch(Action::Pane(Pane::Paste));
            // On a narrow screen the editor is shown only now.
            TimeoutFuture::new(0).await;
            if let Some(editor) = editor() {
                let _ = editor.focus();
            }
        });
    })
}

/// The text of the clipboard; none where the browser has none, or the visitor does not let it be read.
async fn copied() -> Option<String> {
    let navigator = window().navigator();
    // Outside of a secure context there is no clipboard.
    let there = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|found| found.is_object());
    let text = there.then(|| navigator.clipboard().read_text())?;
    let text = JsFuture::from(text).await.ok()?.as_string()?;
    (!text.trim().is_empty()).then_some(text)
}
