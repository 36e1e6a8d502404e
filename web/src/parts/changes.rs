//! What would let the packet through, or stop it; the changes that were made, and what they made of its fate.

use super::act::{Dispatch, act};
use super::banner::tone_name;
use super::command::command;
use super::copying::use_copying;
use super::icon::Icon;
use super::made::Made;
use super::sentence::Words;
use crate::focus::in_page;
use crate::message::{OfferView, PageView};
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::model::Goal;
use chainwalk::view::{Compared, FateCard, Lang, ProposalView, ProposalsView, Tone};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`ChangesBar`].
#[derive(Properties, PartialEq)]
pub(crate) struct ChangesProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// The view that is shown.
    pub(crate) told: Option<Rc<PageView>>,
    /// The changes made, in the words they were made in.
    pub(crate) changes: Vec<String>,
    /// What is searched for.
    pub(crate) search: Option<Goal>,
    /// What the search found, once it did.
    pub(crate) found: Option<Rc<ProposalsView>>,
    /// Whether that is an old answer.
    pub(crate) stale: bool,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The question, the changes made, and the proposals while they are asked for.
#[component]
pub(crate) fn ChangesBar(props: &ChangesProps) -> Html {
    let ChangesProps { lang, told, changes, search, found, stale, dispatch } = props;
    let lang = *lang;
    let Some(told) = told.as_ref().filter(|t| t.timeline.stops > 0) else {
        return html! {};
    };
    let want = match told.banner.tone {
        Tone::Ok => Goal::Stopped,
        _ => Goal::Through,
    };
    let key = if want == Goal::Stopped { Key::WhatWouldStop } else { Key::WhatWouldLet };
    let open = *search == Some(want);
    let toggle = act(dispatch, Action::Search((!open).then_some(want)));
    let shut = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                shut_fates();
                dispatch.dispatch(Action::Search(None));
            }
        })
    };
    let made = changes.iter().enumerate().map(|(at, line)| {
        html! { <Made {lang} {at} line={line.clone()} told={told.changes.get(at).cloned()} dispatch={dispatch.clone()} /> }
    });
    html! {
        <section class="changes" aria-label={ui(lang, Key::Changes)} onkeydown={shut}
            aria-busy={stale.to_string()} data-testid="changes">
            <div class="changes-bar">
                <button class={classes!("ask-change", open.then_some("on"))} onclick={toggle}
                    aria-expanded={open.to_string()} aria-controls="proposals" data-testid="search">
                    {ui(lang, key)}<Icon id={if open { "i-dn" } else { "i-rt" }} />
                </button>
                if !changes.is_empty() {
                    <ul class="changes-made" aria-label={ui(lang, Key::ChangesMade)} data-testid="made">{for made}</ul>
                }
                if let Some(compared) = &told.compared { {view_compared(lang, compared)} }
            </div>
            if !told.offers.is_empty() { {view_offers(lang, &told.offers, dispatch)} }
            <div id="proposals" class="proposals" hidden={!open} aria-live="polite">
                <button class="ghost close" onclick={act(dispatch, Action::Search(None))} aria-label={ui(lang, Key::Close)}
                    data-testid="close-proposals"><Icon id="i-x" size={14} /></button>
                if open { {view_found(lang, found.as_deref(), told, dispatch)} }
            </div>
        </section>
    }
}

/// Shuts the whole of both fates; whether it was open.
pub(crate) fn shut_fates() -> bool {
    let open = in_page(".fates details[open]");
    open.is_some_and(|fates| fates.remove_attribute("open").is_ok())
}

/// The commands of the paste that are not taken as done, each with the fate it would make; a press makes it.
fn view_offers(lang: Lang, offers: &[OfferView], dispatch: &Dispatch) -> Html {
    let one = |offer: &OfferView| {
        let make = make(dispatch, &offer.commands);
        let label = format!("{}: {}", ui(lang, Key::MakeChange), offer.commands.join("; "));
        html! {
            <li class="offer" data-testid="offer">
                <span class="where">{&offer.label}</span>
                <span class="commands">{for offer.commands.iter().map(|c| command(c))}</span>
                if let Some(after) = &offer.after {
                    <span class={classes!("fate-end", tone_name(after.tone))}><Words of={after.headline.clone()} /></span>
                }
                <button class="yn" onclick={make} aria-label={label}>{ui(lang, Key::MakeChange)}</button>
            </li>
        }
    };
    let mut open = offers.iter().filter(|offer| !offer.made).peekable();
    if open.peek().is_none() {
        return Html::default();
    }
    html! {
        <div class="offered">
            <p class="changes-note">{ui(lang, Key::OffersNotDone)}</p>
            <ul>{for open.map(one)}</ul>
        </div>
    }
}

/// Makes the changes of some commands.
fn make(dispatch: &Dispatch, commands: &[String]) -> Callback<MouseEvent> {
    act(dispatch, Action::Changes(Rc::from(commands)))
}

/// Both fates in a line; a press tells the whole of them, and of the commands.
fn view_compared(lang: Lang, compared: &Compared) -> Html {
    let Compared { edits, before, after, change } = compared;
    html! {
        <div class="fates" role="status" data-testid="compared">
            <details>
                <summary data-testid="fates">
                    <b class="fate-change"><Words of={change.clone()} /></b>
                    <span class={classes!("was", tone_name(before.tone))}>{ui(lang, Key::Was)}{" "}<Words of={before.headline.clone()} /></span>
                    <span class={classes!("now", tone_name(after.tone))}><Icon id="i-go" />{ui(lang, Key::Now)}{" "}<Words of={after.headline.clone()} /></span>
                </summary>
                <div class="fates-whole">
                    <ul>{for edits.iter().map(|edit| html! { <li>{command(edit)}</li> })}</ul>
                    <div class="compared">
                        {view_fate(ui(lang, Key::Before), before)}
                        {view_fate(ui(lang, Key::WithChange), after)}
                    </div>
                </div>
            </details>
        </div>
    }
}

fn view_fate(when: &'static str, card: &FateCard) -> Html {
    html! {
        <div class={classes!("fate-card", tone_name(card.tone))}>
            <small>{when}</small>
            <p class="fate-end"><Words of={card.headline.clone()} /></p>
            <p class="fate-why"><Words of={card.detail.clone()} /></p>
            if !card.note.is_empty() { <p class="fate-why"><Words of={card.note.clone()} /></p> }
        </div>
    }
}

/// What the search found; while it goes on, that it does.
fn view_found(
    lang: Lang,
    found: Option<&ProposalsView>,
    told: &PageView,
    dispatch: &Dispatch,
) -> Html {
    let Some(found) = found else {
        return html! { <p class="changes-note" aria-busy="true">{ui(lang, Key::Searching)}</p> };
    };
    html! {
        <>
            if !found.note.is_empty() { <p class="changes-note"><Words of={found.note.clone()} /></p> }
            {for found.proposals.chunk_by(|a, b| a.breadth == b.breadth).map(|alike| html! { <>
                <p class="breadth">{&alike[0].heading}</p>
                <ol>
                    {for alike.iter().map(|p| view_proposal(lang, p, told, dispatch))}
                </ol>
            </> })}
        </>
    }
}

/// One proposal: its commands, what becomes of the packet, and what else it does.
fn view_proposal(lang: Lang, p: &ProposalView, told: &PageView, dispatch: &Dispatch) -> Html {
    let make = make(dispatch, &p.commands);
    let label = format!("{}: {}", ui(lang, Key::MakeChange), p.commands.join("; "));
    html! {
        <li class="proposal" data-testid="proposal">
            <details>
                <summary>
                    <span class="commands">
                        {for p.commands.iter().map(|c| command(c))}
                    </span>
                    <span class={classes!("fate-end", tone_name(p.after.tone))}><Words of={p.after.headline.clone()} />
                        if !p.others.is_empty() { <small><Words of={p.others.clone()} /></small> }</span>
                </summary>
                <div class="compared">
                    {view_fate(ui(lang, Key::NowAsIs), &FateCard {
                        tone: told.banner.tone,
                        headline: told.banner.headline.clone(),
                        detail: told.banner.detail.clone(),
                        note: Vec::new(),
                    })}
                    {view_fate(ui(lang, Key::WithChange), &p.after)}
                </div>
                if !p.reply.is_empty() { <p><Words of={p.reply.clone()} /></p> }
                {for p.scope.iter().chain(&p.also).map(|line| html! { <p><Words of={line.clone()} /></p> })}
            </details>
            <span class="act"><button class="yn" onclick={make} aria-label={label}>{ui(lang, Key::MakeChange)}</button>
                <CopyCommands {lang} commands={p.commands.join("\n")} /></span>
        </li>
    }
}

/// Properties of [`CopyCommands`].
#[derive(Properties, PartialEq)]
struct CopyProps {
    /// The reader's language.
    lang: Lang,
    /// The commands, a line each.
    commands: AttrValue,
}

/// The button that copies the commands of a proposal.
#[component]
fn CopyCommands(props: &CopyProps) -> Html {
    let (copied, onclick) = use_copying(Rc::from(props.commands.as_str()));
    let key = if copied { Key::Copied } else { Key::Copy };
    let label = format!("{} {}", ui(props.lang, key), props.commands);
    html! {
        <button class="ghost tool" {onclick} aria-label={label} title={ui(props.lang, key)} data-testid="copy-commands">
            <Icon id={if copied { "i-ok" } else { "i-copy" }} /></button>
    }
}
