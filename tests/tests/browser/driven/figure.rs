//! The figure in pages of others: under the policies that they have, in a frame, on paper, and with recordings that mean
//! harm.

use crate::chromium::{DESK, DESK_DARK, Look, PHONE, drive_from_nothing};
use crate::reader::Reader;
use anyhow::{Context, Result, ensure};
use chainwalk_take::Link;
use chainwalk_take::picture::{self, record};
use std::time::Duration;

pub(super) const FIRST: &str = include_str!("../../../../web/examples/01-nodeport-no-route.txt");
pub(super) const SIXTH: &str = include_str!("../../../../web/examples/06-drop-or-reject.txt");

/// What scripts of a test look by: `figures()`, and within the n-th `part(n, selector)` and `says(n)`.
const LOOK: &str = "
    const figures = () => [...document.querySelectorAll('chain-walk')];
    const part = (n, selector) => figures()[n]?.shadowRoot?.querySelector(selector);
    const says = n => part(n, '.verdict')?.innerText ?? '';
    const place = n => part(n, '.count')?.innerText ?? '';
";

fn recording(text: &str) -> Result<String> {
    record(text, None, None, "0.1.0").context("no recording")
}

/// A recording as a block of a page.
pub(super) fn block(text: &str) -> Result<String> {
    Ok(picture::block(&recording(text)?))
}

pub(super) fn page_of(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <link rel=\"icon\" href=\"data:,\"><title>A post</title>\
         <script type=\"module\" src=\"chain-walk.js\"></script><body>{body}</body></html>"
    )
}

pub(super) async fn ask(page: &impl Reader, script: &str) -> Result<bool> {
    Ok(page.ask(&format!("{LOOK}{script}")).await? == true)
}

pub(super) async fn until(page: &impl Reader, what: &str, script: &str) -> Result<()> {
    let said = "return figures().map((_, n) => says(n) + place(n) + (part(n, 'p.note')?.innerText ?? '')).join(' | ')";
    page.wait(what, &[LOOK, script].concat(), &[LOOK, said].concat()).await
}

async fn text(page: &impl Reader, script: &str) -> Result<String> {
    page.text(&format!("{LOOK}{script}")).await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn two_recordings_play_under_the_strictest_policy() -> Result<()> {
    drive_from_nothing(DESK, plays_twice)
}

/// Two figures under a policy that lets nothing but the script in.
pub(super) async fn plays_twice(page: &impl Reader) -> Result<()> {
    let body = format!(
        "<chain-walk>{}</chain-walk><p>Between.</p><chain-walk at=\"end\">{}</chain-walk>",
        block(FIRST)?,
        block(SIXTH)?
    );
    let policy = "default-src 'none'; script-src 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'";
    page.site().put("post.html", policy, &page_of(&body));
    let before = page.site().asked().len();
    page.goto("post.html").await?;
    until(
        page,
        "both are there",
        "return says(0).includes('No route to host') && says(1).includes('nc hangs') && place(1) === '7 / 7'",
    )
    .await?;
    // Where one begins is where it goes on from.
    ask(page, "part(1, '[aria-label=\"Previous step\"]').click()").await?;
    until(page, "it goes back from its end", "return place(1) === '6 / 7'").await?;
    // It steps, plays, and one at a time.
    ask(page, "part(0, '[aria-label=\"Next step\"]').click()").await?;
    until(page, "it steps", "return place(0).startsWith('2 /')").await?;
    ask(page, "figures()[0].go(20)").await?;
    until(page, "it goes", "return place(0).startsWith('21 /') && figures()[0].stop === 20")
        .await?;
    ask(page, "part(0, '.play').click()").await?;
    until(page, "it plays", "return figures()[0].playing && figures()[0].stop > 20").await?;
    ask(page, "part(1, '.play').click()").await?;
    until(page, "the other plays alone", "return figures()[1].playing && !figures()[0].playing")
        .await?;
    ensure!(
        ask(page, "return part(0, '.aloud').textContent.length > 5").await?,
        "nothing is told aloud"
    );
    // What it was made of opens in the page.
    let address = text(
        page,
        "const a = part(0, '.open'); a.dispatchEvent(new Event('pointerdown')); return a.href",
    )
    .await?;
    let asked = page.site().asked();
    ensure!(asked[before..] == ["post.html", "chain-walk.js"], "{:?}", &asked[before..]);
    let (_, fragment) = address.split_once('/').context("no address")?;
    let (_, fragment) = fragment.split_once('#').context("no fragment")?;
    page.goto(&["#", fragment].concat()).await?;
    page.answers(&["FORWARD rule 6", "No route to host"]).await?;
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_change_loads_the_engine_where_the_policy_lets_a_worker_run() -> Result<()> {
    drive_from_nothing(DESK, changes)
}

/// *Change* under each policy that lets a worker run.
pub(super) async fn changes(page: &impl Reader) -> Result<()> {
    for policy in [
        "default-src 'none'; script-src 'self'; img-src data:; worker-src 'self'",
        "default-src 'none'; script-src 'self'; img-src data:; worker-src 'self'; require-trusted-types-for 'script'; trusted-types chainwalk",
        "",
    ] {
        page.site().put(
            "post.html",
            policy,
            &page_of(&format!("<chain-walk>{}</chain-walk>", block(SIXTH)?)),
        );
        let before = page.site().asked().len();
        page.goto("post.html").await?;
        until(page, "it is there", "return says(0).includes('nc hangs')").await?;
        ensure!(
            !page.site().asked()[before..].iter().any(|path| path.contains("engine")),
            "nobody asked for the engine"
        );
        ask(page, "part(0, '.push').click()").await?;
        until(page, "the engine is there", "return part(0, '.field') !== null").await?;
        ask(
            page,
            "const field = part(0, '.field'); field.value = 'nc 192.0.2.10 8082 from 192.0.2.99 in eth0';
             field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))",
        )
        .await?;
        until(page, "another packet has another answer", "return !says(0).includes('nc hangs')")
            .await?;
        until(page, "and it can be changed again", "return part(0, '.field') !== null").await?;
        ask(
            page,
            "part(0, '.field').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))",
        )
        .await?;
        until(page, "the bar is back", "return part(0, '.play') !== null").await?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_text_alone_plays_in_a_sandboxed_frame() -> Result<()> {
    drive_from_nothing(DESK, plays_in_a_frame)
}

/// A text in a frame that may run scripts and no more.
pub(super) async fn plays_in_a_frame(page: &impl Reader) -> Result<()> {
    let link = Link::to_case(FIRST).write();
    let body = format!(
        "<script src=\"frame.js\"></script><iframe src=\"embed.html#{link}\" sandbox=\"allow-scripts\" width=\"720\" title=\"A walk\"></iframe>"
    );
    page.site().put("post.html", "", &page_of(&body));
    page.goto("post.html").await?;
    page.in_frame(0, async |page| {
        until(page, "it is played", "return says(0).includes('No route to host')").await
    })
    .await?;
    until(
        page,
        "the frame is as high as it",
        "return document.querySelector('iframe').offsetHeight > 500",
    )
    .await?;
    // A message of anybody else changes nothing.
    ask(page, "postMessage({ chainwalk: 1, height: 1e9 }, '*'); postMessage({ chainwalk: 1, height: 400 }, '*')").await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    ensure!(ask(page, "return document.querySelector('iframe').offsetHeight < 900").await?);
    page.picture("figure-frame").await
}

/// A post with styles of its own, which must not get into the figure.
const POST: &str = "<style>
    body { font: 19px/1.7 Georgia, serif; letter-spacing: .04em; margin: 0; color-scheme: light dark }
    article { max-width: 720px; margin: 0 auto } p, h1 { padding: 0 12px } button, ol, li, b { color: red; padding: 20px }
    * { text-transform: none } </style>";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn it_belongs_into_a_post_at_every_width_and_on_paper() -> Result<()> {
    let looks = [
        Look { name: "720-light", size: (760, 900), ..DESK },
        Look { name: "720-dark", size: (760, 900), ..DESK_DARK },
        Look { name: "480-light", size: (480, 900), ..PHONE },
        Look { name: "320-light", size: (320, 900), ..PHONE },
        Look { name: "320-dark", size: (320, 900), dark: true, ..PHONE },
    ];
    for look in looks {
        drive_from_nothing(Look { still: true, ..look }, async |page| {
            let body = format!(
                "{POST}<article><h1>NodePorts</h1><p>This is what the first packet meets:</p>\
                 <chain-walk at=\"10\">{}<span slot=\"caption\">The first packet.</span></chain-walk><p>After it.</p></article>",
                block(FIRST)?
            );
            page.site.put("post.html", "", &page_of(&body));
            page.goto("post.html").await?;
            until(page, "it is there", "return place(0) === '10 / 29'").await?;
            page.picture("figure-post").await?;
            let wide = look.size.0 > 640;
            let seen = format!(
                "const shown = s => getComputedStyle(part(0, s)).display !== 'none';
                 return shown('.diagram') === {wide} && shown('.rows') === {} && !shown('.steps')
                    && document.documentElement.scrollWidth <= innerWidth",
                !wide
            );
            ensure!(ask(page, &seen).await?, "another look than at this width");
            ensure!(
                ask(page, "const s = getComputedStyle(part(0, '.count')); return s.letterSpacing === 'normal' && !s.fontFamily.includes('Georgia')").await?,
                "styles of the post got in"
            );
            let small = text(page, "return [...figures()[0].shadowRoot.querySelectorAll('button, .open')].filter(e => e.offsetHeight < 24 || e.offsetWidth < 24).map(e => e.outerHTML).join()").await?;
            ensure!(small.is_empty(), "too small to press: {small}");
            page.media("print", &[]).await?;
            ask(page, "dispatchEvent(new Event('beforeprint'))").await?;
            until(
                page,
                "the steps are a list on paper",
                "return getComputedStyle(part(0, '.steps')).display === 'block' && part(0, '.steps').children.length === 29
                    && getComputedStyle(part(0, '.foot')).display === 'none' && place(0) === '29 / 29'",
            )
            .await?;
            page.picture("figure-print").await?;
            ask(page, "dispatchEvent(new Event('afterprint'))").await?;
            page.media("", &[]).await
        })?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_figure_comes_without_moving_the_page_and_obeys_what_it_is_told() -> Result<()> {
    drive_from_nothing(DESK, obeys)
}

/// Attributes, and a file that can not be read.
pub(super) async fn obeys(page: &impl Reader) -> Result<()> {
    page.site().put("one.walk.json", "", &recording(FIRST)?);
    page.site().put("none.walk.json", "", "no recording");
    let body = "<link rel=\"stylesheet\" href=\"chain-walk.css\"><style>article { width: 720px } body { margin: 0 }</style>
        <article><chain-walk src=\"one.walk.json\" autoplay speed=\"4\" lang=\"zh\" theme=\"dark\"><a href=\"#\">fallback</a></chain-walk><p id=\"after\">After it.</p></article>
        <chain-walk src=\"none.walk.json\"><a href=\"#\">what stays</a></chain-walk>";
    page.site().put("post.html", "", &page_of(body));
    page.goto("post.html").await?;
    until(page, "it plays when it is seen", "return figures()[0].playing && figures()[0].stop > 1")
        .await?;
    ensure!(ask(page, "const top = document.getElementById('after').getBoundingClientRect().top; return top > 560 && top < 680").await?);
    ensure!(
        ask(
            page,
            "return getComputedStyle(part(0, '.figure')).backgroundColor === 'rgb(18, 18, 16)'"
        )
        .await?,
        "it is not dark"
    );
    ask(page, "window.ended = 0; figures()[0].addEventListener('chainwalk:end', () => window.ended++); figures()[0].setAttribute('loop', '1'); figures()[0].setAttribute('speed', '10'); figures()[0].go(27); figures()[0].play()").await?;
    until(
        page,
        "it rests at its end",
        "return window.ended > 0 && !figures()[0].playing && figures()[0].stop === 28",
    )
    .await?;
    until(
        page,
        "what can't be read says so, and its fallback stays",
        "return part(1, 'p.note') !== null && figures()[1].querySelector('a').checkVisibility()",
    )
    .await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_recording_that_means_harm_is_refused_or_loses_it() -> Result<()> {
    drive_from_nothing(DESK, takes_no_harm)
}

/// Recordings that hold what none should.
pub(super) async fn takes_no_harm(page: &impl Reader) -> Result<()> {
    let good = recording(SIXTH)?;
    let turned = |from: &str, to: &str| good.replacen(from, to, 1);
    let first = "\"items\":[[";
    ensure!(good.contains(first), "no items");
    let bad = [
        ("an element", turned(first, "\"items\":[[\"script\",\"alert(1)\",\"x\"],[")),
        ("a path", turned(first, "\"items\":[[\"p\",\"url(#x)\",\"done\"],[")),
        ("a number", turned(first, "\"items\":[[\"r\",1e999,0,1,1,1,\"hook\"],[")),
        ("a group", turned(first, "\"items\":[[\"g\",\"gst\",[0]],[")),
        ("far out", turned("{\"items\":[[0", "{\"items\":[[0,99999999],[0")),
        ("newer", turned("\"chainwalk\":1", "\"chainwalk\":7")),
        ("no recording", "[]".to_owned()),
        ("no JSON", "<b>".to_owned()),
        ("an icon", turned(first, "\"items\":[[\"i\",\"constructor\",0,0,1,\"ok\"],[")),
        ("a kind", turned(first, "\"items\":[[\"toString\",0],[")),
    ];
    for (name, json) in &bad {
        page.site().put("bad.walk.json", "", json);
        page.site().put(
            "post.html",
            "",
            &page_of("<chain-walk src=\"bad.walk.json\" loading=\"eager\">kept</chain-walk>"),
        );
        page.goto("post.html").await?;
        until(page, name, "return part(0, 'p.note') !== null && part(0, '.figure') === null")
            .await?;
    }
    // Classes that nobody knows are gone, and words are words.
    let words = "<img src=x onerror=window.hurt=1>";
    let json =
        turned("\"class\"", "\"class\"").replace("\"say\":\"", &format!("\"say\":\"{words}"));
    let json = json.replacen("\"hook\"", "\"hook evil live\"", 1);
    page.site().put("bad.walk.json", "", &json);
    page.goto("post.html").await?;
    until(page, "it is shown", "return says(0).includes('nc hangs')").await?;
    ask(page, "part(0, '[aria-label=\"Next step\"]').click()").await?;
    ensure!(
        ask(page, "return window.hurt === undefined && part(0, '.evil') === null && part(0, 'img') === null && part(0, '.aloud').textContent.startsWith('<img')").await?,
        "it was taken at its word"
    );
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn nothing_is_loaded_before_it_is_pressed_where_that_is_wanted() -> Result<()> {
    drive_from_nothing(DESK, waits_to_be_pressed)
}

/// Figures that wait, and those that never load.
pub(super) async fn waits_to_be_pressed(page: &impl Reader) -> Result<()> {
    page.site().put("one.walk.json", "", &recording(SIXTH)?);
    let body = "<chain-walk src=\"one.walk.json\" loading=\"click\"><a href=\"#\">A picture</a></chain-walk>
        <chain-walk src=\"one.walk.json\" level=\"picture\" loading=\"eager\"><a href=\"#\">A picture</a></chain-walk>
        <chain-walk src=\"one.walk.json\" level=\"recording\" loading=\"eager\"></chain-walk>";
    page.site().put("post.html", "", &page_of(body));
    let before = page.site().asked().len();
    page.goto("post.html").await?;
    until(page, "one is there", "return place(2) === '1 / 7'").await?;
    let loaded =
        |asked: Vec<String>| asked[before..].iter().filter(|p| *p == "one.walk.json").count();
    ensure!(loaded(page.site().asked()) == 1, "{:?}", page.site().asked());
    ensure!(
        ask(page, "return part(2, '.push') === null && part(2, '.open') !== null").await?,
        "a recording alone can't be changed"
    );
    ensure!(ask(page, "return [0, 1].every(n => part(n, '.figure') === null && figures()[n].querySelector('a').checkVisibility())").await?);
    ensure!(
        ask(page, "return part(1, '.start') === null && part(0, '.start').offsetHeight >= 44")
            .await?
    );
    ask(page, "part(0, '.start').click()").await?;
    until(page, "it plays", "return figures()[0].playing && part(0, '.start') === null && !figures()[0].querySelector('a').checkVisibility()").await?;
    ensure!(loaded(page.site().asked()) == 2);
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_figure_that_wakes_says_where_it_ends_otherwise_than_was_claimed() -> Result<()> {
    drive_from_nothing(DESK, tells_then_and_now)
}

/// Claims that do not hold, and one that does.
pub(super) async fn tells_then_and_now(page: &impl Reader) -> Result<()> {
    let old = SIXTH.replacen("ends: dropped by filter INPUT", "ends: rejected by filter INPUT", 1);
    ensure!(old != SIXTH, "the example claims something else");
    let old = old.replacen("---\n", "by: 0.0.1\n---\n", 1);
    let text = |case: &str| {
        format!(
            "<chain-walk loading=\"eager\"><script type=\"text/x-chainwalk\">{case}</script></chain-walk>"
        )
    };
    // A recording of another day: what it shows was true then.
    let kept = recording(SIXTH)?;
    let aged = kept.replacen("ends: dropped by filter INPUT", "ends: rejected by filter INPUT", 1);
    ensure!(aged != kept);
    let body = [
        text(&old),
        text(SIXTH),
        format!("<chain-walk loading=\"eager\">{}</chain-walk>", picture::block(&aged)),
    ]
    .concat();
    page.site().put("post.html", "", &page_of(&body));
    page.goto("post.html").await?;
    until(page, "it says so", "return part(0, 'p.note')?.innerText.includes('When this was made (Chainwalk 0.0.1), packet 1 ended: rejected by filter INPUT')").await?;
    until(
        page,
        "the other is there",
        "return says(1).includes('nc hangs') && says(2).includes('nc hangs')",
    )
    .await?;
    ensure!(
        ask(page, "return part(1, 'p.note') === null && part(2, 'p.note') === null").await?,
        "nothing changed there"
    );
    page.picture("figure-then-now").await?;
    ask(page, "figures()[2].change()").await?;
    until(page, "woken, it says so", "return part(2, 'p.note')?.innerText.includes('ended: rejected by filter INPUT') && part(2, '.field') !== null").await?;
    // What a reader changes claims nothing.
    ask(page, "const field = part(2, '.field'); field.value = 'nc 192.0.2.10 8082 from 192.0.2.99 in eth0';
         field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))").await?;
    until(
        page,
        "another packet",
        "return part(2, 'p.note') === null && !says(2).includes('nc hangs')",
    )
    .await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_script_that_runs_before_the_page_is_read_waits_for_the_rest() -> Result<()> {
    drive_from_nothing(DESK, async |page| {
        // A classic script defines the element at once; the parser is then at its first tag.
        let body = format!(
            "<script src=\"chain-walk.js\"></script><chain-walk loading=\"eager\">{}</chain-walk>",
            block(SIXTH)?
        );
        let head = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><title>A post</title>";
        page.site.put("post.html", "", &[head, &body].concat());
        page.goto("post.html").await?;
        until(page, "it is there", "return says(0).includes('nc hangs')").await?;
        ensure!(ask(page, "return part(0, 'p.note') === null").await?);
        Ok(())
    })
}
