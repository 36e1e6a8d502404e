//! Whether two pictures of the page show the same, the smoothing of edges aside.
//!
//! A pixel is explained where its colour lies among the colours that the other picture has on the spot and right
//! around it. Letters smoothed a little differently are explained that way; what moved by two pixels or more,
//! and what has another colour, is not. A colour that fills an area is compared to the letter.

use anyhow::{Context, Result, ensure};
use png::{ColorType, Compression, Decoder, DeflateCompression, Encoder, Filter, Transformations};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Cursor;

/// How far a channel may lie beyond what is around, of 255, on an edge.
const SLACK: u8 = 16;
/// The same within an area of one colour.
const SLACK_WITHIN: u8 = 1;
/// How coarsely a channel of an edge is rounded in a file: the first that suffices. Half of each is below
/// [`SLACK`].
const STEPS: [u8; 4] = [4, 8, 16, 24];
/// How many pixels may be left unexplained.
const STRAY: usize = 8;
/// Red, green and blue.
const CHANNELS: usize = 3;

/// A picture without transparency: rows of pixels from the top, each pixel red, green, blue.
#[derive(Clone)]
pub(crate) struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Where two pictures of one size differ.
pub(crate) struct Difference {
    /// The pixels that neither picture explains in the other.
    count: usize,
    /// Left, top, right and bottom of what holds them all.
    place: [usize; 4],
    /// The expected picture, faint, with those pixels in red.
    pub(crate) picture: Picture,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [left, top, right, bottom] = self.place;
        write!(f, "{} pixels differ, between {left},{top} and {right},{bottom}", self.count)
    }
}

impl Picture {
    /// Reads the bytes of a PNG of eight bits a channel, as Chromium and [`Picture::write`] make them.
    pub(crate) fn read(png: &[u8]) -> Result<Self> {
        let mut decoder = Decoder::new(Cursor::new(png));
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let mut reader = decoder.read_info()?;
        let mut pixels = vec![0; reader.output_buffer_size().context("it is too large")?];
        let info = reader.next_frame(&mut pixels)?;
        pixels.truncate(info.buffer_size());
        match info.color_type {
            ColorType::Rgb => {}
            ColorType::Rgba => {
                pixels =
                    pixels.chunks_exact(CHANNELS + 1).flat_map(|p| [p[0], p[1], p[2]]).collect();
            }
            other => anyhow::bail!("{other:?} is no colour of a page"),
        }
        Ok(Self { width: info.width as usize, height: info.height as usize, pixels })
    }

    /// The bytes of a PNG with a palette: what fills an area keeps its colour, and edges are rounded until the
    /// colours are 256. A picture that has more is written in full.
    pub(crate) fn write(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let (width, height) = (u32::try_from(self.width)?, u32::try_from(self.height)?);
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_compression(Compression::High);
        encoder.set_deflate_compression(DeflateCompression::Level(9));
        encoder.set_filter(Filter::NoFilter);
        if let Some((palette, places)) = STEPS.into_iter().find_map(|step| self.indexed(step)) {
            encoder.set_color(ColorType::Indexed);
            encoder.set_palette(palette);
            encoder.write_header()?.write_image_data(&places)?;
        } else {
            encoder.set_color(ColorType::Rgb);
            encoder.write_header()?.write_image_data(&self.pixels)?;
        }
        Ok(bytes)
    }

    /// The palette, and each pixel's place in it, with edges rounded to multiples of `step`; `None` where there
    /// are too many colours.
    fn indexed(&self, step: u8) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut areas = BTreeSet::new();
        for y in 0..self.height {
            for x in 0..self.width {
                if self.around(x, y).is_flat() {
                    areas.insert(self.at(x, y));
                }
            }
        }
        let round = |v: u8| (v.saturating_add(step / 2) / step).saturating_mul(step);
        let mut known = BTreeMap::new();
        let mut palette = Vec::new();
        let mut places = Vec::new();
        for colour in self.pixels.chunks_exact(CHANNELS) {
            let kept: Vec<u8> = if areas.contains(colour) {
                colour.to_vec()
            } else {
                colour.iter().map(|&v| round(v)).collect()
            };
            let next = u8::try_from(known.len()).ok();
            let place = if let Some(place) = known.get(&kept) {
                *place
            } else {
                palette.extend_from_slice(&kept);
                known.insert(kept, next?);
                next?
            };
            places.push(place);
        }
        Some((palette, places))
    }

    /// What sets `other` apart from this, if anything does.
    ///
    /// # Errors
    /// Where the two are of different sizes.
    pub(crate) fn difference(&self, other: &Self) -> Result<Option<Difference>> {
        ensure!(
            (self.width, self.height) == (other.width, other.height),
            "{}×{} were expected, {}×{} came",
            self.width,
            self.height,
            other.width,
            other.height
        );
        let mut faint = self.clone();
        for value in &mut faint.pixels {
            *value = 200 + *value / 5;
        }
        let mut found =
            Difference { count: 0, place: [usize::MAX, usize::MAX, 0, 0], picture: faint };
        for y in 0..self.height {
            for x in 0..self.width {
                let (one, two) = (self.at(x, y), other.at(x, y));
                if one == two {
                    continue;
                }
                let (here, there) = (self.around(x, y), other.around(x, y));
                let within = here.is_flat() && there.is_flat();
                let slack = if within { SLACK_WITHIN } else { SLACK };
                if here.has(two, slack) && there.has(one, slack) {
                    continue;
                }
                found.count += 1;
                let [left, top, right, bottom] = found.place;
                found.place = [left.min(x), top.min(y), right.max(x), bottom.max(y)];
                let start = found.picture.start(x, y);
                found.picture.pixels[start..start + CHANNELS].copy_from_slice(&[214, 0, 60]);
            }
        }
        Ok((found.count > STRAY).then_some(found))
    }

    fn start(&self, x: usize, y: usize) -> usize {
        (y * self.width + x) * CHANNELS
    }

    fn at(&self, x: usize, y: usize) -> &[u8] {
        &self.pixels[self.start(x, y)..][..CHANNELS]
    }

    /// The colours on the spot and next to it.
    fn around(&self, x: usize, y: usize) -> Around {
        let mut around = Around { least: [u8::MAX; CHANNELS], most: [0; CHANNELS] };
        for row in y.saturating_sub(1)..=(y + 1).min(self.height - 1) {
            for column in x.saturating_sub(1)..=(x + 1).min(self.width - 1) {
                for (channel, &value) in self.at(column, row).iter().enumerate() {
                    around.least[channel] = value.min(around.least[channel]);
                    around.most[channel] = value.max(around.most[channel]);
                }
            }
        }
        around
    }
}

/// The least and the most that each channel has in a few pixels.
struct Around {
    least: [u8; CHANNELS],
    most: [u8; CHANNELS],
}

impl Around {
    fn is_flat(&self) -> bool {
        self.least == self.most
    }

    /// Whether each channel of `colour` lies among them, or not further beyond than `slack`.
    fn has(&self, colour: &[u8], slack: u8) -> bool {
        (0..CHANNELS).all(|c| {
            colour[c] >= self.least[c].saturating_sub(slack)
                && colour[c] <= self.most[c].saturating_add(slack)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: [u8; CHANNELS] = [248, 246, 241];
    const TEAL: [u8; CHANNELS] = [43, 156, 145];

    /// A sheet of paper with a line of one colour, one pixel wide and with smoothed sides.
    fn sheet(line: [u8; CHANNELS], top: usize, side: u8) -> Picture {
        let (width, height) = (60, 40);
        let mut picture = Picture { width, height, pixels: PAPER.repeat(width * height) };
        for (row, share) in [(top - 1, side), (top, 255), (top + 1, 255 - side)] {
            for x in 10..50 {
                let start = picture.start(x, row);
                for channel in 0..CHANNELS {
                    let (of, paper) = (u32::from(line[channel]), u32::from(PAPER[channel]));
                    let mixed = (of * u32::from(share) + paper * u32::from(255 - share)) / 255;
                    picture.pixels[start + channel] = u8::try_from(mixed).unwrap_or(u8::MAX);
                }
            }
        }
        picture
    }

    #[test]
    fn edges_smoothed_otherwise_are_the_same() -> Result<()> {
        let told = sheet(TEAL, 20, 60).difference(&sheet(TEAL, 20, 110))?.map(|d| d.to_string());
        assert_eq!(told, None);
        Ok(())
    }

    #[test]
    fn three_pixels_down_is_a_difference() -> Result<()> {
        let found = sheet(TEAL, 20, 60).difference(&sheet(TEAL, 23, 60))?.context("it moved")?;
        assert!(found.count >= 80, "{found}");
        assert_eq!((found.place[0], found.place[2]), (10, 49));
        Ok(())
    }

    #[test]
    fn another_colour_is_a_difference() -> Result<()> {
        let blue = [36, 80, 216];
        let found =
            sheet(TEAL, 20, 0).difference(&sheet(blue, 20, 0))?.context("teal is not blue")?;
        assert_eq!(found.count, 80);
        Ok(())
    }

    #[test]
    fn an_area_a_shade_darker_is_a_difference() -> Result<()> {
        let mut darker = sheet(TEAL, 20, 0);
        for value in &mut darker.pixels[..60 * 10 * CHANNELS] {
            *value -= 2;
        }
        assert!(sheet(TEAL, 20, 0).difference(&darker)?.is_some());
        Ok(())
    }

    #[test]
    fn what_is_written_reads_back_alike() -> Result<()> {
        let mut picture = sheet(TEAL, 20, 60);
        // More shades than a palette holds, on an edge.
        for x in 0..60 {
            for y in 30..36 {
                let start = picture.start(x, y);
                picture.pixels[start] = u8::try_from(x * 4)?;
                picture.pixels[start + 1] = u8::try_from(y * 7)?;
            }
        }
        let read = Picture::read(&picture.write()?)?;
        assert!(read.difference(&picture)?.is_none());
        assert_eq!(read.at(0, 0), PAPER);
        Ok(())
    }
}
