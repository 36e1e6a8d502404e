//! How our answers stand to recorded ones: `agree CASES.jsonl [--id ID] [--show N] [--pasted] [--nft]`.
//!
//! Prints figures by field and by first difference; with `--show` the differences of the first N packets
//! at which a case leaves the kernel's way; with `--id` one case in full; with `--pasted` the rules of a case
//! are read as a paste; with `--nft` the tables are iptables-nft's.

use chainwalk_model::Backend;
use chainwalk_parse::case;
use chainwalk_tests::aimed::as_paste;
use chainwalk_tests::kernel::{FIELDS, Standing, branches, compare, differences};
use chainwalk_tests::{engine, recorded};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

/// A count and the first places where it was seen.
#[derive(Default)]
struct Tally {
    count: usize,
    places: Vec<String>,
}

impl Tally {
    fn add(&mut self, place: &str) {
        self.count += 1;
        if self.places.len() < 6 {
            self.places.push(place.to_owned());
        }
    }
}

type Tallies = BTreeMap<String, Tally>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| args.iter().position(|a| a == name).and_then(|k| args.get(k + 1));
    let Some(path) = args.first().filter(|a| !a.starts_with("--")) else {
        eprintln!("usage: agree CASES.jsonl [--id ID] [--show N] [--pasted] [--nft]");
        return ExitCode::from(1);
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) => {
            eprintln!("{path}: {e}");
            return ExitCode::from(1);
        }
    };
    // A reader that has seen enough closes the pipe; that is no failure.
    let mut out = std::io::stdout().lock();
    let only = after("--id");
    let mut show: usize = after("--show").and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut standings: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut fields, mut firsts, mut certain) = (BTreeMap::new(), Tallies::new(), 0);
    let (mut verdicts, mut depends, mut unread) = (Tallies::new(), Tallies::new(), Tallies::new());
    let (mut packets, mut cases, mut whole) = (0, 0, 0);
    for mut value in recorded::read(&text) {
        if args.iter().any(|a| a == "--pasted") {
            value["case"] = as_paste(&value["case"]);
        }
        let case = match case::read_value(&value) {
            Ok(mut case) => {
                if args.iter().any(|a| a == "--nft") {
                    case.host.set_backend(Backend::IptablesNft);
                }
                case
            }
            Err(e) => {
                unread.entry(e.to_string()).or_default().add(&value["case"]["id"].to_string());
                continue;
            }
        };
        if only.is_some_and(|id| *id != case.id) {
            continue;
        }
        let ours = engine::answer(&case);
        let theirs = value["answer"]["packets"].as_array().cloned().unwrap_or_default();
        let found = compare(&ours, &value["answer"]);
        cases += 1;
        packets += found.len();
        let mut left = false;
        for (k, (standing, theirs)) in found.iter().zip(&theirs).enumerate() {
            let place = format!("{}#{k}", case.id);
            let mine = &ours["packets"][k];
            let name = match standing {
                Standing::Agrees => "agrees",
                Standing::Among(_) => "among the branches of chance",
                Standing::Drawn => "agrees with the port that the kernel drew",
                Standing::Depends(Some(_)) => "depends, one branch is the kernel's",
                Standing::Depends(None) => "depends, no branch is the kernel's",
                Standing::Differs(_) => "differs",
                Standing::Missing => "no answer",
            };
            *standings.entry(name).or_default() += 1;
            if mine.get("branches").is_none() && !mine.is_null() {
                certain += 1;
                let differ = chainwalk_tests::kernel::differing(mine, theirs);
                for f in FIELDS {
                    *fields.entry(f).or_insert(0) += usize::from(!differ.contains(&f));
                }
            }
            for d in mine["depends_on"].as_array().into_iter().flatten() {
                let what = format!("{} {}", text_of(&d["kind"]), text_of(&d["name"]));
                depends.entry(what).or_default().add(&place);
            }
            let good = matches!(standing, Standing::Agrees | Standing::Among(_) | Standing::Drawn);
            if !good && !left {
                left = true;
                if let Standing::Differs(fields) = standing {
                    firsts
                        .entry(fields.first().map_or("branch", |f| f).to_owned())
                        .or_default()
                        .add(&place);
                    if fields.contains(&"verdict") {
                        let pair = format!(
                            "{} → {}{}",
                            text_of(&theirs["verdict"]),
                            text_of(&mine["verdict"]),
                            mine["reason"].as_str().map(|r| format!(" ({r})")).unwrap_or_default()
                        );
                        verdicts.entry(pair).or_default().add(&place);
                    }
                }
                if show > 0 || only.is_some() {
                    show = show.saturating_sub(1);
                    let _ = writeln!(out, "{place}: {name}");
                    let _ = writeln!(out, "  sent {}", theirs["packet"]);
                    for (n, b) in branches(mine).into_iter().enumerate().take(4) {
                        let _ = writeln!(out, "  branch {n}");
                        let _ = write!(out, "{}", differences(b, theirs));
                    }
                }
            }
        }
        whole += usize::from(!left);
    }
    let _ = writeln!(out, "{cases} cases, {whole} whole; {packets} packets");
    for (name, n) in &standings {
        let _ = writeln!(out, "  {n:5}  {name}");
    }
    let _ = writeln!(out, "fields equal, of {certain} packets with one outcome");
    for f in FIELDS {
        let _ = writeln!(out, "  {:5}  {f}", fields.get(f).copied().unwrap_or(0));
    }
    print_tally(&mut out, "first difference of a case, by field", &firsts);
    print_tally(&mut out, "first difference of a case, by verdict (kernel → ours)", &verdicts);
    print_tally(&mut out, "depends on", &depends);
    print_tally(&mut out, "not read", &unread);
    ExitCode::SUCCESS
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn print_tally(out: &mut impl Write, title: &str, tallies: &Tallies) {
    if tallies.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}");
    let mut sorted: Vec<_> = tallies.iter().collect();
    sorted.sort_by_key(|(_, t)| std::cmp::Reverse(t.count));
    for (name, tally) in sorted.into_iter().take(25) {
        let _ = writeln!(out, "  {:5}  {name}   {}", tally.count, tally.places.join(" "));
    }
}
