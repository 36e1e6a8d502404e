//! `-j ECN`: the congestion bits of IP and TCP.
//!
//! - Does: sets or clears the TCP flags CWR and ECE, and the two ECN bits of the IP header; the walk goes on.
//! - `-S`: `-j ECN --ecn-tcp-remove`; seldom `--ecn-tcp-ece 0 --ecn-tcp-cwr 1 --ecn-ip-ect 2`.
//! - `-L`: `ECN TCP remove`, `ECN ECE=0 CWR=1 ECT codepoint=2`.
//! - Kernel: `net/ipv4/netfilter/ipt_ECN.c`.
//! - Not modelled: nothing.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, lead, spaced, word};
use chainwalk_model::{EcnSet, Expected, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["ECN"],
    options: &[
        opt("--ecn-tcp-remove", 0),
        opt("--ecn-tcp-cwr", 1),
        opt("--ecn-tcp-ece", 1),
        opt("--ecn-ip-ect", 1),
    ],
    build,
    list,
    print,
};

/// Both TCP bits are cleared.
const REMOVE: EcnSet = EcnSet { cwr: Some(false), ece: Some(false), ect: None };

fn bit(i: &str) -> Piece<'_, bool> {
    let (rest, bit) = value::u8n(i)?;
    if bit < 2 { Ok((rest, bit == 1)) } else { value::fail(i) }
}

fn ect(i: &str) -> Piece<'_, u8> {
    let (rest, ect) = value::u8n(i)?;
    if ect < 4 { Ok((rest, ect)) } else { value::fail(i) }
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    let flag = |name| given.plain(name, bit, Expected::Number);
    let mut set = if given.flag("--ecn-tcp-remove")? { REMOVE } else { EcnSet::default() };
    set.cwr = flag("--ecn-tcp-cwr")?.or(set.cwr);
    set.ece = flag("--ecn-tcp-ece")?.or(set.ece);
    set.ect = given.plain("--ecn-ip-ect", ect, Expected::Number)?;
    if set == EcnSet::default() {
        return Err(given.missing("--ecn-tcp-remove"));
    }
    Ok(Target::Ecn(set))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (mut i, ()) = word("ECN")(i)?;
    let mut set = EcnSet::default();
    if let Ok((rest, ())) = word("TCP remove")(i) {
        (i, set) = (rest, REMOVE);
    }
    if let Ok((rest, ())) = lead("ECE=")(i) {
        let (rest, bit) = spaced(bit)(rest)?;
        (i, set.ece) = (rest, Some(bit));
    }
    if let Ok((rest, ())) = lead("CWR=")(i) {
        let (rest, bit) = spaced(bit)(rest)?;
        (i, set.cwr) = (rest, Some(bit));
    }
    if let Ok((rest, ())) = lead("ECT codepoint=")(i) {
        let (rest, ect) = spaced(ect)(rest)?;
        (i, set.ect) = (rest, Some(ect));
    }
    if set == EcnSet::default() { value::fail(i) } else { Ok((i, Target::Ecn(set))) }
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Ecn(set) = target else { return None };
    let mut out = String::from("-j ECN");
    if *set == REMOVE {
        return Some(out + " --ecn-tcp-remove");
    }
    for (name, bit) in [("--ecn-tcp-ece", set.ece), ("--ecn-tcp-cwr", set.cwr)] {
        if let Some(bit) = bit {
            out += &format!(" {name} {}", u8::from(bit));
        }
    }
    if let Some(ect) = set.ect {
        out += &format!(" --ecn-ip-ect {ect}");
    }
    Some(out)
}
