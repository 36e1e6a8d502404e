//! The Services of a cluster: by namespace where there are many, those that are refused first.

use super::super::act::Dispatch;
use super::super::icon::Icon;
use super::pieces::{ask, mark};
use crate::words::{Key, ui};
use chainwalk::model::Span;
use chainwalk::view::{Lang, NamespaceRow, ServiceRow, ServicesView, Tone, Tried};
use std::collections::HashMap;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Up to so many are listed one by one.
pub(super) const SINGLE: usize = 24;
/// So many of a list are shown.
const SHOWN: usize = 60;

/// Properties of [`Services`].
#[derive(Properties, PartialEq)]
pub(super) struct ServicesProps {
    pub(super) lang: Lang,
    pub(super) services: ServicesView,
    pub(super) tried: Rc<HashMap<String, Tried>>,
    pub(super) reveal: Callback<Span>,
    pub(super) dispatch: Dispatch,
}

/// The Services.
#[component]
pub(super) fn Services(props: &ServicesProps) -> Html {
    let ServicesProps { lang, services, .. } = props;
    let lang = *lang;
    let sought = use_state_eq(String::new);
    let within = use_state_eq(|| None::<String>);
    let many = services.all.len() > SINGLE;
    let words = sought.trim().to_lowercase();
    let found: Vec<&ServiceRow> = services
        .all
        .iter()
        .filter(|s| within.as_ref().is_none_or(|name| *name == s.namespace))
        .filter(|s| words.is_empty() || text(s).contains(&words))
        .collect();
    let oninput = {
        let sought = sought.setter();
        Callback::from(move |e: InputEvent| {
            sought.set(e.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let broken: Vec<&ServiceRow> = found.iter().copied().filter(|s| s.broken).collect();
    let nodes: Vec<&ServiceRow> = found.iter().copied().filter(|s| s.node_port.is_some()).collect();
    let listed = !many || !words.is_empty() || within.is_some();
    html! {
        <div class="services">
            if many {
                <label class="over-find"><Icon id="i-find" size={14} />
                    <input type="search" value={(*sought).clone()} {oninput} placeholder={ui(lang, Key::OverFind)} aria-label={ui(lang, Key::OverFind)}
                        data-testid="find-service" autocomplete="off" spellcheck="false" /></label>
            }
            if let Some(name) = &*within {
                <button class="ghost over-more" onclick={let within = within.setter(); Callback::from(move |_: MouseEvent| within.set(None))}>
                    <Icon id="i-x" />{name}</button>
            }
            if listed {
                {list(props, &found, None)}
            } else {
                <div class="services-many">
                    {namespaces(&services.namespaces, lang, &within.setter())}
                    <div>
                        {list(props, &broken, Some(Key::OverNoEndpoints))}
                        {list(props, &nodes, Some(Key::OverEveryNode))}
                    </div>
                </div>
            }
        </div>
    }
}

/// All that a search looks at.
fn text(s: &ServiceRow) -> String {
    let port = s.node_port.map(|p| format!(":{p}")).unwrap_or_default();
    format!("{} {} {port}", s.name, s.at).to_lowercase()
}

/// A row a namespace, with a bar by kind.
fn namespaces(rows: &[NamespaceRow], lang: Lang, choose: &UseStateSetter<Option<String>>) -> Html {
    let size = |n: &NamespaceRow| n.inside + n.nodes + n.broken;
    let most = rows.iter().map(size).max().unwrap_or(1).max(1);
    let one = |n: &NamespaceRow| {
        let (choose, name) = (choose.clone(), n.name.clone());
        let onclick = Callback::from(move |_: MouseEvent| choose.set(Some(name.clone())));
        let part = |from: usize, count: usize, class: &'static str| {
            let at = |n: usize| (n as f64 / most as f64 * 100.0).to_string();
            html! { <rect {class} x={at(from)} width={at(count)} y="0" height="8" /> }
        };
        html! {
            <li><button class="namespace" {onclick} data-testid="namespace"><b>{&n.name}</b>
                <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    {part(0, n.inside, "inside")}{part(n.inside, n.nodes, "nodes")}{part(n.inside + n.nodes, n.broken, "broken")}
                </svg>
                <span>{size(n)}</span><span>{n.endpoints}</span><Icon id="i-rt" />
            </button></li>
        }
    };
    html! {
        <div class="namespaces">
            <p class="namespace heads" aria-hidden="true"><span>{ui(lang, Key::OverNamespace)}</span><span></span>
                <span>{ui(lang, Key::OverPorts)}</span><span>{ui(lang, Key::OverEndpoints)}</span><span></span></p>
            <ul>{for rows.iter().map(one)}</ul>
            <p class="over-legend">
                <i class="inside"></i>{ui(lang, Key::OverInside)}
                <i class="nodes"></i>{ui(lang, Key::OverOnNodes)}
                <i class="broken"></i>{ui(lang, Key::OverBroken)}</p>
        </div>
    }
}

/// Services one by one.
fn list(props: &ServicesProps, rows: &[&ServiceRow], title: Option<Key>) -> Html {
    let ServicesProps { lang, tried, reveal, dispatch, .. } = props;
    if rows.is_empty() {
        return Html::default();
    }
    let by_node = title == Some(Key::OverEveryNode);
    let one = |s: &&ServiceRow| {
        let fate = s.line.as_ref().and_then(|line| tried.get(line));
        let sign = match fate {
            Some(fate) => mark(fate.tone, fate.likely, *lang),
            None if s.broken => mark(Tone::Stop, false, *lang),
            None => html! { <Icon id="i-go" class={classes!("faint")} /> },
        };
        let node = s.node_port.map(|port| format!(":{port}")).unwrap_or_default();
        let (at, also) = if by_node { (node, String::new()) } else { (s.at.clone(), node) };
        let told = match fate {
            Some(fate) => fate.text.clone(),
            None if s.broken => ui(*lang, Key::OverBroken).to_owned(),
            None => format!("{} {}", s.endpoints, ui(*lang, Key::OverEndpoints)),
        };
        let onclick = match (&s.line, s.span) {
            (Some(line), _) => ask(line, dispatch),
            (None, Some(span)) => reveal.reform(move |_: MouseEvent| span),
            (None, None) => Callback::noop(),
        };
        html! {
            <li><button class="service" {onclick} title={s.line.clone()} data-testid="service">{sign}<b>{&s.name}</b>
                <code>{at}</code>if title.is_none() { <code class="node">{also}</code><small>{told}</small> }
            </button></li>
        }
    };
    let more = rows.len().saturating_sub(SHOWN);
    html! {
        <>
            if let Some(title) = title { <h3>{ui(*lang, title)}<span>{rows.len()}</span></h3> }
            <ul class={classes!(title.is_none().then_some("services-all"))}>{for rows.iter().take(SHOWN).map(one)}</ul>
            if more > 0 { <p class="over-none">{format!("{more} {}", ui(*lang, Key::OverMore))}</p> }
        </>
    }
}
