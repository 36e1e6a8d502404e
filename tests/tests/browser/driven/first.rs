//! First contact: that an example is one, and that one's own rules take its place from anywhere.

use crate::chromium::{DESK, Look, PHONE, drive};
use anyhow::{Result, ensure};

const OWN: &str = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";

/// What a browser does when `text` is pasted while nothing has the focus.
fn pasted_anywhere(text: &str) -> String {
    let text = serde_json::Value::from(text);
    format!(
        "document.activeElement?.blur();
         const clipboardData = new DataTransfer();
         clipboardData.setData('text/plain', {text});
         document.body.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData, bubbles: true, cancelable: true }}))"
    )
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn an_example_says_that_it_is_one_and_asks_its_question() -> Result<()> {
    for look in [DESK, PHONE] {
        drive(look, async |page| {
            page.until("its strip", "return text('example').includes('No route to host')").await?;
            ensure!(page.ask("return !at('example-point')").await? == true, "the end is not told");
            page.click("example-why").await?;
            page.until("until it is asked", "return text('example-point').includes('FORWARD')")
                .await?;
            ensure!(page.ask("return !!at('slot')").await? == true, "where one's own rules go");
            page.click("examples").await?;
            let list = page.text("return document.getElementById('examples').innerText").await?;
            ensure!(!list.contains("INPUT is not to blame"), "the list tells an end: {list}");
            page.click("examples").await?;
            page.click("example-close").await?;
            page.until("it can be put away", "return !at('example')").await
        })?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_paste_anywhere_takes_the_place_of_an_example_and_can_be_taken_back() -> Result<()> {
    drive(DESK, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.ask(&pasted_anywhere(OWN)).await?;
        page.until(
            "the paste alone stands there",
            "return pasted().value.startsWith('*filter') && !pasted().value.includes('KUBE')",
        )
        .await?;
        page.until(
            "nothing of the example is left",
            "return !at('example') && !at('slot') && !at('tagline') && at('packet').value === ''",
        )
        .await?;
        page.click("undo").await?;
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.until("the example is one again", "return !!at('example')").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_paste_into_the_editor_takes_the_place_of_an_example_too() -> Result<()> {
    drive(DESK, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.ask("pasted().focus()").await?;
        let text = serde_json::Value::from(OWN);
        page.ask(&format!(
            "const clipboardData = new DataTransfer();
             clipboardData.setData('text/plain', {text});
             at('paste').dispatchEvent(new ClipboardEvent('paste', {{ clipboardData, bubbles: true, cancelable: true }}))"
        ))
        .await?;
        page.until(
            "the paste alone stands there",
            "return pasted().value.startsWith('*filter') && !pasted().value.includes('KUBE')",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn over_one_s_own_text_a_paste_is_added_below_and_says_so() -> Result<()> {
    drive(DESK, async |page| {
        page.write("paste", OWN).await?;
        page.until("it is read", "return !at('example') && text('summary').includes('6 lines')")
            .await?;
        page.ask(&pasted_anywhere("# ip route\ndefault via 192.0.2.1 dev eth0\n")).await?;
        page.until("so many lines", "return text('added').includes('2 lines')").await?;
        ensure!(page.ask("return pasted().value.startsWith('*filter') && pasted().value.includes('default via')").await? == true);
        page.click("replace-instead").await?;
        page.until(
            "or in place of it",
            "return pasted().value.startsWith('# ip route') && !at('added')",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_file_is_dropped_anywhere() -> Result<()> {
    drive(DESK, async |page| {
        let text = serde_json::Value::from(OWN);
        page.ask(&format!(
            "window.held = new DataTransfer();
             held.items.add(new File([{text}], 'rules.txt', {{ type: 'text/plain' }}));
             const stage = document.querySelector('.stage');
             stage.dispatchEvent(new DragEvent('dragover', {{ dataTransfer: held, bubbles: true, cancelable: true }}))"
        ))
        .await?;
        page.until("the whole page takes it", "return text('drop').includes('Drop')").await?;
        page.ask(
            "document.querySelector('.stage').dispatchEvent(new DragEvent('drop', { dataTransfer: held, bubbles: true, cancelable: true }))",
        )
        .await?;
        page.until("it is read", "return !at('drop') && pasted().value.includes('--dport 22')")
            .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_packet_that_was_asked_for_survives_another_paste() -> Result<()> {
    drive(DESK, async |page| {
        page.send("ssh 172.17.0.2").await?;
        page.turns("ok").await?;
        page.ask(&pasted_anywhere(&OWN.replace("22", "23"))).await?;
        page.until("it is asked again", "return at('packet').value === 'ssh 172.17.0.2'").await?;
        page.banner_says(&["Sent, but the SYN/ACK is dropped", "172.17.0.2"]).await.map(drop)
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_line_that_can_not_be_read_leaves_the_answer_standing() -> Result<()> {
    drive(DESK, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.write("packet", "ping example.com").await?;
        page.until("what is wrong is said", "return !!at('packet-problem') || !!at('suggestions')")
            .await?;
        page.ask("document.querySelector('[data-testid=send]').click()").await?;
        page.until("below the field", "return text('packet-problem').includes('not looked up')")
            .await?;
        ensure!(page.banner().await?.contains("FORWARD rule 6"));
        ensure!(page.ask("return rows().length > 5").await? == true, "the walk stands");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn where_no_motion_is_wanted_it_opens_at_the_end_and_stands() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.until("the last step", "const [now, all] = position().match(/\\d+/g).map(Number); return now === all && all > 5").await?;
        ensure!(page.text("return at('play').getAttribute('aria-label')").await? == "Play");
        page.click("play").await?;
        page.until(
            "it is played by hand",
            "const [now, all] = position().match(/\\d+/g); return now !== all",
        )
        .await
    })
}
