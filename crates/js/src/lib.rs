//! The JavaScript door: a host as it was pasted, the packets sent through it, and what there is to show.
//!
//! What goes out are plain objects in the shapes of `chainwalk_view`; what comes in is converted here. The
//! door decides nothing, and only a wrong option throws: whatever was pasted gives a host.

use chainwalk_model::{Ask, Check, Diagnostic, DocId, Reading, RuleId, Severity, Want};
use chainwalk_sim::{Session, edited};
use chainwalk_view::{
    Banner, Chip, FactRow, Hands, HostChip, Lang, Problem, Reasons, Row, Scene, TableMeasure,
    Telling, Timeline,
};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// What may be said beside the paste: `{ lang: "en" | "zh", assume: ["eth0=10.0.0.2/24", …], host: "gw" }`;
/// `host` is the `id` of one of the hosts that were recognised, where there are several.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    lang: Option<String>,
    assume: Vec<String>,
    host: Option<String>,
}

/// What was recognised in the paste.
#[derive(Serialize)]
struct Recognised {
    hosts: Vec<HostChip>,
    chips: Vec<Chip>,
    facts: Vec<FactRow>,
    problems: Vec<Problem>,
}

/// The answer for one packet, and the way there.
#[derive(Serialize)]
struct Told {
    banner: Banner,
    rows: Vec<Row>,
    timeline: Timeline,
}

/// A host as it was pasted, and the packets sent through it, in order.
#[wasm_bindgen]
pub struct Host {
    lang: Lang,
    paste: String,
    reading: Reading,
    /// As it was pasted and assumed.
    known: chainwalk_model::Host,
    /// The commands that changed it since, as they were typed and as they are printed.
    edits: Vec<(String, String)>,
    facts: chainwalk_model::Host,
    session: Session,
    asks: Vec<Ask>,
    followed: Vec<usize>,
}

#[wasm_bindgen]
impl Host {
    /// Reads `paste`, whatever it is.
    ///
    /// # Errors
    /// Where `options` holds what is not an option, or an assumption that can't be read.
    #[wasm_bindgen(constructor)]
    pub fn new(paste: String, options: JsValue) -> Result<Self, JsError> {
        let options: Options = if options.is_undefined() || options.is_null() {
            Options::default()
        } else {
            serde_wasm_bindgen::from_value(options)?
        };
        let lang = match options.lang.as_deref() {
            None | Some("en") => Lang::En,
            Some("zh") => Lang::Zh,
            Some(other) => return Err(JsError::new(&format!("no language `{other}`: en, zh"))),
        };
        let reading = chainwalk_parse::read(&[&paste]);
        let mut host = match options.host.as_deref() {
            None => reading.host(),
            Some(name) => reading
                .host_named(name)
                .cloned()
                .ok_or_else(|| JsError::new(&format!("no host `{name}`")))?,
        };
        for text in &options.assume {
            match chainwalk_parse::assumption(text) {
                Ok(assumption) => chainwalk_sim::assume(&mut host, &assumption),
                Err(found) => return Err(JsError::new(&sentence(&found, text, lang))),
            }
        }
        let session = Session::new(host.clone());
        Ok(Self {
            lang,
            paste,
            reading,
            known: host.clone(),
            edits: Vec::new(),
            facts: host,
            session,
            asks: Vec::new(),
            followed: Vec::new(),
        })
    }

    /// What was recognised: `{ hosts, chips, facts, problems }`; no hosts where there is one or none.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn recognised(&self) -> Result<JsValue, JsError> {
        let docs = [self.paste.as_str()];
        object(&Recognised {
            hosts: chainwalk_view::hosts(&self.reading, self.facts.id, self.lang),
            chips: chainwalk_view::chips(&self.reading, self.lang),
            facts: chainwalk_view::facts(&self.facts, self.lang, &docs),
            problems: chainwalk_view::problems(&self.reading.diagnostics, &docs, self.lang),
        })
    }

    /// Sends a packet after those sent before, in the words of the page's packet field, and returns what is
    /// wrong with them. A line that can't be read, and any line where no rules were recognised, sends nothing.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn send(&mut self, packet: &str) -> Result<JsValue, JsError> {
        let (mut ask, mut found) = chainwalk_parse::packet_line(packet);
        found.extend(chainwalk_parse::resolve(&mut ask, packet, self.session.host()));
        let broken = found.iter().any(|d| d.severity == Severity::Error);
        if !broken && !self.reading.hosts.is_empty() {
            self.session.send(&ask);
            self.asks.push(ask);
        }
        object(&chainwalk_view::packet_problems(&found, packet, self.lang))
    }

    /// Changes the host as a command would (`iptables -I FORWARD 1 …`, `sysctl -w …`, `ip route add …`), lets the
    /// packets sent so far walk anew, and returns what is wrong with the command. One that can't be read changes
    /// nothing. What is told of a rule that a command made has `doc` 1 and up in its spans: the command's line.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn edit(&mut self, command: &str) -> Result<JsValue, JsError> {
        let doc = DocId(u16::try_from(self.edits.len() + 1).unwrap_or(u16::MAX));
        let found = match chainwalk_parse::edit(command, doc, &self.facts) {
            Ok((edit, found)) => {
                let printed = chainwalk_parse::edit_text(&edit, &self.facts);
                self.edits.push((command.to_owned(), printed));
                self.facts = edited(&self.facts, &edit);
                self.session = sent(&self.facts, &self.asks);
                self.followed.clear();
                found
            }
            Err(problem) => vec![problem],
        };
        object(&chainwalk_view::packet_problems(&found, command, self.lang))
    }

    /// A packet's fate without the edits and with them: `{ edits, before, after, change }`; null where there are
    /// none.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn compared(&self, packet: usize) -> Result<JsValue, JsError> {
        if self.edits.is_empty() {
            return Ok(JsValue::NULL);
        }
        let before = sent(&self.known, &self.asks);
        let commands = self.edits.iter().map(|(_, printed)| printed.clone()).collect();
        self.telling(packet, |after| {
            let old = Telling {
                host: before.host(),
                walks: before.walks(),
                followed: &[],
                reasons: &chainwalk_view::NoReasons,
                ..*after
            };
            object(&chainwalk_view::compared(&old, after, commands))
        })
    }

    /// The smallest changes after which a packet gets `"through"`, or is `"stopped"`, each seen to work:
    /// `{ want, title, note, proposals }`. The commands of a proposal are words for [`Host::edit`].
    ///
    /// # Errors
    /// Where `want` is another word.
    pub fn changes(&self, packet: usize, want: &str) -> Result<JsValue, JsError> {
        let want = match want {
            "through" => Want::Through,
            "stopped" => Want::Stopped,
            other => return Err(JsError::new(&format!("no `{other}`: through, stopped"))),
        };
        let found = chainwalk_sim::changes(&self.facts, &self.asks, packet, want);
        let hands = Hands { text: chainwalk_parse::edit_text, edited };
        self.telling(packet, |t| object(&chainwalk_view::changes(t, &found, hands)))
    }

    /// What a kernel's trace in the paste says of a packet's walk, step by step: `{ text, agrees, follow, steps,
    /// span }`; null where none shows this packet.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn overlay(&self, packet: usize) -> Result<JsValue, JsError> {
        self.telling(packet, |t| object(&chainwalk_view::overlay(t)))
    }

    /// Packets worth sending, by what the rules, the host and the traces say: `[{ line, about }]`.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn suggestions(&self) -> Result<JsValue, JsError> {
        self.telling(0, |t| object(&chainwalk_view::suggestions(t)))
    }

    /// Follows another outcome of a packet; both count from 0.
    pub fn follow(&mut self, packet: usize, outcome: usize) {
        if packet < self.asks.len() {
            self.followed.resize(self.asks.len(), 0);
            self.followed[packet] = outcome;
        }
    }

    /// The answer for a packet and the way there: `{ banner, rows, timeline }`.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn tell(&self, packet: usize) -> Result<JsValue, JsError> {
        self.telling(packet, |t| {
            object(&Told {
                banner: chainwalk_view::banner(t),
                rows: chainwalk_view::rows(t),
                timeline: chainwalk_view::timeline(t),
            })
        })
    }

    /// The diagram of a packet at a stop of its timeline, as finished geometry.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn scene(
        &self,
        packet: usize,
        stop: usize,
        width: f64,
        height: f64,
    ) -> Result<JsValue, JsError> {
        object(&self.drawn(packet, stop, width, height))
    }

    /// The same as the text of an SVG file.
    pub fn svg(&self, packet: usize, stop: usize, width: f64, height: f64) -> String {
        chainwalk_view::svg(&self.drawn(packet, stop, width, height))
    }

    /// The walk of a packet in words, line by line.
    pub fn words(&self, packet: usize) -> String {
        self.telling(packet, chainwalk_view::words)
    }
}

impl Host {
    /// All that the view looks at for a packet, given to `show`.
    fn telling<T>(&self, packet: usize, show: impl FnOnce(&Telling) -> T) -> T {
        let edits = self.edits.iter().map(|(line, _)| line.as_str());
        let docs: Vec<&str> = std::iter::once(self.paste.as_str()).chain(edits).collect();
        show(&Telling {
            lang: self.lang,
            reading: Some(&self.reading).filter(|_| !self.paste.trim().is_empty()),
            docs: &docs,
            host: &self.facts,
            asks: &self.asks,
            walks: self.session.walks(),
            followed: &self.followed,
            packet,
            raw_names: false,
            reasons: self,
        })
    }

    fn drawn(&self, packet: usize, stop: usize, width: f64, height: f64) -> Scene {
        self.telling(packet, |t| chainwalk_view::scene(t, stop, (width, height), &TableMeasure))
    }
}

impl Reasons for Host {
    fn checks(
        &self,
        packet: usize,
        outcome: usize,
        reply: Option<usize>,
        step: usize,
        rule: RuleId,
    ) -> Vec<Check> {
        self.session.explain(packet, outcome, reply, step, rule)
    }
}

/// A host through which these packets went.
fn sent(host: &chainwalk_model::Host, asks: &[Ask]) -> Session {
    let mut session = Session::new(host.clone());
    for ask in asks {
        session.send(ask);
    }
    session
}

/// A value as a plain object: no `Map`, and `null` for what is absent.
fn object(value: &impl Serialize) -> Result<JsValue, JsError> {
    Ok(value.serialize(&Serializer::json_compatible())?)
}

fn sentence(found: &Diagnostic, text: &str, lang: Lang) -> String {
    let problems = chainwalk_view::packet_problems(std::slice::from_ref(found), text, lang);
    problems.into_iter().map(|p| p.text).collect()
}
