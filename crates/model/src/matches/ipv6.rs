//! What rules test of the headers between IPv6 and what it carries, and of AH.

use crate::values::{AddrMask, Compare, Inv, Range};
use serde::{Deserialize, Serialize};
use std::net::Ipv6Addr;

/// `-m ah`. Length and reserved field are tested for IPv6 alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AhMatch {
    /// `--ahspi`; a range whose end lies before its start holds nothing.
    pub spi: Option<Inv<Range<u32>>>,
    /// `--ahlen`, the header's bytes.
    pub len: Option<Inv<u32>>,
    /// `--ahres`: the reserved field is 0.
    pub reserved: bool,
}

/// `-m frag`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)]
pub struct FragMatch {
    /// `--fragid`.
    pub id: Option<Inv<Range<u32>>>,
    /// `--fraglen`; the kernel never looks at it.
    pub len: Option<Inv<u32>>,
    /// `--fragres`: the reserved fields are 0.
    pub reserved: bool,
    /// `--fragfirst`.
    pub first: bool,
    /// `--fragmore`.
    pub more: bool,
    /// `--fraglast`.
    pub last: bool,
}

/// `-m hbh` and `-m dst`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OptionsMatch {
    /// `--hbh-len`, `--dst-len`: the header's bytes.
    pub len: Option<Inv<u32>>,
    /// `--hbh-opts`, `--dst-opts`: types and the lengths of their data, in the packet's order.
    pub opts: Vec<(u8, Option<u8>)>,
}

/// `-m ipv6header`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ipv6HeaderMatch {
    /// `--header`, one bit a header: hop-by-hop 128, destination 64, routing 32, fragment 16, AH 8, ESP 4,
    /// no next header 2, protocol 1.
    pub headers: Inv<u8>,
    /// `--soft`: the packet has at least these.
    pub soft: bool,
}

impl Ipv6HeaderMatch {
    /// The names from the highest bit on, as `ip6tables` prints them.
    pub const NAMES: [&str; 8] = [
        "hop-by-hop",
        "ipv6-opts",
        "ipv6-route",
        "ipv6-frag",
        "ah",
        "esp",
        "ipv6-nonxt",
        "protocol",
    ];
}

/// `-m rt`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RtMatch {
    /// `--rt-type`.
    pub kind: Option<Inv<u32>>,
    /// `--rt-segsleft`.
    pub segments_left: Option<Inv<Range<u32>>>,
    /// `--rt-len`, the header's bytes.
    pub len: Option<Inv<u32>>,
    /// `--rt-0-res`: the reserved field is 0.
    pub reserved: bool,
    /// `--rt-0-addrs`.
    pub addrs: Vec<Ipv6Addr>,
    /// `--rt-0-not-strict`: other addresses may stand between.
    pub not_strict: bool,
}

/// `-m srh`. Each test may be given once in each of its ways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SrhMatch {
    /// `--srh-next-hdr`.
    pub next_header: Option<Inv<u8>>,
    /// `--srh-hdr-len-eq` and its like, in units of eight bytes behind the first.
    pub header_len: Vec<Inv<Compare<u8>>>,
    /// `--srh-segs-left-eq` and its like.
    pub segments_left: Vec<Inv<Compare<u8>>>,
    /// `--srh-last-entry-eq` and its like.
    pub last_entry: Vec<Inv<Compare<u8>>>,
    /// `--srh-tag`.
    pub tag: Option<Inv<u16>>,
    /// `--srh-psid`, the segment before.
    pub previous: Option<Inv<AddrMask>>,
    /// `--srh-nsid`, the segment after.
    pub next: Option<Inv<AddrMask>>,
    /// `--srh-lsid`, the last segment.
    pub last: Option<Inv<AddrMask>>,
}
