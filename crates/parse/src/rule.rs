//! A rule as `-S`, `iptables-save` and the command line write it: words become operations.
//!
//! An option goes to the extension opened last that knows it, as getopt does; what no extension knows is
//! kept as text and named.

use crate::cx::{ADVISED, Cx};
use crate::draft::Draft;
use crate::ext::{self, Arg, Given, MATCHES, MatchExt, Opt, TargetExt, UNREAD_MATCHES, Wrong};
use crate::names;
use crate::target::{any_iface, named_target, tests};
use crate::value;
use crate::word::Word;
use chainwalk_model::{
    AddrMask, Count, Counters, DiagnosticId, Expected, Family, Hint, Inv, IpMatch, Match, Op,
    OpKind, Opaque, Policy, Severity, Target, Text,
};

/// The states of conntrack.
const STATES: [&str; 7] = ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "SNAT", "DNAT"];

/// What a line asks to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verb {
    /// `-A`.
    Append,
    /// `-I`, at this place from 1.
    Insert(u32),
    /// `-D` by what the rule is.
    Delete,
    /// `-D` by number.
    DeleteAt(u32),
    /// `-R`.
    Replace(u32),
    /// `-N`.
    New,
    /// `-F`.
    Flush,
    /// `-X`.
    DeleteChain,
    /// `-P`.
    Policy(Policy),
    /// `-E`, to this name.
    Rename(String),
    /// `-Z`, `-C`, `-L`, `-S`: nothing is changed.
    Nothing,
}

/// A line, read.
#[derive(Debug)]
pub(crate) struct Spec {
    /// What it asks to do.
    pub(crate) verb: Option<Verb>,
    /// The chain it is about; `-F` and `-X` may name none.
    pub(crate) chain: Option<String>,
    /// The operations of each rule it makes: several source addresses make several rules.
    pub(crate) rules: Vec<Vec<Op>>,
    /// The counters.
    pub(crate) counters: Option<Counters>,
    /// The comment.
    pub(crate) comment: Option<Text>,
}

/// How many extensions back an option is looked for; no rule of a person has as many.
const REACH: usize = 64;

/// How many rules one line may make; a person's makes a handful.
const MOST_RULES: usize = 1024;

enum Slot<'a> {
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
    /// A piece that could not be read.
    Bad {
        start: usize,
        end: usize,
    },
}

#[derive(Default)]
struct Base {
    ip: IpMatch,
    srcs: Vec<Inv<AddrMask>>,
    dsts: Vec<Inv<AddrMask>>,
    start: Option<usize>,
    end: usize,
}

impl Base {
    fn cover(&mut self, start: usize, end: usize) {
        self.start = Some(self.start.map_or(start, |s| s.min(start)));
        self.end = self.end.max(end);
    }
}

/// Reads the words of a line, counters in brackets taken off before.
pub(crate) fn read(cx: &mut Cx<'_>, draft: &mut Draft, words: &[Word<'_>]) -> Spec {
    let mut reader = Reader {
        cx,
        draft,
        words,
        at: 0,
        not: None,
        base: Base::default(),
        slots: Vec::new(),
        verb: None,
        chain: None,
        counters: None,
        proto: None,
    };
    while reader.at < reader.words.len() {
        reader.step();
    }
    reader.finish()
}

struct Reader<'a, 'w, 'c, 'd> {
    cx: &'c mut Cx<'d>,
    draft: &'c mut Draft,
    words: &'a [Word<'w>],
    at: usize,
    /// Where a `!` stands that waits for its option.
    not: Option<usize>,
    base: Base,
    slots: Vec<Slot<'a>>,
    verb: Option<Verb>,
    chain: Option<String>,
    counters: Option<Counters>,
    /// The protocol's name, which may stand for its match.
    proto: Option<&'a str>,
}

impl<'a> Reader<'a, '_, '_, '_> {
    fn v6(&self) -> bool {
        self.draft.family == Family::Ip6
    }

    fn next(&mut self) -> Option<&'a Word<'a>> {
        let words: &'a [Word<'_>] = self.words;
        let word = words.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    fn peek(&self) -> Option<&'a Word<'a>> {
        let words: &'a [Word<'_>] = self.words;
        words.get(self.at)
    }

    /// The value of an option; `!` before it counts as one before the option.
    fn operand(&mut self, option: &Word<'_>, expected: Expected) -> Option<&'a Word<'a>> {
        if self.peek().is_some_and(|w| w.is("!")) {
            self.at += 1;
            self.not = if self.not.is_some() { None } else { Some(option.start) };
        }
        let found = self.next();
        if found.is_none() {
            self.cx.say(
                DiagnosticId::Missing,
                Severity::Warning,
                (option.start, option.end),
                vec![expected],
                None,
            );
            self.slots.push(Slot::Bad { start: option.start, end: option.end });
        }
        found
    }

    fn step(&mut self) {
        let Some(word) = self.next() else { return };
        if word.is("!") {
            self.not = Some(word.start);
            return;
        }
        // `!-i eth0` and `!--syn`, as people type them.
        if !word.quoted
            && let Some(option) = word.text.strip_prefix('!')
            && option.starts_with('-')
        {
            self.not = Some(word.start);
            let split = Word {
                text: option.to_owned().into(),
                start: word.start + 1,
                end: word.end,
                quoted: false,
            };
            self.option(&split);
        } else if word.is_option() {
            self.option(word);
        } else {
            self.stray(word);
        }
        self.not = None;
    }

    fn stray(&mut self, word: &Word<'_>) {
        let end = self.words.last().map_or(word.end, |w| w.end);
        let remark = !word.quoted
            && (word.text.starts_with(['#', ';', '<', '(', '\u{2190}'])
                || word.text.starts_with("//")
                || word.text.starts_with(|c: char| !c.is_ascii()));
        if remark {
            self.at = self.words.len();
            self.cx.say(DiagnosticId::Prose, Severity::Note, (word.start, end), vec![], None);
            return;
        }
        let open = self.slots.last_mut();
        if let Some(Slot::Opaque { end, .. } | Slot::Name { end, options: true, .. }) = open {
            *end = word.end;
            return;
        }
        let place = (word.start, word.end);
        let id = DiagnosticId::UnknownOption;
        self.cx.say(id, Severity::Warning, place, vec![], None);
        self.slots.push(Slot::Bad { start: word.start, end: word.end });
    }

    fn verb(&mut self, verb: Verb, chain: Option<&Word<'_>>) {
        if self.verb.is_some() {
            let end = chain.map_or(self.word_end(), |c| c.end);
            self.twice(self.word_start(), end);
            return;
        }
        self.verb = Some(verb);
        self.chain = chain.map(|c| c.text.to_string());
    }

    /// Where the last word that was taken starts, and ends.
    fn word_start(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.words.get(at)).map_or(0, |w| w.start)
    }

    fn word_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.words.get(at)).map_or(0, |w| w.end)
    }

    /// What may stand only once stands again: it is kept as text.
    fn twice(&mut self, start: usize, end: usize) {
        let start = start.min(end);
        let expected = vec![Expected::EndOfLine];
        self.cx.say(DiagnosticId::BadValue, Severity::Warning, (start, end), expected, None);
        self.slots.push(Slot::Bad { start, end });
    }

    fn operand_number(&mut self) -> Option<u32> {
        let number = value::whole(value::u32n, self.peek()?.text.as_ref())?;
        self.at += 1;
        Some(number)
    }

    /// A number of `-c`.
    fn operand_count(&mut self) -> Option<Count> {
        let value = self.peek()?.text.parse().ok()?;
        self.at += 1;
        Some(Count { value, unit: 1 })
    }

    /// A chain name that need not follow.
    fn maybe_chain(&mut self) -> Option<&'a Word<'a>> {
        let word = self.peek().filter(|w| !w.is_option() && !w.is("!"))?;
        self.at += 1;
        Some(word)
    }

    fn option(&mut self, option: &Word<'_>) {
        let start = self.not.unwrap_or(option.start);
        match option.text.as_ref() {
            "-A" | "--append" => {
                let chain = self.operand(option, Expected::Chain);
                self.verb(Verb::Append, chain);
            }
            "-I" | "--insert" => {
                let chain = self.operand(option, Expected::Chain);
                let at = self.operand_number().unwrap_or(1);
                self.verb(Verb::Insert(at), chain);
            }
            "-D" | "--delete" => {
                let chain = self.operand(option, Expected::Chain);
                let verb = self.operand_number().map_or(Verb::Delete, Verb::DeleteAt);
                self.verb(verb, chain);
            }
            "-R" | "--replace" => {
                let chain = self.operand(option, Expected::Chain);
                let at = self.operand_number().unwrap_or(0);
                self.verb(Verb::Replace(at), chain);
            }
            // `CLUSTERIP` has a `--new` of its own.
            "--new" if self.has_target("CLUSTERIP") => self.extension(option, start),
            "-N" | "--new-chain" | "--new" => {
                let chain = self.operand(option, Expected::Chain);
                self.verb(Verb::New, chain);
            }
            "-P" | "--policy" => {
                let chain = self.operand(option, Expected::Chain);
                let policy = self.operand(option, Expected::Target);
                let policy = match policy.map(|p| p.text.as_ref()) {
                    Some("ACCEPT") => Policy::Accept,
                    Some("DROP") => Policy::Drop,
                    Some(_) => {
                        let place = (self.word_start(), self.word_end());
                        let wanted = ["ACCEPT", "DROP"].map(|w| Expected::Literal(w.into()));
                        let (id, bad) = (DiagnosticId::BadValue, Severity::Warning);
                        self.cx.say(id, bad, place, wanted.to_vec(), None);
                        Policy::Unknown
                    }
                    None => Policy::Unknown,
                };
                self.verb(Verb::Policy(policy), chain);
            }
            "-E" | "--rename-chain" | "--rename" => {
                let chain = self.operand(option, Expected::Chain);
                let to = self.operand(option, Expected::Chain).map(|w| w.text.to_string());
                self.verb(Verb::Rename(to.unwrap_or_default()), chain);
            }
            "-F" | "--flush" => {
                let chain = self.maybe_chain();
                self.verb(Verb::Flush, chain);
            }
            "-X" | "--delete-chain" => {
                let chain = self.maybe_chain();
                self.verb(Verb::DeleteChain, chain);
            }
            "-Z" | "--zero" | "-L" | "--list" | "-S" | "--list-rules" => {
                let chain = self.maybe_chain();
                self.operand_number();
                self.verb(Verb::Nothing, chain);
            }
            "-C" | "--check" => {
                let chain = self.operand(option, Expected::Chain);
                self.verb(Verb::Nothing, chain);
            }
            "-t" | "--table" | "--modprobe" | "-M" => {
                self.next();
            }
            "-w" | "--wait" | "-W" | "--wait-interval" => {
                self.operand_number();
            }
            "-v" | "--verbose" | "-n" | "--numeric" | "-x" | "--exact" | "-4" | "--ipv4" | "-6"
            | "--ipv6" | "--line-numbers" | "-vv" => {}
            "-c" | "--set-counters" => {
                let packets = self.operand_count();
                let bytes = self.operand_count();
                if let (Some(packets), Some(bytes)) = (packets, bytes) {
                    self.counters = Some(Counters { packets, bytes });
                }
            }
            "-s" | "--source" | "--src" => {
                let found = self.addrs(option, start);
                self.base.srcs.extend(found);
            }
            "-d" | "--destination" | "--dst" => {
                let found = self.addrs(option, start);
                self.base.dsts.extend(found);
            }
            "-i" | "--in-interface" => {
                let found = self.base_value(option, start, value::iface, Expected::Interface);
                self.base.ip.iniface = found.and_then(any_iface).or(self.base.ip.iniface.take());
            }
            "-o" | "--out-interface" => {
                let found = self.base_value(option, start, value::iface, Expected::Interface);
                self.base.ip.outiface = found.and_then(any_iface).or(self.base.ip.outiface.take());
            }
            // `-m policy` and what `-m ipvs` writes have a `--proto` of their own.
            "--proto" if self.has_own_proto() => self.extension(option, start),
            "-p" | "--protocol" | "--proto" => {
                self.proto = self
                    .peek()
                    .filter(|w| !w.is("!"))
                    .or(self.words_after())
                    .map(|w| w.text.as_ref());
                let found = self.base_value(option, start, value::protocol, Expected::Protocol);
                // 0 is any.
                self.base.ip.proto = found.filter(|p| p.value != 0);
            }
            "-f" | "--fragment" | "--fragments" => {
                self.base.cover(start, option.end);
                self.base.ip.fragment = Some(Inv { not: self.not.is_some(), value: () });
            }
            "-j" | "--jump" => self.target(option, start, false),
            "-g" | "--goto" => self.target(option, start, true),
            "-m" | "--match" => self.module(option, start),
            _ => self.extension(option, start),
        }
    }

    /// Whether the last extension opened is that target.
    fn has_target(&self, name: &str) -> bool {
        matches!(self.slots.last(), Some(Slot::Target(ext, _)) if ext.names.contains(&name))
    }

    fn has_own_proto(&self) -> bool {
        self.slots.iter().rev().take(REACH).any(|slot| match slot {
            Slot::Match(ext, _) => ext.options.iter().any(|o| o.is("--proto")),
            _ => false,
        })
    }

    fn words_after(&self) -> Option<&'a Word<'a>> {
        let words: &'a [Word<'_>] = self.words;
        words.get(self.at + 1)
    }

    fn base_value<T>(
        &mut self,
        option: &Word<'_>,
        start: usize,
        piece: impl FnMut(&'a str) -> value::Piece<'a, T>,
        expected: Expected,
    ) -> Option<Inv<T>> {
        let word = self.operand(option, expected.clone())?;
        if let Some(value) = value::whole(piece, &word.text) {
            self.base.cover(start, word.end);
            return Some(Inv { not: self.not.is_some(), value });
        }
        self.bad(word, start, expected);
        None
    }

    /// A value that does not fit: the option is kept as text.
    fn bad(&mut self, word: &Word<'_>, start: usize, expected: Expected) {
        let hint = match expected {
            Expected::Protocol => {
                let known = names::PROTOCOLS.iter().map(|(name, _)| *name);
                self.cx.nearest(&word.text, known)
            }
            _ => None,
        };
        self.cx.say(
            DiagnosticId::BadValue,
            Severity::Warning,
            (word.start, word.end),
            vec![expected],
            hint,
        );
        self.slots.push(Slot::Bad { start, end: word.end });
    }

    /// `-s a,b`: each address makes a rule of its own.
    fn addrs(&mut self, option: &Word<'_>, start: usize) -> Vec<Inv<AddrMask>> {
        let Some(word) = self.operand(option, Expected::Network) else { return Vec::new() };
        let not = self.not.is_some();
        let mut found = Vec::new();
        for text in word.text.split(',') {
            match value::whole(value::addr_mask, text) {
                Some(value) if value.addr.is_ipv6() == self.v6() => found.push(Inv { not, value }),
                _ => {
                    self.bad(word, start, Expected::Network);
                    return Vec::new();
                }
            }
        }
        self.base.cover(start, word.end);
        found
    }

    fn module(&mut self, option: &Word<'_>, start: usize) {
        let Some(word) = self.operand(option, Expected::Option) else { return };
        let name = word.text.as_ref();
        if let Some(ext) = ext::find_match(name) {
            self.slots.push(Slot::Match(ext, self.given(name, start, word.end)));
            return;
        }
        if UNREAD_MATCHES.contains(&name) {
            let span = (word.start, word.end);
            self.cx.say(DiagnosticId::NotModelled, Severity::Warning, span, vec![], None);
        } else {
            let known =
                MATCHES.iter().flat_map(|e| e.names).copied().chain(UNREAD_MATCHES.iter().copied());
            let hint = self.cx.nearest(name, known);
            self.cx.say(
                DiagnosticId::UnknownMatch,
                Severity::Warning,
                (word.start, word.end),
                vec![],
                hint,
            );
        }
        self.slots.push(Slot::Opaque { module: name.into(), start, end: word.end });
    }

    fn given(&self, name: &'a str, start: usize, end: usize) -> Given<'a> {
        Given { args: Vec::new(), v6: self.v6(), name, start, end }
    }

    fn target(&mut self, option: &Word<'_>, start: usize, goto: bool) {
        let Some(word) = self.operand(option, Expected::Target) else { return };
        let name = word.text.as_ref();
        let there = |slot: &Slot<'_>| matches!(slot, Slot::Target(..) | Slot::Name { .. });
        if self.slots.iter().rev().take(REACH).any(there) {
            self.twice(start, word.end);
            return;
        }
        if !goto && let Some(ext) = ext::find_target(name) {
            self.slots.push(Slot::Target(ext, self.given(name, start, word.end)));
        } else {
            let name = name.to_owned();
            self.slots.push(Slot::Name { name, goto, start, end: word.end, options: false });
        }
    }

    /// An option that is not one of every rule.
    fn extension(&mut self, option: &Word<'_>, start: usize) {
        let name = option.text.as_ref();
        for exact in [true, false] {
            for slot in (0..self.slots.len()).rev().take(REACH) {
                let known = match &self.slots[slot] {
                    Slot::Match(ext, _) => known(ext.options, name, exact),
                    Slot::Target(ext, _) => known(ext.options, name, exact),
                    _ => None,
                };
                if let Some(known) = known {
                    self.give(slot, known, option, start);
                    return;
                }
            }
            if let Some(implied) = self.implied()
                && let Some(known) = known(implied.options, name, exact)
            {
                let given = self.given(implied.names[0], start, option.end);
                self.slots.push(Slot::Match(implied, given));
                self.give(self.slots.len() - 1, known, option, start);
                return;
            }
        }
        self.unknown(option, start);
    }

    /// The match that `-p` stands for, unless it is already there.
    fn implied(&self) -> Option<&'static MatchExt> {
        let name = match self.proto? {
            "6" => "tcp",
            "17" => "udp",
            "1" => "icmp",
            "58" => "icmp6",
            "132" => "sctp",
            "33" => "dccp",
            "50" => "esp",
            "51" => "ah",
            "108" => "ipcomp",
            "135" | "mobility-header" => "mh",
            name => name,
        };
        let ext = ext::find_match(name)?;
        let lower = [
            "tcp",
            "udp",
            "udplite",
            "icmp",
            "icmp6",
            "icmpv6",
            "ipv6-icmp",
            "sctp",
            "dccp",
            "esp",
            "ah",
            "ipcomp",
            "mh",
        ];
        let there = |slot: &Slot<'_>| matches!(slot, Slot::Match(e, _) if e.names == ext.names);
        (lower.contains(&name) && !self.slots.iter().rev().take(REACH).any(there)).then_some(ext)
    }

    /// Takes the values of a known option.
    fn give(&mut self, slot: usize, known: &'static Opt, option: &Word<'_>, start: usize) {
        let mut values = Vec::new();
        let mut end = option.end;
        let count = match known.args {
            ext::MAYBE => usize::from(self.peek().is_some_and(|w| !w.is_option() && !w.is("!"))),
            count => count,
        };
        for n in 0..count {
            let word = if n == 0 { self.operand(option, Expected::Text) } else { self.next() };
            let Some(word) = word else { break };
            end = word.end;
            values.push(word.clone());
        }
        let arg = Arg { name: known.name, not: self.not.is_some(), values, start, end };
        let twice = match self.slots.get_mut(slot) {
            Some(Slot::Match(_, given) | Slot::Target(_, given)) => {
                given.end = given.end.max(end);
                let twice = !known.many && given.get(known.name).is_some();
                if !twice {
                    given.args.push(arg);
                }
                twice
            }
            _ => false,
        };
        if twice {
            self.twice(start, end);
        }
    }

    /// An option that no extension here knows.
    fn unknown(&mut self, option: &Word<'_>, start: usize) {
        let name = option.text.as_ref();
        let mut end = option.end;
        while let Some(word) = self.peek().filter(|w| !w.is_option() && !w.is("!")) {
            if word.is("#") {
                break;
            }
            end = word.end;
            self.at += 1;
        }
        let owner = self.slots.iter_mut().rev().take(REACH).find_map(|slot| match slot {
            Slot::Opaque { end, .. } => Some(end),
            Slot::Name { end, options, goto: false, .. } => {
                *options = true;
                Some(end)
            }
            _ => None,
        });
        if let Some(owner) = owner {
            *owner = (*owner).max(end);
            return;
        }
        // One rule needs so much advice and no more.
        let hint = if self.slots.len() < REACH { self.advice(name) } else { None };
        self.cx.say(
            DiagnosticId::UnknownOption,
            Severity::Warning,
            (option.start, option.end),
            vec![],
            hint,
        );
        self.slots.push(Slot::Bad { start, end });
    }

    fn advice(&self, name: &str) -> Option<Hint> {
        let ports =
            ["--dport", "--sport", "--destination-port", "--source-port", "--syn", "--tcp-flags"];
        let carried = ["tcp", "udp", "sctp", "dccp", "6", "17", "132", "33"];
        if ports.contains(&name) && self.proto.is_none_or(|p| !carried.contains(&p)) {
            return Some(Hint::NeedsProtocol);
        }
        if self.cx.diagnostics.len() >= ADVISED {
            return None;
        }
        let owner = MATCHES.iter().find(|e| known(e.options, name, true).is_some());
        if let Some(ext) = owner {
            return Some(Hint::DidYouMean(format!("-m {} {name}", ext.names[0]).into()));
        }
        let open = self.slots.iter().rev().take(REACH).flat_map(|slot| match slot {
            Slot::Match(ext, _) => ext.options,
            Slot::Target(ext, _) => ext.options,
            _ => &[],
        });
        let implied = self.implied().map_or(&[][..], |e| e.options);
        let all = open.chain(implied).map(|o| o.name).chain(BASE.iter().copied());
        self.cx.nearest(name, all)
    }

    fn op(&self, what: OpKind, start: usize, end: usize) -> Op {
        Op { what, span: self.cx.clean.span(start, end) }
    }

    fn text(&self, start: usize, end: usize) -> &str {
        self.cx.clean.text.get(start..end).unwrap_or_default()
    }

    fn opaque(&self, module: Option<&str>, start: usize, end: usize) -> Opaque {
        Opaque::new(module, self.text(start, end))
    }

    fn wrong(&mut self, wrong: Wrong) {
        let place = (wrong.start, wrong.end);
        let hint = wrong.hint.clone().or_else(|| self.meant(&wrong));
        self.cx.say(wrong.id, Severity::Warning, place, wrong.expected, hint);
    }

    /// The known value that was meant by one that does not fit.
    fn meant(&self, wrong: &Wrong) -> Option<Hint> {
        if wrong.id != DiagnosticId::BadValue {
            return None;
        }
        let text = self.text(wrong.start, wrong.end);
        match wrong.expected.first()? {
            Expected::CtState => {
                let fits = |word: &&str| STATES.iter().any(|s| s.eq_ignore_ascii_case(word));
                text.split(',').filter(|w| !fits(w)).find_map(|w| self.cx.nearest(w, STATES))
            }
            Expected::IcmpType => {
                let known = if self.v6() { names::ICMP6 } else { names::ICMP };
                self.cx.nearest(text, known.iter().map(|(name, ..)| *name))
            }
            _ => None,
        }
    }

    fn finish(mut self) -> Spec {
        if self.base.srcs.len().max(1) * self.base.dsts.len().max(1) > MOST_RULES {
            (self.base.srcs, self.base.dsts) = (Vec::new(), Vec::new());
            let start = self.base.start.unwrap_or(self.base.end);
            self.twice(start, self.base.end);
        }
        let mut ops = Vec::new();
        let mut target = None;
        let mut comment = None;
        for slot in std::mem::take(&mut self.slots) {
            match slot {
                Slot::Match(ext, given) => {
                    let (start, end) = (given.start, given.end);
                    let what = match (ext.build)(&given) {
                        Ok(found) => found,
                        Err(wrong) => {
                            self.wrong(wrong);
                            Match::Opaque(self.opaque(Some(given.name), start, end))
                        }
                    };
                    if let (Match::Comment(text), None) = (&what, &comment) {
                        comment = Some(text.clone());
                    }
                    ops.push(self.op(OpKind::Match(what), start, end));
                }
                Slot::Opaque { module, start, end } => {
                    let what = Match::Opaque(self.opaque(Some(&module), start, end));
                    ops.push(self.op(OpKind::Match(what), start, end));
                }
                Slot::Bad { start, end } => {
                    let what = Match::Opaque(self.opaque(None, start, end));
                    ops.push(self.op(OpKind::Match(what), start, end));
                }
                Slot::Target(ext, given) => {
                    let (start, end) = (given.start, given.end);
                    let what = match (ext.build)(&given) {
                        Ok(found) => found,
                        Err(wrong) => {
                            self.wrong(wrong);
                            Target::Opaque(self.opaque(Some(given.name), start, end))
                        }
                    };
                    target = Some(self.op(OpKind::Target(what), start, end));
                }
                Slot::Name { name, goto, start, end, options } => {
                    let what = self.named(&name, goto, options, start, end);
                    target = Some(self.op(OpKind::Target(what), start, end));
                }
            }
        }
        ops.extend(target);
        Spec {
            rules: self.expand(&ops),
            verb: self.verb,
            chain: self.chain,
            counters: self.counters,
            comment,
        }
    }

    /// A target that is no extension read here: a chain, or one kept as text.
    fn named(&mut self, name: &str, goto: bool, options: bool, start: usize, end: usize) -> Target {
        let text = self.opaque(Some(name), start, end);
        named_target(self.cx, self.draft, name, goto, options, (start, end), text)
    }

    /// The base tests before the other operations, once for every pair of addresses.
    fn expand(&self, ops: &[Op]) -> Vec<Vec<Op>> {
        let base = &self.base;
        let one = |list: &[Inv<AddrMask>]| -> Vec<Option<Inv<AddrMask>>> {
            if list.is_empty() { vec![None] } else { list.iter().copied().map(tests).collect() }
        };
        let mut rules = Vec::new();
        for src in one(&base.srcs) {
            for dst in one(&base.dsts) {
                let ip = IpMatch { src, dst, ..base.ip.clone() };
                let mut all = Vec::with_capacity(ops.len() + 1);
                if ip != IpMatch::default() {
                    let start = base.start.unwrap_or(base.end);
                    all.push(self.op(OpKind::Match(Match::Ip(ip)), start, base.end));
                }
                all.extend(ops.iter().cloned());
                rules.push(all);
            }
        }
        rules
    }
}

const BASE: &[&str] = &[
    "--source",
    "--destination",
    "--in-interface",
    "--out-interface",
    "--protocol",
    "--fragment",
    "--jump",
    "--goto",
    "--match",
    "--append",
    "--insert",
    "--table",
];

/// The option of that name; unless `exact`, a shortened one that fits no other counts too.
fn known(options: &'static [Opt], name: &str, exact: bool) -> Option<&'static Opt> {
    if exact {
        return options.iter().find(|o| o.is(name));
    }
    if name.len() < 4 {
        return None;
    }
    let fits = |o: &&Opt| o.name.starts_with(name) || o.also.iter().any(|a| a.starts_with(name));
    let mut found = options.iter().filter(fits);
    found.next().filter(|_| found.next().is_none())
}
