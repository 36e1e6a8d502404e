//! The buttons that zoom the diagram, and what zooming is.

use crate::keys::Zooming;
use crate::parts::{Icon, Zoom};
use crate::words::{Key, ui};
use chainwalk::view::Lang;
use yew::prelude::*;

pub(super) fn zoomed(zoom: Zoom, way: Zooming) -> Zoom {
    match way {
        Zooming::In => zoom.by(1.4, (0.5, 0.5)),
        Zooming::Out => zoom.by(1.0 / 1.4, (0.5, 0.5)),
        Zooming::Fit => Zoom::default(),
    }
}

pub(super) fn zoom_buttons(zoom: Zoom, onzoom: &Callback<Zoom>, lang: Lang) -> Html {
    let button = |way: Zooming, sign: Html, key: Key| {
        let off = way != Zooming::In && zoom.fits();
        let onclick = onzoom.reform(move |_: MouseEvent| zoomed(zoom, way));
        html! {
            <button {onclick} aria-label={ui(lang, key)} title={ui(lang, key)} aria-disabled={off.to_string()}>{sign}</button>
        }
    };
    html! {
        <div class="zoom" role="group" aria-label={ui(lang, Key::Zoom)} data-testid="zoom">
            {button(Zooming::Out, "−".into(), Key::ZoomOut)}
            {button(Zooming::Fit, html! { <Icon id="i-fit" size={14} /> }, Key::ZoomFit)}
            {button(Zooming::In, "+".into(), Key::ZoomIn)}
        </div>
    }
}
