//! `chainwalk share`.

use crate::sources::text;
use crate::{HERE, ShareForm};
use chainwalk::view::{self, Lang, Refused};
use chainwalk::{Case, Position, Stop, Unreadable};
use chainwalk_take::picture::{Picture, element, frame, told};
use chainwalk_take::{Body, Link, link};
use std::io::{self, Write};

/// What `share` was asked to print.
pub(crate) struct Wanted<'a> {
    /// The file of the case.
    pub(crate) source: &'a str,
    /// What stands in front of the link.
    pub(crate) base: &'a str,
    /// The packet and stop it opens at.
    pub(crate) at: Option<&'a str>,
    /// The form.
    pub(crate) form: ShareForm,
}

/// Prints a case, with what becomes of its packets, as a link or a fence: 3 where it is too long for a link.
pub(crate) fn write(wanted: &Wanted) -> io::Result<u8> {
    let Some(case) = case(&text(wanted.source)?) else {
        eprintln!("chainwalk: {}: no case", wanted.source);
        return Ok(1);
    };
    let at = wanted.at.map(str::parse).transpose();
    let Ok(at) = at else {
        eprintln!("chainwalk: --at: expected PACKET/STOP, such as 2/14 or 1/end");
        return Ok(1);
    };
    let (played, shown) = (case.scenario.play(), case.head.at);
    let lang = case.head.lang.unwrap_or_default();
    let (raw_names, title) = (case.head.raw_names, case.head.title.pick(lang).to_owned());
    let text = told(case, &played, HERE);
    let link = Link { at: at.or(shown), by: HERE.into(), ..Link::to_case(&text) };
    let fragment = match wanted.form {
        ShareForm::Link => link.write(),
        ShareForm::Text => link.write_plain(),
        ShareForm::Html => {
            let shown = link.at.unwrap_or(Position { packet: 0, stop: Stop::At(0) });
            let Some(picture) = Picture::new(&played, shown, lang, raw_names, None) else {
                return Ok(nothing(wanted));
            };
            let json = picture.recording(HERE, &title, Some(&text)).to_string();
            write!(io::stdout().lock(), "{}", element(wanted.base, &json))?;
            return Ok(0);
        }
        ShareForm::Iframe => {
            let shown = link.at.unwrap_or(Position { packet: 0, stop: Stop::End });
            let Some(picture) = Picture::new(&played, shown, lang, raw_names, None) else {
                return Ok(nothing(wanted));
            };
            let html = frame(wanted.base, &link.write(), &picture.verdict());
            write!(io::stdout().lock(), "{html}")?;
            return Ok(0);
        }
        ShareForm::Markdown => {
            write!(io::stdout().lock(), "{}", chainwalk_take::fence(&text))?;
            return Ok(0);
        }
    };
    if fragment.len() > link::MOST_OFFERED {
        eprintln!(
            "chainwalk: {} characters are too long for a link; give the file instead",
            fragment.len()
        );
        return Ok(3);
    }
    writeln!(io::stdout().lock(), "{}#{fragment}", wanted.base)?;
    Ok(0)
}

/// Prints the text that a link holds.
pub(crate) fn read(source: &str, lang: Lang) -> io::Result<u8> {
    let fragment = source.split_once('#').map_or(source, |(_, fragment)| fragment);
    match Link::read(fragment.trim()) {
        Ok(Link { body: Body::Case(text), .. }) => {
            io::stdout().lock().write_all(text.as_bytes())?;
            Ok(0)
        }
        Ok(Link { body: Body::Example(name) | Body::Lesson(name) | Body::Src(name), .. }) => {
            eprintln!("chainwalk: {}", view::refused(lang, &Refused::Missing(name), HERE));
            Ok(1)
        }
        Err(why) => {
            eprintln!("chainwalk: {}", view::refused(lang, &why, HERE));
            Ok(1)
        }
    }
}

fn nothing(wanted: &Wanted) -> u8 {
    eprintln!("chainwalk: {}: no packet to show", wanted.source);
    1
}

fn case(text: &str) -> Option<Case> {
    match Case::read(text) {
        Ok((case, _)) => Some(case),
        Err(Unreadable::NoHeadLine(_) | Unreadable::NoEnd) => None,
    }
}
