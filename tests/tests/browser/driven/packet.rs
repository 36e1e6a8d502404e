//! Sending packets by suggestion and by form, and looking closer at what became of them.

use crate::chromium::{DESK, drive};
use anyhow::{Result, ensure};

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn suggestions_come_from_the_rules_and_are_taken_by_keyboard() -> Result<()> {
    drive(DESK, async |page| {
        page.key("/").await?;
        page.until("the field is focused", "return document.activeElement === at('packet')")
            .await?;
        page.until(
            "the services of the paste are suggested",
            "return at('suggestions')?.innerText.includes('Service default/frontend')",
        )
        .await?;
        page.press("ArrowDown").await?;
        page.until(
            "the first one is active",
            "return document.getElementById(at('packet').getAttribute('aria-activedescendant'))\
             ?.getAttribute('aria-selected') === 'true'",
        )
        .await?;
        let line = page
            .text(
                "return document.querySelector('[role=option][aria-selected=true] code').innerText",
            )
            .await?;
        page.press("Enter").await?;
        page.until("it is sent", &format!("return {line:?}.startsWith(at('packet').value)"))
            .await?;
        page.until("the list is closed", "return !at('suggestions')").await?;
        page.until("it is walked", "return ['ok', 'stop', 'depends'].includes(state())").await?;
        page.write("packet", "frontend").await?;
        page.until(
            "what is typed narrows the list",
            "return [...document.querySelectorAll('[role=option]')].every(o => o.innerText.includes('frontend'))",
        )
        .await?;
        page.press("Escape").await?;
        page.until("escape closes it", "return !at('suggestions')").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_form_and_the_line_are_one_packet() -> Result<()> {
    drive(DESK, async |page| {
        page.click("origin").await?;
        page.until("the form shows the line", "return at('form-dport')?.value === '11103'").await?;
        ensure!(page.text("return at('origin-from').value").await? == "172.17.0.1");
        page.write("form-dport", "22").await?;
        page.until("the line follows", "return at('packet').value.includes('172.17.0.2:22')")
            .await?;
        page.write("form-ttl", "7").await?;
        page.until("and further fields", "return at('packet').value.includes('ttl 7')").await?;
        ensure!(page.text("return at('form-dport').value").await? == "22", "what was typed stays");
        page.write("packet", "udp 172.17.0.2:53").await?;
        page.until("the form follows the line", "return at('form-kind').value === 'udp'").await?;
        ensure!(page.text("return at('form-dport').value").await? == "53");
        page.ask("document.querySelector('[data-testid=fields] [type=submit]').click()").await?;
        page.until("the form is closed", "return !at('fields')").await?;
        page.until("it is walked", "return rows().some(r => r.innerText.includes('UDP'))").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_line_that_cannot_be_read_is_told_while_it_is_typed() -> Result<()> {
    drive(DESK, async |page| {
        page.write("packet", "curl 172.17.0.2:99999").await?;
        page.until(
            "the problem stands below the field",
            "return at('packet-problem')?.innerText.includes('99999')",
        )
        .await?;
        ensure!(page.text("return at('packet').getAttribute('aria-invalid')").await? == "true");
        page.write("packet", "curl 172.17.0.2:80").await?;
        page.until("and goes when it is mended", "return !at('packet-problem')").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn rules_that_did_not_match_open_and_say_why() -> Result<()> {
    drive(DESK, async |page| {
        page.until("there is a range", "return !!document.querySelector('.row.range .why')")
            .await?;
        page.ask("document.querySelector('.row.range .why').click()").await?;
        page.until(
            "each condition has its mark and the packet's value",
            "const c = at('cards'); return c && c.children.length === 4 \
             && c.innerText.includes('dport 6379') && c.innerText.includes('11103')",
        )
        .await?;
        ensure!(
            page.text(
                "return document.querySelector('.row.range .why').getAttribute('aria-expanded')"
            )
            .await?
                == "true"
        );
        page.ask("document.querySelector('.row.range .why').click()").await?;
        page.until("and close", "return !at('cards')").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn chains_are_called_by_meaning_or_by_name() -> Result<()> {
    drive(DESK, async |page| {
        let told = "return rows().some(r => r.innerText.includes('Service default/frontend'))";
        page.until("by meaning", told).await?;
        page.click("raw-names").await?;
        page.until("by name", &told.replace("return ", "return !")).await?;
        ensure!(page.text("return at('raw-names').getAttribute('aria-pressed')").await? == "true");
        page.click("meaning").await?;
        page.until("and back", told).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn keys_tell_the_fate_loop_the_walk_and_zoom() -> Result<()> {
    drive(DESK, async |page| {
        page.key("Home").await?;
        page.press("r").await?;
        page.until(
            "the fate is said",
            "return at('narration').innerText.includes('No route to host')",
        )
        .await?;
        page.press("ArrowRight").await?;
        page.until("then the step", "return !at('narration').innerText.includes('No route')")
            .await?;
        page.press("l").await?;
        page.until("it loops", "return at('loop').getAttribute('aria-pressed') === 'true'").await?;
        page.press("End").await?;
        let end = page.text("return position()").await?;
        page.press(" ").await?;
        page.until("it goes on from the start", &format!("return position() !== {end:?}")).await?;
        page.press(" ").await?;
        let view = "document.querySelector('.stage .scene').getAttribute('viewBox')";
        let whole = page.text(&format!("return {view}")).await?;
        page.press("+").await?;
        page.until("a part is shown", &format!("return {view} !== {whole:?}")).await?;
        page.press("0").await?;
        page.until("all is shown", &format!("return {view} === {whole:?}")).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn an_empty_field_that_is_sent_asks_for_a_packet() -> Result<()> {
    drive(DESK, async |page| {
        page.turns("stop").await?;
        page.write("packet", "").await?;
        page.until("the field is empty", "return at('packet').value === ''").await?;
        page.click("send").await?;
        page.until(
            "it is told, and the field waits",
            "return at('packet-missing')?.getClientRects().length > 0 && document.activeElement === at('packet')",
        )
        .await?;
        page.write("packet", "curl 172.17.0.2:22").await?;
        page.until("it is told no longer", "return !at('packet-missing')").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_packet_to_this_host_is_asked_from_outside_by_one_click() -> Result<()> {
    drive(DESK, async |page| {
        let paste = "2: eth0: <UP> mtu 1500\n    inet 10.0.0.5/24 scope global eth0\n*filter\n:INPUT DROP [0:0]\n\
            :FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n*nat\n\
            :PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n";
        page.write("paste", paste).await?;
        page.send("ssh 10.0.0.5").await?;
        page.banner_says(&["elivered", "this host sends it itself"]).await?;
        page.click("elsewhere").await?;
        let banner = page.banner_says(&["ropped"]).await?;
        ensure!(!banner.contains("itself"), "it is said who sends it: {banner}");
        ensure!(page.text("return text('origin')").await?.contains("eth0"));
        // To a loopback address nobody else sends.
        page.send("ssh 127.0.0.1 from this host").await?;
        page.banner_says(&["elivered"]).await?;
        ensure!(page.ask("return at('elsewhere') === null").await? == true);
        Ok(())
    })
}
