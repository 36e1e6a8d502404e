//! The diagram: up is processes, right is later, down is a jump. Finished geometry, styled by classes.
//!
//! The classes that a style sheet gives a look to (the standalone style is in `svg/shapes.css` beside this file):
//!
//! - Frame: `hook` a box of the frame (`on` the packet is in it, `stop` it ended there); `trk` the track;
//!   `port` an interface (`on` used by the packet); `diamond` the routing decision (`on`); `stub` the short
//!   line from a note to what it is about; `lo` the return wire of the loopback device.
//! - Stations: `st` with one of `full` (has rules), `hollow` (pasted, empty), `dash` (not pasted) and the
//!   table `raw mangle nat filter security`; `ct` the ring of conntrack, `ctdot` its middle; `on` the packet
//!   is there; `ring` around a nat station where conntrack puts an address back.
//! - The way: `done` walked, `todo` ahead; `icmp` a packet the kernel made, with `walked` where it has been;
//!   `again` the gap that makes the second pass over lo a double stroke; `branch` a way not followed.
//! - Ends: `end stop`, `end ok`, `end ask` circles, `x` the cross within, in the same second class.
//! - Drawer and panel: `drawer` the card, `band` the row the packet is in, `bar` its left edge, `line` a hair
//!   line, `node` a rule's circle (`hit`, `miss`, `stop`, `fork`, `ahead`), `sep` a fork's card (`on`),
//!   `num` a card's number circle (`on`), `pill` a small ground behind a word, `note` the reply's box.
//! - The label: `tag` its group, `tagbox`, and the texts `tg` value, `tg2` name, `tgw` rewritten value.
//! - The room's picture has `off` for a hook that is not on the way, `ring` for conntrack's station, `thin` for a short
//!   track, and texts of `s28 s32 s36 s40`.
//! - Texts: `s11 s12 s13 s15` size in pixels, `w5 w6 w7` weight (500, 600, 700), `m` monospaced, `mid` and
//!   `end` the anchor, `caps` a hook's name, and a colour: none, `t2`, `t3` (quieter), `live`, `stop`, `ok`,
//!   `nat`, `cts`, `ask`.
//! - Icons carry a colour class: `stop`, `ok`, `t3`, `live`, `ask`.
//! - Groups: `gst` a station, `gn` a rule, `gc` a fork's card, `gp` a port, `gr` a row of the rule list.

mod drawer;
mod frame;
mod geometry;
mod panel;
pub(crate) mod pen;
mod phone;
mod room;
mod tag;
mod way;

use crate::drawing::{Measure, Scene};
use crate::explained::Explained;
use crate::stops::{TimelineStop, stops};
use frame::Frame;
use pen::Point;

pub(crate) use drawer::tone_class;
pub(crate) use pen::{Area, Pen};
use way::Way;

pub use phone::scene_phone;
pub use room::scene_room;

/// Sizes between these are drawn one unit to a pixel; beyond them the drawing is magnified.
const LEAST: (f64, f64) = (640.0, 512.0);
const MOST: (f64, f64) = (1180.0, 840.0);

/// The user units for a space: its own pixels, or fewer where it is very large.
pub(crate) fn units(size: (f64, f64)) -> (f64, f64) {
    let (w, h) = (size.0.max(1.0), size.1.max(1.0));
    let more = (w / MOST.0).min(h / MOST.1).max(1.0);
    let (w, h) = (w / more, h / more);
    let less = (w / LEAST.0).min(h / LEAST.1).min(1.0);
    (w / less, h / less)
}

/// The diagram at a stop of the timeline, for a space of `size` CSS pixels. A stop beyond the last is the
/// last; without a walk the empty track is drawn.
pub fn scene(t: &Explained, stop: usize, size: (f64, f64), measure: &dyn Measure) -> Scene {
    let (w, h) = units(size);
    let all = stops(t);
    let at = stop.min(all.len().saturating_sub(1));
    let now = all.get(at);
    let mut pen = Pen::new(measure);
    let frame = Frame::new(t, (w, h), &pen);
    let opened = now.and_then(|now| drawer::open(t, &frame, &all, at, now, &pen));
    let ways = way::ways(t, &frame, &all, at, opened.as_ref());
    let rest = ways
        .iter()
        .find(|way| now.is_some_and(|now| way.reply == now.reply))
        .and_then(|way| now.map(|now| way.rest(now)))
        .unwrap_or(frame.start(t));
    // What lies below the frame comes first, since the label finds its place among it.
    match (&opened, now) {
        (Some(opened), Some(now)) => {
            drawer::draw(t, &frame, &mut pen, &all, at, now, opened, &ways);
        }
        (None, now) => panel::draw(t, &frame, &mut pen, &all, at, now),
        (Some(_), None) => {}
    }
    let tag = now.and_then(|now| tag::lay(t, &frame, &pen, now, rest, opened.as_ref()));
    let apart = tag.as_ref().is_some_and(|tag| tag.apart);
    let below = std::mem::take(&mut pen.items);
    frame.draw(t, &mut pen, &all, at, &ways, apart);
    pen.items.extend(below);
    let travel = travel(&ways, &all, at);
    let tag = match (tag, now) {
        (Some(tag), Some(now)) => tag.draw(t, &mut pen, now),
        _ => Vec::new(),
    };
    Scene { below: frame.below(), ..pen.scene((w, h), now, (rest, travel), tag) }
}

/// The way from the stop before to this one.
fn travel(ways: &[Way], all: &[TimelineStop], at: usize) -> String {
    let Some(now) = all.get(at) else { return String::new() };
    let Some(way) = ways.iter().find(|w| w.reply == now.reply) else { return String::new() };
    let before = all[..at].iter().rev().find(|s| s.reply == now.reply);
    let points: Vec<Point> = way.between(before, now);
    if points.len() < 2 { String::new() } else { pen::rounded(&points, 8.0) }
}
