//! A case in the form in which it is handed on: a link, a fence, a figure or a frame for a page.

use crate::picture::{Picture, element, frame, told};
use crate::{Link, fence, link};
use chainwalk::view::Lang;
use chainwalk::{Case, Played, Position, Stop};

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

/// A case that was played, with what all forms are made of.
pub(crate) struct Told {
    pub(crate) played: Played,
    pub(crate) lang: Lang,
    pub(crate) raw_names: bool,
    /// Where it opens, if anybody says.
    pub(crate) at: Option<Position>,
    pub(crate) title: String,
    pub(crate) question: String,
    /// The text of the case, with what becomes of its packets.
    pub(crate) text: String,
    pub(crate) link: Link,
}

impl Told {
    /// Plays a text: it opens at `at`, or where the case says, and `by` is the version that tells its ends. None where it
    /// says that it is a case, and is none.
    pub(crate) fn read(text: &str, at: Option<Position>, by: &str) -> Option<Self> {
        let (case, _) = Case::read(text).ok()?;
        let played = case.scenario.play();
        let head = &case.head;
        let (lang, raw_names) = (head.lang.unwrap_or_default(), head.raw_names);
        let at = at.or(head.at);
        let (title, question) =
            (head.title.pick(lang).to_owned(), head.question.pick(lang).to_owned());
        let text = told(case, &played, by);
        let link = Link { at, by: by.into(), ..Link::to_case(&text) };
        Some(Self { played, lang, raw_names, at, title, question, text, link })
    }

    /// What is shown: where nobody says, `stop` of the first packet.
    pub(crate) fn shown(&self, stop: Stop) -> Position {
        self.at.unwrap_or(Position { packet: 0, stop })
    }

    /// The picture of what is shown; none where no packet was sent.
    pub(crate) fn picture(&self, stop: Stop, size: Option<(f64, f64)>) -> Option<Picture<'_>> {
        Picture::new(&self.played, self.shown(stop), self.lang, self.raw_names, size)
    }

    /// The recording, with the case in it; none where no packet was sent.
    pub(crate) fn recording(&self, by: &str) -> Option<String> {
        let picture = self.picture(Stop::At(0), None)?;
        Some(picture.recording(by, &self.title, Some(&self.text)).to_string())
    }

    /// The fragment of a link to it; none where that is too long to be offered.
    pub(crate) fn fragment(&self) -> Option<String> {
        Some(self.link.write()).filter(|fragment| fragment.len() <= link::MOST_OFFERED)
    }
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
    let told = Told::read(text, at, by).ok_or(Unshared::NoCase)?;
    let fragment = match form {
        Form::Link => told.link.write(),
        Form::Text => told.link.write_plain(),
        Form::Markdown => return Ok(fence(&told.text)),
        Form::Html => {
            return Ok(element(base, &told.recording(by).ok_or(Unshared::NothingToShow)?));
        }
        Form::Iframe => {
            let picture = told.picture(Stop::End, None).ok_or(Unshared::NothingToShow)?;
            return Ok(frame(base, &told.link.write(), &picture.verdict()));
        }
    };
    if fragment.len() > link::MOST_OFFERED {
        return Err(Unshared::TooLong(fragment.len()));
    }
    Ok(format!("{base}#{fragment}\n"))
}
