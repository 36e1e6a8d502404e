//! The edge between two panes: dragged, moved by keys, folded by Enter or its button.

use super::act::Dispatch;
use super::icon::Icon;
use crate::layout::{Edge, Extent};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

/// Properties of [`Divider`].
#[derive(Properties, PartialEq)]
pub(crate) struct DividerProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The edge.
    pub(crate) edge: Edge,
    /// The pane at it.
    pub(crate) extent: Extent,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The edge.
#[component]
pub(crate) fn Divider(props: &DividerProps) -> Html {
    let DividerProps { lang, edge, extent, dispatch } = props;
    let (lang, edge) = (*lang, *edge);
    let (least, most) = edge.range();
    let dragged = use_mut_ref(|| None::<(f64, f64)>);
    let place = move |e: &PointerEvent| {
        f64::from(if edge.sideways() { e.client_x() } else { e.client_y() })
    };
    let down = {
        let dragged = dragged.clone();
        Callback::from(move |e: PointerEvent| {
            let Some(bar) =
                e.target().and_then(|t| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(t).ok())
            else {
                return;
            };
            if bar.get_attribute("role").as_deref() == Some("separator") {
                let _ = bar.set_pointer_capture(e.pointer_id());
                *dragged.borrow_mut() = Some((place(&e), size_at(edge)));
            }
        })
    };
    let moved = {
        let (dragged, dispatch) = (dragged.clone(), dispatch.clone());
        Callback::from(move |e: PointerEvent| {
            let Some((from, size)) = *dragged.borrow() else { return };
            let by = place(&e) - from;
            let by = if edge == Edge::Left { by } else { -by };
            dispatch.dispatch(Action::Resize(edge, Some((size + by).max(0.0) as u16)));
        })
    };
    let up = Callback::from(move |_: PointerEvent| *dragged.borrow_mut() = None);
    let reset = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Resize(edge, None)))
    };
    // A key that comes before the page has followed the last one goes on from where that led.
    let led = use_mut_ref(|| None::<u16>);
    {
        let led = led.clone();
        use_effect_with(extent.size, move |_| *led.borrow_mut() = None);
    }
    let key = {
        let dispatch = dispatch.clone();
        Callback::from(move |e: KeyboardEvent| {
            let at = led.borrow().unwrap_or_else(|| size_at(edge) as u16);
            if e.key() == "Enter" {
                dispatch.dispatch(Action::Fold(edge));
            } else if let Some(size) = edge.pressed(&e.key(), at) {
                *led.borrow_mut() = Some(size);
                dispatch.dispatch(Action::Resize(edge, Some(size)));
            } else {
                return;
            }
            e.prevent_default();
            e.stop_propagation();
        })
    };
    let fold = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Fold(edge)))
    };
    let (name, pane, [hide, show]) = match edge {
        Edge::Left => ("left", Key::EdgeLeft, [Key::HidePaste, Key::ShowPaste]),
        Edge::Right => ("right", Key::EdgeRight, [Key::HideWalk, Key::ShowWalk]),
        Edge::Host => ("host", Key::EdgeHost, [Key::HideHost, Key::ShowHost]),
    };
    let rail = match edge {
        Edge::Left => Some(Key::Paste),
        Edge::Right => Some(Key::Walk),
        Edge::Host => None,
    };
    let now = if extent.folded { 0 } else { extent.size.unwrap_or(default_size(edge)) };
    let action = ui(lang, if extent.folded { show } else { hide });
    html! {
        <div class={classes!("divider", format!("edge-{name}"), extent.folded.then_some("folded"))}>
            <div class="bar" role="separator" tabindex="0" aria-label={ui(lang, pane)}
                aria-orientation={if edge.sideways() { "vertical" } else { "horizontal" }}
                aria-valuenow={now.to_string()} aria-valuemin="0" aria-valuemax={most.max(least).to_string()}
                title={ui(lang, Key::DividerHint)} data-testid={format!("edge-{name}")} onpointerdown={down}
                onpointermove={moved} onpointerup={up.clone()} onpointercancel={up} ondblclick={reset} onkeydown={key}></div>
            <button class="fold" onclick={fold} aria-expanded={(!extent.folded).to_string()}
                aria-label={action} title={action}
                data-testid={format!("fold-{name}")}><Icon id="i-rt" size={12} />
                if let Some(rail) = rail.filter(|_| extent.folded) { <span>{ui(lang, rail)}</span> }</button>
        </div>
    }
}

/// What an edge says before it was moved.
fn default_size(edge: Edge) -> u16 {
    match edge {
        Edge::Left => 276,
        Edge::Right => 356,
        Edge::Host => 200,
    }
}

/// The size that the pane at an edge has on the screen.
fn size_at(edge: Edge) -> f64 {
    let (selector, sideways) = match edge {
        Edge::Left => (".left", true),
        Edge::Right => (".right", true),
        Edge::Host => ("section.host", false),
    };
    let pane: Option<Element> = gloo::utils::document().query_selector(selector).ok().flatten();
    let space = pane.map(|pane| pane.get_bounding_client_rect());
    space.map_or(0.0, |s| if sideways { s.width() } else { s.height() })
}
