//! What the recorded answers call a table, a target and a policy.

use chainwalk_model::Printer;
use chainwalk_model::{Backend, Chain, Host, Policy, Target};
use std::borrow::Cow;

/// A table's name; tables of native nft carry their family before it.
pub(super) fn table_name<'a>(host: &'a Host, chain: &Chain) -> Cow<'a, str> {
    let table = host.rules.table(chain.table);
    if table.backend != Backend::Nft {
        return Cow::Borrowed(&table.name);
    }
    Cow::Owned(format!("{}:{}", table.family.word(), table.name))
}

/// The word behind `-j` or `-g`.
pub(super) fn target_word(host: &Host, chain: &Chain, target: &Target) -> String {
    let table = host.rules.table(chain.table);
    if table.backend == Backend::Nft && !matches!(target, Target::Jump(_) | Target::Goto(_)) {
        let text = Printer::short(&host.rules).target(target, table.family);
        return text.split(' ').next().unwrap_or_default().to_owned();
    }
    match target {
        Target::Jump(chain) | Target::Goto(chain) => host.rules.chain(*chain).name.to_string(),
        other => other.name().unwrap_or_default().to_owned(),
    }
}

/// The policy of a base chain, as the tool of its table writes it.
pub(super) fn policy(host: &Host, chain: &Chain) -> Option<&'static str> {
    let native = host.rules.table(chain.table).backend == Backend::Nft;
    match chain.base.as_ref()?.policy {
        Policy::Accept if native => Some("accept"),
        Policy::Drop if native => Some("drop"),
        Policy::Accept => Some("ACCEPT"),
        Policy::Drop => Some("DROP"),
        Policy::Unknown => None,
    }
}
