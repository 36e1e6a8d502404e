//! `-j SNAT`: another source.
//!
//! - Does: rewrites the source address and port of a flow's first packet; conntrack does the rest.
//! - `-S`: `-j SNAT --to-source 1.2.3.4-1.2.3.9:80-90 --random --persistent`.
//! - `-L`: `to:1.2.3.4:80 random persistent`; without an address `to::8080`.
//! - Kernel: `net/netfilter/xt_nat.c`.
//! - Not modelled: several ranges in one rule, which kernels before 2.6.11 took.

use super::extension::{TargetExt, opt};
use super::nat_range;
use chainwalk_model::Target;

nat_range::to_addresses!("SNAT", "--to-source", Snat);
