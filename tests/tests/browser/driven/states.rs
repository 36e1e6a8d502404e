//! What the page says and keeps where something is missing: the network, the storage, the worker.

use crate::chromium::{DESK, drive};
use anyhow::{Result, ensure};

const TABLE: &str =
    "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";

mod in_chromium {
    use super::*;

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn the_work_survives_a_reload_until_it_is_cleared() -> Result<()> {
        drive(DESK, async |page| {
            page.write("paste", TABLE).await?;
            page.send("ping 10.0.0.9 from 10.0.0.1 in eth0").await?;
            page.until(
                "it is kept",
                "return localStorage['chainwalk.case']?.includes('\\n---\\n*filter')",
            )
            .await?;
            page.until(
                "so is the packet",
                "return localStorage['chainwalk.case']?.includes('packet: ping 10.0.0.9')",
            )
            .await?;
            page.reload("").await?;
            page.until(
                "both are back",
                &format!("return pasted().value === {TABLE:?} && at('packet').value.includes('ping 10.0.0.9')"),
            )
            .await?;
            page.click("clear").await?;
            page.until(
                "it is empty and kept so",
                "return localStorage['chainwalk.case']?.endsWith('\\n---\\n')",
            )
            .await?;
            page.reload("").await?;
            page.until("it is empty", "return pasted().value === '' && at('blank') !== null").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn what_an_earlier_version_kept_is_lifted() -> Result<()> {
        drive(DESK, async |page| {
            page.until("this one keeps", "return localStorage['chainwalk.page'] !== undefined")
                .await?;
            page.reload(&format!(
                "if (localStorage['chainwalk.page']?.includes('10.0.0.77') === false) {{
                    localStorage.clear();
                    localStorage.setItem('chainwalk', JSON.stringify({{ packets: ['ping 10.0.0.9 from 10.0.0.1 in eth0'],
                        draft: 'ping 10.0.0.77', origin: {{ from: '10.0.0.1', iface: 'eth0' }},
                        assumptions: ['eth0=10.0.0.9/24'], speed: 'Normal', theme: 'Dark', lang: 'Zh' }}));
                    localStorage.setItem('chainwalk.paste', {TABLE:?});
                }}"
            ))
            .await?;
            page.until(
                "the work is back",
                &format!(
                    "return pasted().value === {TABLE:?} && at('packet').value.includes('ping 10.0.0.77')
                        && document.documentElement.dataset.theme === 'dark' && document.documentElement.lang === 'zh-Hans'"
                ),
            )
            .await?;
            page.until(
                "and it is kept in the new form",
                "return localStorage.getItem('chainwalk') === null && localStorage['chainwalk.case'].includes('assume: eth0=10.0.0.9/24')",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn before_it_runs_the_page_says_what_it_is_as_its_reader_left_it() -> Result<()> {
        drive(DESK, async |page| {
            page.ask("at('lang').click(); at('theme').click()").await?;
            page.until(
                "one theme is chosen",
                "return document.documentElement.dataset.theme === 'light'",
            )
            .await?;
            page.ask("at('theme').click()").await?;
            page.until(
                "both are kept",
                "return /\"Dark\".*\"Zh\"|\"Zh\".*\"Dark\"/.test(localStorage['chainwalk.page'])",
            )
            .await?;
            // The program waits until the opening was painted.
            page.reload(
                "const compile = WebAssembly.instantiateStreaming;
                 const frame = () => new Promise(requestAnimationFrame);
                 WebAssembly.instantiateStreaming = async (...all) => {
                     await frame(); await frame();
                     window.opening = document.querySelector('.opening')?.innerText;
                     window.theme = document.documentElement.dataset.theme;
                     return compile.call(WebAssembly, ...all);
                 }",
            )
            .await?;
            let seen = page.text("return `${theme} ${opening}`").await?;
            ensure!(
                seen.contains("dark") && seen.contains("粘贴防火墙规则") && !seen.contains("Paste"),
                "{seen}"
            );
            page.until("nothing of it is left", "return !document.querySelector('.opening')").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_browser_that_keeps_nothing_is_told_of() -> Result<()> {
        drive(DESK, async |page| {
            page.reload(
                "Object.defineProperty(window, 'localStorage',
                    { get() { throw new DOMException('refused', 'SecurityError') } })",
            )
            .await?;
            page.banner_says(&["FORWARD rule 6"]).await?;
            page.until("it says so", "return text('promise').includes('stores nothing')").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_paste_too_long_to_keep_is_told_of() -> Result<()> {
        drive(DESK, async |page| {
            page.write("paste", &"# a remark of no meaning to anybody\n".repeat(70_000)).await?;
            page.until("it says so", "return text('promise').includes('2 MB')").await?;
            page.write("paste", TABLE).await?;
            page.until("that passes", "return !text('promise').includes('2 MB')").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_worker_that_dies_takes_no_work_with_it() -> Result<()> {
        drive(DESK, async |page| {
            page.reload(
                "const Plain = Worker;
                 window.Worker = class extends Plain { constructor(...all) { super(...all); window.last = this } }",
            )
            .await?;
            page.banner_says(&["FORWARD rule 6"]).await?;
            // No message of the page looks like this.
            page.ask("last.postMessage(7)").await?;
            page.turns("crashed").await?;
            let banner =
                page.banner_says(&["your rules did not cause it", "paste is safe"]).await?;
            ensure!(
                page.text("return pasted().value").await?.contains("KUBE-NODEPORTS"),
                "{banner}"
            );
            page.ask("at('banner').querySelector('button').click()").await?;
            page.banner_says(&["FORWARD rule 6"]).await?;
            page.turns("stop").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn what_could_not_be_fetched_is_fetched_when_asked() -> Result<()> {
        drive(DESK, async |page| {
            page.reload(
                "const there = window.fetch;
                 window.fetch = (what, ...all) => String(what).includes('worker') && !window.online
                    ? Promise.reject(new TypeError('offline')) : there(what, ...all)",
            )
            .await?;
            page.turns("missing").await?;
            page.banner_says(&["offline", "paste is safe"]).await?;
            page.ask("window.online = true; at('banner').querySelector('button').click()").await?;
            page.banner_says(&["FORWARD rule 6"]).await?;
            page.turns("stop").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_walk_that_takes_long_is_told_of_and_can_be_stopped() -> Result<()> {
        drive(DESK, async |page| {
            page.reload(
                "const Plain = Worker;
                 let deaf = true;
                 window.Worker = class extends Plain {
                    deaf = deaf;
                    constructor(...all) { super(...all); deaf = false }
                    postMessage(...what) { if (!this.deaf) super.postMessage(...what) }
                 }",
            )
            .await?;
            page.turns("reading").await?;
            page.until(
                "it says that it reads",
                "return at('banner').getAttribute('aria-busy') === 'true' && banner().includes('Reading')",
            )
            .await?;
            page.until("then that it still does", "return banner().includes('Still working')")
                .await?;
            ensure!(
                page.text("return pasted().value").await?.contains("KUBE-NODEPORTS"),
                "the paste is shown"
            );
            page.ask("[...at('banner').querySelectorAll('button')].find(b => b.innerText === 'Stop').click()").await?;
            page.turns("stopped").await?;
            page.banner_says(&["Stopped", "Your paste is unchanged"]).await?;
            page.ask("at('banner').querySelector('button').click()").await?;
            page.banner_says(&["FORWARD rule 6"]).await?;
            page.turns("stop").await
        })
    }
}
