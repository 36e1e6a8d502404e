//! The packets of a case: flows and their answers, long TCP talks, errors, fragments, and oddities.

use super::dice::Dice;
use super::net::{Net, PORTS};
use serde_json::{Map, Value, json};

/// What the packets of a case lean towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Short flows of every kind, and their answers.
    Mixed,
    /// Long TCP connections with odd segments.
    Talk,
    /// UDP streams with pauses.
    Streams,
    /// Errors about flows.
    Errors,
    /// Fragments.
    Pieces,
    /// Packets at the edge: low TTLs, big ones, broadcasts, addresses out of place.
    Edges,
    /// Mostly from this host.
    Local,
    /// Many flows that want the same translation.
    Clashes,
    /// From wires only, with ports and TOS bytes that policy rules ask for.
    Selected,
    /// To everybody on a link, or to a group, from here and from neighbours.
    Everybody,
    /// Frames that a bridge sends out of several ports.
    Flooded,
    /// Frames among neighbours on a bridge, of whom it has to learn where some are.
    Strangers,
    /// Routers, neighbours and listeners of IPv6, among echoes.
    Neighbours,
}

pub(super) const SPORTS: [u16; 6] = [1025, 2000, 33333, 40000, 600, 300];

/// Flags of segments that are out of place.
const ODD_FLAGS: [&str; 15] =
    ["S", "SA", "A", "FA", "F", "R", "RA", "PA", "", "U", "FSRPAU", "SF", "AU", "SEC", "AE"];
/// How far sequence numbers go astray.
const SHIFTS: [u32; 6] = [1, 10, 1000, 64_000, 70_000, 200_000];

/// Makes the packets of one case.
pub(super) struct Sender<'n> {
    /// The host's network.
    pub(super) net: &'n Net,
    /// The choices.
    pub(super) dice: Dice,
    /// So far.
    pub(super) packets: Vec<Value>,
}

pub(super) type Fields = Map<String, Value>;

pub(super) fn fields(value: Value) -> Fields {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

impl Sender<'_> {
    /// About `many` packets of this mood.
    pub(super) fn send(&mut self, mood: Mood, many: usize) {
        while self.packets.len() < many {
            let left = many - self.packets.len();
            match mood {
                Mood::Talk => self.talk(left.max(6)),
                Mood::Streams => self.stream(left.min(8)),
                Mood::Errors => self.flow(&Wish { errors: 60, ..Wish::default() }),
                Mood::Pieces => {
                    if self.dice.chance(70) {
                        self.pieces();
                    } else {
                        self.flow(&Wish::default());
                    }
                }
                Mood::Edges => self.edge(),
                Mood::Local => self.flow(&Wish { local: 75, ..Wish::default() }),
                Mood::Clashes => self.flow(&Wish { narrow: true, answers: 35, ..Wish::default() }),
                Mood::Selected => self.flow(&Wish { local: 8, ..Wish::default() }),
                Mood::Everybody => self.aim_at_everybody(),
                Mood::Flooded => self.flooded(),
                Mood::Neighbours => self.neighbour(),
                Mood::Strangers => self.strangers(),
                Mood::Mixed => match self.dice.below(10) {
                    0 => self.talk(left.min(7)),
                    1 => self.edge(),
                    2 => self.pieces(),
                    _ => self.flow(&Wish::default()),
                },
            }
        }
    }

    /// A first packet: where it comes from, and where it goes.
    pub(super) fn first(&mut self, wish: &Wish) -> Fields {
        let net = self.net;
        let local = self.dice.chance(wish.local);
        let mut p = Map::new();
        if local {
            p.insert("hook_in".into(), "local".into());
            let dst = match self.dice.below(10) {
                0..2 => self.dice.one(&net.own()),
                2 => {
                    if net.v6 {
                        "::1".into()
                    } else {
                        "127.0.0.1".into()
                    }
                }
                3..6 => self.dice.one(&net.far),
                _ => self.dice.one(&net.hosts()),
            };
            p.insert("dst".into(), dst.into());
            if self.dice.chance(25) {
                p.insert("src".into(), self.dice.one(&net.own()).into());
            }
            if self.dice.chance(30) {
                p.insert("uid".into(), self.dice.one(&[0, 1000]).into());
                p.insert("gid".into(), self.dice.one(&[0, 100]).into());
            }
            if self.dice.chance(25) {
                p.insert("mark".into(), self.dice.one(&[1, 2, 3, 5, 7]).into());
            }
            return p;
        }
        let link = &net.links[self.dice.below(net.links.len())];
        let src =
            if self.dice.chance(20) { self.dice.one(&net.far) } else { self.dice.one(&link.hosts) };
        let dst = match self.dice.below(10) {
            0..4 => self.dice.one(&net.own()),
            4..6 => self.dice.one(&net.far),
            _ => self.dice.one(&net.hosts()),
        };
        let port = link.ports.iter().find(|(_, hosts)| hosts.contains(&src));
        let enters = port.or_else(|| link.ports.first()).map_or(&link.name, |p| &p.0);
        p.insert("hook_in".into(), enters.as_str().into());
        p.insert("src".into(), src.into());
        // On its own network a neighbour is spoken to directly, by way of a bridge.
        let neighbours = link.hosts.contains(&dst) && port.is_some();
        if neighbours {
            p.insert("dmac".into(), "other".into());
        }
        p.insert("dst".into(), dst.into());
        p
    }

    pub(super) fn transport(&mut self, p: &mut Fields, wish: &Wish) {
        let six = self.net.v6;
        let (sports, dports): (&[u16], &[u16]) =
            if wish.narrow { (&SPORTS[..2], &PORTS[..2]) } else { (&SPORTS, &PORTS) };
        match self.dice.below(20) {
            0..9 => {
                p.insert("proto".into(), "tcp".into());
                p.insert("flags".into(), "S".into());
            }
            9..15 => {
                p.insert("proto".into(), "udp".into());
                let text = self.dice.pick(&["", "abc", "hello abc"]);
                p.insert("payload".into(), text.into());
            }
            15..18 => {
                p.insert("proto".into(), if six { "icmpv6" } else { "icmp" }.into());
                p.insert("icmp_id".into(), self.dice.one(&[1, 7, 300]).into());
                if !six && self.dice.chance(15) {
                    p.insert("icmp_type".into(), self.dice.one(&[0, 13, 17]).into());
                }
                return;
            }
            18 => {
                p.insert("proto".into(), "sctp".into());
            }
            _ => {
                let other = self.dice.one(&[47, 253]);
                p.insert("proto".into(), if six { 47 } else { other }.into());
                p.insert("payload".into(), json!({ "hex": "000008000001000245000014" }));
                return;
            }
        }
        p.insert("sport".into(), self.dice.one(sports).into());
        p.insert("dport".into(), self.dice.one(dports).into());
        if p["proto"] == "tcp" && self.dice.chance(20) {
            p.insert("tcp_opts".into(), json!({ "mss": self.dice.one(&[536, 1460, 8960]) }));
        }
    }

    pub(super) fn bridged(&self) -> bool {
        self.net.links.iter().any(|l| !l.ports.is_empty())
    }

    pub(super) fn now(&self) -> usize {
        self.packets.len()
    }

    pub(super) fn push(&mut self, mut p: Fields) -> usize {
        if self.bridged()
            && !p.contains_key("dmac")
            && p.get("hook_in").is_none_or(|h| h != "local")
        {
            // Who answers a neighbour speaks to it directly too, as a rule.
            let followed = p.get("reply_to").or(p.get("icmp_error_to")).and_then(Value::as_u64);
            let direct = followed.is_some_and(|k| self.packets[k as usize]["dmac"] == "other");
            let to = if direct && self.dice.chance(85) { "other" } else { "self" };
            p.insert("dmac".into(), to.into());
        }
        self.fit(&mut p);
        let followed = p.get("reply_to").or(p.get("icmp_error_to")).and_then(Value::as_u64);
        let unseen = self.net.sysctls.iter().any(|(name, on)| name.contains("nf-call") && *on == 0);
        if let (Some(k), true) = (followed, unseen) {
            // Of a frame that no rule saw the recorder does not know by which port an answer comes.
            let from = p.get("src").unwrap_or(&self.packets[k as usize]["dst"]).clone();
            let mut ports = self.net.links.iter().flat_map(|l| &l.ports);
            let port = ports.find(|(_, hosts)| hosts.iter().any(|h| from == **h));
            if let Some((port, _)) = port {
                p.insert("hook_in".into(), port.as_str().into());
            }
        }
        self.packets.push(Value::Object(p));
        self.packets.len() - 1
    }

    /// A wire takes no frame that is longer than its MTU.
    fn fit(&self, p: &mut Fields) {
        let Some(name) = p.get("hook_in").and_then(Value::as_str) else { return };
        let mtu = self.net.links.iter().find(|l| l.name == name).and_then(|l| l.mtu);
        let payload = p.get("payload").and_then(|p| p["len"].as_u64());
        if let (Some(mtu), Some(len)) = (mtu, payload)
            && !p.contains_key("frag_len")
        {
            p.insert("payload".into(), json!({ "len": len.min(u64::from(mtu) - 100) }));
        }
    }

    /// A flow: a first packet, perhaps again, and answers.
    pub(super) fn flow(&mut self, wish: &Wish) {
        let mut p = self.first(wish);
        self.transport(&mut p, wish);
        if self.dice.chance(10) {
            p.insert("tos".into(), self.dice.one(&[8, 16, 0xb8, 4]).into());
        }
        if self.dice.chance(8) {
            p.insert("ttl".into(), self.dice.one(&[1, 2, 63]).into());
        }
        let tcp = p["proto"] == "tcp";
        let first = self.push(p.clone());
        if self.dice.chance(15) {
            self.push(p.clone());
        }
        if self.dice.chance(wish.errors) {
            self.error(first);
        }
        if !self.dice.chance(wish.answers) {
            return;
        }
        let mut reply = fields(json!({ "reply_to": first }));
        if let Some(hex) = p.get("payload").and_then(|text| text.get("hex")) {
            reply.insert("payload".into(), json!({ "hex": hex }));
        }
        if p["proto"] == "udp" {
            reply.insert("payload".into(), "xyz abc".into());
        }
        let second = self.push(reply);
        if self.dice.chance(wish.errors) {
            self.error(second);
        }
        if tcp && self.dice.chance(50) {
            let third = self.push(fields(json!({ "reply_to": second })));
            if self.dice.chance(40) {
                let flags = self.dice.pick(&["FA", "R", "RA", "PA"]);
                self.push(fields(
                    json!({ "reply_to": third, "flags": flags, "seq": 5001, "ack": 1001 }),
                ));
            }
        } else if !tcp && self.dice.chance(30) {
            self.push(p);
        }
    }

    /// An error about an earlier packet, from its destination or from somebody on the way.
    fn error(&mut self, k: usize) {
        let net = self.net;
        let mut e = fields(json!({ "icmp_error_to": k }));
        if net.v6 {
            let (kind, code) = self.dice.one(&[(1, 0), (1, 4), (2, 0), (3, 0), (4, 1)]);
            e.insert("icmp_type".into(), kind.into());
            e.insert("icmp_code".into(), code.into());
        } else {
            let (kind, code) =
                self.dice.one(&[(3, 0), (3, 1), (3, 3), (3, 4), (11, 0), (12, 0), (4, 0)]);
            e.insert("icmp_type".into(), kind.into());
            e.insert("icmp_code".into(), code.into());
        }
        if self.dice.chance(35) {
            let from = if self.dice.chance(70) {
                self.dice.one(&net.far)
            } else {
                self.dice.one(&net.hosts())
            };
            e.insert("src".into(), from.into());
        }
        if self.dice.chance(8) {
            e.insert("dst".into(), self.dice.one(&net.own()).into());
        }
        self.push(e);
    }

    /// A long TCP connection, some of whose segments are odd.
    fn talk(&mut self, many: usize) {
        let mut p = self.first(&Wish { local: 20, ..Wish::default() });
        p.insert("proto".into(), "tcp".into());
        p.insert("sport".into(), self.dice.one(&SPORTS).into());
        p.insert("dport".into(), self.dice.one(&PORTS).into());
        let first = self.now();
        let oddness = self.dice.one(&[0, 10, 30, 60]);
        // Ours, theirs: the next number to send.
        let starts = [1000_u32, 0xffff_fff0, 70_000, 0x7fff_ffff];
        let mut next = [self.dice.one(&starts), self.dice.one(&[5000_u32, 0xffff_ff00, 1])];
        let window = |d: &mut Dice| d.one(&[64240_u32, 64240, 1000, 20, 0]);
        let script: &[(usize, &str, usize)] = match self.dice.below(6) {
            0 => &[
                (0, "S", 0),
                (1, "SA", 0),
                (0, "A", 0),
                (0, "PA", 100),
                (1, "A", 0),
                (1, "PA", 1400),
                (0, "A", 0),
                (0, "FA", 0),
                (1, "A", 0),
                (1, "FA", 0),
                (0, "A", 0),
                (0, "S", 0),
                (1, "SA", 0),
            ],
            1 => &[
                (0, "S", 0),
                (1, "SA", 0),
                (0, "A", 0),
                (1, "FA", 0),
                (0, "A", 0),
                (0, "PA", 10),
                (1, "A", 0),
                (0, "FA", 0),
                (1, "A", 0),
                (1, "R", 0),
                (0, "S", 0),
            ],
            2 => &[
                (0, "S", 0),
                (1, "RA", 0),
                (0, "S", 0),
                (1, "SA", 0),
                (0, "A", 0),
                (1, "R", 0),
                (0, "PA", 5),
                (0, "S", 0),
                (1, "SA", 0),
            ],
            3 => &[
                (0, "A", 0),
                (1, "A", 0),
                (0, "PA", 100),
                (1, "PA", 100),
                (0, "FA", 0),
                (1, "FA", 0),
                (0, "A", 0),
                (0, "A", 0),
            ],
            4 => &[
                (0, "S", 0),
                (1, "S", 0),
                (0, "SA", 0),
                (1, "SA", 0),
                (0, "A", 0),
                (1, "A", 0),
                (1, "PA", 30),
                (0, "R", 0),
                (0, "S", 0),
            ],
            _ => &[
                (0, "S", 0),
                (1, "SA", 0),
                (0, "A", 0),
                (0, "PA", 500),
                (0, "PA", 500),
                (0, "PA", 500),
                (1, "A", 0),
                (1, "A", 0),
                (1, "A", 0),
                (0, "S", 0),
                (1, "A", 0),
                (0, "R", 0),
                (0, "S", 0),
            ],
        };
        let options = self.dice.chance(40);
        for (n, (who, flags, len)) in script.iter().enumerate().take(many.max(1)) {
            // What a raw socket sends must fit.
            let most = if self.net.links.iter().any(|l| l.mtu.is_some()) { 500 } else { 1400 };
            let (mut who, mut flags, mut len) = (*who, (*flags).to_owned(), (*len).min(most));
            if n == 0 {
                who = 0;
            }
            let mut seq = next[who];
            let mut ack = next[1 - who];
            let mut win = window(&mut self.dice);
            if !self.dice.chance(30) {
                win = 64240;
            }
            if self.dice.chance(oddness) {
                match self.dice.below(9) {
                    0 => ODD_FLAGS[self.dice.below(ODD_FLAGS.len())].clone_into(&mut flags),
                    1 => seq = seq.wrapping_add(self.dice.one(&SHIFTS)),
                    2 => seq = seq.wrapping_sub(self.dice.one(&SHIFTS)),
                    3 => ack = ack.wrapping_add(self.dice.one(&SHIFTS)),
                    4 => ack = ack.wrapping_sub(self.dice.one(&SHIFTS)),
                    5 => win = 0,
                    6 => len = self.dice.one(&[1, 1000, 1400]).min(most),
                    7 if n > 0 => who = 1 - who,
                    _ => {
                        seq = 0;
                        ack = 0;
                    }
                }
            }
            let mut q = if who == 0 { p.clone() } else { fields(json!({ "reply_to": first })) };
            let has = |c: char| flags.contains(c);
            q.insert("flags".into(), flags.as_str().into());
            q.insert("seq".into(), seq.into());
            q.insert("ack".into(), if has('A') { ack } else { 0 }.into());
            if win != 64240 {
                q.insert("window".into(), win.into());
            }
            if len > 0 {
                q.insert("payload".into(), json!({ "len": len }));
            }
            if has('S') && options {
                let scale = self.dice.one(&[0, 2, 7]);
                let options = format!("020405b40402010303{scale:02x}0000");
                q.insert("tcp_opts".into(), json!({ "hex": options }));
            } else if !has('S') && self.dice.chance(5) {
                // A selective acknowledgement beyond the acknowledged.
                let edges =
                    format!("0101050a{:08x}{:08x}", ack.wrapping_add(100), ack.wrapping_add(400));
                q.insert("tcp_opts".into(), json!({ "hex": edges }));
            }
            if self.dice.chance(4) {
                q.insert("sleep_ms".into(), self.dice.one(&[450, 1450]).into());
            }
            if self.dice.chance(3) {
                q.insert("bad_csum".into(), true.into());
            }
            let used = len as u32 + u32::from(has('S')) + u32::from(has('F'));
            let end = seq.wrapping_add(used);
            if end.wrapping_sub(next[who]) < 0x8000_0000 && end.wrapping_sub(next[who]) < 70_000 {
                next[who] = end;
            }
            let again = self.dice.chance(6);
            if again {
                self.push(q.clone());
            }
            self.push(q);
        }
    }

    /// A UDP stream with pauses.
    fn stream(&mut self, many: usize) {
        let mut p = self.first(&Wish::default());
        p.insert("proto".into(), "udp".into());
        p.insert("sport".into(), self.dice.one(&SPORTS).into());
        p.insert("dport".into(), self.dice.one(&PORTS).into());
        p.insert("payload".into(), "abc".into());
        let first = self.now();
        for k in 0..many.max(2) {
            let back = k > 0 && self.dice.chance(45);
            let mut q = if back { fields(json!({ "reply_to": first })) } else { p.clone() };
            if k > 0 && self.dice.chance(30) {
                let pauses = [150, 450, 450, 1450, 1450, 2450];
                q.insert("sleep_ms".into(), self.dice.one(&pauses).into());
            }
            if self.dice.chance(8) && q.get("hook_in").is_some_and(|h| h != "local") {
                q.insert("ttl".into(), self.dice.one(&[63, 65]).into());
            }
            self.push(q);
        }
    }
}

/// What a flow leans towards, in chances of a hundred.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) local: usize,
    pub(super) answers: usize,
    pub(super) errors: usize,
    pub(super) narrow: bool,
}

impl Default for Wish {
    fn default() -> Self {
        Self { local: 25, answers: 60, errors: 8, narrow: false }
    }
}
