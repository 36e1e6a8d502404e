//! A text within a table of nft, or beside one, is read: no panic, every span lies in the text, and what is printed prints
//! the same when it is read again; rules of iptables, which have words of their own, when they have been read as nft's.
//! The first byte of an input says what stands before it.
#![no_main]

use chainwalk_model::{Backend, Span};
use libfuzzer_sys::{Corpus, fuzz_target};

/// What opens before the text: rules of each family, a chain of nat, a table, and nothing.
const OPENINGS: [&str; 8] = [
    "table inet t {\nchain c {\n",
    "table ip t {\nchain c {\n",
    "table ip6 t {\nchain c {\n",
    "table bridge t {\nchain c {\n",
    "table netdev t {\nchain c {\n",
    "table inet t {\nchain c {\ntype nat hook prerouting priority 0;\n",
    "table ip t {\n",
    "",
];

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((first, rest)) = data.split_first() else { return Corpus::Reject };
    let Ok(text) = std::str::from_utf8(rest) else { return Corpus::Reject };
    read(&format!("{}{text}", OPENINGS[usize::from(*first) % OPENINGS.len()]));
    Corpus::Keep
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
    let host = reading.host();
    let mut printed = chainwalk_parse::nft_text(&host);
    if printed.complete && host.rules.tables.iter().any(|t| t.backend != Backend::Nft) {
        printed = chainwalk_parse::nft_text(&chainwalk_parse::read(&[&printed.text]).host());
    }
    if printed.complete {
        let again = chainwalk_parse::read(&[&printed.text]).host();
        assert_eq!(chainwalk_parse::nft_text(&again).text, printed.text);
    }
}
