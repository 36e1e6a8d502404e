//! The scrubber: stops, lanes and their narration.

use crate::explained::Explained;
use crate::forks::Fork;
use crate::page::{BranchCard, Cell, Lane, Lang, Mark, Sentence, Style, Timeline, Tone};
use crate::places::{chain_class, chain_path, policy_word};
use crate::say::{join, plain, run, say, text};
use crate::steps::{changed, target_sentence};
use crate::stops::{StopKind, TimelineStop, stops};
use crate::values::lane_word;
use crate::{banner, fate, reasons};
use chainwalk_model::{Event, Question, Routed, Span, Trace};

/// The timeline of the packet shown: one lane for it, one for each packet the kernel made, and one for each other
/// packet that was sent, in the order they were sent in.
pub fn timeline(t: &Explained) -> Timeline {
    let all = stops(t);
    let own = lanes(t, &all);
    let lanes = if t.walks.len() > 1 { conversation(t, own) } else { own };
    Timeline {
        lanes,
        stops: all.len(),
        narration: all.iter().map(|s| plain(&narration(t, s))).collect(),
        spans: all.iter().map(|s| span(t, s)).collect(),
        hooks: all.iter().map(|s| s.begins_hook).collect(),
        misses: all.iter().map(|s| matches!(s.kind, StopKind::Tried(..))).collect(),
    }
}

/// The lanes of a packet among those of the packets sent before and after it.
fn conversation(t: &Explained, mut own: Vec<Lane>) -> Vec<Lane> {
    let mut out = Vec::new();
    for packet in 0..t.walks.len() {
        let mut more = if packet == t.packet {
            std::mem::take(&mut own)
        } else {
            let other = Explained { packet, ..*t };
            let mut lanes = lanes(&other, &stops(&other));
            for lane in &mut lanes {
                lane.other = Some(packet);
            }
            lanes
        };
        if let Some(first) = more.first_mut() {
            first.name = format!("{} {}", packet + 1, first.name);
        }
        out.append(&mut more);
    }
    out
}

/// One lane for the packet shown, one for each packet the kernel made because of it.
fn lanes(t: &Explained, all: &[TimelineStop]) -> Vec<Lane> {
    let mut lanes: Vec<(Option<usize>, Lane)> = Vec::new();
    let mut headed: Option<(Option<usize>, String)> = None;
    for (index, stop) in all.iter().enumerate() {
        let heading = group(t, stop);
        let fresh = heading.as_ref().is_some_and(|h| {
            headed.as_ref() != Some(&(stop.reply, h.clone())) && !passing(all, index)
        });
        if fresh {
            headed = heading.clone().map(|h| (stop.reply, h));
        }
        let cell = Cell {
            step: index,
            label: label(t, stop),
            icon: icon(t, stop).into(),
            group: heading.filter(|_| fresh),
            class: class(t, stop),
            hit: matches!(stop.kind, StopKind::Matched(_)),
            stop: stops_here(t, stop),
        };
        if let Some((_, lane)) = lanes.iter_mut().find(|(reply, _)| *reply == stop.reply) {
            lane.cells.push(cell);
            continue;
        }
        let name =
            t.trace(stop.reply).map_or_else(String::new, |trace| lane_word(&trace.sent.packet));
        lanes.push((stop.reply, Lane { name, other: None, cells: vec![cell] }));
    }
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

/// Whether a stop is the only one of a chain that returns at once; it needs no heading.
fn passing(all: &[TimelineStop], index: usize) -> bool {
    let stop = &all[index];
    let chain = |i: usize| all.get(i).and_then(|s: &TimelineStop| s.chain);
    stop.chain.is_some()
        && index > 0
        && chain(index - 1) == chain(index + 1)
        && chain(index - 1).is_some()
}

fn group(t: &Explained, stop: &TimelineStop) -> Option<String> {
    match stop.kind {
        StopKind::Route => Some(text!(t.lang, NameRoute)),
        StopKind::Conntrack | StopKind::UnNat => Some("conntrack".into()),
        _ => {
            let chain = stop.chain?;
            Some(if t.rules().chain(chain).base.is_some() {
                chain_path(t.rules(), chain)
            } else {
                t.rules().chain(chain).name.to_string()
            })
        }
    }
}

fn label(t: &Explained, stop: &TimelineStop) -> String {
    match &stop.kind {
        StopKind::Tried(_, first, last) if first == last => first.to_string(),
        StopKind::Tried(_, first, last) => format!("{first}–{last}"),
        StopKind::Matched(rule) => t.rules().rule(*rule).number.to_string(),
        StopKind::Fork(fork) if fork.branches.iter().all(|b| b.weight.is_some()) => {
            let numbers: Vec<String> = fork.rules.iter().map(u32::to_string).collect();
            if numbers.len() > 4 {
                format!("{}–{}", numbers[0], numbers[numbers.len() - 1])
            } else {
                numbers.join("|")
            }
        }
        StopKind::Fork(_) => "?".into(),
        StopKind::Policy(_) => "P".into(),
        _ => String::new(),
    }
}

/// The symbol of a stop that has no number: where the packet comes in, what the kernel does, how it ends.
fn icon(t: &Explained, stop: &TimelineStop) -> &'static str {
    match stop.kind {
        StopKind::Start => "i-go",
        StopKind::Conntrack | StopKind::UnNat => "i-flow",
        StopKind::Hook => "i-pass",
        StopKind::Loop => "i-back",
        StopKind::Kernel => "i-kernel",
        StopKind::Fate => match settled(t, stop) {
            Mark::Yes => "i-ok",
            Mark::Stop => "i-no",
            _ => "i-half",
        },
        _ => "",
    }
}

/// How the end of a lane is marked: of the packet that was asked for as the banner has it, the way back included.
pub(crate) fn settled(t: &Explained, stop: &TimelineStop) -> Mark {
    let Some(trace) = t.trace(stop.reply) else { return Mark::Unknown };
    let tone = if stop.reply.is_none() { banner::standing(t) } else { fate::tone(&trace.fate) };
    match tone {
        Tone::Ok => Mark::Yes,
        Tone::Stop => Mark::Stop,
        Tone::Depends | Tone::Idle => Mark::Unknown,
    }
}

fn class(t: &Explained, stop: &TimelineStop) -> String {
    match stop.kind {
        StopKind::Fork(_) => "fork".into(),
        StopKind::Route => "route".into(),
        StopKind::Fate => "fate".into(),
        StopKind::Conntrack | StopKind::UnNat => "ct".into(),
        _ => match stop.base.or(stop.chain) {
            Some(chain) => chain_class(t.rules(), chain).into(),
            None => "host".into(),
        },
    }
}

/// Whether the packet ends at this stop.
pub(crate) fn stops_here(t: &Explained, stop: &TimelineStop) -> bool {
    use chainwalk_model::{DroppedBy as By, Fate};
    let Some(trace) = t.trace(stop.reply) else { return false };
    match (&stop.kind, &trace.fate) {
        (
            StopKind::Matched(rule),
            Fate::Dropped(By::Rule(at)) | Fate::Rejected { rule: at, .. },
        ) => {
            rule == at
                && trace.steps[stop.last..].iter().all(|s| !matches!(s.event, Event::Hook(_)))
        }
        (StopKind::Policy(_), Fate::Dropped(By::Policy(_))) => true,
        (StopKind::Route, Fate::Routing(_)) => {
            matches!(routed(trace, stop), Some(Routed::Nowhere(_)))
        }
        (StopKind::Fate, f) => {
            fate::tone(f) == crate::page::Tone::Stop
                && !matches!(f, Fate::Dropped(_) | Fate::Rejected { .. } | Fate::Routing(_))
                && settled(t, stop) == Mark::Stop
        }
        _ => false,
    }
}

/// The routing decision of a stop.
pub(crate) fn routed<'a>(trace: &'a Trace, stop: &TimelineStop) -> Option<&'a Routed> {
    match &trace.steps.get(stop.first)?.event {
        Event::Routed { to, .. } => Some(to),
        _ => None,
    }
}

/// The lines of the paste that a stop comes from.
pub(crate) fn span(t: &Explained, stop: &TimelineStop) -> Option<Span> {
    let rules = t.rules();
    match &stop.kind {
        StopKind::Matched(rule) => Some(rules.rule(*rule).span),
        StopKind::Tried(chain, first, last) => {
            let chain = &rules.chain(*chain).rules;
            let one = rules.rule(*chain.get(*first as usize - 1)?).span;
            let end = rules.rule(*chain.get(*last as usize - 1)?).span;
            Some(one.to(end))
        }
        StopKind::Fork(fork) => {
            let chain = &rules.chain(fork.chain?).rules;
            let spans = fork
                .rules
                .iter()
                .filter_map(|n| chain.get(*n as usize - 1))
                .map(|r| rules.rule(*r).span);
            spans.reduce(Span::to)
        }
        StopKind::Policy(chain) => Some(rules.chain(*chain).span),
        StopKind::Fate => {
            use chainwalk_model::{DroppedBy as By, Fate};
            match &t.trace(stop.reply)?.fate {
                Fate::Dropped(By::Rule(rule)) | Fate::Rejected { rule, .. } => {
                    Some(rules.rule(*rule).span)
                }
                Fate::Dropped(By::Policy(chain)) => Some(rules.chain(*chain).span),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What happens at a stop, one short sentence.
pub(crate) fn narration(t: &Explained, stop: &TimelineStop) -> crate::page::Sentence {
    let lang = t.lang;
    let Some(trace) = t.trace(stop.reply) else { return Vec::new() };
    let rules = t.rules();
    let by = if lang == Lang::Zh { "，" } else { ", " };
    match &stop.kind {
        StopKind::Start => crate::steps::start(t, trace),
        StopKind::Conntrack
        | StopKind::UnNat
        | StopKind::Hook
        | StopKind::Loop
        | StopKind::Kernel
        | StopKind::Route => crate::steps::kernel(t, trace, stop),
        StopKind::Tried(chain, first, last) => {
            let name = chain_name(t, *chain);
            let why = reasons::reason(t, stop, *chain, *first, *last).unwrap_or_default();
            let head = if first == last {
                say!(lang, NarrateMiss, chain = name, number = *first)
            } else {
                say!(lang, NarrateMisses, chain = name, first = *first, last = *last)
            };
            join([head, why], if lang == Lang::Zh { "：" } else { ": " })
        }
        StopKind::Matched(rule) => {
            let r = rules.rule(*rule);
            let name = chain_name(t, r.chain);
            let depth = trace.steps[stop.first].depth;
            let head = say!(lang, NarrateHit, chain = name, number = r.number);
            let mut parts = vec![head];
            match r.verdict() {
                Some(chainwalk_model::Target::Jump(to)) => {
                    let (to, depth) = (&*rules.chain(*to).name, u32::from(depth) + 1);
                    parts.push(say!(lang, NarrateJump, chain = to, depth = depth));
                }
                Some(chainwalk_model::Target::Goto(to)) => {
                    parts.push(say!(lang, NarrateGoto, chain = &*rules.chain(*to).name));
                }
                Some(target) => {
                    let what = target_sentence(t, trace, stop, *rule, target);
                    let change =
                        if plain(&what).is_empty() { changed(t, trace, stop) } else { what };
                    parts.push(change);
                }
                None => {}
            }
            join(parts, by)
        }
        StopKind::Fork(fork) => {
            let title = crate::steps::fork_title(t, fork);
            let cards = crate::steps::cards(t, fork);
            let Some(at) = cards.iter().position(|c| c.followed).filter(|_| cards.len() > 1) else {
                return title;
            };
            let more = say!(
                lang,
                NarrateFollowed,
                number = at + 1,
                count = fork.ways(),
                label = &cards[at].label
            );
            join([title, more, alike(t, fork, &cards)], " ")
        }
        StopKind::Policy(chain) => {
            let policy = policy_word(rules, *chain, false);
            say!(lang, WhyPolicy, chain = chain_path(rules, *chain), policy = policy)
        }
        StopKind::Fate => {
            let word = run(fate::at_length(t, trace), Style::Plain);
            if stop.reply.is_some() {
                return say!(
                    lang,
                    NarrateReplyEnd,
                    packet = lane_word(&trace.sent.packet),
                    end = word
                );
            }
            match banner::hangs_on(t) {
                Some(what) => say!(lang, NarrateHangs, end = word, what = what),
                None => banner::followed_head(t).unwrap_or(word),
            }
        }
    }
}

/// That all ways out of a fork end the same, where they do.
pub(crate) fn alike(t: &Explained, fork: &Fork, cards: &[BranchCard]) -> Sentence {
    let Some(first) = cards.first().filter(|_| cards.len() > 1) else { return Sentence::new() };
    let same = |c: &BranchCard| c.fate == first.fate && c.tone == first.tone;
    // Sent on to different places is not the same end, unless chance picks the place.
    let places = first.tone != Tone::Ok || matches!(fork.question, Question::Random(..));
    if first.tone == Tone::Depends || !places || !cards.iter().all(same) {
        return Sentence::new();
    }
    say!(t.lang, NarrateAlike, count = cards.len(), end = first.fate.as_str())
}

/// A base chain with its table, another chain by its name.
pub(crate) fn chain_name(t: &Explained, chain: chainwalk_model::ChainId) -> String {
    if t.rules().chain(chain).base.is_some() {
        chain_path(t.rules(), chain)
    } else {
        t.rules().chain(chain).name.to_string()
    }
}
