//! As much of the zip format as a Word document needs (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16).

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::Wrong;

/// Most parts that a document may have.
const PARTS: usize = 4_096;
/// Longest part that is read, in bytes.
const LONGEST: usize = 32 * 1024 * 1024;

/// Writes parts as an archive: the same parts give the same bytes; the date is the first that the format has.
#[must_use]
pub fn write(parts: &[(&str, String)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let packed = compress_to_vec(text.as_bytes(), 6);
        let length = |len: usize| u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes();
        let mut common = vec![20, 0, 0, 8, 8, 0, 0, 0, 0x21, 0];
        common.extend(crc(text.as_bytes()).to_le_bytes());
        common.extend(length(packed.len()));
        common.extend(length(text.len()));
        common.extend(u16::try_from(name.len()).unwrap_or_default().to_le_bytes());
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(length(bytes.len()));
        directory.extend(name.as_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(common);
        bytes.extend(name.as_bytes());
        bytes.extend(packed);
    }
    let (start, len) = (bytes.len(), directory.len());
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    let count = u16::try_from(parts.len()).unwrap_or_default().to_le_bytes();
    bytes.extend([count, count].concat());
    bytes.extend(u32::try_from(len).unwrap_or_default().to_le_bytes());
    bytes.extend(u32::try_from(start).unwrap_or_default().to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// An archive whose directory was read.
pub struct Archive<'a> {
    bytes: &'a [u8],
    parts: Vec<Part>,
}

struct Part {
    name: String,
    method: usize,
    crc: usize,
    packed: usize,
    offset: usize,
}

fn number(bytes: &[u8], at: usize, len: usize) -> Result<usize, Wrong> {
    let digits = at.checked_add(len).and_then(|end| bytes.get(at..end)).ok_or(Wrong::NoZip)?;
    Ok(digits.iter().rev().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
}

impl<'a> Archive<'a> {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// Where the bytes are none, or have more parts or other names than a document has.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Wrong> {
        let from = bytes.len().saturating_sub(22 + 0xffff);
        let end = bytes[from..].windows(4).rposition(|sign| sign == b"PK\x05\x06").ok_or(Wrong::NoZip)?;
        let end = from + end;
        let (count, mut at) = (number(bytes, end + 10, 2)?, number(bytes, end + 16, 4)?);
        if count > PARTS {
            return Err(Wrong::TooLarge);
        }
        let mut parts = Vec::new();
        for _ in 0..count {
            if number(bytes, at, 4)? != 0x0201_4b50 {
                return Err(Wrong::NoZip);
            }
            let names = number(bytes, at + 28, 2)?;
            let name = bytes.get(at + 46..at + 46 + names).ok_or(Wrong::NoZip)?;
            let name = String::from_utf8_lossy(name).into_owned();
            if name.starts_with(['/', '\\'])
                || name.contains(':')
                || name.split(['/', '\\']).any(|step| step == "..")
            {
                return Err(Wrong::Path);
            }
            if number(bytes, at + 8, 2)? & 1 == 1 {
                return Err(Wrong::Locked);
            }
            parts.push(Part {
                name,
                method: number(bytes, at + 10, 2)?,
                crc: number(bytes, at + 16, 4)?,
                packed: number(bytes, at + 20, 4)?,
                offset: number(bytes, at + 42, 4)?,
            });
            at += 46 + names + number(bytes, at + 30, 2)? + number(bytes, at + 32, 2)?;
        }
        Ok(Self { bytes, parts })
    }

    /// The text of a part; `None` where the archive has no part of that name.
    ///
    /// # Errors
    /// Where the part is damaged, too long, or no UTF-8.
    pub fn part(&self, name: &str) -> Result<Option<String>, Wrong> {
        let Some(part) = self.parts.iter().find(|part| part.name == name) else { return Ok(None) };
        let at = part.offset;
        if number(self.bytes, at, 4)? != 0x0403_4b50 {
            return Err(Wrong::NoZip);
        }
        let start = at + 30 + number(self.bytes, at + 26, 2)? + number(self.bytes, at + 28, 2)?;
        let packed = self.bytes.get(start..start + part.packed).ok_or(Wrong::NoZip)?;
        let bytes = match part.method {
            0 if packed.len() <= LONGEST => packed.to_vec(),
            8 => decompress_to_vec_with_limit(packed, LONGEST).map_err(|error| match error.status {
                miniz_oxide::inflate::TINFLStatus::HasMoreOutput => Wrong::TooLarge,
                _ => Wrong::Damaged,
            })?,
            0 => return Err(Wrong::TooLarge),
            _ => return Err(Wrong::Damaged),
        };
        if crc(&bytes) as usize != part.crc {
            return Err(Wrong::Damaged);
        }
        String::from_utf8(bytes).map(Some).map_err(|_| Wrong::Damaged)
    }
}
