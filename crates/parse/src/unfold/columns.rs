//! Tables of rules with columns of their own: what `awk` and `column -t` left of a listing, and what panels and CSV files show,
//! a rule in each line.

use super::table::{COLUMNS, column};
use crate::clean::{Cut, Row};
use chainwalk_model::builtin_names;

/// Whether a text may hold a table with a column for the chain.
pub(super) fn any(text: &str) -> bool {
    text.lines().any(|line| line.len() < 400 && header(Row { text: line, start: 0 }).is_some())
}

/// What a column says of a rule: the option that has its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Chain,
    Target,
    Option(&'static str),
    Ports,
    /// The tests of a listing in its own words: `tcp dpt:22 state NEW`.
    Rest,
    /// Nothing that a walk asks.
    Nothing,
}

/// Titles of columns, in lower case.
const TITLES: [(&str, Says); 49] = [
    ("chain", Says::Chain),
    ("target", Says::Target),
    ("action", Says::Target),
    ("policy", Says::Target),
    ("verdict", Says::Target),
    ("jump", Says::Target),
    ("table", Says::Option(" -t ")),
    ("prot", Says::Option(" -p ")),
    ("proto", Says::Option(" -p ")),
    ("protocol", Says::Option(" -p ")),
    ("in", Says::Option(" -i ")),
    ("iface", Says::Option(" -i ")),
    ("interface", Says::Option(" -i ")),
    ("in-interface", Says::Option(" -i ")),
    ("out", Says::Option(" -o ")),
    ("out-interface", Says::Option(" -o ")),
    ("source", Says::Option(" -s ")),
    ("src", Says::Option(" -s ")),
    ("source ip", Says::Option(" -s ")),
    ("from", Says::Option(" -s ")),
    ("destination", Says::Option(" -d ")),
    ("dst", Says::Option(" -d ")),
    ("dest", Says::Option(" -d ")),
    ("to", Says::Option(" -d ")),
    ("sport", Says::Option(" --sport ")),
    ("source port", Says::Option(" --sport ")),
    ("dport", Says::Ports),
    ("dst port", Says::Ports),
    ("dest port", Says::Ports),
    ("destination port", Says::Ports),
    ("port", Says::Ports),
    ("ports", Says::Ports),
    ("state", Says::Option(" -m conntrack --ctstate ")),
    ("options", Says::Rest),
    ("options/match", Says::Rest),
    ("opts", Says::Rest),
    ("extra", Says::Rest),
    ("match", Says::Rest),
    ("matches", Says::Rest),
    ("details", Says::Rest),
    ("opt", Says::Nothing),
    ("id", Says::Nothing),
    ("num", Says::Nothing),
    ("#", Says::Nothing),
    ("no", Says::Nothing),
    ("pkts", Says::Nothing),
    ("bytes", Says::Nothing),
    ("comment", Says::Nothing),
    ("description", Says::Nothing),
];

/// The signs between cells.
const SIGNS: [char; 6] = ['|', '\u{2502}', '\u{2503}', ',', ';', '\t'];

/// A table at hand: the sign between its cells, and what each column says.
#[derive(Debug)]
pub(super) struct Own {
    sign: char,
    says: Vec<Says>,
}

/// The cells of a row, without blanks and quotes at their ends.
fn cells(row: Row<'_>, sign: char) -> Vec<Row<'_>> {
    let row = row.trim();
    let framed = row.text.starts_with(sign) && !matches!(sign, ',' | ';' | '\t');
    let inner = if framed { row.skip(sign.len_utf8()) } else { row };
    let inner = match inner.text.strip_suffix(sign).filter(|_| framed) {
        Some(text) => Row { text, ..inner },
        None => inner,
    };
    let mut found = Vec::new();
    let (mut from, mut quoted) = (0, false);
    let mut push = |from: usize, to: usize| {
        let cell = Row { text: &inner.text[from..to], start: inner.start + from }.trim();
        let bare = cell.text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        found.push(bare.map_or(cell, |text| Row { text, start: cell.start + 1 }));
    };
    for (at, c) in inner.text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c == sign && !quoted => {
                push(from, at);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    push(from, inner.text.len());
    found
}

/// The table whose titles stand in a row, where each is known.
fn header(row: Row<'_>) -> Option<Own> {
    let sign = SIGNS.into_iter().find(|s| row.text.matches(*s).count() > 2)?;
    let says = |cell: &Row<'_>| {
        let title = cell.text.trim_matches(['*', '`', '"']).to_lowercase();
        TITLES.iter().find(|(name, _)| *name == title).map(|(_, says)| *says)
    };
    let says: Vec<Says> = cells(row, sign).iter().map(says).collect::<Option<_>>()?;
    let at = |what: Says| says.iter().position(|s| *s == what);
    let prot = at(Says::Option(" -p "));
    // Ports are of a protocol that was named before.
    let named = at(Says::Ports).is_none_or(|ports| prot.is_some_and(|prot| prot < ports));
    (at(Says::Chain).is_some() && at(Says::Target).is_some() && prot.is_some() && named)
        .then_some(Own { sign, says })
}

/// Makes a command of a row of such a table; whether it is one of it.
pub(super) fn own(row: Row<'_>, table: &mut Option<Own>, cuts: &mut Vec<Cut>) -> bool {
    let frame = |c: char| matches!(c, '|' | '-' | ':' | ' ' | '+' | '=' | '\u{2500}'..='\u{257f}');
    let whole = Cut { start: row.start, end: row.end(), with: "" };
    let Some(Own { sign, says }) = table else {
        *table = header(row);
        if table.is_some() {
            cuts.push(whole);
        }
        return table.is_some();
    };
    if !row.text.trim().is_empty() && row.text.chars().all(frame) {
        cuts.push(whole);
        return true;
    }
    let cells = cells(row, *sign);
    if cells.len() != says.len() {
        *table = None;
        return false;
    }
    let at = says.iter().position(|s| *s == Says::Chain).map_or("", |at| cells[at].text);
    if chain(at).is_none() && !at.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        return false;
    }
    cuts.push(Cut { start: row.start, end: row.start, with: "iptables" });
    let mut end = row.start;
    let mut cut = |start: usize, to: usize, with| {
        cuts.push(Cut { start, end: to, with });
    };
    for (cell, says) in cells.iter().zip(says) {
        let any = ["", "*", "-", "--", "any", "all", "anywhere", "0.0.0.0/0", "::/0"];
        if any.contains(&&*cell.text.to_lowercase()) {
            continue;
        }
        let (flag, value) = match says {
            Says::Nothing => continue,
            Says::Rest => {
                cut(end, cell.start, " ");
                end = cell.end();
                listed(*cell, &mut cut);
                continue;
            }
            Says::Chain => (" -A ", chain(cell.text)),
            Says::Target => (" -j ", target(cell.text)),
            Says::Option(flag) => (*flag, protocol(cell.text).filter(|_| *flag == " -p ")),
            Says::Ports if cell.text.contains(',') => (" -m multiport --dports ", None),
            Says::Ports => (" --dport ", None),
        };
        cut(end, cell.start, flag);
        end = cell.end();
        if let Some(value) = value {
            cut(cell.start, end, value);
        }
    }
    cut(end, row.end(), "");
    true
}

/// Puts what a listing says of a rule's tests into the words of a command. What is none of these stays, and is a test that
/// nobody knows.
fn listed(cell: Row<'_>, cut: &mut impl FnMut(usize, usize, &'static str)) {
    let mut words = cell.words().peekable();
    while let Some(word) = words.next() {
        let mut put = |len: usize, with| cut(word.start, word.start + len, with);
        let next = words.peek().map_or("", |w| w.text);
        match word.text {
            "tcp" | "udp" if next.contains("pt:") || next.contains("pts:") => put(3, ""),
            "state" => put(5, "-m state --state"),
            "ctstate" => put(7, "-m conntrack --ctstate"),
            "multiport" => put(9, "-m multiport"),
            "dports" => put(6, "--dports"),
            "sports" => put(6, "--sports"),
            "reject-with" => put(11, "--reject-with"),
            text if text.starts_with("to:") => put(3, "--to "),
            text => {
                let ports = [
                    ("dpt:", "--dport "),
                    ("dpts:", "--dport "),
                    ("spt:", "--sport "),
                    ("spts:", "--sport "),
                ];
                if let Some((name, with)) = ports.into_iter().find(|(n, _)| text.starts_with(*n)) {
                    put(name.len(), with);
                }
            }
        }
    }
}

/// A built-in chain in whatever case.
fn chain(text: &str) -> Option<&'static str> {
    let mut all = ["filter", "nat"].into_iter().flat_map(builtin_names);
    all.find(|name| name.eq_ignore_ascii_case(text))
}

/// A verdict in whatever case, or in a panel's word.
fn target(text: &str) -> Option<&'static str> {
    match &*text.to_lowercase() {
        "accept" | "allow" | "permit" => Some("ACCEPT"),
        "drop" | "deny" | "block" => Some("DROP"),
        "reject" => Some("REJECT"),
        _ => None,
    }
}

fn protocol(text: &str) -> Option<&'static str> {
    ["tcp", "udp", "icmp"].into_iter().find(|name| name.eq_ignore_ascii_case(text))
}

/// Puts into a row of a listing the columns that somebody left out; whether it is one of such a listing. `table` are the columns
/// that it has, by their places among all.
pub(super) fn picked(row: Row<'_>, table: &mut Option<Vec<usize>>, cuts: &mut Vec<Cut>) -> bool {
    let words: Vec<Row<'_>> = row.words().collect();
    let Some(first) = words.first() else {
        *table = None;
        return false;
    };
    let place = |word: &Row<'_>| {
        column(word.text).and_then(|found| COLUMNS.iter().position(|(name, ..)| *name == found.0))
    };
    let head = || -> Option<Vec<usize>> {
        let found: Vec<usize> = words.iter().map(place).collect::<Option<_>>()?;
        let rising = found.windows(2).all(|two| two[0] < two[1]);
        let has = |name: &str| found.iter().any(|at| COLUMNS[*at].0 == name);
        let usual = has("prot") && has("opt") && has("source") && has("destination");
        let usual = usual && has("in") == has("out") && has("pkts") == has("bytes");
        (rising && !usual && has("target") && (has("source") || has("prot"))).then_some(found)
    };
    let titles = head();
    if let Some(found) = &titles {
        *table = Some(found.clone());
    }
    let Some(columns) = table else { return false };
    if words.len() < columns.len() || first.text == "Chain" || row.text.contains("(policy") {
        return false;
    }
    let has = |name: &str| columns.iter().any(|at| COLUMNS[*at].0 == name);
    let wanted = |at: usize| match COLUMNS[at].0 {
        "num" | "target" => false,
        "pkts" => has("bytes"),
        "bytes" => has("pkts"),
        "in" => has("out"),
        "out" => has("in"),
        _ => true,
    };
    let mut from = 0;
    let mut put = |from: usize, to: usize, place: usize| {
        for (at, (title, _, empty)) in COLUMNS.iter().enumerate().take(to).skip(from) {
            if wanted(at) {
                let with = if titles.is_some() { spaced(title) } else { empty };
                cuts.push(Cut { start: place, end: place, with });
            }
        }
    };
    for (word, at) in words.iter().zip(columns.iter()) {
        put(from, *at, word.start);
        from = at + 1;
    }
    let end = words[columns.len() - 1].end();
    put(from, COLUMNS.len(), end);
    if has("opt") && !has("destination") && titles.is_none() {
        // A window cut it off, and with it what the rule tests.
        cuts.push(Cut { start: end, end: row.end(), with: " (cut-off)" });
    }
    true
}

/// A title with blanks around it.
fn spaced(title: &str) -> &'static str {
    const SPACED: [&str; 10] = [
        " num ",
        " pkts ",
        " bytes ",
        " target ",
        " prot ",
        " opt ",
        " in ",
        " out ",
        " source ",
        " destination ",
    ];
    SPACED.into_iter().find(|s| s.trim() == title).unwrap_or(" ")
}
