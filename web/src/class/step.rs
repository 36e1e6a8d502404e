//! A student's step: the task at the left, the walk of its packet at the right.

use super::course::{Course, Entry};
use super::hand_in::HandInDialog;
use super::line::LessonLine;
use super::list::stations;
use super::message::{Ask, Marking};
use super::progress::{Progress, StepDone};
use super::route::Place;
use super::rules::Rules;
use super::task::{Task, Todo};
use super::walk::{Walking, use_walking};
use super::words::{Key, filled, ui};
use crate::app::keyboard::use_keys;
use crate::app::playing::use_playing;
use crate::app::space::{NARROW, use_media, use_size};
use crate::link::Space;
use crate::pace::swept;
use crate::parts::{BannerBar, Diagram, Hover, Icon, Player, TimelineBar, WalkPane, Zoom};
use crate::words::{Key as PageKey, ui as page};
use chainwalk::model::Order;
use chainwalk::view::Lang;
use chainwalk::{Promised, Scenario};
use chainwalk_take::lesson::Attempt;
use std::rc::Rc;
use yew::prelude::*;

/// The smallest size that the diagram is drawn for.
const SCENE_MIN: (f64, f64) = (640.0, 512.0);

/// What the right side shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pane {
    /// What is to be done; on a narrow screen alone.
    Task,
    /// The diagram.
    Map,
    /// The walk as a list; on a narrow screen alone.
    Walk,
    /// The rules as text.
    Rules,
}

/// Properties of [`StepView`].
#[derive(Properties, PartialEq)]
pub(super) struct StepProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// All lessons.
    pub(super) course: Course,
    /// The lesson.
    pub(super) entry: Entry,
    /// The step, from 0.
    pub(super) step: usize,
    /// Whether the walk stands still until it is played.
    pub(super) still: bool,
    /// How far somebody is.
    pub(super) progress: Progress,
    /// A step stands otherwise: the lesson's key, the step's name, what is done.
    pub(super) onstep: Callback<(Rc<str>, String, StepDone)>,
}

/// What is walked: the packets of a goal, or those that the step shows, on the host that the commands leave.
fn walked(entry: &Entry, at: usize, goal: usize, edits: &[String]) -> Rc<Scenario> {
    let Some(step) = entry.lesson.steps.get(at) else { return Rc::default() };
    let attempt = Attempt { edits: edits.to_vec(), ..Attempt::default() };
    let packets = match step.goals.get(goal) {
        Some(goal) => Promised::parts(&goal.text).0,
        None => step.case.scenario.packets.clone(),
    };
    Rc::new(Scenario { packets, ..step.host(&attempt) })
}

/// The step.
#[component]
pub(super) fn StepView(props: &StepProps) -> Html {
    let StepProps { lang, course, entry, step: at, still, progress, onstep } = props;
    let (lang, at) = (*lang, *at);
    let lesson = &entry.lesson;
    let step = &lesson.steps[at];
    let done = progress.of(&entry.key, &step.name);
    let is_task = !step.goals.is_empty();
    let veiled = step.asks() && done.guess.is_empty();
    let goal = use_state_eq(|| (at, None::<usize>));
    let pane = use_state_eq(|| (at, Pane::Task));
    let handing = use_state_eq(|| false);
    let hover = use_state_eq(|| None::<usize>);
    let zoom = use_state_eq(Zoom::default);
    let narrow = use_media(NARROW);
    let (stage, size) = use_size();
    let (map, map_size) = use_size();

    let edits: Rc<Vec<String>> = {
        let edits = done.edits.clone();
        (*use_memo(edits, |edits| Rc::new(edits.clone()))).clone()
    };
    let marked_of = Marking { text: entry.text.clone(), step: at, edits: (*edits).clone(), lang };
    let chosen = goal.1.filter(|_| goal.0 == at);
    let shown = use_state_eq(|| (at, 0_usize));
    let selected = chosen.unwrap_or(if shown.0 == at { shown.1 } else { 0 });
    let scenario = {
        let (entry, edits) = (entry.clone(), edits.clone());
        use_memo((entry.text.clone(), at, selected, edits), move |(_, at, selected, edits)| {
            walked(&entry, *at, *selected, edits)
        })
    };
    let space = Space {
        scene: if size.0 > 0.0 && !veiled {
            (size.0.max(SCENE_MIN.0), size.1.max(SCENE_MIN.1))
        } else {
            (0.0, 0.0)
        },
        map: if narrow { map_size } else { (0.0, 0.0) },
    };
    let Walking { state, heard, told, fresh, stop, last } =
        use_walking(lang, *still, !veiled, &scenario, space);
    {
        let ask = heard.ask.clone();
        let wanted = is_task.then_some(marked_of.clone());
        use_effect_with(wanted, move |wanted| {
            if let Some(marking) = wanted {
                ask.emit(Ask::Score(Box::new(marking.clone())));
            }
        });
    }
    {
        let ask = heard.ask.clone();
        use_effect_with(
            (entry.text.clone(), at, lang, step.asks()),
            move |(text, at, lang, asks)| {
                if *asks {
                    ask.emit(Ask::Choices(text.clone(), *at, *lang));
                }
            },
        );
    }
    let marked = heard.class.marked.clone().filter(|marked| marked.of == marked_of);
    let choices = Rc::new(heard.class.choices_of(&entry.text, at, lang));
    {
        // The first goal that is not met is walked, until another is pressed.
        let shown = shown.setter();
        let first = marked.as_ref().filter(|m| m.of.edits.is_empty()).map(|m| {
            m.goals.iter().position(|goal| goal.met != super::message::Met::Yes).unwrap_or(0)
        });
        use_effect_with((at, first), move |(at, first)| {
            if let Some(first) = first {
                shown.set((*at, *first));
            }
        });
    }
    {
        // What was reached is kept.
        let (onstep, key, name, done) =
            (onstep.clone(), entry.key.clone(), step.name.clone(), done.clone());
        use_effect_with(marked.clone(), move |marked| {
            let Some(marked) = marked else { return };
            let next = done.clone().with(marked);
            if next != done {
                onstep.emit((key, name, next));
            }
        });
    }
    let timeline = told.as_ref().map(|told| told.timeline.clone());
    use_playing(&state, timeline.as_ref().filter(|_| !veiled && fresh));
    let swept = timeline.as_ref().and_then(|t| swept(t, stop));
    use_keys(
        &state,
        stop,
        timeline.clone().filter(|_| !veiled),
        NodeRef::default(),
        *handing,
        Callback::noop(),
    );

    let change = {
        let (onstep, key, name, done) =
            (onstep.clone(), entry.key.clone(), step.name.clone(), done.clone());
        Callback::from(move |todo: Todo| {
            let mut next = done.clone();
            match todo {
                Todo::Guess(name) => next.guess = name,
                Todo::Run(line) => next.edits.push(line),
                Todo::TakeBack(at) => {
                    if at < next.edits.len() {
                        next.edits.remove(at);
                    }
                }
                Todo::Hint => next.hints += 1,
                Todo::StartOver => (next.edits, next.hints) = (Vec::new(), 0),
            }
            onstep.emit((key.clone(), name.clone(), next));
        })
    };
    let pick = {
        let goal = goal.clone();
        Callback::from(move |index: usize| goal.set((at, Some(index))))
    };
    let shows = if pane.0 == at { pane.1 } else { Pane::Task };
    let to = |which: Pane| {
        let pane = pane.clone();
        Callback::from(move |_: MouseEvent| pane.set((at, which)))
    };
    let see = {
        let (pane, state) = (pane.clone(), state.clone());
        Callback::from(move |(): ()| {
            pane.set((at, Pane::Map));
            state.dispatch(crate::state::Action::Go(0));
            state.dispatch(crate::state::Action::Toggle { last });
        })
    };
    let next = next_place(course, entry, at, lang);
    let all = stations(entry, progress, lang);
    let number = (at + 1).to_string();
    let title = step.case.head.title.pick(lang);
    let step_word = filled(ui(lang, Key::Step), &[("step", &number)]);
    let onhover = {
        let hover = hover.clone();
        use_callback((), move |at: Hover, ()| hover.set(at))
    };
    let onzoom = {
        let zoom = zoom.setter();
        use_callback((), move |next: Zoom, ()| zoom.set(next))
    };
    let rules = shows == Pane::Rules || (veiled && !(narrow && shows == Pane::Task));
    let span =
        timeline.as_ref().and_then(|t| t.spans.get(stop).copied().flatten()).filter(|_| !veiled);
    let text = step.case.scenario.paste();
    let twin = entry.twin.as_ref().map(|twin| {
        let href = |key: &str| ["#", &Place::step(key, at, false).fragment()].concat();
        let (ours, theirs) = if entry.is_native() { ("nft", "iptables") } else { ("iptables", "nft") };
        let mut all = [(ours, href(&entry.key), true), (theirs, href(twin), false)];
        all.order_by_key(|(name, ..)| *name);
        html! {
            <div class="switch" role="group" aria-label={ui(lang, Key::Dialect)} data-testid="dialect">
                {for all.into_iter().map(|(name, href, on)| html! {
                    <a class={classes!("yn", on.then_some("on"))} aria-current={on.then_some("true")} {href}>{name}</a>
                })}
            </div>
        }
    });
    let guess = guessed(entry, at, progress);
    let class = match shows {
        Pane::Task => "show-task",
        Pane::Map => "show-map",
        Pane::Walk => "show-walk",
        Pane::Rules => "show-rules",
    };
    html! {
        <main class={classes!("step", class, veiled.then_some("veiled"))} data-testid="step" data-step={step.name.clone()}>
            <div class="lesson-bar">
                <a class="ghost back" href="#lessons" aria-label={ui(lang, Key::Lessons)}><Icon id="i-prev" size={14} /><span>{ui(lang, Key::Lessons)}</span></a>
                <h2>{lesson.title.pick(lang)}</h2>
                <div class="line-scroll"><LessonLine stations={all} here={Some(at)} leads={true} label={ui(lang, Key::LessonLine)} /></div>
                <span class="of">{step_word}if !title.is_empty() { {": "}{title} }</span>
                <span class="grow"></span>
                {twin.unwrap_or_default()}
                <a class="button for-class" href={["#", &Place::step(&entry.key, at, true).fragment()].concat()} data-testid="present"
                    title={ui(lang, Key::ClassView)}><Icon id="i-fit" size={14} /><span>{ui(lang, Key::ClassView)}</span></a>
                if is_task {
                    <button class="button" data-testid="hand-in" title={ui(lang, Key::HandIn)} onclick={{ let handing = handing.clone(); Callback::from(move |_: MouseEvent| handing.set(true)) }}>
                        <Icon id="i-share" size={14} /><span>{ui(lang, Key::HandIn)}</span></button>
                }
            </div>
            <Task {lang} key={step.name.clone()} entry={entry.clone()} step={at} done={done.clone()} {selected} marked={marked.clone()}
                choices={choices} veiled={veiled} next={next} change={change} {pick} {see}
                handin={{ let handing = handing.clone(); Callback::from(move |(): ()| handing.set(true)) }} />
            <div class="beside">
                if !veiled {
                    <BannerBar {lang} banner={told.as_ref().map(|t| t.banner.clone())} status={heard.status.clone()} stale={None} elsewhere={None} share={heard.share} brief={None} turn={Callback::noop()}
                        reveal={Callback::noop()} again={heard.again.clone()} dispatch={state.dispatcher()} />
                }
                <div class="stage" ref={stage} tabindex={narrow.then_some("0")} role="region" aria-label={page(lang, PageKey::Drawing)}>
                    if rules {
                        <Rules {lang} {text} now={span} />
                    } else if let Some(drawn) = heard.scene.clone().filter(|_| told.is_some()) {
                        <Diagram {lang} {drawn} {last} {swept} packet={timeline.as_ref().is_some_and(|t| t.stops > 0)} speed={state.speed.factor()} hover={*hover}
                            zoom={*zoom} {onzoom} onhover={onhover.clone()} reveal={Callback::noop()} dispatch={state.dispatcher()} />
                    }
                    if !veiled && !narrow {
                        <div class="switch tabs" role="group">
                            <button class={classes!("yn", (!rules).then_some("on"))} aria-pressed={(!rules).to_string()} onclick={to(Pane::Map)} data-testid="to-map">{ui(lang, Key::Map)}</button>
                            <button class={classes!("yn", rules.then_some("on"))} aria-pressed={rules.to_string()} onclick={to(Pane::Rules)} data-testid="to-rules">{ui(lang, Key::Row)}</button>
                        </div>
                    }
                </div>
                if narrow && !veiled {
                    <div class="mini" ref={map}>
                        if let Some(drawn) = heard.map.clone() {
                            <Diagram {lang} class="small" {drawn} {last} {swept} packet={true} hover={*hover} onhover={onhover.clone()} reveal={Callback::noop()} dispatch={state.dispatcher()} />
                        }
                    </div>
                    <div class="right">
                        <WalkPane {lang} told={told.clone()} packets={state.scenario.packets.clone()}
                            packet={state.packet} {stop} hover={*hover} onhover={onhover.clone()}
                            opened={heard.opened.clone()} open={heard.open.clone()} raw_names={state.raw_names} playing={state.playing} stale={false}
                            reveal={Callback::noop()} turn_to={Callback::noop()} dispatch={state.dispatcher()} />
                    </div>
                }
                if let Some(timeline) = timeline.filter(|t| !veiled && t.stops > 0) {
                    <footer class="time">
                        <Player {lang} timeline={timeline.clone()} {stop} playing={state.playing} looped={state.looped} speed={state.speed}
                            matches={state.matches} dispatch={state.dispatcher()} />
                        <TimelineBar {lang} {timeline} {stop} hover={*hover} {onhover} stale={false} dispatch={state.dispatcher()} />
                    </footer>
                }
            </div>
            if narrow {
                <nav class="class-nav">
                    {for [(Pane::Task, Key::Task, "i-paste", "nav-task"), (Pane::Walk, Key::Walk, "i-walk", "nav-walk"), (Pane::Map, Key::Map, "i-map", "nav-map"), (Pane::Rules, Key::Row, "i-host", "nav-rules")]
                        .into_iter().filter(|(which, ..)| !veiled || matches!(which, Pane::Task | Pane::Rules)).map(|(which, key, id, hook)| html! {
                        <button class={classes!((shows == which).then_some("on"))} aria-pressed={(shows == which).to_string()} data-testid={hook}
                            onclick={to(which)}><Icon {id} size={20} />{ui(lang, key)}</button>
                    })}
                </nav>
            }
            if *handing {
                <HandInDialog {lang} entry={entry.clone()} step={at} edits={(*edits).clone()} guessed={guess} marked={marked}
                    close={{ let handing = handing.clone(); Callback::from(move |(): ()| handing.set(false)) }} />
            }
        </main>
    }
}

/// What was guessed first in this step, or in the nearest one before that asks; with the number of that step.
fn guessed(entry: &Entry, at: usize, progress: &Progress) -> Option<(String, usize)> {
    let steps = entry.lesson.steps.iter().enumerate().take(at + 1).rev();
    let mut asked = steps.filter(|(_, step)| step.asks());
    asked.find_map(|(at, step)| {
        let guess = progress.of(&entry.key, &step.name).guess;
        (!guess.is_empty()).then_some((guess, at + 1))
    })
}

/// Where to go on: the next step, or the next lesson; and what it is called.
fn next_place(course: &Course, entry: &Entry, at: usize, lang: Lang) -> Option<(String, String)> {
    let to = |key: &str, step: usize| ["#", &Place::step(key, step, false).fragment()].concat();
    if at + 1 < entry.lesson.steps.len() {
        let number = (at + 2).to_string();
        return Some((
            to(&entry.key, at + 1),
            filled(ui(lang, Key::NextStep), &[("step", &number)]),
        ));
    }
    let own =
        if entry.is_native() { entry.twin.as_ref().unwrap_or(&entry.key) } else { &entry.key };
    let mut listed = course.listed().skip_while(|other| other.key != *own);
    let next = listed.nth(1)?;
    let title = next.lesson.title.pick(lang);
    Some((to(&next.key, 0), filled(ui(lang, Key::NextLesson), &[("title", title)])))
}
