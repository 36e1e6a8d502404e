//! `chainwalk read`.

use crate::Form;
use crate::draw;
use crate::out;
use crate::sources::{Place, Sources};
use chainwalk::view::{self, Lang};
use chainwalk::{Played, Viewpoint};
use std::io::{self, Write};

/// What was recognised, a line each, and the problems under their lines.
pub(crate) fn words(files: &[String], lang: Lang) -> io::Result<u8> {
    let sources = Sources::open(files)?;
    let played = out::unfreed(sources.scenario.play());
    let reading = played.reading();
    let mut out = out::stdout();
    let hosts = view::hosts(reading, played.host().id, lang);
    for host in &hosts {
        let mark = if host.chosen { '▸' } else { ' ' };
        writeln!(out, "{mark} {:<10} {}", host.name, host.detail)?;
    }
    for chip in view::chips(reading, lang) {
        let Some(place) = sources.place(chip.span) else { continue };
        let (name, line) = (&place.name, place.line(chip.span));
        let host = hosts
            .get(usize::from(chip.host.0))
            .map_or(String::new(), |h| format!("  ({})", h.name));
        writeln!(out, "{:<12} {:<40} {name}:{line}{host}", chip.name, chip.detail)?;
    }
    out.flush()?;
    problems(&sources, &played, lang)?;
    Ok(u8::from(!played.is_recognised()))
}

/// The rules in a form that a program takes. What that form has no words for stands in it as a remark.
pub(crate) fn printed(files: &[String], form: Form) -> io::Result<u8> {
    let sources = Sources::open(files)?;
    let played = sources.scenario.play();
    if !played.is_recognised() {
        problems(&sources, &played, Lang::En)?;
        return Ok(1);
    }
    let printed = match form {
        Form::Save => played.save_text(),
        Form::Nft => played.nft_text(),
    };
    out::stdout().write_all(printed.text.as_bytes())?;
    Ok(if printed.complete { 0 } else { 3 })
}

/// What was read, in the vocabulary of the model.
pub(crate) fn json(files: &[String]) -> io::Result<u8> {
    let played = Sources::open(files)?.scenario.play();
    let mut out = out::stdout();
    serde_json::to_writer_pretty(&mut out, played.reading())?;
    writeln!(out)?;
    Ok(u8::from(!played.is_recognised()))
}

/// The problems of a paste, on the standard error.
pub(crate) fn problems(sources: &Sources, played: &Played, lang: Lang) -> io::Result<()> {
    let mut err = out::stderr();
    if let Some((name, lines)) = &sources.whole {
        for p in view::problems(&sources.head_problems, &[lines.text()], lang) {
            writeln!(err, "{}", draw::problem(&p, name, lines, 0))?;
        }
    }
    for p in view::problems(played.problems().docs, &played.docs(), lang) {
        if let Some(Place { name, lines, above }) = sources.place(p.span) {
            writeln!(err, "{}", draw::problem(&p, name, lines, *above))?;
        }
    }
    Ok(())
}

/// From where the answer for a packet is looked at.
pub(crate) fn viewpoint(lang: Lang, packet: usize) -> Viewpoint {
    Viewpoint { lang, packet, raw_names: false }
}
