//! How a person set the panes of a wide screen: how wide each is, and whether it is folded away.

use serde::{Deserialize, Serialize};

/// An edge that can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edge {
    /// The right edge of paste and host.
    Left,
    /// The left edge of the walk.
    Right,
    /// The upper edge of the host.
    Host,
}

/// All edges.
pub const EDGES: [Edge; 3] = [Edge::Left, Edge::Right, Edge::Host];

/// A pane's extent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// In CSS pixels; `None` where the page decides.
    pub size: Option<u16>,
    /// Whether it is folded away.
    pub folded: bool,
}

/// The panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    left: Extent,
    right: Extent,
    host: Extent,
}

impl Edge {
    /// The smallest and the largest size of its pane.
    pub fn range(self) -> (u16, u16) {
        match self {
            Self::Left | Self::Right => (200, 1400),
            Self::Host => (80, 900),
        }
    }

    /// The custom property of the stylesheet, and the class of the page while its pane is folded away.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Left => ("--left", "fold-left"),
            Self::Right => ("--right", "fold-right"),
            Self::Host => ("--host", "fold-host"),
        }
    }

    /// Whether it is moved sideways.
    pub fn sideways(self) -> bool {
        self != Self::Host
    }

    /// The size that a key asks for of a pane that has `size` now; `None` leaves the key alone.
    pub fn pressed(self, key: &str, size: u16) -> Option<u16> {
        const STEP: i32 = 16;
        let (least, most) = self.range();
        let by = match (self, key) {
            (Self::Left, "ArrowRight") | (Self::Right, "ArrowLeft") | (Self::Host, "ArrowUp") => {
                STEP
            }
            (Self::Left, "ArrowLeft") | (Self::Right, "ArrowRight") | (Self::Host, "ArrowDown") => {
                -STEP
            }
            (_, "Home") => return Some(least),
            (_, "End") => return Some(most),
            _ => return None,
        };
        Some((i32::from(size) + by).clamp(least.into(), most.into()) as u16)
    }
}

impl Layout {
    /// The pane at an edge.
    pub fn at(&self, edge: Edge) -> Extent {
        match edge {
            Edge::Left => self.left,
            Edge::Right => self.right,
            Edge::Host => self.host,
        }
    }

    fn of(&mut self, edge: Edge) -> &mut Extent {
        match edge {
            Edge::Left => &mut self.left,
            Edge::Right => &mut self.right,
            Edge::Host => &mut self.host,
        }
    }

    /// Gives the pane at an edge a size, and unfolds it; `None` lets the page decide again.
    pub fn resize(&mut self, edge: Edge, size: Option<u16>) {
        let (least, most) = edge.range();
        *self.of(edge) = Extent { size: size.map(|s| s.clamp(least, most)), folded: false };
    }

    /// Folds the pane at an edge away, or brings it back.
    pub fn fold(&mut self, edge: Edge) {
        let pane = self.of(edge);
        pane.folded = !pane.folded;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_moves_an_edge_the_way_it_points() {
        assert_eq!(Edge::Left.pressed("ArrowRight", 300), Some(316));
        assert_eq!(Edge::Right.pressed("ArrowRight", 300), Some(284));
        assert_eq!(Edge::Host.pressed("ArrowUp", 300), Some(316));
        assert_eq!(Edge::Host.pressed("ArrowRight", 300), None);
        assert_eq!(Edge::Left.pressed("ArrowLeft", 201), Some(200));
        assert_eq!(Edge::Left.pressed("End", 300), Some(1400));
    }

    #[test]
    fn a_size_stays_in_its_range_and_unfolds() {
        let mut layout = Layout::default();
        layout.fold(Edge::Left);
        assert!(layout.at(Edge::Left).folded);
        layout.resize(Edge::Left, Some(5));
        assert_eq!(layout.at(Edge::Left), Extent { size: Some(200), folded: false });
        assert_eq!(layout.at(Edge::Right), Extent::default());
    }
}
