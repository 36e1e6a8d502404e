//! Numbers in order, of which some are put between others or taken away: a piece of them moves, not all behind it.

use std::collections::VecDeque;

/// A piece that grows longer is cut in two.
const LONG: usize = 1024;

/// Numbers in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pieces {
    /// Piece by piece; none is empty.
    pieces: VecDeque<VecDeque<u32>>,
    len: usize,
}

impl Pieces {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// In order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.pieces.iter().flatten().copied()
    }

    /// The `at`-th, from 0.
    pub(crate) fn get(&self, at: usize) -> Option<u32> {
        let (piece, at) = self.find(at)?;
        self.pieces[piece].get(at).copied()
    }

    /// The first.
    pub(crate) fn front(&self) -> Option<u32> {
        self.pieces.front()?.front().copied()
    }

    /// The last.
    pub(crate) fn back(&self) -> Option<u32> {
        self.pieces.back()?.back().copied()
    }

    /// Puts another in the place of the `at`-th, and returns that.
    pub(crate) fn replace(&mut self, at: usize, number: u32) -> Option<u32> {
        let (piece, at) = self.find(at)?;
        let place = self.pieces[piece].get_mut(at)?;
        Some(std::mem::replace(place, number))
    }

    /// Puts one before the first.
    pub(crate) fn push_front(&mut self, number: u32) {
        if self.pieces.front().is_none_or(|piece| piece.len() >= LONG) {
            self.pieces.push_front(VecDeque::new());
        }
        self.pieces[0].push_front(number);
        self.len += 1;
    }

    /// Puts one behind the last.
    pub(crate) fn push_back(&mut self, number: u32) {
        match self.pieces.back_mut() {
            Some(piece) if piece.len() < LONG => piece.push_back(number),
            _ => self.pieces.push_back(VecDeque::from([number])),
        }
        self.len += 1;
    }

    /// Puts one before the `at`-th; behind the last where there are fewer.
    pub(crate) fn insert(&mut self, at: usize, number: u32) {
        let Some((piece, at)) = self.find(at) else { return self.push_back(number) };
        let own = &mut self.pieces[piece];
        own.insert(at, number);
        if own.len() > LONG {
            let rest = own.split_off(LONG / 2);
            self.pieces.insert(piece + 1, rest);
        }
        self.len += 1;
    }

    /// Takes the `at`-th away, and returns it.
    pub(crate) fn remove(&mut self, at: usize) -> Option<u32> {
        let (piece, at) = self.find(at)?;
        let number = self.pieces[piece].remove(at)?;
        if self.pieces[piece].is_empty() {
            self.pieces.remove(piece);
        }
        self.len -= 1;
        Some(number)
    }

    /// The piece that the `at`-th is in, and where.
    fn find(&self, at: usize) -> Option<(usize, usize)> {
        let mut at = at;
        for (piece, own) in self.pieces.iter().enumerate() {
            if at < own.len() {
                return Some((piece, at));
            }
            at -= own.len();
        }
        None
    }
}

impl IntoIterator for Pieces {
    type Item = u32;
    type IntoIter = std::iter::Flatten<std::collections::vec_deque::IntoIter<VecDeque<u32>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.pieces.into_iter().flatten()
    }
}

impl FromIterator<u32> for Pieces {
    fn from_iter<T: IntoIterator<Item = u32>>(numbers: T) -> Self {
        let mut pieces = Self::default();
        numbers.into_iter().for_each(|number| pieces.push_back(number));
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_stay_in_order_as_those_of_a_plain_list() {
        let (mut ours, mut plain) = (Pieces::default(), Vec::new());
        let mut seed = 3_u32;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % n.max(1)
        };
        for step in 0..20_000_u32 {
            let at = below(plain.len() + 1);
            match below(8) {
                0 => {
                    plain.insert(0, step);
                    ours.push_front(step);
                }
                1 => {
                    plain.push(step);
                    ours.push_back(step);
                }
                2 => {
                    let there = plain.get_mut(at).map(|n| std::mem::replace(n, step));
                    assert_eq!(ours.replace(at, step), there);
                }
                3 => {
                    let there = (at < plain.len()).then(|| plain.remove(at));
                    assert_eq!(ours.remove(at), there);
                }
                _ => {
                    plain.insert(at, step);
                    ours.insert(at, step);
                }
            }
            let ends = (ours.len(), ours.front(), ours.back(), ours.get(at));
            let plain_ends = (
                plain.len(),
                plain.first().copied(),
                plain.last().copied(),
                plain.get(at).copied(),
            );
            assert_eq!(ends, plain_ends);
        }
        assert!(ours.iter().eq(plain.iter().copied()));
        assert!(plain.len() > 4 * LONG && ours.iter().collect::<Pieces>().iter().eq(plain));
    }
}
