//! The page's end of the conversation with the worker, as a hook.
//!
//! Answers to questions that are no longer asked are dropped by their generation.

mod queue;

use crate::message::{Answer, Drafted, Opening, Request, Told, View, Wanted};
use crate::paste::Paste;
use crate::state::State;
use crate::worker::{Event, Worker};
use chainwalk_view::{ChangesTold, Lang, Problem, RuleCard, RuleRange, Scene};
use gloo::timers::callback::Timeout;
use queue::{Queue, bring};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use yew::prelude::*;

/// Milliseconds that the page waits for the next key before it asks anew.
const TYPING_MS: u32 = 160;
/// Milliseconds without an answer after which the page says that it still works.
const PATIENCE_MS: u32 = 2500;

/// How the worker fares.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It has been asked.
    Asked,
    /// It has been asked a while ago.
    Late,
    /// It answered.
    Done,
    /// It was stopped by hand.
    Stopped,
    /// It died; the reason is for a report, not for the reader.
    Died(String),
    /// It could not be fetched: the network is gone.
    Missing(String),
}

/// What the worker told, as far as it is still asked for.
#[derive(Clone, PartialEq)]
pub struct Heard {
    /// What was told last.
    pub told: Option<Rc<Told>>,
    /// The text it was told of.
    pub of: Paste,
    /// The picture drawn last.
    pub scene: Option<Rc<(View, Scene)>>,
    /// The small map drawn last.
    pub map: Option<Rc<(View, Scene)>>,
    /// The rules that were opened in it.
    pub opened: Rc<HashMap<RuleRange, Vec<RuleCard>>>,
    /// The changes that were found, while they are searched for.
    pub found: Option<Rc<ChangesTold>>,
    /// What the line in the packet field says.
    pub drafted: Option<Rc<Drafted>>,
    /// Opens rules: which, and from which number on.
    pub open: Callback<(RuleRange, u32)>,
    /// How the worker fares.
    pub status: Status,
    /// Which share of a long text is read, from 0 to 1, while it is.
    pub share: Option<f64>,
    /// Asks once more after it died, or stops it.
    pub again: Callback<bool>,
    /// Asks what is wrong with an assumption as it is typed.
    pub check: Callback<(String, Lang)>,
    /// The assumption that was looked at last, and what is wrong with it.
    pub checked: Option<Rc<(String, Vec<Problem>)>>,
}

/// The space the picture and the small map have, in CSS pixels; zero where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Space {
    /// Of the picture.
    pub scene: (f64, f64),
    /// Of the small map.
    pub map: (f64, f64),
}

/// Asks the worker whatever `state` makes necessary, and returns what it told.
#[hook]
pub fn use_engine(state: &State, space: Space) -> Heard {
    let told = use_state_eq(|| None::<Rc<Told>>);
    let scene = use_state_eq(|| None::<Rc<(View, Scene)>>);
    let map = use_state_eq(|| None::<Rc<(View, Scene)>>);
    let opened = use_state_eq(Rc::<HashMap<RuleRange, Vec<RuleCard>>>::default);
    let drafted = use_state_eq(|| None::<Rc<Drafted>>);
    let found = use_state_eq(|| None::<(u32, Rc<ChangesTold>)>);
    let status = use_state_eq(|| Status::Asked);
    let attempt = use_state_eq(|| 0_u32);
    let generation = use_mut_ref(|| Rc::new(Cell::new(0_u32))).borrow().clone();
    let settled = use_mut_ref(|| Rc::new(Cell::new(0_u32))).borrow().clone();
    let sent_paste = use_mut_ref(|| None::<Paste>);
    let of = use_state_eq(Paste::default);
    let worker = use_mut_ref(|| None::<Worker>);
    let checked = use_state_eq(|| None::<Rc<(String, Vec<Problem>)>>);
    let share = use_state_eq(|| None::<f64>);

    let queue = use_mut_ref(Queue::default);

    // The listener lives as long as the page; it reaches the setters, which never change.
    {
        let (told, scene, map) = (told.setter(), scene.setter(), map.setter());
        let (status, generation, settled) = (status.setter(), generation.clone(), settled.clone());
        let (worker, sent_paste, of) = (worker.clone(), sent_paste.clone(), of.setter());
        let (opened, drafted, found) = (opened.setter(), drafted.setter(), found.setter());
        let (queue, checked, share) = (queue.clone(), checked.setter(), share.setter());
        use_effect_with((), move |()| {
            let cards: RefCell<HashMap<RuleRange, Vec<RuleCard>>> = RefCell::default();
            let forget = sent_paste.clone();
            let handle: Rc<RefCell<Option<Worker>>> = worker.clone();
            let listener = move |event| match event {
                Event::Answer(Answer::Told(answer)) => {
                    let asked = queue.borrow_mut().answered();
                    share.set(None);
                    if answer.generation == generation.get() {
                        settled.set(answer.generation);
                        if let Some(text) = asked {
                            of.set(text);
                        }
                        cards.borrow_mut().clear();
                        opened.set(Rc::default());
                        told.set(Some(Rc::from(answer)));
                        status.set(Status::Done);
                    }
                    let next = queue.borrow_mut().next();
                    if let (Some(next), Some(worker)) = (next, &*handle.borrow()) {
                        worker.send(next);
                    }
                }
                Event::Answer(Answer::Drawn(view, drawn))
                    if view.generation == generation.get() =>
                {
                    let place = if view.small { &map } else { &scene };
                    place.set(Some(Rc::new((view, *drawn))));
                }
                Event::Answer(Answer::Opened(what, more))
                    if what.generation == generation.get() =>
                {
                    let mut cards = cards.borrow_mut();
                    let open = cards.entry(what.range).or_default();
                    // The same question twice has one answer.
                    open.retain(|card| card.number < what.from);
                    open.extend(more);
                    opened.set(Rc::new(cards.clone()));
                }
                Event::Answer(Answer::Found(of, changes)) => {
                    found.set(Some((of, Rc::from(changes))));
                }
                Event::Answer(Answer::Reading(done)) => share.set(Some(done)),
                Event::Answer(Answer::Drafted(draft)) => drafted.set(Some(Rc::from(draft))),
                Event::Answer(Answer::Assumption(text, problems)) => {
                    checked.set(Some(Rc::new((text, problems))));
                }
                Event::Answer(_) => {}
                Event::Missing(why) => {
                    share.set(None);
                    *forget.borrow_mut() = None;
                    *queue.borrow_mut() = Queue::default();
                    settled.set(generation.get());
                    status.set(Status::Missing(why));
                }
                Event::Died(why) => {
                    share.set(None);
                    *forget.borrow_mut() = None;
                    *queue.borrow_mut() = Queue::default();
                    settled.set(generation.get());
                    // The new thread is sent nothing yet: what killed the old one would kill it too.
                    if let Some(worker) = &*handle.borrow() {
                        worker.restart();
                    }
                    status.set(Status::Died(why));
                }
            };
            *worker.borrow_mut() = Some(Worker::start(listener));
        });
    }

    // What is to be told.
    {
        let asked = (
            state.paste.clone(),
            state.packets.clone(),
            (state.host.clone(), state.assumptions.clone(), state.changes.clone()),
            state.lang,
            state.packet,
            state.followed.clone(),
            state.raw_names,
            *attempt,
        );
        let (status, generation) = (status.setter(), generation.clone());
        let (worker, sent_paste, settled) = (worker.clone(), sent_paste.clone(), settled.clone());
        let queue = queue.clone();
        use_effect_with(asked, move |asked| {
            let (paste, packets, said, lang, packet, followed, raw_names, _) = asked.clone();
            let (host, assumptions, changes) = said;
            generation.set(generation.get() + 1);
            status.set(Status::Asked);
            let typing = sent_paste.borrow().as_ref().is_some_and(|sent| *sent != paste);
            if let Some(worker) = &*worker.borrow() {
                let known = sent_paste.replace(Some(paste.clone()));
                if known.as_ref() != Some(&paste) {
                    bring(worker, known.as_ref(), &paste);
                }
            }
            let ask = {
                let generation = generation.get();
                move || {
                    let wanted = Request::Tell(Wanted {
                        generation,
                        host: host.as_deref().map(str::to_owned),
                        packets: packets.iter().map(ToString::to_string).collect(),
                        assumptions: assumptions.iter().map(ToString::to_string).collect(),
                        changes: changes.iter().map(ToString::to_string).collect(),
                        lang,
                        packet,
                        followed: followed.clone(),
                        raw_names,
                    });
                    let now = queue.borrow_mut().ask(wanted, paste.clone());
                    if let (Some(now), Some(worker)) = (now, &*worker.borrow()) {
                        worker.send(now);
                    }
                }
            };
            let wait = typing.then(|| {
                let ask = ask.clone();
                Timeout::new(TYPING_MS, ask)
            });
            if wait.is_none() {
                ask();
            }
            let asked = generation.get();
            let late = Timeout::new(PATIENCE_MS, move || {
                if generation.get() == asked && settled.get() != asked {
                    status.set(Status::Late);
                }
            });
            let late = RefCell::new(Some(late));
            move || {
                drop(wait);
                drop(late.take());
            }
        });
    }

    // What is to be drawn.
    {
        let wanted = (told.as_ref().map(|t| t.generation), state.stop, space);
        let last = told.as_ref().map_or(0, |t| t.last());
        let worker = worker.clone();
        use_effect_with(wanted, move |(generation, stop, space)| {
            let (Some(generation), Some(worker)) = (*generation, &*worker.borrow()) else { return };
            for (size, small) in [(space.scene, false), (space.map, true)] {
                if size.0 > 0.0 && size.1 > 0.0 {
                    worker.send(Request::Draw(View {
                        generation,
                        stop: (*stop).min(last),
                        width: size.0,
                        height: size.1,
                        small,
                    }));
                }
            }
        });
    }

    // The line that is being typed, read behind the pause between two keys.
    {
        let worker = worker.clone();
        let line = state.line();
        use_effect_with(
            (line, state.lang, told.as_ref().map(|t| t.generation)),
            move |(line, ..)| {
                let line = line.to_string();
                let later = Timeout::new(TYPING_MS, move || {
                    if let Some(worker) = &*worker.borrow() {
                        worker.send(Request::Draft(line));
                    }
                });
                move || drop(later)
            },
        );
    }

    // The changes that are searched for, in what was told last.
    {
        let worker = worker.clone();
        let wanted = (told.as_ref().map(|t| t.generation), state.search);
        use_effect_with(wanted, move |(generation, search)| {
            if let (Some(generation), Some(worker)) = (*generation, &*worker.borrow()) {
                worker.send(Request::Search(generation, *search));
            }
        });
    }

    let open = {
        let worker = worker.clone();
        let now = told.as_ref().map(|t| t.generation);
        use_callback(now, move |(range, from): (RuleRange, u32), now| {
            if let (Some(generation), Some(worker)) = (*now, &*worker.borrow()) {
                worker.send(Request::Open(Opening { generation, range, from }));
            }
        })
    };

    let again = {
        let (attempt, sent_paste, settled) = (attempt.clone(), sent_paste.clone(), settled.clone());
        let (worker, status, generation) = (worker.clone(), status.clone(), generation.clone());
        let (queue, share) = (queue.clone(), share.setter());
        use_callback((), move |stop: bool, ()| {
            share.set(None);
            *sent_paste.borrow_mut() = None;
            *queue.borrow_mut() = Queue::default();
            if stop {
                if let Some(worker) = &*worker.borrow() {
                    worker.restart();
                }
                settled.set(generation.get());
                status.set(Status::Stopped);
            } else {
                attempt.set(js_sys::Math::random().to_bits() as u32);
            }
        })
    };

    let check = {
        let worker = worker.clone();
        use_callback((), move |(text, lang): (String, Lang), ()| {
            if let Some(worker) = &*worker.borrow() {
                worker.send(Request::Assumption(text, lang));
            }
        })
    };

    Heard {
        told: (*told).clone(),
        of: (*of).clone(),
        scene: (*scene).clone(),
        map: (*map).clone(),
        opened: (*opened).clone(),
        found: found
            .as_ref()
            .filter(|(of, f)| {
                told.as_ref().is_some_and(|t| t.generation == *of) && state.search == Some(f.want)
            })
            .map(|(_, found)| found.clone()),
        drafted: (*drafted).clone(),
        open,
        status: (*status).clone(),
        share: *share,
        again,
        check,
        checked: (*checked).clone(),
    }
}
