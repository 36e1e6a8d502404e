//! Commands of `ip`, `brctl`, `ipset` and `sysctl` behind a dump of what they change: they are of a later hour, and may be
//! tried.

use super::block::{Block, Facts};
use super::steps::Step;
use super::typed::parts;
use crate::clean::Row;
use crate::prompt::unprompt;
use chainwalk_model::{Cidr, Text};

/// Whether all that a command changes was printed before, by some of these blocks.
pub(crate) fn is_behind(shown: &[Block], typed: &Block) -> bool {
    let dumps = || shown.iter().filter(|b| !b.typed).map(|b| &b.facts);
    let routes = |table: u32, six: Option<bool>| {
        let same = |dst: Cidr| six.is_none_or(|six| dst.addr.is_ipv6() == six);
        dumps().flat_map(|f| &f.routes).any(|r| r.table == table && same(r.dst))
    };
    let step = |step: &Step| match step {
        Step::Route { route, .. } | Step::DropRoute(route) => {
            routes(route.table, Some(route.dst.addr.is_ipv6()))
        }
        Step::FlushRoutes(table) => routes(*table, None),
        Step::Policy(..) | Step::DropPolicy(..) | Step::FlushPolicy => {
            dumps().any(|f| !f.policy.is_empty())
        }
        Step::Address { .. } | Step::DropAddress { .. } => {
            dumps().flat_map(|f| &f.interfaces).any(|i| !i.addrs.is_empty())
        }
        Step::Interface(_) | Step::DropInterface(_) => dumps().any(|f| !f.interfaces.is_empty()),
        Step::Master { .. } | Step::Hairpin { .. } => {
            let ports = |f: &Facts| f.interfaces.iter().any(|i| i.master.is_some());
            dumps().any(|f| !f.bridges.is_empty() || ports(f))
        }
        Step::Set(words, _) => {
            let named = |name: &String| dumps().flat_map(|f| &f.sets).any(|s| *s.name == **name);
            words.get(1).is_none_or(named)
        }
        Step::Doubt(_) => false,
    };
    let facts = &typed.facts;
    let setting = |name: &Text| dumps().flat_map(|f| &f.sysctls).any(|(shown, _)| shown == name);
    (!facts.steps.is_empty() || !facts.sysctls.is_empty())
        && facts.steps.iter().all(step)
        && facts.sysctls.iter().all(|(name, _)| setting(name))
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
