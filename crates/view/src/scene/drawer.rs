//! The drawer: the chains of one table at one hook as a staircase, a band a depth.

mod cards;
mod list;
mod paint;
mod stair;

use super::frame::Frame;
use super::pen::{Area, Pen, Point, p};
use super::way::Key;
use crate::page::BranchCard;
use crate::steps::cards as fork_cards;
use crate::stops::{Stop, StopKind};
use crate::telling::Telling;
use chainwalk_model::{ChainId, Event, RuleId};
use stair::Stair;

pub(super) use cards::{draw_card, tone_class};
pub(super) use paint::draw;

/// The left end of the staircase in a drawing of usual width; what lies before it names the bands.
pub(super) const X0: f64 = 264.0;
/// So many bands are shown; those in the middle fold beyond it.
const BANDS: usize = 6;
/// The height of the drawer's heading.
const HEAD: f64 = 30.0;

/// What a place on the staircase is.
#[derive(Clone, Debug)]
enum What {
    /// Rules that do not match: from, to.
    Miss(ChainId, u32, u32),
    /// A rule that matches.
    Hit(RuleId),
    /// A fork.
    Fork,
    /// The policy.
    Policy,
}

/// A place on the staircase.
#[derive(Clone, Debug)]
struct Node {
    /// The stop it shows.
    stop: usize,
    what: What,
    band: usize,
    chain: ChainId,
    at: Point,
    text: String,
    /// Whether its text stands beside it; else below.
    beside: bool,
}

/// A chain's stay on a band.
#[derive(Clone, Debug)]
struct Visit {
    chain: ChainId,
    band: usize,
    from: f64,
    to: f64,
    /// The stops that lie in it directly.
    stops: Vec<usize>,
}

/// A band's place.
#[derive(Clone, Copy, Debug, Default)]
struct Band {
    y: f64,
    h: f64,
}

impl Band {
    /// The height of the way in it.
    fn line(&self) -> f64 {
        self.y + 20.0
    }
}

/// The staircase of the base chain that the packet is in.
pub(super) struct Opened {
    pub(super) reply: Option<usize>,
    /// The step of its `Base` event.
    pub(super) base_step: usize,
    pub(super) points: Vec<(Key, Point)>,
    base: ChainId,
    area: Area,
    bands: Vec<Band>,
    /// The band the packet is in.
    here: usize,
    nodes: Vec<Node>,
    visits: Vec<Visit>,
    folded: Option<usize>,
    cards: Vec<BranchCard>,
    fork_at: Option<Point>,
    /// Where the rest of the drawer begins, and its height.
    rest: Area,
}

/// Lays the drawer out, if the packet is inside of a chain.
pub(super) fn open(
    t: &Telling,
    frame: &Frame,
    all: &[Stop],
    at: usize,
    now: &Stop,
    pen: &Pen,
) -> Option<Opened> {
    let base = now.base?;
    let trace = t.trace(now.reply)?;
    let base_step = trace.steps[..=now.first]
        .iter()
        .rposition(|s| matches!(s.event, Event::Base(c) if c == base))?;
    let end_step = trace.steps[base_step..]
        .iter()
        .position(|s| matches!(s.event, Event::BaseEnd { .. } | Event::End))
        .map_or(trace.steps.len() - 1, |i| i + base_step);
    let inside: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, s)| {
            s.reply == now.reply
                && s.base == Some(base)
                && s.first >= base_step
                && s.first <= end_step
                && !matches!(s.kind, StopKind::Start)
        })
        .map(|(i, _)| i)
        .collect();
    // Up to a fork that has not been passed, its ways stand for what follows.
    let fork = inside
        .iter()
        .copied()
        .find(|i| *i >= at && matches!(&all[*i].kind, StopKind::Fork(f) if f.branches.len() > 1));
    let shown: Vec<usize> =
        inside.iter().copied().filter(|i| fork.is_none_or(|f| *i <= f)).collect();
    let area =
        Area { x: 12.0, y: frame.below(), w: frame.w - 24.0, h: frame.h - 12.0 - frame.below() };
    let cards = match fork.map(|f| &all[f].kind) {
        Some(StopKind::Fork(f)) => fork_cards(t, f),
        _ => Vec::new(),
    };
    let mut opened = None;
    for detail in 0..4 {
        let tried = Stair::lay(t, frame, all, at, &shown, base, detail, pen);
        let fits = tried.right <= area.right() - 16.0;
        opened = Some(tried);
        if fits {
            break;
        }
    }
    let mut stair = opened?;
    stair.squeeze(frame.x0(), area.right() - 20.0);
    let from = frame.station_of(base).map_or(p(frame.x0(), frame.trunk()), |s| s.at);
    Some(stair.finish(now.reply, base_step, base, area, cards, fork, from))
}

impl Opened {
    /// Whether the packet's band is too low for its label.
    pub(super) fn low(&self) -> bool {
        let (_, h) = self.band();
        h < 88.0 && self.rest.h < 140.0
            || h + self.rest.h < 96.0
            || h < 88.0 && !self.cards.is_empty()
    }

    /// The band the packet is in.
    pub(super) fn band(&self) -> (f64, f64) {
        let band = self.bands.get(self.here).copied().unwrap_or_default();
        (band.y, band.h)
    }
}
