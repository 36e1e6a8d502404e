//! The ipsets of a case: every type, with the extensions that rules ask for and change.

use super::dice::Dice;
use super::net::{Net, PORTS};
use std::fmt::Write as _;

/// A set that the rules of a case may name.
#[derive(Clone, Debug)]
pub(super) struct Set {
    /// Its name.
    pub(super) name: String,
    /// How many directions a rule gives.
    pub(super) dims: usize,
    /// Whether a rule may add to it.
    pub(super) takes: bool,
    /// Whether it is a list of sets, which no list takes.
    list: bool,
}

/// The types, with what their `create` line asks for.
const KINDS: [&str; 10] = [
    "hash:ip",
    "hash:ip",
    "hash:ip,port",
    "hash:ip,port,ip",
    "hash:ip,port,net",
    "hash:net",
    "hash:net,port",
    "hash:net,iface",
    "bitmap:port range 0-40000",
    "list:set size 8",
];

/// The sets of a case and the lines of `ipset restore` that make them.
pub(super) fn sets(net: &Net, dice: &mut Dice) -> (Vec<Set>, Vec<String>) {
    let (mut all, mut lines): (Vec<Set>, Vec<String>) = (Vec::new(), Vec::new());
    let mut elements = Vec::new();
    for k in 0..dice.between(2, 4) {
        let kind = if k == 0 { "hash:ip" } else { dice.pick(&KINDS) };
        let name = format!("s{k}");
        let of = kind.split(' ').next().unwrap_or(kind);
        let dims: Vec<&str> = of.split_once(':').map_or("", |(_, dims)| dims).split(',').collect();
        let has = |dice: &mut Dice, word: &str, percent| {
            if dice.chance(percent) { word.to_owned() } else { String::new() }
        };
        let counters = has(dice, " counters", 60);
        let skb = has(dice, " skbinfo", 40);
        let timeout = if dice.chance(35) {
            format!(" timeout {}", dice.one(&[0, 1, 2, 600]))
        } else {
            String::new()
        };
        let mask = if kind == "hash:ip" { has(dice, " netmask 24", 12) } else { String::new() };
        let six = if net.v6 && kind.starts_with("hash") { " family inet6" } else { "" };
        lines.push(format!("create {name} {kind}{six}{timeout}{counters}{skb}{mask}"));
        let list = dims == ["set"];
        for n in 0..dice.between(1, 5) {
            let mut line = format!("add {name} ");
            if list {
                let Some(member) = all.get(n).filter(|m| !m.list) else { break };
                line += &member.name;
            } else {
                let parts: Vec<String> =
                    dims.iter().map(|d| part(d, dims.len() > 1, net, dice)).collect();
                line += &parts.join(",");
            }
            if !timeout.is_empty() && dice.chance(40) {
                let _ = write!(line, " timeout {}", dice.one(&[0, 1, 2, 60]));
            }
            if !counters.is_empty() && dice.chance(70) {
                let _ =
                    write!(line, " packets {} bytes {}", dice.below(4), dice.one(&[0, 40, 120]));
            }
            if !skb.is_empty() && dice.chance(75) {
                let _ =
                    write!(line, " skbmark {}", dice.pick(&["0x1", "0x2/0x3", "0x7/0xff", "0x0"]));
            }
            if dims.contains(&"net") && dice.chance(25) {
                line += " nomatch";
            }
            elements.push(format!("{line} -exist"));
        }
        let takes = !list || dice.chance(50);
        let dims =
            if list { all.iter().map(|s: &Set| s.dims).max().unwrap_or(1) } else { dims.len() };
        all.push(Set { name, dims, takes, list });
    }
    lines.extend(elements);
    (all, lines)
}

fn part(dim: &str, hashed: bool, net: &Net, dice: &mut Dice) -> String {
    match dim {
        "ip" => net.some_addr(dice),
        "net" => {
            let len: u8 =
                if net.v6 { dice.one(&[128, 120, 64, 48]) } else { dice.one(&[32, 30, 24, 16, 8]) };
            format!("{}/{len}", net.some_addr(dice))
        }
        "port" => {
            let proto = dice.pick(&["tcp", "tcp", "udp", "icmp"]);
            let port = dice.one(&PORTS);
            match proto {
                "icmp" if hashed && !net.v6 => "icmp:8/0".into(),
                "icmp" => format!("udp:{port}"),
                _ if dice.chance(20) => format!("{proto}:{port}-{}", port + 25),
                _ => format!("{proto}:{port}"),
            }
        }
        "iface" => net.links[dice.below(net.links.len())].name.clone(),
        _ => String::new(),
    }
}

/// `-m set` and its options.
pub(super) fn test(sets: &[Set], dice: &mut Dice) -> String {
    let set = dice.one(sets);
    let not = if dice.chance(18) { "! " } else { "" };
    let mut text = format!("-m set {not}--match-set {} {} ", set.name, dirs(&set, dice));
    if dice.chance(15) {
        text += "--return-nomatch ";
    }
    if dice.chance(12) {
        text += "! --update-counters ";
    }
    if dice.chance(12) {
        text += "! --update-subcounters ";
    }
    if dice.chance(35) {
        let way = dice.pick(&["--packets-eq", "! --packets-eq", "--packets-lt", "--packets-gt"]);
        let _ = write!(text, "{way} {} ", dice.below(5));
    }
    if dice.chance(15) {
        let way = dice.pick(&["--bytes-eq", "! --bytes-eq", "--bytes-lt", "--bytes-gt"]);
        let _ = write!(text, "{way} {} ", dice.one(&[40, 80, 120, 200]));
    }
    text
}

/// `-j SET`.
pub(super) fn target(sets: &[Set], mangle: bool, dice: &mut Dice) -> String {
    let set = dice.one(sets);
    let dirs = dirs(&set, dice);
    match dice.below(4) {
        0 if mangle => {
            format!("-j SET --map-set {} {dirs} --map-mark", set.name)
        }
        1 if set.takes => format!("-j SET --del-set {} {dirs}", set.name),
        _ if set.takes => {
            let exist = if dice.chance(50) { " --exist" } else { "" };
            let timeout = if dice.chance(30) {
                format!(" --timeout {}", dice.one(&[0, 1, 2, 60]))
            } else {
                String::new()
            };
            format!("-j SET --add-set {} {dirs}{exist}{timeout}", set.name)
        }
        _ => "-j ACCEPT".into(),
    }
}

fn dirs(set: &Set, dice: &mut Dice) -> String {
    let words: Vec<&str> = (0..set.dims).map(|_| dice.pick(&["src", "dst"])).collect();
    words.join(",")
}
