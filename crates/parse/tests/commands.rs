//! What commands do to a host beside its rules, in the order in which they stand.

#![allow(clippy::unwrap_used)]

use chainwalk_model::{Assumption, Edit, Host};

fn host(text: &str) -> Host {
    chainwalk_parse::read(&[text]).host()
}

/// Interfaces, routes, policy rules, sysctls and sets, each in a line.
fn told(text: &str) -> Vec<String> {
    let host = host(text);
    let mut all = Vec::new();
    for i in &host.interfaces {
        let addrs = i.addrs.iter().map(|a| format!(" {}/{}", a.value.addr, a.value.len));
        let state = i.up.map_or("", |up| if up { " up" } else { " down" });
        let master = i.master.as_ref().map_or(String::new(), |m| format!(" in {m}"));
        all.push(format!("{}{state}{master}{}", i.name, addrs.collect::<String>()));
    }
    let write = |said| chainwalk_parse::edit_text(&Edit::Fact(said), &host);
    all.extend(host.routes.iter().map(|r| write(Assumption::Route(r.clone()))));
    all.extend(host.policy.iter().map(|p| write(Assumption::Policy(p.clone()))));
    all.extend(host.sysctls.iter().map(|(n, v)| format!("{n}={}", v.value)));
    all.extend(host.sets.iter().map(|s| format!("{} {} {}", s.name, s.kind, s.entries.len())));
    all
}

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    assert_eq!(told(text), expect, "{text}");
}

#[test]
fn addresses_come_and_go() {
    check("ip addr add 10.0.0.1/24 dev eth0\n", &["eth0 10.0.0.1/24"]);
    check("# ip a a 10.0.0.1/24 brd + dev eth0 label eth0:1\n", &["eth0 10.0.0.1/24"]);
    check("sudo ip -6 address add fd00::1/64 dev eth0 # the LAN\n", &["eth0 fd00::1/64"]);
    check(
        "ip addr add 10.0.0.1/24 dev eth0\nip addr add 10.0.0.2/24 dev eth0\nip addr del 10.0.0.1/24 dev eth0\n",
        &["eth0 10.0.0.2/24"],
    );
    check("ip addr add 10.0.0.1/24 dev eth0 && ip addr flush dev eth0\n", &["eth0"]);
    check("ip link set eth0 up; ip addr add 10.0.0.1/24 dev eth0\n", &["eth0 up 10.0.0.1/24"]);
    // A listing below knows better than a command above it.
    check(
        "ip addr add 10.0.0.1/24 dev eth0\n2: eth0: <UP> mtu 1500\n    inet 10.9.0.1/24 scope global eth0\n",
        &["eth0 up 10.0.0.1/24 10.9.0.1/24"],
    );
    check("IF=eth7\nip addr add 10.0.0.1/24 dev $IF\n", &["eth7 10.0.0.1/24"]);
    check("ip addr show dev eth0\nip addr add 10.0.0.1/24\n", &[]);
}

#[test]
fn interfaces_are_made() {
    check(
        "ip link add name br0 type bridge\nip link set dev eth1 master br0\nip link set br0 up\n",
        &["br0 up", "eth1 in br0"],
    );
    check("ip link add link eth0 name eth0.7 type vlan id 7\n", &["eth0.7"]);
    check("ip link add v0 type veth peer name v1\n", &["v0", "v1"]);
    check("ip link add v0 type veth peer name v1\nip link set v1 netns x\n", &["v0"]);
    check("ip link add d0 type dummy\n", &["d0"]);
    check("ip link set eth1 master br0 up\nip link set eth1 nomaster\n", &["eth1 up", "br0"]);
    check(
        "brctl addbr br1\nbrctl addif br1 p1 p2\nbrctl delif br1 p1\n",
        &["br1", "p1", "p2 in br1"],
    );
    check("ip link add wg0 type wireguard\nip link del wg0\n", &[]);
}

#[test]
fn the_old_tools_too() {
    check("ifconfig eth1 10.1.0.1 netmask 255.255.0.0 up\n", &["eth1 up 10.1.0.1/16"]);
    check("ifconfig eth1 192.168.3.1\nifconfig eth1 192.168.4.1/26\n", &["eth1 up 192.168.4.1/26"]);
    check(
        "ifconfig eth1 192.168.3.1\nifconfig eth1:0 192.168.3.2 netmask 255.255.255.0\n",
        &["eth1 up 192.168.3.1/24 192.168.3.2/24"],
    );
    check("ifconfig eth1 down\n", &["eth1 down"]);
    check("ifconfig eth1 0.0.0.0 promisc up\n", &["eth1 up"]);
    check("ifconfig is a program\nifconfig eth1 is up\n", &[]);
    check(
        "route add default gw 10.0.0.254 eth0\n",
        &["ip route add default via 10.0.0.254 dev eth0"],
    );
    check(
        "route add -net 10.8.0.0 netmask 255.255.255.0 gw 10.0.0.9\nroute add -host 10.9.9.9 dev tun0\n",
        &["ip route add 10.8.0.0/24 via 10.0.0.9", "ip route add 10.9.9.9/32 dev tun0"],
    );
    check("route add default gw 10.0.0.1\nroute del default\n", &[]);
    check(
        "route -A inet6 add default gw fe80::1 dev eth0\n",
        &["ip route add default via fe80::1 dev eth0"],
    );
    check("route -n\nroute to nowhere\n", &[]);
}

#[test]
fn routes_and_policy_rules_come_and_go() {
    check(
        "ip route add default via 10.0.0.1\nip route replace default via 10.0.0.2\n",
        &["ip route add default via 10.0.0.2"],
    );
    check("ip r a 10.7.0.0/16 dev tun0 table vpn\nip route flush table vpn\n", &[]);
    check(
        "ip route add local 0.0.0.0/0 dev lo table 100\n",
        &["ip route add local default dev lo table 100"],
    );
    check("ip -6 route add default dev wg0\n", &["ip route add ::/0 dev wg0"]);
    // Each without a number goes before those that are there.
    check(
        "ip rule add fwmark 1 table 100\nip rule add from 10.0.0.0/8 lookup 200\n",
        &[
            "ip rule add pref 32764 from 10.0.0.0/8 lookup 200",
            "ip rule add pref 32765 fwmark 0x1/0xffffffff lookup 100",
        ],
    );
    check("ip rule add fwmark 1 table 100\nip rule del fwmark 1 table 100\n", &[]);
    check("ip rule add fwmark 1 table 100 pref 9\nip rule del pref 9\n", &[]);
    check("ip route get 1.1.1.1\nip rule show\n", &[]);
}

#[test]
fn a_table_is_told_by_its_command() {
    let lines = "default via 10.0.0.1 dev eth1\n10.3.0.0/16 dev eth2 scope link src 10.3.0.1\n";
    for command in
        ["ip route show table 200", "# ip r s t 200", "$ sudo ip -4 route list table 200"]
    {
        check(
            &format!("{command}\n{lines}"),
            &[
                "ip route add default via 10.0.0.1 dev eth1 table 200",
                "ip route add 10.3.0.0/16 dev eth2 src 10.3.0.1 table 200",
            ],
        );
    }
    // The same name is the same table.
    let named = host(
        "# ip rule\n100: from 10.0.0.5 lookup isp2\n# ip route show table isp2\ndefault via 10.0.0.1 dev eth1\n",
    );
    let chainwalk_model::PolicyAction::Lookup(table) = named.policy[0].action else { panic!() };
    assert_eq!(named.routes[0].table, table);
    check(
        "# ip route show table main\ndefault via 10.0.0.1 dev eth1\n",
        &["ip route add default via 10.0.0.1 dev eth1"],
    );
    check(
        "# ip -6 route\ndefault dev wg0 metric 1024 pref medium\n",
        &["ip route add ::/0 dev wg0 metric 1024"],
    );
    check(
        "# ip route show table all\ndefault via 10.0.0.1 dev eth1 table 7\nlocal 10.5.0.1 dev eth1 table local proto kernel scope host src 10.5.0.1\n",
        &["eth1 10.5.0.1/32", "ip route add default via 10.0.0.1 dev eth1 table 7"],
    );
}

/// A kernel refuses a `src` that is not an own address.
#[test]
fn a_route_to_an_own_network_tells_an_address() {
    check("192.168.1.0/24 dev br-lan src 192.168.1.1\n", &["br-lan 192.168.1.1/24"]);
    check(
        "192.168.1.0/24 dev br-lan proto static scope link src 192.168.1.1\n",
        &["ip route add 192.168.1.0/24 dev br-lan src 192.168.1.1"],
    );
    check(
        "10.9.0.0/16 dev tun0 scope link src 192.168.1.1\n",
        &["ip route add 10.9.0.0/16 dev tun0 src 192.168.1.1"],
    );
}

#[test]
fn sets_are_made_by_commands() {
    check(
        "ipset create s hash:ip\nipset add s 10.0.0.1\nipset -A s 10.0.0.2\nipset -! add s 10.0.0.2\nipset del s 10.0.0.1\n",
        &["s hash:ip 1"],
    );
    check(
        "ipset -N s hash:net family inet6\nipset add s fd00::/8\nipset flush s\n",
        &["s hash:net 0"],
    );
    check("ipset create s hash:ip\nipset destroy s\n", &[]);
    check(
        "ipset create a hash:ip\nipset create b hash:ip\nipset add b 10.0.0.1\nipset swap a b\n",
        &["b hash:ip 0", "a hash:ip 1"],
    );
    // What a loop puts in is not known.
    check("ipset create s hash:ip\nfor ip in $LIST; do\n  ipset add s $ip\ndone\n", &[]);
}

#[test]
fn settings_stand_in_many_forms() {
    for text in [
        "sysctl -w net.ipv4.ip_forward=1",
        "echo 1 > /proc/sys/net/ipv4/ip_forward",
        "# echo 1 | sudo tee /proc/sys/net/ipv4/ip_forward",
        "net.ipv4.ip_forward = 1",
        "ip link show; sysctl -w net.ipv4.ip_forward=1 >/dev/null",
    ] {
        assert!(told(text).contains(&"net.ipv4.ip_forward=1".to_owned()), "{text}");
    }
    // What a file leaves as a comment is as the kernel has it by itself.
    check("#net.ipv4.ip_forward=1\n", &["net.ipv4.ip_forward=0"]);
    check("Uncomment this line:\n#net.ipv4.ip_forward=1\n", &[]);
    check("#net.ipv4.ip_forward=1\nnet.ipv4.ip_forward = 1\n", &["net.ipv4.ip_forward=1"]);
}
