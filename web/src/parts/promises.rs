//! Promises: packets, each with the fate it should have, red and green after every change.

use super::act::{Dispatch, act};
use super::icon::Icon;
use super::sentence::Words;
use crate::message::{PageView, PromiseView, Standing};
use crate::origin::Origin;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::model::{Order, Span};
use chainwalk::view::{Lang, Tone};
use gloo::utils::window;
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The width up to which the list is folded at first.
const NARROW: &str = "(max-width: 47.5em), (max-height: 30em)";

/// What a promise says of a packet, and the words for it.
const COARSE: [(&str, Key, Key); 2] = [
    ("through", Key::PromiseThrough, Key::KeepThrough),
    ("stopped", Key::PromiseStopped, Key::KeepStopped),
];

/// Properties of [`Promises`].
#[derive(Properties, PartialEq)]
pub(crate) struct PromisesProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The view that is shown.
    pub(crate) told: Option<Rc<PageView>>,
    /// Whether it is of an old answer.
    pub(crate) stale: bool,
    /// Goes to lines of the paste wherever they are, with the cursor or without.
    pub(crate) turn_to: Callback<(Span, bool)>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The promises above the walk; nothing where there are none.
#[component]
pub(crate) fn Promises(props: &PromisesProps) -> Html {
    let PromisesProps { lang, told, stale, turn_to, dispatch } = props;
    let lang = *lang;
    // A phone has no room for both; the counts say enough there.
    let open = use_state_eq(|| !is_narrow());
    let all: &[PromiseView] = told.as_ref().map_or(&[], |told| &told.promises);
    let of = |standing: Standing| all.iter().filter(|one| one.standing == standing).count();
    let (kept, open_ones, count) = (of(Standing::Kept), of(Standing::Open), all.len());
    let broken = count - kept - open_ones;
    let said = match (broken, open_ones) {
        (0, 0) => Key::PromisesHold,
        (0, _) => Key::PromisesDepend,
        _ => Key::PromisesBreak,
    };
    let said = ui(lang, said)
        .replace("{broken}", &broken.to_string())
        .replace("{open}", &open_ones.to_string())
        .replace("{all}", &count.to_string());
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let mut order: Vec<usize> = (0..count).collect();
    order.order_by_key(|at| match all[*at].standing {
        Standing::Broken | Standing::Unread => 0,
        Standing::Open => 1,
        Standing::Kept => 2,
    });
    html! {
        <>
        <p class="sr" role="status" aria-live="polite">{if count > 0 && !stale { said } else { String::new() }}</p>
        if count > 0 {
            <section class={classes!("promises", stale.then_some("stale"))} aria-labelledby="promises-title" data-testid="promises">
                <h2><button id="promises-title" onclick={toggle} aria-expanded={open.to_string()} data-testid="promises-fold">
                    {ui(lang, Key::Promises)}
                    if broken > 0 {
                        <span class="count failed"><Icon id="i-no" size={11} />{broken}<span class="sr">{ui(lang, Key::PromisesNot)}</span></span>
                    }
                    if open_ones > 0 {
                        <span class="count depends"><Icon id="i-half" size={11} />{open_ones}<span class="sr">{ui(lang, Key::PromiseOpen)}</span></span>
                    }
                    if kept > 0 {
                        <span class="count kept"><Icon id="i-ok" size={11} />{kept}<span class="sr">{ui(lang, Key::PromisesKept)}</span></span>
                    }
                    <Icon id="i-dn" />
                </button></h2>
                if *open {
                    <ul>{for order.into_iter().map(|at| view(at, &all[at], lang, turn_to, dispatch))}</ul>
                    <p class="promises-note">{ui(lang, Key::PromisesRun)}</p>
                }
            </section>
        }
        </>
    }
}

/// Whether the page is a phone's.
fn is_narrow() -> bool {
    let query = window().match_media(NARROW).ok().flatten();
    query.is_some_and(|query| query.matches())
}

/// A promise, by its number.
fn view(
    at: usize,
    promise: &PromiseView,
    lang: Lang,
    turn_to: &Callback<(Span, bool)>,
    dispatch: &Dispatch,
) -> Html {
    let (class, icon) = match promise.standing {
        Standing::Kept => ("kept", "i-ok"),
        Standing::Broken => ("failed", "i-no"),
        Standing::Open => ("open", "i-half"),
        Standing::Unread => ("unread", "i-warn"),
    };
    let line = promise.span.zip(promise.line).map(|(span, line)| {
        let onclick = turn_to.reform(move |_: MouseEvent| (span, false));
        html! { <button class="tiny" {onclick} data-testid="promise-line">{format!("{} {line}", ui(lang, Key::PromiseLine))}</button> }
    });
    let so = match promise.then.as_str() {
        "through" => "stopped",
        "stopped" => "through",
        _ => &promise.ends,
    };
    let so = (promise.standing == Standing::Broken && !so.is_empty())
        .then(|| act::<MouseEvent>(dispatch, Action::Repromise(at, so.into())));
    let forget = ui(lang, Key::PromiseForget);
    html! {
        <li {class} data-testid="promise-row">
            <Icon id={icon} size={12} label={ui(lang, mark(promise.standing))} />
            <div>
                <p class="packets">
                    {for promise.packets.iter().map(|line| packet(line))}
                    {line}
                </p>
                <p>{ui(lang, Key::PromiseShould)}{" "}{should(at, promise, lang, dispatch)}</p>
                <p class="is">
                    if promise.standing == Standing::Unread {
                        {ui(lang, Key::PromiseUnread)}
                    } else {
                        {ui(lang, Key::PromiseNow)}{" "}<Words of={promise.now.clone()} />
                    }
                </p>
                <p class="acts">
                    <button class="yn" onclick={act(dispatch, Action::WalkPromise(at))} data-testid="promise-walk">{ui(lang, Key::PromiseWalk)}</button>
                    if let Some(so) = so {
                        <button class="yn" onclick={so} data-testid="promise-so">{ui(lang, Key::PromiseSo)}</button>
                    }
                </p>
            </div>
            <button class="x" onclick={act(dispatch, Action::Unpromise(at))} aria-label={forget} title={forget}
                data-testid="promise-forget"><Icon id="i-x" size={11} /></button>
        </li>
    }
}

/// A packet line: what is sent, and smaller where it comes from.
fn packet(line: &str) -> Html {
    let (words, origin) = Origin::split(line);
    let rest = origin.map(|_| line.strip_prefix(&words).unwrap_or_default().trim().to_owned());
    html! { <span class="packet"><code>{words}</code><small>{rest}</small></span> }
}

fn mark(standing: Standing) -> Key {
    match standing {
        Standing::Kept => Key::PromisesKept,
        Standing::Broken | Standing::Unread => Key::PromisesNot,
        Standing::Open => Key::PromiseOpen,
    }
}

/// What should become of the packet, to be chosen: coarse, or as it is now to the letter.
fn should(at: usize, promise: &PromiseView, lang: Lang, dispatch: &Dispatch) -> Html {
    let choose = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            dispatch.dispatch(Action::Repromise(at, select.value().into()));
        })
    };
    let PromiseView { then, ends, .. } = promise;
    let mut exact: Vec<&String> = [ends, then].into_iter().filter(|end| !is_coarse(end)).collect();
    exact.dedup();
    exact.retain(|end| !end.is_empty());
    html! {
        <select onchange={choose} aria-label={ui(lang, Key::PromiseShould)} data-testid="promise-should">
            {for COARSE.iter().map(|(value, key, _)| html! {
                <option value={*value} selected={then == value}>{ui(lang, *key)}</option>
            })}
            {for exact.into_iter().map(|end| html! {
                <option value={end.clone()} selected={then == end}>{end}</option>
            })}
        </select>
    }
}

fn is_coarse(then: &str) -> bool {
    COARSE.iter().any(|(value, ..)| *value == then)
}

/// Properties of [`Keep`].
#[derive(Properties, PartialEq)]
pub(crate) struct KeepProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The packets up to the one shown.
    pub(crate) packets: Vec<String>,
    /// How the answer is told.
    pub(crate) tone: Tone,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// Makes a promise of the packet shown; what it does now comes first.
#[component]
pub(crate) fn Keep(props: &KeepProps) -> Html {
    let KeepProps { lang, packets, tone, dispatch } = props;
    // A line with these signs would read as another promise.
    if packets.is_empty() || packets.iter().any(|line| line.contains(';') || line.contains("=>")) {
        return Html::default();
    }
    let lines = packets.join("; ");
    let mut all = COARSE;
    if *tone == Tone::Stop {
        all.reverse();
    }
    html! {
        <p class="keep" data-testid="keep">{ui(*lang, Key::PromiseKeep)}{" "}
            {for all.iter().map(|(then, _, key)| {
                let goal = format!("{lines} => {then}");
                html! {
                    <button class="yn" onclick={act::<MouseEvent>(dispatch, Action::Promise(goal.into()))}
                        data-testid={format!("keep-{then}")}>{ui(*lang, *key)}</button>
                }
            })}
        </p>
    }
}
