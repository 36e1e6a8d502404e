//! Numbers of a TCP flow whose text NAT made longer or shorter.
//!
//! Source: `net/netfilter/nf_conntrack_seqadj.c`.

use super::tuple::reverse;
use chainwalk_model::{CtDir, Tcp, TcpFlags};

/// How far the numbers of one direction are off, before and behind the last text that was rewritten.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    at: u32,
    before: i32,
    after: i32,
}

impl Side {
    /// What to add to a number of this direction.
    fn offset(self, seq: u32) -> i32 {
        if is_after(seq, self.at) { self.after } else { self.before }
    }

    /// A number that the other end acknowledges, as this end sent it.
    fn back(self, seq: u32) -> u32 {
        let offset = self.offset(seq.wrapping_sub(self.before.cast_unsigned()));
        seq.wrapping_sub(offset.cast_unsigned())
    }
}

fn is_after(a: u32, b: u32) -> bool {
    b.wrapping_sub(a).cast_signed() < 0
}

/// How far the numbers of both directions are off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SeqAdj {
    sides: [Side; 2],
    set: bool,
}

impl SeqAdj {
    /// Whether anything was made longer or shorter (`IPS_SEQ_ADJUST`).
    pub(crate) fn is_set(&self) -> bool {
        self.set
    }

    /// Every number of a direction is so far off (`nf_ct_seqadj_init`).
    pub(crate) fn shift(&mut self, dir: CtDir, off: u32) {
        if off == 0 {
            return;
        }
        self.set = true;
        let side = &mut self.sides[index(dir)];
        side.before = off.cast_signed();
        side.after = off.cast_signed();
    }

    /// Text at `seq` became so many bytes longer (`nf_ct_seqadj_set`).
    pub(crate) fn set(&mut self, dir: CtDir, seq: u32, longer: i32) {
        if longer == 0 {
            return;
        }
        self.set = true;
        let side = &mut self.sides[index(dir)];
        if side.before == side.after || is_after(seq, side.at) {
            side.at = seq;
            side.before = side.after;
            side.after += longer;
        }
    }

    /// What of an acknowledgement of this direction was added on the way (`nf_ct_seq_offset`).
    pub(super) fn offset(&self, dir: CtDir, seq: u32) -> u32 {
        self.sides[index(dir)].offset(seq).cast_unsigned()
    }

    /// Rewrites a segment's numbers (`nf_ct_seq_adjust`). False if an option of it is cut.
    pub(crate) fn adjust(&self, dir: CtDir, tcp: &mut Tcp) -> bool {
        let (this, other) = (self.sides[index(dir)], self.sides[index(reverse(dir))]);
        tcp.seq = tcp.seq.wrapping_add_signed(this.offset(tcp.seq));
        if !tcp.flags.has(TcpFlags::ACK) {
            return true;
        }
        tcp.ack = other.back(tcp.ack);
        let mut options = tcp.options.to_vec();
        let whole = adjust_sack(&mut options, other);
        if options[..] != tcp.options[..] {
            tcp.options = options.into();
        }
        whole
    }
}

fn index(dir: CtDir) -> usize {
    usize::from(dir == CtDir::Reply)
}

/// Rewrites the edges of SACK; false if an option is cut.
fn adjust_sack(options: &mut [u8], other: Side) -> bool {
    const SACK: u8 = 5;
    let mut at = 0;
    while let Some(&kind) = options.get(at) {
        if kind == 0 {
            return true;
        }
        if kind == 1 {
            at += 1;
            continue;
        }
        let len = options.get(at + 1).map_or(0, |l| usize::from(*l));
        if len < 2 || at + len > options.len() {
            return false;
        }
        if kind == SACK && len >= 10 && (len - 2).is_multiple_of(8) {
            for edge in options[at + 2..at + len].chunks_exact_mut(4) {
                let number = u32::from_be_bytes([edge[0], edge[1], edge[2], edge[3]]);
                edge.copy_from_slice(&other.back(number).to_be_bytes());
            }
        }
        at += len;
    }
    true
}
