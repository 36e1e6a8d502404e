//! What happened at a step, in words: changes, the kernel's own work, forks and their ways.

use crate::explained::Explained;
use crate::explained::moment;
use crate::fate;
use crate::forks::{Branch, Fork, choice_step, drawn, is_chance, rule_of};
use crate::likely::likeliest;
use crate::page::{BranchCard, Lang, Sentence, Style, Tone};
use crate::places::place;
use crate::questions::question;
use crate::say::{join, plain, run, say, text};
use crate::stops::TimelineStop;
use crate::targets::target_text;
use crate::values::{UNTOLD, address, destination, flags, hex, percent, source, translated};
use chainwalk_model::{
    Answer, ChainId, Change, Choice, CtStates, Entry, Event, Hook, PolicyHit, Question, Routed,
    RuleId, SkipReason, Target, Trace,
};

/// A chain by its name, with its meaning where comments give one.
pub(crate) fn chain_words(t: &Explained, chain: ChainId) -> Sentence {
    let name = run(t.rules().chain(chain).name.to_string(), Style::Code);
    match meaning(t, chain) {
        Some(meaning) => join([name, run(meaning, Style::Plain)], " · "),
        None => name,
    }
}

/// What a chain stands for, from the comments of its rules: `Service default/frontend`.
pub(crate) fn meaning(t: &Explained, chain: ChainId) -> Option<String> {
    if t.raw_names {
        return None;
    }
    let c = t.rules().chain(chain);
    let comment = c.rules.iter().find_map(|r| t.rules().rule(*r).comment.as_deref())?;
    let service = comment.split_whitespace().next()?.trim_end_matches(':');
    if service.contains('/') && c.name.starts_with("KUBE-SVC") {
        return Some(text!(t.lang, MeaningService, name = service));
    }
    if service.contains('/') && c.name.starts_with("KUBE-SEP") {
        return Some(text!(t.lang, MeaningEndpoint, name = service));
    }
    match &*c.name {
        "KUBE-SERVICES" => Some(text!(t.lang, MeaningServices)),
        "KUBE-NODEPORTS" => Some(text!(t.lang, MeaningNodeports)),
        _ => None,
    }
}

/// What a target did at a stop.
pub(crate) fn target_sentence(
    t: &Explained,
    trace: &Trace,
    stop: &TimelineStop,
    rule: RuleId,
    target: &Target,
) -> Sentence {
    let lang = t.lang;
    let name = target_text(t.rules(), t.rules().rule(rule).chain, target);
    match target {
        Target::Accept => run(name, Style::Ok),
        Target::Drop | Target::Reject(_) => run(name, Style::Stop),
        Target::Return => say!(lang, DoesReturn),
        told if told.is_invisible() => say!(lang, DoesGoOn, what = name),
        Target::Mark(_)
        | Target::Connmark { .. }
        | Target::Tos(_)
        | Target::Dscp(_)
        | Target::Ttl(_)
        | Target::Ecn(_)
        | Target::Hmark(_)
        | Target::Tcpoptstrip(_)
        | Target::Dnpt(_)
        | Target::Snpt(_) => {
            let change = changed(t, trace, stop);
            if change.is_empty() { run(name, Style::Code) } else { change }
        }
        Target::Dnat(_)
        | Target::Snat(_)
        | Target::Masquerade(_)
        | Target::Redirect(_)
        | Target::Netmap(_) => {
            let word = name.split(' ').next().unwrap_or_default().to_owned();
            let to = trace.steps[stop.first..=stop.last.min(trace.steps.len() - 1)]
                .iter()
                .find_map(|s| match &s.event {
                    Event::Changed(Change::Dst { to, .. } | Change::Src { to, .. }) => Some(*to),
                    _ => None,
                });
            match to {
                _ if draws(t, trace, stop, |q| *q == Question::NatChoice(rule)) => {
                    say!(lang, DoesNatOpen, what = name)
                }
                Some((addr, Some(_)))
                    if draws(t, trace, stop, |q| *q == Question::PortChoice(Some(rule))) =>
                {
                    say!(lang, DoesNatDrawn, what = word, to = addr.to_string())
                }
                Some((addr, port)) => say!(lang, DoesNat, what = word, to = translated(addr, port)),
                None => say!(lang, DoesNatKeeps, what = name),
            }
        }
        _ => run(name, Style::Code),
    }
}

/// Whether NAT draws what such a question asks for at a stop.
fn draws(
    t: &Explained,
    trace: &Trace,
    stop: &TimelineStop,
    asks: impl Fn(&Question) -> bool,
) -> bool {
    let end = stop.last.min(trace.steps.len().saturating_sub(1));
    trace.steps[stop.first..=end].iter().any(|s| drawn(t, &s.event).is_some_and(&asks))
}

/// What changed at a stop, in one sentence.
pub(crate) fn changed(t: &Explained, trace: &Trace, stop: &TimelineStop) -> Sentence {
    let end = stop.last.min(trace.steps.len().saturating_sub(1));
    let parts = trace.steps[stop.first..=end].iter().filter_map(|s| match &s.event {
        Event::Changed(c) => Some(change_sentence(t.lang, c)),
        _ => None,
    });
    join(parts, " · ")
}

pub(crate) fn change_sentence(lang: Lang, change: &Change) -> Sentence {
    match change {
        Change::Src { from, to } => {
            say!(lang, ChangeSrc, from = translated(from.0, from.1), to = translated(to.0, to.1))
        }
        Change::Dst { from, to } => {
            say!(lang, ChangeDst, from = translated(from.0, from.1), to = translated(to.0, to.1))
        }
        Change::Mark { from, to } => {
            say!(lang, ChangeMark, what = "mark", from = hex(*from), to = hex(*to))
        }
        Change::Ctmark { from, to } => {
            say!(lang, ChangeMark, what = "connmark", from = hex(*from), to = hex(*to))
        }
        Change::Ttl { from, to } => {
            say!(lang, ChangeMark, what = "ttl", from = from.to_string(), to = to.to_string())
        }
        Change::Tos { from, to } => {
            say!(
                lang,
                ChangeMark,
                what = "tos",
                from = hex(u32::from(*from)),
                to = hex(u32::from(*to))
            )
        }
        Change::Flags { from, to } => {
            say!(lang, ChangeMark, what = "flags", from = flags(*from), to = flags(*to))
        }
        Change::Stripped => say!(lang, ChangeStripped),
        Change::Mss(_) => say!(lang, ChangeMss),
        Change::Text { from, to } => say!(lang, ChangeText, from = &**from, to = &**to),
        Change::Numbers => say!(lang, ChangeNumbers),
        Change::Field(field) => say!(lang, ChangeField, field = field.words()),
        Change::Notrack => say!(lang, ChangeNotrack),
        Change::Zone(zone) => say!(lang, ChangeZone, zone = u32::from(*zone)),
        Change::Set { set, added: true } => say!(lang, ChangeSetAdd, set = &**set),
        Change::Set { set, added: false } => say!(lang, ChangeSetDel, set = &**set),
    }
}

/// How the packet begins.
pub(crate) fn start(t: &Explained, trace: &Trace) -> Sentence {
    let p = &trace.sent.packet;
    let (src, dst) = (source(trace, p), destination(trace, p));
    match &trace.sent.entry {
        Entry::Local { .. } => say!(t.lang, StartLocal, src = src, dst = dst),
        Entry::Wire { iface, .. } => {
            say!(t.lang, StartWire, iface = &**iface, src = src, dst = dst)
        }
    }
}

/// What the kernel does at a stop between the tables.
pub(crate) fn kernel(t: &Explained, trace: &Trace, stop: &TimelineStop) -> Sentence {
    let lang = t.lang;
    let Some(step) = trace.steps.get(stop.first) else { return Sentence::new() };
    match &step.event {
        Event::Tracked => match moment(trace, stop.last).and_then(|m| m.ct) {
            Some(ct) if ct.state == CtStates::NEW => say!(lang, CtNew),
            Some(ct) if ct.state == CtStates::ESTABLISHED => say!(lang, CtEstablished),
            Some(ct) if ct.state == CtStates::RELATED => say!(lang, CtRelated),
            Some(ct) if ct.state == CtStates::INVALID => say!(lang, CtInvalid),
            Some(_) => say!(lang, CtUntracked),
            None => say!(lang, CtNew),
        },
        Event::Untranslated(change) => {
            say!(lang, UnNat, change = change_sentence(lang, change))
        }
        Event::Reassembling => say!(lang, KernelReassembling),
        Event::Reassembled => say!(lang, KernelReassembled),
        Event::Loop => say!(lang, KernelLoop),
        Event::Copied => say!(lang, KernelCopied),
        Event::Fork(_) => say!(lang, KernelPort),
        Event::Hook(path) => {
            let name = path.hook.builtin();
            let skips = |wanted: &[SkipReason]| {
                trace.steps[stop.first + 1..]
                    .iter()
                    .take_while(|s| matches!(s.event, Event::Skipped { .. }))
                    .any(|s| matches!(&s.event, Event::Skipped { why, .. } if wanted.contains(why)))
            };
            if skips(&[SkipReason::NatSettled, SkipReason::NatNoFlow]) {
                say!(lang, HookAskedNothing, hook = name)
            } else if skips(&[SkipReason::NotPasted]) {
                say!(lang, HookUnpasted, hook = name)
            } else {
                say!(lang, HookEmpty, hook = name)
            }
        }
        Event::Routed { to, again } => {
            let dst = moment(trace, stop.first)
                .map_or_else(String::new, |m| address(trace, m.packet.ip.dst));
            let src = moment(trace, stop.first)
                .map_or_else(String::new, |m| address(trace, m.packet.ip.src));
            let from_here = matches!(trace.sent.entry, Entry::Local { .. });
            match to {
                Routed::Local if from_here => say!(lang, RouteLo, dst = dst),
                Routed::Local
                    if moment(trace, stop.first)
                        .is_some_and(|m| fate::is_for_all(t, m.packet.ip.dst)) =>
                {
                    say!(lang, RouteLocalAll, dst = dst)
                }
                Routed::Local if dst == UNTOLD => say!(lang, RouteLocalUntold),
                Routed::Local => say!(lang, RouteLocal, dst = dst),
                Routed::Forward { iface, via, by } => {
                    let iface = iface.as_deref().unwrap_or("?");
                    let mut told = match (via, from_here, again) {
                        (_, true, true) => say!(lang, RouteAgain, iface = iface, dst = dst),
                        (Some(via), true, false) => {
                            say!(lang, RouteOutVia, iface = iface, via = via.to_string())
                        }
                        (None, true, false) => say!(lang, RouteOut, iface = iface, dst = dst),
                        (Some(via), false, _) => {
                            say!(lang, RouteForwardVia, iface = iface, via = via.to_string())
                        }
                        (None, false, _) => say!(lang, RouteForward, iface = iface),
                    };
                    if let Some(PolicyHit { priority, table }) = by {
                        let rule = say!(lang, RouteByRule, priority = *priority, table = *table);
                        crate::say::append(&mut told, &rule);
                    }
                    told
                }
                Routed::Bridge { port } => {
                    say!(lang, RouteBridge, port = port.as_deref().unwrap_or("?"))
                }
                Routed::Nowhere(why) => fate::routing(lang, *why, &dst, &src),
            }
        }
        _ => Sentence::new(),
    }
}

/// The heading of a fork.
pub(crate) fn fork_title(t: &Explained, fork: &Fork) -> Sentence {
    if fork.branches.iter().all(|b| b.weight.is_some()) {
        return match fork.ways() {
            0 | 1 => say!(t.lang, ForkChance),
            n => say!(t.lang, ForkOneOf, count = n),
        };
    }
    question(t, &fork.question)
}

/// The ways out of a fork as cards.
pub(crate) fn cards(t: &Explained, fork: &Fork) -> Vec<BranchCard> {
    let Some(walk) = t.walk() else { return Vec::new() };
    let mut out = Vec::new();
    for branch in &fork.branches {
        // As the banner does, a card passes over ends that rest on unlikely answers, unless one of those is followed.
        let likely = likeliest(t, &branch.outcomes);
        let shown = likely.first().copied().filter(|_| !branch.followed).unwrap_or(branch.outcome);
        let Some(outcome) = walk.outcomes.get(shown) else { continue };
        let trace = &outcome.trace;
        let (label, name) = branch_label(t, fork, branch, trace);
        let mixed = likely.contains(&shown)
            && likely
                .iter()
                .any(|o| fate::class(&walk.outcomes[*o].trace.fate) != fate::class(&trace.fate));
        out.push(BranchCard {
            outcome: shown,
            label,
            name,
            weight: branch.weight.map(percent).unwrap_or_default(),
            fate: if mixed { text!(t.lang, ShortUndecided) } else { fate::short(t, trace) },
            tone: if mixed { Tone::Depends } else { fate::tone(&trace.fate) },
            followed: branch.followed,
        });
    }
    out.extend(fork.unwalked.as_ref().map(|unwalked| BranchCard {
        outcome: usize::MAX,
        label: text!(t.lang, BranchUnwalked, count = unwalked.count),
        name: String::new(),
        weight: percent(unwalked.weight),
        fate: String::new(),
        tone: Tone::Idle,
        followed: false,
    }));
    out
}

/// The ways out of a split as so many cards at most: where there are more, a card stands for all that end alike. Behind
/// each is told for how many others it stands.
pub(crate) fn grouped_cards(t: &Explained, fork: &Fork, most: usize) -> Vec<(BranchCard, usize)> {
    let all = cards(t, fork);
    if all.len() <= most.max(2) {
        return all.into_iter().map(|card| (card, 0)).collect();
    }
    let count = fork.ways();
    let weight = |card: &BranchCard| {
        fork.branches.iter().find(|b| b.outcome == card.outcome).and_then(|b| b.weight)
    };
    let mut groups: Vec<(BranchCard, usize, Option<f64>)> = Vec::new();
    for card in all {
        let share = weight(&card);
        let like = |(one, ..): &&mut (BranchCard, usize, Option<f64>)| {
            one.fate == card.fate && one.tone == card.tone
        };
        match groups.iter_mut().find(like) {
            Some((one, number, sum)) => {
                *number += 1;
                *sum = sum.zip(share).map(|(sum, share)| sum + share);
                if card.followed {
                    *one = card;
                }
            }
            None => groups.push((card, 1, share)),
        }
    }
    let group = |(card, number, sum): (BranchCard, usize, Option<f64>)| {
        if number == 1 {
            return (card, 0);
        }
        let told = BranchCard {
            name: card.label,
            label: text!(t.lang, CardsOf, number = number, count = count),
            weight: sum.map(percent).unwrap_or_default(),
            ..card
        };
        (told, number - 1)
    };
    groups.into_iter().map(group).collect()
}

/// What an answer to a question says, where it stands apart from it: `10.0.0.5 is this host’s`, `in blacklist`.
pub(crate) fn answer_words(t: &Explained, question: &Question, answer: &Answer) -> Option<String> {
    let lang = t.lang;
    let yes = *answer == Answer::Yes;
    match question {
        Question::LocalAddr(addr) => {
            let addr = addr.to_string();
            Some(if yes {
                text!(lang, BranchLocal, addr = addr)
            } else {
                text!(lang, BranchNotLocal, addr = addr)
            })
        }
        Question::Table(_, name) | Question::Chain(_, _, name) => {
            let what = &**name;
            Some(match answer {
                Answer::Yes => text!(lang, BranchPasses, what = what),
                Answer::No => text!(lang, BranchDrops, what = what),
                // What nat does beside letting pass can't be said in a word.
                _ => text!(lang, BranchElse),
            })
        }
        Question::Set(name) => match answer {
            Answer::Yes => Some(text!(lang, BranchInSet, set = &**name)),
            Answer::No => Some(text!(lang, BranchNotInSet, set = &**name)),
            _ => None,
        },
        Question::Blank(name, value) if &**value != "up" => Some(if yes {
            text!(lang, BranchBlank, name = &**name, value = &**value)
        } else {
            text!(lang, BranchNotBlank, name = &**name, value = &**value)
        }),
        _ => None,
    }
}

/// What a choice of a walk says, standing alone; nobody asks how chance went.
pub(crate) fn choice_words(t: &Explained, choice: &Choice) -> Option<String> {
    let (question, answer) = (&choice.question, &choice.answer);
    answer_words(t, question, answer).or_else(|| {
        let yes = match answer {
            Answer::Yes => true,
            Answer::No => false,
            _ => return None,
        };
        match rule_of(question) {
            Some(rule) => {
                let (chain, number) = place(t.rules(), rule);
                let at = format!("{chain} {number}");
                Some(if yes {
                    text!(t.lang, BranchMatches, at = at)
                } else {
                    text!(t.lang, BranchMatchesNot, at = at)
                })
            }
            None if is_chance(question) => None,
            None => {
                let word = if yes { text!(t.lang, BranchYes) } else { text!(t.lang, BranchNo) };
                Some(format!("{} {word}", plain(&self::question(t, question))))
            }
        }
    })
}

/// What tells an outcome apart from others: its answers that not all of them give.
pub(crate) fn apart(t: &Explained, outcome: usize, others: &[usize]) -> Vec<String> {
    let Some(walk) = t.walk() else { return Vec::new() };
    let Some(own) = walk.outcomes.get(outcome) else { return Vec::new() };
    let gives = |other: &usize, choice: &Choice| {
        let all = walk.outcomes.get(*other).map_or(&[][..], |o| &o.choices);
        all.iter().any(|c| c.question == choice.question && c.answer == choice.answer)
    };
    let differs = |choice: &&Choice| !others.iter().all(|other| gives(other, choice));
    let mut out: Vec<String> = Vec::new();
    for choice in own.choices.iter().filter(differs) {
        let words = choice_words(t, choice).filter(|w| !out.contains(w));
        out.extend(words);
    }
    out
}

/// What is different in a branch, and a smaller second line.
fn branch_label(t: &Explained, fork: &Fork, branch: &Branch, trace: &Trace) -> (String, String) {
    let lang = t.lang;
    if let Some(label) = branch.answer().and_then(|answer| answer_words(t, &fork.question, answer))
    {
        return (label, String::new());
    }
    let last = branch.key.len().saturating_sub(1);
    let at = choice_step(trace, fork, last);
    if matches!(fork.question, Question::NextHop(_)) {
        let after = trace.steps.get(at.unwrap_or(0)..).unwrap_or_default();
        let hop = after.iter().find_map(|s| match &s.event {
            Event::Routed { to: Routed::Forward { iface, via, .. }, .. } => Some((iface, via)),
            _ => None,
        });
        if let Some((iface, via)) = hop {
            let name = iface.as_deref().unwrap_or("?").to_owned();
            return (name, via.map(|v| v.to_string()).unwrap_or_default());
        }
    }
    if let Some(at) = at
        && branch.weight.is_some()
    {
        let rest = &trace.steps[at..];
        let end = rest
            .iter()
            .position(|s| matches!(s.event, Event::BaseEnd { .. }))
            .unwrap_or(rest.len());
        let nat = rest[..end].iter().find_map(|s| match &s.event {
            Event::Changed(Change::Dst { to, .. } | Change::Src { to, .. }) => {
                Some(translated(to.0, to.1))
            }
            _ => None,
        });
        let name = rest[..end].iter().find_map(|s| match &s.event {
            Event::Jumped { to, .. } => Some(t.rules().chain(*to).name.to_string()),
            _ => None,
        });
        match (nat, name) {
            (Some(nat), name) => return (nat, name.unwrap_or_default()),
            (None, Some(name)) => return (name, String::new()),
            (None, None) => {}
        }
    }
    let label = match branch.answer() {
        Some(Answer::Yes) => text!(lang, BranchYes),
        Some(Answer::No) => text!(lang, BranchNo),
        _ => text!(lang, BranchElse),
    };
    (label, String::new())
}

/// The hook a stop stands in.
pub(crate) fn hook_of(trace: &Trace, stop: &TimelineStop) -> Option<Hook> {
    match &trace.steps.get(stop.hook?)?.event {
        Event::Hook(path) => Some(path.hook),
        _ => None,
    }
}
