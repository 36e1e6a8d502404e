//! Lessons: the list, a guess, a task that is solved by typing and handed in, progress, links, files, the page as one file.

use super::share::LISTEN;
use crate::chromium::{DESK, DESK_DARK, Look, PHONE, PHONE_DARK, Page, drive, drive_from_nothing};
use crate::reader::Reader;
use anyhow::{Result, ensure};
use chainwalk_take::Lesson;
use chainwalk_take::lesson::{Grade, HandIn, grade};
use serde_json::json;
use std::fs;
use std::path::Path;

/// The lesson about ufw and Docker, as it ships.
fn docker() -> Result<(String, Lesson)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lessons/07-docker.lesson.txt");
    let text = fs::read_to_string(path)?;
    let lesson = Lesson::read(&text).0;
    Ok((text, lesson))
}

/// Opens a step by its address, and waits for it.
async fn open(page: &Page, fragment: &str, step: &str) -> Result<()> {
    page.ask(&format!("location.hash = {fragment:?}")).await?;
    page.until(fragment, &format!("return at('step')?.dataset.step === {step:?}")).await
}

/// Presses an element; what listens for saved files takes `click` for itself.
async fn press(page: &Page, element: &str) -> Result<()> {
    page.ask(&format!(
        "{element}.dispatchEvent(new MouseEvent('click', {{ bubbles: true, cancelable: true }}))"
    ))
    .await?;
    Ok(())
}

/// Types a command and runs it.
async fn run(page: &Page, command: &str) -> Result<()> {
    page.ask("at('command-input').focus()").await?;
    page.type_in(command).await?;
    page.press("Enter").await
}

/// Whether each goal is met, in their order.
async fn goals(page: &Page, expect: &[&str]) -> Result<()> {
    let list = json!(expect);
    page.until(
        &format!("goals are {expect:?}"),
        &format!("return JSON.stringify([...document.querySelectorAll('[data-testid=goal]')].map(g => g.dataset.met)) === JSON.stringify({list})"),
    )
    .await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_lesson_is_guessed_solved_by_typing_handed_in_and_graded() -> Result<()> {
    let (_, lesson) = docker()?;
    drive(DESK, async |page| {
        page.ask(LISTEN).await?;
        page.click("open-lessons").await?;
        page.until(
            "twelve lessons",
            "return document.querySelectorAll('[data-testid=lesson]').length === 12",
        )
        .await?;
        press(page, "document.querySelectorAll('[data-testid=lesson] a')[6]").await?;
        page.until("the first step", "return at('step')?.dataset.step === 'published'").await?;
        page.until(
            "four choices",
            "return document.querySelectorAll('[data-testid=choice]').length === 4",
        )
        .await?;
        // What is to be guessed is not shown.
        ensure!(
            page.ask("return at('banner') === null || at('banner').closest('[hidden]') !== null")
                .await?
                == true
        );
        ensure!(
            page.text("return text('lesson-rules')").await?.contains("-A DOCKER"),
            "the rules can be read"
        );
        page.ask("document.querySelector('[data-choice=no-nat]').click()").await?;
        page.until("it is undone", "return text('why').length > 20").await?;
        let whys = page.text("return [...document.querySelectorAll('[data-testid=why]')].map(e => e.innerText).join('\\n')").await?;
        ensure!(whys.contains("172.17.0.2:80") && whys.contains("DNAT"), "{whys}");
        let said = page
            .ask("return document.querySelectorAll('.choices [data-testid=why]').length")
            .await?;
        ensure!(said == 4, "{said} of four choices say why");
        page.until("the walk is there", "return document.querySelector('.step [data-testid=banner]')?.innerText.includes('172.17.0.2:80')").await?;
        press(page, "at('next')").await?;
        page.until("the task", "return at('step')?.dataset.step === 'shut'").await?;
        goals(page, &["met", "missed", "met"]).await?;
        // A rule in INPUT turns nothing, and it is said why.
        run(page, "iptables -I INPUT ! -s 203.0.113.0/24 -p tcp --dport 8080 -j DROP").await?;
        page.until(
            "it never meets INPUT",
            "return text('never-meets').includes('never meets INPUT')",
        )
        .await?;
        goals(page, &["met", "missed", "met"]).await?;
        page.click("another-hint").await?;
        page.until(
            "one hint",
            "return document.querySelectorAll('[data-testid=hint]').length === 1",
        )
        .await?;
        page.ask("document.querySelector('[data-testid=command] button').click()").await?;
        // A line that can't be read says so and changes nothing.
        run(page, "iptables -Q DOCKER-USER").await?;
        page.until("it is told", "return document.querySelector('[data-testid=command] .problem')?.innerText.length > 10").await?;
        page.ask("at('command-input').focus()").await?;
        page.chord("z", true).await?;
        page.until(
            "it is taken back",
            "return document.querySelectorAll('[data-testid=command]').length === 0",
        )
        .await?;
        // Too broad: what the containers ask for is not answered.
        run(page, "iptables -I DOCKER-USER ! -s 203.0.113.0/24 -j DROP").await?;
        goals(page, &["met", "met", "missed"]).await?;
        page.ask("document.querySelector('[data-testid=command] button').click()").await?;
        page.until(
            "gone",
            "return document.querySelectorAll('[data-testid=command]').length === 0",
        )
        .await?;
        run(page, &lesson.steps[1].solution.edits[0]).await?;
        // With more than that it is solved, and what it shuts out is named.
        run(page, "iptables -I DOCKER-USER -i eth0 -p icmp -j DROP").await?;
        goals(page, &["met", "met", "met"]).await?;
        page.until(
            "what else it stops",
            "return text('strays').includes('172.17.0.2') && text('strays').includes('the answer to it') && text('score').includes('shuts out 1')",
        )
        .await?;
        page.ask("[...document.querySelectorAll('[data-testid=command] button')].at(-1).click()")
            .await?;
        page.until(
            "one is left",
            "return document.querySelectorAll('[data-testid=command]').length === 1",
        )
        .await?;
        page.until(
            "par",
            "return text('solved').includes('at par') && text('score').includes('par')",
        )
        .await?;
        page.click("hand-in").await?;
        page.until("the dialog has the focus", "return document.activeElement === at('who')")
            .await?;
        page.type_in("Jo Ann").await?;
        page.until(
            "the file has a name",
            "return text('hand-in-name') === 'docker-2-jo-ann.walk.txt'",
        )
        .await?;
        page.press("Enter").await?;
        page.until("it is saved", "return saved.length === 1 && at('hand-in-dialog') === null")
            .await?;
        let text = page.text("return saved[0].text").await?;
        let own = HandIn::read(&text);
        ensure!(
            own.as_ref().is_some_and(|own| own.who == "Jo Ann" && own.guessed == "no-nat"),
            "{text}"
        );
        match grade(&lesson, own.as_ref()) {
            Grade::Replayed { score, other_paste: false, other_facts: false } => {
                ensure!(score.is_solved() && score.golf() == (0, 1), "{score:?}");
            }
            other => anyhow::bail!("{other:?}"),
        }
        // A reload keeps it, and the visitor's own rules were left alone.
        page.goto("").await?;
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.click("open-lessons").await?;
        page.until("it is all done", "return document.querySelectorAll('[data-testid=lesson]')[6]?.classList.contains('all')").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn links_lead_to_steps_and_twins_and_what_is_not_there_is_told() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        page.goto("?fresh#lesson=docker/2").await?;
        page.until("by number", "return at('step')?.dataset.step === 'shut'").await?;
        open(page, "lesson=docker/published", "published").await?;
        open(page, "lesson=policy/1", "end").await?;
        page.until(
            "two dialects",
            "return document.querySelectorAll('[data-testid=dialect] a').length === 2",
        )
        .await?;
        page.ask("document.querySelectorAll('[data-testid=dialect] a')[1].click()").await?;
        page.until("rules of nft", "return text('lesson-rules').includes('table inet filter')")
            .await?;
        ensure!(page.text("return location.hash").await? == "#lesson=policy.nft/1");
        page.ask("history.back()").await?;
        page.until("rules of iptables", "return text('lesson-rules').includes('*filter')").await?;
        page.ask("location.hash = 'lesson=nothing/1'").await?;
        page.until("it is told", "return text('no-lesson').includes('nothing')").await?;
        page.click("leave-class").await?;
        page.banner_says(&["FORWARD rule 6"]).await?;
        ensure!(page.ask("return at('class') === null && location.hash === ''").await? == true);
        Ok(())
    })
}

/// A lesson that somebody wrote.
const OWN: &str = "chainwalk: 1\nlesson: mine\ntitle: My <b>own</b> lesson\n===\nstep: one\nquestion: Let ssh in.\n\
    packet: ssh 192.0.2.10 from 192.0.2.9 in eth0\ngoal: ssh 192.0.2.10 from 192.0.2.9 in eth0 => through\n\
    solution: iptables -A INPUT -p tcp --dport 22 -j ACCEPT\nassume: eth0=192.0.2.10/24\n\
    assume: table=nat:accept\nassume: table=mangle:accept\nassume: table=raw:accept\n---\n\
    *filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";

/// Drops a text as a file on an element.
async fn drop_on(page: &Page, element: &str, name: &str, text: &str) -> Result<()> {
    page.ask(&format!(
        "const data = new DataTransfer(); data.items.add(new File([{}], {name:?}));
         {element}.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}))",
        json!(text)
    ))
    .await?;
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_lesson_of_anybody_opens_where_it_is_dropped_and_progress_is_a_file() -> Result<()> {
    drive(DESK, async |page| {
        page.ask(LISTEN).await?;
        drop_on(page, "at('paste')", "mine.lesson.txt", OWN).await?;
        page.until("it is a lesson", "return at('step')?.dataset.step === 'one'").await?;
        goals(page, &["missed"]).await?;
        run(page, "iptables -A INPUT -p tcp --dport 22 -j ACCEPT").await?;
        goals(page, &["met"]).await?;
        page.click("all-lessons").await?;
        page.until("it stands in the list", "return [...document.querySelectorAll('[data-testid=lesson]')].at(-1)?.innerText.includes('My <b>own</b> lesson')").await?;
        page.click("save-progress").await?;
        page.until("it is saved", "return saved.length === 1").await?;
        let text = page.text("return saved[0].text").await?;
        ensure!(text.contains("\"mine/one\"") && !text.to_lowercase().contains("name"), "{text}");
        page.click("leave-class").await?;
        page.banner_says(&["FORWARD rule 6"]).await?;
        // Somebody else's browser.
        page.ask("localStorage.clear()").await?;
        page.goto("?again#lessons").await?;
        page.until(
            "twelve lessons",
            "return document.querySelectorAll('[data-testid=lesson]').length === 12",
        )
        .await?;
        drop_on(
            page,
            "at('lessons')",
            "chainwalk-progress.json",
            &text.replace("mine/one", "docker/shut"),
        )
        .await?;
        page.until("it is taken over", "return document.querySelectorAll('[data-testid=lesson]')[6].innerText.includes('1 of 2')").await?;
        drop_on(page, "at('lessons')", "broken.lesson.txt", &OWN.replace("step: one", "what"))
            .await?;
        page.until("where it is broken", "return text('broken-lesson').includes('line 5')").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn lessons_are_fetched_when_they_are_wanted_and_kept_for_when_the_server_is_gone() -> Result<()> {
    drive(DESK, async |page| {
        page.until("the page stands", "return banner().includes('FORWARD')").await?;
        let asked = page.site.asked();
        ensure!(!asked.iter().any(|path| path.contains("lesson")), "{asked:?}");
        page.site.ship();
        page.goto("?kept").await?;
        page.until("it is kept", "return 'kept' in document.documentElement.dataset").await?;
        page.site.leave().await;
        page.goto("#lesson=gone/1").await?;
        page.until("a step", "return at('step')?.dataset.step === 'gone'").await?;
        page.until(
            "its choices",
            "return document.querySelectorAll('[data-testid=choice]').length === 4",
        )
        .await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn lessons_work_in_the_page_that_is_one_file() -> Result<()> {
    const WATCH: &str = "window.refused = []; addEventListener('securitypolicyviolation', e => refused.push(`${e.violatedDirective} ${e.blockedURI}`));";
    drive_from_nothing(DESK, async |page| {
        page.open_one_file(WATCH).await?;
        page.banner_says(&["FORWARD rule 6"]).await?;
        page.click("open-lessons").await?;
        page.until(
            "twelve lessons",
            "return document.querySelectorAll('[data-testid=lesson]').length === 12",
        )
        .await?;
        page.until(
            "it says that it stores nothing",
            "return text('lessons').includes('stores nothing')",
        )
        .await?;
        open(page, "lesson=order/2", "first").await?;
        run(page, "iptables -I INPUT 3 -s 203.0.113.66 -j DROP").await?;
        goals(page, &["met", "met", "met", "met"]).await?;
        page.click("all-lessons").await?;
        page.until("it is in memory", "return document.querySelector('[data-testid=lesson]')?.innerText.includes('1 of 3') === true").await?;
        let stored = page.ask("return localStorage.length + sessionStorage.length").await?;
        ensure!(stored == 0, "{stored} texts are stored");
        let refused = page.text("return refused.join(', ')").await?;
        ensure!(refused.is_empty(), "its own policy refused {refused}");
        page.network(true).await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_list_and_a_step_fit_every_window_and_are_accessible() -> Result<()> {
    for look in [DESK, DESK_DARK, PHONE, PHONE_DARK] {
        drive(Look { still: true, ..look }, async |page| {
            page.ask("location.hash = 'lessons'").await?;
            page.until(
                "twelve lessons",
                "return document.querySelectorAll('[data-testid=lesson]').length === 12",
            )
            .await?;
            fits(page, look, "lessons").await?;
            open(page, "lesson=docker/1", "published").await?;
            page.until(
                "its choices",
                "return document.querySelectorAll('[data-testid=choice]').length === 4",
            )
            .await?;
            fits(page, look, "lesson-guess").await?;
            page.ask("document.querySelector('[data-choice=no-nat]').click()").await?;
            page.until("undone", "return text('why').length > 20").await?;
            fits(page, look, "lesson-guessed").await?;
            open(page, "lesson=docker/2", "shut").await?;
            goals(page, &["met", "missed", "met"]).await?;
            run(page, "iptables -I INPUT -p tcp --dport 8080 ! -s 203.0.113.0/24 -j DROP").await?;
            page.until("it never meets INPUT", "return text('never-meets').length > 5").await?;
            fits(page, look, "lesson-task").await?;
            if look.size.0 < 600 {
                for pane in ["nav-walk", "nav-map", "nav-rules", "nav-task"] {
                    page.click(pane).await?;
                    fits(page, look, pane).await?;
                }
            }
            page.ask("document.querySelector('[data-testid=command] button').click()").await?;
            run(page, "iptables -I DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -p tcp -m conntrack --ctorigdstport 8080 -j DROP").await?;
            page.until("par", "return text('solved').length > 3").await?;
            fits(page, look, "lesson-solved").await?;
            page.click("hand-in").await?;
            fits(page, look, "lesson-hand-in").await?;
            page.press("Escape").await?;
            page.click("class-lang").await?;
            page.until("in Chinese", "return text('solved').includes('标准杆')").await?;
            fits(page, look, "lesson-zh").await
        })?;
    }
    Ok(())
}

/// Whether nothing is wider than the window, and the scan finds nothing; takes a picture.
async fn fits(page: &Page, look: Look, name: &str) -> Result<()> {
    page.rest().await?;
    page.picture(name).await?;
    let wide = page.ask("return document.documentElement.scrollWidth - innerWidth").await?;
    ensure!(wide.as_i64().is_some_and(|w| w <= 0), "{name}, {}: {wide} px too wide", look.name);
    let found = page.accessibility(&[]).await?.unwrap_or_default();
    ensure!(found.is_empty(), "{name}, {}: {}", look.name, found.join("\n"));
    Ok(())
}
