//! Chains as `iptables -L` prints them, in all its forms. Columns are told apart by words, since long
//! names overflow their places.
//!
//! Everything behind the destination is read piece by piece; what is not read is kept as text.

use crate::clean::Row;
use crate::cx::Cx;
use crate::draft::Draft;
use crate::ext::{self, Given, MATCHES, Seen, TargetExt, UNREAD_TARGETS};
use crate::names;
use crate::rules::DraftRule;
use crate::target::{any_iface, named_target, tests};
use crate::value::{self, whole};
use chainwalk_model::{
    AddrMask, Count, Counters, DiagnosticId, Expected, Family, Hint, IfaceMatch, Inv, IpMatch,
    Match, Op, OpKind, Opaque, Policy, Severity, Target, Text,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which columns a listing has besides target, protocol, source and destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// `num`.
    pub(crate) num: bool,
    /// `pkts bytes`.
    pub(crate) counters: bool,
    /// `in out`.
    pub(crate) ifaces: bool,
}

/// The line above the rules: `pkts bytes target prot opt in out source destination`.
pub(crate) fn columns(row: Row<'_>) -> Option<Columns> {
    const NAMES: [&str; 10] =
        ["num", "pkts", "bytes", "target", "prot", "opt", "in", "out", "source", "destination"];
    let words: Vec<&str> = row.text.split_whitespace().collect();
    let has = |name: &str| words.contains(&name);
    let named = words.iter().all(|w| NAMES.contains(w));
    (named && has("target") && has("prot") && has("source")).then(|| Columns {
        num: has("num"),
        counters: has("pkts"),
        ifaces: has("in"),
    })
}

/// `Chain NAME (…)`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head<'a> {
    /// The chain.
    pub(crate) name: &'a str,
    /// Its policy, if it is built in.
    pub(crate) policy: Option<Policy>,
    /// The policy's counters.
    pub(crate) counters: Option<Counters>,
    /// How many rules jump to it.
    pub(crate) references: Option<u32>,
}

/// Reads the line that opens a chain.
pub(crate) fn head(row: Row<'_>) -> Option<Head<'_>> {
    let rest = row.text.strip_prefix("Chain ")?.trim_start();
    let (name, rest) = rest.split_once(char::is_whitespace)?;
    let inner = rest.trim().strip_prefix('(')?;
    let words: Vec<&str> =
        inner.split([' ', '\t', ',', '(', ')']).filter(|w| !w.is_empty()).collect();
    let mut head = Head { name, policy: None, counters: None, references: None };
    match words.as_slice() {
        ["policy", policy, numbers @ ..] => {
            head.policy = Some(match *policy {
                "ACCEPT" => Policy::Accept,
                "DROP" => Policy::Drop,
                _ => Policy::Unknown,
            });
            if let [packets, "packets", bytes, "bytes", ..] = numbers {
                head.counters = counters(packets, bytes);
            }
        }
        [number, "references" | "reference", ..] => head.references = number.parse().ok(),
        _ => return None,
    }
    Some(head)
}

fn counters(packets: &str, bytes: &str) -> Option<Counters> {
    Some(Counters { packets: count(packets)?, bytes: count(bytes)? })
}

/// `123`, `36M`: rounded numbers keep how exact they are.
pub(crate) fn count(text: &str) -> Option<Count> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "" => 1,
        "K" | "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "P" => 1_000_000_000_000_000,
        _ => return None,
    };
    // `1,234`: as an editor writes thousands.
    let number: u64 = match digits.split_once(',') {
        Some((first, _)) if !first.is_empty() => digits.replace(',', "").parse().ok()?,
        _ => digits.parse().ok()?,
    };
    Some(Count { value: number.checked_mul(unit)?, unit })
}

/// The columns of one rule.
#[derive(Debug)]
struct Cells<'a> {
    counters: Option<Counters>,
    target: Option<Row<'a>>,
    prot: Row<'a>,
    opt: Option<Row<'a>>,
    iniface: Option<Row<'a>>,
    outiface: Option<Row<'a>>,
    src: Row<'a>,
    dst: Row<'a>,
    rest: Row<'a>,
}

fn is_opt(text: &str) -> bool {
    matches!(text, "--" | "-f" | "!f" | "-" | "!-f")
}

fn is_prot(text: &str) -> bool {
    names::protocol(text.strip_prefix('!').unwrap_or(text)).is_some()
}

/// Splits a row into its columns; `None` if it is no rule.
fn cells<'a>(columns: Option<Columns>, row: Row<'a>) -> Option<Cells<'a>> {
    // Nine columns, a blank target and a number at most stand before the rest.
    let words: Vec<Row<'a>> = row.words().take(12).collect();
    let guessed = columns.unwrap_or_else(|| guess(&words));
    let mut at = 0;
    if guessed.num {
        words.get(at)?.text.parse::<u32>().ok()?;
        at += 1;
    }
    let mut found = None;
    if guessed.counters {
        found = counters(words.get(at)?.text, words.get(at + 1)?.text);
        found?;
        at += 2;
    }
    let text = |n: usize| words.get(n).map_or("", |w| w.text);
    let blank = if is_prot(text(at)) {
        if is_opt(text(at + 1)) { !is_opt(text(at + 2)) } else { !is_prot(text(at + 1)) }
    } else {
        // A protocol by a name that is not known stands before the options.
        !is_prot(text(at + 1)) && is_opt(text(at + 1)) && !is_opt(text(at + 2))
    };
    let target = if blank { None } else { Some(*words.get(at)?) };
    at += usize::from(!blank);
    let prot = *words.get(at).filter(|w| is_prot(w.text) || is_opt(text(at + 1)))?;
    at += 1;
    let opt = words.get(at).copied().filter(|w| is_opt(w.text));
    at += usize::from(opt.is_some());
    let (mut iniface, mut outiface) = (None, None);
    if guessed.ifaces {
        (iniface, outiface) = (Some(*words.get(at)?), Some(*words.get(at + 1)?));
        at += 2;
    }
    let (src, dst) = (*words.get(at)?, *words.get(at + 1)?);
    let rest = row.skip(dst.end() - row.start);
    Some(Cells { counters: found, target, prot, opt, iniface, outiface, src, dst, rest })
}

/// The columns of a row whose header was cut off.
fn guess(words: &[Row<'_>]) -> Columns {
    let number = |n: usize| words.get(n).is_some_and(|w| count(w.text).is_some());
    let opt = words.iter().position(|w| is_opt(w.text));
    let after = opt.and_then(|at| words.get(at + 1)).map_or("", |w| w.text);
    let net = after.trim_start_matches('!');
    let is_net = net == "anywhere" || whole(value::addr_mask, net).is_some();
    let counters = number(0) && number(1) && opt.is_none_or(|at| at > 2);
    Columns { num: number(0) && !counters, counters, ifaces: opt.is_some() && !is_net }
}

/// Whether a row is a rule of a listing, as far as its columns tell.
pub(crate) fn is_rule(columns: Option<Columns>, row: Row<'_>) -> bool {
    cells(columns, row).is_some_and(|cells| {
        let sure = cells.opt.is_some();
        let net = |cell: Row<'_>| {
            let text = cell.text.trim_start_matches('!');
            text == "anywhere" || whole(value::addr_mask, text).is_some()
        };
        sure || net(cells.src) || net(cells.dst)
    })
}

/// Whether a row is a rule, or the beginning of one that a terminal broke.
pub(crate) fn is_begun(row: Row<'_>) -> bool {
    let words: Vec<Row<'_>> = row.words().take(8).collect();
    let opt = words.iter().skip(1).position(|w| is_opt(w.text));
    opt.is_some_and(|at| is_prot(words[at].text)) || is_rule(None, row)
}

/// Whether a text is what may stand behind the destination: a match, or the words of a target.
pub(crate) fn goes_on(text: &str) -> bool {
    let seen = Seen { v6: false };
    one(text, seen).is_some()
        || ext::TARGETS.iter().any(|ext| (ext.list)(text, seen).is_ok())
        || UNREAD.iter().any(|(start, ..)| value::word(start)(text).is_ok())
}

/// The number in front of a rule. Where no line above says what the columns are, it is one that a name follows: counters
/// are two.
pub(crate) fn number(columns: Option<Columns>, row: Row<'_>) -> Option<u32> {
    let mut words = row.words();
    let first = words.next()?;
    let named = || words.next().is_some_and(|w| w.text.starts_with(|c: char| c.is_alphabetic()));
    columns.map_or_else(named, |c| c.num).then(|| first.text.parse().ok())?
}

/// The name in the target column.
pub(crate) fn target_name(columns: Option<Columns>, row: Row<'_>) -> Option<&str> {
    cells(columns, row)?.target.map(|t| t.text)
}

/// Reads one rule.
pub(crate) fn rule(
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    columns: Option<Columns>,
    row: Row<'_>,
) -> Option<DraftRule> {
    let cells = cells(columns, row)?;
    let v6 = draft.family == Family::Ip6;
    let mut ops = Vec::new();
    base(cx, &cells, v6, &mut ops);
    if cells.iniface.is_none() {
        let what = OpKind::Match(Match::HiddenInterfaces);
        ops.push(Op { what, span: cx.clean.span(cells.prot.start, cells.dst.end()) });
    }
    rest(cx, draft, &cells, v6, &mut ops);
    let comment = ops.iter().find_map(|op| match &op.what {
        OpKind::Match(Match::Comment(text)) => Some(text.clone()),
        _ => None,
    });
    let span = cx.clean.span(row.start, row.end());
    let counters = cells.counters;
    Some(DraftRule {
        ops,
        counters: counters.map(Box::new),
        comment,
        span,
        number: None,
        gap: false,
    })
}

/// What every rule tests.
fn base(cx: &mut Cx<'_>, cells: &Cells<'_>, v6: bool, ops: &mut Vec<Op>) {
    let mut ip = IpMatch::default();
    let (not, prot) = sign(cells.prot.text);
    let proto = names::protocol(prot);
    ip.proto = proto.filter(|p| *p != 0).map(|value| Inv { not, value });
    ip.fragment = match cells.opt.map(|o| o.text) {
        Some("-f") => Some(Inv { not: false, value: () }),
        Some("!f" | "!-f") => Some(Inv { not: true, value: () }),
        _ => None,
    };
    ip.iniface = cells.iniface.and_then(|cell| iface(cell.text));
    ip.outiface = cells.outiface.and_then(|cell| iface(cell.text));
    let mut names = Vec::new();
    for (cell, slot) in [(cells.src, &mut ip.src), (cells.dst, &mut ip.dst)] {
        match net(cell.text, v6) {
            Some(found) => *slot = tests(found),
            None => names.push(cell),
        }
    }
    let span = cx.clean.span(cells.prot.start, cells.dst.end());
    if ip != IpMatch::default() {
        ops.push(Op { what: OpKind::Match(Match::Ip(Box::new(ip))), span });
    }
    let names = names.into_iter().map(|cell| (cell, Expected::Network));
    let unknown = proto.is_none().then_some((cells.prot, Expected::Protocol));
    for (cell, expected) in unknown.into_iter().chain(names) {
        let place = (cell.start, cell.end());
        let family = if v6 { Family::Ip6 } else { Family::Ip };
        let hint = Hint::Paste(format!("{} -nvL", names::program(family)).into());
        cx.say(DiagnosticId::BadValue, Severity::Warning, place, vec![expected], Some(hint));
        let what = OpKind::Match(Match::Opaque(Opaque::new(None, cell.text)));
        ops.push(Op { what, span: cx.clean.span(cell.start, cell.end()) });
    }
}

fn sign(text: &str) -> (bool, &str) {
    text.strip_prefix('!').map_or((false, text), |rest| (true, rest))
}

fn iface(text: &str) -> Option<Inv<IfaceMatch>> {
    let (not, name) = sign(text);
    if matches!(name, "*" | "any") {
        return None;
    }
    let value = whole(value::iface, name)?;
    any_iface(Inv { not, value })
}

/// An address column; `None` if it is a name that nothing here can resolve.
fn net(text: &str, v6: bool) -> Option<Inv<AddrMask>> {
    let (not, text) = sign(text);
    let (name, len) = text.split_once('/').unwrap_or((text, ""));
    // Names that every system's hosts and networks files have.
    let known = match (name, v6) {
        ("anywhere" | "default", false) => Some("0.0.0.0/0".to_owned()),
        ("anywhere", true) => Some("::/0".to_owned()),
        ("localhost" | "loopback", false) if len == "8" => Some("127.0.0.0/8".to_owned()),
        ("localhost" | "localhost.localdomain", false) => Some("127.0.0.1".to_owned()),
        ("localhost" | "ip6-localhost", true) => Some("::1".to_owned()),
        ("link-local", false) if len == "16" => Some("169.254.0.0/16".to_owned()),
        ("base-address.mcast.net", false) => Some(format!("224.0.0.0/{len}")),
        ("all-systems.mcast.net", false) => Some("224.0.0.1".to_owned()),
        ("metadata.google.internal", false) => Some("169.254.169.254".to_owned()),
        (name, false) => value::spelt(name).map(|addr| addr.to_string()),
        _ => None,
    };
    let value = whole(value::addr_mask, known.as_deref().unwrap_or(text))?;
    let family = |a: IpAddr| a.is_ipv6() == v6;
    let zero = value.mask == IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        || value.mask == IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    (family(value.addr) || zero).then_some(Inv { not, value })
}

/// What stands behind the destination: `[goto]`, the matches, the target's own words.
fn rest(cx: &mut Cx<'_>, draft: &mut Draft, cells: &Cells<'_>, v6: bool, ops: &mut Vec<Op>) {
    let seen = Seen { v6 };
    let end = cells.rest.end();
    let at = |left: &str| end - left.len();
    let mut left = cells.rest.text;
    let mut goto = false;
    if let Ok((after, ())) = value::word("[goto]")(left) {
        goto = true;
        left = after;
    }
    let name = cells.target.map(|t| t.text);
    let ext = name.filter(|_| !goto).and_then(ext::find_target);
    let mut target: Option<(Target, usize, usize)> = None;
    // Where the last remark's text starts, how many operations stood before it, and what is left behind it.
    let mut remark: Option<(&str, usize, &str)> = None;
    let mut longer_remarks = 0;
    loop {
        left = left.trim_start();
        if left.is_empty() {
            break;
        }
        if let Some(ext) = ext
            && let Ok((after, found)) = (ext.list)(left, seen)
            && is_over(after)
        {
            target = Some((found, at(left), at(after)));
            left = after;
            continue;
        }
        if let Some((after, found)) = one(left, seen) {
            if matches!(found, Match::Comment(_)) {
                remark = Some((left, ops.len(), after));
            }
            let span = cx.clean.span(at(left), at(after));
            ops.push(Op { what: OpKind::Match(found), span });
            left = after;
            continue;
        }
        // A remark may hold `*/`: it reaches to a later one if that makes the rest readable.
        if let Some((start, before, after)) = remark
            && let Some(more) = longer(after, longer_remarks < 8)
        {
            longer_remarks += 1;
            ops.truncate(before);
            let text = &start[2..start.len() - more.len() - 2];
            let text = text.strip_prefix(' ').unwrap_or(text);
            let text: Text = text.strip_suffix(' ').unwrap_or(text).into();
            let span = cx.clean.span(at(start), at(more));
            ops.push(Op { what: OpKind::Match(Match::Comment(text)), span });
            remark = Some((start, before, more));
            left = more;
            continue;
        }
        if target.is_some() || is_remark(left) {
            let place = (at(left), end);
            cx.say(DiagnosticId::Prose, Severity::Note, place, vec![], None);
            break;
        }
        left = opaque(cx, ops, ext, name, seen, left, end);
    }
    finish(cx, draft, cells, goto, ext, target, seen, ops);
}

/// The first match of a text.
fn one(left: &str, seen: Seen) -> Option<(&str, Match)> {
    MATCHES.iter().find_map(|ext| (ext.list)(left, seen).ok())
}

/// Whether nothing that matters is left.
fn is_over(left: &str) -> bool {
    let left = left.trim_start();
    left.is_empty() || is_remark(left)
}

/// Whether a person's remark starts here. iptables prints ASCII only outside of its own remarks.
fn is_remark(left: &str) -> bool {
    (left.starts_with('#') && !left.starts_with("#conn "))
        || left.starts_with("//")
        || left.starts_with("<-")
        || left.starts_with("--- ")
        || left.starts_with(|c: char| !c.is_ascii())
}

/// The text behind the next `*/` that a blank follows, or behind the last one.
fn longer(after: &str, next: bool) -> Option<&str> {
    let mut ends = after.match_indices("*/").map(|(at, end)| &after[at + end.len()..]);
    let closes = |left: &&str| value::boundary(left).is_ok();
    if next { ends.find(closes) } else { ends.filter(closes).last() }
}

/// How listings begin the matches that are kept as text, the module, and of how many words they are
/// made; 0 where that can't be told.
const UNREAD: &[(&str, &str, usize)] = &[
    // Addresses, users and groups that are printed as names.
    ("ctorigsrc", "conntrack", 2),
    ("ctorigdst", "conntrack", 2),
    ("ctreplsrc", "conntrack", 2),
    ("ctrepldst", "conntrack", 2),
    ("owner UID match", "owner", 4),
    ("owner GID match", "owner", 4),
    ("set", "set", 0),
];

/// Keeps a piece that is not read, up to the target's own words if its length is not known; what is left.
fn opaque<'a>(
    cx: &mut Cx<'_>,
    ops: &mut Vec<Op>,
    ext: Option<&'static TargetExt>,
    name: Option<&str>,
    seen: Seen,
    left: &'a str,
    end: usize,
) -> &'a str {
    let plain = left.strip_prefix("! ").unwrap_or(left);
    let known = UNREAD.iter().find(|(start, _, _)| value::word(start)(plain).is_ok());
    // The words of an unread target are its own.
    if known.is_none() && name.is_some_and(|n| UNREAD_TARGETS.contains(&n)) {
        return "";
    }
    let length = match known {
        Some((_, _, words)) if *words > 0 => word_end(left, *words),
        _ => target_start(ext, seen, left),
    };
    let (piece, after) = left.split_at(length);
    let piece = piece.trim_end();
    let start = end - left.len();
    let place = (start, start + piece.len());
    let id = if known.is_some() { DiagnosticId::NotModelled } else { DiagnosticId::UnknownMatch };
    cx.say(id, Severity::Warning, place, vec![], None);
    let module = known.map(|(_, module, _)| *module);
    let what = OpKind::Match(Match::Opaque(Opaque::new(module, piece)));
    ops.push(Op { what, span: cx.clean.span(place.0, place.1) });
    after
}

/// Where the `n`th word ends, `!` not counted.
fn word_end(text: &str, n: usize) -> usize {
    let base = text.as_ptr() as usize;
    let words = text.split_whitespace().filter(|w| *w != "!");
    let last = words.take(n).last();
    last.map_or(text.len(), |w| w.as_ptr() as usize - base + w.len())
}

/// Where the target's own words start, or the end. Only so many places are tried that the work stays linear.
fn target_start(ext: Option<&'static TargetExt>, seen: Seen, text: &str) -> usize {
    let Some(ext) = ext else { return text.len() };
    let base = text.as_ptr() as usize;
    for word in text.split_whitespace().take(64) {
        let at = word.as_ptr() as usize - base;
        if let Ok((after, _)) = (ext.list)(&text[at..], seen)
            && is_over(after)
        {
            return at;
        }
    }
    text.len()
}

/// Adds the target.
#[allow(clippy::too_many_arguments)]
fn finish(
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    cells: &Cells<'_>,
    goto: bool,
    ext: Option<&'static TargetExt>,
    target: Option<(Target, usize, usize)>,
    seen: Seen,
    ops: &mut Vec<Op>,
) {
    let Some(cell) = cells.target else { return };
    let place = (cell.start, cell.end());
    let span = cx.clean.span(place.0, place.1);
    let what = match (ext, target) {
        (Some(_), Some((found, _, _))) => found,
        (Some(ext), None) => {
            let given = Given {
                args: Vec::new(),
                v6: seen.v6,
                name: cell.text,
                start: cell.start,
                end: cell.end(),
            };
            match (ext.build)(&given) {
                Ok(found) => found,
                Err(wrong) => {
                    cx.say(wrong.id, Severity::Warning, place, wrong.expected, wrong.hint);
                    Target::Opaque(Opaque::new(Some(cell.text), cells.rest.text.trim()))
                }
            }
        }
        (None, _) => {
            let text = |_: &Cx<'_>| {
                let text = format!("{} {}", cell.text, cells.rest.text.trim());
                Opaque::new(Some(cell.text), text.trim())
            };
            named_target(cx, draft, cell.text, goto, false, place, &text)
        }
    };
    ops.push(Op { what: OpKind::Target(what), span });
}

#[cfg(test)]
mod tests;
