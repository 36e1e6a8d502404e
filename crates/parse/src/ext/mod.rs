//! One file an extension of iptables: what it tests or does, how `-S` and `iptables-save` write it, how
//! `-L` prints it, where the kernel has it, and what of it is not modelled.

mod extension;
mod nat_range;
mod spread;

pub(crate) use extension::{Arg, Ext, Given, MAYBE, MatchExt, Opt, Seen, TargetExt, Wrong};
pub(crate) use sctp::chunk as sctp_chunk;

macro_rules! extensions {
    ($name:ident: $kind:ty, $of:ty => $($module:ident)*) => {
        $(mod $module;)*
        /// The extensions of this kind.
        pub(crate) static $name: &[&$kind] = &[$(&$module::EXT),*];
    };
}

extensions! { MATCHES: MatchExt, Match =>
    addrtype ah bpf cgroup cluster comment connbytes connlabel connlimit connmark conntrack cpu dccp
    devgroup dscp dst ecn esp eui64 frag hashlimit hbh helper icmp icmp6 ipcomp iprange ipv6header ipvs
    length limit mac mark mh mss multiport nfacct osf owner physdev pkttype policy quota rateest realm
    recent rpfilter rt sctp set socket srh state statistic string tcp time tos ttl u32 udp
}

extensions! { TARGETS: TargetExt, Target =>
    audit change_set checksum classify clusterip connsecmark ct dnat hmark idletimer led log masquerade
    netmap npt queue redirect reject secmark set_connmark set_dscp set_ecn set_mark set_rateest set_tos
    set_ttl snat synproxy tcpmss tcpoptstrip tee tproxy ulog verdicts
}

/// The match extension of that name.
pub(crate) fn find_match(name: &str) -> Option<&'static MatchExt> {
    MATCHES.iter().copied().find(|e| e.names.contains(&name))
}

/// The match extension that `-p` with this protocol may stand for.
pub(crate) fn of_protocol(protocol: &str) -> Option<&'static MatchExt> {
    let protocol = protocol.to_ascii_lowercase();
    let name = match protocol.as_str() {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmp6",
        "132" => "sctp",
        "33" => "dccp",
        "50" => "esp",
        "51" => "ah",
        "108" => "ipcomp",
        "135" | "mobility-header" => "mh",
        name => name,
    };
    let lower = [
        "tcp",
        "udp",
        "udplite",
        "icmp",
        "icmp6",
        "icmpv6",
        "ipv6-icmp",
        "sctp",
        "dccp",
        "esp",
        "ah",
        "ipcomp",
        "mh",
    ];
    find_match(name).filter(|_| lower.contains(&name))
}

/// The target extension of that name.
pub(crate) fn find_target(name: &str) -> Option<&'static TargetExt> {
    TARGETS.iter().copied().find(|e| e.names.contains(&name))
}

/// The names of the match extensions that are read, with their other names.
pub fn match_names() -> impl Iterator<Item = &'static str> {
    MATCHES.iter().flat_map(|e| e.names).copied()
}

/// The names of the target extensions that are read, with their other names.
pub fn target_names() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().flat_map(|e| e.names).copied()
}

/// Match extensions that iptables has and that are kept as text.
pub(crate) const UNREAD_MATCHES: &[&str] = &[
    "unclean",
    "geoip",
    "account",
    "condition",
    "fuzzy",
    "ipv4options",
    "layer7",
    "nth",
    "psd",
    "random",
    "tcpwin",
];

/// Target extensions that iptables has and that are kept as text.
pub(crate) const UNREAD_TARGETS: &[&str] = &[
    "IPV4OPTSSTRIP",
    "MIRROR",
    "SAME",
    "TARPIT",
    "ACCOUNT",
    "FLOWOFFLOAD",
    "FULLCONENAT",
    "GEOIP",
];
