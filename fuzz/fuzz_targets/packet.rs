//! Any packet line and any assumption is read: no panic, and every span lies in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (_, found) = chainwalk_parse::packet_line(text);
    for problem in &found {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
    }
    if let Ok(said) = chainwalk_parse::assumption(text) {
        let again = chainwalk_parse::assumption_text(&said);
        assert!(chainwalk_parse::assumption(&again).is_ok(), "{again}");
    }
});
