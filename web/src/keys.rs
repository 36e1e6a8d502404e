//! What a key does while nothing is being typed.

use crate::pace;
use crate::state::{Action, Overlay};
use chainwalk::view::Timeline;

/// What a key press asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Press {
    /// A change of the state.
    Act(Action),
    /// The packet field takes the focus.
    Field,
    /// The fate is said aloud.
    Fate,
    /// The drawing takes the whole screen, or gives it back.
    Full,
    /// The focus goes to the next part of the page, or to the one before.
    Pane(Toward),
    /// The next line that could not be read is shown, or the one before.
    Problem(Toward),
    /// The diagram is drawn larger, smaller, or to fit.
    Zoom(Zooming),
}

/// Which way along an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// To what follows; behind the last comes the first.
    Next,
    /// To what comes before; before the first comes the last.
    Before,
}

/// Whether a key has its meaning for the page wherever the focus is, in a text too.
pub fn is_everywhere(key: &str) -> bool {
    matches!(key, "Escape" | "F6" | "F8")
}

/// A change of the diagram's size on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zooming {
    /// Larger.
    In,
    /// Smaller.
    Out,
    /// The whole of it.
    Fit,
}

/// What `key` (by its DOM name) does at `stop`, where steps pass over all but `only` matches or over nothing; `None`
/// leaves the key to the browser.
pub fn press(
    key: &str,
    shift: bool,
    stop: usize,
    timeline: Option<&Timeline>,
    only: bool,
) -> Option<Press> {
    let act = |action| Some(Press::Act(action));
    let toward = if shift { Toward::Before } else { Toward::Next };
    match key {
        "F6" => return Some(Press::Pane(toward)),
        "F8" => return Some(Press::Problem(toward)),
        "/" => return Some(Press::Field),
        "f" => return Some(Press::Full),
        "r" => return timeline.filter(|t| t.stops > 0).map(|_| Press::Fate),
        "l" => return act(Action::Loop),
        "m" => return act(Action::Matches),
        "v" => return act(Action::Say(None)),
        "+" | "=" => return Some(Press::Zoom(Zooming::In)),
        "-" => return Some(Press::Zoom(Zooming::Out)),
        "0" => return Some(Press::Zoom(Zooming::Fit)),
        "s" => return act(Action::Open(Some(Overlay::Share))),
        "?" => return act(Action::Open(Some(Overlay::Help))),
        "Escape" => return act(Action::Open(None)),
        _ => {}
    }
    let timeline = timeline.filter(|t| t.stops > 0)?;
    let last = timeline.stops - 1;
    let stop = stop.min(last);
    match (key, shift) {
        (" ", _) => act(Action::Toggle { last }),
        ("ArrowLeft", false) if only => act(Action::Go(pace::before(timeline, stop, true))),
        ("ArrowRight", false) if only => act(Action::Go(pace::after(timeline, stop, true))),
        ("ArrowLeft", false) => act(Action::Step { by: -1, last }),
        ("ArrowRight", false) => act(Action::Step { by: 1, last }),
        ("ArrowLeft", true) => act(Action::Go(hook_before(timeline, stop))),
        ("ArrowRight", true) => act(Action::Go(hook_after(timeline, stop))),
        ("Home", _) => act(Action::Go(0)),
        ("End", _) => act(Action::Go(last)),
        _ => None,
    }
}

/// The stop where the hook before `stop` begins, or the first.
pub fn hook_before(timeline: &Timeline, stop: usize) -> usize {
    let begins = |s: &usize| timeline.hooks.get(*s).copied().unwrap_or(false);
    (0..stop).rev().find(begins).unwrap_or(0)
}

/// The stop where the hook after `stop` begins, or the last.
pub fn hook_after(timeline: &Timeline, stop: usize) -> usize {
    let last = timeline.stops.saturating_sub(1);
    let begins = |s: &usize| timeline.hooks.get(*s).copied().unwrap_or(false);
    (stop + 1..=last).find(begins).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline() -> Timeline {
        Timeline {
            stops: 6,
            hooks: vec![false, true, false, false, true, false],
            misses: vec![false, false, true, true, false, false],
            ..Timeline::default()
        }
    }

    #[track_caller]
    fn goes(key: &str, shift: bool, from: usize, to: usize) {
        let expected = Some(Press::Act(Action::Go(to)));
        assert_eq!(press(key, shift, from, Some(&timeline()), false), expected);
    }

    #[test]
    fn arrows_step_and_the_ends_are_a_key_away() {
        let step = |by| Some(Press::Act(Action::Step { by, last: 5 }));
        assert_eq!(press("ArrowRight", false, 2, Some(&timeline()), false), step(1));
        assert_eq!(press("ArrowLeft", false, 2, Some(&timeline()), false), step(-1));
        let only = press("ArrowRight", false, 1, Some(&timeline()), true);
        assert_eq!(only, Some(Press::Act(Action::Go(4))), "over what does not match");
        goes("Home", false, 4, 0);
        goes("End", false, 0, 5);
    }

    #[test]
    fn shifted_arrows_step_by_hook() {
        goes("ArrowRight", true, 0, 1);
        goes("ArrowRight", true, 1, 4);
        goes("ArrowRight", true, 4, 5);
        goes("ArrowLeft", true, 5, 4);
        goes("ArrowLeft", true, 4, 1);
        goes("ArrowLeft", true, 1, 0);
    }

    #[test]
    fn without_a_walk_only_the_page_answers() {
        assert_eq!(press(" ", false, 0, None, false), None);
        assert_eq!(press("/", false, 0, None, false), Some(Press::Field));
        assert_eq!(press("a", false, 0, Some(&timeline()), false), None);
        assert_eq!(press("f", false, 0, None, false), Some(Press::Full));
        assert_eq!(press("F6", true, 0, None, false), Some(Press::Pane(Toward::Before)));
        assert_eq!(press("F8", false, 0, None, false), Some(Press::Problem(Toward::Next)));
        assert_eq!(press("r", false, 0, None, false), None);
        assert_eq!(press("r", false, 0, Some(&timeline()), false), Some(Press::Fate));
        assert_eq!(press("0", false, 0, None, false), Some(Press::Zoom(Zooming::Fit)));
    }
}
