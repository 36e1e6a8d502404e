//! What the program at the sending end sees of a packet's fate.

use crate::explained::Explained;
use crate::explained::last_hook;
use chainwalk_model::{
    App, Entry, Errno, Fate, Hook, L4, Outcome, RejectWith, RoutingDrop, TcpFlags, Trace,
};

/// What the program at the sending end sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It prints this message of the system.
    Prints(&'static str),
    /// A connection attempt that hangs and times out.
    Hangs,
    /// Nothing comes back.
    Silence,
    /// Nothing to be said of a program.
    Unsaid,
}

/// The host's message for an error number.
pub(crate) fn errno(e: Errno) -> &'static str {
    match e {
        Errno::EPERM => "Operation not permitted",
        Errno::EINVAL => "Invalid argument",
        Errno::ENETUNREACH => "Network is unreachable",
        Errno::EHOSTUNREACH => "No route to host",
        Errno::EACCES => "Permission denied",
        Errno::EMSGSIZE => "Message too long",
    }
}

/// What a `connect()` on TCP says to an ICMP error or a reset, and whether a connected UDP socket hears of it
/// (`icmp_err_convert`, `tab_unreach` of ICMPv6); measured.
fn error_of(with: RejectWith, v6: bool) -> (&'static str, bool) {
    match with {
        RejectWith::PortUnreachable | RejectWith::TcpReset => ("Connection refused", true),
        RejectWith::NetUnreachable | RejectWith::NoRoute6 => ("Network is unreachable", false),
        RejectWith::NetProhibited => ("Network is unreachable", true),
        RejectWith::ProtoUnreachable => ("Protocol not available", true),
        RejectWith::HostUnreachable | RejectWith::AddrUnreachable6 => ("No route to host", false),
        RejectWith::AdminProhibited if v6 => ("Permission denied", true),
        RejectWith::HostProhibited | RejectWith::AdminProhibited => ("No route to host", true),
        RejectWith::PolicyFail6 | RejectWith::RejectRoute6 => ("Permission denied", true),
    }
}

/// What `ping` prints for an ICMP error (iputils' `pr_icmph`).
fn ping_prints(with: RejectWith, v6: bool) -> Option<&'static str> {
    Some(match with {
        RejectWith::NetUnreachable => "Destination Net Unreachable",
        RejectWith::HostUnreachable => "Destination Host Unreachable",
        RejectWith::ProtoUnreachable => "Destination Protocol Unreachable",
        RejectWith::PortUnreachable if v6 => "Destination unreachable: Port unreachable",
        RejectWith::PortUnreachable => "Destination Port Unreachable",
        RejectWith::NetProhibited => "Destination Net Prohibited",
        RejectWith::HostProhibited => "Destination Host Prohibited",
        RejectWith::AdminProhibited if v6 => "Destination unreachable: Administratively prohibited",
        RejectWith::AdminProhibited => "Packet filtered",
        RejectWith::NoRoute6 => "Destination unreachable: No route",
        RejectWith::AddrUnreachable6 => "Destination unreachable: Address unreachable",
        RejectWith::PolicyFail6 => "Destination unreachable: Unknown code 5",
        RejectWith::RejectRoute6 => "Destination unreachable: Unknown code 6",
        RejectWith::TcpReset => return None,
    })
}

/// Whether the packet opens a TCP connection.
fn connects(trace: &Trace) -> bool {
    matches!(&trace.sent.packet.l4, L4::Tcp(t) if t.flags.0 & 0x17 == TcpFlags::SYN.0)
}

/// What the sender sees of a packet's end.
pub(crate) fn seen(app: Option<App>, outcome: &Outcome) -> Seen {
    let trace = &outcome.trace;
    let local = matches!(trace.sent.entry, Entry::Local { .. });
    let in_output = local && matches!(last_hook(trace), Some(Hook::Output | Hook::Postrouting));
    let tcp = connects(trace);
    let udp = matches!(trace.sent.packet.l4, L4::Udp { .. });
    let ping = matches!(&trace.sent.packet.l4, L4::Icmp(i) if i.kind == 8 || i.kind == 128);
    // What the kernel answers may be stopped on its own way.
    let replied = outcome.replies.iter().any(|r| r.fate.is_through() != Some(false));
    let quiet = |tcp: bool| if tcp { Seen::Hangs } else { Seen::Silence };
    if !tcp && !udp && !ping && app.is_none() {
        return Seen::Unsaid;
    }
    match &trace.fate {
        Fate::SendError(e) => Seen::Prints(errno(*e)),
        // A call that fails at once says so; a dropped SYN is tried again until it times out.
        Fate::Refused | Fate::Routing(_) if local && trace.errno.is_some() => {
            trace.errno.map_or(Seen::Unsaid, |e| Seen::Prints(errno(e)))
        }
        Fate::Rejected { with, .. } => {
            if in_output && udp {
                return Seen::Prints("Operation not permitted");
            }
            if in_output && tcp && *with == RejectWith::TcpReset {
                return Seen::Hangs;
            }
            if !replied && !in_output {
                return quiet(tcp);
            }
            let v6 = trace.sent.packet.is_v6();
            let (message, heard) = error_of(*with, v6);
            match (ping, tcp || heard) {
                (true, _) => ping_prints(*with, v6).map_or(Seen::Silence, Seen::Prints),
                (false, true) => Seen::Prints(message),
                (false, false) => Seen::Silence,
            }
        }
        Fate::Dropped(_) | Fate::DroppedUnseen(_) if in_output && (udp || ping) => {
            Seen::Prints("Operation not permitted")
        }
        Fate::Dropped(_) | Fate::DroppedUnseen(_) | Fate::Refused | Fate::NotForUs => quiet(tcp),
        Fate::Local { listening: Some(false), .. } => {
            if ping {
                Seen::Unsaid
            } else if !replied && !outcome.replies.is_empty() {
                quiet(tcp)
            } else {
                Seen::Prints("Connection refused")
            }
        }
        Fate::Routing(why) => match why {
            RoutingDrop::NoRoute | RoutingDrop::Unreachable | RoutingDrop::Prohibit if local => {
                Seen::Prints("Network is unreachable")
            }
            RoutingDrop::NoRoute if tcp && replied => Seen::Prints("Network is unreachable"),
            RoutingDrop::Unreachable | RoutingDrop::Prohibit if tcp && replied => {
                Seen::Prints("No route to host")
            }
            _ => quiet(tcp),
        },
        _ => Seen::Unsaid,
    }
}

/// The program as it is called in a sentence.
pub(crate) fn program(t: &Explained) -> String {
    match t.ask().and_then(|a| a.app) {
        Some(App::Curl) => "curl".into(),
        Some(App::Ping) => "ping".into(),
        Some(App::Dig) => "dig".into(),
        Some(App::Nc) => "nc".into(),
        Some(App::Ssh) => "ssh".into(),
        None => String::new(),
    }
}
