//! A rule as `-S`, `iptables-save` and the command line write it: words become operations.
//!
//! An option goes to the extension opened last that knows it, as getopt does; what no extension knows is
//! kept as text and named.

use crate::cx::Cx;
use crate::draft::Draft;
use crate::ext::Given;
use crate::refused::{self, Line, Protocol};
use crate::slots::{Slot, Slots};
use crate::spec::{Spec, Verb};
use crate::value;
use crate::word::Word;
use chainwalk_model::{
    Count, Counters, DiagnosticId, Expected, Family, Inv, Match, OpKind, Severity,
};

/// How many extensions back an option is looked for; no rule of a person has as many.
const REACH: usize = 64;

/// Reads the words of a line, counters in brackets taken off before.
pub(crate) fn read(cx: &mut Cx<'_>, draft: &mut Draft, words: &[Word<'_>]) -> Spec {
    let told = cx.diagnostics.len();
    let mut reader = Reader {
        cx,
        told,
        draft,
        words,
        at: 0,
        not: None,
        slots: Slots::default(),
        verb: None,
        chain: None,
        chain_at: (0, 0),
        number_at: (0, 0),
        counters: None,
        proto: None,
        option: "",
    };
    while reader.at < reader.words.len() {
        reader.step();
    }
    reader.finish()
}

struct Reader<'a, 'w, 'c, 'd> {
    cx: &'c mut Cx<'d>,
    /// How many problems were told before this line.
    told: usize,
    draft: &'c mut Draft,
    words: &'a [Word<'w>],
    at: usize,
    /// Where a `!` stands that waits for its option.
    not: Option<usize>,
    slots: Slots<'a>,
    verb: Option<Verb>,
    chain: Option<String>,
    chain_at: (usize, usize),
    /// Where the place of a rule stands.
    number_at: (usize, usize),
    counters: Option<Counters>,
    /// The protocol's name, which may stand for its match.
    proto: Option<&'a str>,
    /// The base test at hand.
    option: &'static str,
}

impl<'a> Reader<'a, '_, '_, '_> {
    fn v6(&self) -> bool {
        self.draft.family == Family::Ip6
    }

    fn next(&mut self) -> Option<&'a Word<'a>> {
        let words: &'a [Word<'_>] = self.words;
        let word = words.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    fn peek(&self) -> Option<&'a Word<'a>> {
        let words: &'a [Word<'_>] = self.words;
        words.get(self.at)
    }

    /// The value of an option; `!` before it counts as one before the option.
    fn operand(&mut self, option: &Word<'_>, expected: Expected) -> Option<&'a Word<'a>> {
        if self.peek().is_some_and(|w| w.is("!")) {
            self.at += 1;
            if PLAIN.contains(&option.text.as_ref()) {
                let own = Expected::Literal(option.text.as_ref().into());
                self.refuse(option.start, self.word_end(), vec![own]);
            } else if let Some(start) = self.not.replace(option.start) {
                self.refuse(start, self.word_end(), vec![Expected::Option]);
            }
        }
        let found = self.next();
        if found.is_none() {
            self.cx.say(
                DiagnosticId::Missing,
                Severity::Warning,
                (option.start, option.end),
                vec![expected],
                None,
            );
            self.slots.list.push(Slot::Bad { start: option.start, end: option.end });
        }
        found
    }

    fn step(&mut self) {
        let Some(word) = self.next() else { return };
        if word.is("!") {
            if let Some(start) = self.not.replace(word.start) {
                self.refuse(start, word.end, vec![Expected::Option]);
            }
            return;
        }
        // `!-i eth0` and `!--syn`, as people type them.
        if !word.quoted
            && let Some(option) = word.text.strip_prefix('!')
            && option.starts_with('-')
        {
            self.not = Some(word.start);
            let split = Word {
                text: option.to_owned().into(),
                start: word.start + 1,
                end: word.end,
                quoted: false,
            };
            self.option(&split);
        } else if word.is_option() {
            self.option(word);
        } else {
            self.stray(word);
        }
        self.not = None;
    }

    fn stray(&mut self, word: &Word<'_>) {
        let end = self.words.last().map_or(word.end, |w| w.end);
        let remark = !word.quoted
            && (word.text.starts_with(['#', ';', '<', '(', '\u{2190}'])
                || word.text.starts_with("//")
                || word.text.starts_with(|c: char| !c.is_ascii()));
        if remark {
            self.at = self.words.len();
            self.cx.say(DiagnosticId::Prose, Severity::Note, (word.start, end), vec![], None);
            return;
        }
        let open = self.slots.list.last_mut();
        if let Some(Slot::Opaque { end, .. } | Slot::Name { end, options: true, .. }) = open {
            *end = word.end;
            return;
        }
        let place = (word.start, word.end);
        let id = DiagnosticId::UnknownOption;
        self.cx.say(id, Severity::Warning, place, vec![], None);
        self.slots.list.push(Slot::Bad { start: word.start, end: word.end });
    }

    fn verb(&mut self, verb: Verb, chain: Option<&Word<'_>>) {
        if self.verb.is_some() {
            let (start, end) = (self.word_start(), chain.map_or(self.word_end(), |c| c.end));
            self.slots.twice(self.cx, start, end);
            return;
        }
        self.verb = Some(verb);
        self.chain_at = chain.map_or((self.word_start(), self.word_end()), |c| (c.start, c.end));
        self.chain = chain.map(|c| c.text.to_string());
    }

    /// What iptables refuses, and was expected instead. It is kept as text.
    fn refuse(&mut self, start: usize, end: usize, expected: Vec<Expected>) {
        self.cx.say(DiagnosticId::Refused, Severity::Warning, (start, end), expected, None);
        self.slots.list.push(Slot::Bad { start, end });
    }

    /// Whether a base option stands already; then it is refused with the value that was read for it.
    fn again(&mut self, there: bool, start: usize) -> bool {
        if there {
            self.slots.twice(self.cx, start, self.word_end());
        }
        there
    }

    /// Where the last word that was taken starts, and ends.
    fn word_start(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.words.get(at)).map_or(0, |w| w.start)
    }

    fn word_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.words.get(at)).map_or(0, |w| w.end)
    }

    fn operand_number(&mut self) -> Option<u32> {
        let word = self.peek()?;
        let number = value::whole(value::u32n, word.text.as_ref())?;
        self.number_at = (word.start, word.end);
        self.at += 1;
        Some(number)
    }

    /// A number of `-c`.
    fn operand_count(&mut self) -> Option<Count> {
        let value = self.peek()?.text.parse().ok()?;
        self.at += 1;
        Some(Count { value, unit: 1 })
    }

    /// A chain name that need not follow.
    fn maybe_chain(&mut self) -> Option<&'a Word<'a>> {
        let word = self.peek().filter(|w| !w.is_option() && !w.is("!"))?;
        self.at += 1;
        Some(word)
    }

    fn given(&self, name: &'a str, start: usize, end: usize) -> Given<'a> {
        Given { args: Vec::new(), v6: self.v6(), name, start, end }
    }

    fn finish(mut self) -> Spec {
        if let Some(start) = self.not {
            self.refuse(start, start + 1, vec![Expected::Option]);
        }
        let misplaced = self.misplaced();
        if misplaced.as_ref().is_some_and(|(_, expected)| refused::is_small(expected)) {
            // It is no chain that is not here either.
            for slot in &mut self.slots.list {
                if let Slot::Name { name, goto: false, start, end, .. } = slot {
                    let (name, start, end) = (std::mem::take(name), *start, *end);
                    *slot = Slot::Refused { name, start, end };
                }
            }
        }
        let (mut rules, comment) = self.slots.operations(self.cx, self.draft);
        let told = || self.cx.diagnostics.iter().skip(self.told);
        let mut refused = told().any(refused::is_sure);
        let unread = refused || told().any(refused::is_unread);
        if let Some(((start, end), expected)) = misplaced.filter(|_| !unread) {
            refused = true;
            self.cx.say(DiagnosticId::Refused, Severity::Warning, (start, end), expected, None);
            let kept = Match::Opaque(self.cx.opaque(None, start, end));
            let op = self.cx.op(OpKind::Match(kept), start, end);
            for ops in &mut rules {
                let tests = ops.iter().take_while(|op| matches!(op.what, OpKind::Match(_))).count();
                ops.insert(tests, op.clone());
            }
        }
        let (verb, chain, counters) = (self.verb, self.chain, self.counters);
        Spec { verb, chain, rules, counters, comment, refused }
    }

    /// What can be read and is refused all the same.
    fn misplaced(&self) -> Option<refused::Refusal> {
        let protocol = match self.slots.base.ip.proto {
            Some(Inv { not, value: number }) => Protocol::Is { number, not },
            None if self.proto.is_none() || self.slots.base.proto_at.is_some() => Protocol::Any,
            None => Protocol::NotRead,
        };
        let line = Line {
            table: &self.draft.name,
            v6: self.v6(),
            verb: self.verb.as_ref(),
            chain: self.chain.as_deref().map(|name| (name, self.chain_at)),
            number_at: self.number_at,
            protocol,
            base: &self.slots.base,
            slots: &self.slots.list,
            has: &|name| self.draft.find(name).is_some(),
        };
        line.refused()
    }
}

/// Before these no `!` may stand.
const PLAIN: [&str; 16] = [
    "-j",
    "--jump",
    "-g",
    "--goto",
    "-m",
    "--match",
    "-A",
    "--append",
    "-I",
    "--insert",
    "-D",
    "--delete",
    "-R",
    "--replace",
    "-t",
    "--table",
];

mod extension;
mod options;
#[cfg(test)]
mod tests;
