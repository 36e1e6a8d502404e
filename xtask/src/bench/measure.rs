//! What a process costs, and the table of it.

use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::process::{Command, Stdio};

/// How often each command is run.
const RUNS: usize = 3;

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// Seconds of processor time, user and system together.
    pub(super) seconds: f64,
    /// Its largest size.
    pub(super) kilobytes: u64,
}

/// The least that a command takes, as GNU time tells; `None` where it does not end with one of these codes.
///
/// # Errors
///
/// Where there is no `/usr/bin/time`.
pub(super) fn cost(line: &[String], codes: &[i32]) -> Result<Option<Cost>> {
    let mut least: Option<Cost> = None;
    for _ in 0..RUNS {
        let out = Command::new("/usr/bin/time")
            .args(["-f", "%U %S %M"])
            .args(line)
            .stdout(Stdio::null())
            .output()
            .context("GNU time is wanted, as /usr/bin/time")?;
        if !out.status.code().is_some_and(|code| codes.contains(&code)) {
            return Ok(None);
        }
        let told = String::from_utf8_lossy(&out.stderr);
        let words: Vec<f64> = told
            .lines()
            .last()
            .unwrap_or_default()
            .split(' ')
            .filter_map(|w| w.parse().ok())
            .collect();
        let [user, system, kilobytes] = words[..] else { return Ok(None) };
        let this = Cost { seconds: user + system, kilobytes: kilobytes as u64 };
        if least.is_none_or(|l| this.seconds < l.seconds) {
            least = Some(this);
        }
        if this.seconds > 10.0 {
            break;
        }
    }
    Ok(least)
}

/// The one that took less.
pub(super) fn least(one: Option<Cost>, other: Option<Cost>) -> Option<Cost> {
    one.into_iter().chain(other).min_by(|a, b| a.seconds.total_cmp(&b.seconds))
}

/// A line of the table.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// What was done, and with how much.
    pub(super) what: String,
    /// What it costs us.
    pub(super) ours: Option<Cost>,
    /// Who does the same.
    pub(super) beside: &'static str,
    /// What it costs them.
    pub(super) peer: Option<Cost>,
    /// How many times longer it takes than half as much, where both take long enough to be compared.
    pub(super) growth: Option<f64>,
}

/// The table, in Markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let mut text = "| what | time | memory | beside it | time | memory | of its time | doubling |\n|---|---|---|---|---|---|---|---|\n".to_owned();
    for row in rows {
        let time = |c: Option<Cost>| c.map_or("–".to_owned(), |c| seconds(c.seconds));
        let size = |c: Option<Cost>| {
            c.map_or("–".to_owned(), |c| format!("{} MB", c.kilobytes.div_ceil(1024)))
        };
        let of = row.ours.zip(row.peer).map(|(o, p)| o.seconds / p.seconds.max(0.001));
        let ratio = |n: Option<f64>| n.map_or(String::new(), |n| format!("{n:.2} ×"));
        let (peer, peer_size) = match row.beside {
            "" => (String::new(), String::new()),
            _ => (time(row.peer), size(row.peer)),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {peer} | {peer_size} | {} | {} |",
            row.what,
            time(row.ours),
            size(row.ours),
            row.beside,
            ratio(of),
            ratio(row.growth),
        );
    }
    text
}

fn seconds(s: f64) -> String {
    if s >= 0.01 {
        format!("{s:.2} s")
    } else if s >= 0.001 {
        format!("{:.1} ms", s * 1e3)
    } else if s > 0.0 {
        format!("{:.1} µs", s * 1e6)
    } else {
        "under 0.01 s".to_owned()
    }
}
