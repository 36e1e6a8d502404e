//! A word explained where it stands: a card beside it, by pointer, finger or key.
//!
//! The words of a row or a line are asked for when it is pointed at. The card stays while the pointer is on the word or
//! on the card, until Esc, or until the page moves under it.

mod place;

use super::icon::Icon;
use super::sentence::Words;
use crate::focus::in_page;
use crate::link::Worded;
use crate::message::{PageView, WordsAt};
use crate::paste::Paste;
use crate::words::{Key, ui};
use chainwalk::model::{DocId, Span};
use chainwalk::view::{Lang, Word};
use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo::timers::callback::Timeout;
use gloo::utils::{document, window};
use js_sys::Reflect;
use place::{Bounds, Source, holds};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, Element, HtmlElement, KeyboardEvent, Node, PointerEvent};
use yew::prelude::*;

/// Milliseconds that a pointer rests on a row before its words are marked, on a word before its card opens, and on
/// another word before the card goes there.
const REST_MS: (u32, u32, u32) = (60, 300, 120);
/// Milliseconds in which a pointer may cross from a word to its card.
const LEAVE_MS: u32 = 280;
/// Pixels by which a finger may miss a word.
const FINGER: f64 = 8.0;

/// Properties of [`Gloss`].
#[derive(Properties, PartialEq)]
pub(crate) struct GlossProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The view that is shown.
    pub(crate) told: Option<Rc<PageView>>,
    /// The text that was read, where it is the one that is shown.
    pub(crate) of: Option<Paste>,
    /// Whether keys that are a character do nothing.
    pub(crate) keys_off: bool,
    /// Asks for the words of a place, by a number.
    pub(crate) explain: Callback<(u32, WordsAt)>,
    /// The words that came last, and the number by which they were asked for.
    pub(crate) explained: Option<Worded>,
}

/// How the words were asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    /// A pointer rests here.
    Pointer(f64, f64),
    /// A finger was put here, counted from where the source begins: a tap on a row may scroll it before its words come.
    Finger(f64, f64),
    Key,
}

/// Words that are known, and the one whose card is open.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    source: Source,
    words: Rc<Vec<Word>>,
    open: Option<usize>,
    by_key: bool,
    /// Whether the card goes along where the page scrolls by itself.
    follows: bool,
}

/// What goes on between two pictures of the page.
#[derive(Default)]
struct Inner {
    number: Cell<u32>,
    asked: RefCell<Option<(u32, Source, By)>>,
    /// What opens or shuts in a moment.
    later: RefCell<Option<Timeout>>,
    /// The word that the pointer rests on, and is not open yet.
    aim: Cell<Option<usize>>,
    /// Where the pointer is.
    point: Cell<(f64, f64)>,
}

impl Inner {
    fn cancel(&self) {
        *self.later.borrow_mut() = None;
        self.aim.set(None);
    }
}

/// The card, and the marks under the words of what is pointed at.
#[component]
pub(crate) fn Gloss(props: &GlossProps) -> Html {
    let lang = props.lang;
    let shown = use_state_eq(|| None::<Shown>);
    let inner = use_mut_ref(|| Rc::new(Inner::default())).borrow().clone();
    let (marks, card) = (use_node_ref(), use_node_ref());

    // The listeners see what is shown by now.
    let now = use_mut_ref(|| None::<Shown>);
    now.borrow_mut().clone_from(&shown);
    let facts = use_mut_ref(|| (None, None, false));
    *facts.borrow_mut() = (props.told.clone(), props.of.clone(), props.keys_off);

    let set = {
        let (setter, now) = (shown.setter(), now.clone());
        Callback::from(move |next: Option<Shown>| {
            now.borrow_mut().clone_from(&next);
            setter.set(next);
        })
    };
    let ask = {
        let (inner, facts, explain) = (inner.clone(), facts.clone(), props.explain.clone());
        Callback::from(move |(source, by): (Source, By)| {
            let of = facts.borrow().1.clone();
            let place = |units: usize| {
                let at = of.as_ref()?.byte_at(units) as u32;
                Some(WordsAt::Line(Span { doc: DocId(0), start: at, end: at }))
            };
            let Some(what) = source.ask(place) else { return };
            inner.number.set(inner.number.get() + 1);
            *inner.asked.borrow_mut() = Some((inner.number.get(), source, by));
            explain.emit((inner.number.get(), what));
        })
    };
    {
        // Words came.
        let (inner, set) = (inner.clone(), set.clone());
        use_effect_with(props.explained.clone(), move |explained| {
            let Some(explained) = explained else { return };
            let asked = inner.asked.borrow_mut().take_if(|asked| asked.0 == explained.0);
            let Some((_, source, by)) = asked else { return };
            let words = Rc::new(explained.1.clone());
            let under = |point, near| word_under(&source, &words, point, near);
            let open = match by {
                By::Key => source.word_at(&words),
                By::Finger(x, y) => {
                    let (left, top) = source.begin();
                    under((left + x, top + y), FINGER)
                }
                By::Pointer(..) if matches!(source, Source::Row(..)) => None,
                By::Pointer(x, y) => under((x, y), 0.0),
            };
            let rests = matches!((&source, by), (Source::Row(..), By::Pointer(..)));
            let rests = rests.then(|| under(inner.point.get(), 0.0)).flatten();
            if by != By::Key && words.is_empty() {
                return;
            }
            let by_key = by == By::Key;
            let follows = by_key || matches!(by, By::Finger(..));
            let next = Shown { source, words, open, by_key, follows };
            set.emit(Some(next.clone()));
            if let Some(at) = rests {
                aim(&inner, &set, next, at, REST_MS.1);
            }
        });
    }
    {
        let (inner, set) = (inner.clone(), set.clone());
        use_effect_with(props.told.as_ref().map(|told| told.generation), move |_| {
            inner.cancel();
            set.emit(None);
        });
    }
    {
        let (inner, now, set, ask, facts) =
            (inner.clone(), now.clone(), set.clone(), ask.clone(), facts.clone());
        use_effect_with((), move |()| {
            let kept = listen(&inner, &now, &set, &ask, &facts);
            move || drop(kept)
        });
    }
    {
        let (marks, card) = (marks.clone(), card.clone());
        use_effect_with((*shown).clone(), move |shown| {
            if let Some(marks) = marks.cast::<HtmlElement>() {
                mark(&marks, shown.as_ref());
            }
            if let (Some(card), Some(shown)) = (card.cast::<HtmlElement>(), shown) {
                put(&card, shown);
            }
        });
    }
    let go = |by: isize| {
        let (now, set) = (now.clone(), set.clone());
        Callback::from(move |_: MouseEvent| hop(&now, &set, by))
    };
    let shut = set.reform(|_: MouseEvent| None);
    let open = shown.as_ref().and_then(|shown| Some((shown, shown.open?)));
    let none = shown.as_ref().is_some_and(|shown| shown.by_key && shown.words.is_empty());
    let aloud = match open {
        Some((shown, at)) if shown.by_key => {
            let word = &shown.words[at];
            let text = word.text.iter().map(|run| &*run.text).collect::<String>();
            format!("{}: {text}", word.word)
        }
        _ if none => ui(lang, Key::GlossNone).to_owned(),
        _ => String::new(),
    };
    html! {
        <>
            <div class="gloss-marks" ref={marks} aria-hidden="true"></div>
            <p class="sr" role="status" aria-live="polite">{aloud}</p>
            if let Some((shown, at)) = open {
                <aside class="gloss" ref={card} aria-label={ui(lang, Key::Gloss)} data-testid="gloss">
                    <p class="gloss-head"><code>{&shown.words[at].word}</code>
                        <button class="ghost" onclick={go(-1)} aria-disabled={(at == 0).to_string()}
                            aria-label={ui(lang, Key::GlossBefore)} title={ui(lang, Key::GlossBefore)} tabindex="-1"><Icon id="i-prev" size={12} /></button>
                        <button class="ghost" onclick={go(1)} aria-disabled={(at + 1 == shown.words.len()).to_string()}
                            aria-label={ui(lang, Key::GlossBehind)} title={ui(lang, Key::GlossBehind)} tabindex="-1"><Icon id="i-next" size={12} /></button>
                        <button class="ghost" onclick={shut} aria-label={ui(lang, Key::Close)} title="Esc" tabindex="-1"
                            data-testid="gloss-shut"><Icon id="i-x" size={12} /></button>
                    </p>
                    <p class="gloss-text"><Words of={shown.words[at].text.clone()} /></p>
                    if !shown.words[at].man.is_empty() {
                        <p class="gloss-man">{ui(lang, Key::GlossMan)}{" "}<code>{&shown.words[at].man}</code></p>
                    }
                </aside>
            }
        </>
    }
}

type Now = Rc<RefCell<Option<Shown>>>;
type Facts = Rc<RefCell<(Option<Rc<PageView>>, Option<Paste>, bool)>>;

/// The word of a source under a point.
fn word_under(source: &Source, words: &[Word], point: (f64, f64), near: f64) -> Option<usize> {
    let is_under = |near: f64| {
        move |word: &Word| source.bounds(word).iter().any(|one| holds(one, point, near))
    };
    words.iter().position(is_under(0.0)).or_else(|| words.iter().position(is_under(near)))
}

/// The word before or behind the open one, where there is one.
fn hop(now: &Now, set: &Callback<Option<Shown>>, by: isize) {
    let next = now.borrow().as_ref().and_then(|shown| {
        let open = shown.open?.checked_add_signed(by).filter(|at| *at < shown.words.len())?;
        Some(Shown { open: Some(open), ..shown.clone() })
    });
    if next.is_some() {
        set.emit(next);
    }
}

fn listen(
    inner: &Rc<Inner>,
    now: &Now,
    set: &Callback<Option<Shown>>,
    ask: &Callback<(Source, By)>,
    facts: &Facts,
) -> Vec<EventListener> {
    let pointer = |name: &'static str, finger: bool| {
        let (inner, now, set, ask, facts) =
            (inner.clone(), now.clone(), set.clone(), ask.clone(), facts.clone());
        EventListener::new(&window(), name, move |event| {
            let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
            if (event.pointer_type() == "touch") != finger {
                return;
            }
            let Some(element) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else {
                return;
            };
            let point = (f64::from(event.client_x()), f64::from(event.client_y()));
            if element.closest(".gloss").ok().flatten().is_some() {
                inner.cancel();
                return;
            }
            let told = facts.borrow().0.clone();
            let row = told.and_then(|told| Source::of_row(&element, &told.rows));
            if finger {
                match row {
                    Some(row) => {
                        let (left, top) = row.begin();
                        ask.emit((row, By::Finger(point.0 - left, point.1 - top)));
                    }
                    None => set.emit(None),
                }
            } else {
                inner.point.set(point);
                moved(&inner, &now, &set, &ask, &element, row, point);
            }
        })
    };
    let word = {
        let (inner, ask) = (inner.clone(), ask.clone());
        EventListener::new(&window(), "word", move |event| {
            let Some(event) = event.dyn_ref::<CustomEvent>() else { return };
            if let Some((source, by)) = of_line(&event.detail()) {
                inner.cancel();
                ask.emit((source, by));
            }
        })
    };
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        ..EventListenerOptions::enable_prevent_default()
    };
    let key = {
        let (inner, now, set, ask, facts) =
            (inner.clone(), now.clone(), set.clone(), ask.clone(), facts.clone());
        EventListener::new_with_options(&window(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            pressed(event, &inner, &now, &set, &ask, &facts);
        })
    };
    let moves = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        ..EventListenerOptions::default()
    };
    let away = |name: &'static str| {
        let (inner, now, set) = (inner.clone(), now.clone(), set.clone());
        EventListener::new_with_options(&window(), name, moves, move |event| {
            let shown = now.borrow().clone();
            let scrolled = event.target().and_then(|t| t.dyn_into::<Node>().ok());
            let is_in = |shown: &Shown| scrolled.as_ref().is_none_or(|s| shown.source.is_in(s));
            if !shown.as_ref().is_none_or(is_in) {
                return;
            }
            inner.cancel();
            match shown {
                // Going by word may scroll, and so may a tap; the card goes along.
                Some(shown) if shown.follows && shown.open.is_some() => {
                    if let Some(marks) = in_page(".gloss-marks") {
                        mark(&marks, Some(&shown));
                    }
                    if let Some(card) = in_page(".gloss") {
                        put(&card, &shown);
                    }
                }
                Some(_) => set.emit(None),
                None => {}
            }
        })
    };
    // A finger that moves scrolls by itself, and is done with the card.
    let dragged = {
        let (now, set) = (now.clone(), set.clone());
        EventListener::new(&window(), "touchmove", move |event| {
            let element = event.target().and_then(|t| t.dyn_into::<Element>().ok());
            let on_card = element.is_some_and(|e| e.closest(".gloss").ok().flatten().is_some());
            if !on_card && now.borrow().is_some() {
                set.emit(None);
            }
        })
    };
    vec![
        dragged,
        pointer("pointermove", false),
        pointer("pointerup", true),
        word,
        key,
        away("scroll"),
        away("resize"),
    ]
}

/// The pointer is at another place.
fn moved(
    inner: &Rc<Inner>,
    now: &Now,
    set: &Callback<Option<Shown>>,
    ask: &Callback<(Source, By)>,
    element: &Element,
    row: Option<Source>,
    point: (f64, f64),
) {
    let shown = now.borrow().clone();
    let in_text = element.closest("rule-text").ok().flatten().is_some();
    if let Some(shown) = &shown {
        let same = match &row {
            Some(row) => row.is(&shown.source),
            None => in_text && matches!(shown.source, Source::Line { .. }),
        };
        let under = word_under(&shown.source, &shown.words, point, 0.0).filter(|_| same);
        if let Some(under) = under {
            if shown.open == Some(under) {
                inner.cancel();
            } else if inner.aim.get() != Some(under) {
                let rest = if shown.open.is_some() { REST_MS.2 } else { REST_MS.1 };
                aim(inner, set, shown.clone(), under, rest);
            }
            return;
        }
        if shown.open.is_none() {
            inner.cancel();
            if !same {
                set.emit(None);
                wait_for(inner, ask, row, point);
            }
            return;
        }
        inner.aim.set(None);
        if shown.by_key && row.is_none() && !in_text {
            return;
        }
        if inner.later.borrow().is_none() {
            let (set, ask) = (set.clone(), ask.clone());
            later(inner, LEAVE_MS, move || match row {
                Some(row) => {
                    set.emit(None);
                    ask.emit((row, By::Pointer(point.0, point.1)));
                }
                None => set.emit(None),
            });
        }
        return;
    }
    wait_for(inner, ask, row, point);
}

/// Asks for the words of a row once the pointer rests on it.
fn wait_for(
    inner: &Rc<Inner>,
    ask: &Callback<(Source, By)>,
    row: Option<Source>,
    point: (f64, f64),
) {
    inner.cancel();
    if let Some(row) = row {
        let ask = ask.clone();
        later(inner, REST_MS.0, move || ask.emit((row, By::Pointer(point.0, point.1))));
    }
}

/// Opens the card of a word once the pointer has rested on it.
fn aim(inner: &Rc<Inner>, set: &Callback<Option<Shown>>, shown: Shown, at: usize, rest: u32) {
    inner.cancel();
    inner.aim.set(Some(at));
    let (set, next) =
        (set.clone(), Shown { open: Some(at), by_key: false, follows: false, ..shown });
    later(inner, rest, move || set.emit(Some(next)));
}

/// Does something in a moment, unless the pointer moves on.
fn later(inner: &Rc<Inner>, ms: u32, what: impl FnOnce() + 'static) {
    let done = Rc::downgrade(inner);
    let timeout = Timeout::new(ms, move || {
        if let Some(inner) = done.upgrade() {
            // It is not dropped from within: it is over by itself.
            if let Some(over) = inner.later.borrow_mut().take() {
                over.forget();
            }
            inner.aim.set(None);
        }
        what();
    });
    *inner.later.borrow_mut() = Some(timeout);
}

fn pressed(
    event: &KeyboardEvent,
    inner: &Rc<Inner>,
    now: &Now,
    set: &Callback<Option<Shown>>,
    ask: &Callback<(Source, By)>,
    facts: &Facts,
) {
    let held = event.ctrl_key() || event.meta_key() || event.alt_key();
    let shown = now.borrow().clone();
    let taken = match (&shown, event.key().as_str()) {
        (Some(shown), "Escape") if shown.open.is_some() || shown.by_key => {
            inner.cancel();
            set.emit(None);
            true
        }
        (Some(shown), "ArrowLeft") if shown.by_key && !held => {
            hop(now, set, -1);
            true
        }
        (Some(shown), "ArrowRight") if shown.by_key && !held => {
            hop(now, set, 1);
            true
        }
        (_, "i") if !held && !facts.borrow().2 => match row_of_tree(event, facts) {
            Some(row) => {
                inner.cancel();
                ask.emit((row, By::Key));
                true
            }
            None => false,
        },
        (Some(_), key) if !matches!(key, "Shift" | "Control" | "Alt" | "Meta") => {
            set.emit(None);
            false
        }
        _ => false,
    };
    if taken {
        event.prevent_default();
        event.stop_propagation();
    }
}

/// The row that has the focus of the tree.
fn row_of_tree(event: &KeyboardEvent, facts: &Facts) -> Option<Source> {
    let tree = event.target()?.dyn_into::<Element>().ok()?;
    let tree = tree.closest(".walk [role=tree]").ok()??;
    let at: usize =
        tree.get_attribute("aria-activedescendant")?.strip_prefix("row-")?.parse().ok()?;
    let row = facts.borrow().0.as_ref()?.rows.get(at)?.clone();
    Some(Source::Row(at, Rc::new(row)))
}

/// What the text of the paste tells: a place in a line, and how it was pointed at.
fn of_line(detail: &JsValue) -> Option<(Source, By)> {
    let get = |name: &str| Reflect::get(detail, &name.into()).ok();
    let number = |name: &str| get(name)?.as_f64();
    let (from, at) = (number("from")? as usize, number("pos")? as usize);
    let text = get("text")?.as_string()?;
    let by = match (get("by")?.as_string()?.as_str(), number("x"), number("y")) {
        ("pointer", Some(x), Some(y)) => By::Pointer(x, y),
        ("finger", Some(x), Some(y)) => By::Finger(x, y),
        _ => By::Key,
    };
    Some((Source::Line { from, text: text.into(), at: at - from.min(at) }, by))
}

/// Marks the words of what is pointed at, and the open one.
fn mark(marks: &HtmlElement, shown: Option<&Shown>) {
    marks.set_text_content(None);
    let Some(shown) = shown else { return };
    for (at, word) in shown.words.iter().enumerate() {
        for one in shown.source.bounds(word) {
            let Ok(line) = document().create_element("i") else { continue };
            if shown.open == Some(at) {
                line.set_class_name("open");
            }
            let Ok(line) = line.dyn_into::<HtmlElement>() else { continue };
            lay(&line, (one.0, one.1), Some((one.2 - one.0, one.3 - one.1)));
            let _ = marks.append_child(&line);
        }
    }
}

/// Puts something at a place on the screen, with a size.
fn lay(what: &HtmlElement, (left, top): (f64, f64), size: Option<(f64, f64)>) {
    let set = |name, value: f64| what.style().set_property(name, &format!("{value}px"));
    let _ = set("left", left).and(set("top", top));
    if let Some((width, height)) = size {
        let _ = set("width", width).and(set("height", height));
    }
}

/// Puts the card below its word, or above it where there is no room.
fn put(card: &HtmlElement, shown: &Shown) {
    let word = shown.open.and_then(|at| shown.words.get(at));
    let found = word.and_then(|word| shown.source.bounds(word).first().copied());
    let Some((left, top, _, bottom)): Option<Bounds> = found else { return };
    let view = document().document_element();
    let room = |size: fn(&Element) -> i32| view.as_ref().map_or(0.0, |v| f64::from(size(v)));
    let (width, height) = (f64::from(card.offset_width()), f64::from(card.offset_height()));
    let below = bottom + GAP + height <= room(Element::client_height) - EDGE;
    let y = if below { bottom + GAP } else { (top - GAP - height).max(EDGE) };
    let x = (left - 8.0).min(room(Element::client_width) - width - EDGE).max(EDGE);
    lay(card, (x, y), None);
}

/// Pixels between a word and its card, and between the card and the edge of the screen.
const GAP: f64 = 6.0;
const EDGE: f64 = 8.0;
