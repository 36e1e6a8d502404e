//! Places in netfilter's own words: tables with their families, chains, rules by number.

use chainwalk_model::{
    Backend, ChainId, ChainKind, Family, RuleId, Ruleset, TABLES, Table, priority, priority_names,
};

/// The CSS class of a base chain, by its type and priority; the priorities of iptables' tables have their names.
pub(crate) fn class(kind: ChainKind, at: i32) -> &'static str {
    match (kind, at) {
        (ChainKind::Nat, _) => "nat",
        (ChainKind::Route, _) | (_, priority::MANGLE) => "mangle",
        (_, ..=priority::RAW) => "raw",
        (_, priority::SECURITY | priority::SECURITY_NFT) => "security",
        _ => "filter",
    }
}

/// The CSS class of a chain; of one that is called, that of its table.
pub(crate) fn chain_class(rules: &Ruleset, chain: ChainId) -> &'static str {
    let c = rules.chain(chain);
    match &c.base {
        Some(base) => class(base.kind, base.priority),
        None => table_class(rules, rules.table(c.table)),
    }
}

/// The CSS class of a table, where its base chains have one in common.
pub(crate) fn table_class(rules: &Ruleset, table: &Table) -> &'static str {
    let bases = table.chains.iter().filter_map(|c| rules.chain(*c).base.as_ref());
    let mut classes = bases.map(|base| class(base.kind, base.priority));
    match classes.next() {
        Some(first) if classes.all(|other| other == first) => first,
        Some(_) => "filter",
        None => absent_class(&table.name),
    }
}

/// The CSS class of a table of iptables that has no base chain here: that of its built-in chains.
pub(crate) fn absent_class(name: &str) -> &'static str {
    let chains = TABLES.iter().find(|(table, _)| *table == name).map_or(&[][..], |t| t.1);
    chains.first().map_or("filter", |chain| class(chain.kind, chain.priority))
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

/// A chain with the program whose it is, where chains of one name are to be told apart.
pub(crate) fn program_path(rules: &Ruleset, chain: ChainId) -> String {
    let table = rules.table(rules.chain(chain).table);
    let program = match (table.backend, table.family) {
        (Backend::Nft, _) => "nft",
        (Backend::Legacy, Family::Ip6) => "ip6tables",
        (Backend::Legacy, _) => "iptables",
        (Backend::IptablesNft, Family::Ip6) => "ip6tables-nft",
        (Backend::IptablesNft, _) => "iptables-nft",
    };
    format!("{program} {}", chain_path(rules, chain))
}

/// `filter FORWARD`.
pub(crate) fn chain_path(rules: &Ruleset, chain: ChainId) -> String {
    let c = rules.chain(chain);
    let table = rules.table(c.table);
    format!("{} {}", table_name(table.family, &table.name), c.name)
}

/// The same of a base chain; in native nft with its priority, which orders the chains of a hook.
pub(crate) fn base_path(rules: &Ruleset, chain: ChainId) -> String {
    let path = chain_path(rules, chain);
    let c = rules.chain(chain);
    let table = rules.table(c.table);
    match &c.base {
        Some(base) if table.backend == Backend::Nft => {
            format!("{path} · priority {}", priority_text(table.family, base.priority))
        }
        _ => path,
    }
}

/// A priority as nft prints it: by the nearest name within ten, else as a number.
pub(crate) fn priority_text(family: Family, at: i32) -> String {
    const NEAR: i32 = 10;
    let near = priority_names(family).iter().filter(|(_, own)| (at - own).abs() <= NEAR);
    match near.min_by_key(|(_, own)| (at - own).abs()) {
        Some((name, own)) if at == *own => (*name).to_owned(),
        Some((name, own)) if at > *own => format!("{name} + {}", at - own),
        Some((name, own)) => format!("{name} - {}", own - at),
        None => at.to_string(),
    }
}

/// The policy of a base chain in the words of its program.
pub(crate) fn policy_word(rules: &Ruleset, chain: ChainId, accepts: bool) -> &'static str {
    let native = rules.table(rules.chain(chain).table).backend == Backend::Nft;
    match (accepts, native) {
        (true, true) => "accept",
        (false, true) => "drop",
        (true, false) => "ACCEPT",
        (false, false) => "DROP",
    }
}

/// Table, chain and number of a rule.
pub(crate) fn place(rules: &Ruleset, rule: RuleId) -> (String, u32) {
    let r = rules.rule(rule);
    (chain_path(rules, r.chain), r.number)
}
