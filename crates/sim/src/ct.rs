//! Conntrack: which flow a packet belongs to, and what state that gives it.
//!
//! Sources: `net/netfilter/nf_conntrack_core.c`, `nf_conntrack_proto_{tcp,udp,sctp,gre,icmp,icmpv6,generic}.c`.

mod expect;
mod fragments;
mod gre;
mod icmp;
mod sctp;
mod seqadj;
mod tcp;
mod timeouts;

pub(crate) use expect::{Done, Doubt, Fitting, Follow, Helped, Helper, Kind, Rewrite, may_tell};
pub(crate) use fragments::{Fragments, Gathered};
pub(crate) use icmp::{is_error, is_unanswered, quoted};
pub(crate) use sctp::answer as sctp_answer;
pub(crate) use seqadj::SeqAdj;
pub(crate) use timeouts::Timeouts;

use crate::engine::Proxied;
use chainwalk_model::{CtDir, Flow, L4, OpId, Packet, PathIface, Tuple, proto};
use sctp::Sctp;
use std::rc::Rc;
use tcp::Tcp;

/// The bits of a flow's status, as in the kernel's `IPS_*`.
pub(crate) mod status {
    /// It was expected (RELATED).
    pub(crate) const EXPECTED: u16 = 1;
    /// A packet came back.
    pub(crate) const SEEN_REPLY: u16 = 2;
    /// It is not thrown out early.
    pub(crate) const ASSURED: u16 = 4;
    /// It is in the table.
    pub(crate) const CONFIRMED: u16 = 8;
    /// The source is rewritten.
    pub(crate) const SRC_NAT: u16 = 16;
    /// The destination is rewritten.
    pub(crate) const DST_NAT: u16 = 32;
    /// Source NAT was settled.
    pub(crate) const SRC_NAT_DONE: u16 = 128;
    /// Destination NAT was settled.
    pub(crate) const DST_NAT_DONE: u16 = 256;
}

/// The zones of a flow's two directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Zone {
    /// The zone of the original direction.
    pub orig: u16,
    /// The zone of the reply direction.
    pub reply: u16,
}

/// A flow that has less to live is not made to end sooner by a FIN or a reset out of its window.
const LEAST_TO_HURRY: u64 = 120_000;
/// What IPv6 says where no header follows.
const NO_NEXT_HEADER: u8 = 59;

/// A flow.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// A number of its own.
    pub id: u32,
    /// As the first packet went.
    pub orig: Tuple,
    /// What a reply looks like.
    pub reply: Tuple,
    /// Bits of [`status`].
    pub status: u16,
    /// Its mark.
    pub mark: u32,
    /// Its zones.
    pub zone: Zone,
    /// When it dies, in the world's milliseconds.
    pub expires_ms: u64,
    /// The operation whose policy says how long it lives, which is not known.
    pub policy: Option<OpId>,
    /// When its last packet came.
    pub seen_ms: u64,
    /// UDP: from when on it counts as a stream.
    pub stream_ms: u64,
    /// The interface that its first packet came in by; none if it was made here.
    pub came_by: PathIface,
    /// The interface that MASQUERADE chose its address from.
    pub masq_dev: PathIface,
    /// Packets and bytes of its original and its reply direction; `None` of a flow that was told.
    pub counted: Option<[(u64, u64); 2]>,
    /// Its helper, where a rule gave it one.
    pub helped: Option<Helped>,
    /// The helper that expected it.
    pub expected_by: Option<Kind>,
    /// What SYNPROXY remembers of it, where that opened it.
    pub proxied: Option<Proxied>,
    tcp: Option<Tcp>,
    sctp: Option<Sctp>,
}

impl Entry {
    /// Whether `bit` of [`status`] is set.
    pub(crate) fn has(&self, bit: u16) -> bool {
        self.status & bit != 0
    }

    /// Whether its TCP is over.
    pub(crate) fn is_closed(&self) -> bool {
        self.tcp.as_ref().is_some_and(|t| matches!(t.name(), "TIME_WAIT" | "CLOSE"))
    }

    /// Whether it has not expired, as far as that is known.
    fn lives(&self, now_ms: u64) -> bool {
        self.policy.is_some() || self.expires_ms > now_ms
    }

    /// A packet is counted (`nf_ct_acct_update`).
    fn count(&mut self, packet: &Packet, dir: CtDir) {
        let Some(counted) = &mut self.counted else { return };
        let side = &mut counted[usize::from(dir == CtDir::Reply)];
        *side = (side.0 + 1, side.1 + u64::from(crate::wire::total_len(packet)));
    }

    /// A reset of REJECT's closes a TCP flow (`nf_ct_set_closing`).
    pub(crate) fn close(&mut self, now_ms: u64, timeouts: &Timeouts) {
        if let Some(tcp) = &mut self.tcp {
            tcp.close();
            self.expires_ms = now_ms + tcp.timeout(timeouts);
        }
    }

    /// It was expected: it is related, has its master's mark, and no helper that a rule gives.
    pub(crate) fn was_expected(&mut self, fitting: &Fitting) {
        self.status |= status::EXPECTED;
        self.mark = fitting.mark;
        self.helped = None;
        self.expected_by = Some(fitting.helper.kind);
    }

    /// The state of its TCP, as conntrack prints it.
    pub(crate) fn tcp_state(&self) -> Option<&'static str> {
        self.tcp.as_ref().map(Tcp::name)
    }

    /// The largest window that its TCP offered in the original direction.
    pub(crate) fn tcp_window(&self) -> u32 {
        self.tcp.as_ref().map_or(0, Tcp::window)
    }

    /// The numbers of a direction of its TCP are so far off from now on.
    pub(crate) fn shift(&mut self, dir: CtDir, off: u32) {
        if let Some(tcp) = &mut self.tcp {
            tcp.adjust.shift(dir, off);
        }
    }

    /// How far NAT put the numbers of its TCP off.
    pub(crate) fn seqadj(&self) -> Option<&SeqAdj> {
        self.tcp.as_ref().map(|t| &t.adjust)
    }

    /// How far NAT put the numbers of its TCP off, to change.
    pub(crate) fn seqadj_mut(&mut self) -> Option<&mut SeqAdj> {
        self.tcp.as_mut().map(|t| &mut t.adjust)
    }

    /// The tuple of one direction.
    pub(crate) fn tuple(&self, dir: CtDir) -> Tuple {
        match dir {
            CtDir::Original => self.orig,
            CtDir::Reply => self.reply,
        }
    }
}

/// The conntrack table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    entries: Vec<Entry>,
    expected: Vec<expect::Expected>,
    next: u32,
}

/// What became of a packet that conntrack looked at.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// It fits no flow and can't begin one.
    Invalid,
    /// It is none of conntrack's business.
    Untracked,
    /// It begins a flow, which is not in the table yet, and may have been expected.
    New(Box<Entry>, Option<Fitting>),
    /// It belongs to a flow that it has just ended, and that is no longer in the table.
    Gone {
        /// The flow.
        entry: Box<Entry>,
        /// The packet's direction.
        dir: CtDir,
        /// How it belongs.
        info: Info,
    },
    /// It belongs to a flow in the table.
    Known {
        /// The flow's number.
        id: u32,
        /// The packet's direction.
        dir: CtDir,
        /// How it belongs.
        info: Info,
    },
}

/// How a packet belongs to its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Info {
    /// No reply was seen yet.
    New,
    /// A reply was seen.
    Established,
    /// An ICMP error about it, or an expected flow.
    Related,
}

/// The other direction.
pub(crate) fn turned(dir: CtDir) -> CtDir {
    match dir {
        CtDir::Original => CtDir::Reply,
        CtDir::Reply => CtDir::Original,
    }
}

/// The tuple of a packet (`nf_ct_get_tuple`).
pub(crate) fn tuple_of(packet: &Packet) -> Tuple {
    let (sport, dport) = match &packet.l4 {
        L4::Tcp(t) => (t.sport, t.dport),
        L4::Udp { sport, dport } | L4::Sctp { sport, dport, .. } => (*sport, *dport),
        L4::Icmp(i) => (i.id, u16::from(i.kind) << 8 | u16::from(i.code)),
        L4::Other if packet.ip.proto == proto::GRE => (0, gre::call(packet).unwrap_or(0)),
        L4::Other => (0, 0),
    };
    let ip = &packet.ip;
    Tuple { src: ip.src, dst: ip.dst, proto: ip.proto, sport, dport }
}

/// The tuple of a packet's answer; `None` for an ICMP type that has no answer (`nf_ct_invert_tuple`).
pub(crate) fn invert(t: Tuple) -> Option<Tuple> {
    let turned = Tuple { src: t.dst, dst: t.src, ..t };
    match t.proto {
        proto::ICMP | proto::ICMPV6 => {
            let [kind, code] = t.dport.to_be_bytes();
            let answer = icmp::answer_type(t.proto, kind)?;
            Some(Tuple { dport: u16::from(answer) << 8 | u16::from(code), ..turned })
        }
        _ => Some(Tuple { sport: t.dport, dport: t.sport, ..turned }),
    }
}

/// What a look-up needs besides the packet.
pub(crate) struct Look {
    /// Milliseconds since the first packet.
    pub now_ms: u64,
    /// The zones that a `CT` target set, for a new flow.
    pub zone: Zone,
    /// `nf_conntrack_tcp_loose`.
    pub tcp_loose: bool,
    /// `nf_conntrack_tcp_be_liberal`.
    pub tcp_liberal: bool,
    /// The helper that a `CT` target named, for a new flow.
    pub helper: Option<Helper>,
    /// Whether checksums are looked at (PREROUTING with `nf_conntrack_checksum`).
    pub checksum: bool,
    /// How long flows live.
    pub timeouts: Rc<Timeouts>,
    /// The operation whose policy says so for a new flow.
    pub policy: Option<OpId>,
}

impl Flows {
    /// The table as it was told: what a listing of it does not show is as the flow's state makes it likely.
    pub(crate) fn known<'f>(told: impl Iterator<Item = &'f Flow>) -> Self {
        let mut flows = Self::default();
        for flow in told {
            let id = flows.fresh_id();
            flows.entries.push(Entry::known(id, flow));
        }
        flows
    }

    /// Takes away flows that have expired.
    pub(crate) fn expire(&mut self, now_ms: u64) {
        self.orphan(now_ms);
        self.entries.retain(|e| e.lives(now_ms));
    }

    /// A packet's flow that has expired or not, as a policy says that was not told: its number, and the rule.
    pub(crate) fn in_doubt(&self, packet: &Packet, look: &Look) -> Option<(u32, OpId)> {
        let entry = self.find(tuple_of(packet), look.zone).and_then(|(id, _)| self.get(id))?;
        entry.policy.filter(|_| entry.seen_ms < look.now_ms).map(|policy| (entry.id, policy))
    }

    /// Whether a packet belongs to a flow of TCP or SCTP that was told, and of whose numbers nothing is known yet.
    pub(crate) fn is_untold(&self, packet: &Packet, zone: Zone) -> bool {
        let found = self.find(tuple_of(packet), zone).and_then(|(id, _)| self.get(id));
        found.is_some_and(|e| {
            e.tcp.as_ref().is_some_and(Tcp::is_untold)
                || e.sctp.as_ref().is_some_and(Sctp::is_untold)
        })
    }

    /// The flow with this number.
    pub(crate) fn get(&self, id: u32) -> Option<&Entry> {
        self.entries.iter().find(|e| e.id == id)
    }

    /// The flow with this number, to change.
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|e| e.id == id)
    }

    /// Deletes a flow.
    pub(crate) fn kill(&mut self, id: u32) {
        self.entries.retain(|e| e.id != id);
    }

    /// All flows in the table.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The flow and direction that a tuple belongs to, in a zone.
    ///
    /// Each direction of a flow lies in the zone's number for that direction (`nf_ct_zone_equal`), and the
    /// one of the original direction is looked in first (`resolve_normal_ct`).
    pub(crate) fn find(&self, tuple: Tuple, zone: Zone) -> Option<(u32, CtDir)> {
        let original = |e: &Entry| {
            (e.orig == tuple && e.zone.orig == zone.orig).then_some((e.id, CtDir::Original))
        };
        let reply = |e: &Entry| {
            (e.reply == tuple && e.zone.reply == zone.reply).then_some((e.id, CtDir::Reply))
        };
        let entries = || self.entries.iter().rev();
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
    pub(crate) fn confirm(&mut self, mut entry: Entry) -> bool {
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
        self.entries.push(entry);
        true
    }

    /// A number for a new flow.
    fn fresh_id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Looks a packet up, and moves its flow's state on (`nf_conntrack_in`).
    pub(crate) fn track(&mut self, packet: &Packet, look: &Look) -> Seen {
        if let L4::Icmp(icmp) = &packet.l4 {
            if look.checksum && packet.bad_csum {
                return Seen::Invalid;
            }
            if icmp::is_exempt(packet.ip.proto, icmp.kind) {
                return Seen::Untracked;
            }
            if let Some(seen) = self.track_icmp_error(packet, look) {
                return seen;
            }
        }
        let tuple = tuple_of(packet);
        let nothing_follows = packet.is_v6() && packet.ip.proto == NO_NEXT_HEADER;
        let refused = packet.ip.proto == proto::GRE && gre::call(packet).is_none();
        if nothing_follows || refused || bad_transport(packet, look) {
            return Seen::Invalid;
        }
        match self.find(tuple, look.zone) {
            Some((id, dir)) => self.go_on(id, dir, packet, look),
            None => self.begin(tuple, packet, look),
        }
    }

    /// The first packet of a flow.
    fn begin(&mut self, tuple: Tuple, packet: &Packet, look: &Look) -> Seen {
        let Some(reply) = invert(tuple) else { return Seen::Invalid };
        if let L4::Icmp(icmp) = &packet.l4
            && !icmp::may_begin(tuple.proto, icmp.kind)
        {
            return Seen::Invalid;
        }
        let timeouts = &look.timeouts;
        let (mut tcp, mut sctp) = (None, None);
        let life = match &packet.l4 {
            L4::Tcp(header) => {
                let Some((begun, life)) = Tcp::begin(header, packet, look) else {
                    return Seen::Invalid;
                };
                tcp = Some(begun);
                life
            }
            L4::Sctp { tag, .. } => {
                let Some((begun, life)) = Sctp::begin(sctp::body(packet), *tag, look) else {
                    return Seen::Invalid;
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
        let entry = Box::new(Entry {
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
            helped: look.helper.map(Helped::new),
            expected_by: None,
            proxied: None,
            tcp,
            sctp,
        });
        Seen::New(entry, fits)
    }

    /// A packet of a flow in the table.
    fn go_on(&mut self, id: u32, dir: CtDir, packet: &Packet, look: &Look) -> Seen {
        let Some(entry) = self.get_mut(id) else { return Seen::Invalid };
        let info = match dir {
            CtDir::Reply => Info::Established,
            CtDir::Original if entry.has(status::SEEN_REPLY) => Info::Established,
            CtDir::Original if entry.has(status::EXPECTED) => Info::Related,
            CtDir::Original => Info::New,
        };
        entry.seen_ms = look.now_ms;
        let seen_reply = entry.has(status::SEEN_REPLY);
        let timeouts = &look.timeouts;
        let mut counted = true;
        match &packet.l4 {
            L4::Tcp(header) => {
                let assured = entry.has(status::ASSURED);
                let Some(tcp) = entry.tcp.as_mut() else { return Seen::Invalid };
                match tcp.go_on(header, packet, dir, seen_reply, assured, look) {
                    tcp::Step::Invalid => return Seen::Invalid,
                    tcp::Step::Hurried => {
                        let left = entry.expires_ms.saturating_sub(look.now_ms);
                        if left >= LEAST_TO_HURRY && left > timeouts.unacknowledged {
                            entry.expires_ms = look.now_ms + timeouts.unacknowledged;
                        }
                        return Seen::Invalid;
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
                        return Seen::Gone { entry: Box::new(gone), dir, info };
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
                let Some(sctp) = entry.sctp.as_mut() else { return Seen::Invalid };
                let step = sctp.go_on(sctp::body(packet), *tag, dir, true, look);
                // A packet that does not fit may have established it with its first chunks.
                if sctp.assured {
                    entry.status |= status::ASSURED;
                }
                match step {
                    sctp::Step::Invalid => return Seen::Invalid,
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
        Seen::Known { id, dir, info }
    }

    /// An ICMP error belongs to the flow that it quotes. `None` if this is not an error.
    fn track_icmp_error(&mut self, packet: &Packet, look: &Look) -> Option<Seen> {
        let L4::Icmp(icmp) = &packet.l4 else { return None };
        if !is_error(packet.ip.proto, icmp.kind) {
            return None;
        }
        let seen =
            quoted(packet).map(tuple_of).and_then(invert).and_then(|t| self.find(t, look.zone));
        Some(match seen {
            Some((id, dir)) if self.get(id).is_some_and(|e| e.tuple(dir).dst == packet.ip.dst) => {
                Seen::Known { id, dir, info: Info::Related }
            }
            _ => Seen::Invalid,
        })
    }

    /// The table as it is printed, without what has expired.
    pub(crate) fn printed(&self, now_ms: u64) -> Vec<Flow> {
        let alive = self.entries.iter().filter(|e| e.lives(now_ms));
        alive.map(|e| e.printed(now_ms)).collect()
    }
}

impl Entry {
    /// A flow that was told. Whether it was expected is not in a listing.
    fn known(id: u32, flow: &Flow) -> Self {
        let mut bits = status::CONFIRMED | status::SRC_NAT_DONE | status::DST_NAT_DONE;
        let plain = invert(flow.orig);
        let differs = |end: fn(&Tuple) -> (std::net::IpAddr, u16)| {
            plain.is_some_and(|p| end(&p) != end(&flow.reply))
        };
        for (bit, is) in [
            (status::SEEN_REPLY, !flow.unreplied),
            (status::ASSURED, flow.assured),
            (status::SRC_NAT, differs(|t| (t.dst, t.dport))),
            (status::DST_NAT, differs(|t| (t.src, t.sport))),
        ] {
            bits |= if is { bit } else { 0 };
        }
        let state = flow.tcp_state.as_deref().unwrap_or("ESTABLISHED");
        let tcp = (flow.orig.proto == proto::TCP).then(|| Tcp::known(state));
        let sctp = (flow.orig.proto == proto::SCTP).then(|| Sctp::known(state));
        Self {
            id,
            orig: flow.orig,
            reply: flow.reply,
            status: bits,
            mark: flow.mark,
            zone: Zone {
                orig: flow.zone_orig.unwrap_or(flow.zone),
                reply: flow.zone_reply.unwrap_or(flow.zone),
            },
            expires_ms: flow.timeout.map_or(u64::MAX, |s| u64::from(s) * 1000),
            policy: None,
            seen_ms: 0,
            // What was pasted began a while ago.
            stream_ms: 0,
            came_by: PathIface::None,
            masq_dev: PathIface::None,
            counted: None,
            helped: None,
            expected_by: None,
            proxied: None,
            tcp,
            sctp,
        }
    }

    fn printed(&self, now_ms: u64) -> Flow {
        Flow {
            orig: self.orig,
            reply: self.reply,
            tcp_state: match (&self.tcp, &self.sctp) {
                (Some(tcp), _) => Some(tcp.name().into()),
                (None, Some(sctp)) => Some(sctp.name().into()),
                (None, None) => None,
            },
            unreplied: !self.has(status::SEEN_REPLY),
            assured: self.has(status::ASSURED),
            mark: self.mark,
            zone: if self.zone.orig == self.zone.reply { self.zone.orig } else { 0 },
            zone_orig: (self.zone.orig != self.zone.reply && self.zone.orig != 0)
                .then_some(self.zone.orig),
            zone_reply: (self.zone.orig != self.zone.reply && self.zone.reply != 0)
                .then_some(self.zone.reply),
            timeout: Some(((self.expires_ms.saturating_sub(now_ms)) / 1000) as u32),
        }
    }
}

/// Whether the transport header is one that conntrack refuses before it looks at a flow.
fn bad_transport(packet: &Packet, look: &Look) -> bool {
    match &packet.l4 {
        L4::Tcp(header) => {
            (look.checksum && packet.bad_csum) || !tcp::flags_are_valid(header.flags)
        }
        // The checksum of UDP-Lite is computed as if it were UDP's, and never right.
        L4::Udp { .. } if packet.ip.proto == proto::UDPLITE => look.checksum,
        L4::Udp { .. } | L4::Sctp { .. } => look.checksum && packet.bad_csum,
        _ => false,
    }
}
