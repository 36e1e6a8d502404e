//! The finished drawing, as every door gets it: shapes in user units, classes for their looks.

use crate::page::Run;
use chainwalk_model::{RuleId, Span};
use serde::{Deserialize, Serialize};

/// A drawing of finished geometry in user units.
///
/// A user unit is one CSS pixel in a space of usual size; a very large or very small space gets a smaller
/// or larger drawing of the same shape, so show it with `viewBox="0 0 width height"` filling the space.
/// The packet itself is not among the items: the door draws it, a circle `halo` of radius 15 under a circle
/// `core` of radius 9.5 around `rest`, and moves it along `travel`. Its label is: the group `tag`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Where the frame ends: below stand the drawer, the panel, or what a door puts in their place.
    pub below: f64,
    /// What to draw, in painting order.
    pub items: Vec<Item>,
    /// The way the packet takes into this stop, as SVG path data; empty where it stays.
    pub travel: String,
    /// Where the packet rests at this stop.
    pub rest: (f64, f64),
    /// Whether the packet is one that the kernel made; it has the colour of its way (class `made`).
    pub made: bool,
    /// What the label beside the packet says, for readers that don't see it: pairs of a name and a value,
    /// the value marked where it was rewritten. The label itself is drawn among the items.
    pub tag: Vec<(String, Run)>,
}

/// Something to draw. `class` is one or more CSS classes; there is no inline style.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// A rectangle with rounded corners.
    Rect {
        /// Left.
        x: f64,
        /// Top.
        y: f64,
        /// Width.
        w: f64,
        /// Height.
        h: f64,
        /// Corner radius.
        r: f64,
        /// CSS classes.
        class: String,
    },
    /// A circle.
    Circle {
        /// Centre.
        x: f64,
        /// Centre.
        y: f64,
        /// Radius.
        r: f64,
        /// CSS classes.
        class: String,
    },
    /// A path.
    Path {
        /// SVG path data.
        d: String,
        /// CSS classes.
        class: String,
    },
    /// A line of text; size, weight and colour come from its classes.
    Text {
        /// The anchor point.
        x: f64,
        /// The baseline.
        y: f64,
        /// The text.
        text: String,
        /// CSS classes; `mid` and `end` set the anchor.
        class: String,
    },
    /// A symbol of the page's sprite (`i-ok`, `i-no`).
    Icon {
        /// The symbol's id.
        id: String,
        /// Left.
        x: f64,
        /// Top.
        y: f64,
        /// Width and height.
        size: f64,
        /// CSS classes.
        class: String,
    },
    /// A group that belongs to something else on the page.
    Group {
        /// CSS classes.
        class: String,
        /// What it is linked to.
        link: Link,
        /// Its accessible name; empty for a group that only gathers.
        label: String,
        /// Its items.
        items: Vec<Item>,
    },
}

/// What a part of the scene is linked to. Hover and click follow it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// A stop of the timeline.
    pub step: Option<usize>,
    /// A rule.
    pub rule: Option<RuleId>,
    /// Lines of the paste.
    pub span: Option<Span>,
    /// An outcome to follow.
    pub outcome: Option<usize>,
    /// Whether the ways out of the stop are to be listed.
    pub list: bool,
}

/// Widths of texts, passed in: the browser's in the page, a table of metrics elsewhere.
pub trait Measure {
    /// The width of `text` in user units, set with these CSS classes.
    fn width(&self, text: &str, class: &str) -> f64;
}
