//! `chainwalk anonymise`.

use crate::out;
use crate::sources::{Sources, put, text};
use chainwalk::Case;
use chainwalk_take::anonymise::{self, Anonymised, Wishes, anonymise};
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

/// What is no word to be replaced, but all private addresses.
const PRIVATE: &str = "private";

/// What `anonymise` was asked to do.
pub(crate) struct Wanted<'a> {
    /// A case, or the files of a paste.
    pub(crate) files: &'a [String],
    /// The packets that are compared, where the files bring none.
    pub(crate) packets: &'a [String],
    /// What stays.
    pub(crate) keep: &'a [String],
    /// What goes, too: `private`, or a word.
    pub(crate) also: &'a [String],
    /// A file with the key.
    pub(crate) key_file: Option<&'a str>,
    /// Where the report goes.
    pub(crate) report: Option<&'a str>,
    /// Where the text goes; the standard output where that is not said.
    pub(crate) output: Option<&'a str>,
}

/// Prints a text without the names in it: 0 where it walks as before, 2 where there is no packet to compare, 3 where it
/// differs.
pub(crate) fn run(wanted: &Wanted) -> io::Result<u8> {
    let key = if let Some(file) = wanted.key_file {
        anonymise::key(text(file)?.trim())
    } else {
        // Nobody learns it, so nobody can undo what it decided.
        let half = || u128::from(RandomState::new().hash_one(0_u8));
        half() << 64 | half()
    };
    let sources = Sources::open(wanted.files)?;
    let is_case = sources.whole.is_some();
    let mut case = Case { scenario: sources.scenario, head: sources.head };
    if !wanted.packets.is_empty() {
        case.scenario.packets = wanted.packets.to_vec();
        case.scenario.followed.clear();
    }
    let (private, words) = wanted.also.iter().cloned().partition::<Vec<_>, _>(|a| a == PRIVATE);
    let wishes = Wishes { keep: wanted.keep.to_vec(), private: !private.is_empty(), words, key };
    let done = anonymise(&case, &wishes);
    let out = if is_case { done.case.write() } else { done.case.scenario.paste() };
    match wanted.output {
        Some(file) => put(file, &out)?,
        None => out::stdout().write_all(out.as_bytes())?,
    }
    let report = told(&done, &wishes.words);
    match wanted.report {
        Some(file) => put(file, &report)?,
        None => out::stderr().write_all(report.as_bytes())?,
    }
    Ok(match done.sameness.packets {
        0 => 2,
        _ if done.sameness.is_same() => 0,
        _ => 3,
    })
}

fn told(done: &Anonymised, words: &[String]) -> String {
    let mut out = String::new();
    let same = done.sameness;
    let _ = match (same.packets, same.is_same()) {
        (0, _) => writeln!(out, "no packet, so nothing was compared"),
        (_, true) => writeln!(out, "the same walk, {} of {} steps", same.steps, same.of),
        (_, false) => {
            writeln!(out, "the walk changes: {} of {} steps are the same", same.steps, same.of)
        }
    };
    for one in &done.replaced {
        let _ = writeln!(out, "{}\t{}\t{}\t{}", one.kind, one.old, one.new, one.times);
    }
    for word in words.iter().filter(|word| !done.has_replaced(word)) {
        let _ = writeln!(out, "not found\t{word}");
    }
    for (line, text) in &done.taken_out {
        let _ = writeln!(out, "taken out\t{line}\t{text}");
    }
    for name in done.opaque.iter().copied().chain(done.hosts_kept.iter().map(String::as_str)) {
        let _ = writeln!(out, "may still tell\t{name}");
    }
    out
}
