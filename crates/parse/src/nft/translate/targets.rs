//! What a rule of iptables does, in the words of nft.

use super::Of;
use crate::value::mask_len;
use chainwalk_model::print::Printer;
use chainwalk_model::{
    ConnmarkOp, CtTarget, CtZone, Family, Hook, Masked, MssOp, NatRange, Target, TtlOp,
};
use std::fmt::Write as _;

/// A target of iptables; `None` where nft can't say it.
pub(super) fn target(
    target: &Target,
    of: &Of,
    printer: &Printer<'_>,
    family: Family,
) -> Option<String> {
    let header = of.ip();
    match target {
        Target::Accept
        | Target::Drop
        | Target::Return
        | Target::Jump(_)
        | Target::Goto(_)
        | Target::Reject(_) => Some(printer.target(target, family)),
        Target::Queue { rest, .. } if rest.is_empty() => Some(printer.target(target, family)),
        Target::Snat(range)
        | Target::Dnat(range)
        | Target::Masquerade(range)
        | Target::Redirect(range) => {
            // Ports are those of a protocol, and a shifted range has no word.
            let NatRange { ports, base_port, .. } = &**range;
            let said = base_port.is_none() && (ports.is_none() || of.ported().is_some());
            said.then(|| printer.target(target, family))
        }
        Target::Log { prefix, nflog, rest } => log(prefix, *nflog, rest),
        Target::Mark(mark) => Some(set_mark("meta mark", *mark)),
        Target::Connmark { op, shift: 0 } => connmark(*op),
        Target::Netmap(net) => {
            let word = match of.hook? {
                Hook::Prerouting | Hook::Output => "dnat",
                _ => "snat",
            };
            Some(format!("{word} {header} prefix to {}/{}", net.addr, mask_len(net.mask)?))
        }
        Target::Ct(ct) => tracked(ct),
        Target::Dscp(value) => Some(format!("{header} dscp set {value:#04x}")),
        Target::Tos(Masked { value, mask }) => match mask {
            0xff => Some(format!(
                "{header} dscp set {:#04x} {header} ecn set {}",
                value >> 2,
                value & 3
            )),
            0xfc if value.is_multiple_of(4) => {
                Some(format!("{header} dscp set {:#04x}", value >> 2))
            }
            _ => None,
        },
        Target::Ttl(TtlOp::Set(ttl)) => {
            let field = if of.v6 { "ip6 hoplimit" } else { "ip ttl" };
            Some(format!("{field} set {ttl}"))
        }
        Target::Tcpmss(MssOp::ClampToPmtu) => Some("tcp option maxseg size set rt mtu".to_owned()),
        Target::Trace => Some("meta nftrace set 1".to_owned()),
        Target::Classify { major, minor } => Some(format!("meta priority set {major:x}:{minor:x}")),
        Target::Tee { gateway, oif } => {
            let device = oif.as_ref().map_or(String::new(), |oif| format!(" device \"{oif}\""));
            Some(format!("dup to {gateway}{device}"))
        }
        Target::Synproxy(proxy) if !proxy.ecn => Some(chainwalk_model::print::synproxy(proxy)),
        _ => None,
    }
}

/// `LOG` and `NFLOG`, with their options as iptables writes them.
fn log(prefix: &str, nflog: bool, rest: &str) -> Option<String> {
    const LEVELS: [&str; 8] = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];
    if prefix.contains('"') {
        return None;
    }
    let mut text = "log".to_owned();
    if !prefix.is_empty() {
        let _ = write!(text, " prefix \"{prefix}\"");
    }
    if nflog && !rest.contains("--nflog-group") {
        text += " group 0";
    }
    let mut words = rest.split_whitespace();
    while let Some(word) = words.next() {
        let flag = match word {
            "--log-tcp-sequence" => "tcp sequence",
            "--log-tcp-options" => "tcp options",
            "--log-ip-options" => "ip options",
            "--log-uid" => "skuid",
            "--log-macdecode" => "ether",
            _ => {
                let value: usize = words.next()?.parse().ok()?;
                let _ = match word {
                    "--log-level" => write!(text, " level {}", LEVELS.get(value)?),
                    "--nflog-group" => write!(text, " group {value}"),
                    "--nflog-range" | "--nflog-size" => write!(text, " snaplen {value}"),
                    "--nflog-threshold" => write!(text, " queue-threshold {value}"),
                    _ => return None,
                };
                continue;
            }
        };
        let _ = write!(text, " flags {flag}");
    }
    Some(text)
}

/// A mark that becomes `(mark & !mask) ^ value`.
fn set_mark(field: &str, Masked { value, mask }: Masked<u32>) -> String {
    let kept = !mask;
    match (value, mask) {
        (value, u32::MAX) => format!("{field} set {value:#x}"),
        (value, 0) => format!("{field} set {field} ^ {value:#x}"),
        (0, _) => format!("{field} set {field} & {kept:#x}"),
        (value, mask) if value == mask => format!("{field} set {field} | {value:#x}"),
        (value, mask) if value & !mask == 0 => {
            format!("{field} set {field} & {kept:#x} | {value:#x}")
        }
        (value, _) => format!("{field} set {field} & {kept:#x} ^ {value:#x}"),
    }
}

/// nft writes one mark from the other where nothing of what was there is kept.
fn connmark(op: ConnmarkOp) -> Option<String> {
    let copied = |to: &str, from: &str, kept: u32, mask: u32| match (kept, mask) {
        (u32::MAX, u32::MAX) => Some(format!("{to} set {from}")),
        (u32::MAX, mask) => Some(format!("{to} set {from} & {mask:#x}")),
        _ => None,
    };
    match op {
        ConnmarkOp::Set(mark) => Some(set_mark("ct mark", mark)),
        ConnmarkOp::Save { nfmask, ctmask } => copied("ct mark", "meta mark", ctmask, nfmask),
        ConnmarkOp::Restore { nfmask, ctmask } => copied("meta mark", "ct mark", nfmask, ctmask),
    }
}

fn tracked(ct: &CtTarget) -> Option<String> {
    if ct.helper.is_some() || !ct.rest.is_empty() {
        return None;
    }
    if ct.notrack {
        return Some("notrack".to_owned());
    }
    let mut parts = Vec::new();
    for (dir, zone) in [("", ct.zone), ("original ", ct.zone_orig), ("reply ", ct.zone_reply)] {
        match zone {
            None => {}
            Some(CtZone::Id(zone)) => parts.push(format!("ct {dir}zone set {zone}")),
            Some(CtZone::Mark) => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}
