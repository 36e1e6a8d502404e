//! The ways out of a fork, as cards under the staircase.

use crate::drawing::Link;
use crate::explained::Explained;
use crate::forks::Fork;
use crate::page::{BranchCard, Tone};
use crate::say::{plain, text};
use crate::scene::geometry::Opened;
use crate::scene::pen::{Area, Pen, p, rounded, tenth};
use crate::stops::{StopKind, TimelineStop};
use std::fmt::Write as _;

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
        } else if card.is_walked() {
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
    let asked = all.iter().enumerate().find_map(|(at, s)| match &s.kind {
        StopKind::Fork(f)
            if o.nodes
                .iter()
                .any(|n| all[n.stop].first == s.first && n.at == o.fork_at.unwrap_or_default()) =>
        {
            Some((at, &**f))
        }
        _ => None,
    });
    let fork = asked.map(|(_, fork)| fork);
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
        let ways = fork.map_or(o.cards.len(), Fork::ways);
        let word = match ways {
            2 => text!(lang, SceneBothSame),
            _ => text!(lang, SceneAllSame, count = ways),
        };
        for line in pen.wrap(&word, most, 2, "s11 w6") {
            pen.text(left, y + 2.0, line, &format!("s11 w6 {class}"));
            y += 15.0;
        }
    }
    // What is not shown is listed in the walk.
    let stop = asked.map(|(at, _)| at);
    let list = Link { step: stop, list: true, ..Link::default() };
    for (index, (card, a)) in o.cards.iter().zip(&places).enumerate() {
        let more = o.alike.get(index).copied().unwrap_or_default();
        if more == 0 {
            draw_card(pen, index, card, *a, random);
            continue;
        }
        let words = text!(lang, CardsMore, count = more);
        let (name, most) = (pen.width(&card.name, "s11 m"), a.w - 2.0 * INSIDE);
        let fits = name + 6.0 + pen.width(&words, "s11") <= most;
        let shown = if fits { words.clone() } else { format!("+{more}") };
        let behind = pen.width(&shown, "s11") + 6.0;
        one_card(pen, index, card, *a, (random, Some(behind)));
        pen.group("gm", list.clone(), words, |pen| {
            let x = a.x + INSIDE + name.min(most - behind) + 6.0;
            pen.text(x, name_line(*a), shown, "s11 more");
        });
    }
    if o.cards.len() > CARDS {
        let more = text!(lang, SceneMore, count = o.cards.len() - CARDS);
        pen.group("gm", list, more.as_str(), |pen| {
            pen.text(o.area.right() - 16.0, o.rest.y + 16.0, more.as_str(), "s11 more end");
        });
    }
}

/// The baseline of a card's heading, and what lies between its lines.
fn lines(a: Area) -> (f64, f64) {
    let low = a.h < 70.0;
    let step = if low { 11.5 } else { ((a.h - 28.0) / 2.6).clamp(14.0, 19.0) };
    // The number on the edge hangs into the card.
    (a.y + if low { 21.0 } else { 28.0 }, step)
}

/// The baseline of a card's second line.
fn name_line(a: Area) -> f64 {
    let (first, step) = lines(a);
    first + step
}

/// A card for what was not walked.
fn draw_unwalked(pen: &mut Pen, card: &BranchCard, a: Area) {
    pen.group("gu", Link::default(), card.label.as_str(), |pen| {
        pen.rect(a, 11.0, "sep");
        pen.path(hatch(Area { x: a.x + 4.0, y: a.y + 4.0, w: a.w - 8.0, h: a.h - 8.0 }), "hatch");
        let (y, step) = lines(a);
        for (n, (words, class)) in
            [(&card.label, "s12 w6 t2"), (&card.weight, "s11 w6 t2")].into_iter().enumerate()
        {
            let y = y + step * n as f64;
            let shown = pen.fit(words, a.w - 2.0 * INSIDE, class);
            let ground = Area {
                x: a.x + INSIDE - 4.0,
                y: y - 12.0,
                w: pen.width(&shown, class) + 8.0,
                h: 16.0,
            };
            pen.rect(ground, 4.0, "pill");
            pen.text(a.x + INSIDE, y, shown, class);
        }
    });
}

/// Slanted lines that fill a place.
fn hatch(a: Area) -> String {
    let mut out = String::new();
    let mut k = 8.0;
    while k < a.w + a.h {
        let from = if k <= a.w { p(a.x + k, a.y) } else { p(a.right(), a.y + k - a.w) };
        let to = if k <= a.h { p(a.x, a.y + k) } else { p(a.x + k - a.h, a.bottom()) };
        let _ = write!(out, "M{} {}L{} {}", tenth(from.x), tenth(from.y), tenth(to.x), tenth(to.y));
        k += 8.0;
    }
    out
}

/// What a card leaves free at its sides.
const INSIDE: f64 = 13.0;

/// One way out of a fork, as a card with its number on the upper edge.
pub(crate) fn draw_card(pen: &mut Pen, index: usize, card: &BranchCard, a: Area, random: bool) {
    one_card(pen, index, card, a, (random, None));
}

/// The same; of a card that stands for several ways, with the room that is taken behind its name. Its weight is in the
/// first line then.
fn one_card(
    pen: &mut Pen,
    index: usize,
    card: &BranchCard,
    a: Area,
    (random, behind): (bool, Option<f64>),
) {
    if !card.is_walked() {
        draw_unwalked(pen, card, a);
        return;
    }
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
        let (y1, step) = lines(a);
        let weight = pen.width(&card.weight, "s11 w6") + 10.0;
        let (above, below) = behind.map_or((most, most - weight), |b| (most - weight, most - b));
        pen.fitted(inner, y1, &card.label, above, class);
        let y = if behind.is_some() { y1 } else { y1 + step };
        pen.text(a.right() - INSIDE, y, card.weight.as_str(), "s11 w6 end");
        pen.fitted(inner, y1 + step, &card.name, below, "s11 m t2");
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
