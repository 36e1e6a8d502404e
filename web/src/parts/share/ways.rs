//! The ways in which a walk can leave: a link, a block of Markdown, a picture, a figure, a file, words, JSON.

use super::leave::{Copy, Save};
use super::picture::PictureRow;
use crate::address;
use crate::message::ShareView;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use chainwalk_take::link::LONG;
use chainwalk_take::picture::element_of_file;
use std::rc::Rc;
use yew::prelude::*;

/// So many characters of a link are shown at its begin and end.
const SHOWN: (usize, usize) = (150, 40);

/// Properties of [`Ways`].
#[derive(Properties, PartialEq)]
pub(super) struct WaysProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// What leaves, in each form.
    pub(super) view: Rc<ShareView>,
    /// The stop that is shown, and the last one.
    pub(super) stop: (usize, usize),
    /// Hears that it was saved as a file.
    pub(super) saved: Callback<()>,
}

/// A row for each way.
#[component]
pub(super) fn Ways(props: &WaysProps) -> Html {
    let WaysProps { lang, view, stop: (stop, last), saved } = props;
    let lang = *lang;
    let here = use_state_eq(|| *stop > 0);
    let toggle = {
        let here = here.clone();
        Callback::from(move |_: Event| here.set(!*here))
    };
    let name = file_name(&view.case);
    let made = if *here { &view.link } else { &view.link_from_start };
    // The page that is one file may have no address that others could open.
    let fragment = made.as_ref().filter(|_| address::is_known());
    let link = fragment.map(|fragment| address::with(fragment));
    html! {
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
                    onsaved={saved.clone()} />
            </li>
            <li class="row">
                <b>{ui(lang, Key::ShareWords)}</b><span>{ui(lang, Key::ShareAsText)}</span>
                <Copy {lang} text={view.markdown.clone()} testid="copy-walk" word={Key::ShareAsMarkdown} />
                <Copy {lang} text={view.words.clone()} testid="copy-words" />
            </li>
            <li class="row">
                <b>{"JSON"}</b><span>{ui(lang, Key::ShareAnswer)}</span>
                <Copy {lang} text={view.json.clone()} testid="copy-json" />
            </li>
        </ul>
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
