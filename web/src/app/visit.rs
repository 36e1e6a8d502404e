//! Links in the page's address: opened as a guest, beside the visitor's own work.

use crate::address;
use crate::examples;
use crate::link::{EngineState, Linked};
use crate::message::{LinkBody, LinkView};
use crate::state::{Action, Guest, State};
use crate::store;
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use chainwalk::{Case, Position, Theme};
use chainwalk_take::codec::MOST_TEXT;
use gloo::events::EventListener;
use gloo::utils::window;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;
use yew::prelude::*;

/// Opens the link of the address, now and whenever another takes its place.
#[hook]
pub(super) fn use_visits(state: &UseReducerHandle<State>, heard: &EngineState) {
    let lang = state.lang;
    {
        let follow = heard.follow.clone();
        use_effect_with((), move |()| {
            let ask = move || {
                if let Some(fragment) = address::link() {
                    follow.emit((fragment, lang));
                }
            };
            ask();
            let listener = EventListener::new(&window(), "hashchange", move |_| ask());
            move || drop(listener)
        });
    }
    let dispatch = state.dispatcher();
    let linked = heard.linked.clone();
    let answer = linked.as_ref().map(Rc::as_ptr);
    use_effect_with(answer, move |_| {
        let Some(linked) = linked else { return };
        let visit = move |guest: Result<Guest, String>| match guest {
            Ok(guest) => dispatch.dispatch(Action::Visit(Rc::new(guest))),
            Err(why) => {
                address::forget_link();
                dispatch.dispatch(Action::Own(Rc::new(store::own())));
                dispatch.dispatch(Action::Refused(Some(why.into())));
            }
        };
        let Some(path) = file_of(&linked) else { return visit(opened(&linked, lang)) };
        wasm_bindgen_futures::spawn_local(async move {
            let text = file(&path).await;
            // Another link may have come meanwhile.
            if address::link().as_deref() == Some(&*linked.0) {
                visit(match text {
                    Some(text) => opened(&holding(&linked, text), lang),
                    None => Err(format!("{} “{path}”", ui(lang, Key::LinkNoFile))),
                });
            }
        });
    });
}

/// The file that a link names, where it names one.
fn file_of(linked: &Linked) -> Option<String> {
    match &linked.1.as_ref().ok()?.body {
        LinkBody::File(path) => Some(path.clone()),
        _ => None,
    }
}

/// The text of a file of the page's own origin. What leads elsewhere, and what holds more than a link may, is none.
async fn file(path: &str) -> Option<String> {
    let address = web_sys::Url::new_with_base(path, &gloo::utils::document().base_uri().ok()??);
    let how = web_sys::RequestInit::new();
    how.set_redirect(web_sys::RequestRedirect::Error);
    let answer = window().fetch_with_str_and_init(&address.ok()?.href(), &how);
    let answer: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(answer.ok().then(|| answer.text().ok())??).await.ok()?.as_string()?;
    (text.len() <= MOST_TEXT).then_some(text)
}

/// A link with the text of its file in it.
fn holding(linked: &Linked, text: String) -> Linked {
    let view =
        linked.1.clone().map(|view| Box::new(LinkView { body: LinkBody::Case(text), ..*view }));
    Rc::new((linked.0.clone(), view))
}

/// The guest that a link brings, as it was changed in this tab, or why it can't be opened.
fn opened(linked: &Linked, lang: Lang) -> Result<Guest, String> {
    let (fragment, answer) = &**linked;
    let view = answer.as_ref().map_err(Clone::clone)?;
    let key = store::key_of(fragment);
    let guest = |case: Case, at, lang, theme| Guest {
        key: key.clone(),
        case,
        at,
        lang,
        theme,
        beside_own: store::has_own(),
    };
    if let Some(changed) = store::guest(&key) {
        return Ok(guest(changed, None, view.lang, view.theme));
    }
    let case = case_of(view).ok_or_else(|| match &view.body {
        LinkBody::Case(_) => ui(lang, Key::LinkNoCase).to_owned(),
        LinkBody::Example(name) => format!("{} “{name}”", ui(lang, Key::LinkNoExample)),
        LinkBody::File(path) => format!("{} “{path}”", ui(lang, Key::LinkNoFile)),
    })?;
    let at: Option<Position> = view.at.or(case.head.at);
    let (lang, theme): (Option<Lang>, Option<Theme>) =
        (view.lang.or(case.head.lang), view.theme.or(case.head.theme));
    Ok(guest(case, at, lang, theme))
}

fn case_of(view: &LinkView) -> Option<Case> {
    match &view.body {
        LinkBody::Case(text) => Case::read(text).ok().map(|(case, _)| case),
        LinkBody::Example(name) => examples::named(name),
        LinkBody::File(_) => None,
    }
}
