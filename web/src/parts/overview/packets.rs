//! The packets to ask for, in the walk's place: each one click, and tried before anybody asks.

use super::super::act::{Dispatch, act};
use super::super::icon::Icon;
use super::pieces::{ask, focus, mark, tone_class};
use crate::state::{Action, Pane};
use crate::words::{Key, ui};
use chainwalk::view::{Lang, Overview, PacketRow, Tried};
use std::collections::HashMap;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`PacketsPane`].
#[derive(Properties, PartialEq)]
pub(crate) struct PacketsProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// What the paste holds.
    pub(crate) overview: Rc<Overview>,
    /// What became of the packets that were tried.
    pub(crate) tried: Rc<HashMap<String, Tried>>,
    /// Whether the screen shows one pane at a time.
    pub(crate) narrow: bool,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The pane.
#[component]
pub(crate) fn PacketsPane(props: &PacketsProps) -> Html {
    let PacketsProps { lang, overview, tried, narrow, dispatch } = props;
    let lang = *lang;
    let packets = || overview.packets.iter().flat_map(|group| &group.packets);
    let (count, known) =
        (packets().count(), packets().filter(|p| tried.contains_key(&p.line)).count());
    let say = {
        let (dispatch, narrow) = (dispatch.clone(), *narrow);
        Callback::from(move |_: MouseEvent| {
            if narrow {
                dispatch.dispatch(Action::Pane(Pane::Host));
            }
            focus("assume");
        })
    };
    let row = |row: &PacketRow| {
        let fate = tried.get(&row.line);
        let detail = [&*row.from, &*row.about, ui(lang, Key::FieldThisHost)];
        let detail = detail.into_iter().find(|words| !words.is_empty());
        let title = [&*row.line, &*row.about].join("\n");
        html! {
            <li><button class="packet-row" onclick={ask(&row.line, dispatch)} {title} data-testid="packet-row">
                <code>{&row.words}</code>
                <small>{detail.unwrap_or_default()}</small>
                <span class="fate">
                    if let Some(fate) = fate {
                        {mark(fate.tone, fate.likely, lang)}<span class={classes!(tone_class(fate.tone), fate.likely.then_some("likely"))}>{&fate.text}</span>
                    }
                </span>
                <Icon id="i-rt" />
            </button></li>
        }
    };
    html! {
        <section class="pane packets-pane" id="walk" aria-labelledby="packets-title" data-testid="packets-pane">
            <div class="ph"><h2 id="packets-title">{ui(lang, Key::OverPackets)}</h2>
                if count > 0 { <small role="status">{format!("{count}, {}", ui(lang, if known == count { Key::OverTried } else { Key::OverTrying }))}</small> }
            </div>
            <div class="scroller">
                if *narrow {
                    <button class="card over-open" onclick={act(dispatch, Action::Pane(Pane::Map))} data-testid="over-open">
                        <Icon id="i-map" size={20} /><b>{ui(lang, Key::OverWho)}</b><Icon id="i-rt" /></button>
                }
                {for overview.packets.iter().map(|group| html! {
                    <><h3>{&group.title}</h3><ul>{for group.packets.iter().map(row)}</ul></>
                })}
                if let Some(addr) = &overview.stands_for {
                    <p class="over-none"><code class="stand-in">{addr}</code>{" "}{ui(lang, Key::OverStandsFor)}{" "}
                        <button class="yn" onclick={say} data-testid="say-address">{ui(lang, Key::OverSayIt)}</button></p>
                }
                <p class="over-none">{ui(lang, Key::OverOrType)}</p>
            </div>
        </section>
    }
}
