//! One walk: its steps, its questions, and the flow that its packet belongs to.

use super::skb::{CtAttachment, OwnPacket, Skb};
use crate::context::{Ct, CtFlow};
use crate::ct::{self, CtInfo, status};
use crate::decide::BranchScript;
use crate::likely::{Sight, likelier};
use crate::route::{FibResult, Router};
use crate::spoken::is_private;
use crate::way::{Leaving, WayOut, way_out};
use crate::world::World;
use chainwalk_model::{
    Answer, Assumed, Check, CtDir, CtStates, CtView, Entry, Errno, Event, Fate, Hook, HostId,
    Likely, PacketState, Path, PathIface, Question, RouteKind, RuleId, Sent, Step, Trace, Tuple,
};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Walks one packet, and the packets that the kernel makes because of it.
pub(crate) struct Walker<'w> {
    pub world: &'w mut World,
    pub decider: &'w mut BranchScript,
    pub replies: Vec<Trace>,
    pub(super) trace: Trace,
    pub(super) depth: u8,
    pub(super) leans: Vec<Assumed>,
    pub(super) nested: u8,
    pub(super) watch: Option<ConditionRecorder>,
    /// Whether a copy of a packet is on its way.
    pub(super) copying: bool,
    /// How often anything was written that a rule may look at: the packet, what is remembered, an answer.
    pub(super) writes: u64,
    /// Whether what a test says decides nothing, since a later one of its rule fails.
    pub(super) moot: bool,
    /// How many rules were tried.
    pub(super) tried: u32,
    /// How many are tried before the walk is cut.
    pub(super) most_tried: u32,
}

/// So many rules are tried in a walk, and so many more for each rule of the host: chains that call each other twice
/// over would be walked for ever.
const MOST_TRIED: usize = 20_000;
/// How often each rule of the host may be tried beyond [`MOST_TRIED`].
const MOST_TRIED_EACH: usize = 8;
/// So many questions are asked in a walk.
pub(super) const MOST_ASKED: usize = 10_000;

impl<'w> Walker<'w> {
    /// A walker for one packet.
    pub(crate) fn new(world: &'w mut World, decider: &'w mut BranchScript, sent: Sent) -> Self {
        let host = world.host.id;
        let most_tried = MOST_TRIED + MOST_TRIED_EACH * world.host.rules.rules.len();
        Self {
            world,
            decider,
            replies: Vec::new(),
            trace: empty_trace(host, sent),
            depth: 0,
            leans: Vec::new(),
            nested: 0,
            watch: None,
            copying: false,
            writes: 0,
            moot: false,
            tried: 0,
            most_tried: u32::try_from(most_tried).unwrap_or(u32::MAX),
        }
    }

    /// Walks the packet to its end.
    pub(crate) fn walk(mut self) -> (Trace, Vec<Trace>) {
        let sent = self.trace.sent.clone();
        self.follow(sent, CtAttachment::None, &OwnPacket::default());
        self.trace.steps.shrink_to_fit();
        (self.trace, self.replies)
    }

    /// Walks the packet, and tells how the conditions of the rules stood.
    pub(crate) fn look(mut self) -> ConditionLog {
        self.watch = Some(ConditionRecorder::default());
        let sent = self.trace.sent.clone();
        self.follow(sent, CtAttachment::None, &OwnPacket::default());
        self.watch.unwrap_or_default().seen
    }

    /// Walks a packet of this walker's current trace to its fate.
    pub(super) fn follow(&mut self, sent: Sent, attached: CtAttachment, own: &OwnPacket) {
        let mut skb = Skb::new(sent, attached, own);
        let end = match skb.entry.clone() {
            Entry::Local { mark, uid, .. } => {
                skb.mark = mark;
                skb.from_kernel = uid.is_none();
                self.send(&mut skb, own)
            }
            Entry::Wire { iface, to, .. } => {
                skb.frame = to;
                skb.came_by = PathIface::Named(iface.clone());
                self.receive(&mut skb, &iface)
            }
        };
        let fate = match end {
            Ok(fate) | Err(fate) => fate,
        };
        if self.trace.errno.is_none()
            && matches!(skb.entry, Entry::Local { .. })
            && !skb.from_kernel
        {
            self.trace.errno = errno_of(&fate, &self.trace);
        }
        if fate.is_out() {
            self.fragment(&mut skb);
        }
        self.trace.fate = fate;
        self.depth = 0;
        self.event(&skb, Event::End);
    }

    /// What is too long leaves in fragments, of which the first is shown; so does what came in in fragments.
    fn fragment(&self, skb: &mut Skb) {
        let mtu = skb.route_mtu.unwrap_or_else(|| self.mtu(skb.oif.name().map(|o| &**o)));
        let (len, came) = (crate::wire::total_len(&skb.packet), skb.fragments);
        if len <= mtu && (came.is_none() || skb.fragments_if_long)
            || skb.packet.is_v6() && came.is_none()
        {
            return;
        }
        // Of IPv6 each part has a header of its own between.
        let header = if skb.packet.is_v6() {
            48 + crate::wire::extensions_len(&skb.packet)
        } else {
            20 + skb.packet.ip.options.len() as u32
        };
        let fits = (mtu.saturating_sub(header) & !7) + header;
        let first = match came {
            // As it came, if every part fits.
            Some((first, longest)) if u32::from(longest) <= mtu => u32::from(first),
            _ => fits,
        };
        skb.packet.ip.mf = true;
        skb.packet.ip.frag_len = Some(first.saturating_sub(header) as u16);
    }

    /// Adds a step, and a moment where the packet has changed.
    pub(crate) fn event(&mut self, skb: &Skb, event: Event) {
        let (mark, ct) = (skb.mark, self.ct_view(skb));
        // Most events change nothing, and a walk may have very many: what is the same is not copied first.
        let same = |m: &PacketState| m.mark == mark && m.ct == ct && m.packet == skb.packet;
        if !self.trace.moments.last().is_some_and(same) {
            self.trace.moments.push(PacketState { packet: skb.packet.clone(), mark, ct });
        }
        self.writes += u64::from(matches!(event, Event::Changed(_)));
        let at = self.trace.moments.len() as u32 - 1;
        self.trace.steps.push(Step {
            event,
            depth: self.depth,
            moment: at,
            assumed: std::mem::take(&mut self.leans),
        });
    }

    /// Notes what the next step assumes.
    pub(crate) fn note_assumed(&mut self, lean: Assumed) {
        if !self.leans.contains(&lean) {
            self.leans.push(lean);
        }
    }

    fn ct_view(&self, skb: &Skb) -> Option<CtView> {
        let view = |state, dir, mark| Some(CtView { state, dir, mark });
        let none = |state| view(state, CtDir::Original, 0);
        match &skb.attached {
            CtAttachment::None if skb.untracked_reply => none(CtStates::INVALID),
            CtAttachment::None if skb.template => none(CtStates::NEW),
            CtAttachment::None => None,
            CtAttachment::Untracked => none(CtStates::UNTRACKED),
            CtAttachment::Invalid => none(CtStates::INVALID),
            CtAttachment::Loose { .. } | CtAttachment::Known { .. } => match self.flow(skb) {
                None => none(CtStates::INVALID),
                Some((entry, dir, info)) => view(state_of(info), dir, entry.mark),
            },
        }
    }

    /// The flow a packet belongs to.
    pub(crate) fn flow<'s>(&'s self, skb: &'s Skb) -> Option<(&'s ct::Conntrack, CtDir, CtInfo)> {
        match &skb.attached {
            CtAttachment::Loose { entry, dir, info } => Some((entry, *dir, *info)),
            CtAttachment::Known { id, dir, info } => {
                self.world.flows.get(*id).map(|e| (e, *dir, *info))
            }
            _ => None,
        }
    }

    /// Changes the flow a packet belongs to.
    pub(crate) fn change_flow(&mut self, skb: &mut Skb, change: impl FnOnce(&mut ct::Conntrack)) {
        match &mut skb.attached {
            CtAttachment::Loose { entry, .. } => change(entry),
            CtAttachment::Known { id, .. } => {
                let flows = std::rc::Rc::make_mut(&mut self.world.flows);
                if let Some(entry) = flows.get_mut(*id) {
                    change(entry);
                }
            }
            _ => {}
        }
    }

    /// What conntrack says of a packet.
    pub(crate) fn ct(&self, skb: &Skb) -> Ct {
        match &skb.attached {
            // The template that `CT` leaves stands for a new flow until conntrack has looked.
            CtAttachment::None if skb.untracked_reply => Ct::Invalid,
            CtAttachment::None if skb.template => Ct::Flow(CtFlow {
                state: CtStates::NEW,
                dir: CtDir::Original,
                orig: blank(skb),
                reply: blank(skb),
                status: status::CONFIRMED,
                snat: false,
                dnat: false,
                mark: 0,
                expires_s: 0,
                id: None,
                zone: skb.zone,
                counts: false,
                counted: Some([(0, 0); 2]),
                made_here: false,
                expected_by: None,
            }),
            CtAttachment::None => Ct::None,
            CtAttachment::Untracked => Ct::Untracked,
            CtAttachment::Invalid => Ct::Invalid,
            _ => match self.flow(skb) {
                None => Ct::Invalid,
                Some((entry, dir, info)) => Ct::Flow(CtFlow {
                    state: state_of(info),
                    dir,
                    orig: entry.orig,
                    reply: entry.reply,
                    status: entry.status | if ended(skb, entry) { status::DYING } else { 0 },
                    snat: entry.has(status::SRC_NAT),
                    dnat: entry.has(status::DST_NAT),
                    mark: entry.mark,
                    expires_s: (entry.expires_ms.saturating_sub(self.world.now_ms) / 1000) as u32,
                    id: Some(entry.id),
                    zone: entry.zone,
                    counts: self.world.counts,
                    counted: entry.counted,
                    made_here: !entry.came_by.is_some(),
                    expected_by: entry.expected_by,
                }),
            },
        }
    }

    /// Runs routing's part of `ask`, and notes what it assumed. A question that comes up is asked, and the
    /// look-up tried again with its answer.
    pub(crate) fn routed<T>(
        &mut self,
        skb: &Skb,
        ask: impl Fn(&Router) -> Result<T, Question>,
    ) -> Result<T, Fate> {
        for _ in 0..8 {
            let router = Router::new(self.world);
            let found = ask(&router);
            let ways = router.ways();
            let leans = router.into_leans();
            match found {
                Ok(found) => {
                    for lean in leans {
                        self.note_assumed(lean);
                    }
                    return Ok(found);
                }
                Err(question) => {
                    self.ask(skb, &question, &ways);
                }
            }
        }
        Err(Fate::Undecided(Question::Route(skb.packet.ip.dst)))
    }

    /// Asks a question; a lasting one is asked once in a world.
    pub(crate) fn ask(
        &mut self,
        skb: &Skb,
        question: &Question,
        ways: &[crate::decide::WeightedAnswer],
    ) -> Answer {
        let lasting = crate::decide::is_lasting(question);
        if lasting && let Some(answer) = self.world.answer(question) {
            return answer;
        }
        if let Some(answer) = self.world.said(question)
            && ways.iter().any(|(way, _)| *way == answer)
        {
            return answer;
        }
        let unknown = ways.len() > 1 && ways.iter().all(|(_, weight)| weight.is_none());
        let likely = Some(question).filter(|_| unknown).and_then(|q| likelier(&self.sight(skb), q));
        let likely = likely.filter(|(answer, _)| ways.iter().any(|(way, _)| way == answer));
        let answer = self.decider.choose(question.clone(), ways, likely);
        self.writes += 1;
        if lasting {
            let answers = std::rc::Rc::make_mut(&mut self.world.answers);
            answers.push(question.clone(), answer.clone());
        }
        let at = self.decider.made.len() as u16 - 1;
        self.event(skb, Event::Fork(at));
        answer
    }

    /// Whether an address of which nobody tells is most likely this host's, where rules take what asks for it in anyway.
    pub(super) fn is_likely_own(&self, skb: &Skb, addr: IpAddr) -> bool {
        let outbound = is_private(skb.packet.ip.src) && !is_private(addr);
        match likelier(&self.sight(skb), &Question::LocalAddr(addr)) {
            Some((Answer::Yes, Likely::AskedOfInput)) => !outbound,
            Some((Answer::Yes, _)) => true,
            _ => false,
        }
    }

    fn sight<'s>(&'s self, skb: &'s Skb) -> Sight<'s> {
        Sight { world: self.world, sent: &self.trace.sent, packet: &skb.packet, entry: &skb.entry }
    }

    /// Resolves a route whose interface is not known: the only likely one, where there is one.
    pub(crate) fn guess_out_iface(&mut self, skb: &Skb, found: FibResult) -> FibResult {
        if found.dev.is_some() || found.kind != RouteKind::Unicast {
            return found;
        }
        let dst = skb.packet.ip.dst;
        let told = self.world.answers.iter().find_map(|(question, answer)| match question {
            Question::LeavesBy(to, by)
                if *to == dst && *answer == Answer::Yes && !by.ends_with('+') =>
            {
                Some(by.clone())
            }
            _ => None,
        });
        if told.is_some() {
            return FibResult { dev: told, ..found };
        }
        // An answer goes back where the question came from.
        if let Some((entry, dir, _)) = self.flow(skb)
            && dir == CtDir::Reply
            && let Some(dev) = entry.came_by.name().cloned()
            && entry.orig.src == dst
        {
            self.note_assumed(Assumed::BackTheWayItCame { dst, iface: dev.clone() });
            return FibResult { dev: Some(dev), ..found };
        }
        let leaving = Leaving { src: skb.packet.ip.src, dst, came_by: skb.iif.name() };
        let iface = match way_out(&self.world.host, self.world.spoken(), &leaving) {
            Some(WayOut::Named(iface, rule)) => {
                self.note_assumed(Assumed::RouteOfRule { dst, iface: iface.clone(), rule });
                iface
            }
            Some(WayOut::Only(iface)) => {
                self.note_assumed(Assumed::DefaultRoute { dst, iface: iface.clone() });
                iface
            }
            Some(WayOut::Back(iface)) => {
                self.note_assumed(Assumed::BackTheWayItCame { dst, iface: iface.clone() });
                iface
            }
            None => return found,
        };
        FibResult { dev: Some(iface), ..found }
    }

    /// The hook's path as matches see it.
    pub(super) fn path(skb: &Skb, hook: Hook) -> Path {
        Path {
            hook,
            iniface: skb.iif.clone(),
            outiface: skb.oif.clone(),
            phys_in: skb.phys_in.clone(),
            phys_out: skb.phys_out.clone(),
            bridge: false,
        }
    }
}

/// How the conditions of the rules that were tried stood: by whose walk it was (the kernel's packet, or the
/// packet itself) and by the rule, each time how many steps there had been before.
pub(crate) type ConditionLog = HashMap<(Option<usize>, RuleId), Vec<(usize, Vec<Check>)>>;

/// Looks closely at every rule that is tried.
#[derive(Default)]
pub(super) struct ConditionRecorder {
    /// Whose walk is going on.
    pub at: Option<usize>,
    /// What was seen.
    pub seen: ConditionLog,
}

impl ConditionRecorder {
    /// Another packet's walk begins; returns whose it was before.
    pub(super) fn enter(&mut self, reply: usize) -> Option<usize> {
        self.at.replace(reply)
    }
}

/// How a packet belongs to its flow, as rules see it.
fn state_of(info: CtInfo) -> CtStates {
    match info {
        CtInfo::New => CtStates::NEW,
        CtInfo::Established => CtStates::ESTABLISHED,
        CtInfo::Related => CtStates::RELATED,
    }
}

/// The tuple of a flow of which nothing is known.
fn blank(skb: &Skb) -> Tuple {
    let addr: IpAddr = if skb.packet.is_v6() {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    Tuple { src: addr, dst: addr, proto: 0, sport: 0, dport: 0 }
}

pub(super) fn empty_trace(host: HostId, sent: Sent) -> Trace {
    // Most walks have some more steps than these.
    let (steps, moments) = (Vec::with_capacity(32), Vec::with_capacity(4));
    Trace { host, sent, moments, steps, fate: Fate::Looped, errno: None }
}

/// What a local sender's call returns.
fn errno_of(fate: &Fate, trace: &Trace) -> Option<Errno> {
    // Behind lo, on a bridge or at the device the sender is not told.
    let looped = trace.steps.iter().any(|s| match &s.event {
        Event::Loop => true,
        Event::Hook(path) => path.bridge || path.hook == Hook::Egress,
        _ => false,
    });
    match fate {
        Fate::SendError(errno) => Some(*errno),
        Fate::Dropped(_) | Fate::DroppedUnseen(_) | Fate::Rejected { .. } | Fate::Refused
            if !looped =>
        {
            Some(Errno::EPERM)
        }
        _ => None,
    }
}

/// Whether the flow of a packet has just been taken out of the table.
fn ended(skb: &Skb, entry: &ct::Conntrack) -> bool {
    matches!(skb.attached, CtAttachment::Loose { .. }) && entry.has(status::CONFIRMED)
}
