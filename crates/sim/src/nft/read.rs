//! What a field of nft holds for a packet.
//!
//! Sources: `nft_meta.c`, `nft_ct.c`, `nft_fib.c`, `nft_rt.c`, `nft_socket.c` in `net/netfilter`.

use super::header::{ether_type, frame_type, header, is_framed, place, raw};
use super::reading::{Lack, Read, addr_number, number};
use crate::context::{Ct, CtFlow, MatchContext, Way};
use crate::ct::status;
use crate::link::{at_device, has_link_header, link_type, skb_len};
use chainwalk_model::nft::{
    CtKey, Fib, FibResultKey, Field, Header, Meta, Needs, Place, Rt, SocketKey, Value,
};
use chainwalk_model::{
    CtDir, CtStates, Entry, Hook, IfKind, Interface, L4, LocalStack, OpId, PacketType, PathIface,
    Question, RouteKind, proto,
};
use std::net::{IpAddr, Ipv4Addr};

/// Bits of [`chainwalk_model::AddrTypes`].
const LOCAL: u16 = 1 << 2;
const BROADCAST: u16 = 1 << 3;

/// Whether what a field needs is there.
pub(super) fn needs(needs: Needs, ctx: &MatchContext) -> bool {
    let packet = ctx.packet;
    match needs {
        Needs::Nothing | Needs::Transport => true,
        Needs::Ether => ctx.own_frame || has_link_header(at_device(ctx), ctx),
        Needs::Ip => !packet.is_v6(),
        Needs::Ip6 => packet.is_v6(),
        // A header of one family needs that family too.
        Needs::L4(proto::ICMP) => packet.ip.proto == proto::ICMP && !packet.is_v6(),
        Needs::L4(proto::ICMPV6) => packet.ip.proto == proto::ICMPV6 && packet.is_v6(),
        Needs::L4(number) => packet.ip.proto == number,
        // No frame of another kind than IP is walked.
        Needs::EtherType(kind) => kind == frame_type(ctx) && is_framed(ctx),
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

/// What a field holds for the packet before `ctx`.
pub(crate) fn field(field: Field, at: OpId, ctx: &MatchContext) -> Read {
    if !needs(field.needs(), ctx) {
        return Err(Lack::Absent);
    }
    let unknown = || Err(Lack::Unknown(Question::Fact(at)));
    match field {
        Field::Header(field) => header(field.row(), at, ctx),
        Field::Raw { base, offset, bits } => raw(base, offset, bits, at, ctx),
        Field::Meta(key) => meta(key, at, ctx),
        Field::Ct(key, dir) => ct(key, dir, at, ctx),
        Field::Fib(key) => fib(key, at, ctx),
        Field::Rt(key) => match key {
            _ if !is_routed(ctx) => Err(Lack::Absent),
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

/// Whether the packet has a route: what was made here keeps its own where it comes back over lo (`loopback_xmit`).
fn is_routed(ctx: &MatchContext) -> bool {
    let before = matches!(ctx.path.hook, Hook::Prerouting | Hook::Ingress);
    !before || ctx.loopback_copy || matches!(ctx.entry, Entry::Local { .. })
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
        Meta::Rtclassid if !is_routed(ctx) => Err(Lack::Absent),
        Meta::Rtclassid => number(ctx.realms),
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
        // A SYN that is accepted is answered for who listens, who is not known.
        Entry::Local { uid: None, .. } if ctx.accepts() => Err(Lack::Unknown(Question::Fact(at))),
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
        return number(state_bits(&ctx.ct()));
    }
    // A template tells its state and nothing else.
    let flow = match ctx.ct() {
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
        CtKey::Bytes | CtKey::Packets | CtKey::Avgpkt => counted(key, dir, &flow, at),
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
    let from = Some(other).filter(|a| match a {
        IpAddr::V4(a) => !(a.is_multicast() || a.is_broadcast() || a.is_unspecified()),
        IpAddr::V6(a) => !a.is_multicast(),
    });
    // Where a packet is passed on, the way back is that of an answer, which comes in where this goes out.
    let back = key.saddr && key.iif && ctx.path.hook == Hook::Forward;
    let way = Way {
        to: addr,
        from,
        mark: if key.mark { ctx.mark } else { 0 },
        iif: if back { ctx.path.outiface.name().map(|n| &**n) } else { None },
        tos: ip.tos,
        proto: ip.proto,
    };
    if key.result == FibResultKey::Type {
        return number(addr_type(&way, dev.map(|d| &**d), ctx).map_err(asks)?);
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
    let ways = ctx.net.leaves_by(&way).map_err(asks)?;
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
fn addr_type(way: &Way, dev: Option<&str>, ctx: &MatchContext) -> Result<u32, Question> {
    const UNICAST: u32 = 1;
    const MULTICAST: u32 = 5;
    const BLACKHOLE: u32 = 6;
    const UNREACHABLE: u32 = 7;
    const PROHIBIT: u32 = 8;
    let kind = |bit: u16| bit.trailing_zeros();
    let addr = way.to;
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
    Ok(match ctx.net.route_kind(way)? {
        Some(RouteKind::Blackhole) => BLACKHOLE,
        Some(RouteKind::Prohibit) => PROHIBIT,
        Some(RouteKind::Unreachable) | None => UNREACHABLE,
        _ => UNICAST,
    })
}

/// The MSS that fits the routes there and back (`get_tcpmss` in `nft_rt.c`).
fn mss(ctx: &MatchContext) -> Option<u16> {
    let mtu = |dev: &str| {
        let told = ctx.host.interface(dev).and_then(|i| i.mtu);
        told.or((dev == "lo").then_some(65536)).or(ctx.host.complete.network.then_some(1500))
    };
    let there = ctx.route_mtu.or_else(|| mtu(ctx.path.outiface.name()?))?;
    let back = ctx
        .net
        .leaves_by(&Way { from: Some(ctx.packet.ip.dst), ..Way::to(ctx.packet.ip.src) })
        .ok()?;
    let back = back.first().and_then(|dev| mtu(dev)).unwrap_or(there);
    let headers = if ctx.packet.is_v6() { 60 } else { 40 };
    u16::try_from(there.min(back).saturating_sub(headers)).ok()
}

/// The socket of this host that would take the packet (`nft_socket_eval`).
fn socket(key: SocketKey, at: OpId, ctx: &MatchContext) -> Read {
    let packet = ctx.packet;
    let unknown = || Err(Lack::Unknown(Question::Fact(at)));
    if ctx.path.hook == Hook::Output {
        // On its way out a packet has the socket that sends it.
        return match (key, ctx.entry) {
            (SocketKey::Mark, Entry::Local { uid: Some(_), mark, .. }) => number(*mark),
            _ => unknown(),
        };
    }
    let (L4::Tcp(_) | L4::Udp { .. }, Some(port)) = (&packet.l4, packet.dport()) else {
        return Err(Lack::Absent);
    };
    let own = matches!(ctx.ct(), Ct::Flow(flow) if flow.made_here && flow.dir == CtDir::Reply);
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
