//! Priorities of iptables' tables and of the kernel's own functions on a hook.

use crate::ruleset::Backend;

/// Defragmentation (`NF_IP_PRI_CONNTRACK_DEFRAG`).
pub const DEFRAG: i32 = -400;
/// Table `raw` (`NF_IP_PRI_RAW`).
pub const RAW: i32 = -300;
/// Connection tracking (`NF_IP_PRI_CONNTRACK`).
pub const CONNTRACK: i32 = -200;
/// Table `mangle` (`NF_IP_PRI_MANGLE`).
pub const MANGLE: i32 = -150;
/// Table `nat` in PREROUTING and OUTPUT.
pub const DSTNAT: i32 = -100;
/// Table `filter` (`NF_IP_PRI_FILTER`).
pub const FILTER: i32 = 0;
/// Table `security`; iptables-nft registers it at 150.
pub const SECURITY: i32 = 50;
/// Table `nat` in POSTROUTING and INPUT.
pub const SRCNAT: i32 = 100;
/// Table `security` of iptables-nft.
pub const SECURITY_NFT: i32 = 150;

/// Table `security`, by whose table it is.
pub fn security(backend: Backend) -> i32 {
    match backend {
        Backend::IptablesNft => SECURITY_NFT,
        _ => SECURITY,
    }
}
