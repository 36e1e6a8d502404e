//! The worker, seen from the page: started from memory, started again when it dies, stopped when it hangs.
//!
//! Script and compiled module are fetched once, as the page loads; no start after that asks the network. In the page
//! that is one file they stand in it.
//! The thread itself is a plain `web_sys::Worker`, since it must be possible to end one that hangs and to
//! hear of one that trapped.

use crate::message::{Answer, Request};
use gloo::timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Response, Url};

/// What makes wasm-bindgen's script a worker: the first message is the compiled module.
const STARTER: &str = "\nself.onmessage = (e) => { self.onmessage = null; wasm_bindgen({ module_or_path: e.data }); };\n";

#[wasm_bindgen]
extern "C" {
    /// A file of the page, by its name; `web/start.js` or `web/one-file.js` has it.
    #[wasm_bindgen(js_namespace = chainwalk, catch)]
    async fn file(name: &str) -> Result<JsValue, JsValue>;
}

/// The text of a file of the page.
pub(crate) async fn text_of(name: &str) -> Result<String, JsValue> {
    let response = file(name).await?.dyn_into::<Response>()?;
    if !response.ok() {
        return Err(name.into());
    }
    let text = JsFuture::from(response.text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}

/// More bytes than this in a message are sent by themselves.
const HEAVY: usize = 64 * 1024;

/// Script and module of the worker, fetched once.
struct Image {
    script: String,
    module: JsValue,
}

thread_local! {
    /// What every worker of the page is started from.
    static IMAGE: RefCell<Option<Rc<Image>>> = const { RefCell::new(None) };
}

impl Image {
    async fn fetch() -> Result<Rc<Self>, JsValue> {
        if let Some(known) = IMAGE.with_borrow(Clone::clone) {
            return Ok(known);
        }
        let get = async |name| file(name).await?.dyn_into::<Response>();
        let script = JsFuture::from(get("worker.js").await?.text()?).await?;
        let bytes = JsFuture::from(get("worker_bg.wasm").await?.array_buffer()?).await?;
        let module = JsFuture::from(js_sys::WebAssembly::compile(&Uint8Array::new(&bytes))).await?;
        let image = Rc::new(Self { script: script.as_string().unwrap_or_default(), module });
        IMAGE.with_borrow_mut(|known| *known = Some(image.clone()));
        Ok(image)
    }
}

/// What the page hears.
pub enum Event {
    /// An answer.
    Answer(Answer),
    /// The worker died, with what is known of why.
    Died(String),
    /// It could not be fetched, so there is none; the reason as the browser tells it.
    Missing(String),
}

type Listener = Rc<dyn Fn(Event)>;

struct Thread {
    worker: web_sys::Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(web_sys::Event)>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

#[derive(Default)]
#[allow(clippy::struct_excessive_bools)]
struct Inner {
    image: Option<Rc<Image>>,
    fetching: bool,
    /// Whether it is no longer wanted.
    ended: bool,
    thread: Option<Thread>,
    /// Whether the thread said that it runs.
    ready: bool,
    /// What is sent once it does, in order.
    waiting: VecDeque<Request>,
    /// Whether the rest of it is sent a moment later.
    pumping: bool,
    /// Counts the threads, so that a late word of an old one is not taken for the new one's.
    turn: u32,
}

/// A handle to the worker. Clones speak to the same one.
#[derive(Clone)]
pub struct Worker {
    inner: Rc<RefCell<Inner>>,
    listener: Listener,
}

impl Worker {
    /// Fetches and starts the worker. `listener` hears its answers and its end.
    pub fn start(listener: impl Fn(Event) + 'static) -> Self {
        let worker = Self { inner: Rc::default(), listener: Rc::new(listener) };
        worker.fetch();
        worker
    }

    /// Fetches the image, unless that is under way, and starts a thread.
    fn fetch(&self) {
        if std::mem::replace(&mut self.inner.borrow_mut().fetching, true) {
            return;
        }
        let this = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let image = Image::fetch().await;
            this.inner.borrow_mut().fetching = false;
            if this.inner.borrow().ended {
                return;
            }
            match image {
                Ok(image) => {
                    this.inner.borrow_mut().image = Some(image);
                    this.run();
                }
                Err(error) => {
                    this.inner.borrow_mut().waiting.clear();
                    (this.listener)(Event::Missing(words(&error)));
                }
            }
        });
    }

    /// Ends the thread, if there is one, and starts another; what waited for the old one is forgotten.
    pub fn restart(&self) {
        {
            let mut inner = self.inner.borrow_mut();
            inner.thread = None;
            inner.ready = false;
            inner.waiting.clear();
        }
        self.run();
    }

    /// Ends the thread for good.
    pub fn end(&self) {
        let mut inner = self.inner.borrow_mut();
        // What an old thread says is no longer heard, and none is started behind a fetch that is under way.
        inner.turn += 1;
        inner.ended = true;
        inner.thread = None;
        inner.waiting.clear();
    }

    /// Sends a question, as soon as the worker runs and what was sent before is on its way. What could not
    /// be fetched is fetched once more.
    pub fn send(&self, request: Request) {
        self.inner.borrow_mut().waiting.push_back(request);
        if self.inner.borrow().image.is_none() {
            self.fetch();
        }
        self.pump();
    }

    /// Sends what waits; long texts one at a time, so that the page is not held up by copying them.
    fn pump(&self) {
        let mut inner = self.inner.borrow_mut();
        if !inner.ready || inner.pumping {
            return;
        }
        while let Some(request) = inner.waiting.pop_front() {
            if let Some(thread) = &inner.thread {
                post(&thread.worker, &request);
            }
            if request.weight() > HEAVY && !inner.waiting.is_empty() {
                inner.pumping = true;
                let this = self.clone();
                Timeout::new(0, move || {
                    this.inner.borrow_mut().pumping = false;
                    this.pump();
                })
                .forget();
                return;
            }
        }
    }

    fn run(&self) {
        self.inner.borrow_mut().turn += 1;
        let started = self.thread();
        match started {
            Ok(thread) => self.inner.borrow_mut().thread = thread,
            Err(error) => (self.listener)(Event::Died(words(&error))),
        }
    }

    /// Starts a thread; none while the image is still being fetched.
    fn thread(&self) -> Result<Option<Thread>, JsValue> {
        let inner = self.inner.borrow();
        let Some(image) = &inner.image else { return Ok(None) };
        let bag = BlobPropertyBag::new();
        bag.set_type("text/javascript");
        let parts = Array::of2(&image.script.as_str().into(), &STARTER.into());
        let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(
            &parts, &bag,
        )?)?;
        let worker = web_sys::Worker::new(&url)?;

        let turn = inner.turn;
        let this = self.clone();
        let message =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                match read(&event.data()) {
                    Ok(Answer::Ready) => this.ready(),
                    Ok(Answer::Crashed(why)) => this.died(turn, why),
                    Ok(answer) => (this.listener)(Event::Answer(answer)),
                    Err(error) => this.died(turn, error),
                }
            });
        let this = self.clone();
        let error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            event.prevent_default();
            let why = js_sys::Reflect::get(&event, &"message".into()).ok();
            this.died(turn, why.and_then(|m| m.as_string()).unwrap_or_default());
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        worker.post_message(&image.module)?;
        Ok(Some(Thread { worker, _message: message, _error: error }))
    }

    fn ready(&self) {
        self.inner.borrow_mut().ready = true;
        self.pump();
    }

    fn died(&self, turn: u32, why: String) {
        // The closure that calls this belongs to the thread, which therefore ends a moment later.
        let this = self.clone();
        Timeout::new(0, move || {
            {
                let mut inner = this.inner.borrow_mut();
                if inner.turn != turn || inner.thread.take().is_none() {
                    return;
                }
                inner.ready = false;
                inner.waiting.clear();
            }
            (this.listener)(Event::Died(why));
        })
        .forget();
    }
}

/// Text goes over as it is, in an array with the place it goes to; anything else is small and goes as bytes.
fn post(worker: &web_sys::Worker, request: &Request) {
    let message = match request {
        Request::Paste(text) => Array::of1(&text.as_str().into()).into(),
        Request::Edit { at, removed, text } => {
            let number = |n: usize| JsValue::from_f64(n as f64);
            Array::of3(&number(*at), &number(*removed), &text.as_str().into()).into()
        }
        _ => match bytes(request) {
            Ok(bytes) => bytes.into(),
            Err(_) => return,
        },
    };
    let _ = worker.post_message(&message);
}

/// The question in a message of `post`; the reason where there is none.
///
/// # Errors
/// The message is not one of the page's.
pub fn request(message: &JsValue) -> Result<Request, String> {
    if let Some(parts) = message.dyn_ref::<Array>() {
        let text = |at: u32| parts.get(at).as_string().unwrap_or_default();
        let number = |at: u32| parts.get(at).as_f64().unwrap_or_default() as usize;
        return Ok(match parts.length() {
            3 => Request::Edit { at: number(0), removed: number(1), text: text(2) },
            _ => Request::Paste(text(0)),
        });
    }
    read(message)
}

fn read<T: DeserializeOwned>(message: &JsValue) -> Result<T, String> {
    let bytes = message.dyn_ref::<Uint8Array>().ok_or("no bytes")?;
    postcard::from_bytes(&bytes.to_vec()).map_err(|error| error.to_string())
}

/// What is said as the bytes that go over.
///
/// Both sides are built together, so the bytes name no field: reading them takes less code than JSON.
///
/// # Errors
/// The message can't be written.
pub fn bytes<T: Serialize>(said: &T) -> Result<Uint8Array, postcard::Error> {
    Ok(Uint8Array::from(postcard::to_allocvec(said)?.as_slice()))
}

fn words(error: &JsValue) -> String {
    js_sys::Error::from(error.clone()).message().into()
}
