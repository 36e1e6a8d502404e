//! Sets and maps: elements, those that stand in a rule, and what `type` and `typeof` say of them.

use super::cursor::{DEEPEST, Read};
use super::draft::{Holds, ObjectWord, Typed, empty_set};
use super::reader::Reader;
use super::value::{expected, milliseconds, pattern};
use chainwalk_model::nft::{
    ElementData, KeyPart, NftVerdict, ObjectKind, Pattern, SetData, SetElement, Stateful, Type,
};
use chainwalk_model::{Expected, Family, SetId, Target};
use std::net::{Ipv4Addr, Ipv6Addr};

/// What may stand behind a key.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) timeout_ms: Option<u64>,
    pub(super) expires_ms: Option<u64>,
    pub(super) stateful: Vec<Stateful>,
    pub(super) comment: Option<chainwalk_model::Text>,
}

/// The types of addresses.
pub(super) const V4: KeyPart = KeyPart { ty: Type::Ipv4Addr, bits: 32 };
pub(super) const V6: KeyPart = KeyPart { ty: Type::Ipv6Addr, bits: 128 };
/// The type of ports.
pub(super) const PORT: KeyPart = KeyPart { ty: Type::InetService, bits: 16 };

impl Reader<'_, '_> {
    /// The set that is next: `@name` or `{ … }`.
    pub(super) fn set_or_name(&mut self, key: &[KeyPart], holds: &Holds) -> Read<SetId> {
        let from = self.cur.at;
        if self.cur.eat_sign("@") {
            let name = self.cur.name(Expected::Text)?;
            let span = self.cur.span(from, self.cur.at);
            let id = self.draft.set(self.table, name, key, span);
            let set = &mut self.draft.rules.sets[id.0 as usize];
            if !set.whole && set.data == SetData::None {
                set.data = match holds {
                    Holds::Verdicts => SetData::Verdict,
                    Holds::Values(parts) => SetData::Values(parts.clone()),
                    _ => SetData::None,
                };
            }
            return Ok(id);
        }
        self.cur.need_sign("{")?;
        let mut set = empty_set(self.table, key.to_vec(), self.cur.span(from, self.cur.at));
        let mut holds = holds.clone();
        let left = self.left;
        self.elements(key, &mut holds, &mut set.elements, 0)?;
        if self.left > left {
            // The test it stands in is left open.
            return Err(self.cur.wrong_at(from, self.cur.at, vec![Expected::Network]));
        }
        set.data = match holds {
            Holds::Verdicts => SetData::Verdict,
            Holds::Values(parts) => SetData::Values(parts),
            Holds::Objects(_) => SetData::Objects,
            Holds::Nothing | Holds::Addresses(_) => SetData::None,
        };
        set.span = self.cur.span(from, self.cur.at);
        set.flags.constant = true;
        let many = |e: &SetElement| e.key.iter().any(|p| !matches!(p, Pattern::One(_)));
        set.flags.interval = set.elements.iter().any(many);
        Ok(self.draft.add_set(set))
    }

    /// The elements up to the brace that closes them.
    pub(super) fn elements(
        &mut self,
        key: &[KeyPart],
        holds: &mut Holds,
        found: &mut Vec<SetElement>,
        depth: usize,
    ) -> Read<()> {
        loop {
            self.cur.lines();
            if self.cur.eat_sign("}") {
                return Ok(());
            }
            if self.cur.is_sign("{") && depth < DEEPEST {
                // What a variable stands for has braces of its own.
                self.cur.at += 1;
                self.elements(key, holds, found, depth + 1)?;
            } else {
                let from = self.cur.at;
                match self.element(key, holds) {
                    Ok(element) => found.push(element),
                    Err(wrong) => {
                        self.cur.at = from;
                        let address =
                            key.iter().any(|p| matches!(p.ty, Type::Ipv4Addr | Type::Ipv6Addr));
                        if !self.open_element(address) {
                            return Err(wrong);
                        }
                        self.left += 1;
                    }
                }
            }
            self.cur.lines();
            if !self.cur.eat_sign(",") {
                self.cur.need_sign("}")?;
                return Ok(());
            }
        }
    }

    fn element(&mut self, key: &[KeyPart], holds: &mut Holds) -> Read<SetElement> {
        let from = self.cur.at;
        let patterns = if self.cur.is_sign("*") && !self.cur.sign_ahead(1, ".") {
            self.cur.at += 1;
            vec![Pattern::Any]
        } else {
            self.patterns(key)?
        };
        let mut options = Options::default();
        self.options(&mut options)?;
        let data = if *holds == Holds::Nothing {
            None
        } else {
            self.cur.lines();
            self.cur.need_sign(":")?;
            self.cur.lines();
            let data = self.data(holds)?;
            self.options(&mut options)?;
            Some(data)
        };
        Ok(SetElement {
            key: patterns,
            data,
            timeout_ms: options.timeout_ms,
            expires_ms: options.expires_ms,
            stateful: options.stateful,
            comment: options.comment,
            span: self.cur.span(from, self.cur.at),
        })
    }

    /// Values side by side.
    pub(super) fn patterns(&mut self, key: &[KeyPart]) -> Read<Vec<Pattern>> {
        let mut patterns = Vec::with_capacity(key.len());
        for (n, part) in key.iter().enumerate() {
            if n > 0 {
                self.cur.need_sign(".")?;
                self.cur.lines();
            }
            patterns.push(pattern(&mut self.cur, *part)?);
        }
        if patterns.is_empty() {
            return Err(self.cur.wrong(Expected::Text));
        }
        Ok(patterns)
    }

    /// What stands behind an element's key, in any order.
    pub(super) fn options(&mut self, options: &mut Options) -> Read<()> {
        loop {
            self.cur.lines();
            match self.cur.word() {
                "timeout" => {
                    self.cur.at += 1;
                    options.timeout_ms = self.time()?;
                }
                "expires" => {
                    self.cur.at += 1;
                    options.expires_ms = self.time()?;
                }
                "comment" => {
                    self.cur.at += 1;
                    options.comment = Some(self.cur.name(Expected::Text)?.into());
                }
                "counter" | "limit" | "quota" | "last" | "ct" => {
                    options.stateful.push(self.stateful()?);
                }
                _ => return Ok(()),
            }
        }
    }

    /// A length of time in milliseconds; `never` is none.
    pub(super) fn time(&mut self) -> Read<Option<u64>> {
        let word = self.cur.word();
        if word == "never" {
            self.cur.at += 1;
            return Ok(None);
        }
        let Some(ms) = milliseconds(word).and_then(|ms| u64::try_from(ms).ok()) else {
            return Err(self.cur.wrong(Expected::Literal("1h".into())));
        };
        self.cur.at += 1;
        Ok(Some(ms))
    }

    /// What a map holds for a key.
    fn data(&mut self, holds: &mut Holds) -> Read<ElementData> {
        match holds {
            Holds::Nothing => Err(self.cur.wrong(Expected::Literal("}".into()))),
            Holds::Verdicts => self.verdict().map(ElementData::Verdict),
            Holds::Values(parts) => {
                let parts = parts.clone();
                self.patterns(&parts).map(ElementData::Values)
            }
            Holds::Addresses(family) => {
                let family = *family;
                let text = self.cur.peek().map_or("", |t| self.cur.text_of(t));
                let bracket = usize::from(self.cur.is_sign("["));
                let part = match family {
                    Some(Family::Ip) => V4,
                    Some(Family::Ip6) => V6,
                    _ if text.parse::<Ipv4Addr>().is_ok() => V4,
                    _ if bracket > 0 || text.parse::<Ipv6Addr>().is_ok() => V6,
                    _ => return Err(self.cur.wrong(Expected::Address)),
                };
                let mut parts = vec![part];
                let mut patterns = self.patterns(&parts)?;
                if self.cur.eat_sign(".") {
                    parts.push(PORT);
                    patterns.push(pattern(&mut self.cur, PORT)?);
                }
                *holds = Holds::Values(parts);
                Ok(ElementData::Values(patterns))
            }
            Holds::Objects(word) => {
                let word = *word;
                let at = self.cur.at;
                let name = self.cur.name(Expected::Text)?;
                let span = self.cur.span(at, self.cur.at);
                let kind = unknown_object(word);
                Ok(ElementData::Object(self.draft.object(self.table, name, kind, span)))
            }
        }
    }

    /// A verdict.
    pub(super) fn verdict(&mut self) -> Read<NftVerdict> {
        let word = self.cur.word();
        let plain = match word {
            "accept" => NftVerdict::Accept,
            "drop" => NftVerdict::Drop,
            "continue" => NftVerdict::Continue,
            "return" => NftVerdict::Return,
            "queue" => NftVerdict::Queue,
            "jump" | "goto" => {
                let from = self.cur.at;
                self.cur.at += 1;
                let target = self.target_chain(word == "jump", from)?;
                return match target {
                    Target::Jump(chain) => Ok(NftVerdict::Jump(chain)),
                    Target::Goto(chain) => Ok(NftVerdict::Goto(chain)),
                    _ => Err(self.cur.wrong(Expected::Chain)),
                };
            }
            _ => {
                let known = ["accept", "drop", "continue", "return", "jump", "goto", "queue"];
                let mut wrong = super::field::unknown(&self.cur, known);
                wrong.expected = vec![Expected::Target];
                return Err(wrong);
            }
        };
        self.cur.at += 1;
        Ok(plain)
    }

    /// The types behind `type` or `typeof`: of a key, and of what a map holds.
    pub(super) fn set_types(&mut self, of_fields: bool) -> Read<(Vec<KeyPart>, Holds)> {
        let key = if of_fields { self.expr(&[])?.parts } else { self.type_names()? };
        if !self.cur.eat_sign(":") {
            return Ok((key, Holds::Nothing));
        }
        self.cur.eat("interval");
        let holds = match (self.cur.word(), self.cur.word_ahead(1)) {
            ("verdict", _) => Holds::Verdicts,
            ("counter", _) => Holds::Objects(ObjectWord::Counter),
            ("quota", _) => Holds::Objects(ObjectWord::Quota),
            ("limit", _) => Holds::Objects(ObjectWord::Limit),
            ("synproxy", _) => Holds::Objects(ObjectWord::Synproxy),
            ("secmark", _) => Holds::Objects(ObjectWord::Other),
            ("ct", "helper") => {
                self.cur.at += 1;
                Holds::Objects(ObjectWord::Helper)
            }
            _ if of_fields => {
                let Typed { parts, .. } = self.expr(&[])?;
                return Ok((key, Holds::Values(parts)));
            }
            _ => return Ok((key, Holds::Values(self.type_names()?))),
        };
        self.cur.at += 1;
        Ok((key, holds))
    }

    fn type_names(&mut self) -> Read<Vec<KeyPart>> {
        let mut parts = Vec::new();
        loop {
            let word = self.cur.word();
            let Some(ty) = Type::named(word) else {
                let names = Type::NAMES.iter().map(|(name, _)| *name);
                return Err(super::field::unknown(&self.cur, names));
            };
            self.cur.at += 1;
            let bits = if ty.bits() == 0 { 128 } else { ty.bits() };
            parts.push(KeyPart { ty, bits });
            if !self.cur.eat_sign(".") {
                return Ok(parts);
            }
        }
    }

    /// A pattern that stands alone where several values do: a set of one element.
    pub(super) fn one_element(&mut self, key: &[KeyPart]) -> Read<SetId> {
        let from = self.cur.at;
        let patterns = self.patterns(key)?;
        let span = self.cur.span(from, self.cur.at);
        let mut set = empty_set(self.table, key.to_vec(), span);
        set.flags.constant = true;
        set.flags.interval = patterns.iter().any(|p| !matches!(p, Pattern::One(_)));
        set.elements.push(SetElement {
            key: patterns,
            data: None,
            timeout_ms: None,
            expires_ms: None,
            stateful: Vec::new(),
            comment: None,
            span,
        });
        Ok(self.draft.add_set(set))
    }
}

/// Which value a part of a key should have.
pub(super) fn wants(key: &[KeyPart]) -> Expected {
    key.first().map_or(Expected::Text, |part| expected(part.ty))
}

/// What is known of an object that only a rule or an element names.
pub(super) fn unknown_object(word: ObjectWord) -> ObjectKind {
    let stateful = match word {
        ObjectWord::Counter => Stateful::Counter(None),
        ObjectWord::Quota => Stateful::Quota { bytes: 0, used: 0, over: false },
        ObjectWord::Limit => Stateful::Limit(super::state::no_limit()),
        ObjectWord::Helper => {
            return ObjectKind::CtHelper { helper: "".into(), proto: 0, family: None };
        }
        ObjectWord::Synproxy => return ObjectKind::Synproxy(chainwalk_model::Synproxy::default()),
        ObjectWord::Other => return ObjectKind::Other("".into()),
    };
    ObjectKind::Stateful(stateful)
}
