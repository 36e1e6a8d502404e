//! Changes in words: what a proposal does, what becomes of the packet with it, and what else it lets in.

use crate::banner::answer;
use crate::explained::Explained;
use crate::explained::NoExplainer;
use crate::page::{Lang, RuleTools, Sentence, Style, Tone};
use crate::places::{chain_path, table_name};
use crate::say::{join, run, say, text};
use crate::terms;
use crate::values::{endpoint, protocol};
use chainwalk_model::{
    Assumption, ChainEdit, ChainId, Changes, Edit, Family, Goal, Host, NewRule, OpKind, Order,
    Policy, Probe, ProbeKind, Proposal, Rule, RuleId, Ruleset, Selectivity, Shadow, Target,
    TripEnd, Walk,
};
use serde::{Deserialize, Serialize};

/// What became of a packet, in two lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FateCard {
    /// Its colour and shape.
    pub tone: Tone,
    /// The fate in the terms of the program that asked.
    pub headline: Sentence,
    /// Where and why.
    pub detail: Sentence,
    /// That it is the same on every branch, or what it depends on; empty where there is one way only.
    pub note: Sentence,
}

/// A packet's fate without some edits, and with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The edits, as commands.
    pub edits: Vec<String>,
    /// Without them.
    pub before: FateCard,
    /// With them.
    pub after: FateCard,
    /// What they change, in a sentence.
    pub change: Sentence,
}

/// What a search for changes found, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProposalsView {
    /// What was wanted.
    pub want: Goal,
    /// The question.
    pub title: String,
    /// What is to be said beside the proposals; empty where nothing is.
    pub note: Sentence,
    /// The proposals, the smallest first.
    pub proposals: Vec<ProposalView>,
}

/// How many packets a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Breadth {
    /// The packet and its like.
    Narrow,
    /// More than was asked for.
    Wide,
    /// A rule or a policy no longer decides for anybody.
    All,
}

impl Breadth {
    /// By how a proposal selects packets, and by what became of the others that were tried.
    fn of(p: &Proposal, want: Goal) -> Self {
        // A rule that is put right may have been right for others.
        if p.grain == Selectivity::NearMiss
            && want == Goal::Through
            && became(&p.probes, false).next().is_some()
        {
            return Self::All;
        }
        match p.grain {
            Selectivity::Flow
            | Selectivity::Element
            | Selectivity::State
            | Selectivity::NearMiss
            | Selectivity::Earlier => Self::Narrow,
            Selectivity::Service
            | Selectivity::Mark
            | Selectivity::Dnat
            | Selectivity::Source
            | Selectivity::Interfaces
            | Selectivity::Setting => Self::Wide,
            Selectivity::Rule | Selectivity::Policy => Self::All,
        }
    }

    /// The heading of such proposals.
    fn title(self, lang: Lang) -> String {
        match self {
            Self::Narrow => text!(lang, ChangesNarrow),
            Self::Wide => text!(lang, ChangesWide),
            Self::All => text!(lang, ChangesBroad),
        }
    }
}

/// A proposal in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProposalView {
    /// The commands that make it, in order.
    pub commands: Vec<String>,
    /// How much it opens, or shuts, by how it selects packets.
    pub breadth: Breadth,
    /// The heading of proposals as broad as that.
    pub heading: String,
    /// How many of the other packets that were tried it lets in and stops.
    pub others: Sentence,
    /// What becomes of the packet with it.
    pub after: FateCard,
    /// What each command does to all packets, a sentence a command.
    pub scope: Vec<Sentence>,
    /// Which other packets that were tried change their fate with it, and which do not.
    pub also: Vec<Sentence>,
    /// What is known of the reply; empty where there is none to walk.
    pub reply: Sentence,
    /// Whether nothing unknown is left.
    pub certain: bool,
}

/// The fate of the packet shown.
pub fn fate_card(t: &Explained) -> FateCard {
    let b = answer(t);
    let split = t.walk().is_some_and(|w| w.outcomes.len() > 1);
    let first = b.evidence.into_iter().next().filter(|_| split);
    let note = first.map_or_else(Sentence::new, |e| e.text);
    FateCard { tone: b.tone, headline: b.headline, detail: b.detail, note }
}

/// A packet's fate without edits and with them.
pub fn compared(before: &Explained, after: &Explained, edits: Vec<String>) -> Compared {
    let lang = after.lang;
    let (before, after) = (fate_card(before), fate_card(after));
    let change = match (before.tone, after.tone) {
        _ if before == after => say!(lang, CompareSame),
        (Tone::Stop, Tone::Ok) => say!(lang, CompareThrough),
        (Tone::Ok, Tone::Stop) => say!(lang, CompareStopped),
        (_, Tone::Depends) => say!(lang, CompareDepends),
        (Tone::Depends, _) => say!(lang, CompareSettled),
        (Tone::Stop, _) => say!(lang, CompareElsewhere),
        _ => say!(lang, CompareOther),
    };
    Compared { edits, before, after, change }
}

/// With which commands of the paste a fate is told: those on these lines.
pub fn offer_lines(lines: &[usize], lang: Lang) -> String {
    match lines {
        [line] => text!(lang, OfferLine, line = line.to_string()),
        lines => {
            let all: Vec<String> = lines.iter().map(usize::to_string).collect();
            text!(lang, OfferLines, lines = all.join(", "))
        }
    }
}

/// Which of several moments is walked, from 1, and on which lines they begin.
pub fn moment_line(at: usize, lines: &[usize], lang: Lang) -> String {
    let all: Vec<String> = lines.iter().map(usize::to_string).collect();
    let (number, count) = (at.to_string(), lines.len().to_string());
    text!(lang, MomentLine, number = number, count = count, lines = all.join(", "))
}

/// Tells what a search found. `proposals` are those of `found`, each by [`proposal`].
pub fn changes(lang: Lang, found: &Changes, mut proposals: Vec<ProposalView>) -> ProposalsView {
    // Never as good as it is broad.
    proposals.order_by_key(|proposal| proposal.breadth);
    let title = match found.want {
        Goal::Through => text!(lang, ChangesThrough),
        Goal::Stopped => text!(lang, ChangesStop),
    };
    let reply = match (&found.reply, &found.lost) {
        (Some(_), _) => say!(lang, ChangesReplyStopped),
        (None, Some(TripEnd::Refused)) => say!(lang, ChangesNobody),
        (None, Some(_)) => say!(lang, ChangesLost),
        (None, None) => Vec::new(),
    };
    let none = match (found.proposals.is_empty(), found.cut) {
        (true, true) => say!(lang, ChangesNoneFound),
        (true, false) => say!(lang, ChangesNone),
        (false, true) => say!(lang, ChangesMore),
        (false, false) => Sentence::new(),
    };
    let note = join([reply, none], if lang == Lang::Zh { "" } else { " " });
    ProposalsView { want: found.want, title, note, proposals }
}

/// A proposal in words: its commands, and what each does to all packets, by [`edit_scope`]. `t` shows the packet
/// that was searched for, on the host without the changes; `host` is the one with them.
pub fn proposal(
    t: &Explained,
    want: Goal,
    p: &Proposal,
    host: &Host,
    commands: Vec<String>,
    scope: Vec<Sentence>,
) -> ProposalView {
    let lang = t.lang;
    let mut walks: Vec<Walk> = t.walks.iter().take(t.packet).cloned().collect();
    walks.push(p.walk.clone());
    let after = Explained { host, walks: &walks, followed: &[], reasons: &NoExplainer, ..*t };
    let breadth = Breadth::of(p, want);
    ProposalView {
        commands,
        breadth,
        heading: breadth.title(lang),
        others: others(lang, &p.probes),
        after: fate_card(&after),
        scope,
        also: also(lang, want, &p.probes),
        reply: if p.replied { say!(lang, ChangesReplied) } else { Sentence::new() },
        certain: p.certain,
    }
}

/// What an edit does to all packets, on the host before it.
pub fn edit_scope(lang: Lang, edit: &Edit, host: &Host) -> Sentence {
    match edit {
        Edit::Chain { family, table, chain, change } => {
            let path = format!("{} {chain}", table_name(*family, table));
            chain_scope(lang, &host.rules, &path, change)
        }
        Edit::Fact(Assumption::Sysctl { name, value }) => setting(lang, name, value),
        Edit::Fact(Assumption::Route(route)) => {
            let dst = format!("{}/{}", route.dst.addr, route.dst.len);
            say!(lang, ScopeRoute, dst = dst)
        }
        Edit::Fact(Assumption::Policy(_)) => say!(lang, ScopePolicyRule),
        Edit::Fact(_) | Edit::Host { .. } => say!(lang, ScopeFact),
        Edit::DeleteRoute(route) => {
            let count = host.routes.iter().filter(|r| r.dst == route.dst).count();
            let dst = format!("{}/{}", route.dst.addr, route.dst.len);
            say!(lang, ScopeNoRoute, dst = dst, count = count)
        }
    }
}

fn chain_scope(lang: Lang, rules: &Ruleset, path: &str, change: &ChainEdit) -> Sentence {
    let rule = |new: &NewRule, at: Sentence| {
        let rule = as_rule(new);
        let what = terms::conditions_text(rules, &rule);
        match (rule.verdict(), what.is_empty()) {
            (Some(Target::Accept), false) => say!(lang, ScopeAccept, at = at, what = what),
            (Some(Target::Accept), true) => say!(lang, ScopeAcceptAll, at = at),
            (Some(Target::Drop | Target::Reject(_)), false) => {
                say!(lang, ScopeDrop, at = at, what = what)
            }
            (Some(Target::Drop | Target::Reject(_)), true) => say!(lang, ScopeDropAll, at = at),
            (Some(Target::Snat(_) | Target::Masquerade(_)), false) => {
                say!(lang, ScopeSource, at = at, what = what)
            }
            (Some(Target::Dnat(_) | Target::Redirect(_)), false) => {
                say!(lang, ScopeDestination, at = at, what = what)
            }
            (_, false) => say!(lang, ScopeOther, at = at, what = what),
            (_, true) => say!(lang, ScopeOtherAll, at = at),
        }
    };
    match change {
        ChainEdit::Append(new) => {
            join(new.iter().map(|n| rule(n, say!(lang, PlaceEnd, chain = path))), " ")
        }
        ChainEdit::Insert { number, rules } => {
            let at = say!(lang, PlaceRule, chain = path, number = *number);
            join(rules.iter().map(|n| rule(n, at.clone())), " ")
        }
        ChainEdit::Replace { number, rule: new } => {
            rule(new, say!(lang, PlaceRule, chain = path, number = *number))
        }
        ChainEdit::Delete { number } => {
            say!(lang, ScopeWithout, chain = path, number = *number)
        }
        ChainEdit::Policy(Policy::Drop) => say!(lang, ScopePolicyDrop, chain = path),
        ChainEdit::Policy(_) => say!(lang, ScopePolicyAccept, chain = path),
        ChainEdit::Flush => say!(lang, ScopeFlush, chain = path),
        ChainEdit::Create => say!(lang, ScopeCreate, chain = path),
    }
}

/// A new rule, for the functions that put rules into words.
fn as_rule(new: &NewRule) -> Rule {
    let (ops, comment, span) = (new.ops.clone(), new.comment.clone(), new.span);
    Rule { chain: ChainId(0), number: 0, ops, counters: None, comment, handle: None, span }
}

fn setting(lang: Lang, name: &str, value: &str) -> Sentence {
    let last = name.rsplit('.').next().unwrap_or_default();
    let iface = name.rsplit('.').nth(1).unwrap_or_default();
    match (last, value) {
        ("ip_forward" | "forwarding", "0") => say!(lang, ScopeForwardOff),
        ("ip_forward" | "forwarding", _) => say!(lang, ScopeForwardOn),
        ("rp_filter", "2") => say!(lang, ScopeRpLoose, iface = iface),
        ("rp_filter", "0") => say!(lang, ScopeRpOff, iface = iface),
        ("route_localnet", "1") => say!(lang, ScopeLocalnet, iface = iface),
        ("accept_local", "1") => say!(lang, ScopeAcceptLocal, iface = iface),
        ("bridge-nf-call-iptables", "0") => say!(lang, ScopeBridgeNf),
        _ => say!(lang, ScopeSetting, name = name),
    }
}

/// The packets that a change lets in, or stops, which fared otherwise before.
fn became(probes: &[Probe], after: bool) -> impl Iterator<Item = &Probe> {
    probes.iter().filter(move |p| p.after == Some(after) && p.before == Some(!after))
}

/// So many packets that a change lets in or stops are named, not counted alone.
const NAMED: usize = 2;

/// How many of the packets that differ in one thing a change lets in and stops; which, where they are few.
fn others(lang: Lang, probes: &[Probe]) -> Sentence {
    let [through, stopped] = [true, false].map(|after| became(probes, after).collect::<Vec<_>>());
    if probes.is_empty() {
        return Sentence::new();
    }
    if through.is_empty() && stopped.is_empty() {
        return say!(lang, OthersNone);
    }
    let named = |counted: Sentence, those: &[&Probe]| {
        if those.len() > NAMED {
            return counted;
        }
        let list = join(those.iter().map(|p| probe(lang, p)), &text!(lang, ListComma));
        say!(lang, OthersNamed, counted = counted, list = list)
    };
    let mut parts = Vec::new();
    if !through.is_empty() {
        let counted = say!(lang, OthersThrough, count = through.len(), all = probes.len());
        parts.push(named(counted, &through));
    }
    if !stopped.is_empty() {
        let counted = say!(lang, OthersStopped, count = stopped.len(), all = probes.len());
        parts.push(named(counted, &stopped));
    }
    join(parts, " · ")
}

/// What became of the packets that differ in one thing.
fn also(lang: Lang, want: Goal, probes: &[Probe]) -> Vec<Sentence> {
    if probes.is_empty() {
        return Vec::new();
    }
    let (changed, same): (Vec<&Probe>, Vec<&Probe>) =
        probes.iter().partition(|p| p.before != p.after);
    let comma = text!(lang, ListComma);
    let list = |all: &[&Probe]| join(all.iter().map(|p| probe(lang, p)), &comma);
    let mut out = Vec::new();
    if changed.is_empty() {
        out.push(say!(lang, AlsoNone, count = probes.len()));
        return out;
    }
    // What is lost comes first: nobody looks for it.
    let goes = |p: &&Probe| match (p.before, p.after) {
        (Some(false), Some(true)) => true,
        (Some(true), Some(false)) => false,
        _ => want == Goal::Through,
    };
    let (through, stopped): (Vec<&Probe>, Vec<&Probe>) = changed.into_iter().partition(goes);
    if !stopped.is_empty() {
        out.push(say!(lang, AlsoStopped, list = list(&stopped)));
    }
    if !through.is_empty() {
        out.push(say!(lang, AlsoThrough, list = list(&through)));
    }
    // Only what had its old fate for the same reason says how narrow the change is.
    let kept: Vec<&Probe> =
        same.into_iter().filter(|p| p.after == Some(want == Goal::Stopped)).collect();
    if !kept.is_empty() {
        out.push(say!(lang, AlsoNot, list = list(&kept)));
    }
    out
}

/// A probe by how it differs from the packet that was asked for.
pub fn probe(lang: Lang, p: &Probe) -> Sentence {
    let packet = &p.sent.packet;
    match p.vary {
        ProbeKind::NearSource => say!(lang, ProbeNearSource, src = packet.ip.src.to_string()),
        ProbeKind::FarSource => say!(lang, ProbeFarSource, src = packet.ip.src.to_string()),
        ProbeKind::Interface => {
            let iface = match &p.sent.entry {
                chainwalk_model::Entry::Wire { iface, .. } => iface.to_string(),
                chainwalk_model::Entry::Local { .. } => String::new(),
            };
            say!(lang, ProbeInterface, iface = iface)
        }
        ProbeKind::Port => {
            say!(lang, ProbePort, port = packet.dport().unwrap_or_default().to_string())
        }
        ProbeKind::Destination => say!(lang, ProbeDestination, dst = packet.ip.dst.to_string()),
        ProbeKind::Behind => {
            say!(lang, ProbeBehind, dst = endpoint(packet.ip.dst, packet.dport()))
        }
        ProbeKind::Protocol => say!(lang, ProbeProtocol, proto = protocol(packet.ip.proto)),
        ProbeKind::MidFlow => say!(lang, ProbeMidFlow),
        ProbeKind::Opposite => say!(
            lang,
            ProbeOpposite,
            src = packet.ip.src.to_string(),
            dst = endpoint(packet.ip.dst, packet.dport())
        ),
    }
}

/// What can be done about a rule. `shadow` says why it never matches, if so.
pub(crate) fn rule_tools(
    lang: Lang,
    rules: &Ruleset,
    rule: RuleId,
    shadow: Option<Shadow>,
) -> Option<RuleTools> {
    let r = rules.rule(rule);
    let (program, chain) = command(rules, r.chain)?;
    Some(RuleTools {
        without: format!("{program} -D {chain} {}", r.number),
        insert: format!("{program} -I {chain} {} ", r.number),
        shadow: shadow.map_or_else(Sentence::new, |s| shadow_sentence(lang, rules, s)),
    })
}

/// What can be done at the end of a chain.
pub(crate) fn end_tools(rules: &Ruleset, chain: ChainId) -> Option<RuleTools> {
    let (program, chain) = command(rules, chain)?;
    let insert = format!("{program} -A {chain} ");
    Some(RuleTools { without: String::new(), insert, shadow: Sentence::new() })
}

/// The program with its table, and the chain, as a command names them; `None` for chains that are not
/// iptables'.
fn command(rules: &Ruleset, chain: ChainId) -> Option<(String, String)> {
    let chain = rules.chain(chain);
    let table = rules.table(chain.table);
    let program = match table.family {
        Family::Ip => "iptables",
        Family::Ip6 => "ip6tables",
        _ => return None,
    };
    let table = match &*table.name {
        "filter" => String::new(),
        name => format!(" -t {name}"),
    };
    Some((format!("{program}{table}"), chain.name.to_string()))
}

/// Why a rule never matches.
fn shadow_sentence(lang: Lang, rules: &Ruleset, shadow: Shadow) -> Sentence {
    match shadow {
        Shadow::Behind(rule) => {
            let rule = rules.rule(rule);
            let jumps = rule
                .ops
                .iter()
                .any(|o| matches!(o.what, OpKind::Target(Target::Jump(_) | Target::Goto(_))));
            let number = rule.number;
            if jumps {
                say!(lang, ShadowBehindJump, number = number)
            } else {
                say!(lang, ShadowBehind, number = number)
            }
        }
        Shadow::Unreached(chain) => {
            say!(lang, ShadowUnreached, chain = run(chain_path(rules, chain), Style::Code))
        }
    }
}
