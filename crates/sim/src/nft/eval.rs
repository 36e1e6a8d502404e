//! What an expression of nft comes to for a packet, and look-ups in sets and maps.

use super::read;
use super::reading::Lack;
use crate::context::{Ct, CtFlow, MatchContext};
use crate::jhash::jhash_bytes;
use crate::link::skb_len;
use crate::match_state::MatchState;
use crate::state::nft_set::{Change, SetState};
use crate::state::nft_stateful;
use chainwalk_model::nft::{CtKey, ElementData, Expr, Field, Pattern, Stateful, Statement, Value};
use chainwalk_model::{OpId, Order, Question, SetId};

/// The parts of a key.
pub(crate) type Key = Vec<Value>;

/// What a look-up found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Looked {
    /// An element, and what the map holds for it.
    Found(Option<ElementData>),
    /// An element that says no by what it keeps.
    Refused,
    /// Nothing.
    Missing,
    /// Nothing that the paste shows, which does not show everything.
    Untold(Question),
}

/// A packet and what matches remember, while an expression is worked out.
pub(crate) struct Eval<'a, 'c> {
    /// The operation it is of.
    pub at: OpId,
    /// The packet.
    pub ctx: &'a MatchContext<'c>,
    /// What is remembered.
    pub memory: &'a mut MatchState,
    /// The number that chance chose.
    pub picked: Option<u128>,
}

/// Whether a statement is sure to end its rule before it does anything: the first thing that it reads is of a header
/// that the packet does not have.
pub(crate) fn is_out_of_place(statement: &Statement, ctx: &MatchContext) -> bool {
    let first = match statement {
        Statement::Set { value, .. } => value,
        Statement::VerdictMap { key, .. } | Statement::Update { key, .. } => key,
        _ => return false,
    };
    lacks_header(first, ctx)
}

fn lacks_header(expr: &Expr, ctx: &MatchContext) -> bool {
    match expr {
        Expr::Field(field) => !read::needs(field.needs(), ctx),
        Expr::Bits { of, .. } | Expr::Shift { of, .. } | Expr::Jhash { of, .. } => {
            lacks_header(of, ctx)
        }
        Expr::Map { key, .. } => lacks_header(key, ctx),
        Expr::Concat(parts) => parts.first().is_some_and(|part| lacks_header(part, ctx)),
        Expr::Value(_) | Expr::Numgen { .. } | Expr::Symhash { .. } => false,
    }
}

impl Eval<'_, '_> {
    /// The value of an expression that has one.
    pub(crate) fn one(&mut self, expr: &Expr) -> Result<Value, Lack> {
        match expr {
            Expr::Value(value) => Ok(value.clone()),
            Expr::Field(field) => self.field(*field),
            Expr::Bits { of, and, xor } => {
                let n = self.number(of)?;
                Ok(Value::Number(n & and ^ xor))
            }
            Expr::Shift { of, by } => {
                let n = self.number(of)?;
                let bits = u32::from(by.unsigned_abs());
                let shifted = if *by < 0 { n.checked_shr(bits) } else { n.checked_shl(bits) };
                Ok(Value::Number(shifted.unwrap_or(0) & 0xffff_ffff))
            }
            Expr::Numgen { random: true, modulus, offset }
            | Expr::Jhash { modulus, seed: None, offset, .. }
            | Expr::Symhash { modulus, offset } => match self.picked {
                Some(n) => Ok(Value::Number(n)),
                None => Err(Lack::Random { modulus: *modulus, offset: *offset }),
            },
            Expr::Numgen { random: false, modulus, offset } => {
                let counter = self.memory.nft_numgens.entry(&self.at, || 0);
                let now = *counter;
                *counter = (now + 1) % (*modulus).max(1);
                Ok(Value::Number(u128::from(now) + u128::from(*offset)))
            }
            Expr::Jhash { of, modulus, seed: Some(seed), offset } => {
                let bytes = self.register_bytes(of)?;
                let hash = u64::from(jhash_bytes(&bytes, *seed));
                let scaled = (hash * u64::from(*modulus)) >> 32;
                Ok(Value::Number(u128::from(scaled) + u128::from(*offset)))
            }
            Expr::Map { .. } | Expr::Concat(_) => {
                self.many(expr)?.into_iter().next().ok_or(Lack::Absent)
            }
        }
    }

    fn number(&mut self, expr: &Expr) -> Result<u128, Lack> {
        self.one(expr)?.number().ok_or(Lack::Absent)
    }

    fn field(&mut self, field: Field) -> Result<Value, Lack> {
        if let Field::Ct(CtKey::Label, _) = field
            && let Ct::Flow(flow) = self.ctx.ct()
        {
            return self.labels(&flow);
        }
        read::field(field, self.at, self.ctx)
    }

    /// The labels of a flow, a bit each. Which a flow had when it was pasted is not known, nor which bits names stand
    /// for.
    fn labels(&self, flow: &CtFlow) -> Result<Value, Lack> {
        let id = flow.id.ok_or(Lack::Absent)?;
        let named = self.memory.labels.get(&id).map(Vec::as_slice).unwrap_or_default();
        let bits = named.iter().try_fold(0u128, |bits, label| {
            label.parse().ok().and_then(|n| 1u128.checked_shl(n)).map(|bit| bits | bit)
        });
        let told = bits.filter(|_| flow.counted.is_some());
        told.map(Value::Number).ok_or(Lack::Unknown(Question::Fact(self.at)))
    }

    /// All values of an expression, which has several where it is a concatenation or a map of them.
    pub(crate) fn many(&mut self, expr: &Expr) -> Result<Key, Lack> {
        match expr {
            Expr::Concat(parts) => {
                let mut key = Key::with_capacity(parts.len());
                for part in parts {
                    key.extend(self.many(part)?);
                }
                Ok(key)
            }
            Expr::Map { .. } => self
                .patterns(expr)?
                .into_iter()
                .map(|p| match p {
                    Pattern::One(value) => Ok(value),
                    Pattern::Prefix(n, _) | Pattern::Range(n, _) => Ok(Value::Number(n)),
                    Pattern::Begins(_) | Pattern::Any => Err(Lack::Absent),
                })
                .collect(),
            other => Ok(vec![self.one(other)?]),
        }
    }

    /// What a map holds for its key; of what is no map its value.
    pub(crate) fn patterns(&mut self, expr: &Expr) -> Result<Vec<Pattern>, Lack> {
        let Expr::Map { key, map } = expr else {
            return Ok(self.many(expr)?.into_iter().map(Pattern::One).collect());
        };
        let key = self.many(key)?;
        match self.look_up(*map, &key) {
            Looked::Found(Some(ElementData::Values(values))) => Ok(values),
            Looked::Untold(question) => Err(Lack::Unknown(question)),
            Looked::Found(_) | Looked::Refused | Looked::Missing => Err(Lack::Absent),
        }
    }

    /// Looks a key up. An element that keeps something is asked, as the kernel does.
    pub(crate) fn look_up(&mut self, id: SetId, key: &[Value]) -> Looked {
        let ctx = self.ctx;
        let of = ctx.host.rules.set(id);
        let now = self.ctx.now_ms;
        let state = self.memory.nft_sets.entry(&id, || SetState::new(of));
        match state.find(of, key, now) {
            Some(place) => {
                let data = state.data(of, place);
                let len = u64::from(skb_len(ctx));
                if state.eval_stateful(of, place, now, len, self.ctx) {
                    Looked::Found(data)
                } else {
                    Looked::Refused
                }
            }
            None if of.whole => Looked::Missing,
            None => {
                let name = of.name.clone().unwrap_or_default();
                Looked::Untold(Question::Set(name))
            }
        }
    }

    /// The bytes of an expression as they lie in the kernel's registers: each part begins a word of four bytes.
    fn register_bytes(&mut self, expr: &Expr) -> Result<Vec<u8>, Lack> {
        let parts: &[Expr] = match expr {
            Expr::Concat(parts) => parts,
            one => std::slice::from_ref(one),
        };
        let mut bytes = Vec::new();
        for part in parts {
            let bits = match part {
                Expr::Field(field) => field.ty().1,
                _ => 32,
            };
            let host_order = matches!(part, Expr::Field(Field::Meta(_) | Field::Ct(..)));
            match self.one(part)? {
                Value::Name(name) => {
                    let mut text = name.as_bytes().to_vec();
                    text.resize(16, 0);
                    bytes.extend(text);
                }
                Value::Number(n) => {
                    let len = usize::from(bits.div_ceil(8));
                    let all = n.to_be_bytes();
                    let mut own = all[16 - len.min(16)..].to_vec();
                    if host_order {
                        own.reverse();
                    }
                    if parts.len() > 1 {
                        own.resize(len.div_ceil(4) * 4, 0);
                    }
                    bytes.extend(own);
                }
            }
        }
        Ok(bytes)
    }

    /// How many of the numbers of so many bits a set holds, as a share.
    pub(crate) fn share(&self, id: SetId, bits: u16) -> f64 {
        let of = self.ctx.host.rules.set(id);
        let held = of.elements.iter().filter_map(|e| match &e.key[..] {
            [only] => only.bounds(bits).map(|b| (b.last - b.first + 1) as f64),
            _ => None,
        });
        held.sum::<f64>() / f64::from(1u32 << bits)
    }

    /// Whether what an element keeps drops this packet.
    pub(crate) fn drops(&self, id: SetId, own: &[Stateful]) -> bool {
        let of = self.ctx.host.rules.set(id);
        let keeps = if own.is_empty() { &of.stateful[..] } else { own };
        keeps.iter().any(|what| nft_stateful::drops(what, self.ctx))
    }

    /// Whether what an element keeps can't be told for this packet.
    pub(crate) fn in_doubt(&mut self, id: SetId, key: &[Value]) -> bool {
        let ctx = self.ctx;
        let of = ctx.host.rules.set(id);
        let state = self.memory.nft_sets.entry(&id, || SetState::new(of));
        state.in_doubt(of, key, self.ctx)
    }

    /// Changes a set; whether the rule goes on.
    pub(crate) fn update(&mut self, id: SetId, change: Change) -> bool {
        let ctx = self.ctx;
        let of = ctx.host.rules.set(id);
        let state = self.memory.nft_sets.entry(&id, || SetState::new(of));
        state.update(of, change, self.ctx)
    }

    /// One of the numbers that each element of a map stands for, and how likely a random number is one of them; last
    /// a number that the map does not hold, where there is one.
    pub(crate) fn chances(&mut self, id: SetId, modulus: u32, offset: u32) -> Vec<(u128, f64)> {
        let rules = &self.ctx.host.rules;
        let all = f64::from(modulus.max(1));
        let (first, last) = (u128::from(offset), u128::from(offset) + u128::from(modulus) - 1);
        let mut held = Vec::new();
        for element in &rules.set(id).elements {
            let Some(bounds) = element.key.first().and_then(|p| p.bounds(32)) else { continue };
            let (low, high) = (bounds.first.max(first), bounds.last.min(last));
            if low <= high {
                held.push((low, high));
            }
        }
        held.order();
        let mut chances = Vec::new();
        let (mut next, mut missing) = (first, None);
        for (low, high) in held {
            if low > next {
                missing.get_or_insert(next);
            }
            let low = low.max(next);
            if low <= high {
                chances.push((low, (high - low + 1) as f64 / all));
                next = high + 1;
            }
        }
        if next <= last {
            missing.get_or_insert(next);
        }
        if let Some(number) = missing {
            let told: f64 = chances.iter().map(|c| c.1).sum();
            chances.push((number, 1.0 - told));
        }
        chances
    }
}
