//! What a person can change on the page, and nothing that follows from it.
//!
//! [`State::apply`] is pure: it never touches the browser, and returns `None` where nothing changes.

mod action;
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
use crate::origin::{Origin, follows, later, says_itself};
use crate::paste::Paste;
use chainwalk::model::Goal;
use chainwalk::view::Lang;
use chainwalk::{Case, Promised, Scenario};
use std::rc::Rc;
pub use takes::{is_another, is_change};
use takes::{is_replaced, replaces};

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

    /// What the page becomes when a person does this; `None` where it stays as it is.
    #[must_use]
    pub fn apply(&self, action: Action) -> Option<Self> {
        let mut next = self.clone();
        let recorded = action.is_recorded();
        let touches = action.touches();
        match action {
            Action::Paste(text) | Action::Typed(text) => {
                if recorded && let Some(case) = visit::case_of(&text) {
                    next.load(&case);
                    next.history.record(self.moment());
                    return Some(next);
                }
                let another = is_another(&self.paste, &text);
                next.paste = text;
                next.restart();
                if another {
                    next.begin_anew();
                } else if !self.scenario.edits().is_empty() && is_replaced(&self.paste, &next.paste)
                {
                    // What was tried on the rules before is in the new ones, or was given up.
                    next.scenario_mut().change_part(|part| part.edits.clear());
                }
                next.history.forget_future();
            }
            Action::Undo => next.rewind(History::back)?,
            Action::Redo => next.rewind(History::on)?,
            Action::Draft(text) => {
                next.draft = text;
                next.playing = false;
            }
            Action::Begun(text) => {
                next.draft = text;
                next.playing = false;
                // The source of another packet is no part of this one.
                if !self.chosen {
                    next.origin = Origin::default();
                }
            }
            Action::Line(line) => {
                let (words, origin) = Origin::split(&line);
                next.draft = Rc::from(words);
                next.origin = origin.unwrap_or_default();
                next.chosen = false;
            }
            Action::Form(line) => {
                next = self.apply(Action::Line(line)).unwrap_or(next);
                next.chosen = self.chosen || next.origin != self.origin;
            }
            Action::Send => {
                if self.draft.trim().is_empty() {
                    return None;
                }
                if is_change(&self.draft) {
                    let mut tried = self.apply(Action::Change(self.draft.clone()))?;
                    tried.show(self.packet);
                    (tried.open, tried.wide) = (None, false);
                    return Some(tried);
                }
                let (words, origin) = Origin::split(&self.draft);
                if let Some(origin) = origin {
                    next.origin = origin;
                    next.chosen = false;
                    next.draft = Rc::from(words);
                }
                // A packet that answers another one, or comes some time after it, takes its place behind it, an
                // answer the place of an answer that is shown; any other begins anew.
                let answer = follows(&next.draft);
                let kept = match self.scenario.packets.get(self.packet) {
                    Some(shown) if answer && follows(shown) => self.packet,
                    Some(_) if answer || later(&next.draft) => self.packet + 1,
                    _ => 0,
                };
                let line = next.line().to_string();
                let scenario = next.scenario_mut();
                scenario.packets.truncate(kept);
                scenario.followed.truncate(kept);
                scenario.packets.push(line);
                next.packet = kept;
                next.asked = true;
                next.play();
                (next.open, next.wide) = (None, false);
                // On a narrow screen the walk is elsewhere than the paste.
                if matches!(self.pane, Pane::Paste | Pane::Host) {
                    next.pane = Pane::Walk;
                }
            }
            Action::Then(line) => {
                next.scenario_mut().packets.push(line.to_string());
                next.show(next.scenario.packets.len() - 1);
                next.play();
            }
            Action::Show(index) => {
                if index >= self.scenario.packets.len() || index == self.packet {
                    return None;
                }
                next.show(index);
                next.playing = false;
            }
            Action::Unsend => {
                let left = self.scenario.packets.len().saturating_sub(1);
                if left == 0 {
                    return None;
                }
                let scenario = next.scenario_mut();
                scenario.packets.truncate(left);
                scenario.followed.truncate(left);
                if next.packet >= left {
                    next.show(left - 1);
                    next.playing = false;
                }
            }
            Action::Unask => {
                if self.scenario.packets.is_empty() {
                    return None;
                }
                let scenario = next.scenario_mut();
                scenario.packets.clear();
                scenario.followed.clear();
                (next.packet, next.asked, next.search) = (0, false, None);
                next.draft = Rc::from("");
                next.restart();
            }
            Action::From(origin) => (next.origin, next.chosen) = (origin, true),
            Action::Host { from, to } => {
                if from == to {
                    return None;
                }
                // What was said of one host says nothing of another; it comes back with its own.
                let scenario = next.scenario_mut();
                if scenario.host.is_none()
                    && let Some(part) = scenario.hosts.remove("")
                {
                    scenario.hosts.insert(from.to_string(), part);
                }
                scenario.host = Some(to.to_string());
                next.search = None;
                next.restart();
            }
            Action::Assume(text) => {
                let text = text.trim();
                if text.is_empty() {
                    return None;
                }
                next.scenario_mut().change_part(|part| {
                    part.facts.retain(|fact| !replaces(text, fact));
                    part.facts.push(text.to_owned());
                });
                next.restart();
            }
            Action::Forget(index) => {
                if index >= self.scenario.facts().len() {
                    return None;
                }
                next.scenario_mut().change_part(|part| drop(part.facts.remove(index)));
                next.restart();
            }
            Action::Change(text) => next.change([text.to_string()])?,
            Action::Changes(texts) => next.change(texts.iter().cloned())?,
            Action::Unchange(index) => {
                if index >= self.scenario.edits().len() {
                    return None;
                }
                next.scenario_mut().change_part(|part| drop(part.edits.remove(index)));
                next.restart();
            }
            Action::Rechange(index, text) => {
                let text = text.trim();
                let before = self.scenario.edits().get(index)?;
                if text.is_empty() || text == before {
                    return None;
                }
                next.scenario_mut().change_part(|part| text.clone_into(&mut part.edits[index]));
                next.restart();
            }
            Action::Promise(goal) => {
                if self.goals.iter().any(|known| **known == *goal) {
                    return None;
                }
                let (packets, _) = Promised::parts(&goal);
                let goals = Rc::make_mut(&mut next.goals);
                // Of the same packets one thing can be promised.
                goals.retain(|other| Promised::parts(other).0 != packets);
                goals.push(goal.to_string());
            }
            Action::Unpromise(index) => {
                if index >= self.goals.len() {
                    return None;
                }
                Rc::make_mut(&mut next.goals).remove(index);
            }
            Action::Repromise(index, then) => {
                let goal = Rc::make_mut(&mut next.goals).get_mut(index)?;
                let packets = Promised::parts(goal).0.join("; ");
                *goal = format!("{packets} => {then}");
            }
            Action::WalkPromise(index) => {
                let packets = Promised::parts(self.goals.get(index)?).0;
                let scenario = next.scenario_mut();
                scenario.packets = packets;
                scenario.followed.clear();
                next.show(next.scenario.packets.len() - 1);
                next.asked = true;
                next.play();
            }
            Action::Search(want) => (next.search, next.open) = (want, None),
            Action::Amend(index, text) => {
                let text = text.trim();
                if index >= self.scenario.facts().len() || text.is_empty() {
                    return None;
                }
                next.scenario_mut().change_part(|part| text.clone_into(&mut part.facts[index]));
                next.restart();
            }
            Action::Follow(outcome) => {
                let sent = self.scenario.packets.len().max(self.packet + 1);
                let followed = &mut next.scenario_mut().followed;
                // What follows a packet follows one of its outcomes; those choices are void now.
                followed.truncate(self.packet);
                followed.resize(sent, 0);
                followed[self.packet] = outcome;
            }
            Action::Go(stop) => {
                next.stop = stop;
                next.playing = false;
            }
            Action::Step { by, last } => {
                next.stop = self.stop.min(last).saturating_add_signed(by).min(last);
                next.playing = false;
            }
            Action::Tick { by, last } => {
                if !self.playing {
                    return None;
                }
                next.stop =
                    if self.looped && self.stop >= last { 0 } else { self.stop + by }.min(last);
                next.playing = next.stop < last || self.looped;
            }
            Action::Toggle { last } => {
                next.playing = !self.playing;
                if next.playing && self.stop >= last {
                    next.stop = 0;
                }
            }
            Action::Faster => next.speed = self.speed.next(),
            Action::Say(this) => next.verbosity = this.unwrap_or(self.verbosity.next()),
            Action::Matches => next.matches = !self.matches,
            Action::KeysOff(off) => next.keys_off = off,
            Action::Loop => next.looped = !self.looped,
            Action::RawNames(raw) => next.raw_names = raw,
            Action::Theme(theme) => next.theme = theme,
            Action::Lang(lang) => next.lang = lang,
            Action::Pane(pane) => next.pane = pane,
            Action::Open(overlay) => {
                if overlay.is_none() && self.open.is_none() {
                    // One thing after the other.
                    if self.search.is_some() {
                        next.search = None;
                    } else {
                        next.wide = false;
                    }
                }
                // One lies over the other otherwise.
                if overlay == Some(Overlay::Examples) {
                    next.search = None;
                }
                next.open = overlay;
                // What is shared stands still.
                next.playing = self.playing && overlay != Some(Overlay::Share);
            }
            Action::Wide(wide) => next.wide = wide,
            Action::Resize(edge, size) => next.layout.resize(edge, size),
            Action::Fold(edge) => next.layout.fold(edge),
            Action::Load(example) => {
                next.load(&example);
                next.open = None;
                next.pane = Pane::Walk;
            }
            Action::Visit(guest) => {
                next.load(&guest.case);
                if let Some(at) = guest.at {
                    next.show(at.packet.min(next.scenario.packets.len().saturating_sub(1)));
                    next.stop = visit::stop(at.stop);
                    next.playing = false;
                }
                next.lang = guest.lang.unwrap_or(next.lang);
                next.theme = guest.theme.map_or(next.theme, |theme| match theme {
                    chainwalk::Theme::Light => Theme::Light,
                    chainwalk::Theme::Dark => Theme::Dark,
                });
                next.visit = Some(Visit {
                    key: guest.key.clone(),
                    opening: false,
                    beside_own: guest.beside_own,
                });
                (next.open, next.refused, next.pane) = (None, None, Pane::Walk);
                next.history = History::default();
            }
            Action::Own(own) => {
                let own = Self::restored(own.settings.clone(), &own.case);
                next = Self { refused: self.refused.clone(), still: self.still, ..own };
            }
            Action::Keep(own) => {
                next.visit = None;
                if let Some(own) = own {
                    let own = Self::restored(own.settings.clone(), &own.case);
                    next.history.record(own.moment());
                }
            }
            Action::Fill(name, value) => {
                let value = value.trim();
                next.scenario_mut().change_part(|part| {
                    part.facts.retain(|fact| fact.split_once('=').is_none_or(|(n, _)| *n != *name));
                    if !value.is_empty() {
                        part.facts.push([&name, "=", value].concat());
                    }
                });
                next.restart();
            }
            Action::Logged(line) => {
                if !self.scenario.packets.is_empty() {
                    return None;
                }
                next.scenario_mut().packets.push(line.to_string());
                next.show(0);
                next.play();
            }
            Action::Leg(leg) => {
                next.leg = leg;
                next.play();
            }
            Action::Moment(moment) => {
                next.scenario_mut().moment = Some(moment);
                next.restart();
            }
            Action::Refused(why) => next.refused = why,
            Action::Agreed => next.claims = Rc::default(),
            Action::Saved => next.is_elsewhere(),
            Action::Clear => {
                next = Self {
                    theme: self.theme,
                    speed: self.speed,
                    matches: self.matches,
                    verbosity: self.verbosity,
                    keys_off: self.keys_off,
                    still: self.still,
                    pane: self.pane,
                    layout: self.layout,
                    history: self.history.clone(),
                    ..Self::blank(self.lang)
                };
            }
        }
        if recorded && next.moment() != self.moment() {
            next.history.record(self.moment());
        }
        if next.leg == self.leg && next.moment() != self.moment() {
            next.leg = None;
        }
        if touches && next.moment() != self.moment() {
            next.touched();
        }
        (next != *self).then_some(next)
    }

    /// Something was changed: what was claimed of it is void, and a visitor without work of their own has it now.
    fn touched(&mut self) {
        self.claims = Rc::default();
        if self.visit.as_ref().is_some_and(|visit| !visit.beside_own) {
            self.visit = None;
        }
    }
}

#[cfg(test)]
mod tests;
