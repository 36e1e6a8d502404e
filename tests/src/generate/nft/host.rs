//! The host that rules of nft are made for, and what they lean towards.

use crate::generate::net::Net;

/// A host of both families: the same links.
pub(super) struct Host {
    pub(super) four: Net,
    pub(super) six: Net,
}

/// What the tables of a case lean towards, in chances of a hundred where it is no number of something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flavour {
    /// Tables, at most.
    pub(super) tables: usize,
    pub(super) chains: usize,
    pub(super) rules: usize,
    pub(super) conditions: usize,
    pub(super) asides: usize,
    pub(super) ends: usize,
    /// Fields from the whole table of fields.
    pub(super) wide: usize,
    pub(super) sets: usize,
    pub(super) states: usize,
    pub(super) memory: usize,
    pub(super) nat: usize,
    pub(super) ingress: usize,
    pub(super) strict: usize,
    pub(super) dormant: usize,
    /// A counter in every rule.
    pub(super) counted: bool,
}

/// What is usual.
pub(super) const PLAIN: Flavour = Flavour {
    tables: 3,
    chains: 5,
    rules: 5,
    conditions: 3,
    asides: 35,
    ends: 75,
    wide: 12,
    sets: 18,
    states: 14,
    memory: 8,
    nat: 28,
    ingress: 3,
    strict: 15,
    dormant: 2,
    counted: false,
};
