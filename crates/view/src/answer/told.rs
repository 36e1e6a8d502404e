//! What the steps of a trace say, in the order of the recorded answers.

use super::json::{Put, Word, array};
use super::names::{policy, table_name};
use chainwalk_model::{
    Chain, DecidedBy, Entry as Frame, Event, Fate, Hook, Host, Path, PathIface, RuleId, Text, Trace,
};
use std::borrow::Cow;
use std::fmt;

/// One entry of `walk`: the hook, the table, the chain, the number, and what told.
pub(super) struct Entry<'a> {
    pub(super) hook: &'static str,
    pub(super) table: Cow<'a, str>,
    pub(super) chain: &'a str,
    pub(super) number: usize,
    pub(super) by: &'static str,
    pub(super) does: Does,
}

impl Put for Entry<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        let (hook, by) = (Word(self.hook), Word(self.by));
        let fields: [&dyn Put; 5] = [&hook, &self.table, &self.chain, &self.number, &by];
        array(fields, to);
    }
}

/// What does something at an entry of `walk`.
#[derive(Clone, Copy)]
pub(super) enum Does {
    Nothing,
    Rule(RuleId),
    Policy(&'static str),
}

/// One entry of `path`: a hook and its interfaces, of a bridge with the ports.
#[derive(PartialEq)]
pub(super) struct Station<'a> {
    pub(super) hook: &'static str,
    pub(super) ifaces: [Option<&'a str>; 2],
    pub(super) ports: Option<[Option<&'a str>; 2]>,
}

impl Put for Station<'_> {
    fn put(&self, to: &mut Vec<u8>) {
        let (hook, [iniface, outiface]) = (Word(self.hook), &self.ifaces);
        let all: [&dyn Put; 3] = [&hook, iniface, outiface];
        match &self.ports {
            None => array(all, to),
            Some([phys_in, phys_out]) => {
                let ports: [&dyn Put; 2] = [phys_in, phys_out];
                array(all.into_iter().chain(ports), to);
            }
        }
    }
}

/// What a trace of nft has as the verdict of a rule: a word, and the chain that it names.
#[derive(Clone, Copy)]
pub(super) struct Said<'a>(&'static str, &'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(word, chain) = self;
        if chain.is_empty() { f.write_str(word) } else { write!(f, "{word} {chain}") }
    }
}

/// What the steps of a trace say.
#[derive(Default)]
pub(super) struct Told<'a> {
    pub(super) path: Vec<Station<'a>>,
    pub(super) last: Option<&'a Path>,
    pub(super) post: Option<&'a Path>,
    pub(super) walk: Vec<Entry<'a>>,
    /// The verdict of the last rule, as a trace of nft has it; `None` where it went on.
    pub(super) said: Option<Said<'a>>,
    pub(super) looped: bool,
    /// Whether it was to be delivered, or sent on, when it ended.
    pub(super) routed: bool,
    /// Whether IP saw it.
    pub(super) shown: bool,
}

impl<'a> Told<'a> {
    /// Whether a frame was all that anybody saw last: what IP makes of it behind a bridge has no station.
    pub(super) fn ended_as_frame(&self) -> bool {
        let frames = ["ingress", "br_pre", "br_in"];
        self.path.last().is_some_and(|step| frames.contains(&step.hook))
    }

    /// Whether IP's PREROUTING was the last hook, within that of a bridge which has not ended yet.
    pub(super) fn within_bridge(&self) -> bool {
        matches!(&self.path[..], [.., outer, inner] if outer.hook == "br_pre" && inner.hook == "pre")
    }

    /// Whether it ended between the routing decision and INPUT.
    pub(super) fn kept_for_delivery(&self) -> bool {
        self.routed && self.last.is_some_and(|path| path.hook == Hook::Prerouting)
    }

    pub(super) fn of(host: &'a Host, trace: &'a Trace) -> Self {
        // A forwarded packet comes to three hooks and to fewer rules than these, mostly.
        let (path, walk) = (Vec::with_capacity(4), Vec::with_capacity(16));
        let mut told = Self { path, walk, ..Self::default() };
        for step in &trace.steps {
            match &step.event {
                Event::Hook(path) => {
                    if path.hook == Hook::Prerouting && !path.bridge {
                        told.asleep(host, path.iniface.name());
                    }
                    told.hook(path);
                }
                Event::Matched(id) => told.matched(host, *id),
                Event::Jumped { to, goto } => {
                    let verb = if *goto { "goto" } else { "jump" };
                    told.said = Some(Said(verb, &host.rules.chain(*to).name));
                }
                Event::Again { to } => {
                    told.said = Some(Said("jump", &host.rules.chain(*to).name));
                }
                Event::Returned { by_rule: true, .. } => told.said = Some(Said("return", "")),
                Event::BaseEnd { by: DecidedBy::Rule(_), accepted, .. } => {
                    let word = if *accepted { "accept" } else { "drop" };
                    told.said = Some(Said(word, ""));
                }
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
        if let (Frame::Wire { iface, .. }, Fate::NotForUs) = (&trace.sent.entry, &trace.fate) {
            told.asleep(host, Some(iface));
        }
        told
    }

    /// A device that has ingress chains is told of, also where all of them are of tables that do nothing.
    fn asleep(&mut self, host: &Host, device: Option<&'a Text>) {
        let Some(device) = device else { return };
        let rules = &host.rules;
        let here = |c: &Chain| {
            let base = c.base.as_ref();
            base.is_some_and(|b| b.hook == Hook::Ingress && b.devices.contains(device))
        };
        let mut asleep = rules.tables.iter().filter(|t| t.dormant).flat_map(|t| &t.chains);
        if self.path.is_empty() && asleep.any(|c| here(rules.chain(*c))) {
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

    pub(super) fn hook_now(&self) -> &'static str {
        self.last.map_or("", hook_word)
    }

    fn matched(&mut self, host: &'a Host, id: RuleId) {
        let rule = host.rules.rule(id);
        let chain = host.rules.chain(rule.chain);
        self.said = None;
        self.walk.push(Entry {
            hook: self.hook_now(),
            table: table_name(host, chain),
            chain: &chain.name,
            number: rule.number as usize,
            by: "rule",
            does: Does::Rule(id),
        });
    }

    fn ended(&mut self, host: &'a Host, chain: &'a Chain, by: &'static str, does: Does) {
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

pub(super) fn hook_word(path: &Path) -> &'static str {
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
