//! `chainwalk answer`.

use crate::sources;
use chainwalk_parse::case;
use chainwalk_sim::Session;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Answers each line of a file of cases. A line that is no case gets an `error` instead of packets.
pub(crate) fn answer(file: &str) -> io::Result<u8> {
    let text = sources::text(file)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut failed = false;
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let value = one(line);
        failed |= value.get("error").is_some();
        writeln!(out, "{value}")?;
        out.flush()?;
    }
    Ok(u8::from(failed))
}

fn one(line: &str) -> Value {
    let case = match case::read_line(line) {
        Ok(case) => case,
        Err(e) => {
            let id = serde_json::from_str::<Value>(line)
                .ok()
                .and_then(|v| v.pointer("/case/id").or_else(|| v.get("id")).cloned());
            return json!({ "id": id, "error": e.to_string() });
        }
    };
    let mut host = case.host;
    for said in &case.assume {
        chainwalk_sim::assume(&mut host, said);
    }
    let mut session = Session::new(host);
    for ask in &case.asks {
        session.send(ask);
    }
    chainwalk_view::answer::answer(&case.id, session.host(), session.walks())
}
