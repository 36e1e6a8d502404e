//! What a rule's words come to, whichever form it is in: a target by its name, and tests that test nothing.

use crate::cx::Cx;
use crate::draft::Draft;
use crate::ext::{TARGETS, UNREAD_TARGETS};
use chainwalk_model::{
    AddrMask, ChainId, DiagnosticId, Expected, IfaceMatch, Inv, Opaque, Severity, Target,
};

/// `-i +` tests nothing, while `! -i +` never holds.
pub(crate) fn any_iface(iface: Inv<IfaceMatch>) -> Option<Inv<IfaceMatch>> {
    (iface.not || !iface.value.name.is_empty()).then_some(iface)
}

/// `-s 0.0.0.0/0` tests nothing, while `! -s 0.0.0.0/0` never holds.
pub(crate) fn tests(net: Inv<AddrMask>) -> Option<Inv<AddrMask>> {
    (net.not || !net.value.mask.is_unspecified()).then_some(net)
}

/// A target by a name that no extension read here has: a chain, or one kept as text.
pub(crate) fn named_target(
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    name: &str,
    goto: bool,
    options: bool,
    (start, end): (usize, usize),
    text: &dyn Fn(&Cx<'_>) -> Opaque,
) -> Target {
    let chain = draft.find(name);
    if chain.is_none() && !goto {
        if UNREAD_TARGETS.contains(&name) {
            cx.say(DiagnosticId::NotModelled, Severity::Warning, (start, end), vec![], None);
            return Target::Opaque(text(cx));
        }
        if options {
            let known = TARGETS.iter().flat_map(|e| e.names).copied();
            let near = Some(known).filter(|_| name.len() > 2).and_then(|k| cx.nearest(name, k));
            cx.say(
                DiagnosticId::UnknownTarget,
                Severity::Warning,
                (start, end),
                vec![Expected::Target, Expected::Chain],
                near,
            );
            return Target::Opaque(text(cx));
        }
    }
    let at = chain.unwrap_or_else(|| draft.chain(name));
    let jump = &mut draft.chains[at].jump;
    if jump.is_none() {
        *jump = Some(cx.clean.span(start, end));
    }
    let id = ChainId(at as u32);
    if goto { Target::Goto(id) } else { Target::Jump(id) }
}
