//! Promises, on the worker's side: packets, each with the fate it should have, walked afresh for every host.

use crate::message::{PromiseView, Standing};
use chainwalk::model::{DocId, Span};
use chainwalk::view::{self, Explained, Lang};
use chainwalk::{Played, Promised, Scenario, Viewpoint};

/// What came of the promises, for as long as the host is the same.
#[derive(Default)]
pub(crate) struct Promises {
    of: Option<(Scenario, Vec<String>, Lang)>,
    told: Vec<PromiseView>,
}

impl Promises {
    /// What came of them.
    pub(crate) fn told(&self) -> &[PromiseView] {
        &self.told
    }

    /// Walks promises on the host of a scenario, unless that was done; `last` is what was played before, and what is
    /// played then is returned.
    pub(crate) fn walk(
        &mut self,
        goals: &[String],
        on: &Scenario,
        lang: Lang,
        last: Played,
        progress: &mut dyn FnMut(f64),
    ) -> Played {
        // What is sent now, and followed, is no part of the host.
        let host = Scenario { packets: Vec::new(), followed: Vec::new(), ..on.clone() };
        let known =
            self.of.as_ref().is_some_and(|(h, g, l)| *h == host && g == goals && *l == lang);
        if known {
            return last;
        }
        let mut played = if goals.is_empty() { last } else { host.replay(last, progress) };
        self.told.clear();
        for goal in goals {
            let (promised, walked) = Promised::replayed(goal, &host, played);
            self.told.push(told(goal, &promised, &walked, lang));
            played = walked;
        }
        self.of = Some((host, goals.to_vec(), lang));
        played
    }
}

fn told(goal: &str, promised: &Promised, played: &Played, lang: Lang) -> PromiseView {
    let (packets, then) = Promised::parts(goal);
    let sent = played.walks().len() == packets.len();
    let at = Viewpoint { lang, packet: packets.len().saturating_sub(1), raw_names: false };
    let (now, span) = played.explain(&at, |t| (view::fate_card(t).headline, decider(t)));
    let ends = played.ends().pop().filter(|_| sent).unwrap_or_default();
    PromiseView {
        packets,
        then: then.to_owned(),
        standing: match promised {
            _ if !sent => Standing::Unread,
            kept if kept.is_met() => Standing::Kept,
            open if open.depends() => Standing::Open,
            _ => Standing::Broken,
        },
        now: if sent { now } else { Vec::new() },
        ends,
        line: span.and_then(|span| line_of(played, span)),
        span,
    }
}

/// The text of what decided.
fn decider(t: &Explained) -> Option<Span> {
    let spans = view::timeline(t).spans;
    spans.last().copied().flatten().filter(|span| span.doc == DocId(0))
}

/// The line, from 1, in which a span begins.
fn line_of(played: &Played, span: Span) -> Option<usize> {
    let docs = played.docs();
    let before = docs.get(usize::from(span.doc.0))?.get(..span.start as usize)?;
    Some(before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASTE: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n\
        *nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n";

    fn host() -> Scenario {
        let mut host = Scenario::pasted(PASTE);
        host.change_part(|part| part.facts.push("eth0=10.0.0.1/24".into()));
        host
    }

    fn standings(host: &Scenario, goals: &[&str]) -> Vec<Standing> {
        let goals: Vec<String> = goals.iter().map(|goal| (*goal).to_owned()).collect();
        let mut promises = Promises::default();
        promises.walk(&goals, host, Lang::En, Played::default(), &mut |_| {});
        promises.told().iter().map(|told| told.standing).collect()
    }

    const SSH: &str = "nc 10.0.0.1 22 from 10.0.0.9 in eth0";
    const WEB: &str = "nc 10.0.0.1 80 from 10.0.0.9 in eth0";

    #[test]
    fn each_promise_is_walked_by_itself() {
        let goals = [
            &*format!("{SSH} => through"),
            &*format!("{WEB} => through"),
            &*format!("{WEB} => dropped by the policy of filter INPUT"),
            "nonsense => through",
        ];
        let wanted = [Standing::Kept, Standing::Broken, Standing::Kept, Standing::Unread];
        assert_eq!(standings(&host(), &goals), wanted);
    }

    #[test]
    fn a_change_turns_a_promise_round() {
        let mut host = host();
        let goal = format!("{WEB} => through");
        assert_eq!(standings(&host, &[&goal]), [Standing::Broken]);
        host.change_part(|part| {
            part.edits.push("iptables -I INPUT -p tcp --dport 80 -j ACCEPT".into());
        });
        assert_eq!(standings(&host, &[&goal]), [Standing::Kept]);
    }

    #[test]
    fn what_decides_is_named_by_its_line_and_promises_leave_the_packets_alone() {
        let mut promises = Promises::default();
        let asked = Scenario { packets: vec![WEB.into()], ..host() };
        let goals = vec![format!("{WEB} => through")];
        let played = asked.play();
        let played = promises.walk(&goals, &asked, Lang::En, played, &mut |_| {});
        let told = &promises.told()[0];
        assert_eq!((told.standing, told.line), (Standing::Broken, Some(2)));
        let played = asked.replay(played, &mut |_| {});
        assert_eq!(played.ends(), asked.play().ends());
    }
}
