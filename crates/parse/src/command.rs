//! A command line as people paste it with its output: prompt, program, arguments.

use crate::clean::Row;
use crate::names::{base, tables};
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
}

/// Where a command runs that another one runs elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// On another machine (`ssh`).
    Machine(String),
    /// In a container, a pod or a network namespace, which has rules and interfaces of its own.
    Part(String),
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
    let mut command = Command {
        name: program.text,
        table: None,
        family: None,
        backend: None,
        changes: false,
        arguments,
        words: Vec::new(),
        inside: inside(bare),
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

/// The row behind its prompt, and whether there was one.
pub(crate) fn unprompt(row: Row<'_>) -> (Row<'_>, bool) {
    let mut row = row.trim();
    let mut prompted = false;
    // `\[root@h\]#` is a prompt that an editor escaped.
    loop {
        let text = row.text;
        let mut chars = text.chars();
        let skip = match (chars.next(), chars.next()) {
            (Some('#'), _) => 1,
            (Some(c @ ('$' | '%' | '\u{27a9}' | '\u{279c}')), None | Some(' ' | '\t')) => {
                c.len_utf8()
            }
            _ => bracket(text).or_else(|| at_host(text)).or_else(|| shell(text)).unwrap_or(0),
        };
        if skip == 0 {
            return (row, prompted);
        }
        prompted = true;
        row = row.skip(skip).trim();
    }
}

/// `bash-5.1# `, `/ # `: a shell that does not name its host, as in a container.
fn shell(text: &str) -> Option<usize> {
    let end = text.find(['#', '$']).filter(|at| *at < 12)?;
    let before = text[..end].trim_end();
    let named = before == "/" || before.starts_with("bash-") || before.starts_with("sh-");
    (named && text[end + 1..].starts_with(' ')).then_some(end + 1)
}

/// The host that a prompt names: `root@gw:~# `, `[root@gw ~]# `.
pub(crate) fn host_of(row: Row<'_>) -> Option<&str> {
    let text = row.trim().text;
    let text = text.trim_start_matches('\\');
    let inner = match text.strip_prefix('[') {
        Some(inner) if bracket(text).is_some() => inner,
        None if at_host(text).is_some() => text,
        _ => return None,
    };
    let name = inner.split_once('@')?.1;
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    Some(&name[..end.unwrap_or(name.len())]).filter(|n| !n.is_empty())
}

/// Where the program of a command line runs.
fn inside(row: Row<'_>) -> Option<Inside> {
    let words: Vec<&str> = row.text.split_whitespace().take(24).collect();
    let words = words.strip_prefix(&["sudo"]).unwrap_or(&words);
    let (first, rest) = words.split_first()?;
    // The first word that is no option, and what follows; some options have a value.
    let operand = |rest: &[&str], valued: &[&str]| {
        let mut at = 0;
        while let Some(word) = rest.get(at).filter(|w| w.starts_with('-')) {
            at += if valued.contains(word) { 2 } else { 1 };
        }
        Some(((*rest.get(at)?).to_owned(), at + 1))
    };
    match (first.rsplit('/').next()?, rest) {
        ("docker" | "podman" | "nerdctl" | "crictl" | "lxc", ["exec", rest @ ..]) => {
            let valued = ["-u", "--user", "-e", "--env", "-w", "--workdir", "--detach-keys"];
            Some(Inside::Part(operand(rest, &valued)?.0))
        }
        ("kubectl" | "k" | "oc", rest) => {
            let at = rest.iter().position(|w| *w == "exec")?;
            let valued = ["-n", "--namespace", "-c", "--container"];
            Some(Inside::Part(operand(&rest[at + 1..], &valued)?.0))
        }
        ("ip", ["netns", "exec", name, ..] | ["-n" | "-netns", name, ..]) => {
            Some(Inside::Part((*name).to_owned()))
        }
        ("nsenter", rest) if !rest.is_empty() => {
            let target = rest.iter().skip_while(|w| !matches!(**w, "-t" | "--target")).nth(1);
            Some(Inside::Part(format!("nsenter {}", target.unwrap_or(&""))))
        }
        ("ssh", rest) => {
            let (name, at) = operand(rest, &["-p", "-i", "-o", "-l", "-F", "-J"])?;
            // Without a command it only opens the way for the prompts that follow.
            rest.get(at)?;
            Some(Inside::Machine(name.rsplit('@').next()?.to_owned()))
        }
        _ => None,
    }
}

/// `[root@host ~]# `, `\[root@host\]#`.
fn bracket(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[').or_else(|| text.strip_prefix("\\["))?;
    let close = inner.find(']').filter(|at| *at < 80)?;
    if !inner[..close].contains('@') {
        return None;
    }
    let after = &inner[close + 1..];
    let sign = after.starts_with(['#', '$', '%']);
    let at = text.len() - after.len();
    Some(at + usize::from(sign)).filter(|_| sign || after.starts_with(' '))
}

/// `root@host:~# `, `user@host $ `.
fn at_host(text: &str) -> Option<usize> {
    let end = text.find(['#', '$', '%']).filter(|at| *at < 80)?;
    let before = &text[..end];
    let after = text[end + 1..].chars().next();
    let user = before.split('@').next()?;
    let fits = before.contains('@')
        && !user.contains(char::is_whitespace)
        && before.split_whitespace().count() <= 2;
    (fits && after.is_none_or(char::is_whitespace)).then_some(end + 1)
}

/// Programs and words of a shell that run another program.
const WRAPPERS: [&str; 21] = [
    "sudo", "docker", "podman", "kubectl", "nsenter", "ssh", "watch", "time", "ip", "doas",
    "vagrant", "lxc", "nerdctl", "chroot", "for", "do", "exec", "run", "eval", "then", "if",
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
            let option = next.is_some_and(|t| t.starts_with('-') || t.starts_with('!'));
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
        "ifconfig" => rest <= 2,
        "brctl" => matches!(second, "show" | "showmacs"),
        "bridge" => matches!(second, "link" | "fdb" | "vlan"),
        "kubectl" | "k" => matches!(second, "get" | "describe" | "-n" | "exec" | "apply"),
        "docker" | "podman" => {
            matches!(second, "ps" | "network" | "inspect" | "container" | "exec" | "run" | "port")
        }
        "nft" => second == "list" || second.starts_with('-'),
        "ipset" => matches!(second, "save" | "list" | "-L" | "-S" | "-n"),
        "ss" | "netstat" => second.starts_with('-') || rest == 1,
        "sysctl" => rest >= 2 && !second.starts_with('='),
        "cat" if second.starts_with("/proc/sys/") => true,
        "route" => rest == 1 || second == "-n",
        "conntrack" => second.starts_with('-'),
        // Only a prompt tells these words from prose.
        "curl" | "ping" | "telnet" | "nc" | "dig" | "wget" | "traceroute" | "cat" | "hostname"
        | "uname" | "ls" | "cd" | "systemctl" | "service" | "ufw" | "firewall-cmd" | "grep"
        | "modprobe" | "lsmod" | "echo" | "exit" | "lsb_release" | "free" => prompted,
        "ssh" | "nsenter" | "lxc" | "nerdctl" | "crictl" | "oc" => {
            prompted && inside(row).is_some()
        }
        _ => false,
    };
    known.then(|| row.skip(word.start - row.start))
}

/// The arguments before a pipe or another command.
fn cut(row: Row<'_>) -> Row<'_> {
    let mut quoted = None;
    let mut blank = true;
    for (at, c) in row.text.char_indices() {
        match (quoted, c) {
            (None, '"' | '\'') => quoted = Some(c),
            (Some(q), c) if c == q => quoted = None,
            (None, '|' | ';') => return Row { text: &row.text[..at], start: row.start }.trim(),
            (None, '&') if row.text[at..].starts_with("&&") => {
                return Row { text: &row.text[..at], start: row.start }.trim();
            }
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
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<(&str, Option<&str>, bool)>) {
        let found = read(Row { text, start: 0 }, &Shell::default());
        let found = found.as_ref().map(|c| (c.name, c.table.as_deref(), c.changes));
        assert_eq!(found, expect);
    }

    #[test]
    fn prompts_and_wrappers_are_left_behind() {
        check("iptables -t nat -L -nv", Some(("iptables -t nat -L -nv", Some("nat"), false)));
        check("# iptables -nvL", Some(("iptables -nvL", Some("filter"), false)));
        check(
            "[root@h ~]# iptables -nvL -t nat",
            Some(("iptables -nvL -t nat", Some("nat"), false)),
        );
        check("\\[root@h\\]# iptables -S", Some(("iptables -S", Some("filter"), false)));
        check("root@h:~# iptables-save", Some(("iptables-save", None, false)));
        check("$ sudo /sbin/iptables -L", Some(("/sbin/iptables -L", Some("filter"), false)));
        check("docker exec c iptables -S", Some(("iptables -S", Some("filter"), false)));
        check("# kubectl get svc", Some(("kubectl get svc", None, false)));
        check("$IPTABLES -A INPUT -j DROP", Some(("$IPTABLES -A INPUT -j DROP", None, true)));
    }

    #[test]
    fn prose_is_no_command() {
        check("iptables has four tables", None);
        check("#1.查看filter表", None);
        check("# Generated by iptables-save v1.8.9", None);
        check("ip addresses are shown", None);
    }
}
