//! What chains are usually for, by their names.

/// Tables and chains that most hosts have no rule in, and that let everything pass then.
pub(super) fn is_usually_empty(table: &str, chain: &str) -> bool {
    match table {
        "filter" => chain == "OUTPUT",
        "nat" | "mangle" | "raw" | "security" => {
            matches!(chain, "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING")
        }
        _ => false,
    }
}

/// Chains that a program makes for others to put rules into, or for those that it bans: without them they return.
pub(super) fn is_for_others(chain: &str) -> bool {
    const BEGINNINGS: [&str; 17] = [
        "f2b-",
        "fail2ban-",
        "sshguard",
        "DOCKER-USER",
        "ufw-before-log",
        "ufw-after-",
        "ufw-reject-",
        "ufw-track-",
        "ufw6-before-log",
        "ufw6-after-",
        "KUBE-EXTERNAL-SERVICES",
        "KUBE-PROXY-FIREWALL",
        // It accepts answers alone.
        "DOCKER-CT",
        "ALLOWIN",
        "ALLOWOUT",
        "DENYIN",
        "DENYOUT",
    ];
    BEGINNINGS.iter().any(|b| chain.starts_with(b))
}

/// Chains of nat in which a program does no more than mark a packet for its way out.
pub(super) fn only_marks(table: &str, chain: &str) -> bool {
    const CHAINS: [&str; 4] =
        ["KUBE-MARK-MASQ", "CNI-HOSTPORT-SETMARK", "NETAVARK-HOSTPORT-SETMARK", "CNI-DN-SETMARK"];
    table == "nat" && CHAINS.contains(&chain)
}
