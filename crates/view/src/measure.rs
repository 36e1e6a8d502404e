//! Widths of texts from a table, where no browser measures them.

use crate::Measure;

/// Widths of Inter and `JetBrains` Mono in thousandths of the font size; other scripts count as square.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableMeasure;

/// Advance widths of Inter at weight 400 for the characters from space to tilde.
const INTER: [u16; 95] = [
    281, 293, 467, 633, 643, 840, 648, 291, 364, 364, 501, 664, 289, 460, 289, 361, 617, 464, 602,
    617, 645, 600, 616, 563, 615, 616, 289, 307, 664, 664, 664, 518, 966, 687, 654, 730, 722, 598,
    588, 746, 744, 267, 569, 670, 568, 903, 755, 766, 640, 766, 648, 643, 652, 745, 687, 996, 681,
    675, 629, 364, 361, 364, 471, 455, 325, 563, 612, 571, 612, 583, 371, 612, 598, 243, 243, 551,
    243, 875, 598, 602, 612, 612, 374, 528, 363, 598, 560, 831, 543, 560, 554, 436, 332, 436, 664,
];

/// The font size that a class list names; 12 where it names none.
pub(crate) fn size(class: &str) -> f64 {
    class
        .split_whitespace()
        .find_map(|c| c.strip_prefix('s')?.parse::<f64>().ok())
        .map_or(12.0, |n| if n > 100.0 { n / 10.0 } else { n })
}

impl Measure for TableMeasure {
    fn width(&self, text: &str, class: &str) -> f64 {
        let mut words = class.split_whitespace();
        let mono = words.clone().any(|c| c == "m");
        let heavy = words.any(|c| c == "w6" || c == "w7");
        let thousandths: f64 = text
            .chars()
            .map(|c| match c {
                ' '..='~' if mono => 600.0,
                ' '..='~' => f64::from(INTER[c as usize - 32]),
                '\u{0}'..='\u{2fff}' => 620.0,
                _ => 1000.0,
            })
            .sum();
        let wide = if heavy && !mono { 1.045 } else { 1.0 };
        thousandths / 1000.0 * size(class) * wide
    }
}
