//! Packets as tools print them: a line of the kernel's log (`IN=eth0 OUT= SRC=…`), of `conntrack`, of `tcpdump`.
//!
//! Each becomes the packet line that asks for the same packet.

use crate::names;
use crate::oneline::protocol;
use chainwalk_model::proto;
use std::fmt::Write as _;
use std::net::IpAddr;

/// A packet that a line shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The packet line that asks for it.
    pub(crate) line: String,
    pub(crate) src: IpAddr,
    pub(crate) dst: IpAddr,
    /// IP protocol number.
    pub(crate) proto: u8,
    pub(crate) sport: Option<u16>,
    pub(crate) dport: Option<u16>,
    /// TCP flags.
    pub(crate) flags: Option<u8>,
    /// The interface it came in by.
    pub(crate) iface: Option<String>,
    /// The interface it leaves by.
    pub(crate) out: Option<String>,
    /// What the rule that logged it puts before; `None` where the line is no log of a rule.
    pub(crate) prefix: Option<String>,
}

/// The packet that a line shows, whatever tool printed it.
pub(crate) fn packet(text: &str) -> Option<Shown> {
    log(text).or_else(|| flow(text)).or_else(|| dump(text))
}

/// The names of TCP's flags from the lowest bit, as a log and as a packet line write them.
const FLAGS: [(&str, &str); 8] = [
    ("FIN", "fin"),
    ("SYN", "syn"),
    ("RST", "rst"),
    ("PSH", "psh"),
    ("ACK", "ack"),
    ("URG", "urg"),
    ("ECE", ""),
    ("CWR", ""),
];

/// A line of the kernel's log that a rule wrote.
pub(crate) fn log(text: &str) -> Option<Shown> {
    let at = start(text)?;
    let (head, body) = text.split_at(at);
    // What an ICMP error quotes stands in brackets.
    let outer = body.split('[').next().unwrap_or(body);
    let all: Vec<&str> = outer.split_whitespace().collect();
    let word = |name: &str| {
        all.iter().find_map(|w| w.strip_prefix(name)?.strip_prefix('=')).filter(|v| !v.is_empty())
    };
    let last = |name: &str| {
        all.iter()
            .rev()
            .find_map(|w| w.strip_prefix(name)?.strip_prefix('='))
            .filter(|v| !v.is_empty())
    };
    let (src, dst) = (word("SRC")?.parse().ok()?, word("DST")?.parse().ok()?);
    let number = match word("PROTO") {
        Some(name) => {
            protocol(name).or_else(|| names::protocol(name)).or_else(|| name.parse().ok())?
        }
        None => return None,
    };
    let mut bits = 0;
    for (bit, (name, _)) in FLAGS.iter().enumerate() {
        bits |= u8::from(all.contains(name)) << bit;
    }
    let (iface, out) = (word("IN"), word("OUT"));
    let mut shown = Shown {
        line: String::new(),
        src,
        dst,
        proto: number,
        sport: word("SPT").and_then(|p| p.parse().ok()),
        dport: word("DPT").and_then(|p| p.parse().ok()),
        flags: (number == proto::TCP).then_some(bits),
        iface: iface.map(str::to_owned),
        out: out.map(str::to_owned),
        prefix: Some(prefix(head)),
    };
    let mut line = ends(&shown);
    match (&shown.iface, &shown.out) {
        (Some(iface), _) => line += &format!(" in {iface}"),
        (None, _) => line += " local",
    }
    if matches!(number, proto::ICMP | proto::ICMPV6) {
        let code = word("CODE").unwrap_or("0");
        if let Some(kind) = word("TYPE") {
            let _ = write!(line, " type {kind} code {code}");
        }
    }
    // Where it is passed on it lost one before the rule saw it.
    let forwarded = u8::from(iface.is_some() && out.is_some());
    let hops = word("TTL").or(word("HOPLIMIT")).and_then(|t| t.parse::<u8>().ok());
    if let Some(hops) = hops.map(|t| t.saturating_add(forwarded)).filter(|t| *t != 64) {
        let _ = write!(line, " ttl {hops}");
    }
    let tos = |name: &str| {
        word(name).and_then(|t| u8::from_str_radix(t.trim_start_matches("0x"), 16).ok())
    };
    let class = match (tos("TOS"), tos("PREC")) {
        (Some(tos), prec) => tos | prec.unwrap_or(0),
        (None, _) => tos("TC").unwrap_or(0),
    };
    if class != 0 {
        let _ = write!(line, " tos {class}");
    }
    if number == proto::UDP
        && let Some(len) = last("LEN").and_then(|l| l.parse::<u16>().ok()).filter(|l| *l > 8)
    {
        let _ = write!(line, " len {}", (len - 8).min(1472));
    }
    if shown.iface.is_none() {
        for (name, say) in [("UID", "uid"), ("GID", "gid")] {
            if let Some(id) = word(name).filter(|v| v.bytes().all(|b| b.is_ascii_digit())) {
                let _ = write!(line, " {say} {id}");
            }
        }
    }
    shown.line = line;
    Some(shown)
}

/// Where the words of a log begin: at `IN=`, behind the prefix.
fn start(text: &str) -> Option<usize> {
    if !text.contains("SRC=") || !text.contains("DST=") || text.contains("TRACE: ") {
        return None;
    }
    let outs = text.find("OUT=")?;
    let mut at = text[..outs].rfind("IN=")?;
    // `PHYSIN=` stands behind; the prefix may end without a blank.
    if text[..at].ends_with("PHYS") {
        at = text[..at].rfind("IN=")?;
    }
    Some(at)
}

/// The prefix of a rule, without what a log puts before it: time, host, `kernel:`, seconds since the start.
fn prefix(head: &str) -> String {
    let mut text = head;
    for mark in ["kernel: ", "kernel:"] {
        if let Some((_, behind)) = text.split_once(mark) {
            text = behind;
            break;
        }
    }
    let trimmed = text.trim_start();
    if let Some((stamp, behind)) = trimmed.strip_prefix('[').and_then(|t| t.split_once(']')) {
        let inner = stamp.trim();
        let clock = inner.contains('.') && inner.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        // `dmesg -T` prints a date there.
        let date = inner.contains(':') && inner.split_whitespace().count() >= 4;
        if clock || date {
            return behind.strip_prefix(' ').unwrap_or(behind).to_owned();
        }
    }
    trimmed.to_owned()
}

/// `tcp A:P > B:P syn`, without where it starts.
fn ends(shown: &Shown) -> String {
    let end = |addr: IpAddr, port: Option<u16>| match (addr, port) {
        (IpAddr::V6(a), Some(port)) => format!("[{a}]:{port}"),
        (addr, Some(port)) => format!("{addr}:{port}"),
        (addr, None) => addr.to_string(),
    };
    let name = match shown.proto {
        proto::TCP => "tcp".to_owned(),
        proto::UDP => "udp".to_owned(),
        proto::ICMP => "icmp".to_owned(),
        proto::ICMPV6 => "icmpv6".to_owned(),
        proto::SCTP => "sctp".to_owned(),
        number => number.to_string(),
    };
    let (from, to) = (end(shown.src, shown.sport), end(shown.dst, shown.dport));
    let mut line = format!("{name} {from} > {to}");
    if let Some(bits) = shown.flags {
        let named = FLAGS.iter().enumerate().filter(|(bit, _)| bits & 1 << bit != 0);
        for (_, (_, word)) in named.filter(|(_, (_, word))| !word.is_empty()) {
            line += " ";
            line += word;
        }
    }
    line
}

/// A line of `conntrack -L` or `-E`: the packet that its first half shows.
fn flow(text: &str) -> Option<Shown> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let word = |name: &str| words.iter().find_map(|w| w.strip_prefix(name)?.strip_prefix('='));
    let (src, dst) = (word("src")?.parse().ok()?, word("dst")?.parse().ok()?);
    let head = words.iter().take_while(|w| !w.starts_with("src="));
    let number = head.clone().find_map(|w| {
        let named = protocol(w).filter(|_| w.parse::<u8>().is_err());
        named.or_else(|| {
            names::protocol(w).filter(|_| w.parse::<u8>().is_err() && !w.starts_with("ipv"))
        })
    })?;
    let mut shown = Shown {
        line: String::new(),
        src,
        dst,
        proto: number,
        sport: word("sport").and_then(|p| p.parse().ok()),
        dport: word("dport").and_then(|p| p.parse().ok()),
        flags: (number == proto::TCP).then_some(2),
        iface: None,
        out: None,
        prefix: None,
    };
    let mut line = ends(&shown);
    if let Some(kind) = word("type") {
        let _ = write!(line, " type {kind} code {}", word("code").unwrap_or("0"));
    }
    shown.line = line;
    Some(shown)
}

/// A line of `conntrack -E` that tells of a new flow: its first packet.
pub(crate) fn event(text: &str) -> Option<Shown> {
    text.trim_start().starts_with("[NEW]").then(|| flow(text))?
}

/// A packet in a line of `tcpdump` that opens something: those behind it say nothing that is asked for.
pub(crate) fn opening(text: &str) -> Option<Shown> {
    // Most lines are none, and there may be very many.
    let shown = text.contains(" > ").then(|| dump(text))??;
    let opens = match shown.flags {
        Some(bits) => bits & 0b1_0111 == 2,
        None => {
            !matches!(shown.proto, proto::ICMP | proto::ICMPV6) || text.contains("echo request")
        }
    };
    opens.then_some(shown)
}

/// A line of `tcpdump`: `10:00:00.1 IP 10.0.0.5.40000 > 10.0.0.1.80: Flags [S], …`.
fn dump(text: &str) -> Option<Shown> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().take(8).position(|w| matches!(*w, "IP" | "IP6"))?;
    let six = words[at] == "IP6";
    // `-v` puts the header's fields in brackets, and the addresses in the next line.
    let arrow = words.iter().position(|w| *w == ">")?;
    if arrow != at + 2 {
        return None;
    }
    let rest = words.get(arrow + 2..)?;
    let told = rest.join(" ");
    let icmp = told.starts_with("ICMP");
    let end = |word: &str| -> Option<(IpAddr, Option<u16>)> {
        let word = word.trim_end_matches(':');
        if let Ok(addr) = word.parse::<IpAddr>() {
            return Some((addr, None));
        }
        let (addr, port) = word.rsplit_once('.')?;
        let port = port.parse().ok().or_else(|| names::service(port))?;
        Some((addr.parse().ok()?, Some(port)))
    };
    let ((src, sport), (dst, dport)) = (end(words[at + 1])?, end(words.get(arrow + 1)?)?);
    let bits = told.strip_prefix("Flags [").and_then(|f| f.split(']').next()).map(|flags| {
        let bit = |c| match c {
            'F' => 1,
            'S' => 2,
            'R' => 4,
            'P' => 8,
            '.' => 16,
            'U' => 32,
            'E' => 64,
            'W' => 128,
            _ => 0,
        };
        flags.chars().fold(0, |bits, c| bits | bit(c))
    });
    let number = match (bits, icmp, sport.or(dport)) {
        (Some(_), ..) => proto::TCP,
        (None, true, _) => {
            if six {
                proto::ICMPV6
            } else {
                proto::ICMP
            }
        }
        (None, false, Some(_)) => proto::UDP,
        _ => return None,
    };
    // `-i any` names the interface and the direction before.
    let (iface, out) = match words.get(at.checked_sub(2).unwrap_or(usize::MAX)..at) {
        Some([name, "In" | "B" | "M"]) => (Some((*name).to_owned()), None),
        Some([name, "Out"]) => (None, Some((*name).to_owned())),
        _ => (None, None),
    };
    let mut shown = Shown {
        line: String::new(),
        src,
        dst,
        proto: number,
        sport,
        dport,
        flags: bits,
        iface,
        out,
        prefix: None,
    };
    let mut line = ends(&shown);
    if let Some(iface) = &shown.iface {
        line += &format!(" in {iface}");
    }
    if icmp {
        let kind = match (six, &*told) {
            (false, t) if t.contains("echo request") => "8 code 0",
            (false, t) if t.contains("echo reply") => "0 code 0",
            (true, t) if t.contains("echo request") => "128 code 0",
            (true, t) if t.contains("echo reply") => "129 code 0",
            (false, t) if t.contains("admin prohibited") => "3 code 13",
            (false, t) if t.contains("port") && t.contains("unreachable") => "3 code 3",
            (false, t) if t.contains("host") && t.contains("unreachable") => "3 code 1",
            (false, t) if t.contains("time exceeded") => "11 code 0",
            (true, t) if t.contains("neighbor solicitation") => "135 code 0",
            (true, t) if t.contains("neighbor advertisement") => "136 code 0",
            (true, t) if t.contains("router solicitation") => "133 code 0",
            (true, t) if t.contains("router advertisement") => "134 code 0",
            _ => return None,
        };
        line += " type ";
        line += kind;
    }
    shown.line = line;
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet_line;

    #[track_caller]
    fn check(text: &str, line: &str, prefix: Option<&str>) {
        let shown = packet(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((&*shown.line, shown.prefix.as_deref()), (line, prefix), "{text}");
        let (ask, found) = packet_line(&shown.line);
        assert!(found.is_empty(), "{line}: {found:?}");
        assert_eq!(
            packet_line(text).0,
            chainwalk_model::PacketSpec { span: packet_line(text).0.span, ..ask }
        );
    }

    #[test]
    fn lines_of_a_log() {
        check(
            "Mar  4 10:00:00 pi kernel: [ 100.000001] dropped: IN=wlan0 OUT= MAC=02:00:00:00:00:37:02:00:00:00:00:4d:08:00 SRC=172.16.55.196 DST=172.16.55.254 LEN=73 TOS=0x00 PREC=0x00 TTL=64 ID=4711 DF PROTO=UDP SPT=40001 DPT=53 LEN=53 ",
            "udp 172.16.55.196:40001 > 172.16.55.254:53 in wlan0 len 45",
            Some("dropped: "),
        );
        check(
            "[Sun Nov 29 10:00:00 2026] [UFW BLOCK] IN=eth0 OUT= MAC= SRC=192.0.2.9 DST=203.0.113.9 LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID=1 DF PROTO=TCP SPT=40000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0",
            "tcp 192.0.2.9:40000 > 203.0.113.9:22 syn in eth0 ttl 52",
            Some("[UFW BLOCK] "),
        );
        check(
            "2026-11-29T10:00:00.1+01:00 gw kernel: FINAL_REJECT: IN=lan0 OUT=wan0 SRC=192.168.1.5 DST=8.8.8.8 LEN=84 TOS=0x00 PREC=0x00 TTL=63 ID=1 DF PROTO=ICMP TYPE=8 CODE=0 ID=7 SEQ=1",
            "icmp 192.168.1.5 > 8.8.8.8 in lan0 type 8 code 0",
            Some("FINAL_REJECT: "),
        );
        check(
            "[12345.678901] IN=eth0 OUT= SRC=fe80:0000:0000:0000:0000:0000:0000:0001 DST=ff02:0000:0000:0000:0000:0000:0000:0001 LEN=64 TC=0 HOPLIMIT=255 FLOWLBL=0 PROTO=ICMPv6 TYPE=134 CODE=0",
            "icmpv6 fe80::1 > ff02::1 in eth0 type 134 code 0 ttl 255",
            Some(""),
        );
        check(
            "kernel: out IN= OUT=eth0 SRC=10.0.0.1 DST=10.0.0.9 LEN=60 TOS=0x10 PREC=0x00 TTL=64 ID=1 PROTO=TCP SPT=5 DPT=25 WINDOW=1 RES=0x00 ACK PSH URGP=0 UID=1000 GID=1000",
            "tcp 10.0.0.1:5 > 10.0.0.9:25 psh ack local tos 16 uid 1000 gid 1000",
            Some("out "),
        );
        check(
            "drop:IN=br0 OUT=br0 PHYSIN=eth1 PHYSOUT=eth2 SRC=10.0.0.1 DST=10.0.0.9 LEN=32 TOS=0x00 PREC=0x00 TTL=63 ID=1 PROTO=2",
            "2 10.0.0.1 > 10.0.0.9 in br0",
            Some("drop:"),
        );
        assert_eq!(
            log("TRACE: raw:PREROUTING:rule:1 IN=eth0 OUT= SRC=1.1.1.1 DST=2.2.2.2 PROTO=TCP"),
            None
        );
        assert_eq!(log("IN=eth0 OUT= SRC=x.x.x.x DST=2.2.2.2 PROTO=TCP"), None);
    }

    #[test]
    fn lines_of_other_tools() {
        check(
            "tcp      6 431999 ESTABLISHED src=10.0.0.5 dst=192.0.2.8 sport=40000 dport=443 src=192.0.2.8 dst=203.0.113.2 sport=443 dport=40000 [ASSURED] mark=0 use=1",
            "tcp 10.0.0.5:40000 > 192.0.2.8:443 syn",
            None,
        );
        check(
            "    [NEW] icmp     1 30 src=10.0.0.5 dst=192.0.2.8 type=8 code=0 id=7 [UNREPLIED] src=192.0.2.8 dst=10.0.0.5 type=0 code=0 id=7",
            "icmp 10.0.0.5 > 192.0.2.8 type 8 code 0",
            None,
        );
        check(
            "10:00:00.123456 IP 10.0.0.5.40000 > 10.0.0.1.http: Flags [S], seq 1, win 64240, length 0",
            "tcp 10.0.0.5:40000 > 10.0.0.1:80 syn",
            None,
        );
        check(
            "10:00:00.123456 eth0  In  IP 10.0.0.5.40000 > 10.0.0.1.53: 1234+ A? example.com. (29)",
            "udp 10.0.0.5:40000 > 10.0.0.1:53 in eth0",
            None,
        );
        check(
            "10:00:00.1 IP6 fd00::5 > fd00::1: ICMP6, echo request, id 1, seq 1, length 64",
            "icmpv6 fd00::5 > fd00::1 type 128 code 0",
            None,
        );
        assert_eq!(
            packet("10:00:00.1 ARP, Request who-has 10.0.0.1 tell 10.0.0.5, length 28"),
            None
        );
        assert_eq!(packet("tcp 10.0.0.5:1 > 10.0.0.1:2 in eth0 syn"), None);
    }
}
