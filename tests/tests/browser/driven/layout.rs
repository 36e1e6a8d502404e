//! The page in windows of every size, its panes moved and folded, on paper and in forced colours.

use crate::chromium::{DESK, Look, drive};
use anyhow::{Result, ensure};

/// No part of the page is cut off or lies beyond the window.
const TOO_WIDE: &str = "return document.documentElement.scrollWidth - innerWidth";

/// The words in sight whose letters have less than 11 px, those of the drawing as they come out.
const SMALL: &str = "
    const size = e => parseFloat(getComputedStyle(e).fontSize) * (e.getScreenCTM?.().a ?? 1);
    return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
            && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
        .filter(e => size(e) > 0 && size(e) < 10.9).map(e => `${size(e).toFixed(1)} ${e.textContent}`)";

mod in_chromium {
    use super::*;

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn it_fits_windows_from_a_small_phone_to_a_wall() -> Result<()> {
        drive(Look { still: true, ..DESK }, async |page| {
            let sizes = [
                (320, 640),
                (390, 844),
                (768, 1024),
                (844, 390),
                (1024, 768),
                (1440, 900),
                (1920, 1080),
                (3840, 2160),
            ];
            for (width, height) in sizes {
                page.resize(width, height).await?;
                page.until("it settles", "return at('banner') !== null").await?;
                let wide = page.ask(TOO_WIDE).await?;
                ensure!(
                    wide.as_i64().is_some_and(|w| w <= 0),
                    "{width}x{height}: {wide} px too wide"
                );
                let cut = page
                    .text(
                        "return ['packet', 'send', 'banner', 'play', 'rows'].filter(id => {
                            const box = at(id)?.getBoundingClientRect();
                            return !box || box.width < 20 || box.left < -1 || box.right > innerWidth + 1;
                        }).join(' ')",
                    )
                    .await?;
                ensure!(cut.is_empty(), "{width}x{height}: {cut} is cut off or not there");
                let all =
                    format!("const small = (() => {{ {SMALL} }})(); return small.length === 0");
                if let Err(error) = page.until("no letter is smaller than 11 px", &all).await {
                    let small = page.ask(SMALL).await?;
                    return Err(error.context(format!("{width}x{height}: {small}")));
                }
            }
            Ok(())
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn edges_move_by_keys_and_fold_and_are_remembered() -> Result<()> {
        drive(DESK, async |page| {
            let width = "document.querySelector('.left').getBoundingClientRect().width";
            let before = page.ask(&format!("return {width}")).await?.as_f64().unwrap_or_default();
            page.ask("at('edge-left').focus()").await?;
            for _ in 0..3 {
                page.press("ArrowRight").await?;
            }
            page.until("it is wider", &format!("return {width} === {before} + 48")).await?;
            ensure!(
                page.text("return at('edge-left').getAttribute('aria-valuenow')").await?
                    == format!("{}", before + 48.0),
                "a reader without the picture is told"
            );
            page.ask("at('edge-right').focus()").await?;
            page.press("Enter").await?;
            page.until(
                "the walk is folded away",
                "return at('rows').getClientRects().length === 0",
            )
            .await?;
            ensure!(
                page.text("return at('fold-right').getAttribute('aria-expanded')").await?
                    == "false"
            );
            page.until(
                "it is kept",
                "return localStorage['chainwalk.page']?.includes('\"folded\":true')",
            )
            .await?;
            page.reload("").await?;
            page.until(
                "both are as they were left",
                &format!(
                    "return rows().length > 0 && {width} === {before} + 48
                        && at('rows').getClientRects().length === 0"
                ),
            )
            .await?;
            page.click("fold-right").await?;
            page.until("the walk is back", "return at('rows').getClientRects().length > 0").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn on_paper_stand_the_answer_the_drawing_and_the_whole_walk() -> Result<()> {
        drive(DESK, async |page| {
            page.media("print", &[]).await?;
            let seen = "const seen = e => e !== null && e.getClientRects().length > 0;";
            page.until(
                "what matters is there, what is for the hand is not",
                &format!(
                    "{seen} return seen(at('banner')) && seen(document.querySelector('.stage svg'))
                        && rows().every(seen) && !seen(pasted()) && !seen(at('play')) && !seen(at('packet'))"
                ),
            )
            .await?;
            ensure!(
                page.ask("return getComputedStyle(document.querySelector('.scroller')).overflowY")
                    .await?
                    == "visible",
                "nothing of the walk is behind a scroll bar"
            );
            Ok(())
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn forced_colours_keep_the_line_of_now_apart() -> Result<()> {
        drive(DESK, async |page| {
            page.media("", &[("forced-colors", "active")]).await?;
            page.ask("rows().find(r => r.innerText.includes('REJECT')).click()").await?;
            page.until(
                "it has an outline",
                "const line = lines()[0];
                 return line !== undefined && getComputedStyle(line).outlineStyle === 'solid'",
            )
            .await
        })
    }
}
