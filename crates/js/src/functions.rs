//! What a program does with cases and pastes: functions from texts and options to JSON, which `embed/npm/index.js` wraps.

use chainwalk::view::{self, Colours, Film, Lang, Problem};
use chainwalk::{Case, Played, Position, Stop, Viewpoint};
use chainwalk_take::drawing::{Drawing, Look, MOST_ROUNDS, carry};
use chainwalk_take::picture::{self, Picture, told};
use chainwalk_take::share::{Form, Unshared, shared};
use chainwalk_take::{Body, Link, Verdict, carried, link};
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

/// The version of this program.
const HERE: &str = env!("CARGO_PKG_VERSION");

/// All options there are; each function takes those that it is about.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of JavaScript")]
struct Options {
    lang: Option<String>,
    packets: Vec<String>,
    assume: Vec<String>,
    edits: Vec<String>,
    at: Option<String>,
    animate: bool,
    rounds: Option<u32>,
    all: bool,
    size: Option<(f64, f64)>,
    theme: Option<String>,
    carry: bool,
    packet: Option<String>,
    bare: bool,
    r#as: Option<String>,
    base: String,
    name: Option<String>,
}

impl Options {
    fn read(text: &str) -> Result<Self, JsError> {
        serde_json::from_str(text).map_err(|error| JsError::new(&format!("options: {error}")))
    }

    fn lang(&self) -> Result<Option<Lang>, JsError> {
        self.lang.as_deref().map(|word| chosen("lang", word, Lang::WORDS)).transpose()
    }

    fn at(&self) -> Result<Option<Position>, JsError> {
        let wrong = |_| JsError::new("at: expected PACKET/STOP, such as 2/14 or 1/end");
        self.at.as_deref().map(|at| at.parse().map_err(wrong)).transpose()
    }

    /// A text with the packets, facts and edits of the options in it.
    fn case(&self, text: &str) -> Result<Case, JsError> {
        let (mut case, _) = Case::read(text).map_err(|_| JsError::new("no case"))?;
        if !self.packets.is_empty() {
            case.scenario.packets.clone_from(&self.packets);
            case.scenario.followed.clear();
            case.head.ends.clear();
        }
        case.scenario.change_part(|part| {
            part.facts.extend_from_slice(&self.assume);
            part.edits.extend_from_slice(&self.edits);
        });
        Ok(case)
    }
}

fn chosen<T: Copy, const N: usize>(
    option: &str,
    word: &str,
    words: [(&str, T); N],
) -> Result<T, JsError> {
    let known = words.map(|(name, _)| name).join(", ");
    link::chosen(word, words)
        .ok_or_else(|| JsError::new(&format!("{option}: {word:?} is none of {known}")))
}

/// What was recognised: `{ hosts, chips, facts, problems, suggestions }`. Option: `lang`.
///
/// # Errors
/// Where an option is wrong.
#[wasm_bindgen]
pub fn read(text: &str, options: &str) -> Result<String, JsError> {
    let options = Options::read(options)?;
    let case = options.case(text)?;
    let played = case.scenario.play();
    let lang = options.lang()?.or(case.head.lang).unwrap_or_default();
    let (reading, host, docs) = (played.reading(), played.host(), played.docs());
    let from = Viewpoint { lang, packet: 0, raw_names: false };
    Ok(json!({
        "hosts": view::hosts(reading, host.id, lang),
        "chips": view::chips(reading, lang),
        "facts": view::facts(host, lang, &docs),
        "problems": view::problems(played.problems().docs, &docs, lang),
        "suggestions": played.explain(&from, view::suggestions),
    })
    .to_string())
}

/// What becomes of the packets: `{ packets: [{ line, ends, verdict, words, problems }], answer, case }`. Options: `lang`,
/// and `packets`, which are sent in place of the case's own, `assume` and `edits`, which come beside its own.
///
/// # Errors
/// Where an option is wrong.
#[wasm_bindgen]
pub fn walk(text: &str, options: &str) -> Result<String, JsError> {
    let options = Options::read(options)?;
    let case = options.case(text)?;
    let played = case.scenario.play();
    let lang = options.lang()?.or(case.head.lang).unwrap_or_default();
    let packets: Vec<Value> = (0..played.scenario().packets.len())
        .map(|at| packet(&played, at, lang, case.head.raw_names))
        .collect();
    let answer = played.answer_json();
    Ok(json!({ "packets": packets, "answer": answer, "case": told(case, &played, HERE) })
        .to_string())
}

fn packet(played: &Played, at: usize, lang: Lang, raw_names: bool) -> Value {
    let line = played.scenario().packets[at].as_str();
    let found = played.problems().packets.get(at).cloned().unwrap_or_default();
    let problems: Vec<Problem> = view::packet_problems(&found, line, lang);
    let from = Viewpoint { lang, packet: at, raw_names };
    let shown = Position { packet: at, stop: Stop::End };
    let picture = Picture::new(played, shown, lang, raw_names, None);
    let sent = picture.is_some();
    json!({
        "line": line,
        "ends": played.ends().get(at),
        "verdict": picture.map(|picture| picture.verdict()),
        "words": sent.then(|| played.explain(&from, view::words)),
        "problems": problems,
    })
}

/// The picture of a packet's walk, as SVG. Options: `at`, `animate`, `rounds`, `all`, `size`, `theme`, `lang`, `carry`.
///
/// # Errors
/// Where an option is wrong, or there is no packet to show.
#[wasm_bindgen]
pub fn draw(text: &str, options: &str) -> Result<String, JsError> {
    let options = Options::read(options)?;
    let case = options.case(text)?;
    let lang = options.lang()?.or(case.head.lang).unwrap_or_default();
    let at = options.at()?.or(case.head.at).unwrap_or(Position { packet: 0, stop: Stop::End });
    let themes = [("light", Colours::Light), ("dark", Colours::Dark)];
    let colours = options.theme.as_deref().map(|word| chosen("theme", word, themes)).transpose()?;
    let colours = colours.unwrap_or(Colours::Both);
    let look = if options.animate {
        let rounds = options.rounds.unwrap_or(Film::default().rounds).clamp(1, MOST_ROUNDS);
        Look::Moving(Film { colours, all: options.all, rounds })
    } else {
        Look::Still(colours)
    };
    let how = Drawing { at, lang, raw_names: case.head.raw_names, size: options.size, look };
    let played = case.scenario.play();
    let picture = how.of(&played).ok_or_else(|| JsError::new("no packet to show"))?;
    let svg = how.svg(&picture);
    Ok(if options.carry { carry(&svg, &told(case, &played, HERE), how) } else { svg })
}

/// The recording of a packet's walk, as JSON. Options: `packet`, `lang`; `bare` leaves the case out.
///
/// # Errors
/// Where an option is wrong, or there is no packet to show.
#[wasm_bindgen]
pub fn recording(text: &str, options: &str) -> Result<String, JsError> {
    let options = Options::read(options)?;
    let json = picture::record(text, options.packet.as_deref(), options.lang()?, HERE)
        .ok_or_else(|| JsError::new("no packet to show"))?;
    if !options.bare {
        return Ok(json);
    }
    let mut value: Value = serde_json::from_str(&json)?;
    if let Some(recording) = value.as_object_mut() {
        recording.shift_remove("case");
    }
    Ok(value.to_string())
}

/// A case to hand on. Options: `as` (`link`, `text`, `markdown`, `html`, `iframe`), `base`, `at`.
///
/// # Errors
/// Where an option is wrong, or the form can't hold it.
#[wasm_bindgen]
pub fn share(text: &str, options: &str) -> Result<String, JsError> {
    let options = Options::read(options)?;
    let form = chosen("as", options.r#as.as_deref().unwrap_or("link"), Form::WORDS)?;
    let out = shared(text, form, &options.base, options.at()?, HERE);
    out.map(|out| out.trim_end().to_owned()).map_err(|why| {
        JsError::new(&match why {
            Unshared::NoCase => "no case".to_owned(),
            Unshared::NothingToShow => "no packet to show".to_owned(),
            Unshared::TooLong(n) => format!("{n} characters are too long for a link"),
        })
    })
}

/// What a link holds: `{ text, at, lang, theme, by }`. The whole address may be given.
///
/// # Errors
/// Where it is none, or names what only a page has; the reason is a sentence.
#[wasm_bindgen]
pub fn open(link: &str) -> Result<String, JsError> {
    let fragment = link.split_once('#').map_or(link, |(_, fragment)| fragment);
    let refused = |why| JsError::new(&view::refused(Lang::En, &why, HERE));
    let read = Link::read(fragment.trim()).map_err(refused)?;
    let text = match read.body {
        Body::Case(text) => text,
        Body::Example(name) | Body::Lesson(name) | Body::Src(name) => {
            return Err(refused(view::Refused::Missing(name)));
        }
    };
    Ok(json!({
        "text": text,
        "at": read.at.map(|at| at.to_string()),
        "lang": read.lang.map(Lang::word),
        "theme": read.theme.map(chainwalk::Theme::word),
        "by": read.by,
    })
    .to_string())
}

/// What becomes of the claims of a text: `[{ line, kind, number, then, now, holds, depends }]`. Option: `name`, whose ending
/// says what the text is: Markdown, a recording, a picture, a page; else it is a case.
///
/// # Errors
/// Where an option is wrong.
#[wasm_bindgen]
pub fn check(text: &str, options: &str) -> Result<String, JsError> {
    let options = Options::read(options)?;
    let cases = carried(options.name.as_deref().unwrap_or("case.walk.txt"), text);
    let verdicts = cases.iter().flat_map(|case| case.check(text));
    Ok(Value::Array(verdicts.map(|verdict| Verdict::to_json(&verdict)).collect()).to_string())
}
