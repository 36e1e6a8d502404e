//! A paste, facts and packets, played as the doors play them: what the tests of what is told look at.

use chainwalk_model::{Ask, Host, Reading, Walk};
use chainwalk_parse::{assumption, packet_lines, read};
use chainwalk_sim::Session;
use chainwalk_view::{Lang, NoReasons, Telling};
use serde_json::Value;

/// Texts that were read, and packets that were walked past them in order.
pub struct Played {
    docs: Vec<String>,
    reading: Reading,
    asks: Vec<Ask>,
    session: Session,
}

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
    let reading = read(docs);
    let host = with_facts(reading.host(), facts);
    played_on(host, reading, docs, packets)
}

/// Walks packet lines past pasted texts, on a host that was made of them.
///
/// # Panics
/// Where a packet line has a problem.
pub fn played_on(host: Host, reading: Reading, docs: &[&str], packets: &[&str]) -> Played {
    let asks = asked(packets, &host);
    let mut session = Session::new(host);
    for ask in &asks {
        session.send(ask);
    }
    Played { docs: docs.iter().map(|&d| d.to_owned()).collect(), reading, asks, session }
}

/// What packet lines ask for.
///
/// # Panics
/// Where one has a problem.
pub fn asked(packets: &[&str], host: &Host) -> Vec<Ask> {
    let read = packet_lines(packets, host).into_iter().zip(packets);
    let sound = |((ask, problems), line): ((Ask, Vec<_>), &&str)| {
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
    with_facts(read(&[paste]).host(), facts)
}

fn with_facts(mut host: Host, facts: &[&str]) -> Host {
    for fact in facts {
        let said = assumption(fact).unwrap_or_else(|problem| panic!("{fact}: {problem:?}"));
        chainwalk_sim::assume(&mut host, &said);
    }
    host
}

impl Played {
    /// What was read of the texts.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// The walks, one a packet.
    pub fn walks(&self) -> &[Walk] {
        self.session.walks()
    }

    /// The session behind the last packet.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What is told of the last packet, where the first outcome of each is followed and no rule explains itself.
    pub fn explain<T>(&self, lang: Lang, tell: impl FnOnce(&Telling) -> T) -> T {
        let docs: Vec<&str> = self.docs.iter().map(String::as_str).collect();
        tell(&Telling {
            lang,
            reading: Some(&self.reading),
            docs: &docs,
            host: self.session.host(),
            asks: &self.asks,
            walks: self.session.walks(),
            followed: &[],
            packet: self.asks.len().saturating_sub(1),
            raw_names: false,
            reasons: &NoReasons,
        })
    }

    /// The answer, as `chainwalk answer` prints it.
    pub fn answer(&self) -> Value {
        chainwalk_view::answer::answer("", self.session.host(), self.session.walks())
    }
}
