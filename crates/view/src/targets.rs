//! Targets in netfilter's own words, the same in every language.

use crate::values::{between, masked, network, range};
use chainwalk_model::Printer;
use chainwalk_model::{AuditType, Backend, ChainId, NatRange, RejectWith, Ruleset, Target, TtlOp};

/// The target of a rule of a chain in netfilter's words (`REJECT host-prohibited`, `DNAT 172.18.0.6:80`); in native nft
/// in its own.
pub(crate) fn target_text(rules: &Ruleset, chain: ChainId, target: &Target) -> String {
    let table = rules.table(rules.chain(chain).table);
    if table.backend == Backend::Nft {
        return Printer::short(rules).target(target, table.family);
    }
    match target {
        Target::Accept => "ACCEPT".into(),
        Target::Drop => "DROP".into(),
        Target::Return => "RETURN".into(),
        Target::Jump(chain) => rules.chain(*chain).name.to_string(),
        Target::Goto(chain) => format!("goto {}", rules.chain(*chain).name),
        Target::Queue { num, bypass, .. } => {
            format!("NFQUEUE {num}{}", if *bypass { " bypass" } else { "" })
        }
        Target::Reject(with) => format!("REJECT {}", reject(*with)),
        Target::Log { prefix, nflog, .. } => {
            let name = if *nflog { "NFLOG" } else { "LOG" };
            if prefix.is_empty() { name.into() } else { format!("{name} {prefix:?}") }
        }
        Target::Mark(m) => format!("MARK {}", masked(*m)),
        Target::Connmark { .. } => "CONNMARK".into(),
        Target::Dnat(to) => nat("DNAT", **to),
        Target::Snat(to) => nat("SNAT", **to),
        Target::Masquerade(to) => nat("MASQUERADE", **to),
        Target::Redirect(to) => nat("REDIRECT", **to),
        Target::Netmap(to) => format!("NETMAP {}", network(*to)),
        Target::Ct(ct) => if ct.notrack { "NOTRACK" } else { "CT" }.into(),
        Target::Tos(v) => format!("TOS {:#04x}", v.value),
        Target::Dscp(v) => format!("DSCP {v:#04x}"),
        Target::Ttl(op) => match op {
            TtlOp::Set(n) => format!("TTL {n}"),
            TtlOp::Inc(n) => format!("TTL +{n}"),
            TtlOp::Dec(n) => format!("TTL -{n}"),
        },
        Target::Tcpmss(_) => "TCPMSS".into(),
        Target::Set(_) => "SET".into(),
        Target::Trace => "TRACE".into(),
        Target::Checksum => "CHECKSUM".into(),
        Target::Audit(kind) => match kind {
            AuditType::Accept => "AUDIT accept".into(),
            AuditType::Drop => "AUDIT drop".into(),
            AuditType::Reject => "AUDIT reject".into(),
        },
        Target::Classify { major, minor } => format!("CLASSIFY {major:x}:{minor:x}"),
        Target::Clusterip(_) => "CLUSTERIP".into(),
        Target::Connsecmark { restore } => {
            format!("CONNSECMARK {}", if *restore { "restore" } else { "save" })
        }
        Target::Dnpt(pair) => {
            format!("DNPT {}/{} {}/{}", pair.from.addr, pair.from.len, pair.to.addr, pair.to.len)
        }
        Target::Ecn(_) => "ECN".into(),
        Target::Hmark(m) => format!("HMARK {:#x} + {}", m.offset, m.modulus),
        Target::Idletimer { timeout, label, .. } => format!("IDLETIMER {label} {timeout} s"),
        Target::Led { id, .. } => format!("LED {id}"),
        Target::Rateest(set) => format!("RATEEST {}", set.name),
        Target::Secmark(context) => format!("SECMARK {context}"),
        Target::Snpt(pair) => {
            format!("SNPT {}/{} {}/{}", pair.from.addr, pair.from.len, pair.to.addr, pair.to.len)
        }
        Target::Synproxy(_) => "SYNPROXY".into(),
        Target::Tcpoptstrip(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(u8::to_string).collect();
            format!("TCPOPTSTRIP {}", kinds.join(","))
        }
        Target::Tee { gateway, .. } => format!("TEE {gateway}"),
        Target::Tproxy(to) => {
            let addr = to.addr.map(|a| a.to_string()).unwrap_or_default();
            format!("TPROXY {addr}:{}", to.port)
        }
        Target::Ulog { prefix, .. } if prefix.is_empty() => "ULOG".into(),
        Target::Ulog { prefix, .. } => format!("ULOG {prefix:?}"),
        Target::Nft(statement) => Printer::short(rules).statement(statement),
        Target::Opaque(o) => o.text.to_string(),
    }
}

fn nat(name: &str, to: NatRange) -> String {
    let addr = to.addrs.map(between).unwrap_or_default();
    let port = to.ports.map(|p| format!(":{}", range(p).replace(':', "-"))).unwrap_or_default();
    if addr.is_empty() && port.is_empty() { name.into() } else { format!("{name} {addr}{port}") }
}

/// What REJECT sends, without its family.
pub(crate) fn reject(with: RejectWith) -> &'static str {
    match with {
        RejectWith::NetUnreachable => "net-unreachable",
        RejectWith::HostUnreachable => "host-unreachable",
        RejectWith::ProtoUnreachable => "proto-unreachable",
        RejectWith::PortUnreachable => "port-unreachable",
        RejectWith::NetProhibited => "net-prohibited",
        RejectWith::HostProhibited => "host-prohibited",
        RejectWith::AdminProhibited => "admin-prohibited",
        RejectWith::TcpReset => "tcp-reset",
        RejectWith::NoRoute6 => "no-route",
        RejectWith::AddrUnreachable6 => "addr-unreachable",
        RejectWith::PolicyFail6 => "policy-fail",
        RejectWith::RejectRoute6 => "reject-route",
    }
}
