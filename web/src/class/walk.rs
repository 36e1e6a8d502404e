//! The walk beside a step: a state and an engine of its own, so that the visitor's own stay as they are.

use crate::link::{EngineState, Space, Status, use_engine};
use crate::message::PageView;
use crate::state::{Action, State};
use chainwalk::view::Lang;
use chainwalk::{Case, Head, Position, Scenario, Stop};
use std::rc::Rc;
use yew::prelude::*;

/// What is walked beside a step.
pub(super) struct Walking {
    /// The state.
    pub(super) state: UseReducerHandle<State>,
    /// What the worker answers.
    pub(super) heard: EngineState,
    /// The view, where it is of this host.
    pub(super) told: Option<Rc<PageView>>,
    /// Whether it answers what is asked by now.
    pub(super) fresh: bool,
    /// The stop, within the walk.
    pub(super) stop: usize,
    /// The last stop.
    pub(super) last: usize,
}

/// Walks `scenario`, showing its last packet, and lets it play where it `plays` by itself.
#[hook]
pub(super) fn use_walking(
    lang: Lang,
    still: bool,
    plays: bool,
    scenario: &Rc<Scenario>,
    space: Space,
) -> Walking {
    let state = use_reducer_eq(|| State { still, ..State::blank(lang) });
    {
        let dispatch = state.dispatcher();
        use_effect_with(lang, move |lang| dispatch.dispatch(Action::Lang(*lang)));
    }
    {
        let dispatch = state.dispatcher();
        use_effect_with(scenario.clone(), move |scenario| {
            let packet = scenario.packets.len().saturating_sub(1);
            let head = Head { at: Some(Position { packet, stop: Stop::At(0) }), ..Head::default() };
            let case = Case { scenario: (**scenario).clone(), head };
            dispatch.dispatch(Action::Load(Rc::new(case)));
            if !plays {
                dispatch.dispatch(Action::Go(0));
            }
        });
    }
    {
        // Where the veil is lifted, the walk that is there begins.
        let dispatch = state.dispatcher();
        let before = use_mut_ref(|| plays);
        use_effect_with(plays, move |plays| {
            let lifted = *plays && !before.replace(*plays);
            if lifted && still {
                dispatch.dispatch(Action::Go(usize::MAX));
            } else if lifted {
                dispatch.dispatch(Action::Go(0));
                dispatch.dispatch(Action::Toggle { last: usize::MAX });
            }
        });
    }
    let heard = use_engine(&state, space, false);
    {
        // What the keys of the page open there is not here.
        let dispatch = state.dispatcher();
        use_effect_with(state.open, move |open| {
            if open.is_some() {
                dispatch.dispatch(Action::Open(None));
            }
        });
    }
    let fresh = heard.status == Status::Done;
    // Until its answer is there, a change shows the walk from before it; another host's is not shown.
    let told = heard.told.clone().filter(|_| fresh || heard.of == state.paste);
    let last = told.as_ref().map_or(0, |told| told.last());
    let stop = state.stop.min(last);
    Walking { state, heard, told, fresh, stop, last }
}
