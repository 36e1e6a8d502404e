//! A paste, facts and packets, played as the doors play them: what the tests of what is told look at.

use chainwalk::view::{Explained, Lang};
use chainwalk::{Doc, Played, Scenario, Viewpoint};
use chainwalk_model::{Host, PacketSpec};
use chainwalk_parse::{assumption, packet_lines, read};

/// Walks packet lines past one pasted text.
///
/// # Panics
/// Where a packet line has a problem.
pub fn played(paste: &str, packets: &[&str]) -> Played {
    played_with(&[paste], &[], packets)
}

/// Walks packet lines past pasted texts, on the host that these facts are said of.
///
/// # Panics
/// Where a fact or a packet line has a problem.
pub fn played_with(docs: &[&str], facts: &[&str], packets: &[&str]) -> Played {
    let owned = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
    let docs = docs.iter().map(|text| Doc::pasted(text)).collect();
    let mut scenario = Scenario { docs, packets: owned(packets), ..Scenario::default() };
    scenario.change_part(|part| part.facts = owned(facts));
    let played = scenario.play();
    let problems = played.problems();
    for found in problems.facts.iter().chain(problems.packets) {
        assert!(found.is_empty(), "{found:?}");
    }
    played
}

/// What is told of the last packet, where the first outcome of each is followed.
pub fn explain<T>(played: &Played, lang: Lang, tell: impl FnOnce(&Explained) -> T) -> T {
    let packet = played.scenario().packets.len().saturating_sub(1);
    played.explain(&Viewpoint { lang, packet, raw_names: false }, tell)
}

/// What packet lines ask for.
///
/// # Panics
/// Where one has a problem.
pub fn asked(packets: &[&str], host: &Host) -> Vec<PacketSpec> {
    let read = packet_lines(packets, host).into_iter().zip(packets);
    let sound = |((ask, problems), line): ((PacketSpec, Vec<_>), &&str)| {
        assert!(problems.is_empty(), "{line}: {problems:?}");
        ask
    };
    read.map(sound).collect()
}

/// The host of a text, with facts that are said of it.
///
/// # Panics
/// Where a fact can't be read.
pub fn host_of(paste: &str, facts: &[&str]) -> Host {
    let mut host = read(&[paste]).host();
    for fact in facts {
        let said = assumption(fact).unwrap_or_else(|problem| panic!("{fact}: {problem:?}"));
        chainwalk_sim::assume(&mut host, &said);
    }
    host
}
