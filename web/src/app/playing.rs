//! The walk that goes on by itself.

use crate::motion::duration;
use crate::state::{Action, State};
use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// Lets the walk go on by itself while it plays; `last` is `None` while there is no answer to walk.
#[hook]
pub(crate) fn use_playing(state: &UseReducerHandle<State>, last: Option<usize>) {
    let dispatch = state.dispatcher();
    use_effect_with(
        (state.playing, state.stop, state.speed, last),
        move |(playing, _, speed, last)| {
            let tick = last.filter(|_| *playing).map(|last| {
                let wait = duration("--stay") / speed.factor();
                Timeout::new(wait as u32, move || dispatch.dispatch(Action::Tick { last }))
            });
            move || drop(tick)
        },
    );
}
