//! Widths of texts from a table, where no browser measures them.

use crate::drawing::Measure;

/// Widths of Inter and `JetBrains` Mono in thousandths of the font size; other scripts count as square.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableMeasure;

/// Advance widths of Inter at weight 400 for the characters from space to tilde.
const INTER: [u16; 95] = [
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610,
    618, 646, 593, 620, 566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601,
    590, 746, 743, 269, 571, 672, 565, 903, 753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682,
    679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242, 549,
    242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];

/// The font size that a class list names (`s11`); 12 where it names none.
fn size(class: &str) -> f64 {
    let named = |c: &str| c.strip_prefix('s')?.parse::<f64>().ok();
    class.split_whitespace().find_map(named).unwrap_or(12.0)
}

impl Measure for TableMeasure {
    fn width(&self, text: &str, class: &str) -> f64 {
        let mut words = class.split_whitespace();
        let mono = words.clone().any(|c| c == "m");
        let heavy = words.any(|c| c == "w6" || c == "w7");
        let thousandths: f64 = text
            .chars()
            .map(|c| match c {
                '\u{0}'..='\u{2fff}' if mono => 600.0,
                ' '..='~' => f64::from(INTER[c as usize - 32]),
                '…' => 864.0,
                '\u{0}'..='\u{2fff}' => 640.0,
                _ => 1000.0,
            })
            .sum();
        let wide = if heavy && !mono { 1.030 } else { 1.0 };
        thousandths / 1000.0 * size(class) * wide
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(text: &str, class: &str) -> f64 {
        (TableMeasure.width(text, class) * 1000.0).round() / 1000.0
    }

    #[test]
    #[allow(clippy::float_cmp)]
    fn a_width_is_that_of_the_font_at_its_size() {
        // Inter has an advance of 562 for `a`, 281 for a space, 552 for `z`, 662 for `~`; mono 600 for all.
        assert_eq!(width("a", "s10"), 5.62);
        assert_eq!(width("a", "s20 t2"), 11.24);
        assert_eq!(width(" z~", "s10"), 14.95);
        assert_eq!(width("a", "t2"), 6.744, "12 where no size is named");
        assert_eq!(width("a", "s10 w6"), 5.789, "heavier is wider");
        assert_eq!(width("a", "s10 w7"), 5.789);
        assert_eq!(width("a", "s10 w5"), 5.62);
        assert_eq!(width("ab", "s10 m"), 12.0);
        assert_eq!(width("ab", "s10 m w6"), 12.0, "mono is as wide in every weight");
        assert_eq!(width("规则", "s10"), 20.0);
        assert_eq!(width("规则", "s10 m"), 20.0);
        assert_eq!(width("…", "s10"), 8.64);
        assert_eq!(width("é", "s10"), 6.4);
        assert_eq!(width("", "s10"), 0.0);
    }
}
