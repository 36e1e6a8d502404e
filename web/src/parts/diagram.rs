//! The diagram: the scene's items, one element each, and the packet that travels it.
//!
//! Pressed, what stands for a rule, a chain or a station goes to its step, or shows its lines where the packet does not
//! come there; the ground plays and pauses.

use super::act::{Dispatch, Hover};
use super::ride::{Seen, ride};
use crate::focus::list_branches;
use crate::message::View;
use crate::motion::{letter_scale, still};
use crate::state::{Action, Pane};
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Item, Lang, Link, Scene};
use gloo::events::{EventListener, EventListenerOptions};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, TouchEvent, TouchList};
use yew::prelude::*;

/// Properties of [`Diagram`].
#[derive(Properties, PartialEq)]
pub(crate) struct DiagramProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The picture, and what it is of.
    pub(crate) drawn: Rc<(View, Scene)>,
    /// Whether there is a packet in it.
    pub(crate) packet: bool,
    /// The last stop of its walk, to which the ground plays; a picture without it is not played.
    #[prop_or_default]
    pub(crate) last: Option<usize>,
    /// The milliseconds in which the packet is swept past rules that do not match, where it is.
    #[prop_or_default]
    pub(crate) swept: Option<f64>,
    /// Whether it grows with the letters of the page; else its place gives it its size.
    #[prop_or(true)]
    pub(crate) magnified: bool,
    /// How fast the packet moves.
    #[prop_or(1.0)]
    pub(crate) speed: f64,
    /// How much of it is shown.
    #[prop_or_default]
    pub(crate) zoom: Zoom,
    /// How much of it is to be shown; a picture without it is not zoomed.
    #[prop_or_default]
    pub(crate) onzoom: Option<Callback<Zoom>>,
    /// Whether it can be seen.
    #[prop_or(true)]
    pub(crate) seen: bool,
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

/// The part of a picture that is shown: all of it, or a part `scale` times smaller that begins at `x`, `y`, in
/// fractions of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Zoom {
    scale: f64,
    x: f64,
    y: f64,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { scale: 1.0, x: 0.0, y: 0.0 }
    }
}

impl Zoom {
    /// The most that a picture is enlarged.
    const MOST: f64 = 6.0;

    /// Larger by `factor`; the point at `(x, y)` of what is shown, in fractions, stays where it is.
    pub(crate) fn by(self, factor: f64, (x, y): (f64, f64)) -> Self {
        let scale = (self.scale * factor).clamp(1.0, Self::MOST);
        let (held_x, held_y) = (self.x + x / self.scale, self.y + y / self.scale);
        Self { scale, x: held_x - x / scale, y: held_y - y / scale }.within()
    }

    /// Moved by a part of what is shown.
    fn moved(self, dx: f64, dy: f64) -> Self {
        Self { x: self.x + dx / self.scale, y: self.y + dy / self.scale, ..self }.within()
    }

    /// With a point of the picture in its middle.
    fn around(self, x: f64, y: f64) -> Self {
        Self { x: x - 0.5 / self.scale, y: y - 0.5 / self.scale, ..self }.within()
    }

    /// Whether all is shown.
    pub(crate) fn fits(self) -> bool {
        self.scale <= 1.0
    }

    fn within(self) -> Self {
        let most = 1.0 - 1.0 / self.scale;
        Self { x: self.x.clamp(0.0, most), y: self.y.clamp(0.0, most), ..self }
    }
}

/// The diagram.
#[component]
pub(crate) fn Diagram(props: &DiagramProps) -> Html {
    let (view, scene) = &*props.drawn;
    let token = use_node_ref();
    {
        let (token, drawn, speed) = (token.clone(), props.drawn.clone(), props.speed);
        let swept = props.swept;
        let before = use_mut_ref(|| None::<Seen>);
        let spaces = use_mut_ref(|| None);
        let (zoom, onzoom) = (props.zoom, props.onzoom.clone());
        // A picture that is drawn for another space is where the space was hidden, too.
        let space = (view.width.to_bits(), view.height.to_bits(), props.seen);
        use_effect_with((view.generation, view.stop, space), move |_| {
            let (view, scene) = &*drawn;
            if let Some(onzoom) = onzoom.filter(|_| !zoom.fits()) {
                let (x, y) = scene.rest;
                onzoom.emit(zoom.around(x / scene.width.max(1.0), y / scene.height.max(1.0)));
            }
            let last = before.borrow_mut().replace(Seen::of(view, scene));
            let shown = spaces.replace(Some(space)) != Some(space);
            let Some(token) = token.cast::<Element>() else { return };
            let magnified = letter_scale() * view.width / scene.width.max(1.0);
            follow(&token, scene.rest.0 * magnified, scene.rest.1 * magnified, shown);
            if let Some(last) = last.filter(|_| !still()) {
                ride(&token, &last, (view, scene), speed, swept);
            }
        });
    }
    let (x, y) = scene.rest;
    let at = format!("translate({x} {y})");
    let zoom = props.zoom;
    let shown = format!(
        "{} {} {} {}",
        zoom.x * scene.width,
        zoom.y * scene.height,
        scene.width / zoom.scale,
        scene.height / zoom.scale,
    );
    let svg = use_node_ref();
    use_wheel(&svg, props.zoom, props.onzoom.clone());
    let held = use_mut_ref(|| None::<(i32, i32)>);
    let dragged = use_mut_ref(|| false);
    use_pinch(&svg, props.zoom, props.onzoom.clone(), &held);
    let press = {
        let (held, dragged) = (held.clone(), dragged.clone());
        Callback::from(move |e: PointerEvent| {
            *dragged.borrow_mut() = false;
            let first = e.button() == 0 && e.is_primary();
            *held.borrow_mut() = first.then(|| (e.client_x(), e.client_y()));
        })
    };
    // A press on the ground, not the end of a drag.
    let play = {
        let (last, dispatch, dragged) = (props.last, props.dispatch.clone(), dragged.clone());
        Callback::from(move |e: MouseEvent| {
            let on = e.target().and_then(|t| t.dyn_into::<Element>().ok());
            let linked = on.is_none_or(|on| on.closest(".link").ok().flatten().is_some());
            if let Some(last) = last.filter(|last| *last > 0 && !linked && !*dragged.borrow()) {
                dispatch.dispatch(Action::Toggle { last });
            }
        })
    };
    let drag = {
        let (onzoom, svg) = (props.onzoom.clone().filter(|_| !zoom.fits()), svg.clone());
        Callback::from(move |e: PointerEvent| {
            let (Some(onzoom), Some(svg)) = (&onzoom, svg.cast::<Element>()) else { return };
            let mut held = held.borrow_mut();
            let Some((x, y)) = *held else { return };
            if e.buttons() & 1 == 0 {
                *held = None;
                return;
            }
            let (dx, dy) = (x - e.client_x(), y - e.client_y());
            if !svg.has_pointer_capture(e.pointer_id()) {
                // A press that hardly moves is a click.
                if dx.abs() + dy.abs() < 5 {
                    return;
                }
                *dragged.borrow_mut() = true;
                let _ = svg.set_pointer_capture(e.pointer_id());
            }
            *held = Some((e.client_x(), e.client_y()));
            let space = svg.get_bounding_client_rect();
            let part = |d: i32, of: f64| f64::from(d) / of.max(1.0);
            onzoom.emit(zoom.moved(part(dx, space.width()), part(dy, space.height())));
        })
    };
    let letters = if props.magnified { letter_scale() } else { 1.0 };
    html! {
        <svg class={classes!("scene", props.class.clone(), (!zoom.fits()).then_some("zoomed"))} viewBox={shown} data-of={view.generation.to_string()} data-stop={view.stop.to_string()}
            ref={svg} onpointerdown={press} onpointermove={drag} onclick={play}
            width={(view.width * letters).to_string()} height={(view.height * letters).to_string()} aria-hidden="true">
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
            if let (true, Some(step)) = (link.list, link.step) {
                dispatch.dispatch(Action::Pane(Pane::Walk));
                dispatch.dispatch(Action::Go(step));
                list_branches();
            } else if let Some(outcome) = link.outcome {
                dispatch.dispatch(Action::Follow(outcome));
            } else if let Some(step) = link.step {
                dispatch.dispatch(Action::Go(step));
            } else if let Some(span) = link.span {
                reveal.emit(span);
            }
        })
    };
    let does = match link {
        Link { list: true, .. } => ui(props.lang, Key::ListBranches).to_owned(),
        Link { outcome: Some(_), .. } => ui(props.lang, Key::FollowHere).to_owned(),
        Link { step: Some(step), .. } => {
            ui(props.lang, Key::GoToStep).replace("{step}", &(step + 1).to_string())
        }
        _ => ui(props.lang, Key::GoToLines).to_owned(),
    };
    let step = link.step;
    let over = props.onhover.reform(move |_: PointerEvent| step);
    let out = props.onhover.reform(|_: PointerEvent| None);
    html! {
        <g {class} {onclick} onpointerenter={over} onpointerleave={out}>
            <title>{format!("{label}\n{does}")}</title>
            {for items}
        </g>
    }
}

/// The wheel enlarges the picture under the pointer while Ctrl is held, as a pinch on a touchpad says too.
#[hook]
fn use_wheel(svg: &NodeRef, zoom: Zoom, onzoom: Option<Callback<Zoom>>) {
    let svg = svg.clone();
    use_effect_with((zoom, onzoom), move |(zoom, onzoom)| {
        let (zoom, onzoom) = (*zoom, onzoom.clone());
        let listener = svg.cast::<Element>().zip(onzoom).map(|(svg, onzoom)| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&svg.clone(), "wheel", options, move |event| {
                let Some(event) = event.dyn_ref::<web_sys::WheelEvent>() else { return };
                if !(event.ctrl_key() || event.meta_key()) {
                    return;
                }
                event.prevent_default();
                let space = svg.get_bounding_client_rect();
                let at = (
                    (f64::from(event.client_x()) - space.left()) / space.width().max(1.0),
                    (f64::from(event.client_y()) - space.top()) / space.height().max(1.0),
                );
                onzoom.emit(zoom.by((-event.delta_y() / 240.0).exp(), at));
            })
        });
        move || drop(listener)
    });
}

/// Two fingers enlarge the picture between them, and move it along; they end a drag by one.
#[hook]
fn use_pinch(
    svg: &NodeRef,
    zoom: Zoom,
    onzoom: Option<Callback<Zoom>>,
    drag: &Rc<RefCell<Option<(i32, i32)>>>,
) {
    let (svg, drag) = (svg.clone(), drag.clone());
    // What was shown as the second finger came down, the middle between both, and how far they were apart.
    let held = use_mut_ref(|| None::<(Zoom, (f64, f64), f64)>);
    use_effect_with((zoom, onzoom), move |(zoom, onzoom)| {
        let (zoom, onzoom) = (*zoom, onzoom.clone());
        let listeners = svg.cast::<Element>().zip(onzoom).map(|(svg, onzoom)| {
            ["touchstart", "touchmove", "touchend", "touchcancel"].map(|name| {
                let (space, held, onzoom) = (svg.clone(), held.clone(), onzoom.clone());
                let drag = drag.clone();
                let options = EventListenerOptions::enable_prevent_default();
                EventListener::new_with_options(&svg, name, options, move |event| {
                    let touches = event.dyn_ref::<TouchEvent>().map(TouchEvent::touches);
                    let two = touches.filter(|t| t.length() == 2).as_ref().and_then(fingers);
                    let Some((at, apart)) = two else {
                        *held.borrow_mut() = None;
                        return;
                    };
                    event.prevent_default();
                    *drag.borrow_mut() = None;
                    let mut held = held.borrow_mut();
                    let (zoom, from, was) = *held.get_or_insert((zoom, at, apart));
                    let space = space.get_bounding_client_rect();
                    let (width, height) = (space.width().max(1.0), space.height().max(1.0));
                    let within = ((from.0 - space.left()) / width, (from.1 - space.top()) / height);
                    let way = ((from.0 - at.0) / width, (from.1 - at.1) / height);
                    onzoom.emit(zoom.by(apart / was.max(1.0), within).moved(way.0, way.1));
                })
            })
        });
        move || drop(listeners)
    });
}

/// The middle between the first two fingers, and how far they are apart.
fn fingers(touches: &TouchList) -> Option<((f64, f64), f64)> {
    let place = |at| touches.get(at).map(|t| (f64::from(t.client_x()), f64::from(t.client_y())));
    let ((ax, ay), (bx, by)) = (place(0)?, place(1)?);
    Some(((f64::midpoint(ax, bx), f64::midpoint(ay, by)), (ax - bx).hypot(ay - by)))
}

/// Keeps the packet, at a place of the picture, in sight where the picture is larger than its space: it is moved no
/// further than needed, so that as much as can be stays where it was; at once where nothing of it was seen before.
fn follow(token: &Element, x: f64, y: f64, at_once: bool) {
    let Ok(Some(stage)) = token.closest(".stage") else { return };
    let (width, height) = (f64::from(stage.client_width()), f64::from(stage.client_height()));
    if f64::from(stage.scroll_width()) > width || f64::from(stage.scroll_height()) > height {
        let near = |now: i32, at: f64, room: f64| {
            let (now, margin) = (f64::from(now), (room / 3.0).min(110.0));
            now.min(at - margin).max(at + margin - room).max(0.0)
        };
        let options = web_sys::ScrollToOptions::new();
        options.set_left(near(stage.scroll_left(), x, width));
        options.set_top(near(stage.scroll_top(), y, height));
        if !at_once {
            options.set_behavior(crate::motion::scrolling());
        }
        stage.scroll_to_with_scroll_to_options(&options);
    }
}

#[cfg(test)]
mod tests {
    use super::Zoom;

    #[test]
    fn the_point_under_the_pointer_stays() {
        let zoom = Zoom::default().by(2.0, (0.25, 0.5)).by(1.5, (0.5, 0.5));
        let at = |z: Zoom, x: f64| z.x + x / z.scale;
        let before = at(zoom, 0.6);
        let after = zoom.by(1.2, (0.6, 0.5));
        assert!((at(after, 0.6) - before).abs() < 1e-9);
    }

    #[test]
    fn nothing_beside_the_picture_is_shown() {
        let zoom = Zoom::default().by(3.0, (1.0, 1.0)).moved(5.0, -5.0);
        assert!(zoom.x + 1.0 / zoom.scale <= 1.0 + 1e-9 && zoom.y >= 0.0);
        assert_eq!(zoom.by(0.01, (0.3, 0.3)), Zoom::default());
    }
}
