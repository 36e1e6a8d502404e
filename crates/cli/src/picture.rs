//! `chainwalk draw`.

use crate::HERE;
use crate::out::{self, complain};
use crate::png::Pen;
use crate::sources::{Sources, put};
use chainwalk::view::{Colours, Lang};
use chainwalk::{Case, Position, Stop};
use chainwalk_take::drawing::{Drawing, Look, carry};
use chainwalk_take::picture::{Picture, told};
use std::io::{self, Write};
use std::path::Path;

/// What `draw` was asked to make.
pub(crate) struct Wanted<'a> {
    /// The file of the case.
    pub(crate) source: &'a str,
    /// Where to write; its ending says what.
    pub(crate) output: &'a str,
    /// The packet and stop, where that is not what the case shows.
    pub(crate) at: Option<&'a str>,
    /// Width and height.
    pub(crate) size: Option<&'a str>,
    /// Whether it moves, and its colours.
    pub(crate) look: Look,
    /// Whether the case goes into the picture.
    pub(crate) carry: bool,
    /// Whether the case is left out of a recording.
    pub(crate) bare: bool,
    /// So large a file may be.
    pub(crate) max_bytes: Option<usize>,
    /// Whether to tell by the exit code that the answer depends on something.
    pub(crate) strict: bool,
    /// The language of the sentences, where that is not the case's own.
    pub(crate) lang: Option<Lang>,
}

/// Writes a picture or a recording: 2 where it depends and that is to be told, 3 where it would be too large.
pub(crate) fn draw(wanted: &Wanted) -> io::Result<u8> {
    let sources = Sources::open(&[wanted.source.to_owned()])?;
    let Sources { scenario, head, .. } = sources;
    let Ok(at) = wanted.at.map(str::parse::<Position>).transpose() else {
        complain!("--at: expected PACKET/STOP, such as 2/14 or 1/end");
        return Ok(1);
    };
    let size = wanted.size.map(|text| {
        let (w, h) = text.split_once('x')?;
        Some((w.parse::<f64>().ok()?, h.parse::<f64>().ok()?))
    });
    if size == Some(None) {
        complain!("--size: expected WIDTHxHEIGHT, such as 720x600");
        return Ok(1);
    }
    let played = scenario.play();
    let at = at.or(head.at).unwrap_or(Position { packet: 0, stop: Stop::End });
    let lang = wanted.lang.or(head.lang).unwrap_or_default();
    let how =
        Drawing { at, lang, raw_names: head.raw_names, size: size.flatten(), look: wanted.look };
    let Some(picture) = how.of(&played) else {
        complain!("{}: packet {} was not sent", wanted.source, at.packet + 1);
        return Ok(1);
    };
    let title = head.title.pick(lang).to_owned();
    let case = told(Case { scenario, head }, &played, HERE);
    let ending = Path::new(wanted.output).extension().unwrap_or_default();
    let bytes = if ending == "svg" {
        let svg = how.svg(&picture);
        if wanted.carry { carry(&svg, &case, how) } else { svg }.into_bytes()
    } else if ending == "json" {
        let case = (!wanted.bare).then_some(case.as_str());
        (picture.recording(HERE, &title, case).to_string() + "\n").into_bytes()
    } else if ending == "png" {
        match as_png(wanted, &picture, &case, how)? {
            Some(bytes) => bytes,
            None => return Ok(1),
        }
    } else {
        complain!("--output: expected a name that ends in .svg, .png or .walk.json");
        return Ok(1);
    };
    if wanted.max_bytes.is_some_and(|most| bytes.len() > most) {
        complain!("{}: {} bytes are too many", wanted.output, bytes.len());
        return Ok(3);
    }
    if wanted.output == "-.png" {
        // These are no characters, and steer nothing where they are not shown.
        io::stdout().write_all(&bytes)?;
    } else if wanted.output.starts_with("-.") {
        out::stdout().write_all(&bytes)?;
    } else {
        put(wanted.output, &bytes)?;
    }
    let depends = played.ends().get(at.packet).is_some_and(|end| end.contains(" | "));
    Ok(if wanted.strict && depends { 2 } else { 0 })
}

/// The picture as PNG; none where that cannot be, and was said.
fn as_png(
    wanted: &Wanted<'_>,
    picture: &Picture<'_>,
    case: &str,
    how: Drawing,
) -> io::Result<Option<Vec<u8>>> {
    let Some(svg) = flat(picture, how) else {
        complain!("--animate: a PNG does not move; name a .svg");
        return Ok(None);
    };
    let carried = wanted.carry.then_some((case, how));
    Ok(Some(Pen::new()?.draw(wanted.output, &svg, carried)?))
}

/// What a PNG is drawn from, light where no colours were asked for; none where it is to move.
pub(crate) fn flat(picture: &Picture<'_>, how: Drawing) -> Option<String> {
    match how.look {
        Look::Moving(_) => None,
        Look::Still(Colours::Both) => Some(picture.still(Colours::Light)),
        Look::Still(colours) => Some(picture.still(colours)),
    }
}
