//! The walk as a list: the accessible form of the diagram. A row is clicked to stand there.

mod fork;
mod keys;
mod legs;
mod opened;
mod row;
mod search;
mod tree;

use super::act::{Dispatch, Hover, act};
use super::hint::hint;
use super::icon::Icon;
use super::promises::Keep;
use super::seek::SeekBar;
use crate::message::PageView;
use crate::origin::{Origin, follows};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Cell, Lang, Row, RuleCard, RuleRange, Timeline, Tone};
use gloo::timers::callback::Timeout;
use keys::{Around, Press};
use legs::legs;
use opened::{use_folds, use_rules};
use row::{Asks, Place, view};
use search::{beyond, use_search};
use std::collections::HashMap;
use std::rc::Rc;
use tree::{ancestors, bring_into_view, grouped, nest, row_at, use_in_sight};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// Properties of [`WalkPane`].
#[derive(Properties, PartialEq)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct WalkProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The view that is shown.
    pub(crate) told: Option<Rc<PageView>>,
    /// The packets sent.
    pub(crate) packets: Vec<String>,
    /// The one shown.
    pub(crate) packet: usize,
    /// The stop the packet rests at.
    pub(crate) stop: usize,
    /// What is pointed at anywhere on the page.
    pub(crate) hover: Hover,
    /// Something is pointed at.
    pub(crate) onhover: Callback<Hover>,
    /// The rules that were opened.
    pub(crate) opened: Rc<HashMap<RuleRange, Vec<RuleCard>>>,
    /// Opens rules, from a number on.
    pub(crate) open: Callback<(RuleRange, u32)>,
    /// Whether chains are called by their names alone.
    pub(crate) raw_names: bool,
    /// Shows lines of the paste, where they can be seen.
    pub(crate) reveal: Callback<Span>,
    /// Goes to lines of the paste wherever they are, with the cursor or without.
    pub(crate) turn_to: Callback<(Span, bool)>,
    /// Whether the packet goes on by itself.
    pub(crate) playing: bool,
    /// Whether it is of an old answer.
    pub(crate) stale: bool,
    /// Whether it is of an example as it came.
    #[prop_or_default]
    pub(crate) fresh: bool,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// How many rules were tried, and how many of them matched.
fn counts(timeline: &Timeline) -> (usize, usize) {
    let rule = |cell: &&Cell| cell.label.starts_with(|c: char| c.is_ascii_digit());
    let own = timeline.lanes.iter().filter(|lane| lane.other.is_none());
    let cells = own.flat_map(|lane| &lane.cells).filter(rule);
    cells.fold((0, 0), |(tried, hit), cell| (tried + stood_for(cell), hit + usize::from(cell.hit)))
}

/// How many rules a cell stands for: neighbours that did not match share one.
fn stood_for(cell: &Cell) -> usize {
    let ends = cell.label.split_once('–').filter(|_| cell.class != "fork");
    let number = |text: &str| text.parse::<usize>().ok();
    let ends = ends.and_then(|(first, last)| Some((number(first)?, number(last)?)));
    ends.map_or(1, |(first, last)| last.saturating_sub(first) + 1)
}

/// The pane.
#[component]
pub(crate) fn WalkPane(props: &WalkProps) -> Html {
    let WalkProps { lang, told, packets, packet, stop, hover, onhover, reveal, dispatch, .. } =
        props;
    let (lang, stop) = (*lang, *stop);
    let list = use_node_ref();
    let rows: &[Row] = told.as_ref().map_or(&[], |told| &told.rows);
    let generation = told.as_ref().map(|t| t.generation);
    let nodes = nest(rows);
    let now = row_at(rows, stop);
    let (wide, toggle) = use_rules(told.as_ref(), &props.opened, &props.open);
    let folds = use_folds(generation, &nodes, now);
    let folded = |at: usize| folds.has(at);
    let fold = folds.toggle();
    // The row that has the focus of the tree: the one of now, or a heading before it of the same step.
    let cursor = use_state_eq(|| None::<usize>);
    let at_now = |at: &usize| {
        rows.get(*at).is_some_and(|row| now.is_some_and(|now| row.step == rows[now].step))
    };
    let seen = |at: usize| ancestors(&nodes, at).filter(|up| folded(*up)).last().unwrap_or(at);
    let here = cursor.filter(at_now).or(now).map(seen);
    // Who scrolls the list by hand reads on there; another answer, or a row that is chosen, is followed again.
    let following = use_state_eq(|| true);
    {
        let following = following.setter();
        use_effect_with(generation, move |_| following.set(true));
    }
    use_in_sight(&list, here, generation, *following);
    let scrolled = {
        let following = following.setter();
        Callback::from(move |()| following.set(false))
    };
    let follow = {
        let following = following.setter();
        Callback::from(move |_: MouseEvent| following.set(true))
    };
    let search = use_search(rows, here);
    let go = {
        let (cursor, dispatch, following) = (cursor.setter(), dispatch.clone(), following.setter());
        let steps: Vec<usize> = rows.iter().map(|row| row.step).collect();
        Callback::from(move |to: usize| {
            cursor.set(Some(to));
            following.set(true);
            dispatch.dispatch(Action::Go(steps[to]));
        })
    };
    // A pointer leaves the arrows to the page.
    let by_pointer = use_mut_ref(|| false);
    let pressed = {
        let by_pointer = by_pointer.clone();
        Callback::from(move |_: PointerEvent| *by_pointer.borrow_mut() = true)
    };
    let blurred = {
        let by_pointer = by_pointer.clone();
        Callback::from(move |_: FocusEvent| *by_pointer.borrow_mut() = false)
    };
    // Browsers show the begin of what gets the focus; the row that has it may be further down.
    let focused = {
        let list = list.clone();
        Callback::from(move |_: FocusEvent| {
            let list = list.clone();
            Timeout::new(0, move || {
                if let Some(list) = list.cast::<HtmlElement>() {
                    bring_into_view(&list);
                }
            })
            .forget();
        })
    };
    let keyed = {
        let row = here.and_then(|at| rows.get(at));
        let hidden = |at: &usize| ancestors(&nodes, *at).any(folded);
        let around = Around {
            shown: (0..rows.len()).filter(|at| !hidden(at)).collect(),
            here,
            up: here.and_then(|at| nodes[at].within),
            folded: here.filter(|at| nodes[*at].heads).map(folded),
            rules: row.and_then(|row| row.rules).map(|range| (range, wide.contains(&range))),
            line: row.and_then(|row| row.span),
        };
        let (toggle, fold, go) = (toggle.clone(), fold.clone(), go.clone());
        let turn_to = props.turn_to.clone();
        Callback::from(move |event: KeyboardEvent| {
            if !is_plain(&event) || !is_on_tree(&event) {
                return;
            }
            let pointer = *by_pointer.borrow();
            let Some(press) = around.press(&event.key(), pointer) else { return };
            event.prevent_default();
            match press {
                Press::Row(to) => {
                    *by_pointer.borrow_mut() = false;
                    go.emit(to);
                }
                Press::Fold(at) => fold.emit(at),
                Press::Rules(range) => toggle.emit(range),
                Press::Line(span) => turn_to.emit((span, true)),
                Press::Nothing => {}
            }
        })
    };
    let hop = {
        let (hits, go) = (search.hits.clone(), go.clone());
        Callback::from(move |by: i32| {
            if let Some(to) = beyond(&hits, here, by) {
                go.emit(to);
            }
        })
    };
    let close = {
        let (sought, list) = (search.sought.setter(), list.clone());
        Callback::from(move |()| {
            sought.set(None);
            let tree =
                list.cast::<HtmlElement>().and_then(|l| l.query_selector("[role=tree]").ok()?);
            if let Some(tree) = tree.and_then(|t| t.dyn_into::<HtmlElement>().ok()) {
                let _ = tree.focus();
            }
        })
    };
    let find_key = {
        let seek = search.seek.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "f" && (event.ctrl_key() || event.meta_key()) && !event.shift_key() {
                event.prevent_default();
                seek.emit(());
            }
        })
    };
    let (tried, hit) = told.as_ref().map_or((0, 0), |told| counts(&told.timeline));
    let rules = if tried == 1 { Key::RuleTried } else { Key::RulesTried };
    // What was stopped has no answer to follow; where the way back is walked already, it is a press away above.
    let replied = told.as_ref().is_some_and(|t| t.banner.tone != Tone::Stop && t.legs.is_empty());
    let then = act(dispatch, Action::Then(Rc::from(format!("reply {}", packets.len()))));
    // The same again is another connection from the same place; an answer has no such thing.
    let again = packets.get(*packet).filter(|line| !follows(line));
    let again = again.map(|line| act::<MouseEvent>(dispatch, Action::Then(line.as_str().into())));
    let first_ahead = rows.iter().position(|row| row.step > stop);
    let asks = Asks {
        onhover,
        reveal,
        turn_to: &props.turn_to,
        playing: props.playing,
        fold: &fold,
        toggle: &toggle,
        open: &props.open,
        dispatch,
    };
    let view_at = |at: usize| {
        let row = &rows[at];
        let place = Place {
            at,
            level: nodes[at].level,
            folded: nodes[at].heads.then(|| folded(at)),
            open: row.rules.is_some_and(|range| wide.contains(&range)),
            now: Some(at) == now,
            here: Some(at) == here,
            later: (row.step > stop, first_ahead == Some(at)),
            lit: *hover == Some(row.step),
            found: search.hits.contains(&at),
        };
        let cards = row.rules.and_then(|range| props.opened.get(&range));
        view(row, lang, place, cards, &asks)
    };
    html! {
        <section class="pane walk" id="walk" aria-labelledby="walk-title" onkeydown={find_key}>
            <div class="ph"><h2 id="walk-title">{ui(lang, Key::Walk)}</h2>
                if !packets.is_empty() {
                    <button class="ghost to-overview" onclick={act(dispatch, Action::Unask)} data-testid="unask"><Icon id="i-back" />{ui(lang, Key::OverBack)}</button>
                }
                <button class="ghost tool" onclick={search.seek.reform(|_: MouseEvent| ())} title={ui(lang, Key::FindInWalk)}
                    aria-label={ui(lang, Key::FindInWalk)} data-testid="seek"><Icon id="i-find" size={14} /></button>
                if tried > 0 {
                    <small>{format!("{tried} {} · {hit} {}", ui(lang, rules), ui(lang, Key::RulesMatched))}</small>
                }
            </div>
            if packets.len() > 1 { {tabs(props)} }
            if let Some(told) = told.as_ref().filter(|told| !told.legs.is_empty()) { {legs(told, lang, dispatch)} }
            if search.sought.is_some() {
                <SeekBar {lang} label={Key::FindInWalk} name="seek" {hop} typed={search.typed.clone()} close={close}
                    found={search.found} />
            }
            if !*following && !rows.is_empty() {
                <button class="yn follow" onclick={follow} data-testid="follow"><Icon id="i-dn" />{ui(lang, Key::FollowPacket)}</button>
            }
            <div class="scroller" ref={list} onwheel={scrolled.reform(|_: WheelEvent| ())} ontouchmove={scrolled.reform(|_: TouchEvent| ())}>
            if props.fresh && !rows.is_empty() { {hint(lang, "walk", Key::HintWalk)} }
            if !rows.is_empty() {
                <div class="switch" role="group" aria-label={ui(lang, Key::ChainNames)}>
                    {for [(false, Key::ByMeaning), (true, Key::ByName)].map(|(raw, key)| html! {
                        <button aria-pressed={(props.raw_names == raw).to_string()} data-testid={if raw { "raw-names" } else { "meaning" }}
                            onclick={act(dispatch, Action::RawNames(raw))}>{ui(lang, key)}</button>
                    })}
                </div>
            }
            <div class="rows" role="tree" aria-labelledby="walk-title" tabindex="0"
                aria-activedescendant={here.map(|at| format!("row-{at}"))}
                onkeydown={keyed} onpointerdown={pressed} onfocus={focused} onblur={blurred}
                aria-busy={props.stale.to_string()} data-testid="rows" data-packet={packet.to_string()}>
                {grouped(&nodes, None, &view_at, &folded)}
            </div>
            if !rows.is_empty() {
                if replied {
                    <button class="ghost then" onclick={then} data-testid="then"><Icon id="i-back" />{ui(lang, Key::Reply)}</button>
                }
                if let Some(again) = again {
                    <button class="ghost then" onclick={again} data-testid="again"><Icon id="i-go" />{ui(lang, Key::Again)}</button>
                }
                if let Some(told) = told {
                    <Keep {lang} packets={packets.get(..=*packet).unwrap_or_default().to_vec()} tone={told.banner.tone} dispatch={dispatch.clone()} />
                }
            }
            </div>
        </section>
    }
}

/// The packets of the conversation.
fn tabs(props: &WalkProps) -> Html {
    let WalkProps { lang, packets, packet, dispatch, .. } = props;
    html! {
        <div class="packets" role="group" aria-label={ui(*lang, Key::Packets)}>
            {for packets.iter().enumerate().map(|(at, line)| {
                let words = in_words(*lang, line);
                html! {
                    <button class={classes!("tab", (at == *packet).then_some("on"))} title={line.clone()}
                        aria-pressed={(at == *packet).to_string()} onclick={act(dispatch, Action::Show(at))}>
                        <b>{at + 1}</b>{words}
                    </button>
                }
            })}
            <button class="tab" onclick={act(dispatch, Action::Unsend)} title={ui(*lang, Key::Unsend)}
                aria-label={ui(*lang, Key::Unsend)}><Icon id="i-x" /></button>
        </div>
    }
}

/// A packet line for who reads it: one that answers another says so.
fn in_words(lang: Lang, line: &str) -> String {
    let (words, _) = Origin::split(line);
    match words.strip_prefix("reply ").map(|rest| rest.split_whitespace().next()) {
        Some(Some(number)) => ui(lang, Key::ReplyTo).replace("{number}", number),
        _ => words,
    }
}

/// Whether a key is pressed with no other held.
fn is_plain(event: &KeyboardEvent) -> bool {
    !(event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key())
}

/// Whether a key is pressed on the tree itself; a control within it has keys of its own.
fn is_on_tree(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|t| t.get_attribute("role").as_deref() == Some("tree"))
}
