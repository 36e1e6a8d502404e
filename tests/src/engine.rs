//! The engine as the doors use it: a case in, an answer out.

use crate::kernel::{Standing, compare, differences};
use chainwalk_parse::case::{self, Case};
use chainwalk_sim::Session;
use serde_json::Value;
use std::fmt::Write as _;

/// Walks the packets of a case in order.
pub fn walk(case: &Case) -> Session {
    let mut host = case.host.clone();
    for said in &case.assume {
        chainwalk_sim::assume(&mut host, said);
    }
    let mut session = Session::new(host);
    for ask in &case.asks {
        session.send(ask);
    }
    session
}

/// Our answer to a case.
pub fn answer(case: &Case) -> Value {
    let session = walk(case);
    chainwalk_view::answer::answer(&case.id, session.host(), session.walks(), |packet, outcome| {
        session.flows(packet, outcome)
    })
}

/// Where our answers to recorded cases are not the kernel's, in words; of each case the first packet. A case
/// that can't be read is told too.
pub fn disagreements<'a>(lines: impl IntoIterator<Item = &'a Value>) -> String {
    let mut wrong = String::new();
    for line in lines {
        let id = &line["case"]["id"];
        let case = match case::read_value(&line["case"]) {
            Ok(case) => case,
            Err(e) => {
                let _ = writeln!(wrong, "\n{id}: {e}");
                continue;
            }
        };
        let ours = answer(&case);
        let theirs = &line["answer"];
        for (k, standing) in compare(&ours, theirs).iter().enumerate() {
            if *standing != Standing::Agrees {
                let _ = write!(wrong, "\n{id}, packet {k}: {standing:?}\n");
                wrong.push_str(&differences(&ours["packets"][k], &theirs["packets"][k]));
                break;
            }
        }
    }
    wrong
}
