//! The top of the page: the brand, the packet field, examples, theme and language.

use super::act::{Dispatch, act};
use super::ask::AskField;
use super::icon::Icon;
use crate::class::words as class_words;
use crate::focus::to_walk;
use crate::message::Drafted;
use crate::one_file::is_one_file;
use crate::origin::Origin;
use crate::state::{Action, Overlay, Theme};
use crate::words::{Key, ui};
use chainwalk::Case;
use chainwalk::view::{Lang, Problem, Suggestion};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Header`].
#[derive(Properties, PartialEq)]
pub(crate) struct HeaderProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The theme.
    pub(crate) theme: Theme,
    /// What is in the packet field.
    pub(crate) draft: Rc<str>,
    /// Where packets come from.
    pub(crate) origin: Origin,
    /// What is wrong with the line that was sent.
    pub(crate) problems: Vec<Problem>,
    /// The packet that is shown, as it was sent.
    pub(crate) sent: Rc<str>,
    /// The line, read while it is typed.
    pub(crate) drafted: Option<Rc<Drafted>>,
    /// Packets worth sending.
    pub(crate) suggestions: Rc<Vec<Suggestion>>,
    /// The interfaces that are known, for suggestions.
    pub(crate) interfaces: Rc<Vec<String>>,
    /// Whether it is said what the page is for.
    pub(crate) introduced: bool,
    /// What lies open.
    pub(crate) open: Option<Overlay>,
    /// The examples.
    pub(crate) examples: Rc<Vec<Rc<Case>>>,
    /// The packet field itself, so that a key can focus it.
    pub(crate) field: NodeRef,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
    /// What stands at its end.
    pub(crate) children: Html,
}

/// The header.
#[component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let HeaderProps { lang, theme, open, examples, dispatch, .. } = props;
    let lang = *lang;
    let (next, theme_word) = match theme {
        Theme::System => (Theme::Light, Key::ThemeSystem),
        Theme::Light => (Theme::Dark, Key::ThemeLight),
        Theme::Dark => (Theme::System, Key::ThemeDark),
    };
    let theme_word = format!("{}: {}", ui(lang, Key::ThemeName), ui(lang, theme_word));
    let other = match lang {
        Lang::En => Lang::Zh,
        Lang::Zh => Lang::En,
    };
    let shown = *open == Some(Overlay::Examples);
    let toggle = act(dispatch, Action::Open((!shown).then_some(Overlay::Examples)));
    html! {
        <header>
            <a class="skip" href="#walk" onclick={Callback::from(|e: MouseEvent| {
                e.prevent_default();
                to_walk();
            })}>{ui(lang, Key::SkipToWalk)}</a>
            <h1 class="brand">
                <svg width="26" height="20" viewBox="0 0 26 20" aria-hidden="true">
                    <path d="M1.500 6h8.200c2.200 0 2.900 1.200 2.900 3.200v2.200c0 2 .8 3.200 2.900 3.200h9" />
                    <circle cx="12.600" cy="10.200" r="3.600" />
                </svg>
                <span>{"Chainwalk"}
                    if props.introduced { <small data-testid="tagline">{ui(lang, Key::Tagline)}</small> }
                </span>
                if is_one_file() { <span class="one">{ui(lang, Key::OneFile)}</span> }
            </h1>
            <AskField {lang} draft={props.draft.clone()} origin={props.origin.clone()}
                problems={props.problems.clone()} interfaces={props.interfaces.clone()}
                sent={props.sent.clone()} drafted={props.drafted.clone()} suggestions={props.suggestions.clone()}
                open={*open} field={props.field.clone()}
                dispatch={dispatch.clone()} />
            <span class="grow"></span>
            <button class="ghost share" aria-label={ui(lang, Key::Share)} data-testid="open-share"
                onclick={act(dispatch, Action::Open(Some(Overlay::Share)))}><Icon id="i-share" size={14} /><span>{ui(lang, Key::Share)}</span></button>
            <a class="ghost lessons-link" href="#lessons" data-testid="open-lessons">{class_words::ui(lang, class_words::Key::Lessons)}</a>
            <div class="menu">
                <button class="ghost" aria-expanded={shown.to_string()} aria-controls="examples"
                    data-testid="examples" onclick={toggle}>
                    {ui(lang, Key::Examples)}<Icon id="i-dn" />
                </button>
                if shown {
                    <ul class="sheet" id="examples">
                        {for examples.iter().map(|example| html! {
                            <li><button class="card" onclick={act(dispatch, Action::Load(example.clone()))}>
                                <b>{example.head.title.pick(lang)}</b>
                                <span>{example.head.question.pick(lang)}</span>
                            </button></li>
                        })}
                    </ul>
                }
            </div>
            <button class="ghost wide" onclick={act(dispatch, Action::Open(Some(Overlay::Help)))}
                title={ui(lang, Key::Help)} aria-label={ui(lang, Key::Help)}><kbd>{"?"}</kbd></button>
            <button class="ghost" aria-label={theme_word.clone()} title={theme_word} data-testid="theme"
                onclick={act(dispatch, Action::Theme(next))}><Icon id="i-theme" size={16} /></button>
            <button class="ghost" data-testid="lang" title={ui(lang, Key::LangOtherName)}
                lang={if other == Lang::Zh { "zh-Hans" } else { "en" }}
                onclick={act(dispatch, Action::Lang(other))}>{ui(lang, Key::LangOther)}</button>
            {props.children.clone()}
        </header>
    }
}
