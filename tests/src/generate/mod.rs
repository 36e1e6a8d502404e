//! Cases of our own, to hold our answers against a kernel's: the same seed gives the same cases.
//!
//! What the kernel decides at random is kept out: two runs of a case that differ are not recorded.

mod catalogue;
pub(crate) mod dice;
mod forms;
mod matches;
mod net;
mod nft;
mod oddities;
mod packets;
mod rules;
mod sets;
mod targets;

use dice::Dice;
pub use forms::{each, ruleset};
use net::Net;
pub use nft::{NATIVE, Native, native};
use packets::{Mood, Sender};
use rules::{PLAIN, Scribe, Taste};
use serde_json::{Map, Value, json};

/// A family of cases: a kind of host, rules and packets.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its name, the first part of its cases' names.
    pub name: &'static str,
    net: fn(&mut Dice) -> Net,
    taste: Taste,
    moods: &'static [Mood],
    longest: usize,
    unsettled: usize,
    real: usize,
    sets: bool,
}

/// Every family.
pub const FAMILIES: [Family; 20] = [
    Family {
        name: "bridge",
        net: net::bridges,
        taste: PLAIN,
        moods: &[Mood::Mixed, Mood::Mixed, Mood::Edges],
        longest: 8,
        unsettled: 5,
        real: 15,
        sets: false,
    },
    Family {
        name: "learn",
        net: net::segments,
        // A stranger has no neighbour entry: what nat turned back to one would go astray.
        taste: Taste { nat: 0, mangle: 55, ..PLAIN },
        moods: &[Mood::Strangers],
        longest: 10,
        unsettled: 5,
        real: 10,
        sets: false,
    },
    Family {
        name: "policy",
        net: net::policy,
        taste: Taste { mangle: 75, nat: 40, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Local],
        longest: 8,
        unsettled: 25,
        real: 10,
        sets: false,
    },
    Family {
        name: "nat",
        net: net::router,
        taste: Taste { nat: 100, mangle: 10, raw: 5, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Clashes, Mood::Local],
        longest: 9,
        unsettled: 10,
        real: 10,
        sets: false,
    },
    Family {
        name: "mark",
        net: net::policy,
        taste: Taste { mangle: 100, nat: 20, ..PLAIN },
        moods: &[Mood::Local, Mood::Mixed],
        longest: 7,
        unsettled: 10,
        real: 10,
        sets: false,
    },
    Family {
        name: "zone",
        net: net::router,
        taste: Taste { raw: 100, nat: 50, mangle: 30, states: 30, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Clashes],
        longest: 8,
        unsettled: 5,
        real: 10,
        sets: false,
    },
    Family {
        name: "edge",
        net: net::router,
        taste: Taste { nat: 30, mangle: 20, ..PLAIN },
        moods: &[Mood::Edges],
        longest: 8,
        unsettled: 75,
        real: 25,
        sets: false,
    },
    Family {
        name: "fragment",
        net: net::router,
        taste: Taste { nat: 45, mangle: 30, ..PLAIN },
        moods: &[Mood::Pieces],
        longest: 9,
        unsettled: 15,
        real: 15,
        sets: false,
    },
    Family {
        name: "error",
        net: net::router,
        taste: Taste { nat: 85, mangle: 20, states: 25, ..PLAIN },
        moods: &[Mood::Errors],
        longest: 9,
        unsettled: 5,
        real: 10,
        sets: false,
    },
    Family {
        name: "tcp",
        net: net::router,
        taste: Taste {
            nat: 25,
            mangle: 10,
            raw: 5,
            security: 0,
            memory: 2,
            states: 45,
            strict: false,
        },
        moods: &[Mood::Talk],
        longest: 20,
        unsettled: 15,
        real: 5,
        sets: false,
    },
    Family {
        name: "memory",
        net: net::router,
        taste: Taste { nat: 20, mangle: 20, memory: 60, ..PLAIN },
        moods: &[Mood::Streams, Mood::Clashes],
        longest: 9,
        unsettled: 0,
        real: 5,
        sets: false,
    },
    Family {
        name: "sets",
        net: net::either,
        taste: Taste { nat: 15, mangle: 70, memory: 65, ..PLAIN },
        moods: &[Mood::Streams, Mood::Clashes, Mood::Mixed],
        longest: 9,
        unsettled: 0,
        real: 5,
        sets: true,
    },
    Family {
        name: "local",
        net: net::router,
        taste: Taste { nat: 50, mangle: 40, strict: true, ..PLAIN },
        moods: &[Mood::Local],
        longest: 8,
        unsettled: 10,
        real: 60,
        sets: false,
    },
    Family {
        name: "six",
        net: net::six,
        taste: Taste { nat: 45, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Errors, Mood::Local, Mood::Edges],
        longest: 8,
        unsettled: 0,
        real: 15,
        sets: false,
    },
    Family {
        name: "select",
        net: net::selectors,
        taste: Taste { mangle: 50, nat: 35, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Selected],
        longest: 9,
        unsettled: 10,
        real: 10,
        sets: false,
    },
    Family {
        name: "policy6",
        net: net::six_policy,
        taste: Taste { mangle: 75, nat: 30, ..PLAIN },
        moods: &[Mood::Mixed, Mood::Local],
        longest: 8,
        unsettled: 0,
        real: 15,
        sets: false,
    },
    Family {
        name: "everybody",
        net: net::router,
        taste: Taste { nat: 30, mangle: 40, ..PLAIN },
        moods: &[Mood::Everybody],
        longest: 7,
        unsettled: 15,
        real: 0,
        sets: false,
    },
    Family {
        name: "flood",
        net: net::floods,
        taste: Taste { nat: 35, mangle: 40, ..PLAIN },
        moods: &[Mood::Flooded],
        longest: 7,
        unsettled: 5,
        real: 0,
        sets: false,
    },
    Family {
        name: "neighbour",
        net: net::six,
        taste: Taste { nat: 20, mangle: 40, raw: 20, states: 40, ..PLAIN },
        moods: &[Mood::Neighbours],
        longest: 10,
        unsettled: 0,
        real: 10,
        sets: false,
    },
    Family {
        name: "talk6",
        net: net::six,
        taste: Taste { nat: 25, mangle: 10, states: 40, ..PLAIN },
        moods: &[Mood::Talk, Mood::Streams],
        longest: 12,
        unsettled: 0,
        real: 5,
        sets: false,
    },
];

/// Packets in a case, at most.
const LONGEST: usize = 20;

/// One case of a family.
pub fn case(family: &Family, seed: u64, index: usize) -> Value {
    let name = family.name.bytes().fold(0_u64, |n, b| n.wrapping_mul(131) + u64::from(b));
    let mut dice =
        Dice::new(seed ^ name.rotate_left(24) ^ (index as u64).wrapping_mul(0x2545_f491));
    dice.below(2);
    let mut net = (family.net)(&mut dice);
    if dice.chance(family.unsettled) {
        net::unsettle(&mut net, &mut dice);
    }
    let mut scribe = Scribe::new(
        &net,
        family.taste,
        dice.clone(),
        format!("{}{seed}-{index}", &family.name[..1]),
    );
    let mut lines = Vec::new();
    if family.sets {
        let mut own = scribe.dice.clone();
        (scribe.sets, lines) = sets::sets(&net, &mut own);
        scribe.dice = own;
    }
    let tables = scribe.tables();
    let longest = if scribe.dice.chance(12) { LONGEST } else { family.longest };
    let many = scribe.dice.between(family.longest / 2, longest);
    let mood = scribe.dice.one(family.moods);
    let mut sender = Sender { net: &net, dice: scribe.dice, packets: Vec::new() };
    sender.send(mood, many);
    let (mut packets, mut dice) = (sender.packets, sender.dice);
    packets.truncate(LONGEST);
    let (interfaces, behind) = net.interfaces();
    let mut case =
        json!({ "id": format!("{}-{seed}-{index}", family.name), "interfaces": interfaces });
    let mut put = |field: &str, value: Value| {
        let empty = match &value {
            Value::Array(a) => a.is_empty(),
            Value::Object(o) => o.is_empty(),
            _ => false,
        };
        if !empty {
            case[field] = value;
        }
    };
    put("routes", net.routes.clone().into());
    put("ip_rules", net.policy.clone().into());
    let sysctls: Map<String, Value> =
        net.sysctls.iter().map(|(name, value)| (name.clone(), (*value).into())).collect();
    put("sysctls", sysctls.into());
    put("bridge_hosts", behind);
    put("ipsets", lines.into());
    put(if net.v6 { "rules6" } else { "rules" }, tables.into());
    if dice.chance(family.real) {
        put("local_stack", "real".into());
        if dice.chance(60) {
            let any = if net.v6 { "::" } else { "0.0.0.0" };
            // What a process says that listens for TCP is the next packet.
            let _ = dice.below(2);
            put("listen", json!([{ "proto": "udp", "addr": any, "port": dice.one(&net::PORTS) }]));
        }
    }
    put("packets", packets.into());
    case
}
