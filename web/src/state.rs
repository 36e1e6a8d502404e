//! What a person can change on the page, and nothing that follows from it.
//!
//! [`State::apply`] is pure: it never touches the browser, and returns `None` where nothing changes.

use crate::examples::Example;
use crate::history::{History, Moment};
use crate::layout::{Edge, Layout};
use crate::narration::Verbosity;
use crate::origin::{Origin, follows, later, says_itself};
use crate::paste::Paste;
use chainwalk_model::Want;
use chainwalk_view::Lang;
use crop::RopeSlice;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::rc::Rc;

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

/// What was said of a host that is not the one walked, and the changes made to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// What chooses the host.
    host: Rc<str>,
    assumptions: Vec<Rc<str>>,
    changes: Vec<Rc<str>>,
}

/// How fast the walk plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speed {
    /// Half as fast.
    Half,
    /// As the page sets it.
    #[default]
    Normal,
    /// Twice as fast.
    Double,
    /// Four times as fast.
    Fourfold,
}

impl Speed {
    /// The factor.
    pub fn factor(self) -> f64 {
        match self {
            Self::Half => 0.5,
            Self::Normal => 1.0,
            Self::Double => 2.0,
            Self::Fourfold => 4.0,
        }
    }

    /// How it is written on its button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Half => "½×",
            Self::Normal => "1×",
            Self::Double => "2×",
            Self::Fourfold => "4×",
        }
    }

    /// The next one round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Half => Self::Normal,
            Self::Normal => Self::Double,
            Self::Double => Self::Fourfold,
            Self::Fourfold => Self::Half,
        }
    }
}

/// The page's colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The pane shown on a narrow screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The walk.
    #[default]
    Walk,
    /// The diagram.
    Map,
    /// The paste.
    Paste,
    /// This host.
    Host,
}

/// What lies open over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The list of examples.
    Examples,
    /// The fields of the packet.
    Origin,
    /// What could be typed into the packet field.
    Suggestions,
    /// The keys.
    Help,
}

/// What a person does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The paste was edited.
    Paste(Paste),
    /// The paste was edited, and what was done before goes on: both are taken back as one.
    Typed(Paste),
    /// The last change of paste, packets or facts is taken back.
    Undo,
    /// What was taken back last is brought again.
    Redo,
    /// The packet field was edited.
    Draft(Rc<str>),
    /// A whole packet line takes the place of what is in the field.
    Line(Rc<str>),
    /// The packet field was sent.
    Send,
    /// A packet follows the ones sent.
    Then(Rc<str>),
    /// Another of the sent packets is shown.
    Show(usize),
    /// The last packet is taken back.
    Unsend,
    /// Where packets come from was changed.
    From(Origin),
    /// The packets walk another of the hosts; both by what chooses them.
    Host {
        /// The one walked so far.
        from: Rc<str>,
        /// The other.
        to: Rc<str>,
    },
    /// Something was said of the host.
    Assume(Rc<str>),
    /// Something said of the host was taken back.
    Forget(usize),
    /// A change is made to the host, in the words of a command.
    Change(Rc<str>),
    /// A change is taken back.
    Unchange(usize),
    /// Changes are searched for, or no longer shown.
    Search(Option<Want>),
    /// Something said of the host was said otherwise.
    Amend(usize, Rc<str>),
    /// Another outcome of the shown packet is followed.
    Follow(usize),
    /// The packet is set to a stop.
    Go(usize),
    /// The packet goes some stops on, or back; `last` is the last stop there is.
    Step {
        /// How many stops.
        by: isize,
        /// The last stop.
        last: usize,
    },
    /// The walk goes one stop on by itself; `last` is the last stop there is.
    Tick {
        /// The last stop.
        last: usize,
    },
    /// Play, or pause; from the last stop it plays from the start.
    Toggle {
        /// The last stop.
        last: usize,
    },
    /// The next speed.
    Faster,
    /// More or less of the walk is read aloud.
    Say,
    /// The walk begins again at its end, or no longer.
    Loop,
    /// Chains are called by their names alone, or by what they stand for.
    RawNames(bool),
    /// The theme was set.
    Theme(Theme),
    /// The language was set.
    Lang(Lang),
    /// Another pane of the narrow screen.
    Pane(Pane),
    /// Something is opened over the page, or all is closed.
    Open(Option<Overlay>),
    /// The pane at an edge was given a size; `None` lets the page decide again.
    Resize(Edge, Option<u16>),
    /// The pane at an edge was folded away, or brought back.
    Fold(Edge),
    /// An example takes the place of paste, packets and assumptions.
    Load(Rc<Example>),
    /// All that was pasted, sent and said is thrown away.
    Clear,
}

impl Action {
    /// Whether it can be taken back.
    fn is_recorded(&self) -> bool {
        matches!(
            self,
            Self::Paste(_)
                | Self::Send
                | Self::Then(_)
                | Self::Unsend
                | Self::From(_)
                | Self::Host { .. }
                | Self::Assume(_)
                | Self::Forget(_)
                | Self::Change(_)
                | Self::Unchange(_)
                | Self::Amend(..)
                | Self::Load(_)
                | Self::Clear
        )
    }
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

/// What survives a reload, but for the paste.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    packets: Vec<String>,
    draft: String,
    origin: Origin,
    #[serde(default)]
    host: Option<Rc<str>>,
    #[serde(default)]
    elsewhere: Vec<Elsewhere>,
    assumptions: Vec<String>,
    #[serde(default)]
    changes: Vec<String>,
    speed: Speed,
    #[serde(default)]
    verbosity: Verbosity,
    theme: Theme,
    lang: Lang,
    #[serde(default)]
    layout: Layout,
}

/// Whether saying `new` takes back `old`: both speak of the same thing.
fn replaces(new: &str, old: &str) -> bool {
    let (Some((new_key, new_value)), Some((old_key, old_value))) =
        (new.split_once('='), old.split_once('='))
    else {
        return new == old;
    };
    let locality = |key: &str| matches!(key, "local" | "notlocal");
    if locality(new_key) && locality(old_key) {
        return new_value == old_value;
    }
    let ended = ["table", "chain", "policy", "holds", "inset"];
    if new_key == old_key && ended.contains(&new_key) {
        let table = |value: &str| value.rsplit_once(':').map(|(name, _)| name.to_owned());
        return table(new_value) == table(old_value);
    }
    // A dotted name is a sysctl; it has one value.
    new == old || (new_key == old_key && new_key.contains('.'))
}

/// So many lines of a text tell whether it is about the same host.
const LOOKED_AT: usize = 5000;

/// Whether a paste took the place of another one, rather than being a change of it or a later dump of the
/// same host: little of the old text stands at its begin and end, and few of its lines stand in it.
fn is_another(old: &Paste, new: &Paste) -> bool {
    let removed: Option<usize> =
        old.edits_to(new).map(|edits| edits.iter().map(|edit| edit.removed.byte_len()).sum());
    if old.is_empty() || removed.is_some_and(|removed| removed * 4 <= old.len() * 3) {
        return false;
    }
    let same = |(a, b): &(u8, u8)| a == b;
    let (old, new) = (old.rope(), new.rope());
    let begin = old.bytes().zip(new.bytes()).take_while(same).count();
    let end = old.bytes().rev().zip(new.bytes().rev()).take_while(same).count();
    if (begin + end) * 4 >= old.byte_len() {
        return false;
    }
    // Counters differ from dump to dump.
    let words = |line: RopeSlice| -> String {
        line.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect()
    };
    let there: HashSet<String> = new.lines().take(LOOKED_AT).map(words).collect();
    let lines: Vec<String> = old.lines().take(200).map(words).filter(|l| l.len() > 12).collect();
    let kept = lines.iter().filter(|l| there.contains(*l)).count();
    kept * 3 < lines.len() || lines.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn example() -> Example {
        Example {
            paste: "*filter\nCOMMIT\n".into(),
            packets: vec!["curl 10.0.0.2:80 from 10.0.0.1 in eth0".into()],
            assumptions: vec!["eth0=10.0.0.2/24".into()],
            ..Example::default()
        }
    }

    fn state() -> State {
        State::first(&example(), Lang::En)
    }

    #[track_caller]
    fn after(state: &State, actions: impl IntoIterator<Item = Action>) -> State {
        actions.into_iter().fold(state.clone(), |s, a| s.apply(a).unwrap_or(s))
    }

    #[test]
    fn the_first_visit_has_its_question_asked_and_plays() {
        let state = state();
        assert_eq!(&*state.draft, "curl 10.0.0.2:80");
        assert_eq!(state.origin, Origin::wire("10.0.0.1", "eth0"));
        assert!(state.playing);
    }

    #[test]
    fn a_bare_command_comes_from_where_the_last_packet_came() {
        let sent = after(&state(), [Action::Draft("curl 10.0.0.2:22".into()), Action::Send]);
        assert_eq!(&*sent.packets[0], "curl 10.0.0.2:22 from 10.0.0.1 in eth0");
        assert_eq!((sent.stop, sent.playing), (0, true));
    }

    #[test]
    fn a_packet_that_comes_later_follows_the_one_shown() {
        let first = state();
        for line in ["reply 1", "after 5s ssh 10.0.0.2 from 10.0.0.1 in eth0"] {
            let sent = after(&first, [Action::Draft(line.into()), Action::Send]);
            assert_eq!(sent.packets[..], [first.packets[0].clone(), line.into()]);
            assert_eq!(sent.packet, 1);
        }
    }

    #[test]
    fn a_source_typed_into_the_field_becomes_the_origin() {
        let typed = "curl 10.0.0.2:22 from 10.0.0.9 in eth1";
        let sent = after(&state(), [Action::Draft(typed.into()), Action::Send]);
        assert_eq!(sent.origin, Origin::wire("10.0.0.9", "eth1"));
        assert_eq!(&*sent.draft, "curl 10.0.0.2:22");
        assert_eq!(&*sent.packets[0], typed);
    }

    #[test]
    fn an_answer_is_sent_behind_what_it_answers() {
        let state =
            after(&state(), [Action::Then("reply 1".into()), Action::Then("reply 2".into())]);
        let sent =
            after(&state, [Action::Show(1), Action::Draft("reply 1 ttl 9".into()), Action::Send]);
        assert_eq!(sent.packets[1..], [Rc::from("reply 1 ttl 9")]);
        let anew = after(&sent, [Action::Draft("curl 10.0.0.2:22".into()), Action::Send]);
        assert_eq!((anew.packets.len(), anew.packet), (1, 0));
    }

    #[test]
    fn a_change_walks_anew_can_be_taken_back_and_is_kept() {
        let change = || Action::Change("iptables -P FORWARD DROP".into());
        let searched = after(&state(), [Action::Go(3), Action::Search(Some(Want::Through))]);
        let made = after(&searched, [change()]);
        assert_eq!((made.changes.len(), made.stop, made.search), (1, 0, None));
        assert_eq!(State::restored(made.saved(), "").changes, made.changes);
        assert!(after(&made, [Action::Unchange(0)]).changes.is_empty());
        assert_eq!(made.apply(Action::Unchange(1)), None);
        assert_eq!(made.apply(Action::Change(" ".into())), None);
        let other = after(&made, [Action::Paste("Chain INPUT (policy ACCEPT)".into())]);
        assert!(other.changes.is_empty(), "what was changed on one host says nothing of another");
    }

    #[test]
    fn each_host_keeps_what_was_said_of_it() {
        let to = |from: &str, to: &str| Action::Host { from: from.into(), to: to.into() };
        let first = state();
        let there = after(&first, [Action::Go(3), to("gw", "2")]);
        assert_eq!((there.host.as_deref(), there.stop), (Some("2"), 0));
        assert!(there.assumptions.is_empty() && there.packets == first.packets);
        assert_eq!(there.apply(to("2", "2")), None);
        let said = after(&there, [Action::Assume("local=10.0.0.9".into())]);
        let back = after(&said, [to("2", "gw")]);
        assert_eq!(back.assumptions, first.assumptions);
        assert_eq!(after(&back, [to("gw", "2")]).assumptions, said.assumptions);
        assert_eq!(after(&back, [Action::Undo]).assumptions, said.assumptions);
        assert_eq!(after(&there, [Action::Undo]).host, None);
        let text = serde_json::to_string(&back.saved()).unwrap();
        let saved = State::restored(serde_json::from_str(&text).unwrap(), "");
        assert_eq!((&saved.host, &saved.elsewhere), (&back.host, &back.elsewhere));
        let other = after(&back, [Action::Paste("Chain INPUT (policy ACCEPT)".into())]);
        assert!(other.host.is_none() && other.elsewhere.is_empty());
    }

    #[test]
    fn a_shown_packet_brings_its_origin() {
        let mut example = example();
        example.packets.push("curl 127.0.0.1:80".into());
        let state = State::first(&example, Lang::En);
        let shown = after(&state, [Action::Show(1)]);
        assert_eq!(shown.origin, Origin::default());
        assert_eq!(&*shown.line(), "curl 127.0.0.1:80");
        assert_eq!(after(&shown, [Action::Show(0)]).origin, Origin::wire("10.0.0.1", "eth0"));
    }

    #[test]
    fn an_empty_field_sends_nothing() {
        let state = after(&state(), [Action::Draft("  ".into())]);
        assert_eq!(state.apply(Action::Send), None);
    }

    #[test]
    fn playing_ends_at_the_last_stop_and_starts_again_from_there() {
        let mut state = state();
        for _ in 0..5 {
            state = after(&state, [Action::Tick { last: 3 }]);
        }
        assert_eq!((state.stop, state.playing), (3, false));
        assert_eq!(state.apply(Action::Tick { last: 3 }), None);
        let again = after(&state, [Action::Toggle { last: 3 }]);
        assert_eq!((again.stop, again.playing), (0, true));
    }

    #[test]
    fn a_looped_walk_begins_again_at_its_end() {
        let state = after(&state(), [Action::Loop, Action::Go(2), Action::Toggle { last: 3 }]);
        let end = after(&state, [Action::Tick { last: 3 }]);
        assert_eq!((end.stop, end.playing), (3, true));
        let again = after(&end, [Action::Tick { last: 3 }]);
        assert_eq!((again.stop, again.playing), (0, true));
        let once = after(&end, [Action::Loop, Action::Tick { last: 3 }]);
        assert_eq!((once.stop, once.playing), (3, false));
    }

    #[test]
    fn a_whole_line_takes_the_fields_place() {
        let line = "udp 10.0.0.2:53 from 10.0.0.7 in eth1";
        let typed = after(&state(), [Action::Line(line.into())]);
        assert_eq!(&*typed.draft, "udp 10.0.0.2:53");
        assert_eq!(&*typed.line(), line);
        let own = after(&typed, [Action::Line("curl 10.0.0.9:80".into())]);
        assert_eq!(&*own.line(), "curl 10.0.0.9:80");
    }

    #[test]
    fn steps_stay_between_the_first_stop_and_the_last() {
        let step = |by| Action::Step { by, last: 2 };
        assert_eq!(after(&state(), [step(1), step(1), step(1), step(1)]).stop, 2);
        assert_eq!(after(&state(), [step(1), step(-1), step(-1)]).stop, 0);
        assert!(!after(&state(), [step(1)]).playing);
    }

    #[test]
    fn another_paste_forgets_what_was_said_of_the_first() {
        let long = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
        let state = after(&state(), [Action::Assume("local=10.0.0.9".into())]);
        let changed = after(&state, [Action::Paste("*filter\n# x\nCOMMIT\n".into())]);
        assert!(!changed.assumptions.is_empty() && !changed.packets.is_empty());
        let added =
            after(&changed, [Action::Paste(Paste::new(&format!("{}{long}", changed.paste)))]);
        assert_eq!(added.assumptions, changed.assumptions);
        let other = after(&state, [Action::Paste("Chain INPUT (policy ACCEPT)".into())]);
        assert!(other.assumptions.is_empty() && other.packets.is_empty());
        assert_eq!(other.origin, Origin::default());
    }

    #[test]
    fn a_later_dump_of_the_same_host_is_no_other() {
        let rule = |n: u32| format!("{n} 60 ACCEPT tcp -- * * 10.0.0.0/8 0.0.0.0/0 tcp dpt:{n}\n");
        let dump = |base: u32| (0..20).map(|n| rule(base + n)).collect::<String>();
        let another = |old: &str, new: &str| is_another(&Paste::new(old), &Paste::new(new));
        assert!(!another(&dump(1), &dump(500)));
        assert!(another(&dump(1), "*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n"));
        assert!(another(&dump(1), ""));
        assert!(!another("", &dump(1)));
    }

    #[test]
    fn going_somewhere_by_hand_pauses() {
        let state = after(&state(), [Action::Go(2)]);
        assert_eq!((state.stop, state.playing), (2, false));
    }

    #[test]
    fn another_outcome_voids_the_choices_of_later_packets() {
        let state = after(
            &state(),
            [Action::Then("reply 1".into()), Action::Follow(2), Action::Show(0), Action::Follow(1)],
        );
        assert_eq!(state.followed, [1, 0]);
    }

    #[test]
    fn a_host_said_to_be_otherwise_walks_anew() {
        let state = after(&state(), [Action::Go(4), Action::Follow(1), Action::Forget(0)]);
        assert!(state.assumptions.is_empty() && state.followed.is_empty());
        assert_eq!(state.stop, 0);
    }

    #[test]
    fn what_was_said_can_be_said_otherwise() {
        let state = after(&state(), [Action::Amend(0, " eth0=10.0.0.3/24 ".into())]);
        assert_eq!(state.assumptions, [Rc::from("eth0=10.0.0.3/24")]);
        assert_eq!(state.apply(Action::Amend(1, "up".into())), None);
        assert_eq!(after(&state, [Action::Undo]).assumptions, [Rc::from("eth0=10.0.0.2/24")]);
    }

    #[test]
    fn what_contradicts_takes_the_place_of_what_was_said() {
        #[track_caller]
        fn check(new: &str, old: &str, replaced: bool) {
            assert_eq!(replaces(new, old), replaced, "{new} after {old}");
        }
        check("notlocal=10.0.0.2", "local=10.0.0.2", true);
        check("notlocal=10.0.0.2", "local=10.0.0.3", false);
        check("table=filter:drop", "table=filter:accept", true);
        check("table=nat:drop", "table=filter:accept", false);
        check("holds=filter:INPUT:3.1:no", "holds=filter:INPUT:3.1:yes", true);
        check("holds=filter:INPUT:3.1:no", "holds=filter:INPUT:3.2:yes", false);
        check("net.ipv4.ip_forward=0", "net.ipv4.ip_forward=1", true);
        check("eth0=10.0.0.3/24", "eth0=10.0.0.2/24", false);
        check("eth0=10.0.0.2/24", "eth0=10.0.0.2/24", true);
        check("route=default dev eth0", "route=10.0.0.0/8 dev eth1", false);
    }

    #[test]
    fn paste_packets_and_facts_are_taken_back_in_turn() {
        let first = state();
        let edited = first.paste.replaced(0..0, "# x\n");
        let all = after(
            &first,
            [
                Action::Paste(edited.clone()),
                Action::Typed(edited.replaced(0..0, "y")),
                Action::Then("reply 1".into()),
                Action::Assume("local=10.0.0.9".into()),
            ],
        );
        let facts = after(&all, [Action::Undo]);
        assert_eq!((facts.assumptions.len(), facts.packets.len()), (1, 2));
        let packets = after(&facts, [Action::Undo]);
        assert_eq!(packets.packets.len(), 1);
        let paste = after(&packets, [Action::Undo]);
        assert_eq!(paste.paste, first.paste);
        assert_eq!(paste.apply(Action::Undo), None);
        let again = after(&paste, [Action::Redo, Action::Redo, Action::Redo]);
        assert_eq!(again.moment(), all.moment());
        assert_eq!(again.apply(Action::Redo), None);
    }

    #[test]
    fn a_change_forgets_what_was_taken_back() {
        let state = after(&state(), [Action::Clear, Action::Undo]);
        assert_eq!(state.history.reach(), (false, true));
        let state = after(&state, [Action::Assume("local=10.0.0.9".into())]);
        assert_eq!(state.history.reach(), (true, false));
    }

    #[test]
    fn looking_around_is_nothing_to_take_back() {
        let state = after(&state(), [Action::Go(3), Action::Pane(Pane::Map), Action::Faster]);
        assert_eq!(state.apply(Action::Undo), None);
    }

    #[test]
    fn what_is_saved_comes_back() {
        let state = after(
            &state(),
            [
                Action::Theme(Theme::Dark),
                Action::Lang(Lang::Zh),
                Action::Fold(Edge::Left),
                Action::Say,
            ],
        );
        let text = serde_json::to_string(&state.saved()).unwrap();
        let saved = serde_json::from_str::<Saved>(&text).unwrap();
        let back = State::restored(saved, &state.paste.to_string());
        assert_eq!(back.saved(), state.saved());
        assert_eq!(back.paste.to_string(), state.paste.to_string());
        assert!(!back.playing && back.verbosity == Verbosity::Chains);
    }

    #[test]
    fn clearing_keeps_only_how_the_page_looks() {
        let state = after(&state(), [Action::Theme(Theme::Dark), Action::Clear]);
        assert!(state.paste.is_empty() && state.packets.is_empty() && state.assumptions.is_empty());
        assert_eq!(state.theme, Theme::Dark);
    }

    #[test]
    fn an_action_that_changes_nothing_is_none() {
        let state = state();
        assert_eq!(state.apply(Action::Theme(Theme::System)), None);
        assert_eq!(state.apply(Action::Forget(7)), None);
        assert_eq!(state.apply(Action::Show(7)), None);
        assert_eq!(state.apply(Action::Unsend), None);
    }
}
