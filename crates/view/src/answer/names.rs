//! What the recorded answers call a table and a target.

use chainwalk_model::Printer;
use chainwalk_model::{Backend, Chain, Host, Target};

/// A table's name; tables of native nft carry their family before it.
pub(super) fn table_name(host: &Host, chain: &Chain) -> String {
    let table = host.rules.table(chain.table);
    if table.backend != Backend::Nft {
        return table.name.to_string();
    }
    format!("{}:{}", table.family.word(), table.name)
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
