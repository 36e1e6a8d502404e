//! A case as a page without a script: its answer and its walk in words, a picture, and the card that chat programs and
//! networks show of a link to it. A link's fragment never reaches a server, so the page of the engine has one card for all.

use crate::picture::{attribute, frame, image};
use crate::share::Told;
use crate::words;
use chainwalk::view::Colours;
use chainwalk::{Stop, Viewpoint};
use pulldown_cmark::{Options, Parser, html};
use serde_json::json;

/// The width and height of a card's picture, in CSS pixels: what networks cut theirs to.
const CARD: (f64, f64) = (1200.0, 630.0);
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

/// The page of a case that is served in the folder `own`; it leads to the page in the folder `site`. `by` is the version
/// that says what becomes of the packets. None where it is no case, or sends nothing.
pub fn page(text: &str, site: &str, own: &str, by: &str) -> Option<Page> {
    let told = Told::read(text, None, by)?;
    let (picture, card) = (told.picture(Stop::End, None)?, told.picture(Stop::End, Some(CARD))?);
    let verdict = picture.verdict();
    let title = if told.title.is_empty() { &verdict } else { &told.title };
    let Told { lang, raw_names, question, .. } = &told;
    let packet = told.shown(Stop::End).packet;
    let walk =
        words::markdown(&told.played, &Viewpoint { lang: *lang, packet, raw_names: *raw_names });
    let fragment = told.fragment();
    let (width, height) = picture.size();
    let embedded = fragment.as_ref().map(|fragment| frame(site, fragment, &verdict));
    let oembed = json!({
        "version": "1.0",
        "type": if embedded.is_some() { "rich" } else { "link" },
        "title": title,
        "provider_name": "Chainwalk",
        "provider_url": site,
        "width": width,
        "height": height,
        "html": embedded,
    });
    let mut body = String::new();
    html::push_html(&mut body, Parser::new_ext(&walk, Options::ENABLE_TABLES));
    let described = if question.is_empty() { &verdict } else { question };
    let linked = image(&picture, PICTURE, site, fragment.as_deref());
    let [title, question, described, verdict, own] =
        [title, question, described, &verdict, own].map(attribute);
    let index = format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self'; style-src 'unsafe-inline'\">\n\
        <title>{title} · Chainwalk</title>\n<meta name=\"description\" content=\"{described}\">\n\
        <meta property=\"og:type\" content=\"article\">\n<meta property=\"og:title\" content=\"{title}\">\n\
        <meta property=\"og:description\" content=\"{described}\">\n<meta property=\"og:url\" content=\"{own}\">\n\
        <meta property=\"og:image\" content=\"{own}{CARD_PICTURE}\">\n<meta property=\"og:image:alt\" content=\"{verdict}\">\n\
        <meta name=\"twitter:card\" content=\"summary_large_image\">\n\
        <link rel=\"alternate\" type=\"application/json+oembed\" href=\"{own}{OEMBED}\" title=\"{title}\">\n\
        <link rel=\"canonical\" href=\"{own}\">\n<style>\n{STYLE}</style>\n\
        <h1>{title}</h1>\n<p>{question}</p>\n<p>{linked}</p>\n{body}",
        lang = lang.word(),
    );
    Some(Page {
        index,
        picture: picture.still(Colours::Both),
        oembed: oembed.to_string(),
        card: card.still(Colours::Light),
    })
}

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#cfc8bb}
@media (prefers-color-scheme:dark){:root{--line:#454139}}
body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}
img{max-width:100%;height:auto}
table{border-collapse:collapse;width:100%}td{padding:.2rem .5rem .2rem 0;border-top:1px solid var(--line);vertical-align:top}
td:nth-child(2){white-space:nowrap}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const CASE: &str = "chainwalk: 1\ntitle: A \"silent\" <port>\ntitle.zh: 沉默\nquestion: Why?\n\
        packet: nc 192.0.2.1 22 from 192.0.2.9 in eth0\nassume: eth0=192.0.2.1/24\n---\n\
        *filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -m comment --comment \"</style><script>\" -j DROP\nCOMMIT\n";

    #[test]
    fn a_page_says_it_in_words_and_names_its_card() {
        let site = "https://example.org/c/";
        let made = page(CASE, site, "https://example.org/c/e/port/", "9.9.9")
            .unwrap_or_else(|| panic!("no page"));
        for part in [
            "<title>A &quot;silent&quot; &lt;port&gt; · Chainwalk</title>",
            "<meta property=\"og:image\" content=\"https://example.org/c/e/port/card.png\">",
            "<h1>A &quot;silent&quot; &lt;port&gt;</h1>",
            "<a href=\"https://example.org/c/#w1=",
            "<strong>Dropped. nc hangs, then times out</strong>",
            "<td>✗</td><td>1</td>",
        ] {
            assert!(made.index.contains(part), "{part} in {}", made.index);
        }
        assert!(!made.index.contains("<script") && made.index.matches("</style>").count() == 1);
        assert!(made.card.contains("width=\"1200\" height=\"630\""), "{}", &made.card[..200]);
        let oembed: Value = serde_json::from_str(&made.oembed).unwrap_or_default();
        assert!(oembed["html"].as_str().is_some_and(|html| {
            html.starts_with("<iframe src=\"https://example.org/c/embed.html#w1=")
        }));
        let zh = page(&CASE.replace("title:", "lang: zh\ntitle:"), site, "", "9.9.9");
        assert!(zh.is_some_and(
            |zh| zh.index.contains("<html lang=\"zh\">") && zh.index.contains("<h1>沉默</h1>")
        ));
        assert_eq!(page("*filter\nCOMMIT\n", site, "", "9.9.9"), None);
    }
}
