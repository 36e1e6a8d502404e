//! What stands in the drawer's place while the packet is between the tables: what happens, and what next.

use super::drawer::tone_class;
use super::frame::Frame;
use super::pen::{Area, Pen, tenth};
use crate::drawing::Link;
use crate::explained::Explained;
use crate::explained::moment;
use crate::forks::Fork;
use crate::page::Tone;
use crate::say::{plain, text};
use crate::stops::{StopKind, TimelineStop};
use crate::timeline::{narration, span};
use crate::values::{destination, hex, packet_word, percent, source, states};
use crate::{banner, fate, trip};
use chainwalk_model::{ChainId, Target};

/// Draws the panel.
pub(super) fn draw(
    t: &Explained,
    frame: &Frame,
    pen: &mut Pen,
    all: &[TimelineStop],
    at: usize,
    now: Option<&TimelineStop>,
) {
    let top = frame.below() + 30.0;
    let a = Area { x: 12.0, y: top, w: frame.w - 24.0, h: frame.h - 12.0 - top };
    let Some(now) = now else {
        idle(t, pen, a);
        return;
    };
    if matches!(now.kind, StopKind::Fate) && now.reply.is_none() {
        end(t, pen, all, now, a);
        return;
    }
    if let StopKind::Fork(fork) = &now.kind {
        ask(t, pen, fork, a);
        return;
    }
    pen.rect(a, 12.0, "drawer");
    let left = a.x + 22.0;
    let half = a.x + a.w * 0.42;
    let title = match t.trace(now.reply).and_then(|tr| crate::steps::hook_of(tr, now)) {
        Some(hook) => hook.builtin().to_owned(),
        None => title(t, now),
    };
    let mut y = a.y + 32.0;
    pen.fitted(left, y, &title, half - left - 20.0, "s12 w7 caps t2");
    y += 26.0;
    let words = plain(&narration(t, now));
    let room = ((a.bottom() - y - 8.0) / 22.0).max(1.0) as usize;
    for line in pen.wrap(&words, half - left - 24.0, room.min(5), "s15 w5") {
        pen.text(left, y, line, "s15 w5");
        y += 22.0;
    }
    if let Some(line) = span(t, now).and_then(|s| t.line(s))
        && y < a.bottom() - 14.0
    {
        pen.text(left, y + 4.0, text!(t.lang, SourceLine, line = line), "s11 t3");
        y += 20.0;
    }
    header(
        t,
        pen,
        now,
        Area { x: left, y: y + 12.0, w: half - left - 24.0, h: a.bottom() - y - 24.0 },
    );
    let x = half + 8.0;
    pen.path(
        format!("M{} {}V{}", tenth(half - 12.0), tenth(a.y + 18.0), tenth(a.bottom() - 18.0)),
        "line",
    );
    ahead(t, pen, all, at, Area { x, y: a.y, w: a.right() - x - 18.0, h: a.h });
}

/// A question that splits the walk between the tables: what is asked, and its ways as cards.
fn ask(t: &Explained, pen: &mut Pen, fork: &Fork, a: Area) {
    pen.rect(a, 12.0, "drawer");
    let cards = crate::steps::cards(t, fork);
    let left = a.x + 22.0;
    let most = a.w - 44.0;
    let mut y = a.y + 36.0;
    let title = plain(&crate::steps::fork_title(t, fork));
    for line in pen.wrap(&title, most, 2, "s15 w6") {
        pen.text(left, y, line, "s15 w6");
        y += 22.0;
    }
    pen.fitted(left, y, &text!(t.lang, SceneFollow), most, "s12 t2 press");
    let count = cards.len().clamp(1, 5) as f64;
    let gap = 16.0;
    let w = ((most - gap * (count - 1.0)) / count).min(300.0);
    let top = y + 30.0;
    let h = (a.bottom() - top - 16.0).clamp(56.0, 86.0);
    for (index, card) in cards.iter().take(5).enumerate() {
        let place = Area { x: left + (w + gap) * index as f64, y: top, w, h };
        let random = !card.weight.is_empty();
        super::drawer::draw_card(pen, index, card, place, random);
    }
    let next = top + h + 14.0;
    if a.bottom() - next > 70.0 {
        let words = text!(t.lang, PanelAsk);
        for (i, line) in pen.wrap(&words, most.min(560.0), 2, "s12").into_iter().enumerate() {
            pen.text(left, next + 16.0 + 18.0 * i as f64, line, "s12 t2");
        }
    }
}

/// The packet as it is now, under a line.
fn header(t: &Explained, pen: &mut Pen, now: &TimelineStop, a: Area) {
    if a.h >= LEAST_FIELDS {
        hair(pen, a);
    }
    fields(t, pen, now, a);
}

/// The height in which the fields of a packet begin to say something.
const LEAST_FIELDS: f64 = 66.0;

/// The fields of the packet, each with what it was where it changed.
fn fields(t: &Explained, pen: &mut Pen, now: &TimelineStop, a: Area) {
    let Some(trace) = t.trace(now.reply) else { return };
    let Some(m) = moment(trace, now.last) else { return };
    let (sent, is) = (&trace.sent.packet, &m.packet);
    let lang = t.lang;
    let state = m.ct.map_or_else(|| "–".to_owned(), |ct| states(ct.state));
    let first_mark = trace.moments.first().map_or(0, |m| m.mark);
    let rows = [
        (text!(lang, TagFrom), source(trace, sent), source(trace, is)),
        (text!(lang, TagTo), destination(trace, sent), destination(trace, is)),
        (text!(lang, TagKind), String::new(), packet_word(is)),
        ("ttl".into(), sent.ip.ttl.to_string(), is.ip.ttl.to_string()),
        ("mark".into(), hex(first_mark), hex(m.mark)),
        ("state".into(), String::new(), state),
    ];
    let names = rows.iter().map(|(n, ..)| pen.width(n, "s12")).fold(0.0, f64::max);
    let step = 20.0;
    let room = ((a.h - 6.0) / step).max(0.0) as usize;
    if a.h < LEAST_FIELDS {
        return;
    }
    for (i, (name, was, is)) in rows.iter().take(room).enumerate() {
        let y = a.y + 22.0 + step * i as f64;
        pen.text(a.x, y, name.as_str(), "s12 t3");
        let x = a.x + names + 16.0;
        let changed = !was.is_empty() && was != is;
        let class = if changed { "s12 m w6 nat" } else { "s12 m" };
        let used = pen.fitted(x, y, is, a.right() - x, class);
        if changed {
            let left = a.right() - x - used - 12.0;
            let old = text!(lang, PanelWas, value = was);
            if pen.width(&old, "s11 m") <= left {
                pen.text(x + used + 12.0, y, old, "s11 m t3");
            }
        }
    }
}

fn hair(pen: &mut Pen, a: Area) {
    pen.path(format!("M{} {}H{}", tenth(a.x), tenth(a.y), tenth(a.right())), "line");
}

fn title(t: &Explained, now: &TimelineStop) -> String {
    match now.kind {
        StopKind::Start => text!(t.lang, PanelStart),
        StopKind::Route => text!(t.lang, NameRoute).to_uppercase(),
        _ => text!(t.lang, PanelNow),
    }
}

/// The next stops, one line each.
fn ahead(t: &Explained, pen: &mut Pen, all: &[TimelineStop], at: usize, a: Area) {
    let step = 23.0;
    pen.text(a.x, a.y + 32.0, text!(t.lang, PanelNext), "s12 w6 t2");
    let room = ((a.h - 56.0) / step).max(0.0) as usize;
    let next: Vec<usize> = (at + 1..all.len()).collect();
    let more = next.len() > room;
    let shown = if more { room.saturating_sub(1) } else { room };
    for (line, index) in next.iter().take(shown).enumerate() {
        let stop = &all[*index];
        let y = a.y + 58.0 + step * line as f64;
        let words = plain(&narration(t, stop));
        let link = Link { step: Some(*index), span: span(t, stop), ..Link::default() };
        let stops = crate::timeline::stops_here(t, stop);
        pen.group("gr", link, words.as_str(), |pen| {
            let class = match (&stop.kind, stops) {
                (_, true) => "dotmark stop",
                (StopKind::Tried(..), _) => "dotmark miss",
                _ => "dotmark",
            };
            pen.circle(super::pen::p(a.x + 4.0, y - 4.0), 3.2, class);
            let colour = if stops { "s12 w5 stop" } else { "s12 t2" };
            pen.fitted(a.x + 18.0, y, &words, a.w - 18.0, colour);
        });
    }
    if more && room > 0 {
        let y = a.y + 58.0 + step * shown as f64;
        let words = text!(t.lang, PanelMore, count = next.len() - shown);
        let link = Link { step: next.get(shown).copied(), ..Link::default() };
        pen.group("gm", link, words.as_str(), |pen| {
            pen.text(a.x + 18.0, y, words.as_str(), "s11 more");
        });
    }
}

/// The card of the fate: in two words, as its sentences stand above the drawing; then what decided it.
fn end(t: &Explained, pen: &mut Pen, all: &[TimelineStop], now: &TimelineStop, a: Area) {
    let Some(outcome) = t.outcome() else { return };
    let b = banner::banner(t);
    // Where the answer is open, no way's end is the end.
    let open = b.tone == Tone::Depends;
    // Nor is it where the packet gets there and its answer does not get back.
    let fails = !open && trip::fails(t, t.chosen());
    let tone = if open {
        Tone::Depends
    } else if fails {
        Tone::Stop
    } else {
        fate::tone(&outcome.trace.fate)
    };
    let class = if open { "" } else { tone_class(tone) };
    let ground = pen.items.len();
    let r = 17.0;
    let left = a.x + 26.0;
    let centre = super::pen::p(left + r, a.y + 26.0 + r);
    match tone {
        Tone::Stop => pen.cross(centre, r, "stop"),
        Tone::Ok => pen.tick(centre, r),
        _ => {
            pen.circle(centre, r, "end ask");
            pen.text(centre.x, centre.y + 5.0, "?", "s15 w7 ask mid");
        }
    }
    let x = left + 2.0 * r + 18.0;
    // The packet as it ended, at the right where there is room for it.
    let beside = a.w > 600.0 && a.h > 150.0;
    let column = if beside { column(t, pen, now) } else { 0.0 };
    if beside {
        let place =
            Area { x: a.right() - column - 6.0, y: a.y + 24.0, w: column - 18.0, h: a.h - 40.0 };
        fields(t, pen, now, place);
    }
    let most = a.right() - x - 24.0 - column;
    let mut y = a.y + 40.0;
    if open && let Some(way) = way_taken(t, t.chosen()) {
        let way = text!(t.lang, PanelWay, way = way);
        pen.fitted(x, y - 5.0, &way, most, "s12 w6 t2");
        y += 17.0;
    }
    // What becomes of the answer is told with the end.
    let whole = fails || open && banner::hangs_on(t).is_none();
    let short = if whole { plain(&b.headline) } else { fate::at_length(t, &outcome.trace) };
    let short: String =
        short.chars().take(1).flat_map(char::to_uppercase).chain(short.chars().skip(1)).collect();
    let class = format!("s15 w6 {class}");
    let lines = if beside { 2 } else { 1 };
    for (n, line) in pen.wrap(&short, most, lines, &class).into_iter().enumerate() {
        y += if n > 0 { 20.0 } else { 0.0 };
        pen.text(x, y, line, &class);
    }
    y += 30.0;
    let ways = if t.siblings().len() > 1 { 4.0 } else { 0.0 };
    let room = ((a.bottom() - 12.0 - y) / DECIDED - ways).max(0.0) as usize;
    let decided = decided(t, all);
    if room > 1 && !decided.is_empty() {
        pen.text(x, y, text!(t.lang, PanelDecided), "s12 w6 t2");
        y += DECIDED;
        for decider in decided.iter().skip(decided.len().saturating_sub(room - 1)) {
            let (words, link, stops) = match decider {
                Decider::Stop(index) => {
                    let stop = &all[*index];
                    let link = Link { step: Some(*index), span: span(t, stop), ..Link::default() };
                    let answer = match &stop.kind {
                        StopKind::Fork(fork) => answer_of(t, fork, t.chosen()),
                        _ => None,
                    };
                    let words = answer.unwrap_or_else(|| plain(&narration(t, stop)));
                    (words, link, crate::timeline::stops_here(t, stop))
                }
                Decider::Policy(chain) => {
                    let link = Link { span: Some(t.rules().chain(*chain).span), ..Link::default() };
                    (plain(&fate::policy_accepts(t, *chain)), link, false)
                }
            };
            pen.group("gr", link, words.as_str(), |pen| {
                let (dot, class) =
                    if stops { ("dotmark stop", "s12 w5 stop") } else { ("dotmark", "s12 t2") };
                pen.circle(super::pen::p(x + 4.0, y - 4.0), 3.2, dot);
                pen.fitted(x + 18.0, y, &words, most - 18.0, class);
            });
            y += DECIDED;
        }
    }
    let left = Area { x, y: y + 6.0, w: most, h: a.bottom() - y - 18.0 };
    let bottom = siblings(t, pen, all, left).max(y).max(a.y + if beside { 172.0 } else { 80.0 });
    // The card is as tall as what is in it, and lies under it.
    let h = (bottom + 16.0 - a.y).min(a.h);
    pen.rect(Area { h, ..a }, 12.0, "drawer");
    pen.items[ground..].rotate_right(1);
}

/// How wide the fields of a packet are, so that no address of usual length is cut.
fn column(t: &Explained, pen: &Pen, now: &TimelineStop) -> f64 {
    let packet =
        t.trace(now.reply).and_then(|trace| Some((trace, &moment(trace, now.last)?.packet)));
    let ends = packet.map_or(0.0, |(trace, packet)| {
        let wide = |text: String| pen.width(&text, "s12 m w6");
        wide(source(trace, packet)).max(wide(destination(trace, packet)))
    });
    (ends + 100.0).clamp(200.0, 340.0)
}

/// The height of a line of what decided.
const DECIDED: f64 = 21.0;

/// What made the packet what it is at its end, and sent it there.
enum Decider {
    /// A stop.
    Stop(usize),
    /// The policy of a chain, where no rule let the packet on: it is no stop of the walk.
    Policy(ChainId),
}

/// The stops that made the packet what it is at its end, and sent it there: rules that do more than call a chain,
/// routing, questions, a policy.
fn decided(t: &Explained, all: &[TimelineStop]) -> Vec<Decider> {
    let decides = |stop: &TimelineStop| match &stop.kind {
        StopKind::Matched(rule) => match t.rules().rule(*rule).verdict() {
            Some(Target::Jump(_) | Target::Goto(_) | Target::Return) => false,
            Some(target) => !target.is_invisible(),
            None => t
                .trace(stop.reply)
                .is_some_and(|trace| !crate::steps::changed(t, trace, stop).is_empty()),
        },
        StopKind::Fork(_)
        | StopKind::Policy(_)
        | StopKind::Route
        | StopKind::Loop
        | StopKind::UnNat => true,
        _ => false,
    };
    let own = |index: &usize| all[*index].reply.is_none() && decides(&all[*index]);
    let own: Vec<usize> = (0..all.len()).filter(own).collect();
    let policy = t.outcome().and_then(|outcome| fate::let_on_by_policy(t, &outcome.trace));
    let at = policy.map_or(own.len(), |(step, _)| own.partition_point(|i| all[*i].first < step));
    let mut out: Vec<Decider> = own.into_iter().map(Decider::Stop).collect();
    out.splice(at..at, policy.map(|(_, chain)| Decider::Policy(chain)));
    out
}

/// What an outcome answers to the question that decides.
fn way_taken(t: &Explained, outcome: usize) -> Option<String> {
    answer_of(t, &banner::decider(t)?, outcome)
}

/// What an outcome answers to a question.
fn answer_of(t: &Explained, fork: &Fork, outcome: usize) -> Option<String> {
    let branch = fork.branches.iter().find(|b| b.outcomes.contains(&outcome))?;
    let choice = branch.key.last().filter(|_| branch.weight.is_none());
    choice.and_then(|choice| crate::steps::choice_words(t, choice)).or_else(|| {
        let cards = crate::steps::cards(t, fork);
        cards.into_iter().find(|c| c.outcome == branch.outcome).map(|card| card.label)
    })
}

/// The other ways the packet can end, as lines to follow; where they end.
fn siblings(t: &Explained, pen: &mut Pen, stops: &[TimelineStop], a: Area) -> f64 {
    let Some(walk) = t.walk() else { return a.y };
    let all = t.siblings();
    let step = 22.0;
    if all.len() < 2 || a.h < 2.0 * step {
        return a.y;
    }
    let room = (a.h / step) as usize - 1;
    let hidden = all.len().saturating_sub(room);
    // A line says how many there are that have no line.
    let room = if hidden > 0 { room.saturating_sub(1) } else { room };
    if room == 0 {
        return a.y;
    }
    let ends: Vec<String> =
        all.iter().map(|i| fate::last_destination(&walk.outcomes[*i].trace)).collect();
    let alike = ends.windows(2).all(|two| two[0] == two[1]);
    pen.text(a.x, a.y + 12.0, text!(t.lang, PanelWays, count = all.len()), "s12 w6");
    for (line, index) in all.iter().take(room).enumerate() {
        let outcome = &walk.outcomes[*index];
        let y = a.y + 12.0 + step * (line + 1) as f64;
        let on = *index == t.chosen();
        let link = Link { outcome: Some(*index), ..Link::default() };
        let words = fate::short(t, &outcome.trace);
        let weight = outcome.weight.map(percent).unwrap_or_default();
        pen.group("gc", link, format!("{words} {weight}"), |pen| {
            let at = super::pen::p(a.x + 6.0, y - 4.0);
            pen.circle(at, 5.5, if on { "num on" } else { "num" });
            if on {
                pen.circle(at, 2.6, "dotmark on");
            }
            // Where all end at one address, it is their answers that tell them apart.
            // The question asked last tells the ways of neighbours apart: it stands first, where nothing is cut.
            let mut told = crate::steps::apart(t, *index, &all);
            told.reverse();
            let told = Some(told.join(", ")).filter(|told| !told.is_empty());
            let told = told.or_else(|| way_taken(t, *index)).filter(|_| alike);
            let (name, class) = match &told {
                Some(told) => (told, "s12"),
                None => (&ends[line], "s12 m"),
            };
            let used = pen.fitted(a.x + 20.0, y, name, (a.w * 0.55).max(160.0), class);
            let x = a.x + 20.0 + used.max(130.0) + 14.0;
            let class = tone_class(fate::tone(&outcome.trace.fate));
            let share = if weight.is_empty() { 0.0 } else { 60.0 };
            let used = pen.fitted(x, y, &words, a.right() - x - share, &format!("s12 w5 {class}"));
            pen.text(x + used + 14.0, y, weight.as_str(), "s11 t3");
        });
    }
    let mut lines = all.len().min(room);
    if hidden > 0 && room > 0 {
        lines += 1;
        let words = text!(t.lang, PanelMore, count = all.len() - room);
        let y = a.y + 12.0 + step * lines as f64;
        // Where the paths part, each is a press away.
        let step = stops.iter().position(|stop| matches!(stop.kind, StopKind::Fork(_)));
        let link = Link { step, list: true, ..Link::default() };
        pen.group("gm", link, words.as_str(), |pen| {
            pen.text(a.x + 20.0, y, words.as_str(), "s11 more");
        });
    }
    a.y + 12.0 + step * lines as f64
}

/// The panel before anything is asked. What a paste holds is told beside the drawing.
fn idle(t: &Explained, pen: &mut Pen, a: Area) {
    if t.reading.is_some_and(|reading| !reading.hosts.is_empty()) {
        return;
    }
    let b = banner::banner(t);
    let head = pen.wrap(&plain(&b.headline), a.w - 60.0, 2, "s15 w6");
    let detail = pen.wrap(&plain(&b.detail), a.w - 60.0, 3, "s13");
    let tall = 46.0 + 24.0 * head.len() as f64 + 20.0 * detail.len() as f64;
    pen.rect(Area { h: tall.min(a.h), ..a }, 12.0, "drawer");
    let mut y = a.y + 40.0;
    for line in head {
        pen.text(a.x + 26.0, y, line, "s15 w6");
        y += 24.0;
    }
    for line in detail {
        pen.text(a.x + 26.0, y, line, "s13 t2");
        y += 20.0;
    }
}
