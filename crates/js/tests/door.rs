//! The door as JavaScript meets it, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

use chainwalk_js::Host;
use chainwalk_view::{Banner, Problem, Tone};
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
    Host::new(paste.to_owned(), JsValue::UNDEFINED).map_err(JsValue::from).unwrap()
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
        Host::new(String::new(), options).is_ok()
    };
    assert!(makes("", &["eth0=10.0.0.2/24"]));
    assert!(makes("zh", &[]));
    assert!(!makes("tlh", &[]));
    assert!(!makes("", &["eth0=10.0.0.2.2/24"]));
}
