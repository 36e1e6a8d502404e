//! Any text is taken for a recording, a picture or a page that carries cases: no panic, and what is written anew holds.
#![no_main]

use chainwalk_take::drawing::carried as in_picture;
use chainwalk_take::picture::redrawn;
use chainwalk_take::{Verdict, carried};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // A case of this size is walked in no time; longer ones only take longer.
    if text.len() > 4096 {
        return;
    }
    let _ = in_picture(text);
    if let Some(json) = redrawn(text, Some("9.9.9")) {
        assert_eq!(redrawn(&json, None), Some(json));
    }
    for name in ["a.walk.json", "a.svg", "a.html", "a.md", "a.walk.txt"] {
        let mut new = text.to_owned();
        let mut edits: Vec<_> =
            carried(name, text).iter().flat_map(|case| case.mended(text, "9.9.9")).collect();
        edits.sort_by_key(|(range, _)| range.start);
        for (range, with) in edits.into_iter().rev() {
            new.replace_range(range, &with);
        }
        for case in carried(name, &new) {
            // Such a picture is drawn again by hand; goals are promises.
            if !case.can_be_mended(&new) {
                continue;
            }
            for verdict in case.check(&new) {
                let promised = matches!(verdict, Verdict::Goal { .. } | Verdict::NoCase { .. });
                assert!(promised || verdict.holds() || verdict.depends(), "{name}: {verdict:?}");
            }
        }
    }
});
