//! About every match and target of `man iptables-extensions` 1.8.9, as templates of rules.
//!
//! `{a|b}` is one of several, `~` a `!` now and then, `<addr>`, `<net>` and `<port>` stand for a value.

/// Where a piece may stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// 4, 6, or 0 for both families.
    pub(super) family: u8,
    /// The tables, or none for all.
    pub(super) tables: &'static [&'static str],
    /// The built-in chains, or none for all.
    pub(super) chains: &'static [&'static str],
    /// The protocols it needs, or none for any.
    pub(super) protos: &'static [&'static str],
    /// Its text.
    pub(super) text: &'static str,
}

const fn any(text: &'static str) -> Piece {
    Piece { family: 0, tables: &[], chains: &[], protos: &[], text }
}

const fn v4(text: &'static str) -> Piece {
    Piece { family: 4, ..any(text) }
}

const fn v6(text: &'static str) -> Piece {
    Piece { family: 6, ..any(text) }
}

const fn of(protos: &'static [&'static str], text: &'static str) -> Piece {
    Piece { protos, ..any(text) }
}

const fn at(chains: &'static [&'static str], text: &'static str) -> Piece {
    Piece { chains, ..any(text) }
}

const fn within(
    tables: &'static [&'static str],
    chains: &'static [&'static str],
    protos: &'static [&'static str],
    text: &'static str,
) -> Piece {
    Piece { family: 0, tables, chains, protos, text }
}

const TCP: &[&str] = &["tcp"];
const UDP: &[&str] = &["udp"];
const PORTS: &[&str] = &["tcp", "udp", "udplite", "sctp", "dccp"];
const COMES: &[&str] = &["PREROUTING", "INPUT", "FORWARD"];
const GOES: &[&str] = &["OUTPUT", "POSTROUTING"];
const FIRST: &[&str] = &["PREROUTING"];
const LAST: &[&str] = &["FORWARD", "OUTPUT", "POSTROUTING"];
const MANGLE: &[&str] = &["mangle"];
const NAT: &[&str] = &["nat"];
const RAW: &[&str] = &["raw"];
const FILTER: &[&str] = &["filter"];
const EARLY: &[&str] = &["raw", "mangle"];

/// What rules test.
pub(super) const MATCHES: &[Piece] = &[
    any("-m addrtype ~--src-type {LOCAL|UNICAST|UNICAST,LOCAL|UNICAST,MULTICAST}"),
    any("-m addrtype ~--dst-type {LOCAL|MULTICAST|ANYCAST} ~--src-type {UNICAST|UNSPEC}"),
    at(&["PREROUTING", "INPUT"], "-m addrtype --dst-type LOCAL --limit-iface-in"),
    at(GOES, "-m addrtype ~--src-type LOCAL --limit-iface-out"),
    Piece { family: 4, ..of(&["ah"], "-m ah ~--ahspi {500|1:500|:9|7:}") },
    v6("-m ah ~--ahspi {500|1:500}{| ~--ahlen 32}{| --ahres}"),
    any("-m bpf --bytecode \"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0\""),
    at(&["OUTPUT", "POSTROUTING"], "-m cgroup ~--cgroup {1|1048577}"),
    any("-m cluster --cluster-total-nodes 2 ~--cluster-local-node 1 --cluster-hash-seed 0xdead"),
    any("-m cluster --cluster-total-nodes 4 --cluster-local-nodemask 0x5 --cluster-hash-seed 7"),
    any("-m comment --comment {plain|\"two words\"|\"say \\\"hi\\\" \\\\ there\"|\"it's\"|\"\"}"),
    any(
        "-m comment --comment {\"tcp dpt:80\"|\"*/ /* x\"|\"# no remark\"|\"ctstate NEW\"|\"100%\"}",
    ),
    any("-m connbytes ~--connbytes {100|100:200|5:} --connbytes-dir {original|reply|both} \
         --connbytes-mode {packets|bytes|avgpkt}"),
    any("-m connlabel ~--label {5|0|127}"),
    any("-m connlimit --connlimit-{above|upto} {0|3|500} --connlimit-mask {0|24|32} \
         --connlimit-{saddr|daddr}"),
    any("-m connmark ~--mark {0|0x5|0x5/0xff|0xffffffff|0/0x80}"),
    any("-m conntrack ~--ctstate \
         {NEW|RELATED,ESTABLISHED|INVALID|UNTRACKED|INVALID,NEW,UNTRACKED|DNAT|SNAT,DNAT}"),
    any("-m conntrack ~--ctproto {6|17|132} --ctdir {ORIGINAL|REPLY}"),
    any("-m conntrack ~--ctorigsrc <net> ~--ctorigdst <addr>"),
    any("-m conntrack ~--ctreplsrc <addr> ~--ctrepldst <net>"),
    of(TCP, "-m conntrack ~--ctorigsrcport {80|1:9} ~--ctorigdstport {443|80:90}"),
    of(UDP, "-m conntrack ~--ctreplsrcport {80|1:9} ~--ctrepldstport {443|80:90}"),
    any("-m conntrack ~--ctstatus {NONE|ASSURED|EXPECTED,SEEN_REPLY|SEEN_REPLY,ASSURED,CONFIRMED}"),
    any("-m conntrack ~--ctexpire {10|1:10|5:}"),
    any("-m cpu ~--cpu {0|1}"),
    of(&["dccp"], "-m dccp ~--sport {5|1:9} ~--dport {7|80:}"),
    of(&["dccp"], "-m dccp ~--dccp-types {REQUEST|REQUEST,RESPONSE|INVALID}{| ~--dccp-option 5}"),
    any("-m devgroup ~--src-group {0|1|0x5/0xff}"),
    any("-m dscp ~--dscp{ 0x10| 0x00| 46|-class EF|-class AF41|-class BE|-class CS1}"),
    v6("-m dst ~--dst-len 8{| --dst-opts 1:4,3}"),
    of(TCP, "-m ecn ~--ecn-tcp-cwr{| ~--ecn-tcp-ece}{| ~--ecn-ip-ect 2}"),
    any("-m ecn ~--ecn-ip-ect {0|1|3}"),
    of(&["esp"], "-m esp ~--espspi {500|1:500|7:}"),
    Piece { family: 6, ..at(COMES, "-m eui64") },
    v6("-m frag ~--fragid {5|1:5} --fragres{| --fragfirst}{ --fragmore| --fraglast}"),
    any("-m hashlimit --hashlimit-{upto|above} {5/sec|3/min|100/hour} \
         --hashlimit-burst {5|7} --hashlimit-name <id>"),
    any("-m hashlimit --hashlimit-{upto|above} {512kb/s|1mb/s|100b/s} --hashlimit-mode srcip \
         --hashlimit-name <id>"),
    of(
        PORTS,
        "-m hashlimit --hashlimit-upto 10/sec --hashlimit-mode \
         {srcip,dstport|srcip,srcport,dstip,dstport|dstip} --hashlimit-srcmask {24|16} \
         --hashlimit-dstmask 8 --hashlimit-name <id>",
    ),
    any("-m hashlimit --hashlimit-above 10/sec --hashlimit-mode dstip --hashlimit-name <id> \
         --hashlimit-htable-size {64|4096} --hashlimit-htable-max 4096 \
         --hashlimit-htable-expire 500 --hashlimit-htable-gcinterval 250"),
    any("-m hashlimit --hashlimit-upto 10/sec --hashlimit-mode srcip --hashlimit-name <id> \
         --hashlimit-rate-match --hashlimit-rate-interval 10"),
    v6("-m hbh ~--hbh-len 8{| --hbh-opts 1:4,5}"),
    any("-m helper ~--helper {ftp|sip-5060|\"\"}"),
    v6("-m hl --hl-{lt 5|gt 64}"),
    v6("-m hl ~--hl-eq {64|1}"),
    Piece {
        family: 4,
        ..of(&["icmp"], "-m icmp ~--icmp-type {8|0|3|3/1|3/4|any|echo-request|11|5/1|200}")
    },
    Piece {
        family: 6,
        ..of(
            &["ipv6-icmp"],
            "-m icmp6 ~--icmpv6-type {128|1|1/4|echo-reply|135|router-solicitation|200}",
        )
    },
    Piece {
        family: 4,
        ..any("-m iprange ~--src-range 10.0.0.5-10.0.0.9{| ~--dst-range 10.1.0.0-10.1.255.255}")
    },
    Piece { family: 4, ..any("-m iprange ~--dst-range 10.0.0.5") },
    v6("-m iprange ~--src-range fd00::5-fd00::9{| ~--dst-range fd01::-fd01::ff}"),
    Piece {
        family: 6,
        ..any(
            "-m ipv6header {--header dst,hop --soft|~--header frag|--header none,esp,auth,route --soft}",
        )
    },
    any("-m length ~--length {40|40:1500|:100|1000:}"),
    any("-m limit --limit {3/sec|3/min|180/hour|20/day|5/min|7/hour}{| --limit-burst {1|5|20}}"),
    at(COMES, "-m mac ~--mac-source {00:11:22:33:44:55|02:00:00:00:03:01}"),
    any("-m mark ~--mark {0|0x5|0x5/0xff|0xffffffff|0/0x80}"),
    Piece { family: 6, ..of(&["mobility-header"], "-m mh ~--mh-type {1|1:3|binding-update}") },
    of(PORTS, "-m multiport ~--{dports|sports|ports} {80,443|22,80:90,443|1}"),
    Piece { family: 4, ..of(TCP, "-m osf ~--genre {Linux|Windows}{| --ttl 0 --log 2| --ttl 2}") },
    at(GOES, "-m owner ~--uid-owner {0|1000|1000-2000}{| ~--gid-owner {0|100|5-7}}"),
    at(GOES, "-m owner ~--socket-exists{| --gid-owner 100 --suppl-groups}"),
    any("-m physdev ~--physdev-in {eth0|eth+}{| ~--physdev-is-bridged}"),
    at(&["POSTROUTING", "FORWARD"], "-m physdev ~--physdev-out {eth1|veth+} --physdev-is-bridged"),
    any("-m physdev {~--physdev-is-in|~--physdev-is-bridged}"),
    any("-m pkttype ~--pkt-type {unicast|broadcast|multicast}"),
    at(COMES, "-m policy --dir in --pol {none|ipsec}"),
    at(
        COMES,
        "-m policy --dir in --pol ipsec --strict ~--reqid 1 ~--proto {esp|ah} ~--mode \
         transport ~--spi 0x5",
    ),
    Piece {
        family: 4,
        ..at(
            LAST,
            "-m policy --dir out --pol ipsec --strict --mode tunnel \
         --tunnel-src 10.0.0.1/32 ~--tunnel-dst 10.0.0.0/24 --next --reqid 2",
        )
    },
    any("-m quota ~--quota {0|1000|123456789012}"),
    Piece {
        family: 4,
        ..at(&["INPUT", "FORWARD", "OUTPUT", "POSTROUTING"], "-m realm ~--realm {5|0x10/0xf0|0}")
    },
    any("-m recent {--set|~--set} --name {a|<id>}{| --rdest}"),
    any(
        "-m recent ~--{rcheck|update} --seconds 60{| --hitcount 4}{| --rttl}{| --reap} --name <id>",
    ),
    v4("-m recent ~--remove{| --name a}{| --mask 255.255.255.0}{| --rdest}"),
    within(
        EARLY,
        FIRST,
        &[],
        "-m rpfilter{| --loose}{| --validmark}{| --accept-local}{| --invert}",
    ),
    v6("-m rt ~--rt-type {0|2}{| ~--rt-segsleft {1|1:3}}{| ~--rt-len 8}"),
    v6("-m rt --rt-type 0 --rt-0-res{| --rt-0-addrs fd00::1,fd00::2{| --rt-0-not-strict}}"),
    of(&["sctp"], "-m sctp ~--sport {5|1:9} ~--dport {7|80:}"),
    of(&["sctp"], "-m sctp ~--chunk-types {any|all|only} {INIT|DATA,INIT|DATA:Be,ABORT:t|SACK}"),
    v4("-m set ~--match-set s{1|3} {src|dst}{| --return-nomatch}"),
    v4("-m set ~--match-set {s2 src,dst|s2 dst,src|s5 src}"),
    v4("-m set --match-set s1 src ! --update-counters{| --packets-{eq|lt|gt} 5}"),
    v4(
        "-m set --match-set s1 src{| ! --update-subcounters}{| ! --packets-eq 5| --bytes-{lt|gt} 9| ! --bytes-eq 7}",
    ),
    v6("-m set ~--match-set s6 {src|dst}"),
    within(
        MANGLE,
        &["PREROUTING", "INPUT"],
        &[],
        "-m socket{| --transparent}{| --nowildcard}{| --restore-skmark}",
    ),
    v6("-m srh ~--srh-next-hdr 6{| ~--srh-hdr-len-eq 8}{| ~--srh-segs-left-gt 1}{| ~--srh-tag 5}"),
    any("-m state ~--state {NEW|RELATED,ESTABLISHED|INVALID|UNTRACKED,NEW}"),
    any("-m statistic --mode random ~--probability {0.5|0.333|0.0001|0.25000000000|1}"),
    any("-m statistic --mode nth ~--every {2|3|10} --packet {0|1}"),
    any(
        "-m string ~--string {abc|\"GET /\"|\"a b\\\"c\"} --algo {bm|kmp}{| --from 20}{| --to 100}{| --icase}",
    ),
    any("-m string ~--hex-string {\"|de ad|\"|\"ab|00|cd\"} --algo {bm|kmp}{| --to 65535}"),
    of(TCP, "-m tcp ~--sport {80|1:9|:22|1024:} ~--dport {443|80:90|:22|6000:}"),
    of(
        TCP,
        "-m tcp {~--syn|~--tcp-flags SYN,RST SYN|--tcp-flags ALL NONE|~--tcp-flags FIN,ACK,URG,PSH ACK,PSH}",
    ),
    of(TCP, "-m tcp ~--tcp-option {2|5}{| ~--dport 80}"),
    of(TCP, "-m tcp"),
    of(TCP, "-m tcpmss ~--mss {536|536:1400|1:}"),
    any(
        "-m time{ --timestart 09:00 --timestop 18:00| --timestart 22:00:30 --timestop 06:00 --contiguous}\
         {| ~--weekdays {Mon,Tue|Sat,Sun}}{| --kerneltz}",
    ),
    any("-m time --monthdays {1,2|31}{| --datestart 2020-01-01T10:00:00}{| --datestop 2030-02-03}"),
    any("-m time ~--monthdays 5,6,7"),
    any("-m tos ~--tos {0x10|0x10/0x3f|0x00|0xff|Minimize-Delay}"),
    v4("-m ttl --ttl-{lt 5|gt 64}"),
    v4("-m ttl ~--ttl-eq {64|1}"),
    any("-m u32 ~--u32 {\"6&0xFF=6\"|\"4&0x3FFF=0&&0>>22&0x3C@0>>24=0:5,8\"|\"0=1\"}"),
    of(UDP, "-m udp ~--sport {53|1:9} ~--dport {53|1024:|:9}"),
];

/// What rules do.
pub(super) const TARGETS: &[Piece] = &[
    any("-j ACCEPT"),
    within(&["filter", "mangle", "raw", "security"], &[], &[], "-j DROP"),
    any("-j RETURN"),
    any(""),
    any("-j one"),
    any("-g two"),
    any("-j a-chain-with-a-long-name_28"),
    any("-j AUDIT --type {accept|drop|reject}"),
    within(MANGLE, &[], &[], "-j CHECKSUM --checksum-fill"),
    within(MANGLE, LAST, &[], "-j CLASSIFY --set-class {1:5|0:0|10:ffff}"),
    any(
        "-j CONNMARK --{save|restore}-mark{| --nfmask 0xff --ctmask 0xff| --nfmask 0xf --ctmask 0xff| --mask 0xff}",
    ),
    any(
        "-j CONNMARK --{set-mark 5|set-xmark 0x5/0xf|set-mark 0x5/0xf|and-mark 5|or-mark 5|xor-mark 5|set-xmark 0}",
    ),
    within(&["mangle", "security"], &[], &[], "-j CONNSECMARK --{save|restore}"),
    within(
        RAW,
        &[],
        &[],
        "-j CT{| --notrack| --zone 5| --zone-orig 7| --zone-reply 9| --zone mark| --zone-orig mark}",
    ),
    within(RAW, &[], &[], "-j CT --ctevents {new|new,destroy|assured,mark}{| --expevents new}"),
    within(RAW, &[], TCP, "-j CT --helper ftp"),
    within(RAW, &[], &[], "-j NOTRACK"),
    within(RAW, &[], &[], "-j TRACE"),
    Piece {
        family: 4,
        ..within(
            NAT,
            &["PREROUTING", "OUTPUT"],
            &[],
            "-j DNAT --to-destination \
         {10.9.0.4|10.9.0.4-10.9.0.9}{| --random| --persistent| --random --persistent}",
        )
    },
    Piece {
        family: 4,
        ..within(
            NAT,
            &["PREROUTING", "OUTPUT"],
            TCP,
            "-j DNAT --to-destination \
         {10.9.0.4:80|10.9.0.4:80-90|10.9.0.4:80-90/8000|:8080|10.9.0.4-10.9.0.9:80}{| --random}",
        )
    },
    Piece {
        family: 6,
        ..within(
            NAT,
            &["PREROUTING", "OUTPUT"],
            TCP,
            "-j DNAT --to-destination \
         {fd00::9|fd00::9-fd00::f|[fd00::9]:80|[fd00::9]:80-90|[fd00::9-fd00::f]:80|:8080}{| --random| --persistent}",
        )
    },
    Piece {
        family: 6,
        ..within(
            MANGLE,
            &["PREROUTING", "OUTPUT"],
            &[],
            "-j DNPT --src-pfx fd00::/64 --dst-pfx fd01::/64",
        )
    },
    Piece {
        family: 6,
        ..within(
            MANGLE,
            &["INPUT", "POSTROUTING"],
            &[],
            "-j SNPT --src-pfx fd00::/64 --dst-pfx fd01::/64",
        )
    },
    within(MANGLE, &[], &[], "-j DSCP --set-dscp{ 0x2e| 0x00|-class AF41|-class EF}"),
    Piece { family: 4, ..within(MANGLE, &[], TCP, "-j ECN --ecn-tcp-remove") },
    Piece { family: 6, ..within(MANGLE, &[], &[], "-j HL --hl-{set 64|inc 1|dec 1}") },
    within(
        MANGLE,
        &[],
        &[],
        "-j HMARK --hmark-tuple {src,dst|src,dst,sport,dport|ct,src} --hmark-mod 10{| --hmark-offset 100} --hmark-rnd {1|0xcafe}",
    ),
    within(
        MANGLE,
        &[],
        PORTS,
        "-j HMARK --hmark-src-prefix 24 --hmark-sport-mask 0xff --hmark-mod 4 --hmark-rnd 1",
    ),
    any("-j IDLETIMER --timeout 10 --label {foo|bar}"),
    any("-j LOG{| --log-prefix {\"abc\"|\"abc: \"|\"a \\\"b\\\" \"|\"tcp dpt:80\"}}\
         {| --log-level {7|debug|0|emerg|4}}{| --log-tcp-sequence}{| --log-tcp-options}\
         {| --log-ip-options}{| --log-uid}{| --log-macdecode}"),
    any(
        "-j MARK --{set-mark 5|set-xmark 0x5/0xf|set-mark 0x5/0xf|and-mark 5|or-mark 5|xor-mark 5|set-xmark 0}",
    ),
    within(NAT, &["POSTROUTING"], &[], "-j MASQUERADE{| --random| --random-fully}"),
    within(NAT, &["POSTROUTING"], TCP, "-j MASQUERADE --to-ports {80|80-90}{| --random}"),
    Piece { family: 4, ..within(NAT, &[], &[], "-j NETMAP --to {10.5.0.0/24|10.5.0.9}") },
    Piece { family: 6, ..within(NAT, &[], &[], "-j NETMAP --to fd05::/64") },
    any(
        "-j NFLOG{| --nflog-group 3}{| --nflog-prefix {\"x y\"|p}}{| --nflog-size 64| --nflog-range 64}{| --nflog-threshold 5}",
    ),
    within(FILTER, &[], &[], "-j NFQUEUE{| --queue-num 3| --queue-balance 0:3}{| --queue-bypass}"),
    within(FILTER, &[], &[], "-j NFQUEUE --queue-balance 0:3 --queue-cpu-fanout"),
    any("-j RATEEST --rateest-name r1 --rateest-interval 250ms --rateest-ewmalog 500ms"),
    within(NAT, &["PREROUTING", "OUTPUT"], &[], "-j REDIRECT{| --random}"),
    within(NAT, &["PREROUTING", "OUTPUT"], UDP, "-j REDIRECT --to-ports {80|80-90}{| --random}"),
    Piece {
        family: 4,
        ..within(
            FILTER,
            &[],
            &[],
            "-j REJECT{| --reject-with icmp-{net-unreachable|\
         host-unreachable|port-unreachable|proto-unreachable|net-prohibited|host-prohibited|admin-prohibited}}",
        )
    },
    Piece {
        family: 6,
        ..within(
            FILTER,
            &[],
            &[],
            "-j REJECT{| --reject-with icmp6-{no-route|\
         adm-prohibited|addr-unreachable|port-unreachable|policy-fail|reject-route}}",
        )
    },
    within(FILTER, &[], TCP, "-j REJECT --reject-with tcp-reset"),
    v4("-j SET --add-set s1 src{| --exist}{| --timeout 60}"),
    v4("-j SET --del-set {s1 dst|s2 src,dst}"),
    Piece {
        family: 4,
        ..within(
            MANGLE,
            LAST,
            &[],
            "-j SET --map-set s10 src{ --map-mark| --map-prio| --map-queue| --map-mark --map-prio}",
        )
    },
    Piece {
        family: 4,
        ..within(
            NAT,
            &["POSTROUTING", "INPUT"],
            &[],
            "-j SNAT --to-source \
         {10.9.0.4|10.9.0.4-10.9.0.9}{| --random| --random-fully| --persistent}",
        )
    },
    Piece {
        family: 4,
        ..within(
            NAT,
            &["POSTROUTING", "INPUT"],
            TCP,
            "-j SNAT --to-source \
         {10.9.0.4:80|10.9.0.4:80-90|:8080|10.9.0.4-10.9.0.9:80-90}{| --random}",
        )
    },
    Piece {
        family: 6,
        ..within(
            NAT,
            &["POSTROUTING", "INPUT"],
            TCP,
            "-j SNAT --to-source \
         {fd00::9|[fd00::9]:80|[fd00::9-fd00::f]:80-90}{| --random}",
        )
    },
    within(
        FILTER,
        &["INPUT", "FORWARD"],
        TCP,
        "-j SYNPROXY{| --sack-perm}{| --timestamp}{| --ecn} --wscale 7 --mss 1460",
    ),
    within(
        MANGLE,
        LAST,
        TCP,
        "--tcp-flags SYN,RST SYN -j TCPMSS {--clamp-mss-to-pmtu|--set-mss 1400}",
    ),
    within(
        MANGLE,
        &[],
        TCP,
        "-j TCPOPTSTRIP --strip-options {timestamp|timestamp,sack|mss,wscale,20}",
    ),
    Piece { family: 4, ..any("-j TEE --gateway 10.0.0.9{| --oif eth0}") },
    v6("-j TEE --gateway fd00::9"),
    within(
        MANGLE,
        &[],
        &[],
        "-j TOS --{set-tos 0x10|set-tos 0x10/0x3f|and-tos 0x3f|or-tos 0x10|xor-tos 8|set-tos Minimize-Delay}",
    ),
    Piece {
        family: 4,
        ..within(
            MANGLE,
            FIRST,
            &["tcp", "udp"],
            "-j TPROXY --on-port 1080{| --on-ip 127.0.0.1}{| --tproxy-mark 1/1| --tproxy-mark 5}",
        )
    },
    Piece {
        family: 6,
        ..within(
            MANGLE,
            FIRST,
            &["tcp", "udp"],
            "-j TPROXY --on-port 1080{| --on-ip ::1}{| --tproxy-mark 1/1}",
        )
    },
    Piece { family: 4, ..within(MANGLE, &[], &[], "-j TTL --ttl-{set 64|inc 1|dec 1}") },
];

/// The tests that every rule may have.
pub(super) const BASES: &[Piece] = &[
    any(""),
    any("~-s <net>"),
    any("~-d <addr>"),
    any("~-s <addr> ~-d <net>"),
    Piece { family: 4, ..any("~-s 10.0.3.0/255.0.255.0") },
    v4("~-f"),
    at(COMES, "~-i {eth0|eth+|lo|br-0123456789ab}"),
    at(LAST, "~-o {eth0|eth+|lo|br-0123456789ab}"),
    at(&["FORWARD"], "~-i eth0 ~-o {eth+|eth1} ~-s <net>"),
    at(COMES, "~-i +"),
    at(LAST, "~-o +"),
    any("~-p {tcp|udp|47|esp|255|ipencap}"),
    v4("-p icmp"),
    v6("-p ipv6-icmp"),
];
