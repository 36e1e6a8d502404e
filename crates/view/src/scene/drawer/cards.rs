//! The ways out of a fork, as cards under the staircase.

use crate::drawing::Link;
use crate::explained::Explained;
use crate::page::{BranchCard, Tone};
use crate::say::{plain, text};
use crate::scene::geometry::Opened;
use crate::scene::pen::{Area, Pen, p, rounded};
use crate::stops::{StopKind, TimelineStop};

/// The ways from the fork to its cards.
pub(super) fn fork_ways(pen: &mut Pen, o: &Opened) {
    let Some(from) = o.fork_at else { return };
    let places = card_places(o);
    let turn = o.rest.y + if o.rest.h < 104.0 { 5.0 } else { 10.0 };
    let mut chosen = None;
    for (card, a) in o.cards.iter().zip(&places) {
        let x = a.x + a.w / 2.0;
        let way = [from, p(from.x, turn), p(x, turn), p(x, a.y - 9.0)];
        if card.followed {
            chosen = Some(way);
        } else {
            pen.path(rounded(&way, 10.0), "branch");
        }
    }
    if let Some(way) = chosen {
        pen.path(rounded(&way, 10.0), "todo");
    }
}

/// So many cards are shown; of the rest only the number is said.
const CARDS: usize = 5;

/// What lies between two of them.
const GAP: f64 = 14.0;
/// No card is narrower where it can be helped.
const NARROW: f64 = 150.0;

/// Where cards may stand in a drawer: from, to.
fn room(a: Area) -> (f64, f64) {
    (a.x + 238.0_f64.min(a.w * 0.3), a.right() - 14.0)
}

/// How many cards have room in a drawer so that none of their headings is cut.
pub(super) fn most(cards: &[BranchCard], a: Area, pen: &Pen) -> usize {
    let (left, right) = room(a);
    let heads = cards.iter().map(|card| pen.width(&card.label, "s13 m w6"));
    let wide = heads.fold(NARROW, |most, head| most.max(head + 2.0 * INSIDE));
    (((right - left + GAP) / (wide + GAP)) as usize).min(CARDS)
}

fn card_places(o: &Opened) -> Vec<Area> {
    let count = o.cards.len().clamp(1, CARDS) as f64;
    let (left, right) = room(o.area);
    let gap = GAP;
    let w = ((right - left - gap * (count - 1.0)) / count).min(272.0);
    let top = o.rest.y + if o.rest.h < 104.0 { 21.0 } else { 30.0 };
    let h = (o.area.bottom() - top - 10.0).clamp(50.0, 86.0);
    (0..o.cards.len().min(CARDS))
        .map(|i| Area { x: left + (w + gap) * i as f64, y: top, w, h })
        .collect()
}

pub(super) fn fork_cards(t: &Explained, pen: &mut Pen, all: &[TimelineStop], o: &Opened) {
    let lang = t.lang;
    let places = card_places(o);
    let left = o.area.x + 16.0;
    let most = places.first().map_or(200.0, |a| a.x - left - 16.0);
    let fork = all.iter().find_map(|s| match &s.kind {
        StopKind::Fork(f)
            if o.nodes
                .iter()
                .any(|n| all[n.stop].first == s.first && n.at == o.fork_at.unwrap_or_default()) =>
        {
            Some(f)
        }
        _ => None,
    });
    let top = o.rest.y + if o.rest.h < 104.0 { 24.0 } else { 36.0 };
    // What is still open is no end that ways could share.
    let same = o.cards.windows(2).all(|w| w[0].fate == w[1].fate)
        && o.cards.iter().all(|card| card.tone != Tone::Depends);
    let random = o.cards.iter().all(|c| !c.weight.is_empty());
    let title = match fork {
        Some(f) => plain(&crate::steps::fork_title(t, f)),
        None => String::new(),
    };
    let mut y = top;
    let title_lines = pen.wrap(&title, most, if random { 1 } else { 3 }, "s13 w6");
    for line in title_lines {
        pen.text(left, y, line, "s13 w6");
        y += 18.0;
    }
    let hint = text!(lang, SceneFollow);
    for line in pen.wrap(&hint, most, 2, "s11") {
        pen.text(left, y + 1.0, line, "s11 t2 press");
        y += 16.0;
    }
    if same && let Some(card) = o.cards.first() {
        let class = tone_class(card.tone);
        let ways = fork.map_or(o.cards.len(), |f| f.branches.len());
        let word = match ways {
            2 => text!(lang, SceneBothSame),
            _ => text!(lang, SceneAllSame, count = ways),
        };
        for line in pen.wrap(&word, most, 2, "s11 w6") {
            pen.text(left, y + 2.0, line, &format!("s11 w6 {class}"));
            y += 15.0;
        }
    }
    for (index, (card, a)) in o.cards.iter().zip(&places).enumerate() {
        draw_card(pen, index, card, *a, random);
    }
    if o.cards.len() > CARDS {
        let more = text!(lang, SceneMore, count = o.cards.len() - CARDS);
        pen.text(o.area.right() - 16.0, o.rest.y + 16.0, more, "s11 t3 end");
    }
}

/// What a card leaves free at its sides.
const INSIDE: f64 = 13.0;

/// One way out of a fork, as a card with its number on the upper edge.
pub(crate) fn draw_card(pen: &mut Pen, index: usize, card: &BranchCard, a: Area, random: bool) {
    let link = Link { outcome: Some(card.outcome), ..Link::default() };
    let label = format!("{} {} {}", card.label, card.weight, card.fate);
    pen.group("gc", link, label, |pen| {
        let on = if card.followed { " on" } else { "" };
        pen.rect(a, 11.0, &format!("sep{on}"));
        let middle = p(a.x + a.w / 2.0, a.y);
        pen.circle(middle, 9.5, &format!("num{on}"));
        let class = if card.followed { "s11 w6 live mid" } else { "s11 w6 t2 mid" };
        pen.text(middle.x, middle.y + 4.0, (index + 1).to_string(), class);
        let inner = a.x + INSIDE;
        let most = a.w - 2.0 * INSIDE;
        let code = card.label.contains(':') || card.label.contains('.') && random;
        let class = if code { "s13 m w6" } else { "s13 w6" };
        let low = a.h < 70.0;
        let step = if low { 11.5 } else { ((a.h - 28.0) / 2.6).clamp(14.0, 19.0) };
        // The number on the edge hangs into the card.
        let y1 = a.y + if low { 21.0 } else { 28.0 };
        pen.fitted(inner, y1, &card.label, most, class);
        let weight = pen.width(&card.weight, "s11 w6");
        pen.text(a.right() - 13.0, y1 + step, card.weight.as_str(), "s11 w6 end");
        pen.fitted(inner, y1 + step, &card.name, most - weight - 10.0, "s11 m t2");
        let class = tone_class(card.tone);
        let icon = match card.tone {
            Tone::Ok => "i-ok",
            Tone::Stop => "i-no",
            _ => "i-half",
        };
        let two = card.name.is_empty() && card.weight.is_empty();
        let y = if two { y1 + step } else { y1 + 2.0 * step + 1.0 };
        pen.icon(icon, inner - 2.0, y - 10.5, 13.0, class);
        pen.fitted(inner + 15.0, y, &card.fate, most - 15.0, &format!("s11 w5 {class}"));
    });
}

/// The colour class of a tone.
pub(crate) fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "ok",
        Tone::Stop => "stop",
        Tone::Depends | Tone::Idle => "ask",
    }
}
