//! Commands: what `nft -f` takes, one after the other.

use super::cursor::{Read, Wrong};
use super::field::unknown;
use super::lexer::Kind;
use super::reader::Reader;
use crate::names::CHANGES;
use chainwalk_model::{
    Backend, ChainId, DiagnosticId, Expected, Family, Rule, RuleId, Severity, TableId,
};

/// Where a rule is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    First,
    Last,
    Before(usize),
    Behind(usize),
}

impl Reader<'_, '_> {
    /// Every command of the text.
    pub(super) fn commands(&mut self) {
        loop {
            while let Some(token) = self.cur.peek().filter(|t| t.kind == Kind::Remark) {
                // `# Warning: table ip filter is managed by iptables-nft, do not touch!`
                self.managed |= self.cur.text_of(token).contains("managed by iptables-nft");
                self.cur.at += 1;
            }
            if self.cur.peek().is_some_and(|t| t.kind == Kind::Line) || self.cur.is_sign(";") {
                self.cur.at += 1;
                continue;
            }
            if self.cur.peek().is_none() {
                self.devices_missing();
                return;
            }
            let from = self.cur.at;
            match self.command() {
                Ok(()) if self.cur.at > from && self.cur.at_end() => {
                    // A brace too many.
                    self.cur.eat_sign("}");
                }
                Ok(()) => self.bad_line(from, None),
                Err(wrong) => {
                    self.unread(from, self.cur.end_from(from));
                    self.bad_line(from, Some(*wrong));
                }
            }
        }
    }

    /// Names the chains of a device of which it is not told which.
    fn devices_missing(&mut self) {
        for id in std::mem::take(&mut self.open) {
            let chain = self.draft.rules.chain(id);
            if chain.base.as_ref().is_some_and(|b| b.devices.is_empty()) {
                let text = format!("nft list chain {}", chain.name);
                let span = chain.span;
                self.draft.unread.push((text.as_str().into(), span));
            }
        }
    }

    fn command(&mut self) -> Read<()> {
        let from = self.cur.at;
        match self.cur.word() {
            "add" | "create" => {
                self.cur.at += 1;
                self.add(from)
            }
            "insert" => {
                self.cur.at += 1;
                self.cur.eat("rule");
                self.add_rule(Place::First)
            }
            "replace" => {
                self.cur.at += 1;
                self.cur.eat("rule");
                self.replace_rule()
            }
            word @ ("delete" | "destroy") => {
                self.cur.at += 1;
                self.delete(word == "destroy", from)
            }
            "flush" => {
                self.cur.at += 1;
                self.flush()
            }
            "rename" => {
                self.cur.at += 1;
                self.cur.need("chain")?;
                let chain = self.known_chain()?;
                let to = self.cur.name(Expected::Chain)?;
                self.draft.rename_chain(chain, to);
                Ok(())
            }
            // What counters and quotas have counted decides next to nothing, and nothing is deleted.
            "reset" | "list" | "monitor" | "describe" => {
                self.cur.at = self.cur.end_from(from);
                Ok(())
            }
            "include" => {
                self.pass_over(from);
                Ok(())
            }
            "table" | "chain" | "rule" | "set" | "map" | "element" | "counter" | "quota"
            | "limit" | "ct" | "flowtable" | "synproxy" | "secmark" => self.add(from),
            _ => {
                let others = ["reset", "list", "table", "define", "include"];
                Err(unknown(&self.cur, CHANGES.into_iter().chain(others)))
            }
        }
    }

    /// The family that is named next, or that of IPv4.
    fn family_word(&mut self) -> Family {
        let found = Family::named(self.cur.word());
        self.cur.at += usize::from(found.is_some());
        found.unwrap_or(Family::Ip)
    }

    /// Goes to the table that is named next; makes it where `make` says so, since a listing may show a part.
    fn table_named(&mut self, make: bool) -> Read<TableId> {
        let from = self.cur.at;
        let family = self.family_word();
        let name = self.cur.name(Expected::Text)?;
        let span = self.cur.span(from, self.cur.at);
        let table = match self.draft.find_table(family, name) {
            Some(table) => table,
            None if make => self.draft.table(family, name, span),
            None => return Err(self.missing(from)),
        };
        self.enter(table);
        Ok(table)
    }

    /// Says that what is named from a token on is not there.
    #[expect(clippy::unnecessary_box_returns, reason = "what `Read` holds")]
    fn missing(&self, from: usize) -> Box<Wrong> {
        let wrong = self.cur.wrong_at(from, self.cur.at, vec![]);
        Box::new(Wrong { id: DiagnosticId::NoSuchRule, ..*wrong })
    }

    fn known_chain(&mut self) -> Read<ChainId> {
        let from = self.cur.at;
        self.table_named(false)?;
        let name = self.cur.name(Expected::Chain)?;
        self.draft.find_chain(self.table, name).ok_or_else(|| self.missing(from))
    }

    fn add(&mut self, from: usize) -> Read<()> {
        let word = self.cur.word();
        match word {
            "table" => {
                self.cur.at += 1;
                let at = self.cur.at;
                if self.source.is_listing() {
                    let family = self.family_word();
                    let name = self.cur.name(Expected::Text)?;
                    self.draft.listed(family, name);
                    self.cur.at = at;
                }
                let table = self.table_named(true)?;
                if !self.source.is_listing() {
                    // Each time that a table is added, the flags that stand with it are those it has from then on.
                    self.draft.rules.tables[table.0 as usize].dormant = false;
                }
                if std::mem::take(&mut self.managed) {
                    let table = &mut self.draft.rules.tables[table.0 as usize];
                    table.backend = Backend::IptablesNft;
                }
                if self.cur.eat_sign("{") {
                    self.table_block();
                    let span = self.cur.span(from, self.cur.at);
                    self.draft.rules.tables[table.0 as usize].span = span;
                }
                Ok(())
            }
            "chain" => {
                self.cur.at += 1;
                self.table_named(true)?;
                let name = self.cur.name(Expected::Chain)?;
                self.chain_block(name, from)
            }
            "set" | "map" => {
                self.cur.at += 1;
                self.table_named(true)?;
                let name = self.cur.name(Expected::Text)?;
                self.set_block(name, from);
                Ok(())
            }
            "element" => {
                self.cur.at += 1;
                self.table_named(true)?;
                let at = self.cur.at;
                let name = self.cur.name(Expected::Text)?;
                let Some(id) = self.draft.find_set(self.table, name) else {
                    // nft adds nothing then, and a rule that names the set asks for all of it.
                    self.say(*self.missing(at), Severity::Warning);
                    self.cur.at = self.cur.end_from(from);
                    return Ok(());
                };
                self.set_elements(id, true)
            }
            "flowtable" => {
                self.cur.at += 1;
                self.table_named(true)?;
                self.cur.name(Expected::Text)?;
                self.skip_block();
                Ok(())
            }
            "counter" | "quota" | "limit" | "ct" | "synproxy" | "secmark" => {
                // The table stands between the words of the kind and the name.
                let (kind, words) = self.object_word();
                self.cur.at += words;
                self.table_named(true)?;
                self.object_of(kind, from)
            }
            _ => {
                self.cur.eat("rule");
                self.add_rule(Place::Last)
            }
        }
    }

    /// `[rule] TABLE CHAIN [handle N | position N | index N] …`.
    fn add_rule(&mut self, place: Place) -> Read<()> {
        self.table_named(true)?;
        let at = self.cur.at;
        let name = self.cur.name(Expected::Chain)?;
        let span = self.cur.span(at, self.cur.at);
        let chain = self.draft.chain(self.table, name, span);
        let mut place = place;
        if matches!(self.cur.word(), "handle" | "position" | "index") {
            let at = self.cur.at;
            let n = self.place_of(chain)?.ok_or_else(|| self.missing(at))?;
            place = if place == Place::First { Place::Before(n) } else { Place::Behind(n) };
        }
        self.needs_statement()?;
        let rule = self.rule(chain, false);
        let rules = &mut self.draft.rules.chains[chain.0 as usize].rules;
        let at = match place {
            Place::First => 0,
            Place::Last => rules.len(),
            Place::Before(n) => n,
            Place::Behind(n) => n + 1,
        };
        rules.insert(at.min(rules.len()), rule);
        Ok(())
    }

    /// A command makes no rule of nothing.
    fn needs_statement(&self) -> Read<()> {
        if self.cur.at_end() && !self.source.is_listing() {
            return Err(self.cur.wrong(Expected::Target));
        }
        Ok(())
    }

    /// The place that a handle or an index means.
    fn place_of(&mut self, chain: ChainId) -> Read<Option<usize>> {
        let by_index = self.cur.word() == "index";
        self.cur.at += 1;
        let n = self.cur.number()?;
        let rules = &self.draft.rules.chain(chain).rules;
        if by_index {
            return Ok(usize::try_from(n).ok().filter(|n| *n < rules.len()));
        }
        let rule = |id: &RuleId| -> &Rule { self.draft.rules.rule(*id) };
        Ok(rules.iter().position(|id| rule(id).handle == Some(n)))
    }

    /// A chain, and the place in it of the rule that is named next.
    fn known_rule(&mut self) -> Read<(ChainId, usize)> {
        let chain = self.known_chain()?;
        let at = self.cur.at;
        if !matches!(self.cur.word(), "handle" | "index" | "position") {
            return Err(self.cur.wrong(Expected::Literal("handle".into())));
        }
        let place = self.place_of(chain)?.ok_or_else(|| self.missing(at))?;
        Ok((chain, place))
    }

    fn replace_rule(&mut self) -> Read<()> {
        let (chain, place) = self.known_rule()?;
        self.needs_statement()?;
        let rule = self.rule(chain, false);
        self.draft.rules.chains[chain.0 as usize].rules[place] = rule;
        Ok(())
    }

    fn delete(&mut self, lenient: bool, from: usize) -> Read<()> {
        let known = ["table", "chain", "rule", "set", "map", "element", "flowtable", "counter"];
        let (kind, words) = self.object_word();
        let word = self.cur.word();
        let done = match word {
            "table" => {
                self.cur.at += 1;
                let found = self.deleted_table();
                found.map(|table| self.draft.delete_table(table))
            }
            "chain" => {
                self.cur.at += 1;
                self.known_chain().map(|chain| {
                    self.draft.delete_chain(chain);
                    self.skip_block();
                })
            }
            "rule" => {
                self.cur.at += 1;
                self.delete_rule()
            }
            "set" | "map" => {
                self.cur.at += 1;
                self.known_set().map(|set| self.draft.delete_set(set))
            }
            "element" => {
                self.cur.at += 1;
                match self.known_set() {
                    Ok(set) => self.set_elements(set, false),
                    Err(wrong) => Err(wrong),
                }
            }
            "flowtable" => {
                self.cur.at = self.cur.end_from(self.cur.at);
                Ok(())
            }
            "counter" | "quota" | "limit" | "ct" | "synproxy" | "secmark" => {
                self.cur.at += words;
                self.table_named(false)?;
                let at = self.cur.at;
                let name = self.cur.name(Expected::Text)?;
                match self.draft.find_object(self.table, name, kind) {
                    Some(id) => {
                        self.draft.delete_object(id);
                        Ok(())
                    }
                    None => Err(self.missing(at)),
                }
            }
            _ => Err(unknown(&self.cur, known)),
        };
        match done {
            Err(wrong) if wrong.id == DiagnosticId::NoSuchRule => {
                // What is not there is not there afterwards either.
                let end = self.cur.end_from(from);
                if !lenient {
                    if word == "rule" {
                        self.unread(from, end);
                    }
                    self.say(*wrong, Severity::Note);
                }
                self.cur.at = end;
                Ok(())
            }
            other => other,
        }
    }

    fn deleted_table(&mut self) -> Read<TableId> {
        let from = self.cur.at;
        let family = self.family_word();
        let name = self.cur.name(Expected::Text)?;
        if self.cur.is_sign("{") {
            self.skip_block();
        }
        self.draft.find_table(family, name).ok_or_else(|| self.missing(from))
    }

    fn known_set(&mut self) -> Read<chainwalk_model::SetId> {
        self.table_named(false)?;
        let at = self.cur.at;
        let name = self.cur.name(Expected::Text)?;
        self.draft.find_set(self.table, name).ok_or_else(|| self.missing(at))
    }

    fn delete_rule(&mut self) -> Read<()> {
        let (chain, place) = self.known_rule()?;
        self.draft.rules.chains[chain.0 as usize].rules.remove(place);
        Ok(())
    }

    fn flush(&mut self) -> Read<()> {
        let word = self.cur.word();
        self.cur.at += 1;
        let from = self.cur.at;
        let done = match word {
            "ruleset" => {
                let of = Family::named(self.cur.word());
                self.cur.at += usize::from(of.is_some());
                self.draft.flush(of);
                self.draft.whole |= of.is_none();
                Ok(())
            }
            "table" => self.table_named(false).map(|table| {
                for chain in self.draft.rules.table(table).chains.clone() {
                    self.draft.rules.chains[chain.0 as usize].rules.clear();
                }
            }),
            "chain" => self.known_chain().map(|chain| {
                self.draft.rules.chains[chain.0 as usize].rules.clear();
            }),
            "set" | "map" | "meter" => self.known_set().map(|set| {
                let set = &mut self.draft.rules.sets[set.0 as usize];
                set.elements.clear();
                set.whole = true;
            }),
            _ => {
                self.cur.at -= 1;
                Err(unknown(&self.cur, ["ruleset", "table", "chain", "set", "map", "meter"]))
            }
        };
        match done {
            // What is not there holds nothing either.
            Err(wrong) if wrong.id == DiagnosticId::NoSuchRule => {
                self.cur.at = self.cur.end_from(from);
                self.say(*wrong, Severity::Note);
                Ok(())
            }
            done => done,
        }
    }
}
