//! The notes beside the frame: what the host replies, the hook that is never visited, the legend.

use super::layout::Frame;
use crate::drawing::Link;
use crate::explained::Explained;
use crate::fate;
use crate::say::{plain, text};
use crate::scene::pen::{Pen, Point, p, tenth};
use crate::stops::TimelineStop;
use crate::values::packet_word;
use chainwalk_model::Hook;

/// The lines of the legend.
pub(super) const LEGEND_LINES: usize = 5;

impl Frame {
    /// Where the legend begins: the left end and the baseline of its first line.
    pub(super) fn legend(&self) -> Point {
        p(self.hook_area(Hook::Output).right() + self.x(24.0), self.y(68.0))
    }

    pub(super) fn legend_step(&self) -> f64 {
        self.y(19.0).max(15.0)
    }

    /// The box that says what the host replies.
    pub(super) fn draw_reply_note(&self, t: &Explained, pen: &mut Pen, all: &[TimelineStop]) {
        let Some(outcome) = t.outcome() else { return };
        let Some(reply) = outcome.replies.first() else { return };
        let word = packet_word(&reply.sent.packet);
        let at = self.reply_box();
        let says = text!(t.lang, SceneReplies);
        let link = Link { step: all.iter().position(|s| s.reply.is_some()), ..Link::default() };
        pen.group("gh", link, format!("{says} {word}"), |pen| {
            pen.rect(at, 9.0, "note");
            let middle = at.x + at.w / 2.0;
            let shown = pen.fit(&says, at.w - 6.0, "s11");
            pen.text(middle, at.y + 16.0, shown, "s11 w5 stop mid");
            let word = pen.fit(&word, at.w - 6.0, "s11 m");
            pen.text(middle, at.y + 31.0, word, "s11 m w6 stop mid");
        });
    }

    /// The note of a hook that people expect and the packet never visits.
    pub(super) fn draw_never(&self, t: &Explained, pen: &mut Pen) {
        let Some((hook, sentence)) = t.outcome().and_then(|o| fate::unvisited(t, o)) else {
            return;
        };
        if hook != Hook::Input {
            return;
        }
        let area = self.hook_area(Hook::Input);
        let right = area.x - 26.0;
        let whole = plain(&sentence);
        let head: String = sentence.first().map(|r| r.text.clone()).unwrap_or_default();
        let tail = whole[head.len()..].trim().to_owned();
        let most = right - 12.0;
        let y = area.y + self.y(44.0);
        let shown = pen.fit(&head, most, "s12 w6");
        pen.text(right, y, shown, "s12 w6 end");
        for (i, line) in pen.wrap(&tail, most.min(200.0), 3, "s12").into_iter().enumerate() {
            pen.text(right, y + 17.0 * (i + 1) as f64, line, "s12 t2 end");
        }
        pen.path(
            format!("M{} {}H{}", tenth(right + 6.0), tenth(y - 4.0), tenth(area.x - 3.0)),
            "stub",
        );
    }

    pub(super) fn draw_legend(&self, t: &Explained, pen: &mut Pen) {
        let Point { x, mut y } = self.legend();
        let most = self.w - x - 24.0;
        let step = self.legend_step();
        let lang = t.lang;
        let lines = [
            ("st full nat", 5.4, text!(lang, LegendRules)),
            ("st hollow nat", 4.4, text!(lang, LegendEmpty)),
            ("st dash", 4.2, text!(lang, LegendUnpasted)),
        ];
        for (class, r, word) in lines {
            pen.circle(p(x + 6.0, y - 4.0), r, class);
            pen.fitted(x + 22.0, y, &word, most, "s11 t2");
            y += step;
        }
        if self.idle {
            return;
        }
        for (class, word) in
            [("done", text!(lang, LegendWalked)), ("todo", text!(lang, LegendAhead))]
        {
            pen.path(format!("M{} {}h16", tenth(x - 2.0), tenth(y - 4.0)), class);
            pen.fitted(x + 22.0, y, &word, most, "s11 t2");
            y += step;
        }
    }
}
