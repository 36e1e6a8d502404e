//! Whose the pieces of a paste are: a host by a prompt, by an output that names it, or by a command that ran
//! elsewhere.

use crate::clean::{Clean, Row};
use crate::draft::Draft;
use crate::edit::{edit, is_of_host};
use crate::excerpt::{holds, stands_anywhere};
use crate::facts;
use crate::names::paste_table;
use crate::nft::{Native, Piece};
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, DocId, Expected, Family, Hint, Host, HostId, Moment, Offer,
    Reading, Ruleset, Section, SectionKind, Severity, Span, Text, builtin_names,
};
use std::rc::Rc;

/// What tells whose a dump is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Label {
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
    /// Texts of native nft.
    native: Vec<Piece>,
    /// Files of nft that were loaded and may not be in the paste.
    loads: Vec<(Text, Span)>,
    /// Commands that lead to rules which are not in the paste.
    elsewhere: Vec<Text>,
    /// The families of which a save of all tables stands in the paste, head to end.
    saved_whole: Vec<Family>,
    /// Its tables as they stood at moments before.
    moments: Vec<Then>,
    /// The tables that stand anew since the last of them.
    anew: Vec<(Family, Text)>,
    /// The text of what is new at the moment at hand.
    born: Option<Span>,
}

/// Tables as they stood at a moment.
#[derive(Debug)]
struct Then {
    drafts: Vec<Draft>,
    span: Span,
}

/// So many moments of a host are kept apart.
const MOMENTS: usize = 8;

/// The hosts of a paste while it is being read, and what was recognised of them.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    places: Vec<Place>,
    /// The place that the next lines are of.
    at: usize,
    sections: Vec<Section>,
    /// The commands that may be tried. Until the end their host is the number of its place.
    offers: Vec<Offer>,
    /// The problems so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Hosts {
    /// The next lines are of this host.
    pub(crate) fn enter(&mut self, label: &Label) {
        let found = self.places.iter().position(|p| p.label == *label);
        self.at = found.unwrap_or_else(|| {
            self.places.push(Place { label: label.clone(), ..Place::default() });
            self.places.len() - 1
        });
    }

    /// Notes a piece of the host at hand. Until the end its host is the number of its place.
    pub(crate) fn section(&mut self, kind: SectionKind, span: Span) {
        self.sections.push(Section { host: HostId(self.at as u16), kind, span });
    }

    /// Notes facts of the host at hand.
    pub(crate) fn add(&mut self, block: facts::Block) {
        self.section(block.kind.clone(), block.span);
        self.diagnostics.extend(block.diagnostics.iter().cloned());
        self.places[self.at].blocks.push(block);
    }

    /// Notes what a command at this row makes. Behind a dump of what it changes it may be tried.
    pub(crate) fn typed(&mut self, row: Row<'_>, block: facts::Block) {
        if !facts::is_behind(&self.places[self.at].blocks, &block) {
            self.add(block);
            return;
        }
        let may = |line: &str| edit(line, DocId(0), &Host::default()).is_ok() || is_of_host(line);
        let commands = facts::commands(row, &block, may);
        if commands.is_empty() {
            self.section(SectionKind::Known(row.text.into()), block.span);
        } else {
            self.section(SectionKind::Command(row.text.into()), block.span);
            self.offer(commands, block.span);
        }
    }

    /// What tells whose the next lines are.
    pub(crate) fn label(&self) -> &Label {
        &self.places[self.at].label
    }

    /// Notes a command of the host at hand that leads to rules which are not in the paste.
    pub(crate) fn elsewhere(&mut self, command: Text, span: Span) {
        self.section(SectionKind::Unread(command.clone()), span);
        self.places[self.at].elsewhere.push(command);
    }

    /// Notes a text of native nft of the host at hand.
    pub(crate) fn native(&mut self, piece: Piece) {
        self.places[self.at].native.push(piece);
    }

    /// Whether `nft list` printed tables of the host at hand.
    pub(crate) fn is_native_shown(&self) -> bool {
        self.places[self.at].native.iter().any(Piece::is_listing)
    }

    /// Notes that a file of nft was loaded on the host at hand. Its text stands in the paste, or is not known.
    pub(crate) fn loads(&mut self, command: Text, span: Span) {
        self.places[self.at].loads.push((command, span));
    }

    /// Notes that a save ended of which the head was seen too, if it was.
    pub(crate) fn saved_whole(&mut self, headed: bool) {
        let place = &mut self.places[self.at];
        if let Some(last) = place.drafts.last().filter(|d| headed && d.saved)
            && !place.saved_whole.contains(&last.family)
        {
            place.saved_whole.push(last.family);
        }
    }

    /// Notes a table of the host at hand. Problems from `problems` on are those of its lines.
    pub(crate) fn put(&mut self, draft: Draft, problems: usize) {
        let span = draft.span.unwrap_or_default();
        let (kind, name) = (table_section(&draft), draft.name.clone());
        let known = stands_anywhere(&self.places[self.at].drafts, &draft);
        if !known && self.keep(self.at, draft) {
            self.section(kind, span);
        } else {
            // It was read before, and so were its problems.
            self.diagnostics.truncate(problems);
            self.section(SectionKind::Excerpt(name), span);
        }
    }

    /// Whether a program printed rules of the host at hand, so that a command below may be of later. What commands
    /// alone have made so far they go on to make.
    pub(crate) fn is_shown(&self, family: Family, table: &str) -> bool {
        let drafts = &self.places[self.at].drafts;
        let own = drafts.iter().find(|d| d.family == family && *d.name == *table);
        own.map_or_else(|| drafts.iter().any(|d| d.family == family && d.dumped), |d| d.dumped)
    }

    /// The chains of a table of the host at hand.
    pub(crate) fn chains(&self, family: Family, table: &str) -> Vec<Text> {
        let drafts = self.places[self.at].drafts.iter();
        let own = drafts.filter(|d| d.family == family && *d.name == *table);
        own.flat_map(|d| d.chains.iter().filter(|c| !c.gone).map(|c| c.name.clone())).collect()
    }

    /// Whether all that a draft shows stands in a table of the host at hand.
    pub(crate) fn holds(&self, draft: &Draft) -> bool {
        self.places[self.at].drafts.iter().any(|d| d.is_same(draft) && holds(d, draft))
    }

    /// Notes commands that may be tried on the host at hand.
    pub(crate) fn offer(&mut self, commands: Vec<Text>, span: Span) {
        let moment = self.places[self.at].moments.len() as u32 + 1;
        self.offers.push(Offer { host: HostId(self.at as u16), moment, commands, span });
    }

    /// The table of the host at hand that commands of this iptables change, and where problems go.
    pub(crate) fn changed(
        &mut self,
        family: Family,
        table: &str,
        backend: Option<Backend>,
    ) -> (&mut Draft, &mut Vec<Diagnostic>) {
        let drafts = &mut self.places[self.at].drafts;
        let mut fresh = Draft::new(family, table);
        fresh.backend = backend.unwrap_or_default();
        fresh.told = backend.is_some();
        let at = drafts.iter().position(|d| d.is_same(&fresh)).unwrap_or_else(|| {
            drafts.push(fresh);
            drafts.len() - 1
        });
        if let Some(backend) = backend {
            drafts[at].backend = backend;
            drafts[at].told = true;
        }
        (&mut drafts[at], &mut self.diagnostics)
    }

    /// All that was read: the hosts, and whose each section is.
    pub(crate) fn finish(mut self, cleans: &[Clean]) -> Reading {
        self.gather();
        let (mut hosts, moments) = self.hosts(cleans);
        for section in &self.sections {
            if let SectionKind::Unread(name) = &section.kind
                && name.starts_with("nft")
                && !name.starts_with("nft list table")
                && let Some(host) = hosts.get_mut(section.host.0 as usize)
                && !host.unparsed_dumps.contains(name)
            {
                host.unparsed_dumps.push(name.clone());
            }
        }
        self.several(&hosts);
        let Self { sections, diagnostics, offers, .. } = self;
        Reading { hosts, sections, diagnostics, offers, moments, blanks: Vec::new() }
    }

    /// Puts a draft to those of a host; false where it says nothing new. Halves of one table become one. Two that
    /// differ are of two moments, of which the later one counts.
    fn keep(&mut self, place: usize, draft: Draft) -> bool {
        let Place { drafts, moments, anew, born, .. } = &mut self.places[place];
        let Some(at) = drafts.iter().position(|d| d.is_same(&draft)) else {
            // What stands there once was so all the time.
            for then in moments {
                then.drafts.push(draft.clone());
            }
            drafts.push(draft);
            return true;
        };
        if draft.dumped && !drafts[at].dumped {
            // What commands made, a program shows.
            if draft.is_whole() {
                drafts[at] = draft;
            } else {
                drafts[at].absorb(draft);
            }
            return true;
        }
        let both = draft.chains.iter().any(|c| c.is_shown() && drafts[at].shows(&c.name));
        if !both {
            drafts[at].absorb(draft);
            return true;
        }
        let shown = drafts[at].span;
        let tried = |o: &Offer| {
            o.host.0 as usize == place
                && shown.is_some_and(|s| (s.doc, s.start) < (o.span.doc, o.span.start))
        };
        let piece = holds(&drafts[at], &draft);
        if piece
            && (!draft.is_whole() && !self.offers.iter().any(tried) || holds(&draft, &drafts[at]))
        {
            return false;
        }
        if draft.is_whole() && !drafts[at].is_whole() && holds(&draft, &drafts[at]) {
            let excerpt = SectionKind::Excerpt(draft.name.clone());
            for section in self.sections.iter_mut().filter(|s| Some(s.span) == shown) {
                section.kind = excerpt.clone();
            }
            drafts[at] = draft;
            return true;
        }
        let key = (draft.family, draft.name.clone());
        if (anew.is_empty() || anew.contains(&key)) && moments.len() + 1 < MOMENTS {
            let span = born.or(drafts[at].first).unwrap_or_default();
            moments.push(Then { drafts: drafts.clone(), span });
            anew.clear();
            *born = draft.first;
        }
        anew.push(key);
        self.diagnostics.push(Diagnostic {
            id: DiagnosticId::TableTwice,
            severity: Severity::Warning,
            span: draft.first.unwrap_or_default(),
            found: draft.name.clone(),
            expected: vec![],
            hint: None,
        });
        if draft.is_whole() || draft.saved {
            drafts[at] = draft;
        } else {
            drafts[at].absorb(draft);
        }
        true
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
                self.places[first].saved_whole.append(&mut later.saved_whole);
                self.places[first].native.append(&mut later.native);
                self.places[first].loads.append(&mut later.loads);
                let blocks = &mut self.places[first].blocks;
                blocks.append(&mut later.blocks);
                blocks.sort_by_key(|b| (b.span.doc, b.span.start));
                self.places[first].label = label;
                let sections = self.sections.iter_mut().map(|s| &mut s.host);
                for host in sections.chain(self.offers.iter_mut().map(|o| &mut o.host)) {
                    if host.0 as usize == second {
                        host.0 = first as u16;
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

    /// The places become hosts, those with rules first and parts of one behind it; with them the moments.
    fn hosts(&mut self, cleans: &[Clean]) -> (Vec<Host>, Vec<Moment>) {
        let mut order: Vec<usize> =
            (0..self.places.len()).filter(|p| !self.places[*p].is_empty()).collect();
        order.sort_by_key(|p| {
            let place = &self.places[*p];
            let part = matches!(place.label, Label::Part(_));
            (place.has_no_rules(), part, place.start())
        });
        let mut moments = Vec::new();
        let mut hosts: Vec<Host> = Vec::new();
        let mut of_place: Vec<Option<usize>> = vec![None; self.places.len()];
        let mut of_span: Vec<(Span, usize)> = Vec::new();
        for at in order {
            let mut place = std::mem::take(&mut self.places[at]);
            let mut native = Native::of(&place.native, cleans);
            self.answer_warnings(&mut place, &native);
            let rivals = facts::rivals(&mut place.drafts);
            let mut host = Host {
                conntrack: true,
                unparsed_dumps: place.elsewhere,
                saved_whole: place.saved_whole,
                ..Host::default()
            };
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
            let iptables = if native.moments.is_empty() {
                Ruleset::default()
            } else {
                Ruleset::clone(&host.rules)
            };
            self.native_tables(at, &place.loads, &mut native, &mut host);
            let own = hosts.len();
            of_place[at] = Some(own);
            for then in place.moments {
                let mut rules = lowered(then.drafts, host.backend);
                native.draft.clone().lower(Rc::make_mut(&mut rules));
                moments.push(Moment { host: HostId(own as u16), rules, span: then.span });
            }
            let mut born = place.born;
            for (draft, span) in std::mem::take(&mut native.moments) {
                let mut rules = Rc::new(iptables.clone());
                draft.lower(Rc::make_mut(&mut rules));
                moments.push(Moment { host: HostId(own as u16), rules, span });
                born = Some(span);
            }
            native.draft.lower(Rc::make_mut(&mut host.rules));
            if moments.last().is_some_and(|m| m.host.0 as usize == own) {
                let (rules, span) = (host.rules.clone(), born.unwrap_or_default());
                moments.push(Moment { host: HostId(own as u16), rules, span });
            }
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
        for offer in &mut self.offers {
            let host = of_place.get(offer.host.0 as usize).copied().flatten().unwrap_or(0);
            offer.host = HostId(host as u16);
        }
        for (n, host) in hosts.iter_mut().enumerate() {
            host.id = HostId(n as u16);
        }
        (hosts, moments)
    }

    /// Tables of the other iptables that are in the paste are no longer hidden by the warning of them.
    fn answer_warnings(&mut self, place: &mut Place, native: &Native) {
        let shown = |name: &str| {
            if let Some(table) = name.strip_prefix("nft list table ") {
                return native.draft.has_table(table);
            }
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

    /// Notes what texts of nft tell of a host besides the tables.
    fn native_tables(
        &mut self,
        place: usize,
        loads: &[(Text, Span)],
        native: &mut Native,
        host: &mut Host,
    ) {
        let at = HostId(place as u16);
        // What iptables shows of its own tables counts, since nft prints some of it without its parameters.
        let rules = host.rules.clone();
        let own = |family: Family, name: &str| {
            let found = rules.find_table(family, name);
            found.is_some_and(|t| {
                rules.table(t).backend != Backend::Legacy || host.backend.is_none()
            })
        };
        native.listed = native.draft.managed();
        let dropped = native.draft.drop_managed(own);
        for (kind, span) in std::mem::take(&mut native.sections) {
            let kind = match kind {
                SectionKind::Table { table, .. } if dropped.contains(&span) => {
                    SectionKind::Excerpt(table)
                }
                kind => kind,
            };
            self.sections.push(Section { host: at, kind, span });
        }
        let within = |d: &Diagnostic| {
            dropped
                .iter()
                .any(|s| s.doc == d.span.doc && s.start <= d.span.start && d.span.end <= s.end)
        };
        native.diagnostics.retain(|d| !within(d));
        self.diagnostics.append(&mut native.diagnostics);
        if !native.listed.is_empty() {
            host.backend = host.backend.or(Some(Backend::IptablesNft));
        }
        for (text, _) in std::mem::take(&mut native.draft.unread) {
            host.unparsed_dumps.push(text);
        }
        // Tables of iptables that a whole listing does not show are of iptables-legacy, which may have others.
        let legacy =
            rules.tables.iter().any(|t| !native.listed.contains(&(t.family, t.name.clone())));
        if native.whole && !legacy {
            for family in [Family::Ip, Family::Ip6] {
                if !host.saved_whole.contains(&family) {
                    host.saved_whole.push(family);
                }
            }
            // Conntrack is on where a rule needs it.
            host.conntrack = !host.rules.tables.is_empty();
        }
        let known = !native.draft.is_empty() || native.whole;
        for (command, span) in loads {
            let kind = if known {
                SectionKind::Known(command.clone())
            } else {
                host.unparsed_dumps.push(command.clone());
                SectionKind::Unread(command.clone())
            };
            self.sections.push(Section { host: at, kind, span: *span });
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
}

impl Place {
    fn is_empty(&self) -> bool {
        self.has_no_rules() && self.blocks.is_empty() && self.loads.is_empty()
    }

    fn has_no_rules(&self) -> bool {
        self.drafts.is_empty() && self.native.is_empty()
    }

    /// Where its first dump stands.
    fn start(&self) -> (DocId, u32) {
        let drafts = self.drafts.iter().filter_map(|d| d.span);
        let blocks = self.blocks.iter().map(|b| b.span);
        let native = self.native.iter().map(Piece::span);
        let all = drafts.chain(blocks).chain(native).map(|s| (s.doc, s.start));
        all.min().unwrap_or((DocId(u16::MAX), u32::MAX))
    }
}

impl Label {
    pub(crate) fn machine(name: &str) -> Self {
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

/// Tables as a ruleset. What is wrong with them was told as they were read.
fn lowered(mut drafts: Vec<Draft>, backend: Option<Backend>) -> Rc<Ruleset> {
    drop(facts::rivals(&mut drafts));
    let mut host = Host::default();
    for mut draft in drafts {
        if let (Some(backend), false) = (backend, draft.told) {
            draft.backend = backend;
        }
        draft.lower(&mut host, &mut Vec::new());
    }
    host.rules
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

/// Says which built-in chains of a table were not pasted.
fn part_of_table(draft: &Draft, diagnostics: &mut Vec<Diagnostic>) {
    let missing: Vec<&str> = builtin_names(&draft.name)
        .iter()
        .copied()
        .filter(|c| !draft.shows(c))
        // Kernels before 2.6.34 had no INPUT in nat.
        .filter(|c| !(*draft.name == *"nat" && *c == "INPUT"))
        .collect();
    // Of a table that `grep` cut, that is told already.
    if !missing.is_empty() && !draft.part {
        diagnostics.push(Diagnostic {
            id: DiagnosticId::PartOfTable,
            severity: Severity::Warning,
            span: draft.first.unwrap_or_default(),
            found: draft.name.clone(),
            expected: missing.into_iter().map(|c| Expected::Literal(c.into())).collect(),
            hint: Some(paste_table(draft.family, &draft.name)),
        });
    }
}

#[cfg(test)]
mod tests;
