//! A case becomes text.

use super::head::{Case, VERSION, Words};
use crate::scenario::{Doc, HostPart, Scenario};
use chainwalk_model::Goal;

pub(super) fn write(case: &Case) -> String {
    let Case { scenario, head } = case;
    let mut out = Lines(String::new());
    out.line("chainwalk", &VERSION.to_string());
    for remark in &head.remarks {
        out.0 += &["# ", remark.trim()].concat();
        out.0 = out.0.trim_end().to_owned() + "\n";
    }
    out.words("title", &head.title);
    out.words("question", &head.question);
    out.words("point", &head.point);
    out.lines("packet", &scenario.packets);
    if let Some(moment) = scenario.moment {
        out.line("moment", &moment.to_string());
    }
    hosts(&mut out, scenario);
    docs(&mut out, &scenario.docs);
    out.lines("goal", &head.goals);
    if !scenario.followed.is_empty() {
        let numbers: Vec<String> = scenario.followed.iter().map(|n| (n + 1).to_string()).collect();
        out.line("follow", &numbers.join(" "));
    }
    if let Some(at) = head.at {
        out.line("at", &at.to_string());
    }
    if let Some(aim) = head.aim {
        out.line("aim", if aim == Goal::Through { "through" } else { "stopped" });
    }
    if let Some(lang) = head.lang {
        out.line("lang", lang.word());
    }
    if let Some(theme) = head.theme {
        out.line("theme", theme.word());
    }
    if head.raw_names {
        out.line("names", "raw");
    }
    if let Some(speed) = head.speed {
        out.line("speed", &speed.to_string());
    }
    for (name, value) in &head.others {
        out.line(name, value);
    }
    out.lines("ends", &head.ends);
    if !head.by.is_empty() {
        out.line("by", &head.by);
    }
    out.0 += "---\n";
    out.0 += &scenario.paste();
    out.0
}

/// What was said of each host, that of the host that is walked last.
fn hosts(out: &mut Lines, scenario: &Scenario) {
    let walked = scenario.host.as_deref().unwrap_or_default();
    let mut current = "";
    let part = |out: &mut Lines, part: &HostPart| {
        out.lines("assume", &part.facts);
        out.lines("edit", &part.edits);
    };
    for (name, said) in
        scenario.hosts.iter().filter(|(name, said)| *name != walked && !said.is_empty())
    {
        if name != current {
            out.line("host", name);
            current = name;
        }
        part(out, said);
    }
    if walked != current {
        out.line("host", walked);
    }
    if let Some(said) = scenario.hosts.get(walked) {
        part(out, said);
    }
}

/// Where the texts of a paste end, unless there is one without a name.
fn docs(out: &mut Lines, docs: &[Doc]) {
    if let [only] = docs
        && only.name.is_empty()
        && !only.text.is_empty()
    {
        return;
    }
    for doc in docs {
        let lines = doc.text.matches('\n').count();
        // A last line without a line feed gets one where another text follows.
        let more = if doc.is_unended() { "+" } else { "" };
        out.line("doc", &format!("{} {lines}{more}", doc.name.trim()));
    }
}

/// The lines of a head.
struct Lines(String);

impl Lines {
    fn line(&mut self, name: &str, value: &str) {
        self.0 += name;
        self.0 += ":";
        // Not by `lines`, which takes a carriage return away.
        let value = value.trim();
        for (at, line) in value.split('\n').enumerate() {
            self.0 += if at == 0 { " " } else { "\n  " };
            self.0 += line;
        }
        self.0 += "\n";
    }

    fn lines(&mut self, name: &str, values: &[String]) {
        for value in values {
            self.line(name, value);
        }
    }

    fn words(&mut self, name: &str, words: &Words) {
        if !words.en.is_empty() {
            self.line(name, &words.en);
        }
        if !words.zh.is_empty() {
            self.line(&[name, ".zh"].concat(), &words.zh);
        }
    }
}
