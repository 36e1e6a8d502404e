//! What a case claims became of its packets, held against what comes out.

use crate::case::Case;
use crate::played::Played;
use crate::scenario::Scenario;
use chainwalk_model::{Order, Walk};
use chainwalk_view::{ends, ends_agree, ends_with_kinds, goal_met};

/// A claim, and what comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The packet, from 0.
    pub packet: usize,
    /// What the case claims; empty where it claims nothing of this packet.
    pub then: String,
    /// What comes out; empty where the packet was not sent.
    pub now: String,
}

impl Claimed {
    /// Whether the claim holds, as far as it goes; a packet without a claim has nothing to hold.
    pub fn holds(&self) -> bool {
        self.then.is_empty() || ends_agree(&self.then, &self.now)
    }

    /// Whether what was claimed is one of several ends.
    pub fn is_one_of_several(&self) -> bool {
        self.now.contains(" | ") && self.now.split(" | ").any(|end| ends_agree(&self.then, end))
    }
}

impl Played {
    /// What becomes of each packet that was sent, as claims.
    pub fn ends(&self) -> Vec<String> {
        let answer = self.answer_json();
        answer["packets"].as_array().into_iter().flatten().map(ends).collect()
    }
}

impl Case {
    /// Each packet's claim beside what comes out in `played`, which is this case, played.
    pub fn claimed(&self, played: &Played) -> Vec<Claimed> {
        let now = played.ends();
        let of = |all: &[String], at: usize| all.get(at).cloned().unwrap_or_default();
        let count = self.scenario.packets.len().max(self.head.ends.len());
        let packets = 0..count;
        packets
            .map(|at| Claimed { packet: at, then: of(&self.head.ends, at), now: of(&now, at) })
            .collect()
    }

    /// For each goal, what it wants and what comes out, walked afresh.
    pub fn goals(&self) -> Vec<Promised> {
        self.head.goals.iter().map(|goal| Promised::walked(goal, &self.scenario)).collect()
    }
}

/// A goal, and what comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// What is wanted: `through`, `stopped`, or an end as far as it is told.
    pub then: String,
    /// What comes out; empty where the packet can't be sent.
    pub now: String,
}

impl Promised {
    /// Walks `PACKET [; PACKET …] => FATE` on the host of a scenario, whose own packets are not sent: the packets of a
    /// goal are parted by `;`, and the last one's end counts.
    pub fn walked(goal: &str, on: &Scenario) -> Self {
        Self::replayed(goal, on, Played::default()).0
    }

    /// As [`Promised::walked`], with what of `last` is the same; and what was played.
    pub fn replayed(goal: &str, on: &Scenario, last: Played) -> (Self, Played) {
        let (packets, then) = Self::parts(goal);
        let shown = packets.len().saturating_sub(1);
        let scenario = Scenario { packets, followed: Vec::new(), ..on.clone() };
        let played = scenario.replay(last, &mut |_| {});
        let now = match then {
            "through" | "stopped" => played.walks().get(shown).map(passage),
            _ => played.answer_json()["packets"].get(shown).map(ends_with_kinds),
        };
        (Self { then: then.to_owned(), now: now.unwrap_or_default() }, played)
    }

    /// The packets of a goal, and what it wants; that is empty where nothing says so.
    pub fn parts(goal: &str) -> (Vec<String>, &str) {
        let (lines, then) = goal.rsplit_once("=>").unwrap_or((goal, ""));
        (lines.split(';').map(|line| line.trim().to_owned()).collect(), then.trim())
    }

    /// Whether what comes out is what is wanted, whatever it depends on.
    pub fn is_met(&self) -> bool {
        let (met, of) = self.counted();
        met == of
    }

    /// Whether it is in some outcomes what is wanted, and in some not.
    pub fn depends(&self) -> bool {
        let (met, of) = self.counted();
        met > 0 && met < of
    }

    fn counted(&self) -> (usize, usize) {
        match self.then.as_str() {
            "through" | "stopped" => {
                let ends = self.now.split(" | ");
                (ends.clone().filter(|end| *end == self.then).count(), ends.count())
            }
            wanted => goal_met(wanted, &self.now),
        }
    }
}

/// `through` or `stopped`, and both where it depends; `undecided` where it is neither.
fn passage(walk: &Walk) -> String {
    let mut words: Vec<&str> = walk
        .outcomes
        .iter()
        .map(|outcome| match outcome.trace.fate.is_through() {
            Some(true) => "through",
            Some(false) => "stopped",
            None => "undecided",
        })
        .collect();
    words.order();
    words.dedup();
    words.join(" | ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::Case;

    const RULES: &str = "---\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -p tcp -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -p tcp --dport 22 -j DROP\nCOMMIT\n";
    const FACT: &str = "assume: eth0=192.0.2.1/24\nassume: table=nat:accept\nassume: table=mangle:accept\n\
        assume: table=raw:accept\n";

    fn claimed(head: &str) -> Vec<(bool, bool, String)> {
        let (case, _) = Case::read(&[head, FACT, RULES].concat()).unwrap();
        let claims = case.claimed(&case.scenario.play());
        claims.into_iter().map(|c| (c.holds(), c.is_one_of_several(), c.now)).collect()
    }

    #[test]
    fn a_claim_is_held_against_what_comes_out() {
        let packet = "packet: nc 192.0.2.1 22 from 192.0.2.9 in eth0\n";
        let now = "dropped by filter INPUT 2".to_owned();
        let with = |ends: &str| claimed(&[packet, "ends: ", ends, "\n"].concat());
        assert_eq!(with(&now), [(true, false, now.clone())]);
        assert_eq!(with("dropped"), [(true, false, now.clone())]);
        assert_eq!(with("rejected by filter INPUT 2"), [(false, false, now.clone())]);
        assert_eq!(claimed(packet), [(true, false, now)]);
        assert_eq!(claimed("ends: dropped\n"), [(false, false, String::new())]);
    }

    #[test]
    fn a_goal_is_walked_by_itself() {
        let goal = |goal: &str| {
            let (case, _) = Case::read(&["goal: ", goal, "\n", FACT, RULES].concat()).unwrap();
            let goals = case.goals();
            assert_eq!(goals.len(), 1);
            goals[0].is_met()
        };
        assert!(goal("nc 192.0.2.1 22 from 192.0.2.9 in eth0 => stopped"));
        assert!(goal("nc 192.0.2.1 80 from 192.0.2.9 in eth0 => through"));
        assert!(!goal("nc 192.0.2.1 22 from 192.0.2.9 in eth0 => through"));
        assert!(goal("nc 192.0.2.1 22 from 192.0.2.9 in eth0 => dropped by filter INPUT 2"));
        assert!(goal("nc 192.0.2.1 22 from 192.0.2.9 in eth0 => dropped by filter INPUT"));
        assert!(!goal("nc 192.0.2.1 22 from 192.0.2.9 in eth0 => dropped by filter FORWARD"));
        assert!(!goal("nc 192.0.2.1 22 from 192.0.2.9 in eth0"));
        assert!(goal("nc 192.0.2.9 80; reply 1 in eth0 => through"));
        assert!(!goal("no packet => through"));
    }
}
