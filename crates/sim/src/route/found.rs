//! What a lookup found (`struct fib_result`).

use chainwalk_model::{Cidr, Hop, PolicyHit, RouteKind, Text};
use std::net::IpAddr;
use std::rc::Rc;

/// What a lookup found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FibResult {
    /// What the route does.
    pub kind: RouteKind,
    /// The interface; `None` where it is not known.
    pub dev: Option<Text>,
    /// The next hop.
    pub via: Option<IpAddr>,
    /// The route's preferred source.
    pub src: Option<IpAddr>,
    /// The realms of the way.
    pub realms: u32,
    /// Those of the policy rule that led to it.
    pub rule_realms: u32,
    /// That rule, where it is not one of those that every host has.
    pub rule: Option<PolicyHit>,
    /// The MTU that the route sets.
    pub mtu: Option<u32>,
    /// The network and the table of the route, and its next hops, where it has several to choose from.
    pub choice: Option<Rc<Hops>>,
    /// Whether it was chosen among several next hops.
    pub chosen: bool,
}

/// The next hops of a route, to choose from.
#[derive(Debug, PartialEq)]
pub(crate) struct Hops {
    /// The route's network.
    pub net: Cidr,
    /// The number of its table.
    pub table: u32,
    /// Those that are not passed over.
    pub all: Vec<Hop>,
    /// Whether they are those of a group of `ip nexthop`.
    pub group: bool,
}

impl FibResult {
    /// A route of that kind.
    pub(super) fn of(kind: RouteKind) -> Self {
        Self {
            kind,
            dev: None,
            via: None,
            src: None,
            realms: 0,
            rule_realms: 0,
            rule: None,
            mtu: None,
            choice: None,
            chosen: false,
        }
    }

    /// Straight out of an interface.
    pub(crate) fn on_link(dev: Option<Text>) -> Self {
        Self { dev, ..Self::of(RouteKind::Unicast) }
    }

    /// What `-m realm` sees of a packet on this way; `back` are the realms of the way back to its source
    /// (`set_class_tag`).
    pub(crate) fn class(&self, back: u32) -> u32 {
        [self.rule_realms, back].into_iter().fold(self.realms, |own, other| {
            let [mine, others] = [own, other].map(|r| (r >> 16, r as u16));
            let from = if mine.0 == 0 { others.0 } else { mine.0 };
            let to = if mine.1 == 0 { others.1 } else { mine.1 };
            from << 16 | u32::from(to)
        })
    }

    /// The realms that this way, as the one back to a source, gives a packet (`fib_combine_itag`).
    pub(super) fn back(&self) -> u32 {
        let own = self.realms << 16;
        (if own == 0 { self.rule_realms << 16 } else { own }) | self.rule_realms >> 16
    }

    /// Whether one of its ways leads out of `dev`.
    pub(super) fn uses(&self, dev: &str) -> bool {
        match &self.choice {
            Some(choice) => choice.all.iter().any(|h| h.dev.as_deref() == Some(dev)),
            None => self.dev.as_deref() == Some(dev),
        }
    }
}
