//! What native nft has beyond iptables: expressions, conditions, statements, sets and objects, as `man nft` names
//! them. What both have (`accept`, `jump`, `log`, `notrack`, NAT to constants …) is a [`crate::Target`].
//!
//! There are no registers: expressions are trees. What a field needs before it (`tcp dport` needs TCP) is a property
//! of the field and no operation of its own, since nft leaves it out when it prints.

mod expr;
mod fields;
mod headers;
mod sets;
mod statement;
mod types;
mod value;

pub use expr::*;
pub use fields::*;
pub use headers::*;
pub use sets::*;
pub use statement::*;
pub use types::*;
pub use value::*;
