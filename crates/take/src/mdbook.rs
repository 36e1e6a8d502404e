//! A preprocessor of mdBook: the fences of a book become figures while it is built, with their pictures and recordings
//! in the pages, so that they play where no engine runs, and are pictures where no script does.
//!
//! It stands on no type of mdBook's: of the book, as JSON, each `content` of a `Chapter` is written anew, wherever that is.

use crate::check::{Carried, carried};
use crate::picture;
use crate::share::Told;
use chainwalk::Stop;
use chainwalk::view::Colours;
use data_encoding::BASE64;
use serde_json::Value;

/// The book in what mdBook hands to a preprocessor, `[context, book]`, with figures in the place of its fences. A figure
/// leads to the page at `preprocessor.chainwalk.site` of the book's own settings, where there is one. None where this is
/// nothing that mdBook hands over.
pub fn book(handed: &str, by: &str) -> Option<String> {
    let Ok(Value::Array(parts)) = serde_json::from_str(handed) else { return None };
    let [context, mut book] = <[Value; 2]>::try_from(parts).ok()?;
    let site = &context["config"]["preprocessor"]["chainwalk"]["site"];
    upgrade(&mut book, site.as_str().unwrap_or_default(), by);
    Some(book.to_string())
}

fn upgrade(value: &mut Value, site: &str, by: &str) {
    if let Some(Value::String(content)) = value.pointer_mut("/Chapter/content") {
        *content = chapter(content, site, by);
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| upgrade(item, site, by)),
        Value::Object(fields) => fields.values_mut().for_each(|field| upgrade(field, site, by)),
        _ => {}
    }
}

/// A page of Markdown with figures in the place of the fences that are cases and have a packet.
pub fn chapter(page: &str, site: &str, by: &str) -> String {
    let mut new = page.to_owned();
    for block in carried("page.md", page).into_iter().rev() {
        if let Some(figure) = figure(&block.text, site, by) {
            new.replace_range(block.block.clone(), &in_its_place(page, &block, &figure));
        }
    }
    new
}

/// The lines of a figure where a fence stood: in the list or quotation that the fence was in, and with an empty line on
/// either side, without which Markdown takes them for a paragraph's, or what follows for theirs.
fn in_its_place(page: &str, block: &Carried, figure: &str) -> String {
    let begin = page[..block.block.start].rfind('\n').map_or(0, |n| n + 1);
    let before = page[begin..block.block.start].chars();
    let margin: String = before.map(|c| if c == '>' { '>' } else { ' ' }).collect();
    // A block without fences stands four further in than what it stands among.
    let fenced = page[block.block.start..].starts_with(['`', '~']);
    let margin = if fenced { &margin } else { margin.strip_suffix("    ").unwrap_or(&margin) };
    let lines = figure.lines().map(|line| [margin, line, "\n"].concat());
    ["\n", &lines.collect::<String>(), margin].concat()
}

/// The element, its recording and its picture in it; none where the text is no case, or sends nothing.
fn figure(text: &str, site: &str, by: &str) -> Option<String> {
    let told = Told::read(text, None, by)?;
    let block = picture::block(&told.recording(by)?);
    let still = told.picture(Stop::End, None)?;
    // An image that needs no file.
    let data = BASE64.encode(still.still(Colours::Both).as_bytes());
    let src = ["data:image/svg+xml;base64,", &data].concat();
    let image = picture::image(&still, &src, site, told.fragment().as_deref());
    Some(format!("<chain-walk>\n{block}\n{image}\n</chain-walk>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fence;
    use pulldown_cmark::{Event, Parser};
    use serde_json::json;

    const CASE: &str = "chainwalk: 1\npacket: nc 192.0.2.1 22 from 192.0.2.9 in eth0\nassume: eth0=192.0.2.1/24\n---\n\
        *filter\n:INPUT ACCEPT [0:0]\n\n-A INPUT -p tcp --dport 22 -j DROP\nCOMMIT\n";

    /// What a page's HTML blocks hold, and its other text.
    fn parts(page: &str) -> (String, String) {
        let (mut html, mut rest) = (String::new(), String::new());
        for event in Parser::new(page) {
            match event {
                Event::Html(text) | Event::InlineHtml(text) => html.push_str(&text),
                Event::Text(text) | Event::Code(text) => rest.push_str(&text),
                _ => {}
            }
        }
        (html, rest)
    }

    #[test]
    fn a_fence_becomes_a_figure_wherever_it_stands() {
        let indented = |by: &str, text: &str| -> String {
            text.lines().map(|line| [by, line, "\n"].concat()).collect()
        };
        let fence = fence(CASE);
        let listed = ["- ", indented("  ", &fence).trim_start()].concat();
        for (name, stands) in [
            ("alone", fence.clone()),
            ("quoted", indented("> ", &fence)),
            ("listed", listed),
            ("indented", ["\n", &indented("    ", CASE)].concat()),
        ] {
            let page = format!("Before.\n{stands}\nAfter.\n");
            let (html, rest) = parts(&chapter(&page, "", "9.9.9"));
            assert!(
                html.contains("<chain-walk>") && html.contains("</chain-walk>"),
                "{name}: {html}"
            );
            assert!(html.contains("class=\"recording\">{\"chainwalk\":1"), "{name}");
            assert!(html.contains("alt=\"Dropped"), "{name}: {html}");
            assert_eq!(rest.replace("After.", "").trim(), "Before.", "{name}");
            assert!(rest.ends_with("After."), "{name}: {rest}");
        }
    }

    #[test]
    fn what_is_no_case_stays() {
        let page = "```sh\nls\n```\n\n```chainwalk\nno case\n```\n\n<!-- chainwalk: off -->\n\n";
        let page = [page, &fence(CASE)].concat();
        assert_eq!(chapter(&page, "", "9.9.9"), page);
    }

    #[test]
    fn every_chapter_of_a_book_is_written_anew() {
        let chapter = |below: Value| json!({"Chapter": {"name": "<b>", "content": fence(CASE), "sub_items": below}});
        let context =
            json!({"config": {"preprocessor": {"chainwalk": {"site": "https://example.org/c/"}}}});
        let handed =
            json!([context, {"items": [chapter(json!([chapter(json!([]))])), "Separator"]}]);
        let done = book(&handed.to_string(), "9.9.9").unwrap_or_default();
        assert_eq!(done.matches("<chain-walk>").count(), 2, "{done}");
        assert_eq!(done.matches("https://example.org/c/#w1=").count(), 2);
        assert!(done.contains("\"name\":\"<b>\"") && done.contains("\"Separator\""));
        for odd in ["", "{}", "[]", "[1]", "[1,2,3]"] {
            assert_eq!(book(odd, "9.9.9"), None, "{odd}");
        }
    }
}
