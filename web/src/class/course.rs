//! The lessons: those that ship with the page, fetched when they are first wanted, and those that somebody opened.

use crate::worker::text_of;
use chainwalk_take::Lesson;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The names of the files.
const FILES: &[&str] = include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// A lesson of the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// By what addresses and the progress call it: its name, with `.nft` behind it where it is told in nft.
    pub(crate) key: Rc<str>,
    /// Its text.
    pub(crate) text: Rc<str>,
    /// What was read of it.
    pub(crate) lesson: Rc<Lesson>,
    /// The same lesson in the other dialect, by its key.
    pub(crate) twin: Option<Rc<str>>,
    /// Whether it ships with the page.
    pub(crate) ships: bool,
    /// The line of the first thing that keeps it from being taught.
    pub(crate) broken: Option<usize>,
}

impl Entry {
    /// Whether it is told in nft.
    pub(crate) fn is_native(&self) -> bool {
        self.key.ends_with(NATIVE)
    }

    fn read(text: &str, native: bool, ships: bool) -> Self {
        let (lesson, problems) = Lesson::read(text);
        let end = if native { NATIVE } else { "" };
        let broken = problems.iter().find(|p| !p.found.is_warning()).map(|p| p.line);
        Self {
            key: [&lesson.name, end].concat().into(),
            text: text.into(),
            lesson: Rc::new(lesson),
            twin: None,
            ships,
            broken,
        }
    }
}

const NATIVE: &str = ".nft";

/// All lessons that are there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Course {
    /// Those that ship, in their order, then those that were opened.
    pub(crate) entries: Rc<Vec<Entry>>,
    /// Whether all that ship are there.
    pub(crate) whole: bool,
    /// Why they are not: the network is gone.
    pub(crate) missing: Option<Rc<str>>,
}

impl Course {
    /// The lesson of that key.
    pub(crate) fn find(&self, key: &str) -> Option<&Entry> {
        // What somebody opened stands before what ships under the same name.
        self.entries.iter().rev().find(|entry| *entry.key == *key)
    }

    /// The lessons of the list: of two that are twins, the one in iptables.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !(entry.is_native() && entry.twin.is_some()))
    }
}

thread_local! {
    /// What was fetched, and what was opened: it lasts as long as the page.
    static KNOWN: RefCell<Course> = RefCell::default();
}

/// Opens a lesson that somebody wrote, in place of one that was opened under the same name; its key.
pub(crate) fn open(text: &str) -> Rc<str> {
    let native = text.contains("\ntable ") && !text.contains("\n*filter");
    let entry = Entry::read(text, native, false);
    let key = entry.key.clone();
    KNOWN.with_borrow_mut(|known| {
        let mut entries = (*known.entries).clone();
        entries.retain(|other| other.ships || other.key != entry.key);
        entries.push(entry);
        known.entries = Rc::new(entries);
    });
    key
}

/// The lessons, once they are wanted; `turn` looks again for what was opened, or could not be fetched.
#[hook]
pub(crate) fn use_course(wanted: bool, turn: u32) -> Course {
    let course = use_state_eq(Course::default);
    {
        let course = course.setter();
        use_effect_with((wanted, turn), move |(wanted, _)| {
            let known = KNOWN.with_borrow(Clone::clone);
            course.set(known.clone());
            if *wanted && !known.whole {
                spawn_local(async move { course.set(fetched().await) });
            }
        });
    }
    (*course).clone()
}

/// Fetches all that ships.
async fn fetched() -> Course {
    // All are asked for before the first is waited for.
    let asked: Vec<_> = FILES
        .iter()
        .map(|name| {
            let answer: Rc<RefCell<Option<Result<String, String>>>> = Rc::default();
            let told = answer.clone();
            let path = ["lessons/", name].concat();
            let done = wasm_bindgen_futures::future_to_promise(async move {
                let text = text_of(&path).await.map_err(|_| path);
                *told.borrow_mut() = Some(text);
                Ok(wasm_bindgen::JsValue::NULL)
            });
            (*name, done, answer)
        })
        .collect();
    let mut entries = Vec::new();
    let mut missing = None;
    for (name, done, answer) in asked {
        let _ = wasm_bindgen_futures::JsFuture::from(done).await;
        match answer.take() {
            Some(Ok(text)) => {
                entries.push(Entry::read(&text, name.contains(".nft."), true));
            }
            Some(Err(path)) => missing = Some(Rc::from(path)),
            None => {}
        }
    }
    pair(&mut entries);
    KNOWN.with_borrow_mut(|known| {
        let opened = known.entries.iter().filter(|entry| !entry.ships).cloned();
        entries.extend(opened);
        *known = Course { entries: Rc::new(entries), whole: missing.is_none(), missing };
        known.clone()
    })
}

/// Lets twins know each other.
fn pair(entries: &mut [Entry]) {
    let keys: Vec<Rc<str>> = entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in entries {
        let other = match entry.key.strip_suffix(NATIVE) {
            Some(bare) => bare.to_owned(),
            None => [&entry.key, NATIVE].concat(),
        };
        entry.twin = keys.iter().find(|key| ***key == *other).cloned();
    }
}
