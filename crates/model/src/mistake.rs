//! What people often take a kernel to do.

/// A misconception about the way of a packet. Replayed, it says where a packet would end if it were so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// NAT does not happen.
    NoNat,
    /// The other of INPUT and FORWARD judges.
    OtherHook,
    /// The filter judges the packet as it was sent, before NAT.
    FilterFirst,
    /// The policy is asked first, or alone.
    Policy,
    /// The last rule that matches wins.
    LastMatch,
    /// A rule matches once address and port look right, whatever else it asks.
    LooksRight,
    /// `RETURN` ends the walk.
    ReturnEnds,
    /// `DROP` answers, and `REJECT` is silent.
    DropAnswers,
    /// An answer needs a rule of its own: conntrack does not know it.
    ReplyAlone,
    /// Routing stops nothing: neither the reverse path filter nor `ip_forward` asks.
    NoRouting,
}

impl Mistake {
    /// Each with its name, by which hand-ins tell it; in the order in which they are tried.
    pub const ALL: [(&'static str, Self); 10] = [
        ("no-nat", Self::NoNat),
        ("other-hook", Self::OtherHook),
        ("filter-first", Self::FilterFirst),
        ("policy", Self::Policy),
        ("last-match", Self::LastMatch),
        ("looks-right", Self::LooksRight),
        ("return-ends", Self::ReturnEnds),
        ("drop-answers", Self::DropAnswers),
        ("reply-alone", Self::ReplyAlone),
        ("no-routing", Self::NoRouting),
    ];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == name).map(|(_, mistake)| *mistake)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, mistake)| *mistake == self).map_or("", |(name, _)| name)
    }
}
