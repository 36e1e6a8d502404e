//! The way back: the model as iptables-save text.
//!
//! Guarantees: what is printed, read again, is the same model; a rule that can't be printed whole is not
//! printed in part but stands as a remark.

use crate::clean::Clean;
use crate::cx::Cx;
use crate::draft::Draft;
use crate::ext::{MATCHES, Seen, TARGETS};
use crate::names::protocol_name;
use crate::rule;
use crate::value::{addr_text, iface_text};
use crate::word::words;
use chainwalk_model::{
    Backend, Chain, ChainId, Counters, DocId, Family, Host, IpMatch, Match, Op, OpKind, Opaque,
    Policy, Rule, Ruleset, Table, Target,
};
use std::fmt::Write as _;

/// How a remark begins that stands for what could not be printed.
pub(crate) const UNPRINTED: &str = "# not printable: ";

/// A host's rules as text that `iptables-restore` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaveText {
    /// The text.
    pub text: String,
    /// Whether everything could be printed; what could not stands in the text as `# not printable: …`.
    pub complete: bool,
}

/// Prints the rules of a host in `iptables-save`'s form, in one spelling for each meaning. Each table
/// has the program it is for above it.
pub fn save_text(host: &Host) -> SaveText {
    let mut out = SaveText { text: String::new(), complete: true };
    for table in &host.rules.tables {
        out.table(&host.rules, table);
    }
    out
}

impl SaveText {
    pub(crate) fn line(&mut self, text: &str) {
        self.text += text;
        self.text.push('\n');
    }

    pub(crate) fn lost(&mut self, what: &str) {
        self.complete = false;
        let what: String = what.split(char::is_whitespace).collect::<Vec<_>>().join(" ");
        self.line(&format!("{UNPRINTED}{what}"));
    }

    fn table(&mut self, rules: &Ruleset, table: &Table) {
        let v6 = match table.family {
            Family::Ip => false,
            Family::Ip6 => true,
            family => return self.lost(&format!("table {} {}", family.word(), table.name)),
        };
        if table.backend == Backend::Nft {
            return self.lost(&format!("table {} {}, of nft", table.family.word(), table.name));
        }
        let program = match (v6, table.backend) {
            (false, Backend::Legacy) => "iptables-save",
            (false, _) => "iptables-nft-save",
            (true, Backend::Legacy) => "ip6tables-save",
            (true, _) => "ip6tables-nft-save",
        };
        self.line(&format!("# {program}"));
        self.line(&format!("*{}", table.name));
        let chains = || table.chains.iter().map(|c| rules.chain(*c));
        for chain in chains().filter(|c| c.declared) {
            self.header(chain);
        }
        for chain in chains().filter(|c| !c.declared) {
            self.lost(&format!("chain {}, which was not pasted", chain.name));
        }
        let mut draft = Draft::new(table.family, &table.name);
        for chain in &table.chains {
            draft.chain(&rules.chain(*chain).name);
        }
        for chain in chains().filter(|c| plain_name(&c.name)) {
            for rule in chain.rules.iter().map(|r| rules.rule(*r)) {
                let text = rule_text(rules, &rule.ops, v6);
                match text.and_then(|text| read_back(&mut draft, rules, rule, text)) {
                    Ok(text) => self.line(&format!("-A {}{text}", chain.name)),
                    Err(why) => {
                        self.lost(&format!("rule {} of {}: {why}", rule.number, chain.name));
                    }
                }
            }
        }
        self.line("COMMIT");
    }

    fn header(&mut self, chain: &Chain) {
        let policy = match chain.base.as_ref().map(|b| b.policy) {
            Some(Policy::Accept) => "ACCEPT",
            Some(Policy::Drop) => "DROP",
            Some(Policy::Unknown) => {
                self.lost(&format!("the policy of {}", chain.name));
                "-"
            }
            None => "-",
        };
        if plain_name(&chain.name) {
            let exact = |c: Counters| c.packets.unit == 1 && c.bytes.unit == 1;
            let counters = chain.counters.filter(|c| exact(*c)).unwrap_or_default();
            let (packets, bytes) = (counters.packets.value, counters.bytes.value);
            self.line(&format!(":{} {policy} [{packets}:{bytes}]", chain.name));
        } else {
            self.lost(&format!("chain {} and its rules", chain.name));
        }
    }
}

/// Whether a chain's name stands by itself in a save text.
fn plain_name(name: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\\');
    !name.is_empty() && !name.starts_with(['-', '!', '#', '[']) && !name.contains(odd)
}

/// What stands behind `-A CHAIN`, or what of it can't be printed.
pub(crate) fn rule_text(rules: &Ruleset, ops: &[Op], v6: bool) -> Result<String, String> {
    let seen = Seen { v6 };
    let mut out = String::new();
    for op in ops {
        let text = match &op.what {
            OpKind::Match(Match::Ip(ip)) => {
                ip_text(&mut out, ip);
                continue;
            }
            OpKind::Match(Match::HiddenInterfaces) => {
                return Err("its interfaces are hidden".into());
            }
            OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o)) => verbatim(o),
            OpKind::Match(m) => {
                MATCHES.iter().find_map(|e| (e.print)(m, seen)).ok_or_else(|| format!("{m:?}"))
            }
            OpKind::Target(Target::Jump(chain)) => Ok(format!("-j {}", rules.chain(*chain).name)),
            OpKind::Target(Target::Goto(chain)) => Ok(format!("-g {}", rules.chain(*chain).name)),
            OpKind::Target(t) => {
                TARGETS.iter().find_map(|e| (e.print)(t, seen)).ok_or_else(|| format!("{t:?}"))
            }
        };
        let _ = write!(out, " {}", text?);
    }
    Ok(out)
}

/// Text that came from a rule in this form goes back as it is; a listing's words can't.
fn verbatim(opaque: &Opaque) -> Result<String, String> {
    let text = &*opaque.text;
    let option = text.starts_with('-') || text.starts_with("! -");
    if option { Ok(text.into()) } else { Err(text.into()) }
}

/// The text, if reading it gives the rule that it was printed from.
fn read_back(
    draft: &mut Draft,
    rules: &Ruleset,
    rule: &Rule,
    text: String,
) -> Result<String, String> {
    let clean = Clean::new(DocId(0), &text);
    let Some(row) = clean.lines().next() else { return Err(text) };
    let mut cx = Cx { clean: &clean, diagnostics: &mut Vec::new() };
    let found = rule::read(&mut cx, draft, &words(row));
    let [ops] = found.rules.as_slice() else { return Err(text) };
    let name = |chain: &ChainId| draft.chains.get(chain.0 as usize).map(|c| &*c.name);
    let same = |(a, b): (&Op, &Op)| match (&a.what, &b.what) {
        (OpKind::Target(Target::Jump(a)), OpKind::Target(Target::Jump(b)))
        | (OpKind::Target(Target::Goto(a)), OpKind::Target(Target::Goto(b))) => {
            name(a) == Some(&*rules.chain(*b).name)
        }
        (a, b) => a == b,
    };
    let rest = clean.lines().nth(1).is_none() && found.verb.is_none();
    let all = rest && ops.len() == rule.ops.len() && ops.iter().zip(&rule.ops).all(same);
    if all { Ok(text) } else { Err(text.trim().into()) }
}

fn ip_text(out: &mut String, ip: &IpMatch) {
    let mut put = |not: bool, option: &str, value: &str| {
        let not = if not { " !" } else { "" };
        let sep = if value.is_empty() { "" } else { " " };
        let _ = write!(out, "{not} {option}{sep}{value}");
    };
    if let Some(net) = ip.src {
        put(net.not, "-s", &addr_text(net.value, true));
    }
    if let Some(net) = ip.dst {
        put(net.not, "-d", &addr_text(net.value, true));
    }
    if let Some(iface) = ip.iniface.clone() {
        put(iface.not, "-i", &iface_text(&iface.value));
    }
    if let Some(iface) = ip.outiface.clone() {
        put(iface.not, "-o", &iface_text(&iface.value));
    }
    if let Some(proto) = ip.proto {
        put(proto.not, "-p", &protocol_name(proto.value));
    }
    if let Some(fragment) = ip.fragment {
        put(fragment.not, "-f", "");
    }
}
