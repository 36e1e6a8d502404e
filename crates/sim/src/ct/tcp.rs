//! The state of a TCP flow.
//!
//! Source: `net/netfilter/nf_conntrack_proto_tcp.c`.

mod window;

use super::look::TrackContext;
use super::seqadj::SeqAdj;
use super::tcp_segment::{SACK, before, read_options, segment_end};
use super::tcp_state::{
    ALL, End, FIN_SENT, Kind, LIBERAL, MAXACK_SET, Next, State, UNACKED, kind_of, next,
};
use super::timeouts::Timeouts;
use chainwalk_model::{CtDir, Packet, Tcp as Header, TcpFlags};

/// Retransmissions after which a flow is forgotten sooner (`nf_conntrack_tcp_max_retrans`).
const MOST_RETRANS: u8 = 3;

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
    /// How far NAT put its numbers off.
    pub(super) adjust: SeqAdj,
    /// Whether its past is a listing's, which shows a state and no numbers.
    told: bool,
}

/// What a packet did to the flow.
pub(super) enum Step {
    /// It does not fit.
    Invalid,
    /// It does not fit, and neither did the other end's farewell: the flow is forgotten sooner.
    Hurried,
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
        /// Milliseconds to live from now on; `None` leaves them as they are.
        life: Option<u64>,
    },
}

impl Tcp {
    /// A new flow from its first packet; `None` if the packet can't begin one (`tcp_new`).
    ///
    /// With it the milliseconds it has to live.
    pub(super) fn begin(
        header: &Header,
        packet: &Packet,
        look: &TrackContext,
    ) -> Option<(Self, u64)> {
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
            adjust: SeqAdj::default(),
            told: false,
        };
        match tcp.go_on(header, packet, CtDir::Original, false, false, look) {
            Step::Invalid | Step::Hurried => None,
            Step::Moved { life: Some(life), .. } => Some((tcp, life)),
            _ => {
                let life = tcp.timeout(&look.timeouts);
                Some((tcp, life))
            }
        }
    }

    /// A flow whose state was pasted by its name, with numbers that its next packets show.
    pub(super) fn known(name: &str) -> Self {
        let state = ALL.into_iter().find(|s| s.name() == name).unwrap_or(State::Established);
        let closed = matches!(state, State::LastAck | State::TimeWait);
        let flags = SACK | LIBERAL | if closed { FIN_SENT } else { 0 };
        let kind = match state {
            State::SynSent => Kind::Syn,
            State::SynRecv => Kind::SynAck,
            State::Close => Kind::Rst,
            _ => Kind::Ack,
        };
        let dir = if state == State::SynRecv { CtDir::Reply } else { CtDir::Original };
        let last = Last {
            dir,
            kind,
            seq: 0,
            ack: 0,
            end: 0,
            win: 1,
            wscale: 0,
            flags: 0,
            challenge: false,
            simultaneous: state == State::SynSent2,
            retrans: 0,
        };
        Self {
            state,
            ends: [End { flags, ..End::default() }; 2],
            last,
            adjust: SeqAdj::default(),
            told: true,
        }
    }

    /// Whether it was pasted and an end of it has not been heard since.
    pub(super) fn window_unknown(&self) -> bool {
        self.told && self.ends.iter().any(|e| e.max_win == 0)
    }

    /// Closed from outside of the flow.
    pub(super) fn close(&mut self) {
        self.state = State::Close;
    }

    /// The largest window of the original direction.
    pub(super) fn window(&self) -> u32 {
        self.ends[0].max_win
    }

    /// The state's name, as conntrack prints it.
    pub(super) fn name(&self) -> &'static str {
        self.state.name()
    }

    /// Milliseconds until the flow is forgotten in this state.
    pub(super) fn timeout(&self, timeouts: &Timeouts) -> u64 {
        timeouts.tcp[self.state as usize]
    }

    /// Milliseconds to live after a packet that fitted.
    fn life(&self, kind: Kind, seen_reply: bool, timeouts: &Timeouts) -> u64 {
        let usual = self.timeout(timeouts);
        let unacked = (self.ends[0].flags | self.ends[1].flags) & UNACKED != 0;
        let most = timeouts.max_retrans;
        let life = if self.last.retrans >= MOST_RETRANS && usual > most {
            most
        } else if kind == Kind::Rst {
            timeouts.tcp[State::Close as usize]
        } else if unacked && usual > timeouts.unacknowledged {
            timeouts.unacknowledged
        } else if self.last.win == 0 && usual > most {
            most
        } else {
            usual
        };
        // One that was picked up in the middle has to show that it lives.
        let picked_up = !seen_reply && self.state == State::Established;
        if picked_up { life.min(timeouts.unacknowledged) } else { life }
    }

    /// Whether the flow is over but for what may still be under way (`tcp_can_early_drop`).
    fn is_closing(&self) -> bool {
        matches!(
            self.state,
            State::FinWait | State::LastAck | State::TimeWait | State::Close | State::CloseWait
        )
    }

    /// A packet of the flow (`nf_conntrack_tcp_packet`).
    pub(super) fn go_on(
        &mut self,
        header: &Header,
        packet: &Packet,
        dir: CtDir,
        seen_reply: bool,
        assured: bool,
        look: &TrackContext,
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
                self.last.challenge = false;
                self.ends[was].sent = self.last.end;
                self.ends[was].max_sent = self.last.end;
                self.ends[was].max_win = self.last.win.max(1);
                self.ends[was].scale = self.last.wscale;
                self.ends[was].flags = self.last.flags;
                self.ends[me] = End::default();
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
                if self.last.challenge
                    && kind == Kind::Ack
                    && old == State::LastAck
                    && self.last.dir != dir
                    && self.last.kind == Kind::Syn =>
            {
                self.last.challenge = false;
                return Step::Ignored;
            }
            State::Close if kind == Kind::Rst => {
                match self.reset(header, dir, peer, seen_reply, assured) {
                    Reset::Invalid => return Step::Invalid,
                    Reset::Challenged => new = old,
                    Reset::Sure => skip_window = true,
                    Reset::Fits => {}
                }
            }
            _ => {}
        }
        if !skip_window {
            match self.in_window(dir, me, peer, kind, header, packet, look) {
                Window::In => {}
                Window::Ignore => return Step::Ignored,
                Window::Out => {
                    return self.refused(dir, kind, assured);
                }
            }
        }
        self.last.kind = kind;
        self.last.dir = dir;
        self.state = new;
        if old != new && new == State::FinWait {
            self.ends[me].flags |= FIN_SENT;
        }
        let life = Some(self.life(kind, seen_reply, &look.timeouts));
        if !seen_reply {
            if header.flags.has(TcpFlags::RST) && old != State::None {
                return Step::Kill;
            }
            // A SYN that is sent again does not prolong the flow.
            let again = kind == Kind::Syn && old == State::SynSent;
            return Step::Moved { assured: false, life: life.filter(|_| !again) };
        }
        let settled = !assured
            && matches!(old, State::SynRecv | State::Established)
            && new == State::Established;
        Step::Moved { assured: settled, life }
    }

    /// Whether a reset ends the flow.
    fn reset(
        &self,
        header: &Header,
        dir: CtDir,
        peer: usize,
        seen_reply: bool,
        assured: bool,
    ) -> Reset {
        if self.is_closing() {
            // The numbers may be those of a flow before.
            return Reset::Sure;
        }
        let answers_challenge = self.state == State::SynSent
            && self.last.kind == Kind::Ack
            && self.last.dir != dir
            && header.seq == self.last.ack;
        if answers_challenge {
            // The other end had acknowledged an earlier connection.
            return Reset::Sure;
        }
        let over = self.ends[peer];
        let established = self.state == State::Established && assured;
        let mut found = Reset::Fits;
        if over.flags & MAXACK_SET != 0 && self.last.kind != Kind::Syn {
            if header.seq == 0 && !established {
                return Reset::Fits;
            }
            if before(header.seq, over.max_ack) {
                return Reset::Invalid;
            }
            if !established || header.seq == over.max_ack {
                return Reset::Fits;
            }
            // A reset behind the data of the segment before it.
            if self.last.kind == Kind::Ack && self.last.dir == dir && header.seq == self.last.end {
                return Reset::Fits;
            }
            found = Reset::Challenged;
        }
        // An end does not refuse its own SYN.
        let refuses = (seen_reply && self.last.kind == Kind::Syn && self.last.dir != dir)
            || (!assured && self.last.kind == Kind::Ack);
        if refuses && header.ack == self.last.end && found == Reset::Fits {
            return Reset::Sure;
        }
        found
    }

    /// A segment out of the window; one that wants to end the flow is remembered.
    fn refused(&mut self, dir: CtDir, kind: Kind, assured: bool) -> Step {
        if assured && matches!(kind, Kind::Fin | Kind::Rst) {
            if self.last.dir != dir && matches!(self.last.kind, Kind::Fin | Kind::Rst) {
                return Step::Hurried;
            }
            self.last.kind = kind;
            self.last.dir = dir;
        }
        Step::Invalid
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
            self.last.simultaneous = false;
            self.last.challenge = self.state == State::LastAck;
        }
        if self.state == State::SynSent && kind == Kind::Ack && dir == CtDir::Reply {
            self.last.ack = header.ack;
        }
        Step::Ignored
    }
}

/// What a reset does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reset {
    /// It lies before what was acknowledged.
    Invalid,
    /// It is not where it should be: the flow stays until the other end has had its say.
    Challenged,
    /// It closes the flow, wherever it lies.
    Sure,
    /// It closes the flow if it lies in the window.
    Fits,
}

/// Where a segment lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Window {
    In,
    Ignore,
    Out,
}
