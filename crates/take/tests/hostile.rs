//! Text that means harm stays text, in whatever form it leaves.
#![allow(clippy::unwrap_used)]

use chainwalk::view::{Colours, Film, Lang, words};
use chainwalk::{Case, Played, Position, Stop, Viewpoint};
use chainwalk_take::drawing::{Drawing, carry};
use chainwalk_take::picture::{Picture, element_of_file, record, told};
use chainwalk_take::share::{Form, shared};
use chainwalk_take::{Body, Link, card, carried, fence};
use pulldown_cmark::{Event, Parser, Tag};
use serde_json::Value;

/// What a page, a picture, a shell or a Markdown reader could take for more than text.
const HARM: &str = "<script>hurt()</script><img/src=x/onerror=hurt()>]]>--></style>[a](javascript:hurt)``&\u{202e}";

/// The same for the names of a chain and an interface, which have no blank and are short.
const CHAIN: &str = "x<script>h()</script>]]>-->";
const INTERFACE: &str = "e<!--x";

/// A case that holds it wherever a person can write.
fn case() -> Case {
    let text = format!(
        "chainwalk: 1\ntitle: {HARM}\npacket: nc 192.0.2.1 22 from 192.0.2.9 in {INTERFACE}\n\
         assume: table=nat:accept\nassume: table=mangle:accept\nassume: table=raw:accept\nfoo: {HARM}\n---\n\
         2: {INTERFACE}: <UP> mtu 1500\n    inet 192.0.2.1/24 scope global {INTERFACE}\n\
         *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:{CHAIN} - [0:0]\n\
         -A INPUT -i {INTERFACE} -m comment --comment \"{HARM}\" -j {CHAIN}\n\
         -A {CHAIN} -j LOG --log-prefix \"<script>h()</script>\"\n-A {CHAIN} -j DROP\nCOMMIT\n"
    );
    let (case, _) = Case::headed(&text).unwrap();
    case
}

fn picture(played: &Played) -> Picture<'_> {
    Picture::new(played, Position { packet: 0, stop: Stop::End }, Lang::En, false, None).unwrap()
}

/// The tags of a text with their attributes, told apart as a browser does: a `<` before a letter begins one.
fn tags(text: &str) -> Vec<(String, Vec<String>)> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (mut quoted, mut bare) = (false, String::new());
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = at;
                    break;
                }
                c if !quoted => bare.push(c),
                _ => {}
            }
        }
        let mut words = bare.split([' ', '/', '\n']).filter(|w| !w.is_empty());
        let name = words.next().unwrap_or_default().to_owned();
        let attributes = words.map(|w| w.trim_end_matches('=').to_owned()).collect();
        rest = &rest[end..];
        // What stands in a script or a style is no markup up to its own end.
        if ["script", "style"].contains(&&*name) {
            let shut = rest.find(&format!("</{name}")).unwrap();
            rest = &rest[shut..];
        }
        out.push((name, attributes));
    }
    out
}

fn only(what: &str, text: &str, names: &[&str], attributes: &[&str]) {
    let found = tags(text);
    assert!(!found.is_empty(), "{what}");
    for (name, own) in found {
        assert!(names.contains(&&*name), "{what}: <{name}>");
        for one in own {
            assert!(attributes.contains(&&*one), "{what}: <{name} {one}>");
        }
    }
}

#[test]
fn it_is_walked_at_all() {
    let case = case();
    let played = case.scenario.play();
    let end = format!("dropped by filter {CHAIN} 2");
    assert!(played.ends()[0].starts_with(&end), "{:?}", played.ends());
}

#[test]
fn a_picture_holds_no_element_of_it() {
    let case = case();
    let played = case.scenario.play();
    let picture = picture(&played);
    let text = told(case, &played, "9.9.9");
    let shapes =
        ["svg", "title", "desc", "metadata", "style", "g", "rect", "circle", "path", "text"];
    let attributes = [
        "xmlns",
        "width",
        "height",
        "viewBox",
        "role",
        "lang",
        "id",
        "data-drawn",
        "class",
        "x",
        "y",
        "r",
        "rx",
        "cx",
        "cy",
        "d",
        "transform",
        "textLength",
        "lengthAdjust",
        "style",
    ];
    for svg in [picture.still(Colours::Both), picture.film(Film::default())] {
        only("a picture", &svg, &shapes, &attributes);
        let carrying = carry(&svg, &text, Drawing::default());
        only("a picture that carries", &carrying, &shapes, &attributes);
        assert!(!svg.contains('\u{202e}'), "it turns the direction");
        assert_eq!(carried("a.svg", &carrying).len(), 1);
    }
}

#[test]
fn a_figure_and_a_frame_for_a_page_hold_none() {
    let text = case().write();
    let html = shared(&text, Form::Html, "https://example.org/", None, "9.9.9").unwrap();
    only("a figure", &html, &["script", "chain-walk"], &["type", "src", "class"]);
    // The recording ends where it should.
    assert_eq!(html.matches("</script>").count(), 2);
    assert_eq!(carried("page.html", &html).len(), 1);
    let frame = shared(&text, Form::Iframe, HARM, None, "9.9.9").unwrap();
    let known = ["src", "width", "height", "loading", "title", "sandbox"];
    only("a frame", &frame, &["iframe"], &known);
    let file = element_of_file("\"><b", HARM, "javascript:\"x", HARM);
    only(
        "an element",
        &file,
        &["script", "chain-walk", "a", "img"],
        &["type", "src", "href", "width", "height", "alt"],
    );
}

#[test]
fn a_page_of_words_holds_no_element_of_it() {
    let lesson = format!(
        "chainwalk: 1\nlesson: {CHAIN}\ntitle: {HARM}\npoint: {HARM}\n===\nstep: one\nquestion: {HARM}\n{}\n\
         ===\nstep: two\nfrom: one\ntitle: {HARM}\ngoal: nc 192.0.2.1 22 from 192.0.2.9 in {INTERFACE} => through\nsay: {HARM}\n",
        case().write().split_once('\n').unwrap().1
    );
    let (site, own) = ("https://example.org/\"><b>", "javascript:\"><b");
    let elements = [
        "html", "meta", "title", "link", "style", "h1", "p", "a", "img", "ol", "li", "br",
        "strong", "ul", "code", "table", "thead", "tbody", "tr", "th", "td",
    ];
    let attributes = [
        "lang",
        "charset",
        "name",
        "property",
        "http-equiv",
        "content",
        "rel",
        "type",
        "href",
        "title",
        "src",
        "width",
        "height",
        "alt",
    ];
    let shapes =
        ["svg", "title", "desc", "metadata", "style", "g", "rect", "circle", "path", "text"];
    for page in [
        card::page(&case().write(), site, own, "9.9.9").unwrap(),
        card::lesson_page(&lesson, false, site, own, "9.9.9").unwrap(),
    ] {
        let index = page.index.strip_prefix("<!doctype html>").unwrap();
        only("a page", index, &elements, &attributes);
        // Links lead to the site and to the page's own files, whatever stands in a name.
        for (_, link) in
            index.match_indices("<a href=\"").map(|(at, m)| index.split_at(at + m.len()))
        {
            assert!(link.starts_with("https://example.org/&quot;&gt;&lt;b&gt;#"), "{link}");
        }
        for svg in [&page.picture, &page.card] {
            for (name, _) in tags(svg) {
                assert!(shapes.contains(&&*name), "<{name}>");
            }
        }
        let _: Value = serde_json::from_str(&page.oembed).unwrap();
    }
}

#[test]
fn a_markdown_reader_finds_a_block_and_nothing_else() {
    let text = case().write();
    for event in Parser::new(&fence(&text)) {
        let harmless =
            matches!(event, Event::Start(Tag::CodeBlock(_)) | Event::End(_) | Event::Text(_));
        assert!(harmless, "{event:?}");
    }
    assert_eq!(carried("page.md", &fence(&text)).len(), 1);
}

#[test]
fn what_is_meant_for_programs_reads_back() {
    let case = case();
    let text = case.write();
    let json: Value = serde_json::from_str(&record(&text, None, None, "9.9.9").unwrap()).unwrap();
    assert!(json["case"].as_str().unwrap().contains(HARM));
    let played = case.scenario.play();
    let _: Value = serde_json::from_str(&played.answer_json().to_string()).unwrap();
    let Body::Case(read) = Link::read(&Link::to_case(&text).write()).unwrap().body else {
        panic!("no case")
    };
    assert_eq!(read, text);
    let from = Viewpoint { lang: Lang::En, packet: 0, raw_names: false };
    let said = played.explain(&from, words);
    assert!(!said.contains('\u{202e}') && said.contains("<script>"), "{said}");
}

#[test]
fn what_is_too_much_is_refused_or_cut() {
    use std::fmt::Write as _;
    // A fragment of ten megabytes, one in which every bit was turned over, and forms that nobody knows.
    assert!(Link::read(&format!("w1={}", "A".repeat(10 << 20))).is_err());
    let whole = Link::to_case(&case().write()).write();
    let bytes = whole.as_bytes();
    for at in (3..whole.len()).step_by(7) {
        for bit in 0..6 {
            let mut other = bytes.to_vec();
            other[at] ^= 1 << bit;
            let Ok(other) = String::from_utf8(other) else { continue };
            if let Ok(link) = Link::read(&other) {
                // Bits behind the end of the stream carry nothing.
                assert_eq!(link.body, Link::read(&whole).unwrap().body, "{at} {bit}");
            }
        }
    }
    // More head lines, packets and facts than anybody writes: all of them are kept, and none takes long.
    let mut head = "chainwalk: 1\n".to_owned();
    for n in 0..100_000 {
        let _ = writeln!(head, "assume: eth{n}=10.0.0.1/8");
    }
    let (many, _) = Case::read(&(head + "---\n-A INPUT -j DROP\n")).unwrap();
    assert_eq!(many.scenario.facts().len(), 100_000);
    let packets = "packet: ping 10.0.0.1\n".repeat(10_000);
    let (many, _) = Case::read(&format!("chainwalk: 1\n{packets}---\n-A INPUT -j DROP\n")).unwrap();
    assert_eq!(many.scenario.packets.len(), 10_000);
    let long = format!("chainwalk: 1\ntitle: {}\n---\n-A INPUT -j DROP\n", "x".repeat(10 << 20));
    assert_eq!(Case::read(&long).unwrap().0.head.title.pick(Lang::En).len(), 10 << 20);
}
