//! Any text is read as a case: no panic, every span lies in the text, and what is written reads back.
#![no_main]

use chainwalk::Case;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok((case, problems)) = Case::read(text) else { return };
    for problem in &problems {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
    }
    let (again, _) = Case::read(&case.write()).expect("what was written is a case");
    assert_eq!(again, case);
});
