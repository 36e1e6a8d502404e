//! Names of iptables that nft does not take: a chain there may be called nearly anything.

use chainwalk_model::{Backend, Ruleset, TableId, Text};
use std::collections::HashSet;

/// Words that nft takes for its own wherever they stand.
const KEYWORDS: &str = " accept add addrtype all arp atomic audit auto-merge avgpkt bridge burst bytes cgroup chain chains \
    comment constant continue counter counters create ct daddr day dccp debug define delete describe destroy device devices \
    dnat dport drop dscp dup dynamic ecn element elements esp ether exists export exthdr fib file flags flow flowtable \
    flowtables flush fully-random fwd gid goto group handle hash hbh helper hook hour icmp icmpv6 id if iif iifname import in \
    include index inet inner insert interval ip ip6 ipsec jhash jump key last length limit list log mac map maps mark \
    masquerade meta meter meters mh missing mod monitor name netdev nfproto nftrace notrack numgen objref oif oifname option \
    options or over packets persistent pkttype policy port position prefix priority proto protocol queue quota quotas random \
    rate redefine redirect reject rename replace reset return rt ruleset saddr sctp secmark secmarks set sets shl size skgid \
    skuid snaplen snat socket space sport state stateless status symhash synproxy synproxys table tables tcp th time timeout \
    timeouts to tproxy type typeof udp udplite undefine unknown update used using vlan vmap vxlan week with xor xt zone ";

/// The same tables, each table and chain of iptables by a name that nft takes and that nothing else has.
pub(in crate::nft) fn named(rules: &Ruleset) -> Ruleset {
    let mut rules = rules.clone();
    let native = |t: &chainwalk_model::Table| t.backend == Backend::Nft;
    let mut taken: HashSet<_> =
        rules.tables.iter().filter(|t| native(t)).map(|t| (t.family, t.name.clone())).collect();
    for at in 0..rules.tables.len() {
        if native(&rules.tables[at]) {
            continue;
        }
        let family = rules.tables[at].family;
        let name = free(&rules.tables[at].name, |name| taken.contains(&(family, name.clone())));
        taken.insert((family, name.clone()));
        rules.tables[at].name = name;
        let mut chains: HashSet<Text> = HashSet::new();
        for chain in rules.chains.iter_mut().filter(|c| c.table == TableId(at as u32)) {
            chain.name = free(&chain.name, |name| chains.contains(name));
            chains.insert(chain.name.clone());
        }
    }
    rules
}

/// A name as near as can be that nft takes and that is free.
fn free(name: &str, taken: impl Fn(&Text) -> bool) -> Text {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "_-./".contains(c) { c } else { '_' };
    let mut base: String = name.chars().map(plain).collect();
    let starts = base.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts || KEYWORDS.contains(&format!(" {base} ")) || base.ends_with('.') {
        base = format!("_{}", base.trim_end_matches('.'));
    }
    let mut name: Text = base.as_str().into();
    let mut more = 2;
    while taken(&name) {
        name = format!("{base}_{more}").as_str().into();
        more += 1;
    }
    name
}
