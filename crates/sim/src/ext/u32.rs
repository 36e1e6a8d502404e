//! `-m u32`: numbers picked out of the packet's bytes.
//!
//! - Written: `[!] --u32 "START&MASK>>N@START … = A:B,C && …"`.
//! - Listed: `u32 "0x6&0xff=0x1,0x11"`.
//! - Kernel: `u32_match_it` in `net/netfilter/xt_u32.c`. Offsets count from the IP header; an offset
//!   behind the packet's end makes the test fail before inversion. A shift counts modulo 32.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use crate::wire;
use chainwalk_model::{ConditionKind, Inv, Observed, Text};

/// One condition: where to begin, what to do with the number found there, and what it must be.
struct Condition {
    start: u32,
    steps: Vec<(Step, u32)>,
    ranges: Vec<(u32, u32)>,
}

enum Step {
    And,
    Left,
    Right,
    At,
}

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: &Inv<Text>, ctx: &MatchContext, eval: &mut Evaluation) {
    match parse(&m.value) {
        Some(conditions) => {
            let bytes = wire::bytes(ctx.packet);
            let holds = conditions.iter().all(|c| holds(c, &bytes));
            eval.holds(ConditionKind::Module, m.not, holds, || Observed::Nothing);
        }
        None => eval.untold(ConditionKind::Module, m.not),
    }
}

fn holds(c: &Condition, bytes: &[u8]) -> bool {
    let Some(value) = value(c, bytes) else { return false };
    c.ranges.iter().any(|(first, last)| *first <= value && value <= *last)
}

/// The number that a condition looks at; `None` where it lies outside the packet.
fn value(c: &Condition, bytes: &[u8]) -> Option<u32> {
    let mut base = 0;
    let mut value = word(bytes, 0, c.start)?;
    for (step, n) in &c.steps {
        value = match step {
            Step::And => value & n,
            Step::Left => value.wrapping_shl(*n),
            Step::Right => value.wrapping_shr(*n),
            Step::At => {
                base = value.checked_add(base)?;
                word(bytes, base, *n)?
            }
        };
    }
    Some(value)
}

fn word(bytes: &[u8], base: u32, offset: u32) -> Option<u32> {
    let at = base.checked_add(offset)? as usize;
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

/// The conditions of an expression, all of which must hold; `None` where it can't be read.
fn parse(text: &str) -> Option<Vec<Condition>> {
    text.split("&&").map(condition).collect()
}

fn condition(text: &str) -> Option<Condition> {
    let (left, right) = text.split_once('=')?;
    let (start, mut rest) = number(left)?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, behind) = if let Some(behind) = rest.strip_prefix('&') {
            (Step::And, behind)
        } else if let Some(behind) = rest.strip_prefix("<<") {
            (Step::Left, behind)
        } else if let Some(behind) = rest.strip_prefix(">>") {
            (Step::Right, behind)
        } else {
            (Step::At, rest.strip_prefix('@')?)
        };
        let (n, behind) = number(behind)?;
        steps.push((step, n));
        rest = behind;
    }
    let ranges = right.split(',').map(range).collect::<Option<_>>()?;
    Some(Condition { start, steps, ranges })
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (first, rest) = number(text)?;
    match rest.strip_prefix(':') {
        Some(last) => match number(last)? {
            (last, "") => Some((first, last)),
            _ => None,
        },
        None => rest.is_empty().then_some((first, first)),
    }
}

/// A number as C writes it (`0x` hex, leading `0` octal) and what follows it.
fn number(text: &str) -> Option<(u32, &str)> {
    let text = text.trim();
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, radix) = match hex {
        Some(hex) => (hex, 16),
        None if text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let value = u32::from_str_radix(&digits[..end], radix).ok()?;
    Some((value, digits[end..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use chainwalk_model::{Match, OpId, Question, RuleId, Truth};

    #[track_caller]
    fn check(not: bool, text: &str, expect: Truth) {
        let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        assert_eq!(bench.test(&Match::U32(Inv { not, value: text.into() })), expect);
    }

    #[test]
    fn masks_shifts_and_ranges() {
        check(false, "0x6&0xff=0x1,0x6", Truth::Yes);
        check(false, "6 & 0xFF = 17", Truth::No);
        check(false, "0>>28=4", Truth::Yes);
        check(false, "12=0x01020300:0x010203ff", Truth::Yes);
        check(false, "0>>28=4&&6&0xFF=17", Truth::No);
        check(true, "0>>28=6", Truth::Yes);
    }

    #[test]
    fn at_moves_the_base_on() {
        check(false, "0>>22&0x3C@0&0xFFFF=80", Truth::Yes);
        check(false, "0>>22&0x3C@0>>16=40000", Truth::Yes);
    }

    #[test]
    fn behind_the_end_there_is_nothing() {
        check(false, "36=0:0xffffffff", Truth::Yes);
        check(false, "37=0:0xffffffff", Truth::No);
        check(true, "37=0:0xffffffff", Truth::Yes);
        check(false, "0xffffffff=0:0xffffffff", Truth::No);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_answered(text in "[0-9a-fx&<>@=,: ]{0,40}|.{0,20}") {
            let bench = Bench::tcp("1.2.3.4", "10.0.0.2");
            bench.test(&Match::U32(Inv { not: false, value: text.into() }));
        }
    }

    #[test]
    fn what_can_not_be_read_is_not_guessed() {
        let unknown = Truth::Unknown(Question::Fact(OpId { rule: RuleId(0), op: 0 }));
        for text in ["", "0>28=4", "0=", "0=1:", "x=1", "0&=1"] {
            check(false, text, unknown.clone());
        }
    }
}
