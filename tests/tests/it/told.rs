//! What is told and drawn of walks that are easily misread: over lo, through conntrack's un-NAT, at forks.
#![allow(clippy::unwrap_used)]

use chainwalk_tests::examples;
use chainwalk_tests::played::{explain, played};
use chainwalk_view::{
    Explained, FactRow, Item, Lang, Mark, RowKind, Scene, TableMeasure, Tone, banner, facts, rows,
    scene, scene_phone, timeline,
};

/// What is told of the last of these packets.
fn told<T>(paste: &str, packets: &[&str], lang: Lang, tell: impl FnOnce(&Explained) -> T) -> T {
    explain(&played(paste, packets), lang, tell)
}

/// The classes of all that is drawn.
fn classes(items: &[Item]) -> Vec<String> {
    let of = |item: &Item| match item {
        Item::Rect { class, .. }
        | Item::Circle { class, .. }
        | Item::Path { class, .. }
        | Item::Text { class, .. }
        | Item::Icon { class, .. } => vec![class.clone()],
        Item::Group { items, .. } => classes(items),
    };
    items.iter().flat_map(of).collect()
}

fn has(scene: &Scene, class: &str) -> bool {
    classes(&scene.items).iter().any(|c| c == class)
}

fn plain(sentence: &[chainwalk_view::Run]) -> String {
    sentence.iter().map(|run| run.text.as_str()).collect()
}

const NODEPORT: &str = "05-nodeport-from-the-node";

const REFUSES: &str = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n\
    *filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n\
    -A INPUT -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset\nCOMMIT\n";

#[test]
fn what_is_refused_as_it_comes_in_again_is_told_so() {
    for (lang, word) in [(Lang::En, "comes back in"), (Lang::Zh, "又进入本机")] {
        let detail = told(REFUSES, &["curl 127.0.0.1:80"], lang, |t| plain(&banner(t).detail));
        assert!(detail.contains(word) && detail.contains("INPUT"), "{detail}");
    }
    let through = told(REFUSES, &["curl 127.0.0.1:81"], Lang::En, |t| plain(&banner(t).detail));
    assert!(!through.contains("comes back in"), "{through}");
}

#[test]
fn what_may_not_leave_with_a_loopback_source_is_told_with_where_it_was_sent() {
    let detail = told(&examples::named(NODEPORT).paste, &["curl 127.0.0.1:30080"], Lang::En, |t| {
        plain(&banner(t).detail)
    });
    for word in ["10.244.1.5:8080", "127.0.0.1", "route_localnet"] {
        assert!(detail.contains(word), "{word}: {detail}");
    }
}

#[test]
fn the_second_pass_over_lo_is_a_double_stroke_with_its_number() {
    told(&examples::named(NODEPORT).paste, &["curl 127.0.0.1:22"], Lang::En, |t| {
        let last = timeline(t).stops - 1;
        let first = scene(t, 0, (1440.0, 800.0), &TableMeasure);
        assert!(!has(&first, "again") && has(&first, "trk lo") && has(&first, "num on"));
        assert!(has(&scene(t, last, (1440.0, 800.0), &TableMeasure), "again"));
        let small = scene_phone(t, last, (358.0, 80.0), &TableMeasure);
        assert!(has(&small, "trk lo") && has(&small, "num on"));
    });
    told(&examples::named(NODEPORT).paste, &["ping 10.0.0.1"], Lang::En, |t| {
        let last = timeline(t).stops - 1;
        let all = scene(t, last, (1440.0, 800.0), &TableMeasure);
        assert!(!has(&all, "again") && !has(&all, "trk lo"));
    });
}

#[test]
fn where_conntrack_puts_an_address_back_there_is_a_ring() {
    let paste = examples::named("08-hairpin").paste;
    let out = "curl 198.51.100.77:443 from 192.168.1.50 in br-lan";
    for (packets, ring) in [(&[out][..], false), (&[out, "reply 1"][..], true)] {
        told(&paste, packets, Lang::En, |t| {
            let last = timeline(t).stops - 1;
            assert_eq!(has(&scene(t, last, (1440.0, 800.0), &TableMeasure), "ring"), ring);
        });
    }
}

const DICE: &str = "-A INPUT -m statistic --mode random --probability 0.5 -j one\n-A INPUT -j two\n\
    -A INPUT -j DROP\n";

#[test]
fn a_fork_says_aloud_that_its_ways_end_the_same() {
    for (one, two, alike) in [("MARK --set-mark 1", "RETURN", true), ("ACCEPT", "DROP", false)] {
        let head = REFUSES.split("-A INPUT").next().unwrap();
        let chains = format!("{DICE}-A one -j {one}\n-A two -j {two}\n");
        let paste = format!("{head}:one - [0:0]\n:two - [0:0]\n{chains}COMMIT\n");
        told(&paste, &["curl 127.0.0.1:80"], Lang::En, |t| {
            let fork = rows(t).into_iter().find(|r| r.kind == RowKind::Fork).unwrap();
            assert_eq!(fork.branches.len(), 2);
            for branch in &fork.branches {
                assert!(branch.weight.starts_with("50"), "{branch:?}");
                assert!(!branch.fate.is_empty(), "{branch:?}");
            }
            let said = timeline(t).narration.iter().any(|n| n.contains("both end the same"));
            assert_eq!((plain(&fork.reason).contains("both end the same"), said), (alike, alike));
        });
    }
}

/// A host whose neighbours on `lan` get out under its address, by such a rule.
fn behind(out: &str) -> String {
    format!(
        "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n\
         -A POSTROUTING -o wan {out}\nCOMMIT\n*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n\
         # ip -br addr\nlo UNKNOWN 127.0.0.1/8\nlan UP 192.168.1.1/24\nwan UP 203.0.113.5/24\n\
         # ip route\ndefault via 203.0.113.1 dev wan\n192.168.1.0/24 dev lan scope link\n\
         203.0.113.0/24 dev wan scope link\n# sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 1\n"
    )
}

#[test]
fn where_the_port_alone_is_by_chance_the_address_is_told() {
    let asks = ["curl 198.51.100.80:443 from 192.168.1.50 in lan"];
    for (out, said) in [
        ("-j MASQUERADE --random-fully", "MASQUERADE to 203.0.113.5, port by chance"),
        ("-p tcp -j SNAT --to-source 203.0.113.5 --random", "SNAT to 203.0.113.5, port by chance"),
        ("-j MASQUERADE", "MASQUERADE to 203.0.113.5:51000"),
    ] {
        told(&behind(out), &asks, Lang::En, |t| {
            let rows = rows(t);
            let row = rows.iter().find(|r| plain(&r.text).contains(said));
            assert!(row.is_some(), "{said}: {rows:?}");
            assert!(rows.iter().all(|r| r.kind != RowKind::Fork), "{rows:?}");
            let line = timeline(t);
            let one = line.narration.iter().filter(|n| n.contains(said)).count();
            assert_eq!(one, 1, "{:?}", line.narration);
        });
    }
    // Of an address that nobody told the rule says so, and nothing is asked that has one answer.
    let untold = behind("-j MASQUERADE").split("# ip").next().unwrap().to_owned();
    told(&untold, &asks, Lang::En, |t| {
        let rows = rows(t);
        let forks = rows.iter().filter(|r| r.kind == RowKind::Fork);
        assert!(forks.clone().all(|r| r.branches.len() > 1), "{rows:?}");
        assert!(rows.iter().any(|r| plain(&r.text).contains("to which address is not known")));
    });
}

#[test]
fn the_end_has_one_mark_in_the_banner_the_list_and_the_timeline() {
    let hairpin = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n\
        -A PREROUTING -d 203.0.113.5/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 192.168.1.20:443\nCOMMIT\n";
    let bypassed = behind("-j MASQUERADE").split_once("COMMIT\n").unwrap().1.to_owned();
    let bypassed = format!("{hairpin}{bypassed}");
    let open = behind("-j MASQUERADE");
    for (paste, ask, tone, mark, icon) in [
        (
            &bypassed,
            "curl 203.0.113.5:443 from 192.168.1.50 in lan",
            Tone::Stop,
            Mark::Stop,
            "i-no",
        ),
        (&open, "curl 198.51.100.80:443 from 192.168.1.50 in lan", Tone::Ok, Mark::Yes, "i-ok"),
    ] {
        told(paste, &[ask], Lang::En, |t| {
            assert_eq!(banner(t).tone, tone, "{}", plain(&banner(t).headline));
            let end = rows(t).into_iter().find(|r| r.kind == RowKind::Fate).unwrap();
            assert_eq!(end.mark, mark);
            let line = timeline(t);
            assert_eq!(line.lanes[0].cells.last().unwrap().icon, icon);
        });
    }
}

#[test]
fn what_a_rule_lets_be_inferred_is_told_as_a_guess() {
    let paste = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n:KUBE-SERVICES -\n\
        -A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\nCOMMIT\n\
        # ip -br addr\nlo UNKNOWN 127.0.0.1/8\neth0 UP 192.0.2.5/24\n";
    for (lang, guess, line) in [(Lang::En, "guess", "line"), (Lang::Zh, "推测", "行")] {
        told(paste, &["curl 192.0.2.5"], lang, |t| {
            let all = facts(t.host, lang, t.docs);
            let guesses: Vec<&FactRow> = all.iter().filter(|row| row.guess).collect();
            assert!(guesses.iter().all(|row| row.source.contains(guess)), "{guesses:?}");
            assert!(guesses.iter().any(|row| row.source.contains(line)), "{guesses:?}");
            let read = all.iter().find(|row| row.name == "eth0").unwrap();
            assert!(!read.source.contains(guess) && read.source.contains(line), "{read:?}");
        });
    }
}
