//! A real kernel's answers to the questions that two documents raise, replayed.
//!
//! Three ways: from the host as the case tells it; from the text of the document with the network said beside
//! it; from the text of the document alone.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::case;
use chainwalk_tests::kernel::{Standing, branches, compare, differences};
use chainwalk_tests::{engine, recorded, skipped};
use serde_json::{Value, json};

const K8S: &str = include_str!("../../documents/k8s-in-docker.iptables.txt");
const DOCKER: &str = include_str!("../../documents/docker-host.iptables.txt");

fn answer(case: &Value) -> Value {
    engine::answer(&case::read_value(case).unwrap())
}

fn cases() -> Vec<(String, Value, Value)> {
    let lines = recorded::of("documents");
    assert_eq!(lines.len(), 20, "every question of the two documents is there");
    lines
        .iter()
        .map(|line| {
            let id = line["case"]["id"].as_str().unwrap().to_owned();
            (id, line["case"].clone(), line["answer"].clone())
        })
        .collect()
}

/// The case with the document's text instead of its rules, and its network as assumptions.
fn pasted(case: &Value, text: &str) -> Value {
    json!({
        "id": case["id"],
        "paste": text,
        "assume": recorded::as_assumptions(case),
        "packets": case["packets"],
    })
}

/// What is wrong with an answer, in words for the person who broke it.
fn complaint(id: &str, ours: &Value, answer: &Value) -> String {
    let mut text = format!("\n{id}: {:?}\n", compare(ours, answer));
    let packets = answer["packets"].as_array().unwrap();
    for (k, theirs) in packets.iter().enumerate() {
        let mine = &ours["packets"][k];
        text +=
            &[" packet ", &k.to_string(), ", depends on ", &mine["depends_on"].to_string(), "\n"]
                .concat();
        for branch in branches(mine) {
            text.push_str(&differences(branch, theirs));
        }
    }
    text
}

/// The weights of a packet's branches, where it has some.
fn weights(packet: &Value) -> Vec<f64> {
    let branches = packet["branches"].as_array();
    branches.into_iter().flatten().map(|b| b["weight"].as_f64().unwrap()).collect()
}

#[test]
fn every_answer_from_the_case_is_the_kernels() {
    let mut wrong = String::new();
    for (id, case, recorded) in cases() {
        let ours = answer(&case);
        let found = compare(&ours, &recorded);
        if !found.iter().all(|s| matches!(s, Standing::Agrees | Standing::Among(_))) {
            wrong.push_str(&complaint(&id, &ours, &recorded));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn three_pods_share_a_service_by_thirds() {
    let mut split = 0;
    for (id, case, _) in cases() {
        let ours = answer(&case);
        for packet in ours["packets"].as_array().unwrap() {
            let weights = weights(packet);
            if weights.is_empty() {
                continue;
            }
            split += 1;
            assert_eq!(weights.len(), 3, "{id}");
            for w in weights {
                assert!((w - 0.3333).abs() <= 0.0001, "{id}: {w}");
            }
        }
    }
    assert!(split >= 5, "the questions about the service split: {split}");
}

#[test]
fn the_first_document_answers_as_recorded() {
    let mut wrong = String::new();
    for (id, case, recorded) in cases() {
        // The last question is about other rules than the document's.
        if !id.starts_with("k8s/") || id.contains("after-fix") {
            continue;
        }
        let ours = answer(&pasted(&case, K8S));
        let found = compare(&ours, &recorded);
        if !found.iter().all(|s| matches!(s, Standing::Agrees | Standing::Among(_))) {
            wrong.push_str(&complaint(&id, &ours, &recorded));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_second_document_answers_as_recorded_if_the_filter_table_accepts() {
    let mut wrong = String::new();
    for (id, case, recorded) in cases() {
        if !id.starts_with("docker/") {
            continue;
        }
        let ours = answer(&pasted(&case, DOCKER));
        let found = compare(&ours, &recorded);
        let named = ours["packets"].as_array().unwrap().iter().all(|p| {
            let open = p["depends_on"].as_array().unwrap();
            open.len() == 1 && open[0]["kind"] == "table_not_pasted" && open[0]["name"] == "filter"
        });
        if !named || !found.iter().all(|s| matches!(s, Standing::Depends(Some(_)))) {
            wrong.push_str(&complaint(&id, &ours, &recorded));
        }
        // And as recorded, with nothing open, once somebody says so.
        let mut said = pasted(&case, DOCKER);
        said["assume"].as_array_mut().unwrap().push(json!("table=filter:accept"));
        let ours = answer(&said);
        if !compare(&ours, &recorded).iter().all(|s| *s == Standing::Agrees) {
            wrong.push_str(&complaint(&format!("{id}, filter said to accept"), &ours, &recorded));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn without_a_word_about_the_network_the_question_is_put() {
    let (_, case, _) = cases().into_iter().find(|c| c.0 == "k8s/host-nodeport").unwrap();
    let ours = answer(&json!({ "id": "bare", "paste": K8S, "packets": case["packets"] }));
    let packet = &ours["packets"][0];
    let ends: Vec<_> = branches(packet)
        .iter()
        .filter(|b| b["stopped_at"]["chain"] == "FORWARD")
        .map(|b| (b["verdict"].clone(), b["stopped_at"]["rule"].clone()))
        .collect();
    assert!(ends.contains(&(json!("rejected"), json!(6))), "{packet}");
    let open = packet["depends_on"].as_array().unwrap();
    assert!(open.iter().any(|q| q["kind"] == "address" && q["name"] == "172.17.0.2"), "{open:?}");
}

#[test]
#[ignore = "these cases lie beside the repository"]
fn random_rules_answer_as_recorded() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/kernel/cases.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        skipped(&format!("there is no {}", path.display()));
        return;
    };
    let (mut packets, mut wrong) = (0, Vec::new());
    for line in recorded::read(&text) {
        let found = compare(&answer(&line["case"]), &line["answer"]);
        packets += found.len();
        let id = line["case"]["id"].as_str().unwrap().to_owned();
        wrong.extend(found.iter().zip(0..).filter_map(|(s, k)| match s {
            Standing::Agrees => None,
            other => Some(format!("{id}#{k} {other:?}")),
        }));
    }
    assert!(packets > 0, "{} holds no case", path.display());
    assert!(wrong.is_empty(), "{} of {packets}:\n{}", wrong.len(), wrong.join("\n"));
}
