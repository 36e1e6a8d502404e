//! The walk as a list: the accessible form of the diagram. A row is clicked to stand there.

mod fork;
mod row;
mod tree;

use super::act::{Dispatch, Hover, act};
use super::cards::Cards;
use super::icon::Icon;
use super::seek::{Found, SeekBar, focus_bar};
use super::tools::Tools;
use crate::message::Told;
use crate::origin::{Origin, follows};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk_model::Span;
use chainwalk_view::{Cell, Lang, Row, RuleCard, RuleRange, Timeline};
use gloo::timers::callback::Timeout;
use row::{folder, kind, plain, view_row, view_seen, why};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use tree::{ancestors, bring_into_view, grouped, held_in, nest};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// Properties of [`WalkPane`].
#[derive(Properties, PartialEq)]
pub(crate) struct WalkProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// What was told.
    pub(crate) told: Option<Rc<Told>>,
    /// The packets sent.
    pub(crate) packets: Vec<Rc<str>>,
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
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// How many rules were tried, and how many of them matched.
fn counts(timeline: &Timeline) -> (usize, usize) {
    let rule = |cell: &&Cell| cell.label.starts_with(|c: char| c.is_ascii_digit());
    let own = timeline.lanes.iter().filter(|lane| lane.other.is_none());
    let cells = own.flat_map(|lane| &lane.cells).filter(rule);
    cells.fold((0, 0), |(tried, hit), cell| (tried + 1, hit + usize::from(cell.hit)))
}

/// The pane.
#[component]
pub(crate) fn WalkPane(props: &WalkProps) -> Html {
    let WalkProps { lang, told, packets, packet, stop, hover, onhover, reveal, dispatch, .. } =
        props;
    let (lang, stop) = (*lang, *stop);
    let list = use_node_ref();
    let wide = use_state_eq(HashSet::<RuleRange>::new);
    let toggle = {
        let (wide, open, opened) = (wide.clone(), props.open.clone(), props.opened.clone());
        Callback::from(move |range: RuleRange| {
            let mut next = (*wide).clone();
            if !next.remove(&range) {
                next.insert(range);
                if !opened.contains_key(&range) {
                    open.emit((range, range.first));
                }
            }
            wide.set(next);
        })
    };
    {
        // A new answer knows nothing of what was open in the old one; what is still there is asked anew.
        let (wide, open) = (wide.clone(), props.open.clone());
        let there: HashSet<RuleRange> =
            told.iter().flat_map(|t| &t.rows).filter_map(|row| row.rules).collect();
        use_effect_with(told.as_ref().map(|t| t.generation), move |_| {
            let kept: HashSet<RuleRange> = wide.intersection(&there).copied().collect();
            for range in &kept {
                open.emit((*range, range.first));
            }
            wide.set(kept);
        });
    }
    let rows: &[Row] = told.as_ref().map_or(&[], |told| &told.rows);
    let now = rows.iter().rposition(|row| row.step <= stop);
    let generation = told.as_ref().map(|t| t.generation);
    let nodes = nest(rows);
    // Folded headings, by row, of the answer they were folded in.
    let shut = use_state_eq(|| (generation, HashSet::<usize>::new()));
    let folded = |at: usize| shut.0 == generation && shut.1.contains(&at);
    let hidden = |at: usize| ancestors(&nodes, at).any(&folded);
    // The row that has the focus of the tree: the one of now, or a heading before it of the same step.
    let cursor = use_state_eq(|| None::<usize>);
    let at_now = |at: &usize| {
        rows.get(*at).is_some_and(|row| now.is_some_and(|now| row.step == rows[now].step))
    };
    let seen = |at: usize| ancestors(&nodes, at).filter(|up| folded(*up)).last().unwrap_or(at);
    let here = cursor.filter(at_now).or(now).map(seen);
    {
        let list = list.clone();
        let before = use_mut_ref(|| None);
        use_effect_with((here, generation), move |(here, _)| {
            let went = before.replace(*here) != *here;
            if let Some(list) = list.cast::<HtmlElement>().filter(|list| went || !held_in(list)) {
                bring_into_view(&list);
            }
        });
    }
    {
        // A packet that goes on does not vanish in what is folded away.
        let shut = shut.clone();
        let around: Vec<usize> = now.into_iter().flat_map(|now| ancestors(&nodes, now)).collect();
        use_effect_with((now, generation), move |_| {
            let (of, mut rows) = (*shut).clone();
            let before = rows.len();
            rows.retain(|row| !around.contains(row));
            if rows.len() < before {
                shut.set((of, rows));
            }
        });
    }
    let fold = {
        let shut = shut.clone();
        Callback::from(move |at: usize| {
            let mut rows = if shut.0 == generation { shut.1.clone() } else { HashSet::new() };
            if !rows.remove(&at) {
                rows.insert(at);
            }
            shut.set((generation, rows));
        })
    };
    let sought = use_state_eq(|| None::<String>);
    let hits: Vec<usize> = match sought.as_deref().map(str::to_lowercase) {
        Some(words) if !words.is_empty() => {
            (0..rows.len()).filter(|at| plain(&rows[*at]).contains(&words)).collect()
        }
        _ => Vec::new(),
    };
    let seek = {
        let sought = sought.clone();
        Callback::from(move |()| {
            if sought.is_none() {
                sought.set(Some(String::new()));
            }
            focus_bar("seek");
        })
    };
    let seek_by_key = seek.clone();
    let (tried, hit) = told.as_ref().map_or((0, 0), |told| counts(&told.timeline));
    let rules = if tried == 1 { Key::RuleTried } else { Key::RulesTried };
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
        let shown: Vec<usize> = (0..rows.len()).filter(|at| !hidden(*at)).collect();
        let steps: Vec<usize> = rows.iter().map(|row| row.step).collect();
        let row = here.and_then(|at| rows.get(at));
        let (rules, span) = (row.and_then(|row| row.rules), row.and_then(|row| row.span));
        let opened = rules.is_some_and(|range| wide.contains(&range));
        let heading = here.filter(|at| nodes[*at].heads);
        let (is_folded, up) = (heading.is_some_and(&folded), here.and_then(|at| nodes[at].within));
        let (toggle, fold, cursor) = (toggle.clone(), fold.clone(), cursor.clone());
        let (dispatch, turn_to) = (dispatch.clone(), props.turn_to.clone());
        Callback::from(move |event: KeyboardEvent| {
            // A control within the tree has keys of its own.
            let on_tree = event
                .target()
                .and_then(|t| t.dyn_into::<HtmlElement>().ok())
                .is_some_and(|t| t.get_attribute("role").as_deref() == Some("tree"));
            if !on_tree
                || event.shift_key()
                || event.ctrl_key()
                || event.alt_key()
                || event.meta_key()
            {
                return;
            }
            let place = here.and_then(|here| shown.iter().position(|at| *at == here));
            let beside =
                |by: isize| place.and_then(|p| shown.get(p.checked_add_signed(by)?)).copied();
            let pointer = *by_pointer.borrow();
            let to = match event.key().as_str() {
                "ArrowUp" => beside(-1),
                "ArrowDown" => beside(1),
                "ArrowRight" if !pointer => match (heading, rules) {
                    (Some(at), _) if is_folded => {
                        fold.emit(at);
                        None
                    }
                    (Some(_), _) => beside(1),
                    (None, Some(range)) if !opened => {
                        toggle.emit(range);
                        None
                    }
                    _ => None,
                },
                "ArrowLeft" if !pointer => match (heading, rules) {
                    (Some(at), _) if !is_folded => {
                        fold.emit(at);
                        None
                    }
                    (None, Some(range)) if opened => {
                        toggle.emit(range);
                        None
                    }
                    _ => up,
                },
                "Enter" => {
                    if let Some(span) = span {
                        turn_to.emit((span, true));
                    }
                    None
                }
                _ => return,
            };
            event.prevent_default();
            if let Some(to) = to {
                *by_pointer.borrow_mut() = false;
                cursor.set(Some(to));
                dispatch.dispatch(Action::Go(steps[to]));
            }
        })
    };
    let found = Found {
        count: hits.len(),
        at: here.and_then(|here| hits.iter().position(|at| *at == here)).map_or(0, |at| at + 1),
        more: false,
    };
    let typed = {
        let sought = sought.setter();
        Callback::from(move |text: String| sought.set(Some(text)))
    };
    let hop = {
        let (hits, cursor, dispatch) = (hits.clone(), cursor.clone(), dispatch.clone());
        let steps: Vec<usize> = rows.iter().map(|row| row.step).collect();
        Callback::from(move |by: i32| {
            let behind = hits.iter().find(|at| here.is_none_or(|here| **at > here));
            let before = hits.iter().rev().find(|at| here.is_none_or(|here| **at < here));
            let to = if by > 0 { behind.or(hits.first()) } else { before.or(hits.last()) };
            if let Some(to) = to {
                cursor.set(Some(*to));
                dispatch.dispatch(Action::Go(steps[*to]));
            }
        })
    };
    let close = {
        let (sought, list) = (sought.setter(), list.clone());
        Callback::from(move |()| {
            sought.set(None);
            let tree =
                list.cast::<HtmlElement>().and_then(|l| l.query_selector("[role=tree]").ok()?);
            if let Some(tree) = tree.and_then(|t| t.dyn_into::<HtmlElement>().ok()) {
                let _ = tree.focus();
            }
        })
    };
    let find_key = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "f" && (event.ctrl_key() || event.meta_key()) && !event.shift_key() {
            event.prevent_default();
            seek_by_key.emit(());
        }
    });
    let then = act(dispatch, Action::Then(Rc::from(format!("reply {}", packets.len()))));
    // The same again is another connection from the same place; an answer has no such thing.
    let again = packets.get(*packet).filter(|line| !follows(line));
    let again = again.map(|line| act::<MouseEvent>(dispatch, Action::Then(line.clone())));
    let first_ahead = rows.iter().position(|row| row.step > stop);
    let view_at = |(at, row): (usize, &Row)| {
        let class = classes!(
            "row",
            kind(row.kind),
            (row.step > stop).then_some("later"),
            (Some(at) == now).then_some("now"),
            (*hover == Some(row.step)).then_some("lit"),
            (Some(at) == here).then_some("here"),
            hits.contains(&at).then_some("found"),
        );
        let node = &nodes[at];
        let expanded = match row.rules {
            _ if node.heads => Some(!folded(at)),
            Some(range) => Some(wide.contains(&range)),
            None => None,
        };
        let tab = if Some(at) == here { "0" } else { "-1" };
        let go = {
            let (dispatch, reveal, step, span) =
                (dispatch.clone(), reveal.clone(), row.step, row.span);
            Callback::from(move |_: MouseEvent| {
                dispatch.dispatch(Action::Go(step));
                if let Some(span) = span {
                    reveal.emit(span);
                }
            })
        };
        let step = row.step;
        let over = onhover.reform(move |_: PointerEvent| Some(step));
        let out = onhover.reform(|_: PointerEvent| None);
        html! {
            <>
                if first_ahead == Some(at) && at > 0 {
                    <div class="ahead" role="presentation">{ui(lang, Key::Ahead)}</div>
                }
                <div {class} id={format!("row-{at}")} data-testid="row" role="treeitem" aria-level={node.level.to_string()}
                    aria-expanded={expanded.map(|e| e.to_string())} aria-owns={node.heads.then(|| format!("group-{at}"))}
                    aria-selected={(Some(at) == now).to_string()} aria-current={(Some(at) == now).then_some("step")}
                    onclick={go} onpointerenter={over} onpointerleave={out}>
                    {for (0..row.depth).map(|_| html! { <i class="guide"></i> })}
                    <div class="in">{view_row(row, lang, dispatch, at)}
                        if let Some(seen) = &row.seen { {view_seen(seen, tab, reveal)} }
                        if let Some(range) = row.rules { {why(range, lang, wide.contains(&range), tab, &toggle)} }
                        if node.heads { {folder(at, lang, folded(at), tab, &fold)} }
                        if let Some(tools) = row.tools.clone().filter(|t| Some(at) == now || !t.shadow.is_empty()) {
                            <Tools {lang} {tools} shown={Some(at) == now && !row.rules.is_some_and(|r| wide.contains(&r))} dispatch={dispatch.clone()} />
                        }
                        if let Some(range) = row.rules.filter(|range| wide.contains(range)) {
                            <Cards {lang} {range} cards={props.opened.get(&range).cloned()} open={props.open.clone()}
                                reveal={props.turn_to.reform(|span| (span, false))} dispatch={dispatch.clone()} />
                        }
                    </div>
                </div>
            </>
        }
    };
    html! {
        <section class="pane walk" id="walk" aria-labelledby="walk-title" onkeydown={find_key}>
            <div class="ph"><h2 id="walk-title">{ui(lang, Key::Walk)}</h2>
                <button class="ghost tool" onclick={seek.reform(|_: MouseEvent| ())} title={ui(lang, Key::FindInWalk)}
                    aria-label={ui(lang, Key::FindInWalk)} data-testid="seek"><Icon id="i-find" size={14} /></button>
                if tried > 0 {
                    <small>{format!("{tried} {} · {hit} {}", ui(lang, rules), ui(lang, Key::RulesMatched))}</small>
                }
            </div>
            if packets.len() > 1 { {tabs(props)} }
            if let Some(words) = &*sought {
                <SeekBar {lang} label={Key::FindInWalk} name="seek" {hop} typed={typed} close={close}
                    found={(!words.is_empty()).then_some(found)} />
            }
            <div class="scroller" ref={list}>
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
                data-testid="rows" data-packet={packet.to_string()}>
                {grouped(&nodes, None, &|at| view_at((at, &rows[at])), &folded)}
            </div>
            if !rows.is_empty() {
                <button class="ghost then" onclick={then} data-testid="then"><Icon id="i-back" />{ui(lang, Key::Reply)}</button>
                if let Some(again) = again {
                    <button class="ghost then" onclick={again} data-testid="again"><Icon id="i-go" />{ui(lang, Key::Again)}</button>
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
                let (words, _) = Origin::split(line);
                html! {
                    <button class={classes!("tab", (at == *packet).then_some("on"))} title={line.to_string()}
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
