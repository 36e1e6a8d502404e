//! What tests of several files ask: what a paste becomes, told by what is printed of it and by its diagnostics.

use crate::paste::read;
use crate::save::save_text;
use chainwalk_model::DiagnosticId;

/// The rules of a paste, as save text without headers.
pub(crate) fn rules(text: &str) -> String {
    let printed = save_text(&read(&[text]).host()).text;
    let lines = printed.lines().filter(|l| !l.starts_with('#') && *l != "COMMIT");
    lines.flat_map(|l| [l, "\n"]).collect()
}

#[track_caller]
pub(crate) fn check(text: &str, expect: &str) {
    assert_eq!(rules(text), expect, "{text}");
}

/// Which problems a paste has, and the text each points at.
#[track_caller]
pub(crate) fn check_problems(text: &str, expect: &[(DiagnosticId, &str)]) {
    let reading = read(&[text]);
    let found: Vec<(DiagnosticId, &str)> =
        reading.diagnostics.iter().map(|d| (d.id, &text[d.span.range()])).collect();
    assert_eq!(found, expect, "{text}");
}

/// The lines above the rules of a listing.
pub(crate) const LIST: &str = "Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n \
    pkts bytes target     prot opt in     out     source               destination\n";
