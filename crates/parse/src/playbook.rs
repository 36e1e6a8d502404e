//! Tasks of a playbook that make rules: `ansible.builtin.iptables`. Each becomes the command that its module runs.
//!
//! The words of a command stand where its values stand in the task. A task under a condition may have run or not.

use crate::clean::{Clean, Row};
use crate::command::Command;
use crate::word::Word;
use chainwalk_model::Family;

/// What a task does.
#[derive(Debug)]
pub(crate) enum Task<'a> {
    /// Commands of iptables, and the condition under which they ran.
    Runs(Vec<Command<'a>>, Option<Row<'a>>),
    /// Another program is told to make rules of its own.
    Other(&'static str),
}

/// Modules whose rules another program makes.
const OTHERS: [(&str, &str); 4] = [
    ("ufw", "ufw"),
    ("firewalld", "firewall-cmd"),
    ("iptables_state", "iptables-restore"),
    ("nftables", "nft"),
];

/// Options of iptables by the names that the module has for them.
const OPTIONS: [(&str, &str); 30] = [
    ("protocol", "-p"),
    ("source", "-s"),
    ("destination", "-d"),
    ("in_interface", "-i"),
    ("out_interface", "-o"),
    ("fragment", "-f"),
    ("match", "-m"),
    ("tcp_flags", "--tcp-flags"),
    ("syn", "--syn"),
    ("source_port", "--sport"),
    ("destination_port", "--dport"),
    ("destination_ports", "--dports"),
    ("ctstate", "--ctstate"),
    ("src_range", "--src-range"),
    ("dst_range", "--dst-range"),
    ("match_set", "--match-set"),
    ("limit", "--limit"),
    ("limit_burst", "--limit-burst"),
    ("uid_owner", "--uid-owner"),
    ("gid_owner", "--gid-owner"),
    ("icmp_type", "--icmp-type"),
    ("comment", "--comment"),
    ("jump", "-j"),
    ("goto", "-g"),
    ("gateway", "--gateway"),
    ("to_destination", "--to-destination"),
    ("to_source", "--to-source"),
    ("to_ports", "--to-ports"),
    ("reject_with", "--reject-with"),
    ("log_prefix", "--log-prefix"),
];

/// Options that a match of their own has to be named for.
const MODULES: [(&str, &str); 10] = [
    ("destination_ports", "multiport"),
    ("ctstate", "conntrack"),
    ("src_range", "iprange"),
    ("dst_range", "iprange"),
    ("match_set", "set"),
    ("limit", "limit"),
    ("limit_burst", "limit"),
    ("uid_owner", "owner"),
    ("gid_owner", "owner"),
    ("comment", "comment"),
];

/// What a task gives its module: a name, its value or values, and where these stand.
#[derive(Clone, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) name: &'a str,
    pub(crate) values: Vec<String>,
    pub(crate) row: Row<'a>,
}

/// What a playbook says of its tasks beside what they do.
pub(crate) fn is_beside(text: &str) -> bool {
    const KEYS: [&str; 12] = [
        "- name: ",
        "name: ",
        "become: ",
        "become_user: ",
        "- hosts: ",
        "hosts: ",
        "tasks:",
        "tags: ",
        "register: ",
        "notify: ",
        "gather_facts: ",
        "- become: ",
    ];
    KEYS.iter().any(|key| text.starts_with(key))
}

/// The module that a row names, without its collection, and what stands behind it.
fn module(text: &str) -> Option<(&str, &str)> {
    let (module, inline) = text.split_once(':')?;
    let base = module.rsplit('.').next().unwrap_or(module);
    let other = module.len() > base.len() && OTHERS.iter().any(|(name, _)| *name == base);
    let blank = inline.is_empty() || inline.starts_with(' ');
    ((base == "iptables" || other) && blank).then_some((base, inline))
}

/// Whether a row names a module that makes rules.
pub(crate) fn is_module(text: &str) -> bool {
    module(text.strip_prefix("- ").unwrap_or(text)).is_some()
}

/// The task whose module the first of the rows names, and how many rows it has.
pub(crate) fn task<'a>(clean: &Clean, rows: &[Row<'a>]) -> Option<(Task<'a>, usize)> {
    let first = *rows.first()?;
    let bare = first.text.strip_prefix("- ").unwrap_or(first.text).trim_start();
    let (module, inline) = module(bare)?;
    let other = OTHERS.iter().find(|(name, _)| *name == module);
    let indent = column(clean, first) + (first.text.len() - bare.len());
    let deeper = |r: &&Row<'_>| r.text.is_empty() || column(clean, **r) > indent;
    let inner = rows[1..].iter().take_while(deeper).count();
    let given = if inline.trim().is_empty() {
        pairs(clean, &rows[1..=inner])
    } else {
        pairs_in(first, inline)
    };
    if given.is_empty() {
        return None;
    }
    // Beside the module: what it hangs on, and what it is done for.
    let beside = |r: &&Row<'_>| {
        r.text.is_empty()
            || column(clean, **r) >= indent && !r.text.starts_with("- ")
            || column(clean, **r) > indent
    };
    let more = rows[1 + inner..].iter().take_while(beside).count();
    let own = pairs(clean, &rows[1 + inner..1 + inner + more]);
    let mut taken = 1 + inner + more;
    while taken > 1 && rows[taken - 1].text.is_empty() {
        taken -= 1;
    }
    if let Some((_, program)) = other {
        return Some((Task::Other(program), taken));
    }
    let condition = own.iter().find(|g| g.name == "when").map(|g| g.row);
    let items = own.iter().find(|g| matches!(g.name, "loop" | "with_items" | "with_list"));
    let commands = match items {
        Some(items) => {
            items.values.iter().filter_map(|i| command(first, &given, Some(i))).collect()
        }
        None => command(first, &given, None).into_iter().collect(),
    };
    Some((Task::Runs(commands, condition), taken))
}

/// In which column of its line a row begins.
pub(crate) fn column(clean: &Clean, row: Row<'_>) -> usize {
    let line = clean.text[..row.start].rfind('\n').map_or(0, |at| at + 1);
    row.start - line
}

/// A value without its quotes and what is said of it behind a `#`.
pub(crate) fn plain(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|v| v.split_once(quote)) {
            return inner;
        }
    }
    value.split(" #").next().unwrap_or(value).trim()
}

/// The values of a list in brackets, or a value.
pub(crate) fn values(text: &str) -> Vec<String> {
    let text = text.trim();
    match text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        Some((list, _)) => list.split(',').map(|v| plain(v).to_owned()).collect(),
        None => vec![plain(text).to_owned()],
    }
}

/// `name: value` and lists below a name.
fn pairs<'a>(clean: &Clean, rows: &[Row<'a>]) -> Vec<Given<'a>> {
    let mut found: Vec<Given<'a>> = Vec::new();
    let mut edge = None;
    for row in rows.iter().filter(|r| !r.text.is_empty() && !r.text.starts_with('#')) {
        let at = column(clean, *row);
        if let Some(item) = row.text.strip_prefix("- ") {
            if let Some(last) = found.last_mut() {
                last.values.push(plain(item).to_owned());
            }
            continue;
        }
        let Some((name, value)) = row.text.split_once(':') else { continue };
        if at > *edge.get_or_insert(at) {
            // `flags: [SYN]` below `tcp_flags:`.
            if let Some(last) = found.last_mut() {
                last.values.push(values(value).join(","));
            }
            continue;
        }
        let values = if value.trim().is_empty() { Vec::new() } else { values(value) };
        found.push(Given { name, values, row: *row });
    }
    found
}

/// `chain=INPUT policy=DROP`.
fn pairs_in<'a>(row: Row<'a>, text: &str) -> Vec<Given<'a>> {
    let at = row.text.len() - text.len();
    let pair = |word: Row<'a>| {
        let (name, value) = word.text.split_once('=')?;
        Some(Given { name, values: values(value), row: word })
    };
    let mut found: Vec<Given<'a>> = Vec::new();
    let rest = row.skip(at);
    let mut start = 0;
    let mut open = 0_i32;
    let ends = rest.text.char_indices().chain([(rest.text.len(), ' ')]);
    for (end, c) in ends {
        // `{{ item.port }}` holds blanks.
        open += i32::from(c == '{') - i32::from(c == '}');
        if c.is_whitespace() && (open <= 0 || end == rest.text.len()) {
            let word = Row { text: &rest.text[start..end], start: rest.start + start };
            found.extend(pair(word));
            start = end + c.len_utf8();
        }
    }
    found
}

/// The words of a command that a module runs, each where its value stands.
#[derive(Default)]
pub(crate) struct Typed<'a>(Vec<Word<'a>>);

impl<'a> Typed<'a> {
    /// Puts a word behind those that are there.
    pub(crate) fn push(&mut self, text: &str, (start, end): (usize, usize)) {
        self.0.push(Word { text: text.to_owned().into(), start, end, quoted: false });
    }

    /// Loads a match.
    pub(crate) fn load(&mut self, module: &str, at: (usize, usize)) {
        self.push("-m", at);
        self.push(module, at);
    }

    /// An option with its value, inverted where that begins with `!`.
    pub(crate) fn test(&mut self, option: &str, value: &str, at: (usize, usize)) {
        let bare = value.strip_prefix('!').map(str::trim_start);
        if bare.is_some() {
            self.push("!", at);
        }
        self.push(option, at);
        self.push(bare.unwrap_or(value), at);
    }

    /// The command, which the row stands for.
    pub(crate) fn command(
        self,
        row: Row<'a>,
        table: Option<String>,
        family: Family,
    ) -> Command<'a> {
        Command {
            name: row.text,
            table,
            family: Some(family),
            backend: None,
            changes: true,
            arguments: row,
            words: self.0,
            inside: None,
            stays: false,
        }
    }
}

/// The command that the module runs.
fn command<'a>(row: Row<'a>, given: &[Given<'a>], item: Option<&String>) -> Option<Command<'a>> {
    let filled = |value: &String| {
        let Some(item) = item else { return value.clone() };
        let whole = value.replace("{{ item }}", item).replace("{{item}}", item);
        // `{ port: 22, proto: tcp }`.
        let inner = item.trim_matches(['{', '}', ' ']);
        inner.split(',').filter_map(|p| p.split_once(':')).fold(whole, |text, (name, value)| {
            text.replace(&format!("{{{{ item.{} }}}}", name.trim()), plain(value))
        })
    };
    let of = |name: &str| given.iter().find(|g| g.name == name);
    let one = |name: &str| of(name).and_then(|g| g.values.first()).map(filled);
    let yes =
        |name: &str| one(name).is_some_and(|v| matches!(&*v.to_ascii_lowercase(), "true" | "yes"));
    let mut typed = Typed::default();
    let place =
        |name: &str| of(name).map_or((row.start, row.end()), |g| (g.row.start, g.row.end()));
    let chain = one("chain");
    let table = one("table");
    let family =
        if one("ip_version").as_deref() == Some("ipv6") { Family::Ip6 } else { Family::Ip };
    if let Some(table) = &table {
        typed.push("-t", place("table"));
        typed.push(table, place("table"));
    }
    let mut verb = |verb: &str| {
        typed.push(verb, place("chain"));
        if let Some(chain) = &chain {
            typed.push(chain, place("chain"));
        }
    };
    let absent = one("state").as_deref() == Some("absent");
    let rule = given.iter().any(|g| OPTIONS.iter().any(|(name, _)| *name == g.name));
    if yes("flush") {
        verb("-F");
    } else if let Some(policy) = one("policy") {
        verb("-P");
        typed.push(&policy, place("policy"));
    } else if yes("chain_management") && !rule {
        verb(if absent { "-X" } else { "-N" });
    } else {
        chain.as_ref()?;
        let inserts = one("action").as_deref() == Some("insert");
        verb(if absent {
            "-D"
        } else if inserts {
            "-I"
        } else {
            "-A"
        });
        if let Some(number) = one("rule_num").filter(|_| inserts && !absent) {
            typed.push(&number, place("rule_num"));
        }
        for (name, option) in OPTIONS {
            let Some(own) = of(name).filter(|g| !g.values.is_empty()) else { continue };
            let at = (own.row.start, own.row.end());
            let values: Vec<String> = own.values.iter().map(filled).collect();
            if let Some((_, module)) = MODULES.iter().find(|(of, _)| *of == name) {
                typed.load(module, at);
            }
            match (name, values.as_slice()) {
                ("syn", [value]) => match value.as_str() {
                    "match" => typed.push(option, at),
                    "negate" => {
                        typed.push("!", at);
                        typed.push(option, at);
                    }
                    _ => {}
                },
                ("match", several) => {
                    for value in several {
                        typed.push(option, at);
                        typed.push(value, at);
                    }
                }
                ("tcp_flags", [flags, set, ..]) => {
                    for text in [option, flags, set] {
                        typed.push(text, at);
                    }
                }
                (_, several) => {
                    typed.test(option, &several.join(","), at);
                    if name == "match_set" {
                        let flags = one("match_set_flags").unwrap_or_else(|| "src".into());
                        typed.push(&flags, place("match_set_flags"));
                    }
                }
            }
        }
    }
    Some(typed.command(row, table, family))
}
