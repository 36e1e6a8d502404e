//! From a paste to the answer, as somebody with a broken connection goes: each line of a journey is one thing
//! that a person does.

use crate::chromium::{DESK, Page, drive};
use anyhow::{Result, ensure};
use std::fs;
use std::path::Path;

/// What somebody would paste: the text of an example.
fn pasted(example: &str) -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples");
    let text = fs::read_to_string(folder.join(example))?;
    Ok(text.split_once("\n---\n").map_or_else(String::new, |(_, paste)| paste.to_owned()))
}

/// Asks what would help, and waits for a proposal that says this.
async fn proposes(page: &Page, words: &str) -> Result<()> {
    page.click("search").await?;
    page.until(
        &format!("a proposal says {words}"),
        &format!(
            "return [...document.querySelectorAll('[data-testid=proposal]')].some(p => p.innerText.includes({words:?}))"
        ),
    )
    .await
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn the_first_document_is_answered_as_the_page_opens_and_mended_in_one_step() -> Result<()> {
    drive(DESK, async |page| {
        page.banner_says(&["FORWARD rule 6", "No route to host"]).await?;
        proposes(page, "--mark 0x4000/0x4000 -j ACCEPT").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_published_port_shut_by_docker_user_takes_three_steps() -> Result<()> {
    drive(DESK, async |page| {
        page.write("paste", &pasted("04-docker-user-port.txt")?).await?;
        page.send("curl 198.51.100.20:8080 from 203.0.113.9 in eth0").await?;
        page.banner_says(&["DOCKER-USER rule 3", "times out"]).await?;
        page.until(
            "the rule that was meant to let it in says why it did not",
            "return rows().some(r => r.innerText.includes('dport 80') && r.innerText.includes('8080'))",
        )
        .await?;
        proposes(page, "--dport 80 -j ACCEPT").await
    })
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_nodeport_that_fails_on_the_node_takes_four_steps() -> Result<()> {
    drive(DESK, async |page| {
        page.write("paste", &pasted("05-nodeport-from-the-node.txt")?).await?;
        page.send("curl 10.0.0.11:30080 from 192.0.2.77 in eth0").await?;
        page.banner_says(&["10.244.1.5:8080"]).await?;
        page.send("curl 127.0.0.1:30080 local").await?;
        let banner = page.banner_says(&["Invalid argument", "route_localnet"]).await?;
        ensure!(!banner.contains("rule"), "no rule is to blame: {banner}");
        proposes(page, "route_localnet=1").await
    })
}
