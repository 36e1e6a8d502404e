//! What iptables refuses of a line whose words can each be read: a test or a target at a place where the kernel has
//! none, a protocol that is missing, a chain that can't be.
//!
//! Guarantees: what is told here iptables-legacy and iptables-nft both refuse; what one of them takes is not.

use crate::ext::{self, Arg, Given};
use crate::slots::{Base, Slot};
use crate::spec::Verb;
use crate::value;
use chainwalk_model::{
    Diagnostic, DiagnosticId, Expected, Policy, TABLES, Text, builtin_names, is_builtin,
};

/// Where and with which protocols an extension, or one option of it, may stand. What is empty says nothing.
struct Place {
    of: &'static str,
    option: &'static str,
    tables: &'static [&'static str],
    chains: &'static [&'static str],
    protocols: &'static [u8],
}

const fn place(
    of: &'static str,
    option: &'static str,
    tables: &'static [&'static str],
    chains: &'static [&'static str],
    protocols: &'static [u8],
) -> Place {
    Place { of, option, tables, chains, protocols }
}

const NAT: &[&str] = &["nat"];
const MANGLE: &[&str] = &["mangle"];
const RAW: &[&str] = &["raw"];
/// Where the interface that a packet came by is known.
const IN: &[&str] = &["PREROUTING", "INPUT", "FORWARD"];
/// Where the interface that a packet leaves by is known.
const OUT: &[&str] = &["FORWARD", "OUTPUT", "POSTROUTING"];
const BEFORE: &[&str] = &["PREROUTING", "OUTPUT"];
const TCP: &[u8] = &[6];
const UDP: &[u8] = &[17, 136];
/// The protocols that multiport knows the ports of.
const PORTS: &[u8] = &[6, 17, 136, 132, 33];

/// As `checkentry` and the fields `table`, `hooks` and `proto` of each extension have it, asked of both programs.
const PLACES: &[Place] = &[
    place("DNAT", "", NAT, BEFORE, &[]),
    place("REDIRECT", "", NAT, BEFORE, &[]),
    place("SNAT", "", NAT, &["INPUT", "POSTROUTING"], &[]),
    place("MASQUERADE", "", NAT, &["POSTROUTING"], &[]),
    place("NETMAP", "", NAT, &[], &[]),
    place("DROP", "", &["filter", "mangle", "raw", "security"], &[], &[]),
    place("REJECT", "", &["filter"], &[], &[]),
    place("TOS", "", MANGLE, &[], &[]),
    place("DSCP", "", MANGLE, &[], &[]),
    place("ECN", "", MANGLE, &[], &[]),
    place("ECN", "--ecn-tcp-remove", MANGLE, &[], TCP),
    place("TTL", "", MANGLE, &[], &[]),
    place("HL", "", MANGLE, &[], &[]),
    place("CHECKSUM", "", MANGLE, &[], &[]),
    place("SNPT", "", &[], &["INPUT", "POSTROUTING"], &[]),
    place("DNPT", "", &[], &["PREROUTING", "OUTPUT"], &[]),
    place("TCPOPTSTRIP", "", MANGLE, &[], TCP),
    place("TPROXY", "", MANGLE, &["PREROUTING"], &[6, 17]),
    place("CT", "", RAW, &[], &[]),
    place("NOTRACK", "", RAW, &[], &[]),
    place("CONNSECMARK", "", &["mangle", "security"], &[], &[]),
    place("SECMARK", "", &["mangle", "security"], &[], &[]),
    place("CLASSIFY", "", &[], OUT, &[]),
    place("SYNPROXY", "", &[], &["INPUT", "FORWARD"], TCP),
    place("TCPMSS", "", &[], &[], TCP),
    place("TCPMSS", "--clamp-mss-to-pmtu", &[], OUT, TCP),
    place("tcp", "", &[], &[], TCP),
    place("tcpmss", "", &[], &[], TCP),
    place("osf", "", &[], &[], TCP),
    place("ecn", "--ecn-tcp-cwr", &[], &[], TCP),
    place("ecn", "--ecn-tcp-ece", &[], &[], TCP),
    place("udp", "", &[], &[], UDP),
    place("sctp", "", &[], &[], &[132]),
    place("dccp", "", &[], &[], &[33]),
    place("icmp", "", &[], &[], &[1]),
    place("icmp6", "", &[], &[], &[58]),
    place("esp", "", &[], &[], &[50]),
    place("ipcomp", "", &[], &[], &[108]),
    place("multiport", "", &[], &[], PORTS),
    place("owner", "", &[], &["OUTPUT", "POSTROUTING"], &[]),
    place("mac", "", &[], IN, &[]),
    place("rpfilter", "", &["raw", "mangle"], &["PREROUTING"], &[]),
    place("socket", "", &[], &["PREROUTING", "INPUT"], &[]),
    place("addrtype", "--limit-iface-in", &[], IN, &[]),
    place("addrtype", "--limit-iface-out", &[], OUT, &[]),
    place("devgroup", "--src-group", &[], IN, &[]),
    place("devgroup", "--dst-group", &[], OUT, &[]),
    place("realm", "", &[], &["INPUT", "FORWARD", "OUTPUT", "POSTROUTING"], &[]),
];

/// What only one family's program has.
const OF_IP: &[&str] = &["icmp", "ttl", "TTL"];
const OF_IP6: &[&str] = &["icmp6", "icmpv6", "hl", "HL"];

/// iptables-nft takes these with the protocol inverted.
const INVERTED: [&str; 2] = ["tcp", "udp"];

/// The protocols with which the parsers of NAT take a port.
const NAT_PORTS: [u8; 5] = [6, 17, 132, 33, 1];

/// A chain's name has fewer bytes.
const CHAIN_BYTES: usize = 29;

/// An interface's name has fewer bytes.
const INTERFACE_BYTES: usize = 16;

/// What a line tests of the protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// Nothing, or that it is any.
    Any,
    /// It is named, and not known.
    NotRead,
    /// It is one, or any but one.
    Is { number: u8, not: bool },
}

/// A line, before its words become operations.
pub(crate) struct Line<'l, 'a> {
    pub(crate) table: &'l str,
    pub(crate) v6: bool,
    pub(crate) verb: Option<&'l Verb>,
    /// The chain it is about, and where that is named.
    pub(crate) chain: Option<(&'l str, (usize, usize))>,
    /// Where the place of a rule stands.
    pub(crate) number_at: (usize, usize),
    pub(crate) protocol: Protocol,
    pub(crate) base: &'l Base,
    pub(crate) slots: &'l [Slot<'a>],
    /// Whether the table has a chain of that name.
    pub(crate) has: &'l dyn Fn(&str) -> bool,
}

/// What is refused: its place, and what was expected instead.
pub(crate) type Refusal = ((usize, usize), Vec<Expected>);

impl Line<'_, '_> {
    /// The first thing of the line that iptables refuses.
    pub(crate) fn refused(&self) -> Option<Refusal> {
        let (chain, at) = self.chain?;
        if let Some(expected) = self.no_such(chain) {
            let number = expected == [Expected::Number] && self.number_at != (0, 0);
            return Some((if number { self.number_at } else { at }, expected));
        }
        // Of a chain of one's own only its table is known.
        let chain = if is_builtin(chain) { chain } else { "" };
        let base = [(self.base.iniface_at, IN), (self.base.outiface_at, OUT)];
        for (at, chains) in base {
            let Some((start, end, long)) = at else { continue };
            if long {
                return Some(((start, end), vec![Expected::Interface]));
            }
            if !chain.is_empty() && !chains.contains(&chain) {
                return Some(((start, end), self.literals_here(chains)));
            }
        }
        let many = self.base.srcs.len().max(1) * self.base.dsts.len().max(1);
        if matches!(self.verb, Some(Verb::Replace(_))) && many > 1 {
            return Some((at, vec![Expected::Network]));
        }
        self.slots.iter().find_map(|slot| self.slot(slot, chain))
    }

    /// What should stand where a chain is named that the table can't have, or a command that it can't take.
    fn no_such(&self, chain: &str) -> Option<Vec<Expected>> {
        let known = builtin_names(self.table);
        if known.is_empty() {
            return Some(literals(&TABLES.map(|(name, _)| name)));
        }
        let own = known.contains(&chain);
        match self.verb? {
            Verb::New if own || !is_chain(chain) => Some(vec![Expected::Chain]),
            Verb::DeleteChain | Verb::Rename(_) if own => Some(vec![Expected::Chain]),
            Verb::Policy(_) if !own => Some(literals(&known)),
            Verb::Policy(Policy::Drop) if self.table == "nat" => Some(literals(&["ACCEPT"])),
            Verb::Insert(0) | Verb::Replace(0) | Verb::DeleteAt(0) => Some(vec![Expected::Number]),
            _ if is_builtin(chain) && !own => Some(literals(&known)),
            _ if chain.len() >= CHAIN_BYTES => Some(vec![Expected::Chain]),
            _ => None,
        }
    }

    fn slot(&self, slot: &Slot<'_>, chain: &str) -> Option<Refusal> {
        let (name, given) = match slot {
            Slot::Match(ext, given) => (ext.names[0], given),
            Slot::Target(ext, given) => {
                let name = if ext.names.contains(&given.name) { given.name } else { ext.names[0] };
                (name, given)
            }
            Slot::Name { name, start, end, .. } => {
                let wrong = name.len() >= CHAIN_BYTES || is_builtin(name);
                // iptables knows its targets by capital letters alone.
                let upper = || TARGETS_OF_ALL.iter().find(|t| t.eq_ignore_ascii_case(name));
                return match upper().filter(|_| !wrong && !(self.has)(name)) {
                    Some(target) => Some(((*start, *end), literals(&[target]))),
                    None => {
                        wrong.then(|| ((*start, *end), vec![Expected::Target, Expected::Chain]))
                    }
                };
            }
            _ => return None,
        };
        let families = [(OF_IP, self.v6), (OF_IP6, !self.v6)];
        if let Some((own, _)) =
            families.iter().find(|(of, other)| *other && of.contains(&given.name))
        {
            let other = if std::ptr::eq(*own, OF_IP) { "iptables" } else { "ip6tables" };
            return Some(((given.start, given.end), literals(&[other])));
        }
        let places = PLACES.iter().filter(|p| p.of == name);
        places
            .filter(|p| p.option.is_empty() || given.get(p.option).is_some())
            .find_map(|p| self.misplaced(p, given, chain))
            .or_else(|| two_of_one(name, given))
            .or_else(|| self.one_of_many(name, given, chain))
    }

    /// Of these chains the ones that the table has.
    fn literals_here(&self, chains: &[&str]) -> Vec<Expected> {
        let own = builtin_names(self.table);
        literals(&chains.iter().copied().filter(|c| own.contains(c)).collect::<Vec<_>>())
    }

    fn misplaced(&self, place: &Place, given: &Given<'_>, chain: &str) -> Option<Refusal> {
        let at = given.get(place.option).map_or((given.start, given.end), |a| (a.start, a.end));
        let word = |t: &&str| Expected::Literal(format!("-t {t}").as_str().into());
        if !place.tables.is_empty() && !place.tables.contains(&self.table) {
            return Some((at, place.tables.iter().map(word).collect()));
        }
        if !place.chains.is_empty() && !chain.is_empty() && !place.chains.contains(&chain) {
            return Some((at, self.literals_here(place.chains)));
        }
        self.without(place.protocols, place.of, at)
    }

    /// That none of the protocols is named which are needed.
    fn without(&self, protocols: &[u8], of: &str, at: (usize, usize)) -> Option<Refusal> {
        let fits = match self.protocol {
            _ if protocols.is_empty() => true,
            Protocol::NotRead => true,
            Protocol::Any => false,
            Protocol::Is { not: true, .. } => INVERTED.contains(&of),
            Protocol::Is { number, .. } => protocols.contains(&number),
        };
        (!fits).then(|| (at, needed(protocols)))
    }

    /// What only some options of an extension ask for, in a way that no table says.
    fn one_of_many(&self, name: &str, given: &Given<'_>, chain: &str) -> Option<Refusal> {
        let arg = |name: &str| given.get(name);
        let at = |a: &Arg<'_>| (a.start, a.end);
        let first = |of: &[&str]| of.iter().find_map(|n| arg(n));
        match name {
            "REJECT" => {
                let reset = arg("--reject-with").filter(|a| {
                    a.values.first().is_some_and(|w| w.is("tcp-reset") || w.is("tcp-rst"))
                })?;
                // ip6tables-restore takes it of IPv6 by another check of the same kind.
                self.without(TCP, name, at(reset))
            }
            "DNAT" | "SNAT" | "MASQUERADE" | "REDIRECT" => {
                let to = first(&["--to-destination", "--to-source", "--to-ports"])?;
                let text = to.values.first()?.text.as_ref();
                let mapped = value::whole(value::addr_range, text.split(':').next()?);
                if self.v6 && mapped.is_some_and(|r| r.first.is_ipv4()) {
                    return Some((at(to), vec![Expected::Address]));
                }
                let port = to.name == "--to-ports"
                    || text.contains("]:")
                    || !self.v6 && text.contains(':');
                let before = self.base.proto_at.is_none_or(|at| at < to.start);
                let fits = match self.protocol {
                    Protocol::NotRead => true,
                    Protocol::Is { number, .. } => before && NAT_PORTS.contains(&number),
                    Protocol::Any => false,
                };
                (port && !fits).then(|| (at(to), needed(&NAT_PORTS[..4])))
            }
            "multiport" => {
                let ports = given.args.first()?;
                let list = ports.values.first()?.text.split(',');
                // A range takes two of the fifteen places.
                let count: usize = list.map(|p| 1 + usize::from(p.contains(':'))).sum();
                if count > 15 {
                    return Some((at(ports), vec![Expected::EndOfLine]));
                }
                let late = self.base.proto_at.is_some_and(|at| at > ports.start);
                late.then(|| (at(ports), needed(PORTS)))
            }
            "physdev" => {
                let out = first(&["--physdev-out", "--physdev-is-out"])?;
                let bridged = arg("--physdev-is-bridged").is_some_and(|a| !a.not);
                (chain == "OUTPUT" && !bridged)
                    .then(|| (at(out), vec![Expected::Literal("--physdev-is-bridged".into())]))
            }
            "policy" => {
                let dir = arg("--dir")?;
                let chains = if dir.values.first()?.is("in") { IN } else { OUT };
                let misses = !chain.is_empty() && !chains.contains(&chain);
                misses.then(|| (at(dir), self.literals_here(chains)))
            }
            "conntrack" if given.args.is_empty() => {
                let at = (given.start, given.end);
                Some((at, literals(&["--ctstate"])))
            }
            // In IPv6 it is a header of its own, behind which any protocol may stand.
            "ah" if !self.v6 => self.without(&[51], name, (given.start, given.end)),
            "SET" if given.args.is_empty() => {
                Some(((given.start, given.end), literals(&["--add-set", "--del-set"])))
            }
            // It becomes a file below /proc.
            "hashlimit" | "recent"
                if first(&["--hashlimit-name", "--name"])
                    .is_some_and(|a| a.values.first().is_some_and(|w| w.text.contains('/'))) =>
            {
                let named = first(&["--hashlimit-name", "--name"])?;
                Some((at(named), vec![Expected::Literal("ssh".into())]))
            }
            "hashlimit" if arg("--hashlimit-name").is_none() => {
                let at = (given.start, given.end);
                Some((at, literals(&["--hashlimit-name"])))
            }
            "recent" => {
                let action = first(&["--set", "--rcheck", "--update", "--remove"])?;
                let alone = matches!(action.name, "--set" | "--remove");
                let timed = first(&["--seconds", "--hitcount", "--rttl"])
                    .filter(|a| alone && (a.name != "--rttl" || action.name == "--set"));
                timed.map(|a| (at(a), literals(&["--rcheck", "--update"]))).or_else(|| {
                    let reap = arg("--reap").filter(|_| arg("--seconds").is_none())?;
                    Some((at(reap), literals(&["--seconds"])))
                })
            }
            _ => None,
        }
    }
}

/// Targets whose names people write in small letters.
const TARGETS_OF_ALL: [&str; 9] =
    ["ACCEPT", "DROP", "REJECT", "RETURN", "LOG", "MASQUERADE", "DNAT", "SNAT", "REDIRECT"];

/// Whether a refusal is one of a target in small letters.
pub(crate) fn is_small(expected: &[Expected]) -> bool {
    matches!(expected, [Expected::Literal(word)] if TARGETS_OF_ALL.contains(&&**word))
}

/// Of these options of an extension only one may stand.
const ONE_OF: &[(&str, &[&str])] = &[
    ("TTL", &["--ttl-set", "--ttl-inc", "--ttl-dec"]),
    ("HL", &["--ttl-set", "--ttl-inc", "--ttl-dec"]),
    ("MARK", &["--set-xmark", "--set-mark", "--and-mark", "--or-mark", "--xor-mark"]),
    (
        "CONNMARK",
        &[
            "--set-xmark",
            "--set-mark",
            "--and-mark",
            "--or-mark",
            "--xor-mark",
            "--save-mark",
            "--restore-mark",
        ],
    ),
    ("addrtype", &["--limit-iface-in", "--limit-iface-out"]),
    ("recent", &["--set", "--rcheck", "--update", "--remove"]),
];

/// The second of two options that exclude each other.
fn two_of_one(name: &str, given: &Given<'_>) -> Option<Refusal> {
    let (_, options) = ONE_OF.iter().find(|(of, _)| *of == name)?;
    let second = given.args.iter().filter(|a| options.contains(&a.name)).nth(1)?;
    Some(((second.start, second.end), vec![Expected::EndOfLine]))
}

/// Whether a chain can be called so.
fn is_chain(name: &str) -> bool {
    !name.starts_with(['-', '!'])
        && !name.contains(char::is_whitespace)
        && name.len() < CHAIN_BYTES
        && ext::find_target(name).is_none()
}

/// Whether an interface's name is too long to be one.
pub(crate) fn is_too_long(name: &str) -> bool {
    name.len() >= INTERFACE_BYTES
}

fn literals(words: &[&str]) -> Vec<Expected> {
    words.iter().map(|w| Expected::Literal(Text::from(*w))).collect()
}

/// `-p tcp` and the like.
fn needed(protocols: &[u8]) -> Vec<Expected> {
    let word = |p: &u8| {
        let name = crate::names::PROTOCOLS.iter().find(|(_, n)| n == p).map_or("", |(n, _)| n);
        Expected::Literal(format!("-p {name}").as_str().into())
    };
    protocols.iter().map(word).collect()
}

/// `10.0.0`, `010.0.0.1`: what `inet_aton` reads beside four decimal numbers.
fn is_number_of_old(text: &str) -> bool {
    let mut parts = text.split('/').next().unwrap_or_default().split('.');
    let few = parts.clone().count() < 4;
    let octal = parts.clone().any(|p| p.starts_with('0') && p.len() > 1);
    (few || octal) && parts.all(|p| p.parse::<u32>().is_ok())
}

/// Whether a problem says that a piece of a line could not be read.
pub(crate) fn is_unread(problem: &Diagnostic) -> bool {
    matches!(
        problem.id,
        DiagnosticId::Missing | DiagnosticId::UnknownOption | DiagnosticId::BadValue
    )
}

/// Whether a problem of a line is one for which iptables refuses it, whatever its files of names hold.
pub(crate) fn is_sure(problem: &Diagnostic) -> bool {
    match problem.id {
        DiagnosticId::Refused | DiagnosticId::Missing => true,
        // A word that is no option may be a remark.
        DiagnosticId::UnknownOption => problem.found.starts_with('-'),
        DiagnosticId::BadValue => {
            let named = problem.expected.iter().any(|e| {
                matches!(
                    e,
                    Expected::Port
                        | Expected::PortOrRange
                        | Expected::Network
                        | Expected::Address
                        | Expected::Protocol
                        | Expected::User
                )
            });
            let found = &*problem.found;
            let name = found.starts_with(|c: char| c.is_ascii_alphabetic())
                && !found.contains([',', ':'])
                || is_number_of_old(found) && problem.expected.contains(&Expected::Network);
            let open = found.contains(['$', '<', '{', '%', '*', '[', '"']);
            !open && (problem.hint.is_some() || !named || !name)
        }
        _ => false,
    }
}
