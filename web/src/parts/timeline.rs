//! The scrubber: one lane a packet, one cell a rule or a station. A cell is clicked, or dragged over.

use super::act::{Dispatch, Hover, act};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::view::{Cell, Lane, Lang, Timeline};
use web_sys::HtmlElement;
use yew::prelude::*;

/// Properties of [`TimelineBar`].
#[derive(Properties, PartialEq)]
pub(crate) struct TimelineProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The stops.
    pub(crate) timeline: Timeline,
    /// The stop the packet rests at.
    pub(crate) stop: usize,
    /// What is pointed at anywhere on the page.
    pub(crate) hover: Hover,
    /// Something is pointed at.
    pub(crate) onhover: Callback<Hover>,
    /// Whether it is of an old answer.
    pub(crate) stale: bool,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The stop of the cell under the pointer.
fn stop_under(event: &PointerEvent) -> Option<usize> {
    let document = gloo::utils::document();
    let (x, y) = (event.client_x() as f32, event.client_y() as f32);
    let cell = document.element_from_point(x, y)?.closest("[data-stop]").ok().flatten()?;
    cell.get_attribute("data-stop")?.parse().ok()
}

/// The cell that stands for `stop`: its own, or the last one before it.
fn current(timeline: &Timeline, stop: usize) -> Option<usize> {
    let cells = timeline.lanes.iter().filter(|l| l.other.is_none()).flat_map(|lane| &lane.cells);
    cells.filter(|cell| cell.step <= stop).map(|cell| cell.step).max()
}

/// The scrubber.
#[component]
pub(crate) fn TimelineBar(props: &TimelineProps) -> Html {
    let TimelineProps { lang, timeline, stop, hover, onhover, stale, dispatch } = props;
    let now = current(timeline, *stop);
    let bar = use_node_ref();
    {
        let bar = bar.clone();
        use_effect_with((now, timeline.stops), move |_| {
            if let Some(bar) = bar.cast::<HtmlElement>() {
                reveal(&bar);
            }
        });
    }
    let scrub = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: PointerEvent| {
            if event.buttons() & 1 == 1
                && let Some(stop) = stop_under(&event)
            {
                dispatch.dispatch(Action::Go(stop));
            }
        })
    };
    let over = {
        let (scrub, onhover) = (scrub.clone(), onhover.clone());
        Callback::from(move |event: PointerEvent| {
            onhover.emit(stop_under(&event));
            scrub.emit(event);
        })
    };
    // A slider goes by up and down too; left and right are the page's.
    let key = {
        let (dispatch, last) = (dispatch.clone(), timeline.stops.saturating_sub(1));
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowUp" => 1,
                "ArrowDown" => -1,
                _ => return,
            };
            event.prevent_default();
            dispatch.dispatch(Action::Step { by, last });
        })
    };
    let leave = onhover.reform(|_: PointerEvent| None);
    let fate = fate_of(timeline);
    let many = timeline.lanes.iter().any(|lane| lane.other.is_some());
    let narration = timeline.narration.get(*stop).cloned().unwrap_or_default();
    html! {
        <div class={classes!("lanes", density(timeline), many.then_some("many"))} ref={bar} role="slider" tabindex="0" aria-label={ui(*lang, Key::Scrubber)}
            aria-valuemin="1" aria-valuemax={timeline.stops.max(1).to_string()}
            aria-busy={stale.to_string()} aria-valuenow={(stop + 1).to_string()} aria-valuetext={narration}
            onkeydown={key} onpointerdown={scrub} onpointermove={over} onpointerleave={leave} data-testid="timeline">
            <div class="tracks">
                {for (0..timeline.lanes.len()).map(|at| match timeline.lanes[at].other {
                    Some(packet) => view_other(&timeline.lanes[at], packet, dispatch),
                    None => view_lane(timeline, at, now, *hover),
                })}
            </div>
            if let Some(fate) = fate { {view_cell(fate, "end", now, *hover)} }
        </div>
    }
}

/// Keeps the cell of now in sight where the lanes are wider than the screen.
fn reveal(bar: &HtmlElement) {
    let Ok(Some(cell)) = bar.query_selector(".cell.now") else { return };
    let (outer, inner) = (bar.get_bounding_client_rect(), cell.get_bounding_client_rect());
    let room = outer.width() / 4.0;
    let left = inner.left() - outer.left();
    // The end keeps its place in sight; what it stands behind is at the end of the lanes.
    if cell.matches(".end").is_ok_and(|is| is) {
        bar.set_scroll_left(bar.scroll_width());
    } else if left < room || left > outer.width() - room {
        bar.set_scroll_left(bar.scroll_left() + (left - outer.width() / 2.0) as i32);
    }
    let top = inner.top() - outer.top();
    if top < 0.0 || inner.bottom() > outer.bottom() {
        bar.set_scroll_top(bar.scroll_top() + (top - outer.height() / 2.0) as i32);
    }
}

/// How narrow the cells are, by their number; beyond the narrowest the lanes scroll.
fn density(timeline: &Timeline) -> &'static str {
    match timeline.lanes.iter().filter(|l| l.other.is_none()).map(|l| l.cells.len()).sum() {
        0..=24 => "roomy",
        25..=34 => "dense",
        35..=44 => "packed",
        _ => "packed tight",
    }
}

/// The cells of a lane by their headings.
fn sets(cells: &[Cell]) -> Vec<&[Cell]> {
    cells.chunk_by(|_, next| next.group.is_none()).collect()
}

/// The cell of the packet's own end: it is the last stop, whatever the kernel sent meanwhile, and stands behind all lanes.
fn fate_of(timeline: &Timeline) -> Option<&Cell> {
    let own = timeline.lanes.iter().filter(|lane| lane.other.is_none());
    let mut last = own.filter_map(|lane| lane.cells.last());
    last.find(|cell| cell.class == "fate" && cell.step + 1 == timeline.stops)
}

/// A cell: the number of its rule, or a symbol.
fn view_cell(cell: &Cell, more: &'static str, now: Option<usize>, hover: Hover) -> Html {
    let tone = match cell.icon.as_str() {
        "i-ok" => "good",
        "i-no" => "bad",
        _ => "",
    };
    let class = classes!(
        "cell",
        more,
        cell.class.clone(),
        cell.hit.then_some("hit"),
        cell.stop.then_some("stop"),
        (cell.class == "fate").then_some(tone),
        (cell.icon == "i-half").then_some("open"),
        (now == Some(cell.step)).then_some("now"),
        now.is_some_and(|now| cell.step < now).then_some("past"),
        (hover == Some(cell.step)).then_some("lit"),
    );
    html! {
        <span {class} data-stop={cell.step.to_string()}>
            if cell.icon.is_empty() {
                <b>{&cell.label}</b>
            } else {
                <svg class="ic" width="12" height="12" aria-hidden="true"><use href={format!("#{}", cell.icon)} /></svg>
            }
        </span>
    }
}

/// Every lane keeps the places of all lanes, so that one packet's cells stand behind those of the packet
/// that caused it.
fn view_lane(timeline: &Timeline, at: usize, now: Option<usize>, hover: Hover) -> Html {
    let lanes = &timeline.lanes;
    let cell = |cell: &Cell| view_cell(cell, "", now, hover);
    let here = lanes[at].cells.iter().any(|cell| now == Some(cell.step));
    let place = |_: &Cell| html! { <span class="cell"></span> };
    let fate = fate_of(timeline).map(|cell| cell.step);
    let own = lanes.iter().enumerate().filter(|(_, lane)| lane.other.is_none());
    let all = own.map(|(lane_at, lane)| {
        let behind = lane.cells.last().is_some_and(|cell| fate == Some(cell.step));
        let sets = sets(&lane.cells[..lane.cells.len() - usize::from(behind)]).into_iter();
        if lane_at == at {
            sets.map(|set| view_set(set, false, cell)).collect::<Html>()
        } else {
            sets.map(|set| view_set(set, true, place)).collect()
        }
    });
    html! {
        <div class={classes!("lane", here.then_some("on"))}>
            <i class="name">{&lanes[at].name}</i>
            <div class="sets">{for all}</div>
        </div>
    }
}

/// The lane of another packet, small; it shows that packet.
fn view_other(lane: &Lane, packet: usize, dispatch: &Dispatch) -> Html {
    let cell = |cell: &Cell| {
        let class = classes!(
            "bit",
            cell.class.clone(),
            cell.hit.then_some("hit"),
            cell.stop.then_some("stop")
        );
        html! { <span {class}></span> }
    };
    html! {
        <div class="lane other" onclick={act(dispatch, Action::Show(packet))} data-testid="other-lane">
            <i class="name">{&lane.name}</i>
            <div class="bits">{for lane.cells.iter().map(cell)}</div>
        </div>
    }
}

fn view_set(set: &[Cell], empty: bool, cell: impl Fn(&Cell) -> Html) -> Html {
    let class = set.first().map(|cell| cell.class.clone());
    let name = set.first().and_then(|cell| cell.group.clone()).unwrap_or_default();
    html! {
        <div class={classes!("set", class, empty.then_some("empty"))}>
            <i class="room">{&name}</i>
            <i class="group" title={name.clone()}>{&name}</i>
            <div class="cells">{for set.iter().map(cell)}</div>
        </div>
    }
}
