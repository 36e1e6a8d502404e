//! Earlier versions of the visitor's own work, kept in this browser beside it, the newest first.

use crate::paste::Paste;
use crate::shelf::Shelf;
use crate::state::is_another;
use chainwalk::Case;

const NAME: &str = "chainwalk.versions";
/// So many are kept.
const MOST: usize = 12;
/// All together are no longer: browsers keep a few megabytes, and the work itself needs its room.
const BYTES: usize = 768 * 1024;
/// Who goes on within so many milliseconds still works at the same version.
const PAUSE: f64 = 180_000.0;

/// The work as it stood at one time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Version {
    /// When, in milliseconds since 1970.
    pub(crate) at: f64,
    /// The case, as text.
    pub(crate) case: String,
}

impl Version {
    /// The case.
    pub(crate) fn case(&self) -> Option<Case> {
        Case::read(&self.case).ok().map(|(case, _)| case)
    }
}

/// Those that are kept.
pub(crate) fn all() -> Vec<Version> {
    let text = Shelf::of_page().and_then(|shelf| shelf.get(NAME)).unwrap_or_default();
    let list: Vec<(f64, String)> = serde_json::from_str(&text).unwrap_or_default();
    list.into_iter().map(|(at, case)| Version { at, case }).collect()
}

/// Keeps the work as it stands now.
pub(crate) fn keep(case: &Case, now: f64) {
    let Some(shelf) = Shelf::of_page() else { return };
    let list = added(all(), case, now);
    let list: Vec<(f64, &str)> = list.iter().map(|v| (v.at, v.case.as_str())).collect();
    if let Ok(text) = serde_json::to_string(&list)
        && !shelf.put(NAME, &text)
    {
        shelf.forget(NAME);
    }
}

/// Forgets all of them.
pub(crate) fn forget() {
    if let Some(shelf) = Shelf::of_page() {
        shelf.forget(NAME);
    }
}

/// The versions with the work as it stands now. Small changes in a row are one version, as they were at the end.
fn added(mut list: Vec<Version>, case: &Case, now: f64) -> Vec<Version> {
    let paste = case.scenario.paste();
    if let Some(newest) = list.first() {
        let before = newest.case().map(|case| case.scenario.paste()).unwrap_or_default();
        let same = *before == *paste;
        let goes_on =
            now - newest.at < PAUSE && !is_another(&Paste::new(&before), &Paste::new(&paste));
        if same || goes_on {
            list.remove(0);
        }
    }
    list.insert(0, Version { at: now, case: case.write() });
    let mut bytes = 0;
    list.retain(|version| {
        bytes += version.case.len();
        bytes <= BYTES
    });
    list.truncate(MOST);
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::Scenario;

    fn case(text: &str) -> Case {
        Case { scenario: Scenario::pasted(text), ..Case::default() }
    }

    const RULES: &str =
        "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n";
    const OTHER: &str = "table inet other {\n\tchain forward_of_the_other {\n\t\tdrop\n\t}\n}\n";

    #[test]
    fn small_changes_in_a_row_are_one_version() {
        let list = added(Vec::new(), &case(RULES), 0.0);
        let list = added(list, &case(&RULES.replace("22", "23")), 9_000.0);
        assert_eq!((list.len(), list[0].at), (1, 9_000.0));
        let list = added(list, &case(&RULES.replace("22", "24")), 9_000.0 + PAUSE);
        assert_eq!(list.len(), 2, "after a pause it is another one");
        let list = added(list, &case(&RULES.replace("22", "24")), 9_001.0 + 9.0 * PAUSE);
        assert_eq!(list.len(), 2, "what is the same is kept once");
    }

    #[test]
    fn another_paste_is_another_version_at_once() {
        let list = added(Vec::new(), &case(RULES), 0.0);
        let list = added(list, &case(OTHER), 1.0);
        assert_eq!(list.len(), 2);
        assert_eq!(list[1].case().map(|case| case.scenario.paste()).as_deref(), Some(RULES));
    }

    #[test]
    fn old_versions_give_way() {
        let many = (0..40).fold(Vec::new(), |list, n| {
            added(list, &case(&RULES.replace("22", &n.to_string())), f64::from(n) * PAUSE)
        });
        assert_eq!(many.len(), MOST);
        let long = format!("{RULES}#{}\n", "x".repeat(BYTES));
        assert_eq!(added(many, &case(&long), 1e9).len(), 0, "what is too long is not kept");
    }
}
