//! Files of recorded messages, in any compression and encoding.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::compression::{Decompressed, decompress};
use crate::failure::Failure;
use crate::progress::progress_bar;

/// Text that is read from a file.
pub struct Input {
    /// The text, in UTF-8 as far as it is valid.
    pub text: Box<dyn BufRead>,
    /// Set if the text is not the bytes of the file.
    pub is_decoded: bool,
}

/// The size of the buffers.
const BUFFER_SIZE: usize = 1 << 18;

/// The beginning of `journalctl -o export`, which has lengths between its text.
const JOURNAL: &[u8] = b"__CURSOR=";

/// Opens a file, or standard input for `-`.
pub fn open(file: &str) -> Result<Input, Failure> {
    let failure = |error: io::Error| Failure::io("read", file, &error);
    let reader: Box<dyn Read> = match file {
        "-" => Box::new(io::stdin()),
        path => {
            let opened = File::open(path).map_err(failure)?;
            let length = opened.metadata().map_err(failure)?.len();
            Box::new(progress_bar(&format!("reading {path}"), length).wrap_read(opened))
        }
    };
    let decoded = match decompress(buffered(reader)).map_err(failure)? {
        Decompressed::Plain(text) => decode(text, false),
        Decompressed::Content(text) => decode(buffered(text), true),
    };
    decoded.map_err(failure)?.ok_or_else(|| {
        Failure::new(format!("`{file}` is not text")).with_help(
            "expected UTF-8 or UTF-16, as it is or compressed with gzip, xz, zstd or bzip2",
        )
    })
}

/// Opens a file of a folder. Returns `None` if it is not text.
pub fn open_text(path: &Path) -> io::Result<Option<Input>> {
    decode(buffered(Box::new(File::open(path)?)), false)
}

fn buffered(reader: Box<dyn Read>) -> BufReader<Box<dyn Read>> {
    BufReader::with_capacity(BUFFER_SIZE, reader)
}

/// Decodes text by its first bytes. Returns `None` if it is not text.
fn decode(mut text: BufReader<Box<dyn Read>>, is_decoded: bool) -> io::Result<Option<Input>> {
    let start = text.fill_buf()?;
    let unit: fn([u8; 2]) -> u16 = match start {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ if start.contains(&0) && !start.starts_with(JOURNAL) && !is_text_with_nul(start) => {
            return Ok(None);
        }
        _ => {
            let text = Box::new(text);
            return Ok(Some(Input { text, is_decoded }));
        }
    };
    let text = Box::new(BufReader::new(Utf16Reader::new(text, unit)));
    let is_decoded = true;
    Ok(Some(Input { text, is_decoded }))
}

/// Returns whether bytes with NUL are text: a command line from `/proc`, with NUL
/// between its words, or lines of a log in which a crash left blocks of zeros.
fn is_text_with_nul(bytes: &[u8]) -> bool {
    let is_text = |byte: &u8| *byte >= b' ' || matches!(byte, 0 | 0x1b | b'\t' | b'\n' | b'\r');
    let mut pairs = bytes.windows(2);
    bytes.iter().all(is_text)
        && pairs.any(|pair| pair == b"\0-" || (pair[0] != 0 && pair[1] == b'\n'))
}

/// Reads UTF-16 as UTF-8.
struct Utf16Reader<R> {
    input: R,
    unit: fn([u8; 2]) -> u16,
    /// Decoded text that is not read yet.
    decoded: io::Cursor<Vec<u8>>,
    /// The first half of a surrogate pair.
    half: Option<u16>,
}

impl<R: Read> Utf16Reader<R> {
    fn new(input: R, unit: fn([u8; 2]) -> u16) -> Self {
        Utf16Reader {
            input,
            unit,
            decoded: io::Cursor::default(),
            half: None,
        }
    }

    /// Decodes a further piece of text.
    fn decode_piece(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        self.input.by_ref().take(1 << 14).read_to_end(&mut bytes)?;
        let pairs = bytes
            .chunks(2)
            .map(|pair| [pair[0], pair.get(1).copied().unwrap_or(0)]);
        let mut units: Vec<u16> = self.half.take().into_iter().collect();
        units.extend(pairs.map(self.unit));
        let is_half = |unit: &mut u16| !bytes.is_empty() && (0xD800..0xDC00).contains(unit);
        self.half = units.pop_if(is_half);
        let characters = char::decode_utf16(units);
        let characters = characters.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        let text: String = characters.filter(|&c| c != '\u{FEFF}').collect();
        self.decoded = io::Cursor::new(text.into_bytes());
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.decoded.read(buffer)? {
            0 => {
                self.decode_piece()?;
                self.decoded.read(buffer)
            }
            length => Ok(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_becomes_utf_8() {
        // A surrogate pair lies across two pieces.
        let text = format!("\u{FEFF}{}\u{1F600}x", "a".repeat((1 << 13) - 2));
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(to_bytes).collect();
            let reader: Box<dyn Read> = Box::new(io::Cursor::new(bytes));
            let mut input = decode(buffered(reader), false).unwrap().unwrap();
            let mut decoded = String::new();
            input.text.read_to_string(&mut decoded).unwrap();
            assert_eq!(decoded, text[3..]);
        }
    }

    #[test]
    fn bytes_with_nul_are_text_if_they_are_words_or_lines() {
        let cases: [(&'static [u8], bool); 5] = [
            (b"/usr/bin/kvm\0-S\0", true),
            (b"started\n\0\0\0\0{\"execute\": \"stop\"}\n", true),
            (b"\x7fELF\x02\x01\0\0\n", false),
            (b"BM\0\0\0\0", false),
            (b"a\0\n\0", false),
        ];
        for (bytes, is_text) in cases {
            let reader: Box<dyn Read> = Box::new(bytes);
            let decoded = decode(buffered(reader), false).unwrap();
            assert_eq!(decoded.is_some(), is_text, "{bytes:?}");
        }
    }
}
