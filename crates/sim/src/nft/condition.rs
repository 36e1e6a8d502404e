//! Whether a condition of nft holds.

use super::eval::{Eval, Looked};
use super::read;
use super::reading::Lack;
use crate::context::MatchContext;
use crate::ext::judge::Evaluation;
use crate::ext::{Facts, Reads};
use crate::link::skb_len;
use crate::match_state::{MatchState, StateKey};
use crate::state::nft_stateful::{Memory, drops};
use chainwalk_model::nft::{
    ChosenObject, CmpOp, Condition, ElementData, Expr, ObjectKind, Pattern, Stateful, Type, Value,
};
use chainwalk_model::{
    AddrTypes, ConditionKind, CtStates, ObjectId, Observed, Question, Range, SetId, TcpFlags, Truth,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A number that the kernel draws is taken for none of those that it is so seldom.
pub(crate) const SELDOM: f64 = 0.001;

/// What a condition that only looks depends on.
pub(crate) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

/// What is known of a condition before any packet.
pub(crate) fn facts(condition: &Condition) -> Facts<'static> {
    let counts = |e: &Expr| matches!(e, Expr::Numgen { random: false, .. });
    match condition {
        Condition::Stateful(Stateful::Counter(_) | Stateful::Last)
        | Condition::Chosen { what: ChosenObject::Counter, .. } => FACTS,
        Condition::Stateful(_) | Condition::Named(_) | Condition::Chosen { .. } => {
            FACTS.remembering()
        }
        Condition::Compare { left, .. } if counts(left) => FACTS.remembering(),
        _ => FACTS,
    }
}

fn type_of(expr: &Expr) -> (Type, u16) {
    match expr {
        Expr::Field(field) => field.ty(),
        Expr::Bits { of, .. } | Expr::Shift { of, .. } => type_of(of),
        _ => (Type::Integer, 32),
    }
}

/// A value as a person sees it.
pub(super) fn observed(value: &Value, ty: Type) -> Observed {
    let n = match value {
        Value::Name(name) => return Observed::Name(name.clone()),
        Value::Number(n) => *n,
    };
    let named = |sep: &str| {
        let set = ty.words().iter().filter(|(_, bit)| n & bit != 0).map(|(word, _)| *word);
        Observed::Name(set.collect::<Vec<_>>().join(sep).into())
    };
    match ty {
        Type::Ipv4Addr => Observed::Addr(IpAddr::V4(Ipv4Addr::from(n as u32))),
        Type::Ipv6Addr => Observed::Addr(IpAddr::V6(Ipv6Addr::from(n))),
        Type::EtherAddr => {
            let bytes = (0..6).rev().map(|k| format!("{:02x}", n >> (8 * k) & 0xff));
            Observed::Name(bytes.collect::<Vec<_>>().join(":").into())
        }
        Type::Mark | Type::Realm | Type::Classid => Observed::Hex(n as u64),
        Type::InetProto => Observed::Proto(n as u8),
        Type::TcpFlag => Observed::Flags(TcpFlags(n as u8)),
        Type::FibAddrType => Observed::AddrTypes(AddrTypes(1 << n.min(15))),
        Type::CtState => Observed::States(states(n)),
        Type::CtStatus => named(","),
        _ => match ty.word_of(n) {
            Some(word) => Observed::Name(word.into()),
            None => Observed::Number(n as u64),
        },
    }
}

/// The states that bits of `ct state` stand for.
fn states(bits: u128) -> CtStates {
    let pairs = [
        (1, CtStates::INVALID),
        (2, CtStates::ESTABLISHED),
        (4, CtStates::RELATED),
        (8, CtStates::NEW),
        (64, CtStates::UNTRACKED),
    ];
    let set = pairs.iter().filter(|(bit, _)| bits & bit != 0);
    CtStates(set.fold(0, |all, (_, state)| all | state.0))
}

/// Tests a condition.
pub(crate) fn test(
    condition: &Condition,
    ctx: &MatchContext,
    memory: &mut MatchState,
    said: &mut Evaluation,
) {
    let at = said.at;
    match condition {
        Condition::Compare { left, op, right } => {
            compare(left, *op, right, &mut Eval { at, ctx, memory, picked: None }, said);
        }
        Condition::Lookup { key, set, not } => {
            lookup(key, *set, *not, &mut Eval { at, ctx, memory, picked: None }, said);
        }
        Condition::Exists { field, exists } => {
            let part = condition.kind();
            match read::exists(*field, at, ctx) {
                Ok(there) => {
                    said.holds(part, !exists, there, || Observed::Number(u64::from(there)));
                }
                Err(lack) => lacks(lack, part, !exists, said),
            }
        }
        Condition::Stateful(what) => {
            stateful(what, StateKey::Op(at), ctx, memory, said);
        }
        Condition::Named(id) => named(*id, ctx, memory, said),
        Condition::Chosen { what: ChosenObject::Counter, key, map } => {
            lookup(key, *map, false, &mut Eval { at, ctx, memory, picked: None }, said);
        }
        Condition::Chosen { key, map, .. } => {
            let part = condition.kind();
            let mut eval = Eval { at, ctx, memory, picked: None };
            let found = eval.many(key).map(|values| eval.look_up(*map, &values));
            match found {
                Ok(Looked::Found(Some(ElementData::Object(id)))) => named(id, ctx, memory, said),
                Ok(Looked::Untold(question)) => {
                    said.say(part, false, Truth::Unknown(question), || Observed::Nothing);
                }
                Ok(_) => said.say(part, false, Truth::No, || Observed::Nothing),
                Err(lack) => lacks(lack, part, false, said),
            }
        }
        Condition::Implied(needs) => {
            let there = read::needs(*needs, ctx);
            said.holds(ConditionKind::Needs(*needs), false, there, || {
                Observed::Proto(ctx.packet.ip.proto)
            });
        }
    }
}

/// What a value that can't be read makes of its condition.
fn lacks(lack: Lack, part: ConditionKind, not: bool, said: &mut Evaluation) {
    match lack {
        Lack::Absent => said.lacks(part, not),
        Lack::Unknown(question) => {
            said.say(part, not, Truth::Unknown(question), || Observed::Nothing);
        }
        Lack::Random { .. } | Lack::Drawn(_) => said.untold(part, not),
    }
}

/// Asks a named limit or quota.
fn named(id: ObjectId, ctx: &MatchContext, memory: &mut MatchState, said: &mut Evaluation) {
    let object = ctx.host.rules.object(id);
    match &object.kind {
        ObjectKind::Stateful(what) if object.declared => {
            stateful(what, StateKey::Object(id), ctx, memory, said);
        }
        _ => said.untold(ConditionKind::Limit, false),
    }
}

fn stateful(
    what: &Stateful,
    key: StateKey,
    ctx: &MatchContext,
    memory: &mut MatchState,
    said: &mut Evaluation,
) {
    let (part, not) = match what {
        Stateful::Counter(_) | Stateful::Last => return,
        Stateful::Limit(limit) => (ConditionKind::Limit, limit.over),
        Stateful::Quota { over, .. } => (ConditionKind::Quota, *over),
        Stateful::Count { over, .. } => (ConditionKind::Connlimit, *over),
    };
    if drops(what, ctx) {
        said.hotdrop();
        return said.say(part, not, Truth::Yes, || Observed::Nothing);
    }
    let len = u64::from(skb_len(ctx));
    let kept = memory.nft_states.entry(&key, || Memory::fresh(what, ctx.now_ms));
    if !ctx.moot && kept.in_doubt(what, ctx) {
        let question = Question::Soon(ctx.turn as u32);
        return said.say(part, not, Truth::Unknown(question), || Observed::Nothing);
    }
    let truth = if kept.eval(what, len, ctx) { Truth::Yes } else { Truth::No };
    let found = match kept {
        Memory::Quota { used } => Observed::Number(*used),
        _ => Observed::Nothing,
    };
    said.say(part, not, truth, || found);
}

fn compare(left: &Expr, op: CmpOp, right: &Pattern, eval: &mut Eval, said: &mut Evaluation) {
    let (part, not) = (left.kind(), matches!(op, CmpOp::Ne | CmpOp::NoBit));
    let (ty, bits) = type_of(left);
    let value = match eval.one(left) {
        Ok(value) => value,
        Err(Lack::Random { modulus, offset }) => {
            let chance = chance(op, right, modulus, offset);
            return said.say(part, not, Truth::Chance(chance), || Observed::Nothing);
        }
        Err(Lack::Drawn(bits)) if matches!(left, Expr::Field(_)) => {
            return drawn(chance(op, right, 1 << bits, 0), part, not, said);
        }
        Err(lack) => return lacks(lack, part, not, said),
    };
    let found = || observed(&value, ty);
    match holds(op, right, &value, bits) {
        Some(holds) => {
            said.say(part, not, if holds { Truth::Yes } else { Truth::No }, found);
        }
        // An interface by its number, where only its name is known.
        None => said.say(part, not, Truth::Unknown(Question::Fact(eval.at)), found),
    }
}

/// Whether a comparison holds, the operator's inversion counted in; `None` where a number stands against a name.
fn holds(op: CmpOp, right: &Pattern, value: &Value, bits: u16) -> Option<bool> {
    if let (Value::Name(name), Some(bounds)) = (value, number_of(right)) {
        // The index of an interface that is not there is 0, and that of lo is 1.
        let index = match &**name {
            "" => 0,
            "lo" => 1,
            _ if bounds.last <= 1 => u128::MAX,
            _ => return None,
        };
        return holds(op, right, &Value::Number(index), bits);
    }
    let one = |side: fn(Range<u128>) -> u128| right.bounds(bits).map(side);
    let number = value.number();
    Some(match op {
        CmpOp::Eq => right.fits(value, bits),
        CmpOp::Ne => !right.fits(value, bits),
        CmpOp::Lt => number? < one(|b| b.first)?,
        CmpOp::Gt => number? > one(|b| b.last)?,
        CmpOp::Le => number? <= one(|b| b.last)?,
        CmpOp::Ge => number? >= one(|b| b.first)?,
        CmpOp::AnyBit => number? & one(|b| b.first)? != 0,
        CmpOp::NoBit => number? & one(|b| b.first)? == 0,
    })
}

/// The numbers of a pattern that is of numbers.
fn number_of(pattern: &Pattern) -> Option<Range<u128>> {
    match pattern {
        Pattern::One(Value::Number(_)) | Pattern::Range(..) => pattern.bounds(128),
        _ => None,
    }
}

/// How likely it is that one of `modulus` equally likely numbers fits.
fn chance(op: CmpOp, right: &Pattern, modulus: u32, offset: u32) -> f64 {
    let (first, count) = (u128::from(offset), u128::from(modulus.max(1)));
    let Some(bounds) = right.bounds(32) else { return 0.0 };
    let below = |n: u128| n.saturating_sub(first).min(count);
    let within = below(bounds.last + 1) - below(bounds.first);
    let fitting = match op {
        CmpOp::Eq => within,
        CmpOp::Ne => count - within,
        CmpOp::Lt => below(bounds.first),
        CmpOp::Ge => count - below(bounds.first),
        CmpOp::Le => below(bounds.last + 1),
        CmpOp::Gt => count - below(bounds.last + 1),
        CmpOp::AnyBit | CmpOp::NoBit => count / 2,
    };
    fitting as f64 / count as f64
}

/// A test of a number that the kernel draws, and that fits so often: seldom enough is never.
fn drawn(fits: f64, part: ConditionKind, not: bool, said: &mut Evaluation) {
    let truth = match fits {
        p if p < SELDOM => Truth::No,
        p if p > 1.0 - SELDOM => Truth::Yes,
        _ => return said.untold(part, not),
    };
    said.say(part, not, truth, || Observed::Nothing);
}

fn lookup(key: &Expr, set: SetId, not: bool, eval: &mut Eval, said: &mut Evaluation) {
    let part = key.kind();
    let values = match eval.many(key) {
        Ok(values) => values,
        Err(Lack::Random { modulus, offset }) => {
            let chances = eval.chances(set, modulus, offset);
            let mut hit = 0.0;
            for (number, chance) in chances {
                let found = eval.look_up(set, &[Value::Number(number)]);
                hit += if matches!(found, Looked::Found(_)) { chance } else { 0.0 };
            }
            let hit = if not { 1.0 - hit } else { hit };
            return said.say(part, not, Truth::Chance(hit), || Observed::Nothing);
        }
        Err(Lack::Drawn(bits)) if matches!(key, Expr::Field(_)) => {
            let share = eval.share(set, bits);
            return drawn(if not { 1.0 - share } else { share }, part, not, said);
        }
        Err(lack) => return lacks(lack, part, not, said),
    };
    let found = || match (&values[..], key) {
        ([only], _) => observed(only, type_of(key).0),
        (_, Expr::Concat(parts)) => {
            let shown =
                parts.iter().zip(&values).map(|(p, v)| in_words(&observed(v, type_of(p).0)));
            Observed::Name(shown.collect::<Vec<_>>().join(" . ").into())
        }
        _ => Observed::Nothing,
    };
    match eval.look_up(set, &values) {
        Looked::Found(_) => said.holds(part, not, true, found),
        Looked::Missing => said.holds(part, not, false, found),
        Looked::Refused => said.say(part, not, Truth::No, found),
        Looked::Untold(question) => said.say(part, not, Truth::Unknown(question), found),
    }
}

/// A value as it stands between dots.
fn in_words(observed: &Observed) -> String {
    match observed {
        Observed::Addr(addr) => addr.to_string(),
        Observed::Number(n) => n.to_string(),
        Observed::Hex(n) => format!("{n:#x}"),
        Observed::Proto(n) => {
            Type::InetProto.word_of(u128::from(*n)).map_or(n.to_string(), str::to_owned)
        }
        Observed::Name(name) => name.to_string(),
        _ => String::new(),
    }
}
