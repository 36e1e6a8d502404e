//! A table from its rows: rules that stand together are a group, whose table and family are told by the command
//! above it, by the dump itself, or by its chains and targets.

use crate::clean::{Clean, Row};
use crate::cx::Cx;
use crate::draft::{Draft, NO_CHAIN};
use crate::listing::{self, Columns};
use crate::names::paste_table;
use crate::restore;
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, Expected, Family, Severity, builtin_names, is_builtin,
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
}

/// What the lines so far say about those that follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) table: Option<String>,
    pub(crate) family: Option<Family>,
    pub(crate) backend: Option<Backend>,
    /// Whether the head of a save of all tables was seen, and not yet its end.
    pub(crate) saving: bool,
}

/// Rules that stand together and are of one table.
#[derive(Debug, Default)]
pub(crate) struct Group<'a> {
    pub(crate) rows: Vec<(Row<'a>, Kind)>,
    pub(crate) table: Option<String>,
    pub(crate) family: Option<Family>,
    /// The built-in chains so far, by their place in the order listings have them.
    seen: Vec<usize>,
    pub(crate) columns: Option<Columns>,
    /// Whether `*table` opened it.
    pub(crate) starred: bool,
}

impl Group<'_> {
    pub(crate) fn under(context: &Context) -> Self {
        Self { table: context.table.clone(), family: context.family, ..Self::default() }
    }

    /// Whether a chain opens another table: it stands again, or before one that is listed after it.
    pub(crate) fn splits(&self, chain: &str) -> bool {
        let (Some(new), Some(last)) = (order(chain), self.seen.last()) else { return false };
        // Old kernels list nat's OUTPUT last.
        self.seen.contains(&new) || (new < *last && (new, *last) != (3, 4))
    }

    pub(crate) fn see(&mut self, chain: &str) {
        self.seen.extend(order(chain));
    }

    /// Its table. Tells of each row where it ends, as it is read.
    pub(crate) fn draft(
        self,
        clean: &Clean,
        backend: Option<Backend>,
        diagnostics: &mut Vec<Diagnostic>,
        read: &mut dyn FnMut(usize),
    ) -> Draft {
        let family = self.family.unwrap_or_else(|| guess_family(&self.rows));
        let table = self.table_name();
        let mut draft = Draft::new(family, &table);
        draft.backend = backend.unwrap_or_default();
        draft.told = backend.is_some();
        draft.saved = self.starred;
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
            let hint = Some(paste_table(family, &table));
            cx.say(DiagnosticId::HiddenInterfaces, Severity::Warning, place, vec![], hint);
        }
        draft
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

#[cfg(test)]
mod tests;
