//! A line of a save text or a command, read: what it asks to do, and the rules it makes.

use chainwalk_model::{Counters, Op, Policy, Text};

/// What a line asks to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verb {
    /// `-A`.
    Append,
    /// `-I`, at this place from 1.
    Insert(u32),
    /// `-D` by what the rule is.
    Delete,
    /// `-D` by number.
    DeleteAt(u32),
    /// `-R`.
    Replace(u32),
    /// `-N`.
    New,
    /// `-F`.
    Flush,
    /// `-X`.
    DeleteChain,
    /// `-P`.
    Policy(Policy),
    /// `-E`, to this name.
    Rename(String),
    /// `-Z`, `-C`, `-L`, `-S`: nothing is changed.
    Nothing,
}

/// A line, read.
#[derive(Debug)]
pub(crate) struct Spec {
    /// What it asks to do.
    pub(crate) verb: Option<Verb>,
    /// The chain it is about; `-F` and `-X` may name none.
    pub(crate) chain: Option<String>,
    /// The operations of each rule it makes: several source addresses make several rules.
    pub(crate) rules: Vec<Vec<Op>>,
    /// The counters.
    pub(crate) counters: Option<Counters>,
    /// The comment.
    pub(crate) comment: Option<Text>,
    /// Whether iptables refuses the line.
    pub(crate) refused: bool,
}
