//! `-j LOG`, `-j NFLOG`: the packet is written down and the walk goes on.
//!
//! - Does: nothing to the packet.
//! - `-S`: `-j LOG --log-prefix "abc: " --log-level 7 --log-tcp-sequence`,
//!   `-j NFLOG --nflog-prefix "x y" --nflog-group 3`.
//! - `-L`: `LOG flags 1 level 7 prefix "abc: "` with `-n`, `LOG level debug tcp-sequence prefix "abc: "`
//!   without; `nflog-prefix "x y" nflog-group 3`.
//! - Kernel: `net/netfilter/xt_LOG.c`, `xt_NFLOG.c`.
//! - Not modelled: where the log goes.

use super::extension::{Given, Seen, TargetExt, Wrong, opt, put_flag};
use crate::names;
use crate::value::{self, Piece, any_word, spaced, word};
use crate::word::quote;
use chainwalk_model::{Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["LOG", "NFLOG"],
    options: &[
        opt("--log-prefix", 1),
        opt("--log-level", 1),
        opt("--log-tcp-sequence", 0),
        opt("--log-tcp-options", 0),
        opt("--log-ip-options", 0),
        opt("--log-uid", 0),
        opt("--log-macdecode", 0),
        opt("--nflog-prefix", 1),
        opt("--nflog-group", 1),
        opt("--nflog-range", 1),
        opt("--nflog-size", 1),
        opt("--nflog-threshold", 1),
    ],
    build,
    list,
    print,
};

/// The flags: the option, the word that a listing without `-n` prints, and the bit that one with it does.
const FLAGS: [(&str, &str, u8); 5] = [
    ("--log-tcp-sequence", "tcp-sequence", 1),
    ("--log-tcp-options", "tcp-options", 2),
    ("--log-ip-options", "ip-options", 4),
    ("--log-uid", "uid", 8),
    ("--log-macdecode", "macdecode", 32),
];

const WARNING: u8 = 4;

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    if given.name == "NFLOG" {
        let prefix = given.text("--nflog-prefix").unwrap_or_default().into();
        given.plain("--nflog-group", value::u16n, Expected::Number)?;
        let rest = ["--nflog-group", "--nflog-range", "--nflog-size", "--nflog-threshold"];
        return Ok(Target::Log { prefix, nflog: true, rest: given.rest(&rest).into() });
    }
    let expected = Expected::Literal("warning".into());
    let level = given.plain("--log-level", level, expected)?.unwrap_or(WARNING);
    let bits = FLAGS.iter().filter(|f| given.get(f.0).is_some()).fold(0, |bits, f| bits | f.2);
    let prefix = given.text("--log-prefix").unwrap_or_default().into();
    Ok(Target::Log { prefix, nflog: false, rest: rest(level, bits).into() })
}

fn level(i: &str) -> Piece<'_, u8> {
    if let Ok((rest, level)) = value::u8n(i) {
        return if level < 8 { Ok((rest, level)) } else { value::fail(i) };
    }
    let (rest, name) = any_word(i)?;
    names::log_level(name).map_or_else(|| value::fail(i), |level| Ok((rest, level)))
}

/// The options besides the prefix, as `iptables-save` writes them.
fn rest(level: u8, flags: u8) -> String {
    let mut out = String::new();
    if level != WARNING {
        out += &format!(" --log-level {level}");
    }
    for (name, _, bit) in FLAGS {
        put_flag(&mut out, name, flags & bit != 0);
    }
    out.trim_start().into()
}

fn list(i: &str, seen: Seen) -> Piece<'_, Target> {
    listed_nflog(i, seen).or_else(|_| listed_log(i))
}

fn listed_log(i: &str) -> Piece<'_, Target> {
    let (mut i, ()) = word("LOG")(i)?;
    let (mut bits, mut found, mut prefix) = (0, WARNING, String::new());
    while let Ok((left, name)) = any_word(i) {
        i = match name {
            "flags" => {
                let (left, flags) = spaced(value::u8n)(left)?;
                bits |= flags;
                left
            }
            "level" => {
                let (left, l) = spaced(level)(left)?;
                found = l;
                left
            }
            "prefix" => {
                let (left, text) = listed_prefix(left)?;
                prefix = text;
                left
            }
            name => {
                let Some((_, _, bit)) = FLAGS.into_iter().find(|(_, n, _)| *n == name) else {
                    break;
                };
                bits |= bit;
                left
            }
        };
    }
    Ok((i, Target::Log { prefix: prefix.into(), nflog: false, rest: rest(found, bits).into() }))
}

/// The prefix is the last thing printed, in quotes that are not escaped.
fn listed_prefix(i: &str) -> Piece<'_, String> {
    let inner = i.trim_start();
    for open in ['"', '`'] {
        let close = if open == '`' { '\'' } else { '"' };
        if let Some(inner) = inner.strip_prefix(open)
            && let Some(end) = inner.rfind(close)
        {
            return Ok((&inner[end + 1..], inner[..end].into()));
        }
    }
    value::fail(i)
}

fn listed_nflog(i: &str, _: Seen) -> Piece<'_, Target> {
    let (mut prefix, mut out, mut left) = (String::new(), String::new(), i);
    while let Ok((next, name)) = any_word(left) {
        left = match name {
            "nflog-prefix" => {
                // Quoted and escaped, and followed by more.
                let (next, text) = value::quoted(next)?;
                prefix = text;
                next
            }
            "nflog-group" | "nflog-range" | "nflog-size" | "nflog-threshold" => {
                let (next, number) = spaced(value::u32n)(next)?;
                out += &format!(" --{name} {number}");
                next
            }
            _ => break,
        };
    }
    if left.len() == i.len() {
        return value::fail(i);
    }
    Ok((left, Target::Log { prefix: prefix.into(), nflog: true, rest: out.trim_start().into() }))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Log { prefix, nflog, rest } = target else { return None };
    let (name, option) = if *nflog { ("NFLOG", "--nflog-prefix") } else { ("LOG", "--log-prefix") };
    let mut out = format!("-j {name}");
    if !prefix.is_empty() {
        out += &format!(" {option} {}", quote(prefix));
    }
    if !rest.is_empty() {
        out += " ";
        out += rest;
    }
    Some(out)
}
