//! Where iptables' tables stand: hook, priority and type of each built-in chain. Nothing else says so.
//!
//! Sources: `net/ipv4/netfilter/iptable_*.c`; `nft-shared.c` and `nft.c` of iptables for `security` and the types;
//! `std_prios` and `bridge_std_prios` in `src/rule.c` of nft for the names.

use crate::Order;
use crate::family::Family;
use crate::priority;
use crate::ruleset::{Backend, ChainKind, Hook};

/// A built-in chain of a table of iptables. The hook names it ([`Hook::builtin`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Builtin {
    pub hook: Hook,
    /// Its priority there; in table `security` that of iptables-legacy.
    pub priority: i32,
    pub kind: ChainKind,
}

const fn at(hook: Hook, priority: i32, kind: ChainKind) -> Builtin {
    Builtin { hook, priority, kind }
}

/// The tables in the order of iptables' manual, their chains in the order of its listings.
pub const TABLES: [(&str, &[Builtin]); 5] = {
    use ChainKind::{Filter, Nat, Route};
    use Hook::{Forward, Input, Output, Postrouting, Prerouting};
    use priority::{DSTNAT, FILTER, MANGLE, RAW, SECURITY, SRCNAT};
    [
        (
            "filter",
            &[at(Input, FILTER, Filter), at(Forward, FILTER, Filter), at(Output, FILTER, Filter)],
        ),
        (
            "nat",
            &[
                at(Prerouting, DSTNAT, Nat),
                at(Input, SRCNAT, Nat),
                at(Output, DSTNAT, Nat),
                at(Postrouting, SRCNAT, Nat),
            ],
        ),
        (
            "mangle",
            &[
                at(Prerouting, MANGLE, Filter),
                at(Input, MANGLE, Filter),
                at(Forward, MANGLE, Filter),
                at(Output, MANGLE, Route),
                at(Postrouting, MANGLE, Filter),
            ],
        ),
        ("raw", &[at(Prerouting, RAW, Filter), at(Output, RAW, Filter)]),
        (
            "security",
            &[
                at(Input, SECURITY, Filter),
                at(Forward, SECURITY, Filter),
                at(Output, SECURITY, Filter),
            ],
        ),
    ]
};

/// The names of the tables in the order in which packets come to them.
pub fn table_names() -> [&'static str; 5] {
    let mut tables = TABLES;
    tables.order_by_key(|(_, chains)| chains[0].priority);
    tables.map(|(name, _)| name)
}

/// The tables that have a chain at a hook, and its priority, in the order in which packets come to them.
pub fn tables_at(hook: Hook) -> Vec<(&'static str, i32)> {
    let here = |chains: &[Builtin]| chains.iter().find(|c| c.hook == hook).map(|c| c.priority);
    let mut found: Vec<_> =
        TABLES.iter().filter_map(|(name, chains)| Some((*name, here(chains)?))).collect();
    found.order_by_key(|(_, priority)| *priority);
    found
}

/// The built-in chains of a table, as `backend` registers them; none of a table that iptables does not have.
pub fn builtins(table: &str, backend: Backend) -> impl Iterator<Item = Builtin> {
    let found = TABLES.iter().find(|(name, _)| *name == table);
    let security = table == "security";
    found.map_or(&[][..], |(_, chains)| chains).iter().map(move |chain| Builtin {
        priority: if security { priority::security(backend) } else { chain.priority },
        ..*chain
    })
}

/// The names of the built-in chains of a table.
pub fn builtin_names(table: &str) -> Vec<&'static str> {
    builtins(table, Backend::default()).map(|chain| chain.hook.builtin()).collect()
}

/// The built-in chain of that name.
pub fn builtin(table: &str, backend: Backend, chain: &str) -> Option<Builtin> {
    builtins(table, backend).find(|c| c.hook.builtin() == chain)
}

/// Whether a chain of that name is built in, in some table.
pub fn is_builtin(chain: &str) -> bool {
    TABLES.iter().any(|(_, chains)| chains.iter().any(|c| c.hook.builtin() == chain))
}

/// The names that nft has for priorities in tables of a family.
pub fn priority_names(family: Family) -> &'static [(&'static str, i32)] {
    use priority::{DSTNAT, FILTER, MANGLE, RAW, SECURITY, SRCNAT};
    match family {
        Family::Ip | Family::Ip6 | Family::Inet => &[
            ("raw", RAW),
            ("mangle", MANGLE),
            ("dstnat", DSTNAT),
            ("filter", FILTER),
            ("security", SECURITY),
            ("srcnat", SRCNAT),
        ],
        Family::Bridge => &[("dstnat", -300), ("filter", -200), ("out", 100), ("srcnat", 300)],
        Family::Arp | Family::Netdev => &[("filter", FILTER)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_to_the_tables_by_priority() {
        assert_eq!(table_names(), ["raw", "mangle", "nat", "filter", "security"]);
        let names = |hook| tables_at(hook).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(Hook::Input), ["mangle", "filter", "security", "nat"]);
        assert_eq!(names(Hook::Output), ["raw", "mangle", "nat", "filter", "security"]);
        assert_eq!(names(Hook::Ingress), [""; 0]);
    }

    #[test]
    fn security_stands_where_its_program_puts_it() {
        let at = |backend| builtin("security", backend, "INPUT").map(|chain| chain.priority);
        assert_eq!((at(Backend::Legacy), at(Backend::IptablesNft)), (Some(50), Some(150)));
    }

    #[test]
    fn a_chain_is_built_in_where_its_table_has_it() {
        assert_eq!(builtin_names("raw"), ["PREROUTING", "OUTPUT"]);
        assert_eq!(builtin("raw", Backend::Legacy, "INPUT"), None);
        assert_eq!(builtin("mine", Backend::Legacy, "INPUT"), None);
        assert!(is_builtin("POSTROUTING") && !is_builtin("INGRESS"));
    }
}
