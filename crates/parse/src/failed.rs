//! What programs print below a command that did nothing.

use crate::clean::Row;

/// Whether a row says that the command above it, which changes rules or facts, failed.
pub(crate) fn is_failure(row: Row<'_>) -> bool {
    let text = row.text;
    let by_iptables =
        ["iptables", "ip6tables", "iptables-nft", "iptables-legacy"].iter().any(|program| {
            let Some(rest) = text.strip_prefix(program) else { return false };
            // `iptables: Bad rule …`, `iptables v1.8.7 (nf_tables): …`.
            rest.starts_with(": ")
                || rest.starts_with(" v")
                    && rest.split_once(": ").is_some_and(|(version, _)| version.len() < 30)
        });
    by_iptables
        || text.starts_with("RTNETLINK answers: ") && !text.ends_with("File exists")
        || text.starts_with("Error: ")
        || text.starts_with("sysctl: ")
        || text.starts_with("sudo: ") && !text.contains("unable to resolve host")
        || text.starts_with("Fatal: can't open lock file")
        || text.starts_with("Another app is currently holding the xtables lock")
        || text.ends_with(": command not found")
        || text.ends_with(": Permission denied")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_from_other_output() {
        for text in [
            "iptables: No chain/target/match by that name.",
            "iptables: Bad rule (does a matching rule exist in that chain?).",
            "iptables v1.8.7 (nf_tables): unknown option \"--dprot\"",
            "ip6tables v1.6.1: Couldn't load target `X':No such file or directory",
            "RTNETLINK answers: Operation not permitted",
            "Error: Could not process rule: No such file or directory",
            "-bash: iptables: command not found",
        ] {
            assert!(is_failure(Row { text, start: 0 }), "{text}");
        }
        for text in [
            "iptables v1.8.7 (nf_tables)",
            "iptables -A INPUT -j DROP",
            "sudo: unable to resolve host web: Name or service not known",
            "RTNETLINK answers: File exists",
            "iptables-save v1.8.7: done",
            "# Warning: iptables-legacy tables present, use iptables-legacy to see them",
        ] {
            assert!(!is_failure(Row { text, start: 0 }), "{text}");
        }
    }
}
