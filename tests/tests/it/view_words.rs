//! What is said of small pastes, whole, as pages that a person reads: `tests/told`.
//!
//! A page has blocks `paste`, `facts` and `packets`, and what is said of them in `en` and `zh`. Where a sentence is
//! meant to change, `CHAINWALK_TOLD=accept cargo test -p chainwalk-tests view_words` writes the pages anew; read them.
#![allow(clippy::unwrap_used)]

use chainwalk::{Played, Scenario, Viewpoint};
use chainwalk_model::ChainId;
use chainwalk_tests::played::{explain, played};
use chainwalk_view::{
    Banner, BranchCard, Explained, Lang, Mark, ProposalsView, Row, RuleRange, Sentence, Tone,
    banner, chips, facts, rows, rule_cards, timeline,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A page: what stands outside of its blocks, and each block by its name.
struct Page {
    path: PathBuf,
    parts: Vec<(Option<String>, String)>,
}

impl Page {
    fn read(path: &Path) -> Self {
        let mut parts: Vec<(Option<String>, String)> = vec![(None, String::new())];
        for line in fs::read_to_string(path).unwrap().lines() {
            let within = parts.last().unwrap().0.is_some();
            match line.strip_prefix("```") {
                Some("") if within => parts.push((None, String::new())),
                Some(name) if !within => parts.push((Some(name.to_owned()), String::new())),
                _ => {
                    let body = &mut parts.last_mut().unwrap().1;
                    body.push_str(line);
                    body.push('\n');
                }
            }
        }
        Self { path: path.to_owned(), parts }
    }

    fn block(&self, name: &str) -> &str {
        let found = self.parts.iter().find(|(n, _)| n.as_deref() == Some(name));
        found.map_or("", |(_, body)| body)
    }

    fn lines(&self, name: &str) -> Vec<String> {
        self.block(name).lines().map(str::to_owned).collect()
    }

    /// The page with what is said now.
    fn now(&self) -> String {
        let mut scenario = Scenario::pasted(self.block("paste"));
        scenario.packets = self.lines("packets");
        scenario.change_part(|part| part.facts = self.lines("facts"));
        let played = scenario.play();
        let mut out = String::new();
        for (name, body) in &self.parts {
            match name.as_deref() {
                None => out.push_str(body),
                Some(name) => {
                    let body = match name {
                        "en" => said(&played, Lang::En),
                        "zh" => said(&played, Lang::Zh),
                        _ => body.clone(),
                    };
                    let _ = write!(out, "```{name}\n{body}```\n");
                }
            }
        }
        out
    }
}

fn plain(sentence: &Sentence) -> String {
    sentence.iter().map(|run| run.text.as_str()).collect()
}

/// Everything that is said of a scenario.
fn said(played: &Played, lang: Lang) -> String {
    let mut out = String::new();
    let recognised = chips(played.reading(), lang);
    for chip in &recognised {
        let _ = writeln!(out, "[{}] {}", chip.name, chip.detail);
    }
    for fact in facts(played.host(), lang, &played.docs()) {
        let guess = if fact.guess { "?" } else { "=" };
        let _ = writeln!(out, "{} {guess} {} ({})", fact.name, fact.value, fact.source);
    }
    for packet in 0..played.walks().len() {
        let at = Viewpoint { lang, packet, raw_names: false };
        let _ = writeln!(out, "\n> {}", played.scenario().packets[packet]);
        played.explain(&at, |t| of_packet(t, &mut out));
        let mut search = played.search(packet, played.other_goal(packet));
        while search.step() {}
        of_changes(&played.proposals(&at, &search.found()), &mut out);
    }
    out
}

fn of_packet(t: &Explained, out: &mut String) {
    let Banner { tone, headline, detail, evidence } = banner(t);
    let tone = match tone {
        Tone::Ok => "ok",
        Tone::Stop => "stop",
        Tone::Depends => "depends",
        Tone::Idle => "idle",
    };
    let _ = writeln!(out, "{tone}: {}\n{}", plain(&headline), plain(&detail));
    for line in &evidence {
        let mark = if line.certain { "✓" } else { "?" };
        let answers = line.answers.iter().map(|(label, fact)| format!(" [{label}: {fact}]"));
        let _ = writeln!(out, "{mark} {}{}", plain(&line.text), answers.collect::<String>());
    }
    let _ = writeln!(out, "--");
    for row in rows(t) {
        of_row(t, &row, out);
    }
    let _ = writeln!(out, "--");
    for (stop, sentence) in timeline(t).narration.iter().enumerate() {
        let _ = writeln!(out, "{stop}. {sentence}");
    }
}

fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::None => " ",
        Mark::Yes => "✓",
        Mark::No => "✗",
        Mark::Stop => "■",
        Mark::Half => "½",
        Mark::Unknown => "?",
    }
}

fn of_row(t: &Explained, row: &Row, out: &mut String) {
    let indent = "  ".repeat(row.depth.into());
    let mut line = format!("{indent}{} {} {}", sign(row.mark), row.number, plain(&row.text));
    for (before, part) in [(" — ", plain(&row.reason)), (" | ", row.aside.clone())] {
        if !part.is_empty() {
            line.push_str(before);
            line.push_str(&part);
        }
    }
    let _ = writeln!(out, "{}", line.trim_end());
    for BranchCard { label, name, weight, fate, followed, .. } in &row.branches {
        let sign = if *followed { "→" } else { "·" };
        let words: Vec<&str> =
            [&**label, &**name, &**weight, &**fate].into_iter().filter(|w| !w.is_empty()).collect();
        let _ = writeln!(out, "{indent}    {sign} {}", words.join(" · "));
    }
    let shadow = row.tools.as_ref().map(|tools| plain(&tools.shadow)).unwrap_or_default();
    if !shadow.is_empty() {
        let _ = writeln!(out, "{indent}    ! {shadow}");
    }
    let Some(range) = row.rules else { return };
    for card in rule_cards(t, &range, range.first) {
        let conditions = card.conditions.iter().map(|c| {
            let has = if c.has.is_empty() { String::new() } else { format!(" ({})", c.has) };
            format!("{} {}{has}", sign(c.mark), c.text)
        });
        let conditions: Vec<String> = conditions.collect();
        let mut more = conditions.join(", ");
        for part in [plain(&card.does), card.counters.clone(), card.comment.clone()] {
            if !part.is_empty() {
                let _ = write!(more, " → {part}");
            }
        }
        let _ = writeln!(out, "{indent}    {}: {} {{{more}}}", card.number, plain(&card.text));
    }
}

fn of_changes(told: &ProposalsView, out: &mut String) {
    let _ = writeln!(out, "-- {} {}", told.title, plain(&told.note));
    for p in told.proposals.iter().take(1) {
        let _ = writeln!(out, "$ {}", p.commands.join(" && "));
        let _ = writeln!(out, "  {} {}", plain(&p.after.headline), plain(&p.after.detail));
        for line in p.scope.iter().chain(&p.also).chain([&p.reply]).map(plain) {
            if !line.is_empty() {
                let _ = writeln!(out, "  {line}");
            }
        }
    }
}

fn pages() -> Vec<Page> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("told");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

#[test]
fn everything_is_said_as_the_pages_have_it() {
    let accept = std::env::var("CHAINWALK_TOLD").is_ok_and(|v| v == "accept");
    let pages = pages();
    assert!(pages.len() >= 12, "{} pages", pages.len());
    let mut wrong = String::new();
    for page in pages {
        let (now, old) = (page.now(), fs::read_to_string(&page.path).unwrap());
        if now == old {
            continue;
        }
        if accept {
            fs::write(&page.path, now).unwrap();
            continue;
        }
        let name = page.path.file_name().unwrap().to_string_lossy();
        let differs = now.lines().zip(old.lines()).find(|(a, b)| a != b);
        let (a, b) = differs.unwrap_or(("another end", ""));
        let _ = writeln!(wrong, "{name}\n  now  {a}\n  page {b}");
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_page_is_said_in_both_languages() {
    for page in pages() {
        let han =
            |text: &str| text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
        let (en, zh) = (page.block("en"), page.block("zh"));
        assert!(!page.block("packets").is_empty(), "{}", page.path.display());
        assert!(han(en) == 0 && han(zh) > 20, "{}", page.path.display());
        for text in [en, zh] {
            assert!(!text.contains("{$") && !text.contains("{ $"), "{}", page.path.display());
        }
    }
}

/// Rules of every option, one a line, with the table, the chain and the family that take them.
const OPTIONS: &str = include_str!("../../extensions.tsv");

/// What is said of one rule: its conditions, and what it does.
fn card(family: &str, table: &str, chain: &str, rule: &str, lang: Lang) -> (Vec<String>, String) {
    let head = if family == "6" { "# Generated by ip6tables-save v1.8.9\n" } else { "" };
    let own = if ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"].contains(&chain) {
        "ACCEPT"
    } else {
        "-"
    };
    let paste = format!("{head}*{table}\n:{chain} {own} [0:0]\n-A {chain} {rule}\nCOMMIT\n");
    let played = played(&paste, &[]);
    explain(&played, lang, |t| {
        let id = t.host.rules.chains.iter().position(|c| &*c.name == chain && !c.rules.is_empty());
        let range = RuleRange {
            reply: None,
            step: 0,
            chain: ChainId(id.unwrap() as u32),
            first: 1,
            last: 1,
        };
        let card = rule_cards(t, &range, 1).remove(0);
        (card.conditions.into_iter().map(|c| c.text).collect(), plain(&card.does))
    })
}

#[test]
fn every_match_and_target_has_words_of_its_own() {
    // These are two names of one thing, or hold always.
    const ALIKE: [&str; 6] = ["comment", "nfacct", "state", "conntrack", "ttl", "hl"];
    let mut words: BTreeMap<Vec<String>, BTreeSet<&str>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut wrong = String::new();
    for line in OPTIONS.lines().filter(|l| !l.starts_with('#')) {
        let [kind, module, _, family, table, chain, rule] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        for lang in [Lang::En, Lang::Zh] {
            let (conditions, does) = card(family, table, chain, rule, lang);
            let silent = match kind {
                "match" => {
                    !ALIKE.contains(&module) && conditions.iter().all(|c| c.trim().is_empty())
                }
                _ => does.is_empty(),
            };
            if silent || conditions.iter().any(|c| c.contains("{ ") || c.trim() != c) {
                let _ = writeln!(wrong, "{lang:?} {module}: {rule}: {conditions:?} {does:?}");
            }
            if kind == "match" && !ALIKE.contains(&module) {
                words.entry(conditions).or_default().insert(module);
            }
        }
        seen.insert((kind, module));
    }
    for (said, modules) in
        words.iter().filter(|(said, modules)| !said.is_empty() && modules.len() > 1)
    {
        let _ = writeln!(wrong, "{modules:?} are told alike: {said:?}");
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(seen.len() > 80, "{}", seen.len());
}
