//! Any text within a table of nft is read, and any text as one: no panic, every span lies in the text, and what is printed
//! prints the same when it is read again.
#![no_main]

use chainwalk_model::Span;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    read(&format!("table inet t {{\nchain c {{\n{text}"));
    read(&format!("table ip t {{\n{text}"));
});

fn read(text: &str) {
    let reading = chainwalk_parse::read(&[text]);
    let within = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?}");
    reading.diagnostics.iter().for_each(|d| within(d.span));
    for host in &reading.hosts {
        host.rules.sets.iter().for_each(|s| within(s.span));
        host.rules.sets.iter().flat_map(|s| &s.elements).for_each(|e| within(e.span));
        host.rules.rules.iter().for_each(|r| within(r.span));
        host.rules.rules.iter().flat_map(|r| &r.ops).for_each(|o| within(o.span));
    }
    let printed = chainwalk_parse::nft_text(&reading.host());
    if printed.complete {
        let again = chainwalk_parse::read(&[&printed.text]).host();
        assert_eq!(chainwalk_parse::nft_text(&again).text, printed.text);
    }
}
