//! The list of lessons, with how far somebody is.

use super::course::{Course, Entry};
use super::files::read;
use super::line::{LessonLine, Station};
use super::progress::{Progress, Standing};
use super::route::Place;
use super::words::{Key, filled, ui};
use crate::one_file::is_one_file;
use crate::parts::{Icon, save};
use chainwalk::view::Lang;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`LessonList`].
#[derive(Properties, PartialEq)]
pub(super) struct ListProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// The lessons.
    pub(super) course: Course,
    /// How far somebody is.
    pub(super) progress: Progress,
    /// A file was opened.
    pub(super) onfile: Callback<String>,
    /// Fetches once more what could not be fetched.
    pub(super) again: Callback<()>,
}

/// The stations of a lesson's steps.
pub(super) fn stations(entry: &Entry, progress: &Progress, lang: Lang) -> Vec<Station> {
    let steps = entry.lesson.steps.iter().enumerate();
    let station = |(at, step): (usize, &chainwalk_take::lesson::Step)| {
        let standing = progress.of(&entry.key, &step.name).standing(!step.goals.is_empty());
        let word = match standing {
            Standing::Par => ui(lang, Key::AtPar),
            Standing::Solved => ui(lang, Key::SolvedWord),
            Standing::Open => ui(lang, Key::WordOpen),
        };
        let number = (at + 1).to_string();
        Station {
            standing,
            label: [&filled(ui(lang, Key::Step), &[("step", &number)]), ": ", word].concat(),
            href: ["#", &Place::step(&entry.key, at, false).fragment()].concat(),
        }
    };
    steps.map(station).collect()
}

/// The list.
#[component]
pub(super) fn LessonList(props: &ListProps) -> Html {
    let ListProps { lang, course, progress, onfile, again } = props;
    let lang = *lang;
    let listed: Vec<(&Entry, Vec<Station>)> =
        course.listed().map(|entry| (entry, stations(entry, progress, lang))).collect();
    let is_done = |stations: &[Station]| {
        !stations.is_empty() && stations.iter().all(|s| s.standing > Standing::Open)
    };
    let done = listed.iter().filter(|(_, stations)| is_done(stations)).count();
    let picked = {
        let onfile = onfile.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                read(input.files(), onfile.clone());
                input.set_value("");
            }
        })
    };
    let keep = {
        let text = progress.write();
        Callback::from(move |_: MouseEvent| {
            let _ = save(&text, "chainwalk-progress.json", "application/json");
        })
    };
    let current = progress.last().map(|(lesson, _)| lesson.to_owned());
    let one = |(number, (entry, stations)): (usize, &(&Entry, Vec<Station>))| {
        let all = is_done(stations);
        let now = current.as_deref() == Some(&*entry.key);
        let passed = stations.iter().filter(|s| s.standing > Standing::Open).count();
        let status = if passed == 0 {
            filled(ui(lang, Key::StepsMany), &[("count", &stations.len().to_string())])
        } else {
            filled(
                ui(lang, Key::OfAll),
                &[("number", &passed.to_string()), ("all", &stations.len().to_string())],
            )
        };
        let first = stations.iter().position(|s| s.standing == Standing::Open).unwrap_or(0);
        let href = stations.get(first).map(|s| s.href.clone()).unwrap_or_default();
        html! {
            <li class={classes!("lesson", all.then_some("all"), now.then_some("now"))} data-testid="lesson">
                <a {href}>
                    <span class="no">{if entry.ships { number.to_string() } else { "+".to_owned() }}</span>
                    <span class="about"><b>{entry.lesson.title.pick(lang)}</b>
                        <span>{entry.lesson.point.pick(lang)}</span>
                        if !entry.ships { <small>{ui(lang, Key::Opened)}</small> }</span>
                    <span class="how"><LessonLine stations={stations.clone()} />
                        <small class={all.then_some("ok")}>{status}{entry.twin.as_ref().map(|_| " · iptables, nft").unwrap_or_default()}</small></span>
                </a>
            </li>
        }
    };
    let go_on = progress.last().and_then(|(lesson, _)| {
        let (entry, stations) = listed.iter().find(|(entry, _)| *entry.key == *lesson)?;
        let at = stations.iter().position(|s| s.standing == Standing::Open)?;
        let number = (at + 1).to_string();
        let question = entry.lesson.steps.get(at)?.case.head.question.pick(lang).to_owned();
        Some(html! {
            <div class="go-on" data-testid="go-on"><div>
                <h3>{filled(ui(lang, Key::GoOn), &[("title", entry.lesson.title.pick(lang)), ("step", &number)])}</h3>
                <p>{question}</p></div>
                <a class="button go" href={stations[at].href.clone()}>{filled(ui(lang, Key::OpenStep), &[("step", &number)])}<Icon id="i-rt" /></a>
            </div>
        })
    });
    html! {
        <main class="lessons" data-testid="lessons">
            <h2>{ui(lang, Key::Lessons)}</h2>
            <p class="sub">{ui(lang, Key::LessonsIntro)}{" "}{filled(ui(lang, Key::Amount), &[("done", &done.to_string()), ("all", &listed.len().to_string())])}</p>
            {go_on.unwrap_or_default()}
            if course.missing.is_some() {
                <p class="class-note" role="alert">{ui(lang, Key::MissingLessons)}{" "}
                    <button class="quiet" onclick={again.reform(|_| ())}>{crate::words::ui(lang, crate::words::Key::TryAgain)}</button></p>
            } else if !course.whole {
                <p class="class-note" role="status">{ui(lang, Key::Loading)}</p>
            }
            <ol class="grid">{for (1..).zip(&listed).map(one)}</ol>
            <div class="keep">
                <span><Icon id="i-lock" />{" "}{ui(lang, if is_one_file() { Key::KeptNowhere } else { Key::KeptHere })}</span>
                <button class="button" onclick={keep} data-testid="save-progress"><Icon id="i-save" size={14} />{ui(lang, Key::ProgressSave)}</button>
                <label class="button" title={ui(lang, Key::OpenLessonIs)}><Icon id="i-file" size={14} />{ui(lang, Key::OpenLesson)}
                    <input type="file" accept=".txt,.json" onchange={picked} data-testid="open-lesson" /></label>
                <span class="legend" aria-hidden="true"><i class="par"></i>{ui(lang, Key::AtPar)}<i class="solved"></i>{ui(lang, Key::SolvedWord)}
                    <i class="open"></i>{ui(lang, Key::WordOpen)}</span>
            </div>
        </main>
    }
}
