//! What lies below the frame of a room's picture: the rules that are asked, or between chains the packet's two ends.

use super::Room;
use crate::explained::moment;
use crate::say::text;
use crate::scene::pen::{Area, Pen};
use crate::stops::{StopKind, TimelineStop};
use crate::targets::target_text;
use crate::terms::conditions_text;
use crate::timeline::stops_here;
use crate::values::{destination, source};
use chainwalk_model::{ChainId, Policy};

/// The drawer.
const DRAWER: Area = Area { x: 40.0, y: 408.0, w: 1840.0, h: 326.0 };
/// A row of it.
const ROW: f64 = 72.0;
/// Where rules stand in it.
const RULES: f64 = 470.0;

impl Room<'_> {
    pub(super) fn drawer(&self, pen: &mut Pen) {
        let Some(now) = self.now() else { return };
        pen.rect(DRAWER, 24.0, "drawer");
        match now.chain {
            Some(chain) => self.chain(pen, chain, now),
            None => self.packet(pen, now),
        }
    }

    /// The chain that the packet is in: its name, and the rules up to the one that is asked.
    fn chain(&self, pen: &mut Pen, chain: ChainId, now: &TimelineStop) {
        let rules = self.t.rules();
        let c = rules.chain(chain);
        let (x, top) = (DRAWER.x + 36.0, DRAWER.y);
        pen.path(format!("M{} {}V{}", RULES - 36.0, top + 30.0, DRAWER.bottom() - 30.0), "line");
        let most = RULES - 56.0 - x;
        let mut y = top + 66.0;
        for line in pen.wrap(&c.name, most, 2, "s32 m w7") {
            pen.text(x, y, line, "s32 m w7");
            y += 44.0;
        }
        let under = match c.base.as_ref().map(|base| base.policy) {
            Some(Policy::Accept) => text!(self.t.lang, RoomPolicy, policy = "ACCEPT"),
            Some(Policy::Drop) => text!(self.t.lang, RoomPolicy, policy = "DROP"),
            _ => now
                .base
                .filter(|base| *base != chain)
                .map(|base| text!(self.t.lang, RoomFrom, chain = &*rules.chain(base).name))
                .unwrap_or_default(),
        };
        for line in pen.wrap(&under, most, 2, "s28 t2") {
            pen.text(x, y, line, "s28 t2");
            y += 38.0;
        }
        let asked = match &now.kind {
            StopKind::Tried(_, _, last) => *last as usize,
            StopKind::Matched(rule) => rules.rule(*rule).number as usize,
            _ => c.rules.len() + 1,
        };
        // The last two before it; what stands above them is one row.
        let before = asked.saturating_sub(1).min(c.rules.len());
        let from = before.saturating_sub(2);
        let mut y = top + 30.0 + ROW / 2.0;
        let mut first = from;
        if from > 0 {
            let number = if from == 1 { "1".to_owned() } else { format!("1–{from}") };
            if from == 1 {
                first = 0;
            } else {
                Self::row(pen, y, &number, &text!(self.t.lang, RoomEarlier), "", Row::Missed);
                y += ROW;
            }
        }
        for number in first + 1..=before {
            self.rule_row(pen, y, chain, number, now, false);
            y += ROW;
        }
        if asked <= c.rules.len() {
            self.rule_row(pen, y, chain, asked, now, true);
        } else if matches!(now.kind, StopKind::Policy(_)) {
            let word = text!(self.t.lang, NamePolicy);
            Self::row(pen, y, "", &word, "DROP", Row::Stop);
        }
    }

    fn rule_row(
        &self,
        pen: &mut Pen,
        y: f64,
        chain: ChainId,
        number: usize,
        now: &TimelineStop,
        here: bool,
    ) {
        let rules = self.t.rules();
        let Some(id) = rules.chain(chain).rules.get(number - 1) else { return };
        let rule = rules.rule(*id);
        let conditions = conditions_text(rules, rule);
        let words = if conditions.is_empty() { text!(self.t.lang, AnyPacket) } else { conditions };
        let does = rule.verdict().map(|v| target_text(rules, chain, v)).unwrap_or_default();
        let passed = self.all[..self.at].iter().rev().find(|s| {
            s.reply == now.reply
                && s.chain == Some(chain)
                && matches!(&s.kind, StopKind::Matched(r) if r == id)
        });
        let kind = match (&now.kind, here) {
            (StopKind::Matched(_), true) if stops_here(self.t, now) => Row::Stop,
            (StopKind::Matched(_), true) => Row::Hit,
            (_, true) => Row::Asked,
            (_, false) if passed.is_some() => Row::Passed,
            _ => Row::Missed,
        };
        Self::row(pen, y, &number.to_string(), &words, &does, kind);
    }

    fn row(pen: &mut Pen, y: f64, number: &str, words: &str, does: &str, kind: Row) {
        let here = matches!(kind, Row::Hit | Row::Stop | Row::Asked);
        let (left, right) = (RULES, DRAWER.right() - 28.0);
        if here {
            let band = Area { x: left - 18.0, y: y - 36.0, w: right - left + 36.0, h: ROW };
            pen.rect(band, 14.0, if matches!(kind, Row::Stop) { "band stop" } else { "band" });
        }
        let (dot, icon, tone, colour) = match kind {
            Row::Hit => ("node hit", "i-ok", "ok", ""),
            Row::Stop => ("node stop", "i-no", "stop", " stop"),
            Row::Asked | Row::Missed => ("node miss", "i-no", "t3", if here { "" } else { " t2" }),
            Row::Passed => ("node hit", "i-ok", "ok", " t2"),
        };
        let wide = pen.width(number, "s28 w7").max(24.0);
        let badge = Area { x: left, y: y - 26.0, w: wide + 28.0, h: 52.0 };
        if !number.is_empty() {
            pen.rect(badge, 26.0, dot);
            pen.text(badge.x + badge.w / 2.0, y + 10.0, number, "s28 w7 mid");
        }
        pen.icon(icon, badge.right() + 14.0, y - 16.0, 32.0, tone);
        let x = badge.right() + 64.0;
        let size = if here { "s36 m w6" } else { "s32 m" };
        let target = if here { "s36 m w7" } else { "s32 m" };
        let end = pen.fit(does, 520.0, target);
        let width = pen.width(&end, target);
        let most = right - x - width - 28.0;
        let words_size = if here && pen.width(words, size) > most { "s28 m w6" } else { size };
        pen.fitted(x, y + 12.0, words, most, &format!("{words_size}{colour}"));
        pen.text(right, y + 12.0, end, &format!("{target} end{colour}"));
    }

    /// Between chains: where the packet comes from and where it is bound.
    fn packet(&self, pen: &mut Pen, now: &TimelineStop) {
        let Some(trace) = self.t.trace(now.reply) else { return };
        let step = if matches!(now.kind, StopKind::Start) { 0 } else { now.last };
        let (Some(first), Some(state)) = (trace.moments.first(), moment(trace, step)) else {
            return;
        };
        let state = if matches!(now.kind, StopKind::Start) { first } else { state };
        let rows = [
            (
                text!(self.t.lang, TagFrom),
                source(trace, &state.packet),
                source(trace, &first.packet),
            ),
            (
                text!(self.t.lang, TagTo),
                destination(trace, &state.packet),
                destination(trace, &first.packet),
            ),
        ];
        let mut y = DRAWER.y + 120.0;
        for (name, value, was) in rows {
            pen.text(DRAWER.x + 48.0, y, name, "s32 t2");
            let changed = value != was;
            let class = if changed { "s40 m w6 nat" } else { "s40 m w6" };
            let width = pen.fitted(DRAWER.x + 250.0, y, &value, 900.0, class);
            if changed {
                let said = text!(self.t.lang, RoomWas, was = was);
                pen.fitted(DRAWER.x + 250.0 + width + 40.0, y, &said, 560.0, "s28 t2");
            }
            y += 110.0;
        }
    }
}

/// How a rule of the drawer fares.
#[derive(Clone, Copy)]
enum Row {
    /// It is asked, and does not match.
    Asked,
    /// It matches.
    Hit,
    /// It ends the packet.
    Stop,
    /// It did not match.
    Missed,
    /// It matched, and the walk went on.
    Passed,
}
