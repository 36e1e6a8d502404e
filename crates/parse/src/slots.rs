//! What the words of a rule were given to: each slot is a match, a target or a text, and becomes an operation.

use crate::blank;
use crate::cx::Cx;
use crate::draft::Draft;
use crate::ext::{Ext, Given, MatchExt, TargetExt, Wrong};
use crate::names;
use crate::target::{named_target, tests};
use chainwalk_model::{
    AddrMask, Blank, BlankPart, DiagnosticId, Expected, Hint, Inv, IpMatch, Match, Op, OpKind,
    Opaque, Severity, Target, Text,
};

/// The states of conntrack.
const STATES: [&str; 7] = ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "SNAT", "DNAT"];

/// How many rules one line may make; a person's makes a handful.
const MOST_RULES: usize = 1024;

/// What words were given to.
pub(crate) enum Slot<'a> {
    Match(&'static MatchExt, Given<'a>),
    Target(&'static TargetExt, Given<'a>),
    /// A match that is kept as text.
    Opaque {
        module: Text,
        start: usize,
        end: usize,
    },
    /// A target that is kept as text, or a chain.
    Name {
        name: String,
        goto: bool,
        start: usize,
        end: usize,
        options: bool,
    },
    /// The name of a target that iptables refuses, kept as text.
    Refused {
        name: String,
        start: usize,
        end: usize,
    },
    /// A test of a value that is left open.
    Blank {
        blank: Blank,
        start: usize,
        end: usize,
    },
    /// A piece that could not be read.
    Bad {
        start: usize,
        end: usize,
    },
}

/// What every rule tests, and where it stands.
#[derive(Default)]
pub(crate) struct Base {
    pub(crate) ip: IpMatch,
    pub(crate) srcs: Vec<Inv<AddrMask>>,
    pub(crate) dsts: Vec<Inv<AddrMask>>,
    /// Where `-i` stands with its value, and whether that is too long.
    pub(crate) iniface_at: Option<(usize, usize, bool)>,
    /// The same of `-o`.
    pub(crate) outiface_at: Option<(usize, usize, bool)>,
    /// Where `-p` stands.
    pub(crate) proto_at: Option<usize>,
    start: Option<usize>,
    end: usize,
}

impl Base {
    pub(crate) fn cover(&mut self, start: usize, end: usize) {
        self.start = Some(self.start.map_or(start, |s| s.min(start)));
        self.end = self.end.max(end);
    }
}

/// The slots of one rule in the order they were opened, and what every rule tests.
#[derive(Default)]
pub(crate) struct Slots<'a> {
    pub(crate) base: Base,
    pub(crate) list: Vec<Slot<'a>>,
}

impl Slots<'_> {
    /// What may stand only once stands again: it is kept as text.
    pub(crate) fn twice(&mut self, cx: &mut Cx<'_>, start: usize, end: usize) {
        let start = start.min(end);
        let expected = vec![Expected::EndOfLine];
        cx.say(DiagnosticId::BadValue, Severity::Warning, (start, end), expected, None);
        self.list.push(Slot::Bad { start, end });
    }

    /// The operations of each rule that they make, and the rule's comment.
    pub(crate) fn operations(
        mut self,
        cx: &mut Cx<'_>,
        draft: &mut Draft,
    ) -> (Vec<Vec<Op>>, Option<Text>) {
        if self.base.srcs.len().max(1) * self.base.dsts.len().max(1) > MOST_RULES {
            (self.base.srcs, self.base.dsts) = (Vec::new(), Vec::new());
            let start = self.base.start.unwrap_or(self.base.end);
            self.twice(cx, start, self.base.end);
        }
        let mut ops = Vec::with_capacity(self.list.len());
        let mut target = None;
        let mut comment = None;
        for slot in std::mem::take(&mut self.list) {
            match slot {
                Slot::Match(ext, given) => {
                    let what = built(cx, ext, &given, Match::Opaque);
                    if let (Match::Comment(text), None) = (&what, &comment) {
                        comment = Some(text.clone());
                    }
                    ops.push(cx.op(OpKind::Match(what), given.start, given.end));
                }
                Slot::Opaque { module, start, end } => {
                    let what = Match::Opaque(cx.opaque(Some(&module), start, end));
                    ops.push(cx.op(OpKind::Match(what), start, end));
                }
                Slot::Blank { blank, start, end } => {
                    let opaque =
                        Opaque { blank: Some(blank.into()), ..cx.opaque(None, start, end) };
                    ops.push(cx.op(OpKind::Match(Match::Opaque(opaque)), start, end));
                }
                Slot::Bad { start, end } => {
                    let what = Match::Opaque(cx.opaque(None, start, end));
                    ops.push(cx.op(OpKind::Match(what), start, end));
                }
                Slot::Target(ext, given) => {
                    let what = built(cx, ext, &given, Target::Opaque);
                    target = Some(cx.op(OpKind::Target(what), given.start, given.end));
                }
                Slot::Refused { name, start, end } => {
                    let what = Target::Opaque(cx.opaque(Some(&name), start, end));
                    target = Some(cx.op(OpKind::Target(what), start, end));
                }
                Slot::Name { name, goto, start, end, options } => {
                    let place = (start, end);
                    let text = |cx: &Cx<'_>| cx.opaque(Some(&name), start, end);
                    let what = named_target(cx, draft, &name, goto, options, place, &text);
                    target = Some(cx.op(OpKind::Target(what), start, end));
                }
            }
        }
        ops.extend(target);
        (self.expand(cx, ops), comment)
    }

    /// The base tests before the other operations, once for every pair of addresses.
    fn expand(&self, cx: &Cx<'_>, mut ops: Vec<Op>) -> Vec<Vec<Op>> {
        let base = &self.base;
        let one = |list: &[Inv<AddrMask>]| -> Vec<Option<Inv<AddrMask>>> {
            if list.is_empty() { vec![None] } else { list.iter().copied().map(tests).collect() }
        };
        let (srcs, dsts) = (one(&base.srcs), one(&base.dsts));
        let mut left = srcs.len() * dsts.len();
        let mut rules = Vec::with_capacity(left);
        for src in &srcs {
            for dst in &dsts {
                let ip = IpMatch { src: *src, dst: *dst, ..base.ip.clone() };
                let start = base.start.unwrap_or(base.end);
                let header = (ip != IpMatch::default())
                    .then(|| cx.op(OpKind::Match(Match::Ip(Box::new(ip))), start, base.end));
                left -= 1;
                let own = if left == 0 { std::mem::take(&mut ops) } else { ops.clone() };
                let mut all = Vec::with_capacity(own.len() + usize::from(header.is_some()));
                all.extend(header.into_iter().chain(own));
                rules.push(all);
            }
        }
        rules
    }
}

/// What an extension makes of its options; what it refuses is named and kept as text.
fn built<T>(cx: &mut Cx<'_>, ext: &Ext<T>, given: &Given<'_>, kept: fn(Opaque) -> T) -> T {
    (ext.build)(given).unwrap_or_else(|wrong| {
        if let Some(blank) = left_open(cx, given, &wrong) {
            let opaque = cx.opaque(Some(given.name), given.start, given.end);
            return kept(Opaque { blank: Some(blank.into()), ..opaque });
        }
        let place = (wrong.start, wrong.end);
        let hint = wrong.hint.clone().or_else(|| meant(cx, given.v6, &wrong));
        cx.say(wrong.id, Severity::Warning, place, wrong.expected, hint);
        kept(cx.opaque(Some(given.name), given.start, given.end))
    })
}

/// The value that an option leaves open, where that is why it could not be read.
fn left_open(cx: &mut Cx<'_>, given: &Given<'_>, wrong: &Wrong) -> Option<Blank> {
    if wrong.id != DiagnosticId::BadValue {
        return None;
    }
    let arg = given.args.iter().find(|a| a.start <= wrong.start && wrong.start <= a.end)?;
    let word = arg.values.first().filter(|_| arg.name != "--reject-with")?;
    let address = matches!(
        arg.name,
        "--to-destination"
            | "--to-source"
            | "--src-range"
            | "--dst-range"
            | "--ctorigsrc"
            | "--ctorigdst"
            | "--ctreplsrc"
            | "--ctrepldst"
            | "--gateway"
            | "--to"
            | "--on-ip"
    );
    let left = blank::value(&word.text)
        .or_else(|| address.then(|| blank::within(&word.text)).flatten())?;
    let kind = match arg.name {
        "--sport" | "--dport" | "--sports" | "--dports" | "--ports" | "--to-ports" => {
            Expected::Port
        }
        _ if address => Expected::Address,
        name if name.contains("mark") => Expected::Mark,
        _ => wrong.expected.first().cloned().unwrap_or(Expected::Text),
    };
    cx.left_open(&left.name, (word.start, word.end), kind);
    let part = match (arg.name, given.args.len()) {
        ("--sport", 1) => BlankPart::Sport,
        ("--dport", 1) => BlankPart::Dport,
        _ => BlankPart::Else,
    };
    Some(left.tested(part, arg.not))
}

/// The known value that was meant by one that does not fit.
fn meant(cx: &Cx<'_>, v6: bool, wrong: &Wrong) -> Option<Hint> {
    if wrong.id != DiagnosticId::BadValue {
        return None;
    }
    let text = cx.text(wrong.start, wrong.end);
    match wrong.expected.first()? {
        Expected::CtState => {
            let fits = |word: &&str| STATES.iter().any(|s| s.eq_ignore_ascii_case(word));
            text.split(',').filter(|w| !fits(w)).find_map(|w| cx.nearest(w, STATES))
        }
        Expected::IcmpType => {
            let known = if v6 { names::ICMP6 } else { names::ICMP };
            cx.nearest(text, known.iter().map(|(name, ..)| *name))
        }
        _ => None,
    }
}
