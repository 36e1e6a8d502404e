//! What is shown while a new answer is worked out is the old one, and says so.

use crate::chromium::{DESK, Look, PHONE, Page, drive};
use anyhow::{Result, ensure};

/// Holds what the page sends to its worker while `holding` is set; `letGo()` sends it.
const HOLD: &str = "
    const Plain = Worker, kept = [];
    window.holding = false;
    window.letGo = () => { window.holding = false; kept.splice(0).forEach(send => send()) };
    window.Worker = class extends Plain {
        postMessage(...what) {
            if (window.holding) kept.push(() => super.postMessage(...what)); else super.postMessage(...what);
        }
    }";

/// Notes in `seen` what stands on the page in each frame: whether it is marked, and the headline.
const WATCH: &str = "
    window.seen = [];
    const headline = () => document.querySelector('.headline')?.innerText;
    const look = () => {
        const marked = document.querySelector('.app').classList.contains('stale');
        seen.push({ at: performance.now(), marked, old: headline() === window.first, said: text('waiting') });
        if (window.watching) requestAnimationFrame(look);
    };
    window.first = headline();
    window.watching = true;
    look();";

/// A table of so many rules, in which a packet to port 22 is accepted by the last.
fn table(rules: u32) -> String {
    let rule = |n: u32| {
        let (a, b) = (n >> 8 & 255, n & 255);
        format!(
            "-A INPUT -s 10.{a}.{b}.0/24 -p tcp -m tcp --dport 80 -m comment --comment r{n} -j DROP\n"
        )
    };
    let rules: String = (0..rules).map(rule).collect();
    format!(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}\
         -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n"
    )
}

/// Whether each part that shows the answer is marked as an old one, and none of them moved.
async fn all_is_marked(page: &Page) -> Result<()> {
    page.until(
        "each part of the answer is marked",
        "const busy = id => at(id)?.getAttribute('aria-busy') === 'true';
         const faint = css => [...document.querySelectorAll(css)].every(e => Number(getComputedStyle(e).opacity) < 0.8);
         return document.querySelector('.app').classList.contains('stale')
            && busy('banner') && busy('rows') && busy('timeline')
            && document.querySelector('.stage').getAttribute('aria-busy') === 'true'
            && faint('.verdict .answer, .rows, .lanes, .stage > .scene, .mini > .scene')",
    )
    .await
}

/// Whether nothing is marked any more.
async fn nothing_is_marked(page: &Page) -> Result<()> {
    page.until(
        "nothing is marked",
        "return !document.querySelector('.app').matches('.stale, .stale-text, .stale-picture')
            && at('waiting') === null && document.querySelector('[aria-busy=true]') === null
            && (at('rows') === null || Number(getComputedStyle(at('rows')).opacity) === 1)",
    )
    .await
}

async fn held(page: &Page) -> Result<()> {
    page.reload(HOLD).await?;
    page.banner_says(&["FORWARD rule 6"]).await?;
    page.turns("stop").await?;
    nothing_is_marked(page).await
}

#[test]
fn the_answer_to_the_text_before_says_so_until_the_new_one_is_there() -> Result<()> {
    for look in [DESK, PHONE] {
        drive(Look { still: true, ..look }, async |page| {
            held(page).await?;
            let size = "const box = document.querySelector('main').getBoundingClientRect();
                return `${box.top} ${box.bottom}`";
            let before = page.text(size).await?;
            page.ask("window.holding = true").await?;
            page.write("paste", &table(4)).await?;
            page.banner_says(&["answer to the text before", "Reading the new text"]).await?;
            all_is_marked(page).await?;
            page.picture("stale").await?;
            ensure!(page.text(size).await? == before, "the diagram keeps its room");
            page.until(
                "it is read aloud, once",
                "return text('narration').includes('answer to the text before')
                    && !document.querySelector('[data-testid=waiting] [role=status], [data-testid=waiting][role=status]')",
            )
            .await?;
            page.until("it works on", "return banner().includes('Still working')").await?;
            page.ask("letGo()").await?;
            nothing_is_marked(page).await?;
            let banner = page.banner().await?;
            ensure!(
                !banner.contains("FORWARD rule 6"),
                "the new text has another answer: {banner}"
            );
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn what_an_old_answer_proposes_is_not_done() -> Result<()> {
    drive(DESK, async |page| {
        held(page).await?;
        page.click("search").await?;
        page.until(
            "proposals",
            "return document.querySelectorAll('[data-testid=proposal]').length > 0",
        )
        .await?;
        page.ask("window.holding = true").await?;
        page.send("curl 172.17.0.2:22").await?;
        page.banner_says(&["before the change", "Walking the packet"]).await?;
        all_is_marked(page).await?;
        page.ask("document.querySelector('[data-testid=proposal] .yn').click()").await?;
        ensure!(page.ask("return at('made') === null").await? == true, "nothing is tried");
        page.ask("letGo()").await?;
        page.banner_says(&["elivered"]).await?;
        nothing_is_marked(page).await?;
        ensure!(page.ask("return at('made') === null").await? == true, "nothing was tried later");
        page.click("search").await?;
        page.until(
            "proposals",
            "return document.querySelectorAll('[data-testid=proposal]').length > 0",
        )
        .await?;
        page.ask("document.querySelector('[data-testid=proposal] .yn').click()").await?;
        page.until("those of the new one are", "return at('made') !== null").await
    })
}

#[test]
fn what_is_given_up_stays_marked() -> Result<()> {
    drive(DESK, async |page| {
        held(page).await?;
        page.ask("window.holding = true").await?;
        page.send("curl 172.17.0.2:22").await?;
        page.until("it can be stopped", "return banner().includes('Still working')").await?;
        page.ask("[...at('banner').querySelectorAll('button')].find(b => b.innerText === 'Stop').click()")
            .await?;
        page.banner_says(&["Stopped"]).await?;
        page.until(
            "the walk is still marked",
            "return at('rows').getAttribute('aria-busy') === 'true'
                && Number(getComputedStyle(at('rows')).opacity) < 0.8",
        )
        .await?;
        page.ask("letGo(); at('banner').querySelector('button').click()").await?;
        page.banner_says(&["elivered"]).await?;
        nothing_is_marked(page).await
    })
}

#[test]
fn a_long_text_tells_how_far_it_is_and_never_has_the_old_answer_for_its_own() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        page.ask(WATCH).await?;
        page.write("paste", &table(100_000)).await?;
        let new = "100001 rules";
        page.until(
            "the new answer is there",
            &format!(
                "return [...document.querySelectorAll('[data-testid=chip]')].some(c => c.innerText.includes('{new}'))"
            ),
        )
        .await?;
        nothing_is_marked(page).await?;
        let wrong = page
            .text(
                "window.watching = false;
                 const from = seen.findIndex(s => s.marked), to = seen.findLastIndex(s => s.marked);
                 const marked = seen.slice(from, to + 1), said = marked.map(s => s.said).join('\\n');
                 if (from < 0) return 'it was never marked';
                 if (marked.some(s => !s.marked)) return 'the mark came and went';
                 // The frame of the page may be rendered a frame before the headline in it.
                 const unmarked = seen.slice(to + 1).filter(s => s.old);
                 if (unmarked.length > 1) return `the old answer stands unmarked in ${unmarked.length} frames, ${unmarked.at(-1).at - seen[to].at} ms behind the mark of ${seen[to].at - seen[from].at} ms`;
                 if (!/Reading the new text … \\d+ %/.test(said)) return `it does not tell how far it is: ${said}`;
                 return ''",
            )
            .await?;
        ensure!(wrong.is_empty(), "{wrong}");
        page.send("ssh 127.0.0.1").await?;
        page.banner_says(&["elivered"]).await?;
        Ok(())
    })
}

#[test]
fn short_work_is_not_marked() -> Result<()> {
    drive(DESK, async |page| {
        held(page).await?;
        page.ask(WATCH).await?;
        page.ask(
            "window.holding = true;
             at('send').addEventListener('click', () => window.began = performance.now(), { capture: true })",
        )
        .await?;
        page.send("curl 172.17.0.2:22").await?;
        all_is_marked(page).await?;
        let first = page
            .ask("return seen.find(s => s.marked).at - window.began")
            .await?
            .as_f64()
            .unwrap_or_default();
        ensure!(first >= 150.0, "it is marked after {first} ms already");
        page.ask("letGo()").await?;
        nothing_is_marked(page).await
    })
}
