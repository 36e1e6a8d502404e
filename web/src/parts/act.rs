//! How a piece of the page says what a person did.

use crate::state::{Action, State};
use yew::UseReducerDispatcher;

/// The way a piece says what a person did.
pub(crate) type Dispatch = UseReducerDispatcher<State>;

/// Something on the page that belongs to a stop and is pointed at.
pub(crate) type Hover = Option<usize>;

/// A callback that dispatches `action`.
pub(crate) fn act<E>(dispatch: &Dispatch, action: Action) -> yew::Callback<E> {
    let dispatch = dispatch.clone();
    yew::Callback::from(move |_| dispatch.dispatch(action.clone()))
}
