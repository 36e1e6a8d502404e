//! `-m set` and `-eval SET`: ipsets.
//!
//! - Written: `[!] --match-set NAME src|dst[,…]`, `--return-nomatch`, `! --update-counters`,
//!   `[!] --packets-eq N` and its like; `-eval SET --add-set NAME src --exist --timeout N --del-set …`.
//! - Listed: `match-set NAME src,dst`, `add-set NAME src exist`.
//! - Kernel: `net/netfilter/xt_set.c`, `net/netfilter/ipset`.
//! - A set of the other family, or one with more dimensions than are given, holds for no packet.
//! - An element of `hash:net,iface` with `physdev:` holds for no packet: nothing in `-m set` asks for one.
//! - A set that was not pasted is a question.
//! - `--return-nomatch` inverts what a set of networks finds, also within a list (`ip_set_test`).

use super::facts::{Facts, Reads};
use super::judge::{Evaluation, truth};
use super::mac;
use crate::context::MatchContext;
use crate::match_state::MatchState;
use crate::sets::{self, Ask, Dim, New, SetKeyPart, SetState};
use crate::wire::{self, Seen};
use chainwalk_model::{
    ConditionKind, Entry, IpFamily, IpSet, L4, Masked, Observed, Packet, PathIface, Question,
    SetMatch, SetOptions, SetTarget, Text, Truth, proto,
};

/// Lists hold no lists; a paste that says so is not followed further.
const MAX_DEPTH: usize = 4;

/// Why a packet can't be looked up.
enum Lack {
    /// The packet has nothing there; the set does not hold it.
    Nothing,
    /// It would have to be known.
    Untold,
    /// The route would have to be known.
    Route,
}

pub(super) fn facts(m: &SetMatch) -> Facts<'static> {
    let plain = m.options == SetOptions::default();
    Facts::reading(if plain { Reads::SETS } else { Reads::UNFOLLOWED })
}

pub(super) fn test(
    m: &SetMatch,
    ctx: &MatchContext,
    memory: &mut MatchState,
    eval: &mut Evaluation,
) {
    let ask = Ask {
        count: (!m.options.keep_counters).then(|| len(ctx)),
        packets: m.options.packets,
        bytes: m.options.bytes,
    };
    let answer = match find(&m.set, m, &ask, ctx, memory, 0) {
        Ok(_) if is_untold(m, ctx) => Truth::Unknown(Question::Fact(eval.at)),
        Ok(sets::Found::Unclear) => Truth::Unknown(Question::Set(m.set.clone())),
        Ok(found) => truth(matches!(found, sets::Found::Fits(_)) != m.not),
        Err(Some(question)) => Truth::Unknown(question),
        Err(None) => Truth::Unknown(Question::Fact(eval.at)),
    };
    let ip = &ctx.packet.ip;
    let by_source = m.dirs.first().copied().unwrap_or(true);
    let addr = if by_source { ip.src } else { ip.dst };
    eval.say(ConditionKind::Set, m.not, answer, || Observed::Addr(addr));
}

/// Whether an address that is looked up is not known.
fn is_untold(m: &SetMatch, ctx: &MatchContext) -> bool {
    ctx.source_untold() && m.dirs.contains(&true)
        || ctx.destination_untold() && m.dirs.contains(&false)
}

/// Adds the packet's element to a set, then removes one.
pub(crate) fn target(t: &SetTarget, ctx: &MatchContext, memory: &mut MatchState) {
    if let Some(m) = &t.add {
        let new = New { timeout: t.timeout, exist: t.exist, bytes: len(ctx) };
        change(&m.set, m, ctx, memory, 0, &mut |live, set, dims, key| {
            live.add(set, dims, key, &new, ctx.now_ms)
        });
    }
    if let Some(m) = &t.del {
        change(&m.set, m, ctx, memory, 0, &mut |live, set, dims, key| {
            live.remove(set, dims, key, ctx.now_ms)
        });
    }
}

/// The mark that `--map-set` finds for the packet. `Err` is what would have to be known; a set that is not known is
/// its own question.
pub(crate) fn map(
    m: &SetMatch,
    ctx: &MatchContext,
    memory: &mut MatchState,
) -> Result<Masked<u32>, Question> {
    let ask = Ask { count: Some(len(ctx)), packets: None, bytes: None };
    let unknown = || Question::Set(m.set.clone());
    match find(&m.set, m, &ask, ctx, memory, 0) {
        Ok(_) if is_untold(m, ctx) => Err(unknown()),
        Ok(sets::Found::Fits(mark)) => Ok(mark),
        Ok(sets::Found::Unclear) => Err(unknown()),
        Ok(_) => Ok(sets::NO_MARK),
        Err(question) => Err(question.unwrap_or_else(unknown)),
    }
}

/// Bytes of the packet, as a set counts them.
fn len(ctx: &MatchContext) -> u64 {
    u64::from(wire::total_len(ctx.packet))
}

/// What a set says of the packet. `Err` is what would have to be known, if a question says it.
fn find(
    name: &Text,
    m: &SetMatch,
    ask: &Ask,
    ctx: &MatchContext,
    memory: &mut MatchState,
    depth: usize,
) -> Result<sets::Found, Option<Question>> {
    let unknown = || Some(Question::Set(name.clone()));
    let (set, pasted) = ctx.named.get(&ctx.host.sets, name).ok_or_else(unknown)?;
    let dims = sets::dims(set).ok_or_else(unknown)?;
    let counts = sets::has(set, "counters");
    if dims == [Dim::Set] {
        if depth >= MAX_DEPTH {
            return Err(unknown());
        }
        // The sets in a list are not asked for their counters; they count, unless the rule says otherwise.
        let below = Ask {
            count: ask.count.filter(|_| !m.options.keep_subcounters),
            packets: None,
            bytes: None,
        };
        let members = memory.sets.get(name).unwrap_or(pasted).members(ctx.now_ms);
        let mut unclear = None;
        for (at, member) in members {
            match find(&member, m, &below, ctx, memory, depth + 1) {
                Ok(sets::Found::Fits(_)) => {
                    if !counts || changed(name, pasted, memory).passes(&dims, &[], at, ask) {
                        return Ok(memory.sets.get(name).unwrap_or(pasted).says(at));
                    }
                }
                Ok(sets::Found::Unclear) => unclear = Some(Some(Question::Set(member))),
                Ok(_) => {}
                Err(question) => unclear = Some(question),
            }
        }
        return unclear.map_or(Ok(sets::Found::Nothing), Err);
    }
    let key = match key(set, &dims, m, ctx) {
        Ok(key) => key,
        Err(Lack::Nothing) => return Ok(sets::Found::Nothing),
        Err(Lack::Untold) => return Err(None),
        Err(Lack::Route) => return Err(Some(Question::Route(ctx.packet.ip.dst))),
    };
    let live = memory.sets.get(name).unwrap_or(pasted);
    let (fits, unclear) = live.find(set, &dims, &key, ctx.now_ms);
    let mut found =
        if unclear || set.is_in_part() { sets::Found::Unclear } else { sets::Found::Nothing };
    let learns = dims == [Dim::Ip, Dim::Mac] && set.kind.starts_with("bitmap");
    if learns
        && !fits.is_empty()
        && changed(name, pasted, memory).learn(set, &dims, &key, len(ctx), ctx.now_ms)
    {
        return Ok(sets::Found::Fits(sets::NO_MARK));
    }
    for at in fits {
        if !counts || changed(name, pasted, memory).passes(&dims, &key, at, ask) {
            found = memory.sets.get(name).unwrap_or(pasted).says(at);
            break;
        }
    }
    if m.options.return_nomatch && dims.contains(&Dim::Net) {
        found = match found {
            sets::Found::Fits(_) => sets::Found::Excepted,
            sets::Found::Excepted => sets::Found::Fits(sets::NO_MARK),
            other => other,
        };
    }
    Ok(found)
}

/// A set as rules left it, to be changed further.
fn changed<'m>(name: &Text, pasted: &SetState, memory: &'m mut MatchState) -> &'m mut SetState {
    memory.sets.entry(name, || pasted.clone())
}

/// A change of a set by the packet's element; whether it was made.
type Make<'a> = dyn FnMut(&mut SetState, &IpSet, &[Dim], &[SetKeyPart]) -> bool + 'a;

fn change(
    name: &Text,
    m: &SetMatch,
    ctx: &MatchContext,
    memory: &mut MatchState,
    depth: usize,
    make: &mut Make,
) -> bool {
    let Some((set, pasted)) = ctx.named.get(&ctx.host.sets, name) else { return false };
    let Some(dims) = sets::dims(set) else { return false };
    let live = changed(name, pasted, memory);
    if dims == [Dim::Set] {
        let members = live.members(ctx.now_ms);
        return depth < MAX_DEPTH
            && members.iter().any(|(_, member)| change(member, m, ctx, memory, depth + 1, make));
    }
    match key(set, &dims, m, ctx) {
        Ok(key) => make(live, set, &dims, &key),
        Err(_) => false,
    }
}

/// What the packet has in each dimension of a set.
fn key(
    set: &IpSet,
    dims: &[Dim],
    m: &SetMatch,
    ctx: &MatchContext,
) -> Result<Vec<SetKeyPart>, Lack> {
    let of_addresses = dims.iter().any(|d| matches!(d, Dim::Ip | Dim::Net));
    let other_family = (set.family == IpFamily::V6) != ctx.packet.is_v6();
    if m.dirs.len() < dims.len() || of_addresses && other_family {
        return Err(Lack::Nothing);
    }
    let have = |(dim, src): (&Dim, &bool)| {
        let have = sets::cut(set, *dim, part(set, *dim, *src, ctx)?);
        if sets::in_range(set, &have) { Ok(have) } else { Err(Lack::Nothing) }
    };
    dims.iter().zip(&m.dirs).map(have).collect()
}

/// What the packet has in one dimension.
fn part(set: &IpSet, dim: Dim, src: bool, ctx: &MatchContext) -> Result<SetKeyPart, Lack> {
    let p = ctx.packet;
    match dim {
        Dim::Ip | Dim::Net => Ok(SetKeyPart::Addr(if src { p.ip.src } else { p.ip.dst })),
        Dim::Port => port(p, src, &set.kind).ok_or(Lack::Nothing),
        Dim::Mac if src => match mac::source(ctx) {
            Some(mac) if ctx.is_told(mac) => Ok(SetKeyPart::Mac(mac)),
            Some(_) => Err(Lack::Untold),
            None => Err(Lack::Nothing),
        },
        Dim::Mac => match ctx.entry {
            Entry::Wire { .. } => Err(Lack::Untold),
            Entry::Local { .. } => Err(Lack::Nothing),
        },
        Dim::Iface => {
            let dev = if src { &ctx.path.iniface } else { &ctx.path.outiface };
            match dev {
                PathIface::Unknown => Err(if src { Lack::Untold } else { Lack::Route }),
                PathIface::Named(dev) => Ok(SetKeyPart::Iface(dev.clone())),
                PathIface::None => Err(Lack::Nothing),
            }
        }
        Dim::Mark => Ok(SetKeyPart::Mark(ctx.mark)),
        Dim::Set => Err(Lack::Nothing),
    }
}

/// The packet's port; ICMP has type and code there, and what has no ports has 0.
fn port(p: &Packet, src: bool, kind: &str) -> Option<SetKeyPart> {
    let number = p.ip.proto;
    if kind == "bitmap:port" && !matches!(number, proto::TCP | proto::UDP) {
        return None;
    }
    let port = match &p.l4 {
        L4::Other => 0,
        L4::Icmp(i) if wire::seen(p, 4) == Seen::Whole => u16::from_be_bytes([i.kind, i.code]),
        L4::Icmp(_) => return None,
        _ => {
            let (sport, dport) = wire::ports(p)?;
            if src { sport } else { dport }
        }
    };
    Some(SetKeyPart::Port(number, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::bench::Bench;
    use crate::ext::set_target;
    use chainwalk_model::{Cidr, Match, Origin, SetEntry, SetOptions, SetPart};

    fn net(text: &str) -> SetPart {
        let (addr, len) = text.split_once('/').unwrap_or((text, "32"));
        SetPart::Net(Cidr { addr: addr.parse().unwrap(), len: len.parse().unwrap() })
    }

    fn entry(parts: Vec<SetPart>) -> SetEntry {
        SetEntry { parts, nomatch: false, timeout: None, counted: (0, 0), skb_mark: sets::NO_MARK }
    }

    fn set(name: &str, kind: &str, options: &str, entries: Vec<SetEntry>) -> IpSet {
        IpSet {
            name: name.into(),
            kind: kind.into(),
            family: IpFamily::V4,
            timeout: None,
            options: options.split_whitespace().map(Into::into).collect(),
            entries,
            origin: Origin::Given,
        }
    }

    fn with(sets: Vec<IpSet>) -> Bench {
        let mut bench = Bench::tcp("1.2.3.4", "10.0.0.2");
        bench.host.sets = sets;
        bench
    }

    fn of(name: &str, dirs: &[bool]) -> SetMatch {
        SetMatch { not: false, set: name.into(), dirs: dirs.into(), options: SetOptions::default() }
    }

    #[track_caller]
    fn check(bench: &Bench, m: &SetMatch, expect: Truth) {
        assert_eq!(bench.test(&Match::Set(Box::new(m.clone()))), expect);
        let turned = SetMatch { not: true, ..m.clone() };
        let expect = match expect {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            other => other,
        };
        assert_eq!(bench.test(&Match::Set(Box::new(turned))), expect);
    }

    #[test]
    fn the_longest_prefix_decides() {
        let mut except = entry(vec![net("1.2.3.0/24")]);
        except.nomatch = true;
        let entries = vec![entry(vec![net("1.2.0.0/16")]), except, entry(vec![net("1.2.3.9")])];
        let mut bench = with(vec![set("s", "hash:net", "", entries)]);
        check(&bench, &of("s", &[true]), Truth::No);
        let options = SetOptions { return_nomatch: true, ..SetOptions::default() };
        check(&bench, &SetMatch { options, ..of("s", &[true]) }, Truth::Yes);
        bench.packet.ip.src = "1.2.3.9".parse().unwrap();
        check(&bench, &of("s", &[true]), Truth::Yes);
        bench.packet.ip.src = "1.2.4.1".parse().unwrap();
        check(&bench, &of("s", &[true]), Truth::Yes);
        bench.packet.ip.src = "1.3.0.1".parse().unwrap();
        check(&bench, &of("s", &[true]), Truth::No);
    }

    #[test]
    fn each_dimension_has_its_own_direction() {
        let port = SetPart::Port { proto: proto::TCP, first: 80, last: 90 };
        let entries = vec![entry(vec![net("1.2.3.4"), port])];
        let bench = with(vec![set("s", "hash:ip,port", "", entries)]);
        check(&bench, &of("s", &[true, false]), Truth::Yes);
        check(&bench, &of("s", &[true, true]), Truth::No);
        check(&bench, &of("s", &[false, false]), Truth::No);
        check(&bench, &of("s", &[true]), Truth::No);
    }

    #[test]
    fn a_port_is_of_its_protocol() {
        let port = SetPart::Port { proto: proto::UDP, first: 80, last: 80 };
        let entries = vec![entry(vec![net("1.2.3.4"), port.clone()])];
        let by_port = set("p", "bitmap:port", "range 0-1023", vec![entry(vec![port])]);
        let bench = with(vec![set("s", "hash:ip,port", "", entries), by_port]);
        check(&bench, &of("s", &[true, false]), Truth::No);
        check(&bench, &of("p", &[false]), Truth::Yes);
        check(&bench, &of("p", &[true]), Truth::No);
    }

    #[test]
    fn a_netmask_joins_addresses() {
        let entries = vec![entry(vec![net("1.2.3.0")])];
        let bench = with(vec![set("s", "hash:ip", "netmask 24", entries)]);
        check(&bench, &of("s", &[true]), Truth::Yes);
        check(&bench, &of("s", &[false]), Truth::No);
    }

    #[test]
    fn a_set_that_was_not_pasted_is_a_question() {
        let unknown = |name: &str| Truth::Unknown(Question::Set(name.into()));
        let bench = with(vec![]);
        check(&bench, &of("s", &[true]), unknown("s"));
        let other = entry(vec![SetPart::Opaque("?".into())]);
        let entries = vec![other, entry(vec![net("10.0.0.2")])];
        let bench = with(vec![set("s", "hash:ip", "", entries)]);
        check(&bench, &of("s", &[true]), unknown("s"));
        check(&bench, &of("s", &[false]), Truth::Yes);
    }

    #[test]
    fn a_list_asks_its_sets() {
        let list = entry(vec![SetPart::Set("s".into())]);
        let bench = with(vec![
            set("all", "list:set", "", vec![list]),
            set("s", "hash:ip", "", vec![entry(vec![net("1.2.3.4")])]),
        ]);
        check(&bench, &of("all", &[true]), Truth::Yes);
        check(&bench, &of("all", &[false]), Truth::No);
    }

    #[test]
    fn elements_come_go_and_end() {
        let mut bench = with(vec![set("s", "hash:ip", "timeout 10", vec![])]);
        bench.host.sets[0].timeout = Some(10);
        let m = of("s", &[true]);
        let add = |exist| SetTarget { add: Some(m.clone()), exist, ..SetTarget::default() };
        check(&bench, &m, Truth::No);
        set_target(&add(false), &bench.ctx(), &mut bench.memory.borrow_mut());
        check(&bench, &m, Truth::Yes);
        bench.now_ms = 8_000;
        set_target(&add(false), &bench.ctx(), &mut bench.memory.borrow_mut());
        bench.now_ms = 11_000;
        check(&bench, &m, Truth::No);
        set_target(&add(false), &bench.ctx(), &mut bench.memory.borrow_mut());
        bench.now_ms = 20_000;
        set_target(&add(true), &bench.ctx(), &mut bench.memory.borrow_mut());
        bench.now_ms = 30_000;
        check(&bench, &m, Truth::Yes);
        let del = SetTarget { add: None, del: Some(m.clone()), ..add(false) };
        set_target(&del, &bench.ctx(), &mut bench.memory.borrow_mut());
        check(&bench, &m, Truth::No);
    }

    #[test]
    fn the_first_packet_tells_an_element_its_mac() {
        let entries = vec![entry(vec![net("1.2.3.4")])];
        let mut bench = with(vec![set("s", "bitmap:ip,mac", "range 1.2.3.0/24", entries)]);
        bench.host.complete.network = true;
        let m = of("s", &[true, true]);
        check(&bench, &m, Truth::Yes);
        check(&bench, &m, Truth::Yes);
        if let Entry::Wire { smac, .. } = &mut bench.entry {
            smac.0[5] = 99;
        }
        check(&bench, &m, Truth::No);
    }

    #[test]
    fn one_address_leaves_a_range() {
        let range = SetPart::Range("1.2.3.0".parse().unwrap(), "1.2.3.9".parse().unwrap());
        let mut bench = with(vec![set("s", "hash:ip", "", vec![entry(vec![range])])]);
        let m = of("s", &[true]);
        let del = Some(m.clone());
        let t = SetTarget { del, ..SetTarget::default() };
        set_target(&t, &bench.ctx(), &mut bench.memory.borrow_mut());
        check(&bench, &m, Truth::No);
        for near in ["1.2.3.3", "1.2.3.5", "1.2.3.0", "1.2.3.9"] {
            bench.packet.ip.src = near.parse().unwrap();
            check(&bench, &m, Truth::Yes);
        }
    }
}
