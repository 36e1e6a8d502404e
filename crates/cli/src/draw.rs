//! Problems under the lines they are about.

use chainwalk::Lines;
use chainwalk::view::Problem;
use std::fmt::Write as _;

/// Draws a problem: sentence, place, the line with carets under it, what to do. `above` lines stand above these
/// in the file.
pub(crate) fn problem(p: &Problem, name: &str, lines: &Lines, above: usize) -> String {
    let (line, column) = lines.position(p.span.start as usize);
    let range = lines.range(line);
    let line = above + line;
    let source = lines.text().get(range.clone()).unwrap_or_default();
    let from = (p.span.start as usize).clamp(range.start, range.end) - range.start;
    let to = (p.span.end as usize).clamp(range.start, range.end) - range.start;
    let before = source.get(..from).unwrap_or_default();
    let under = source.get(from..to.max(from)).unwrap_or_default();
    let margin = " ".repeat(line.to_string().len());
    let pad: String =
        before.chars().map(|c| if c == '\t' { "\t" } else { [" ", "  "][width(c) - 1] }).collect();
    let carets = "^".repeat(under.chars().map(width).sum::<usize>().max(1));
    let mut drawn = String::new();
    let _ = writeln!(drawn, "{}: {}", p.class, p.text);
    let _ = writeln!(drawn, "{margin}--> {name}:{line}:{column}");
    let _ = writeln!(drawn, "{margin} |");
    let _ = writeln!(drawn, "{line} | {source}");
    let _ = writeln!(drawn, "{margin} | {pad}{carets}");
    if let Some(hint) = &p.hint {
        let _ = writeln!(drawn, "{margin} = {hint}");
    }
    drawn
}

/// Terminal columns of a character: two for those of East Asian scripts.
fn width(c: char) -> usize {
    let wide = matches!(u32::from(c),
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe4f
        | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    if wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::model::{DocId, Span};

    #[test]
    fn carets_stand_under_the_span() {
        let text = "*filter\n\t规则 -A INPUT --dprot 80\n";
        let start = text.find("--dprot").unwrap_or_default();
        let p = Problem {
            class: "warning".into(),
            text: "What is this?".into(),
            hint: Some("Did you mean --dport?".into()),
            span: Span::new(DocId(0), start, start + 7),
        };
        let drawn = problem(&p, "rules.txt", &Lines::new(text), 0);
        let expect = "warning: What is this?\n --> rules.txt:2:14\n  |\n2 | \t规则 -A INPUT --dprot 80\n  | \t              ^^^^^^^\n  = Did you mean --dport?\n";
        assert_eq!(drawn, expect);
    }
}
