//! The line of a hook: which chains and tables stand there, in order of priority.

use super::skb::Skb;
use super::walker::Walker;
use crate::hooked::{Line, Placed, Station};
use chainwalk_model::{
    Answer, Backend, Chain, ChainId, ChainKind, Family, Hook, Order, Question, TableId, priority,
    tables_at,
};
use std::cmp::Reverse;
use std::rc::Rc;

impl Walker<'_> {
    /// What stands on a hook's line, in order.
    pub(super) fn stations(&mut self, skb: &Skb, hook: Hook) -> Rc<[Placed]> {
        self.line(skb, hook, false)
    }

    /// nat's own chains at a hook, in order.
    pub(super) fn nat_stations(&mut self, skb: &Skb, hook: Hook) -> Rc<[Placed]> {
        self.line(skb, hook, true)
    }

    fn line(&mut self, skb: &Skb, hook: Hook, nat: bool) -> Rc<[Placed]> {
        let v6 = skb.packet.is_v6();
        let hooked = self.world.hooked.clone();
        let line = hooked.lines.get((hook, nat, v6), || self.sorted(v6, hook, nat));
        if line.asks { self.in_order(skb, &line.stations) } else { line.stations.clone() }
    }

    /// The stations of a line by priority, of equal ones the one that was registered later first.
    fn sorted(&self, v6: bool, hook: Hook, nat: bool) -> Line {
        let (hooked, rules) = (&self.world.hooked, &self.world.host.rules);
        let bases = || hooked.that_see(rules, v6);
        let placed = |(id, chain): (ChainId, &Chain)| {
            let base = chain.base.as_ref()?;
            let here = base.hook == hook && (base.kind == ChainKind::Nat) == nat;
            let (priority, station) = (base.priority, Station::Base(id));
            here.then_some(Placed { priority, station, by: Some(id) })
        };
        let mut line: Vec<Placed> = bases().filter_map(placed).collect();
        if hook != Hook::Forward && !nat {
            let enters = matches!(hook, Hook::Prerouting | Hook::Output);
            let priority = if enters { priority::DSTNAT } else { priority::SRCNAT };
            // It is registered on every hook with the first nat chain of any.
            let by = bases().map(|(id, _)| id).filter(|c| self.kind(*c) == Some(ChainKind::Nat));
            let by = by.min_by_key(|c| rules.registered(*c));
            line.push(Placed { priority, station: Station::Nat, by });
        }
        line.extend(self.absent_tables(v6, hook, nat));
        line.order_by_key(|s| (s.priority, s.by.map(|by| Reverse(rules.registered(by)))));
        let asks = line.iter().enumerate().any(|(at, one)| {
            let alike = line[at + 1..].iter().take_while(|s| s.priority == one.priority);
            alike
                .filter_map(|s| one.by.zip(s.by))
                .any(|(one, other)| self.is_order_unknown(one, other))
        });
        Line { stations: line.into(), asks }
    }

    /// The tables of iptables that were not pasted, or not their chain at this hook: nat's, or the others.
    fn absent_tables(&self, v6: bool, hook: Hook, nat: bool) -> Vec<Placed> {
        let host = &self.world.host;
        let own = if v6 { Family::Ip6 } else { Family::Ip };
        if host.complete.rules || self.is_native_whole(own) {
            return Vec::new();
        }
        let absent = |(table, priority): (&'static str, i32)| {
            let found = host.rules.find_table(own, table);
            let native = |t: &TableId| host.rules.table(*t).backend == Backend::Nft;
            let found = found.filter(|t| !native(t));
            let shown = |t| host.rules.find_chain(t, hook.builtin()).is_some();
            let station = Station::Absent { table, whole: found.is_none() };
            (!found.is_some_and(shown)).then_some(Placed { priority, station, by: None })
        };
        let tables = tables_at(hook).into_iter().filter(|(table, _)| (*table == "nat") == nat);
        tables.filter_map(absent).collect()
    }

    /// Stations in order. Where it is not known which of two of equal priorities was registered later, and one is of
    /// iptables-legacy and the other of nft, it is a question.
    fn in_order(&mut self, skb: &Skb, sorted: &[Placed]) -> Rc<[Placed]> {
        let mut line = sorted.to_vec();
        // A question for each pair moves what is known to run earlier before the other, one place at a time.
        for at in 1..line.len() {
            let mut here = at;
            while here > 0
                && line[here - 1].priority == line[here].priority
                && let (Some(one), Some(other)) = (line[here - 1].by, line[here].by)
                && self.is_order_unknown(one, other)
            {
                let question = Question::Order(one.min(other), one.max(other));
                let ways = [(Answer::Yes, None), (Answer::No, None)];
                let lower_first = self.ask(skb, &question, &ways) == Answer::Yes;
                if lower_first == (one < other) {
                    break;
                }
                line.swap(here - 1, here);
                here -= 1;
            }
        }
        line.into()
    }

    /// Whether it is not known which of two chains was registered later.
    fn is_order_unknown(&self, one: ChainId, other: ChainId) -> bool {
        let rules = &self.world.host.rules;
        let legacy = |c: ChainId| rules.table(rules.chain(c).table).backend == Backend::Legacy;
        let told =
            |c: ChainId| rules.chain(c).base.as_ref().is_some_and(|b| b.registered.is_some());
        legacy(one) != legacy(other) && !(told(one) && told(other))
    }

    /// Whether all rules of a family are nft's own, and its listing is whole.
    pub(super) fn is_native_whole(&self, own: Family) -> bool {
        let host = &self.world.host;
        let mut others = host.rules.tables.iter().filter(|t| t.backend != Backend::Nft);
        let any = host.rules.tables.iter().any(|t| t.backend == Backend::Nft);
        !host.complete.rules && any && host.saved_whole.contains(&own) && others.next().is_none()
    }
}
