//! The flows that are expected: how a helper's packet adds one, and a new flow uses one up.
//!
//! Sources: `nf_conntrack_expect.c`, `nf_conntrack_helper.c` in `net/netfilter`; of a flow that is translated
//! `nf_nat_helper.c`.

use super::expectation::{Doubt, ExpectationMatch, Expected, Follow, Master};
use super::flow::{Conntrack, CtInfo, status};
use super::helper::{Form, Helper, Kind, Read, asks_for_a_file, ftp, side};
use super::table::ConntrackTable;
use super::tuple::{Zone, reverse};
use chainwalk_model::{CtDir, L4, Packet, Tuple};

/// Text that NAT writes into a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rewrite {
    /// Where the old text begins.
    pub at: usize,
    /// How long it is.
    pub len: usize,
    /// The new text.
    pub with: Vec<u8>,
}

/// What a helper did with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HelperVerdict {
    /// It lets it pass.
    Passed,
    /// It drops it: half a command, or an expectation that another flow already has.
    Dropped,
    /// It lets it pass with another text.
    Rewritten(Rewrite),
    /// What it reads there can't be said.
    Unsaid,
}

impl Conntrack {
    /// It was expected: it is related, has its master's mark, and no helper that a rule gives.
    pub(crate) fn was_expected(&mut self, fitting: &ExpectationMatch) {
        self.status |= status::EXPECTED;
        self.mark = fitting.mark;
        self.helped = None;
        self.expected_by = Some(fitting.helper.kind);
    }
}

impl ConntrackTable {
    /// Flows expire now: whether what was expected of them is forgotten at once depends on when the kernel sweeps.
    pub(super) fn orphan(&mut self, now_ms: u64) {
        let Self { entries, expected, .. } = self;
        for e in expected.iter_mut().filter(|e| e.orphan.is_none()) {
            let master = entries.iter().find(|m| m.id == e.master && !m.lives(now_ms));
            e.orphan = master.map(|m| Master::of(m));
        }
    }

    /// The expectation that a new flow's tuple fits, used up if it is `sure` (`nf_ct_find_expectation`).
    pub(super) fn expected(
        &mut self,
        tuple: Tuple,
        zone: Zone,
        now_ms: u64,
    ) -> Option<ExpectationMatch> {
        let Self { entries, expected, .. } = self;
        let lives = |e: &Expected| e.orphan.is_some() || entries.iter().any(|m| m.id == e.master);
        expected.retain(|e| e.until_ms > now_ms && lives(e));
        let at = expected.iter().rposition(|e| {
            (e.src, e.dst, e.proto) == (tuple.src, tuple.dst, tuple.proto)
                && e.dport.is_none_or(|port| port == tuple.dport)
                && zone_id(e.zone) == zone_id(zone)
        })?;
        let found = &expected[at];
        let alive = || entries.iter().find(|m| m.id == found.master).map(|m| Master::of(m));
        let master = found.orphan.or_else(alive)?;
        let follow = found.nat.map(|(dir, port)| {
            let there = master.tuple(reverse(dir));
            let known = tuple.src == master.tuple(dir).src;
            Follow { src: known.then_some(there.dst), dst: (there.src, port) }
        });
        let doubt = match (found.dport, &found.orphan) {
            (None, _) => Doubt::Whole,
            (Some(_), Some(_)) => Doubt::Swept,
            (Some(_), None) => Doubt::None,
        };
        let fitting = ExpectationMatch { helper: found.helper, mark: master.mark, doubt, follow };
        if doubt != Doubt::Whole {
            expected.remove(at);
        }
        Some(fitting)
    }

    /// Expects a flow, instead of what was expected of the same master; false if another master expects the same
    /// (`__nf_ct_expect_check`).
    fn expect(&mut self, new: Expected) -> bool {
        let Self { entries, expected, .. } = self;
        let alive = |id: u32| id == new.master || entries.iter().any(|m| m.id == id);
        expected.retain(|e| e.orphan.is_some() || alive(e.master));
        let same = |e: &Expected| {
            e.master != new.master
                && (e.src, e.dst, e.proto) == (new.src, new.dst, new.proto)
                && e.dport.is_some()
                && e.dport == new.dport
                && zone_id(e.zone) == zone_id(new.zone)
        };
        if expected.iter().any(same) {
            return false;
        }
        expected.retain(|e| e.master != new.master);
        expected.push(new);
        true
    }

    /// A packet that a helper may have read, if its flow has one: what that would expect may be expected, or not.
    pub(crate) fn perhaps_help(&mut self, id: u32, dir: CtDir, helper: Helper, now_ms: u64) {
        let Some(entry) = self.get(id) else { return };
        let new = Expected::of(entry, dir, helper, None, now_ms);
        self.expect(new);
    }

    /// A packet of a helped flow leaves, or is delivered: its helper reads it (`nf_confirm`). `entry` is its flow.
    pub(crate) fn help(
        &mut self,
        entry: &mut Conntrack,
        packet: &Packet,
        dir: CtDir,
        info: CtInfo,
        now_ms: u64,
    ) -> HelperVerdict {
        let Some(helper) = entry.helped.as_ref().map(|h| h.helper) else {
            return HelperVerdict::Passed;
        };
        let payload = &packet.payload[..];
        let read = match (&packet.l4, helper.kind) {
            (L4::Tcp(tcp), Kind::Ftp) if info == CtInfo::Established && !payload.is_empty() => {
                let Some(own) = &mut entry.helped else { return HelperVerdict::Passed };
                let at_line = own.lines[side(dir)].contains(&tcp.seq);
                let src = match dir {
                    CtDir::Original => entry.orig.src,
                    CtDir::Reply => entry.reply.src,
                };
                let read = if at_line { ftp(payload, dir, src) } else { Read::Nothing };
                if payload.ends_with(b"\n") && !matches!(read, Read::Partial | Read::Unsaid) {
                    own.line_begins(dir, tcp.seq.wrapping_add(payload.len() as u32));
                }
                match read {
                    // Another address than the sender's own is not expected.
                    Read::Port { addr, .. } if addr != src => Read::Nothing,
                    read => read,
                }
            }
            (L4::Udp { .. }, Kind::Tftp) if asks_for_a_file(payload) => {
                let (addr, port) = (entry.reply.dst, entry.reply.dport);
                Read::Port { addr, port, form: Form::Packet, at: 0, len: 0 }
            }
            _ => Read::Nothing,
        };
        let (port, form, at, len) = match read {
            Read::Nothing => return HelperVerdict::Passed,
            Read::Partial => return HelperVerdict::Dropped,
            Read::Unsaid => {
                self.expect(Expected::of(entry, dir, helper, None, now_ms));
                return HelperVerdict::Unsaid;
            }
            Read::Port { port, form, at, len, .. } => (port, form, at, len),
        };
        let mut new = Expected::of(entry, dir, helper, Some(port), now_ms);
        let translated = entry.has(status::SRC_NAT) || entry.has(status::DST_NAT);
        if translated {
            new.nat = Some(match helper.kind {
                Kind::Ftp => (reverse(dir), port),
                Kind::Tftp => (CtDir::Reply, entry.orig.sport),
            });
        }
        let addr = new.dst;
        match (translated, self.expect(new)) {
            (false, true) => HelperVerdict::Passed,
            (false, false) => HelperVerdict::Dropped,
            (true, true) => form.written(addr, port).map_or(HelperVerdict::Passed, |with| {
                HelperVerdict::Rewritten(Rewrite { at, len, with })
            }),
            (true, false) if form == Form::Packet => HelperVerdict::Dropped,
            (true, false) => {
                // Another port is drawn then.
                self.expect(Expected::of(entry, dir, helper, None, now_ms));
                if let Some(own) = &mut entry.helped {
                    own.rewritten = true;
                }
                HelperVerdict::Unsaid
            }
        }
    }
}

/// The number of a zone, whichever direction it is of.
fn zone_id(zone: Zone) -> u16 {
    if zone.orig == 0 { zone.reply } else { zone.orig }
}
