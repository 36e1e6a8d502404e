//! The view for a room: a question with its choices, hands counted, the walk while the answer is veiled, the answer.
//! Keys alone lead through it, and the two of a clicker through all of it.

use super::course::Entry;
use super::message::{AddressCode, Ask, Slide};
use super::route::{Place, go};
use super::task::letter;
use super::told::packet_words;
use super::walk::{Walking, use_walking};
use super::words::{Key, filled, ui};
use crate::address;
use crate::app::playing::use_playing;
use crate::keys::{hook_after, hook_before};
use crate::link::Space;
use crate::message::View;
use crate::pace::swept;
use crate::parts::{Diagram, Icon, Words, tone_name};
use crate::state::Action;
use chainwalk::view::{Banner, Lang, Tone};
use chainwalk::{Promised, Scenario};
use chainwalk_take::lesson::{Attempt, Choice};
use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::{document, window};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// Properties of [`Present`].
#[derive(Properties, PartialEq)]
pub(super) struct PresentProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// The lesson.
    pub(super) entry: Entry,
    /// The step, from 0.
    pub(super) step: usize,
    /// Whether the walk stands still until it is played.
    pub(super) still: bool,
}

/// More goals than these stand in two columns.
const FEW: usize = 3;

/// Where the room is in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// The question stands there.
    #[default]
    Question,
    /// The packet walks.
    Walk,
    /// The answer is there.
    Reveal,
}

/// What of a step is on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shown {
    /// The step.
    step: usize,
    phase: Phase,
    /// Whether the answer was revealed.
    revealed: bool,
    /// Hands, by choice.
    counts: [Option<u32>; 4],
    /// The choice whose hands are counted.
    counting: Option<usize>,
    /// Whether the code covers the picture.
    code: bool,
    /// Whether nothing is shown.
    blank: bool,
}

impl Shown {
    fn hands(&self) -> u32 {
        self.counts.iter().flatten().sum()
    }

    /// Takes a digit into the open count, or the last one out of it.
    fn digit(&mut self, key: &str) -> bool {
        let Some(count) = self.counting.and_then(|at| self.counts.get_mut(at)) else {
            return false;
        };
        match (key, key.parse::<u32>()) {
            (_, Ok(digit)) if key.len() == 1 => {
                let next = count.unwrap_or(0) * 10 + digit;
                if next < 1000 {
                    *count = Some(next);
                }
            }
            ("Backspace", _) => *count = count.map(|n| n / 10).filter(|n| *n > 0),
            _ => return false,
        }
        true
    }
}

/// How large it is.
const SIZES: [&str; 3] = ["smaller", "", "larger"];

/// The view.
#[component]
pub(super) fn Present(props: &PresentProps) -> Html {
    let PresentProps { lang, entry, step: at, still } = props;
    let (lang, at) = (*lang, *at);
    let lesson = &entry.lesson;
    let step = &lesson.steps[at];
    let shown = use_state_eq(Shown::default);
    let size = use_state_eq(|| 1_usize);
    // Another step begins with its question.
    let now =
        if shown.step == at { (*shown).clone() } else { Shown { step: at, ..Shown::default() } };
    let scenario = {
        let entry = entry.clone();
        use_memo((entry.text.clone(), at), move |(_, at)| {
            let steps = &entry.lesson.steps;
            let step = steps.get(*at);
            step.map_or_else(Rc::default, |step| {
                let packets = step.case.scenario.packets.clone();
                Rc::new(Scenario { packets, ..step.host(&Attempt::default()) })
            })
        })
    };
    let Walking { state, heard, told, fresh, stop, last } =
        use_walking(lang, *still, false, &scenario, Space::default());
    let told = told.filter(|_| fresh);
    let asks = step.asks();
    let veiled = asks && !now.revealed;
    {
        let ask = heard.ask.clone();
        use_effect_with((entry.text.clone(), at, lang, asks), move |(text, at, lang, asks)| {
            if *asks {
                ask.emit(Ask::Choices(text.clone(), *at, *lang));
            }
        });
    }
    {
        let ask = heard.ask.clone();
        let slide = told.as_ref().map(|told| Slide { generation: told.generation, stop, veiled });
        use_effect_with(slide, move |slide| {
            if let Some(slide) = slide {
                ask.emit(Ask::Draw(*slide));
            }
        });
    }
    let code_of =
        address::is_known().then(|| address::with(&Place::step(&entry.key, at, false).fragment()));
    {
        let ask = heard.ask.clone();
        use_effect_with(code_of.clone().filter(|_| now.code), move |wanted| {
            if let Some(wanted) = wanted {
                ask.emit(Ask::Code(wanted.clone()));
            }
        });
    }
    let choices = heard.class.choices_of(&entry.text, at, lang);
    let timeline = told.as_ref().map(|told| told.timeline.clone());
    use_playing(&state, timeline.as_ref().filter(|_| now.phase == Phase::Walk));
    let steps = lesson.steps.len();

    // Each key as it is pressed, with what is there by then.
    let act: Act = {
        let (shown, size, state) = (shown.clone(), size.clone(), state.clone());
        let (now, timeline, key) = (now.clone(), timeline.clone(), entry.key.clone());
        let count = choices.len();
        let ready = told.is_some();
        Rc::new(move |pressed: &str, shift: bool| {
            let mut next = now.clone();
            if next.blank {
                next.blank = false;
                shown.set(next);
                return true;
            }
            if next.digit(pressed) {
                shown.set(next);
                return true;
            }
            let to = |step: usize| go(&Place::step(&key, step, true));
            let forward = ["ArrowRight", "PageDown", "Enter"].contains(&pressed);
            let back = ["ArrowLeft", "PageUp"].contains(&pressed);
            match pressed {
                _ if forward && next.counting.is_some() => next.counting = None,
                _ if forward && next.code => next.code = false,
                _ if forward => match next.phase {
                    // The picture comes when it is walked.
                    Phase::Question => {
                        next.phase = Phase::Walk;
                        state.dispatch(Action::Go(0));
                    }
                    Phase::Walk if !ready => return true,
                    Phase::Walk if stop < last => state.dispatch(match &timeline {
                        Some(timeline) if shift => Action::Go(hook_after(timeline, stop)),
                        _ => Action::Step { by: 1, last },
                    }),
                    Phase::Walk if asks => (next.phase, next.revealed) = (Phase::Reveal, true),
                    Phase::Walk | Phase::Reveal if at + 1 < steps => {
                        to(at + 1);
                        return true;
                    }
                    _ => return true,
                },
                _ if back && next.code => next.code = false,
                _ if back => match next.phase {
                    Phase::Question if at > 0 => {
                        to(at - 1);
                        return true;
                    }
                    Phase::Question => return true,
                    Phase::Walk if stop > 0 => state.dispatch(match &timeline {
                        Some(timeline) if shift => Action::Go(hook_before(timeline, stop)),
                        _ => Action::Step { by: -1, last },
                    }),
                    Phase::Walk => next.phase = Phase::Question,
                    Phase::Reveal => {
                        next.phase = Phase::Walk;
                        state.dispatch(Action::Go(last));
                    }
                },
                "1" | "2" | "3" | "4" => {
                    let which = usize::from(pressed.as_bytes()[0] - b'1');
                    if which < count && next.phase == Phase::Question {
                        next.counting = Some(which);
                        next.counts[which] = None;
                    }
                }
                " " => {
                    if next.phase == Phase::Question && ready {
                        next.phase = Phase::Walk;
                        state.dispatch(Action::Go(0));
                    }
                    if next.phase != Phase::Reveal {
                        state.dispatch(Action::Toggle { last });
                    }
                }
                "r" | "R" if asks => {
                    (next.phase, next.revealed, next.counting) = (Phase::Reveal, true, None);
                }
                "n" | "N" => {
                    if at + 1 < steps {
                        to(at + 1);
                    }
                    return true;
                }
                "q" | "Q" => next.code = !next.code,
                "b" | "B" | "." => next.blank = true,
                "+" | "=" => size.set((*size + 1).min(2)),
                "-" => size.set(size.saturating_sub(1)),
                "f" | "F" => full_screen(),
                "Escape" if next.code => next.code = false,
                "Escape" if next.counting.is_some() => next.counting = None,
                "Escape" => go(&Place::step(&key, at, false)),
                _ => return false,
            }
            shown.set(next);
            true
        })
    };
    let latest = use_mut_ref(|| None::<Act>);
    *latest.borrow_mut() = Some(act);
    use_presses(latest);

    if now.blank {
        return html! { <div class="hall blank" data-testid="room" data-phase="blank"></div> };
    }
    let top = html! {
        <div class="room-top">
            <svg class="logo" viewBox="0 0 26 20" aria-hidden="true"><path d="M1.500 6h8.200c2.200 0 2.900 1.200 2.900 3.200v2.200c0 2 .8 3.200 2.900 3.200h9" />
                <circle cx="12.600" cy="10.200" r="3.600" /></svg>
            <b>{lesson.title.pick(lang)}</b>
            if now.phase == Phase::Walk {
                <span class="hands-said">
                    if veiled { <span class="veil-chip"><i>{"?"}</i>{ui(lang, Key::Veiled)}</span> }
                    {for now.counts.iter().enumerate().filter_map(|(n, count)| count.map(|count| html! { <span><i>{letter(n)}</i>{count}</span> }))}
                </span>
            }
            <span class="steps">{for (0..steps).map(|n| html! { <i class={classes!((n < at).then_some("past"), (n == at).then_some("now"))}></i> })}
                <span>{filled(ui(lang, Key::OfAll), &[("number", &(at + 1).to_string()), ("all", &steps.to_string())])}</span></span>
        </div>
    };
    let body = if now.code {
        view_code(lang, entry, at, code_of, heard.class.code.as_deref())
    } else {
        match now.phase {
            Phase::Question => view_question(lang, entry, at, &now, &choices),
            Phase::Walk => {
                let narration = timeline
                    .as_ref()
                    .and_then(|t| t.narration.get(stop).cloned())
                    .unwrap_or_default();
                let slide = heard.class.slide.clone().filter(|slide| {
                    told.as_ref().is_some_and(|told| told.generation == slide.0.generation)
                        && slide.0.veiled == veiled
                });
                let drawn = slide.map(|slide| {
                    let (of, scene) = &*slide;
                    let view = View {
                        generation: of.generation,
                        stop: of.stop,
                        width: 1920.0,
                        height: 744.0,
                        small: false,
                    };
                    Rc::new((view, scene.clone()))
                });
                let long = narration.chars().count() > if lang == Lang::Zh { 44 } else { 84 };
                html! {
                    <div class="room-walk">
                        <div class="room-scene">
                            if let Some(drawn) = drawn {
                                <Diagram {lang} class="large" {drawn} packet={true} magnified={false} swept={timeline.as_ref().and_then(|t| swept(t, stop))} speed={state.speed.factor()} hover={None::<usize>}
                                    onhover={Callback::noop()} reveal={Callback::noop()} dispatch={state.dispatcher()} />
                            }
                        </div>
                        <div class="caption">
                            <p class={classes!(long.then_some("long"))} role="status" aria-live="polite" data-testid="caption">{narration}</p>
                            <div class="ticks">
                                {for (0..=last).filter(|n| !veiled || *n <= stop).map(|n| html! {
                                    <i class={match n.cmp(&stop) { Ordering::Less => "past", Ordering::Equal => "now", Ordering::Greater => "" }}></i> })}
                                <span data-testid="room-stop">{if veiled {
                                    filled(ui(lang, Key::Stop), &[("number", &(stop + 1).to_string())])
                                } else {
                                    filled(ui(lang, Key::StopOf), &[("number", &(stop + 1).to_string()), ("all", &(last + 1).to_string())])
                                }}</span>
                            </div>
                        </div>
                    </div>
                }
            }
            Phase::Reveal => {
                let banner = told.as_ref().map(|told| told.banner.clone());
                let right = choices.iter().position(Choice::is_right);
                let seen = right.and_then(|at| now.counts.get(at).copied().flatten()).unwrap_or(0);
                // Of what let the packet in the choice tells more than the banner.
                let why = |banner: &Banner| match right {
                    Some(right) => choices[right].why.clone(),
                    None => banner.detail.clone(),
                };
                let next = lesson
                    .steps
                    .get(at + 1)
                    .map(|next| beginning(next.case.head.question.pick(lang), lang));
                html! {
                    <>
                    if let Some(banner) = banner {
                        <div class={classes!("room-verdict", tone_name(banner.tone))} data-testid="room-verdict">
                            <span class={classes!("badge", (seen > 0).then_some("rays"))}><Icon id={match banner.tone { Tone::Ok => "i-ok", Tone::Stop => "i-no", _ => "i-fork" }} size={48} /></span>
                            <div><h2><Words of={banner.headline.clone()} /></h2><p><Words of={why(&banner)} /></p></div>
                            if now.hands() > 0 {
                                <p class="foreseen"><b>{filled(ui(lang, Key::OfAll), &[("number", &seen.to_string()), ("all", &now.hands().to_string())])}</b>{ui(lang, Key::SawItComing)}</p>
                            }
                        </div>
                    }
                    <ol class="revealed">{for choices.iter().enumerate().map(|(n, choice)| view_revealed(n, choice, &now))}</ol>
                    <div class="room-foot"><span class="next">if let Some(next) = next { <b>{ui(lang, Key::NextWord)}</b>{" "}{next} }</span>
                        <span class="keys"><span><kbd>{"←"}</kbd>{ui(lang, Key::KeyWalkAgain)}</span>
                            if at + 1 < steps { <span><kbd>{"→"}</kbd>{ui(lang, Key::KeyNext)}</span> }
                            <span><kbd>{"Q"}</kbd>{ui(lang, Key::KeyCode)}</span></span></div>
                    </>
                }
            }
        }
    };
    let phase = match (now.code, now.phase) {
        (true, _) => "code",
        (_, Phase::Question) => "question",
        (_, Phase::Walk) => "walk",
        (_, Phase::Reveal) => "reveal",
    };
    html! {
        <main class={classes!("hall", phase, SIZES[*size])} data-testid="room" data-phase={phase} data-step={(at + 1).to_string()}>{top}{body}</main>
    }
}

fn view_question(lang: Lang, entry: &Entry, at: usize, now: &Shown, choices: &[Choice]) -> Html {
    let step = &entry.lesson.steps[at];
    let question = step.case.head.question.pick(lang);
    let is_long = question.chars().count() > if lang == Lang::Zh { 70 } else { 140 };
    let hands = now.hands();
    let counted = now.counts.iter().any(Option::is_some) || now.counting.is_some();
    let card = |(n, choice): (usize, &Choice)| {
        let counting = now.counting == Some(n);
        let count = now.counts.get(n).copied().flatten();
        html! {
            <li class={classes!("room-choice", counting.then_some("counting"))} data-testid="room-choice">
                <b class="letter">{letter(n)}</b>
                <span><span class="end"><Words of={choice.end.clone()} /></span>
                    if !choice.place.is_empty() { <span class="place"><Words of={choice.place.clone()} /></span> }</span>
                <span class="count" data-testid="count">{count.map(|n| n.to_string()).unwrap_or_default()}</span>
                if counted { {bar(count, hands)} }
            </li>
        }
    };
    let packets =
        step.case.scenario.packets.iter().map(|line| html! { <code><s>{"$ "}</s>{line}</code> });
    let goals = step.goals.iter().map(|goal| {
        let say = goal.say.pick(lang);
        html! { <li><b>{if say.is_empty() { goal.text.as_str() } else { say }}</b><code>{packet_words(lang, &Promised::parts(&goal.text).0).join(", ")}</code></li> }
    });
    let hands_word = match hands {
        1 => ui(lang, Key::HandsOne).to_owned(),
        many => filled(ui(lang, Key::HandsMany), &[("count", &many.to_string())]),
    };
    html! {
        <>
        <div class="room-body">
            <h2 class={classes!("question", is_long.then_some("long"))} data-testid="room-question">{question}</h2>
            if step.goals.is_empty() || step.asks() {
                <div class="room-packet"><span>{for packets}</span>
                    if step.asks() && !now.revealed { <span class="veiled-pill"><i>{"?"}</i>{ui(lang, Key::AnswerVeiled)}</span> }</div>
            }
            if step.asks() {
                <ol class={classes!("room-choices", (choices.len() < 4).then_some("three"))}>{for choices.iter().enumerate().map(card)}</ol>
            } else {
                <ul class={classes!("room-goals", (step.goals.len() > FEW).then_some("many"))}>{for goals}</ul>
            }
        </div>
        <div class="room-foot">
            if step.asks() {
                if counted { <b>{hands_word}</b> } else { <span><b>{ui(lang, Key::HandsUp)}</b>{" "}{filled(ui(lang, Key::AnswersOne), &[("count", &choices.len().to_string())])}</span> }
            } else { <b>{ui(lang, Key::YourTurn)}</b> }
            <span class="keys">
                if now.counting.is_some() { <span><kbd>{"Enter"}</kbd>{ui(lang, Key::DoneCount)}</span> }
                else if step.asks() { <span><kbd>{"1"}</kbd>{"–"}<kbd>{choices.len().max(1).to_string()}</kbd>{ui(lang, Key::CountHands)}</span> }
                else { <span><kbd>{"Q"}</kbd>{ui(lang, Key::KeyCode)}</span> }
                <span><kbd>{"→"}</kbd>{ui(lang, Key::KeyWalk)}</span>
                if counted { <span><kbd>{"R"}</kbd>{ui(lang, Key::KeyReveal)}</span> }
            </span>
        </div>
        </>
    }
}

/// As much of a question as a line at the foot may have.
fn beginning(question: &str, lang: Lang) -> String {
    let most = if lang == Lang::Zh { 32 } else { 64 };
    let Some((end, _)) = question.char_indices().nth(most) else { return question.to_owned() };
    let whole = &question[..end];
    let words =
        if lang == Lang::Zh { whole } else { whole.rsplit_once(' ').map_or(whole, |w| w.0) };
    [words.trim_end_matches([',', ';', ':', '.', '，', '。']), "…"].concat()
}

/// A bar as long as the share of hands: an SVG, which the page's policy lets have a width.
fn bar(count: Option<u32>, hands: u32) -> Html {
    let share = f64::from(count.unwrap_or(0)) * 100.0 / f64::from(hands.max(1));
    html! {
        <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width={format!("{share:.1}")} height="1" /></svg>
    }
}

fn view_revealed(at: usize, choice: &Choice, now: &Shown) -> Html {
    let count = now.counts.get(at).copied().flatten();
    html! {
        <li class={classes!("revealed-choice", choice.is_right().then_some("truth"))} data-testid="revealed" data-choice={choice.name.clone()}>
            <b class="letter">{letter(at)}</b>
            <span class="what"><span class="end"><Words of={choice.end.clone()} /></span>
                if !choice.place.is_empty() { <span class="place"><Words of={choice.place.clone()} /></span> }</span>
            // Why the true one is true stands above.
            <span class="undone">if !choice.is_right() { <Words of={choice.why.clone()} /> }</span>
            <span class="count">{count.map(|n| n.to_string()).unwrap_or_default()}</span>
            if now.hands() > 0 { {bar(count, now.hands())} }
        </li>
    }
}

fn view_code(
    lang: Lang,
    entry: &Entry,
    at: usize,
    address: Option<String>,
    made: Option<&AddressCode>,
) -> Html {
    let code = made
        .filter(|made| Some(&made.address) == address.as_ref())
        .and_then(|made| made.modules.clone());
    let number = (at + 1).to_string();
    let title = entry.lesson.title.pick(lang);
    html! {
        <>
        <div class="room-code">
            <div class="paper">
                if let Some((side, path)) = code {
                    <svg viewBox={format!("0 0 {side} {side}")} role="img" aria-label={ui(lang, Key::AddressOf)} data-testid="qr" data-side={side.to_string()}><path d={path} /></svg>
                }
            </div>
            <div><h2>{ui(lang, Key::YourTurn)}</h2>
                if let Some(address) = address { <code class="address" data-testid="room-address">{address}</code> } else { <p>{ui(lang, Key::NoAddress)}</p> }
                <p><b>{ui(lang, Key::NoNetwork)}</b>{" "}{filled(ui(lang, Key::NoNetworkIs), &[("title", title), ("step", &number)])}</p>
                <p><b>{ui(lang, Key::NoAccount)}</b>{" "}{ui(lang, Key::NoAccountIs)}</p></div>
        </div>
        <div class="room-foot"><b>{filled(ui(lang, Key::StepOf), &[("step", &number), ("title", title)])}</b>
            <span class="keys"><span><kbd>{"Q"}</kbd>{ui(lang, Key::KeyBack)}</span></span></div>
        </>
    }
}

/// Fills the screen, or no longer.
fn full_screen() {
    let document = document();
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else if let Some(root) = document.document_element() {
        let _ = root.request_fullscreen();
    }
}

/// What a key does; whether it did anything.
type Act = Rc<dyn Fn(&str, bool) -> bool>;

/// Hears every key, with what it does by then.
#[hook]
fn use_presses(latest: Rc<RefCell<Option<Act>>>) {
    use_effect_with((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let heard = EventListener::new_with_options(&window(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let act = latest.borrow().clone();
            if act.is_some_and(|act| act(&event.key(), event.shift_key())) {
                event.prevent_default();
            }
        });
        move || drop(heard)
    });
}

#[cfg(test)]
mod tests {
    use super::{Shown, beginning};
    use chainwalk::view::Lang;

    #[test]
    fn a_line_has_room_for_the_beginning_of_a_question() {
        assert_eq!(beginning("Let ssh in.", Lang::En), "Let ssh in.");
        let long = ["word, ".repeat(9), "rather-long-words-are-left-out".into()].concat();
        assert_eq!(beginning(&long, Lang::En), format!("{}word…", "word, ".repeat(8)));
        assert_eq!(beginning(&"问".repeat(40), Lang::Zh), format!("{}…", "问".repeat(32)));
    }

    #[test]
    fn digits_make_a_count_and_others_do_not() {
        let mut shown = Shown { counting: Some(1), ..Shown::default() };
        for key in ["1", "4", "5", "9"] {
            assert!(shown.digit(key));
        }
        assert_eq!(shown.counts, [None, Some(145), None, None], "a room holds no more");
        assert!(shown.digit("Backspace"));
        assert_eq!(shown.hands(), 14);
        assert!(!shown.digit("Enter") && !shown.digit("PageDown"));
        shown.counting = None;
        assert!(!shown.digit("1"));
    }
}
