//! Draws the bands, their names, the rules on them and the way.

use super::cards::{fork_cards, fork_ways};
use super::list::rules_list;
use crate::drawing::Link;
use crate::explained::Explained;
use crate::forks::Branch;
use crate::places::{chain_class, chain_path, policy_word};
use crate::reasons;
use crate::say::{plain, text};
use crate::scene::frame::Frame;
use crate::scene::geometry::{Node, Opened, Visit, What};
use crate::scene::pen::{Area, Pen, p, tenth};
use crate::scene::way::Way;
use crate::steps::{chain_words, meaning};
use crate::stops::{StopKind, TimelineStop};
use crate::terms::conditions_text;
use crate::timeline::stops_here;
use crate::values::{iface_word, percent};
use chainwalk_model::{Event, Policy, Target};

/// Draws the drawer with everything in it.
#[allow(clippy::too_many_arguments)]
pub(crate) fn draw(
    t: &Explained,
    frame: &Frame,
    pen: &mut Pen,
    all: &[TimelineStop],
    at: usize,
    now: &TimelineStop,
    o: &Opened,
    ways: &[Way],
) {
    let a = o.area;
    let entry = o.nodes.first().map_or(frame.x0(), |node| node.at.x);
    pen.path(card_with_notch(a, entry), "drawer");
    // The way from the station to the drawer, in front of the frame.
    let band = o.bands.get(o.here).copied().unwrap_or_default();
    let inner = Area { x: a.x + 1.0, y: band.y, w: a.w - 2.0, h: band.h };
    pen.rect(inner, 0.0, "band");
    pen.rect(Area { w: 4.0, ..inner }, 0.0, "bar");
    for (index, b) in o.bands.iter().enumerate() {
        hair(pen, a, b.y);
        if index + 1 == o.bands.len() {
            hair(pen, a, b.y + b.h);
        }
    }
    heading(t, pen, o, now, entry);
    for index in 0..o.bands.len() {
        band_label(t, frame, pen, o, index, at, all);
    }
    fork_ways(pen, o);
    for way in ways.iter().filter(|w| w.reply == o.reply) {
        way.draw_aside(pen);
    }
    inline_names(t, pen, o, at);
    nodes(t, pen, all, at, o);
    if o.cards.is_empty() {
        rules_list(t, pen, all, at, now, o);
    } else {
        fork_cards(t, pen, all, o);
    }
}

fn card_with_notch(a: Area, x: f64) -> String {
    let r = 12.0;
    let x = x.clamp(a.x + r + 12.0, a.right() - r - 12.0);
    format!(
        "M{} {}H{}L{} {}L{} {}H{}a{r} {r} 0 0 1 {r} {r}V{}a{r} {r} 0 0 1 -{r} {r}H{}a{r} {r} 0 0 1 -{r} -{r}V{}a{r} {r} 0 0 1 {r} -{r}Z",
        tenth(a.x + r),
        tenth(a.y),
        tenth(x - 9.0),
        tenth(x),
        tenth(a.y - 8.0),
        tenth(x + 9.0),
        tenth(a.y),
        tenth(a.right() - r),
        tenth(a.bottom() - r),
        tenth(a.x + r),
        tenth(a.y + r),
    )
}

fn hair(pen: &mut Pen, a: Area, y: f64) {
    pen.path(format!("M{} {}H{}", tenth(a.x + 1.0), tenth(y), tenth(a.right() - 1.0)), "line");
}

fn heading(t: &Explained, pen: &mut Pen, o: &Opened, now: &TimelineStop, entry: f64) {
    let a = o.area;
    let rules = t.rules();
    let table = chain_class(rules, o.base);
    let y = a.y + 19.5;
    pen.circle(p(a.x + 16.0, y - 4.5), 4.5, &format!("st full {table}"));
    let title = text!(t.lang, SceneInside, chain = chain_path(rules, o.base));
    let width = pen.fitted(a.x + 27.0, y, &title, entry - a.x - 40.0, "s13 w6");
    let hint = text!(t.lang, SceneHint);
    let start = (entry + 18.0).max(a.x + 27.0 + width + 24.0);
    let aside = trace_aside(t, now);
    let aside_width = pen.width(&aside, "s11 m");
    pen.text(a.right() - 16.0, y, aside, "s11 m t3 end");
    let room = a.right() - 32.0 - aside_width - start;
    if pen.width(&hint, "s11") <= room {
        pen.text(start, y, hint, "s11 t3");
    }
}

/// The interfaces that rules see here.
fn trace_aside(t: &Explained, now: &TimelineStop) -> String {
    let Some(trace) = t.trace(now.reply) else { return String::new() };
    let Some(Event::Hook(path)) = now.hook.and_then(|h| trace.steps.get(h)).map(|s| &s.event)
    else {
        return String::new();
    };
    match (iface_word(&path.iniface), iface_word(&path.outiface)) {
        (Some(i), Some(o)) => text!(t.lang, AsideInOut, iniface = i, outiface = o),
        (Some(i), None) => text!(t.lang, AsideIn, iface = i),
        (None, Some(o)) => text!(t.lang, AsideOut, iface = o),
        (None, None) => String::new(),
    }
}

/// The visit that a band is named after: the one the packet is in, else the last it came to.
fn named(o: &Opened, band: usize, at: usize) -> Option<usize> {
    let on = |v: &&(usize, &Visit)| v.1.band == band;
    let visits: Vec<(usize, &Visit)> = o.visits.iter().enumerate().collect();
    visits
        .iter()
        .filter(on)
        .find(|(_, v)| v.stops.contains(&at))
        .or_else(|| {
            visits.iter().filter(on).rfind(|(_, v)| v.stops.first().is_some_and(|s| *s <= at))
        })
        .or_else(|| visits.iter().rfind(on))
        .map(|(i, _)| *i)
}

fn band_label(
    t: &Explained,
    frame: &Frame,
    pen: &mut Pen,
    o: &Opened,
    index: usize,
    at: usize,
    all: &[TimelineStop],
) {
    let band = o.bands[index];
    let a = o.area;
    let left = a.x + 16.0;
    let most = frame.x0() - left - 26.0;
    let Some(visit) = named(o, index, at) else { return };
    let visit = &o.visits[visit];
    let chain = t.rules().chain(visit.chain);
    let name = chain.name.to_string();
    let count = o.visits.iter().filter(|v| v.band == index).count();
    let folded = o.folded == Some(index) && count > 1;
    let tall = band.h >= 60.0;
    let roomy = band.h >= 33.0;
    let middle = band.y + if roomy { band.h / 2.0 - 2.75 } else { band.h / 2.0 + 4.0 };
    let link = visit_link(t, visit);
    if folded {
        pen.fitted(left, middle, &text!(t.lang, SceneFolded, count = count), most, "s12 t2");
        return;
    }
    let told = meaning(t, visit.chain);
    let base = chain.base.as_ref().map(|b| {
        let policy = match b.policy {
            Policy::Accept => policy_word(t.rules(), visit.chain, true),
            Policy::Drop => policy_word(t.rules(), visit.chain, false),
            Policy::Unknown => "?",
        };
        text!(t.lang, SceneBase, policy = policy)
    });
    let label = plain(&chain_words(t, visit.chain));
    pen.group("gp", link, label, |pen| {
        if tall && let Some(told) = &told {
            pen.fitted(left, band.y + 22.0, told, most, "s13 w6");
            pen.fitted(left, band.y + 40.0, &name, most, "s11 m t2");
            return;
        }
        let class = if tall { "s13 m w6" } else { "s12 m w6" };
        pen.fitted(left, if tall { band.y + 22.0 } else { middle }, &name, most, class);
        let second = base.clone().or_else(|| told.clone()).or_else(|| {
            let n = chain.rules.len();
            Some(text!(t.lang, ShortRules, count = n))
        });
        if let Some(second) = second.filter(|_| roomy) {
            let y = if tall { band.y + 40.0 } else { middle + 14.5 };
            pen.fitted(left, y, &second, most, "s11 t3");
        }
    });
    if tall {
        let sentence = note(t, all, at);
        let lines = pen.wrap(&sentence, most, ((band.h - 46.0) / 15.0).max(1.0) as usize, "s11");
        for (i, line) in lines.into_iter().enumerate() {
            pen.text(left, band.y + 58.0 + 15.0 * i as f64, line, "s11 t2");
        }
    }
}

/// What is said under the name of the chain that the packet is in.
fn note(t: &Explained, all: &[TimelineStop], at: usize) -> String {
    let Some(stop) = all.get(at) else { return String::new() };
    match &stop.kind {
        StopKind::Fork(fork) if fork.branches.iter().all(|b| b.weight.is_some()) => {
            // So many are told one by one.
            const TOLD: usize = 4;
            let first = fork.branches.first().and_then(|b| b.weight).unwrap_or_default();
            let even = |b: &Branch| b.weight.is_some_and(|w| (w - first).abs() < 1e-6);
            let count = fork.ways();
            if count > TOLD && fork.branches.iter().all(even) {
                return text!(t.lang, SceneTakesEach, count = count, share = percent(first));
            }
            let parts: Vec<String> = fork
                .branches
                .iter()
                .zip(fork.rules.iter())
                .filter_map(|(b, n)| {
                    b.weight.map(|w| text!(t.lang, SceneTakes, number = *n, share = percent(w)))
                })
                .collect();
            parts.join(if t.lang == crate::page::Lang::Zh { "，" } else { ", " })
        }
        StopKind::Matched(rule) => {
            let change = t
                .trace(stop.reply)
                .map_or_else(Vec::new, |trace| crate::steps::changed(t, trace, stop));
            let why = reasons::why(t, stop, *rule);
            plain(&crate::say::join([why, change], " · "))
        }
        StopKind::Tried(chain, first, last) => {
            plain(&reasons::why_not(t, stop, *chain, *first, *last))
        }
        _ => String::new(),
    }
}

/// A chain's stay stands for the first stop in it.
fn visit_link(t: &Explained, visit: &Visit) -> Link {
    let span = t.rules().chain(visit.chain).span;
    Link { step: visit.stops.first().copied(), span: Some(span), ..Link::default() }
}

/// Names of chains that share a band with the one it is named after.
fn inline_names(t: &Explained, pen: &mut Pen, o: &Opened, at: usize) {
    for (index, visit) in o.visits.iter().enumerate() {
        if named(o, visit.band, at) == Some(index) || o.folded == Some(visit.band) {
            continue;
        }
        let Some(band) = o.bands.get(visit.band) else { continue };
        if band.h < 33.0 {
            continue;
        }
        let link = visit_link(t, visit);
        let label = plain(&chain_words(t, visit.chain));
        let most = visit.to - visit.from - 10.0;
        let name = pen.fit(&t.rules().chain(visit.chain).name, most, "s11 m");
        if name.chars().count() > 8 || !name.ends_with('…') && !name.is_empty() {
            let y = band.line().min(band.y + band.h * 0.5 + 6.0);
            // Rules that did not match have their words above the line; the name goes below it then.
            let missed = o.nodes.iter().any(|n| {
                let inside = visit.from <= n.at.x && n.at.x <= visit.to;
                n.band == visit.band && inside && matches!(n.what, What::Miss(..))
            });
            let room_below = band.y + band.h > y + 24.0;
            if missed && !room_below {
                continue;
            }
            let y = if missed { y + 20.0 } else { y - 10.0 };
            let middle = f64::midpoint(visit.from, visit.to);
            pen.group("gp", link, label, |pen| pen.text(middle, y, name, "s11 m t2 mid"));
        }
    }
}

fn nodes(t: &Explained, pen: &mut Pen, all: &[TimelineStop], at: usize, o: &Opened) {
    let right = o.area.right() - 14.0;
    let mut run: Vec<&Node> = Vec::new();
    // Where the last text below a band's nodes ends.
    let mut written = vec![f64::MIN; o.bands.len()];
    for (index, node) in o.nodes.iter().enumerate() {
        let stop = &all[node.stop];
        let ahead = node.stop > at;
        let now = node.stop == at;
        let (rule, number) = match &node.what {
            What::Hit(rule) => (Some(*rule), t.rules().rule(*rule).number.to_string()),
            What::Miss(chain, first, last) => {
                let rules = &t.rules().chain(*chain).rules;
                let rule = rules.get((*first as usize).saturating_sub(1)).copied();
                let number =
                    if first == last { String::new() } else { format!("{}", last + 1 - first) };
                (rule, number)
            }
            What::Fork => (None, "?".into()),
            What::Policy => (None, "P".into()),
        };
        let link = Link {
            step: Some(node.stop),
            rule,
            span: crate::timeline::span(t, stop),
            ..Link::default()
        };
        let label = plain(&crate::timeline::narration(t, stop));
        let far = if ahead { " ahead" } else { "" };
        pen.group("gn", link, label, |pen| match &node.what {
            What::Miss(_, first, last) if first == last => {
                pen.circle(node.at, 7.0, &format!("node miss{far}"));
                pen.icon("i-no", node.at.x - 4.5, node.at.y - 4.5, 9.0, "t3");
            }
            What::Miss(..) => {
                let w = pen.width(&number, "s11") + 22.0;
                let a = Area { x: node.at.x - w / 2.0, y: node.at.y - 8.0, w, h: 16.0 };
                pen.rect(a, 8.0, &format!("node miss{far}"));
                pen.icon("i-no", a.x + 4.0, node.at.y - 4.5, 9.0, "t3");
                pen.text(a.x + 16.0, node.at.y + 4.0, number.as_str(), "s11 t3");
            }
            What::Hit(_) if stops_here(t, stop) && !ahead => {
                pen.cross(node.at, 10.0, "stop");
            }
            What::Policy if !ahead => pen.cross(node.at, 10.0, "stop"),
            What::Fork => {
                pen.circle(node.at, 9.0, &format!("node fork{far}"));
                pen.icon("i-fork", node.at.x - 6.0, node.at.y - 6.0, 12.0, "live");
            }
            _ => {
                pen.circle(node.at, 9.0, &format!("node hit{far}"));
                let class = if ahead { "s11 w6 t2 mid" } else { "s11 w6 live mid" };
                pen.text(node.at.x, node.at.y + 4.0, number.as_str(), class);
            }
        });
        // Text beside it, up to the next node of its band.
        let next = o.nodes[index + 1..].iter().find(|n| n.band == node.band).map(|n| n.at.x - 14.0);
        let up =
            o.points.iter().filter(|(_, q)| (q.y - node.at.y).abs() < 0.5 && q.x > node.at.x + 1.0);
        let next = up.map(|(_, q)| q.x - 8.0).fold(next.unwrap_or(right), f64::min);
        let room = next - node.at.x - 14.0;
        let band = o.bands.get(node.band).copied().unwrap_or_default();
        let folded = o.folded == Some(node.band);
        if !node.text.is_empty() && !folded && !node.beside && !now && band.h >= 38.0 {
            let class = if ahead { "s11 m t2 mid" } else { "s11 m mid" };
            let most = ((room + 14.0) * 1.6).max(70.0);
            let free = written.get(node.band).map_or(most, |end| 2.0 * (node.at.x - end - 6.0));
            let shown = pen.fit(&node.text, most.min(free), class);
            if shown.chars().count() > 3 {
                let end = node.at.x + pen.width(&shown, class) / 2.0;
                written.iter_mut().skip(node.band).take(1).for_each(|w| *w = end);
                pen.text(node.at.x, node.at.y + 20.0, shown, class);
            }
        }
        let legible = pen.width(&node.text, "s12 m w6") <= room || room > 72.0;
        if !node.text.is_empty() && !folded && node.beside && legible {
            let colour = match (&node.what, ahead) {
                (What::Hit(_), _) if stops_here(t, stop) => " stop",
                (_, true) => " t2",
                _ => "",
            };
            let plain_words = matches!(&node.what, What::Hit(rule) if conditions_text(t.rules(), t.rules().rule(*rule)).is_empty()
                && matches!(t.rules().rule(*rule).verdict(), Some(Target::Jump(_) | Target::Goto(_)) | None));
            let class =
                if plain_words { format!("s12{colour}") } else { format!("s12 m w6{colour}") };
            let y = node.at.y + 4.0;
            let used = pen.fitted(node.at.x + 14.0, y, &node.text, room, &class);
            // The reason, where there is room for all of it and it is not said at the left.
            if let What::Hit(rule) = &node.what
                && !now
            {
                let why = plain(&reasons::why(t, stop, *rule));
                if !why.is_empty() && used + 16.0 + pen.width(&why, "s12") <= room {
                    pen.text(node.at.x + 14.0 + used + 12.0, y, why, "s12 t3");
                }
            }
        }
        // What crossed rules wanted, above the run of them.
        if matches!(node.what, What::Miss(..)) {
            run.push(node);
        }
        let ends = !matches!(
            o.nodes.get(index + 1),
            Some(n) if matches!(n.what, What::Miss(..)) && n.chain == node.chain && n.band == node.band
        );
        if ends && !run.is_empty() {
            above(t, pen, all, o, &run);
            run.clear();
        }
    }
}

/// The words over a run of crossed rules.
fn above(t: &Explained, pen: &mut Pen, all: &[TimelineStop], o: &Opened, run: &[&Node]) {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
    let (What::Miss(chain, from, _), What::Miss(_, _, to)) = (&first.what, &last.what) else {
        return;
    };
    let band = o.bands.get(first.band).copied().unwrap_or_default();
    if band.h < 34.0 {
        return;
    }
    let words = plain(&reasons::wanted_short(t, &all[first.stop], *chain, *from, *to));
    let next = o
        .nodes
        .iter()
        .filter(|n| n.band == first.band && n.at.x > last.at.x)
        .map(|n| n.at.x)
        .fold(o.area.right() - 14.0, f64::min);
    let under =
        o.points.iter().any(|(_, q)| (q.x - first.at.x).abs() < 2.0 && q.y < first.at.y - 5.0);
    let x = if under { first.at.x + 7.0 } else { first.at.x - 8.0 };
    pen.fitted(x, first.at.y - 11.0, &words, (next - x).max(62.0), "s11 t3");
}
