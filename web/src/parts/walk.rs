//! The walk as a list: the accessible form of the diagram. A row is clicked to stand there.

use super::{Cards, Dispatch, Hover, Icon, Tools, Words, act};
use crate::origin::Origin;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk_model::Span;
use chainwalk_view::{
    BranchCard, Cell, Lang, Mark, Row, RowKind, RowSeen, RuleCard, RuleRange, Standing, Timeline,
};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::banner::tone_name;
use crate::message::Told;

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
    /// Shows lines of the paste.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// How many rules were tried, and how many of them matched.
fn counts(timeline: &Timeline) -> (usize, usize) {
    let rule = |cell: &&Cell| cell.label.starts_with(|c: char| c.is_ascii_digit());
    let cells = timeline.lanes.iter().flat_map(|lane| &lane.cells).filter(rule);
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
    {
        let list = list.clone();
        use_effect_with((now, told.as_ref().map(|t| t.generation)), move |_| {
            if let Some(list) = list.cast::<HtmlElement>() {
                bring_into_view(&list);
            }
        });
    }
    let (tried, hit) = told.as_ref().map_or((0, 0), |told| counts(&told.timeline));
    let rules = if tried == 1 { Key::RuleTried } else { Key::RulesTried };
    let up_down = {
        let dispatch = dispatch.clone();
        let steps: Vec<usize> = rows.iter().map(|row| row.step).collect();
        let here = now.and_then(|at| rows[at].rules);
        let toggle = toggle.clone();
        Callback::from(move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowUp" => steps.iter().rev().find(|step| **step < stop),
                "ArrowDown" => steps.iter().find(|step| **step > stop),
                "Enter" => {
                    // Enter on a button within the tree is the button's.
                    let within = event.target_unchecked_into::<HtmlElement>();
                    if let Some(range) = here
                        && within.get_attribute("role").as_deref() == Some("tree")
                    {
                        toggle.emit(range);
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            if let Some(to) = to {
                dispatch.dispatch(Action::Go(*to));
            }
        })
    };
    let then = act(dispatch, Action::Then(Rc::from(format!("reply {}", packets.len()))));
    let first_ahead = rows.iter().position(|row| row.step > stop);
    let view_at = |(at, row): (usize, &Row)| {
        let class = classes!(
            "row",
            kind(row.kind),
            (row.step > stop).then_some("later"),
            (Some(at) == now).then_some("now"),
            (*hover == Some(row.step)).then_some("lit"),
        );
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
                    <li class="ahead" role="presentation">{ui(lang, Key::Ahead)}</li>
                }
                <li {class} id={format!("row-{at}")} data-testid="row" role="treeitem" aria-level={(row.depth + 1).to_string()}
                    aria-selected={(Some(at) == now).to_string()} aria-current={(Some(at) == now).then_some("step")}
                    onclick={go} onpointerenter={over} onpointerleave={out}>
                    {for (0..row.depth).map(|_| html! { <i class="guide"></i> })}
                    <div class="in">{view_row(row, lang, dispatch, at)}
                        if let Some(seen) = &row.seen { {view_seen(seen, reveal)} }
                        if let Some(range) = row.rules { {why(range, lang, wide.contains(&range), &toggle)} }
                        if let Some(tools) = row.tools.clone().filter(|t| Some(at) == now || !t.shadow.is_empty()) {
                            <Tools {lang} {tools} shown={Some(at) == now} dispatch={dispatch.clone()} />
                        }
                        if let Some(range) = row.rules.filter(|range| wide.contains(range)) {
                            <Cards {lang} {range} cards={props.opened.get(&range).cloned()} open={props.open.clone()}
                                reveal={reveal.clone()} />
                        }
                    </div>
                </li>
            </>
        }
    };
    html! {
        <section class="pane walk" id="walk" aria-labelledby="walk-title">
            <div class="ph"><h2 id="walk-title">{ui(lang, Key::Walk)}</h2>
                if tried > 0 {
                    <small>{format!("{tried} {} · {hit} {}", ui(lang, rules), ui(lang, Key::RulesMatched))}</small>
                }
            </div>
            if packets.len() > 1 { {tabs(props)} }
            <div class="scroller" ref={list}>
            if !rows.is_empty() {
                <div class="switch" role="group" aria-label={ui(lang, Key::ChainNames)}>
                    {for [(false, Key::ByMeaning), (true, Key::ByName)].map(|(raw, key)| html! {
                        <button aria-pressed={(props.raw_names == raw).to_string()} data-testid={if raw { "raw-names" } else { "meaning" }}
                            onclick={act(dispatch, Action::RawNames(raw))}>{ui(lang, key)}</button>
                    })}
                </div>
            }
            <ol class="rows" role="tree" aria-labelledby="walk-title" tabindex="0"
                aria-activedescendant={now.map(|at| format!("row-{at}"))}
                onkeydown={up_down} data-testid="rows" data-packet={packet.to_string()}>
                {for rows.iter().enumerate().map(view_at)}
            </ol>
            if !rows.is_empty() {
                <button class="ghost then" onclick={then} data-testid="then"><Icon id="i-back" />{ui(lang, Key::Reply)}</button>
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

fn kind(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Base => "base",
        RowKind::Chain => "chain",
        RowKind::Rule => "rule",
        RowKind::Range => "range",
        RowKind::Fork => "fork",
        RowKind::Kernel => "kernel",
        RowKind::Policy => "policy",
        RowKind::Reply => "reply",
        RowKind::Fate => "fate",
    }
}

/// The button that opens the rules of a row.
fn why(range: RuleRange, lang: Lang, open: bool, toggle: &Callback<RuleRange>) -> Html {
    let onclick = toggle.reform(move |e: MouseEvent| {
        e.stop_propagation();
        range
    });
    let key = if open { Key::CardClose } else { Key::CardOpen };
    html! {
        <button class={classes!("why", open.then_some("on"))} {onclick} aria-expanded={open.to_string()}
            title={ui(lang, key)} aria-label={format!("{} {}", ui(lang, key), range.first)} data-testid="why">
            <Icon id="i-dn" />
        </button>
    }
}

/// What a kernel's trace says of a row; its line is a click away.
fn view_seen(seen: &RowSeen, reveal: &Callback<Span>) -> Html {
    let (id, class) = match seen.standing {
        Standing::Confirmed => ("i-same", "confirmed"),
        Standing::Contradicted => ("i-differs", "contradicted"),
        Standing::NotSeen => ("i-unseen", "not-seen"),
    };
    let text = seen.text.clone();
    let Some(span) = seen.span else {
        return html! {
            <span class={classes!("seen", class)} title={text.clone()} data-testid="seen">
                <Icon {id} /><span class="sr">{text}</span>
            </span>
        };
    };
    let onclick = reveal.reform(move |e: MouseEvent| {
        e.stop_propagation();
        span
    });
    html! {
        <button class={classes!("seen", class)} {onclick} title={text.clone()} aria-label={text} data-testid="seen">
            <Icon {id} />
        </button>
    }
}

pub(crate) fn mark(mark: Mark, lang: Lang) -> Html {
    let (id, class, key) = match mark {
        Mark::None => return Html::default(),
        Mark::Yes => ("i-ok", "ok", Key::YesMatch),
        Mark::No => ("i-no", "faint", Key::NoMatch),
        Mark::Stop => ("i-no", "stop", Key::StopHere),
        Mark::Half => ("i-half", "faint", Key::ByChance),
        Mark::Unknown => ("i-unknown", "faint", Key::Unknown),
    };
    html! { <span class="mark"><Icon {id} {class} label={ui(lang, key)} /></span> }
}

fn view_row(row: &Row, lang: Lang, dispatch: &Dispatch, at: usize) -> Html {
    let text = html! { <Words of={row.text.clone()} /> };
    let reason =
        (!row.reason.is_empty()).then(|| html! { <p><Words of={row.reason.clone()} /></p> });
    let aside = (!row.aside.is_empty()).then(|| html! { <small>{&row.aside}</small> });
    match row.kind {
        RowKind::Base | RowKind::Reply => html! {
            <span class="head"><i class={classes!("dot", row.class.clone())}></i><span class="title">{text}</span>{aside}{reason}</span>
        },
        RowKind::Chain => html! { <span class="name">{text}{aside}{reason}</span> },
        RowKind::Fork => html! {
            <span class="card">
                <span class="head"><Icon id="i-fork" size={14} />
                    if row.text.is_empty() {
                        <span class="title"><Words of={row.reason.clone()} /></span>{aside}
                    } else {
                        <span class="title">{text}</span>{aside}{reason}
                    }
                </span>
                <span class="branches" role="radiogroup" aria-label={ui(lang, Key::Outcome)}>
                    {for row.branches.iter().map(|card| branch(card, dispatch, at))}
                </span>
            </span>
        },
        _ => html! {
            <>
                <i class="number">{&row.number}</i>
                <span class="what">{aside}{text}{reason}</span>
                {mark(row.mark, lang)}
            </>
        },
    }
}

fn branch(card: &BranchCard, dispatch: &Dispatch, at: usize) -> Html {
    let follow = act(dispatch, Action::Follow(card.outcome));
    html! {
        <label class={classes!("branch", card.followed.then_some("on"))}
            onclick={|e: MouseEvent| e.stop_propagation()}>
            <input type="radio" name={format!("fork-{at}")} checked={card.followed} onchange={follow} />
            <span class="label">
                <code>{&card.label}</code>
                if !card.name.is_empty() { <small class="name">{&card.name}</small> }
            </span>
            <span class="weight">{&card.weight}</span>
            <span class={classes!("fate", tone_name(card.tone))}>{&card.fate}</span>
        </label>
    }
}

/// Scrolls the list, and only the list, so that the row of now stands in its upper half.
fn bring_into_view(list: &HtmlElement) {
    let Ok(Some(row)) = list.query_selector(".row.now") else { return };
    let (outer, inner) = (list.get_bounding_client_rect(), row.get_bounding_client_rect());
    let top = inner.top() - outer.top();
    let bottom = inner.bottom() - outer.top();
    if top < 40.0 || bottom > outer.height() - 60.0 {
        let to = f64::from(list.scroll_top()) + top - outer.height() * 0.38;
        let options = web_sys::ScrollToOptions::new();
        options.set_top(to.max(0.0));
        options.set_behavior(super::scrolling());
        list.scroll_to_with_scroll_to_options(&options);
    }
}
