//! `chainwalk walk`.

use crate::sources::Sources;
use crate::{change, draw, read};
use chainwalk_model::{Ask, Check, Diagnostic, Host, HostId, RuleId, Severity, Shadow};
use chainwalk_parse::{Lines, assumption, packet_lines};
use chainwalk_sim::{Session, shadowed};
use chainwalk_view::{
    Banner, Compared, Lang, Mark, Reasons, Row, Sentence, Standing, Telling, banner, compared, rows,
};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{self, Write};

/// The engine as view asks it.
struct Why<'a> {
    session: &'a Session,
    shadows: HashMap<RuleId, Shadow>,
}

impl<'a> Why<'a> {
    fn new(session: &'a Session) -> Self {
        Self { session, shadows: shadowed(session.host()) }
    }
}

impl Reasons for Why<'_> {
    fn checks(
        &self,
        packet: usize,
        outcome: usize,
        reply: Option<usize>,
        step: usize,
        rule: RuleId,
    ) -> Vec<Check> {
        self.session.explain(packet, outcome, reply, step, rule)
    }

    fn shadow(&self, rule: RuleId) -> Option<Shadow> {
        self.shadows.get(&rule).copied()
    }
}

/// What `walk` was asked to do.
pub(crate) struct Wanted<'a> {
    /// The files of the paste.
    pub(crate) files: &'a [String],
    /// The packet lines.
    pub(crate) packets: &'a [String],
    /// The facts beyond the paste.
    pub(crate) assume: &'a [String],
    /// The changes to make.
    pub(crate) edits: &'a [String],
    /// Whether changes are to be searched for.
    pub(crate) changes: bool,
    /// The host that they come to, where it is not the first.
    pub(crate) host: Option<&'a str>,
    /// Whether to print JSON.
    pub(crate) json: bool,
    /// The language of the sentences.
    pub(crate) lang: Lang,
}

/// Sends the packets and prints their walks, in words or as JSON.
pub(crate) fn walk(wanted: &Wanted) -> io::Result<u8> {
    let Wanted { files, packets, assume, edits, lang, json, host: chosen, .. } = *wanted;
    let sources = Sources::open(files)?;
    let reading = sources.read();
    if !json || reading.hosts.is_empty() {
        read::problems(&sources, &reading, lang)?;
    }
    if reading.hosts.is_empty() {
        return Ok(1);
    }
    let mut host = match chosen {
        None => reading.host(),
        Some(name) => {
            if let Some(host) = reading.host_named(name) {
                host.clone()
            } else {
                let chips = chainwalk_view::hosts(&reading, HostId(0), lang);
                let known: Vec<&str> = chips.iter().map(|c| c.id.as_str()).collect();
                let message = format!("--host {name}: {}", known.join(", "));
                return Err(io::Error::new(io::ErrorKind::NotFound, message));
            }
        }
    };
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
    let docs = sources.docs();
    let told = |found: &[Diagnostic], line: &str| complain(found, "--edit", line, lang);
    let Some((changed, commands)) = change::make(&host, edits, docs.len(), told)? else {
        return Ok(1);
    };
    let send = |host: &Host| {
        let mut session = Session::new(host.clone());
        for ask in &asks {
            session.send(ask);
        }
        session
    };
    let (before, session) = (send(&host), send(&changed));
    let why = Why::new(&session);
    let tell = |session: &'_ Session, packet: usize, out: &mut dyn FnMut(&Telling)| {
        out(&Telling {
            lang,
            reading: Some(&reading),
            docs: &docs,
            host: session.host(),
            asks: &asks,
            walks: session.walks(),
            followed: &[],
            packet,
            raw_names: false,
            reasons: &why,
        });
    };
    let mut all_compared: Vec<Compared> = Vec::new();
    let mut all_changes = Vec::new();
    for packet in 0..lines.len() {
        if !edits.is_empty() {
            tell(&before, packet, &mut |old| {
                tell(&session, packet, &mut |new| {
                    all_compared.push(compared(old, new, commands.clone()));
                });
            });
        }
        if wanted.changes {
            let want = change::want(&session, packet);
            let found = chainwalk_sim::changes(&changed, &asks, packet, want);
            tell(&session, packet, &mut |t| {
                all_changes
                    .push((chainwalk_view::changes(t, &found, change::HANDS), found.clone()));
            });
        }
    }
    let mut answer = chainwalk_view::answer::answer("", session.host(), session.walks());
    let mut out = io::stdout().lock();
    if json {
        if !edits.is_empty() {
            answer["compared"] = all_compared.iter().map(change::json_of_compared).collect();
        }
        if wanted.changes {
            let all = all_changes.iter().map(|(told, found)| change::json_of(found, told));
            answer["changes"] = all.collect();
        }
        writeln!(out, "{answer}")?;
    } else {
        for (packet, line) in lines.iter().enumerate() {
            writeln!(out, "{}. {line}", packet + 1)?;
            if let Some(compared) = all_compared.get(packet) {
                change::tell_compared(&mut out, compared)?;
            }
            let mut done = Ok(());
            tell(&session, packet, &mut |t| done = tell_walk(&mut out, t, &sources));
            done?;
            if let Some((told, _)) = all_changes.get(packet) {
                change::tell_changes(&mut out, told)?;
            }
        }
    }
    let open = answer["packets"].as_array().into_iter().flatten();
    let depends = open.into_iter().any(|p| p["depends_on"] != Value::Array(Vec::new()));
    Ok(if depends { 2 } else { 0 })
}

fn tell_walk(out: &mut impl Write, telling: &Telling, sources: &Sources) -> io::Result<()> {
    tell_banner(out, &banner(telling))?;
    for row in rows(telling) {
        tell_row(out, &row, sources)?;
    }
    writeln!(out)
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
    match &row.seen {
        Some(seen) if seen.standing == Standing::Contradicted => {
            line += &[" ≠ ", &seen.text].concat();
        }
        Some(seen) if seen.standing == Standing::Confirmed => line += " ≡",
        Some(_) => line += " ·",
        None => {}
    }
    writeln!(out, "{}", line.trim_end())?;
    if let Some(tools) = row.tools.as_ref().filter(|t| !t.shadow.is_empty()) {
        writeln!(out, "     {indent}  ! {}", plain(&tools.shadow))?;
    }
    for card in &row.branches {
        let mark = if card.followed { '▸' } else { ' ' };
        let parts = [card.weight.as_str(), &card.label, &card.name, &card.fate];
        let text: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        writeln!(out, "     {indent}{mark} {}", text.join("  "))?;
    }
    Ok(())
}
