//! The page's own address: the link in it, and the address that a link is made of.

use gloo::utils::window;
use wasm_bindgen::JsValue;

/// The fragment of the address, where it is a link and not the name of a place in the page.
pub(crate) fn link() -> Option<String> {
    let fragment = window().location().hash().ok()?;
    let fragment = fragment.strip_prefix('#')?;
    let (name, _) = fragment.split_once('=')?;
    let codec = name.strip_prefix('w').is_some_and(|n| n.parse::<u32>().is_ok());
    let known = ["text", "example", "lesson", "src"].contains(&name);
    (codec || known).then(|| fragment.to_owned())
}

/// The address of the page with `fragment`.
pub(crate) fn with(fragment: &str) -> String {
    let location = window().location();
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    let origin = part(location.origin());
    // A file has no origin of its own.
    let origin = if origin == "null" { "file://".to_owned() } else { origin };
    [&origin, &part(location.pathname()), "#", fragment].concat()
}

/// Takes the link off the address, without loading anything.
pub(crate) fn forget_link() {
    let path = window().location().pathname().unwrap_or_default();
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
}
