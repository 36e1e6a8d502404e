//! A paste without a packet is told: who gets in, what is published and listens, which packets to ask for. All of it can
//! be sent, and nothing is said of a fate that was not walked.

use chainwalk::model::Severity;
use chainwalk::view::{Lang, Overview, Tone, Tried, overview};
use chainwalk::{Case, Doc, Played, Scenario, Viewpoint};
use chainwalk_tests::oracle;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

fn of(paste: &str) -> Played {
    Scenario { docs: vec![Doc::pasted(paste)], ..Scenario::default() }.play()
}

fn told(played: &Played, lang: Lang) -> Option<Overview> {
    played.explain(&Viewpoint { lang, ..Viewpoint::default() }, overview)
}

/// What becomes of every packet of an overview.
fn tried(played: &Played, told: &Overview) -> HashMap<String, Tried> {
    let mut tries = played.tries(told.lines());
    let mut out = HashMap::new();
    while let Some(tried) = tries.step(played, &Viewpoint::default()) {
        out.insert(tried.line.clone(), tried);
    }
    out
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let listed =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> =
        listed.filter(|p| p.extension().is_some_and(|e| e == "txt")).collect();
    files.sort();
    files
}

/// The paste of a file: of a case its text, else all of it.
fn paste(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    match Case::read(&text) {
        Ok((case, _)) => case.scenario.paste(),
        Err(_) => text,
    }
}

/// All words of an overview.
fn words(told: &Overview) -> Vec<&str> {
    let rows = told.sections.iter().flat_map(|s| s.rows.iter());
    let rows = rows.flat_map(|r| [&*r.who, &*r.what, &*r.also, &*r.to, &*r.by]);
    let titles = told.sections.iter().map(|s| &*s.title);
    let chains = told.chains.iter().flat_map(|c| [&*c.name, &*c.meaning, &*c.note]);
    let packets = told.packets.iter().flat_map(|g| g.packets.iter());
    let packets = packets.flat_map(|p| [&*p.words, &*p.from, &*p.about]);
    let groups = told.packets.iter().map(|g| &*g.title);
    let missing = told.missing.iter().map(|run| &*run.text);
    rows.chain(titles).chain(chains).chain(packets).chain(groups).chain(missing).collect()
}

/// What holds of every paste.
fn holds(name: &str, text: &str) {
    let played = of(text);
    let Some(english) = told(&played, Lang::En) else {
        assert!(played.reading().hosts.is_empty(), "{name}: a host was read, and nothing is told");
        return;
    };
    let chinese = told(&played, Lang::Zh).expect("the same in Chinese");
    for (lang, told) in [(Lang::En, &english), (Lang::Zh, &chinese)] {
        for word in words(told) {
            assert!(!word.contains("{$") && !word.contains("{ $"), "{name} {lang:?}: {word}");
            assert!(!word.starts_with("over-"), "{name} {lang:?}: {word} has no sentence");
        }
    }
    assert_eq!(english.lines(), chinese.lines(), "{name}: a language changes no packet");
    for row in english.sections.iter().flat_map(|s| &s.rows) {
        let Some(span) = row.span else { continue };
        let line = text.get(span.start as usize..span.end as usize);
        assert!(line.is_some_and(|l| !l.trim().is_empty()), "{name}: {row:?} stands nowhere");
    }
    let fates = tried(&played, &english);
    let own: Vec<String> = played
        .host()
        .interfaces
        .iter()
        .flat_map(|i| i.addrs.iter().map(|a| a.value.addr.to_string()))
        .collect();
    for line in english.lines() {
        let (_, problems) = played.draft(&line);
        let wrong = problems.iter().any(|p| p.severity == Severity::Error);
        assert!(!wrong, "{name}: {line} can't be read: {problems:?}");
        let fate = fates.get(&line).unwrap_or_else(|| panic!("{name}: {line} was not tried"));
        assert!(fate.tone != Tone::Idle && !fate.text.is_empty(), "{name}: {line}: {fate:?}");
        let from = line.split_once(" from ").and_then(|(_, from)| from.split(' ').next());
        if let Some(from) = from {
            assert!(!own.iter().any(|a| a == from), "{name}: {line} comes from this host itself");
        }
    }
}

#[test]
fn every_example_has_an_overview_whose_packets_can_be_sent() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples");
    let all = files(&folder);
    assert!(all.len() > 10);
    for path in all {
        let text = paste(&path);
        holds(&path.display().to_string(), &text);
        let told = told(&of(&text), Lang::En).expect("an example speaks of a host");
        assert!(!told.packets.is_empty(), "{}: nothing to ask for", path.display());
        assert!(!told.chains.is_empty(), "{}: no chains", path.display());
    }
}

#[test]
#[ignore = "it reads public pastes beside the repository"]
fn every_paste_that_was_reported_has_one() {
    let all = files(&oracle::shared("reports"));
    if all.is_empty() {
        chainwalk_tests::skipped("there are no public pastes beside the repository");
        return;
    }
    for path in all {
        holds(&path.display().to_string(), &paste(&path));
    }
}

const PLAIN: &str = "\
-P INPUT DROP
-P FORWARD DROP
-P OUTPUT ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -s 203.0.113.0/24 -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT
";

#[test]
fn a_single_chain_is_told_in_its_order_to_the_policy() {
    let told = told(&of(PLAIN), Lang::En).expect("told");
    let [section] = &told.sections[..] else { panic!("{:?}", told.sections) };
    assert!(section.ordered);
    let rows: Vec<(&str, &str, &str)> =
        section.rows.iter().map(|r| (&*r.who, &*r.what, &*r.to)).collect();
    assert_eq!(
        rows,
        [
            ("this host", "anything over lo", "accepted"),
            ("known peers", "answers of known connections", "accepted"),
            ("203.0.113.0/24", ":22/tcp", "accepted"),
            ("anyone", ":80 :443/tcp", "accepted"),
            ("anyone", "all else", "policy DROP"),
        ]
    );
}

#[test]
fn the_sender_is_one_of_whom_no_rule_speaks_and_curl_asks_for_what_speaks_http() {
    let plain = told(&of(PLAIN), Lang::En).expect("told");
    let lines = plain.lines();
    let curl = lines.iter().find(|l| l.starts_with("curl 192.0.2.10:80 ")).expect("port 80");
    assert!(curl.contains(" from 198.51.100.9 "), "203.0.113.0/24 is spoken of: {curl}");
    assert_eq!(plain.stands_for.as_deref(), Some("192.0.2.10"));
    let redis = PLAIN.replace("--dports 80,443", "--dports 6379");
    let redis = told(&of(&redis), Lang::En).expect("told");
    assert!(
        redis.lines().iter().any(|l| l.starts_with("nc 192.0.2.10 6379 ")),
        "{:?}",
        redis.lines()
    );
}

#[test]
fn what_docker_publishes_stands_with_its_container_and_gets_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples");
    let text = paste(&folder.join("03-ufw-does-not-stop-docker.txt"));
    let played = of(&text);
    let told = told(&played, Lang::En).expect("told");
    let row = told.sections[0].rows.first().expect("a published port");
    assert_eq!((&*row.what, &*row.to), (":8080/tcp", "172.17.0.2:80 behind docker0"));
    let line = row.line.as_ref().expect("its packet");
    let fate = &tried(&played, &told)[line];
    assert_eq!((fate.tone, &*fate.text), (Tone::Ok, "to 172.17.0.2:80"));
}

#[test]
fn the_services_of_kube_proxy_are_found_in_both_of_its_modes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples");
    let services = |name: &str| {
        let told = told(&of(&paste(&folder.join(name))), Lang::En).expect("told");
        let all = told.services.expect("Services").all;
        all.into_iter()
            .map(|s| (s.name, s.at, s.node_port, s.endpoints, s.broken))
            .collect::<Vec<_>>()
    };
    let one = |name: &str, at: &str, node, endpoints, broken| {
        (name.to_owned(), at.to_owned(), node, endpoints, broken)
    };
    let iptables = services("01-nodeport-no-route.txt");
    assert!(iptables.contains(&one("default/frontend", "10.254.6.77:80", Some(11103), 3, false)));
    assert_eq!(
        services("14-kube-proxy-nftables.txt"),
        [
            one("shop/api:http", "10.96.70.3:80", None, 0, true),
            one("shop/web:http", "10.96.44.7:80", None, 2, false),
        ]
    );
}

#[test]
fn rules_of_nft_are_told_by_what_they_open_for_whom() {
    let paste = "table inet f {\n\tset staff {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.7 }\n\t}\n\
        \tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\
        \t\tct state established,related accept\n\t\tiifname \"lo\" accept\n\
        \t\tip saddr @staff tcp dport 22 accept\n\t\ttcp dport { 80, 443 } accept\n\t}\n\
        \tchain fwd {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tjump inner\n\t}\n\
        \tchain inner {\n\t\tudp dport 53 drop\n\t}\n}\n";
    let played = of(paste);
    let told = told(&played, Lang::En).expect("told");
    let here = told.sections.iter().find(|s| s.title.contains("INPUT")).expect("INPUT");
    let rows: Vec<(&str, &str)> = here.rows.iter().map(|r| (&*r.who, &*r.what)).collect();
    assert!(rows.contains(&("@staff", ":22/tcp")), "{rows:?}");
    assert!(rows.contains(&("anyone", ":80 :443/tcp")), "{rows:?}");
    let chains: Vec<(u8, &str, Option<usize>)> =
        told.chains.iter().map(|c| (c.depth, &*c.name, c.rules)).collect();
    assert_eq!(
        chains,
        [
            (0, "inet f", None),
            (1, "input · input, filter", Some(4)),
            (1, "fwd · forward, filter", Some(1)),
            (2, "inner", Some(1)),
        ]
    );
    let line = told.lines().into_iter().find(|l| l.starts_with("ssh ")).expect("ssh");
    assert!(line.contains("from 192.0.2.7"), "{line}");
}

#[test]
fn a_policy_is_not_told_where_a_rule_before_it_takes_all() {
    let paste = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n\
        -A INPUT -j REJECT --reject-with icmp-host-prohibited\n-A OUTPUT -j ACCEPT\nCOMMIT\n";
    let told = told(&of(paste), Lang::En).expect("told");
    let here = told.sections.iter().find(|s| s.title.contains("INPUT")).expect("INPUT");
    let last = here.rows.last().expect("the rest");
    assert_eq!((&*last.what, &*last.to), ("all else", "rejected, host-prohibited"));
    assert_eq!(last.tone, Some(Tone::Stop));
    assert!(here.rows.iter().all(|r| !r.to.contains("policy")));
}

#[test]
fn facts_alone_tell_what_listens_and_what_is_missing() {
    let paste = "# ip -br addr\nlo UNKNOWN 127.0.0.1/8\neth0 UP 192.0.2.5/24\n# ss -tuln\n\
        Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\n\
        tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\ntcp LISTEN 0 128 127.0.0.1:5432 0.0.0.0:*\n";
    let told = told(&of(paste), Lang::En).expect("told");
    let [section] = &told.sections[..] else { panic!("{:?}", told.sections) };
    let rows: Vec<&str> = section.rows.iter().map(|r| &*r.what).collect();
    assert_eq!(rows, [":22/tcp", "127.0.0.1:5432/tcp"]);
    assert!(told.lines().is_empty(), "nothing is walked without rules");
    let missing: String = told.missing.iter().map(|r| &*r.text).collect();
    assert!(missing.contains("firewall rules"), "{missing}");
}

#[test]
fn of_a_map_of_verdicts_those_that_accept_are_open() {
    let paste = "table inet f {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\
        \t\ttcp dport vmap { 22 : accept, 23 : drop, 443 : accept }\n\t}\n\
        \tchain fwd {\n\t\ttype filter hook forward priority filter; policy drop;\n\
        \t\tudp dport 53 accept\n\t}\n}\n";
    let told = told(&of(paste), Lang::En).expect("told");
    let here = told.sections.iter().find(|s| s.title.contains("INPUT")).expect("INPUT");
    let all: String = here.rows.iter().map(|r| [&*r.what, " "].concat()).collect();
    assert!(all.contains("22") && all.contains("443") && !all.contains("23"), "{all}");
}

#[test]
fn what_was_pasted_is_not_missing() {
    let missing = |paste: &str| -> String {
        let told = told(&of(paste), Lang::En).expect("told");
        told.missing.iter().map(|r| r.text.as_str()).collect()
    };
    assert!(missing(PLAIN).contains("address"), "{}", missing(PLAIN));
    let with = missing(&["$ ip -br addr\neth0 UP 10.0.0.1/24\n", PLAIN].concat());
    assert!(!with.contains("address"), "{with}");
    // That of lo says nothing.
    let lo = missing(&["$ ip -br addr\nlo UNKNOWN 127.0.0.1/8\n", PLAIN].concat());
    assert!(lo.contains("address"), "{lo}");
}

#[test]
fn chains_of_one_hook_are_told_in_the_order_they_run_in_and_that_both_are_asked() {
    let paste = "table inet late {\n\tchain last {\n\t\ttype filter hook forward priority 200; policy drop;\n\
        \t\tudp dport 53 accept\n\t}\n}\n\
        table inet early {\n\tchain first {\n\t\ttype filter hook forward priority filter - 10; policy accept;\n\
        \t\tiifname \"lan\" accept\n\t}\n}\n";
    let told = told(&of(paste), Lang::En).expect("told");
    let through = told.sections.iter().find(|s| s.title.contains("FORWARD")).expect("FORWARD");
    let rest = through.rows.iter().filter(|r| r.to.contains("policy"));
    let rest: Vec<(&str, &str, &str)> = rest.map(|r| (&*r.by, &*r.to, &*r.also)).collect();
    assert_eq!(
        rest,
        [("first", "policy accept", "then last is asked, too"), ("last", "policy drop", ""),]
    );
}

#[test]
fn rules_that_could_not_be_read_are_counted() {
    let paste = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -m xyzzy --foo -j DROP\n-A INPUT -m plugh --foo -j DROP\n\
        -A FORWARD -p tcp -j DROP\nCOMMIT\n";
    for (lang, words) in [(Lang::En, "could not be read"), (Lang::Zh, "无法读懂")] {
        let told = told(&of(paste), lang).expect("told");
        let row = told.sections.iter().flat_map(|s| &s.rows).find(|r| r.to == words).expect("row");
        assert!(row.what.contains('2') && row.tone == Some(Tone::Depends), "{row:?}");
    }
}

#[test]
fn an_address_that_the_paste_hides_is_not_anyone() {
    let played = of("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
                     -A INPUT -s x.x.x.x/32 -p tcp -m tcp --dport 22 -j ACCEPT\n\
                     -A INPUT -p tcp -m tcp --dport 443 -j ACCEPT\nCOMMIT\n");
    let told = told(&played, Lang::En).expect("it is told");
    let rows: Vec<_> = told.sections.iter().flat_map(|s| s.rows.iter()).collect();
    let who = |port: &str| &*rows.iter().find(|r| r.what.contains(port)).expect("a row").who;
    assert_eq!((who(":22"), who(":443")), ("x.x.x.x/32", "anyone"));
}
