//! The texts that commands work on, and their names.

use chainwalk::model::{Diagnostic, Span};
use chainwalk::{Case, Doc, Head, Lines, Scenario};
use std::io::{self, Read};

/// A paste: texts in order, each with the name it is told by. One file may be a case, and say more.
pub(crate) struct Sources {
    /// A scenario with these texts, and with what a case says beside its paste.
    pub(crate) scenario: Scenario,
    /// What a case says beside its scenario; empty where it is none.
    pub(crate) head: Head,
    /// What is wrong in the head of a case. The spans count in its whole text.
    pub(crate) head_problems: Vec<Diagnostic>,
    /// The whole text of the file, where it is a case.
    pub(crate) whole: Option<(String, Lines)>,
    docs: Vec<Place>,
}

/// A document, and where it stands in its file.
pub(crate) struct Place {
    /// The name of the file.
    pub(crate) name: String,
    /// Its lines.
    pub(crate) lines: Lines,
    /// How many lines of the file stand above it.
    pub(crate) above: usize,
}

impl Place {
    /// The line of the file, from 1, in which a span of the document begins.
    pub(crate) fn line(&self, span: Span) -> usize {
        self.above + self.lines.position(span.start as usize).0
    }
}

impl Sources {
    /// Reads files; `-` is the standard input. Bytes that are no UTF-8 become replacement characters.
    pub(crate) fn open(files: &[String]) -> io::Result<Self> {
        if let [file] = files {
            let whole = text(file)?;
            return Ok(match Case::headed(&whole) {
                Some((case, problems)) => Self::of_case(file, &whole, case, problems),
                None => Self::of_texts([(file, whole)]),
            });
        }
        let texts = files.iter().map(|name| Ok((name, text(name)?)));
        Ok(Self::of_texts(texts.collect::<io::Result<Vec<_>>>()?))
    }

    fn of_texts<'a>(texts: impl IntoIterator<Item = (&'a String, String)>) -> Self {
        let docs: Vec<Doc> = texts
            .into_iter()
            .map(|(name, text)| Doc { name: name.clone(), text: text.into() })
            .collect();
        let place =
            |d: &Doc| Place { name: d.name.clone(), lines: Lines::of(d.text.clone()), above: 0 };
        Self {
            docs: docs.iter().map(place).collect(),
            scenario: Scenario { docs, ..Scenario::default() },
            head: Head::default(),
            head_problems: Vec::new(),
            whole: None,
        }
    }

    fn of_case(file: &str, whole: &str, case: Case, problems: Vec<Diagnostic>) -> Self {
        let Case { scenario, head } = case;
        let mut above = whole.lines().count().saturating_sub(scenario.paste().lines().count());
        let mut docs = Vec::new();
        for doc in &scenario.docs {
            let lines = Lines::of(doc.text.clone());
            docs.push(Place { name: file.to_owned(), lines, above });
            above += doc.text.lines().count();
        }
        let lines = Lines::new(whole);
        Self {
            scenario,
            head,
            head_problems: problems,
            whole: Some((file.to_owned(), lines)),
            docs,
        }
    }

    /// The document that a span lies in; none for the line of an edit.
    pub(crate) fn place(&self, span: Span) -> Option<&Place> {
        self.docs.get(usize::from(span.doc.0))
    }
}

/// Writes a text into a file; an error names the file.
pub(crate) fn put(file: &str, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    std::fs::write(file, bytes).map_err(|e| io::Error::new(e.kind(), format!("{file}: {e}")))
}

/// The text of one file, or of the standard input.
pub(crate) fn text(file: &str) -> io::Result<String> {
    let mut bytes = Vec::new();
    if file == "-" {
        io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes =
            std::fs::read(file).map_err(|e| io::Error::new(e.kind(), format!("{file}: {e}")))?;
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into()))
}
