//! What this can travel in: a link, a block of Markdown, a picture, a file, words. It says first what leaves.

pub(crate) mod leave;
mod picture;
mod replaced;
pub(crate) mod ways;

use super::act::{Dispatch, act};
use super::icon::Icon;
use super::sentence::Words;
use crate::message::{ReplacedView, Replacing, ShareView};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use chainwalk::{Position, Stop};
use replaced::{Also, Report, fresh_key};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use ways::Ways;
use web_sys::HtmlElement;
use yew::prelude::*;

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
    /// The same without the names in it, once that is made.
    pub(crate) replaced: Option<Rc<ReplacedView>>,
    /// Asks for that.
    pub(crate) replace: Callback<Replacing>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// What of it the dialog shows.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    /// What was pasted, to be shared.
    Mine,
    /// What would be replaced.
    Report,
    /// What was replaced, to be shared.
    Replaced,
}

/// The dialog. It takes the focus while it is open.
#[component]
pub(crate) fn Share(props: &ShareProps) -> Html {
    let ShareProps {
        lang,
        packet,
        stop: (stop, last),
        exported,
        export,
        replaced,
        replace,
        dispatch,
    } = props;
    let lang = *lang;
    let shown = use_state_eq(|| Shown::Mine);
    let kept = use_state_eq(Vec::<String>::new);
    let also = use_state_eq(Also::default);
    let key = use_memo((), |()| fresh_key());
    {
        let at = if stop == last { Stop::End } else { Stop::At(*stop) };
        let export = export.clone();
        let at = Position { packet: *packet, stop: at };
        use_effect_with(at, move |at| export.emit(*at));
        let replace = replace.clone();
        let wanted = (*shown != Shown::Mine).then(|| Replacing {
            at,
            key: (*key).clone(),
            keep: (*kept).clone(),
            private: also.private,
            words: also.words.clone(),
        });
        use_effect_with(wanted, move |wanted| {
            if let Some(wanted) = wanted.clone() {
                replace.emit(wanted);
            }
        });
    }
    let dialog = use_node_ref();
    {
        // The first thing that can be copied has the focus once it is there.
        let dialog = dialog.clone();
        use_effect_with((exported.is_some(), replaced.is_some(), *shown), move |_| {
            let first = dialog.cast::<HtmlElement>().and_then(|d| {
                let ready = d.query_selector(".row button.copy, button.first").ok().flatten();
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
    // A file without the names is not the reader's own work, saved.
    let saved = match *shown {
        Shown::Replaced => Callback::noop(),
        Shown::Mine | Shown::Report => act::<()>(dispatch, Action::Saved),
    };
    let turn = |to: Shown| {
        let shown = shown.clone();
        Callback::from(move |_: MouseEvent| shown.set(to))
    };
    let keep = {
        let kept = kept.clone();
        Callback::from(move |name: String| {
            let mut all = (*kept).clone();
            all.push(name);
            kept.set(all);
        })
    };
    let add = {
        let also = also.clone();
        Callback::from(move |more: Also| also.set(more))
    };
    let of = match *shown {
        Shown::Replaced => replaced.as_ref().map(|r| &r.share),
        Shown::Mine | Shown::Report => exported.as_ref(),
    };
    let body = of.map(|view| html! {
            <>
            <dl class="leaves">
                <dt>{ui(lang, Key::ShareWhat)}</dt><dd>{view.travels.clone()}</dd>
                <dt>{ui(lang, Key::ShareWhere)}</dt><dd><b>{ui(lang, Key::ShareNowhere)}</b>{" "}{ui(lang, Key::ShareHolds)}</dd>
            </dl>
            if *shown == Shown::Replaced {
                <p class="names" data-testid="share-names"><Icon id="i-ok" size={14} /><span>{ui(lang, Key::ReplacedDone)}</span>
                    <button class="copy" onclick={turn(Shown::Mine)}>{ui(lang, Key::ReplacedMine)}</button></p>
            } else if let Some(names) = &view.names {
                <p class="names" data-testid="share-names"><Icon id="i-warn" size={14} /><span><Words of={names.clone()} /></span>
                    <button class="copy" onclick={turn(Shown::Report)} data-testid="replace-first">{ui(lang, Key::ShareReplace)}</button></p>
            }
            <Ways {lang} view={Rc::clone(view)} stop={(*stop, *last)} {saved} />
            </>
    });
    html! {
        <div class="veil" onclick={shut.clone()}>
            <div class="dialog share" ref={dialog} role="dialog" aria-modal="true" aria-labelledby="share-title" data-testid="share"
                {onkeydown} onclick={|e: MouseEvent| e.stop_propagation()}>
                <div class="ph">
                    if *shown == Shown::Report {
                        <button class="ghost" onclick={turn(Shown::Mine)} aria-label={ui(lang, Key::ReplacedBack)}><Icon id="i-prev" size={14} /></button>
                    }
                    <h2 id="share-title">{ui(lang, if *shown == Shown::Report { Key::ReplacedWhat } else { Key::Share })}</h2>
                    <button class="ghost" onclick={shut} aria-label={ui(lang, Key::Close)}><Icon id="i-x" size={14} /></button>
                </div>
                if *shown == Shown::Report {
                    <Report {lang} view={replaced.clone()} {keep} also={(*also).clone()} {add} mine={turn(Shown::Mine)} share={turn(Shown::Replaced)} />
                } else {
                    {body.unwrap_or_else(|| html! { <p class="leaves">{ui(lang, Key::ShareNothing)}</p> })}
                }
            </div>
        </div>
    }
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
