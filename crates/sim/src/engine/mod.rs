//! The way of a packet through the hooks, from its entry to its fate.
//!
//! Sources: `net/ipv4/ip_input.c`, `ip_forward.c`, `ip_output.c`, `net/netfilter/core.c`;
//! `net/bridge/br_netfilter_hooks.c` for what a bridge shows to iptables.

mod bridge;
mod chains;
mod forward;
mod helper;
mod hooks;
mod input;
mod link_hooks;
mod mangle;
mod nat;
mod nft;
mod options;
mod output;
mod own;
mod proxy;
mod redirect;
mod rule;
mod skb;
mod source;
mod stations;
mod synproxy;
mod targets;
mod tracking;
mod verdict;
mod visits;
mod walker;

pub(crate) use walker::{ConditionLog, Walker};
