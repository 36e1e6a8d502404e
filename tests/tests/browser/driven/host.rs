//! This host: facts said, changed, taken back, and asked for.

use crate::chromium::{DESK, drive};
use crate::{DOCKER_HOST, document};
use anyhow::{Result, ensure};

mod in_chromium {
    use super::*;

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_fact_is_said_changed_and_taken_back() -> Result<()> {
        drive(DESK, async |page| {
            page.ask("if (!at('assume').checkVisibility()) at('host-toggle').click()").await?;
            page.ask("at('assume').focus()").await?;
            page.type_in("wlan0=10.9.8.7/24").await?;
            page.press("Enter").await?;
            let row = "[...document.querySelectorAll('[data-testid=fact]')].find(f => f.innerText.includes('wlan0'))";
            page.until(
                "it is among the facts",
                &format!("return {row}?.innerText.includes('10.9.8.7/24')"),
            )
            .await?;
            page.ask(&format!("{row}.querySelector('[data-testid=edit-fact]').click()")).await?;
            page.until(
                "it is in the field, and the field has the focus",
                "return at('assume').value === 'wlan0=10.9.8.7/24' && document.activeElement === at('assume')",
            )
            .await?;
            page.ask("at('assume').select()").await?;
            page.type_in("wlan0=10.9.8.8/24").await?;
            page.press("Enter").await?;
            page.until(
                "the new one stands in place of the old",
                &format!("const t = {row}?.innerText ?? ''; return t.includes('10.9.8.8') && !t.includes('10.9.8.7')"),
            )
            .await?;
            page.ask(&format!("{row}.querySelector('[data-testid=forget]').click()")).await?;
            page.until("it is gone", &format!("return {row} === undefined")).await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn what_is_wrong_is_told_under_the_cursor_and_not_taken() -> Result<()> {
        drive(DESK, async |page| {
            page.ask("if (!at('assume').checkVisibility()) at('host-toggle').click()").await?;
            page.ask("at('assume').focus()").await?;
            page.type_in("eth0=10.0.0.2/240").await?;
            page.until(
                "it is told, and the field says that it is wrong",
                "return text('assume-problem').length > 10 && at('assume').ariaInvalid === 'true'
                    && document.querySelector('.mirror u') !== null",
            )
            .await?;
            let before =
                page.ask("return document.querySelectorAll('[data-testid=fact]').length").await?;
            page.press("Enter").await?;
            let left = page.text("return at('assume').value").await?;
            ensure!(left == "eth0=10.0.0.2/240", "it stays to be mended: {left}");
            page.press("Backspace").await?;
            page.until("it is right", "return at('assume').ariaInvalid === 'false'").await?;
            ensure!(
                page.ask("return document.querySelectorAll('[data-testid=fact]').length").await?
                    == before,
                "nothing was said"
            );
            Ok(())
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_fact_that_matters_is_asked_for_and_answered_in_one_click() -> Result<()> {
        drive(DESK, async |page| {
            page.write("paste", &document(DOCKER_HOST)?).await?;
            page.send("curl 172.17.253.62:80 from 203.0.113.9 in eth0").await?;
            page.turns("depends").await?;
            let before = page.banner_says(&["depends"]).await?;
            page.ask("at('banner').querySelector('.question button').click()").await?;
            page.until("the answer is another", &format!("return banner() !== {before:?}")).await?;
            page.until(
                "what was said can be taken back",
                "return document.querySelector('section.host [data-testid=forget]') !== null",
            )
            .await?;
            page.ask("document.querySelector('section.host [data-testid=forget]').click()").await?;
            page.until(
                "it asks again",
                "return at('banner').querySelector('.question button') !== null",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn the_host_that_the_packet_walks_is_chosen_kept_and_taken_back() -> Result<()> {
        const CHIP: &str = "[...document.querySelectorAll('[data-testid=host-chip]')]";
        let rules = |policy: &str| {
            format!(
                "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT {policy} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n"
            )
        };
        let two = format!(
            "root@gw:~# iptables-save\n{}root@db:~# iptables-save\n{}",
            rules("DROP"),
            rules("ACCEPT")
        );
        drive(DESK, async |page| {
            page.write("paste", &two).await?;
            page.send("curl 10.0.0.2:80 from 10.0.0.1 in eth0").await?;
            page.until("both are offered", &format!("return {CHIP}.length === 2")).await?;
            page.ask("if (!at('assume').checkVisibility()) at('host-toggle').click()").await?;
            page.ask("at('assume').focus()").await?;
            page.type_in("eth0=10.0.0.2/24").await?;
            page.press("Enter").await?;
            page.turns("stop").await?;
            page.ask(&format!("{CHIP}[1].click()")).await?;
            page.until(
                "the other one is walked, of which that was not said",
                &format!(
                    "return {CHIP}[1].ariaPressed === 'true' && !text('banner').includes('INPUT')
                        && ![...document.querySelectorAll('[data-testid=fact]')].some(f => f.innerText.includes('10.0.0.2'))"
                ),
            )
            .await?;
            ensure!(
                page.text(&format!("return {CHIP}[1].innerText")).await?.contains("db"),
                "it has its name"
            );
            if let Some(found) = page.accessibility(&[]).await? {
                ensure!(found.is_empty(), "{found:?}");
            }
            page.until(
                "it is written down",
                "return (localStorage['chainwalk.case'] ?? '').includes('host: db')",
            )
            .await?;
            page.reload("").await?;
            page.until("it is walked again", &format!("return {CHIP}[1]?.ariaPressed === 'true'"))
                .await?;
            page.ask(&format!("{CHIP}[0].click()")).await?;
            page.turns("stop").await?;
            page.ask("at('undo').click()").await?;
            page.until(
                "the choice is taken back",
                &format!("return {CHIP}[1].ariaPressed === 'true'"),
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_host_that_is_not_there_is_told_and_the_first_is_walked() -> Result<()> {
        drive(DESK, async |page| {
            page.reload(
                "localStorage['chainwalk.case'] = ['chainwalk: 1', 'packet: ping 10.0.0.9 from 10.0.0.1 in eth0', 'host: nowhere',
                    '---', '*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', 'COMMIT', ''].join('\\n')",
            )
            .await?;
            page.until(
                "it is told",
                "return at('no-host')?.innerText.includes('nowhere') === true && pasted().value.startsWith('*filter')",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn guesses_are_dashed_facts_are_undone_and_the_command_is_copied() -> Result<()> {
        drive(DESK, async |page| {
            page.ask("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve() }")
                .await?;
            page.ask("if (!at('assume').checkVisibility()) at('host-toggle').click()").await?;
            page.click("collect").await?;
            page.until(
                "the command is copied, and the button says so",
                "return window.copied?.includes('iptables-save') && text('collect').includes('Copied')",
            )
            .await?;
            page.ask("at('assume').focus()").await?;
            page.type_in("wlan0=10.9.8.7/24").await?;
            page.press("Enter").await?;
            let row = "[...document.querySelectorAll('[data-testid=fact]')].find(f => f.innerText.includes('wlan0'))";
            page.until("it is said", &format!("return {row} !== undefined")).await?;
            page.click("undo").await?;
            page.until("and taken back", &format!("return {row} === undefined")).await?;
            page.click("redo").await?;
            page.until("and said again", &format!("return {row} !== undefined")).await?;
            let addr = "2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n";
            let rules = "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n";
            page.write("paste", &[rules, addr].concat()).await?;
            page.until(
                "what is guessed is dashed and says that it is",
                "const guess = document.querySelector('.fact.guess span.source');
                 return guess !== null && guess.innerText.length > 2
                    && [guess, guess.parentElement].some(e => getComputedStyle(e).borderBottomStyle === 'dashed'
                        || getComputedStyle(e).textDecorationStyle === 'dashed')",
            )
            .await
        })
    }
}
