//! `-m iprange`: addresses from one to another.
//!
//! - Tests: whether the source, the destination, lies in a range, both ends included.
//! - `-S`: `-m iprange [!] --src-range 1.2.3.4-1.2.3.9 [!] --dst-range 5.5.5.5-5.5.5.6`.
//! - `-L`: `source IP range 1.2.3.4-1.2.3.9 destination IP range ! 5.5.5.5-5.5.5.6`.
//! - Kernel: `net/netfilter/xt_iprange.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, opt, put};
use crate::value::{self, Piece, spaced, word};
use chainwalk_model::{Expected, Inv, IprangeMatch, Match, Range};
use std::net::IpAddr;

pub(super) const EXT: MatchExt = MatchExt {
    names: &["iprange"],
    options: &[opt("--src-range", 1), opt("--dst-range", 1)],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let src = given.value("--src-range", value::addr_range, Expected::Address)?;
    let dst = given.value("--dst-range", value::addr_range, Expected::Address)?;
    if src.is_none() && dst.is_none() {
        return Err(given.missing("--src-range"));
    }
    Ok(Match::Iprange(Box::new(IprangeMatch { src, dst })))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (rest, src) = side("source IP range", i);
    let (rest, dst) = side("destination IP range", rest);
    if rest.len() == i.len() {
        return value::fail(i);
    }
    Ok((rest, Match::Iprange(Box::new(IprangeMatch { src, dst }))))
}

fn side<'a>(name: &'static str, i: &'a str) -> (&'a str, Option<Inv<Range<IpAddr>>>) {
    let read = |i: &'a str| -> Piece<'a, Inv<Range<IpAddr>>> {
        let (i, ()) = word(name)(i)?;
        let (i, not) = value::bang(i)?;
        let (i, value) = spaced(value::addr_range)(i)?;
        Ok((i, Inv { not, value }))
    };
    read(i).map_or((i, None), |(rest, range)| (rest, Some(range)))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Iprange(m) = m else { return None };
    let mut out = String::from("-m iprange");
    let text = |r: Range<IpAddr>| format!("{}-{}", r.first, r.last);
    put(&mut out, "--src-range", m.src, text);
    put(&mut out, "--dst-range", m.dst, text);
    Some(out)
}
