//! Single questions to a real kernel, each about one fact, with its answers, replayed.
#![allow(clippy::unwrap_used)]

use chainwalk_parse::case;
use chainwalk_tests::kernel::{Standing, compare, differences};
use chainwalk_tests::{engine, recorded};
use std::fmt::Write as _;

#[test]
fn every_fact_is_as_the_kernel_has_it() {
    let mut wrong = String::new();
    for line in ["asked", "nft"].into_iter().flat_map(recorded::of) {
        let ours = engine::answer(&case::read_value(&line["case"]).unwrap());
        for (k, standing) in compare(&ours, &line["answer"]).iter().enumerate() {
            if *standing != Standing::Agrees {
                let _ = write!(wrong, "\n{}, packet {k}: {standing:?}\n", line["case"]["id"]);
                wrong += &differences(&ours["packets"][k], &line["answer"]["packets"][k]);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
