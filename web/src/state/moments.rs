//! The work as it stands at a moment: to be taken back, to be begun anew, to be kept.

use super::State;
use super::saved::Settings;
use super::visit::LAST;
use crate::history::{History, Moment};
use crate::origin::Origin;
use chainwalk::{Case, Doc, Head, Scenario};
use std::rc::Rc;

impl State {
    /// Another host was pasted: what was said of the one before says nothing of it, and the packets of a case went with
    /// that. A packet that the visitor asked for is asked again, from where this host has it come.
    pub(super) fn begin_anew(&mut self) {
        let own = self.asked.then(|| self.scenario.packets.get(self.packet)).flatten();
        let own = own.map(|line| Origin::split(line).0);
        self.scenario = Rc::default();
        (self.search, self.packet, self.origin) = (None, 0, Origin::default());
        // Promises that were made here hold for whatever comes in place of the rules.
        if !self.asked && *self.goals == *self.elsewhere.2 {
            self.goals = Rc::default();
        }
        self.draft = Rc::from(own.as_deref().unwrap_or_default());
        self.asked = own.is_some();
        self.scenario_mut().packets.extend(own);
    }

    /// What can be taken back, as it stands.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            paste: self.paste.clone(),
            scenario: self.scenario.clone(),
            goals: self.goals.clone(),
            packet: self.packet,
            draft: self.draft.clone(),
            origin: self.origin.clone(),
        }
    }

    /// Goes to another moment of the history; `None` where there is none.
    pub(super) fn rewind(
        &mut self,
        step: fn(&mut History, Moment) -> Option<Moment>,
    ) -> Option<()> {
        let now = self.moment();
        let before = step(&mut self.history, now)?;
        self.restart();
        (self.paste, self.draft, self.origin) = (before.paste, before.draft, before.origin);
        (self.scenario, self.packet) = (before.scenario, before.packet);
        self.goals = before.goals;
        Some(())
    }

    /// Makes changes to the host, all at once; `None` where there are none.
    pub(super) fn change(&mut self, made: impl IntoIterator<Item = String>) -> Option<()> {
        let made: Vec<String> = made.into_iter().filter(|text| !text.trim().is_empty()).collect();
        if made.is_empty() {
            return None;
        }
        self.scenario_mut().change_part(|part| part.edits.extend(made));
        self.search = None;
        self.restart();
        Some(())
    }

    /// The host changed: the same packets walk anew, and stand where it is told what becomes of them now.
    pub(super) fn restart(&mut self) {
        if !self.scenario.followed.is_empty() {
            self.scenario_mut().followed.clear();
        }
        self.stop = LAST;
        self.playing = false;
    }

    /// What is played, with the paste, or without one that is too long to be kept.
    pub fn case(&self, with_paste: bool) -> Case {
        let text = if with_paste { self.paste.to_string() } else { String::new() };
        let docs = if text.is_empty() { Vec::new() } else { vec![Doc::pasted(&text)] };
        let scenario = Scenario { docs, ..(*self.scenario).clone() };
        let goals = self.goals.to_vec();
        Case { scenario, head: Head { goals, ..Head::default() } }
    }

    /// What survives a reload beside the case.
    pub fn settings(&self) -> Settings {
        Settings {
            draft: self.draft.to_string(),
            origin: self.origin.clone(),
            speed: self.speed,
            verbosity: self.verbosity,
            keys_off: self.keys_off,
            theme: self.theme,
            lang: self.lang,
            layout: self.layout,
        }
    }

    /// The page as it was kept.
    pub fn restored(settings: Settings, case: &Case) -> Self {
        let mut state = Self {
            speed: settings.speed,
            verbosity: settings.verbosity,
            keys_off: settings.keys_off,
            theme: settings.theme,
            layout: settings.layout,
            ..Self::blank(settings.lang)
        };
        state.load(case);
        // The walk was there already.
        state.playing = false;
        // Of several packets the one whose words are in the field was shown.
        let words = |line: &String| Origin::split(line).0 == settings.draft;
        if let Some(shown) = case.scenario.packets.iter().rposition(words) {
            state.packet = shown;
        }
        (state.draft, state.origin) = (settings.draft.into(), settings.origin);
        state
    }
}
