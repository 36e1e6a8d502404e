//! Blocks: tables, chains, sets, objects.

use super::cursor::Read;
use super::draft::{Holds, ObjectWord, empty_set};
use super::lexer::Kind;
use super::reader::{Reader, Source};
use super::value::milliseconds;
use chainwalk_model::nft::{KeyPart, ObjectKind, SetData, Stateful};
use chainwalk_model::{
    Base, ChainId, ChainKind, Expected, Family, Hook, Policy, SetId, TableId, priority_names,
};

impl Reader<'_, '_> {
    /// Goes to a table.
    pub(super) fn enter(&mut self, table: TableId) {
        self.table = table;
        self.family = self.draft.family(table);
    }

    /// What stands between the braces of a table; the first of them is behind.
    pub(super) fn table_block(&mut self) {
        loop {
            self.cur.lines();
            if self.cur.eat_sign(";") {
                continue;
            }
            if self.cur.eat_sign("}") || self.cur.peek().is_none() {
                return;
            }
            let from = self.cur.at;
            if self.chains_left_out() {
                continue;
            }
            if let Err(wrong) = self.table_line() {
                self.bad_line(from, Some(*wrong));
            }
            if self.cur.at == from {
                self.cur.at += 1;
            }
        }
    }

    fn table_line(&mut self) -> Read<()> {
        let from = self.cur.at;
        let word = self.cur.word();
        match word {
            "flags" => {
                self.cur.at += 1;
                let mut known = true;
                while !self.cur.at_end() {
                    match self.cur.word() {
                        "dormant" => {
                            self.draft.rules.tables[self.table.0 as usize].dormant = true;
                        }
                        word => known &= matches!(word, "" | "owner" | "persist"),
                    }
                    self.cur.at += 1;
                }
                // Whether it sleeps is not known.
                if known { Ok(()) } else { Err(self.cur.wrong_at(from, self.cur.at, vec![])) }
            }
            "comment" => {
                self.cur.at += 1;
                self.cur.name(Expected::Text).map(|_| ())
            }
            "chain" => {
                self.cur.at += 1;
                let name = self.cur.name(Expected::Chain)?;
                self.chain_block(name, from)
            }
            "set" | "map" => {
                self.cur.at += 1;
                let name = self.cur.name(Expected::Text)?;
                self.set_block(name, from);
                Ok(())
            }
            "counter" | "quota" | "limit" | "ct" | "secmark" | "synproxy" => self.object(from),
            "flowtable" | "tunnel" => {
                self.cur.at += 2;
                self.skip_block();
                Ok(())
            }
            "include" => {
                self.pass_over(from);
                Ok(())
            }
            _ => {
                let known = ["chain", "set", "map", "counter", "quota", "limit", "flowtable"];
                Err(super::field::unknown(&self.cur, known))
            }
        }
    }

    /// A chain whose word and name are behind: what stands between its braces, where there are any.
    pub(super) fn chain_block(&mut self, name: &str, from: usize) -> Read<()> {
        let span = self.cur.span(from, self.cur.at);
        let chain = self.draft.declare(self.table, name, span);
        if !self.cur.eat_sign("{") {
            return Ok(());
        }
        if self.source.is_listing() {
            self.draft.listed_chain(chain);
        }
        self.chain_lines(chain);
        let base = self.draft.rules.chain(chain).base.as_ref();
        let link = base.filter(|b| matches!(b.hook, Hook::Ingress | Hook::Egress));
        if link.is_some_and(|b| b.devices.is_empty()) {
            // The JSON of nft 1.0.6 leaves out the device of a chain of family inet: it may see any packet.
            self.unread(from, self.cur.at);
        }
        if self.cur.peek().is_none() {
            return Ok(());
        }
        self.cur.need_sign("}")
    }

    /// A line of a chain that is no rule: how it is hooked in, its policy, its comment. Says whether there was one.
    pub(super) fn chain_spec(&mut self, chain: ChainId) -> bool {
        let from = self.cur.at;
        let spec = match (self.cur.word(), self.cur.word_ahead(1)) {
            ("type", _) => self.hooked(chain),
            ("policy", _) => {
                self.cur.at += 1;
                let policy = match self.cur.word() {
                    "accept" => Ok(Policy::Accept),
                    "drop" => Ok(Policy::Drop),
                    _ => Err(super::field::unknown(&self.cur, ["accept", "drop"])),
                };
                policy.map(|policy| {
                    self.cur.at += 1;
                    if let Some(base) = &mut self.draft.rules.chains[chain.0 as usize].base {
                        base.policy = policy;
                    }
                })
            }
            ("device" | "devices", _) => self.devices().map(|mut devices| {
                if let Some(base) = &mut self.draft.rules.chains[chain.0 as usize].base {
                    base.devices.append(&mut devices);
                }
            }),
            ("flags", "offload") => {
                self.cur.at += 2;
                Ok(())
            }
            ("comment", _) => {
                self.cur.at += 1;
                self.cur.name(Expected::Text).map(|_| ())
            }
            _ => return false,
        };
        if let Err(wrong) = spec {
            self.unread(from, self.cur.end_from(from));
            self.bad_line(from, Some(*wrong));
        }
        true
    }

    /// `type filter hook input priority 0`.
    fn hooked(&mut self, chain: ChainId) -> Read<()> {
        self.cur.at += 1;
        let kind = match self.cur.word() {
            "filter" => ChainKind::Filter,
            "nat" => ChainKind::Nat,
            "route" => ChainKind::Route,
            _ => return Err(super::field::unknown(&self.cur, ["filter", "nat", "route"])),
        };
        self.cur.at += 1;
        self.cur.need("hook")?;
        let hook = match self.cur.word() {
            "prerouting" => Hook::Prerouting,
            "input" => Hook::Input,
            "forward" => Hook::Forward,
            "output" => Hook::Output,
            "postrouting" => Hook::Postrouting,
            "ingress" => Hook::Ingress,
            "egress" => Hook::Egress,
            _ => {
                let known = ["prerouting", "input", "forward", "output", "postrouting", "ingress"];
                return Err(super::field::unknown(&self.cur, known));
            }
        };
        self.cur.at += 1;
        let mut devices = Vec::new();
        if matches!(self.cur.word(), "device" | "devices") {
            devices = self.devices()?;
        }
        self.cur.need("priority")?;
        let priority = self.priority()?;
        let known = self.draft.rules.chain(chain).base.as_ref();
        let known = known.map(|base| (base.registered, base.policy));
        let (registered, policy) = match known {
            Some(known) => known,
            None if self.source == Source::Script => (Some(self.draft.registers()), Policy::Accept),
            None => (None, Policy::Accept),
        };
        let of_device = matches!(hook, Hook::Ingress | Hook::Egress);
        if of_device && devices.is_empty() {
            // `nft -j` of 1.0.6 leaves it out; a line of its own may follow.
            self.open.push(chain);
        }
        self.draft.rules.chains[chain.0 as usize].base =
            Some(Base { hook, priority, kind, policy, doubted: false, devices, registered });
        Ok(())
    }

    /// `device "eth0"`, `devices = { eth0, eth1 }`.
    fn devices(&mut self) -> Read<Vec<chainwalk_model::Text>> {
        self.cur.at += 1;
        self.cur.eat_sign("=");
        if !self.cur.eat_sign("{") {
            return Ok(vec![self.cur.name(Expected::Interface)?.into()]);
        }
        let mut devices = Vec::new();
        loop {
            self.cur.lines();
            if self.cur.eat_sign("}") {
                return Ok(devices);
            }
            devices.push(self.cur.name(Expected::Interface)?.into());
            self.cur.lines();
            self.cur.eat_sign(",");
        }
    }

    /// A priority: a number, a name, or a name and what is added to it.
    fn priority(&mut self) -> Read<i32> {
        let at = self.cur.at;
        let quoted = self.cur.peek().filter(|t| t.kind == Kind::Str);
        let word = quoted.map_or(self.cur.word(), |t| self.cur.text_of(t));
        // `filter-5` is one word here.
        let (word, glued) = match word.split_once('-') {
            Some((name, less)) => (name, less.parse::<i32>().ok().map(|n| -n)),
            None => (word, None),
        };
        let own = priority_names(self.family).iter();
        let all = own.chain(priority_names(Family::Inet));
        let named = all.into_iter().find(|(name, _)| *name == word).map(|(_, n)| *n);
        let base = if named.is_some() {
            self.cur.at += 1;
            named
        } else if self.cur.is_sign("-") || word.starts_with(|c: char| c.is_ascii_digit()) {
            Some(0)
        } else {
            None
        };
        let Some(mut priority) = base else {
            let known = priority_names(self.family).iter().map(|(name, _)| *name);
            return Err(super::field::unknown(&self.cur, known));
        };
        priority += glued.unwrap_or(0);
        let less = self.cur.eat_sign("-");
        let more = !less && self.cur.eat_sign("+");
        if less || more || named.is_none() {
            let n = i32::try_from(self.cur.number()?).unwrap_or(i32::MAX);
            priority = priority.saturating_add(if less { -n } else { n });
        }
        if self.cur.at == at {
            return Err(self.cur.wrong(Expected::Number));
        }
        Ok(priority)
    }

    /// A set or a map whose word and name are behind.
    pub(super) fn set_block(&mut self, name: &str, from: usize) {
        let span = self.cur.span(from, self.cur.at);
        let id = self.draft.set(self.table, name, &[], span);
        let known = self.draft.rules.set(id);
        let adds = known.whole && !self.source.is_listing();
        let mut set = if adds { known.clone() } else { empty_set(self.table, vec![], span) };
        set.name = Some(name.into());
        if !self.cur.eat_sign("{") {
            self.draft.rules.sets[id.0 as usize] = set;
            return;
        }
        set.handle = self.handle();
        let mut holds = holds(&set.data, &set.key);
        loop {
            self.cur.lines();
            if self.cur.eat_sign(";") {
                continue;
            }
            if self.cur.eat_sign("}") || self.cur.peek().is_none() {
                break;
            }
            let line = self.cur.at;
            if let Err(wrong) = self.set_line(&mut set, &mut holds) {
                // Whatever it holds besides is not known.
                set.whole = false;
                self.bad_line(line, Some(*wrong));
            }
        }
        if self.source == Source::Terse && set.elements.is_empty() {
            set.whole = false;
        }
        self.draft.rules.sets[id.0 as usize] = set;
    }

    fn set_line(&mut self, set: &mut chainwalk_model::nft::Set, holds: &mut Holds) -> Read<()> {
        let word = self.cur.word();
        match word {
            "type" | "typeof" => {
                self.cur.at += 1;
                (set.key, *holds) = self.set_types(word == "typeof")?;
                set.data = match holds {
                    Holds::Nothing | Holds::Addresses(_) => SetData::None,
                    Holds::Verdicts => SetData::Verdict,
                    Holds::Values(parts) => SetData::Values(parts.clone()),
                    Holds::Objects(_) => SetData::Objects,
                };
            }
            "flags" => {
                self.cur.at += 1;
                loop {
                    match self.cur.word() {
                        "constant" => set.flags.constant = true,
                        "interval" => set.flags.interval = true,
                        "timeout" => set.flags.timeout = true,
                        "dynamic" => set.flags.dynamic = true,
                        _ => return Err(super::field::unknown(&self.cur, SET_FLAGS)),
                    }
                    self.cur.at += 1;
                    if !self.cur.eat_sign(",") {
                        break;
                    }
                }
            }
            "timeout" => {
                self.cur.at += 1;
                set.timeout_ms = self.time()?;
            }
            "gc-interval" => {
                self.cur.at += 1;
                if milliseconds(self.cur.word()).is_none() {
                    return Err(self.cur.wrong(Expected::Number));
                }
                self.cur.at += 1;
            }
            "size" => {
                self.cur.at += 1;
                set.size = Some(self.cur.number()? as u32);
            }
            "policy" => {
                self.cur.at += 1;
                self.cur.name(Expected::Option)?;
            }
            "auto-merge" => {
                self.cur.at += 1;
                set.flags.auto_merge = true;
            }
            "comment" => {
                self.cur.at += 1;
                self.cur.name(Expected::Text)?;
            }
            "counter" | "limit" | "quota" | "last" | "ct" => {
                let kept = self.stateful()?;
                set.stateful.push(kept);
            }
            "elements" => {
                self.cur.at += 1;
                self.cur.need_sign("=")?;
                self.cur.need_sign("{")?;
                let key = set.key.clone();
                let left = self.left;
                self.elements(&key, holds, &mut set.elements, 0)?;
                set.whole &= self.left == left;
            }
            _ => return Err(super::field::unknown(&self.cur, SET_LINES)),
        }
        if !self.cur.at_end() {
            return Err(self.cur.wrong(Expected::EndOfLine));
        }
        Ok(())
    }

    /// The elements between braces are put into a set, or taken out of it.
    pub(super) fn set_elements(&mut self, id: SetId, add: bool) -> Read<()> {
        self.cur.need_sign("{")?;
        let set = self.draft.rules.set(id);
        let (key, mut holds) = (set.key.clone(), holds(&set.data, &set.key));
        let mut found = Vec::new();
        if !add && holds != Holds::Nothing {
            // To take an element out its key is enough.
            holds = Holds::Nothing;
        }
        let left = self.left;
        let read = self.elements(&key, &mut holds, &mut found, 0);
        let more = self.left > left;
        let set = &mut self.draft.rules.sets[id.0 as usize];
        set.whole &= !more;
        if read.is_err() {
            set.whole = false;
            return read;
        }
        if add {
            set.elements.append(&mut found);
            return Ok(());
        }
        let gone: std::collections::HashSet<_> = found.into_iter().map(|e| e.key).collect();
        let before = set.elements.len();
        set.elements.retain(|e| !gone.contains(&e.key));
        if before - set.elements.len() < gone.len() {
            // It lies within an interval that is written otherwise, or was never shown.
            set.whole = false;
        }
        Ok(())
    }

    /// A named counter, quota, limit, helper or proxy.
    pub(super) fn object(&mut self, from: usize) -> Read<()> {
        let (word, words) = self.object_word();
        self.cur.at += words;
        self.object_of(word, from)
    }

    /// The same, with the words of its kind behind.
    pub(super) fn object_of(&mut self, word: ObjectWord, from: usize) -> Read<()> {
        let name = self.cur.name(Expected::Text)?;
        let at = self.cur.at;
        let braces = self.cur.eat_sign("{");
        let mut closed = !braces;
        let handle = self.handle();
        let mut kind = super::set::unknown_object(word);
        if braces {
            loop {
                self.cur.lines();
                if self.cur.eat_sign(";") {
                    continue;
                }
                if self.cur.is_sign("}") || self.cur.peek().is_none() {
                    break;
                }
                let line = self.cur.at;
                if self.cur.eat("comment") {
                    self.cur.name(Expected::Text)?;
                } else {
                    self.object_line(word, &mut kind)?;
                }
                if self.cur.at == line {
                    return Err(self.cur.wrong(Expected::Option));
                }
            }
            closed = self.cur.eat_sign("}");
        } else if !self.cur.at_end() {
            self.object_line(word, &mut kind)?;
            // What is kept as text has braces.
            closed = word != ObjectWord::Other;
        }
        if let (ObjectKind::Other(text), true) = (&mut kind, closed) {
            let written = self.cur.written(at, self.cur.at).to_owned();
            let lines = written.lines().map(|l| l.split('#').next().unwrap_or_default());
            *text = lines.collect::<Vec<_>>().join("\n").into();
        }
        let span = self.cur.span(from, self.cur.at);
        let id = self.draft.object(self.table, name, kind.clone(), span);
        let object = &mut self.draft.rules.objects[id.0 as usize];
        (object.kind, object.declared, object.span) = (kind, true, span);
        object.handle = object.handle.or(handle);
        Ok(())
    }

    /// Which kind of object the next words name, and how many they are.
    pub(super) fn object_word(&self) -> (ObjectWord, usize) {
        match (self.cur.word(), self.cur.word_ahead(1)) {
            ("counter", _) => (ObjectWord::Counter, 1),
            ("quota", _) => (ObjectWord::Quota, 1),
            ("limit", _) => (ObjectWord::Limit, 1),
            ("synproxy", _) => (ObjectWord::Synproxy, 1),
            ("ct", "helper") => (ObjectWord::Helper, 2),
            ("ct", _) => (ObjectWord::Other, 2),
            _ => (ObjectWord::Other, 1),
        }
    }

    fn object_line(&mut self, word: ObjectWord, kind: &mut ObjectKind) -> Read<()> {
        match (word, kind) {
            (ObjectWord::Counter, kind) => {
                let counts = self.counts()?;
                if counts.is_none() {
                    return Err(self.cur.wrong(Expected::Literal("packets".into())));
                }
                *kind = ObjectKind::Stateful(Stateful::Counter(counts));
            }
            (ObjectWord::Quota, kind) => *kind = ObjectKind::Stateful(self.quota()?),
            (ObjectWord::Limit, kind) => {
                *kind = ObjectKind::Stateful(Stateful::Limit(self.limit()?));
            }
            (ObjectWord::Synproxy, ObjectKind::Synproxy(options)) => {
                let more = self.synproxy_options()?;
                options.mss = more.mss.or(options.mss);
                options.wscale = more.wscale.or(options.wscale);
                options.timestamp |= more.timestamp;
                options.sack_perm |= more.sack_perm;
                self.cur.eat_sign(",");
            }
            (ObjectWord::Helper, ObjectKind::CtHelper { helper, proto, family }) => {
                if self.cur.eat("type") {
                    *helper = self.cur.name(Expected::Text)?.into();
                }
                if self.cur.eat("protocol") {
                    let ty = chainwalk_model::nft::Type::InetProto;
                    let part = KeyPart { ty, bits: 8 };
                    let found = super::value::single(&mut self.cur, part)?;
                    *proto = found.number().unwrap_or_default() as u8;
                }
                if self.cur.eat("l3proto") {
                    *family = match self.cur.name(Expected::Literal("ip".into()))? {
                        "ip" => Some(Family::Ip),
                        "ip6" => Some(Family::Ip6),
                        _ => None,
                    };
                }
            }
            _ => {
                self.cur.at = self.cur.end_from(self.cur.at);
            }
        }
        Ok(())
    }

    /// Goes past what stands between braces, where it is next.
    pub(super) fn skip_block(&mut self) {
        if self.cur.is_sign("{") {
            self.cur.at = self.cur.end_from(self.cur.at);
        }
    }
}

const SET_FLAGS: [&str; 4] = ["constant", "interval", "timeout", "dynamic"];
const SET_LINES: [&str; 9] = [
    "type",
    "typeof",
    "flags",
    "timeout",
    "gc-interval",
    "size",
    "policy",
    "auto-merge",
    "elements",
];

/// What elements of a set hold that is declared.
fn holds(data: &SetData, key: &[KeyPart]) -> Holds {
    match data {
        SetData::None => Holds::Nothing,
        SetData::Verdict => Holds::Verdicts,
        SetData::Values(parts) => Holds::Values(parts.clone()),
        SetData::Objects if key.is_empty() => Holds::Nothing,
        SetData::Objects => Holds::Objects(ObjectWord::Counter),
    }
}
