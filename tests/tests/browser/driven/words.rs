//! Words of rules, explained where they stand.

mod in_chromium {
    use crate::chromium::{DESK, PHONE, Page, drive};
    use anyhow::{Context, Result, ensure};

    const GLOSS: &str = "document.querySelector('[data-testid=gloss]')";
    const RULES: &str = "2: eth0: <UP>\n    inet 192.0.2.1/24 scope global eth0\n*filter\n:INPUT DROP [0:0]\n\
        :FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
        -A INPUT -p tcp -m tcp --dport 22 -j REJECT --reject-with tcp-reset\nCOMMIT\n*nat\n\
        :PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n";

    async fn asked(page: &Page) -> Result<()> {
        page.write("paste", RULES).await?;
        page.until(
            "it is read",
            "return document.querySelectorAll('[data-testid=chip]').length > 1",
        )
        .await?;
        page.send("nc 192.0.2.1 22 from 192.0.2.9 in eth0").await?;
        page.turns("stop").await?;
        page.key("End").await
    }

    /// The middle of a word of the first row that has it in its text.
    async fn word(page: &Page, word: &str) -> Result<(f64, f64)> {
        let script = format!(
            "const walk = document.createTreeWalker(document.querySelector('.walk .rows'), NodeFilter.SHOW_TEXT);
             while (walk.nextNode()) {{
               const at = walk.currentNode.data.search(/(?<!\\w){word}(?!\\w)/);
               if (at < 0) continue;
               const range = document.createRange();
               range.setStart(walk.currentNode, at);
               range.setEnd(walk.currentNode, at + {length});
               walk.currentNode.parentElement.scrollIntoView({{block: 'center'}});
               const {{left, top, width, height}} = range.getBoundingClientRect();
               return [left + width / 2, top + height / 2];
             }}
             return null",
            length = word.len(),
        );
        // The answer may become a line once the walk is scrolled, and moves what is below it.
        let mut found = page.ask(&script).await?;
        for _ in 0..50 {
            page.ask("await new Promise((done) => setTimeout(done, 400))").await?;
            let before = std::mem::replace(&mut found, page.ask(&script).await?);
            if before == found {
                break;
            }
        }
        let number = |at: usize| found.get(at).and_then(serde_json::Value::as_f64);
        number(0).zip(number(1)).with_context(|| format!("no row says {word}"))
    }

    async fn says(page: &Page, word: &str, text: &str) -> Result<()> {
        page.until(
            &format!("{word} is explained"),
            &format!(
                "const gloss = {GLOSS}; return !!gloss && gloss.querySelector('code').textContent === '{word}' \
                 && gloss.innerText.includes('{text}')"
            ),
        )
        .await
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_word_of_the_walk_is_explained_where_the_pointer_rests() -> Result<()> {
        drive(DESK, async |page| {
            asked(page).await?;
            let at = word(page, "RELATED").await?;
            page.point((at.0, at.1 - 3.0)).await?;
            page.point(at).await?;
            page.until(
                "the row's words are marked",
                "return document.querySelectorAll('.gloss-marks i').length > 1",
            )
            .await?;
            page.point((at.0 + 1.0, at.1)).await?;
            says(page, "RELATED", "another one announced").await?;
            ensure!(
                page.text(&format!("return {GLOSS}.innerText"))
                    .await?
                    .contains("iptables-extensions(8)")
            );
            let found = page.accessibility(&[]).await?.unwrap_or_default();
            ensure!(found.is_empty(), "{found:?}");
            // The pointer may go onto the card, which then stays.
            let card = page.middle(GLOSS).await?;
            page.point(card).await?;
            page.ask("await new Promise((done) => setTimeout(done, 600))").await?;
            says(page, "RELATED", "another one announced").await?;
            page.press("Escape").await?;
            page.until("Esc shuts it", &format!("return !{GLOSS}")).await?;
            page.point(at).await?;
            page.point((at.0 + 1.0, at.1)).await?;
            says(page, "RELATED", "another one announced").await?;
            page.point((5.0, 5.0)).await?;
            page.until("it goes with the pointer", &format!("return !{GLOSS}")).await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn by_keyboard_i_opens_the_first_word_of_a_row_and_arrows_go_on() -> Result<()> {
        drive(DESK, async |page| {
            asked(page).await?;
            page.key("Home").await?;
            page.ask("at('rows').focus()").await?;
            page.press("ArrowDown").await?;
            page.press("i").await?;
            says(page, "conntrack", "table of connections").await?;
            page.press("ArrowRight").await?;
            says(page, "NEW", "begins a connection").await?;
            page.press("ArrowLeft").await?;
            says(page, "conntrack", "table of connections").await?;
            page.press("Escape").await?;
            page.until(
                "back on the row",
                &format!("return !{GLOSS} && document.activeElement === at('rows')"),
            )
            .await?;
            page.press("i").await?;
            says(page, "conntrack", "table of connections").await?;
            page.press("ArrowDown").await?;
            page.until("another key shuts it", &format!("return !{GLOSS}")).await?;
            // Single letters can be turned off.
            page.key("?").await?;
            page.click("keys-on").await?;
            page.press("Escape").await?;
            page.ask("at('rows').focus()").await?;
            page.press("i").await?;
            page.ask("await new Promise((done) => setTimeout(done, 300))").await?;
            page.until("no letter opens it", &format!("return !{GLOSS}")).await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn the_word_at_the_cursor_of_the_paste_is_explained() -> Result<()> {
        drive(DESK, async |page| {
            asked(page).await?;
            page.ask(
                "const paste = document.querySelector('rule-text'); paste.focus(); paste.go(paste.value.indexOf('tcp-reset') + 2)",
            )
            .await?;
            page.chord(".", true).await?;
            says(page, "tcp-reset", "TCP reset").await?;
            page.press("ArrowLeft").await?;
            says(page, "--reject-with", "What is sent back").await?;
            page.press("Escape").await?;
            page.until("it is shut", &format!("return !{GLOSS}")).await?;
            page.ask("const paste = document.querySelector('rule-text'); paste.go(paste.value.indexOf('--dport') + 1)")
                .await?;
            let at = page
                .ask("const paste = document.querySelector('rule-text'); const from = paste.value.indexOf('--dport');
                      const [l, t, r, b] = paste.bounds(from, from + 7); return [(l + r) / 2, (t + b) / 2]")
                .await?;
            let number =
                |n: usize| at.get(n).and_then(serde_json::Value::as_f64).unwrap_or_default();
            page.point((number(0) - 2.0, number(1))).await?;
            page.point((number(0), number(1))).await?;
            says(page, "--dport", "destination port").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_finger_on_a_word_explains_it() -> Result<()> {
        drive(PHONE, async |page| {
            asked(page).await?;
            page.until("the walk is there", "return rows().length > 4").await?;
            let at = word(page, "RELATED").await?;
            page.touch(&[&[at]]).await?;
            says(page, "RELATED", "another one announced").await?;
            let wide = page
                .ask(&format!("const {{left, right}} = {GLOSS}.getBoundingClientRect(); return left >= 0 && right <= innerWidth"))
                .await?;
            ensure!(wide == true, "the card is within the screen");
            page.click("gloss-shut").await?;
            page.until("it is shut", &format!("return !{GLOSS}")).await
        })
    }
}
