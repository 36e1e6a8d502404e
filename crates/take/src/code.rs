//! An address as a QR code, for phones in a room.
//!
//! Guarantees: a code that is given holds the text, has four modules of quiet around it, and is not too fine to be read
//! from a projector.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use std::fmt::Write as _;

/// The largest version: 97 modules a side, of which a camera tells one from the other on a screen of 1080 lines.
const MOST: u8 = 20;
/// The quiet zone, in modules.
const QUIET: i32 = 4;

/// A QR code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Modules a side, with the quiet zone.
    pub side: usize,
    /// The dark modules as SVG path data, one unit a module.
    pub path: String,
}

/// The code of a text; `None` where it is too long for one.
pub fn code(text: &str) -> Option<Code> {
    let made = encoded(text)?;
    let mut path = String::new();
    for y in 0..made.size() {
        let mut x = 0;
        while x < made.size() {
            let begin = x;
            while x < made.size() && made.get_module(x, y) {
                x += 1;
            }
            if x > begin {
                let run = x - begin;
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", begin + QUIET, y + QUIET);
            }
            x += 1;
        }
    }
    Some(Code { side: (made.size() + 2 * QUIET) as usize, path })
}

/// The code of a text in characters, two rows a line, for light letters on a dark ground, as most terminals have: a light
/// module is what is printed. `None` where the text is too long for one.
pub fn printed(text: &str) -> Option<String> {
    let made = encoded(text)?;
    let side = made.size() + 2 * QUIET;
    let light = |x, y| y < side && !made.get_module(x - QUIET, y - QUIET);
    let mut drawn = String::new();
    for y in (0..side).step_by(2) {
        drawn.extend((0..side).map(|x| match (light(x, y), light(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        }));
        drawn.push('\n');
    }
    Some(drawn)
}

fn encoded(text: &str) -> Option<QrCode> {
    let segments = QrSegment::make_segments(text);
    let most = Version::new(MOST);
    QrCode::encode_segments_advanced(&segments, QrCodeEcc::Low, Version::MIN, most, None, true).ok()
}

#[cfg(test)]
mod tests {
    use super::{code, printed};

    #[test]
    fn a_short_address_is_a_coarse_code_and_a_long_one_is_none() {
        let short = code("https://example.org/#lesson=docker/2").map(|code| code.side);
        assert!(short.is_some_and(|side| side <= 41), "{short:?}");
        let most = code(&"x".repeat(858)).map(|code| code.side);
        assert_eq!(most, Some(97 + 8));
        assert_eq!(code(&"x".repeat(859)), None);
    }

    #[test]
    fn the_finders_stand_in_three_corners() {
        let made = code("#lessons").unwrap_or_else(|| panic!("no code"));
        let far = made.side - 4 - 7;
        for (x, y) in [(4, 4), (far, 4), (4, far)] {
            assert!(made.path.contains(&format!("M{x} {y}h7v1h-7z")), "{x} {y}: {}", made.path);
        }
    }

    #[test]
    fn what_is_printed_is_what_is_drawn() {
        let made = code("#lessons").unwrap_or_else(|| panic!("no code"));
        let printed = printed("#lessons").unwrap_or_default();
        let lines: Vec<Vec<char>> = printed.lines().map(|line| line.chars().collect()).collect();
        assert_eq!((lines.len(), lines[0].len()), (made.side.div_ceil(2), made.side));
        assert!(lines[..2].iter().flatten().all(|c| *c == '█'), "the quiet zone: {printed}");
        // The upper edge of a finder is dark over light.
        let finder: String = lines[2][4..11].iter().collect();
        assert_eq!(finder, " ▄▄▄▄▄ ", "{printed}");
    }
}
