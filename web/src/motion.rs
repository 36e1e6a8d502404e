//! How much moves on the page, and how long: as the reader and the stylesheet have it.

/// Whether the reader asked for less motion.
pub(crate) fn still() -> bool {
    let query = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|q| q.matches())
}

/// How lists scroll to the place of now.
pub(crate) fn scrolling() -> web_sys::ScrollBehavior {
    if still() { web_sys::ScrollBehavior::Instant } else { web_sys::ScrollBehavior::Smooth }
}

/// A duration of the stylesheet in milliseconds, by the name of its custom property.
pub(crate) fn duration(name: &str) -> f64 {
    let root = gloo::utils::document().document_element();
    let style = root.and_then(|r| gloo::utils::window().get_computed_style(&r).ok().flatten());
    let text = style.and_then(|s| s.get_property_value(name).ok()).unwrap_or_default();
    // Rust's own reader of floats would bring twenty thousand bytes with it.
    let number = js_sys::parse_float(&text);
    let unit = if text.trim_end().ends_with("ms") { 1.0 } else { 1000.0 };
    if number.is_finite() { number * unit } else { 0.0 }
}
