//! Names that listings print where a number is meant: protocols, services, ICMP types, DSCP classes.
//!
//! They are those of a Debian system's `/etc/protocols` and `/etc/services` that firewalls use.

use crate::clean::Row;
use chainwalk_model::{Backend, Family, Hint};

/// The words that begin a command of nft which changes something.
pub(crate) const CHANGES: [&str; 8] =
    ["add", "create", "insert", "replace", "delete", "destroy", "flush", "rename"];

/// Whether a word behind `nft` is one of its commands.
pub(crate) fn is_verb(word: &str) -> bool {
    CHANGES.contains(&word) || matches!(word, "list" | "reset")
}

/// Protocol names and numbers; the first name of a number is the one iptables prints.
#[rustfmt::skip]
pub(crate) const PROTOCOLS: &[(&str, u8)] = &[
    ("icmp", 1), ("igmp", 2), ("ggp", 3), ("ipencap", 4), ("ipip", 4), ("ipv4", 4), ("tcp", 6), ("egp",
    8), ("igp", 9), ("udp", 17), ("dccp", 33), ("ipv6", 41), ("ipv6-route", 43), ("ipv6-frag", 44),
    ("rsvp", 46), ("gre", 47), ("esp", 50), ("ipv6-crypt", 50), ("ah", 51), ("ipv6-auth", 51),
    ("ipv6-icmp", 58), ("icmpv6", 58), ("icmp6", 58), ("ipv6-nonxt", 59), ("ipv6-opts", 60), ("eigrp",
    88), ("ospf", 89), ("pim", 103), ("vrrp", 112), ("l2tp", 115), ("sctp", 132), ("udplite", 136),
    ("ip-encap", 4), ("st", 5), ("pup", 12), ("hmp", 20), ("xns-idp", 22), ("rdp", 27), ("iso-tp4", 29),
    ("xtp", 36), ("ddp", 37), ("idpr-cmtp", 38), ("idrp", 45), ("ipsec-esp", 50), ("ipsec-ah", 51),
    ("skip", 57), ("rspf", 73), ("cphb", 73), ("vmtp", 81), ("ospfigp", 89), ("ax.25", 93), ("etherip",
    97), ("encap", 98), ("ipcomp", 108), ("isis", 124), ("fc", 133), ("mobility-header", 135), ("mpls-
    in-ip", 137), ("manet", 138), ("hip", 139), ("shim6", 140), ("wesp", 141), ("rohc", 142),
    ("ethernet", 143), ("mh", 135), ("ipv6-mh", 135),
];

/// The number of a protocol that is written by name or by number; `all` is 0.
pub(crate) fn protocol(text: &str) -> Option<u8> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    if text.eq_ignore_ascii_case("all") {
        return Some(0);
    }
    PROTOCOLS.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

/// A protocol as `iptables-save` writes it.
pub(crate) fn protocol_name(number: u8) -> String {
    const PRINTED: [u8; 9] = [1, 6, 17, 50, 51, 58, 132, 136, 135];
    if number == 135 {
        return "ipv6-mh".into();
    }
    PROTOCOLS
        .iter()
        .find(|(_, n)| *n == number && PRINTED.contains(n))
        .map_or_else(|| number.to_string(), |(name, _)| (*name).into())
}

#[rustfmt::skip]
const SERVICES: &[(&str, u16)] = &[
    ("tcpmux", 1), ("echo", 7), ("discard", 9), ("systat", 11), ("daytime", 13), ("netstat", 15),
    ("qotd", 17), ("chargen", 19), ("ftp-data", 20), ("ftp", 21), ("fsp", 21), ("ssh", 22),
    ("telnet", 23), ("smtp", 25), ("mail", 25), ("time", 37), ("whois", 43), ("nicname", 43),
    ("tacacs", 49), ("domain", 53), ("bootps", 67), ("bootpc", 68), ("tftp", 69), ("gopher", 70),
    ("finger", 79), ("http", 80), ("www", 80), ("kerberos", 88), ("iso-tsap", 102), ("acr-nema", 104),
    ("poppassd", 106), ("pop3", 110), ("pop-3", 110), ("sunrpc", 111), ("portmapper", 111),
    ("auth", 113), ("ident", 113), ("nntp", 119), ("ntp", 123), ("epmap", 135), ("loc-srv", 135),
    ("netbios-ns", 137), ("netbios-dgm", 138), ("netbios-ssn", 139), ("imap", 143), ("imap2", 143),
    ("snmp", 161), ("snmp-trap", 162), ("snmptrap", 162), ("xdmcp", 177), ("bgp", 179), ("irc", 194),
    ("smux", 199), ("qmtp", 209), ("z3950", 210), ("ipx", 213), ("ptp-event", 319), ("ptp-general", 320),
    ("pawserv", 345), ("zserv", 346), ("rpc2portmap", 369), ("codaauth2", 370), ("clearcase", 371),
    ("ldap", 389), ("svrloc", 427), ("https", 443), ("snpp", 444), ("microsoft-ds", 445),
    ("kpasswd", 464), ("submissions", 465), ("ssmtp", 465), ("smtps", 465), ("urd", 465), ("saft", 487),
    ("isakmp", 500), ("exec", 512), ("biff", 512), ("login", 513), ("who", 513), ("shell", 514),
    ("syslog", 514), ("printer", 515), ("talk", 517), ("ntalk", 518), ("route", 520), ("router", 520),
    ("gdomap", 538), ("uucp", 540), ("klogin", 543), ("kshell", 544), ("dhcpv6-client", 546),
    ("dhcpv6-server", 547), ("afpovertcp", 548), ("rtsp", 554), ("nntps", 563), ("submission", 587),
    ("nqs", 607), ("asf-rmcp", 623), ("qmqp", 628), ("ipp", 631), ("ldp", 646), ("ldaps", 636),
    ("tinc", 655), ("silc", 706), ("kerberos-adm", 749), ("domain-s", 853), ("rsync", 873),
    ("ftps-data", 989), ("ftps", 990), ("telnets", 992), ("imaps", 993), ("ircs", 994), ("pop3s", 995),
    ("socks", 1080), ("proofd", 1093), ("rootd", 1094), ("openvpn", 1194), ("rmiregistry", 1099),
    ("lotusnote", 1352), ("ms-sql-s", 1433), ("ms-sql-m", 1434), ("ingreslock", 1524),
    ("datametrics", 1645), ("sa-msg-port", 1646), ("kermit", 1649), ("l2f", 1701), ("l2tp", 1701),
    ("pptp", 1723), ("h323gatestat", 1719), ("h323hostcall", 1720), ("radius", 1812),
    ("radius-acct", 1813), ("radacct", 1813), ("ssdp", 1900), ("cisco-sccp", 2000), ("nfs", 2049),
    ("gnunet", 2086), ("rtcm-sc104", 2101), ("gsigatekeeper", 2119), ("gris", 2135),
    ("cvspserver", 2401), ("venus", 2430), ("venus-se", 2431), ("codasrv", 2432), ("mon", 2583),
    ("dict", 2628), ("f5-globalsite", 2792), ("gsiftp", 2811), ("gpsd", 2947), ("gds-db", 3050),
    ("icpv2", 3130), ("isns", 3205), ("iscsi-target", 3260), ("mysql", 3306), ("ms-wbt-server", 3389),
    ("nut", 3493), ("distcc", 3632), ("daap", 3689), ("svn", 3690), ("suucp", 4031), ("sysrqd", 4094),
    ("sieve", 4190), ("epmd", 4369), ("ipsec-nat-t", 4500), ("f5-iquery", 4353), ("fax", 4557),
    ("hylafax", 4559), ("iax", 4569), ("mtn", 4691), ("radmin-port", 4899), ("munin", 4949),
    ("sip", 5060), ("sip-tls", 5061), ("rfe", 5002), ("mmcc", 5050), ("xmpp-client", 5222),
    ("xmpp-server", 5269), ("cfengine", 5308), ("mdns", 5353), ("noclog", 5354), ("hostmon", 5355),
    ("llmnr", 5355), ("postgresql", 5432), ("postgres", 5432), ("rplay", 5555), ("nrpe", 5666),
    ("nsca", 5667), ("canna", 5680), ("amqps", 5671), ("amqp", 5672), ("vnc-server", 5900),
    ("x11", 6000), ("x11-1", 6001), ("gnutella-svc", 6346), ("gnutella-rtr", 6347),
    ("redis", 6379), ("sge-qmaster", 6444), ("sge-execd", 6445), ("mysql-proxy", 6446),
    ("ircd", 6667), ("ircs-u", 6697), ("bbs", 7000), ("afs3-fileserver", 7000),
    ("afs3-callback", 7001), ("font-service", 7100), ("http-alt", 8080), ("webcache", 8080),
    ("puppet", 8140), ("https-alt", 8443), ("bacula-dir", 9101), ("bacula-fd", 9102),
    ("bacula-sd", 9103), ("xmms2", 9667), ("nbd", 10809), ("git", 9418), ("amanda", 10080),
    ("webmin", 10000), ("zabbix-agent", 10050), ("zabbix-trapper", 10051), ("memcached", 11211),
    ("dicom", 11112), ("hkp", 11371), ("db-lsp", 17500), ("dcap", 22125), ("wnn6", 22273),
    ("rtmp", 1935), ("mongodb", 27017), ("asp", 27374), ("tfido", 60177), ("fido", 60179),
];

/// The port of a service.
pub(crate) fn service(name: &str) -> Option<u16> {
    SERVICES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, port)| *port)
}

/// ICMP types by name: type, and the code where the name tells one.
pub(crate) const ICMP: &[(&str, u8, Option<u8>)] = &[
    ("echo-reply", 0, None),
    ("pong", 0, None),
    ("destination-unreachable", 3, None),
    ("network-unreachable", 3, Some(0)),
    ("host-unreachable", 3, Some(1)),
    ("protocol-unreachable", 3, Some(2)),
    ("port-unreachable", 3, Some(3)),
    ("fragmentation-needed", 3, Some(4)),
    ("source-route-failed", 3, Some(5)),
    ("network-unknown", 3, Some(6)),
    ("host-unknown", 3, Some(7)),
    ("network-prohibited", 3, Some(9)),
    ("host-prohibited", 3, Some(10)),
    ("TOS-network-unreachable", 3, Some(11)),
    ("TOS-host-unreachable", 3, Some(12)),
    ("communication-prohibited", 3, Some(13)),
    ("host-precedence-violation", 3, Some(14)),
    ("precedence-cutoff", 3, Some(15)),
    ("source-quench", 4, None),
    ("redirect", 5, None),
    ("network-redirect", 5, Some(0)),
    ("host-redirect", 5, Some(1)),
    ("TOS-network-redirect", 5, Some(2)),
    ("TOS-host-redirect", 5, Some(3)),
    ("echo-request", 8, None),
    ("ping", 8, None),
    ("router-advertisement", 9, None),
    ("router-solicitation", 10, None),
    ("time-exceeded", 11, None),
    ("ttl-exceeded", 11, None),
    ("ttl-zero-during-transit", 11, Some(0)),
    ("ttl-zero-during-reassembly", 11, Some(1)),
    ("parameter-problem", 12, None),
    ("ip-header-bad", 12, Some(0)),
    ("required-option-missing", 12, Some(1)),
    ("timestamp-request", 13, None),
    ("timestamp-reply", 14, None),
    ("address-mask-request", 17, None),
    ("address-mask-reply", 18, None),
];

/// ICMPv6 types by name: type, and the code where the name tells one.
pub(crate) const ICMP6: &[(&str, u8, Option<u8>)] = &[
    ("destination-unreachable", 1, None),
    ("no-route", 1, Some(0)),
    ("communication-prohibited", 1, Some(1)),
    ("beyond-scope", 1, Some(2)),
    ("address-unreachable", 1, Some(3)),
    ("port-unreachable", 1, Some(4)),
    ("failed-policy", 1, Some(5)),
    ("reject-route", 1, Some(6)),
    ("packet-too-big", 2, None),
    ("time-exceeded", 3, None),
    ("ttl-exceeded", 3, None),
    ("ttl-zero-during-transit", 3, Some(0)),
    ("ttl-zero-during-reassembly", 3, Some(1)),
    ("parameter-problem", 4, None),
    ("bad-header", 4, Some(0)),
    ("unknown-header-type", 4, Some(1)),
    ("unknown-option", 4, Some(2)),
    ("echo-request", 128, None),
    ("ping", 128, None),
    ("echo-reply", 129, None),
    ("pong", 129, None),
    ("mld-listener-query", 130, None),
    ("mld-listener-report", 131, None),
    ("mld-listener-done", 132, None),
    ("mld-listener-reduction", 132, None),
    ("router-solicitation", 133, None),
    ("router-advertisement", 134, None),
    ("neighbour-solicitation", 135, None),
    ("neighbor-solicitation", 135, None),
    ("neighbour-advertisement", 136, None),
    ("neighbor-advertisement", 136, None),
    ("redirect", 137, None),
];

/// Whether a row runs iptables or one of its kin.
pub(crate) fn is_tables(row: Row<'_>) -> bool {
    let first = row.text.split_whitespace().find(|w| *w != "sudo").unwrap_or_default();
    let name = first.rsplit('/').next().unwrap_or(first);
    name == "nft" || tables(name).is_some()
}

/// A program's name without its path.
pub(crate) fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The family and the kind of iptables a program is, and whether it saves.
pub(crate) fn tables(name: &str) -> Option<(Family, Option<Backend>, bool)> {
    let lower = name.trim_matches(['$', '{', '}', '"']).to_ascii_lowercase();
    let variable = name.starts_with('$');
    let rest = if let Some(rest) = lower.strip_prefix("ip6tables") {
        Some((Family::Ip6, rest))
    } else if let Some(rest) = lower.strip_prefix("iptables") {
        Some((Family::Ip, rest))
    } else if variable && matches!(lower.as_str(), "ipt" | "ip4t" | "fw" | "iptables_cmd") {
        Some((Family::Ip, ""))
    } else if variable && matches!(lower.as_str(), "ipt6" | "ip6t") {
        Some((Family::Ip6, ""))
    } else {
        match lower.as_str() {
            "xtables-save" => Some((Family::Ip, "-nft-save")),
            _ => None,
        }
    }?;
    let backend = if rest.1.contains("nft") {
        Some(Backend::IptablesNft)
    } else if rest.1.contains("legacy") {
        Some(Backend::Legacy)
    } else {
        None
    };
    let known = [
        "",
        "-save",
        "-restore",
        "-nft",
        "-legacy",
        "-nft-save",
        "-legacy-save",
        "-nft-restore",
        "-legacy-restore",
    ];
    known.contains(&rest.1).then_some((rest.0, backend, rest.1.ends_with("save")))
}

/// The program for the rules of a family.
pub(crate) fn program(family: Family) -> &'static str {
    if family == Family::Ip6 { "ip6tables" } else { "iptables" }
}

/// To paste what shows a table whole.
pub(crate) fn paste_table(family: Family, table: &str) -> Hint {
    Hint::Paste(format!("{} -t {table} -nvL", program(family)).into())
}

/// DSCP classes by name.
pub(crate) fn dscp_class(name: &str) -> Option<u8> {
    #[rustfmt::skip]
    const CLASSES: [(&str, u8); 22] = [
        ("CS0", 0x00), ("CS1", 0x08), ("CS2", 0x10), ("CS3", 0x18), ("CS4", 0x20), ("CS5", 0x28),
        ("CS6", 0x30), ("CS7", 0x38), ("BE", 0x00), ("AF11", 0x0a), ("AF12", 0x0c), ("AF13", 0x0e),
        ("AF21", 0x12), ("AF22", 0x14), ("AF23", 0x16), ("AF31", 0x1a), ("AF32", 0x1c),
        ("AF33", 0x1e), ("AF41", 0x22), ("AF42", 0x24), ("AF43", 0x26), ("EF", 0x2e),
    ];
    CLASSES.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// TOS values by name; a name counts under the mask 0x3f.
pub(crate) fn tos(name: &str) -> Option<u8> {
    const NAMES: [(&str, u8); 5] = [
        ("Minimize-Delay", 0x10),
        ("Maximize-Throughput", 0x08),
        ("Maximize-Reliability", 0x04),
        ("Minimize-Cost", 0x02),
        ("Normal-Service", 0x00),
    ];
    NAMES.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Levels of `syslog` by name.
pub(crate) fn log_level(name: &str) -> Option<u8> {
    const NAMES: [&str; 8] =
        ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"];
    let short = match name {
        "panic" => "emerg",
        "err" => "error",
        "warn" => "warning",
        _ => name,
    };
    NAMES.iter().position(|n| *n == short).map(|at| at as u8)
}

/// The known name that is nearest to `name`, if it is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_ascii_lowercase();
    if lower.len() > 40 {
        return None;
    }
    known
        .into_iter()
        .map(|k| (distance(lower.as_bytes(), k.to_ascii_lowercase().as_bytes()), k))
        .min_by_key(|(d, _)| *d)
        .filter(|(d, k)| *d <= 1 + k.len().min(name.len()) / 4)
        .map(|(_, k)| k)
}

/// How many letters must be put in, taken out, changed or exchanged with their neighbour.
pub(crate) fn distance<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut next = vec![i + 1; b.len() + 1];
        for j in 0..b.len() {
            let swap = usize::from(a[i] != b[j]);
            next[j + 1] = (last[j] + swap).min(last[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                next[j + 1] = next[j + 1].min(before[j - 1] + 1);
            }
        }
        before = std::mem::replace(&mut last, next);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_numbers() {
        assert_eq!(protocol("tcp"), Some(6));
        assert_eq!(protocol("all"), Some(0));
        assert_eq!(protocol("47"), Some(47));
        assert_eq!(protocol("256"), None);
        assert_eq!(service("ssh"), Some(22));
        assert_eq!(dscp_class("AF41"), Some(0x22));
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("conntrak", ["comment", "conntrack", "connmark"]), Some("conntrack"));
        assert_eq!(nearest("zzzz", ["comment", "conntrack"]), None);
    }

    /// `xtables_chain_protos`: the protocols that iptables itself has a name for.
    #[test]
    fn only_these_protocols_are_printed_by_name() {
        for (number, name) in [
            (1, "icmp"),
            (6, "tcp"),
            (17, "udp"),
            (50, "esp"),
            (51, "ah"),
            (58, "ipv6-icmp"),
            (132, "sctp"),
            (135, "ipv6-mh"),
            (136, "udplite"),
            (2, "2"),
            (47, "47"),
            (255, "255"),
        ] {
            assert_eq!(protocol_name(number), name);
        }
    }

    /// `syslog.h`.
    #[test]
    fn levels_have_names() {
        let names = ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"];
        for (level, name) in (0..).zip(names) {
            assert_eq!(log_level(name), Some(level), "{name}");
        }
        assert_eq!(
            (log_level("panic"), log_level("err"), log_level("warn")),
            (Some(0), Some(3), Some(4))
        );
        assert_eq!(log_level("loud"), None);
        assert_eq!(
            (tos("minimize-delay"), tos("x"), dscp_class("ef"), dscp_class("x")),
            (Some(0x10), None, Some(0x2e), None)
        );
    }

    #[test]
    fn the_distance_counts_letters() {
        for (a, b, count) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("abc", "abd", 1),
            ("abc", "ab", 1),
            ("abc", "xabc", 1),
            ("abc", "acb", 1),
            ("abcd", "badc", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), count, "{a} {b}");
        }
        // One letter, and one more for each four that the name has.
        assert_eq!(nearest("abcdefxy", ["abcdefgh"]), Some("abcdefgh"));
        assert_eq!(nearest("abcdwxyz", ["abcdefgh"]), None);
        assert_eq!(nearest("TCP", ["tcp"]), Some("tcp"));
        assert_eq!(nearest(&"a".repeat(41), ["a"]), None);
        assert_eq!(nearest(&"a".repeat(40), [&*"a".repeat(40)]).map(str::len), Some(40));
        assert_eq!(paste_table(Family::Ip6, "nat"), Hint::Paste("ip6tables -t nat -nvL".into()));
    }
}
