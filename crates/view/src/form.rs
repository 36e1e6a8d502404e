//! The fields of a packet and its line: two ways to write one thing.
//!
//! The line of a form, read again, gives the same form.

use crate::page::PacketForm;
use chainwalk_model::{App, AskAddr, AskEntry, PacketSpec, TcpFlags, proto};

/// The flags that a form shows, each by its word.
const FLAGS: [(u8, &str); 6] = [
    (TcpFlags::FIN.0, "fin"),
    (TcpFlags::SYN.0, "syn"),
    (TcpFlags::RST.0, "rst"),
    (TcpFlags::PSH.0, "psh"),
    (TcpFlags::ACK.0, "ack"),
    (TcpFlags::URG.0, "urg"),
];

/// The form of a packet as it was asked for; `None` for one that follows up another, which has no fields of
/// its own.
pub fn packet_form(ask: &PacketSpec) -> Option<PacketForm> {
    if ask.follow_up.is_some() {
        return None;
    }
    let addr = |a: &Option<AskAddr>| match a {
        Some(AskAddr::Ip(ip)) => ip.to_string(),
        Some(AskAddr::Name(name)) => name.to_string(),
        None => String::new(),
    };
    let text = |n: Option<u32>| n.map_or_else(String::new, |n| n.to_string());
    let wide = |n: Option<u16>| text(n.map(u32::from));
    let short = |n: Option<u8>| text(n.map(u32::from));
    let flags = ask.flags.map_or_else(String::new, |f| {
        let set = FLAGS.iter().filter(|(bit, _)| f.0 & *bit != 0);
        set.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
    });
    Some(PacketForm {
        verb: verb(ask),
        src: addr(&ask.src),
        // The port that every line without one gets is not shown as if it had been said.
        sport: wide(ask.sport.filter(|p| *p != CLIENT_PORT)),
        dst: addr(&ask.dst),
        dport: wide(ask.dport),
        iface: match &ask.entry {
            AskEntry::Iface(name) => name.to_string(),
            _ => String::new(),
        },
        outside: matches!(ask.entry, AskEntry::Iface(_) | AskEntry::Outside),
        flags,
        icmp: short(ask.icmp_type),
        ttl: short(ask.ttl),
        mark: ask.mark.map_or_else(String::new, |m| format!("{m:#x}")),
        rest: rest(ask),
    })
}

/// The source port that a line without one gets.
const CLIENT_PORT: u16 = 51000;

fn verb(ask: &PacketSpec) -> String {
    match (ask.app, ask.proto) {
        (Some(App::Curl), _) => "curl".into(),
        (Some(App::Ping), _) => "ping".into(),
        (_, Some(proto::UDP)) => "udp".into(),
        (_, Some(proto::ICMP)) => "icmp".into(),
        (_, Some(proto::ICMPV6)) => "icmpv6".into(),
        (_, Some(proto::SCTP)) => "sctp".into(),
        (_, Some(proto::TCP) | None) => "tcp".into(),
        (_, Some(other)) => other.to_string(),
    }
}

fn rest(ask: &PacketSpec) -> String {
    let mut words = Vec::new();
    let mut say = |name: &str, value: Option<u64>| {
        if let Some(value) = value {
            words.push(format!("{name} {value}"));
        }
    };
    say("tos", ask.tos.map(u64::from));
    say("id", ask.id.map(u64::from));
    say("seq", ask.seq.map(u64::from));
    say("ack", ask.ack.map(u64::from));
    say("tag", ask.sctp_tag.map(u64::from));
    say("window", ask.window.map(u64::from));
    say("uid", ask.uid.map(u64::from));
    say("gid", ask.gid.map(u64::from));
    say("code", ask.icmp_code.filter(|c| *c != 0).map(u64::from));
    if let Some(payload) = &ask.payload {
        if payload.iter().all(|b| *b == b'x') {
            words.push(format!("len {}", payload.len()));
        } else if payload.iter().all(|b| b.is_ascii_graphic() && *b != b'"' || *b == b' ') {
            let text = String::from_utf8_lossy(payload);
            words.push(format!("payload \"{text}\""));
        } else {
            let digits = payload.iter().map(|b| format!("{b:02x}"));
            words.push(format!("hex {}", digits.collect::<String>()));
        }
    }
    if ask.df == Some(true) {
        words.push("df".into());
    }
    if ask.after_ms > 0 {
        words.push(format!("after {}ms", ask.after_ms));
    }
    words.join(" ")
}

impl PacketForm {
    /// Whether the packet has ports.
    pub fn has_ports(&self) -> bool {
        matches!(self.verb.as_str(), "curl" | "tcp" | "udp" | "sctp")
    }

    /// The line that says what the form says.
    pub fn line(&self) -> String {
        let mut line = self.verb.clone();
        let mut add = |text: &str| {
            line.push(' ');
            line.push_str(text);
        };
        add(&endpoint(&self.dst, if self.has_ports() { &self.dport } else { "" }));
        let sport = if self.has_ports() { &*self.sport } else { "" };
        match (self.src.is_empty(), sport.is_empty()) {
            (true, true) => {}
            (true, false) => add(&format!("sport {sport}")),
            _ => add(&format!("from {}", endpoint(&self.src, sport))),
        }
        if !self.iface.is_empty() {
            add(&format!("in {}", self.iface));
        } else if self.outside {
            add("outside");
        } else if !self.src.is_empty() {
            add("local");
        }
        for (name, value, fits) in [
            ("", &self.flags, matches!(self.verb.as_str(), "curl" | "tcp")),
            ("type", &self.icmp, matches!(self.verb.as_str(), "icmp" | "icmpv6")),
            ("ttl", &self.ttl, true),
            ("mark", &self.mark, true),
        ] {
            if fits && !value.is_empty() {
                add(format!("{name} {value}").trim_start());
            }
        }
        if !self.rest.is_empty() {
            add(&self.rest);
        }
        line.trim_end().to_owned()
    }
}

fn endpoint(addr: &str, port: &str) -> String {
    match (addr.contains(':'), port.is_empty()) {
        (_, true) => addr.to_owned(),
        (true, false) => format!("[{addr}]:{port}"),
        (false, false) => format!("{addr}:{port}"),
    }
}
