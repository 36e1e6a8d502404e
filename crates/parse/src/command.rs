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
pub(crate) fn cut(row: Row<'_>) -> Row<'_> {
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

    fn row(text: &str) -> Row<'_> {
        Row { text, start: 0 }
    }

    #[test]
    fn prompts_of_every_shell() {
        for (text, rest, host) in [
            ("# a", "a", None),
            ("#a", "a", None),
            ("$ a", "a", None),
            ("% a", "a", None),
            ("$", "", None),
            ("\u{279c} a", "a", None),
            ("root@gw:~# a", "a", Some("gw")),
            ("user@gw-1 $ a", "a", Some("gw-1")),
            ("user@gw:/etc% a", "a", Some("gw")),
            ("[root@gw.example ~]# a", "a", Some("gw.example")),
            ("[root@gw ~] a", "a", Some("gw")),
            ("\\[root@gw\\]# a", "a", Some("gw")),
            ("bash-5.1# a", "a", None),
            ("sh-4.2$ a", "a", None),
            ("/ # a", "a", None),
            ("# $ a", "a", None),
        ] {
            let (found, prompted) = unprompt(row(text));
            assert_eq!((found.text, prompted), (rest, true), "{text}");
            assert_eq!(host_of(row(text)), host, "{text}");
        }
        for text in [
            "a",
            "$a",
            "%a",
            "[1:2] a",
            "[a] b",
            "mail me@example.com # now",
            "a@b c d# e",
            "a@b#c",
            "5 # a",
        ] {
            assert_eq!((unprompt(row(text)).1, host_of(row(text))), (false, None), "{text}");
        }
        assert_eq!(unprompt(row("  # a")).0.start, 4);
    }

    #[test]
    fn where_a_command_runs() {
        let part = |name: &str| Some(Inside::Part(name.into()));
        for (text, expect) in [
            ("docker exec -it -u root web sh", part("web")),
            ("sudo podman exec web sh", part("web")),
            ("lxc exec web -- sh", part("web")),
            ("kubectl -n x exec pod -c main -- sh", part("pod")),
            ("kubectl exec -it -n x pod -- sh", part("pod")),
            ("ip netns exec blue ip a", part("blue")),
            ("/sbin/ip -n blue a", part("blue")),
            ("ip -netns blue a", part("blue")),
            ("nsenter -t 5 -n ip a", part("nsenter 5")),
            ("nsenter --target 5 -n ip a", part("nsenter 5")),
            ("ssh -p 22 root@db ip a", Some(Inside::Machine("db".into()))),
            ("ssh -A db ip a", Some(Inside::Machine("db".into()))),
            // It only opens the way for the prompts that follow.
            ("ssh db", None),
            ("docker ps", None),
            ("docker exec", None),
            ("kubectl get po", None),
            ("ip netns", None),
            ("nsenter", None),
            ("sudo", None),
            ("", None),
        ] {
            assert_eq!(inside(row(text)), expect, "{text}");
        }
    }

    #[test]
    fn programs_are_known_by_their_arguments() {
        let reads = |text: &str| read(row(text), &Shell::default()).is_some();
        for text in [
            "ip a",
            "ip -4 route",
            "/sbin/ip rule",
            "ifconfig",
            "ifconfig eth0",
            "brctl show",
            "bridge fdb show",
            "kubectl get po",
            "docker ps",
            "nft list ruleset",
            "nft -a",
            "ipset list",
            "ss",
            "ss -tuln",
            "netstat -rn",
            "sysctl net.ipv4.ip_forward",
            "cat /proc/sys/net/ipv4/ip_forward",
            "route",
            "route -n",
            "conntrack -L",
            "iptables-save",
            "iptables-save > x",
            "sudo iptables -S",
            "doas ip a",
            "$ curl h",
            "$ ping h",
            "# hostname",
            "# iptables-save x",
            "# ssh db ip a",
        ] {
            assert!(reads(text), "{text}");
        }
        for text in [
            "ip addresses are",
            "ifconfig is a program",
            "brctl is",
            "bridge over",
            "docker is",
            "nft is",
            "ipset create s hash:ip",
            "ss is",
            "sysctl",
            "sysctl = 1",
            "cat x",
            "route to nowhere",
            "conntrack is",
            "curl h",
            "ping h",
            "iptables",
            "iptables is",
            "iptables-save is",
            "ssh db ip a",
            "$ ssh db",
            "sudo",
            "$",
        ] {
            assert!(!reads(text), "{text}");
        }
    }

    #[test]
    fn the_table_and_what_is_changed() {
        let found = |text: &'static str| {
            let command = read(row(text), &Shell::default())
                .map(|c| (c.table, c.changes, c.backend, c.family, c.arguments.text));
            command.map_or_else(String::new, |c| format!("{c:?}"))
        };
        let expect = |table: Option<&str>, changes: bool, arguments: &str| {
            format!("{:?}", (table, changes, None::<Backend>, Some(Family::Ip), arguments))
        };
        for (text, table, changes, arguments) in [
            ("iptables -L", Some("filter"), false, "-L"),
            ("iptables --list", Some("filter"), false, "--list"),
            ("iptables --list-rules | less", Some("filter"), false, "--list-rules"),
            ("iptables -t nat -nvL; x", Some("nat"), false, "-t nat -nvL"),
            ("iptables --table=raw -S 2>/dev/null", Some("raw"), false, "--table=raw -S"),
            ("iptables --table mangle -S && x", Some("mangle"), false, "--table mangle -S"),
            ("iptables-save > x", None, false, ""),
            ("iptables-save -t nat", Some("nat"), false, "-t nat"),
            (
                "iptables -A X -m comment --comment \"a | b\"",
                None,
                true,
                "-A X -m comment --comment \"a | b\"",
            ),
            ("iptables -I X", None, true, "-I X"),
            ("iptables -D X 1", None, true, "-D X 1"),
            ("iptables -R X 1", None, true, "-R X 1"),
            ("iptables -N X", None, true, "-N X"),
            ("iptables -P X DROP", None, true, "-P X DROP"),
            ("iptables -F", None, true, "-F"),
            ("iptables -X", None, true, "-X"),
            ("iptables -E a b", None, true, "-E a b"),
            ("iptables --append X", None, true, "--append X"),
            ("iptables --policy X DROP", None, true, "--policy X DROP"),
            ("iptables -A LIST", None, true, "-A LIST"),
        ] {
            assert_eq!(found(text), expect(table, changes, arguments), "{text}");
        }
    }

    #[test]
    fn the_names_of_iptables() {
        use Backend::{IptablesNft, Legacy};
        use Family::{Ip, Ip6};
        for (name, expect) in [
            ("iptables", Some((Ip, None, false))),
            ("ip6tables", Some((Ip6, None, false))),
            ("IPTABLES", Some((Ip, None, false))),
            ("iptables-save", Some((Ip, None, true))),
            ("iptables-restore", Some((Ip, None, false))),
            ("iptables-nft", Some((Ip, Some(IptablesNft), false))),
            ("ip6tables-nft-save", Some((Ip6, Some(IptablesNft), true))),
            ("iptables-legacy-save", Some((Ip, Some(Legacy), true))),
            ("iptables-legacy", Some((Ip, Some(Legacy), false))),
            ("xtables-save", Some((Ip, Some(IptablesNft), true))),
            ("$IPTABLES", Some((Ip, None, false))),
            ("${IPT}", Some((Ip, None, false))),
            ("\"$ip6t\"", None),
            ("$IPT6", Some((Ip6, None, false))),
            ("ipt", None),
            ("iptablesx", None),
            ("iptables-apply", None),
            ("ebtables", None),
        ] {
            assert_eq!(tables(name), expect, "{name}");
        }
    }
}
