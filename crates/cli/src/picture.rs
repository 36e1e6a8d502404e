//! `chainwalk draw`.

use crate::HERE;
use crate::out::{self, complain};
use crate::png::Pen;
use crate::sources::{Sources, put};
use chainwalk::view::{Colours, Film, Lang};
use chainwalk::{Case, Position, Stop};
use chainwalk_take::picture::{Picture, carry, told};
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
    /// How the picture moves; none where it does not.
    pub(crate) film: Option<Film>,
    /// Width and height.
    pub(crate) size: Option<&'a str>,
    /// Light, dark or both.
    pub(crate) colours: Colours,
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
    let Some(picture) = Picture::new(&played, at, lang, head.raw_names, size.flatten()) else {
        complain!("{}: packet {} was not sent", wanted.source, at.packet + 1);
        return Ok(1);
    };
    let title = head.title.pick(lang).to_owned();
    let case = told(Case { scenario, head }, &played, HERE);
    let ending = Path::new(wanted.output).extension().unwrap_or_default();
    let bytes = if ending == "svg" {
        let svg = match wanted.film {
            Some(film) => picture.film(film),
            None => picture.still(wanted.colours),
        };
        if wanted.carry { carry(&svg, &case) } else { svg }.into_bytes()
    } else if ending == "json" {
        let case = (!wanted.bare).then_some(case.as_str());
        (picture.recording(HERE, &title, case).to_string() + "\n").into_bytes()
    } else if ending == "png" {
        match as_png(wanted, &picture, &case)? {
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

/// The picture as PNG, light where no colours were asked for; none where that cannot be, and was said.
fn as_png(wanted: &Wanted<'_>, picture: &Picture<'_>, case: &str) -> io::Result<Option<Vec<u8>>> {
    if wanted.film.is_some() {
        complain!("--animate: a PNG does not move; name a .svg");
        return Ok(None);
    }
    let colours = match wanted.colours {
        Colours::Both => Colours::Light,
        one => one,
    };
    let case = wanted.carry.then_some(case);
    Ok(Some(Pen::new()?.draw(wanted.output, &picture.still(colours), case)?))
}
