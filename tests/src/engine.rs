//! The engine as the doors use it: a case in, an answer out.

use chainwalk_parse::case::Case;
use chainwalk_sim::Session;
use serde_json::Value;

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
    chainwalk_view::answer::answer(&case.id, session.host(), session.walks())
}
