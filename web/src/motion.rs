//! How much moves on the page, how long, and how large letters are: as the reader and the stylesheet have it.

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

/// How large the letters of the page are, where 1 is the usual size: the reader's choice, or that of a very large screen.
pub(crate) fn letter_scale() -> f64 {
    let root = gloo::utils::document().document_element();
    let style = root.and_then(|r| gloo::utils::window().get_computed_style(&r).ok().flatten());
    let size = style.and_then(|s| s.get_property_value("font-size").ok()).unwrap_or_default();
    let size = js_sys::parse_float(&size) / 16.0;
    if size.is_finite() && size > 0.0 { size } else { 1.0 }
}
