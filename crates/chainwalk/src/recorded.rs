//! A case as a kernel was asked it, answered by us.

use chainwalk_parse::case;
use chainwalk_sim::Session;
use chainwalk_view::answer::Answers;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Beside which packets the conntrack table stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tables {
    /// Beside each, as it is then.
    #[default]
    Each,
    /// Beside the last one alone.
    Last,
}

/// What of an answer is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Whether what follows each packet in its connection stands beside it.
    pub round_trip: bool,
    /// Beside which packets the conntrack table stands.
    pub tables: Tables,
}

/// Writes the answer to one line of a file of recorded cases, in the shape of the kernel's, packet by packet; whether
/// the line is a case. One that is none gets an `error`.
///
/// # Errors
///
/// Those of writing.
pub fn answer_recorded(line: &str, wanted: Wanted, out: &mut impl Write) -> io::Result<bool> {
    let case = match case::read_line(line) {
        Ok(case) => case,
        Err(e) => {
            let id = serde_json::from_str::<Value>(line)
                .ok()
                .and_then(|v| v.pointer("/case/id").or_else(|| v.get("id")).cloned());
            write!(out, "{}", json!({ "id": id, "error": e.to_string() }))?;
            return Ok(false);
        }
    };
    let mut host = case.host;
    for fact in &case.assume {
        chainwalk_sim::assume(&mut host, fact);
    }
    let mut session = Session::new(host);
    if wanted.round_trip {
        // A way back is walked in the world that the last packet left.
        for ask in &case.asks {
            session.send(ask);
        }
    }
    write!(out, "{{\"id\":{},\"packets\":[", json!(case.id))?;
    let last = case.asks.len().saturating_sub(1);
    let followed = case.asks.iter().rposition(|ask| ask.follow_up.is_some());
    let mut answers = Answers::default();
    // A packet is written in very many small parts.
    let mut text = Vec::new();
    for (at, ask) in case.asks.iter().enumerate() {
        if at > 0 {
            write!(out, ",")?;
        }
        if !wanted.round_trip {
            session.send(ask);
        }
        let told = wanted.tables == Tables::Each || at == last;
        let flows = |outcome| told.then(|| session.flows(at, outcome));
        let packet = answers.packet(session.host(), &session.walks()[at], flows);
        if wanted.round_trip {
            let mut packet = packet.value();
            crate::trips::put(&mut packet, &session, &case.asks, at);
            serde_json::to_writer(&mut text, &packet)?;
        } else {
            packet.write(&mut text);
            if followed.is_none_or(|followed| followed <= at) {
                session.let_go();
            }
        }
        out.write_all(&text)?;
        text.clear();
    }
    write!(out, "]}}")?;
    Ok(true)
}
