//! The paste: a real text field, and behind its glass the same text with numbers, tints, underlines and
//! the lines of now.
//!
//! A text too long to be drawn whole is shown by the field alone, so that typing stays smooth.

use super::sheet::Sheet;
use super::{Dispatch, Icon, act};
use crate::lines::{line_of, lines};
use crate::message::Told;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk_model::Span;
use chainwalk_view::{Chip, Lang, Problem};
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, HtmlElement, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// More lines than this are not drawn behind the field.
const MANY: usize = 4000;
/// More bytes than this are put into the field by the page: a browser takes seconds over them.
const HEAVY: usize = 8192;

/// A place of the paste to show. The number makes asking twice for the same place two requests.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Revealed {
    /// The place.
    pub(crate) span: Option<Span>,
    /// Counts the requests.
    pub(crate) turn: u32,
}

/// Properties of [`PastePane`].
#[derive(Properties, PartialEq)]
pub(crate) struct PasteProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The text.
    pub(crate) paste: Rc<str>,
    /// What was told.
    pub(crate) told: Option<Rc<Told>>,
    /// The lines of the stop the packet rests at.
    pub(crate) now: Option<Span>,
    /// The lines of what is pointed at.
    pub(crate) lit: Option<Span>,
    /// A place to show.
    pub(crate) revealed: Revealed,
    /// Asks to show a place.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The pane.
#[component]
pub(crate) fn PastePane(props: &PasteProps) -> Html {
    let PasteProps { lang, paste, told, now, lit, revealed, reveal, dispatch } = props;
    let lang = *lang;
    let sheet = use_node_ref();
    let field = use_node_ref();
    let picker = use_node_ref();
    let dropping = use_state_eq(|| false);
    let index = use_memo(paste.clone(), |paste| lines(paste));
    let many = index.len() > MANY;

    // The field owns its text while it is typed in; only a text from elsewhere is put into it.
    let typed = use_mut_ref(|| None::<Rc<str>>);
    {
        let (field, typed) = (field.clone(), typed.clone());
        use_effect_with(paste.clone(), move |paste| {
            if typed.borrow().as_ref().is_some_and(|typed| Rc::ptr_eq(typed, paste)) {
                return;
            }
            if let Some(field) = field.cast::<HtmlTextAreaElement>()
                && field.value() != plain(paste)
            {
                field.set_value(paste);
            }
        });
    }
    {
        let (sheet, field, index, text) =
            (sheet.clone(), field.clone(), index.clone(), paste.clone());
        let place = revealed.span.map(|span| (span, revealed.turn));
        let asked_before = use_mut_ref(|| None);
        use_effect_with((place, *now), move |(place, now)| {
            let asked = asked_before.replace(*place) != *place;
            let target = if asked { place.map(|(span, _)| span) } else { *now };
            let Some(span) = target else { return };
            let line = line_of(&index, span.start as usize);
            if many {
                if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                    select(&field, &text, &index[line]);
                }
            } else if let Some(sheet) = sheet.cast::<HtmlElement>() {
                scroll_to_line(&sheet, line);
            }
        });
    }

    let take = {
        let dispatch = dispatch.clone();
        move |field: &HtmlTextAreaElement| {
            let text: Rc<str> = Rc::from(field.value());
            *typed.borrow_mut() = Some(text.clone());
            dispatch.dispatch(Action::Paste(text));
        }
    };
    let oninput = {
        let take = take.clone();
        Callback::from(move |e: InputEvent| take(&e.target_unchecked_into()))
    };
    let onpaste = Callback::from(move |e: Event| {
        let Some(event) = e.dyn_ref::<ClipboardEvent>() else { return };
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
        let Some(text) = text.filter(|text| text.len() > HEAVY) else { return };
        e.prevent_default();
        let field: HtmlTextAreaElement = e.target_unchecked_into();
        let start = field.selection_start().ok().flatten().unwrap_or(0);
        if field.set_range_text(&text).is_ok() {
            let end = start + text.encode_utf16().count() as u32;
            let _ = field.set_selection_range(end, end);
            take(&field);
        }
    });
    let read = {
        let dispatch = dispatch.clone();
        move |file: web_sys::File| {
            let dispatch = dispatch.clone();
            let file = gloo::file::File::from(file);
            let reader = gloo::file::callbacks::read_as_bytes(&file, move |bytes| {
                if let Ok(bytes) = bytes {
                    let text = String::from_utf8_lossy(&bytes);
                    dispatch.dispatch(Action::Paste(Rc::from(text)));
                }
            });
            // The reader is dropped when it is done: it would stop if it were dropped here.
            std::mem::forget(reader);
        }
    };
    let drop = {
        let (read, dropping) = (read.clone(), dropping.clone());
        Callback::from(move |e: DragEvent| {
            e.prevent_default();
            dropping.set(false);
            if let Some(file) = e.data_transfer().and_then(|d| d.files()).and_then(|f| f.get(0)) {
                read(file);
            }
        })
    };
    let drag = {
        let dropping = dropping.clone();
        Callback::from(move |e: DragEvent| {
            e.prevent_default();
            dropping.set(true);
        })
    };
    let leave = {
        let dropping = dropping.clone();
        Callback::from(move |_: DragEvent| dropping.set(false))
    };
    let pick = {
        let picker = picker.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(picker) = picker.cast::<HtmlInputElement>() {
                picker.click();
            }
        })
    };
    let picked = Callback::from(move |e: Event| {
        let input: HtmlInputElement = e.target_unchecked_into();
        if let Some(file) = input.files().and_then(|f| f.get(0)) {
            read(file);
        }
        input.set_value("");
    });

    let problems: &[Problem] = told.as_ref().map_or(&[], |t| &t.problems);
    let serious = told.as_ref().map_or(0, |t| t.serious);
    let chips: &[Chip] = told.as_ref().map_or(&[], |t| &t.chips);
    let summary = if paste.trim().is_empty() {
        String::new()
    } else {
        let count = match index.len() - usize::from(paste.ends_with('\n')) {
            1 => ui(lang, Key::OneLine).to_owned(),
            n => format!("{n} {}", ui(lang, Key::Lines)),
        };
        match (chips.is_empty(), serious) {
            (true, _) => count,
            (_, 0) => format!("{count} · {}", ui(lang, Key::AllUnderstood)),
            (_, n) => format!("{count} · {n} {}", ui(lang, Key::Problems)),
        }
    };
    let jump = |span: Span| {
        let reveal = reveal.clone();
        Callback::from(move |_: MouseEvent| reveal.emit(span))
    };
    html! {
        <section class={classes!("pane", "paste-pane", dropping.then_some("dropping"))} aria-labelledby="paste-title"
            ondrop={drop} ondragover={drag} ondragleave={leave}>
            <div class="ph"><h2 id="paste-title">{ui(lang, Key::Paste)}</h2>
                <small>{summary}</small>
                <span class="tools">
                    <button class="ghost tool" onclick={pick} title={ui(lang, Key::OpenFile)} aria-label={ui(lang, Key::OpenFile)}><Icon id="i-file" size={14} /></button>
                    <button class="ghost tool" onclick={act(dispatch, Action::Clear)} title={ui(lang, Key::ClearHint)}
                        aria-label={ui(lang, Key::ClearHint)} data-testid="clear"><Icon id="i-x" size={14} /></button>
                </span>
                <input type="file" class="hidden" ref={picker} onchange={picked} tabindex="-1" aria-hidden="true" />
            </div>
            if !chips.is_empty() {
                <div class="chips">
                    {for chips.iter().map(|chip| html! {
                        <button class="chip" onclick={jump(chip.span)} data-testid="chip">
                            <i class={classes!("dot", chip.class.clone())}></i><b>{&chip.name}</b>{&chip.detail}
                        </button>
                    })}
                </div>
            }
            <div class={classes!("sheet-of-text", many.then_some("many"))} ref={sheet}>
                <div class="page">
                    if !many {
                        <Sheet text={paste.clone()} index={index.clone()} problems={problems.to_vec()} now={*now} lit={*lit} />
                    }
                    <textarea ref={field} {oninput} {onpaste} spellcheck="false" autocapitalize="off" autocomplete="off"
                        aria-label={ui(lang, Key::PasteText)} placeholder={ui(lang, Key::PasteHere)}
                        data-testid="paste" />
                </div>
            </div>
            if !problems.is_empty() {
                <ul class="problems" data-testid="problems">
                    {for problems.iter().map(|problem| {
                        let line = line_of(&index, problem.span.start as usize) + 1;
                        html! {
                            <li class={problem.class.clone()}><button onclick={jump(problem.span)}>
                                <Icon id="i-warn" /><span class="at">{line}</span>
                                <span>{&problem.text}
                                    if let Some(hint) = &problem.hint { <em>{hint}</em> }
                                </span>
                            </button></li>
                        }
                    })}
                </ul>
            }
            if *dropping { <p class="drop">{ui(lang, Key::DropHere)}</p> }
        </section>
    }
}

/// The text as a field gives it back.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Scrolls the sheet, and only the sheet, so that a line stands in its upper half.
fn scroll_to_line(sheet: &HtmlElement, line: usize) {
    let Ok(found) = sheet.query_selector_all(".ln") else { return };
    let Some(line) = found.get(line as u32).and_then(|n| n.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let (outer, inner) = (sheet.get_bounding_client_rect(), line.get_bounding_client_rect());
    let top = inner.top() - outer.top();
    if top < 24.0 || inner.bottom() - outer.top() > outer.height() - 24.0 {
        let to = f64::from(sheet.scroll_top()) + top - outer.height() * 0.35;
        let options = web_sys::ScrollToOptions::new();
        options.set_top(to.max(0.0));
        options.set_behavior(super::scrolling());
        sheet.scroll_to_with_scroll_to_options(&options);
    }
}

/// Selects a line in the field and scrolls it into sight.
fn select(field: &HtmlTextAreaElement, text: &str, line: &Range<usize>) {
    let units = |end: usize| text[..end].encode_utf16().count() as u32;
    let _ = field.set_selection_range(units(line.start), units(line.end));
    let share = line.start as f64 / text.len().max(1) as f64;
    field.set_scroll_top((share * f64::from(field.scroll_height())) as i32);
}
