//! What stands beside the rules and is not modelled: IPVS, XFRM, programs of eBPF, filters of tc, ebtables. Each says
//! which packets it may take.

use super::block::{Block, Facts, pasted, unread};
use crate::clean::{Clean, Row};
use crate::value::{self, whole};
use chainwalk_model::{Cidr, Hook, PacketScope, Text, Unmodelled, proto};

/// A dump of one of these.
pub(super) fn block(clean: &Clean, rows: &[Row<'_>]) -> Option<(Block, usize)> {
    let (name, found, taken) = ipvs(clean, rows)
        .or_else(|| xfrm(clean, rows))
        .or_else(|| bpf(clean, rows))
        .or_else(|| ebtables(clean, rows))?;
    unread(clean, rows, taken, name, Facts { beside: found, ..Facts::default() }, None)
}

/// What a reader found: the dump's usual name, what it tells, and how many rows it took.
type Found = Option<(&'static str, Vec<Unmodelled>, usize)>;

/// `ipvsadm -Ln`: services, and the servers behind them whose answers pass it too.
fn ipvs(clean: &Clean, rows: &[Row<'_>]) -> Found {
    let first = rows.first()?.text;
    let titled =
        first.starts_with("IP Virtual Server version") || first.starts_with("Prot LocalAddress");
    if !titled {
        return None;
    }
    let mut touches = Vec::new();
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        let words: Vec<&str> = row.text.split_whitespace().collect();
        match words.as_slice() {
            ["IP", "Virtual", ..] | ["Prot", ..] | ["->", "RemoteAddress:Port", ..] => {}
            [kind @ ("TCP" | "UDP" | "SCTP"), at, ..] => {
                let kind = match *kind {
                    "TCP" => proto::TCP,
                    "UDP" => proto::UDP,
                    _ => proto::SCTP,
                };
                touches.push(service(Some(kind), at));
            }
            // By mark: nothing of the packet tells.
            ["FWM", ..] => touches.push(PacketScope::All),
            ["->", at, ..] => touches.push(service(None, at)),
            _ => break,
        }
        taken = n + 1;
    }
    let beside = Unmodelled {
        name: "IPVS".into(),
        hooks: vec![Hook::Input, Hook::Forward, Hook::Output],
        touches,
        origin: pasted(clean, rows[0]),
    };
    Some(("ipvsadm -Ln", vec![beside], taken))
}

fn service(proto: Option<u8>, at: &str) -> PacketScope {
    let (addr, port) = at.rsplit_once(':').unwrap_or((at, ""));
    let addr = addr.trim_matches(['[', ']']).parse().ok();
    match (addr, port.parse().ok()) {
        // A host's name may be anybody.
        (None, _) => PacketScope::All,
        (addr, port) => PacketScope::Service { proto, addr, port },
    }
}

/// `ip xfrm policy` and `ip xfrm state`.
fn xfrm(clean: &Clean, rows: &[Row<'_>]) -> Found {
    let mut found: Vec<Unmodelled> = Vec::new();
    let mut state = false;
    let mut taken = 0;
    while let Some(row) = rows.get(taken) {
        let Some((src, dst)) = ends(row.text) else { break };
        let Some(next) = rows.get(taken + 1) else { break };
        let below: Vec<&str> = next.text.split_whitespace().collect();
        let (name, hooks, touch): (Text, Vec<Hook>, PacketScope) = match below.as_slice() {
            ["dir", dir @ ("in" | "out" | "fwd"), ..] => {
                let hook = match *dir {
                    "in" => Hook::Input,
                    "out" => Hook::Postrouting,
                    _ => Hook::Forward,
                };
                ("ip xfrm policy".into(), vec![hook], PacketScope::Between(Some(src), Some(dst)))
            }
            // A socket's own policy lets its packets through.
            ["socket", ..] => ("ip xfrm policy".into(), Vec::new(), PacketScope::All),
            ["proto", ..] => {
                state = true;
                let hooks = vec![Hook::Input, Hook::Output];
                ("ip xfrm state".into(), hooks, PacketScope::Between(Some(src), Some(dst)))
            }
            _ => break,
        };
        let origin = pasted(clean, *row);
        match found.iter_mut().find(|b| b.name == name && b.hooks == hooks) {
            Some(old) => old.touches.push(touch),
            None => found.push(Unmodelled { name, hooks, touches: vec![touch], origin }),
        }
        taken += 2;
        while rows.get(taken).is_some_and(|r| !r.text.is_empty() && is_below(clean, *r)) {
            taken += 1;
        }
        while rows.get(taken).is_some_and(|r| r.text.is_empty())
            && rows.get(taken + 1).is_some_and(|r| ends(r.text).is_some())
        {
            taken += 1;
        }
    }
    found.retain(|b| !b.hooks.is_empty());
    let name = if state { "ip xfrm state" } else { "ip xfrm policy" };
    (taken > 0).then_some((name, found, taken))
}

/// `src 10.0.0.0/24 dst 10.1.0.0/24`.
fn ends(text: &str) -> Option<(Cidr, Cidr)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let ["src", src, "dst", dst, ..] = words.as_slice() else { return None };
    Some((whole(value::cidr, src)?, whole(value::cidr, dst)?))
}

/// Whether a row stands indented below another.
fn is_below(clean: &Clean, row: Row<'_>) -> bool {
    let before = row.start.checked_sub(1).and_then(|at| clean.text.as_bytes().get(at));
    matches!(before, Some(b' ' | b'\t'))
}

/// `ebtables -L` and `ebtables-save`: rules of bridges, each about an interface or addresses.
fn ebtables(clean: &Clean, rows: &[Row<'_>]) -> Found {
    let first = rows.first()?.text;
    let listed = first.starts_with("Bridge table: ") || first.starts_with("Bridge chain: ");
    if !listed && !first.starts_with("# Generated by ebtables") {
        return None;
    }
    let mut found: Vec<Unmodelled> = Vec::new();
    let mut chain = "";
    let mut taken = 0;
    for (n, row) in rows.iter().enumerate() {
        let numbered =
            row.text.split_once(". ").filter(|(k, _)| k.bytes().all(|b| b.is_ascii_digit()));
        let text = numbered.map_or(row.text, |(_, rest)| rest);
        let words: Vec<&str> = text.split_whitespace().collect();
        let policy = |text: &str| text.contains("DROP");
        let rule: &[&str] = match words.as_slice() {
            [] => continue,
            ["Bridge", "table:", ..] | ["COMMIT"] | ["#", "Generated" | "Completed", ..] => &[],
            ["Bridge", "chain:", name, rest @ ..] => {
                chain = name.trim_end_matches(',');
                // One that drops what no rule accepts.
                if rest.last().is_some_and(|w| policy(w)) { &["-j", "DROP"] } else { &[] }
            }
            [name, rest @ ..] if name.starts_with(':') && !listed => {
                chain = &name[1..];
                if rest.first().is_some_and(|w| policy(w)) { &["-j", "DROP"] } else { &[] }
            }
            [table] if table.starts_with('*') && !listed => &[],
            ["-A", name, rest @ ..] => {
                chain = name;
                rest
            }
            [option, ..] if option.starts_with('-') && listed => &words,
            _ => break,
        };
        taken = n + 1;
        let value = |names: &[&str]| rule.iter().skip_while(|w| !names.contains(w)).nth(1).copied();
        if rule.is_empty() || matches!(value(&["-j"]), Some("ACCEPT" | "CONTINUE" | "RETURN")) {
            continue;
        }
        let net = |names: &[&str]| value(names).and_then(|v| whole(value::cidr, v));
        let (src, dst) =
            (net(&["--ip-src", "--ip-source"]), net(&["--ip-dst", "--ip-destination"]));
        let iface = value(&[
            "-i",
            "--in-interface",
            "-o",
            "--out-interface",
            "--logical-in",
            "--logical-out",
        ]);
        let touch = match iface.filter(|name| !name.ends_with('+')) {
            _ if src.is_some() || dst.is_some() => PacketScope::Between(src, dst),
            Some(name) => PacketScope::Iface(name.into()),
            None => PacketScope::Wire,
        };
        let hooks = match chain {
            "INPUT" => vec![Hook::Input],
            "FORWARD" => vec![Hook::Forward],
            "OUTPUT" => vec![Hook::Output],
            "PREROUTING" | "BROUTING" => vec![Hook::Prerouting],
            "POSTROUTING" => vec![Hook::Postrouting],
            _ => vec![Hook::Input, Hook::Forward, Hook::Output],
        };
        if let Some(old) = found.iter_mut().find(|b| b.hooks == hooks) {
            old.touches.push(touch);
            continue;
        }
        let (touches, origin) = (vec![touch], pasted(clean, *row));
        found.push(Unmodelled { name: "ebtables".into(), hooks, touches, origin });
    }
    (taken > 0).then_some(("ebtables -L", found, taken))
}

/// `bpftool net` and `tc filter show`.
fn bpf(clean: &Clean, rows: &[Row<'_>]) -> Found {
    let first = rows.first()?.text;
    let mut touches = Vec::new();
    let mut taken = 0;
    let name = if first == "xdp:" || first == "tc:" {
        let heads = ["xdp:", "tc:", "flow_dissector:", "netfilter:", "tcx:", "netkit:"];
        for (n, row) in rows.iter().enumerate() {
            let device = row.text.split_once('(').filter(|(_, rest)| rest.contains(") "));
            match device {
                Some((device, _)) => touches.push(PacketScope::Iface(device.into())),
                None if heads.contains(&row.text) || row.text.is_empty() => {}
                None if row.text.starts_with("ip ") && row.text.contains(" prio ") => {
                    touches.push(PacketScope::All);
                }
                None => break,
            }
            if !row.text.is_empty() {
                taken = n + 1;
            }
        }
        "bpftool net"
    } else if first.starts_with("filter ") && first.contains(" pref ") {
        for (n, row) in rows.iter().enumerate() {
            let device = row.text.split_whitespace().skip_while(|w| *w != "dev").nth(1);
            match device.filter(|_| row.text.starts_with("filter ")) {
                Some(device) => touches.push(PacketScope::Iface(device.into())),
                None if row.text.starts_with("filter ") => touches.push(PacketScope::Wire),
                None if is_below(clean, *row) && !row.text.is_empty() => {}
                None => break,
            }
            taken = n + 1;
        }
        "tc filter"
    } else {
        return None;
    };
    touches.dedup();
    let hooks = vec![Hook::Prerouting, Hook::Postrouting];
    let origin = pasted(clean, rows[0]);
    let beside = Unmodelled { name: name.into(), hooks, touches, origin };
    let found = if beside.touches.is_empty() { Vec::new() } else { vec![beside] };
    Some((name, found, taken))
}
