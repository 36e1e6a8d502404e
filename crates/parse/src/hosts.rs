//! Whose the pieces of a paste are: a host by a prompt, by an output that names it, or by a command that ran
//! elsewhere.

use crate::draft::Draft;
use crate::facts;
use chainwalk_model::{DocId, Text};

/// What tells whose a dump is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Label {
    /// Nothing does.
    #[default]
    Unsaid,
    /// A prompt, or an output that names the host.
    Machine(String),
    /// A command that ran in a container or a namespace.
    Part(String),
}

/// A host while the paste is being read.
#[derive(Debug, Default)]
pub(crate) struct Place {
    pub(crate) label: Label,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) blocks: Vec<facts::Block>,
    /// Commands that lead to rules which are not in the paste.
    pub(crate) elsewhere: Vec<Text>,
}

impl Place {
    pub(crate) fn is_empty(&self) -> bool {
        self.drafts.is_empty() && self.blocks.is_empty()
    }

    /// Where its first dump stands.
    pub(crate) fn start(&self) -> (DocId, u32) {
        let drafts = self.drafts.iter().filter_map(|d| d.span);
        let all = drafts.chain(self.blocks.iter().map(|b| b.span)).map(|s| (s.doc, s.start));
        all.min().unwrap_or((DocId(u16::MAX), u32::MAX))
    }
}

impl Label {
    pub(crate) fn machine(name: &str) -> Self {
        // Some prompts and commands print the domain too, and some do not.
        let short = name.split('.').next().filter(|s| !s.is_empty() && s.parse::<u8>().is_err());
        Self::Machine(short.unwrap_or(name).to_owned())
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Unsaid => None,
            Self::Machine(name) | Self::Part(name) => Some(name),
        }
    }
}
