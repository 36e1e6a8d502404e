//! The base chains of a host, and the lines that they stand on: a walk asks for them at each hook, and they are few among
//! the chains that rules jump to.

use chainwalk_model::{Chain, ChainId, ChainKind, Family, Hook, Ruleset};
use std::cell::OnceCell;
use std::rc::Rc;

/// What stands on the line of a hook.
#[derive(Clone, Copy)]
pub(crate) enum Station {
    /// A base chain.
    Base(ChainId),
    /// An iptables table, or its chain at this hook, that was not pasted.
    Absent { table: &'static str, whole: bool },
    /// nat, which asks its own chains whatever their priorities (`nf_nat_inet_fn`).
    Nat,
}

/// A station with what its place on the line depends on.
#[derive(Clone, Copy)]
pub(crate) struct Placed {
    pub(crate) priority: i32,
    pub(crate) station: Station,
    /// The chain by which it was registered; of equal priorities the one registered later runs first.
    pub(crate) by: Option<ChainId>,
}

/// The lines of a host's hooks, as far as its rules alone tell them. Each is put together as a packet first comes to it.
#[derive(Default)]
pub(crate) struct Lines([OnceCell<Line>; 28]);

/// The stations of one line, in order.
pub(crate) struct Line {
    pub(crate) stations: Rc<[Placed]>,
    /// Whether it is not known in which order some of them stand.
    pub(crate) asks: bool,
}

impl Lines {
    /// The line of a hook, or that of nat within it, for packets of IPv6 or of IPv4.
    pub(crate) fn get(
        &self,
        (hook, nat, v6): (Hook, bool, bool),
        made: impl FnOnce() -> Line,
    ) -> &Line {
        let at = 4 * hook as usize + 2 * usize::from(nat) + usize::from(v6);
        self.0[at].get_or_init(made)
    }
}

/// The chains that are hooked in, in the order of the host's. It is gathered once.
pub(crate) struct Hooked {
    bases: Vec<ChainId>,
    /// Whether a chain of nat sees packets of IPv4, and of IPv6.
    nat: [bool; 2],
    /// Whether a chain stands at a hook of devices or of a bridge.
    pub(crate) links: bool,
    pub(crate) lines: Lines,
}

impl Hooked {
    /// The base chains of a ruleset.
    pub(crate) fn of(rules: &Ruleset) -> Self {
        let all = rules.chains.iter().enumerate().filter(|(_, chain)| chain.base.is_some());
        let bases: Vec<ChainId> = all.map(|(at, _)| ChainId(at as u32)).collect();
        let nat = |chain: &Chain| chain.base.as_ref().is_some_and(|b| b.kind == ChainKind::Nat);
        let nat = [false, true].map(|v6| {
            let mut own = bases.iter().map(|id| rules.chain(*id));
            own.any(|chain| nat(chain) && sees(rules.table(chain.table).family, v6))
        });
        let links = bases.iter().map(|id| rules.chain(*id)).any(|chain| {
            let family = rules.table(chain.table).family;
            matches!(family, Family::Netdev | Family::Bridge)
                || chain.base.as_ref().is_some_and(|b| b.hook == Hook::Ingress)
        });
        Self { bases, nat, links, lines: Lines::default() }
    }

    /// The base chains that see packets of IPv6, or of IPv4.
    pub(crate) fn that_see<'a>(
        &'a self,
        rules: &'a Ruleset,
        v6: bool,
    ) -> impl Iterator<Item = (ChainId, &'a Chain)> {
        self.standing(rules, move |family| sees(family, v6))
    }

    /// The base chains of some families whose tables are at work.
    pub(crate) fn standing<'a>(
        &'a self,
        rules: &'a Ruleset,
        wanted: impl Fn(Family) -> bool + 'a,
    ) -> impl Iterator<Item = (ChainId, &'a Chain)> {
        self.bases.iter().map(|id| (*id, rules.chain(*id))).filter(move |(_, chain)| {
            let table = rules.table(chain.table);
            wanted(table.family) && !table.dormant
        })
    }

    /// Whether some chain is of nat, for packets of IPv6, or of IPv4.
    pub(crate) fn has_nat(&self, v6: bool) -> bool {
        self.nat[usize::from(v6)]
    }
}

/// Whether the chains of a family see packets of IPv6, or of IPv4.
fn sees(family: Family, v6: bool) -> bool {
    family == Family::Inet || family == if v6 { Family::Ip6 } else { Family::Ip }
}
