//! How a place of the paste is shown.

use crate::parts::{Dispatch, Revealed};
use crate::state::{Action, Pane};
use chainwalk::model::Span;
use yew::prelude::*;

/// The place shown last, and the ways to show another.
pub(super) struct Reveals {
    /// The place.
    pub(super) at: Revealed,
    /// Shows a place where the paste can be seen, with the cursor in it or without.
    pub(super) reveal: Callback<(Span, bool)>,
    /// The same without the cursor.
    pub(super) show: Callback<Span>,
    /// Turns to the paste where the screen is too narrow to see it, and shows a place there.
    pub(super) turn_to: Callback<(Span, bool)>,
    /// The same without the cursor.
    pub(super) turn_to_lines: Callback<Span>,
}

/// The ways to show a place of the paste.
#[hook]
pub(super) fn use_reveals(narrow: bool, dispatch: &Dispatch) -> Reveals {
    let revealed = use_state_eq(Revealed::default);
    let reveal = {
        let revealed = revealed.setter();
        use_callback((), move |(span, cursor): (Span, bool), ()| {
            let turn = js_sys::Math::random().to_bits() as u32;
            revealed.set(Revealed { span: Some(span), cursor, turn });
        })
    };
    let show = {
        let reveal = reveal.clone();
        use_callback((), move |span: Span, ()| reveal.emit((span, false)))
    };
    let turn_to = {
        let (reveal, dispatch) = (reveal.clone(), dispatch.clone());
        use_callback(narrow, move |(span, cursor): (Span, bool), narrow| {
            if *narrow {
                dispatch.dispatch(Action::Pane(Pane::Paste));
            }
            reveal.emit((span, cursor));
        })
    };
    let turn_to_lines =
        use_callback(turn_to.clone(), |span: Span, turn_to| turn_to.emit((span, false)));
    Reveals { at: *revealed, reveal, show, turn_to, turn_to_lines }
}
