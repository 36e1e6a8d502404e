//! `-m cluster`: whether this node takes the flow.
//!
//! - Written: `--cluster-total-nodes N [!] --cluster-local-nodemask MASK --cluster-hash-seed SEED`.
//! - Listed: `cluster node_mask=0x00000001 total_nodes=2 hash_seed=0xdeadbeef`.
//! - Kernel: `net/netfilter/xt_cluster.c`: a hash of the flow's first source address, as a little-endian
//!   machine reads it, of IPv6 only the first four bytes. A packet without a flow never holds, inverted or not.

use super::facts::{Facts, Reads};
use super::judge::Evaluation;
use crate::context::{Ct, MatchContext};
use crate::jhash::jhash_1word;
use chainwalk_model::{ClusterMatch, ConditionKind, Observed};
use std::net::IpAddr;

pub(super) const FACTS: Facts = Facts::reading(Reads::UNFOLLOWED);

pub(super) fn test(m: ClusterMatch, ctx: &MatchContext, eval: &mut Evaluation) {
    let Ct::Flow(flow) = ctx.ct() else { return eval.lacks(ConditionKind::Node, m.nodes.not) };
    let hash = match flow.orig.src {
        IpAddr::V4(a) => jhash_1word(u32::from_le_bytes(a.octets()), m.seed),
        IpAddr::V6(a) => {
            let [b0, b1, b2, b3, ..] = a.octets();
            jhash_1word(u32::from_le_bytes([b0, b1, b2, b3]), m.seed)
        }
    };
    let node = ((u64::from(hash) * u64::from(m.total)) >> 32) as u32;
    let holds = m.nodes.value >> node & 1 == 1;
    eval.holds(ConditionKind::Node, m.nodes.not, holds, || Observed::Number(u64::from(node) + 1));
}
