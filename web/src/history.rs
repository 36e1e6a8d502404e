//! What can be taken back, and what was taken back: the paste, the packets and what was said, moment by moment.

use crate::origin::Origin;
use crate::paste::Paste;
use chainwalk::Scenario;
use std::rc::Rc;

/// So many moments are remembered.
const MOMENTS: usize = 100;

/// What a person wrote, at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    /// The pasted text.
    pub(crate) paste: Paste,
    /// What is played, but for the paste.
    pub(crate) scenario: Rc<Scenario>,
    /// The promises.
    pub(crate) goals: Rc<Vec<String>>,
    /// The packet shown.
    pub(crate) packet: usize,
    /// What is in the packet field.
    pub(crate) draft: Rc<str>,
    /// Where packets come from.
    pub(crate) origin: Origin,
}

/// The moments before now, and those taken back, the nearest last.
#[derive(Clone, Debug, Default)]
pub struct History {
    past: Rc<Vec<Moment>>,
    future: Rc<Vec<Moment>>,
}

/// Two are equal where nothing was recorded or taken back between them.
impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.past, &other.past) && Rc::ptr_eq(&self.future, &other.future)
    }
}

impl History {
    /// Remembers the moment before a change. What was taken back can't be brought again.
    pub(crate) fn record(&mut self, before: Moment) {
        let past = Rc::make_mut(&mut self.past);
        if past.len() == MOMENTS {
            past.remove(0);
        }
        past.push(before);
        self.forget_future();
    }

    /// Forgets what was taken back.
    pub(crate) fn forget_future(&mut self) {
        if !self.future.is_empty() {
            self.future = Rc::default();
        }
    }

    /// The moment before, if any; `now` can be brought again.
    pub(crate) fn back(&mut self, now: Moment) -> Option<Moment> {
        step(&mut self.past, &mut self.future, now)
    }

    /// The moment taken back last, if any; `now` can be taken back again.
    pub(crate) fn on(&mut self, now: Moment) -> Option<Moment> {
        step(&mut self.future, &mut self.past, now)
    }

    /// Whether there is something to take back, and something to bring again.
    pub fn reach(&self) -> (bool, bool) {
        (!self.past.is_empty(), !self.future.is_empty())
    }
}

fn step(from: &mut Rc<Vec<Moment>>, to: &mut Rc<Vec<Moment>>, now: Moment) -> Option<Moment> {
    if from.is_empty() {
        return None;
    }
    let moment = Rc::make_mut(from).pop();
    Rc::make_mut(to).push(now);
    moment
}
