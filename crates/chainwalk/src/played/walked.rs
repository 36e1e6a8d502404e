//! The packets on one host, and the reasons that are worked out when they are asked for.

use chainwalk_model::{Check, Host, PacketSpec, RoundTrip, RuleId, Shadow, Slip, TriedRule};
use chainwalk_sim::{Session, Trip, shadowed, slips};
use chainwalk_view::Explainer;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// What follows packets in their outcomes; `None` where nothing does.
type Trips = RefCell<HashMap<(usize, usize), Option<Rc<Trip>>>>;
pub(super) type Shadows = Rc<HashMap<RuleId, Shadow>>;

/// The packets on one host, and why its rules matched or did not.
pub(crate) struct Walked {
    pub(crate) session: Session,
    /// Worked out when it is first asked for.
    shadows: OnceCell<Shadows>,
    /// Walked when an outcome is looked at.
    trips: Trips,
}

impl Walked {
    pub(crate) fn on(host: Host) -> Self {
        Self::with(host, OnceCell::new())
    }

    /// As [`Walked::on`], where it may be known already which rules of that host can never match.
    pub(super) fn with(host: Host, shadows: OnceCell<Shadows>) -> Self {
        Self { session: Session::new(host), shadows, trips: Trips::default() }
    }

    pub(super) fn into_shadows(self) -> OnceCell<Shadows> {
        self.shadows
    }

    /// Forgets the packets behind the first `kept`.
    pub(crate) fn truncate(&mut self, kept: usize) {
        self.session.truncate(kept);
        self.trips.borrow_mut().retain(|(packet, _), _| *packet < kept);
    }

    /// What follows a packet in one of its outcomes.
    pub(super) fn trip(
        &self,
        asks: &[PacketSpec],
        packet: usize,
        outcome: usize,
    ) -> Option<Rc<Trip>> {
        let at = (packet, outcome);
        if let Some(known) = self.trips.borrow().get(&at) {
            return known.clone();
        }
        let trip = Trip::of(&self.session, asks, packet, outcome).map(Rc::new);
        self.trips.borrow_mut().insert(at, trip.clone());
        trip
    }
}

/// Why rules matched a packet that follows another in its connection, or did not.
pub(super) struct Following<'a> {
    pub(super) trip: &'a Trip,
    pub(super) walked: &'a Walked,
}

impl Explainer for Following<'_> {
    fn checks(&self, at: TriedRule) -> Vec<Check> {
        self.trip.explain(at)
    }

    fn shadow(&self, rule: RuleId) -> Option<Shadow> {
        self.walked.shadow(rule)
    }
}

impl Explainer for Walked {
    fn checks(&self, at: TriedRule) -> Vec<Check> {
        self.session.explain(at)
    }

    fn shadow(&self, rule: RuleId) -> Option<Shadow> {
        let shadows = self.shadows.get_or_init(|| Rc::new(shadowed(self.session.host())));
        shadows.get(&rule).copied()
    }

    fn round_trip(
        &self,
        asks: &[PacketSpec],
        packet: usize,
        outcome: usize,
    ) -> Option<Rc<RoundTrip>> {
        self.trip(asks, packet, outcome).map(|trip| trip.told().clone())
    }

    fn slips(&self, packet: usize, outcome: usize) -> Vec<(RuleId, Slip)> {
        let walk = self.session.walks().get(packet);
        let found = walk.and_then(|w| w.outcomes.get(outcome));
        found.map_or_else(Vec::new, |o| slips(self.session.host(), &o.trace))
    }
}
