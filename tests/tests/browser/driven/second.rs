//! What a second look at the page asked for: versions of a paste, hints, the drawing alone, lists that open, a chip that
//! is worded otherwise.

use crate::chromium::{DESK, Look, PHONE, drive};
use anyhow::{Result, ensure};

const OWN: &str = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn earlier_versions_of_a_paste_come_back_and_that_is_undone() -> Result<()> {
    drive(DESK, async |page| {
        const KEPT: &str = "(localStorage['chainwalk.versions'] ?? '')";
        page.turns("stop").await?;
        page.write("paste", OWN).await?;
        page.until("it is kept", &format!("return {KEPT}.includes('dport 22')")).await?;
        ensure!(
            page.ask(&format!("return !{KEPT}.includes('KUBE')")).await? == true,
            "an example is no work"
        );
        let other = "table inet other {\n\tchain forward_of_another {\n\t\ttype filter hook forward priority 0; policy drop;\n\t}\n}\n";
        page.write("paste", other).await?;
        page.until("so is another paste", &format!("return {KEPT}.includes('forward_of_another')"))
            .await?;
        page.click("versions").await?;
        page.until(
            "both are listed, with times",
            "const list = [...document.querySelectorAll('[data-testid=version]')].map(v => v.innerText);
             return list.length === 2 && list.every(v => /\\d\\d:\\d\\d/.test(v)) && list[1].includes('*filter')",
        )
        .await?;
        let found = page.accessibility(&[]).await?.unwrap_or_default();
        ensure!(found.is_empty(), "{found:?}");
        page.ask("document.querySelectorAll('[data-testid=version]')[1].click()").await?;
        page.until("the older one is back", &format!("return pasted().value === {OWN:?}")).await?;
        page.click("undo").await?;
        page.until("and is undone", &format!("return pasted().value === {other:?}")).await?;
        page.click("clear").await?;
        page.until("what is cleared is gone", &format!("return {KEPT} === ''")).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_hint_is_read_once() -> Result<()> {
    const SHOWN: &str = "[...document.querySelectorAll('.hint')].filter(h => h.offsetParent).map(h => h.dataset.testid).join(' ')";
    drive(DESK, async |page| {
        page.turns("stop").await?;
        page.until("two parts have one", &format!("return {SHOWN} === 'hint-drawing hint-walk'"))
            .await?;
        page.ask("at('hint-walk').querySelector('button').click()").await?;
        page.until("it is read", &format!("return {SHOWN} === 'hint-drawing'")).await?;
        page.reload("").await?;
        page.turns("stop").await?;
        page.until("for good", &format!("return {SHOWN} === 'hint-drawing'")).await?;
        page.write("paste", OWN).await?;
        page.until("over one's own work there is none", &format!("return {SHOWN} === ''")).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_drawing_has_the_screen_for_itself() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        const SEEN: &str = "['header', '.left', '.right', '.above', '.stage', 'footer.time'].filter(s => document.querySelector(s)?.offsetParent).join(' ')";
        let all = "header .left .right .above .stage footer.time";
        page.turns("stop").await?;
        page.until("all of the page", &format!("return {SEEN} === '{all}'")).await?;
        page.press("f").await?;
        page.until(
            "the drawing and the player",
            &format!("return {SEEN} === '.stage footer.time'"),
        )
        .await?;
        page.until(
            "it is drawn for the whole width",
            "const space = document.querySelector('.stage .scene')?.getBoundingClientRect(); return space?.width > innerWidth - 40",
        )
        .await?;
        page.press("ArrowLeft").await?;
        page.until("keys step on", "return !position().includes('29 / 29')").await?;
        page.press("f").await?;
        page.until("and back", &format!("return {SEEN} === '{all}'")).await?;
        page.click("full").await?;
        page.until("by its button", &format!("return {SEEN} === '.stage footer.time'")).await?;
        page.press("Escape").await?;
        page.until("Esc leaves", &format!("return {SEEN} === '{all}'")).await?;
        page.ask("localStorage['chainwalk.page'] = JSON.stringify({ ...JSON.parse(localStorage['chainwalk.page'] ?? '{}'), keys_off: true })").await?;
        page.key("?").await?;
        page.click("keys-on").await?;
        page.press("Escape").await?;
        page.press("f").await?;
        page.rest().await?;
        ensure!(page.text(&format!("return {SEEN}")).await? == all, "single keys are off");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_rest_of_a_list_in_the_drawing_opens_in_the_walk() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        page.write("paste", &service(40)).await?;
        page.send("curl 10.96.0.10:80 from 10.0.0.9 in eth0").await?;
        page.until("it is walked", "return rows().some(r => r.innerText.includes('One of 40'))")
            .await?;
        page.ask(
            "rows().find(r => r.innerText.includes('One of 40')).querySelector('.in').click()",
        )
        .await?;
        let more = "[...document.querySelectorAll('.stage .scene .gm')].find(g => g.textContent.includes('more'))";
        page.until("a card stands for several", &format!("return {more} !== undefined")).await?;
        ensure!(page.ask("return at('more-branches').open").await? == false, "they are not listed");
        let at = page.middle(more).await?;
        page.press_mouse(at).await?;
        page.until("all of them are listed", "return at('more-branches')?.open").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_change_that_was_read_wrongly_is_worded_otherwise() -> Result<()> {
    drive(DESK, async |page| {
        page.turns("stop").await?;
        page.send("iptables -I FORWAD 1 -j ACCEPT").await?;
        page.until(
            "it is wrong",
            "return document.querySelector('[data-testid=made] .wrong') !== null",
        )
        .await?;
        page.click("edit-change").await?;
        page.until(
            "its words are there",
            "return document.activeElement === at('rechange') && at('rechange').value === 'iptables -I FORWAD 1 -j ACCEPT'",
        )
        .await?;
        page.write("rechange", "iptables -I FORWARD 1 -j ACCEPT").await?;
        page.press("Enter").await?;
        page.turns("ok").await?;
        page.until(
            "it is one change, and read",
            "return document.querySelectorAll('[data-testid=made] li').length === 1 && !document.querySelector('[data-testid=made] .wrong')",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_map_of_a_phone_opens_on_the_packet() -> Result<()> {
    const SEEN: &str = "const stage = document.querySelector('.stage')?.getBoundingClientRect(), dot = document.querySelector('.stage .token')?.getBoundingClientRect();
        return !!dot && dot.width > 0 && dot.left >= stage.left && dot.right <= stage.right && dot.top >= stage.top && dot.bottom <= stage.bottom";
    drive(Look { still: true, ..PHONE }, async |page| {
        page.turns("stop").await?;
        for key in ["End", "Home", "ArrowRight", "End"] {
            page.press(key).await?;
            page.click("tab-map").await?;
            page.until(&format!("at {key} it is seen"), SEEN).await?;
            page.ask("document.querySelector('.stage').scrollTo(0, 0)").await?;
            page.click("tab-walk").await?;
            page.click("tab-map").await?;
            page.until(&format!("at {key} again, too"), SEEN).await?;
            page.click("tab-walk").await?;
        }
        Ok(())
    })
}

/// A host with a Service of so many endpoints.
fn service(endpoints: usize) -> String {
    let chains: Vec<String> = (0..endpoints).map(|at| format!(":SEP-{at} - [0:0]\n")).collect();
    let rules = (0..endpoints).map(|at| {
        let chance = match endpoints - at {
            1 => String::new(),
            left => {
                format!("-m statistic --mode random --probability {:.11} ", 1.0 / left as f64)
            }
        };
        let last = at + 2;
        format!(
            "-A SVC {chance}-j SEP-{at}\n-A SEP-{at} -p tcp -m tcp -j DNAT --to-destination 10.244.1.{last}:80\n"
        )
    });
    let rules: Vec<String> = rules.collect();
    let (chains, rules) = (chains.concat(), rules.concat());
    format!(
        "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n\
         :SVC - [0:0]\n{chains}-A PREROUTING -d 10.96.0.10/32 -p tcp -j SVC\n{rules}COMMIT\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n\
         $ ip addr\n2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n3: cni0: <UP> mtu 1500\n    inet 10.244.0.1/16 scope global cni0\n\
         $ sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 1\n"
    )
}
