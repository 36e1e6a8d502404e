//! The strips that say that a case came from elsewhere: whose work is kept meanwhile, why a link could not be opened,
//! that a packet ends otherwise than it did when the case was made, and at which moment a paste is walked.

use super::act::{Dispatch, act};
use super::icon::Icon;
use super::sentence::Words;
use crate::address;
use crate::message::MomentsView;
use crate::state::{Action, Visit};
use crate::store;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Lang, Sentence};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`GuestBar`].
#[derive(Properties, PartialEq)]
pub(crate) struct GuestProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// That a case from elsewhere is looked at.
    pub(crate) visit: Option<Visit>,
    /// Why a link could not be opened.
    pub(crate) refused: Option<Rc<str>>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The strip above the page.
#[component]
pub(crate) fn GuestBar(props: &GuestProps) -> Html {
    let GuestProps { lang, visit, refused, dispatch } = props;
    let lang = *lang;
    if let Some(why) = refused {
        return html! {
            <div class="strip guest" role="status" data-testid="refused">
                <Icon id="i-link" size={14} /><span>{why.to_string()}</span>
                <button class="ghost" aria-label={ui(lang, Key::Close)}
                    onclick={act(dispatch, Action::Refused(None))}><Icon id="i-x" size={14} /></button>
            </div>
        };
    }
    if visit.as_ref().is_none_or(|visit| !visit.beside_own) {
        return Html::default();
    }
    let leave = |to: fn() -> Action| {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| {
            address::forget_link();
            dispatch.dispatch(to());
        })
    };
    html! {
        <div class="strip guest" role="status" data-testid="guest">
            <Icon id="i-link" size={14} />
            <span>{ui(lang, Key::GuestHere)}{" "}<b>{ui(lang, Key::GuestKept)}</b></span>
            <button class="yn" data-testid="back-to-mine"
                onclick={leave(|| Action::Own(Rc::new(store::own())))}>{ui(lang, Key::GuestBack)}</button>
            <button class="yn" data-testid="keep-this"
                onclick={leave(|| Action::Keep(Some(Rc::new(store::own()))))}>{ui(lang, Key::GuestKeep)}</button>
        </div>
    }
}

/// Properties of [`Moments`].
#[derive(Properties, PartialEq)]
pub(crate) struct MomentsProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The moments.
    pub(crate) moments: MomentsView,
    /// Shows the text of one.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The strip that says that the paste shows the tables at several moments, and lets one be picked.
#[component]
pub(crate) fn Moments(props: &MomentsProps) -> Html {
    let MomentsProps { lang, moments, reveal, dispatch } = props;
    let pick = |(at, span): (usize, &Span)| {
        let on = at == moments.at;
        let onclick = {
            let (dispatch, reveal, span) = (dispatch.clone(), reveal.clone(), *span);
            Callback::from(move |_: MouseEvent| {
                dispatch.dispatch(Action::Moment(at));
                reveal.emit(span);
            })
        };
        html! {
            <button class={classes!("yn", on.then_some("on"))} aria-pressed={on.to_string()} {onclick} data-testid="moment">{at}</button>
        }
    };
    html! {
        <div class="strip moments" data-testid="moments">
            <Icon id="i-clock" size={14} /><span>{&moments.told}</span>
            <div class="switch" role="group" aria-label={ui(*lang, Key::MomentsPick)}>{for (1..).zip(&moments.spans).map(pick)}</div>
        </div>
    }
}

/// Properties of [`Otherwise`].
#[derive(Properties, PartialEq)]
pub(crate) struct OtherwiseProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// That packets end otherwise than was claimed.
    pub(crate) told: Vec<Sentence>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The strip under the answer.
#[component]
pub(crate) fn Otherwise(props: &OtherwiseProps) -> Html {
    if props.told.is_empty() {
        return Html::default();
    }
    html! {
        <div class="strip otherwise" role="status" data-testid="otherwise">
            <Icon id="i-clock" size={14} />
            <div>{for props.told.iter().map(|line| html! { <p><Words of={line.clone()} /></p> })}</div>
            <button class="ghost" aria-label={ui(props.lang, Key::Close)}
                onclick={act(&props.dispatch, Action::Agreed)}><Icon id="i-x" size={14} /></button>
        </div>
    }
}
