//! The drawer: the chains of one table at one hook as a staircase, a band a depth.

mod cards;
mod list;
mod paint;
mod stair;

use super::frame::Frame;
use super::geometry::Opened;
use super::pen::{Area, Pen, p};
use crate::explained::Explained;
use crate::steps::{cards as fork_cards, grouped_cards};
use crate::stops::{StopKind, TimelineStop};
use chainwalk_model::Event;
use stair::Stair;

pub(super) use cards::draw_card;
pub(crate) use cards::tone_class;
pub(super) use paint::draw;

/// Lays the drawer out, if the packet is inside of a chain.
pub(super) fn open(
    t: &Explained,
    frame: &Frame,
    all: &[TimelineStop],
    at: usize,
    now: &TimelineStop,
    pen: &Pen,
) -> Option<Opened> {
    let base = now.base?;
    let trace = t.trace(now.reply)?;
    let base_step = trace.steps[..=now.first]
        .iter()
        .rposition(|s| matches!(s.event, Event::Base(c) if c == base))?;
    let end_step = trace.steps[base_step..]
        .iter()
        .position(|s| matches!(s.event, Event::BaseEnd { .. } | Event::End))
        .map_or(trace.steps.len() - 1, |i| i + base_step);
    let inside: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, s)| {
            s.reply == now.reply
                && s.base == Some(base)
                && s.first >= base_step
                && s.first <= end_step
                && !matches!(s.kind, StopKind::Start)
        })
        .map(|(i, _)| i)
        .collect();
    // Up to a fork that has not been passed, its ways stand for what follows.
    let fork = inside
        .iter()
        .copied()
        .find(|i| *i >= at && matches!(&all[*i].kind, StopKind::Fork(f) if f.branches.len() > 1));
    let shown: Vec<usize> =
        inside.iter().copied().filter(|i| fork.is_none_or(|f| *i <= f)).collect();
    let area =
        Area { x: 12.0, y: frame.below(), w: frame.w - 24.0, h: frame.h - 12.0 - frame.below() };
    let cards = match fork.map(|f| &all[f].kind) {
        Some(StopKind::Fork(f)) => grouped_cards(t, f, cards::most(&fork_cards(t, f), area, pen)),
        _ => Vec::new(),
    };
    let (cards, alike) = cards.into_iter().unzip();
    let mut opened = None;
    for detail in 0..4 {
        let tried = Stair::lay(t, frame, all, at, &shown, base, detail, pen);
        let fits = tried.right <= area.right() - 16.0;
        opened = Some(tried);
        if fits {
            break;
        }
    }
    let mut stair = opened?;
    stair.squeeze(frame.x0(), area.right() - 20.0);
    let from = frame.station_of(base).map_or(p(frame.x0(), frame.trunk()), |s| s.at);
    Some(stair.finish(now.reply, base_step, base, area, (cards, alike), fork, from))
}
