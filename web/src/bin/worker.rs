//! The worker: one engine, asked by messages. What takes long is done in slices, with messages between them.

use chainwalk_web::engine::Engine;
use chainwalk_web::message::Answer;
use chainwalk_web::worker::bytes;
use gloo::timers::callback::Timeout;
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    std::panic::set_hook(Box::new(|info| say(&Answer::Crashed(info.to_string()))));
    let work = Rc::new(Work::default());
    let listen = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match chainwalk_web::worker::request(&event.data()) {
            Ok(request) => {
                let mut said = js_sys::Date::now();
                let mut tell = |share| {
                    let now = js_sys::Date::now();
                    if now - said > PACE || share >= 1.0 {
                        said = now;
                        say(&Answer::Reading(share));
                    }
                };
                if let Some(answer) = work.engine.borrow_mut().answer(request, &mut tell) {
                    if matches!(answer, Answer::Told(_)) {
                        work.trying.set(None);
                    }
                    say(&answer);
                }
                go_on(&work);
            }
            Err(error) => say(&Answer::Crashed(error)),
        }
    });
    scope.set_onmessage(Some(listen.into_js_value().unchecked_ref()));
    say(&Answer::Ready);
}

/// Milliseconds between two words of how far the reading is.
const PACE: f64 = 200.0;
/// Milliseconds that a search works at a time.
const SLICE: f64 = 16.0;
/// Milliseconds for which packets are tried that nobody asked for.
const TRYING: f64 = 1000.0;

#[derive(Default)]
struct Work {
    engine: RefCell<Engine>,
    /// Whether the next slice is waiting for its turn.
    waiting: Cell<bool>,
    /// When trying began; none while nothing is tried.
    trying: Cell<Option<f64>>,
}

/// Goes on with the search, and with what is tried, as soon as the messages that came were heard.
fn go_on(work: &Rc<Work>) {
    let busy = {
        let engine = work.engine.borrow();
        engine.is_searching() || engine.is_trying()
    };
    if !busy || work.waiting.replace(true) {
        return;
    }
    let work = work.clone();
    Timeout::new(0, move || {
        work.waiting.set(false);
        let end = js_sys::Date::now() + SLICE;
        let mut engine = work.engine.borrow_mut();
        while engine.is_searching() && js_sys::Date::now() < end {
            if let Some(answer) = engine.go_on() {
                say(&answer);
            }
        }
        try_some(&work, &mut engine, end);
        drop(engine);
        go_on(&work);
    })
    .forget();
}

/// Tries packets until `end`, and tells of all of them at once.
fn try_some(work: &Work, engine: &mut Engine, end: f64) {
    let (mut generation, mut tried) = (0, Vec::new());
    let begun = work.trying.get().unwrap_or_else(js_sys::Date::now);
    work.trying.set(Some(begun));
    while engine.is_trying() && js_sys::Date::now() < end {
        if js_sys::Date::now() - begun > TRYING {
            engine.stop_trying();
        } else if let Some(Answer::Tried(of, more)) = engine.try_next() {
            generation = of;
            tried.extend(more);
        }
    }
    if !engine.is_trying() {
        work.trying.set(None);
    }
    if !tried.is_empty() {
        say(&Answer::Tried(generation, tried));
    }
}

fn say(answer: &Answer) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    if let Ok(bytes) = bytes(answer) {
        let _ = scope.post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()));
    }
}
