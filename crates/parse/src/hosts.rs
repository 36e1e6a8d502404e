//! Whose the pieces of a paste are: a host by a prompt, by an output that names it, or by a command that ran
//! elsewhere.

use crate::clean::{Clean, Row};
use crate::draft::Draft;
use crate::edit::{edit, is_of_host};
use crate::excerpt::{holds, stands_anywhere};
use crate::facts;
use crate::nft::Piece;
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, DocId, Family, Host, HostId, Offer, Reading, Section,
    SectionKind, Severity, Span, Text,
};
use std::collections::HashMap;

/// What tells whose a dump is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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
    /// What these show, as far as commands change it.
    printed: facts::Shown,
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
    /// Where the place of each label is.
    labels: HashMap<Label, usize>,
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
        if self.places.get(self.at).is_some_and(|p| p.label == *label) {
            return;
        }
        let next = self.places.len();
        self.at = *self.labels.entry(label.clone()).or_insert(next);
        if self.at == next {
            self.places.push(Place { label: label.clone(), ..Place::default() });
        }
    }

    /// Notes a piece of the host at hand. Until the end its host is the number of its place.
    pub(crate) fn section(&mut self, kind: SectionKind, span: Span) {
        self.sections.push(Section { host: HostId(self.at as u16), kind, span });
    }

    /// Notes facts of the host at hand.
    pub(crate) fn add(&mut self, block: facts::Block) {
        self.section(block.kind.clone(), block.span);
        self.diagnostics.extend(block.diagnostics.iter().cloned());
        let place = &mut self.places[self.at];
        place.printed.note(&block);
        place.blocks.push(block);
    }

    /// Notes what a command at this row makes. Behind a dump of what it changes it may be tried.
    pub(crate) fn typed(&mut self, row: Row<'_>, block: facts::Block) {
        if !self.places[self.at].printed.is_behind(&block) {
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

    /// Whether the paste shows rules of any host, in whatever language.
    pub(crate) fn any_rules(&self) -> bool {
        self.places.iter().any(|p| !p.drafts.is_empty() || !p.native.is_empty())
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

    /// Puts a table that a command of the paste loads: what stands below it is done after it.
    pub(crate) fn load(&mut self, draft: Draft, problems: usize) {
        let (family, name) = (draft.family, draft.name.clone());
        let same = |d: &Draft| d.family == family && d.name == name;
        let drafts = &mut self.places[self.at].drafts;
        drafts.retain(|d| !same(d) || d.dumped);
        let shown = drafts.iter().any(same);
        self.put(draft, problems);
        let own = self.places[self.at].drafts.iter_mut().filter(|d| same(d) && !shown);
        own.for_each(|d| d.dumped = false);
    }

    /// Whether commands are behind lines of their table that look printed.
    pub(crate) fn is_printed(&self, family: Family, table: &str) -> bool {
        let mut drafts = self.places[self.at].drafts.iter();
        drafts.any(|d| d.printed && d.family == family && *d.name == *table)
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
        if draft.quoted && !drafts[at].quoted {
            // What is quoted was written before.
            let mut then = drafts.clone();
            let span = draft.first.unwrap_or_default();
            then[at] = draft;
            if moments.len() + 1 < MOMENTS {
                moments.push(Then { drafts: then, span });
            }
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

/// What a table is called among what was recognised.
fn table_section(draft: &Draft) -> SectionKind {
    SectionKind::Table {
        family: draft.family,
        table: draft.name.clone(),
        chains: draft.chains.iter().filter(|c| c.is_shown()).count() as u32,
        rules: draft.rule_count() as u32,
    }
}

mod settled;
#[cfg(test)]
mod tests;
