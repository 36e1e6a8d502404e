//! Without its names a paste walks as before, and nothing of them is left in it.

use chainwalk::{Case, Scenario};
use chainwalk_take::anonymise::{Anonymised, Replaced, Wishes, anonymise, leftovers};
use chainwalk_tests::literate::Page;
use chainwalk_tests::recorded::text;
use chainwalk_tests::{examples, oracle};
use std::fs;
use std::path::Path;

/// A key like any other.
const KEY: u128 = 0x5eed;

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
    let left = leftovers(&out, &done.replaced, &[]);
    let old = |r: &&Replaced| left.contains(&r.old);
    let left: Vec<&Replaced> = done.replaced.iter().filter(old).collect();
    assert!(left.is_empty(), "{name}: {left:?}");
    for one in done.replaced.iter().filter(|r| ["host", "id", "service", "mac"].contains(&r.kind)) {
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
    let done = anonymise(&case, &Wishes { keep: vec!["8.8.8.8".into()], key: KEY });
    let out = done.case.write();
    assert!(done.sameness.is_same() && out.contains("8.8.8.8/32"), "{out}");
    for word in ["Jo", "Example", "gw1", "9.9.9", "boss", "52:54"] {
        assert!(!out.contains(word), "{word}: {out}");
    }
    assert_eq!(done.taken_out.first().map(|(line, _)| *line), Some(1));
    assert!(out.contains("203.0.113.0/24") && out.contains("from 203.0.113.7"), "{out}");
}
