//! What survives a reload beside the case: how the page stands, in a record of its own version.

use super::choices::{Speed, Theme};
use crate::layout::Layout;
use crate::narration::Verbosity;
use crate::origin::Origin;
use chainwalk::view::Lang;
use chainwalk::{Case, HostPart, Scenario};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of the record that is written here.
const VERSION: u64 = 1;

/// How the page stands, and what is typed and not sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// What is in the packet field.
    pub draft: String,
    /// Where packets typed without a source come from.
    pub origin: Origin,
    /// How fast the walk plays.
    pub speed: Speed,
    /// How much of it is read aloud.
    pub verbosity: Verbosity,
    /// Whether keys that are a character do nothing.
    pub keys_off: bool,
    /// The colours.
    pub theme: Theme,
    /// The language.
    pub lang: Lang,
    /// How the panes stand.
    pub layout: Layout,
}

/// What a browser kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The case.
    pub case: Case,
    /// The settings.
    pub settings: Settings,
    /// Whether a newer version wrote it, so that more may be there than was read.
    pub newer: bool,
}

impl Settings {
    /// The record, as text.
    pub fn write(&self) -> String {
        serde_json::json!({
            "version": VERSION,
            "draft": self.draft,
            "origin": self.origin,
            "speed": self.speed,
            "verbosity": self.verbosity,
            "keys_off": self.keys_off,
            "theme": self.theme,
            "lang": self.lang,
            "layout": self.layout,
        })
        .to_string()
    }

    /// What a record says, as far as it is known; what can't be read is as on a first visit.
    fn of(record: &Map<String, Value>) -> Self {
        Self {
            draft: field(record, "draft"),
            origin: field(record, "origin"),
            speed: field(record, "speed"),
            verbosity: field(record, "verbosity"),
            keys_off: field(record, "keys_off"),
            theme: field(record, "theme"),
            lang: field(record, "lang"),
            layout: field(record, "layout"),
        }
    }
}

impl Kept {
    /// Reads the case and the record as they are written here; `None` where there is neither.
    pub fn read(case: Option<&str>, record: Option<&str>) -> Option<Self> {
        let record = record.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
        if case.is_none() && record.is_none() {
            return None;
        }
        let record = record.unwrap_or_default();
        let (case, problems) = match case.map(Case::read) {
            Some(Ok(read)) => read,
            Some(Err(_)) | None => <(Case, Vec<_>)>::default(),
        };
        let newer_form =
            |d: &chainwalk::model::Diagnostic| d.id == chainwalk::model::DiagnosticId::NewerForm;
        let newer = record.get("version").and_then(Value::as_u64).is_some_and(|v| v > VERSION)
            || problems.iter().any(newer_form);
        Some(Self { case, settings: Settings::of(&record), newer })
    }

    /// Lifts what was kept before there was a case text: one record of all but the paste, and the paste.
    pub fn lifted(record: &str, paste: &str) -> Option<Self> {
        let record = serde_json::from_str::<Map<String, Value>>(record).ok()?;
        let mut scenario =
            if paste.is_empty() { Scenario::default() } else { Scenario::pasted(paste) };
        scenario.packets = field(&record, "packets");
        for other in field::<Vec<Elsewhere>>(&record, "elsewhere") {
            let part = HostPart { facts: other.assumptions, edits: other.changes };
            scenario.hosts.insert(other.host, part);
        }
        scenario.hosts.retain(|_, part| !part.is_empty());
        scenario.host = field(&record, "host");
        scenario.change_part(|part| {
            part.facts = field(&record, "assumptions");
            part.edits = field(&record, "changes");
        });
        let case = Case { scenario, ..Case::default() };
        Some(Self { case, settings: Settings::of(&record), newer: false })
    }
}

/// What was said of a host that was not walked, in the record of old.
#[derive(Deserialize, Serialize)]
struct Elsewhere {
    host: String,
    #[serde(default)]
    assumptions: Vec<String>,
    #[serde(default)]
    changes: Vec<String>,
}

/// A field of a record; the usual where it is not there or is none.
fn field<T: DeserializeOwned + Default>(record: &Map<String, Value>, name: &str) -> T {
    record.get(name).and_then(|value| T::deserialize(value).ok()).unwrap_or_default()
}
