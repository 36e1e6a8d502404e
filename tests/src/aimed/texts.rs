//! The rules in a text, in a form that `iptables-restore` may take.

use chainwalk_model::Family;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Rules of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether they are of IPv6.
    pub v6: bool,
    /// Whether the text had them in this form; else they are what was read from a listing, printed.
    pub as_written: bool,
    /// The tables, as `iptables-save` has them.
    pub text: String,
}

/// The rules in a text: its save blocks as they stand, else its `iptables -S` lines under a table, else what
/// was read from a listing.
pub fn rules_of(text: &str) -> Vec<Rules> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    if lines.iter().any(|l| is_table(l)) {
        let body: Vec<&str> = lines
            .iter()
            .copied()
            .skip_while(|l| !is_table(l))
            .filter(|l| {
                is_table(l)
                    || l.starts_with([':', '-'])
                    || l.starts_with('[') && l.contains("] -A ")
                    || *l == "COMMIT"
            })
            .collect();
        return as_written(&format!("{}\n", body.join("\n")));
    }
    let commands: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|l| ["-P ", "-N ", "-A "].iter().any(|p| l.starts_with(p)))
        .collect();
    if !commands.is_empty() {
        let nat = commands.iter().any(|l| l.contains("POSTROUTING") || l.contains("PREROUTING"));
        let mut save = format!("*{}\n", if nat { "nat" } else { "filter" });
        for line in &commands {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some("-P"), Some(chain), Some(policy)) => {
                    save = format!("{save}:{chain} {policy} [0:0]\n");
                }
                (Some("-N"), Some(chain), _) => {
                    save = format!("{save}:{chain} - [0:0]\n");
                }
                _ => {}
            }
        }
        for line in commands.iter().filter(|l| l.starts_with("-A")) {
            save = save + line + "\n";
        }
        return as_written(&(save + "COMMIT\n"));
    }
    let reading = chainwalk_parse::read(&[&text]);
    let listed = lines.iter().any(|l| l.starts_with("Chain "));
    let printed = chainwalk_parse::save_text(&reading.host()).text;
    let rules = printed.lines().any(|l| l.starts_with("-A"));
    if listed && rules {
        vec![Rules { v6: false, as_written: false, text: printed }]
    } else {
        vec![]
    }
}

fn is_table(line: &str) -> bool {
    ["*filter", "*nat", "*mangle", "*raw", "*security"].contains(&line)
}

fn as_written(text: &str) -> Vec<Rules> {
    let rules = chainwalk_parse::read(&[text]).host().rules;
    let six = |k: usize| rules.tables.get(k).is_some_and(|t| t.family == Family::Ip6);
    // A text that mixes both is of IPv4 where most of its addresses are.
    let colons = text.matches("::/").count();
    let v6 = six(0) && colons > 0 || colons > text.matches(".0/").count();
    vec![Rules { v6, as_written: true, text: text.to_owned() }]
}

impl Rules {
    /// The rules that `iptables-restore` takes, and how many lines it refused; none where nothing is left, or
    /// where the program can't be asked. Nothing of this host is changed: it is asked to test only, in a
    /// network namespace of its own, in which `sets` are made first.
    pub fn loadable(&self, sets: &[String]) -> Option<(Self, usize)> {
        let mut lines: Vec<&str> = self.text.lines().collect();
        let before = lines.len();
        let made: Vec<&String> = sets.iter().filter(|l| l.starts_with("create")).collect();
        let made = made.iter().flat_map(|l| [l.as_str(), "\n"]).collect::<String>();
        let program = if self.v6 { "ip6tables-legacy-restore" } else { "iptables-legacy-restore" };
        loop {
            let text: String = lines.iter().flat_map(|l| [*l, "\n"]).collect();
            let mut child = Command::new("unshare")
                .args(["-n", "sh", "-c"])
                .arg("printf %s \"$SETS\" | ipset restore && exec \"$PROGRAM\" --test")
                .env("SETS", &made)
                .env("PROGRAM", program)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .ok()?;
            child.stdin.take()?.write_all(text.as_bytes()).ok()?;
            let done = child.wait_with_output().ok()?;
            if done.status.success() {
                let left = Self { text, ..self.clone() };
                return left.has_rules().then_some((left, before - lines.len()));
            }
            let said = String::from_utf8_lossy(&done.stderr);
            let at = said.split("line").find_map(|rest| {
                rest.trim_start_matches([':', ' '])
                    .split(|c: char| !c.is_ascii_digit())
                    .next()?
                    .parse()
                    .ok()
            });
            let at: usize = at?;
            if at == 0 || at > lines.len() || lines[at - 1] == "COMMIT" {
                return None;
            }
            lines.remove(at - 1);
        }
    }

    fn has_rules(&self) -> bool {
        self.text.lines().any(|l| l.starts_with("-A") || l.starts_with('['))
    }
}
