//! A flow as conntrack keeps it (`struct nf_conn`).

use super::helper::{HelperState, Kind};
use super::sctp::Sctp;
use super::seqadj::SeqAdj;
use super::synproxy::Proxied;
use super::tcp::Tcp;
use super::timeouts::Timeouts;
use super::tuple::{Zone, invert};
use chainwalk_model::{CtDir, Flow, OpId, Packet, PathIface, Tuple, proto};

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
    /// It is being taken out of the table.
    pub(crate) const DYING: u16 = 512;
}

/// A flow, with what its next packets depend on.
#[derive(Clone, Debug)]
pub(crate) struct Conntrack {
    /// A number of its own.
    pub id: u32,
    /// As the first packet went.
    pub orig: Tuple,
    /// What a reply looks like.
    pub reply: Tuple,
    /// Bits of [`status`].
    pub status: u16,
    /// `ct->mark`.
    pub mark: u32,
    /// Its zones, one a direction (`ct->zone`).
    pub zone: Zone,
    /// When it dies, in the world's milliseconds.
    pub expires_ms: u64,
    /// The operation whose policy says how long it lives, which is not known.
    pub policy: Option<OpId>,
    /// When its last packet came.
    pub seen_ms: u64,
    /// UDP: from when on it counts as a stream.
    pub stream_ms: u64,
    /// The interface that its first packet came in by; none if it was made here. The kernel keeps none; where no
    /// route is known, an answer leaves by it.
    pub came_by: PathIface,
    /// The interface that MASQUERADE chose its address from.
    pub masq_dev: PathIface,
    /// Packets and bytes of its original and its reply direction; `None` of a flow that was pasted.
    pub counted: Option<[(u64, u64); 2]>,
    /// Its helper, where a rule gave it one.
    pub helped: Option<HelperState>,
    /// The helper that expected it.
    pub expected_by: Option<Kind>,
    /// What SYNPROXY remembers of it, where that opened it.
    pub proxied: Option<Proxied>,
    pub(super) tcp: Option<Tcp>,
    pub(super) sctp: Option<Sctp>,
}

impl Conntrack {
    /// Whether `bit` of [`status`] is set.
    pub(crate) fn has(&self, bit: u16) -> bool {
        self.status & bit != 0
    }

    /// Whether its TCP is over.
    pub(crate) fn is_closed(&self) -> bool {
        self.tcp.as_ref().is_some_and(|t| matches!(t.name(), "TIME_WAIT" | "CLOSE"))
    }

    /// Whether it has not expired, as far as that is known.
    pub(super) fn lives(&self, now_ms: u64) -> bool {
        self.policy.is_some() || self.expires_ms > now_ms
    }

    /// A packet is counted (`nf_ct_acct_update`).
    pub(super) fn count(&mut self, packet: &Packet, dir: CtDir) {
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

/// How a packet belongs to its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CtInfo {
    /// No reply was seen yet.
    New,
    /// A reply was seen.
    Established,
    /// An ICMP error about it, or an expected flow.
    Related,
}

impl Conntrack {
    /// A flow that was pasted. Whether it was expected is not in a listing.
    pub(super) fn known(id: u32, flow: &Flow) -> Self {
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

    pub(super) fn printed(&self, now_ms: u64) -> Flow {
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
