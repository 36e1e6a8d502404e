//! A bar to find words by: what is typed, how often it is there, and the way to the next hit and the one before.

use super::icon::Icon;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// How many hits.
    pub(crate) count: usize,
    /// The one that is selected, from 1; 0 where none is.
    pub(crate) at: usize,
    /// Whether there may be more than were counted.
    pub(crate) more: bool,
}

/// Properties of [`SeekBar`].
#[derive(Properties, PartialEq)]
pub(crate) struct SeekProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// What is searched, for those who hear it.
    pub(crate) label: Key,
    /// The begin of the names of its parts.
    pub(crate) name: &'static str,
    /// What was found; `None` before anything was typed.
    pub(crate) found: Option<Found>,
    /// Something was typed.
    pub(crate) typed: Callback<String>,
    /// The next hit is asked for (1), or the one before (-1).
    pub(crate) hop: Callback<i32>,
    /// The bar is to be closed.
    pub(crate) close: Callback<()>,
}

/// The bar.
#[component]
pub(crate) fn SeekBar(props: &SeekProps) -> Html {
    let SeekProps { lang, label, name, found, typed, hop, close } = props;
    let lang = *lang;
    let oninput =
        typed.reform(|e: InputEvent| e.target_unchecked_into::<HtmlInputElement>().value());
    let onkeydown = {
        let (hop, close) = (hop.clone(), close.clone());
        Callback::from(move |e: KeyboardEvent| {
            match e.key().as_str() {
                "Enter" | "F3" => hop.emit(if e.shift_key() { -1 } else { 1 }),
                "Escape" => close.emit(()),
                "f" if e.ctrl_key() || e.meta_key() => {
                    let field = e.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
                    if let Some(field) = field {
                        field.select();
                    }
                }
                _ => return,
            }
            e.prevent_default();
            e.stop_propagation();
        })
    };
    let count = match found {
        None => String::new(),
        Some(Found { count: 0, .. }) => ui(lang, Key::FindNone).to_owned(),
        Some(Found { count, at: 0, more }) => format!("{count}{}", if *more { "+" } else { "" }),
        Some(Found { count, at, more }) => {
            format!("{at} / {count}{}", if *more { "+" } else { "" })
        }
    };
    let button = |key: Key, id: &'static str, test: &'static str, by: i32| {
        html! {
            <button class="ghost tool" type="button" onclick={hop.reform(move |_: MouseEvent| by)}
                title={ui(lang, key)} aria-label={ui(lang, key)} data-testid={format!("{name}-{test}")}><Icon {id} size={14} /></button>
        }
    };
    html! {
        <div class="find" role="search" aria-label={ui(lang, *label)}>
            <input id={format!("{name}-text")} type="text" {oninput} {onkeydown} placeholder={ui(lang, *label)}
                aria-label={ui(lang, *label)} autocomplete="off" autocapitalize="off" spellcheck="false"
                data-testid={format!("{name}-text")} />
            <output aria-live="polite" data-testid={format!("{name}-count")}>{count}</output>
            {button(Key::FindPrev, "i-prev", "prev", -1)}
            {button(Key::FindNext, "i-next", "next", 1)}
            <button class="ghost tool" type="button" onclick={close.reform(|_: MouseEvent| ())}
                title={ui(lang, Key::Close)} aria-label={ui(lang, Key::Close)}><Icon id="i-x" size={14} /></button>
        </div>
    }
}

/// Sets the focus into a bar of this name, once it is there.
pub(crate) fn focus_bar(name: &'static str) {
    gloo::timers::callback::Timeout::new(0, move || {
        let field = gloo::utils::document().get_element_by_id(&format!("{name}-text"));
        if let Some(field) = field.and_then(|f| f.dyn_into::<HtmlInputElement>().ok()) {
            let _ = field.focus();
            field.select();
        }
    })
    .forget();
}
