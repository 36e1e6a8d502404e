//! What this can travel in: a link, a block of Markdown, a picture, a file, words. It says first what leaves.

pub(crate) mod leave;
mod picture;

use super::act::{Dispatch, act};
use super::icon::Icon;
use super::sentence::Words;
use crate::address;
use crate::message::ShareView;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use chainwalk::{Position, Stop};
use chainwalk_take::link::LONG;
use chainwalk_take::picture::element_of_file;
use leave::{Copy, Save};
use picture::PictureRow;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// So many characters of a link are shown at its begin and end.
const SHOWN: (usize, usize) = (150, 40);

/// Properties of [`Share`].
#[derive(Properties, PartialEq)]
pub(crate) struct ShareProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The packet and stop that are shown.
    pub(crate) packet: usize,
    /// The stop that is shown, and the last one.
    pub(crate) stop: (usize, usize),
    /// What it travels in, once that is made.
    pub(crate) exported: Option<Rc<ShareView>>,
    /// Asks for it.
    pub(crate) export: Callback<Position>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The dialog. It takes the focus while it is open.
#[component]
pub(crate) fn Share(props: &ShareProps) -> Html {
    let ShareProps { lang, packet, stop: (stop, last), exported, export, dispatch } = props;
    let lang = *lang;
    let here = use_state_eq(|| *stop > 0);
    {
        let at = if stop == last { Stop::End } else { Stop::At(*stop) };
        let export = export.clone();
        use_effect_with(Position { packet: *packet, stop: at }, move |at| export.emit(*at));
    }
    let dialog = use_node_ref();
    {
        // The first thing that can be copied has the focus once it is there.
        let dialog = dialog.clone();
        use_effect_with(exported.is_some(), move |_| {
            let first = dialog.cast::<HtmlElement>().and_then(|d| {
                let ready = d.query_selector(".row button.copy").ok().flatten();
                ready.or_else(|| d.query_selector("button").ok().flatten())
            });
            if let Some(first) = first.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
                let _ = first.focus();
            }
        });
    }
    let shut = act(dispatch, Action::Open(None));
    let onkeydown = {
        let dialog = dialog.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Tab" {
                keep_inside(&dialog, &event);
            }
        })
    };
    let toggle = {
        let here = here.clone();
        Callback::from(move |_: Event| here.set(!*here))
    };
    let saved = act::<()>(dispatch, Action::Saved);
    let body = exported.as_ref().map(|view| {
        let name = file_name(&view.case);
        let made = if *here { &view.link } else { &view.link_from_start };
        // The page that is one file may have no address that others could open.
        let fragment = made.as_ref().filter(|_| address::is_known());
        let link = fragment.map(|fragment| address::with(fragment));
        html! {
            <>
            <dl class="leaves">
                <dt>{ui(lang, Key::ShareWhat)}</dt><dd>{view.travels.clone()}</dd>
                <dt>{ui(lang, Key::ShareWhere)}</dt><dd><b>{ui(lang, Key::ShareNowhere)}</b>{" "}{ui(lang, Key::ShareHolds)}</dd>
            </dl>
            if let Some(names) = &view.names {
                <p class="names" data-testid="share-names"><Icon id="i-warn" size={14} /><span><Words of={names.clone()} /></span></p>
            }
            <ul class="ways">
                <li class="row first">
                    <b>{ui(lang, Key::ShareLink)}</b>
                    if let Some(link) = link {
                        <span>{view.characters}{" "}{ui(lang, Key::ShareCharacters)}
                            if view.characters >= LONG { {" · "}{ui(lang, Key::ShareLong)} }</span>
                        if *stop > 0 {
                            <label><input type="checkbox" checked={*here} onchange={toggle} />{ui(lang, Key::ShareHere)}
                                {format!(" {}/{}", stop + 1, last + 1)}</label>
                        }
                        <Copy {lang} text={link.clone()} testid="copy-link" />
                        <code class="preview" data-testid="link">{shortened(&link)}</code>
                    } else if made.is_some() {
                        <span>{ui(lang, Key::ShareNoAddress)}</span>
                    } else {
                        <span>{ui(lang, Key::ShareTooLong)}{" ("}{view.characters}{" "}{ui(lang, Key::ShareCharacters)}{")"}</span>
                    }
                </li>
                <li class="row">
                    <b>{"Markdown"}</b><span>{ui(lang, Key::ShareFence)}</span>
                    <Copy {lang} text={view.fence.clone()} testid="copy-fence" />
                </li>
                if !view.picture.is_empty() {
                    <PictureRow {lang} view={Rc::clone(view)} name={name.clone()} link={fragment.cloned()} />
                }
                if !view.recording.is_empty() {
                    <li class="row">
                        <b>{ui(lang, Key::ShareEmbed)}</b><span>{ui(lang, Key::ShareFigure)}</span>
                        <Save {lang} text={view.recording.clone()} name={[&name, ".walk.json"].concat()} kind="application/json"
                            testid="save-recording" word={Key::ShareRecording} />
                        if address::is_known() {
                            <Copy {lang} text={element(view, &name, fragment.map(String::as_str))} testid="copy-element" />
                        }
                    </li>
                }
                <li class="row">
                    <b>{ui(lang, Key::ShareFile)}</b><code>{&name}{".walk.txt"}</code>
                    <Save {lang} text={view.case.clone()} name={[&name, ".walk.txt"].concat()} kind="text/plain" testid="save-file"
                        onsaved={saved} />
                </li>
                <li class="row">
                    <b>{ui(lang, Key::ShareWords)}</b><span>{ui(lang, Key::ShareAsText)}</span>
                    <Copy {lang} text={view.words.clone()} testid="copy-words" />
                </li>
                <li class="row">
                    <b>{"JSON"}</b><span>{ui(lang, Key::ShareAnswer)}</span>
                    <Copy {lang} text={view.json.clone()} testid="copy-json" />
                </li>
            </ul>
            </>
        }
    });
    html! {
        <div class="veil" onclick={shut.clone()}>
            <div class="dialog share" ref={dialog} role="dialog" aria-modal="true" aria-labelledby="share-title" data-testid="share"
                {onkeydown} onclick={|e: MouseEvent| e.stop_propagation()}>
                <div class="ph"><h2 id="share-title">{ui(lang, Key::Share)}</h2>
                    <button class="ghost" onclick={shut} aria-label={ui(lang, Key::Close)}><Icon id="i-x" size={14} /></button>
                </div>
                {body.unwrap_or_else(|| html! { <p class="leaves">{ui(lang, Key::ShareNothing)}</p> })}
            </div>
        </div>
    }
}

/// The element that plays a recording in a page, with the picture in it for where nothing plays.
fn element(view: &ShareView, name: &str, fragment: Option<&str>) -> String {
    let page = address::with("");
    let site = page.trim_end_matches('#');
    let folder = &site[..=site.rfind('/').unwrap_or_default()];
    let link = address::with(fragment.unwrap_or_default());
    element_of_file(folder, name, &link, &view.verdict)
}

/// Keeps the focus within the dialog: from its last control Tab goes to its first.
pub(crate) fn keep_inside(dialog: &NodeRef, event: &KeyboardEvent) {
    let Some(dialog) = dialog.cast::<HtmlElement>() else { return };
    let Ok(all) = dialog.query_selector_all("button, input") else { return };
    let at = |index: u32| all.get(index).and_then(|n| n.dyn_into::<HtmlElement>().ok());
    let (Some(first), Some(last)) = (at(0), at(all.length().saturating_sub(1))) else { return };
    let held = gloo::utils::document().active_element();
    let is = |element: &HtmlElement| held.as_ref() == Some(element.as_ref());
    let to = match event.shift_key() {
        true if is(&first) => last,
        false if is(&last) => first,
        _ => return,
    };
    event.prevent_default();
    let _ = to.focus();
}

/// The begin and the end of a link, and how much is between them.
fn shortened(link: &str) -> String {
    let (begin, end) = SHOWN;
    match link.len().checked_sub(begin + end).filter(|left| *left > 40) {
        Some(left) => format!("{} … {left} … {}", &link[..begin], &link[link.len() - end..]),
        None => link.to_owned(),
    }
}

/// A name for files: of the packet that is asked for, in letters that every system takes.
pub(crate) fn file_name(case: &str) -> String {
    let packet = case.lines().find_map(|l| l.strip_prefix("packet: ")).unwrap_or_default();
    let words: String = packet
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join("-")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let name = words.trim_matches('-');
    if name.is_empty() { "chainwalk".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_link_is_shown_by_its_ends() {
        assert_eq!(shortened("https://x/#w1=abc"), "https://x/#w1=abc");
        let long = format!("{}{}{}", "a".repeat(150), "b".repeat(1000), "c".repeat(40));
        let shown = shortened(&long);
        assert!(shown.starts_with(&"a".repeat(150)) && shown.ends_with(&"c".repeat(40)));
        assert!(shown.contains("… 1000 …"), "{shown}");
    }
}
