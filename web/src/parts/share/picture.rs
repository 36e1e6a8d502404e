//! The picture that a walk travels in: still, moving or PNG, in the colours and with the case that are wanted.

use super::leave::{Copy, Save, keep};
use crate::address;
use crate::message::ShareView;
use crate::parts::icon::Icon;
use crate::words::{Key, ui};
use chainwalk::view::{Colours, Film, Lang, recoloured};
use chainwalk_take::drawing::{Drawing, Look, carry};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlInputElement};
use yew::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A picture as PNG, with the text of a case in it or without; `web/picture.js` has it.
    #[wasm_bindgen(js_namespace = chainwalk, catch)]
    async fn png(svg: &str, text: Option<&str>) -> Result<JsValue, JsValue>;
}

/// What is saved.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Still,
    Moving,
    Png,
}

/// Properties of [`PictureRow`].
#[derive(Properties, PartialEq)]
pub(super) struct PictureRowProps {
    /// The reader's language.
    pub(super) lang: Lang,
    /// What it travels in.
    pub(super) view: Rc<ShareView>,
    /// The name of files, without their endings.
    pub(super) name: String,
    /// The link that opens it, if it fits into one.
    pub(super) link: Option<String>,
}

/// The row, and under it what the picture looks like.
#[component]
pub(super) fn PictureRow(props: &PictureRowProps) -> Html {
    let PictureRowProps { lang, view, name, link } = props;
    let lang = *lang;
    let moves = !view.film.is_empty();
    let form = use_state_eq(|| if moves { Form::Moving } else { Form::Still });
    let colours = use_state_eq(|| Colours::Both);
    let carries = use_state_eq(|| false);
    let drawn = if *form == Form::Moving { &view.film } else { &view.picture };
    let drawn = recoloured(drawn, *colours);
    let look = match *form {
        Form::Moving => Look::Moving(Film { colours: *colours, ..Film::default() }),
        Form::Still | Form::Png => Look::Still(*colours),
    };
    let how = Drawing { at: view.at, lang, raw_names: view.raw_names, size: None, look };
    let svg = if *carries { carry(&drawn, &view.case, how) } else { drawn.clone() };
    let shown =
        format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(&drawn)));
    let choose = |of: Form| {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| form.set(of))
    };
    let colour = |of: Colours| {
        let colours = colours.clone();
        Callback::from(move |_: MouseEvent| colours.set(of))
    };
    let onchange = {
        let carries = carries.clone();
        Callback::from(move |e: Event| {
            carries.set(e.target_unchecked_into::<HtmlInputElement>().checked());
        })
    };
    let save = if *form == Form::Png {
        let (svg, text) = (drawn, carries.then(|| view.case.clone()));
        let name = [name, ".png"].concat();
        let onclick = Callback::from(move |_: MouseEvent| {
            let (svg, text, name) = (svg.clone(), text.clone(), name.clone());
            wasm_bindgen_futures::spawn_local(async move {
                if let Ok(blob) = png(&svg, text.as_deref()).await {
                    let _ = keep(blob.unchecked_ref::<Blob>(), &name);
                }
            });
        });
        html! {
            <button class="copy" {onclick} data-testid="save-picture"><Icon id="i-save" />{ui(lang, Key::Save)}</button>
        }
    } else {
        let name = [name, ".svg"].concat();
        html! { <Save {lang} text={svg} {name} kind="image/svg+xml" testid="save-picture" /> }
    };
    let ending = if *form == Form::Png { "png" } else { "svg" };
    let image = format!("![{}]({name}.{ending})", view.verdict.replace(['[', ']', '\\'], ""));
    let markdown = match link {
        Some(link) => format!("[{image}]({})\n", address::with(link)),
        None => image + "\n",
    };
    html! {
        <li class="row picture">
            <b>{ui(lang, Key::SharePicture)}</b>
            <div class="switch" role="group" aria-label={ui(lang, Key::SharePicture)}>
                {for [(Form::Still, ui(lang, Key::ShareStill), "still"), (Form::Moving, ui(lang, Key::ShareMoving), "moving"), (Form::Png, "PNG", "png")]
                    .into_iter().filter(|(of, ..)| moves || *of != Form::Moving).map(|(of, key, id)| html! {
                    <button aria-pressed={(*form == of).to_string()} onclick={choose(of)} data-testid={id}>{key}</button>
                })}
            </div>
            {save}
            <div class="panel">
                <img src={shown} alt={view.verdict.clone()} data-testid="picture" />
                <div>
                    if *form == Form::Moving { <p>{ui(lang, Key::ShareMoves)}</p> }
                    <div class="colours">
                        <span>{ui(lang, Key::ShareColours)}</span>
                        <div class="switch" role="group" aria-label={ui(lang, Key::ShareColours)}>
                            {for [(Colours::Both, Key::ShareAsReader), (Colours::Light, Key::ThemeLight), (Colours::Dark, Key::ThemeDark)].map(|(of, key)| html! {
                                <button aria-pressed={(*colours == of).to_string()} onclick={colour(of)}>{ui(lang, key)}</button>
                            })}
                        </div>
                    </div>
                    <label><input type="checkbox" checked={*carries} {onchange} data-testid="carry" />{ui(lang, Key::ShareCarry)}</label>
                    if *carries { <p>{ui(lang, Key::ShareCarries)}</p> }
                    <Copy {lang} text={markdown} testid="copy-picture" word={Key::ShareAsMarkdown} />
                </div>
            </div>
        </li>
    }
}
