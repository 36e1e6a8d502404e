//! Playback: by hook, scrubbed, at a speed; narrated, in two languages, with less motion.

use crate::chromium::{DESK, Look, drive};
use anyhow::{Result, ensure};

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn it_goes_by_hook_by_hand_and_at_a_speed() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.ask("if (at('play').getAttribute('aria-pressed') === 'true') at('play').click()")
            .await?;
        page.key("Home").await?;
        page.until("at the start", "return position().startsWith('Step 1 ')").await?;
        ensure!(page.text("return at('prev').getAttribute('aria-disabled')").await? == "true");
        let mut stops = Vec::new();
        for _ in 0..3 {
            let before = page.text("return position()").await?;
            page.click("next-hook").await?;
            page.until("a hook on", &format!("return position() !== {before:?}")).await?;
            stops.push(page.text("return position()").await?);
        }
        let at = "here().innerText.includes('FORWARD') || here().closest('[role=group]')?.previousElementSibling.innerText.includes('FORWARD')";
        for before in stops.iter().rev().skip(1) {
            page.click("prev-hook").await?;
            page.until("a hook back", &format!("return position() === {before:?}")).await?;
        }
        for _ in 0..6 {
            if page.ask(&format!("return !!({at})")).await? == true {
                break;
            }
            page.shift("ArrowRight").await?;
        }
        page.until("FORWARD is a hook", &format!("return !!({at})")).await?;

        // A cell a rule; a drag goes through them, and what is told goes along.
        let cell = |n: usize| format!("document.querySelectorAll('.cell[data-stop]')[{n}]");
        let (from, to) = (page.middle(&cell(2)).await?, page.middle(&cell(9)).await?);
        page.drag(from, to).await?;
        page.until("it stands at the tenth stop", "return position().startsWith('Step 10 ')")
            .await?;
        ensure!(page.text("return at('timeline').getAttribute('aria-valuenow')").await? == "10");
        page.until(
            "it is narrated",
            "return text('narration').length > 10 && text('narration') === at('timeline').getAttribute('aria-valuetext')",
        )
        .await?;
        page.ask("at('timeline').focus()").await?;
        page.press("ArrowUp").await?;
        page.until("up is on", "return position().startsWith('Step 11 ')").await?;

        for label in ["2×", "4×", "½×", "1×"] {
            page.ask("document.querySelector('.player .speed').click()").await?;
            page.until(
                "the next speed",
                &format!("return document.querySelector('.player .speed').innerText === '{label}'"),
            )
            .await?;
        }
        // With less motion the packet is at its place at once.
        page.key(" ").await?;
        page.until("it plays", "return at('play').getAttribute('aria-pressed') === 'true'").await?;
        page.until("it goes on", "return !position().startsWith('Step 11 ')").await?;
        let moving = page
            .ask("return document.querySelector('.stage .token').getAnimations().length")
            .await?;
        ensure!(moving == 0, "nothing moves where less motion is asked for");
        page.key(" ").await?;
        page.until("it rests", "return at('play').getAttribute('aria-pressed') === 'false'").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn an_example_is_taken_and_told_in_two_languages() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.click("examples").await?;
        page.until(
            "there are ten",
            "return document.querySelectorAll('.menu .sheet li').length >= 10",
        )
        .await?;
        let told = page.text("return document.querySelector('.menu .sheet').innerText").await?;
        ensure!(
            told.contains("What does each client see, and who sends it?"),
            "the question is told"
        );
        page.ask("[...document.querySelectorAll('.menu .sheet button')].find(b => b.innerText.includes('three kinds of no')).click()")
            .await?;
        page.banner_says(&["Dropped", "times out"]).await?;
        ensure!(page.ask("return at('examples').getAttribute('aria-expanded')").await? == "false");
        page.ask("document.querySelectorAll('.packets .tab')[1].click()").await?;
        page.banner_says(&["Connection refused"]).await?;
        page.until(
            "the reset has a lane and a way of its own",
            "return [...at('timeline').querySelectorAll('.lane > .name')].some(n => n.innerText === 'RST')",
        )
        .await?;
        page.click("lang").await?;
        page.banner_says(&["拒绝"]).await?;
        let english = page
            .text(
                "const all = document.createTreeWalker(document.querySelector('.app'), NodeFilter.SHOW_TEXT), left = [];
                 while (all.nextNode()) {
                    const text = all.currentNode.data.trim(), up = all.currentNode.parentElement;
                    if (up.closest('code, kbd, svg, pre, rule-text, title, .name, .brand, [data-testid=lang]')) continue;
                    if (/[a-z]{3,} [a-z]{3,} [a-z]{3,}/.test(text)) left.push(text);
                 }
                 return left.join(' | ')",
            )
            .await?;
        ensure!(english.is_empty(), "left in English: {english}");
        ensure!(page.text("return document.documentElement.lang").await? == "zh-Hans");
        page.until(
            "it is stored",
            "return localStorage['chainwalk.page'].includes('\"lang\":\"Zh\"')",
        )
        .await?;
        page.reload("Object.defineProperty(navigator, 'language', { get: () => 'en' })").await?;
        page.until("the choice is kept", "return document.documentElement.lang === 'zh-Hans'")
            .await?;
        page.reload("localStorage.clear(); for (const [name, value] of [['language', 'zh-CN'], ['languages', ['zh-CN', 'en']]])
            Object.defineProperty(Navigator.prototype, name, { get: () => value })").await?;
        page.until(
            "else it is the browser's",
            "return document.documentElement.lang === 'zh-Hans'",
        )
        .await?;
        page.banner_says(&["拒绝"]).await?;
        Ok(())
    })
}
