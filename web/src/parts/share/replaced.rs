//! What is replaced before a walk leaves: old and new, what was taken out, what may still tell, and whether it walks as before.

use crate::message::{NameView, ReplacedView};
use crate::parts::icon::Icon;
use crate::parts::sentence::Words;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use std::rc::Rc;
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

/// Properties of [`Report`].
#[derive(Properties, PartialEq)]
pub(super) struct ReportProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// What became of it, once that is known.
    pub(super) view: Option<Rc<ReplacedView>>,
    /// Keeps a name as it is written.
    pub(super) keep: Callback<String>,
    /// Goes back to what was pasted.
    pub(super) mine: Callback<MouseEvent>,
    /// Shares what is shown here.
    pub(super) share: Callback<MouseEvent>,
}

/// The report.
#[component]
pub(super) fn Report(props: &ReportProps) -> Html {
    let ReportProps { lang, view, keep, mine, share } = props;
    let lang = *lang;
    let all = use_state_eq(|| false);
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
            <dl>
                if !view.taken_out.is_empty() {
                    <dt>{ui(lang, Key::ReplacedTakenOut)}</dt>
                    <dd>{for view.taken_out.iter().take(SHOWN).map(|(line, text)| html! { <code>{format!("{line}  {text}")}</code> })}
                        if view.taken_out.len() > SHOWN { <span>{format!("+ {}", view.taken_out.len() - SHOWN)}</span> }</dd>
                }
                <dt>{ui(lang, Key::ReplacedKept)}</dt>
                <dd>{for view.kept.iter().map(|k| html! { <><code>{k.clone()}</code>{", "}</> })}{ui(lang, Key::ReplacedKeptWhat)}</dd>
                <dt>{ui(lang, Key::ReplacedTells)}</dt>
                <dd>{ui(lang, Key::ReplacedTellsWhat)}
                    if !view.opaque.is_empty() {
                        {" "}{ui(lang, Key::ReplacedOpaque)}{" "}<code>{view.opaque.join(" ")}</code>
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
