//! The states of a TCP flow, and which packet leads from one to which.
//!
//! Source: `tcp_conntracks` in `net/netfilter/nf_conntrack_proto_tcp.c`.

use chainwalk_model::{CtDir, TcpFlags};

/// The states, in the order of the kernel's `enum tcp_conntrack`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
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

/// Every state.
pub(super) const ALL: [State; 10] = [
    State::None,
    State::SynSent,
    State::SynRecv,
    State::Established,
    State::FinWait,
    State::CloseWait,
    State::LastAck,
    State::TimeWait,
    State::Close,
    State::SynSent2,
];

impl State {
    /// Its name, as conntrack prints it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::SynSent => "SYN_SENT",
            Self::SynRecv => "SYN_RECV",
            Self::Established => "ESTABLISHED",
            Self::FinWait => "FIN_WAIT",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::TimeWait => "TIME_WAIT",
            Self::Close => "CLOSE",
            Self::SynSent2 => "SYN_SENT2",
        }
    }
}

/// What the table says of a packet in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    To(State),
    Ignore,
    Invalid,
}

/// The kinds of packet that the table tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Syn,
    SynAck,
    Fin,
    Ack,
    Rst,
    None,
}

// What is known of one end (`IP_CT_TCP_FLAG_*`), beside what its segments tell.
pub(super) const FIN_SENT: u8 = 1;
pub(super) const MAXACK_SET: u8 = 2;
pub(super) const LIBERAL: u8 = 4;
pub(super) const UNACKED: u8 = 32;

/// One end of the flow (`struct ip_ct_tcp_state`).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct End {
    pub(super) sent: u32,
    pub(super) max_sent: u32,
    pub(super) max_win: u32,
    pub(super) max_ack: u32,
    pub(super) scale: u8,
    pub(super) flags: u8,
}

pub(super) fn kind_of(flags: TcpFlags) -> Kind {
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

/// The table `tcp_conntracks`, in the kernel's order: a row for each kind of packet, a column for each state.
#[rustfmt::skip]
const ORIGINAL: [[Next; 10]; 6] = [
    //           none SS  SR  ES  FW  CW  LA  TW  CL  S2
    /* SYN */     [SS, SS, IG, IG, IG, IG, IG, SS, SS, S2],
    /* SYN+ACK */ [IV, IV, SR, IV, IV, IV, IV, IV, IV, SR],
    /* FIN */     [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
    /* ACK */     [ES, IV, ES, ES, CW, CW, TW, TW, CL, IV],
    /* RST */     [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
    /* none */    [IV; 10],
];

/// The same for packets of the reply direction.
#[rustfmt::skip]
const REPLY: [[Next; 10]; 6] = [
    //           none SS  SR  ES  FW  CW  LA  TW  CL  S2
    /* SYN */     [IV, S2, IV, IV, IV, IV, IV, SS, IV, S2],
    /* SYN+ACK */ [IV, SR, IG, IG, IG, IG, IG, IG, IG, SR],
    /* FIN */     [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
    /* ACK */     [IV, IG, SR, ES, CW, CW, TW, TW, CL, IG],
    /* RST */     [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
    /* none */    [IV; 10],
];

pub(super) fn next(dir: CtDir, kind: Kind, state: State) -> Next {
    let table = match dir {
        CtDir::Original => &ORIGINAL,
        CtDir::Reply => &REPLY,
    };
    table[kind as usize][state as usize]
}
