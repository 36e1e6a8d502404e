//! `-m tcp`: ports, flags and one option of a TCP segment.
//!
//! - Tests: source and destination port ranges, the flags under a mask, the presence of an option.
//! - `-S`: `-p tcp -m tcp [!] --sport 1:2 [!] --dport 80 [!] --tcp-flags MASK SET [!] --tcp-option 5`;
//!   `--syn` is written out as `--tcp-flags FIN,SYN,RST,ACK SYN`, and `! --dport 0:65535` is lost.
//! - `-L`: `tcp spt:1 dpts:80:90 dpt:!80 flags:0x17/0x02 option=5`; `tcp` alone tests nothing more.
//! - Kernel: `net/netfilter/xt_tcpudp.c`.
//! - Not modelled: nothing.

use super::extension::{Given, MatchExt, Seen, Wrong, alias, opt, put, range_text};
use crate::value::{self, Piece, TCP_FLAGS, lead, word};
use chainwalk_model::{Expected, Inv, Masked, Match, Range, TcpFlags, TcpMatch};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["tcp"],
    options: &[
        alias("--sport", &["--source-port"], 1),
        alias("--dport", &["--destination-port"], 1),
        opt("--tcp-flags", 2),
        opt("--syn", 0),
        opt("--tcp-option", 1),
    ],
    build,
    list,
    print,
};

/// What `--syn` asks: SYN set, FIN, RST and ACK not.
const SYN: Masked<TcpFlags> = Masked { value: TcpFlags::SYN, mask: TcpFlags(0x17) };

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let mut flags = given.inv_flag("--syn").map(|f| Inv { not: f.not, value: SYN });
    if let Some(arg) = given.get("--tcp-flags") {
        let expected = || Expected::Literal("SYN,RST,ACK,FIN".into());
        let mask = arg.read(0, value::tcp_flags, expected())?;
        let value = arg.read(1, value::tcp_flags, expected())?;
        flags = Some(Inv { not: arg.not, value: Masked { value, mask } });
    }
    Ok(Match::Tcp(TcpMatch {
        sport: given.value("--sport", value::rising_ports, Expected::PortOrRange)?,
        dport: given.value("--dport", value::rising_ports, Expected::PortOrRange)?,
        flags,
        option: given.value("--tcp-option", value::u8n, Expected::Number)?,
    }))
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (mut i, ()) = word("tcp")(i)?;
    let mut tcp = TcpMatch::default();
    loop {
        if let Ok((rest, port)) = listed_port("spt", i) {
            (i, tcp.sport) = (rest, Some(port));
        } else if let Ok((rest, port)) = listed_port("dpt", i) {
            (i, tcp.dport) = (rest, Some(port));
        } else if let Ok((rest, flags)) = listed_flags(i) {
            (i, tcp.flags) = (rest, Some(flags));
        } else if let Ok((rest, option)) = listed_option(i) {
            (i, tcp.option) = (rest, Some(option));
        } else {
            return Ok((i, Match::Tcp(tcp)));
        }
    }
}

/// `dpt:80`, `dpt:!80`, `dpts:80:90`, `dpts:!80:90`, with `name` `dpt` or `spt`.
pub(super) fn listed_port<'a>(name: &'static str, i: &'a str) -> Piece<'a, Inv<Range<u16>>> {
    let (i, ()) = lead(name)(i)?;
    let (i, many) = i.strip_prefix('s').map_or((i, false), |i| (i, true));
    let (i, ()) = lead(":")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = if many {
        value::port_range(i)?
    } else {
        let (i, port) = value::port(i)?;
        (i, Range { first: port, last: port })
    };
    let (i, ()) = value::boundary(i)?;
    Ok((i, Inv { not, value }))
}

fn listed_flags(i: &str) -> Piece<'_, Inv<Masked<TcpFlags>>> {
    let (i, ()) = lead("flags:")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, mask) = value::tcp_flags(i)?;
    let (i, ()) = lead("/")(i)?;
    let (i, value) = value::tcp_flags(i)?;
    let (i, ()) = value::boundary(i)?;
    Ok((i, Inv { not, value: Masked { value, mask } }))
}

/// `option=5`, `option=!5`.
pub(super) fn listed_option(i: &str) -> Piece<'_, Inv<u8>> {
    let (i, ()) = lead("option=")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, value) = value::u8n(i)?;
    let (i, ()) = value::boundary(i)?;
    Ok((i, Inv { not, value }))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Tcp(tcp) = m else { return None };
    let mut out = String::from("-m tcp");
    put(&mut out, "--sport", tcp.sport, |r| range_text(r, ':'));
    put(&mut out, "--dport", tcp.dport, |r| range_text(r, ':'));
    put(&mut out, "--tcp-flags", tcp.flags, |f| {
        format!("{} {}", flags_text(f.mask), flags_text(f.value))
    });
    put(&mut out, "--tcp-option", tcp.option, |o| o.to_string());
    Some(out)
}

fn flags_text(flags: TcpFlags) -> String {
    let names: Vec<&str> =
        TCP_FLAGS.iter().filter(|(_, bit)| flags.0 & bit != 0).map(|(name, _)| *name).collect();
    if names.is_empty() { "NONE".into() } else { names.join(",") }
}
