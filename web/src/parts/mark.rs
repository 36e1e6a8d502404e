//! The sign of how a test or a rule came out.

use super::icon::Icon;
use crate::words::{Key, ui};
use chainwalk::view::{Lang, Mark};
use yew::prelude::*;

/// The icon, its class, and the word for it; `None` where nothing is signed.
fn parts(mark: Mark) -> Option<(&'static str, &'static str, Key)> {
    Some(match mark {
        Mark::None => return None,
        Mark::Yes => ("i-ok", "ok", Key::YesMatch),
        Mark::No => ("i-no", "faint", Key::NoMatch),
        Mark::Stop => ("i-no", "stop", Key::StopHere),
        Mark::Half => ("i-half", "faint", Key::ByChance),
        Mark::Unknown => ("i-unknown", "faint", Key::Unknown),
    })
}

/// The sign, with a word for those who hear it.
pub(crate) fn mark(mark: Mark, lang: Lang) -> Html {
    parts(mark).map_or_else(Html::default, |(id, class, key)| {
        html! { <span class="mark"><Icon {id} {class} label={ui(lang, key)} /></span> }
    })
}

/// The word for it; empty where nothing is signed.
pub(crate) fn word(mark: Mark, lang: Lang) -> &'static str {
    parts(mark).map_or("", |(_, _, key)| ui(lang, key))
}
