//! Chains that lead back into themselves: iptables loads no such table.
//!
//! Named is what both backends refuse: a circle of jumps and gotos that a built-in chain leads into.
//! iptables-legacy does not look behind a bare ACCEPT, DROP or RETURN (`mark_source_chains`); iptables-nft does.

use chainwalk_model::{
    Backend, ChainId, Diagnostic, DiagnosticId, OpKind, Rule, RuleId, Ruleset, Severity, TableId,
    Target, Text,
};

/// So many circles of a table are told.
const MOST: usize = 64;
/// So many chains of a circle are named.
const NAMED: usize = 6;

/// How far a chain was looked through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Nothing led to it yet.
    Not,
    /// It is on the way that is followed.
    OnTheWay,
    /// All that it leads to was looked at.
    Done,
}

/// Tells each rule of a table that closes a circle.
pub(crate) fn tell(rules: &Ruleset, table: TableId, diagnostics: &mut Vec<Diagnostic>) {
    let table = rules.table(table);
    let deep = table.backend == Backend::IptablesNft;
    // The chains of a table stand side by side.
    let ids = || table.chains.iter().map(|c| c.0);
    let (Some(first), Some(last)) = (ids().min(), ids().max()) else { return };
    let mut seen = vec![Seen::Not; (last - first) as usize + 1];
    // How far a chain was looked through so far; what is done stays so.
    let mut see = |chain: ChainId, now: Seen| {
        let at = chain.0.checked_sub(first);
        let Some(own) = at.and_then(|at| seen.get_mut(at as usize)) else { return Seen::Done };
        let before = *own;
        if before != Seen::Done {
            *own = now;
        }
        before
    };
    let mut told = 0;
    for base in table.chains.iter().filter(|c| rules.chain(**c).base.is_some()) {
        let mut way: Vec<(ChainId, usize)> = Vec::new();
        if see(*base, Seen::OnTheWay) == Seen::Not {
            way.push((*base, 0));
        }
        while let Some((chain, next)) = way.last_mut() {
            let Some(&id) = rules.chain(*chain).rules.get(*next) else {
                see(*chain, Seen::Done);
                way.pop();
                continue;
            };
            *next += 1;
            let rule = rules.rule(id);
            if !deep && is_bare_verdict(rule) {
                *next = usize::MAX;
            }
            let Some(to) = leads_to(rule) else { continue };
            match see(to, Seen::OnTheWay) {
                Seen::Not => way.push((to, 0)),
                Seen::OnTheWay if told < MOST => {
                    told += 1;
                    diagnostics.push(circle(rules, &way, id, to));
                }
                Seen::OnTheWay | Seen::Done => {}
            }
        }
    }
}

/// The chain that a rule calls or goes to.
fn leads_to(rule: &Rule) -> Option<ChainId> {
    rule.ops.iter().find_map(|op| match &op.what {
        OpKind::Target(Target::Jump(to) | Target::Goto(to)) => Some(*to),
        _ => None,
    })
}

fn is_bare_verdict(rule: &Rule) -> bool {
    let mut ops = rule.ops.iter().map(|op| &op.what);
    let verdict = ops.next();
    ops.next().is_none()
        && matches!(verdict, Some(OpKind::Target(Target::Accept | Target::Drop | Target::Return)))
}

fn circle(rules: &Ruleset, way: &[(ChainId, usize)], closing: RuleId, to: ChainId) -> Diagnostic {
    let from = way.iter().position(|(c, _)| *c == to).unwrap_or(0);
    let own = way[from..].iter().map(|(c, _)| *c);
    let mut names: Vec<Text> = own.map(|c| rules.chain(c).name.clone()).collect();
    if names.len() > NAMED {
        names.splice(NAMED / 2..names.len() - NAMED / 2, ["…".into()]);
    }
    names.push(rules.chain(to).name.clone());
    Diagnostic {
        id: DiagnosticId::ChainLoop,
        severity: Severity::Warning,
        span: rules.rule(closing).span,
        found: names.join(" → ").into(),
        expected: vec![],
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::read;
    use chainwalk_model::DiagnosticId;

    /// The circles that are told of these rules, each with the line that closes it.
    fn told(rules: &str) -> Vec<(String, String)> {
        let head = ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";
        let text = format!("*filter\n{head}:a - [0:0]\n:b - [0:0]\n{rules}\nCOMMIT\n");
        let reading = read(&[&text]);
        let found = reading.diagnostics.iter().filter(|d| d.id == DiagnosticId::ChainLoop);
        found.map(|d| (d.found.to_string(), text[d.span.range()].to_string())).collect()
    }

    #[test]
    fn what_leads_back_is_told_at_the_rule_that_does() {
        let one = |found: &str, line: &str| vec![(found.to_string(), line.to_string())];
        assert_eq!(told("-A INPUT -g a\n-A a -g a"), one("a → a", "-A a -g a"));
        let two = "-A INPUT -j a\n-A a -p tcp -j b\n-A b -p udp -g a";
        assert_eq!(told(two), one("a → b → a", "-A b -p udp -g a"));
    }

    #[test]
    fn what_iptables_loads_is_not_told() {
        // Each was given to iptables-legacy-restore, which took it.
        for rules in [
            "-A a -j b\n-A b -j a",
            "-A INPUT -j a\n-A a -j RETURN\n-A a -g a",
            "-A INPUT -j ACCEPT\n-A INPUT -j a\n-A a -j b\n-A b -p tcp -j a",
            "-A INPUT -g a\n-A INPUT -j b\n-A a -g b",
        ] {
            assert_eq!(told(rules), [], "{rules}");
        }
    }
}
