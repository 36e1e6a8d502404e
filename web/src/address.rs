//! The page's own address: the link in it, and the address that a link is made of.

use crate::one_file::{is_one_file, site};
use gloo::utils::window;
use wasm_bindgen::JsValue;

/// The fragment of the address, where it is a link and not the name of a place in the page.
pub(crate) fn link() -> Option<String> {
    let fragment = window().location().hash().ok()?;
    let fragment = fragment.strip_prefix('#')?;
    let (name, _) = fragment.split_once('=')?;
    let codec = name.strip_prefix('w').is_some_and(|n| n.parse::<u32>().is_ok());
    // A lesson is the class's own.
    let known = ["text", "example", "src"].contains(&name);
    (codec || known).then(|| fragment.to_owned())
}

/// Whether others can open an address of the page.
pub(crate) fn is_known() -> bool {
    !is_one_file() || site().is_some()
}

/// The address of the page with `fragment`.
pub(crate) fn with(fragment: &str) -> String {
    if let Some(site) = site() {
        return [&site, "#", fragment].concat();
    }
    let location = window().location();
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    [&part(location.origin()), &part(location.pathname()), "#", fragment].concat()
}

/// Takes the link off the address, without loading anything.
pub(crate) fn forget_link() {
    let path = window().location().pathname().unwrap_or_default();
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
}
