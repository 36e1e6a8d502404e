//! Which rules of a long chain a packet may match, found without trying the others.
//!
//! A rule is passed over only where one of its first conditions certainly fails and none before that one asks,
//! remembers, writes or assumes anything. So the walk comes out as if each rule had been tried, and so does its trace.

use crate::context::MatchContext;
use crate::nft::{Lack, field_value};
use crate::wire::{Seen, l4_header_len, seen};
use chainwalk_model::nft::{CmpOp, Condition, Expr, Field, Meta, Pattern, Value, all_bits};
use chainwalk_model::{
    AddrMask, Chain, ChainId, IfaceMatch, Inv, IpMatch, Match, OpId, OpKind, PathIface, Range,
    Rule, RuleId, Ruleset, proto,
};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::net::IpAddr;

/// A chain of fewer rules is walked rule by rule.
const LONG: usize = 32;
/// So many kinds of conditions are looked up; a rule that has none of them stays among those that are always tried.
const MOST_DRAWERS: usize = 16;

/// In which chains rules are looked up. The walks are the same by all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LookUp {
    /// In none: each rule is tried.
    Never,
    /// Where it saves much.
    #[default]
    Long,
    /// In all, to hold walks of short chains against those of [`LookUp::Never`].
    Every,
}

/// The indexes of a host's chains, each made when a packet first comes to its chain.
#[derive(Default)]
pub(crate) struct Indexes {
    look_up: LookUp,
    by_chain: OnceCell<Vec<OnceCell<Option<Box<ChainIndex>>>>>,
}

impl Indexes {
    /// None is made yet.
    pub(crate) fn new(look_up: LookUp) -> Self {
        Self { look_up, ..Self::default() }
    }

    /// Whether each rule is tried.
    pub(crate) fn tries_each(&self) -> bool {
        self.look_up == LookUp::Never
    }

    /// The index of a chain; `None` where its rules are tried.
    pub(crate) fn of(&self, rules: &Ruleset, id: ChainId) -> Option<&ChainIndex> {
        let chain = rules.chain(id);
        let shortest = match self.look_up {
            LookUp::Never => return None,
            LookUp::Long => LONG,
            LookUp::Every => 1,
        };
        if chain.rules.len() < shortest {
            return None;
        }
        let cells =
            self.by_chain.get_or_init(|| rules.chains.iter().map(|_| OnceCell::new()).collect());
        let cell = cells.get(id.0 as usize)?;
        let made = || {
            let index = ChainIndex::new(rules, chain);
            (index.saves(chain) || self.look_up == LookUp::Every).then(|| Box::new(index))
        };
        cell.get_or_init(made).as_deref()
    }
}

/// What of a packet a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// `-s`.
    Src,
    /// `-d`.
    Dst,
    /// `-i`.
    Iniface,
    /// `-o`.
    Outiface,
    /// `--sport` of this protocol.
    Sport(u8),
    /// `--dport` of this protocol.
    Dport(u8),
    /// A field of nft.
    Field(Field),
}

/// What a rule wants a key to be, under the bits that count: else it does not match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Want {
    key: Key,
    mask: u128,
    value: Value,
}

/// The rules of a chain by what they want.
#[derive(Debug)]
pub(crate) struct ChainIndex {
    drawers: Vec<Drawer>,
    /// Those that stand in no drawer, in order.
    open: Vec<u32>,
}

/// Rules that look at the same bits of the same key. A rule stands in one drawer, the one in which it has the fewest
/// beside it.
#[derive(Debug)]
struct Drawer {
    key: Key,
    mask: u128,
    /// By what they want there, in order.
    rules: HashMap<Value, Vec<u32>>,
    /// All of them, in order.
    all: Vec<u32>,
}

/// What a packet has of a key.
enum Has {
    /// This.
    Value(Value),
    /// Nothing: no rule that looks at it matches.
    Nothing,
    /// It is not known, or a rule that looks at it has to be tried.
    Unclear,
}

impl ChainIndex {
    fn new(rules: &Ruleset, chain: &Chain) -> Self {
        let wants: Vec<Vec<Want>> =
            chain.rules.iter().map(|id| wants_of(rules.rule(*id))).collect();
        let mut alike: HashMap<&Want, usize> = HashMap::new();
        for want in wants.iter().flatten() {
            *alike.entry(want).or_default() += 1;
        }
        let mut index = Self { drawers: Vec::new(), open: Vec::new() };
        for (at, wants) in (0..).zip(&wants) {
            match wants.iter().min_by_key(|want| alike[want]) {
                Some(want) => index.file(at, want),
                None => index.open.push(at),
            }
        }
        index
    }

    /// Whether a packet that some rule wants has few others to try.
    fn saves(&self, chain: &Chain) -> bool {
        let count = chain.rules.len();
        let squares = |d: &Drawer| d.rules.values().map(|r| r.len() * r.len()).sum::<usize>();
        let tried = self.open.len() + self.drawers.iter().map(squares).sum::<usize>() / count;
        tried <= count / 4
    }

    fn file(&mut self, at: u32, want: &Want) {
        let found = self.drawers.iter().position(|d| (d.key, d.mask) == (want.key, want.mask));
        let drawer = match found {
            Some(found) => &mut self.drawers[found],
            None if self.drawers.len() < MOST_DRAWERS => {
                let (key, mask) = (want.key, want.mask);
                self.drawers.push(Drawer { key, mask, rules: HashMap::new(), all: Vec::new() });
                let last = self.drawers.len() - 1;
                &mut self.drawers[last]
            }
            None => return self.open.push(at),
        };
        drawer.rules.entry(want.value.clone()).or_default().push(at);
        drawer.all.push(at);
    }

    /// The first rule from the `from`-th on that may match, by its index in the chain.
    pub(crate) fn next(&self, from: usize, ctx: &MatchContext) -> Option<usize> {
        let from = u32::try_from(from).unwrap_or(u32::MAX);
        let mut next = behind(&self.open, from);
        let mut last: Option<(Key, Has)> = None;
        for drawer in &self.drawers {
            if last.as_ref().is_none_or(|(key, _)| *key != drawer.key) {
                last = Some((drawer.key, has(drawer.key, ctx)));
            }
            let found = match last.as_ref().map(|(_, has)| has) {
                Some(Has::Value(value)) => {
                    let rules = drawer.rules.get(&under(value, drawer.mask));
                    rules.and_then(|rules| behind(rules, from))
                }
                Some(Has::Nothing) => None,
                Some(Has::Unclear) | None => behind(&drawer.all, from),
            };
            next = next.into_iter().chain(found).min();
        }
        next.map(|at| at as usize)
    }
}

/// The first of some rules that is not before `from`.
fn behind(rules: &[u32], from: u32) -> Option<u32> {
    rules.get(rules.partition_point(|at| *at < from)).copied()
}

fn under(value: &Value, mask: u128) -> Value {
    match value {
        Value::Number(n) => Value::Number(n & mask),
        name @ Value::Name(_) => name.clone(),
    }
}

/// What a packet has of a key. The tests of [`crate::ext`] and of [`crate::nft`] see the same, or the answer is
/// [`Has::Unclear`].
fn has(key: Key, ctx: &MatchContext) -> Has {
    let packet = ctx.packet;
    let iface = |iface: &PathIface| match iface {
        PathIface::None => Has::Value(Value::Name("".into())),
        PathIface::Named(name) => Has::Value(Value::Name(name.clone())),
        PathIface::Unknown => Has::Unclear,
    };
    match key {
        Key::Src if ctx.source_untold() => Has::Unclear,
        Key::Dst if ctx.destination_untold() => Has::Unclear,
        Key::Src => Has::Value(Value::Number(number(packet.ip.src))),
        Key::Dst => Has::Value(Value::Number(number(packet.ip.dst))),
        Key::Iniface => iface(&ctx.path.iniface),
        Key::Outiface => iface(&ctx.path.outiface),
        // To iptables-nft an authentication header may be the protocol.
        Key::Sport(_) | Key::Dport(_) if !packet.ip.extensions.is_empty() => Has::Unclear,
        Key::Sport(of) | Key::Dport(of) if packet.ip.proto != of => Has::Nothing,
        // What is cut off may be dropped at the test.
        Key::Sport(_) | Key::Dport(_) if seen(packet, l4_header_len(packet)) != Seen::Whole => {
            Has::Unclear
        }
        Key::Sport(_) => {
            packet.sport().map_or(Has::Unclear, |p| Has::Value(Value::Number(p.into())))
        }
        Key::Dport(_) => {
            packet.dport().map_or(Has::Unclear, |p| Has::Value(Value::Number(p.into())))
        }
        Key::Field(field) => match field_value(field, OpId { rule: RuleId(0), op: 0 }, ctx) {
            Ok(value) => Has::Value(value),
            Err(Lack::Absent) => Has::Nothing,
            Err(Lack::Unknown(_) | Lack::Random { .. } | Lack::Drawn(_)) => Has::Unclear,
        },
    }
}

/// An address among those of both families.
fn number(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(addr) => addr.to_ipv6_mapped().into(),
        IpAddr::V6(addr) => addr.into(),
    }
}

/// What the first conditions of a rule want, as far as they only look at what [`has`] knows.
fn wants_of(rule: &Rule) -> Vec<Want> {
    let mut wants = Vec::new();
    let mut proto = None;
    for op in &rule.ops {
        match &op.what {
            OpKind::Match(Match::Comment(_)) => {}
            OpKind::Match(Match::Ip(m)) => {
                of_ip(m, &mut wants);
                proto = m.proto.filter(|p| !p.not).map(|p| p.value);
            }
            OpKind::Match(Match::Tcp(m)) if proto == Some(proto::TCP) => {
                of_ports(proto::TCP, m.sport, m.dport, &mut wants);
            }
            OpKind::Match(Match::Udp(m)) if proto == Some(proto::UDP) => {
                of_ports(proto::UDP, m.sport, m.dport, &mut wants);
            }
            OpKind::Match(Match::Nft(condition)) => match &**condition {
                Condition::Implied(_) => {}
                Condition::Compare { left: Expr::Field(field), op, right } if is_plain(*field) => {
                    if *op == CmpOp::Eq {
                        wants.extend(of_field(*field, right));
                    }
                }
                _ => break,
            },
            _ => break,
        }
    }
    wants
}

fn of_ip(m: &IpMatch, wants: &mut Vec<Want>) {
    let addr = |of: Option<Inv<AddrMask>>, key| {
        let AddrMask { addr, mask } = of.filter(|a| !a.not)?.value;
        // All bits of an IPv4 address that are not its own count.
        let mask = match mask {
            IpAddr::V4(mask) => !u128::from(!mask.to_bits()),
            IpAddr::V6(mask) => mask.to_bits(),
        };
        let value = Value::Number(number(addr) & mask);
        (mask != 0).then_some(Want { key, mask, value })
    };
    let iface = |of: &Option<Inv<IfaceMatch>>, key| {
        let name = of.as_ref().filter(|i| !i.not && !i.value.prefix)?.value.name.clone();
        Some(Want { key, mask: u128::MAX, value: Value::Name(name) })
    };
    wants.extend(addr(m.src, Key::Src));
    wants.extend(addr(m.dst, Key::Dst));
    wants.extend(iface(&m.iniface, Key::Iniface));
    wants.extend(iface(&m.outiface, Key::Outiface));
}

fn of_ports(
    proto: u8,
    sport: Option<Inv<Range<u16>>>,
    dport: Option<Inv<Range<u16>>>,
    wants: &mut Vec<Want>,
) {
    let port = |of: Option<Inv<Range<u16>>>, key| {
        let range = of.filter(|p| !p.not && p.value.first == p.value.last)?.value;
        Some(Want { key, mask: u128::MAX, value: Value::Number(range.first.into()) })
    };
    wants.extend(port(sport, Key::Sport(proto)));
    wants.extend(port(dport, Key::Dport(proto)));
}

fn of_field(field: Field, right: &Pattern) -> Option<Want> {
    let (key, (_, bits)) = (Key::Field(field), field.ty());
    let of_iface =
        matches!(field, Field::Meta(Meta::Iif | Meta::Iifname | Meta::Oif | Meta::Oifname));
    match right {
        Pattern::One(value) if of_iface == matches!(value, Value::Name(_)) => {
            Some(Want { key, mask: u128::MAX, value: value.clone() })
        }
        Pattern::Prefix(n, len) if !of_iface && u16::from(*len) < bits => {
            let all = all_bits(bits);
            let mask = all & !(all >> len);
            Some(Want { key, mask, value: Value::Number(n & mask) })
        }
        _ => None,
    }
}

/// Whether reading a field asks, remembers and assumes nothing, and it is a plain number or name.
fn is_plain(field: Field) -> bool {
    match field {
        Field::Header(_) => true,
        Field::Meta(key) => matches!(
            key,
            Meta::Iif
                | Meta::Iifname
                | Meta::Oif
                | Meta::Oifname
                | Meta::L4proto
                | Meta::Nfproto
                | Meta::Protocol
                | Meta::Mark
        ),
        _ => false,
    }
}
