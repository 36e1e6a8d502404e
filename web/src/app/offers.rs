//! What the packet field offers: the host's interfaces, and packets worth sending.

use crate::message::PageView;
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

/// The packets that the rules suggest.
#[hook]
pub(super) fn use_suggestions(told: Option<&Rc<PageView>>) -> Rc<Vec<Suggestion>> {
    use_memo(told.map(|t| t.generation), |_| {
        told.iter().flat_map(|t| t.suggestions.clone()).collect::<Vec<_>>()
    })
}
