//! Putting things in order, by one piece of code for things of all types.
//!
//! The sort of the standard library is made anew for each type and each key that it is asked to sort by: of the page's
//! worker that was one byte in sixteen.

use std::cmp::Ordering;

/// What `sort_by` and its like do, in less code. What is alike stays as it stands.
pub trait Order<T> {
    /// Puts it in order.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Puts it in order by a key of each thing.
    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    /// The same where a key takes long to make.
    fn order_by_cached_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);

    /// Puts it in its own order.
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }
}

impl<T> Order<T> for [T] {
    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let places = places(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        put(self, places);
    }

    fn order_by_cached_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        put(self, places(keys.len(), &mut |a, b| keys[a].cmp(&keys[b])));
    }
}

/// Where each of so many things belongs; none where they stand there.
#[inline(never)]
fn places(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    if (1..len).all(|at| compare(at - 1, at) != Ordering::Greater) {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|a, b| compare(*a, *b));
    let mut places = vec![0; len];
    for (place, at) in order.into_iter().enumerate() {
        places[at] = place;
    }
    places
}

/// Puts each thing where it belongs.
fn put<T>(things: &mut [T], mut places: Vec<usize>) {
    for at in 0..places.len() {
        while places[at] != at {
            let to = places[at];
            things.swap(at, to);
            places.swap(at, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_in_order_and_what_is_alike_stays() {
        // All ways in which seven things of three sizes can stand.
        for way in 0..3_usize.pow(7) {
            let things: Vec<(usize, u32)> =
                (0..7).map(|at| (way / 3_usize.pow(at) % 3, at)).collect();
            let (mut ours, mut theirs) = (things.clone(), things.clone());
            ours.order_by_key(|thing| thing.0);
            theirs.sort_by_key(|thing| thing.0);
            assert_eq!(ours, theirs);
            ours.clone_from(&things);
            ours.order_by_cached_key(|thing| thing.0);
            assert_eq!(ours, theirs);
            ours.order_by(|a, b| b.cmp(a));
            theirs.sort_by(|a, b| b.cmp(a));
            assert_eq!(ours, theirs);
            ours.order();
            assert_eq!(ours, {
                theirs.sort_unstable();
                theirs
            });
        }
    }
}
