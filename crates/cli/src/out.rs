//! What is printed: no text, wherever it came from, steers the terminal or turns the direction of what follows.

use chainwalk::view::steers;
use std::borrow::Cow;
use std::io::{self, StderrLock, StdoutLock, Write};
use std::mem::ManuallyDrop;

/// A writer of text. Control characters but tab and line feed, and those of direction, are shown as U+FFFD.
pub(crate) struct Harmless<W>(W);

/// The standard output.
pub(crate) fn stdout() -> Harmless<StdoutLock<'static>> {
    Harmless(io::stdout().lock())
}

/// The standard output, for what is long.
pub(crate) fn buffered() -> Harmless<io::BufWriter<StdoutLock<'static>>> {
    Harmless(io::BufWriter::new(io::stdout().lock()))
}

/// The standard error.
pub(crate) fn stderr() -> Harmless<StderrLock<'static>> {
    Harmless(io::stderr().lock())
}

/// What a command works on to its end. It is not freed: the process ends, and of 100,000 rules each would be by itself.
pub(crate) fn unfreed<T>(what: T) -> ManuallyDrop<T> {
    ManuallyDrop::new(what)
}

/// Prints a line about something that went wrong. Who reads no errors misses none.
macro_rules! complain {
    ($($what:tt)*) => {{
        let _ = std::io::Write::write_fmt(
            &mut $crate::out::stderr(),
            format_args!("chainwalk: {}\n", format_args!($($what)*)),
        );
    }};
}
pub(crate) use complain;

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nearly all that is printed is this, and JSON comes in very small parts.
        let plain = |b: &u8| matches!(b, b'\t' | b'\n' | b' '..=b'~');
        // Without a way out of a block each is looked at in one go.
        if bytes.chunks(64).all(|block| block.iter().fold(true, |all, b| all & plain(b))) {
            self.0.write_all(bytes)?;
            return Ok(bytes.len());
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.0.write_all(harmless(text).as_bytes())?,
            // The begin or the end of a character, as a buffer cut it.
            Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return text.into();
    }
    text.replace("\r\n", "\n").replace(steers, "\u{fffd}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        let mut out = Harmless(Vec::new());
        write!(out, "a\u{1b}[31m\tb\r\nc\rd\u{9b}规则\u{202e}\u{7f}").unwrap_or_default();
        assert_eq!(
            String::from_utf8(out.0).as_deref(),
            Ok("a\u{fffd}[31m\tb\nc\u{fffd}d\u{fffd}规则\u{fffd}\u{fffd}")
        );
    }
}
