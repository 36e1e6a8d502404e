//! What of a walk is read aloud, by how much the listener wants to hear.

use chainwalk::view::Timeline;
use serde::{Deserialize, Serialize};

/// How much of a walk is read aloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verbosity {
    /// Each stop: a rule, a look-up, a decision of routing.
    #[default]
    Rules,
    /// Where a chain or a station begins, where the walk splits, and the end.
    Chains,
    /// The end alone.
    Fate,
}

impl Verbosity {
    /// The next one round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Rules => Self::Chains,
            Self::Chains => Self::Fate,
            Self::Fate => Self::Rules,
        }
    }
}

/// The stop whose sentence stands in the live region at `stop`; a sentence that stays is not read again.
pub fn narrated(timeline: &Timeline, stop: usize, verbosity: Verbosity) -> Option<usize> {
    let last = timeline.stops.checked_sub(1)?;
    let own = timeline.lanes.iter().filter(|lane| lane.other.is_none());
    let cells = own.flat_map(|lane| &lane.cells);
    match verbosity {
        Verbosity::Rules => Some(stop),
        Verbosity::Chains if stop >= last => Some(last),
        Verbosity::Chains => cells
            .filter(|cell| cell.group.is_some() || cell.stop || cell.class == "fork")
            .map(|cell| cell.step)
            .filter(|step| *step <= stop)
            .max(),
        Verbosity::Fate => (stop >= last).then_some(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::view::{Cell, Lane};

    fn timeline() -> Timeline {
        let cell = |step, group: Option<&str>, class: &str| Cell {
            step,
            label: String::new(),
            icon: String::new(),
            group: group.map(str::to_owned),
            class: class.into(),
            hit: false,
            stop: false,
        };
        let cells = vec![
            cell(0, None, "host"),
            cell(1, Some("nat PREROUTING"), "nat"),
            cell(2, None, "nat"),
            cell(3, None, "fork"),
            cell(4, None, "nat"),
            cell(5, None, "fate"),
        ];
        Timeline {
            lanes: vec![Lane { name: "SYN".into(), cells, other: None }],
            stops: 6,
            ..Timeline::default()
        }
    }

    #[test]
    fn each_listener_hears_as_much_as_asked_for() {
        let heard = |verbosity| -> Vec<Option<usize>> {
            (0..6).map(|stop| narrated(&timeline(), stop, verbosity)).collect()
        };
        assert_eq!(heard(Verbosity::Rules), (0..6).map(Some).collect::<Vec<_>>());
        assert_eq!(heard(Verbosity::Chains), [None, Some(1), Some(1), Some(3), Some(3), Some(5)]);
        assert_eq!(heard(Verbosity::Fate), [None, None, None, None, None, Some(5)]);
    }
}
