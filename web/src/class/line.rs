//! The line of a lesson: its steps are stations on a track.

use super::progress::Standing;
use yew::prelude::*;

/// From station to station.
const STEP: f64 = 44.0;

/// A station.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Station {
    /// How its step stands.
    pub(super) standing: Standing,
    /// What it is called.
    pub(super) label: String,
    /// The address that it leads to.
    pub(super) href: String,
}

/// Properties of [`LessonLine`].
#[derive(Properties, PartialEq)]
pub(super) struct LineProps {
    /// The steps.
    pub(super) stations: Vec<Station>,
    /// The one that is shown.
    #[prop_or_default]
    pub(super) here: Option<usize>,
    /// Whether stations can be pressed.
    #[prop_or_default]
    pub(super) leads: bool,
    /// What it is called; a line that leads nowhere needs no name.
    #[prop_or_default]
    pub(super) label: &'static str,
}

/// The line.
#[component]
pub(super) fn LessonLine(props: &LineProps) -> Html {
    let LineProps { stations, here, leads, label } = props;
    let width = STEP * stations.len() as f64;
    let x = |at: usize| STEP / 2.0 + STEP * at as f64;
    let done = stations.iter().take_while(|s| s.standing > Standing::Open).count();
    let lit = done.min(stations.len().saturating_sub(1));
    let track = |to: usize, class: &'static str| {
        html! { <line {class} x1={x(0).to_string()} y1="22" x2={x(to).to_string()} y2="22" /> }
    };
    let station = |(at, station): (usize, &Station)| {
        let now = *here == Some(at);
        let cx = x(at).to_string();
        let number = (at + 1).to_string();
        let mark = if now {
            html! { <><circle class="halo" cx={cx.clone()} cy="22" r="15" /><circle class="now" cx={cx.clone()} cy="22" r="11" />
            <text x={cx.clone()} y="26">{number}</text></> }
        } else {
            match station.standing {
                Standing::Par => html! { <><circle class="par" cx={cx.clone()} cy="22" r="9" />
                <path class="tick" d={format!("M{} 22.3l2.8 2.800l5.200 -6", x(at) - 4.2)} /></> },
                Standing::Solved => {
                    html! { <><circle class="solved" cx={cx.clone()} cy="22" r="8.500" />
                    <circle class="dot" cx={cx.clone()} cy="22" r="3.600" /></> }
                }
                Standing::Open => html! { <><circle class="open" cx={cx.clone()} cy="22" r="9" />
                if *leads { <text class="quiet" x={cx.clone()} y="26">{number}</text> }</> },
            }
        };
        if *leads {
            html! {
                <a href={station.href.clone()} aria-label={station.label.clone()} aria-current={now.then_some("step")}>
                    <title>{station.label.clone()}</title>
                    <rect class="target" x={(x(at) - 22.0).to_string()} y="0" width="44" height="44" />{mark}
                </a>
            }
        } else {
            mark
        }
    };
    html! {
        <svg class="lesson-line" width={width.to_string()} height="44" viewBox={format!("0 0 {width} 44")}
            aria-hidden={(!leads).to_string()} role={leads.then_some("group")} aria-label={leads.then_some(*label)}>
            {track(stations.len().saturating_sub(1), "way")}
            if lit > 0 { {track(lit, "gone")} }
            {for stations.iter().enumerate().map(station)}
        </svg>
    }
}
