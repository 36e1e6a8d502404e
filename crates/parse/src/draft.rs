//! A table while it is being read: chains by name, in the order they came, until it is put into a host.
//!
//! Jumps hold the index of a chain within the draft until then.

use crate::ext::TARGETS;
use crate::names;
use crate::rules::{DraftRule, Rules};
use chainwalk_model::{
    Backend, Base, Builtin, Chain, ChainId, Counters, Diagnostic, DiagnosticId, Expected, Family,
    Hint, Host, Op, OpKind, Opaque, Order, Policy, Rule, RuleId, Severity, Span, Table, TableId,
    Target, Text, builtin, builtin_names, is_builtin,
};
use std::collections::HashMap;
use std::rc::Rc;

/// Stands for the chain of listed rules above which no chain's name was pasted.
pub(crate) const NO_CHAIN: &str = "?";

/// A chain while it is being read.
#[derive(Clone, Debug)]
pub(crate) struct DraftChain {
    /// Its name.
    pub(crate) name: Text,
    /// Its policy, where it is a built-in chain whose header was seen.
    pub(crate) policy: Option<Policy>,
    /// Its policy's counters.
    pub(crate) counters: Option<Counters>,
    /// How many rules are said to jump here.
    pub(crate) references: Option<u32>,
    /// Whether its header was seen.
    pub(crate) header: Option<Span>,
    /// The first rule that jumps here.
    pub(crate) jump: Option<Span>,
    /// Its rules.
    pub(crate) rules: Rules,
    /// Whether a rule of it was seen, even one that was deleted again.
    pub(crate) shown: Option<Span>,
    /// So many of its first rules may have been taken away, and what may have done it.
    pub(crate) doubt: Option<Box<(usize, Op)>>,
    /// Whether it was deleted.
    pub(crate) gone: bool,
    /// Whether it stands among those that may hold rules.
    filled: bool,
}

/// A table while it is being read.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Draft {
    /// Its family.
    pub(crate) family: Family,
    /// Its name.
    pub(crate) name: Text,
    /// Whose table it is.
    pub(crate) backend: Backend,
    /// Whether the paste tells whose it is.
    pub(crate) told: bool,
    /// Whether it is of a save text, which shows every table of its iptables.
    pub(crate) saved: bool,
    /// Whether a program printed it; else commands make it.
    pub(crate) dumped: bool,
    /// Whether its lines look as a program prints them, though nothing says that one did.
    pub(crate) printed: bool,
    /// Whether only some of its lines were let through.
    pub(crate) part: bool,
    /// Whether a mail quotes its lines.
    pub(crate) quoted: bool,
    /// Its chains.
    pub(crate) chains: Vec<DraftChain>,
    /// All its text.
    pub(crate) span: Option<Span>,
    /// The line that opens it.
    pub(crate) first: Option<Span>,
    index: HashMap<Text, usize>,
    /// The chains that were named since all were emptied: no other holds a rule.
    filled: Vec<usize>,
    /// The chains that came to be since all were deleted; some may be gone again.
    alive: Vec<usize>,
}

impl Draft {
    /// An empty table.
    pub(crate) fn new(family: Family, name: &str) -> Self {
        Self {
            family,
            name: name.into(),
            backend: Backend::Legacy,
            told: false,
            saved: false,
            dumped: false,
            printed: false,
            part: false,
            quoted: false,
            chains: Vec::new(),
            span: None,
            first: None,
            index: HashMap::new(),
            filled: Vec::new(),
            alive: Vec::new(),
        }
    }

    /// A table whose built-in chains exist and accept, as the kernel makes it.
    pub(crate) fn fresh(family: Family, name: &str) -> Self {
        let mut draft = Self::new(family, name);
        for chain in builtin_names(name) {
            let at = draft.chain(chain);
            draft.chains[at].policy = Some(Policy::Accept);
        }
        draft
    }

    /// The chain of that name, made if there is none.
    pub(crate) fn chain(&mut self, name: &str) -> usize {
        if let Some(at) = self.index.get(name).copied() {
            if std::mem::take(&mut self.chains[at].gone) {
                self.alive.push(at);
            }
            self.fills(at);
            return at;
        }
        let name: Text = name.into();
        let at = self.chains.len();
        self.index.insert(name.clone(), at);
        self.chains.push(DraftChain {
            name,
            policy: None,
            counters: None,
            references: None,
            header: None,
            jump: None,
            rules: Rules::default(),
            shown: None,
            doubt: None,
            gone: false,
            filled: false,
        });
        self.alive.push(at);
        self.fills(at);
        at
    }

    /// Rules are about to be put into a chain.
    pub(crate) fn fills(&mut self, at: usize) {
        if !std::mem::replace(&mut self.chains[at].filled, true) {
            self.filled.push(at);
        }
    }

    /// `-F`: takes the rules out of every chain. The built-in ones are known to be empty from then on, and whoever
    /// empties a table that filters nothing has not given it another policy.
    pub(crate) fn flush(&mut self, span: Span) {
        for name in builtin_names(&self.name) {
            let at = self.chain(name);
            let chain = &mut self.chains[at];
            chain.shown.get_or_insert(span);
            if *self.name != *"filter" {
                chain.policy.get_or_insert(Policy::Accept);
            }
        }
        for at in std::mem::take(&mut self.filled) {
            self.chains[at].filled = false;
            self.chains[at].rules.clear();
        }
    }

    /// `-X`: deletes every chain that is not built in.
    pub(crate) fn delete_chains(&mut self) {
        for at in std::mem::take(&mut self.alive) {
            let chain = &mut self.chains[at];
            if !is_builtin(&chain.name) {
                chain.gone = true;
                chain.rules.clear();
            }
        }
    }

    /// The chain of that name, if there is one.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied().filter(|at| !self.chains[*at].gone)
    }

    /// Gives a chain another name.
    pub(crate) fn rename(&mut self, at: usize, to: &str) {
        let old = std::mem::replace(&mut self.chains[at].name, to.into());
        self.index.remove(&old);
        self.index.insert(to.into(), at);
    }

    /// Counts `span` to the table's text.
    pub(crate) fn cover(&mut self, span: Span) {
        self.first.get_or_insert(span);
        self.span = Some(match self.span {
            Some(all) if all.doc == span.doc => all.to(span),
            Some(all) => all,
            None => span,
        });
    }

    /// Whether a chain's header or one of its rules was seen.
    pub(crate) fn shows(&self, name: &str) -> bool {
        self.find(name).is_some_and(|at| self.chains[at].is_shown())
    }

    /// Puts a rule behind those of a chain that stands for rules which are left out.
    pub(crate) fn gap(&mut self, at: usize, text: &str, span: Span, number: Option<u32>) {
        let chain = &mut self.chains[at];
        if chain.rules.last().is_some_and(|r| r.gap) {
            return;
        }
        let what = OpKind::Target(Target::Opaque(Opaque::new(Some(Rule::LEFT_OUT), text)));
        let ops = vec![Op { what, span }];
        chain.shown.get_or_insert(span);
        chain.rules.push(DraftRule { ops, counters: None, comment: None, span, number, gap: true });
        self.fills(at);
    }

    /// Whether every chain is shown that its table has.
    pub(crate) fn is_whole(&self) -> bool {
        let known = builtin_names(&self.name);
        let policy = |c: &&&str| self.find(c).is_some_and(|at| self.chains[at].policy.is_some());
        // Kernels before 2.6.34 had no INPUT in nat.
        let least = known.len() - usize::from(*self.name == *"nat");
        !self.part && known.iter().filter(policy).count() >= least
    }

    /// How many rules it has.
    pub(crate) fn rule_count(&self) -> usize {
        self.chains.iter().map(|c| c.rules.len()).sum()
    }

    /// Whether another draft may be of the same table: two iptables each have their own.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let apart = self.told && other.told && self.backend != other.backend;
        self.family == other.family && self.name == other.name && !apart
    }

    /// Takes over the chains of another draft of the same table; the other's jumps are renumbered.
    pub(crate) fn absorb(&mut self, other: Self) {
        let map: Vec<usize> = other.chains.iter().map(|c| self.chain(&c.name)).collect();
        if let Some(span) = other.span {
            self.cover(span);
        }
        self.dumped |= other.dumped;
        self.part |= other.part;
        self.saved |= other.saved;
        for (from, at) in other.chains.into_iter().zip(&map) {
            let shown = from.is_shown();
            let mut rules = from.rules;
            for op in rules.iter_mut().flat_map(|r| &mut r.ops) {
                if let OpKind::Target(Target::Jump(c) | Target::Goto(c)) = &mut op.what {
                    c.0 = map.get(c.0 as usize).map_or(c.0, |m| *m as u32);
                }
            }
            let to = &mut self.chains[*at];
            to.jump = to.jump.or(from.jump);
            to.gone = from.gone && to.gone;
            if shown {
                to.policy = from.policy;
                to.counters = from.counters;
                to.references = from.references;
                to.header = from.header;
                to.shown = from.shown;
                to.doubt = from.doubt;
                to.rules = rules;
            }
        }
    }

    /// A chain that a rule still calls was not deleted: iptables refuses that. What it holds is not known.
    fn keep_called(&mut self) {
        if !self.chains.iter().any(|c| c.gone) {
            return;
        }
        let ops = self.chains.iter().filter(|c| !c.gone).flat_map(|c| c.rules.iter());
        let called: Vec<usize> = ops
            .flat_map(|r| &r.ops)
            .filter_map(|op| match op.what {
                OpKind::Target(Target::Jump(c) | Target::Goto(c)) => Some(c.0 as usize),
                _ => None,
            })
            .collect();
        for at in called {
            if let Some(chain) = self.chains.get_mut(at).filter(|c| c.gone) {
                (chain.gone, chain.header, chain.shown) = (false, None, None);
            }
        }
    }

    /// Puts the table into a host. An earlier table of that family and name must not be there.
    pub(crate) fn lower(mut self, host: &mut Host, diagnostics: &mut Vec<Diagnostic>) -> TableId {
        self.keep_called();
        let rules = Rc::make_mut(&mut host.rules);
        let table = TableId(rules.tables.len() as u32);
        let mut ids = Vec::with_capacity(self.chains.len());
        let mut next = rules.chains.len() as u32;
        for chain in &self.chains {
            ids.push(ChainId(next));
            next += u32::from(!chain.gone);
        }
        let none = self.span.unwrap_or_default();
        let mut chains = Vec::new();
        let shown = self.chains.iter().filter(|c| c.is_shown());
        let known: Vec<Text> = shown.take(ADVICE).map(|c| c.name.clone()).collect();
        rules.rules.reserve(self.chains.iter().map(|c| c.rules.len()).sum());
        rules.chains.reserve(self.chains.len());
        let mut advised = 0;
        for (at, chain) in self.chains.into_iter().enumerate() {
            if chain.gone {
                continue;
            }
            let id = ids[at];
            let builtin = builtin(&self.name, self.backend, &chain.name);
            let shown = chain.is_shown() || chain.policy.is_some();
            let span = chain.header.or(chain.shown).or(chain.jump).unwrap_or(none);
            if !shown {
                let near =
                    Some(()).filter(|()| advised < ADVICE).and_then(|()| near(&chain.name, &known));
                advised += 1;
                diagnostics.push(missing_chain(&chain.name, near, span, self.family, &self.name));
            } else if *chain.name == *NO_CHAIN {
                diagnostics.push(Diagnostic {
                    id: DiagnosticId::Missing,
                    severity: Severity::Warning,
                    span,
                    found: "".into(),
                    expected: vec![Expected::Literal("Chain INPUT (policy ACCEPT)".into())],
                    hint: None,
                });
            } else if chain.header.is_none()
                && builtin.is_none()
                && chain.shown.is_some()
                // Of what was picked out no more is shown than the lines that were.
                && !chain.rules.iter().any(|r| r.gap)
            {
                diagnostics.push(Diagnostic {
                    id: DiagnosticId::UndeclaredChain,
                    severity: Severity::Note,
                    span,
                    found: chain.name.clone(),
                    expected: vec![Expected::Literal(format!(":{} - [0:0]", chain.name).into())],
                    hint: {
                        advised += 1;
                        let known = builtin_names(&self.name).into_iter();
                        let near = Some(known).filter(|_| advised < ADVICE);
                        let near = near.and_then(|k| names::nearest(&chain.name, k));
                        near.map(|n| Hint::DidYouMean(n.into()))
                    },
                });
            }
            let mut own = Vec::with_capacity(chain.rules.len());
            for (n, rule) in chain.rules.into_rules().enumerate() {
                own.push(RuleId(rules.rules.len() as u32));
                let mut ops = rule.ops;
                if let Some((_, doubt)) = chain.doubt.as_deref().filter(|(count, _)| n < *count) {
                    ops.insert(0, Op { span: rule.span, ..doubt.clone() });
                }
                for op in &mut ops {
                    if let OpKind::Target(Target::Jump(c) | Target::Goto(c)) = &mut op.what {
                        *c = ids.get(c.0 as usize).copied().unwrap_or(*c);
                    }
                }
                rules.rules.push(Rule {
                    chain: id,
                    number: rule.number.unwrap_or(n as u32 + 1),
                    ops,
                    counters: rule.counters.map(|c| *c),
                    comment: rule.comment,
                    handle: None,
                    span: rule.span,
                });
            }
            let policy = chain.policy.unwrap_or(Policy::Unknown);
            chains.push(id);
            rules.chains.push(Chain {
                table,
                name: chain.name,
                base: builtin.map(|Builtin { hook, priority, kind }| Base {
                    hook,
                    priority,
                    kind,
                    policy,
                    doubted: chain.policy == Some(Policy::Unknown),
                    devices: Vec::new(),
                    registered: None,
                }),
                rules: own,
                counters: chain.counters,
                references: chain.references,
                declared: shown,
                span,
            });
        }
        // A chain that a rule named before its header came stands where its header is.
        chains.order_by_key(|id: &ChainId| {
            let chain = rules.chain(*id);
            (!chain.declared, chain.span.doc, chain.span.start)
        });
        rules.tables.push(Table {
            family: self.family,
            name: self.name,
            backend: self.backend,
            chains,
            dormant: false,
            span: none,
        });
        crate::loops::tell(rules, table, diagnostics);
        table
    }
}

impl DraftChain {
    /// Whether its header or one of its rules was seen.
    pub(crate) fn is_shown(&self) -> bool {
        !self.gone && (self.header.is_some() || self.shown.is_some())
    }
}

fn missing_chain(
    name: &Text,
    near: Option<&str>,
    span: Span,
    family: Family,
    table: &str,
) -> Diagnostic {
    let paste = || names::paste_table(family, table);
    Diagnostic {
        id: DiagnosticId::MissingChain,
        severity: Severity::Warning,
        span,
        found: name.clone(),
        expected: vec![],
        hint: Some(near.map_or_else(paste, |n| Hint::DidYouMean(n.into()))),
    }
}

/// So many names of a table are compared with others: a person has no more that are wrong.
const ADVICE: usize = 64;

/// The target or the chain that was meant by a name that is neither.
fn near<'a>(name: &str, chains: &'a [Text]) -> Option<&'a str> {
    let targets = TARGETS.iter().flat_map(|e| e.names).copied();
    // Long names of chains are made by programs, and near to each other.
    let short = chains.iter().filter(|c| name.len() <= 12 && !is_builtin(c));
    names::nearest(name, targets.chain(short.map(|c| &**c)))
}

#[cfg(test)]
mod tests {
    use crate::paste::read;
    use chainwalk_model::{DiagnosticId, Hint};

    /// The problems with chains: which, the chain, and what to do.
    fn problems(text: &str) -> Vec<(DiagnosticId, String, Option<Hint>)> {
        let told = read(&[text]).diagnostics.into_iter();
        let told = told.filter(|d| d.id != DiagnosticId::PartOfTable);
        told.map(|d| (d.id, d.found.to_string(), d.hint)).collect()
    }

    #[test]
    fn a_chain_that_was_not_pasted_is_asked_for_unless_it_is_a_slip() {
        let rule = |target: &str| {
            format!("*filter\n:INPUT ACCEPT [0:0]\n:web-in - [0:0]\n-A INPUT -j {target}\nCOMMIT\n")
        };
        let paste = Some(Hint::Paste("iptables -t filter -nvL".into()));
        let meant = |name: &str| Some(Hint::DidYouMean(name.into()));
        for (target, hint) in [
            ("other", paste.clone()),
            ("web-im", meant("web-in")),
            ("DROPP", meant("DROP")),
            // Names of chains that programs make are near to each other.
            ("KUBE-SVC-ABCDEFGH", paste),
        ] {
            let expect = vec![(DiagnosticId::MissingChain, target.to_owned(), hint)];
            assert_eq!(problems(&rule(target)), expect);
        }
        assert_eq!(problems(&rule("web-in")), []);
        let six = format!("# Generated by ip6tables-save v1.8.9\n{}", rule("other"));
        let paste = Some(Hint::Paste("ip6tables -t filter -nvL".into()));
        assert_eq!(problems(&six), [(DiagnosticId::MissingChain, "other".to_owned(), paste)]);
    }

    #[test]
    fn a_chain_that_a_rule_calls_is_not_deleted() {
        let text = "*filter\n:INPUT ACCEPT [0:0]\n:c - [0:0]\n-A INPUT -j c\n-X\nCOMMIT\n";
        let told = problems(text);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].0, &*told[0].1), (DiagnosticId::MissingChain, "c"));
        let host = read(&[text]).host();
        assert_eq!(host.rules.chains.len(), 2);
    }

    #[test]
    fn a_chain_without_its_header_is_noted() {
        let text =
            |chain: &str| format!("*filter\n:INPUT ACCEPT [0:0]\n-A {chain} -j DROP\nCOMMIT\n");
        let meant = Some(Hint::DidYouMean("INPUT".into()));
        assert_eq!(
            problems(&text("own")),
            [(DiagnosticId::UndeclaredChain, "own".to_owned(), None)]
        );
        assert_eq!(
            problems(&text("INPTU")),
            [(DiagnosticId::UndeclaredChain, "INPTU".to_owned(), meant)]
        );
        assert_eq!(problems(&text("INPUT")), []);
    }

    #[test]
    fn chains_stand_in_the_order_of_their_headers() {
        let text = ":INPUT ACCEPT [0:0]\n-A INPUT -j late\n-A INPUT -j gone\n:early - [0:0]\n:late - [0:0]\n-A late -j early\n";
        let host = read(&[text]).host();
        let rules = &host.rules;
        let names: Vec<(&str, bool)> = rules.tables[0]
            .chains
            .iter()
            .map(|c| (&*rules.chain(*c).name, rules.chain(*c).declared))
            .collect();
        assert_eq!(names, [("INPUT", true), ("early", true), ("late", true), ("gone", false)]);
        let numbers: Vec<u32> = rules.rules.iter().map(|r| r.number).collect();
        assert_eq!(numbers, [1, 2, 1]);
    }
}
