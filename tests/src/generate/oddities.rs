//! Packets that are hard to place: fragments, to everybody, among strangers on a bridge, at the edge.

use super::net::PORTS;
use super::packets::{SPORTS, Sender, Wish, fields};
use serde_json::{Map, json};

impl Sender<'_> {
    /// A datagram in pieces, in order or not, perhaps not all of them, perhaps overlapping.
    pub(super) fn pieces(&mut self) {
        let mut p = self.first(&Wish { local: 0, ..Wish::default() });
        let id = 0x7000 + self.now();
        p.insert("id".into(), id.into());
        if self.dice.below(4) == 0 {
            p.insert("proto".into(), if self.net.v6 { "icmpv6" } else { "icmp" }.into());
            p.insert("icmp_id".into(), 9.into());
        } else {
            p.insert("proto".into(), "udp".into());
            p.insert("sport".into(), self.dice.one(&SPORTS).into());
            p.insert("dport".into(), self.dice.one(&PORTS).into());
        }
        let whole = self.dice.one(&[600, 1600, 2000]);
        p.insert("payload".into(), json!({ "len": whole }));
        let total = whole + 8;
        let cuts: Vec<usize> = match self.dice.below(3) {
            0 => vec![0, total / 16 * 8, total],
            1 => vec![0, 208, 208 + total / 16 * 8, total],
            _ => vec![0, total / 24 * 16, total],
        };
        let mut parts: Vec<(usize, usize)> = cuts.windows(2).map(|w| (w[0], w[1])).collect();
        if self.dice.chance(40) {
            let k = self.dice.below(parts.len());
            parts.swap(0, k);
        }
        if self.dice.chance(12) {
            let again = self.dice.one(&parts);
            parts.insert(1, again);
        }
        if self.dice.chance(10) {
            parts[1].0 = parts[1].0.saturating_sub(8);
        }
        for (from, to) in parts {
            let mut q = p.clone();
            q.insert("frag_off".into(), from.into());
            q.insert("frag_len".into(), (to - from).into());
            if to < total {
                q.insert("mf".into(), true.into());
            }
            self.push(q);
        }
        let last = self.now() - 1;
        if self.dice.chance(50) {
            let mut q = fields(json!({ "reply_to": last, "payload": "abc" }));
            // A later fragment has no ports to be turned round.
            for (field, from) in [("sport", "dport"), ("dport", "sport"), ("icmp_id", "icmp_id")] {
                if let Some(value) = p.get(from) {
                    q.insert(field.into(), value.clone());
                }
            }
            self.push(q);
        }
    }

    /// A packet to everybody on a link or to a group.
    pub(super) fn aim_at_everybody(&mut self) {
        let net = self.net;
        let mut p = self.first(&Wish { local: 60, ..Wish::default() });
        self.transport(&mut p, &Wish::default());
        let wide: Vec<String> = net.links.iter().filter_map(|l| l.broadcast.clone()).collect();
        let to = self.dice.pick(&["255.255.255.255", "224.0.0.1", "224.0.0.251", "239.1.2.3"]);
        let to = if self.dice.chance(50) { self.dice.one(&wide) } else { to.to_owned() };
        p.insert("dst".into(), to.into());
        p.remove("dmac");
        if p["hook_in"] != "local" {
            let frames = ["broadcast", "01:00:5e:00:00:01", "self"];
            p.insert("dmac".into(), self.dice.pick(&frames).into());
        }
        if self.dice.chance(20) {
            p.insert("ttl".into(), 1.into());
        }
        let first = self.push(p);
        if self.dice.chance(30) {
            let to = self.dice.one(&net.hosts());
            self.push(fields(json!({ "reply_to": first, "dst": to })));
        } else if self.dice.chance(40) {
            self.flow(&Wish::default());
        }
    }

    /// A frame to an address behind no known port, or to everybody.
    pub(super) fn flooded(&mut self) {
        let mut p = self.first(&Wish { local: 0, ..Wish::default() });
        self.transport(&mut p, &Wish::default());
        let bridges: Vec<_> = self.net.links.iter().filter(|l| !l.ports.is_empty()).collect();
        let bridge = bridges[self.dice.below(bridges.len())];
        let (port, hosts) = self.dice.one(&bridge.ports);
        p.insert("hook_in".into(), port.into());
        p.insert("src".into(), self.dice.one(&hosts).into());
        let wide = bridge.broadcast.clone().unwrap_or_default();
        let net = &wide[..wide.find(".255").map_or(wide.len(), |k| k + 1)];
        let unknown =
            if net.matches('.').count() == 2 { format!("{net}0.77") } else { format!("{net}77") };
        let (to, frame) = match self.dice.below(7) {
            0 => (wide, "broadcast"),
            1 => ("255.255.255.255".to_owned(), "broadcast"),
            2 => ("224.0.0.1".to_owned(), "01:00:5e:00:00:01"),
            3 => ("239.1.2.3".to_owned(), "01:00:5e:01:02:03"),
            4 => (self.dice.one(&hosts), "other"),
            _ => (unknown, "other"),
        };
        p.insert("dst".into(), to.into());
        p.insert("dmac".into(), frame.into());
        self.push(p);
        if self.dice.chance(35) {
            self.flow(&Wish { local: 5, ..Wish::default() });
        }
    }

    /// A talk between neighbours on a bridge, strangers among them; now and then one has moved to another port.
    pub(super) fn strangers(&mut self) {
        if self.dice.chance(15) {
            // What answers a frame that nobody saw leave would come in where that frame did.
            return self.flow(&Wish { local: 20, errors: 0, answers: 0, ..Wish::default() });
        }
        let bridge = &self.net.links[0];
        let known = bridge.ports.iter().flat_map(|(p, hosts)| hosts.iter().map(move |h| (h, p)));
        let mut all: Vec<(String, String)> = known.map(|(h, p)| (h.clone(), p.clone())).collect();
        all.extend(self.net.strangers.iter().cloned());
        let (a, b) = if self.dice.chance(70) {
            (self.dice.one(&self.net.strangers), self.dice.one(&all))
        } else {
            (self.dice.one(&all), self.dice.one(&all))
        };
        let mut p = Map::new();
        self.transport(&mut p, &Wish { narrow: true, ..Wish::default() });
        let ends = [a, b];
        for k in 0..self.dice.between(1, 4) {
            let (from, to) = (&ends[k % 2], &ends[1 - k % 2]);
            let mut q = p.clone();
            if k % 2 == 1 {
                let (sport, dport) = (p.get("sport").cloned(), p.get("dport").cloned());
                q.extend(sport.map(|port| ("dport".to_owned(), port)));
                q.extend(dport.map(|port| ("sport".to_owned(), port)));
                if p["proto"] == "tcp" {
                    q.insert("flags".into(), "SA".into());
                    q.insert("ack".into(), 1001.into());
                } else if p["proto"] == "icmp" && !p.contains_key("icmp_type") {
                    q.insert("icmp_type".into(), 0.into());
                }
            }
            let moved = self.dice.chance(8);
            let at = if moved { self.dice.one(&bridge.ports).0 } else { from.1.clone() };
            q.insert("hook_in".into(), at.into());
            q.insert("src".into(), from.0.as_str().into());
            q.insert("smac".into(), mac(&from.0).into());
            let (to, frame) = match self.dice.below(12) {
                0 => (bridge.own[0].clone(), "self".to_owned()),
                1 => (self.dice.one(&self.net.far), "self".to_owned()),
                _ => (to.0.clone(), mac(&to.0)),
            };
            q.insert("dst".into(), to.into());
            q.insert("dmac".into(), frame.into());
            self.push(q);
        }
    }

    /// A message that IPv6 neighbours and routers tell each other.
    pub(super) fn neighbour(&mut self) {
        if self.dice.chance(30) {
            return self.flow(&Wish::default());
        }
        let net = self.net;
        let link = &net.links[self.dice.below(net.links.len())];
        let kind = self.dice.one(&[128, 130, 131, 132, 133, 134, 135, 136, 137, 139, 143, 1, 100]);
        let to = match self.dice.below(6) {
            0 | 1 => "ff02::1".to_owned(),
            2 => "ff02::2".to_owned(),
            3 => self.dice.one(&net.hosts()),
            _ => self.dice.one(&link.own),
        };
        let (from, ttl) = (self.dice.one(&link.hosts), self.dice.one(&[255, 255, 64, 1]));
        self.push(fields(json!({
            "hook_in": link.name, "src": from, "dst": to,
            "proto": "icmpv6", "icmp_type": kind, "ttl": ttl,
        })));
    }

    /// A packet at the edge of what is passed on.
    pub(super) fn edge(&mut self) {
        let mut p = self.first(&Wish { local: 25, ..Wish::default() });
        self.transport(&mut p, &Wish::default());
        let net = self.net;
        let six = net.v6;
        let local = p["hook_in"] == "local";
        match self.dice.below(12) {
            0 | 1 => {
                p.insert("ttl".into(), self.dice.one(&[1, 2, 0]).into());
            }
            2 | 3 => {
                let len = self.dice.one(if local { &[560, 1380, 1600] } else { &[560, 950, 1380] });
                p.insert("payload".into(), json!({ "len": len }));
                if self.dice.chance(60) && !six {
                    p.insert("df".into(), true.into());
                }
            }
            4 | 5 if !six && !self.bridged() => {
                let to =
                    self.dice.pick(&["255.255.255.255", "224.0.0.1", "224.0.0.251", "239.1.2.3"]);
                let wide: Vec<_> = net.links.iter().filter_map(|l| l.broadcast.clone()).collect();
                let to = if self.dice.chance(50) { self.dice.one(&wide) } else { to.to_owned() };
                p.insert("dst".into(), to.into());
                p.remove("dmac");
                if !local && self.dice.chance(60) {
                    p.insert(
                        "dmac".into(),
                        self.dice.pick(&["broadcast", "01:00:5e:00:00:01"]).into(),
                    );
                }
            }
            6 if !six && !local => {
                let from =
                    self.dice.pick(&["127.0.0.1", "0.0.0.0", "224.0.0.5", "255.255.255.255"]);
                let own = self.dice.one(&net.own());
                p.insert(
                    "src".into(),
                    if self.dice.chance(50) { own } else { from.to_owned() }.into(),
                );
            }
            7 if !six && !local => {
                p.insert(
                    "dst".into(),
                    self.dice.pick(&["127.0.0.1", "0.0.0.0", "127.3.2.1"]).into(),
                );
            }
            8 if !local && !p.contains_key("dmac") && !self.bridged() => {
                // From an address that lives on another link.
                p.insert("src".into(), self.dice.one(&net.hosts()).into());
            }
            9 if !local && !self.bridged() => {
                p.insert("dmac".into(), self.dice.pick(&["other", "broadcast"]).into());
            }
            10 => {
                p.insert("bad_csum".into(), true.into());
            }
            _ => {
                p.insert("dst".into(), self.dice.one(&net.far).into());
                p.remove("dmac");
            }
        }
        let first = self.push(p);
        if self.dice.chance(45) {
            self.push(fields(json!({ "reply_to": first })));
        }
    }
}

/// The link-layer address of a neighbour on a bridge.
fn mac(addr: &str) -> String {
    let bytes = addr.split('.').map(|n| format!(":{:02x}", n.parse::<u8>().unwrap_or(0)));
    bytes.fold("02:01".to_owned(), |text, byte| text + &byte)
}
