//! Literate cases: a page of prose with fenced blocks, read by people and by the test that replays it.
//!
//! A block `paste` is a document. A block `said` holds assumptions, one a line. A block `counters` lists what
//! the rules count, as [`Page::count`] writes it. A block `walk` begins each
//! packet with `> ` and its packet line; the lines below it are what must come out, as [`tell`] writes it.
//! A block `says` begins each packet in the same way; each line below stands in what the English banner says of it,
//! the lines that begin with `$ ` among the commands that are proposed.

use crate::played::{asked, played_with};
use chainwalk::Viewpoint;
use chainwalk::view::{Lang, Sentence, banner};
use chainwalk_model::{AskAddr, AskEntry, FollowUp, PacketSpec};
use chainwalk_parse::read;
use chainwalk_view::one_end;
use serde_json::{Map, Value, json};

/// A page, taken apart.
#[derive(Debug, Default)]
pub struct Page {
    /// The documents.
    pub paste: Vec<String>,
    /// The assumptions.
    pub said: Vec<String>,
    /// The packet lines.
    pub packets: Vec<String>,
    /// The `walk` blocks, joined.
    pub walk: String,
    /// The `counters` blocks, joined.
    pub counters: String,
    /// What is to be said of packets, by their lines.
    pub says: Vec<(String, Vec<String>)>,
}

impl Page {
    /// Takes the fenced blocks out of a page.
    ///
    /// # Panics
    /// Where a block's name is not known, or a block does not end: a page that is not replayed is no test.
    pub fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut open: Option<(&str, String, String)> = None;
        for line in text.lines() {
            let ticks = line.len() - line.trim_start_matches('`').len();
            let (fence, name) = line.split_at(ticks);
            match &mut open {
                None if ticks >= 3 => {
                    open = Some((fence, name.trim().to_owned(), String::new()));
                }
                None => {}
                // A longer fence holds a paste that has fences itself.
                Some((own, ..)) if line == *own => {
                    let (_, name, body) = open.take().unwrap_or_default();
                    page.block(&name, body);
                }
                Some((_, _, body)) => {
                    body.push_str(line);
                    body.push('\n');
                }
            }
        }
        assert!(open.is_none(), "a block is not closed");
        page
    }

    fn block(&mut self, name: &str, body: String) {
        match name {
            "paste" => self.paste.push(body),
            "said" => self.said.extend(body.lines().map(str::to_owned)),
            "walk" => {
                let lines = body.lines().filter_map(|l| l.strip_prefix("> "));
                self.packets.extend(lines.map(str::to_owned));
                self.walk.push_str(&body);
            }
            "counters" => self.counters.push_str(&body),
            "says" => {
                for line in body.lines() {
                    match (line.strip_prefix("> "), self.says.last_mut()) {
                        (Some(packet), _) => self.says.push((packet.to_owned(), Vec::new())),
                        (None, Some((_, wanted))) => wanted.push(line.to_owned()),
                        (None, None) => panic!("{line:?} is said of no packet"),
                    }
                }
            }
            other => panic!("no block is called {other:?}"),
        }
    }

    /// What the rules of the documents count, a line a rule that counts something: table, chain, number,
    /// packets, and of what unit the count was rounded to.
    pub fn count(&self) -> String {
        let docs = of(&self.paste);
        let rules = read(&docs).host().rules;
        let counted = rules.rules.iter().filter_map(|r| {
            let packets = r.counters?.packets;
            let chain = rules.chain(r.chain);
            let at = format!("{} {} {}", rules.table(chain.table).name, chain.name, r.number);
            (packets.value > 0)
                .then(|| format!("{at}: {} packets, in units of {}", packets.value, packets.unit))
        });
        joined(counted)
    }

    /// The page's answer, as the doors give it; none where nothing was recognised.
    ///
    /// # Panics
    /// Where an assumption or a packet line of the page can't be read.
    pub fn answer(&self) -> Option<Value> {
        let docs = of(&self.paste);
        if read(&docs).hosts.is_empty() {
            return None;
        }
        Some(played_with(&docs, &of(&self.said), &of(&self.packets)).answer_json())
    }

    /// Replays the page and writes its `walk` blocks as they come out.
    ///
    /// # Panics
    /// Where an assumption or a packet line of the page can't be read.
    pub fn replay(&self) -> String {
        let Some(answer) = self.answer() else {
            let lines = self.packets.iter();
            return joined(lines.flat_map(|p| [format!("> {p}"), "nothing was recognised".into()]));
        };
        let mut told = Vec::new();
        let answered = answer["packets"].as_array().into_iter().flatten();
        for (line, packet) in self.packets.iter().zip(answered) {
            told.push(format!("> {line}"));
            told.extend(tell(packet));
        }
        joined(told)
    }

    /// What the `says` blocks want and is not said, with what is.
    ///
    /// # Panics
    /// Where an assumption or a packet line of the page can't be read.
    pub fn unsaid(&self) -> String {
        let mut missing = Vec::new();
        for (packet, wanted) in &self.says {
            let played = played_with(&of(&self.paste), &of(&self.said), &[packet]);
            let at = Viewpoint { lang: Lang::En, packet: 0, raw_names: false };
            let banner = played.explain(&at, banner);
            let evidence = banner.evidence.iter().map(|e| plain(&e.text));
            let said: Vec<String> = [plain(&banner.headline), plain(&banner.detail)]
                .into_iter()
                .chain(evidence)
                .collect();
            let commands = if wanted.iter().any(|line| line.starts_with("$ ")) {
                let mut search = played.search(0, played.other_goal(0));
                while search.step() {}
                let found = played.proposals(&at, &search.found()).proposals;
                found.into_iter().map(|p| p.commands.join("; ")).collect()
            } else {
                Vec::new()
            };
            let is_said = |line: &&String| match line.strip_prefix("$ ") {
                Some(command) => commands.iter().any(|c: &String| c == command),
                None => said.iter().any(|s| s.contains(line.as_str())),
            };
            for line in wanted.iter().filter(|line| !is_said(line)) {
                missing.push(format!("> {packet}\nwants {line}\nsays {said:#?} {commands:#?}"));
            }
        }
        joined(missing)
    }

    /// The page as a case for a kernel: tables as `iptables-save` has them, a network that was said, packets of
    /// known addresses. None where it is something else.
    pub fn case(&self, id: &str) -> Option<Value> {
        let rules = self.paste.concat();
        let of_save =
            |l: &str| l.starts_with(['*', ':', '-', '#', '[']) || l == "COMMIT" || l.is_empty();
        if !rules.starts_with('*') || !rules.lines().all(of_save) {
            return None;
        }
        let mut interfaces: Vec<Value> = Vec::new();
        let (mut routes, mut policy, mut sysctls) = (Vec::new(), Vec::new(), Map::new());
        for line in &self.said {
            let (name, value) = line.split_once('=')?;
            match name {
                "route" => routes.push(value),
                "rule" => policy.push(value),
                _ if name.starts_with("net.") => {
                    sysctls.insert(name.into(), value.into());
                }
                _ if value.contains('/') && !name.contains('.') => {
                    interfaces.push(json!({ "name": name, "addrs": [value] }));
                }
                _ => return None,
            }
        }
        let host = read(&[&rules]).host();
        let packets: Option<Vec<Value>> =
            asked(&of(&self.packets), &host).iter().map(packet).collect();
        Some(json!({
            "id": id, "interfaces": interfaces, "routes": routes, "ip_rules": policy,
            "sysctls": sysctls, "rules": rules, "packets": packets?,
        }))
    }
}

fn of(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// A packet as a case writes it; none where its line leaves open what a case must say.
fn packet(ask: &PacketSpec) -> Option<Value> {
    if ask.at.is_some() {
        // A kernel's clock is its own.
        return None;
    }
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.into(), value);
        }
    };
    match ask.follow_up {
        Some(FollowUp::ReplyTo(k)) => put("reply_to", Some(k.into())),
        Some(FollowUp::IcmpErrorTo(k)) => put("icmp_error_to", Some(k.into())),
        None => {
            let addr = |a: &Option<AskAddr>| match a {
                Some(AskAddr::Ip(a)) => Some(Value::from(a.to_string())),
                _ => None,
            };
            put("src", addr(&ask.src));
            put("dst", Some(addr(&ask.dst)?));
            put(
                "hook_in",
                match &ask.entry {
                    AskEntry::Iface(name) => Some(name.to_string().into()),
                    AskEntry::Local => Some("local".into()),
                    AskEntry::Unsaid | AskEntry::Outside => return None,
                },
            );
            put("proto", Some(ask.proto?.into()));
            put("sport", ask.sport.map(Into::into));
            put("dport", ask.dport.map(Into::into));
        }
    }
    put("flags", ask.flags.map(|f| f.0.into()));
    put("seq", ask.seq.map(Into::into));
    put("ack", ask.ack.map(Into::into));
    let hex = |b: &[u8]| b.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    put("payload", ask.payload.as_deref().map(|b| json!({ "hex": hex(b) })));
    put("ttl", ask.ttl.map(Into::into));
    put("tos", ask.tos.map(Into::into));
    put("icmp_type", ask.icmp_type.map(Into::into));
    put("icmp_code", ask.icmp_code.map(Into::into));
    Some(fields.into())
}

/// An answered packet in short lines: what matched and where chains ended, then the fate, what the kernel
/// sent because of it, and what it depends on.
pub fn tell(packet: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    match packet["branches"].as_array() {
        None => one(packet, "", &mut lines),
        Some(branches) => {
            for branch in branches {
                let weight = match branch["weight"].as_f64() {
                    Some(w) => format!("{:.2}%", w * 100.0),
                    None => "unknown".into(),
                };
                lines.push(format!("branch ({weight}), after branch {}", branch["from"]));
                one(branch, "  ", &mut lines);
            }
        }
    }
    for d in packet["depends_on"].as_array().into_iter().flatten() {
        lines.push(format!("depends on {} {}", word(&d["kind"]), word(&d["name"])));
    }
    lines
}

fn plain(sentence: &Sentence) -> String {
    sentence.iter().map(|run| run.text.as_str()).collect()
}

/// The lines, each ended.
fn joined(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().flat_map(|l| [l, "\n".into()]).collect()
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn one(packet: &Value, indent: &str, lines: &mut Vec<String>) {
    for entry in packet["walk"].as_array().into_iter().flatten() {
        let at = match entry[4].as_str() {
            Some("rule") => word(&entry[3]),
            _ => word(&entry[4]),
        };
        let (hook, table, chain) = (word(&entry[0]), word(&entry[1]), word(&entry[2]));
        lines.push(format!("{indent}{hook:<4} {table} {chain} {at}"));
    }
    lines.push(format!("{indent}{}", one_end(packet)));
    for reply in packet["replies"].as_array().into_iter().flatten() {
        lines.push(format!("{indent}and the kernel sends"));
        one(reply, &format!("{indent}  "), lines);
    }
}
