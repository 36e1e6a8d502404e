//! The pasted text as lines, and each line in pieces: what fades, what stands out, what is underlined.
//!
//! Offsets are bytes of the text that is given. Pieces of a line, put together, are the line.

use std::ops::Range;

/// The byte range of each line, without its end. A text without a line end is one line.
pub fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices('\n') {
        let end = if text[start..at].ends_with('\r') { at - 1 } else { at };
        lines.push(start..end);
        start = at + 1;
    }
    lines.push(start..text.len());
    lines
}

/// The index of the line that holds byte `at`.
pub fn line_of(lines: &[Range<usize>], at: usize) -> usize {
    lines.partition_point(|line| line.start <= at).saturating_sub(1)
}

/// How a piece is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tint {
    /// As the text around it.
    #[default]
    Plain,
    /// Fades: counters, headings, columns that say "anything".
    Faint,
    /// Stands out: a chain's or a table's name.
    Strong,
}

/// A stretch of the text that something is wrong with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Where.
    pub at: Range<usize>,
    /// The class of the problem.
    pub class: String,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece<'a> {
    /// Its text.
    pub text: &'a str,
    /// How it is set.
    pub tint: Tint,
    /// The class of the problem that it is part of.
    pub problem: Option<&'a str>,
}

/// The pieces of the line at `line` of `text`.
pub fn pieces<'a>(text: &'a str, line: &Range<usize>, flaws: &'a [Flaw]) -> Vec<Piece<'a>> {
    let words = &text[line.clone()];
    let tints = tints(words);
    let bad: Vec<_> =
        flaws.iter().filter(|f| f.at.start <= line.end && f.at.end >= line.start).collect();
    let mut cuts: Vec<usize> = vec![line.start, line.end];
    cuts.extend(tints.iter().flat_map(|(r, _)| [line.start + r.start, line.start + r.end]));
    for flaw in &bad {
        cuts.push(flaw.at.start.clamp(line.start, line.end));
        cuts.push(flaw.at.end.clamp(line.start, line.end));
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts.retain(|at| text.is_char_boundary(*at));
    cuts.windows(2)
        .map(|cut| Piece {
            text: &text[cut[0]..cut[1]],
            tint: tints
                .iter()
                .find(|(r, _)| r.contains(&(cut[0] - line.start)))
                .map_or(Tint::Plain, |(_, tint)| *tint),
            problem: bad
                .iter()
                .find(|f| f.at.start <= cut[0] && cut[1] <= f.at.end)
                .map(|f| f.class.as_str()),
        })
        .collect()
}

/// The tints of one line, by the shapes that `iptables -nvL` and `iptables-save` print.
fn tints(line: &str) -> Vec<(Range<usize>, Tint)> {
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

    #[test]
    fn lines_end_before_their_ends() {
        assert_eq!(lines("a\r\nbc\n"), [0..1, 3..5, 6..6]);
        assert_eq!(lines("").len(), 1);
        let found = lines("a\nbc\n\nd");
        assert_eq!([0, 1, 2, 4, 5, 6].map(|at| line_of(&found, at)), [0, 0, 1, 1, 2, 3]);
    }

    #[track_caller]
    fn check(line: &str, expected: &[(&str, Tint)]) {
        let pieces = pieces(line, &(0..line.len()), &[]);
        let found: Vec<_> =
            pieces.iter().filter(|p| p.tint != Tint::Plain).map(|p| (p.text, p.tint)).collect();
        assert_eq!(found, expected);
        assert_eq!(pieces.iter().map(|p| p.text).collect::<String>(), line);
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

    #[test]
    fn a_problem_is_cut_out_where_it_stands() {
        let text = "one\n-A X -j WAT\n";
        let flaws = [Flaw { at: 12..15, class: "warning".into() }];
        let found = pieces(text, &lines(text)[1], &flaws);
        let bad: Vec<_> = found.iter().filter(|p| p.problem.is_some()).map(|p| p.text).collect();
        assert_eq!(bad, ["WAT"]);
    }

    #[test]
    fn offsets_inside_a_character_cut_nothing() {
        let text = "防火墙";
        let flaws = [Flaw { at: 1..5, class: "note".into() }];
        let found = pieces(text, &(0..text.len()), &flaws);
        assert_eq!(found.iter().map(|p| p.text).collect::<String>(), text);
    }
}
