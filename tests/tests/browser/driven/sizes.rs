//! Windows and letters of every size: the player and the answer are always there, and nothing covers another.

use crate::chromium::{DESK, Look, PHONE, Page, drive};
use anyhow::{Result, ensure};
use std::fmt::Write as _;

/// Which of the player's buttons is not all in the window, or lies under something.
const PLAYER: &str = "return ['play', 'prev', 'next'].filter(id => {
    const one = at(id), box = one?.getBoundingClientRect();
    if (!box || box.width < 20 || box.left < 0 || box.top < 0 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5) return true;
    const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !one.contains(found);
}).join(' ')";

async fn has_its_player(page: &Page, what: &str) -> Result<()> {
    let script = format!("return (() => {{ {PLAYER} }})() === ''");
    if let Err(error) = page.until("the player is in sight", &script).await {
        let lost = page.text(PLAYER).await?;
        return Err(error.context(format!("{what}: {lost}")));
    }
    Ok(())
}

const STILL: Look = Look { still: true, ..DESK };

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_player_is_in_sight_wherever_there_is_a_walk() -> Result<()> {
    drive(STILL, async |page| {
        page.turns("stop").await?;
        let sizes = [
            (320, 256),
            (320, 640),
            (390, 844),
            (720, 450),
            (844, 390),
            (768, 1024),
            (1000, 500),
            (1280, 620),
            (1440, 900),
            (3840, 2160),
        ];
        for (width, height) in sizes {
            page.resize(width, height).await?;
            let panes: &[&str] = if width <= 760 || height <= 480 {
                &["tab-map", "tab-paste", "tab-host", "tab-walk"]
            } else {
                &[]
            };
            has_its_player(page, &format!("{width}x{height}")).await?;
            for pane in panes {
                page.click(pane).await?;
                has_its_player(page, &format!("{width}x{height}, {pane}")).await?;
            }
        }
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_answer_is_a_line_where_height_is_short_and_opens() -> Result<()> {
    drive(Look { size: (844, 390), ..STILL }, async |page| {
        page.banner_says(&["Rejected", "No route to host"]).await?;
        let high = "at('banner').getBoundingClientRect().height";
        page.until("it is a line", &format!("return {high} < 50")).await?;
        ensure!(
            page.ask("return at('rows').closest('.scroller').getBoundingClientRect().height > innerHeight * 0.5")
                .await?
                == true,
            "the walk has half of the window"
        );
        page.click("turn-answer").await?;
        page.until(
            "all of it is shown",
            &format!("return {high} > 70 && banner().includes('86 packets') && at('search').getClientRects().length > 0"),
        )
        .await?;
        has_its_player(page, "the answer is open").await?;
        page.click("turn-answer").await?;
        page.until("it is a line again", &format!("return {high} < 50")).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_small_phone_gives_its_room_to_the_walk_that_is_read() -> Result<()> {
    drive(Look { size: (320, 640), ..PHONE }, async |page| {
        page.turns("stop").await?;
        let list = "at('rows').closest('.scroller').getBoundingClientRect().height / innerHeight";
        page.until("the answer is whole", "return banner().includes('FORWARD rule 6')").await?;
        page.ask("document.querySelector('.scroller').dispatchEvent(new WheelEvent('wheel', { deltaY: 80, bubbles: true }))")
            .await?;
        page.until("the list has the room", &format!("return {list} > 0.5")).await?;
        ensure!(
            page.ask("return at('banner').getBoundingClientRect().height <= 56").await? == true,
            "the answer is a line"
        );
        has_its_player(page, "while it is read").await?;
        page.send("ping 172.17.0.2").await?;
        page.until(
            "another answer is shown whole",
            "return document.querySelector('.app.brief') === null && at('banner').getBoundingClientRect().height > 56",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn nothing_covers_another_where_height_is_short() -> Result<()> {
    drive(Look { size: (1280, 620), ..STILL }, async |page| {
        page.turns("stop").await?;
        page.key("Home").await?;
        page.until("at the begin", "return position().startsWith('Step 1 ')").await?;
        let covered = page
            .text(
                "const box = e => e.getBoundingClientRect(), out = [];
                 const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
                 const stage = box(document.querySelector('.stage')), zoom = box(at('zoom'));
                 if (meets(stage, zoom)) out.push('the zoom lies on the drawing');
                 const host = document.querySelector('#host-title'), at_host = box(host);
                 const seen = document.elementFromPoint(at_host.left + 4, at_host.top + at_host.height / 2);
                 if (!seen || !host.parentElement.contains(seen)) out.push('the heading of the host is covered');
                 if (box(document.querySelector('.sheet-of-text')).height < 100) out.push('the paste has no room');
                 const first = document.querySelector('.stage .scene .hook');
                 if (document.querySelector('.stage').scrollTop > 0) out.push('the top of the drawing is cut');
                 if (box(at('banner')).height > innerHeight / 4 + 1) out.push('the answer takes more than a quarter');
                 const chips = document.querySelector('.chips'), room = box(chips);
                 for (const chip of chips.children) {
                     const one = box(chip);
                     if (one.top < room.bottom - 1 && one.bottom > room.bottom + 1) out.push(`cut: ${chip.innerText}`);
                 }
                 return out.join('; ')",
            )
            .await?;
        ensure!(covered.is_empty(), "{covered}");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_page_grows_with_the_letters() -> Result<()> {
    drive(STILL, async |page| {
        page.turns("stop").await?;
        let sizes = "[document.querySelector('.rows .row'), at('banner').querySelector('.headline'), pasted().querySelector('.cm-line'),
            document.querySelector('section.host .ph h2'), at('packet')].map(e => parseFloat(getComputedStyle(e).fontSize))";
        let before = page.ask(&format!("return {sizes}")).await?;
        page.ask("document.documentElement.style.fontSize = '200%'").await?;
        page.until(
            "all are twice as large",
            &format!("const was = {before}; return ({sizes}).every((size, at) => Math.abs(size - 2 * was[at]) < 0.2)"),
        )
        .await?;
        page.until(
            "the drawing too",
            "return document.querySelector('.stage .scene')?.getScreenCTM().a > 1.9",
        )
        .await?;
        page.ask("document.documentElement.style.fontSize = ''").await?;

        // Where the browser's own letters are twice as large the page is that of a window half as large.
        page.letters(32).await?;
        let done = async {
            page.reload("").await?;
            page.turns("stop").await?;
            page.until(
                "it is the narrow page",
                "return getComputedStyle(document.querySelector('nav')).display !== 'none'
                    && document.documentElement.scrollWidth <= innerWidth",
            )
            .await?;
            has_its_player(page, "letters twice as large").await
        }
        .await;
        page.letters(16).await?;
        done
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_wall_is_filled() -> Result<()> {
    drive(Look { size: (3840, 2160), ..STILL }, async |page| {
        page.turns("stop").await?;
        page.until(
            "panes grow like the drawing",
            "const size = e => parseFloat(getComputedStyle(e).fontSize);
             if (!document.querySelector('.rows')) return false;
             return size(document.querySelector('.rows')) > 20 && size(at('banner').querySelector('.headline')) > 30
                && document.querySelector('.stage .scene')?.getScreenCTM().a > 1.5",
        )
        .await?;
        let part = page
            .ask(
                "const cells = [...document.querySelectorAll('.cell[data-stop]')].map(c => c.getBoundingClientRect());
                 const lanes = at('timeline').getBoundingClientRect();
                 return (Math.max(...cells.map(c => c.right)) - Math.min(...cells.map(c => c.left))) / lanes.width",
            )
            .await?;
        ensure!(
            part.as_f64().is_some_and(|part| part > 0.8),
            "the timeline takes {part} of its width"
        );
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn forced_colours_tell_track_walked_and_ahead_apart() -> Result<()> {
    drive(STILL, async |page| {
        page.turns("stop").await?;
        page.media("", &[("forced-colors", "active"), ("prefers-reduced-motion", "reduce")])
            .await?;
        page.ask(
            "rows().find(r => r.innerText.includes('dst-type LOCAL')).querySelector('.in').click()",
        )
        .await?;
        page.until(
            "each looks otherwise",
            "if (!document.querySelector('.stage .scene .todo')) return false;
             const look = css => getComputedStyle(document.querySelector(`.stage .scene ${css}`));
             const [track, walked, ahead, made] = ['.trk', '.done', '.todo', '.icmp'].map(look);
             return parseFloat(track.strokeWidth) === 1 && parseFloat(track.opacity) < 1
                && parseFloat(walked.strokeWidth) === 5 && walked.stroke !== track.stroke
                && parseFloat(ahead.strokeWidth) >= 3 && ahead.strokeDasharray !== 'none'
                && made.strokeDasharray !== 'none' && made.strokeDasharray !== ahead.strokeDasharray",
        )
        .await
    })
}

/// Chains that call each other twelve deep, of which each looks at an address.
fn deep() -> String {
    let mut paste =
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n".to_owned();
    for level in 1..=12 {
        let _ = writeln!(paste, ":D{level} - [0:0]");
    }
    paste += "-A INPUT -p tcp -j D1\n";
    for level in 1..=12 {
        let _ = writeln!(paste, "-A D{level} -s 198.51.100.{level}/32 -d 192.0.2.9/32 -j DROP");
        if level < 12 {
            let _ = writeln!(paste, "-A D{level} -p tcp -j D{}", level + 1);
        }
    }
    paste + "COMMIT\n2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n"
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn deep_rows_keep_their_room_and_addresses_stay_whole() -> Result<()> {
    drive(STILL, async |page| {
        page.turns("stop").await?;
        page.write("paste", &deep()).await?;
        page.until("it is read", "return document.querySelector('.over') !== null").await?;
        page.send("ssh 10.0.0.1 from 203.0.113.7 in eth0").await?;
        page.until("it is walked", "return rows().some(r => r.ariaLevel === '13')").await?;
        let wrong = page
            .text(
                "const out = [];
                 for (const row of rows()) {
                     const what = row.querySelector('.what');
                     if (what && what.getBoundingClientRect().width < 130) out.push(`narrow: ${row.innerText}`);
                     for (const one of row.querySelectorAll('.addr'))
                         if (one.getClientRects().length !== 1 || one.getBoundingClientRect().height > 20) out.push(`parted: ${one.innerText}`);
                 }
                 if (!document.querySelector('.row .addr')) out.push('no address');
                 return out.join('; ')",
            )
            .await?;
        ensure!(wrong.is_empty(), "{wrong}");
        Ok(())
    })
}

/// What is wrong with the page while a change is tried: parts out of sight, parts that lie on others, a walk without room.
const TRIED: &str = "const box = e => e.getBoundingClientRect(), out = [];
    const seen = (what, e) => {
        const one = e && box(e), found = one && document.elementFromPoint(one.left + one.width / 2, one.top + one.height / 2);
        if (!found || !(e.contains(found) || found.contains(e))) out.push(`not in sight: ${what}`);
    };
    seen('the command', at('edit-change'));
    seen('what takes it back', at('made')?.querySelector('.x'));
    seen('both fates', at('fates'));
    if (at('compared') && box(at('compared')).height > 48) out.push('the fates are more than a line');
    const foot = box(document.querySelector('footer.time')), list = box(document.querySelector('.walk .scroller'));
    if (list.bottom > foot.top + 1) out.push('the walk lies on the player');
    if (list.height < 64) out.push(`the walk has ${list.height}`);
    for (const leg of document.querySelectorAll('.leg')) if (box(leg).bottom > list.top + 1) out.push('a leg lies on the walk');
    const above = box(document.querySelector('.above')), right = box(document.querySelector('.right'));
    if (above.bottom > right.top + 1) out.push('the answer lies on the walk');
    return out.join('; ')";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_tried_change_leaves_the_walk_its_room() -> Result<()> {
    drive(STILL, async |page| {
        page.turns("stop").await?;
        page.send("iptables -I FORWARD 1 -s 172.17.0.1/32 -p tcp -m tcp --dport 80 -m comment --comment tried -j ACCEPT")
            .await?;
        page.turns("ok").await?;
        page.until("both fates are told", "return at('compared') !== null").await?;
        for (width, height) in
            [(1440, 900), (1024, 768), (768, 1024), (844, 390), (390, 844), (360, 640), (320, 640)]
        {
            page.resize(width, height).await?;
            let script = format!("return innerWidth === {width} && (() => {{ {TRIED} }})() === ''");
            if let Err(error) = page.until("all has its room", &script).await {
                let wrong = page.text(TRIED).await?;
                let seen = page.ask("return innerWidth").await?;
                return Err(error.context(format!("{width}x{height}, {seen} wide: {wrong}")));
            }
            has_its_player(page, &format!("{width}x{height}")).await?;
            page.picture(&format!("tried-{width}x{height}")).await?;
            page.click("fates").await?;
            // What closed details hold has boxes, and is not to be seen.
            let whole = "document.querySelector('.fates-whole').checkVisibility()";
            page.until("all of it is told", &format!("return {whole}")).await?;
            page.picture(&format!("tried-{width}x{height}-open")).await?;
            // Wherever the focus is.
            page.ask("document.activeElement.blur()").await?;
            page.press("Escape").await?;
            page.until("it is a line again", &format!("return !{whole}")).await?;
        }
        // A packet that can't be read takes room of its own; there is no walk then, and no player.
        page.resize(320, 568).await?;
        page.send("curl myservice.default").await?;
        page.until("it is told", "return at('packet-problem') !== null && innerWidth === 320")
            .await?;
        page.picture("tried-320x568").await?;
        let covered = page
            .text(
                "const box = s => document.querySelector(s).getBoundingClientRect(), out = [];
                 const parts = ['header', '.above', '.right', 'footer.time', 'nav']
                     .filter(part => document.querySelector(part).getClientRects().length > 0);
                 for (let at = 1; at < parts.length; at++)
                     if (box(parts[at]).top < box(parts[at - 1]).bottom - 1) out.push(`${parts[at]} lies on ${parts[at - 1]}`);
                 for (const leg of document.querySelectorAll('.leg'))
                     if (leg.getBoundingClientRect().bottom > box('footer.time').top) out.push('a leg lies on the player');
                 return out.join('; ')",
            )
            .await?;
        ensure!(covered.is_empty(), "{covered}");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn at_its_end_the_timeline_is_scrolled_to_its_end() -> Result<()> {
    drive(Look { size: (768, 1024), ..STILL }, async |page| {
        page.turns("stop").await?;
        page.key("Home").await?;
        page.until(
            "the lanes are wider than their room",
            "return at('timeline').scrollWidth > at('timeline').clientWidth + 40 && at('timeline').scrollLeft === 0",
        )
        .await?;
        page.key("End").await?;
        page.until(
            "no cell stands behind the end",
            "const end = document.querySelector('.cell.end').getBoundingClientRect();
             const cells = [...document.querySelectorAll('.lanes .cell:not(.end)')];
             return position().startsWith('Step ') && cells.every(c => c.getBoundingClientRect().right <= end.left + 1)",
        )
        .await
    })
}
