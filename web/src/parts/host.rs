//! This host: facts from the paste, guesses, and what a person said.

use super::{Dispatch, Icon, act};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk_model::Span;
use chainwalk_view::{FactRow, Lang, Problem};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`HostPane`].
#[derive(Properties, PartialEq)]
pub(crate) struct HostProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The facts.
    pub(crate) facts: Vec<FactRow>,
    /// What was said.
    pub(crate) assumptions: Vec<Rc<str>>,
    /// What is wrong with each of it.
    pub(crate) problems: Vec<Vec<Problem>>,
    /// Shows lines of the paste.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The pane.
#[component]
pub(crate) fn HostPane(props: &HostProps) -> Html {
    let HostProps { lang, facts, assumptions, problems, reveal, dispatch } = props;
    let lang = *lang;
    let field = use_node_ref();
    let add = {
        let (dispatch, field) = (dispatch.clone(), field.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if let Some(input) = field.cast::<HtmlInputElement>() {
                dispatch.dispatch(Action::Assume(Rc::from(input.value())));
                input.set_value("");
            }
        })
    };
    let edit = |text: &str| {
        let (text, field) = (text.to_owned(), field.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = field.cast::<HtmlInputElement>() {
                input.set_value(&text);
                let _ = input.focus();
            }
        })
    };
    let said = |row: &FactRow| {
        row.assume.as_ref().and_then(|text| assumptions.iter().position(|said| **said == **text))
    };
    let shown: Vec<usize> = facts.iter().filter_map(said).collect();
    let others: Vec<usize> = (0..assumptions.len()).filter(|at| !shown.contains(at)).collect();
    let forget = |at: usize, text: &str| {
        let label = format!("{}: {text}", ui(lang, Key::Forget));
        html! {
            <button class="x" onclick={act(dispatch, Action::Forget(at))} aria-label={label.clone()}
                title={label}><Icon id="i-x" size={11} /></button>
        }
    };
    let fact = |row: &FactRow| {
        let source = match row.span {
            Some(span) => {
                let reveal = reveal.clone();
                let onclick = Callback::from(move |_| reveal.emit(span));
                html! { <button class="source" {onclick}>{&row.source}</button> }
            }
            None => match &row.assume {
                Some(text) => html! {
                    <button class={classes!("source", row.guess.then_some("guess"))} onclick={edit(text)}
                        title={text.clone()}>{&row.source}</button>
                },
                None => {
                    html! { <span class={classes!("source", row.guess.then_some("guess"))}>{&row.source}</span> }
                }
            },
        };
        html! {
            <div class={classes!("fact", row.guess.then_some("guess"))}>
                <dt title={row.name.clone()}>{&row.name}</dt><dd><code>{&row.value}</code><span class="whence">{source}
                    if let Some(at) = said(row) { {forget(at, &assumptions[at])} }
                </span></dd>
            </div>
        }
    };
    html! {
        <section class="host" aria-labelledby="host-title">
            <div class="ph"><h2 id="host-title">{ui(lang, Key::ThisHost)}</h2>
                <small>{ui(lang, Key::GuessesDashed)}</small></div>
            <div class="body">
            <dl class="facts">{for facts.iter().map(fact)}</dl>
            if !others.is_empty() {
                <h3>{ui(lang, Key::Said)}</h3>
                <ul class="said">
                    {for others.iter().map(|at| {
                        let text = &assumptions[*at];
                        let wrong = problems.get(*at).and_then(|p| p.first());
                        html! {
                            <li class={classes!(wrong.map(|_| "wrong"))}>
                                <button class="text" onclick={edit(text)}>{&**text}</button>
                                {forget(*at, text)}
                                if let Some(problem) = wrong { <p>{&problem.text}</p> }
                            </li>
                        }
                    })}
                </ul>
            }
            <form class="say" onsubmit={add}>
                <input type="text" ref={field.clone()} placeholder={ui(lang, Key::AddFactExample)}
                    aria-label={ui(lang, Key::AddFact)} title={ui(lang, Key::AddFact)} data-testid="assume"
                    autocomplete="off" autocapitalize="off" spellcheck="false" />
                <button class="quiet" type="submit">{ui(lang, Key::AddAssumption)}</button>
            </form>
            </div>
        </section>
    }
}
