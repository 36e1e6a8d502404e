//! The rules of the chain that the packet is in, under the staircase.

use crate::drawing::Link;
use crate::explained::Explained;
use crate::say::text;
use crate::scene::geometry::Opened;
use crate::scene::pen::{Area, Pen};
use crate::stops::{StopKind, TimelineStop};
use crate::targets::target_text;
use crate::terms::conditions_text;
use crate::timeline::stops_here;
use chainwalk_model::{ChainId, RuleId};

/// The rules of the chain the packet is in, one a line, as many as there is room for.
pub(super) fn rules_list(
    t: &Explained,
    pen: &mut Pen,
    all: &[TimelineStop],
    at: usize,
    now: &TimelineStop,
    o: &Opened,
) {
    let Some(chain) = now.chain else { return };
    let rules = t.rules();
    let c = rules.chain(chain);
    let room = o.rest.h - 40.0;
    let step = 21.0;
    let lines = (room / step) as usize;
    if lines < 1 || c.rules.is_empty() {
        return;
    }
    let left = o.area.x + 16.0;
    let right = o.area.right() - 16.0;
    let top = o.rest.y + 24.0;
    let title = text!(t.lang, SceneRulesOf, chain = &*c.name);
    pen.fitted(left, top, &title, right - left - 120.0, "s12 w6");
    // A window around the rule the packet is at.
    let current = match &now.kind {
        StopKind::Matched(rule) => rules.rule(*rule).number as usize,
        StopKind::Tried(_, _, last) => *last as usize,
        StopKind::Policy(_) => c.rules.len(),
        _ => 1,
    };
    let count = c.rules.len();
    let from =
        if count <= lines { 0 } else { current.saturating_sub(lines / 2 + 1).min(count - lines) };
    if count > lines {
        let shown = text!(
            t.lang,
            SceneRulesShown,
            first = from + 1,
            last = (from + lines).min(count),
            count = count
        );
        pen.text(right, top, shown, "s11 t3 end");
    }
    let mono = "s12 m";
    let numbers = pen.width(&count.to_string(), mono) + 14.0;
    let middle = left + (right - left) * 0.56;
    for (line, rule) in c.rules.iter().enumerate().skip(from).take(lines) {
        let number = line + 1;
        let y = top + 22.0 + step * (line - from) as f64;
        let r = rules.rule(*rule);
        let stop = stop_of(all, now, chain, number as u32, *rule);
        let state =
            match stop {
                Some(i) if i > at => State::Ahead,
                Some(i) if matches!(all[i].kind, StopKind::Matched(_)) => {
                    if stops_here(t, &all[i]) { State::Stop } else { State::Hit }
                }
                Some(_) => State::Miss,
                None => State::Never,
            };
        let is_now = stop == Some(at);
        let link = Link { step: stop, rule: Some(*rule), span: Some(r.span), ..Link::default() };
        let conditions = conditions_text(t.rules(), r);
        let words = if conditions.is_empty() { text!(t.lang, AnyPacket) } else { conditions };
        let does = r.verdict().map(|x| target_text(rules, r.chain, x)).unwrap_or_default();
        let label = format!("{number} {words} {does}");
        pen.group("gr", link, label, |pen| {
            if is_now {
                let row = Area { x: left - 6.0, y: y - 15.0, w: right - left + 12.0, h: step };
                pen.rect(row, 6.0, "band");
            }
            let colour = match state {
                State::Hit if is_now => "",
                State::Hit | State::Miss => " t2",
                State::Stop => " stop",
                State::Ahead | State::Never => " t3",
            };
            let (icon, tone) = match state {
                State::Hit => ("i-ok", "ok"),
                State::Miss => ("i-no", "t3"),
                State::Stop => ("i-no", "stop"),
                State::Ahead | State::Never => ("", ""),
            };
            if !icon.is_empty() {
                pen.icon(icon, left - 1.0, y - 10.5, 12.0, tone);
            }
            let x = left + 18.0 + numbers - 14.0;
            pen.text(x, y, number.to_string(), &format!("{mono} end{colour}"));
            let x = left + 18.0 + numbers;
            let heavy = if is_now { " w6" } else { "" };
            pen.fitted(x, y, &words, middle - x - 10.0, &format!("{mono}{heavy}{colour}"));
            let mut end = right;
            if let Some(n) = r.counters {
                let word = short_count(n.packets);
                let width = pen.width(&word, "s11 m");
                pen.text(right, y, word, "s11 m t3 end");
                end = right - width - 14.0;
            }
            pen.fitted(middle, y, &does, end - middle, &format!("{mono}{heavy}{colour}"));
        });
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Hit,
    Miss,
    Stop,
    Ahead,
    Never,
}

/// The stop of a rule in the same stay at a base chain.
fn stop_of(
    all: &[TimelineStop],
    now: &TimelineStop,
    chain: ChainId,
    number: u32,
    rule: RuleId,
) -> Option<usize> {
    all.iter().position(|s| {
        s.reply == now.reply
            && s.base == now.base
            && s.hook == now.hook
            && match &s.kind {
                StopKind::Matched(r) => *r == rule,
                StopKind::Tried(c, first, last) => {
                    *c == chain && (*first..=*last).contains(&number)
                }
                StopKind::Fork(f) => f.chain == Some(chain) && f.rules.contains(&number),
                _ => false,
            }
    })
}

/// A count in the space of a column (`408K`).
fn short_count(c: chainwalk_model::Count) -> String {
    match c.value {
        0..=99_999 => c.value.to_string(),
        v if v < 10_000_000 => format!("{}K", v / 1_000),
        v if v < 10_000_000_000 => format!("{}M", v / 1_000_000),
        v => format!("{}G", v / 1_000_000_000),
    }
}
