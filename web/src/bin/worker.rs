//! The worker: one engine, asked by messages.

use chainwalk_web::engine::Engine;
use chainwalk_web::message::Answer;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    std::panic::set_hook(Box::new(|info| say(&Answer::Crashed(info.to_string()))));
    let engine = RefCell::new(Engine::default());
    let listen = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match chainwalk_web::worker::request(&event.data()) {
            Ok(request) => {
                if let Some(answer) = engine.borrow_mut().answer(request) {
                    say(&answer);
                }
            }
            Err(error) => say(&Answer::Crashed(error)),
        }
    });
    scope.set_onmessage(Some(listen.into_js_value().unchecked_ref()));
    say(&Answer::Ready);
}

fn say(answer: &Answer) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    if let Ok(text) = serde_json::to_string(answer) {
        let _ = scope.post_message(&text.into());
    }
}
