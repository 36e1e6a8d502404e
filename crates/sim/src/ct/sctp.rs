//! The state of an SCTP association and its verification tags.
//!
//! Source: `net/netfilter/nf_conntrack_proto_sctp.c`.

use super::look::TrackContext;
use super::sctp_state::{ALL, State, chunk, next};
use chainwalk_model::{CtDir, Packet, sctp_chunk};
use std::sync::Arc;

/// The flag of ABORT and SHUTDOWN COMPLETE that says that the tag is the other end's.
const FLAG_T: u8 = 1;

/// A chunk of a packet: its kind, its flags, and the tag that a whole INIT or INIT ACK carries.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    kind: u8,
    flags: u8,
    init_tag: Option<u32>,
}

/// The chunks of a packet; `None` where they may not stand together (`do_basic_checks`).
fn chunks(body: &[u8]) -> Option<Vec<Chunk>> {
    /// Bytes of an INIT's or an INIT ACK's own header.
    const INIT_HEADER: usize = 16;
    let mut found = Vec::new();
    let (mut at, mut alone) = (0, false);
    while let Some(&[kind, flags, high, low]) = body.get(at..at + 4) {
        let len = usize::from(u16::from_be_bytes([high, low]));
        alone |= matches!(kind, chunk::INIT | chunk::INIT_ACK | chunk::SHUTDOWN_COMPLETE);
        let first = alone || matches!(kind, chunk::COOKIE_ECHO | chunk::COOKIE_ACK);
        if first && !found.is_empty() || len == 0 {
            return None;
        }
        let header = body.get(at + 4..at + 4 + INIT_HEADER);
        let init_tag = header.map(|h| u32::from_be_bytes([h[0], h[1], h[2], h[3]]));
        found.push(Chunk { kind, flags, init_tag });
        at += len.next_multiple_of(4);
    }
    (!found.is_empty()).then_some(found)
}

/// The SCTP part of a flow.
#[derive(Clone, Debug)]
pub(super) struct Sctp {
    state: State,
    /// The tag that packets of the original and of the reply direction have to carry; 0 is not set yet.
    tags: [u32; 2],
    /// From which side an INIT was seen.
    init: [bool; 2],
    /// The direction of a heartbeat with another tag, until it is answered.
    odd_heartbeat: Option<usize>,
    /// Whether it was ever established.
    pub(super) assured: bool,
    /// Of which directions the tag is not known: a listing shows none.
    untold: [bool; 2],
}

/// What a packet did to the association.
pub(super) enum Step {
    /// It does not fit.
    Invalid,
    /// It is let through and does not prolong the flow.
    Ignored,
    /// It fits, and the flow has so many milliseconds to live from now on.
    Moved(u64),
}

fn side(dir: CtDir) -> usize {
    usize::from(dir == CtDir::Reply)
}

impl Sctp {
    /// A new association from its first packet, and the milliseconds it has to live; `None` if the packet can't begin
    /// one (`sctp_new`).
    pub(super) fn begin(body: &[u8], tag: u32, look: &TrackContext) -> Option<(Self, u64)> {
        let mut new = Self {
            state: State::None,
            tags: [0; 2],
            init: [false; 2],
            odd_heartbeat: None,
            assured: false,
            untold: [false; 2],
        };
        for c in chunks(body)? {
            // What ends an association that nobody knows is discarded.
            if matches!(c.kind, chunk::ABORT | chunk::SHUTDOWN_COMPLETE | chunk::COOKIE_ACK) {
                return None;
            }
            if next(CtDir::Original, State::None, c.kind)? == State::None {
                return None;
            }
            match c.kind {
                chunk::INIT if tag != 0 => return None,
                chunk::INIT => new.tags[1] = c.init_tag?,
                chunk::HEARTBEAT => new.tags[0] = tag,
                // A SHUTDOWN COMPLETE with the same tag may answer it.
                chunk::SHUTDOWN_ACK => new.tags[1] = tag,
                _ => {}
            }
        }
        match new.go_on(body, tag, CtDir::Original, false, look) {
            Step::Moved(life) => Some((new, life)),
            _ => None,
        }
    }

    /// An association whose state was pasted by its name, with tags that its next packets show.
    pub(super) fn known(name: &str) -> Self {
        let state = ALL.into_iter().find(|s| s.name() == name).unwrap_or(State::Established);
        Self {
            state,
            tags: [0; 2],
            init: [false; 2],
            odd_heartbeat: None,
            assured: state == State::Established,
            untold: [true; 2],
        }
    }

    /// Whether the tag of a direction was not pasted, and no packet has shown it since.
    pub(super) fn window_unknown(&self) -> bool {
        self.untold.contains(&true)
    }

    /// The state's name, as conntrack prints it.
    pub(super) fn name(&self) -> &'static str {
        self.state.name()
    }

    /// A packet of the association (`nf_conntrack_sctp_packet`).
    pub(super) fn go_on(
        &mut self,
        body: &[u8],
        tag: u32,
        dir: CtDir,
        confirmed: bool,
        look: &TrackContext,
    ) -> Step {
        let Some(chunks) = chunks(body) else { return Step::Invalid };
        let has = |kinds: &[u8]| chunks.iter().any(|c| kinds.contains(&c.kind));
        let (me, peer) = (side(dir), 1 - side(dir));
        let by_flag = [chunk::INIT, chunk::ABORT, chunk::SHUTDOWN_COMPLETE];
        if self.untold[me] && !has(&by_flag) {
            // Its first packet since it was pasted shows the tag.
            self.untold[me] = false;
            self.tags[me] = tag;
        }
        let told_otherwise = has(&[
            chunk::INIT,
            chunk::SHUTDOWN_COMPLETE,
            chunk::COOKIE_ECHO,
            chunk::ABORT,
            chunk::SHUTDOWN_ACK,
            chunk::HEARTBEAT,
            chunk::HEARTBEAT_ACK,
        ]);
        if !told_otherwise && tag != self.tags[me] {
            return Step::Invalid;
        }
        let data = has(&[chunk::DATA]);
        let mut ignored = false;
        for c in &chunks {
            match self.tag_fits(*c, tag, me, data || ignored) {
                Tag::Fits => {}
                Tag::Odd => {
                    ignored = true;
                    continue;
                }
                Tag::Wrong => return Step::Invalid,
            }
            let old = self.state;
            let Some(new) = next(dir, old, c.kind) else { return Step::Invalid };
            match c.kind {
                chunk::INIT => {
                    let Some(theirs) = c.init_tag else { return Step::Invalid };
                    // One with the tag that is known already begins nothing.
                    if self.tags[peer] != theirs || !confirmed {
                        if self.init == [true; 2] {
                            self.init[peer] = false;
                        }
                        self.init[me] = true;
                    }
                    self.tags[peer] = theirs;
                    self.untold[peer] = false;
                    // An INIT that is sent again does not prolong the flow.
                    ignored |= new == State::Closed && old == State::Closed && confirmed;
                }
                chunk::INIT_ACK => {
                    let Some(theirs) = c.init_tag else { return Step::Invalid };
                    let known = self.tags[peer];
                    let other = known != theirs;
                    let foreign = !self.init[peer] && known != 0 && other;
                    let collides = self.init == [true; 2] && other;
                    if !self.untold[peer] && (foreign || collides) {
                        return Step::Invalid;
                    }
                    self.tags[peer] = theirs;
                    self.untold[peer] = false;
                }
                _ => {}
            }
            self.state = new;
            self.assured |= old != new && new == State::Established;
        }
        if ignored { Step::Ignored } else { Step::Moved(look.timeouts.sctp[self.state as usize]) }
    }

    /// Whether the packet's tag is one that this chunk may come with. `strict` is whether a heartbeat with another
    /// tag, which may come of another address of the same end, is refused.
    fn tag_fits(&mut self, c: Chunk, tag: u32, me: usize, strict: bool) -> Tag {
        let peer = 1 - me;
        let fits = |holds| if holds { Tag::Fits } else { Tag::Wrong };
        match c.kind {
            chunk::INIT => fits(tag == 0),
            chunk::ABORT | chunk::SHUTDOWN_COMPLETE => {
                let whose = if c.flags & FLAG_T == 0 { me } else { peer };
                fits(tag == self.tags[whose] || self.untold[whose])
            }
            chunk::COOKIE_ECHO => fits(tag == self.tags[me]),
            chunk::COOKIE_ACK => {
                self.init = [false; 2];
                Tag::Fits
            }
            chunk::HEARTBEAT | chunk::HEARTBEAT_ACK if self.tags[me] == 0 => {
                self.tags[me] = tag;
                Tag::Fits
            }
            chunk::HEARTBEAT | chunk::HEARTBEAT_ACK if tag == self.tags[me] => {
                self.odd_heartbeat = None;
                Tag::Fits
            }
            chunk::HEARTBEAT | chunk::HEARTBEAT_ACK if strict => Tag::Wrong,
            chunk::HEARTBEAT => {
                self.odd_heartbeat = Some(me);
                Tag::Odd
            }
            chunk::HEARTBEAT_ACK => {
                if self.odd_heartbeat != Some(peer) {
                    return Tag::Wrong;
                }
                self.odd_heartbeat = None;
                self.tags[me] = tag;
                self.tags[peer] = 0;
                Tag::Fits
            }
            _ => Tag::Fits,
        }
    }
}

/// How a packet's tag stands to a chunk of it.
enum Tag {
    Fits,
    /// It is another one, and the chunk is passed over.
    Odd,
    Wrong,
}

/// The chunks of a packet; one that says nothing of them carries an INIT.
pub(super) fn body(packet: &Packet) -> &[u8] {
    if packet.payload.is_empty() { &crate::wire::SCTP_INIT } else { &packet.payload }
}

/// What an end of an association answers to a packet, as its chunk asks for: the chunk and the tag. The tag is the one
/// that the other end offered, in this packet or in one of `past`, the last one first.
pub(crate) fn answer(base: &Packet, mut past: impl Iterator<Item = Packet>) -> (Arc<[u8]>, u32) {
    let first = chunks(body(base)).and_then(|c| c.first().copied());
    let kind = first.map_or(chunk::INIT, |c| c.kind);
    let answer = match kind {
        chunk::INIT => chunk::INIT_ACK,
        chunk::INIT_ACK => chunk::COOKIE_ECHO,
        chunk::COOKIE_ECHO => chunk::COOKIE_ACK,
        chunk::SHUTDOWN => chunk::SHUTDOWN_ACK,
        chunk::SHUTDOWN_ACK => chunk::SHUTDOWN_COMPLETE,
        chunk::HEARTBEAT => chunk::HEARTBEAT_ACK,
        chunk::DATA => chunk::SACK,
        _ => chunk::DATA,
    };
    let offers = |c: &Chunk| matches!(c.kind, chunk::INIT | chunk::INIT_ACK);
    let own = first.filter(offers).and_then(|c| c.init_tag);
    let from = (base.sport(), base.dport());
    let before = past.find_map(|sent| {
        let same = (sent.sport(), sent.dport()) == from && sent.ip.proto == base.ip.proto;
        let first = chunks(body(&sent)).filter(|_| same)?.first().copied()?;
        Some(first).filter(offers)?.init_tag
    });
    (sctp_chunk(answer, None).into(), own.or(before).unwrap_or(0))
}
