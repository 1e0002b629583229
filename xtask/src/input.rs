//! Files of recorded messages, in any compression and encoding.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use crate::failure::Failure;
use crate::progress::progress_bar;

/// The encoding of a text, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
    Gzip,
    Xz,
    Zstd,
    Bzip2,
}

/// The first bytes of each encoding.
const BEGINNINGS: [(&[u8], Encoding); 6] = [
    (&[0xFF, 0xFE], Encoding::Utf16LittleEndian),
    (&[0xFE, 0xFF], Encoding::Utf16BigEndian),
    (&[0x1F, 0x8B], Encoding::Gzip),
    (&[0xFD, b'7', b'z', b'X', b'Z'], Encoding::Xz),
    (&[0x28, 0xB5, 0x2F, 0xFD], Encoding::Zstd),
    (b"BZh", Encoding::Bzip2),
];

/// The byte order mark of UTF-8.
const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// The amount of text that is searched for bytes that are not text.
const SAMPLE: usize = 1 << 12;

/// The largest memory that an xz file may ask for, in KiB.
const XZ_MEMORY: u32 = 1 << 17;

/// A file whose text is read.
pub struct Input {
    /// The text, in UTF-8 as far as it is valid.
    pub text: Box<dyn BufRead>,
    /// `true` if the text is not the bytes of the file.
    pub is_decoded: bool,
}

/// Opens a file, or standard input for `-`.
pub fn open(file: &str) -> Result<Input, Failure> {
    let failure = |error: io::Error| Failure::io("read", file, &error);
    if file == "-" {
        return decode(Box::new(io::stdin()), 2).map_err(failure)?.ok_or_else(|| binary(file));
    }
    let opened = File::open(file).map_err(failure)?;
    let metadata = opened.metadata().map_err(failure)?;
    if metadata.is_dir() {
        return Err(Failure::new(format!("`{file}` is a folder")).with_help("name the files in it"));
    }
    let progress = progress_bar(&format!("reading {file}"), metadata.len());
    let reader = Box::new(progress.wrap_read(opened));
    decode(reader, 2).map_err(failure)?.ok_or_else(|| binary(file))
}

/// Opens a file of a folder. Returns `None` if it is not text.
pub fn open_text(path: &Path) -> io::Result<Option<Input>> {
    decode(Box::new(File::open(path)?), 0)
}

fn binary(file: &str) -> Failure {
    Failure::new(format!("`{file}` is not text")).with_help(
        "it is neither UTF-8 nor UTF-16, and not compressed with gzip, xz, zstd or bzip2",
    )
}

/// Decodes text that may be compressed up to a number of times. Returns `None`
/// if it is not text.
fn decode(mut reader: Box<dyn Read>, layers: usize) -> io::Result<Option<Input>> {
    let mut start = Vec::new();
    reader.by_ref().take(SAMPLE as u64).read_to_end(&mut start)?;
    let known = BEGINNINGS.iter().find(|(beginning, _)| start.starts_with(beginning));
    let encoding = known.map_or(Encoding::Utf8, |(_, encoding)| *encoding);
    let is_marked = start.starts_with(BYTE_ORDER_MARK);
    if encoding == Encoding::Utf8 && start.contains(&0) {
        return Ok(None);
    }
    let whole: Box<dyn Read> = Box::new(Cursor::new(start).chain(reader));
    let text: Box<dyn Read> = match encoding {
        Encoding::Utf8 => {
            let text = Box::new(BufReader::with_capacity(1 << 18, whole));
            return Ok(Some(Input { text, is_decoded: false }));
        }
        Encoding::Utf16LittleEndian => Box::new(Utf16Reader::new(whole, u16::from_le_bytes)),
        Encoding::Utf16BigEndian => Box::new(Utf16Reader::new(whole, u16::from_be_bytes)),
        _ if layers == 0 => return Ok(None),
        Encoding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        Encoding::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(whole, true, XZ_MEMORY)),
        Encoding::Zstd => Box::new(ZstdReader::new(whole)?),
        Encoding::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(whole)),
    };
    let _ = is_marked;
    let inner = decode(text, layers.saturating_sub(1))?;
    Ok(inner.map(|input| Input { is_decoded: true, ..input }))
}

/// Reads UTF-16 as UTF-8.
struct Utf16Reader<R> {
    input: BufReader<R>,
    unit: fn([u8; 2]) -> u16,
    /// Decoded text that is not read yet.
    decoded: Vec<u8>,
    read: usize,
    /// The first half of a surrogate pair.
    half: Option<u16>,
}

impl<R: Read> Utf16Reader<R> {
    fn new(input: R, unit: fn([u8; 2]) -> u16) -> Self {
        Utf16Reader {
            input: BufReader::new(input),
            unit,
            decoded: Vec::new(),
            read: 0,
            half: None,
        }
    }

    /// Decodes a further piece of text.
    fn decode_piece(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        self.input.by_ref().take(1 << 14).read_to_end(&mut bytes)?;
        let mut units: Vec<u16> = self.half.take().into_iter().collect();
        units.extend(bytes.chunks(2).map(|pair| (self.unit)([pair[0], *pair.get(1).unwrap_or(&0)])));
        self.half = units.pop_if(|last| !bytes.is_empty() && (0xD800..0xDC00).contains(last));
        let characters = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        let text: String = characters.filter(|&c| c != '\u{FEFF}').collect();
        (self.decoded, self.read) = (text.into_bytes(), 0);
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.decoded.len() {
            self.decode_piece()?;
        }
        let length = (&self.decoded[self.read..]).read(buffer)?;
        self.read += length;
        Ok(length)
    }
}

/// Reads the frames of a zstd file, one after another.
struct ZstdReader {
    decoder: Option<ruzstd::decoding::StreamingDecoder<BufReader<Box<dyn Read>>, ruzstd::decoding::FrameDecoder>>,
}
