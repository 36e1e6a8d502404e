//! The whole answer as plain text, for the command line.

use crate::explained::Explained;
use crate::facts::unpasted;
use crate::leans::lean;
use crate::page::{Lang, Mark, Row, RowKind};
use crate::say::{plain, text};
use crate::{banner, rows};

/// Stands for an empty line.
const BLANK: &str = "\n";

/// The banner, the walk with its reasons indented, then what it depends on and what was assumed.
/// Ends with a line break.
pub fn words(t: &Explained) -> String {
    let b = banner(t);
    let mut out = String::new();
    let mut line = |indent: usize, text: &str| {
        if !text.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(text.trim_end_matches(BLANK));
            out.push('\n');
        }
    };
    line(0, &plain(&b.headline));
    line(0, &plain(&b.detail));
    for e in &b.evidence {
        let mark = if e.certain { "+" } else { "~" };
        let answers: Vec<String> =
            e.answers.iter().map(|(label, assume)| format!("{label}: {assume}")).collect();
        let asked =
            if answers.is_empty() { String::new() } else { format!(" [{}]", answers.join(" | ")) };
        line(2, &format!("{mark} {}{asked}", plain(&e.text)));
    }
    let walked = rows(t);
    if !walked.is_empty() {
        line(0, BLANK);
    }
    for row in &walked {
        line(indent(row), &one(t.lang, row));
        for b in &row.branches {
            let mark = if b.followed { ">" } else { " " };
            let parts = [b.label.as_str(), b.weight.as_str(), b.fate.as_str()];
            let said: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
            line(indent(row) + 4, &format!("{mark} {}", said.join("  ")));
        }
    }
    let assumed = assumed(t);
    if !assumed.is_empty() {
        line(0, BLANK);
        line(0, &text!(t.lang, WordsAssumed));
        for text in assumed {
            line(2, &format!("~ {text}"));
        }
    }
    out
}

fn indent(row: &Row) -> usize {
    2 * row.depth as usize + usize::from(row.kind != RowKind::Base && row.depth == 0) * 2
}

fn one(lang: Lang, row: &Row) -> String {
    let mark = match row.mark {
        Mark::None => "",
        Mark::Yes => "✓ ",
        Mark::No => "· ",
        Mark::Stop => "✗ ",
        Mark::Half => "% ",
        Mark::Unknown => "? ",
    };
    let number = if row.number.is_empty() { String::new() } else { format!("{} ", row.number) };
    let mut out = format!("{mark}{number}{}", plain(&row.text));
    if !row.reason.is_empty() {
        out.push_str(if lang == Lang::Zh { "——" } else { " — " });
        out.push_str(&plain(&row.reason));
    }
    if !row.aside.is_empty() {
        out.extend(["  (", &row.aside, ")"]);
    }
    out
}

/// Everything the walk assumed, and the tables that were taken as empty.
fn assumed(t: &Explained) -> Vec<String> {
    let Some(outcome) = t.outcome() else { return Vec::new() };
    let mut seen = Vec::new();
    let mut out = Vec::new();
    for step in std::iter::once(&outcome.trace).chain(&outcome.replies).flat_map(|tr| &tr.steps) {
        for l in &step.assumed {
            if !seen.contains(&l) && !matches!(l, chainwalk_model::Assumed::EmptyTable(..)) {
                seen.push(l);
                out.push(plain(&lean(t, l).text));
            }
        }
    }
    let missing = unpasted(t.host);
    if !missing.is_empty() && !t.host.complete.rules {
        out.push(text!(t.lang, WordsUnpasted, tables = missing.join(", ")));
    }
    out
}
