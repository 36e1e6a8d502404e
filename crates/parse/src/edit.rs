//! A change to a host in the words of the command that makes it: `iptables -I …`, `sysctl -w …`,
//! `ip route add …`, or a fact in the words of an assumption.
//!
//! Guarantees: what [`edit_text`] prints of a change of one rule, [`edit`] reads back as the same change; a
//! command that the real program would refuse is an error that points at the place.

mod native;

use crate::assume::{assumption, assumption_text};
use crate::clean::{Clean, Row};
use crate::cx::Cx;
use crate::draft::Draft;
use crate::facts;
use crate::iproute::{BEFORE_MAIN, policy, policy_text, route, route_text};
use crate::names::{paste_table, program};
use crate::oneline::{self, bad, cidr, missing};
use crate::prompt::unprompt;
use crate::rule;
use crate::save::rule_text;
use crate::spec::{Spec, Verb};
use crate::{command, word};
use chainwalk_model::{
    Assumption, ChainEdit, ChainId, Diagnostic, DiagnosticId, DocId, Edit, Expected, Family, Hint,
    Host, NewRule, Op, OpKind, Origin, Policy, PolicyRule, Severity, Surroundings, TABLES, Target,
    Text, builtin_names,
};

/// Reads a change to `host` as a person types it. Spans of its rules count in `text` as document `doc`;
/// those of problems count there as document 0. Beside the change stand problems that do not hinder it.
///
/// # Errors
/// What could not be read, or what the program would refuse, and what was expected instead.
pub fn edit(text: &str, doc: DocId, host: &Host) -> Result<(Edit, Vec<Diagnostic>), Diagnostic> {
    let clean = Clean::new(DocId(0), text);
    let mut rows = clean.lines().map(Row::trim).filter(|r| !r.text.is_empty());
    let Some(row) = rows.next() else {
        return Err(missing(text.len(), vec![example()]));
    };
    if let Some(more) = rows.next() {
        let span = clean.span(more.start, more.end());
        return Err(problem(DiagnosticId::BadLine, span, more.text, vec![Expected::EndOfLine]));
    }
    if let Some(read) = native::read(&clean, row, host, doc) {
        return read;
    }
    let bare = row.text.starts_with('-').then_some((Family::Ip, row));
    let iptables = command::read(row, &crate::shell::Shell::default())
        .and_then(|c| Some((c.family?, c.arguments)))
        .or(bare);
    let Some((family, arguments)) = iptables else {
        let read = match (fact(text), around(row, host)) {
            (Err(_), Some(other)) => other,
            (read, _) => read,
        };
        return read.map(|edit| (edit, Vec::new()));
    };
    let words = word::words(arguments);
    let table =
        words.iter().enumerate().find_map(|(at, w)| match w.text.strip_prefix("--table=") {
            Some(name) => Some(Text::from(name)),
            None if w.is("-t") || w.is("--table") => Some(words.get(at + 1)?.text.as_ref().into()),
            None => None,
        });
    let unsaid = table.is_none();
    let table = table.unwrap_or_else(|| "filter".into());
    let read = Rules { clean: &clean, row, host, family, table }.read(&words, doc);
    read.map_err(|found| if unsaid { in_another_table(found, family, host) } else { found })
}

/// A problem with a chain that the table meant without `-t` does not have, but another has: with that table's name.
fn in_another_table(found: Diagnostic, family: Family, host: &Host) -> Diagnostic {
    if !matches!(found.id, DiagnosticId::Refused | DiagnosticId::MissingChain) {
        return found;
    }
    let chain = found.found.clone();
    let of_host = |table: &&str| {
        let there = host.rules.find_table(family, table);
        there.is_some_and(|t| host.rules.find_chain(t, &chain).is_some())
    };
    // Of tables that all have a chain at a hook, nat is the one that is meant.
    let others = ["nat", "mangle", "raw", "security"];
    let mut known = others.iter().copied().filter(|table| builtin_names(table).contains(&&*chain));
    let Some(table) = known.next().or_else(|| others.iter().copied().find(of_host)) else {
        return found;
    };
    let hint = Some(Hint::InTable { chain, table: table.into() });
    Diagnostic { expected: Vec::new(), hint, ..found }
}

/// Writes a change to `host` as the command that makes it. What no command says is written as an
/// assumption.
pub fn edit_text(edit: &Edit, host: &Host) -> String {
    match edit {
        Edit::Chain { family, table, chain, change } if native::is_native(host, *family, table) => {
            native::text(*family, table, chain, change, host)
        }
        Edit::Chain { family, table, chain, change } => {
            let v6 = *family == Family::Ip6;
            let program = program(*family);
            let table = match &**table {
                "filter" => String::new(),
                table => format!(" -t {table}"),
            };
            format!("{program}{table} {}", change_text(chain, change, host, v6))
        }
        Edit::Fact(said) => match said {
            Assumption::Sysctl { name, value } => format!("sysctl -w {name}={value}"),
            Assumption::Interface { name, addr: Some(net) } => {
                format!("ip address add {}/{} dev {name}", net.addr, net.len)
            }
            Assumption::Interface { name, addr: None } => format!("ip link set {name} up"),
            Assumption::Route(route) => format!("ip route add {}", route_text(route)),
            Assumption::Policy(rule) => format!("ip rule add {}", policy_text(rule)),
            other => assumption_text(other),
        },
        Edit::DeleteRoute(route) => format!("ip route del {}", route_text(route)),
        Edit::Host { command, .. } => command.to_string(),
    }
}

/// Whether a command of `ip`, `brctl`, `ipset` and the like can be tried, on whatever host.
pub(crate) fn is_of_host(text: &str) -> bool {
    let steps = facts::steps_of(Row { text, start: 0 }, Origin::Given);
    steps.is_some()
}

/// A command that changes what is around the rules of a host; `None` where it is none.
fn around(row: Row<'_>, host: &Host) -> Option<Result<Edit, Diagnostic>> {
    let steps = facts::steps_of(row, Origin::Given)?;
    if let Some(set) = facts::missing_set(host, &steps) {
        let start = row.text.find(&*set).unwrap_or(0);
        let word = Line { text: &set, start: row.start + start };
        return Some(Err(bad(word, vec![Expected::Literal("ipset create".into())])));
    }
    let mut after = host.clone();
    for step in steps {
        facts::apply(&mut after, step);
    }
    let after = Box::new(Surroundings::of(&after));
    Some(Ok(Edit::Host { command: unprompt(row).0.text.into(), after }))
}

fn change_text(chain: &str, change: &ChainEdit, host: &Host, v6: bool) -> String {
    let body = |rules: &[NewRule]| {
        let texts = rules.iter().map(|r| match rule_text(&host.rules, &r.ops, v6) {
            Ok(text) => text,
            Err(why) => format!(" {}", why.trim()),
        });
        // Several addresses make several rules; each of them is a command of its own.
        texts.collect::<Vec<_>>().join(" ;")
    };
    match change {
        ChainEdit::Append(rules) => format!("-A {chain}{}", body(rules)),
        ChainEdit::Insert { number: 1, rules } => format!("-I {chain}{}", body(rules)),
        ChainEdit::Insert { number, rules } => format!("-I {chain} {number}{}", body(rules)),
        ChainEdit::Replace { number, rule } => {
            format!("-R {chain} {number}{}", body(std::slice::from_ref(rule)))
        }
        ChainEdit::Delete { number } => format!("-D {chain} {number}"),
        ChainEdit::Policy(Policy::Drop) => format!("-P {chain} DROP"),
        ChainEdit::Policy(_) => format!("-P {chain} ACCEPT"),
        ChainEdit::Flush => format!("-F {chain}"),
        ChainEdit::Create => format!("-N {chain}"),
    }
}

fn example() -> Expected {
    Expected::Literal("iptables -I FORWARD 1 -s 10.0.0.1 -j ACCEPT".into())
}

fn problem(
    id: DiagnosticId,
    span: chainwalk_model::Span,
    found: &str,
    expected: Vec<Expected>,
) -> Diagnostic {
    Diagnostic {
        id,
        severity: Severity::Error,
        span,
        found: found.chars().take(80).collect::<String>().as_str().into(),
        expected,
        hint: None,
    }
}

/// A command of iptables, with the host it changes.
struct Rules<'a> {
    clean: &'a Clean<'a>,
    row: Row<'a>,
    host: &'a Host,
    family: Family,
    table: Text,
}

impl Rules<'_> {
    fn read(
        self,
        words: &[word::Word<'_>],
        doc: DocId,
    ) -> Result<(Edit, Vec<Diagnostic>), Diagnostic> {
        if builtin_names(&self.table).is_empty() {
            let known = TABLES.map(|(name, _)| name);
            return Err(self.wrong(&self.table, known.map(|k| Expected::Literal(k.into())).into()));
        }
        let (mut draft, ids) = self.draft();
        let mut found = Vec::new();
        let mut cx = Cx { clean: self.clean, diagnostics: &mut found };
        let spec = rule::read(&mut cx, &mut draft, words);
        // The program refuses what it does not know; what we do not model it takes.
        if let Some(at) = found
            .iter()
            .position(|d| d.severity > Severity::Note && d.id != DiagnosticId::NotModelled)
        {
            let first = found.swap_remove(at);
            let mut first = Diagnostic { severity: Severity::Error, ..first };
            if first.expected.is_empty() && first.hint.is_none() {
                first.expected.push(Expected::Option);
            }
            return Err(first);
        }
        let unknown = draft.chains.get(ids.len()).map(|c| c.name.clone());
        let Some(name) = spec.chain.clone().filter(|_| spec.verb.is_some()) else {
            return Err(self.wrong(self.row.text, vec![example()]));
        };
        if let Some(unknown) = unknown.filter(|u| **u != *name) {
            return Err(self.wrong(&unknown, vec![Expected::Target, Expected::Chain]));
        }
        let chain: Text = name.as_str().into();
        let change = self.change(spec, &chain, &ids, doc)?;
        Ok((Edit::Chain { family: self.family, table: self.table, chain, change }, found))
    }

    /// The table as a draft: its chains in order, and their ids.
    fn draft(&self) -> (Draft, Vec<ChainId>) {
        let mut draft = Draft::new(self.family, &self.table);
        let rules = &self.host.rules;
        let ids = rules
            .find_table(self.family, &self.table)
            .map_or_else(Vec::new, |t| rules.table(t).chains.clone());
        for id in &ids {
            draft.chain(&rules.chain(*id).name);
        }
        (draft, ids)
    }

    /// The problem with a word of the line.
    fn wrong(&self, word: &str, expected: Vec<Expected>) -> Diagnostic {
        let at = self.row.text.find(word).unwrap_or(0);
        let span = self.clean.span(self.row.start + at, self.row.start + at + word.len());
        problem(DiagnosticId::BadValue, span, word, expected)
    }

    fn change(
        &self,
        spec: Spec,
        chain: &Text,
        ids: &[ChainId],
        doc: DocId,
    ) -> Result<ChainEdit, Diagnostic> {
        let rules = &self.host.rules;
        let builtin = builtin_names(&self.table).contains(&&**chain);
        let there = ids.iter().map(|id| rules.chain(*id)).find(|c| c.name == *chain);
        let verb = spec.verb.unwrap_or(Verb::Nothing);
        let count = match (there, &verb) {
            (Some(_), Verb::New) => return Err(self.wrong(chain, vec![Expected::Chain])),
            (None, Verb::New) if builtin => return Err(self.wrong(chain, vec![Expected::Chain])),
            (_, Verb::New) => return Ok(ChainEdit::Create),
            (Some(found), _) if found.declared || self.host.complete.rules => {
                found.rules.len() as u32
            }
            // A table that is known to be empty, or is taken to be.
            (None, _) if builtin && self.may_be_made() => 0,
            _ => return Err(self.not_pasted(chain)),
        };
        let place = |n: u32, most: u32| {
            if (1..=most).contains(&n) {
                return Ok(n);
            }
            let text = n.to_string();
            let shown = if self.row.text.contains(&text) { &text } else { self.row.text };
            Err(self.wrong(shown, vec![Expected::Number]))
        };
        let span = self.clean.span(self.row.start, self.row.end());
        let comment = spec.comment;
        let mut new: Vec<NewRule> = Vec::with_capacity(spec.rules.len());
        for mut ops in spec.rules {
            settle(&mut ops, ids, doc);
            let span = chainwalk_model::Span { doc, ..span };
            new.push(NewRule { ops, comment: comment.clone(), span, sets: Vec::new() });
        }
        Ok(match verb {
            Verb::Append => ChainEdit::Append(new),
            Verb::Insert(n) => {
                // Each is put in at the same place, so the last comes first.
                new.reverse();
                ChainEdit::Insert { number: place(n, count + 1)?, rules: new }
            }
            Verb::Replace(n) => match (place(n, count)?, new.pop()) {
                (number, Some(rule)) => ChainEdit::Replace { number, rule },
                _ => return Err(self.wrong(self.row.text, vec![Expected::Target])),
            },
            Verb::DeleteAt(n) => ChainEdit::Delete { number: place(n, count)? },
            Verb::Delete => {
                let same = |id: &chainwalk_model::RuleId| {
                    let ops = &rules.rule(*id).ops;
                    new.iter().any(|n| {
                        n.ops.len() == ops.len()
                            && n.ops.iter().zip(ops).all(|(a, b)| a.what == b.what)
                    })
                };
                let at = there.and_then(|c| c.rules.iter().position(same));
                match at {
                    Some(at) => ChainEdit::Delete { number: at as u32 + 1 },
                    None => return Err(self.wrong(self.row.text, vec![Expected::Number])),
                }
            }
            Verb::Policy(policy) if builtin && policy != Policy::Unknown => {
                ChainEdit::Policy(policy)
            }
            Verb::Policy(_) => {
                let known = ["ACCEPT", "DROP"].map(|p| Expected::Literal(p.into()));
                return Err(self.wrong(self.row.text, known.into()));
            }
            Verb::Flush => ChainEdit::Flush,
            _ => return Err(self.wrong(self.row.text, vec![example()])),
        })
    }

    /// Whether the table may be made: it is known to be empty, or it is one that is taken as empty
    /// where it was not pasted.
    fn may_be_made(&self) -> bool {
        let absent = self.host.rules.find_table(self.family, &self.table).is_none();
        let taken = matches!(&*self.table, "raw" | "mangle" | "security");
        self.host.are_rules_whole(self.family) || (absent && taken)
    }

    fn not_pasted(&self, chain: &Text) -> Diagnostic {
        let mut found = self.wrong(chain, vec![Expected::Chain]);
        found.id = DiagnosticId::MissingChain;
        if builtin_names(&self.table).contains(&&**chain) {
            found.hint = Some(paste_table(self.family, &self.table));
        }
        found
    }
}

/// Gives the operations of a new rule the host's chains and their document.
fn settle(ops: &mut [Op], ids: &[ChainId], doc: DocId) {
    for op in ops {
        op.span.doc = doc;
        if let OpKind::Target(Target::Jump(c) | Target::Goto(c)) = &mut op.what {
            *c = ids.get(c.0 as usize).copied().unwrap_or(*c);
        }
    }
}

type Line<'a> = oneline::Word<'a>;

/// A change of a fact: `sysctl`, `ip`, a file under `/proc/sys`, or an assumption as it stands.
fn fact(text: &str) -> Result<Edit, Diagnostic> {
    let words = oneline::words(text);
    let skipped =
        words.iter().take_while(|w| matches!(w.text, "#" | "$" | "sudo" | "doas")).count();
    let words = &words[skipped..];
    let name = |w: &Line| w.text.rsplit('/').next().unwrap_or_default().to_owned();
    match words.first().map(name).as_deref() {
        Some("sysctl") => sysctl(&words[1..], text),
        Some("echo") => echo(&words[1..], text),
        Some("ip") => ip(&words[1..], text),
        _ => assumption(text).map(Edit::Fact).map_err(|mut found| {
            found.expected.insert(0, example());
            found
        }),
    }
}

/// The text from a word to the end of the line.
fn rest<'a>(text: &'a str, from: &Line) -> Line<'a> {
    Line { text: text.get(from.start..).unwrap_or_default().trim_end(), start: from.start }
}

fn sysctl(words: &[Line], text: &str) -> Result<Edit, Diagnostic> {
    let options = words.iter().take_while(|w| w.text.starts_with('-')).count();
    let form = || vec![Expected::Literal("net.ipv4.ip_forward=1".into())];
    let Some(first) = words.get(options) else { return Err(missing(text.len(), form())) };
    let whole = rest(text, first);
    let Some((name, value)) = whole.split('=') else { return Err(bad(whole, form())) };
    setting(name, value)
}

fn setting(name: Line, value: Line) -> Result<Edit, Diagnostic> {
    let dotted = name.text.trim();
    // Names may be written with slashes; a dot is then part of an interface's name.
    let dotted = if dotted.contains('/') { dotted.replace('/', ".") } else { dotted.to_owned() };
    let value_text = value.text.trim().trim_matches(['"', '\'']);
    if dotted.is_empty() || dotted.contains(char::is_whitespace) {
        return Err(bad(name, vec![Expected::Option]));
    }
    if value_text.is_empty() {
        return Err(missing(value.start, vec![Expected::Number]));
    }
    let said = Assumption::Sysctl { name: dotted.as_str().into(), value: value_text.into() };
    Ok(Edit::Fact(said))
}

/// `echo 1 > /proc/sys/net/ipv4/ip_forward`.
fn echo(words: &[Line], text: &str) -> Result<Edit, Diagnostic> {
    const FOLDER: &str = "/proc/sys/";
    let form = || vec![Expected::Literal("echo 1 > /proc/sys/net/ipv4/ip_forward".into())];
    let file = words.iter().find_map(|w| Some(w.from(w.text.find(FOLDER)? + FOLDER.len())));
    match (words.first(), file) {
        (Some(value), Some(file)) => setting(file, *value),
        (first, _) => Err(match first {
            Some(first) => bad(rest(text, first), form()),
            None => missing(text.len(), form()),
        }),
    }
}

/// `ip route add`, `ip address add`, `ip rule add`, `ip link set … up`, `ip route del`.
fn ip(words: &[Line], text: &str) -> Result<Edit, Diagnostic> {
    let options = words.iter().take_while(|w| w.text.starts_with('-')).count();
    let words = &words[options..];
    let literal = |all: &[&str]| all.iter().map(|w| Expected::Literal((*w).into())).collect();
    let objects = ["route", "address", "rule", "link"];
    let Some(object) = words.first() else {
        return Err(missing(text.len(), literal(&objects)));
    };
    let short = |long: &[&'static str], word: &Line| -> Option<&'static str> {
        long.iter().copied().find(|o| !word.text.is_empty() && o.starts_with(word.text))
    };
    let verbs = ["add", "append", "replace", "change", "delete", "set"];
    let verb = words.get(1).and_then(|w| short(&verbs, w));
    let Some(at) = words.get(2).filter(|_| verb.is_some()) else {
        let known = literal(&["add"]);
        return Err(match words.get(1) {
            Some(word) if verb.is_none() => bad(*word, known),
            _ => missing(text.len(), known),
        });
    };
    let what = rest(text, at);
    match (short(&objects, object), verb) {
        (Some("route"), Some("delete")) => Ok(Edit::DeleteRoute(route(what)?)),
        (Some("route"), Some("add" | "append" | "replace" | "change")) => {
            Ok(Edit::Fact(Assumption::Route(route(what)?)))
        }
        (Some("address"), Some("add" | "replace")) => address(&words[2..], text),
        (Some("rule"), Some("add")) => {
            let (rule, priority) = policy(what)?;
            let priority = priority.unwrap_or(BEFORE_MAIN);
            let rule = PolicyRule { priority, origin: Origin::Given, ..rule };
            Ok(Edit::Fact(Assumption::Policy(rule)))
        }
        (Some("link"), Some("set")) => {
            let names: Vec<&Line> = words[2..].iter().filter(|w| w.text != "dev").collect();
            match names[..] {
                [name, Line { text: "up", .. }] => {
                    Ok(Edit::Fact(Assumption::Interface { name: name.text.into(), addr: None }))
                }
                _ => Err(bad(what, literal(&["NAME up"]))),
            }
        }
        (None, _) => Err(bad(*object, literal(&objects))),
        _ => Err(bad(words[1], literal(&["add"]))),
    }
}

/// `10.0.0.1/24 dev eth0`.
fn address(words: &[Line], text: &str) -> Result<Edit, Diagnostic> {
    let net = cidr(words[0].text).ok_or_else(|| bad(words[0], vec![Expected::Network]))?;
    let dev = words.iter().position(|w| w.text == "dev").and_then(|at| words.get(at + 1));
    let Some(dev) = dev else {
        return Err(missing(text.len(), vec![Expected::Literal("dev eth0".into())]));
    };
    Ok(Edit::Fact(Assumption::Interface { name: dev.text.into(), addr: Some(net) }))
}
