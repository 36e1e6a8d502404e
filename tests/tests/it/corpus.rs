//! Dumps that other people's machines printed: every rule is read, as many as the manifest counts, and
//! every span is over the text that it was read from.
//!
//! The files lie beside the repository; where they are missing the tests are skipped.
#![allow(clippy::unwrap_used, clippy::format_push_string, clippy::format_collect)]

use chainwalk_model::nft::Condition;
use chainwalk_model::{
    Backend, Chain, DiagnosticId, Family, Host, Match, OpKind, Origin, Reading, Rule, Ruleset,
    Section, SectionKind, Span, Table, Target,
};
use chainwalk_tests::skipped;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Files with rules that are kept as text, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("Iptables_Semantics--parser_test", "what another program made of rules, in its own notation"),
    ("3-Iptables_Semantics--iptables-save", "one rule has an option that iptables does not have"),
];

/// A file that shows each rule of its table twice, as a listing and as commands: the one is no table beside the other.
const TWICE: &str = "moby--usernet-portmap-natunprot.b4.txt";

/// A folder beside the repository, if it is there.
fn beside(name: &str) -> Option<PathBuf> {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name);
    if at.is_dir() {
        return Some(at);
    }
    skipped(&format!("there is no {}", at.display()));
    None
}

fn read(path: &Path) -> (String, Reading) {
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let reading = chainwalk_parse::read(&[&text]);
    (text, reading)
}

/// How many rules were read; a table that stands twice counts twice.
fn rules(reading: &Reading) -> usize {
    let of = |s: &Section| match &s.kind {
        SectionKind::Table { rules, .. } => *rules as usize,
        _ => 0,
    };
    reading.sections.iter().map(of).sum()
}

/// The pieces that are kept as text.
fn opaque(reading: &Reading) -> Vec<String> {
    let ops = reading.hosts.iter().flat_map(|h| &h.rules.rules).flat_map(|r| &r.ops);
    ops.filter_map(|op| match &op.what {
        OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o)) => {
            Some(o.text.to_string())
        }
        _ => None,
    })
    .collect()
}

#[test]
#[ignore = "what others pasted lies beside the repository"]
fn every_rule_of_the_corpus_is_read() {
    let Some(corpus) = beside("corpus") else { return };
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let (mut files, mut total, mut exceptions) = (0, 0, 0);
    let mut wrong = String::new();
    for line in manifest.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let (name, format, count) = (fields[0], fields[5], fields[7].parse::<usize>().unwrap());
        if format.starts_with("nft") || format.starts_with("ipset") {
            continue;
        }
        let (_, reading) = read(&corpus.join(name));
        files += 1;
        total += rules(&reading);
        if let Some((_, why)) = EXCEPTIONS.iter().find(|(n, _)| *n == name) {
            println!("{name}: {why}");
            assert!(!opaque(&reading).is_empty(), "{name} is no exception any more");
            exceptions += 1;
            continue;
        }
        let shown = if name == TWICE { 2 } else { 1 };
        if rules(&reading) * shown != count {
            wrong += &format!("\n{name}: {} rules, {count} in the manifest", rules(&reading));
        }
        for text in opaque(&reading) {
            wrong += &format!("\n{name}: kept as text: {text}");
        }
    }
    println!("{files} files, {total} rules; {exceptions} files are exceptions");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every file that holds a form of iptables, of the corpus and of the kernel's dumps.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> =
        ["corpus", "kernel/dumps", "documents"].iter().filter_map(|n| beside(n)).collect();
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_none_or(|e| e != "tsv" && e != "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One document and what was read of it.
struct Doc<'a> {
    name: String,
    text: &'a str,
    host: Host,
    wrong: String,
    nodes: usize,
    known: &'a RefCell<HashMap<String, Vec<Vec<String>>>>,
}

impl Doc<'_> {
    fn under(&mut self, span: Span) -> String {
        self.nodes += 1;
        let text = self.text.get(span.range());
        text.unwrap_or_else(|| panic!("{}: {span:?}", self.name)).to_owned()
    }

    fn hold(&mut self, holds: bool, what: impl Fn() -> String) {
        if !holds {
            self.wrong += &format!("\n{}: {}", self.name, what());
        }
    }

    /// What a span is over says what its node says.
    fn check(&mut self) {
        let rules = self.host.rules.clone();
        for table in &rules.tables {
            let text = self.under(table.span);
            // A command that empties a table makes its chains known, and names none.
            let emptied = |text: &str| text.contains(" -F");
            for chain in table.chains.iter().map(|c| rules.chain(*c)) {
                let unnamed = &*chain.name == "?" || emptied(&self.under(chain.span));
                // In commands and in JSON a chain of nft stands apart from its table.
                let apart = table.backend != Backend::Legacy;
                self.hold(text.contains(&*chain.name) || unnamed || apart, || {
                    format!("{} lacks {}", table.name, chain.name)
                });
                let header = self.under(chain.span);
                self.hold(
                    header.contains(&*chain.name) && !header.contains('\n') || unnamed,
                    || format!("chain {} under {header:?}", chain.name),
                );
                for rule in chain.rules.iter().map(|r| rules.rule(*r)) {
                    if table.backend == Backend::Nft {
                        self.native(rule);
                    } else {
                        self.rule(&rules, table, &chain.name, rule);
                    }
                }
            }
        }
        self.facts();
    }

    /// A rule of native nft: its operations stand within it, in order.
    fn native(&mut self, rule: &Rule) {
        let line = self.under(rule.span);
        let mut last = rule.span.start;
        for op in &rule.ops {
            let text = self.under(op.span);
            let inside = last <= op.span.start && op.span.end <= rule.span.end;
            // What a statement needs stands before all else, and is not written.
            let implied = matches!(&op.what, OpKind::Match(Match::Nft(c)) if matches!(**c, Condition::Implied(_)));
            self.hold(implied || inside && !text.trim().is_empty(), || {
                format!("{text:?} is not in its place in {line:?}")
            });
            if !implied {
                last = op.span.start;
            }
        }
    }

    fn rule(&mut self, rules: &Ruleset, table: &Table, chain: &str, rule: &Rule) {
        let line = self.under(rule.span);
        let before = self.text.get(..rule.span.start as usize).unwrap_or_default();
        let columns = before.lines().rev().find(|l| l.contains("target") && l.contains("prot"));
        let listed = !line.contains("-A ") && !line.contains("-I ");
        let columns = columns.filter(|_| listed).unwrap_or_default().to_owned();
        let bare: Vec<&str> =
            columns.split_whitespace().filter(|w| !["num", "pkts", "bytes"].contains(w)).collect();
        let bare = bare[bare.iter().position(|w| *w == "target").unwrap_or(0)..].join(" ");
        let again = self.again(table, chain, &columns, &line);
        self.hold(again.contains(&plain(rules, rule)), || format!("{line:?} alone is {again:?}"));
        let proto = rule.ops.iter().find_map(|op| match &op.what {
            OpKind::Match(Match::Ip(ip)) => ip.proto.filter(|p| !p.not).map(|p| p.value),
            _ => None,
        });
        for op in &rule.ops {
            let inside = rule.span.start <= op.span.start && op.span.end <= rule.span.end;
            let text = self.under(op.span);
            self.hold(inside && !text.trim().is_empty(), || format!("{text:?} is not in {line:?}"));
            let what = shown(rules, &op.what);
            match &op.what {
                OpKind::Match(Match::HiddenInterfaces) => {}
                OpKind::Match(Match::Ip(_)) if listed => {
                    let again = self.again(table, chain, &bare, &format!("ACCEPT {text}"));
                    self.hold(again.iter().flatten().any(|o| *o == what), || {
                        format!("{text:?} in {line:?} is {again:?}")
                    });
                }
                OpKind::Target(_) if listed => {
                    let name = line.split_whitespace().any(|w| w == text);
                    self.hold(name, || format!("the target of {line:?} is {text:?}"));
                }
                _ => {
                    let before = proto.map(|p| format!("-p {p} ")).unwrap_or_default();
                    let again = if listed {
                        let any = if table.family == Family::Ip6 { "::/0" } else { "0.0.0.0/0" };
                        let row = format!("ACCEPT all -- {any} {any} {text}");
                        self.again(table, chain, "target prot opt source destination", &row)
                    } else {
                        self.again(table, chain, "", &format!("-A {chain} {before}{text}"))
                    };
                    self.hold(again.iter().flatten().any(|o| *o == what), || {
                        format!("{text:?} in {line:?} is {again:?}, not {what}")
                    });
                }
            }
        }
    }

    /// A rule's text by itself, in its chain: the operations that it makes.
    fn again(&self, table: &Table, chain: &str, columns: &str, line: &str) -> Vec<Vec<String>> {
        let program = if table.family == Family::Ip6 { "ip6tables" } else { "iptables" };
        let named = |c: &&Chain| c.base.is_none() && line.contains(&*c.name);
        let others = self.host.rules.chains.iter().filter(named);
        let text = if columns.is_empty() {
            let others: String = others.map(|c| format!(":{} - [0:0]\n", c.name)).collect();
            format!("# {program}-save\n*{}\n{others}{line}\nCOMMIT\n", table.name)
        } else {
            let others: String =
                others.map(|c| format!("Chain {} (1 references)\n", c.name)).collect();
            let table = &table.name;
            format!(
                "# {program} -t {table} -L\n{others}Chain {chain} (policy ACCEPT)\n{columns}\n{line}\n"
            )
        };
        // Most lines stand in many dumps.
        let known = self.known.borrow().get(&text).cloned();
        known.unwrap_or_else(|| {
            let host = chainwalk_parse::read(&[&text]).host();
            let rules = &host.rules;
            let found: Vec<Vec<String>> = rules.rules.iter().map(|r| plain(rules, r)).collect();
            self.known.borrow_mut().insert(text, found.clone());
            found
        })
    }

    fn facts(&mut self) {
        let host = self.host.clone();
        let pasted = |origin: Origin| match origin {
            Origin::Pasted(span) => Some(span),
            _ => None,
        };
        let mut claims: Vec<(Span, String)> = Vec::new();
        for i in &host.interfaces {
            claims.extend(pasted(i.origin).map(|s| (s, i.name.to_string())));
            let addrs =
                i.addrs.iter().filter_map(|a| Some((pasted(a.origin)?, a.value.addr.to_string())));
            claims.extend(addrs);
        }
        for r in &host.routes {
            let dst = if r.dst.len == 0 { String::new() } else { r.dst.addr.to_string() };
            let dst = dst.trim_end_matches(".0").to_owned();
            claims.extend(pasted(r.origin).map(|s| (s, dst)));
            let via = r.via.map(|v| v.to_string()).unwrap_or_default();
            claims.extend(pasted(r.origin).map(|s| (s, via)));
        }
        for p in &host.policy {
            claims.extend(pasted(p.origin).map(|s| (s, p.priority.to_string())));
        }
        claims.extend(
            host.sockets.iter().filter_map(|s| Some((pasted(s.origin)?, s.port.to_string()))),
        );
        claims
            .extend(host.sets.iter().filter_map(|s| Some((pasted(s.origin)?, s.name.to_string()))));
        claims.extend(
            host.names.iter().filter_map(|n| Some((pasted(n.origin)?, n.name.to_string()))),
        );
        claims.extend(
            host.sysctls.iter().filter_map(|(_, f)| Some((pasted(f.origin)?, f.value.to_string()))),
        );
        for (span, claim) in claims {
            let text = self.under(span);
            self.hold(text.contains(&claim), || format!("{claim:?} is not in {text:?}"));
        }
    }
}

fn shown(rules: &Ruleset, what: &OpKind) -> String {
    match what {
        OpKind::Target(Target::Jump(c)) => format!("jump {}", rules.chain(*c).name),
        OpKind::Target(Target::Goto(c)) => format!("goto {}", rules.chain(*c).name),
        what => format!("{what:?}"),
    }
}

/// A rule's operations, but for the interfaces that a form hides.
fn plain(rules: &Ruleset, rule: &Rule) -> Vec<String> {
    let ops = rule.ops.iter().map(|op| &op.what);
    ops.filter(|w| !matches!(w, OpKind::Match(Match::HiddenInterfaces)))
        .map(|w| shown(rules, w))
        .collect()
}

#[test]
#[ignore = "what others pasted lies beside the repository"]
fn the_text_under_a_span_is_what_was_read() {
    let (mut nodes, mut wrong) = (0, String::new());
    let known = RefCell::default();
    for path in files() {
        let (text, reading) = read(&path);
        for host in reading.hosts {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let name =
                format!("{}/{name}", path.parent().unwrap().file_name().unwrap().to_string_lossy());
            let mut doc =
                Doc { name, text: &text, host, wrong: String::new(), nodes: 0, known: &known };
            doc.check();
            nodes += doc.nodes;
            wrong += &doc.wrong;
        }
        for d in &reading.diagnostics {
            nodes += 1;
            let under = &text[d.span.range()];
            // A remark, and a dump that is not read, are named whole.
            let whole = matches!(
                d.id,
                DiagnosticId::Prose
                    | DiagnosticId::PassedOver
                    | DiagnosticId::NothingRecognised
                    | DiagnosticId::NotModelled
            );
            if under.trim().contains('\n') && !whole {
                wrong += &format!(
                    "\n{}: {:?} over {} lines",
                    path.display(),
                    d.id,
                    under.lines().count()
                );
            }
        }
    }
    println!("{nodes} spans");
    assert!(wrong.is_empty(), "{} wrong:{wrong}", wrong.lines().count() - 1);
}

/// Articles as a reader pastes them, prose and all, and how each answers the question of its author on every branch.
#[test]
#[ignore = "what others pasted lies beside the repository"]
fn an_article_pasted_whole_answers_its_question_and_remarks_little() {
    let Some(documents) = beside("documents") else { return };
    let asked = [
        ("article-000.txt", "curl 172.17.0.2:11103 from 172.17.0.1 in eth0", "rejected FORWARD 6"),
        ("article-003.txt", "curl 172.17.253.62:80 from 203.0.113.9 in eth0", "172.19.0.15:80"),
    ];
    for (name, packet, expect) in asked {
        let (text, reading) = read(&documents.join(name));
        assert!(reading.diagnostics.len() <= 4, "{name}: {:?}", reading.diagnostics);
        let played = chainwalk_tests::played::played(&text, &[packet]);
        let answer = &played.answer_json()["packets"][0];
        let branches = answer["branches"].as_array().cloned().unwrap_or_default();
        assert!(!branches.is_empty(), "{name}: a rule rolls dice, or a table is missing");
        let told = |branch: &serde_json::Value| {
            let at = &branch["stopped_at"];
            let out = &branch["packet_out"];
            match (at["chain"].as_str(), out["dst"].as_str()) {
                (Some(chain), _) => {
                    format!("{} {chain} {}", branch["verdict"].as_str().unwrap(), at["rule"])
                }
                (None, Some(dst)) => format!("{dst}:{}", out["dport"]),
                (None, None) => String::new(),
            }
        };
        // Where filter is not there, one branch is what nobody knows.
        let known = branches.iter().map(told).filter(|t| !t.is_empty() && !t.contains("null"));
        let known: Vec<String> = known.collect();
        assert!(!known.is_empty() && known.iter().all(|t| t == expect), "{name}: {known:?}");
    }
}
