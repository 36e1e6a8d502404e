//! Dumps that somebody else's program folded up: lines escaped within one string, a dump that a page made one line of, rules in
//! the cells of a table of Markdown. What has to change so that each rule stands in a line of its own again.

mod calls;
mod columns;
mod one_line;
mod strings;
mod table;

use crate::clean::{Cut, Row};
use crate::names::is_tables;
use one_line::{VERBS, one_line};
use strings::{lines_of, strings};
use table::cells;

/// What is to change in a text.
pub(crate) fn unfold(text: &str) -> Vec<Cut> {
    let mut cuts = Vec::new();
    // A long text of short lines is looked through for single signs alone, which costs least.
    let has = |sign: u8| text.as_bytes().contains(&sign);
    let escaped = has(b'\\') && text.contains("\\n");
    let tabled =
        has(b'|') && (text.starts_with('|') || text.contains("\n|") || text.contains(" | prot"));
    let short = text.len() < SHORT;
    let commas = |line: &str| {
        line.matches(',').count() > 2 && line.contains("target") && line.contains("prot")
    };
    let tabled = tabled
        || short && text.contains('\u{2502}') && text.contains("target")
        || short && has(b',') && text.lines().any(commas);
    let owned = short && (text.contains("hain") || text.contains("CHAIN")) && columns::any(text);
    let picked = short && text.contains("target");
    let long = short || text.split('\n').any(|line| line.len() > LINE);
    let folded = long && VERBS.iter().any(|verb| text.contains(verb));
    let broken = has(b'<') && (text.contains("<br") || text.contains("<BR"));
    let bytes = text.as_bytes();
    let opens = |(at, _): (usize, &str)| matches!(bytes.get(at + 1), Some(b'"' | b' ' | b'i'));
    let listed = text.match_indices('[').any(opens) && PROGRAMS.iter().any(|p| text.contains(p));
    let elements =
        short && text.contains("elements = {") && ELLIPSES.iter().any(|e| text.contains(e));
    let glued = short && GLUED.iter().any(|g| text.contains(g));
    let differs = short && (text.contains("```diff") || text.contains("\n@@ -"));
    let called = short && calls::any(text);
    let shelled = short && SHELLS.iter().any(|shell| text.contains(shell));
    if ![
        glued, differs, escaped, tabled, folded, listed, broken, called, owned, picked, elements,
        shelled,
    ]
    .contains(&true)
    {
        return cuts;
    }
    let mut start = 0;
    let (mut table, mut own, mut left) = (None, None, None);
    let mut outer = calls::Outer::default();
    let strings = if escaped { strings(text) } else { Vec::new() };
    let mut strings = strings.iter().peekable();
    let mut behind = 0;
    for line in text.split('\n') {
        let row = Row { text: line, start };
        start += line.len() + 1;
        if row.start < behind {
            continue;
        }
        if called {
            let whole = calls::whole(text, row);
            if outer.call(whole, &mut cuts) {
                behind = whole.end() + 1;
                while strings.next_if(|(s, _)| s.start < behind).is_some() {}
                continue;
            }
        }
        if listed && list(row, &mut cuts) || broken && breaks(row, &mut cuts) {
            continue;
        }
        if differs && difference(row, &mut cuts) {
            continue;
        }
        if glued && part_glued(row, &mut cuts) {
            continue;
        }
        if shelled && shell(row, &mut cuts) {
            continue;
        }
        if elements {
            left_out(row, &mut cuts);
        }
        let mut opened = false;
        while let Some((string, _)) = strings.next_if(|(s, _)| s.start < start) {
            let quoted = string.text.len() < line.len();
            // An object in a line of its own is one of a log: what else it tells is not of the dump.
            let logged = quoted && line.starts_with('{') && line.trim_end().ends_with('}');
            let around = if logged {
                (row.start, row.end())
            } else {
                (string.start - usize::from(quoted), string.end() + usize::from(quoted))
            };
            lines_of(*string, around, &mut cuts);
            opened = true;
            if logged {
                while strings.next_if(|(s, _)| s.start < start).is_some() {}
            }
        }
        if opened {
            continue;
        }
        if owned && columns::own(row, &mut own, &mut cuts)
            || tabled && cells(row, &mut table, &mut cuts)
            || picked && !is_broken(text, start) && columns::picked(row, &mut left, &mut cuts)
        {
            continue;
        }
        if folded {
            one_line(row, &mut cuts);
        }
    }
    outer.end(text.len(), &mut cuts);
    cuts
}

/// Whether the last title of a listing stands in the line that begins here, where a mail broke the one above.
fn is_broken(text: &str, start: usize) -> bool {
    text.get(start..).and_then(|t| t.lines().next()).is_some_and(|l| l.trim() == "destination")
}

/// How a command begins that a shell of its own runs.
const SHELLS: [&str; 6] =
    ["sh -c '", "sh -c \"", "inline: '", "inline: \"", "inline => '", "inline => \""];

/// Takes the shell away from around commands that make rules; whether one was.
fn shell(row: Row<'_>, cuts: &mut Vec<Cut>) -> bool {
    let found = SHELLS.iter().filter_map(|s| Some((row.text.find(s)?, s.len())));
    let Some((at, len)) = found.min() else { return false };
    let (inner, quote) = (at + len, &row.text[at + len - 1..at + len]);
    let provisions = row.text[at..].starts_with("inline");
    let start = if provisions { 0 } else { row.text[..at].rfind(' ').map_or(0, |n| n + 1) };
    let Some(closed) = row.text[inner..].find(quote) else { return false };
    let text = &row.text[inner..inner + closed];
    let makes = is_tables(Row { text, start: row.start + inner });
    let behind = row.text[inner + closed + 1..].trim();
    let ends = behind.is_empty() || provisions && behind.starts_with(',');
    if !makes || !ends {
        return false;
    }
    let cut =
        |from: usize, to: usize| Cut { start: row.start + from, end: row.start + to, with: "" };
    cuts.push(cut(start, inner));
    cuts.push(cut(inner + closed, row.text.len()));
    true
}

/// A text of so many bytes is short.
const SHORT: usize = 1 << 16;

/// In a long text a dump in one line is longer than this.
const LINE: usize = 400;

/// Ends of rules right behind which the next line begins, as a page that lost its line ends has them.
const GLUED: [&str; 9] = [
    "ACCEPT-A ",
    "DROP-A ",
    "RETURN-A ",
    "MASQUERADE-A ",
    "prohibited-A ",
    "ACCEPTCOMMIT",
    "DROPCOMMIT",
    "RETURNCOMMIT",
    "MASQUERADECOMMIT",
];

/// Ends a line where another is glued to it; whether one is.
fn part_glued(row: Row<'_>, cuts: &mut Vec<Cut>) -> bool {
    let mut places: Vec<usize> = Vec::new();
    for glue in GLUED {
        let behind = if glue.ends_with("COMMIT") { "COMMIT".len() } else { "-A ".len() };
        places.extend(row.text.match_indices(glue).map(|(at, _)| at + glue.len() - behind));
    }
    places.sort_unstable();
    let cut = |at: &usize| Cut { start: row.start + at, end: row.start + at, with: "\n" };
    cuts.extend(places.iter().map(cut));
    !places.is_empty()
}

/// Takes a line of a difference for what it is afterwards; whether it changes. Lines of a save have marks of their own.
fn difference(row: Row<'_>, cuts: &mut Vec<Cut>) -> bool {
    let marked =
        |sign: char| row.text.strip_prefix(sign).is_some_and(|rest| rest.starts_with(['\t', ' ']));
    let end = if marked('-') { row.end() } else { row.start + 1 };
    let changes = marked('-') || marked('+');
    if changes {
        cuts.push(Cut { start: row.start, end, with: "" });
    }
    changes
}

/// What stands for what is left out.
const ELLIPSES: [&str; 2] = ["...", "\u{2026}"];

/// Elements of a set that are left out, `{ 1.2.3.4, ... }`, become one that is left open.
fn left_out(row: Row<'_>, cuts: &mut Vec<Cut>) {
    let Some((at, dots)) = ELLIPSES.iter().find_map(|e| Some((row.text.find(e)?, *e))) else {
        return;
    };
    let before = row.text[..at].trim_end_matches(['[', '<', ' ', '\t']);
    let behind = row.text[at + dots.len()..].trim_start_matches([']', '>', '.']);
    let listed = before.ends_with([',', '{'])
        && (before.contains("elements") || behind.contains('}'))
        || before.is_empty() && behind.trim_start().starts_with([',', '}']);
    if listed {
        let start = row.start + before.len();
        cuts.push(Cut { start, end: row.end() - behind.len(), with: " <others>" });
    }
}

/// Ends a line at each `<br>` within it; whether there is one.
fn breaks(row: Row<'_>, cuts: &mut Vec<Cut>) -> bool {
    let mut at = 0;
    while let Some(found) = row.text[at..].find("<br").or_else(|| row.text[at..].find("<BR")) {
        let start = at + found;
        let Some(len) = row.text[start..].find('>').filter(|len| *len < 7) else { break };
        at = start + len + 1;
        cuts.push(Cut { start: row.start + start, end: row.start + at, with: "\n" });
    }
    at > 0
}

/// How lists begin that are a command: `[ iptables, -F ]`, `CMD ["sh", "-c", …]`.
const PROGRAMS: [&str; 8] = [
    "[iptables",
    "[ iptables",
    "[\"iptables",
    "[ \"iptables",
    "[\"sh\"",
    "[\"/",
    "[ sh,",
    "[\"nft",
];

/// Makes a command of a list of its words; whether the row is one.
fn list(row: Row<'_>, cuts: &mut Vec<Cut>) -> bool {
    let row = row.trim();
    let Some(open) = row.text.find('[').filter(|_| PROGRAMS.iter().any(|p| row.text.contains(p)))
    else {
        return false;
    };
    let front = row.text[..open].trim();
    let keyed = front
        .split_whitespace()
        .all(|w| w == "-" || w.ends_with(':') || w.chars().all(|c| c.is_ascii_uppercase()));
    let Some(inner) =
        row.skip(open + 1).text.trim_end_matches(',').strip_suffix(']').filter(|_| keyed)
    else {
        return false;
    };
    let base = row.start + open + 1;
    cuts.push(Cut { start: row.start, end: base, with: "" });
    let mut cut = |start: usize, end: usize, with| {
        cuts.push(Cut { start: base + start, end: base + end, with });
    };
    let mut from = 0;
    let (mut quote, mut ends) = (None, Vec::new());
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, ',') => ends.push(at),
            _ => {}
        }
    }
    ends.push(inner.len());
    for end in ends {
        let item = &inner[from..end];
        let word = item.trim();
        // One of several words keeps its quotes.
        if word.len() > 1 && word.starts_with(['"', '\'']) && !word.contains(' ') {
            let at = from + (item.len() - item.trim_start().len());
            cut(at, at + 1, "");
            cut(at + word.len() - 1, at + word.len(), "");
        }
        if end < inner.len() {
            cut(end, end + 1, " ");
        }
        from = end + 1;
    }
    cuts.push(Cut { start: base + inner.len(), end: row.end(), with: "" });
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::Clean;
    use chainwalk_model::DocId;

    #[track_caller]
    fn check(text: &str, whole: &str) {
        let clean = Clean::new(DocId(0), text);
        let unfolded = clean.without(&unfold(&clean.text));
        assert_eq!(unfolded.text, whole);
        let rows = unfolded.lines().map(|r| unfolded.span(r.start, r.end()));
        assert!(rows.into_iter().all(|s| text.get(s.range()).is_some()));
    }

    #[test]
    fn lines_within_a_string_are_lines() {
        check(
            r#"  "rules": "*filter\n:INPUT DROP [0:0]\n-A INPUT -m comment --comment \"a b\" -j ACCEPT\nCOMMIT\n""#,
            "  \"rules\": \n*filter\n:INPUT DROP [0:0]\n-A INPUT -m comment --comment \"a b\" -j ACCEPT\nCOMMIT\n\n",
        );
        check(
            "b'-P INPUT DROP\\n-A INPUT -i lo -j ACCEPT\\n'",
            "b\n-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n\n",
        );
        let log = "{\"log\":\"-P INPUT DROP\\n\"}\n{\"log\":\"-A INPUT -i lo -j ACCEPT\\n\"}";
        check(log, "\n-P INPUT DROP\n\n\n\n-A INPUT -i lo -j ACCEPT\n\n");
        for text in [r"printf 'a\nb\n' > x", r"-A INPUT -m string --string '\n' -j DROP"] {
            check(text, text);
        }
    }

    #[test]
    fn a_dump_in_one_line_is_parted_among_many_short_ones() {
        let short = "not a rule\n".repeat(SHORT / 8);
        let rules: Vec<String> =
            (0..40).map(|n| format!("-A INPUT -s 10.0.0.{n} -j DROP")).collect();
        let start = "*filter :INPUT DROP [0:0]";
        let line = format!("{short}{start} {} COMMIT", rules.join(" "));
        check(&line, &format!("{short}*filter\n:INPUT DROP [0:0]\n{}\nCOMMIT", rules.join("\n")));
    }

    #[test]
    fn a_dump_in_one_line_is_parted() {
        check(
            "so: *filter :INPUT DROP [0:0] :X - [0:0] -A INPUT -j X [1:60] -A X -m comment --comment \"-A b -j c\" -j DROP COMMIT # Completed on Mon",
            "so:\n*filter\n:INPUT DROP [0:0]\n:X - [0:0]\n-A INPUT -j X\n[1:60] -A X -m comment --comment \"-A b -j c\" -j DROP\nCOMMIT\n# Completed on Mon",
        );
        check(
            "# iptables -S -P INPUT DROP -A INPUT -i lo -j ACCEPT",
            "# iptables -S\n-P INPUT DROP\n-A INPUT -i lo -j ACCEPT",
        );
        for text in ["iptables -A INPUT -A FORWARD -j ACCEPT", "iptables -A INPUT -P FORWARD DROP"]
        {
            check(text, text);
        }
        check(
            "-P INPUT DROP -N X -A INPUT -i lo -j ACCEPT",
            "-P INPUT DROP\n-N X\n-A INPUT -i lo -j ACCEPT",
        );
        check(
            "sudo iptables -P INPUT DROP sudo iptables -t nat -A POSTROUTING -j MASQUERADE",
            "sudo iptables -P INPUT DROP\nsudo iptables -t nat -A POSTROUTING -j MASQUERADE",
        );
        check(
            "iptables -P INPUT DROP iptables -t nat -A POSTROUTING -j MASQUERADE",
            "iptables -P INPUT DROP\niptables -t nat -A POSTROUTING -j MASQUERADE",
        );
        check(
            "Chain INPUT (policy DROP) target prot opt source destination ACCEPT tcp -- anywhere anywhere tcp dpt:22 DROP all -- 10.0.0.0/8 anywhere Chain X (0 references) target prot opt source destination",
            "Chain INPUT (policy DROP)\ntarget prot opt source destination\nACCEPT tcp -- anywhere anywhere tcp dpt:22\nDROP all -- 10.0.0.0/8 anywhere\nChain X (0 references)\ntarget prot opt source destination",
        );
    }

    #[test]
    fn what_is_no_dump_in_one_line_stays() {
        for text in [
            "put -A INPUT -p tcp -j ACCEPT before -A INPUT -j DROP and be done",
            "iptables -A INPUT -j X; iptables -A X -j DROP",
            "iptables -A INPUT -j X && iptables -A X -j DROP",
            "for i in 1 2; do iptables -A INPUT -j X; done",
            "root@a:~# iptables -A INPUT -j DROP",
            "-A INPUT -m comment --comment \"see -A X -j Y and -A Z -j W\" -j DROP",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_list_of_words_is_a_command() {
        check(
            "  - [ iptables, -A, INPUT, --ctstate, \"A,B\" ]",
            "   iptables  -A  INPUT  --ctstate  A,B ",
        );
        check("CMD [\"sh\", \"-c\", \"iptables -F && a\"]", "sh  -c  \"iptables -F && a\"");
        for text in ["[\"a\", \"b\"]", "see [iptables, nft] for more"] {
            check(text, text);
        }
    }

    /// The text unfolded, one blank between words.
    fn words(text: &str) -> String {
        let clean = Clean::new(DocId(0), text);
        let unfolded = clean.without(&unfold(&clean.text));
        let line = |l: &str| l.split_whitespace().collect::<Vec<_>>().join(" ");
        unfolded.text.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_table_with_columns_of_its_own_is_commands() {
        for (text, expect) in [
            (
                "id,chain,proto,source,dport,action\n1,INPUT,tcp,any,\"80,443\",ACCEPT\n2,input,TCP,10.0.0.0/8,25,deny\n3,FORWARD,all,,,DROP\n\nend",
                "\niptables -A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT\niptables -A INPUT -p tcp -s 10.0.0.0/8 --dport 25 -j DROP\niptables -A FORWARD -j DROP\n\nend",
            ),
            (
                "+----+-------+----------+--------+\n| id | chain | protocol | action |\n+----+-------+----------+--------+\n|  1 | INPUT | tcp      | DROP   |\n+----+-------+----------+--------+",
                "+----+-------+----------+--------+\n\n\niptables -A INPUT -p tcp -j DROP",
            ),
        ] {
            assert_eq!(words(text), expect);
        }
        for text in ["a,chain,b,c\n1,INPUT,tcp,x", "| chain | links | of | iron |"] {
            check(text, text);
        }
    }

    #[test]
    fn a_listing_with_columns_left_out_is_one_with_all() {
        assert_eq!(
            words(
                "target prot in source destination\nDROP tcp * 0.0.0.0/0 0.0.0.0/0 tcp dpt:25\n\nx"
            ),
            "target prot opt in out source destination\nDROP tcp -- * * 0.0.0.0/0 0.0.0.0/0 tcp dpt:25\n\nx"
        );
        assert_eq!(
            words("num pkts target prot source\n1 12 DROP tcp 10.0.0.1"),
            "num pkts bytes target prot opt source destination\n1 12 0 DROP tcp -- 10.0.0.1 anywhere"
        );
        let usual =
            "target     prot opt source               destination\nDROP all -- anywhere anywhere";
        check(usual, usual);
    }

    #[test]
    fn calls_of_other_languages_are_commands() {
        for (text, expect) in [
            (
                "subprocess.run([\"iptables\", \"-A\", \"INPUT\", \"-j\", \"DROP\"], check=True)",
                "iptables -A INPUT -j DROP",
            ),
            ("os.system('sudo iptables -F')", "sudo iptables -F"),
            ("    os.system(f\"iptables -A X -s {ip} -j DROP\")", "iptables -A X -s ${ip} -j DROP"),
            ("system(\"iptables -A X -s \" + ip + \" -j DROP\");", "iptables -A X -s $ip -j DROP"),
            (
                "cmd := exec.Command(\"/sbin/iptables\", \"-I\", \"X\", \"--dport\", port, \"-j\", \"DROP\")",
                "/sbin/iptables -I X --dport $port -j DROP",
            ),
            (
                "run(['iptables', '-A', 'X', '--dport', str(port), '--comment', 'a b'])",
                "iptables -A X --dport $port --comment \"a b\"",
            ),
            (
                "if on:\n    os.system(\"iptables -F X\")",
                "if on:\nif maybe; then iptables -F X; fi",
            ),
            (
                "for p in [22, 80]:\n    os.system(f\"iptables -A X --dport {p}\")\nend",
                "for p in 22  80; do\niptables -A X --dport ${p}\ndone\nend",
            ),
            (
                "def open():\n    os.system(\"iptables -F X\")\nos.system(\"iptables -F Y\")",
                "def open():\niptables -F X\niptables -F Y",
            ),
        ] {
            check(text, expect);
        }
        for text in [
            "print(\"iptables is here\")",
            "# os.system(\"iptables -F\")",
            "f(\"a\", \"iptables -F\")",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_table_of_markdown_is_a_listing() {
        let text = "| Num | Target | Prot | In | Source | Destination | |\n|---|:---:|---|---|---|---|---|\n| 1 | `ACCEPT` | tcp | | anywhere | | tcp dpt:22 |\nend";
        let clean = Clean::new(DocId(0), text);
        let listed = clean.without(&unfold(&clean.text));
        let rows: Vec<Vec<&str>> =
            listed.text.lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(rows[0].join(" "), "num target prot opt in out source destination");
        assert_eq!(rows[1].join(" "), "1 ACCEPT tcp -- * * anywhere anywhere tcp dpt:22");
        assert_eq!(rows[2], ["end"]);
        let drawn = "┌───┬───┐\n│ num │ target │ prot │ source │ destination │ │\n├───┼───┤\n│ 1 │ DROP │ tcp │ anywhere │ anywhere │ tcp dpt:25 │\n└───┘";
        let clean = Clean::new(DocId(0), drawn);
        let listed = clean.without(&unfold(&clean.text));
        let rows: Vec<Vec<&str>> =
            listed.text.lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(rows[1].join(" "), "num target prot opt source destination");
        assert_eq!(rows[2].join(" "), "1 DROP tcp -- anywhere anywhere tcp dpt:25");
        let other = "| a | b |\n|---|---|\n| 1 | 2 |";
        check(other, other);
    }
}
