//! What the stylesheet sees of the state: theme, language, tone, the sizes of the panes.

use crate::layout::EDGES;
use crate::link::Status;
use crate::state::{State, Theme};
use chainwalk::view::Lang;
use gloo::utils::{body, document};
use web_sys::HtmlElement;
use yew::prelude::*;

/// The classes of the panes that are folded away.
pub(super) fn folds(state: &State) -> Classes {
    EDGES.iter().filter(|edge| state.layout.at(**edge).folded).map(|edge| edge.names().1).collect()
}

/// Gives the page the sizes that a person set, as custom properties of the element returned.
#[hook]
pub(super) fn use_layout(state: &State) -> NodeRef {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(state.layout, move |layout| {
            let Some(style) = node.cast::<HtmlElement>().map(|app| app.style()) else { return };
            for edge in EDGES {
                let (name, _) = edge.names();
                let _ = match layout.at(edge).size {
                    Some(size) => style.set_property(name, &format!("{size}px")),
                    None => style.remove_property(name).map(|_| ()),
                };
            }
        });
    }
    node
}

/// Theme, language and the answer's tone, as attributes that the stylesheet and a test can see.
#[hook]
pub(super) fn use_look(state: &State, tone: Option<&'static str>, status: &Status) {
    let tone = match status {
        Status::Died(_) => "crashed",
        Status::Missing(_) => "missing",
        Status::Stopped => "stopped",
        _ => tone.unwrap_or("reading"),
    };
    use_effect_with((state.theme, state.lang, tone), |(theme, lang, tone)| {
        if let Some(root) = document().document_element() {
            let _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                Theme::Light => root.set_attribute("data-theme", "light"),
                Theme::Dark => root.set_attribute("data-theme", "dark"),
            };
            let code = match lang {
                Lang::En => "en",
                Lang::Zh => "zh-Hans",
            };
            let _ = root.set_attribute("lang", code);
        }
        let _ = body().set_attribute("data-state", tone);
    });
}
