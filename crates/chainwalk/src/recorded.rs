//! A case as a kernel was asked it, answered by us.

use chainwalk_parse::case;
use chainwalk_sim::Session;
use serde_json::{Value, json};

/// The answer to one line of a file of recorded cases, in the shape of the kernel's. A line that is no case
/// gets an `error`. With `round_trip`, what follows each packet in its connection stands beside it.
pub fn answer_recorded(line: &str, round_trip: bool) -> Value {
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
    for fact in &case.assume {
        chainwalk_sim::assume(&mut host, fact);
    }
    let mut session = Session::new(host);
    for ask in &case.asks {
        session.send(ask);
    }
    let mut answer = chainwalk_view::answer::answer(&case.id, session.host(), session.walks());
    if round_trip {
        crate::trips::put(&mut answer, &session, &case.asks);
    }
    answer
}
