//! The walk that goes on by itself.

use crate::motion::duration;
use crate::pace::onward;
use crate::state::{Action, State};
use chainwalk::view::Timeline;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// Lets the walk go on by itself while it plays; `timeline` is `None` while there is no answer to walk.
#[hook]
pub(crate) fn use_playing(state: &UseReducerHandle<State>, timeline: Option<&Timeline>) {
    let dispatch = state.dispatcher();
    let next = timeline.filter(|_| state.playing).map(|timeline| {
        let last = timeline.stops.saturating_sub(1);
        let (by, wait) = onward(timeline, state.stop.min(last), state.matches, duration("--stay"));
        (Action::Tick { by, last }, (wait / state.speed.factor()) as u32)
    });
    // Where drawing takes a while the walk keeps its time all the same.
    let due = use_mut_ref(|| 0.0);
    use_effect_with((next, state.stop), move |(next, _)| {
        let tick = next.clone().map(|(action, wait)| {
            let (now, wait) = (js_sys::Date::now(), f64::from(wait));
            let from = Some(*due.borrow()).filter(|due| (now - wait..=now).contains(due));
            let at = from.unwrap_or(now) + wait;
            *due.borrow_mut() = at;
            Timeout::new((at - now) as u32, move || dispatch.dispatch(action))
        });
        move || drop(tick)
    });
}
