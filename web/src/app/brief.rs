//! The answer as a line, where all of it would take the room of the walk.

use super::space::{SHORT, use_media};
use yew::prelude::*;

/// How the answer stands on a narrow screen.
pub(super) struct Brief {
    /// Whether it is a line.
    pub(super) is: bool,
    /// Whether height is short.
    pub(super) short: bool,
    /// Opens it, or makes it a line.
    pub(super) turn: Callback<()>,
    /// A person reads the walk.
    pub(super) reads: Callback<()>,
}

/// The answer is a line from the begin where height is short, else once the walk is read; another answer is shown as
/// the first one was.
#[hook]
pub(super) fn use_brief(narrow: bool, generation: Option<u32>) -> Brief {
    let short = use_media(SHORT);
    let turned = use_state_eq(|| None::<bool>);
    {
        let turned = turned.setter();
        use_effect_with((generation, narrow, short), move |_| turned.set(None));
    }
    let is = turned.unwrap_or(short);
    let turn = {
        let turned = turned.setter();
        Callback::from(move |()| turned.set(Some(!is)))
    };
    let reads = {
        let turned = turned.setter();
        use_callback(narrow, move |(), narrow| {
            if *narrow {
                turned.set(Some(true));
            }
        })
    };
    Brief { is, short, turn, reads }
}
