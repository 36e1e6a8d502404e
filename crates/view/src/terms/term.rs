//! A condition of a rule, and what takes one.

use chainwalk_model::ConditionKind;

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    /// The index of its operation.
    pub(crate) op: u16,
    /// Which condition of it.
    pub(crate) part: ConditionKind,
    /// Whether it is inverted.
    pub(crate) not: bool,
    /// What tells that it is inverted.
    pub(crate) sign: &'static str,
    /// What it looks at (`dport`); may be empty.
    pub(crate) name: String,
    /// What it wants there.
    pub(crate) value: String,
}

impl Term {
    /// The condition in a few words (`dport 11103`, `out !docker0`).
    pub(crate) fn text(&self) -> String {
        let not = if self.not { self.sign } else { "" };
        match (self.name.is_empty(), self.value.is_empty()) {
            (true, _) => format!("{not}{}", self.value),
            (_, true) => format!("{not}{}", self.name),
            _ => format!("{} {not}{}", self.name, self.value),
        }
    }
}

/// Takes a condition: where it looks, whether it is inverted, its name and what it wants.
pub(super) type Add<'a> = dyn FnMut(ConditionKind, bool, &str, String) + 'a;
