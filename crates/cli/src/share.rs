//! `chainwalk share`.

use crate::HERE;
use crate::out::{self, complain};
use crate::sources::text;
use chainwalk::view::{self, Lang, Refused};
use chainwalk_take::share::{self, Form, Unshared};
use chainwalk_take::{Body, Link, code};
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
    pub(crate) form: Form,
    /// Whether what it is in that form is drawn as a QR code.
    pub(crate) as_code: bool,
}

/// Prints a case, with what becomes of its packets, as a link or a fence: 3 where it is too long for a link.
pub(crate) fn write(wanted: &Wanted) -> io::Result<u8> {
    let Ok(at) = wanted.at.map(str::parse).transpose() else {
        complain!("--at: expected PACKET/STOP, such as 2/14 or 1/end");
        return Ok(1);
    };
    let shared = share::shared(&text(wanted.source)?, wanted.form, wanted.base, at, HERE);
    let source = wanted.source;
    Ok(match shared {
        Ok(address) if wanted.as_code => {
            let Some(code) = code::printed(address.trim_end()) else {
                complain!(
                    "{} characters are too long for a code; give the file instead",
                    address.len()
                );
                return Ok(3);
            };
            out::stdout().write_all(code.as_bytes())?;
            0
        }
        Ok(text) => {
            out::stdout().write_all(text.as_bytes())?;
            0
        }
        Err(Unshared::NoCase) => {
            complain!("{source}: no case");
            1
        }
        Err(Unshared::NothingToShow) => {
            complain!("{source}: no packet to show");
            1
        }
        Err(Unshared::TooLong(characters)) => {
            complain!("{characters} characters are too long for a link; give the file instead");
            3
        }
    })
}

/// Prints the text that a link holds.
pub(crate) fn read(source: &str, lang: Lang) -> io::Result<u8> {
    let fragment = source.split_once('#').map_or(source, |(_, fragment)| fragment);
    match Link::read(fragment.trim()) {
        Ok(Link { body: Body::Case(text), .. }) => {
            out::stdout().write_all(text.as_bytes())?;
            Ok(0)
        }
        Ok(Link { body: Body::Example(name) | Body::Lesson(name) | Body::Src(name), .. }) => {
            complain!("{}", view::refused(lang, &Refused::Missing(name), HERE));
            Ok(1)
        }
        Err(why) => {
            complain!("{}", view::refused(lang, &why, HERE));
            Ok(1)
        }
    }
}
