//! Cases: what is read, what is left open, what is refused.
#![allow(clippy::unwrap_used)]

use super::*;
use chainwalk_model::{AskEntry, FollowUp, PacketType, TcpFlags};
use serde_json::json;

#[track_caller]
fn packet(value: &Value) -> PacketSpec {
    read_value(&json!({ "packets": [value] })).unwrap().asks.remove(0)
}

#[track_caller]
fn check_wrong(case: &Value, at: &str) {
    let error = read_value(case).unwrap_err();
    assert_eq!(error.at, at, "{error}");
    assert!(!error.found.is_empty());
}

#[test]
fn an_empty_case_is_a_host_that_is_known_to_have_nothing() {
    let case = read_line(r#"{"id":"a","packets":[]}"#).unwrap();
    assert_eq!(case.id, "a");
    let host = &case.host;
    assert_eq!(host.complete, chainwalk_model::Complete { rules: true, network: true });
    assert_eq!(host.stack, LocalStack::Mute);
    assert!(host.conntrack);
    assert_eq!(&*host.sysctl("net.ipv4.ip_forward").unwrap().value, "1");
    assert_eq!(&*host.sysctl("net.ipv4.conf.all.rp_filter").unwrap().value, "0");
    let names: Vec<&str> = host.interfaces.iter().map(|i| &*i.name).collect();
    assert_eq!(names, ["lo"]);
}

#[test]
fn a_line_is_read_as_its_value_is() {
    let deep = r#"{"case":"#.repeat(100) + "{}" + &"}".repeat(100);
    for line in [
        r#"{"id":"a","packets":[{"dst":"10.0.0.1"},{"reply_to":0}]}"#,
        r#"{"case":{"id":7,"packets":[{"dst":"10.0.0.1"}]},"packets":"answers","id":"b"}"#,
        r#"{"id":"a","id":"b","packets":[],"packets":[{"dst":"10.0.0.1","dst":"10.0.0.2"}]}"#,
        r#"{"packets":[{"dst":"10.0.0.1"},{"dport":"many"}]}"#,
        r#"{"packets":[{"word":1}]}"#,
        r#"{"packets":{}}"#,
        r#"{"packets":[7]}"#,
        r#"{"rules":5}"#,
        r#"{"case":null,"id":"c"}"#,
        r#"{"case":5}"#,
        "[]",
        "7",
        &deep,
    ] {
        let value: Value = serde_json::from_str(line).unwrap();
        let told = |read: Result<Case, CaseError>| format!("{read:?}");
        assert_eq!(told(read_line(line)), told(read_value(&value)), "{line}");
    }
    // Only a first one is looked into, however deep others stand.
    let deeper = r#"{"case":"#.repeat(100_000) + "{}" + &"}".repeat(100_000);
    assert!(read_line(&deeper).is_ok_and(|case| case.asks.is_empty()));
}

#[test]
fn the_host_is_what_the_fields_say() {
    let case = read_value(&json!({ "case": {
        "interfaces": [
            {"name": "br0", "type": "bridge", "ports": ["p1", "p2"], "addrs": ["10.1.0.1/24"]},
            {"name": "eth0", "addrs": ["10.0.0.1/24", "10.0.0.2"], "mtu": 1400, "group": 3},
        ],
        "routes": ["default via 10.0.0.254 dev eth0", "blackhole 10.6.0.0/16"],
        "ip_rules": ["from 10.9.0.0/24 lookup 100", "to 10.8.0.0/16 lookup 101"],
        "sysctls": {"net.ipv4.ip_forward": 0},
        "ipsets": ["create hosts hash:ip", "add hosts 10.0.0.9"],
        "bridge_hosts": {"10.1.0.5": "p2"},
        "listen": [{"proto": "tcp", "port": 80}],
        "local_stack": "real",
        "conntrack": false,
    }}))
    .unwrap();
    let host = case.host;
    assert_eq!(host.interface("br0").unwrap().kind, IfKind::Bridge);
    assert_eq!(host.interface("p2").unwrap().master.as_deref(), Some("br0"));
    let eth0 = host.interface("eth0").unwrap();
    assert_eq!((eth0.mtu, eth0.group), (Some(1400), Some(3)));
    assert_eq!(eth0.addrs[1].value.len, 32);
    assert_eq!(host.routes.len(), 2);
    let priorities: Vec<u32> = host.policy.iter().map(|r| r.priority).collect();
    assert_eq!(priorities, [32765, 32764], "each new rule comes before those there");
    assert_eq!(&*host.sysctl("net.ipv4.ip_forward").unwrap().value, "0");
    assert_eq!(host.sets[0].entries.len(), 1);
    assert_eq!(&*host.fdb[0].1.value, "p2");
    assert_eq!((host.sockets[0].proto, host.sockets[0].port), (6, 80));
    assert_eq!(host.stack, LocalStack::Real);
    assert!(!host.conntrack);
}

#[test]
fn packets_take_what_is_written_and_leave_the_rest_open() {
    let ask = packet(&json!({"dst": "10.0.0.1"}));
    assert_eq!(ask.entry, AskEntry::Local);
    assert_eq!((ask.proto, ask.flags, ask.uid, ask.smac), (None, None, Some(0), Some(SENDER)));
    let ask = packet(&json!({
        "hook_in": "eth0", "src": "10.0.0.5", "dst": "10.0.0.1", "proto": 17, "flags": "SYN,ACK",
        "tcp_opts": {"mss": 1460, "wscale": 7}, "payload": {"hex": "00ff"}, "ip_opts": "01",
        "dmac": "ff:ff:ff:ff:ff:ff", "sleep_ms": 5,
    }));
    assert_eq!(ask.entry, AskEntry::Iface("eth0".into()));
    assert_eq!(ask.proto, Some(17));
    assert_eq!(ask.flags, Some(TcpFlags(0x12)));
    assert_eq!(ask.tcp_options.as_deref(), Some(&[2, 4, 5, 0xb4, 1, 3, 3, 7][..]));
    assert_eq!(ask.payload.as_deref(), Some(&[0, 0xff][..]));
    assert_eq!(ask.ip_options.as_deref(), Some(&[1, 0, 0, 0][..]));
    assert_eq!(ask.frame, Some(PacketType::Broadcast));
    let unsaid = packet(&json!({"hook_in": "p1", "dst": "10.0.0.1"}));
    assert_eq!(
        unsaid.frame,
        Some(PacketType::Host),
        "a frame is for this host unless it says otherwise"
    );
    assert_eq!(ask.after_ms, 5);
    let ask = packet(&json!({"reply_to": 0, "flags": "RA", "payload": "abc"}));
    assert_eq!((ask.entry, ask.follow_up), (AskEntry::Unsaid, Some(FollowUp::ReplyTo(0))));
    assert_eq!(ask.flags, Some(TcpFlags(0x14)));
    assert_eq!(packet(&json!({"dst": "10.0.0.1", "flags": ""})).flags, Some(TcpFlags(0)));
    let ask = packet(&json!({"icmp_error_to": 1, "icmp_code": 3, "payload": {"len": 3}}));
    assert_eq!(ask.follow_up, Some(FollowUp::IcmpErrorTo(1)));
    assert_eq!(ask.payload.as_deref(), Some(&b"xxx"[..]));
}

#[test]
fn a_target_that_no_line_makes_a_chain_is_not_an_empty_chain() {
    let rules = ":USED - [0:0]\n-A INPUT -j USED\n-A INPUT -j STRANGE\n-A INPUT -j FILLED\n-A FILLED -j DROP";
    let case = read_value(&json!({"rules": {"filter": rules}})).unwrap();
    let targets = case.host.rules.rules.iter().flat_map(|r| &r.ops).map(|op| &op.what);
    let kinds: Vec<&str> = targets
        .map(|what| match what {
            OpKind::Target(Target::Jump(_)) => "jump",
            OpKind::Target(Target::Opaque(_)) => "opaque",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["jump", "opaque", "jump", "other"]);
}

#[test]
fn beside_a_paste_only_what_is_given_is_known() {
    let case = read_value(&json!({"paste": "", "assume": ["eth0=10.0.0.1/24"]})).unwrap();
    assert!(!case.host.complete.rules && !case.host.complete.network);
    assert_eq!(case.assume.len(), 1);
    assert!(case.host.sysctl("net.ipv4.ip_forward").is_none());
    let case = read_value(&json!({"paste": "", "interfaces": []})).unwrap();
    assert!(!case.host.complete.rules && case.host.complete.network);
}

#[test]
fn what_is_wrong_is_named() {
    check_wrong(&json!({"packets": [{"dst": "10.0.0.1"}, {"dst": "10.0.0"}]}), "packets[1].dst");
    check_wrong(&json!({"packets": [{"dport": 99999}]}), "packets[0]");
    check_wrong(&json!({"packets": [{"colour": "red"}]}), "packets[0]");
    check_wrong(&json!({"packets": [{"flags": "Q"}]}), "packets[0].flags");
    check_wrong(&json!({"routes": ["default vai 10.0.0.1"]}), "routes[0]");
    check_wrong(
        &json!({"interfaces": [{"name": "eth0", "addrs": ["10.0.0.1/40"]}]}),
        "interfaces.eth0",
    );
    check_wrong(&json!({"assume": ["eth0"]}), "assume[0]");
    check_wrong(&json!({"local_stack": "loud"}), "local_stack");
    check_wrong(&json!([1]), "");
    assert!(read_line("no json").is_err());
}
