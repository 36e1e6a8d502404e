//! A scene as standalone SVG text.

use crate::Scene;

/// The SVG text of a scene, with its own style.
pub fn svg(scene: &Scene) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\"></svg>",
        scene.width, scene.height
    )
}
