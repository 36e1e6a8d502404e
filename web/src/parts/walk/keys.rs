//! What a key does in the tree of the walk.

use chainwalk::model::Span;
use chainwalk::view::RuleRange;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Press {
    /// This row is gone to.
    Row(usize),
    /// The rows under this heading are folded away, or shown again.
    Fold(usize),
    /// These rules are opened, or closed.
    Rules(RuleRange),
    /// The line of the row is shown, with the cursor in it.
    Line(Span),
    /// The key is the tree's, and does nothing here.
    Nothing,
}

/// The row that has the focus of the tree, and what is around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The rows that are not folded away.
    pub(super) shown: Vec<usize>,
    /// The row; none in a tree without rows.
    pub(super) here: Option<usize>,
    /// The heading it stands under.
    pub(super) up: Option<usize>,
    /// Where it is a heading: whether it is folded.
    pub(super) folded: Option<bool>,
    /// Its rules, and whether they are open.
    pub(super) rules: Option<(RuleRange, bool)>,
    /// Its line of the paste.
    pub(super) line: Option<Span>,
}

impl Around {
    /// What `key` does; `None` where it is not the tree's. A `pointer` leaves the arrows to the page.
    pub(super) fn press(&self, key: &str, pointer: bool) -> Option<Press> {
        let to = |row: Option<usize>| row.map_or(Press::Nothing, Press::Row);
        Some(match key {
            "ArrowUp" => to(self.beside(-1)),
            "ArrowDown" => to(self.beside(1)),
            "ArrowRight" if !pointer => match (self.here, self.folded, self.rules) {
                (Some(here), Some(true), _) => Press::Fold(here),
                (_, Some(false), _) => to(self.beside(1)),
                (_, None, Some((range, false))) => Press::Rules(range),
                _ => Press::Nothing,
            },
            "ArrowLeft" if !pointer => match (self.here, self.folded, self.rules) {
                (Some(here), Some(false), _) => Press::Fold(here),
                (_, None, Some((range, true))) => Press::Rules(range),
                _ => to(self.up),
            },
            "Enter" => self.line.map_or(Press::Nothing, Press::Line),
            _ => return None,
        })
    }

    fn beside(&self, by: isize) -> Option<usize> {
        let here = self.here?;
        let place = self.shown.iter().position(|at| *at == here)?;
        self.shown.get(place.checked_add_signed(by)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::model::ChainId;

    /// Row 3 of a tree whose row 2 is folded away.
    fn around() -> Around {
        Around { shown: vec![0, 1, 3, 4], here: Some(3), up: Some(1), ..Around::default() }
    }

    fn press(around: &Around, key: &str) -> Option<Press> {
        around.press(key, false)
    }

    #[test]
    fn up_and_down_go_past_what_is_folded_away_and_end_at_the_ends() {
        assert_eq!(press(&around(), "ArrowUp"), Some(Press::Row(1)));
        assert_eq!(press(&around(), "ArrowDown"), Some(Press::Row(4)));
        let last = Around { here: Some(4), ..around() };
        assert_eq!(press(&last, "ArrowDown"), Some(Press::Nothing));
        assert_eq!(press(&Around::default(), "ArrowDown"), Some(Press::Nothing));
    }

    #[test]
    fn left_closes_what_is_open_and_then_goes_up() {
        let range = RuleRange { reply: None, step: 0, chain: ChainId(0), first: 1, last: 9 };
        let rules = |open| Around { rules: Some((range, open)), ..around() };
        assert_eq!(press(&rules(false), "ArrowRight"), Some(Press::Rules(range)));
        assert_eq!(press(&rules(true), "ArrowRight"), Some(Press::Nothing));
        assert_eq!(press(&rules(true), "ArrowLeft"), Some(Press::Rules(range)));
        assert_eq!(press(&rules(false), "ArrowLeft"), Some(Press::Row(1)));
        let heading = |folded| Around { folded: Some(folded), ..around() };
        assert_eq!(press(&heading(true), "ArrowRight"), Some(Press::Fold(3)));
        assert_eq!(press(&heading(false), "ArrowRight"), Some(Press::Row(4)));
        assert_eq!(press(&heading(false), "ArrowLeft"), Some(Press::Fold(3)));
        assert_eq!(press(&heading(true), "ArrowLeft"), Some(Press::Row(1)));
    }

    #[test]
    fn a_pointer_leaves_left_and_right_to_the_page_and_other_keys_are_its_own() {
        assert_eq!(around().press("ArrowLeft", true), None);
        assert_eq!(around().press("ArrowRight", true), None);
        assert_eq!(around().press("ArrowUp", true), Some(Press::Row(1)));
        assert_eq!(press(&around(), "f"), None);
    }
}
