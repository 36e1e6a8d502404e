//! The row at the foot of the page: that a page of one file keeps nothing, that a newer version is here. It pushes and
//! covers nothing.

use super::icon::Icon;
use crate::one_file::is_one_file;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Notice`].
#[derive(Properties, PartialEq)]
pub(crate) struct NoticeProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// Whether there is work that would be lost with the page.
    pub(crate) unsaved: bool,
    /// How many lines and packets it has.
    pub(crate) extent: (usize, usize),
    /// The name of the file that was saved a moment ago.
    pub(crate) saved: Option<Rc<str>>,
    /// Saves it.
    pub(crate) save: Callback<()>,
    /// Whether a newer version waits.
    pub(crate) newer: bool,
    /// Lets it take over.
    pub(crate) renew: Callback<()>,
}

/// What there is to say.
#[derive(Clone, Copy, PartialEq)]
enum What {
    KeepsNothing,
    Unsaved,
    Saved,
    Newer,
}

/// The row, or nothing.
#[component]
pub(crate) fn Notice(props: &NoticeProps) -> Html {
    let NoticeProps { lang, unsaved, extent: (lines, packets), saved, save, newer, renew } = props;
    let lang = *lang;
    let what = if *newer {
        Some(What::Newer)
    } else if !is_one_file() {
        None
    } else if saved.is_some() {
        Some(What::Saved)
    } else if *unsaved {
        Some(What::Unsaved)
    } else {
        Some(What::KeepsNothing)
    };
    // What was put away stays away until there is something else to say.
    let away = use_state_eq(|| None);
    {
        let away = away.clone();
        use_effect_with(what, move |what| {
            // That it keeps nothing is said once a visit.
            if *what != Some(What::KeepsNothing) && *away != *what {
                away.set(Some(What::KeepsNothing));
            }
        });
    }
    let Some(what) = what.filter(|what| *away != Some(*what)) else { return Html::default() };
    let (class, icon) = match what {
        What::KeepsNothing => ("notice", "i-save"),
        What::Unsaved => ("notice unsaved", "i-save"),
        What::Saved => ("notice saved", "i-ok"),
        What::Newer => ("notice", "i-next"),
    };
    let words = match what {
        What::KeepsNothing => html! {
            <>{ui(lang, Key::OneFileIs)}<b>{ui(lang, Key::OneFileKeepsNothing)}</b>{ui(lang, Key::OneFileSave)}</>
        },
        What::Unsaved => html! {
            <><b>{ui(lang, Key::UnsavedYet)}</b>{" "}<span class="extent">{extent(lang, *lines, *packets)}</span>{ui(lang, Key::UnsavedCloses)}</>
        },
        What::Saved => html! {
            <><b>{ui(lang, Key::SavedAs)}</b>{" "}<code>{saved.as_deref().unwrap_or_default()}</code>{ui(lang, Key::SavedDrop)}</>
        },
        What::Newer => html! { <><b>{ui(lang, Key::NewerHere)}</b>{ui(lang, Key::NewerStays)}</> },
    };
    let press = |run: &Callback<()>| run.reform(|_: MouseEvent| ());
    let put_away = {
        let away = away.clone();
        Callback::from(move |_: MouseEvent| away.set(Some(what)))
    };
    html! {
        <div {class} role="status" data-testid="notice">
            <span class="sign"><Icon id={icon} size={14} /></span>
            <p>{words}</p>
            {match what {
                What::KeepsNothing => html! { <button onclick={press(save)} data-testid="save-walk"><Icon id="i-save" />{ui(lang, Key::Save)}</button> },
                What::Unsaved => html! { <button class="main" onclick={press(save)} data-testid="save-walk"><Icon id="i-save" />{ui(lang, Key::SaveNow)}</button> },
                What::Newer => html! { <button class="main" onclick={press(renew)} data-testid="use-newer">{ui(lang, Key::NewerUse)}</button> },
                What::Saved => Html::default(),
            }}
            <button class="ghost" onclick={put_away} aria-label={ui(lang, Key::Close)}><Icon id="i-x" size={14} /></button>
        </div>
    }
}

/// How much would be lost.
fn extent(lang: Lang, lines: usize, packets: usize) -> String {
    let one = |count: usize, one: Key, many: Key| {
        let word = ui(lang, if count == 1 { one } else { many });
        if count == 1 { word.to_owned() } else { format!("{count} {word}") }
    };
    let parts = [
        (lines > 0).then(|| one(lines, Key::OneLine, Key::Lines)),
        (packets > 0).then(|| one(packets, Key::OnePacket, Key::ManyPackets)),
    ];
    let comma = if lang == Lang::Zh { "、" } else { ", " };
    parts.into_iter().flatten().collect::<Vec<_>>().join(comma)
}
