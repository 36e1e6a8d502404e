//! Diagnostics as sentences: what is wrong there, what was expected, what to do.

use crate::page::{Lang, Problem};
use crate::say::{Key, plain, say, text};
use chainwalk_model::{Diagnostic, DiagnosticId, Expected, Hint, Severity};

/// The problems of a paste, in its order. `docs` are the texts that the spans count in.
pub fn problems(found: &[Diagnostic], docs: &[&str], lang: Lang) -> Vec<Problem> {
    found
        .iter()
        .map(|d| {
            let text = docs.get(d.span.doc.0 as usize).and_then(|t| t.get(d.span.range()));
            let mut problem = problem(d, text, lang);
            if let Some(key) = of_a_command(d) {
                problem.text.push_str(&plain(&crate::say::format(lang, key, Vec::new())));
            }
            problem
        })
        .collect()
}

/// The problems of the packet line; spans count in `text`.
pub fn packet_problems(found: &[Diagnostic], text: &str, lang: Lang) -> Vec<Problem> {
    found.iter().map(|d| problem(d, text.get(d.span.range()), lang)).collect()
}

/// So much of a paste is quoted in a sentence.
const QUOTE: usize = 60;

fn problem(d: &Diagnostic, at: Option<&str>, lang: Lang) -> Problem {
    let class = match d.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let words = if d.found.is_empty() { at.unwrap_or_default() } else { &d.found };
    let words = words.trim();
    let line = words.lines().next().unwrap_or_default().trim_end();
    let mut quoted: String = line.chars().take(QUOTE).collect();
    if quoted.len() < words.len() {
        quoted.push('…');
    }
    let mut sentence = plain(&what(d, &quoted, lang));
    let listed = matches!(d.id, DiagnosticId::SeveralHosts | DiagnosticId::WhichHost);
    if !d.expected.is_empty() && !listed {
        let list: Vec<String> = d.expected.iter().map(|e| expected(e, lang)).collect();
        sentence.push_str(&if d.id == DiagnosticId::PartOfTable {
            // The line itself is right; others are missing beside it.
            text!(lang, ProblemLacks, what = list.join(&text!(lang, ListComma)))
        } else {
            text!(lang, ProblemExpected, what = list.join(&text!(lang, ExpectedOr)))
        });
    }
    Problem {
        class: class.into(),
        text: sentence,
        hint: d.hint.as_ref().map(|h| hint(h, lang)),
        span: d.span,
    }
}

/// What becomes of a line that iptables refuses: a command changes nothing, and no dump can hold it.
fn of_a_command(d: &Diagnostic) -> Option<Key> {
    let wrong = matches!(
        d.id,
        DiagnosticId::UnknownOption | DiagnosticId::BadValue | DiagnosticId::Missing
    );
    match (d.id, d.severity) {
        (DiagnosticId::Refused, Severity::Error) => Some(Key::ProblemRefusedNothing),
        (DiagnosticId::Refused, _) => Some(Key::ProblemRefusedOpen),
        (_, Severity::Error) if wrong => Some(Key::ProblemChangesNothing),
        _ => None,
    }
}

fn what(d: &Diagnostic, found: &str, lang: Lang) -> crate::page::Sentence {
    let key = match d.id {
        DiagnosticId::Empty => return crate::say::format(lang, Key::ProblemEmpty, Vec::new()),
        DiagnosticId::NothingRecognised => {
            return crate::say::format(lang, Key::ProblemNothing, Vec::new());
        }
        DiagnosticId::UnknownMatch => return say!(lang, ProblemUnknownMatch, found = found),
        DiagnosticId::UnknownTarget => return say!(lang, ProblemUnknownTarget, found = found),
        DiagnosticId::UnknownOption => return say!(lang, ProblemUnknownOption, found = found),
        DiagnosticId::BadValue => return say!(lang, ProblemBadValue, found = found),
        DiagnosticId::Missing if found.is_empty() => Key::ProblemMissingHere,
        DiagnosticId::Missing => return say!(lang, ProblemMissing, found = found),
        DiagnosticId::MissingChain => return say!(lang, ProblemMissingChain, found = found),
        DiagnosticId::ChainLoop => return say!(lang, ProblemChainLoop, found = found),
        DiagnosticId::UndeclaredChain => return say!(lang, ProblemUndeclared, found = found),
        DiagnosticId::PartOfTable => return say!(lang, ProblemPart, found = found),
        DiagnosticId::HiddenInterfaces => Key::ProblemHidden,
        DiagnosticId::Contradiction => return say!(lang, ProblemContradiction, found = found),
        DiagnosticId::SeveralHosts => {
            return say!(lang, ProblemSeveralHosts, found = found, hosts = words(&d.expected));
        }
        DiagnosticId::WhichHost => {
            return say!(lang, ProblemWhichHost, hosts = words(&d.expected));
        }
        DiagnosticId::TableTwice => return say!(lang, ProblemTwice, found = found),
        DiagnosticId::NoSuchRule => return say!(lang, ProblemNoSuchRule, found = found),
        DiagnosticId::BadLine => return say!(lang, ProblemBadLine, found = found),
        DiagnosticId::PassedOver => return say!(lang, ProblemPassedOver, count = found),
        DiagnosticId::RowsLeftOut => return say!(lang, ProblemRowsLeftOut, found = found),
        DiagnosticId::LeftOpen => return say!(lang, ProblemLeftOpen, found = found),
        DiagnosticId::Refused => return say!(lang, ProblemRefused, found = found),
        DiagnosticId::AliasAsInterface => return say!(lang, ProblemAlias, found = found),
        DiagnosticId::TurnsText => return say!(lang, ProblemTurns, found = found),
        DiagnosticId::Prose => return say!(lang, ProblemProse, found = found),
        DiagnosticId::NotModelled => return say!(lang, ProblemNotModelled, found = found),
        DiagnosticId::NoSuchHost => return say!(lang, ProblemNoSuchHost, found = found),
        DiagnosticId::NoSuchMoment => return say!(lang, ProblemNoSuchMoment, found = found),
        DiagnosticId::UnknownName => return say!(lang, ProblemUnknownName, found = found),
        DiagnosticId::NotUsedYet => return say!(lang, ProblemNotUsedYet, found = found),
        DiagnosticId::GivenTwice => return say!(lang, ProblemGivenTwice, found = found),
        DiagnosticId::NewerForm => Key::ProblemNewerForm,
    };
    crate::say::format(lang, key, Vec::new())
}

/// Names as they stand.
fn words(list: &[Expected]) -> String {
    let word = |e: &Expected| match e {
        Expected::Literal(word) => Some(word.to_string()),
        _ => None,
    };
    list.iter().filter_map(word).collect::<Vec<_>>().join(", ")
}

fn expected(e: &Expected, lang: Lang) -> String {
    let key = match e {
        Expected::Literal(word) => return format!("“{word}”"),
        Expected::Address => Key::ExpectedAddress,
        Expected::AddressOrToldName => Key::ExpectedToldName,
        Expected::Network => Key::ExpectedNetwork,
        Expected::Port => Key::ExpectedPort,
        Expected::PortOrRange => Key::ExpectedPortOrRange,
        Expected::Number => Key::ExpectedNumber,
        Expected::User => Key::ExpectedUser,
        Expected::Protocol => Key::ExpectedProtocol,
        Expected::Interface => Key::ExpectedInterface,
        Expected::IcmpType => Key::ExpectedIcmpType,
        Expected::CtState => Key::ExpectedCtState,
        Expected::AddrType => Key::ExpectedAddrType,
        Expected::Mark => Key::ExpectedMark,
        Expected::Rate => Key::ExpectedRate,
        Expected::Target => Key::ExpectedTarget,
        Expected::Chain => Key::ExpectedChain,
        Expected::Option => Key::ExpectedOption,
        Expected::Text => Key::ExpectedText,
        Expected::EndOfLine => Key::ExpectedEndOfLine,
        Expected::Dump => Key::ExpectedDump,
        Expected::Packet => Key::ExpectedPacket,
    };
    plain(&crate::say::format(lang, key, Vec::new()))
}

fn hint(h: &Hint, lang: Lang) -> String {
    match h {
        Hint::DidYouMean(word) => text!(lang, HintMean, word = &**word),
        Hint::Paste(command) => text!(lang, HintPaste, command = &**command),
        Hint::NeedsProtocol => text!(lang, HintProtocol),
        Hint::ChooseHost => text!(lang, HintHost),
        Hint::InTable { chain, table } => {
            text!(lang, HintTable, chain = &**chain, table = &**table)
        }
    }
}
