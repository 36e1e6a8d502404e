//! The diagram: what is drawn at each moment, and how it is one with the walk, the paste and the scrubber.

use crate::chromium::{DESK, Look, Page, drive};
use anyhow::{Result, ensure};

/// Waits until the walk stands where the rows tell `words`, and the diagram with it.
async fn go_to(page: &Page, words: &str) -> Result<()> {
    page.ask(&format!(
        "rows().find(r => r.innerText.includes({words:?})).querySelector('.in').click()"
    ))
    .await?;
    page.until(&format!("at {words}"), &format!("return here().innerText.includes({words:?})"))
        .await?;
    page.until("it is drawn", &format!("return {SCENE}?.getAttribute('data-stop') === String(parseInt(position().slice(5)) - 1)"))
        .await
}

const SCENE: &str = "document.querySelector('.stage .scene')";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn it_shows_where_the_packet_is_was_and_will_be() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.click("example-close").await?;
        go_to(page, "One of 3, at random").await?;
        let missing = page
            .text(&format!(
                "const said = {SCENE}.textContent;
                 return ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING', 'processes on this host', 'conntrack',
                     'eth0', 'docker0', 'INPUT never sees this packet', 'Service default/frontend',
                     'ports open on every node', '172.18.0.5:80', '172.18.0.6:80', '172.18.0.7:80', '33.3%', '0x4000']
                     .filter(word => !said.includes(word)).join(', ')"
            ))
            .await?;
        ensure!(missing.is_empty(), "not drawn: {missing}");
        let wrong = page
            .text(&format!(
                "const look = (css, what) => [...{SCENE}.querySelectorAll(css)].map(e => getComputedStyle(e)[what]);
                 const dashed = list => list.length > 0 && list.every(d => d !== 'none'), wrong = [];
                 if (!dashed(look('path.todo', 'strokeDasharray'))) wrong.push('what is ahead is not dotted');
                 if (!dashed(look('.st.dash', 'strokeDasharray'))) wrong.push('what was not pasted is not dashed');
                 if (!look('path.done', 'strokeDasharray').includes('none')) wrong.push('what is walked is not solid');
                 const scale = {SCENE}.getBoundingClientRect().width / {SCENE}.viewBox.baseVal.width;
                 for (const text of {SCENE}.querySelectorAll('text'))
                     if (parseFloat(getComputedStyle(text).fontSize) * scale < 10.95) wrong.push(`too small: ${{text.textContent}}`);
                 return wrong.join('; ')"
            ))
            .await?;
        ensure!(wrong.is_empty(), "{wrong}");

        // A card of the fork is followed.
        ensure!(page.ask("return document.querySelectorAll('[data-testid=rows] input[type=radio]')[0].checked").await? == true);
        let card = format!(
            "[...{SCENE}.querySelectorAll('.link')].find(g => g.textContent.includes('172.18.0.7:80'))"
        );
        let at = page.middle(&card).await?;
        page.press_mouse(at).await?;
        page.until(
            "the third branch is followed",
            "return document.querySelectorAll('[data-testid=rows] input[type=radio]')[2].checked
                && rows().some(r => r.innerText.includes('DNAT to 172.18.0.7:80'))",
        )
        .await?;

        // The reply is a packet of its own, in a lane of its own.
        page.key("End").await?;
        page.until(
            "at the end",
            "const [now, last] = position().slice(5).split('/'); return Number(now) === Number(last)",
        )
        .await?;
        page.until(
            "the error has its way and its lane",
            &format!(
                "const names = [...at('timeline').querySelectorAll('.lane > .name')].map(n => n.innerText);
                 return {SCENE}.querySelector('path.icmp') !== null && {SCENE}.textContent.includes('ICMP 3/10')
                    && names.includes('SYN') && names.includes('ICMP')"
            ),
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn what_is_pointed_at_is_shown_everywhere() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        go_to(page, "REJECT").await?;
        let lit = "document.querySelector('[data-testid=rows] .row.lit')?.innerText ?? ''";
        let line = "document.querySelector('.ln.lit')?.innerText ?? ''";
        // In the walk.
        let rule = "rows().find(r => r.innerText.includes('REJECT')).querySelector('.in')";
        let at = page.middle(rule).await?;
        page.point(at).await?;
        page.until(
            "the paste and the scrubber show it too",
            &format!("return ({line}).includes('REJECT') && document.querySelector('.cell.lit')?.innerText === '6'"),
        )
        .await?;
        // In the paste.
        let text = "lines().find(l => l.innerText.includes('REJECT'))";
        let at = page.middle(text).await?;
        page.point((5.0, 5.0)).await?;
        page.until("nothing is pointed at", &format!("return ({lit}) === ''")).await?;
        page.point(at).await?;
        page.until(
            "the walk, the scrubber and the diagram show it",
            &format!(
                "return ({lit}).includes('REJECT') && document.querySelector('.cell.lit')?.innerText === '6'
                    && {SCENE}.querySelector('.link.lit') !== null"
            ),
        )
        .await?;
        // In the diagram.
        page.point((5.0, 5.0)).await?;
        page.until("nothing is pointed at", &format!("return ({lit}) === ''")).await?;
        let station = page.middle(&format!("{SCENE}.querySelector('.link .node.stop, .link .st.stop, .link .x') ?? {SCENE}.querySelector('.link')")).await?;
        page.point(station).await?;
        page.until("the walk shows it", &format!("return ({lit}) !== ''")).await?;
        page.point((5.0, 5.0)).await?;
        // By the cursor in the paste, without a pointer.
        page.ask(
            "rows().find(r => r.innerText.includes('dst-type LOCAL')).querySelector('.in').click()",
        )
        .await?;
        page.ask("at('rows').focus()").await?;
        page.press("Enter").await?;
        page.until(
            "the line of the cursor is a row",
            &format!("return document.activeElement === at('paste') && ({lit}).includes('dst-type LOCAL')"),
        )
        .await?;
        page.ask("at('packet').focus()").await?;
        page.until("until the cursor leaves", &format!("return ({lit}) === ''")).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_conversation_has_a_lane_for_each_packet() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.send("curl 172.17.0.2:22 from 172.17.0.1 in eth0").await?;
        page.turns("ok").await?;
        ensure!(
            page.ask("return at('legs') !== null && at('then') === null").await? == true,
            "there is one way to the answer"
        );
        page.send("reply 1").await?;
        page.until(
            "the answer is walked behind it",
            "const names = [...at('timeline').querySelectorAll('.lane > .name')].map(n => n.innerText);
             return names.join(' ') === '1 SYN 2 SYN+ACK' && rows().some(r => r.innerText.includes('ESTABLISHED'))",
        )
        .await?;
        page.send("after 5s curl 172.17.0.2:11103 from 172.17.0.1 in eth0").await?;
        page.turns("stop").await?;
        page.until(
            "one more follows, and the error that it got",
            "const names = [...at('timeline').querySelectorAll('.lane > .name')].map(n => n.innerText);
             return names.join(' ') === '1 SYN 2 SYN+ACK 3 SYN ICMP'",
        )
        .await?;
        ensure!(
            page.ask("return document.querySelectorAll('.packets .tab').length").await? == 4,
            "three packets, and one button"
        );
        page.ask("document.querySelectorAll('[data-testid=other-lane]')[0].click()").await?;
        page.turns("ok").await?;
        page.until("the first is shown", "return at('packet').value === 'curl 172.17.0.2:22'")
            .await?;
        page.click("again").await?;
        page.until(
            "it is sent once more",
            "return document.querySelectorAll('.packets .tab').length === 5",
        )
        .await?;
        for left in [4, 3, 2] {
            page.ask("document.querySelector('.packets .tab:last-child').click()").await?;
            let script = format!(
                "return document.querySelectorAll('.packets .tab').length === {left} || {left} === 2 && !document.querySelector('.packets')"
            );
            page.until("the last is taken back", &script).await?;
        }
        Ok(())
    })
}
