//! What a person can change on the page, and nothing that follows from it.
//!
//! [`State::apply`] is pure: it never touches the browser, and returns `None` where nothing changes.

mod action;
mod choices;
pub(crate) mod elsewhere;
mod saved;
mod takes;

pub use action::Action;
pub use choices::{Overlay, Pane, Speed, Theme};
pub use elsewhere::Elsewhere;
pub use saved::Saved;

use crate::examples::Example;
use crate::history::{History, Moment};
use crate::layout::Layout;
use crate::narration::Verbosity;
use crate::origin::{Origin, follows, later, says_itself};
use crate::paste::Paste;
use chainwalk_model::Want;
use chainwalk_view::Lang;
use std::rc::Rc;
use takes::{is_another, replaces};

/// Everything a person can change.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The pasted text.
    pub paste: Paste,
    /// The packets sent, in order through one host, each in the words of the packet field.
    pub packets: Vec<Rc<str>>,
    /// The packet that is shown, as an index into `packets`.
    pub packet: usize,
    /// The outcome followed for each packet; a packet without an entry follows its first.
    pub followed: Vec<usize>,
    /// What is in the packet field and not sent yet.
    pub draft: Rc<str>,
    /// Where packets typed without a source come from.
    pub origin: Origin,
    /// The host that is walked, where one of several was chosen, by what [`chainwalk_view::HostChip`] names it.
    pub host: Option<Rc<str>>,
    /// What was said of the other hosts and changed on them.
    pub elsewhere: Vec<Elsewhere>,
    /// What was said of the host beyond the paste, in the words of the `assume` option.
    pub assumptions: Vec<Rc<str>>,
    /// The changes made to the host, each in the words of a command, in order.
    pub changes: Vec<Rc<str>>,
    /// What changes are searched for, while they are shown.
    pub search: Option<Want>,
    /// The stop the packet rests at.
    pub stop: usize,
    /// Whether the walk plays.
    pub playing: bool,
    /// Whether it begins again at its end.
    pub looped: bool,
    /// How fast it plays.
    pub speed: Speed,
    /// How much of it is read aloud.
    pub verbosity: Verbosity,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// The language of every sentence.
    pub lang: Lang,
    /// Whether chains are called by their names alone, not by what they stand for.
    pub raw_names: bool,
    /// The pane shown on a narrow screen.
    pub pane: Pane,
    /// What lies open over the page.
    pub open: Option<Overlay>,
    /// How the panes stand.
    pub layout: Layout,
    /// What can be taken back.
    pub history: History,
}

impl State {
    /// The page on its first visit: the example, asked and playing.
    pub fn first(example: &Example, lang: Lang) -> Self {
        let mut state = Self::blank(lang);
        state.load(example);
        state
    }

    /// The page with nothing on it.
    pub fn blank(lang: Lang) -> Self {
        Self {
            paste: Paste::default(),
            packets: Vec::new(),
            packet: 0,
            followed: Vec::new(),
            draft: Rc::from(""),
            origin: Origin::default(),
            host: None,
            elsewhere: Vec::new(),
            assumptions: Vec::new(),
            changes: Vec::new(),
            search: None,
            stop: 0,
            playing: false,
            looped: false,
            raw_names: false,
            speed: Speed::Normal,
            verbosity: Verbosity::default(),
            theme: Theme::System,
            lang,
            pane: Pane::Walk,
            open: None,
            layout: Layout::default(),
            history: History::default(),
        }
    }

    fn load(&mut self, example: &Example) {
        self.paste = Paste::new(&example.paste);
        self.packets = example.packets.iter().map(|p| Rc::from(&**p)).collect();
        self.changes.clear();
        self.host = None;
        self.elsewhere.clear();
        self.search = None;
        self.assumptions = example.assumptions.iter().map(|a| Rc::from(&**a)).collect();
        self.show(0);
        self.followed.clear();
        self.playing = !self.packets.is_empty();
    }

    /// Shows packet `index` from its first stop, and its words in the field.
    fn show(&mut self, index: usize) {
        self.packet = index;
        self.stop = 0;
        let line = self.packets.get(index).cloned().unwrap_or_else(|| Rc::from(""));
        let (words, origin) = Origin::split(&line);
        self.draft = Rc::from(words);
        // A line that tells its own start leaves the origin of the next one alone.
        if !says_itself(&line) {
            self.origin = origin.unwrap_or_default();
        }
    }

    /// The packet field as it will be sent: its words, and where it comes from.
    pub fn line(&self) -> Rc<str> {
        Rc::from(self.origin.join(self.draft.trim()))
    }

    /// The outcome followed for the shown packet.
    pub fn outcome(&self) -> usize {
        self.followed.get(self.packet).copied().unwrap_or(0)
    }

    /// What the page becomes when a person does this; `None` where it stays as it is.
    #[must_use]
    pub fn apply(&self, action: Action) -> Option<Self> {
        let mut next = self.clone();
        let recorded = action.is_recorded();
        match action {
            Action::Paste(text) | Action::Typed(text) => {
                if is_another(&self.paste, &text) {
                    // What was said and asked of one host says nothing of another.
                    next.assumptions.clear();
                    next.changes.clear();
                    next.host = None;
                    next.elsewhere.clear();
                    next.search = None;
                    next.packets.clear();
                    next.packet = 0;
                    next.origin = Origin::default();
                    next.draft = Rc::from("");
                }
                next.paste = text;
                next.restart();
                next.history.forget_future();
            }
            Action::Undo => next.rewind(History::back)?,
            Action::Redo => next.rewind(History::on)?,
            Action::Draft(text) => next.draft = text,
            Action::Line(line) => {
                let (words, origin) = Origin::split(&line);
                next.draft = Rc::from(words);
                next.origin = origin.unwrap_or_default();
            }
            Action::Send => {
                if self.draft.trim().is_empty() {
                    return None;
                }
                let (words, origin) = Origin::split(&self.draft);
                if let Some(origin) = origin {
                    next.origin = origin;
                    next.draft = Rc::from(words);
                }
                // A packet that answers another one, or comes some time after it, takes its place behind it, an
                // answer the place of an answer that is shown; any other begins anew.
                let answer = follows(&next.draft);
                let kept = match self.packets.get(self.packet) {
                    Some(shown) if answer && follows(shown) => self.packet,
                    Some(_) if answer || later(&next.draft) => self.packet + 1,
                    _ => 0,
                };
                let line = next.line();
                next.packets.truncate(kept);
                next.followed.truncate(kept);
                next.packets.push(line);
                next.packet = kept;
                next.stop = 0;
                next.playing = true;
                next.open = None;
            }
            Action::Then(line) => {
                next.packets.push(line);
                next.show(next.packets.len() - 1);
                next.playing = true;
            }
            Action::Show(index) => {
                if index >= self.packets.len() || index == self.packet {
                    return None;
                }
                next.show(index);
                next.playing = false;
            }
            Action::Unsend => {
                if self.packets.len() < 2 {
                    return None;
                }
                next.packets.pop();
                next.followed.truncate(next.packets.len());
                if next.packet >= next.packets.len() {
                    next.show(next.packets.len() - 1);
                    next.playing = false;
                }
            }
            Action::From(origin) => next.origin = origin,
            Action::Host { from, to } => {
                if from == to {
                    return None;
                }
                // What was said of one host says nothing of another; it comes back with its own.
                let (assumptions, changes) =
                    (std::mem::take(&mut next.assumptions), std::mem::take(&mut next.changes));
                next.elsewhere.push(Elsewhere { host: from, assumptions, changes });
                if let Some(at) = next.elsewhere.iter().position(|e| e.host == to) {
                    let said = next.elsewhere.swap_remove(at);
                    (next.assumptions, next.changes) = (said.assumptions, said.changes);
                }
                next.host = Some(to);
                next.search = None;
                next.restart();
            }
            Action::Assume(text) => {
                let text = text.trim();
                if text.is_empty() {
                    return None;
                }
                next.assumptions.retain(|a| !replaces(text, a));
                next.assumptions.push(Rc::from(text));
                next.restart();
            }
            Action::Forget(index) => {
                if index >= self.assumptions.len() {
                    return None;
                }
                next.assumptions.remove(index);
                next.restart();
            }
            Action::Change(text) => {
                if text.trim().is_empty() {
                    return None;
                }
                next.changes.push(text);
                next.search = None;
                next.restart();
            }
            Action::Unchange(index) => {
                if index >= self.changes.len() {
                    return None;
                }
                next.changes.remove(index);
                next.restart();
            }
            Action::Search(want) => next.search = want,
            Action::Amend(index, text) => {
                let text = text.trim();
                if index >= self.assumptions.len() || text.is_empty() {
                    return None;
                }
                next.assumptions[index] = Rc::from(text);
                next.restart();
            }
            Action::Follow(outcome) => {
                next.followed.resize(self.packets.len().max(self.packet + 1), 0);
                next.followed[self.packet] = outcome;
                // What follows a packet follows one of its outcomes; those choices are void now.
                for later in &mut next.followed[self.packet + 1..] {
                    *later = 0;
                }
            }
            Action::Go(stop) => {
                next.stop = stop;
                next.playing = false;
            }
            Action::Step { by, last } => {
                next.stop = self.stop.min(last).saturating_add_signed(by).min(last);
                next.playing = false;
            }
            Action::Tick { last } => {
                if !self.playing {
                    return None;
                }
                next.stop =
                    if self.looped && self.stop >= last { 0 } else { self.stop + 1 }.min(last);
                next.playing = next.stop < last || self.looped;
            }
            Action::Toggle { last } => {
                next.playing = !self.playing;
                if next.playing && self.stop >= last {
                    next.stop = 0;
                }
            }
            Action::Faster => next.speed = self.speed.next(),
            Action::Say => next.verbosity = self.verbosity.next(),
            Action::Loop => next.looped = !self.looped,
            Action::RawNames(raw) => next.raw_names = raw,
            Action::Theme(theme) => next.theme = theme,
            Action::Lang(lang) => next.lang = lang,
            Action::Pane(pane) => next.pane = pane,
            Action::Open(overlay) => next.open = overlay,
            Action::Resize(edge, size) => next.layout.resize(edge, size),
            Action::Fold(edge) => next.layout.fold(edge),
            Action::Load(example) => {
                next.load(&example);
                next.open = None;
                next.pane = Pane::Walk;
            }
            Action::Clear => {
                next = Self {
                    theme: self.theme,
                    speed: self.speed,
                    verbosity: self.verbosity,
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
        (next != *self).then_some(next)
    }

    /// What can be taken back, as it stands.
    fn moment(&self) -> Moment {
        Moment {
            paste: self.paste.clone(),
            packets: self.packets.clone(),
            packet: self.packet,
            followed: self.followed.clone(),
            draft: self.draft.clone(),
            origin: self.origin.clone(),
            host: self.host.clone(),
            elsewhere: self.elsewhere.clone(),
            assumptions: self.assumptions.clone(),
            changes: self.changes.clone(),
        }
    }

    /// Goes to another moment of the history; `None` where there is none.
    fn rewind(&mut self, step: fn(&mut History, Moment) -> Option<Moment>) -> Option<()> {
        let now = self.moment();
        let before = step(&mut self.history, now)?;
        self.restart();
        (self.paste, self.draft, self.origin) = (before.paste, before.draft, before.origin);
        (self.packets, self.packet) = (before.packets, before.packet);
        self.followed = before.followed;
        (self.host, self.elsewhere) = (before.host, before.elsewhere);
        (self.assumptions, self.changes) = (before.assumptions, before.changes);
        Some(())
    }

    /// The host changed: the same packets walk anew, from the start and at rest.
    fn restart(&mut self) {
        self.followed.clear();
        self.stop = 0;
        self.playing = false;
    }

    /// What survives a reload, but for the paste.
    pub fn saved(&self) -> Saved {
        Saved {
            packets: self.packets.iter().map(ToString::to_string).collect(),
            draft: self.draft.to_string(),
            origin: self.origin.clone(),
            host: self.host.clone(),
            elsewhere: self.elsewhere.clone(),
            assumptions: self.assumptions.iter().map(ToString::to_string).collect(),
            changes: self.changes.iter().map(ToString::to_string).collect(),
            speed: self.speed,
            verbosity: self.verbosity,
            theme: self.theme,
            lang: self.lang,
            layout: self.layout,
        }
    }

    /// The page as it was saved.
    pub fn restored(saved: Saved, paste: &str) -> Self {
        Self {
            paste: Paste::new(paste),
            packets: saved.packets.into_iter().map(Rc::from).collect(),
            draft: Rc::from(saved.draft),
            origin: saved.origin,
            host: saved.host,
            elsewhere: saved.elsewhere,
            assumptions: saved.assumptions.into_iter().map(Rc::from).collect(),
            changes: saved.changes.into_iter().map(Rc::from).collect(),
            speed: saved.speed,
            verbosity: saved.verbosity,
            theme: saved.theme,
            layout: saved.layout,
            ..Self::blank(saved.lang)
        }
    }
}

#[cfg(test)]
mod tests;
