//! What the host around the rules becomes, told by what its tools print of one and the same host.

#![allow(clippy::unwrap_used, clippy::format_collect)]

use chainwalk_model::{Host, IfKind, Origin, PolicyAction, RouteKind, SectionKind};

fn host(text: &str) -> Host {
    chainwalk_parse::read(&[text]).host()
}

/// Interfaces with addresses, kinds and masters, as lines.
fn interfaces(host: &Host) -> Vec<String> {
    let mut lines: Vec<String> = host
        .interfaces
        .iter()
        .map(|i| {
            let addrs: Vec<String> =
                i.addrs.iter().map(|a| format!("{}/{}", a.value.addr, a.value.len)).collect();
            format!("{} {:?} {} {:?}", i.name, i.kind, addrs.join(","), i.master.as_deref())
        })
        .collect();
    lines.sort();
    lines
}

/// Routes as lines.
fn routes(host: &Host) -> Vec<String> {
    let line = |r: &chainwalk_model::Route| {
        format!(
            "{:?} {}/{} {:?} {:?} {} {}",
            r.kind,
            r.dst.addr,
            r.dst.len,
            r.via,
            r.dev.as_deref(),
            r.table,
            r.metric
        )
    };
    let mut lines: Vec<String> = host.routes.iter().map(line).collect();
    lines.sort();
    lines
}

const ADDR: &str = "\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: br0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 62:c2:99:73:25:53 brd ff:ff:ff:ff:ff:ff
    bridge forward_delay 1500 hello_time 200
    inet 10.1.0.1/24 scope global br0
       valid_lft forever preferred_lft forever
4: v1@v1p: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master br0 state UP group default
    link/ether 62:c2:99:73:25:53 brd ff:ff:ff:ff:ff:ff
";

const ADDR_JSON: &str = r#"[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue","operstate":"UNKNOWN","group":"default","txqlen":1000,"link_type":"loopback","address":"00:00:00:00:00:00","broadcast":"00:00:00:00:00:00","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295}]},{"ifindex":2,"ifname":"br0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"qdisc":"noqueue","operstate":"UP","group":"default","txqlen":1000,"link_type":"ether","address":"62:c2:99:73:25:53","broadcast":"ff:ff:ff:ff:ff:ff","linkinfo":{"info_kind":"bridge"},"addr_info":[{"family":"inet","local":"10.1.0.1","prefixlen":24,"scope":"global","label":"br0"}]},{"ifindex":4,"link":"v1p","ifname":"v1","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"qdisc":"noqueue","master":"br0","operstate":"UP","group":"default","link_type":"ether","address":"62:c2:99:73:25:53","addr_info":[]}]
"#;

#[test]
fn addresses_are_the_same_in_words_and_in_json() {
    let (words, json) = (host(ADDR), host(ADDR_JSON));
    assert_eq!(interfaces(&words), interfaces(&json));
    assert_eq!(interfaces(&words)[0], "br0 Bridge 10.1.0.1/24 None");
    let strip = |host: &Host| {
        host.interfaces.iter().map(|i| (i.mtu, i.group, i.mac, i.up)).collect::<Vec<_>>()
    };
    assert_eq!(strip(&words)[1..2], strip(&json)[1..2]);
    let Origin::Pasted(span) = json.interface("br0").unwrap().addrs[0].origin else { panic!() };
    assert!(ADDR_JSON[span.range()].starts_with(r#"{"family":"inet","local":"10.1.0.1""#));
    let pretty = ADDR_JSON.replace("},{", "},\n  {");
    assert_eq!(interfaces(&host(&format!("$ ip -j addr\n{pretty}"))), interfaces(&words));
}

#[test]
fn one_line_an_address_is_read() {
    let text = "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n\
        2: br0    inet 10.1.0.1/24 scope global br0\\       valid_lft forever preferred_lft forever\n\
        2: br0    inet6 fd00::1/64 scope global \\       valid_lft forever preferred_lft forever\n";
    let host = host(text);
    assert_eq!(host.interface("br0").unwrap().addrs.len(), 2);
}

#[test]
fn links_tell_their_kind_with_d_and_count_with_s() {
    let text = "2: vrf1: <NOARP,MASTER,UP,LOWER_UP> mtu 65575 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n\
        \x20   link/ether 06:f5:fe:86:0a:e5 brd ff:ff:ff:ff:ff:ff promiscuity 0\n\
        \x20   vrf table 10 addrgenmode eui64 numtxqueues 1\n\
        3: d0: <BROADCAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc noqueue master vrf1 state UNKNOWN mode DEFAULT group default\n\
        \x20   link/ether 16:d2:e6:07:64:46 brd ff:ff:ff:ff:ff:ff promiscuity 0\n\
        \x20   dummy\n\
        \x20   vrf_slave table 10 addrgenmode eui64\n\
        \x20   RX:  bytes packets errors dropped  missed   mcast\n\
        \x20           76       1      0       0       0       1\n\
        \x20   TX:  bytes packets errors dropped carrier collsns\n\
        \x20          240       2      0       1       0       0\n\
        4: eth0: <BROADCAST,UP> mtu 1500 qdisc mq state UP mode DEFAULT group 7\n";
    let host = host(text);
    assert_eq!(host.interface("vrf1").unwrap().kind, IfKind::Vrf);
    assert_eq!(host.interface("d0").unwrap().master.as_deref(), Some("vrf1"));
    assert_eq!(host.interface("eth0").unwrap().group, Some(7));
    assert_eq!(host.beside.iter().map(|b| &*b.name).collect::<Vec<_>>(), ["VRF vrf1"]);
}

const ROUTES: &str = "\
default via 10.1.0.254 dev br0
10.1.0.0/24 dev br0 proto kernel scope link src 10.1.0.1
10.5.0.0/16 via 10.1.0.9 dev br0 metric 50
unreachable 10.66.0.0/16
";

#[test]
fn routes_are_the_same_in_words_in_columns_and_in_json() {
    let json = r#"[{"dst":"default","gateway":"10.1.0.254","dev":"br0","flags":[]},{"dst":"10.1.0.0/24","dev":"br0","protocol":"kernel","scope":"link","prefsrc":"10.1.0.1","flags":[]},{"dst":"10.5.0.0/16","gateway":"10.1.0.9","dev":"br0","metric":50,"flags":[]},{"type":"unreachable","dst":"10.66.0.0/16","flags":[]}]"#;
    let columns = "Kernel IP routing table\n\
        Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n\
        0.0.0.0         10.1.0.254      0.0.0.0         UG    0      0        0 br0\n\
        10.5.0.0        10.1.0.9        255.255.0.0     UG    50     0        0 br0\n\
        10.66.0.0       -               255.255.0.0     !     0      -        0 -\n";
    let netstat = "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n\
        default         10.1.0.254      0.0.0.0         UG        0 0          0 br0\n";
    let expect = routes(&host(ROUTES));
    assert_eq!(expect.len(), 3);
    assert_eq!(routes(&host(json)), expect);
    assert_eq!(routes(&host(columns)), expect);
    assert_eq!(routes(&host(netstat)), expect[..1]);
    let six = "Kernel IPv6 routing table\n\
        Destination                    Next Hop                   Flag Met Ref  Use If\n\
        fd00::/64                      ::                         U    256 1      0 br0\n\
        ::/0                           fd00::2                    UG   1024 1      0 br0\n\
        ::1/128                        ::                         Un   0   2      0 lo\n\
        ff00::/8                       ::                         U    256 2      0 v1p\n\
        ::/0                           ::                         !n   -1  1      0 lo\n";
    let words = "fd00::/64 dev br0 metric 256 pref medium\ndefault via fd00::2 dev br0 metric 1024 pref medium\n";
    assert_eq!(routes(&host(six)), routes(&host(words)));
}

/// The next hops of the routes, and what else a route says of its way.
fn hops(host: &Host) -> Vec<String> {
    let hop = |h: &chainwalk_model::Hop| {
        let via = h.via.map_or("-".into(), |v| v.to_string());
        format!(
            "{via} {} {} {:#x} {:?}",
            h.dev.as_deref().unwrap_or("-"),
            h.weight,
            h.realms,
            h.link
        )
    };
    let one = |r: &chainwalk_model::Route| {
        let hops: Vec<String> = r.hops.iter().map(hop).collect();
        format!(
            "{}/{} {:#x} {:?} {:?} [{}]",
            r.dst.addr,
            r.dst.len,
            r.realms,
            r.mtu,
            r.link,
            hops.join(", ")
        )
    };
    host.routes.iter().map(one).collect()
}

#[test]
fn every_next_hop_is_read_with_its_weight_realm_and_link() {
    let words = "default proto static\n\tnexthop via 10.0.0.9 realm 7 dev ea weight 2 \n\
        \tnexthop via 10.1.0.9 realms 2/8 dev eb weight 3 linkdown\n\
        20.0.0.0/8 via 10.0.0.9 dev ea realm 5 mtu lock 1300 \n\
        21.0.0.0/8 via 10.0.0.9 dev ea realms 4/5 mtu 1300 advmss 1200 hoplimit 7\n\
        22.0.0.0/8 src 10.0.0.1 metric 7 mtu 1200 \n\tnexthop dev ec weight 1 dead linkdown \n\
        \tnexthop via 10.0.0.9 dev ea weight 1 onlink \n23.0.0.0/8 dev ec scope link linkdown\n";
    let expect = [
        "0.0.0.0/0 0x0 None Up [10.0.0.9 ea 2 0x7 Up, 10.1.0.9 eb 3 0x20008 Linkdown]",
        "20.0.0.0/8 0x5 Some(1300) Up []",
        "21.0.0.0/8 0x40005 Some(1300) Up []",
        "22.0.0.0/8 0x0 Some(1200) Up [- ec 1 0x0 Dead, 10.0.0.9 ea 1 0x0 Up]",
        "23.0.0.0/8 0x0 None Linkdown []",
    ];
    assert_eq!(hops(&host(words)), expect);
    // `ip -o`, `ip -d`, `ip -j`.
    let oneline = words.replace("\n\t", "\\\t");
    assert_eq!(hops(&host(&oneline)), expect);
    let json = r#"[{"dst":"default","protocol":"static","flags":[],"nexthops":[{"gateway":"10.0.0.9","flow":{"to":"7"},"dev":"ea","weight":2,"flags":[]},{"gateway":"10.1.0.9","flow":{"from":"2","to":"8"},"dev":"eb","weight":3,"flags":["linkdown"]}]},{"dst":"20.0.0.0/8","gateway":"10.0.0.9","dev":"ea","flags":[],"flow":{"to":"5"},"metrics":[{"mtu":1300}]},{"dst":"21.0.0.0/8","gateway":"10.0.0.9","dev":"ea","flags":[],"flow":{"from":"4","to":"5"},"metrics":[{"mtu":1300,"advmss":1200,"hoplimit":7}]},{"dst":"22.0.0.0/8","prefsrc":"10.0.0.1","metric":7,"flags":[],"metrics":[{"mtu":1200}],"nexthops":[{"dev":"ec","weight":1,"flags":["dead","linkdown"]},{"gateway":"10.0.0.9","dev":"ea","weight":1,"flags":["onlink"]}]},{"dst":"23.0.0.0/8","dev":"ec","scope":"link","flags":["linkdown"]}]"#;
    assert_eq!(hops(&host(json)), expect);
}

#[test]
fn ipv6_has_next_hops_below_a_route_or_as_routes_that_are_alike() {
    let below = "default metric 1024 pref medium\n\tnexthop via fd00:1::9 dev ea weight 1 \n\
        \tnexthop via fe80::9 dev eb weight 1 \n";
    let alike = "default via fd00:1::9 dev ea metric 1024 pref medium\n\
        default via fe80::9 dev eb metric 1024 pref medium\n";
    let expect = ["::/0 0x0 None Up [fd00:1::9 ea 1 0x0 Up, fe80::9 eb 1 0x0 Up]"];
    assert_eq!(hops(&host(below)), expect);
    assert_eq!(hops(&host(alike)), expect);
    // Those that routers advertise, and other metrics, are routes of their own.
    assert_eq!(hops(&host(&alike.replace("metric", "proto ra metric"))).len(), 2);
    assert_eq!(hops(&host(&alike.replacen("1024", "512", 1))).len(), 2);
}

#[test]
fn a_route_that_a_person_made_local_is_read() {
    let found = host(
        "local default dev lo table 100 scope host\n\
        local 10.0.0.1 dev br0 table local proto kernel scope host src 10.0.0.1\n",
    );
    let kinds: Vec<_> = found.routes.iter().map(|r| (r.kind, r.table)).collect();
    assert_eq!(kinds, [(RouteKind::Local, 100)]);
}

#[test]
fn policy_rules_are_read_and_those_beyond_the_model_are_beside_it() {
    let words = "0:\tfrom all lookup local\n99:\tfrom 10.0.0.0/8 iif br0 unreachable\n\
        100:\tfrom all fwmark 0x1/0xff lookup wan2 realms 5/7\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n";
    let json = r#"[{"priority":0,"src":"all","table":"local"},{"priority":99,"src":"10.0.0.0","srclen":8,"iif":"br0","action":"unreachable"},{"priority":100,"src":"all","fwmark":"0x1","fwmask":"0xff","table":"wan2","flow_from":"5","flow_to":"7"},{"priority":32766,"src":"all","table":"main"}]"#;
    let strip = |host: Host| {
        host.policy
            .into_iter()
            .map(|r| (r.priority, r.from, r.fwmark, r.iif, r.realms, r.action))
            .collect::<Vec<_>>()
    };
    let found = strip(host(words));
    assert_eq!(found.len(), 2);
    assert_eq!(found, strip(host(json)));
    assert_eq!(found[1].4, 0x5_0007);
    let PolicyAction::Lookup(table) = found[1].5 else { panic!() };
    let routes = host("default via 10.9.0.1 dev eth1 table wan2\n").routes;
    assert_eq!((routes[0].table, routes[0].kind), (table, RouteKind::Unicast));
    let beyond = host("50:\tfrom all tun_id 5 lookup 100\n60:\tfrom all lookup 7\n");
    assert_eq!((beyond.beside.len(), beyond.policy.len()), (1, 1));
}

#[test]
fn names_come_from_docker_kubectl_and_hosts() {
    let network = r#"[
    {
        "Name": "bridge",
        "Id": "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730",
        "Scope": "local",
        "Driver": "bridge",
        "EnableIPv6": false,
        "IPAM": { "Driver": "default", "Options": null,
            "Config": [ { "Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1" } ] },
        "Containers": {
            "3613f73ba0e4": {
                "Name": "web",
                "EndpointID": "2",
                "MacAddress": "02:42:ac:11:00:02",
                "IPv4Address": "172.17.0.2/16",
                "IPv6Address": ""
            }
        },
        "Options": { "com.docker.network.bridge.name": "docker0" },
        "Labels": {}
    }
]"#;
    let inspect = r#"[{"Id": "3613", "Name": "/db", "State": {}, "HostConfig": {}, "NetworkSettings": {"IPAddress": "172.17.0.3", "Networks": {"bridge": {"IPAddress": "172.17.0.3", "MacAddress": "02:42:ac:11:00:03"}}}}]"#;
    let pods = r#"{"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "api-0"}, "status": {"podIP": "10.244.0.5", "podIPs": [{"ip": "10.244.0.5"}]}}]}"#;
    let yaml = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    labels:\n      name: wrong\n    name: front\n  spec:\n    clusterIP: 10.96.0.7\n    clusterIPs:\n    - 10.96.0.7\nkind: List\n";
    let hosts = "127.0.0.1\tlocalhost\n\n# own\n10.0.0.9 cache cache.internal # fast\n";
    let text = format!(
        "$ docker network inspect bridge\n{network}\n$ docker inspect db\n{inspect}\n$ kubectl get po -o json\n{pods}\n$ kubectl get svc -o yaml\n{yaml}\n{hosts}"
    );
    let host = host(&text);
    let names: Vec<String> = host.names.iter().map(|n| format!("{}={}", n.name, n.addr)).collect();
    assert_eq!(
        names,
        [
            "web=172.17.0.2",
            "db=172.17.0.3",
            "api-0=10.244.0.5",
            "front=10.96.0.7",
            "localhost=127.0.0.1",
            "cache=10.0.0.9",
            "cache.internal=10.0.0.9"
        ]
    );
    let Origin::Pasted(span) = host.names[0].origin else { panic!() };
    assert!(text[span.range()].contains("\"Name\": \"web\""));
    assert_eq!(interfaces(&host)[0], "docker0 Bridge 172.17.0.1/16 None");
}

#[test]
fn the_port_of_an_address_follows_from_its_link_layer_address() {
    let text = "172.17.0.2 dev docker0 lladdr 02:42:ac:11:00:02 REACHABLE\n\
        $ bridge fdb\n33:33:00:00:00:01 dev docker0 self permanent\n\
        02:42:ac:11:00:02 dev veth1 master docker0\n62:c2:99:73:25:53 dev veth1 master docker0 permanent\n";
    let host = host(text);
    assert_eq!(host.fdb.len(), 1);
    assert_eq!(
        (host.fdb[0].0.to_string().as_str(), &*host.fdb[0].1.value),
        ("172.17.0.2", "veth1")
    );
}

#[test]
fn short_outputs_are_told_by_their_command() {
    let text = "root@h:~# hostname -I\n10.1.0.1 10.2.0.1 fd00::1\nroot@h:~# hostname\nh\n";
    let reading = chainwalk_parse::read(&[text]);
    let host = reading.host();
    assert_eq!(host.said_local.len(), 3);
    assert_eq!(host.name.as_deref(), Some("h"));
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    // Without its command a line of addresses is nothing.
    assert!(chainwalk_parse::read(&["10.1.0.1 10.2.0.1\n"]).hosts.is_empty());
}

#[test]
fn what_tells_nothing_of_a_packet_is_known_all_the_same() {
    for (text, name) in [
        (
            "CONTAINER ID   IMAGE     COMMAND    CREATED   STATUS   PORTS   NAMES\n3613f73ba0e4   nginx   \"/d\"   1h ago   Up   80/tcp   web\n",
            "docker ps",
        ),
        (
            "port              vlan-id  \neth0              1 PVID Egress Untagged\n                  5\n",
            "bridge vlan",
        ),
        ("Linux gw 6.1.0-18-amd64 #1 SMP x86_64 GNU/Linux\n", "uname -a"),
        ("iptables v1.8.9 (nf_tables)\n", "iptables -V"),
    ] {
        let reading = chainwalk_parse::read(&[text]);
        assert_eq!(reading.sections[0].kind, SectionKind::Known(name.into()), "{text}");
        assert!(reading.diagnostics.is_empty(), "{text}");
    }
}

#[test]
fn json_that_was_cut_is_named() {
    let text = "[{\"ifindex\":1,\"ifname\":\"lo\",\n\"mtu\":65536,\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n";
    let reading = chainwalk_parse::read(&[text]);
    assert_eq!(reading.sections[0].kind, SectionKind::Unread("JSON".into()));
    assert_eq!(reading.host().rules.rules.len(), 1);
}

#[test]
fn what_stands_beside_the_rules_is_kept_with_what_it_touches() {
    let ipvs = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\nTCP  10.96.0.1:443 rr\n  -> 192.168.1.1:6443             Masq    1      0          0\n";
    let policy = "src 10.0.0.0/24 dst 10.1.0.0/24 \n\tdir out priority 371327 ptype main \n\ttmpl src 1.1.1.1 dst 2.2.2.2\n\t\tproto esp spi 0xc reqid 1 mode tunnel\nsrc 0.0.0.0/0 dst 0.0.0.0/0 \n\tsocket in priority 0 ptype main \n";
    let bpf =
        "xdp:\n\ntc:\neth0(2) clsact/ingress cil_from_netdev-eth0 id 1234\n\nflow_dissector:\n\n";
    let link = "9: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default\n    inet 10.96.0.10/32 scope global kube-ipvs0\n";
    for (text, names, touches) in [
        (ipvs, vec!["IPVS"], 2),
        (policy, vec!["ip xfrm policy"], 1),
        (bpf, vec!["bpftool net"], 1),
        (link, vec!["IPVS"], 1),
        ("*filter\n:CILIUM_INPUT - [0:0]\nCOMMIT\n", vec!["Cilium"], 1),
    ] {
        let reading = chainwalk_parse::read(&[text]);
        let host = reading.host();
        let found: Vec<&str> = host.beside.iter().map(|b| &*b.name).collect();
        assert_eq!(found, names, "{text}");
        assert_eq!(host.beside[0].touches.len(), touches, "{text}");
        assert!(
            !reading.diagnostics.iter().any(|d| d.id == chainwalk_model::DiagnosticId::Prose),
            "{text}"
        );
    }
}

#[test]
fn flows_are_read_from_every_form_of_their_listing() {
    let conntrack = "tcp      6 431999 ESTABLISHED src=10.1.0.1 dst=10.1.0.2 sport=44038 dport=8080 src=10.1.0.2 dst=10.1.0.1 sport=80 dport=44038 [ASSURED] mark=5 use=1\n\
        udp      17 29 src=10.1.0.1 dst=10.1.0.5 sport=47944 dport=99 [UNREPLIED] src=10.1.0.5 dst=10.1.0.1 sport=99 dport=47944 mark=0 use=2\n\
        icmp     1 29 src=10.1.0.1 dst=10.1.0.5 type=8 code=0 id=7 src=10.1.0.5 dst=10.1.0.1 type=0 code=0 id=7 mark=0 zone=3 use=1\n\
        conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.\n";
    let proc: String = conntrack
        .lines()
        .take(3)
        .map(|l| format!("ipv4     2 {}\n", l.replace("mark=0 use", "mark=0 zone=0 use")))
        .collect();
    let extended: String = conntrack.lines().take(3).map(|l| format!("ipv4     2 {l}\n")).collect();
    let read = |text: &str| {
        let reading = chainwalk_parse::read(&[text]);
        assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
        assert_eq!(reading.sections[0].kind, SectionKind::Flows(3));
        reading.host().flows.into_iter().map(|f| f.value).collect::<Vec<_>>()
    };
    let flows = read(conntrack);
    assert_eq!(read(&proc), flows);
    assert_eq!(read(&extended), flows);
    assert_eq!((flows[0].reply.sport, flows[0].mark, flows[0].assured), (80, 5, true));
    assert_eq!(
        (flows[0].tcp_state.as_deref(), flows[0].timeout),
        (Some("ESTABLISHED"), Some(431_999))
    );
    assert!(flows[1].unreplied && !flows[2].unreplied);
    assert_eq!((flows[2].orig.dport, flows[2].orig.sport, flows[2].zone), (8 << 8, 7, 3));
}

#[test]
fn an_offloaded_flow_passes_by_the_rules() {
    let text = "tcp      6 src=10.1.0.1 dst=10.2.0.2 sport=44038 dport=80 src=10.2.0.2 dst=10.1.0.1 sport=80 dport=44038 [OFFLOAD] mark=0 use=2\n";
    assert_eq!(host(text).beside.iter().map(|b| &*b.name).collect::<Vec<_>>(), ["flowtable"]);
}

const RULES: &str = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n";

fn names(text: &str) -> Vec<(Option<String>, usize, usize)> {
    let reading = chainwalk_parse::read(&[text]);
    for section in &reading.sections {
        assert!(usize::from(section.host.0) < reading.hosts.len());
    }
    let one =
        |h: &Host| (h.name.as_deref().map(Into::into), h.rules.rules.len(), h.interfaces.len());
    reading.hosts.iter().map(one).collect()
}

#[test]
fn prompts_tell_hosts_apart() {
    let addr = "2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n";
    let two =
        format!("root@a:~# ip a\n{addr}root@b:~# iptables-save\n{RULES}root@b:~# ip a\n{addr}");
    assert_eq!(names(&two), [(Some("b".into()), 1, 1), (Some("a".into()), 0, 1)]);
    let reading = chainwalk_parse::read(&[&two]);
    assert!(
        reading.diagnostics.iter().any(|d| d.id == chainwalk_model::DiagnosticId::SeveralHosts)
    );
    assert_eq!(reading.host_named("a").map(|h| h.id.0), Some(1));
    assert_eq!(reading.host_named("2").map(|h| h.id.0), Some(1));
    let own: Vec<u16> = reading
        .sections
        .iter()
        .filter(|s| !matches!(s.kind, SectionKind::Command(_)))
        .map(|s| s.host.0)
        .collect();
    assert_eq!(own, [1, 0, 0]);
    let one = format!("[root@a.example.com ~]# iptables-save\n{RULES}root@a:/etc# ip a\n{addr}");
    assert_eq!(names(&one), [(Some("a".into()), 1, 1)]);
    // What stands without a prompt is of the only host there is.
    assert_eq!(
        names(&format!("{addr}root@a:~# iptables-save\n{RULES}")),
        [(Some("a".into()), 1, 1)]
    );
    let apart = format!("{addr}root@a:~# iptables-save\n{RULES}root@b:~# iptables-save\n{RULES}");
    assert_eq!(names(&apart).len(), 3);
    let reading = chainwalk_parse::read(&[&apart]);
    assert!(reading.diagnostics.iter().any(|d| d.id == chainwalk_model::DiagnosticId::WhichHost));
}

#[test]
fn what_runs_in_a_container_or_elsewhere_is_of_another_host() {
    let addr = "2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n";
    for (command, name) in [
        ("docker exec -it web ip a", "web"),
        ("sudo ip netns exec blue ip a", "blue"),
        ("kubectl exec -n x pod-1 -- ip a", "pod-1"),
        ("ssh -p 22 root@db ip a", "db"),
    ] {
        let text = format!("root@a:~# iptables-save\n{RULES}root@a:~# {command}\n{addr}");
        assert_eq!(
            names(&text),
            [(Some("a".into()), 1, 0), (Some(name.into()), 0, 1)],
            "{command}"
        );
    }
    // With nothing else there is one host, whatever its name.
    assert_eq!(
        names("$ docker exec web iptables -S\n-P INPUT DROP\n"),
        [(Some("web".into()), 0, 0)]
    );
    let uname = format!("Linux gw 6.1.0 #1 SMP x86_64 GNU/Linux\n{RULES}");
    assert_eq!(names(&uname), [(Some("gw".into()), 1, 0)]);
}

#[test]
fn a_script_with_variables_is_replayed() {
    let text = "#!/bin/bash\n\
        # my firewall\n\
        IPT=\"/sbin/iptables\"\n\
        export WAN=eth0 LAN='eth1'\n\
        NET=10.0.0.0/8; ALLOW=\"-m conntrack --ctstate NEW -j ACCEPT\"\n\
        $IPT -F && $IPT -X\n\
        $IPT -P INPUT DROP\n\
        ${IPT} -A INPUT -i ${LAN} -s $NET $ALLOW\n\
        \"$IPT\" -t nat -A POSTROUTING -o \"$WAN\" -j MASQUERADE\n";
    let printed = chainwalk_parse::save_text(&host(text));
    assert_eq!(
        printed.text.lines().filter(|l| l.starts_with("-A")).collect::<Vec<_>>(),
        [
            "-A INPUT -s 10.0.0.0/8 -i eth1 -m conntrack --ctstate NEW -j ACCEPT",
            "-A POSTROUTING -o eth0 -j MASQUERADE"
        ]
    );
    let reading = chainwalk_parse::read(&[text]);
    let rule = &reading.hosts[0].rules.rules[0];
    assert_eq!(&text[rule.span.range()], "${IPT} -A INPUT -i ${LAN} -s $NET $ALLOW");
}

#[test]
fn what_a_script_does_only_perhaps_is_open() {
    let text = "IPT=$(which iptables)\n\
        $IPT -P INPUT ACCEPT\n\
        for port in 80 443; do\n  $IPT -A INPUT -p tcp --dport $port -j ACCEPT\ndone\n\
        if [ -n \"$1\" ]; then $IPT -A INPUT -s $1 -j DROP; fi\n\
        [ -f /x ] && $IPT -P INPUT DROP\n\
        $IPT -A INPUT -p udp -j DROP\n\
        . /etc/firewall/more.sh\n";
    let host = host(text);
    let open = |n: usize| {
        host.rules.rules[n].ops.iter().any(|op| {
            matches!(&op.what, chainwalk_model::OpKind::Match(chainwalk_model::Match::Opaque(_)))
        })
    };
    // The words of the loop stand in the script: each makes a rule.
    assert_eq!(host.rules.rules.len(), 4);
    assert_eq!([open(0), open(1), open(2), open(3)], [false, false, true, false]);
    let input = host.rules.chains[0].base.as_ref().unwrap();
    assert_eq!(input.policy, chainwalk_model::Policy::Unknown);
    assert_eq!(
        host.unparsed_dumps.iter().map(|u| &**u).collect::<Vec<_>>(),
        [". /etc/firewall/more.sh"]
    );
}

#[test]
fn a_function_may_be_called_anywhere() {
    let text = "open_port() {\n  iptables -A INPUT -p tcp --dport $1 -j ACCEPT\n}\niptables -P INPUT DROP\nopen_port 22\n";
    let host = host(text);
    assert!(host.unparsed_dumps.is_empty(), "{:?}", host.unparsed_dumps);
    let [rule] = &host.rules.rules[..] else { panic!("{:?}", host.rules.rules) };
    assert!(
        format!("{:?}", rule.ops).contains("22"),
        "its port is what it is called with: {rule:?}"
    );
}

#[test]
fn whose_the_tables_are_is_told_by_dumps_and_versions() {
    use chainwalk_model::Backend::{IptablesNft, Legacy};
    let table = "*security\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
    for (before, told) in [
        ("", None),
        ("# Generated by iptables-save v1.8.7 on Sun Nov 22 01:32:48 2026\n", None),
        ("# Generated by iptables-save v1.6.1 on Sun Nov 22 01:32:48 2026\n", Some(Legacy)),
        ("# Generated by iptables-save v1.8.9 (nf_tables) on Sun Nov 22\n", Some(IptablesNft)),
        ("# Generated by xtables-save v1.8.2 on Sun Nov 22 01:32:48 2026\n", Some(IptablesNft)),
        ("iptables v1.8.7 (nf_tables)\n", Some(IptablesNft)),
        ("iptables v1.8.7 (legacy)\n", Some(Legacy)),
        ("# iptables-nft-save\n", Some(IptablesNft)),
    ] {
        let reading = chainwalk_parse::read(&[&format!("{before}{table}")]);
        let host = &reading.hosts[0];
        assert_eq!(host.backend, told, "{before}");
        let priority = host.rules.chains[0].base.as_ref().unwrap().priority;
        assert_eq!(priority, if told == Some(IptablesNft) { 150 } else { 50 }, "{before}");
    }
}

#[test]
fn bridges_tell_what_turns_back_and_what_filters_by_vlan() {
    let link = |vlan: &str| {
        format!(
            "2: br0: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:02:01 brd ff:ff:ff:ff:ff:ff\n    bridge forward_delay 1500 vlan_filtering {vlan} vlan_protocol 802.1Q\n3: veth1@if2: <BROADCAST,UP> mtu 1500 master br0 state UP group default\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    bridge_slave state forwarding priority 32 cost 2 hairpin on guard off\n"
        )
    };
    let table = |own: &str| {
        format!(
            "port              vlan-id\nveth1             {own}\nbr0               1 PVID Egress Untagged\n"
        )
    };
    let usual = "1 PVID Egress Untagged";
    for (filters, vlan, asks) in [
        ("0", "10", 0),
        ("1", usual, 0),
        ("1", "10 PVID Egress Untagged", 1),
        ("1", "1 PVID Egress Untagged\n                  20", 1),
    ] {
        let found = host(&format!("{}\n{}", link(filters), table(vlan)));
        assert_eq!(found.beside.len(), asks, "{filters} {vlan}");
        let veth1 = found.interface("veth1").unwrap();
        assert!(veth1.hairpin && !found.interface("br0").unwrap().hairpin);
    }
    assert_eq!(host(&link("1")).beside.len(), 1);
    let json = r#"[{"ifname":"br0","flags":["UP"],"linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":1}}},
        {"ifname":"veth1","flags":["UP"],"master":"br0","linkinfo":{"info_slave_kind":"bridge","info_slave_data":{"hairpin":true}}}]
"#;
    let found = host(json);
    assert!(found.interface("veth1").unwrap().hairpin);
    assert_eq!(found.beside.len(), 1);
    let uniform = r#"[{"ifname":"veth1","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]}]},{"ifname":"br0","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]}]}]
"#;
    assert_eq!(host(&format!("{json}\n{uniform}")).beside.len(), 0);
}
