//! A case as a page without a script: its answer and its walk in words, a picture, and the card that chat programs and
//! networks show of a link to it. A link's fragment never reaches a server, so the page of the engine has one card for all.

mod lesson;
mod sheet;

pub use lesson::lesson_page;
pub use sheet::{CARD_PICTURE, OEMBED, PICTURE, Page};

use crate::picture::{frame, image};
use crate::share::Told;
use crate::words;
use chainwalk::view::{Colours, SLIDE};
use chainwalk::{Stop, Viewpoint};
use pulldown_cmark::{Options, Parser, html};
use serde_json::json;
use sheet::{Sheet, index};

/// The page of a case that is served in the folder `own`; it leads to the page in the folder `site`. `by` is the version
/// that says what becomes of the packets. None where it is no case, or sends nothing.
pub fn page(text: &str, site: &str, own: &str, by: &str) -> Option<Page> {
    let told = Told::read(text, None, by)?;
    let (picture, card) = (told.picture(Stop::End, None)?, told.picture(Stop::End, Some(SLIDE))?);
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
    let sheet = Sheet {
        lang: *lang,
        title,
        lead: question,
        described,
        shows: &verdict,
        own,
        picture: &linked,
        body: &body,
    };
    Some(Page {
        index: index(&sheet),
        picture: picture.still(Colours::Both),
        oembed: oembed.to_string(),
        card: card.still(Colours::Light),
    })
}

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
