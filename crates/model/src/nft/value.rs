//! Values, and what they are compared with.

use crate::span::Text;
use crate::values::Range;
use serde::{Deserialize, Serialize};

/// A value of a field. Numbers are as wide as their type, read in network order; no address or mark is wider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// A number, an address, a set of bits.
    Number(u128),
    /// The name of an interface, or another string.
    Name(Text),
}

impl Value {
    /// The number; `None` of a name.
    pub fn number(&self) -> Option<u128> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Name(_) => None,
        }
    }
}

/// What a value is compared with: one part of a key of a set, or the right side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pattern {
    /// This value.
    One(Value),
    /// A network: the number and how many of its leading bits count.
    Prefix(u128, u8),
    /// The numbers between two, both included.
    Range(u128, u128),
    /// A name that begins so (`"eth*"`).
    Begins(Text),
    /// Any (`*`).
    Any,
}

impl Pattern {
    /// Whether a value of `bits` fits.
    pub fn fits(&self, value: &Value, bits: u16) -> bool {
        match (self, value) {
            (Self::Any, _) => true,
            (Self::One(one), value) => one == value,
            (Self::Begins(start), Value::Name(name)) => name.starts_with(&**start),
            (Self::Prefix(..) | Self::Range(..), Value::Number(n)) => {
                self.bounds(bits).is_some_and(|b| b.holds(n))
            }
            _ => false,
        }
    }

    /// The numbers from which to which it reaches, where it is of numbers of `bits`.
    pub fn bounds(&self, bits: u16) -> Option<Range<u128>> {
        let all = all_bits(bits);
        match self {
            Self::One(Value::Number(n)) => Some(Range { first: *n, last: *n }),
            Self::Range(first, last) => Some(Range { first: *first, last: *last }),
            Self::Prefix(n, len) => {
                let rest = all.checked_shr(u32::from(*len)).unwrap_or(0);
                let rest = if u16::from(*len) >= bits { 0 } else { rest };
                Some(Range { first: n & all & !rest, last: (n & all) | rest })
            }
            Self::Any => Some(Range { first: 0, last: all }),
            Self::One(Value::Name(_)) | Self::Begins(_) => None,
        }
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CmpOp {
    /// `==`, or nothing.
    Eq,
    /// `!=`.
    Ne,
    /// `<`.
    Lt,
    /// `>`.
    Gt,
    /// `<=`.
    Le,
    /// `>=`.
    Ge,
    /// Nothing, before bits: any of them is set (`tcp flags syn`, `ct state established,related`).
    AnyBit,
    /// `!`, before bits: none of them is set.
    NoBit,
}

impl CmpOp {
    /// The sign as nft writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Gt => ">",
            Self::Le => "<=",
            Self::Ge => ">=",
            Self::AnyBit => "",
            Self::NoBit => "!",
        }
    }
}

/// All bits of a value so wide set.
pub fn all_bits(bits: u16) -> u128 {
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
}
