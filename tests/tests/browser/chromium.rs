//! A headless Chromium with the page open in it, and what a person does there.
//!
//! What a person waits for is waited for here too; every wait ends after [`PATIENCE`].

mod looked;

use crate::driver::Browser;
use crate::server::Site;
use anyhow::{Context, Result, bail, ensure};
use chainwalk_tests::{skipped, unsteady};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
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

/// How long a finger rests at the end of its way.
const REST: Duration = Duration::from_millis(150);
/// Modifiers, as Chromium's protocol counts them.
const CONTROL: u8 = 2;
const SHIFT: u8 = 8;
/// More stops of Tab than any place of the page is away.
const STOPS: usize = 160;

/// Why the focus can't be seen; nothing where it can.
const LOST: &str = "() => {
    const one = document.activeElement;
    if (!one || one === document.body) return 'nothing has the focus';
    const name = `${one.tagName} ${one.dataset?.testid ?? ''} ${one.getAttribute('aria-label') ?? one.innerText?.slice(0, 40) ?? ''}`;
    const shown = one.getAttribute('role') === 'tree' ? here().querySelector('.in') : one;
    const box = shown.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) return `${name}: has no size`;
    if (box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) return `${name}: out of the window`;
    const ring = e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none'; };
    for (let e = shown, n = 0; e && n < 4; e = e.parentElement, n++) if (ring(e)) return '';
    return ring(one) || getComputedStyle(one, '::after').backgroundColor !== 'rgba(0, 0, 0, 0)' ? '' : `${name}: shows no focus`;
}";

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
pub(crate) fn drive(look: Look, mut test: impl AsyncFnMut(&Page) -> Result<()>) -> Result<()> {
    if env::var_os("CHAINWALK_BROWSER").is_none_or(|v| v != "1") {
        skipped("`cargo xtask test browser` builds the page and drives it");
        return Ok(());
    }
    let Err(first) = attempt(look, &mut test) else { return Ok(()) };
    let why = format!("{first:#}");
    unsteady(&why.split_whitespace().collect::<Vec<_>>().join(" "));
    attempt(look, &mut test)
}

fn attempt(look: Look, mut test: impl AsyncFnMut(&Page) -> Result<()>) -> Result<()> {
    let browser = Browser::take()?;
    // The page is served on a port of its own, so that nothing is stored for it yet.
    let page = Page { site: Site::serve(dist()?)?, client: browser.client.clone(), look };
    let done = browser.runtime.block_on(async {
        let mut done = page.open().await;
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
    client: Client,
    look: Look,
}

impl Page {
    /// Opens the page in a window of the look, and waits for its first answer.
    async fn open(&self) -> Result<()> {
        self.wear(self.look).await?;
        self.client.goto(&self.site.url).await.context("the page does not load")?;
        self.until(
            "the page has an answer",
            "return ['ok', 'stop', 'depends'].includes(state()) && is_drawn()",
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

    /// Goes to another page of the site.
    pub(crate) async fn goto(&self, path: &str) -> Result<()> {
        self.client.goto(&[&self.site.url, path].concat()).await?;
        Ok(())
    }

    /// Opens the page that is one file, from the disk, with the network refused and `script` running before it.
    pub(crate) async fn open_one_file(&self, script: &str) -> Result<()> {
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

    /// Looks into the frame of this number for what `test` does there.
    pub(crate) async fn in_frame(
        &self,
        number: u16,
        test: impl AsyncFnOnce(&Self) -> Result<()>,
    ) -> Result<()> {
        self.client.enter_frame(number).await?;
        let done = test(self).await;
        self.client.enter_parent_frame().await?;
        done
    }

    /// The value of a script's `return`, with [`HOOKS`] at hand.
    pub(crate) async fn ask(&self, script: &str) -> Result<Value> {
        let value = self.client.execute(&format!("{HOOKS}\n{script}"), vec![]).await;
        value.with_context(|| script.to_owned())
    }

    /// The same, as text.
    pub(crate) async fn text(&self, script: &str) -> Result<String> {
        Ok(self.ask(script).await?.as_str().unwrap_or_default().to_owned())
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

    /// Writes `text` where the hook `id` is, in place of what is there, as a paste from the clipboard would.
    pub(crate) async fn write(&self, id: &str, text: &str) -> Result<()> {
        self.ask(&format!(
            "const field = at('{id}'); field.focus(); (field.select ? field : pasted()).select()"
        ))
        .await?;
        if text.is_empty() {
            return self.press("Backspace").await;
        }
        if id == "paste" {
            return self.paste(text).await;
        }
        self.protocol("Input.insertText", json!({ "text": text })).await?;
        Ok(())
    }

    /// Pastes `text` where the paste's cursor is.
    pub(crate) async fn paste(&self, text: &str) -> Result<()> {
        let script = "const data = new DataTransfer(); data.setData('text/plain', arguments[0]);
            document.querySelector('[data-testid=paste]').dispatchEvent(new ClipboardEvent('paste',
                { clipboardData: data, bubbles: true, cancelable: true }))";
        self.client.execute(script, vec![text.into()]).await?;
        Ok(())
    }

    /// Types `text` where the focus is, a key a letter.
    pub(crate) async fn type_in(&self, text: &str) -> Result<()> {
        for letter in text.chars() {
            let event = json!({ "type": "char", "text": letter.to_string() });
            self.protocol("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// Clicks on the first element of a hook.
    pub(crate) async fn click(&self, id: &str) -> Result<()> {
        self.client.find(Locator::Css(&format!("[data-testid={id}]"))).await?.click().await?;
        Ok(())
    }

    /// Writes a packet into its field and sends it.
    pub(crate) async fn send(&self, packet: &str) -> Result<()> {
        self.write("packet", packet).await?;
        self.click("send").await
    }

    /// Presses a key, named as `KeyboardEvent.key` names it, with nothing focused.
    pub(crate) async fn key(&self, key: &str) -> Result<()> {
        self.ask("document.activeElement?.blur()").await?;
        self.press(key).await
    }

    /// Presses a key where the focus is.
    pub(crate) async fn press(&self, key: &str) -> Result<()> {
        self.strike(key, 0).await
    }

    /// Presses a key where the focus is, with Control held or without.
    pub(crate) async fn chord(&self, key: &str, control: bool) -> Result<()> {
        self.strike(key, if control { CONTROL } else { 0 }).await
    }

    /// Presses a key where the focus is, with Shift held.
    pub(crate) async fn shift(&self, key: &str) -> Result<()> {
        self.strike(key, SHIFT).await
    }

    async fn strike(&self, key: &str, held: u8) -> Result<()> {
        let code = match key {
            "Backspace" => 8,
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "PageUp" => 33,
            "PageDown" => 34,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            " " => 32,
            letter if letter.len() == 1 => u32::from(letter.to_uppercase().as_bytes()[0]),
            _ => bail!("no key code for {key}"),
        };
        let name = if key == " " { "Space" } else { key };
        // Enter is the one key of these that writes something.
        let down = if key == "Enter" { "keyDown" } else { "rawKeyDown" };
        for kind in [down, "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "code": name,
                "windowsVirtualKeyCode": code, "modifiers": held });
            if kind == "keyDown" {
                event["text"] = "\r".into();
            }
            self.protocol("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// Goes on by Tab, or back by Shift and Tab, until the focus is on what the selector names. On every stop the
    /// focus is seen.
    pub(crate) async fn tab_to(&self, selector: &str, back: bool) -> Result<()> {
        let held = if back { SHIFT } else { 0 };
        for _ in 0..STOPS {
            self.strike("Tab", held).await?;
            // Behind the last control of the page come those of the browser.
            if self.ask("return document.activeElement === document.body").await?
                == Value::Bool(true)
            {
                self.strike("Tab", held).await?;
            }
            self.focus_is_seen(&format!("on the way to {selector}")).await?;
            let there = format!("return document.activeElement.matches({})", json!(selector));
            if self.ask(&there).await? == Value::Bool(true) {
                return Ok(());
            }
        }
        bail!("{selector}: not within {STOPS} stops of Tab")
    }

    /// Fails where nothing has the focus, or where it can't be seen who has; `what` was done before.
    pub(crate) async fn focus_is_seen(&self, what: &str) -> Result<()> {
        let seen = format!("const why = ({LOST})(); return why === ''");
        if self.until_soon(&seen).await? {
            return Ok(());
        }
        bail!("{what}: {}", self.text(&format!("return ({LOST})()")).await?)
    }

    /// Whether a script returns true within a moment: what follows a key comes a frame later.
    async fn until_soon(&self, script: &str) -> Result<bool> {
        for _ in 0..40 {
            if self.ask(script).await? == Value::Bool(true) {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok(false)
    }

    /// Touches the window with fingers at these places, moves them by the steps given, and lifts them.
    pub(crate) async fn touch(&self, steps: &[&[(f64, f64)]]) -> Result<()> {
        for (n, fingers) in steps.iter().enumerate() {
            let points: Vec<_> = fingers
                .iter()
                .enumerate()
                .map(|(id, (x, y))| json!({ "x": x, "y": y, "id": id }))
                .collect();
            let kind = if n == 0 { "touchStart" } else { "touchMove" };
            let event = json!({ "type": kind, "touchPoints": points });
            self.protocol("Input.dispatchTouchEvent", event).await?;
        }
        if steps.len() > 1 {
            // A finger lifted while it moves throws what is below it.
            tokio::time::sleep(REST).await;
        }
        let event = json!({ "type": "touchEnd", "touchPoints": [] });
        self.protocol("Input.dispatchTouchEvent", event).await?;
        Ok(())
    }

    /// Moves the mouse to a place of the window.
    pub(crate) async fn point(&self, (x, y): (f64, f64)) -> Result<()> {
        let event = json!({ "type": "mouseMoved", "x": x, "y": y });
        self.protocol("Input.dispatchMouseEvent", event).await?;
        Ok(())
    }

    /// Turns the wheel at a place, with Control held.
    pub(crate) async fn wheel(&self, (x, y): (f64, f64), by: f64) -> Result<()> {
        let event = json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": by, "modifiers": CONTROL });
        self.protocol("Input.dispatchMouseEvent", event).await?;
        Ok(())
    }

    /// Clicks at a place of the window.
    pub(crate) async fn press_mouse(&self, at: (f64, f64)) -> Result<()> {
        self.drag(at, at).await
    }

    /// Drags with the mouse from one place to another.
    pub(crate) async fn drag(&self, from: (f64, f64), to: (f64, f64)) -> Result<()> {
        let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let events = [
            ("mousePressed", from),
            ("mouseMoved", middle),
            ("mouseMoved", to),
            ("mouseReleased", to),
        ];
        for (kind, (x, y)) in events {
            let held = u8::from(kind != "mouseReleased");
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": held, "clickCount": 1 });
            self.protocol("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// The middle of an element, by a script that returns it.
    pub(crate) async fn middle(&self, element: &str) -> Result<(f64, f64)> {
        let script = format!(
            "const box = ({element}).getBoundingClientRect();
             return [box.left + box.width / 2, box.top + box.height / 2]"
        );
        let found = self.ask(&script).await?;
        let part = |n: usize| found[n].as_f64().with_context(|| element.to_owned());
        Ok((part(0)?, part(1)?))
    }

    /// Writes `text` by way of an input method: as a composition that grows, then as the text.
    pub(crate) async fn compose(&self, steps: &[&str], text: &str) -> Result<()> {
        for step in steps {
            let end = step.encode_utf16().count();
            let event = json!({ "text": step, "selectionStart": end, "selectionEnd": end });
            self.protocol("Input.imeSetComposition", event).await?;
        }
        self.protocol("Input.insertText", json!({ "text": text })).await?;
        Ok(())
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
