//! A hash that detects changed files, for the build script, too.

/// Hashes the content of a file. It detects changes, not attacks.
pub fn content_hash(content: &[u8]) -> u64 {
    let length = content.len() as u64;
    content.chunks(8).fold(mix(0, length), |hash, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        mix(hash, u64::from_le_bytes(word))
    })
}

/// Adds a number to a hash.
pub fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
