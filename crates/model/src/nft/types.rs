//! The data types of nft and the words that their values have.
//!
//! Sources: `src/datatype.c`, `src/ct.c`, `src/meta.c`, `src/proto.c` of nft; `nft describe TYPE` prints each.

use serde::{Deserialize, Serialize};

/// A data type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Type {
    Integer,
    String,
    Boolean,
    Ipv4Addr,
    Ipv6Addr,
    EtherAddr,
    EtherType,
    /// A layer 4 protocol.
    InetProto,
    /// A port.
    InetService,
    IcmpType,
    IcmpCode,
    Icmpv6Type,
    Icmpv6Code,
    IcmpxCode,
    IgmpType,
    MhType,
    DccpPktType,
    ArpOp,
    TcpFlag,
    Dscp,
    Ecn,
    Mark,
    IfIndex,
    IfName,
    IfType,
    Devgroup,
    Uid,
    Gid,
    Realm,
    Classid,
    PktType,
    NfProto,
    CtState,
    CtDir,
    CtStatus,
    CtLabel,
    FibAddrType,
    /// Milliseconds here, whatever the unit it is written in.
    Time,
    Day,
    Hour,
    Cgroupsv2,
}

/// A word for a value, in the order in which nft looks them up.
type Words = &'static [(&'static str, u128)];

impl Type {
    /// The types that a set can be declared of, by the names that `type` takes.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("ipv4_addr", Self::Ipv4Addr),
        ("ipv6_addr", Self::Ipv6Addr),
        ("ether_addr", Self::EtherAddr),
        ("ether_type", Self::EtherType),
        ("inet_proto", Self::InetProto),
        ("inet_service", Self::InetService),
        ("icmp_type", Self::IcmpType),
        ("icmp_code", Self::IcmpCode),
        ("icmpv6_type", Self::Icmpv6Type),
        ("icmpv6_code", Self::Icmpv6Code),
        ("icmpx_code", Self::IcmpxCode),
        ("igmp_type", Self::IgmpType),
        ("mh_type", Self::MhType),
        ("dccp_pkttype", Self::DccpPktType),
        ("arp_op", Self::ArpOp),
        ("tcp_flag", Self::TcpFlag),
        ("dscp", Self::Dscp),
        ("ecn", Self::Ecn),
        ("mark", Self::Mark),
        ("iface_index", Self::IfIndex),
        ("ifname", Self::IfName),
        ("iface_type", Self::IfType),
        ("devgroup", Self::Devgroup),
        ("uid", Self::Uid),
        ("gid", Self::Gid),
        ("realm", Self::Realm),
        ("classid", Self::Classid),
        ("pkt_type", Self::PktType),
        ("nf_proto", Self::NfProto),
        ("ct_state", Self::CtState),
        ("ct_dir", Self::CtDir),
        ("ct_status", Self::CtStatus),
        ("ct_label", Self::CtLabel),
        ("fib_addrtype", Self::FibAddrType),
        ("time", Self::Time),
        ("day", Self::Day),
        ("hour", Self::Hour),
        ("boolean", Self::Boolean),
        ("cgroupsv2", Self::Cgroupsv2),
        ("integer", Self::Integer),
        ("string", Self::String),
    ];

    /// The type of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(n, _)| *n == name).map(|(_, ty)| *ty)
    }

    /// Its name, as behind `type`.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, ty)| *ty == self).map_or("integer", |(name, _)| name)
    }

    /// How many bits a value has where nothing else says so; 0 of an integer and a string.
    pub fn bits(self) -> u16 {
        match self {
            Self::Integer | Self::String => 0,
            Self::Boolean => 1,
            Self::Ecn => 2,
            Self::DccpPktType => 4,
            Self::Dscp => 6,
            Self::InetProto
            | Self::IcmpType
            | Self::IcmpCode
            | Self::Icmpv6Type
            | Self::Icmpv6Code
            | Self::IcmpxCode
            | Self::IgmpType
            | Self::MhType
            | Self::TcpFlag
            | Self::PktType
            | Self::NfProto
            | Self::CtDir
            | Self::Day => 8,
            Self::EtherType | Self::InetService | Self::ArpOp | Self::IfType => 16,
            Self::Ipv4Addr
            | Self::Mark
            | Self::IfIndex
            | Self::Devgroup
            | Self::Uid
            | Self::Gid
            | Self::Realm
            | Self::Classid
            | Self::CtState
            | Self::CtStatus
            | Self::FibAddrType
            | Self::Hour => 32,
            Self::EtherAddr => 48,
            Self::Time | Self::Cgroupsv2 => 64,
            Self::Ipv6Addr | Self::CtLabel | Self::IfName => 128,
        }
    }

    /// Whether its values are sets of bits: a bare one means *any of them*.
    pub fn is_bitmask(self) -> bool {
        matches!(self, Self::TcpFlag | Self::CtState | Self::CtStatus | Self::CtLabel)
    }

    /// Whether its values are names.
    pub fn is_text(self) -> bool {
        matches!(self, Self::IfName | Self::String)
    }

    /// The words for its values.
    pub fn words(self) -> Words {
        match self {
            Self::Boolean => &[("exists", 1), ("missing", 0), ("true", 1), ("false", 0)],
            Self::EtherType => &[
                ("ip", 0x0800),
                ("arp", 0x0806),
                ("ip6", 0x86dd),
                ("8021q", 0x8100),
                ("8021ad", 0x88a8),
                ("vlan", 0x8100),
            ],
            Self::InetProto => PROTOCOLS,
            Self::InetService => SERVICES,
            Self::IcmpType => &[
                ("echo-reply", 0),
                ("destination-unreachable", 3),
                ("source-quench", 4),
                ("redirect", 5),
                ("echo-request", 8),
                ("router-advertisement", 9),
                ("router-solicitation", 10),
                ("time-exceeded", 11),
                ("parameter-problem", 12),
                ("timestamp-request", 13),
                ("timestamp-reply", 14),
                ("info-request", 15),
                ("info-reply", 16),
                ("address-mask-request", 17),
                ("address-mask-reply", 18),
            ],
            Self::IcmpCode => &[
                ("net-unreachable", 0),
                ("host-unreachable", 1),
                ("prot-unreachable", 2),
                ("port-unreachable", 3),
                ("net-prohibited", 9),
                ("host-prohibited", 10),
                ("admin-prohibited", 13),
                ("frag-needed", 4),
            ],
            Self::Icmpv6Type => &[
                ("destination-unreachable", 1),
                ("packet-too-big", 2),
                ("time-exceeded", 3),
                ("parameter-problem", 4),
                ("echo-request", 128),
                ("echo-reply", 129),
                ("mld-listener-query", 130),
                ("mld-listener-report", 131),
                ("mld-listener-done", 132),
                ("mld-listener-reduction", 132),
                ("nd-router-solicit", 133),
                ("nd-router-advert", 134),
                ("nd-neighbor-solicit", 135),
                ("nd-neighbor-advert", 136),
                ("nd-redirect", 137),
                ("router-renumbering", 138),
                ("ind-neighbor-solicit", 141),
                ("ind-neighbor-advert", 142),
                ("mld2-listener-report", 143),
            ],
            Self::Icmpv6Code => &[
                ("no-route", 0),
                ("admin-prohibited", 1),
                ("addr-unreachable", 3),
                ("port-unreachable", 4),
                ("policy-fail", 5),
                ("reject-route", 6),
            ],
            Self::IcmpxCode => &[
                ("port-unreachable", 1),
                ("admin-prohibited", 3),
                ("no-route", 0),
                ("host-unreachable", 2),
            ],
            Self::IgmpType => &[
                ("membership-query", 17),
                ("membership-report-v1", 18),
                ("membership-report-v2", 22),
                ("membership-report-v3", 34),
                ("leave-group", 23),
            ],
            Self::MhType => &[
                ("binding-refresh-request", 0),
                ("home-test-init", 1),
                ("careof-test-init", 2),
                ("home-test", 3),
                ("careof-test", 4),
                ("binding-update", 5),
                ("binding-acknowledgement", 6),
                ("binding-error", 7),
                ("fast-binding-update", 8),
                ("fast-binding-acknowledgement", 9),
                ("fast-binding-advertisement", 10),
                ("experimental-mobility-header", 11),
                ("home-agent-switch-message", 12),
            ],
            Self::DccpPktType => &[
                ("request", 0),
                ("response", 1),
                ("data", 2),
                ("ack", 3),
                ("dataack", 4),
                ("closereq", 5),
                ("close", 6),
                ("reset", 7),
                ("sync", 8),
                ("syncack", 9),
            ],
            Self::ArpOp => &[
                ("request", 1),
                ("reply", 2),
                ("rrequest", 3),
                ("rreply", 4),
                ("inrequest", 8),
                ("inreply", 9),
                ("nak", 10),
            ],
            Self::TcpFlag => &[
                ("fin", 0x01),
                ("syn", 0x02),
                ("rst", 0x04),
                ("psh", 0x08),
                ("ack", 0x10),
                ("urg", 0x20),
                ("ecn", 0x40),
                ("cwr", 0x80),
            ],
            Self::Dscp => &[
                ("cs0", 0x00),
                ("cs1", 0x08),
                ("cs2", 0x10),
                ("cs3", 0x18),
                ("cs4", 0x20),
                ("cs5", 0x28),
                ("cs6", 0x30),
                ("cs7", 0x38),
                ("df", 0x00),
                ("be", 0x00),
                ("lephb", 0x01),
                ("af11", 0x0a),
                ("af12", 0x0c),
                ("af13", 0x0e),
                ("af21", 0x12),
                ("af22", 0x14),
                ("af23", 0x16),
                ("af31", 0x1a),
                ("af32", 0x1c),
                ("af33", 0x1e),
                ("af41", 0x22),
                ("af42", 0x24),
                ("af43", 0x26),
                ("va", 0x2c),
                ("ef", 0x2e),
            ],
            Self::Ecn => &[("not-ect", 0), ("ect1", 1), ("ect0", 2), ("ce", 3)],
            Self::IfType => &[
                ("ether", 1),
                ("ppp", 512),
                ("ipip", 768),
                ("ipip6", 769),
                ("loopback", 772),
                ("sit", 776),
                ("ipgre", 778),
            ],
            Self::Devgroup => &[("default", 0)],
            Self::Realm => &[("cosmos", 0)],
            Self::Uid | Self::Gid => &[("root", 0)],
            Self::PktType => {
                &[("host", 0), ("unicast", 0), ("broadcast", 1), ("multicast", 2), ("other", 3)]
            }
            Self::NfProto => &[("ipv4", 2), ("ipv6", 10)],
            Self::CtState => {
                &[("invalid", 1), ("established", 2), ("related", 4), ("new", 8), ("untracked", 64)]
            }
            Self::CtDir => &[("original", 0), ("reply", 1)],
            Self::CtStatus => &[
                ("expected", 0x1),
                ("seen-reply", 0x2),
                ("assured", 0x4),
                ("confirmed", 0x8),
                ("snat", 0x10),
                ("dnat", 0x20),
                ("dying", 0x200),
            ],
            Self::FibAddrType => &[
                ("unspec", 0),
                ("unicast", 1),
                ("local", 2),
                ("broadcast", 3),
                ("anycast", 4),
                ("multicast", 5),
                ("blackhole", 6),
                ("unreachable", 7),
                ("prohibit", 8),
            ],
            Self::Day => &[
                ("Sunday", 0),
                ("Monday", 1),
                ("Tuesday", 2),
                ("Wednesday", 3),
                ("Thursday", 4),
                ("Friday", 5),
                ("Saturday", 6),
            ],
            _ => &[],
        }
    }

    /// The value that a word stands for.
    pub fn value_of(self, word: &str) -> Option<u128> {
        self.words().iter().find(|(w, _)| *w == word).map(|(_, value)| *value)
    }

    /// The word for a value, where nft prints one: not for ports, unless it is asked to.
    pub fn word_of(self, value: u128) -> Option<&'static str> {
        if self == Self::InetService {
            return None;
        }
        self.words().iter().find(|(_, v)| *v == value).map(|(word, _)| *word)
    }
}

/// The names of `/etc/protocols` that nft prints.
const PROTOCOLS: Words = &[
    ("ip", 0),
    ("icmp", 1),
    ("igmp", 2),
    ("ggp", 3),
    ("ipencap", 4),
    ("st", 5),
    ("tcp", 6),
    ("egp", 8),
    ("igp", 9),
    ("pup", 12),
    ("udp", 17),
    ("hmp", 20),
    ("xns-idp", 22),
    ("rdp", 27),
    ("iso-tp4", 29),
    ("dccp", 33),
    ("xtp", 36),
    ("ddp", 37),
    ("idpr-cmtp", 38),
    ("ipv6", 41),
    ("ipv6-route", 43),
    ("ipv6-frag", 44),
    ("idrp", 45),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("skip", 57),
    ("ipv6-icmp", 58),
    ("icmpv6", 58),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("rspf", 73),
    ("vmtp", 81),
    ("eigrp", 88),
    ("ospf", 89),
    ("ospfigp", 89),
    ("ax.25", 93),
    ("ipip", 94),
    ("etherip", 97),
    ("encap", 98),
    ("pim", 103),
    ("ipcomp", 108),
    ("comp", 108),
    ("vrrp", 112),
    ("l2tp", 115),
    ("isis", 124),
    ("sctp", 132),
    ("fc", 133),
    ("mobility-header", 135),
    ("mh", 135),
    ("udplite", 136),
    ("mpls-in-ip", 137),
    ("manet", 138),
    ("shim6", 140),
    ("wesp", 141),
    ("rohc", 142),
];

/// The names of `/etc/services` that rules are written with.
const SERVICES: Words = &[
    ("tcpmux", 1),
    ("echo", 7),
    ("discard", 9),
    ("daytime", 13),
    ("chargen", 19),
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("time", 37),
    ("whois", 43),
    ("tacacs", 49),
    ("domain", 53),
    ("bootps", 67),
    ("bootpc", 68),
    ("tftp", 69),
    ("gopher", 70),
    ("finger", 79),
    ("http", 80),
    ("kerberos", 88),
    ("pop3", 110),
    ("sunrpc", 111),
    ("auth", 113),
    ("nntp", 119),
    ("ntp", 123),
    ("epmap", 135),
    ("netbios-ns", 137),
    ("netbios-dgm", 138),
    ("netbios-ssn", 139),
    ("imap2", 143),
    ("snmp", 161),
    ("snmp-trap", 162),
    ("bgp", 179),
    ("irc", 194),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("kpasswd", 464),
    ("submissions", 465),
    ("isakmp", 500),
    ("login", 513),
    ("syslog", 514),
    ("printer", 515),
    ("route", 520),
    ("dhcpv6-client", 546),
    ("dhcpv6-server", 547),
    ("rtsp", 554),
    ("nntps", 563),
    ("submission", 587),
    ("ipp", 631),
    ("ldaps", 636),
    ("domain-s", 853),
    ("rsync", 873),
    ("ftps-data", 989),
    ("ftps", 990),
    ("imaps", 993),
    ("pop3s", 995),
    ("socks", 1080),
    ("openvpn", 1194),
    ("ms-sql-s", 1433),
    ("l2f", 1701),
    ("radius", 1812),
    ("radius-acct", 1813),
    ("nfs", 2049),
    ("iscsi-target", 3260),
    ("mysql", 3306),
    ("ms-wbt-server", 3389),
    ("svn", 3690),
    ("epmd", 4369),
    ("ipsec-nat-t", 4500),
    ("iax", 4569),
    ("sip", 5060),
    ("sip-tls", 5061),
    ("xmpp-client", 5222),
    ("xmpp-server", 5269),
    ("mdns", 5353),
    ("postgresql", 5432),
    ("amqp", 5672),
    ("redis", 6379),
    ("x11", 6000),
    ("http-alt", 8080),
    ("zabbix-agent", 10050),
    ("zabbix-trapper", 10051),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_a_value_is_the_one_printed() {
        assert_eq!(Type::PktType.word_of(0), Some("host"));
        assert_eq!(Type::PktType.value_of("unicast"), Some(0));
        assert_eq!(Type::InetProto.word_of(58), Some("ipv6-icmp"));
        assert_eq!(Type::InetService.word_of(22), None);
        assert_eq!(Type::InetService.value_of("ssh"), Some(22));
    }

    #[test]
    fn a_type_has_the_name_that_declares_it() {
        assert!(Type::NAMES.iter().all(|(name, ty)| ty.name() == *name));
        assert_eq!(Type::named("ifname"), Some(Type::IfName));
    }
}
