//! Images as the template may use them: a kind that Typst reads, of a bearable size, and really decodable, since one
//! that is not would stop the whole article. Drawings (SVG) are flattened first.

use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterImage};

use crate::vector;

/// Most pixels of an image; more would take gigabytes to decode.
const MOST_PIXELS: u64 = 100_000_000;

/// An image that can be set, with its size in pixels.
#[derive(Debug)]
pub(crate) struct Fit {
    pub bytes: Bytes,
    pub width: u32,
    pub height: u32,
}

/// Why an image cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// An image of a kind that Typst does not read.
    Kind,
    /// Not an image, a broken one, or one of too many pixels.
    Damaged,
}

pub(crate) fn fit(bytes: Vec<u8>) -> Result<Fit, Unfit> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return Err(Unfit::Kind);
    }
    let fit = match format(&bytes) {
        Some(format) => raster(bytes, format),
        None => vector::flatten(&bytes),
    };
    fit.ok_or(Unfit::Damaged)
}

/// The kind that the first bytes say.
fn format(bytes: &[u8]) -> Option<ExchangeFormat> {
    Some(if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ExchangeFormat::Png
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        ExchangeFormat::Jpg
    } else if bytes.starts_with(b"GIF8") {
        ExchangeFormat::Gif
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        ExchangeFormat::Webp
    } else {
        return None;
    })
}

fn raster(bytes: Vec<u8>, format: ExchangeFormat) -> Option<Fit> {
    let (width, height) = size(&bytes, format)?;
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    let bytes = Bytes::new(bytes);
    let image = RasterImage::plain(bytes.clone(), format).ok()?;
    Some(Fit { bytes, width: image.width(), height: image.height() })
}

/// Width and height as the header says, before anything is decoded.
fn size(bytes: &[u8], format: ExchangeFormat) -> Option<(u32, u32)> {
    let be16 = |at: usize| bytes.get(at..at + 2).map(|b| u32::from(u16::from_be_bytes([b[0], b[1]])));
    let le16 = |at: usize| bytes.get(at..at + 2).map(|b| u32::from(u16::from_le_bytes([b[0], b[1]])));
    let le24 = |at: usize| bytes.get(at..at + 3).map(|b| u32::from_le_bytes([b[0], b[1], b[2], 0]));
    let be32 = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    match format {
        ExchangeFormat::Png => Some((be32(16)?, be32(20)?)),
        ExchangeFormat::Gif => Some((le16(6)?, le16(8)?)),
        ExchangeFormat::Webp => match bytes.get(12..16)? {
            b"VP8 " => Some((le16(26)? & 0x3fff, le16(28)? & 0x3fff)),
            b"VP8L" => {
                let bits = le24(21)? | (u32::from(*bytes.get(24)?) << 24);
                Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
            }
            b"VP8X" => Some((le24(24)? + 1, le24(27)? + 1)),
            _ => None,
        },
        ExchangeFormat::Jpg => {
            // Segments up to the start of a frame (SOF0 to SOF15, without DHT, JPG and DAC).
            let mut at = 2;
            loop {
                if *bytes.get(at)? != 0xff {
                    return None;
                }
                match *bytes.get(at + 1)? {
                    0xff => at += 1,
                    0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                        return Some((be16(at + 7)?, be16(at + 5)?));
                    }
                    0x01 | 0xd0..=0xd9 => at += 2,
                    _ => at += 2 + usize::try_from(be16(at + 2)?).ok()?.max(2),
                }
            }
        }
    }
}
