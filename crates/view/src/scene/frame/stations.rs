//! Draws the stations of the hooks, and the words of what happened at them.

use super::layout::{Frame, Place, Station, asked_table};
use crate::drawing::Link;
use crate::explained::{Explained, last_hook};
use crate::page::Tone;
use crate::say::text;
use crate::scene::pen::{Area, Pen};
use crate::stops::{StopKind, TimelineStop};
use crate::values::states;
use chainwalk_model::{DroppedBy as By, Event, Fate, Hook, Question, Trace};

/// So far from the border of its hook's box a word under a station stays.
const EDGE: f64 = 4.0;

/// So far from each other words under stations stay.
const GAP: f64 = 3.0;

/// How the word of what happened at a station of the trunk is set.
fn word_class(s: &Station) -> &'static str {
    if s.place == Place::Conntrack { "s11 m w6" } else { "s11 w6" }
}

impl Frame {
    /// Every station, with the words under those of the trunk.
    pub(super) fn draw_stations(
        &self,
        t: &Explained,
        pen: &mut Pen,
        all: &[TimelineStop],
        at: usize,
    ) {
        let now = all.get(at);
        // The words of what happened come before the counts of rules, where there is not room for both.
        let mut taken: Vec<(f64, f64)> = self
            .stations
            .iter()
            .filter_map(|s| {
                let (word, _) = self.word_below(t, s)?;
                let on = now.is_some_and(|n| self.stands_at(t, n, s)) && !closed(now);
                let half = pen.width(&word, word_class(s)) / 2.0;
                let x = match on.then(|| self.ends_at(t, s)).flatten() {
                    Some((_, end)) if self.stands_left(pen, s, &end) => s.at.x - 9.0 - half,
                    Some(_) => s.at.x + 9.0 + half,
                    None => self.under(s, half),
                };
                Some((x - half - GAP, x + half + GAP))
            })
            .collect();
        for station in &self.stations {
            self.draw_station(t, pen, station, all, at, &mut taken);
        }
    }

    /// What is said below a station of the trunk of what happened there, and its colour.
    fn word_below(&self, t: &Explained, s: &Station) -> Option<(String, &'static str)> {
        if matches!(s.hook, Hook::Input | Hook::Output) {
            return None;
        }
        if let Some((tone, word)) = self.ends_at(t, s) {
            return Some((word, if tone == Tone::Stop { "stop" } else { "ask" }));
        }
        if s.place == Place::Conntrack {
            let word = t.outcome().map(|o| ct_word(&o.trace, s.hook)).unwrap_or_default();
            return Some((word, "cts")).filter(|(word, _)| !word.is_empty());
        }
        let translates = self.nat(s.hook).is_some_and(|nat| nat.name == s.name);
        (translates && put_back_at(t, s.hook)).then(|| ("un-NAT".to_owned(), "cts"))
    }

    /// Whether the packet ends at a station, and the word for it. The end of a way that hangs on an answer is open.
    fn ends_at(&self, t: &Explained, s: &Station) -> Option<(Tone, String)> {
        let (tone, word) = way_ends_at(t, s)?;
        Some((if self.open { Tone::Depends } else { tone }, word))
    }

    /// Where the word of an end beside INPUT or OUTPUT stands, if there is one: its letters.
    pub(crate) fn end_beside(&self, t: &Explained, pen: &Pen) -> Option<Area> {
        let upright = |s: &&Station| matches!(s.hook, Hook::Input | Hook::Output);
        self.stations.iter().filter(upright).find_map(|s| {
            let (_, word) = self.ends_at(t, s)?;
            let w = pen.width(&word, "s11 w6");
            let edge = self.hook_area(s.hook);
            let x = if s.hook == Hook::Input { edge.x - 8.0 - w } else { edge.right() + 8.0 };
            Some(Area { x, y: s.at.y - 4.0, w, h: 8.0 })
        })
    }

    /// The middle of a word under a station of the trunk: within the box of its hook where it fits there.
    fn under(&self, s: &Station, half: f64) -> f64 {
        let area = self.hook_area(s.hook);
        let (first, last) = (area.x + EDGE + half, area.right() - EDGE - half);
        if first <= last { s.at.x.clamp(first, last) } else { s.at.x }
    }

    /// Whether the word of an end stands left of the way that goes down from a station of the trunk: where right of it it
    /// would leave the box of its hook, and left of it not; and before the words of the routing decision.
    fn stands_left(&self, pen: &Pen, s: &Station, word: &str) -> bool {
        let (area, width) = (self.hook_area(s.hook), pen.width(word, "s11 w6") + 9.0);
        let (left, right) = (s.at.x - width, s.at.x + width);
        let routes = s.hook == Hook::Prerouting && right > area.right() + EDGE;
        routes || right > area.right() - EDGE && left >= area.x + EDGE
    }

    fn draw_station(
        &self,
        t: &Explained,
        pen: &mut Pen,
        s: &Station,
        all: &[TimelineStop],
        at: usize,
        taken: &mut Vec<(f64, f64)>,
    ) {
        let now = all.get(at);
        let upright = matches!(s.hook, Hook::Input | Hook::Output);
        let asks = |stop: &TimelineStop| asks_at(t, stop, s);
        let first = all.iter().position(|stop| self.stands_at(t, stop, s));
        let first = first.or_else(|| all.iter().position(asks));
        let on = now.is_some_and(|n| self.stands_at(t, n, s));
        let translates = self.nat(s.hook).is_some_and(|nat| nat.name == s.name);
        let put_back = translates && put_back_at(t, s.hook);
        let span = s.chain().map(|c| t.rules().chain(c).span);
        let link = Link { step: first, span, ..Link::default() };
        // What ends here stands for the stop at which it does.
        let end = all.iter().position(|stop| {
            crate::timeline::stops_here(t, stop) && (self.stands_at(t, stop, s) || asks(stop))
        });
        let end = Link { step: end.or(first), ..link.clone() };
        let label = if s.is_kernel() {
            format!("{} {}", s.name, s.hook.builtin())
        } else {
            let count = match s.rules {
                Some(n) => text!(t.lang, ShortRules, count = n),
                None => text!(t.lang, LegendUnpasted),
            };
            format!("{} {}, {count}", s.name, s.hook.builtin())
        };
        let ends = self.ends_at(t, s);
        let ended = ends.as_ref().map(|(_, word)| format!("{}: {word}", s.name));
        let said = label.clone();
        let small = upright;
        pen.group("gst", link.clone(), label, |pen| {
            let r = |big: f64| if small { big - 0.8 } else { big };
            if s.is_kernel() {
                pen.circle(s.at, r(6.0), if on { "ct on" } else { "ct" });
                pen.circle(s.at, r(2.4), "ctdot");
            } else {
                let (class, radius) = match s.rules {
                    Some(0) => ("hollow", r(4.8)),
                    Some(_) => ("full", r(6.2)),
                    None => ("dash", r(4.7)),
                };
                let (more, radius) = if on { (" on", radius.max(7.6)) } else { ("", radius) };
                pen.circle(s.at, radius, &format!("st {class} {}{more}", s.class));
            }
            if put_back {
                // It is conntrack that translates here, not the table.
                pen.circle(s.at, r(10.0), "ring");
            }
            let tone = match (on, s.is_kernel() || s.rules.is_some()) {
                (true, _) => "s11 w7",
                (false, true) => "s11",
                (false, false) => "s11 t3",
            };
            if upright {
                pen.fitted(s.at.x + 11.0, s.at.y + 4.0, &s.name, s.most, tone);
            } else {
                let class = format!("{tone} mid");
                pen.fitted(s.at.x, s.at.y - 13.0, &s.name, s.most + 1.0, &class);
            }
        });
        if ends.is_none() && asked_at(t, s) {
            pen.group("gst", link.clone(), said.as_str(), |pen| {
                pen.circle(s.at, if upright { 7.0 } else { 8.5 }, "end ask");
                pen.text(s.at.x, s.at.y + 4.0, "?", "s11 w7 ask mid");
            });
        }
        let beneath = match &ends {
            Some(_) => (end, ended.unwrap_or_default()),
            None => (link, said),
        };
        pen.group("gsw", beneath.0, beneath.1, |pen| {
            self.draw_beneath(t, pen, s, (on, closed(now)), ends.as_ref(), taken);
        });
    }

    /// The mark of an end at a station, and the word or the number under it or beside it.
    fn draw_beneath(
        &self,
        t: &Explained,
        pen: &mut Pen,
        s: &Station,
        (on, closed): (bool, bool),
        ends: Option<&(Tone, String)>,
        taken: &mut Vec<(f64, f64)>,
    ) {
        let upright = matches!(s.hook, Hook::Input | Hook::Output);
        if let Some((tone, word)) = ends {
            let (mark, colour) = match tone {
                Tone::Stop => ("stop", "stop"),
                _ => ("ask", "ask"),
            };
            let r = if upright { 7.5 } else { 9.0 };
            if *tone == Tone::Stop {
                pen.cross(s.at, r, mark);
            } else {
                pen.circle(s.at, r, "end ask");
                pen.text(s.at.x, s.at.y + 4.0, "?", "s11 w7 ask mid");
            }
            if upright {
                let edge = self.hook_area(s.hook);
                let (x, anchor) = if s.hook == Hook::Input {
                    (edge.x - 8.0, " end")
                } else {
                    (edge.right() + 8.0, "")
                };
                pen.text(x, s.at.y + 4.0, word.as_str(), &format!("s11 w6 {colour}{anchor}"));
            } else if on && !closed {
                // Beside the way that goes down into the drawer.
                let (x, anchor) = if self.stands_left(pen, s, word) {
                    (s.at.x - 9.0, " end")
                } else {
                    (s.at.x + 9.0, "")
                };
                let class = format!("s11 w6 {colour}{anchor}");
                pen.text(x, s.at.y + 27.0, word.as_str(), &class);
            } else {
                // Where the word of a station before it reaches here, this one begins behind that.
                let half = pen.width(word, "s11 w6") / 2.0;
                let middle = self.under(s, half);
                let left = middle - half;
                let reaches = |(from, to): &&(f64, f64)| {
                    *from < left && left < *to && (from + to) / 2.0 < middle - 1.0
                };
                let before = taken.iter().filter(reaches).map(|(_, to)| *to).reduce(f64::max);
                let x = before.map_or(middle, |to| to + 4.0 + half);
                let x = match s.hook {
                    // The words of the routing decision stand there.
                    Hook::Prerouting => x.min(self.hook_area(s.hook).right() + 4.0 - half),
                    _ => x,
                };
                pen.text(x, s.at.y + 27.0, word.as_str(), &format!("s11 w6 {colour} mid"));
            }
            return;
        }
        if let Some((word, colour)) = self.word_below(t, s) {
            let class = word_class(s);
            let x = self.under(s, pen.width(&word, class) / 2.0);
            pen.text(x, s.at.y + 25.0, word, &format!("{class} {colour} mid"));
            return;
        }
        match s.rules {
            Some(n) if upright && (!on || closed) => {
                pen.text(s.at.x - 11.0, s.at.y + 4.0, n.to_string(), "s11 t3 end");
            }
            // Before a packet is asked for the count stands beside the policy.
            Some(_) if self.idle && s.policy(t).is_some() => {}
            Some(n) if n > 0 && (!on || closed) => {
                for word in [text!(t.lang, ShortRules, count = n), n.to_string()] {
                    let half = pen.width(&word, "s11") / 2.0;
                    let x = self.under(s, half + GAP);
                    let free = |(from, to): &(f64, f64)| x + half <= *from || *to <= x - half;
                    if taken.iter().all(free) {
                        taken.push((x - half, x + half));
                        pen.text(x, s.at.y + 25.0, word, "s11 t3 mid");
                        break;
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether a stop stands at a station.
    fn stands_at(&self, t: &Explained, stop: &TimelineStop, s: &Station) -> bool {
        let Some(trace) = t.trace(stop.reply) else { return false };
        if crate::steps::hook_of(trace, stop) != Some(s.hook) {
            return false;
        }
        match stop.kind {
            StopKind::Conntrack => s.place == Place::Conntrack,
            StopKind::UnNat => self.nat(s.hook).is_some_and(|nat| nat.name == s.name),
            _ => stop.base.is_some() && stop.base == s.chain(),
        }
    }
}

/// The conntrack state that a packet got at a hook.
fn ct_word(trace: &Trace, hook: Hook) -> String {
    let mut there = false;
    for (index, step) in trace.steps.iter().enumerate() {
        match &step.event {
            Event::Hook(path) => there = path.hook == hook,
            Event::Tracked if there => {
                return crate::explained::moment(trace, index)
                    .and_then(|m| m.ct)
                    .map_or_else(String::new, |ct| states(ct.state));
            }
            _ => {}
        }
    }
    String::new()
}

/// Whether conntrack puts an address of the packet back at a hook.
fn put_back_at(t: &Explained, hook: Hook) -> bool {
    let mut there = false;
    t.outcome().is_some_and(|o| {
        o.trace.steps.iter().any(|s| {
            if let Event::Hook(path) = &s.event {
                there = path.hook == hook;
            }
            there && matches!(s.event, Event::Untranslated(_))
        })
    })
}

/// Whether the drawer is closed at a stop.
fn closed(now: Option<&TimelineStop>) -> bool {
    now.is_none_or(|n| n.base.is_none())
}

/// Whether a stop asks what a table does that was not pasted.
fn asks_at(t: &Explained, stop: &TimelineStop, s: &Station) -> bool {
    let Some(trace) = t.trace(stop.reply) else { return false };
    let choices = t.outcome().map_or(&[][..], |o| &o.choices);
    s.place == Place::Absent
        && crate::steps::hook_of(trace, stop) == Some(s.hook)
        && trace
            .steps
            .get(stop.first)
            .is_some_and(|step| asked_table(&step.event, choices) == Some(&s.name))
}

/// Whether it had to be asked what a table does here that was not pasted.
fn asked_at(t: &Explained, s: &Station) -> bool {
    let Some(outcome) = t.outcome() else { return false };
    let mut hook = None;
    outcome.trace.steps.iter().any(|step| {
        if let Event::Hook(path) = &step.event {
            hook = Some(path.hook);
        }
        let asked = asked_table(&step.event, &outcome.choices);
        hook == Some(s.hook) && s.place == Place::Absent && asked == Some(&s.name)
    })
}

/// Whether the packet's way ends at a station, and the word for it.
fn way_ends_at(t: &Explained, s: &Station) -> Option<(Tone, String)> {
    let outcome = t.outcome()?;
    let trace = &outcome.trace;
    if s.is_kernel() || last_hook(trace) != Some(s.hook) {
        return None;
    }
    let base = trace.steps.iter().rev().find_map(|step| match &step.event {
        Event::Base(chain) => Some(*chain),
        _ => None,
    });
    let lang = t.lang;
    let number = |rule: chainwalk_model::RuleId| t.rules().rule(rule).number;
    match &trace.fate {
        Fate::DroppedUnseen(Question::Table(_, name))
            if s.place == Place::Absent && **name == *s.name =>
        {
            Some((Tone::Stop, text!(lang, SceneDropsUnseen)))
        }
        _ if base.is_none() || base != s.chain() => None,
        Fate::Rejected { rule, .. } => {
            let r = t.rules().rule(*rule);
            if Some(r.chain) == s.chain() {
                Some((Tone::Stop, text!(lang, SceneRejects, number = number(*rule))))
            } else {
                Some((Tone::Stop, text!(lang, SceneRejectsHere)))
            }
        }
        Fate::Dropped(By::Rule(rule)) => {
            let r = t.rules().rule(*rule);
            if Some(r.chain) == s.chain() {
                Some((Tone::Stop, text!(lang, SceneDrops, number = number(*rule))))
            } else {
                Some((Tone::Stop, text!(lang, SceneDropsHere)))
            }
        }
        Fate::Dropped(By::Policy(_)) => Some((Tone::Stop, text!(lang, ScenePolicyDrops))),
        _ => None,
    }
}
