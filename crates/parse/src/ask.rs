//! The packet line: what a person types to send a packet (`curl 172.17.0.2:11103`,
//! `tcp A:P > B:P in eth0 syn`).
//!
//! Guarantees: any text gives an [`Ask`] and never panics; what could not be read is told by a diagnostic
//! whose span counts in the line, as document 0.

use chainwalk_model::{Ask, Diagnostic};

/// Reads one packet line.
pub fn packet_line(_text: &str) -> (Ask, Vec<Diagnostic>) {
    (Ask::default(), Vec::new())
}

/// Reads the lines of a sequence.
pub fn packet_lines(lines: &[&str]) -> Vec<(Ask, Vec<Diagnostic>)> {
    lines.iter().map(|l| packet_line(l)).collect()
}
