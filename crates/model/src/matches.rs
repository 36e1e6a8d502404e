//! What rules test. One variant is one `-m` extension of `man iptables-extensions`; where the extension
//! has several options, each is optional and all that are given must hold.

use crate::flow::CtDir;
use crate::nft::Condition;
use crate::packet::{Mac, PacketType, TcpFlags};
use crate::span::Text;
use crate::values::{AddrMask, Inv, Masked, Range};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

/// A test and its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Match {
    /// `-s -d -i -o -p -f`, what every rule has.
    Ip(Box<IpMatch>),
    /// A listing that hides the interfaces (`-L` without `-v`): the rule may test `-i` and `-o`.
    HiddenInterfaces,
    /// `-m tcp`.
    Tcp(TcpMatch),
    /// `-m udp`, and `-m udplite` likewise.
    Udp(PortsMatch),
    /// `-m sctp`.
    Sctp(Box<SctpMatch>),
    /// `-m dccp`.
    Dccp(DccpMatch),
    /// `-m icmp`: type and codes; type 255 is any.
    Icmp(Inv<IcmpMatch>),
    /// `-m icmp6`.
    Icmp6(Inv<IcmpMatch>),
    /// `-m addrtype`.
    AddrType(AddrTypeMatch),
    /// `-m ah`.
    Ah(AhMatch),
    /// `-m bpf`.
    Bpf(BpfMatch),
    /// `-m cgroup`.
    Cgroup(Inv<CgroupMatch>),
    /// `-m cluster`.
    Cluster(ClusterMatch),
    /// `-m comment`; always holds.
    Comment(Text),
    /// `-m connbytes`.
    Connbytes(ConnbytesMatch),
    /// `-m connlabel`.
    Connlabel {
        /// `--label`, a number or a name of `connlabel.conf`.
        label: Inv<Text>,
        /// `--set`: the label is set where it was not, and then it holds.
        set: bool,
    },
    /// `-m connlimit`.
    Connlimit(ConnlimitMatch),
    /// `-m connmark --mark`.
    Connmark(Inv<Masked<u32>>),
    /// `-m conntrack`.
    Conntrack(Box<ConntrackMatch>),
    /// `-m state --state`.
    State(Inv<CtStates>),
    /// `-m cpu --cpu`.
    Cpu(Inv<u32>),
    /// `-m devgroup`.
    Devgroup {
        /// `--src-group`.
        src: Option<Inv<Masked<u32>>>,
        /// `--dst-group`.
        dst: Option<Inv<Masked<u32>>>,
    },
    /// `-m dscp`.
    Dscp(Inv<u8>),
    /// `-m dst`, the destination options of IPv6.
    Dst(OptionsMatch),
    /// `-m ecn`.
    Ecn(EcnMatch),
    /// `-m esp --espspi`; without it any ESP packet.
    Esp(Option<Inv<Range<u32>>>),
    /// `-m eui64`: the source address is made of the link-layer address.
    Eui64,
    /// `-m frag`, the fragment header of IPv6.
    Frag(FragMatch),
    /// `-m hashlimit`.
    Hashlimit(Box<HashlimitMatch>),
    /// `-m helper --helper`; the empty name is any helper.
    Helper(Inv<Text>),
    /// `-m hbh`, the hop-by-hop options of IPv6.
    Hbh(OptionsMatch),
    /// `-m ipcomp`.
    Ipcomp {
        /// `--ipcompspi`, 0 where it is not given; `None` is any.
        spi: Option<Inv<Range<u32>>>,
        /// `--compres`.
        reserved: bool,
    },
    /// `-m iprange`.
    Iprange(Box<IprangeMatch>),
    /// `-m ipv6header`.
    Ipv6Header(Ipv6HeaderMatch),
    /// `-m ipvs`.
    Ipvs(Box<IpvsMatch>),
    /// `-m length`, of the IP packet in bytes.
    Length(Inv<Range<u16>>),
    /// `-m limit`.
    Limit {
        /// `--limit`: how fast the bucket fills.
        rate: Rate,
        /// The burst in packets.
        burst: u32,
    },
    /// `-m mac --mac-source`.
    Mac(Inv<Mac>),
    /// `-m mark --mark`.
    Mark(Inv<Masked<u32>>),
    /// `-m mh --mh-type`; without it any mobility header.
    Mh(Option<Inv<Range<u8>>>),
    /// `-m multiport`.
    Multiport {
        /// `--sports`, `--dports` or `--ports`.
        side: PortSide,
        /// The ports and ranges; any may match.
        ports: Inv<Vec<Range<u16>>>,
    },
    /// `-m nfacct --nfacct-name`; it counts, and always holds.
    Nfacct(Text),
    /// `-m osf`.
    Osf(OsfMatch),
    /// `-m owner`.
    Owner {
        /// `--uid-owner`.
        uid: Option<Inv<Range<u32>>>,
        /// `--gid-owner`.
        gid: Option<Inv<Range<u32>>>,
        /// `--socket-exists`.
        socket: Option<Inv<()>>,
        /// `--suppl-groups`.
        supplementary: bool,
    },
    /// `-m physdev`.
    Physdev(Box<PhysdevMatch>),
    /// `-m pkttype`.
    Pkttype(Inv<PacketType>),
    /// `-m policy`.
    Policy(Box<PolicyMatch>),
    /// `-m quota`.
    Quota(Inv<u64>),
    /// `-m rateest`.
    Rateest(Box<RateestMatch>),
    /// `-m realm --realm`.
    Realm(Inv<Masked<u32>>),
    /// `-m recent`.
    Recent(Box<RecentMatch>),
    /// `-m rpfilter`.
    Rpfilter(RpfilterMatch),
    /// `-m rt`, the routing header of IPv6.
    Rt(Box<RtMatch>),
    /// `-m set --match-set`.
    Set(Box<SetMatch>),
    /// `-m socket`.
    Socket(SocketMatch),
    /// `-m srh`, the segment routing header of IPv6.
    Srh(Box<SrhMatch>),
    /// `-m statistic`.
    Statistic(Inv<Statistic>),
    /// `-m string`.
    String(Box<StringMatch>),
    /// `-m time`.
    Time(TimeMatch),
    /// `-m tcpmss --mss`.
    Tcpmss(Inv<Range<u16>>),
    /// `-m tos`.
    Tos(Inv<Masked<u8>>),
    /// `-m ttl`, and `-m hl` for IPv6.
    Ttl(TtlMatch),
    /// `-m u32`; the expression as written, without quotes.
    U32(Inv<Text>),
    /// A condition of native nft.
    Nft(Box<Condition>),
    /// Not understood; the text as it stands. It is never guessed.
    Opaque(Opaque),
}

/// A piece of a rule that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opaque {
    /// The extension's name, where it is known.
    pub module: Option<Text>,
    /// The text as it stands in the paste.
    pub text: Text,
    /// The value that the paste leaves open, where that is why.
    pub blank: Option<Box<Blank>>,
}

/// A value that a paste leaves open (`<YOUR_IP>`, `x.x.x.x`), where a rule compares something with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Blank {
    /// Its name, by which a person says what it is: `YOUR_IP`.
    pub name: Text,
    /// What of a packet is compared with it.
    pub part: BlankPart,
    /// Whether the comparison is inverted.
    pub not: bool,
    /// What of an address of IPv4 can be seen, from the first byte.
    pub shows: [Option<u8>; 4],
    /// The prefix length behind it.
    pub len: Option<u8>,
}

/// What of a packet is compared with a value that is left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum BlankPart {
    Src,
    Dst,
    InIface,
    OutIface,
    Sport,
    Dport,
    /// Nothing: the rule is there while the tunnel of that name is up.
    Tunnel,
    /// Something else.
    Else,
}

/// What every iptables rule tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IpMatch {
    /// `-s`.
    pub src: Option<Inv<AddrMask>>,
    /// `-d`.
    pub dst: Option<Inv<AddrMask>>,
    /// `-i`.
    pub iniface: Option<Inv<IfaceMatch>>,
    /// `-o`.
    pub outiface: Option<Inv<IfaceMatch>>,
    /// `-p`, a protocol number; never 0, which is any.
    pub proto: Option<Inv<u8>>,
    /// `-f`: second and later fragments.
    pub fragment: Option<Inv<()>>,
}

/// An interface name as rules write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IfaceMatch {
    /// The name, without a final `+`.
    pub name: Text,
    /// Whether any name that starts so matches (`eth+`).
    pub prefix: bool,
}

/// `-m udp` and its like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PortsMatch {
    /// `--sport`.
    pub sport: Option<Inv<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Inv<Range<u16>>>,
}

/// `-m tcp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TcpMatch {
    /// `--sport`.
    pub sport: Option<Inv<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Inv<Range<u16>>>,
    /// `--tcp-flags MASK VALUE`; `--syn` is `FIN,SYN,RST,ACK SYN`.
    pub flags: Option<Inv<Masked<TcpFlags>>>,
    /// `--tcp-option`.
    pub option: Option<Inv<u8>>,
}

/// An ICMP type and its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IcmpMatch {
    /// The type; `None` is any.
    pub kind: Option<u8>,
    /// The codes, 0 to 255 where the rule names none.
    pub code: Range<u8>,
}

/// `-m iprange`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IprangeMatch {
    /// `--src-range`.
    pub src: Option<Inv<Range<IpAddr>>>,
    /// `--dst-range`.
    pub dst: Option<Inv<Range<IpAddr>>>,
}

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

/// How `rateest` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RateestOp {
    /// `--rateest-lt`.
    Less,
    /// `--rateest-gt`.
    Greater,
    /// `--rateest-eq`.
    Equal,
}

/// `-m rateest`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateestMatch {
    /// The estimator, or the first of two.
    pub first: Text,
    /// The second, where two are compared.
    pub second: Option<Text>,
    /// How they are compared.
    pub op: Inv<RateestOp>,
    /// `--rateest-delta`: the rates are taken off their numbers first.
    pub delta: bool,
    /// Whether bytes a second are compared.
    pub by_bytes: bool,
    /// Whether packets a second are compared.
    pub by_packets: bool,
    /// Bytes a second that belong to the first and to the second side.
    pub bytes: [u32; 2],
    /// Packets a second that belong to the first and to the second side.
    pub packets: [u32; 2],
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

/// `-m ecn`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EcnMatch {
    /// `--ecn-tcp-cwr`.
    pub cwr: Option<Inv<()>>,
    /// `--ecn-tcp-ece`.
    pub ece: Option<Inv<()>>,
    /// `--ecn-ip-ect`, 0 to 3.
    pub ect: Option<Inv<u8>>,
}

/// A rate: `count` packets in `period_s` seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In how many seconds: 1, 60, 3600 or 86400.
    pub period_s: u32,
}

/// `-m hashlimit`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HashlimitMatch {
    /// `--hashlimit-upto` (false) or `--hashlimit-above` (true).
    pub above: bool,
    /// The rate in packets, or in bytes where `bytes`.
    pub rate: Rate,
    /// Whether the rate counts bytes (`kb/s`).
    pub bytes: bool,
    /// `--hashlimit-burst`.
    pub burst: u32,
    /// `--hashlimit-mode`: `srcip`, `srcport`, `dstip`, `dstport` in bit order.
    pub mode: u8,
    /// `--hashlimit-name`; a listing by `-L` loses it.
    pub name: Option<Text>,
    /// `--hashlimit-srcmask`, a prefix length.
    pub srcmask: Option<u8>,
    /// `--hashlimit-dstmask`, a prefix length.
    pub dstmask: Option<u8>,
    /// `--hashlimit-htable-*` and `--hashlimit-rate-*` words as written; each is looked up by its name.
    pub rest: Text,
}

/// Which port `multiport` looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PortSide {
    /// `--sports`.
    Source,
    /// `--dports`.
    Destination,
    /// `--ports`, either.
    Either,
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

/// What a `recent` rule does with its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RecentAction {
    /// `--set`.
    Set,
    /// `--rcheck`.
    Check,
    /// `--update`.
    Update,
    /// `--remove`.
    Remove,
}

/// `-m recent`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RecentMatch {
    /// What it does, inverted or not.
    pub action: Inv<RecentAction>,
    /// `--seconds`.
    pub seconds: Option<u32>,
    /// `--hitcount`.
    pub hitcount: Option<u32>,
    /// `--reap`.
    pub reap: bool,
    /// `--rttl`.
    pub rttl: bool,
    /// `--name`; `DEFAULT` where none is given.
    pub name: Text,
    /// `--rdest` rather than `--rsource`.
    pub by_dest: bool,
    /// `--mask`.
    pub mask: Option<IpAddr>,
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

/// `-m set --match-set`, and the set that `-j SET` changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetMatch {
    /// Whether `!` stands before it.
    pub not: bool,
    /// The set's name.
    pub set: Text,
    /// For each dimension whether it is the packet's source.
    pub dirs: Vec<bool>,
    /// Further options of `-m set`.
    pub options: SetOptions,
}

/// What `-m set` asks of an element beside that it is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SetOptions {
    /// `--return-nomatch`: the exceptions match, and nothing else does.
    pub return_nomatch: bool,
    /// `! --update-counters`: the element does not count the packet.
    pub keep_counters: bool,
    /// `! --update-subcounters`: nor do the elements of the sets in a list.
    pub keep_subcounters: bool,
    /// `--packets-eq` and its like; only `eq` may be inverted.
    pub packets: Option<Inv<Compare<u64>>>,
    /// `--bytes-eq` and its like.
    pub bytes: Option<Inv<Compare<u64>>>,
}

/// `-m statistic`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Statistic {
    /// `--mode random --probability`.
    Random(f64),
    /// `--mode nth --every N --packet P`.
    Nth {
        /// Every how many.
        every: u32,
        /// The first that matches; a listing by `-L` drops it where 0.
        packet: u32,
    },
}

/// `-m string`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StringMatch {
    /// Whether `!` stands before the pattern.
    pub not: bool,
    /// The bytes searched for.
    pub pattern: Arc<[u8]>,
    /// Whether it was given by `--hex-string`.
    pub hex: bool,
    /// `--algo`, `bm` or `kmp`.
    pub algo: Text,
    /// `--from`, an offset in the IP packet.
    pub from: u32,
    /// `--to`; 65535 where none is given.
    pub to: u32,
    /// `--icase`.
    pub icase: bool,
}

/// `-m ttl` and `-m hl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TtlMatch {
    /// `--ttl-eq`.
    Eq(Inv<u8>),
    /// `--ttl-lt`.
    Lt(u8),
    /// `--ttl-gt`.
    Gt(u8),
}

/// `-m sctp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SctpMatch {
    /// `--sport` and `--dport`.
    pub ports: PortsMatch,
    /// `--chunk-types`.
    pub chunks: Option<Inv<SctpChunks>>,
}

/// `--chunk-types` of `-m sctp`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SctpChunks {
    /// How the list is meant.
    pub scope: ChunkScope,
    /// The types by number, in ascending order; all 256 are `ALL`, none is `NONE`.
    pub types: Vec<u8>,
    /// Flags of some of them: the type, and its flag bits under a mask.
    pub flags: Vec<(u8, Masked<u8>)>,
}

/// How the chunk types of a packet stand to those of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChunkScope {
    /// `all`: each of the rule's types is in the packet.
    All,
    /// `any`: one of them is.
    Any,
    /// `only`: the packet has no other.
    Only,
}

/// `-m dccp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DccpMatch {
    /// `--sport` and `--dport`.
    pub ports: PortsMatch,
    /// `--dccp-types`, one bit a type; 10 and above are INVALID.
    pub types: Option<Inv<u16>>,
    /// `--dccp-option`.
    pub option: Option<Inv<u8>>,
}

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

/// A number that is equal to, above or below another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Compare<T> {
    /// `-eq`.
    Eq(T),
    /// `-gt`.
    Gt(T),
    /// `-lt`.
    Lt(T),
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

/// `-m bpf`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BpfMatch {
    /// `--bytecode`.
    Bytecode(Vec<BpfInsn>),
    /// `--object-pinned`, a path; what lies there is not known.
    Pinned(Text),
}

/// One instruction of classic BPF (`struct sock_filter`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct BpfInsn {
    pub code: u16,
    /// How many instructions to skip where a test holds.
    pub jt: u8,
    /// How many where it does not.
    pub jf: u8,
    pub k: u32,
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
