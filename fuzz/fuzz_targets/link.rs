//! Any fragment is read: no panic, and what it holds is written and read back.
#![no_main]

use chainwalk_take::Link;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|fragment: &str| {
    if let Ok(link) = Link::read(fragment) {
        assert_eq!(Link::read(&link.write()), Ok(link));
    }
});
