//! The built page in a real Chromium, used as a person would use it.
//!
//! The page carries hooks for these tests: `data-testid` on what a person reads and touches, and the tone of
//! the answer in `data-state` of `body`. Words are looked for as the page shows them in English.

mod chromium;
mod driven;
mod driver;
mod likeness;
mod reader;
mod server;
mod visitor;

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// A document of the test suite, its dumps one after the other, as one paste.
fn document(dumps: &[&str]) -> Result<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paste = String::new();
    for dump in dumps {
        let path = tests.join("documents").join(dump);
        paste += &fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        paste.push('\n');
    }
    Ok(paste)
}

/// Rules, a fact and what a kernel traced with them, as one paste.
fn trace_paste() -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernel/traces");
    let of = |name: &str| fs::read_to_string(folder.join(name)).with_context(|| name.to_owned());
    let addr = "2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n";
    Ok([&of("nft-save.txt")?, addr, &of("nft-monitor.txt")?].concat())
}

/// All that the second document prints of its host.
const DOCKER_HOST: &[&str] =
    &["docker-host.iptables.txt", "docker-host.ip-addr.txt", "docker-host.brctl.txt"];
