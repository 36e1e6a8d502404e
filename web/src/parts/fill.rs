//! The values that the paste leaves open (`<YOUR_IP>`), each with a field that fills it in everywhere.

use super::act::Dispatch;
use crate::message::BlankView;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::Lang;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`FillIn`].
#[derive(Properties, PartialEq)]
pub(crate) struct FillProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The values.
    pub(crate) blanks: Vec<BlankView>,
    /// Shows lines of the paste.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The fields.
#[component]
pub(crate) fn FillIn(props: &FillProps) -> Html {
    let FillProps { lang, blanks, reveal, dispatch } = props;
    let lang = *lang;
    if blanks.is_empty() {
        return Html::default();
    }
    let one = |blank: &BlankView| {
        let onchange = {
            let (dispatch, name) = (dispatch.clone(), blank.name.clone());
            Callback::from(move |event: Event| {
                let input: HtmlInputElement = event.target_unchecked_into();
                let value = input.value();
                dispatch.dispatch(Action::Fill(name.as_str().into(), value.as_str().into()));
            })
        };
        let id = ["fill-", &blank.name].concat();
        let unit = if blank.places == 1 { Key::FillPlace } else { Key::FillPlaces };
        let places = format!("{} {}", blank.places, ui(lang, unit));
        let source = blank.span.map(|span| {
            let onclick = reveal.reform(move |_: MouseEvent| span);
            html! { <button class="source" {onclick}>{&places}</button> }
        });
        html! {
            <li data-testid="blank-value">
                <label for={id.clone()}>{&blank.name}</label>{source.unwrap_or_default()}
                <input {id} value={blank.value.clone()} {onchange} placeholder={ui(lang, Key::FillOpen)} spellcheck="false" autocomplete="off" />
            </li>
        }
    };
    html! {
        <>
            <h3>{ui(lang, Key::FillTitle)}</h3>
            <ul class="fill">{for blanks.iter().map(one)}</ul>
        </>
    }
}
