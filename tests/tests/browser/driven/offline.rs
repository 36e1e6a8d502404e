//! The page without its server: as one file from a disk, and kept by its service worker.

use super::share::{CASE, LISTEN};
use crate::chromium::{DESK, DESK_DARK, Look, PHONE, PHONE_DARK, Page, drive_from_nothing};
use crate::reader::Reader;
use anyhow::{Result, ensure};
use chainwalk_take::Link;
use serde_json::json;

/// Notes what the page's policy refuses, before it runs.
const WATCH: &str = "window.refused = [];
    addEventListener('securitypolicyviolation', e => refused.push(`${e.violatedDirective} ${e.blockedURI}`));";

/// Whether closing the page would ask first.
const ASKS: &str = "const e = new Event('beforeunload', { cancelable: true }); dispatchEvent(e); return e.defaultPrevented";

const RULES: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n2: eth0: <UP>\n    inet 192.0.2.1/24 scope global eth0\n";

/// What was asked for besides the file itself, what was refused, and what is stored where any file could read it.
async fn is_alone(page: &Page) -> Result<()> {
    let asked = page
        .text(
            "return performance.getEntriesByType('resource').map(e => e.name)
                .filter(name => !/^(data|blob):/.test(name)).join(' ')",
        )
        .await?;
    ensure!(asked.is_empty(), "asked for {asked}");
    let refused = page.text("return refused.join(', ')").await?;
    ensure!(refused.is_empty(), "its own policy refused {refused}");
    let stored = page.ask("return localStorage.length + sessionStorage.length").await?;
    ensure!(stored == 0, "{stored} texts are stored");
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn one_file_from_a_disk_is_the_whole_page() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        page.open_one_file(WATCH).await?;
        page.banner_says(&["FORWARD rule 6", "No route to host"]).await?;
        page.until("it says what it is", "return text('notice').includes('stores nothing')")
            .await?;
        ensure!(page.ask(ASKS).await? == false, "an example can be had again");
        page.ask(LISTEN).await?;
        page.click("examples").await?;
        page.ask("document.querySelectorAll('#examples button')[1].click()").await?;
        page.until(
            "it walks another",
            "return !banner().includes('FORWARD rule 6') && state() !== 'reading'",
        )
        .await?;
        page.write("paste", RULES).await?;
        page.send("ssh 192.0.2.1 from 192.0.2.9 in eth0").await?;
        page.banner_says(&["elivered"]).await?;
        page.until("it is not saved", "return text('notice').includes('1 packet')").await?;
        ensure!(page.ask(ASKS).await? == true, "closing it would lose that");
        page.click("save-walk").await?;
        page.until("it is saved", "return saved.length === 1").await?;
        let name = page.text("return saved[0].name").await?;
        ensure!(name == "ssh-192-0-2-1.walk.txt", "{name}");
        let text = page.text("return saved[0].text").await?;
        ensure!(text.contains("\nends: ") && text.contains("--dport 22"), "{text}");
        page.until("it says so", "return text('notice').includes('ssh-192-0-2-1.walk.txt')")
            .await?;
        ensure!(page.ask(ASKS).await? == false, "what was saved is not lost");
        page.write("paste", "").await?;
        page.turns("idle").await?;
        page.ask(&format!(
            "const data = new DataTransfer();
             data.items.add(new File([{}], 'some.walk.txt'));
             at('paste').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}))",
            json!(text)
        ))
        .await?;
        page.banner_says(&["elivered"]).await?;
        ensure!(page.ask(ASKS).await? == false, "it came from a file");
        page.click("open-share").await?;
        page.until(
            "it has no link",
            "return text('share').includes('no address that others could open')",
        )
        .await?;
        page.click("png").await?;
        page.click("save-picture").await?;
        page.until(
            "a picture with the fonts of the file",
            "return saved.some(f => f.name.endsWith('.png'))",
        )
        .await?;
        page.key("Escape").await?;
        page.click("lang").await?;
        page.until("it speaks Chinese", "return text('promise').includes('不保存任何东西')")
            .await?;
        is_alone(page).await?;
        page.network(true).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_link_in_the_address_of_the_file_leaves_own_work_alone() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        page.open_one_file(WATCH).await?;
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.write("paste", RULES).await?;
        page.send("ssh 192.0.2.1 from 192.0.2.9 in eth0").await?;
        page.banner_says(&["elivered"]).await?;
        // What was written is remembered a moment later.
        page.until("it is not saved", "return text('notice').includes('Not saved')").await?;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        let link = Link::to_case(&CASE.replace("ENDS", "")).write();
        page.ask(&format!("location.hash = {link:?}")).await?;
        page.banner_says(&["Dropped"]).await?;
        page.click("back-to-mine").await?;
        page.until("mine is back", "return pasted().value.includes('--dport 22 -j ACCEPT')")
            .await?;
        is_alone(page).await?;
        page.network(true).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_file_fits_every_window() -> Result<()> {
    for look in [DESK, DESK_DARK, PHONE, PHONE_DARK] {
        drive_from_nothing(Look { still: true, ..look }, async |page| {
            page.open_one_file(WATCH).await?;
            page.banner_says(&["FORWARD rule 6"]).await?;
            page.rest().await?;
            page.picture("one-file").await?;
            page.send("ping 127.0.0.1").await?;
            page.until("it is not saved", "return text('notice').includes('Not saved')").await?;
            page.picture("one-file-unsaved").await?;
            page.click("more").await?;
            page.picture("one-file-menu").await?;
            let wide = page.ask("return document.documentElement.scrollWidth - innerWidth").await?;
            ensure!(wide.as_i64().is_some_and(|w| w <= 0), "{}: {wide} px too wide", look.name);
            let found = page.accessibility(&[]).await?.unwrap_or_default();
            ensure!(found.is_empty(), "{}: {}", look.name, found.join("\n"));
            page.network(true).await
        })?;
    }
    Ok(())
}

/// Opens the page as it ships and waits until its service worker keeps it.
async fn kept(page: &Page) -> Result<()> {
    page.site.ship();
    page.goto("").await?;
    page.banner_says(&["FORWARD rule 6"]).await?;
    page.until("it is kept", "return 'kept' in document.documentElement.dataset").await
}

/// The page and its service worker, as another version would have them.
fn publish(page: &Page, version: &str) -> Result<()> {
    let index = page.site.file("index.html")?;
    let (_, old) = index.split_once("data-version=\"").unwrap_or_default();
    let (old, _) = old.split_once('"').unwrap_or_default();
    ensure!(old.len() == 16, "a version of 16 letters: {old:?}");
    let index = index.replace(old, version).replace("<title>Chainwalk", "<title>Newer Chainwalk");
    page.site.put("index.html", "", &index);
    page.site.put("sw.js", "", &page.site.file("sw.js")?.replace(old, version));
    Ok(())
}

/// The names of what is kept.
const KEPT: &str = "return caches.keys().then(all => all.join(' '))";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn with_its_server_gone_the_page_and_its_links_open() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        kept(page).await?;
        for path in page.site.asked() {
            let figure = ["engine", "chain-walk", "embed", "chainwalk.html"];
            ensure!(!figure.iter().any(|name| path.contains(name)), "{path} is not of the page");
        }
        page.site.leave().await;
        page.goto("").await?;
        page.banner_says(&["FORWARD rule 6"]).await?;
        let link = Link::to_case(&CASE.replace("ENDS", "")).write();
        page.goto(&format!("?from=afar#{link}")).await?;
        page.banner_says(&["Dropped", "nc hangs"]).await?;
        page.goto("index.html#example=02-docker-published-port").await?;
        page.until(
            "an example",
            "return pasted()?.value?.includes('DOCKER') === true && state() !== 'reading'",
        )
        .await?;
        let figure = "return caches.match('embed.html').then(found => found === undefined)";
        ensure!(page.ask(figure).await? == true, "the figure for pages of others is not kept");
        page.click("more").await?;
        page.until(
            "it says so",
            "return text('off-network').includes('All of it is in this browser')",
        )
        .await?;
        page.picture("kept-menu").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_newer_version_waits_until_it_is_wanted_and_keeps_the_work() -> Result<()> {
    for look in [DESK, PHONE] {
        drive_from_nothing(look, async |page| {
            kept(page).await?;
            page.goto("").await?;
            page.write("paste", RULES).await?;
            page.send("ssh 192.0.2.1 from 192.0.2.9 in eth0").await?;
            page.banner_says(&["elivered"]).await?;
            page.until(
                "it is kept",
                "return (localStorage['chainwalk.case'] ?? '').includes('ssh')",
            )
            .await?;
            let old = page.text(KEPT).await?;
            publish(page, "feedfeedfeedfeed")?;
            page.goto("").await?;
            page.until("it is told", "return text('notice').includes('A newer Chainwalk is here')")
                .await?;
            page.banner_says(&["elivered"]).await?;
            page.picture("newer").await?;
            ensure!(
                page.text("return document.title").await? == "Chainwalk",
                "the old one runs on"
            );
            page.send("ssh 192.0.2.1 from 192.0.2.77 in eth0").await?;
            page.click("use-newer").await?;
            page.until("the new one runs", "return document.title === 'Newer Chainwalk'").await?;
            page.until("with the work", "return at('packet')?.value.includes('ssh') && pasted()?.value?.includes('--dport 22')")
                .await?;
            page.until("the last packet, too", "return text('origin').includes('192.0.2.77')")
                .await?;
            page.until(
                "and the old one is gone",
                "return caches.keys().then(all => all.length === 1 && all[0].endsWith('feedfeedfeedfeed'))",
            )
            .await?;
            ensure!(!old.contains("feedfeed"));
            ensure!(page.ask("return at('notice') === null").await? == true, "nothing newer waits");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_version_that_is_not_whole_changes_nothing() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        kept(page).await?;
        let old = page.text(KEPT).await?;
        publish(page, "feedfeedfeedfeed")?;
        let broken = page.site.file("sw.js")?.replace("\"worker.js\"", "\"no-such.js\"");
        ensure!(broken.contains("no-such.js"));
        page.site.put("sw.js", "", &broken.replace("VERSION = \"", "VERSION = \"x"));
        page.goto("").await?;
        let found = page
            .text("return navigator.serviceWorker.getRegistration().then(r => r.update().then(r => new Promise(done => {
                const it = r.installing; if (!it) return done('none');
                it.addEventListener('statechange', () => done(it.state)) })))")
            .await?;
        ensure!(found == "redundant", "{found}");
        ensure!(
            page.text(KEPT).await?.split(' ').any(|name| old.contains(name)),
            "the old one stays"
        );
        page.site.leave().await;
        page.goto("").await?;
        page.banner_says(&["FORWARD rule 6"]).await?;
        ensure!(page.text("return document.title").await? == "Chainwalk");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_page_that_is_worked_on_removes_what_was_kept() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        kept(page).await?;
        let plain = page.site.file("sw.js")?;
        let line = |begin: &str| {
            plain.lines().find(|l| l.starts_with(begin)).unwrap_or_default().to_owned()
        };
        let plain = plain
            .replace(&line("const VERSION"), "const VERSION = \"\";")
            .replace(&line("const FILES"), "const FILES = [];");
        let index = page.site.file("index.html")?;
        let (before, after) = index.split_once("data-version=\"").unwrap_or_default();
        let (_, after) = after.split_once('"').unwrap_or_default();
        page.site.put("sw.js", "", &plain);
        page.site.put(
            "index.html",
            "",
            &[before, "data-version=\"\"", after]
                .concat()
                .replace("<title>Chainwalk", "<title>Work"),
        );
        page.goto("").await?;
        page.until("what is worked on is shown", "return document.title === 'Work'").await?;
        page.until("nothing is kept", "return caches.keys().then(all => all.length === 0)").await?;
        page.until(
            "and nobody keeps it",
            "return navigator.serviceWorker.getRegistration().then(r => r === undefined)",
        )
        .await
    })
}
