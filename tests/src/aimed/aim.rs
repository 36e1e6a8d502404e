//! What a packet has to be to reach a rule: what the rule asks, and every rule that calls its chain.

use crate::generate::dice::Dice;
use chainwalk_model::{
    AddrMask, ChainId, CtStates, Hook, Host, IfaceMatch, Inv, IpMatch, Match, OpKind, PacketType,
    PortSide, PortsMatch, Range, RuleId, Ruleset, Target, TcpFlags, Text, TtlMatch,
};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Whether it is to be anything else.
    pub(super) not: bool,
    first: u128,
    mask: u128,
    last: Option<u128>,
    v6: bool,
}

impl Wanted {
    fn masked(m: Inv<AddrMask>) -> Self {
        let v6 = m.value.addr.is_ipv6();
        let (addr, mask) = (bits(m.value.addr), bits(m.value.mask));
        Self { not: m.not, first: addr & mask, mask, last: None, v6 }
    }

    fn range(m: Inv<Range<IpAddr>>) -> Self {
        let (first, last) = (bits(m.value.first), bits(m.value.last));
        Self { not: m.not, first, mask: 0, last: Some(last), v6: m.value.first.is_ipv6() }
    }

    /// Whether an address is what is asked for.
    pub(super) fn holds(self, addr: IpAddr) -> bool {
        let a = bits(addr);
        let inside = match self.last {
            Some(last) => self.first <= a && a <= last,
            None => a & self.mask == self.first,
        };
        addr.is_ipv6() == self.v6 && inside != self.not
    }

    /// An address inside.
    pub(super) fn sample(self, dice: &mut Dice) -> IpAddr {
        let random = (0..4).fold(0_u128, |n, _| n << 32 | dice.below(1 << 32) as u128);
        let value = match self.last {
            Some(last) => self.first + random % (last.saturating_sub(self.first) + 1),
            None => self.first | random & !self.mask,
        };
        if self.v6 { Ipv6Addr::from(value).into() } else { Ipv4Addr::from(value as u32).into() }
    }
}

fn bits(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(a) => u32::from(a).into(),
        IpAddr::V6(a) => a.into(),
    }
}

/// What a packet has to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Aim {
    pub(super) hook: Option<Hook>,
    pub(super) src: Vec<Wanted>,
    pub(super) dst: Vec<Wanted>,
    pub(super) iniface: Vec<Inv<IfaceMatch>>,
    pub(super) outiface: Vec<Inv<IfaceMatch>>,
    pub(super) proto: Vec<Inv<u8>>,
    pub(super) sport: Vec<(bool, Vec<Range<u16>>)>,
    pub(super) dport: Vec<(bool, Vec<Range<u16>>)>,
    pub(super) flags: Option<(bool, TcpFlags, TcpFlags)>,
    pub(super) icmp: Option<(u8, u8)>,
    pub(super) states: Option<CtStates>,
    pub(super) mark: Option<u32>,
    pub(super) uid: Option<u32>,
    pub(super) ttl: Option<u8>,
    pub(super) tos: Option<u8>,
    pub(super) payload: Option<Vec<u8>>,
    pub(super) frame: Option<&'static str>,
    /// Inverted or not, the set, and for each dimension whether it is the source.
    pub(super) sets: Vec<(bool, Text, Vec<bool>)>,
}

impl Aim {
    /// Any packet.
    pub(super) fn anything(dice: &mut Dice) -> Self {
        let hooks = [Hook::Input, Hook::Forward, Hook::Output, Hook::Prerouting];
        Self { hook: Some(dice.one(&hooks)), ..Self::default() }
    }

    /// The protocol, where one is asked for.
    pub(super) fn proto_said(&self) -> Option<u8> {
        self.proto.iter().find(|p| !p.not).map(|p| p.value)
    }

    /// What the first packet of a flow is whose answer is this.
    pub(super) fn turned(&self) -> Self {
        let hook = match self.hook {
            Some(Hook::Input) => Some(Hook::Output),
            Some(Hook::Output) => Some(Hook::Input),
            other => other,
        };
        Self {
            hook,
            src: self.dst.clone(),
            dst: self.src.clone(),
            iniface: self.outiface.clone(),
            outiface: self.iniface.clone(),
            sport: self.dport.clone(),
            dport: self.sport.clone(),
            flags: None,
            icmp: None,
            ..self.clone()
        }
    }

    fn add_ports(&mut self, m: &PortsMatch) {
        self.sport.extend(m.sport.map(|r| (r.not, vec![r.value])));
        self.dport.extend(m.dport.map(|r| (r.not, vec![r.value])));
    }

    fn add(&mut self, test: &Match, dice: &mut Dice) {
        match test {
            Match::Ip(m) => self.add_ip(m),
            Match::Tcp(m) => {
                self.sport.extend(m.sport.map(|r| (r.not, vec![r.value])));
                self.dport.extend(m.dport.map(|r| (r.not, vec![r.value])));
                self.flags = m.flags.map(|f| (f.not, f.value.mask, f.value.value)).or(self.flags);
            }
            Match::Udp(m) => self.add_ports(m),
            Match::Sctp(m) => self.add_ports(&m.ports),
            Match::Multiport { side, ports } => {
                let wanted = (ports.not, ports.value.clone());
                let source = match side {
                    PortSide::Source => true,
                    PortSide::Destination => false,
                    PortSide::Either => dice.chance(50),
                };
                if source { &mut self.sport } else { &mut self.dport }.push(wanted);
            }
            Match::Icmp(m) | Match::Icmp6(m) if !m.not => {
                self.icmp = m.value.kind.filter(|k| *k != 255).map(|k| (k, m.value.code.first));
            }
            Match::Conntrack(m) => {
                if let Some(s) = m.state {
                    self.state(s);
                }
                self.src.extend(m.orig_src.map(Wanted::masked));
                self.dst.extend(m.orig_dst.map(Wanted::masked));
            }
            Match::State(s) => self.state(*s),
            Match::Iprange(m) => {
                self.src.extend(m.src.map(Wanted::range));
                self.dst.extend(m.dst.map(Wanted::range));
            }
            Match::Mark(m) if !m.not => self.mark = Some(m.value.value),
            Match::Owner { uid: Some(uid), .. } if !uid.not => self.uid = Some(uid.value.first),
            Match::Ttl(TtlMatch::Eq(t)) if !t.not => self.ttl = Some(t.value),
            Match::Ttl(TtlMatch::Lt(t)) => self.ttl = Some(t.saturating_sub(1)),
            Match::Ttl(TtlMatch::Gt(t)) => self.ttl = Some(t.saturating_add(1)),
            Match::Tos(t) if !t.not => self.tos = Some(t.value.value),
            Match::Dscp(d) if !d.not => self.tos = Some(d.value << 2),
            Match::String(s) if !s.not => self.payload = Some(s.pattern.to_vec()),
            Match::Pkttype(t) if !t.not => {
                self.frame = match t.value {
                    PacketType::Broadcast => Some("broadcast"),
                    PacketType::Multicast => Some("01:00:5e:00:00:01"),
                    PacketType::Host | PacketType::Other => None,
                };
            }
            Match::AddrType(m) => {
                if let Some(kinds) = m.dst.filter(|k| !k.not) {
                    if kinds.value.0 >> 3 & 1 == 1 && kinds.value.0 >> 2 & 1 == 0 {
                        self.frame = Some("broadcast");
                    } else if kinds.value.0 >> 2 & 1 == 1 && self.hook == Some(Hook::Prerouting) {
                        // What arrives for this host.
                        self.hook = Some(Hook::Input);
                    }
                }
            }
            Match::Set(m) => self.sets.push((m.not, m.set.clone(), m.dirs.clone())),
            _ => {}
        }
    }

    fn add_ip(&mut self, m: &IpMatch) {
        self.src.extend(m.src.map(Wanted::masked));
        self.dst.extend(m.dst.map(Wanted::masked));
        self.iniface.extend(m.iniface.clone());
        self.outiface.extend(m.outiface.clone());
        self.proto.extend(m.proto);
    }

    fn state(&mut self, s: Inv<CtStates>) {
        let wanted = if s.not { CtStates(!s.value.0 & 0x1f) } else { s.value };
        let so_far = self.states.map_or(0x1f, |s| s.0);
        self.states = Some(CtStates(so_far & wanted.0));
    }
}

/// Who calls which chain.
pub(super) struct Aims {
    callers: BTreeMap<ChainId, Vec<RuleId>>,
}

impl Aims {
    /// The callers in a ruleset.
    pub(super) fn new(rules: &Ruleset) -> Self {
        let mut callers: BTreeMap<ChainId, Vec<RuleId>> = BTreeMap::new();
        for (rule, k) in rules.rules.iter().zip(0..) {
            for op in &rule.ops {
                if let OpKind::Target(Target::Jump(to) | Target::Goto(to)) = op.what {
                    callers.entry(to).or_default().push(RuleId(k));
                }
            }
        }
        Self { callers }
    }

    /// What reaches a rule picked at random, by one of the ways that lead there; none where no way does.
    pub(super) fn of(&self, host: &Host, dice: &mut Dice) -> Option<Aim> {
        let rules = &host.rules;
        for _ in 0..40 {
            if rules.rules.is_empty() {
                return None;
            }
            let mut id = RuleId(dice.below(rules.rules.len()) as u32);
            let mut way = vec![id];
            let hook = loop {
                let chain = rules.rule(id).chain;
                if let Some(base) = &rules.chain(chain).base {
                    break Some(base.hook);
                }
                match self.callers.get(&chain) {
                    Some(callers) if way.len() < 20 => id = dice.one(callers),
                    _ => break None,
                }
                way.push(id);
            };
            let Some(hook) = hook else { continue };
            let mut aim = Aim { hook: Some(hook), ..Aim::default() };
            for rule in way.iter().rev().map(|id| rules.rule(*id)) {
                for op in &rule.ops {
                    if let OpKind::Match(test) = &op.what {
                        aim.add(test, dice);
                    }
                }
            }
            return Some(aim);
        }
        None
    }
}
