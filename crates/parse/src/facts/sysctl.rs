//! `sysctl` lines: `net.ipv4.ip_forward = 1`.

use super::{Block, Facts, made, pasted};
use crate::clean::{Clean, Row};
use chainwalk_model::{Fact, SectionKind};

/// Lines of dotted names and values.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let mut facts = Facts::default();
    for row in rows {
        let Some((name, value)) = line(row.text) else { break };
        let value = Fact { value: value.into(), origin: pasted(clean, *row) };
        facts.sysctls.push((name.replace('/', ".").into(), value));
    }
    let taken = facts.sysctls.len();
    if taken == 0 {
        return None;
    }
    made(clean, rows, taken, SectionKind::Sysctls(taken as u32), facts)
}

fn line(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let root = name.split(['.', '/']).next()?;
    let dotted = name.contains(['.', '/']) && !name.contains(char::is_whitespace);
    let known = matches!(root, "net" | "kernel" | "vm" | "fs" | "dev" | "user" | "abi");
    (known && dotted && !value.is_empty()).then_some((name, value))
}
