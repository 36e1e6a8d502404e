//! `wg-quick` files: what `[Interface]` and `[Peer]` say of the host while the tunnel is up.
//!
//! `PreUp` and `PostUp` are what runs as it comes up; `PreDown` and `PostDown` run as it goes, and are passed over.

use super::block::{Block, By, Facts, Run, made, pasted};
use super::steps::Step;
use crate::clean::{Clean, Row};
use crate::iproute;
use crate::oneline::Word;
use crate::value::{self, whole};
use chainwalk_model::{
    Cidr, Fact, Hook, Interface, Order, Origin, PacketScope, Route, SectionKind, Text, Unmodelled,
};

/// The table of `wg-quick` for a tunnel that takes everything, and its mark.
const TABLE: u32 = 51820;

/// The names of a file's lines.
const NAMES: [&str; 19] = [
    "address",
    "listenport",
    "privatekey",
    "dns",
    "mtu",
    "table",
    "fwmark",
    "preup",
    "postup",
    "predown",
    "postdown",
    "saveconfig",
    "publickey",
    "presharedkey",
    "allowedips",
    "endpoint",
    "persistentkeepalive",
    "jc",
    "s1",
];

/// What `wg show` says of the tunnels: each peer's networks. What is for none of them its interface refuses.
pub(super) fn shown(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    const KEYS: [&str; 12] = [
        "interface",
        "peer",
        "allowed ips",
        "public key",
        "private key",
        "preshared key",
        "listening port",
        "fwmark",
        "endpoint",
        "latest handshake",
        "transfer",
        "persistent keepalive",
    ];
    rows.first()?.text.strip_prefix("interface: ")?;
    let entry = |row: &Row<'_>| {
        row.text.split_once(':').map(|(key, value)| (key.to_owned(), value.trim().to_owned()))
    };
    let known = |row: &&Row<'_>| {
        row.text.is_empty() || entry(row).is_some_and(|(key, _)| KEYS.contains(&&*key))
    };
    let mut taken = rows.iter().take_while(known).count();
    while taken > 1 && rows[taken - 1].text.is_empty() {
        taken -= 1;
    }
    let mut facts = Facts::default();
    for (n, tunnel) in rows[..taken].iter().enumerate() {
        let Some(name) = tunnel.text.strip_prefix("interface: ") else { continue };
        let below = rows[n + 1..taken].iter();
        let own = below.take_while(|r| !r.text.starts_with("interface: ")).filter_map(entry);
        let mut nets = Some(Vec::new());
        for (_, value) in own.filter(|(key, value)| key == "allowed ips" && value != "(none)") {
            for net in value.split(',') {
                nets = nets.zip(whole(value::cidr, net.trim())).map(|(mut nets, net)| {
                    nets.push(net);
                    nets
                });
            }
        }
        // Of peers that are hidden or cut off nothing can be said.
        if let Some(nets) = nets.filter(|nets| !nets.is_empty()) {
            facts.beside.push(refuses(name.into(), nets, pasted(clean, *tunnel)));
        }
    }
    made(clean, rows, taken, SectionKind::Known("wg show".into()), facts)
}

/// What a tunnel does with packets that are for none of its peers.
fn refuses(name: Text, nets: Vec<Cidr>, origin: Origin) -> Unmodelled {
    let hooks = vec![Hook::Prerouting, Hook::Postrouting];
    let touches = vec![PacketScope::Outside(name, nets)];
    Unmodelled { name: "WireGuard".into(), hooks, touches, origin }
}

/// A whole file.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    if !is_title(rows.first()?.text, "[interface]") {
        return None;
    }
    let mut taken = 1;
    let mut lines: Vec<(&str, Row<'_>, Row<'_>)> = Vec::new();
    for (n, row) in rows.iter().enumerate().skip(1) {
        if row.text.is_empty() || row.text.starts_with('#') || is_title(row.text, "[peer]") {
            // A remark ends the file unless a line of it follows.
            continue;
        }
        let between = rows[taken..n].iter().filter(|r| r.text.starts_with('#')).count();
        let Some((name, value)) = entry(*row).filter(|_| between < 4) else { break };
        lines.push((name, *row, value));
        taken = n + 1;
    }
    let all = |name: &'static str| lines.iter().filter(move |(n, ..)| n.eq_ignore_ascii_case(name));
    // What is no tunnel's has other names.
    all("PrivateKey").chain(all("Address")).chain(all("ListenPort")).next()?;
    let one = |name: &'static str| all(name).next_back().map(|(.., value)| value.text);
    let name: Text = named(clean, rows[0].start).into();
    let origin = pasted(clean, rows[0]);
    let mut interface = Interface::named(&name, origin);
    interface.up = Some(true);
    interface.mtu = one("MTU").and_then(|m| m.parse().ok());
    let mut facts = Facts::default();
    facts.steps.push(Step::Interface(Box::new(interface)));
    for (_, row, value) in all("Address") {
        for value in value.text.split(',').filter_map(|a| whole(value::cidr, a.trim())) {
            let addr = Fact { value, origin: pasted(clean, *row) };
            facts.steps.push(Step::Address { dev: name.clone(), addr, alone: false });
        }
    }
    let nets = all("AllowedIPs").flat_map(|(_, row, value)| {
        let nets = value.text.split(',').filter_map(|a| whole(value::cidr, a.trim()));
        nets.map(|net| (net, pasted(clean, *row)))
    });
    let nets: Vec<(Cidr, Origin)> = nets.collect();
    let told = all("AllowedIPs").flat_map(|(.., value)| value.text.split(','));
    // Of a peer whose networks can't be read nothing can be said.
    if !nets.is_empty() && nets.len() == told.filter(|a| !a.trim().is_empty()).count() {
        let nets = nets.iter().map(|(net, _)| *net).collect();
        facts.beside.push(refuses(name.clone(), nets, origin));
    }
    routes(&mut facts, &name, one("Table"), one("FwMark"), nets);
    let ups = lines
        .iter()
        .filter(|(n, ..)| n.eq_ignore_ascii_case("PreUp") || n.eq_ignore_ascii_case("PostUp"));
    let runs =
        ups.map(|(.., v)| Run { start: v.start, end: v.end(), by: By::Tunnel(name.clone()) });
    let runs = runs.collect();
    let (block, taken) = made(clean, rows, taken, SectionKind::Interfaces(1), facts)?;
    Some((Block { runs, ..block }, taken))
}

/// The routes to what the peers may send from, as `wg-quick` makes them.
fn routes(
    facts: &mut Facts,
    name: &Text,
    table: Option<&str>,
    mark: Option<&str>,
    nets: Vec<(Cidr, Origin)>,
) {
    let table = match table {
        Some("off") => return,
        Some("auto") | None => None,
        Some(table) => table.parse::<u32>().ok(),
    };
    for (net, origin) in nets {
        let mut route = Route::to(net, origin);
        route.dev = Some(name.clone());
        if net.len == 0 && table.is_none() {
            let mark = mark.and_then(crate::oneline::number::<u32>).unwrap_or(TABLE);
            route.table = mark;
            let own = if net.addr.is_ipv6() { "from ::/0 " } else { "" };
            let rules = [
                format!("{own}not fwmark {mark} lookup {mark}"),
                format!("{own}lookup main suppress_prefixlength 0"),
            ];
            for text in rules {
                let read = iproute::policy(Word { text: &text, start: 0 });
                let rule = read.map(|(rule, _)| chainwalk_model::PolicyRule { origin, ..rule });
                facts.steps.extend(rule.map(|r| Step::Policy(Box::new(r), None)));
            }
        } else if let Some(table) = table {
            route.table = table;
        }
        facts.steps.push(Step::Route { route: Box::new(route), replaces: true });
    }
}

fn is_title(text: &str, title: &str) -> bool {
    text.trim().eq_ignore_ascii_case(title)
}

/// `Name = value`.
fn entry(row: Row<'_>) -> Option<(&str, Row<'_>)> {
    let (name, value) = row.text.split_once('=')?;
    let at = row.text.len() - value.len();
    let name = name.trim();
    let known = NAMES.iter().any(|n| n.eq_ignore_ascii_case(name));
    known.then(|| (name, row.skip(at).trim()))
}

/// The interface that the file is of: by its path above, else the only tunnel that the text names, else by the
/// file's name, else the usual one.
fn named(clean: &Clean, start: usize) -> String {
    let before = clean.text.get(..start).unwrap_or_default();
    let blanks = [' ', '\'', '"', '`', ':', '(', ')', '[', ']', '*', ','];
    let mut near = before.lines().rev().take(4).flat_map(|line| line.split(blanks));
    let file = near.find_map(|w| w.strip_suffix(".conf")).map(|path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        (name, path.contains("wireguard/"))
    });
    let file = file.filter(|(name, _)| is_name(name));
    if let Some((name, true)) = file {
        return name.to_owned();
    }
    let mut told: Vec<&str> = clean
        .text
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
        .filter(|w| {
            let digits = w.strip_prefix("wg");
            digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
        })
        .collect();
    told.order();
    told.dedup();
    match (&told[..], file) {
        ([only], _) => (*only).to_owned(),
        (_, Some((name, _))) => name.to_owned(),
        _ => "wg0".to_owned(),
    }
}

fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'=' | b'+');
    !text.is_empty() && text.len() < 16 && text.bytes().all(plain)
}
