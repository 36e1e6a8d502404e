//! What matches, targets, rules and fates are called and come to, in netfilter's words. Every room asks here, so that
//! none has a list of its own.

use crate::matches::Match;
use crate::ruleset::{OpKind, Rule};
use crate::targets::Target;
use crate::trace::Fate;

impl Match {
    /// The name of its extension, as it stands behind `-m`; `ip` and `interfaces` for what every rule tests, `opaque`
    /// for what is not understood.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ip(_) => "ip",
            Self::HiddenInterfaces => "interfaces",
            Self::Tcp(_) => "tcp",
            Self::Udp(_) => "udp",
            Self::Sctp(_) => "sctp",
            Self::Dccp(_) => "dccp",
            Self::Icmp(_) => "icmp",
            Self::Icmp6(_) => "icmp6",
            Self::AddrType(_) => "addrtype",
            Self::Ah(_) => "ah",
            Self::Bpf(_) => "bpf",
            Self::Cgroup(_) => "cgroup",
            Self::Cluster(_) => "cluster",
            Self::Comment(_) => "comment",
            Self::Connmark(_) => "connmark",
            Self::Conntrack(_) => "conntrack",
            Self::State(_) => "state",
            Self::Cpu(_) => "cpu",
            Self::Devgroup { .. } => "devgroup",
            Self::Dscp(_) => "dscp",
            Self::Dst(_) => "dst",
            Self::Ecn(_) => "ecn",
            Self::Esp(_) => "esp",
            Self::Eui64 => "eui64",
            Self::Frag(_) => "frag",
            Self::Hashlimit(_) => "hashlimit",
            Self::Hbh(_) => "hbh",
            Self::Ipcomp { .. } => "ipcomp",
            Self::Iprange { .. } => "iprange",
            Self::Ipv6Header(_) => "ipv6header",
            Self::Ipvs(_) => "ipvs",
            Self::Length(_) => "length",
            Self::Limit { .. } => "limit",
            Self::Mac(_) => "mac",
            Self::Mark(_) => "mark",
            Self::Mh(_) => "mh",
            Self::Multiport { .. } => "multiport",
            Self::Nfacct(_) => "nfacct",
            Self::Osf(_) => "osf",
            Self::Owner { .. } => "owner",
            Self::Physdev(_) => "physdev",
            Self::Pkttype(_) => "pkttype",
            Self::Policy(_) => "policy",
            Self::Quota(_) => "quota",
            Self::Realm(_) => "realm",
            Self::Recent(_) => "recent",
            Self::Rpfilter(_) => "rpfilter",
            Self::Rt(_) => "rt",
            Self::Set(_) => "set",
            Self::Srh(_) => "srh",
            Self::Statistic(_) => "statistic",
            Self::String(_) => "string",
            Self::Tcpmss(_) => "tcpmss",
            Self::Tos(_) => "tos",
            Self::Ttl(_) => "ttl",
            Self::U32(_) => "u32",
            Self::Connbytes(_) => "connbytes",
            Self::Connlabel { .. } => "connlabel",
            Self::Connlimit(_) => "connlimit",
            Self::Helper(_) => "helper",
            Self::Rateest(_) => "rateest",
            Self::Socket(_) => "socket",
            Self::Time(_) => "time",
            Self::Nft(_) => "nft",
            Self::Opaque(_) => "opaque",
        }
    }
}

impl Target {
    /// Its name, as it stands behind `-j`; the text as it stands of what is not understood. `None` for a jump, which
    /// has the name of its chain.
    pub fn name(&self) -> Option<&str> {
        Some(match self {
            Self::Jump(_) | Self::Goto(_) => return None,
            Self::Accept => "ACCEPT",
            Self::Drop => "DROP",
            Self::Return => "RETURN",
            Self::Queue { .. } => "NFQUEUE",
            Self::Reject(_) => "REJECT",
            Self::Log { nflog: false, .. } => "LOG",
            Self::Log { nflog: true, .. } => "NFLOG",
            Self::Mark(_) => "MARK",
            Self::Connmark { .. } => "CONNMARK",
            Self::Dnat(_) => "DNAT",
            Self::Snat(_) => "SNAT",
            Self::Masquerade(_) => "MASQUERADE",
            Self::Redirect(_) => "REDIRECT",
            Self::Netmap(_) => "NETMAP",
            Self::Ct(_) => "CT",
            Self::Tos(_) => "TOS",
            Self::Dscp(_) => "DSCP",
            Self::Ttl(_) => "TTL",
            Self::Tcpmss(_) => "TCPMSS",
            Self::Set(_) => "SET",
            Self::Trace => "TRACE",
            Self::Checksum => "CHECKSUM",
            Self::Audit(_) => "AUDIT",
            Self::Classify { .. } => "CLASSIFY",
            Self::Clusterip(_) => "CLUSTERIP",
            Self::Connsecmark { .. } => "CONNSECMARK",
            Self::Dnpt(_) => "DNPT",
            Self::Ecn(_) => "ECN",
            Self::Hmark(_) => "HMARK",
            Self::Idletimer { .. } => "IDLETIMER",
            Self::Led { .. } => "LED",
            Self::Rateest(_) => "RATEEST",
            Self::Secmark(_) => "SECMARK",
            Self::Snpt(_) => "SNPT",
            Self::Synproxy(_) => "SYNPROXY",
            Self::Tcpoptstrip(_) => "TCPOPTSTRIP",
            Self::Tee { .. } => "TEE",
            Self::Tproxy(_) => "TPROXY",
            Self::Ulog { .. } => "ULOG",
            Self::Nft(statement) => statement.name(),
            Self::Opaque(o) => o.module.as_deref().unwrap_or(&o.text),
        })
    }

    /// Whether the walk goes on behind it, whatever the packet is. Where it does not, the rule ends here: by a
    /// verdict, or since the packet is gone.
    pub fn continues(&self) -> bool {
        if let Self::Nft(statement) = self {
            return statement.continues();
        }
        self.is_invisible()
            || matches!(
                self,
                Self::Mark(_)
                    | Self::Connmark { .. }
                    | Self::Ct(_)
                    | Self::Tos(_)
                    | Self::Dscp(_)
                    | Self::Ttl(_)
                    | Self::Tcpmss(_)
                    | Self::Set(_)
                    | Self::Ecn(_)
                    | Self::Hmark(_)
                    | Self::Tcpoptstrip(_)
                    | Self::Tee { .. }
            )
    }

    /// Whether it changes nothing that a rule, a flow or a route could see: it informs somebody (`LOG`), or writes a
    /// field that netfilter does not read (`CLASSIFY`).
    pub fn is_invisible(&self) -> bool {
        if let Self::Nft(statement) = self {
            return statement.is_invisible();
        }
        matches!(
            self,
            Self::Log { .. }
                | Self::Trace
                | Self::Checksum
                | Self::Audit(_)
                | Self::Classify { .. }
                | Self::Connsecmark { .. }
                | Self::Idletimer { .. }
                | Self::Led { .. }
                | Self::Rateest(_)
                | Self::Secmark(_)
                | Self::Ulog { .. }
        )
    }
}

impl Rule {
    /// What it comes to once all that it tests holds: its first target that ends the rule, else its last. A rule of
    /// iptables has one target at most.
    pub fn verdict(&self) -> Option<&Target> {
        let targets = || {
            self.ops.iter().filter_map(|op| match &op.what {
                OpKind::Target(target) => Some(target),
                OpKind::Match(_) => None,
            })
        };
        targets().find(|t| !t.continues()).or_else(|| targets().next_back())
    }

    /// Whether an operation behind the one at `at` may still end the rule.
    pub fn can_break_behind(&self, at: usize) -> bool {
        self.ops.iter().skip(at + 1).any(|op| match &op.what {
            OpKind::Match(_) => true,
            OpKind::Target(Target::Nft(statement)) => statement.can_break(),
            OpKind::Target(_) => false,
        })
    }
}

impl Fate {
    /// Whether the packet got where it was going; `None` where nobody can say.
    pub fn is_through(&self) -> Option<bool> {
        match self {
            Self::Local { .. } => Some(true),
            _ if self.is_out() => Some(true),
            Self::DroppedUnseen(_)
            | Self::Undecided(_)
            | Self::Kept
            | Self::Looped
            | Self::ChainLoop(_)
            | Self::TooLong(_)
            | Self::Queued(_)
            | Self::Stolen(_)
            | Self::Proxied(_) => None,
            _ => Some(false),
        }
    }

    /// Whether the packet left this host.
    pub fn is_out(&self) -> bool {
        matches!(self, Self::Forwarded(_) | Self::Sent(_) | Self::Bridged(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChainId, Masked, Op, Span, Text};

    fn rule(targets: Vec<Target>) -> Rule {
        let op = |t| Op { what: OpKind::Target(t), span: Span::default() };
        let ops = targets.into_iter().map(op).collect();
        let (chain, number, span) = (ChainId(0), 1, Span::default());
        Rule { chain, number, ops, counters: None, comment: None, handle: None, span }
    }

    #[test]
    fn the_verdict_is_what_ends_a_rule() {
        let mark = || Target::Mark(Masked { value: 1, mask: 1 });
        assert_eq!(rule(vec![]).verdict(), None);
        assert_eq!(rule(vec![mark()]).verdict(), Some(&mark()));
        assert_eq!(rule(vec![Target::Trace, mark()]).verdict(), Some(&mark()));
        assert_eq!(rule(vec![mark(), Target::Drop, Target::Trace]).verdict(), Some(&Target::Drop));
    }

    #[test]
    fn a_jump_is_named_by_its_chain() {
        assert_eq!(Target::Jump(ChainId(0)).name(), None);
        assert_eq!(Target::Mark(Masked { value: 1, mask: 1 }).name(), Some("MARK"));
        assert_eq!(Match::Comment(Text::from("a")).name(), "comment");
    }
}
