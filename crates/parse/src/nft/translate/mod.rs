//! Rules of iptables in the words of nft.
//!
//! Guarantees: what is printed of a rule holds for the packets that the rule holds for, and does the same. A rule that nft has
//! no words for, or only words that mean something else, is not printed in part. Two things are taken to be so: that
//! packets come whole, as they do where conntrack is on, and that their headers are not cut short.

mod conditions;
mod names;
mod targets;

use chainwalk_model::print::Printer;
use chainwalk_model::{Hook, Match, OpKind, Rule, Ruleset};
use std::fmt::Write as _;

pub(super) use names::named;

/// A rule of iptables as a line of nft; `None` where nft can't say it.
pub(super) fn rule(rules: &Ruleset, rule: &Rule) -> Option<String> {
    let chain = rules.chain(rule.chain);
    let family = rules.table(chain.table).family;
    let proto = rule.ops.iter().find_map(|op| match &op.what {
        OpKind::Match(Match::Ip(ip)) => ip.proto.filter(|p| !p.not).map(|p| p.value),
        _ => None,
    });
    let of = Of {
        proto,
        v6: family == chainwalk_model::Family::Ip6,
        hook: chain.base.as_ref().map(|b| b.hook),
    };
    let mut parts = Vec::new();
    let mut comment = None;
    for op in &rule.ops {
        if let OpKind::Match(Match::Comment(text)) = &op.what {
            comment.get_or_insert(text);
        } else if let OpKind::Match(test) = &op.what {
            parts.push(conditions::condition(test, &of)?);
        }
    }
    let counters = rule.counters.filter(|c| c.packets.unit == 1 && c.bytes.unit == 1);
    parts.push(counters.map_or("counter".to_owned(), |c| {
        format!("counter packets {} bytes {}", c.packets.value, c.bytes.value)
    }));
    let printer = Printer::whole(rules);
    for op in &rule.ops {
        if let OpKind::Target(target) = &op.what {
            parts.push(targets::target(target, &of, &printer, family)?);
        }
    }
    let mut text = parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some(comment) = comment {
        let _ = write!(text, " comment \"{}\"", comment.replace('"', "'"));
    }
    Some(text)
}

/// What the words of a rule hang on.
struct Of {
    /// The protocol that it asks for.
    proto: Option<u8>,
    /// Whether it is of IPv6.
    v6: bool,
    /// The hook of its chain, where that is a base chain.
    hook: Option<Hook>,
}

impl Of {
    /// The header of IP.
    fn ip(&self) -> &'static str {
        if self.v6 { "ip6" } else { "ip" }
    }

    /// The header that has the ports.
    fn ported(&self) -> Option<&'static str> {
        const PORTED: [(u8, &str); 5] =
            [(6, "tcp"), (17, "udp"), (136, "udplite"), (132, "sctp"), (33, "dccp")];
        PORTED.iter().find(|(n, _)| Some(*n) == self.proto).map(|(_, word)| *word)
    }
}
