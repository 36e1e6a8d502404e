//! What rules ask the host about a packet: its addresses and routes, bridges, sockets, policies and clock.

use super::header::IfaceMatch;
use crate::span::Text;
use crate::values::{AddrMask, Inv, Range};
use serde::{Deserialize, Serialize};

/// The kinds of address that `addrtype` tells apart, as the bits of the kernel's `XT_ADDRTYPE_*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AddrTypes(pub u16);

impl AddrTypes {
    /// The names in bit order, as `iptables` prints them.
    pub const NAMES: [&str; 12] = [
        "UNSPEC",
        "UNICAST",
        "LOCAL",
        "BROADCAST",
        "ANYCAST",
        "MULTICAST",
        "BLACKHOLE",
        "UNREACHABLE",
        "PROHIBIT",
        "THROW",
        "NAT",
        "XRESOLVE",
    ];
}

/// `-m addrtype`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AddrTypeMatch {
    /// `--src-type`.
    pub src: Option<Inv<AddrTypes>>,
    /// `--dst-type`.
    pub dst: Option<Inv<AddrTypes>>,
    /// `--limit-iface-in`.
    pub limit_in: bool,
    /// `--limit-iface-out`.
    pub limit_out: bool,
}

/// `-m physdev`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PhysdevMatch {
    /// `--physdev-in`.
    pub iniface: Option<Inv<IfaceMatch>>,
    /// `--physdev-out`.
    pub outiface: Option<Inv<IfaceMatch>>,
    /// `--physdev-is-in`.
    pub is_in: Option<Inv<()>>,
    /// `--physdev-is-out`.
    pub is_out: Option<Inv<()>>,
    /// `--physdev-is-bridged`.
    pub is_bridged: Option<Inv<()>>,
}

/// `-m rpfilter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)]
pub struct RpfilterMatch {
    /// `--loose`.
    pub loose: bool,
    /// `--validmark`.
    pub validmark: bool,
    /// `--accept-local`.
    pub accept_local: bool,
    /// `--invert`.
    pub invert: bool,
}

/// `-m socket`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SocketMatch {
    /// `--transparent`.
    pub transparent: bool,
    /// `--nowildcard`.
    pub nowildcard: bool,
    /// `--restore-skmark`.
    pub restore_skmark: bool,
}

/// `-m cgroup`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CgroupMatch {
    /// `--cgroup`, a class of `net_cls`.
    Class(u32),
    /// `--path` in the second hierarchy.
    Path(Text),
}

/// `-m cluster`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClusterMatch {
    /// `--cluster-total-nodes`.
    pub total: u32,
    /// `--cluster-local-nodemask`; `--cluster-local-node N` is bit N - 1.
    pub nodes: Inv<u32>,
    /// `--cluster-hash-seed`.
    pub seed: u32,
}

/// `-m policy`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicyMatch {
    /// `--dir out` rather than `in`.
    pub out: bool,
    /// `--pol ipsec` rather than `none`.
    pub ipsec: bool,
    /// `--strict`: the whole policy, not one element of it.
    pub strict: bool,
    /// What is asked of each element.
    pub elements: Vec<PolicyElement>,
}

/// One element of `-m policy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicyElement {
    /// `--reqid`.
    pub reqid: Option<Inv<u32>>,
    /// `--spi`.
    pub spi: Option<Inv<u32>>,
    /// `--proto`.
    pub proto: Option<Inv<u8>>,
    /// `--mode`: tunnel rather than transport.
    pub tunnel: Option<Inv<bool>>,
    /// `--tunnel-src`.
    pub src: Option<Inv<AddrMask>>,
    /// `--tunnel-dst`.
    pub dst: Option<Inv<AddrMask>>,
}

/// `-m osf`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OsfMatch {
    /// `--genre`.
    pub genre: Inv<Text>,
    /// `--ttl`; a listing by `-L` loses it.
    pub ttl: Option<u8>,
    /// `--log`; a listing by `-L` loses it.
    pub log: Option<u8>,
}

/// `-m time`, in the kernel's form: what is not said is the whole of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeMatch {
    /// `--datestart` and `--datestop` as seconds since 1970, both included; 0 and 0x7fffffff where not said.
    pub dates: Range<u32>,
    /// `--timestart` and `--timestop` as seconds of the day, both included. The first may be the greater: the
    /// span goes over midnight.
    pub daytime: Range<u32>,
    /// The days of the month: bit 1 is the 1st. A `!` is brought into this form.
    pub monthdays: u32,
    /// The days of the week: bit 1 is Monday, bit 7 Sunday. A `!` is brought into this form.
    pub weekdays: u8,
    /// `--contiguous`: what lies behind midnight belongs to the day before.
    pub contiguous: bool,
    /// `--kerneltz`: by the kernel's own time zone rather than UTC.
    pub kerneltz: bool,
}

impl TimeMatch {
    /// Any time.
    pub const ANY: Self = Self {
        dates: Range { first: 0, last: Self::LAST_DATE },
        daytime: Range { first: 0, last: Self::LAST_SECOND },
        monthdays: Self::ALL_MONTHDAYS,
        weekdays: Self::ALL_WEEKDAYS,
        contiguous: false,
        kerneltz: false,
    };
    /// The last date that can be said.
    pub const LAST_DATE: u32 = 0x7fff_ffff;
    /// The last second of a day.
    pub const LAST_SECOND: u32 = 86_399;
    /// All days of the month.
    pub const ALL_MONTHDAYS: u32 = 0xffff_fffe;
    /// All days of the week.
    pub const ALL_WEEKDAYS: u8 = 0xfe;
    /// The days of the week from bit 1 on.
    pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
}
