//! `-j CLUSTERIP`: one address that several hosts share.
//!
//! - Does: drops what another host of the cluster takes; the walk goes on with the rest.
//! - `-S`: `-j CLUSTERIP --new --hashmode sourceip --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1
//!   --hash-init 0`; later rules of the address have none of it.
//! - `-L`: `CLUSTERIP hashmode=sourceip clustermac=01:02:03:04:05:06 total_nodes=2 local_node=1 hash_init=0`.
//! - Kernel: `net/ipv4/netfilter/ipt_CLUSTERIP.c`, until Linux 6.4.
//! - Not modelled: which host of the cluster takes a packet.

use super::extension::{Given, Seen, TargetExt, Wrong, opt};
use crate::value::{self, Piece, any_word, lead, word};
use chainwalk_model::{ClusterHash, ClusterIp, Expected, Mac, NewClusterIp, Target};

pub(super) const EXT: TargetExt = TargetExt {
    names: &["CLUSTERIP"],
    options: &[
        opt("--new", 0),
        opt("--hashmode", 1),
        opt("--clustermac", 1),
        opt("--total-nodes", 1),
        opt("--local-node", 1),
        opt("--hash-init", 1),
    ],
    build,
    list,
    print,
};

const MODES: [(&str, ClusterHash); 3] = [
    ("sourceip", ClusterHash::Source),
    ("sourceip-sourceport", ClusterHash::SourcePort),
    ("sourceip-sourceport-destport", ClusterHash::SourcePorts),
];

fn hash(i: &str) -> Piece<'_, ClusterHash> {
    value::named(i, &MODES)
}

fn build(given: &Given<'_>) -> Result<Target, Wrong> {
    if !given.flag("--new")? {
        return match given.args.first() {
            Some(_) => Err(given.missing("--new")),
            None => Ok(Target::Clusterip(ClusterIp { new: None })),
        };
    }
    let number = |name| given.plain(name, value::u16n, Expected::Number);
    let hash = given.plain("--hashmode", hash, Expected::Literal("sourceip".into()))?;
    let mac = given.plain("--clustermac", value::mac, Expected::Text)?;
    let init = given.plain("--hash-init", value::u32n, Expected::Number)?;
    let new = NewClusterIp {
        hash: hash.ok_or_else(|| given.missing("--hashmode"))?,
        mac: mac.ok_or_else(|| given.missing("--clustermac"))?,
        total: number("--total-nodes")?.ok_or_else(|| given.missing("--total-nodes"))?,
        local: number("--local-node")?.ok_or_else(|| given.missing("--local-node"))?,
        init: init.unwrap_or(0),
    };
    Ok(Target::Clusterip(ClusterIp { new: Some(new) }))
}

fn list(i: &str, _: Seen) -> Piece<'_, Target> {
    let (i, ()) = word("CLUSTERIP")(i)?;
    let Ok((i, ())) = lead("hashmode=")(i) else {
        return Ok((i, Target::Clusterip(ClusterIp { new: None })));
    };
    let (i, hash) = hash(i)?;
    let (i, mac) = after("clustermac=", i, value::mac)?;
    let (i, total) = after("total_nodes=", i, value::u16n)?;
    let (i, local) = after("local_node=", i, value::u16n)?;
    let (i, init) = after("hash_init=", i, value::u32n)?;
    let new = NewClusterIp { hash, mac, total, local, init };
    // What a later rule of the address prints has no host of the cluster in it.
    let new = (total > 0).then_some(new);
    Ok((i, Target::Clusterip(ClusterIp { new })))
}

/// `name=value`.
fn after<'a, T>(
    name: &'static str,
    i: &'a str,
    piece: impl FnMut(&'a str) -> Piece<'a, T>,
) -> Piece<'a, T> {
    let (i, ()) = lead(name)(i)?;
    let (_, text) = any_word(i)?;
    let found = value::whole(piece, text);
    found.map_or_else(|| value::fail(i), |found| Ok((&i[text.len()..], found)))
}

fn print(target: &Target, _: Seen) -> Option<String> {
    let Target::Clusterip(cluster) = target else { return None };
    let Some(NewClusterIp { hash, mac, total, local, init }) = cluster.new else {
        return Some("-j CLUSTERIP".into());
    };
    let hash = value::name_of(hash, &MODES);
    let Mac(mac) = mac;
    let mac: Vec<String> = mac.iter().map(|b| format!("{b:02x}")).collect();
    let mac = mac.join(":");
    Some(format!(
        "-j CLUSTERIP --new --hashmode {hash} --clustermac {mac} --total-nodes {total} \
         --local-node {local} --hash-init {init}"
    ))
}
