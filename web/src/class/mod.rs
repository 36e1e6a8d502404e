//! Lessons: the list of them, a student's step, and the view for a room. It stands beside the visitor's own work and
//! leaves it alone.

mod course;
pub(crate) mod desk;
mod files;
mod hand_in;
mod line;
mod list;
pub mod message;
mod present;
mod progress;
mod route;
mod rules;
mod step;
mod task;
mod told;
mod walk;
pub mod words;

pub(crate) use course::open;
pub(crate) use route::{Place, go, use_place};

use crate::address;
use crate::parts::{Dispatch, Icon, act};
use crate::state::{Action, Theme};
use crate::words::{Key as PageKey, ui as page};
use chainwalk::view::Lang;
use course::use_course;
use files::use_files;
use list::LessonList;
use present::Present;
use progress::{Progress, StepDone};
use std::rc::Rc;
use step::StepView;
use words::{Key, filled, ui};
use yew::prelude::*;

/// Properties of [`Classroom`].
#[derive(Properties, PartialEq)]
pub(crate) struct ClassProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The theme.
    pub(crate) theme: Theme,
    /// Where the class is.
    pub(crate) place: Place,
    /// Whether the walk stands still until it is played.
    pub(crate) still: bool,
    /// What a person did, for theme and language.
    pub(crate) dispatch: Dispatch,
}

/// The class.
#[component]
pub(crate) fn Classroom(props: &ClassProps) -> Html {
    let ClassProps { lang, theme, place, still, dispatch } = props;
    let lang = *lang;
    let turn = use_state_eq(|| 0_u32);
    let course = use_course(true, *turn);
    let progress = use_state_eq(Progress::kept);
    let again = {
        let turn = turn.clone();
        Callback::from(move |(): ()| turn.set(*turn + 1))
    };
    let onprogress = {
        let progress = progress.clone();
        Callback::from(move |next: Progress| {
            next.keep();
            progress.set(next);
        })
    };
    let onfile = {
        let (again, progress, onprogress) = (again.clone(), progress.clone(), onprogress.clone());
        Callback::from(move |text: String| {
            if let Some(saved) = Progress::read(&text) {
                onprogress.emit(saved.joined(&progress));
            } else if chainwalk_take::Lesson::is_one(&text) {
                let key = open(&text);
                again.emit(());
                go(&Place::step(&key, 0, false));
            }
        })
    };
    use_files(&onfile);
    let onstep = {
        let (progress, onprogress) = (progress.clone(), onprogress.clone());
        Callback::from(move |(lesson, step, done): (Rc<str>, String, StepDone)| {
            onprogress.emit(progress.put(&lesson, &step, done));
        })
    };
    let header = html! { <ClassHeader {lang} theme={*theme} dispatch={dispatch.clone()} /> };
    let body = match place {
        Place::List => html! {
            <>{header}<LessonList {lang} course={course.clone()} progress={(*progress).clone()} {onfile} {again} /></>
        },
        Place::Step { lesson, step, present } => match course.find(lesson) {
            None if !course.whole && course.missing.is_none() => html! {
                <>{header}<p class="class-note" role="status">{ui(lang, Key::Loading)}</p></>
            },
            None => html! {
                <>{header}<div class="class-note" role="alert" data-testid="no-lesson">
                    <p>{filled(ui(lang, if course.missing.is_some() { Key::MissingLessons } else { Key::NoSuchLesson }), &[("name", lesson)])}</p>
                    <p><a class="quiet" href="#lessons">{ui(lang, Key::Lessons)}</a></p></div></>
            },
            Some(entry) => {
                let steps = &entry.lesson.steps;
                let named = steps.iter().position(|own| own.name == *step);
                let at = named.or_else(|| step.parse::<usize>().ok()?.checked_sub(1)).unwrap_or(0);
                let at = at.min(steps.len().saturating_sub(1));
                if let Some(line) = entry.broken.or(steps.is_empty().then_some(1)) {
                    html! {
                        <>{header}<p class="class-note" role="alert" data-testid="broken-lesson">
                            {filled(ui(lang, Key::Broken), &[("line", &line.to_string())])}</p></>
                    }
                } else if *present {
                    html! { <Present {lang} key={entry.key.to_string()} entry={entry.clone()} step={at} still={*still} /> }
                } else {
                    html! {
                        <>{header}<StepView {lang} key={entry.key.to_string()} course={course.clone()} entry={entry.clone()} step={at}
                            still={*still} progress={(*progress).clone()} {onstep} /></>
                    }
                }
            }
        },
    };
    html! { <div class="class" data-testid="class">{body}</div> }
}

/// Properties of [`ClassHeader`].
#[derive(Properties, PartialEq)]
struct HeaderProps {
    lang: Lang,
    theme: Theme,
    dispatch: Dispatch,
}

/// The top of the class.
#[component]
fn ClassHeader(props: &HeaderProps) -> Html {
    let HeaderProps { lang, theme, dispatch } = props;
    let lang = *lang;
    let next = match theme {
        Theme::System => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::System,
    };
    let other = match lang {
        Lang::En => Lang::Zh,
        Lang::Zh => Lang::En,
    };
    let leave = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        leave();
    });
    html! {
        <header class="class-head">
            <h1 class="brand">
                <svg width="26" height="20" viewBox="0 0 26 20" aria-hidden="true">
                    <path d="M1.500 6h8.200c2.200 0 2.900 1.200 2.900 3.200v2.200c0 2 .8 3.200 2.900 3.200h9" />
                    <circle cx="12.600" cy="10.200" r="3.600" />
                </svg>
                <span>{"Chainwalk"}</span>
            </h1>
            <span class="grow"></span>
            <a class="ghost" href="#" onclick={leave} data-testid="leave-class">{ui(lang, Key::BackToRules)}</a>
            <a class="ghost on" href="#lessons" data-testid="all-lessons">{ui(lang, Key::Lessons)}</a>
            <button class="ghost" aria-label={page(lang, PageKey::ThemeName)} title={page(lang, PageKey::ThemeName)} data-testid="class-theme"
                onclick={act(dispatch, Action::Theme(next))}><Icon id="i-theme" size={16} /></button>
            <button class="ghost" data-testid="class-lang" title={page(lang, PageKey::LangOtherName)}
                lang={if other == Lang::Zh { "zh-Hans" } else { "en" }}
                onclick={act(dispatch, Action::Lang(other))}>{page(lang, PageKey::LangOther)}</button>
        </header>
    }
}

/// Goes back to the visitor's own.
pub(crate) fn leave() {
    let _ = gloo::utils::window().location().set_hash("");
    address::forget_link();
}
