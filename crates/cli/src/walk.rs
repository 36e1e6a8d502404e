//! `chainwalk walk`.

use crate::HERE;
use crate::out::{self, complain};
use crate::read::viewpoint;
use crate::sources::Sources;
use crate::{change, draw, explain, offer, read};
use chainwalk::model::{Changes, Diagnostic, Span};
use chainwalk::view::{
    self, Banner, Compared, Explained, Lang, Mark, ProposalsView, Row, Sentence, TraceAgreement,
};
use chainwalk::{Case, Claimed, Lines, Played, Viewpoint};
use chainwalk_take::picture::told;
use chainwalk_take::{fence, words};
use serde_json::Value;
use std::io::{self, Write};

/// What `walk` was asked to do.
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Wanted<'a> {
    /// The files of the paste.
    pub(crate) files: &'a [String],
    /// The packet lines.
    pub(crate) packets: &'a [String],
    /// The facts beyond the paste.
    pub(crate) assume: &'a [String],
    /// The changes to make.
    pub(crate) edits: &'a [String],
    /// Whether what follows the packets is to be printed.
    pub(crate) round_trip: bool,
    /// Whether changes are to be searched for.
    pub(crate) changes: bool,
    /// The host that they come to, where it is not the first.
    pub(crate) host: Option<&'a str>,
    /// The moment that is walked, from 1, where it is not the last.
    pub(crate) moment: Option<usize>,
    /// Whether the words of the walks are to be explained.
    pub(crate) explain: bool,
    /// Whether to print JSON.
    pub(crate) json: bool,
    /// Whether to print Markdown.
    pub(crate) markdown: bool,
    /// The language of the sentences.
    pub(crate) lang: Lang,
}

/// Sends the packets and prints their walks, in words or as JSON.
pub(crate) fn walk(wanted: &Wanted) -> io::Result<u8> {
    let Wanted { lang, json, .. } = *wanted;
    let sources = Sources::open(wanted.files)?;
    let mut scenario = sources.scenario.clone();
    if let Some(host) = wanted.host {
        scenario.host = Some(host.to_owned());
    }
    if let Some(moment) = wanted.moment {
        scenario.moment = Some(moment);
    }
    if !wanted.packets.is_empty() {
        scenario.packets = wanted.packets.to_vec();
        scenario.followed.clear();
    }
    let mut read = Played::default();
    let mut logged: Vec<(String, Span)> = Vec::new();
    if scenario.packets.is_empty() {
        // The packets that a log in the paste shows are the ones that people ask about.
        read = scenario.play();
        logged = read.logged().take(MOST).map(|(line, span)| (line.to_string(), span)).collect();
        scenario.packets = logged.iter().map(|(line, _)| line.clone()).collect();
    }
    if scenario.packets.is_empty() {
        complain!("no packet: give --packet LINE, or a case that has one");
        return Ok(1);
    }
    scenario.change_part(|part| {
        part.facts.extend_from_slice(wanted.assume);
        part.edits.extend_from_slice(wanted.edits);
    });
    let played = out::unfreed(scenario.replay(read, &mut |_| {}));
    if !json || !played.is_recognised() {
        read::problems(&sources, &played, lang)?;
    }
    if !played.is_recognised() {
        return Ok(1);
    }
    complain_all(&played, lang)?;
    let sent = played.walks().len();
    let all_compared: Vec<Compared> =
        (0..sent).filter_map(|packet| played.compared(&viewpoint(lang, packet))).collect();
    let all_changes: Vec<(Changes, ProposalsView)> = if wanted.changes {
        (0..sent).map(|packet| changes(&played, lang, packet)).collect()
    } else {
        Vec::new()
    };
    let mut answer =
        if wanted.round_trip { played.answer_json_there_and_back() } else { played.answer_json() };
    let mut out = out::stdout();
    if json {
        if !all_compared.is_empty() {
            answer["compared"] = all_compared.iter().map(change::json_of_compared).collect();
        }
        if wanted.changes {
            let all = all_changes.iter().map(|(found, told)| change::json_of(found, told));
            answer["changes"] = all.collect();
        }
        if wanted.explain {
            answer["words"] = explain::json(&explain::words(&played, lang));
        }
        if !played.offers().is_empty() {
            answer["offers"] = offer::json(&played, &sources, sent, lang);
        }
        let moments = offer::json_of_moments(&played, &sources);
        if !moments.is_empty() {
            answer["moment"] = played.moment().into();
            answer["moments"] = moments.into();
        }
        writeln!(out, "{answer}")?;
    } else if wanted.markdown {
        tell_markdown(&mut out, &played, &sources, lang)?;
    } else {
        offer::tell_moments(&mut out, &played, &sources, lang)?;
        for (packet, line) in played.scenario().packets.iter().take(sent).enumerate() {
            let place =
                logged.get(packet).and_then(|(_, span)| Some((sources.place(*span)?, *span)));
            match place {
                Some((place, span)) => {
                    writeln!(out, "{}. {line}  ({}:{})", packet + 1, place.name, place.line(span))?;
                }
                None => writeln!(out, "{}. {line}", packet + 1)?,
            }
            if let Some(compared) = all_compared.get(packet) {
                change::tell_compared(&mut out, compared)?;
            }
            let at = viewpoint(lang, packet);
            played.explain(&at, |t| tell_walk(&mut out, t, &sources))?;
            if wanted.round_trip {
                tell_legs(&mut out, &played, &at, &sources)?;
            }
            offer::tell_offers(&mut out, &played, &sources, packet, lang)?;
            if let Some((_, told)) = all_changes.get(packet) {
                change::tell_changes(&mut out, told)?;
            }
        }
        if wanted.explain {
            explain::tell(&mut out, &explain::words(&played, lang), lang)?;
        }
    }
    if !json && !wanted.markdown && wanted.packets.is_empty() && !sources.head.ends.is_empty() {
        let case = Case { scenario: played.scenario().clone(), head: sources.head.clone() };
        for claimed in case.claimed(&played).iter().filter(|c| !c.holds()) {
            let Claimed { packet, then, .. } = claimed;
            let told = view::ended_otherwise(lang, *packet, then, &case.head.by);
            writeln!(out::stdout(), "{}", plain(&told))?;
        }
    }
    if played.problems().spoil_the_answer() {
        return Ok(1);
    }
    let open = answer["packets"].as_array().into_iter().flatten();
    let depends = open.into_iter().any(|p| p["depends_on"] != Value::Array(Vec::new()));
    Ok(if depends { 2 } else { 0 })
}

/// So many packets of a log are walked, where none was asked for.
const MOST: usize = 8;

/// The changes by which a packet would fare otherwise.
fn changes(played: &Played, lang: Lang, packet: usize) -> (Changes, ProposalsView) {
    let mut search = played.search(packet, played.other_goal(packet));
    while search.step() {}
    let found = search.found();
    let told = played.proposals(&viewpoint(lang, packet), &found);
    (found, told)
}

/// The walks as a page of Markdown, behind them the case that they are of.
fn tell_markdown(
    out: &mut impl Write,
    played: &Played,
    sources: &Sources,
    lang: Lang,
) -> io::Result<()> {
    let scenario = played.scenario().clone();
    for (packet, line) in scenario.packets.iter().take(played.walks().len()).enumerate() {
        let walk = words::markdown(played, &viewpoint(lang, packet));
        writeln!(out, "## {}\n\n{walk}", words::code(line))?;
    }
    let case = told(Case { scenario, head: sources.head.clone() }, played, HERE);
    out.write_all(fence(&case).as_bytes())
}

fn tell_walk(out: &mut impl Write, telling: &Explained, sources: &Sources) -> io::Result<()> {
    tell_banner(out, &view::banner(telling))?;
    for row in view::rows(telling) {
        tell_row(out, &row, sources)?;
    }
    writeln!(out)
}

/// What follows the packet shown in its connection, packet by packet.
fn tell_legs(
    out: &mut impl Write,
    played: &Played,
    at: &Viewpoint,
    sources: &Sources,
) -> io::Result<()> {
    for (leg, told) in played.explain(at, view::legs).into_iter().enumerate() {
        let way = if told.back { '←' } else { '→' };
        writeln!(out, "   {way} {}: {}", told.name, told.fate)?;
        let rows = played.explain_leg(at, leg, view::rows).unwrap_or_default();
        for row in rows {
            tell_row(out, &row, sources)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What is wrong with the words of the options, on the standard error.
fn complain_all(played: &Played, lang: Lang) -> io::Result<()> {
    let (scenario, problems) = (played.scenario(), played.problems());
    if let (Some(name), Some(found)) = (&scenario.host, problems.host) {
        complain(std::slice::from_ref(found), "--host", name, lang)?;
    }
    if let (Some(number), Some(found)) = (scenario.moment, problems.moment) {
        complain(std::slice::from_ref(found), "--moment", &number.to_string(), lang)?;
    }
    let options = [
        ("--assume", scenario.facts(), problems.facts),
        ("--edit", scenario.edits(), problems.edits),
        ("--packet", &scenario.packets, problems.packets),
    ];
    for (option, lines, found) in options {
        for (line, found) in lines.iter().zip(found) {
            complain(found, option, line, lang)?;
        }
    }
    Ok(())
}

fn complain(found: &[Diagnostic], name: &str, text: &str, lang: Lang) -> io::Result<()> {
    let mut err = out::stderr();
    let lines = Lines::new(text);
    for p in view::packet_problems(found, text, lang) {
        writeln!(err, "{}", draw::problem(&p, name, &lines, 0))?;
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
        && let Some(place) = sources.place(span)
    {
        line += &["[", &place.line(span).to_string(), "]"].concat();
    }
    match &row.seen {
        Some(seen) if seen.standing == TraceAgreement::Contradicted => {
            line += &[" ≠ ", &seen.text].concat();
        }
        Some(seen) if seen.standing == TraceAgreement::Confirmed => line += " ≡",
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
