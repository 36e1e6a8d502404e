//! The line to the worker: what went over it, and what is still to be answered.

use super::queue::{Queue, bring};
use crate::message::Request;
use crate::paste::Paste;
use crate::worker::{Event, Worker, text_of};
use chainwalk::view::LEXICON;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// An answer that takes fewer milliseconds is there before the next key.
const QUICK_MS: f64 = 50.0;

/// How the worker fares.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Somebody types; it is asked as soon as there is a pause.
    Typed,
    /// It has been asked.
    Asked,
    /// It has been asked a while ago.
    Late,
    /// It answered.
    Done,
    /// It was stopped by hand.
    Stopped,
    /// It died; the reason is for a report, not for the reader.
    Died(String),
    /// It could not be fetched: the network is gone.
    Missing(String),
}

/// The line. Clones are the same one.
#[derive(Clone, Default)]
pub(super) struct Line {
    worker: Rc<RefCell<Option<Worker>>>,
    /// The text that the worker has.
    has: Rc<RefCell<Option<Paste>>>,
    queue: Rc<RefCell<Queue>>,
    /// When the question that is being answered was sent, and how long the answer before took, in milliseconds.
    sent: Rc<Cell<f64>>,
    took: Rc<Cell<f64>>,
    /// The question asked last.
    asked: Rc<Cell<u32>>,
    /// The question that was answered, or given up, last.
    settled: Rc<Cell<u32>>,
    words: Rc<RefCell<Words>>,
}

/// Whether the worker has the table of explained words, which comes after the first answer.
#[derive(Default)]
enum Words {
    #[default]
    Missing,
    /// It is being fetched; what was asked last waits for it.
    Fetching(Option<Box<Request>>),
    There,
}

impl Line {
    /// Starts the worker; `listener` hears of it.
    pub(super) fn open(&self, listener: impl Fn(Event) + 'static) {
        *self.worker.borrow_mut() = Some(Worker::start(listener));
    }

    /// Ends the worker: whoever listened is gone.
    pub(super) fn close(&self) {
        if let Some(worker) = self.worker.borrow_mut().take() {
            worker.end();
        }
    }

    /// Sends what needs no text that the worker has not.
    pub(super) fn send(&self, request: Request) {
        if let Some(worker) = &*self.worker.borrow() {
            worker.send(request);
        }
    }

    /// Asks what words mean, as soon as the worker knows.
    pub(super) fn explain(&self, request: Request) {
        self.teach();
        match &mut *self.words.borrow_mut() {
            Words::Fetching(waiting) => *waiting = Some(Box::new(request)),
            Words::Missing | Words::There => self.send(request),
        }
    }

    /// Lets the worker have the table of explained words, unless it has it.
    pub(super) fn teach(&self) {
        if !matches!(&*self.words.borrow(), Words::Missing) {
            return;
        }
        self.words.replace(Words::Fetching(None));
        let this = self.clone();
        spawn_local(async move {
            let texts = lexicon().await;
            let next = if texts.is_ok() { Words::There } else { Words::Missing };
            let before = this.words.replace(next);
            if let Ok(texts) = texts {
                this.send(Request::Words(texts));
            }
            if let Words::Fetching(Some(request)) = before {
                this.send(*request);
            }
        });
    }

    /// A new question, and its number.
    pub(super) fn number(&self) -> u32 {
        self.asked.set(self.asked.get() + 1);
        self.asked.get()
    }

    /// Whether this is the question asked last.
    pub(super) fn is_asked(&self, number: u32) -> bool {
        self.asked.get() == number
    }

    /// Whether the question asked last has its answer, or was given up.
    pub(super) fn is_settled(&self) -> bool {
        self.settled.get() == self.asked.get()
    }

    /// The question asked last has its answer, or is given up.
    pub(super) fn settle(&self) {
        self.settled.set(self.asked.get());
    }

    /// Whether the worker has another text.
    pub(super) fn has_another(&self, paste: &Paste) -> bool {
        self.has.borrow().as_ref().is_some_and(|has| has != paste)
    }

    /// Lets the worker have a text, unless it has it.
    pub(super) fn bring(&self, paste: &Paste) {
        let worker = self.worker.borrow();
        let Some(worker) = &*worker else { return };
        let had = self.has.replace(Some(paste.clone()));
        if had.as_ref() != Some(paste) {
            bring(worker, had.as_ref(), paste);
        }
    }

    /// Asks about a text, as soon as the question before has its answer.
    pub(super) fn ask(&self, request: Request, paste: Paste) {
        let now = self.queue.borrow_mut().ask(request, paste);
        self.send_if(now);
    }

    /// An answer has come; returns the text it is about.
    pub(super) fn answered(&self) -> Option<Paste> {
        self.took.set(js_sys::Date::now() - self.sent.get());
        self.queue.borrow_mut().answered()
    }

    /// Asks what waits.
    pub(super) fn go_on(&self) {
        let next = self.queue.borrow_mut().next();
        self.send_if(next);
    }

    fn send_if(&self, question: Option<Request>) {
        if let Some(question) = question {
            self.sent.set(js_sys::Date::now());
            self.send(question);
        }
    }

    /// Whether an answer may be had for each key that is typed: the last one was there at once.
    pub(super) fn is_quick(&self) -> bool {
        self.took.get() < QUICK_MS
    }

    /// The worker has lost what it had: its text and the question.
    pub(super) fn forget(&self) {
        *self.has.borrow_mut() = None;
        *self.queue.borrow_mut() = Queue::default();
    }

    /// Starts the worker anew. It is sent nothing yet: what killed the old one would kill it too.
    pub(super) fn restart(&self) {
        self.words.replace(Words::Missing);
        if let Some(worker) = &*self.worker.borrow() {
            worker.restart();
        }
    }
}

/// The texts of the table of explained words.
async fn lexicon() -> Result<Vec<String>, JsValue> {
    let mut texts = Vec::new();
    for name in LEXICON {
        texts.push(text_of(&["lexicon/", name].concat()).await?);
    }
    Ok(texts)
}
