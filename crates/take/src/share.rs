//! A case in the form in which it is handed on: a link, a fence, a figure or a frame for a page.

use crate::picture::{Picture, element, frame, told};
use crate::{Link, fence, link};
use chainwalk::{Case, Position, Stop};

/// A form that a case is shared in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The address.
    Link,
    /// The address without a codec: the text itself, percent-encoded.
    Text,
    /// A fence for a Markdown page.
    Markdown,
    /// A figure for a page, its recording in it.
    Html,
    /// A frame for a page that takes no script.
    Iframe,
}

impl Form {
    /// The forms by their names.
    pub const WORDS: [(&str, Self); 5] = [
        ("link", Self::Link),
        ("text", Self::Text),
        ("markdown", Self::Markdown),
        ("html", Self::Html),
        ("iframe", Self::Iframe),
    ];
}

/// Why a case can't be shared in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unshared {
    /// The text says that it is a case, and is none.
    NoCase,
    /// No packet of it can be walked, so there is nothing to show.
    NothingToShow,
    /// So many characters are too long for a link.
    TooLong(usize),
}

/// A text, with what becomes of its packets, in a form: it opens at `at`, or where the case says, in the page at the
/// address `base`, and `by` is the version that wrote it.
///
/// # Errors
/// Where the form can't hold it.
pub fn shared(
    text: &str,
    form: Form,
    base: &str,
    at: Option<Position>,
    by: &str,
) -> Result<String, Unshared> {
    let (case, _) = Case::read(text).map_err(|_| Unshared::NoCase)?;
    let played = case.scenario.play();
    let at = at.or(case.head.at);
    let lang = case.head.lang.unwrap_or_default();
    let (raw_names, title) = (case.head.raw_names, case.head.title.pick(lang).to_owned());
    let text = told(case, &played, by);
    let link = Link { at, by: by.into(), ..Link::to_case(&text) };
    let picture = |stop| {
        let shown = at.unwrap_or(Position { packet: 0, stop });
        Picture::new(&played, shown, lang, raw_names, None).ok_or(Unshared::NothingToShow)
    };
    let fragment = match form {
        Form::Link => link.write(),
        Form::Text => link.write_plain(),
        Form::Markdown => return Ok(fence(&text)),
        Form::Html => {
            let json = picture(Stop::At(0))?.recording(by, &title, Some(&text)).to_string();
            return Ok(element(base, &json));
        }
        Form::Iframe => return Ok(frame(base, &link.write(), &picture(Stop::End)?.verdict())),
    };
    if fragment.len() > link::MOST_OFFERED {
        return Err(Unshared::TooLong(fragment.len()));
    }
    Ok(format!("{base}#{fragment}\n"))
}
