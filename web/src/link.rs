//! The page's end of the conversation with the worker, as a hook.
//!
//! Answers to questions that are no longer asked are dropped by their generation.

use crate::message::{Answer, Request, Told, View, Wanted};
use crate::state::State;
use crate::worker::{Event, Worker};
use chainwalk_view::Scene;
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
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
}

/// What the worker told, as far as it is still asked for.
#[derive(Clone, PartialEq)]
pub struct Heard {
    /// What was told last.
    pub told: Option<Rc<Told>>,
    /// The picture drawn last.
    pub scene: Option<Rc<(View, Scene)>>,
    /// The small map drawn last.
    pub map: Option<Rc<(View, Scene)>>,
    /// How the worker fares.
    pub status: Status,
    /// Asks once more after it died, or stops it.
    pub again: Callback<bool>,
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
    let status = use_state_eq(|| Status::Asked);
    let attempt = use_state_eq(|| 0_u32);
    let generation = use_mut_ref(|| Rc::new(Cell::new(0_u32))).borrow().clone();
    let settled = use_mut_ref(|| Rc::new(Cell::new(0_u32))).borrow().clone();
    let sent_paste = use_mut_ref(|| None::<Rc<str>>);
    let worker = use_mut_ref(|| None::<Worker>);

    // The listener lives as long as the page; it reaches the setters, which never change.
    {
        let (told, scene, map) = (told.setter(), scene.setter(), map.setter());
        let (status, generation, settled) = (status.setter(), generation.clone(), settled.clone());
        let (worker, sent_paste) = (worker.clone(), sent_paste.clone());
        use_effect_with((), move |()| {
            let forget = sent_paste.clone();
            let handle: Rc<RefCell<Option<Worker>>> = worker.clone();
            let listener = move |event| match event {
                Event::Answer(Answer::Told(answer)) if answer.generation == generation.get() => {
                    settled.set(answer.generation);
                    told.set(Some(Rc::from(answer)));
                    status.set(Status::Done);
                }
                Event::Answer(Answer::Drawn(view, drawn))
                    if view.generation == generation.get() =>
                {
                    let place = if view.small { &map } else { &scene };
                    place.set(Some(Rc::new((view, *drawn))));
                }
                Event::Answer(_) => {}
                Event::Died(why) => {
                    *forget.borrow_mut() = None;
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
            state.assumptions.clone(),
            state.lang,
            state.packet,
            state.followed.clone(),
            *attempt,
        );
        let (status, generation) = (status.setter(), generation.clone());
        let (worker, sent_paste, settled) = (worker.clone(), sent_paste.clone(), settled.clone());
        use_effect_with(asked, move |asked| {
            let (paste, packets, assumptions, lang, packet, followed, _) = asked.clone();
            generation.set(generation.get() + 1);
            status.set(Status::Asked);
            let typing = sent_paste.borrow().as_ref().is_some_and(|sent| *sent != paste);
            let ask = {
                let generation = generation.get();
                move || {
                    let worker = worker.borrow();
                    let Some(worker) = &*worker else { return };
                    if sent_paste.borrow().as_ref() != Some(&paste) {
                        worker.send(Request::Paste(paste.to_string()));
                        *sent_paste.borrow_mut() = Some(paste.clone());
                    }
                    worker.send(Request::Tell(Wanted {
                        generation,
                        packets: packets.iter().map(ToString::to_string).collect(),
                        assumptions: assumptions.iter().map(ToString::to_string).collect(),
                        lang,
                        packet,
                        followed: followed.clone(),
                    }));
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

    let again = {
        let (attempt, sent_paste, settled) = (attempt.clone(), sent_paste.clone(), settled.clone());
        let (worker, status, generation) = (worker.clone(), status.clone(), generation.clone());
        use_callback((), move |stop: bool, ()| {
            *sent_paste.borrow_mut() = None;
            if stop {
                settled.set(generation.get());
                if let Some(worker) = &*worker.borrow() {
                    worker.restart();
                }
                status.set(Status::Stopped);
            } else {
                attempt.set(js_sys::Math::random().to_bits() as u32);
            }
        })
    };

    Heard {
        told: (*told).clone(),
        scene: (*scene).clone(),
        map: (*map).clone(),
        status: (*status).clone(),
        again,
    }
}
