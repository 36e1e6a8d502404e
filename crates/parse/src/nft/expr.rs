//! Expressions: fields side by side, bits of them, hashes, counters, and what a map holds for them.

use super::cursor::{DEEPEST, Read, number};
use super::draft::{Holds, Typed};
use super::field::{self, Named};
use super::reader::Reader;
use super::value;
use chainwalk_model::Expected;
use chainwalk_model::nft::{Expr, KeyPart, Type, Value, all_bits};

/// What joins two operands, from the loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    Or,
    Xor,
    And,
    Left,
    Right,
}

/// Numbers of that many bits.
pub(super) fn integer(bits: u16) -> KeyPart {
    KeyPart { ty: Type::Integer, bits }
}

/// The bits that a value of a type has.
fn all(bits: u16) -> u128 {
    if bits == 0 { u128::MAX } else { all_bits(bits) }
}

impl Reader<'_, '_> {
    /// An expression; constants in it are of the types that are wanted, and there are none where nothing is.
    pub(super) fn expr(&mut self, want: &[KeyPart]) -> Read<Typed> {
        let mut exprs = Vec::new();
        let mut parts = Vec::new();
        loop {
            let wanted = want.get(exprs.len()).copied();
            let (expr, part) = self.joined(Joint::Or, wanted, 0)?;
            exprs.push(expr);
            parts.push(part);
            if !self.cur.eat_sign(".") {
                break;
            }
        }
        let expr = match exprs.pop() {
            Some(one) if exprs.is_empty() => one,
            last => {
                exprs.extend(last);
                Expr::Concat(exprs)
            }
        };
        Ok(Typed { expr, parts })
    }

    /// An expression, and what a map holds for it where one is named.
    pub(super) fn value_expr(&mut self, want: &[KeyPart], holds: &Holds) -> Read<Typed> {
        let key = self.expr(want)?;
        if !self.cur.eat("map") {
            return Ok(key);
        }
        let map = self.set_or_name(&key.parts, holds)?;
        let parts = match &self.draft.rules.set(map).data {
            chainwalk_model::nft::SetData::Values(parts) => parts.clone(),
            _ => want.to_vec(),
        };
        Ok(Typed { expr: Expr::Map { key: Box::new(key.expr), map }, parts })
    }

    fn joint(&self) -> Option<Joint> {
        let sign = |s| self.cur.is_sign(s);
        Some(match self.cur.word() {
            "or" => Joint::Or,
            "xor" => Joint::Xor,
            "and" => Joint::And,
            "lshift" => Joint::Left,
            "rshift" => Joint::Right,
            _ if sign("|") => Joint::Or,
            _ if sign("^") => Joint::Xor,
            _ if sign("&") => Joint::And,
            _ if sign("<<") => Joint::Left,
            _ if sign(">>") => Joint::Right,
            _ => return None,
        })
    }

    /// Operands that are joined at least as closely as `least`.
    fn joined(
        &mut self,
        least: Joint,
        want: Option<KeyPart>,
        depth: usize,
    ) -> Read<(Expr, KeyPart)> {
        let (mut left, part) = self.operand(want, depth)?;
        while let Some(joint) = self.joint().filter(|j| *j >= least) {
            let at = self.cur.at;
            self.cur.at += 1;
            let tighter = match joint {
                Joint::Or => Joint::Xor,
                Joint::Xor => Joint::And,
                Joint::And | Joint::Left | Joint::Right => Joint::Left,
            };
            let of = if joint >= Joint::Left { integer(32) } else { part };
            let right = if joint >= Joint::Left {
                self.operand(Some(of), depth)?.0
            } else {
                self.joined(tighter, Some(of), depth)?.0
            };
            let Expr::Value(Value::Number(n)) = right else {
                return Err(self.cur.wrong_at(at, self.cur.at, vec![Expected::Number]));
            };
            left = join(left, joint, n, all(part.bits));
        }
        Ok((left, part))
    }

    fn operand(&mut self, want: Option<KeyPart>, depth: usize) -> Read<(Expr, KeyPart)> {
        if depth > DEEPEST {
            return Err(self.cur.wrong(Expected::EndOfLine));
        }
        if self.cur.is_sign("(") {
            let inner = self.cur.word_ahead(1);
            if self.cur.sign_ahead(1, "(") || field::begins(inner) && inner != "rt" {
                self.cur.at += 1;
                let found = self.joined(Joint::Or, want, depth + 1)?;
                self.cur.need_sign(")")?;
                return Ok(found);
            }
        }
        match self.cur.word() {
            "numgen" => return self.numgen(),
            "jhash" => return self.jhash(depth),
            "symhash" => {
                self.cur.at += 1;
                let (modulus, offset) = self.modulus()?;
                return Ok((Expr::Symhash { modulus, offset }, integer(32)));
            }
            _ => {}
        }
        // Words of a type go before words of a field: `ip protocol { ah, esp }`.
        let word = self.cur.word();
        let is_value = want.is_some_and(|w| w.ty.value_of(word).is_some());
        if !is_value {
            match field::field(&mut self.cur, self.family)? {
                Some(Named::Field(found)) => {
                    let (ty, bits) = found.ty();
                    return Ok((Expr::Field(found), KeyPart { ty, bits }));
                }
                Some(Named::Header(_)) => {
                    return Err(self.cur.wrong(Expected::Literal("exists".into())));
                }
                None => {}
            }
        }
        let Some(part) = want else {
            return Err(field::unknown(&self.cur, field::openers()));
        };
        Ok((Expr::Value(value::single(&mut self.cur, part)?), part))
    }

    fn numgen(&mut self) -> Read<(Expr, KeyPart)> {
        self.cur.at += 1;
        let random = self.cur.eat("random");
        if !random {
            self.cur.need("inc")?;
        }
        let (modulus, offset) = self.modulus()?;
        Ok((Expr::Numgen { random, modulus, offset }, integer(32)))
    }

    fn jhash(&mut self, depth: usize) -> Read<(Expr, KeyPart)> {
        self.cur.at += 1;
        if depth > 0 {
            return Err(self.cur.wrong(Expected::Option));
        }
        let mut exprs = Vec::new();
        loop {
            exprs.push(self.joined(Joint::Or, None, depth + 1)?.0);
            if !self.cur.eat_sign(".") {
                break;
            }
        }
        let of = if exprs.len() == 1 { exprs.remove(0) } else { Expr::Concat(exprs) };
        self.cur.need("mod")?;
        let modulus = self.cur.number()? as u32;
        let mut seed = None;
        if self.cur.eat("seed") {
            seed = number(self.cur.word()).map(|n| n as u32);
            self.cur.at += 1;
        }
        let offset = if self.cur.eat("offset") { self.cur.number()? as u32 } else { 0 };
        Ok((Expr::Jhash { of: Box::new(of), modulus, seed, offset }, integer(32)))
    }

    fn modulus(&mut self) -> Read<(u32, u32)> {
        self.cur.need("mod")?;
        let modulus = self.cur.number()? as u32;
        if modulus == 0 {
            return Err(self.cur.refused(Expected::Number));
        }
        let offset = if self.cur.eat("offset") { self.cur.number()? as u32 } else { 0 };
        Ok((modulus, offset))
    }
}

/// Joins an expression with a constant; bits of bits become one.
fn join(left: Expr, joint: Joint, n: u128, all: u128) -> Expr {
    let shift = |of: Expr, by: i16| match of {
        Expr::Value(Value::Number(v)) => {
            let by = u32::from(by.unsigned_abs());
            let moved = if joint == Joint::Left { v.checked_shl(by) } else { v.checked_shr(by) };
            Expr::Value(Value::Number(moved.unwrap_or(0) & all))
        }
        of => Expr::Shift { of: Box::new(of), by },
    };
    let by = n.min(128) as i16;
    let (of, and, xor) = match (joint, left) {
        (Joint::Left, left) => return shift(left, by),
        (Joint::Right, left) => return shift(left, -by),
        (_, Expr::Bits { of, and, xor }) => (of, and, xor),
        (_, Expr::Value(Value::Number(v))) => {
            let v = match joint {
                Joint::Or => v | n,
                Joint::Xor => v ^ n,
                _ => v & n,
            };
            return Expr::Value(Value::Number(v));
        }
        (_, left) => (Box::new(left), all, 0),
    };
    let (and, xor) = match joint {
        Joint::Or => (and & !n, (xor & !n) | n),
        Joint::Xor => (and, xor ^ n),
        _ => (and & n, xor & n),
    };
    Expr::Bits { of, and: and & all, xor: xor & all }
}
