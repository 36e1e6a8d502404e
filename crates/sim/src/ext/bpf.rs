//! `-m bpf`: a program of classic BPF.
//!
//! - Written: `--bytecode "N,CODE JT JF K,…"`, `--object-pinned PATH`.
//! - Listed: `match bpf CODE JT JF K,…`.
//! - Kernel: `net/netfilter/xt_bpf.c`, `net/core/filter.c`. The packet begins at its IP header; a load behind
//!   its end, and a division by 0, answer no. Of what stands beside the packet, protocol, kind, mark, length
//!   and the link-layer addresses are known; a program that loads another is a question.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{BpfInsn, BpfMatch, ConditionKind, Entry, Observed, PacketType};

/// Where the negative offsets begin: what stands beside the packet, its IP header, its frame.
const BESIDE: u32 = 0xffff_f000;
const NET: u32 = 0xfff0_0000;
const FRAME: u32 = 0xffe0_0000;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: &BpfMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let BpfMatch::Bytecode(code) = m else { return eval.untold(ConditionKind::Module, false) };
    let mut machine = Machine { ctx, bytes: wire::bytes(ctx.packet), a: 0, x: 0, memory: [0; 16] };
    let value = match machine.run(code) {
        Ok(value) => value,
        Err(Stop::Outside) => 0,
        Err(Stop::Unknown) => return eval.untold(ConditionKind::Module, false),
    };
    eval.holds(ConditionKind::Module, false, value != 0, || Observed::Number(value.into()));
}

/// Why a program ends before it answers.
enum Stop {
    /// It looks behind the packet's end, or divides by 0: the answer is no.
    Outside,
    /// It asks for what is not known.
    Unknown,
}

struct Machine<'a> {
    ctx: &'a MatchContext<'a>,
    bytes: Vec<u8>,
    a: u32,
    x: u32,
    memory: [u32; 16],
}

/// What an instruction leads to.
enum Next {
    /// So many instructions further on, besides the next.
    On(u32),
    /// The program's answer.
    End(u32),
}

impl Machine<'_> {
    /// What the program returns.
    fn run(&mut self, code: &[BpfInsn]) -> Result<u32, Stop> {
        let mut at = 0_usize;
        // A program only jumps ahead.
        while let Some(one) = code.get(at) {
            match self.step(*one)? {
                Next::On(skip) => at = at.saturating_add(1).saturating_add(skip as usize),
                Next::End(value) => return Ok(value),
            }
        }
        Err(Stop::Unknown)
    }

    fn step(&mut self, one: BpfInsn) -> Result<Next, Stop> {
        let BpfInsn { code, jt, jf, k } = one;
        let operand = if code & 8 == 0 { k } else { self.x };
        match code & 7 {
            // Loads into A, and into X.
            0 => self.a = self.load(code, k)?,
            1 => {
                self.x = match code & 0xe0 {
                    0 => k,
                    0x60 => self.remembered(k)?,
                    0x80 => self.bytes.len() as u32,
                    0xa0 => (self.fetch(k, 1)? & 0xf) * 4,
                    _ => return Err(Stop::Unknown),
                };
            }
            2 => *self.memory.get_mut(k as usize).ok_or(Stop::Unknown)? = self.a,
            3 => *self.memory.get_mut(k as usize).ok_or(Stop::Unknown)? = self.x,
            4 => self.a = compute(code & 0xf0, self.a, operand)?,
            5 => {
                let holds = match code & 0xf0 {
                    0 => return Ok(Next::On(k)),
                    0x10 => self.a == operand,
                    0x20 => self.a > operand,
                    0x30 => self.a >= operand,
                    0x40 => self.a & operand != 0,
                    _ => return Err(Stop::Unknown),
                };
                return Ok(Next::On(u32::from(if holds { jt } else { jf })));
            }
            6 => return Ok(Next::End(if code & 0x18 == 0x10 { self.a } else { k })),
            _ => match code & 0xf8 {
                0 => self.x = self.a,
                0x80 => self.a = self.x,
                _ => return Err(Stop::Unknown),
            },
        }
        Ok(Next::On(0))
    }

    fn remembered(&self, k: u32) -> Result<u32, Stop> {
        self.memory.get(k as usize).copied().ok_or(Stop::Unknown)
    }

    /// What a load into A gives.
    fn load(&self, code: u16, k: u32) -> Result<u32, Stop> {
        let size = match code & 0x18 {
            0 => 4,
            8 => 2,
            _ => 1,
        };
        match code & 0xe0 {
            0 => Ok(k),
            0x20 if k >= BESIDE => self.beside(k - BESIDE).ok_or(Stop::Unknown),
            0x20 => self.fetch(k, size),
            0x40 => self.fetch(self.x.wrapping_add(k), size),
            0x60 => self.remembered(k),
            0x80 => Ok(self.bytes.len() as u32),
            _ => Err(Stop::Unknown),
        }
    }

    fn fetch(&self, offset: u32, size: usize) -> Result<u32, Stop> {
        let from = |bytes: &[u8], at: u32| {
            let end = (at as usize).checked_add(size).ok_or(Stop::Outside)?;
            let found = bytes.get(at as usize..end).ok_or(Stop::Outside)?;
            Ok(found.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
        };
        match offset {
            BESIDE.. => Err(Stop::Outside),
            NET.. => from(&self.bytes, offset - NET),
            FRAME.. => {
                // Behind the frame's header the packet goes on.
                let mut whole = self.frame().ok_or(Stop::Unknown)?;
                whole.extend(&self.bytes);
                from(&whole, offset - FRAME)
            }
            0x8000_0000.. => Err(Stop::Outside),
            _ => from(&self.bytes, offset),
        }
    }

    /// The header of the frame, where the packet came in by one whose addresses are known.
    fn frame(&self) -> Option<Vec<u8>> {
        let source = super::mac::source(self.ctx)?;
        let Entry::Wire { to: PacketType::Host, .. } = self.ctx.entry else { return None };
        let mut frame = self.ctx.host.interface(self.ctx.came_by.name()?)?.mac?.0.to_vec();
        frame.extend(source.0);
        frame.extend(self.protocol().to_be_bytes());
        Some(frame)
    }

    fn protocol(&self) -> u16 {
        if self.ctx.packet.is_v6() { 0x86dd } else { 0x0800 }
    }

    /// What the kernel carries beside the packet, by its number.
    fn beside(&self, what: u32) -> Option<u32> {
        match what {
            0 => Some(self.protocol().into()),
            4 => match self.ctx.entry {
                Entry::Wire { to, .. } => Some(match to {
                    PacketType::Host => 0,
                    PacketType::Broadcast => 1,
                    PacketType::Multicast => 2,
                    PacketType::Other => 3,
                }),
                Entry::Local { .. } => None,
            },
            20 => Some(self.ctx.mark),
            _ => None,
        }
    }
}

/// Arithmetic on A.
fn compute(code: u16, a: u32, b: u32) -> Result<u32, Stop> {
    match code {
        0 => Ok(a.wrapping_add(b)),
        0x10 => Ok(a.wrapping_sub(b)),
        0x20 => Ok(a.wrapping_mul(b)),
        0x30 => a.checked_div(b).ok_or(Stop::Outside),
        0x40 => Ok(a | b),
        0x50 => Ok(a & b),
        0x60 => Ok(a.wrapping_shl(b)),
        0x70 => Ok(a.wrapping_shr(b)),
        0x80 => Ok(a.wrapping_neg()),
        0x90 => a.checked_rem(b).ok_or(Stop::Outside),
        0xa0 => Ok(a ^ b),
        _ => Err(Stop::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, OpId, Question, RuleId, Truth};

    #[track_caller]
    fn check(code: &[(u16, u8, u8, u32)], expect: Truth) {
        let insn = |(code, jt, jf, k): &(u16, u8, u8, u32)| BpfInsn {
            code: *code,
            jt: *jt,
            jf: *jf,
            k: *k,
        };
        let m = Match::Bpf(BpfMatch::Bytecode(code.iter().map(insn).collect()));
        assert_eq!(Bench::tcp("1.2.3.4", "10.0.0.2").test(&m), expect);
    }

    #[test]
    fn a_byte_of_the_header_decides() {
        let proto = |k| [(0x30, 0, 0, 9), (0x15, 0, 1, k), (6, 0, 0, 1), (6, 0, 0, 0)];
        check(&proto(6), Truth::Yes);
        check(&proto(17), Truth::No);
        check(&[(0x30, 0, 0, NET + 9), (0x16, 0, 0, 0)], Truth::Yes);
    }

    #[test]
    fn an_index_skips_the_ip_header() {
        let port =
            |k| [(0xb1, 0, 0, 0), (0x48, 0, 0, 2), (0x15, 0, 1, k), (6, 0, 0, 1), (6, 0, 0, 0)];
        check(&port(80), Truth::Yes);
        check(&port(81), Truth::No);
    }

    #[test]
    fn what_lies_outside_answers_no() {
        check(&[(0x20, 0, 0, 36), (6, 0, 0, 1)], Truth::Yes);
        check(&[(0x20, 0, 0, 37), (6, 0, 0, 1)], Truth::No);
        check(&[(0, 0, 0, 7), (0x3c, 0, 0, 0), (6, 0, 0, 1)], Truth::No);
    }

    #[test]
    fn what_is_not_known_beside_the_packet_is_asked() {
        let unknown = Truth::Unknown(Question::Fact(OpId { rule: RuleId(0), op: 0 }));
        check(&[(0x20, 0, 0, BESIDE + 36), (0x16, 0, 0, 0)], unknown);
        check(
            &[(0x20, 0, 0, BESIDE), (0x15, 0, 1, 0x0800), (6, 0, 0, 1), (6, 0, 0, 0)],
            Truth::Yes,
        );
    }

    proptest::proptest! {
        #[test]
        fn any_program_ends(code: Vec<(u16, u8, u8, u32)>) {
            let insn = |(code, jt, jf, k)| BpfInsn { code, jt, jf, k };
            let m = Match::Bpf(BpfMatch::Bytecode(code.into_iter().map(insn).collect()));
            Bench::tcp("1.2.3.4", "10.0.0.2").test(&m);
        }
    }
}
