//! What a known program makes certain of its host: read off the chains that it keeps, each with its rule.

use crate::header::header;
use chainwalk_model::{Chain, Fact, Hook, Host, OpKind, Origin, RuleId, Target, Text};
use std::net::IpAddr;

/// A program, and what it sets while its chains are there.
struct Program {
    name: &'static str,
    /// Whether a chain is one that only it keeps.
    keeps: fn(&str) -> bool,
    /// The sysctls that it sets, all of IPv4 or of bridges.
    sets: &'static [(&'static str, &'static str)],
}

const FORWARDS: (&str, &str) = ("net.ipv4.ip_forward", "1");
/// kube-proxy needs it where pods hang on a bridge, and tells where it is missing.
const SHOWS_BRIDGED: (&str, &str) = ("net.bridge.bridge-nf-call-iptables", "1");
const ROUTES_LOCALNET: (&str, &str) = ("net.ipv4.conf.all.route_localnet", "1");

/// ufw, firewalld and fail2ban set nothing that a walk looks at. kube-proxy sets `route_localnet` for node ports, unless
/// told not to; what it is told shows in its rule against foreign packets to 127.0.0.0/8, which it then leaves out.
const PROGRAMS: [Program; 7] = [
    Program {
        name: "kube-proxy",
        keeps: |chain| matches!(chain, "KUBE-NODEPORTS"),
        sets: &[ROUTES_LOCALNET, FORWARDS, SHOWS_BRIDGED],
    },
    Program {
        name: "kube-proxy",
        keeps: |chain| matches!(chain, "KUBE-SERVICES" | "KUBE-POSTROUTING" | "KUBE-FORWARD"),
        sets: &[FORWARDS, SHOWS_BRIDGED],
    },
    Program {
        name: "Docker",
        keeps: |chain| chain == "DOCKER" || chain.starts_with("DOCKER-"),
        sets: &[FORWARDS],
    },
    Program {
        name: "libvirt",
        keeps: |chain| matches!(chain, "LIBVIRT_FWI" | "LIBVIRT_FWO"),
        sets: &[FORWARDS],
    },
    Program {
        name: "Calico",
        keeps: |chain| matches!(chain, "cali-FORWARD" | "cali-PREROUTING"),
        sets: &[FORWARDS],
    },
    Program { name: "Flannel", keeps: |chain| chain == "FLANNEL-FWD", sets: &[FORWARDS] },
    Program { name: "CNI", keeps: |chain| chain == "CNI-FORWARD", sets: &[FORWARDS] },
];

/// Writes into a host what the programs set that keep chains on it, where it was not told otherwise.
pub(crate) fn tell(host: &mut Host) {
    for program in &PROGRAMS {
        let Some(rule) = kept(host, program.keeps) else { continue };
        let refuses = program.sets.contains(&ROUTES_LOCALNET) && !keeps_localnet(host);
        for (name, value) in program.sets {
            if refuses && (*name, *value) == ROUTES_LOCALNET {
                continue;
            }
            // The settings of an interface add to those of all.
            if host.sysctl(name).is_none() {
                let value: Text = (*value).into();
                host.sysctls.push(((*name).into(), Fact { value, origin: Origin::Inferred(rule) }));
            }
        }
    }
}

/// The first rule of a chain, or the one that leads to it.
fn kept(host: &Host, keeps: fn(&str) -> bool) -> Option<RuleId> {
    let rules = &host.rules;
    let chain = |c: &Chain| c.base.is_none() && keeps(&c.name);
    if !rules.chains.iter().any(chain) {
        return None;
    }
    let within = rules.chains.iter().filter(|c| chain(c)).find_map(|c| c.rules.first().copied());
    let leads = || {
        let to = |op: &chainwalk_model::Op| match op.what {
            OpKind::Target(Target::Jump(to) | Target::Goto(to)) => chain(rules.chain(to)),
            _ => false,
        };
        let at = rules.rules.iter().position(|rule| rule.ops.iter().any(to))?;
        Some(RuleId(at as u32))
    };
    within.or_else(leads)
}

/// Whether kube-proxy guards 127.0.0.0/8, or nothing shows that it does not: a filter table that has its chains and
/// not this rule is one of a kube-proxy that leaves `route_localnet` alone.
fn keeps_localnet(host: &Host) -> bool {
    let rules = &host.rules;
    let guard = rules.rules.iter().any(|rule| {
        let drops = rule.ops.iter().any(|o| matches!(o.what, OpKind::Target(Target::Drop)));
        let net = header(rule).any(|ip| {
            ip.dst
                .is_some_and(|d| !d.not && matches!(d.value.addr, IpAddr::V4(a) if a.is_loopback()))
        });
        drops && net
    });
    let whole = rules.chains.iter().any(|c| {
        &*c.name == "KUBE-FIREWALL"
            && c.declared
            && &*rules.table(c.table).name == "filter"
            && rules.chains.iter().any(|b| {
                b.table == c.table && b.base.as_ref().is_some_and(|b| b.hook == Hook::Input)
            })
    });
    guard || !whole
}

/// The program that keeps the chain of a rule.
pub(crate) fn of_rule(host: &Host, rule: RuleId) -> Option<&'static str> {
    let rules = &host.rules;
    let own = &rules.chain(rules.rule(rule).chain).name;
    let leads = rules.rule(rule).ops.iter().find_map(|op| match op.what {
        OpKind::Target(Target::Jump(to) | Target::Goto(to)) => Some(&rules.chain(to).name),
        _ => None,
    });
    let keeps = |p: &&Program| (p.keeps)(own) || leads.is_some_and(|c| (p.keeps)(c));
    PROGRAMS.iter().find(keeps).map(|p| p.name)
}
