//! Cases of native nft: tables of every family over hosts of both, and packets of every kind.
//!
//! What the kernel refuses to load is for the recorder to leave out.
// Chances are told one by one, also where two come to the same.
#![allow(clippy::match_same_arms, clippy::similar_names, clippy::unused_self)]

mod conditions;
mod host;
mod looks;
mod programs;
mod statements;
mod table;

use self::host::{Flavour, Host, PLAIN};
use super::dice::Dice;
use super::net::{self, Net};
use super::packets::{Mood, Sender, fields};
use super::rules::{PLAIN as USUAL, Scribe as OfIptables, Taste};
use serde_json::{Map, Value, json};
use table::Scribe;

/// A family of native cases.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    /// Its name, the first part of its cases' names.
    pub name: &'static str,
    flavour: Flavour,
    moods: &'static [Mood],
    longest: usize,
}

/// Every family of native cases.
pub const NATIVE: [Native; 6] = [
    Native {
        name: "nftbase",
        flavour: Flavour { dormant: 6, chains: 6, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Local, Mood::Errors, Mood::Pieces, Mood::Edges],
        longest: 10,
    },
    Native {
        name: "nftsets",
        flavour: Flavour { sets: 60, memory: 30, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Streams, Mood::Clashes],
        longest: 10,
    },
    Native {
        name: "nftstate",
        flavour: Flavour { memory: 55, states: 40, asides: 55, ..PLAIN },
        moods: &[Mood::Talk, Mood::Streams, Mood::Clashes, Mood::Errors],
        longest: 12,
    },
    Native {
        name: "nftwide",
        flavour: Flavour {
            wide: 85,
            rules: 10,
            conditions: 1,
            ends: 12,
            asides: 10,
            strict: 4,
            counted: true,
            ..PLAIN
        },
        moods: &[Mood::Mixed, Mood::Talk, Mood::Pieces, Mood::Local, Mood::Errors],
        longest: 12,
    },
    Native {
        name: "nftlink",
        flavour: Flavour { ingress: 25, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Edges, Mood::Local],
        longest: 9,
    },
    Native {
        name: "nftprog",
        flavour: PLAIN,
        moods: &[Mood::Mixed, Mood::Local, Mood::Errors, Mood::Talk],
        longest: 10,
    },
];

/// The host's links with addresses of IPv6 beside those of IPv4.
fn host(four: Net, dice: &mut Dice) -> Host {
    let mut six = Net { v6: true, far: net::six(dice).far, ..Net::default() };
    for (k, link) in four.links.iter().enumerate() {
        let mut own = link.clone();
        let at = |n: &str| format!("fd00:{}::{n}", k + 1);
        own.own = vec![at("1")];
        own.len = 64;
        own.hosts = vec![at("5"), at("7"), at("33")];
        own.broadcast = None;
        own.ports = Vec::new();
        if link.ports.is_empty() {
            six.links.push(own);
        }
    }
    let way = &four.routes[0];
    let dev = way.split(' ').skip_while(|w| *w != "dev").nth(1).unwrap_or_default();
    let out = six.links.iter().find(|l| l.name == dev);
    if let Some(link) = out {
        six.routes.push(format!("default via {} dev {dev}", link.hosts[0]));
    }
    Host { four, six }
}

/// One case of a family.
pub fn native(family: &Native, seed: u64, index: usize) -> Value {
    let name = family.name.bytes().fold(0_u64, |n, b| n.wrapping_mul(131) + u64::from(b));
    let mut dice =
        Dice::new(seed ^ name.rotate_left(24) ^ (index as u64).wrapping_mul(0x2545_f491));
    dice.below(2);
    let bridged = family.name == "nftlink" && dice.chance(55);
    let mut four = match dice.below(4) {
        _ if bridged => net::bridges(&mut dice),
        0 => net::policy(&mut dice),
        _ => net::router(&mut dice),
    };
    if dice.chance(12) {
        net::unsettle(&mut four, &mut dice);
    }
    let mut host = host(four, &mut dice);
    host.six.sysctls.clone_from(&host.four.sysctls);
    let text = if family.name == "nftprog" {
        programs::programs(&host, &mut dice)
    } else {
        tables(&host, family, &mut dice, bridged)
    };
    let beside = (family.name == "nftlink" && dice.chance(45)) || dice.chance(3);
    let rules = beside.then(|| {
        let taste = Taste { memory: 0, ..USUAL };
        let mut scribe = OfIptables::new(&host.four, taste, dice.clone(), "x".into());
        let tables = scribe.tables();
        dice = scribe.dice;
        tables
    });
    let packets = packets(&host, family, &mut dice);
    let (mut interfaces, behind) = host.four.interfaces();
    for one in interfaces.as_array_mut().into_iter().flatten() {
        let six = host.six.links.iter().find(|l| one["name"] == l.name.as_str());
        if let (Some(link), Some(addrs)) = (six, one["addrs"].as_array_mut()) {
            addrs.push(format!("{}/64", link.own[0]).into());
        }
    }
    let mut case =
        json!({ "id": format!("{}-{seed}-{index}", family.name), "interfaces": interfaces });
    let mut routes = host.four.routes.clone();
    routes.extend(host.six.routes.clone());
    case["routes"] = routes.into();
    let sysctls: Map<String, Value> =
        host.four.sysctls.iter().map(|(name, value)| (name.clone(), (*value).into())).collect();
    if !sysctls.is_empty() {
        case["sysctls"] = sysctls.into();
    }
    if !host.four.policy.is_empty() {
        case["ip_rules"] = host.four.policy.clone().into();
    }
    if behind.as_object().is_some_and(|b| !b.is_empty()) {
        case["bridge_hosts"] = behind;
    }
    if let Some(rules) = rules.filter(|r| !r.is_empty()) {
        case["rules"] = rules.into();
    }
    case["nft"] = text.into();
    if dice.chance(50) {
        case["conntrack"] = false.into();
    }
    if dice.chance(10) {
        case["local_stack"] = "real".into();
    } else if dice.chance(20) {
        // What a process says that listens for TCP is the next packet.
        let any = dice.pick(&["0.0.0.0", "::"]);
        case["listen"] = json!([{ "proto": "udp", "addr": any, "port": dice.one(&net::PORTS) }]);
    }
    case["packets"] = packets.into();
    case
}

/// The tables of a case.
fn tables(host: &Host, family: &Native, dice: &mut Dice, bridged: bool) -> String {
    let mut scribe = Scribe::new(host, family.flavour, dice.clone());
    let many = scribe.dice.between(1, family.flavour.tables);
    let names = ["filter", "nat", "fw", "my_table", "mangle"];
    let mut text = String::new();
    let mut taken: Vec<String> = Vec::new();
    for k in 0..many {
        let of = match scribe.dice.below(20) {
            _ if bridged && k == 0 => "bridge",
            _ if family.name == "nftlink" && k == 1 && !bridged => "netdev",
            0..7 => "ip",
            7..10 => "ip6",
            10 if family.name == "nftlink" => "netdev",
            _ => "inet",
        };
        let name = scribe.dice.pick(&names).to_owned();
        if taken.contains(&format!("{of} {name}")) {
            continue;
        }
        taken.push(format!("{of} {name}"));
        let commands = scribe.dice.chance(25);
        text.push_str(&scribe.table(of, &name, commands));
    }
    *dice = scribe.dice;
    if dice.chance(12) {
        let own = dice.one(&host.four.own());
        let named = text.replace(&format!(" {own} "), " $MINE ");
        if named != text {
            text = format!("define MINE = {own}\n{named}");
        }
    }
    text
}

fn packets(host: &Host, family: &Native, dice: &mut Dice) -> Vec<Value> {
    let longest = dice.between(family.longest / 2, family.longest);
    let mut packets = Vec::new();
    while packets.len() < longest {
        let six = dice.chance(22) && !host.six.links.is_empty();
        let net = if six { &host.six } else { &host.four };
        let mut mood = dice.one(family.moods);
        if six && mood == Mood::Edges {
            mood = Mood::Mixed;
        }
        let before = packets.len();
        let many = before + dice.between(2, 5);
        let mut sender = Sender { net, dice: dice.clone(), packets };
        if family.name == "nftwide" && sender.dice.chance(55) {
            rare(&mut sender);
        } else {
            sender.send(mood, many.min(longest));
        }
        *dice = sender.dice;
        packets = sender.packets;
        if six && packets[before..].iter().any(|p| p.get("frag_off").is_some()) {
            // Of what IPv6 puts together and cuts again the recorder sees one or the other.
            packets.truncate(before);
        }
        dice.below(2);
    }
    packets.truncate(18);
    for p in &mut packets {
        let told = p["hook_in"] == "local" && p.get("uid").is_none();
        if told && dice.chance(40) {
            p["uid"] = dice.one(&[0, 33, 1000, 65534]).into();
        }
    }
    packets
}

/// A packet with a header or an option that few have.
fn rare(sender: &mut Sender) {
    let mut p = sender.first(&super::packets::Wish::default());
    let six = sender.net.v6;
    let ports = |p: &mut super::packets::Fields, sender: &mut Sender| {
        p.insert("sport".into(), sender.dice.one(&super::packets::SPORTS).into());
        p.insert("dport".into(), sender.dice.one(&net::PORTS).into());
    };
    let raw = [
        (51, "0604000000000001000001000000000000000000"),
        (50, "000012340000000100000000"),
        (108, "06000002"),
        (33, "0050005005000000040000010000000100000000"),
        (132, "00010050000000000000000003000010000000640000100000020003"),
        (132, "0001005000000000000000000003001400000007000100020000002a6162630a"),
        (132, "00010050000000000000000004000008000100040700000800000011"),
        (2, "1100eeffe0000001"),
    ];
    match sender.dice.below(8) {
        0..3 => {
            let (proto, hex) = sender.dice.one(&raw);
            if !(six && matches!(proto, 2 | 51)) {
                p.insert("proto".into(), proto.into());
                p.insert("payload".into(), json!({ "hex": hex }));
            }
        }
        3 => {
            p.insert("proto".into(), 136.into());
            p.insert("payload".into(), "abc".into());
            ports(&mut p, sender);
        }
        4 => {
            p.insert("proto".into(), "sctp".into());
            ports(&mut p, sender);
        }
        5 | 6 => {
            p.insert("proto".into(), "tcp".into());
            ports(&mut p, sender);
            let options = [
                "020405b4",
                "020405b40402080a0000000100000002",
                "0101080a0000006400000001",
                "03030700",
                "0101050a0000000100000005",
                "02040218040201030302",
                "1e0c00810102030405060708",
                "22020000",
                "13120000000000000000000000000000000000000000",
            ];
            p.insert("tcp_opts".into(), json!({ "hex": sender.dice.pick(&options) }));
            p.insert("flags".into(), sender.dice.pick(&["S", "SA", "A", "FPU", ""]).into());
        }
        _ if !six => {
            sender.transport(&mut p, &super::packets::Wish::default());
            let options = ["94040000", "0707080a09090900"];
            p.insert("ip_opts".into(), sender.dice.pick(&options).into());
        }
        _ => sender.transport(&mut p, &super::packets::Wish::default()),
    }
    if !p.contains_key("proto") {
        sender.transport(&mut p, &super::packets::Wish::default());
    }
    let first = sender.push(p.clone());
    let answers = matches!(p["proto"].as_str(), Some("tcp" | "udp"));
    if answers && sender.dice.chance(40) {
        sender.push(fields(json!({ "reply_to": first })));
    }
}
