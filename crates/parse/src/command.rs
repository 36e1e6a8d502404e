//! A command line as people paste it with its output: prompt, program, arguments.

use crate::blank::at_start;
use crate::clean::Row;
use crate::inside::{Inside, inside};
use crate::names::{base, is_verb, tables};
pub(crate) use crate::prompt::unprompt;
use crate::shell::Shell;
use crate::word::{self, Word};
use chainwalk_model::{Backend, Family};

/// A command line.
#[derive(Clone, Debug)]
pub(crate) struct Command<'a> {
    /// The program and its arguments, without prompt.
    pub(crate) name: &'a str,
    /// The table that its output, or its change, is of.
    pub(crate) table: Option<String>,
    /// The family, if it is iptables or one of its kin.
    pub(crate) family: Option<Family>,
    /// Which iptables it is, if its name tells.
    pub(crate) backend: Option<Backend>,
    /// Whether it changes rules.
    pub(crate) changes: bool,
    /// What stands behind the program's name.
    pub(crate) arguments: Row<'a>,
    /// The same in words, variables filled in.
    pub(crate) words: Vec<Word<'a>>,
    /// Where it runs, if that is not where the prompt is.
    pub(crate) inside: Option<Inside>,
    /// Whether it opens a shell there, to which the lines that follow are typed.
    pub(crate) stays: bool,
}

impl Command<'_> {
    /// The table that it changes: without `-t` that is filter.
    pub(crate) fn changed_table(&self) -> &str {
        self.table.as_deref().unwrap_or("filter")
    }
}

/// Reads a command line of a script; `None` if the row is none.
pub(crate) fn read<'a>(row: Row<'a>, shell: &Shell) -> Option<Command<'a>> {
    let (bare, prompted) = unprompt(row);
    let program = program(bare, prompted, shell)?;
    let mut words = program.words();
    let first = words.next()?;
    let said = shell.program(first.text);
    // `IPT="sudo iptables -w"`: the program is the word that names one.
    let mut own: Vec<&str> = said.split_whitespace().collect();
    let at = own.iter().position(|w| tables(base(w)).is_some()).unwrap_or(0);
    let name = own.get(at).map_or(first.text, |w| base(w));
    own.drain(..own.len().min(at + 1));
    let arguments = cut(program.skip(first.end() - program.start).trim());
    let (inside, stays) = inside(bare).map_or((None, false), |(at, stays)| (Some(at), stays));
    let mut command = Command {
        name: program.text,
        table: None,
        family: None,
        backend: None,
        changes: false,
        arguments,
        words: Vec::new(),
        inside,
        stays,
    };
    let given = own.into_iter().map(|w| Word {
        text: w.to_owned().into(),
        start: first.start,
        end: first.end(),
        quoted: false,
    });
    command.words = given.chain(shell.expand(word::words(arguments))).collect();
    let Some((family, backend, saves)) = tables(name) else { return Some(command) };
    command.family = Some(family);
    command.backend = backend;
    let mut lists = saves;
    let mut words = command.words.iter().map(|w| &*w.text);
    while let Some(word) = words.next() {
        match word {
            "-t" | "--table" => command.table = words.next().map(Into::into),
            "--list" | "--list-rules" => lists = true,
            "-A" | "-I" | "-D" | "-R" | "-N" | "-P" | "-F" | "-X" | "-E" | "--append"
            | "--insert" | "--delete" | "--replace" | "--new-chain" | "--policy" | "--flush"
            | "--delete-chain" => {
                command.changes = true;
            }
            word => {
                if let Some(table) = word.strip_prefix("--table=") {
                    command.table = Some(table.into());
                }
                let short = word.starts_with('-') && !word.starts_with("--");
                lists |= short && word.contains(['L', 'S']) && !command.changes;
            }
        }
    }
    // Without `-t`, a save text names its tables itself and a list is of filter.
    if lists && !saves && command.table.is_none() {
        command.table = Some("filter".into());
    }
    Some(command)
}

/// Programs and words of a shell that run another program.
const WRAPPERS: [&str; 21] = [
    "sudo", "docker", "podman", "kubectl", "nsenter", "ssh", "watch", "time", "ip", "doas",
    "vagrant", "lxc", "nerdctl", "chroot", "for", "do", "exec", "run", "eval", "then", "if",
];

/// What ufw is told to do.
const UFW: [&str; 10] = [
    "allow", "deny", "reject", "limit", "route", "delete", "insert", "default", "enable", "disable",
];

/// The row from the program on, wrappers such as `sudo` left behind; `None` if it is no command.
fn program<'a>(row: Row<'a>, prompted: bool, shell: &Shell) -> Option<Row<'a>> {
    let words: Vec<Row<'_>> = row.words().take(16).collect();
    let first = words.first()?;
    let name = |text: &str| -> String { text.rsplit('/').next().unwrap_or(text).to_owned() };
    let wrapped = WRAPPERS.contains(&name(first.text).as_str());
    for (n, word) in words.iter().enumerate() {
        if n > 0 && !wrapped {
            break;
        }
        let said = shell.program(word.text);
        if said.split_whitespace().any(|w| tables(base(w)).is_some()) {
            let next = words.get(n + 1).map(|w| w.text);
            let save = said.ends_with("save") || said.ends_with("restore");
            // `"$@"` are the words that a function is given.
            let given = |t: &str| matches!(t, "$@" | "\"$@\"" | "$*") && shell.program(t) != t;
            let option = next.is_some_and(|t| t.starts_with(['-', '!']) || given(t));
            let alone = next.is_none_or(|t| matches!(t, "|" | ">" | ">>" | ";" | "<"));
            if option || (save && (alone || prompted)) {
                return Some(row.skip(word.start - row.start));
            }
            return None;
        }
    }
    let skip = usize::from(matches!(first.text, "sudo" | "doas"));
    let word = words.get(skip)?;
    let second = words.get(skip + 1).map_or("", |w| w.text);
    let rest = words.len() - skip;
    let known = match name(word.text).as_str() {
        "ip" => {
            let objects = [
                "a", "addr", "address", "r", "route", "rule", "ru", "link", "l", "neigh", "n",
                "netns",
            ];
            second.starts_with('-') || objects.contains(&second)
        }
        "ifconfig" => rest <= 2 || words[skip + 1..].iter().take(2).any(|w| w.text == "|"),
        "brctl" => matches!(second, "show" | "showmacs"),
        "bridge" => matches!(second, "link" | "fdb" | "vlan"),
        "kubectl" | "k" => matches!(second, "get" | "describe" | "-n" | "exec" | "apply"),
        "docker" | "podman" => {
            let known = ["ps", "network", "inspect", "container", "exec", "run", "port", "attach"];
            known.contains(&second)
        }
        "nft" => second.starts_with(['-', '\'', '"']) || is_verb(second),
        "ipset" => matches!(second, "save" | "list" | "-L" | "-S" | "-n"),
        "ss" | "netstat" => second.starts_with('-') || rest == 1,
        "sysctl" => rest >= 2 && !second.starts_with('='),
        "cat" if second.starts_with("/proc/sys/") => true,
        "route" => rest == 1 || second == "-n",
        "conntrack" => second.starts_with('-'),
        "ufw" if rest >= 2 && (skip == 1 || UFW.contains(&second)) => true,
        "firewall-cmd" if rest >= 2 && second.starts_with("--") => true,
        // Only a prompt tells these words from prose.
        "curl" | "ping" | "telnet" | "nc" | "dig" | "wget" | "traceroute" | "cat" | "hostname"
        | "uname" | "ls" | "cd" | "systemctl" | "service" | "ufw" | "firewall-cmd" | "grep"
        | "modprobe" | "lsmod" | "echo" | "exit" | "logout" | "lsb_release" | "free" | "su"
        | "bash" | "sh" => prompted,
        "ssh" | "nsenter" | "lxc" | "incus" | "nerdctl" | "crictl" | "oc" => {
            prompted && inside(row).is_some()
        }
        _ => false,
    };
    known.then(|| row.skip(word.start - row.start))
}

/// The arguments before a pipe or another command.
pub(crate) fn cut(row: Row<'_>) -> Row<'_> {
    let mut quoted = None;
    let mut blank = true;
    let mut escaped = false;
    for (at, c) in row.text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quoted, c) {
            (None, '\\') => escaped = true,
            (None, '"' | '\'') => quoted = Some(c),
            (Some(q), c) if c == q => quoted = None,
            (None, '|' | ';') => return Row { text: &row.text[..at], start: row.start }.trim(),
            (None, '&') if row.text[at..].starts_with("&&") => {
                return Row { text: &row.text[..at], start: row.start }.trim();
            }
            (None, '<') if blank && at_start(&row.text[at..]).is_some() => {}
            (None, '>' | '<') if blank => {
                return Row { text: &row.text[..at], start: row.start }.trim();
            }
            (None, '2') if blank && row.text[at..].starts_with("2>") => {
                return Row { text: &row.text[..at], start: row.start }.trim();
            }
            _ => {}
        }
        blank = c.is_whitespace();
    }
    row
}

#[cfg(test)]
mod tests;
