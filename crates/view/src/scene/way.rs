//! The ways that packets take through the frame, as points that know their step.

use super::frame::{Frame, Place, Station, asked_table, is_bridged, out_iface};
use super::geometry::{Key, Opened, key};
use super::pen::{Pen, Point, p, rounded};
use crate::explained::{Explained, last_hook};
use crate::stops::TimelineStop;
use chainwalk_model::{Entry, Event, Fate, Hook, Trace};

/// How far from the middle of a mark the packet touches it.
const AT_MARK: f64 = 19.0;

/// One packet's way.
pub(super) struct Way {
    pub(super) reply: Option<usize>,
    pub(super) points: Vec<(Key, Point)>,
    /// How far it has been walked.
    pub(super) walked: Option<Key>,
    /// Points that leave the trunk for the drawer and don't come back; indexes into `points`.
    pub(super) aside: Option<(usize, usize)>,
    /// Whether the last point lies before the one that it follows: the packet stands in front of its mark.
    steps_back: bool,
    /// The point at which it leaves by lo to come in a second time.
    again: Option<usize>,
}

impl Way {
    /// The index of the point at a moment.
    fn index(&self, k: Key) -> usize {
        self.points.iter().rposition(|(at, _)| *at <= k).unwrap_or(0)
    }

    /// Where the packet rests at a stop.
    pub(super) fn rest(&self, stop: &TimelineStop) -> Point {
        self.points.get(self.index(key(stop))).map_or_else(Point::default, |(_, at)| *at)
    }

    /// The points between two stops, both included; the dip into the drawer only where it leads somewhere.
    pub(super) fn between(&self, from: Option<&TimelineStop>, to: &TimelineStop) -> Vec<Point> {
        let a = from.map_or(0, |s| self.index(key(s)));
        let b = self.index(key(to));
        if self.points.is_empty() || b < a {
            return Vec::new();
        }
        self.cut(a, b)
    }

    /// The points from `a` to `b`, without the drawer where neither end lies in it.
    fn cut(&self, a: usize, b: usize) -> Vec<Point> {
        let inside = |i: usize| self.aside.is_some_and(|(s, e)| i > s && i <= e);
        let points = |from: usize| {
            (from..=b).filter(|i| !inside(*i) || inside(b)).map(|i| self.points[i].1).collect()
        };
        // Out of the drawer it comes by the station that the drawer hangs at.
        match self.aside {
            Some((start, _)) if inside(a) && !inside(b) => points(start),
            _ => points(a),
        }
    }

    pub(super) fn draw(&self, pen: &mut Pen) {
        if self.points.len() < 2 {
            return;
        }
        let end = self.points.len() - 1 - usize::from(self.steps_back);
        let made = self.reply.is_some();
        let (ahead, behind) = if made { ("icmp", "icmp walked") } else { ("todo", "done") };
        let inside = |i: usize| self.aside.is_some_and(|(s, e)| i > s && i <= e);
        let Some(walked) = self.walked else {
            pen.path(rounded(&self.cut(0, end), 10.0), ahead);
            return;
        };
        let here = self.index(walked);
        // What is ahead on the trunk begins at the station, whatever the drawer holds.
        let from = match self.aside {
            Some((start, _)) if inside(here) => start,
            _ => here,
        };
        let trunk: Vec<Point> =
            (from..=end).filter(|i| !inside(*i)).map(|i| self.points[i].1).collect();
        pen.path(rounded(&trunk, 10.0), ahead);
        let back: Vec<Point> =
            (0..=here).filter(|i| !inside(*i)).map(|i| self.points[i].1).collect();
        pen.path(rounded(&back, 10.0), behind);
        if let Some(from) = self.again.filter(|from| *from < here) {
            // The second pass is a double stroke.
            let twice: Vec<Point> =
                (from..=here).filter(|i| !inside(*i)).map(|i| self.points[i].1).collect();
            pen.path(rounded(&twice, 10.0), "again");
        }
    }

    /// The parts of the way inside the drawer: walked, then ahead.
    pub(super) fn draw_aside(&self, pen: &mut Pen) {
        let Some((start, end)) = self.aside else { return };
        let here = self.walked.map_or(start, |w| self.index(w)).clamp(start, end);
        let made = self.reply.is_some();
        let (ahead, behind) = if made { ("icmp", "icmp walked") } else { ("todo", "done") };
        let part = |a: usize, b: usize| -> Vec<Point> {
            self.points[a..=b].iter().map(|(_, at)| *at).collect()
        };
        pen.path(rounded(&part(here, end), 8.0), ahead);
        pen.path(rounded(&part(start, here), 8.0), behind);
        if self.again.is_some_and(|from| from < start) {
            pen.path(rounded(&part(start, here), 8.0), "again");
        }
    }
}

/// The ways of the packet and of those the kernel made because of it.
pub(super) fn ways(
    t: &Explained,
    frame: &Frame,
    all: &[TimelineStop],
    at: usize,
    opened: Option<&Opened>,
) -> Vec<Way> {
    let Some(outcome) = t.outcome() else { return Vec::new() };
    let mut out = vec![way(t, frame, all, at, None, &outcome.trace, opened)];
    for (k, reply) in outcome.replies.iter().enumerate() {
        out.push(way(t, frame, all, at, Some(k), reply, opened));
    }
    // The packet itself lies on top.
    out.reverse();
    out
}

fn way(
    t: &Explained,
    frame: &Frame,
    all: &[TimelineStop],
    at: usize,
    reply: Option<usize>,
    trace: &Trace,
    opened: Option<&Opened>,
) -> Way {
    let mut points: Vec<(Key, Point)> = Vec::new();
    let mut aside = None;
    let mut steps_back = false;
    let mut again = None;
    let first: Key = (0, 0);
    match reply {
        None => points.push((first, frame.start(t))),
        Some(_) => points.extend(reply_start(t, frame).into_iter().map(|at| (first, at))),
    }
    let mut hook: Option<Hook> = None;
    let bridged = is_bridged(trace);
    for (step, s) in trace.steps.iter().enumerate() {
        let k: Key = (step + 1, 0);
        let at = |station: Option<&Station>| station.map(|s| (k, s.at));
        match &s.event {
            Event::Hook(path) => {
                match path.hook {
                    Hook::Postrouting if hook == Some(Hook::Output) => {
                        points.push((k, p(frame.down(), frame.trunk())));
                    }
                    Hook::Output if points.is_empty() => points.push((k, frame.process_out())),
                    Hook::Input => points.push((k, frame.diamond())),
                    Hook::Forward if bridged && hook == Some(Hook::Prerouting) => {
                        points.extend(frame.past_routing().map(|at| (k, at)));
                    }
                    _ => {}
                }
                hook = Some(path.hook);
            }
            Event::Skipped { chain: Some(chain), .. } => {
                points.extend(at(frame.station_of(*chain)));
            }
            Event::Skipped { table, chain: None, .. } => {
                points.extend(at(hook.and_then(|h| frame.table(h, table))));
            }
            Event::Base(chain) => {
                if let Some(st) = frame.station_of(*chain) {
                    points.push((k, st.at));
                    if let Some(open) = opened.filter(|o| o.reply == reply && o.base_step == step) {
                        let start = points.len() - 1;
                        points.extend(open.points.iter().copied());
                        aside = Some((start, points.len() - 1));
                    }
                }
            }
            Event::Tracked => {
                points.extend(at(hook.and_then(|h| frame.kernel(h, Place::Conntrack))));
            }
            Event::Fork(_) => {
                let choices = t.outcome().map_or(&[][..], |o| &o.choices);
                if let Some(table) = asked_table(&s.event, choices) {
                    points.extend(at(hook.and_then(|h| frame.table(h, table))));
                }
            }
            Event::Confirmed => {
                points.extend(at(hook.and_then(|h| frame.kernel(h, Place::Confirm))));
            }
            Event::Untranslated(_) => points.extend(at(hook.and_then(|h| frame.nat(h)))),
            Event::Routed { again: false, .. }
                if hook != Some(Hook::Output)
                    && (hook.is_some() || matches!(trace.sent.entry, Entry::Wire { .. })) =>
            {
                points.push((k, frame.diamond()));
            }
            Event::Loop => {
                again = again.or(Some(points.len().saturating_sub(1)));
                points.extend(frame.loop_way().into_iter().map(|at| (k, at)));
            }
            Event::End => match &trace.fate {
                Fate::Local { .. } => points.push((k, frame.process_in())),
                out if out.is_out() => {
                    let name = out_iface(trace).unwrap_or_default();
                    points.extend(frame.leave(&name).into_iter().map(|at| (k, at)));
                }
                // It stands at the mark that it was stopped at, and covers none of it.
                Fate::Dropped(_)
                | Fate::Rejected { .. }
                | Fate::DroppedUnseen(_)
                | Fate::Routing(_) => {
                    let inside = |i: usize| aside.is_some_and(|(a, b)| i > a && i <= b);
                    let last = (0..points.len()).rev().find(|i| !inside(*i));
                    if let Some(at) = last.map(|i| points[i].1) {
                        steps_back = true;
                        points.push((
                            k,
                            // Above or below it in a column is the next station.
                            p(at.x - AT_MARK, at.y),
                        ));
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    let walked = all[..all.len().min(at + 1)].iter().filter(|s| s.reply == reply).map(key).max();
    Way { reply, points, walked, aside, steps_back, again }
}

/// The points from where the packet ended to the top of OUTPUT.
fn reply_start(t: &Explained, frame: &Frame) -> Vec<Point> {
    let Some(outcome) = t.outcome() else { return Vec::new() };
    let trace = &outcome.trace;
    let note = frame.reply_box();
    let middle = note.x + note.w / 2.0;
    let top = frame.y(45.0);
    let ends = last_hook(trace);
    let stopped = matches!(trace.fate, Fate::Rejected { .. } | Fate::Routing(_));
    let turn = [p(middle, top), p(frame.down(), top)];
    let mut out = match (stopped, &trace.fate, ends) {
        (true, Fate::Routing(_), _) => {
            let d = frame.diamond();
            let x = d.x + 26.0;
            let y = frame.hook_area(Hook::Input).bottom() + 10.0;
            vec![p(d.x + 16.0, d.y), p(x, d.y), p(x, y), p(middle, y)]
        }
        (true, _, Some(Hook::Forward)) => {
            let area = frame.hook_area(Hook::Forward);
            vec![p(middle, area.y)]
        }
        (true, _, Some(Hook::Input)) => {
            let area = frame.hook_area(Hook::Input);
            let y = note.y + note.h / 2.0;
            vec![p(area.right(), y), p(middle, y)]
        }
        (true, _, Some(Hook::Output)) => {
            let area = frame.hook_area(Hook::Output);
            let y = note.y + note.h / 2.0;
            vec![p(area.x, y), p(middle, y)]
        }
        _ => return vec![frame.process_out()],
    };
    out.extend(turn);
    out
}
