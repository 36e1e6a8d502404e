//! The paste pane: what is written, found, taken back, marked and dropped in it.

use crate::chromium::{DESK, PHONE, drive};
use anyhow::{Result, ensure};

/// A filter table of `count` rules, the last of which is the only one on port 65000.
fn rules(count: usize) -> String {
    let mut text = String::from("*filter\n:INPUT DROP [0:0]\n");
    for n in 0..count {
        let port = if n + 1 == count { 65000 } else { 1 + n % 60000 };
        let (a, b) = (n / 250 % 250, n % 250);
        let rule = format!("-A INPUT -s 10.{a}.{b}.1/32 -p tcp -m tcp --dport {port} -j ACCEPT\n");
        text.push_str(&rule);
    }
    text + "COMMIT\n"
}

mod in_chromium {
    use super::*;

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn what_is_typed_is_read_and_taken_back() -> Result<()> {
        drive(DESK, async |page| {
            page.write("paste", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n").await?;
            page.until("it is counted", "return text('summary').startsWith('3 lines')").await?;
            page.type_in("# 中文").await?;
            page.until("it is written", "return pasted().value.endsWith('COMMIT\\n# 中文')")
                .await?;
            page.until("four lines", "return text('summary').startsWith('4 lines')").await?;
            page.chord("z", true).await?;
            page.until("the remark is gone", "return pasted().value.endsWith('COMMIT\\n')").await?;
            page.chord("z", true).await?;
            page.until(
                "the first document is back, and its packet",
                "return pasted().value.includes('KUBE-NODEPORTS') && at('packet').value.includes('11103')",
            )
            .await?;
            page.banner_says(&["FORWARD rule 6"]).await?;
            page.chord("y", true).await?;
            page.until("it is done again", "return text('summary').startsWith('3 lines')").await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn the_line_that_is_written_stays_in_sight_as_its_fault_is_told() -> Result<()> {
        drive(DESK, async |page| {
            let whole = ":INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n";
            page.write("paste", &rules(90).replace(":INPUT DROP [0:0]\n", whole)).await?;
            page.banner_says(&["The rules are read"]).await?;
            page.calm().await?;
            ensure!(
                page.ask("return at('remarks') === null").await? == true,
                "nothing is told yet"
            );
            // It is the last one in sight.
            page.ask(
                "const from = pasted().value.indexOf('10.0.45.1'); pasted().go(from + 12);
                 const [, , , bottom] = pasted().bounds(from, from + 4);
                 pasted().querySelector('.cm-scroller').scrollTop -= pasted().getBoundingClientRect().bottom - bottom - 24",
            )
            .await?;
            page.type_in("x").await?;
            page.until("what is wrong is told", "return at('remarks') !== null").await?;
            page.ask("await new Promise((done) => setTimeout(done, 300))").await?;
            let seen = "const from = pasted().value.indexOf('10.0.45.1'), box = pasted().getBoundingClientRect();
                const [, top, , bottom] = pasted().bounds(from, from + 4) ?? [0, -1]; return top >= box.top && bottom <= box.bottom";
            ensure!(page.ask(seen).await? == true, "it is still in sight");
            Ok(())
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn it_finds_in_the_whole_of_a_long_paste() -> Result<()> {
        drive(DESK, async |page| {
            page.write("paste", &rules(5000)).await?;
            page.until("it is in", "return text('summary').startsWith('5003 lines')").await?;
            ensure!(
                page.ask("return document.querySelectorAll('.cm-line').length < 400").await?
                    == true,
                "only what is in sight is drawn"
            );
            page.ask("at('paste').focus()").await?;
            page.chord("f", true).await?;
            page.until(
                "the bar has the focus",
                "return document.activeElement === at('find-text')",
            )
            .await?;
            page.type_in("DPORT 65000").await?;
            page.until("one hit", "return text('find-count') === '1 / 1'").await?;
            page.press("Enter").await?;
            page.until(
                "its line is in sight, the hit marked",
                "return text('find-count') === '1 / 1'
                    && [...document.querySelectorAll('.ln')].some(l => l.querySelector('.hit')
                        && l.innerText.includes('65000'))",
            )
            .await?;
            page.ask("at('find-text').select()").await?;
            page.type_in("--dport 7").await?;
            page.until(
                "many",
                "return Number(text('find-count').split('/').pop().replace('+', '')) > 100",
            )
            .await?;
            page.ask("at('find-text').select()").await?;
            page.type_in("nowhere").await?;
            page.until("none", "return text('find-count') === 'not found'").await?;
            page.press("Escape").await?;
            page.until(
                "the bar is gone, the text has the focus",
                "return !at('find-text') && document.activeElement === at('paste')",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn what_is_wrong_is_underlined_and_told_where_the_cursor_stands() -> Result<()> {
        drive(DESK, async |page| {
            page.write(
                "paste",
                "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dpotr 22 -j ACCEPT\nCOMMIT\n",
            )
            .await?;
            page.until(
                "the word is underlined",
                "return [...document.querySelectorAll('.ln .bad')].some(b => b.innerText === '--dpotr')",
            )
                .await?;
            page.ask(
                "[...at('problems').querySelectorAll('button')].find(b => b.innerText.includes('dpotr')).click()",
            ).await?;
            page.until(
                "the cursor stands there and the words beside it",
                "return document.activeElement === at('paste') && text('hint').includes('dpotr')",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_chip_leads_to_its_section_and_the_gutter_shows_it() -> Result<()> {
        drive(DESK, async |page| {
            page.ask("[...document.querySelectorAll('[data-testid=chip]')].find(c => c.innerText.includes('nat')).click()")
                .await?;
            page.until(
                "the section is in sight, marked in the gutter",
                "return document.querySelector('.cm-sections .section.nat') !== null
                    && [...document.querySelectorAll('.ln')].some(l => l.innerText.includes('PREROUTING'))",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn files_are_taken_one_after_the_other() -> Result<()> {
        drive(DESK, async |page| {
            page.ask(
                "const data = new DataTransfer();
                 data.items.add(new File(['*filter\\r\\n:INPUT DROP [0:0]\\r\\nCOMMIT\\r\\n'], 'rules.v4'));
                 data.items.add(new File(['1: lo: <LOOPBACK,UP>\\n    inet 127.0.0.1/8 scope host lo\\n'], 'addr.txt'));
                 at('paste').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))",
            )
            .await?;
            page.until(
                "both are there under their names",
                "const v = pasted().value;
                 return v.startsWith('# rules.v4\\n*filter\\n:INPUT') && v.includes('# addr.txt\\n1: lo')",
            )
            .await
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn a_text_beyond_the_limit_is_refused_and_the_paste_stays() -> Result<()> {
        drive(DESK, async |page| {
            page.ask(
                "const data = new DataTransfer();
                 data.items.add(new File([new Uint8Array(65 * 1024 * 1024)], 'huge'));
                 at('paste').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))",
            )
            .await?;
            page.until("it says so", "return text('too-long').includes('64 MB')").await?;
            ensure!(
                page.text("return pasted().value").await?.contains("KUBE-NODEPORTS"),
                "the paste stays"
            );
            Ok(())
        })
    }

    #[test]
    #[ignore = "cargo xtask test browser builds the page and drives it"]
    fn on_a_phone_the_text_is_written_too() -> Result<()> {
        drive(PHONE, async |page| {
            page.ask("[...document.querySelectorAll('nav button')].find(b => b.innerText.includes('Paste')).click()")
                .await?;
            page.write("paste", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n").await?;
            page.until("it is counted", "return text('summary').startsWith('3 lines')").await
        })
    }
}

#[test]
#[ignore = "cargo xtask test browser builds the page and drives it"]
fn a_character_that_turns_the_order_round_is_shown_and_does_not() -> Result<()> {
    drive(DESK, async |page| {
        let rule = "-A INPUT -m comment --comment \"\u{202e}\" -j ACCEPT";
        page.write("paste", &format!("*filter\n:INPUT DROP [0:0]\n{rule}\nCOMMIT\n")).await?;
        page.until(
            "its code stands there",
            "return document.querySelector('.turning')?.dataset.code === 'U+202E'",
        )
        .await?;
        // What stands behind it in the text stands to its right.
        page.until(
            "and what follows goes on to the right",
            "const line = document.querySelector('.turning').closest('.cm-line');
             const range = document.createRange();
             const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
             for (let node; (node = walker.nextNode()); ) {
               const at = node.data.indexOf('ACCEPT');
               if (at < 0) continue;
               range.setStart(node, at);
               range.setEnd(node, at + 1);
               const first = range.getBoundingClientRect().left;
               range.setStart(node, at + 5);
               range.setEnd(node, at + 6);
               return first < range.getBoundingClientRect().left;
             }
             return false",
        )
        .await
    })
}
