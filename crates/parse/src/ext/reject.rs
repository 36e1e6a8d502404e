//! `-j REJECT`: drops the packet and tells its sender so.
//!
//! - Does: sends an ICMP error or a TCP reset, then drops.
//! - `-S`: `-j REJECT --reject-with icmp-port-unreachable`, written out where it is the default.
//! - `-L`: `reject-with icmp-port-unreachable`.
//! - Kernel: `net/ipv4/netfilter/ipt_REJECT.c`, `net/ipv6/netfilter/ip6t_REJECT.c`.
//! - Not modelled: `echoreply`, which 2.4 kernels had.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, any_word, word};
use chainwalk_model::{Expected, RejectWith, Target};

pub(super) const EXT: TargetExt =
    TargetExt { names: &["REJECT"], options: &[opt("--reject-with", 1)], build, list, print };

const V4: &[(&str, RejectWith)] = &[
    ("icmp-net-unreachable", RejectWith::NetUnreachable),
    ("net-unreach", RejectWith::NetUnreachable),
    ("icmp-host-unreachable", RejectWith::HostUnreachable),
    ("host-unreach", RejectWith::HostUnreachable),
    ("icmp-proto-unreachable", RejectWith::ProtoUnreachable),
    ("proto-unreach", RejectWith::ProtoUnreachable),
    ("icmp-port-unreachable", RejectWith::PortUnreachable),
    ("port-unreach", RejectWith::PortUnreachable),
    ("icmp-net-prohibited", RejectWith::NetProhibited),
    ("net-prohib", RejectWith::NetProhibited),
    ("icmp-host-prohibited", RejectWith::HostProhibited),
    ("host-prohib", RejectWith::HostProhibited),
    ("icmp-admin-prohibited", RejectWith::AdminProhibited),
    ("admin-prohib", RejectWith::AdminProhibited),
    ("tcp-reset", RejectWith::TcpReset),
    ("tcp-rst", RejectWith::TcpReset),
];

const V6: &[(&str, RejectWith)] = &[
    ("icmp6-no-route", RejectWith::NoRoute6),
    ("no-route", RejectWith::NoRoute6),
    ("icmp6-adm-prohibited", RejectWith::AdminProhibited),
    ("adm-prohibited", RejectWith::AdminProhibited),
    ("icmp6-addr-unreachable", RejectWith::AddrUnreachable6),
    ("addr-unreach", RejectWith::AddrUnreachable6),
    ("icmp6-port-unreachable", RejectWith::PortUnreachable),
    ("port-unreach", RejectWith::PortUnreachable),
    ("icmp6-policy-fail", RejectWith::PolicyFail6),
    ("policy-fail", RejectWith::PolicyFail6),
    ("icmp6-reject-route", RejectWith::RejectRoute6),
    ("reject-route", RejectWith::RejectRoute6),
    ("tcp-reset", RejectWith::TcpReset),
];

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let expected = Expected::Literal("icmp-port-unreachable".into());
    let with = given.plain("--reject-with", |i| kind(i, given.v6), expected)?;
    Ok(Target::Reject(with.unwrap_or(RejectWith::PortUnreachable)))
}

fn kind(i: &str, v6: bool) -> Piece<'_, RejectWith> {
    let (rest, text) = any_word(i)?;
    let known = if v6 { V6 } else { V4 };
    let found = known.iter().find(|(name, _)| *name == text);
    found.map_or_else(|| value::fail(i), |(_, with)| Ok((rest, *with)))
}

fn list(i: &str, seen: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("reject-with")(i)?;
    let (i, with) = kind(i, seen.v6)?;
    Ok((i, Target::Reject(with)))
}

fn print(target: &Target, seen: Seen) -> Option<String> {
    let Target::Reject(with) = target else { return None };
    let known = if seen.v6 { V6 } else { V4 };
    let name = known.iter().find(|(_, w)| w == with).map(|(name, _)| *name)?;
    Some(format!("-j REJECT --reject-with {name}"))
}
