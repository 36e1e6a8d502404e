//! The buttons by which something leaves the page: into the clipboard, or as a file.

use crate::parts::copying::use_copying;
use crate::parts::icon::Icon;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use gloo::timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};
use yew::prelude::*;

/// Properties of [`Copy`].
#[derive(Properties, PartialEq)]
pub(super) struct CopyProps {
    pub(super) lang: Lang,
    pub(super) text: String,
    pub(super) testid: &'static str,
    #[prop_or(Key::Copy)]
    pub(super) word: Key,
}

/// A button that copies, and says so for a moment.
#[component]
pub(super) fn Copy(props: &CopyProps) -> Html {
    let (copied, onclick) = use_copying(props.text.as_str().into());
    let (icon, word) = if copied { ("i-ok", Key::Copied) } else { ("i-copy", props.word) };
    html! {
        <button class="copy" {onclick} aria-live="polite" data-testid={props.testid}><Icon id={icon} />{ui(props.lang, word)}</button>
    }
}

/// Properties of [`Save`].
#[derive(Properties, PartialEq)]
pub(super) struct SaveProps {
    pub(super) lang: Lang,
    pub(super) text: String,
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) testid: &'static str,
    #[prop_or(Key::Save)]
    pub(super) word: Key,
    /// Hears that it was saved.
    #[prop_or_default]
    pub(super) onsaved: Callback<()>,
}

/// A button that saves a text as a file.
#[component]
pub(super) fn Save(props: &SaveProps) -> Html {
    let onclick = {
        let (text, name, kind) = (props.text.clone(), props.name.clone(), props.kind);
        let onsaved = props.onsaved.clone();
        Callback::from(move |_: MouseEvent| {
            if save(&text, &name, kind).is_ok() {
                onsaved.emit(());
            }
        })
    };
    html! {
        <button class="copy" {onclick} data-testid={props.testid}><Icon id="i-save" />{ui(props.lang, props.word)}</button>
    }
}

/// Hands a text to the browser as a file to be kept.
pub(crate) fn save(text: &str, name: &str, kind: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&JsValue::from_str(text));
    keep(&Blob::new_with_str_sequence_and_options(&parts, &options)?, name)
}

/// The same with what is no text.
pub(super) fn keep(blob: &Blob, name: &str) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link = gloo::utils::document().create_element("a")?;
    link.set_attribute("href", &address)?;
    link.set_attribute("download", name)?;
    link.unchecked_ref::<HtmlElement>().click();
    // The browser reads it after the click.
    Timeout::new(10_000, move || drop(Url::revoke_object_url(&address))).forget();
    Ok(())
}
