//! The statements of a rule: tests, and what is done.

use super::cursor::{Read, Wrong};
use super::draft::{Holds, ObjectWord, Typed};
use super::field::{self, Named};
use super::lexer::Kind;
use super::needs::{extends, family_of, frame_of, frames_only};
use super::reader::{Parts, Reader, STATEMENTS};
use super::set::Options;
use super::value;
use chainwalk_model::nft::{
    ChosenObject, CmpOp, Condition, CtKey, Expr, FibResultKey, Field, KeyPart, Meta, Needs,
    Pattern, Statement, Type, UpdateOp, Value, all_bits,
};
use chainwalk_model::{
    CtTarget, DiagnosticId, Expected, Family, Match, Op, OpKind, SetId, Severity, Target,
};

impl Reader<'_, '_> {
    /// One statement.
    pub(super) fn statement(&mut self, parts: &mut Parts) -> Read<()> {
        let (from, mut before) = (self.cur.at, parts.ops.len());
        self.own_statement(parts)?;
        if let Some(needs) = parts.ops[before..].iter().find_map(extends) {
            let later = parts.ops.split_off(before);
            self.implied(parts, needs, from);
            before = parts.ops.len();
            parts.ops.extend(later);
        }
        // Behind a test of the link's type, what is asked of IP is asked of the frame first.
        if self.family == Family::Inet
            && frames_only(&parts.ops[..before])
            && let Some(needs) =
                parts.ops[before..].iter().find_map(|op| family_of(op, &parts.ops[..before]))
            && let Some(frame) = frame_of(needs)
        {
            let later = parts.ops.split_off(before);
            let first = self.holds(Condition::Implied(Needs::EtherType(frame)), from);
            parts.ops.push(first);
            parts.ops.extend(later);
        }
        Ok(())
    }

    /// A statement, without what it needs before it.
    fn own_statement(&mut self, parts: &mut Parts) -> Read<()> {
        let from = self.cur.at;
        let what = match self.cur.word() {
            "accept" => self.plain(Target::Accept),
            "drop" => self.plain(Target::Drop),
            "return" => self.plain(Target::Return),
            "continue" => self.plain(nft(Statement::Continue)),
            word @ ("jump" | "goto") => {
                self.cur.at += 1;
                self.target_chain(word == "jump", from)?
            }
            "notrack" => {
                self.plain(Target::Ct(Box::new(CtTarget { notrack: true, ..CtTarget::default() })))
            }
            "counter" => match self.counter(parts)? {
                Some(counter) => counter,
                None => return Ok(()),
            },
            "limit" | "quota" if self.cur.word_ahead(1) == "name" => {
                return self.named(parts);
            }
            "limit" | "quota" | "last" => return self.keeps(parts),
            "ct" if self.cur.word_ahead(1) == "count" => return self.keeps(parts),
            "ct" if matches!(self.cur.word_ahead(1), "helper" | "timeout" | "expectation")
                && self.cur.word_ahead(2) == "set" =>
            {
                self.assign_object()?
            }
            "comment" => {
                self.cur.at += 1;
                parts.comment = Some(self.cur.name(Expected::Text)?.into());
                return Ok(());
            }
            "log" => self.log()?,
            "queue" => self.queue()?,
            "reject" => self.reject(parts)?,
            "snat" | "dnat" | "masquerade" | "redirect" => self.nat()?,
            "tproxy" => self.tproxy()?,
            "synproxy" => self.synproxy()?,
            "dup" => self.dup()?,
            "fwd" => self.fwd()?,
            "flow" => {
                self.cur.at += 1;
                if !self.cur.eat("add") {
                    self.cur.need("offload")?;
                }
                self.cur.need_sign("@")?;
                nft(Statement::Flow(self.cur.name(Expected::Text)?.into()))
            }
            "add" | "update" | "delete" if self.cur.sign_ahead(1, "@") => self.update()?,
            "set" => self.update_by_set()?,
            "meter" => self.meter()?,
            word if field::begins(word) || matches!(word, "numgen" | "jhash" | "symhash" | "") => {
                return self.test(parts);
            }
            "xt" => {
                // nft prints what iptables-nft made without its parameters.
                self.cur.at += 3;
                let mut wrong = self.cur.wrong_at(from, self.cur.at, vec![]);
                wrong.id = match self.cur.word_at(from + 1) {
                    "target" => chainwalk_model::DiagnosticId::UnknownTarget,
                    _ => chainwalk_model::DiagnosticId::UnknownMatch,
                };
                wrong.hint = Some(chainwalk_model::Hint::Paste("iptables-save".into()));
                return Err(wrong);
            }
            _ => {
                let known = STATEMENTS.into_iter().chain(field::openers());
                let mut wrong = field::unknown(&self.cur, known);
                wrong.id = chainwalk_model::DiagnosticId::UnknownMatch;
                return Err(wrong);
            }
        };
        parts.ops.push(self.op(OpKind::Target(what), from));
        Ok(())
    }

    /// An operation whose text begins at a token and ends here.
    pub(super) fn op(&self, what: OpKind, from: usize) -> Op {
        Op { what, span: self.cur.span(from, self.cur.at) }
    }

    /// A condition whose text begins at a token and ends here.
    fn holds(&self, condition: Condition, from: usize) -> Op {
        self.op(OpKind::Match(Match::Nft(Box::new(condition))), from)
    }

    fn plain(&mut self, target: Target) -> Target {
        self.cur.at += 1;
        target
    }

    fn counter(&mut self, parts: &mut Parts) -> Read<Option<Target>> {
        let from = self.cur.at;
        self.cur.at += 1;
        let mut object = None;
        let mut counters = None;
        if self.cur.eat("name") {
            if let Some(chosen) = self.chosen(ChosenObject::Counter, from)? {
                parts.ops.push(chosen);
                return Ok(None);
            }
            object = Some(self.object_name(ObjectWord::Counter)?);
        } else {
            counters = self.counts()?;
            parts.counters = parts.counters.or(counters);
        }
        Ok(Some(nft(Statement::Counter { counters, object })))
    }

    /// The rest of `counter name ip saddr map @m`, or nothing where a name stands there.
    fn chosen(&mut self, what: ChosenObject, from: usize) -> Read<Option<Op>> {
        let quoted = self.cur.peek().is_some_and(|t| t.kind == Kind::Str);
        if quoted || !field::begins(self.cur.word()) {
            return Ok(None);
        }
        let word = match what {
            ChosenObject::Counter => ObjectWord::Counter,
            ChosenObject::Limit => ObjectWord::Limit,
            ChosenObject::Quota => ObjectWord::Quota,
        };
        let found = self.value_expr(&[], &Holds::Objects(word))?;
        let Expr::Map { key, map } = found.expr else {
            return Err(self.cur.wrong_at(from, self.cur.at, vec![]));
        };
        Ok(Some(self.holds(Condition::Chosen { what, key: *key, map }, from)))
    }

    /// `limit name "l"`, `quota name "q"`.
    fn named(&mut self, parts: &mut Parts) -> Read<()> {
        let from = self.cur.at;
        let (what, word) = match self.cur.word() {
            "limit" => (ChosenObject::Limit, ObjectWord::Limit),
            _ => (ChosenObject::Quota, ObjectWord::Quota),
        };
        self.cur.at += 2;
        let op = if let Some(op) = self.chosen(what, from)? {
            op
        } else {
            let object = self.object_name(word)?;
            self.holds(Condition::Named(object), from)
        };
        parts.ops.push(op);
        Ok(())
    }

    fn keeps(&mut self, parts: &mut Parts) -> Read<()> {
        let from = self.cur.at;
        let stateful = self.stateful()?;
        let op = self.holds(Condition::Stateful(stateful), from);
        parts.ops.push(op);
        Ok(())
    }

    /// A field compared, looked up, or written.
    fn test(&mut self, parts: &mut Parts) -> Read<()> {
        let from = self.cur.at;
        if let Some(Named::Header(row)) = field::field(&mut self.cur, self.family)? {
            let not = self.cur.eat_sign("!=");
            self.cur.eat_sign("==");
            let exists = self
                .header_exists()
                .ok_or_else(|| self.cur.wrong(Expected::Literal("exists".into())))?;
            let condition = Condition::Exists { field: Field::Header(row), exists: exists != not };
            let op = self.holds(condition, from);
            parts.ops.push(op);
            return Ok(());
        }
        self.cur.at = from;
        let left = self.expr(&[])?;
        if self.cur.eat("vmap") {
            let map = self.set_or_name(&left.parts, &Holds::Verdicts)?;
            let what = nft(Statement::VerdictMap { key: left.expr, map });
            let op = self.op(OpKind::Target(what), from);
            parts.ops.push(op);
            return Ok(());
        }
        if let (Expr::Field(field), "set") = (&left.expr, self.cur.word()) {
            let field = *field;
            self.cur.at += 1;
            let what = self.write(field, left.parts[0], from)?;
            let op = self.op(OpKind::Target(nft(what)), from);
            parts.ops.push(op);
            return Ok(());
        }
        if self.left_open(&left, from, parts) {
            return Ok(());
        }
        let condition = self.compared(left)?;
        self.alias(&condition);
        let op = self.holds(condition, from);
        parts.ops.push(op);
        Ok(())
    }

    /// Says that no packet comes in by `eth0:1`, the label of an address.
    fn alias(&mut self, condition: &Condition) {
        let Condition::Compare {
            left: Expr::Field(Field::Meta(Meta::Iif | Meta::Iifname)),
            right,
            ..
        } = condition
        else {
            return;
        };
        if let Pattern::One(Value::Name(name)) = right
            && name.contains(':')
        {
            let at = self.cur.at - 1;
            let wrong = self.cur.wrong_at(at, at + 1, vec![Expected::Interface]);
            let (id, found) = (DiagnosticId::AliasAsInterface, name.to_string());
            self.say(Wrong { id, found, ..*wrong }, Severity::Warning);
        }
    }

    /// `exists` or `missing`, where it is next.
    fn exists(&mut self) -> Option<bool> {
        let exists = match self.cur.word() {
            "exists" => true,
            "missing" => false,
            _ => return None,
        };
        self.cur.at += 1;
        Some(exists)
    }

    /// The same of a header, where `-n` prints 1 and 0.
    fn header_exists(&mut self) -> Option<bool> {
        let number = matches!(self.cur.word(), "0" | "1").then(|| self.cur.word() == "1");
        self.cur.at += usize::from(number.is_some());
        number.or_else(|| self.exists())
    }

    /// What an expression is compared with.
    fn compared(&mut self, left: Typed) -> Read<Condition> {
        let signs = [
            ("==", "eq", CmpOp::Eq),
            ("!=", "ne", CmpOp::Ne),
            ("<=", "le", CmpOp::Le),
            (">=", "ge", CmpOp::Ge),
            ("<", "lt", CmpOp::Lt),
            (">", "gt", CmpOp::Gt),
            ("!", "", CmpOp::NoBit),
        ];
        let written = signs.into_iter().find(|(sign, word, _)| {
            self.cur.is_sign(sign) || !word.is_empty() && self.cur.word() == *word
        });
        let said = written.map(|(_, _, op)| op);
        self.cur.at += usize::from(said.is_some());
        let plain = matches!(said, None | Some(CmpOp::Eq | CmpOp::Ne));
        let not = said == Some(CmpOp::Ne);
        if plain && (self.cur.is_sign("{") || self.cur.is_sign("@")) {
            let set = self.set_or_name(&left.parts, &Holds::Nothing)?;
            if said.is_none()
                && let Some(number) = self.only_number(&left.parts, set)
            {
                let masked = matches!(left.expr, Expr::Bits { .. } | Expr::Shift { .. });
                let bits = left.parts[0].ty.is_bitmask() && !masked;
                let op = if bits { CmpOp::AnyBit } else { CmpOp::Eq };
                let right = Pattern::One(Value::Number(number));
                return Ok(Condition::Compare { left: left.expr, op, right });
            }
            return Ok(Condition::Lookup { key: left.expr, set, not });
        }
        if left.parts.len() > 1 {
            if !plain {
                return Err(self.cur.wrong(super::set::wants(&left.parts)));
            }
            let set = self.one_element(&left.parts)?;
            return Ok(Condition::Lookup { key: left.expr, set, not });
        }
        let part = left.parts[0];
        if let (Expr::Field(field), true) = (&left.expr, plain) {
            let field = *field;
            if let Some(found) = self.route_exists(field) {
                return Ok(Condition::Exists { field, exists: found != not });
            }
        }
        if part.ty.is_bitmask()
            && !matches!(said, Some(CmpOp::Lt | CmpOp::Gt | CmpOp::Le | CmpOp::Ge))
        {
            return self.compared_bits(left, said);
        }
        let right = value::pattern(&mut self.cur, part)?;
        let op = match said {
            Some(CmpOp::NoBit) => CmpOp::Ne,
            other => other.unwrap_or(CmpOp::Eq),
        };
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) && !matches!(right, Pattern::One(_)) {
            return Err(self.cur.refused(value::expected(part.ty)));
        }
        Ok(network(left.expr, op, right, part))
    }

    /// The only element of a set without a name, where it makes a difference: nft takes it out of its braces before it asks
    /// what it means (`optimize_singleton_set`). A listing shows what was left in them.
    fn only_number(&mut self, key: &[KeyPart], set: SetId) -> Option<u128> {
        let [KeyPart { ty, .. }] = key else { return None };
        let last = self.draft.rules.sets.len().checked_sub(1)? == set.0 as usize;
        let set = &self.draft.rules.sets[set.0 as usize];
        let [only] = set.elements.as_slice() else { return None };
        let bare =
            set.name.is_none() && last && only.stateful.is_empty() && !self.source.is_listing();
        let [Pattern::One(Value::Number(number))] = only.key[..] else { return None };
        ((ty.is_bitmask() || *ty == Type::IfType) && bare).then(|| {
            self.draft.rules.sets.pop();
            number
        })
    }

    /// Bits compared: a bare value is any of them; a range is one of numbers.
    fn compared_bits(&mut self, left: Typed, said: Option<CmpOp>) -> Read<Condition> {
        let part = left.parts[0];
        let from = self.cur.at;
        if !matches!(said, Some(CmpOp::NoBit))
            && let Ok(right @ Pattern::Range(..)) = value::pattern(&mut self.cur, part)
        {
            let op = said.unwrap_or(CmpOp::Eq);
            return Ok(Condition::Compare { left: left.expr, op, right });
        }
        self.cur.at = from;
        let bits = value::bits(&mut self.cur, part)?;
        let right = Pattern::One(Value::Number(bits));
        if self.cur.eat_sign("/") {
            let and = value::bits(&mut self.cur, part)?;
            let left = Expr::Bits { of: Box::new(left.expr), and, xor: 0 };
            let op = if said == Some(CmpOp::Ne) { CmpOp::Ne } else { CmpOp::Eq };
            return Ok(Condition::Compare { left, op, right });
        }
        // Masked bits are compared as a number.
        let masked = matches!(left.expr, Expr::Bits { .. } | Expr::Shift { .. });
        let op = said.unwrap_or(if masked { CmpOp::Eq } else { CmpOp::AnyBit });
        Ok(Condition::Compare { left: left.expr, op, right })
    }

    /// `exists` and `missing` behind a field of routing, also as numbers.
    fn route_exists(&mut self, field: Field) -> Option<bool> {
        let Field::Fib(fib) = field else { return None };
        if fib.result == FibResultKey::Type {
            return None;
        }
        if let Some(exists) = self.exists() {
            return Some(exists);
        }
        // `-n` prints them as 1 and 0; in a file 1 is the index of an interface.
        let check = self.cur.at.checked_sub(1).and_then(|at| self.cur.token(at));
        let check = check.is_some_and(|t| self.cur.text_of(t) == "check");
        let exists = match self.cur.word() {
            "0" => false,
            "1" if check || self.source.is_listing() => true,
            _ => return None,
        };
        self.cur.at += 1;
        Some(exists)
    }

    /// What is written to a field.
    fn write(&mut self, field: Field, part: KeyPart, from: usize) -> Read<Statement> {
        let unseen = matches!(
            field,
            Field::Meta(Meta::Nftrace | Meta::Priority | Meta::Secmark)
                | Field::Ct(CtKey::Secmark | CtKey::Event, _)
        );
        if unseen {
            let at = self.cur.at;
            if self.value_expr(&[part], &Holds::Values(vec![part])).is_err() {
                self.cur.at = at;
                loop {
                    self.cur.name(Expected::Text)?;
                    if !self.cur.eat_sign(",") {
                        break;
                    }
                }
            }
            return Ok(Statement::Invisible(self.cur.written(from, self.cur.at).into()));
        }
        let mut value = self.value_expr(&[part], &Holds::Values(vec![part]))?.expr;
        if part.ty.is_bitmask()
            && let Expr::Value(Value::Number(n)) = &mut value
            && self.cur.eat_sign(",")
        {
            *n |= value::bits(&mut self.cur, part)?;
        }
        if let Expr::Concat(_) = value {
            return Err(self.cur.wrong(value::expected(part.ty)));
        }
        Ok(Statement::Set { field, value })
    }

    /// `add @s { … }`, `update @s { … }`, `delete @s { … }`.
    fn update(&mut self) -> Read<Target> {
        let how = match self.cur.word() {
            "add" => UpdateOp::Add,
            "update" => UpdateOp::Update,
            _ => UpdateOp::Delete,
        };
        self.cur.at += 2;
        let at = self.cur.at;
        let name = self.cur.name(Expected::Text)?;
        self.cur.need_sign("{")?;
        self.updated(how, name, at)
    }

    /// `set add KEY @s`.
    fn update_by_set(&mut self) -> Read<Target> {
        let how = match self.cur.word_ahead(1) {
            "add" => UpdateOp::Add,
            "update" => UpdateOp::Update,
            "delete" => UpdateOp::Delete,
            _ => return Err(field::unknown(&self.cur, STATEMENTS)),
        };
        self.cur.at += 2;
        let key = self.expr(&[])?;
        let mut options = Options::default();
        self.options(&mut options)?;
        self.cur.need_sign("@")?;
        let at = self.cur.at;
        let name = self.cur.name(Expected::Text)?;
        let set = self.draft.set(self.table, name, &key.parts, self.cur.span(at, at + 1));
        Ok(nft(Statement::Update {
            how,
            set,
            key: key.expr,
            data: None,
            timeout_ms: options.timeout_ms,
            stateful: options.stateful,
        }))
    }

    /// `meter NAME size N { … }`: a set that elements are added to.
    fn meter(&mut self) -> Read<Target> {
        self.cur.at += 1;
        let at = self.cur.at;
        let name = self.cur.name(Expected::Text)?;
        let size = if self.cur.eat("size") { Some(self.cur.number()? as u32) } else { None };
        self.cur.need_sign("{")?;
        let known = self.draft.find_set(self.table, name);
        let target = self.updated(UpdateOp::Add, name, at)?;
        if let Target::Nft(statement) = &target
            && let (Statement::Update { set, .. }, None) = (&**statement, known)
        {
            let set = &mut self.draft.rules.sets[set.0 as usize];
            (set.whole, set.flags.dynamic) = (true, true);
            set.size = size;
        }
        Ok(target)
    }

    /// What stands between the braces of an update.
    fn updated(&mut self, how: UpdateOp, name: &str, at: usize) -> Read<Target> {
        let known = self.draft.find_set(self.table, name);
        let want = known.map(|id| self.draft.rules.set(id).key.clone()).unwrap_or_default();
        let key = self.expr(&want)?;
        let mut options = Options::default();
        self.options(&mut options)?;
        let set = self.draft.set(self.table, name, &key.parts, self.cur.span(at, at + 1));
        let data = if self.cur.eat_sign(":") {
            let parts = match &self.draft.rules.set(set).data {
                chainwalk_model::nft::SetData::Values(parts) => parts.clone(),
                _ => Vec::new(),
            };
            let holds = Holds::Values(parts.clone());
            let data = self.value_expr(&parts, &holds)?.expr;
            self.options(&mut options)?;
            Some(data)
        } else {
            None
        };
        self.cur.need_sign("}")?;
        let (timeout_ms, stateful) = (options.timeout_ms, options.stateful);
        Ok(nft(Statement::Update { how, set, key: key.expr, data, timeout_ms, stateful }))
    }

    /// The object of a kind that is named next.
    pub(super) fn object_name(&mut self, word: ObjectWord) -> Read<chainwalk_model::ObjectId> {
        let at = self.cur.at;
        let quoted = self.cur.peek().is_some_and(|t| t.kind == Kind::Str);
        if !quoted && field::begins(self.cur.word()) {
            // `synproxy name ip saddr map { … }`: which object it is hangs on the packet.
            return Err(self.cur.wrong(Expected::Text));
        }
        let name = self.cur.name(Expected::Text)?;
        let span = self.cur.span(at, self.cur.at);
        Ok(self.draft.object(self.table, name, super::set::unknown_object(word), span))
    }
}

/// A statement that only nft has.
pub(super) fn nft(statement: Statement) -> Target {
    Target::Nft(Box::new(statement))
}

/// A comparison; an address under the mask of a network is compared with the network.
fn network(left: Expr, op: CmpOp, right: Pattern, part: KeyPart) -> Condition {
    let address = matches!(part.ty, Type::Ipv4Addr | Type::Ipv6Addr);
    if let (Expr::Bits { of, and, xor: 0 }, Pattern::One(Value::Number(n))) = (&left, &right)
        && address
        && matches!(op, CmpOp::Eq | CmpOp::Ne)
    {
        let len = and.count_ones();
        let all = all_bits(part.bits);
        let rest = all.checked_shr(len).unwrap_or(0);
        if *and == all & !rest && n & rest == 0 && len > 0 {
            let right = Pattern::Prefix(*n, len as u8);
            return Condition::Compare { left: (**of).clone(), op, right };
        }
    }
    Condition::Compare { left, op, right }
}
