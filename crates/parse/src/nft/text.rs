//! The way back: tables as `nft -f` takes them, those of iptables too.
//!
//! Guarantees: what is printed, read again, is the same tables, or of iptables tables that do the same; what nft has no words
//! for stands as a remark at its place, which is read as something that is not known.

use super::translate;
use crate::save::{SaveText, UNPRINTED, rule_text};
use chainwalk_model::nft::{
    Condition, ElementData, HEADER_FIELDS, KeyPart, Object, ObjectKind, Pattern, Set, SetData,
    SetElement, Stateful, Type,
};
use chainwalk_model::print::{Printer, duration, stateful, synproxy};
use chainwalk_model::{
    Backend, Chain, ChainKind, Family, Hook, Host, Match, Op, OpKind, Policy, Rule, Ruleset,
    TableId, Target, Text,
};
use std::fmt::Write as _;

/// Prints the tables of a host, as `nft -f` takes them.
pub fn nft_text(host: &Host) -> SaveText {
    let mut out = SaveText { text: String::new(), complete: true };
    let rules = &translate::named(&host.rules);
    for (at, table) in rules.tables.iter().enumerate() {
        let of = Of { rules, table: TableId(at as u32), family: table.family };
        of.table(&mut out);
    }
    out
}

/// An object as a table declares it.
fn declared(object: &Object) -> String {
    let words = object.kind.word();
    let body = match &object.kind {
        ObjectKind::Stateful(Stateful::Last) => String::new(),
        ObjectKind::Stateful(what) => behind(words, &stateful(what)),
        ObjectKind::CtHelper { helper, proto, family } => {
            let proto = Type::InetProto.word_of(u128::from(*proto)).unwrap_or("tcp");
            let family = match family {
                Some(Family::Ip) => " l3proto ip;",
                Some(Family::Ip6) => " l3proto ip6;",
                _ => "",
            };
            format!("type \"{helper}\" protocol {proto};{family}")
        }
        ObjectKind::Synproxy(of) => behind(words, &synproxy(of)),
        ObjectKind::Other(text) => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            return format!("{words} {} {text}", name(&object.name));
        }
    };
    format!("{words} {} {{ {body} }}", name(&object.name))
}

/// What of a statement stands behind its name.
fn behind(words: &str, text: &str) -> String {
    text.strip_prefix(words).unwrap_or(text).trim().to_owned()
}

/// A table of a ruleset.
struct Of<'a> {
    rules: &'a Ruleset,
    table: TableId,
    family: Family,
}

/// Whether an element leads to more than one value: a range, a network.
fn leads_to_many(element: &SetElement) -> bool {
    let Some(ElementData::Values(values)) = &element.data else { return false };
    values.iter().any(|value| !matches!(value, Pattern::One(_)))
}

impl Of<'_> {
    fn table(&self, out: &mut SaveText) {
        let table = self.rules.table(self.table);
        out.line(&format!("table {} {} {{", table.family.word(), name(&table.name)));
        if table.dormant {
            out.line("\tflags dormant");
        }
        for object in self.rules.objects.iter().filter(|o| o.table == self.table && o.declared) {
            match &object.kind {
                ObjectKind::Other(text) if text.is_empty() => {
                    let what = format!("{} {}", object.kind.word(), object.name);
                    out.lost(&format!("{what}, whose end was not pasted"));
                }
                _ => out.line(&format!("\t{}", declared(object))),
            }
        }
        for set in self.rules.sets.iter().filter(|s| s.table == self.table) {
            let Some(of) = &set.name else { continue };
            if set.key.is_empty() {
                let why =
                    if set.whole { "whose type was not read" } else { "which was not pasted" };
                out.lost(&format!("set {of}, {why}"));
                continue;
            }
            self.set(of, set, out);
        }
        // Chains are named before they are called.
        let chains = || table.chains.iter().map(|c| self.rules.chain(*c));
        for chain in chains() {
            self.chain(chain, out);
        }
        out.line("}");
    }

    /// The kind of objects that a rule chooses from a map, which is all that tells it where the map is empty.
    fn chosen_by(&self, set: &Set) -> Option<&'static str> {
        let ops = self.rules.rules.iter().flat_map(|r| &r.ops);
        ops.filter_map(|op| match &op.what {
            OpKind::Match(Match::Nft(condition)) => Some(&**condition),
            _ => None,
        })
        .find_map(|condition| match condition {
            Condition::Chosen { what, map, .. } => {
                std::ptr::eq(self.rules.set(*map), set).then(|| what.word())
            }
            _ => None,
        })
    }

    fn set(&self, of: &Text, set: &Set, out: &mut SaveText) {
        let word = if set.data == SetData::None { "set" } else { "map" };
        out.line(&format!("\t{word} {} {{", name(of)));
        let by_fields =
            untyped(&set.key) || matches!(&set.data, SetData::Values(parts) if untyped(parts));
        let key = types(&set.key, by_fields);
        let data = match &set.data {
            SetData::None => String::new(),
            SetData::Verdict => " : verdict".to_owned(),
            SetData::Values(parts) => {
                let interval =
                    if set.elements.iter().any(leads_to_many) { "interval " } else { "" };
                format!(" : {interval}{}", types(parts, by_fields))
            }
            SetData::Objects => {
                let held = set.elements.iter().find_map(|e| match &e.data {
                    Some(ElementData::Object(id)) => Some(*id),
                    _ => None,
                });
                let kind = held.map(|id| self.rules.object(id).kind.word());
                let kind = kind.or_else(|| self.chosen_by(set)).unwrap_or("counter");
                format!(" : {kind}")
            }
        };
        out.line(&format!("\t\t{} {key}{data}", if by_fields { "typeof" } else { "type" }));
        let flags = [
            (set.flags.constant, "constant"),
            (set.flags.interval, "interval"),
            (set.flags.dynamic, "dynamic"),
            (set.flags.timeout, "timeout"),
        ];
        let flags: Vec<&str> = flags.into_iter().filter(|(on, _)| *on).map(|(_, f)| f).collect();
        if let Some(size) = set.size {
            out.line(&format!("\t\tsize {size}"));
        }
        if !flags.is_empty() {
            out.line(&format!("\t\tflags {}", flags.join(",")));
        }
        if let Some(ms) = set.timeout_ms {
            out.line(&format!("\t\ttimeout {}", duration(ms)));
        }
        for what in &set.stateful {
            out.line(&format!("\t\t{}", stateful(what)));
        }
        if set.flags.auto_merge {
            out.line("\t\tauto-merge");
        }
        let printer = Printer::whole(self.rules);
        if !set.elements.is_empty() {
            let elements: Vec<String> =
                set.elements.iter().map(|e| printer.element(set, e)).collect();
            out.line(&format!("\t\telements = {{ {} }}", elements.join(",\n\t\t\t")));
        }
        out.line("\t}");
    }

    fn chain(&self, chain: &Chain, out: &mut SaveText) {
        out.line(&format!("\tchain {} {{", name(&chain.name)));
        if let Some(base) = &chain.base {
            let kind = match base.kind {
                ChainKind::Filter => "filter",
                ChainKind::Nat => "nat",
                ChainKind::Route => "route",
            };
            let hook = match base.hook {
                Hook::Ingress => "ingress",
                Hook::Prerouting => "prerouting",
                Hook::Input => "input",
                Hook::Forward => "forward",
                Hook::Output => "output",
                Hook::Postrouting => "postrouting",
                Hook::Egress => "egress",
            };
            let devices = match base.devices.as_slice() {
                [] => String::new(),
                [one] => format!(" device \"{one}\""),
                many => {
                    let many: Vec<String> = many.iter().map(|d| format!("\"{d}\"")).collect();
                    format!(" devices = {{ {} }}", many.join(", "))
                }
            };
            let policy = match base.policy {
                Policy::Drop => " policy drop;",
                Policy::Accept => " policy accept;",
                Policy::Unknown => "",
            };
            out.line(&format!(
                "\t\ttype {kind} hook {hook}{devices} priority {};{policy}",
                base.priority
            ));
        }
        let lost = |what: &str, out: &mut SaveText| {
            out.complete = false;
            let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
            out.line(&format!("\t\t{UNPRINTED}{what}"));
        };
        for rule in chain.rules.iter().map(|r| self.rules.rule(*r)) {
            match self.rule(rule) {
                Ok(text) => out.line(&format!("\t\t{text}")),
                Err(what) => lost(&what, out),
            }
        }
        if !chain.declared {
            lost(&format!("chain {}, which was not pasted", chain.name), out);
        }
        if chain.base.as_ref().is_some_and(|b| b.policy == Policy::Unknown) {
            lost("a policy, which was not pasted", out);
        }
        out.line("\t}");
    }

    /// A rule, or the text that is not understood in it.
    fn rule(&self, rule: &Rule) -> Result<String, String> {
        let native = |op: &Op| {
            matches!(&op.what, OpKind::Match(Match::Nft(_)) | OpKind::Target(Target::Nft(_)))
        };
        if self.rules.table(self.table).backend != Backend::Nft && !rule.ops.iter().any(native) {
            let as_nft = translate::rule(self.rules, rule);
            return as_nft.ok_or_else(|| {
                let v6 = self.family == Family::Ip6;
                let text = rule_text(self.rules, &rule.ops, v6).unwrap_or_else(|why| why);
                format!("-A {}{text}", self.rules.chain(rule.chain).name)
            });
        }
        let opaque = rule.ops.iter().any(|op| {
            matches!(&op.what, OpKind::Match(Match::Opaque(_)) | OpKind::Target(Target::Opaque(_)))
        });
        let foreign = rule.ops.iter().any(|op| match &op.what {
            OpKind::Match(m) => !matches!(m, Match::Nft(_) | Match::Opaque(_)),
            OpKind::Target(_) => false,
        });
        let mut text = Printer::whole(self.rules).rule(&rule.ops, self.family);
        if let Some(comment) = &rule.comment {
            let _ = write!(text, " comment \"{comment}\"");
        }
        if opaque || foreign {
            return Err(text);
        }
        Ok(text)
    }
}

/// A name, quoted where it is no single word.
fn name(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && text.chars().all(plain) { text.to_owned() } else { format!("\"{text}\"") }
}

/// Whether a part of a key has a type that only fields have.
fn untyped(parts: &[KeyPart]) -> bool {
    parts.iter().any(|p| matches!(p.ty, Type::Integer | Type::String))
}

/// The types of the parts of a key; or fields of these types.
fn types(parts: &[KeyPart], by_fields: bool) -> String {
    let of = |part: &KeyPart| {
        if !by_fields {
            return part.ty.name().to_owned();
        }
        let row = HEADER_FIELDS.iter().find(|r| r.ty == part.ty && r.bits == part.bits);
        let found = row.map(|r| format!("{} {}", r.header.words(), r.word));
        found.unwrap_or_else(|| match part.ty {
            Type::IfName => "meta iifname".to_owned(),
            Type::IfIndex => "meta iif".to_owned(),
            Type::Mark => "meta mark".to_owned(),
            Type::CtState => "ct state".to_owned(),
            Type::CtStatus => "ct status".to_owned(),
            Type::PktType => "meta pkttype".to_owned(),
            Type::NfProto => "meta nfproto".to_owned(),
            Type::CtDir => "ct direction".to_owned(),
            Type::Uid => "meta skuid".to_owned(),
            Type::Gid => "meta skgid".to_owned(),
            Type::String => "ct helper".to_owned(),
            Type::IfType => "meta iiftype".to_owned(),
            Type::Devgroup => "meta iifgroup".to_owned(),
            Type::FibAddrType => "fib daddr type".to_owned(),
            _ => format!("@nh,0,{}", part.bits),
        })
    };
    parts.iter().map(of).collect::<Vec<_>>().join(" . ")
}
