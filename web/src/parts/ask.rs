//! The packet field: a line as people type it, and where the packet comes from.

use super::{Dispatch, Icon, act};
use crate::origin::{Origin, says_itself};
use crate::state::{Action, Overlay};
use crate::words::{Key, ui};
use chainwalk_view::{Lang, Problem};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`AskField`].
#[derive(Properties, PartialEq)]
pub(crate) struct AskProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// What is in the field.
    pub(crate) draft: Rc<str>,
    /// Where packets come from.
    pub(crate) origin: Origin,
    /// What is wrong with the line that was sent.
    pub(crate) problems: Vec<Problem>,
    /// The interfaces that are known, for suggestions.
    pub(crate) interfaces: Rc<Vec<String>>,
    /// Whether the origin's form is open.
    pub(crate) open: bool,
    /// The field itself.
    pub(crate) field: NodeRef,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

fn value(event: &InputEvent) -> String {
    event.target_unchecked_into::<HtmlInputElement>().value()
}

/// The packet field.
#[component]
pub(crate) fn AskField(props: &AskProps) -> Html {
    let AskProps { lang, draft, origin, problems, interfaces, open, field, dispatch } = props;
    let lang = *lang;
    let typed = {
        let dispatch = dispatch.clone();
        Callback::from(move |e: InputEvent| dispatch.dispatch(Action::Draft(Rc::from(value(&e)))))
    };
    let send = {
        let dispatch = dispatch.clone();
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            dispatch.dispatch(Action::Send);
        })
    };
    let from = |make: fn(&Origin, String) -> Origin| {
        let (dispatch, origin) = (dispatch.clone(), origin.clone());
        Callback::from(move |e: InputEvent| {
            dispatch.dispatch(Action::From(make(&origin, value(&e))));
        })
    };
    let at = from(|origin, from| Origin { from: from.trim().into(), ..origin.clone() });
    let iface = from(|origin, iface| Origin { iface: iface.trim().into(), ..origin.clone() });
    let wire = interfaces.iter().find(|i| *i != "lo").cloned().unwrap_or_else(|| "eth0".into());
    let outside = act(dispatch, Action::From(Origin { iface: wire, ..origin.clone() }));
    let local = act(dispatch, Action::From(Origin::default()));
    let from_outside = !origin.iface.is_empty();
    let toggle = act(dispatch, Action::Open((!open).then_some(Overlay::Origin)));
    let summary = if says_itself(draft) {
        Html::default()
    } else {
        html! {
            <button type="button" class="origin" aria-haspopup="true" aria-expanded={open.to_string()}
                data-testid="origin" onclick={toggle}>
                <span class="word">{ui(lang, Key::FieldFrom)}</span>
                if !origin.from.is_empty() {
                    <code>{origin.from.clone()}</code>
                } else if !from_outside {
                    <b>{ui(lang, Key::FieldThisHost)}</b>
                }
                if from_outside {
                    <span class="iface">{ui(lang, Key::FieldOn)}<code>{origin.iface.clone()}</code></span>
                }
                <Icon id="i-dn" />
            </button>
        }
    };
    let wrong = problems.first();
    html! {
        <form class={classes!("ask", wrong.map(|p| p.class.clone()))} onsubmit={send} role="search">
            <span class="dollar" aria-hidden="true">{"$"}</span>
            <input class="line" type="text" value={draft.to_string()} oninput={typed} ref={field.clone()}
                placeholder={ui(lang, Key::PacketPlaceholder)} aria-label={ui(lang, Key::Packet)}
                aria-invalid={wrong.is_some().to_string()} data-testid="packet"
                autocomplete="off" autocapitalize="off" spellcheck="false" />
            {summary}
            <button class="send" type="submit" data-testid="send" aria-label={ui(lang, Key::Send)}>
                {ui(lang, Key::Send)}<Icon id="i-go" size={16} />
            </button>
            if *open {
                <fieldset class="sheet from">
                    <label class="choice">
                        <input type="radio" name="entry" checked={from_outside} onclick={outside} />
                        {ui(lang, Key::FormOutside)}
                    </label>
                    <label class="choice">
                        <input type="radio" name="entry" checked={!from_outside} onclick={local} />
                        {ui(lang, Key::FormLocal)}
                    </label>
                    <label class="entry">{ui(lang, Key::FormAddress)}
                        <input type="text" value={origin.from.clone()} oninput={at} data-testid="origin-from"
                            placeholder={ui(lang, Key::AddressPlaceholder)} autocomplete="off" spellcheck="false" />
                    </label>
                    <label class="entry">{ui(lang, Key::FormInterface)}
                        <input type="text" value={origin.iface.clone()} oninput={iface} list="interfaces"
                            data-testid="origin-iface" autocomplete="off" spellcheck="false" />
                    </label>
                    <datalist id="interfaces">
                        {for interfaces.iter().map(|i| html! { <option value={i.clone()} /> })}
                    </datalist>
                    <button class="send" type="submit">{ui(lang, Key::Send)}</button>
                </fieldset>
            }
            if let Some(problem) = wrong {
                <p class="wrong" role="alert" data-testid="packet-problem">
                    <Icon id="i-warn" />{&problem.text}
                    if let Some(hint) = &problem.hint { <span class="hint">{hint}</span> }
                </p>
            }
        </form>
    }
}
