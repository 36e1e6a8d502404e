//! A short journey in browsers other than Chromium, by the commands of W3C `WebDriver` alone.
//!
//! `CHAINWALK_BROWSERS=firefox,webkit` asks for it. Firefox is driven by `geckodriver`, `WebKit` by `WebKitWebDriver`
//! of `WebKitGTK`, within `xvfb-run` where there is no display.

use crate::chromium::{HOOKS, PATIENCE, dist};
use crate::server::Site;
use anyhow::{Context, Result, bail, ensure};
use chainwalk_tests::skipped;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::env;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where distributions put the browser that `WebKitWebDriver` starts.
const MINI_BROWSERS: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
    "/usr/lib/x86_64-linux-gnu/webkitgtk-6.0/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
];

/// A browser, and its driver; both end with it.
struct Visitor {
    client: Client,
    _driver: Driver,
}

impl Visitor {
    /// Starts `name`; `None`, where it is not installed.
    async fn start(name: &str) -> Result<Option<Self>> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let (program, capabilities) = match name {
            "firefox" => {
                ("geckodriver", json!({ "moz:firefoxOptions": { "args": ["-headless"] } }))
            }
            "webkit" => {
                let Some(browser) = MINI_BROWSERS.iter().find(|path| Path::new(path).exists())
                else {
                    return Ok(None);
                };
                let options = json!({ "binary": browser, "args": ["--automation"] });
                ("WebKitWebDriver", json!({ "webkitgtk:browserOptions": options }))
            }
            _ => bail!("CHAINWALK_BROWSERS: {name} is neither firefox nor webkit"),
        };
        let seen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
        let mut command = if name == "webkit" && !seen {
            let mut command = Command::new("xvfb-run");
            command.args(["-a", "-s", "-screen 0 1600x1100x24", program]);
            command
        } else {
            Command::new(program)
        };
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        command.process_group(0);
        let driver = match command.spawn() {
            Ok(driver) => driver,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context(program),
        };
        let driver = Driver(driver);
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(began.elapsed() < PATIENCE, "{program} does not answer");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let capabilities: Map<String, Value> = serde_json::from_value(capabilities)?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Some(Self { client, _driver: driver }))
    }

    async fn ask(&self, script: &str) -> Result<Value> {
        let value = self.client.execute(&format!("{HOOKS}\n{script}"), vec![]).await;
        value.with_context(|| script.to_owned())
    }

    async fn until(&self, what: &str, script: &str) -> Result<()> {
        let began = Instant::now();
        while self.ask(script).await? != Value::Bool(true) {
            ensure!(
                began.elapsed() < PATIENCE,
                "{what}: did not come about; the banner says: {}",
                self.ask("return banner()").await?
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn says(&self, words: &str) -> Result<()> {
        self.until(
            &format!("the banner says {words}"),
            &format!("return banner().includes('{words}')"),
        )
        .await
    }

    async fn click(&self, selector: &str) -> Result<()> {
        self.client.find(Locator::Css(selector)).await?.click().await?;
        Ok(())
    }

    /// Presses keys where the focus is, with another one held or none.
    async fn press(&self, held: Option<Key>, keys: &str) -> Result<()> {
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

    /// From the first answer to a reload.
    async fn journey(&self, url: &str) -> Result<()> {
        // A window manager may have its own way; the page has to fit what it gets.
        let _kept = self.client.set_window_rect(0, 0, 1440, 960).await;
        self.client.goto(url).await?;
        self.says("No route to host").await?;
        self.says("FORWARD rule 6").await?;
        let opened = self.ask("return position()").await?;
        self.until("it plays", &format!("return position() !== {opened}")).await?;
        self.click("[data-testid=play]").await?;
        self.until("it rests", "return at('play').getAttribute('aria-pressed') === 'false'")
            .await?;

        self.until("the walk is there", "return rows().length > 20").await?;
        self.ask("document.querySelector('.row.range .why').click()").await?;
        self.until("rules say why", "return text('cards').includes('dport 6379')").await?;
        self.ask("at('rows').focus()").await?;
        self.press(None, &char::from(Key::Down).to_string()).await?;
        self.until("the tree has the focus", "return document.activeElement === at('rows')")
            .await?;
        let place = self.ask("return here().id").await?;
        self.press(None, &char::from(Key::Down).to_string()).await?;
        self.until("a row down", &format!("return here().id !== {place}")).await?;

        self.click("[data-testid=packet]").await?;
        self.press(Some(Key::Control), "a").await?;
        self.press(None, "curl 172.17.0.2:22").await?;
        self.press(None, &char::from(Key::Enter).to_string()).await?;
        self.says("elivered").await?;
        self.until("it is well", "return state() === 'ok'").await?;

        self.click("[data-testid=examples]").await?;
        self.click(".menu .sheet li:nth-child(4) button").await?;
        self.says("DOCKER-USER rule 3").await?;
        self.click("[data-testid=search]").await?;
        self.until(
            "changes are proposed",
            "return [...document.querySelectorAll('[data-testid=proposal]')].some(p => p.innerText.includes('--dport 80 -j ACCEPT'))",
        )
        .await?;
        self.click("[data-testid=proposal] .yn").await?;
        self.until("both fates are shown", "return text('compared').includes('Dropped')").await?;
        self.until(
            "the focus is not lost",
            "return document.activeElement !== null && document.activeElement !== document.body",
        )
        .await?;
        self.click("[data-testid=made] .x").await?;
        self.until("the change is taken back", "return at('made') === null").await?;

        self.click("[data-testid=lang]").await?;
        self.says("丢弃").await?;
        self.until("its language is told", "return document.documentElement.lang === 'zh-Hans'")
            .await?;
        self.click("[data-testid=theme]").await?;
        self.until("its theme is set", "return document.documentElement.dataset.theme === 'light'")
            .await?;

        self.click("[data-testid=paste] .cm-line").await?;
        self.press(None, "zq").await?;
        self.until("it is typed", "return pasted().value.includes('zq')").await?;
        self.press(Some(Key::Control), "z").await?;
        self.until("and taken back", "return !pasted().value.includes('zq')").await?;
        self.press(None, "qz").await?;
        self.until(
            "it is kept",
            "return pasted().value.includes('qz') && localStorage['chainwalk.case']?.includes('qz') === true",
        )
        .await?;
        self.client.refresh().await?;
        self.until(
            "the work is back",
            "return pasted()?.value?.includes('qz') === true && document.documentElement.lang === 'zh-Hans'
                && at('packet').value.includes('8080') && banner().includes('丢弃')",
        )
        .await
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

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_page_works_in_firefox_and_webkit() -> Result<()> {
    let Some(names) = env::var("CHAINWALK_BROWSERS").ok().filter(|names| !names.is_empty()) else {
        skipped("CHAINWALK_BROWSERS=firefox,webkit asks for it");
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let site = Site::serve(dist()?)?;
        for name in names.split(',') {
            let Some(visitor) = Visitor::start(name).await? else {
                skipped(&format!("{name} or its driver is not installed"));
                continue;
            };
            let agent = visitor.ask("return navigator.userAgent").await?;
            let done = visitor.journey(&site.url).await;
            visitor.client.clone().close().await?;
            done.with_context(|| format!("in {name}, {agent}"))?;
            eprintln!("the journey was made in {agent}");
        }
        Ok(())
    })
}
