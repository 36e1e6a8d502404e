//! The answer first: the fate in the words of the program that asked.

use crate::counters::{self, Contradiction};
use crate::explained::Explained;
use crate::fate::{self, Class, class, end_of};
use crate::forks::{Fork, Forks, is_chance, is_drawn};
use crate::leans::leans;
use crate::likely::{likeliest, likely_answers};
use crate::overlay::overlay;
use crate::overview;
use crate::page::{Banner, Evidence, Lang, Sentence, Style, Tone};
use crate::questions::{self, what_decides};
use crate::say::{Arg, Key, format, join, push, run, say, text};
use crate::sender::{Seen, program, seen};
use crate::slips;
use crate::trip::{self, Turn};
use crate::values::{endpoint, percent, translated};
use chainwalk_model::{
    Answer, DroppedBy, Event, Fate, Order, Outcome, Question, SectionKind, TripEnd,
};

/// Beyond so many lines of evidence the lesser ones are left to the walk.
const MOST: usize = 4;

/// So many branches are told one by one; more are told by their ends.
const SINGLE: usize = 3;

/// The banner for the packet shown. It never reports a good end without rules and a walk.
pub fn banner(t: &Explained) -> Banner {
    let mut banner = answer(t);
    if let Some(seen) = overlay(t) {
        // A kernel that says otherwise is heard first.
        let at = usize::from(seen.agrees).min(banner.evidence.len());
        let line = Evidence {
            span: Some(seen.span),
            follow: seen.follow,
            ..Evidence::new(seen.agrees, seen.text)
        };
        banner.evidence.insert(at, line);
    }
    banner
}

/// The same without what a kernel's trace says of it.
pub(crate) fn answer(t: &Explained) -> Banner {
    if let Some(idle) = idle(t) {
        return idle;
    }
    let Some(outcome) = t.outcome() else {
        let (headline, detail) = overview::read(t);
        return Banner { tone: Tone::Idle, headline, detail, evidence: Vec::new() };
    };
    match decider(t) {
        Some(split) => depends(t, &split),
        None => certain(t, outcome),
    }
}

fn quiet(lang: Lang, headline: Key, detail: Key) -> Banner {
    Banner {
        tone: Tone::Idle,
        headline: format(lang, headline, Vec::new()),
        detail: format(lang, detail, Vec::new()),
        evidence: Vec::new(),
    }
}

/// The banner while there is nothing to answer from.
fn idle(t: &Explained) -> Option<Banner> {
    let blank = t.docs.iter().all(|d| d.trim().is_empty());
    if t.has_rules() {
        return None;
    }
    let Some(reading) = t.reading.filter(|_| !blank) else {
        return Some(quiet(t.lang, Key::IdlePaste, Key::IdlePasteDetail));
    };
    // Command lines that named no rule say nothing.
    if reading.sections.iter().all(|s| matches!(s.kind, SectionKind::Command(_))) {
        return Some(quiet(t.lang, Key::IdleNothing, Key::IdleNothingDetail));
    }
    let unread = reading.sections.iter().find_map(|s| match &s.kind {
        SectionKind::Unread(name) => Some(name.to_string()),
        _ => None,
    });
    Some(match unread {
        Some(name) => Banner {
            headline: say!(t.lang, IdleUnread, name = name),
            ..quiet(t.lang, Key::IdleNoRules, Key::IdleNoRulesDetail)
        },
        None => quiet(t.lang, Key::IdleNoRules, Key::IdleNoRulesDetail),
    })
}

/// The first split whose ways end differently and of which no way is far likelier; `None` where there is none. Each
/// way is taken as its likeliest outcomes end.
pub(crate) fn decider(t: &Explained) -> Option<Fork> {
    let walk = t.walk()?;
    let own = &walk.outcomes.get(t.chosen())?.choices;
    let forks = Forks::of(t);
    let mut at = 0;
    while at < own.len() {
        let split = forks.at(at)?;
        at += split.choices.max(1);
        if own[split.at].likelihood.is_some() {
            continue;
        }
        let ends: Vec<Vec<(Class, String)>> = split
            .branches
            .iter()
            .map(|b| {
                let mut classes: Vec<(Class, String)> = Vec::new();
                for o in likeliest(t, &b.outcomes) {
                    let c = end_of(&walk.outcomes[o].trace, &split.question);
                    if !classes.contains(&c) {
                        classes.push(c);
                    }
                }
                classes
            })
            .collect();
        let alike = ends
            .windows(2)
            .all(|w| w[0].len() == w[1].len() && w[0].iter().all(|c| w[1].contains(c)));
        if !alike {
            return Some(split);
        }
    }
    // The followed way ends one way for certain, or in something that nobody can say.
    None
}

/// How the way that is followed stands: what hangs on an answer, or on chance, has no end yet.
pub(crate) fn standing(t: &Explained) -> Tone {
    let Some(outcome) = t.outcome() else { return Tone::Idle };
    if let Some(split) = decider(t) {
        return decided(t, &split).0;
    }
    turned(t, outcome).map_or_else(|| fate::tone(&outcome.trace.fate), |turn| turn.tone)
}

/// What becomes of the answer to a packet, where that says more than its own end.
fn turned(t: &Explained, outcome: &Outcome) -> Option<Turn> {
    let round = t.trip()?;
    trip::turn(t, outcome, &round)
}

/// What the end of the way that is followed hangs on, if it does.
pub(crate) fn hangs_on(t: &Explained) -> Option<Sentence> {
    decider(t).map(|split| decided(t, &split).1)
}

/// The headline of the way that is followed, with what becomes of the answer where that says more.
pub(crate) fn followed_head(t: &Explained) -> Option<Sentence> {
    let outcome = t.outcome()?;
    Some(turned(t, outcome).map_or_else(|| headline(t, outcome), |turn| turn.headline))
}

/// How an answer that a split decides stands, and its headline. Where all ways out of it end badly, it needs no answer.
fn decided(t: &Explained, split: &Fork) -> (Tone, Sentence) {
    let whole = t.walk().is_some_and(|walk| !walk.cut);
    if whole && split.branches.iter().flat_map(|b| &b.outcomes).all(|o| ends_badly(t, *o)) {
        (Tone::Stop, say!(t.lang, HeadFails, count = split.branches.len()))
    } else {
        (Tone::Depends, say!(t.lang, HeadDepends, what = what_decides(t, &split.question)))
    }
}

/// The headline of one end.
pub(crate) fn headline(t: &Explained, outcome: &Outcome) -> Sentence {
    let lang = t.lang;
    let trace = &outcome.trace;
    let word = fate::word(lang, trace);
    let program = program(t);
    let dst = fate::last_destination(trace);
    let rest = match &trace.fate {
        Fate::Local { listening: None | Some(true), .. } => match fate::untold_port(trace) {
            Some(port) => say!(lang, HeadLocalPort, port = port),
            None => say!(lang, HeadLocal, dst = &dst),
        },
        Fate::Forwarded(iface) | Fate::Sent(iface) | Fate::Bridged(iface) => match iface {
            Some(iface) => say!(lang, HeadOut, dst = &dst, iface = &**iface),
            None => say!(lang, HeadOutUnknown, dst = &dst),
        },
        Fate::Undecided(q) => questions::question(t, q),
        _ => match seen(t.ask().and_then(|a| a.app), outcome) {
            Seen::Prints(message) if program.is_empty() => {
                say!(lang, HeadSenderSees, message = message)
            }
            Seen::Prints(message) => {
                say!(lang, HeadPrints, program = &program, message = message)
            }
            Seen::Hangs if program.is_empty() => say!(lang, HeadConnectionHangs),
            Seen::Hangs => say!(lang, HeadHangs, program = &program),
            Seen::Silence if program.is_empty() => say!(lang, HeadNothingBack),
            Seen::Silence => say!(lang, HeadSilence, program = &program),
            Seen::Unsaid => match &trace.fate {
                Fate::Rejected { with, .. } => {
                    say!(lang, HeadSenderGets, what = fate::reject_word(*with))
                }
                _ => Sentence::new(),
            },
        },
    };
    join([word, rest], if lang == Lang::Zh { "" } else { " " })
}

fn certain(t: &Explained, outcome: &Outcome) -> Banner {
    let lang = t.lang;
    let trace = &outcome.trace;
    let mut detail = fate::why(t, outcome);
    let misread = matches!(
        seen(t.ask().and_then(|a| a.app), outcome),
        Seen::Prints("No route to host" | "Network is unreachable")
    );
    if misread && matches!(trace.fate, Fate::Rejected { .. } | Fate::Dropped(_)) {
        detail = say!(lang, WhyNotRouting, why = detail);
    }
    let mut evidence = Vec::new();
    let round = t.trip();
    let turn = round.as_ref().and_then(|round| trip::turn(t, outcome, round));
    if round.as_ref().is_some_and(|round| round.end == TripEnd::Whole)
        && let Some(unstopped) = fate::unstopped(lang, trace)
    {
        detail = unstopped;
    }
    let gainsaid = counters::on_the_way(t, outcome);
    let sure = join([alike(t), counted(t, &trace.fate, gainsaid.as_ref())], " · ");
    if !sure.is_empty() {
        evidence.push(Evidence::new(true, sure));
    }
    evidence.extend(slips::evidence(t));
    if let Some(round) = &round {
        evidence.extend(trip::evidence(t, round));
    }
    if let Fate::Undecided(q) = &trace.fate {
        evidence.push(asked(t, q));
    }
    let likely = likely_answers(t, outcome);
    // What was open on the way is asked even where it makes no difference here.
    let open = outcome
        .choices
        .iter()
        .find(|c| !is_chance(&c.question) && !is_drawn(&c.question) && c.likelihood.is_none());
    if let Some(choice) = open {
        evidence.push(asked(t, &choice.question));
    }
    let room = if open.is_some() || !likely.is_empty() { 1 } else { 2 };
    evidence.extend(likely);
    evidence.extend(leans(t, outcome, room));
    if let Some((_, text)) = fate::unvisited(t, outcome) {
        evidence.push(Evidence::new(true, text));
    }
    if let Some(found) = &gainsaid {
        let text = counters::told(t, found);
        evidence.push(Evidence::new(true, text));
    }
    evidence.extend(cut(t));
    let text = counters::reloaded(t, outcome);
    if !text.is_empty() && evidence.len() < MOST && gainsaid.is_none() {
        evidence.push(Evidence::new(true, text));
    }
    let Some(Turn { tone, headline, detail }) = turn else {
        let tone = fate::tone(&trace.fate);
        return Banner { tone, headline: headline(t, outcome), detail, evidence };
    };
    Banner { tone, headline, detail, evidence }
}

/// A question, with its answers.
fn asked(t: &Explained, q: &Question) -> Evidence {
    Evidence {
        answers: questions::answers(t, q),
        ..Evidence::new(false, questions::question(t, q))
    }
}

/// What is the same on how many branches.
fn alike(t: &Explained) -> Sentence {
    let Some(walk) = t.walk() else { return Sentence::new() };
    let siblings = t.siblings();
    let ends = |o: &usize| end_of(&walk.outcomes[*o].trace, &Question::PortChoice(None));
    let differ = siblings.windows(2).any(|pair| ends(&pair[0]) != ends(&pair[1]));
    if siblings.len() < 2 || differ && siblings.iter().any(|o| walk.outcomes[*o].unlikely() > 0) {
        return Sentence::new();
    }
    let random =
        siblings.iter().all(|o| walk.outcomes[*o].choices.iter().all(|c| is_chance(&c.question)));
    match (random, siblings.len()) {
        (true, 2) => say!(t.lang, SameBothRandom),
        (true, n) => say!(t.lang, SameAllRandom, count = n),
        (false, n) => say!(t.lang, SameAllWays, count = n),
    }
}

/// That there are more ways than were walked.
fn cut(t: &Explained) -> Option<Evidence> {
    let walk = t.walk().filter(|w| w.cut)?;
    let count = walk.outcomes.len();
    // Where chance alone parts them, nobody can answer for it; but it is known how much was left out.
    let walked: Option<f64> = walk.outcomes.iter().map(|o| o.weight).sum();
    let text = match walked {
        Some(walked) if walk.outcomes.iter().all(|o| o.from == 0) => {
            say!(t.lang, CutChances, count = count, share = percent((1.0 - walked).max(0.0)))
        }
        _ => say!(t.lang, CutWays, count = count),
    };
    Some(Evidence::new(false, text))
}

/// What the counter of the place that stopped the packet says. A counter of 0 that others gainsay says nothing.
fn counted(t: &Explained, fate: &Fate, gainsaid: Option<&Contradiction>) -> Sentence {
    let (count, policy) = match fate {
        Fate::Dropped(DroppedBy::Rule(rule)) | Fate::Rejected { rule, .. } => {
            (t.rules().rule(*rule).counters, false)
        }
        Fate::Dropped(DroppedBy::Policy(chain)) => (t.rules().chain(*chain).counters, true),
        _ => return Sentence::new(),
    };
    let Some(count) = count else { return Sentence::new() };
    let packets = count.packets;
    match (packets.value, policy) {
        (0, _) if gainsaid.is_some() => Sentence::new(),
        (0, _) => say!(t.lang, CounterZero),
        (_, true) => say!(t.lang, CounterPolicy, count = number(packets)),
        _ => say!(t.lang, CounterRule, count = number(packets)),
    }
}

/// A count as it was printed (`36M`).
fn number(c: chainwalk_model::Count) -> Arg {
    let short = match c.unit {
        1 => return Arg::Number(c.value),
        1_000 => format!("{}K", c.value / 1_000),
        1_000_000 => format!("{}M", c.value / 1_000_000),
        1_000_000_000 => format!("{}G", c.value / 1_000_000_000),
        unit => format!("{}T", c.value / unit),
    };
    Arg::Text(short)
}

impl From<chainwalk_model::Count> for Arg {
    fn from(c: chainwalk_model::Count) -> Self {
        number(c)
    }
}

fn depends(t: &Explained, split: &Fork) -> Banner {
    let lang = t.lang;
    let walk_outcome = |o: usize| t.walk().and_then(|w| w.outcomes.get(o));
    let (tone, headline) = decided(t, split);
    let many = split.branches.len() > SINGLE;
    let parts = if many { groups(t, split) } else { singly(t, split) };
    let detail = join(parts, if lang == Lang::Zh { "；" } else { "; " });
    let mut evidence = Vec::new();
    if !is_chance(&split.question) {
        evidence.push(asked(t, &split.question));
    }
    if let Some(outcome) = t.outcome() {
        let known = rewrites(t, outcome);
        let everywhere =
            t.siblings().into_iter().filter_map(walk_outcome).all(|o| rewrites(t, o) == known);
        if !known.is_empty() && everywhere {
            evidence.push(Evidence::new(true, known));
        }
        evidence.extend(likely_answers(t, outcome).into_iter().take(2));
        evidence.extend(leans(t, outcome, 1));
    }
    evidence.extend(cut(t));
    Banner { tone, headline, detail, evidence }
}

/// Whether a packet is stopped in an outcome, or what follows it is.
fn ends_badly(t: &Explained, outcome: usize) -> bool {
    let end = t.walk().and_then(|walk| walk.outcomes.get(outcome));
    end.is_some_and(|end| fate::tone(&end.trace.fate) == Tone::Stop) || trip::fails(t, outcome)
}

/// The ends of a few branches, each by the answer that leads to it.
fn singly(t: &Explained, split: &Fork) -> Vec<Sentence> {
    let lang = t.lang;
    let walk_outcome = |o: usize| t.walk().and_then(|w| w.outcomes.get(o));
    let mut parts = Vec::new();
    for branch in &split.branches {
        let Some(outcome) = walk_outcome(branch.outcome) else { continue };
        let likely = likeliest(t, &branch.outcomes);
        let inside: Vec<&Outcome> = likely.iter().filter_map(|o| walk_outcome(*o)).collect();
        let alike = inside
            .iter()
            .all(|o| end_of(&o.trace, &split.question) == end_of(&outcome.trace, &split.question));
        let end = if alike {
            let end = end_words(t, outcome);
            let round = t.trip_of(branch.outcome);
            run(round.map_or(end.clone(), |round| trip::end_with(t, end, &round)), Style::Strong)
        } else {
            further(t, &inside, outcome, split.at + branch.key.len())
        };
        parts.push(match (branch.weight, branch.answer()) {
            (Some(weight), _) => say!(lang, EndChance, weight = percent(weight), end = end),
            (None, Some(Answer::Yes)) if is_table(&split.question) => {
                say!(lang, EndAccepts, end = end)
            }
            (None, Some(Answer::No)) if is_table(&split.question) => {
                say!(lang, EndDrops, end = end)
            }
            (None, Some(Answer::Yes)) => say!(lang, EndYes, end = end),
            (None, Some(Answer::No)) => say!(lang, EndNo, end = end),
            (None, _) => say!(lang, EndElse, end = end),
        });
    }
    parts
}

/// The ends of many branches, each once with how many end so, the most frequent first.
fn groups(t: &Explained, split: &Fork) -> Vec<Sentence> {
    let lang = t.lang;
    let mut ends: Vec<(String, u32, Option<f64>)> = Vec::new();
    for branch in &split.branches {
        let inside = likeliest(t, &branch.outcomes);
        let mut words = inside.iter().filter_map(|o| t.walk()?.outcomes.get(*o)).map(|outcome| {
            let end = fate::short(t, &outcome.trace);
            match t.trip_of(branch.outcome).filter(|_| inside.len() == 1) {
                Some(round) => trip::end_with(t, end, &round),
                None => end,
            }
        });
        let Some(first) = words.next() else { continue };
        let end = if words.all(|w| w == first) { first } else { text!(lang, ShortUndecided) };
        match ends.iter_mut().find(|(e, ..)| *e == end) {
            Some((_, count, weight)) => {
                *count += 1;
                *weight = weight.zip(branch.weight).map(|(a, b)| a + b);
            }
            None => ends.push((end, 1, branch.weight)),
        }
    }
    ends.order_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    let all = split.ways();
    let told = ends.iter().take(SINGLE).map(|(end, count, weight)| {
        let end = run(end.clone(), Style::Strong);
        match weight {
            Some(weight) => say!(
                lang,
                EndGroupChance,
                count = *count,
                all = all,
                weight = percent(*weight),
                end = end
            ),
            None => say!(lang, EndGroup, count = *count, all = all, end = end),
        }
    });
    let mut told: Vec<Sentence> = told.collect();
    if ends.len() > SINGLE {
        told.push(say!(lang, EndMore, count = ends.len() - SINGLE));
    }
    if let Some(unwalked) = &split.unwalked {
        let (count, weight) = (unwalked.count, percent(unwalked.weight));
        told.push(say!(lang, EndUnwalked, count = count, weight = weight));
    }
    told
}

/// A branch that splits again: what it depends on next, and where NAT has sent the packet on every way.
fn further(t: &Explained, inside: &[&Outcome], outcome: &Outcome, next: usize) -> Sentence {
    let lang = t.lang;
    let rest = outcome.choices.get(next..).unwrap_or_default();
    let Some(next) = rest.iter().find(|c| !is_chance(&c.question) && c.likelihood.is_none()) else {
        return run(text!(lang, ShortUndecided), Style::Strong);
    };
    let what = what_decides(t, &next.question);
    let dst = fate::last_destination(&outcome.trace);
    let sent = &outcome.trace.sent.packet;
    let moved = dst != endpoint(sent.ip.dst, sent.dport())
        && inside.iter().all(|o| fate::last_destination(&o.trace) == dst);
    if moved {
        say!(lang, EndMoved, dst = dst, what = what)
    } else {
        say!(lang, EndDepends, what = what)
    }
}

fn is_table(q: &Question) -> bool {
    matches!(
        q,
        Question::Table(..)
            | Question::Chain(..)
            | Question::Policy(_)
            | Question::Unread(_)
            | Question::Beside(_)
    )
}

/// An end with its place: `rejected, FORWARD 6`, `forwarded out of docker0`.
fn end_words(t: &Explained, outcome: &Outcome) -> String {
    let mut out = fate::short(t, &outcome.trace);
    if matches!(class(&outcome.trace.fate), Class::Out) {
        out = text!(t.lang, EndTo, end = out, dst = fate::last_destination(&outcome.trace));
    }
    out
}

/// What NAT rewrote on the way, whatever the end.
fn rewrites(t: &Explained, outcome: &Outcome) -> Sentence {
    use chainwalk_model::Change;
    let mut parts = Vec::new();
    for step in &outcome.trace.steps {
        match &step.event {
            Event::Changed(Change::Dst { to, .. }) => {
                parts.push(say!(t.lang, SureDst, to = translated(to.0, to.1)));
            }
            Event::Changed(Change::Src { to, .. }) => {
                parts.push(say!(t.lang, SureSrc, to = to.0.to_string()));
            }
            _ => {}
        }
    }
    let mut out = join(parts, " · ");
    if out.is_empty() {
        push(&mut out, "", Style::Plain);
    }
    out
}
