//! A place for the packet's label in a drawer whose bands are lower than it: near the packet, over as little as can be.

use crate::drawing::Item;
use crate::scene::geometry::{Key, Opened};
use crate::scene::pen::{Area, Pen, Point, p, tenth};

/// The label is no further away than this from the packet's middle.
const FAR: f64 = 220.0;
/// How much of what it would cover is worth a step away from the packet.
const STEP_AWAY: f64 = 5.0;
/// What the packet itself takes, with its halo.
const PACKET: f64 = 17.0;

/// The place, and the line that leads from it to the packet.
pub(super) fn among(
    pen: &Pen,
    o: &Opened,
    now: Key,
    rest: Point,
    (w, h): (f64, f64),
    (width, height): (f64, f64),
) -> (Area, String) {
    let mut taken = Vec::new();
    for item in &pen.items {
        collect(pen, item, &mut taken);
    }
    // The way that is ahead is to be seen; what was walked is known.
    let ways = o.points.windows(2).map(|two| {
        let (a, b) = (two[0].1, two[1].1);
        let weight = if two[1].0 > now { 6.0 } else { 1.5 };
        (
            Area {
                x: a.x.min(b.x) - 3.0,
                y: a.y.min(b.y) - 3.0,
                w: (a.x - b.x).abs() + 6.0,
                h: (a.y - b.y).abs() + 6.0,
            },
            weight,
        )
    });
    taken.extend(ways);
    let packet = Area { x: rest.x - PACKET, y: rest.y - PACKET, w: 2.0 * PACKET, h: 2.0 * PACKET };
    let away = |a: Area| apart(rest.x, a.x, a.right()).hypot(apart(rest.y, a.y, a.bottom()));
    let cost = |a: Area| {
        let covered: f64 = taken.iter().map(|(one, weight)| shared(a, *one) * weight).sum();
        covered + STEP_AWAY * (away(a) - PACKET).max(0.0)
    };
    let mut best: Option<(f64, Area)> = None;
    // The frame above is to be seen.
    let mut y = (rest.y - FAR - h).max(o.area.y - 12.0);
    while y <= (rest.y + FAR).min(height - h - 4.0) {
        let mut x = (rest.x - FAR - w).max(6.0);
        while x <= (rest.x + FAR).min(width - w - 6.0) {
            let a = Area { x, y, w, h };
            if shared(a, packet) == 0.0 && away(a) <= FAR {
                let cost = cost(a);
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, a));
                }
            }
            x += 6.0;
        }
        y += 4.0;
    }
    let under = Area { x: rest.x - w / 2.0, y: rest.y + 24.0, w, h };
    let place = best.map_or(under, |(_, place)| place);
    (place, nose(rest, place))
}

/// What is written or marked, as places with the weight of covering them.
fn collect(pen: &Pen, item: &Item, out: &mut Vec<(Area, f64)>) {
    match item {
        Item::Group { items, .. } => items.iter().for_each(|item| collect(pen, item, out)),
        Item::Text { x, y, text, class } => {
            let w = pen.width(text, class);
            let has = |name: &str| class.split_whitespace().any(|word| word == name);
            let x = if has("mid") {
                x - w / 2.0
            } else if has("end") {
                x - w
            } else {
                *x
            };
            // What is quieter is sooner covered.
            let weight = if has("t3") { 0.6 } else { 1.0 };
            out.push((Area { x: x - 2.0, y: y - 10.0, w: w + 4.0, h: 13.0 }, weight));
        }
        Item::Circle { x, y, r, .. } => {
            out.push((Area { x: x - r, y: y - r, w: 2.0 * r, h: 2.0 * r }, 2.0));
        }
        Item::Rect { x, y, w, h, class, .. }
            if class.starts_with("node") || class.starts_with("sep") =>
        {
            out.push((Area { x: *x, y: *y, w: *w, h: *h }, 0.7));
        }
        _ => {}
    }
}

/// How much two places share.
fn shared(a: Area, b: Area) -> f64 {
    let of = |from: f64, to: f64, begin: f64, end: f64| (to.min(end) - from.max(begin)).max(0.0);
    of(a.x, a.right(), b.x, b.right()) * of(a.y, a.bottom(), b.y, b.bottom())
}

/// How far a coordinate lies from a range.
fn apart(at: f64, from: f64, to: f64) -> f64 {
    (from - at).max(at - to).max(0.0)
}

/// A stem from the edge of the label that is next to the packet up to its halo.
fn nose(rest: Point, a: Area) -> String {
    let inner = |at: f64, from: f64, to: f64| at.clamp(from + 12.0, (to - 12.0).max(from + 12.0));
    let (dx, dy) = (apart(rest.x, a.x, a.right()), apart(rest.y, a.y, a.bottom()));
    // It begins within the box, whose colour it has.
    let root = if dy >= dx {
        p(inner(rest.x, a.x, a.right()), if rest.y > a.y { a.bottom() - 2.0 } else { a.y + 2.0 })
    } else {
        p(if rest.x > a.x { a.right() - 2.0 } else { a.x + 2.0 }, inner(rest.y, a.y, a.bottom()))
    };
    let (x, y) = (rest.x - root.x, rest.y - root.y);
    let length = x.hypot(y);
    if length < PACKET {
        return String::new();
    }
    let (ux, uy) = (x / length, y / length);
    let tip = p(rest.x - ux * PACKET, rest.y - uy * PACKET);
    // Near it is a nose, further away a line.
    let half = if length < 2.5 * PACKET { 8.0 } else { 2.0 };
    let end = if half > 2.0 { 0.0 } else { 1.5 };
    let corner =
        |at: Point, side: f64| format!("{} {}", tenth(at.x - uy * side), tenth(at.y + ux * side));
    format!(
        "M{}L{}L{}L{}Z",
        corner(root, half),
        corner(tip, end),
        corner(tip, -end),
        corner(root, -half)
    )
}
