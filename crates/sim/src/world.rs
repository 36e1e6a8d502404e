//! A host as packets change it: flows, lists, buckets, sets, and the answers that this branch stands on.

use crate::ct::{Flows, Fragments};
use crate::decide::Answers;
use crate::memory::Memory;
use chainwalk_model::{Answer, Host, Question};
use std::rc::Rc;

/// One world. A clone is cheap; what changes is copied on write.
#[derive(Clone)]
pub(crate) struct World {
    /// The host's facts and rules.
    pub host: Rc<Host>,
    /// The conntrack table.
    pub flows: Rc<Flows>,
    /// Fragments that wait for the rest.
    pub fragments: Rc<Fragments>,
    /// What matches and targets remember.
    pub memory: Memory,
    /// What this branch takes for true.
    pub answers: Rc<Answers>,
    /// Milliseconds since the first packet.
    pub now_ms: u64,
}

impl World {
    /// A fresh world around a host.
    pub(crate) fn new(host: Rc<Host>) -> Self {
        let flows = Flows::known(host.flows.iter().map(|f| &f.value));
        Self {
            host,
            flows: Rc::new(flows),
            fragments: Rc::default(),
            memory: Memory::default(),
            answers: Rc::default(),
            now_ms: 0,
        }
    }

    /// What this branch takes for true about `question`, if it came up.
    pub(crate) fn answer(&self, question: &Question) -> Option<Answer> {
        self.answers.iter().find(|(q, _)| q == question).map(|(_, a)| a.clone())
    }

    /// The number a sysctl holds: as told, or `usual`. The flag says whether it was told.
    pub(crate) fn sysctl(&self, name: &str, usual: i64) -> (i64, bool) {
        match self.host.sysctl(name).and_then(|f| f.value.trim().parse().ok()) {
            Some(value) => (value, true),
            None => (usual, false),
        }
    }
}
