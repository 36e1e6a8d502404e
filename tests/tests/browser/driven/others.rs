//! Shorter journeys in Firefox and `WebKit`: the page, and the links that lead to it.

use super::share::{CASE, case};
use crate::reader::Reader;
use crate::visitor::{Visitor, elsewhere};
use anyhow::{Context, Result, ensure};
use chainwalk_take::Link;
use fantoccini::key::Key;
use std::fs;
use std::path::Path;

/// From the first answer to a reload.
async fn journey(reader: &Visitor<'_>) -> Result<()> {
    reader.goto("").await?;
    reader.says("No route to host").await?;
    reader.says("FORWARD rule 6").await?;
    let opened = reader.ask("return position()").await?;
    reader.until("it plays", &format!("return position() !== {opened}")).await?;
    reader.click("[data-testid=play]").await?;
    reader.until("it rests", "return at('play').getAttribute('aria-pressed') === 'false'").await?;

    reader.until("the walk is there", "return rows().length > 20").await?;
    reader.ask("document.querySelector('.row.range .why').click()").await?;
    reader.until("rules say why", "return text('cards').includes('dport 6379')").await?;
    reader.ask("at('rows').focus()").await?;
    reader.press(None, &char::from(Key::Down).to_string()).await?;
    reader.until("the tree has the focus", "return document.activeElement === at('rows')").await?;
    let place = reader.ask("return here().id").await?;
    reader.press(None, &char::from(Key::Down).to_string()).await?;
    reader.until("a row down", &format!("return here().id !== {place}")).await?;

    reader.click("[data-testid=packet]").await?;
    reader.press(Some(Key::Control), "a").await?;
    reader.press(None, "curl 172.17.0.2:22").await?;
    reader.press(None, &char::from(Key::Enter).to_string()).await?;
    reader.says("elivered").await?;
    reader.until("it is well", "return state() === 'ok'").await?;

    reader.click("[data-testid=examples]").await?;
    reader.click(".menu .sheet li:nth-child(4) button").await?;
    reader.says("DOCKER-USER rule 3").await?;
    reader.click("[data-testid=search]").await?;
    reader.until(
        "changes are proposed",
        "return [...document.querySelectorAll('[data-testid=proposal]')].some(p => p.innerText.includes('--dport 80 -j ACCEPT'))",
    )
    .await?;
    reader.click("[data-testid=proposal] .yn").await?;
    reader.until("both fates are shown", "return text('compared').includes('Dropped')").await?;
    reader
        .until(
            "the focus is not lost",
            "return document.activeElement !== null && document.activeElement !== document.body",
        )
        .await?;
    reader.click("[data-testid=made] .x").await?;
    reader.until("the change is taken back", "return at('made') === null").await?;

    reader.click("[data-testid=lang]").await?;
    reader.says("丢弃").await?;
    reader
        .until("its language is told", "return document.documentElement.lang === 'zh-Hans'")
        .await?;
    reader.click("[data-testid=theme]").await?;
    reader
        .until("its theme is set", "return document.documentElement.dataset.theme === 'light'")
        .await?;

    reader.click("[data-testid=paste] .cm-line").await?;
    reader.press(None, "zq").await?;
    reader.until("it is typed", "return pasted().value.includes('zq')").await?;
    reader.press(Some(Key::Control), "z").await?;
    reader.until("and taken back", "return !pasted().value.includes('zq')").await?;
    reader.press(None, "qz").await?;
    reader.until(
        "it is kept",
        "return pasted().value.includes('qz') && localStorage['chainwalk.case']?.includes('qz') === true",
    )
    .await?;
    reader.client.refresh().await?;
    reader.until(
        "the work is back",
        "return pasted()?.value?.includes('qz') === true && document.documentElement.lang === 'zh-Hans'
            && at('packet').value.includes('8080') && banner().includes('丢弃')",
    )
    .await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_page_works_in_firefox_and_webkit() -> Result<()> {
    elsewhere(async |there| there.visit(false, journey).await)
}

/// Writes a paste and a packet of one's own, and returns what the browser keeps of them.
async fn own_work(reader: &Visitor<'_>) -> Result<String> {
    reader.click("[data-testid=paste] .cm-line").await?;
    reader.press(Some(Key::Control), "a").await?;
    reader.press(None, "*filter\u{E007}:INPUT DROP [0:0]\u{E007}# mine").await?;
    reader.until("it is typed", "return pasted().value.includes('# mine')").await?;
    reader
        .until("it is kept", "return (localStorage['chainwalk.case'] ?? '').includes('# mine')")
        .await?;
    reader.text("return localStorage['chainwalk.case']").await
}

/// Opens a link in a page that is open, as a click on it does.
async fn follow(reader: &Visitor<'_>, fragment: &str) -> Result<()> {
    reader.ask(&format!("location.hash = {fragment:?}")).await?;
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn links_open_in_firefox_and_webkit() -> Result<()> {
    elsewhere(async |there| {
        let mut link = String::new();
        there
            .visit(false, async |reader| {
                reader.goto("").await?;
                reader.says("FORWARD rule 6").await?;
                reader.ask("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve() }").await?;
                reader.press(None, &char::from(Key::End).to_string()).await?;
                reader.press(None, "s").await?;
                reader.until("it is made", "return text('link').includes('#w1=')").await?;
                reader.picture("share").await?;
                reader.click("[data-testid=copy-link]").await?;
                link = reader.text("return copied").await?;
                ensure!(link.contains("#w1=") && link.contains("&at=1/end&by="), "{link}");
                Ok(())
            })
            .await?;
        let (_, fragment) = link.split_once('#').context("no fragment")?;
        // In a profile that never saw the page.
        there
            .visit(false, async |reader| {
                reader.goto(&["#", fragment].concat()).await?;
                reader.answers(&["FORWARD rule 6", "No route to host"]).await?;
                ensure!(
                    reader.ask("return at('guest') === null && at('otherwise') === null").await? == true,
                    "it ends as it did, and nobody's work is in its way"
                );
                let position = reader.text("return position()").await?;
                let (at, last) = position.split_once('/').unwrap_or_default();
                ensure!(at.trim().ends_with(last.trim()), "it stands at its end: {position}");

                // Over work that nobody saved.
                let mine = own_work(reader).await?;
                let kept = "return localStorage['chainwalk.case']";
                follow(reader, &Link::to_case(&case("")).write()).await?;
                reader.answers(&["Dropped", "nc hangs"]).await?;
                reader
                    .until("it says whose it is", "return text('guest').includes('Yours is kept')")
                    .await?;
                reader.picture("guest").await?;
                ensure!(reader.text(kept).await? == mine, "own work was touched");
                reader.client.refresh().await?;
                reader.answers(&["Dropped", "nc hangs"]).await?;
                ensure!(reader.text(kept).await? == mine, "own work was touched by a reload");
                reader.click("[data-testid=back-to-mine]").await?;
                reader.until("mine is back", "return pasted().value.includes('# mine')").await?;

                // Of every version that there was.
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("links");
                let mut seen = 0;
                for entry in fs::read_dir(&folder)? {
                    let old = fs::read_to_string(entry?.path())?;
                    let (link, text) = old.split_once('\n').context("no link")?;
                    follow(reader, link.trim_start_matches('#')).await?;
                    let paste = text.split_once("\n---\n").context("no paste")?.1.trim();
                    let last = paste.lines().last().context("no last line")?;
                    reader.until("its paste is there", &format!("return pasted().value.includes({last:?}) && at('guest') !== null && at('refused') === null")).await?;
                    reader.until("it is walked", "return ['ok', 'stop', 'depends'].includes(state())").await?;
                    ensure!(reader.text(kept).await? == mine, "{link}");
                    seen += 1;
                }
                ensure!(seen >= 3, "{seen} links");

                // With a claim that does not hold.
                ensure!(CASE.contains("--dport 22 -j DROP"), "another case");
                let doctored = case("ends: rejected by filter INPUT 1\nby: 0.0.1\n");
                follow(reader, &Link::to_case(&doctored).write()).await?;
                reader.answers(&["Dropped"]).await?;
                reader.until("then and now", "return text('otherwise').includes('When this was made (Chainwalk 0.0.1), packet 1 ended: rejected by filter INPUT 1.')").await?;
                reader.picture("then-now").await
            })
            .await
    })
}
