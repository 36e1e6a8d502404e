//! Whether a segment lies in the window that a TCP flow allows, and how it moves that (`tcp_in_window`).
//!
//! Source: `net/netfilter/nf_conntrack_proto_tcp.c`.

use super::{Tcp, Window};
use crate::ct::look::TrackContext;
use crate::ct::tcp_segment::{SACK, WSCALE, after, before, read_options, sack_of, segment_end};
use crate::ct::tcp_state::{Kind, LIBERAL, MAXACK_SET, State, UNACKED};
use crate::ct::tuple::reverse;
use chainwalk_model::{CtDir, Packet, Tcp as Header, TcpFlags};

/// How far an acknowledgement may lag behind at least (`MAXACKWINCONST`).
const LEAST_ACK_WINDOW: u32 = 66_000;

impl Tcp {
    /// A SYN sets an end's numbers (`tcp_init_sender`).
    fn init_sender(&mut self, dir: CtDir, me: usize, peer: usize, header: &Header, end: u32) {
        let (scale, flags) = read_options(header);
        let sender = &mut self.ends[me];
        sender.sent = end;
        sender.max_sent = end;
        sender.max_win = u32::from(header.window).max(1);
        sender.scale = scale;
        sender.flags = (sender.flags & LIBERAL) | flags;
        let both = self.ends[0].flags & self.ends[1].flags & WSCALE != 0;
        if dir == CtDir::Reply && !both {
            self.ends[me].scale = 0;
            self.ends[peer].scale = 0;
        }
    }

    /// Whether a segment lies in the window that the flow allows (`tcp_in_window`).
    #[allow(clippy::too_many_arguments)]
    pub(super) fn in_window(
        &mut self,
        dir: CtDir,
        me: usize,
        peer: usize,
        kind: Kind,
        header: &Header,
        packet: &Packet,
        look: &TrackContext,
    ) -> Window {
        let raw_win = u32::from(header.window);
        let has_ack = header.flags.has(TcpFlags::ACK);
        let syn = header.flags.has(TcpFlags::SYN);
        let rst = header.flags.has(TcpFlags::RST);
        let (mut seq, mut end) = (header.seq, segment_end(header, packet));
        let mut ack = header.ack;
        let mut sack = ack;
        if self.ends[peer].flags & SACK != 0 {
            sack = sack_of(header);
        }
        // The other end acknowledges what was made of this end's text on the way.
        let made = self.adjust.offset(reverse(dir), ack.wrapping_sub(1));
        ack = ack.wrapping_sub(made);
        sack = sack.wrapping_sub(made);
        if self.ends[me].max_win == 0 {
            // The first packet that comes from this end.
            if syn {
                self.init_sender(dir, me, peer, header, end);
                if !has_ack {
                    // A simultaneous open.
                    return Window::In;
                }
            } else {
                // Picked up in the middle.
                let sender = &mut self.ends[me];
                sender.sent = end;
                sender.max_win = (raw_win << sender.scale).max(1);
                sender.max_sent = end.wrapping_add(sender.max_win);
                let receiver = &mut self.ends[peer];
                if receiver.max_win == 0 {
                    receiver.sent = sack;
                    receiver.max_sent = sack;
                } else if sack == receiver.sent.wrapping_add(1) {
                    // A keepalive's answer.
                    receiver.sent = receiver.sent.wrapping_add(1);
                }
            }
        } else if syn
            && after(end, self.ends[me].sent)
            && matches!(self.state, State::SynSent | State::SynRecv)
        {
            // This end begins anew.
            self.init_sender(dir, me, peer, header, end);
            if dir == CtDir::Reply && !has_ack {
                return Window::In;
            }
        }
        if self.told && has_ack && self.ends[peer].max_win == 0 {
            // What the other end sent before it was pasted: the acknowledgement knows.
            self.ends[peer].sent = sack;
            self.ends[peer].max_sent = sack;
        }
        let (sender, receiver) = (self.ends[me], self.ends[peer]);
        // Without ACK there is nothing to check against; some stacks set ACK without a number in a RST.
        if !has_ack || (rst && ack == 0) {
            ack = receiver.sent;
            sack = ack;
        }
        if rst && seq == 0 && self.state == State::SynSent {
            // A RST that answers a SYN carries no sequence number.
            seq = sender.sent;
            end = sender.sent;
        }
        let found = self.place(me, peer, (seq, end), sack);
        let liberal = sender.flags & LIBERAL != 0 || look.tcp_liberal;
        if found != Window::In {
            return if liberal { Window::In } else { found };
        }
        let win = if syn { raw_win } else { raw_win << sender.scale };
        let (sender, receiver) = {
            let [original, reply] = &mut self.ends;
            if me == 0 { (original, reply) } else { (reply, original) }
        };
        sender.max_win = sender.max_win.max(win.wrapping_add(sack.wrapping_sub(ack)));
        if after(end, sender.sent) {
            sender.sent = end;
            sender.flags |= UNACKED;
        }
        if has_ack {
            if sender.flags & MAXACK_SET == 0 {
                sender.max_ack = ack;
                sender.flags |= MAXACK_SET;
            } else if after(ack, sender.max_ack) {
                sender.max_ack = ack;
            }
        }
        if receiver.max_win != 0 && after(end, sender.max_sent) {
            receiver.max_win = receiver.max_win.wrapping_add(end.wrapping_sub(sender.max_sent));
        }
        if after(sack.wrapping_add(win), receiver.max_sent.wrapping_sub(1)) {
            receiver.max_sent = sack.wrapping_add(win);
            if win == 0 {
                receiver.max_sent = receiver.max_sent.wrapping_add(1);
            }
        }
        if ack == receiver.sent {
            receiver.flags &= !UNACKED;
        }
        if kind == Kind::Ack {
            let last = &mut self.last;
            let again = last.dir == dir
                && last.seq == seq
                && last.ack == ack
                && last.end == end
                && last.win == raw_win;
            if again {
                last.retrans = last.retrans.saturating_add(1);
            } else {
                last.dir = dir;
                last.seq = seq;
                last.ack = ack;
                last.end = end;
                last.win = raw_win;
                last.retrans = 0;
            }
        }
        Window::In
    }

    /// Where a segment lies in the window.
    fn place(&mut self, me: usize, peer: usize, (seq, end): (u32, u32), sack: u32) -> Window {
        let (sender, receiver) = (self.ends[me], self.ends[peer]);
        let lowest_ack =
            receiver.sent.wrapping_sub(sender.max_win.max(LEAST_ACK_WINDOW)).wrapping_sub(1);
        let lowest_end = sender.sent.wrapping_sub(receiver.max_win).wrapping_sub(1);
        let next_ack = receiver.sent.wrapping_add(1);
        if !before(seq, sender.max_sent.wrapping_add(1)) {
            let overshot = end.wrapping_sub(sender.max_sent).wrapping_add(1);
            let tolerable = receiver.max_win != 0
                && after(end, lowest_end)
                && after(sack, lowest_ack)
                && overshot <= receiver.max_win
                && before(sack, next_ack);
            if tolerable {
                // More than the window allows, which the other end may take all the same.
                self.ends[me].sent = end;
                self.ends[me].flags |= UNACKED;
                return Window::Ignore;
            }
            return Window::Out;
        }
        if !before(sack, next_ack) {
            return Window::Out;
        }
        let fits = receiver.max_win == 0 || after(end, lowest_end);
        if !fits || !after(sack, lowest_ack) {
            // Sent again, or delayed.
            return Window::Ignore;
        }
        Window::In
    }
}
