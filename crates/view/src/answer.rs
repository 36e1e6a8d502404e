//! Our answer to a kernel case as JSON, in the shapes of the recorded answers.
//!
//! Guarantees: every field of a packet is present, null or empty where it has nothing; two outcomes are never
//! merged; the flows are in the order of the recorded table.

mod names;
mod packet;
mod question;

use chainwalk_model::{
    Backend, Chain, DecidedBy, DroppedBy, Errno, Event, Fate, Flow, Hook, Host, L4, Op, OpKind,
    Outcome, Packet, Path, PathIface, Policy, Question, RoutingDrop, Rule, RuleId, Target, Trace,
    Tuple, Walk, nft::Statement, proto,
};
use names::{table_name, target_word};
use packet::Headers;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
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
    let packets: Vec<Value> = packets(host, walks, flows).map(|p| p.value()).collect();
    json!({ "id": id, "packets": packets })
}

/// The packets of an [`answer`], each made when it is asked for. The table of a packet is null where `flows` gives none.
pub fn packets<'a>(
    host: &'a Host,
    walks: &'a [Walk],
    flows: impl Fn(usize, usize) -> Option<Vec<Flow>> + 'a,
) -> impl Iterator<Item = Answered<'a>> {
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

/// A packet of an answer.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Answered<'a>(Ways<'a>);

/// Whether a packet ended in one way or in several.
#[derive(Serialize)]
#[serde(untagged)]
enum Ways<'a> {
    One(Box<OutcomeFields<'a>>),
    Several(Value),
}

impl Answered<'_> {
    /// The packet as a value.
    pub fn value(&self) -> Value {
        match &self.0 {
            Ways::One(fields) => value_of(fields),
            Ways::Several(value) => value.clone(),
        }
    }
}

fn value_of(fields: &OutcomeFields<'_>) -> Value {
    // Its keys are words and its numbers are whole: nothing of it can't be written.
    serde_json::to_value(fields).unwrap_or_default()
}

fn one_packet<'a>(
    host: &'a Host,
    walk: &'a Walk,
    depends: &[Vec<Value>],
    flows: impl Fn(usize) -> Option<Vec<Flow>>,
) -> Answered<'a> {
    let mut branches: Vec<OutcomeFields<'a>> = walk
        .outcomes
        .iter()
        .zip(depends)
        .enumerate()
        .map(|(at, (outcome, depends))| OutcomeFields::of(host, outcome, flows(at), depends))
        .collect();
    if branches.len() == 1 && !walk.cut {
        return Answered(Ways::One(Box::new(branches.swap_remove(0))));
    }
    let branches: Vec<Value> = branches.iter().map(value_of).collect();
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
            if let Value::Object(fields) = fields {
                branch.extend(fields);
            }
            Value::Object(branch)
        })
        .collect();
    packet.insert("branches".into(), json!(branches));
    if walk.cut {
        packet.insert("cut".into(), json!(true));
    }
    Answered(Ways::Several(Value::Object(packet)))
}

/// The value that every branch has, or null.
fn shared(branches: &[Value], field: &str) -> Value {
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

/// The fields of a packet that ended in one way, or of a branch, in the order of [`FIELDS`].
#[derive(Serialize)]
struct OutcomeFields<'a> {
    #[serde(flatten)]
    own: TraceFields<'a>,
    replies: Vec<TraceFields<'a>>,
    conntrack: Option<Vec<Value>>,
    errno: Option<&'static str>,
    assumed: Vec<Value>,
    depends_on: Vec<Value>,
}

impl<'a> OutcomeFields<'a> {
    fn of(
        host: &'a Host,
        outcome: &'a Outcome,
        table: Option<Vec<Flow>>,
        depends: &[Value],
    ) -> Self {
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
        let replies = outcome.replies.iter().filter(told);
        Self {
            own: TraceFields::of(host, &outcome.trace, true),
            replies: replies.map(|reply| TraceFields::of(host, reply, false)).collect(),
            conntrack: table.map(|flows| sorted(&flows)),
            errno: outcome.trace.errno.map(errno),
            assumed: question::assumed(host, outcome),
            depends_on: depends.to_vec(),
        }
    }
}

/// The fields that a packet and a reply have in common.
#[derive(Serialize)]
struct TraceFields<'a> {
    verdict: &'static str,
    reason: Option<&'static str>,
    out_iface: Option<&'a str>,
    path: Vec<Station<'a>>,
    rules_hit: Vec<(Cow<'a, str>, &'a str, usize)>,
    walk: Vec<Entry<'a>>,
    stopped_at: Value,
    packet_out: Option<Headers<'a>>,
    mark: Option<u32>,
}

impl<'a> TraceFields<'a> {
    /// `with_id` is false for packets the kernel made, whose IP identification it picks at random.
    fn of(host: &'a Host, trace: &'a Trace, with_id: bool) -> Self {
        let told = Told::of(host, trace);
        let last = trace.steps.last().and_then(|s| trace.moments.get(s.moment as usize));
        let left = trace.fate.is_through() == Some(true);
        // Of what only a bridge saw the answer says nothing.
        let out = last.filter(|_| left && !told.path.is_empty());
        let hits = told.walk.iter().filter(|entry| entry.by == "rule");
        Self {
            verdict: verdict(host, &trace.fate, &told),
            reason: match trace.fate {
                Fate::Routing(drop) => Some(routing_reason(drop)),
                _ => None,
            },
            out_iface: out_iface(&trace.fate, &told),
            rules_hit: hits.map(|e| (e.table.clone(), e.chain, e.number)).collect(),
            stopped_at: stopped_at(host, &trace.fate, &told),
            path: told.path,
            walk: told.walk,
            packet_out: out.map(|m| Headers { packet: &m.packet, with_id }),
            mark: out.map(|m| m.mark),
        }
    }
}

/// One entry of `walk`: the hook, the table, the chain, the number, and what told.
struct Entry<'a> {
    hook: &'static str,
    table: Cow<'a, str>,
    chain: &'a str,
    number: usize,
    by: &'static str,
    does: Does,
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.hook, &self.table, self.chain, self.number, self.by).serialize(to)
    }
}

/// What does something at an entry of `walk`.
#[derive(Clone, Copy)]
enum Does {
    Nothing,
    Rule(RuleId),
    Policy(&'static str),
}

/// One entry of `path`: a hook and its interfaces, of a bridge with the ports.
#[derive(PartialEq)]
struct Station<'a> {
    hook: &'static str,
    ifaces: [Option<&'a str>; 2],
    ports: Option<[Option<&'a str>; 2]>,
}

impl Serialize for Station<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let [iniface, outiface] = self.ifaces;
        match self.ports {
            None => (self.hook, iniface, outiface).serialize(to),
            Some([phys_in, phys_out]) => {
                (self.hook, iniface, outiface, phys_in, phys_out).serialize(to)
            }
        }
    }
}

/// What the steps of a trace say.
#[derive(Default)]
struct Told<'a> {
    path: Vec<Station<'a>>,
    last: Option<&'a Path>,
    post: Option<&'a Path>,
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
        self.path.last().is_some_and(|step| frames.contains(&step.hook))
    }

    /// Whether it ended between the routing decision and INPUT.
    fn kept_for_delivery(&self) -> bool {
        self.routed && self.last.is_some_and(|path| path.hook == Hook::Prerouting)
    }

    fn of(host: &'a Host, trace: &'a Trace) -> Self {
        let mut told = Self::default();
        for step in &trace.steps {
            match &step.event {
                Event::Hook(path) => {
                    told.asleep(host, path);
                    told.hook(path);
                }
                Event::Matched(id) => told.matched(host, *id),
                Event::Returned { from, by_rule: false, .. } => {
                    let chain = host.rules.chain(*from);
                    told.ended(host, chain, "end", Does::Nothing);
                }
                Event::BaseEnd { chain, by: DecidedBy::Policy, .. } => {
                    let chain = host.rules.chain(*chain);
                    let does = policy(host, chain).map_or(Does::Nothing, Does::Policy);
                    told.ended(host, chain, "policy", does);
                }
                Event::Routed { .. } => told.routed = true,
                Event::Loop => told.looped = true,
                _ => {}
            }
        }
        told
    }

    /// A device that has ingress chains is told of, also where all of them are of tables that do nothing.
    fn asleep(&mut self, host: &Host, path: &'a Path) {
        let Some(device) = path.iniface.name().filter(|_| path.hook == Hook::Prerouting) else {
            return;
        };
        let rules = &host.rules;
        let here = |c: &Chain| {
            let base = c.base.as_ref();
            let on = base.is_some_and(|b| b.hook == Hook::Ingress && b.devices.contains(device));
            on && rules.table(c.table).dormant
        };
        if self.path.is_empty() && !path.bridge && rules.chains.iter().any(here) {
            let ifaces = [Some(&**device), None];
            self.path.push(Station { hook: "ingress", ifaces, ports: None });
        }
    }

    fn hook(&mut self, path: &'a Path) {
        let names = |of: [&'a PathIface; 2]| of.map(|i| i.name().map(|name| &**name));
        let ports = path.phys_in.is_some() || path.phys_out.is_some();
        let entry = Station {
            hook: hook_word(path),
            ifaces: names([&path.iniface, &path.outiface]),
            ports: ports.then(|| names([&path.phys_in, &path.phys_out])),
        };
        // A bridge's hook is entered a second time behind IP's.
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
        self.walk.push(Entry {
            hook: self.hook_now(),
            table: table_name(host, chain),
            chain: &chain.name,
            number: rule.number as usize,
            by: "rule",
            does: Does::Rule(id),
        });
    }

    fn ended(
        &mut self,
        host: &'a Host,
        chain: &'a chainwalk_model::Chain,
        by: &'static str,
        does: Does,
    ) {
        self.walk.push(Entry {
            hook: self.hook_now(),
            table: table_name(host, chain),
            chain: &chain.name,
            number: chain.rules.len() + 1,
            by,
            does,
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

fn out_iface<'a>(fate: &'a Fate, told: &Told<'a>) -> Option<&'a str> {
    match fate {
        Fate::Local { .. } => told.looped.then_some("lo"),
        Fate::Forwarded(iface) | Fate::Sent(iface) | Fate::Bridged(iface) => {
            match told.post.map(|p| &p.outiface) {
                Some(seen) if seen.is_some() => seen.name().map(|name| &**name),
                _ => iface.as_deref(),
            }
        }
        _ => None,
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
            let hook = told.path.last().map(|step| step.hook);
            json!({ "after_hook": hook, "by": "routing" })
        }
        Fate::Dropped(DroppedBy::Kernel) | Fate::Refused | Fate::Kept | Fate::Proxied(_) => {
            let last = told.walk.last().filter(|e| e.hook == hook);
            let target = last.and_then(|e| match e.does {
                Does::Nothing => None,
                Does::Rule(id) => target_name(host, host.rules.rule(id)),
                Does::Policy(word) => Some(word.to_owned()),
            });
            json!({
                "hook": hook,
                "table": last.map(|e| &e.table),
                "chain": last.map(|e| e.chain),
                "rule": last.map(|e| e.number),
                "by": "kernel",
                "target": target,
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
        RoutingDrop::LinkDown => "link_down",
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
fn sorted(flows: &[Flow]) -> Vec<Value> {
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
