//! What the helpers of FTP and TFTP read in a flow's packets, and the flows that they expect of it.
//!
//! Sources: `nf_conntrack_ftp.c`, `nf_conntrack_tftp.c`, `nf_conntrack_expect.c` in `net/netfilter`; of a flow that is
//! translated `nf_nat_ftp.c`, `nf_nat_tftp.c` and `nf_nat_helper.c`.

use super::{Entry, Flows, Info, Zone, status, turned};
use chainwalk_model::{CtDir, L4, OpId, Packet, Tuple};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How long a flow is expected.
const LIFE_MS: u64 = 300_000;

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
    /// Which one.
    pub kind: Kind,
    /// The operation that named it.
    pub named_by: OpId,
}

/// A flow's helper, and what that remembers of it.
#[derive(Clone, Debug)]
pub(crate) struct Helped {
    /// The helper.
    pub helper: Helper,
    /// Where lines begin, in both directions: the sequence numbers behind the last line ends, two at most.
    lines: [Vec<u32>; 2],
    /// Whether NAT rewrote what it read, so that its numbers are no longer known.
    pub rewritten: bool,
}

impl Helped {
    /// A helper on a new flow.
    pub(crate) fn new(helper: Helper) -> Self {
        Self { helper, lines: [Vec::new(), Vec::new()], rewritten: false }
    }

    /// Remembers that a line begins at `seq`; what is older than both that are known is not (`update_nl_seq`).
    fn line_begins(&mut self, dir: CtDir, seq: u32) {
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

/// A flow that is expected.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    /// The flow that it was expected of.
    master: u32,
    src: IpAddr,
    dst: IpAddr,
    proto: u8,
    /// Its destination port; `None` where it is not known.
    dport: Option<u16>,
    /// Of a master that is translated: the direction that the flow will have of it, and the port that was read.
    nat: Option<(CtDir, u16)>,
    /// What its master was, where that has expired and may be gone.
    orphan: Option<Master>,
    zone: Zone,
    until_ms: u64,
    helper: Helper,
}

impl Expected {
    /// What a packet of this direction makes a helper expect (`nf_ct_expect_init`).
    fn of(entry: &Entry, dir: CtDir, helper: Helper, dport: Option<u16>, now_ms: u64) -> Self {
        let back = match helper.kind {
            Kind::Ftp => entry.tuple(turned(dir)),
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
struct Master {
    mark: u32,
    orig: Tuple,
    reply: Tuple,
}

impl Master {
    fn of(entry: &Entry) -> Self {
        Self { mark: entry.mark, orig: entry.orig, reply: entry.reply }
    }

    fn tuple(&self, dir: CtDir) -> Tuple {
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
    /// Its destination.
    pub dst: (IpAddr, u16),
}

/// Text that NAT writes into a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rewrite {
    /// Where the old text begins.
    pub at: usize,
    /// How long it is.
    pub len: usize,
    /// The new text.
    pub with: Vec<u8>,
}

/// What a helper did with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// It lets it pass.
    Passed,
    /// It drops it: half a command, or an expectation that another flow already has.
    Dropped,
    /// It lets it pass with another text.
    Rewritten(Rewrite),
    /// What it reads there can't be said.
    Unsaid,
}

/// What stands in a packet's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
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
enum Form {
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
    fn written(self, addr: IpAddr, port: u16) -> Option<Vec<u8>> {
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

impl Flows {
    /// Flows expire now: whether what was expected of them is forgotten at once depends on when the kernel sweeps.
    pub(super) fn orphan(&mut self, now_ms: u64) {
        let Self { entries, expected, .. } = self;
        for e in expected.iter_mut().filter(|e| e.orphan.is_none()) {
            let master = entries.iter().find(|m| m.id == e.master && !m.lives(now_ms));
            e.orphan = master.map(Master::of);
        }
    }

    /// The expectation that a new flow's tuple fits, used up if it is `sure` (`nf_ct_find_expectation`).
    pub(super) fn expected(&mut self, tuple: Tuple, zone: Zone, now_ms: u64) -> Option<Fitting> {
        let Self { entries, expected, .. } = self;
        let lives = |e: &Expected| e.orphan.is_some() || entries.iter().any(|m| m.id == e.master);
        expected.retain(|e| e.until_ms > now_ms && lives(e));
        let at = expected.iter().rposition(|e| {
            (e.src, e.dst, e.proto) == (tuple.src, tuple.dst, tuple.proto)
                && e.dport.is_none_or(|port| port == tuple.dport)
                && zone_id(e.zone) == zone_id(zone)
        })?;
        let found = &expected[at];
        let alive = || entries.iter().find(|m| m.id == found.master).map(Master::of);
        let master = found.orphan.or_else(alive)?;
        let follow = found.nat.map(|(dir, port)| {
            let there = master.tuple(turned(dir));
            let known = tuple.src == master.tuple(dir).src;
            Follow { src: known.then_some(there.dst), dst: (there.src, port) }
        });
        let doubt = match (found.dport, &found.orphan) {
            (None, _) => Doubt::Whole,
            (Some(_), Some(_)) => Doubt::Swept,
            (Some(_), None) => Doubt::None,
        };
        let fitting = Fitting { helper: found.helper, mark: master.mark, doubt, follow };
        if doubt != Doubt::Whole {
            expected.remove(at);
        }
        Some(fitting)
    }

    /// Expects a flow, instead of what was expected of the same master; false if another master expects the same
    /// (`__nf_ct_expect_check`).
    fn expect(&mut self, new: Expected) -> bool {
        let Self { entries, expected, .. } = self;
        let alive = |id: u32| id == new.master || entries.iter().any(|m| m.id == id);
        expected.retain(|e| e.orphan.is_some() || alive(e.master));
        let same = |e: &Expected| {
            e.master != new.master
                && (e.src, e.dst, e.proto) == (new.src, new.dst, new.proto)
                && e.dport.is_some()
                && e.dport == new.dport
                && zone_id(e.zone) == zone_id(new.zone)
        };
        if expected.iter().any(same) {
            return false;
        }
        expected.retain(|e| e.master != new.master);
        expected.push(new);
        true
    }

    /// A packet that a helper may have read, if its flow has one: what that would expect may be expected, or not.
    pub(crate) fn perhaps_help(&mut self, id: u32, dir: CtDir, helper: Helper, now_ms: u64) {
        let Some(entry) = self.get(id) else { return };
        let new = Expected::of(entry, dir, helper, None, now_ms);
        self.expect(new);
    }

    /// A packet of a helped flow leaves, or is delivered: its helper reads it (`nf_confirm`). `entry` is its flow.
    pub(crate) fn help(
        &mut self,
        entry: &mut Entry,
        packet: &Packet,
        dir: CtDir,
        info: Info,
        now_ms: u64,
    ) -> Done {
        let Some(helper) = entry.helped.as_ref().map(|h| h.helper) else { return Done::Passed };
        let payload = &packet.payload[..];
        let read = match (&packet.l4, helper.kind) {
            (L4::Tcp(tcp), Kind::Ftp) if info == Info::Established && !payload.is_empty() => {
                let Some(own) = &mut entry.helped else { return Done::Passed };
                let at_line = own.lines[side(dir)].contains(&tcp.seq);
                let src = match dir {
                    CtDir::Original => entry.orig.src,
                    CtDir::Reply => entry.reply.src,
                };
                let read = if at_line { ftp(payload, dir, src) } else { Read::Nothing };
                if payload.ends_with(b"\n") && !matches!(read, Read::Partial | Read::Unsaid) {
                    own.line_begins(dir, tcp.seq.wrapping_add(payload.len() as u32));
                }
                match read {
                    // Another address than the sender's own is not expected.
                    Read::Port { addr, .. } if addr != src => Read::Nothing,
                    read => read,
                }
            }
            (L4::Udp { .. }, Kind::Tftp) if asks_for_a_file(payload) => {
                let (addr, port) = (entry.reply.dst, entry.reply.dport);
                Read::Port { addr, port, form: Form::Packet, at: 0, len: 0 }
            }
            _ => Read::Nothing,
        };
        let (port, form, at, len) = match read {
            Read::Nothing => return Done::Passed,
            Read::Partial => return Done::Dropped,
            Read::Unsaid => {
                self.expect(Expected::of(entry, dir, helper, None, now_ms));
                return Done::Unsaid;
            }
            Read::Port { port, form, at, len, .. } => (port, form, at, len),
        };
        let mut new = Expected::of(entry, dir, helper, Some(port), now_ms);
        let translated = entry.has(status::SRC_NAT) || entry.has(status::DST_NAT);
        if translated {
            new.nat = Some(match helper.kind {
                Kind::Ftp => (turned(dir), port),
                Kind::Tftp => (CtDir::Reply, entry.orig.sport),
            });
        }
        let addr = new.dst;
        match (translated, self.expect(new)) {
            (false, true) => Done::Passed,
            (false, false) => Done::Dropped,
            (true, true) => form
                .written(addr, port)
                .map_or(Done::Passed, |with| Done::Rewritten(Rewrite { at, len, with })),
            (true, false) if form == Form::Packet => Done::Dropped,
            (true, false) => {
                // Another port is drawn then.
                self.expect(Expected::of(entry, dir, helper, None, now_ms));
                if let Some(own) = &mut entry.helped {
                    own.rewritten = true;
                }
                Done::Unsaid
            }
        }
    }
}

/// An expectation that a new flow fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fitting {
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

/// Whether a packet of a flow of which it is not known whether it is helped may be one that a helper reads.
pub(crate) fn may_tell(kind: Kind, packet: &Packet, dir: CtDir) -> bool {
    match kind {
        Kind::Ftp => ftp(&packet.payload, dir, packet.ip.src) != Read::Nothing,
        Kind::Tftp => asks_for_a_file(&packet.payload),
    }
}

/// A read or a write request (`tftp_help`).
fn asks_for_a_file(payload: &[u8]) -> bool {
    matches!(payload, [0, 1 | 2, ..])
}

fn side(dir: CtDir) -> usize {
    usize::from(dir == CtDir::Reply)
}

/// Whether sequence number `a` lies before `b`.
fn is_before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) > u32::MAX / 2
}

/// The number of a zone, whichever direction it is of.
fn zone_id(zone: Zone) -> u16 {
    if zone.orig == 0 { zone.reply } else { zone.orig }
}

/// A line of FTP, by its sender's direction and address (`find_pattern`).
fn ftp(line: &[u8], dir: CtDir, src: IpAddr) -> Read {
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
                let ends = at + 1 == N && term.is_none_or(|t| t == *b) && len > 0;
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
