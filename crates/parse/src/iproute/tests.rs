//! Routes and policy rules: each word, printed back, and what does not fit.

#![allow(clippy::unwrap_used)]
use super::*;

fn whole(text: &str) -> Word<'_> {
    Word { text, start: 0 }
}

/// `man ip-rule`: each selector and action, and the same printed.
#[test]
fn every_word_of_a_policy_rule() {
    for (text, expect) in [
        ("not from 10.0.0.0/8 lookup 7", "not from 10.0.0.0/8 lookup 7"),
        ("from all to 10.0.0.1 table 7", "to 10.0.0.1/32 lookup 7"),
        ("from any lookup main", "lookup 254"),
        ("to default lookup local", "lookup 255"),
        ("fwmark 1 lookup default", "fwmark 0x1/0xffffffff lookup 253"),
        ("fwmark 0x1/0xff lookup 7", "fwmark 0x1/0xff lookup 7"),
        ("iif eth0 oif eth1", "iif eth0 oif eth1 lookup 254"),
        ("dev eth0", "iif eth0 lookup 254"),
        ("tos 0x10", "tos 0x10 lookup 254"),
        ("dsfield 16", "tos 0x10 lookup 254"),
        ("uidrange 1-5", "uidrange 1-5 lookup 254"),
        ("ipproto tcp sport 80 dport 1-2", "ipproto 6 sport 80-80 dport 1-2 lookup 254"),
        ("table 7 suppress_prefixlength 0", "lookup 7 suppress_prefixlength 0"),
        ("table 7 sup_pl 8", "lookup 7 suppress_prefixlength 8"),
        ("table 7 realms 4/5", "lookup 7 realms 4/5"),
        ("table 7 realm cosmos", "lookup 7"),
        ("table 7 protocol static", "lookup 7"),
        ("unreachable", "unreachable"),
        ("blackhole", "blackhole"),
        ("prohibit", "prohibit"),
    ] {
        let (rule, priority) = policy(whole(text)).unwrap();
        assert_eq!((rule.priority, priority), (32765, None), "{text}");
        assert_eq!(policy_text(&rule), format!("pref 32765 {expect}"), "{text}");
        assert_eq!(policy(whole(expect)).unwrap().0, rule, "{expect}");
    }
    for text in ["pref 7", "priority 7"] {
        let (rule, priority) = policy(whole(text)).unwrap();
        assert_eq!((rule.priority, priority), (7, Some(7)));
    }
}

/// `man ip-route`.
#[test]
fn every_word_of_a_route() {
    for (text, expect) in [
        ("unicast 10.0.0.0/8 dev eth0", "10.0.0.0/8 dev eth0"),
        ("local 10.0.0.1 dev lo", "local 10.0.0.1/32 dev lo"),
        ("local 10.0.0.1 dev lo table 100", "local 10.0.0.1/32 dev lo table 100"),
        ("broadcast 10.0.0.255 dev eth0", "broadcast 10.0.0.255/32 dev eth0"),
        ("10.0.0.0/8 dev eth0 table local", "10.0.0.0/8 dev eth0 table 255"),
        ("blackhole 10.0.0.0/8", "blackhole 10.0.0.0/8"),
        ("unreachable default", "unreachable default"),
        ("prohibit all", "prohibit default"),
        ("throw any table 7", "throw default table 7"),
        (
            "default via inet6 fe80::1 dev eth0 src 10.0.0.1",
            "default via fe80::1 dev eth0 src 10.0.0.1",
        ),
        ("default dev eth0 tos 8 preference 5", "default dev eth0 tos 8 metric 5"),
        ("default dev eth0 dsfield 0x10 metric 5", "default dev eth0 tos 16 metric 5"),
        ("::/0 dev eth0 src fd00::1", "default dev eth0 src fd00::1"),
        ("default dev eth0 mtu 0", "default dev eth0"),
        ("default dev eth0 onlink proto static scope global pref high", "default dev eth0"),
        ("default dev eth0 dead linkdown", "default dev eth0 dead"),
        ("default dev eth0 linkdown", "default dev eth0 linkdown"),
        ("default dev eth0 nhid 5", "default dev eth0"),
        (
            "default nhid 5 nexthop dev a nexthop dev b",
            "default nhid 1 nexthop dev a weight 1 nexthop dev b weight 1",
        ),
        (
            "default nexthop via 10.0.0.1 dev a realm 5 linkdown",
            "default via 10.0.0.1 dev a realm 5 linkdown",
        ),
        (
            "default nexthop dev a weight 256 nexthop dev b",
            "default nexthop dev a weight 256 nexthop dev b weight 1",
        ),
    ] {
        let read = route(whole(text)).unwrap();
        assert_eq!(route_text(&read), expect, "{text}");
    }
    let six = route(whole("default dev eth0 src fd00::1")).unwrap();
    assert_eq!(six.dst, Cidr { addr: Ipv6Addr::UNSPECIFIED.into(), len: 0 });
    assert!(route(whole("default nhid 5 nexthop dev a nexthop dev b")).unwrap().group);
    assert!(!route(whole("default nhid 5 nexthop dev a")).unwrap().group);
}

#[test]
fn what_does_not_fit_is_pointed_at() {
    let check = |problem: Diagnostic, text: &str, place: &str| {
        assert_eq!(&text[problem.span.range()], place, "{text}");
        assert!(!problem.expected.is_empty(), "{text}");
    };
    for (text, place) in [
        ("", ""),
        ("blackhole", ""),
        ("nowhere", "nowhere"),
        ("default via", ""),
        ("default dev a=b", "a=b"),
        ("default src x", "x"),
        ("default table x", "x"),
        ("default metric x", "x"),
        ("default tos 0xzz", "0xzz"),
        ("default tos 256", "256"),
        ("default mtu lock x", "x"),
        ("default nexthop weight 257", "257"),
        ("default weight 5", "weight"),
        ("default realms 65536", "65536"),
        ("default word", "word"),
    ] {
        check(route(whole(text)).unwrap_err(), text, place);
    }
    for (text, place) in [
        ("from", ""),
        ("from x", "x"),
        ("to 10.0.0.0/33", "10.0.0.0/33"),
        ("fwmark x", "x"),
        ("fwmark 1/x", "1/x"),
        ("uidrange 1-x", "1-x"),
        ("ipproto x", "x"),
        ("sport 65536", "65536"),
        ("lookup x", "x"),
        ("pref x", "x"),
        ("sup_pl 256", "256"),
        ("word", "word"),
    ] {
        check(policy(whole(text)).unwrap_err(), text, place);
    }
    let meant = route(whole("default vai 10.0.0.1")).unwrap_err().hint;
    assert_eq!(meant, Some(chainwalk_model::Hint::DidYouMean("via".into())));
    let meant = policy(whole("form 10.0.0.1")).unwrap_err().hint;
    assert_eq!(meant, Some(chainwalk_model::Hint::DidYouMean("from".into())));
}
