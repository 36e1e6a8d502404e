//! The text of the paste: the element `<rule-text>`: what it is to show, and what is written in it.
//!
//! The element counts in units of UTF-16 and everything else in bytes; the two meet here and nowhere else.

use super::act::Dispatch;
use super::seek::Found;
use crate::lines::{Tint, tints};
use crate::message::PageView;
use crate::paste::{Change, Paste, in_units};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Lang, Problem};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use js_sys::{Array, Reflect, Uint32Array};
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{CustomEvent, Element, EventTarget, FileList, HtmlElement, Node};
use yew::prelude::*;

/// A text of more bytes goes into the element by pieces, each in a task of its own.
const PIECE: usize = 256 * 1024;

#[wasm_bindgen]
extern "C" {
    /// The element, as `web/editor/editor.js` defines it.
    #[wasm_bindgen(extends = HtmlElement, extends = Element, extends = Node, extends = EventTarget)]
    pub(crate) type RuleText;
    #[wasm_bindgen(method, getter)]
    fn running(this: &RuleText) -> Option<bool>;
    #[wasm_bindgen(method, setter)]
    fn set_tint(this: &RuleText, tint: &JsValue);
    #[wasm_bindgen(method)]
    fn label(this: &RuleText, name: &str, hint: &str);
    #[wasm_bindgen(method)]
    fn change(this: &RuleText, from: u32, to: u32, text: &str);
    #[wasm_bindgen(method)]
    fn begin(this: &RuleText);
    #[wasm_bindgen(method)]
    fn append(this: &RuleText, piece: &str);
    #[wasm_bindgen(method)]
    fn end(this: &RuleText);
    #[wasm_bindgen(method)]
    fn marks(this: &RuleText, json: &str);
    #[wasm_bindgen(method)]
    fn places(this: &RuleText, now_from: i32, now_to: i32, lit_from: i32, lit_to: i32);
    #[wasm_bindgen(method)]
    fn reveal(this: &RuleText, at: u32);
    #[wasm_bindgen(method)]
    fn go(this: &RuleText, at: u32);
    /// Searches for a text, whatever its case.
    #[wasm_bindgen(method)]
    pub(crate) fn find(this: &RuleText, text: &str);
    /// Goes to the next hit (1), the one before (-1), or the first from the cursor on (0).
    #[wasm_bindgen(method)]
    pub(crate) fn hop(this: &RuleText, by: i32);
    /// Where a stretch of one line stands on the screen: left, top, right and bottom of each of its boxes.
    #[wasm_bindgen(method)]
    pub(crate) fn bounds(this: &RuleText, from: u32, to: u32) -> JsValue;
    /// Takes files in place of the text.
    #[wasm_bindgen(method)]
    pub(crate) fn take(this: &RuleText, files: &FileList);
    /// Leaves off what is being filled in.
    #[wasm_bindgen(method)]
    pub(crate) fn stop(this: &RuleText);
    #[wasm_bindgen(method, setter)]
    fn set_wrap(this: &RuleText, on: bool);
    #[wasm_bindgen(method, setter)]
    fn set_fresh(this: &RuleText, fresh: bool);
    /// Puts a text in place of all that stands there, or below it.
    #[wasm_bindgen(method)]
    pub(crate) fn put(this: &RuleText, text: &str, whole: bool);
    /// Puts what was added below last in place of all.
    #[wasm_bindgen(method)]
    pub(crate) fn alone(this: &RuleText);
}

/// Why what was given was not taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Untaken {
    /// It has more bytes than this.
    TooLong(f64),
    /// It is a picture that carries no case.
    Bare,
}

/// What the element reports of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Heard {
    /// The find bar is asked for.
    Seek,
    /// A search found something.
    Found(Found),
    /// So much of a long text is in, from 0 to 1.
    Filling(f64),
    /// What was given was not taken.
    Untaken(Untaken),
    /// The pointer or the cursor came to a line, which has these units, or left the text.
    Point(Option<(usize, usize)>),
    /// So many lines were added below what stood there.
    Added(usize),
    /// The text is to be left.
    Leave,
}

/// A place of the paste to show. The number makes asking twice for the same place two requests.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Revealed {
    /// The place.
    pub(crate) span: Option<Span>,
    /// Whether the cursor is to stand there.
    pub(crate) cursor: bool,
    /// Counts the requests.
    pub(crate) turn: u32,
}

impl Revealed {
    /// The place that the cursor was put to, if it was.
    pub(crate) fn cursor_span(self) -> Option<Span> {
        self.span.filter(|_| self.cursor)
    }
}

/// Properties of [`Editor`].
#[derive(Properties, PartialEq)]
pub(crate) struct EditorProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The element.
    pub(crate) node: NodeRef,
    /// The text.
    pub(crate) paste: Paste,
    /// Whether it is an example as it came.
    pub(crate) fresh: bool,
    /// Whether it has the width of the page, and lines run on.
    pub(crate) wide: bool,
    /// The text that was read.
    pub(crate) of: Paste,
    /// The view of that.
    pub(crate) told: Option<Rc<PageView>>,
    /// The lines of the stop the packet rests at.
    pub(crate) now: Option<Span>,
    /// The lines of what is pointed at.
    pub(crate) lit: Option<Span>,
    /// A place to show.
    pub(crate) revealed: Revealed,
    /// Hears what the element reports.
    pub(crate) heard: Callback<Heard>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The text.
#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let EditorProps { lang, node, paste, of, told, now, lit, revealed, heard, dispatch, .. } =
        props;
    let ready = use_state_eq(|| false);
    let loads = use_state_eq(|| 0_u32);
    let shown = use_mut_ref(Paste::default);
    let element = || node.cast::<RuleText>();

    {
        let (node, ready, shown) = (node.clone(), ready.setter(), shown.clone());
        let (heard, dispatch) = (heard.clone(), dispatch.clone());
        use_effect_with((), move |()| {
            let mut kept = Vec::new();
            let mut tint = None;
            if let Some(element) = node.cast::<RuleText>() {
                let mut on = |name: &'static str, done: Box<dyn Fn(JsValue)>| {
                    kept.push(EventListener::new(&element, name, move |event| {
                        let event = event.dyn_ref::<CustomEvent>();
                        done(event.map_or(JsValue::NULL, CustomEvent::detail));
                    }));
                };
                {
                    let ready = ready.clone();
                    on("ready", Box::new(move |_| ready.set(true)));
                }
                let act = |action: Action| {
                    let dispatch = dispatch.clone();
                    Box::new(move |_| dispatch.dispatch(action.clone()))
                };
                on("undo", act(Action::Undo));
                on("redo", act(Action::Redo));
                on("edit", {
                    let dispatch = dispatch.clone();
                    Box::new(move |detail| {
                        let next = shown.borrow().changed(&changes(&detail));
                        *shown.borrow_mut() = next.clone();
                        let joined = get(&detail, "joined").is_truthy();
                        let action = if joined { Action::Typed } else { Action::Paste };
                        dispatch.dispatch(action(next));
                    })
                });
                for (name, told) in TELLS {
                    let heard = heard.clone();
                    on(name, Box::new(move |detail| heard.emit(told(&detail))));
                }
                let closure =
                    Closure::<dyn Fn(String) -> Uint32Array>::new(|line: String| tinted(&line));
                element.set_tint(closure.as_ref());
                tint = Some(closure);
                if element.running() == Some(true) {
                    ready.set(true);
                }
            }
            move || drop((kept, tint))
        });
    }
    {
        let element = element();
        use_effect_with((*ready, *lang), move |(ready, lang)| {
            if let Some(element) = element.filter(|_| *ready) {
                element.label(ui(*lang, Key::PasteText), ui(*lang, Key::PasteHere));
            }
        });
    }
    {
        let (element, shown, loads) = (element(), shown.clone(), loads.clone());
        use_effect_with((*ready, paste.clone()), move |(ready, paste)| {
            let Some(element) = element.filter(|_| *ready) else { return };
            let old = shown.replace(paste.clone());
            if old == *paste {
                return;
            }
            let edits = old.edits_to(paste);
            let small = |edits: &Vec<_>| edits.iter().map(weight).sum::<usize>() < PIECE;
            if let Some(edits) = edits.filter(small) {
                for change in in_units(&old, &edits) {
                    element.change(
                        change.units.start as u32,
                        change.units.end as u32,
                        &change.text,
                    );
                }
                return;
            }
            let paste = paste.clone();
            if paste.len() < PIECE {
                element.begin();
                element.append(&paste.to_string());
                element.end();
            } else {
                wasm_bindgen_futures::spawn_local(async move {
                    load(&element, &paste).await;
                    loads.set(*loads + 1);
                });
            }
        });
    }
    {
        let element = element();
        use_effect_with((*ready, props.fresh), move |(ready, fresh)| {
            if let Some(element) = element.filter(|_| *ready) {
                element.set_fresh(*fresh);
            }
        });
    }
    {
        let element = element();
        use_effect_with((*ready, props.wide), move |(ready, wide)| {
            if let Some(element) = element.filter(|_| *ready) {
                element.set_wrap(!*wide);
            }
        });
    }
    let place = |at: u32| of.units_in(paste, at as usize) as u32;
    {
        let element = element();
        let generation = told.as_ref().map(|told| told.generation);
        let (of, paste, told) = (of.clone(), paste.clone(), told.clone());
        let seen = (*ready, *loads, generation, *lang);
        use_effect_with(seen, move |(ready, ..)| {
            let Some(element) = element.filter(|_| *ready) else { return };
            element.marks(&marks(told.as_deref(), &of, &paste));
        });
    }
    {
        let element = element();
        let ends = |span: &Option<Span>| {
            span.map_or((-1, -1), |s| (place(s.start).cast_signed(), place(s.end).cast_signed()))
        };
        use_effect_with((*ready, *loads, ends(now), ends(lit)), move |(ready, _, now, lit)| {
            if let Some(element) = element.filter(|_| *ready) {
                element.places(now.0, now.1, lit.0, lit.1);
            }
        });
    }
    {
        let element = element();
        let asked_before = use_mut_ref(|| 0);
        let target = revealed.span.map(|span| (place(span.start), revealed.cursor));
        let here = now.map(|span| place(span.start));
        use_effect_with((*ready, *loads, revealed.turn, *now), move |(ready, _, turn, _)| {
            let Some(element) = element.filter(|_| *ready) else { return };
            let asked = asked_before.replace(*turn) != *turn;
            match (asked, target, here) {
                (true, Some((at, true)), _) => element.go(at),
                (true, Some((at, false)), _) | (false, _, Some(at)) => element.reveal(at),
                _ => {}
            }
        });
    }
    html! { <rule-text ref={node.clone()} /> }
}

/// How the detail of an event is read.
type Tell = fn(&JsValue) -> Heard;

/// The events that are passed on.
const TELLS: [(&str, Tell); 8] = [
    ("leave", |_| Heard::Leave),
    ("added", |detail| Heard::Added(number(detail, "lines") as usize)),
    ("seek", |_| Heard::Seek),
    ("found", |detail| {
        Heard::Found(Found {
            count: number(detail, "count") as usize,
            at: number(detail, "at") as usize,
            more: get(detail, "more").is_truthy(),
        })
    }),
    ("filling", |detail| Heard::Filling(number(detail, "share"))),
    ("toolong", |detail| Heard::Untaken(Untaken::TooLong(number(detail, "limit")))),
    ("bare", |_| Heard::Untaken(Untaken::Bare)),
    ("point", |detail| {
        let (from, to) = (number(detail, "from"), number(detail, "to"));
        Heard::Point((from >= 0.0).then_some((from as usize, to as usize)))
    }),
];

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).as_f64().unwrap_or_default()
}

/// The changes that an `edit` reports.
fn changes(detail: &JsValue) -> Vec<Change> {
    let list = get(detail, "changes").dyn_into::<Array>().unwrap_or_default();
    list.iter()
        .map(|change| Change {
            units: number(&change, "from") as usize..number(&change, "to") as usize,
            text: get(&change, "text").as_string().unwrap_or_default(),
        })
        .collect()
}

/// The tints of a line, as the element wants them: begin, end, and 1 for faint or 2 for strong.
fn tinted(line: &str) -> Uint32Array {
    let units = |at: usize| line[..at].encode_utf16().count() as u32;
    let triples = tints(line).into_iter().flat_map(|(range, tint)| {
        let kind = match tint {
            Tint::Faint => 1,
            Tint::Strong => 2,
        };
        [units(range.start), units(range.end), kind]
    });
    Uint32Array::from(triples.collect::<Vec<u32>>().as_slice())
}

fn weight(edit: &crate::paste::Edit) -> usize {
    edit.inserted.byte_len()
}

/// Puts a long text into the element, a piece a task.
async fn load(element: &RuleText, paste: &Paste) {
    element.begin();
    let mut piece = String::new();
    for chunk in paste.rope().chunks() {
        piece.push_str(chunk);
        if piece.len() >= PIECE {
            element.append(&piece);
            piece.clear();
            TimeoutFuture::new(0).await;
        }
    }
    element.append(&piece);
    element.end();
}

/// Sections and problems of the text that was read, as they stand in the text shown.
fn marks(told: Option<&PageView>, of: &Paste, paste: &Paste) -> String {
    let Some(told) = told else {
        return json!({ "sections": [], "problems": [], "steps": [] }).to_string();
    };
    let place = of.finder_in(paste);
    let sections = told.chips.iter().map(|chip| {
        let (from, to) = (place(chip.span.start as usize), place(chip.span.end as usize));
        json!({ "from": from, "to": to, "class": chip.class })
    });
    let problems = told.problems.iter().map(|problem| {
        let (from, to) = (place(problem.span.start as usize), place(problem.span.end as usize));
        let Problem { class, text, hint, .. } = problem;
        json!({ "from": from, "to": to, "class": class, "text": text, "hint": hint })
    });
    let steps = met(told).into_iter().map(|(span, class)| {
        let (from, to) = (place(span.start as usize), place(span.end as usize));
        json!({ "from": from, "to": to, "class": class })
    });
    let steps: Vec<_> = steps.collect();
    json!({ "sections": sections.collect::<Vec<_>>(), "problems": problems.collect::<Vec<_>>(), "steps": steps })
        .to_string()
}

/// What the packet met: the lines of the rules that it tried, and whether they matched or stopped it.
fn met(told: &PageView) -> Vec<(Span, &'static str)> {
    let own = told.timeline.lanes.iter().filter(|lane| lane.other.is_none());
    let cells = own.flat_map(|lane| &lane.cells).filter(|cell| !cell.label.is_empty());
    let met = cells.filter_map(|cell| {
        let span = told.timeline.spans.get(cell.step).copied().flatten()?;
        let class = match (cell.stop, cell.hit) {
            (true, _) => "stop",
            (false, true) => "hit",
            (false, false) => "miss",
        };
        Some((span, class))
    });
    met.collect()
}
