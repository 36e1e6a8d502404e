//! What a part of the page is for, told to who comes for the first time, until they have read it.

use super::icon::Icon;
use crate::focus::to_walk;
use crate::store;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use yew::prelude::*;

/// The hint of a part. What was read is known before the page is painted (`web/look.js`), and hidden by the style sheet.
pub(crate) fn hint(lang: Lang, part: &'static str, key: Key) -> Html {
    let read = Callback::from(move |e: MouseEvent| {
        store::has_read(part);
        // A keyboard goes on at the walk; a pointer is elsewhere anyway.
        if e.detail() == 0 {
            to_walk();
        }
    });
    html! {
        <p class={classes!("hint", part)} data-testid={format!("hint-{part}")}><span>{ui(lang, key)}</span>
            <button class="ghost" onclick={read} aria-label={ui(lang, Key::HintRead)} title={ui(lang, Key::HintRead)}><Icon id="i-x" size={12} /></button></p>
    }
}
