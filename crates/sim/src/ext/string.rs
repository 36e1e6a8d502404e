//! `-m string`: bytes anywhere in the packet.
//!
//! - Written: `[!] --string TEXT | --hex-string "|0d0a|"`, `--algo bm|kmp`, `--from N`, `--to N`,
//!   `--icase`.
//! - Listed: `STRING match  "abc" ALGO name bm`, with ` TO 65535` in later versions.
//! - Kernel: `string_mt` in `net/netfilter/xt_string.c`, `skb_find_text` in `net/core/skbuff.c`. Offsets
//!   count from the IP header; the first find decides, and it must end before `--to`.
//! - Both algorithms find the same. Not modelled: packets in several pieces, where `bm` may miss a text
//!   that lies across two of them.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{ConditionKind, Observed, StringMatch};

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: &StringMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let at = find(m, &wire::bytes(ctx.packet));
    eval.holds(ConditionKind::Module, m.not, at.is_some(), || match at {
        Some(at) => Observed::Number(at as u64),
        None => Observed::Nothing,
    });
}

/// The offset at which the text begins.
fn find(m: &StringMatch, bytes: &[u8]) -> Option<usize> {
    let (from, to) = (m.from as usize, m.to as usize);
    if from >= to || m.pattern.is_empty() {
        return None;
    }
    let same = |window: &[u8]| {
        if m.icase { window.eq_ignore_ascii_case(&m.pattern) } else { *window == *m.pattern }
    };
    let at = from + bytes.get(from..)?.windows(m.pattern.len()).position(same)?;
    (at + m.pattern.len() <= to).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[track_caller]
    fn check(pattern: &str, from: u32, to: u32, icase: bool, expect: Truth) {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.packet.payload = (*b"GET /index").into();
        let m = StringMatch {
            not: false,
            pattern: pattern.as_bytes().into(),
            hex: false,
            algo: "bm".into(),
            from,
            to,
            icase,
        };
        assert_eq!(bench.test(&Match::String(Box::new(m))), expect);
    }

    #[test]
    fn offsets_count_from_the_ip_header() {
        check("GET", 0, 65535, false, Truth::Yes);
        check("GET", 40, 65535, false, Truth::Yes);
        check("GET", 41, 65535, false, Truth::No);
        check("GET", 0, 43, false, Truth::Yes);
        check("GET", 0, 42, false, Truth::No);
        check("GET", 60, 50, false, Truth::No);
    }

    #[test]
    fn case_counts_unless_told() {
        check("get", 0, 65535, false, Truth::No);
        check("get", 0, 65535, true, Truth::Yes);
    }
}
