//! `chainwalk read`.

use crate::draw;
use crate::sources::Sources;
use chainwalk_model::{HostId, Reading};
use chainwalk_view::Lang;
use std::io::{self, Write};

/// What was recognised, a line each, and the problems under their lines.
pub(crate) fn words(files: &[String], lang: Lang) -> io::Result<u8> {
    let sources = Sources::open(files)?;
    let reading = sources.read();
    let mut out = io::stdout().lock();
    let hosts = chainwalk_view::hosts(&reading, HostId(0), lang);
    for host in &hosts {
        let mark = if host.chosen { '▸' } else { ' ' };
        writeln!(out, "{mark} {:<10} {}", host.name, host.detail)?;
    }
    for chip in chainwalk_view::chips(&reading, lang) {
        let Some((name, lines)) = sources.place(chip.span) else { continue };
        let line = lines.position(chip.span.start as usize).0;
        let host = hosts
            .get(usize::from(chip.host.0))
            .map_or(String::new(), |h| format!("  ({})", h.name));
        writeln!(out, "{:<12} {:<40} {name}:{line}{host}", chip.name, chip.detail)?;
    }
    out.flush()?;
    problems(&sources, &reading, lang)?;
    Ok(u8::from(reading.hosts.is_empty()))
}

/// The rules as iptables-save text.
pub(crate) fn save(files: &[String]) -> io::Result<u8> {
    let sources = Sources::open(files)?;
    let reading = sources.read();
    if reading.hosts.is_empty() {
        problems(&sources, &reading, Lang::En)?;
        return Ok(1);
    }
    let printed = chainwalk_parse::save_text(&reading.host());
    io::stdout().lock().write_all(printed.text.as_bytes())?;
    Ok(if printed.complete { 0 } else { 3 })
}

/// What was read, in the vocabulary of the model.
pub(crate) fn json(files: &[String]) -> io::Result<u8> {
    let sources = Sources::open(files)?;
    let reading = sources.read();
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &reading)?;
    writeln!(out)?;
    Ok(u8::from(reading.hosts.is_empty()))
}

/// The problems of a paste, on the standard error.
pub(crate) fn problems(sources: &Sources, reading: &Reading, lang: Lang) -> io::Result<()> {
    let mut err = io::stderr().lock();
    for p in chainwalk_view::problems(&reading.diagnostics, &sources.docs(), lang) {
        if let Some((name, lines)) = sources.place(p.span) {
            writeln!(err, "{}", draw::problem(&p, name, lines))?;
        }
    }
    Ok(())
}
