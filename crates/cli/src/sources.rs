//! The texts that commands work on, and their names.

use chainwalk_model::{Reading, Span};
use chainwalk_parse::Lines;
use std::io::{self, Read};

/// A paste: texts in order, each with the name it is told by.
pub(crate) struct Sources {
    names: Vec<String>,
    docs: Vec<Lines>,
}

impl Sources {
    /// Reads files; `-` is the standard input. Bytes that are no UTF-8 become replacement characters.
    pub(crate) fn open(files: &[String]) -> io::Result<Self> {
        let docs = files.iter().map(|f| Ok(Lines::new(&text(f)?))).collect::<io::Result<_>>()?;
        Ok(Self { names: files.to_vec(), docs })
    }

    /// The texts as documents.
    pub(crate) fn docs(&self) -> Vec<&str> {
        self.docs.iter().map(Lines::text).collect()
    }

    /// The name and the lines of the document that a span lies in.
    pub(crate) fn place(&self, span: Span) -> Option<(&str, &Lines)> {
        let at = usize::from(span.doc.0);
        Some((self.names.get(at)?, self.docs.get(at)?))
    }

    /// The paste, read.
    pub(crate) fn read(&self) -> Reading {
        chainwalk_parse::read(&self.docs())
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
