//! The numbers that name tables, chains, rules and operations: indices into the arenas of a ruleset.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub u32);
    };
}
id!(
    /// Index into [`crate::Ruleset::tables`].
    TableId
);
id!(
    /// Index into [`crate::Ruleset::chains`].
    ChainId
);
id!(
    /// Index into [`crate::Ruleset::rules`].
    RuleId
);
id!(
    /// Index into [`crate::Ruleset::sets`].
    SetId
);
id!(
    /// Index into [`crate::Ruleset::objects`].
    ObjectId
);

/// An operation of a rule; in JSON a pair of both numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(RuleId, u16)", into = "(RuleId, u16)")]
pub struct OpId {
    /// The rule it is in.
    pub rule: RuleId,
    /// The index into [`crate::Rule::ops`].
    pub op: u16,
}

impl From<(RuleId, u16)> for OpId {
    fn from((rule, op): (RuleId, u16)) -> Self {
        Self { rule, op }
    }
}

impl From<OpId> for (RuleId, u16) {
    fn from(at: OpId) -> Self {
        (at.rule, at.op)
    }
}
