//! Writes the diagram at every stop of a walk as SVG files, for looking at.
//!
//! `cargo run -p chainwalk-view --example pictures -- OUT WIDTHxHEIGHT LANG PACKET FILE [ASSUME…]`

use chainwalk_sim::Session;
use chainwalk_view::{
    Explained, Lang, TableMeasure, chips, facts, problems, scene, scene_phone, svg, timeline, words,
};

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [out, size, lang, packet, file, assumed @ ..] = args.as_slice() else {
        eprintln!("OUT WIDTHxHEIGHT LANG PACKET FILE [ASSUME…]");
        std::process::exit(1);
    };
    let (w, h) = size.split_once('x').unwrap_or(("808", "668"));
    let size = (w.parse().unwrap_or(808.0), h.parse().unwrap_or(668.0));
    let lang = if lang == "zh" { Lang::Zh } else { Lang::En };
    let mut text = String::new();
    for name in file.split(',') {
        text.push_str(&std::fs::read_to_string(name)?);
        text.push('\n');
    }
    let docs = [text.as_str()];
    let mut reading = chainwalk_parse::read(&docs);
    let mut host = reading.host();
    let mut asks = Vec::new();
    let mut case_docs: Vec<String> = Vec::new();
    if file.ends_with("jsonl") {
        // A recorded case, by its name in place of the packet.
        let named = |line: &&str| {
            line.contains(&format!("\"id\":\"{packet}\""))
                || line.contains(&format!("\"id\": \"{packet}\""))
        };
        let line = text.lines().find(named).unwrap_or_default();
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        match chainwalk_parse::case::read_value(&value["case"]) {
            Ok(case) => {
                host = case.host;
                for said in &case.assume {
                    chainwalk_sim::assume(&mut host, said);
                }
                asks = case.asks;
                case_docs = case.docs;
                reading.hosts = vec![host.clone()];
            }
            Err(e) => eprintln!("{e}"),
        }
    }
    for said in assumed {
        match chainwalk_parse::assumption(said) {
            Ok(said) => chainwalk_sim::assume(&mut host, &said),
            Err(e) => eprintln!("{said}: {e:?}"),
        }
    }
    let mut docs: Vec<&str> = docs.to_vec();
    if !case_docs.is_empty() {
        docs = case_docs.iter().map(String::as_str).collect();
    }
    let lines: Vec<&str> = packet.split(';').map(str::trim).collect();
    if asks.is_empty() {
        asks =
            chainwalk_parse::packet_lines(&lines, &host).into_iter().map(|(ask, _)| ask).collect();
    }
    if let Some(first) = std::env::var("PACKETS").ok().and_then(|n| n.parse().ok()) {
        asks.truncate(first);
    }
    let mut session = Session::new(host);
    for ask in &asks {
        session.send(ask);
    }
    let why = |at| session.explain(at);
    let followed: Vec<usize> = std::env::var("FOLLOW")
        .unwrap_or_default()
        .split(',')
        .filter_map(|n| n.parse().ok())
        .collect();
    let telling = Explained {
        lang,
        reading: Some(&reading),
        docs: &docs,
        host: session.host(),
        asks: &asks,
        walks: session.walks(),
        followed: &followed,
        packet: asks.len() - 1,
        raw_names: false,
        reasons: &why,
    };
    for chip in chips(&reading, lang) {
        println!("[{}] {} {}", chip.class, chip.name, chip.detail);
    }
    for fact in facts(session.host(), lang, &docs) {
        let mark = if fact.guess { "~" } else { " " };
        println!("{mark} {:18} {:24} {:10} {:?}", fact.name, fact.value, fact.source, fact.assume);
    }
    for problem in problems(&reading.diagnostics, &docs, lang) {
        println!("{}: {} {:?}", problem.class, problem.text, problem.hint);
    }
    print!("{}", words(&telling));
    let line = timeline(&telling);
    for lane in &line.lanes {
        let cells: Vec<String> = lane
            .cells
            .iter()
            .map(|c| {
                format!(
                    "{}{}",
                    c.group.as_deref().map(|g| format!(" {g}: ")).unwrap_or_default(),
                    if c.label.is_empty() { &c.class } else { &c.label }
                )
            })
            .collect();
        println!("{} |{}", lane.name, cells.join(" "));
    }
    std::fs::create_dir_all(out)?;
    std::fs::write(format!("{out}/first.svg"), svg(&scene(&telling, 0, size, &TableMeasure)))?;
    for (stop, said) in line.narration.iter().enumerate() {
        println!("{stop:3} {said}");
        std::fs::write(
            format!("{out}/{stop:03}.svg"),
            svg(&scene(&telling, stop, size, &TableMeasure)),
        )?;
        let small = scene_phone(&telling, stop, (358.0, 80.0), &TableMeasure);
        std::fs::write(format!("{out}/p{stop:03}.svg"), svg(&small))?;
    }
    Ok(())
}
