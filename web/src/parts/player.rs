//! The player: step, play, speed, and where the packet is.

use super::act::{Dispatch, act};
use super::icon::Icon;
use crate::keys::{hook_after, hook_before};
use crate::narration::Verbosity;
use crate::state::{Action, Speed};
use crate::words::{Key, ui};
use chainwalk::view::{Lang, Timeline};
use yew::prelude::*;

/// Properties of [`Player`].
#[derive(Properties, PartialEq)]
pub(crate) struct PlayerProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The stops.
    pub(crate) timeline: Timeline,
    /// The stop the packet rests at.
    pub(crate) stop: usize,
    /// Whether it plays.
    pub(crate) playing: bool,
    /// Whether it begins again at its end.
    pub(crate) looped: bool,
    /// How fast.
    pub(crate) speed: Speed,
    /// How much of it is read aloud.
    pub(crate) verbosity: Verbosity,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The player.
#[component]
pub(crate) fn Player(props: &PlayerProps) -> Html {
    let PlayerProps { lang, timeline, stop, playing, looped, speed, verbosity, dispatch } = props;
    let (said, sign) = said(*verbosity);
    let (lang, stop) = (*lang, *stop);
    let none = timeline.stops == 0;
    let last = timeline.stops.saturating_sub(1);
    let go = |to: usize| (Action::Go(to), to);
    let step = |by: isize| (Action::Step { by, last }, stop.saturating_add_signed(by).min(last));
    let button = |key: Key, id: &'static str, (action, to): (Action, usize), test: &'static str| {
        let off = none || to == stop;
        html! {
            <button aria-label={ui(lang, key)} title={ui(lang, key)} aria-disabled={off.to_string()}
                data-testid={test} onclick={act(dispatch, action)}><Icon {id} size={14} /></button>
        }
    };
    let (word, id) = if *playing { (Key::Pause, "i-pause") } else { (Key::Play, "i-play") };
    html! {
        <div class="player" role="group" aria-label={ui(lang, Key::Player)} data-testid="player">
            <div class="buttons">
                {button(Key::PrevHook, "i-prev-hook", go(hook_before(timeline, stop)), "prev-hook")}
                {button(Key::PrevStep, "i-prev", step(-1), "prev")}
                <button class="go" aria-label={ui(lang, word)} title={ui(lang, word)} disabled={none} aria-pressed={playing.to_string()}
                    data-testid="play" onclick={act(dispatch, Action::Toggle { last })}><Icon {id} size={16} /></button>
                {button(Key::NextStep, "i-next", step(1), "next")}
                {button(Key::NextHook, "i-next-hook", go(hook_after(timeline, stop)), "next-hook")}
            </div>
            <p class="where">
                if !none {
                    <span data-testid="position">{ui(lang, Key::Position)}{" "}<b>{stop + 1}</b>{" / "}{timeline.stops}</span>
                }
                <button class="speed" onclick={act(dispatch, Action::Faster)} title={ui(lang, Key::Speed)}
                    aria-label={format!("{} {}", ui(lang, Key::Speed), speed.label())}>{speed.label()}</button>
                <button class={classes!("speed", looped.then_some("on"))} onclick={act(dispatch, Action::Loop)} title={ui(lang, Key::Loop)}
                    aria-label={ui(lang, Key::Loop)} aria-pressed={looped.to_string()} data-testid="loop"><Icon id="i-loop" size={14} /></button>
                <button class="speed" onclick={act(dispatch, Action::Say)} title={ui(lang, said)} aria-label={ui(lang, said)}
                    data-testid="say"><Icon id={sign} size={14} /></button>
            </p>
        </div>
    }
}

/// How much is read aloud, as its button says and shows it.
pub(crate) fn said(verbosity: Verbosity) -> (Key, &'static str) {
    match verbosity {
        Verbosity::Rules => (Key::SayRules, "i-say"),
        Verbosity::Chains => (Key::SayChains, "i-say-less"),
        Verbosity::Fate => (Key::SayFate, "i-say-end"),
    }
}
