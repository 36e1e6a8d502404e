//! `-m ecn`: the congestion bits of IP and TCP.
//!
//! - Tests: the TCP flags CWR and ECE, and the two ECN bits of the IP header.
//! - `-S`: `-m ecn [!] --ecn-tcp-cwr [!] --ecn-tcp-ece [!] --ecn-ip-ect 1`.
//! - `-L`: `ECN match ECE !CWR ECT=1`.
//! - Kernel: `net/netfilter/xt_ecn.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{EcnMatch, Expected, Inv, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["ecn"],
    options: &[opt("--ecn-tcp-cwr", 0), opt("--ecn-tcp-ece", 0), opt("--ecn-ip-ect", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let found = EcnMatch {
        cwr: given.inv_flag("--ecn-tcp-cwr"),
        ece: given.inv_flag("--ecn-tcp-ece"),
        ect: given.value("--ecn-ip-ect", ect, Expected::Number)?,
    };
    if found == EcnMatch::default() {
        Err(given.missing("--ecn-ip-ect"))
    } else {
        Ok(Match::Ecn(found))
    }
}

fn ect(i: &str) -> Piece<'_, u8> {
    let (rest, value) = value::u8n(i)?;
    if value < 4 { Ok((rest, value)) } else { value::fail(i) }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut i, ()) = word("ECN match")(i)?;
    let mut found = EcnMatch::default();
    loop {
        let (at, not) = value::bang(i)?;
        if let Ok((rest, ())) = word("ECE")(at) {
            (i, found.ece) = (rest, Some(Inv { not, value: () }));
        } else if let Ok((rest, ())) = word("CWR")(at) {
            (i, found.cwr) = (rest, Some(Inv { not, value: () }));
        } else if let Ok((rest, ())) = value::lead("ECT=")(at) {
            let (rest, value) = spaced(ect)(rest)?;
            (i, found.ect) = (rest, Some(Inv { not, value }));
        } else if found == EcnMatch::default() {
            return value::fail(i);
        } else {
            return Ok((i, Match::Ecn(found)));
        }
    }
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Ecn(e) = m else { return None };
    let mut out = String::from("-m ecn");
    put(&mut out, "--ecn-tcp-ece", e.ece, |()| String::new());
    put(&mut out, "--ecn-tcp-cwr", e.cwr, |()| String::new());
    put(&mut out, "--ecn-ip-ect", e.ect, |v| v.to_string());
    Some(out)
}
