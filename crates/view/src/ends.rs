//! What became of a packet, as a claim: a short line that is kept in a case and compared with what comes out later.
//!
//! `VERDICT [by TABLE CHAIN N | by the policy of TABLE CHAIN | : reason] {, out IF | , HEADERS | , mark 0x… |
//! , the sender gets ERRNO}`, several outcomes joined by ` | `. The language is frozen: a field may be added, and
//! a claim that lacks it then still holds.

use chainwalk_model::Order;
use serde_json::Value;

/// What a goal may ask for beside the fields of a claim: how a refusal is answered, by the words of REJECT.
const KINDS: [(&str, u64, u64, &str); 12] = [
    ("icmp", 3, 0, "icmp-net-unreachable"),
    ("icmp", 3, 1, "icmp-host-unreachable"),
    ("icmp", 3, 2, "icmp-proto-unreachable"),
    ("icmp", 3, 3, "icmp-port-unreachable"),
    ("icmp", 3, 9, "icmp-net-prohibited"),
    ("icmp", 3, 10, "icmp-host-prohibited"),
    ("icmp", 3, 13, "icmp-admin-prohibited"),
    ("icmpv6", 1, 0, "icmp6-no-route"),
    ("icmpv6", 1, 1, "icmp6-adm-prohibited"),
    ("icmpv6", 1, 3, "icmp6-addr-unreachable"),
    ("icmpv6", 1, 4, "icmp6-port-unreachable"),
    ("icmpv6", 1, 6, "icmp6-reject-route"),
];

/// The claim for a packet of [`crate::answer::answer`]: each of its ends once, in the order of the alphabet.
pub fn ends(packet: &Value) -> String {
    told(packet, one_end)
}

/// The same with how a refusal is answered, as goals are held against it.
pub fn ends_with_kinds(packet: &Value) -> String {
    told(packet, |end| match answered(end) {
        Some(kind) => format!("{}, with {kind}", one_end(end)),
        None => one_end(end),
    })
}

fn told(packet: &Value, one: impl Fn(&Value) -> String) -> String {
    let ends = packet["branches"].as_array().map_or(std::slice::from_ref(packet), Vec::as_slice);
    let mut told: Vec<String> = ends.iter().map(one).collect();
    told.order();
    told.dedup();
    told.join(" | ")
}

/// What a rejected packet's sender gets.
fn answered(end: &Value) -> Option<&'static str> {
    if end["verdict"] != "rejected" {
        return None;
    }
    let out = &end["replies"][0]["packet_out"];
    if out["flags"].as_str().is_some_and(|flags| flags.contains('R')) {
        return Some("tcp-reset");
    }
    let (kind, code) = (out["icmp_type"].as_u64()?, out["icmp_code"].as_u64()?);
    let found =
        KINDS.iter().find(|(proto, k, c, _)| out["proto"] == *proto && *k == kind && *c == code);
    found.map(|(.., name)| *name)
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

/// Of how many ends that came out a goal is met, and how many there are. A goal is an end of which any field may be
/// left out, a chain may stand without the number of its rule, and `*` is any port or number.
pub fn goal_met(goal: &str, now: &str) -> (usize, usize) {
    let (wanted, now) = (read(goal), read(now));
    let met = now.iter().filter(|end| wanted.iter().any(|goal| goal.asks_for(end))).count();
    (met, now.len())
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
    /// How a refusal is answered; of goals alone.
    with: Option<&'a str>,
    /// What is none of these: of a claim a field of a later version, of a goal the begin of headers.
    other: Option<&'a str>,
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
            } else if let Some(kind) = part.strip_prefix("with ") {
                end.with = Some(kind);
            } else if part.contains(" > ") {
                end.headers = Some(part);
            } else {
                end.other = Some(part);
            }
        }
        end
    }

    /// Whether an end has all that this goal tells.
    fn asks_for(&self, end: &Self) -> bool {
        let has = |goal: Option<&str>, is: Option<&str>| goal.is_none() || goal == is;
        let begins = |goal: Option<&str>, is: Option<&str>| {
            goal.is_none_or(|goal| is.is_some_and(|is| words_begin(goal, is)))
        };
        self.verdict == end.verdict
            && self.unseen == end.unseen
            && begins(self.by, end.by)
            && begins(self.headers, end.headers)
            && begins(self.other, end.headers)
            && has(self.out, end.out)
            && has(self.mark, end.mark)
            && has(self.errno, end.errno)
            && has(self.with, end.with)
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

/// Whether a text begins with the words of a goal, of which `*` is any word, and behind the last colon of one any port.
fn words_begin(goal: &str, text: &str) -> bool {
    let mut words = text.split(' ');
    goal.split(' ').all(|wanted| {
        words.next().is_some_and(|word| {
            let any_port = || {
                let (address, port) = wanted.rsplit_once(':')?;
                Some(port == "*" && word.rsplit_once(':')?.0 == address)
            };
            wanted == "*" || wanted == word || any_port() == Some(true)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{ends_agree, goal_met};

    #[test]
    fn a_goal_tells_what_it_wants_and_leaves_out_the_rest() {
        let now = "forwarded, out eth1, tcp 203.0.113.9:51000 > 10.0.0.5:80 S, mark 0x1";
        for goal in [
            now,
            "forwarded",
            "forwarded, out eth1",
            "forwarded, tcp 203.0.113.9:* > 10.0.0.5:80",
            "forwarded, tcp * > 10.0.0.5:*",
            "forwarded, tcp 203.0.113.9:*",
            "dropped | forwarded, out eth1",
        ] {
            assert_eq!(goal_met(goal, now), (1, 1), "{goal}");
        }
        for goal in [
            "local",
            "forwarded, out eth0",
            "forwarded, tcp 203.0.113.8:* > 10.0.0.5:80",
            "forwarded, udp",
            "forwarded, tcp 203.0.113.8:*",
            "forwarded, of no field",
            "forwarded, with tcp-reset",
            "",
        ] {
            assert_eq!(goal_met(goal, now), (0, 1), "{goal}");
        }
        let now = "rejected by filter INPUT 4, with tcp-reset";
        for goal in [
            "rejected",
            "rejected by filter INPUT",
            "rejected by filter INPUT *",
            "rejected, with tcp-reset",
        ] {
            assert_eq!(goal_met(goal, now), (1, 1), "{goal}");
        }
        for goal in [
            "rejected by filter INPUT 3",
            "rejected by filter FORWARD",
            "rejected, with icmp-port-unreachable",
        ] {
            assert_eq!(goal_met(goal, now), (0, 1), "{goal}");
        }
        assert_eq!(goal_met("local", "local | dropped by raw, unseen"), (1, 2));
        assert_eq!(
            goal_met("dropped by filter INPUT", "dropped by the policy of filter INPUT"),
            (0, 1)
        );
    }

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
