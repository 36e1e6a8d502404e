//! The search in the walk.

use super::row::plain;
use crate::parts::seek::{Found, focus_bar};
use chainwalk::view::Row;
use yew::prelude::*;

/// What is searched for, and where it is.
pub(super) struct Search {
    /// The words; `None` while the bar is shut.
    pub(super) sought: UseStateHandle<Option<String>>,
    /// The rows that have them.
    pub(super) hits: Vec<usize>,
    /// What the bar shows of that.
    pub(super) found: Option<Found>,
    /// Words were typed.
    pub(super) typed: Callback<String>,
    /// The bar is asked for.
    pub(super) seek: Callback<()>,
}

/// The search in these rows, seen from the row `here`.
#[hook]
pub(super) fn use_search(rows: &[Row], here: Option<usize>) -> Search {
    let sought = use_state_eq(|| None::<String>);
    let words = sought.as_deref().map(str::to_lowercase).filter(|words| !words.is_empty());
    let hits: Vec<usize> = words
        .iter()
        .flat_map(|words| (0..rows.len()).filter(move |at| plain(&rows[*at]).contains(words)))
        .collect();
    let at = here.and_then(|here| hits.iter().position(|at| *at == here)).map_or(0, |at| at + 1);
    let found = words.is_some().then_some(Found { count: hits.len(), at, more: false });
    let typed = {
        let sought = sought.setter();
        Callback::from(move |text: String| sought.set(Some(text)))
    };
    let seek = {
        let sought = sought.clone();
        Callback::from(move |()| {
            if sought.is_none() {
                sought.set(Some(String::new()));
            }
            focus_bar("seek");
        })
    };
    Search { sought, hits, found, typed, seek }
}

/// The hit behind `here` (1), or the one before it (-1); from the last it goes on at the first.
pub(super) fn beyond(hits: &[usize], here: Option<usize>, by: i32) -> Option<usize> {
    let to = if by > 0 {
        hits.iter().find(|at| here.is_none_or(|here| **at > here)).or(hits.first())
    } else {
        hits.iter().rev().find(|at| here.is_none_or(|here| **at < here)).or(hits.last())
    };
    to.copied()
}

#[cfg(test)]
mod tests {
    use super::beyond;

    #[test]
    fn hits_are_gone_through_round_and_round() {
        let hits = [2, 5, 9];
        assert_eq!(beyond(&hits, None, 1), Some(2));
        assert_eq!(beyond(&hits, Some(5), 1), Some(9));
        assert_eq!(beyond(&hits, Some(9), 1), Some(2));
        assert_eq!(beyond(&hits, Some(5), -1), Some(2));
        assert_eq!(beyond(&hits, Some(1), -1), Some(9));
        assert_eq!(beyond(&[], Some(1), 1), None);
    }
}
