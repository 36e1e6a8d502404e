//! A paste without a packet: in the drawer's place who gets in and which chains there are, in the walk's place the
//! packets to ask for.

mod packets;
mod pieces;
mod services;

pub(crate) use packets::PacketsPane;

use super::act::Dispatch;
use super::blank::CopyCollector;
use super::icon::Icon;
use super::sentence::Words;
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{ChainLine, Lang, Overview, Reach, ReachSection, Tone, Tried};
use pieces::{ask, focus, mark, tone_class};
use services::{SINGLE, Services};
use std::collections::HashMap;
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Of a section so many rows are shown until more are asked for.
const ROWS: usize = 10;

/// Properties of [`OverviewCard`].
#[derive(Properties, PartialEq)]
pub(crate) struct OverviewProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// What the paste holds.
    pub(crate) overview: Rc<Overview>,
    /// What became of the packets that were tried.
    pub(crate) tried: Rc<HashMap<String, Tried>>,
    /// Where the frame of the picture ends, as a share of its height.
    pub(crate) below: f64,
    /// Shows lines of the paste.
    pub(crate) reveal: Callback<Span>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// What the card shows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tab {
    Services,
    Who,
    Chains,
}

/// The card.
#[component]
pub(crate) fn OverviewCard(props: &OverviewProps) -> Html {
    let OverviewProps { lang, overview, tried, below, reveal, dispatch } = props;
    let lang = *lang;
    let card = use_node_ref();
    let chosen = use_state_eq(|| None::<Tab>);
    {
        let card = card.clone();
        use_effect_with(*below, move |below| {
            if let Some(card) = card.cast::<HtmlElement>() {
                let _ = card.style().set_property("--below", &format!("{}%", below * 100.0));
            }
        });
    }
    // A few stand with what else gets in; many have a tab of their own.
    let has_services = overview.services.as_ref().is_some_and(|s| s.all.len() > SINGLE);
    let tabs: Vec<(Tab, Key)> = [
        (Tab::Services, Key::OverServices, has_services),
        (Tab::Who, Key::OverWho, true),
        (Tab::Chains, Key::OverChains, !overview.chains.is_empty()),
    ]
    .into_iter()
    .filter_map(|(tab, key, is)| is.then_some((tab, key)))
    .collect();
    let first = if has_services { Tab::Services } else { Tab::Who };
    let shown = chosen.filter(|tab| tabs.iter().any(|(t, _)| t == tab)).unwrap_or(first);
    let onkeydown = {
        let (chosen, tabs) = (chosen.setter(), tabs.clone());
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => tabs.len() - 1,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            let at = tabs.iter().position(|(tab, _)| *tab == shown).unwrap_or_default();
            let next = tabs[(at + by) % tabs.len()].0;
            chosen.set(Some(next));
            focus(&format!("over-tab-{}", name(next)));
        })
    };
    let tab = |(tab, key): &(Tab, Key)| {
        let (tab, on, chosen) = (*tab, *tab == shown, chosen.setter());
        html! {
            <button id={format!("over-tab-{}", name(tab))} role="tab" aria-selected={on.to_string()} aria-controls="over-panel"
                tabindex={if on { "0" } else { "-1" }} onclick={Callback::from(move |_: MouseEvent| chosen.set(Some(tab)))}
                data-testid={format!("over-{}", name(tab))}>{ui(lang, *key)}</button>
        }
    };
    html! {
        <section class="overview" ref={card} aria-label={ui(lang, Key::OverGroups)} data-testid="overview">
            <div class="over-head">
                <div class="over-tabs" role="tablist" aria-label={ui(lang, Key::OverGroups)} {onkeydown}>{for tabs.iter().map(tab)}</div>
                if shown == Tab::Who { <small>{ui(lang, Key::OverRow)}</small> }
            </div>
            <div class="over-body" id="over-panel" role="tabpanel" tabindex="0" aria-labelledby={format!("over-tab-{}", name(shown))}>
                {match shown {
                    Tab::Who => html! {
                        <>
                            if let Some(services) = overview.services.as_ref().filter(|_| !has_services) {
                                <div class="reach"><h3>{ui(lang, Key::OverServices)}</h3>
                                    <Services {lang} services={services.clone()} tried={tried.clone()} reveal={reveal.clone()} dispatch={dispatch.clone()} /></div>
                            }
                            if overview.sections.is_empty() && overview.services.is_none() { <p class="over-none">{ui(lang, Key::OverNothing)}</p> }
                            {for overview.sections.iter().map(|section| html! {
                                <Section {lang} section={section.clone()} tried={tried.clone()} reveal={reveal.clone()} dispatch={dispatch.clone()} />
                            })}
                        </>
                    },
                    Tab::Chains => chains(&overview.chains, lang, reveal),
                    Tab::Services => match &overview.services {
                        Some(services) => html! {
                            <Services {lang} services={services.clone()} tried={tried.clone()} reveal={reveal.clone()} dispatch={dispatch.clone()} />
                        },
                        None => Html::default(),
                    },
                }}
                if !overview.missing.is_empty() && shown != Tab::Chains {
                    <div class="over-missing"><Icon id="i-unknown" /><p><Words of={overview.missing.clone()} /></p>
                        <CopyCollector {lang} /></div>
                }
            </div>
        </section>
    }
}

fn name(tab: Tab) -> &'static str {
    match tab {
        Tab::Services => "services",
        Tab::Who => "who",
        Tab::Chains => "chains",
    }
}

/// Properties of [`Section`].
#[derive(Properties, PartialEq)]
struct SectionProps {
    lang: Lang,
    section: ReachSection,
    tried: Rc<HashMap<String, Tried>>,
    reveal: Callback<Span>,
    dispatch: Dispatch,
}

/// A section of rows.
#[component]
fn Section(props: &SectionProps) -> Html {
    let SectionProps { lang, section, tried, reveal, dispatch } = props;
    let all = use_state_eq(|| false);
    // What becomes of the rest is told last, however much is left out before it.
    let is_rest = |row: &&Reach| !section.ordered && row.line.is_none() && row.tone.is_some();
    let (rest, ways): (Vec<&Reach>, Vec<&Reach>) = section.rows.iter().partition(is_rest);
    let count = if *all || section.ordered { ways.len() } else { ROWS };
    let hidden = ways.len().saturating_sub(count);
    let more = hidden + section.more;
    let one = |row: &&Reach| {
        let tried = row.line.as_ref().and_then(|line| tried.get(line));
        reach(row, section.ordered, tried, *lang, reveal, dispatch)
    };
    html! {
        <div class={classes!("reach", section.ordered.then_some("ordered"))}>
            <h3>{&section.title}</h3>
            <ul>{for ways.iter().take(count).map(one)}</ul>
            if hidden > 0 {
                <button class="ghost over-more" onclick={let all = all.setter(); Callback::from(move |_: MouseEvent| all.set(true))}>
                    {format!("{more} {}", ui(*lang, Key::OverMore))}<Icon id="i-dn" /></button>
            } else if more > 0 {
                <p class="over-none">{format!("{more} {}", ui(*lang, Key::OverMore))}</p>
            }
            if !rest.is_empty() { <ul>{for rest.iter().map(one)}</ul> }
        </div>
    }
}

/// A row: a packet that is sent, or lines that are shown.
fn reach(
    row: &Reach,
    ordered: bool,
    tried: Option<&Tried>,
    lang: Lang,
    reveal: &Callback<Span>,
    dispatch: &Dispatch,
) -> Html {
    let tone = tried.map(|t| t.tone).or(row.tone);
    let mark = match tone {
        Some(tone) => mark(tone, tried.is_some_and(|t| t.likely), lang),
        None => html! { <Icon id="i-go" class={classes!("faint")} /> },
    };
    let stopped = tried.filter(|t| t.tone != Tone::Ok).map(|t| t.text.clone());
    let by = html! {
        <span class="by">if !row.class.is_empty() { <i class={classes!("dot", row.class.clone())}></i> }{&row.by}</span>
    };
    let inner = html! {
        <>
            if ordered { <span class="nr">{&row.by}</span> }
            <span class="who">{&row.who}</span>
            <code class="what">{&row.what}</code>
            <span class="to">{mark}<span>
                if !row.to.is_empty() { <span class={classes!(row.tone.map(tone_class))}>{&row.to}</span>{" "} }
                if let Some(stopped) = stopped { <em class={classes!(tone.map(tone_class))}>{stopped}</em> }
                else if row.to.is_empty() { if let Some(tried) = tried { <em class="ok">{&tried.text}</em> } }
                if !row.also.is_empty() { {" "}<small>{&row.also}</small> }
            </span></span>
            if !ordered { {by} }
        </>
    };
    let onclick = match (&row.line, row.span) {
        (Some(line), _) => ask(line, dispatch),
        (None, Some(span)) => reveal.reform(move |_: MouseEvent| span),
        (None, None) => Callback::noop(),
    };
    html! {
        <li><button class={classes!("reach-row", row.line.is_some().then_some("packet"))} {onclick} title={row.line.clone()}
            data-testid="reach">{inner}</button></li>
    }
}

/// The map of chains.
fn chains(lines: &[ChainLine], lang: Lang, reveal: &Callback<Span>) -> Html {
    let one = |line: &ChainLine| {
        let depth = format!("d{}", line.depth.min(8));
        let count = match line.rules {
            Some(1) => ui(lang, Key::OverRule).to_owned(),
            Some(n) => format!("{n} {}", ui(lang, Key::OverRules)),
            None => String::new(),
        };
        let inner = html! {
            <>
                if line.depth == 0 { <i class={classes!("dot", line.class.clone())}></i> }
                <code>{&line.name}</code>
                if let Some(policy) = &line.policy {
                    <span class={classes!("policy", if line.accepts { "ok" } else { "stop" })}>{policy}</span>
                }
                if !line.meaning.is_empty() { <small>{&line.meaning}</small> }
                <small class="count">
                    if line.jumps > 0 { {format!("{} {} · ", line.jumps, ui(lang, Key::OverJumps))} }
                    if line.note.is_empty() { {count} } else { {&line.note} }
                </small>
            </>
        };
        match line.span {
            Some(span) => html! {
                <li class={classes!("chain-line", depth)}><button onclick={reveal.reform(move |_: MouseEvent| span)} data-testid="chain-line">{inner}</button></li>
            },
            None => html! { <li class={classes!("chain-line", depth)}><p>{inner}</p></li> },
        }
    };
    html! { <ul class="chain-map">{for lines.iter().map(one)}</ul> }
}
