//! Every test there is, in parts, and one count over all of them.

use crate::page;
use crate::profile::Profile;
use crate::tools;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;
use xshell::{Cmd, cmd};

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// This machine's: units, cases, kernel answers, the tidy test
    Host,
    /// Those that run as wasm, in Chromium
    Wasm,
    /// The built page, driven in Chromium
    Browser,
}

/// How many tests passed, failed and were skipped.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
    /// What tests said that could not be run here. Their runner counts them as passed.
    said: Vec<String>,
    /// What tests said that passed only when they were tried once more.
    unsteady: Vec<String>,
}

/// Runs the given parts, or all; a part that fails does not keep the next from running.
///
/// # Errors
/// Where a test failed or a part could not run. The count is printed all the same, as the last line.
pub(crate) fn run(house: &Workspace, parts: &[Part], profile: Profile) -> Result<()> {
    let all = parts.is_empty();
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for part in Part::value_variants().iter().filter(|p| all || parts.contains(p)) {
        let began = Instant::now();
        let done = match part {
            Part::Host => host(house, &mut tally),
            Part::Wasm => wasm(house, &mut tally),
            Part::Browser => browser(house, profile, &mut tally),
        };
        let name = part.to_possible_value().context("every part has a name")?;
        let name = name.get_name().to_owned();
        println!("{name} tests took {} s", began.elapsed().as_secs());
        if let Err(error) = done {
            eprintln!("{name} tests: {error:#}");
            failed.push(name);
        }
    }
    tally.print();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// The name of the module whose tests drive the built page; they run last, once it is built.
const BROWSER_TESTS: &str = "driven::";

fn host(house: &Workspace, tally: &mut Tally) -> Result<()> {
    let test = cmd!(
        house.sh,
        "cargo test --workspace --no-fail-fast -- --include-ignored --skip {BROWSER_TESTS}"
    );
    counted(test, tally)
}

fn wasm(house: &Workspace, tally: &mut Tally) -> Result<()> {
    tools::ensure(house, tools::TO_TEST_WASM)?;
    let test =
        cmd!(house.sh, "cargo test --target wasm32-unknown-unknown --no-fail-fast --lib --tests")
            .args(["-p", "chainwalk-js", "-p", "chainwalk-web"])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", house.root.join("xtask/webdriver.json"))
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
            .env("CHROMEDRIVER", house.which("chromedriver").context("chromedriver")?);
    counted(test, tally)
}

fn browser(house: &Workspace, profile: Profile, tally: &mut Tally) -> Result<()> {
    tools::ensure(house, tools::TO_DRIVE)?;
    page::refresh(house, profile)?;
    let test = cmd!(
        house.sh,
        "cargo test --workspace --test browser -- --include-ignored {BROWSER_TESTS}"
    );
    let test = test
        .env("CHAINWALK_BROWSER", "1")
        .env("CHAINWALK_DIST", house.dist())
        .env("CHAINWALK_SCREENS", house.target.join("screens"))
        .env("CHAINWALK_AXE", house.tools.join("npm/node_modules/axe-core/axe.min.js"));
    counted(test, tally)
}

/// Runs a test command, passes its output through, and adds up the counts in it.
fn counted(cmd: Cmd, tally: &mut Tally) -> Result<()> {
    println!("$ {cmd}");
    let mut child = Command::from(cmd).stdout(Stdio::piped()).spawn()?;
    let out = child.stdout.take().context("its output is piped")?;
    for line in BufReader::new(out).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        tally.add(&line);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(())
}

impl Tally {
    /// Adds what a line like `test result: ok. 3 passed; 0 failed; 1 ignored; …` tells, or one like
    /// `skipped: NAME: WHY` or `unsteady: NAME: WHY`, if it is one.
    fn add(&mut self, line: &str) {
        if line.starts_with("skipped: ") {
            self.said.push(line.to_owned());
        }
        if line.starts_with("unsteady: ") {
            self.unsteady.push(line.to_owned());
        }
        let Some((_, counts)) =
            line.split_once("test result: ").and_then(|(_, r)| r.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    fn print(&self) {
        println!();
        for line in self.said.iter().chain(&self.unsteady) {
            println!("{line}");
        }
        let [passed, failed, skipped] = self.counts();
        println!("{passed} passed, {failed} failed, {skipped} skipped");
    }

    /// What passed, failed and was skipped; of these what said so itself is none that passed.
    fn counts(&self) -> [u64; 3] {
        let said = self.said.len() as u64;
        [self.passed.saturating_sub(said), self.failed, self.skipped + said]
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[track_caller]
    fn check(lines: &str, expect: [u64; 3]) {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.add(line));
        assert_eq!(tally.counts(), expect, "{lines}");
    }

    #[test]
    fn a_result_line_counts_and_no_other() {
        check(
            "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 7 filtered out",
            [12, 0, 3],
        );
        check(
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 filtered out; finished in 0.10s",
            [1, 2, 0],
        );
        check("test parse::reads_the_result ... ok", [0, 0, 0]);
        check("running 12 tests", [0, 0, 0]);
    }

    #[test]
    fn what_says_that_it_was_skipped_did_not_pass() {
        check(
            "test one ... ok\n\nskipped: two: there is no root\ntest two ... ok\n\
             test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured",
            [1, 0, 2],
        );
    }
}
