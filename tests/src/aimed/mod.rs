//! Cases around rules that somebody else wrote: a network that fits them, and packets that reach what they
//! talk about. The same rules and seed give the same cases.

mod aim;
mod place;
mod texts;

pub use texts::{Rules, rules_of};

use crate::generate::dice::Dice;
use aim::{Aim, Aims};
use chainwalk_model::{CtStates, Family, Hook, Host, IfaceMatch, Range, TcpFlags};
use place::Place;
use serde_json::{Map, Value, json};

/// Packets in a case.
pub const PACKETS: usize = 20;

/// A case: `rules` loaded in a host made for them, and packets aimed at them.
pub fn case(id: &str, rules: &Rules, seed: u64) -> Value {
    let host = chainwalk_parse::read(&[&rules.text]).host();
    let mut dice = Dice::new(seed ^ 0x5eed);
    let aims = Aims::new(&host.rules);
    let place = Place::around(&host, rules.v6, &mut dice);
    let mut marksman = Marksman { host: &host, place: &place, aims: &aims, dice, packets: vec![] };
    while marksman.packets.len() < PACKETS {
        marksman.shoot();
    }
    let Marksman { mut packets, mut dice, .. } = marksman;
    packets.truncate(PACKETS);
    let mut case = json!({ "id": id, "interfaces": place.interfaces(), "routes": place.routes });
    if !place.sets.is_empty() {
        case["ipsets"] = place.sets.clone().into();
    }
    if dice.chance(30) {
        case["local_stack"] = "real".into();
    }
    case[if rules.v6 { "rules6" } else { "rules" }] = rules.text.clone().into();
    case["packets"] = packets.into();
    case
}

/// The sets that rules speak of, empty, as `ipset restore` lines.
pub fn sets_of(rules: &Rules) -> Vec<String> {
    let host = chainwalk_parse::read(&[&rules.text]).host();
    let sets = Place::around(&host, rules.v6, &mut Dice::new(0)).sets;
    sets.into_iter().filter(|l| l.starts_with("create")).collect()
}

/// The case as a person would ask it: its rules as a paste, where they are one text, and the rest as it is.
/// Tables that are not in the paste are said to accept, and so do base chains that have no line of their own.
pub fn as_paste(case: &Value) -> Value {
    let mut case = case.clone();
    let Some(fields) = case.as_object_mut() else { return case };
    for (name, family, prefix) in [("rules", Family::Ip, ""), ("rules6", Family::Ip6, "ip6 ")] {
        let Some(Value::String(text)) = fields.get(name).cloned() else { continue };
        fields.remove(name);
        let pasted = chainwalk_parse::read(&[&text]).host().rules;
        let absent = ["filter", "nat"].iter().filter(|t| pasted.find_table(family, t).is_none());
        let said: Vec<String> = absent.map(|t| format!("table={prefix}{t}:accept")).collect();
        fields.insert("paste".into(), with_all_chains(&text).into());
        fields.insert("assume".into(), said.into());
    }
    case
}

/// A save text in which every base chain of its tables has a line.
fn with_all_chains(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        out = out + line + "\n";
        let chains: &[&str] = match line {
            "*raw" => &["PREROUTING", "OUTPUT"],
            "*nat" => &["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
            "*mangle" => &["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
            "*filter" | "*security" => &["INPUT", "FORWARD", "OUTPUT"],
            _ => continue,
        };
        let of_table =
            text.split("\n*").find(|t| t.trim_start_matches('*').starts_with(&line[1..]));
        let there = |chain: &str| of_table.is_some_and(|t| t.contains(&format!("\n:{chain} ")));
        for chain in chains.iter().filter(|c| !there(c)) {
            out = out + ":" + chain + " ACCEPT [0:0]\n";
        }
    }
    out
}

type Fields = Map<String, Value>;

struct Marksman<'a> {
    host: &'a Host,
    place: &'a Place,
    aims: &'a Aims,
    dice: Dice,
    packets: Vec<Value>,
}

impl Marksman<'_> {
    /// A packet that reaches a rule, and those that follow from it.
    fn shoot(&mut self) {
        let aim = match self.aims.of(self.host, &mut self.dice) {
            Some(aim) if self.dice.chance(93) => aim,
            _ => Aim::anything(&mut self.dice),
        };
        let wants = |state: CtStates| aim.states.is_some_and(|s| s.0 & state.0 != 0);
        let only_old = aim.states.is_some() && !wants(CtStates::NEW);
        // What is to be an answer begins from the other side.
        let turned = only_old && wants(CtStates::ESTABLISHED) && self.dice.chance(60);
        let first = self.packets.len();
        let packet = if turned { self.packet(&aim.turned()) } else { self.packet(&aim) };
        let mut packet = packet;
        if wants(CtStates::INVALID) && packet.get("proto").is_some_and(|p| p == "tcp") {
            packet.insert("flags".into(), self.dice.pick(&["SA", "FA", "R", "", "SF"]).into());
        }
        let tcp = packet.get("proto").is_some_and(|p| p == "tcp");
        self.packets.push(packet.clone().into());
        if only_old && wants(CtStates::RELATED) && self.dice.chance(40) {
            let code = if self.place.v6 { self.dice.below(4) } else { self.dice.below(3) };
            self.packets.push(json!({ "icmp_error_to": first, "icmp_code": code }));
            return;
        }
        if only_old || self.dice.chance(35) {
            let mut reply = json!({ "reply_to": first });
            if tcp && self.dice.chance(10) {
                reply["flags"] = "R".into();
            }
            self.packets.push(reply);
            if self.dice.chance(60) {
                if tcp {
                    packet.insert("flags".into(), "A".into());
                    packet.insert("seq".into(), 1001.into());
                    packet.insert("ack".into(), 1001.into());
                }
                self.packets.push(packet.into());
                if self.dice.chance(30) {
                    self.packets.push(json!({ "reply_to": first, "flags": "A" }));
                }
            }
        }
    }

    fn packet(&mut self, aim: &Aim) -> Fields {
        let mut p = Fields::new();
        let local = match aim.hook {
            Some(Hook::Output) => true,
            Some(Hook::Postrouting) => self.dice.chance(40),
            Some(Hook::Input) => {
                aim.iniface.iter().any(|i| !i.not && &*i.value.name == "lo" && !i.value.prefix)
            }
            Some(_) => false,
            None => self.dice.chance(30),
        };
        let inward = match aim.hook {
            Some(Hook::Input) => true,
            Some(Hook::Prerouting | Hook::Output) | None => self.dice.chance(40),
            Some(_) => false,
        };
        let in_name = self.iface(&aim.iniface);
        let out_name = (!aim.outiface.is_empty()).then(|| self.iface(&aim.outiface));
        let from_out = out_name.as_deref().map(|o| self.place.hosts_behind(o));
        let dst = match (inward, from_out) {
            (true, _) => self.address(&aim.dst, &self.place.own.clone()),
            (false, Some(there)) if !there.is_empty() => self.address(&aim.dst, &there),
            _ => self.address(&aim.dst, &self.place.all()),
        };
        let dst = self.member(aim, false).unwrap_or(dst);
        p.insert("dst".into(), dst.into());
        if local {
            p.insert("hook_in".into(), "local".into());
            if !aim.src.is_empty() || self.dice.chance(20) {
                let src = self.address(&aim.src, &self.place.own.clone());
                if self.place.own.contains(&src) || src.starts_with("127.") {
                    p.insert("src".into(), src.into());
                }
            }
            if let Some(mark) = aim.mark.or(self.dice.chance(10).then_some(1)) {
                p.insert("mark".into(), mark.into());
            }
            if let Some(uid) = aim.uid.or(self.dice.chance(15).then_some(1000)) {
                p.insert("uid".into(), uid.into());
            }
        } else {
            let near = self.place.hosts_behind(&in_name);
            let all = self.place.all();
            let from = if near.is_empty() || self.dice.chance(30) { &all } else { &near };
            let src = self.address(&aim.src, from);
            let src = self.member(aim, true).unwrap_or(src);
            p.insert("src".into(), src.into());
            p.insert("hook_in".into(), in_name.into());
            if let Some(kind) = aim.frame {
                p.insert("dmac".into(), kind.into());
            }
        }
        self.transport(&mut p, aim);
        if let Some(ttl) = aim.ttl.or(self.dice.chance(5).then_some(1)) {
            p.insert("ttl".into(), ttl.into());
        }
        if let Some(tos) = aim.tos.or(self.dice.chance(8).then_some(0x28)) {
            p.insert("tos".into(), tos.into());
        }
        p
    }

    fn transport(&mut self, p: &mut Fields, aim: &Aim) {
        let icmp = if self.place.v6 { 58 } else { 1 };
        let any = [6, 6, 6, 17, 17, icmp, icmp, 132, 47];
        let proto = (0..20)
            .map(|_| aim.proto_said().unwrap_or_else(|| self.dice.one(&any)))
            .find(|n| aim.proto.iter().all(|p| (p.value == *n) != p.not))
            .unwrap_or(6);
        let name: Value = match proto {
            6 => "tcp".into(),
            17 => "udp".into(),
            1 => "icmp".into(),
            58 => "icmpv6".into(),
            132 => "sctp".into(),
            other => other.into(),
        };
        p.insert("proto".into(), name);
        match proto {
            6 | 17 | 132 | 136 => {
                let usual = [22, 53, 80, 123, 443, 8080, 30000, 6000];
                let dport = self.port(&aim.dport, &usual);
                let sport = self.port(&aim.sport, &[40000, 1025, 33333, 50001, 600]);
                p.insert("sport".into(), sport.into());
                p.insert("dport".into(), dport.into());
                if proto == 6 {
                    let flags = match aim.flags {
                        Some((not, mask, value)) => self.flags(not, mask, value),
                        None if self.dice.chance(12) => {
                            self.dice.pick(&["A", "SA", "FA", "R", "PA", ""]).to_owned()
                        }
                        None => "S".to_owned(),
                    };
                    p.insert("flags".into(), flags.into());
                }
            }
            1 | 58 => {
                let (kind, code) = aim.icmp.unwrap_or_else(|| {
                    let four = [(8, 0), (8, 0), (8, 0), (0, 0), (13, 0)];
                    let six = [(128, 0), (128, 0), (129, 0)];
                    if proto == 1 { self.dice.one(&four) } else { self.dice.one(&six) }
                });
                p.insert("icmp_type".into(), kind.into());
                p.insert("icmp_code".into(), code.into());
                p.insert("icmp_id".into(), self.dice.between(1, 9).into());
            }
            _ => {}
        }
        if let Some(bytes) = &aim.payload {
            let text: String = bytes.iter().map(|b| char::from(*b)).collect();
            p.insert("payload".into(), text.into());
        } else if self.dice.chance(15) {
            p.insert("payload".into(), json!({ "len": self.dice.one(&[1, 40, 700]) }));
        }
    }

    fn flags(&mut self, not: bool, mask: TcpFlags, value: TcpFlags) -> String {
        let fits = |bits: u8| (bits & mask.0 == value.0) != not;
        let common = [0x02, 0x10, 0x12, 0x11, 0x04, 0x18, 0x00, 0x29, 0x3f, 0x03, 0x06];
        let fitting: Vec<u8> = common.into_iter().filter(|b| fits(*b)).collect();
        let bits = if fitting.is_empty() { value.0 } else { self.dice.one(&fitting) };
        "FSRPAUEC".chars().enumerate().filter(|(k, _)| bits >> k & 1 == 1).map(|(_, c)| c).collect()
    }

    fn port(&mut self, wanted: &[(bool, Vec<Range<u16>>)], usual: &[u16]) -> u16 {
        let said: Vec<Range<u16>> =
            wanted.iter().filter(|w| !w.0).flat_map(|w| w.1.clone()).collect();
        let fits = |port: u16| {
            let in_one = |l: &[Range<u16>]| l.iter().any(|r| r.first <= port && port <= r.last);
            wanted.iter().all(|(not, list)| in_one(list) != *not)
        };
        let mut port = 0;
        for _ in 0..20 {
            port = if said.is_empty() {
                self.dice.one(usual)
            } else {
                let r = self.dice.one(&said);
                match self.dice.below(4) {
                    0 => r.first,
                    1 => r.last,
                    _ => self.dice.between(r.first.into(), r.last.max(r.first).into()) as u16,
                }
            };
            if fits(port) && port != 0 {
                break;
            }
        }
        port.max(1)
    }

    /// An interface that fits, one of the host's.
    fn iface(&mut self, wanted: &[chainwalk_model::Inv<IfaceMatch>]) -> String {
        let fits = |name: &str| {
            wanted.iter().all(|w| {
                let m = &w.value;
                let same = if m.prefix { name.starts_with(&*m.name) } else { *name == *m.name };
                same != w.not
            })
        };
        let fitting: Vec<String> =
            self.place.links.iter().map(|l| l.name.clone()).filter(|n| fits(n)).collect();
        if fitting.is_empty() {
            let k = self.dice.below(self.place.links.len());
            return self.place.links[k].name.clone();
        }
        self.dice.one(&fitting)
    }

    /// An address that fits, one of `usual` where one of them does.
    fn address(&mut self, wanted: &[aim::Wanted], usual: &[String]) -> String {
        let fits = |a: &str| a.parse().is_ok_and(|a| wanted.iter().all(|w| w.holds(a)));
        let fitting: Vec<String> = usual.iter().filter(|a| fits(a)).cloned().collect();
        if !fitting.is_empty() && (wanted.is_empty() || self.dice.chance(80)) {
            return self.dice.one(&fitting);
        }
        let all = self.place.all();
        let fitting: Vec<String> = all.iter().filter(|a| fits(a)).cloned().collect();
        if !fitting.is_empty() && self.dice.chance(70) {
            return self.dice.one(&fitting);
        }
        for _ in 0..20 {
            let said: Vec<&aim::Wanted> = wanted.iter().filter(|w| !w.not).collect();
            if said.is_empty() {
                break;
            }
            let k = self.dice.below(said.len());
            let found = said[k].sample(&mut self.dice).to_string();
            if fits(&found) {
                return found;
            }
        }
        self.dice.one(&all)
    }

    /// A member of a set that the aim wants this side to be in.
    fn member(&mut self, aim: &Aim, source: bool) -> Option<String> {
        let sets = aim.sets.iter().filter(|s| !s.0 && s.2.first() == Some(&source));
        let names: Vec<_> = sets.map(|s| s.1.clone()).collect();
        if names.is_empty() || self.dice.chance(30) {
            return None;
        }
        let name = self.dice.one(&names);
        let members = self.place.members.iter().filter(|m| m.0 == name);
        let of_set: Vec<String> = members.map(|m| m.1.clone()).collect();
        if of_set.is_empty() { None } else { Some(self.dice.one(&of_set)) }
    }
}
