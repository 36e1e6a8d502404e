//! A walk leaves its page, and comes back: link, file, picture, words, and the visitor's own work kept meanwhile.

use crate::chromium::{DESK, DESK_DARK, Look, PHONE, Page, drive};
use anyhow::{Context, Result, ensure};
use chainwalk_take::Link;
use std::fs;
use std::path::Path;

/// Notes what is copied in `copied`, and what is saved in `saved`.
pub(super) const LISTEN: &str = "
    window.copied = ''; window.saved = [];
    navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve() };
    const blobs = new Map(), make = URL.createObjectURL;
    URL.createObjectURL = blob => { const at = make.call(URL, blob); blobs.set(at, blob); return at };
    HTMLAnchorElement.prototype.click = function () {
        const name = this.download;
        blobs.get(this.href).text().then(text => window.saved.push({ name, text }));
    };";

/// Rules that drop port 22, as somebody else sends them.
pub(super) const CASE: &str = "chainwalk: 1
packet: nc 192.0.2.1 22 from 192.0.2.9 in eth0
assume: eth0=192.0.2.1/24
assume: table=nat:accept
assume: table=mangle:accept
assume: table=raw:accept
ENDS---
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j DROP
COMMIT
";

pub(super) fn case(ends: &str) -> String {
    CASE.replace("ENDS", ends)
}

/// Goes to another fragment, as a click on a link does.
async fn follow(page: &Page, fragment: &str) -> Result<()> {
    page.ask(&format!("location.hash = {fragment:?}")).await?;
    Ok(())
}

async fn own_work(page: &Page) -> Result<String> {
    page.write("paste", "*filter\n:INPUT DROP [0:0]\n# mine\nCOMMIT\n").await?;
    page.send("ping 127.0.0.1").await?;
    page.until(
        "my own is kept",
        "const kept = localStorage['chainwalk.case'] ?? ''; return kept.includes('# mine') && kept.includes('ping 127.0.0.1')",
    )
    .await?;
    page.text("return localStorage['chainwalk.case']").await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_link_that_was_copied_opens_in_a_browser_that_never_saw_it() -> Result<()> {
    let mut link = String::new();
    drive(DESK, async |page| {
        page.ask(LISTEN).await?;
        page.key("End").await?;
        page.key("s").await?;
        page.until("it is made", "return text('link').includes('#w1=')").await?;
        let says = page.text("return text('share')").await?;
        for word in ["What travels", "1 packet", "Nowhere yet", "characters"] {
            ensure!(says.contains(word), "{word:?} is missing: {says}");
        }
        page.picture("share").await?;
        page.click("copy-link").await?;
        link = page.text("return copied").await?;
        ensure!(link.contains("#w1=") && link.contains("&at=1/end&by="), "{link}");
        page.key("Escape").await?;
        page.until("it is shut", "return at('share') === null").await
    })?;
    let (_, fragment) = link.split_once('#').unwrap_or_default();
    drive(DESK_DARK, async |page| {
        page.write("paste", "").await?;
        page.until("it is empty", "return state() === 'idle'").await?;
        page.ask("localStorage.clear()").await?;
        follow(page, fragment).await?;
        page.banner_says(&["FORWARD rule 6", "No route to host"]).await?;
        ensure!(
            page.ask("return at('guest') === null").await? == true,
            "there is nothing of one's own"
        );
        ensure!(page.ask("return at('otherwise') === null").await? == true, "it ends as it did");
        let position = page.text("return position()").await?;
        let (at, last) = position.split_once('/').unwrap_or_default();
        ensure!(at.trim().ends_with(last.trim()), "it stands at its end: {position}");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_link_leaves_own_work_alone_until_it_is_kept() -> Result<()> {
    for look in [DESK, PHONE] {
        drive(Look { still: true, ..look }, async |page| {
            let mine = own_work(page).await?;
            follow(page, &Link::to_case(&case("")).write()).await?;
            page.banner_says(&["Dropped", "nc hangs"]).await?;
            page.until("it says whose it is", "return text('guest').includes('Yours is kept')")
                .await?;
            page.picture("guest").await?;
            page.send("nc 192.0.2.1 80 from 192.0.2.9 in eth0").await?;
            page.banner_says(&["elivered"]).await?;
            page.until(
                "what is changed is kept with the tab",
                "return Object.entries(sessionStorage).some(([k, v]) => k.startsWith('chainwalk.visit.') && v.includes('192.0.2.1 80'))",
            )
            .await?;
            let kept = page.text("return localStorage['chainwalk.case']").await?;
            ensure!(kept == mine, "own work was touched: {kept}");
            page.ask("location.reload()").await?;
            page.banner_says(&["elivered"]).await?;
            page.click("back-to-mine").await?;
            page.until("mine is back", "return pasted().value.includes('# mine')").await?;
            ensure!(
                page.text("return location.hash").await?.is_empty(),
                "the link left the address"
            );
            follow(page, &Link::to_case(&case("")).write()).await?;
            page.until("the guest is back", "return at('guest') !== null").await?;
            page.click("keep-this").await?;
            page.until("it is one's own", "return at('guest') === null").await?;
            page.until(
                "and kept",
                "return (localStorage['chainwalk.case'] ?? '').includes('192.0.2.1')",
            )
            .await?;
            page.chord("z", true).await?;
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn what_cannot_be_opened_says_why_and_changes_nothing() -> Result<()> {
    drive(DESK, async |page| {
        let mine = own_work(page).await?;
        let whole = Link::to_case(&case("")).write();
        for (fragment, word) in [
            (&whole[..whole.len() - 9], "incomplete"),
            ("w7=AAAA&by=9.1.0", "Chainwalk 9.1.0"),
            ("src=//example.org/x", "not a file of this page"),
            ("example=no-such", "no example called “no-such”"),
        ] {
            follow(page, fragment).await?;
            page.until(word, &format!("return text('refused').includes({word:?})")).await?;
            page.until("mine stays", "return pasted().value.includes('# mine')").await?;
            let kept = page.text("return localStorage['chainwalk.case']").await?;
            ensure!(kept == mine, "own work was touched: {kept}");
        }
        page.ask("at('refused').querySelector('button').click()").await?;
        page.until("it is read", "return at('refused') === null").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn an_end_that_changed_is_told_until_the_case_is_changed() -> Result<()> {
    drive(DESK, async |page| {
        let old = case("ends: rejected by filter INPUT 1\nby: 0.0.1\n");
        follow(page, &Link::to_case(&old).write()).await?;
        page.banner_says(&["Dropped"]).await?;
        page.until(
            "it says so",
            "return text('otherwise').includes('When this was made (Chainwalk 0.0.1), packet 1 ended: rejected by filter INPUT 1.')",
        )
        .await?;
        page.picture("then-now").await?;
        page.send("nc 192.0.2.1 80 from 192.0.2.9 in eth0").await?;
        page.banner_says(&["elivered"]).await?;
        page.until("nothing is claimed of another packet", "return at('otherwise') === null").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_file_that_was_saved_opens_when_it_is_pasted() -> Result<()> {
    drive(DESK, async |page| {
        page.ask(LISTEN).await?;
        page.click("open-share").await?;
        page.until("it is made", "return at('save-file') !== null").await?;
        for id in ["save-file", "save-picture"] {
            page.click(id).await?;
        }
        page.until("both are saved", "return saved.length === 2").await?;
        let text = page.text("return saved.find(f => f.name.endsWith('.walk.txt')).text").await?;
        ensure!(text.starts_with("chainwalk: 1\n") && text.contains("\nends: "), "{text}");
        let picture = page.text("return saved.find(f => f.name.endsWith('.svg')).text").await?;
        ensure!(picture.starts_with("<svg"), "{picture}");
        page.click("copy-fence").await?;
        ensure!(page.text("return copied").await?.starts_with("```chainwalk\nchainwalk: 1\n"));
        page.key("Escape").await?;
        page.write("paste", "").await?;
        page.until("it is empty", "return state() === 'idle'").await?;
        page.write("paste", &text).await?;
        page.banner_says(&["FORWARD rule 6", "No route to host"]).await?;
        ensure!(
            !page.text("return pasted().value").await?.starts_with("chainwalk:"),
            "the head is no paste"
        );
        Ok(())
    })
}

/// The bytes of what was saved last, as text of a character each; and what is dropped onto the paste.
const BYTES: &str = "
    window.bytes = null;
    HTMLAnchorElement.prototype.click = function () {
        blobs.get(this.href).arrayBuffer().then(b => { window.bytes = new Uint8Array(b); window.called = this.download });
    };";
const DROP: &str = "
    const data = new DataTransfer();
    data.items.add(new File([arguments_bytes], 'some.name'));
    at('paste').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_picture_opens_as_the_walk_that_it_carries() -> Result<()> {
    for (form, ending) in [("still", ".svg"), ("moving", ".svg"), ("png", ".png")] {
        drive(DESK, async |page| {
            page.ask(&LISTEN.replace("const blobs", "window.blobs")).await?;
            page.ask(BYTES).await?;
            page.key("End").await?;
            page.key("s").await?;
            page.until("it is made", "return at('save-picture') !== null").await?;
            page.click(form).await?;
            page.picture(&["share", form].join("-")).await?;
            page.until(
                "it is seen before it is saved",
                "const image = at('picture'); return image.complete && image.naturalWidth === 720",
            )
            .await?;
            for carries in [false, true] {
                if carries {
                    page.click("carry").await?;
                }
                page.ask("window.bytes = null").await?;
                page.click("save-picture").await?;
                page.until("it is saved", "return bytes !== null").await?;
                let name = page.text("return called").await?;
                ensure!(name.ends_with(ending), "{name}");
                page.ask(&format!("window.{} = bytes", if carries { "full" } else { "bare" }))
                    .await?;
            }
            page.key("Escape").await?;
            page.write("paste", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n").await?;
            page.until("it is read", "return !banner().includes('FORWARD rule 6')").await?;
            page.ask(&DROP.replace("arguments_bytes", "bare")).await?;
            page.until("it says so", "return text('too-long').includes('carries no rules')")
                .await?;
            ensure!(page.text("return pasted().value").await?.starts_with("*filter"));
            page.ask(&DROP.replace("arguments_bytes", "full")).await?;
            page.banner_says(&["FORWARD rule 6", "No route to host"]).await?;
            ensure!(page.ask("return at('too-long') === null").await? == true);
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_moving_picture_moves_as_an_image_and_rests_where_motion_is_unwanted() -> Result<()> {
    drive(DESK, async |page| {
        page.ask(LISTEN).await?;
        page.key("s").await?;
        page.until("it is made", "return at('moving') !== null").await?;
        page.click("moving").await?;
        page.until("it is there", "return at('picture').complete").await?;
        // An image of its own in a window of its own: nothing else moves there.
        page.ask(
            "const image = at('picture').cloneNode(); image.width = 720;
             document.body.replaceChildren(image); window.scrollTo(0, 0)",
        )
        .await?;
        let mut frames = Vec::new();
        for _ in 0..6 {
            frames.push(page.frame().await?);
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        }
        frames.sort();
        frames.dedup();
        ensure!(frames.len() > 2, "{} pictures of six", frames.len());
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn hostile_text_stays_text() -> Result<()> {
    drive(DESK, async |page| {
        let rules = case("title: <script>window.hurt = 1</script>\n").replace(
            "-A INPUT -p tcp",
            "-A INPUT -m comment --comment \"<img src=x onerror=window.hurt=1>]]>-->\" -p tcp",
        );
        follow(page, &Link::to_case(&rules).write()).await?;
        page.banner_says(&["Dropped"]).await?;
        page.ask(LISTEN).await?;
        page.key("s").await?;
        page.until("it is made", "return at('save-picture') !== null").await?;
        page.click("save-picture").await?;
        page.until("it is saved", "return saved.length === 1").await?;
        let bad = page
            .text(
                r"const svg = new DOMParser().parseFromString(saved[0].text.replace(/<style>.*?<\/style>/s, ''), 'image/svg+xml');
                 const bad = svg.querySelector('parsererror, script, img, a, foreignObject')
                    ?? [...svg.querySelectorAll('*')].find(e => [...e.attributes].some(a => a.name.startsWith('on')));
                 return `${bad?.outerHTML ?? ''} ${window.hurt ?? ''}`.trim()",
            )
            .await?;
        ensure!(bad.is_empty(), "{bad}");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_link_of_an_earlier_version_opens() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("links");
    drive(DESK, async |page| {
        let mine = own_work(page).await?;
        let mut seen = 0;
        for entry in fs::read_dir(&folder)? {
            let kept = fs::read_to_string(entry?.path())?;
            let (link, text) = kept.split_once('\n').context("no link")?;
            follow(page, link.trim_start_matches('#')).await?;
            let paste = text.split_once("\n---\n").context("no paste")?.1.trim();
            let last = paste.lines().last().context("no last line")?;
            page.until("its paste is there", &format!("return pasted().value.includes({last:?}) && at('guest') !== null && at('refused') === null")).await?;
            page.until("it is walked", "return ['ok', 'stop', 'depends'].includes(state())")
                .await?;
            ensure!(page.text("return localStorage['chainwalk.case']").await? == mine);
            seen += 1;
        }
        ensure!(seen >= 3, "{seen} links");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_file_of_the_same_host_opens_and_none_of_another() -> Result<()> {
    drive(DESK, async |page| {
        let mine = own_work(page).await?;
        page.asked_elsewhere().await?;
        page.site.put("walks/ssh.walk.txt", "", &case("ends: dropped by filter INPUT 1\n"));
        page.site.redirect("walks/away.walk.txt", "/walks/ssh.walk.txt");
        follow(page, "src=walks/ssh.walk.txt").await?;
        page.banner_says(&["Dropped", "nc hangs"]).await?;
        page.until("it is a guest", "return at('guest') !== null").await?;
        for (path, word) in [
            ("walks/away.walk.txt", "could not read"),
            ("//evil.example/x", "not a file of this page"),
            ("..%2fx.walk.txt", "not a file of this page"),
            ("data:text/plain,x", "not a file of this page"),
        ] {
            follow(page, &format!("src={path}")).await?;
            page.until(path, &format!("return (text('refused') ?? '').includes({word:?})")).await?;
            page.until("mine is there", "return pasted().value.includes('# mine')").await?;
            ensure!(page.text("return localStorage['chainwalk.case']").await? == mine, "{path}");
        }
        // A redirect that is not followed is an error to the console.
        page.forgive().await?;
        let elsewhere = page.asked_elsewhere().await?;
        ensure!(elsewhere.is_empty(), "{elsewhere:?}");
        Ok(())
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn names_are_replaced_before_anything_leaves() -> Result<()> {
    for look in [DESK, DESK_DARK, PHONE] {
        drive(look, async |page| {
            let rules = "jo@gw1:~# iptables-save\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 8.8.8.8/32 -j DROP\n\
                -A INPUT -s 9.9.9.9/32 -m comment --comment \"the boss\" -j ACCEPT\nCOMMIT\n2: eth0: <UP> mtu 1500\n    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff\n    inet 192.0.2.1/24 scope global eth0\n";
            page.write("paste", rules).await?;
            page.send("ping 192.0.2.1 from 8.8.8.8 in eth0").await?;
            page.banner_says(&["ropped"]).await?;
            page.ask(LISTEN).await?;
            page.ask("document.activeElement.blur()").await?;
            page.click("open-share").await?;
            page.until("it says whom it names", "const says = text('share-names') ?? ''; return says.includes('2 public addresses') && says.includes('1 MAC address') && says.includes('1 host by its name')").await?;
            page.click("replace-first").await?;
            page.until(
                "it was walked again",
                "return (text('replaced') ?? '').includes('The same walk')",
            )
            .await?;
            page.picture("share-report").await?;
            let says = page.text("return text('replaced')").await?;
            for word in ["8.8.8.8", "9.9.9.9", "gw1", "52:54:00:12:34:56", "the boss", "jo"] {
                ensure!(says.contains(word), "{word} is not told: {says}");
            }
            let wide =
                page.ask("const d = at('share'); return d.scrollWidth - d.clientWidth").await?;
            ensure!(wide.as_i64().is_some_and(|w| w <= 0), "{}: {wide} px too wide", look.name);
            // One of them may stay.
            page.ask("[...at('replaced').querySelectorAll('tr')].find(r => r.innerText.includes('9.9.9.9')).querySelector('button').click()").await?;
            page.until("it stays", "return ![...at('replaced').querySelectorAll('td code')].some(c => c.innerText === '9.9.9.9')").await?;
            // And more may go: a word that the writer names.
            page.ask("at('replace-word').value = 'ETH0'; at('replaced').querySelector('form').requestSubmit()").await?;
            page.until("a word went", "return [...at('replaced')?.querySelectorAll('td code') ?? []].some(c => c.innerText === 'word1')").await?;
            page.ask("at('replace-private').click()").await?;
            page.until(
                "it says what is kept",
                "return (text('replaced') ?? '').includes('Docker and Kubernetes')",
            )
            .await?;
            page.picture("share-report-more").await?;
            page.click("share-replaced").await?;
            page.until("it is there", "return at('copy-fence') !== null").await?;
            page.click("copy-fence").await?;
            let copied = page.text("return copied").await?;
            ensure!(
                copied.contains("-s 9.9.9.9/32") && copied.contains("packet: ping 192.0.2.1 from "),
                "{copied}"
            );
            for word in ["8.8.8.8", "gw1", "52:54", "boss", "jo@", "eth0"] {
                ensure!(!copied.contains(word), "{word} is left: {copied}");
            }
            // What was pasted is what it was.
            page.key("Escape").await?;
            ensure!(page.text("return pasted().value").await?.contains("8.8.8.8"));
            Ok(())
        })?;
    }
    Ok(())
}
