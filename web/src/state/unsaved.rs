//! What would be lost with a page that keeps nothing.

use super::State;
use std::rc::Rc;

impl State {
    /// What is shown can be had again: it was opened from somewhere, or saved.
    pub(super) fn is_elsewhere(&mut self) {
        self.elsewhere = Rc::new((self.paste.clone(), self.scenario.clone(), self.goals.clone()));
    }

    /// Whether there is work that is nowhere but on this page.
    pub fn is_unsaved(&self) -> bool {
        let (paste, scenario, goals) = &*self.elsewhere;
        let now = &self.scenario;
        let none = self.paste.is_empty()
            && now.packets.is_empty()
            && now.hosts.is_empty()
            && self.goals.is_empty();
        // Which outcome is followed, and where, is no work.
        let same = *paste == self.paste
            && *goals == self.goals
            && scenario.packets == now.packets
            && scenario.hosts == now.hosts
            && scenario.host == now.host;
        !none && !same
    }
}
