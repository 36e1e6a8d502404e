//! A host as it was pasted, and the packets sent through it.

use chainwalk::model::{Diagnostic, Goal, Severity};
use chainwalk::view::{
    self, Banner, Chip, Explained, FactRow, HostChip, Lang, Problem, Row, Scene, TableMeasure,
    Timeline,
};
use chainwalk::{Played, Scenario, Viewpoint};
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
    /// Of the option `host`; null where it is one of the hosts.
    host_problem: Option<Problem>,
    /// Of each line of the option `assume`.
    assume_problems: Vec<Vec<Problem>>,
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
    played: Played,
}

#[wasm_bindgen]
impl Host {
    /// Reads `paste`, whatever it is. A host of the options that is not there, and an assumption that can't be
    /// read, are problems of [`Host::recognised`].
    ///
    /// # Errors
    /// Where `options` holds what is not an option.
    #[wasm_bindgen(constructor)]
    pub fn new(paste: &str, options: JsValue) -> Result<Self, JsError> {
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
        let mut scenario = Scenario { host: options.host, ..Scenario::pasted(paste) };
        scenario.change_part(|part| part.facts = options.assume);
        Ok(Self { lang, played: scenario.play() })
    }

    /// What was recognised: `{ hosts, chips, facts, problems, host_problem, assume_problems }`; no hosts where
    /// there is one or none.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn recognised(&self) -> Result<JsValue, JsError> {
        let (played, lang) = (&self.played, self.lang);
        let (reading, host, docs) = (played.reading(), played.host(), played.docs());
        let problems = played.problems();
        let name = played.scenario().host.as_deref().unwrap_or_default();
        let host_problem = problems.host.and_then(|found| self.one(found, name));
        let facts = played.scenario().facts().iter().zip(problems.facts);
        object(&Recognised {
            hosts: view::hosts(reading, host.id, lang),
            chips: view::chips(reading, lang),
            facts: view::facts(host, lang, &docs),
            problems: view::problems(problems.docs, &docs, lang),
            host_problem,
            assume_problems: facts
                .map(|(line, found)| view::packet_problems(found, line, lang))
                .collect(),
        })
    }

    /// Sends a packet after those sent before, in the words of the page's packet field, and returns what is
    /// wrong with them. A line that can't be read is not sent, and neither is any line where no rules were
    /// recognised.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn send(&mut self, packet: &str) -> Result<JsValue, JsError> {
        let at = self.played.scenario().packets.len();
        self.replay(|s| s.packets.push(packet.to_owned()));
        let found = self.played.problems().packets.get(at).cloned().unwrap_or_default();
        if found.iter().any(|d| d.severity == Severity::Error) {
            // It would end the sequence for those behind it.
            self.replay(|s| s.packets.truncate(at));
        }
        object(&view::packet_problems(&found, packet, self.lang))
    }

    /// Changes the host as a command would (`iptables -I FORWARD 1 …`, `sysctl -w …`, `ip route add …`), lets the
    /// packets sent so far walk anew, and returns what is wrong with the command. One that can't be read changes
    /// nothing. What is told of a rule that a command made has `doc` 1 and up in its spans: the command's line.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn edit(&mut self, command: &str) -> Result<JsValue, JsError> {
        let at = self.played.scenario().edits().len();
        self.replay(|s| {
            s.change_part(|part| part.edits.push(command.to_owned()));
            s.followed.clear();
        });
        let found = self.played.problems().edits.get(at).cloned().unwrap_or_default();
        if self.played.commands().get(at).is_none_or(String::is_empty) {
            self.replay(|s| s.change_part(|part| part.edits.truncate(at)));
        }
        object(&view::packet_problems(&found, command, self.lang))
    }

    /// A packet's fate without the edits and with them: `{ edits, before, after, change }`; null where there are
    /// none.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn compared(&self, packet: usize) -> Result<JsValue, JsError> {
        object(&self.played.compared(&self.at(packet)))
    }

    /// The smallest changes after which a packet gets `"through"`, or is `"stopped"`, each seen to work:
    /// `{ want, title, note, proposals }`. The commands of a proposal are words for [`Host::edit`].
    ///
    /// # Errors
    /// Where `want` is another word.
    pub fn changes(&self, packet: usize, want: &str) -> Result<JsValue, JsError> {
        let want = match want {
            "through" => Goal::Through,
            "stopped" => Goal::Stopped,
            other => return Err(JsError::new(&format!("no `{other}`: through, stopped"))),
        };
        let mut search = self.played.search(packet, want);
        while search.step() {}
        object(&self.played.proposals(&self.at(packet), &search.found()))
    }

    /// What a kernel's trace in the paste says of a packet's walk, step by step: `{ text, agrees, follow, steps,
    /// span }`; null where none shows this packet.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn overlay(&self, packet: usize) -> Result<JsValue, JsError> {
        self.explain(packet, |t| object(&view::overlay(t)))
    }

    /// Packets worth sending, by what the rules, the host and the traces say: `[{ line, about }]`.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn suggestions(&self) -> Result<JsValue, JsError> {
        self.explain(0, |t| object(&view::suggestions(t)))
    }

    /// Follows another outcome of a packet; both count from 0.
    pub fn follow(&mut self, packet: usize, outcome: usize) {
        let sent = self.played.scenario().packets.len();
        if packet < sent {
            self.replay(|s| {
                s.followed.resize(sent, 0);
                s.followed[packet] = outcome;
            });
        }
    }

    /// The answer for a packet and the way there: `{ banner, rows, timeline }`.
    ///
    /// # Errors
    /// Only where JavaScript refuses to make an object.
    pub fn tell(&self, packet: usize) -> Result<JsValue, JsError> {
        self.explain(packet, |t| {
            object(&Told {
                banner: view::banner(t),
                rows: view::rows(t),
                timeline: view::timeline(t),
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
        view::svg(&self.drawn(packet, stop, width, height))
    }

    /// The walk of a packet in words, line by line.
    pub fn words(&self, packet: usize) -> String {
        self.explain(packet, view::words)
    }
}

impl Host {
    /// Changes the scenario; what it has in common with the one before is not walked again.
    fn replay(&mut self, change: impl FnOnce(&mut Scenario)) {
        let mut scenario = self.played.scenario().clone();
        change(&mut scenario);
        self.played = scenario.replay(std::mem::take(&mut self.played), &mut |_| {});
    }

    fn at(&self, packet: usize) -> Viewpoint {
        Viewpoint { lang: self.lang, packet, raw_names: false }
    }

    /// All that the view looks at for a packet, given to `show`.
    fn explain<T>(&self, packet: usize, show: impl FnOnce(&Explained) -> T) -> T {
        self.played.explain(&self.at(packet), show)
    }

    fn drawn(&self, packet: usize, stop: usize, width: f64, height: f64) -> Scene {
        self.explain(packet, |t| view::scene(t, stop, (width, height), &TableMeasure))
    }

    fn one(&self, found: &Diagnostic, text: &str) -> Option<Problem> {
        view::packet_problems(std::slice::from_ref(found), text, self.lang).into_iter().next()
    }
}

/// A value as a plain object: no `Map`, and `null` for what is absent.
fn object(value: &impl Serialize) -> Result<JsValue, JsError> {
    Ok(value.serialize(&Serializer::json_compatible())?)
}
