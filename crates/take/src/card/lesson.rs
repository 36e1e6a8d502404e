//! A lesson as a page without a script: what it teaches, and what its steps ask. It gives no answer away.

use super::sheet::{CARD_PICTURE, PICTURE, Page, Sheet, index};
use crate::lesson::{Lesson, Step};
use crate::picture::attribute;
use crate::{Body, Link};
use chainwalk::Viewpoint;
use chainwalk::view::{self, Colours, Lang, SLIDE, TableMeasure};
use serde_json::json;
use std::fmt::Write as _;

/// The page of a lesson that is served in the folder `own`; each step leads to itself in the page in the folder `site`.
/// `by` is the version that wrote it. A lesson that is told in nft (`native`) has the name of its sister, with `.nft` behind
/// it. None where its first step sends nothing.
pub fn lesson_page(text: &str, native: bool, site: &str, own: &str, by: &str) -> Option<Page> {
    let (mut lesson, _) = Lesson::read(text);
    if native {
        lesson.name.push_str(".nft");
    }
    let first = lesson.steps.first()?;
    let line = first.case.scenario.packets.first()?;
    let played = first.case.scenario.play();
    played.walks().first()?;
    let from = Viewpoint { lang: Lang::En, packet: 0, raw_names: first.case.head.raw_names };
    let title = lesson.title.pick(from.lang);
    let title = if title.is_empty() { &lesson.name } else { title };
    let title = &if native { format!("{title} (nft)") } else { title.to_owned() };
    let slide =
        |colours| played.explain(&from, |t| view::slide(t, title, line, colours, &TableMeasure));
    let (width, height) = SLIDE;
    let shows = format!("{title}: {line}");
    let open = |number: usize| {
        let body = Body::Lesson(format!("{}/{number}", lesson.name));
        attribute(&[site, "#", &Link { by: by.into(), ..Link::to(body) }.write()].concat())
    };
    let picture = format!(
        "<a href=\"{}\"><img src=\"{PICTURE}\" width=\"{width}\" height=\"{height}\" alt=\"{}\"></a>",
        open(1),
        attribute(&shows),
    );
    let mut body = "<ol>\n".to_owned();
    for (number, step) in (1..).zip(&lesson.steps) {
        let _ = writeln!(body, "<li><a href=\"{}\">{}</a>", open(number), asked(step, from.lang));
        for goal in &step.goals {
            let said = goal.say.pick(from.lang);
            let said = attribute(if said.is_empty() { &goal.text } else { said });
            let _ = writeln!(body, "<br>→ {said}");
        }
        body.push_str("</li>\n");
    }
    body.push_str("</ol>\n");
    let point = lesson.point.pick(from.lang);
    let described = if point.is_empty() { title } else { point };
    let card = [own, CARD_PICTURE].concat();
    let oembed = json!({
        "version": "1.0",
        "type": "link",
        "title": title,
        "provider_name": "Chainwalk",
        "provider_url": site,
        "thumbnail_url": card,
        "thumbnail_width": width * 2.0,
        "thumbnail_height": height * 2.0,
    });
    let sheet = Sheet {
        lang: from.lang,
        title,
        lead: point,
        described,
        shows: &shows,
        own,
        picture: &picture,
        body: &body,
    };
    Some(Page {
        index: index(&sheet),
        picture: slide(Colours::Both),
        oembed: oembed.to_string(),
        card: slide(Colours::Light),
    })
}

/// What a step asks, as HTML.
fn asked(step: &Step, lang: Lang) -> String {
    let words = [step.case.head.title.pick(lang), step.case.head.question.pick(lang)];
    let said = words.into_iter().find(|words| !words.is_empty()).unwrap_or(&step.name);
    attribute(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = "chainwalk: 1\nlesson: a\ntitle: The <first> rule\npoint: Order.\n===\nstep: one\n\
        question: What becomes of \"it\"?\npacket: nc 192.0.2.1 22 from 192.0.2.9 in eth0\nassume: eth0=192.0.2.1/24\nguess: yes\n\
        ends: dropped by filter INPUT 1\n---\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -j DROP\nCOMMIT\n\
        ===\nstep: two\nfrom: one\ntitle: Let it in\ngoal: nc 192.0.2.1 22 from 192.0.2.9 in eth0 => through\nsay: ssh gets an answer\n\
        hint: look\nsolution: iptables -D INPUT 1\n";

    #[test]
    fn a_page_of_a_lesson_asks_and_does_not_answer() {
        let (site, own) = ("https://example.org/c/", "https://example.org/c/e/one/");
        let made =
            lesson_page(LESSON, false, site, own, "9.9.9").unwrap_or_else(|| panic!("no page"));
        for part in [
            "<h1>The &lt;first&gt; rule</h1>\n<p>Order.</p>",
            "<meta property=\"og:image\" content=\"https://example.org/c/e/one/card.png\">",
            "<li><a href=\"https://example.org/c/#lesson=a/1&amp;by=9.9.9\">What becomes of &quot;it&quot;?</a>",
            "<li><a href=\"https://example.org/c/#lesson=a/2&amp;by=9.9.9\">Let it in</a>\n<br>→ ssh gets an answer",
        ] {
            assert!(made.index.contains(part), "{part} in {}", made.index);
        }
        for text in [&made.index, &made.picture, &made.card, &made.oembed] {
            let small = text.to_lowercase();
            for word in ["dropped", "solution", "iptables -d", "hint", "<script"] {
                assert!(!small.contains(word), "{word} in {text}");
            }
        }
        assert!(made.picture.contains("nc 192.0.2.1 22"), "{}", made.picture);
        assert!(made.card.contains("width=\"1200\" height=\"630\""));
        let none = lesson_page("lesson: x\n===\nstep: one\n", false, site, own, "9.9.9");
        assert_eq!(none, None);
        let native = lesson_page(LESSON, true, site, own, "9.9.9").map(|page| page.index);
        let native = native.unwrap_or_default();
        assert!(
            native.contains("#lesson=a.nft/2&amp;by=9.9.9") && native.contains("rule (nft)</h1>")
        );
        assert!(made.oembed.contains("\"type\":\"link\""), "{}", made.oembed);
    }
}
