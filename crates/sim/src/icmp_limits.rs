//! How many ICMP errors other hosts may still be sent: the kernel keeps a bucket for each, and a new one is full.
//!
//! Sources: `ip_error` in `net/ipv4/route.c`, `inet_peer_xrlim_allow` in `net/ipv4/inetpeer.c`, `net/ipv6/icmp.c`.

use crate::clock::{HZ, jiffies};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Errors that routing sends at once; then one a second.
const AT_ONCE: u64 = 5 * HZ;
/// Errors that `icmp_ratelimit` lets pass at once, in units of that setting.
const BURST: u64 = 6;
/// A new peer counts as not heard of for so long.
const LONG_AGO: u64 = 60 * HZ;

/// The buckets, by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct IcmpRateLimits(BTreeMap<IpAddr, Bucket>);

/// Ticks that a peer has saved up, and when it was looked at last. Both of the kernel's limits spend the same.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    saved: u64,
    last: u64,
}

impl IcmpRateLimits {
    /// Whether routing may tell this sender that there is no way (IPv4 only).
    pub(crate) fn allow_icmp_error_of_route(&mut self, addr: IpAddr, now_ms: u64) -> bool {
        let (bucket, passed) = self.bucket(addr, now_ms);
        bucket.saved = (bucket.saved + passed).min(AT_ONCE);
        bucket.spend(HZ)
    }

    /// Whether an ICMP message that is limited may go to this address, one in `limit_ms`.
    pub(crate) fn allow_icmp_error(&mut self, addr: IpAddr, now_ms: u64, limit_ms: u64) -> bool {
        let (bucket, passed) = self.bucket(addr, now_ms);
        let one = jiffies(limit_ms);
        if passed > 0 {
            bucket.saved = (bucket.saved + passed).min(BURST * one);
        }
        bucket.spend(one)
    }

    /// A peer's bucket, and the ticks since it was looked at.
    fn bucket(&mut self, addr: IpAddr, now_ms: u64) -> (&mut Bucket, u64) {
        let now = jiffies(now_ms) + LONG_AGO;
        let bucket = self.0.entry(addr).or_insert(Bucket { saved: 0, last: now - LONG_AGO });
        let passed = now - bucket.last;
        bucket.last = now;
        (bucket, passed)
    }
}

impl Bucket {
    fn spend(&mut self, ticks: u64) -> bool {
        let enough = self.saved >= ticks;
        if enough {
            self.saved -= ticks;
        }
        enough
    }
}
