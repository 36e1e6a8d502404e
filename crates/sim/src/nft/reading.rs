//! What reading an expression comes to: a value, or why there is none.

use chainwalk_model::Question;
use chainwalk_model::nft::Value;
use std::net::IpAddr;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lack {
    /// The packet has nothing there: the rule ends.
    Absent,
    /// It can't be known, and this would tell.
    Unknown(Question),
    /// A number from `offset` on, each of `modulus` as likely as the others.
    Random {
        /// How many.
        modulus: u32,
        /// The first.
        offset: u32,
    },
    /// A number of so many bits that the kernel draws for a packet of its own.
    Drawn(u16),
}

/// What a field holds, or why it can't be read.
pub(super) type Read = Result<Value, Lack>;

#[expect(clippy::unnecessary_wraps, reason = "every reading is one")]
pub(super) fn number(n: impl Into<u128>) -> Read {
    Ok(Value::Number(n.into()))
}

/// An address as a number.
pub(crate) fn addr_number(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(a) => u32::from(a).into(),
        IpAddr::V6(a) => a.into(),
    }
}
