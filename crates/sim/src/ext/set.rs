//! `-m set` and `-j SET`: ipsets.

use super::Judge;
use crate::eye::Eye;
use crate::memory::Memory;
use chainwalk_model::{Found, Part, Question, SetMatch, SetTarget, Truth};

pub(super) fn test(m: &SetMatch, _eye: &Eye, _memory: &mut Memory, j: &mut Judge) {
    j.say(Part::Set, m.not, Truth::Unknown(Question::Set(m.set.clone())), || Found::Nothing);
}

pub(super) fn target(_t: &SetTarget, _eye: &Eye, _memory: &mut Memory) {}
