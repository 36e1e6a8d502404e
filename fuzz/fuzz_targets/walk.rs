//! The whole way: the first line is a packet, the rest a paste. No panic, and every walk ends.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (line, paste) = text.split_once('\n').unwrap_or(("", &text));
    let host = chainwalk_parse::read(&[paste]).host();
    let lines = chainwalk_parse::packet_lines(&[line, "reply 1"], &host);
    let mut session = chainwalk_sim::Session::new(host);
    for (ask, _) in &lines {
        let outcomes = session.send(ask).outcomes.len();
        assert!(outcomes > 0, "a packet without an outcome");
    }
});
