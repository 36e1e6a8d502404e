//! The prompts of shells: what stands behind one, and the host that it names.

use crate::clean::Row;

/// The row behind its prompt, and whether there was one.
pub(crate) fn unprompt(row: Row<'_>) -> (Row<'_>, bool) {
    let mut row = behind_clock(row.trim());
    let mut prompted = false;
    // `\[root@h\]#` is a prompt that an editor escaped.
    loop {
        let text = row.text;
        let mut chars = text.chars();
        let skip = match (chars.next(), chars.next()) {
            (Some('#'), _) => 1,
            (Some(c @ ('$' | '%' | '\u{27a9}' | '\u{279c}')), None | Some(' ' | '\t')) => {
                c.len_utf8()
            }
            // The lower half of a prompt of two lines.
            (Some('\u{2514}' | '\u{2570}'), _) => corner(text).unwrap_or(0),
            _ => bracket(text)
                .or_else(|| at_host(text))
                .or_else(|| shell(text))
                .or_else(|| colon(text))
                .unwrap_or(0),
        };
        if skip == 0 {
            return (row, prompted);
        }
        prompted = true;
        row = row.skip(skip).trim();
    }
}

/// The row behind the time or the environment that some shells put before their prompt: `[10:22:33] `, `(venv) `.
fn behind_clock(row: Row<'_>) -> Row<'_> {
    let text = row.text;
    let (inner, close) = match text.as_bytes().first() {
        Some(b'[') => (&text[1..], ']'),
        Some(b'(') => (&text[1..], ')'),
        Some(b'0'..=b'9') => (text, ' '),
        _ => return row,
    };
    let Some(end) = inner.find(close).filter(|at| *at < 24) else { return row };
    let word = &inner[..end];
    let clock = word.len() >= 5
        && word.bytes().all(|b| b.is_ascii_digit() || b == b':')
        && word.matches(':').count() <= 2
        && word.contains(':');
    let named =
        close == ')' && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let rest = row.skip(text.len() - inner.len() + end + 1).trim();
    let prompt = |text| bracket(text).or_else(|| at_host(text)).or_else(|| colon(text)).is_some();
    if (clock || named) && prompt(rest.text) { rest } else { row }
}

/// Where the first of some signs stands, if it is among the first bytes.
fn sign(text: &str, most: usize, signs: &[u8]) -> Option<usize> {
    text.bytes().take(most).position(|b| signs.contains(&b))
}

/// `bash-5.1# `, `/ # `, `/app $ `: a shell that does not name its host, as in a container.
pub(crate) fn shell(text: &str) -> Option<usize> {
    let end = sign(text, 40, b"#$")?;
    let before = text[..end].trim_end();
    let path = before == "~" || before.starts_with('/') || before.starts_with("~/");
    let named = path && !before.contains(char::is_whitespace) && before.len() < end
        || before.starts_with("bash-")
        || before.starts_with("sh-");
    let after = &text[end + 1..];
    (named && (after.is_empty() || after.starts_with(' '))).then_some(end + 1)
}

/// `gw:~# `, `3f2a1b4c5d6e:/# `: a host and a folder.
fn colon(text: &str) -> Option<usize> {
    let end = sign(text, 60, b"#$")?;
    let (name, folder) = text[..end].split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let named = !name.is_empty() && name.chars().all(plain);
    let folder = folder.starts_with(['~', '/']) && !folder.contains(char::is_whitespace);
    let after = &text[end + 1..];
    (named && folder && (after.is_empty() || after.starts_with(' '))).then_some(end + 1)
}

/// `\u{2514}\u{2500}# `.
fn corner(text: &str) -> Option<usize> {
    let end = sign(text, 16, b"#$")?;
    let after = &text[end + 1..];
    (after.is_empty() || after.starts_with(' ')).then_some(end + 1)
}

/// The host that a prompt names: `root@gw:~# `, `[root@gw ~]# `.
pub(crate) fn host_of(row: Row<'_>) -> Option<&str> {
    let text = behind_clock(row.trim()).text;
    let text = text.trim_start_matches('\\');
    let name = match text.strip_prefix('[') {
        Some(inner) if bracket(text).is_some() => inner.split_once('@')?.1,
        None if at_host(text).is_some() => text.split_once('@')?.1,
        None if shell(text).is_none() && colon(text).is_some() => text,
        _ => return None,
    };
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    Some(&name[..end.unwrap_or(name.len())]).filter(|n| !n.is_empty())
}

/// `[root@host ~]# `, `\[root@host\]#`.
fn bracket(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[').or_else(|| text.strip_prefix("\\["))?;
    let close = inner.find(']').filter(|at| *at < 80)?;
    if !inner[..close].contains('@') {
        return None;
    }
    let after = &inner[close + 1..];
    let sign = after.starts_with(['#', '$', '%']);
    let at = text.len() - after.len();
    Some(at + usize::from(sign)).filter(|_| sign || after.starts_with(' '))
}

/// `root@host:~# `, `user@host $ `.
fn at_host(text: &str) -> Option<usize> {
    let end = sign(text, 80, b"#$%")?;
    let before = &text[..end];
    let after = text[end + 1..].chars().next();
    let user = before.split('@').next()?;
    let fits = before.contains('@')
        && !user.contains(char::is_whitespace)
        && before.split_whitespace().count() <= 2;
    (fits && after.is_none_or(char::is_whitespace)).then_some(end + 1)
}
