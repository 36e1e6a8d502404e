//! The conntrack table as the recorded answers write it.

use super::json::{Put, Written};
use super::packet::tracked_proto;
use chainwalk_model::{Flow, Order, Tuple, proto};

/// The conntrack table, sorted as the recorded one: by the text of each entry with its keys sorted.
pub(super) fn sorted(flows: &[Flow]) -> Vec<Written> {
    if let [only] = flows {
        return vec![flow(only, Keys::AsTold)];
    }
    let keyed = |f| (flow(f, Keys::Sorted), flow(f, Keys::AsTold));
    let mut entries: Vec<(Written, Written)> = flows.iter().map(keyed).collect();
    entries.order_by(|a, b| a.0.cmp(&b.0));
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// In which order the keys of an object are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    AsTold,
    Sorted,
}

fn object(mut fields: Vec<(&str, &dyn Put)>, keys: Keys) -> Written {
    if keys == Keys::Sorted {
        fields.order_by_key(|(name, _)| *name);
    }
    Written::object(&fields)
}

fn flow(flow: &Flow, keys: Keys) -> Written {
    let family = if flow.orig.src.is_ipv6() { "ipv6" } else { "ipv4" };
    let proto = tracked_proto(flow.orig.proto);
    let mut fields: Vec<(&str, &dyn Put)> = vec![("l3", &family), ("proto", &proto)];
    let state = flow.tcp_state.as_deref();
    if state.is_some() {
        fields.push(("state", &state));
    }
    for (word, holds) in [("unreplied", &flow.unreplied), ("assured", &flow.assured)] {
        if *holds {
            fields.push((word, holds));
        }
    }
    fields.push(("mark", &flow.mark));
    match (&flow.zone_orig, &flow.zone_reply) {
        (None, None) => fields.push(("zone", &flow.zone)),
        (orig, reply) => {
            for (word, zone) in [("zone-orig", orig), ("zone-reply", reply)] {
                if zone.is_some() {
                    fields.push((word, zone));
                }
            }
        }
    }
    let (orig, reply) = (tuple(&flow.orig, keys), tuple(&flow.reply, keys));
    fields.extend([("orig", &orig as &dyn Put), ("reply", &reply)]);
    object(fields, keys)
}

fn tuple(t: &Tuple, keys: Keys) -> Written {
    let named: &[(&str, u16)] = match t.proto {
        proto::ICMP | proto::ICMPV6 => {
            &[("type", t.dport >> 8), ("code", t.dport & 0xff), ("id", t.sport)]
        }
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP => {
            &[("sport", t.sport), ("dport", t.dport)]
        }
        proto::GRE => &[("srckey", t.sport), ("dstkey", t.dport)],
        _ => &[],
    };
    let mut fields: Vec<(&str, &dyn Put)> = vec![("src", &t.src), ("dst", &t.dst)];
    fields.extend(named.iter().map(|(name, value)| (*name, value as &dyn Put)));
    object(fields, keys)
}
