//! `-j SYNPROXY`: the handshake of TCP in place of the server.
//!
//! - Does: answers a SYN itself, and opens the connection to the server once the client has answered.
//! - `-S`: `-j SYNPROXY --sack-perm --timestamp --wscale 9 --mss 1460 --ecn`.
//! - `-L`: `SYNPROXY sack-perm timestamp wscale 9 mss 1460 ecn`.
//! - Kernel: `net/ipv4/netfilter/ipt_SYNPROXY.c`, `net/netfilter/nf_synproxy_core.c`.
//! - Not modelled: the cookie by which an answer is known.

use super::extension::{Given, Seen, TargetExt, Wrong, alias, opt, put_flag};
use crate::value::{self, Piece, any_word, spaced, word};
use chainwalk_model::{Expected, Synproxy, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["SYNPROXY"],
    options: &[
        opt("--sack-perm", 0),
        alias("--timestamp", &["--timestamps"], 0),
        opt("--ecn", 0),
        opt("--wscale", 1),
        opt("--mss", 1),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    Ok(Target::Synproxy(Synproxy {
        sack_perm: given.flag("--sack-perm")?,
        timestamp: given.flag("--timestamp")?,
        ecn: given.flag("--ecn")?,
        wscale: given.plain("--wscale", value::u8n, Expected::Number)?,
        mss: given.plain("--mss", value::u16n, Expected::Number)?,
    }))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (mut i, ()) = word("SYNPROXY")(i)?;
    let mut found = Synproxy::default();
    while let Ok((at, name)) = any_word(i) {
        match name {
            "sack-perm" => (i, found.sack_perm) = (at, true),
            "timestamp" => (i, found.timestamp) = (at, true),
            "ecn" => (i, found.ecn) = (at, true),
            "wscale" => {
                let (rest, wscale) = spaced(value::u8n)(at)?;
                (i, found.wscale) = (rest, Some(wscale));
            }
            "mss" => {
                let (rest, mss) = spaced(value::u16n)(at)?;
                (i, found.mss) = (rest, Some(mss));
            }
            _ => break,
        }
    }
    Ok((i, Target::Synproxy(found)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Synproxy(s) = target else { return None };
    let mut out = String::from("-j SYNPROXY");
    put_flag(&mut out, "--sack-perm", s.sack_perm);
    put_flag(&mut out, "--timestamp", s.timestamp);
    if let Some(wscale) = s.wscale {
        out += &format!(" --wscale {wscale}");
    }
    if let Some(mss) = s.mss {
        out += &format!(" --mss {mss}");
    }
    put_flag(&mut out, "--ecn", s.ecn);
    Some(out)
}
