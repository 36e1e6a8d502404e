//! The helpers of FTP and TFTP: which flow has one, and what it reads in a packet's text.
//!
//! Sources: `nf_conntrack_ftp.c`, `nf_conntrack_tftp.c` in `net/netfilter`, `nf_nat_ftp.c` for what NAT writes.

use chainwalk_model::{CtDir, L4, OpId, Packet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The helpers that are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `ftp`, over TCP.
    Ftp,
    /// `tftp`, over UDP.
    Tftp,
}

impl Kind {
    /// The helper of this name that reads such a packet, if it is followed.
    pub(crate) fn named(name: &str, packet: &Packet) -> Option<Self> {
        match (name, &packet.l4) {
            ("ftp", L4::Tcp(_)) => Some(Self::Ftp),
            ("tftp", L4::Udp { .. }) => Some(Self::Tftp),
            _ => None,
        }
    }

    /// As the kernel names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ftp => "ftp",
            Self::Tftp => "tftp",
        }
    }
}

/// A helper that a rule gives to a flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Helper {
    pub kind: Kind,
    /// The operation that named it.
    pub named_by: OpId,
}

/// A flow's helper, and what that remembers of it.
#[derive(Clone, Debug)]
pub(crate) struct HelperState {
    pub helper: Helper,
    /// Where lines begin, in both directions: the sequence numbers behind the last line ends, two at most.
    pub(super) lines: [Vec<u32>; 2],
    /// Whether NAT rewrote what it read, so that its numbers are no longer known.
    pub rewritten: bool,
}

impl HelperState {
    /// A helper on a new flow.
    pub(crate) fn new(helper: Helper) -> Self {
        Self { helper, lines: [Vec::new(), Vec::new()], rewritten: false }
    }

    /// Remembers that a line begins at `seq`; what is older than both that are known is not (`update_nl_seq`).
    pub(super) fn line_begins(&mut self, dir: CtDir, seq: u32) {
        let lines = &mut self.lines[side(dir)];
        if lines.contains(&seq) {
            return;
        }
        let [first, second] = lines[..] else { return lines.push(seq) };
        let oldest = usize::from(!is_before(first, second));
        if is_before(lines[oldest], seq) {
            lines[oldest] = seq;
        }
    }
}

/// What stands in a packet's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Nothing that the helper looks for.
    Nothing,
    /// A command that is not whole, or not well formed.
    Partial,
    /// An address and a port to expect a flow at, and where in the payload they stand.
    Port { addr: IpAddr, port: u16, form: Form, at: usize, len: usize },
    /// A form of which it is not known how the kernel reads it.
    Unsaid,
}

/// How an address and a port are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `h1,h2,h3,h4,p1,p2`, in PORT and in the answer to PASV.
    Numbers,
    /// `|1|10.0.0.2|4464|`.
    Eprt,
    /// `|||4464|`.
    Epsv,
    /// Not in the text: it is the packet's own.
    Packet,
}

impl Form {
    /// The text that NAT writes (`nf_nat_ftp_fmt_cmd`).
    pub(super) fn written(self, addr: IpAddr, port: u16) -> Option<Vec<u8>> {
        let [high, low] = port.to_be_bytes();
        let text = match (self, addr) {
            (Self::Numbers, addr) => {
                let four = match addr {
                    IpAddr::V4(a) => a.octets().to_vec(),
                    IpAddr::V6(a) => a.octets()[..4].to_vec(),
                };
                format!("{},{},{},{},{high},{low}", four[0], four[1], four[2], four[3])
            }
            (Self::Eprt, IpAddr::V4(addr)) => format!("|1|{addr}|{port}|"),
            (Self::Eprt, IpAddr::V6(addr)) => {
                let groups: Vec<String> =
                    addr.segments().iter().map(|g| format!("{g:04x}")).collect();
                format!("|2|{}|{port}|", groups.join(":"))
            }
            (Self::Epsv, _) => format!("|||{port}|"),
            (Self::Packet, _) => return None,
        };
        Some(text.into_bytes())
    }
}

/// Whether a packet of a flow of which it is not known whether it is helped may be one that a helper reads.
pub(crate) fn may_tell(kind: Kind, packet: &Packet, dir: CtDir) -> bool {
    match kind {
        Kind::Ftp => ftp(&packet.payload, dir, packet.ip.src) != Read::Nothing,
        Kind::Tftp => asks_for_a_file(&packet.payload),
    }
}

/// A read or a write request (`tftp_help`).
pub(super) fn asks_for_a_file(payload: &[u8]) -> bool {
    matches!(payload, [0, 1 | 2, ..])
}

pub(super) fn side(dir: CtDir) -> usize {
    usize::from(dir == CtDir::Reply)
}

/// Whether sequence number `a` lies before `b`.
fn is_before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) > u32::MAX / 2
}

/// A line of FTP, by its sender's direction and address (`find_pattern`).
pub(super) fn ftp(line: &[u8], dir: CtDir, src: IpAddr) -> Read {
    let forms: [(&[u8], Option<u8>); 2] = match dir {
        CtDir::Original => [(b"PORT", Some(b' ')), (b"EPRT", Some(b' '))],
        CtDir::Reply => [(b"227 ", None), (b"229 ", Some(b'('))],
    };
    for (at, (word, skip)) in forms.into_iter().enumerate() {
        let begins = |n: usize| line[..n].eq_ignore_ascii_case(&word[..n]);
        if line.len() <= word.len() {
            if begins(line.len()) {
                return Read::Partial;
            }
            continue;
        }
        if !begins(word.len()) {
            continue;
        }
        let mut begin = word.len();
        if let Some(skip) = skip {
            match line[begin..].iter().position(|b| *b == skip) {
                Some(k) => begin += k + 1,
                None => return Read::Partial,
            }
        }
        let rest = &line[begin..];
        return match (dir, at) {
            (CtDir::Original, 0) => numbers(rest, src, Some(b'\r'), begin),
            (CtDir::Reply, 0) => match rest.iter().position(u8::is_ascii_digit) {
                Some(k) => numbers(&rest[k..], src, None, begin + k),
                None => Read::Partial,
            },
            (CtDir::Original, _) => eprt(rest, src, begin),
            (CtDir::Reply, _) => epsv(rest, src, begin),
        };
    }
    Read::Nothing
}

/// `N` numbers between `sep`s up to `term`, or up to anything else where that is `None`; and how long they are.
/// They may be empty, and run over as the kernel's do (`try_number`).
fn list<const N: usize>(text: &[u8], sep: u8, term: Option<u8>) -> Option<([u32; N], usize)> {
    let mut found = [0_u32; N];
    let mut at = 0;
    for (len, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                let slot = found.get_mut(at)?;
                *slot = slot.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
            }
            b if *b == sep => at += 1,
            b => {
                let ends = at + 1 == N && term.is_none_or(|t| t == *b);
                return ends.then_some((found, len));
            }
        }
    }
    None
}

/// An address as four numbers; of an IPv6 address only the first four bytes are replaced.
fn with_four(src: IpAddr, n: [u32; 4]) -> IpAddr {
    let four = n[0] << 24 | n[1] << 16 | n[2] << 8 | n[3];
    match src {
        IpAddr::V4(_) => Ipv4Addr::from(four).into(),
        IpAddr::V6(own) => {
            let mut bytes = own.octets();
            bytes[..4].copy_from_slice(&four.to_be_bytes());
            Ipv6Addr::from(bytes).into()
        }
    }
}

/// `h1,h2,h3,h4,p1,p2`, which begins at byte `at` of the payload.
fn numbers(text: &[u8], src: IpAddr, term: Option<u8>, at: usize) -> Read {
    let Some(([a, b, c, d, high, low], len)) = list(text, b',', term) else { return Read::Partial };
    let (addr, port) = (with_four(src, [a, b, c, d]), (high << 8 | low) as u16);
    Read::Port { addr, port, form: Form::Numbers, at, len }
}

/// The mark that a list begins with, which may be any sign but a digit.
fn delimiter(text: &[u8]) -> Option<u8> {
    let first = *text.first()?;
    (text.len() > 3 && !first.is_ascii_digit() && (33..=126).contains(&first)).then_some(first)
}

/// `|1|10.0.0.2|4464|` or `|2|2001:db8::2|4464|`.
fn eprt(text: &[u8], src: IpAddr, at: usize) -> Read {
    let Some(mark) = delimiter(text).filter(|m| text[2] == *m) else { return Read::Partial };
    let rest = &text[3..];
    let (addr, len) = match (src, text[1]) {
        (IpAddr::V4(_), b'1') => match list::<4>(rest, b'.', Some(mark)) {
            Some((n, len)) => (with_four(src, n), len),
            None => return Read::Partial,
        },
        (IpAddr::V6(_), b'2') => {
            let Some(len) = rest.iter().position(|b| *b == mark) else { return Read::Unsaid };
            let addr =
                std::str::from_utf8(&rest[..len]).ok().and_then(|t| t.parse::<Ipv6Addr>().ok());
            match addr {
                Some(addr) => (addr.into(), len),
                // The kernel's reader of addresses takes other forms than the usual ones.
                None => return Read::Unsaid,
            }
        }
        _ => return Read::Partial,
    };
    let begin = 3 + len + 1;
    match port(text.get(begin..).unwrap_or_default(), mark) {
        Some((port, len)) => Read::Port { addr, port, form: Form::Eprt, at, len: begin + len },
        None => Read::Partial,
    }
}

/// `|||4464|`.
fn epsv(text: &[u8], src: IpAddr, at: usize) -> Read {
    let Some(mark) = delimiter(text).filter(|m| text[1] == *m && text[2] == *m) else {
        return Read::Partial;
    };
    match port(&text[3..], mark) {
        Some((port, len)) => Read::Port { addr: src, port, form: Form::Epsv, at, len: 3 + len },
        None => Read::Partial,
    }
}

/// A port up to and with `mark`, and how long that is; it runs over as the kernel's does (`get_port`).
fn port(text: &[u8], mark: u8) -> Option<(u16, usize)> {
    let mut port = 0_u16;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b if *b == mark => return (port != 0).then_some((port, at + 1)),
            b'0'..=b'9' => port = port.wrapping_mul(10).wrapping_add(u16::from(byte - b'0')),
            _ => return None,
        }
    }
    None
}
