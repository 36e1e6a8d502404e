//! What a person can change on the page, and nothing that follows from it.
//!
//! [`State::apply`] is pure: it never touches the browser, and returns `None` where nothing changes.

mod action;
mod apply;
mod choices;
mod moments;
mod saved;
mod takes;
mod unsaved;
mod visit;

pub use action::Action;
pub use choices::{Overlay, Pane, Speed, Theme};
pub use saved::{Kept, Settings};
pub use visit::{Guest, Visit};

use crate::history::History;
use crate::layout::Layout;
use crate::message::Claims;
use crate::narration::Verbosity;
use crate::origin::{Origin, says_itself};
use crate::paste::Paste;
use chainwalk::model::Goal;
use chainwalk::view::Lang;
use chainwalk::{Case, Scenario};
use std::rc::Rc;
pub use takes::{is_another, is_change};

/// Everything a person can change.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools)]
pub struct State {
    /// The pasted text.
    pub paste: Paste,
    /// What is played, but for the pasted text.
    pub scenario: Rc<Scenario>,
    /// Promises: packets, each with the fate it should have, as a case writes them.
    pub goals: Rc<Vec<String>>,
    /// The packet that is shown, as an index into the scenario's.
    pub packet: usize,
    /// What is in the packet field and not sent yet.
    pub draft: Rc<str>,
    /// Where packets typed without a source come from.
    pub origin: Origin,
    /// Whether that was chosen, and did not come with a packet.
    pub chosen: bool,
    /// What changes are searched for, while they are shown.
    pub search: Option<Goal>,
    /// The packet behind the shown one that is looked at: its answer, and what follows that; from 0.
    pub leg: Option<usize>,
    /// The stop the packet rests at.
    pub stop: usize,
    /// Whether the walk plays.
    pub playing: bool,
    /// Whether the reader wants no motion: a walk then stands at its end until it is played.
    pub still: bool,
    /// Whether the packets are the visitor's own, and not those of a case that was opened.
    pub asked: bool,
    /// Whether it begins again at its end.
    pub looped: bool,
    /// Whether steps pass over rules that do not match.
    pub matches: bool,
    /// How fast it plays.
    pub speed: Speed,
    /// How much of it is read aloud.
    pub verbosity: Verbosity,
    /// Whether keys that are a character do nothing, so that speech input presses none by mistake.
    pub keys_off: bool,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// The language of every sentence.
    pub lang: Lang,
    /// Whether chains are called by their names alone, not by what they stand for.
    pub raw_names: bool,
    /// The pane shown on a narrow screen.
    pub pane: Pane,
    /// Whether the paste has the width of the page.
    pub wide: bool,
    /// What lies open over the page.
    pub open: Option<Overlay>,
    /// How the panes stand.
    pub layout: Layout,
    /// Whether a newer version kept this, so that more was there than this one knows.
    pub newer: bool,
    /// The case from elsewhere that is looked at; none over the visitor's own work.
    pub visit: Option<Visit>,
    /// Why a link could not be opened, until that was read.
    pub refused: Option<Rc<str>>,
    /// What the case that was opened claims, until it is changed.
    pub claims: Rc<Claims>,
    /// What is somewhere else too: as it was opened from there, or saved there last.
    pub elsewhere: Rc<(Paste, Rc<Scenario>, Rc<Vec<String>>)>,
    /// What can be taken back.
    pub history: History,
}

impl State {
    /// The page on its first visit: the example, asked and playing, or at its end where no motion is wanted.
    pub fn first(example: &Case, lang: Lang, still: bool) -> Self {
        let mut state = Self { still, ..Self::blank(lang) };
        state.load(example);
        state
    }

    /// The page with nothing on it.
    pub fn blank(lang: Lang) -> Self {
        Self {
            paste: Paste::default(),
            scenario: Rc::default(),
            goals: Rc::default(),
            packet: 0,
            draft: Rc::from(""),
            origin: Origin::default(),
            chosen: false,
            search: None,
            leg: None,
            stop: 0,
            playing: false,
            still: false,
            asked: false,
            looped: false,
            matches: false,
            raw_names: false,
            speed: Speed::Normal,
            verbosity: Verbosity::default(),
            keys_off: false,
            theme: Theme::System,
            lang,
            pane: Pane::Walk,
            wide: false,
            open: None,
            layout: Layout::default(),
            newer: false,
            visit: None,
            refused: None,
            claims: Rc::default(),
            elsewhere: Rc::default(),
            history: History::default(),
        }
    }

    fn load(&mut self, example: &Case) {
        let scenario = &example.scenario;
        self.paste = Paste::new(&scenario.paste());
        self.scenario = Rc::new(Scenario { docs: Vec::new(), ..scenario.clone() });
        self.goals = Rc::new(example.head.goals.clone());
        self.search = None;
        let last = scenario.packets.len().saturating_sub(1);
        self.show(example.head.at.map_or(0, |at| at.packet.min(last)));
        if !scenario.packets.is_empty() {
            self.play();
        }
        self.asked = false;
        self.claims = visit::claims(example);
        self.is_elsewhere();
    }

    /// A walk begins: it plays, or stands at its end where no motion is wanted.
    fn play(&mut self) {
        self.playing = !self.still;
        self.stop = if self.still { visit::LAST } else { 0 };
    }

    /// What is played, to be changed.
    fn scenario_mut(&mut self) -> &mut Scenario {
        Rc::make_mut(&mut self.scenario)
    }

    /// Shows packet `index` from its first stop, and its words in the field.
    fn show(&mut self, index: usize) {
        self.packet = index;
        self.stop = 0;
        let line = self.scenario.packets.get(index).map_or("", String::as_str);
        let (words, origin) = Origin::split(line);
        self.draft = Rc::from(words);
        // A line that names its own start leaves the origin of the next one alone.
        if !says_itself(line) {
            self.origin = origin.unwrap_or_default();
            self.chosen = false;
        }
    }

    /// The packet field as it will be sent: its words, and where it comes from.
    pub fn line(&self) -> Rc<str> {
        Rc::from(self.origin.join(self.draft.trim()))
    }

    /// The outcome followed for the shown packet.
    pub fn outcome(&self) -> usize {
        self.scenario.followed.get(self.packet).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
