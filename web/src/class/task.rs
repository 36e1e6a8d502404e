//! The left side of a step: the question, its choices or its goals, the commands, hints, the score.

use super::course::Entry;
use super::message::{GoalTold, Marked, Met};
use super::progress::{Standing, StepDone};
use super::told::{fate_words, packet_words, sequence_words};
use super::words::{Key, filled, ui};
use crate::parts::{Icon, Words};
use chainwalk::Promised;
use chainwalk::view::Lang;
use chainwalk_take::lesson::{Choice, Step};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// So many packets beyond the goals are named.
const STRAYS: usize = 5;

/// What somebody does with a step.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Todo {
    /// A choice is made, by its name.
    Guess(String),
    /// A command is run.
    Run(String),
    /// A command is taken back.
    TakeBack(usize),
    /// Another hint is looked at.
    Hint,
    /// Commands and hints go.
    StartOver,
}

/// Properties of [`Task`].
#[derive(Properties, PartialEq)]
pub(super) struct TaskProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// The lesson.
    pub(super) entry: Entry,
    /// The step, from 0.
    pub(super) step: usize,
    /// What is done of it.
    pub(super) done: StepDone,
    /// The goal that is walked.
    pub(super) selected: usize,
    /// How the commands fare, once that is known.
    pub(super) marked: Option<Rc<Marked>>,
    /// The choices, once they are known.
    pub(super) choices: Rc<Vec<Choice>>,
    /// Whether the answer is veiled.
    pub(super) veiled: bool,
    /// Where to go on, and what that is called.
    pub(super) next: Option<(String, String)>,
    /// What is done.
    pub(super) change: Callback<Todo>,
    /// Another goal is walked.
    pub(super) pick: Callback<usize>,
    /// The walk is played from its begin.
    pub(super) see: Callback<()>,
    /// The step is handed in.
    pub(super) handin: Callback<()>,
}

/// The task.
#[component]
pub(super) fn Task(props: &TaskProps) -> Html {
    let TaskProps { lang, entry, step: at, done, marked, choices, veiled, .. } = props;
    let lang = *lang;
    let step = &entry.lesson.steps[*at];
    let solution = use_state_eq(|| false);
    // What was shown last stays until what follows it is there.
    let kept = use_mut_ref(|| None::<Rc<Marked>>);
    if let Some(marked) = marked {
        *kept.borrow_mut() = Some(marked.clone());
    }
    let shown = kept.borrow().clone();
    let is_task = !step.goals.is_empty();
    let solved = shown.as_ref().is_some_and(|m| m.solved);
    let hints = done.hints.min(step.hints.len());
    let change = |todo: Todo| props.change.reform(move |_: MouseEvent| todo.clone());
    let show_solution = {
        let solution = solution.clone();
        Callback::from(move |_: MouseEvent| solution.set(true))
    };
    let over = done.standing(is_task) > Standing::Open;
    html! {
        <section class="task" aria-label={ui(lang, Key::Task)}>
            // Behind a guess nothing in it takes the focus, and it may be taller than its room.
            <div class="task-body" tabindex={(over && !is_task).then_some("0")}>
                <h2 class="question">{step.case.head.question.pick(lang)}</h2>
                if step.asks() { {view_choices(props, step, choices)} }
                if is_task {
                    {view_goals(props, step, shown.as_deref())}
                    <Commands {lang} native={entry.is_native()} edits={done.edits.clone()}
                        problems={shown.as_ref().filter(|m| m.of.edits == done.edits).map(|m| m.problems.clone()).unwrap_or_default()} change={props.change.clone()} />
                    if let Some(marked) = &shown { {view_message(lang, marked, props.selected)} }
                    if let Some(marked) = shown.as_ref().filter(|m| m.solved) { {view_score(lang, marked)} }
                    {for step.hints.iter().take(hints).enumerate().map(|(n, hint)| html! {
                        <div class="lesson-hint" data-testid="hint"><Icon id="i-half" size={14} /><div>{hint.pick(lang)}
                            <small>{filled(ui(lang, Key::HintOf), &[("number", &(n + 1).to_string()), ("all", &step.hints.len().to_string())])}</small></div></div>
                    })}
                    if *solution || (solved && !done.edits.is_empty()) {
                        <details class="solution" open={*solution} data-testid="solution"><summary>{ui(lang, Key::SolutionOf)}{" · "}
                            {filled(ui(lang, Key::ParIs), &[("count", &step.solution.edits.len().to_string())])}</summary>
                            {for step.solution.edits.iter().map(|line| html! { <code>{line}</code> })}</details>
                    }
                }
                if !step.case.head.point.pick(lang).is_empty() && over { <p class="point">{step.case.head.point.pick(lang)}</p> }
            </div>
            if is_task || over {
                <div class={classes!("task-end", (over && (is_task || done.guess == Choice::RIGHT)).then_some("won"))}>
                    if is_task && solved {
                        {view_won(lang, shown.as_deref(), entry)}
                    } else if !is_task && over && !*veiled {
                        <div class="won-words"><Icon id={if done.guess == Choice::RIGHT { "i-ok" } else { "i-half" }} size={20} /><div>
                            <h3>{ui(lang, if done.guess == Choice::RIGHT { Key::Right } else { Key::GuessMissed })}</h3></div></div>
                    }
                    <div class="end-buttons">
                        if is_task && !solved {
                            if hints < step.hints.len() {
                                <button class="button" onclick={change(Todo::Hint)} data-testid="another-hint"><Icon id="i-half" size={14} />
                                    {ui(lang, if hints == 0 { Key::Hint } else { Key::HintAnother })}</button>
                            } else if !*solution {
                                <button class="button" onclick={show_solution} data-testid="show-solution">{ui(lang, Key::SolutionShow)}</button>
                            }
                            <button class="ghost" onclick={change(Todo::StartOver)} data-testid="start-over">{ui(lang, Key::StartOver)}</button>
                        }
                        if is_task && solved {
                            <button class="button" onclick={props.handin.reform(|_| ())}><Icon id="i-share" size={14} />{ui(lang, Key::HandIn)}</button>
                            if !done.edits.is_empty() { <button class="ghost" onclick={change(Todo::StartOver)}>{ui(lang, Key::StartOver)}</button> }
                        }
                        if !*veiled {
                            <button class="button see" onclick={props.see.reform(|_| ())} data-testid="see">{ui(lang, Key::SeeItWalk)}<Icon id="i-rt" /></button>
                        }
                        if let Some((href, word)) = props.next.clone().filter(|_| over) {
                            <a class="button go" {href} data-testid="next">{word}<Icon id="i-rt" /></a>
                        }
                    </div>
                </div>
            }
        </section>
    }
}

/// The letter of a choice.
pub(super) fn letter(at: usize) -> char {
    char::from(b'A' + u8::try_from(at).unwrap_or(25).min(25))
}

fn view_choices(props: &TaskProps, step: &Step, choices: &[Choice]) -> Html {
    let TaskProps { lang, done, change, .. } = props;
    let open = done.guess.is_empty();
    let packets = step
        .case
        .scenario
        .packets
        .iter()
        .map(|line| html! { <code class="packet-line">{"$ "}{line}</code> });
    let one = |(at, choice): (usize, &Choice)| {
        let mine = done.guess == choice.name;
        let class = classes!(
            "choice-card",
            (!open && choice.is_right()).then_some("truth"),
            (!open && mine).then_some("mine")
        );
        let words = html! {
            <><b class="letter">{letter(at)}</b>
            <span class="what"><span class="end"><Words of={choice.end.clone()} /></span>
                if !choice.place.is_empty() { <span class="place"><Words of={choice.place.clone()} /></span> }
                if !open { <span class="undone" data-testid="why"><Words of={choice.why.clone()} /></span> }
            </span></>
        };
        let name = choice.name.clone();
        if open {
            let pick = change.reform(move |_: MouseEvent| Todo::Guess(name.clone()));
            html! { <li><button {class} onclick={pick} data-testid="choice" data-choice={choice.name.clone()}>{words}</button></li> }
        } else {
            html! { <li><div {class} data-testid="chosen" data-choice={choice.name.clone()}>{words}</div></li> }
        }
    };
    html! {
        <div class="guess">
            {for packets}
            if open { <p class="part"><span>{ui(*lang, Key::Choose)}</span></p> }
            <ol class="choices">{for choices.iter().enumerate().map(one)}</ol>
        </div>
    }
}

fn view_goals(props: &TaskProps, step: &Step, marked: Option<&Marked>) -> Html {
    let lang = props.lang;
    let met = marked.map_or(0, |m| m.goals.iter().filter(|goal| goal.met == Met::Yes).count());
    let one = |(at, goal): (usize, &chainwalk_take::lesson::Goal)| {
        let told: Option<&GoalTold> = marked.and_then(|m| m.goals.get(at));
        let (class, icon, word) = match told.map(|told| told.met) {
            Some(Met::Yes) => ("met", "i-ok", Key::GoalMet),
            Some(Met::No) => ("missed", "i-no", Key::GoalMissed),
            Some(Met::Depends) => ("depends", "i-half", Key::GoalDepends),
            None => ("", "i-clock", Key::Loading),
        };
        let on = props.selected == at;
        let (packets, _) = Promised::parts(&goal.text);
        let say = goal.say.pick(lang);
        html! {
            <li><button class={classes!("goal", class, on.then_some("on"))} aria-pressed={on.to_string()} data-testid="goal" data-met={class}
                onclick={props.pick.reform(move |_: MouseEvent| at)}>
                <span class="sign"><Icon id={icon} size={14} label={ui(lang, word)} /></span>
                <span><b>{if say.is_empty() { goal.text.as_str() } else { say }}</b>
                    {for packet_words(lang, &packets).into_iter().map(|line| html! { <code>{line}</code> })}
                    if let Some(told) = told { <span>{ui(lang, Key::Now)}{" "}<b>{&told.now}</b>
                        if told.met != Met::Yes { {"; "}{ui(lang, Key::Wanted)}{" "}{fate_words(lang, &told.wanted)} }
                        if told.met == Met::Depends { {" ("}{ui(lang, Key::GoalDepends)}{")"} }</span> }
                </span></button></li>
        }
    };
    html! {
        <div>
            <p class="part"><span>{ui(lang, Key::Goals)}</span><small role="status" data-testid="goals-met">
                {filled(ui(lang, Key::AllMet), &[("met", &met.to_string()), ("all", &step.goals.len().to_string())])}</small></p>
            <ul class="goals">{for step.goals.iter().enumerate().map(one)}</ul>
        </div>
    }
}

/// What a change that turned nothing misses, or what a solution changes beyond the goals.
fn view_message(lang: Lang, marked: &Marked, selected: usize) -> Html {
    if marked.of.edits.is_empty() || marked.problems.last().is_some_and(|p| !p.is_empty()) {
        return Html::default();
    }
    if marked.solved && !marked.strays.is_empty() {
        let left = marked.strays.len().saturating_sub(STRAYS);
        return html! {
            <div class="message beyond" data-testid="strays"><p>{ui(lang, Key::SolvedMore)}</p><ul>
                {for marked.strays.iter().take(STRAYS).map(|stray| html! { <li><code>{sequence_words(lang, stray)}</code></li> })}
                if left > 0 { <li>{filled(ui(lang, Key::CountMore), &[("count", &left.to_string())])}</li> }
            </ul></div>
        };
    }
    let missed = marked.goals.get(selected).filter(|goal| goal.met != Met::Yes && !goal.meets);
    match missed {
        Some(_) => html! {
            <div class="message" role="status" data-testid="never-meets">{filled(ui(lang, Key::NeverMeets), &[("chain", &marked.chain)])}</div>
        },
        None => Html::default(),
    }
}

fn view_score(lang: Lang, marked: &Marked) -> Html {
    let count = |key: Key, count: usize| filled(ui(lang, key), &[("count", &count.to_string())]);
    let chip = |good: bool, text: String| {
        html! { <span class={if good { "good" } else { "worse" }}>{text}</span> }
    };
    let commands = marked.of.edits.len();
    let commands_word = if commands == 1 {
        ui(lang, Key::OneCommand).to_owned()
    } else {
        count(Key::MoreCommands, commands)
    };
    html! {
        <p class="score" data-testid="score">
            {chip(marked.let_in == 0, count(Key::LetsIn, marked.let_in))}
            {chip(marked.shut_out == 0, count(Key::ShutsOut, marked.shut_out))}
            <span>{commands_word}{" · "}{count(Key::Characters, marked.characters)}</span>
            if marked.at_par() { {chip(true, ui(lang, Key::Par).to_owned())} }
            else if commands > marked.par { {chip(false, count(Key::ParAbove, commands - marked.par))} }
        </p>
    }
}

fn view_won(lang: Lang, marked: Option<&Marked>, entry: &Entry) -> Html {
    let par = marked.is_some_and(Marked::at_par);
    html! {
        <div class="won-words" role="status" data-testid="solved"><Icon id="i-ok" size={20} /><div>
            <h3>{ui(lang, if par { Key::SolvedAtPar } else { Key::Solved })}</h3>
            <p>{entry.lesson.point.pick(lang)}</p></div></div>
    }
}

/// Properties of [`Commands`].
#[derive(Properties, PartialEq)]
struct CommandsProps {
    lang: Lang,
    native: bool,
    edits: Vec<String>,
    problems: Vec<String>,
    change: Callback<Todo>,
}

/// The commands, and the line for the next one.
#[component]
fn Commands(props: &CommandsProps) -> Html {
    let CommandsProps { lang, native, edits, problems, change } = props;
    let lang = *lang;
    let line = use_node_ref();
    let run = {
        let (line, change) = (line.clone(), change.clone());
        Callback::from(move |(): ()| {
            let Some(input) = line.cast::<HtmlInputElement>() else { return };
            let text = input.value();
            let text = text.trim().trim_start_matches(['$', '#']).trim();
            let bare = text.strip_prefix("sudo ").unwrap_or(text).trim();
            if !bare.is_empty() {
                change.emit(Todo::Run(bare.to_owned()));
                input.set_value("");
            }
        })
    };
    let onkeydown = {
        let (line, run, change, edits) = (line.clone(), run.clone(), change.clone(), edits.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.is_composing() {
                return;
            }
            let Some(input) = line.cast::<HtmlInputElement>() else { return };
            let empty = input.value().is_empty();
            let last = edits.len().checked_sub(1);
            match (event.key().as_str(), last) {
                ("Enter", _) => run.emit(()),
                ("z" | "Z", Some(last)) if (event.ctrl_key() || event.meta_key()) && empty => {
                    change.emit(Todo::TakeBack(last));
                }
                // The last one comes back to be mended.
                ("ArrowUp", Some(last)) if empty => {
                    input.set_value(&edits[last]);
                    change.emit(Todo::TakeBack(last));
                }
                _ => return,
            }
            event.prevent_default();
        })
    };
    let onblur = run.reform(|_: FocusEvent| ());
    let one = |(at, edit): (usize, &String)| {
        let problem = problems.get(at).filter(|p| !p.is_empty());
        let label = format!("{}: {edit}", ui(lang, Key::TakeBack));
        html! {
            <li class={classes!("command-line", problem.map(|_| "wrong"))} data-testid="command"><span class="prompt">{"$"}</span>
                <span><code>{edit}</code>if let Some(problem) = problem { <span class="problem" role="alert">{problem}</span> }</span>
                <button onclick={change.reform(move |_: MouseEvent| Todo::TakeBack(at))} aria-label={label.clone()} title={label}><Icon id="i-x" /></button></li>
        }
    };
    html! {
        <div>
            <p class="part"><span>{ui(lang, Key::Commands)}</span><small class="by-key">{ui(lang, Key::CommandsHelp)}{", "}<kbd>{"Ctrl"}</kbd>{" "}<kbd>{"Z"}</kbd>{" "}{ui(lang, Key::CommandsHelpUndo)}</small>
                <small class="by-leaving">{ui(lang, Key::Runs)}</small></p>
            <div class="commands-box">
                <ul>{for edits.iter().enumerate().map(one)}</ul>
                <div class="command-line"><span class="prompt">{"$"}</span>
                    <input ref={line} type="text" aria-label={ui(lang, Key::Command)} placeholder={if *native { "nft …" } else { "iptables …" }} data-testid="command-input"
                        autocomplete="off" autocapitalize="off" spellcheck="false" {onkeydown} {onblur} /></div>
            </div>
            <p class="syntax" data-testid="syntax">{for view_syntax(ui(lang, if *native { Key::SyntaxNft } else { Key::SyntaxIptables }))}</p>
        </div>
    }
}

/// A line of the words in which commands stand between backticks.
fn view_syntax(line: &'static str) -> impl Iterator<Item = Html> {
    line.split('`').enumerate().map(|(at, piece)| match at % 2 {
        0 => html! { {piece} },
        _ => html! { <code>{piece}</code> },
    })
}
