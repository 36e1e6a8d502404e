//! The packet field: a line as people type it, and where the packet comes from.

use super::act::{Dispatch, act};
use super::fields::Fields;
use super::icon::Icon;
use crate::message::Drafted;
use crate::origin::{Origin, says_itself};
use crate::state::{Action, Overlay, is_change};
use crate::words::{Key, ui};
use chainwalk::view::{Lang, Problem, Suggestion};
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
    /// The packet that is shown, as it was sent.
    pub(crate) sent: Rc<str>,
    /// The line, read while it is typed.
    pub(crate) drafted: Option<Rc<Drafted>>,
    /// Packets worth sending.
    pub(crate) suggestions: Rc<Vec<Suggestion>>,
    /// What lies open.
    pub(crate) open: Option<Overlay>,
    /// The field itself.
    pub(crate) field: NodeRef,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

fn value(event: &InputEvent) -> String {
    event.target_unchecked_into::<HtmlInputElement>().value()
}

/// Whether what is in the field is another line than before, of which `put` was put in: it is all there is, or of the
/// line before not even the program is left.
fn is_begun(before: &str, now: &str, put: Option<&str>) -> bool {
    let program = before.split_inclusive(' ').next().unwrap_or_default();
    put.is_some_and(|put| put == now) || !now.starts_with(program)
}

/// So many suggestions are shown at once.
const SHOWN: usize = 8;

/// The suggestions that fit what is typed, and the interfaces behind a final `in`. All, where nothing was
/// typed since the last packet was sent.
fn options(
    draft: &str,
    sent: &str,
    suggestions: &[Suggestion],
    interfaces: &[String],
) -> Vec<Suggestion> {
    let words: Vec<String> = draft.split_whitespace().map(str::to_lowercase).collect();
    let untouched = words.is_empty() || Origin::split(sent).0 == draft.trim();
    let head = draft.trim_end();
    if !untouched && head.ends_with(" in") {
        let line =
            |name: &String| Suggestion { line: format!("{head} {name}"), about: String::new() };
        return interfaces.iter().take(SHOWN).map(line).collect();
    }
    let fits = |s: &&Suggestion| {
        let text = format!("{} {}", s.line, s.about).to_lowercase();
        untouched || words.iter().all(|w| text.contains(w.as_str()))
    };
    suggestions.iter().filter(fits).take(SHOWN).cloned().collect()
}

/// Sends a suggestion.
fn take(option: &Suggestion, dispatch: &Dispatch) {
    dispatch.dispatch(Action::Line(Rc::from(&*option.line)));
    dispatch.dispatch(Action::Send);
}

fn view_option(option: &Suggestion, at: usize, active: Option<usize>, dispatch: &Dispatch) -> Html {
    // The pointer's press comes before the field loses the focus, which closes the list.
    let pressed = {
        let (option, dispatch) = (option.clone(), dispatch.clone());
        Callback::from(move |e: PointerEvent| {
            e.prevent_default();
            take(&option, &dispatch);
        })
    };
    let on = active == Some(at);
    html! {
        <li id={format!("option-{at}")} role="option" aria-selected={on.to_string()} class={classes!(on.then_some("on"))}
            onpointerdown={pressed}>
            <code>{&option.line}</code><small>{&option.about}</small>
        </li>
    }
}

/// The packet field.
#[component]
pub(crate) fn AskField(props: &AskProps) -> Html {
    let AskProps { lang, draft, origin, problems, interfaces, open, field, dispatch, .. } = props;
    let AskProps { sent, drafted, suggestions, .. } = props;
    let lang = *lang;
    let typed = {
        let (dispatch, open, before) = (dispatch.clone(), *open, draft.clone());
        Callback::from(move |e: InputEvent| {
            let now = value(&e);
            let begun = is_begun(&before, &now, e.data().as_deref());
            let now = Rc::from(now);
            dispatch.dispatch(if begun { Action::Begun(now) } else { Action::Draft(now) });
            if open.is_none() {
                dispatch.dispatch(Action::Open(Some(Overlay::Suggestions)));
            }
        })
    };
    // A line that can't be read is not sent: the answer to the last one stands, and what is wrong is said below.
    let unreadable = drafted.as_ref().filter(|d| d.line == origin.join(draft.trim()));
    let unreadable = unreadable.is_some_and(|d| d.problems.iter().any(|p| p.class == "error"));
    let changes = is_change(draft);
    let unreadable = unreadable && !changes;
    // The line that was to be sent and could not be read.
    let tried = use_state_eq(|| Rc::<str>::from(""));
    // Whether the field was sent with nothing in it.
    let missing = use_state_eq(|| false);
    let send = {
        let (dispatch, tried, draft) = (dispatch.clone(), tried.setter(), draft.clone());
        let (missing, field) = (missing.setter(), field.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            let empty = draft.trim().is_empty();
            missing.set(empty);
            if empty {
                if let Some(input) = field.cast::<HtmlInputElement>() {
                    let _ = input.focus();
                }
                return dispatch.dispatch(Action::Open(Some(Overlay::Suggestions)));
            }
            tried.set(draft.clone());
            let shut = Action::Open(None);
            dispatch.dispatch(if unreadable { shut } else { Action::Send });
        })
    };
    let from_outside = !origin.iface.is_empty();
    let open_fields = *open == Some(Overlay::Origin);
    let toggle = act(dispatch, Action::Open((!open_fields).then_some(Overlay::Origin)));
    let active = use_state_eq(|| None::<usize>);
    let options = options(draft, sent, suggestions, interfaces);
    let listed = *open == Some(Overlay::Suggestions) && !options.is_empty();
    let keyed = {
        let (active, options, dispatch, open) =
            (active.clone(), options.clone(), dispatch.clone(), *open);
        let (field, sent) = (field.clone(), sent.clone());
        let typed_over = !sent.is_empty() && *origin.join(draft.trim()) != *sent;
        Callback::from(move |e: KeyboardEvent| {
            let count = options.len();
            let at = match (e.key().as_str(), *active) {
                ("ArrowDown", None) => Some(0),
                ("ArrowDown", Some(at)) => Some((at + 1) % count.max(1)),
                ("ArrowUp", None | Some(0)) => count.checked_sub(1),
                ("ArrowUp", Some(at)) => Some(at - 1),
                ("Escape", _) => {
                    active.set(None);
                    // What is typed and was not sent gives way to the packet that is answered; then the field is left.
                    if typed_over {
                        dispatch.dispatch(Action::Line(sent.clone()));
                    } else if open.is_none()
                        && let Some(element) = field.cast::<HtmlInputElement>()
                    {
                        let _ = element.blur();
                    }
                    dispatch.dispatch(Action::Open(None));
                    return;
                }
                ("Enter", Some(at)) if open == Some(Overlay::Suggestions) => {
                    if let Some(option) = options.get(at) {
                        e.prevent_default();
                        active.set(None);
                        take(option, &dispatch);
                    }
                    return;
                }
                _ => {
                    active.set(None);
                    return;
                }
            };
            e.prevent_default();
            active.set(at);
            dispatch.dispatch(Action::Open(Some(Overlay::Suggestions)));
        })
    };
    let focused = {
        let (dispatch, open) = (dispatch.clone(), *open);
        Callback::from(move |_: FocusEvent| {
            if open.is_none() {
                dispatch.dispatch(Action::Open(Some(Overlay::Suggestions)));
            }
        })
    };
    let left = {
        let (dispatch, open, active) = (dispatch.clone(), *open, active.clone());
        Callback::from(move |_: FocusEvent| {
            active.set(None);
            if open == Some(Overlay::Suggestions) {
                dispatch.dispatch(Action::Open(None));
            }
        })
    };
    let summary = if says_itself(draft) {
        Html::default()
    } else {
        html! {
            <button type="button" class="origin" aria-expanded={open_fields.to_string()} aria-controls="fields"
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
    // What was sent has been answered; what is being typed is shown as far as it was read.
    let typing = drafted.as_ref().filter(|d| *d.line != **sent);
    // The name of a program that is not at its end can't be wrong yet.
    let begun = *tried != *draft
        && draft.trim_start().chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let wrong = match typing {
        _ if changes => None,
        Some(typing) => {
            typing.problems.first().filter(|_| !listed && !begun && !draft.trim().is_empty())
        }
        None => problems.first(),
    };
    html! {
        <form class={classes!("ask", wrong.map(|p| p.class.clone()))} onsubmit={send} role="search">
            <span class="dollar" aria-hidden="true">{"$"}</span>
            <input class="line" type="text" value={draft.to_string()} oninput={typed} ref={field.clone()}
                onkeydown={keyed} onfocus={focused} onblur={left} role="combobox" aria-expanded={listed.to_string()}
                aria-controls="suggestions" aria-autocomplete="list"
                aria-activedescendant={active.filter(|_| listed).map(|at| format!("option-{at}"))}
                placeholder={ui(lang, Key::PacketPlaceholder)} aria-label={ui(lang, Key::Packet)}
                aria-invalid={wrong.is_some().to_string()} data-testid="packet"
                autocomplete="off" autocapitalize="off" spellcheck="false" />
            {summary}
            <button class="send" type="submit" data-testid="send" aria-label={ui(lang, Key::Send)}>
                {ui(lang, Key::Send)}<Icon id="i-go" size={16} />
            </button>
            if *open == Some(Overlay::Origin) {
                <Fields {lang} drafted={drafted.clone()} interfaces={interfaces.clone()} dispatch={dispatch.clone()} />
            }
            if listed {
                <ul class="sheet options" role="listbox" id="suggestions" aria-label={ui(lang, Key::Suggestions)} data-testid="suggestions">
                    {for options.iter().enumerate().map(|(at, option)| view_option(option, at, *active, dispatch))}
                </ul>
            }
            if *missing && draft.trim().is_empty() {
                <p class="wrong tries missing" role="status" data-testid="packet-missing">
                    <Icon id="i-pencil" />{ui(lang, Key::TypePacketFirst)}
                </p>
            }
            if changes && !listed {
                <p class="wrong tries" role="status" data-testid="packet-tries">
                    <Icon id="i-pencil" />{ui(lang, Key::EnterTries)}
                </p>
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

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(line: &str, about: &str) -> Suggestion {
        Suggestion { line: line.into(), about: about.into() }
    }

    #[test]
    fn a_line_is_another_one_where_nothing_is_left_of_the_one_before() {
        let before = "curl 10.0.0.1:80";
        for (now, put) in [("c", Some("c")), ("", None), ("ssh 10.0.0.2", None)] {
            assert!(is_begun(before, now, put), "{now}");
        }
        assert!(is_begun(before, "curl 10.0.0.2:80", Some("curl 10.0.0.2:80")));
        for (now, put) in
            [("curl 10.0.0.1:8", None), ("curl 10.0.0.1:801", Some("1")), ("curl ", None)]
        {
            assert!(!is_begun(before, now, put), "{now}");
        }
    }

    #[test]
    fn what_is_typed_narrows_the_suggestions() {
        let all = [
            suggestion("curl 10.0.0.1:80", "Service default/web"),
            suggestion("ssh 10.0.0.1", "filter INPUT 3"),
        ];
        let lines = |draft: &str, sent: &str| -> Vec<String> {
            options(draft, sent, &all, &["eth0".into()]).into_iter().map(|s| s.line).collect()
        };
        assert_eq!(lines("", "").len(), 2);
        assert_eq!(lines("web", ""), ["curl 10.0.0.1:80"]);
        assert_eq!(lines("SSH 10", ""), ["ssh 10.0.0.1"]);
        assert_eq!(lines("ping 9", ""), [""; 0]);
        // The packet that is shown hides nothing.
        assert_eq!(lines("curl 9.9.9.9:1", "curl 9.9.9.9:1 from 8.8.8.8 in eth0").len(), 2);
        assert_eq!(lines("curl 9.9.9.9:1 in ", ""), ["curl 9.9.9.9:1 in eth0"]);
    }
}
