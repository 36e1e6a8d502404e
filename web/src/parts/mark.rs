//! The sign of how a test or a rule came out.

use super::icon::Icon;
use crate::words::{Key, ui};
use chainwalk::view::{Lang, Mark};
use yew::prelude::*;

/// The sign, with a word for those who hear it.
pub(crate) fn mark(mark: Mark, lang: Lang) -> Html {
    let (id, class, key) = match mark {
        Mark::None => return Html::default(),
        Mark::Yes => ("i-ok", "ok", Key::YesMatch),
        Mark::No => ("i-no", "faint", Key::NoMatch),
        Mark::Stop => ("i-no", "stop", Key::StopHere),
        Mark::Half => ("i-half", "faint", Key::ByChance),
        Mark::Unknown => ("i-unknown", "faint", Key::Unknown),
    };
    html! { <span class="mark"><Icon {id} {class} label={ui(lang, key)} /></span> }
}
