//! How a walk is gone through: from stop to stop, or from match to match. Neighbouring rules that do not match are one
//! sweep.

use chainwalk::view::Timeline;

/// How long a sweep takes, in milliseconds.
const SWEEP_MS: f64 = 800.0;
/// Into so many hops a long one is parted; more could not be seen.
const HOPS: usize = 8;

fn is_miss(timeline: &Timeline, stop: usize) -> bool {
    timeline.misses.get(stop).copied().unwrap_or(false)
}

/// The first and the last of the neighbouring rules that do not match around a stop.
fn sweep(timeline: &Timeline, stop: usize) -> Option<(usize, usize)> {
    if !is_miss(timeline, stop) {
        return None;
    }
    let missed = |at: &usize| is_miss(timeline, *at);
    let first = (0..=stop).rev().take_while(missed).last()?;
    let last = (stop..timeline.stops).take_while(missed).last()?;
    (first < last).then_some((first, last))
}

/// How many stops of a sweep are one hop, and its milliseconds.
fn hop((first, last): (usize, usize)) -> (usize, f64) {
    let count = last - first + 1;
    let by = count.div_ceil(HOPS);
    (by, SWEEP_MS / count.div_ceil(by) as f64)
}

/// The stop behind `stop`; where `only` matches are stopped at, the next at which a rule matches or something else
/// happens.
pub fn after(timeline: &Timeline, stop: usize, only: bool) -> usize {
    let last = timeline.stops.saturating_sub(1);
    (stop + 1..=last).find(|at| !only || !is_miss(timeline, *at)).unwrap_or(last)
}

/// The stop before `stop`, in the same way.
pub fn before(timeline: &Timeline, stop: usize, only: bool) -> usize {
    (0..stop).rev().find(|at| !only || !is_miss(timeline, *at)).unwrap_or(0)
}

/// How many stops a walk that plays goes on from `stop`, and after how many milliseconds; it rests for `stay` wherever
/// it does not sweep.
pub fn onward(timeline: &Timeline, stop: usize, only: bool, stay: f64) -> (usize, f64) {
    if only {
        return (after(timeline, stop, true).saturating_sub(stop).max(1), stay);
    }
    match sweep(timeline, stop).filter(|(_, last)| stop < *last) {
        Some(whole) => {
            let (by, wait) = hop(whole);
            (by.min(whole.1 - stop), wait.min(stay))
        }
        None => (1, stay),
    }
}

/// The milliseconds in which the packet is swept to a stop; none where it travels there as always.
pub fn swept(timeline: &Timeline, stop: usize) -> Option<f64> {
    let whole = sweep(timeline, stop).filter(|(first, _)| *first < stop)?;
    Some(hop(whole).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A walk of which the stops marked `-` are rules that do not match.
    fn walk(marks: &str) -> Timeline {
        let misses: Vec<bool> = marks.chars().map(|c| c == '-').collect();
        let stops = misses.len();
        Timeline { stops, misses, ..Timeline::default() }
    }

    /// The stops at which it rests while it plays, and the milliseconds from its first stop to its last.
    fn played(timeline: &Timeline, only: bool) -> (Vec<usize>, f64) {
        let (mut stops, mut took) = (vec![0], 0.0);
        while let Some(at) = stops.last().filter(|at| **at + 1 < timeline.stops) {
            let (by, wait) = onward(timeline, *at, only, 980.0);
            took += wait;
            stops.push(at + by);
        }
        (stops, took)
    }

    #[test]
    fn a_run_of_misses_is_one_sweep() {
        let (stops, took) = played(&walk("+----+"), false);
        assert_eq!(stops, [0, 1, 2, 3, 4, 5]);
        assert!(took <= 2.0 * 980.0 + 800.0, "{took}");
        let long = format!("+{}+", "-".repeat(59));
        let (stops, took) = played(&walk(&long), false);
        assert!(stops.len() < 12 && stops.contains(&59), "{stops:?}");
        assert!(took <= 2.0 * 980.0 + 800.0, "{took}");
    }

    #[test]
    fn one_miss_alone_is_a_stop_like_any() {
        let timeline = walk("+-+");
        assert_eq!(onward(&timeline, 0, false, 980.0), (1, 980.0));
        assert_eq!(onward(&timeline, 1, false, 980.0), (1, 980.0));
        assert_eq!(swept(&timeline, 1), None);
    }

    #[test]
    fn the_packet_is_swept_behind_the_first_miss() {
        let timeline = walk("+----+");
        let swept: Vec<bool> = (0..6).map(|at| swept(&timeline, at).is_some()).collect();
        assert_eq!(swept, [false, false, true, true, true, false]);
    }

    #[test]
    fn only_matches_are_stopped_at_where_that_is_wanted() {
        let timeline = walk("+--+-+");
        assert_eq!(played(&timeline, true).0, [0, 3, 5]);
        assert_eq!((after(&timeline, 0, true), after(&timeline, 0, false)), (3, 1));
        assert_eq!((before(&timeline, 5, true), before(&timeline, 5, false)), (3, 4));
        assert_eq!((after(&timeline, 5, true), before(&timeline, 0, true)), (5, 0));
    }
}
