//! A kernel's trace, laid over the walk.

use crate::chromium::{DESK, drive};
use crate::trace_paste;
use anyhow::{Result, ensure};

mod in_chromium {
    use super::*;

    const SEEN: &str = "[...document.querySelectorAll('[data-testid=seen]')]";

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_trace_that_agrees_is_said_and_its_lines_are_a_click_away() -> Result<()> {
        let paste = trace_paste()?;
        drive(DESK, async |page| {
            page.write("paste", &paste).await?;
            page.send("tcp 10.0.0.2 > 10.0.0.1:22 in eth0 syn").await?;
            page.banner_says(&["own trace agrees"]).await?;
            page.until(
                "rows are marked, and none otherwise",
                &format!(
                    "return {SEEN}.length >= 3 && {SEEN}.every(s => s.classList.contains('confirmed'))"
                ),
            )
            .await?;
            // A row that the walk is at as it plays stands over its neighbours.
            page.key("End").await?;
            if let Some(found) = page.accessibility(&[]).await? {
                ensure!(found.is_empty(), "{found:?}");
            }
            page.ask(&format!("{SEEN}.at(-1).click()")).await?;
            page.until(
                "its line of the trace is in sight",
                "const sheet = document.querySelector('.sheet-of-text').getBoundingClientRect();
                 return [...document.querySelectorAll('.cm-line')].some(l => {
                    const its = l.getBoundingClientRect();
                    return l.innerText.includes('filter web rule') && its.top >= sheet.top && its.bottom <= sheet.bottom })",
            )
            .await?;
            page.click("evidence-lines").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_trace_that_parts_from_the_walk_is_heard_first() -> Result<()> {
        let paste = trace_paste()?.replace("--dport 22 -j ACCEPT", "--dport 22 -j DROP");
        drive(DESK, async |page| {
            page.write("paste", &paste).await?;
            page.send("tcp 10.0.0.2 > 10.0.0.1:22 in eth0 syn").await?;
            page.turns("stop").await?;
            page.until(
                "it is the first thing beside the answer",
                "return document.querySelector('.evidence li')?.innerText.includes('own trace disagrees')",
            )
            .await?;
            page.until(
                "the row where they part says what the trace has there",
                &format!("return {SEEN}.some(s => s.classList.contains('contradicted') && s.title.includes('differs here'))"),
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn what_was_traced_is_offered_to_be_sent() -> Result<()> {
        let paste = trace_paste()?;
        drive(DESK, async |page| {
            page.write("paste", &paste).await?;
            page.until("it is read", "return text('summary').includes('lines')").await?;
            page.key("/").await?;
            page.until(
                "the packets of the trace come first",
                "return document.querySelector('[role=option]')?.innerText.includes('traced by the kernel')",
            )
            .await
        })
    }
}
