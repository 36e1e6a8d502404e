//! What tools print with `-j`, and docker and kubectl as JSON, told beside what they print as text.

use chainwalk_model::{Host, IfKind, PolicyRule, Route, SectionKind};

fn host(text: &str) -> Host {
    chainwalk_parse::read(&[text]).host()
}

/// Routes and policy rules without where they stand.
fn ways(text: &str) -> (Vec<Route>, Vec<PolicyRule>, usize) {
    let mut host = host(text);
    let none = chainwalk_model::Origin::Given;
    host.routes.iter_mut().for_each(|r| r.origin = none);
    host.policy.iter_mut().for_each(|r| r.origin = none);
    (host.routes, host.policy, host.beside.len())
}

#[track_caller]
fn check(json: &str, words: &str) {
    assert_eq!(ways(&format!("[{json}]\n")), ways(&format!("{words}\n")), "{words}");
}

#[test]
fn policy_rules_select_by_the_same_words() {
    for (json, words) in [
        (r#""src":"10.0.0.0","srclen":8,"table":"7""#, "from 10.0.0.0/8 lookup 7"),
        (r#""src":"10.0.0.1","table":"7""#, "from 10.0.0.1 lookup 7"),
        (
            r#""not":null,"src":"all","dst":"10.0.0.0","dstlen":8,"table":"7""#,
            "not from all to 10.0.0.0/8 lookup 7",
        ),
        (r#""src":"all","fwmark":"0x1","table":"7""#, "from all fwmark 0x1 lookup 7"),
        (
            r#""src":"all","fwmark":"0x1","fwmask":"0xff","table":"7""#,
            "from all fwmark 0x1/0xff lookup 7",
        ),
        (
            r#""src":"all","iif":"eth0","oif":"eth1","table":"7""#,
            "from all iif eth0 oif eth1 lookup 7",
        ),
        (r#""src":"all","tos":"0x10","table":"7""#, "from all tos 0x10 lookup 7"),
        (r#""src":"all","uid_start":1,"uid_end":5,"table":"7""#, "from all uidrange 1-5 lookup 7"),
        (
            r#""src":"all","ipproto":"tcp","sport":80,"table":"7""#,
            "from all ipproto tcp sport 80 lookup 7",
        ),
        (
            r#""src":"all","ipproto":"udp","dport_start":1,"dport_end":2,"table":"7""#,
            "from all ipproto udp dport 1-2 lookup 7",
        ),
        (r#""src":"all","sport_start":1,"sport_end":2,"table":"7""#, "from all sport 1-2 lookup 7"),
        (
            r#""src":"all","table":"main","suppress_prefixlen":0"#,
            "from all lookup main suppress_prefixlength 0",
        ),
        (r#""src":"all","table":"7","flow_to":"5""#, "from all lookup 7 realms 5"),
        (r#""src":"all","table":"7","flow_from":"4""#, "from all lookup 7 realms 4/0"),
        (r#""src":"all","action":"blackhole""#, "from all blackhole"),
        (r#""src":"all","action":"prohibit""#, "from all prohibit"),
        (r#""src":"all","action":"unreachable""#, "from all unreachable"),
    ] {
        check(&format!(r#"{{"priority":50,{json}}}"#), &format!("50:\t{words}"));
        assert_eq!(ways(&format!("50:\t{words}\n")).1.len(), 1, "{words}");
    }
    // What the model has no words for may send any packet elsewhere.
    for beyond in
        [r#""l3mdev":null"#, r#""goto":100"#, r#""nop":null"#, r#""suppress_ifgroup":"5""#]
    {
        let json = format!(r#"[{{"priority":50,"src":"all","table":"7",{beyond}}}]"#);
        assert_eq!(ways(&json), (vec![], vec![], 1), "{beyond}");
    }
}

#[test]
fn routes_have_the_same_words() {
    for (json, words) in [
        (
            r#""dst":"10.0.0.0/8","gateway":"10.1.0.1","dev":"eth0","flags":[]"#,
            "10.0.0.0/8 via 10.1.0.1 dev eth0",
        ),
        (
            r#""dst":"10.0.0.0/8","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0""#,
            "10.0.0.0/8 via inet6 fe80::1 dev eth0",
        ),
        (
            r#""dst":"10.0.0.0/8","dev":"eth0","table":"7","prefsrc":"10.1.0.1","metric":5"#,
            "10.0.0.0/8 dev eth0 table 7 src 10.1.0.1 metric 5",
        ),
        (
            r#""dst":"10.0.0.0/8","dev":"eth0","tos":"0x10","flags":["linkdown"]"#,
            "10.0.0.0/8 dev eth0 tos 0x10 linkdown",
        ),
        (
            r#""dst":"10.0.0.0/8","dev":"eth0","flow":{"to":"5"},"metrics":[{"mtu":1300}]"#,
            "10.0.0.0/8 dev eth0 realm 5 mtu 1300",
        ),
        (r#""type":"blackhole","dst":"10.0.0.0/8","flags":[]"#, "blackhole 10.0.0.0/8"),
        (r#""type":"prohibit","dst":"10.0.0.0/8","flags":[]"#, "prohibit 10.0.0.0/8"),
        (r#""type":"throw","dst":"10.0.0.0/8","flags":[]"#, "throw 10.0.0.0/8"),
    ] {
        check(&format!("{{{json}}}"), words);
        assert_eq!(ways(&format!("{words}\n")).0.len(), 1, "{words}");
    }
    let group = r#"{"dst":"10.0.0.0/8","nhid":7,"flags":[],"nexthops":[{"via":{"family":"inet","host":"10.1.0.1"},"dev":"eth0","weight":2,"flags":["dead"]},{"gateway":"10.2.0.1","dev":"eth1","weight":1,"flags":[]}]}"#;
    check(
        group,
        "10.0.0.0/8 nhid 7\n\tnexthop via 10.1.0.1 dev eth0 weight 2 dead\n\tnexthop via 10.2.0.1 dev eth1 weight 1",
    );
    assert!(ways(&format!("[{group}]")).0[0].group);
}

#[test]
fn links_neighbours_and_ports() {
    let links = r#"[{"ifname":"bond0","flags":["UP"],"group":"7","linkinfo":{"info_kind":"bond"},"addr_info":[]},
        {"ifname":"eth1","flags":["LOWER_UP"],"mtu":1400,"master":"br0","hairpin":true},
        {"ifname":"br0","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":0}}}]
"#;
    let found = host(links);
    let of = |name: &str| {
        found.interface(name).map(|i| (i.kind.clone(), i.up, i.group, i.mtu, i.hairpin))
    };
    assert_eq!(of("bond0"), Some((IfKind::Bond, Some(true), Some(7), None, false)));
    assert_eq!(of("eth1"), Some((IfKind::Plain, Some(false), None, Some(1400), true)));
    assert_eq!(of("br0"), Some((IfKind::Bridge, None, None, None, false)));
    assert!(found.beside.is_empty());
    let fdb = r#"[{"mac":"02:00:00:00:00:05","ifname":"veth1","master":"br0","flags":[],"state":""},
        {"mac":"02:00:00:00:00:06","ifname":"veth2","master":"br0","state":"permanent"},
        {"mac":"02:00:00:00:00:07","ifname":"veth3","state":""}]
"#;
    let neighbours = r#"[{"dst":"10.0.0.5","dev":"br0","lladdr":"02:00:00:00:00:05","state":["REACHABLE"]},
        {"dst":"10.0.0.6","dev":"br0","lladdr":"02:00:00:00:00:06","state":["STALE"]},
        {"dst":"10.0.0.7","dev":"br0","lladdr":"02:00:00:00:00:07","state":["STALE"]},
        {"dst":"10.0.0.8","dev":"br0","state":["FAILED"]}]
"#;
    let behind = host(&format!("$ bridge -j fdb\n{fdb}$ ip -j neigh\n{neighbours}")).fdb;
    let behind: Vec<String> = behind.iter().map(|(a, p)| format!("{a} {}", p.value)).collect();
    assert_eq!(behind, ["10.0.0.5 veth1"]);
}

#[test]
fn networks_and_containers_of_docker() {
    let network = |options: &str, name: &str| {
        let text = format!(
            r#"[{{"Name":"{name}","Id":"0123456789abcdef","Driver":"bridge","IPAM":{{"Config":[{{"Subnet":"172.20.0.0/16","Gateway":"172.20.0.1"}},{{"Subnet":"fd00::/64","Gateway":"fd00::1/64"}}]}},"Options":{options},"Containers":{{"a1":{{"Name":"web","MacAddress":"02:00:00:00:00:05","IPv4Address":"172.20.0.5/16","IPv6Address":"fd00::5/64"}},"b2":{{"IPv4Address":"172.20.0.6/16"}}}}}}]"#
        );
        host(&text)
    };
    for (options, name, bridge) in [
        ("{}", "own", "br-0123456789ab"),
        ("{}", "bridge", "docker0"),
        (r#"{"com.docker.network.bridge.name":"lan0"}"#, "bridge", "lan0"),
    ] {
        let found = network(options, name);
        let made = &found.interfaces[0];
        assert_eq!((&*made.name, &made.kind), (bridge, &IfKind::Bridge));
        let addrs: Vec<String> =
            made.addrs.iter().map(|a| format!("{}/{}", a.value.addr, a.value.len)).collect();
        assert_eq!(addrs, ["172.20.0.1/16", "fd00::1/64"]);
        let names: Vec<String> =
            found.names.iter().map(|n| format!("{} {}", n.name, n.addr)).collect();
        assert_eq!(names, ["web 172.20.0.5", "web fd00::5", "b2 172.20.0.6"]);
    }
    let overlay =
        r#"[{"Name":"x","Id":"0123456789abcdef","Driver":"overlay","IPAM":{},"Containers":{}}]"#;
    assert!(host(overlay).interfaces.is_empty());
    let inspect = r#"[{"Name":"/db","HostConfig":{},"NetworkSettings":{"IPAddress":"172.17.0.3","GlobalIPv6Address":"fd00::3","Networks":{"a":{"IPAddress":"172.17.0.3"},"b":{"IPAddress":"172.18.0.3"},"c":{"IPAddress":""}}}}]"#;
    let names: Vec<String> =
        host(inspect).names.iter().map(|n| format!("{} {}", n.name, n.addr)).collect();
    assert_eq!(names, ["db 172.17.0.3", "db 172.18.0.3", "db fd00::3"]);
}

#[test]
fn objects_of_kubernetes() {
    let names = |object: &str| -> Vec<String> {
        let found = host(&format!("{object}\n"));
        found.names.iter().map(|n| format!("{} {}", n.name, n.addr)).collect()
    };
    let object = |rest: &str| format!(r#"{{"kind":"X","metadata":{{"name":"n"}},{rest}}}"#);
    for (rest, expect) in [
        (
            r#""status":{"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]}"#,
            vec!["n 10.0.0.1", "n fd00::1"],
        ),
        (
            r#""spec":{"clusterIP":"10.96.0.1","clusterIPs":["10.96.0.1","fd00::2"],"externalIPs":["192.0.2.1"]}"#,
            vec!["n 10.96.0.1", "n fd00::2", "n 192.0.2.1"],
        ),
        (r#""status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.2"}]}}"#, vec!["n 192.0.2.2"]),
        (
            r#""status":{"addresses":[{"type":"InternalIP","address":"192.0.2.3"},{"type":"Hostname","address":"x"}]}"#,
            vec!["n 192.0.2.3"],
        ),
        (
            r#""subsets":[{"addresses":[{"ip":"10.0.0.7"},{"ip":"10.0.0.8"}]}]"#,
            vec!["n 10.0.0.7", "n 10.0.0.8"],
        ),
        (r#""spec":{"clusterIP":"None"}"#, vec![]),
    ] {
        assert_eq!(names(&object(rest)), expect, "{rest}");
        let list = format!(r#"{{"kind":"List","items":[{}]}}"#, object(rest));
        assert_eq!(names(&list), expect, "{rest}");
    }
}

#[test]
fn json_that_says_nothing_of_a_host_is_left_to_others() {
    for text in ["[1:2] -A INPUT -j DROP", "[root@h ~]# x", "[]", "{}", r#"{"a": 1}"#, "{x}"] {
        let reading = chainwalk_parse::read(&[text]);
        let json = |s: &chainwalk_model::Section| s.kind == SectionKind::Unread("JSON".into());
        assert!(!reading.sections.iter().any(json), "{text}");
        assert!(reading.host().interfaces.is_empty(), "{text}");
    }
    let cut = "[{\"ifname\":\"lo\",\n\"mtu\":1,\n\"flags\":\n*filter\n";
    let reading = chainwalk_parse::read(&[cut]);
    let span = reading.sections[0].span.range();
    assert_eq!(&cut[span], "[{\"ifname\":\"lo\",\n\"mtu\":1,\n\"flags\":");
}
