//! Where texts are kept by their names: the browser's storage of this page or of this tab; and in the page that is one
//! file its own memory, which ends with it.

use crate::one_file::is_one_file;
use std::cell::RefCell;
use std::collections::HashMap;
use web_sys::Storage;

thread_local! {
    static MEMORY: RefCell<HashMap<String, String>> = RefCell::default();
}

/// A place for texts.
pub(crate) enum Shelf {
    /// The browser's.
    Browser(Storage),
    /// The page's own.
    Memory,
}

impl Shelf {
    /// What outlives the page, where the browser has it and lets it be used.
    pub(crate) fn of_page() -> Option<Self> {
        if is_one_file() {
            return Some(Self::Memory);
        }
        gloo::utils::window().local_storage().ok().flatten().map(Self::Browser)
    }

    /// What lasts as long as the tab.
    pub(crate) fn of_tab() -> Option<Self> {
        if is_one_file() {
            return Some(Self::Memory);
        }
        gloo::utils::window().session_storage().ok().flatten().map(Self::Browser)
    }

    /// The text of that name.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        match self {
            Self::Browser(storage) => storage.get_item(name).ok().flatten(),
            Self::Memory => MEMORY.with_borrow(|memory| memory.get(name).cloned()),
        }
    }

    /// Puts a text under that name; whether it was taken.
    pub(crate) fn put(&self, name: &str, text: &str) -> bool {
        match self {
            Self::Browser(storage) => storage.set_item(name, text).is_ok(),
            Self::Memory => {
                MEMORY.with_borrow_mut(|memory| memory.insert(name.to_owned(), text.to_owned()));
                true
            }
        }
    }

    /// Forgets the text of that name.
    pub(crate) fn forget(&self, name: &str) {
        match self {
            Self::Browser(storage) => drop(storage.remove_item(name)),
            Self::Memory => drop(MEMORY.with_borrow_mut(|memory| memory.remove(name))),
        }
    }
}
