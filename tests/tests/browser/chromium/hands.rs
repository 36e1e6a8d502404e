//! What a person does on the page: writes, presses keys, touches, moves the mouse; and where the focus is after it.

use super::Page;
use anyhow::{Context, Result, bail};
use fantoccini::Locator;
use serde_json::{Value, json};
use std::time::Duration;

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

impl Page {
    /// Writes `text` where the hook `id` is, in place of what is there, as a paste from the clipboard would.
    pub(crate) async fn write(&self, id: &str, text: &str) -> Result<()> {
        let there = format!("return at('{id}') !== null");
        self.until("it is there to be written in", &there).await?;
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

    /// Clicks on the first element of a hook, once it stays where it is: as an answer comes the page may move.
    pub(crate) async fn click(&self, id: &str) -> Result<()> {
        self.ask(&format!(
            "const place = () => {{ const box = at('{id}')?.getBoundingClientRect(); return box && `${{box.x}} ${{box.y}}`; }};
             for (let n = 0, still = 0, last = place(); n < 60 && still < 3; n++) {{
                 await new Promise(requestAnimationFrame);
                 const now = place();
                 still = now === last ? still + 1 : 0;
                 last = now;
             }}"
        ))
        .await?;
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
            "F6" => 117,
            "F8" => 119,
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
}
