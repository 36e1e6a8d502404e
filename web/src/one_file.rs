//! The page as one file, opened from a disk. Other files of that disk could read what such a page stores, so it stores
//! nothing; and nobody else has its address, so its links name the site that it was built for.

use gloo::utils::document;

/// Whether the page is one file.
pub(crate) fn is_one_file() -> bool {
    document().document_element().is_some_and(|root| root.has_attribute("data-one-file"))
}

/// The address of the page that links open, where the file was built for one.
pub(crate) fn site() -> Option<String> {
    let site = document().document_element()?.get_attribute("data-site")?;
    (!site.is_empty()).then_some(site)
}
