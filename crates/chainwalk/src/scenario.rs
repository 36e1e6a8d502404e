//! All that leads to an answer, in the words in which a person wrote it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What was pasted, asked, added and changed. Two that are equal give the same answer on every door.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// The pasted texts, in order.
    pub docs: Vec<Doc>,
    /// The host that is walked, by its name or its number from 1, where another than the first was chosen.
    pub host: Option<String>,
    /// The moment that is walked, from 1, where the paste shows a table in several states; else it is the last.
    #[serde(default)]
    pub moment: Option<usize>,
    /// What was said of each host, by what chooses it; the empty name is that of the host that is walked where
    /// none was chosen. There are no empty parts.
    pub hosts: BTreeMap<String, HostPart>,
    /// The packets in order, each in the words of the packet field.
    pub packets: Vec<String>,
    /// For each packet the outcome that is followed, from 0; what is missing is the first.
    pub followed: Vec<usize>,
}

/// A pasted text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doc {
    /// What it is called, such as its file's name; may be empty.
    pub name: String,
    /// The text, raw.
    pub text: Rc<str>,
}

/// What was said of one host beyond the paste.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostPart {
    /// Facts, as `--assume` takes them (`eth0=10.0.0.1/24`).
    pub facts: Vec<String>,
    /// Changes made to it, as commands (`iptables -I INPUT …`), in order.
    pub edits: Vec<String>,
}

impl HostPart {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.edits.is_empty()
    }
}

impl Doc {
    /// A text without a name.
    pub fn pasted(text: &str) -> Self {
        Self { name: String::new(), text: text.into() }
    }

    /// Whether its last line has no line feed.
    pub(crate) fn is_unended(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with('\n')
    }
}

impl Scenario {
    /// A scenario with one pasted text.
    pub fn pasted(text: &str) -> Self {
        Self { docs: vec![Doc::pasted(text)], ..Self::default() }
    }

    /// The pasted texts one after the other, each on lines of its own.
    pub fn paste(&self) -> String {
        let mut all = String::new();
        for (at, doc) in self.docs.iter().enumerate() {
            all += &doc.text;
            if at + 1 < self.docs.len() && doc.is_unended() {
                all.push('\n');
            }
        }
        all
    }

    /// What was said of the host that is walked.
    pub fn part(&self) -> Option<&HostPart> {
        self.hosts.get(self.key())
    }

    /// The facts about the host that is walked.
    pub fn facts(&self) -> &[String] {
        self.part().map_or(&[], |p| &p.facts)
    }

    /// The edits of the host that is walked.
    pub fn edits(&self) -> &[String] {
        self.part().map_or(&[], |p| &p.edits)
    }

    /// Changes what was said of the host that is walked.
    pub fn change_part(&mut self, change: impl FnOnce(&mut HostPart)) {
        let key = self.key().to_owned();
        let mut part = self.hosts.remove(&key).unwrap_or_default();
        change(&mut part);
        if !part.is_empty() {
            self.hosts.insert(key, part);
        }
    }

    fn key(&self) -> &str {
        self.host.as_deref().unwrap_or_default()
    }
}
