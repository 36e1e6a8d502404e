//! What stands in the middle while there is no walk: what to do, and the command that collects it all.

use super::act::{Dispatch, act};
use super::copying::use_copying;
use super::icon::Icon;
use crate::state::Action;
use crate::words::{Key, ui};
use chainwalk::Case;
use chainwalk::view::Lang;
use std::rc::Rc;
use yew::prelude::*;

/// One line that prints all that Chainwalk reads. What a host does not have prints an error and nothing else.
const COLLECT: &str = "sudo sh -c 'iptables-save -c; ip6tables-save -c; nft list ruleset; ip addr; ip route show table all; ip rule; brctl show; ipset save; ss -tuln; sysctl -a 2>/dev/null | grep -E \"forward|rp_filter|route_localnet|bridge-nf|accept_local\"'";

/// Why there is no walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Why {
    /// Nothing was pasted.
    Empty,
    /// Nothing in the paste was recognised.
    Nothing,
}

/// Properties of [`Blank`].
#[derive(Properties, PartialEq)]
pub(crate) struct BlankProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// Why there is no walk.
    pub(crate) why: Why,
    /// The examples.
    pub(crate) examples: Rc<Vec<Rc<Case>>>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The card in the middle.
#[component]
pub(crate) fn Blank(props: &BlankProps) -> Html {
    let BlankProps { lang, why, examples, dispatch } = props;
    let (headline, detail) = match why {
        Why::Empty => (Key::EmptyHeadline, Key::EmptyDetail),
        Why::Nothing => (Key::NothingHeadline, Key::NothingDetail),
    };
    html! {
        <div class="blank" data-testid="blank">
            <h2>{ui(*lang, headline)}</h2>
            <p>{ui(*lang, detail)}</p>
            <Collector lang={*lang} />
            <h3>{ui(*lang, Key::OrExample)}</h3>
            <ul class="offers">
                {for examples.iter().map(|example| html! {
                    <li><button class="card" onclick={act(dispatch, Action::Load(example.clone()))}>
                        <b>{example.head.title.pick(*lang)}</b>
                        <span>{example.head.question.pick(*lang)}</span>
                    </button></li>
                })}
            </ul>
        </div>
    }
}

/// Properties of [`Collector`].
#[derive(Properties, PartialEq)]
pub(crate) struct CollectorProps {
    /// The reader's language.
    pub(crate) lang: Lang,
}

/// The command, and a button that copies it.
#[component]
pub(crate) fn Collector(props: &CollectorProps) -> Html {
    let (copied, onclick) = use_copying(COLLECT.into());
    let label = ui(props.lang, if copied { Key::Copied } else { Key::Copy });
    html! {
        <div class="collector">
            <p>{ui(props.lang, Key::CollectorHint)}</p>
            <div class="command"><code>{COLLECT}</code>
                <button class="quiet" {onclick} aria-live="polite"><Icon id={if copied {"i-ok"} else {"i-copy"}} />{label}</button>
            </div>
        </div>
    }
}

/// A button that copies the command, where there is no room to show it.
#[component]
pub(crate) fn CopyCollector(props: &CollectorProps) -> Html {
    let (copied, onclick) = use_copying(COLLECT.into());
    let label = ui(props.lang, if copied { Key::Copied } else { Key::CopyCollector });
    html! {
        <button class="collect" {onclick} aria-live="polite" title={COLLECT} data-testid="collect">
            <Icon id={if copied {"i-ok"} else {"i-copy"}} />{label}
        </button>
    }
}
