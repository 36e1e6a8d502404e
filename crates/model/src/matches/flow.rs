//! What rules test of a packet's flow.

use crate::flow::CtDir;
use crate::values::{AddrMask, Inv, Range};
use serde::{Deserialize, Serialize};

/// Conntrack states, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CtStates(pub u8);

impl CtStates {
    /// The names in bit order, as `iptables` prints them. SNAT and DNAT are `-m conntrack`'s alone.
    pub const NAMES: [&str; 7] =
        ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"];
    /// INVALID.
    pub const INVALID: Self = Self(1);
    /// NEW.
    pub const NEW: Self = Self(2);
    /// RELATED.
    pub const RELATED: Self = Self(4);
    /// ESTABLISHED.
    pub const ESTABLISHED: Self = Self(8);
    /// UNTRACKED.
    pub const UNTRACKED: Self = Self(16);
    /// The source of the flow was rewritten.
    pub const SNAT: Self = Self(32);
    /// The destination of the flow was rewritten.
    pub const DNAT: Self = Self(64);
}

/// `--ctstatus` bits, as in the kernel's `IPS_*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CtStatuses(pub u16);

impl CtStatuses {
    /// The names and their bits; NONE is no bit.
    pub const NAMES: [(&str, u16); 5] =
        [("NONE", 0), ("EXPECTED", 1), ("SEEN_REPLY", 2), ("ASSURED", 4), ("CONFIRMED", 8)];
}

/// `-m conntrack`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConntrackMatch {
    /// `--ctstate`.
    pub state: Option<Inv<CtStates>>,
    /// `--ctproto`.
    pub proto: Option<Inv<u8>>,
    /// `--ctorigsrc`.
    pub orig_src: Option<Inv<AddrMask>>,
    /// `--ctorigdst`.
    pub orig_dst: Option<Inv<AddrMask>>,
    /// `--ctreplsrc`.
    pub repl_src: Option<Inv<AddrMask>>,
    /// `--ctrepldst`.
    pub repl_dst: Option<Inv<AddrMask>>,
    /// `--ctorigsrcport`.
    pub orig_sport: Option<Inv<Range<u16>>>,
    /// `--ctorigdstport`.
    pub orig_dport: Option<Inv<Range<u16>>>,
    /// `--ctreplsrcport`.
    pub repl_sport: Option<Inv<Range<u16>>>,
    /// `--ctrepldstport`.
    pub repl_dport: Option<Inv<Range<u16>>>,
    /// `--ctstatus`.
    pub status: Option<Inv<CtStatuses>>,
    /// `--ctexpire` in seconds.
    pub expire: Option<Inv<Range<u32>>>,
    /// `--ctdir`.
    pub dir: Option<CtDir>,
}

/// What `connbytes` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConnbytesMode {
    /// `packets`.
    Packets,
    /// `bytes`.
    Bytes,
    /// `avgpkt`: bytes a packet.
    Avgpkt,
}

/// Which direction of a flow `connbytes` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConnbytesDir {
    /// `original`.
    Original,
    /// `reply`.
    Reply,
    /// `both`.
    Both,
}

/// `-m connbytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConnbytesMatch {
    /// `--connbytes FROM[:TO]`, both ends included; never inverted where both are one number, as in the kernel.
    pub range: Inv<Range<u64>>,
    /// `--connbytes-mode`.
    pub mode: ConnbytesMode,
    /// `--connbytes-dir`.
    pub dir: ConnbytesDir,
}

/// `-m connlimit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConnlimitMatch {
    /// `--connlimit-above` (true) or `--connlimit-upto` (false); `!` is brought into this form.
    pub above: bool,
    /// How many flows.
    pub limit: u32,
    /// `--connlimit-mask`, a prefix length; the whole address where none is given.
    pub mask: u8,
    /// `--connlimit-daddr` rather than `--connlimit-saddr`.
    pub by_dest: bool,
}

/// `-m ipvs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IpvsMatch {
    /// `--ipvs`; each other option asks for it too.
    pub ipvs: Option<Inv<()>>,
    /// `--vproto`.
    pub proto: Option<Inv<u8>>,
    /// `--vaddr`.
    pub addr: Option<Inv<AddrMask>>,
    /// `--vport`.
    pub port: Option<Inv<u16>>,
    /// `--vdir`.
    pub dir: Option<CtDir>,
    /// `--vmethod`.
    pub method: Option<Inv<IpvsMethod>>,
    /// `--vportctl`.
    pub control_port: Option<Inv<u16>>,
}

/// How IPVS hands a packet on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IpvsMethod {
    /// `GATE`, direct routing.
    Gate,
    /// `IPIP`, a tunnel.
    Ipip,
    /// `MASQ`, translation.
    Masq,
}
