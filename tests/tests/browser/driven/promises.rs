//! Promises: packets with the fate they should have, walked again after every change.

mod in_chromium {
    use super::super::share::LISTEN;
    use crate::chromium::{DESK, Page, drive};
    use anyhow::{Result, ensure};

    const RULES: &str = "2: eth0: <UP>\n    inet 192.0.2.1/24 scope global eth0\n*filter\n:INPUT DROP [0:0]\n\
        -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n\
        :INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n";
    const ROWS: &str = "[...document.querySelectorAll('[data-testid=promise-row]')]";

    async fn stand(page: &Page, wanted: &str) -> Result<()> {
        page.until(
            &format!("the promises stand as {wanted}"),
            &format!("return {ROWS}.map(r => r.className).join(' ') === '{wanted}'"),
        )
        .await
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_promise_turns_red_and_green_with_the_rules() -> Result<()> {
        drive(DESK, async |page| {
            page.write("paste", RULES).await?;
            page.until(
                "it is read",
                "return document.querySelectorAll('[data-testid=chip]').length > 1",
            )
            .await?;
            page.send("nc 192.0.2.1 22 from 192.0.2.9 in eth0").await?;
            page.turns("ok").await?;
            ensure!(page.ask("return !at('promises')").await? == true, "none at first");
            page.click("keep-through").await?;
            stand(page, "kept").await?;
            page.send("nc 192.0.2.1 80 from 192.0.2.9 in eth0").await?;
            page.turns("stop").await?;
            page.click("keep-through").await?;
            stand(page, "failed kept").await?;
            ensure!(page.text("return at('promise-line').textContent").await? == "line 4");
            let found = page.accessibility(&[]).await?.unwrap_or_default();
            ensure!(found.is_empty(), "{found:?}");

            // An edit of the rules.
            let edited = RULES.replace("--dport 22", "--dport 80");
            page.write("paste", &edited).await?;
            page.until(
                "the other one breaks",
                &format!("return {ROWS}[0]?.className === 'failed' && {ROWS}[0].innerText.includes(' 22')"),
            )
            .await?;
            page.key("End").await?;
            page.ask("at('undo').click()").await?;
            page.until(
                "what was edited is taken back",
                &format!("return {ROWS}[0]?.className === 'failed' && {ROWS}[0].innerText.includes(' 80')"),
            )
            .await?;
            // It should be so; then none is broken.
            page.click("promise-so").await?;
            stand(page, "kept kept").await?;
            page.ask(&format!("{ROWS}.find(r => r.innerText.includes(' 22')).querySelector('[data-testid=promise-walk]').click()"))
                .await?;
            page.turns("ok").await?;
            stand(page, "kept kept").await?;
            // They survive a reload, and travel with the file.
            page.ask("await new Promise((done) => setTimeout(done, 900))").await?;
            page.reload("").await?;
            stand(page, "kept kept").await?;
            page.ask(&format!("{ROWS}[0].querySelector('[data-testid=promise-forget]').click()"))
                .await?;
            stand(page, "kept").await?;
            page.ask("at('undo').click()").await?;
            stand(page, "kept kept").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_case_brings_its_promises_along() -> Result<()> {
        drive(DESK, async |page| {
            let case = format!(
                "chainwalk: 1\npacket: nc 192.0.2.1 22 from 192.0.2.9 in eth0\n\
                 goal: nc 192.0.2.1 22 from 192.0.2.9 in eth0 => through\n\
                 goal: nc 192.0.2.1 80 from 192.0.2.9 in eth0 => dropped by the policy of filter INPUT\n\
                 goal: nc 192.0.2.1 80 from 192.0.2.9 in eth0 => through\n---\n{RULES}"
            );
            page.write("paste", &case).await?;
            stand(page, "failed kept kept").await?;
            page.ask(LISTEN).await?;
            page.key("s").await?;
            page.until("it is shared", "return text('link').includes('#w1=')").await?;
            page.click("copy-link").await?;
            let link = page.text("return copied").await?;
            page.key("Escape").await?;
            page.write("paste", "").await?;
            page.until("it is empty", "return state() === 'idle'").await?;
            let (_, fragment) = link.split_once('#').unwrap_or_default();
            page.ask(&format!("location.hash = {fragment:?}")).await?;
            stand(page, "failed kept kept").await
        })
    }
}
