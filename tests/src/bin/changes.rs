//! Has a kernel confirm what is proposed: `changes` prints the cases to ask it, `changes ANSWERS.jsonl` puts its
//! answers to the proposals and prints what is kept, a line a case.

use chainwalk_model::{Edit, Fate, Goal, Sent};
use chainwalk_tests::changes::{cases, proposed, read, rewritten, through, want, with_packet};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let answers = match &args[..] {
        [] => None,
        [file] => match std::fs::read_to_string(file) {
            Ok(text) => Some(text),
            Err(e) => {
                eprintln!("{file}: {e}");
                return ExitCode::from(1);
            }
        },
        _ => {
            eprintln!("usage: changes [ANSWERS.jsonl]");
            return ExitCode::from(1);
        }
    };
    let known: BTreeMap<String, Value> = answers
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|v| Some((v["id"].as_str()?.to_owned(), v)))
        .collect();
    if answers.is_some() {
        println!(
            "{}",
            json!({
                "kernel": "Linux 6.18, iptables 1.8.9 (legacy)",
                "what": "what a real kernel did with a packet after each proposed change, with its reply, and with other packets",
            })
        );
    }
    let mut asked = Vec::new();
    let mut ask = |id: String, mut case: Value| -> Value {
        case["id"] = id.clone().into();
        asked.push(case);
        let packets = known.get(&id).map_or(&Value::Null, |v| &v["packets"]);
        let all = packets.as_array().into_iter().flatten().map(|p| p["verdict"].clone());
        all.collect()
    };
    for value in cases() {
        let (host, case) = match read(&value) {
            Ok(read) => read,
            Err(e) => {
                eprintln!("{}: {e}", value["id"]);
                return ExitCode::from(1);
            }
        };
        let id = value["id"].as_str().unwrap_or_default();
        let before = ask(id.to_owned(), value.clone());
        let all = proposed(&host, &case);
        let mut told = Vec::new();
        for (n, (commands, proposal)) in all.iter().enumerate() {
            let edits: &[Edit] = &proposal.edits;
            let mut changed = rewritten(&value, &host, edits);
            if proposal.replied
                && let Some(packets) = changed["packets"].as_array_mut()
            {
                let mut reply = json!({ "reply_to": 0 });
                if let Some(to) = packets[0].get("dmac") {
                    reply["dmac"] = to.clone();
                }
                // A frame that no rule saw has no interface to come back by, as the recorder tells it.
                if let Fate::Bridged(Some(port)) = &proposal.walk.outcomes[0].trace.fate {
                    reply["hook_in"] = json!(&**port);
                }
                packets.push(reply);
            }
            let verdicts = ask(format!("{id}#{n}"), changed.clone());
            let mut also = serde_json::Map::new();
            for probe in &proposal.probes {
                let sent: &Sent = &probe.sent;
                let name = format!("{:?}", probe.vary);
                let verdict = ask(format!("{id}#{n}#{name}"), with_packet(&changed, sent));
                also.insert(name, verdict[0].clone());
            }
            let wanted = want(&host, &case) == Goal::Through;
            if answers.is_some() && through(&verdicts[0]) != wanted {
                eprintln!("{id}: {commands:?}: {verdicts}");
            }
            told.push(json!({ "edits": commands, "verdicts": verdicts, "probes": also }));
        }
        if answers.is_some() {
            println!("{}", json!({ "case": id, "before": before[0], "proposals": told }));
        }
    }
    if answers.is_none() {
        // The recorder's bridges do not show frames to iptables any more once a case turned that off.
        asked.sort_by_key(|case| {
            case["sysctls"].get("net.bridge.bridge-nf-call-iptables").is_some()
        });
        println!("{}", Value::Array(asked));
    }
    ExitCode::SUCCESS
}
