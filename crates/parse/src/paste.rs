//! Reads a paste, whatever it is: line by line, each line by what it looks like.

use crate::blank::{Fills, gather};
use crate::clean::{Clean, Row};
use crate::command::{self, Command};
use crate::comments::{comments, is_fence};
use crate::cx::Cx;
use crate::facts;
use crate::family::families;
use crate::forms::{declared, ends_facts, is_meant, is_save, looks_listed, note};
use crate::group::{Context, Group, Kind};
use crate::hosts::{Hosts, Label};
use crate::inside::Inside;
use crate::listing;
use crate::names::program;
use crate::native::{self, Listed, Nft};
use crate::nft::{Piece, Shows, Source};
use crate::part::{filter, is_gap};
use crate::places::{Places, Sign};
use crate::progress::Progress;
use crate::prompt::{host_of, unprompt};
use crate::restore;
use crate::shape;
use crate::shell::{Shell, Statement};
use crate::word;
use crate::wrapped::breaks;
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, DocId, Expected, Family, Hint, Host, Reading, SectionKind,
    Severity, Span, Text, builtin_names,
};

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
pub fn read_filled(docs: &[&str], fills: &Fills, tell: &mut dyn FnMut(f64)) -> Reading {
    let whole = |clean: Clean| {
        let cuts = breaks(&clean.text, &shape::bare(clean.lines()));
        if cuts.is_empty() { clean } else { clean.without(&cuts) }
    };
    let cleans: Vec<Clean> = docs
        .iter()
        .enumerate()
        .map(|(n, raw)| whole(Clean::filled(DocId(n as u16), raw, fills)))
        .collect();
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
    /// Commands of files that ran on a host, whatever state the dumps show.
    runs: Vec<(Label, DocId, facts::Run)>,
}

impl<'t> Paste<'t> {
    fn new(progress: Progress<'t>) -> Self {
        Self {
            progress,
            hosts: Hosts::default(),
            prose: Vec::new(),
            any_text: false,
            runs: Vec::new(),
        }
    }

    fn document(&mut self, clean: &Clean) {
        let rows = shape::bare(clean.lines());
        let comment = comments(&rows);
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
        let mut shell = Shell::default();
        let mut fenced = false;
        self.hosts.enter(places.here());
        while at < rows.len() {
            let row = rows[at];
            self.progress.sorted(row.start, group.is_some());
            if row.text.is_empty() {
                at += 1;
                continue;
            }
            self.any_text = true;
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
            let next = rows[at + 1..].iter().find(|r| !r.text.is_empty()).copied();
            if let Some(statements) = shell.take(row, next) {
                self.flush(clean, &mut group, &mut context);
                self.script(clean, &statements, &shell, &mut context);
                at += 1;
                continue;
            }
            if !comment[at] {
                let typed = if shell.is_inside() { facts::perhaps } else { facts::typed };
                if let Some(block) = typed(clean, row, &shell) {
                    self.flush(clean, &mut group, &mut context);
                    self.hosts.typed(row, block);
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
                    self.command(clean, row, &command, false, &mut context);
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
            if let Some((block, taken)) = found.or_else(|| facts::block(clean, &rows[at..end])) {
                self.flush(clean, &mut group, &mut context);
                if let (Some(name), Label::Unsaid) = (&block.facts.name, self.hosts.label()) {
                    places.named(Label::machine(name));
                    self.hosts.enter(places.here());
                }
                let label = self.hosts.label().clone();
                let runs = block.runs.iter().cloned();
                self.runs.extend(runs.map(|run| (label.clone(), clean.doc(), run)));
                self.hosts.add(block);
                at += taken.max(1);
                continue;
            }
            if let Some(open) = group.as_mut() {
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
                match facts::in_prose(clean, row) {
                    Some(block) => self.hosts.add(block),
                    None => self.other(clean, row),
                }
            }
            at += 1;
        }
        self.flush(clean, &mut group, &mut context);
        let rest = shell.close_all();
        self.script(clean, &rest, &shell, &mut context);
    }

    /// What belongs to a command of nft and stands below it: says how many rows that are.
    fn below(
        &mut self,
        clean: &Clean,
        row: Row<'_>,
        rows: &[Row<'_>],
        context: &mut Context,
    ) -> usize {
        if let Some(end) = context.here.take()
            && let Some(taken) = native::here(rows, &end)
        {
            let said = (Source::Script, Shows::Changes);
            self.hosts.native(Piece::of(clean, &rows[..taken], ("", ""), said));
            return taken + 1;
        }
        // Nothing is printed where there is nothing, and only the next prompt shows it.
        let next = rows.iter().find(|r| !r.text.is_empty());
        if context.native.is_some_and(|l| l.shows == Shows::All)
            && host_of(row).is_some()
            && next.is_some_and(|r| host_of(*r).is_some())
        {
            let span = clean.span(row.start, row.end());
            self.hosts.native(Piece::nothing(span));
        }
        0
    }

    /// A command of nft.
    fn nft(
        &mut self,
        clean: &Clean,
        row: Row<'_>,
        command: &Command<'_>,
        maybe: bool,
        context: &mut Context,
    ) {
        let span = clean.span(row.start, row.end());
        let shown: Text = command.name.chars().take(60).collect::<String>().into();
        match native::command(&command.words, row.text) {
            Nft::Lists(listed) => {
                let part = filter(row).is_some();
                let listed =
                    Listed { shows: if part { Shows::Part } else { listed.shows }, ..listed };
                context.native = Some(listed);
                self.hosts.section(SectionKind::Command(command.name.into()), span);
            }
            Nft::Changes(text) if self.hosts.is_native_shown() => {
                // It is of a later hour than what was printed: it may be tried.
                let kind = if maybe {
                    SectionKind::Known(shown)
                } else {
                    self.hosts.offer(vec![["nft ", &text].concat().as_str().into()], span);
                    SectionKind::Command(command.name.into())
                };
                self.hosts.section(kind, span);
            }
            Nft::Changes(_) | Nft::Loads if maybe => self.hosts.elsewhere(shown, span),
            Nft::Changes(text) => self.hosts.native(Piece::command(text, span)),
            Nft::Loads => self.hosts.loads(shown, span),
            Nft::Here(end) => context.here = Some(end),
            Nft::Other => self.hosts.section(SectionKind::Command(command.name.into()), span),
        }
    }

    /// The commands of a line of a script.
    fn script(
        &mut self,
        clean: &Clean,
        statements: &[Statement<'_>],
        shell: &Shell,
        context: &mut Context,
    ) {
        for Statement { row, maybe, elsewhere, round } in statements {
            let own = Some(round).filter(|r| !r.is_empty()).map(|r| shell.in_round(r));
            let shell = own.as_ref().unwrap_or(shell);
            if *elsewhere {
                // What it does to the rules is not in the paste.
                let text: String = row.text.chars().take(60).collect();
                self.hosts.elsewhere(text.into(), clean.span(row.start, row.end()));
            } else if let Some(block) = facts::typed(clean, *row, shell).filter(|_| !*maybe) {
                self.hosts.typed(*row, block);
            } else if let Some(block) = facts::perhaps(clean, *row, shell).filter(|_| *maybe) {
                self.hosts.add(block);
            } else if let Some(command) = command::read(*row, shell) {
                self.command(clean, *row, &command, *maybe, context);
            }
        }
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
        if let Some(columns) = listing::columns(row)
            && let Some(open) = group.as_mut()
        {
            open.columns = Some(columns);
            open.rows.push((row, Kind::Columns(columns)));
            return true;
        }
        if is_save(row) {
            if row.text.starts_with('-') && group.as_ref().is_some_and(|g| g.broken && !g.starred) {
                self.flush(clean, group, context);
            }
            let declares = declared(row);
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
        let columns = open.and_then(|g| g.columns);
        // Without a chain above, only a row with every mark of a rule counts.
        if listing::is_rule(columns, row) && (listed || looks_listed(row)) {
            let open = group.get_or_insert_with(|| Group::under(context));
            open.rows.push((row, Kind::Rule(columns)));
            return true;
        }
        false
    }

    fn command(
        &mut self,
        clean: &Clean,
        row: Row<'_>,
        command: &Command<'_>,
        maybe: bool,
        context: &mut Context,
    ) {
        if native::is_command(row) {
            *context = Context { backend: context.backend, ..Context::default() };
            self.nft(clean, row, command, maybe, context);
            return;
        }
        let span = clean.span(row.start, row.end());
        if let Some(name) = changes_elsewhere(command) {
            self.hosts.diagnostics.push(facts::not_walked(name, span, None));
            self.hosts.section(SectionKind::Known(command.name.into()), span);
            return;
        }
        // A line of a script is a part of the table that it makes.
        if !command.changes {
            self.hosts.section(SectionKind::Command(command.name.into()), span);
        }
        let lists = command.family.is_some() && !command.changes;
        *context = Context {
            table: command.table.clone(),
            family: command.family,
            backend: command.backend.or(context.backend),
            saving: false,
            listed: lists,
            filter: lists.then(|| filter(row)).flatten().map(|r| r.text.to_owned()),
            native: None,
            here: None,
        };
        let (Some(family), true) = (command.family, command.changes) else { return };
        let table = command.table.clone().unwrap_or_else(|| "filter".into());
        if self.hosts.is_shown(family, &table) {
            // It is of a later hour than what was printed: it may be tried.
            let words = command.words.iter().map(|w| (&*w.text, w.quoted));
            let line = typed_as(program(family), None, words);
            let commands = self.each(family, &table, &line);
            if maybe || commands.is_empty() {
                self.hosts.section(SectionKind::Known(command.name.into()), span);
            } else {
                self.hosts.offer(commands, span);
                self.hosts.section(SectionKind::Command(command.name.into()), span);
            }
            return;
        }
        self.apply(clean, row, command, maybe);
    }

    /// Does what a command does to the rules of the host at hand.
    fn apply(&mut self, clean: &Clean, row: Row<'_>, command: &Command<'_>, maybe: bool) {
        let Some(family) = command.family.filter(|_| command.changes) else { return };
        let table = command.table.as_deref().unwrap_or("filter");
        let (draft, diagnostics) = self.hosts.changed(family, table, command.backend);
        let mut cx = Cx { clean, diagnostics };
        if maybe {
            restore::perhaps(&mut cx, draft, row, &command.words);
        } else {
            restore::command(&mut cx, draft, row, &command.words);
        }
    }

    /// A line that nothing here reads.
    fn other(&mut self, clean: &Clean, row: Row<'_>) {
        let span = clean.span(row.start, row.end());
        let meant = is_meant(row.text);
        // A run of such lines is one remark.
        match self.prose.last_mut() {
            Some(last)
                if last.span.doc == span.doc
                    && last.meant == meant
                    && only_blank(clean, last.span, row) =>
            {
                last.span = last.span.to(span);
                last.lines += 1;
            }
            _ => self.prose.push(Words { span, lines: 1, meant }),
        }
    }

    /// A command as edits of one chain each. What changes no rule and no policy is none.
    fn each(&self, family: Family, table: &str, line: &str) -> Vec<Text> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|w| matches!(*w, "-F" | "--flush"));
        if let Some(at) = at
            && words.get(at + 1).is_none_or(|w| w.starts_with('-'))
        {
            let chains = self.hosts.chains(family, table);
            return chains.iter().map(|c| format!("{line} {c}").as_str().into()).collect();
        }
        let nothing = ["-X", "--delete-chain", "-Z", "--zero", "-C", "--check", "-E"];
        if words.iter().any(|w| nothing.contains(w)) { Vec::new() } else { vec![line.into()] }
    }

    /// Reads a group that is complete.
    fn flush(&mut self, clean: &Clean, group: &mut Option<Group<'_>>, context: &mut Context) {
        let Some(group) = group.take() else { return };
        context.listed = false;
        for group in group.parts() {
            let (loose, lines) = (group.loose, if group.loose { group.lines() } else { vec![] });
            let problems = self.hosts.diagnostics.len();
            let progress = &mut self.progress;
            let mut read = |place| progress.line(place);
            let found = &mut self.hosts.diagnostics;
            let mut draft = group.draft(clean, context.backend, found, &mut read);
            if !loose || draft.is_whole() {
                self.hosts.put(draft, problems);
            } else if !self.hosts.is_shown(draft.family, &draft.name) {
                draft.dumped = false;
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

    /// Runs what files have run as interfaces come up: that of a tunnel behind the dumps, of which each may be older; that of
    /// others where no dump shows what came of it.
    fn run(&mut self, cleans: &[Clean]) {
        for (label, doc, facts::Run { start, end, iface }) in std::mem::take(&mut self.runs) {
            let Some(clean) = cleans.iter().find(|c| c.doc() == doc) else { continue };
            self.hosts.enter(&label);
            let mut shell = Shell::of_tunnel(&iface);
            let row = Row { text: clean.text.get(start..end).unwrap_or_default(), start };
            let alone = || vec![Statement::plain(row)];
            let statements = shell.take(row, None).unwrap_or_else(alone);
            for Statement { row, maybe, .. } in statements {
                if let Some(block) = facts::typed(clean, row, &shell).filter(|_| !maybe) {
                    self.hosts.add(block);
                } else if let Some(command) = command::read(row, &shell)
                    && !self.is_there(clean, row, &command)
                {
                    let table = command.table.as_deref().unwrap_or("filter");
                    let shown = command.family.is_some_and(|f| self.hosts.is_shown(f, table));
                    if iface.is_empty() && shown {
                        continue;
                    }
                    self.apply(clean, row, &command, maybe);
                    if let Some(family) = command.family.filter(|_| !iface.is_empty()) {
                        let table = command.table.as_deref().unwrap_or("filter");
                        let (draft, _) = self.hosts.changed(family, table, command.backend);
                        restore::while_up(draft, clean.span(row.start, row.end()), &iface);
                    }
                }
            }
        }
    }

    /// Whether a dump shows already what a command would put in.
    fn is_there(&mut self, clean: &Clean, row: Row<'_>, command: &Command<'_>) -> bool {
        let Some(family) = command.family else { return false };
        let table = command.table.as_deref().unwrap_or("filter");
        let (draft, _) = self.hosts.changed(family, table, command.backend);
        let mut unheard = Vec::new();
        let mut cx = Cx { clean, diagnostics: &mut unheard };
        restore::is_there(&mut cx, draft, row, &command.words)
    }

    fn finish(mut self, cleans: &[Clean]) -> Reading {
        self.run(cleans);
        let mut reading = self.hosts.finish(cleans);
        let anything = !reading.hosts.is_empty()
            || reading.sections.iter().any(|s| !matches!(s.kind, SectionKind::Command(_)));
        let place = cleans.first().map(|c| c.span(0, c.text.len())).unwrap_or_default();
        let nothing = |id, severity| Diagnostic {
            id,
            severity,
            span: place,
            found: "".into(),
            expected: vec![Expected::Dump],
            hint: Some(Hint::Paste("iptables-save".into())),
        };
        if !self.any_text {
            reading.diagnostics.push(nothing(DiagnosticId::Empty, Severity::Note));
        } else if !anything {
            reading.diagnostics.push(nothing(DiagnosticId::NothingRecognised, Severity::Error));
        } else {
            let remark = |id, span, found: String| Diagnostic {
                id,
                severity: Severity::Note,
                span,
                found: found.as_str().into(),
                expected: vec![],
                hint: None,
            };
            let told = |p: &Words| remark(DiagnosticId::Prose, p.span, String::new());
            // What reads like a rule is named; of words among the dumps one line tells.
            let (meant, plain): (Vec<Words>, Vec<Words>) =
                self.prose.into_iter().partition(|p| p.meant);
            reading.diagnostics.extend(meant.iter().map(told));
            match plain.as_slice() {
                [only] => reading.diagnostics.push(told(only)),
                [first, ..] => {
                    let lines: usize = plain.iter().map(|p| p.lines).sum();
                    let (id, count) = (DiagnosticId::PassedOver, lines.to_string());
                    reading.diagnostics.push(remark(id, first.span, count));
                }
                [] => {}
            }
        }
        gather(&mut reading);
        reading.diagnostics.sort_by_key(|d| (d.span.doc, d.span.start, d.span.end));
        reading.sections.sort_by_key(|s| (s.span.doc, s.span.start, s.span.end));
        if anything && reading.hosts.is_empty() {
            reading.hosts.push(Host { conntrack: true, ..Host::default() });
        }
        reading
    }
}

/// A command of iptables in words. `table` is what it is of, where the words do not say it.
fn typed_as<'w>(
    program: &str,
    table: Option<&str>,
    words: impl Iterator<Item = (&'w str, bool)>,
) -> String {
    let mut line = program.to_owned();
    if let Some(table) = table.filter(|t| *t != "filter") {
        line += &[" -t ", table].concat();
    }
    for (word, quoted) in words {
        let plain = !word.is_empty() && !word.contains([' ', '\t']) && !quoted;
        line += &if plain { [" ", word].concat() } else { [" \"", word, "\""].concat() };
    }
    line
}

/// Whether only blanks stand between a remark and a row.
fn only_blank(clean: &Clean, last: Span, row: Row<'_>) -> bool {
    let this = clean.span(row.start, row.end());
    // The two texts' offsets differ only by what was cleaned away.
    let gap = this.start.saturating_sub(last.end) as usize;
    let before = clean.text.get(row.start.saturating_sub(gap)..row.start);
    before.is_some_and(|text| text.trim_matches(['>', ' ', '\n', '\t']).is_empty())
}

/// The program whose own rules a command changes, which are not walked.
fn changes_elsewhere(command: &Command<'_>) -> Option<&'static str> {
    let words = || command.words.iter().map(|w| &*w.text);
    let first = command.name.split_whitespace().take(2);
    let named = |name: &str| first.clone().any(|w| w.rsplit('/').next() == Some(name));
    let verbs = ["allow", "deny", "reject", "limit", "route", "delete", "insert", "default"];
    if named("ufw") && words().any(|w| verbs.contains(&w)) {
        return Some("ufw");
    }
    let changes = |w: &str| {
        ["--add-", "--remove-", "--set-", "--zone", "--change-"].iter().any(|o| w.starts_with(o))
    };
    let asks = |w: &str| ["--list", "--get", "--query", "--state"].iter().any(|o| w.starts_with(o));
    (named("firewall-cmd") && words().any(changes) && !words().any(asks)).then_some("firewall-cmd")
}

#[cfg(test)]
mod tests;
