//! A ruleset of native nft is one model in whatever form nft printed it, up to what docs/forms.md says that a form loses.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::{nft_text, read};
use chainwalk_tests::skipped;
use std::fmt::Write as _;
use std::path::Path;

/// The printed forms beside the plain one, and what each loses.
const FORMS: [(&str, &[&str]); 4] = [
    ("nft_a_ruleset", &[]),
    ("nft_s_ruleset", &["what was counted"]),
    ("nft_nn_ruleset", &[]),
    (
        "nft_j_ruleset",
        &["what was counted", "`dynamic`", "`auto-merge`", "the order of chains without names"],
    ),
];

/// What a text of nft comes to, without what a form loses.
fn model(text: &str, lost: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> =
        nft_text(&read(&[text]).host()).text.lines().map(str::to_owned).collect();
    for line in &mut lines {
        // What packets have left behind is not the ruleset's.
        *line = uncounted(line);
        if lost.contains(&"`dynamic`") {
            let flags = line.replace("dynamic,timeout", "timeout").replace("\t\tflags dynamic", "");
            // A set with elements that time out has the flag by them.
            *line = flags.replace("\t\tflags timeout", "");
        }
        if lost.contains(&"`auto-merge`") {
            *line = line.replace("\t\tauto-merge", "");
        }
    }
    lines.retain(|l| !l.is_empty());
    if lost.contains(&"the order of chains without names") {
        lines.sort();
    }
    lines
}

/// A line without numbers that packets change.
fn uncounted(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    while let Some(at) = words
        .windows(4)
        .position(|w| w[0] == "packets" && w[2] == "bytes" && w[1].parse::<u64>().is_ok())
    {
        let comma = words[at + 3].ends_with(',');
        words.splice(at..at + 4, comma.then_some(","));
    }
    for (word, many) in [("used", 3), ("expires", 2)] {
        while let Some(at) = words.iter().position(|w| *w == word) {
            let end = (at + many).min(words.len());
            let comma = words[end - 1].ends_with(',');
            words.splice(at..end, comma.then_some(","));
        }
    }
    words.join(" ").replace(" ,", ",").replace("{  }", "{ }")
}

#[test]
#[ignore = "what a kernel listed lies beside the repository"]
fn every_form_of_a_native_ruleset_is_one_model() {
    let dumps = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/kernel/nft-dumps");
    let Ok(found) = std::fs::read_dir(&dumps) else {
        skipped("there is no shared/kernel/nft-dumps");
        return;
    };
    let page = chainwalk_tests::recorded::text("../docs/forms.md");
    for lost in FORMS.iter().flat_map(|f| f.1) {
        assert!(page.contains(lost), "docs/forms.md does not say that {lost} is lost");
    }
    let (mut wrong, mut compared) = (String::new(), 0);
    for at in found.map(|f| f.unwrap().path()) {
        let text = |form: &str| std::fs::read_to_string(at.join(format!("{form}.txt"))).unwrap();
        let plain = text("nft_ruleset");
        for (form, lost) in FORMS {
            let other = text(form);
            // Of iptables-nft's tables JSON shows nothing but names, and of inet's ingress no device.
            let unsaid = plain.contains("xt match")
                || other.contains("\"xt\"")
                || plain.contains("hook ingress device");
            if form == "nft_j_ruleset" && unsaid {
                continue;
            }
            compared += 1;
            let (a, b) = (model(&plain, lost), model(&other, lost));
            if a != b {
                let first = a.iter().zip(&b).find(|(a, b)| a != b);
                let _ = writeln!(wrong, "{} {form}: {first:?}", at.display());
            }
        }
    }
    println!("{compared} forms compared");
    assert!(compared > 100, "{compared}");
    assert!(wrong.is_empty(), "\n{wrong}");
}
