//! The packet on its way between two stops: its label rides along, and the line of what is walked grows behind it.
//!
//! The browser's own animation engine moves all of it; nothing here runs for each frame.

use crate::message::View;
use crate::motion::duration;
use chainwalk::view::{Item, Scene};
use gloo::utils::document;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, NodeList};

/// So many moments of a way are told to the browser, which draws straight between them.
const MOMENTS: usize = 24;
/// How near the ends of two lines lie that are one.
const NEAR: f64 = 1.5;

/// A place of the picture.
type Place = (f64, f64);

/// What was seen of the packet: where it rested, and its label.
pub(crate) struct Seen {
    view: View,
    rest: Place,
    label: Option<(Place, String)>,
}

impl Seen {
    /// What is seen of it in a picture.
    pub(crate) fn of(view: &View, scene: &Scene) -> Self {
        let group = scene.items.iter().find_map(|item| match item {
            Item::Group { class, items, .. } if class == "tag" => Some(items),
            _ => None,
        });
        let label = group.and_then(|items| {
            let place = items.iter().find_map(|item| match item {
                Item::Rect { x, y, .. } => Some((*x, *y)),
                _ => None,
            })?;
            let words = items.iter().filter_map(|item| match item {
                Item::Text { text, .. } => Some(text.as_str()),
                _ => None,
            });
            Some((place, words.collect()))
        });
        Self { view: *view, rest: scene.rest, label }
    }
}

/// Lets the packet travel from where it was seen last to where it rests now, where that is the stop behind it, or one
/// that it is swept to in so many milliseconds.
pub(super) fn ride(
    token: &Element,
    last: &Seen,
    (view, scene): (&View, &Scene),
    speed: f64,
    swept: Option<f64>,
) {
    let of_one_walk =
        last.view.generation == view.generation && (last.view.width - view.width).abs() < 0.5;
    let on = view.stop > last.view.stop && (swept.is_some() || last.view.stop + 1 == view.stop);
    if !of_one_walk || !on {
        return;
    }
    let Ok(Some(svg)) = token.closest("svg") else { return };
    let straight = || format!("M{} {}L{} {}", last.rest.0, last.rest.1, scene.rest.0, scene.rest.1);
    let hops = swept.is_some() && last.view.stop + 1 != view.stop;
    let way = if hops || scene.travel.is_empty() { straight() } else { scene.travel.clone() };
    let Some(way) = Line::drawn(&way).filter(|way| way.length > 0.5 || last.rest != scene.rest)
    else {
        return;
    };
    let time = duration("--travel").min(swept.unwrap_or(f64::MAX)) / speed;
    let easing = if swept.is_some() { |t: f64| t } else { |t: f64| t * t * (3.0 - 2.0 * t) };
    let moments: Vec<f64> = (0..=MOMENTS).map(|n| easing(n as f64 / MOMENTS as f64)).collect();
    // What is drawn may have moved since: it comes from where it was seen.
    let begin = way.at(0.0);
    let off = (last.rest.0 - begin.0, last.rest.1 - begin.1);
    let places: Vec<Place> = moments
        .iter()
        .map(|e| {
            let at = way.at(way.length * e);
            let left = (1.0 - e).powi(3);
            (at.0 + off.0 * left, at.1 + off.1 * left)
        })
        .collect();
    let shifts = |from: &dyn Fn(usize) -> Place| -> Vec<Object> {
        let shift = |at| {
            let (x, y) = from(at);
            frame(&[("transform", &format!("translate({x:.2}px, {y:.2}px)"))])
        };
        (0..=MOMENTS).map(shift).collect()
    };
    animate(token, &shifts(&|at| places[at]), time);
    ride_label(&svg, last, (view, scene), &places, &moments, time, &shifts);
    grow(&svg, scene.rest, way.length, &moments, time);
}

/// The frames of an element that stands at a place at each moment.
type Shifts = dyn Fn(&dyn Fn(usize) -> Place) -> Vec<Object>;

/// The label keeps its place at the packet; where it stands otherwise at the next stop it gets there on the way. Words
/// that are others appear when the packet arrives.
fn ride_label(
    svg: &Element,
    last: &Seen,
    (view, scene): (&View, &Scene),
    places: &[Place],
    moments: &[f64],
    time: f64,
    shifts: &Shifts,
) {
    let Ok(Some(tag)) = svg.query_selector(".tag") else { return };
    let Some((place, words)) = Seen::of(view, scene).label else { return };
    let Some((was, said)) = &last.label else {
        animate(&tag, &[frame(&[("opacity", "0")]), frame(&[("opacity", "1")])], time);
        return;
    };
    let beside = |place: Place, rest: Place| (place.0 - rest.0, place.1 - rest.1);
    let (old, new) = (beside(*was, last.rest), beside(place, scene.rest));
    let from = |at: usize| {
        let (left, here) = (1.0 - moments[at], places[at]);
        (
            here.0 - scene.rest.0 + (old.0 - new.0) * left,
            here.1 - scene.rest.1 + (old.1 - new.1) * left,
        )
    };
    animate(&tag, &shifts(&from), time);
    if *said != words {
        let shown = |opacity| frame(&[("opacity", opacity)]);
        for text in each(tag.query_selector_all("text")) {
            animate(&text, &[shown("0"), shown("0.1"), shown("1")], time);
        }
    }
}

/// The lines of what is walked that end where the packet rests end where it is, all the way; what of the way is longer
/// than they are, is of the line before them.
fn grow(svg: &Element, rest: Place, way: f64, moments: &[f64], time: f64) {
    let near = |a: Place, b: Place| (a.0 - b.0).hypot(a.1 - b.1) < NEAR;
    let drawn = each(svg.query_selector_all("path.done, path.icmp.walked, path.again"));
    let lines: Vec<(Element, Line)> =
        drawn.filter_map(|e| Some((e.clone(), Line::of(&e)?))).collect();
    let mut grown: Vec<usize> = Vec::new();
    let (mut end, mut behind) = (rest, 0.0);
    for _ in 0..2 {
        let ends = |(at, (_, line)): (usize, &(Element, Line))| {
            (!grown.contains(&at) && near(line.at(line.length), end)).then_some(at)
        };
        let here: Vec<usize> = lines.iter().enumerate().filter_map(ends).collect();
        let Some(first) = here.first().map(|at| &lines[*at].1) else { return };
        for at in &here {
            let (element, line) = &lines[*at];
            let dashes: Vec<Object> = moments
                .iter()
                .map(|e| {
                    let hidden = (way * (1.0 - e) - behind).clamp(0.0, line.length);
                    let shown = (line.length - hidden).max(0.01);
                    frame(&[("strokeDasharray", &format!("{shown:.2} {:.2}", line.length + 40.0))])
                })
                .collect();
            animate(element, &dashes, time);
        }
        behind += first.length;
        end = first.at(0.0);
        grown.extend(here);
        if behind >= way {
            return;
        }
    }
}

/// A line whose points can be asked for.
struct Line {
    element: Element,
    length: f64,
}

impl Line {
    /// The line of an element.
    fn of(element: &Element) -> Option<Self> {
        let length = call(element, "getTotalLength", &[])?.as_f64()?;
        Some(Self { element: element.clone(), length })
    }

    /// The line of path data, on no page.
    fn drawn(data: &str) -> Option<Self> {
        let element =
            document().create_element_ns(Some("http://www.w3.org/2000/svg"), "path").ok()?;
        element.set_attribute("d", data).ok()?;
        Self::of(&element)
    }

    /// The point so far from its begin.
    fn at(&self, length: f64) -> Place {
        let point = call(&self.element, "getPointAtLength", &[length.into()]).unwrap_or_default();
        let of = |name: &str| Reflect::get(&point, &name.into()).ok().and_then(|v| v.as_f64());
        (of("x").unwrap_or_default(), of("y").unwrap_or_default())
    }
}

fn each(found: Result<NodeList, JsValue>) -> impl Iterator<Item = Element> {
    let list = found.ok();
    let count = list.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(move |at| list.as_ref()?.get(at)?.dyn_into().ok())
}

fn frame(values: &[(&str, &str)]) -> Object {
    let frame = Object::new();
    for (name, value) in values {
        let _ = Reflect::set(&frame, &(*name).into(), &(*value).into());
    }
    frame
}

/// What a method of an element returns, in browsers that have it.
fn call(element: &Element, method: &str, with: &[JsValue]) -> Option<JsValue> {
    let method = Reflect::get(element, &method.into()).ok()?.dyn_into::<Function>().ok()?;
    method.apply(element, &with.iter().collect::<Array>()).ok()
}

fn animate(element: &Element, frames: &[Object], duration: f64) {
    let options = Object::new();
    let _ = Reflect::set(&options, &"duration".into(), &duration.into());
    let frames: JsValue = frames.iter().collect::<Array>().into();
    call(element, "animate", &[frames, options.into()]);
}
