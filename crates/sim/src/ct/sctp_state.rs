//! The states of an SCTP association, and which chunk leads from one to which.
//!
//! Source: `sctp_conntracks` in `net/netfilter/nf_conntrack_proto_sctp.c`.

use chainwalk_model::CtDir;

/// The states, in the order of the kernel's `enum sctp_conntrack`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    None,
    Closed,
    CookieWait,
    CookieEchoed,
    Established,
    ShutdownSent,
    ShutdownRecd,
    ShutdownAckSent,
    HeartbeatSent,
}

/// Every state.
pub(super) const ALL: [State; 9] = [
    State::None,
    State::Closed,
    State::CookieWait,
    State::CookieEchoed,
    State::Established,
    State::ShutdownSent,
    State::ShutdownRecd,
    State::ShutdownAckSent,
    State::HeartbeatSent,
];

impl State {
    /// Its name, as conntrack prints it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Closed => "CLOSED",
            Self::CookieWait => "COOKIE_WAIT",
            Self::CookieEchoed => "COOKIE_ECHOED",
            Self::Established => "ESTABLISHED",
            Self::ShutdownSent => "SHUTDOWN_SENT",
            Self::ShutdownRecd => "SHUTDOWN_RECD",
            Self::ShutdownAckSent => "SHUTDOWN_ACK_SENT",
            Self::HeartbeatSent => "HEARTBEAT_SENT",
        }
    }
}

/// The kinds of chunk that conntrack tells apart, by their numbers.
pub(super) mod chunk {
    pub(crate) const DATA: u8 = 0;
    pub(crate) const INIT: u8 = 1;
    pub(crate) const INIT_ACK: u8 = 2;
    pub(crate) const SACK: u8 = 3;
    pub(crate) const HEARTBEAT: u8 = 4;
    pub(crate) const HEARTBEAT_ACK: u8 = 5;
    pub(crate) const ABORT: u8 = 6;
    pub(crate) const SHUTDOWN: u8 = 7;
    pub(crate) const SHUTDOWN_ACK: u8 = 8;
    pub(crate) const ERROR: u8 = 9;
    pub(crate) const COOKIE_ECHO: u8 = 10;
    pub(crate) const COOKIE_ACK: u8 = 11;
    pub(crate) const SHUTDOWN_COMPLETE: u8 = 14;
}

const CL: Option<State> = Some(State::Closed);
const CW: Option<State> = Some(State::CookieWait);
const CE: Option<State> = Some(State::CookieEchoed);
const ES: Option<State> = Some(State::Established);
const SS: Option<State> = Some(State::ShutdownSent);
const SR: Option<State> = Some(State::ShutdownRecd);
const SA: Option<State> = Some(State::ShutdownAckSent);
const HS: Option<State> = Some(State::HeartbeatSent);
const IV: Option<State> = None;

/// The table `sctp_conntracks`, in the kernel's order: a row for each kind of chunk, a column for each state.
#[rustfmt::skip]
const ORIGINAL: [[Option<State>; 9]; 11] = [
    //              none CL  CW  CE  ES  SS  SR  SA  HS
    /* INIT */      [CL, CL, CW, CE, ES, CL, CL, SA, CW],
    /* INIT ACK */  [CL, CL, CW, CE, ES, SS, SR, SA, CL],
    /* ABORT */     [CL, CL, CL, CL, CL, CL, CL, CL, CL],
    /* SHUTDOWN */  [CL, CL, CW, CE, SS, SS, SR, SA, CL],
    /* ... ACK */   [SA, CL, CW, CE, ES, SA, SA, SA, SA],
    /* ERROR */     [CL, CL, CW, CE, ES, SS, SR, SA, CL],
    /* C. ECHO */   [CL, CL, CE, CE, ES, SS, SR, SA, CL],
    /* C. ACK */    [CL, CL, CW, ES, ES, SS, SR, SA, CL],
    /* S. COMPL. */ [CL, CL, CW, CE, ES, SS, SR, CL, CL],
    /* HEARTB. */   [HS, CL, CW, CE, ES, SS, SR, SA, HS],
    /* H. ACK */    [CL, CL, CW, CE, ES, SS, SR, SA, HS],
];

/// The same for packets of the reply direction.
#[rustfmt::skip]
const REPLY: [[Option<State>; 9]; 11] = [
    //              none CL  CW  CE  ES  SS  SR  SA  HS
    /* INIT */      [IV, CL, CW, CE, ES, SS, SR, SA, IV],
    /* INIT ACK */  [IV, CW, CW, CE, ES, SS, SR, SA, IV],
    /* ABORT */     [IV, CL, CL, CL, CL, CL, CL, CL, IV],
    /* SHUTDOWN */  [IV, CL, CW, CE, SR, SS, SR, SA, IV],
    /* ... ACK */   [IV, CL, CW, CE, ES, SA, SA, SA, IV],
    /* ERROR */     [IV, CL, CW, CL, ES, SS, SR, SA, IV],
    /* C. ECHO */   [IV, CL, CE, CE, ES, SS, SR, SA, IV],
    /* C. ACK */    [IV, CL, CW, ES, ES, SS, SR, SA, IV],
    /* S. COMPL. */ [IV, CL, CW, CE, ES, SS, SR, CL, IV],
    /* HEARTB. */   [IV, CL, CW, CE, ES, SS, SR, SA, HS],
    /* H. ACK */    [IV, CL, CW, CE, ES, SS, SR, SA, ES],
];

/// The state behind a chunk; `None` where it does not fit (`sctp_new_state`).
pub(super) fn next(dir: CtDir, now: State, kind: u8) -> Option<State> {
    const ROWS: [u8; 11] = [
        chunk::INIT,
        chunk::INIT_ACK,
        chunk::ABORT,
        chunk::SHUTDOWN,
        chunk::SHUTDOWN_ACK,
        chunk::ERROR,
        chunk::COOKIE_ECHO,
        chunk::COOKIE_ACK,
        chunk::SHUTDOWN_COMPLETE,
        chunk::HEARTBEAT,
        chunk::HEARTBEAT_ACK,
    ];
    let Some(row) = ROWS.iter().position(|k| *k == kind) else { return Some(now) };
    let table = match dir {
        CtDir::Original => &ORIGINAL,
        CtDir::Reply => &REPLY,
    };
    table[row][now as usize]
}
