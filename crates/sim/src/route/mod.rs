//! Routing: policy rules, tables, the type of an address, and the check of a source.
//!
//! Sources: `net/ipv4/route.c` (`ip_route_input_slow`, `ip_route_output_key_hash_rcu`),
//! `net/ipv4/fib_frontend.c` (`fib_validate_source`, `inet_addr_type`).

mod found;
mod hops;
mod key;
mod local;
mod router;
mod source;

pub(crate) use found::FibResult;
pub(crate) use key::{FlowKey, Key};
pub(crate) use local::NAMELESS;
pub(crate) use router::Router;
