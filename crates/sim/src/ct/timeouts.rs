//! How long a flow lives after a packet, by its protocol and state.
//!
//! Sources: `nf_conntrack_standalone.c` for the names of the sysctls, `nf_conntrack_proto_*.c` for what they hold
//! where nobody set them. All values are milliseconds.

/// The lives of flows.
#[derive(Clone, Debug)]
pub(crate) struct Timeouts {
    /// Of any protocol that has no timeouts of its own.
    pub generic: u64,
    /// `nf_conntrack_icmp_timeout`.
    pub icmp: u64,
    /// `nf_conntrack_icmpv6_timeout`.
    pub icmpv6: u64,
    /// `nf_conntrack_udp_timeout`.
    pub udp: u64,
    /// Of UDP that goes both ways for longer than two seconds.
    pub udp_stream: u64,
    /// `nf_conntrack_gre_timeout`.
    pub gre: u64,
    /// Of GRE that was answered.
    pub gre_stream: u64,
    /// Of TCP, by its state.
    pub tcp: [u64; 10],
    /// Of TCP that was sent again too often.
    pub max_retrans: u64,
    /// Of TCP with data that nobody acknowledged.
    pub unacknowledged: u64,
    /// Of SCTP, by its state.
    pub sctp: [u64; 9],
    /// Of fragments that wait for the rest.
    pub fragments: u64,
    /// Of IPv6's fragments.
    pub fragments6: u64,
}

impl Timeouts {
    /// What a host has. `sysctl` gives the number that a setting holds, or the usual one.
    pub(crate) fn of(sysctl: impl Fn(&str, i64) -> i64) -> Self {
        let ms = |name: &str, usual: i64| {
            let seconds = sysctl(&["net.netfilter.nf_conntrack_", name].concat(), usual);
            u64::try_from(seconds).unwrap_or(0) * 1000
        };
        let tcp = |name: &str, usual| ms(&["tcp_timeout_", name].concat(), usual);
        let sctp = |name: &str, usual| ms(&["sctp_timeout_", name].concat(), usual);
        let (syn_sent, closed) = (tcp("syn_sent", 120), sctp("closed", 10));
        Self {
            generic: ms("generic_timeout", 600),
            icmp: ms("icmp_timeout", 30),
            icmpv6: ms("icmpv6_timeout", 30),
            udp: ms("udp_timeout", 30),
            udp_stream: ms("udp_timeout_stream", 120),
            gre: ms("gre_timeout", 30),
            gre_stream: ms("gre_timeout_stream", 180),
            tcp: [
                120_000,
                syn_sent,
                tcp("syn_recv", 60),
                tcp("established", 432_000),
                tcp("fin_wait", 120),
                tcp("close_wait", 60),
                tcp("last_ack", 30),
                tcp("time_wait", 120),
                tcp("close", 10),
                // Two ends that open at once have no setting of their own.
                120_000,
            ],
            max_retrans: tcp("max_retrans", 300),
            unacknowledged: tcp("unacknowledged", 300),
            sctp: [
                10_000,
                closed,
                sctp("cookie_wait", 3),
                sctp("cookie_echoed", 3),
                sctp("established", 210),
                sctp("shutdown_sent", 3),
                sctp("shutdown_recd", 3),
                sctp("shutdown_ack_sent", 3),
                sctp("heartbeat_sent", 30),
            ],
            fragments: u64::try_from(sysctl("net.ipv4.ipfrag_time", 30)).unwrap_or(0) * 1000,
            fragments6: ms("frag6_timeout", 60),
        }
    }
}
