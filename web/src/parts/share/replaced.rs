//! What is replaced before a walk leaves: old and new, what was taken out, what may still tell, and whether it walks as before.

use crate::message::{NameView, ReplacedView};
use crate::parts::icon::Icon;
use crate::parts::sentence::Words;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// So many rows and lines are shown before the rest is asked for.
const SHOWN: usize = 12;

/// A secret that nobody learns, so that nobody can undo what it decided.
pub(super) fn fresh_key() -> String {
    let mut bytes = [0; 16];
    let crypto = gloo::utils::window().crypto();
    let _ = crypto.and_then(|c| c.get_random_values_with_u8_array(&mut bytes));
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// What is replaced beside what always is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Also {
    /// Private addresses.
    pub(super) private: bool,
    /// Words.
    pub(super) words: Vec<String>,
}

/// Properties of [`Report`].
#[derive(Properties, PartialEq)]
pub(super) struct ReportProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// What became of it, once that is known.
    pub(super) view: Option<Rc<ReplacedView>>,
    /// Keeps a name as it is written.
    pub(super) keep: Callback<String>,
    /// What goes, too.
    pub(super) also: Also,
    /// Lets more go, or less.
    pub(super) add: Callback<Also>,
    /// Goes back to what was pasted.
    pub(super) mine: Callback<MouseEvent>,
    /// Shares what is shown here.
    pub(super) share: Callback<MouseEvent>,
}

/// The report.
#[component]
pub(super) fn Report(props: &ReportProps) -> Html {
    let ReportProps { lang, view, keep, also, add, mine, share } = props;
    let lang = *lang;
    let all = use_state_eq(|| false);
    let field = use_node_ref();
    let Some(view) = view else {
        return html! { <p class="leaves" role="status">{ui(lang, Key::ReplacedWorking)}</p> };
    };
    let most = if *all { usize::MAX } else { SHOWN };
    let left = view.names.len().saturating_sub(most);
    let more = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    let (tone, icon) = if view.is_same { ("same", "i-ok") } else { ("open", "i-half") };
    html! {
        <div class="report" data-testid="replaced">
            <p class={classes!("verdict", tone)} role="status"><Icon id={icon} size={14} /><span><Words of={view.said.clone()} /></span></p>
            if view.names.is_empty() {
                <p>{ui(lang, Key::ReplacedNothing)}</p>
            } else {
                <table>
                    <thead><tr>
                        <th></th><th>{ui(lang, Key::ReplacedOld)}</th><th>{ui(lang, Key::ReplacedNew)}</th>
                        <th class="n">{ui(lang, Key::ReplacedOften)}</th><th></th>
                    </tr></thead>
                    <tbody>{for view.names.iter().take(most).enumerate().map(|(at, name)| {
                        let first = at == 0 || view.names[at - 1].kind != name.kind;
                        row(lang, name, first, keep)
                    })}</tbody>
                </table>
                if left > 0 {
                    <button class="more" onclick={more}>{format!("+ {left}")}</button>
                }
            }
            {too(lang, view, also, add, &field)}
            <dl>
                if !view.taken_out.is_empty() {
                    <dt>{ui(lang, Key::ReplacedTakenOut)}</dt>
                    <dd>{for view.taken_out.iter().take(SHOWN).map(|(line, text)| html! { <code>{format!("{line}  {text}")}</code> })}
                        if view.taken_out.len() > SHOWN { <span>{format!("+ {}", view.taken_out.len() - SHOWN)}</span> }</dd>
                }
                <dt>{ui(lang, Key::ReplacedKept)}</dt>
                <dd>{for view.kept.iter().map(|k| html! { <><code>{k.clone()}</code>{", "}</> })}{ui(lang, if view.private { Key::ReplacedKeptLess } else { Key::ReplacedKeptWhat })}</dd>
                <dt>{ui(lang, Key::ReplacedTells)}</dt>
                <dd>{ui(lang, Key::ReplacedTellsWhat)}
                    if !view.opaque.is_empty() {
                        {" "}{ui(lang, Key::ReplacedOpaque)}{" "}<code>{view.opaque.join(" ")}</code>
                    }
                    if !view.hosts_kept.is_empty() {
                        {" "}{ui(lang, Key::ReplacedHostsKept)}{" "}<code>{view.hosts_kept.join(" ")}</code>
                    }
                    if view.is_shuffled { {" "}{ui(lang, Key::ReplacedShuffled)} }</dd>
            </dl>
            <div class="ends">
                <span>{ui(lang, Key::ReplacedNotStored)}</span>
                <button class="copy" onclick={mine} data-testid="keep-mine">{ui(lang, Key::ReplacedMine)}</button>
                <button class="copy first" onclick={share} data-testid="share-replaced">{ui(lang, Key::ReplacedShare)}</button>
            </div>
        </div>
    }
}

/// What goes, too: a word at a time, and private addresses.
fn too(
    lang: Lang,
    view: &ReplacedView,
    also: &Also,
    add: &Callback<Also>,
    field: &NodeRef,
) -> Html {
    let onsubmit = {
        let (also, add, field) = (also.clone(), add.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(field) = field.cast::<HtmlInputElement>() else { return };
            let word = field.value().trim().to_owned();
            field.set_value("");
            if !word.is_empty() && !also.words.contains(&word) {
                let mut words = also.words.clone();
                words.push(word);
                add.emit(Also { words, ..also.clone() });
            }
        })
    };
    let onchange = {
        let (also, add) = (also.clone(), add.clone());
        Callback::from(move |event: Event| {
            let private = event.target_unchecked_into::<HtmlInputElement>().checked();
            add.emit(Also { private, ..also.clone() });
        })
    };
    let missing: Vec<&str> =
        view.words.iter().filter(|(_, found)| !found).map(|(word, _)| word.as_str()).collect();
    html! {
        <form class="too" {onsubmit}>
            <label>{ui(lang, Key::ReplacedToo)}{" "}<input ref={field} autocomplete="off" spellcheck="false" data-testid="replace-word" /></label>
            <button class="copy">{ui(lang, Key::ReplacedTooDo)}</button>
            <label><input type="checkbox" checked={also.private} {onchange} data-testid="replace-private" />{ui(lang, Key::ReplacedTooPrivate)}</label>
            if !missing.is_empty() {
                <p role="status">{ui(lang, Key::ReplacedMissing)}{" "}<code>{missing.join(", ")}</code></p>
            }
        </form>
    }
}

fn row(lang: Lang, name: &NameView, first: bool, keep: &Callback<String>) -> Html {
    let onclick = {
        let (keep, old) = (keep.clone(), name.old.clone());
        Callback::from(move |_: MouseEvent| keep.emit(old.clone()))
    };
    html! {
        <tr>
            <td>{if first { ui(lang, kind(&name.kind)) } else { "" }}</td>
            <td><code>{name.old.clone()}</code></td>
            <td><code class="new">{name.new.clone()}</code></td>
            <td class="n">{name.times}</td>
            <td><button {onclick} aria-label={format!("{}: {}", ui(lang, Key::ReplacedAgain), name.old)}>{ui(lang, Key::ReplacedAgain)}</button></td>
        </tr>
    }
}

fn kind(name: &str) -> Key {
    match name {
        "public" => Key::ReplacedPublic,
        "private" => Key::ReplacedPrivate,
        "word" => Key::ReplacedWord,
        "name" => Key::ReplacedName,
        "namespace" => Key::ReplacedNamespace,
        "image" => Key::ReplacedImage,
        "mac" => Key::ReplacedMac,
        "host" => Key::ReplacedHost,
        "user" => Key::ReplacedUser,
        "service" => Key::ReplacedService,
        "id" => Key::ReplacedId,
        "log" => Key::ReplacedLog,
        "comment" => Key::ReplacedComment,
        _ => Key::ReplacedInterface,
    }
}
