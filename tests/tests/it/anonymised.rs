//! Without its names a paste walks as before, and nothing of them is left in it.

use chainwalk::{Case, Scenario};
use chainwalk_take::anonymise::{Anonymised, Replaced, Wishes, anonymise, leftovers};
use chainwalk_tests::literate::Page;
use chainwalk_tests::recorded::text;
use chainwalk_tests::{examples, oracle};
use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// A key like any other.
const KEY: u128 = 0x5eed;

/// Every run of four numbers that is an address of the public network, however they are parted, and every one of six
/// pairs that is a card's: found without what replaces them.
fn seen(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let parted = |parts: &[&str]| -> Option<u32> {
        let number =
            |n: &&str| n.parse::<u8>().ok().filter(|_| n.len() == 1 || !n.starts_with('0'));
        let bytes: Vec<u8> = parts.iter().map_while(number).collect();
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    for sign in ['.', '-', '_'] {
        for run in text.split(|c: char| !(c.is_ascii_digit() || c == sign)) {
            let parts: Vec<&str> = run.split(sign).filter(|p| !p.is_empty()).collect();
            // With a fifth part behind it is an address and a port.
            let addr = match parts.len() {
                4 => parted(&parts),
                5 if sign == '.' => parted(&parts[..4]),
                _ => None,
            };
            found.extend(
                addr.map(Ipv4Addr::from).filter(|a| is_somebodys(*a)).map(|a| a.to_string()),
            );
        }
    }
    for run in text.split(|c: char| !(c.is_ascii_hexdigit() || c == ':')) {
        let pairs: Vec<&str> = run.split(':').filter(|p| !p.is_empty()).collect();
        if pairs.len() >= 6 && pairs.iter().all(|p| p.len() == 2) {
            // Of examples, and of none.
            let shared =
                |mac: &str| mac.starts_with("02:00:00:00:00:") || mac == "00:00:00:00:00:00";
            let macs = pairs.chunks_exact(6).map(|six| six.join(":")).filter(|mac| !shared(mac));
            // A group of many has no owner.
            let one = |mac: &String| u8::from_str_radix(&mac[..2], 16).is_ok_and(|b| b & 1 == 0);
            found.extend(macs.filter(one));
        }
        if let Ok(addr) = run.parse::<Ipv6Addr>()
            && addr.segments()[0] & 0xe000 == 0x2000
            && addr.segments()[..2] != [0x2001, 0xdb8]
        {
            found.insert(addr.to_string());
        }
    }
    found
}

/// Whether an address has an owner on the public network.
fn is_somebodys(addr: Ipv4Addr) -> bool {
    let [a, b, c, _] = addr.octets();
    let special = addr.is_private()
        || addr.is_loopback()
        || addr.is_link_local()
        || addr.is_documentation()
        || matches!(a, 0 | 224..)
        || (a == 100 && b & 0xc0 == 64)
        || (a == 198 && b & 0xfe == 18)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99);
    !special
}

fn freed(name: &str, case: &Case) -> Anonymised {
    let done = anonymise(case, &Wishes { key: KEY, ..Wishes::default() });
    assert!(
        done.sameness.is_same(),
        "{name}: {:?}, {:?}\n{}",
        done.sameness,
        done.manner,
        done.case.write()
    );
    let out = done.case.write();
    let (before, after) = (seen(&case.write()), seen(&out));
    let given: BTreeSet<String> = done.replaced.iter().flat_map(|r| seen(&r.new)).collect();
    let same: Vec<&String> = before.intersection(&after).filter(|a| !given.contains(*a)).collect();
    assert!(same.is_empty(), "{name}: {same:?} in {out}");
    let left = leftovers(&out, &done.replaced, &[]);
    let old = |r: &&Replaced| left.contains(&r.old);
    let left: Vec<&Replaced> = done.replaced.iter().filter(old).collect();
    assert!(left.is_empty(), "{name}: {left:?}");
    for one in
        done.replaced.iter().filter(|r| ["host", "id", "service", "mac", "name"].contains(&r.kind))
    {
        // What was given out may be what stood elsewhere.
        let given = done.replaced.iter().any(|r| r.new == one.old);
        assert!(given || !out.contains(&one.old) || one.old.len() < 4, "{name}: {one:?}");
    }
    // The same once more, with the same key.
    let again = anonymise(case, &Wishes { key: KEY, ..Wishes::default() });
    assert_eq!(again.case.write(), out, "{name}");
    done
}

#[test]
fn every_example_walks_as_before() {
    let all = examples::all();
    for example in &all {
        freed(&example.name, &example.case);
    }
    assert!(all.len() >= 10, "{}", all.len());
}

/// The packets of the table in the papers beside the pastes: file, packet.
fn asked(page: &str) -> Vec<(String, String)> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| {
        let (file, rest) = row.split_once('`')?;
        let column = rest.split('|').nth(1)?;
        let packet = column.split('`').nth(1)?;
        Some((file.to_owned(), packet.to_owned()))
    })
    .collect()
}

#[test]
#[ignore = "it reads public pastes beside the repository"]
fn every_public_paste_walks_as_before() {
    let folder = oracle::shared("reports");
    let Ok(page) = fs::read_to_string(folder.join("README.md")) else {
        chainwalk_tests::skipped("there are no public pastes beside the repository");
        return;
    };
    let mut seen = 0;
    for (file, packet) in asked(&page) {
        let Ok(paste) = fs::read_to_string(folder.join(format!("{file}.txt"))) else { continue };
        let scenario = Scenario { packets: vec![packet], ..Scenario::pasted(&paste) };
        freed(&file, &Case { scenario, ..Case::default() });
        seen += 1;
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn every_case_of_prose_walks_as_before() {
    let mut seen = 0;
    for path in crate::cases::pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")) {
        let page = Page::read(&fs::read_to_string(&path).unwrap_or_default());
        let asked = page.says.into_iter().map(|(packet, _)| packet);
        let packets: Vec<String> = page.packets.into_iter().chain(asked).collect();
        let mut scenario = Scenario { packets, ..Scenario::pasted(&page.paste.join("\n")) };
        scenario.change_part(|part| part.facts = page.said);
        freed(&path.display().to_string(), &Case { scenario, ..Case::default() });
        seen += 1;
    }
    assert!(seen >= 100, "{seen}");
}

#[test]
fn a_document_of_a_real_host_walks_as_before() {
    let parts = ["brctl", "ip-addr", "iptables"]
        .map(|part| text(&format!("documents/docker-host.{part}.txt")));
    let packets = vec!["curl 8.8.8.8:443 from 172.19.0.6 in br-96a729b6b174".to_owned()];
    let scenario = Scenario { packets, ..Scenario::pasted(&parts.join("\n")) };
    let done = freed("docker-host", &Case { scenario, ..Case::default() });
    for kind in ["public", "mac", "id"] {
        assert!(done.replaced.iter().any(|r| r.kind == kind), "no {kind}: {:?}", done.replaced);
    }
}

#[test]
fn what_is_to_be_kept_is_kept_and_prose_is_not() {
    let paste = "Hello, this is Jo of Example Corp, please help.\n[jo@gw1 ~]# iptables-save\n*filter\n:INPUT DROP [0:0]\n\
        -A INPUT -s 8.8.8.8/32 -m comment --comment \"the boss\" -j ACCEPT\n-A INPUT -s 9.9.9.0/24 -j ACCEPT\n\
        -A INPUT -m mac --mac-source 52:54:00:12:34:56 -j ACCEPT\nCOMMIT\n";
    let mut scenario = Scenario {
        packets: vec!["ping 192.168.1.1 from 9.9.9.7 in eth0".into()],
        ..Scenario::pasted(paste)
    };
    scenario.change_part(|part| part.facts.push("eth0=192.168.1.1/24".into()));
    let case = Case { scenario, ..Case::default() };
    let done =
        anonymise(&case, &Wishes { keep: vec!["8.8.8.8".into()], key: KEY, ..Wishes::default() });
    let out = done.case.write();
    assert!(done.sameness.is_same() && out.contains("8.8.8.8/32"), "{out}");
    for word in ["Jo", "Example", "gw1", "9.9.9", "boss", "52:54"] {
        assert!(!out.contains(word), "{word}: {out}");
    }
    assert_eq!(done.taken_out.first().map(|(line, _)| *line), Some(1));
    assert!(out.contains("203.0.113.0/24") && out.contains("from 203.0.113.7"), "{out}");
}

/// A host of a cloud, asked by a packet of its own, and from outside.
fn of_a_cloud(prompt: &str) -> Case {
    let paste = format!(
        "{prompt} sudo iptables-save\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -d 172.31.0.0/16 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n"
    );
    let packets = vec!["ssh 172.31.5.10 from 9.9.9.7 in eth0".to_owned()];
    Case { scenario: Scenario { packets, ..Scenario::pasted(&paste) }, ..Case::default() }
}

#[test]
fn the_address_in_the_name_of_a_host_goes_where_the_walk_can_do_without() {
    let case = of_a_cloud("[ec2-user@ip-172-31-5-10 ~]$");
    // Nothing else says whose the address is: the name has to stay one.
    let done = freed("its only address", &case);
    let out = done.case.write();
    assert!(out.contains("@ip-172-31-5-10 "), "{out}");
    assert_eq!(done.hosts_kept, ["ip-172-31-5-10"], "and that is told");
    let mut told = case.clone();
    told.scenario.change_part(|part| part.facts.push("eth0=172.31.5.10/20".into()));
    let done = freed("a fact has it", &told);
    let out = done.case.write();
    assert_eq!(done.hosts_kept, [""; 0]);
    assert!(out.contains("[user1@host1 ~]$") && !out.contains("172-31-5-10"), "{out}");
    // All private addresses are replaced, and the walk is the same.
    let wishes = Wishes { private: true, key: KEY, ..Wishes::default() };
    let done = anonymise(&case, &wishes);
    let out = done.case.write();
    assert!(done.sameness.is_same(), "{out}");
    assert!(!out.contains("172.31.5.10") && !out.contains("172-31-5-10"), "{out}");
    assert!(out.contains("@ip-172-"), "{out}");
    let public = of_a_cloud("[jo@ec2-54-7-2-3.compute-1.amazonaws.com ~]$");
    let out = freed("a public one", &public).case.write();
    assert!(!out.contains("54-7-2-3") && !out.contains("amazonaws"), "{out}");
}

#[test]
fn words_that_the_writer_names_go_too() {
    let paste = "[jo@gw1 ~]# iptables-save\n*filter\n:INPUT DROP [0:0]\n:Acme-in - [0:0]\n-A INPUT -i acme0 -j Acme-in\n\
        -A Acme-in -s 10.20.30.0/24 -p tcp -m tcp --dport 22 -m comment --comment \"for ACME\" -j ACCEPT\nCOMMIT\n\
        [jo@gw2 ~]# iptables-save\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
    let mut scenario = Scenario {
        packets: vec!["ssh 10.20.30.1 from 10.20.30.9 in acme0".into()],
        host: Some("gw1".into()),
        ..Scenario::pasted(paste)
    };
    scenario.hosts.entry("gw1".into()).or_default().facts.push("acme0=10.20.30.1/24".into());
    let case = Case { scenario, ..Case::default() };
    let usual = freed("without", &case).case.write();
    assert!(usual.contains("Acme-in") && usual.contains("10.20.30.0"), "{usual}");
    assert!(!usual.contains("gw1") && !usual.contains("gw2"), "{usual}");
    let words = ["aCME", "10.20.30.9", "nowhere"].map(str::to_owned).to_vec();
    let done = anonymise(&case, &Wishes { words, key: KEY, ..Wishes::default() });
    let out = done.case.write();
    assert!(done.sameness.is_same() && done.sameness.packets == 1, "{out}");
    assert!(!out.to_lowercase().contains("acme") && !out.contains("10.20.30"), "{out}");
    assert!(out.contains(":word1-in - ") && out.contains("-i word2"), "{out}");
    assert!(done.has_replaced("ACME") && !done.has_replaced("nowhere"));
}
