//! Reads a paste, whatever it is: line by line, each line by what it looks like.

use crate::blank::Fills;
use crate::clean::{Clean, Row, lost_colours};
use crate::command;
use crate::comments::{comments, idle, is_fence};
use crate::facts;
use crate::failed::is_failure;
use crate::family::families;
use crate::forms::{declared, ends_facts, is_save, is_surely_save, looks_listed, note};
use crate::group::{Context, Group, Kind};
use crate::hosts::{Hosts, Label};
use crate::inside::Inside;
use crate::listing;
use crate::names::program;
use crate::native;
use crate::part::{is_gap, is_of_rule};
use crate::places::{Places, Sign};
use crate::playbook;
use crate::progress::Progress;
use crate::prompt::{host_of, unprompt};
use crate::salt;
use crate::shape;
use crate::shell::Shell;
use crate::templates::Conditional;
use crate::titles::titles;
use crate::unfold::unfold;
use crate::word;
use crate::wrapped::breaks;
use chainwalk_model::{Backend, DocId, Reading, SectionKind, Span, builtin_names};
use loose::{headed, is_for_each, is_quoted, looks_printed, of_table, only_shown};
use typed::typed_as;

/// Reads the documents of one paste. The hosts' rules, facts and names come with spans into the
/// documents; a document's position in `docs` is its [`DocId`].
pub fn read(docs: &[&str]) -> Reading {
    read_telling(docs, &mut |_| {})
}

/// Reads as [`read`] does, and tells every few thousand lines which share of the lines is done, from 0 to 1.
pub fn read_telling(docs: &[&str], tell: &mut dyn FnMut(f64)) -> Reading {
    read_filled(docs, &Fills::default(), tell)
}

/// Reads as [`read_telling`] does, with what is said of the values that the paste leaves open.
pub fn read_filled<'d>(docs: &[&'d str], fills: &Fills, tell: &mut dyn FnMut(f64)) -> Reading {
    let whole = |(n, raw): (usize, &&'d str)| {
        let clean: Clean<'d> = Clean::filled(DocId(n as u16), raw, fills);
        let colours = lost_colours(&clean.text);
        let clean = if colours.is_empty() { clean } else { clean.without(&colours) };
        let folds = unfold(&clean.text);
        let clean = if folds.is_empty() { clean } else { clean.without(&folds) };
        let cuts = breaks(&clean.text, &shape::bare(clean.lines()));
        if cuts.is_empty() { clean } else { clean.without(&cuts) }
    };
    let cleans: Vec<Clean<'_>> = docs.iter().enumerate().map(whole).collect();
    let mut paste =
        Paste::new(Progress::new(cleans.iter().map(|clean| clean.text.len()).sum(), tell));
    for clean in &cleans {
        paste.document(clean);
        paste.progress.next(clean.text.len());
    }
    paste.finish(&cleans)
}

/// Lines that nothing here reads.
struct Words {
    span: Span,
    lines: usize,
    /// Whether they read like a rule.
    meant: bool,
}

struct Paste<'t> {
    progress: Progress<'t>,
    hosts: Hosts,
    prose: Vec<Words>,
    any_text: bool,
    /// Rules of nft without the chain that they are of, and whose they are.
    chainless: Vec<(Label, Span, String)>,
    /// Commands of files that ran on a host, whatever state the dumps show.
    runs: Vec<(Label, DocId, facts::Run)>,
    /// Where a template has conditions around lines of the document at hand.
    templated: Conditional,
}

impl<'t> Paste<'t> {
    fn new(progress: Progress<'t>) -> Self {
        Self {
            progress,
            hosts: Hosts::default(),
            prose: Vec::new(),
            any_text: false,
            chainless: Vec::new(),
            runs: Vec::new(),
            templated: Conditional::default(),
        }
    }

    fn document(&mut self, clean: &Clean) {
        let rows = shape::bare(clean.lines());
        self.templated = Conditional::of(&clean.text);
        let comment = comments(&rows);
        let idle = idle(&clean.text, &rows);
        let titles = titles(&rows);
        let mut titles = titles.into_iter().peekable();
        let typed = rows.iter().zip(&comment).filter(|(_, c)| !**c).map(|(r, _)| *r);
        let mut places = Places::of(typed);
        let families = if rows.iter().any(|r| r.text.contains("xtables-save")) {
            families(&rows)
        } else {
            Vec::new()
        };
        let mut at = 0;
        // No block of facts reaches beyond the row with this number.
        let mut end = 0;
        let mut context = Context::default();
        let mut group: Option<Group<'_>> = None;
        let mut said = "";
        let mut tasks = false;
        let mut shell = Shell::default();
        let mut fenced = false;
        // Whether the last row before `looked` that is none of nft asks for a translation.
        let (mut looked, mut translated) = (0, false);
        let shown = reads::Shown::new();
        let added = added::Added::of(clean, &rows);
        self.hosts.enter(places.here());
        while at < rows.len() {
            let row = rows[at];
            self.progress.sorted(row.start, group.is_some());
            if let Some(opened) = at.checked_sub(1).and_then(|n| added.opened(rows[n])) {
                self.flush(clean, &mut group, &mut context);
                (context.family, context.table) = (Some(opened.family), None);
                (context.adds, context.empties) = (Some(opened.end), !opened.keeps);
            }
            if context.adds.as_ref().is_some_and(|end| !end.is_empty() && *end == *row.text) {
                self.flush(clean, &mut group, &mut context);
                context.adds = None;
                at += 1;
                continue;
            }
            if row.text.is_empty() || idle[at] {
                at += 1;
                continue;
            }
            self.any_text = true;
            if titles.peek().is_some_and(|(n, _)| *n <= at)
                && let Some((_, label)) = titles.next()
            {
                self.flush(clean, &mut group, &mut context);
                places.titled(label);
                self.hosts.enter(places.here());
                if let Some(block) = facts::own_address(clean, row) {
                    self.hosts.add(block);
                }
                at += 1;
                continue;
            }
            if is_fence(row.text) {
                self.flush(clean, &mut group, &mut context);
                // Below a block that ends, a command within it tells nothing any more.
                fenced = !fenced;
                if !fenced {
                    context = Context { backend: context.backend, ..Context::default() };
                }
                places.close();
                let rest = shell.close_all();
                self.script(clean, &rest, &shell, &mut context);
                self.hosts.enter(places.here());
                at += 1;
                continue;
            }
            if let Some(open) = group.as_mut().filter(|open| open.starred)
                && families.is_empty()
                && !shell.is_inside()
                && is_surely_save(row)
            {
                if let Some(name) = declared(row) {
                    open.see(name);
                }
                open.rows.push((row, Kind::Save));
                said = "";
                at += 1;
                continue;
            }
            if let Some((piece, taken)) = native::block(clean, &rows[at..], context.native) {
                self.flush(clean, &mut group, &mut context);
                self.hosts.native(piece);
                at += taken;
                continue;
            }
            let sign = if comment[at] { None } else { Sign::of(row) };
            if let Some(sign) = &sign {
                if host_of(row).is_some() {
                    // A prompt is no line of a script.
                    let rest = shell.close_all();
                    self.script(clean, &rest, &shell, &mut context);
                    shell = Shell::default();
                }
                let before = places.here().clone();
                places.prompt(sign.clone());
                if host_of(row).is_some() || before != *places.here() {
                    self.flush(clean, &mut group, &mut context);
                    self.hosts.enter(places.here());
                }
            }
            if let Some((block, taken)) = facts::logged(clean, &rows[at..]) {
                self.flush(clean, &mut group, &mut context);
                self.hosts.add(block);
                at += taken;
                continue;
            }
            if let Some(block) = facts::scheduled(clean, &rows[at..]) {
                self.flush(clean, &mut group, &mut context);
                self.block(clean, block);
                at += 1;
                continue;
            }
            let asked = || {
                let near =
                    rows[at.saturating_sub(6)..at].iter().filter(|r| !r.text.starts_with('#'));
                near.clone().any(|r| r.text.contains("ncomment") || r.text.contains("注释"))
            };
            if row.text.starts_with('#')
                && let Some(block) = facts::commented(clean, row).filter(|_| !asked())
            {
                self.hosts.add(block);
                at += 1;
                continue;
            }
            let made = || playbook::task(clean, &rows[at..]);
            if let Some((task, taken)) = salt::state(clean, &rows[at..]).or_else(made) {
                self.flush(clean, &mut group, &mut context);
                self.task(clean, &rows[at..at + taken], &task, &mut context);
                tasks = true;
                at += taken;
                continue;
            }
            for row in &rows[looked..at] {
                if !row.text.starts_with("nft ") {
                    translated = row.text.contains("tables-translate");
                }
            }
            looked = at;
            if translated && row.text.starts_with("nft ") {
                // What a translation prints has not run.
                at += 1;
                continue;
            }
            if let Some(taken) = only_shown(&rows[at..]) {
                at += taken;
                continue;
            }
            if !comment[at] && is_for_each(row) {
                let text: String = row.text.chars().take(60).collect();
                self.hosts.elsewhere(text.as_str().into(), clean.span(row.start, row.end()));
                at += 1;
                continue;
            }
            let next = rows[at + 1..].iter().find(|r| !r.text.is_empty()).copied();
            let (lines, below) =
                if shell.reads() { reads::lines_read(&rows, at, &shown) } else { (None, 0) };
            if let Some(lines) = lines {
                shell.give(lines);
            }
            if let Some(statements) = shell.take(row, next) {
                self.flush(clean, &mut group, &mut context);
                self.script(clean, &statements, &shell, &mut context);
                at += 1 + below;
                continue;
            }
            if !comment[at] {
                let typed = if shell.is_inside() { facts::perhaps } else { facts::typed };
                let failed = next.is_some_and(is_failure);
                if let Some(block) = typed(clean, row, &shell) {
                    self.flush(clean, &mut group, &mut context);
                    if failed {
                        self.hosts.section(SectionKind::Known(row.text.into()), block.span);
                    } else {
                        self.hosts.typed(row, block);
                    }
                    at += 1;
                    continue;
                }
                let leaves = matches!(unprompt(row).0.text, "exit" | "logout" | "exit 0");
                if leaves && places.leave() {
                    self.flush(clean, &mut group, &mut context);
                    self.hosts.enter(places.here());
                    at += 1;
                    continue;
                }
                if let Some(command) = command::read(row, &shell) {
                    self.flush(clean, &mut group, &mut context);
                    let inside = command.inside.as_ref().map(|inside| match inside {
                        Inside::Machine(name) => Label::machine(name),
                        Inside::Part(name) => Label::Part(name.clone()),
                    });
                    match inside {
                        Some(label) if command.stays => {
                            places.enter(label, sign);
                            self.hosts.enter(places.here());
                        }
                        Some(label) => self.hosts.enter(&label),
                        None => self.hosts.enter(places.here()),
                    }
                    if failed && (command.changes || native::is_command(row)) {
                        let span = clean.span(row.start, row.end());
                        self.hosts.section(SectionKind::Known(command.name.into()), span);
                    } else {
                        self.command(clean, row, &command, false, &mut context);
                        context.asked = commands::asked(row, &shell);
                    }
                    said = command.name;
                    at += 1;
                    at += self.below(clean, row, &rows[at..], &mut context);
                    continue;
                }
            }
            if let Some(block) = facts::warning(clean, row, context.family) {
                // It may stand within a dump, which it does not end.
                self.hosts.add(block);
                at += 1;
                continue;
            }
            let said = std::mem::take(&mut said);
            if let Some((_, family)) = families.iter().find(|(n, _)| *n == at) {
                context.family = context.family.or(Some(*family));
                if context.backend == Some(Backend::IptablesNft) {
                    context.family = Some(*family);
                }
            }
            if let Some(table) = headed(row).filter(|_| !group.as_ref().is_some_and(|g| g.starred))
            {
                self.flush(clean, &mut group, &mut context);
                context.table = Some(table.to_owned());
                at += 1;
                continue;
            }
            if self.rules(clean, row, &mut group, &mut context) {
                at += 1;
                continue;
            }
            if end <= at {
                end = (at + 1..rows.len())
                    .find(|n| !comment[*n] && ends_facts(rows[*n]))
                    .unwrap_or(rows.len());
            }
            let found = facts::after(clean, &rows[at..end], said);
            if let Some((mut block, taken)) = found.or_else(|| facts::block(clean, &rows[at..end]))
            {
                block.facts.some_routes = facts::asks_some_routes(said);
                block.facts.all_routes = facts::asks_all_routes(said);
                if facts::asks_some_sockets(said) {
                    block.facts.listed_sockets.clear();
                }
                self.flush(clean, &mut group, &mut context);
                if let (Some(name), Label::Unsaid) = (&block.facts.name, self.hosts.label()) {
                    places.named(Label::machine(name));
                    self.hosts.enter(places.here());
                }
                self.block(clean, block);
                at += taken.max(1);
                continue;
            }
            if group.is_none() && row.text.len() < 100 {
                context.family = commands::of_file(row.text).or(context.family);
            }
            if let Some(open) = group.as_mut() {
                if open.is_listing() && is_of_rule(row.text) {
                    // It is a rule, whatever it says.
                    open.rows.push((row, Kind::Gap));
                    at += 1;
                    continue;
                }
                if is_gap(row.text) && open.may_lack(at > 0 && rows[at - 1].text.is_empty()) {
                    open.rows.push((row, Kind::Gap));
                    at += 1;
                    continue;
                }
                let apart = |n: Option<&Row<'_>>| n.is_none_or(|r| r.text.is_empty());
                open.broken |= !comment[at]
                    && (apart(at.checked_sub(1).and_then(|n| rows.get(n)))
                        || apart(rows.get(at + 1)));
            }
            if !comment[at] {
                // A command that nothing here reads is none of the words around the dumps.
                let of_task = || {
                    let near = rows[at..].iter().take(8);
                    playbook::is_beside(row.text)
                        && (tasks || near.clone().any(|r| playbook::is_module(r.text)))
                };
                let quiet = host_of(row).is_some() || remarks::says_nothing(row.text) || of_task();
                if let Some(block) = facts::in_prose(clean, row) {
                    self.hosts.add(block);
                } else if !quiet {
                    if remarks::quotes_command(row) {
                        self.flush(clean, &mut group, &mut context);
                    }
                    self.other(clean, row);
                }
            }
            at += 1;
        }
        self.flush(clean, &mut group, &mut context);
        let rest = shell.close_all();
        self.script(clean, &rest, &shell, &mut context);
    }

    /// Facts of the host at hand, and the commands that their file runs.
    fn block(&mut self, clean: &Clean, block: facts::Block) {
        let label = self.hosts.label().clone();
        let runs = block.runs.iter().cloned();
        self.runs.extend(runs.map(|run| (label.clone(), clean.doc(), run)));
        self.hosts.add(block);
    }

    /// A line that belongs to rules; whether it does.
    fn rules<'a>(
        &mut self,
        clean: &Clean,
        row: Row<'a>,
        group: &mut Option<Group<'a>>,
        context: &mut Context,
    ) -> bool {
        if let Some(rest) = row.text.strip_prefix('*') {
            let name = rest.trim();
            if !builtin_names(name).is_empty() {
                self.flush(clean, group, context);
                let mut fresh = Group::under(context);
                fresh.table = Some(name.to_owned());
                fresh.starred = true;
                fresh.rows.push((row, Kind::Save));
                *group = Some(fresh);
                return true;
            }
        }
        if row.text == "COMMIT" {
            if let Some(open) = group {
                open.rows.push((row, Kind::Save));
            }
            self.flush(clean, group, context);
            return true;
        }
        if let Some(comment) = row.text.strip_prefix('#') {
            let of_one = context.table.is_some();
            if note(comment, context) {
                let text = comment.trim();
                if text.starts_with("Completed on ") {
                    self.hosts.saved_whole(std::mem::take(&mut context.saving));
                } else {
                    context.saving = !of_one;
                }
                return true;
            }
        }
        if let Some(head) = listing::head(row) {
            self.turn(clean, head.name, group, context);
            if group.as_ref().is_some_and(|g| g.splits(head.name)) {
                self.flush(clean, group, context);
                context.table = None;
            }
            let open = group.get_or_insert_with(|| Group::under(context));
            open.see(head.name);
            open.columns = None;
            open.rows.push((row, Kind::Head));
            return true;
        }
        if let Some(columns) = listing::columns(row) {
            let Some(open) = group.as_mut() else {
                context.columns = Some((columns, row.end()));
                return false;
            };
            open.columns = Some(columns);
            open.rows.push((row, Kind::Columns(columns)));
            return true;
        }
        if let Some((table, rest)) = of_table(row) {
            if group.as_ref().is_some_and(|g| g.table.as_deref() != Some(table)) {
                self.flush(clean, group, context);
            }
            let open = group.get_or_insert_with(|| {
                let mut fresh = Group::under(context);
                fresh.table = Some(table.to_owned());
                fresh.loose = true;
                fresh
            });
            open.rows.push((rest, Kind::Save));
            return true;
        }
        if is_save(row) {
            if row.text.starts_with('-') && group.as_ref().is_some_and(|g| g.broken && !g.starred) {
                self.flush(clean, group, context);
            }
            let declares = declared(row);
            if let Some(name) = declares.filter(|_| !context.asked.is_empty()) {
                self.turn(clean, name, group, context);
            }
            if let Some(name) = declares
                && group.as_ref().is_some_and(|g| !g.starred && g.splits(name))
            {
                self.flush(clean, group, context);
                context.table = None;
            }
            let open = group.get_or_insert_with(|| {
                let loose = row.text.starts_with('-') && !context.listed;
                let mut fresh = Group::under(context);
                fresh.loose = loose;
                fresh
            });
            open.loose &= row.text.starts_with('-');
            if let Some(name) = declares {
                open.see(name);
            }
            open.rows.push((row, Kind::Save));
            return true;
        }
        let open = group.as_ref();
        let listed =
            open.is_some_and(|g| matches!(g.rows.last(), Some((_, k)) if !matches!(k, Kind::Save)));
        let above = context.columns.filter(|(_, end)| {
            clean.text.get(*end..row.start).is_some_and(|t| t.trim().is_empty())
        });
        let columns = open.map_or(above.map(|(columns, _)| columns), |g| g.columns);
        // Without a chain above, only a row with every mark of a rule counts.
        if listing::is_rule(columns, row) && (listed || looks_listed(row)) {
            let open = group.get_or_insert_with(|| Group::under(context));
            open.columns = columns;
            open.rows.push((row, Kind::Rule(columns)));
            return true;
        }
        false
    }

    /// Reads a group that is complete.
    fn flush(&mut self, clean: &Clean, group: &mut Option<Group<'_>>, context: &mut Context) {
        let Some(group) = group.take() else { return };
        context.listed = false;
        for group in group.parts() {
            if group.adds && !group.is_listing() {
                self.add(clean, &group, context.backend);
                continue;
            }
            let (loose, lines) = (group.loose, if group.loose { group.lines() } else { vec![] });
            let loaded = group.loaded;
            let problems = self.hosts.diagnostics.len();
            let progress = &mut self.progress;
            let mut read = |place| progress.line(place);
            let found = &mut self.hosts.diagnostics;
            let quoted = group.rows.first().is_some_and(|(row, _)| is_quoted(clean, *row));
            let mut draft = group.draft(clean, context.backend, &self.templated, found, &mut read);
            draft.quoted = quoted;
            if loaded {
                self.hosts.load(draft, problems);
            } else if !loose || draft.is_whole() {
                self.hosts.put(draft, problems);
            } else if !self.hosts.is_shown(draft.family, &draft.name) {
                draft.dumped = false;
                draft.printed = looks_printed(&lines);
                self.hosts.put(draft, problems);
            } else if self.hosts.holds(&draft) {
                self.hosts.diagnostics.truncate(problems);
                let span = draft.span.unwrap_or_default();
                self.hosts.section(SectionKind::Excerpt(draft.name), span);
            } else {
                // Lines behind a dump of their table are no dump.
                self.hosts.diagnostics.truncate(problems);
                for row in lines {
                    let words = word::words(row);
                    let words = words.iter().map(|w| (&*w.text, w.quoted));
                    let line = typed_as(program(draft.family), Some(&*draft.name), words);
                    let commands = self.each(draft.family, &draft.name, &line);
                    let span = clean.span(row.start, row.end());
                    self.hosts.section(SectionKind::Command(row.text.into()), span);
                    if !commands.is_empty() {
                        self.hosts.offer(commands, span);
                    }
                }
            }
        }
    }
}

mod added;
mod commands;
mod loose;
mod reads;
mod remarks;
#[cfg(test)]
mod tests;
mod typed;
