//! A block of facts: where it stands and what it says, and what several readers of blocks have in common.

use super::steps::Step;
use crate::clean::{Clean, Row};
use chainwalk_model::{
    Backend, Diagnostic, DiagnosticId, Fact, Flow, Hint, IfKind, Interface, IpSet, KernelTrace,
    Mac, NamedAddr, Origin, PolicyRule, Route, SectionKind, Severity, Socket, Span, Text,
    Unmodelled,
};
use std::net::IpAddr;

/// Facts that stand together in the paste.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// What it is.
    pub(crate) kind: SectionKind,
    /// Its lines.
    pub(crate) span: Span,
    /// What could not be read of it.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What it says.
    pub(crate) facts: Facts,
    /// Commands of it that ran, in their order.
    pub(crate) runs: Vec<Run>,
    /// Whether commands make it; else a program printed it, or a file holds it.
    pub(crate) typed: bool,
}

/// A command that a file has run: its place in the clean text, and what runs it.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) by: By,
}

/// What runs the commands of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A tunnel that comes up, which they call `%i`.
    Tunnel(Text),
    /// Another interface that comes up.
    Interface,
    /// The clock, again and again.
    Clock,
}

/// What a block says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) bridges: Vec<Bridge>,
    pub(crate) routes: Vec<Route>,
    /// Whether the command asked for some of the routes only.
    pub(crate) some_routes: bool,
    /// Whether it asked for all of them.
    pub(crate) all_routes: bool,
    pub(crate) policy: Vec<PolicyRule>,
    pub(crate) sysctls: Vec<(Text, Fact<Text>)>,
    /// Sysctls that a file leaves as the kernel has them.
    pub(crate) unset: Vec<(Text, Origin)>,
    pub(crate) sockets: Vec<Socket>,
    /// The protocols of which those are all that listen.
    pub(crate) listed_sockets: Vec<u8>,
    pub(crate) sets: Vec<IpSet>,
    pub(crate) names: Vec<NamedAddr>,
    pub(crate) neighbours: Vec<Neighbour>,
    pub(crate) fdb: Vec<Link>,
    /// Bridges that filter by VLAN.
    pub(crate) filtering: Vec<(Text, Origin)>,
    /// A port and a VLAN that it is in, as `bridge vlan` writes it.
    pub(crate) vlans: Vec<(Text, Text)>,
    pub(crate) beside: Vec<Unmodelled>,
    pub(crate) seen: Vec<KernelTrace>,
    pub(crate) logged: Vec<Logged>,
    pub(crate) flows: Vec<Fact<Flow>>,
    pub(crate) local: Vec<Fact<IpAddr>>,
    /// What commands did, in their order.
    pub(crate) steps: Vec<Step>,
    pub(crate) name: Option<Text>,
    pub(crate) backend: Option<Backend>,
}

/// A packet of a log, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) shown: crate::seen::Shown,
    pub(crate) span: Span,
}

/// The link-layer address of an address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbour {
    pub(crate) addr: IpAddr,
    pub(crate) mac: Mac,
}

/// The bridge port behind which a link-layer address lies.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) mac: Mac,
    pub(crate) port: Text,
}

/// A bridge and its ports, and where each stands.
#[derive(Clone, Debug)]
pub(crate) struct Bridge {
    pub(crate) name: Text,
    pub(crate) span: Span,
    pub(crate) ports: Vec<(Text, Span)>,
}

/// A block of the first `taken` rows.
pub(super) fn made(
    clean: &Clean,
    rows: &[Row<'_>],
    taken: usize,
    kind: SectionKind,
    facts: Facts,
) -> Option<(Block, usize)> {
    let (first, last) = (rows.first()?, rows.get(taken.checked_sub(1)?)?);
    let span = clean.span(first.start, last.end());
    let (diagnostics, runs) = (Vec::new(), Vec::new());
    Some((Block { kind, span, diagnostics, facts, runs, typed: false }, taken))
}

/// A block of the first `taken` rows, which nothing here walks.
pub(super) fn unread(
    clean: &Clean,
    rows: &[Row<'_>],
    taken: usize,
    name: &str,
    facts: Facts,
    hint: Option<Hint>,
) -> Option<(Block, usize)> {
    let (mut block, taken) = made(clean, rows, taken, SectionKind::Unread(name.into()), facts)?;
    block.diagnostics.push(not_walked(name, block.span, hint));
    Some((block, taken))
}

/// Something runs in the kernel that the walk leaves out.
pub(crate) fn not_walked(name: &str, span: Span, hint: Option<Hint>) -> Diagnostic {
    Diagnostic {
        id: DiagnosticId::NotModelled,
        severity: Severity::Warning,
        span,
        found: name.into(),
        expected: vec![],
        hint,
    }
}

/// A place in the paste as where a fact comes from.
pub(super) fn pasted(clean: &Clean, row: Row<'_>) -> Origin {
    Origin::Pasted(clean.span(row.start, row.end()))
}

/// A link-layer address.
pub(super) fn mac(text: &str) -> Option<Mac> {
    crate::value::whole(crate::value::mac, text)
}

/// A device group by its number or as `default`.
pub(super) fn group(text: &str) -> Option<u32> {
    if text == "default" { Some(0) } else { text.parse().ok() }
}

/// Notes the kind of an interface, as `ip -d link` names it.
pub(super) fn of_kind(interface: &mut Interface, kind: &str) {
    match kind {
        "bridge" => interface.kind = IfKind::Bridge,
        "bond" | "team" => interface.kind = IfKind::Bond,
        "vrf" => interface.kind = IfKind::Vrf,
        _ => {}
    }
}
