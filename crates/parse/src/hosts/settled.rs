//! The places of a paste become hosts, with their moments, and what was recognised goes to them.

use super::{Hosts, Label, Place, table_section};
use crate::clean::Clean;
use crate::draft::Draft;
use crate::facts;
use crate::names::paste_table;
use crate::nft::Native;
use crate::value::spelt;
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, Expected, Fact, Family, Hint, Host, HostId, Moment, Order,
    Origin, Ruleset, Section, SectionKind, Severity, Span, Text, builtin_names,
};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

impl Hosts {
    /// What nobody's prompt stands above is of the only machine whose prompt was seen. With several of them it
    /// stays apart.
    pub(super) fn gather(&mut self) {
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
                blocks.order_by_key(|b| (b.span.doc, b.span.start));
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
    pub(super) fn hosts(&mut self, cleans: &[Clean]) -> (Vec<Host>, Vec<Moment>) {
        let mut order: Vec<usize> =
            (0..self.places.len()).filter(|p| !self.places[*p].is_empty()).collect();
        order.order_by_cached_key(|p| {
            let place = &self.places[*p];
            let part = matches!(place.label, Label::Part(_));
            (place.has_no_rules(), part, place.start())
        });
        let tables = |s: &Section| match &s.kind {
            SectionKind::Table { family, table, .. } => {
                Some((s.host.0 as usize, *family, table.clone()))
            }
            _ => None,
        };
        let known: HashSet<(usize, Family, Text)> =
            self.sections.iter().filter_map(tables).collect();
        let mut moments = Vec::new();
        let mut hosts: Vec<Host> = Vec::new();
        let mut of_place: Vec<Option<usize>> = vec![None; self.places.len()];
        let mut of_span: HashMap<Span, usize> = HashMap::new();
        for at in order {
            let mut place = std::mem::take(&mut self.places[at]);
            let (doc, start) = place.start();
            let first = Span::new(doc, start as usize, start as usize);
            self.answer_loads(&mut place);
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
                if !known.contains(&(at, draft.family, draft.name.clone())) {
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
                born = Some(native.born);
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
            // Machines of a cloud are called by their own address.
            if let Some(addr) = host.name.as_deref().and_then(spelt)
                && host.interfaces.iter().all(|i| i.addrs.is_empty())
            {
                let origin = Origin::Pasted(first);
                host.said_local.push((addr, Fact { value: true, origin }));
            }
            hosts.push(host);
            hosts.append(&mut strangers);
        }
        for section in &mut self.sections {
            let at = section.host.0 as usize;
            let moved = of_span.get(&section.span).copied();
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

    /// A file that `iptables-restore` loads stands in the paste where a save does.
    fn answer_loads(&mut self, place: &mut Place) {
        let loaded = |text: &str| {
            let program = text.split_whitespace().find(|w| w.ends_with("tables-restore"));
            let Some(program) = program else { return false };
            let six = program.ends_with("ip6tables-restore");
            place.drafts.iter().any(|d| d.saved && (d.family == Family::Ip6) == six)
        };
        let (known, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut place.elsewhere).into_iter().partition(|text| loaded(text));
        place.elsewhere = open;
        if known.is_empty() {
            return;
        }
        for section in &mut self.sections {
            if let SectionKind::Unread(name) = &section.kind
                && known.contains(name)
            {
                section.kind = SectionKind::Known(name.clone());
            }
        }
    }

    /// Tables of the other iptables that are in the paste are no longer hidden by the warning of them.
    fn answer_warnings(&mut self, place: &mut Place, native: &Native) {
        let shown = |name: &str| {
            if let Some(table) = name.strip_prefix("nft list table ") {
                return native.draft.has_table(table);
            }
            if let Some(table) = name.strip_prefix("nft table ") {
                let of_iptables = |d: &Draft| {
                    let family = if d.family == Family::Ip6 { "ip6 " } else { "ip " };
                    table.strip_prefix(family).is_some_and(|name| *d.name == *name)
                };
                return native.draft.has_table(table) || place.drafts.iter().any(of_iptables);
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
        native.draft.find_managed(&rules);
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
    pub(super) fn several(&mut self, hosts: &[Host]) {
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
