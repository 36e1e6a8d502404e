//! sysctls: `net.ipv4.ip_forward = 1`, the commands that set one, and files below `/proc/sys` as they are shown.

use super::block::{Block, Facts, made, pasted};
use crate::clean::{Clean, Row};
use crate::command::unprompt;
use crate::word::{Word, words};
use chainwalk_model::{Fact, SectionKind, Text};

/// Lines of dotted names and values.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut facts = Facts::default();
    for row in rows {
        let Some((name, value)) = line(row.text) else { break };
        let value = Fact { value: value.into(), origin: pasted(clean, *row) };
        facts.sysctls.push((name.replace('/', ".").into(), value));
    }
    let taken = facts.sysctls.len();
    if taken == 0 {
        return None;
    }
    made(clean, rows, taken, SectionKind::Sysctls(taken as u32), facts)
}

/// A setting that a file holds as a comment: `#net.ipv4.ip_forward=1`. What it would set is as the kernel has it by itself.
pub(crate) fn commented(clean: &Clean, row: Row<'_>) -> Option<Block> {
    let (name, value) = line(row.text.strip_prefix('#')?.trim_start())?;
    if name != FORWARD || value != "1" {
        return None;
    }
    let mut facts = Facts::default();
    facts.unset.push((name.into(), pasted(clean, row)));
    made(clean, &[row], 1, SectionKind::Sysctls(1), facts).map(|(block, _)| block)
}

/// Whether a host passes on what is for others.
const FORWARD: &str = "net.ipv4.ip_forward";

/// Commands of one line that set sysctls, and nothing else: `sysctl -w NAME=VALUE`, `echo 1 > /proc/sys/…`,
/// `echo 1 | sudo tee /proc/sys/…`.
pub(super) fn typed(clean: &Clean, row: Row<'_>) -> Option<Block> {
    if !row.text.contains("sysctl") && !row.text.contains(PROC) {
        return None;
    }
    let (bare, _) = unprompt(row);
    let mut facts = Facts::default();
    for part in bare.text.split("&&").flat_map(|p| p.split(';')).filter(|p| !p.trim().is_empty()) {
        for (name, value) in set(part)? {
            facts.sysctls.push((name, Fact { value, origin: pasted(clean, row) }));
        }
    }
    let kind = SectionKind::Sysctls(facts.sysctls.len() as u32);
    made(clean, &[row], 1, kind, facts).map(|(block, _)| block)
}

/// What was shown of the files, or of the names, that a command asked for in this order.
pub(super) fn shown(clean: &Clean, rows: &[Row<'_>], asked: &[&str]) -> Option<(Block, usize)> {
    let mut facts = Facts::default();
    for (name, row) in asked.iter().zip(rows) {
        let plain = row.text.bytes().all(|b| b.is_ascii_alphanumeric() || b" \t-_.".contains(&b));
        if row.text.is_empty() || !plain {
            break;
        }
        let value = Fact { value: row.text.into(), origin: pasted(clean, *row) };
        facts.sysctls.push((dotted(name), value));
    }
    let taken = facts.sysctls.len();
    made(clean, rows, taken, SectionKind::Sysctls(taken as u32), facts)
}

const PROC: &str = "/proc/sys/";

fn dotted(name: &str) -> Text {
    name.strip_prefix(PROC).unwrap_or(name).replace('/', ".").into()
}

/// What one command sets; `None` if it does something else.
fn set(text: &str) -> Option<Vec<(Text, Text)>> {
    let text = text.trim();
    let mut found = words(Row { text, start: 0 });
    while found.first().is_some_and(|w| w.text == "sudo") {
        found.remove(0);
    }
    let plain: Vec<&str> = found.iter().map(|w| &*w.text).collect();
    match plain.as_slice() {
        [shell @ ("sh" | "bash"), "-c", inner] if !inner.starts_with(shell) => set(inner),
        [program, rest @ ..]
            if matches!(*program, "sysctl" | "/sbin/sysctl" | "/usr/sbin/sysctl") =>
        {
            let pairs =
                rest.iter().take_while(|w| !is_redirection(w)).filter(|w| !w.starts_with('-'));
            let pairs: Option<Vec<_>> = pairs.map(|w| line(w)).collect();
            let pairs = pairs.filter(|p| !p.is_empty() && p.iter().all(|(_, v)| is_plain(v)))?;
            Some(pairs.into_iter().map(|(n, v)| (dotted(n), v.into())).collect())
        }
        ["echo", ..] => echo(&found),
        _ => None,
    }
}

/// `echo VALUE > FILE`, `echo VALUE | tee FILE`.
fn echo(words: &[Word<'_>]) -> Option<Vec<(Text, Text)>> {
    let joint = words.iter().position(|w| !w.quoted && w.text.starts_with(['>', '|']))?;
    let value: Vec<&str> =
        words[1..joint].iter().map(|w| &*w.text).filter(|w| *w != "-n").collect();
    let value = value.join(" ");
    let first = words[joint].text.trim_start_matches(['>', '|']);
    let mut rest: Vec<&str> = Vec::new();
    rest.extend(Some(first).filter(|f| !f.is_empty()));
    rest.extend(words[joint + 1..].iter().map(|w| &*w.text).take_while(|w| !is_redirection(w)));
    let files = if words[joint].text.starts_with('|') {
        let rest = rest.strip_prefix(&["sudo"]).unwrap_or(&rest);
        let rest = rest.strip_prefix(&["tee"])?;
        rest.strip_prefix(&["-a"]).unwrap_or(rest).to_vec()
    } else {
        rest.into_iter().take(1).collect()
    };
    let fits = is_plain(&value) && !files.is_empty();
    let fits = fits && files.iter().all(|f| f.starts_with(PROC) && is_plain(f) && !f.contains('*'));
    fits.then(|| files.iter().map(|f| (dotted(f), value.as_str().into())).collect())
}

fn is_redirection(word: &str) -> bool {
    word.starts_with(['>', '#']) || word.starts_with("2>")
}

/// Whether nothing in it is the shell's to fill in.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(['$', '`'])
}

fn line(text: &str) -> Option<(&str, &str)> {
    // `grep . /proc/sys/net/ipv4/conf/*/rp_filter` prints each file's name before what it holds.
    if let Some((name, value)) = text.strip_prefix(PROC).and_then(|t| t.split_once(':')) {
        let plain = !value.trim().is_empty() && !name.contains(char::is_whitespace);
        return plain.then_some((name, value.trim()));
    }
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let root = name.split(['.', '/']).next()?;
    let dotted = name.contains(['.', '/']) && !name.contains(char::is_whitespace);
    let known = matches!(root, "net" | "kernel" | "vm" | "fs" | "dev" | "user" | "abi");
    (known && dotted && !value.is_empty()).then_some((name, value))
}
