//! The kernel's clock: ticks, by which it counts most of its limits.

/// Ticks in a second.
pub(crate) const HZ: u64 = 250;

/// Milliseconds as ticks.
pub(crate) fn jiffies(now_ms: u64) -> u64 {
    now_ms / 1000 * HZ + now_ms % 1000 * HZ / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_time_has_its_ticks() {
        assert_eq!([0, 3, 4, 1001].map(jiffies), [0, 0, 1, 250]);
        assert_eq!(jiffies(u64::MAX), u64::MAX / 4);
    }
}
