//! `chainwalk walk … --edit …` and `--changes`: a packet's fate beside its fate with changes made.

use chainwalk::model::{Changes, Goal, ProbeKind, Selectivity};
use chainwalk::view::{Compared, FateCard, ProposalsView, Sentence};
use serde_json::{Value, json};
use std::io::{self, Write};

/// A sentence without its marks.
pub(crate) fn plain(sentence: &Sentence) -> String {
    sentence.iter().map(|run| run.text.as_str()).collect()
}

fn card(out: &mut impl Write, sign: char, card: &FateCard) -> io::Result<()> {
    writeln!(out, "   {sign} {} {}", plain(&card.headline), plain(&card.detail))
}

/// Prints both fates.
pub(crate) fn tell_compared(out: &mut impl Write, compared: &Compared) -> io::Result<()> {
    for command in &compared.edits {
        writeln!(out, "   $ {command}")?;
    }
    card(out, '-', &compared.before)?;
    card(out, '+', &compared.after)?;
    writeln!(out, "   {}\n", plain(&compared.change))
}

/// Prints the proposals.
pub(crate) fn tell_changes(out: &mut impl Write, told: &ProposalsView) -> io::Result<()> {
    writeln!(out, "   {}", told.title)?;
    if !told.note.is_empty() {
        writeln!(out, "   {}", plain(&told.note))?;
    }
    for (at, proposal) in told.proposals.iter().enumerate() {
        let mut number = format!("{}.", at + 1);
        for command in &proposal.commands {
            writeln!(out, "   {number:>3} $ {command}")?;
            number.clear();
        }
        let after = [&proposal.after.headline, &proposal.after.note, &proposal.reply];
        let after: Vec<String> = after.into_iter().map(plain).filter(|t| !t.is_empty()).collect();
        writeln!(out, "       {}", after.join(" · "))?;
        for line in proposal.scope.iter().chain(&proposal.also) {
            writeln!(out, "       {}", plain(line))?;
        }
    }
    writeln!(out)
}

/// The proposals for a script: commands, fates and probes by their names.
pub(crate) fn json_of(found: &Changes, told: &ProposalsView) -> Value {
    let fate = |f: Option<bool>| f.map_or(Value::Null, Value::from);
    let proposals = found.proposals.iter().zip(&told.proposals).map(|(p, told)| {
        json!({
            "commands": told.commands,
            "grain": grain_word(p.grain),
            "certain": p.certain,
            "replied": p.replied,
            "after": { "headline": plain(&told.after.headline), "detail": plain(&told.after.detail) },
            "scope": told.scope.iter().map(plain).collect::<Vec<_>>(),
            "also": told.also.iter().map(plain).collect::<Vec<_>>(),
            "probes": p.probes.iter().map(|probe| json!({
                "vary": vary_word(probe.vary),
                "before": fate(probe.before),
                "after": fate(probe.after),
            })).collect::<Vec<_>>(),
        })
    });
    let want = if found.want == Goal::Through { "through" } else { "stopped" };
    json!({ "want": want, "note": plain(&told.note), "cut": found.cut,
        "proposals": proposals.collect::<Vec<_>>() })
}

/// Both fates for a script.
pub(crate) fn json_of_compared(compared: &Compared) -> Value {
    let card = |c: &FateCard| json!({ "headline": plain(&c.headline), "detail": plain(&c.detail) });
    json!({
        "edits": compared.edits,
        "before": card(&compared.before),
        "after": card(&compared.after),
        "change": plain(&compared.change),
    })
}

/// What a rule of a proposal picks its packets by, as scripts read it.
fn grain_word(grain: Selectivity) -> &'static str {
    match grain {
        Selectivity::Flow => "flow",
        Selectivity::Service => "service",
        Selectivity::State => "state",
        Selectivity::Element => "element",
        Selectivity::Mark => "mark",
        Selectivity::Dnat => "dnat",
        Selectivity::Source => "source",
        Selectivity::Interfaces => "interfaces",
        Selectivity::Setting => "setting",
        Selectivity::Rule => "rule",
        Selectivity::Policy => "policy",
        Selectivity::NearMiss => "near_miss",
        Selectivity::Earlier => "earlier",
    }
}

/// In what a probe differs from the packet, as scripts read it.
fn vary_word(vary: ProbeKind) -> &'static str {
    match vary {
        ProbeKind::NearSource => "near_source",
        ProbeKind::FarSource => "far_source",
        ProbeKind::Interface => "interface",
        ProbeKind::Port => "port",
        ProbeKind::Destination => "destination",
        ProbeKind::Behind => "behind",
        ProbeKind::Protocol => "protocol",
        ProbeKind::MidFlow => "mid_flow",
        ProbeKind::Opposite => "opposite",
    }
}
