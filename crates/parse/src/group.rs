//! A table from its rows: rules that stand together are a group, whose table and family are told by the command
//! above it, by the dump itself, or by its chains and targets.

use crate::clean::{Clean, Row};
use crate::cx::Cx;
use crate::draft::{Draft, NO_CHAIN};
use crate::listing::{self, Columns};
use crate::names::paste_table;
use crate::native::Listed;
use crate::part;
use crate::restore;
use crate::templates::Conditional;
use crate::word::words;
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, Expected, Family, Severity, Span, builtin_names, is_builtin,
};

/// What kind of row a group holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A line of a save text or of `-S`.
    Save,
    /// `Chain X (…)`.
    Head,
    /// The line above the rules of a listing.
    Columns(Columns),
    /// A rule of a listing, under these columns.
    Rule(Option<Columns>),
    /// It says that rows are left out.
    Gap,
}

/// What the lines so far say about those that follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) table: Option<String>,
    pub(crate) family: Option<Family>,
    pub(crate) backend: Option<Backend>,
    /// Which iptables the command above is, by its name.
    pub(crate) ran: Option<Backend>,
    /// Whether the head of a save of all tables was seen, and not yet its end.
    pub(crate) saving: bool,
    /// Whether a command stands above that prints rules.
    pub(crate) listed: bool,
    /// What lets only some of its lines pass: `| grep 80`.
    pub(crate) filter: Option<String>,
    /// The chain that it prints, where it names one.
    pub(crate) chain: Option<String>,
    /// Where one line asked for several chains: each with its table.
    pub(crate) asked: Vec<(String, String)>,
    /// What a command of nft above prints.
    pub(crate) native: Option<Listed>,
    /// The word that ends the lines which a command of nft above reads.
    pub(crate) here: Option<String>,
    /// The columns of a listing whose chain is not named, and where their names end.
    pub(crate) columns: Option<(Columns, usize)>,
    /// Whether `iptables-restore` reads the lines, and the one that ends them, where there is one.
    pub(crate) adds: Option<String>,
    /// Whether it does so without `--noflush`.
    pub(crate) empties: bool,
}

/// Rules that stand together and are of one table.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Group<'a> {
    pub(crate) rows: Vec<(Row<'a>, Kind)>,
    pub(crate) table: Option<String>,
    pub(crate) family: Option<Family>,
    /// The built-in chains so far, by their place in the order listings have them.
    seen: Vec<usize>,
    pub(crate) columns: Option<Columns>,
    /// Whether `*table` opened it.
    pub(crate) starred: bool,
    /// Whether nothing says that a program printed it: lines such as `-A INPUT …` that stand alone.
    pub(crate) loose: bool,
    /// Whether words stand behind its last row.
    pub(crate) broken: bool,
    /// Whether it is put behind the rules that are there.
    pub(crate) adds: bool,
    /// Whether a command of the paste loads it.
    pub(crate) loaded: bool,
    /// What let only some of its lines pass.
    filter: Option<String>,
    /// The chain of rows above which no chain stands.
    chain: Option<String>,
}

impl<'a> Group<'a> {
    pub(crate) fn under(context: &Context) -> Self {
        Self {
            table: context.table.clone(),
            family: context.family,
            filter: context.filter.clone(),
            chain: context.chain.clone(),
            adds: context.adds.is_some() && !context.empties,
            loaded: context.adds.is_some() && context.empties,
            ..Self::default()
        }
    }

    /// The groups that it is: of a save text that `grep` cut, the rows may be of several tables.
    pub(crate) fn parts(self) -> Vec<Self> {
        let save = self.rows.iter().all(|(_, kind)| matches!(kind, Kind::Save));
        if self.table.is_some() || !save || self.filter.is_none() && !self.is_mixed() {
            return vec![self];
        }
        let rows: Vec<Row<'a>> = self.rows.iter().map(|(row, _)| *row).collect();
        let mut parts: Vec<Self> = Vec::new();
        for (row, table) in rows.iter().zip(part::tables(&rows)) {
            let at = parts.iter().position(|p| p.table.as_deref() == Some(table));
            let at = at.unwrap_or_else(|| {
                let (family, filter, loose) = (self.family, self.filter.clone(), self.loose);
                let table = Some(table.to_owned());
                let (adds, loaded) = (self.adds, self.loaded);
                let own = Self { table, family, loose, adds, loaded, filter, ..Self::default() };
                parts.push(own);
                parts.len() - 1
            });
            parts[at].rows.push((*row, Kind::Save));
        }
        parts
    }

    /// Whether no one table has its chains and its targets: lines of several, of which nothing tells the tables.
    fn is_mixed(&self) -> bool {
        const NAT: [&str; 5] = ["DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP"];
        let rows = || self.rows.iter().filter_map(|(row, kind)| chain_of(*row, *kind));
        if !rows().any(|c| c == "FORWARD") || !rows().any(|c| c.ends_with("ROUTING")) {
            return false;
        }
        self.targets().iter().any(|t| NAT.contains(t))
    }

    /// Whether it is a listing of chains.
    pub(crate) fn is_listing(&self) -> bool {
        matches!(self.rows.first(), Some((_, Kind::Head)))
    }

    /// Whether rows of it may be left out at a place that `apart` says is no longer beside its last one.
    pub(crate) fn may_lack(&self, apart: bool) -> bool {
        let save = self.rows.iter().all(|(_, kind)| matches!(kind, Kind::Save | Kind::Gap));
        save || !apart
    }

    /// Its rows, where each is a command.
    pub(crate) fn lines(&self) -> Vec<Row<'a>> {
        self.rows.iter().filter(|(_, k)| matches!(k, Kind::Save)).map(|(row, _)| *row).collect()
    }

    /// Whether a chain opens another table: it stands again, or before one that is listed after it.
    pub(crate) fn splits(&self, chain: &str) -> bool {
        let (Some(new), Some(last)) = (order(chain), self.seen.last()) else { return false };
        // Old kernels list nat's OUTPUT last, and a person writes the chains of filter in any order.
        let of_filter = |at: usize| (1..=3).contains(&at);
        let any_order = of_filter(new) && self.seen.iter().all(|at| of_filter(*at));
        self.seen.contains(&new) || (new < *last && (new, *last) != (3, 4) && !any_order)
    }

    pub(crate) fn see(&mut self, chain: &str) {
        self.seen.extend(order(chain));
    }

    /// Its table. Tells of each row where it ends, as it is read.
    pub(crate) fn draft(
        self,
        clean: &Clean,
        backend: Option<Backend>,
        templated: &Conditional,
        diagnostics: &mut Vec<Diagnostic>,
        read: &mut dyn FnMut(usize),
    ) -> Draft {
        let family = self.family.unwrap_or_else(|| guess_family(&self.rows));
        let table = self.table_name();
        let mut draft = Draft::new(family, &table);
        draft.backend = backend.unwrap_or_default();
        draft.told = backend.is_some();
        draft.saved = self.starred;
        draft.dumped = true;
        draft.part = self.filter.is_some();
        let gaps_told =
            self.filter.is_some() || self.rows.iter().any(|(_, k)| matches!(k, Kind::Gap));
        let mut gaps = Gaps { filter: self.filter.as_deref(), ..Gaps::default() };
        let mut hidden = None;
        let mut cx = Cx { clean, diagnostics };
        let mut chain = None;
        for (row, kind) in &self.rows {
            let row = *row;
            let place = (row.start, row.end());
            let span = clean.span(place.0, place.1);
            read(place.1);
            draft.cover(span);
            match kind {
                Kind::Save if row.text.starts_with('*') || row.text == "COMMIT" => {}
                Kind::Gap => {
                    if let Some(at) = chain {
                        // Rows of a chain of this listing.
                        let number = row.text.split_whitespace().next();
                        let number = number.and_then(|n| n.parse().ok());
                        // A row that is a rule may begin with what it counted.
                        let number = number.filter(|n| *n > 0 && !part::is_of_rule(row.text));
                        draft.gap(at, row.text, span, number);
                    } else {
                        gaps.open = Some((row.text, span));
                    }
                    cx.say(DiagnosticId::RowsLeftOut, Severity::Warning, place, vec![], None);
                }
                Kind::Save => {
                    if let Some(name) = appended(row) {
                        let at = draft.chain(name);
                        if gaps_told {
                            gaps.before(&mut draft, at, span);
                        }
                    }
                    if row.text.starts_with('-') && templated.holds(row.start) {
                        restore::perhaps(&mut cx, &mut draft, row, &words(row));
                    } else if !restore::line(&mut cx, &mut draft, row) {
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
                    let unnamed = self.chain.as_deref().unwrap_or(NO_CHAIN);
                    let at = chain.unwrap_or_else(|| draft.chain(unnamed));
                    chain = Some(at);
                    let number = listing::number(*columns, row);
                    if number.is_none() {
                        gaps.first(&mut draft, at, span);
                    }
                    if let Some(number) = number {
                        let rules = &draft.chains[at].rules;
                        let next = rules.last().map_or(0, |r| {
                            r.number.unwrap_or(u32::try_from(rules.len()).unwrap_or(u32::MAX))
                        }) + 1;
                        if number > next && !rules.last().is_some_and(|r| r.gap) {
                            let text = format!("{next}\u{2013}{} \u{2026}", number - 1);
                            draft.gap(at, &text, span, Some(next));
                            cx.diagnostics.push(left_out(&text, span));
                        }
                    }
                    if let Some(mut rule) = listing::rule(&mut cx, &mut draft, *columns, row) {
                        rule.number = number;
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
        if let (Some(filter), Some((row, _))) = (&self.filter, self.rows.last())
            && is_head(filter)
        {
            gaps.last = gaps.last.or(chain);
            gaps.open = Some((filter, clean.span(row.start, row.end())));
        }
        gaps.end(&mut draft);
        if let (Some(filter), Some((row, _))) = (&self.filter, self.rows.first()) {
            let span = clean.span(row.start, row.end());
            let told = |d: &Diagnostic| d.id == DiagnosticId::RowsLeftOut && *d.found == **filter;
            if !cx.diagnostics.iter().rev().take(8).any(told) {
                cx.diagnostics.push(left_out(filter, span));
            }
        }
        let any = draft.chains.iter().any(|c| c.rules.iter().next().is_some());
        if let Some(place) = hidden.filter(|_| any) {
            let hint = Some(paste_table(family, &table));
            cx.say(DiagnosticId::HiddenInterfaces, Severity::Warning, place, vec![], hint);
        }
        draft
    }

    /// The table the group is of: as was said, unless its chains say otherwise.
    pub(crate) fn table_name(&self) -> String {
        if let (Some(said), true) = (&self.table, self.starred) {
            return said.clone();
        }
        let chains: Vec<&str> =
            self.rows.iter().filter_map(|(row, kind)| chain_of(*row, *kind)).collect();
        let builtin: Vec<&str> = chains.iter().copied().filter(|c| is_builtin(c)).collect();
        if let Some(said) = &self.table {
            let known = builtin_names(said);
            if known.is_empty() || builtin.iter().all(|c| known.contains(c)) {
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

/// That rules are left out, and what tells it.
fn left_out(found: &str, span: Span) -> Diagnostic {
    Diagnostic {
        id: DiagnosticId::RowsLeftOut,
        severity: Severity::Warning,
        span,
        found: found.into(),
        expected: vec![],
        hint: None,
    }
}

/// Rules that are left out between those of a save text, or by a filter of its lines.
#[derive(Default)]
struct Gaps<'a> {
    filter: Option<&'a str>,
    /// The line that says so, until a rule follows.
    open: Option<(&'a str, Span)>,
    /// The chain of the last rule.
    last: Option<usize>,
}

impl Gaps<'_> {
    /// A rule of a chain follows. What is left out above it may be of any chain from the last one's to its own.
    fn before(&mut self, draft: &mut Draft, at: usize, span: Span) {
        self.first(draft, at, span);
        if let Some((text, span)) = self.open.take() {
            self.last.into_iter().for_each(|last| draft.gap(last, text, span, None));
            let between = self.last.map_or(0, |last| last + 1)..at;
            for chain in between {
                if draft.chains[chain].rules.len() == 0 {
                    draft.gap(chain, text, span, None);
                }
            }
            draft.gap(at, text, span, None);
        }
        self.last = Some(at);
    }

    /// The first rule of a chain follows, of which a filter may have kept others back.
    fn first(&self, draft: &mut Draft, at: usize, span: Span) {
        if let Some(filter) = self.filter
            && draft.chains[at].rules.len() == 0
            && !is_head(filter)
        {
            draft.gap(at, filter, span, None);
        }
    }

    /// No rule follows.
    fn end(&mut self, draft: &mut Draft) {
        let Some((text, span)) = self.open.take() else { return };
        self.last.into_iter().for_each(|last| draft.gap(last, text, span, None));
        for chain in self.last.map_or(0, |last| last + 1)..draft.chains.len() {
            if draft.chains[chain].rules.len() == 0 {
                draft.gap(chain, text, span, None);
            }
        }
    }
}

/// Whether a filter shows the first lines, so that what it leaves out stands behind them.
fn is_head(filter: &str) -> bool {
    let words = filter.trim_start_matches('|').split_whitespace();
    words.take_while(|w| *w != "|").find(|w| *w != "sudo").is_some_and(|w| w.ends_with("head"))
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

/// The chain that a line of a save text puts a rule into.
fn appended(row: Row<'_>) -> Option<&str> {
    match row.text.strip_prefix("-A ") {
        Some(rest) => rest.split_whitespace().next(),
        None => chain_of(row, Kind::Save).filter(|_| row.text.contains("-A")),
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

#[cfg(test)]
mod tests;
