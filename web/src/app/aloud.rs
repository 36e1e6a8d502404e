//! What is read aloud: the stop the packet rests at, and what was asked to be said.

use crate::link::Stale;
use crate::message::PageView;
use crate::narration::narrated;
use crate::parts::{doing, of_before, said as said_as};
use crate::state::State;
use crate::words::{Key, ui};
use chainwalk::view::{Banner, Sentence};
use std::rc::Rc;
use yew::prelude::*;

/// What stands in the live region at `stop`, and what says the fate there when it is asked for.
///
/// `told` is `None` where nothing is to be read of the walk; `stale` is what the view answered, where it answers
/// what is there no more.
#[hook]
pub(super) fn use_aloud(
    state: &State,
    told: Option<&Rc<PageView>>,
    stop: usize,
    stale: Option<Stale>,
) -> (Option<String>, Callback<()>) {
    let said = use_state_eq(|| None::<String>);
    {
        // What was said of the fate is over as soon as the packet goes on.
        let said = said.setter();
        use_effect_with((stop, told.map(|t| t.generation)), move |_| said.set(None));
    }
    {
        // A change of how much is read aloud is itself read aloud.
        let (said, lang, first) = (said.setter(), state.lang, use_mut_ref(|| true));
        use_effect_with(state.verbosity, move |verbosity| {
            if !first.replace(false) {
                let (reads, what) = (ui(lang, Key::ScreenReader), ui(lang, said_as(*verbosity)));
                said.set(Some(format!("{reads}: {what}")));
            }
        });
    }
    let say = {
        let (said, told) = (said.setter(), told.cloned());
        Callback::from(move |()| said.set(told.as_ref().map(|t| fate_words(&t.banner))))
    };
    // How far it is changes too often to be heard.
    let waiting = stale.map(|stale| {
        let (what, _) = doing(Some(stale), false, None);
        format!("{} {}", ui(state.lang, of_before(stale)), ui(state.lang, what))
    });
    let narration = told.and_then(|told| {
        let timeline = &told.timeline;
        timeline.narration.get(narrated(timeline, stop, state.verbosity)?).cloned()
    });
    ((*said).clone().or(waiting).or(narration), say)
}

/// The answer in one sentence, for those who hear it.
fn fate_words(banner: &Banner) -> String {
    let words = |s: &Sentence| s.iter().map(|r| &*r.text).collect::<String>();
    let sure = banner.evidence.first().filter(|e| e.certain).map(|e| words(&e.text));
    format!("{} {} {}", words(&banner.headline), words(&banner.detail), sure.unwrap_or_default())
}
