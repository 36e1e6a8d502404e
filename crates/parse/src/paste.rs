//! Reads a paste, whatever it is: line by line, each line by what it looks like.

use crate::clean::{Clean, Row};
use crate::command::{self, Command, Inside};
use crate::cx::Cx;
use crate::facts;
use crate::group::{Context, Group, Kind};
use crate::hosts::{Hosts, Label};
use crate::listing;
use crate::restore;
use crate::shell::{Shell, Statement};
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, DocId, Expected, Family, Hint, Host, Reading, SectionKind,
    Severity, Span, builtin_names,
};

/// Reads the documents of one paste. The hosts' rules, facts and names come with spans into the
/// documents; a document's position in `docs` is its [`DocId`].
pub fn read(docs: &[&str]) -> Reading {
    read_telling(docs, &mut |_| {})
}

/// Reads as [`read`] does, and tells every few thousand lines which share of the lines is done, from 0 to 1.
pub fn read_telling(docs: &[&str], tell: &mut dyn FnMut(f64)) -> Reading {
    let cleans: Vec<Clean> =
        docs.iter().enumerate().map(|(n, raw)| Clean::new(DocId(n as u16), raw)).collect();
    let mut paste = Paste::new(Progress {
        all: cleans.iter().map(|clean| clean.text.len()).sum(),
        before: 0,
        sorted: 0,
        read: 0,
        lines: 0,
        tell,
    });
    for clean in &cleans {
        paste.document(clean);
        paste.progress.next(clean.text.len());
    }
    paste.finish(&cleans)
}

/// How far the reading is. A line is looked at twice: as it is put to a group, and as the group is read.
struct Progress<'t> {
    /// Bytes of all documents.
    all: usize,
    /// Bytes of the documents that are done.
    before: usize,
    /// Bytes of this one that were put to groups.
    sorted: usize,
    /// Bytes of it that were read.
    read: usize,
    lines: usize,
    tell: &'t mut dyn FnMut(f64),
}

impl Progress<'_> {
    /// How many lines are looked at between two words of it.
    const LINES: usize = 4096;

    /// What stands before this place was put to groups; `waits` tells whether one of them is still to be read.
    fn sorted(&mut self, place: usize, waits: bool) {
        self.sorted = place;
        self.line(if waits { self.read } else { place });
    }

    /// What stands before this place was read.
    fn line(&mut self, place: usize) {
        self.read = place;
        self.lines += 1;
        if self.lines.is_multiple_of(Self::LINES) {
            let done = 2 * self.before + self.sorted + self.read;
            (self.tell)(done as f64 / (2 * self.all).max(1) as f64);
        }
    }

    /// The next document begins.
    fn next(&mut self, bytes: usize) {
        self.before += bytes;
        (self.sorted, self.read) = (0, 0);
    }
}

struct Paste<'t> {
    progress: Progress<'t>,
    hosts: Hosts,
    prose: Vec<Span>,
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
        let rows: Vec<Row<'_>> = clean.lines().map(unquote).collect();
        let mut at = 0;
        let mut context = Context::default();
        let mut group: Option<Group<'_>> = None;
        let mut said = "";
        let mut shell = Shell::default();
        let mut base = Label::Unsaid;
        self.hosts.enter(&base);
        while at < rows.len() {
            let row = rows[at];
            self.progress.sorted(row.start, group.is_some());
            if row.text.is_empty() {
                at += 1;
                continue;
            }
            self.any_text = true;
            if let Some(name) = command::host_of(row) {
                self.flush(clean, &mut group, &context);
                base = Label::machine(name);
                self.hosts.enter(&base);
                // A prompt is no line of a script.
                shell = Shell::default();
            }
            if let Some(statements) = shell.take(row) {
                self.flush(clean, &mut group, &context);
                self.script(clean, &statements, &shell, &mut context);
                at += 1;
                continue;
            }
            let typed = if shell.is_inside() { facts::perhaps } else { facts::typed };
            if let Some(block) = typed(clean, row, &shell) {
                self.flush(clean, &mut group, &context);
                self.hosts.add(block);
                at += 1;
                continue;
            }
            if let Some(command) = command::read(row, &shell) {
                self.flush(clean, &mut group, &context);
                self.hosts.enter(&match &command.inside {
                    Some(Inside::Machine(name)) => Label::machine(name),
                    Some(Inside::Part(name)) => Label::Part(name.clone()),
                    None => base.clone(),
                });
                self.command(clean, row, &command, false, &mut context);
                said = command.name;
                at += 1;
                continue;
            }
            if let Some(block) = facts::warning(clean, row, context.family) {
                // It may stand within a dump, which it does not end.
                self.hosts.add(block);
                at += 1;
                continue;
            }
            let said = std::mem::take(&mut said);
            if self.rules(clean, row, &mut group, &mut context) {
                at += 1;
                continue;
            }
            let found = facts::after(clean, &rows[at..], said);
            if let Some((block, taken)) = found.or_else(|| facts::block(clean, &rows[at..])) {
                self.flush(clean, &mut group, &context);
                if let (Some(name), Label::Unsaid) = (&block.facts.name, self.hosts.label()) {
                    base = Label::machine(name);
                    self.hosts.enter(&base);
                }
                let label = self.hosts.label().clone();
                let runs = block.runs.iter().cloned();
                self.runs.extend(runs.map(|run| (label.clone(), clean.doc(), run)));
                self.hosts.add(block);
                at += taken.max(1);
                continue;
            }
            self.other(clean, row);
            at += 1;
        }
        self.flush(clean, &mut group, &context);
    }

    /// The commands of a line of a script.
    fn script(
        &mut self,
        clean: &Clean,
        statements: &[Statement<'_>],
        shell: &Shell,
        context: &mut Context,
    ) {
        for Statement { row, maybe, elsewhere } in statements {
            if *elsewhere {
                // What it does to the rules is not in the paste.
                let text: String = row.text.chars().take(60).collect();
                self.hosts.elsewhere(text.into(), clean.span(row.start, row.end()));
            } else if let Some(block) = facts::typed(clean, *row, shell).filter(|_| !*maybe) {
                self.hosts.add(block);
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
            let declares = declared(row);
            if let Some(name) = declares
                && group.as_ref().is_some_and(|g| !g.starred && g.splits(name))
            {
                self.flush(clean, group, context);
                context.table = None;
            }
            let open = group.get_or_insert_with(|| Group::under(context));
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
        let span = clean.span(row.start, row.end());
        // A line of a script is a part of the table that it makes.
        if !command.changes {
            self.hosts.section(SectionKind::Command(command.name.into()), span);
        }
        *context = Context {
            table: command.table.clone(),
            family: command.family,
            backend: command.backend.or(context.backend),
            saving: false,
        };
        let (Some(family), true) = (command.family, command.changes) else { return };
        let table = command.table.clone().unwrap_or_else(|| "filter".into());
        let (draft, diagnostics) = self.hosts.changed(family, &table, command.backend);
        let mut cx = Cx { clean, diagnostics };
        if maybe {
            restore::perhaps(&mut cx, draft, row, &command.words);
        } else {
            restore::command(&mut cx, draft, row, &command.words, None);
        }
    }

    /// A line that nothing here reads.
    fn other(&mut self, clean: &Clean, row: Row<'_>) {
        let span = clean.span(row.start, row.end());
        // A run of such lines is one remark.
        match self.prose.last_mut() {
            Some(last) if last.doc == span.doc && only_blank(clean, *last, row) => {
                *last = last.to(span);
            }
            _ => self.prose.push(span),
        }
    }

    /// Reads a group that is complete.
    fn flush(&mut self, clean: &Clean, group: &mut Option<Group<'_>>, context: &Context) {
        let Some(group) = group.take() else { return };
        let progress = &mut self.progress;
        let mut read = |place| progress.line(place);
        let problems = &mut self.hosts.diagnostics;
        let draft = group.draft(clean, context.backend, problems, &mut read);
        self.hosts.put(draft);
    }

    /// Runs what the files of tunnels have run as they come up: behind the dumps, of which each may be older.
    fn run(&mut self, cleans: &[Clean]) {
        for (label, doc, facts::Run { start, end, iface }) in std::mem::take(&mut self.runs) {
            let Some(clean) = cleans.iter().find(|c| c.doc() == doc) else { continue };
            self.hosts.enter(&label);
            let mut shell = Shell::of_tunnel(&iface);
            let row = Row { text: clean.text.get(start..end).unwrap_or_default(), start };
            let alone = || vec![Statement { row, maybe: false, elsewhere: false }];
            let statements = shell.take(row).unwrap_or_else(alone);
            for Statement { row, maybe, .. } in statements {
                if let Some(block) = facts::typed(clean, row, &shell).filter(|_| !maybe) {
                    self.hosts.add(block);
                } else if let Some(command) = command::read(row, &shell)
                    && !self.is_there(clean, row, &command)
                {
                    self.command(clean, row, &command, maybe, &mut Context::default());
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
        let mut reading = self.hosts.finish();
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
            reading.diagnostics.extend(self.prose.into_iter().map(|span| Diagnostic {
                id: DiagnosticId::Prose,
                severity: Severity::Note,
                span,
                found: "".into(),
                expected: vec![],
                hint: None,
            }));
        }
        reading.diagnostics.sort_by_key(|d| (d.span.doc, d.span.start, d.span.end));
        reading.sections.sort_by_key(|s| (s.span.doc, s.span.start, s.span.end));
        if anything && reading.hosts.is_empty() {
            reading.hosts.push(Host { conntrack: true, ..Host::default() });
        }
        reading
    }
}

/// Whether a row is a line of a save text or of `-S`.
fn is_save(row: Row<'_>) -> bool {
    if let Some(rest) = row.text.strip_prefix(':') {
        let mut words = rest.split_whitespace();
        let name = words.next();
        return name.is_some()
            && matches!(words.next(), Some("ACCEPT" | "DROP" | "-" | "QUEUE" | "RETURN"));
    }
    let mut words = row.text.split_whitespace();
    let mut first = words.next().unwrap_or_default();
    if first.starts_with('[') && first.ends_with(']') && first.contains(':') {
        first = words.next().unwrap_or_default();
    }
    let verbs = [
        "-A",
        "-I",
        "-D",
        "-R",
        "-N",
        "-P",
        "-F",
        "-X",
        "-E",
        "--append",
        "--insert",
        "--delete",
        "--replace",
        "--new-chain",
        "--policy",
        "--flush",
        "--delete-chain",
    ];
    verbs.contains(&first) && (words.next().is_some() || matches!(first, "-F" | "-X"))
}

/// The chain that a line of a save text declares.
fn declared(row: Row<'_>) -> Option<&str> {
    let rest = row.text.strip_prefix(':').or_else(|| row.text.strip_prefix("-P "));
    rest?.split_whitespace().next()
}

/// Whether a row without a chain above has every mark of a listing's rule.
fn looks_listed(row: Row<'_>) -> bool {
    let has = |text: &str| row.text.split_whitespace().any(|w| w == text);
    has("--") && (has("0.0.0.0/0") || has("anywhere") || has("::/0"))
}

/// What a comment of a dump tells; whether it is one of those.
fn note(comment: &str, context: &mut Context) -> bool {
    let text = comment.trim();
    if let Some(rest) = text.strip_prefix("Generated by ") {
        context.table = None;
        context.family = Some(if rest.starts_with("ip6") { Family::Ip6 } else { Family::Ip });
        context.backend = saved_by(rest);
        return rest.contains("tables");
    }
    if text.starts_with("Completed on ") {
        context.family = None;
        return true;
    }
    false
}

/// Whose tables a dump says it holds: `iptables-save v1.8.9 (nf_tables)`. The versions 1.8.0 to 1.8.7 of both
/// programs print the same.
fn saved_by(rest: &str) -> Option<Backend> {
    if ["nf_tables", "-nft", "xtables"].iter().any(|w| rest.contains(w)) {
        return Some(Backend::IptablesNft);
    }
    let version = rest.split_whitespace().find_map(|w| w.strip_prefix('v'))?;
    let alike = version
        .strip_prefix("1.8.")
        .is_some_and(|patch| patch.parse::<u8>().is_ok_and(|patch| patch < 8));
    (!alike || rest.contains("-legacy")).then_some(Backend::Legacy)
}

/// A row without the marks of a quotation and without blanks at its ends.
fn unquote(row: Row<'_>) -> Row<'_> {
    let mut row = row.trim();
    while let Some(rest) = row.text.strip_prefix('>') {
        // A prompt's `>` is one too; what follows tells what the line is.
        row = row.skip(row.text.len() - rest.len()).trim();
    }
    row
}

/// Whether only blanks stand between a remark and a row.
fn only_blank(clean: &Clean, last: Span, row: Row<'_>) -> bool {
    let this = clean.span(row.start, row.end());
    // The two texts' offsets differ only by what was cleaned away.
    let gap = this.start.saturating_sub(last.end) as usize;
    let before = clean.text.get(row.start.saturating_sub(gap)..row.start);
    before.is_some_and(|text| text.trim_matches(['>', ' ', '\n', '\t']).is_empty())
}

#[cfg(test)]
mod tests;
