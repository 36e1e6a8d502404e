//! The keys, as a small dialog.

use super::act::{Dispatch, act};
use super::icon::Icon;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

const KEYS: &[(&[&str], Key)] = &[
    (&["Space"], Key::HelpPlay),
    (&["←", "→"], Key::HelpStep),
    (&["⇧ ←", "⇧ →"], Key::HelpHook),
    (&["Home", "End"], Key::HelpEnds),
    (&["f"], Key::HelpFate),
    (&["v"], Key::HelpSay),
    (&["l"], Key::HelpLoop),
    (&["+", "−", "0"], Key::HelpZoom),
    (&["↑", "↓"], Key::HelpTree),
    (&["←", "→"], Key::HelpTreeOpen),
    (&["Enter"], Key::HelpTreeLine),
    (&["i"], Key::HelpGloss),
    (&["Ctrl", "."], Key::HelpGlossText),
    (&["/"], Key::HelpField),
    (&["s"], Key::HelpShare),
    (&["?"], Key::HelpThis),
];

/// Properties of [`Help`].
#[derive(Properties, PartialEq)]
pub(crate) struct HelpProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// Whether keys that are a character do nothing.
    pub(crate) keys_off: bool,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The dialog. It takes the focus while it is open.
#[component]
pub(crate) fn Help(props: &HelpProps) -> Html {
    let HelpProps { lang, keys_off, dispatch } = props;
    let (close, switch) = (use_node_ref(), use_node_ref());
    {
        let close = close.clone();
        use_effect_with((), move |()| {
            if let Some(button) = close.cast::<HtmlElement>() {
                let _ = button.focus();
            }
        });
    }
    let shut = act(dispatch, Action::Open(None));
    // There are two controls in it: Tab goes from one to the other.
    let trap = {
        let (close, switch) = (close.clone(), switch.clone());
        Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Tab" {
                e.prevent_default();
                let here = e.target().and_then(|target| target.dyn_into::<Node>().ok());
                let to = if here == switch.get() { &close } else { &switch };
                if let Some(to) = to.cast::<HtmlElement>() {
                    let _ = to.focus();
                }
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
                <label class="switch-keys"><input type="checkbox" ref={switch} checked={!*keys_off}
                    onchange={act(dispatch, Action::KeysOff(!*keys_off))} data-testid="keys-on" />
                    {ui(*lang, Key::KeysOn)}</label>
            </div>
        </div>
    }
}
