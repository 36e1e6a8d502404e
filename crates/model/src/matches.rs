//! What rules test. One variant is one `-m` extension of `man iptables-extensions`; where the extension
//! has several options, each is optional and all that are given must hold.

mod flow;
mod header;
mod host;
mod ipv6;
mod memory;

use crate::nft::Condition;
use crate::packet::{Mac, PacketType};
use crate::span::Text;
use crate::values::{Inv, Masked, Range};
use serde::{Deserialize, Serialize};

pub use flow::*;
pub use header::*;
pub use host::*;
pub use ipv6::*;
pub use memory::*;

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
