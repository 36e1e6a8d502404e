//! A paste without a packet: what it holds, its packets one click away, and the way back to it. And the paste at full width.

use crate::chromium::{DESK, Look, PHONE, drive};
use anyhow::{Result, ensure};

const OWN: &str = "root@web1:~# ip -br addr\nlo UNKNOWN 127.0.0.1/8\neth0 UP 192.0.2.5/24\n\
    root@web1:~# iptables-save\n*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n\
    :OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n\
    -A PREROUTING -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.99:80\nCOMMIT\n\
    *filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:LOGGING - [0:0]\n\
    -A INPUT -s 198.51.100.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n\
    -A INPUT -p tcp -m tcp --dport 443 -j ACCEPT\n-A INPUT -j LOGGING\n\
    -A LOGGING -p tcp -m tcp --dport 23 -j DROP\nCOMMIT\n";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_paste_without_a_packet_is_told_and_each_packet_is_one_click() -> Result<()> {
    for (look, narrow) in [(DESK, false), (PHONE, true)] {
        drive(Look { still: true, ..look }, async |page| {
            page.turns("stop").await?;
            page.ask("at('tab-paste')?.click()").await?;
            page.write("paste", OWN).await?;
            page.ask("at('tab-walk')?.click()").await?;
            page.banner_says(&["web1 is read"]).await?;
            page.until(
                "every packet was tried",
                "const all = [...document.querySelectorAll('.packet-row')];
                 return all.length > 3 && all.every(row => row.querySelector('.fate').innerText.trim())",
            )
            .await?;
            ensure!(
                page.ask("return !!at('play')?.checkVisibility()").await? == false,
                "no player yet"
            );
            let order = page
                .text("return [...document.querySelectorAll('.packet-row code')].map(c => c.innerText).join(' | ')")
                .await?;
            ensure!(
                order.contains("curl 192.0.2.5:443") && order.contains("ssh 192.0.2.5"),
                "{order}"
            );
            if narrow {
                page.click("over-open").await?;
            }
            page.until("who gets in", "return text('overview').includes('198.51.100.0/24')")
                .await?;
            page.click("over-chains").await?;
            page.until(
                "who jumps where, the policies and counts",
                "const map = text('overview');
                 return map.includes('LOGGING') && map.includes('DROP') && map.includes('3 rules')",
            )
            .await?;
            ensure!(page.ask("return getComputedStyle(document.querySelector('.chain-line.d2 button')).paddingLeft").await? == "48px", "what is jumped to is indented");
            page.ask("at('tab-walk')?.click()").await?;
            page.ask("[...document.querySelectorAll('.packet-row')].find(r => r.innerText.includes(':443')).click()").await?;
            page.turns("ok").await?;
            page.until("its walk is there", "return !!document.querySelector('.row')").await?;
            if !narrow {
                page.click("unask").await?;
                page.banner_says(&["web1 is read"]).await?;
                page.click("undo").await?;
                page.turns("ok").await?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_packet_that_cannot_be_read_leaves_the_list_of_those_that_can() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        page.write("paste", OWN).await?;
        page.banner_says(&["web1 is read"]).await?;
        page.send("why is my ssh not working").await?;
        page.until("it is told what is wrong", "return at('packet-problem') !== null").await?;
        page.until(
            "the list is there, and what gets in",
            "return document.querySelectorAll('.packet-row').length > 3 && text('overview').includes('198.51.100.0/24')",
        )
        .await?;
        page.ask("document.querySelector('.packet-row').click()").await?;
        page.until("one of it is walked", "return rows().length > 2").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_tabs_of_the_overview_go_by_arrows() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        page.write("paste", OWN).await?;
        page.until("it is there", "return !!at('overview')").await?;
        page.ask("at('over-who').focus()").await?;
        page.press("ArrowRight").await?;
        page.until(
            "the next tab has the focus and is chosen",
            "return document.activeElement === at('over-chains')
                 && at('over-chains').getAttribute('aria-selected') === 'true'",
        )
        .await?;
        page.focus_is_seen("a tab").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_paste_opens_over_the_width_of_the_page_and_esc_gives_it_back() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        page.click("wide").await?;
        page.until(
            "it has the width, its lines run on, and what is beside it is a line",
            "const box = document.querySelector('.sheet-of-text').getBoundingClientRect();
             return box.width > innerWidth * 0.95 && box.height > innerHeight * 0.4
                 && !document.querySelector('.cm-lineWrapping')
                 && !document.querySelector('.stage').checkVisibility()
                 && !document.querySelector('section.host .body').checkVisibility()",
        )
        .await?;
        page.until(
            "what the packet met stands beside the lines",
            "const steps = [...document.querySelectorAll('.cm-steps .met')].map(s => s.className);
             return steps.some(s => s.includes('hit')) && steps.some(s => s.includes('miss'))",
        )
        .await?;
        page.click("host-toggle").await?;
        page.until(
            "the facts open",
            "return document.querySelector('section.host .body').checkVisibility()",
        )
        .await?;
        page.ask("pasted().focus()").await?;
        page.press("Escape").await?;
        page.until(
            "the diagram is back",
            "return document.querySelector('.stage').checkVisibility() && !!document.querySelector('.cm-lineWrapping')",
        )
        .await?;
        page.ask("pasted().focus()").await?;
        page.press("Escape").await?;
        page.until(
            "from the text Esc leads to the walk",
            "return document.activeElement === at('rows')",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn lines_that_are_no_part_of_a_dump_are_one_remark() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        page.turns("stop").await?;
        let paste = format!(
            "It worked until Monday, and then no more.\n{OWN}\nWhat is wrong with these rules here?\n"
        );
        page.write("paste", &paste).await?;
        page.until("it is told in a line", "return text('remarks').includes('1 remark')").await?;
        ensure!(page.ask("return !at('problems')").await? == true, "the list is folded");
        page.click("remarks").await?;
        page.until("and opens", "return at('problems').querySelectorAll('li').length === 1").await
    })
}
