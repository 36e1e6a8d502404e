//! The conntrack table: how a packet finds its flow, and moves it on.

use super::expectation::{ExpectationMatch, Expected};
use super::flow::{Conntrack, CtInfo, status};
use super::gre;
use super::helper::HelperState;
use super::icmp::{self, is_error, quoted};
use super::look::TrackContext;
use super::sctp::{self, Sctp};
use super::tcp::{self, Tcp};
use super::tcp_state;
use super::tuple::{Zone, invert, tuple_of};
use chainwalk_model::{CtDir, Flow, L4, OpId, Packet, PathIface, Tuple, proto};
use std::rc::Rc;

/// A flow that has less to live is not made to end sooner by a FIN or a reset out of its window.
const LEAST_TO_HURRY: u64 = 120_000;
/// What IPv6 says where no header follows.
const NO_NEXT_HEADER: u8 = 59;

/// The conntrack table.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConntrackTable {
    /// A copy of the table shares those that do not change.
    pub(super) entries: Vec<Rc<Conntrack>>,
    pub(super) expected: Vec<Expected>,
    next: u32,
}

/// What became of a packet that conntrack looked at.
#[derive(Clone, Debug)]
pub(crate) enum TrackResult {
    /// It fits no flow and can't begin one.
    Invalid,
    /// It is none of conntrack's business.
    Untracked,
    /// It begins a flow, which is not in the table yet, and may have been expected.
    New(Box<Conntrack>, Option<ExpectationMatch>),
    /// It belongs to a flow that it has just ended, and that is no longer in the table.
    Gone {
        entry: Box<Conntrack>,
        /// The packet's direction.
        dir: CtDir,
        /// How it belongs.
        info: CtInfo,
    },
    /// It belongs to a flow in the table.
    Known {
        /// The flow's number.
        id: u32,
        /// The packet's direction.
        dir: CtDir,
        /// How it belongs.
        info: CtInfo,
    },
}

impl ConntrackTable {
    /// The table as it was pasted: what a listing of it does not show is as the flow's state makes it likely.
    pub(crate) fn known<'f>(told: impl Iterator<Item = &'f Flow>) -> Self {
        let mut flows = Self::default();
        for flow in told {
            let id = flows.fresh_id();
            flows.entries.push(Rc::new(Conntrack::known(id, flow)));
        }
        flows
    }

    /// Takes away flows that have expired.
    pub(crate) fn expire(&mut self, now_ms: u64) {
        self.orphan(now_ms);
        self.entries.retain(|e| e.lives(now_ms));
    }

    /// A packet's flow that has expired or not, as a policy says that is not known: its number, and the rule.
    pub(crate) fn in_doubt(&self, packet: &Packet, look: &TrackContext) -> Option<(u32, OpId)> {
        let entry = self.find(tuple_of(packet), look.zone).and_then(|(id, _)| self.get(id))?;
        entry.policy.filter(|_| entry.seen_ms < look.now_ms).map(|policy| (entry.id, policy))
    }

    /// Whether a packet belongs to a flow of TCP or SCTP that was pasted, and of whose numbers nothing is known yet.
    pub(crate) fn window_unknown(&self, packet: &Packet, zone: Zone) -> bool {
        let found = self.find(tuple_of(packet), zone).and_then(|(id, _)| self.get(id));
        found.is_some_and(|e| {
            e.tcp.as_ref().is_some_and(Tcp::window_unknown)
                || e.sctp.as_ref().is_some_and(Sctp::window_unknown)
        })
    }

    /// The flow with this number.
    pub(crate) fn get(&self, id: u32) -> Option<&Conntrack> {
        // The flow of the packet at hand is most often a late one.
        self.entries.iter().rfind(|e| e.id == id).map(|e| &**e)
    }

    /// The flow with this number, to change.
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Conntrack> {
        self.entries.iter_mut().rfind(|e| e.id == id).map(Rc::make_mut)
    }

    /// Deletes a flow.
    pub(crate) fn kill(&mut self, id: u32) {
        self.entries.retain(|e| e.id != id);
    }

    /// All flows in the table.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Conntrack> {
        self.entries.iter().map(|e| &**e)
    }

    /// The flow and direction that a tuple belongs to, in a zone.
    ///
    /// Each direction of a flow lies in the zone's number for that direction (`nf_ct_zone_equal`), and the
    /// one of the original direction is looked in first (`resolve_normal_ct`).
    pub(crate) fn find(&self, tuple: Tuple, zone: Zone) -> Option<(u32, CtDir)> {
        let original = |e: &Conntrack| {
            (e.orig == tuple && e.zone.orig == zone.orig).then_some((e.id, CtDir::Original))
        };
        let reply = |e: &Conntrack| {
            (e.reply == tuple && e.zone.reply == zone.reply).then_some((e.id, CtDir::Reply))
        };
        let entries = || self.entries.iter().rev().map(|e| &**e);
        if zone.orig == zone.reply {
            // The reply's direction was put into the table last, and is found first where both are the same.
            return entries().find_map(|e| reply(e).or_else(|| original(e)));
        }
        entries().find_map(original).or_else(|| entries().find_map(reply))
    }

    /// Whether another flow than `but` has this reply tuple (`nf_conntrack_tuple_taken`).
    ///
    /// A flow that begins in the same way is the same flow, and takes nothing.
    pub(crate) fn taken(&self, reply: Tuple, orig: Tuple, zone: Zone, but: u32) -> bool {
        self.entries.iter().any(|e| {
            let same = e.orig == orig && e.zone.orig == zone.orig;
            let as_orig = e.orig == reply && e.zone.orig == zone.orig && e.zone.orig == zone.reply;
            let as_reply = e.reply == reply && e.zone.reply == zone.reply;
            e.id != but && !same && (as_orig || as_reply)
        })
    }

    /// Puts a new flow into the table (`__nf_conntrack_confirm`). False if its tuples are taken.
    pub(crate) fn confirm(&mut self, mut entry: Conntrack) -> bool {
        let zone = entry.zone;
        let clash = self.entries.iter().any(|e| {
            let there = |t: Tuple, bucket: u16| {
                (e.orig == t && e.zone.orig == zone.orig && e.zone.orig == bucket)
                    || (e.reply == t && e.zone.reply == zone.reply && e.zone.reply == bucket)
            };
            there(entry.orig, zone.orig) || there(entry.reply, zone.reply)
        });
        if clash {
            return false;
        }
        entry.status |= status::CONFIRMED;
        self.entries.push(Rc::new(entry));
        true
    }

    /// A number for a new flow.
    fn fresh_id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Looks a packet up, and moves its flow's state on (`nf_conntrack_in`).
    pub(crate) fn track(&mut self, packet: &Packet, look: &TrackContext) -> TrackResult {
        if let L4::Icmp(icmp) = &packet.l4 {
            // ICMP within IPv6 and ICMPv6 within IPv4 are nobody's.
            if packet.is_v6() != (packet.ip.proto == proto::ICMPV6) {
                return TrackResult::Invalid;
            }
            if look.checksum && packet.bad_csum {
                return TrackResult::Invalid;
            }
            if icmp::is_exempt(packet.ip.proto, icmp.kind) {
                return TrackResult::Untracked;
            }
            if let Some(seen) = self.track_icmp_error(packet, look) {
                return seen;
            }
        }
        let tuple = tuple_of(packet);
        let nothing_follows = packet.is_v6() && packet.ip.proto == NO_NEXT_HEADER;
        let refused = packet.ip.proto == proto::GRE && gre::call(packet).is_none();
        if nothing_follows || refused || bad_transport(packet, look) {
            return TrackResult::Invalid;
        }
        match self.find(tuple, look.zone) {
            Some((id, dir)) => self.go_on(id, dir, packet, look),
            None => self.begin(tuple, packet, look),
        }
    }

    /// The first packet of a flow.
    fn begin(&mut self, tuple: Tuple, packet: &Packet, look: &TrackContext) -> TrackResult {
        let Some(reply) = invert(tuple) else { return TrackResult::Invalid };
        if let L4::Icmp(icmp) = &packet.l4
            && !icmp::may_begin(tuple.proto, icmp.kind)
        {
            return TrackResult::Invalid;
        }
        let timeouts = &look.timeouts;
        let (mut tcp, mut sctp) = (None, None);
        let life = match &packet.l4 {
            L4::Tcp(header) => {
                let Some((begun, life)) = Tcp::begin(header, packet, look) else {
                    return TrackResult::Invalid;
                };
                tcp = Some(begun);
                life
            }
            L4::Sctp { tag, .. } => {
                let Some((begun, life)) = Sctp::begin(sctp::body(packet), *tag, look) else {
                    return TrackResult::Invalid;
                };
                sctp = Some(begun);
                life
            }
            L4::Udp { .. } => timeouts.udp,
            L4::Icmp(_) if packet.is_v6() => timeouts.icmpv6,
            L4::Icmp(_) => timeouts.icmp,
            L4::Other if tuple.proto == proto::GRE => timeouts.gre,
            L4::Other => timeouts.generic,
        };
        let id = self.fresh_id();
        let fits = self.expected(tuple, look.zone, look.now_ms);
        let entry = Box::new(Conntrack {
            id,
            orig: tuple,
            reply,
            status: 0,
            mark: 0,
            zone: look.zone,
            expires_ms: look.now_ms + life,
            policy: look.policy,
            seen_ms: look.now_ms,
            stream_ms: look.now_ms + 2000,
            came_by: PathIface::None,
            masq_dev: PathIface::None,
            counted: Some([(1, u64::from(crate::wire::total_len(packet))), (0, 0)]),
            helped: look.helper.map(HelperState::new),
            expected_by: None,
            proxied: None,
            tcp,
            sctp,
        });
        TrackResult::New(entry, fits)
    }

    /// A packet of a flow in the table.
    fn go_on(&mut self, id: u32, dir: CtDir, packet: &Packet, look: &TrackContext) -> TrackResult {
        let Some(entry) = self.get_mut(id) else { return TrackResult::Invalid };
        let info = match dir {
            CtDir::Reply => CtInfo::Established,
            CtDir::Original if entry.has(status::SEEN_REPLY) => CtInfo::Established,
            CtDir::Original if entry.has(status::EXPECTED) => CtInfo::Related,
            CtDir::Original => CtInfo::New,
        };
        entry.seen_ms = look.now_ms;
        let seen_reply = entry.has(status::SEEN_REPLY);
        let timeouts = &look.timeouts;
        let mut counted = true;
        match &packet.l4 {
            L4::Tcp(header) => {
                let assured = entry.has(status::ASSURED);
                let Some(tcp) = entry.tcp.as_mut() else { return TrackResult::Invalid };
                match tcp.go_on(header, packet, dir, seen_reply, assured, look) {
                    tcp::Step::Invalid => return TrackResult::Invalid,
                    tcp::Step::Hurried => {
                        let left = entry.expires_ms.saturating_sub(look.now_ms);
                        if left >= LEAST_TO_HURRY && left > timeouts.unacknowledged {
                            entry.expires_ms = look.now_ms + timeouts.unacknowledged;
                        }
                        return TrackResult::Invalid;
                    }
                    tcp::Step::Ignored => counted = false,
                    tcp::Step::Kill => {
                        // The entry leaves the table; the packet still belongs to it.
                        let mut gone = entry.clone();
                        if dir == CtDir::Reply {
                            gone.status |= status::SEEN_REPLY;
                        }
                        gone.count(packet, dir);
                        self.kill(id);
                        return TrackResult::Gone { entry: Box::new(gone), dir, info };
                    }
                    tcp::Step::Anew => {
                        self.kill(id);
                        return self.track(packet, look);
                    }
                    tcp::Step::Moved { assured, life } => {
                        if assured {
                            entry.status |= status::ASSURED;
                        }
                        // What does not renew the flow is not counted either.
                        counted = life.is_some();
                        if let Some(life) = life {
                            entry.expires_ms = look.now_ms + life;
                        }
                    }
                }
            }
            L4::Sctp { tag, .. } => {
                let Some(sctp) = entry.sctp.as_mut() else { return TrackResult::Invalid };
                let step = sctp.go_on(sctp::body(packet), *tag, dir, true, look);
                // A packet that does not fit may have established it with its first chunks.
                if sctp.assured {
                    entry.status |= status::ASSURED;
                }
                match step {
                    sctp::Step::Invalid => return TrackResult::Invalid,
                    sctp::Step::Ignored => counted = false,
                    sctp::Step::Moved(life) => entry.expires_ms = look.now_ms + life,
                }
            }
            L4::Udp { .. } => {
                // UDP-Lite is a stream at once.
                let lasts = packet.ip.proto == proto::UDPLITE || look.now_ms > entry.stream_ms;
                let mut life = timeouts.udp;
                if seen_reply && lasts {
                    life = timeouts.udp_stream;
                    entry.status |= status::ASSURED;
                }
                entry.expires_ms = look.now_ms + life;
            }
            L4::Icmp(_) => {
                let life = if packet.is_v6() { timeouts.icmpv6 } else { timeouts.icmp };
                entry.expires_ms = look.now_ms + life;
            }
            L4::Other if entry.orig.proto == proto::GRE => {
                let mut life = timeouts.gre;
                if seen_reply {
                    life = timeouts.gre_stream;
                    entry.status |= status::ASSURED;
                }
                entry.expires_ms = look.now_ms + life;
            }
            L4::Other => entry.expires_ms = look.now_ms + timeouts.generic,
        }
        if dir == CtDir::Reply {
            entry.status |= status::SEEN_REPLY;
        }
        if counted {
            entry.count(packet, dir);
        }
        TrackResult::Known { id, dir, info }
    }

    /// An ICMP error belongs to the flow that it quotes. `None` if this is not an error.
    fn track_icmp_error(&mut self, packet: &Packet, look: &TrackContext) -> Option<TrackResult> {
        let L4::Icmp(icmp) = &packet.l4 else { return None };
        if !is_error(packet.ip.proto, icmp.kind) {
            return None;
        }
        let seen =
            quoted(packet).map(tuple_of).and_then(invert).and_then(|t| self.find(t, look.zone));
        Some(match seen {
            Some((id, dir)) if self.get(id).is_some_and(|e| e.tuple(dir).dst == packet.ip.dst) => {
                TrackResult::Known { id, dir, info: CtInfo::Related }
            }
            _ => TrackResult::Invalid,
        })
    }

    /// The table as it is printed, without what has expired.
    pub(crate) fn printed(&self, now_ms: u64) -> Vec<Flow> {
        let alive = self.entries.iter().filter(|e| e.lives(now_ms));
        alive.map(|e| e.printed(now_ms)).collect()
    }
}

/// Whether the transport header is one that conntrack refuses before it looks at a flow.
fn bad_transport(packet: &Packet, look: &TrackContext) -> bool {
    match &packet.l4 {
        L4::Tcp(header) => {
            (look.checksum && packet.bad_csum) || !tcp_state::flags_are_valid(header.flags)
        }
        // The checksum of UDP-Lite is computed as if it were UDP's, and never right.
        L4::Udp { .. } if packet.ip.proto == proto::UDPLITE => look.checksum,
        L4::Udp { .. } | L4::Sctp { .. } => look.checksum && packet.bad_csum,
        _ => false,
    }
}
