//! `-j MASQUERADE`: the outgoing interface's address as the source.
//!
//! - Does: rewrites the source address of a flow's first packet; conntrack does the rest.
//! - `-S`: `-j MASQUERADE --to-ports 80-90 --random`.
//! - `-L`: `masq ports: 80-90 random`; nothing where no option is given.
//! - Kernel: `net/netfilter/xt_MASQUERADE.c`.
//! - Not modelled: nothing.

use super::extension::TargetExt;
use super::nat_range;
use chainwalk_model::Target;

nat_range::to_ports!("MASQUERADE", "masq ports:", Masquerade);
