//! How much room there is: the window's, and that of an element.

use crate::motion::letter_scale;
use gloo::events::EventListener;
use gloo::utils::window;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The size up to which the page is a phone's, in the reader's letters.
pub(crate) const NARROW: &str = "(max-width: 47.5em), (max-height: 30em)";
/// The height up to which the answer is a line until it is opened.
pub(crate) const SHORT: &str = "(max-height: 30em)";
/// The height up to which the host is a line until it is opened.
pub(crate) const LOW: &str = "(max-height: 43.75em)";

/// The sizes at which the drawing can be higher than its pane, and is scrolled: by keys too.
pub(crate) const SCROLLED: &str = "(max-width: 73.75em), (max-height: 43.75em)";

/// Whether a media query holds, now and later.
#[hook]
pub(crate) fn use_media(query: &'static str) -> bool {
    let matches = move || window().match_media(query).ok().flatten().is_some_and(|m| m.matches());
    let state = use_state_eq(matches);
    {
        let state = state.setter();
        use_effect_with((), move |()| {
            let listener = EventListener::new(&window(), "resize", move |_| state.set(matches()));
            move || drop(listener)
        });
    }
    *state
}

/// An element, and the size of the space in it, in CSS pixels of letters of the usual size.
#[hook]
pub(crate) fn use_size() -> (NodeRef, (f64, f64)) {
    let node = use_node_ref();
    let size = use_state_eq(|| (0.0, 0.0));
    {
        let (node, set) = (node.clone(), size.setter());
        let element = node.get();
        use_effect_with(element, move |_| {
            let element = node.cast::<HtmlElement>();
            let measured = element.clone();
            let measure = Closure::<dyn Fn()>::new(move || {
                if let Some(e) = &measured {
                    let (width, height) = (e.client_width(), e.client_height());
                    let letters = letter_scale();
                    set.set((f64::from(width) / letters, f64::from(height) / letters));
                }
            });
            let observer = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(measure);
            }
        });
    }
    (node, *size)
}
