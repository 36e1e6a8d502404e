//! Options that belong to a match or a target: each goes to the last one open that knows it, and what none knows is
//! kept as text, with what was meant.

use super::{REACH, Reader};
use crate::cx::ADVISED;
use crate::ext::{self, Arg, MATCHES, MatchExt, Opt};
use crate::slots::Slot;
use crate::word::Word;
use chainwalk_model::{DiagnosticId, Expected, Hint, Severity};

impl Reader<'_, '_, '_, '_> {
    /// An option that is not one of every rule.
    pub(super) fn extension(&mut self, option: &Word<'_>, start: usize) {
        let name = option.text.as_ref();
        for exact in [true, false] {
            for slot in (0..self.slots.list.len()).rev().take(REACH) {
                let known = match &self.slots.list[slot] {
                    Slot::Match(ext, _) => known(ext.options, name, exact),
                    Slot::Target(ext, _) => known(ext.options, name, exact),
                    _ => None,
                };
                if let Some(known) = known {
                    self.give(slot, known, option, start);
                    return;
                }
            }
        }
        // What `-p` stands for is loaded where none of these knows the option, shortened ones too: behind `-m multiport`
        // `--dport` is short for `--dports`.
        for exact in [true, false] {
            if let Some(implied) = self.implied()
                && let Some(known) = known(implied.options, name, exact)
            {
                let given = self.given(implied.names[0], start, option.end);
                self.slots.list.push(Slot::Match(implied, given));
                self.give(self.slots.list.len() - 1, known, option, start);
                return;
            }
        }
        self.unknown(option, start);
    }

    /// The match that `-p` stands for, unless it is already there.
    fn implied(&self) -> Option<&'static MatchExt> {
        let ext = ext::of_protocol(self.proto?)?;
        let there = |slot: &Slot<'_>| matches!(slot, Slot::Match(e, _) if e.names == ext.names);
        (!self.slots.list.iter().rev().take(REACH).any(there)).then_some(ext)
    }

    /// Takes the values of a known option.
    fn give(&mut self, slot: usize, known: &'static Opt, option: &Word<'_>, start: usize) {
        let mut values = Vec::new();
        let mut end = option.end;
        let count = match known.args {
            ext::MAYBE => usize::from(self.peek().is_some_and(|w| !w.is_option() && !w.is("!"))),
            count => count,
        };
        for n in 0..count {
            let word = if n == 0 { self.operand(option, Expected::Text) } else { self.next() };
            let Some(word) = word else { break };
            end = word.end;
            values.push(word.clone());
        }
        let arg = Arg { name: known.name, not: self.not.is_some(), values, start, end };
        let twice = match self.slots.list.get_mut(slot) {
            Some(Slot::Match(_, given) | Slot::Target(_, given)) => {
                given.end = given.end.max(end);
                let twice = !known.many && given.get(known.name).is_some();
                if !twice {
                    given.args.push(arg);
                }
                twice
            }
            _ => false,
        };
        if twice {
            self.slots.twice(self.cx, start, end);
        }
    }

    /// An option that no extension here knows.
    fn unknown(&mut self, option: &Word<'_>, start: usize) {
        let name = option.text.as_ref();
        let mut end = option.end;
        while let Some(word) = self.peek().filter(|w| !w.is_option() && !w.is("!")) {
            if word.is("#") {
                break;
            }
            end = word.end;
            self.at += 1;
        }
        let owner = self.slots.list.iter_mut().rev().take(REACH).find_map(|slot| match slot {
            Slot::Opaque { end, .. } => Some(end),
            Slot::Name { end, options, goto: false, .. } => {
                *options = true;
                Some(end)
            }
            _ => None,
        });
        if let Some(owner) = owner {
            *owner = (*owner).max(end);
            return;
        }
        // One rule needs so much advice and no more.
        let hint = if self.slots.list.len() < REACH { self.advice(name) } else { None };
        self.cx.say(
            DiagnosticId::UnknownOption,
            Severity::Warning,
            (option.start, option.end),
            vec![],
            hint,
        );
        self.slots.list.push(Slot::Bad { start, end });
    }

    fn advice(&self, name: &str) -> Option<Hint> {
        let ports =
            ["--dport", "--sport", "--destination-port", "--source-port", "--syn", "--tcp-flags"];
        let carried = ["tcp", "udp", "sctp", "dccp", "6", "17", "132", "33"];
        if ports.contains(&name) && self.proto.is_none_or(|p| !carried.contains(&p)) {
            return Some(Hint::NeedsProtocol);
        }
        if self.cx.diagnostics.len() >= ADVISED {
            return None;
        }
        let owner = MATCHES.iter().find(|e| known(e.options, name, true).is_some());
        if let Some(ext) = owner {
            return Some(Hint::DidYouMean(format!("-m {} {name}", ext.names[0]).into()));
        }
        let open = self.slots.list.iter().rev().take(REACH).flat_map(|slot| match slot {
            Slot::Match(ext, _) => ext.options,
            Slot::Target(ext, _) => ext.options,
            _ => &[],
        });
        let implied = self.implied().map_or(&[][..], |e| e.options);
        let all = open.chain(implied).map(|o| o.name).chain(BASE.iter().copied());
        self.cx.nearest(name, all)
    }
}

const BASE: &[&str] = &[
    "--source",
    "--destination",
    "--in-interface",
    "--out-interface",
    "--protocol",
    "--fragment",
    "--jump",
    "--goto",
    "--match",
    "--append",
    "--insert",
    "--table",
];

/// The option of that name; unless `exact`, a shortened one that fits no other counts too.
fn known(options: &'static [Opt], name: &str, exact: bool) -> Option<&'static Opt> {
    if exact {
        return options.iter().find(|o| o.is(name));
    }
    if name.len() < 4 {
        return None;
    }
    let fits = |o: &&Opt| o.name.starts_with(name) || o.also.iter().any(|a| a.starts_with(name));
    let mut found = options.iter().filter(fits);
    found.next().filter(|_| found.next().is_none())
}
