//! Where a word stands on the screen: in a row of the walk, or in a line of the paste.

use crate::message::WordsAt;
use crate::parts::editor::RuleText;
use chainwalk::view::{Row, Word};
use gloo::utils::document;
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, Node};

/// Something whose words were asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// A row of the walk, and which it is.
    Row(usize, Rc<Row>),
    /// A line of the paste: where it begins, in units of UTF-16, its text, and where in it a word is wanted.
    Line { from: usize, text: Rc<str>, at: usize },
}

/// A box on the screen: left, top, right, bottom.
pub(super) type Bounds = (f64, f64, f64, f64);

impl Source {
    /// The row that an element is in.
    pub(super) fn of_row(element: &Element, rows: &[Row]) -> Option<Self> {
        let row = element.closest(".walk [role=treeitem] > .in").ok()??.parent_element()?;
        let at: usize = row.id().strip_prefix("row-")?.parse().ok()?;
        Some(Self::Row(at, Rc::new(rows.get(at)?.clone())))
    }

    /// What to ask; `place` is where in the text that was read a line begins.
    pub(super) fn ask(&self, place: impl Fn(usize) -> Option<WordsAt>) -> Option<WordsAt> {
        match self {
            Self::Row(_, row) => Some(WordsAt::Row(Box::new((**row).clone()))),
            Self::Line { from, .. } => place(*from),
        }
    }

    /// Whether another is the same row, or in the same line.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Row(one, row), Self::Row(two, other)) => one == two && row == other,
            (Self::Line { from, text, .. }, Self::Line { from: start, text: other, .. }) => {
                from == start && text == other
            }
            _ => false,
        }
    }

    /// Whether it moves on the screen when this is scrolled.
    pub(super) fn is_in(&self, scrolled: &Node) -> bool {
        let own = match self {
            Self::Row(at, _) => document().get_element_by_id(&format!("row-{at}")),
            Self::Line { .. } => document().query_selector("rule-text .cm-content").ok().flatten(),
        };
        own.is_none_or(|own| scrolled.contains(Some(&own)))
    }

    /// Where a row begins on the screen. A line of the paste stays where it is.
    pub(super) fn begin(&self) -> (f64, f64) {
        let Self::Row(at, _) = self else { return (0.0, 0.0) };
        let row = document().get_element_by_id(&format!("row-{at}"));
        row.map_or((0.0, 0.0), |row| {
            let place = row.get_bounding_client_rect();
            (place.left(), place.top())
        })
    }

    /// The boxes of a word; none where it is out of sight.
    pub(super) fn bounds(&self, word: &Word) -> Vec<Bounds> {
        let found = match self {
            Self::Row(at, row) => in_row(*at, row, word),
            Self::Line { from, text, .. } => in_line(*from, text, word),
        };
        found.unwrap_or_default()
    }

    /// The first word that stands where a line was asked about, or behind it.
    pub(super) fn word_at(&self, words: &[Word]) -> Option<usize> {
        let Self::Line { text, at, .. } = self else { return (!words.is_empty()).then_some(0) };
        let byte = byte_of(text, *at) as u32;
        let within = words.iter().position(|w| w.from <= byte && byte <= w.to);
        let behind = || words.iter().position(|w| w.from >= byte);
        within.or_else(behind).or_else(|| words.len().checked_sub(1))
    }
}

/// How many units of UTF-16 stand before a byte.
fn units(text: &str, byte: u32) -> usize {
    text.get(..byte as usize).unwrap_or(text).encode_utf16().count()
}

/// The byte at which a unit of UTF-16 begins.
fn byte_of(text: &str, unit: usize) -> usize {
    let mut seen = 0;
    let found = text.char_indices().find(|(_, c)| {
        let here = seen >= unit;
        seen += c.len_utf16();
        here
    });
    found.map_or(text.len(), |(at, _)| at)
}

fn in_row(at: usize, row: &Row, word: &Word) -> Option<Vec<Bounds>> {
    let said = |runs: &[chainwalk::view::Run]| runs.iter().map(|r| &*r.text).collect::<String>();
    let text = match word.part {
        0 => said(&row.text),
        1 => said(&row.reason),
        _ => row.aside.clone(),
    };
    let part = format!("#row-{at} > .in [data-part='{}']", word.part);
    let part = document().query_selector(&part).ok()??;
    let range = document().create_range().ok()?;
    let (start, end) = (units(&text, word.from), units(&text, word.to));
    let (node, offset) = within(&part, start, false)?;
    range.set_start(&node, offset).ok()?;
    let (node, offset) = within(&part, end, true)?;
    range.set_end(&node, offset).ok()?;
    let boxes = range.get_client_rects()?;
    let all = (0..boxes.length()).filter_map(|at| boxes.item(at));
    Some(all.map(|one: DomRect| (one.left(), one.top(), one.right(), one.bottom())).collect())
}

/// The text node in which a unit stands, and where in it; `last` takes the end of a node for a place in it.
fn within(node: &Node, unit: usize, last: bool) -> Option<(Node, u32)> {
    let mut before = 0;
    find(node, unit, last, &mut before)
}

fn find(node: &Node, unit: usize, last: bool, before: &mut usize) -> Option<(Node, u32)> {
    if node.node_type() == Node::TEXT_NODE {
        let length = node.text_content().unwrap_or_default().encode_utf16().count();
        let inside = if last { unit <= *before + length } else { unit < *before + length };
        if inside && unit >= *before {
            return Some((node.clone(), (unit - *before) as u32));
        }
        *before += length;
        return None;
    }
    let children = node.child_nodes();
    (0..children.length()).find_map(|at| find(&children.get(at)?, unit, last, before))
}

fn in_line(from: usize, text: &str, word: &Word) -> Option<Vec<Bounds>> {
    let element = document().query_selector("rule-text").ok()??;
    // The class of the element is none that JavaScript knows by name.
    let element = element.unchecked_into::<RuleText>();
    let (start, end) = (from + units(text, word.from), from + units(text, word.to));
    let found = element.bounds(start as u32, end as u32);
    let all = Array::from(&found);
    let number = |at: u32| all.get(at).as_f64();
    let four = |at: u32| Some((number(at)?, number(at + 1)?, number(at + 2)?, number(at + 3)?));
    Some((0..all.length() / 4).filter_map(|at| four(at * 4)).collect())
}

/// Whether a box holds a point, or is as near as a finger is thick.
pub(super) fn holds(one: &Bounds, (x, y): (f64, f64), near: f64) -> bool {
    let (left, top, right, bottom) = *one;
    x >= left - near && x <= right + near && y >= top - near && y <= bottom + near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(from: u32, to: u32) -> Word {
        let (word, man) = (String::new(), String::new());
        Word { part: 0, from, to, word, text: Vec::new(), man, entry: 0 }
    }

    #[test]
    fn the_word_of_a_line_is_the_one_at_the_place_or_behind_it() {
        let line = |at| Source::Line { from: 0, text: "规 -j ACCEPT x".into(), at };
        // 规 has three bytes and one unit.
        let words = [word(4, 13), word(14, 15)];
        let found = |at| line(at).word_at(&words);
        assert_eq!(
            (found(0), found(3), found(11), found(12)),
            (Some(0), Some(0), Some(0), Some(1))
        );
        assert_eq!(line(99).word_at(&words), Some(1));
        assert_eq!(line(0).word_at(&[]), None);
    }
}
