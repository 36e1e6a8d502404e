//! Pictures of a walk: still, moving, or recorded for a page.

use crate::{Body, Link, link};
use chainwalk::view::{self, Carried, Colours, Figure, Film, Lang, TableMeasure};
use chainwalk::{Case, Played, Position, Stop, Viewpoint};
use serde_json::Value;
use std::ops::Range;

/// The heights and widths that a picture can have, in CSS pixels; one asked for beyond them is the nearest.
pub const SIZES: std::ops::RangeInclusive<f64> = 320.0..=4000.0;

/// A walk to draw.
pub struct Picture<'a> {
    played: &'a Played,
    from: Viewpoint,
    at: Position,
    figure: Figure,
}

impl<'a> Picture<'a> {
    /// The walk of the packet at `at`; the diagram has its usual size, or fills a picture of `size`. None where no
    /// such packet was sent.
    pub fn new(
        played: &'a Played,
        at: Position,
        lang: Lang,
        raw_names: bool,
        size: Option<(f64, f64)>,
    ) -> Option<Self> {
        let packet = at.packet;
        let line = played.scenario().packets.get(packet)?;
        played.walks().get(packet)?;
        let clamped = |v: f64| v.clamp(*SIZES.start(), *SIZES.end());
        let size = size.filter(|(w, h)| w.is_finite() && h.is_finite());
        let diagram =
            size.map_or(view::DIAGRAM, |(w, h)| (clamped(w), clamped(h) - view::HEAD - view::FOOT));
        let from = Viewpoint { lang, packet, raw_names };
        let figure = played.explain(&from, |t| view::figure(t, line, diagram));
        Some(Self { played, from, at, figure })
    }

    /// The answer, in words.
    pub fn verdict(&self) -> String {
        self.figure.verdict()
    }

    /// How many stops the walk has.
    pub fn stops(&self) -> usize {
        self.figure.last() + 1
    }

    /// Width and height.
    pub fn size(&self) -> (f64, f64) {
        self.figure.size()
    }

    /// The picture at its stop, as SVG.
    pub fn still(&self, colours: Colours) -> String {
        let stop = match self.at.stop {
            Stop::At(stop) => stop,
            Stop::End => usize::MAX,
        };
        self.played.explain(&self.from, |t| self.figure.picture(t, stop, colours, &TableMeasure))
    }

    /// The moving picture, as SVG.
    pub fn film(&self, how: Film) -> String {
        self.played.explain(&self.from, |t| view::film(t, &self.figure, how, &TableMeasure))
    }

    /// The recording; without `case` it can be played and nothing else.
    pub fn recording(&self, by: &str, title: &str, case: Option<&str>) -> Value {
        let ends = self.played.ends().get(self.from.packet).cloned().unwrap_or_default();
        let carried = Carried { by, title, case, ends: &ends };
        self.played
            .explain(&self.from, |t| view::recording(t, &self.figure, carried, &TableMeasure))
    }
}

/// The text of a case that says what becomes of its packets, as the version `by` finds it in `played`.
pub fn told(mut case: Case, played: &Played, by: &str) -> String {
    case.head.ends = played.ends();
    by.clone_into(&mut case.head.by);
    case.write()
}

/// A figure as HTML, with its recording in it: the script of the element comes from the folder `site`.
pub fn element(site: &str, recording: &str) -> String {
    let (site, block) = (attribute(site), block(recording));
    format!(
        "<script type=\"module\" src=\"{site}chain-walk.js\"></script>\n<chain-walk>\n{block}\n</chain-walk>\n"
    )
}

/// A recording as the data block of a page that an element plays.
pub fn block(recording: &str) -> String {
    [RECORDED, &in_page(recording), SCRIPT_END].concat()
}

/// The same with the recording in a file, `NAME.walk.json`, and the picture `NAME.svg` in a link for where nothing plays.
pub fn element_of_file(site: &str, name: &str, link: &str, verdict: &str) -> String {
    let [site, name, link, verdict] = [site, name, link, verdict].map(attribute);
    format!(
        "<script type=\"module\" src=\"{site}chain-walk.js\"></script>\n<chain-walk src=\"{name}.walk.json\">\n  \
        <a href=\"{link}\"><img src=\"{name}.svg\" width=\"720\" height=\"599\" alt=\"{verdict}\"></a>\n</chain-walk>\n"
    )
}

/// A frame of the page `embed.html` in the folder `site` that shows what a link's fragment holds.
pub fn frame(site: &str, fragment: &str, verdict: &str) -> String {
    let [site, fragment, verdict] = [site, fragment, verdict].map(attribute);
    format!(
        "<iframe src=\"{site}embed.html#{fragment}\" width=\"720\" height=\"601\" loading=\"lazy\" title=\"{verdict}\" \
        sandbox=\"allow-scripts allow-popups allow-popups-to-escape-sandbox\"></iframe>\n"
    )
}

/// A picture as an image from `src`, in a link to what `fragment` holds in the page in the folder `site`, where both are
/// there.
pub(crate) fn image(
    picture: &Picture<'_>,
    src: &str,
    site: &str,
    fragment: Option<&str>,
) -> String {
    let (width, height) = picture.size();
    let verdict = attribute(&picture.verdict());
    let image =
        format!("<img src=\"{src}\" width=\"{width}\" height=\"{height}\" alt=\"{verdict}\">");
    match fragment {
        Some(fragment) if !site.is_empty() => {
            format!("<a href=\"{}#{}\">{image}</a>", attribute(site), attribute(fragment))
        }
        _ => image,
    }
}

pub(crate) fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Begins a recording in a page.
const RECORDED: &str = "<script type=\"application/json\" class=\"recording\">";
const SCRIPT_END: &str = "</script>";

/// A recording as it stands in a page, where no `<` may end it.
pub(crate) fn in_page(recording: &str) -> String {
    recording.trim_end().replace('<', "\\u003c")
}

/// Where the recordings stand in a page.
pub(crate) fn places_in_page(html: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(from) = html[at..].find(RECORDED).map(|n| at + n + RECORDED.len()) {
        let Some(end) = html[from..].find(SCRIPT_END).map(|n| from + n) else { break };
        found.push(from..end);
        at = end;
    }
    found
}

/// The text of the case that a recording carries; none where it carries none, or is none.
pub fn recorded(json: &str) -> Option<String> {
    let value: Value = serde_json::from_str(json).ok()?;
    value.get("chainwalk")?.as_u64()?;
    Some(value.get("case")?.as_str()?.to_owned())
}

/// The recording of a text, as JSON: a case, a paste, or the fragment of a link with its `#`. `packet` is the one that is
/// shown; where it is none of the text's own, it is sent in their place. Else the one that the case shows is told. What
/// the case claims, and comes out otherwise, is said in `otherwise`. None where nothing can be walked.
pub fn record(text: &str, packet: Option<&str>, lang: Option<Lang>, by: &str) -> Option<String> {
    let mut at = None;
    let mut held = None;
    if text.starts_with('#') {
        let link = Link::read(text).ok()?;
        let Body::Case(text) = link.body else { return None };
        (at, held) = (link.at, Some(text));
    }
    let (mut case, _) = Case::read(held.as_deref().unwrap_or(text)).ok()?;
    if let Some(packet) = packet {
        let own = case.scenario.packets.iter().position(|p| p == packet);
        if own.is_none() {
            case.scenario.packets = vec![packet.to_owned()];
            case.scenario.followed.clear();
            case.head.ends.clear();
        }
        let first = own.filter(|own| *own > 0).map(|packet| Position { packet, stop: Stop::At(0) });
        case.head.at = at.or(case.head.at).filter(|at| Some(at.packet) == own).or(first);
    } else if at.is_some() {
        case.head.at = at;
    }
    let played = case.scenario.play();
    let at = case.head.at.unwrap_or(Position { packet: 0, stop: Stop::At(0) });
    let lang = lang.or(case.head.lang).unwrap_or_default();
    let title = case.head.title.pick(lang).to_owned();
    let picture = Picture::new(&played, at, lang, case.head.raw_names, None)?;
    let claimed = case.claimed(&played).into_iter().find(|c| c.packet == at.packet);
    let otherwise = claimed.filter(|c| !c.then.is_empty() && !c.holds());
    let then = case.head.by.clone();
    let case = told(case, &played, by);
    let mut recording = picture.recording(by, &title, Some(&case));
    if let Some(claimed) = otherwise {
        let said = view::ended_otherwise(lang, claimed.packet, &claimed.then, &then);
        recording["otherwise"] =
            said.iter().map(|run| run.text.as_str()).collect::<String>().into();
    }
    Some(recording.to_string())
}

/// A recording drawn from the case that it carries: as it should be where it is of this version, or with `by` written
/// anew, its claims too. None where it carries none, or has no such packet.
pub fn redrawn(json: &str, by: Option<&str>) -> Option<String> {
    let value: Value = serde_json::from_str(json).ok()?;
    let (case, _) = Case::read(value.get("case")?.as_str()?).ok()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (title, line) = (text(&value["title"]), text(&value["packet"]["line"]));
    let lang = link::chosen(value["lang"].as_str()?, Lang::WORDS)?;
    let packet = case.scenario.packets.iter().position(|p| *p == line)?;
    let size = (value["wide"][0].as_f64()?, value["wide"][1].as_f64()?);
    let size = (size.0, size.1 + view::HEAD + view::FOOT);
    let played = case.scenario.play();
    let at = Position { packet, stop: Stop::End };
    let picture = Picture::new(&played, at, lang, case.head.raw_names, Some(size))?;
    let (by, case) = match by {
        Some(by) => (by.to_owned(), told(case, &played, by)),
        None => (text(&value["by"]), text(&value["case"])),
    };
    Some(picture.recording(&by, &title, Some(&case)).to_string() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::Scenario;

    const PASTE: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n\
        -A INPUT -m comment --comment \"<b>&amp;</b>\" -p tcp -m tcp --dport 80 -j REJECT\nCOMMIT\n";

    fn played() -> Played {
        let packets = vec!["curl 10.0.0.1 from 10.0.0.2 in eth0".into()];
        let mut scenario = Scenario { packets, ..Scenario::pasted(PASTE) };
        scenario.change_part(|part| part.facts.push("eth0=10.0.0.1/24".into()));
        scenario.play()
    }

    fn picture(played: &Played, size: Option<(f64, f64)>) -> Picture<'_> {
        let at = Position { packet: 0, stop: Stop::End };
        Picture::new(played, at, Lang::En, false, size).unwrap_or_else(|| panic!("no picture"))
    }

    /// Every tag is closed, and there is nothing that runs, links or loads.
    fn well_formed(svg: &str) {
        let mut open = Vec::new();
        for piece in svg.split('<').skip(1) {
            let (tag, _) = piece.split_once('>').unwrap_or_else(|| panic!("open: {piece}"));
            let name = tag.split([' ', '/']).find(|w| !w.is_empty()).unwrap_or_default();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{tag}");
            } else if !tag.ends_with('/') {
                open.push(name);
            }
            let known = ["svg", "title", "desc", "style", "g", "rect", "circle", "path", "text"];
            assert!(known.contains(&name), "{name}");
        }
        assert_eq!(open, Vec::<&str>::new());
        let bare = svg.replace("http://www.w3.org/2000/svg", "");
        for word in ["url(", "http", " onload", " onerror", " onclick", "href"] {
            let inside = bare.split("</style>").nth(1).unwrap_or_default();
            let tags: String = inside.split('<').filter_map(|p| p.split('>').next()).collect();
            assert!(!tags.contains(word), "{word}");
        }
    }

    #[test]
    fn pictures_are_whole_and_hold_nothing_that_runs() {
        let played = played();
        for size in [None, Some((1280.0, 720.0)), Some((1.0, f64::NAN))] {
            let picture = picture(&played, size);
            well_formed(&picture.still(Colours::Light));
            well_formed(&picture.film(Film::default()));
        }
        let picture = picture(&played, None);
        assert_eq!(picture.size(), (720.0, 599.0));
        let still = picture.still(Colours::Both);
        assert!(still.contains("<title>") && still.contains("filter INPUT rule 2"), "{still}");
    }

    #[test]
    fn below_the_drawing_each_stop_has_its_mark_one_behind_the_other() {
        let played = played();
        let picture = picture(&played, None);
        let still = picture.still(Colours::Light);
        let marks = still.split('<').filter(|tag| tag.contains("class=\"bit "));
        let number = |tag: &str, name: &str| -> f64 {
            let value = tag.split_once(name).and_then(|(_, v)| v.split_once('"'));
            value.and_then(|(v, _)| v.parse().ok()).unwrap_or(f64::NAN)
        };
        let marks: Vec<(f64, f64)> =
            marks.map(|tag| (number(tag, " x=\""), number(tag, " width=\""))).collect();
        assert!(marks.len() > 3, "{still}");
        assert!(marks.windows(2).all(|m| m[0].0 + m[0].1 <= m[1].0), "{marks:?}");
        assert!(marks.iter().all(|(x, wide)| *x > 0.0 && x + wide < picture.size().0), "{marks:?}");
    }

    #[test]
    fn a_film_rests_at_its_last_picture_and_moves_only_where_motion_is_welcome() {
        let played = played();
        let film = picture(&played, None).film(Film::default());
        let (_, moving) =
            film.split_once("@media (prefers-reduced-motion:no-preference)").unwrap_or_default();
        assert!(moving.contains("@keyframes") && moving.contains("steps(1,end) 3"));
        assert!(
            film.split("@media (prefers-reduced-motion")
                .next()
                .is_some_and(|s| !s.contains("animation"))
        );
        assert!(!film.contains("<animate") && !film.contains("<script"));
    }

    #[test]
    fn colours_can_be_chosen() {
        let played = played();
        let picture = picture(&played, None);
        let dark = picture.still(Colours::Dark);
        assert!(!dark.contains("prefers-color-scheme") && dark.contains("--bg:#121210"));
        assert!(!picture.still(Colours::Light).contains("--bg:#121210"));
    }

    #[test]
    fn a_recording_is_made_of_a_case_a_paste_and_a_link() {
        let played = played();
        let scenario = played.scenario().clone();
        let text = told(Case { scenario, ..Case::default() }, &played, "9.9.9");
        let of = |text: &str, packet: Option<&str>| {
            record(text, packet, None, "9.9.9").and_then(|json| recorded(&json))
        };
        assert_eq!(of(&text, None), Some(text.clone()));
        let link = ["#", &Link::to_case(&text).write()].concat();
        assert_eq!(of(&link, None), Some(text.clone()));
        assert_eq!(of(PASTE, None), None, "no packet");
        let ping = of(PASTE, Some("ping 10.0.0.1 from 10.0.0.2 in eth0"));
        assert!(ping.is_some_and(|text| text.contains("packet: ping 10.0.0.1")));
        assert_eq!(of(&text, Some("no packet")), None);
        let own = text.lines().find_map(|l| l.strip_prefix("packet: "));
        assert_eq!(of(&text, own), Some(text.clone()));
        assert_eq!(of("#w1=AAAA", None), None);
        assert_eq!(of("", None), None);
    }

    #[test]
    fn a_recording_says_what_was_claimed_and_is_no_longer_so() {
        let played = played();
        let scenario = played.scenario().clone();
        let text = told(Case { scenario, ..Case::default() }, &played, "9.9.9");
        let says = |text: &str, packet: Option<&str>| {
            let json = record(text, packet, None, "9.9.9").unwrap_or_else(|| panic!("none"));
            let value: Value = serde_json::from_str(&json).unwrap_or_default();
            value["otherwise"].as_str().map(str::to_owned)
        };
        assert_eq!(says(&text, None), None);
        let old = text.replace("ends: ", "ends: forwarded, out eth1 # ").replace("by: 9", "by: 1");
        let said = says(&old, None).unwrap_or_default();
        assert!(said.contains("Chainwalk 1.9.9") && said.contains("forwarded, out eth1"), "{said}");
        assert_eq!(says(&old, Some("ping 10.0.0.1 from 10.0.0.2 in eth0")), None);
    }

    #[test]
    fn a_recording_says_all_that_a_player_needs() {
        let played = played();
        let json = picture(&played, None).recording("9.9.9", "", Some("chainwalk: 1\n---\n"));
        assert_eq!(json["chainwalk"], 1);
        assert_eq!(json["packet"]["tone"], "stop");
        let stops = json["stops"].as_array().map_or(0, Vec::len);
        assert!(stops > 3 && json["bits"].as_array().map_or(0, Vec::len) == stops);
        assert!(json["case"].is_string());
    }
}
