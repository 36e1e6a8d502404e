//! What a question is looked at with: the packet it came up for, and a rule's plain features.

use crate::header::is_no_test;
use crate::world::World;
use chainwalk_model::{Entry, IpMatch, Match, OpKind, Packet, Rule, Sent, Target};

/// What is known of a packet when a question comes up.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub world: &'a World,
    /// As it was asked for.
    pub sent: &'a Sent,
    /// As it is by now.
    pub packet: &'a Packet,
    pub entry: &'a Entry,
}

/// The target of a rule.
pub(super) fn last(rule: &Rule) -> Option<&Target> {
    rule.ops.iter().rev().find_map(|op| match &op.what {
        OpKind::Target(target) => Some(target),
        OpKind::Match(_) => None,
    })
}

/// Whether a rule has no condition that is seen.
pub(super) fn is_bare(rule: &Rule) -> bool {
    rule.ops.iter().all(|op| match &op.what {
        OpKind::Match(Match::HiddenInterfaces | Match::Comment(_)) | OpKind::Target(_) => true,
        OpKind::Match(Match::Ip(ip)) => **ip == IpMatch::default(),
        OpKind::Match(Match::Nft(condition)) => is_no_test(condition),
        OpKind::Match(_) => false,
    })
}
