//! A ruleset is one model, in whatever form iptables printed it: legacy and nft, `-L` in its forms, `-S`,
//! save texts. What a form loses stands in `docs/forms.md`, and each loss is met here.
#![allow(clippy::unwrap_used)]

use chainwalk_model::{Family, Host, TableId};
use chainwalk_tests::forms::{Form, LOSSES, Loss, Recorded, counters, lines, same_count, table};
use chainwalk_tests::recorded;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// The rulesets of `tests/forms`, read once.
fn recorded() -> &'static [Recorded] {
    static READ: LazyLock<Vec<Recorded>> = LazyLock::new(|| {
        let text = recorded::text("forms/recorded.jsonl");
        text.lines().map(|l| Recorded(serde_json::from_str(l).unwrap())).collect()
    });
    &READ
}

fn read(text: &str) -> Host {
    chainwalk_parse::read(&[text]).host()
}

/// Two lines from where they part to where they meet again.
fn apart(a: &str, b: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(x, y)| x == y).count();
    let cut = |words: &[&str]| words[start.saturating_sub(6)..words.len() - end].join(" ");
    format!("\n  save … {} …\n  here … {} …", cut(&a), cut(&b))
}

#[test]
fn every_form_is_one_model() {
    let mut compared = 0;
    let mut differ = String::new();
    let cases = recorded();
    assert!(cases.len() >= 300, "{} rulesets", cases.len());
    for case in cases {
        let family = if case.program() == "iptables" { Family::Ip } else { Family::Ip6 };
        let first = Form { name: "save", backend: "legacy" };
        let save = case.forms("legacy").into_iter().find(|(f, _)| f == "save").unwrap().1;
        let save = read(&save);
        let truth = save.rules.find_table(family, case.table()).unwrap();
        for (name, backend, text) in case.texts() {
            let form = Form { name: &name, backend };
            let other = chainwalk_parse::read(&[&text]).host();
            let at = |d: &str| format!("\n{} {backend} {name} {d}", case.id());
            let Some(id) = other.rules.find_table(family, case.table()) else {
                differ += &at("has no such table");
                continue;
            };
            let expect = lines(&save, truth, &[first, form]);
            let found = lines(&other, id, &[first, form]);
            compared += expect.len();
            for n in 0..expect.len().max(found.len()) {
                let line = |of: &[String]| of.get(n).cloned().unwrap_or_default();
                let (a, b) = (line(&expect), line(&found));
                if a != b {
                    write!(differ, "{}{}", at(""), apart(&a, &b)).unwrap();
                }
            }
        }
    }
    println!("{} rulesets, {compared} chains and rules compared", cases.len());
    assert!(differ.is_empty(), "{} differ:{differ}", differ.lines().count() / 3);
}

#[test]
fn counters_are_as_exact_as_their_form() {
    let mut compared = 0;
    for case in recorded() {
        let family = if case.program() == "iptables" { Family::Ip } else { Family::Ip6 };
        for backend in ["legacy", "nft"] {
            let forms = case.forms(backend);
            let of = |form: &str| {
                let text = &forms.iter().find(|(f, _)| f == form).unwrap().1;
                let host = read(text);
                counters(&host.rules, host.rules.find_table(family, case.table()).unwrap())
            };
            let exact = of("save_c");
            for form in ["nvxL", "nvL", "vL", "vxL_lines", "nvL_lines", "Sv"] {
                for (a, b) in exact.iter().zip(of(form)) {
                    let (Some(a), Some(b)) = (a, b) else { continue };
                    let same = same_count(a.packets, b.packets) && same_count(a.bytes, b.bytes);
                    assert!(same, "{} {backend} {form}: {a:?} {b:?}", case.id());
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 10_000, "{compared}");
}

/// A rule as a whole text: of a save file, or of a listing with the columns that it has.
fn whole(rule: &str) -> String {
    if let Some(rule) = rule.strip_prefix("-6 ") {
        let program = if rule.starts_with('-') { "ip6tables-save" } else { "ip6tables -nvL" };
        return format!("# {program}\n{}", whole(rule));
    }
    if rule.starts_with("-A") {
        return format!("*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{rule}\nCOMMIT\n");
    }
    let chain = if rule.contains("owner") { "OUTPUT" } else { "INPUT" };
    let counted = rule.starts_with(|c: char| c.is_ascii_digit());
    let columns = if counted {
        "pkts bytes target     prot opt in     out     source               destination"
    } else {
        "target     prot opt source               destination"
    };
    let other = if chain == "INPUT" { "OUTPUT" } else { "INPUT" };
    format!(
        "Chain {chain} (policy ACCEPT)\n{columns}\n{rule}\n\nChain {other} (policy ACCEPT)\n{columns}\n"
    )
}

#[test]
fn what_forms_lose_is_what_the_page_says() {
    let page = include_str!("../../../docs/forms.md");
    let (iptables, _native) = page.split_once("## Native nft").unwrap();
    let rows: Vec<Vec<&str>> = iptables
        .lines()
        .filter(|l| l.starts_with("| ") && l.contains("| `"))
        .map(|l| l.trim_matches(['|', ' ']).split(" | ").collect())
        .collect();
    let named: Vec<&str> = rows.iter().map(|r| r[0]).collect();
    for loss in LOSSES {
        assert!(named.contains(&loss.name), "docs/forms.md does not tell of {}", loss.name);
    }
    for row in rows {
        let [name, _, loaded, printed] = row[..] else { panic!("{row:?}") };
        let loss = LOSSES.iter().find(|l| l.name == name).unwrap();
        let of = |rule: &str, lost: &[&Loss]| {
            let host = read(&whole(rule.trim_matches('`')));
            let mut lines = table(&host.rules, TableId(0), lost);
            // A listing of two chains has no third.
            lines.retain(|l| !l.starts_with("FORWARD"));
            lines
        };
        assert_ne!(of(loaded, &[]), of(printed, &[]), "{name} is not lost");
        assert_eq!(of(loaded, &[loss]), of(printed, &[loss]), "{name} is not all that is lost");
    }
}

#[test]
fn every_loss_is_met() {
    let mut open: Vec<&Loss> = LOSSES.iter().collect();
    for case in recorded() {
        let family = if case.program() == "iptables" { Family::Ip } else { Family::Ip6 };
        let texts = case.texts();
        for (name, _, text) in texts.iter().filter(|t| ["input", "save", "L"].contains(&&*t.0)) {
            let host = read(text);
            let Some(id) = host.rules.find_table(family, case.table()) else { continue };
            let whole = table(&host.rules, id, &[]);
            // What one form has and another one loses, or what a form has in another way.
            let met = |loss: &&Loss| whole == table(&host.rules, id, &[loss]);
            assert!(!whole.is_empty(), "{} {name}", case.id());
            open.retain(met);
        }
        if open.is_empty() {
            return;
        }
    }
    let names: Vec<&str> = open.iter().map(|l| l.name).collect();
    panic!("no ruleset here has {names:?}");
}
