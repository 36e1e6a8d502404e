//! `-m bpf`: a program of classic BPF.
//!
//! - Written: `--bytecode "N,CODE JT JF K,…"`, `--object-pinned PATH`.
//! - Listed: `match bpf CODE JT JF K,…`.
//! - Kernel: `net/netfilter/xt_bpf.c`, `net/core/filter.c`. The packet begins at its IP header; a load behind
//!   its end, and a division by 0, answer no. Of what stands beside the packet, protocol, kind, mark, length
//!   and the link-layer addresses are known; a program that loads another is a question.

use super::Judge;
use crate::eye::Eye;
use crate::wire;
use chainwalk_model::{BpfInsn, BpfMatch, Entry, Found, FrameTo, Part};

/// Where the negative offsets begin: what stands beside the packet, its IP header, its frame.
const BESIDE: u32 = 0xffff_f000;
const NET: u32 = 0xfff0_0000;
const FRAME: u32 = 0xffe0_0000;

pub(super) fn test(m: &BpfMatch, eye: &Eye, j: &mut Judge) {
    let BpfMatch::Bytecode(code) = m else { return j.untold(Part::Module, false) };
    let mut machine = Machine { eye, bytes: wire::bytes(eye.packet), a: 0, x: 0, memory: [0; 16] };
    match machine.run(code) {
        Some(value) => {
            j.holds(Part::Module, false, value != 0, || Found::Number(value.into()));
        }
        None => j.untold(Part::Module, false),
    }
}

struct Machine<'a> {
    eye: &'a Eye<'a>,
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
    /// What the program returns; `None` where it can't be known.
    fn run(&mut self, code: &[BpfInsn]) -> Option<u32> {
        let mut at = 0_usize;
        // A program only jumps ahead.
        while let Some(one) = code.get(at) {
            match self.step(*one)? {
                Next::On(skip) => at = at.checked_add(1)?.checked_add(skip as usize)?,
                Next::End(value) => return Some(value),
            }
        }
        None
    }

    fn step(&mut self, one: BpfInsn) -> Option<Next> {
        let BpfInsn { code, jt, jf, k } = one;
        let operand = if code & 8 == 0 { k } else { self.x };
        match code & 7 {
            // Loads into A, and into X.
            0 => match self.load(code, k)? {
                Some(value) => self.a = value,
                None => return Some(Next::End(0)),
            },
            1 => match code & 0xe0 {
                0 => self.x = k,
                0x60 => self.x = *self.memory.get(k as usize)?,
                0x80 => self.x = self.bytes.len() as u32,
                0xa0 => match self.fetch(k, 1)? {
                    Some(byte) => self.x = (byte & 0xf) * 4,
                    None => return Some(Next::End(0)),
                },
                _ => return None,
            },
            2 => *self.memory.get_mut(k as usize)? = self.a,
            3 => *self.memory.get_mut(k as usize)? = self.x,
            4 => match compute(code & 0xf0, self.a, operand)? {
                Some(value) => self.a = value,
                None => return Some(Next::End(0)),
            },
            5 => {
                let holds = match code & 0xf0 {
                    0 => return Some(Next::On(k)),
                    0x10 => self.a == operand,
                    0x20 => self.a > operand,
                    0x30 => self.a >= operand,
                    0x40 => self.a & operand != 0,
                    _ => return None,
                };
                return Some(Next::On(u32::from(if holds { jt } else { jf })));
            }
            6 => return Some(Next::End(if code & 0x18 == 0x10 { self.a } else { k })),
            _ => match code & 0xf8 {
                0 => self.x = self.a,
                0x80 => self.a = self.x,
                _ => return None,
            },
        }
        Some(Next::On(0))
    }

    /// What a load gives; the inner `None` where it lies outside the packet.
    fn load(&self, code: u16, k: u32) -> Option<Option<u32>> {
        let size = match code & 0x18 {
            0 => 4,
            8 => 2,
            _ => 1,
        };
        match code & 0xe0 {
            0 => Some(Some(k)),
            0x20 if k >= BESIDE => self.beside(k - BESIDE).map(Some),
            0x20 => self.fetch(k, size),
            0x40 => self.fetch(self.x.wrapping_add(k), size),
            0x60 => self.memory.get(k as usize).copied().map(Some),
            0x80 => Some(Some(self.bytes.len() as u32)),
            _ => None,
        }
    }

    fn fetch(&self, offset: u32, size: usize) -> Option<Option<u32>> {
        let from = |bytes: &[u8], at: u32| {
            let found = bytes.get(at as usize..(at as usize).checked_add(size)?)?;
            Some(found.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
        };
        match offset {
            BESIDE.. => Some(None),
            NET.. => Some(from(&self.bytes, offset - NET)),
            FRAME.. => {
                let frame = self.frame()?;
                let at = offset - FRAME;
                // Behind the frame's header the packet goes on.
                let whole: Vec<u8> = frame.into_iter().chain(self.bytes.iter().copied()).collect();
                Some(from(&whole, at))
            }
            0x8000_0000.. => Some(None),
            _ => Some(from(&self.bytes, offset)),
        }
    }

    /// The header of the frame, where the packet came in by one whose addresses are known.
    fn frame(&self) -> Option<Vec<u8>> {
        let source = super::mac::source(self.eye)?;
        let Entry::Wire { iface, to: FrameTo::Host, .. } = self.eye.entry else { return None };
        let mut frame = self.eye.host.interface(iface)?.mac?.0.to_vec();
        frame.extend(source.0);
        frame.extend(self.protocol().to_be_bytes());
        Some(frame)
    }

    fn protocol(&self) -> u16 {
        if self.eye.packet.is_v6() { 0x86dd } else { 0x0800 }
    }

    /// What the kernel carries beside the packet, by its number.
    fn beside(&self, what: u32) -> Option<u32> {
        match what {
            0 => Some(self.protocol().into()),
            4 => match self.eye.entry {
                Entry::Wire { to, .. } => Some(match to {
                    FrameTo::Host => 0,
                    FrameTo::Broadcast => 1,
                    FrameTo::Multicast => 2,
                    FrameTo::Other => 3,
                }),
                Entry::Local { .. } => None,
            },
            20 => Some(self.eye.mark),
            _ => None,
        }
    }
}

/// Arithmetic on A; the inner `None` is a division by 0.
fn compute(code: u16, a: u32, b: u32) -> Option<Option<u32>> {
    Some(match code {
        0 => Some(a.wrapping_add(b)),
        0x10 => Some(a.wrapping_sub(b)),
        0x20 => Some(a.wrapping_mul(b)),
        0x30 => a.checked_div(b),
        0x40 => Some(a | b),
        0x50 => Some(a & b),
        0x60 => Some(a.wrapping_shl(b)),
        0x70 => Some(a.wrapping_shr(b)),
        0x80 => Some(a.wrapping_neg()),
        0x90 => a.checked_rem(b),
        0xa0 => Some(a ^ b),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, Question, RuleId, Truth};

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
        let unknown = Truth::Unknown(Question::Fact(RuleId(0), 0));
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
