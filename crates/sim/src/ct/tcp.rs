//! The state of a TCP flow and its window.
//!
//! Source: `net/netfilter/nf_conntrack_proto_tcp.c`.

use super::Look;
use chainwalk_model::{CtDir, Packet, Tcp as Header, TcpFlags};

/// The states, in the order of the kernel's `enum tcp_conntrack`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    None,
    SynSent,
    SynRecv,
    Established,
    FinWait,
    CloseWait,
    LastAck,
    TimeWait,
    Close,
    SynSent2,
}

/// What the table says of a packet in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    To(State),
    Ignore,
    Invalid,
}

/// The kinds of packet that the table tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Syn,
    SynAck,
    Fin,
    Ack,
    Rst,
    None,
}

const FIN_SENT: u8 = 1;
const MAXACK_SET: u8 = 2;
const LIBERAL: u8 = 4;
const WSCALE: u8 = 8;
const SACK: u8 = 16;

/// One end of the flow (`struct ip_ct_tcp_state`).
#[derive(Clone, Copy, Debug, Default)]
struct End {
    sent: u32,
    max_sent: u32,
    max_win: u32,
    max_ack: u32,
    scale: u8,
    flags: u8,
}

/// The last packet that moved or was ignored.
#[derive(Clone, Copy, Debug)]
struct Last {
    dir: CtDir,
    kind: Kind,
    seq: u32,
    ack: u32,
    end: u32,
    win: u32,
    wscale: u8,
    flags: u8,
    challenge: bool,
    simultaneous: bool,
    retrans: u8,
}

/// The TCP part of a flow.
#[derive(Clone, Debug)]
pub(super) struct Tcp {
    state: State,
    ends: [End; 2],
    last: Last,
}

/// What a packet did to the flow.
pub(super) enum Step {
    /// It does not fit.
    Invalid,
    /// It is let through without moving anything.
    Ignored,
    /// The flow ends with it.
    Kill,
    /// The flow is over, and this packet begins another one.
    Anew,
    /// It fits.
    Moved {
        /// The flow is established both ways now.
        assured: bool,
    },
}

fn kind_of(flags: TcpFlags) -> Kind {
    if flags.has(TcpFlags::RST) {
        Kind::Rst
    } else if flags.has(TcpFlags::SYN) {
        if flags.has(TcpFlags::ACK) { Kind::SynAck } else { Kind::Syn }
    } else if flags.has(TcpFlags::FIN) {
        Kind::Fin
    } else if flags.has(TcpFlags::ACK) {
        Kind::Ack
    } else {
        Kind::None
    }
}

/// Whether a combination of flags is one that conntrack accepts (`tcp_valid_flags`).
pub(super) fn flags_are_valid(flags: TcpFlags) -> bool {
    const VALID: [u8; 9] = [0x02, 0x22, 0x12, 0x04, 0x14, 0x11, 0x31, 0x10, 0x30];
    VALID.contains(&(flags.0 & 0x37))
}

/// The table `tcp_conntracks`, in the kernel's order: a row for each kind of packet, a column for each state.
#[rustfmt::skip]
mod table {
    use super::{Next, State};

    const SS: Next = Next::To(State::SynSent);
    const SR: Next = Next::To(State::SynRecv);
    const ES: Next = Next::To(State::Established);
    const FW: Next = Next::To(State::FinWait);
    const CW: Next = Next::To(State::CloseWait);
    const LA: Next = Next::To(State::LastAck);
    const TW: Next = Next::To(State::TimeWait);
    const CL: Next = Next::To(State::Close);
    const S2: Next = Next::To(State::SynSent2);
    const IG: Next = Next::Ignore;
    const IV: Next = Next::Invalid;

    pub(super) const ORIGINAL: [[Next; 10]; 6] = [
        //           none SS  SR  ES  FW  CW  LA  TW  CL  S2
        /* SYN */     [SS, SS, IG, IG, IG, IG, IG, SS, SS, S2],
        /* SYN+ACK */ [IV, IV, SR, IV, IV, IV, IV, IV, IV, SR],
        /* FIN */     [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
        /* ACK */     [ES, IV, ES, ES, CW, CW, TW, TW, CL, IV],
        /* RST */     [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
        /* none */    [IV; 10],
    ];

    pub(super) const REPLY: [[Next; 10]; 6] = [
        //           none SS  SR  ES  FW  CW  LA  TW  CL  S2
        /* SYN */     [IV, S2, IV, IV, IV, IV, IV, SS, IV, S2],
        /* SYN+ACK */ [IV, SR, IG, IG, IG, IG, IG, IG, IG, SR],
        /* FIN */     [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
        /* ACK */     [IV, IG, SR, ES, CW, CW, TW, TW, CL, IG],
        /* RST */     [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
        /* none */    [IV; 10],
    ];
}

fn next(dir: CtDir, kind: Kind, state: State) -> Next {
    let table = match dir {
        CtDir::Original => &table::ORIGINAL,
        CtDir::Reply => &table::REPLY,
    };
    table[kind as usize][state as usize]
}

fn before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() < 0
}

fn after(a: u32, b: u32) -> bool {
    before(b, a)
}

/// Sequence number behind the segment.
fn segment_end(header: &Header, packet: &Packet) -> u32 {
    header
        .seq
        .wrapping_add(packet.payload.len() as u32)
        .wrapping_add(u32::from(header.flags.has(TcpFlags::SYN)))
        .wrapping_add(u32::from(header.flags.has(TcpFlags::FIN)))
}

/// Window scale and SACK permission of a SYN (`tcp_options`).
fn read_options(header: &Header) -> (u8, u8) {
    let (mut scale, mut flags) = (0, 0);
    let mut rest = &header.options[..];
    while let [kind, tail @ ..] = rest {
        match kind {
            0 => break,
            1 => rest = tail,
            _ => {
                let Some(&len) = tail.first() else { break };
                let len = usize::from(len);
                if len < 2 || len > rest.len() {
                    break;
                }
                match (kind, len) {
                    (4, 2) => flags |= SACK,
                    (3, 3) => {
                        scale = rest[2].min(14);
                        flags |= WSCALE;
                    }
                    _ => {}
                }
                rest = &rest[len..];
            }
        }
    }
    (scale, flags)
}

/// The highest SACK edge of a packet, or its ACK where it has none (`tcp_sack`).
fn sack_of(header: &Header) -> u32 {
    let mut best = header.ack;
    let mut rest = &header.options[..];
    while let [kind, tail @ ..] = rest {
        match kind {
            0 => break,
            1 => rest = tail,
            _ => {
                let Some(&len) = tail.first() else { break };
                let len = usize::from(len);
                if len < 2 || len > rest.len() {
                    break;
                }
                if *kind == 5 && len >= 10 && (len - 2) % 8 == 0 {
                    for edge in rest[2..len].chunks_exact(8) {
                        let right = u32::from_be_bytes([edge[4], edge[5], edge[6], edge[7]]);
                        if after(right, best) {
                            best = right;
                        }
                    }
                }
                rest = &rest[len..];
            }
        }
    }
    best
}

impl Tcp {
    /// A new flow from its first packet; `None` if the packet can't begin one (`tcp_new`).
    pub(super) fn begin(header: &Header, packet: &Packet, look: &Look) -> Option<Self> {
        let Next::To(state) = next(CtDir::Original, kind_of(header.flags), State::None) else {
            return None;
        };
        let end = segment_end(header, packet);
        let win = u32::from(header.window).max(1);
        let mut ends = [End::default(); 2];
        if state == State::SynSent {
            let (scale, flags) = read_options(header);
            ends[0] =
                End { sent: end, max_sent: end, max_win: win, scale, flags, ..End::default() };
        } else if look.tcp_loose {
            // Picked up in the middle: both ends are taken as they come.
            ends[0] =
                End { sent: end, max_sent: end.wrapping_add(win), max_win: win, ..End::default() };
            ends[0].flags = SACK | LIBERAL;
            ends[1].flags = SACK | LIBERAL;
        } else {
            return None;
        }
        let mut tcp = Self {
            state: State::None,
            ends,
            last: Last {
                dir: CtDir::Original,
                kind: Kind::None,
                seq: 0,
                ack: 0,
                end: 0,
                win: 0,
                wscale: 0,
                flags: 0,
                challenge: false,
                simultaneous: false,
                retrans: 0,
            },
        };
        match tcp.go_on(header, packet, CtDir::Original, false, false, look) {
            Step::Invalid => None,
            _ => Some(tcp),
        }
    }

    /// Closed from outside of the flow.
    pub(super) fn close(&mut self) {
        self.state = State::Close;
    }

    /// The state's name, as conntrack prints it.
    pub(super) fn name(&self) -> &'static str {
        match self.state {
            State::None => "NONE",
            State::SynSent => "SYN_SENT",
            State::SynRecv => "SYN_RECV",
            State::Established => "ESTABLISHED",
            State::FinWait => "FIN_WAIT",
            State::CloseWait => "CLOSE_WAIT",
            State::LastAck => "LAST_ACK",
            State::TimeWait => "TIME_WAIT",
            State::Close => "CLOSE",
            State::SynSent2 => "SYN_SENT2",
        }
    }

    /// Seconds until the flow is forgotten in this state (`tcp_timeouts`).
    pub(super) fn timeout_s(&self) -> u64 {
        match self.state {
            State::SynSent | State::SynSent2 | State::FinWait | State::TimeWait | State::None => {
                120
            }
            State::SynRecv | State::CloseWait => 60,
            State::Established => 432_000,
            State::LastAck => 30,
            State::Close => 10,
        }
    }

    /// A packet of the flow (`nf_conntrack_tcp_packet`).
    pub(super) fn go_on(
        &mut self,
        header: &Header,
        packet: &Packet,
        dir: CtDir,
        seen_reply: bool,
        assured: bool,
        look: &Look,
    ) -> Step {
        let kind = kind_of(header.flags);
        let mut old = self.state;
        let (me, peer) = match dir {
            CtDir::Original => (0, 1),
            CtDir::Reply => (1, 0),
        };
        let mut skip_window = false;
        let mut new = match next(dir, kind, old) {
            Next::Invalid => return Step::Invalid,
            Next::To(State::SynSent) if old >= State::TimeWait => {
                let closed = (self.ends[0].flags | self.ends[1].flags) & FIN_SENT != 0;
                let aborted = self.last.dir == dir && self.last.kind == Kind::Rst;
                if closed || aborted {
                    return Step::Anew;
                }
                return self.ignore(header, packet, dir, kind);
            }
            Next::Ignore => {
                let answers_ignored_syn = kind == Kind::SynAck
                    && self.last.kind == Kind::Syn
                    && self.last.dir != dir
                    && header.ack == self.last.end;
                if !answers_ignored_syn {
                    return self.ignore(header, packet, dir, kind);
                }
                // The SYN that was let through as out of sync was the right one after all.
                old = State::SynSent;
                let was = usize::from(self.last.dir == CtDir::Reply);
                self.ends[was].sent = self.last.end;
                self.ends[was].max_sent = self.last.end;
                self.ends[was].max_win = self.last.win.max(1);
                self.ends[was].scale = self.last.wscale;
                self.ends[was].flags = self.last.flags;
                self.ends[1 - was] = End::default();
                self.last.challenge = false;
                State::SynRecv
            }
            Next::To(state) => state,
        };
        match new {
            State::SynSent2 => self.last.simultaneous = true,
            State::SynRecv
                if dir == CtDir::Reply && kind == Kind::Ack && self.last.simultaneous =>
            {
                new = State::Established;
            }
            State::TimeWait
                if self.last.challenge && kind == Kind::Ack && old == State::LastAck =>
            {
                self.last.challenge = false;
                return Step::Ignored;
            }
            State::Close if kind == Kind::Rst => {
                let over = self.ends[peer];
                if over.flags & MAXACK_SET != 0 {
                    if before(header.seq, over.max_ack) {
                        return Step::Invalid;
                    }
                    let train = self.last.kind == Kind::Ack
                        && self.last.dir == dir
                        && header.seq == self.last.end;
                    let established = matches!(self.state, State::Established | State::CloseWait);
                    if established && header.seq != over.max_ack && !train {
                        new = old;
                    }
                }
                let refuses = ((seen_reply && self.last.kind == Kind::Syn)
                    || (!assured && self.last.kind == Kind::Ack))
                    && header.ack == self.last.end;
                skip_window = refuses;
            }
            _ => {}
        }
        if !skip_window {
            match self.in_window(me, peer, kind, header, packet, look) {
                Window::In => {}
                Window::Ignore => return Step::Ignored,
                Window::Out => return Step::Invalid,
            }
        }
        self.last.kind = kind;
        self.last.dir = dir;
        self.state = new;
        if old != new && new == State::FinWait {
            self.ends[me].flags |= FIN_SENT;
        }
        if !seen_reply {
            if header.flags.has(TcpFlags::RST) && old != State::None {
                return Step::Kill;
            }
            return Step::Moved { assured: false };
        }
        let settled = !assured
            && matches!(old, State::SynRecv | State::Established)
            && new == State::Established;
        Step::Moved { assured: settled }
    }

    /// A packet that is let through because the flow may be out of sync.
    fn ignore(&mut self, header: &Header, packet: &Packet, dir: CtDir, kind: Kind) -> Step {
        self.last.kind = kind;
        self.last.dir = dir;
        self.last.seq = header.seq;
        self.last.end = segment_end(header, packet);
        self.last.win = u32::from(header.window);
        if kind == Kind::Syn && dir == CtDir::Original {
            let (scale, flags) = read_options(header);
            self.last.wscale = scale;
            self.last.flags = flags;
            if self.state == State::LastAck {
                self.last.challenge = true;
            }
        }
        Step::Ignored
    }

    /// Whether a segment lies in the window that the flow allows (`tcp_in_window`).
    fn in_window(
        &mut self,
        me: usize,
        peer: usize,
        kind: Kind,
        header: &Header,
        packet: &Packet,
        look: &Look,
    ) -> Window {
        let seq = header.seq;
        let mut ack = header.ack;
        let mut sack = sack_of(header);
        let raw_win = u32::from(header.window);
        let mut win = raw_win;
        let end = segment_end(header, packet);
        let has_ack = header.flags.has(TcpFlags::ACK);
        let syn = header.flags.has(TcpFlags::SYN);
        let rst = header.flags.has(TcpFlags::RST);
        let (mut sender, mut receiver) = (self.ends[me], self.ends[peer]);
        if sender.max_win == 0 {
            // The first packet that comes from this end.
            if syn {
                let (scale, flags) = read_options(header);
                sender.scale = scale;
                sender.flags = (sender.flags & LIBERAL) | flags;
                sender.sent = end;
                sender.max_sent = end;
                sender.max_win = win.max(1);
                if !(sender.flags & WSCALE != 0 && receiver.flags & WSCALE != 0) {
                    sender.scale = 0;
                    receiver.scale = 0;
                }
                if !has_ack {
                    // A simultaneous open.
                    self.ends[me] = sender;
                    self.ends[peer] = receiver;
                    return Window::In;
                }
            } else {
                // Picked up in the middle.
                sender.sent = end;
                let scaled = win << sender.scale;
                sender.max_win = if scaled == 0 { 1 } else { scaled };
                sender.max_sent = end.wrapping_add(sender.max_win);
                if receiver.max_win == 0 {
                    receiver.sent = sack;
                    receiver.max_sent = sack;
                } else if sack == receiver.sent.wrapping_add(1) {
                    // A keepalive's answer.
                    receiver.sent = receiver.sent.wrapping_add(1);
                }
            }
        } else if syn && after(end, sender.sent) && self.state_allows_new_syn(me) {
            // The other end began anew after the first SYN got lost.
            let (scale, flags) = read_options(header);
            sender.sent = end;
            sender.max_sent = end;
            sender.max_win = win.max(1);
            sender.scale = scale;
            sender.flags = (sender.flags & LIBERAL) | flags;
        }
        if !has_ack {
            // Without ACK there is nothing to check against.
            ack = receiver.sent;
            sack = ack;
        } else if header.flags.0 & (TcpFlags::ACK.0 | TcpFlags::RST.0)
            == (TcpFlags::ACK.0 | TcpFlags::RST.0)
            && ack == 0
        {
            // Some stacks set ACK without a number in a RST.
            ack = receiver.sent;
            sack = ack;
        }
        let mut sequence = seq;
        let mut finish = end;
        if rst && seq == 0 && self.state == State::SynSent {
            // A RST that answers a SYN carries no sequence number.
            sequence = sender.sent;
            finish = sender.sent;
        }
        let upper = !after(sequence, sender.max_sent.wrapping_add(1));
        let recv_ok = !before(finish, sender.sent.wrapping_sub(receiver.max_win).wrapping_sub(1));
        let ack_upper = !after(sack, receiver.sent.wrapping_add(1));
        let widest = sender.max_win.max(66_000);
        let ack_lower = !before(sack, receiver.sent.wrapping_sub(widest).wrapping_sub(1));
        if upper && recv_ok && ack_upper && ack_lower {
            if !syn {
                win <<= sender.scale;
            }
            let reach = win.wrapping_add(sack.wrapping_sub(ack));
            if sender.max_win < reach {
                sender.max_win = reach;
            }
            if after(finish, sender.sent) {
                sender.sent = finish;
            }
            if has_ack {
                if sender.flags & MAXACK_SET == 0 {
                    sender.max_ack = ack;
                    sender.flags |= MAXACK_SET;
                } else if after(ack, sender.max_ack) {
                    sender.max_ack = ack;
                }
            }
            if receiver.max_win != 0 && after(finish, sender.max_sent) {
                receiver.max_win =
                    receiver.max_win.wrapping_add(finish.wrapping_sub(sender.max_sent));
            }
            if after(sack.wrapping_add(win), receiver.max_sent.wrapping_sub(1)) {
                receiver.max_sent = sack.wrapping_add(win);
                if win == 0 {
                    receiver.max_sent = receiver.max_sent.wrapping_add(1);
                }
            }
            if ack == receiver.sent {
                self.last.retrans = 0;
            }
            if kind == Kind::Ack {
                let same = self.last.seq == sequence
                    && self.last.ack == ack
                    && self.last.end == finish
                    && self.last.win == raw_win;
                if same {
                    self.last.retrans = self.last.retrans.saturating_add(1);
                } else {
                    self.last.seq = sequence;
                    self.last.ack = ack;
                    self.last.end = finish;
                    self.last.win = raw_win;
                    self.last.retrans = 0;
                }
            }
            self.ends[me] = sender;
            self.ends[peer] = receiver;
            return Window::In;
        }
        self.ends[me] = sender;
        self.ends[peer] = receiver;
        if sender.flags & LIBERAL != 0 || look.tcp_liberal {
            return Window::In;
        }
        // A keepalive or an overlapping retransmission is let through without moving the window.
        if recv_ok && upper && !ack_upper && !syn {
            return Window::Out;
        }
        if upper && !recv_ok && ack_upper && ack_lower {
            return Window::Ignore;
        }
        Window::Out
    }

    /// Whether a SYN may set the sender's numbers anew.
    fn state_allows_new_syn(&self, me: usize) -> bool {
        (self.state == State::SynSent && me == 0) || (self.state == State::SynRecv && me == 1)
    }
}

/// Where a segment lies.
enum Window {
    In,
    Ignore,
    Out,
}
