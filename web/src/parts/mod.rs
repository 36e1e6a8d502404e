//! The pieces of the page. Each shows what it is given and says what a person did.

mod ask;
mod banner;
mod blank;
mod cards;
mod changes;
mod diagram;
mod divider;
mod editor;
mod fields;
mod header;
mod help;
mod host;
mod icon;
mod paste;
mod player;
mod seek;
mod sentence;
mod timeline;
mod tools;
mod walk;

pub(crate) use ask::AskField;
pub(crate) use banner::{BannerBar, tone_name};
pub(crate) use blank::{Blank, CopyCollector, Why};
pub(crate) use cards::Cards;
pub(crate) use changes::ChangesBar;
pub(crate) use diagram::{Diagram, Zoom};
pub(crate) use divider::Divider;
pub(crate) use editor::Revealed;
pub(crate) use fields::Fields;
pub(crate) use header::Header;
pub(crate) use help::Help;
pub(crate) use host::HostPane;
pub(crate) use icon::{Icon, Sprite};
pub(crate) use paste::PastePane;
pub(crate) use player::{Player, said};
pub(crate) use sentence::Words;
pub(crate) use timeline::TimelineBar;
pub(crate) use tools::Tools;
pub(crate) use walk::WalkPane;

use crate::state::{Action, State};
use yew::UseReducerDispatcher;

/// The way a piece says what a person did.
pub(crate) type Dispatch = UseReducerDispatcher<State>;

/// Something on the page that belongs to a stop and is pointed at.
pub(crate) type Hover = Option<usize>;

/// A callback that dispatches `action`.
pub(crate) fn act<E>(dispatch: &Dispatch, action: Action) -> yew::Callback<E> {
    let dispatch = dispatch.clone();
    yew::Callback::from(move |_| dispatch.dispatch(action.clone()))
}

/// Whether the reader asked for less motion.
pub(crate) fn still() -> bool {
    let query = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|q| q.matches())
}

/// How lists scroll to the place of now.
pub(crate) fn scrolling() -> web_sys::ScrollBehavior {
    if still() { web_sys::ScrollBehavior::Instant } else { web_sys::ScrollBehavior::Smooth }
}

/// A duration of the stylesheet in milliseconds, by the name of its custom property.
pub(crate) fn duration(name: &str) -> f64 {
    let root = gloo::utils::document().document_element();
    let style = root.and_then(|r| gloo::utils::window().get_computed_style(&r).ok().flatten());
    let text = style.and_then(|s| s.get_property_value(name).ok()).unwrap_or_default();
    // Rust's own reader of floats would bring twenty thousand bytes with it.
    let number = js_sys::parse_float(&text);
    let unit = if text.trim_end().ends_with("ms") { 1.0 } else { 1000.0 };
    if number.is_finite() { number * unit } else { 0.0 }
}
