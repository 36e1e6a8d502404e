//! Files and texts that are dropped, pasted or picked while the class is shown: a lesson, or progress that was saved.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo::utils::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ClipboardEvent, DragEvent, Element, FileList};
use yew::prelude::*;

/// A lesson of more bytes is none.
const MOST: f64 = 1_048_576.0;

/// Reads the first of some files as a text.
pub(super) fn read(files: Option<FileList>, heard: Callback<String>) {
    let Some(file) = files.and_then(|files| files.get(0)).filter(|file| file.size() <= MOST) else {
        return;
    };
    spawn_local(async move {
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
        if let Some(text) = text {
            heard.emit(text);
        }
    });
}

/// Hears what is dropped or pasted anywhere, before the editor of the visitor's own rules does.
#[hook]
pub(super) fn use_files(heard: &Callback<String>) {
    use_effect_with(heard.clone(), |heard| {
        let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
        let on = |name: &'static str, act: Box<dyn Fn(&Event)>| {
            EventListener::new_with_options(&window(), name, options, move |event| act(event))
        };
        let dropped = {
            let heard = heard.clone();
            on(
                "drop",
                Box::new(move |event| {
                    event.prevent_default();
                    event.stop_propagation();
                    let data = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
                    read(data.and_then(|data| data.files()), heard.clone());
                }),
            )
        };
        let over = on(
            "dragover",
            Box::new(|event| {
                event.prevent_default();
                event.stop_propagation();
            }),
        );
        let pasted = {
            let heard = heard.clone();
            on(
                "paste",
                Box::new(move |event| {
                    event.stop_propagation();
                    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
                    if target.is_some_and(|t| t.closest("input, textarea").ok().flatten().is_some())
                    {
                        return;
                    }
                    let Some(data) =
                        event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data)
                    else {
                        return;
                    };
                    event.prevent_default();
                    match data.get_data("text/plain") {
                        Ok(text) if !text.is_empty() => heard.emit(text),
                        _ => read(data.files(), heard.clone()),
                    }
                }),
            )
        };
        move || drop((dropped, over, pasted))
    });
}
