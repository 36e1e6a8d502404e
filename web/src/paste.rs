//! The pasted text: a rope that is cheap to keep and to change, and the changes that lead from one to another.
//!
//! Lines end in `\n` alone. Offsets are bytes of UTF-8, but where a function says that they are units: those
//! of UTF-16, in which a browser counts.

use chainwalk::model::Order;
use crop::Rope;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many changes lead back from a text; an older one is reached by taking its place.
const STEPS: u32 = 256;

/// A text as it stood at one moment. Two are equal where they are the same one, not where they read alike.
#[derive(Clone)]
pub struct Paste {
    rope: Rope,
    id: u64,
    made: Option<Rc<Step>>,
}

/// How a text came out of another.
struct Step {
    /// The text it came out of.
    from: u64,
    /// What was changed in that.
    edit: Edit,
    /// How that one came about, as far as it is remembered.
    before: Option<Rc<Step>>,
    /// How many steps are remembered before this one.
    depth: u32,
}

/// A stretch of a text replaced by another.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Where.
    pub at: usize,
    /// What stood there.
    pub removed: Rope,
    /// What stands there now.
    pub inserted: Rope,
}

/// A stretch of a text replaced by another, as a browser reports it, in UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The units replaced.
    pub units: Range<usize>,
    /// By what.
    pub text: String,
}

impl Edit {
    /// The edit that takes this one back.
    fn inverse(&self) -> Self {
        Self { at: self.at, removed: self.inserted.clone(), inserted: self.removed.clone() }
    }

    /// Where a place of the text before stands after; what is inside the replaced stretch moves to its end.
    fn moves(&self, place: usize) -> usize {
        let end = self.at + self.removed.byte_len();
        if place < self.at {
            place
        } else if place >= end {
            place - self.removed.byte_len() + self.inserted.byte_len()
        } else {
            self.at + self.inserted.byte_len()
        }
    }

    fn change(&self, rope: &mut Rope) {
        if self.at == 0 && self.removed.byte_len() == rope.byte_len() {
            *rope = self.inserted.clone();
        } else {
            let range = self.at..self.at + self.removed.byte_len();
            rope.replace(range, self.inserted.to_string());
        }
    }
}

impl Default for Paste {
    fn default() -> Self {
        Self::new("")
    }
}

impl PartialEq for Paste {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Paste {}

impl fmt::Debug for Paste {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Paste({}, {} bytes)", self.id, self.len())
    }
}

impl fmt::Display for Paste {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl From<&str> for Paste {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl Paste {
    /// A text from elsewhere, its line ends made plain.
    pub fn new(text: &str) -> Self {
        Self { rope: Rope::from(&*plain(text)), id: next_id(), made: None }
    }

    /// The text.
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.rope.byte_len()
    }

    /// Whether there is nothing in it but space.
    pub fn is_empty(&self) -> bool {
        self.rope.chunks().all(|chunk| chunk.trim().is_empty())
    }

    /// How many lines it has; a line end at the end begins none.
    pub fn lines(&self) -> usize {
        self.rope.line_len()
    }

    /// The line that holds byte `at`, from 0.
    pub fn line_of(&self, at: usize) -> usize {
        self.rope.line_of_byte(at.min(self.len()))
    }

    /// The units before byte `at`; an offset inside a character counts as its begin.
    pub fn units(&self, at: usize) -> usize {
        self.rope.utf16_code_unit_of_byte(boundary(&self.rope, at))
    }

    /// The byte behind so many units; beyond the end it is the end.
    pub fn byte_at(&self, units: usize) -> usize {
        byte(&self.rope, units)
    }

    /// This text after `changes`, which all count in this text and do not overlap.
    #[must_use]
    pub fn changed(&self, changes: &[Change]) -> Self {
        let mut order: Vec<&Change> = changes.iter().collect();
        order.order_by_key(|change| std::cmp::Reverse(change.units.start));
        order.into_iter().fold(self.clone(), |text, change| {
            let [start, end] =
                [change.units.start, change.units.end].map(|at| byte(&text.rope, at));
            text.replaced(start..end.max(start), &change.text)
        })
    }

    /// This text with the bytes of `range` replaced.
    #[must_use]
    pub fn replaced(&self, range: Range<usize>, text: &str) -> Self {
        let edit = Edit {
            at: range.start,
            removed: Rope::from(self.rope.byte_slice(range)),
            inserted: Rope::from(&*plain(text)),
        };
        let mut rope = self.rope.clone();
        edit.change(&mut rope);
        let depth = self.made.as_ref().map_or(0, |step| step.depth + 1);
        let before = self.made.clone().filter(|_| depth < STEPS);
        let depth = if before.is_some() { depth } else { 0 };
        let step = Step { from: self.id, edit, before, depth };
        Self { rope, id: next_id(), made: Some(Rc::new(step)) }
    }

    /// The edits that lead from this text to another, each counting in what the ones before it left; `None`
    /// where the two have no text in common that is still remembered.
    pub fn edits_to(&self, other: &Self) -> Option<Vec<Edit>> {
        let mine = self.ancestors();
        let theirs = other.ancestors();
        let (up, down) = mine
            .iter()
            .enumerate()
            .find_map(|(up, id)| Some((up, theirs.iter().position(|other| other == id)?)))?;
        let back = self.steps().take(up).map(Edit::inverse);
        let mut on: Vec<Edit> = other.steps().take(down).cloned().collect();
        on.reverse();
        Some(back.chain(on).collect())
    }

    /// How places of this text are found in another: from bytes here to units there. Where nothing is known of
    /// how the two belong together, a place stays where it is.
    pub fn finder_in<'a>(&self, other: &'a Self) -> impl Fn(usize) -> usize + use<'a> {
        let edits = self.edits_to(other).unwrap_or_default();
        move |place| other.units(edits.iter().fold(place, |place, edit| edit.moves(place)))
    }

    /// One such place.
    pub fn units_in(&self, other: &Self, place: usize) -> usize {
        self.finder_in(other)(place)
    }

    /// This text and those that it came out of.
    fn ancestors(&self) -> Vec<u64> {
        let mut ids = vec![self.id];
        let mut step = self.made.as_ref();
        while let Some(made) = step {
            ids.push(made.from);
            step = made.before.as_ref();
        }
        ids
    }

    /// The edits that led here, the last first.
    fn steps(&self) -> impl Iterator<Item = &Edit> {
        std::iter::successors(self.made.as_deref(), |step| step.before.as_deref()).map(|s| &s.edit)
    }
}

/// Walks edits over a text and gives for each what a browser would: the units replaced, in the text as the edits
/// before left it.
pub fn in_units(from: &Paste, edits: &[Edit]) -> Vec<Change> {
    let mut rope = from.rope.clone();
    let mut told = Vec::new();
    for edit in edits {
        let start = rope.utf16_code_unit_of_byte(edit.at);
        told.push(Change {
            units: start..start + edit.removed.utf16_len(),
            text: edit.inserted.to_string(),
        });
        edit.change(&mut rope);
    }
    told
}

/// The byte before which `units` stand; one inside a character counts as its begin.
fn byte(rope: &Rope, units: usize) -> usize {
    let units = units.min(rope.utf16_len());
    let at = rope.byte_of_utf16_code_unit(units);
    boundary(rope, at)
}

/// The nearest place at or before `at` where a character begins.
fn boundary(rope: &Rope, at: usize) -> usize {
    let mut at = at.min(rope.byte_len());
    while !rope.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text with `\n` for each line end.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        text.into()
    }
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn change(units: Range<usize>, text: &str) -> Change {
        Change { units, text: text.into() }
    }

    /// The edits from one text to another, done one after the other.
    #[track_caller]
    fn replayed(from: &Paste, to: &Paste) -> String {
        let mut rope = from.rope.clone();
        for edit in from.edits_to(to).unwrap() {
            edit.change(&mut rope);
        }
        rope.to_string()
    }

    #[test]
    fn line_ends_are_plain() {
        assert_eq!(Paste::new("a\r\nb\rc\n").to_string(), "a\nb\nc\n");
        assert_eq!(Paste::new("a\r\nb\rc\n").lines(), 3);
        assert_eq!(Paste::new("").lines(), 0);
    }

    #[test]
    fn changes_count_in_units_and_in_the_text_before_them() {
        let text = Paste::new("防火墙 𝄞 end");
        let after = text.changed(&[change(0..3, "wall"), change(4..6, "#")]);
        assert_eq!(after.to_string(), "wall # end");
        assert_eq!(text.to_string(), "防火墙 𝄞 end");
        assert_eq!(text.units("防火墙 𝄞".len()), 6);
    }

    #[test]
    fn a_place_inside_a_character_is_its_begin() {
        let text = Paste::new("𝄞x");
        assert_eq!(text.units(2), 0);
        assert_eq!(text.changed(&[change(1..2, "")]).to_string(), "x");
        assert_eq!(text.units(99), 3);
    }

    #[test]
    fn edits_lead_on_and_back_and_across() {
        let base = Paste::new("one two");
        let on = base.replaced(0..3, "1").replaced(1..1, ".");
        let other = base.replaced(4..7, "2");
        assert_eq!(replayed(&base, &on), "1. two");
        assert_eq!(replayed(&on, &base), "one two");
        assert_eq!(replayed(&on, &other), "one 2");
        assert_eq!(base.edits_to(&base), Some(vec![]));
        assert_eq!(base.edits_to(&Paste::new("one two")), None);
    }

    #[test]
    fn what_is_no_longer_remembered_has_no_edits() {
        let base = Paste::new("x");
        let long = (0..2000).fold(base.clone(), |text, _| text.replaced(0..0, "y"));
        assert_eq!(base.edits_to(&long), None);
        assert_eq!(long.len(), 2001);
        let next = long.replaced(0..0, "z");
        assert_eq!(replayed(&long, &next), next.to_string());
    }

    #[test]
    fn a_place_moves_with_what_is_written_before_it() {
        let base = Paste::new("one two three");
        let after = base.replaced(0..3, "eleven");
        assert_eq!(base.units_in(&after, 4), 7);
        assert_eq!(after.units_in(&base, 7), 4);
        let gone = base.replaced(4..13, "");
        assert_eq!(base.units_in(&gone, 9), 4);
        assert_eq!(base.units_in(&Paste::new("墙"), 9), 1);
    }

    #[test]
    fn a_browser_is_told_in_units() {
        let base = Paste::new("墙 a");
        let after = base.replaced(4..5, "bc").replaced(0..3, "");
        let told = in_units(&base, &base.edits_to(&after).unwrap());
        assert_eq!(told, [change(2..3, "bc"), change(0..1, "")]);
    }
}
