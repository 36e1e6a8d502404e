//! The diagram.

use crate::{Measure, Scene, Telling};

/// The diagram at a stop of the timeline, for a space of `size` CSS pixels.
pub fn scene(_t: &Telling, _stop: usize, size: (f64, f64), _measure: &dyn Measure) -> Scene {
    Scene { width: size.0, height: size.1, ..Scene::default() }
}

/// The small map of the hooks for a phone.
pub fn scene_phone(_t: &Telling, _stop: usize, size: (f64, f64), _measure: &dyn Measure) -> Scene {
    Scene { width: size.0, height: size.1, ..Scene::default() }
}
