//! Recordings, for figures.

use chainwalk::view::Lang;
use chainwalk_take::{link, picture};
use wasm_bindgen::prelude::*;

/// The version of this program.
const HERE: &str = env!("CARGO_PKG_VERSION");

/// The recording, as JSON, of a text: a case, a paste, or the fragment of a link with its `#`. `packet` is sent in place
/// of the text's own; else the packet is walked that the case shows, else the first.
///
/// # Errors
/// Where the text is no case that can be walked: no rules, no packet, no link.
#[wasm_bindgen]
#[allow(
    clippy::needless_pass_by_value,
    reason = "what may be absent comes from JavaScript by value"
)]
pub fn record(text: &str, packet: Option<String>, lang: &str) -> Result<String, JsError> {
    let lang = link::chosen(lang, Lang::WORDS);
    let recording = picture::record(text, packet.as_deref(), lang, HERE);
    recording.ok_or_else(|| JsError::new("nothing to walk"))
}
