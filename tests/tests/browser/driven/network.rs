//! A whole session, and the log of what the browser asked the network for.

use super::figure::{SIXTH, ask, page_of, until};
use super::share::LISTEN;
use crate::chromium::{DESK, dist, drive};
use crate::reader::Reader;
use crate::{DOCKER_HOST, document};
use anyhow::{Result, ensure};
use chainwalk_take::Link;

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_whole_session_asks_for_the_pages_own_files_only() -> Result<()> {
    drive(DESK, async |page| {
        page.asked_elsewhere().await?;
        let put = ["walks/one.walk.txt", "post.html"];
        page.site.put(put[0], "", SIXTH);
        let link = Link::to_case(SIXTH).write();
        let body = format!(
            "<chain-walk loading=\"eager\"><script type=\"text/x-chainwalk\">{SIXTH}</script></chain-walk>\
             <iframe src=\"embed.html#{link}\" sandbox=\"allow-scripts\" width=\"720\" height=\"600\" title=\"A walk\"></iframe>"
        );
        page.site.put(put[1], "", &page_of(&body));
        // A paste, a packet, a search, a fact; played, shared in every form, and replaced.
        page.write("paste", &document(DOCKER_HOST)?).await?;
        page.send("curl 172.17.253.62:80 from 203.0.113.9 in eth0").await?;
        page.banner_says(&["depends"]).await?;
        page.key("End").await?;
        page.ask(LISTEN).await?;
        page.key("s").await?;
        page.until("it is made", "return at('copy-link') !== null || at('save-file') !== null")
            .await?;
        for id in [
            "copy-fence",
            "save-picture",
            "png",
            "save-picture",
            "save-file",
            "copy-walk",
            "copy-words",
        ] {
            page.click(id).await?;
        }
        page.click("replace-first").await?;
        page.until("it is replaced", "return at('share-replaced') !== null").await?;
        page.click("share-replaced").await?;
        page.key("Escape").await?;
        // Links of all kinds.
        for fragment in [
            &*link,
            "example=03-ufw-does-not-stop-docker",
            "src=walks/one.walk.txt",
            "src=//192.0.2.1/x",
            "w9=x",
        ] {
            page.ask(&format!("location.hash = {fragment:?}")).await?;
            page.until(fragment, "return ['ok', 'stop', 'depends', 'idle'].includes(state())")
                .await?;
        }
        // A figure that wakes, and one in a frame.
        page.goto("post.html").await?;
        until(page, "it is there", "return says(0).includes('nc hangs')").await?;
        page.in_frame(0, async |page| {
            until(page, "it is there", "return says(0).includes('nc hangs')").await
        })
        .await?;
        let elsewhere = page.asked_elsewhere().await?;
        ensure!(elsewhere.is_empty(), "{elsewhere:?}");
        for path in page.site.asked() {
            let name = path.split('?').next().unwrap_or_default();
            let own = name.is_empty() || put.contains(&name) || dist()?.join(name).is_file();
            ensure!(own, "{path} is no file of the page");
        }
        // The log sees what leaves.
        ask(page, "fetch('http://127.0.0.9:9/out').catch(() => {}); new Image().src = 'http://127.0.0.9:9/out.png'").await?;
        until(
            page,
            "it was tried",
            "return performance.getEntriesByName('http://127.0.0.9:9/out').length > 0",
        )
        .await?;
        let seen = page.asked_elsewhere().await?;
        ensure!(seen.iter().any(|url| url == "http://127.0.0.9:9/out"), "{seen:?}");
        page.forgive().await
    })
}
