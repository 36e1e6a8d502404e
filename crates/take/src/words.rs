//! A walk as Markdown: the answer, what speaks for it, and every step in a table, for a ticket or a post.
//!
//! Guarantees: nothing that a person pasted becomes markup; each step is one row.

use chainwalk::view::{self, Banner, Mark, Row, RowKind, Run, Sentence, Style, steers};
use chainwalk::{Played, Viewpoint};

/// The walk of the packet that is shown. Ends with a line feed.
pub fn markdown(played: &Played, from: &Viewpoint) -> String {
    let (banner, rows) = played.explain(from, |t| (view::banner(t), view::rows(t)));
    let mut out = answer(&banner);
    if !rows.is_empty() {
        out.push_str("\n| | | | |\n|---|---|---|---|\n");
    }
    for row in &rows {
        out.push_str(&table_row(row));
        for branch in &row.branches {
            let mark = if branch.followed { "→" } else { "" };
            let cells = [mark, "", &shown(&branch.label), &shown(&branch.fate)];
            out.push_str(&cells_of(&cells));
        }
    }
    out
}

fn answer(banner: &Banner) -> String {
    let mut out = format!("**{}**\n", set(&banner.headline, true));
    if !banner.detail.is_empty() {
        out.extend(["\n", &set(&banner.detail, false), "\n"]);
    }
    if !banner.evidence.is_empty() {
        out.push('\n');
    }
    for evidence in &banner.evidence {
        out.extend(["- ", &set(&evidence.text, false), "\n"]);
    }
    out
}

fn table_row(row: &Row) -> String {
    let mark = match row.mark {
        Mark::None => "",
        Mark::Yes => "✓",
        Mark::No => "–",
        Mark::Stop => "✗",
        Mark::Half => "%",
        Mark::Unknown => "?",
    };
    // A heading names the chain that the rules below it are of.
    let text = set(&row.text, false);
    let text =
        if row.kind == RowKind::Base { format!("**{}**", set(&row.text, true)) } else { text };
    let aside = shown(&row.aside);
    let reason = set(&row.reason, false);
    let why: Vec<&str> =
        [&reason, &aside].into_iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    cells_of(&[mark, &shown(&row.number), &text, &why.join(" · ")])
}

/// The cells of a row, in which a `|` would end one even within code.
fn cells_of(cells: &[&str]) -> String {
    let mut out = String::new();
    for cell in cells {
        out.push_str(if cell.is_empty() { "|" } else { "| " });
        out.extend([&cell.replace('|', "\\|"), " "]);
    }
    out + "|\n"
}

/// A sentence with its emphasis and its code; within what is strong already nothing is emphasised again.
fn set(sentence: &Sentence, strong: bool) -> String {
    sentence.iter().map(|run| set_run(run, strong)).collect()
}

fn set_run(run: &Run, strong: bool) -> String {
    match run.style {
        Style::Code | Style::Rewritten => code(&run.text),
        Style::Strong | Style::Stop | Style::Ok if !strong => around(&run.text, "**"),
        _ => shown(&run.text),
    }
}

/// The text between marks, which stand at its words: beside a space they would be text.
fn around(text: &str, marks: &str) -> String {
    let inner = text.trim();
    if inner.is_empty() {
        return text.to_owned();
    }
    let before = &text[..text.len() - text.trim_start().len()];
    let after = &text[text.trim_end().len()..];
    [before, marks, &shown(inner), marks, after].concat()
}

/// A text as itself: no character of it is markup.
fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' | '$' | '>' => {
                out.extend(['\\', c]);
            }
            '\n' | '\t' => out.push(' '),
            c if steers(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A text as code, between more backticks than stand in a row in it.
pub fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| {
            if c == '\n' || c == '\t' {
                ' '
            } else if steers(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    if text.trim().is_empty() {
        return text;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let marks = "`".repeat(longest + 1);
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    [&marks, space, &text, space, &marks].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::Scenario;
    use chainwalk::view::Lang;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    const PASTE: &str = "*filter\n:INPUT ACCEPT [0:0]\n-N a|b*c\n-A INPUT -j a|b*c\n\
        -A a|b*c -p udp -m comment --comment \"<img src=x> `x` | [a](javascript:x)\" -j DROP\n\
        -A a|b*c -p tcp -m string --string \"|``|\" --algo bm -j LOG\n\
        -A INPUT -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n";

    #[test]
    fn a_walk_is_a_table_and_nothing_pasted_is_markup() {
        let packets = vec!["nc 10.0.0.1 22 from 10.0.0.2 in eth0".into()];
        let mut scenario = Scenario { packets, ..Scenario::pasted(PASTE) };
        scenario.change_part(|part| part.facts.push("eth0=10.0.0.1/24".into()));
        let played = scenario.play();
        for lang in [Lang::En, Lang::Zh] {
            let from = Viewpoint { lang, packet: 0, raw_names: true };
            let rows = played.explain(&from, view::rows);
            let page = markdown(&played, &from);
            let (mut lines, mut code) = (0, String::new());
            let mut columns = Vec::new();
            for event in Parser::new_ext(&page, Options::ENABLE_TABLES) {
                match event {
                    Event::Start(Tag::TableRow) => columns.push(0),
                    Event::End(TagEnd::TableRow) => lines += 1,
                    Event::End(TagEnd::TableCell) => {
                        if let Some(count) = columns.last_mut() {
                            *count += 1;
                        }
                    }
                    Event::Code(text) => code.extend([&*text, "\n"]),
                    Event::Html(text) | Event::InlineHtml(text) => panic!("{text} in {page}"),
                    Event::Start(Tag::Link { .. } | Tag::Image { .. }) => {
                        panic!("a link in {page}")
                    }
                    _ => {}
                }
            }
            let branches: usize = rows.iter().map(|row| row.branches.len()).sum();
            assert_eq!(lines, rows.len() + branches, "{page}");
            assert!(columns.iter().all(|count| *count == 4), "{columns:?} {page}");
            assert!(page.contains("a\\|b"), "{page}");
        }
    }
}
