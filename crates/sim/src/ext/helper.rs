//! `-m helper`: flows that a conntrack helper expected.
//!
//! - Written: `[!] --helper NAME`; the empty name is any helper.
//! - Listed: `helper match "ftp"`.
//! - Kernel: `helper_mt` in `net/netfilter/xt_helper.c`: the name has to begin with the helper's own.
//! - What a helper expects is not followed: where a rule gives one to a flow, the answer is a question.

use super::Judge;
use crate::eye::{Ct, Eye};
use chainwalk_model::{Found, Inv, OpKind, Part, Target, Text};

pub(super) fn test(name: &Inv<Text>, eye: &Eye, j: &mut Judge) {
    let Ct::Flow(flow) = &eye.ct else {
        return j.holds(Part::Helper, name.not, false, || Found::Nothing);
    };
    let helped = eye
        .host
        .rules
        .rules
        .iter()
        .flat_map(|r| &r.ops)
        .any(|op| matches!(&op.what, OpKind::Target(Target::Ct(ct)) if ct.helper.is_some()));
    if helped || flow.status & EXPECTED != 0 || flow.counted.is_none() {
        return j.untold(Part::Helper, name.not);
    }
    j.holds(Part::Helper, name.not, false, || Found::Nothing);
}

/// The bit of a flow that was expected.
const EXPECTED: u16 = 1;
