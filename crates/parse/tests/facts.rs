//! What each line of a host's tools says, in the forms that their man pages and programs have.

#![allow(clippy::unwrap_used)]

use chainwalk_model::{
    DiagnosticId, Hook, Host, IfKind, PacketScope, Reading, SectionKind, SeenVerdict, SeenWhat,
    proto,
};

fn read(text: &str) -> Reading {
    chainwalk_parse::read(&[text])
}

fn host(text: &str) -> Host {
    read(text).host()
}

/// Interfaces with their state: name, kind, addresses, master, MTU, group, link-layer address, up.
fn links(text: &str) -> Vec<String> {
    let one = |i: &chainwalk_model::Interface| {
        let addrs = i.addrs.iter().map(|a| format!("{}/{}", a.value.addr, a.value.len));
        let mac = i.mac.map_or("-".into(), |m| format!("{:02x?}", m.0));
        format!(
            "{} {:?} [{}] {} {:?} {:?} {mac} {:?}",
            i.name,
            i.kind,
            addrs.collect::<Vec<_>>().join(" "),
            i.master.as_deref().unwrap_or("-"),
            i.mtu,
            i.group,
            i.up
        )
    };
    host(text).interfaces.iter().map(one).collect()
}

#[test]
fn the_lines_of_ip_address() {
    let text = "\
2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group 9 qlen 1000
    link/ether 02:00:00:00:00:0a brd ff:ff:ff:ff:ff:ff link-netnsid 0
    altname enp1s0
    inet 10.0.0.1 peer 10.0.0.2/32 scope global eth0
       valid_lft forever preferred_lft forever
    inet6 fd00::1/64 scope global
       valid_lft forever preferred_lft forever
3: tun0: <POINTOPOINT,NOARP,LOWER_UP> mtu 1420 qdisc noop state DOWN group default
    link/none
4: bond0: <BROADCAST,MASTER,UP> mtu 1500 qdisc noqueue state UP group default
    bond mode active-backup
5: p1: <BROADCAST,SLAVE,UP> mtu 1500 qdisc mq master bond0 state UP group default
6: team0: <BROADCAST> mtu 1500 state DOWN group default
    team
";
    assert_eq!(
        links(text),
        [
            "eth0 Plain [10.0.0.1/32 fd00::1/64] - Some(1450) Some(9) [02, 00, 00, 00, 00, 0a] Some(true)",
            "tun0 Plain [] - Some(1420) Some(0) - Some(false)",
            "bond0 Bond [] - Some(1500) Some(0) - Some(true)",
            // A port of a bond is no port of a bridge.
            "p1 Plain [] - Some(1500) Some(0) - Some(true)",
            "team0 Bond [] - Some(1500) Some(0) - Some(false)",
        ]
    );
    let reading = read(text);
    assert_eq!(reading.sections.len(), 1);
    assert_eq!(reading.sections[0].kind, SectionKind::Interfaces(5));
    assert_eq!(&text[reading.sections[0].span.range()], text.trim_end());
    // The block ends where a line is none of it.
    let more = format!("{text}10.9.0.0/16 via 10.0.0.2 dev eth0\n");
    assert_eq!((host(&more).interfaces.len(), host(&more).routes.len()), (5, 1));
}

#[test]
fn the_short_forms_of_ip_address() {
    let brief = "\
lo               UNKNOWN        127.0.0.1/8 ::1/128
eth0@if3         UP             10.0.0.1/24 metric 100 fd00::1/64
eth1             DOWN           02:00:00:00:00:0b <BROADCAST,MULTICAST>
eth2             LOWERLAYERDOWN
eth3             DORMANT
";
    assert_eq!(
        links(brief),
        [
            "lo Loopback [127.0.0.1/8 ::1/128] - None None - None",
            "eth0 Plain [10.0.0.1/24 fd00::1/64] - None None - Some(true)",
            "eth1 Plain [] - None None [02, 00, 00, 00, 00, 0b] Some(false)",
            "eth2 Plain [] - None None - None",
            "eth3 Plain [] - None None - None",
        ]
    );
    // A word that is none of these makes it prose.
    assert!(read("eth0 UP and running\n").hosts.is_empty());
    let oneline = "2: eth0    inet 10.0.0.1/24 scope global eth0\\ valid_lft forever\n\
        3: eth1@if2    inet6 fd00::1/64 scope global \\ valid_lft forever\n";
    assert_eq!(
        links(oneline),
        [
            "eth0 Plain [10.0.0.1/24] - None None - None",
            "eth1 Plain [fd00::1/64] - None None - None"
        ]
    );
}

#[test]
fn ifconfig_of_both_net_tools() {
    let new = "\
eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1450
        inet 10.0.0.1  netmask 255.255.255.0  broadcast 10.0.0.255
        inet6 fd00::1  prefixlen 64  scopeid 0x0<global>
        ether 02:00:00:00:00:0a  txqueuelen 1000  (Ethernet)
        RX packets 1  bytes 2 (2.0 B)
        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0

eth0:1: flags=4163<UP,BROADCAST>  mtu 1450
        inet 10.0.1.1  netmask 0xffff0000

eth1: flags=4098<BROADCAST,MULTICAST>  mtu 1500
        ether 02:00:00:00:00:0b  txqueuelen 1000  (Ethernet)
";
    assert_eq!(
        links(new),
        [
            "eth0 Plain [10.0.0.1/24 fd00::1/64 10.0.1.1/16] - Some(1450) None [02, 00, 00, 00, 00, 0a] Some(true)",
            "eth1 Plain [] - Some(1500) None [02, 00, 00, 00, 00, 0b] Some(false)",
        ]
    );
    let old = "\
eth0      Link encap:Ethernet  HWaddr 02:00:00:00:00:0a
          inet addr:10.0.0.1  Bcast:10.0.0.255  Mask:255.255.255.0
          inet6 addr: fe80::1/64 Scope:Link
          UP BROADCAST RUNNING MULTICAST  MTU:1450  Metric:1
          RX packets:1 errors:0 dropped:0 overruns:0 frame:0
          collisions:0 txqueuelen:1000
          Interrupt:5

eth1      Link encap:Ethernet  HWaddr 02:00:00:00:00:0b
          BROADCAST MULTICAST  MTU:1500  Metric:1
";
    assert_eq!(
        links(old),
        [
            "eth0 Plain [10.0.0.1/24 fe80::1/64] - Some(1450) None [02, 00, 00, 00, 00, 0a] Some(true)",
            "eth1 Plain [] - Some(1500) None [02, 00, 00, 00, 00, 0b] Some(false)",
        ]
    );
}

#[test]
fn the_sockets_that_listen() {
    let sockets = |text: &str| -> Vec<String> {
        let one = |s: &chainwalk_model::Socket| {
            format!("{} {} {} {}", s.proto, s.addr, s.port, s.process.as_deref().unwrap_or("-"))
        };
        host(text).sockets.iter().map(one).collect()
    };
    let ss = "\
Netid State      Recv-Q Send-Q  Local Address:Port  Peer Address:Port Process
udp   UNCONN     0      0       127.0.0.53%lo:53    0.0.0.0:*         users:((\"resolve\",pid=1,fd=3))
tcp   LISTEN     0      128     0.0.0.0:22          0.0.0.0:*
tcp   LISTEN     0      128     [::]:80             [::]:*
tcp   ESTAB      0      0       10.0.0.1:22         10.0.0.2:5000
udp   ESTAB      0      0       10.0.0.1:5000       10.0.0.2:53
tcp   TIME-WAIT  0      0       10.0.0.1:23         10.0.0.2:5000
";
    assert_eq!(sockets(ss), ["17 127.0.0.53 53 resolve", "6 0.0.0.0 22 -", "6 :: 80 -"]);
    assert_eq!(read(ss).sections[0].kind, SectionKind::Sockets(3));
    // `ss -tl` and `ss -ul` have no column for the protocol.
    assert_eq!(
        sockets("LISTEN 0 128 *:22 *:*\nUNCONN 0 0 10.0.0.1:53 0.0.0.0:*\n"),
        ["6 0.0.0.0 22 -", "17 10.0.0.1 53 -"]
    );
    let netstat = "\
Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      1/sshd
tcp        0      0 10.0.0.1:23             10.0.0.2:5000           ESTABLISHED 2/x
tcp6       0      0 :::80                   :::*                    LISTEN      3/nginx
udp        0      0 0.0.0.0:53              0.0.0.0:*                           4/dns
";
    assert_eq!(sockets(netstat), ["6 0.0.0.0 22 sshd", "6 :: 80 nginx", "17 0.0.0.0 53 dns"]);
}

#[test]
fn names_of_kubectl_tables() {
    let names = |text: &str| -> Vec<String> {
        host(text).names.iter().map(|n| format!("{}={}", n.name, n.addr)).collect()
    };
    let pods = "\
NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE   IP           NODE     NOMINATED NODE
default     web-1   1/1     Running   0          1d    10.244.0.5   node-1   <none>
default     web-2   0/1     Pending   0          1d    <none>       <none>   <none>
default     web-3   1/1     Running   0          1d    10.244.0.6   node-1   <none>
";
    assert_eq!(names(pods), ["web-1=10.244.0.5", "web-3=10.244.0.6"]);
    let ends = "\
NAME   ENDPOINTS                       AGE
web    10.244.0.5:80,10.244.0.6:80     1d
";
    assert_eq!(names(ends), ["web=10.244.0.5", "web=10.244.0.6"]);
    let nodes = "NAME  STATUS  ROLES  AGE  VERSION  INTERNAL-IP  EXTERNAL-IP\nn1    Ready   <none> 1d   v1.28    192.0.2.1    <none>\n";
    assert_eq!(names(nodes), ["n1=192.0.2.1"]);
    let services = "NAME  TYPE  CLUSTER-IP  EXTERNAL-IP  PORT(S)  AGE\ndb    ClusterIP  None  <none>  5432/TCP  1d\nweb   ClusterIP  10.96.0.7  <none>  80/TCP  1d\n";
    assert_eq!(names(services), ["web=10.96.0.7"]);
}

#[test]
fn the_columns_of_route() {
    let routes = |text: &str| -> Vec<String> {
        let one = |r: &chainwalk_model::Route| {
            let via = r.via.map_or("-".into(), |v| v.to_string());
            let dev = r.dev.as_deref().unwrap_or("-");
            format!("{:?} {}/{} {via} {dev} {}", r.kind, r.dst.addr, r.dst.len, r.metric)
        };
        host(text).routes.iter().map(one).collect()
    };
    let text = "\
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         10.0.0.254      0.0.0.0         UG    100    0        0 eth0
10.0.0.0        0.0.0.0         255.255.255.0   U     0      0        0 eth0
10.9.0.0        -               255.255.0.0     !     0      -        0 -
somewhere       10.0.0.9        255.255.0.0     UG    0      0        0 eth0
";
    assert_eq!(
        routes(text),
        [
            "Unicast 0.0.0.0/0 10.0.0.254 eth0 100",
            "Unicast 10.0.0.0/24 - eth0 0",
            "Unreachable 10.9.0.0/16 - - 0"
        ]
    );
    // The eighth column of `netstat` is no metric.
    let netstat = "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n\
        10.0.0.0        0.0.0.0         255.255.255.0   U         1440 0          0 eth0\n";
    assert_eq!(routes(netstat), ["Unicast 10.0.0.0/24 - eth0 0"]);
    assert_eq!(read("Kernel IP routing table\n").sections[0].kind, SectionKind::Routes(0));
}

#[test]
fn bridges_and_what_lies_behind_their_ports() {
    let bridges = "\
bridge name\tbridge id\t\tSTP enabled\tinterfaces
br0\t\t8000.0242129f14c0\tno\t\tveth1
\t\t\t\t\t\t\tveth2
br1\t\t8000.0242129f14c1\tyes
";
    let found = host(bridges);
    let masters: Vec<_> =
        found.interfaces.iter().map(|i| (&*i.name, i.kind.clone(), i.master.as_deref())).collect();
    assert_eq!(
        masters,
        [
            ("br0", IfKind::Bridge, None),
            ("veth1", IfKind::Plain, Some("br0")),
            ("veth2", IfKind::Plain, Some("br0")),
            ("br1", IfKind::Bridge, None)
        ]
    );
    // Without the header it is read as well; with another id it is none.
    assert_eq!(host("br0 8000.0242129f14c0 no veth1\n").interfaces.len(), 2);
    for odd in ["br0 8000.0242129f14c no veth1", "br0 8000.0242129f14c0 maybe veth1"] {
        assert!(read(odd).hosts.is_empty(), "{odd}");
    }
    let fdb = "02:00:00:00:00:05 dev veth1 master br0\n02:00:00:00:00:06 dev veth2 master br0 permanent\n02:00:00:00:00:07 dev veth2 vlan 1 master br0\n";
    let neighbours = "10.0.0.5 dev br0 lladdr 02:00:00:00:00:05 REACHABLE\n10.0.0.6 dev br0 lladdr 02:00:00:00:00:06 STALE\n10.0.0.7 dev br0 lladdr 02:00:00:00:00:07 router DELAY\n10.0.0.8 dev br0 FAILED\n";
    for text in [format!("{fdb}{neighbours}"), format!("{neighbours}$ bridge fdb\n{fdb}")] {
        let found = host(&text);
        let behind: Vec<String> =
            found.fdb.iter().map(|(addr, port)| format!("{addr} {}", port.value)).collect();
        assert_eq!(behind, ["10.0.0.5 veth1", "10.0.0.7 veth2"]);
    }
    assert_eq!(read(neighbours).sections[0].kind, SectionKind::Known("ip neigh".into()));
    assert_eq!(read(fdb).sections[0].kind, SectionKind::Bridges(3));
}

#[test]
fn what_interfaces_say_may_not_contradict_itself() {
    let addr = |net: &str| format!("2: eth0: <UP> mtu 1500\n    inet {net} scope global eth0\n");
    let hosts = |first: &str, second: &str| {
        let reading = chainwalk_parse::read(&[&addr(first), &addr(second)]);
        let told = reading.diagnostics.iter().any(|d| d.id == DiagnosticId::Contradiction);
        assert_eq!(told, reading.hosts.len() > 1);
        reading.hosts.len()
    };
    assert_eq!(hosts("10.0.0.1/24", "10.0.0.1/24"), 1);
    assert_eq!(hosts("10.0.0.1/24", "10.0.0.2/24"), 2);
    // An address of IPv6 is one more.
    assert_eq!(hosts("10.0.0.1/24", "fd00::1/64"), 1);
    let lo = |net: &str| format!("1: lo: <UP> mtu 65536\n    inet {net} scope host lo\n");
    let loopback = chainwalk_parse::read(&[&lo("127.0.0.1/8"), &lo("10.9.9.9/32")]);
    assert_eq!(loopback.hosts.len(), 1);
    assert_eq!(loopback.hosts[0].interfaces[0].addrs.len(), 2);
}

#[test]
fn two_outputs_of_one_interface_are_one() {
    let link = "2: eth0: <UP> mtu 1450 master br0 group 7\n    link/ether 02:00:00:00:00:0a brd ff:ff:ff:ff:ff:ff\n";
    let brief = "eth0 DOWN 10.0.0.1/24\n";
    let told =
        "eth0 Plain [10.0.0.1/24] br0 Some(1450) Some(7) [02, 00, 00, 00, 00, 0a] Some(true)";
    assert_eq!(links(&format!("{link}\n$ ip -br a\n{brief}"))[0], told);
    // `DOWN` may only mean that nothing is plugged in: what the flags tell counts.
    assert_eq!(links(&format!("{brief}\n$ ip link\n{link}"))[0], told);
}

#[test]
fn flows_with_zones_and_events() {
    let line = |more: &str| {
        format!(
            "tcp 6 100 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [ASSURED] mark=0 {more} use=1\n"
        )
    };
    let flow = |text: &str| host(text).flows.into_iter().map(|f| f.value).next();
    let zones = flow(&line("zone-orig=5 zone-reply=6")).unwrap();
    assert_eq!((zones.zone, zones.zone_orig, zones.zone_reply), (0, Some(5), Some(6)));
    assert_eq!(flow(&line("zone=7")).unwrap().zone, 7);
    // RFC 792: the reply to an echo request (8) is an echo reply (0).
    let icmp = "icmp 1 29 src=10.0.0.1 dst=10.0.0.5 type=8 code=3 id=7 src=10.0.0.5 dst=10.0.0.1 type=0 code=3 id=7 mark=0 use=1\n";
    let echo = flow(icmp).unwrap();
    assert_eq!((echo.orig.sport, echo.orig.dport), (7, 0x803));
    assert_eq!((echo.reply.sport, echo.reply.dport), (7, 3));
    // Both ends of a side are of one family, and each has two.
    assert_eq!(flow(&line("").replace("dst=10.0.0.2", "dst=fd00::2")), None);
    assert_eq!(flow(&line("").replace("src=10.0.0.2 dst=10.0.0.1", "")), None);
    let event = "[NEW] tcp 6 120 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1\n";
    for text in [event.to_owned(), format!("[1700000000.123456]\t{event}")] {
        let reading = read(&text);
        assert!(reading.host().flows.is_empty(), "{text}");
        // What it tells of is the first packet of a flow.
        let kind = &reading.sections[0].kind;
        assert!(matches!(kind, SectionKind::Traces(1) | SectionKind::Known(_)), "{kind:?}");
    }
}

#[test]
fn traces_of_three_programs() {
    let log = "\
[1.1] TRACE: raw:PREROUTING:policy:2 IN=eth0 OUT= MAC=x SRC=10.0.0.2 DST=10.0.0.1 LEN=60 TOS=0x00 TTL=64 ID=7 DF PROTO=TCP SPT=5 DPT=22 SEQ=9 ACK=0 WINDOW=1 RES=0x00 SYN URGP=0
[1.2] TRACE: filter:INPUT:rule:1 IN=eth0 OUT= MAC=x SRC=10.0.0.2 DST=10.0.0.1 LEN=60 TOS=0x00 TTL=64 ID=7 DF PROTO=TCP SPT=5 DPT=22 SEQ=9 ACK=0 WINDOW=1 RES=0x00 SYN URGP=0
[1.3] TRACE: filter:c:return:2 IN=eth0 OUT= MAC=x SRC=10.0.0.2 DST=10.0.0.1 LEN=60 TOS=0x00 TTL=64 ID=7 DF PROTO=TCP SPT=5 DPT=22 SEQ=9 ACK=0 WINDOW=1 RES=0x00 SYN URGP=0
[1.4] TRACE: filter:INPUT:rule:1 IN=eth0 OUT= MAC=x SRC=10.0.0.2 DST=10.0.0.1 LEN=60 TOS=0x00 TTL=64 ID=8 DF PROTO=TCP SPT=5 DPT=22 SEQ=9 ACK=0 WINDOW=1 RES=0x00 SYN URGP=0
";
    let found = host(log).seen;
    assert_eq!(found.len(), 2);
    let (seen, steps) = (&found[0], &found[0].steps);
    assert_eq!(
        (seen.src.to_string(), seen.dst.to_string()),
        ("10.0.0.2".into(), "10.0.0.1".into())
    );
    assert_eq!((seen.proto, seen.sport, seen.dport), (Some(proto::TCP), Some(5), Some(22)));
    assert_eq!((seen.flags.map(|f| f.0), seen.iface.as_deref()), (Some(2), Some("eth0")));
    let whats: Vec<_> = steps.iter().map(|s| (&*s.table, &*s.chain, s.what.clone())).collect();
    assert_eq!(
        whats,
        [
            ("raw", "PREROUTING", SeenWhat::Policy(None)),
            ("filter", "INPUT", SeenWhat::Rule { number: Some(1), text: None, verdict: None }),
            ("filter", "c", SeenWhat::Return)
        ]
    );
    let nft = "\
trace id 200c72f1 ip filter INPUT packet: iif \"eth0\" ip saddr 10.0.0.2 ip daddr 10.0.0.1 ip protocol tcp tcp sport 5 tcp dport 22 tcp flags == syn
trace id 200c72f1 ip filter INPUT rule tcp dport 22 jump web (verdict jump web)
trace id 200c72f1 ip filter web verdict return
trace id 200c72f1 ip filter INPUT rule counter (verdict drop)
trace id 200c72f1 ip filter INPUT policy accept
";
    let found = host(nft).seen;
    assert_eq!((found.len(), found[0].proto, found[0].dport), (1, Some(proto::TCP), Some(22)));
    assert_eq!((found[0].flags.map(|f| f.0), found[0].iface.as_deref()), (Some(2), Some("eth0")));
    let rule = |text: &str, verdict| SeenWhat::Rule {
        number: None,
        text: Some(text.into()),
        verdict: Some(verdict),
    };
    assert_eq!(
        found[0].steps.iter().map(|s| s.what.clone()).collect::<Vec<_>>(),
        [
            rule("tcp dport 22 jump web", SeenVerdict::To("web".into())),
            SeenWhat::Return,
            rule("counter", SeenVerdict::Drop),
            SeenWhat::Policy(Some(true))
        ]
    );
    let monitor = "\
PACKET: 2 200c72f1 IN=eth0 SRC=10.0.0.2 DST=10.0.0.1 PROTO=UDP SPORT=5 DPORT=53
 TRACE: 2 200c72f1 filter:INPUT:rule:0x4:JUMP:web  -4 -t filter -A INPUT -j web
 TRACE: 2 200c72f1 filter:web:return:
 TRACE: 2 200c72f1 filter:INPUT:rule:0x5:ACCEPT  -4 -t filter -A INPUT -j ACCEPT
 TRACE: 2 200c72f1 filter:INPUT:policy:DROP
";
    let found = host(monitor).seen;
    assert_eq!((found[0].proto, found[0].dport), (Some(proto::UDP), Some(53)));
    assert_eq!(
        found[0].steps.iter().map(|s| s.what.clone()).collect::<Vec<_>>(),
        [
            rule("-A INPUT -j web", SeenVerdict::To("web".into())),
            SeenWhat::Return,
            rule("-A INPUT -j ACCEPT", SeenVerdict::Accept),
            SeenWhat::Policy(Some(false))
        ]
    );
}

#[test]
fn what_is_beside_the_rules_says_where_and_whom_it_touches() {
    let beside = |text: &str| {
        let found = host(text).beside;
        assert_eq!(found.len(), 1, "{text}");
        (found[0].hooks.clone(), found[0].touches.clone())
    };
    let service = |proto, addr: &str, port| PacketScope::Service {
        proto,
        addr: addr.parse().ok(),
        port: Some(port),
    };
    let ipvs = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\nTCP  10.96.0.1:443 rr\n  -> 192.0.2.1:6443 Masq 1 0 0\nUDP  10.96.0.10:53 rr\nSCTP  [fd00::1]:7 rr\nFWM  1 rr\n";
    let local = vec![Hook::Input, Hook::Forward, Hook::Output];
    let touches = vec![
        service(Some(proto::TCP), "10.96.0.1", 443),
        service(None, "192.0.2.1", 6443),
        service(Some(proto::UDP), "10.96.0.10", 53),
        service(Some(proto::SCTP), "fd00::1", 7),
        PacketScope::All,
    ];
    assert_eq!(beside(ipvs), (local, touches));
    let nets = "src 10.0.0.0/24 dst 10.1.0.0/24";
    let ends = |a: [u8; 4], b: [u8; 4]| {
        let net = |a: [u8; 4]| Some(chainwalk_model::Cidr { addr: a.into(), len: 24 });
        vec![PacketScope::Between(net(a), net(b))]
    };
    let both = ends([10, 0, 0, 0], [10, 1, 0, 0]);
    for (line, hooks) in [
        ("dir in priority 1", vec![Hook::Input]),
        ("dir out priority 1", vec![Hook::Postrouting]),
        ("dir fwd priority 1", vec![Hook::Forward]),
        ("proto esp spi 0x1 reqid 1 mode tunnel", vec![Hook::Input, Hook::Output]),
    ] {
        assert_eq!(beside(&format!("{nets}\n\t{line}\n\t\tmore\n")), (hooks, both.clone()));
    }
    let wire = vec![Hook::Prerouting, Hook::Postrouting];
    let tc = "filter dev eth0 parent ffff: protocol all pref 1 bpf chain 0\n  more of it\n";
    assert_eq!(beside(tc), (wire.clone(), vec![PacketScope::Iface("eth0".into())]));
    let nowhere = tc.replace("dev eth0 ", "");
    assert_eq!(beside(&nowhere), (wire.clone(), vec![PacketScope::Wire]));
    let xdp = "xdp:\neth0(2) driver id 5\neth1(3) driver id 6\n\ntc:\n\nnetfilter:\nip input prio -128\n\n";
    let all = vec![
        PacketScope::Iface("eth0".into()),
        PacketScope::Iface("eth1".into()),
        PacketScope::All,
    ];
    assert_eq!(beside(xdp), (wire, all));
    assert!(host("xdp:\n\ntc:\n\nflow_dissector:\n\n").beside.is_empty());
}

#[test]
fn words_of_nft_are_no_prose() {
    for prose in ["table of contents", "add a rule", "flush it", "insert coins into the table"] {
        assert!(read(prose).sections.is_empty(), "{prose}");
    }
}

#[test]
fn outputs_that_are_known_end_where_they_end() {
    for (text, name, lines) in [
        (
            "NETWORK ID     NAME      DRIVER    SCOPE\n0123456789ab   bridge    bridge    local\nnot one\n",
            "docker network ls",
            2,
        ),
        ("CONTAINER ID   IMAGE\n0123456789ab   web\nzz\n", "docker ps", 2),
        ("port no\tmac addr\t\tis local?\n  1\t02:00:00:00:00:05\tno\nend\n", "brctl showmacs", 2),
        ("qdisc noqueue 0: dev lo root\nqdisc mq 0: dev eth0 root\nend\n", "tc qdisc", 2),
        ("ip6tables v1.8.9 (legacy)\nend\n", "iptables -V", 1),
    ] {
        let reading = read(text);
        let known = &reading.sections[0];
        assert_eq!(known.kind, SectionKind::Known(name.into()), "{text}");
        assert_eq!(text[known.span.range()].lines().count(), lines, "{text}");
    }
    for prose in ["Linux is an operating system", "iptables version 1", "Linux gw"] {
        assert!(read(prose).sections.is_empty(), "{prose}");
    }
}

#[test]
fn sysctls_that_a_command_showed_stand_in_the_order_asked() {
    let text =
        "$ cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/rp_filter\n1\n2\n3\n";
    let found = host(text);
    let pairs: Vec<(&str, &str)> = found.sysctls.iter().map(|(n, v)| (&**n, &*v.value)).collect();
    assert_eq!(pairs, [("net.ipv4.ip_forward", "1"), ("net.ipv4.conf.all.rp_filter", "2")]);
    // A file that a shell finds is not known by its place.
    assert!(host("$ cat /proc/sys/net/ipv4/conf/*/rp_filter\n1\n2\n").sysctls.is_empty());
    for no in ["name = value", "net.ipv4 x = 1", "net.ipv4.ip_forward =", "some.thing = 1"] {
        assert!(read(no).hosts.is_empty(), "{no}");
    }
}

#[test]
fn a_route_of_which_addresses_are_hidden_tells_whose_they_are() {
    let told = |text: &str| {
        let host = host(text);
        let hidden = host.interfaces.iter().filter(|i| !i.hidden.is_empty());
        hidden.map(|i| i.name.to_string()).collect::<Vec<_>>()
    };
    let table = "$ ip route\n10.0.0.0/24 dev eth1 proto kernel scope link src 10.0.0.1\n";
    assert_eq!(
        told(&format!("{table}203.0.113.0/24 dev eth0 scope link src 203.0.x.x\n")),
        ["eth0"]
    );
    assert!(told(table).is_empty());
}
