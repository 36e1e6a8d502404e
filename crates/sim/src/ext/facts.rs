//! What is known of a match before any packet: what its test reads and writes, and what it assumes.

use chainwalk_model::Text;

/// What is known of a match.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'m> {
    /// Whether the test leaves what is remembered as it is.
    pub pure: bool,
    /// Whether the answer depends on packets before the first one that was asked.
    pub history: bool,
    /// What the answer depends on beside what no rule changes.
    pub reads: Reads,
    /// What of that the test changes.
    pub writes: Reads,
    /// What is assumed so that there is an answer.
    pub assumes: Option<Assumes<'m>>,
}

/// Something that is assumed, since it is not known.
#[derive(Clone, Copy)]
pub(crate) enum Assumes<'m> {
    /// No IP security is at work.
    NoIpsec,
    /// The accounting object of this name has no quota.
    NoQuota(&'m Text),
}

impl Facts<'_> {
    /// A test that reads this, writes nothing and depends on no earlier packet.
    pub(crate) const fn reading(reads: Reads) -> Self {
        Self { pure: true, history: false, reads, writes: Reads::FIXED, assumes: None }
    }

    /// One that depends on earlier packets, and is one of them for later ones.
    pub(crate) const fn remembering(self) -> Self {
        Self { pure: false, history: true, ..self }
    }
}

/// Parts of what a packet carries through a chain that may change on its way, as a bit mask.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reads(u16);

impl Reads {
    /// Nothing that changes: addresses, ports, interfaces, types.
    pub(crate) const FIXED: Self = Self(0);
    /// What targets rewrite in the header: TOS, TTL, options, and the length.
    pub(crate) const HEADER: Self = Self(1);
    /// The packet's mark.
    pub(crate) const MARK: Self = Self(1 << 1);
    /// The flow's mark.
    pub(crate) const CTMARK: Self = Self(1 << 2);
    /// The flow.
    pub(crate) const CT: Self = Self(1 << 3);
    /// The elements of sets.
    pub(crate) const SETS: Self = Self(1 << 4);
    /// The time.
    pub(crate) const CLOCK: Self = Self(1 << 5);
    /// Chance.
    pub(crate) const CHANCE: Self = Self(1 << 6);
    /// What is not followed here: it may be another at each look.
    pub(crate) const UNFOLLOWED: Self = Self(1 << 7);
    /// What may be another at each look, whatever rules do.
    pub(crate) const RESTLESS: Self = Self::CLOCK.and(Self::CHANCE).and(Self::UNFOLLOWED);
    /// All of it.
    pub(crate) const ALL: Self = Self(u16::MAX);

    /// Both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they have a part in common.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
