//! `-m tcpmss`: the MSS option.
//!
//! - Written: `[!] --mss A[:B]`.
//! - Listed: `tcpmss match 536:1400`, `tcpmss match !536`.
//! - Kernel: `net/netfilter/xt_tcpmss.c`. A segment without the option holds where the test is inverted; one
//!   whose header is cut drops the packet. The bytes of a later fragment are read like a header.

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, truth, within};
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{ConditionKind, Inv, L4, Observed, Packet, Range, TcpFlags};

/// The kind of the option, and its length.
const MSS: [u8; 2] = [2, 4];

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: Inv<Range<u16>>, ctx: &MatchContext, eval: &mut Evaluation) {
    let Some(options) = options(ctx.packet) else {
        eval.hotdrop();
        return eval.lacks(ConditionKind::Mss, m.not);
    };
    match mss(&options).or_else(|| usual(&options, ctx)) {
        Some(mss) => {
            eval.holds(ConditionKind::Mss, m.not, within(m.value, mss), || {
                Observed::Number(mss.into())
            });
        }
        None => eval.say(ConditionKind::Mss, m.not, truth(m.not), || Observed::Nothing),
    }
}

/// The options; `None` where the header can't be read whole.
fn options(p: &Packet) -> Option<Vec<u8>> {
    let bytes = wire::bytes(p);
    let header = bytes.get(wire::ip_header_len(p) as usize..)?;
    let len = usize::from(header.get(..20)?[12] >> 4) * 4;
    header.get(20..len).map(<[u8]>::to_vec)
}

/// What every host says that opens a connection, or takes one, where a paste's packet was told without options.
fn usual(options: &[u8], ctx: &MatchContext) -> Option<u16> {
    let L4::Tcp(tcp) = &ctx.packet.l4 else { return None };
    let opens = tcp.flags.has(TcpFlags::SYN) && options.is_empty();
    let mss = if ctx.packet.ip.src.is_ipv6() { 1440 } else { 1460 };
    (opens && !ctx.host.complete.network).then_some(mss)
}

fn mss(options: &[u8]) -> Option<u16> {
    let mut at = 0;
    while at < options.len() {
        if let Some([kind, len, a, b]) = options.get(at..at + 4)
            && [*kind, *len] == MSS
        {
            return Some(u16::from_be_bytes([*a, *b]));
        }
        at += match options[at] {
            0 | 1 => 1,
            _ => options.get(at + 1).map_or(1, |len| usize::from(*len).max(1)),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Truth};

    #[test]
    fn a_segment_without_the_option_fits_only_inverted() {
        let m = |not| Match::Tcpmss(Inv { not, value: Range { first: 500, last: 1460 } });
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.host.complete.network = false;
        assert_eq!((bench.test(&m(false)), bench.test(&m(true))), (Truth::Yes, Truth::No));
        bench.host.complete.network = true;
        assert_eq!((bench.test(&m(false)), bench.test(&m(true))), (Truth::No, Truth::Yes));
        if let L4::Tcp(tcp) = &mut bench.packet.l4 {
            tcp.options = vec![1, 2, 4, 5, 0xb4, 0, 0, 0].into();
        }
        assert_eq!((bench.test(&m(false)), bench.test(&m(true))), (Truth::Yes, Truth::No));
    }
}
