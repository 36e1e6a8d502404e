//! What reads a text of nft: where it is, the tables that it fills, and the rules it comes across.

use super::cursor::{Cursor, DEEPEST, Read, Wrong};
use super::draft::Draft;
use super::field;
use super::lexer::Kind;
use super::lossy;
use crate::save::UNPRINTED;
use chainwalk_model::{
    Blank, ChainId, Counters, Diagnostic, DiagnosticId, Expected, Family, Match, Op, OpKind,
    Opaque, Rule, RuleId, Severity, TableId, Target, Text,
};

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file or commands: chains come to be in their order.
    Script,
    /// What `nft list` prints: the order in which chains came to be is not told.
    Listing,
    /// The same with `-t`: sets are shown without their elements.
    Terse,
}

impl Source {
    /// Whether `nft list` printed it.
    pub(super) fn is_listing(self) -> bool {
        self != Self::Script
    }
}

/// What reads a text of nft.
pub(super) struct Reader<'t, 'd> {
    /// Where it is.
    pub(super) cur: Cursor<'t>,
    /// What it fills.
    pub(super) draft: &'d mut Draft,
    /// Where problems go.
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
    /// What the text is.
    pub(super) source: Source,
    /// The table it is in.
    pub(super) table: TableId,
    /// That table's family.
    pub(super) family: Family,
    /// How deep the braces of chains without a name are here.
    pub(super) depth: usize,
    /// Whether the table that is next is said to be iptables-nft's.
    pub(super) managed: bool,
    /// The chains of which the device is not told so far.
    pub(super) open: Vec<ChainId>,
    /// How many elements of sets are left open so far.
    pub(super) left: usize,
}

/// Whether a rule can't go on behind what it does last.
fn ends_rule(parts: &Parts) -> bool {
    let last = parts.ops.last().map(|op| &op.what);
    matches!(
        last,
        Some(OpKind::Target(
            Target::Accept
                | Target::Drop
                | Target::Return
                | Target::Reject(_)
                | Target::Jump(_)
                | Target::Goto(_)
        ))
    )
}

/// A rule's operations and what is said beside them.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// What it tests and does.
    pub(super) ops: Vec<Op>,
    /// Its first counter.
    pub(super) counters: Option<Counters>,
    /// Its comment.
    pub(super) comment: Option<Text>,
}

/// The words that begin a statement, besides those that begin a field.
pub(super) const STATEMENTS: [&str; 33] = [
    "accept",
    "drop",
    "return",
    "continue",
    "jump",
    "goto",
    "queue",
    "reject",
    "log",
    "counter",
    "limit",
    "quota",
    "notrack",
    "snat",
    "dnat",
    "masquerade",
    "redirect",
    "tproxy",
    "synproxy",
    "dup",
    "fwd",
    "flow",
    "add",
    "update",
    "delete",
    "set",
    "meter",
    "last",
    "comment",
    "xt",
    "numgen",
    "jhash",
    "symhash",
];

/// The statements of which the walk may end: what of them is not understood is an action.
const ACTIONS: [&str; 14] = [
    "queue",
    "reject",
    "log",
    "snat",
    "dnat",
    "masquerade",
    "redirect",
    "tproxy",
    "synproxy",
    "dup",
    "fwd",
    "flow",
    "reset",
    "jump",
];

/// So often a rule is tried anew behind what is not understood in it.
const TRIES: usize = 12;

impl<'t, 'd> Reader<'t, 'd> {
    /// What reads a text from its beginning.
    pub(super) fn new(
        cur: Cursor<'t>,
        draft: &'d mut Draft,
        diagnostics: &'d mut Vec<Diagnostic>,
        source: Source,
    ) -> Self {
        let (table, family) = (TableId(0), Family::Ip);
        Self {
            cur,
            draft,
            diagnostics,
            source,
            table,
            family,
            depth: 0,
            managed: false,
            open: Vec::new(),
            left: 0,
        }
    }
}

impl Reader<'_, '_> {
    /// Notes a problem.
    pub(super) fn say(&mut self, wrong: Wrong, severity: Severity) {
        let Wrong { id, span, found, expected, hint, .. } = wrong;
        let found: Text = found.trim().into();
        self.diagnostics.push(Diagnostic { id, severity, span, found, expected, hint });
    }

    /// Notes what else may change what is there.
    pub(super) fn unread(&mut self, from: usize, to: usize) {
        let text: Text = self.cur.written(from, to).chars().take(120).collect::<String>().into();
        self.draft.unread.push((text, self.cur.span(from, to)));
    }

    /// Passes over a line that may change what is there.
    pub(super) fn pass_over(&mut self, from: usize) {
        let to = self.cur.end_from(from);
        self.unread(from, to);
        self.cur.at = to;
    }

    /// Reads the rule that is next, and puts it among those of the arena.
    pub(super) fn rule(&mut self, chain: ChainId, several: bool) -> RuleId {
        let from = self.cur.at;
        let mut parts = self.rule_parts(several);
        let to = self.cur.at;
        if self.source.is_listing()
            && lossy::may_be(self.family, &self.draft.rules.table(self.table).name)
        {
            lossy::unsay(&mut parts.ops, &self.draft.rules.sets);
        }
        let handle = self.handle();
        let rule = Rule {
            chain,
            number: 0,
            ops: parts.ops,
            counters: parts.counters,
            comment: parts.comment,
            handle,
            span: self.cur.span(from, to),
        };
        self.draft.rules.rules.push(rule);
        RuleId(self.draft.rules.rules.len() as u32 - 1)
    }

    /// A line that says that rules are left out or could not be printed, as a rule that stands for them.
    fn gap(&mut self, chain: ChainId) -> Option<RuleId> {
        let token = self.cur.peek().filter(|t| t.kind != Kind::Word)?;
        let unprinted = token.kind == Kind::Remark;
        if !unprinted && !"[(<-=*.~\u{2026}".contains(self.cur.text_of(token).chars().next()?) {
            return None;
        }
        let from = self.cur.at;
        let to = if unprinted { from + 1 } else { self.cur.end_from(from) };
        let text = self.cur.written(from, to);
        if !unprinted && !crate::part::is_gap(text) {
            return None;
        }
        let span = self.cur.span(from, to);
        let id = DiagnosticId::RowsLeftOut;
        let wrong = Wrong { id, expected: vec![], ..*self.cur.wrong_at(from, to, vec![]) };
        self.say(wrong, Severity::Warning);
        let opaque = Opaque::new(Some(Rule::LEFT_OUT), text);
        let ops = vec![Op { what: OpKind::Target(Target::Opaque(opaque)), span }];
        self.cur.at = to;
        let rule =
            Rule { chain, number: 0, ops, counters: None, comment: None, handle: None, span };
        self.draft.rules.rules.push(rule);
        Some(RuleId(self.draft.rules.rules.len() as u32 - 1))
    }

    /// Goes past a line that says that chains are left out; whether one is next.
    pub(super) fn chains_left_out(&mut self) -> bool {
        let (from, to) = (self.cur.at, self.cur.end_from(self.cur.at));
        let signs = self.cur.peek().is_some_and(|t| t.kind != Kind::Word && t.kind != Kind::Remark);
        let gap = signs && to > from && crate::part::is_gap(self.cur.written(from, to));
        if gap {
            let id = DiagnosticId::RowsLeftOut;
            let wrong = Wrong { id, expected: vec![], ..*self.cur.wrong_at(from, to, vec![]) };
            self.say(wrong, Severity::Warning);
            self.cur.at = to;
        }
        gap
    }

    /// The handle that a listing shows behind what was read.
    pub(super) fn handle(&self) -> Option<u64> {
        let token = self.cur.peek().filter(|t| t.kind == Kind::Remark)?;
        let remark = self.cur.text_of(token).trim_start_matches('#').trim();
        remark.strip_prefix("handle ")?.trim().parse().ok()
    }

    /// The operations of a rule, up to its end. What is not understood is kept at its place.
    ///
    /// Nothing follows a verdict, so that of a chain which somebody made one line of the next rule begins there, where
    /// `several` may.
    pub(super) fn rule_parts(&mut self, several: bool) -> Parts {
        let from = self.cur.at;
        let end = self.cur.end_from(from);
        let mut parts = Parts::default();
        while self.cur.at < end {
            let (start, kept) = (self.cur.at, parts.ops.len());
            let wrong = match self.statement(&mut parts) {
                Ok(()) if self.cur.at > start && self.cur.at <= end => {
                    if several
                        && self.cur.at < end
                        && ends_rule(&parts)
                        && field::begins(self.cur.word())
                    {
                        break;
                    }
                    continue;
                }
                Ok(()) => self.cur.wrong(Expected::EndOfLine),
                Err(wrong) => wrong,
            };
            // What is listed was not refused, however nft printed it.
            if wrong.refused && !self.source.is_listing() {
                self.say(*wrong, Severity::Error);
                parts = Parts { comment: parts.comment, ..Parts::default() };
                parts.ops.push(self.opaque(from, end));
                self.cur.at = end;
                break;
            }
            parts.ops.truncate(kept);
            let blank = self.left_open_within(start, end);
            if blank.is_none() {
                self.say(*wrong, Severity::Warning);
            }
            self.resume(start, end, blank.as_ref(), &mut parts);
        }
        parts
    }

    /// Goes on behind what is not understood, at the first word from which all the rest is.
    fn resume(&mut self, start: usize, end: usize, blank: Option<&Blank>, parts: &mut Parts) {
        let kept = |of: Op| match of.what {
            OpKind::Target(Target::Opaque(o)) => {
                let opaque = Opaque { blank: blank.cloned().map(Box::new), ..o };
                Op { what: OpKind::Target(Target::Opaque(opaque)), ..of }
            }
            OpKind::Match(Match::Opaque(o)) => {
                let opaque = Opaque { blank: blank.cloned().map(Box::new), ..o };
                Op { what: OpKind::Match(Match::Opaque(opaque)), ..of }
            }
            _ => of,
        };
        // Within a chain that stands in a rule nothing is tried anew: its rule may be.
        let mut tries = if self.depth == 0 { TRIES } else { 0 };
        for at in start + 1..end {
            let begins = |word: &str| STATEMENTS.contains(&word) || field::begins(word);
            let word = match self.cur.token(at) {
                Some(token) if token.kind == Kind::Word => self.cur.text_of(token),
                _ => continue,
            };
            if !begins(word) || tries == 0 {
                continue;
            }
            tries -= 1;
            self.cur.at = at;
            let mut rest = Parts::default();
            let said = self.diagnostics.len();
            while self.cur.at < end && self.statement(&mut rest).is_ok() {}
            if self.cur.at == end {
                parts.ops.push(kept(self.opaque(start, at)));
                parts.ops.append(&mut rest.ops);
                parts.counters = parts.counters.or(rest.counters);
                parts.comment = parts.comment.take().or(rest.comment);
                return;
            }
            self.diagnostics.truncate(said);
        }
        parts.ops.push(kept(self.opaque(start, end)));
        self.cur.at = end;
    }

    /// What stands at `from..to`, kept as it is.
    pub(super) fn opaque(&self, from: usize, to: usize) -> Op {
        let first = self.cur.token(from).map_or("", |t| self.cur.text_of(t));
        let mut action = ACTIONS.contains(&first);
        let mut module = first;
        if first == "xt" {
            let word = |at| self.cur.token(at).map_or("", |t| self.cur.text_of(t));
            action = word(from + 1) == "target";
            module = word(from + 2);
        }
        let opaque = Opaque::new(Some(module), self.cur.written(from, to));
        let what = if action {
            OpKind::Target(Target::Opaque(opaque))
        } else {
            OpKind::Match(Match::Opaque(opaque))
        };
        Op { what, span: self.cur.span(from, to) }
    }

    /// The chain that is jumped to: named next, or written there between braces.
    pub(super) fn target_chain(&mut self, jump: bool, from: usize) -> Read<Target> {
        let chain = if self.cur.is_sign("{") {
            if self.depth > DEEPEST {
                return Err(self.cur.wrong(Expected::Chain));
            }
            let chain = self.draft.inline_chain(self.table, self.cur.span(from, from + 1));
            self.cur.at += 1;
            self.depth += 1;
            self.chain_lines(chain);
            self.depth -= 1;
            self.cur.need_sign("}")?;
            chain
        } else {
            let name = self.cur.name(Expected::Chain)?;
            let span = self.cur.span(self.cur.at - 1, self.cur.at);
            self.draft.chain(self.table, name, span)
        };
        Ok(if jump { Target::Jump(chain) } else { Target::Goto(chain) })
    }

    /// Rules up to the brace that closes their chain.
    pub(super) fn chain_lines(&mut self, chain: ChainId) {
        loop {
            while let Some(token) = self.cur.peek()
                && matches!(token.kind, Kind::Line | Kind::Remark)
                && !self.cur.text_of(token).starts_with(UNPRINTED)
            {
                self.cur.at += 1;
            }
            if self.cur.eat_sign(";") {
                continue;
            }
            if self.cur.is_sign("}") || self.cur.peek().is_none() {
                return;
            }
            let start = self.cur.at;
            if !self.chain_spec(chain) {
                let rule = match self.gap(chain) {
                    Some(gap) => gap,
                    None => self.rule(chain, true),
                };
                self.draft.rules.chains[chain.0 as usize].rules.push(rule);
            }
            if self.cur.at == start {
                // A brace too many ends nothing here.
                self.cur.at += 1;
            }
        }
    }

    /// Says that a line could not be read, and goes past it.
    pub(super) fn bad_line(&mut self, from: usize, wrong: Option<Wrong>) {
        let end = self.cur.end_from(self.cur.at.max(from)).max(from + 1);
        let wrong = wrong.unwrap_or_else(|| *self.cur.wrong_at(from, end, vec![]));
        let id = DiagnosticId::BadLine;
        self.say(Wrong { id, ..wrong }, Severity::Warning);
        self.cur.at = end;
    }
}
