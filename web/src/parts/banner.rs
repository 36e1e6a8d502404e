//! The answer first: what became of the packet, why, and what the answer assumes.

use super::act::{Dispatch, act};
use super::icon::Icon;
use super::sentence::Words;
use crate::link::{Stale, Status};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Banner, Lang, Tone};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`BannerBar`].
#[derive(Properties, PartialEq)]
pub(crate) struct BannerProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The answer, once there is one.
    pub(crate) banner: Option<Banner>,
    /// How the worker fares.
    pub(crate) status: Status,
    /// What the answer was an answer to, where it does not answer what is there.
    pub(crate) stale: Option<Stale>,
    /// The packet as somebody else would send it, where this host is taken to.
    pub(crate) elsewhere: Option<Rc<str>>,
    /// Shows lines of the paste.
    pub(crate) reveal: Callback<Span>,
    /// Which share of a long text is read, from 0 to 1, while it is.
    pub(crate) share: Option<f64>,
    /// Whether only its first line is shown; `None` where there is room for all of it.
    pub(crate) brief: Option<bool>,
    /// Shows all of it, or the first line.
    pub(crate) turn: Callback<()>,
    /// Asks again (`false`) or stops (`true`).
    pub(crate) again: Callback<bool>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The name of a tone, as class and as the body's `data-state`.
pub(crate) fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "ok",
        Tone::Stop => "stop",
        Tone::Depends => "depends",
        Tone::Idle => "idle",
    }
}

/// The banner.
#[component]
pub(crate) fn BannerBar(props: &BannerProps) -> Html {
    let BannerProps { lang, banner, status, stale, share, reveal, brief, dispatch, .. } = props;
    let BannerProps { elsewhere, turn, again, .. } = props;
    let lang = *lang;
    let trouble = match status {
        Status::Died(why) => Some((Key::CrashedHeadline, Key::CrashedDetail, why.as_str())),
        Status::Missing(why) => Some((Key::MissingHeadline, Key::MissingDetail, why.as_str())),
        Status::Stopped => Some((Key::StoppedHeadline, Key::StoppedDetail, "")),
        _ => None,
    };
    if let Some((headline, detail, why)) = trouble {
        return html! {
            <section class="verdict depends" data-testid="banner" aria-label={ui(lang, Key::Answer)} role="alert">
                <span class="badge"><Icon id="i-warn" size={20} /></span>
                <div class="answer">
                    <p class="headline">{ui(lang, headline)}</p>
                    <p class="detail" title={why.to_owned()}>{ui(lang, detail)}</p>
                </div>
                <button class="quiet" onclick={again.reform(|_| false)}>{ui(lang, Key::TryAgain)}</button>
            </section>
        };
    }
    let waiting = (stale.is_some() || *status == Status::Late)
        .then(|| view_waiting(lang, *stale, *status == Status::Late, *share, again));
    let Some(banner) = banner else {
        return html! {
            <section class="verdict idle" data-testid="banner" aria-label={ui(lang, Key::Answer)} aria-busy="true">
                <div class="answer"><p class="headline">{ui(lang, Key::Reading)}</p></div>{waiting}
            </section>
        };
    };
    let icon = match banner.tone {
        Tone::Ok => html! { <Icon id="i-ok" size={20} /> },
        Tone::Stop => html! { <Icon id="i-no" size={20} /> },
        Tone::Depends => html! { <Icon id="i-fork" size={20} /> },
        Tone::Idle => html! { <Icon id="i-go" size={20} /> },
    };
    let evidence = banner.evidence.iter().map(|line| {
        let (id, class) = if line.certain { ("i-ok", "ok") } else { ("i-half", "guess") };
        let answers = line.answers.iter().map(|(label, assumption)| {
            let onclick = act(dispatch, Action::Assume(Rc::from(assumption.as_str())));
            html! { <button key={assumption.clone()} class="yn" {onclick} title={assumption.clone()}>{label}</button> }
        });
        let lead = line.follow.map(|outcome| {
            html! {
                <button class="yn" onclick={act(dispatch, Action::Follow(outcome))} data-testid="follow-trace">
                    {ui(lang, Key::FollowIt)}
                </button>
            }
        });
        let lines = line.span.map(|span| {
            html! {
                <button class="yn" onclick={reveal.reform(move |_: MouseEvent| span)} data-testid="evidence-lines">
                    {ui(lang, Key::ShowLines)}
                </button>
            }
        });
        html! {
            <li class={classes!((!line.answers.is_empty()).then_some("question"))}><Icon {id} {class} /><span><Words of={line.text.clone()} /></span>
                if !line.answers.is_empty() { <span class="answers">{for answers}</span> }
                if line.follow.is_some() || line.span.is_some() {
                    <span class="answers">{lead.unwrap_or_default()}{lines.unwrap_or_default()}</span>
                }
            </li>
        }
    });
    let outside = elsewhere.as_ref().map(|line| {
        let (line, dispatch) = (line.clone(), dispatch.clone());
        let title = line.to_string();
        let ask = Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(Action::Line(line.clone()));
            dispatch.dispatch(Action::Send);
        });
        html! {
            <li class="question"><Icon id="i-half" class="guess" /><span>{ui(lang, Key::SentHere)}</span>
                <span class="answers"><button class="yn" onclick={ask} {title} data-testid="elsewhere">{ui(lang, Key::FromOutside)}</button></span>
            </li>
        }
    });
    html! {
        <section class={classes!("verdict", stale.map_or(tone_name(banner.tone), |_| "old"))} data-testid="banner" aria-label={ui(lang, Key::Answer)}
            aria-busy={(*status != Status::Done).to_string()}>
            <span class="badge">{icon}</span>
            <div class="answer">
                <p class="headline"><Words of={banner.headline.clone()} /></p>
                <p class="detail"><Words of={banner.detail.clone()} /></p>
            </div>
            if !banner.evidence.is_empty() || outside.is_some() { <ul class="evidence">{outside.unwrap_or_default()}{for evidence}</ul> }
            {waiting}
            if let Some(brief) = brief {
                <button class="turn-answer" onclick={turn.reform(|_: MouseEvent| ())} aria-expanded={(!brief).to_string()}
                    aria-label={ui(lang, Key::WholeAnswer)} title={ui(lang, Key::WholeAnswer)} data-testid="turn-answer">
                    <Icon id="i-dn" size={14} /></button>
            }
        </section>
    }
}

/// What is waited for, how far it is, and what is shown meanwhile; the way to stop it, where it takes long.
fn view_waiting(
    lang: Lang,
    stale: Option<Stale>,
    late: bool,
    share: Option<f64>,
    again: &Callback<bool>,
) -> Html {
    let (what, percent) = doing(stale, late, share);
    html! {
        <div class="waiting" data-testid="waiting">
            if let Some(stale) = stale { <b>{ui(lang, of_before(stale))}</b> }
            <span>{ui(lang, what)}if let Some(percent) = percent { {format!(" {percent} %")} }</span>
            <progress max="100" value={percent.map(|p| p.to_string())} aria-label={ui(lang, what)}></progress>
            if late { <button class="yn" onclick={again.reform(|_| true)}>{ui(lang, Key::Stop)}</button> }
        </div>
    }
}

/// That the answer is an old one, and of what.
pub(crate) fn of_before(stale: Stale) -> Key {
    match stale {
        Stale::Text => Key::AnswerOfOldText,
        Stale::Question => Key::AnswerOfOldQuestion,
    }
}

/// What the worker does, and how many hundredths of that are done, where it says so.
pub(crate) fn doing(stale: Option<Stale>, late: bool, share: Option<f64>) -> (Key, Option<u8>) {
    match share {
        Some(share) if share < 1.0 => (Key::ReadingText, Some((share * 100.0) as u8)),
        _ if late => (Key::Working, None),
        None if stale == Some(Stale::Text) => (Key::ReadingText, None),
        _ => (Key::Walking, None),
    }
}
