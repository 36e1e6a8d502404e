//! Commands of `ip`, `brctl`, `ipset` and `sysctl` behind a dump of what they change: they are of a later hour, and may be
//! tried.

use super::block::Block;
use super::steps::Step;
use super::typed::parts;
use crate::clean::Row;
use crate::prompt::unprompt;
use chainwalk_model::Text;
use std::collections::HashSet;

/// What of a host was printed so far, as far as commands change it.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Shown {
    /// Tables of routes, and whether routes of IPv6 stand there.
    routes: HashSet<(u32, bool)>,
    policy: bool,
    interfaces: bool,
    addresses: bool,
    /// Which ports a bridge has.
    ports: bool,
    sets: HashSet<Text>,
    sysctls: HashSet<Text>,
}

impl Shown {
    /// Notes what a block shows; commands show nothing.
    pub(crate) fn note(&mut self, block: &Block) {
        if block.typed {
            return;
        }
        let facts = &block.facts;
        self.routes.extend(facts.routes.iter().map(|r| (r.table, r.dst.addr.is_ipv6())));
        self.policy |= !facts.policy.is_empty();
        self.interfaces |= !facts.interfaces.is_empty();
        self.addresses |= facts.interfaces.iter().any(|i| !i.addrs.is_empty());
        self.ports |=
            !facts.bridges.is_empty() || facts.interfaces.iter().any(|i| i.master.is_some());
        self.sets.extend(facts.sets.iter().map(|s| s.name.clone()));
        self.sysctls.extend(facts.sysctls.iter().map(|(name, _)| name.clone()));
    }

    /// Whether all that a command changes was printed before.
    pub(crate) fn is_behind(&self, typed: &Block) -> bool {
        let step = |step: &Step| match step {
            Step::Route { route, .. } | Step::DropRoute(route) => {
                self.routes.contains(&(route.table, route.dst.addr.is_ipv6()))
            }
            Step::FlushRoutes(table) => {
                [false, true].iter().any(|six| self.routes.contains(&(*table, *six)))
            }
            Step::Policy(..) | Step::DropPolicy(..) | Step::FlushPolicy => self.policy,
            Step::Address { .. } | Step::DropAddress { .. } => self.addresses,
            Step::Interface(_) | Step::DropInterface(_) => self.interfaces,
            Step::Master { .. } | Step::Hairpin { .. } => self.ports,
            Step::Set(words, _) => words.get(1).is_none_or(|name| self.sets.contains(&**name)),
            Step::Doubt(_) => false,
        };
        let facts = &typed.facts;
        (!facts.steps.is_empty() || !facts.sysctls.is_empty())
            && facts.steps.iter().all(step)
            && facts.sysctls.iter().all(|(name, _)| self.sysctls.contains(name))
    }
}

/// The commands of a row as edits, one each; none where one of them can't be tried, as `may` says.
pub(crate) fn commands(row: Row<'_>, typed: &Block, may: impl Fn(&str) -> bool) -> Vec<Text> {
    let found: Vec<Text> = if typed.facts.steps.is_empty() {
        let set = typed.facts.sysctls.iter();
        set.map(|(name, fact)| format!("sysctl -w {name}={}", fact.value).as_str().into()).collect()
    } else {
        parts(unprompt(row).0).into_iter().map(|part| part.text.into()).collect()
    };
    if found.iter().all(|line| may(line)) { found } else { Vec::new() }
}
