//! What a test says of itself beyond that it passed or failed.
//!
//! A test that needs what not every machine has is `#[ignore]`d with what that is. `cargo xtask test` runs it all the
//! same; what is missing then it learns here, and counts the test as skipped. A test that passed only when it was tried
//! once more is listed under all others, so that its cause is looked for.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::{io, thread};

/// Says, once a test, that the test which runs on this thread is skipped, and why.
pub fn skipped(why: &str) {
    say("skipped", why);
}

/// Says that the test which runs on this thread failed, and is tried once more.
pub fn unsteady(why: &str) {
    say("unsteady", why);
}

/// The line goes past libtest's capture, which would show it only if the test failed.
fn say(what: &str, why: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let name = thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("\n{what}: {name}: {why}\n");
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone()) {
        // Where nobody reads it, nobody counts it.
        let _unread = io::stdout().lock().write_all(line.as_bytes());
    }
}
