//! What a field of nft holds for a packet.
//!
//! Sources: `nft_payload.c`, `nft_exthdr.c`, `nft_meta.c`, `nft_ct.c`, `nft_fib.c`, `nft_rt.c`, `nft_socket.c` in
//! `net/netfilter`.

use crate::context::{Ct, CtFlow, MatchContext};
use crate::ct::status;
use crate::link::{LOOPBACK, at_device, link_type, skb_len};
use crate::wire;
use chainwalk_model::nft::{
    CtKey, Fib, FibResultKey, Field, Header, HeaderRow, Meta, Needs, Place, RawBase, Rt, SocketKey,
    Value,
};
use chainwalk_model::{
    CtDir, CtStates, Entry, Hook, IfKind, Interface, L4, LocalStack, OpId, PacketType, PathIface,
    Question, proto,
};
use std::net::{IpAddr, Ipv4Addr};

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lack {
    /// The packet has nothing there: the rule ends.
    Absent,
    /// It can't be known, and this would tell.
    Unknown(Question),
    /// A number from `offset` on, each of `modulus` as likely as the others.
    Random {
        /// How many.
        modulus: u32,
        /// The first.
        offset: u32,
    },
}

/// What a field holds, or why it can't be read.
type Read = Result<Value, Lack>;

/// Bits of [`chainwalk_model::AddrTypes`].
const LOCAL: u16 = 1 << 2;
const BROADCAST: u16 = 1 << 3;

#[expect(clippy::unnecessary_wraps, reason = "every reading is one")]
fn number(n: impl Into<u128>) -> Read {
    Ok(Value::Number(n.into()))
}

/// An address as a number.
pub(crate) fn addr_number(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(a) => u32::from(a).into(),
        IpAddr::V6(a) => a.into(),
    }
}

/// Whether what a field needs is there.
pub(super) fn needs(needs: Needs, ctx: &MatchContext) -> bool {
    let packet = ctx.packet;
    match needs {
        Needs::Nothing | Needs::Transport => true,
        Needs::Ether => has_link_header(at_device(ctx), ctx),
        Needs::Ip => !packet.is_v6(),
        Needs::Ip6 => packet.is_v6(),
        // A header of one family needs that family too.
        Needs::L4(proto::ICMP) => packet.ip.proto == proto::ICMP && !packet.is_v6(),
        Needs::L4(proto::ICMPV6) => packet.ip.proto == proto::ICMPV6 && packet.is_v6(),
        Needs::L4(number) => packet.ip.proto == number,
        // No frame of another kind is walked.
        Needs::EtherType(_) => false,
    }
}

/// Whether a field is there to be written. What is written of a flow that there is none of changes nothing.
pub(crate) fn writes(field: Field, ctx: &MatchContext) -> bool {
    match field {
        Field::Header(of) => {
            let header = of.row().header;
            // Without the option nothing is changed, and the rule goes on.
            let option = matches!(header.place(), Place::TcpOption(_) | Place::IpOption(_));
            needs(header.needs(), ctx) && (option || ctx.packet.ip.frag_off == 0 || is_ip(header))
        }
        other => needs(other.needs(), ctx),
    }
}

fn is_ip(header: Header) -> bool {
    matches!(header, Header::Ip | Header::Ip6)
}

/// Whether frames of an interface may have an Ethernet header.
fn has_link_header(iface: &PathIface, ctx: &MatchContext) -> bool {
    iface.name().is_some_and(|name| link_type(name, ctx) != Some(LOOPBACK))
}

/// What a field holds for the packet before `ctx`.
pub(crate) fn field(field: Field, at: OpId, ctx: &MatchContext) -> Read {
    if !needs(field.needs(), ctx) {
        return Err(Lack::Absent);
    }
    let unknown = || Err(Lack::Unknown(Question::Fact(at)));
    match field {
        Field::Header(field) => header(field.row(), at, ctx),
        Field::Raw { base, offset, bits } => raw(base, offset, bits, ctx),
        Field::Meta(key) => meta(key, at, ctx),
        Field::Ct(key, dir) => ct(key, dir, at, ctx),
        Field::Fib(key) => fib(key, at, ctx),
        Field::Rt(key) => match key {
            // Before routing a packet has no route.
            _ if matches!(ctx.path.hook, Hook::Prerouting | Hook::Ingress) => Err(Lack::Absent),
            Rt::Classid => number(ctx.realms),
            Rt::Ipsec => number(0u8),
            Rt::Nexthop4 | Rt::Nexthop6 => {
                if ctx.packet.is_v6() != (key == Rt::Nexthop6) {
                    return Err(Lack::Absent);
                }
                number(addr_number(ctx.next_hop.unwrap_or(ctx.packet.ip.dst)))
            }
            Rt::Mtu => mss(ctx).map_or_else(unknown, number),
        },
        Field::Socket(key) => socket(key, at, ctx),
    }
}

/// Whether a header, an option or a route is there.
pub(super) fn exists(what: Field, at: OpId, ctx: &MatchContext) -> Result<bool, Lack> {
    match what {
        Field::Header(field) => {
            // A packet of another protocol has no option of TCP either; of another family nft does not ask.
            let header = field.row().header;
            if matches!(header.place(), Place::Extension(..) | Place::IpOption(_))
                && !needs(header.needs(), ctx)
            {
                return Err(Lack::Absent);
            }
            Ok(needs(header.needs(), ctx) && place(header, ctx).is_some())
        }
        other => match self::field(other, at, ctx)? {
            Value::Number(n) => Ok(n != 0),
            Value::Name(name) => Ok(!name.is_empty()),
        },
    }
}

/// The bytes that a header's fields lie in.
fn place(header: Header, ctx: &MatchContext) -> Option<Vec<u8>> {
    let packet = ctx.packet;
    match header.place() {
        Place::Packet(base) => base_bytes(base, ctx),
        Place::Extension(kind, routing) => {
            let bytes = wire::extension(packet, kind)?;
            let fits = routing.is_none_or(|kind| bytes.get(2) == Some(&kind));
            fits.then_some(bytes)
        }
        Place::TcpOption(kind) => match &packet.l4 {
            L4::Tcp(tcp) => option(&tcp.options, kind),
            _ => None,
        },
        Place::IpOption(kind) => option(&packet.ip.options, kind),
    }
}

/// An option of TCP or IP, from its kind on.
fn option(options: &[u8], kind: u8) -> Option<Vec<u8>> {
    let mut at = 0;
    while at < options.len() {
        let len = match options[at] {
            0 | 1 => 1,
            _ => usize::from(*options.get(at + 1)?).max(2),
        };
        if options[at] == kind {
            return options.get(at..at + len).map(<[u8]>::to_vec);
        }
        if options[at] == 0 {
            return None;
        }
        at += len;
    }
    None
}

/// The packet's bytes from a base on.
fn base_bytes(base: RawBase, ctx: &MatchContext) -> Option<Vec<u8>> {
    let packet = ctx.packet;
    match base {
        RawBase::Network => Some(wire::bytes(packet)),
        RawBase::Transport => wire::transport_bytes(packet),
        RawBase::Inner => {
            // Of what else begins within a packet the kernel knows nothing (`nft_payload_inner_offset`).
            if !matches!(packet.ip.proto, proto::TCP | proto::UDP) {
                return None;
            }
            let bytes = wire::transport_bytes(packet)?;
            bytes.get(wire::l4_header_len(packet) as usize..).map(<[u8]>::to_vec)
        }
        RawBase::Link => None,
    }
}

/// So many bits of some bytes; `None` where they reach beyond them.
fn bits(bytes: &[u8], offset: u16, len: u16) -> Option<u128> {
    if len > 128 {
        return None;
    }
    let (first, end) = (usize::from(offset / 8), usize::from((offset + len).div_ceil(8)));
    let bytes = bytes.get(first..end)?;
    let mut found = 0u128;
    for k in 0..len {
        let bit = usize::from(offset % 8 + k);
        found = found << 1 | u128::from(bytes[bit / 8] >> (7 - bit % 8) & 1);
    }
    Some(found)
}

fn raw(base: RawBase, offset: u16, len: u16, ctx: &MatchContext) -> Read {
    let found = base_bytes(base, ctx).and_then(|bytes| bits(&bytes, offset, len));
    found.map(Value::Number).ok_or(Lack::Absent)
}

fn header(row: &HeaderRow, at: OpId, ctx: &MatchContext) -> Read {
    let packet = ctx.packet;
    // What most rules look at is read without building bytes.
    match (row.header, row.word) {
        (Header::Ip | Header::Ip6, "saddr") => {
            if ctx.source_untold() {
                return Err(Lack::Unknown(Question::Fact(at)));
            }
            return number(addr_number(packet.ip.src));
        }
        (Header::Ip | Header::Ip6, "daddr") => return number(addr_number(packet.ip.dst)),
        (Header::Ip, "protocol") => return number(packet.ip.proto),
        (Header::Ether, word) => return ether(word, at, ctx),
        (_, "sport" | "dport") if !packet.is_fragment() => {
            if let L4::Tcp(_) | L4::Udp { .. } | L4::Sctp { .. } = packet.l4 {
                let port = if row.word == "sport" { packet.sport() } else { packet.dport() };
                let whole = wire::seen(packet, 4) == wire::Seen::Whole;
                return port.filter(|_| whole).map(|p| Value::Number(p.into())).ok_or(Lack::Absent);
            }
        }
        _ => {}
    }
    if !of_message(row, ctx) {
        return Err(Lack::Absent);
    }
    if packet.ip.frag_off > 0 && matches!(row.header.place(), Place::Packet(RawBase::Transport)) {
        return later_fragment(row, ctx);
    }
    let Some(bytes) = place(row.header, ctx) else { return Err(Lack::Absent) };
    bits(&bytes, row.offset, row.bits).map(Value::Number).ok_or(Lack::Absent)
}

/// Whether a packet is a message of ICMP that has such a field (`icmp_dep` in `src/payload.c` of nft).
fn of_message(row: &HeaderRow, ctx: &MatchContext) -> bool {
    let kinds: &[u8] = match (row.header, row.word) {
        (Header::Icmp, "id" | "sequence") => &[0, 8],
        (Header::Icmp, "gateway") => &[5],
        (Header::Icmp, "mtu") => &[3],
        (Header::Icmpv6, "id" | "sequence") => &[128, 129],
        (Header::Icmpv6, "mtu") => &[2],
        (Header::Icmpv6, "max-delay") => &[130],
        (Header::Icmpv6, "taddr") => &[130, 131, 132, 135, 136, 137],
        (Header::Icmpv6, "daddr") => &[137],
        _ => return true,
    };
    matches!(&ctx.packet.l4, L4::Icmp(icmp) if kinds.contains(&icmp.kind))
}

/// What lies in the place of a field of the transport header in a second or later fragment: the kernel reads whole
/// words without a look at where the fragment begins (`nft_payload_fast_eval`), and nothing else.
fn later_fragment(row: &HeaderRow, ctx: &MatchContext) -> Read {
    let (offset, len) = (row.offset / 8, row.bits / 8);
    let word = matches!(row.bits, 8 | 16 | 32)
        && row.offset.is_multiple_of(8)
        && offset.is_multiple_of(len);
    if !word || ctx.packet.is_v6() {
        return Err(Lack::Absent);
    }
    let bytes = wire::bytes(ctx.packet);
    let own = bytes.get(wire::ip_header_len(ctx.packet) as usize..).unwrap_or_default();
    bits(own, row.offset, row.bits).map(Value::Number).ok_or(Lack::Absent)
}

/// A field of the frame that the packet came in by.
fn ether(word: &str, at: OpId, ctx: &MatchContext) -> Read {
    let device = at_device(ctx).name();
    let untold = device.is_none_or(|name| link_type(name, ctx).is_none());
    if untold || ctx.path.hook == Hook::Egress {
        // Who a frame is for on its way out, the table of neighbours says.
        return match word {
            "type" => number(ether_type(ctx)),
            _ => Err(Lack::Unknown(Question::Fact(at))),
        };
    }
    let Entry::Wire { smac, to, .. } = ctx.entry else { return Err(Lack::Absent) };
    let bits = |mac: [u8; 6]| mac.iter().fold(0u128, |n, b| n << 8 | u128::from(*b));
    match word {
        "saddr" if !ctx.is_told(*smac) => Err(Lack::Unknown(Question::Fact(at))),
        "saddr" => number(bits(smac.0)),
        "type" => number(ether_type(ctx)),
        _ => {
            let own = ctx.came_by.name().and_then(|i| ctx.host.interface(i)).and_then(|i| i.mac);
            match (to, own) {
                (PacketType::Broadcast, _) => number(bits([0xff; 6])),
                (PacketType::Host, Some(mac)) => number(bits(mac.0)),
                _ => Err(Lack::Unknown(Question::Fact(at))),
            }
        }
    }
}

fn ether_type(ctx: &MatchContext) -> u16 {
    if ctx.packet.is_v6() { 0x86dd } else { 0x0800 }
}

/// The name of an interface; the empty name where there is none.
fn iface(of: &PathIface, ctx: &MatchContext) -> Read {
    match of {
        PathIface::None => Ok(Value::Name("".into())),
        PathIface::Named(name) => Ok(Value::Name(name.clone())),
        PathIface::Unknown => Err(Lack::Unknown(Question::Route(ctx.packet.ip.dst))),
    }
}

/// A fact about an interface that a path has; absent where it has none.
fn of_iface(
    of: &PathIface,
    at: OpId,
    ctx: &MatchContext,
    fact: impl Fn(Option<&Interface>, &str) -> Option<u128>,
) -> Read {
    match of {
        PathIface::None => Err(Lack::Absent),
        PathIface::Unknown => Err(Lack::Unknown(Question::Route(ctx.packet.ip.dst))),
        PathIface::Named(name) => fact(ctx.host.interface(name), name)
            .map(Value::Number)
            .ok_or(Lack::Unknown(Question::Fact(at))),
    }
}

fn meta(key: Meta, at: OpId, ctx: &MatchContext) -> Read {
    let path = ctx.path;
    let unknown = || Err(Lack::Unknown(Question::Fact(at)));
    let whole = ctx.host.complete.network;
    let group = |i: Option<&Interface>, _: &str| {
        i.and_then(|i| i.group).or(whole.then_some(0)).map(u128::from)
    };
    let kind = |_: Option<&Interface>, name: &str| link_type(name, ctx);
    match key {
        Meta::Length => number(skb_len(ctx)),
        Meta::Protocol => number(ether_type(ctx)),
        Meta::Nfproto => number(if ctx.packet.is_v6() { 10u8 } else { 2 }),
        Meta::L4proto => number(ctx.packet.ip.proto),
        Meta::Mark => number(ctx.mark),
        Meta::Iif | Meta::Iifname => iface(&path.iniface, ctx),
        Meta::Oif | Meta::Oifname => iface(&path.outiface, ctx),
        Meta::Iifgroup => of_iface(&path.iniface, at, ctx, group),
        Meta::Oifgroup => of_iface(&path.outiface, at, ctx, group),
        Meta::Iiftype => of_iface(at_device(ctx), at, ctx, kind),
        Meta::Oiftype => of_iface(&path.outiface, at, ctx, kind),
        Meta::Skuid | Meta::Skgid => owner(key == Meta::Skuid, at, ctx),
        Meta::Pkttype => number(match ctx.entry {
            Entry::Wire { to: PacketType::Broadcast, .. } => 1u8,
            Entry::Wire { to: PacketType::Multicast, .. } => 2,
            Entry::Wire { to: PacketType::Other, .. } => 3,
            _ => 0,
        }),
        Meta::Rtclassid => {
            if matches!(path.hook, Hook::Prerouting | Hook::Ingress) {
                return Err(Lack::Absent);
            }
            number(ctx.realms)
        }
        Meta::Ipsec | Meta::Nftrace => number(0u8),
        Meta::Ibrname | Meta::Obrname => {
            let port = if key == Meta::Ibrname { &path.iniface } else { &path.outiface };
            let bridge =
                port.name().and_then(|p| ctx.host.interface(p)).and_then(|i| i.master.clone());
            bridge.map(Value::Name).ok_or(Lack::Absent)
        }
        Meta::Random => Err(Lack::Random { modulus: u32::MAX, offset: 0 }),
        Meta::Day | Meta::Hour | Meta::Time => match ctx.clock {
            None => unknown(),
            Some(now) => number(match key {
                // 1970 began on a Thursday.
                Meta::Day => (now / 86_400 + 4) % 7,
                Meta::Hour => now % 86_400,
                _ => now * 1000,
            }),
        },
        Meta::Sdif | Meta::Sdifname => Ok(Value::Name("".into())),
        Meta::Priority
        | Meta::Iifkind
        | Meta::Oifkind
        | Meta::Cpu
        | Meta::Cgroup
        | Meta::Secmark
        | Meta::Ibrpvid
        | Meta::Ibrvproto
        | Meta::Broute => unknown(),
    }
}

/// The owner of the socket that sends a packet: only what a process sends has one, and only on its way out.
fn owner(user: bool, at: OpId, ctx: &MatchContext) -> Read {
    if !matches!(ctx.path.hook, Hook::Output | Hook::Postrouting | Hook::Egress) {
        return Err(Lack::Absent);
    }
    match *ctx.entry {
        Entry::Local { uid: Some(uid), .. } if user => number(uid),
        Entry::Local { uid: Some(_), gid: Some(gid), .. } => number(gid),
        Entry::Local { uid: Some(_), gid: None, .. } => Err(Lack::Unknown(Question::Fact(at))),
        _ => Err(Lack::Absent),
    }
}

/// The bits of `ct state`.
fn state_bits(ct: &Ct) -> u8 {
    match ct {
        // What conntrack has not looked at yet counts as invalid too.
        Ct::None | Ct::Invalid => 1,
        Ct::Untracked => 64,
        Ct::Flow(flow) => match flow.state {
            CtStates::NEW => 8,
            CtStates::RELATED => 4,
            _ => 2,
        },
    }
}

fn ct(key: CtKey, dir: Option<CtDir>, at: OpId, ctx: &MatchContext) -> Read {
    if key == CtKey::State {
        return number(state_bits(&ctx.ct));
    }
    // A template tells its state and nothing else.
    let flow = match &ctx.ct {
        Ct::Flow(flow) if flow.id.is_some() => flow,
        _ => return Err(Lack::Absent),
    };
    let tuple = if dir == Some(CtDir::Reply) { flow.reply } else { flow.orig };
    let address = |addr: IpAddr, v6: bool| {
        if addr.is_ipv6() == v6 { number(addr_number(addr)) } else { Err(Lack::Absent) }
    };
    match key {
        CtKey::State | CtKey::Event => Err(Lack::Absent),
        CtKey::Direction => number(u8::from(flow.dir == CtDir::Reply)),
        CtKey::Status => {
            // With the bits that say that NAT has been settled, which have no words.
            let nat = u16::from(flow.snat) << 4 | u16::from(flow.dnat) << 5;
            number(flow.status | nat)
        }
        CtKey::Mark => number(flow.mark),
        CtKey::L3proto => number(if tuple.src.is_ipv6() { 10u8 } else { 2 }),
        CtKey::Protocol => number(tuple.proto),
        CtKey::SaddrIp => address(tuple.src, false),
        CtKey::DaddrIp => address(tuple.dst, false),
        CtKey::SaddrIp6 => address(tuple.src, true),
        CtKey::DaddrIp6 => address(tuple.dst, true),
        // A flow of ICMP has its id as source, and type and code as destination.
        CtKey::ProtoSrc => number(tuple.sport),
        CtKey::ProtoDst => number(tuple.dport),
        // Of a flow that is not in the table yet no time runs.
        CtKey::Expiration if flow.status & status::CONFIRMED == 0 => number(0u8),
        CtKey::Expiration => number(u128::from(flow.expires_s) * 1000),
        CtKey::Zone => number(match dir {
            Some(CtDir::Reply) => flow.zone.reply,
            _ => flow.zone.orig,
        }),
        CtKey::Bytes | CtKey::Packets | CtKey::Avgpkt => counted(key, dir, flow, at),
        // It is that of the flow which announced this one.
        CtKey::Helper => match flow.expected_by {
            None => Err(Lack::Absent),
            Some(kind) => Ok(Value::Name(kind.name().into())),
        },
        CtKey::Label | CtKey::Id | CtKey::Secmark => Err(Lack::Unknown(Question::Fact(at))),
    }
}

/// What a flow has carried; nothing where flows are not counted.
fn counted(key: CtKey, dir: Option<CtDir>, flow: &CtFlow, at: OpId) -> Read {
    if !flow.counts {
        return number(0u8);
    }
    let Some([original, reply]) = flow.counted else {
        return Err(Lack::Unknown(Question::Fact(at)));
    };
    let (packets, bytes) = match dir {
        Some(CtDir::Original) => original,
        Some(CtDir::Reply) => reply,
        None => (original.0 + reply.0, original.1 + reply.1),
    };
    number(match key {
        CtKey::Packets => packets,
        CtKey::Bytes => bytes,
        _ => bytes.checked_div(packets).unwrap_or(0),
    })
}

/// What routing says of an address (`nft_fib4_eval`, `nft_fib6_eval`).
fn fib(key: Fib, at: OpId, ctx: &MatchContext) -> Read {
    let ip = &ctx.packet.ip;
    let (addr, other) = if key.saddr { (ip.src, ip.dst) } else { (ip.dst, ip.src) };
    let dev = match (key.iif, key.oif) {
        (true, _) => Some(&ctx.path.iniface),
        (_, true) => Some(&ctx.path.outiface),
        _ => None,
    };
    if dev == Some(&PathIface::Unknown) {
        return Err(Lack::Unknown(Question::Route(ip.dst)));
    }
    let dev = dev.and_then(PathIface::name);
    let asks = |question| Lack::Unknown(question);
    if key.result == FibResultKey::Type {
        let kind = addr_type(addr, dev.map(|d| &**d), ctx).map_err(asks)?;
        return number(kind);
    }
    let found = |name: Option<&chainwalk_model::Text>| {
        Ok(Value::Name(name.cloned().unwrap_or_else(|| "".into())))
    };
    let iniface = ctx.path.iniface.name();
    let loopback =
        |name: &str| ctx.host.interface(name).map_or(name == "lo", |i| i.kind == IfKind::Loopback);
    if iniface.is_some_and(|name| loopback(name)) || ctx.loopback_copy {
        // What comes from lo is found there, whatever it says of itself.
        return found(iniface);
    }
    match (ip.src, ip.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let group = dst.octets()[..3] == [224, 0, 0];
            if src.is_unspecified() && (dst.is_broadcast() || group) {
                return found(iniface);
            }
        }
        (IpAddr::V6(src), _) if src.is_unspecified() && ip.proto == proto::ICMPV6 => {
            return found(iniface);
        }
        _ => {}
    }
    match ctx.net.addr_type(addr, None).map_err(asks)? {
        // An own address has no way out.
        LOCAL => return found(None),
        BROADCAST if addr != IpAddr::V4(Ipv4Addr::BROADCAST) => {
            let on_link = |i: &&Interface| i.addrs.iter().any(|f| f.value.holds(addr));
            let on = ctx.host.interfaces.iter().find(on_link).map(|i| i.name.clone());
            return found(on.filter(|on| dev.is_none_or(|dev| dev == on)).as_ref());
        }
        _ => {}
    }
    let from = Some(other).filter(|a| match a {
        IpAddr::V4(a) => !(a.is_multicast() || a.is_broadcast() || a.is_unspecified()),
        IpAddr::V6(a) => !a.is_multicast(),
    });
    let mark = if key.mark { ctx.mark } else { 0 };
    let ways = ctx.net.leaves_by(addr, from, mark).map_err(asks)?;
    match dev {
        Some(dev) => found(ways.iter().find(|w| *w == dev)),
        None => match &ways[..] {
            [] => found(None),
            [only] => found(Some(only)),
            _ => Err(Lack::Unknown(Question::Fact(at))),
        },
    }
}

/// The type of an address, as `RTN_…` numbers it.
fn addr_type(addr: IpAddr, dev: Option<&str>, ctx: &MatchContext) -> Result<u32, Question> {
    const UNICAST: u32 = 1;
    const MULTICAST: u32 = 5;
    const UNREACHABLE: u32 = 7;
    let kind = |bit: u16| bit.trailing_zeros();
    let IpAddr::V6(v6) = addr else { return Ok(kind(ctx.net.addr_type(addr, dev)?)) };
    if v6.is_multicast() {
        return Ok(MULTICAST);
    }
    if v6.is_unspecified() {
        return Ok(0);
    }
    let found = kind(ctx.net.addr_type(addr, dev)?);
    if found != UNICAST {
        return Ok(found);
    }
    let reached = !ctx.net.leaves_by(addr, None, 0)?.is_empty();
    Ok(if reached { UNICAST } else { UNREACHABLE })
}

/// The MSS that fits the routes there and back (`get_tcpmss` in `nft_rt.c`).
fn mss(ctx: &MatchContext) -> Option<u16> {
    let mtu = |dev: &str| {
        let told = ctx.host.interface(dev).and_then(|i| i.mtu);
        told.or((dev == "lo").then_some(65536)).or(ctx.host.complete.network.then_some(1500))
    };
    let there = ctx.route_mtu.or_else(|| mtu(ctx.path.outiface.name()?))?;
    let back = ctx.net.leaves_by(ctx.packet.ip.src, Some(ctx.packet.ip.dst), 0).ok()?;
    let back = back.first().and_then(|dev| mtu(dev)).unwrap_or(there);
    let headers = if ctx.packet.is_v6() { 60 } else { 40 };
    u16::try_from(there.min(back).saturating_sub(headers)).ok()
}

/// The socket of this host that would take the packet (`nft_socket_eval`).
fn socket(key: SocketKey, at: OpId, ctx: &MatchContext) -> Read {
    let packet = ctx.packet;
    let (L4::Tcp(_) | L4::Udp { .. }, Some(port)) = (&packet.l4, packet.dport()) else {
        return Err(Lack::Absent);
    };
    let unknown = || Err(Lack::Unknown(Question::Fact(at)));
    let own = matches!(&ctx.ct, Ct::Flow(flow) if flow.made_here && flow.dir == CtDir::Reply);
    let fits = |wild: bool| {
        ctx.host.sockets.iter().find(|s| {
            let bound = if wild { s.addr.is_unspecified() } else { s.addr == packet.ip.dst };
            s.proto == packet.ip.proto && s.port == port && bound
        })
    };
    let told = ctx.host.stack != LocalStack::Unknown;
    let found = fits(false).or_else(|| fits(true));
    let Some(socket) = found.filter(|_| !own || told) else {
        return if told { Err(Lack::Absent) } else { unknown() };
    };
    match key {
        SocketKey::Transparent => {
            let transparent = if ctx.has_socket { Some(true) } else { socket.transparent };
            transparent.map_or_else(unknown, |t| number(u8::from(t)))
        }
        SocketKey::Wildcard => number(u8::from(socket.addr.is_unspecified())),
        SocketKey::Mark | SocketKey::Cgroupv2(_) => unknown(),
    }
}
