//! The way back in words: whether an answer gets to the program that asked, and what stops it.

use crate::explained::Explained;
use crate::fate;
use crate::page::{Evidence, Sentence, Style, Tone};
use crate::places::place;
use crate::questions;
use crate::say::{Arg, Key, format, run, say, text};
use crate::sender::program;
use crate::terms::seen_conditions;
use crate::values::endpoint;
use chainwalk_model::{
    DroppedBy, Entry, Event, Fate, Hook, L4, Leg, LegKind, Outcome, Packet, RejectWith, RoundTrip,
    RuleId, Trace, TripEnd,
};
use serde::{Deserialize, Serialize};

/// What the way back makes of an answer that would be a good one.
pub(crate) struct Turn {
    pub(crate) tone: Tone,
    pub(crate) headline: Sentence,
    pub(crate) detail: Sentence,
}

/// A packet of the connection behind the one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegView {
    /// What it is (`answer (SYN/ACK)`).
    pub name: String,
    /// Its fate in a few words.
    pub fate: String,
    /// Its colour.
    pub tone: Tone,
    /// Whether it goes to the one who asked.
    pub back: bool,
}

/// The packets behind the one that is shown, in the outcome that is followed; none where it asks for no answer.
pub fn legs(t: &Explained) -> Vec<LegView> {
    let Some(trip) = t.trip() else { return Vec::new() };
    let view = |(at, leg): (usize, &Leg)| {
        let stray = trip.end == TripEnd::Stranger(at);
        let name = name(t, leg);
        let answers = matches!(leg.kind, LegKind::Reply | LegKind::Refusal);
        LegView {
            // By the name of its flags alone not everybody knows it for the answer.
            name: match &leg.trace.sent.packet.l4 {
                L4::Tcp(_) if answers => text!(t.lang, LegAnswerIs, name = name),
                _ => name,
            },
            fate: fate::short(t, &leg.trace),
            tone: if stray { Tone::Stop } else { fate::tone(&leg.trace.fate) },
            back: leg.kind.comes_back(),
        }
    };
    trip.legs.iter().enumerate().map(view).collect()
}

/// What a leg is called.
fn name(t: &Explained, leg: &Leg) -> String {
    let lang = t.lang;
    match (leg.kind, &leg.trace.sent.packet.l4) {
        (LegKind::Reply, L4::Tcp(_)) => "SYN/ACK".into(),
        (LegKind::Reply, L4::Icmp(_)) => text!(lang, LegEcho),
        (LegKind::Reply, _) => text!(lang, LegAnswer),
        (LegKind::Refusal, L4::Tcp(_)) => "RST".into(),
        (LegKind::Refusal, _) => text!(lang, LegError),
        (LegKind::Ack, _) => "ACK".into(),
        (LegKind::Data, _) => text!(lang, LegData),
        (LegKind::DataReply, _) => text!(lang, LegDataReply),
    }
}

/// Whether the packet gets where it is to go in an outcome, and what follows it does not.
pub(crate) fn fails(t: &Explained, outcome: usize) -> bool {
    let end = t.walk().and_then(|walk| walk.outcomes.get(outcome));
    let turned = end.zip(t.trip_of(outcome)).and_then(|(end, round)| turn(t, end, &round));
    turned.is_some_and(|turn| turn.tone == Tone::Stop)
}

/// The headline and what stands below it, where the way back says more than the way there.
pub(crate) fn turn(t: &Explained, outcome: &Outcome, trip: &RoundTrip) -> Option<Turn> {
    let lang = t.lang;
    let sent = &outcome.trace.sent.packet;
    let word = fate::word(lang, &outcome.trace);
    let last = outcome.trace.moments.last().map(|m| &m.packet)?;
    let dst = fate::last_destination(&outcome.trace);
    let asked = || endpoint(sent.ip.dst, sent.dport());
    Some(match &trip.end {
        TripEnd::Whole | TripEnd::Refused | TripEnd::Open(..) => return None,
        TripEnd::Stopped(at) => {
            let leg = trip.legs.get(*at)?;
            let (end, seen, what) = (end(t, &leg.trace), seen(t, leg), name(t, leg));
            let why = fate::why_of(t, &leg.trace);
            let key = match leg.kind {
                LegKind::Reply => Key::TripStopped,
                LegKind::Refusal => Key::TripUnrefused,
                _ => Key::TripStoppedLater,
            };
            let args: Vec<(&'static str, Arg)> = vec![
                ("word", word.into()),
                ("what", what.as_str().into()),
                ("end", end.into()),
                ("seen", seen.into()),
            ];
            let detail = match way(&leg.trace) {
                Some(by) => say!(lang, TripWhyBy, what = what, iface = by, why = why),
                None => say!(lang, TripWhy, what = what, why = why),
            };
            Turn { tone: Tone::Stop, headline: format(lang, key, args), detail }
        }
        TripEnd::Stranger(at) => {
            let leg = trip.legs.get(*at)?;
            let got = leg.trace.moments.last().map(|m| &m.packet)?;
            let what = name(t, leg);
            let headline =
                say!(lang, TripStranger, word = word, what = what.as_str(), seen = seen(t, leg));
            let (from, to) = (endpoint(got.ip.src, got.sport()), endpoint(got.ip.dst, got.dport()));
            let own = endpoint(sent.ip.src, sent.sport());
            let detail = if to == own {
                say!(lang, TripStrangerWhy, what = what, from = from, asked = asked())
            } else {
                say!(lang, TripStrayWhy, what = what, from = from, to = to, own = own)
            };
            Turn { tone: Tone::Stop, headline, detail }
        }
        TripEnd::Direct { iface } => {
            let (client, server) = (last.ip.src.to_string(), last.ip.dst.to_string());
            let seen = hangs(t, sent);
            Turn {
                tone: Tone::Stop,
                headline: say!(
                    lang,
                    TripDirect,
                    word = word,
                    dst = dst,
                    iface = &**iface,
                    seen = seen
                ),
                detail: say!(
                    lang,
                    TripDirectWhy,
                    client = client,
                    server = server,
                    iface = &**iface,
                    from = endpoint(last.ip.dst, last.dport()),
                    asked = asked()
                ),
            }
        }
        TripEnd::Ignored => Turn {
            tone: Tone::Stop,
            headline: say!(lang, TripIgnored, word = word),
            detail: if t.host.ignores_ping(last) {
                say!(lang, TripIgnoredAll)
            } else {
                say!(lang, TripIgnoredWhy)
            },
        },
        TripEnd::PrivateSource { src, iface } => {
            let src = src.to_string();
            Turn {
                tone: Tone::Depends,
                headline: say!(lang, TripPrivate, word = word, dst = dst, iface = &**iface),
                detail: say!(lang, TripPrivateWhy, src = src, iface = &**iface),
            }
        }
        TripEnd::UnheldSource { src, iface } => {
            let src = src.to_string();
            Turn {
                tone: Tone::Stop,
                headline: say!(
                    lang,
                    TripUnheld,
                    word = word,
                    dst = dst,
                    iface = &**iface,
                    seen = hangs(t, sent)
                ),
                detail: say!(lang, TripUnheldWhy, src = src, iface = &**iface),
            }
        }
        TripEnd::Payload(at, rule) => {
            let leg = trip.legs.get(*at)?;
            let (at, what) = (at_rule(t, *rule), seen_conditions(t.rules(), t.rules().rule(*rule)));
            let named = name(t, leg);
            Turn {
                tone: Tone::Depends,
                headline: say!(lang, TripPayload, word = word, what = named.as_str()),
                detail: say!(lang, TripPayloadWhy, name = named, at = at, what = what),
            }
        }
    })
}

/// What is to be said of the way back beside the headline.
pub(crate) fn evidence(t: &Explained, trip: &RoundTrip) -> Vec<Evidence> {
    let lang = t.lang;
    let mut out = Vec::new();
    match &trip.end {
        TripEnd::Whole => {
            let names: Vec<String> = trip.legs.iter().map(|l| name(t, l)).collect();
            let list = names.join(&text!(lang, ListComma));
            if !list.is_empty() {
                out.push(Evidence::new(true, say!(lang, TripWhole, list = list)));
            }
        }
        TripEnd::Open(at, question) => {
            let what = trip.legs.get(*at).map(|l| name(t, l)).unwrap_or_default();
            out.push(match question {
                Some(q) => Evidence {
                    answers: questions::answers(t, q),
                    ..Evidence::new(
                        false,
                        say!(lang, TripOpen, what = what, question = questions::question(t, q)),
                    )
                },
                None => Evidence::new(false, say!(lang, TripUnknown, what = what)),
            });
        }
        _ => {}
    }
    let tcp = trip.legs.iter().any(|l| l.kind == LegKind::Ack);
    for rule in &trip.later {
        let (at, what) = (at_rule(t, *rule), seen_conditions(t.rules(), t.rules().rule(*rule)));
        out.push(Evidence::new(
            false,
            if tcp {
                say!(lang, TripLater, at = at, what = what)
            } else {
                say!(lang, TripLaterOne, at = at, what = what)
            },
        ));
    }
    out
}

/// An end with what the way back says of it, for a list of ends.
pub(crate) fn end_with(t: &Explained, end: String, trip: &RoundTrip) -> String {
    let lang = t.lang;
    match &trip.end {
        TripEnd::Stopped(at) | TripEnd::Stranger(at) => match trip.legs.get(*at) {
            Some(leg) => {
                text!(
                    lang,
                    EndNoAnswer,
                    end = end,
                    what = name(t, leg),
                    fate = fate::short(t, &leg.trace)
                )
            }
            None => end,
        },
        TripEnd::Direct { .. } => text!(lang, EndDirect, end = end),
        TripEnd::Ignored => text!(lang, EndIgnored, end = end),
        TripEnd::UnheldSource { .. } => text!(lang, EndUnheld, end = end),
        TripEnd::PrivateSource { src, .. } => {
            text!(lang, EndPrivate, end = end, src = src.to_string())
        }
        TripEnd::Whole | TripEnd::Refused | TripEnd::Payload(..) | TripEnd::Open(..) => end,
    }
}

fn at_rule(t: &Explained, rule: RuleId) -> String {
    let (chain, number) = place(t.rules(), rule);
    format!("{chain} {number}")
}

/// The interface that a leg comes in by, where it comes from outside.
fn way(trace: &Trace) -> Option<&str> {
    match &trace.sent.entry {
        Entry::Wire { iface, .. } => Some(&**iface).filter(|name| *name != Entry::UNNAMED),
        Entry::Local { .. } => None,
    }
}

/// How a leg ends, behind `is`.
fn end(t: &Explained, trace: &Trace) -> Sentence {
    let lang = t.lang;
    let rules = t.rules();
    let text = match &trace.fate {
        Fate::Dropped(DroppedBy::Policy(chain)) => {
            text!(lang, EndByPolicy, chain = &*rules.chain(*chain).name)
        }
        Fate::Dropped(DroppedBy::Rule(rule)) => text!(lang, EndByRule, at = at_rule(t, *rule)),
        Fate::Rejected { rule, .. } => text!(lang, EndRejected, at = at_rule(t, *rule)),
        _ => fate::short(t, trace),
    };
    run(text, Style::Stop)
}

/// What the program that asked sees, where a leg does not arrive.
fn seen(t: &Explained, leg: &Leg) -> Sentence {
    let lang = t.lang;
    let program = program(t);
    if matches!(leg.kind, LegKind::Reply | LegKind::Refusal) {
        return hangs(t, &leg.trace.sent.packet);
    }
    let reset = matches!(leg.trace.fate, Fate::Rejected { with: RejectWith::TcpReset, .. });
    let asker = leg.kind == LegKind::Ack || leg.kind == LegKind::Data;
    let own = matches!(leg.trace.sent.entry, Entry::Local { .. })
        && leg
            .trace
            .steps
            .iter()
            .all(|s| !matches!(&s.event, Event::Hook(p) if p.hook == Hook::Input));
    match (program.is_empty(), reset && asker && !own) {
        (true, true) => say!(lang, TripReset),
        (false, true) => {
            say!(lang, HeadPrints, program = program, message = "Connection reset by peer")
        }
        (true, false) => say!(lang, TripHangsLater),
        (false, false) => say!(lang, TripProgramHangsLater, program = program),
    }
}

/// That no answer comes, in the words of the program or the protocol.
fn hangs(t: &Explained, packet: &Packet) -> Sentence {
    let lang = t.lang;
    let program = program(t);
    match (matches!(packet.l4, L4::Tcp(_)), program.is_empty()) {
        (true, true) => say!(lang, TripHangs),
        (true, false) => say!(lang, HeadHangs, program = program),
        (false, true) => say!(lang, TripSilence),
        (false, false) => say!(lang, HeadSilence, program = program),
    }
}
