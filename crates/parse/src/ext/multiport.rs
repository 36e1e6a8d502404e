//! `-m multiport`: up to fifteen ports and port ranges.
//!
//! - Tests: the source port, the destination port, or either, against a list.
//! - `-S`: `-m multiport [!] --dports 80,443:450`, `--sports`, `--ports`.
//! - `-L`: `multiport dports 80,443:450`, inverted with two blanks: `multiport dports  !80,443`.
//! - Kernel: `net/netfilter/xt_multiport.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, alias, put, range_text};
use crate::value::{self, Piece, lead, word};
use chainwalk_model::{Expected, Inv, Match, PortSide, Range};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["multiport", "mport"],
    options: &[
        alias("--sports", &["--source-ports"], 1),
        alias("--dports", &["--destination-ports"], 1),
        alias("--ports", &[], 1),
    ],
    build,
    list,
    print,
};

const SIDES: [(&str, PortSide); 3] = [
    ("--sports", PortSide::Source),
    ("--dports", PortSide::Destination),
    ("--ports", PortSide::Either),
];

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    if let [_, second, ..] = given.args.as_slice() {
        return Err(second.wrong(chainwalk_model::DiagnosticId::BadValue, Expected::EndOfLine));
    }
    for (name, side) in SIDES {
        if let Some(ports) = given.value(name, value::ports, Expected::PortOrRange)? {
            return Ok(Match::Multiport { side, ports });
        }
    }
    Err(given.missing("--dports"))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("multiport")(i)?;
    for (name, side) in SIDES {
        if let Ok((i, ())) = lead(&name[2..])(i) {
            let (i, not) = value::bang(i)?;
            let (i, value) = value::spaced(value::ports)(i)?;
            return Ok((i, Match::Multiport { side, ports: Inv { not, value } }));
        }
    }
    value::fail(i)
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Multiport { side, ports } = m else { return None };
    let name = SIDES.iter().find(|(_, s)| s == side).map_or("--ports", |(name, _)| name);
    let mut out = String::from("-m multiport");
    let list = |ports: Vec<Range<u16>>| {
        let ports: Vec<String> = ports.into_iter().map(|r| range_text(r, ':')).collect();
        ports.join(",")
    };
    put(&mut out, name, Some(ports.clone()), list);
    Some(out)
}
