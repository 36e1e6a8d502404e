//! What the packet field offers: the host's interfaces, and packets worth sending.

use crate::message::PageView;
use crate::state::{Action, State};
use chainwalk::view::Suggestion;
use std::rc::Rc;
use yew::prelude::*;

/// The names of the interfaces that have an address.
#[hook]
pub(super) fn use_interfaces(told: Option<&Rc<PageView>>) -> Rc<Vec<String>> {
    use_memo(told.map(|t| t.facts.clone()), |facts| {
        let mut names: Vec<String> = Vec::new();
        for row in facts.iter().flatten().filter(|row| row.value.contains('/')) {
            if !names.contains(&row.name) {
                names.push(row.name.clone());
            }
        }
        names
    })
}

/// A packet that a log in the paste shows is the one that is asked about, where none was asked for.
#[hook]
pub(super) fn use_logged(state: &UseReducerHandle<State>, told: Option<&Rc<PageView>>) {
    let dispatch = state.dispatcher();
    let none = state.scenario.packets.is_empty() && state.draft.is_empty();
    let first = told.and_then(|t| t.logged.first().cloned()).filter(|_| none);
    use_effect_with(first, move |first| {
        if let Some(line) = first {
            dispatch.dispatch(Action::Logged(line.as_str().into()));
        }
    });
}

/// The packets that the rules suggest.
#[hook]
pub(super) fn use_suggestions(told: Option<&Rc<PageView>>) -> Rc<Vec<Suggestion>> {
    use_memo(told.map(|t| t.generation), |_| {
        told.iter().flat_map(|t| t.suggestions.clone()).collect::<Vec<_>>()
    })
}
