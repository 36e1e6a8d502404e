//! The label beside the packet: its addresses and its mark, what was rewritten in another colour.

use super::frame::Frame;
use super::geometry::Opened;
use super::pen::{Area, Pen, Point, tenth};
use crate::drawing::Link;
use crate::explained::Explained;
use crate::explained::moment;
use crate::page::{Run, Style};
use crate::say::text;
use crate::stops::{StopKind, TimelineStop};
use crate::values::{destination, hex, lane_word, source};
use chainwalk_model::Hook;

/// Draws the label, and returns what it says.
pub(super) fn draw(
    t: &Explained,
    frame: &Frame,
    pen: &mut Pen,
    now: &TimelineStop,
    rest: Point,
    opened: Option<&Opened>,
) -> Vec<(String, Run)> {
    let Some(trace) = t.trace(now.reply) else { return Vec::new() };
    let Some(m) = moment(trace, if now.first == 0 && now.last == 0 { 0 } else { now.last }) else {
        return Vec::new();
    };
    // At the beginning nothing has happened yet.
    let m =
        if matches!(now.kind, StopKind::Start) { trace.moments.first().unwrap_or(m) } else { m };
    let sent = &trace.sent.packet;
    let packet = &m.packet;
    let style = |same: bool| if same { Style::Plain } else { Style::Rewritten };
    let src_same = packet.ip.src == sent.ip.src && packet.sport() == sent.sport();
    let dst_same = packet.ip.dst == sent.ip.dst && packet.dport() == sent.dport();
    let lang = t.lang;
    let mut rows = vec![
        (text!(lang, TagFrom), Run { text: source(trace, packet), style: style(src_same) }),
        (text!(lang, TagTo), Run { text: destination(trace, packet), style: style(dst_same) }),
    ];
    let first_mark = trace.moments.first().map_or(0, |m| m.mark);
    rows.push(("mark".into(), Run { text: hex(m.mark), style: style(m.mark == first_mark) }));
    let word = lane_word(packet);
    let names = rows.iter().map(|(n, _)| pen.width(n, "s11")).fold(0.0, f64::max);
    let values = rows.iter().map(|(_, v)| pen.width(&v.text, "s12 m w6")).fold(0.0, f64::max);
    let word_width = pen.width(&word, "s11 m");
    let third = pen.width(&rows[2].1.text, "s12 m w6") + word_width + 24.0;
    let w = 13.0 + names + 12.0 + values.max(third) + 13.0;
    let step = 17.0;
    let h = 3.0 * step + 13.0;
    let (a, nose) = place(t, frame, now, rest, opened, (w, h));
    rows.push((text!(lang, TagKind), Run { text: word.clone(), style: Style::Plain }));
    let stopped = crate::fate::tone(&trace.fate) == crate::page::Tone::Stop;
    if matches!(now.kind, StopKind::Fate) && (stopped || now.reply.is_none()) {
        // The card of the fate stands below and says the same, and what it would cover is to be seen.
        return rows;
    }
    pen.group("tag", Link::default(), "", |pen| {
        pen.path(nose, "tagbox");
        pen.rect(a, 10.0, "tagbox");
        for (i, (name, value)) in rows.iter().take(3).enumerate() {
            let y = a.y + 18.0 + step * i as f64;
            pen.text(a.x + 13.0, y, name.as_str(), "s11 tg2");
            let class = match value.style {
                Style::Rewritten => "s12 m w6 tgw",
                _ => "s12 m w5 tg",
            };
            pen.text(a.x + 13.0 + names + 12.0, y, value.text.as_str(), class);
        }
        pen.text(a.right() - 13.0, a.y + 18.0 + step * 2.0, word.as_str(), "s11 m tg2 end");
    });
    rows
}

/// A place for the label that hides nothing, and its nose toward the packet.
fn place(
    t: &Explained,
    frame: &Frame,
    now: &TimelineStop,
    rest: Point,
    opened: Option<&Opened>,
    (w, h): (f64, f64),
) -> (Area, String) {
    let fits = |x: f64| x.clamp(6.0, (frame.w - w - 6.0).max(6.0));
    if opened.is_some_and(Opened::low) {
        let y = frame.hook_area(Hook::Input).y;
        let x = (frame.hook_area(Hook::Input).x - 14.0 - w).max(6.0);
        return (Area { x, y, w, h }, String::new());
    }
    if let Some(o) = opened {
        let (top, height) = o.band();
        let mut y = rest.y + 17.0;
        if y + h > top + height + 6.0 {
            y = (top + height + 6.0 - h).max(rest.y + 15.0);
        }
        let y = y.min(frame.h - h - 4.0);
        let right = rest.x + 16.0 + w <= frame.w - 20.0;
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
        return (Area { x, y, w, h }, nose);
    }
    let trace = t.trace(now.reply);
    let hook = trace.and_then(|tr| crate::steps::hook_of(tr, now));
    let process = rest.y < frame.process().bottom() + 2.0;
    let arch = matches!(hook, Some(Hook::Input | Hook::Output)) && rest.y < frame.trunk() - 30.0;
    if process || arch {
        let left = rest.x < frame.w / 2.0;
        let y = (rest.y - h / 2.0).max(4.0);
        let edge = if left {
            frame.hook_area(Hook::Input).x.min(frame.process().x) - 14.0
        } else {
            frame.hook_area(Hook::Output).right().max(frame.process().right()) + 14.0
        };
        let x = if left { fits(edge - w) } else { edge.min(frame.w - w - 3.0) };
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
        return (Area { x, y, w, h }, nose);
    }
    let trunk = (rest.y - frame.trunk()).abs() < 30.0;
    let at_edge = rest.x < frame.hook_area(Hook::Prerouting).x + 14.0
        || rest.x > frame.hook_area(Hook::Postrouting).right() - 4.0;
    if trunk && at_edge {
        let y = frame.hook_area(Hook::Prerouting).y - 10.0 - h;
        let x = fits(rest.x - w / 2.0);
        let tip = rest.x.clamp(x + 14.0, x + w - 14.0);
        // A stem leads past the interfaces to the packet.
        let stem =
            format!("M{} {}h3V{}h-3Z", tenth(tip - 1.5), tenth(y + h - 1.0), tenth(rest.y - 16.0));
        return (Area { x, y, w, h }, stem);
    }
    let x = fits(rest.x - w / 2.0);
    let y = rest.y + 24.0;
    let tip = rest.x.clamp(x + 14.0, x + w - 14.0);
    let nose = format!("M{} {}l8 8h-16Z", tenth(tip), tenth(y - 7.0));
    (Area { x, y, w, h }, nose)
}
