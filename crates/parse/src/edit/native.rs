//! A change of a chain of native nft in the words of the command that makes it.
//!
//! Guarantees: what is printed of a change is read back as the same change.

use super::problem;
use crate::clean::{Clean, Row};
use crate::nft::{Draft, Id, Source, each_id, load, nft_text};
use crate::word::{self, Word};
use chainwalk_model::nft::{ElementData, NftVerdict, Set};
use chainwalk_model::{
    Backend, ChainEdit, ChainId, Diagnostic, DiagnosticId, DocId, Edit, Expected, Family, Host,
    NewRule, Op, Policy, Printer, Ruleset, Severity, TableId, Text,
};

/// Whether a table is of native nft.
pub(super) fn is_native(host: &Host, family: Family, table: &str) -> bool {
    let found = host.rules.find_table(family, table);
    found.is_some_and(|t| host.rules.table(t).backend == Backend::Nft)
}

/// A change of a chain, as `nft` takes it. A rule that goes is named by its handle; where the listing has none, the
/// command that lists it stands before.
pub(super) fn text(
    family: Family,
    table: &str,
    chain: &str,
    change: &ChainEdit,
    host: &Host,
) -> String {
    let place = format!("{} {table} {chain}", family.word());
    let found = host.rules.find_table(family, table);
    let found = found.and_then(|t| host.rules.find_chain(t, chain));
    let handle = |number: u32| {
        let rules = &host.rules.chain(found?).rules;
        host.rules.rule(*rules.get((number as usize).checked_sub(1)?)?).handle
    };
    let each = |rules: &[NewRule], head: &str| {
        let texts = rules.iter().map(|r| {
            let comment = r.comment.as_ref().map_or(String::new(), |c| format!(" comment \"{c}\""));
            let rule = format!("{}{comment}", ops_text(r, family, host));
            format!("{head} {}", for_shell(rule))
        });
        texts.collect::<Vec<_>>().join(" ; ")
    };
    let by_handle = |verb: &str, number: u32, rest: &str| match handle(number) {
        Some(handle) => format!("nft {verb} rule {place} handle {handle}{rest}"),
        None => format!(
            "nft -a list chain {place} ; nft {verb} rule {place} handle {OF_RULE}{number}{rest}"
        ),
    };
    match change {
        ChainEdit::Append(rules) => each(rules, &format!("nft add rule {place}")),
        ChainEdit::Insert { number: 1, rules } => each(rules, &format!("nft insert rule {place}")),
        ChainEdit::Insert { number, rules } => {
            let at = handle(*number).map_or_else(
                || format!("index {}", number.saturating_sub(1)),
                |handle| format!("handle {handle}"),
            );
            each(rules, &format!("nft insert rule {place} {at}"))
        }
        ChainEdit::Replace { number, rule } => {
            let rule = each(std::slice::from_ref(rule), "");
            by_handle("replace", *number, &rule)
        }
        ChainEdit::Delete { number } => by_handle("delete", *number, ""),
        ChainEdit::Policy(policy) => {
            let word = if *policy == Policy::Drop { "drop" } else { "accept" };
            format!("nft add chain {place} '{{ policy {word}; }}'")
        }
        ChainEdit::Flush => format!("nft flush chain {place}"),
        ChainEdit::Create => format!("nft add chain {place}"),
    }
}

/// The text of a rule as a shell leaves it whole: `nft` puts its words together again.
fn for_shell(rule: String) -> String {
    let quoted =
        rule.split('"').skip(1).step_by(2).any(|inner| inner.contains(char::is_whitespace));
    let special = rule.contains(|c: char| "&|;<>(){}$`*?![]#~'\\".contains(c));
    if quoted || special { format!("'{}'", rule.replace('\'', QUOTE_IN_QUOTES)) } else { rule }
}

/// How a shell writes an apostrophe between two.
const QUOTE_IN_QUOTES: &str = r"'\''";

/// Stands for the handle of a rule of which only the number is known.
const OF_RULE: &str = "OF-RULE-";

/// The command of nft on a line, behind the one that lists the handles.
fn command(row: Row<'_>) -> Option<Vec<Word<'_>>> {
    let text = row.text.trim_start_matches("sudo ");
    if text != "nft" && !text.starts_with("nft ") {
        return None;
    }
    let words = word::words(row);
    // A table or a chain may be called nft, too.
    let begins = |n: usize| n == 0 || words[n - 1].is(";") || words[n - 1].is("sudo");
    let last = (0..words.len()).rev().find(|n| words[*n].is("nft") && begins(*n))?;
    Some(words.into_iter().skip(last + 1).collect())
}

/// Reads a command of nft; `None` where the line is none.
pub(super) fn read(
    clean: &Clean,
    row: Row<'_>,
    host: &Host,
    doc: DocId,
) -> Option<Result<(Edit, Vec<Diagnostic>), Diagnostic>> {
    let words = command(row)?;
    Some(Command { clean, row, host, doc }.read(&words))
}

/// A command and the host that it changes.
struct Command<'a> {
    clean: &'a Clean<'a>,
    row: Row<'a>,
    host: &'a Host,
    doc: DocId,
}

/// The operations of a new rule. The sets that stand in it are not among those of the host yet.
fn ops_text(rule: &NewRule, family: Family, host: &Host) -> String {
    if rule.sets.is_empty() {
        return Printer::whole(&host.rules).rule(&rule.ops, family);
    }
    let mut rules = Ruleset::clone(&host.rules);
    rules.sets.extend(rule.sets.iter().cloned());
    Printer::whole(&rules).rule(&rule.ops, family)
}

/// What stands before a rule.
struct Place<'a> {
    family: Family,
    table: &'a str,
    chain: &'a str,
    id: Option<ChainId>,
}

impl Command<'_> {
    fn wrong(&self, at: Option<&Word<'_>>, expected: Vec<Expected>) -> Diagnostic {
        let (start, end, found) = match at {
            Some(w) => (w.start, w.end, w.text.to_string()),
            None => (self.row.end(), self.row.end(), String::new()),
        };
        problem(DiagnosticId::BadLine, self.clean.span(start, end), &found, expected)
    }

    fn read(&self, words: &[Word<'_>]) -> Result<(Edit, Vec<Diagnostic>), Diagnostic> {
        let literal = |w: &str| Expected::Literal(w.into());
        if words.is_empty() {
            let end = self.clean.span(self.row.end(), self.row.end());
            let example = literal("nft add rule inet filter input tcp dport 22 accept");
            return Err(problem(DiagnosticId::Missing, end, "nft", vec![example]));
        }
        let verb = words.first().map_or("", |w| &*w.text);
        let object = words.get(1).map_or("", |w| &*w.text);
        if !matches!(
            (verb, object),
            ("add" | "insert" | "delete" | "replace", "rule")
                | ("add" | "create" | "flush", "chain")
        ) {
            let known = ["add rule", "insert rule", "replace rule", "delete rule", "add chain"];
            return Err(self.wrong(words.first(), known.map(literal).to_vec()));
        }
        let named = words.get(2).and_then(|w| Family::named(&w.text));
        let at = 2 + usize::from(named.is_some());
        let family = named.unwrap_or_default();
        let (Some(table), Some(chain)) = (words.get(at), words.get(at + 1)) else {
            return Err(self.wrong(words.last(), vec![Expected::Chain]));
        };
        let found = self.host.rules.find_table(family, &table.text);
        let Some(found) = found.filter(|_| is_native(self.host, family, &table.text)) else {
            let tables = self.host.rules.tables.iter().filter(|t| t.backend == Backend::Nft);
            let known = tables.map(|t| literal(&format!("{} {}", t.family.word(), t.name)));
            return Err(self.wrong(Some(table), known.take(4).collect()));
        };
        let id = self.host.rules.find_chain(found, &chain.text);
        if id.is_none() && !(object == "chain" && verb != "flush") {
            let chains = self.host.rules.table(found).chains.iter();
            let known = chains.map(|c| literal(&self.host.rules.chain(*c).name));
            return Err(self.wrong(Some(chain), known.take(8).collect()));
        }
        let place = Place { family, table: &table.text, chain: &chain.text, id };
        let rest = &words[at + 2..];
        let mut problems = Vec::new();
        let change = if object == "chain" {
            self.of_chain(verb, &place, rest)?
        } else {
            self.of_rule(verb, &place, rest, &mut problems)?
        };
        let edit =
            Edit::Chain { family, table: place.table.into(), chain: place.chain.into(), change };
        Ok((edit, problems))
    }

    fn of_chain(
        &self,
        verb: &str,
        place: &Place<'_>,
        rest: &[Word<'_>],
    ) -> Result<ChainEdit, Diagnostic> {
        if verb == "flush" {
            return Ok(ChainEdit::Flush);
        }
        let all = rest.iter().map(|w| &*w.text).collect::<Vec<_>>().join(" ");
        let said: Vec<&str> = all
            .split(|c: char| c.is_whitespace() || "{};'\"".contains(c))
            .filter(|w| !w.is_empty())
            .collect();
        match (said.as_slice(), place.id) {
            (["policy", "accept"], Some(_)) => Ok(ChainEdit::Policy(Policy::Accept)),
            (["policy", "drop"], Some(_)) => Ok(ChainEdit::Policy(Policy::Drop)),
            ([], None) => Ok(ChainEdit::Create),
            _ => {
                Err(self.wrong(rest.first(), vec![Expected::Literal("{ policy accept; }".into())]))
            }
        }
    }

    fn of_rule(
        &self,
        verb: &str,
        place: &Place<'_>,
        rest: &[Word<'_>],
        problems: &mut Vec<Diagnostic>,
    ) -> Result<ChainEdit, Diagnostic> {
        let (at, taken) = self.position(place, rest)?;
        let behind = &rest[taken..];
        let needed = || self.wrong(rest.first(), vec![Expected::Literal("handle 7".into())]);
        if verb == "delete" {
            return at.map(|number| ChainEdit::Delete { number }).ok_or_else(needed);
        }
        let Some(first) = behind.first() else {
            return Err(self.wrong(rest.last(), vec![Expected::Target]));
        };
        let rule = self.rule(place, first.start, problems)?;
        Ok(match (verb, at) {
            ("replace", None) => return Err(needed()),
            ("replace", Some(number)) => ChainEdit::Replace { number, rule },
            ("insert", at) => ChainEdit::Insert { number: at.unwrap_or(1), rules: vec![rule] },
            (_, Some(number)) => ChainEdit::Insert { number: number + 1, rules: vec![rule] },
            (_, None) => ChainEdit::Append(vec![rule]),
        })
    }

    /// `handle 7`, `position 7`, `index 2`: the number of the rule in its chain, from 1, and how many words say it.
    fn position(
        &self,
        place: &Place<'_>,
        rest: &[Word<'_>],
    ) -> Result<(Option<u32>, usize), Diagnostic> {
        let (Some(word), Some(id)) = (rest.first(), place.id) else { return Ok((None, 0)) };
        if !["handle", "position", "index"].iter().any(|w| word.is(w)) {
            return Ok((None, 0));
        }
        let number = rest.get(1);
        let rules = &self.host.rules.chain(id).rules;
        let wrong = || self.wrong(number.or(Some(word)), vec![Expected::Number]);
        let said = number.ok_or_else(wrong)?;
        if let Some(of) = said.text.strip_prefix(OF_RULE) {
            return Ok((Some(of.parse().map_err(|_| wrong())?), 2));
        }
        let n: u64 = said.text.parse().map_err(|_| wrong())?;
        let at = if word.is("index") {
            usize::try_from(n).ok().filter(|at| *at < rules.len())
        } else {
            rules.iter().position(|r| self.host.rules.rule(*r).handle == Some(n))
        };
        Ok((Some(at.ok_or_else(wrong)? as u32 + 1), 2))
    }

    /// The rule from `start` to the end of the line.
    fn rule(
        &self,
        place: &Place<'_>,
        start: usize,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<NewRule, Diagnostic> {
        let mut draft = Draft::default();
        let known = nft_text(self.host).text;
        load(&mut draft, DocId(1), &known, Source::Script, &mut Vec::new());
        let words = self.clean.text.get(start..self.row.end()).unwrap_or_default().trim_end();
        let quoted = ['\'', '"'].into_iter().find_map(|q| words.strip_prefix(q)?.strip_suffix(q));
        let (words, start) = quoted.map_or((words, start), |inner| (inner, start + 1));
        let words = words.replace(QUOTE_IN_QUOTES, "'");
        let head = format!("add rule {} {} {} ", place.family.word(), place.table, place.chain);
        let line = head.clone() + &words;
        let mut found = Vec::new();
        load(&mut draft, DocId(0), &line, Source::Script, &mut found);
        let mut scratch = Ruleset::default();
        draft.lower(&mut scratch);
        let shift = |span: chainwalk_model::Span| {
            let by = |at: u32| (at as usize).saturating_sub(head.len()) + start;
            self.clean.span(by(span.start), by(span.end))
        };
        for mut diagnostic in found {
            diagnostic.span = shift(diagnostic.span);
            if diagnostic.severity > Severity::Note && diagnostic.id != DiagnosticId::NotModelled {
                return Err(Diagnostic { severity: Severity::Error, ..diagnostic });
            }
            problems.push(diagnostic);
        }
        let table = scratch.find_table(place.family, place.table);
        let chain = table.and_then(|t| scratch.find_chain(t, place.chain));
        let last = chain.and_then(|c| scratch.chain(c).rules.last().copied());
        let (Some(table), Some(last)) = (table, last) else {
            return Err(self.wrong(None, vec![Expected::Target]));
        };
        let rule = scratch.rule(last);
        let mut ops = rule.ops.clone();
        for op in &mut ops {
            let span = shift(op.span);
            op.span = chainwalk_model::Span { doc: self.doc, ..span };
        }
        let sets = self
            .renamed(&scratch, table, &mut ops)
            .map_err(|expected| self.wrong(None, vec![expected]))?;
        let span = self.clean.span(start, self.row.end());
        let span = chainwalk_model::Span { doc: self.doc, ..span };
        Ok(NewRule { ops, comment: rule.comment.clone(), span, sets })
    }

    /// Gives what a rule names the numbers that it has on the host; the sets that stand in it come behind those of the host.
    fn renamed(&self, of: &Ruleset, table: TableId, ops: &mut [Op]) -> Result<Vec<Set>, Expected> {
        let rules = &self.host.rules;
        let own = rules.find_table(of.table(table).family, &of.table(table).name);
        let Some(own) = own else { return Err(Expected::Chain) };
        let mut missing = None;
        let mut sets: Vec<Set> = Vec::new();
        each_id(ops, &mut |id| match id {
            Id::Chain(chain) => match rules.find_chain(own, &of.chain(*chain).name) {
                Some(found) => *chain = found,
                None => missing = Some(Expected::Chain),
            },
            Id::Set(set) if of.set(*set).name.is_none() => {
                let mut held = Set { table: own, ..of.set(*set).clone() };
                for element in &mut held.elements {
                    match &mut element.data {
                        Some(ElementData::Verdict(NftVerdict::Jump(to) | NftVerdict::Goto(to))) => {
                            match rules.find_chain(own, &of.chain(*to).name) {
                                Some(found) => *to = found,
                                None => missing = Some(Expected::Chain),
                            }
                        }
                        // An object by its name has a number of its own on the host.
                        Some(ElementData::Object(_)) => {
                            missing = Some(Expected::Literal("NAME".into()));
                        }
                        _ => {}
                    }
                }
                set.0 = (rules.sets.len() + sets.len()) as u32;
                sets.push(held);
            }
            Id::Set(set) => {
                let name: Option<&Text> = of.set(*set).name.as_ref();
                let same = |s: &Set| s.table == own && s.name.as_ref() == name;
                match rules.sets.iter().position(same).filter(|_| name.is_some()) {
                    Some(at) => set.0 = at as u32,
                    None => missing = Some(Expected::Literal("@SET".into())),
                }
            }
            Id::Object(object) => {
                let wanted = of.object(*object);
                let same = |o: &chainwalk_model::nft::Object| {
                    o.table == own && o.name == wanted.name && o.kind.word() == wanted.kind.word()
                };
                match rules.objects.iter().position(same) {
                    Some(at) => object.0 = at as u32,
                    None => missing = Some(Expected::Literal("NAME".into())),
                }
            }
        });
        missing.map_or(Ok(sets), Err)
    }
}
