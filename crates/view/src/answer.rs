//! Our answer to a kernel case as JSON, in the shapes of the recorded answers.
//!
//! Guarantees: every field of a packet is present, null or empty where it has nothing; two outcomes are never
//! merged; the flows are in the order of the recorded table.

mod names;
mod packet;
mod question;

use chainwalk_model::{
    Backend, DecidedBy, DroppedBy, Errno, Event, Fate, Flow, Hook, Host, L4, Op, OpKind, Outcome,
    Packet, Path, Policy, Question, RoutingDrop, Rule, RuleId, Target, Trace, Tuple, Walk,
    nft::Statement, proto,
};
use names::{table_name, target_word};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The type of IPv6's redirects.
const REDIRECT6: u8 = 137;

/// The fields of a packet, in the order they are written.
const FIELDS: [&str; 14] = [
    "verdict",
    "reason",
    "out_iface",
    "path",
    "rules_hit",
    "walk",
    "stopped_at",
    "packet_out",
    "mark",
    "replies",
    "conntrack",
    "errno",
    "assumed",
    "depends_on",
];

/// The answer to a case: `{"id", "packets": […]}`, one entry a walk. `flows` gives the conntrack table behind an
/// outcome of a packet.
///
/// A packet with several outcomes has `branches`; its own fields hold what all branches share, else null.
pub fn answer(
    id: &str,
    host: &Host,
    walks: &[Walk],
    flows: impl Fn(usize, usize) -> Vec<Flow>,
) -> Value {
    let flows = |packet, outcome| Some(flows(packet, outcome));
    json!({ "id": id, "packets": packets(host, walks, flows).collect::<Vec<_>>() })
}

/// The packets of an [`answer`], each made when it is asked for. The table of a packet is null where `flows` gives none.
pub fn packets<'a>(
    host: &'a Host,
    walks: &'a [Walk],
    flows: impl Fn(usize, usize) -> Option<Vec<Flow>> + 'a,
) -> impl Iterator<Item = Value> + 'a {
    // For each outcome of the packet before, what its branch depends on so far.
    let mut inherited: Vec<Vec<Value>> = vec![Vec::new()];
    walks.iter().enumerate().map(move |(at, walk)| {
        let depends: Vec<Vec<Value>> = walk
            .outcomes
            .iter()
            .map(|o| {
                let mut all = inherited.get(o.from).cloned().unwrap_or_default();
                add_new(&mut all, question::depends_on(host, o));
                all
            })
            .collect();
        let packet = one_packet(host, walk, &depends, |outcome| flows(at, outcome));
        inherited = depends;
        packet
    })
}

fn one_packet(
    host: &Host,
    walk: &Walk,
    depends: &[Vec<Value>],
    flows: impl Fn(usize) -> Option<Vec<Flow>>,
) -> Value {
    let mut branches: Vec<Map<String, Value>> = walk
        .outcomes
        .iter()
        .zip(depends)
        .enumerate()
        .map(|(at, (outcome, depends))| {
            let mut fields = outcome_fields(host, outcome, flows(at));
            fields.insert("depends_on".into(), json!(depends));
            fields
        })
        .collect();
    if branches.len() == 1 && !walk.cut {
        return Value::Object(branches.swap_remove(0));
    }
    let mut packet = Map::new();
    for field in FIELDS {
        let value = match field {
            "assumed" | "depends_on" => {
                let mut all = Vec::new();
                for branch in &branches {
                    add_new(&mut all, branch[field].as_array().cloned().unwrap_or_default());
                }
                json!(all)
            }
            _ => shared(&branches, field),
        };
        packet.insert(field.into(), value);
    }
    let branches: Vec<Value> = walk
        .outcomes
        .iter()
        .zip(branches)
        .map(|(outcome, fields)| {
            let mut branch = Map::new();
            branch.insert("weight".into(), json!(outcome.weight));
            branch.insert("from".into(), json!(outcome.from));
            branch.extend(fields);
            Value::Object(branch)
        })
        .collect();
    packet.insert("branches".into(), json!(branches));
    if walk.cut {
        packet.insert("cut".into(), json!(true));
    }
    Value::Object(packet)
}

/// The value that every branch has, or null.
fn shared(branches: &[Map<String, Value>], field: &str) -> Value {
    match branches.split_first() {
        Some((first, rest)) if rest.iter().all(|b| b.get(field) == first.get(field)) => {
            first.get(field).cloned().unwrap_or_default()
        }
        _ => Value::Null,
    }
}

fn add_new(all: &mut Vec<Value>, more: Vec<Value>) {
    for value in more {
        if !all.contains(&value) {
            all.push(value);
        }
    }
}

fn outcome_fields(host: &Host, outcome: &Outcome, table: Option<Vec<Flow>>) -> Map<String, Value> {
    let mut fields = trace_fields(host, &outcome.trace, true);
    // The recorder of native nft hides the redirects of IPv6.
    let native = host.rules.tables.iter().any(|t| t.backend == Backend::Nft);
    let told = |reply: &&Trace| {
        let packet = &reply.sent.packet;
        let of = |p: &Packet| p.is_v6() && matches!(&p.l4, L4::Icmp(i) if i.kind == REDIRECT6);
        let quotes = match &packet.l4 {
            L4::Icmp(icmp) => icmp.inner.as_deref().is_some_and(of),
            _ => false,
        };
        !native || !(of(packet) || quotes)
    };
    let replies: Vec<Value> = outcome
        .replies
        .iter()
        .filter(told)
        .map(|reply| Value::Object(trace_fields(host, reply, false)))
        .collect();
    fields.insert("replies".into(), json!(replies));
    let conntrack = table.map_or(Value::Null, |flows| sorted(&flows));
    fields.insert("conntrack".into(), conntrack);
    fields.insert("errno".into(), json!(outcome.trace.errno.map(errno)));
    fields.insert("assumed".into(), json!(question::assumed(host, outcome)));
    fields.insert("depends_on".into(), Value::Null);
    fields
}

/// The fields that a packet and a reply have in common. `with_id` is false for packets the kernel made,
/// whose IP identification it picks at random.
fn trace_fields(host: &Host, trace: &Trace, with_id: bool) -> Map<String, Value> {
    let told = Told::of(host, trace);
    let last = trace.steps.last().and_then(|s| trace.moments.get(s.moment as usize));
    let left = trace.fate.is_through() == Some(true);
    // Of what only a bridge saw the answer says nothing.
    let out = last.filter(|_| left && !told.path.is_empty());
    let reason = match trace.fate {
        Fate::Routing(drop) => json!(routing_reason(drop)),
        _ => Value::Null,
    };
    let mut fields = Map::new();
    fields.insert("verdict".into(), json!(verdict(host, &trace.fate, &told)));
    fields.insert("reason".into(), reason);
    fields.insert("out_iface".into(), out_iface(&trace.fate, &told));
    fields.insert("path".into(), json!(told.path));
    fields.insert("rules_hit".into(), json!(told.hits));
    fields.insert("walk".into(), json!(told.walk.iter().map(Entry::value).collect::<Vec<_>>()));
    fields.insert("stopped_at".into(), stopped_at(host, &trace.fate, &told));
    fields.insert(
        "packet_out".into(),
        out.map_or(Value::Null, |m| packet::headers(&m.packet, with_id)),
    );
    fields.insert("mark".into(), json!(out.map(|m| m.mark)));
    fields
}

/// One entry of `walk`.
struct Entry<'a> {
    hook: &'static str,
    table: String,
    chain: &'a str,
    number: usize,
    by: &'static str,
    target: Option<String>,
}

impl Entry<'_> {
    fn value(&self) -> Value {
        json!([self.hook, self.table, self.chain, self.number, self.by])
    }
}

/// What the steps of a trace say.
#[derive(Default)]
struct Told<'a> {
    path: Vec<Value>,
    last: Option<&'a Path>,
    post: Option<&'a Path>,
    hits: Vec<Value>,
    walk: Vec<Entry<'a>>,
    looped: bool,
    /// Whether it was to be delivered, or sent on, when it ended.
    routed: bool,
    /// Whether IP saw it.
    shown: bool,
}

impl<'a> Told<'a> {
    /// Whether a frame was all that anybody saw last: what IP makes of it behind a bridge has no station.
    fn ended_as_frame(&self) -> bool {
        let frames = ["ingress", "br_pre", "br_in"];
        self.path.last().is_some_and(|step| frames.iter().any(|hook| step[0] == *hook))
    }

    /// Whether it ended between the routing decision and INPUT.
    fn kept_for_delivery(&self) -> bool {
        self.routed && self.last.is_some_and(|path| path.hook == Hook::Prerouting)
    }

    fn of(host: &'a Host, trace: &'a Trace) -> Self {
        let mut told = Self::default();
        for step in &trace.steps {
            match &step.event {
                Event::Hook(path) => told.hook(path),
                Event::Matched(id) => told.matched(host, *id),
                Event::Returned { from, by_rule: false, .. } => {
                    let chain = host.rules.chain(*from);
                    told.ended(host, chain, "end", None);
                }
                Event::BaseEnd { chain, by: DecidedBy::Policy, .. } => {
                    let chain = host.rules.chain(*chain);
                    told.ended(host, chain, "policy", policy(host, chain));
                }
                Event::Routed { .. } => told.routed = true,
                Event::Loop => told.looped = true,
                _ => {}
            }
        }
        told
    }

    fn hook(&mut self, path: &'a Path) {
        let mut entry =
            vec![json!(hook_word(path)), json!(path.iniface.name()), json!(path.outiface.name())];
        if path.phys_in.is_some() || path.phys_out.is_some() {
            entry.push(json!(path.phys_in.name()));
            entry.push(json!(path.phys_out.name()));
        }
        // A bridge's hook is entered a second time behind IP's.
        let entry = json!(entry);
        if !path.bridge || !self.path.contains(&entry) {
            self.path.push(entry);
        }
        self.shown |= !path.bridge && path.hook != Hook::Ingress;
        self.last = Some(path);
        if path.hook == Hook::Postrouting && !path.bridge {
            self.post = Some(path);
        }
    }

    fn hook_now(&self) -> &'static str {
        self.last.map_or("", hook_word)
    }

    fn matched(&mut self, host: &'a Host, id: RuleId) {
        let rule = host.rules.rule(id);
        let chain = host.rules.chain(rule.chain);
        let table = table_name(host, chain);
        self.hits.push(json!([table, &*chain.name, rule.number]));
        self.walk.push(Entry {
            hook: self.hook_now(),
            table,
            chain: &chain.name,
            number: rule.number as usize,
            by: "rule",
            target: target_name(host, rule),
        });
    }

    fn ended(
        &mut self,
        host: &'a Host,
        chain: &'a chainwalk_model::Chain,
        by: &'static str,
        target: Option<&str>,
    ) {
        self.walk.push(Entry {
            hook: self.hook_now(),
            table: table_name(host, chain),
            chain: &chain.name,
            number: chain.rules.len() + 1,
            by,
            target: target.map(str::to_owned),
        });
    }
}

fn hook_word(path: &Path) -> &'static str {
    match path.hook {
        Hook::Prerouting if path.bridge => "br_pre",
        Hook::Input if path.bridge => "br_in",
        Hook::Forward if path.bridge => "br_fwd",
        Hook::Output if path.bridge => "br_out",
        Hook::Postrouting if path.bridge => "br_post",
        Hook::Ingress => "ingress",
        Hook::Prerouting => "pre",
        Hook::Input => "in",
        Hook::Forward => "fwd",
        Hook::Output => "out",
        Hook::Postrouting => "post",
        Hook::Egress => "egress",
    }
}

fn policy(host: &Host, chain: &chainwalk_model::Chain) -> Option<&'static str> {
    let native = host.rules.table(chain.table).backend == Backend::Nft;
    match chain.base.as_ref()?.policy {
        Policy::Accept if native => Some("accept"),
        Policy::Drop if native => Some("drop"),
        Policy::Accept => Some("ACCEPT"),
        Policy::Drop => Some("DROP"),
        Policy::Unknown => None,
    }
}

fn target_name(host: &Host, rule: &Rule) -> Option<String> {
    let chain = host.rules.chain(rule.chain);
    rule.verdict().map(|target| target_word(host, chain, target))
}

/// What of a rule stopped a packet. In native nft that may be a map's verdict.
fn ended_by(host: &Host, rule: &Rule, fate: &Fate) -> Option<String> {
    let table = host.rules.table(host.rules.chain(rule.chain).table);
    match fate {
        Fate::Dropped(_) if names_reject(host, rule) => Some("reject".to_owned()),
        Fate::Dropped(_) if table.backend == Backend::Nft => Some("drop".to_owned()),
        Fate::Rejected { .. } if table.backend == Backend::Nft => Some("reject".to_owned()),
        _ => target_name(host, rule),
    }
}

/// Whether a rule of native nft names a `reject`: what it drops otherwise, by a map say, counts as rejected too.
fn names_reject(host: &Host, rule: &Rule) -> bool {
    let native = host.rules.table(host.rules.chain(rule.chain).table).backend == Backend::Nft;
    let rejects = |op: &Op| match &op.what {
        OpKind::Target(Target::Reject(_)) => true,
        OpKind::Target(Target::Nft(statement)) => matches!(**statement, Statement::Reject { .. }),
        _ => false,
    };
    native && rule.ops.iter().any(rejects)
}

fn verdict(host: &Host, fate: &Fate, told: &Told<'_>) -> &'static str {
    match fate {
        Fate::Local { .. } => "local",
        Fate::Bridged(_) if !told.shown => "bridged",
        Fate::Forwarded(_) | Fate::Bridged(_) => "forwarded",
        Fate::Sent(_) => "sent",
        // A recorder sees no more of what is kept for delivery.
        Fate::Kept | Fate::Refused | Fate::Dropped(DroppedBy::Kernel)
            if told.kept_for_delivery() =>
        {
            "routing_drop"
        }
        Fate::Dropped(DroppedBy::Kernel) | Fate::Refused | Fate::Proxied(_) => "stopped",
        Fate::Dropped(DroppedBy::Rule(id)) if names_reject(host, host.rules.rule(*id)) => {
            "rejected"
        }
        Fate::Dropped(_) | Fate::DroppedUnseen(_) => "dropped",
        Fate::Rejected { .. } => "rejected",
        Fate::Routing(_) if told.path.is_empty() => "send_error",
        Fate::Routing(_) if told.ended_as_frame() => "unseen",
        Fate::Routing(_) => "routing_drop",
        Fate::Queued(_) => "queued",
        Fate::Stolen(_) => "stolen",
        Fate::Kept => "defrag",
        Fate::SendError(_) => "send_error",
        Fate::NotForUs => "unseen",
        Fate::Looped | Fate::ChainLoop(_) => "looped",
        Fate::TooLong(_) => "cut",
        Fate::Undecided(_) => "undecided",
    }
}

fn out_iface(fate: &Fate, told: &Told<'_>) -> Value {
    match fate {
        Fate::Local { .. } => json!(told.looped.then_some("lo")),
        Fate::Forwarded(iface) | Fate::Sent(iface) | Fate::Bridged(iface) => {
            match told.post.map(|p| &p.outiface) {
                Some(seen) if seen.is_some() => json!(seen.name()),
                _ => json!(iface),
            }
        }
        _ => Value::Null,
    }
}

fn stopped_at(host: &Host, fate: &Fate, told: &Told<'_>) -> Value {
    let hook = told.hook_now();
    let by_rule = |id: RuleId| {
        let rule = host.rules.rule(id);
        let chain = host.rules.chain(rule.chain);
        json!({
            "hook": hook,
            "table": table_name(host, chain),
            "chain": &*chain.name,
            "rule": rule.number,
            "by": "rule",
            "target": ended_by(host, rule, fate),
        })
    };
    match fate {
        Fate::Dropped(DroppedBy::Rule(id))
        | Fate::Rejected { rule: id, .. }
        | Fate::Queued(id)
        | Fate::Stolen(id) => by_rule(*id),
        Fate::Dropped(DroppedBy::Policy(id)) => {
            let chain = host.rules.chain(*id);
            json!({
                "hook": hook,
                "table": table_name(host, chain),
                "chain": &*chain.name,
                "rule": chain.rules.len() + 1,
                "by": "policy",
                "target": policy(host, chain),
            })
        }
        Fate::DroppedUnseen(Question::Table(_, table) | Question::Chain(_, table, _)) => json!({
            "hook": hook,
            "table": &**table,
            "chain": null,
            "rule": null,
            "by": null,
            "target": "DROP",
        }),
        Fate::Kept | Fate::Refused | Fate::Dropped(DroppedBy::Kernel)
            if told.kept_for_delivery() =>
        {
            json!({ "after_hook": hook, "by": "routing" })
        }
        Fate::Routing(_) if !told.path.is_empty() && !told.ended_as_frame() => {
            // Of a bridge's hook that IP's stands within, IP's was the last to begin.
            let hook = told.path.last().map_or(&Value::Null, |step| &step[0]);
            json!({ "after_hook": hook, "by": "routing" })
        }
        Fate::Dropped(DroppedBy::Kernel) | Fate::Refused | Fate::Kept | Fate::Proxied(_) => {
            let last = told.walk.last().filter(|e| e.hook == hook);
            json!({
                "hook": hook,
                "table": last.map(|e| &e.table),
                "chain": last.map(|e| e.chain),
                "rule": last.map(|e| e.number),
                "by": "kernel",
                "target": last.and_then(|e| e.target.as_ref()),
            })
        }
        _ => Value::Null,
    }
}

fn routing_reason(drop: RoutingDrop) -> &'static str {
    match drop {
        RoutingDrop::NoRoute => "no_route",
        RoutingDrop::ForwardingOff => "forwarding_off",
        RoutingDrop::Martian => "martian",
        RoutingDrop::LocalSource => "local_source",
        RoutingDrop::RpFilter => "rp_filter",
        RoutingDrop::Localnet => "localnet",
        RoutingDrop::BeyondScope => "beyond_scope",
        RoutingDrop::Ttl => "ttl",
        RoutingDrop::Mtu => "mtu",
        RoutingDrop::Blackhole => "blackhole",
        RoutingDrop::Unreachable => "unreachable",
        RoutingDrop::Prohibit => "prohibit",
        RoutingDrop::BadHeader => "bad_header",
        RoutingDrop::SourceRoute => "source_route",
        RoutingDrop::NotForUs => "not_for_us",
    }
}

fn errno(errno: Errno) -> &'static str {
    match errno {
        Errno::EPERM => "EPERM",
        Errno::EINVAL => "EINVAL",
        Errno::ENETUNREACH => "ENETUNREACH",
        Errno::EHOSTUNREACH => "EHOSTUNREACH",
        Errno::EACCES => "EACCES",
        Errno::EMSGSIZE => "EMSGSIZE",
    }
}

/// The conntrack table, sorted as the recorded one: by the text of each entry with its keys sorted.
fn sorted(flows: &[Flow]) -> Value {
    let mut entries: Vec<(String, Value)> = flows
        .iter()
        .map(|f| {
            let entry = flow(f);
            (sorted_text(&entry), entry)
        })
        .collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.into_iter().map(|(_, e)| e).collect()
}

fn sorted_text(value: &Value) -> String {
    let mut text = String::new();
    write_sorted(value, &mut text);
    text
}

fn write_sorted(value: &Value, text: &mut String) {
    let Value::Object(map) = value else {
        let _ = write!(text, "{value}");
        return;
    };
    let mut fields: Vec<_> = map.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    text.push('{');
    for (at, (name, value)) in fields.into_iter().enumerate() {
        let _ = write!(text, "{}\"{name}\":", if at > 0 { "," } else { "" });
        write_sorted(value, text);
    }
    text.push('}');
}

fn flow(flow: &Flow) -> Value {
    let mut entry = Map::new();
    let family = if flow.orig.src.is_ipv6() { "ipv6" } else { "ipv4" };
    entry.insert("l3".into(), json!(family));
    entry.insert("proto".into(), json!(packet::tracked_proto(flow.orig.proto)));
    if let Some(state) = &flow.tcp_state {
        entry.insert("state".into(), json!(&**state));
    }
    for (word, holds) in [("unreplied", flow.unreplied), ("assured", flow.assured)] {
        if holds {
            entry.insert(word.into(), json!(true));
        }
    }
    entry.insert("mark".into(), json!(flow.mark));
    match (flow.zone_orig, flow.zone_reply) {
        (None, None) => {
            entry.insert("zone".into(), json!(flow.zone));
        }
        (orig, reply) => {
            for (word, zone) in [("zone-orig", orig), ("zone-reply", reply)] {
                if let Some(zone) = zone {
                    entry.insert(word.into(), json!(zone));
                }
            }
        }
    }
    entry.insert("orig".into(), tuple(&flow.orig));
    entry.insert("reply".into(), tuple(&flow.reply));
    Value::Object(entry)
}

fn tuple(t: &Tuple) -> Value {
    let mut fields = Map::new();
    fields.insert("src".into(), json!(t.src.to_string()));
    fields.insert("dst".into(), json!(t.dst.to_string()));
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
    for (name, value) in named {
        fields.insert((*name).into(), json!(value));
    }
    Value::Object(fields)
}
