//! The door as JavaScript meets it, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

use chainwalk::view::{Banner, Compared, Overlay, Problem, ProposalsView, Suggestion, Tone};
use chainwalk_js::{Host, record};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[derive(Deserialize)]
struct Told {
    banner: Banner,
}

fn from<T: DeserializeOwned>(value: Result<JsValue, wasm_bindgen::JsError>) -> T {
    serde_wasm_bindgen::from_value(value.map_err(JsValue::from).unwrap()).unwrap()
}

fn host(paste: &str) -> Host {
    Host::new(paste, JsValue::UNDEFINED).map_err(JsValue::from).unwrap()
}

#[wasm_bindgen_test]
fn a_text_is_recorded_for_a_figure() {
    let paste = "*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n";
    let of = |packet: Option<&str>| record(paste, packet.map(str::to_owned), "zh");
    let json = of(Some("ping 127.0.0.1")).map_err(JsValue::from).unwrap();
    assert!(json.starts_with("{\"chainwalk\":1,") && json.contains("\"lang\":\"zh\""), "{json}");
    assert!(of(None).is_err());
}

#[wasm_bindgen_test]
fn a_dropped_packet_is_told_as_dropped() {
    let nat =
        "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n";
    let filter = "*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n";
    let mut host = host(&format!("{nat}{filter}"));
    let problems: Vec<Problem> = from(host.send("ping 127.0.0.1"));
    assert!(problems.is_empty(), "{problems:?}");
    let told: Told = from(host.tell(0));
    assert_eq!(told.banner.tone, Tone::Stop, "{:?}", told.banner);
    assert!(host.words(0).contains("INPUT"));
    assert!(host.svg(0, 0, 800.0, 600.0).starts_with("<svg"));
}

#[wasm_bindgen_test]
fn nonsense_has_no_verdict_and_does_not_throw() {
    for paste in ["", "the cat sat on the mat", "\u{0}\u{fffd}{{{"] {
        let mut host = host(paste);
        let _problems: Vec<Problem> = from(host.send("curl 10.0.0.1:80"));
        let told: Told = from(host.tell(0));
        assert_eq!(told.banner.tone, Tone::Idle, "{paste:?}");
    }
}

#[wasm_bindgen_test]
fn a_wrong_option_throws() {
    #[derive(Serialize)]
    struct Options {
        #[serde(skip_serializing_if = "str::is_empty")]
        lang: &'static str,
        assume: &'static [&'static str],
    }
    let makes = |lang, assume| {
        let options = serde_wasm_bindgen::to_value(&Options { lang, assume }).unwrap();
        Host::new("", options).is_ok()
    };
    assert!(makes("", &["eth0=10.0.0.2/24"]));
    assert!(makes("zh", &[]));
    assert!(!makes("tlh", &[]));
}

#[wasm_bindgen_test]
fn a_host_that_is_not_there_and_a_fact_that_cannot_be_read_are_problems() {
    #[derive(Serialize)]
    struct Options {
        host: &'static str,
        assume: &'static [&'static str],
    }
    #[derive(Deserialize)]
    struct Recognised {
        host_problem: Option<Problem>,
        assume_problems: Vec<Vec<Problem>>,
    }
    let options = Options { host: "gw", assume: &["eth0=10.0.0.1/24", "eth0=10.0.0.2.2/24"] };
    let options = serde_wasm_bindgen::to_value(&options).unwrap();
    let mut host = Host::new(DROPS, options).map_err(JsValue::from).unwrap();
    let recognised: Recognised = from(host.recognised());
    assert!(recognised.host_problem.unwrap().text.contains("gw"));
    let wrong: Vec<usize> = recognised.assume_problems.iter().map(Vec::len).collect();
    assert_eq!(wrong, [0, 1]);
    let _problems: Vec<Problem> = from(host.send("ping 127.0.0.1"));
    let told: Told = from(host.tell(0));
    assert_eq!(told.banner.tone, Tone::Stop, "the first host is walked");
}

const DROPS: &str = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n\
    *filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n";

#[wasm_bindgen_test]
fn a_proposal_is_made_and_compared() {
    let mut host = host(DROPS);
    let _problems: Vec<Problem> = from(host.send("ping 127.0.0.1"));
    assert!(from::<Option<Compared>>(host.compared(0)).is_none());
    let found: ProposalsView = from(host.changes(0, "through"));
    let commands = &found.proposals[0].commands;
    for command in commands {
        let problems: Vec<Problem> = from(host.edit(command));
        assert!(problems.is_empty(), "{problems:?}");
    }
    let told: Told = from(host.tell(0));
    assert_eq!(told.banner.tone, Tone::Ok, "{commands:?}");
    let compared: Option<Compared> = from(host.compared(0));
    let compared = compared.unwrap();
    assert_eq!((compared.before.tone, compared.after.tone), (Tone::Stop, Tone::Ok));
    assert_eq!(&compared.edits, commands);
    assert!(host.changes(0, "sideways").is_err());
}

#[wasm_bindgen_test]
fn an_edit_that_cannot_be_read_changes_nothing() {
    let mut host = host(DROPS);
    let _problems: Vec<Problem> = from(host.send("ping 127.0.0.1"));
    let problems: Vec<Problem> = from(host.edit("iptables -Q"));
    assert!(!problems.is_empty());
    let told: Told = from(host.tell(0));
    assert_eq!(told.banner.tone, Tone::Stop);
    assert!(from::<Option<Compared>>(host.compared(0)).is_none());
}

#[wasm_bindgen_test]
fn a_trace_is_laid_over_the_walk_of_its_packet() {
    let trace = "[1.2] TRACE: filter:INPUT:policy:1 IN=eth0 OUT= SRC=10.0.0.2 DST=10.0.0.1 LEN=60 ID=7 PROTO=TCP \
        SPT=5 DPT=22 SYN URGP=0\n";
    let addr = "2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n";
    let mut host = host(&[DROPS, addr, trace].concat());
    let suggested: Vec<Suggestion> = from(host.suggestions());
    let _problems: Vec<Problem> = from(host.send(&suggested[0].line));
    let seen: Option<Overlay> = from(host.overlay(0));
    assert!(seen.unwrap().agrees);
    let _problems: Vec<Problem> = from(host.send("ping 127.0.0.1"));
    assert!(from::<Option<Overlay>>(host.overlay(1)).is_none());
}
