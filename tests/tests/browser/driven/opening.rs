//! What it opens on, and the first things that a person tries.

use crate::chromium::{DESK, DESK_DARK, Look, PHONE, PHONE_DARK, drive, drive_from_nothing};
use crate::reader::Reader;
use crate::{DOCKER_HOST, document};
use anyhow::{Result, ensure};

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn it_opens_on_the_first_document_with_its_question_asked() -> Result<()> {
    drive(DESK, async |page| {
        let banner = page.banner_says(&["FORWARD rule 6", "No route to host"]).await?;
        ensure!(!banner.contains("INPUT rule"), "INPUT is not what rejects it: {banner}");
        page.turns("stop").await?;
        ensure!(page.text("return at('packet').value").await?.contains("172.17.0.2:11103"));
        ensure!(page.text("return pasted().value").await?.contains("KUBE-NODEPORTS"));
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_first_answer_is_there_before_the_page_runs() -> Result<()> {
    for look in [DESK, PHONE_DARK] {
        drive(look, async |page| {
            page.banner_says(&["FORWARD rule 6"]).await?;
            let told = "const words = e => e.innerText.replace(/\\s+/g, ' '), shown = document.getElementById('opening');";
            let answer = page
                .text(&format!(
                    "{told} return shown ? '' : words(at('banner').querySelector('.answer'))"
                ))
                .await?;
            ensure!(answer.contains("No route to host"), "its own answer stands alone: {answer}");
            let start = page.site.file("start.js")?;
            page.site.put("start.js", "", "");
            page.goto("").await?;
            let stands =
                format!("{told} return shown ? words(shown.querySelector('.answer')) : ''");
            ensure!(page.text(&stands).await? == answer, "{}", page.text(&stands).await?);
            page.until(
                "the walk is drawn, and nothing of it can be reached",
                "const scene = [...document.querySelectorAll('#opening .scene')].find(s => s.getBoundingClientRect().height > 50);
                 return !!scene && document.getElementById('opening').inert && !document.querySelector('#opening [data-testid]')",
            )
            .await?;
            page.picture("before-it-runs").await?;
            // A link leads elsewhere.
            page.goto("?linked#example=02-docker-published-port").await?;
            ensure!(page.text(&stands).await?.is_empty(), "another example is asked for");
            page.site.put("start.js", "", &start);
            page.goto("?again").await?;
            page.banner_says(&["FORWARD rule 6"]).await?;
            page.until("it is gone", "return !document.getElementById('opening')").await?;
            // Work of one's own is what opens.
            page.write("paste", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n").await?;
            page.turns("idle").await?;
            page.until("it is kept", "return localStorage.getItem('chainwalk.case').includes(':INPUT DROP [0:0]\\nCOMMIT')").await?;
            page.site.put("start.js", "", "");
            page.goto("?own").await?;
            ensure!(page.text(&stands).await?.is_empty(), "there is work of one's own");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_port_that_input_accepts_is_delivered() -> Result<()> {
    drive(DESK, async |page| {
        page.send("curl 172.17.0.2:22").await?;
        page.banner_says(&["elivered"]).await?;
        page.turns("ok").await?;
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_second_document_rewrites_and_depends_on_the_table_not_pasted() -> Result<()> {
    drive(DESK, async |page| {
        page.write("paste", &document(DOCKER_HOST)?).await?;
        page.send("curl 172.17.253.62:80 from 203.0.113.9 in eth0").await?;
        page.banner_says(&["depends", "filter"]).await?;
        page.turns("depends").await?;
        page.until(
            "a row shows the new destination",
            "return rows().some(r => r.innerText.includes('172.19.0.15:80'))",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn nonsense_and_nothing_get_clear_words() -> Result<()> {
    drive(DESK, async |page| {
        let mut said = Vec::new();
        for paste in ["the cat sat on the mat; {{{ -A \u{0} 🐈 ---", ""] {
            page.write("paste", paste).await?;
            page.turns("idle").await?;
            let banner = page.banner().await?;
            ensure!(banner.len() > 20, "too few words for {paste:?}: {banner}");
            ensure!(
                !banner.to_lowercase().contains("accept"),
                "{paste:?} is not accepted: {banner}"
            );
            said.push(banner);
        }
        ensure!(said[0] != said[1], "nonsense and nothing are told apart: {said:?}");
        page.write("paste", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n").await?;
        page.send("ping 127.0.0.1").await?;
        page.until("it answers again", "return ['stop', 'depends'].includes(state())").await
    })
}

/// Opens the page as to a newcomer, and notes how far what is on it moved without anybody's doing, as a share of the window.
const SHIFTS: &str = "localStorage.clear();
    window.shifts = [];
    new PerformanceObserver(list => shifts.push(...list.getEntries().filter(e => !e.hadRecentInput).map(e => ({
        value: e.value, of: e.sources.map(s => s.node?.outerHTML?.slice(0, 80)),
    })))).observe({ type: 'layout-shift', buffered: true })";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn nothing_moves_by_itself_as_it_opens_and_plays() -> Result<()> {
    for look in [DESK, PHONE_DARK] {
        drive_from_nothing(look, async |page| {
            page.reload(SHIFTS).await?;
            page.until(
                "it has played a while",
                "return +at('position')?.querySelector('b').textContent > 11",
            )
            .await?;
            // What fonts move as they come is less.
            let moved = page.text("return shifts.reduce((sum, one) => sum + one.value, 0) < 0.002 ? '' : JSON.stringify(shifts)").await?;
            ensure!(moved.is_empty(), "{moved}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn it_plays_and_steps_and_goes_to_both_ends() -> Result<()> {
    drive(DESK, async |page| {
        let opened = page.text("return position()").await?;
        page.until("it plays by itself", &format!("return position() !== {opened:?}")).await?;
        page.click("play").await?;
        page.key("Home").await?;
        let first = page.text("return position()").await?;
        page.key("ArrowRight").await?;
        page.until("one step on", &format!("return position() !== {first:?}")).await?;
        let second = page.text("return position()").await?;
        page.click("next").await?;
        page.until(
            "two steps on",
            &format!("return ![{first:?}, {second:?}].includes(position())"),
        )
        .await?;
        page.click("prev").await?;
        page.until("one step back", &format!("return position() === {second:?}")).await?;
        page.key("ArrowLeft").await?;
        page.until("at the start", &format!("return position() === {first:?}")).await?;
        page.key("End").await?;
        page.until("at the end", &format!("return position() !== {first:?}")).await?;
        let last = page.text("return position()").await?;
        page.key("ArrowRight").await?;
        ensure!(page.text("return position()").await? == last, "nothing comes after the end");
        page.key(" ").await?;
        page.until("it plays from the start", &format!("return position() !== {last:?}")).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_rule_of_the_walk_leads_to_its_line() -> Result<()> {
    drive(DESK, async |page| {
        page.key("Home").await?;
        page.until(
            "no rule is marked",
            "return !lines().some(l => l.innerText.includes('REJECT'))",
        )
        .await?;
        page.ask("rows().find(r => r.innerText.includes('REJECT')).click()").await?;
        page.until(
            "its line is marked and in sight",
            "const line = lines().find(l => l.innerText.includes('REJECT'));
             const its = line?.getBoundingClientRect();
             const sheet = line?.closest('.sheet-of-text').getBoundingClientRect();
             return its !== undefined && its.top >= sheet.top && its.bottom <= sheet.bottom",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn nothing_is_asked_of_the_network_once_it_is_open() -> Result<()> {
    drive(DESK, async |page| {
        page.until(
            "the last of its own files is there",
            "return performance.getEntriesByType('resource').some(e => e.name.endsWith('lexicon/chains.txt'))",
        )
        .await?;
        let before = page.site.asked();
        page.write("paste", &document(DOCKER_HOST)?).await?;
        page.send("curl 172.17.253.62:80 from 203.0.113.9 in eth0").await?;
        page.banner_says(&["depends"]).await?;
        page.key("End").await?;
        ensure!(page.site.asked() == before, "asked for {:?}", page.site.asked());
        let elsewhere = page
            .text(
                "return performance.getEntriesByType('resource').map(e => e.name)
                    .filter(n => !n.startsWith(location.origin) && !n.startsWith('blob:')).join(' ')",
            )
            .await?;
        ensure!(elsewhere.is_empty(), "asked elsewhere: {elsewhere}");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn it_fits_its_window_at_rest_mid_walk_and_at_the_end() -> Result<()> {
    for look in [DESK, DESK_DARK, PHONE, PHONE_DARK] {
        drive(Look { still: true, ..look }, async |page| {
            page.banner_says(&["FORWARD rule 6"]).await?;
            page.ask("if (at('play').getAttribute('aria-pressed') === 'true') at('play').click()")
                .await?;
            page.key("Home").await?;
            page.picture("rest").await?;
            for _ in 0..12 {
                page.key("ArrowRight").await?;
            }
            page.picture("mid").await?;
            page.key("End").await?;
            page.picture("end").await?;
            let wide = page.ask("return document.documentElement.scrollWidth - innerWidth").await?;
            ensure!(wide.as_i64().is_some_and(|w| w <= 0), "{}: {wide} px too wide", look.name);
            Ok(())
        })?;
    }
    Ok(())
}
