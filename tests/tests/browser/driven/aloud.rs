//! What is read aloud of a walk: as much as the listener asked for.

use crate::chromium::{DESK, drive};
use anyhow::{Result, ensure};

mod in_chromium {
    use super::*;

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn it_reads_each_rule_each_chain_or_the_fate_alone_and_remembers_which() -> Result<()> {
        drive(DESK, async |page| {
            page.turns("stop").await?;
            page.ask("if (at('play').getAttribute('aria-pressed') === 'true') at('play').click()")
                .await?;
            let heard = async || -> Result<usize> {
                page.key("Home").await?;
                let mut said = Vec::new();
                for _ in 0..10 {
                    page.key("ArrowRight").await?;
                    said.push(page.text("return text('narration')").await?);
                }
                said.retain(|s| !s.is_empty());
                said.dedup();
                Ok(said.len())
            };
            let rules = heard().await?;
            page.key("v").await?;
            page.until("the change is read", "return text('narration').includes('each chain')")
                .await?;
            let chains = heard().await?;
            // In the help it is chosen; nothing sounds, so there is no loudspeaker.
            ensure!(
                page.ask("return document.querySelector('.player [data-testid=say]') === null")
                    .await?
                    == true
            );
            page.key("?").await?;
            page.until("the help is open", "return at('say') !== null").await?;
            page.ask("const says = at('say'); says.selectedIndex = 2; says.dispatchEvent(new Event('change', { bubbles: true }))")
                .await?;
            page.until("the change is read", "return text('narration').includes('result only')")
                .await?;
            page.press("Escape").await?;
            page.until("the help is closed", "return at('help') === null").await?;
            let fate = heard().await?;
            ensure!(rules > chains && chains > 1 && fate == 0, "{rules} {chains} {fate}");
            page.key("r").await?;
            page.until(
                "the fate is read, and that it is the same everywhere",
                "const said = text('narration'); return said.includes('Rejected') && said.includes('all 3')",
            )
            .await?;
            page.until(
                "it is written down",
                "return (localStorage.getItem('chainwalk.page') ?? '').includes('\"verbosity\":\"Fate\"')",
            )
            .await
        })
    }
}
