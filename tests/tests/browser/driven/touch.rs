//! The page under fingers, on a narrow screen and on a wide one.

use crate::chromium::{DESK, Look, PHONE, drive};
use anyhow::{Result, ensure};

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_phone_is_tapped_dragged_and_turned() -> Result<()> {
    drive(Look { still: true, ..PHONE }, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        let tap = async |what: &str| -> Result<()> {
            page.ask(&format!("({what}).scrollIntoView({{ block: 'center' }})")).await?;
            let at = page.middle(what).await?;
            page.touch(&[&[at]]).await
        };
        tap("at('play')").await?;
        page.until("it plays", "return at('play').getAttribute('aria-pressed') === 'true'").await?;
        tap("at('play')").await?;
        page.until("it rests", "return at('play').getAttribute('aria-pressed') === 'false'")
            .await?;
        let step = page.text("return position()").await?;
        tap("at('next')").await?;
        page.until("a step on", &format!("return position() !== {step:?}")).await?;

        // The diagram is the walk here, upright, with a small map on top.
        ensure!(
            page.ask(
                "const list = at('rows').getBoundingClientRect(), map = document.querySelector('.mini svg').getBoundingClientRect();
                 return list.width > 300 && map.width > 300 && map.bottom <= list.top + 1
                    && document.querySelector('.stage').getClientRects().length === 0",
            )
            .await?
                == true,
            "the walk stands below the map"
        );
        ensure!(
            page.ask(
                "const left = row => row.querySelector('.in').getBoundingClientRect().left, all = rows();
                 const deep = level => all.find(r => r.ariaLevel === level);
                 return left(deep('4')) > left(deep('3')) && left(deep('3')) > left(deep('1'))",
            )
            .await?
                == true,
            "right is deeper"
        );
        tap("rows().find(r => r.innerText.includes('REJECT'))").await?;
        page.until("at the rule that rejects", "return here().innerText.includes('REJECT')")
            .await?;

        // The scrubber under a finger that moves.
        page.key("Home").await?;
        page.until("at the start", "return position().startsWith('Step 1 ')").await?;
        let from = page.middle("document.querySelectorAll('.cell[data-stop]')[1]").await?;
        let to = page.middle("document.querySelectorAll('.cell[data-stop]')[6]").await?;
        let between = (f64::midpoint(from.0, to.0), from.1);
        page.touch(&[&[from], &[between], &[to]]).await?;
        page.until(
            "it stands where the finger was lifted",
            "return position().startsWith('Step 7 ')",
        )
        .await?;

        tap("document.querySelectorAll('nav button')[2]").await?;
        page.until("the paste is shown", "return at('paste').getClientRects().length > 0").await?;
        tap("document.querySelectorAll('nav button')[1]").await?;
        page.until(
            "the map is shown",
            "return document.querySelector('.stage svg')?.getClientRects().length > 0",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn two_fingers_enlarge_the_diagram_and_one_moves_it() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        let view = "document.querySelector('.stage .scene').getAttribute('viewBox')";
        page.until("it is drawn", "return document.querySelector('.stage .scene') !== null")
            .await?;
        // The diagram follows a packet that goes on.
        page.key("Home").await?;
        page.until("it rests", "return at('play').getAttribute('aria-pressed') === 'false'")
            .await?;
        let whole = page.text(&format!("return {view}")).await?;
        let (x, y) = page.middle("document.querySelector('.stage')").await?;
        let apart = |d: f64| [(x - d, y), (x + d, y)];
        page.touch(&[&apart(40.0), &apart(60.0), &apart(90.0), &apart(120.0)]).await?;
        page.until("a part is shown", &format!("return {view} !== {whole:?}")).await?;
        let scale = page
            .ask(&format!("return Number({whole:?}.split(' ')[2]) / Number({view}.split(' ')[2])"))
            .await?
            .as_f64()
            .unwrap_or_default();
        ensure!((2.0..4.0).contains(&scale), "three times as far apart, {scale} times as large");
        let part = page.text(&format!("return {view}")).await?;
        page.touch(&[&[(x, y)], &[(x + 30.0, y)], &[(x + 80.0, y)], &[(x + 120.0, y)]]).await?;
        page.until(
            "what lies to the left comes into sight",
            &format!("return Number({view}.split(' ')[0]) < Number({part:?}.split(' ')[0])"),
        )
        .await?;
        page.touch(&[&apart(120.0), &apart(80.0), &apart(30.0), &apart(10.0)]).await?;
        page.until("all is shown", &format!("return {view} === {whole:?}")).await?;
        // The mouse has its wheel for that, and drags.
        page.wheel((x, y), -300.0).await?;
        page.until("larger by the wheel", &format!("return {view} !== {whole:?}")).await?;
        let part = page.text(&format!("return {view}")).await?;
        page.drag((x, y), (x + 100.0, y + 20.0)).await?;
        page.until("moved by the mouse", &format!("return {view} !== {part:?}")).await
    })
}
