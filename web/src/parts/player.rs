//! The player: step, play, speed, and where the packet is.

use super::act::{Dispatch, act};
use super::icon::Icon;
use crate::keys::{hook_after, hook_before};
use crate::pace::{after, before};
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
    /// Whether it stops only where something matches.
    pub(crate) matches: bool,
    /// Whether the drawing has the screen, and what turns that; a player without it does not ask for it.
    #[prop_or_default]
    pub(crate) full: Option<(bool, Callback<()>)>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The player.
#[component]
pub(crate) fn Player(props: &PlayerProps) -> Html {
    let PlayerProps { lang, timeline, stop, playing, looped, speed, matches, full, dispatch } =
        props;
    let (lang, stop) = (*lang, *stop);
    let none = timeline.stops == 0;
    let last = timeline.stops.saturating_sub(1);
    let go = |to: usize| (Action::Go(to), to);
    let button = |key: Key, id: &'static str, (action, to): (Action, usize), test: &'static str| {
        let off = none || to == stop;
        html! {
            <button aria-label={ui(lang, key)} title={ui(lang, key)} aria-disabled={off.to_string()}
                data-testid={test} onclick={act(dispatch, action)}><Icon {id} size={14} /></button>
        }
    };
    // The buttons beside the number stay where they are.
    let digits = timeline.stops.to_string().len().to_string();
    let (word, id) = if *playing { (Key::Pause, "i-pause") } else { (Key::Play, "i-play") };
    html! {
        <div class="player" role="group" aria-label={ui(lang, Key::Player)} data-testid="player">
            <div class="buttons">
                {button(Key::PrevHook, "i-prev-hook", go(hook_before(timeline, stop)), "prev-hook")}
                {button(Key::PrevStep, "i-prev", go(before(timeline, stop, *matches)), "prev")}
                <button class="go" aria-label={ui(lang, word)} title={ui(lang, word)} disabled={none} aria-pressed={playing.to_string()}
                    data-testid="play" onclick={act(dispatch, Action::Toggle { last })}><Icon {id} size={16} /></button>
                {button(Key::NextStep, "i-next", go(after(timeline, stop, *matches)), "next")}
                {button(Key::NextHook, "i-next-hook", go(hook_after(timeline, stop)), "next-hook")}
            </div>
            <p class="where">
                if !none {
                    <span data-testid="position">{ui(lang, Key::Position)}{" "}<b data-digits={digits}>{stop + 1}</b>{" / "}{timeline.stops}</span>
                }
                <button class="speed" onclick={act(dispatch, Action::Faster)} title={ui(lang, Key::Speed)}
                    aria-label={format!("{} {}", ui(lang, Key::Speed), speed.label())}>{speed.label()}</button>
                <button class={classes!("speed", looped.then_some("on"))} onclick={act(dispatch, Action::Loop)} title={ui(lang, Key::Loop)}
                    aria-label={ui(lang, Key::Loop)} aria-pressed={looped.to_string()} data-testid="loop"><Icon id="i-loop" size={14} /></button>
                <button class={classes!("speed", matches.then_some("on"))} onclick={act(dispatch, Action::Matches)} title={ui(lang, Key::MatchesOnly)}
                    aria-label={ui(lang, Key::MatchesOnly)} aria-pressed={matches.to_string()} data-testid="matches"><Icon id="i-matches" size={14} /></button>
                if let Some((is, turn)) = full {
                    <button class={classes!("speed", is.then_some("on"))} onclick={turn.reform(|_: MouseEvent| ())} title={ui(lang, Key::HelpFull)}
                        aria-label={ui(lang, Key::HelpFull)} aria-pressed={is.to_string()} data-testid="full"><Icon id={if *is { "i-narrow" } else { "i-wide" }} size={14} /></button>
                }
            </p>
        </div>
    }
}
