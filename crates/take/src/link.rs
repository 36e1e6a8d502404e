//! A link: the fragment of an address that holds a case, or names one that the page has.
//!
//! `#w1=PAYLOAD&at=2/14&by=0.2.0`: one body, then what is said of the visit, `by` last so that the address ends in
//! a digit (a final `_` is cut off by some that turn addresses into links).

use crate::codec::{self, Broken};
use chainwalk::view::{Lang, Refused};
use chainwalk::{Position, Theme};
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode,
};

/// The longest fragment that is read, in bytes.
pub const MOST_FRAGMENT: usize = 65_536;
/// Up to this many characters a link is offered.
pub const MOST_OFFERED: usize = 8_000;
/// A case in a link may send so many packets.
pub const MOST_PACKETS: usize = 64;
/// It may say so many facts, and make so many changes.
pub const MOST_SAID: usize = 256;
/// From this many characters on some programs cut links.
pub const LONG: usize = 2_000;

/// Which part of the page the link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Large, for a room.
    Present,
    /// With the answer veiled.
    Guess,
}

/// What a link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The text of a case.
    Case(String),
    /// An example that ships with the page, by its name.
    Example(String),
    /// A step of a lesson, by its name.
    Lesson(String),
    /// A file of the page's own origin, by its path below the page's folder.
    Src(String),
}

/// A link, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it shows.
    pub body: Body,
    /// The packet that is shown and where it stands.
    pub at: Option<Position>,
    /// The language it is told in, for the visit.
    pub lang: Option<Lang>,
    /// Light or dark, for the visit.
    pub theme: Option<Theme>,
    /// The part of the page.
    pub view: Option<View>,
    /// The version that wrote it; may be empty.
    pub by: String,
}

/// What stands for itself in a value: what no address ends at.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'/').remove(b'_');

impl Link {
    /// A link to a case.
    pub fn to_case(text: &str) -> Self {
        Self::to(Body::Case(text.to_owned()))
    }

    /// A link that shows `body`.
    pub fn to(body: Body) -> Self {
        Self { body, at: None, lang: None, theme: None, view: None, by: String::new() }
    }

    /// The fragment, without its `#`.
    pub fn write(&self) -> String {
        self.write_with(match &self.body {
            Body::Case(text) => format!("w1={}", codec::written(text)),
            Body::Example(name) => format!("example={}", encoded(name)),
            Body::Lesson(name) => format!("lesson={}", encoded(name)),
            Body::Src(path) => format!("src={}", encoded(path)),
        })
    }

    /// The fragment with this part for what it shows.
    fn write_with(&self, body: String) -> String {
        let mut parts = vec![body];
        parts.extend(self.at.map(|at| format!("at={at}")));
        parts.extend(self.lang.map(|l| format!("lang={}", l.word())));
        parts.extend(self.theme.map(|t| format!("theme={}", t.word())));
        parts.extend(self.view.map(|v| format!("view={}", view_word(v))));
        if !self.by.is_empty() {
            parts.push(format!("by={}", encoded(&self.by)));
        }
        parts.join("&")
    }

    /// The fragment with the text itself in it, percent-encoded: longer, and written without a codec.
    pub fn write_plain(&self) -> String {
        match &self.body {
            Body::Case(text) => self.write_with(format!("text={}", encoded(text))),
            _ => self.write(),
        }
    }

    /// Reads a fragment, with or without its `#`. What it says of the visit and can't be read is passed over: it
    /// changes no answer.
    ///
    /// # Errors
    /// Where it is no link, or one that can't be opened.
    pub fn read(fragment: &str) -> Result<Self, Refused> {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        if fragment.len() > MOST_FRAGMENT {
            return Err(Refused::TooLong);
        }
        let pairs: Vec<(&str, &str)> =
            fragment.split('&').filter_map(|part| part.split_once('=')).collect();
        let named = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        let by = named("by").map(decoded).transpose()?.unwrap_or_default();
        let mut bodies = pairs.iter().filter_map(|&(name, value)| body(name, value, &by));
        let body = bodies.next().ok_or(Refused::NoLink)??;
        Ok(Self {
            body,
            at: named("at").and_then(|place| place.parse().ok()),
            lang: named("lang").and_then(|word| chosen(word, Lang::WORDS)),
            theme: named("theme").and_then(|word| chosen(word, Theme::WORDS)),
            view: named("view").and_then(|word| {
                [View::Present, View::Guess].into_iter().find(|&v| view_word(v) == word)
            }),
            by,
        })
    }
}

/// The body that a part of a fragment is; none where it is another part.
fn body(name: &str, value: &str, by: &str) -> Option<Result<Body, Refused>> {
    Some(match name {
        "w1" => codec::read(value).map_err(refused).and_then(|text| case(&text)),
        "text" => decoded(value).and_then(|text| case(&text)),
        "example" => decoded(value).map(Body::Example),
        "lesson" => decoded(value).map(Body::Lesson),
        "src" => decoded(value).and_then(|path| {
            if is_below(&path) { Ok(Body::Src(path)) } else { Err(Refused::Elsewhere(path)) }
        }),
        _ if is_codec(name) => Err(Refused::Newer(by.to_owned())),
        _ => return None,
    })
}

/// The text of a case, where it holds no more than a link may: whoever follows one has not seen what it will walk.
fn case(text: &str) -> Result<Body, Refused> {
    let head = text.lines().take_while(|line| line.trim_end() != "---");
    let mut most = [("packet", MOST_PACKETS), ("assume", MOST_SAID), ("edit", MOST_SAID)];
    for line in head {
        let name = line.split(':').next().unwrap_or_default();
        if let Some((_, left)) = most.iter_mut().find(|(known, _)| *known == name) {
            *left = left.checked_sub(1).ok_or(Refused::TooLong)?;
        }
    }
    if text.len() > codec::MOST_TEXT {
        Err(Refused::TooLong)
    } else {
        Ok(Body::Case(harmless(text)))
    }
}

/// `w` and a number: a form of a text.
fn is_codec(name: &str) -> bool {
    let digits = name.strip_prefix('w').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn refused(broken: Broken) -> Refused {
    match broken {
        Broken::CutOff => Refused::CutOff,
        Broken::Damaged => Refused::Damaged,
        Broken::TooLong => Refused::TooLong,
        Broken::NotUtf8 => Refused::NotText,
    }
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, VALUE)
}

fn decoded(value: &str) -> Result<String, Refused> {
    let text = percent_decode_str(value).decode_utf8().map_err(|_| Refused::NotText)?;
    Ok(text.into_owned())
}

/// A text without control characters but tab and line feed; carriage returns before line feeds are dropped.
fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

/// Whether a path leads to a file below the page's own folder, whoever resolves it.
fn is_below(path: &str) -> bool {
    let steps_up = path.split('/').any(|step| step == ".." || step == "." || step.is_empty());
    !path.is_empty()
        && !steps_up
        && !path.contains(['\\', ':', '%', '?', '#'])
        && !path.chars().any(char::is_control)
}

/// What a word chooses.
pub fn chosen<T: Copy, const N: usize>(word: &str, words: [(&str, T); N]) -> Option<T> {
    words.into_iter().find(|(name, _)| *name == word).map(|(_, value)| value)
}

fn view_word(view: View) -> &'static str {
    match view {
        View::Present => "present",
        View::Guess => "guess",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::Stop;
    use proptest::prelude::*;

    const CASE: &str = "chainwalk: 1\npacket: ping 192.0.2.1\n---\n-A INPUT -j DROP\n";

    #[test]
    fn a_link_says_what_it_shows_and_where() {
        let link = Link {
            at: Some(Position { packet: 1, stop: Stop::End }),
            lang: Some(Lang::Zh),
            theme: Some(Theme::Dark),
            view: Some(View::Guess),
            by: "0.2.0".into(),
            ..Link::to_case(CASE)
        };
        let fragment = link.write();
        assert!(
            fragment.ends_with("&at=2/end&lang=zh&theme=dark&view=guess&by=0.2.0"),
            "{fragment}"
        );
        assert_eq!(Link::read(&fragment), Ok(link.clone()));
        assert_eq!(Link::read(&format!("#{fragment}")), Ok(link));
    }

    #[test]
    fn a_script_can_write_one_without_a_codec() {
        let read =
            Link::read("text=packet:%20ping%201.2.3.4%0A---%0A-A%20INPUT%20-j%20DROP%0D%0A%07%1b");
        let text = "packet: ping 1.2.3.4\n---\n-A INPUT -j DROP\n\u{fffd}\u{fffd}".to_owned();
        assert_eq!(read.map(|l| l.body), Ok(Body::Case(text)));
    }

    #[test]
    fn what_the_page_has_is_named() {
        for (fragment, body) in [
            ("example=03-ufw", Body::Example("03-ufw".into())),
            ("lesson=docker/3&by=0.2.0", Body::Lesson("docker/3".into())),
            ("src=lessons/x.walk.txt", Body::Src("lessons/x.walk.txt".into())),
        ] {
            assert_eq!(Link::read(fragment).map(|l| l.body), Ok(body));
        }
    }

    #[test]
    fn what_is_no_link_is_left_alone() {
        for fragment in ["", "#", "help", "rules", "at=1/2", "by=0.1.0", "x=y"] {
            assert_eq!(Link::read(fragment), Err(Refused::NoLink), "{fragment}");
        }
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let whole = Link::to_case(CASE).write();
        assert_eq!(Link::read(&whole[..whole.len() - 5]), Err(Refused::CutOff));
        assert_eq!(Link::read("w1="), Err(Refused::CutOff));
        assert_eq!(Link::read("w1=AAA*"), Err(Refused::Damaged));
        assert_eq!(Link::read("w2=AAAA&by=2.1.0"), Err(Refused::Newer("2.1.0".into())));
        assert_eq!(Link::read("text=%ff"), Err(Refused::NotText));
        assert_eq!(Link::read(&format!("text={}", "a".repeat(70_000))), Err(Refused::TooLong));
    }

    #[test]
    fn a_case_that_sends_or_says_more_than_a_link_may_is_refused() {
        for (line, most) in [
            ("packet: ping 192.0.2.1", MOST_PACKETS),
            ("assume: eth0=192.0.2.1/24", MOST_SAID),
            ("edit: iptables -F", MOST_SAID),
        ] {
            let text = |times: usize| {
                let lines = [line, "\n"].concat().repeat(times);
                ["chainwalk: 1\n", &lines, "---\npacket: not one\n"].concat()
            };
            assert!(Link::read(&Link::to_case(&text(most)).write()).is_ok(), "{line}");
            let more = Link::to_case(&text(most + 1));
            assert_eq!(Link::read(&more.write()), Err(Refused::TooLong), "{line}");
            assert_eq!(Link::read(&more.write_plain()), Err(Refused::TooLong), "{line}");
        }
    }

    #[test]
    fn a_file_elsewhere_is_refused() {
        for path in [
            "//evil",
            "/etc/x",
            "..%2fx",
            "a/../x",
            "http://x/",
            "data:x",
            "a%5cb",
            "a//b",
            "",
            ".",
            "x%3fq",
            "%252e%252e/x",
        ] {
            assert!(
                matches!(Link::read(&format!("src={path}")), Err(Refused::Elsewhere(_))),
                "{path}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "[ -~\n\u{a0}-\u{d7ff}]{0,300}", packet in 0_usize..99, stop in 0_usize..999) {
            let at = Some(Position { packet, stop: Stop::At(stop) });
            let link = Link { at, by: "0.2.0".into(), ..Link::to_case(&text) };
            prop_assert_eq!(Link::read(&link.write()), Ok(link.clone()));
            prop_assert_eq!(Link::read(&link.write_plain()), Ok(link));
        }

        #[test]
        fn no_fragment_panics(fragment in ".{0,60}|(w1|text|src|at)=[A-Za-z0-9%_/-]{0,60}") {
            let _ = Link::read(&fragment);
        }
    }
}
