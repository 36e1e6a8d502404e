//! The texts that commands work on, and their names.

use chainwalk::model::Span;
use chainwalk::{Doc, Lines, Scenario};
use std::io::{self, Read};

/// A paste: texts in order, each with the name it is told by.
pub(crate) struct Sources {
    /// A scenario with these texts.
    pub(crate) scenario: Scenario,
    docs: Vec<Lines>,
}

impl Sources {
    /// Reads files; `-` is the standard input. Bytes that are no UTF-8 become replacement characters.
    pub(crate) fn open(files: &[String]) -> io::Result<Self> {
        let doc =
            |name: &String| io::Result::Ok(Doc { name: name.clone(), text: text(name)?.into() });
        let docs = files.iter().map(doc).collect::<io::Result<Vec<Doc>>>()?;
        let lines = docs.iter().map(|d| Lines::new(&d.text)).collect();
        Ok(Self { scenario: Scenario { docs, ..Scenario::default() }, docs: lines })
    }

    /// The name and the lines of the document that a span lies in; none for the line of an edit.
    pub(crate) fn place(&self, span: Span) -> Option<(&str, &Lines)> {
        let at = usize::from(span.doc.0);
        Some((&self.scenario.docs.get(at)?.name, self.docs.get(at)?))
    }
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
