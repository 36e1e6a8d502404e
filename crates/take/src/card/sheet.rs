//! The frame that all pages of words have: its head with the card, its looks, and where its parts stand.

use crate::picture::attribute;
use chainwalk::view::Lang;

/// The file of the page's picture.
pub const PICTURE: &str = "walk.svg";
/// The file of the card's picture.
pub const CARD_PICTURE: &str = "card.png";
/// The file that tells a page that embeds links what to embed.
pub const OEMBED: &str = "oembed.json";

/// The files of a page, as texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// `index.html`.
    pub index: String,
    /// [`PICTURE`], in the colours of its reader.
    pub picture: String,
    /// [`OEMBED`].
    pub oembed: String,
    /// What [`CARD_PICTURE`] is drawn from.
    pub card: String,
}

/// What a page says.
pub(super) struct Sheet<'a> {
    /// The language of its words.
    pub(super) lang: Lang,
    /// What it is called.
    pub(super) title: &'a str,
    /// What stands below that.
    pub(super) lead: &'a str,
    /// What its card says.
    pub(super) described: &'a str,
    /// What the picture shows, in words.
    pub(super) shows: &'a str,
    /// The folder that it is served in.
    pub(super) own: &'a str,
    /// The picture, as HTML.
    pub(super) picture: &'a str,
    /// The rest, as HTML.
    pub(super) body: &'a str,
}

/// The page.
pub(super) fn index(sheet: &Sheet) -> String {
    let Sheet { lang, picture, body, .. } = sheet;
    let [title, lead, described, shows, own] =
        [sheet.title, sheet.lead, sheet.described, sheet.shows, sheet.own].map(attribute);
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self'; style-src 'unsafe-inline'\">\n\
        <title>{title} · Chainwalk</title>\n<meta name=\"description\" content=\"{described}\">\n\
        <meta property=\"og:type\" content=\"article\">\n<meta property=\"og:title\" content=\"{title}\">\n\
        <meta property=\"og:description\" content=\"{described}\">\n<meta property=\"og:url\" content=\"{own}\">\n\
        <meta property=\"og:image\" content=\"{own}{CARD_PICTURE}\">\n<meta property=\"og:image:alt\" content=\"{shows}\">\n\
        <meta name=\"twitter:card\" content=\"summary_large_image\">\n\
        <link rel=\"alternate\" type=\"application/json+oembed\" href=\"{own}{OEMBED}\" title=\"{title}\">\n\
        <link rel=\"canonical\" href=\"{own}\">\n<style>\n{STYLE}</style>\n\
        <h1>{title}</h1>\n<p>{lead}</p>\n<p>{picture}</p>\n{body}",
        lang = lang.word(),
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#cfc8bb}
@media (prefers-color-scheme:dark){:root{--line:#454139}}
body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}
img{max-width:100%;height:auto}
table{border-collapse:collapse;width:100%}td{padding:.2rem .5rem .2rem 0;border-top:1px solid var(--line);vertical-align:top}
td:nth-child(2){white-space:nowrap}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
li{margin-top:.5rem}
";
