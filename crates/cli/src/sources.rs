//! The texts that commands work on, and their names.

use chainwalk_model::Reading;
use std::io::{self, Read};

/// A paste: texts in order, each with the name it is told by.
pub(crate) struct Sources {
    pub(crate) names: Vec<String>,
    pub(crate) texts: Vec<String>,
}

impl Sources {
    /// Reads files; `-` is the standard input. Bytes that are no UTF-8 become replacement characters.
    pub(crate) fn open(files: &[String]) -> io::Result<Self> {
        let texts = files.iter().map(|f| text(f)).collect::<io::Result<_>>()?;
        Ok(Self { names: files.to_vec(), texts })
    }

    /// The texts as documents.
    pub(crate) fn docs(&self) -> Vec<&str> {
        self.texts.iter().map(String::as_str).collect()
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
