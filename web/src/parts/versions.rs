//! The earlier versions of a paste, with their times: a press brings one back, which can be undone.

use super::act::Dispatch;
use crate::state::Action;
use crate::versions::{Version, all};
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use js_sys::Date;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::prelude::*;

/// Properties of [`Versions`].
#[derive(Properties, PartialEq)]
pub(super) struct VersionsProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// What a person did.
    pub(super) dispatch: Dispatch,
}

/// The list.
#[component]
pub(super) fn Versions(props: &VersionsProps) -> Html {
    let VersionsProps { lang, dispatch } = props;
    let lang = *lang;
    let list = use_memo((), |()| all());
    let one = |version: &Version| {
        let case = version.case()?;
        let text = case.scenario.paste();
        let lines = format!("{} {}", text.lines().count(), ui(lang, Key::Lines));
        let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default().to_owned();
        drop(text);
        let case = Rc::new(case);
        let dispatch = dispatch.clone();
        let onclick =
            Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Load(case.clone())));
        Some(html! {
            <li><button class="card" {onclick} data-testid="version">
                <b>{time(version.at, lang)}</b><small>{lines}</small><code>{first}</code></button></li>
        })
    };
    html! {
        <div class="sheet versions" id="versions">
            <p>{ui(lang, if list.is_empty() { Key::VersionsNone } else { Key::VersionsAre })}</p>
            <ul>{for list.iter().filter_map(one)}</ul>
        </div>
    }
}

/// A time as people write it: of today the hour, else the day too.
fn time(at: f64, lang: Lang) -> String {
    let (then, now) = (Date::new(&JsValue::from(at)), Date::new_0());
    let locale = if lang == Lang::Zh { "zh-CN" } else { "en-GB" };
    let hour: String = then.to_locale_time_string(locale).into();
    if then.to_date_string() == now.to_date_string() {
        return hour;
    }
    let day: String = then.to_locale_date_string(locale, &JsValue::UNDEFINED).into();
    format!("{day} {hour}")
}
