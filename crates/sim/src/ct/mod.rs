//! Conntrack: which flow a packet belongs to, and what state that gives it.
//!
//! Sources: `net/netfilter/nf_conntrack_core.c`, `nf_conntrack_proto_{tcp,udp,sctp,gre,icmp,icmpv6,generic}.c`.

mod expect;
mod expectation;
mod flow;
mod fragments;
mod gre;
mod helper;
mod icmp;
mod look;
mod sctp;
mod sctp_state;
mod seqadj;
mod synproxy;
mod table;
mod tcp;
mod tcp_segment;
mod tcp_state;
mod timeouts;
mod tuple;

pub(crate) use expect::{HelperVerdict, Rewrite};
pub(crate) use expectation::{Doubt, ExpectationMatch, Follow};
pub(crate) use flow::{Conntrack, CtInfo, status};
pub(crate) use fragments::{DefragUser, Fragments, Gathered};
pub(crate) use helper::{Helper, HelperState, Kind, may_tell};
pub(crate) use icmp::{is_error, is_unanswered, quoted};
pub(crate) use look::TrackContext;
pub(crate) use sctp::answer as sctp_answer;
pub(crate) use synproxy::Proxied;
pub(crate) use table::{ConntrackTable, TrackResult};
pub(crate) use timeouts::Timeouts;
pub(crate) use tuple::{Zone, invert, reverse, tuple_of};
