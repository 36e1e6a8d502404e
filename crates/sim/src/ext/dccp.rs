//! `-m dccp`: ports, type and one option of a DCCP packet.
//!
//! - Written: `[!] --sport A[:B]`, `[!] --dport A[:B]`, `[!] --dccp-types TYPE,…`, `[!] --dccp-option N`.
//! - Listed: `dccp spt:1 dpt:2 REQUEST,DATA option=5`.
//! - Kernel: `net/netfilter/xt_dccp.c`. A later fragment never holds; a header that is cut, or tells a
//!   length that its type does not fit, drops the packet; where the option is inverted the test holds first,
//!   but for iptables-nft.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, backend, truth};
use super::tcp::{has_option, port};
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{Backend, ConditionKind, DccpMatch, Observed, Packet, Truth};

/// Bytes of a header before what its type adds.
const HEADER: u32 = 12;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: &DccpMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let header = header(ctx.packet);
    let number = |at: usize| header.as_ref().map(|h| u16::from_be_bytes([h[at], h[at + 1]]));
    port(m.ports.sport, number(0), ConditionKind::Sport, false, eval);
    port(m.ports.dport, number(2), ConditionKind::Dport, false, eval);
    let Some(header) = header else {
        eval.truth = Truth::No;
        if ctx.packet.ip.frag_off == 0 {
            eval.hotdrop();
        }
        return;
    };
    if let Some(types) = m.types {
        let kind = kind(&header);
        let holds = types.value & 1 << kind != 0;
        eval.holds(ConditionKind::DccpType, types.not, holds, || Observed::Number(kind.into()));
    }
    if let Some(option) = m.option {
        if let Some(all) = options(&header) {
            let holds = has_option(all, option.value);
            eval.holds(ConditionKind::DccpOption, option.not, holds, || Observed::Nothing);
        } else {
            if eval.truth == Truth::Yes {
                eval.hotdrop();
            }
            let holds = option.not && backend(ctx, eval.at) == Backend::Legacy;
            eval.say(ConditionKind::DccpOption, option.not, truth(holds), || Observed::Nothing);
        }
    }
}

/// The packet from its DCCP header on.
fn header(p: &Packet) -> Option<Vec<u8>> {
    wire::transport_bytes(p).filter(|b| b.len() >= HEADER as usize)
}

fn kind(header: &[u8]) -> u8 {
    header[8] >> 1 & 0xf
}

/// The options, which stand behind what the type adds to the header; `None` where they can't be.
fn options(header: &[u8]) -> Option<&[u8]> {
    let long = usize::from(header[8] & 1) * 4;
    let added = match kind(header) {
        0 => 4,
        2 => 0,
        3..=6 | 8 | 9 => 8,
        _ => 12,
    };
    let (start, end) = (HEADER as usize + long + added, usize::from(header[4]) * 4);
    if start == end { Some(&[]) } else { header.get(start..end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Inv, L4, Match};

    fn bench(kind: u8, words: u8, rest: &[u8]) -> Bench {
        let mut bench = Bench::of("1.2.3.4", "10.0.0.2", 33, L4::Other);
        let mut bytes = vec![0, 5, 0, 80, words, 0, 0, 0, kind << 1 | 1, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend(rest);
        bench.packet.payload = bytes.into();
        bench
    }

    #[test]
    fn the_type_is_in_four_bits() {
        let types = |bits| {
            let types = Some(Inv { not: false, value: bits });
            Match::Dccp(DccpMatch { types, ..DccpMatch::default() })
        };
        assert_eq!(bench(7, 4, &[]).test(&types(1 << 7)), Truth::Yes);
        assert_eq!(bench(7, 4, &[]).test(&types(1 << 8)), Truth::No);
    }

    #[test]
    fn options_follow_what_the_type_adds() {
        let option = |value| {
            let option = Some(Inv { not: false, value });
            DccpMatch { option, ..DccpMatch::default() }
        };
        let request = bench(0, 6, &[0, 0, 0, 9, 0, 32, 2, 0]);
        assert_eq!(request.test(&Match::Dccp(option(32))), Truth::Yes);
        assert_eq!(request.test(&Match::Dccp(option(9))), Truth::No);
        assert!(!request.hotdrops(&Match::Dccp(option(32))));
        assert!(bench(0, 4, &[0, 0, 0, 9]).hotdrops(&Match::Dccp(option(32))));
    }
}
