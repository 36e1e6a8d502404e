//! What the recorded answers call a table and a target.

use chainwalk_model::Printer;
use chainwalk_model::{Backend, Chain, Host, Target};
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
