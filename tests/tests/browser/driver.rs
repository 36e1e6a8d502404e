//! Headless Chromiums, each lent to one test after the other: starting one takes longer than most tests.

use crate::chromium::PATIENCE;
use anyhow::{Context, Result};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use tokio::runtime::{Builder, Runtime};

/// Those that no test is in.
static IDLE: Mutex<Vec<Browser>> = Mutex::new(Vec::new());

/// A browser, and who speaks to it.
pub(crate) struct Browser {
    /// Where its client runs.
    pub(crate) runtime: Runtime,
    /// The session.
    pub(crate) client: Client,
    _driver: Driver,
}

impl Browser {
    /// One that is idle, or a new one.
    pub(crate) fn take() -> Result<Self> {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(browser) = idle {
            return Ok(browser);
        }
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let driver = Driver::start()?;
        let mut client = ClientBuilder::new(HttpConnector::new());
        let wanted = capabilities(&driver.profile)?;
        let client = runtime.block_on(client.capabilities(wanted).connect(&driver.url))?;
        Ok(Self { runtime, client, _driver: driver })
    }

    /// Keeps the browser for the next test, with a window that nobody has touched: one in which fingers pinched may give
    /// the next page no pointer events, and the mouse stays where it was.
    pub(crate) fn put_back(self) -> Result<()> {
        self.runtime.block_on(async {
            let fresh = self.client.new_window(true).await?.handle;
            self.client.close_window().await?;
            self.client.switch_to_window(fresh).await
        })?;
        IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(self);
        Ok(())
    }

    /// Ends it.
    pub(crate) fn close(self) -> Result<()> {
        self.runtime.block_on(self.client.close())?;
        Ok(())
    }
}

/// The flags of the wasm tests' browser, with what it writes in a folder of ours, and its console kept for reading.
fn capabilities(profile: &Path) -> Result<Map<String, Value>> {
    let mut map: Map<String, Value> =
        serde_json::from_str(include_str!("../../../xtask/webdriver.json"))?;
    // Over a pipe it ends with its driver.
    if let Some(args) = map["goog:chromeOptions"]["args"].as_array_mut() {
        args.push("--remote-debugging-pipe".into());
        // No test lasts so long that compiling the same code again, for speed, pays.
        args.push("--js-flags=--liftoff-only --wasm-lazy-validation".into());
        args.push(format!("--user-data-dir={}", profile.display()).into());
    }
    map.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL", "performance": "ALL" }));
    let patience = PATIENCE.as_millis() as u64;
    map.insert("timeouts".into(), json!({ "pageLoad": patience, "script": patience }));
    Ok(map)
}

/// A chromedriver on a port of its own choice.
struct Driver {
    url: String,
    /// Where its browser keeps what it writes: half a gigabyte behind a run of all tests.
    profile: PathBuf,
    process: Child,
    /// Ends it once nothing can be read any more, when this process is gone, whatever became of it; and takes the
    /// profile away, once the browser has ended with it.
    watcher: Child,
}

impl Driver {
    /// The port that it chooses may be taken by the time it listens; then it ends, and another is started.
    fn start() -> Result<Self> {
        const ATTEMPTS: usize = 3;
        (1..ATTEMPTS).find_map(|_| Self::attempt().transpose()).unwrap_or_else(|| {
            Self::attempt()?.context("chromedriver ended before it named its port")
        })
    }

    /// A chromedriver that listens, or `None` where it ended before it did.
    fn attempt() -> Result<Option<Self>> {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver does not start: install chromium and chromium-driver")?;
        let mut out = BufReader::new(process.stdout.take().context("its output is piped")?);
        let mut line = String::new();
        while out.read_line(&mut line)? > 0 {
            if let Some((_, rest)) = line.split_once("started successfully on port ") {
                let port: u16 = rest.trim().trim_end_matches('.').parse()?;
                // What it prints from here on is let go of, or it would wait for a reader.
                std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
                let name = format!("chainwalk-browser-{}-{}", std::process::id(), process.id());
                let profile = std::env::temp_dir().join(name);
                let watcher = Command::new("sh")
                    .args(["-c", "cat; kill $1; sleep 2; rm -rf \"$2\"", "watcher"])
                    .arg(process.id().to_string())
                    .arg(&profile)
                    .stdin(Stdio::piped())
                    .process_group(0)
                    .spawn()?;
                let url = format!("http://127.0.0.1:{port}");
                return Ok(Some(Self { url, profile, process, watcher }));
            }
            line.clear();
        }
        process.wait()?;
        Ok(None)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        for process in [&mut self.watcher, &mut self.process] {
            let _status = process.wait();
        }
    }
}
