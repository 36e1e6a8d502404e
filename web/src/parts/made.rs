//! A change that was made, as a chip: a press on its words opens them to be worded otherwise.

use super::act::{Dispatch, act};
use super::icon::Icon;
use crate::message::EditView;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`Made`].
#[derive(Properties, PartialEq)]
pub(super) struct MadeProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// Which of the changes it is.
    pub(super) at: usize,
    /// The words it was made in.
    pub(super) line: String,
    /// What was made of them.
    pub(super) told: Option<EditView>,
    /// What a person did.
    pub(super) dispatch: Dispatch,
}

/// The chip.
#[component]
pub(super) fn Made(props: &MadeProps) -> Html {
    let MadeProps { lang, at, line, told, dispatch } = props;
    let (lang, at) = (*lang, *at);
    let open = use_state_eq(|| false);
    let field = use_node_ref();
    {
        let (field, line) = (field.clone(), line.clone());
        use_effect_with(*open, move |open| {
            if let Some(input) = field.cast::<HtmlInputElement>().filter(|_| *open) {
                input.set_value(&line);
                let _ = input.focus();
                // A long command is read from its begin.
                let _ = input.set_selection_range(0, 0);
                input.set_scroll_left(0);
            }
        });
    }
    let set = |is: bool| {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(is))
    };
    let put = {
        let (open, field, dispatch) = (open.setter(), field.clone(), dispatch.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            let words = field.cast::<HtmlInputElement>().map(|input| input.value());
            dispatch.dispatch(Action::Rechange(at, Rc::from(words.unwrap_or_default())));
            open.set(false);
        })
    };
    let leave = {
        let open = open.setter();
        Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Escape" {
                e.stop_propagation();
                open.set(false);
            }
        })
    };
    let label = format!("{}: {line}", ui(lang, Key::TakeBackChange));
    let problem = told.as_ref().and_then(|t| t.problems.first());
    let command = told.as_ref().map(|t| t.command.as_str()).filter(|command| !command.is_empty());
    let command = command.unwrap_or(line);
    html! {
        <li class={classes!(problem.map(|_| "wrong"), open.then_some("opened"))}>
            if *open {
                <form onsubmit={put} onkeydown={leave}>
                    <input type="text" ref={field} size={(line.len() + 2).clamp(24, 160).to_string()} aria-label={ui(lang, Key::EditChange)}
                        autocomplete="off" autocapitalize="off" spellcheck="false" data-testid="rechange" />
                    <button class="yn" type="submit">{ui(lang, Key::Edit)}</button>
                </form>
            } else {
                <button class="text" onclick={set(true)} title={format!("{}: {command}", ui(lang, Key::EditChange))} data-testid="edit-change"><code>{command}</code></button>
            }
            <button class="x" onclick={act(dispatch, Action::Unchange(at))} aria-label={label.clone()}
                title={label}><Icon id="i-x" size={11} /></button>
            if let Some(problem) = problem {
                <p role="alert">{&problem.text}
                    if let Some(hint) = &problem.hint { {" "}<em>{hint}</em> }
                </p>
            }
        </li>
    }
}
