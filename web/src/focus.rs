//! The focus is never lost: where the element that has it goes away, one beside it takes its place.
//!
//! A keyboard goes on at a control nearby. After a click or a tap it is the section around, which shows no
//! outline and leaves every key to the page.

use crate::keys::Toward;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::utils::document;
use js_sys::Array;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, FocusEvent, FocusOptions, HtmlElement, MutationObserver, MutationObserverInit,
    NodeList,
};
use yew::prelude::*;

/// Gives the focus to what stands for the answer: the walk, or the packets to ask for.
pub(crate) fn to_walk() {
    if let Some(element) = in_page(".rows[role=tree], .packet-row") {
        let _ = element.focus();
    }
}

/// The parts of the page in reading order: a part, and what in it takes the focus.
const PANES: [(&str, &str); 6] = [
    ("header", "[data-testid=packet]"),
    (".above", ".above button:not(:disabled), .above summary"),
    (".left", ".left [contenteditable=true]"),
    (".stage", ".stage [tabindex='0'], .stage button:not(:disabled)"),
    (".right", ".rows[role=tree], .packet-row, .right button:not(:disabled)"),
    ("footer.time", "footer.time button:not(:disabled)"),
];

/// Gives the focus to the next part of the page that is seen, or to the one before; from outside of all to the first.
pub(crate) fn to_pane(toward: Toward) {
    let active = document().active_element();
    let here = active.and_then(|one| {
        PANES.iter().position(|(part, _)| one.closest(part).is_ok_and(|part| part.is_some()))
    });
    let count = PANES.len();
    let mut order = (1..=count).map(|by| match (here, toward) {
        (Some(here), Toward::Next) => (here + by) % count,
        (Some(here), Toward::Before) => (here + count - by) % count,
        (None, Toward::Next) => by - 1,
        (None, Toward::Before) => count - by,
    });
    let taker = order.find_map(|at| {
        listed::<HtmlElement>(document().query_selector_all(PANES[at].1).ok()).find(there)
    });
    if let Some(taker) = taker {
        let _ = taker.focus();
    }
}

/// Opens the list of ways out of the split that the walk stands at, once it is drawn.
pub(crate) fn list_branches() {
    Timeout::new(60, || {
        if let Some(list) = in_page(".row.now details") {
            let _ = list.set_attribute("open", "");
            list.scroll_into_view();
        }
    })
    .forget();
}

/// The first element of the page that a selector finds.
pub(crate) fn in_page(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// What Tab reaches, but for fields: nobody asked for a touch keyboard.
const STOPS: &str =
    "button:not(:disabled), a[href], summary, [tabindex='0']:not([contenteditable])";
/// The button that opened what an element stands in.
const OPENER: &str = "button[aria-expanded][aria-controls]";
/// What holds the focus where no control is to have it.
const SECTION: &str = "section, fieldset, header, main, .app";
/// So many controls before the one with the focus are remembered.
const REMEMBERED: usize = 24;

/// Who has the focus, and who could have it next.
#[derive(Default)]
struct Holder {
    element: Option<HtmlElement>,
    /// Those around it, the nearest first.
    around: Vec<Element>,
    /// The controls before it, in order.
    before: Vec<Element>,
    /// Whether the focus was shown, as it is for a keyboard.
    shown: bool,
    /// Who had it before a dialog took it; none where nobody had.
    outside: Option<HtmlElement>,
}

impl Holder {
    fn take(&mut self, root: &Element, element: HtmlElement) {
        if in_dialog(&element) {
            if !self.element.as_ref().is_some_and(|last| in_dialog(last)) {
                self.outside = self.element.take();
            }
        } else {
            self.outside = None;
        }
        let around = std::iter::successors(element.parent_element(), |one| one.parent_element());
        self.around = around.take_while(|one| root.contains(Some(one))).collect();
        let own: Element = element.clone().into();
        self.before = stops(root).take_while(|one| *one != own).collect();
        self.before.drain(..self.before.len().saturating_sub(REMEMBERED));
        self.shown = element.matches(":focus-visible").unwrap_or(true);
        self.element = Some(element);
    }

    /// Gives the focus to somebody else.
    fn hand_on(self) {
        let Some(element) = self.element else { return };
        if in_dialog(&element) {
            if let Some(outside) = self.outside.filter(there) {
                let _ = outside.focus();
            }
            return;
        }
        let around = self.around.iter().filter(|one| there(*one));
        if !self.shown {
            let is_section = |one: &&Element| one.matches(SECTION).unwrap_or(false);
            let section = around.filter(is_section).find_map(|one| one.dyn_ref::<HtmlElement>());
            if let Some(section) = section {
                let _ = section.set_attribute("tabindex", "-1");
                let options = FocusOptions::new();
                options.set_prevent_scroll(true);
                let _ = section.focus_with_options(&options);
            }
            return;
        }
        for one in around {
            let own = one.matches(STOPS).is_ok_and(|is| is).then(|| one.clone());
            let opener = one.query_selector(OPENER).ok().flatten();
            let nearest = self.before.iter().rev().filter(|e| one.contains(Some(e))).cloned();
            let next = own.into_iter().chain(opener).chain(nearest).chain(stops(one));
            for candidate in next.filter(there) {
                if let Some(candidate) = candidate.dyn_ref::<HtmlElement>() {
                    let _ = candidate.focus();
                }
                if !nobody() {
                    return;
                }
            }
        }
    }
}

/// The controls within an element, in order.
fn stops(within: &Element) -> impl Iterator<Item = Element> {
    listed(within.query_selector_all(STOPS).ok())
}

/// The elements of a list of nodes.
fn listed<E: JsCast>(all: Option<NodeList>) -> impl Iterator<Item = E> {
    let count = all.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(move |at| all.as_ref()?.item(at)?.dyn_into().ok())
}

fn in_dialog(element: &Element) -> bool {
    element.closest("[role=dialog]").ok().flatten().is_some()
}

/// Whether nothing has the focus.
fn nobody() -> bool {
    let document = document();
    match (document.active_element(), document.body()) {
        (Some(active), Some(body)) => active == body.into(),
        (active, _) => active.is_none(),
    }
}

/// Whether an element is on the page and can be seen and used.
fn there(element: &impl AsRef<Element>) -> bool {
    let element = element.as_ref();
    element.is_connected()
        && element.get_client_rects().length() > 0
        && !element.matches(":disabled").unwrap_or(false)
}

/// Keeps the focus within `root` from getting lost.
#[hook]
pub(crate) fn use_focus_kept(root: &NodeRef) {
    let root = root.clone();
    use_effect_with((), move |()| {
        let holder = Rc::new(RefCell::new(Holder::default()));
        let mut kept = None;
        if let Some(root) = root.cast::<Element>() {
            let taken = {
                let (holder, root) = (holder.clone(), root.clone());
                EventListener::new(&root.clone(), "focusin", move |event| {
                    let element = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok());
                    if let (Some(element), Ok(mut holder)) = (element, holder.try_borrow_mut()) {
                        holder.take(&root, element);
                    }
                })
            };
            let left = {
                let holder = holder.clone();
                EventListener::new(&root, "focusout", move |event| {
                    let event = event.dyn_ref::<FocusEvent>();
                    if event.is_some_and(|e| e.related_target().is_some()) {
                        return;
                    }
                    // Somebody who clicks beside everything wants no focus; an element that goes away does not ask.
                    let holder = holder.clone();
                    Timeout::new(0, move || {
                        let gone = holder.borrow().element.as_ref().is_some_and(|e| !there(e));
                        if gone {
                            mend(&holder);
                        } else if nobody() {
                            *holder.borrow_mut() = Holder::default();
                        }
                    })
                    .forget();
                })
            };
            let watch = {
                let holder = holder.clone();
                Closure::<dyn Fn()>::new(move || mend(&holder))
            };
            let observer = MutationObserver::new(watch.as_ref().unchecked_ref()).ok();
            let options = MutationObserverInit::new();
            options.set_child_list(true);
            options.set_subtree(true);
            options.set_attribute_filter(&Array::from_iter(
                ["disabled", "hidden"].map(JsValue::from_str),
            ));
            if let Some(observer) = &observer {
                let _ = observer.observe_with_options(&root, &options);
            }
            kept = Some((taken, left, watch, observer));
        }
        move || {
            if let Some((taken, left, watch, observer)) = kept {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop((taken, left, watch));
            }
        }
    });
}

/// Gives the focus to somebody else, if it was lost with the element that had it. Whoever gets it is noted anew.
fn mend(holder: &RefCell<Holder>) {
    let lost = nobody() && holder.borrow().element.as_ref().is_some_and(|e| !there(e));
    if lost {
        holder.take().hand_on();
    }
}
