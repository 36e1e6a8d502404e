//! `chainwalk answer`.

use crate::out;
use crate::sources;
use std::io::{self, Write};

/// Answers each line of a file of cases. A line that is no case gets an `error` instead of packets.
pub(crate) fn answer(file: &str, round_trip: bool) -> io::Result<u8> {
    let text = sources::text(file)?;
    let mut out = out::buffered();
    let mut failed = false;
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let value = chainwalk::answer_recorded(line, round_trip);
        failed |= value.get("error").is_some();
        writeln!(out, "{value}")?;
        out.flush()?;
    }
    Ok(u8::from(failed))
}
