//! `docs/limits.md` says of each match and target how much of it is decided. Here each is put into a rule, a
//! packet is sent to it, and the page must say what came of that.
#![allow(clippy::unwrap_used)]

use chainwalk_model::nft::{CT, Header, META};
use chainwalk_model::{OpKind, Question, Target};
use chainwalk_parse::{case, match_names, target_names};
use chainwalk_sim::Session;
use chainwalk_tests::{engine, recorded};
use serde_json::json;
use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../docs/limits.md");

/// A rule for each match: its name, and what stands in the rule. Where a name has several, some may be a
/// question and others not. `6` before the rule is for ip6tables.
const MATCHES: &[(&str, &str)] = &[
    ("addrtype", "-m addrtype --dst-type LOCAL"),
    ("ah", "-p ah -m ah --ahspi 5"),
    ("bpf", "-m bpf --bytecode \"1,6 0 0 65535\""),
    ("cgroup", "-m cgroup --cgroup 7"),
    (
        "cluster",
        "-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 0x1",
    ),
    ("comment", "-m comment --comment words"),
    ("connbytes", "-m connbytes --connbytes 1:9 --connbytes-mode packets --connbytes-dir original"),
    ("connlabel", "-m connlabel --label 3"),
    ("connlimit", "-m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-saddr"),
    ("connmark", "-m connmark --mark 0"),
    ("conntrack", "-m conntrack --ctstate NEW --ctorigdst 10.0.0.1"),
    ("cpu", "-m cpu --cpu 0"),
    ("dccp", "-p dccp -m dccp --dport 80"),
    ("devgroup", "-m devgroup --src-group 0x0"),
    ("dscp", "-m dscp --dscp 0x00"),
    ("dst", "6 -m dst --dst-len 8"),
    ("ecn", "-p tcp -m ecn --ecn-tcp-ece"),
    ("esp", "-p esp -m esp --espspi 5"),
    ("eui64", "6 -m eui64"),
    ("frag", "6 -m frag --fragid 5"),
    (
        "hashlimit",
        "-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name h",
    ),
    (
        "hashlimit",
        "-m hashlimit --hashlimit-above 5/sec --hashlimit-mode srcip --hashlimit-name i --hashlimit-rate-match",
    ),
    ("hbh", "6 -m hbh --hbh-len 8"),
    ("helper", "-m helper --helper ftp"),
    ("hl", "6 -m hl --hl-eq 64"),
    ("icmp", "-p icmp -m icmp --icmp-type 8"),
    ("icmp6", "6 -p icmpv6 -m icmp6 --icmpv6-type 128"),
    ("ipcomp", "-p ipcomp -m ipcomp --ipcompspi 5"),
    ("iprange", "-m iprange --src-range 10.0.0.2-10.0.0.99"),
    ("ipv6header", "6 -m ipv6header --header hop --soft"),
    ("ipvs", "-m ipvs --ipvs"),
    ("length", "-m length --length 20:1500"),
    ("limit", "-m limit --limit 3/sec"),
    ("mac", "-m mac --mac-source 02:00:00:00:03:01"),
    ("mark", "-m mark --mark 0"),
    ("mh", "6 -p ipv6-mh -m mh --mh-type 1"),
    ("multiport", "-p tcp -m multiport --dports 22,80"),
    ("nfacct", "-m nfacct --nfacct-name n"),
    ("osf", "-p tcp -m osf --genre Linux"),
    ("owner", "OUTPUT -m owner --uid-owner 0"),
    ("owner", "OUTPUT -m owner --gid-owner 7 --suppl-groups"),
    ("physdev", "-m physdev --physdev-in eth9"),
    ("pkttype", "-m pkttype --pkt-type unicast"),
    ("policy", "-m policy --dir in --pol none"),
    ("quota", "-m quota --quota 5000"),
    ("rateest", "-m rateest --rateest r --rateest-lt --rateest-bps 1kbit"),
    ("realm", "-m realm --realm 5"),
    ("recent", "-m recent --set --name R"),
    ("rpfilter", "PREROUTING -m rpfilter"),
    ("rt", "6 -m rt --rt-type 0"),
    ("sctp", "-p sctp -m sctp --dport 22"),
    ("sctp", "-p sctp -m sctp --chunk-types any DATA"),
    ("set", "-m set --match-set S src"),
    ("set", "-m set --match-set S src --packets-gt 3"),
    ("socket", "PREROUTING -m socket"),
    ("srh", "6 -m srh --srh-segs-left-eq 1"),
    ("state", "-m state --state NEW"),
    ("statistic", "-m statistic --mode nth --every 2 --packet 0"),
    ("statistic", "-m statistic --mode random --probability 0.5"),
    ("string", "-m string --algo bm --string words"),
    ("tcp", "-p tcp -m tcp --dport 22 --tcp-flags SYN,ACK SYN"),
    ("tcpmss", "-p tcp -m tcpmss --mss 1000:1500"),
    ("time", "-m time --timestart 00:00 --timestop 23:59"),
    ("tos", "-m tos --tos 0x00/0xff"),
    ("ttl", "-m ttl --ttl-eq 64"),
    ("u32", "-m u32 --u32 0>>22&0x3C@0>>16=0:65535"),
    ("udp", "-p udp -m udp --dport 22"),
];

/// A rule for each target: its name, table, chain and rule.
const TARGETS: &[(&str, &str)] = &[
    ("ACCEPT", "filter INPUT -j ACCEPT"),
    ("AUDIT", "filter INPUT -j AUDIT --type accept"),
    ("CHECKSUM", "mangle POSTROUTING -p udp -j CHECKSUM --checksum-fill"),
    ("CLASSIFY", "mangle POSTROUTING -j CLASSIFY --set-class 1:2"),
    (
        "CLUSTERIP",
        "filter INPUT -j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5e:00:00:20 --total-nodes 2 --local-node 1",
    ),
    ("CONNMARK", "mangle PREROUTING -j CONNMARK --set-xmark 0x1/0xffffffff"),
    ("CONNSECMARK", "mangle PREROUTING -j CONNSECMARK --save"),
    ("CT", "raw PREROUTING -j CT --zone 3"),
    ("CT", "raw PREROUTING -p tcp -j CT --helper irc"),
    ("DNAT", "nat PREROUTING -p tcp -j DNAT --to-destination 10.0.0.77:80"),
    ("DNAT", "nat PREROUTING -p tcp -j DNAT --to-destination 10.0.0.77:80-90 --random"),
    ("DNPT", "6 mangle PREROUTING -j DNPT --src-pfx 2001:db8:1::/64 --dst-pfx 2001:db8:2::/64"),
    ("DROP", "filter INPUT -j DROP"),
    ("DSCP", "mangle PREROUTING -j DSCP --set-dscp 0x08"),
    ("ECN", "mangle PREROUTING -p tcp -j ECN --ecn-tcp-remove"),
    ("HL", "6 mangle PREROUTING -j HL --hl-set 9"),
    (
        "HMARK",
        "mangle PREROUTING -j HMARK --hmark-tuple src,dst --hmark-mod 10 --hmark-offset 1 --hmark-rnd 0x1",
    ),
    ("IDLETIMER", "filter INPUT -j IDLETIMER --timeout 5 --label l"),
    ("LED", "filter INPUT -j LED --led-trigger-id l"),
    ("LOG", "filter INPUT -j LOG --log-prefix x"),
    ("MARK", "mangle PREROUTING -j MARK --set-xmark 0x1/0xffffffff"),
    ("MASQUERADE", "nat POSTROUTING -j MASQUERADE"),
    ("MASQUERADE", "nat POSTROUTING -j MASQUERADE --random"),
    ("NETMAP", "nat PREROUTING -d 10.0.0.0/24 -j NETMAP --to 10.1.0.0/24"),
    ("NFLOG", "filter INPUT -j NFLOG --nflog-group 3"),
    ("NFQUEUE", "filter INPUT -j NFQUEUE --queue-num 1"),
    ("NOTRACK", "raw PREROUTING -j NOTRACK"),
    ("QUEUE", "filter INPUT -j NFQUEUE --queue-num 0"),
    (
        "RATEEST",
        "mangle PREROUTING -j RATEEST --rateest-name r --rateest-interval 250.0ms --rateest-ewmalog 500.0ms",
    ),
    ("REDIRECT", "nat PREROUTING -p tcp -j REDIRECT --to-ports 8080"),
    ("REJECT", "filter INPUT -j REJECT"),
    ("RETURN", "filter INPUT -j RETURN"),
    ("SECMARK", "mangle PREROUTING -j SECMARK --selctx c"),
    ("SET", "mangle PREROUTING -j SET --add-set S src"),
    ("SET", "mangle PREROUTING -j SET --map-set S src --map-mark"),
    ("SNAT", "nat POSTROUTING -j SNAT --to-source 10.1.0.1"),
    ("SNAT", "nat POSTROUTING -p tcp -j SNAT --to-source 10.1.0.1:5-9"),
    ("SNPT", "6 mangle POSTROUTING -j SNPT --src-pfx 2001:db8:1::/64 --dst-pfx 2001:db8:2::/64"),
    ("SYNPROXY", "filter INPUT -p tcp -j SYNPROXY --mss 1460"),
    ("TCPMSS", "mangle FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1000"),
    ("TCPOPTSTRIP", "mangle PREROUTING -p tcp -j TCPOPTSTRIP --strip-options 3"),
    ("TEE", "mangle PREROUTING -j TEE --gateway 10.1.0.9"),
    ("TOS", "mangle PREROUTING -j TOS --set-tos 0x10/0x3f"),
    ("TPROXY", "mangle PREROUTING -p tcp -j TPROXY --on-port 99"),
    ("TRACE", "raw PREROUTING -j TRACE"),
    ("TTL", "mangle PREROUTING -j TTL --ttl-set 9"),
    ("ULOG", "filter INPUT -j ULOG --ulog-nlgroup 3"),
];

/// Other names of one extension.
const ALSO: &[(&str, &str)] =
    &[("icmpv6", "icmp6"), ("ipv6-icmp", "icmp6"), ("mport", "multiport"), ("udplite", "udp")];

/// What a rule did to a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    Decided,
    Asked,
}

/// Sends a packet to one rule of a table, and tells whether the rule was a question.
fn meet(table: &str, chain: &str, rule: &str, v6: bool) -> Met {
    let net = |four: &str, six: &str| if v6 { six.to_owned() } else { four.to_owned() };
    let (near, far) = (net("10.0.0.9", "2001:db8::9"), net("10.1.0.5", "2001:db8:1::5"));
    let own = net("10.0.0.1", "2001:db8::1");
    let proto = rule.split_once("-p ").and_then(|(_, r)| r.split(' ').next()).unwrap_or("tcp");
    let mut packet = json!({
        "hook_in": "eth0", "src": near,
        "dst": if matches!(chain, "INPUT" | "PREROUTING") { &own } else { &far },
        "proto": match proto { "ah" => "51", "esp" => "50", "ipcomp" => "108", "dccp" => "33", "ipv6-mh" => "135", p => p },
    });
    if chain == "OUTPUT" {
        packet["hook_in"] = "local".into();
        packet.as_object_mut().unwrap().remove("src");
    }
    if ["tcp", "udp", "sctp"].contains(&proto) {
        packet["sport"] = 40000.into();
        packet["dport"] = 22.into();
        packet["payload"] = "some words in it".into();
    }
    if proto == "tcp" {
        packet["tcp_opts"] = json!({ "mss": 1400, "wscale": 7 });
    }
    if ["ah", "esp", "ipcomp", "dccp", "ipv6-mh"].contains(&proto) {
        packet["payload"] = json!({ "hex": "3b04000000000005000000000000000000000000" });
    }
    let mut case = json!({
        "id": "limits",
        "interfaces": [
            { "name": "eth0", "addrs": [net("10.0.0.1/24", "2001:db8::1/64")] },
            { "name": "eth1", "addrs": [net("10.1.0.1/24", "2001:db8:1::1/64")] },
        ],
        "ipsets": [
            format!("create S hash:ip counters family {}", net("inet", "inet6")),
            format!("add S {near}"),
        ],
        "packets": [packet],
    });
    case[if v6 { "rules6" } else { "rules" }] = json!({ table: format!("-A {chain} {rule}\n") });
    let case = case::read_value(&case).unwrap_or_else(|e| panic!("{rule}: {e}"));
    assert!(case.diagnostics.is_empty(), "{rule}: {:?}", case.diagnostics);
    let read = &case.host.rules.rules[0].ops;
    let opaque = |op: &OpKind| {
        matches!(op, OpKind::Match(chainwalk_model::Match::Opaque(_)))
            || matches!(op, OpKind::Target(Target::Opaque(_)))
    };
    assert!(!read.iter().any(|op| opaque(&op.what)), "{rule} is not read");
    let session: Session = engine::walk(&case);
    let outcome = &session.walks()[0].outcomes[0];
    let visited = outcome.trace.steps.iter().any(|s| s.event == chainwalk_model::Event::Fork(0))
        || session.walks()[0].outcomes.len() == 1;
    assert!(visited, "{rule}");
    let open = |q: &Question| !matches!(q, Question::Random(..));
    let asked =
        session.walks()[0].outcomes.iter().any(|o| o.choices.iter().any(|c| open(&c.question)));
    if asked { Met::Asked } else { Met::Decided }
}

/// The word of the page for what was met.
fn word(met: &[Met]) -> &'static str {
    match (met.contains(&Met::Decided), met.contains(&Met::Asked)) {
        (true, true) => "in part",
        (true, false) => "yes",
        _ => "a question",
    }
}

/// What came of every example of a kind, by name.
fn found(kind: &str) -> BTreeMap<&'static str, &'static str> {
    let mut met: BTreeMap<&str, Vec<Met>> = BTreeMap::new();
    let examples = if kind == "match" { MATCHES } else { TARGETS };
    for (name, rule) in examples {
        let (v6, rule) = rule.strip_prefix("6 ").map_or((false, *rule), |r| (true, r));
        let answer = if kind == "match" {
            let chains = ["PREROUTING", "OUTPUT"];
            let chain = chains.iter().find(|c| rule.starts_with(**c));
            let rest = chain.map_or(rule, |c| rule[c.len()..].trim());
            let table = if chain.is_some() { "mangle" } else { "filter" };
            meet(table, chain.unwrap_or(&"INPUT"), &format!("{rest} -j DROP"), v6)
        } else {
            let mut words = rule.splitn(3, ' ');
            let mut next = || words.next().unwrap();
            let (table, chain) = (next(), next());
            meet(table, chain, next(), v6)
        };
        met.entry(name).or_default().push(answer);
    }
    met.into_iter().map(|(name, met)| (name, word(&met))).collect()
}

/// The rows of the page under this heading: name, word, and the rest.
fn rows(heading: &str) -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let section = PAGE.split("\n## ").find(|s| s.starts_with(heading)).unwrap_or_default();
    let cells = section.lines().filter_map(|l| {
        let mut cells = l.strip_prefix("| `")?.split('|').map(str::trim);
        Some((cells.next()?.trim_matches('`'), (cells.next()?, cells.next()?)))
    });
    cells.collect()
}

/// What is wrong with the page, and which line mends it.
fn complaints(kind: &str, heading: &str, names: &[&'static str]) -> Vec<String> {
    let examples = if kind == "match" { "MATCHES" } else { "TARGETS" };
    let (found, rows) = (found(kind), rows(heading));
    let mut wrong = Vec::new();
    for name in names {
        let Some(word) = found.get(name) else {
            wrong.push(format!("tests/tests/it/limits.rs: add a rule with `{name}` to {examples}"));
            continue;
        };
        match rows.get(name) {
            None => wrong.push(format!(
                "docs/limits.md, {heading}: add `| `{name}` | {word} | … |`, the last cell saying why where it is not exact"
            )),
            Some((said, _)) if said != word => {
                wrong.push(format!("docs/limits.md, {heading}: `{name}` says {said:?} and is {word:?}"));
            }
            Some((said, why)) if *said != "yes" && why.is_empty() => {
                wrong.push(format!("docs/limits.md, {heading}: `{name}` does not say what is a question"));
            }
            Some(_) => {}
        }
    }
    for name in rows.keys().filter(|n| !names.contains(n)) {
        wrong.push(format!("docs/limits.md, {heading}: `{name}` is no {kind} that is read"));
    }
    wrong
}

/// Names without those that are another's.
fn own(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    names.filter(|n| !ALSO.iter().any(|(also, _)| also == n)).collect()
}

#[test]
fn the_page_says_of_each_match_how_much_is_decided() {
    let wrong = complaints("match", "Each match", &own(match_names()));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_page_says_of_each_target_how_much_is_decided() {
    let wrong = complaints("target", "Each target", &own(target_names()));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_page_says_of_each_field_of_nft_how_much_is_decided() {
    let rows: String = PAGE.lines().filter(|l| l.starts_with("| `")).collect();
    let named = |words: &str| rows.contains(&format!("`{words}`"));
    let meta = META.iter().map(|row| format!("meta {}", row.0));
    let ct = CT.iter().map(|row| format!("ct {}", row.0));
    let headers = Header::NAMES.iter().map(|(name, _)| (*name).to_owned());
    let missing: Vec<String> =
        meta.chain(ct).chain(headers).filter(|w| !named(w) && w != "rt").collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_the_page_calls_exact_on_the_way_a_kernel_was_asked() {
    let files = [
        "asked",
        "generated",
        "generated3",
        "helpers",
        "sctp",
        "stack",
        "synproxy",
        "sixrange",
        "ftpnat",
        "timeouts",
        "routing",
    ];
    let lines = files.into_iter().flat_map(recorded::of);
    let ids: Vec<&str> = lines.filter_map(|l| l["case"]["id"].as_str()).collect();
    let rows = rows_of_the_way();
    assert!(rows.len() > 10, "{rows:?}");
    for (what, case) in rows {
        let known = ids.iter().any(|id| *id == case || id.starts_with(&format!("{case}-")));
        assert!(known, "docs/limits.md: {what}: no recorded case or family is called {case:?}");
    }
}

/// What of the way is exact, and the recorded case or family that shows it.
fn rows_of_the_way() -> Vec<(&'static str, &'static str)> {
    let section = PAGE.split("\n## ").find(|s| s.starts_with("The way")).unwrap_or_default();
    let cells = section.lines().filter_map(|l| {
        let mut cells = l.strip_prefix("| ")?.split('|').map(str::trim);
        let (what, case) = (cells.next()?, cells.next()?);
        (case.starts_with('`')).then(|| (what, case.trim_matches('`')))
    });
    cells.collect()
}
