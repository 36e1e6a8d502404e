//! Places in netfilter's own words: tables with their families, chains, rules by number.

use chainwalk_model::{ChainId, Family, RuleId, Ruleset};

/// The CSS class of a table.
pub(crate) fn table_class(name: &str) -> &'static str {
    match name {
        "nat" => "nat",
        "mangle" => "mangle",
        "raw" => "raw",
        "security" => "security",
        _ => "filter",
    }
}

/// A table's name, with its family where it is not IPv4.
pub(crate) fn table_name(family: Family, name: &str) -> String {
    match family {
        Family::Ip => name.to_owned(),
        Family::Ip6 => format!("ip6 {name}"),
        Family::Inet => format!("inet {name}"),
        Family::Arp => format!("arp {name}"),
        Family::Bridge => format!("bridge {name}"),
        Family::Netdev => format!("netdev {name}"),
    }
}

/// `filter FORWARD`.
pub(crate) fn chain_path(rules: &Ruleset, chain: ChainId) -> String {
    let c = rules.chain(chain);
    let table = rules.table(c.table);
    format!("{} {}", table_name(table.family, &table.name), c.name)
}

/// Table, chain and number of a rule.
pub(crate) fn place(rules: &Ruleset, rule: RuleId) -> (String, u32) {
    let r = rules.rule(rule);
    (chain_path(rules, r.chain), r.number)
}
