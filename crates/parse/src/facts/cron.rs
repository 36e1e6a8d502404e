//! The lines of a table of cron: commands that run again and again, whatever the dumps show.

use super::block::{Block, By, Facts, Run, made};
use crate::clean::{Clean, Row};
use chainwalk_model::SectionKind;

/// A line that runs a command about rules at times: `*/5 * * * * root iptables -F`, `@hourly iptables -F`.
pub(crate) fn scheduled(clean: &Clean, rows: &[Row<'_>]) -> Option<Block> {
    let row = *rows.first()?;
    if !matches!(row.text.as_bytes().first(), Some(b'*' | b'@' | b'0'..=b'9')) {
        return None;
    }
    let mut words = row.words();
    let first = words.next()?;
    if ["@hourly", "@daily", "@weekly", "@monthly", "@midnight"].contains(&first.text) {
        // The command stands right behind it.
    } else {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b"*/,-".contains(&b));
        let named = |text: &str| digits(text) || text.len() == 3 && !text.contains('-');
        let own = digits(first.text) && digits(words.next()?.text) && digits(words.next()?.text);
        // Months and days may have names.
        if !own || !named(words.next()?.text) || !named(words.next()?.text) {
            return None;
        }
    }
    let next = words.next()?;
    let run = if next.text == "root" { words.next()? } else { next };
    let command = row.skip(run.start - row.start).trim();
    let about = ["tables", "nft ", "ipset ", "ip route", "ip rule", "sysctl"];
    if !about.iter().any(|a| command.text.contains(a)) {
        return None;
    }
    let kind = SectionKind::Known("crontab".into());
    let (mut block, _) = made(clean, &[row], 1, kind, Facts::default())?;
    block.runs.push(Run { start: command.start, end: command.end(), by: By::Clock });
    Some(block)
}
