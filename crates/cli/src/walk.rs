//! `chainwalk walk`.

use crate::sources::Sources;
use crate::{draw, read};
use chainwalk_model::{Ask, Check, Diagnostic, RuleId, Severity};
use chainwalk_parse::{Lines, assumption, packet_lines};
use chainwalk_sim::Session;
use chainwalk_view::{Banner, Lang, Mark, Reasons, Row, Sentence, Telling, banner, rows};
use serde_json::Value;
use std::io::{self, Write};

/// The engine as view asks it.
struct Why<'a>(&'a Session);

impl Reasons for Why<'_> {
    fn checks(
        &self,
        packet: usize,
        outcome: usize,
        reply: Option<usize>,
        step: usize,
        rule: RuleId,
    ) -> Vec<Check> {
        self.0.explain(packet, outcome, reply, step, rule)
    }
}

/// Sends the packets and prints their walks, in words or as JSON.
pub(crate) fn walk(
    files: &[String],
    packets: &[String],
    assume: &[String],
    json: bool,
    lang: Lang,
) -> io::Result<u8> {
    let sources = Sources::open(files)?;
    let reading = sources.read();
    if !json || reading.hosts.is_empty() {
        read::problems(&sources, &reading, lang)?;
    }
    if reading.hosts.is_empty() {
        return Ok(1);
    }
    let mut host = reading.host();
    for line in assume {
        match assumption(line) {
            Ok(said) => chainwalk_sim::assume(&mut host, &said),
            Err(problem) => {
                complain(&[problem], "--assume", line, lang)?;
                return Ok(1);
            }
        }
    }
    let lines: Vec<&str> = packets.iter().map(String::as_str).collect();
    let mut asks: Vec<Ask> = Vec::new();
    for (line, (ask, found)) in lines.iter().zip(packet_lines(&lines, &host)) {
        complain(&found, "--packet", line, lang)?;
        if found.iter().any(|d| d.severity == Severity::Error) {
            return Ok(1);
        }
        asks.push(ask);
    }
    let mut session = Session::new(host);
    for ask in &asks {
        session.send(ask);
    }
    let answer = chainwalk_view::answer::answer("", session.host(), session.walks());
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{answer}")?;
    } else {
        let docs = sources.docs();
        for (packet, line) in lines.iter().enumerate() {
            let telling = Telling {
                lang,
                reading: Some(&reading),
                docs: &docs,
                host: session.host(),
                asks: &asks,
                walks: session.walks(),
                followed: &[],
                packet,
                reasons: &Why(&session),
            };
            writeln!(out, "{}. {line}", packet + 1)?;
            tell_banner(&mut out, &banner(&telling))?;
            for row in rows(&telling) {
                tell_row(&mut out, &row, &sources)?;
            }
            writeln!(out)?;
        }
    }
    let open = answer["packets"].as_array().into_iter().flatten();
    let depends = open.into_iter().any(|p| p["depends_on"] != Value::Array(Vec::new()));
    Ok(if depends { 2 } else { 0 })
}

fn complain(found: &[Diagnostic], name: &str, text: &str, lang: Lang) -> io::Result<()> {
    let mut err = io::stderr().lock();
    let lines = Lines::new(text);
    for p in chainwalk_view::packet_problems(found, text, lang) {
        writeln!(err, "{}", draw::problem(&p, name, &lines))?;
    }
    Ok(())
}

fn plain(sentence: &Sentence) -> String {
    sentence.iter().map(|run| run.text.as_str()).collect()
}

fn tell_banner(out: &mut impl Write, banner: &Banner) -> io::Result<()> {
    writeln!(out, "   {}", plain(&banner.headline))?;
    writeln!(out, "   {}", plain(&banner.detail))?;
    for line in &banner.evidence {
        let mark = if line.certain { '✓' } else { '◐' };
        writeln!(out, "   {mark} {}", plain(&line.text))?;
        for (label, assume) in &line.answers {
            writeln!(out, "       {label}: --assume '{assume}'")?;
        }
    }
    writeln!(out)
}

fn tell_row(out: &mut impl Write, row: &Row, sources: &Sources) -> io::Result<()> {
    let mark = match row.mark {
        Mark::None => ' ',
        Mark::Yes => '✓',
        Mark::No => '✗',
        Mark::Stop => '■',
        Mark::Half => '◐',
        Mark::Unknown => '?',
    };
    let indent = "  ".repeat(usize::from(row.depth));
    let mut line = format!("   {mark} {indent}");
    // A fork's aside names its line, which stands at the end anyhow.
    let aside = if row.branches.is_empty() { row.aside.as_str() } else { "" };
    for part in [row.number.as_str(), &plain(&row.text), &plain(&row.reason), aside] {
        if !part.is_empty() {
            line += part;
            line += "  ";
        }
    }
    if let Some(span) = row.span
        && let Some((_, lines)) = sources.place(span)
    {
        let at = lines.position(span.start as usize).0;
        line += &["[", &at.to_string(), "]"].concat();
    }
    writeln!(out, "{}", line.trim_end())?;
    for card in &row.branches {
        let mark = if card.followed { '▸' } else { ' ' };
        let parts = [card.weight.as_str(), &card.label, &card.name, &card.fate];
        let text: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        writeln!(out, "     {indent}{mark} {}", text.join("  "))?;
    }
    Ok(())
}
