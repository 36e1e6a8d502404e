//! Commands that run another one elsewhere: in a container, a pod, a namespace, on another machine.

use crate::clean::Row;

/// Where a command runs that another one runs elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// On another machine (`ssh`).
    Machine(String),
    /// In a container, a pod or a network namespace, which has rules and interfaces of its own.
    Part(String),
}

/// Where the program of a command line runs, and whether it is a shell that waits for commands.
pub(crate) fn inside(row: Row<'_>) -> Option<(Inside, bool)> {
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
    let part = |name: String, run: &[&str]| {
        let run = run.strip_prefix(&["--"]).unwrap_or(run);
        Some((Inside::Part(name), waits(run)))
    };
    match (first.rsplit('/').next()?, rest) {
        ("docker" | "podman" | "nerdctl" | "crictl" | "lxc" | "incus", ["exec", rest @ ..]) => {
            let valued = ["-u", "--user", "-e", "--env", "-w", "--workdir", "--detach-keys"];
            let (name, at) = operand(rest, &valued)?;
            part(name, &rest[at..])
        }
        ("docker" | "podman" | "nerdctl", ["run", rest @ ..]) => {
            let named = rest.iter().skip_while(|w| **w != "--name").nth(1).copied();
            let equal = rest.iter().find_map(|w| w.strip_prefix("--name="));
            let typed = rest.iter().any(|w| matches!(*w, "-it" | "-ti" | "-i"));
            let shell = typed && rest.last().is_some_and(|w| waits(&[w]));
            let name = named.or(equal).unwrap_or("docker run").to_owned();
            shell.then_some((Inside::Part(name), true))
        }
        ("docker" | "podman", ["attach", name, ..]) => {
            Some((Inside::Part((*name).to_owned()), true))
        }
        ("kubectl" | "k" | "oc", rest) => {
            let at = rest.iter().position(|w| matches!(*w, "exec" | "rsh"))?;
            let valued = ["-n", "--namespace", "-c", "--container"];
            let (name, end) = operand(&rest[at + 1..], &valued)?;
            let run = &rest[at + 1 + end..];
            // The container may be told behind the pod.
            let run = run.strip_prefix(&["-c"]).map_or(run, |r| r.get(1..).unwrap_or_default());
            if rest[at] == "rsh" && run.is_empty() {
                return Some((Inside::Part(name), true));
            }
            part(name, run)
        }
        ("ip", ["netns", "exec", name, run @ ..]) => part((*name).to_owned(), run),
        ("ip", ["-n" | "-netns", name, ..]) => Some((Inside::Part((*name).to_owned()), false)),
        ("nsenter", rest) if !rest.is_empty() => {
            let valued = ["-t", "--target"];
            let end = operand(rest, &valued).map_or(rest.len(), |(_, at)| at - 1);
            let (own, run) = rest.split_at(end);
            // The process whose namespace it is, or the namespace's own file.
            let target = own.iter().skip_while(|w| !matches!(**w, "-t" | "--target")).nth(1);
            let file = own.iter().find_map(|w| w.strip_prefix("--net=").or(w.strip_prefix("-n=")));
            let file = file.or(own.iter().find_map(|w| w.strip_prefix("-n/")));
            let name = format!("nsenter {}", target.copied().or(file).unwrap_or(""));
            let run = run.strip_prefix(&["--"]).unwrap_or(run);
            Some((Inside::Part(name), run.is_empty() || waits(run)))
        }
        ("ssh", rest) => {
            let (name, at) = operand(rest, &["-p", "-i", "-o", "-l", "-F", "-J"])?;
            let name = name.rsplit('@').next()?.to_owned();
            Some((Inside::Machine(name), rest.get(at).is_none_or(|w| waits(&[w]))))
        }
        _ => None,
    }
}

/// Whether these words run a shell that reads commands from its terminal.
fn waits(run: &[&str]) -> bool {
    let shells = ["sh", "bash", "ash", "dash", "zsh", "ksh", "fish", "csh"];
    let first = run.first().map_or("", |w| w.rsplit('/').next().unwrap_or(w));
    shells.contains(&first) && run[1..].iter().all(|w| w.starts_with('-') && *w != "-c")
}
