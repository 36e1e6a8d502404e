//! The strip that says that an example is shown, asks its question, and leads to the next one and to one's own rules.

use super::act::{Dispatch, act};
use super::icon::Icon;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::Case;
use chainwalk::view::Lang;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`ExampleBar`].
#[derive(Properties, PartialEq)]
pub(crate) struct ExampleProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The example.
    pub(crate) example: Rc<Case>,
    /// The one behind it in the list; behind the last stands the first.
    pub(crate) next: Rc<Case>,
    /// Asks for the visitor's own rules.
    pub(crate) own: Callback<MouseEvent>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The strip.
#[component]
pub(crate) fn ExampleBar(props: &ExampleProps) -> Html {
    let ExampleProps { lang, example, next, own, dispatch } = props;
    let lang = *lang;
    let why = use_state_eq(|| false);
    let shut = use_state_eq(|| false);
    {
        let (why, shut) = (why.setter(), shut.setter());
        use_effect_with(example.clone(), move |_| {
            why.set(false);
            shut.set(false);
        });
    }
    if *shut {
        return Html::default();
    }
    let turn = {
        let why = why.clone();
        Callback::from(move |_: MouseEvent| why.set(!*why))
    };
    let close = Callback::from(move |_: MouseEvent| shut.set(true));
    html! {
        <section class="strip example" aria-label={ui(lang, Key::Example)} data-testid="example">
            <i class="tag">{ui(lang, Key::Example)}</i>
            <p class="story"><b>{example.head.title.pick(lang)}</b>{" "}<span>{example.head.question.pick(lang)}</span>
                {" "}<button class="link" onclick={turn} aria-expanded={why.to_string()} data-testid="example-why">{ui(lang, if *why { Key::ExampleShut } else { Key::ExampleWhy })}</button>
                if *why { <em data-testid="example-point">{example.head.point.pick(lang)}</em> }
            </p>
            <button class="ghost next" onclick={act(dispatch, Action::Load(next.clone()))} data-testid="next-example">
                {ui(lang, Key::ExampleNext)}<Icon id="i-rt" /></button>
            <button class="own" onclick={own.clone()} data-testid="paste-own"><Icon id="i-paste" size={14} />
                <span>{ui(lang, Key::PasteOwn)}</span><kbd>{"Ctrl V"}</kbd></button>
            <button class="ghost" onclick={close} aria-label={ui(lang, Key::Close)} data-testid="example-close"><Icon id="i-x" size={14} /></button>
        </section>
    }
}
