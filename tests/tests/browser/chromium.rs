//! A headless Chromium with the page open in it.
//!
//! What a person waits for is waited for here too; every wait ends after [`PATIENCE`].

mod hands;
mod looked;

use crate::driver::Browser;
use crate::reader::Reader;
use crate::server::Site;
use anyhow::{Context, Result, bail, ensure};
use chainwalk_tests::{skipped, unsteady};
use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a test waits for something to come about.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What scripts may call: `at(id)`, `text(id)`, `banner()`, `state()`, `position()`, `rows()`, `lines()`, `pasted()`,
/// `here()` and `is_drawn()` look at the page by the hooks it carries for tests; `is_drawn()` is true once the drawing, where
/// there is room for one, is of the answer that is shown.
pub(crate) const HOOKS: &str = "
    const at = id => document.querySelector(`[data-testid=${id}]`);
    const text = id => at(id)?.innerText ?? '';
    const rows = () => [...document.querySelectorAll('[data-testid=rows] .row')];
    const lines = () => [...document.querySelectorAll('.ln.now')];
    const pasted = () => document.querySelector('rule-text');
    const banner = () => text('banner');
    const position = () => text('position');
    const state = () => document.body.dataset.state ?? '';
    const here = () => document.getElementById(at('rows').getAttribute('aria-activedescendant'));
    const is_drawn = () => {
        const stage = document.querySelector('.stage');
        if (!stage?.clientWidth || !stage.clientHeight || stage.querySelector('.blank')) return true;
        return stage.querySelector('.scene')?.dataset.of === stage.dataset.of;
    };
";

/// The window.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// Its name in the names of pictures.
    pub(crate) name: &'static str,
    /// Width and height in CSS pixels.
    pub(crate) size: (u32, u32),
    /// Whether the system prefers dark.
    pub(crate) dark: bool,
    /// Whether the system prefers less motion.
    pub(crate) still: bool,
}

/// A laptop's window.
pub(crate) const DESK: Look =
    Look { name: "1440-light", size: (1440, 900), dark: false, still: false };
/// The same at night.
pub(crate) const DESK_DARK: Look = Look { name: "1440-dark", dark: true, ..DESK };
/// A phone.
pub(crate) const PHONE: Look = Look { name: "390-light", size: (390, 844), ..DESK };
/// The same at night.
pub(crate) const PHONE_DARK: Look = Look { name: "390-dark", dark: true, ..PHONE };

/// Runs `test` against the built page, in a browser that no other test is in, then asks that the console was quiet.
/// Where it fails it is tried once more, in another browser: a machine kept busy may let any wait run out. That it did
/// is said, and listed under the tests.
///
/// Skipped unless `CHAINWALK_BROWSER` asks for it: without `cargo xtask test` the page
/// in `dist/` may be missing or of another day.
pub(crate) fn drive(look: Look, test: impl AsyncFnMut(&Page) -> Result<()>) -> Result<()> {
    attempts(look, true, test)
}

/// The same for a test that goes to an address of its own: nothing is open as it begins.
pub(crate) fn drive_from_nothing(
    look: Look,
    test: impl AsyncFnMut(&Page) -> Result<()>,
) -> Result<()> {
    attempts(look, false, test)
}

fn attempts(
    look: Look,
    opened: bool,
    mut test: impl AsyncFnMut(&Page) -> Result<()>,
) -> Result<()> {
    if env::var_os("CHAINWALK_BROWSER").is_none_or(|v| v != "1") {
        skipped("`cargo xtask test browser` builds the page and drives it");
        return Ok(());
    }
    let Err(first) = attempt(look, opened, &mut test) else { return Ok(()) };
    let why = format!("{first:#}");
    unsteady(&why.split_whitespace().collect::<Vec<_>>().join(" "));
    attempt(look, opened, &mut test)
}

fn attempt(look: Look, opened: bool, mut test: impl AsyncFnMut(&Page) -> Result<()>) -> Result<()> {
    let browser = Browser::take()?;
    // The page is served on a port of its own, so that nothing is stored for it yet.
    let page = Page { site: Site::serve(dist()?)?, client: browser.client.clone(), look };
    let done = browser.runtime.block_on(async {
        let mut done = page.wear(look).await;
        if done.is_ok() && opened {
            done = page.open().await;
        }
        if done.is_ok() {
            done = test(&page).await;
        }
        if done.is_ok() {
            done = page.was_quiet().await;
        }
        if done.is_err() {
            page.tell().await;
        }
        done
    });
    // Where a test fails nobody knows what state it left behind.
    if done.is_ok() { browser.put_back() } else { browser.close() }.and(done)
}

/// The page in its browser.
pub(crate) struct Page {
    /// Who served it.
    pub(crate) site: Site,
    pub(crate) client: Client,
    look: Look,
}

impl Page {
    /// Opens the page, and waits for its first answer.
    async fn open(&self) -> Result<()> {
        self.client.goto(&self.site.url).await.context("the page does not load")?;
        self.until(
            "the page has an answer",
            "return ['ok', 'stop', 'depends'].includes(state()) && is_drawn() && pasted()?.running === true",
        )
        .await
    }

    /// Gives the window the size and the tastes of a look.
    pub(crate) async fn wear(&self, look: Look) -> Result<()> {
        let (width, height) = look.size;
        self.resize(width, height).await?;
        let scheme = if look.dark { "dark" } else { "light" };
        let motion = if look.still { "reduce" } else { "" };
        self.media("", &[("prefers-color-scheme", scheme), ("prefers-reduced-motion", motion)])
            .await
    }

    /// Gives the window another size.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.protocol("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Gives the reader's letters another size in CSS pixels; 16 is the usual one.
    pub(crate) async fn letters(&self, size: u32) -> Result<()> {
        let sizes = json!({ "fontSizes": { "standard": size, "fixed": size * 13 / 16 } });
        self.protocol("Page.setFontSizes", sizes).await?;
        Ok(())
    }

    /// Shows the page as on paper (`print`), or with media features, as pairs of name and value.
    pub(crate) async fn media(&self, media: &str, features: &[(&str, &str)]) -> Result<()> {
        let features: Vec<_> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let media = json!({ "media": media, "features": features });
        self.protocol("Emulation.setEmulatedMedia", media).await?;
        Ok(())
    }

    /// Opens the page once more, `script` running before anything of it does.
    pub(crate) async fn reload(&self, script: &str) -> Result<()> {
        let source = json!({ "source": script });
        let id = self.protocol("Page.addScriptToEvaluateOnNewDocument", source).await?;
        self.client.goto(&self.site.url).await.context("the page does not load")?;
        self.protocol("Page.removeScriptToEvaluateOnNewDocument", id).await?;
        self.until("the page stands", "return pasted()?.running === true && at('banner') !== null")
            .await
    }

    /// Opens the page that is one file, from the disk, with the network refused and `script` running before it.
    pub(crate) async fn open_one_file(&self, script: &str) -> Result<()> {
        // The page that is open may still fetch what it wants after its first answer.
        self.client.goto("about:blank").await?;
        let source = json!({ "source": script });
        let id = self.protocol("Page.addScriptToEvaluateOnNewDocument", source).await?;
        self.network(false).await?;
        self.client.goto(&self.site.on_disk("chainwalk.html")?).await?;
        self.protocol("Page.removeScriptToEvaluateOnNewDocument", id).await?;
        Ok(())
    }

    /// Gives the browser the network, or takes it.
    pub(crate) async fn network(&self, is: bool) -> Result<()> {
        self.protocol("Network.enable", json!({})).await?;
        let none = json!({ "offline": !is, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.protocol("Network.emulateNetworkConditions", none).await?;
        Ok(())
    }

    /// The value of a script's `return`, with [`HOOKS`] at hand.
    pub(crate) async fn ask(&self, script: &str) -> Result<Value> {
        Reader::ask(self, script).await
    }

    /// The same, as text.
    pub(crate) async fn text(&self, script: &str) -> Result<String> {
        Reader::text(self, script).await
    }

    /// Waits until a script returns true; `what` names it where that does not come about.
    pub(crate) async fn until(&self, what: &str, script: &str) -> Result<()> {
        let began = Instant::now();
        while self.ask(script).await? != Value::Bool(true) {
            if began.elapsed() > PATIENCE {
                bail!(
                    "{what}: not within {} s; the banner says: {}",
                    PATIENCE.as_secs(),
                    self.banner().await?
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The text of the banner.
    pub(crate) async fn banner(&self) -> Result<String> {
        self.text("return banner()").await
    }

    /// Waits until the banner has each of `words`, in one moment, and returns it.
    pub(crate) async fn banner_says(&self, words: &[&str]) -> Result<String> {
        let list = json!(words);
        let script =
            format!("const b = banner(); return {list}.every(w => b.includes(w)) && is_drawn()");
        self.until(&format!("the banner says {words:?}"), &script).await?;
        self.banner().await
    }

    /// Waits until the answer has this tone.
    pub(crate) async fn turns(&self, tone: &str) -> Result<()> {
        self.until(
            &format!("the answer turns {tone}"),
            &format!("return state() === '{tone}' && is_drawn()"),
        )
        .await
    }

    /// Writes a picture of the window into the folder of pictures.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        let unset = || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screens");
        let folder = env::var_os("CHAINWALK_SCREENS").map_or_else(unset, PathBuf::from);
        fs::create_dir_all(&folder)?;
        let png = self.client.screenshot().await?;
        fs::write(folder.join(format!("{}-{name}.png", self.look.name)), png)?;
        Ok(())
    }

    /// The window as PNG, as it is in this moment.
    pub(crate) async fn frame(&self) -> Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// Stops the walk where it plays.
    pub(crate) async fn rest(&self) -> Result<()> {
        self.ask("if (at('play')?.getAttribute('aria-pressed') === 'true') at('play').click()")
            .await?;
        Ok(())
    }

    /// Waits for what changes gradually: colours that fade over, a sheet that comes up.
    pub(crate) async fn calm(&self) -> Result<()> {
        self.until(
            "nothing moves",
            "return document.getAnimations().every(a => a.playState !== 'running')",
        )
        .await
    }

    /// Asks for a command of Chromium's own protocol.
    async fn protocol(&self, cmd: &str, params: Value) -> Result<Value> {
        let body = json!({ "cmd": cmd, "params": params });
        Ok(self.client.issue_cmd(Extra { path: "goog/cdp/execute", body }).await?)
    }

    /// Lets go of what the console says by now: the test made it say that.
    pub(crate) async fn forgive(&self) -> Result<()> {
        let body = json!({ "type": "browser" });
        self.client.issue_cmd(Extra { path: "se/log", body }).await?;
        Ok(())
    }

    /// Fails where the console has an error or tells of a panic.
    async fn was_quiet(&self) -> Result<()> {
        let body = json!({ "type": "browser" });
        let log = self.client.issue_cmd(Extra { path: "se/log", body }).await?;
        for entry in log.as_array().into_iter().flatten() {
            let text = entry["message"].as_str().unwrap_or_default();
            ensure!(
                entry["level"] != "SEVERE" && !text.contains("panicked"),
                "the console says: {text}"
            );
        }
        Ok(())
    }

    /// The addresses that are none of the site's and that the browser asked, or was to ask, since this was looked at last.
    pub(crate) async fn asked_elsewhere(&self) -> Result<Vec<String>> {
        let body = json!({ "type": "performance" });
        let log = self.client.issue_cmd(Extra { path: "se/log", body }).await?;
        let mut elsewhere = Vec::new();
        for entry in log.as_array().into_iter().flatten() {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
            let event = &event["message"];
            let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
            let own = ["data:", "blob:", "about:", "chrome", &self.site.url];
            let asks = event["method"] == "Network.requestWillBeSent";
            if asks && !own.iter().any(|begin| url.starts_with(begin)) {
                elsewhere.push(url.to_owned());
            }
        }
        Ok(elsewhere)
    }

    /// Leaves a picture and the console's words behind, for whoever looks into a failure.
    async fn tell(&self) {
        let name = std::thread::current().name().unwrap_or_default().replace("::", "-");
        if let Err(error) = self.picture(&format!("failed-{name}")).await {
            eprintln!("no picture of the failure: {error:#}");
        }
        if let Err(error) = self.was_quiet().await {
            eprintln!("{error:#}");
        }
    }
}

/// Where the built page is.
pub(crate) fn dist() -> Result<PathBuf> {
    let dist = env::var_os("CHAINWALK_DIST").map_or_else(|| root().join("dist"), PathBuf::from);
    ensure!(dist.join("index.html").is_file(), "no page in {}: cargo xtask build", dist.display());
    Ok(dist)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A command beyond the standard, as chromedriver has it.
#[derive(Debug)]
struct Extra {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
