//! Reads a paste, whatever it is: line by line, each line by what it looks like.
//!
//! Rules that stand together are a group; its table and family are told by the command above it, by the
//! dump itself, or by its chains and targets.

use crate::clean::{Clean, Row};
use crate::command::{self, Command, Inside};
use crate::draft::{Draft, NO_CHAIN};
use crate::facts;
use crate::listing::{self, Columns};
use crate::restore;
use crate::rule::Cx;
use crate::shell::{Shell, Statement};
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, DocId, Expected, Family, Hint, Host, HostId, Reading,
    Section, SectionKind, Severity, Span, Text, builtin_names, is_builtin,
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

/// What kind of row a group holds.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A line of a save text or of `-S`.
    Save,
    /// `Chain X (…)`.
    Head,
    /// The line above the rules of a listing.
    Columns(Columns),
    /// A rule of a listing, under these columns.
    Rule(Option<Columns>),
}

/// Rules that stand together and are of one table.
#[derive(Debug, Default)]
struct Group<'a> {
    rows: Vec<(Row<'a>, Kind)>,
    table: Option<String>,
    family: Option<Family>,
    /// The built-in chains so far, by their place in the order listings have them.
    seen: Vec<usize>,
    columns: Option<Columns>,
    /// Whether `*table` opened it.
    starred: bool,
}

/// What the lines so far say about those that follow.
#[derive(Clone, Debug, Default)]
struct Context {
    table: Option<String>,
    family: Option<Family>,
    backend: Option<Backend>,
}

struct Paste<'t> {
    progress: Progress<'t>,
    places: Vec<Place>,
    /// The place that the next lines are of.
    at: usize,
    sections: Vec<Section>,
    diagnostics: Vec<Diagnostic>,
    prose: Vec<Span>,
    any_text: bool,
}

/// What tells whose a dump is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Label {
    /// Nothing does.
    #[default]
    Unsaid,
    /// A prompt, or an output that names the host.
    Machine(String),
    /// A command that ran in a container or a namespace.
    Part(String),
}

/// A host while the paste is being read.
#[derive(Debug, Default)]
struct Place {
    label: Label,
    drafts: Vec<Draft>,
    blocks: Vec<facts::Block>,
    /// Commands that lead to rules which are not in the paste.
    elsewhere: Vec<Text>,
}

impl Place {
    fn is_empty(&self) -> bool {
        self.drafts.is_empty() && self.blocks.is_empty()
    }

    /// Where its first dump stands.
    fn start(&self) -> (DocId, u32) {
        let drafts = self.drafts.iter().filter_map(|d| d.span);
        let all = drafts.chain(self.blocks.iter().map(|b| b.span)).map(|s| (s.doc, s.start));
        all.min().unwrap_or((DocId(u16::MAX), u32::MAX))
    }
}

impl Label {
    fn machine(name: &str) -> Self {
        // Some prompts and commands print the domain too, and some do not.
        let short = name.split('.').next().filter(|s| !s.is_empty() && s.parse::<u8>().is_err());
        Self::Machine(short.unwrap_or(name).to_owned())
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Unsaid => None,
            Self::Machine(name) | Self::Part(name) => Some(name),
        }
    }
}

impl<'t> Paste<'t> {
    fn new(progress: Progress<'t>) -> Self {
        Self {
            progress,
            places: Vec::new(),
            at: 0,
            sections: Vec::new(),
            diagnostics: Vec::new(),
            prose: Vec::new(),
            any_text: false,
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
        self.enter(&base);
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
                self.enter(&base);
                // A prompt is no line of a script.
                shell = Shell::default();
            }
            if let Some(statements) = shell.take(row) {
                self.flush(clean, &mut group, &context);
                self.script(clean, &statements, &shell, &mut context);
                at += 1;
                continue;
            }
            if let Some(block) = facts::typed(clean, row).filter(|_| !shell.is_inside()) {
                self.flush(clean, &mut group, &context);
                self.add(block);
                at += 1;
                continue;
            }
            if let Some(command) = command::read(row, &shell) {
                self.flush(clean, &mut group, &context);
                self.enter(&match &command.inside {
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
                self.add(block);
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
                if let (Some(name), Label::Unsaid) =
                    (&block.facts.name, &self.places[self.at].label)
                {
                    base = Label::machine(name);
                    self.enter(&base);
                }
                self.add(block);
                at += taken.max(1);
                continue;
            }
            self.other(clean, row, group.is_some());
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
                let span = clean.span(row.start, row.end());
                self.section(SectionKind::Unread(text.as_str().into()), span);
                self.places[self.at].elsewhere.push(text.into());
            } else if let Some(block) = facts::typed(clean, *row).filter(|_| !*maybe) {
                self.add(block);
            } else if let Some(command) = command::read(*row, shell) {
                self.command(clean, *row, &command, *maybe, context);
            }
        }
    }

    /// The next lines are of this host.
    fn enter(&mut self, label: &Label) {
        let found = self.places.iter().position(|p| p.label == *label);
        self.at = found.unwrap_or_else(|| {
            self.places.push(Place { label: label.clone(), ..Place::default() });
            self.places.len() - 1
        });
    }

    /// Notes a piece of the host at hand. Until the end its host is the number of its place.
    fn section(&mut self, kind: SectionKind, span: Span) {
        self.sections.push(Section { host: HostId(self.at as u16), kind, span });
    }

    /// Notes facts of the host at hand.
    fn add(&mut self, block: facts::Block) {
        self.section(block.kind.clone(), block.span);
        self.diagnostics.extend(block.diagnostics.iter().cloned());
        self.places[self.at].blocks.push(block);
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
                let mut fresh = Group { starred: true, family: context.family, ..Group::default() };
                fresh.table = Some(name.to_owned());
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
        if let Some(comment) = row.text.strip_prefix('#')
            && note(comment, context)
        {
            return true;
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
            self.section(SectionKind::Command(command.name.into()), span);
        }
        *context = Context {
            table: command.table.clone(),
            family: command.family,
            backend: command.backend.or(context.backend),
        };
        let (Some(family), true) = (command.family, command.changes) else { return };
        let table = command.table.clone().unwrap_or_else(|| "filter".into());
        let drafts = &mut self.places[self.at].drafts;
        let mut fresh = Draft::new(family, &table);
        fresh.backend = command.backend.unwrap_or_default();
        fresh.told = command.backend.is_some();
        let at = drafts.iter().position(|d| d.is_same(&fresh)).unwrap_or_else(|| {
            drafts.push(fresh);
            drafts.len() - 1
        });
        if let Some(backend) = command.backend {
            drafts[at].backend = backend;
            drafts[at].told = true;
        }
        let mut cx = Cx { clean, diagnostics: &mut self.diagnostics };
        if maybe {
            restore::perhaps(&mut cx, &mut drafts[at], row, &command.words);
        } else {
            restore::command(&mut cx, &mut drafts[at], row, &command.words, None);
        }
    }

    /// A line that nothing here reads.
    fn other(&mut self, clean: &Clean, row: Row<'_>, within: bool) {
        let span = clean.span(row.start, row.end());
        if within && row.text.starts_with("-A ") {
            let mut cx = Cx { clean, diagnostics: &mut self.diagnostics };
            let place = (row.start, row.end());
            cx.say(DiagnosticId::BadLine, Severity::Warning, place, vec![Expected::Option], None);
            return;
        }
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
        let family = group.family.unwrap_or_else(|| guess_family(&group.rows));
        let table = group.table_name();
        let mut draft = Draft::new(family, &table);
        draft.backend = context.backend.unwrap_or_default();
        draft.told = context.backend.is_some();
        draft.saved = group.starred;
        let mut hidden = None;
        let mut cx = Cx { clean, diagnostics: &mut self.diagnostics };
        let mut chain = None;
        for (row, kind) in &group.rows {
            let row = *row;
            let place = (row.start, row.end());
            let span = clean.span(place.0, place.1);
            self.progress.line(place.1);
            draft.cover(span);
            match kind {
                Kind::Save if row.text.starts_with('*') || row.text == "COMMIT" => {}
                Kind::Save => {
                    if !restore::line(&mut cx, &mut draft, row) {
                        let id = DiagnosticId::BadLine;
                        cx.say(id, Severity::Warning, place, vec![Expected::Option], None);
                    }
                }
                Kind::Head => {
                    let Some(head) = listing::head(row) else { continue };
                    let at = draft.chain(head.name);
                    let entry = &mut draft.chains[at];
                    entry.header = Some(span);
                    entry.policy = head.policy;
                    entry.counters = head.counters;
                    entry.references = head.references;
                    chain = Some(at);
                }
                Kind::Columns(columns) => {
                    if !columns.ifaces {
                        hidden.get_or_insert(place);
                    }
                }
                Kind::Rule(columns) => {
                    let at = chain.unwrap_or_else(|| draft.chain(NO_CHAIN));
                    chain = Some(at);
                    if let Some(rule) = listing::rule(&mut cx, &mut draft, *columns, row) {
                        draft.fills(at);
                        draft.chains[at].shown.get_or_insert(span);
                        draft.chains[at].rules.push(rule);
                    } else {
                        let id = DiagnosticId::BadLine;
                        cx.say(id, Severity::Warning, place, vec![Expected::Target], None);
                    }
                }
            }
        }
        if let Some(place) = hidden {
            let program = if family == Family::Ip6 { "ip6tables" } else { "iptables" };
            let hint = Some(Hint::Paste(format!("{program} -t {table} -nvL").into()));
            cx.say(DiagnosticId::HiddenInterfaces, Severity::Warning, place, vec![], hint);
        }
        let span = draft.span.unwrap_or_default();
        self.section(table_section(&draft), span);
        self.keep(self.at, draft);
    }

    /// Puts a draft to those of a host. Halves of one table become one; of two, the later counts.
    fn keep(&mut self, place: usize, draft: Draft) {
        let drafts = &mut self.places[place].drafts;
        let Some(at) = drafts.iter().position(|d| d.is_same(&draft)) else {
            drafts.push(draft);
            return;
        };
        let both = draft.chains.iter().any(|c| c.is_shown() && drafts[at].shows(&c.name));
        if both {
            let old = std::mem::replace(&mut drafts[at], draft);
            self.diagnostics.push(Diagnostic {
                id: DiagnosticId::TableTwice,
                severity: Severity::Warning,
                span: drafts[at].first.unwrap_or_default(),
                found: old.name,
                expected: vec![],
                hint: None,
            });
        } else {
            drafts[at].absorb(draft);
        }
    }

    /// What nobody's prompt stands above is of the only machine whose prompt was seen. With several of them it
    /// stays apart.
    fn gather(&mut self) {
        let machine = |p: &&Place| matches!(p.label, Label::Machine(_)) && !p.is_empty();
        let machines: Vec<&Place> = self.places.iter().filter(machine).collect();
        let names = machines.iter().filter_map(|p| p.label.name());
        let names: Vec<Expected> = names.map(|n| Expected::Literal(n.into())).collect();
        let Some(unsaid) = self.places.iter().position(|p| p.label == Label::Unsaid) else {
            return;
        };
        if self.places[unsaid].is_empty() {
            return;
        }
        let machine = self.places.iter().position(|p| machine(&p));
        match (machine, names.len()) {
            (Some(machine), 1) => {
                let (first, second) = if self.places[unsaid].start() < self.places[machine].start()
                {
                    (unsaid, machine)
                } else {
                    (machine, unsaid)
                };
                let label = std::mem::take(&mut self.places[machine].label);
                let mut later = std::mem::take(&mut self.places[second]);
                for draft in std::mem::take(&mut later.drafts) {
                    self.keep(first, draft);
                }
                let blocks = &mut self.places[first].blocks;
                blocks.append(&mut later.blocks);
                blocks.sort_by_key(|b| (b.span.doc, b.span.start));
                self.places[first].label = label;
                for section in &mut self.sections {
                    if section.host.0 as usize == second {
                        section.host.0 = first as u16;
                    }
                }
            }
            (_, 0 | 1) => {}
            _ => {
                let own = self.sections.iter().find(|s| {
                    s.host.0 as usize == unsaid && !matches!(s.kind, SectionKind::Command(_))
                });
                self.diagnostics.push(Diagnostic {
                    id: DiagnosticId::WhichHost,
                    severity: Severity::Warning,
                    span: own.map(|s| s.span).unwrap_or_default(),
                    found: "".into(),
                    expected: names,
                    hint: None,
                });
            }
        }
    }

    /// The places become hosts, those with rules first. Returns the host of each place.
    fn hosts(&mut self) -> Vec<Host> {
        let mut order: Vec<usize> =
            (0..self.places.len()).filter(|p| !self.places[*p].is_empty()).collect();
        order.sort_by_key(|p| (self.places[*p].drafts.is_empty(), self.places[*p].start()));
        let mut hosts: Vec<Host> = Vec::new();
        let mut of_place: Vec<Option<usize>> = vec![None; self.places.len()];
        let mut of_span: Vec<(Span, usize)> = Vec::new();
        for at in order {
            let mut place = std::mem::take(&mut self.places[at]);
            self.answer_warnings(&mut place);
            let rivals = facts::rivals(&mut place.drafts);
            let mut host = Host { conntrack: true, unread: place.elsewhere, ..Host::default() };
            // What one table tells is true of the others, of which nothing does.
            host.backend = place.drafts.iter().find_map(|d| d.told.then_some(d.backend));
            for mut draft in place.drafts {
                if let (Some(backend), false) = (host.backend, draft.told) {
                    draft.backend = backend;
                }
                let section = |s: &Section| {
                    matches!(&s.kind, SectionKind::Table { family, table, .. }
                        if *family == draft.family && *table == draft.name)
                        && s.host.0 as usize == at
                };
                if !self.sections.iter().any(section) {
                    let span = draft.span.unwrap_or_default();
                    let kind = table_section(&draft);
                    self.sections.push(Section { host: HostId(at as u16), kind, span });
                }
                part_of_table(&draft, &mut self.diagnostics);
                draft.lower(&mut host, &mut self.diagnostics);
            }
            for rival in rivals {
                self.leave_out(at, &mut host, rival);
            }
            let own = hosts.len();
            of_place[at] = Some(own);
            let mut strangers = Vec::new();
            let moved =
                facts::settle(&mut host, &mut strangers, place.blocks, &mut self.diagnostics);
            of_span.extend(moved.into_iter().map(|(span, n)| (span, own + 1 + n)));
            host.name = place.label.name().map(Into::into).or(host.name);
            hosts.push(host);
            hosts.append(&mut strangers);
        }
        for section in &mut self.sections {
            let at = section.host.0 as usize;
            let moved = of_span.iter().find(|(span, _)| *span == section.span).map(|(_, n)| *n);
            let host = moved.or(of_place.get(at).copied().flatten()).unwrap_or(0);
            section.host = HostId(host as u16);
        }
        for (n, host) in hosts.iter_mut().enumerate() {
            host.id = HostId(n as u16);
        }
        hosts
    }

    /// Tables of the other iptables that are in the paste are no longer hidden by the warning of them.
    fn answer_warnings(&mut self, place: &mut Place) {
        let shown = |name: &str| {
            let of = |d: &&Draft| (d.family == Family::Ip6) == name.starts_with("ip6");
            let legacy = name.ends_with("tables-legacy");
            let mut drafts = place.drafts.iter().filter(of).filter(|d| d.told && d.saved);
            (legacy || name.ends_with("tables-nft"))
                && drafts.any(|d| (d.backend == Backend::Legacy) == legacy)
        };
        let (answered, open): (Vec<_>, Vec<_>) = std::mem::take(&mut place.blocks)
            .into_iter()
            .partition(|b| matches!(&b.kind, SectionKind::Unread(name) if shown(name)));
        place.blocks = open;
        for block in answered {
            for section in self.sections.iter_mut().filter(|s| s.span == block.span) {
                if let SectionKind::Unread(name) = &section.kind {
                    section.kind = SectionKind::Known(name.clone());
                }
            }
            self.diagnostics.retain(|d| d.span != block.span || !block.diagnostics.contains(d));
        }
    }

    /// A table runs in the kernel and is left out of the walk.
    fn leave_out(&mut self, place: usize, host: &mut Host, rival: facts::Rival) {
        let Some(beside) = rival.beside else { return };
        let own = self
            .sections
            .iter_mut()
            .find(|s| s.span == rival.span && matches!(s.kind, SectionKind::Table { .. }));
        let kind = SectionKind::Unread(rival.name.clone());
        match own {
            Some(section) => section.kind = kind,
            None => {
                self.sections.push(Section { host: HostId(place as u16), kind, span: rival.span });
            }
        }
        self.diagnostics.push(facts::not_walked(&rival.name, rival.span, None));
        host.beside.push(beside);
    }

    /// Says that there are several hosts where prompts or commands told them apart.
    fn several(&mut self, hosts: &[Host]) {
        let named = hosts.iter().filter(|h| h.name.is_some()).count();
        if hosts.len() < 2 || named == 0 {
            return;
        }
        let other =
            |s: &&Section| s.host != HostId(0) && !matches!(s.kind, SectionKind::Command(_));
        let span = self.sections.iter().find(other).map(|s| s.span).unwrap_or_default();
        let name =
            |h: &Host| h.name.as_deref().map_or_else(|| (h.id.0 + 1).to_string(), Into::into);
        self.diagnostics.push(Diagnostic {
            id: DiagnosticId::SeveralHosts,
            severity: Severity::Note,
            span,
            found: hosts.first().map(name).unwrap_or_default().into(),
            expected: hosts.iter().map(|h| Expected::Literal(name(h).into())).collect(),
            hint: Some(Hint::ChooseHost),
        });
    }

    fn finish(mut self, cleans: &[Clean]) -> Reading {
        self.gather();
        let mut hosts = self.hosts();
        for section in &self.sections {
            if let SectionKind::Unread(name) = &section.kind
                && name.starts_with("nft")
                && !name.starts_with("nft list table")
                && let Some(host) = hosts.get_mut(section.host.0 as usize)
                && !host.unread.contains(name)
            {
                host.unread.push(name.clone());
            }
        }
        self.several(&hosts);
        let anything = self.sections.iter().any(|s| !matches!(s.kind, SectionKind::Command(_)))
            || !hosts.is_empty();
        let place = cleans.first().map(|c| c.span(0, c.text.len())).unwrap_or_default();
        let mut fatal = |id| {
            self.diagnostics.push(Diagnostic {
                id,
                severity: if id == DiagnosticId::Empty { Severity::Note } else { Severity::Error },
                span: place,
                found: "".into(),
                expected: vec![Expected::Dump],
                hint: Some(Hint::Paste("iptables-save".into())),
            });
        };
        if !self.any_text {
            fatal(DiagnosticId::Empty);
        } else if !anything {
            fatal(DiagnosticId::NothingRecognised);
        } else {
            for span in std::mem::take(&mut self.prose) {
                self.diagnostics.push(Diagnostic {
                    id: DiagnosticId::Prose,
                    severity: Severity::Note,
                    span,
                    found: "".into(),
                    expected: vec![],
                    hint: None,
                });
            }
        }
        self.diagnostics.sort_by_key(|d| (d.span.doc, d.span.start, d.span.end));
        self.sections.sort_by_key(|s| (s.span.doc, s.span.start, s.span.end));
        if anything && hosts.is_empty() {
            hosts.push(Host { conntrack: true, ..Host::default() });
        }
        Reading { hosts, sections: self.sections, diagnostics: self.diagnostics }
    }
}

impl Group<'_> {
    fn under(context: &Context) -> Self {
        Self { table: context.table.clone(), family: context.family, ..Self::default() }
    }

    /// Whether a chain opens another table: it stands again, or before one that is listed after it.
    fn splits(&self, chain: &str) -> bool {
        let (Some(new), Some(last)) = (order(chain), self.seen.last()) else { return false };
        // Old kernels list nat's OUTPUT last.
        self.seen.contains(&new) || (new < *last && (new, *last) != (3, 4))
    }

    fn see(&mut self, chain: &str) {
        self.seen.extend(order(chain));
    }

    /// The table the group is of: as was said, unless its chains say otherwise.
    fn table_name(&self) -> String {
        let chains: Vec<&str> =
            self.rows.iter().filter_map(|(row, kind)| chain_of(*row, *kind)).collect();
        let builtin: Vec<&str> = chains.iter().copied().filter(|c| is_builtin(c)).collect();
        if let Some(said) = &self.table {
            let known = builtin_names(said);
            if self.starred || known.is_empty() || builtin.iter().all(|c| known.contains(c)) {
                return said.clone();
            }
        }
        guess_table(&builtin, &self.targets()).into()
    }

    fn targets(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for (row, kind) in &self.rows {
            match kind {
                Kind::Rule(columns) => found.extend(listing::target_name(*columns, *row)),
                Kind::Save => {
                    let mut words = row.text.split_whitespace();
                    if words.any(|w| w == "-j") {
                        found.extend(words.next());
                    }
                }
                _ => {}
            }
        }
        found
    }
}

/// What a table is called among what was recognised.
fn table_section(draft: &Draft) -> SectionKind {
    SectionKind::Table {
        family: draft.family,
        table: draft.name.clone(),
        chains: draft.chains.iter().filter(|c| c.is_shown()).count() as u32,
        rules: draft.rule_count() as u32,
    }
}

/// The chain that a row of a group names.
fn chain_of(row: Row<'_>, kind: Kind) -> Option<&str> {
    match kind {
        Kind::Head => listing::head(row).map(|h| h.name),
        Kind::Save => {
            if let Some(rest) = row.text.strip_prefix(':') {
                return rest.split_whitespace().next();
            }
            let mut words = row.text.split_whitespace();
            words.find(|w| matches!(*w, "-A" | "-P" | "-N" | "-I" | "--append" | "--insert"))?;
            words.next()
        }
        _ => None,
    }
}

/// The place of a built-in chain in the order listings have them.
fn order(chain: &str) -> Option<usize> {
    ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"].iter().position(|c| *c == chain)
}

/// The table that has these built-in chains and these targets.
fn guess_table(builtin: &[&str], targets: &[&str]) -> &'static str {
    let has = |names: &[&str]| targets.iter().any(|t| names.contains(t));
    let nat = has(&["DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP"]);
    let raw = has(&["NOTRACK", "CT", "TRACE"]);
    let mangle = has(&[
        "MARK", "TOS", "DSCP", "TTL", "HL", "CONNMARK", "TPROXY", "TCPMSS", "CHECKSUM", "CLASSIFY",
    ]);
    let fits = |table: &str| builtin.iter().all(|c| builtin_names(table).contains(c));
    let whole =
        |table: &str| fits(table) && builtin_names(table).iter().all(|c| builtin.contains(c));
    let routing = builtin.iter().any(|c| c.ends_with("ROUTING"));
    match () {
        () if nat && fits("nat") => "nat",
        () if whole("mangle") => "mangle",
        () if whole("nat") => "nat",
        () if whole("filter") => "filter",
        () if raw && fits("raw") => "raw",
        () if whole("raw") && !mangle => "raw",
        () if mangle && routing && fits("mangle") => "mangle",
        () if routing && fits("nat") => "nat",
        () if fits("filter") => "filter",
        () => "mangle",
    }
}

/// The family that the addresses of a group tell.
fn guess_family(rows: &[(Row<'_>, Kind)]) -> Family {
    let v6 = |word: &str| {
        let word = word.trim_start_matches(['!', '[']);
        let word = word.split(['/', ']', '-']).next().unwrap_or_default();
        word.contains(':') && word.parse::<std::net::Ipv6Addr>().is_ok()
            || matches!(word, "icmpv6" | "ipv6") && word.len() == 6
            || word.starts_with("icmp6")
    };
    let any = rows.iter().any(|(row, _)| {
        row.text.contains(':') && row.text.split_whitespace().any(v6)
            || row.text.contains("ipv6-icmp")
            || row.text.contains("icmp6-")
            || row.text.contains("-p icmpv6")
    });
    if any { Family::Ip6 } else { Family::Ip }
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

/// Says which built-in chains of a table were not pasted.
fn part_of_table(draft: &Draft, diagnostics: &mut Vec<Diagnostic>) {
    let missing: Vec<&str> = builtin_names(&draft.name)
        .iter()
        .copied()
        .filter(|c| !draft.shows(c))
        // Kernels before 2.6.34 had no INPUT in nat.
        .filter(|c| !(*draft.name == *"nat" && *c == "INPUT"))
        .collect();
    if !missing.is_empty() {
        let program = if draft.family == Family::Ip6 { "ip6tables" } else { "iptables" };
        diagnostics.push(Diagnostic {
            id: DiagnosticId::PartOfTable,
            severity: Severity::Warning,
            span: draft.first.unwrap_or_default(),
            found: draft.name.clone(),
            expected: missing.into_iter().map(|c| Expected::Literal(c.into())).collect(),
            hint: Some(Hint::Paste(format!("{program} -t {} -nvL", draft.name).into())),
        });
    }
}

#[cfg(test)]
mod tests;
