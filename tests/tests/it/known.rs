//! Flows that were pasted: a packet is walked from the table that a kernel printed before it came, and what
//! the kernel then did with it is what we say.
#![allow(clippy::unwrap_used, clippy::format_push_string, clippy::format_collect)]

use chainwalk_parse::case;
use chainwalk_tests::kernel::{differences, differing};
use chainwalk_tests::{engine, recorded};
use serde_json::{Value, json};

/// Rules that remember more than flows: what they saw before is not in the table.
const PAST: [&str; 12] = [
    "recent",
    "limit",
    "SET",
    "statistic",
    "quota",
    "random",
    "connbytes",
    "CT ",
    "owner",
    "MASQ",
    "set ",
    "ttl",
];

/// One side of a flow as `conntrack -L` prints it.
fn side(tuple: &Value) -> String {
    let names = ["src", "dst", "sport", "dport", "type", "code", "id"];
    let word = |name: &&str| {
        let value = tuple.get(name)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some([name, "=", &text].concat())
    };
    names.iter().filter_map(word).collect::<Vec<_>>().join(" ")
}

/// A recorded table as `conntrack -L` prints it.
fn listing(table: &Value) -> Option<String> {
    let mut text = String::new();
    for flow in table.as_array().into_iter().flatten() {
        let name = flow["proto"].as_str()?;
        let number = match name {
            "tcp" => 6,
            "udp" => 17,
            "icmp" => 1,
            "icmpv6" => 58,
            "udplite" => 136,
            _ => return None,
        };
        let state = flow["state"].as_str().unwrap_or_default();
        let mark = |name: &str, word: &str| {
            if flow[name] == true { word.to_owned() } else { String::new() }
        };
        let zone = flow["zone"]
            .as_u64()
            .filter(|z| *z != 0)
            .map_or(String::new(), |z| format!("zone={z} "));
        text += &format!(
            "{name} {number} 100 {state} {} {} {} {} mark={} {zone}use=1\n",
            side(&flow["orig"]),
            mark("unreplied", "[UNREPLIED]"),
            side(&flow["reply"]),
            mark("assured", "[ASSURED]"),
            flow["mark"].as_u64().unwrap_or(0),
        );
    }
    Some(text)
}

/// The number and the flow label of a packet that says none are counted from the first that is sent.
const NUMBERS: [(&str, u64); 2] = [("id", 0x5000), ("flowlabel", 0x20000)];

/// What became of the packet `k` as if it were the first: its numbers where it left, and where it is quoted.
fn renumbered(value: &Value, k: u64) -> Value {
    match value {
        Value::Object(fields) => {
            let renumber = |(name, value): (&String, &Value)| {
                let first = NUMBERS.iter().find(|(n, first)| n == name && *value == first + k);
                (name.clone(), first.map_or_else(|| renumbered(value, k), |n| n.1.into()))
            };
            Value::Object(fields.iter().map(renumber).collect())
        }
        Value::Array(items) => items.iter().map(|item| renumbered(item, k)).collect(),
        other => other.clone(),
    }
}

/// Whether a UDP flow is among these that was answered and is not assured yet.
fn young(listing: &str) -> bool {
    let young =
        |l: &str| l.starts_with("udp ") && !l.contains("[UNREPLIED]") && !l.contains("[ASSURED]");
    listing.lines().any(young)
}

#[test]
fn a_packet_of_a_pasted_flow_is_treated_as_the_kernel_does() {
    let (mut told, mut same, mut windows, mut youth) = (0, 0, 0, 0);
    let mut wrong = String::new();
    for line in ["generated", "asked"].into_iter().flat_map(recorded::of) {
        let (given, answer) = (&line["case"], &line["answer"]);
        let rules = [given["rules"].to_string(), given["rules6"].to_string()].concat();
        if PAST.iter().any(|p| rules.contains(p)) || given.get("nft").is_some() {
            continue;
        }
        // What a bridge has learnt is not in the table either.
        if given["packets"].to_string().contains("\"smac\"") {
            continue;
        }
        let theirs = answer["packets"].as_array().unwrap();
        let Ok(whole) = case::read_value(given) else { continue };
        for k in 1..theirs.len() {
            let before = &theirs[k - 1]["conntrack"];
            let packet = &given["packets"][k];
            let plain = ["reply_to", "icmp_error_to", "mf", "frag_off", "sleep_ms"]
                .iter()
                .all(|f| packet.get(f).is_none());
            let Some(listing) = listing(before).filter(|l| plain && !l.is_empty()) else {
                continue;
            };
            let read = chainwalk_parse::read(&[&listing]).host();
            assert_eq!(read.flows.len(), listing.lines().count(), "{listing}");
            let mut one = given.clone();
            one["packets"] = json!([packet]);
            let Ok(mut alone) = case::read_value(&one) else { continue };
            alone.host.flows = read.flows;
            alone.asks = vec![whole.asks[k].clone()];
            let ours = engine::answer(&alone);
            let ours = &ours["packets"][0];
            told += 1;
            let theirs = renumbered(&theirs[k], k as u64);
            let differ = differing(ours, &theirs);
            if differ.is_empty() {
                same += 1;
            } else if ours["assumed"].to_string().contains("window") {
                // A listing does not tell the numbers of a TCP flow, and the answer says so.
                windows += 1;
            } else if differ == ["conntrack"] && young(&listing) {
                // The listing does not tell its age, and we take it for older than two seconds.
                youth += 1;
            } else {
                wrong += &format!("{} packet {k}: {differ:?}\n{listing}", given["id"]);
                wrong += &differences(ours, &theirs);
            }
        }
    }
    println!(
        "{told} packets met a table that was pasted: {same} are treated as the kernel does, {windows} lean on a window, {youth} on an age"
    );
    assert!(told > 400, "{told}");
    assert!(wrong.is_empty(), "{wrong}");
    assert!((windows + youth) * 10 < told, "{windows} {youth}");
}
