//! A line of the paste as the eye reads it: what fades, and what stands out.

use std::ops::Range;

/// How a piece of a line is set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tint {
    /// Fades: counters, headings, columns that say "anything".
    Faint,
    /// Stands out: a chain's or a table's name.
    Strong,
}

/// The tints of one line, by the shapes that `iptables -nvL` and `iptables-save` print.
pub fn tints(line: &str) -> Vec<(Range<usize>, Tint)> {
    let words: Vec<Range<usize>> = words(line);
    let word = |n: usize| words.get(n).map_or("", |r| &line[r.clone()]);
    let counter = |text: &str| {
        let digits = text.strip_suffix(['K', 'M', 'G', 'T']).unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    match word(0) {
        "Chain" | "-A" | "-N" if words.len() > 1 => vec![(words[1].clone(), Tint::Strong)],
        "pkts" | "num" | "target" => vec![(0..line.len(), Tint::Faint)],
        first if first.starts_with('*') || first.starts_with(':') => {
            vec![(words[0].clone(), Tint::Strong)]
        }
        first if first.starts_with('#') => vec![(0..line.len(), Tint::Faint)],
        first if counter(first) && counter(word(1)) && words.len() > 8 => vec![
            (words[0].start..words[1].end, Tint::Faint),
            (words[3].start..words[8].end, Tint::Faint),
        ],
        _ => Vec::new(),
    }
}

fn words(line: &str) -> Vec<Range<usize>> {
    line.split_whitespace()
        .map(|word| {
            let start = word.as_ptr() as usize - line.as_ptr() as usize;
            start..start + word.len()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[(&str, Tint)]) {
        let found: Vec<_> =
            tints(line).into_iter().map(|(range, tint)| (&line[range], tint)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tints_what_people_look_for() {
        check("Chain INPUT (policy ACCEPT)", &[("INPUT", Tint::Strong)]);
        check(
            " 12K   3M ACCEPT  tcp  --  *  *  0.0.0.0/0  0.0.0.0/0  tcp dpt:22",
            &[("12K   3M", Tint::Faint), ("tcp  --  *  *  0.0.0.0/0  0.0.0.0/0", Tint::Faint)],
        );
        check("-A INPUT -j ACCEPT", &[("INPUT", Tint::Strong)]);
        check("说明文字", &[]);
    }
}
