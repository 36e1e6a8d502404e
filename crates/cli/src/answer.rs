//! `chainwalk answer`.

use crate::out;
use crate::sources;
use chainwalk::Wanted;
use std::io::{self, Write};

/// Answers each line of a file of cases. A line that is no case gets an `error` instead of packets.
pub(crate) fn answer(file: &str, wanted: Wanted) -> io::Result<u8> {
    let text = sources::text(file)?;
    let mut out = out::buffered();
    let mut failed = false;
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        failed |= !chainwalk::answer_recorded(line, wanted, &mut out)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(u8::from(failed))
}
