//! The keys, as a small dialog.

use super::act::{Dispatch, act};
use super::icon::Icon;
use crate::narration::Verbosity;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlSelectElement, Node};
use yew::prelude::*;

const KEYS: &[(&[&str], Key)] = &[
    (&["Space"], Key::HelpPlay),
    (&["←", "→"], Key::HelpStep),
    (&["⇧ ←", "⇧ →"], Key::HelpHook),
    (&["Home", "End"], Key::HelpEnds),
    (&["r"], Key::HelpFate),
    (&["v"], Key::HelpSay),
    (&["m"], Key::HelpMatches),
    (&["l"], Key::HelpLoop),
    (&["+", "−", "0"], Key::HelpZoom),
    (&["f"], Key::HelpFull),
    (&["↑", "↓"], Key::HelpTree),
    (&["←", "→"], Key::HelpTreeOpen),
    (&["Enter"], Key::HelpTreeLine),
    (&["i"], Key::HelpGloss),
    (&["Ctrl", "."], Key::HelpGlossText),
    (&["Ctrl", "Z / Y"], Key::HelpUndo),
    (&["F6"], Key::HelpPane),
    (&["F8"], Key::HelpProblem),
    (&["Esc"], Key::HelpEscape),
    (&["/"], Key::HelpField),
    (&["s"], Key::HelpShare),
    (&["?"], Key::HelpThis),
];

/// How much can be read aloud, from the most to the least.
const VERBOSITIES: [Verbosity; 3] = [Verbosity::Rules, Verbosity::Chains, Verbosity::Fate];

/// How much is read aloud, in words.
pub(crate) fn said(verbosity: Verbosity) -> Key {
    match verbosity {
        Verbosity::Rules => Key::SayRules,
        Verbosity::Chains => Key::SayChains,
        Verbosity::Fate => Key::SayFate,
    }
}

/// Properties of [`Help`].
#[derive(Properties, PartialEq)]
pub(crate) struct HelpProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// Whether keys that are a character do nothing.
    pub(crate) keys_off: bool,
    /// How much of a walk is read aloud.
    pub(crate) verbosity: Verbosity,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The dialog. It takes the focus while it is open.
#[component]
pub(crate) fn Help(props: &HelpProps) -> Html {
    let HelpProps { lang, keys_off, verbosity, dispatch } = props;
    let (close, says, switch) = (use_node_ref(), use_node_ref(), use_node_ref());
    {
        let close = close.clone();
        use_effect_with((), move |()| {
            if let Some(button) = close.cast::<HtmlElement>() {
                let _ = button.focus();
            }
        });
    }
    let shut = act(dispatch, Action::Open(None));
    // Tab goes round its controls.
    let trap = {
        let round = [close.clone(), says.clone(), switch.clone()];
        Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Tab" {
                e.prevent_default();
                let here = e.target().and_then(|target| target.dyn_into::<Node>().ok());
                let at = round.iter().position(|one| one.get() == here).unwrap_or(0);
                let by = if e.shift_key() { round.len() - 1 } else { 1 };
                if let Some(to) = round[(at + by) % round.len()].cast::<HtmlElement>() {
                    let _ = to.focus();
                }
            }
        })
    };
    let say = {
        let dispatch = dispatch.clone();
        Callback::from(move |e: Event| {
            let select = e.target().and_then(|t| t.dyn_into::<HtmlSelectElement>().ok());
            let at = select.and_then(|select| usize::try_from(select.selected_index()).ok());
            if let Some(this) = at.and_then(|at| VERBOSITIES.get(at)) {
                dispatch.dispatch(Action::Say(Some(*this)));
            }
        })
    };
    html! {
        <div class="veil" onclick={shut.clone()}>
            <div class="dialog" role="dialog" aria-modal="true" aria-labelledby="help-title" data-testid="help"
                onkeydown={trap} onclick={|e: MouseEvent| e.stop_propagation()}>
                <div class="ph"><h2 id="help-title">{ui(*lang, Key::Help)}</h2>
                    <button class="ghost" ref={close} onclick={shut} aria-label={ui(*lang, Key::Close)}><Icon id="i-x" size={14} /></button>
                </div>
                <dl class="keys">
                    {for KEYS.iter().map(|(keys, word)| html! {
                        <div><dt>{for keys.iter().map(|key| html! { <kbd>{*key}</kbd> })}</dt><dd>{ui(*lang, *word)}</dd></div>
                    })}
                </dl>
                <label class="switch-keys">{ui(*lang, Key::ScreenReader)}
                    <select ref={says} onchange={say} data-testid="say">
                        {for VERBOSITIES.iter().map(|one| html! {
                            <option selected={one == verbosity}>{ui(*lang, said(*one))}</option>
                        })}
                    </select></label>
                <label class="switch-keys"><input type="checkbox" ref={switch} checked={!*keys_off}
                    onchange={act(dispatch, Action::KeysOff(!*keys_off))} data-testid="keys-on" />
                    {ui(*lang, Key::KeysOn)}</label>
            </div>
        </div>
    }
}
