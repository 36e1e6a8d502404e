//! An asked packet with what it leaves open filled in.

use crate::context::SENDER;
use crate::ct;
use crate::route::{FibResult, FlowKey, Key, Router};
use crate::spoken::{are_neighbours, filters_ports, is_uplink};
use crate::way::{is_unnamed, way_in};
use crate::world::World;
use chainwalk_model::{
    AskAddr, AskEntry, Entry, Event, Fate, FollowUp, Hook, Host, Icmp, IfKind, IpHeader, L4, Mac,
    Origin, Packet, PacketSpec, PacketType, Question, RouteKind, Routed, Sent, Step, Tcp, TcpFlags,
    Text, Trace, proto,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Fills in an asked packet. `index` is its position in the sequence, `past` the traces of the branch so far.
pub(crate) fn compose(world: &World, ask: &PacketSpec, index: usize, past: &[&Trace]) -> Sent {
    let followed = ask.follow_up.and_then(|f| match f {
        FollowUp::ReplyTo(k) | FollowUp::IcmpErrorTo(k) => past.get(k).copied(),
    });
    let base = followed.map(arrived);
    let error = matches!(ask.follow_up, Some(FollowUp::IcmpErrorTo(_)));
    let proto = ask.proto.unwrap_or_else(|| match &base {
        Some(b) if error => {
            if b.is_v6() {
                proto::ICMPV6
            } else {
                proto::ICMP
            }
        }
        Some(b) => b.ip.proto,
        None if ask.icmp_type.is_some() => proto::ICMP,
        None => proto::TCP,
    });
    let named = |addr: &Option<AskAddr>| match addr {
        Some(AskAddr::Ip(ip)) => Some(*ip),
        Some(AskAddr::Name(name)) => {
            world.host.names.iter().find(|n| n.name == *name).map(|n| n.addr)
        }
        None => None,
    };
    let dst = named(&ask.dst)
        .or_else(|| base.as_ref().map(|b| b.ip.src))
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let said_src = named(&ask.src).or_else(|| base.as_ref().map(|b| b.ip.dst));
    let entry = entry_of(world, ask, followed, said_src, dst);
    let src = said_src.unwrap_or_else(|| {
        // A process that connects by TCP has no port yet when its route is looked up.
        let ports = [ask.sport.filter(|_| proto != proto::TCP), ask.dport];
        let [sport, dport] = ports.map(Option::unwrap_or_default);
        let uid = ask.uid.unwrap_or(0);
        let who = if world.host.raw_sender {
            CONNECTED
        } else {
            FlowKey { proto, sport, dport, uid, ..FlowKey::default() }
        };
        source(world, &entry, dst, ask.mark.unwrap_or(0), who)
    });
    // Where an end is not known, 0.0.0.0 stands in its place.
    let untold_before = followed.is_some_and(|t| {
        let came = t.moments.last().map(|m| m.packet.ip.dst);
        t.sent.endpoint_unknown
            || came.is_some_and(|dst| dst.is_unspecified() && dst != t.sent.packet.ip.dst)
    });
    let untold = said_src.is_none() && src.is_unspecified()
        || untold_before && (src.is_unspecified() || dst.is_unspecified());
    let mut l4 = transport(ask, proto, base.as_ref(), error, dst, src);
    let v6 = src.is_ipv6();
    let ip = IpHeader {
        src,
        dst,
        proto,
        tos: ask.tos.unwrap_or(0),
        ttl: ask.ttl.unwrap_or(64),
        id: ask.id.unwrap_or(if v6 { 0 } else { 0x5000 + index as u16 }),
        df: ask.df.unwrap_or(false),
        mf: ask.mf.unwrap_or(false),
        frag_off: ask.frag_off.unwrap_or(0),
        frag_len: ask.frag_len,
        options: padded(ask.ip_options.as_ref()),
        flow_label: if v6 { 0x20000 + index as u32 } else { 0 },
        extensions: ask.extensions.clone().filter(|_| v6).unwrap_or_default(),
    };
    let mut payload = ask.payload.clone().unwrap_or_default();
    if let (L4::Sctp { tag, .. }, Some(base), None, None, false) =
        (&mut l4, &base, &ask.payload, ask.sctp_tag, error)
    {
        (payload, *tag) = crate::ct::sctp_answer(base, past.iter().rev().map(|t| arrived(t)));
    }
    if matches!(l4, L4::Sctp { .. }) && payload.is_empty() {
        payload = Arc::from(crate::wire::SCTP_INIT);
    }
    let packet = Packet { ip, l4, payload, bad_csum: ask.bad_csum.unwrap_or(false) };
    Sent { packet, entry, endpoint_unknown: untold }
}

/// The packet as it got to its end, or as it was sent where it got nowhere.
fn arrived(trace: &Trace) -> Packet {
    let last = trace.moments.last().filter(|_| trace.fate.is_through() == Some(true));
    last.map_or_else(|| trace.sent.packet.clone(), |m| m.packet.clone())
}

fn padded(options: Option<&Arc<[u8]>>) -> Arc<[u8]> {
    let Some(options) = options else { return Arc::default() };
    let mut bytes = options.to_vec();
    bytes.resize(bytes.len().div_ceil(4) * 4, 0);
    bytes.into()
}

/// The transport header.
fn transport(
    ask: &PacketSpec,
    number: u8,
    base: Option<&Packet>,
    error: bool,
    dst: IpAddr,
    src: IpAddr,
) -> L4 {
    let base = base.filter(|_| !error);
    let sport = ask.sport.or_else(|| base.and_then(Packet::dport)).unwrap_or(0);
    let dport = ask.dport.or_else(|| base.and_then(Packet::sport)).unwrap_or(0);
    match number {
        proto::TCP => {
            let before = base.and_then(|b| match &b.l4 {
                L4::Tcp(t) => Some((t, b.payload.len() as u32)),
                _ => None,
            });
            let (seq, ack, flags) = match before {
                None => (1000, 0, TcpFlags::SYN),
                Some((t, len)) => {
                    let used = len
                        + u32::from(t.flags.has(TcpFlags::SYN))
                        + u32::from(t.flags.has(TcpFlags::FIN));
                    let opens = t.flags.has(TcpFlags::SYN) && !t.flags.has(TcpFlags::ACK);
                    let flags = if opens { TcpFlags::SYN_ACK } else { TcpFlags::ACK };
                    (if t.ack == 0 { 5000 } else { t.ack }, t.seq.wrapping_add(used), flags)
                }
            };
            L4::Tcp(Tcp {
                sport,
                dport,
                seq: ask.seq.unwrap_or(seq),
                ack: ask.ack.unwrap_or(ack),
                flags: ask.flags.unwrap_or(flags),
                window: ask.window.unwrap_or(64240),
                options: padded(ask.tcp_options.as_ref()),
            })
        }
        proto::UDP | proto::UDPLITE => L4::Udp { sport, dport },
        proto::SCTP => L4::Sctp { sport, dport, tag: ask.sctp_tag.unwrap_or(0) },
        proto::ICMP | proto::ICMPV6 => {
            let v6 = number == proto::ICMPV6;
            let before = base.and_then(|b| match &b.l4 {
                L4::Icmp(i) => Some(i),
                _ => None,
            });
            let turned = before.map(|i| match i.kind {
                8 => 0,
                13 | 15 | 17 | 128 => i.kind + 1,
                kind => kind,
            });
            let unsaid = match (error, v6) {
                (true, false) => 3,
                (true, true) => 1,
                (false, false) => 8,
                (false, true) => 128,
            };
            // An error has no id and sequence number to answer with.
            let quotes =
                |kind: u8| if v6 { (1..=4).contains(&kind) } else { ct::is_error(number, kind) };
            let numbered = before.filter(|i| !quotes(i.kind));
            let inner = ask.inner.as_ref().map(|i| Box::new(quote(i, src, dst)));
            let numbers = u16::from(!error && inner.is_none());
            L4::Icmp(Icmp {
                kind: ask.icmp_type.or(turned).unwrap_or(unsaid),
                code: ask.icmp_code.or(before.map(|i| i.code)).unwrap_or(0),
                id: ask.icmp_id.or(numbered.map(|i| i.id)).unwrap_or(numbers),
                seq: ask.icmp_seq.or(numbered.map(|i| i.seq)).unwrap_or(numbers),
                inner,
            })
        }
        _ => L4::Other,
    }
}

/// A packet that an ICMP error quotes, as it was asked for.
fn quote(ask: &PacketSpec, src: IpAddr, dst: IpAddr) -> Packet {
    let number = ask.proto.unwrap_or(proto::TCP);
    let addr = |said: &Option<AskAddr>, other: IpAddr| match said {
        Some(AskAddr::Ip(ip)) => *ip,
        _ => other,
    };
    let (from, to) = (addr(&ask.src, dst), addr(&ask.dst, src));
    Packet {
        ip: IpHeader {
            proto: number,
            tos: ask.tos.unwrap_or(0),
            ttl: ask.ttl.unwrap_or(64),
            id: ask.id.unwrap_or(0),
            ..IpHeader::plain(from, to)
        },
        l4: transport(ask, number, None, false, to, from),
        payload: ask.payload.clone().unwrap_or_default(),
        bad_csum: false,
    }
}

/// The error that quotes an earlier packet has it inside; a message that is no error has its bytes as data.
pub(crate) fn with_quote(mut sent: Sent, quoted: Option<&Trace>) -> Sent {
    let Packet { ip, l4, payload, .. } = &mut sent.packet;
    if let (L4::Icmp(icmp), Some(trace)) = (l4, quoted)
        && icmp.inner.is_none()
    {
        // Only the headers are quoted: what follows them decides nothing.
        let mut inner = arrived(trace);
        inner.payload = match inner.l4 {
            L4::Sctp { .. } => Arc::from(crate::wire::SCTP_INIT),
            _ => Arc::default(),
        };
        if ct::is_error(ip.proto, icmp.kind) {
            icmp.inner = Some(Box::new(inner));
        } else {
            *payload = crate::wire::bytes(&inner).into();
        }
    }
    sent
}

/// Where the packet starts.
fn entry_of(
    world: &World,
    ask: &PacketSpec,
    followed: Option<&Trace>,
    src: Option<IpAddr>,
    dst: IpAddr,
) -> Entry {
    let local = || Entry::Local {
        uid: Some(ask.uid.unwrap_or(0)),
        gid: Some(ask.gid.unwrap_or(0)),
        mark: ask.mark.unwrap_or(0),
        bind: ask.bind.clone(),
    };
    let wire = |iface: Text| Entry::Wire {
        smac: ask.smac.unwrap_or_else(|| sender_mac(world, src)),
        to: ask.frame.unwrap_or_else(|| frame_to(world, &iface, src, dst)),
        iface,
    };
    match &ask.entry {
        AskEntry::Local => local(),
        AskEntry::Iface(iface) => wire(iface.clone()),
        AskEntry::Outside => outside(world, src, dst).map_or_else(local, wire),
        AskEntry::Unsaid => match followed {
            None => local(),
            Some(trace) => match &trace.fate {
                Fate::Local { .. } => local(),
                Fate::Forwarded(Some(out)) | Fate::Sent(Some(out)) => wire(out.clone()),
                Fate::Bridged(Some(port)) => wire(answers_by(world, trace, port)),
                Fate::Forwarded(None) | Fate::Sent(None)
                    if is_unnamed(world.spoken(), &trace.sent) =>
                {
                    wire(Entry::UNNAMED.into())
                }
                Fate::Bridged(None) | Fate::Forwarded(None) | Fate::Sent(None) => {
                    outside(world, src, dst).map_or_else(local, wire)
                }
                _ => match &trace.sent.entry {
                    Entry::Local { .. } => local(),
                    Entry::Wire { iface, .. } => wire(iface.clone()),
                },
            },
        },
    }
}

/// Where the answer to a bridged packet comes in: by the port that it left by. Of a flooded one, and in a case,
/// whose senders stand where the host's facts put them, only the bridge is known.
fn answers_by(world: &World, trace: &Trace, port: &Text) -> Text {
    let sent = |s: &&Step| matches!(s.event, Event::Routed { to: Routed::Bridge { .. }, .. });
    let flooded = trace.steps.iter().filter(sent).count() > 1;
    let bridge = world.host.interface(port).and_then(|i| i.master.clone());
    bridge.filter(|_| flooded || world.host.complete.network).unwrap_or_else(|| port.clone())
}

/// The MAC of whoever sends a frame: the recorder's hosts behind bridge ports have their own.
fn sender_mac(world: &World, src: Option<IpAddr>) -> Mac {
    let behind = |a: &IpAddr| world.host.fdb.iter().any(|(b, _)| b == a);
    match src.filter(|a| world.host.raw_sender && behind(a)) {
        Some(IpAddr::V4(a)) => {
            let [a, b, c, d] = a.octets();
            Mac([2, 1, a, b, c, d])
        }
        _ => SENDER,
    }
}

/// Whom a frame on this interface is for: on a bridge, a neighbour's packet goes to the neighbour.
fn frame_to(world: &World, iface: &str, src: Option<IpAddr>, dst: IpAddr) -> PacketType {
    let host = &world.host;
    let bridge = host.interface(iface).and_then(|i| match i.kind {
        IfKind::Bridge => Some(i.name.clone()),
        _ => i.master.clone(),
    });
    let Some(bridge) = bridge else { return PacketType::Host };
    let neighbour = |i: &chainwalk_model::Interface| {
        i.addrs.iter().any(|f| f.value.len > 0 && f.value.addr != dst && f.value.holds(dst))
    };
    let behind = host.fdb.iter().any(|(a, p)| {
        *a == dst && host.interface(&p.value).is_some_and(|i| i.master.as_ref() == Some(&bridge))
    });
    let own = Router::new(world).told_local(dst);
    // Where no address of the bridge is told, and the paste is about its ports, neighbours speak past it.
    let bare = host.interface(&bridge).is_some_and(|i| i.addrs.is_empty());
    let about = filters_ports(host) || is_about_bridging(host, iface, &bridge, dst);
    let past = bare && !own && about && src.is_some_and(|s| are_neighbours(s, dst));
    if past || behind || (!own && host.interface(&bridge).is_some_and(neighbour)) {
        PacketType::Other
    } else {
        PacketType::Host
    }
}

/// Whether what comes by a port of a bridge is most likely for another one: several are told, and the paste says that what is
/// bridged is not shown to iptables, or has no rules about what is for this host.
fn is_about_bridging(host: &Host, port: &str, bridge: &Text, dst: IpAddr) -> bool {
    let of = |i: &&chainwalk_model::Interface| i.master.as_ref() == Some(bridge);
    let several = host.interfaces.iter().filter(of).nth(1).is_some() && port != &**bridge;
    // The first and the last address of a network is most often the router's.
    let router = match dst {
        IpAddr::V4(a) => matches!(a.octets()[3], 1 | 254),
        IpAddr::V6(a) => matches!(a.segments()[7], 0 | 1),
    };
    let name = if dst.is_ipv4() { "iptables" } else { "ip6tables" };
    let hidden = host.sysctl(&format!("net.bridge.bridge-nf-call-{name}"));
    let lets_in = host
        .rules
        .chains
        .iter()
        .any(|c| c.base.as_ref().is_some_and(|b| b.hook == Hook::Input) && !c.rules.is_empty());
    several && !router && (hidden.is_some_and(|v| &*v.value == "0") || !lets_in)
}

/// The interface by which a packet from outside comes: the way back to its source.
fn outside(world: &World, src: Option<IpAddr>, dst: IpAddr) -> Option<Text> {
    let router = Router::new(world);
    if let Some(src) = src {
        if router.told_local(src) {
            return None;
        }
        let key = Key {
            dst: src,
            src: None,
            mark: 0,
            tos: 0,
            iif: None,
            oif: None,
            who: FlowKey::default(),
        };
        if let Ok(Some(found)) = router.look_up(&key)
            && let Some(dev) = found.dev
        {
            return Some(dev);
        }
    }
    // A pasted log or trace shows by which interface that sender's packets come.
    let seen = world.host.seen.iter().find(|seen| Some(seen.src) == src && seen.iface.is_some());
    if let Some(way) = seen.and_then(|seen| seen.iface.clone()) {
        return Some(way);
    }
    if let Some(src) = src
        && let Some(way) = way_in(&world.host, world.spoken(), src, dst)
    {
        return Some(way);
    }
    let first = world
        .host
        .interfaces
        .iter()
        .find(|i| i.kind == IfKind::Plain && i.master.is_none() && is_uplink(&i.name));
    let holder = world.host.interfaces.iter().find(|i| {
        i.addrs.iter().any(|f| f.value.addr == dst && !matches!(f.origin, Origin::Default))
    });
    first.or(holder).map(|i| i.name.clone()).or_else(|| Some("eth0".into()))
}

/// Who asks for the source of a recorded case's packet: a UDP socket that is connected to port 9.
const CONNECTED: FlowKey =
    FlowKey { proto: proto::UDP, sport: 40000, dport: 9, uid: 0, label: 0, hashed: None };

/// The source a packet takes that names none.
fn source(world: &World, entry: &Entry, dst: IpAddr, mark: u32, who: FlowKey) -> IpAddr {
    match entry {
        Entry::Local { bind, .. } => {
            let router = Router::new(world);
            let key = Key { dst, src: None, mark, tos: 0, iif: None, oif: bind.as_deref(), who };
            let found = match router.lookup(&key) {
                // It follows from the hop, which the walk chooses.
                Err(Question::NextHop(_)) if dst.is_ipv4() => {
                    return Ipv4Addr::UNSPECIFIED.into();
                }
                Err(Question::NextHop(_)) => return Ipv6Addr::UNSPECIFIED.into(),
                found => found.ok().flatten(),
            };
            let sendable = |f: &FibResult| {
                matches!(f.kind, RouteKind::Unicast | RouteKind::Local | RouteKind::Broadcast)
            };
            let src = found.filter(sendable).and_then(|f| router.source_for(&f, dst));
            // A socket that connects is routed again from there, and a recorded case's has no source if that fails.
            let again = |src: &IpAddr| {
                let found = router.lookup(&Key { src: Some(*src), ..key.clone() });
                !world.host.raw_sender || found.is_ok_and(|f| f.is_some_and(|f| sendable(&f)))
            };
            let src = src.filter(again);
            if src.is_none() && world.host.complete.network {
                // There is no way there: what it would be sent from does not matter.
                return if dst.is_ipv4() {
                    Ipv4Addr::LOCALHOST.into()
                } else {
                    Ipv6Addr::LOCALHOST.into()
                };
            }
            let any = || {
                let own = world
                    .host
                    .interfaces
                    .iter()
                    .find(|i| i.kind == IfKind::Plain && is_uplink(&i.name))?;
                own.addrs.first().map(|f| f.value.addr)
            };
            src.or_else(any).filter(|s| s.is_ipv4() == dst.is_ipv4()).unwrap_or(match dst {
                IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
            })
        }
        // Somebody elsewhere: an address that documentation is written with.
        Entry::Wire { .. } => match dst {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
            IpAddr::V6(_) => IpAddr::V6("2001:db8::9".parse().unwrap_or(Ipv6Addr::LOCALHOST)),
        },
    }
}
