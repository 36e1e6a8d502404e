//! The claims of texts that carry cases: a case by itself, the fences of a Markdown page, pictures and recordings.

use crate::{drawing, picture};
use chainwalk::model::Order;
use chainwalk::{Case, Claimed, Promised, Unreadable};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::json;
use std::ops::Range;

/// A case that a text carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// Its lines in the text, in order: where each begins and ends there, without its line feed.
    lines: Vec<Range<usize>>,
    /// Its own text.
    pub(crate) text: String,
    /// The block of a Markdown page that it is, its fences too; else where it stands.
    pub(crate) block: Range<usize>,
    form: Form,
}

/// What carries a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A text in which it stands as it is.
    Text,
    /// A picture.
    Picture,
    /// A recording.
    Recording,
}

/// What becomes of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What is no case: the line of the text, from 1.
    NoCase {
        /// The line, from 1.
        line: usize,
    },
    /// A claim about a packet.
    Packet {
        /// The line that claims, else that of the packet; from 1.
        line: usize,
        /// The claim.
        claimed: Claimed,
    },
    /// What a recording or a picture shows.
    Shown {
        /// Its line, from 1.
        line: usize,
        /// Whether the case it carries is shown so today.
        now: bool,
    },
    /// A goal.
    Goal {
        /// The line, from 1.
        line: usize,
        /// Which of the case's, from 0.
        number: usize,
        /// What it wants, and what comes out.
        goal: Promised,
    },
}

impl Verdict {
    /// Whether what was claimed comes out; a packet without a claim claims nothing.
    pub fn holds(&self) -> bool {
        match self {
            Self::NoCase { .. } => false,
            Self::Shown { now, .. } => *now,
            Self::Packet { claimed, .. } => claimed.holds(),
            Self::Goal { goal, .. } => goal.is_met(),
        }
    }

    /// Whether it is true in one way of several, and the text does not say that there are several; or whether
    /// there are several and nothing was claimed.
    pub fn depends(&self) -> bool {
        match self {
            Self::NoCase { .. } | Self::Shown { .. } => false,
            Self::Goal { goal, .. } => goal.depends(),
            Self::Packet { claimed, .. } => {
                (claimed.then.is_empty() && claimed.now.contains(" | "))
                    || (!claimed.holds() && claimed.is_one_of_several())
            }
        }
    }

    /// Whether anything was claimed.
    pub fn is_claim(&self) -> bool {
        match self {
            Self::NoCase { .. } | Self::Shown { .. } | Self::Goal { .. } => true,
            Self::Packet { claimed, .. } => !claimed.then.is_empty(),
        }
    }

    /// The same for programs: `{ line, kind, number, then, now, holds, depends }`, as far as it has them.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::NoCase { line } => json!({ "line": line, "kind": "no case", "holds": false }),
            Self::Shown { line, now } => json!({ "line": line, "kind": "shown", "holds": now }),
            Self::Packet { line, claimed } => json!({
                "line": line,
                "kind": "packet",
                "number": claimed.packet + 1,
                "then": claimed.then,
                "now": claimed.now,
                "holds": self.holds(),
                "depends": self.depends(),
            }),
            Self::Goal { line, number, goal } => json!({
                "line": line,
                "kind": "goal",
                "number": number + 1,
                "then": goal.then,
                "now": goal.now,
                "holds": self.holds(),
                "depends": self.depends(),
            }),
        }
    }
}

/// The first line of what the project writes; a block that begins with it is a case whatever it is called.
const FIRST: &str = "chainwalk:";
/// Behind this remark a page's block is left alone.
const OFF: &str = "<!-- chainwalk: off -->";

/// The cases of a text: of a Markdown page its blocks, of a picture or a recording what it carries, else the whole.
pub fn carried(name: &str, text: &str) -> Vec<Carried> {
    let ending = name.rsplit('.').next().unwrap_or_default();
    if ["md", "markdown", "mdx"].iter().any(|e| ending.eq_ignore_ascii_case(e)) {
        return blocks(text);
    }
    if ending.eq_ignore_ascii_case("svg") {
        let Some(place) = drawing::place(text) else { return Vec::new() };
        let lines = by_line(text, std::slice::from_ref(&place));
        let case = drawing::carried(text).unwrap_or_default();
        return vec![Carried { lines, text: case, block: place, form: Form::Picture }];
    }
    if ending.eq_ignore_ascii_case("json") {
        return recording(text, 0..text.len()).into_iter().collect();
    }
    if ["html", "htm"].iter().any(|e| ending.eq_ignore_ascii_case(e)) {
        let places = picture::places_in_page(text).into_iter();
        return places.filter_map(|place| recording(text, place)).collect();
    }
    let whole = 0..text.len();
    let lines = by_line(text, std::slice::from_ref(&whole));
    vec![Carried { lines, text: text.to_owned(), block: whole, form: Form::Text }]
}

/// The case of a recording at a place of a text.
fn recording(text: &str, place: Range<usize>) -> Option<Carried> {
    let case = picture::recorded(&text[place.clone()])?;
    // All of it stands in one line.
    let block = place.clone();
    Some(Carried { lines: vec![place], text: case, block, form: Form::Recording })
}

/// The fenced and indented blocks of a Markdown page that are cases.
fn blocks(text: &str) -> Vec<Carried> {
    let mut found = Vec::new();
    let mut open: Option<(bool, Vec<Range<usize>>, String)> = None;
    let mut off = false;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Html(html) | Event::InlineHtml(html) if html.trim() == OFF => off = true,
            Event::Start(Tag::CodeBlock(kind)) => {
                let named = match &kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', ',', '{', '}']).find(|w| !w.is_empty()).map(str::to_owned)
                    }
                    CodeBlockKind::Indented => None,
                };
                open = Some((named.as_deref() == Some("chainwalk"), Vec::new(), String::new()));
            }
            Event::Text(piece) => {
                if let Some((_, lines, body)) = &mut open {
                    body.push_str(&piece);
                    lines.push(range.start..range.end);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((named, pieces, body)) = open.take() {
                    if !off && (named || body.starts_with(FIRST)) {
                        let lines = by_line(text, &pieces);
                        found.push(Carried { lines, text: body, block: range, form: Form::Text });
                    }
                    off = false;
                }
            }
            Event::Start(_) => off = off && range.is_empty(),
            _ => {}
        }
    }
    found
}

/// The lines of a block, whose pieces may span several.
fn by_line(text: &str, pieces: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    for piece in pieces {
        let mut at = piece.start;
        for line in text[piece.clone()].split_inclusive('\n') {
            lines.push(at..at + line.trim_end_matches(['\n', '\r']).len());
            at += line.len();
        }
    }
    lines
}

impl Carried {
    /// What becomes of its claims in `text`, which it was taken from.
    pub fn check(&self, text: &str) -> Vec<Verdict> {
        let case = match Case::read(&self.text) {
            Ok((case, _)) => case,
            Err(broken) => {
                let at = match broken {
                    Unreadable::NoHeadLine(place) => line_of(&self.text, place.start),
                    Unreadable::NoEnd => 0,
                };
                return vec![Verdict::NoCase { line: self.line(text, at) }];
            }
        };
        let played = case.scenario.play();
        let packets = case.claimed(&played).into_iter().map(|claimed| {
            let (ends, packets) = (self.named("ends"), self.named("packet"));
            let at = ends.get(claimed.packet).or(packets.get(claimed.packet));
            Verdict::Packet { line: self.line(text, at.copied().unwrap_or_default()), claimed }
        });
        let goals = case.goals().into_iter().enumerate().map(|(number, goal)| {
            let at = self.named("goal").get(number).copied().unwrap_or_default();
            Verdict::Goal { line: self.line(text, at), number, goal }
        });
        let shown = self.is_as_drawn(text);
        let shown = shown.map(|now| Verdict::Shown { line: self.line(text, 0), now });
        packets.chain(goals).chain(shown).collect()
    }

    /// Whether what is drawn is what would be drawn today; none where nothing is drawn, or where it does not say how.
    fn is_as_drawn(&self, text: &str) -> Option<bool> {
        match self.form {
            Form::Text => None,
            Form::Picture => {
                drawing::said(text)?;
                let drawn = drawing::redrawn(text, None);
                Some(drawn.is_some_and(|drawn| drawn == text.trim_end()))
            }
            Form::Recording => {
                let is = self.lines.first().map_or("", |place| &text[place.clone()]);
                let drawn = picture::redrawn(is, None);
                let same = |drawn: String| {
                    [drawn.trim_end(), &picture::in_page(&drawn)].contains(&is.trim_end())
                };
                Some(drawn.is_some_and(same))
            }
        }
    }

    /// Whether [`Self::mended`] can make its claims true: a picture may not say how it was drawn, or show a packet that is
    /// not there, and a text may claim something of packets and send none.
    pub fn can_be_mended(&self, text: &str) -> bool {
        match self.form {
            Form::Text => !self.named("packet").is_empty(),
            Form::Picture => drawing::redrawn(text, None).is_some(),
            Form::Recording => true,
        }
    }

    /// The edits of `text` that make its claims true: what each range is to be replaced by, in order. Nothing where
    /// it is no case or has no packets, and for a picture that does not say how it was drawn. Goals are promises
    /// and stay.
    pub fn mended(&self, text: &str, by: &str) -> Vec<(Range<usize>, String)> {
        match self.form {
            Form::Text => {}
            Form::Picture => {
                let drawn = drawing::redrawn(text, Some(by));
                return drawn.map(|drawn| (0..text.trim_end().len(), drawn)).into_iter().collect();
            }
            Form::Recording => {
                let Some(place) = self.lines.first().cloned() else { return Vec::new() };
                let drawn = picture::redrawn(&text[place.clone()], Some(by));
                let alone = place == (0..text.len());
                let drawn = drawn.map(|drawn| if alone { drawn } else { picture::in_page(&drawn) });
                return drawn.map(|drawn| (place, drawn)).into_iter().collect();
            }
        }
        let Ok((case, _)) = Case::read(&self.text) else { return Vec::new() };
        let ends = case.scenario.play().ends();
        let Some(&last_packet) = self.named("packet").last() else { return Vec::new() };
        let claims = self.named("ends");
        let place = claims.first().copied();
        let mut edits = Vec::new();
        for at in claims.iter().chain(&self.named("by")) {
            if Some(*at) != place {
                edits.push((self.whole_line(text, *at), String::new()));
            }
        }
        let prefix = |at: usize| {
            let line = &self.lines[at];
            let begin = text[..line.start].rfind('\n').map_or(0, |n| n + 1);
            &text[begin..line.start]
        };
        let at = place.unwrap_or(last_packet);
        let lines = ends.iter().map(|end| format!("{}ends: {end}\n", prefix(at)));
        let lines: String = lines.chain([format!("{}by: {by}\n", prefix(at))]).collect();
        let whole = self.whole_line(text, at);
        edits.push(match place {
            Some(_) => (whole, lines),
            None => (whole.end..whole.end, lines),
        });
        edits.order_by_key(|(range, _)| range.start);
        edits
    }

    /// The lines of the head, from 0, that begin with a name.
    fn named(&self, name: &str) -> Vec<usize> {
        let lines =
            self.text.lines().enumerate().skip_while(|(at, l)| *at == 0 && l.trim_end() == "---");
        let head = lines.take_while(|(_, line)| line.trim_end() != "---");
        head.filter(|(_, line)| line.split_once(':').is_some_and(|(n, _)| n == name))
            .map(|(at, _)| at)
            .collect()
    }

    /// The line of the text, from 1, that the case's line `at` is.
    fn line(&self, text: &str, at: usize) -> usize {
        // A recording stands in one line, whatever its case has.
        let at = if self.form == Form::Recording { 0 } else { at };
        self.lines.get(at).map_or(1, |range| line_of(text, range.start) + 1)
    }

    /// The place of the case's line `at` in the text, with its line feed and what stands before it.
    fn whole_line(&self, text: &str, at: usize) -> Range<usize> {
        let line = &self.lines[at];
        let begin = text[..line.start].rfind('\n').map_or(0, |n| n + 1);
        let end = text[line.end..].find('\n').map_or(text.len(), |n| line.end + n + 1);
        begin..end
    }
}

/// The line, from 0, that a place of a text lies in.
fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "chainwalk: 1\npacket: nc 192.0.2.1 22 from 192.0.2.9 in eth0\nassume: eth0=192.0.2.1/24\n";
    const RULES: &str = "---\n*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        :POSTROUTING ACCEPT [0:0]\nCOMMIT\n*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n\
        :FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n*raw\n\
        :PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n\
        :FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -j DROP\nCOMMIT\n";
    const NOW: &str = "dropped by filter INPUT 1";

    fn case(ends: &str) -> String {
        [HEAD, ends, RULES].concat()
    }

    fn quote(text: &str) -> String {
        text.lines().flat_map(|line| ["> ", line, "\n"]).collect()
    }

    fn verdicts(name: &str, text: &str) -> Vec<(bool, usize)> {
        let all = carried(name, text).into_iter().flat_map(|c| c.check(text));
        all.map(|v| {
            let line = match &v {
                Verdict::NoCase { line }
                | Verdict::Shown { line, .. }
                | Verdict::Packet { line, .. }
                | Verdict::Goal { line, .. } => *line,
            };
            (v.holds(), line)
        })
        .collect()
    }

    fn mended(name: &str, text: &str) -> String {
        let mut out = text.to_owned();
        let mut edits: Vec<_> =
            carried(name, text).iter().flat_map(|c| c.mended(text, "9.9.9")).collect();
        edits.reverse();
        for (range, with) in edits {
            out.replace_range(range, &with);
        }
        out
    }

    #[test]
    fn a_case_by_itself_is_one() {
        assert_eq!(verdicts("x.walk.txt", &case(&format!("ends: {NOW}\n"))), [(true, 4)]);
        assert_eq!(verdicts("x.walk.txt", &case("ends: local\n")), [(false, 4)]);
        assert_eq!(verdicts("x.walk.txt", &case("")), [(true, 2)]);
        assert_eq!(
            verdicts(
                "x.walk.txt",
                &case("goal: nc 192.0.2.1 22 from 192.0.2.9 in eth0 => through\n")
            ),
            [(true, 2), (false, 4)]
        );
    }

    #[test]
    fn what_says_that_it_is_a_case_and_is_none_is_told() {
        assert_eq!(verdicts("x.walk.txt", "chainwalk: 1\nno head line\n---\n"), [(false, 2)]);
    }

    #[test]
    fn blocks_of_a_page_are_found_where_they_stand() {
        let quoted = quote(&case(
            "ends: local
",
        ));
        let page = [
            "# A page\n\n```chainwalk\n",
            &case("ends: local\n")["chainwalk: 1\n".len()..],
            "```\n\n```text\n",
            &case("ends: local\n"),
            "```\n\n> ```\n",
            &quoted,
            "> ```\n\n```sh\npacket: x\n---\n```\n",
        ]
        .concat();
        let lines: Vec<usize> = page
            .lines()
            .zip(1..)
            .filter(|(l, _)| l.contains("ends: local"))
            .map(|(_, n)| n)
            .collect();
        assert_eq!(lines.len(), 3);
        let expected: Vec<(bool, usize)> = lines.into_iter().map(|n| (false, n)).collect();
        assert_eq!(verdicts("page.md", &page), expected);
    }

    #[test]
    fn a_block_that_is_switched_off_is_left_alone() {
        let page =
            ["<!-- chainwalk: off -->\n\n```chainwalk\n", &case("ends: local\n"), "```\n"].concat();
        assert_eq!(verdicts("page.md", &page), []);
        let later =
            ["<!-- chainwalk: off -->\n\nText.\n\n```chainwalk\n", &case("ends: local\n"), "```\n"]
                .concat();
        assert_eq!(verdicts("page.md", &later).len(), 1);
    }

    #[test]
    fn claims_are_written_anew_where_they_stand() {
        let right = format!("ends: {NOW}\nby: 9.9.9\n");
        for wrong in ["ends: local\nby: 0.0.1\n", "ends: local\n", "ends: local\nends: dropped\n"] {
            assert_eq!(mended("x.walk.txt", &case(wrong)), case(&right), "{wrong}");
        }
        let without = mended("x.walk.txt", &case(""));
        assert_eq!(verdicts("x.walk.txt", &without), [(true, 3)], "{without}");
        assert_eq!(mended("x.walk.txt", &case(&right)), case(&right));
    }

    fn drawn() -> (String, String) {
        let text = case(&format!("ends: {NOW}\nby: 9.9.9\n"));
        let Ok((read, _)) = Case::read(&text) else { panic!("no case") };
        let played = read.scenario.play();
        let at = chainwalk::Position { packet: 0, stop: chainwalk::Stop::End };
        let lang = chainwalk::view::Lang::En;
        let Some(one) = picture::Picture::new(&played, at, lang, false, None) else {
            panic!("no picture")
        };
        let svg = one.still(chainwalk::view::Colours::Both);
        let svg = drawing::carry(&svg, &text, drawing::Drawing::default());
        (svg, one.recording("9.9.9", "", Some(&text)).to_string() + "\n")
    }

    #[test]
    fn what_a_picture_carries_is_held_too() {
        let (svg, _) = drawn();
        let at = |word: &str| svg.lines().position(|l| l.contains(word)).unwrap_or_default() + 1;
        let (line, first) = (at("ends: "), at("<metadata"));
        assert_eq!(verdicts("x.svg", &svg), [(true, line), (true, first)]);
        let wrong = svg.replace(&format!("ends: {NOW}"), "ends: local");
        assert_eq!(verdicts("x.svg", &wrong), [(false, line), (true, first)]);
        assert_eq!(mended("x.svg", &wrong), svg);
        let shown = svg.replace("rule 1", "rule 7");
        assert_ne!(shown, svg);
        assert_eq!(verdicts("x.svg", &shown), [(true, line), (false, first)]);
        assert_eq!(mended("x.svg", &[&shown, "\n"].concat()), [&svg, "\n"].concat());
        assert_eq!(verdicts("x.svg", "<svg></svg>"), []);
    }

    #[test]
    fn a_claim_of_no_packet_is_told_and_left() {
        let lost = case(&format!("ends: {NOW}\n")).replace("packet: ", "packets: ");
        assert_eq!(verdicts("x.walk.txt", &lost), [(false, 4)]);
        assert_eq!(mended("x.walk.txt", &lost), lost);
        assert!(carried("x.walk.txt", &lost).iter().all(|c| !c.can_be_mended(&lost)));
    }

    #[test]
    fn a_picture_that_does_not_say_how_it_was_drawn_is_left() {
        let (svg, _) = drawn();
        let silent = svg.replace(" data-drawn=\"at=1/end lang=en theme=auto\"", "");
        let wrong = silent.replace(&format!("ends: {NOW}"), "ends: local");
        let can = |svg: &str| carried("x.svg", svg).iter().all(|c| c.can_be_mended(svg));
        assert!(can(&svg) && !can(&wrong));
        assert_eq!(verdicts("x.svg", &silent).len(), 1);
        assert_eq!(mended("x.svg", &wrong), wrong);
    }

    #[test]
    fn a_recording_that_shows_what_is_no_longer_so_is_drawn_anew() {
        let (_, json) = drawn();
        assert_eq!(verdicts("x.walk.json", &json), [(true, 1), (true, 1)]);
        let wrong = json.replace("rule 1", "rule 7");
        assert_ne!(wrong, json);
        assert_eq!(verdicts("x.walk.json", &wrong), [(true, 1), (false, 1)]);
        assert_eq!(mended("x.walk.json", &wrong), json);
        let claims = json.replace(NOW, "local");
        assert_eq!(verdicts("x.walk.json", &claims), [(false, 1), (false, 1)]);
        assert_eq!(mended("x.walk.json", &claims), json);
        let page =
            |json: &str| ["<p>Look:</p>\n", &picture::element("", json), "<p>So.</p>\n"].concat();
        assert_eq!(verdicts("x.html", &page(&json)), [(true, 4), (true, 4)]);
        assert_eq!(verdicts("x.html", &page(&wrong)), [(true, 4), (false, 4)]);
        assert_eq!(mended("x.html", &page(&wrong)), page(&json));
        for other in ["{}", "[1,2]", "no JSON", "{\"chainwalk\":1}"] {
            assert_eq!(verdicts("x.json", other), []);
        }
    }

    #[test]
    fn a_quoted_block_stays_quoted() {
        let page = |ends: &str| {
            ["Look:\n\n> ```chainwalk\n", &quote(&case(ends)), "> ```\n\nThe end.\n"].concat()
        };
        assert_eq!(
            mended("page.md", &page("ends: local\n")),
            page(&format!("ends: {NOW}\nby: 9.9.9\n"))
        );
    }
}
