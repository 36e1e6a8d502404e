//! This host: facts from the paste, guesses, and what a person said, each of which can be said otherwise.

use super::act::{Dispatch, act};
use super::blank::CopyCollector;
use super::fill::FillIn;
use super::icon::Icon;
use crate::layout::Edge;
use crate::message::BlankView;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{FactRow, HostChip, Lang, Problem};
use std::rc::Rc;
use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

/// Properties of [`HostPane`].
#[derive(Properties, PartialEq)]
pub(crate) struct HostProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// Whether a person folded it away.
    pub(crate) folded: bool,
    /// Whether the text beside it needs the room, so that it is a line at first.
    pub(crate) brief: bool,
    /// Whether the paste has the width of the page.
    pub(crate) wide: bool,
    /// The hosts to choose from; none where there is one.
    pub(crate) hosts: Vec<HostChip>,
    /// That there is no host of the name that was chosen.
    pub(crate) no_host: Option<Problem>,
    /// The values that the paste leaves open.
    pub(crate) blanks: Vec<BlankView>,
    /// The facts.
    pub(crate) facts: Vec<FactRow>,
    /// What was said.
    pub(crate) assumptions: Vec<String>,
    /// What is wrong with each of it.
    pub(crate) problems: Vec<Vec<Problem>>,
    /// Asks what is wrong with a text as it is typed.
    pub(crate) check: Callback<(String, Lang)>,
    /// The text that was looked at last, and what is wrong with it.
    pub(crate) checked: Option<Rc<(String, Vec<Problem>)>>,
    /// Shows lines of the paste.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The pane.
#[component]
pub(crate) fn HostPane(props: &HostProps) -> Html {
    let HostProps { lang, hosts, facts, assumptions, problems, reveal, dispatch, .. } = props;
    let lang = *lang;
    let field = use_node_ref();
    let text = use_state_eq(String::new);
    let amended = use_state_eq(|| None::<usize>);

    // The text goes into the field, and what is sent takes the place of what was said, if that is what is edited.
    let edit = |words: &str, at: Option<usize>| {
        let (words, field) = (words.to_owned(), field.clone());
        let (text, amended) = (text.setter(), amended.setter());
        Callback::from(move |_: MouseEvent| {
            text.set(words.clone());
            amended.set(at);
            if let Some(input) = field.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        })
    };
    let said = |row: &FactRow| {
        row.assume.as_ref().and_then(|text| assumptions.iter().position(|said| **said == **text))
    };
    // It is a line where the text beside it needs the room, unless it asks for something, and until it is opened there.
    let asks = !hosts.is_empty() || !props.blanks.is_empty() || props.no_host.is_some();
    let brief = props.brief && (props.wide || !asks);
    let opened = use_state_eq(|| false);
    {
        let opened = opened.setter();
        use_effect_with(props.wide, move |_| opened.set(false));
    }
    let folded = props.folded || brief && !*opened;
    let toggle = {
        let (opened, put_away, dispatch) = (opened.clone(), props.folded, dispatch.clone());
        Callback::from(move |_: MouseEvent| {
            if put_away {
                opened.set(true);
            } else if brief {
                return opened.set(!*opened);
            }
            dispatch.dispatch(Action::Fold(Edge::Host));
        })
    };
    let shown: Vec<usize> = facts.iter().filter_map(said).collect();
    let others: Vec<usize> = (0..assumptions.len()).filter(|at| !shown.contains(at)).collect();
    let forget = |at: usize, text: &str| {
        let label = format!("{} {text}", ui(lang, Key::Forget));
        html! {
            <button class="x" onclick={act(dispatch, Action::Forget(at))} aria-label={label.clone()}
                title={label} data-testid="forget"><Icon id="i-x" size={11} /></button>
        }
    };
    let fact = |at: usize, row: &FactRow| {
        // What more is told of an interface stands under its name.
        let again = at > 0 && facts[at - 1].name == row.name;
        let guess = row.guess.then_some("guess");
        let source = match row.span {
            Some(span) => {
                let onclick = reveal.reform(move |_: MouseEvent| span);
                html! { <button class={classes!("source", guess)} {onclick}>{&row.source}</button> }
            }
            None => html! { <span class={classes!("source", guess)}>{&row.source}</span> },
        };
        let own = said(row);
        let pencil = row.assume.as_ref().map(|words| {
            let label = format!("{}: {words}", ui(lang, Key::Edit));
            html! {
                <button class="x pencil" onclick={edit(words, own)} aria-label={label.clone()} title={label}
                    data-testid="edit-fact"><Icon id="i-pencil" size={11} /></button>
            }
        });
        html! {
            <div class={classes!("fact", guess)} data-testid="fact">
                <dt class={classes!(again.then_some("again"))} title={row.name.clone()}>{&row.name}</dt>
                <dd><code>{&row.value}</code><span class="whence">{source}{pencil.unwrap_or_default()}
                    if let Some(own) = own { {forget(own, &assumptions[own])} }
                </span></dd>
            </div>
        }
    };
    html! {
        <section class="host" aria-labelledby="host-title">
            <div class="ph"><h2 id="host-title">{ui(lang, Key::ThisHost)}</h2>
                <small class="in-short">{if folded { in_short(facts) } else { ui(lang, Key::GuessesDashed).to_owned() }}</small>
                <button class="ghost tool turn" onclick={toggle} aria-expanded={(!folded).to_string()} aria-labelledby="host-title"
                    data-testid="host-toggle"><Icon id={if folded { "i-rt" } else { "i-dn" }} /></button></div>
            <div class={classes!("body", folded.then_some("folded"))}>
            if let Some(problem) = &props.no_host {
                <p class="wrong" role="alert" data-testid="no-host"><Icon id="i-warn" />{&problem.text}</p>
            }
            if !hosts.is_empty() { {choice(hosts, lang, dispatch)} }
            <FillIn {lang} blanks={props.blanks.clone()} reveal={reveal.clone()} dispatch={dispatch.clone()} />
            <dl class="facts">{for facts.iter().enumerate().map(|(at, row)| fact(at, row))}</dl>
            if !others.is_empty() {
                <h3>{ui(lang, Key::Said)}</h3>
                <ul class="said">
                    {for others.iter().map(|at| {
                        let text = &assumptions[*at];
                        let wrong = problems.get(*at).and_then(|p| p.first());
                        html! {
                            <li class={classes!(wrong.map(|_| "wrong"))} data-testid="said">
                                <button class="text" onclick={edit(text, Some(*at))}>{&**text}</button>
                                {forget(*at, text)}
                                if let Some(problem) = wrong { <p>{&problem.text}</p> }
                            </li>
                        }
                    })}
                </ul>
            }
            <Say {lang} {field} {text} {amended} check={props.check.clone()} checked={props.checked.clone()}
                dispatch={dispatch.clone()} />
            <CopyCollector {lang} />
            </div>
        </section>
    }
}

/// The facts in a line: those that were not guessed first.
fn in_short(facts: &[FactRow]) -> String {
    let told = facts.iter().filter(|row| !row.guess && row.name != "lo");
    let words = told.map(|row| format!("{} {}", row.name, row.value)).take(6);
    words.collect::<Vec<_>>().join(" · ")
}

/// The hosts that the paste speaks of; the packet walks the one that is pressed.
fn choice(hosts: &[HostChip], lang: Lang, dispatch: &Dispatch) -> Html {
    let chosen = hosts.iter().find(|host| host.chosen).map_or("", |host| host.id.as_str());
    let one = |host: &HostChip| {
        let (from, to) = (Rc::from(chosen), Rc::from(host.id.as_str()));
        html! {
            <button class={classes!("host-chip", host.chosen.then_some("on"))} aria-pressed={host.chosen.to_string()}
                onclick={act(dispatch, Action::Host { from, to })} data-testid="host-chip">
                <b>{&host.name}</b><small>{&host.detail}</small>
            </button>
        }
    };
    html! {
        <div class="hosts" role="group" aria-labelledby="hosts-title">
            <p id="hosts-title">{ui(lang, Key::WhichHost)}</p>
            {for hosts.iter().map(one)}
        </div>
    }
}

/// Properties of [`Say`].
#[derive(Properties, PartialEq)]
struct SayProps {
    /// The reader's language.
    lang: Lang,
    /// The field.
    field: NodeRef,
    /// What is in it.
    text: UseStateHandle<String>,
    /// The assumption it takes the place of, if any.
    amended: UseStateHandle<Option<usize>>,
    /// Asks what is wrong with it.
    check: Callback<(String, Lang)>,
    /// The text that was looked at last, and what is wrong with it.
    checked: Option<Rc<(String, Vec<Problem>)>>,
    /// What a person did.
    dispatch: Dispatch,
}

/// The field for facts: what is wrong is underlined in it and said below. A wrong text is not taken.
#[component]
fn Say(props: &SayProps) -> Html {
    let SayProps { lang, field, text, amended, check, checked, dispatch } = props;
    let lang = *lang;
    {
        let check = check.clone();
        use_effect_with(((**text).clone(), lang), move |(text, lang)| {
            if !text.trim().is_empty() {
                check.emit((text.trim().to_owned(), *lang));
            }
        });
    }
    let problem = checked
        .as_ref()
        .filter(|checked| !text.trim().is_empty() && checked.0 == text.trim())
        .and_then(|checked| checked.1.first());
    let add = {
        let (dispatch, text, amended) = (dispatch.clone(), text.clone(), amended.clone());
        let wrong = problem.is_some();
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if wrong {
                return;
            }
            let words = Rc::from(text.as_str());
            dispatch.dispatch(match *amended {
                Some(at) => Action::Amend(at, words),
                None => Action::Assume(words),
            });
            text.set(String::new());
            amended.set(None);
        })
    };
    let oninput = {
        let text = text.setter();
        Callback::from(move |e: InputEvent| {
            text.set(e.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onkeydown = {
        let (text, amended) = (text.setter(), amended.setter());
        Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Escape" {
                text.set(String::new());
                amended.set(None);
            }
        })
    };
    // The same letters below the field's own, unseen but for the line under what is wrong.
    let mirror = problem.map(|problem| {
        let lead = text.len() - text.trim_start().len();
        let cut = |at: u32| {
            let mut at = (at as usize + lead).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (from, to) = (cut(problem.span.start), cut(problem.span.end));
        let to = if to > from { to } else { text.len() };
        html! { <span class="mirror" aria-hidden="true">{&text[..from]}<u>{&text[from..to.max(from)]}</u></span> }
    });
    let label = ui(lang, if amended.is_some() { Key::Edit } else { Key::AddAssumption });
    html! {
        <form class="say" onsubmit={add}>
            <span class="field">
                <input type="text" ref={field.clone()} value={(**text).clone()} {oninput} {onkeydown}
                    placeholder={ui(lang, Key::AddFactExample)} aria-label={ui(lang, Key::AddFact)}
                    title={ui(lang, Key::AddFactForms)} aria-invalid={problem.is_some().to_string()}
                    aria-describedby={problem.map(|_| "say-problem")} id="assume" data-testid="assume"
                    autocomplete="off" autocapitalize="off" spellcheck="false" />
                {mirror.unwrap_or_default()}
            </span>
            <button class="quiet" type="submit">{label}</button>
            if let Some(problem) = problem {
                <p id="say-problem" role="status" data-testid="assume-problem">{&problem.text}
                    if let Some(hint) = &problem.hint { <em>{hint}</em> }
                </p>
            }
        </form>
    }
}
