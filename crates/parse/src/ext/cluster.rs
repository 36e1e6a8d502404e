//! `-m cluster`: this node's share of the flows.
//!
//! - Tests: whether the hash of the flow's first source address falls to one of the nodes.
//! - `-S`: `-m cluster [!] --cluster-local-nodemask 0x00000001 --cluster-total-nodes 2 --cluster-hash-seed
//!   0xdeadbeef`; typed also `--cluster-local-node 1`, which is a bit of the mask.
//! - `-L`: `cluster !node_mask=0x00000001 total_nodes=2 hash_seed=0xdeadbeef`.
//! - Kernel: `net/netfilter/xt_cluster.c`.
//! - Not modelled: the frame's kind, which the match changes for multicast link addresses.

use super::extension::{Given, MatchExt, Seen, Wrong, opt};
use crate::value::{self, Piece, any_word, lead, word};
use chainwalk_model::{ClusterMatch, Expected, Inv, Match};

pub(super) const EXT: MatchExt = MatchExt {
    names: &["cluster"],
    options: &[
        opt("--cluster-total-nodes", 1),
        opt("--cluster-local-node", 1),
        opt("--cluster-local-nodemask", 1),
        opt("--cluster-hash-seed", 1),
    ],
    build,
    list,
    print,
};

fn build(given: &Given<'_>) -> Result<Match, Wrong> {
    let total = given
        .plain("--cluster-total-nodes", node, Expected::Number)?
        .ok_or_else(|| given.missing("--cluster-total-nodes"))?;
    let seed = given
        .plain("--cluster-hash-seed", value::u32n, Expected::Number)?
        .ok_or_else(|| given.missing("--cluster-hash-seed"))?;
    let mask = given.value("--cluster-local-nodemask", value::u32n, Expected::Number)?;
    let node = given.value("--cluster-local-node", node, Expected::Number)?;
    let node = node.map(|n| Inv { not: n.not, value: 1 << (n.value - 1) });
    let nodes = mask.or(node).ok_or_else(|| given.missing("--cluster-local-node"))?;
    Ok(Match::Cluster(ClusterMatch { total, nodes, seed }))
}

/// A number of nodes, 1 to 32.
fn node(i: &str) -> Piece<'_, u32> {
    let (rest, n) = value::u32n(i)?;
    if (1..=32).contains(&n) { Ok((rest, n)) } else { value::fail(i) }
}

fn list(i: &str, _: Seen) -> Piece<'_, Match> {
    let (i, ()) = word("cluster")(i)?;
    let (i, not) = value::bang(i)?;
    let (i, ()) = lead("node_mask=")(i)?;
    let (i, nodes) = value::u32n(i)?;
    let (i, ()) = lead("total_nodes=")(i)?;
    let (i, total) = node(i)?;
    let (rest, seed) = any_word(i)?;
    let seed = seed.strip_prefix("hash_seed=").and_then(|s| value::whole(value::u32n, s));
    let Some(seed) = seed else { return value::fail(i) };
    Ok((rest, Match::Cluster(ClusterMatch { total, nodes: Inv { not, value: nodes }, seed })))
}

fn print(m: &Match, _: Seen) -> Option<String> {
    let Match::Cluster(c) = m else { return None };
    let not = if c.nodes.not { "! " } else { "" };
    Some(format!(
        "-m cluster {not}--cluster-local-nodemask {:#010x} --cluster-total-nodes {} --cluster-hash-seed {:#010x}",
        c.nodes.value, c.total, c.seed
    ))
}
