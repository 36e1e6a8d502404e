//! Whether what is shown answers what is there by now.

use super::asks::Space;
use super::line::Status;
use crate::message::View;
use crate::paste::Paste;
use chainwalk::view::Scene;
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

/// Milliseconds that work may take before what is shown is called old.
const GRACE_MS: u32 = 150;
/// Milliseconds that somebody may go on typing before it is: nothing is asked between two keys.
const TYPED_MS: u32 = 1000;
/// A text of more bytes takes longer than that in any case.
const LONG: usize = 512 * 1024;

/// What the answer that is shown was an answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Another text.
    Text,
    /// The same text with another packet, or other facts or changes.
    Question,
}

/// How far what is shown lies behind. Nothing does, where it is there again so soon that it need not be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// What the answer was an answer to; `None` where it answers what is there.
    pub answer: Option<Stale>,
    /// Whether the picture is of an old answer.
    pub picture: bool,
}

/// How far the answer of the text `of` lies behind `paste`; `pictures` are the two that were drawn.
#[hook]
pub(super) fn use_behind(
    generation: Option<u32>,
    status: &Status,
    of: &Paste,
    paste: &Paste,
    pictures: [Option<&Rc<(View, Scene)>>; 2],
    space: Space,
) -> Behind {
    let waits = generation.is_some() && *status != Status::Done;
    let works = waits && *status != Status::Typed;
    let sizes = [space.scene, space.map];
    let is_old = pictures.iter().zip(sizes).any(|(picture, size)| {
        let drawn = picture.map(|picture| picture.0.generation);
        size.0 > 0.0 && drawn.is_some() && drawn != generation
    });
    let is_other = of != paste;
    let is_long = is_other && paste.len() > LONG;
    let is_given_up = matches!(status, Status::Stopped | Status::Died(_) | Status::Missing(_));
    let (works_long, waits_long) = (use_over(works, GRACE_MS), use_over(waits, TYPED_MS));
    let picture_is_late = use_over(works || is_old, GRACE_MS);
    let answer = use_kept(waits, works_long || waits_long || is_long || is_given_up);
    let picture = use_kept(waits || is_old, answer || picture_is_late);
    let what = if is_other { Stale::Text } else { Stale::Question };
    Behind { answer: answer.then_some(what), picture }
}

/// Whether something was so at any time since `within` holds.
#[hook]
fn use_kept(within: bool, is: bool) -> bool {
    let kept = use_mut_ref(|| false);
    let next = within && (is || *kept.borrow());
    *kept.borrow_mut() = next;
    next
}

/// Whether something has been so for longer than a time, counted from when it became so.
#[hook]
fn use_over(is: bool, milliseconds: u32) -> bool {
    let over = use_state_eq(|| false);
    {
        let over = over.setter();
        use_effect_with(is, move |is| {
            over.set(false);
            let later = is.then(|| Timeout::new(milliseconds, move || over.set(true)));
            move || drop(later)
        });
    }
    is && *over
}
