//! `-m ah`, `-m esp`, `-m ipcomp`: the index that tells how a payload is protected or compressed.
//!
//! - Written: `[!] --ahspi A[:B]`, `[!] --espspi A[:B]`, `[!] --ipcompspi A[:B]`; for IPv6 also
//!   `[!] --ahlen N` and `--ahres`.
//! - Listed: `ah spi:5`, `esp spis:5:9`, `comp spi:!5 reserved`.
//! - Kernel: `ipt_ah.c`, `ip6t_ah.c`, `xt_esp.c`, `xt_ipcomp.c`. A later fragment never holds, inverted or
//!   not; a header that is cut drops the packet. `--compres` is never looked at, and `--ahlen 0` is any.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, within};
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{AhMatch, ConditionKind, Inv, Observed, Packet, Range};

/// Bytes of an authentication header that the kernel reads.
const AH: u32 = 12;
/// Bytes of an ESP header.
const ESP: u32 = 8;
/// Bytes of an `IPComp` header.
const COMP: u32 = 4;
/// AH's protocol number.
const AH_PROTO: u8 = 51;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn ah(m: AhMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let header = if ctx.packet.is_v6() {
        wire::extension(ctx.packet, AH_PROTO)
    } else {
        drops_short(ctx.packet, AH, eval);
        wire::transport_bytes(ctx.packet).filter(|b| b.len() >= AH as usize)
    };
    index(m.spi, header.as_deref().and_then(|h| word(h, 4)), eval);
    let Some(header) = header else { return };
    if let Some(len) = m.len.filter(|l| l.value != 0) {
        let bytes = (u32::from(header[1]) + 2) * 4;
        eval.holds(ConditionKind::HeaderLen, len.not, bytes == len.value, || {
            Observed::Number(bytes.into())
        });
    }
    if m.reserved {
        let reserved = u16::from_be_bytes([header[2], header[3]]);
        eval.holds(ConditionKind::Reserved, false, reserved == 0, || {
            Observed::Hex(reserved.into())
        });
    }
}

pub(super) fn esp(spi: Option<Inv<Range<u32>>>, ctx: &MatchContext, eval: &mut Evaluation) {
    drops_short(ctx.packet, ESP, eval);
    index(spi, at(ctx.packet, ESP, 0), eval);
}

pub(super) fn ipcomp(spi: Option<Inv<Range<u32>>>, ctx: &MatchContext, eval: &mut Evaluation) {
    drops_short(ctx.packet, COMP, eval);
    let word = at(ctx.packet, COMP, 0);
    index(spi, word.map(|w| w & 0xffff), eval);
}

/// The kernel drops a packet whose header is cut.
fn drops_short(p: &Packet, need: u32, eval: &mut Evaluation) {
    if wire::seen(p, need) == wire::Seen::Short {
        eval.hotdrop();
    }
}

/// The index, where the header could be read.
fn index(m: Option<Inv<Range<u32>>>, spi: Option<u32>, eval: &mut Evaluation) {
    let not = m.is_some_and(|m| m.not);
    match spi {
        Some(spi) => {
            let holds = m.is_none_or(|m| within(m.value, spi));
            eval.holds(ConditionKind::Spi, not, holds, || Observed::Number(spi.into()));
        }
        None => eval.lacks(ConditionKind::Spi, not),
    }
}

/// Four bytes of the transport header, if `need` of it are there.
fn at(p: &Packet, need: u32, offset: usize) -> Option<u32> {
    let bytes = wire::transport_bytes(p)?;
    word(&bytes, offset).filter(|_| bytes.len() >= need as usize)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{L4, Match, Truth};

    fn bench(proto: u8, payload: &[u8]) -> Bench {
        let mut bench = Bench::of("1.2.3.4", "10.0.0.2", proto, L4::Other);
        bench.packet.payload = payload.into();
        bench
    }

    fn spi(not: bool, first: u32, last: u32) -> Inv<Range<u32>> {
        Inv { not, value: Range { first, last } }
    }

    #[test]
    fn each_header_has_its_index_in_its_own_place() {
        let bytes = [4, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 1];
        let ah = |spi| Match::Ah(AhMatch { spi: Some(spi), ..AhMatch::default() });
        assert_eq!(bench(51, &bytes).test(&ah(spi(false, 256, 256))), Truth::Yes);
        assert_eq!(bench(51, &bytes).test(&ah(spi(true, 256, 256))), Truth::No);
        assert_eq!(
            bench(50, &bytes).test(&Match::Esp(Some(spi(false, 0x0401_0005, 0x0401_0005)))),
            Truth::Yes
        );
        let comp = |spi| Match::Ipcomp { spi: Some(spi), reserved: true };
        assert_eq!(bench(108, &bytes).test(&comp(spi(false, 5, 5))), Truth::Yes);
        assert_eq!(bench(108, &bytes).test(&comp(spi(false, 9, 5))), Truth::No);
    }

    #[test]
    fn what_is_not_there_never_holds() {
        let esp = Match::Esp(Some(spi(true, 1, 1)));
        assert_eq!(bench(50, &[0; 7]).test(&esp), Truth::No);
        let mut later = bench(50, &[0; 40]);
        later.packet.ip.frag_off = 8;
        assert_eq!(later.test(&esp), Truth::No);
    }
}
