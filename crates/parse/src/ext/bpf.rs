//! `-m bpf`: a program of classic BPF over the packet.
//!
//! - Tests: whether the program returns anything but 0, the packet beginning at its IP header.
//! - `-S`: `-m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"`, `--object-pinned PATH`.
//! - `-L`: `match bpf 48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0`, without the number of instructions;
//!   `match bpf pinned PATH`.
//! - Kernel: `net/netfilter/xt_bpf.c`.
//! - Not modelled: what a pinned object does.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, any_word, word};
use crate::word::quote_loosely;
use chainwalk_model::{BpfInsn, BpfMatch, Expected, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["bpf"],
    options: &[opt("--bytecode", 1), opt("--object-pinned", 1)],
    build,
    list,
    print,
};

/// The longest program that the match takes.
const MOST: usize = 64;

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    if let Some(path) = given.plain("--object-pinned", text, Expected::Text)? {
        return Ok(Match::Bpf(BpfMatch::Pinned(path.into())));
    }
    let code = given
        .plain("--bytecode", bytecode, Expected::Literal("1,6 0 0 1".into()))?
        .ok_or_else(|| given.missing("--bytecode"))?;
    Ok(Match::Bpf(BpfMatch::Bytecode(code)))
}

fn bytecode(i: &str) -> Piece<'_, Vec<BpfInsn>> {
    counted(i).map_or_else(|| value::fail(i), |code| Ok(("", code)))
}

fn text(i: &str) -> Piece<'_, String> {
    if i.is_empty() { value::fail(i) } else { Ok(("", i.into())) }
}

/// `2,32 0 0 0,6 0 0 1`: the number of instructions, and as many of them.
fn counted(text: &str) -> Option<Vec<BpfInsn>> {
    let mut parts = text.trim().trim_end_matches(',').split(',');
    let count: usize = parts.next()?.trim().parse().ok()?;
    let code = parts.map(insn).collect::<Option<Vec<_>>>()?;
    (code.len() == count && (1..=MOST).contains(&count)).then_some(code)
}

/// `32 0 0 4294963200`; a negative operand is the same bits.
fn insn(text: &str) -> Option<BpfInsn> {
    let mut words = text.split_whitespace();
    let mut next = || words.next();
    let code = next()?.parse().ok()?;
    let (jt, jf) = (next()?.parse().ok()?, next()?.parse().ok()?);
    let k: i64 = next()?.parse().ok()?;
    let k = u32::try_from(k).or_else(|_| i32::try_from(k).map(|k| k as u32)).ok()?;
    next().is_none().then_some(BpfInsn { code, jt, jf, k })
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("match bpf")(i)?;
    if let Ok((i, ())) = word("pinned")(i) {
        let (i, path) = any_word(i)?;
        return Ok((i, Match::Bpf(BpfMatch::Pinned(path.into()))));
    }
    let (mut left, mut code) = (i.trim_start(), Vec::new());
    loop {
        // Four numbers, the last one followed by a comma unless it is the end.
        let ends: Vec<usize> = left
            .char_indices()
            .filter(|(_, c)| c.is_whitespace() || *c == ',')
            .map(|(at, _)| at)
            .take(4)
            .collect();
        let end = ends.get(3).copied().unwrap_or(left.len());
        let Some(one) = insn(&left[..end]) else { return value::fail(i) };
        code.push(one);
        match left[end..].strip_prefix(',') {
            Some(rest) if code.len() < MOST => left = rest,
            Some(_) => return value::fail(i),
            None => return Ok((&left[end..], Match::Bpf(BpfMatch::Bytecode(code)))),
        }
    }
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Bpf(bpf) = m else { return None };
    Some(match bpf {
        BpfMatch::Pinned(path) => format!("-m bpf --object-pinned {}", quote_loosely(path)),
        BpfMatch::Bytecode(code) => {
            let all: Vec<String> =
                code.iter().map(|c| format!("{} {} {} {}", c.code, c.jt, c.jf, c.k)).collect();
            format!("-m bpf --bytecode \"{},{}\"", code.len(), all.join(","))
        }
    })
}
