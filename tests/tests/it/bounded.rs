//! Small pastes that would be walked for ever: the answer comes in bounded time and room, whole where it can be known
//! and cut where not; a cut one is never taken for a packet that passed.
#![allow(clippy::unwrap_used)]

use chainwalk_model::{Event, Fate, Host, Trace, Walk};
use chainwalk_tests::played::played_with;
use std::fmt::Write;

/// Chains of which each calls the next twice; the last one has this rule.
fn doubling(last: &str) -> String {
    let mut text =
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n".to_owned();
    (0..=26).for_each(|n| writeln!(text, ":c{n} - [0:0]").unwrap());
    text.push_str("-A INPUT -j c0\n");
    for n in 0..26 {
        writeln!(text, "-A c{n} -j c{0}\n-A c{n} -j c{0}", n + 1).unwrap();
    }
    writeln!(text, "{last}\n-A INPUT -j DROP\nCOMMIT").unwrap();
    text
}

fn walked(text: &str, said: &[&str]) -> (Host, Walk) {
    let facts: Vec<&str> =
        said.iter().chain(&["eth0=10.0.0.1/24", "table=nat:accept"]).copied().collect();
    let played = played_with(&[text], &facts, &["ping 10.0.0.1 from 10.0.0.2 in eth0"]);
    (played.host().clone(), played.walks()[0].clone())
}

fn steps(trace: &Trace, of: impl Fn(&Event) -> bool) -> usize {
    trace.steps.iter().filter(|s| of(&s.event)).count()
}

#[test]
fn visits_that_can_not_differ_are_not_walked_again() {
    let (host, walk) = walked(&doubling("-A c26 -p tcp -j ACCEPT"), &[]);
    let [only] = &walk.outcomes[..] else { panic!("{} outcomes", walk.outcomes.len()) };
    // The packet came back from all of them, and the rule behind them dropped it.
    let Fate::Dropped(chainwalk_model::DroppedBy::Rule(rule)) = only.trace.fate else {
        panic!("{:?}", only.trace.fate)
    };
    assert_eq!(
        (&*host.rules.chain(host.rules.rule(rule).chain).name, host.rules.rule(rule).number),
        ("INPUT", 2)
    );
    let again = steps(&only.trace, |e| matches!(e, Event::Again { .. }));
    assert!(again > 0 && only.trace.steps.len() < 5_000, "{} steps", only.trace.steps.len());
}

#[test]
fn what_writes_each_time_is_walked_until_it_is_cut() {
    for last in [
        "-A c26 -j MARK --set-xmark 0x1/0x0",
        "-A c26 -m limit --limit 1/sec -j LOG",
        "-A c26 -m statistic --mode random --probability 0.5 -j LOG",
        "-A c26 -m not-known -j LOG",
    ] {
        let (_, walk) = walked(&doubling(last), &[]);
        for outcome in &walk.outcomes {
            assert_eq!(outcome.trace.fate.is_through(), None, "{last}");
            assert!(
                matches!(outcome.trace.fate, Fate::TooLong(_)),
                "{last}: {:?}",
                outcome.trace.fate
            );
        }
        let steps: usize = walk.outcomes.iter().map(|o| o.trace.steps.len()).sum();
        assert!(steps < 500_000, "{last}: {steps} steps");
        assert_eq!(walk.cut, last.contains("random") || last.contains("not-known"), "{last}");
    }
}

#[test]
fn a_chain_that_is_called_often_is_listed_each_time() {
    let mut text =
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:c - [0:0]\n"
            .to_owned();
    (0..100).for_each(|_| text.push_str("-A INPUT -j c\n"));
    text.push_str("-A c -p tcp -j ACCEPT\nCOMMIT\n");
    let (_, walk) = walked(&text, &[]);
    let trace = &walk.outcomes[0].trace;
    assert_eq!(steps(trace, |e| matches!(e, Event::Jumped { .. })), 100);
    assert_eq!(steps(trace, |e| matches!(e, Event::Again { .. })), 0);
}

#[test]
fn a_long_chain_is_walked_whole() {
    let mut text =
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n".to_owned();
    (0..25_000).for_each(|n| {
        writeln!(text, "-A INPUT -j MARK --set-xmark {:#x}/0xffffffff", n + 1).unwrap();
    });
    text.push_str("-A INPUT -m mark --mark 0x61a8 -j DROP\nCOMMIT\n");
    let (_, walk) = walked(&text, &[]);
    let trace = &walk.outcomes[0].trace;
    assert!(matches!(trace.fate, Fate::Dropped(_)), "{:?}", trace.fate);
    assert_eq!(steps(trace, |e| matches!(e, Event::Matched(_))), 25_001);
}

#[test]
fn chains_that_call_each_other_often_are_looked_through_for_shadows_once() {
    let host = chainwalk_parse::read(&[&doubling("-A c26 -p tcp -j ACCEPT")]).host();
    assert!(chainwalk_sim::shadowed(&host).is_empty());
}
