//! Our answer to a kernel case as JSON, in the shapes of the recorded answers.
//!
//! Guarantees: every field of a packet is present, null or empty where it has nothing; two outcomes are never
//! merged; the flows are in the order of the recorded table.

mod flows;
mod json;
mod names;
mod once;
mod packet;
mod question;
mod told;

use chainwalk_model::{
    Backend, DroppedBy, Errno, Fate, Flow, Host, L4, Op, OpKind, Outcome, Packet, Question,
    RoutingDrop, Rule, RuleId, Target, Trace, Walk, nft::Statement,
};
use flows::sorted;
use json::{Object, Put, Raw, Word, Written, array};
use names::{policy, table_name, target_word};
use once::add_new;
use packet::Headers;
use serde_json::{Value, json};
use told::{Does, Entry, Station, Told};

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
    let mut answers = Answers::default();
    let walks = walks.iter().enumerate();
    walks.map(move |(at, walk)| answers.packet(host, walk, |outcome| flows(at, outcome)))
}

/// The packets of an answer one after the other: what a branch depends on it keeps for those behind it.
pub struct Answers {
    /// For each outcome of the packet before, what its branch depends on so far.
    inherited: Vec<Vec<Written>>,
}

impl Default for Answers {
    fn default() -> Self {
        Self { inherited: vec![Vec::new()] }
    }
}

impl Answers {
    /// The next packet. `flows` gives the conntrack table behind an outcome of it, or none.
    pub fn packet<'a>(
        &mut self,
        host: &'a Host,
        walk: &'a Walk,
        flows: impl Fn(usize) -> Option<Vec<Flow>>,
    ) -> Answered<'a> {
        let outcomes = walk.outcomes.iter();
        let depends = outcomes.map(|o| {
            let mut all = self.inherited.get(o.from).cloned().unwrap_or_default();
            add_new(&mut all, question::depends_on(host, o));
            all
        });
        let depends: Vec<Vec<Written>> = depends.collect();
        let packet = one_packet(host, walk, &depends, flows);
        self.inherited = depends;
        packet
    }
}

/// A packet of an answer.
pub struct Answered<'a>(Ways<'a>);

/// Whether a packet ended in one way or in several.
enum Ways<'a> {
    One(Box<OutcomeFields<'a>>),
    Several(Box<Several<'a>>),
}

impl Answered<'_> {
    /// Writes the packet as JSON.
    pub fn write(&self, to: &mut Vec<u8>) {
        match &self.0 {
            Ways::One(fields) => fields.put(to),
            Ways::Several(several) => several.put(to),
        }
    }

    /// The packet as a value.
    pub fn value(&self) -> Value {
        let mut text = Vec::new();
        self.write(&mut text);
        let mut value: Value = serde_json::from_slice(&text).unwrap_or_default();
        if let (Ways::Several(several), Some(branches)) =
            (&self.0, value.get_mut("branches").and_then(Value::as_array_mut))
        {
            // Of numbers that are not whole a text holds more digits than its reader takes.
            for (value, (outcome, _)) in branches.iter_mut().zip(&several.branches) {
                value["weight"] = json!(outcome.weight);
            }
        }
        value
    }
}

/// A packet that ended in several ways.
struct Several<'a> {
    branches: Vec<(&'a Outcome, OutcomeFields<'a>)>,
    /// What any branch assumed, and what any depends on.
    assumed: Vec<Written>,
    depends_on: Vec<Written>,
    cut: bool,
}

impl Put for Several<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        // Where the fields of all branches stand in their text: values are equal where they are written alike.
        let (mut branches, mut places) = (vec![b'['], Vec::new());
        for (at, (outcome, fields)) in self.branches.iter().enumerate() {
            if at > 0 {
                branches.push(b',');
            }
            let mut object = Object::new(&mut branches);
            object.field("weight", &outcome.weight);
            object.field("from", &outcome.from);
            fields.each(&mut |name, value| places.push(object.field(name, value)));
            object.end();
        }
        branches.push(b']');
        let shared = |at: usize| {
            let values = places.iter().skip(at).step_by(FIELDS.len());
            let mut values = values.map(|place| &branches[place.clone()]);
            let first = values.next()?;
            values.all(|other| other == first).then_some(Raw(first))
        };
        let mut object = Object::new(to);
        for (at, name) in FIELDS.iter().enumerate() {
            match *name {
                "assumed" => object.field(name, &self.assumed),
                "depends_on" => object.field(name, &self.depends_on),
                _ => object.field(name, &shared(at)),
            };
        }
        object.field("branches", &Raw(&branches));
        if self.cut {
            object.field("cut", &true);
        }
        object.end();
    }
}

fn one_packet<'a>(
    host: &'a Host,
    walk: &'a Walk,
    depends: &[Vec<Written>],
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
    let (mut assumed, mut depends_on) = (Vec::new(), Vec::new());
    for branch in &branches {
        add_new(&mut assumed, branch.assumed.clone());
        add_new(&mut depends_on, branch.depends_on.clone());
    }
    let branches = walk.outcomes.iter().zip(branches).collect();
    Answered(Ways::Several(Box::new(Several { branches, assumed, depends_on, cut: walk.cut })))
}

/// The fields of a packet that ended in one way, or of a branch.
struct OutcomeFields<'a> {
    own: TraceFields<'a>,
    replies: Vec<TraceFields<'a>>,
    conntrack: Option<Vec<Written>>,
    errno: Option<&'static str>,
    assumed: Vec<Written>,
    depends_on: Vec<Written>,
}

impl<'a> OutcomeFields<'a> {
    fn of(
        host: &'a Host,
        outcome: &'a Outcome,
        table: Option<Vec<Flow>>,
        depends: &[Written],
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

    /// Each of [`FIELDS`], in their order.
    fn each(&self, field: &mut dyn FnMut(&'static str, &dyn Put)) {
        self.own.each(field);
        field("replies", &self.replies);
        field("conntrack", &self.conntrack);
        field("errno", &self.errno);
        field("assumed", &self.assumed);
        field("depends_on", &self.depends_on);
    }
}

impl Put for OutcomeFields<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        let mut object = Object::new(to);
        self.each(&mut |name, value| {
            object.field(name, value);
        });
        object.end();
    }
}

/// The fields that a packet and a reply have in common.
struct TraceFields<'a> {
    verdict: &'static str,
    reason: Option<&'static str>,
    out_iface: Option<&'a str>,
    path: Vec<Station<'a>>,
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
        Self {
            verdict: verdict(host, &trace.fate, &told),
            reason: match trace.fate {
                Fate::Routing(drop) => Some(routing_reason(drop)),
                _ => None,
            },
            out_iface: out_iface(&trace.fate, &told),
            stopped_at: stopped_at(host, &trace.fate, &told),
            path: told.path,
            walk: told.walk,
            packet_out: out.map(|m| Headers { packet: &m.packet, with_id }),
            mark: out.map(|m| m.mark),
        }
    }

    fn each(&self, field: &mut dyn FnMut(&'static str, &dyn Put)) {
        field("verdict", &Word(self.verdict));
        field("reason", &self.reason);
        field("out_iface", &self.out_iface);
        field("path", &self.path);
        field("rules_hit", &Hits(&self.walk));
        field("walk", &self.walk);
        field("stopped_at", &self.stopped_at);
        field("packet_out", &self.packet_out);
        field("mark", &self.mark);
    }
}

impl Put for TraceFields<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        let mut object = Object::new(to);
        self.each(&mut |name, value| {
            object.field(name, value);
        });
        object.end();
    }
}

/// The rules among the entries of `walk`, each with its table, its chain and its number.
struct Hits<'a>(&'a [Entry<'a>]);

impl Put for Hits<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        let rules = self.0.iter().filter(|entry| entry.by == "rule");
        array(rules.map(Hit), to);
    }
}

struct Hit<'a>(&'a Entry<'a>);

impl Put for Hit<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        let Entry { table, chain, number, .. } = self.0;
        let fields: [&dyn Put; 3] = [table, chain, number];
        array(fields, to);
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

fn is_native(host: &Host, rule: &Rule) -> bool {
    host.rules.table(host.rules.chain(rule.chain).table).backend == Backend::Nft
}

/// Whether a rule of native nft names a `reject`: what it drops otherwise, by a map say, counts as rejected too.
fn names_reject(host: &Host, rule: &Rule) -> bool {
    let native = is_native(host, rule);
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
        Fate::Routing(why) if refused_by_bridge(*why, told) => "stopped",
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

/// Whether a bridge asked routing for a frame that nat had rewritten, and gave the frame up (`br_nf_pre_routing_finish`).
fn refused_by_bridge(why: RoutingDrop, told: &Told<'_>) -> bool {
    why != RoutingDrop::NotForUs && told.within_bridge()
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
        Fate::Routing(why) if refused_by_bridge(*why, told) => json!({
            "hook": "br_pre",
            "table": null,
            "chain": null,
            "rule": null,
            "by": "kernel",
            "target": null,
        }),
        Fate::Routing(_) if !told.path.is_empty() && !told.ended_as_frame() => {
            // Of a bridge's hook that IP's stands within, IP's was the last to begin.
            let hook = told.path.last().map(|step| step.hook);
            json!({ "after_hook": hook, "by": "routing" })
        }
        Fate::Dropped(DroppedBy::Kernel) | Fate::Refused | Fate::Kept | Fate::Proxied(_) => {
            let last = told.walk.last().filter(|e| e.hook == hook);
            let target = last.and_then(|e| match e.does {
                Does::Nothing => None,
                Does::Rule(id) if is_native(host, host.rules.rule(id)) => {
                    Some(told.said.map_or_else(|| "continue".to_owned(), |said| said.to_string()))
                }
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
