//! What the recorded answers call a table and a target.

use chainwalk_model::{Backend, Chain, CtTarget, Host, Target};

/// A table's name; tables of native nft carry their family before it.
pub(super) fn table_name(host: &Host, chain: &Chain) -> String {
    let table = host.rules.table(chain.table);
    if table.backend != Backend::Nft {
        return table.name.to_string();
    }
    format!("{}:{}", table.family.word(), table.name)
}

/// The word behind `-j`.
pub(super) fn target_word(host: &Host, target: &Target) -> String {
    match target {
        Target::Accept => "ACCEPT".into(),
        Target::Drop => "DROP".into(),
        Target::Return => "RETURN".into(),
        Target::Jump(chain) | Target::Goto(chain) => host.rules.chain(*chain).name.to_string(),
        Target::Queue { .. } => "NFQUEUE".into(),
        Target::Reject(_) => "REJECT".into(),
        Target::Log { nflog: false, .. } => "LOG".into(),
        Target::Log { nflog: true, .. } => "NFLOG".into(),
        Target::Mark(_) => "MARK".into(),
        Target::Connmark { .. } => "CONNMARK".into(),
        Target::Dnat(_) => "DNAT".into(),
        Target::Snat(_) => "SNAT".into(),
        Target::Masquerade(_) => "MASQUERADE".into(),
        Target::Redirect(_) => "REDIRECT".into(),
        Target::Netmap(_) => "NETMAP".into(),
        Target::Ct(CtTarget { .. }) => "CT".into(),
        Target::Tos(_) => "TOS".into(),
        Target::Dscp(_) => "DSCP".into(),
        Target::Ttl(_) => "TTL".into(),
        Target::Tcpmss(_) => "TCPMSS".into(),
        Target::Set(_) => "SET".into(),
        Target::Trace => "TRACE".into(),
        Target::Checksum => "CHECKSUM".into(),
        Target::Audit(_) => "AUDIT".into(),
        Target::Classify { .. } => "CLASSIFY".into(),
        Target::Clusterip(_) => "CLUSTERIP".into(),
        Target::Connsecmark { .. } => "CONNSECMARK".into(),
        Target::Dnpt(_) => "DNPT".into(),
        Target::Ecn(_) => "ECN".into(),
        Target::Hmark(_) => "HMARK".into(),
        Target::Idletimer { .. } => "IDLETIMER".into(),
        Target::Led { .. } => "LED".into(),
        Target::Rateest(_) => "RATEEST".into(),
        Target::Secmark(_) => "SECMARK".into(),
        Target::Snpt(_) => "SNPT".into(),
        Target::Synproxy(_) => "SYNPROXY".into(),
        Target::Tcpoptstrip(_) => "TCPOPTSTRIP".into(),
        Target::Tee { .. } => "TEE".into(),
        Target::Tproxy(_) => "TPROXY".into(),
        Target::Ulog { .. } => "ULOG".into(),
        Target::Opaque(o) => o.module.as_deref().unwrap_or(&o.text).into(),
    }
}
