//! The options of every rule, whatever extensions it opens: verbs, base tests, `-m`, `-j` and `-g`.

use super::{PLAIN, REACH, Reader};
use crate::blank;
use crate::ext::{self, MATCHES, UNREAD_MATCHES};
use crate::names;
use crate::refused;
use crate::slots::Slot;
use crate::spec::Verb;
use crate::target::any_iface;
use crate::value;
use crate::word::Word;
use chainwalk_model::{
    AddrMask, BlankPart, Counters, DiagnosticId, Expected, Inv, Policy, Severity,
};

impl<'a> Reader<'a, '_, '_, '_> {
    pub(super) fn option(&mut self, option: &Word<'_>) {
        let start = self.not.unwrap_or(option.start);
        if let Some(not) = self.not.filter(|_| PLAIN.contains(&option.text.as_ref())) {
            self.refuse(not, option.end, vec![Expected::Literal(option.text.as_ref().into())]);
            self.not = None;
        }
        match option.text.as_ref() {
            "-A" | "--append" => {
                let chain = self.operand(option, Expected::Chain);
                self.verb(Verb::Append, chain);
            }
            "-I" | "--insert" => {
                let chain = self.operand(option, Expected::Chain);
                let at = self.operand_number().unwrap_or(1);
                self.verb(Verb::Insert(at), chain);
            }
            "-D" | "--delete" => {
                let chain = self.operand(option, Expected::Chain);
                let verb = self.operand_number().map_or(Verb::Delete, Verb::DeleteAt);
                self.verb(verb, chain);
            }
            "-R" | "--replace" => {
                let chain = self.operand(option, Expected::Chain);
                let at = self.operand_number().unwrap_or(0);
                self.verb(Verb::Replace(at), chain);
            }
            // `CLUSTERIP` has a `--new` of its own.
            "--new" if self.has_target("CLUSTERIP") => self.extension(option, start),
            "-N" | "--new-chain" | "--new" => {
                let chain = self.operand(option, Expected::Chain);
                self.verb(Verb::New, chain);
            }
            "-P" | "--policy" => {
                let chain = self.operand(option, Expected::Chain);
                let policy = self.operand(option, Expected::Target);
                let policy = match policy.map(|p| p.text.as_ref()) {
                    Some("ACCEPT") => Policy::Accept,
                    Some("DROP") => Policy::Drop,
                    Some(_) => {
                        let place = (self.word_start(), self.word_end());
                        let wanted = ["ACCEPT", "DROP"].map(|w| Expected::Literal(w.into()));
                        let (id, bad) = (DiagnosticId::BadValue, Severity::Warning);
                        self.cx.say(id, bad, place, wanted.to_vec(), None);
                        Policy::Unknown
                    }
                    None => Policy::Unknown,
                };
                self.verb(Verb::Policy(policy), chain);
            }
            "-E" | "--rename-chain" | "--rename" => {
                let chain = self.operand(option, Expected::Chain);
                let to = self.operand(option, Expected::Chain).map(|w| w.text.to_string());
                self.verb(Verb::Rename(to.unwrap_or_default()), chain);
            }
            "-F" | "--flush" => {
                let chain = self.maybe_chain();
                self.verb(Verb::Flush, chain);
            }
            "-X" | "--delete-chain" => {
                let chain = self.maybe_chain();
                self.verb(Verb::DeleteChain, chain);
            }
            "-Z" | "--zero" | "-L" | "--list" | "-S" | "--list-rules" => {
                let chain = self.maybe_chain();
                self.operand_number();
                self.verb(Verb::Nothing, chain);
            }
            "-C" | "--check" => {
                let chain = self.operand(option, Expected::Chain);
                self.verb(Verb::Nothing, chain);
            }
            "-t" | "--table" | "--modprobe" | "-M" => {
                self.next();
            }
            "-w" | "--wait" | "-W" | "--wait-interval" => {
                self.operand_number();
            }
            "-v" | "--verbose" | "-n" | "--numeric" | "-x" | "--exact" | "-4" | "--ipv4" | "-6"
            | "--ipv6" | "--line-numbers" | "-vv" => {}
            "-c" | "--set-counters" => {
                let packets = self.operand_count();
                let bytes = self.operand_count();
                match packets.zip(bytes) {
                    Some((packets, bytes)) => self.counters = Some(Counters { packets, bytes }),
                    None => self.refuse(start, self.word_end(), vec![Expected::Number; 2]),
                }
            }
            "-s" | "--source" | "--src" => {
                self.option = "-s";
                let found = self.addrs(option, start);
                if !self.again(!self.slots.base.srcs.is_empty(), start) {
                    self.slots.base.srcs.extend(found);
                }
            }
            "-d" | "--destination" | "--dst" => {
                self.option = "-d";
                let found = self.addrs(option, start);
                if !self.again(!self.slots.base.dsts.is_empty(), start) {
                    self.slots.base.dsts.extend(found);
                }
            }
            "-i" | "--in-interface" => {
                self.option = "-i";
                if self.iface_left(option, start) {
                    return;
                }
                let found = self.base_value(option, start, value::iface, Expected::Interface);
                if found.as_ref().is_some_and(|f| f.value.name.contains(':')) {
                    let place = (self.word_start(), self.word_end());
                    let id = DiagnosticId::AliasAsInterface;
                    self.cx.say(id, Severity::Warning, place, vec![Expected::Interface], None);
                }
                let long = found.as_ref().is_some_and(|f| refused::is_too_long(&f.value.name));
                if !self.again(self.slots.base.iniface_at.is_some(), start) {
                    self.slots.base.iniface_at = Some((start, self.word_end(), long));
                    self.slots.base.ip.iniface = found.and_then(any_iface);
                }
            }
            "-o" | "--out-interface" => {
                self.option = "-o";
                if self.iface_left(option, start) {
                    return;
                }
                let found = self.base_value(option, start, value::iface, Expected::Interface);
                let long = found.as_ref().is_some_and(|f| refused::is_too_long(&f.value.name));
                if !self.again(self.slots.base.outiface_at.is_some(), start) {
                    self.slots.base.outiface_at = Some((start, self.word_end(), long));
                    self.slots.base.ip.outiface = found.and_then(any_iface);
                }
            }
            // `-m policy` and what `-m ipvs` writes have a `--proto` of their own.
            "--proto" if self.has_own_proto() => self.extension(option, start),
            "-p" | "--protocol" | "--proto" => {
                self.proto = self
                    .peek()
                    .filter(|w| !w.is("!"))
                    .or(self.words_after())
                    .map(|w| w.text.as_ref());
                let found = self.base_value(option, start, value::protocol, Expected::Protocol);
                if self.again(self.slots.base.proto_at.is_some(), start) {
                    return;
                }
                self.slots.base.proto_at = found.map(|_| start);
                if found.is_some_and(|p| p.not && p.value == 0) {
                    self.refuse(start, self.word_end(), vec![Expected::Protocol]);
                }
                // 0 is any.
                self.slots.base.ip.proto = found.filter(|p| p.value != 0);
            }
            "-f" | "--fragment" | "--fragments" => {
                if self.again(self.slots.base.ip.fragment.is_some(), start) {
                    return;
                }
                if self.v6() {
                    self.refuse(start, option.end, vec![Expected::Literal("-m frag".into())]);
                    return;
                }
                self.slots.base.cover(start, option.end);
                self.slots.base.ip.fragment = Some(Inv { not: self.not.is_some(), value: () });
            }
            "-j" | "--jump" => self.target(option, start, false),
            "-g" | "--goto" => self.target(option, start, true),
            "-m" | "--match" => self.module(option, start),
            _ => self.extension(option, start),
        }
    }

    /// Whether the last extension opened is that target.
    fn has_target(&self, name: &str) -> bool {
        matches!(self.slots.list.last(), Some(Slot::Target(ext, _)) if ext.names.contains(&name))
    }

    fn has_own_proto(&self) -> bool {
        self.slots.list.iter().rev().take(REACH).any(|slot| match slot {
            Slot::Match(ext, _) => ext.options.iter().any(|o| o.is("--proto")),
            _ => false,
        })
    }

    fn words_after(&self) -> Option<&'a Word<'a>> {
        let words: &'a [Word<'_>] = self.words;
        words.get(self.at + 1)
    }

    fn base_value<T>(
        &mut self,
        option: &Word<'_>,
        start: usize,
        piece: impl FnMut(&'a str) -> value::Piece<'a, T>,
        expected: Expected,
    ) -> Option<Inv<T>> {
        let word = self.operand(option, expected.clone())?;
        if let Some(value) = value::whole(piece, &word.text) {
            self.slots.base.cover(start, word.end);
            return Some(Inv { not: self.not.is_some(), value });
        }
        self.bad(word, start, expected);
        None
    }

    /// A value that does not fit: the option is kept as text.
    fn bad(&mut self, word: &Word<'_>, start: usize, expected: Expected) {
        let hint = match expected {
            Expected::Protocol => {
                let known = names::PROTOCOLS.iter().map(|(name, _)| *name);
                self.cx.nearest(&word.text, known)
            }
            _ => None,
        };
        self.cx.say(
            DiagnosticId::BadValue,
            Severity::Warning,
            (word.start, word.end),
            vec![expected],
            hint,
        );
        self.slots.list.push(Slot::Bad { start, end: word.end });
    }

    /// Whether the interface that comes next is left open; it is then taken.
    fn iface_left(&mut self, option: &Word<'_>, start: usize) -> bool {
        let at = self.at + usize::from(self.peek().is_some_and(|w| w.is("!")));
        let words: &'a [Word<'_>] = self.words;
        let open = words.get(at).is_some_and(|w| blank::interface(&w.text).is_some());
        if !open {
            return false;
        }
        let Some(word) = self.operand(option, Expected::Interface) else { return false };
        self.leaves(word, start, blank::interface)
    }

    /// Whether the value of a base test is left open; it is then a test of its own.
    fn leaves(
        &mut self,
        word: &Word<'_>,
        start: usize,
        read: fn(&str) -> Option<blank::Left>,
    ) -> bool {
        let Some(left) = read(&word.text) else { return false };
        let (part, kind) = match self.option {
            "-s" => (BlankPart::Src, Expected::Network),
            "-d" => (BlankPart::Dst, Expected::Network),
            "-i" => (BlankPart::InIface, Expected::Interface),
            _ => (BlankPart::OutIface, Expected::Interface),
        };
        self.cx.left_open(&left.name, (word.start, word.end), kind);
        let blank = left.tested(part, self.not.is_some());
        self.slots.list.push(Slot::Blank { blank, start, end: word.end });
        true
    }

    /// `-s a,b`: each address makes a rule of its own.
    fn addrs(&mut self, option: &Word<'_>, start: usize) -> Vec<Inv<AddrMask>> {
        let Some(word) = self.operand(option, Expected::Network) else { return Vec::new() };
        let not = self.not.is_some();
        if not && word.text.contains(',') {
            self.refuse(start, word.end, vec![Expected::Network]);
            return Vec::new();
        }
        let mut found = Vec::new();
        let local = if self.v6() { "::1" } else { "127.0.0.1" };
        for text in word.text.split(',') {
            let text = if text == "localhost" { local } else { text };
            match value::whole(value::addr_mask, text) {
                Some(value) if value.addr.is_ipv6() == self.v6() => found.push(Inv { not, value }),
                None if !word.text.contains(',') && self.leaves(word, start, blank::address) => {
                    return Vec::new();
                }
                _ => {
                    self.bad(word, start, Expected::Network);
                    return Vec::new();
                }
            }
        }
        self.slots.base.cover(start, word.end);
        found
    }

    fn module(&mut self, option: &Word<'_>, start: usize) {
        let Some(word) = self.operand(option, Expected::Option) else { return };
        let name = word.text.as_ref();
        if let Some(ext) = ext::find_match(name) {
            self.slots.list.push(Slot::Match(ext, self.given(name, start, word.end)));
            return;
        }
        if UNREAD_MATCHES.contains(&name) {
            let span = (word.start, word.end);
            self.cx.say(DiagnosticId::NotModelled, Severity::Warning, span, vec![], None);
        } else {
            let known =
                MATCHES.iter().flat_map(|e| e.names).copied().chain(UNREAD_MATCHES.iter().copied());
            let hint = self.cx.nearest(name, known);
            self.cx.say(
                DiagnosticId::UnknownMatch,
                Severity::Warning,
                (word.start, word.end),
                vec![],
                hint,
            );
        }
        self.slots.list.push(Slot::Opaque { module: name.into(), start, end: word.end });
    }

    fn target(&mut self, option: &Word<'_>, start: usize, goto: bool) {
        let Some(word) = self.operand(option, Expected::Target) else { return };
        let name = word.text.as_ref();
        let there = |slot: &Slot<'_>| matches!(slot, Slot::Target(..) | Slot::Name { .. });
        if self.slots.list.iter().rev().take(REACH).any(there) {
            self.slots.twice(self.cx, start, word.end);
            return;
        }
        if !goto && let Some(ext) = ext::find_target(name) {
            self.slots.list.push(Slot::Target(ext, self.given(name, start, word.end)));
        } else {
            let name = name.to_owned();
            self.slots.list.push(Slot::Name { name, goto, start, end: word.end, options: false });
        }
    }
}
