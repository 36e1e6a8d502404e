//! What each action makes of the page.

use super::takes::{is_replaced, replaces};
use super::{Action, Overlay, Pane, State, Theme, Visit, is_another, is_change, visit};
use crate::history::History;
use crate::origin::{Origin, follows, later};
use chainwalk::Promised;
use std::rc::Rc;

impl State {
    /// What the page becomes when a person does this; `None` where it stays as it is.
    #[must_use]
    pub fn apply(&self, action: Action) -> Option<Self> {
        let mut next = self.clone();
        let recorded = action.is_recorded();
        let touches = action.touches();
        let pasted = matches!(action, Action::Paste(_));
        match action {
            Action::Paste(text) | Action::Typed(text) => {
                if recorded && let Some(case) = visit::case_of(&text) {
                    next.load(&case);
                    next.history.record(self.moment());
                    return Some(next);
                }
                let another = is_another(&self.paste, &text);
                // On a narrow screen what a paste holds is told elsewhere than it stands. A letter is typed, and goes on.
                if pasted && (another || self.paste.is_empty()) && text.lines() > 1 {
                    next.pane = Pane::Walk;
                }
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
