//! Any text is read: no panic, every span lies in the text, and what is printed reads back and prints the same.
#![no_main]

use chainwalk_model::Span;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let reading = chainwalk_parse::read(&[&text]);
    let within = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?}");
    reading.diagnostics.iter().for_each(|d| within(d.span));
    reading.sections.iter().for_each(|s| within(s.span));
    for host in &reading.hosts {
        host.rules.tables.iter().for_each(|t| within(t.span));
        host.rules.chains.iter().for_each(|c| within(c.span));
        host.rules.rules.iter().for_each(|r| within(r.span));
        host.rules.rules.iter().flat_map(|r| &r.ops).for_each(|o| within(o.span));
    }
    let printed = chainwalk_parse::save_text(&reading.host());
    if printed.complete {
        let again = chainwalk_parse::read(&[&printed.text]).host();
        assert_eq!(chainwalk_parse::save_text(&again).text, printed.text);
    }
});
