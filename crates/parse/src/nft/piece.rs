//! Texts of nft in a paste, and the tables that they come to: what a listing shows stands for what was there before,
//! what commands do goes on top of it.

use super::cursor::{Cursor, Place};
use super::draft::Draft;
use super::reader::{Reader, Source};
use super::{lexer, vars};
use crate::clean::{Clean, Row};
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, DocId, Family, Hint, Order, Ruleset, SectionKind, Severity,
    Span, TableId, Text, builtin_names,
};

/// How much of the ruleset a text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// Every table.
    All,
    /// Whole tables, and nothing of the others.
    Tables,
    /// A chain or a set, and nothing of the others.
    Part,
    /// What commands change.
    Changes,
}

/// A text of nft.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    text: String,
    /// Where the pieces of the text begin in it, and where in the clean text; the last is the end of both.
    map: Vec<(u32, u32)>,
    doc: DocId,
    source: Source,
    shows: Shows,
    /// Where all of it is written.
    span: Span,
    /// Whether everything in it is at that place.
    fixed: bool,
    /// Of JSON, where each line begins and where its object is written.
    lines: Vec<(u32, Span)>,
}

impl Piece {
    /// The text of rows that stand together. `before` and `behind` are put around it.
    pub(crate) fn of(
        clean: &Clean,
        rows: &[Row<'_>],
        (before, behind): (&str, &str),
        (source, shows): (Source, Shows),
    ) -> Self {
        let mut text = before.to_owned();
        let mut map = vec![(0, rows.first().map_or(0, |r| r.start) as u32)];
        for row in rows {
            map.push((text.len() as u32, row.start as u32));
            text += row.text;
            text.push('\n');
        }
        let ends = rows.last().map_or(map[0].1, |r| r.end() as u32);
        map.push((text.len() as u32, ends));
        text += behind;
        let last = rows.iter().rev().find(|r| !r.text.is_empty());
        let (start, end) = (map[0].1 as usize, last.map_or(0, |r| r.end()));
        let span = clean.span(start, end.max(start));
        Self { text, map, doc: clean.doc(), source, shows, span, fixed: false, lines: Vec::new() }
    }

    /// A command, all of which counts as written at one place.
    pub(crate) fn command(text: String, span: Span) -> Self {
        let (source, shows) = (Source::Script, Shows::Changes);
        Self {
            text,
            map: Vec::new(),
            doc: span.doc,
            source,
            shows,
            span,
            fixed: true,
            lines: Vec::new(),
        }
    }

    /// A listing of nothing.
    pub(crate) fn nothing(span: Span) -> Self {
        let (source, shows) = (Source::Listing, Shows::All);
        Self { source, shows, ..Self::command(String::new(), span) }
    }

    /// What `nft -j` prints: the JSON stands at `start..end` of the clean text. `None` where it is another JSON.
    pub(crate) fn json(
        clean: &Clean,
        (start, end): (usize, usize),
        said: Option<(Source, Shows)>,
    ) -> Option<Self> {
        let json = clean.text.get(start..end)?;
        let found = super::json::lines(json)?;
        let mut text = String::new();
        let mut lines = Vec::with_capacity(found.len());
        let mut written = false;
        for line in found {
            let at = start + (line.of.get().as_ptr() as usize - json.as_ptr() as usize);
            lines.push((text.len() as u32, clean.span(at, at + line.of.get().len())));
            written |= !line.text.starts_with("add ");
            text += &line.text;
            text.push('\n');
        }
        let script = (Source::Script, Shows::Changes);
        let (source, shows) =
            if written { script } else { said.unwrap_or((Source::Listing, Shows::All)) };
        let span = clean.span(start, end);
        Some(Self {
            text,
            map: Vec::new(),
            doc: clean.doc(),
            source,
            shows,
            span,
            fixed: false,
            lines,
        })
    }

    /// Whether `nft list` printed it.
    pub(crate) fn is_listing(&self) -> bool {
        self.source.is_listing()
    }

    /// Where it is written.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    fn load(&self, cleans: &[Clean], draft: &mut Draft, told: &mut Vec<Diagnostic>) {
        let text = &*self.text;
        let clean = cleans.iter().find(|c| c.doc() == self.doc);
        let place = match clean {
            _ if !self.lines.is_empty() => Place::Lines(&self.lines),
            Some(clean) if !self.fixed => Place::Clean(clean, &self.map),
            _ => Place::Fixed(self.span),
        };
        let tokens = vars::expanded(text, lexer::tokens(text));
        let cur = Cursor::new(text, tokens, place);
        if self.shows == Shows::All {
            draft.flush(None);
        }
        draft.begin(self.shows == Shows::Part || self.shows == Shows::Changes);
        let mut reader = Reader::new(cur, draft, told, self.source);
        reader.commands();
    }
}

/// The tables of a host, and what else its texts tell.
#[derive(Debug, Default)]
pub(crate) struct Native {
    /// The tables.
    pub(crate) draft: Draft,
    /// Whether a listing shows that there are no others.
    pub(crate) whole: bool,
    /// The tables of iptables-nft that it shows.
    pub(crate) listed: Vec<(Family, Text)>,
    /// The tables at moments before, and the text of what is new after each.
    pub(crate) moments: Vec<(Draft, Span)>,
    /// The text of the listing at hand.
    pub(crate) born: Span,
    /// What was recognised.
    pub(crate) sections: Vec<(SectionKind, Span)>,
    /// What could not be read.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// So many states are kept apart.
const MOMENTS: usize = 8;

impl Native {
    /// What texts come to, in the order in which they stand.
    pub(crate) fn of(pieces: &[Piece], cleans: &[Clean]) -> Self {
        let mut native = Self::default();
        let mut shown = false;
        for piece in pieces {
            if !piece.is_listing() {
                if shown && !piece.fixed {
                    // What a listing shows was made by such a file, or it was not loaded yet.
                    native.sections.push((SectionKind::Known("nft -f".into()), piece.span));
                    continue;
                }
                let known = native.draft.table_count();
                piece.load(cleans, &mut native.draft, &mut native.diagnostics);
                native.whole |= native.draft.whole;
                if !piece.fixed {
                    native.tables(piece, known);
                }
                continue;
            }
            let before = shown.then(|| native.draft.clone());
            let known = native.draft.table_count();
            let mut told = Vec::new();
            piece.load(cleans, &mut native.draft, &mut told);
            native.whole |= piece.shows == Shows::All;
            match before {
                Some(before) if before.same(&native.draft) => {
                    let table = native.draft.table_names(known).into_iter().next();
                    let name = table.map_or_else(|| "nft".into(), |(_, name)| name);
                    native.draft = before;
                    native.sections.push((SectionKind::Excerpt(name), piece.span));
                }
                before => {
                    native.diagnostics.append(&mut told);
                    let first = native.draft.table_names(known).into_iter().next();
                    if let (Some(before), Some((_, name))) = (before, first)
                        && piece.shows != Shows::Part
                        && before.shares(&native.draft, known)
                    {
                        native.diagnostics.push(Diagnostic {
                            id: DiagnosticId::TableTwice,
                            severity: Severity::Warning,
                            span: piece.span,
                            found: name,
                            expected: vec![],
                            hint: None,
                        });
                        if native.moments.len() + 1 < MOMENTS {
                            native.moments.push((before, native.born));
                        }
                    }
                    native.born = piece.span;
                    native.tables(piece, known);
                }
            }
            shown = true;
        }
        native.missing();
        for (text, span) in &native.draft.unread {
            native.sections.push((SectionKind::Unread(text.clone()), *span));
        }
        // What commands alone have made.
        for (kind, span) in native.draft.sections(0) {
            let is = |(k, _): &(SectionKind, Span)| match (k, &kind) {
                (
                    SectionKind::Table { family: f, table: t, .. },
                    SectionKind::Table { family, table, .. },
                ) => f == family && t == table,
                _ => false,
            };
            if !native.sections.iter().any(is) {
                native.sections.push((kind, span));
            }
        }
        native
    }

    /// Notes the tables that a text has made.
    fn tables(&mut self, piece: &Piece, known: usize) {
        let mut any = false;
        for (kind, span) in self.draft.sections(known) {
            any = true;
            self.sections.push((kind, span));
        }
        if !any && self.draft.is_empty() {
            self.sections.push((SectionKind::Known("nft list ruleset".into()), piece.span));
        }
    }

    /// Names the chains that rules call and no text shows.
    fn missing(&mut self) {
        for (name, span, filled) in self.draft.undeclared() {
            if filled {
                // At which hook its rules are asked is not known.
                let text = format!("nft list chain {name}");
                self.draft.unread.push((text.as_str().into(), span));
            }
            self.diagnostics.push(Diagnostic {
                id: DiagnosticId::MissingChain,
                severity: Severity::Warning,
                span,
                found: name,
                expected: vec![],
                hint: Some(Hint::Paste("nft list ruleset".into())),
            });
        }
    }
}

impl Draft {
    /// How many tables there ever were.
    pub(super) fn table_count(&self) -> usize {
        self.rules.tables.len()
    }

    /// The tables from a number on that are still there.
    fn fresh(&self, known: usize) -> impl Iterator<Item = TableId> {
        let ids = (known..self.rules.tables.len()).map(|t| TableId(t as u32));
        ids.filter(|t| !self.is_gone(*t))
    }

    fn table_names(&self, known: usize) -> Vec<(Family, Text)> {
        let table = |t: TableId| self.rules.table(t);
        self.fresh(known).map(|t| (table(t).family, table(t).name.clone())).collect()
    }

    /// Whether a table that another draft has from a number on is here too.
    fn shares(&self, other: &Self, known: usize) -> bool {
        let names = other.table_names(known);
        names.iter().any(|(family, name)| self.find_table(*family, name).is_some())
    }

    fn sections(&self, known: usize) -> Vec<(SectionKind, Span)> {
        let section = |t: TableId| {
            let table = self.rules.table(t);
            let kind = SectionKind::Table {
                family: table.family,
                table: table.name.clone(),
                chains: table.chains.len() as u32,
                rules: self.rule_count(t) as u32,
            };
            (kind, table.span)
        };
        self.fresh(known).map(section).collect()
    }

    /// Takes out the tables of iptables-nft of which `other` says that they stand elsewhere too.
    pub(crate) fn drop_managed(&mut self, other: impl Fn(Family, &str) -> bool) -> Vec<Span> {
        let mut dropped = Vec::new();
        for at in 0..self.rules.tables.len() {
            let (id, table) = (TableId(at as u32), &self.rules.tables[at]);
            let managed = table.backend == Backend::IptablesNft && !self.is_gone(id);
            if managed && other(table.family, &table.name) {
                dropped.push(table.span);
                self.delete_table(id);
            }
        }
        dropped
    }

    /// Marks the tables of iptables-nft that older nft lists without a warning: those which iptables shows too, with as many
    /// rules in each chain.
    pub(crate) fn find_managed(&mut self, shown: &Ruleset) {
        for at in 0..self.rules.tables.len() {
            let (id, table) = (TableId(at as u32), &self.rules.tables[at]);
            if self.is_gone(id) || table.backend != Backend::Nft {
                continue;
            }
            let Some(twin) = shown.find_table(table.family, &table.name) else { continue };
            let (mut own, mut other) = (filled(&self.rules, id), filled(shown, twin));
            own.order();
            other.order();
            let hooks = self.rules.table(id).chains.iter().filter_map(|c| {
                let chain = self.rules.chain(*c);
                chain.base.as_ref().map(|_| &*chain.name)
            });
            let builtin = builtin_names(&self.rules.table(id).name);
            let alike = own == other && hooks.into_iter().all(|name| builtin.contains(&name));
            if alike && !own.is_empty() && shown.table(twin).backend != Backend::Nft {
                self.rules.tables[at].backend = Backend::IptablesNft;
            }
        }
    }

    /// Whether there is a table of these words (`ip filter`).
    pub(crate) fn has_table(&self, words: &str) -> bool {
        let Some((family, name)) = words.split_once(' ') else { return false };
        Family::named(family).is_some_and(|f| self.find_table(f, name).is_some())
    }

    /// The tables of iptables-nft among them.
    pub(crate) fn managed(&self) -> Vec<(Family, Text)> {
        let tables = self.fresh(0).map(|t| self.rules.table(t));
        let managed = tables.filter(|t| t.backend == Backend::IptablesNft);
        managed.map(|t| (t.family, t.name.clone())).collect()
    }

    /// Whether another draft has the same rules, whatever was counted.
    fn same(&self, other: &Self) -> bool {
        let size = |draft: &Self| -> Vec<_> {
            draft
                .fresh(0)
                .map(|t| (draft.rules.table(t).name.clone(), draft.rule_count(t)))
                .collect()
        };
        let plain = |draft: &Self| {
            let mut rules = Ruleset::default();
            draft.clone().lower(&mut rules);
            super::plain::stripped(&mut rules);
            rules
        };
        // Sizes cost next to nothing beside the copies that are compared.
        size(self) == size(other) && plain(self) == plain(other)
    }
}

/// The chains of a table that have rules, and how many.
fn filled(rules: &Ruleset, table: TableId) -> Vec<(Text, usize)> {
    let chains = rules.table(table).chains.iter().map(|c| rules.chain(*c));
    chains.filter(|c| !c.rules.is_empty()).map(|c| (c.name.clone(), c.rules.len())).collect()
}
