//! What became of a packet, as a claim: a short line that is kept in a case and compared with what comes out later.
//!
//! `VERDICT [by TABLE CHAIN N | by the policy of TABLE CHAIN | : reason] {, out IF | , HEADERS | , mark 0x… |
//! , the sender gets ERRNO}`, several outcomes joined by ` | `. The language is frozen: a field may be added, and
//! a claim that lacks it then still holds.

use serde_json::Value;
use std::collections::BTreeSet;

/// The claim for a packet of [`crate::answer::answer`]: each of its ends once, in the order of the alphabet.
pub fn ends(packet: &Value) -> String {
    let fates: BTreeSet<String> = match packet["branches"].as_array() {
        Some(branches) => branches.iter().map(one_end).collect(),
        None => BTreeSet::from([one_end(packet)]),
    };
    fates.into_iter().collect::<Vec<_>>().join(" | ")
}

/// What became of a packet in one outcome: the verdict and by what, the way out, the headers it left with.
pub fn one_end(packet: &Value) -> String {
    let verdict = word(&packet["verdict"]);
    let stop = &packet["stopped_at"];
    let place = || format!("{} {}", word(&stop["table"]), word(&stop["chain"]));
    let mut parts = vec![match stop["by"].as_str() {
        Some("rule") => format!("{verdict} by {} {}", place(), stop["rule"]),
        Some("policy") => format!("{verdict} by the policy of {}", place()),
        Some("routing") => format!("{verdict}: {}", word(&packet["reason"])),
        None if stop["table"].is_string() => {
            format!("{verdict} by {}, unseen", word(&stop["table"]))
        }
        _ => verdict,
    }];
    if let Some(iface) = packet["out_iface"].as_str() {
        parts.push(format!("out {iface}"));
    }
    if !packet["packet_out"].is_null() {
        parts.push(headers(&packet["packet_out"]));
    }
    if let Some(mark) = packet["mark"].as_u64().filter(|m| *m != 0) {
        parts.push(format!("mark {mark:#x}"));
    }
    if let Some(errno) = packet["errno"].as_str() {
        parts.push(format!("the sender gets {errno}"));
    }
    parts.join(", ")
}

/// Protocol, addresses and ports, ICMP type or TCP flags.
fn headers(out: &Value) -> String {
    let end = |addr: &str, port: &str| match out[port].as_u64() {
        Some(port) => format!("{}:{port}", word(&out[addr])),
        None => word(&out[addr]),
    };
    let ends = format!("{} {} > {}", word(&out["proto"]), end("src", "sport"), end("dst", "dport"));
    match (out["icmp_type"].as_u64(), out["flags"].as_str()) {
        (Some(kind), _) => format!("{ends} type {kind} code {}", out["icmp_code"]),
        (None, Some(flags)) => format!("{ends} {flags}"),
        (None, None) => ends,
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a claim and what came out say the same of a packet: each end of the one has its like in the other, as
/// far as both tell their fields.
pub fn ends_agree(claim: &str, now: &str) -> bool {
    let (then, now): (Vec<End>, Vec<End>) = (read(claim), read(now));
    let has_like = |end: &End, others: &[End]| others.iter().any(|other| end.agrees(other));
    then.iter().all(|end| has_like(end, &now)) && now.iter().all(|end| has_like(end, &then))
}

fn read(claim: &str) -> Vec<End<'_>> {
    claim.split(" | ").map(End::read).collect()
}

/// One end, taken apart; what it does not tell is none.
#[derive(Default)]
struct End<'a> {
    verdict: &'a str,
    /// What decided: a rule, a policy, a reason.
    by: Option<&'a str>,
    /// Whether the table that decided was not pasted.
    unseen: bool,
    out: Option<&'a str>,
    headers: Option<&'a str>,
    mark: Option<&'a str>,
    errno: Option<&'a str>,
}

impl<'a> End<'a> {
    fn read(text: &'a str) -> Self {
        let mut parts = text.trim().split(", ");
        let first = parts.next().unwrap_or_default();
        let split = |at: &str| first.split_once(at);
        let (verdict, by) = match split(" by ").or_else(|| split(": ")) {
            Some((verdict, by)) => (verdict, Some(by)),
            None => (first, None),
        };
        let mut end = Self { verdict, by, ..Self::default() };
        for part in parts {
            if part == "unseen" {
                end.unseen = true;
            } else if let Some(iface) = part.strip_prefix("out ") {
                end.out = Some(iface);
            } else if let Some(mark) = part.strip_prefix("mark ") {
                end.mark = Some(mark);
            } else if let Some(errno) = part.strip_prefix("the sender gets ") {
                end.errno = Some(errno);
            } else if part.contains(" > ") {
                end.headers = Some(part);
            }
            // Anything else is a field of a later version.
        }
        end
    }

    fn agrees(&self, other: &Self) -> bool {
        let same = |a: Option<&str>, b: Option<&str>| a.is_none() || b.is_none() || a == b;
        self.verdict == other.verdict
            && self.unseen == other.unseen
            && same(self.by, other.by)
            && same(self.out, other.out)
            && same(self.headers, other.headers)
            && same(self.mark, other.mark)
            && same(self.errno, other.errno)
    }
}

#[cfg(test)]
mod tests {
    use super::ends_agree;

    #[test]
    fn a_claim_holds_as_far_as_it_goes() {
        let now = "forwarded, out docker0, tcp 203.0.113.9:51000 > 172.17.0.2:80 S, mark 0x1";
        for claim in [now, "forwarded", "forwarded, out docker0", "forwarded, of a later version"] {
            assert!(ends_agree(claim, now), "{claim}");
        }
        for claim in [
            "local",
            "forwarded, out eth0",
            "forwarded, tcp 203.0.113.9:51000 > 172.17.0.3:80 S",
            "forwarded, mark 0x2",
            "forwarded | dropped by filter FORWARD 1",
            "",
        ] {
            assert!(!ends_agree(claim, now), "{claim}");
        }
    }

    #[test]
    fn what_decided_is_a_field() {
        let now = "dropped by filter INPUT 3";
        assert!(ends_agree("dropped", now));
        for claim in
            ["dropped by filter INPUT 4", "dropped by the policy of filter INPUT", "rejected"]
        {
            assert!(!ends_agree(claim, now), "{claim}");
        }
        assert!(!ends_agree("dropped: no route", "dropped: martian"));
        assert!(!ends_agree("dropped by filter, unseen", "dropped by filter"));
        assert!(!ends_agree("stopped, the sender gets EINVAL", "stopped, the sender gets EPERM"));
    }

    #[test]
    fn outcomes_stand_in_any_order() {
        assert!(ends_agree("local | dropped by raw, unseen", "dropped by raw, unseen | local"));
        assert!(!ends_agree("local", "dropped by raw, unseen | local"));
    }
}
