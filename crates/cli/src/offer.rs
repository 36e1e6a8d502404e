//! What a paste shows beside one state of things: commands that may be tried, and other moments.

use crate::change;
use crate::read::viewpoint;
use crate::sources::Sources;
use chainwalk::Played;
use chainwalk::model::{Offer, Span};
use chainwalk::view::{self, Compared, Lang};
use serde_json::{Value, json};
use std::io::{self, Write};

/// So many commands are tried one by one.
const MOST: usize = 8;

/// Prints at which moment the walk is, where the paste shows several.
pub(crate) fn tell_moments(
    out: &mut impl Write,
    played: &Played,
    sources: &Sources,
    lang: Lang,
) -> io::Result<()> {
    let lines: Vec<usize> = played.moments().map(|m| line_of(sources, m.span)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", view::moment_line(played.moment(), &lines, lang))
}

/// Prints how the packet fares with the commands of the paste that are not taken as done.
pub(crate) fn tell_offers(
    out: &mut impl Write,
    played: &Played,
    sources: &Sources,
    packet: usize,
    lang: Lang,
) -> io::Result<()> {
    let tried = tried(played, packet, lang);
    for (offers, compared) in &tried {
        let lines: Vec<usize> = offers.iter().map(|o| line_of(sources, o.span)).collect();
        let label = view::offer_lines(&lines, lang);
        match compared {
            Some(c) => {
                let told = [change::plain(&c.after.headline), change::plain(&c.after.detail)];
                writeln!(out, "   + {label}: {}", told.join(" \u{b7} "))?;
            }
            None => writeln!(out, "   + {label}: ?")?,
        }
        for command in offers.iter().filter(|_| offers.len() == 1).flat_map(|o| &o.commands) {
            writeln!(out, "       $ {command}")?;
        }
    }
    if tried.is_empty() { Ok(()) } else { writeln!(out) }
}

/// The same for a script.
pub(crate) fn json(played: &Played, sources: &Sources, sent: usize, lang: Lang) -> Value {
    let offers = played.offers();
    let one = |offer: &&Offer| {
        let fates = (0..sent).map(|packet| {
            let compared = played.with_offers(&viewpoint(lang, packet), &[*offer]);
            compared.as_ref().map_or(Value::Null, change::json_of_compared)
        });
        json!({
            "line": line_of(sources, offer.span),
            "commands": offer.commands,
            "made": played.is_made(offer),
            "packets": fates.collect::<Vec<_>>(),
        })
    };
    offers.iter().take(MOST).map(one).collect()
}

/// The moments for a script: the line at which each begins.
pub(crate) fn json_of_moments(played: &Played, sources: &Sources) -> Vec<Value> {
    played.moments().map(|m| json!({ "line": line_of(sources, m.span) })).collect()
}

/// Each command that is not made by itself, then all of them together.
fn tried<'p>(
    played: &'p Played,
    packet: usize,
    lang: Lang,
) -> Vec<(Vec<&'p Offer>, Option<Compared>)> {
    let open: Vec<&Offer> = played.offers().into_iter().filter(|o| !played.is_made(o)).collect();
    let mut sets: Vec<Vec<&Offer>> = open.iter().take(MOST).map(|o| vec![*o]).collect();
    if open.len() > 1 {
        sets.push(open);
    }
    let at = viewpoint(lang, packet);
    let with = |set: Vec<&'p Offer>| {
        let compared = played.with_offers(&at, &set);
        (set, compared)
    };
    sets.into_iter().map(with).collect()
}

fn line_of(sources: &Sources, span: Span) -> usize {
    sources.place(span).map_or(0, |place| place.line(span))
}
