//! A packet on its own host, for the tests of single extensions.

use super::test;
use crate::context::{Ct, CtFlow, MatchContext, Net, Way};
use crate::ct::Zone;
use crate::match_state::MatchState;
use crate::sets::Named;
use chainwalk_model::{
    Backend, Chain, ChainId, Cidr, CtDir, CtStates, Entry, Fact, Family, Hook, Host, Interface,
    IpHeader, L4, Mac, Match, Op, OpId, OpKind, Origin, Packet, PacketType, Path, PathIface,
    Question, Rule, RuleId, Span, Table, TableId, Tcp, TcpFlags, Text, Truth, Tuple, proto,
};
use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

/// A packet and all that a rule can see around it, in PREROUTING of `eth0` at first.
pub(crate) struct Bench {
    pub packet: Packet,
    pub mark: u32,
    pub path: Path,
    pub entry: Entry,
    pub came_by: PathIface,
    pub ct: Ct,
    pub host: Host,
    pub now_ms: u64,
    pub clock: Option<u64>,
    pub memory: RefCell<MatchState>,
}

/// Local addresses are those of the host's interfaces; the rest leaves by the interface whose network
/// holds it.
impl Net for Host {
    fn addr_type(&self, addr: IpAddr, dev: Option<&str>) -> Result<u16, Question> {
        let local = self
            .interfaces
            .iter()
            .filter(|i| dev.is_none_or(|d| d == &*i.name))
            .any(|i| i.addrs.iter().any(|a| a.value.addr == addr));
        Ok(if local { 1 << 2 } else { 1 << 1 })
    }

    fn is_open(&self, _orig: Tuple, _zone: Zone) -> bool {
        false
    }

    fn leaves_by(&self, way: &Way) -> Result<Vec<Text>, Question> {
        let net = |i: &Interface| {
            i.addrs.iter().any(|a| match (a.value.addr, way.to) {
                (IpAddr::V4(a), IpAddr::V4(b)) => a.octets()[..3] == b.octets()[..3],
                (IpAddr::V6(a), IpAddr::V6(b)) => a.octets()[..8] == b.octets()[..8],
                _ => false,
            })
        };
        Ok(self.interfaces.iter().find(|i| net(i)).map(|i| i.name.clone()).into_iter().collect())
    }
}

impl Bench {
    /// A TCP SYN from port 40000 to 80.
    pub(crate) fn tcp(src: &str, dst: &str) -> Self {
        let tcp = Tcp {
            sport: 40000,
            dport: 80,
            seq: 1000,
            flags: TcpFlags::SYN,
            window: 64240,
            ..Tcp::default()
        };
        Self::of(src, dst, proto::TCP, L4::Tcp(tcp))
    }

    /// A packet of that transport.
    pub(crate) fn of(src: &str, dst: &str, proto: u8, l4: L4) -> Self {
        let plain = IpHeader::plain(src.parse().unwrap(), dst.parse().unwrap());
        let ip = IpHeader { proto, id: 0x5000, ..plain };
        let packet = Packet { ip, l4, payload: Arc::default(), bad_csum: false };
        Self {
            packet,
            mark: 0,
            path: Path {
                hook: Hook::Prerouting,
                iniface: "eth0".into(),
                outiface: PathIface::None,
                phys_in: PathIface::None,
                phys_out: PathIface::None,
                bridge: false,
            },
            entry: Entry::Wire {
                iface: "eth0".into(),
                smac: Mac([2, 0, 0, 0, 3, 1]),
                to: PacketType::Host,
            },
            came_by: "eth0".into(),
            ct: Ct::None,
            host: Host::default(),
            now_ms: 0,
            clock: None,
            memory: RefCell::default(),
        }
    }

    /// The same in FORWARD, on its way out.
    pub(crate) fn out(mut self, iface: impl Into<PathIface>) -> Self {
        self.path.hook = Hook::Forward;
        self.path.outiface = iface.into();
        self
    }

    /// The same on a host that holds this address, with 24 bits of network.
    pub(crate) fn with_addr(mut self, name: &str, addr: &str) -> Self {
        let cidr = Cidr { addr: addr.parse().unwrap(), len: 24 };
        let mut own = Interface::named(name, Origin::Given);
        own.addrs.push(Fact { value: cidr, origin: Origin::Given });
        self.host.interfaces.push(own);
        self
    }

    /// Evaluates a test as the first operation of rule 0; what it remembers stays.
    pub(crate) fn test(&self, m: &Match) -> Truth {
        self.test_at(m, OpId { rule: RuleId(0), op: 0 })
    }

    /// Whether the kernel drops the packet at that test.
    pub(crate) fn hotdrops(&self, m: &Match) -> bool {
        let at = OpId { rule: RuleId(0), op: 0 };
        test(m, at, &self.ctx(), &mut self.memory.borrow_mut(), None).hotdrop
    }

    /// Evaluates a test at another place.
    pub(crate) fn test_at(&self, m: &Match, at: OpId) -> Truth {
        test(m, at, &self.ctx(), &mut self.memory.borrow_mut(), None).truth
    }

    /// Puts a rule with this test into the host's rules, for what reads the whole ruleset.
    pub(crate) fn knows(&mut self, m: &Match) {
        let span = Span::default();
        let ops = vec![Op { what: OpKind::Match(m.clone()), span }];
        let rules = &mut Rc::make_mut(&mut self.host.rules).rules;
        rules.push(Rule::new(ChainId(u32::MAX), 1, ops, span));
    }

    /// The same with rule 0 in a table of iptables-nft.
    pub(crate) fn of_nft(mut self) -> Self {
        let span = Span::default();
        let rules = Rc::make_mut(&mut self.host.rules);
        rules.tables.push(Table {
            family: Family::Ip,
            name: "filter".into(),
            backend: Backend::IptablesNft,
            chains: vec![ChainId(0)],
            dormant: false,
            span,
        });
        let chain = Chain::new(TableId(0), "FORWARD".into(), None);
        rules.chains.push(Chain { rules: vec![RuleId(0)], ..chain });
        rules.rules.push(Rule::new(ChainId(0), 1, Vec::new(), span));
        self
    }

    /// What a rule sees.
    pub(crate) fn ctx(&self) -> MatchContext<'_> {
        MatchContext {
            packet: &self.packet,
            mark: self.mark,
            path: &self.path,
            entry: &self.entry,
            came_by: &self.came_by,
            by_reject: false,
            loopback_copy: false,
            own_frame: false,
            tag: None,
            flow: &self.ct,
            host: &self.host,
            named: Rc::new(Named::of(&self.host.sets)),
            net: &self.host,
            now_ms: self.now_ms,
            turn: 0,
            moot: false,
            clock: self.clock,
            has_socket: false,
            realms: 0,
            next_hop: None,
            route_mtu: None,
        }
    }
}

/// A new flow from 1.2.3.4:40000 to 10.0.0.2:80.
pub(crate) fn flow() -> CtFlow {
    let (a, b) = ("1.2.3.4".parse().unwrap(), "10.0.0.2".parse().unwrap());
    CtFlow {
        state: CtStates::NEW,
        dir: CtDir::Original,
        orig: Tuple { src: a, dst: b, proto: proto::TCP, sport: 40000, dport: 80 },
        reply: Tuple { src: b, dst: a, proto: proto::TCP, sport: 80, dport: 40000 },
        status: 0,
        snat: false,
        dnat: false,
        mark: 0,
        expires_s: 0,
        id: Some(1),
        zone: Zone::default(),
        counts: false,
        counted: Some([(0, 0); 2]),
        made_here: false,
        expected_by: None,
    }
}
