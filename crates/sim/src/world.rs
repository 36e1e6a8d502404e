//! A host as packets change it: flows, lists, buckets, sets, and the answers that this branch gave.

use crate::ct::{ConntrackTable, Fragments, Timeouts};
use crate::decide::Answers;
use crate::hooked::Hooked;
use crate::icmp_limits::IcmpRateLimits;
use crate::index::Indexes;
use crate::match_state::MatchState;
use crate::programs::of_rule;
use crate::sets::Named;
use crate::spoken::Spoken;
use chainwalk_model::nft::Statement;
use chainwalk_model::{
    Answer, Assumed, Backend, Fact, Family, Host, Match, Op, OpKind, Order, Origin, Question, Rule,
    TableId, Target, Text, Tuple,
};
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::net::IpAddr;
use std::rc::Rc;

/// Seconds after which a bridge forgets an address that it learnt.
const AGEING_S: u64 = 300;

/// An address that a bridge saw a frame from.
#[derive(Clone, Debug)]
pub(crate) struct FdbEntry {
    addr: IpAddr,
    port: Text,
    /// When the last frame came, in milliseconds since the first packet.
    at_ms: u64,
}

/// A device, the name of a setting of it, and the number that this holds as [`World::sysctl`] tells it.
type DeviceSetting = (Text, Text, Option<i64>, bool);

/// One world. A clone is cheap; what changes is copied on write.
#[derive(Clone)]
pub(crate) struct World {
    /// The host's facts and rules.
    pub host: Rc<Host>,
    /// Its ipsets by name.
    pub named: Rc<Named>,
    /// Its base chains.
    pub hooked: Rc<Hooked>,
    /// The indexes of its long chains.
    pub indexes: Rc<Indexes>,
    /// The numbers that its sysctls hold, by their names, and whether each is known rather than implied by a rule: a walk
    /// asks often.
    numbers: Rc<[(Text, Option<i64>, bool)]>,
    /// Those of `net.ipv4.conf`, so that no name has to be put together for a packet.
    of_devices: Rc<[DeviceSetting]>,
    /// What its rules speak of, once it was asked for.
    spoken: Rc<OnceCell<Spoken>>,
    /// The conntrack table.
    pub flows: Rc<ConntrackTable>,
    /// The SYNs that SYNPROXY answered, and the MSS that they offered.
    pub proxied: Rc<Vec<(Tuple, u16)>>,
    /// How long flows live.
    pub timeouts: Rc<Timeouts>,
    /// Fragments that wait for the rest.
    pub fragments: Rc<Fragments>,
    /// What matches and targets remember; `None` while it is lent to one, and before the first.
    pub match_state: Option<MatchState>,
    /// Which hosts may still be sent errors.
    pub icmp_limits: Rc<IcmpRateLimits>,
    /// Behind which ports of bridges frames came from an address.
    pub fdb: Rc<Vec<FdbEntry>>,
    /// What this branch answered to questions.
    pub answers: Rc<Answers>,
    /// Milliseconds since the first packet.
    pub now_ms: u64,
    /// Which packet is walked: the kernel's clock has gone on since the one before, however little.
    pub turn: usize,
    /// Seconds since 1970 at a moment of `now_ms`, where they are known.
    pub clock_base: Option<(u64, u64)>,
    /// Whether packets and bytes of flows are counted.
    pub counts: bool,
    /// Since when packets of IPv4, and of IPv6, are tracked; `None` where they are not.
    pub tracked: [Option<TrackedSince>; 2],
}

impl World {
    /// A fresh world around a host.
    pub(crate) fn new(host: Rc<Host>) -> Self {
        let flows = ConntrackTable::known(host.flows.iter().map(|f| &f.value));
        let told = host.clock.map(|seconds| (seconds, 0));
        let counts = counts(&host);
        let tracked = [Family::Ip, Family::Ip6].map(|f| tracked_since(&host, f));
        let numbers = numbers(&host);
        let named = Rc::new(Named::of(&host.sets));
        let timeouts = Timeouts::of(|name, usual| number(&host, name).unwrap_or(usual));
        Self {
            hooked: Rc::new(Hooked::of(&host.rules)),
            host,
            named,
            indexes: Rc::default(),
            of_devices: of_devices(&numbers),
            numbers: numbers.into(),
            spoken: Rc::default(),
            flows: Rc::new(flows),
            proxied: Rc::default(),
            timeouts: Rc::new(timeouts),
            fragments: Rc::default(),
            match_state: None,
            icmp_limits: Rc::default(),
            fdb: Rc::default(),
            answers: Rc::default(),
            now_ms: 0,
            turn: 0,
            clock_base: told,
            counts,
            tracked,
        }
    }

    /// What the host's rules speak of.
    pub(crate) fn spoken(&self) -> &Spoken {
        self.spoken.get_or_init(|| Spoken::of(&self.host))
    }

    /// What matches and targets remember.
    pub(crate) fn memory(&mut self) -> &mut MatchState {
        self.match_state.get_or_insert_default()
    }

    /// A frame from an address came in by a port of a bridge.
    pub(crate) fn learn(&mut self, addr: IpAddr, port: &Text) {
        let at_ms = self.now_ms;
        let all = Rc::make_mut(&mut self.fdb);
        all.retain(|l| l.addr != addr);
        all.push(FdbEntry { addr, port: port.clone(), at_ms });
    }

    /// The port of this bridge behind which an address lies: as frames showed, else as the host's facts say.
    pub(crate) fn port_of(&self, addr: IpAddr, bridge: &str) -> Option<Text> {
        let on_it = |port: &Text| match self.host.interface(port) {
            Some(i) => i.master.as_deref() == Some(bridge),
            None => !self.host.complete.network,
        };
        let told = self.host.fdb.iter().find(|(a, p)| *a == addr && on_it(&p.value));
        let young =
            |l: &&FdbEntry| told.is_some() || self.now_ms.saturating_sub(l.at_ms) < AGEING_S * 1000;
        let learnt = self.fdb.iter().find(|l| l.addr == addr && on_it(&l.port));
        learnt.filter(young).map(|l| l.port.clone()).or_else(|| told.map(|(_, p)| p.value.clone()))
    }

    /// The clock in seconds since 1970, where it is known.
    pub(crate) fn clock(&self) -> Option<u64> {
        self.clock_base.map(|(seconds, at)| seconds + self.now_ms.saturating_sub(at) / 1000)
    }

    /// It is that many seconds since 1970 now. Time does not go back: it only passes, or the clock is set.
    pub(crate) fn set_clock(&mut self, seconds: u64) {
        if let Some(before) = self.clock() {
            self.now_ms += seconds.saturating_sub(before) * 1000;
        }
        self.clock_base = Some((seconds, self.now_ms));
    }

    /// What this branch answered to `question`, if it came up.
    pub(crate) fn answer(&self, question: &Question) -> Option<Answer> {
        self.answers.get(question).cloned()
    }

    /// Takes `question` for answered in this branch.
    pub(crate) fn settle(&mut self, question: Question, answer: Answer) {
        if self.answer(&question).is_none() {
            std::rc::Rc::make_mut(&mut self.answers).push(question, answer);
        }
    }

    /// How a person answered `question`, beforehand.
    pub(crate) fn said(&self, question: &Question) -> Option<Answer> {
        let (_, yes) = self.host.user_answers.iter().rev().find(|(q, _)| q == question)?;
        Some(if *yes { Answer::Yes } else { Answer::No })
    }

    /// The number a sysctl holds: as known, as a program sets it whose chains are there, or `usual`. The flag says
    /// whether it is known.
    pub(crate) fn sysctl(&self, name: &str, usual: i64) -> (i64, bool) {
        let found = self.numbers.binary_search_by(|(own, ..)| by_length(own, name));
        match found.map(|at| &self.numbers[at]) {
            Ok((_, Some(number), known)) => (*number, *known),
            _ => (usual, false),
        }
    }

    /// As [`World::sysctl`], of a device: `net.ipv4.conf.DEV.NAME`.
    pub(crate) fn sysctl_of(&self, dev: &str, name: &str, usual: i64) -> (i64, bool) {
        let order =
            |(own, of, ..): &DeviceSetting| by_length(own, dev).then_with(|| by_length(of, name));
        match self.of_devices.binary_search_by(order).map(|at| &self.of_devices[at]) {
            Ok((.., Some(number), known)) => (*number, *known),
            _ => (usual, false),
        }
    }

    /// That a sysctl which nobody told has this value, and whether a program is what makes it so.
    pub(crate) fn assumed_sysctl(&self, name: &str, value: &str) -> Assumed {
        let (name, value): (Text, Text) = (name.into(), value.into());
        let program = match self.host.sysctl(&name) {
            Some(Fact { origin: Origin::Inferred(rule), .. }) => of_rule(&self.host, *rule),
            _ => None,
        };
        match program {
            Some(program) => Assumed::SetBy { name, value, program: program.into() },
            None => Assumed::Sysctl { name, value },
        }
    }
}

/// The numbers that sysctls hold, by their names, and whether each is known rather than implied. Of a name told twice the
/// last counts.
fn numbers(host: &Host) -> Vec<(Text, Option<i64>, bool)> {
    let number = |(name, fact): &(Text, Fact<Text>)| {
        let implied = matches!(fact.origin, Origin::Inferred(_));
        (name.clone(), fact.value.trim().parse().ok(), !implied)
    };
    let mut all: Vec<_> = host.sysctls.iter().rev().map(number).collect();
    all.order_by(|a, b| by_length(&a.0, &b.0));
    all.dedup_by(|later, first| later.0 == first.0);
    all
}

/// Those of [`numbers`] that stand below `net.ipv4.conf`, by the device and their names there.
fn of_devices(numbers: &[(Text, Option<i64>, bool)]) -> Rc<[DeviceSetting]> {
    let own = |(name, number, known): &(Text, Option<i64>, bool)| {
        let (dev, name) = name.strip_prefix("net.ipv4.conf.")?.rsplit_once('.')?;
        Some((dev.into(), name.into(), *number, *known))
    };
    let mut all: Vec<DeviceSetting> = numbers.iter().filter_map(own).collect();
    all.order_by(|a, b| by_length(&a.0, &b.0).then_with(|| by_length(&a.1, &b.1)));
    all.into()
}

/// The order in which names are looked up: many begin alike, and few are as long as another.
fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The number that a sysctl is known to hold.
fn number(host: &Host, name: &str) -> Option<i64> {
    host.sysctl(name).and_then(|f| f.value.trim().parse().ok())
}

/// What turned conntrack on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TrackedSince {
    /// It was on before the rules came.
    Before,
    /// A rule of this table: the chains of later ones were registered behind it.
    Table(TableId),
}

/// Since when conntrack is on for a family: since a rule was loaded that looks at a flow or translates
/// (`nf_ct_netns_get`). Those of iptables count as loaded before those of nft.
fn tracked_since(host: &Host, family: Family) -> Option<TrackedSince> {
    let rules = &host.rules;
    let of_iptables = |rule: &&Rule| {
        let table = rules.table(rules.chain(rule.chain).table);
        table.backend != Backend::Nft && table.family == family
    };
    let tracks = |op: &Op| match &op.what {
        OpKind::Match(test) => matches!(
            test,
            Match::Cluster(_)
                | Match::Connbytes(_)
                | Match::Connlabel { .. }
                | Match::Connlimit(_)
                | Match::Connmark(_)
                | Match::Conntrack(_)
                | Match::State(_)
                | Match::Helper(_)
        ),
        OpKind::Target(Target::Ct(ct)) => !ct.notrack,
        OpKind::Target(target) => matches!(
            target,
            Target::Snat(_)
                | Target::Dnat(_)
                | Target::Masquerade(_)
                | Target::Redirect(_)
                | Target::Netmap(_)
                | Target::Connmark { .. }
                | Target::Synproxy(_)
        ),
    };
    let mut beside = rules.rules.iter().filter(of_iptables);
    if host.conntrack || beside.any(|rule| rule.ops.iter().any(tracks)) {
        return Some(TrackedSince::Before);
    }
    let of = |rule: &&Rule| {
        let table = rules.table(rules.chain(rule.chain).table);
        table.backend == Backend::Nft && (table.family == family || table.family == Family::Inet)
    };
    // NAT to an address asks for the flows of its family alone (`nft_nat_init`).
    let needs = |op: &Op| match &op.what {
        OpKind::Match(Match::Nft(condition)) => condition.needs_conntrack(),
        // What could not be read is known by its first word.
        OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o)) => matches!(
            o.module.as_deref(),
            Some("ct" | "snat" | "dnat" | "masquerade" | "redirect" | "synproxy" | "flow")
        ),
        OpKind::Match(_) => false,
        OpKind::Target(Target::Nft(statement)) => match &**statement {
            Statement::Nat { family: Some(of), .. } => *of == family,
            other => other.needs_conntrack(),
        },
        OpKind::Target(Target::Snat(range) | Target::Dnat(range)) => {
            range.addrs.is_none_or(|r| r.first.is_ipv4() == (family == Family::Ip))
        }
        OpKind::Target(target) => matches!(target, Target::Masquerade(_) | Target::Redirect(_)),
    };
    let first = rules.rules.iter().filter(of).filter(|rule| rule.ops.iter().any(needs));
    let first = first.map(|rule| rules.chain(rule.chain).table).min_by_key(|t| t.0);
    first.map(TrackedSince::Table)
}

/// Whether flows are counted: as the host's own listing tells, else where a rule asks for it, which turns it on as
/// it is loaded.
fn counts(host: &Host) -> bool {
    let told = host.sysctl("net.netfilter.nf_conntrack_acct");
    let asked = || {
        let ops = host.rules.rules.iter().flat_map(|r| &r.ops);
        ops.into_iter().any(|op| match &op.what {
            OpKind::Match(Match::Connbytes(_)) => true,
            OpKind::Match(Match::Nft(condition)) => condition.counts_flows(),
            OpKind::Target(Target::Nft(statement)) => statement.counts_flows(),
            _ => false,
        })
    };
    match told {
        Some(f) if f.value.trim() != "0" => true,
        Some(f) if matches!(f.origin, Origin::Pasted(_)) => false,
        _ => asked(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_found_by_its_device_and_its_name() {
        let mut host = Host::default();
        let devices = ["all", "eth1", "eth0.100", "lo", "br-lan"];
        let names = ["rp_filter", "log_martians", "accept_local", "arp_ignore"];
        let all = devices.iter().flat_map(|dev| names.iter().map(move |name| (*dev, *name)));
        for (number, (dev, name)) in all.clone().enumerate() {
            // Of what is told twice the last counts.
            for number in [99, number] {
                let fact = Fact { value: number.to_string().into(), origin: Origin::Given };
                host.sysctls.push((format!("net.ipv4.conf.{dev}.{name}").into(), fact));
            }
        }
        let world = World::new(host.into());
        for (number, (dev, name)) in (0..).zip(all) {
            assert_eq!(world.sysctl_of(dev, name, 7), (number, true));
            assert_eq!(world.sysctl(&format!("net.ipv4.conf.{dev}.{name}"), 7), (number, true));
        }
        assert_eq!(world.sysctl_of("eth0", "rp_filter", 7), (7, false));
    }
}
