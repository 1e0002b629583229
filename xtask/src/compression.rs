//! Decompression of files, by their first bytes.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// The largest amount of memory for decompression, in KiB. `xz -9` needs 64 MiB,
/// and no release of QEMU needs more.
const XZ_MEMORY: u32 = 256 << 10;

/// A file as it is, or decompressed.
pub enum Decompressed<'r, R> {
    /// The file is not compressed.
    Plain(R),
    /// The decompressed content.
    Content(Box<dyn Read + 'r>),
}

/// Decompresses gzip, xz, zstd and bzip2, whatever the file is called.
pub fn decompress<'r, R: BufRead + 'r>(mut reader: R) -> io::Result<Decompressed<'r, R>> {
    let content: Box<dyn Read + 'r> = match reader.fill_buf()? {
        [0xfd, b'7', b'z', b'X', b'Z', ..] => {
            Box::new(lzma_rust2::XzReader::new_mem_limit(reader, true, XZ_MEMORY))
        }
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(reader)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(ZstdReader::new(reader)?),
        [b'B', b'Z', b'h', ..] => Box::new(bzip2::read::MultiBzDecoder::new(reader)),
        _ => return Ok(Decompressed::Plain(reader)),
    };
    Ok(Decompressed::Content(content))
}

/// Reads the frames of a zstd file, one after another.
struct ZstdReader<R: Read> {
    frame: Option<StreamingDecoder<BufReader<R>, FrameDecoder>>,
}

impl<R: Read> ZstdReader<R> {
    fn new(reader: R) -> io::Result<Self> {
        let frame = Some(begin_frame(BufReader::new(reader))?);
        Ok(ZstdReader { frame })
    }

    /// Begins the next frame. Returns `false` if there is none.
    fn next_frame(&mut self) -> io::Result<bool> {
        let Some(frame) = self.frame.take() else {
            return Ok(false);
        };
        let mut rest = frame.into_inner();
        if rest.fill_buf()?.is_empty() {
            return Ok(false);
        }
        self.frame = Some(begin_frame(rest)?);
        Ok(true)
    }
}

impl<R: Read> Read for ZstdReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = match &mut self.frame {
                Some(frame) => frame.read(buffer)?,
                None => 0,
            };
            if length > 0 || buffer.is_empty() || !self.next_frame()? {
                return Ok(length);
            }
        }
    }
}

fn begin_frame<R: Read>(
    reader: BufReader<R>,
) -> io::Result<StreamingDecoder<BufReader<R>, FrameDecoder>> {
    StreamingDecoder::new(reader).map_err(io::Error::other)
}
