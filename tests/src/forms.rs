//! One ruleset in every form in which iptables prints it: what each form loses, and what must be left.

use chainwalk_model::{
    AddrMask, ConntrackMatch, Count, Counters, Host, Inv, IpMatch, Match, OpKind, Policy, Range,
    Ruleset, Statistic, TableId, Target,
};
use serde_json::Value;
use std::fmt::Write as _;

/// How a text was made.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// `save`, `save_c`, or the name of a listing (`nvL`, `nL_lines`, `S` …).
    pub name: &'a str,
    /// `legacy` or `nft`.
    pub backend: &'a str,
}

impl Form<'_> {
    /// Whether it is one of `iptables -L`.
    pub fn lists(self) -> bool {
        self.name.contains('L')
    }

    fn verbose(self) -> bool {
        self.name.contains('v')
    }

    fn numeric(self) -> bool {
        self.name.starts_with('n')
    }
}

/// Something that a form does not tell.
pub struct Loss {
    /// Its name in `docs/forms.md`.
    pub name: &'static str,
    /// Which forms lose it.
    pub by: fn(Form<'_>) -> bool,
    /// Takes it away from an operation; whether anything is left of that.
    pub erase: fn(&mut OpKind) -> bool,
}

/// Whether it is the text that was loaded, rather than one that was printed.
fn typed(form: Form<'_>) -> bool {
    form.name == "input"
}

/// The names that the dumps' own `/etc/hosts` gives to addresses.
const NAMES: [(&str, &str); 5] = [
    ("8.8.8.8", "dns.google"),
    ("10.0.0.5", "client.lan"),
    ("192.168.1.5", "nas"),
    ("172.17.0.5", "web.docker"),
    ("127.0.0.1", "localhost"),
];

/// Whether it is a single address that has a name.
fn named(net: &Inv<AddrMask>) -> bool {
    let addr = net.value.addr.to_string();
    net.value.mask.to_string() == "255.255.255.255" && NAMES.iter().any(|(a, _)| *a == addr)
}

/// What the forms lose, as `docs/forms.md` lists it.
pub const LOSSES: &[Loss] = &[
    Loss {
        name: "interfaces",
        by: |f| f.lists() && !f.verbose(),
        erase: |op| match op {
            OpKind::Match(Match::HiddenInterfaces) => false,
            OpKind::Match(Match::Ip(ip)) => {
                (ip.iniface, ip.outiface) = (None, None);
                **ip != IpMatch::default()
            }
            _ => true,
        },
    },
    Loss {
        name: "addresses behind names",
        by: |f| f.lists() && !f.numeric(),
        erase: |op| match op {
            OpKind::Match(Match::Ip(ip)) => {
                // Everybody's `localhost` is read.
                let lost = |net: &Inv<AddrMask>| named(net) && !net.value.addr.is_loopback();
                ip.src = ip.src.filter(|n| !lost(n));
                ip.dst = ip.dst.filter(|n| !lost(n));
                **ip != IpMatch::default()
            }
            OpKind::Match(Match::Conntrack(c)) => {
                for addr in [&mut c.orig_src, &mut c.orig_dst, &mut c.repl_src, &mut c.repl_dst] {
                    *addr = addr.filter(|n| !named(n));
                }
                **c != ConntrackMatch::default()
            }
            OpKind::Match(Match::Opaque(o)) => {
                let name = o.text.trim_start_matches('!').split(' ').next_back();
                !NAMES.iter().any(|(_, n)| name == Some(n))
            }
            _ => true,
        },
    },
    Loss {
        name: "users and groups behind names",
        by: |f| f.lists() && !f.numeric(),
        erase: |op| match op {
            OpKind::Match(Match::Owner { uid, gid, socket, .. }) => {
                (*uid, *gid) = (None, None);
                socket.is_some()
            }
            OpKind::Match(Match::Opaque(o)) => o.module.as_deref() != Some("owner"),
            _ => true,
        },
    },
    Loss {
        name: "the name of a hashlimit table",
        by: |f| f.lists(),
        erase: |op| {
            if let OpKind::Match(Match::Hashlimit(h)) = op {
                h.name = None;
            }
            true
        },
    },
    Loss {
        name: "where a comment ends",
        by: |f| f.lists(),
        erase: |op| {
            if let OpKind::Match(Match::Comment(text)) = op {
                let plain = text.replace("*/", "").replace("/*", "");
                *text = plain.trim().into();
                return !text.is_empty();
            }
            true
        },
    },
    Loss {
        name: "an interface that is never there",
        by: |f| f.backend == "legacy" && !f.lists(),
        erase: |op| {
            if let OpKind::Match(Match::Ip(ip)) = op {
                ip.iniface = ip.iniface.take().filter(|i| !i.value.name.is_empty());
                ip.outiface = ip.outiface.take().filter(|i| !i.value.name.is_empty());
                return **ip != IpMatch::default();
            }
            true
        },
    },
    Loss {
        name: "whether ports were inverted",
        by: |f| f.backend == "nft",
        erase: |op| {
            let (sport, dport) = match op {
                OpKind::Match(Match::Tcp(t)) => (&mut t.sport, &mut t.dport),
                OpKind::Match(Match::Udp(p)) => (&mut p.sport, &mut p.dport),
                _ => return true,
            };
            for ports in [sport, dport].into_iter().flatten().filter(|p| p.not) {
                let Range { first, last } = ports.value;
                let others = match (first, last) {
                    (0, u16::MAX) => continue,
                    (0, _) => Range { first: last + 1, last: u16::MAX },
                    (_, u16::MAX) => Range { first: 0, last: first - 1 },
                    _ => continue,
                };
                *ports = Inv { not: false, value: others };
            }
            true
        },
    },
    Loss {
        name: "the unit of a rate",
        by: typed,
        erase: |op| {
            if let OpKind::Match(Match::Limit { rate, .. }) = op {
                (rate.count, rate.period_s) = (rate.count * (86_400 / rate.period_s), 86_400);
            }
            true
        },
    },
    Loss {
        name: "a rate that the kernel rounds",
        by: typed,
        erase: |op| {
            if let OpKind::Match(Match::Hashlimit(h)) = op
                && h.bytes
            {
                h.rate.count = 0;
            }
            true
        },
    },
    Loss {
        name: "a probability that the kernel rounds",
        by: typed,
        erase: |op| {
            if let OpKind::Match(Match::Statistic(Inv { value: Statistic::Random(p), .. })) = op {
                let steps = f64::from(1_u32 << 31);
                *p = (*p * steps).round() / steps;
                *p = (*p * 1e8).round() / 1e8;
            }
            true
        },
    },
    Loss {
        name: "the rate of a hashlimit that matches on rates",
        by: |f| f.lists(),
        erase: |op| {
            if let OpKind::Match(Match::Hashlimit(h)) = op
                && h.rest.contains("--hashlimit-rate-match")
            {
                h.rate.count = 0;
                // Such a listing has lost the name as well.
                h.name = None;
            }
            true
        },
    },
    Loss {
        name: "how much NFLOG copies",
        by: |f| f.backend == "nft",
        erase: |op| {
            if let OpKind::Target(Target::Log { rest, nflog: true, .. }) = op
                && let Some(found) = rest.find("--nflog-range")
            {
                let after = &rest[found..];
                let end = after.match_indices(' ').nth(1).map_or(after.len(), |(at, _)| at + 1);
                *rest = format!("{}{}", &rest[..found], &after[end..]).trim().into();
            }
            true
        },
    },
    Loss {
        name: "whether a quota is inverted",
        by: |f| f.lists(),
        erase: |op| {
            if let OpKind::Match(Match::Quota(quota)) = op {
                quota.not = false;
            }
            true
        },
    },
    Loss {
        name: "the TTL and the log of osf",
        by: |f| f.lists(),
        erase: |op| {
            if let OpKind::Match(Match::Osf(osf)) = op {
                (osf.ttl, osf.log) = (None, None);
            }
            true
        },
    },
    Loss {
        name: "eui64",
        by: |f| f.backend == "nft" && f.lists(),
        erase: |op| !matches!(op, OpKind::Match(Match::Eui64)),
    },
    Loss {
        name: "the spelling of what is kept as text",
        by: |f| f.lists() || typed(f),
        erase: |op| {
            if let OpKind::Match(Match::Opaque(o)) | OpKind::Target(Target::Opaque(o)) = op {
                (o.module, o.text) = (None, "".into());
            }
            true
        },
    },
];

/// A table as lines to compare: a chain's header, then its rules; the losses of `forms` taken away.
pub fn lines(host: &Host, id: TableId, forms: &[Form<'_>]) -> Vec<String> {
    let lost: Vec<&Loss> = LOSSES.iter().filter(|l| forms.iter().any(|f| (l.by)(*f))).collect();
    table(&host.rules, id, &lost)
}

/// The same with the losses named one by one.
pub fn table(rules: &Ruleset, id: TableId, lost: &[&Loss]) -> Vec<String> {
    let mut chains: Vec<_> = rules.table(id).chains.iter().map(|c| rules.chain(*c)).collect();
    chains.sort_by_key(|c| c.name.clone());
    let mut found = Vec::new();
    for chain in chains {
        let policy = chain.base.as_ref().map(|b| b.policy);
        let policy = policy.filter(|p| *p != Policy::Unknown);
        found.push(format!("{} {policy:?}", chain.name));
        for (n, rule) in chain.rules.iter().enumerate() {
            let mut line = format!("{} {}:", chain.name, n + 1);
            for op in &rules.rule(*rule).ops {
                let mut what = op.what.clone();
                if !lost.iter().all(|loss| (loss.erase)(&mut what)) {
                    continue;
                }
                let _ = match what {
                    OpKind::Target(Target::Jump(c)) => {
                        write!(line, " jump {}", rules.chain(c).name)
                    }
                    OpKind::Target(Target::Goto(c)) => {
                        write!(line, " goto {}", rules.chain(c).name)
                    }
                    op => write!(line, " {op:?}"),
                };
            }
            found.push(line);
        }
    }
    found
}

/// The counters of a table's policies and rules, in the order of [`table`].
pub fn counters(rules: &Ruleset, id: TableId) -> Vec<Option<Counters>> {
    let mut chains: Vec<_> = rules.table(id).chains.iter().map(|c| rules.chain(*c)).collect();
    chains.sort_by_key(|c| c.name.clone());
    let mut found = Vec::new();
    for chain in chains {
        found.push(chain.counters.filter(|_| chain.base.is_some()));
        found.extend(chain.rules.iter().map(|r| rules.rule(*r).counters));
    }
    found
}

/// Whether a count says the same as an exact one of a moment before, as far as it is exact itself:
/// some packets of the host's own may come between.
pub fn same_count(exact: Count, other: Count) -> bool {
    exact.value.abs_diff(other.value) < other.unit.max(1) + 2000
}

/// One recorded ruleset: `tests/forms/recorded.jsonl` has one a line.
#[derive(Debug)]
pub struct Recorded(pub Value);

impl Recorded {
    /// Its name.
    pub fn id(&self) -> &str {
        self.0["id"].as_str().unwrap_or_default()
    }

    /// `iptables` or `ip6tables`.
    pub fn program(&self) -> &str {
        self.0["program"].as_str().unwrap_or_default()
    }

    /// The table.
    pub fn table(&self) -> &str {
        self.0["table"].as_str().unwrap_or_default()
    }

    /// Every text, with its form and backend. `input` is what was loaded.
    pub fn texts(&self) -> Vec<(String, &'static str, String)> {
        let (table, input) = (self.table(), self.text(&self.0["input"]));
        let input = format!("# {}-restore\n*{table}\n{input}COMMIT\n", self.program());
        let mut texts = vec![("input".to_owned(), "legacy", input)];
        for backend in ["legacy", "nft"] {
            let forms = self.forms(backend).into_iter();
            texts.extend(forms.map(|(form, text)| (form, backend, text)));
        }
        texts
    }

    /// The forms of a backend and their texts, each below the command that prints it.
    pub fn forms(&self, backend: &str) -> Vec<(String, String)> {
        let all = self.0[backend].as_object();
        let all = all.into_iter().flatten();
        all.map(|(form, lines)| {
            let text = self.text(lines);
            let program = self.program();
            let command = if form.starts_with("save") {
                format!("{program}-{backend}-save")
            } else {
                let how = form.trim_end_matches("_lines");
                format!("{program}-{backend} -t {} -{how}", self.table())
            };
            (form.clone(), format!("# {command}\n{text}"))
        })
        .collect()
    }

    fn text(&self, lines: &Value) -> String {
        let of = |n: &Value| self.0["lines"][n.as_u64().unwrap_or(u64::MAX) as usize].as_str();
        let lines = lines.as_array().into_iter().flatten().filter_map(of);
        lines.flat_map(|l| [l, "\n"]).collect()
    }
}
