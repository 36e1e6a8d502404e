//! What would let a packet through, tried on the page.

mod in_chromium {
    use crate::chromium::{DESK, PHONE_DARK, drive};
    use anyhow::{Result, ensure};

    const PROPOSALS: &str = "[...document.querySelectorAll('[data-testid=proposal]')]";
    const MARK: &str = "iptables -I FORWARD 6 -m mark --mark 0x4000/0x4000 -j ACCEPT";

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn the_first_question_is_answered_by_a_rule_on_the_mark() -> Result<()> {
        drive(DESK, async |page| {
            page.turns("stop").await?;
            page.click("search").await?;
            page.until(
                "the rule on the mark is proposed",
                &format!("return {PROPOSALS}.some(p => p.innerText.includes('{MARK}'))"),
            )
            .await?;
            let found = page.accessibility(&[]).await?.unwrap_or_default();
            ensure!(found.is_empty(), "{found:?}");
            page.ask(&format!(
                "{PROPOSALS}.find(p => p.innerText.includes('{MARK}')).querySelector('button').click()"
            ))
            .await?;
            page.turns("ok").await?;
            page.until(
                "both fates stand side by side",
                "const said = at('compared').innerText; return said.includes('Rejected') && said.includes('Forwarded')",
            )
            .await?;
            ensure!(page.text("return at('made').innerText").await?.contains(MARK));
            page.ask("at('made').querySelector('.x').click()").await?;
            page.turns("stop").await?;
            page.until("no change is left", "return !at('made')").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_rule_is_tried_without_and_one_is_put_in() -> Result<()> {
        drive(DESK, async |page| {
            page.turns("stop").await?;
            page.key("End").await?;
            page.ask("rows().findLast(r => r.className.includes('rule')).click()").await?;
            page.until(
                "its tools are offered",
                "return document.querySelectorAll('.rule-tool').length > 1",
            )
            .await?;
            page.ask("document.querySelectorAll('.rule-tool')[0].click()").await?;
            page.until("the change is made", "return at('made').innerText.includes('iptables')")
                .await?;
            // The host changed, so the packet starts anew; the rule is pointed at again.
            page.until("it is answered", "return at('compared') !== null").await?;
            page.ask("rows().findLast(r => r.className.includes('rule')).click()").await?;
            page.until("its tools are offered", "return !!document.querySelector('.rule-tool')")
                .await?;
            page.ask("[...document.querySelectorAll('.rule-tool')].at(-1).click()").await?;
            page.until(
                "the field begins with the command",
                "return at('insert').value.startsWith('iptables')",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn proposals_are_readable_on_a_phone_in_the_dark() -> Result<()> {
        drive(PHONE_DARK, async |page| {
            page.turns("stop").await?;
            page.click("search").await?;
            page.until("proposals are shown", &format!("return {PROPOSALS}.length > 3")).await?;
            let found = page.accessibility(&[]).await?.unwrap_or_default();
            ensure!(found.is_empty(), "{found:?}");
            Ok(())
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn what_would_stop_a_packet_is_proposed_and_does() -> Result<()> {
        drive(DESK, async |page| {
            page.send("curl 172.17.0.2:22 from 172.17.0.1 in eth0").await?;
            page.turns("ok").await?;
            ensure!(page.text("return text('search')").await?.contains("What would stop it?"));
            page.click("search").await?;
            page.until("changes are proposed", &format!("return {PROPOSALS}.length > 0")).await?;
            page.ask(&format!("{PROPOSALS}[0].querySelector('button').click()")).await?;
            page.turns("stop").await?;
            page.until(
                "both fates stand side by side",
                "return text('compared').includes('elivered')",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_rule_among_those_that_did_not_match_is_tried_without() -> Result<()> {
        drive(DESK, async |page| {
            page.turns("stop").await?;
            page.key("End").await?;
            page.ask("document.querySelector('.row.range .why').click()").await?;
            page.until(
                "each opened rule has its tools",
                "const cards = [...document.querySelectorAll('[data-testid=cards] > li')];
                 return cards.length > 1 && cards.every(c => c.querySelectorAll('.rule-tool').length === 2)",
            )
            .await?;
            let found = page.accessibility(&[]).await?.unwrap_or_default();
            ensure!(found.is_empty(), "{found:?}");
            let rule = page
                .text("return document.querySelectorAll('[data-testid=cards] > li')[1].querySelector('.rule-tool').title")
                .await?;
            page.ask("document.querySelectorAll('[data-testid=cards] > li')[1].querySelector('.rule-tool').click()")
                .await?;
            page.until(
                "the host is without it, and both fates are told",
                &format!(
                    "return at('made')?.innerText.includes('{rule}') && at('compared') !== null"
                ),
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_change_that_cannot_be_read_says_what_may_be_meant() -> Result<()> {
        drive(DESK, async |page| {
            page.turns("stop").await?;
            page.send("iptables -I FORWARD 6 -p tcp --dprt 80 -j ACCEPT").await?;
            page.until(
                "the likely option is named",
                "return /Did you mean .*--dport/.test(text('made'))",
            )
            .await?;
            page.click("edit-change").await?;
            page.until(
                "it is edited from its begin",
                "return at('rechange').value.startsWith('iptables') && at('rechange').selectionStart === 0
                    && at('rechange').scrollLeft === 0",
            )
            .await
        })
    }
}
