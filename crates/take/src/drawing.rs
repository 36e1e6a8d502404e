//! The case that a picture carries, if it was asked to, and how it was drawn, so that it can be drawn so again.

use crate::link;
use crate::picture::{Picture, told};
use chainwalk::view::{Colours, Film, Lang};
use chainwalk::{Case, Played, Position, Stop};
use std::fmt;
use std::ops::Range;

/// How a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawing {
    /// The packet and the stop that are shown.
    pub at: Position,
    /// The language of its words.
    pub lang: Lang,
    /// Whether chains are called by their names alone.
    pub raw_names: bool,
    /// Its width and height, where they are not the usual ones.
    pub size: Option<(f64, f64)>,
    /// Whether and how it moves, and its colours.
    pub look: Look,
}

/// What a picture looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It stands still.
    Still(Colours),
    /// It moves.
    Moving(Film),
}

/// The colours by the words that choose them.
const THEMES: [(&str, Colours); 3] =
    [("auto", Colours::Both), ("light", Colours::Light), ("dark", Colours::Dark)];
/// A picture does not move in more rounds.
pub const MOST_ROUNDS: u32 = 1000;

impl Drawing {
    /// The picture of a walk; none where no such packet was sent.
    pub fn of(self, played: &Played) -> Option<Picture<'_>> {
        Picture::new(played, self.at, self.lang, self.raw_names, self.size)
    }

    /// The same as SVG.
    pub fn svg(self, picture: &Picture<'_>) -> String {
        match self.look {
            Look::Still(colours) => picture.still(colours),
            Look::Moving(film) => picture.film(film),
        }
    }

    fn colours(self) -> Colours {
        match self.look {
            Look::Still(colours) => colours,
            Look::Moving(film) => film.colours,
        }
    }

    /// Reads what [`fmt::Display`] writes. Words of other versions are passed over; none where it names no place.
    pub fn read(words: &str) -> Option<Self> {
        let mut at = None;
        let (mut lang, mut raw_names, mut size) = (Lang::default(), false, None);
        let (mut colours, mut rounds, mut all) = (Colours::Both, None, false);
        for word in words.split(' ') {
            match word.split_once('=').unwrap_or((word, "")) {
                ("at", place) => at = place.parse::<Position>().ok(),
                ("lang", word) => lang = link::chosen(word, Lang::WORDS)?,
                ("names", "raw") => raw_names = true,
                ("size", sides) => {
                    let (w, h) = sides.split_once('x')?;
                    size = Some((w.parse().ok()?, h.parse().ok()?));
                }
                ("theme", word) => colours = link::chosen(word, THEMES)?,
                ("rounds", number) => rounds = Some(number.parse::<u32>().ok()?),
                ("all", _) => all = true,
                _ => {}
            }
        }
        let film = rounds.map(|rounds| Film { rounds: rounds.clamp(1, MOST_ROUNDS), all, colours });
        let look = film.map_or(Look::Still(colours), Look::Moving);
        Some(Self { at: at?, lang, raw_names, size, look })
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at={} lang={}", self.at, self.lang.word())?;
        if self.raw_names {
            f.write_str(" names=raw")?;
        }
        if let Some((w, h)) = self.size {
            write!(f, " size={w}x{h}")?;
        }
        let theme = THEMES.iter().find(|(_, colours)| *colours == self.colours());
        write!(f, " theme={}", theme.map_or("", |(word, _)| word))?;
        if let Look::Moving(film) = self.look {
            write!(f, " rounds={}{}", film.rounds, if film.all { " all" } else { "" })?;
        }
        Ok(())
    }
}

/// Begins the text of a case.
const OPEN: &str = "<metadata id=\"chainwalk\"";
/// How the picture was drawn, as an attribute beside that.
const DRAWN: &str = " data-drawn=\"";
const SHUT: &str = "</metadata>";

/// The picture with the text of a case in it, and how it was drawn.
pub fn carry(svg: &str, case: &str, how: Drawing) -> String {
    let mut text = String::with_capacity(case.len());
    for c in case.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\r' => text.push_str("&#13;"),
            '\n' | '\t' => text.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            c => text.push(c),
        }
    }
    match svg.find("<style>") {
        Some(at) => {
            let how = how.to_string();
            [&svg[..at], OPEN, DRAWN, &how, "\">", &text, SHUT, &svg[at..]].concat()
        }
        None => svg.to_owned(),
    }
}

/// Where the text of a case stands in the picture.
pub(crate) fn place(svg: &str) -> Option<Range<usize>> {
    let open = svg.find(OPEN)? + OPEN.len();
    let from = open + svg[open..].find('>')? + 1;
    Some(from..from + svg[from..].find(SHUT)?)
}

/// The text of the case that a picture carries; none where it carries none.
pub fn carried(svg: &str) -> Option<String> {
    let text = &svg[place(svg)?];
    Some(
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "\r").replace("&amp;", "&"),
    )
}

/// How the picture says that it was drawn; none where it carries no case, or does not say so.
pub(crate) fn said(svg: &str) -> Option<Drawing> {
    let (_, rest) = svg.split_once(OPEN)?;
    let (words, _) = rest.strip_prefix(DRAWN)?.split_once('"')?;
    Drawing::read(words)
}

/// The picture drawn from the case that it carries, as it says that it was drawn: with the text of the case as it is, or
/// with its claims written anew `by` a version. None where it does not say how, or has no such packet.
pub(crate) fn redrawn(svg: &str, by: Option<&str>) -> Option<String> {
    let how = said(svg)?;
    let text = carried(svg)?;
    let (case, _) = Case::read(&text).ok()?;
    let played = case.scenario.play();
    let drawn = how.svg(&how.of(&played)?);
    let text = by.map_or(text, |by| told(case, &played, by));
    Some(carry(&drawn, &text, how))
}

/// A picture at its last stop, in the colours of its reader.
impl Default for Drawing {
    fn default() -> Self {
        Self {
            at: Position { packet: 0, stop: Stop::End },
            lang: Lang::default(),
            raw_names: false,
            size: None,
            look: Look::Still(Colours::Both),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::view::recoloured;

    const CASE: &str = "chainwalk: 1\npacket: nc 192.0.2.1 22 from 192.0.2.9 in eth0\nassume: eth0=192.0.2.1/24\n---\n\
        *filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -m comment --comment \"<b>&amp;</b>\" -j DROP\nCOMMIT\n";

    #[test]
    fn a_picture_gives_back_the_case_it_carries_and_is_drawn_again() {
        let (case, _) = Case::headed(CASE).unwrap_or_else(|| panic!("no case"));
        let played = case.scenario.play();
        let text = told(case, &played, "9.9.9");
        let film = Film { rounds: 2, all: true, colours: Colours::Dark };
        for (size, look) in [
            (None, Look::Still(Colours::Both)),
            (None, Look::Moving(film)),
            (Some((900.0, 640.0)), Look::Still(Colours::Light)),
        ] {
            let how = Drawing { lang: Lang::Zh, size, look, ..Drawing::default() };
            let picture = how.of(&played).unwrap_or_else(|| panic!("no picture"));
            let svg = how.svg(&picture);
            assert_eq!(carried(&svg), None, "none unless asked");
            let with = carry(&svg, &text, how);
            assert_eq!(carried(&with).as_deref(), Some(text.as_str()));
            assert_eq!(said(&with), Some(how));
            assert_eq!(redrawn(&with, None).as_ref(), Some(&with));
            let old = with.replace("ends: ", "ends: rejected # ").replace("by: 9", "by: 8");
            assert_eq!(redrawn(&old, Some("9.9.9")), Some(with));
        }
        // The page recolours what it drew in both.
        for look in [Look::Still, |colours| Look::Moving(Film { colours, ..Film::default() })] {
            let svg = |colours| {
                let how = Drawing { look: look(colours), ..Drawing::default() };
                how.of(&played).map(|picture| how.svg(&picture))
            };
            let both = svg(Colours::Both).unwrap_or_default();
            assert_eq!(Some(recoloured(&both, Colours::Dark)), svg(Colours::Dark));
        }
    }

    #[test]
    fn a_picture_of_before_it_was_said_how_carries_its_case() {
        let svg = "<svg><metadata id=\"chainwalk\">a &lt; b</metadata><style></style></svg>";
        assert_eq!((carried(svg).as_deref(), said(svg)), (Some("a < b"), None));
    }

    #[test]
    fn how_it_was_drawn_is_read_as_it_was_written() {
        let film = Film { rounds: 7, all: true, colours: Colours::Light };
        let at = Position { packet: 2, stop: Stop::At(13) };
        for how in [
            Drawing::default(),
            Drawing { at, lang: Lang::Zh, raw_names: true, ..Drawing::default() },
            Drawing { size: Some((1280.0, 720.5)), look: Look::Moving(film), ..Drawing::default() },
            Drawing { look: Look::Still(Colours::Dark), ..Drawing::default() },
        ] {
            assert_eq!(Drawing::read(&how.to_string()), Some(how), "{how}");
        }
        let told = Drawing { at, ..Drawing::default() };
        assert_eq!(told.to_string(), "at=3/14 lang=en theme=auto");
        assert_eq!(Drawing::read("at=3/14 later=1 theme=auto"), Some(told));
        for odd in ["", "lang=en", "at=0/0", "at=1/end size=wide", "at=1/end theme=pink"] {
            assert_eq!(Drawing::read(odd), None, "{odd}");
        }
        let many = Drawing::read("at=1/end rounds=4000000000").map(|how| how.look);
        let most = Film { rounds: MOST_ROUNDS, ..Film::default() };
        assert_eq!(many, Some(Look::Moving(most)));
    }
}
