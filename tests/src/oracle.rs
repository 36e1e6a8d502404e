//! A real kernel to ask while a test runs, where there is one: root, iptables and the program that asks.

use crate::recorded;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A path beside the repository, where what is shared lies.
pub fn shared(what: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(what)
}

/// What is missing to ask a kernel; `None` where it can be asked.
pub fn missing() -> Option<&'static str> {
    let works = |program: &str, args: &[&str]| {
        Command::new(program).args(args).output().is_ok_and(|o| o.status.success())
    };
    if !shared("kernel/oracle/oracle.py").is_file() {
        Some("../shared")
    } else if !works("iptables-legacy", &["--version"]) || !works("ipset", &["--version"]) {
        Some("iptables or ipset")
    } else if !works("unshare", &["-n", "true"]) {
        Some("root")
    } else {
        None
    }
}

/// The kernel's answer to a case, in the shape of recorded ones. The network is new each time: the order in
/// which interfaces were made counts.
///
/// # Errors
/// The kernel refused the case, or could not be asked.
pub fn ask(case: &Value) -> Result<Value, String> {
    let name: String = case["id"]
        .as_str()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let path = std::env::temp_dir().join(format!("chainwalk-{}-{name}.json", std::process::id()));
    std::fs::write(&path, case.to_string()).map_err(|e| e.to_string())?;
    let done = Command::new("python3").arg(shared("kernel/oracle/oracle.py")).arg(&path).output();
    std::fs::remove_file(&path).map_err(|e| e.to_string())?;
    let done = done.map_err(|e| e.to_string())?;
    let said = || String::from_utf8_lossy(&done.stderr).into_owned();
    let answer: Value =
        serde_json::from_slice(&done.stdout).map_err(|e| format!("{e}: {}", said()))?;
    if let Some(error) = answer["error"].as_str() {
        return Err(error.to_owned());
    }
    let line = json!({ "case": case, "answer": recorded::reduced(&answer) });
    Ok(recorded::expanded(line)["answer"].take())
}
