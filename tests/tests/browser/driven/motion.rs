//! The packet in motion, and what a press on the drawing does.

use crate::chromium::{DESK, Look, Page, drive};
use anyhow::{Result, ensure};

/// A script's names for the drawing and what moves in it.
const SCENE: &str = "const scene = document.querySelector('.stage .scene'), token = scene.querySelector('.token'), label = scene.querySelector('.tag');
    const middle = e => { const b = e.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; };
    const way = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);";

/// Rests at a stop, counted from 1.
async fn stand(page: &Page, stop: usize) -> Result<()> {
    page.ask("if (at('play').getAttribute('aria-pressed') === 'true') at('play').click()").await?;
    page.ask(&format!("document.querySelector('.cell[data-stop=\"{}\"]').dispatchEvent(new PointerEvent('pointerdown', {{ buttons: 1, bubbles: true,
        clientX: document.querySelector('.cell[data-stop=\"{0}\"]').getBoundingClientRect().left + 3,
        clientY: document.querySelector('.cell[data-stop=\"{0}\"]').getBoundingClientRect().top + 3 }}))", stop - 1)).await?;
    page.until(
        "it stands there",
        &format!(
            "return position().startsWith('Step {stop} ')
        && document.querySelector('.stage .scene').getAttribute('data-stop') === '{}'",
            stop - 1
        ),
    )
    .await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_label_rides_with_the_packet_and_the_line_grows_behind_it() -> Result<()> {
    drive(DESK, async |page| {
        page.turns("stop").await?;
        stand(page, 1).await?;
        page.ask(&format!("{SCENE} window.was = [middle(token), middle(label)]")).await?;
        page.key("ArrowRight").await?;
        page.until(
            "it is on its way",
            "const moving = document.querySelector('.stage .token').getAnimations();
             if (moving.length === 0) return false;
             for (const one of document.getAnimations()) { one.pause(); one.currentTime = 260; }
             return true",
        )
        .await?;
        let half = page
            .text(&format!(
                "{SCENE} const out = [], half = [middle(token), middle(label)];
                 if (getComputedStyle(label).opacity !== '1') out.push('the label fades');
                 const line = [...scene.querySelectorAll('path.done')].find(p => p.getAnimations().length > 0);
                 if (!line) return 'no line grows';
                 const shown = parseFloat(getComputedStyle(line).strokeDasharray), tip = line.getPointAtLength(shown);
                 const point = new DOMPoint(tip.x, tip.y).matrixTransform(scene.getScreenCTM());
                 if (way([point.x, point.y], half[0]) > 4) out.push(`the line ends ${{way([point.x, point.y], half[0])}} px from the packet`);
                 if (shown > line.getTotalLength() - 5) out.push('the line is there before the packet');
                 for (const one of document.getAnimations()) one.finish();
                 const end = [middle(token), middle(label)];
                 for (const [n, name] of [[0, 'packet'], [1, 'label']]) {{
                     const whole = way(was[n], end[n]);
                     if (way(was[n], half[n]) > whole || way(half[n], end[n]) > whole || way(was[n], half[n]) < whole * 0.2) out.push(`the ${{name}} is not between`);
                 }}
                 return out.join('; ')"
            ))
            .await?;
        ensure!(half.is_empty(), "{half}");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn rules_that_do_not_match_are_one_sweep_and_can_be_passed_over() -> Result<()> {
    drive(DESK, async |page| {
        page.turns("stop").await?;
        // Rules 1 to 4 of KUBE-SERVICES do not match; they are stops 4 to 7.
        stand(page, 4).await?;
        page.ask(
            "const seen = window.seen = [];
             new MutationObserver(() => seen.push([parseInt(position().slice(5)), performance.now()]))
                .observe(at('position'), { characterData: true, childList: true, subtree: true });
             seen.push([4, performance.now()]); at('play').click()",
        )
        .await?;
        page.until("it is past them", "return seen.some(([stop]) => stop >= 8)").await?;
        page.ask("at('play').click()").await?;
        let took = page
            .ask("const time = stop => seen.find(([n]) => n >= stop)[1]; return time(7) - time(4)")
            .await?;
        ensure!(took.as_f64().is_some_and(|ms| ms < 1500.0), "the sweep took {took} ms");

        page.key("Home").await?;
        page.until("at the begin", "return position().startsWith('Step 1 ')").await?;
        page.click("matches").await?;
        let mut stops = Vec::new();
        for _ in 0..5 {
            let before = page.text("return position()").await?;
            page.click("next").await?;
            page.until("on", &format!("return position() !== {before:?}")).await?;
            stops.push(
                page.ask("return parseInt(position().slice(5))")
                    .await?
                    .as_u64()
                    .unwrap_or_default(),
            );
        }
        ensure!(stops == [2, 3, 8, 9, 10], "stopped at {stops:?}");
        page.key("ArrowLeft").await?;
        page.until("back in the same way", "return position().startsWith('Step 9 ')").await?;
        page.key("m").await?;
        page.until(
            "everywhere again",
            "return at('matches').getAttribute('aria-pressed') === 'false'",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_end_stands_behind_all_lanes_and_no_cell_is_blank() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        let wrong = page
            .text(
                "const cells = [...document.querySelectorAll('.cell[data-stop]')], out = [];
                 const end = cells.at(-1), box = end.getBoundingClientRect();
                 if (Number(end.dataset.stop) !== cells.length - 1) out.push('the end is not the last');
                 if (cells.slice(0, -1).some(c => c.getBoundingClientRect().right > box.left)) out.push('a cell stands behind the end');
                 if (box.height < 50) out.push('it does not stand across the lanes');
                 if (end.querySelector('use')?.getAttribute('href') !== '#i-no') out.push('it has no cross');
                 for (const cell of cells) if (!cell.innerText.trim() && !cell.querySelector('use') && !cell.classList.contains('route')) out.push(`blank: ${cell.dataset.stop}`);
                 for (const use of document.querySelectorAll('.cell use'))
                     if (!document.querySelector(use.getAttribute('href'))) out.push(`no symbol ${use.getAttribute('href')}`);
                 return out.join('; ')",
            )
            .await?;
        ensure!(wrong.is_empty(), "{wrong}");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn what_stands_for_something_is_pressed_and_the_ground_plays() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        let wrong = page
            .text(
                "const scene = document.querySelector('.stage .scene'), out = [];
                 for (const one of scene.querySelectorAll('.link')) {
                     if (getComputedStyle(one).cursor !== 'pointer') out.push(`no hand: ${one.textContent}`);
                     if (!/Press to (go to step \\d+|show its lines|follow|list them all)/.test(one.querySelector('title')?.textContent)) out.push(`no tooltip: ${one.textContent}`);
                 }
                 const words = ['rule 6 rejects', 'host replies', 'PREROUTING', 'FORWARD', 'OUTPUT', '2 rules', 'eth0', 'route', 'NEW'];
                 for (const word of words) {
                     const text = [...scene.querySelectorAll('text')].find(t => t.textContent === word);
                     if (!text?.closest('.link')) out.push(`not to be pressed: ${word}`);
                 }
                 return out.join('; ')",
            )
            .await?;
        ensure!(wrong.is_empty(), "{wrong}");
        let press = async |word: &str| -> Result<()> {
            let at = page
                .middle(&format!("[...document.querySelectorAll('.stage .scene text')].find(t => t.textContent === '{word}')"))
                .await?;
            page.press_mouse(at).await
        };
        press("rule 6 rejects").await?;
        page.until("the rule that rejects", "return here().innerText.includes('REJECT')").await?;
        press("host replies").await?;
        page.until(
            "the first stop of the reply",
            "return at('timeline').querySelector('.lane.on .name').innerText === 'ICMP'",
        )
        .await?;
        press("PREROUTING").await?;
        page.until("the begin of the hook", "return position().startsWith('Step 2 ')").await?;
        // A cross in the drawing is the stop, too.
        let cross = page.middle("document.querySelector('.stage .scene .link .x.stop')").await?;
        page.press_mouse(cross).await?;
        page.until("it goes to the stop", "return here().innerText.includes('REJECT')").await?;
        // What was never walked shows its lines.
        let at = page
            .middle("[...document.querySelectorAll('.stage .scene .gst')].find(g => g.querySelector('title')?.textContent.startsWith('filter INPUT'))")
            .await?;
        page.press_mouse(at).await?;
        page.until(
            "its lines are in sight",
            "return [...document.querySelectorAll('.cm-line')].some(l => l.innerText.includes('Chain INPUT'))",
        )
        .await?;
        // The ground: under the heading of the drawing, right of everything.
        let ground = page
            .ask("const b = document.querySelector('.stage').getBoundingClientRect(); return [b.right - 12, b.top + 20]")
            .await?;
        let ground =
            (ground[0].as_f64().unwrap_or_default(), ground[1].as_f64().unwrap_or_default());
        page.press_mouse(ground).await?;
        page.until("it plays", "return at('play').getAttribute('aria-pressed') === 'true'").await?;
        page.press_mouse(ground).await?;
        page.until("it rests", "return at('play').getAttribute('aria-pressed') === 'false'").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_end_is_told_once() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        page.key("End").await?;
        page.until(
            "the card of the end names what decided",
            "return document.querySelector('.stage .scene').textContent.includes('What decided')",
        )
        .await?;
        let twice = page
            .text(
                "const drawn = [...document.querySelectorAll('.stage .scene text')].map(t => t.textContent).join(' ');
                 const said = [...at('banner').querySelectorAll('.headline, .detail, .evidence li')].map(e => e.innerText.trim());
                 return said.filter(s => s.length > 12 && drawn.includes(s.slice(0, 40))).join(' | ')",
            )
            .await?;
        // The note beside INPUT is about what is drawn there.
        ensure!(twice.is_empty() || twice.starts_with("INPUT never sees"), "said twice: {twice}");
        Ok(())
    })
}
