//! The ways that a route has, and which of several next hops the kernel takes.
//!
//! The choice is a hash with a secret of the kernel, so that it is a chance; packets that hash alike go alike.
//! Sources: `fib_select_multipath` and `fib_rebalance` in `net/ipv4/fib_semantics.c`, `fib_multipath_hash` in
//! `net/ipv4/route.c`, `nexthop_select_path` in `net/ipv4/nexthop.c`, `rt6_multipath_hash` in `net/ipv6/route.c`.

use super::found::{FibResult, Hops};
use super::key::Key;
use super::router::Router;
use chainwalk_model::{Answer, Hop, HopChoice, HopLink, Question, Route};
use std::net::IpAddr;
use std::rc::Rc;

impl Router<'_> {
    /// What a route leads to, if one of its ways can be taken.
    pub(super) fn of_route(&self, route: &Route, key: &Key) -> Option<FibResult> {
        let base = FibResult {
            src: route.src,
            realms: route.realms,
            mtu: route.mtu,
            ..FibResult::of(route.kind)
        };
        if route.hops.is_empty() {
            let dev = route.dev.clone().or_else(|| self.link_of(route.via?).map(|l| l.0));
            let passed = self.passed_over(route.link, route.dst.addr.is_ipv4())
                || key.oif.is_some() && dev.as_deref() != key.oif;
            return (!passed).then_some(FibResult { dev, via: route.via, ..base });
        }
        let mut hops: Vec<Hop> = route.hops.clone();
        for hop in &mut hops {
            if hop.dev.is_none() {
                hop.dev = hop.via.and_then(|v| self.link_of(v)).map(|l| l.0);
            }
        }
        hops.retain(|h| {
            !self.passed_over(h.link, route.dst.addr.is_ipv4())
                && (key.oif.is_none() || h.dev.as_deref() == key.oif)
        });
        let first = hops.first()?;
        let found =
            FibResult { dev: first.dev.clone(), via: first.via, realms: first.realms, ..base };
        // A socket that is bound to an interface takes the first hop there.
        let choice = (hops.len() > 1 && key.oif.is_none()).then(|| {
            Rc::new(Hops { net: route.dst, table: route.table, all: hops, group: route.group })
        });
        Some(FibResult { choice, ..found })
    }

    /// Whether a way is passed over because of its link.
    fn passed_over(&self, link: HopLink, v4: bool) -> bool {
        let name = if v4 {
            "net.ipv4.conf.all.ignore_routes_with_linkdown"
        } else {
            "net.ipv6.conf.all.ignore_routes_with_linkdown"
        };
        match link {
            HopLink::Up => false,
            HopLink::Linkdown => self.world.sysctl(name, 0).0 != 0,
            HopLink::Dead => true,
        }
    }

    /// Chooses among the next hops of what a lookup found.
    pub(super) fn select(&self, found: FibResult, key: &Key) -> Result<FibResult, Question> {
        let Some(hops) = found.choice.clone() else { return Ok(found) };
        let shares = self.shares(&hops, key);
        let at = if let [(only, _)] = &shares[..] {
            *only
        } else {
            let question = Question::NextHop(self.hashed(&hops, key));
            let Some(Answer::Nth(n)) = self.world.answer(&question) else {
                let ways = shares.iter().map(|(n, w)| (Answer::Nth(*n as u16), Some(*w)));
                self.ways.replace(ways.collect());
                return Err(question);
            };
            usize::from(n)
        };
        let Some(hop) = hops.all.get(at) else { return Ok(found) };
        let (dev, via, realms) = (hop.dev.clone(), hop.via, hop.realms);
        Ok(FibResult { dev, via, realms, choice: None, chosen: true, ..found })
    }

    /// Which hops may be taken, by their places, and how likely each is.
    fn shares(&self, hops: &Hops, key: &Key) -> Vec<(usize, f64)> {
        let total: f64 = hops.all.iter().map(|h| f64::from(h.weight)).sum();
        let mut shares: Vec<(usize, f64)> = Vec::new();
        for (drawn, hop) in hops.all.iter().enumerate() {
            let taken = self.instead(hops, drawn, key);
            let share = f64::from(hop.weight) / total;
            match shares.iter_mut().find(|(n, _)| *n == taken) {
                Some((_, sum)) => *sum += share,
                None => shares.push((taken, share)),
            }
        }
        shares
    }

    /// The hop that is taken where the hash falls on `drawn`. What this host sends from an address of one hop's
    /// interface takes that hop; where several are such, the hash counts among them as far as it can.
    fn instead(&self, hops: &Hops, drawn: usize, key: &Key) -> usize {
        let Some(src) = key.src.filter(|s| s.is_ipv4() && key.iif.is_none() && !hops.group) else {
            return drawn;
        };
        let own = |hop: &Hop| {
            let towards = hop.via.filter(IpAddr::is_ipv4).unwrap_or(hops.net.addr);
            hop.dev.as_deref().and_then(|d| self.select_addr(d, towards)) == Some(src)
        };
        let mine = |from: usize| (from..hops.all.len()).find(|n| own(&hops.all[*n]));
        mine(drawn).or_else(|| mine(0)).unwrap_or(drawn)
    }

    /// What the hash is of (`net.ipv4.fib_multipath_hash_policy`, and IPv6's).
    fn hashed(&self, hops: &Hops, key: &Key) -> HopChoice {
        const SRC: i64 = 1;
        const DST: i64 = 2;
        const PROTO: i64 = 4;
        const LABEL: i64 = 8;
        const SPORT: i64 = 16;
        const DPORT: i64 = 32;
        let v6 = key.dst.is_ipv6();
        let family = if v6 { "net.ipv6" } else { "net.ipv4" };
        let set = |name: &str, usual| self.world.sysctl(&format!("{family}.{name}"), usual).0;
        let policy = set("fib_multipath_hash_policy", 0);
        let fields = match policy {
            1 => SRC | DST | PROTO | SPORT | DPORT,
            3 => set("fib_multipath_hash_fields", SRC | DST | PROTO),
            _ if v6 => SRC | DST | PROTO | LABEL,
            _ => SRC | DST,
        };
        let (src, dst) = match key.who.hashed {
            Some((src, dst)) if policy != 1 => (Some(src), dst),
            _ => (key.src, key.dst),
        };
        let has = |field: i64| fields & field != 0;
        HopChoice {
            net: hops.net,
            table: hops.table,
            src: src.filter(|_| has(SRC)),
            dst: has(DST).then_some(dst),
            proto: has(PROTO).then_some(key.who.proto),
            ports: (has(SPORT) || has(DPORT)).then_some((
                if has(SPORT) { key.who.sport } else { 0 },
                if has(DPORT) { key.who.dport } else { 0 },
            )),
            // What is sent from here has its label only later.
            label: (has(LABEL) && key.iif.is_some()).then_some(key.who.label),
        }
    }
}
