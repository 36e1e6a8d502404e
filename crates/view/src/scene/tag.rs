//! The label beside the packet: its addresses and its mark, what was rewritten in another colour.

mod place;

use super::frame::Frame;
use super::geometry::{Key, Opened, key};
use super::pen::{Area, Pen, Point, tenth};
use crate::drawing::Link;
use crate::explained::Explained;
use crate::explained::moment;
use crate::fate::tone;
use crate::page::{Run, Style, Tone};
use crate::say::text;
use crate::stops::{StopKind, TimelineStop};
use crate::values::{destination, hex, lane_word, source};
use chainwalk_model::Hook;

/// The label of a stop: what it says, and where.
pub(super) struct Tag {
    /// Names and values; the last is drawn at the right of the last line.
    rows: Vec<(String, Run)>,
    /// How many lines are drawn: a mark that was never set has none where there is little room.
    lines: usize,
    /// The width of the names.
    names: f64,
    place: Area,
    /// The nose that points to the packet; empty where the label stands apart from it.
    nose: String,
    /// Whether it stands in the place of the note about INPUT.
    pub(super) apart: bool,
}

/// Lays the label out.
pub(super) fn lay(
    t: &Explained,
    frame: &Frame,
    pen: &Pen,
    now: &TimelineStop,
    rest: Point,
    opened: Option<&Opened>,
) -> Option<Tag> {
    let trace = t.trace(now.reply)?;
    let m = moment(trace, if now.first == 0 && now.last == 0 { 0 } else { now.last })?;
    // At the beginning nothing has happened yet.
    let m =
        if matches!(now.kind, StopKind::Start) { trace.moments.first().unwrap_or(m) } else { m };
    let sent = &trace.sent.packet;
    let packet = &m.packet;
    let style = |same: bool| if same { Style::Plain } else { Style::Rewritten };
    let src_same = packet.ip.src == sent.ip.src && packet.sport() == sent.sport();
    let dst_same = packet.ip.dst == sent.ip.dst && packet.dport() == sent.dport();
    let lang = t.lang;
    let first_mark = trace.moments.first().map_or(0, |m| m.mark);
    let rows = vec![
        (text!(lang, TagFrom), Run { text: source(trace, packet), style: style(src_same) }),
        (text!(lang, TagTo), Run { text: destination(trace, packet), style: style(dst_same) }),
        ("mark".into(), Run { text: hex(m.mark), style: style(m.mark == first_mark) }),
        (text!(lang, TagKind), Run { text: lane_word(packet), style: Style::Plain }),
    ];
    let names = rows[..3].iter().map(|(n, _)| pen.width(n, "s11")).fold(0.0, f64::max);
    let low = opened.filter(|o| o.low());
    let lines = if low.is_some() && m.mark == 0 && first_mark == 0 { 2 } else { 3 };
    let value = |row: usize| pen.width(&rows[row].1.text, "s12 m w6");
    let last = value(lines - 1) + pen.width(&rows[3].1.text, "s11 m") + 24.0;
    let w = BEFORE + names + BETWEEN + value(0).max(value(1)).max(last) + BEFORE;
    let size = (w, lines as f64 * STEP + 13.0);
    if let Some(o) = low {
        let (place, nose) = place::among(pen, o, key(now), rest, size, (frame.w, frame.h));
        return Some(Tag { rows, lines, names, place, nose, apart: false });
    }
    let word = frame.end_beside(t, pen);
    let (place, nose, apart) = place(frame, rest, opened.map(|o| (o, key(now))), size, word);
    Some(Tag { rows, lines, names, place, nose, apart })
}

/// The height of a row, and the spaces around its name.
const STEP: f64 = 17.0;
const BEFORE: f64 = 13.0;
const BETWEEN: f64 = 12.0;

impl Tag {
    /// Draws the label, and returns what it says.
    pub(super) fn draw(
        self,
        t: &Explained,
        pen: &mut Pen,
        now: &TimelineStop,
    ) -> Vec<(String, Run)> {
        let stopped = t.trace(now.reply).is_some_and(|trace| tone(&trace.fate) == Tone::Stop);
        if matches!(now.kind, StopKind::Fate) && (stopped || now.reply.is_none()) {
            // The card of the fate stands below and says the same, and what it would cover is to be seen.
            return self.rows;
        }
        let Self { rows, lines, names, place: a, nose, .. } = self;
        pen.group("tag", Link::default(), "", |pen| {
            pen.path(nose, "tagbox");
            pen.rect(a, 10.0, "tagbox");
            for (i, (name, value)) in rows.iter().take(lines).enumerate() {
                let y = a.y + 18.0 + STEP * i as f64;
                pen.text(a.x + BEFORE, y, name.as_str(), "s11 tg2");
                let class = match value.style {
                    Style::Rewritten => "s12 m w6 tgw",
                    _ => "s12 m w5 tg",
                };
                let x = a.x + BEFORE + names + BETWEEN;
                // It is cut where no free place is as wide.
                pen.fitted(x, y, &value.text, a.right() - BEFORE - x + 0.1, class);
            }
            let y = a.y + 18.0 + STEP * (lines - 1) as f64;
            pen.text(a.right() - BEFORE, y, rows[3].1.text.as_str(), "s11 m tg2 end");
        });
        rows
    }
}

/// Whether the way that is ahead of a packet in the drawer leads through a place.
fn is_crossed(opened: &Opened, now: Key, a: Area) -> bool {
    let ahead = opened.points.windows(2).filter(|two| two[1].0 > now);
    ahead.map(|two| (two[0].1, two[1].1)).any(|(from, to)| {
        let within = |one: f64, other: f64, low: f64, high: f64| {
            one.max(other) > low - 4.0 && one.min(other) < high + 4.0
        };
        within(from.x, to.x, a.x, a.right()) && within(from.y, to.y, a.y, a.bottom())
    })
}

/// A place for the label that hides nothing, its nose toward the packet, and whether it stands apart from it. A drawer
/// comes with the moment at which the packet is in it.
fn place(
    frame: &Frame,
    rest: Point,
    opened: Option<(&Opened, Key)>,
    (w, h): (f64, f64),
    word: Option<Area>,
) -> (Area, String, bool) {
    let fits = |x: f64| x.clamp(6.0, (frame.w - w - 6.0).max(6.0));
    // Left of INPUT nothing stands but a note.
    let aside = || {
        let input = frame.hook_area(Hook::Input);
        let w = w.min(input.x - 14.0 - 6.0);
        // Above the word of an end beside INPUT, under the wire of lo.
        (Area { x: input.x - 14.0 - w, y: 8.0, w, h }, String::new(), true)
    };
    if let Some((o, now)) = opened {
        let (top, height) = o.band();
        let mut y = rest.y + 17.0;
        if y + h > top + height + 6.0 {
            y = (top + height + 6.0 - h).max(rest.y + 15.0);
        }
        let y = y.min(frame.h - h - 4.0);
        let right = rest.x + 16.0 + w <= frame.w - 20.0;
        // On the side where the way goes on, or else on the other, short of the names of the bands.
        let free = |x: f64| !is_crossed(o, now, Area { x, y, w, h });
        let before = rest.x - w - 12.0;
        let right = right && (free(rest.x + 12.0) || before < frame.x0() - 20.0 || !free(before));
        let x = if right { fits(rest.x + 12.0) } else { fits(rest.x - w - 12.0) };
        let tip = if right { x + 4.0 } else { x + w - 4.0 };
        let (a, b) = if right { (x + 14.0, x + 30.0) } else { (x + w - 30.0, x + w - 14.0) };
        let nose = format!(
            "M{} {}L{} {}L{} {}Z",
            tenth(tip.clamp(x, x + w)),
            tenth(y - 6.0),
            tenth(a),
            tenth(y + 2.0),
            tenth(b),
            tenth(y + 2.0)
        );
        return (Area { x, y, w, h }, nose, false);
    }
    let process = rest.y < frame.process().bottom() + 2.0;
    let arch = rest.y < frame.trunk() - 30.0;
    if process || arch {
        let left = rest.x < frame.w / 2.0;
        let mut y = (rest.y - h / 2.0).max(4.0);
        let edge = if left {
            frame.hook_area(Hook::Input).x.min(frame.process().x) - 14.0
        } else {
            frame.hook_area(Hook::Output).right().max(frame.process().right()) + 14.0
        };
        if !left && edge + w > frame.w - 3.0 {
            return aside();
        }
        let w = if left { w.min(edge - 6.0) } else { w };
        let x = if left { edge - w } else { edge };
        if let Some(word) = word.filter(|word| word.x < x + w && x < word.right()) {
            // The packet comes up to an end in INPUT, and down to one in OUTPUT.
            y = if left { y.max(word.bottom() + 3.0) } else { y.min(word.y - 3.0 - h) };
        }
        let middle = (rest.y).clamp(y + 12.0, y + h - 12.0);
        let (tip, back) = if left { (x + w + 7.0, x + w - 2.0) } else { (x - 7.0, x + 2.0) };
        let nose = format!(
            "M{} {}L{} {}V{}Z",
            tenth(tip),
            tenth(middle),
            tenth(back),
            tenth(middle - 8.0),
            tenth(middle + 8.0)
        );
        return (Area { x, y, w, h }, nose, false);
    }
    let trunk = (rest.y - frame.trunk()).abs() < 30.0;
    let at_edge = rest.x < frame.hook_area(Hook::Prerouting).x + 14.0
        || rest.x > frame.hook_area(Hook::Postrouting).right() - 4.0;
    if trunk && at_edge {
        let y = frame.hook_area(Hook::Prerouting).y - 10.0 - h;
        let x = fits(rest.x - w / 2.0);
        let left = rest.x < frame.w / 2.0;
        let free = if left {
            x + w < word.map_or(f64::MAX, |word| word.x).min(frame.hook_area(Hook::Input).x)
        } else {
            x > frame.hook_area(Hook::Output).right()
        };
        if free {
            let tip = rest.x.clamp(x + 14.0, x + w - 14.0);
            // A stem leads past the interfaces to the packet.
            let (top, end) = (tenth(y + h - 1.0), tenth(rest.y - 16.0));
            let stem = format!("M{} {top}h3V{end}h-3Z", tenth(tip - 1.5));
            return (Area { x, y, w, h }, stem, false);
        }
        // Below the trunk, beside the interfaces.
        let port = frame.port_area(!left, 0);
        return under(rest, if left { port.right() + 6.0 } else { port.x - 6.0 - w }, (w, h));
    }
    under(rest, fits(rest.x - w / 2.0), (w, h))
}

/// The label under a packet on the trunk.
fn under(rest: Point, x: f64, (w, h): (f64, f64)) -> (Area, String, bool) {
    let y = rest.y + 24.0;
    let tip = rest.x.clamp(x + 14.0, x + w - 14.0);
    let nose = format!("M{} {}l8 8h-16Z", tenth(tip), tenth(y - 7.0));
    (Area { x, y, w, h }, nose, false)
}
