//! A lesson that is pasted or dropped where rules go is opened as a lesson, and what stood there comes back.

use crate::class::{Place, go, open};
use crate::paste::Paste;
use crate::state::{Action, State};
use chainwalk_take::Lesson;
use yew::prelude::*;

/// A longer text is no lesson.
const MOST: usize = 1024 * 1024;

/// Opens lessons out of the paste.
#[hook]
pub(super) fn use_lessons(state: &UseReducerHandle<State>) {
    let dispatch = state.dispatcher();
    use_effect_with(state.paste.clone(), move |paste| {
        if let Some(text) = lesson_in(paste) {
            dispatch.dispatch(Action::Undo);
            go(&Place::step(&open(&text), 0, false));
        }
    });
}

fn lesson_in(paste: &Paste) -> Option<String> {
    // Most texts show in their first word that they are none, and a long one is not copied to see it.
    let begin: String = paste.rope().chars().take(64).collect();
    let word = begin.trim_start();
    let may_be =
        ["chainwalk:", "lesson:", "title", "point", "#"].iter().any(|w| word.starts_with(w));
    if !may_be || paste.len() > MOST {
        return None;
    }
    let text = paste.to_string();
    Lesson::is_one(&text).then_some(text)
}
