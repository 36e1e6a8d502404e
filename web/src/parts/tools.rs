//! What can be done about one rule of the walk: take it away, put another before it; and whether it can
//! match at all.

use super::act::Dispatch;
use super::icon::Icon;
use super::sentence::Words;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::{Lang, RuleTools};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`Tools`].
#[derive(Properties, PartialEq)]
pub(crate) struct ToolsProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// What can be done.
    pub(crate) tools: RuleTools,
    /// Whether they are offered; that a rule never matches is always said.
    pub(crate) shown: bool,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The tools of a row, shut until they are asked for.
#[component]
pub(crate) fn Tools(props: &ToolsProps) -> Html {
    let ToolsProps { lang, tools, shown, dispatch } = props;
    let lang = *lang;
    let open = use_state_eq(|| false);
    let field = use_node_ref();
    {
        let (field, start) = (field.clone(), tools.insert.clone());
        use_effect_with(*open, move |open| {
            if let Some(input) = field.cast::<HtmlInputElement>().filter(|_| *open) {
                input.set_value(&start);
                let _ = input.focus();
                let end = start.encode_utf16().count() as u32;
                let _ = input.set_selection_range(end, end);
            }
        });
    }
    let without = {
        let (dispatch, command) = (dispatch.clone(), tools.without.clone());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            dispatch.dispatch(Action::Change(Rc::from(command.as_str())));
        })
    };
    let toggle = {
        let open = open.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            open.set(!*open);
        })
    };
    let put = {
        let (dispatch, field, open) = (dispatch.clone(), field.clone(), open.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(input) = field.cast::<HtmlInputElement>() {
                dispatch.dispatch(Action::Change(Rc::from(input.value().trim())));
                open.set(false);
            }
        })
    };
    // Keys that move through the walk are letters here; Escape leaves the field.
    let keep = {
        let open = open.clone();
        Callback::from(move |event: KeyboardEvent| {
            event.stop_propagation();
            if event.key() == "Escape" {
                open.set(false);
            }
        })
    };
    let still = Callback::from(|event: MouseEvent| event.stop_propagation());
    html! {
        <>
            if !tools.shadow.is_empty() {
                <p class="shadow"><Icon id="i-warn" /><span><Words of={tools.shadow.clone()} /></span></p>
            }
            if *shown {
            <span class="rule-tools">
                if !tools.without.is_empty() {
                    <button class="rule-tool" onclick={without} title={tools.without.clone()}>{ui(lang, Key::WithoutRule)}</button>
                }
                <button class="rule-tool" onclick={toggle} aria-expanded={open.to_string()}
                    title={tools.insert.clone()}>{ui(lang, Key::InsertRule)}</button>
            </span>
            }
            if *open && *shown {
                <form class="insert" onsubmit={put} onclick={still}>
                    <input type="text" ref={field} aria-label={ui(lang, Key::InsertRule)} onkeydown={keep}
                        autocomplete="off" autocapitalize="off" spellcheck="false" data-testid="insert" />
                    <button class="yn" type="submit">{ui(lang, Key::MakeChange)}</button>
                </form>
            }
        </>
    }
}
