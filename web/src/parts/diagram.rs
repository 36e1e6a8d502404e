//! The diagram: the scene's items, one element each, and the packet that travels it.
//!
//! The packet moves by the browser's own animation engine; nothing here runs for each frame.

use super::{Dispatch, Hover, still};
use crate::message::View;
use crate::state::Action;
use chainwalk_model::Span;
use chainwalk_view::{Item, Link, Scene};
use js_sys::{Array, Object, Reflect};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

/// Properties of [`Diagram`].
#[derive(Properties, PartialEq)]
pub(crate) struct DiagramProps {
    /// The picture, and what it is of.
    pub(crate) drawn: Rc<(View, Scene)>,
    /// Whether there is a packet in it.
    pub(crate) packet: bool,
    /// How fast the packet moves.
    #[prop_or(1.0)]
    pub(crate) speed: f64,
    /// Further classes.
    #[prop_or_default]
    pub(crate) class: Classes,
    /// What is pointed at anywhere on the page.
    pub(crate) hover: Hover,
    /// Something is pointed at.
    pub(crate) onhover: Callback<Hover>,
    /// Shows lines of the paste.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The diagram.
#[component]
pub(crate) fn Diagram(props: &DiagramProps) -> Html {
    let (view, scene) = &*props.drawn;
    let token = use_node_ref();
    {
        let (token, drawn, speed) = (token.clone(), props.drawn.clone(), props.speed);
        let before = use_mut_ref(|| None::<View>);
        use_effect_with((view.generation, view.stop), move |_| {
            let (view, scene) = &*drawn;
            let last = before.borrow_mut().replace(*view);
            let next = last.is_some_and(|l| l.stop + 1 == view.stop);
            if let Some(token) = token.cast::<Element>() {
                follow(&token, scene.rest.0 * view.width / scene.width.max(1.0));
            }
            if next
                && !scene.travel.is_empty()
                && !still()
                && let Some(token) = token.cast::<Element>()
            {
                travel(&token, &scene.travel, speed);
            }
        });
    }
    let (x, y) = scene.rest;
    let at = format!("translate({x} {y})");
    html! {
        <svg class={classes!("scene", props.class.clone())} viewBox={format!("0 0 {} {}", scene.width, scene.height)}
            width={view.width.to_string()} height={view.height.to_string()} aria-hidden="true">
            {for scene.items.iter().map(|item| draw(item, props))}
            if props.packet {
                <g class={classes!("token", scene.made.then_some("made"))} ref={token} transform={at}>
                    <circle class="halo" r={if view.small { "10" } else { "15" }} />
                    <circle class="core" r={if view.small { "6" } else { "9.5" }} />
                </g>
            }
        </svg>
    }
}

fn draw(item: &Item, props: &DiagramProps) -> Html {
    match item {
        Item::Rect { x, y, w, h, r, class } => html! {
            <rect class={class.clone()} x={x.to_string()} y={y.to_string()} width={w.to_string()}
                height={h.to_string()} rx={r.to_string()} />
        },
        Item::Circle { x, y, r, class } => html! {
            <circle class={class.clone()} cx={x.to_string()} cy={y.to_string()} r={r.to_string()} />
        },
        Item::Path { d, class } => html! { <path class={class.clone()} d={d.clone()} /> },
        Item::Text { x, y, text, class } => html! {
            <text class={class.clone()} x={x.to_string()} y={y.to_string()}>{text}</text>
        },
        Item::Icon { id, x, y, size, class } => html! {
            <use class={class.clone()} href={format!("#{id}")} x={x.to_string()} y={y.to_string()}
                width={size.to_string()} height={size.to_string()} />
        },
        Item::Group { class, link, label, items } => group(class, link, label, items, props),
    }
}

fn group(class: &str, link: &Link, label: &str, items: &[Item], props: &DiagramProps) -> Html {
    let items = items.iter().map(|item| draw(item, props));
    if *link == Link::default() {
        return html! { <g class={class.to_owned()}>{for items}</g> };
    }
    let lit = link.step.is_some() && link.step == props.hover;
    let class = classes!("link", class.to_owned(), lit.then_some("lit"));
    let onclick = {
        let (link, dispatch, reveal) = (link.clone(), props.dispatch.clone(), props.reveal.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(outcome) = link.outcome {
                dispatch.dispatch(Action::Follow(outcome));
            } else if let Some(step) = link.step {
                dispatch.dispatch(Action::Go(step));
            }
            if let Some(span) = link.span {
                reveal.emit(span);
            }
        })
    };
    let step = link.step;
    let over = props.onhover.reform(move |_: PointerEvent| step);
    let out = props.onhover.reform(|_: PointerEvent| None);
    html! {
        <g {class} {onclick} onpointerenter={over} onpointerleave={out}>
            if !label.is_empty() { <title>{label.to_owned()}</title> }
            {for items}
        </g>
    }
}

/// Keeps the packet, at `x` from the left of the picture, in sight where the picture is wider than its space.
fn follow(token: &Element, x: f64) {
    let Ok(Some(stage)) = token.closest(".stage") else { return };
    let width = f64::from(stage.client_width());
    if f64::from(stage.scroll_width()) > width {
        let options = web_sys::ScrollToOptions::new();
        options.set_left((x - width / 2.0).max(0.0));
        options.set_behavior(super::scrolling());
        stage.scroll_to_with_scroll_to_options(&options);
    }
}

/// Lets the packet travel along a path, and its label wait for it. Where the browser cannot, it has arrived.
fn travel(token: &Element, path: &str, speed: f64) {
    let duration = super::duration("--travel") / speed;
    let path = format!("path(\"{path}\")");
    let ride = |distance| {
        let ways = [("offsetPath", path.as_str()), ("offsetRotate", "0deg"), ("transform", "none")];
        frame(&[&ways[..], &[("offsetDistance", distance)]].concat())
    };
    let easing = "cubic-bezier(.45,.05,.35,1)";
    animate(token, &[ride("0%"), ride("100%")], duration, easing);
    let label =
        token.closest("svg").ok().flatten().and_then(|s| s.query_selector(".tag").ok().flatten());
    if let Some(label) = label {
        let shown = |opacity| frame(&[("opacity", opacity)]);
        animate(&label, &[shown("0"), shown("0"), shown("1")], duration * 1.2, "ease-out");
    }
}

fn frame(values: &[(&str, &str)]) -> Object {
    let frame = Object::new();
    for (name, value) in values {
        let _ = Reflect::set(&frame, &(*name).into(), &(*value).into());
    }
    frame
}

fn animate(element: &Element, frames: &[Object], duration: f64, easing: &str) {
    let options = Object::new();
    let _ = Reflect::set(&options, &"duration".into(), &duration.into());
    let _ = Reflect::set(&options, &"easing".into(), &easing.into());
    let Ok(animate) = Reflect::get(element, &"animate".into()) else { return };
    if let Some(animate) = animate.dyn_ref::<js_sys::Function>() {
        let _ = animate.call2(element, &frames.iter().collect::<Array>(), &options);
    }
}
