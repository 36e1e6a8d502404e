//! Answers to what a walk asked, as they are said beside a paste: `policy=filter:INPUT:drop`,
//! `holds=filter:INPUT:3.1:yes`. What is written reads back as the same.

use crate::oneline::{Word, bad, did_you_mean, missing, protocol};
use chainwalk_model::{About, Diagnostic, Expected, Family, proto};

/// The words before `=`.
pub(crate) const KEYS: [&str; 8] =
    ["chain", "policy", "holds", "inset", "passes", "blank", "first", "nolisten"];
const ACCEPTS: [&str; 2] = ["accept", "drop"];
const HOLDS: [&str; 2] = ["yes", "no"];

/// What is answered, and whether with yes. `key` is one of [`KEYS`].
pub(crate) fn read(key: &str, value: Word<'_>) -> Result<(About, bool), Diagnostic> {
    Ok(match key {
        "chain" => {
            let (before, yes) = split_end(value, ACCEPTS)?;
            let (family, table, chain) = place(before)?;
            (About::Chain(family, table.into(), chain.into()), yes)
        }
        "policy" => {
            let (before, yes) = split_end(value, ACCEPTS)?;
            let (family, table, chain) = place(before)?;
            (About::Policy(family, table.into(), chain.into()), yes)
        }
        "holds" => {
            let (before, yes) = split_end(value, HOLDS)?;
            let Some(at) = before.text.rfind(':') else {
                return Err(bad(before, vec![Expected::Literal("filter:INPUT:1".into())]));
            };
            let (family, table, chain) = place(before.until(at))?;
            let number = before.from(at + 1);
            let (rule, op) = match number.split('.') {
                Some((rule, op)) => (rule, Some(int(op)?)),
                None => (number, None),
            };
            let about = About::Test {
                family,
                table: table.into(),
                chain: chain.into(),
                number: int(rule)?,
                op,
            };
            (about, yes)
        }
        "inset" => {
            let (before, yes) = split_end(value, HOLDS)?;
            (About::InSet(some(before)?.into()), yes)
        }
        "blank" => {
            let (before, yes) = split_end(value, HOLDS)?;
            let form = || vec![Expected::Literal("YOUR_IP:192.0.2.50".into())];
            let Some((name, value)) = before.split(':') else { return Err(bad(before, form())) };
            (About::Blank(some(name)?.into(), some(value)?.into()), yes)
        }
        "first" => {
            let (before, yes) = split_end(value, HOLDS)?;
            let (family, table, chain) = place(before)?;
            (About::First(family, table.into(), chain.into()), yes)
        }
        "passes" => (About::Passes(some(value)?.into()), true),
        _ => {
            let form = || vec![Expected::Literal("tcp:80".into())];
            let Some((word, port)) = value.split(':') else { return Err(bad(value, form())) };
            let Some(proto @ (proto::TCP | proto::UDP)) = protocol(word.text) else {
                return Err(bad(word, form()));
            };
            let port = port.text.parse().map_err(|_| bad(port, vec![Expected::Port]))?;
            (About::Listener(proto, port), false)
        }
    })
}

/// Writes an answer as [`read`] reads it, key and all.
pub(crate) fn text(about: &About, yes: bool) -> String {
    let accepts = if yes { "accept" } else { "drop" };
    let holds = if yes { "yes" } else { "no" };
    let at = |family: &Family, table: &str, chain: &str| match family {
        Family::Ip => format!("{table}:{chain}"),
        other => format!("{}:{table}:{chain}", other.word()),
    };
    match about {
        About::Chain(family, table, chain) => {
            format!("chain={}:{accepts}", at(family, table, chain))
        }
        About::Policy(family, table, chain) => {
            format!("policy={}:{accepts}", at(family, table, chain))
        }
        About::Test { family, table, chain, number, op } => {
            let op = op.map_or_else(String::new, |op| format!(".{op}"));
            format!("holds={}:{number}{op}:{holds}", at(family, table, chain))
        }
        About::InSet(name) => format!("inset={name}:{holds}"),
        About::Blank(name, value) => format!("blank={name}:{value}:{holds}"),
        About::First(family, table, chain) => {
            format!("first={}:{holds}", at(family, table, chain))
        }
        About::Passes(name) => format!("passes={name}"),
        About::Listener(proto, port) => {
            let word = if *proto == proto::UDP { "udp" } else { "tcp" };
            format!("nolisten={word}:{port}")
        }
    }
}

/// What stands before the last colon, and whether the first or the second of `words` stands behind it.
fn split_end<'a>(value: Word<'a>, words: [&str; 2]) -> Result<(Word<'a>, bool), Diagnostic> {
    let expected = || words.map(|w| Expected::Literal(w.into())).to_vec();
    let Some(at) = value.text.rfind(':') else {
        return Err(missing(value.start + value.text.len(), expected()));
    };
    let (before, last) = (value.until(at), value.from(at + 1));
    if let Some(which) = words.iter().position(|w| w.eq_ignore_ascii_case(last.text)) {
        return Ok((before, which == 0));
    }
    let mut problem = bad(last, expected());
    problem.hint = did_you_mean(last.text, &words);
    Err(problem)
}

/// `TABLE:CHAIN`, with a family before it where it is not IPv4.
fn place(value: Word<'_>) -> Result<(Family, &str, &str), Diagnostic> {
    let form = || vec![Expected::Literal("filter:INPUT".into())];
    let Some((first, rest)) = value.split(':') else { return Err(bad(value, form())) };
    let family = Family::named(first.text);
    let (family, table, chain) = match (family, rest.split(':')) {
        (Some(family), Some((table, chain))) => (family, table, chain),
        _ => (Family::Ip, first, rest),
    };
    Ok((family, some(table)?, some(chain)?))
}

fn some(word: Word<'_>) -> Result<&str, Diagnostic> {
    if word.text.is_empty() {
        return Err(missing(word.start, vec![Expected::Literal("NAME".into())]));
    }
    Ok(word.text)
}

fn int<T: std::str::FromStr>(word: Word<'_>) -> Result<T, Diagnostic> {
    word.text.parse().map_err(|_| bad(word, vec![Expected::Number]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{assumption, assumption_text};

    #[test]
    fn answers_read_back_as_they_are_written() {
        for text in [
            "chain=filter:FORWARD:accept",
            "chain=ip6:filter:KUBE-FORWARD:drop",
            "policy=filter:INPUT:drop",
            "policy=ip6:raw:PREROUTING:accept",
            "holds=filter:INPUT:3.1:yes",
            "holds=ip6:mangle:a:b:12:no",
            "inset=blocked:no",
            "inset=a:b:yes",
            "blank=YOUR_IP:192.0.2.50:no",
            "blank=x.x.x.x:fd00::1:yes",
            "first=inet:own:input:no",
            "passes=ip xfrm policy",
            "nolisten=udp:53",
        ] {
            assert_eq!(assumption_text(&assumption(text).unwrap()), text);
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (text, place) in [
            ("policy=filter:INPUT:maybe", "maybe"),
            ("holds=filter:INPUT:x:yes", "x"),
            ("holds=yes:no", "yes"),
            ("chain=filter:drop", "filter"),
            ("nolisten=icmp:1", "icmp"),
            ("nolisten=tcp:http", "http"),
        ] {
            let problem = assumption(text).unwrap_err();
            assert_eq!(&text[problem.span.range()], place, "{text}");
            assert!(!problem.expected.is_empty(), "{text}");
        }
        for text in ["policy=", "inset=:yes", "passes=", "holds=::1:yes", "chain=:::drop"] {
            assert!(assumption(text).is_err(), "{text}");
        }
    }
}
