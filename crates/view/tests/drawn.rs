//! Drawings as they should look, beside this file in `drawn`: open them in a browser.
//!
//! Where a drawing is meant to change, `CHAINWALK_DRAWINGS=accept cargo test -p chainwalk-view drawn` takes the new
//! ones; look at them before they are committed. Widths of texts are those of the table, not of a browser's fonts.
#![allow(clippy::unwrap_used)]

use chainwalk_sim::Session;
use chainwalk_view::{Explained, Lang, Scene, TableMeasure, scene, scene_phone, svg, timeline};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What is walked: a text, facts and packets.
struct Walked {
    paste: &'static str,
    facts: &'static [&'static str],
    packets: &'static [&'static str],
}

const NETWORK: &[&str] = &[
    "eth0=192.0.2.10/24",
    "lan=10.1.0.1/16",
    "route=default via 192.0.2.1 dev eth0",
    "net.ipv4.ip_forward=1",
];

/// A service: two places behind a jump, of which chance picks one; FORWARD lets one of them pass.
const SERVICE: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\n:SERVICES - [0:0]\n:PICK - [0:0]\n:FIRST - [0:0]\n:SECOND - [0:0]\n\
        -A PREROUTING -j SERVICES\n\
        -A SERVICES -d 10.9.0.1/32 -p tcp -m tcp --dport 80 -j PICK\n\
        -A SERVICES -d 10.9.0.2/32 -p tcp -m tcp --dport 80 -j PICK\n\
        -A SERVICES -d 10.9.0.3/32 -p tcp -m tcp --dport 443 -j PICK\n\
        -A SERVICES -d 192.0.2.10/32 -p tcp -m tcp --dport 80 -j PICK\n\
        -A PICK -m statistic --mode random --probability 0.25000000000 -j FIRST\n-A PICK -j SECOND\n\
        -A FIRST -p tcp -j DNAT --to-destination 10.1.0.5:8080\n\
        -A SECOND -p tcp -j DNAT --to-destination 10.1.0.6:8080\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:GUARD - [0:0]\n\
        [99999:1] -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
        [408123:1] -A FORWARD -j GUARD\n\
        [20123456:1] -A FORWARD -d 10.1.0.6/32 -j ACCEPT\n\
        [23:1] -A FORWARD -j REJECT --reject-with icmp-host-prohibited\n\
        -A GUARD -s 198.51.100.0/24 -j DROP\n-A GUARD -p icmp -j DROP\nCOMMIT\n",
    facts: NETWORK,
    packets: &["curl 192.0.2.10:80 from 203.0.113.5 in eth0"],
};

/// Chains that call each other ten deep, and one that is gone to.
const DEEP: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\nCOMMIT\n\
        *filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:D2 - [0:0]\n:D3 - [0:0]\n\
        :D4 - [0:0]\n:D5 - [0:0]\n:D6 - [0:0]\n:D7 - [0:0]\n:D8 - [0:0]\n:SIDE - [0:0]\n\
        -A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp -j D2\n-A INPUT -p tcp -m tcp --dport 22 -j SIDE\n\
        -A D2 -j D3\n-A D3 -j D4\n-A D4 -j D5\n-A D5 -j D6\n-A D6 -j D7\n-A D7 -p tcp -g D8\n\
        -A D8 -p udp -j DROP\n-A D8 -m mark --mark 0x1 -j DROP\n\
        -A SIDE -s 203.0.113.0/24 -j MARK --set-xmark 0x7/0xffffffff\n-A SIDE -j RETURN\nCOMMIT\n",
    facts: NETWORK,
    packets: &["ssh 192.0.2.10 from 203.0.113.5 in eth0"],
};

/// A long chain, and an end in OUTPUT.
const LONG: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A OUTPUT -p tcp -m tcp --dport 1 -j ACCEPT\n-A OUTPUT -p tcp -m tcp --dport 2 -j ACCEPT\n\
        -A OUTPUT -p tcp -m tcp --dport 3 -j ACCEPT\n-A OUTPUT -p tcp -m tcp --dport 4 -j ACCEPT\n\
        -A OUTPUT -p tcp -m tcp --dport 5 -j ACCEPT\n-A OUTPUT -p tcp -m tcp --dport 6 -j ACCEPT\n\
        -A OUTPUT -p tcp -m tcp --dport 7 -j ACCEPT\n-A OUTPUT -p tcp -m tcp --dport 8 -j ACCEPT\n\
        -A OUTPUT -o lo -j ACCEPT\n-A OUTPUT -o lan -j ACCEPT\n-A OUTPUT -p udp -j ACCEPT\n\
        -A OUTPUT -p tcp -m multiport --dports 80,443 -m comment --comment \"no web\" -j DROP\nCOMMIT\n",
    facts: NETWORK,
    packets: &["curl 198.51.100.7:80"],
};

/// A published port asked for by the host itself: what it sends to itself comes in again by lo.
const ITSELF: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\n-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -p tcp -m tcp --dport 8080 -j REJECT --reject-with tcp-reset\nCOMMIT\n",
    facts: NETWORK,
    packets: &["curl 192.0.2.10:80"],
};

/// What leaves gets another source, and its reply is put back.
const REPLY: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n",
    facts: NETWORK,
    packets: &["curl 198.51.100.7:443 from 10.1.0.7 in lan", "reply 1"],
};

/// A rule that is not understood.
const UNKNOWN: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A FORWARD -m geoip ! --src-cc DE -j DROP\n-A FORWARD -i eth0 -o lan -j ACCEPT\nCOMMIT\n",
    facts: NETWORK,
    packets: &["curl 10.1.0.7:80 from 203.0.113.5 in eth0"],
};

/// IPv6, whose addresses are long.
const SIX: Walked = Walked {
    paste: "# Generated by ip6tables-save v1.8.9\n*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n\
        :OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j REJECT --reject-with tcp-reset\nCOMMIT\n",
    facts: &["eth0=2001:db8:aaaa:bbbb:cccc:dddd:eeee:1/64", "route=default via fe80::1 dev eth0"],
    packets: &[
        "ssh 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1 from 2001:db8:1111:2222:3333:4444:5555:6666 in eth0",
    ],
};

/// Two next hops, of which chance picks one.
const HOPS: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A FORWARD -o wan -j DROP\nCOMMIT\n$ ip route\n\
        default \n\tnexthop via 192.0.2.1 dev eth0 weight 1 \n\tnexthop via 198.51.100.1 dev wan weight 3 \n\
        192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10 \n\
        198.51.100.0/24 dev wan proto kernel scope link src 198.51.100.10 \n\
        10.1.0.0/16 dev lan proto kernel scope link src 10.1.0.1 \n",
    facts: &["net.ipv4.ip_forward=1"],
    packets: &["dig @203.0.113.53 example.com from 10.1.0.7 in lan"],
};

/// A bridge that shows its packets to iptables: from port to port, and not routed.
const BRIDGE: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A FORWARD -m physdev --physdev-in veth1 --physdev-out veth2 -j ACCEPT\nCOMMIT\n",
    facts: &["br0=10.5.0.1/24", "br0=bridge:veth1,veth2", "net.bridge.bridge-nf-call-iptables=1"],
    packets: &["curl 10.5.0.3:80 from 10.5.0.2 in veth1"],
};

/// A bridge of which no port is known.
const PORTLESS: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n\
        $ ip -d addr\n3: br0: <UP> mtu 1500\n    bridge forward_delay 1500\n    inet 10.5.0.1/24 scope global br0\n",
    facts: &["net.bridge.bridge-nf-call-iptables=1"],
    packets: &["curl 10.5.0.3:80 from 10.5.0.2 in br0"],
};

/// A service with more endpoints than have room: those that end alike share a card.
const MANY: Walked = Walked {
    paste: "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\n:SVC - [0:0]\n:E1 - [0:0]\n:E2 - [0:0]\n:E3 - [0:0]\n:E4 - [0:0]\n:E5 - [0:0]\n:E6 - [0:0]\n\
        -A PREROUTING -d 10.9.0.1/32 -p tcp -m tcp --dport 80 -j SVC\n\
        -A SVC -m statistic --mode random --probability 0.16666666667 -j E1\n\
        -A SVC -m statistic --mode random --probability 0.20000000000 -j E2\n\
        -A SVC -m statistic --mode random --probability 0.25000000000 -j E3\n\
        -A SVC -m statistic --mode random --probability 0.33333333333 -j E4\n\
        -A SVC -m statistic --mode random --probability 0.50000000000 -j E5\n-A SVC -j E6\n\
        -A E1 -p tcp -m tcp -j DNAT --to-destination 10.1.0.1:8080\n\
        -A E2 -p tcp -m tcp -j DNAT --to-destination 10.1.0.2:8080\n\
        -A E3 -p tcp -m tcp -j DNAT --to-destination 10.1.0.3:8080\n\
        -A E4 -p tcp -m tcp -j DNAT --to-destination 10.1.0.4:8080\n\
        -A E5 -p tcp -m tcp -j DNAT --to-destination 10.1.0.5:8080\n\
        -A E6 -p tcp -m tcp -j DNAT --to-destination 10.1.0.6:8080\nCOMMIT\n\
        *filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -d 10.1.0.6/32 -j ACCEPT\n\
        -A FORWARD -d 10.1.0.2/31 -j ACCEPT\nCOMMIT\n",
    facts: NETWORK,
    packets: &["curl 10.9.0.1:80 from 203.0.113.5 in eth0"],
};

const WIDE: (f64, f64) = (1288.0, 848.0);
const NARROW: (f64, f64) = (760.0, 560.0);
const HUGE: (f64, f64) = (2560.0, 1300.0);
const SMALL: (f64, f64) = (480.0, 400.0);
const PHONE: (f64, f64) = (358.0, 80.0);

/// What is drawn: a name, a walk, which outcome is followed, the language, the space, and the stops, by a piece of
/// what is said there.
type Drawing = (&'static str, Walked, usize, Lang, (f64, f64), &'static [&'static str]);

const DRAWINGS: &[Drawing] = &[
    (
        "service",
        SERVICE,
        0,
        Lang::En,
        WIDE,
        &[
            "arrives",
            "SERVICES rule 3",
            "One of 2",
            "FIRST rule 1",
            "FORWARD rule 4",
            "routed to eth0",
            "On this path",
        ],
    ),
    ("service-narrow", SERVICE, 1, Lang::Zh, NARROW, &["到达", "随机", "SECOND"]),
    (
        "service-phone",
        SERVICE,
        0,
        Lang::En,
        PHONE,
        &["SERVICES rule 3", "routed to eth0", "On this path"],
    ),
    ("deep", DEEP, 0, Lang::En, WIDE, &["D8 rule 2", "SIDE rule 1", "policy"]),
    ("deep-small", DEEP, 0, Lang::En, SMALL, &["D4 rule 1", "D8 rule 1"]),
    ("long", LONG, 0, Lang::En, WIDE, &["conntrack", "OUTPUT rule 12", "Dropped"]),
    ("long-huge", LONG, 0, Lang::Zh, HUGE, &["规则 3 "]),
    ("itself", ITSELF, 0, Lang::En, WIDE, &["OUTPUT rule 1", "comes in", "INPUT rule 1"]),
    ("itself-phone", ITSELF, 0, Lang::Zh, PHONE, &["INPUT 规则 1"]),
    ("reply", REPLY, 0, Lang::En, NARROW, &["un-NAT"]),
    ("unknown", UNKNOWN, 0, Lang::En, WIDE, &["geoip"]),
    ("hops", HOPS, 0, Lang::En, WIDE, &["One of 2"]),
    ("hops-narrow", HOPS, 1, Lang::Zh, NARROW, &["随机", "丢弃"]),
    ("portless", PORTLESS, 0, Lang::En, WIDE, &["Bridged"]),
    ("portless-phone", PORTLESS, 0, Lang::Zh, PHONE, &["桥接"]),
    ("bridge", BRIDGE, 0, Lang::En, WIDE, &["arrives", "FORWARD rule 1", "Bridged"]),
    ("many", MANY, 0, Lang::En, WIDE, &["One of 6"]),
    ("many-narrow", MANY, 1, Lang::Zh, NARROW, &["随机"]),
    ("six", SIX, 0, Lang::En, NARROW, &["arrives", "conntrack", "INPUT rule 1", "is sent out of"]),
];

fn explain<T>(
    walked: &Walked,
    outcome: usize,
    lang: Lang,
    look: impl FnOnce(&Explained) -> T,
) -> T {
    let reading = chainwalk_parse::read(&[walked.paste]);
    let mut host = reading.host();
    for fact in walked.facts {
        chainwalk_sim::assume(&mut host, &chainwalk_parse::assumption(fact).unwrap());
    }
    let lines = chainwalk_parse::packet_lines(walked.packets, &host);
    let asks: Vec<_> = lines.into_iter().map(|(ask, _)| ask).collect();
    let mut session = Session::new(host);
    for ask in &asks {
        session.send(ask);
    }
    let why = |at| session.explain(at);
    let mut followed = vec![0; asks.len() - 1];
    followed.push(outcome);
    look(&Explained {
        lang,
        reading: Some(&reading),
        docs: &[walked.paste],
        host: session.host(),
        asks: &asks,
        walks: session.walks(),
        followed: &followed,
        packet: asks.len() - 1,
        raw_names: false,
        reasons: &why,
    })
}

/// A drawing as a file, an item a line.
fn file(scene: &Scene) -> String {
    let mut text = svg(scene).replace("><", ">\n<");
    // The ways that the packet takes into the stop are no part of the picture.
    let _ = write!(text, "\n<!-- {} -->\n", scene.travel);
    text
}

#[test]
fn everything_is_drawn_as_its_picture_has_it() {
    let accept = std::env::var("CHAINWALK_DRAWINGS").is_ok_and(|v| v == "accept");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drawn");
    let mut wrong = String::new();
    for (name, walked, outcome, lang, size, places) in DRAWINGS {
        let drawn: Vec<(String, String)> = explain(walked, *outcome, *lang, |t| {
            let said = timeline(t).narration;
            let draw = if *size == PHONE { scene_phone } else { scene };
            let mut drawn = Vec::new();
            for piece in *places {
                let Some(stop) = said.iter().position(|n| n.contains(piece)) else {
                    let _ = writeln!(wrong, "{name}: no {piece} in {said:#?}");
                    continue;
                };
                let scene = draw(t, stop, *size, &TableMeasure);
                drawn.push((format!("{name}-{stop:02}.svg"), file(&scene)));
            }
            drawn
        });
        for (name, now) in drawn {
            let old = fs::read_to_string(folder.join(&name)).unwrap_or_default();
            if accept {
                fs::write(folder.join(&name), &now).unwrap();
            } else if old != now {
                let first = now.lines().zip(old.lines()).find(|(a, b)| a != b);
                let _ = writeln!(wrong, "{name}: {first:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
