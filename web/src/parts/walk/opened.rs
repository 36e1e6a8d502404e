//! What is open in the walk: the rules of a row, and the rows under a heading.

use super::tree::{Node, ancestors};
use crate::message::PageView;
use chainwalk::view::{RuleCard, RuleRange};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use yew::prelude::*;

/// The rules that stand open, and what opens or closes others.
#[hook]
pub(super) fn use_rules(
    told: Option<&Rc<PageView>>,
    opened: &Rc<HashMap<RuleRange, Vec<RuleCard>>>,
    open: &Callback<(RuleRange, u32)>,
) -> (UseStateHandle<HashSet<RuleRange>>, Callback<RuleRange>) {
    let wide = use_state_eq(HashSet::<RuleRange>::new);
    let toggle = {
        let (wide, open, opened) = (wide.clone(), open.clone(), opened.clone());
        Callback::from(move |range: RuleRange| {
            let mut next = (*wide).clone();
            if !next.remove(&range) {
                next.insert(range);
                if !opened.contains_key(&range) {
                    open.emit((range, range.first));
                }
            }
            wide.set(next);
        })
    };
    {
        // A new answer knows nothing of what was open in the old one; what is still there is asked anew.
        let (wide, open) = (wide.clone(), open.clone());
        let there: HashSet<RuleRange> =
            told.iter().flat_map(|t| &t.rows).filter_map(|row| row.rules).collect();
        use_effect_with(told.map(|t| t.generation), move |_| {
            let kept: HashSet<RuleRange> = wide.intersection(&there).copied().collect();
            for range in &kept {
                open.emit((*range, range.first));
            }
            wide.set(kept);
        });
    }
    (wide, toggle)
}

/// The headings that are folded, by row, and the answer they were folded in.
#[derive(Clone)]
pub(super) struct Folds {
    generation: Option<u32>,
    shut: UseStateHandle<(Option<u32>, HashSet<usize>)>,
}

impl Folds {
    /// Whether a heading is folded.
    pub(super) fn has(&self, at: usize) -> bool {
        self.shut.0 == self.generation && self.shut.1.contains(&at)
    }

    /// Folds a heading, or unfolds it.
    pub(super) fn toggle(&self) -> Callback<usize> {
        let Self { generation, shut } = self.clone();
        Callback::from(move |at: usize| {
            let mut rows = if shut.0 == generation { shut.1.clone() } else { HashSet::new() };
            if !rows.remove(&at) {
                rows.insert(at);
            }
            shut.set((generation, rows));
        })
    }
}

/// The folded headings. A packet that goes on to the row `now` does not vanish in what is folded away.
#[hook]
pub(super) fn use_folds(generation: Option<u32>, nodes: &[Node], now: Option<usize>) -> Folds {
    let shut = use_state_eq(|| (generation, HashSet::<usize>::new()));
    {
        let shut = shut.clone();
        let around: Vec<usize> = now.into_iter().flat_map(|now| ancestors(nodes, now)).collect();
        use_effect_with((now, generation), move |_| {
            let (of, mut rows) = (*shut).clone();
            let before = rows.len();
            rows.retain(|row| !around.contains(row));
            if rows.len() < before {
                shut.set((of, rows));
            }
        });
    }
    Folds { generation, shut }
}
