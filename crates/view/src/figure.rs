//! A walk as a figure that stands by itself: the answer above, the diagram, and below it the packet and how far it is.
//!
//! It is a picture at one stop, a film of all of them ([`crate::film`]), or a recording that a page plays
//! ([`crate::recording`]).

use crate::banner::banner;
use crate::drawing::{Item, Measure, Scene};
use crate::explained::Explained;
use crate::page::{Colours, Lang, Sentence, Style, Tone};
use crate::places::{chain_path, place};
use crate::say::{plain, text};
use crate::scene::{Area, Pen, scene, tone_class, units};
use crate::svg::{self, Draw, SHAPES, escaped, number};
use crate::timeline::timeline;
use chainwalk_model::{DroppedBy, Fate, Order};
use std::fmt::Write as _;

/// The width and height of the diagram in a figure that is not told another size.
pub const DIAGRAM: (f64, f64) = (720.0, 512.0);
/// The height of the answer above the diagram.
pub const HEAD: f64 = 42.0;
/// The height of the line below it.
pub const FOOT: f64 = 45.0;

const FIGURE: &str = include_str!("svg/figure.css");
const LIGHT: &str = ":root{--sunk:#f2efe8;--ok-bg:#ebf6ee}\n";
const DARK: &str = ":root{--sunk:#201e1b;--ok-bg:#16281c}\n";

/// A walk, told once for every form that a figure has.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The reader's language.
    pub lang: Lang,
    /// The packet, as it was asked for.
    pub line: String,
    /// Colour and shape of the answer.
    pub tone: Tone,
    /// The answer.
    pub headline: Sentence,
    /// The rule or policy that decided, in a few words; may be empty.
    pub place: String,
    /// Width and height of the diagram.
    pub diagram: (f64, f64),
    /// What happens at each stop.
    pub said: Vec<String>,
    /// For each stop whether a hook begins there, or a rule matches.
    pub marked: Vec<bool>,
    /// A mark for each stop.
    pub bits: Vec<Bit>,
}

/// The mark of a stop in the line below the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bit {
    /// The stop.
    pub stop: usize,
    /// Its class.
    pub class: String,
    /// Whether it is of a packet that the kernel made.
    pub made: bool,
}

/// Tells the walk of the packet shown, which was asked for by `line`, with diagrams for a space of `size`.
pub fn figure(t: &Explained, line: &str, size: (f64, f64)) -> Figure {
    let told = banner(t);
    let time = timeline(t);
    let mut bits = Vec::new();
    let mut marked = time.hooks.clone();
    for (lane, cells) in time.lanes.iter().filter(|l| l.other.is_none()).enumerate() {
        for cell in &cells.cells {
            let class = match (cell.class.as_str(), cell.stop) {
                (_, true) => "bit stop".to_owned(),
                ("ct", _) => "bit track".to_owned(),
                (class, _) => format!("bit {class}"),
            };
            bits.push(Bit { stop: cell.step, class, made: lane > 0 });
            if let Some(mark) = marked.get_mut(cell.step) {
                *mark |= cell.hit || cell.stop || matches!(cell.class.as_str(), "fork" | "fate");
            }
        }
    }
    bits.order_by_key(|bit| bit.stop);
    Figure {
        lang: t.lang,
        line: line.to_owned(),
        tone: told.tone,
        headline: told.headline,
        place: decided_by(t),
        diagram: units(size),
        said: time.narration,
        marked,
        bits,
    }
}

/// The diagram of a figure at a stop: a scene without the words (`press`) that say what a click does.
pub(crate) fn diagram(t: &Explained, figure: &Figure, stop: usize, measure: &dyn Measure) -> Scene {
    let mut scene = scene(t, stop, figure.diagram, measure);
    let says = |item: &Item| matches!(item, Item::Text { class, .. } if class.ends_with(" press"));
    scene.items.retain(|item| !says(item));
    scene
}

/// The rule or the policy that ended the walk.
pub(crate) fn decided_by(t: &Explained) -> String {
    let Some(outcome) = t.outcome() else { return String::new() };
    match &outcome.trace.fate {
        Fate::Dropped(DroppedBy::Rule(rule)) | Fate::Rejected { rule, .. } => {
            let (chain, number) = place(t.rules(), *rule);
            text!(t.lang, FigurePlace, chain = chain, number = number)
        }
        Fate::Dropped(DroppedBy::Policy(chain)) => {
            text!(t.lang, FigurePolicy, chain = chain_path(t.rules(), *chain))
        }
        _ => String::new(),
    }
}

impl Figure {
    /// The answer in words.
    pub fn verdict(&self) -> String {
        plain(&self.headline)
    }

    /// The whole size.
    pub fn size(&self) -> (f64, f64) {
        let (w, h) = self.diagram;
        (w, h + HEAD + FOOT)
    }

    /// The last stop.
    pub fn last(&self) -> usize {
        self.said.len().saturating_sub(1)
    }

    /// The picture at a stop of what `t` looks at; beyond the last it is the last.
    pub fn picture(
        &self,
        t: &Explained,
        stop: usize,
        colours: Colours,
        measure: &dyn Measure,
    ) -> String {
        let stop = stop.min(self.last());
        let mut out = self.open(colours, "");
        let draw = Draw { measure: Some(measure), named: false };
        self.ground(&mut out, draw, measure);
        let _ = write!(out, "<g transform=\"translate(0 {HEAD})\">");
        draw.scene(&mut out, &diagram(t, self, stop, measure));
        out.push_str("</g>");
        let (x, y) = self.thumb(stop);
        let _ = write!(out, "<g transform=\"translate({} {})\">{THUMB}</g>", number(x), number(y));
        out.push_str("</svg>");
        out
    }

    /// Begins the text: words for those who don't see it, and the looks, to which `more` is added.
    pub(crate) fn open(&self, colours: Colours, more: &str) -> String {
        let (w, h) = self.size();
        let (w, h) = (number(w), number(h));
        let palette = palette(colours);
        let mut desc = self.line.clone();
        for (n, said) in self.said.iter().enumerate() {
            let _ = write!(desc, "\n{}. {said}", n + 1);
        }
        let title = [self.verdict(), self.place.clone()].join(" · ");
        let title = escaped(title.trim_end_matches([' ', '·']));
        let lang = if self.lang == Lang::Zh { "zh-Hans" } else { "en" };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" lang=\"{lang}\"><title>{title}</title><desc>{}</desc><style>{palette}{SHAPES}{FIGURE}{more}</style>",
            desc.lines().map(escaped).collect::<Vec<_>>().join("\n"),
        )
    }

    /// All that stays where it is: ground, answer, and the line below.
    pub(crate) fn ground(&self, out: &mut String, draw: Draw, measure: &dyn Measure) {
        let (w, h) = self.size();
        let _ = write!(
            out,
            "<rect class=\"ground\" width=\"{}\" height=\"{}\"/>",
            number(w),
            number(h)
        );
        for item in self.frame(measure) {
            draw.item(out, &item);
        }
    }

    fn frame(&self, measure: &dyn Measure) -> Vec<Item> {
        let (w, h) = self.size();
        let mut pen = Pen::new(measure);
        let tone = tone_class(self.tone);
        let r = 12.0;
        pen.path(
            format!("M0 {HEAD}V{r}a{r} {r} 0 0 1 {r} -{r}H{}a{r} {r} 0 0 1 {r} {r}V{HEAD}Z", w - r),
            &format!("head {tone}"),
        );
        let foot = h - FOOT;
        pen.path(
            format!("M0 {foot}H{w}V{}a{r} {r} 0 0 1 -{r} {r}H{r}a{r} {r} 0 0 1 -{r} -{r}Z", h - r),
            "foot",
        );
        pen.path(format!("M0 {HEAD}H{w}M0 {foot}H{w}"), "line");
        pen.rect(Area { x: 0.5, y: 0.5, w: w - 1.0, h: h - 1.0 }, r, "edge");
        self.answer(&mut pen, tone);
        self.below(&mut pen);
        pen.items
    }

    fn answer(&self, pen: &mut Pen, tone: &str) {
        let (w, _) = self.size();
        let middle = HEAD / 2.0;
        pen.items.push(Item::Circle {
            x: 24.0,
            y: middle,
            r: 10.0,
            class: format!("badge {tone}"),
        });
        match tone {
            "stop" => pen.icon("i-no", 18.0, middle - 6.0, 12.0, "sign"),
            "ok" => pen.icon("i-ok", 18.0, middle - 6.0, 12.0, "sign"),
            _ => pen.text(24.0, middle + 4.5, "?", "s12 w7 t2 mid"),
        }
        let place = pen.width(&self.place, "s13");
        let (mut x, base) = (44.0, middle + 5.0);
        let whole: f64 = self.headline.iter().map(|r| pen.width(&r.text, set(r.style))).sum();
        let beside = x + whole + 16.0 + place <= w - 16.0;
        let end = if beside { w - 32.0 - place } else { w - 16.0 };
        for run in &self.headline {
            // Spaces at the ends of a text are not drawn.
            let lead = run.text.len() - run.text.trim_start().len();
            let class = set(run.style);
            x += pen.width(&run.text[..lead], class);
            let word = run.text.trim();
            x += pen.fitted(x, base, word, (end - x).max(0.0), class);
            x += pen.width(&run.text[lead + word.len()..], class);
        }
        if beside {
            pen.text(w - 16.0, base, self.place.as_str(), "s13 t2 end");
        }
    }

    fn below(&self, pen: &mut Pen) {
        let (w, h) = self.size();
        let base = h - FOOT / 2.0 + 4.5;
        pen.text(16.0, base, "$", "s13 m t3");
        pen.fitted(30.0, base, &self.line, self.bits_from() - 46.0, "s12 m w6");
        for bit in &self.bits {
            let (x, wide) = self.bit(bit.stop);
            let high = if bit.made { 6.0 } else { 10.0 };
            let place = Area { x, y: h - FOOT / 2.0 - high / 2.0, w: wide, h: high };
            pen.rect(place, (wide / 2.0).min(2.0), &bit.class);
        }
        let x = w - 16.0 - BRAND;
        let y = h - FOOT / 2.0;
        pen.path(format!("M{x} {}h5.5q2 0 2 2.500v2q0 2.5 2 2.500h6", y - 3.5), "brand");
        pen.items.push(Item::Circle { x: x + 7.5, y, r: 2.6, class: "brand".into() });
        pen.text(w - 16.0, base, "Chainwalk", "s13 w7 end");
    }

    fn bits_from(&self) -> f64 {
        let (w, _) = self.size();
        let wanted = self.said.len() as f64 * 9.0;
        let end = w - 40.0 - BRAND;
        // The line needs 7.2 a letter; the marks are told apart down to four each.
        let line = 46.0 + 7.2 * self.line.chars().count() as f64;
        line.min(end * 0.64).max(end - wanted)
    }

    /// Left end and width of the mark of a stop.
    fn bit(&self, stop: usize) -> (f64, f64) {
        let (w, _) = self.size();
        let (from, to) = (self.bits_from(), w - 40.0 - BRAND);
        let step = ((to - from) / self.said.len().max(1) as f64).min(9.0);
        (from + step * stop as f64, (step * 0.78).max(1.0))
    }

    /// Where the mark of now stands.
    pub(crate) fn thumb(&self, stop: usize) -> (f64, f64) {
        let (_, h) = self.size();
        let (x, wide) = self.bit(stop);
        (x + wide / 2.0, h - FOOT / 2.0)
    }
}

/// The colours by their names.
pub(crate) fn palette(colours: Colours) -> String {
    let (light, dark) = (svg::LIGHT, svg::DARK);
    match colours {
        Colours::Both => {
            format!("{light}{LIGHT}@media (prefers-color-scheme:dark){{{dark}{DARK}}}\n")
        }
        Colours::Light => [light, LIGHT].concat(),
        Colours::Dark => [dark, DARK].concat(),
    }
}

/// A figure that was drawn in light and dark, in other colours.
pub fn recoloured(figure: &str, colours: Colours) -> String {
    figure.replacen(&palette(Colours::Both), &palette(colours), 1)
}

/// The mark of now, around the origin.
pub(crate) const THUMB: &str =
    "<rect class=\"thumb\" x=\"-2.5\" y=\"-10\" width=\"5\" height=\"20\" rx=\"2.5\"/>";

/// The room of the name at the right of the last line.
const BRAND: f64 = 92.0;

/// How a run of the answer is set.
fn set(style: Style) -> &'static str {
    match style {
        Style::Stop => "s15 w7 stop",
        Style::Ok => "s15 w7 ok",
        Style::Code => "s15 m w6",
        Style::Rewritten => "s15 m w6 nat",
        Style::Plain | Style::Strong => "s15 w6",
    }
}
