//! What the parts of the scene share: moments on a way, and the opened drawer with its bands and rules.

use super::pen::{Area, Point};
use crate::page::BranchCard;
use crate::stops::{StopKind, TimelineStop};
use chainwalk_model::{ChainId, RuleId};

/// A moment on a way: the step counted from 1, and within a range of rules the rule's number.
pub(super) type Key = (usize, u32);

/// The moment of a stop.
pub(super) fn key(stop: &TimelineStop) -> Key {
    match &stop.kind {
        StopKind::Start => (0, 0),
        StopKind::Tried(_, _, last) => (stop.first + 1, *last),
        _ => (stop.first + 1, 1),
    }
}

/// The left end of the staircase in a drawing of usual width; what lies before it names the bands.
pub(super) const X0: f64 = 264.0;
/// So many bands are shown; those in the middle fold beyond it.
pub(super) const BANDS: usize = 6;
/// The height of the drawer's heading.
pub(super) const HEAD: f64 = 30.0;

/// What a place on the staircase is.
#[derive(Clone, Debug)]
pub(super) enum What {
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
pub(super) struct Node {
    /// The stop it shows.
    pub(super) stop: usize,
    pub(super) what: What,
    pub(super) band: usize,
    pub(super) chain: ChainId,
    pub(super) at: Point,
    pub(super) text: String,
    /// Whether its text stands beside it; else below.
    pub(super) beside: bool,
}

/// A chain's stay on a band.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) chain: ChainId,
    pub(super) band: usize,
    pub(super) from: f64,
    pub(super) to: f64,
    /// The stops that lie in it directly.
    pub(super) stops: Vec<usize>,
}

/// A band's place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Band {
    pub(super) y: f64,
    pub(super) h: f64,
}

impl Band {
    /// The height of the way in it.
    pub(super) fn line(&self) -> f64 {
        self.y + 20.0
    }
}

/// The staircase of the base chain that the packet is in.
pub(super) struct Opened {
    pub(super) reply: Option<usize>,
    /// The step of its `Base` event.
    pub(super) base_step: usize,
    pub(super) points: Vec<(Key, Point)>,
    pub(super) base: ChainId,
    pub(super) area: Area,
    pub(super) bands: Vec<Band>,
    /// The band the packet is in.
    pub(super) here: usize,
    pub(super) nodes: Vec<Node>,
    pub(super) visits: Vec<Visit>,
    pub(super) folded: Option<usize>,
    pub(super) cards: Vec<BranchCard>,
    /// For how many other ways each card stands.
    pub(super) alike: Vec<usize>,
    pub(super) fork_at: Option<Point>,
    /// Where the rest of the drawer begins, and its height.
    pub(super) rest: Area,
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
