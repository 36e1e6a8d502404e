//! `-m recent`: lists of addresses and when each was seen.
//!
//! - Written: `[!] --set | --rcheck | --update | --remove`, `--seconds`, `--hitcount`, `--reap`, `--rttl`,
//!   `--name`, `--mask`, `--rsource | --rdest`.
//! - Listed: `recent: UPDATE seconds: 60 hit_count: 4 name: DEFAULT side: source mask: 255.255.255.255`.
//! - Kernel: `recent_mt` in `net/netfilter/xt_recent.c`, with its default of 100 addresses a list.
//! - `--update` adds a stamp only where the whole test holds, inversion counted in; `--set` always does.
//! - A list has the mask of the first rule that names it, and room for as many stamps as the largest
//!   `--hitcount` of its rules asks for, rounded up to a power of two; 32 without any.
//! - Not modelled: writes to `/proc/net/xt_recent`, module parameters other than the default ones.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::MatchContext;
use crate::match_state::MatchState;
use crate::state::recent::List;
use chainwalk_model::{ConditionKind, Entry, Hook, Observed, RecentAction, RecentMatch};

pub(super) fn facts(m: &RecentMatch) -> Facts<'_> {
    let pure = m.action.value == RecentAction::Check && !m.reap;
    Facts { pure, ..Facts::reading(Reads::UNFOLLOWED).remembering() }
}

pub(super) fn test(
    m: &RecentMatch,
    ctx: &MatchContext,
    memory: &mut MatchState,
    eval: &mut Evaluation,
) {
    let list = memory.recent.entry(&m.name, || List::new(&m.name, ctx.host));
    let ip = &ctx.packet.ip;
    let addr = if m.by_dest { ip.dst } else { ip.src };
    let (holds, hits) = list.ask(m, addr, ttl_before_forwarding(ctx), ctx.now_ms);
    eval.holds(ConditionKind::Recent, m.action.not, holds, || Observed::Number(hits as u64));
}

/// The TTL as it was before this host forwarded the packet.
fn ttl_before_forwarding(ctx: &MatchContext) -> u8 {
    let ttl = ctx.packet.ip.ttl;
    let no_socket = !matches!(ctx.entry, Entry::Local { uid: Some(_), .. });
    let leaving = matches!(ctx.path.hook, Hook::Forward | Hook::Output | Hook::Postrouting);
    if leaving && no_socket { ttl.wrapping_add(1) } else { ttl }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use crate::state::recent::MAX_ADDRS;
    use chainwalk_model::{Inv, Match, RecentAction, Truth};
    use std::net::IpAddr;

    fn m(action: RecentAction) -> RecentMatch {
        RecentMatch {
            action: Inv { not: false, value: action },
            seconds: None,
            hitcount: None,
            reap: false,
            rttl: false,
            name: "A".into(),
            by_dest: false,
            mask: None,
        }
    }

    #[track_caller]
    fn check(bench: &mut Bench, now_s: u64, m: RecentMatch, expect: Truth) {
        bench.now_ms = now_s * 1000;
        bench.knows(&Match::Recent(Box::new(m.clone())));
        assert_eq!(bench.test(&Match::Recent(Box::new(m))), expect);
    }

    #[test]
    fn a_list_knows_what_was_set() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        check(&mut bench, 0, m(RecentAction::Check), Truth::No);
        check(&mut bench, 0, m(RecentAction::Update), Truth::No);
        check(&mut bench, 0, m(RecentAction::Check), Truth::No);
        check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 0, m(RecentAction::Check), Truth::Yes);
        let by_dest = RecentMatch { by_dest: true, ..m(RecentAction::Check) };
        check(&mut bench, 0, by_dest, Truth::No);
        check(&mut bench, 0, m(RecentAction::Remove), Truth::Yes);
        check(&mut bench, 0, m(RecentAction::Remove), Truth::No);
    }

    #[test]
    fn stamps_older_than_seconds_do_not_count() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let within = RecentMatch { seconds: Some(10), ..m(RecentAction::Check) };
        check(&mut bench, 100, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 110, within.clone(), Truth::Yes);
        check(&mut bench, 111, within, Truth::No);
    }

    #[test]
    fn update_stamps_only_where_it_holds() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let thrice = RecentMatch { hitcount: Some(3), ..m(RecentAction::Update) };
        let check_thrice = RecentMatch { hitcount: Some(3), ..m(RecentAction::Check) };
        check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 0, thrice.clone(), Truth::No);
        check(&mut bench, 0, thrice, Truth::No);
        check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 0, check_thrice.clone(), Truth::No);
        check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        check(&mut bench, 0, check_thrice, Truth::Yes);
    }

    #[test]
    fn a_full_list_forgets_the_one_seen_longest_ago() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        for k in 0..=MAX_ADDRS {
            bench.packet.ip.src = IpAddr::from([9, 9, 9, k as u8]);
            check(&mut bench, 0, m(RecentAction::Set), Truth::Yes);
        }
        check(&mut bench, 0, m(RecentAction::Check), Truth::Yes);
        bench.packet.ip.src = IpAddr::from([9, 9, 9, 0]);
        check(&mut bench, 0, m(RecentAction::Check), Truth::No);
    }

    #[test]
    fn a_mask_joins_addresses() {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        let mask = Some(IpAddr::from([255, 255, 255, 0]));
        let set = RecentMatch { mask, ..m(RecentAction::Set) };
        check(&mut bench, 0, set, Truth::Yes);
        bench.packet.ip.src = IpAddr::from([1, 2, 3, 77]);
        check(&mut bench, 0, m(RecentAction::Check), Truth::Yes);
    }
}
