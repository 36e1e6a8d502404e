//! The menu of what is done with the page itself: install it, take it along as one file, save what is on it.

use super::act::{Dispatch, act};
use super::icon::Icon;
use crate::class::words as class_words;
use crate::one_file::is_one_file;
use crate::state::{Action, Overlay};
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use yew::prelude::*;

/// How the page fares beyond its server.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Offline {
    /// Whether it can be installed.
    pub(crate) installs: bool,
    /// Whether this browser holds all of it.
    pub(crate) kept: bool,
    /// Whether a newer version waits.
    pub(crate) newer: bool,
    /// Whether it is meant to be kept at all.
    pub(crate) keeps: bool,
    /// The bytes of the page as one file, where it was built.
    pub(crate) one_file: Option<u32>,
}

/// Properties of [`More`].
#[derive(Properties, PartialEq)]
pub(crate) struct MoreProps {
    /// The reader's language.
    pub(crate) lang: Lang,
    /// Whether it lies open.
    pub(crate) shown: bool,
    /// How the page fares beyond its server.
    pub(crate) offline: Offline,
    /// Saves what is shown as a file.
    pub(crate) save: Callback<()>,
    /// Installs the page.
    pub(crate) install: Callback<()>,
    /// What a person did.
    pub(crate) dispatch: Dispatch,
}

/// The menu, and its button.
#[component]
pub(crate) fn More(props: &MoreProps) -> Html {
    let MoreProps { lang, shown, offline, save, install, dispatch } = props;
    let lang = *lang;
    let toggle = act(dispatch, Action::Open((!shown).then_some(Overlay::More)));
    let shut: Callback<MouseEvent> = act(dispatch, Action::Open(None));
    let then_shut = |run: &Callback<()>| {
        let (run, shut) = (run.clone(), shut.clone());
        Callback::from(move |e: MouseEvent| {
            run.emit(());
            shut.emit(e);
        })
    };
    let words = |title: Key, detail: Key| {
        html! { <span><b>{ui(lang, title)}</b><small>{ui(lang, detail)}</small></span> }
    };
    html! {
        <div class="menu more">
            <button class="ghost" aria-expanded={shown.to_string()} aria-controls="more" data-testid="more"
                aria-label={ui(lang, Key::More)} title={ui(lang, Key::More)} onclick={toggle}><Icon id="i-more" size={16} /></button>
            if *shown {
                <ul class="sheet" id="more">
                    <li class="lessons-more"><a href="#lessons" onclick={shut.clone()} data-testid="lessons-more">
                        <Icon id="i-walk" size={16} /><span><b>{class_words::ui(lang, class_words::Key::Lessons)}</b></span></a></li>
                    <li><button onclick={then_shut(save)} data-testid="save-walk-more">
                        <Icon id="i-save" size={16} />{words(Key::SaveWalk, Key::SaveWalkIs)}</button></li>
                    if offline.installs {
                        <li><button onclick={then_shut(install)} data-testid="install">
                            <Icon id="i-install" size={16} />{words(Key::Install, Key::InstallIs)}</button></li>
                    }
                    if let Some(bytes) = offline.one_file {
                        <li><a href="chainwalk.html" download="chainwalk.html" onclick={shut.clone()} data-testid="one-file">
                            <Icon id="i-file" size={16} />{words(Key::SaveOneFile, Key::SaveOneFileIs)}
                            <em>{format!("{:.1} MB", f64::from(bytes) / 1e6)}</em></a></li>
                    }
                    if is_one_file() {
                        <li class="state"><Icon id="i-ok" size={16} class="yes" />{words(Key::OffNetwork, Key::OffNetworkFile)}</li>
                    } else if offline.keeps {
                        <li class="state" data-testid="off-network">
                            <Icon id={if offline.kept { "i-ok" } else { "i-clock" }} size={16} class={if offline.kept { "yes" } else { "" }} />
                            {words(Key::OffNetwork, if offline.kept { Key::OffNetworkAll } else { Key::OffNetworkNotYet })}</li>
                    }
                </ul>
            }
        </div>
    }
}
