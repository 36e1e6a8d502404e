//! Browsers other than Chromium, driven by the commands of W3C `WebDriver` alone.
//!
//! `CHAINWALK_BROWSERS=firefox,webkit` asks for them. Firefox is driven by `geckodriver`, `WebKit` by `WebKitWebDriver`
//! of `WebKitGTK`, within `xvfb-run` where there is no display.

use crate::chromium::{PATIENCE, dist};
use crate::reader::Reader;
use crate::server::Site;
use anyhow::{Context, Result, bail, ensure};
use chainwalk_tests::skipped;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// Where distributions put the browser that `WebKitWebDriver` starts.
const MINI_BROWSERS: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
    "/usr/lib/x86_64-linux-gnu/webkitgtk-6.0/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
];

/// Runs `test` in each browser that is asked for and installed; what is passed over is said.
pub(crate) fn elsewhere(mut test: impl AsyncFnMut(&Elsewhere) -> Result<()>) -> Result<()> {
    let Some(names) = env::var("CHAINWALK_BROWSERS").ok().filter(|names| !names.is_empty()) else {
        skipped("CHAINWALK_BROWSERS=firefox,webkit asks for it");
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for name in names.split(',') {
            let browser = match name {
                "firefox" => Browser::Firefox,
                "webkit" => Browser::WebKit,
                _ => bail!("CHAINWALK_BROWSERS: {name} is neither firefox nor webkit"),
            };
            if !browser.is_installed() {
                skipped(&format!("{name} or its driver is not installed"));
                continue;
            }
            // Served on a port of its own, so that nothing is stored for it yet.
            let there = Elsewhere { browser, site: Site::serve(dist()?)? };
            test(&there).await.with_context(|| format!("in {name}"))?;
        }
        Ok(())
    })
}

/// A browser that is installed, and what is served to it.
pub(crate) struct Elsewhere {
    pub(crate) browser: Browser,
    pub(crate) site: Site,
}

impl Elsewhere {
    /// Lets somebody with a profile of their own, in which nothing was ever kept, do what `journey` does; `still` where
    /// they want less motion.
    pub(crate) async fn visit(
        &self,
        still: bool,
        journey: impl AsyncFnOnce(&Visitor) -> Result<()>,
    ) -> Result<()> {
        let visitor = Visitor::start(self, still).await?;
        let agent = visitor.ask("return navigator.userAgent").await?;
        let done = journey(&visitor).await;
        visitor.client.clone().close().await?;
        done.with_context(|| agent.to_string())?;
        eprintln!("made in {agent}");
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    Firefox,
    WebKit,
}

impl Browser {
    fn is_installed(self) -> bool {
        match self {
            Self::Firefox => runs("geckodriver") && (runs("firefox") || runs("firefox-esr")),
            Self::WebKit => {
                let screen = has_display() || runs("xvfb-run");
                runs("WebKitWebDriver") && mini_browser().is_some() && screen
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    fn capabilities(self, still: bool) -> Value {
        match self {
            Self::Firefox => {
                let wishes = json!({ "ui.prefersReducedMotion": u8::from(still) });
                json!({ "moz:firefoxOptions": { "args": ["-headless"], "prefs": wishes } })
            }
            Self::WebKit => {
                let options = json!({ "binary": mini_browser(), "args": ["--automation"] });
                json!({ "webkitgtk:browserOptions": options })
            }
        }
    }

    fn driver(self, still: bool) -> Result<Command> {
        match self {
            Self::Firefox => Ok(Command::new("geckodriver")),
            Self::WebKit => {
                let mut command = if has_display() {
                    Command::new("WebKitWebDriver")
                } else {
                    let mut command = Command::new("xvfb-run");
                    command.args(["-a", "-s", "-screen 0 1600x1100x24", "WebKitWebDriver"]);
                    command
                };
                // It takes wishes from the desktop.
                if still {
                    command.env("XDG_CONFIG_HOME", still_desktop()?);
                }
                Ok(command)
            }
        }
    }
}

/// Whether there is such a program.
fn runs(program: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

fn mini_browser() -> Option<&'static str> {
    MINI_BROWSERS.into_iter().find(|path| Path::new(path).exists())
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some())
}

/// The settings of a desktop on which nothing moves.
fn still_desktop() -> Result<PathBuf> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("still-desktop");
    for version in ["gtk-3.0", "gtk-4.0"] {
        let folder = home.join(version);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("settings.ini"), "[Settings]\ngtk-enable-animations=0\n")?;
    }
    Ok(home)
}

/// Somebody with such a browser; it ends with them.
pub(crate) struct Visitor<'a> {
    pub(crate) site: &'a Site,
    pub(crate) client: Client,
    browser: Browser,
    _driver: Driver,
}

impl<'a> Visitor<'a> {
    async fn start(there: &'a Elsewhere, still: bool) -> Result<Self> {
        let Elsewhere { browser, site } = there;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = browser.driver(still)?;
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        command.process_group(0);
        let driver = Driver(command.spawn().context("its driver")?);
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(began.elapsed() < PATIENCE, "its driver does not answer");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let capabilities: Map<String, Value> = serde_json::from_value(browser.capabilities(still))?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        // A window manager may have its own way; the page has to fit what it gets.
        let _kept = client.set_window_rect(0, 0, 1440, 960).await;
        Ok(Self { site, client, browser: *browser, _driver: driver })
    }

    /// Waits until a script returns true.
    pub(crate) async fn until(&self, what: &str, script: &str) -> Result<()> {
        self.wait(what, script, "return banner()").await
    }

    /// Waits until the banner has these words.
    pub(crate) async fn says(&self, words: &str) -> Result<()> {
        self.until(
            &format!("the banner says {words}"),
            &format!("return banner().includes('{words}')"),
        )
        .await
    }

    pub(crate) async fn click(&self, selector: &str) -> Result<()> {
        self.client.find(Locator::Css(selector)).await?.click().await?;
        Ok(())
    }

    /// Presses keys where the focus is, with another one held or none.
    pub(crate) async fn press(&self, held: Option<Key>, keys: &str) -> Result<()> {
        let mut actions = KeyActions::new("keys".into());
        if let Some(held) = held {
            actions = actions.then(KeyAction::Down { value: held.into() });
        }
        for value in keys.chars() {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        if let Some(held) = held {
            actions = actions.then(KeyAction::Up { value: held.into() });
        }
        self.client.perform_actions(actions).await?;
        Ok(())
    }

    /// The first element of this kind, as PNG.
    pub(crate) async fn drawn(&self, selector: &str) -> Result<Vec<u8>> {
        Ok(self.client.find(Locator::Css(selector)).await?.screenshot().await?)
    }

    /// Keeps a picture of the window.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        let unset = || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screens");
        let folder = env::var_os("CHAINWALK_SCREENS").map_or_else(unset, PathBuf::from);
        fs::create_dir_all(&folder)?;
        let png = self.client.screenshot().await?;
        fs::write(folder.join(format!("{}-{name}.png", self.browser.name())), png)?;
        Ok(())
    }
}

/// A driver with all that it started, in a process group of its own; they end together.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = Command::new("kill").args(["--", &format!("-{}", self.0.id())]).status();
        let _status = self.0.wait();
    }
}
