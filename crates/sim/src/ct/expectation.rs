//! A flow that a helper expects of another (`struct nf_conntrack_expect`).

use super::flow::Conntrack;
use super::helper::{Helper, Kind};
use super::tuple::{Zone, reverse};
use chainwalk_model::{CtDir, Tuple};
use std::net::IpAddr;

/// How long a flow is expected.
const LIFE_MS: u64 = 300_000;

/// A flow that is expected.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    /// The flow that it was expected of.
    pub(super) master: u32,
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    pub(super) proto: u8,
    /// Its destination port; `None` where it is not known.
    pub(super) dport: Option<u16>,
    /// Of a master that is translated: the direction that the flow will have of it, and the port that was read.
    pub(super) nat: Option<(CtDir, u16)>,
    /// What its master was, where that has expired and may be gone.
    pub(super) orphan: Option<Master>,
    pub(super) zone: Zone,
    pub(super) until_ms: u64,
    pub(super) helper: Helper,
}

impl Expected {
    /// What a packet of this direction makes a helper expect (`nf_ct_expect_init`).
    pub(super) fn of(
        entry: &Conntrack,
        dir: CtDir,
        helper: Helper,
        dport: Option<u16>,
        now_ms: u64,
    ) -> Self {
        let back = match helper.kind {
            Kind::Ftp => entry.tuple(reverse(dir)),
            Kind::Tftp => entry.reply,
        };
        Self {
            master: entry.id,
            src: back.src,
            dst: back.dst,
            proto: back.proto,
            dport,
            nat: None,
            orphan: None,
            zone: entry.zone,
            until_ms: now_ms + LIFE_MS,
            helper,
        }
    }
}

/// What an expected flow takes of its master.
#[derive(Clone, Copy, Debug)]
pub(super) struct Master {
    pub(super) mark: u32,
    orig: Tuple,
    reply: Tuple,
}

impl Master {
    pub(super) fn of(entry: &Conntrack) -> Self {
        Self { mark: entry.mark, orig: entry.orig, reply: entry.reply }
    }

    pub(super) fn tuple(&self, dir: CtDir) -> Tuple {
        match dir {
            CtDir::Original => self.orig,
            CtDir::Reply => self.reply,
        }
    }
}

/// How an expected flow is translated as its master is (`nf_nat_follow_master`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Follow {
    /// Its source, where it comes from the end that its master knows.
    pub src: Option<IpAddr>,
    pub dst: (IpAddr, u16),
}

/// An expectation that a new flow fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpectationMatch {
    /// The helper that expected it.
    pub helper: Helper,
    /// The mark of its master.
    pub mark: u32,
    /// Whether it is the expected flow.
    pub doubt: Doubt,
    /// How it is translated, where its master is.
    pub follow: Option<Follow>,
}

/// Why a flow may not be the one that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// It is.
    None,
    /// Its master has expired, and may have been swept away with what was expected of it.
    Swept,
    /// Which port was expected is not known.
    Whole,
}
