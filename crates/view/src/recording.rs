//! A walk as a recording: every picture of every stop, each shape once, for a page that plays it without the engine.
//!
//! The form has a version and is read by `embed/element/recording.js`, which lets through these shapes and no others.

use crate::drawing::{Item, Measure, Scene};
use crate::explained::Explained;
use crate::figure::{Figure, diagram};
use crate::page::{Mark, RowKind, Style, Tone};
use crate::rows::rows;
use crate::say::plain;
use crate::scene::scene_phone;
use crate::svg::width;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The version of the form.
const VERSION: u32 = 1;

/// What a recording carries beside its pictures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Carried<'a> {
    /// The version that made it.
    pub by: &'a str,
    /// A few words; may be empty.
    pub title: &'a str,
    /// The whole case text, or nothing.
    pub case: Option<&'a str>,
    /// What becomes of the packet.
    pub ends: &'a str,
}

/// The recording of the packet shown, as `figure` tells it.
pub fn recording(t: &Explained, figure: &Figure, carried: Carried, measure: &dyn Measure) -> Value {
    let mut items = Items { measure, list: Vec::new(), known: HashMap::new() };
    let mut phone_size = (0.0, 0.0);
    let stops: Vec<Value> = (0..=figure.last())
        .map(|at| {
            let wide = diagram(t, figure, at, measure);
            let phone = scene_phone(t, at, (0.0, 0.0), measure);
            if at == 0 {
                phone_size = (phone.width, phone.height);
            }
            json!({
                "say": figure.said.get(at).map_or("", String::as_str),
                "wide": items.scene(&wide),
                "phone": items.scene(&phone),
            })
        })
        .collect();
    let size = |w: f64, h: f64| json!([tenth(w), tenth(h)]);
    let rows: Vec<Value> = rows(t)
        .iter()
        .map(|row| {
            let mut text = plain(&row.text);
            if !row.number.is_empty() && !matches!(row.kind, RowKind::Base | RowKind::Chain) {
                text = format!("{} {text}", row.number);
            }
            json!([row.depth, row.kind.name(), text, plain(&row.reason), mark(row.mark), row.step])
        })
        .collect();
    let bits: Vec<Value> = figure
        .bits
        .iter()
        .map(|b| json!([b.stop, b.class.trim_start_matches("bit "), u8::from(b.made)]))
        .collect();
    let mut out = Map::new();
    out.insert("chainwalk".into(), VERSION.into());
    out.insert("by".into(), carried.by.into());
    out.insert("lang".into(), t.lang.word().into());
    if !carried.title.is_empty() {
        out.insert("title".into(), carried.title.into());
    }
    if let Some(case) = carried.case {
        out.insert("case".into(), case.into());
    }
    out.insert("wide".into(), size(figure.diagram.0, figure.diagram.1));
    out.insert("phone".into(), size(phone_size.0, phone_size.1));
    out.insert(
        "packet".into(),
        json!({
            "line": figure.line,
            "ends": carried.ends,
            "tone": tone(figure.tone),
            "verdict": figure.headline.iter().map(|r| json!([style(r.style), r.text])).collect::<Vec<_>>(),
            "place": figure.place,
        }),
    );
    out.insert("stops".into(), stops.into());
    out.insert("bits".into(), bits.into());
    out.insert("rows".into(), rows.into());
    out.insert("items".into(), items.list.into());
    Value::Object(out)
}

/// Shapes, each once.
struct Items<'m> {
    measure: &'m dyn Measure,
    list: Vec<Value>,
    known: HashMap<String, usize>,
}

impl Items<'_> {
    fn scene(&mut self, scene: &Scene) -> Value {
        let indexes: Vec<usize> = scene.items.iter().map(|i| self.index(i)).collect();
        let mut out = Map::new();
        out.insert("items".into(), ranges(&indexes).into());
        if !scene.travel.is_empty() {
            out.insert("travel".into(), scene.travel.as_str().into());
        }
        if !scene.tag.is_empty() {
            out.insert("rest".into(), json!([tenth(scene.rest.0), tenth(scene.rest.1)]));
        }
        if scene.made {
            out.insert("made".into(), true.into());
        }
        Value::Object(out)
    }

    fn index(&mut self, item: &Item) -> usize {
        let value = self.value(item);
        let key = value.to_string();
        let fresh = self.list.len();
        let index = *self.known.entry(key).or_insert(fresh);
        if index == fresh {
            self.list.push(value);
        }
        index
    }

    fn value(&mut self, item: &Item) -> Value {
        match item {
            Item::Rect { x, y, w, h, r, class } => {
                json!(["r", tenth(*x), tenth(*y), tenth(*w), tenth(*h), tenth(*r), class])
            }
            Item::Circle { x, y, r, class } => json!(["c", tenth(*x), tenth(*y), tenth(*r), class]),
            Item::Path { d, class } => json!(["p", d, class]),
            Item::Text { x, y, text, class } => {
                let shape = json!(["t", tenth(*x), tenth(*y), text, class]);
                let Value::Array(mut shape) = shape else { return shape };
                shape.extend(width(self.measure, text, class).map(|w| json!(w as i64)));
                shape.into()
            }
            Item::Icon { id, x, y, size, class } => {
                json!(["i", id, tenth(*x), tenth(*y), tenth(*size), class])
            }
            Item::Group { class, items, .. } => {
                let inside: Vec<usize> = items.iter().map(|i| self.index(i)).collect();
                json!(["g", class, ranges(&inside)])
            }
        }
    }
}

/// Numbers, with neighbours as `[first, last]`.
fn ranges(all: &[usize]) -> Vec<Value> {
    let runs = all.chunk_by(|a, b| a + 1 == *b);
    runs.flat_map(|run| match run {
        [first, _, .., last] => vec![json!([first, last])],
        few => few.iter().map(|n| json!(n)).collect(),
    })
    .collect()
}

/// A number with one decimal, and none where it is whole.
fn tenth(v: f64) -> Value {
    let tenths = (v * 10.0).round();
    if tenths % 10.0 == 0.0 { json!((tenths / 10.0) as i64) } else { json!(tenths / 10.0) }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Ok => "ok",
        Tone::Stop => "stop",
        Tone::Depends => "ask",
        Tone::Idle => "idle",
    }
}

fn style(style: Style) -> &'static str {
    match style {
        Style::Plain => "",
        Style::Strong => "b",
        Style::Code => "c",
        Style::Rewritten => "w",
        Style::Stop => "x",
        Style::Ok => "k",
    }
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::None => "",
        Mark::Yes => "ok",
        Mark::No => "no",
        Mark::Stop => "stop",
        Mark::Half | Mark::Unknown => "ask",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_range() {
        let said = |all: &[usize]| Value::from(ranges(all)).to_string();
        assert_eq!(said(&[]), "[]");
        assert_eq!(said(&[1, 2]), "[1,2]");
        assert_eq!(said(&[1, 2, 3, 7, 9, 10, 11, 12]), "[[1,3],7,[9,12]]");
        assert_eq!(said(&[3, 2, 1]), "[3,2,1]");
    }

    #[test]
    fn numbers_have_one_decimal() {
        let said = [(1.0, "1"), (1.25, "1.3"), (-0.04, "0"), (2.5, "2.5")];
        for (v, text) in said {
            assert_eq!(tenth(v).to_string(), text);
        }
    }
}
