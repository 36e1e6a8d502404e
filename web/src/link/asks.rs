//! What the worker is asked, as the page changes. A hook for each kind of question.

use super::line::{Line, Status};
use crate::message::{PageView, Query, Request, View};
use crate::state::State;
use chainwalk::Viewpoint;
use chainwalk::model::Goal;
use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// Milliseconds that the page waits for the next key before it asks anew, where an answer takes long.
const TYPING_MS: u32 = 160;
/// Milliseconds without an answer after which the page says that it still works.
const PATIENCE_MS: u32 = 2500;

/// The space the picture and the small map have, in CSS pixels; zero where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Space {
    /// Of the picture.
    pub scene: (f64, f64),
    /// Of the small map.
    pub map: (f64, f64),
}

/// The view that is wanted. An `attempt` asks once more for the same; a text that is still `filling` in is asked about
/// once all of it is there.
#[hook]
pub(super) fn use_telling(
    state: &State,
    attempt: u32,
    filling: bool,
    line: &Line,
    status: UseStateSetter<Status>,
) {
    let at = Viewpoint { lang: state.lang, packet: state.packet, raw_names: state.raw_names };
    let asked = (
        state.paste.clone(),
        state.scenario.clone(),
        at,
        (attempt, filling),
        state.claims.clone(),
        state.leg,
        state.goals.clone(),
    );
    let line = line.clone();
    use_effect_with(asked, move |asked| {
        let (paste, scenario, at, (_, filling), claims, leg, goals) = asked.clone();
        let generation = line.number();
        let typing = line.has_another(&paste);
        status.set(if typing || filling { Status::Typed } else { Status::Asked });
        line.bring(&paste);
        let ask = {
            let (line, status) = (line.clone(), status.clone());
            move || {
                status.set(Status::Asked);
                let scenario = (*scenario).clone();
                let (claims, goals) = ((*claims).clone(), goals.to_vec());
                let wanted = Request::Tell(Query { generation, scenario, at, claims, goals, leg });
                line.ask(wanted, paste);
            }
        };
        let wait = if filling {
            None
        } else if typing && !line.is_quick() {
            Some(Timeout::new(TYPING_MS, ask))
        } else {
            ask();
            None
        };
        let late = Timeout::new(PATIENCE_MS, move || {
            if line.is_asked(generation) && !line.is_settled() {
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

/// What is to be drawn.
#[hook]
pub(super) fn use_drawing(told: Option<&Rc<PageView>>, stop: usize, space: Space, line: &Line) {
    let wanted = (told.map(|t| t.generation), stop, space);
    let last = told.map_or(0, |t| t.last());
    let line = line.clone();
    use_effect_with(wanted, move |(generation, stop, space)| {
        let Some(generation) = *generation else { return };
        for (size, small) in [(space.scene, false), (space.map, true)] {
            if size.0 > 0.0 && size.1 > 0.0 {
                line.send(Request::Draw(View {
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

/// The packet line that is being typed, read behind the pause between two keys.
#[hook]
pub(super) fn use_drafting(state: &State, generation: Option<u32>, line: &Line) {
    let line = line.clone();
    use_effect_with((state.line(), state.lang, generation), move |(words, ..)| {
        let words = words.to_string();
        let later = Timeout::new(TYPING_MS, move || line.send(Request::Draft(words)));
        move || drop(later)
    });
}

/// The changes that are searched for, in the view that came last.
#[hook]
pub(super) fn use_searching(generation: Option<u32>, search: Option<Goal>, line: &Line) {
    let line = line.clone();
    use_effect_with((generation, search), move |(generation, search)| {
        if let Some(generation) = *generation {
            line.send(Request::Search(generation, *search));
        }
    });
}
