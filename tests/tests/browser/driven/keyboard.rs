//! A whole session by keyboard alone; after each step somebody has the focus, and it is seen who.

use crate::chromium::{DESK, Look, PHONE, Page, drive};
use crate::document;
use anyhow::{Result, ensure};

const K8S: &str = "k8s-in-docker.iptables.txt";
/// What the document does not print of its host.
const PLACE: &str = "1: lo: <LOOPBACK,UP>\n    inet 127.0.0.1/8 scope host lo\n\
    2: eth0: <BROADCAST,UP>\n    inet 172.17.0.2/16 scope global eth0\n\
    3: docker0: <BROADCAST,UP>\n    inet 172.18.0.1/16 scope global docker0\n\
    default via 172.17.0.1 dev eth0\nnet.ipv4.ip_forward = 1\n";

/// Goes to the pane of a narrow screen.
async fn pane(page: &Page, phone: bool, at: usize) -> Result<()> {
    if phone {
        page.tab_to(&format!("nav button:nth-child({at})"), false).await?;
        page.press("Enter").await?;
        page.focus_is_seen("the pane is turned to").await?;
    }
    Ok(())
}

async fn session(page: &Page, phone: bool) -> Result<()> {
    pane(page, phone, 3).await?;
    page.tab_to("[data-testid=paste]", phone).await?;
    page.chord("a", true).await?;
    page.paste(&format!("{}\n{PLACE}", document(&[K8S])?)).await?;
    page.until("it is read", "return document.querySelectorAll('[data-testid=chip]').length > 2")
        .await?;
    page.focus_is_seen("pasted").await?;

    page.tab_to("[data-testid=chip]", true).await?;
    page.press("Enter").await?;
    page.focus_is_seen("a chip leads to its lines").await?;

    page.press("/").await?;
    page.until("the packet field has the focus", "return document.activeElement === at('packet')")
        .await?;
    page.chord("a", true).await?;
    page.press("Backspace").await?;
    page.press("ArrowDown").await?;
    page.until(
        "a suggestion is active",
        "return document.querySelector('[role=option][aria-selected=true]') !== null",
    )
    .await?;
    page.press("Enter").await?;
    page.until("it is asked", "return at('packet').value !== '' && rows().length > 5").await?;
    page.focus_is_seen("a suggestion is taken").await?;
    page.chord("a", true).await?;
    page.type_in("curl 172.17.0.2:11103 from 172.17.0.1 in eth0").await?;
    page.press("Enter").await?;
    page.banner_says(&["FORWARD rule 6"]).await?;
    page.turns("stop").await?;
    page.focus_is_seen("a packet is sent").await?;

    pane(page, phone, 1).await?;
    page.tab_to("[data-testid=play]", false).await?;
    page.until("it is not at the end", "return !position().startsWith('Step 1 ')").await?;
    page.press(" ").await?;
    page.until("it plays", "return at('play').getAttribute('aria-pressed') === 'true'").await?;
    page.press(" ").await?;
    page.until("it rests", "return at('play').getAttribute('aria-pressed') === 'false'").await?;
    page.press("Home").await?;
    page.until("at the start", "return position().startsWith('Step 1 ')").await?;
    page.press("ArrowRight").await?;
    page.until("a step on", "return position().startsWith('Step 2 ')").await?;
    let by_step = page.text("return position()").await?;
    page.shift("ArrowRight").await?;
    page.shift("ArrowRight").await?;
    page.until(
        "hooks on",
        &format!("return parseInt(position().slice(5)) > 4 && position() !== {by_step:?}"),
    )
    .await?;
    page.focus_is_seen("played").await?;
    tree(page).await?;

    pane(page, phone, 1).await?;
    page.tab_to("[role=radiogroup] input:checked", true).await?;
    page.press("ArrowDown").await?;
    page.until(
        "the second branch is followed",
        "const all = [...document.querySelectorAll('[data-testid=rows] input[type=radio]')];
         return all[1].checked && document.activeElement === all[1]",
    )
    .await?;
    page.turns("stop").await?;
    page.focus_is_seen("a branch is followed").await?;

    pane(page, phone, 4).await?;
    page.tab_to("[data-testid=assume]", phone).await?;
    page.type_in("wlan0=10.9.8.7/24").await?;
    page.press("Enter").await?;
    let row = "[...document.querySelectorAll('[data-testid=fact]')].find(f => f.innerText.includes('wlan0'))";
    page.until("the fact is there", &format!("return {row} !== undefined")).await?;
    page.tab_to("[data-testid=forget][aria-label*=wlan0]", true).await?;
    page.press("Enter").await?;
    page.until("the fact is gone", &format!("return {row} === undefined")).await?;
    page.focus_is_seen("a fact is taken back").await?;

    pane(page, phone, 1).await?;
    page.turns("stop").await?;
    page.tab_to("[data-testid=search]", true).await?;
    page.press("Enter").await?;
    page.until(
        "proposals",
        "return document.querySelectorAll('[data-testid=proposal]').length > 0",
    )
    .await?;
    page.tab_to("[data-testid=proposal] .yn", false).await?;
    page.press("Enter").await?;
    page.until("both fates are shown", "return at('compared') !== null").await?;
    page.focus_is_seen("a change is tried").await?;
    page.tab_to("[data-testid=made] .x", false).await?;
    page.press("Enter").await?;
    page.until("it is taken back", "return at('made') === null").await?;
    page.focus_is_seen("a change is taken back").await?;
    pane(page, phone, 3).await?;
    page.tab_to("[data-testid=undo]", phone).await?;
    page.press("Enter").await?;
    page.until("the change is there again", "return at('made') !== null").await?;
    page.press("Enter").await?;
    page.until("and is undone", "return at('made') === null").await?;
    page.focus_is_seen("undone").await?;

    page.tab_to("[data-testid=lang]", true).await?;
    page.press("Enter").await?;
    page.until(
        "in Chinese",
        "return document.documentElement.lang === 'zh-Hans' && banner().includes('拒绝')",
    )
    .await?;
    page.press("Enter").await?;
    page.until(
        "in English",
        "return document.documentElement.lang === 'en' && banner().includes('Rejected')",
    )
    .await?;
    page.tab_to("[data-testid=theme]", true).await?;
    page.press("Enter").await?;
    page.until("light", "return document.documentElement.dataset.theme === 'light'").await?;
    page.focus_is_seen("language and theme").await?;

    page.press("?").await?;
    page.until("the dialog has the focus", "return at('help')?.contains(document.activeElement)")
        .await?;
    page.press("Tab").await?;
    ensure!(page.ask("return at('help').contains(document.activeElement)").await? == true);
    page.press("Escape").await?;
    page.until(
        "it is shut, and who had the focus has it again",
        "return at('help') === null && document.activeElement === at('theme')",
    )
    .await
}

/// The walk, as a tree.
async fn tree(page: &Page) -> Result<()> {
    page.tab_to("[role=tree]", false).await?;
    page.press("Home").await?;
    page.until("at the first row", "return here() === rows()[0]").await?;
    for _ in 0..30 {
        let row = page.text("return here().id").await?;
        page.press("ArrowDown").await?;
        page.until("a row down", &format!("return here().id !== {row:?}")).await?;
        if page.ask("return here().className.includes('range')").await? == true {
            break;
        }
    }
    page.until("at rules that did not match", "return here().className.includes('range')").await?;
    page.press("ArrowRight").await?;
    page.until(
        "they say why",
        "return here().ariaExpanded === 'true' && here().innerText.includes('dport 6379')",
    )
    .await?;
    page.press("ArrowLeft").await?;
    page.until("they are shut", "return here().ariaExpanded === 'false'").await?;
    page.press("ArrowLeft").await?;
    page.until(
        "at their chain",
        "return here().className.includes('chain') && here().ariaExpanded === 'true' && here().ariaLevel === '2'",
    )
    .await?;
    let group = "document.getElementById(here().getAttribute('aria-controls'))";
    ensure!(page.text(&format!("return {group}.role")).await? == "group");
    page.press("ArrowLeft").await?;
    page.until(
        "the chain is folded",
        &format!("return here().ariaExpanded === 'false' && {group}.getClientRects().length === 0"),
    )
    .await?;
    page.press("ArrowRight").await?;
    page.until("and open", "return here().ariaExpanded === 'true'").await?;
    page.press("ArrowRight").await?;
    page.until("its first row", "return here().ariaLevel === '3'").await?;
    let rule = "here().innerText.includes('LOCAL')";
    page.press("ArrowDown").await?;
    page.until("the rule behind", &format!("return {rule}")).await?;
    page.focus_is_seen("in the walk").await?;
    page.press("Enter").await?;
    page.until(
        "the cursor stands in its line, and the line is marked",
        "return document.activeElement === at('paste') && lines().some(l => l.innerText.includes('LOCAL')
            && l.contains(getSelection().focusNode))",
    )
    .await?;
    page.focus_is_seen("at a line").await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn everything_is_done_at_a_desk() -> Result<()> {
    drive(Look { still: true, ..DESK }, async |page| {
        session(page, false).await?;
        page.tab_to("[data-testid=edge-right]", false).await?;
        for (wanted, folded) in [("false", true), ("true", false)] {
            page.press("Enter").await?;
            page.until(
                "the walk is folded, and back",
                &format!(
                    "return at('fold-right').ariaExpanded === '{wanted}'
                        && (at('rows').getClientRects().length === 0) === {folded}"
                ),
            )
            .await?;
            page.focus_is_seen("a pane is folded").await?;
        }
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn everything_is_done_on_a_narrow_screen() -> Result<()> {
    drive(Look { still: true, ..PHONE }, async |page| session(page, true).await)
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_walk_is_a_tree() -> Result<()> {
    drive(DESK, async |page| {
        let wrong = page
            .text(
                "const tree = at('rows'), items = [...tree.querySelectorAll('[role=treeitem]')], wrong = [];
                 if (tree.role !== 'tree' || tree.tabIndex !== 0) wrong.push('no tree');
                 for (const item of items) {
                    const up = item.closest('[role=group]');
                    const level = up ? Number(document.querySelector(`[aria-controls=${up.id}]`).ariaLevel) + 1 : 1;
                    if (Number(item.ariaLevel) !== level) wrong.push(`level ${item.ariaLevel}: ${item.innerText}`);
                    const below = item.getAttribute('aria-controls');
                    if (below && (item.ariaExpanded !== 'true' || !document.getElementById(below))) wrong.push(item.innerText);
                 }
                 if (items.filter(i => i.ariaSelected === 'true').length !== 1) wrong.push('not one is selected');
                 if (!items.includes(here())) wrong.push('the active one is not in it');
                 const fork = tree.querySelector('[role=radiogroup]');
                 if (fork.querySelectorAll('input[type=radio]').length !== 3) wrong.push('no fork of three');
                 return wrong.join('; ')",
            )
            .await?;
        ensure!(wrong.is_empty(), "{wrong}");
        let names = page.names("treeitem").await?;
        let deep = names.iter().filter(|name| name.contains("none of 4 cluster IPs")).count();
        ensure!(deep == 1, "{deep} rows are called by what one says: {names:?}");
        page.until("it is announced", "return text('narration').length > 10").await?;

        page.ask("at('rows').focus()").await?;
        page.chord("f", true).await?;
        page.until("its search has the focus", "return document.activeElement === at('seek-text')")
            .await?;
        page.type_in("FORWARD").await?;
        page.until("what fits is marked", "return document.querySelectorAll('.row.found').length > 1 && /^[0-9]/.test(text('seek-count'))")
            .await?;
        page.press("Enter").await?;
        page.until(
            "the walk stands there",
            "return here().innerText.includes('FORWARD') && text('seek-count').startsWith('1 /')",
        )
        .await?;
        page.chord("f", true).await?;
        page.type_in("nowhere").await?;
        page.until("or nothing does", "return text('seek-count') === 'not found'").await?;
        page.press("Escape").await?;
        page.until(
            "the tree has the focus again",
            "return !at('seek-text') && document.activeElement === at('rows')",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_control_that_goes_away_leaves_the_focus_beside_it() -> Result<()> {
    drive(DESK, async |page| {
        page.tab_to("[data-testid=examples]", false).await?;
        page.press("Enter").await?;
        page.tab_to(".menu .sheet li:nth-child(4) button", false).await?;
        page.press("Enter").await?;
        page.banner_says(&["DOCKER-USER rule 3"]).await?;
        page.focus_is_seen("an example is taken").await?;
        page.until("the button of the list", "return document.activeElement === at('examples')")
            .await?;
        // Who clicks keeps the keys of the page.
        page.click("search").await?;
        page.until(
            "proposals",
            "return document.querySelectorAll('[data-testid=proposal]').length > 0",
        )
        .await?;
        page.ask("document.querySelector('[data-testid=proposal] .yn').scrollIntoView()").await?;
        let at = page.middle("document.querySelector('[data-testid=proposal] .yn')").await?;
        page.press_mouse(at).await?;
        page.until("it is tried", "return at('compared') !== null").await?;
        page.until("a section has the focus", "return document.activeElement.matches('section')")
            .await?;
        page.press(" ").await?;
        page.until("space plays", "return at('play').getAttribute('aria-pressed') === 'true'").await
    })
}

/// Three rules, two of which hold a match that nobody knows.
const UNKNOWN: &str = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m xyzzy --one -j ACCEPT\n\
    -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -m plugh -j DROP\nCOMMIT\n";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn function_keys_go_round_the_parts_of_the_page_and_through_what_was_not_read() -> Result<()> {
    drive(DESK, async |page| {
        page.turns("stop").await?;
        page.write("paste", UNKNOWN).await?;
        page.until("it is remarked", "return at('problems')?.querySelectorAll('li').length > 1")
            .await?;
        page.send("ssh 10.0.0.1 from 10.0.0.2 in eth0").await?;
        page.until("it is walked", "return rows().length > 2").await?;
        page.write("packet", "ssh 10.0.0.1").await?;
        let part = |what: &str, selector: &str| {
            (
                what.to_owned(),
                format!("return document.activeElement.closest('{selector}') !== null"),
            )
        };
        let order = [".above", ".left", ".right", "footer.time", "header"];
        for selector in order {
            page.press("F6").await?;
            let (what, script) = part(selector, selector);
            page.until(&what, &script).await?;
            page.focus_is_seen(selector).await?;
        }
        for selector in order.iter().rev().skip(1) {
            page.shift("F6").await?;
            let (what, script) = part(&format!("back in {selector}"), selector);
            page.until(&what, &script).await?;
        }
        let line = |n: usize| {
            let said = ["xyzzy", "plugh"][n];
            format!(
                "const line = getSelection().anchorNode?.parentElement?.closest('.cm-line');
                 return line?.textContent.includes('{said}') === true"
            )
        };
        for (key, n) in [("first", 0), ("next", 1), ("first again", 0)] {
            page.press("F8").await?;
            page.until(&format!("the {key} problem"), &line(n)).await?;
        }
        page.shift("F8").await?;
        page.until("the last problem", &line(1)).await
    })
}
