//! The way there and back: what follows a packet in its connection, walked behind one of its outcomes.
//!
//! The other end is taken to be there, to listen, and to answer by the way that the packet came. What the paste
//! says otherwise counts: a port that nobody listens on is not answered here but by the kernel's own reset.

mod payload;
mod reach;

use crate::session::Session;
use crate::way::is_unnamed;
use crate::world::World;
use chainwalk_model::{
    AskAddr, AskEntry, Check, Entry, Fate, Flow, FollowUp, L4, Leg, LegKind, LocalStack, Packet,
    PacketSpec, Question, RoundTrip, TcpFlags, Trace, TriedRule, TripEnd, Walk,
};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

/// What the first data of a connection is taken to be. A rule that looks at it is told of, whatever it finds.
const DATA: &[u8] = b"GET / HTTP/1.1\r\nHost: example.net\r\nAccept: */*\r\n\r\n";
const PSH_ACK: TcpFlags = TcpFlags(0x18);

/// What follows a packet, and the session that walked it.
pub struct Trip {
    session: Session,
    asks: Vec<PacketSpec>,
    first: usize,
    told: Rc<RoundTrip>,
}

impl Trip {
    /// What follows the packet that `outcome` of `packet` is of, the last of `asks` up to there. `None` where the
    /// packet asks for no answer, did not come to its end, or it is not known where an answer would come from.
    pub fn of(on: &Session, asks: &[PacketSpec], packet: usize, outcome: usize) -> Option<Self> {
        let ask = asks.get(packet)?;
        let trace = &on.walks().get(packet)?.outcomes.get(outcome)?.trace;
        if ask.follow_up.is_some() || !opens(&trace.sent.packet) || !is_answered(on.world(), trace)
        {
            return None;
        }
        // A kernel that answers by itself did so within the walk.
        if matches!(trace.fate, Fate::Local { listening: Some(false), .. })
            && on.host().stack == LocalStack::Real
        {
            return None;
        }
        let mut asks = asks[..=packet].to_vec();
        let mut walker =
            Walker { session: on.follow(packet, outcome)?, first: packet, legs: Vec::new() };
        let end = walker.walk(trace, ask, &mut asks);
        let Walker { session, legs, .. } = walker;
        let later = payload::later(&session, packet, ask, &legs, &end);
        let told = Rc::new(RoundTrip { legs, end, later });
        Some(Self { session, asks, first: packet, told })
    }

    /// How it went.
    pub fn told(&self) -> &Rc<RoundTrip> {
        &self.told
    }

    /// The packets of the connection: those up to the first, and the legs behind it.
    pub fn asks(&self) -> &[PacketSpec] {
        &self.asks
    }

    /// The walks of these packets, in the one way that is followed.
    pub fn walks(&self) -> &[Walk] {
        self.session.walks()
    }

    /// As [`Session::flows`], of one of these packets.
    pub fn flows(&self, packet: usize, outcome: usize) -> Vec<Flow> {
        self.session.flows(packet, outcome)
    }

    /// The index of a leg among the packets.
    pub fn packet_of(&self, leg: usize) -> usize {
        self.first + 1 + leg
    }

    /// As [`Session::explain`], of one of these packets.
    pub fn explain(&self, at: TriedRule) -> Vec<Check> {
        self.session.explain(at)
    }
}

struct Walker {
    /// What was walked, in the way that is followed.
    session: Session,
    first: usize,
    legs: Vec<Leg>,
}

impl Walker {
    /// Walks leg by leg, until one does not arrive.
    fn walk(&mut self, trace: &Trace, ask: &PacketSpec, asks: &mut Vec<PacketSpec>) -> TripEnd {
        let tcp = matches!(trace.sent.packet.l4, L4::Tcp(_));
        if matches!(trace.fate, Fate::Local { listening: Some(false), .. })
            && !is_echo(&trace.sent.packet)
        {
            let end = self.leg(LegKind::Refusal, refusal(&trace.sent.packet, self.first), asks);
            return end.unwrap_or(TripEnd::Refused);
        }
        if reach::ignores(&self.session, trace) {
            return TripEnd::Ignored;
        }
        let link = reach::neighbours(&self.session, trace);
        if let Some(iface) = &link
            && arrived(trace).is_some_and(|p| {
                p.ip.dst != trace.sent.packet.ip.dst
                    || ports_of(p).1 != ports_of(&trace.sent.packet).1
            })
        {
            return TripEnd::Direct { iface: iface.clone() };
        }
        let mut answer = None;
        if link.is_none() {
            let reply = PacketSpec {
                follow_up: Some(FollowUp::ReplyTo(self.first)),
                ..PacketSpec::default()
            };
            if let Some(end) = self.leg(LegKind::Reply, reply, asks) {
                return end;
            }
            answer = self.legs.last().map(|l| l.trace.sent.packet.clone());
        }
        if tcp {
            // What passes this host by is not seen here, and the asker goes on all the same.
            let next = onward(trace, ask, answer.as_ref(), LegKind::Ack);
            let lost = self.leg(LegKind::Ack, next, asks);
            let next = onward(trace, ask, answer.as_ref(), LegKind::Data);
            if let Some(end) = self.leg(LegKind::Data, next, asks) {
                return lost.unwrap_or(end);
            }
            // Data acknowledges too: a connection opens without the ACK that was lost.
            if link.is_none() {
                let back = PacketSpec {
                    follow_up: Some(FollowUp::ReplyTo(asks.len() - 1)),
                    flags: Some(PSH_ACK),
                    payload: Some(Arc::from(DATA)),
                    ..PacketSpec::default()
                };
                if let Some(end) = self.leg(LegKind::DataReply, back, asks) {
                    return end;
                }
            }
        }
        reach::lost_source(&self.session, trace).unwrap_or(TripEnd::Whole)
    }

    /// Sends a leg; how it ends the trip, if it does.
    fn leg(
        &mut self,
        kind: LegKind,
        spec: PacketSpec,
        asks: &mut Vec<PacketSpec>,
    ) -> Option<TripEnd> {
        let packet = asks.len();
        let walk = self.session.send(&spec);
        asks.push(spec);
        let ends: Vec<Option<bool>> = walk.likeliest().map(|o| o.trace.fate.is_through()).collect();
        let first = walk.outcomes.first()?;
        let asked =
            first.choices.iter().find(|c| c.likelihood.is_none()).map(|c| c.question.clone());
        let cut = walk.cut;
        self.legs.push(Leg { kind, trace: first.trace.clone() });
        // What follows goes on in the first way alone.
        if let Some(only) = self.session.follow(packet, 0) {
            self.session = only;
        }
        let at = self.legs.len() - 1;
        let trace = &self.legs[at].trace;
        let same = ends.iter().all(|e| *e == ends[0]) && !cut;
        match ends[0] {
            Some(true) if same => {
                let question = &self.session.walks()[self.first].outcomes[0].trace.sent.packet;
                let stray = kind.comes_back() && !answers(question, trace);
                stray.then_some(TripEnd::Stranger(at))
            }
            Some(false) if same => Some(
                payload::decider(&self.session, packet, at, trace).unwrap_or(TripEnd::Stopped(at)),
            ),
            _ => Some(TripEnd::Open(at, unknown(trace).or(asked))),
        }
    }
}

/// What a walk could not decide at its end.
fn unknown(trace: &Trace) -> Option<Question> {
    match &trace.fate {
        Fate::Undecided(q) | Fate::DroppedUnseen(q) => Some(q.clone()),
        _ => None,
    }
}

/// What the kernel answers where nobody listens.
fn refusal(packet: &Packet, first: usize) -> PacketSpec {
    let code = if packet.is_v6() { (1, 4) } else { (3, 3) };
    match packet.l4 {
        L4::Tcp(_) => PacketSpec {
            follow_up: Some(FollowUp::ReplyTo(first)),
            flags: Some(TcpFlags(0x14)),
            ..PacketSpec::default()
        },
        _ => PacketSpec {
            follow_up: Some(FollowUp::IcmpErrorTo(first)),
            icmp_type: Some(code.0),
            icmp_code: Some(code.1),
            ..PacketSpec::default()
        },
    }
}

/// A packet that goes on from the one who asked: as the first, by the same way.
fn onward(trace: &Trace, ask: &PacketSpec, answer: Option<&Packet>, kind: LegKind) -> PacketSpec {
    let sent = &trace.sent.packet;
    let (sport, dport) = ports_of(sent);
    let mut spec = PacketSpec {
        src: (!trace.sent.endpoint_unknown).then_some(AskAddr::Ip(sent.ip.src)),
        dst: Some(AskAddr::Ip(sent.ip.dst)),
        proto: Some(sent.ip.proto),
        sport,
        dport,
        ttl: Some(sent.ip.ttl),
        tos: Some(sent.ip.tos),
        df: Some(sent.ip.df),
        mark: ask.mark,
        uid: ask.uid,
        gid: ask.gid,
        bind: ask.bind.clone(),
        ..PacketSpec::default()
    };
    match &trace.sent.entry {
        Entry::Local { .. } => spec.entry = AskEntry::Local,
        Entry::Wire { iface, smac, to } => {
            spec.entry = AskEntry::Iface(iface.clone());
            spec.smac = Some(*smac);
            spec.frame = Some(*to);
        }
    }
    if let L4::Tcp(tcp) = &sent.l4 {
        let seen = answer.and_then(|p| match &p.l4 {
            L4::Tcp(t) => Some(t.seq),
            _ => None,
        });
        spec.seq = Some(tcp.seq.wrapping_add(1));
        spec.ack = Some(seen.unwrap_or(5000).wrapping_add(1));
        spec.flags = Some(if kind == LegKind::Data { PSH_ACK } else { TcpFlags::ACK });
    }
    if kind == LegKind::Data {
        spec.payload = Some(Arc::from(DATA));
    }
    spec
}

/// The packet as it came to its end.
fn arrived(trace: &Trace) -> Option<&Packet> {
    trace.moments.last().map(|m| &m.packet)
}

/// Source and destination port.
fn ports_of(packet: &Packet) -> (Option<u16>, Option<u16>) {
    (packet.sport(), packet.dport())
}

/// Whether a packet, where it came to, answers the question as the asker knows it.
fn answers(question: &Packet, answer: &Trace) -> bool {
    let Some(got) = arrived(answer) else { return false };
    let (sport, dport) = ports_of(question);
    // An error about the question has no ports of its own.
    got.ip.proto != question.ip.proto
        || got.ip.src == question.ip.dst
            && got.ip.dst == question.ip.src
            && ports_of(got) == (dport, sport)
}

/// Whether somebody may answer a packet that ended so, and it is known by which way.
fn is_answered(world: Option<&World>, trace: &Trace) -> bool {
    let unnamed = || world.is_some_and(|w| is_unnamed(w.spoken(), &trace.sent));
    let way = match &trace.fate {
        Fate::Forwarded(out) | Fate::Sent(out) => out.is_some() || unnamed(),
        Fate::Bridged(_) => matches!(trace.sent.entry, Entry::Wire { .. }),
        Fate::Local { .. } => true,
        _ => false,
    };
    let one = |addr: IpAddr| match addr {
        IpAddr::V4(a) => !a.is_multicast() && !a.is_broadcast() && !a.is_unspecified(),
        IpAddr::V6(a) => !a.is_multicast() && !a.is_unspecified(),
    };
    // What this host sends comes from an address of its own, whichever it is.
    let own = matches!(trace.fate, Fate::Sent(_)) && trace.sent.endpoint_unknown;
    let source = |p: &Packet| one(p.ip.src) || own && p.ip.src.is_unspecified();
    // What `REDIRECT` sent to an own address that is not known is taken like any other.
    let here = matches!(trace.fate, Fate::Local { .. });
    let taken = |addr: IpAddr| here && addr.is_unspecified() && addr != trace.sent.packet.ip.dst;
    let ends = arrived(trace).is_some_and(|p| source(p) && (one(p.ip.dst) || taken(p.ip.dst)));
    way && ends && (own || !trace.sent.endpoint_unknown)
}

fn is_echo(packet: &Packet) -> bool {
    matches!(packet.l4, L4::Icmp(_))
}

/// Whether a packet asks for an answer.
fn opens(packet: &Packet) -> bool {
    match &packet.l4 {
        L4::Tcp(t) => t.flags.0 & 0x17 == TcpFlags::SYN.0,
        L4::Udp { .. } => !packet.is_fragment(),
        L4::Icmp(i) => matches!((packet.is_v6(), i.kind), (false, 8) | (true, 128)),
        L4::Sctp { .. } | L4::Other => false,
    }
}
